//! A wide picture: from left to right, a column for each layer of services, a lane for the bus between two of them.

use super::aspect::BETWEEN;
use super::bus::{PITCH, UNUSED};
use super::layers::{home_of_topic, is_used};
use super::place::{Boxes, PEOPLE, Placer, level, service_of, upright};
use super::{Layout, Rect};
use sim::End;

/// Around everything.
pub(super) const MARGIN: f64 = 4.0;
/// Between people and the first column.
const PEOPLE_GAP: f64 = 28.0;
/// Between the last column and those who stand behind it.
const BEHIND_GAP: f64 = 28.0;
/// The width of those who stand behind.
const BEHIND: f64 = 99.0;
/// The width of a service that has its store below it.
const SERVICE: f64 = 176.0;
/// The widths of a service and of the store beside it.
const BESIDE: (f64, f64) = (164.0, 120.0);
/// Between a service and its store: below, beside.
const WIRE: (f64, f64) = (14.0, 12.0);
/// Between two services of a column.
const CELL_GAP: f64 = 9.0;
/// A store beside a service stands so much lower where somebody comes to the service from behind: their line passes above.
const PASSES: f64 = 28.0;
/// The width of a lane with the calls' numbers alone, and of one with topics.
const LANE: (f64, f64) = (96.0, 182.0);
/// Boxes grow to so many times their least height, and no more.
const GROWS: f64 = 1.7;

/// A service of a column, and what belongs to it.
struct Cell {
    service: u16,
    stores: Vec<usize>,
    /// Whether anybody stands behind it.
    behind: bool,
}

/// The services of a layer.
pub(super) struct Column {
    cells: Vec<Cell>,
    /// Topics whose lane is on its right.
    pub(super) topics: Vec<u16>,
    /// Whether stores stand beside their services.
    pub(super) beside: bool,
}

/// Where a column and the lane on its right ended up.
pub(super) struct Strip {
    pub(super) services: Vec<u16>,
    /// The edges of the column.
    pub(super) column: (f64, f64),
    /// The edges of the lane on its right, where topics and numbers stand. Lines change their height on both sides of it.
    pub(super) lane: (f64, f64),
    /// Where the next column begins.
    pub(super) end: f64,
    pub(super) beside: bool,
    pub(super) topics: Vec<u16>,
}

/// The widths of a gap: where lines change their height on the left, the lane, and the same on the right.
struct Gap(f64, f64, f64);

impl Placer<'_> {
    fn strips(&self) -> Vec<Column> {
        let last = self.layers.iter().copied().max().unwrap_or(0);
        let behind = self.groups().1;
        (0..=last)
            .map(|layer| {
                let services = 0..self.plan.services.len() as u16;
                let services = services.filter(|it| self.layers[*it as usize] == layer);
                let mut services: Vec<u16> = services.collect();
                // Events run below calls: who hears them stands below those who are only called.
                services
                    .sort_by_key(|it| self.plan.subscriptions.iter().any(|to| to.service == *it));
                let cells = services.into_iter().map(|service| Cell {
                    service,
                    stores: self.stores_of(service).collect(),
                    behind: (behind.iter()).any(|it| service_of(self.plan, it[0]) == service),
                });
                let topics = 0..self.plan.topics.len() as u16;
                let topics =
                    topics.filter(|it| home_of_topic(self.plan, &self.layers, *it) == layer);
                Column {
                    cells: cells.collect(),
                    topics: topics.collect(),
                    beside: false,
                }
            })
            .filter(|column| !column.cells.is_empty() || !column.topics.is_empty())
            .collect()
    }

    fn column_width(&self, column: &Column) -> (f64, f64) {
        let stores = column.cells.iter().map(|it| it.stores.len()).max();
        match stores.unwrap_or(0) {
            0 if column.cells.is_empty() => (0.0, 0.0),
            0 => (SERVICE, 0.0),
            _ if column.beside => BESIDE,
            n => ((n as f64 * (SERVICE + 12.0) - 12.0).max(SERVICE), 0.0),
        }
    }

    /// The least heights of a service and of each of its stores, which are `width` wide.
    fn cell_heights(&self, cell: &Cell, width: f64) -> (f64, Vec<f64>) {
        let stores = cell.stores.iter();
        let stores = stores.map(|it| self.store_height(*it as u16, width));
        (self.service_height(cell.service), stores.collect())
    }

    /// The least height of a cell: the service's and the stores' where they stand above one another, or else the larger.
    fn cell_height(&self, cell: &Cell, beside: bool) -> f64 {
        let width = if beside { BESIDE.1 } else { SERVICE };
        let (service, stores) = self.cell_heights(cell, width);
        let people = if cell.behind { PEOPLE.1 } else { 0.0 };
        if beside {
            let gaps = WIRE.1 * stores.len().saturating_sub(1) as f64;
            let passes = if cell.behind { PASSES } else { 0.0 };
            let stores = stores.iter().sum::<f64>() + gaps + passes;
            service.max(stores).max(people)
        } else {
            let stores = stores.iter().fold(0.0, |most: f64, it| most.max(*it));
            let wire = if stores > 0.0 { WIRE.0 } else { 0.0 };
            (service + wire + stores).max(people)
        }
    }

    fn column_height(&self, column: &Column) -> f64 {
        let cells = column.cells.iter();
        let heights = cells.map(|it| self.cell_height(it, column.beside));
        let gaps = CELL_GAP * column.cells.len().saturating_sub(1) as f64;
        let topics = (column.topics.iter())
            .map(|topic| self.topic_height(*topic, self.pitch_of(*topic)) + 12.0);
        (heights.sum::<f64>() + gaps).max(topics.sum::<f64>() - 12.0)
    }

    /// The gap on the right of a column.
    fn gap(&self, columns: &[Column], index: usize) -> Gap {
        let column = &columns[index];
        if index + 1 == columns.len() && column.topics.is_empty() {
            return Gap(0.0, 0.0, 0.0);
        }
        let lines = column.cells.len() + usize::from(!column.topics.is_empty());
        let before = 14.0 + 13.0 * lines.min(4) as f64;
        if column.topics.is_empty() {
            let feeds = !self.plan.references.is_empty();
            Gap(before, LANE.0, if feeds { 22.0 } else { 18.0 })
        } else {
            Gap(before, LANE.1, 28.0)
        }
    }

    fn people_width(&self) -> f64 {
        if self.groups().0.is_empty() {
            0.0
        } else {
            PEOPLE.0 + PEOPLE_GAP
        }
    }

    /// The least size of the picture with these columns.
    fn least(&self, columns: &[Column]) -> (f64, f64) {
        let (front, behind) = self.groups();
        let mut w = 2.0 * MARGIN + self.people_width();
        let mut h = front.len() as f64 * (PEOPLE.1 + 8.0) - 8.0;
        for (index, column) in columns.iter().enumerate() {
            let (service, store) = self.column_width(column);
            let Gap(before, lane, after) = self.gap(columns, index);
            w += service + if store > 0.0 { WIRE.1 + store } else { 0.0 };
            w += before + lane + after;
            h = h.max(self.column_height(column));
        }
        if !behind.is_empty() {
            w += BEHIND_GAP + BEHIND;
        }
        (w, h + 2.0 * MARGIN)
    }

    /// Columns with their stores below or beside, so that all of it is as large as can be in the frame.
    fn best(&self, aspect: f64) -> Vec<Column> {
        let mut columns = self.strips();
        // In the last column nothing leads on, so that a store may stand in the way.
        let size = |columns: &[Column]| {
            let (w, h) = self.least(columns);
            w.max(aspect * h)
        };
        let below = size(&columns);
        if let Some(column) = columns.last_mut() {
            column.beside = column.topics.is_empty();
        }
        let beside = size(&columns);
        if let Some(column) = columns.last_mut() {
            column.beside &= beside < below;
        }
        columns
    }

    /// Places everything but the lines.
    pub(super) fn place_wide(
        &self,
        layout: &mut Layout,
        boxes: &mut Boxes,
        aspect: f64,
    ) -> Vec<Strip> {
        let columns = self.best(aspect);
        let (w, h) = self.least(&columns);
        // The frame may be a little wider or narrower: the picture stops growing before it would become smaller in it.
        let width = w.max((aspect / BETWEEN * h).min(1.4 * w));
        let height = h.max((width / aspect / BETWEEN).min(2.0 * h));
        let (front, behind) = self.groups();
        // What is left over goes to the gaps first, and to the boxes.
        let shares = columns.iter().enumerate().map(|(index, column)| {
            let gap = if self.gap(&columns, index).1 > 0.0 {
                2.0
            } else {
                0.0
            };
            let cells = if column.cells.is_empty() { 0.0 } else { 1.5 };
            gap + cells
        });
        let ends = [&front, &behind].map(|it| if it.is_empty() { 0.0 } else { 1.0 });
        let shares = shares.sum::<f64>() + ends[0] + ends[1];
        let one = (width - w) / shares.max(1.0);
        let mut x = MARGIN + self.people_width() + one * ends[0];
        let mut strips = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            let (service, store) = self.column_width(column);
            let grows = if column.cells.is_empty() {
                0.0
            } else {
                1.5 * one
            };
            let (service, store) = match store {
                0.0 => (service + grows, 0.0),
                _ => (service + 0.6 * grows, store + 0.4 * grows),
            };
            let right = self.place_column(boxes, column, (x, service, store), height);
            let Gap(before, lane, after) = self.gap(&columns, index);
            let more = if lane > 0.0 { 2.0 * one } else { 0.0 };
            let from = right + before + 0.25 * more;
            let to = from + lane + 0.5 * more;
            let end = to + after + 0.25 * more;
            strips.push(Strip {
                services: column.cells.iter().map(|it| it.service).collect(),
                column: (x, right),
                lane: (from, to),
                end,
                beside: column.beside,
                topics: column.topics.clone(),
            });
            x = end;
        }
        layout.width = width;
        layout.height = height;
        for (column, strip) in columns.iter().zip(&strips) {
            self.place_topics(layout, boxes, column, strip);
        }
        self.place_front(layout, boxes, &front);
        let edge = strips
            .iter()
            .fold(0.0, |edge: f64, it| edge.max(it.column.1));
        self.place_behind(layout, boxes, &behind, edge + BEHIND_GAP + one * ends[1]);
        strips
    }

    /// Places a column: from `x`, with a service and a store so wide. Returns its right edge.
    fn place_column(
        &self,
        boxes: &mut Boxes,
        column: &Column,
        (x, service, store): (f64, f64, f64),
        height: f64,
    ) -> f64 {
        let room = height - 2.0 * MARGIN;
        let least: f64 = column
            .cells
            .iter()
            .map(|it| self.cell_height(it, column.beside))
            .sum();
        let gaps = column.cells.len().saturating_sub(1) as f64;
        let grows = ((room - CELL_GAP * gaps) / least.max(1.0)).clamp(1.0, GROWS);
        let left = room - least * grows - CELL_GAP * gaps;
        let gap = CELL_GAP + (left / (gaps + 1.0)).clamp(0.0, 26.0);
        let mut y = MARGIN + (room - least * grows - gap * gaps).max(0.0) / 2.0;
        for cell in &column.cells {
            let h = self.cell_height(cell, column.beside) * grows;
            if column.beside {
                self.place_beside(boxes, cell, (x, service, store), (y, h));
            } else {
                self.place_below(boxes, cell, (x, service), (y, h));
            }
            y += h + gap;
        }
        x + service + if store > 0.0 { WIRE.1 + store } else { 0.0 }
    }

    fn place_beside(
        &self,
        boxes: &mut Boxes,
        cell: &Cell,
        (x, service, store): (f64, f64, f64),
        (y, h): (f64, f64),
    ) {
        let home = Rect::new(x, y, service, h);
        boxes.services[cell.service as usize] = home;
        let (_, least) = self.cell_heights(cell, BESIDE.1);
        let passes = if cell.behind { PASSES } else { 0.0 };
        let gaps = WIRE.1 * least.len().saturating_sub(1) as f64;
        let grows = (h - passes - gaps) / least.iter().sum::<f64>().max(1.0);
        let mut top = y + passes;
        for (index, least) in cell.stores.iter().zip(least) {
            let rect = Rect::new(home.right() + WIRE.1, top, store, least * grows);
            boxes.stores[*index] = (rect, level(home, rect));
            top = rect.bottom() + WIRE.1;
        }
    }

    fn place_below(
        &self,
        boxes: &mut Boxes,
        cell: &Cell,
        (x, service): (f64, f64),
        (y, h): (f64, f64),
    ) {
        let (least, stores) = self.cell_heights(cell, SERVICE);
        let below = stores.iter().fold(0.0, |most: f64, it| most.max(*it));
        if cell.stores.is_empty() {
            boxes.services[cell.service as usize] = Rect::new(x, y, service, h);
            return;
        }
        // A service has more use for more room than a store.
        let more = h - WIRE.0 - least - below;
        let home = Rect::new(x, y, service, least + 0.7 * more);
        boxes.services[cell.service as usize] = home;
        let count = cell.stores.len() as f64;
        let w = (service - 12.0 * (count - 1.0)) / count;
        for (place, index) in cell.stores.iter().enumerate() {
            let x = x + place as f64 * (w + 12.0);
            let rect = Rect::new(x, home.bottom() + WIRE.0, w, below + 0.3 * more);
            boxes.stores[*index] = (rect, upright(home, rect));
        }
    }

    /// Topics stand in their lane at the height of those who listen: the lower part, because calls come in above.
    fn place_topics(&self, layout: &mut Layout, boxes: &Boxes, column: &Column, strip: &Strip) {
        let mut wanted: Vec<(f64, u16, f64)> = Vec::new();
        for topic in &column.topics {
            let listeners = self.listeners(*topic);
            let at = |service: &u16| boxes.services[*service as usize];
            let lower = |rect: Rect| rect.y + 0.64 * rect.h;
            let middles: Vec<f64> = listeners.iter().map(|it| lower(at(it))).collect();
            let count = middles.len().max(1) as f64;
            // Queues as far apart as those who take from them, if that is not too far.
            let ordered = middles.windows(2).all(|pair| pair[0] < pair[1]);
            let pitch = match (middles.first(), middles.last()) {
                (Some(a), Some(b)) if ordered && count > 1.0 => (b - a) / (count - 1.0),
                _ => 0.0,
            };
            let least = self.pitch_of(*topic);
            let pitch = if least < PITCH {
                least
            } else {
                pitch.clamp(PITCH, 1.5 * PITCH)
            };
            let middle = middles.iter().sum::<f64>() / count;
            let queues = self.plan.topics[*topic as usize].subscriptions.len();
            let exits = (0..queues).map(|place| self.exit_of(place, pitch));
            let exit = exits.sum::<f64>() / queues.max(1) as f64;
            wanted.push((middle - exit, *topic, pitch));
        }
        wanted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let heights: Vec<f64> = (wanted.iter())
            .map(|(_, topic, pitch)| self.topic_height(*topic, *pitch))
            .collect();
        let mut rest: f64 = heights.iter().map(|h| h + 12.0).sum();
        let mut top = MARGIN;
        for ((y, topic, pitch), h) in wanted.into_iter().zip(heights) {
            // Those that come below need their room, too.
            let latest = layout.height - MARGIN - rest + 12.0;
            let y = y.min(latest).max(top);
            let used = is_used(self.plan, topic);
            let room = Rect::new(strip.lane.0, y, strip.lane.1 - strip.lane.0, h.max(UNUSED));
            Placer::add_topic(layout, self.topic(topic, room, pitch, used));
            top = y + h + 12.0;
            rest -= h + 12.0;
        }
    }

    /// Who listens to a topic, in the order of its subscriptions.
    pub(super) fn listeners(&self, topic: u16) -> Vec<u16> {
        let subscriptions = self.plan.topics[topic as usize].subscriptions.clone();
        subscriptions
            .map(|it| self.plan.subscriptions[it as usize].service)
            .collect()
    }

    /// People in front, beside the service that they ask.
    fn place_front(&self, layout: &mut Layout, boxes: &Boxes, front: &[Vec<u16>]) {
        let count = front.len() as f64;
        let step = PEOPLE.1 + 8.0;
        let middles = front.iter().map(|clients| {
            let service = service_of(self.plan, clients[0]);
            boxes.services[service as usize].center().y
        });
        let middle = middles.sum::<f64>() / count.max(1.0);
        // The line leaves from the figure, which is above the middle.
        let top = middle - 0.5 * (count - 1.0) * step - Placer::figure_middle();
        let latest = layout.height - MARGIN - (count * step - 8.0);
        let top = top.min(latest).max(MARGIN);
        for (place, clients) in front.iter().enumerate() {
            let y = top + place as f64 * step;
            let rect = Rect::new(MARGIN, y, PEOPLE.0, PEOPLE.1);
            layout.people.push(self.people(clients, rect));
        }
    }

    fn place_behind(&self, layout: &mut Layout, boxes: &Boxes, behind: &[Vec<u16>], x: f64) {
        let mut bottom = MARGIN;
        for clients in behind {
            let home = boxes.services[service_of(self.plan, clients[0]) as usize];
            let beside = self.plan.stores.iter().zip(&boxes.stores);
            let beside = beside.filter(|(plan, (rect, _))| {
                plan.service == service_of(self.plan, clients[0]) && rect.y < home.bottom()
            });
            let at = if beside.count() > 0 {
                home.y + 13.0
            } else {
                home.center().y
            };
            let latest = layout.height - MARGIN - PEOPLE.1;
            let y = (at - Placer::figure_middle()).min(latest).max(bottom);
            let rect = Rect::new(x, y, BEHIND, PEOPLE.1);
            layout.people.push(self.people(clients, rect));
            bottom = rect.bottom() + 6.0;
        }
    }

    /// The column in which an end of a link stands; a topic stands behind it.
    pub(super) fn column_of(&self, strips: &[Strip], end: End) -> Option<usize> {
        strips.iter().position(|strip| match end {
            End::Service(service) => strip.services.contains(&service),
            End::Topic(topic) => strip.topics.contains(&topic),
            End::Client(_) => false,
        })
    }
}
