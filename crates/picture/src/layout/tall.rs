//! A tall picture, for phones: from top to bottom, a row for each service with its store beside it, and a row for each
//! topic. Lines lead straight to the next row; to others they pass on the left (calls) or on the right (events).

use super::layers::{home_of_topic, is_used};
use super::lines::{Ports, at, stacked, way};
use super::place::{Boxes, PEOPLE, Placer, level, service_of};
use super::{Label, Layout, Point, Rect, Route};
use sim::End;

const MARGIN: f64 = 5.0;
/// The width of the picture.
const WIDTH: f64 = 344.0;
/// The room at either side in which lines pass by what they do not concern.
const LANES: f64 = 17.0;
const WIRE: f64 = 9.0;
/// The share of a service in a row.
const SERVICE: f64 = 0.585;
/// Between rows: where numbers stand, where a line turns.
const GAP: f64 = 42.0;
const PEOPLE_GAP: f64 = 27.0;
/// Between two lines that pass on the same side.
const APART: f64 = 7.0;
/// A service has so much more room than it needs.
const ROOM: f64 = 18.0;

impl Placer<'_> {
    /// The room for passing lines: none where each row leads to the next.
    fn lanes(&self) -> f64 {
        if self.plan.services.len() + self.plan.topics.len() > 2 {
            LANES
        } else {
            0.0
        }
    }

    /// Places everything but the lines.
    pub(super) fn place_tall(&self, layout: &mut Layout, boxes: &mut Boxes) {
        let (front, behind) = self.groups();
        let left = MARGIN + self.lanes();
        let room = WIDTH - 2.0 * left;
        let service = (SERVICE * (room - WIRE)).round();
        let mut y = MARGIN;
        let step = PEOPLE.0 + 14.0;
        for (place, clients) in front.iter().enumerate() {
            let across = (place % 3) as f64 * step;
            let down = (place / 3) as f64 * (PEOPLE.1 + 6.0);
            let rect = Rect::new(left + across, MARGIN + down, PEOPLE.0, PEOPLE.1);
            layout.people.push(self.people(clients, rect));
            y = rect.bottom() + PEOPLE_GAP;
        }
        let last = self.layers.iter().copied().max().unwrap_or(0);
        for layer in 0..=last {
            for index in 0..self.plan.services.len() as u16 {
                if self.layers[index as usize] != layer {
                    continue;
                }
                let stores: Vec<usize> = self.stores_of(index).collect();
                let store_width = room - WIRE - service;
                let heights: Vec<f64> = stores
                    .iter()
                    .map(|it| self.store_height(*it as u16, store_width) + 6.0)
                    .collect();
                let gaps = 8.0 * stores.len().saturating_sub(1) as f64;
                let beside = heights.iter().sum::<f64>() + gaps;
                let h = (self.service_height(index) + ROOM).max(beside);
                let home = Rect::new(left, y, service, h);
                boxes.services[index as usize] = home;
                let grows = (h - gaps) / heights.iter().sum::<f64>().max(1.0);
                let mut top = y;
                for (store, height) in stores.iter().zip(heights) {
                    let x = home.right() + WIRE;
                    let rect = Rect::new(x, top, store_width, height * grows);
                    boxes.stores[*store] = (rect, level(home, rect));
                    top = rect.bottom() + 8.0;
                }
                y = home.bottom();
                let mut across = left + 2.0;
                for clients in behind
                    .iter()
                    .filter(|it| service_of(self.plan, it[0]) == index)
                {
                    let rect = Rect::new(across, home.bottom() + PEOPLE_GAP, PEOPLE.0, PEOPLE.1);
                    layout.people.push(self.people(clients, rect));
                    across += step;
                    y = rect.bottom() - 12.0;
                }
                y += GAP;
            }
            for topic in 0..self.plan.topics.len() as u16 {
                if home_of_topic(self.plan, &self.layers, topic) != layer {
                    continue;
                }
                let used = is_used(self.plan, topic);
                let pitch = self.pitch_of(topic);
                let h = self.topic_height(topic, pitch);
                let h = if used { h } else { super::bus::UNUSED };
                let rect = Rect::new(left, y - 8.0, room, h);
                Placer::add_topic(layout, self.topic(topic, rect, pitch, used));
                y = rect.bottom() + GAP;
            }
        }
        layout.width = WIDTH;
        let people = layout.people.iter().map(|people| people.rect.bottom());
        layout.height = people.fold(y - GAP, f64::max) + MARGIN + 4.0;
    }

    pub(super) fn tall_lines(&self, layout: &mut Layout) {
        let mut lines = Lines {
            placer: self,
            layout,
            ports: Ports::default(),
            left: Vec::new(),
            right: Vec::new(),
        };
        let links = (0..).zip(&self.plan.links);
        let routes: Vec<Route> = links
            .map(|(index, link)| lines.route(index, link.from, link.to))
            .collect();
        let mut feeds = self.feeds();
        feeds.retain(|it| it.replicas || it.caches);
        for feed in &mut feeds {
            lines.feed(feed);
        }
        layout.routes = routes;
        layout.feeds = feeds;
    }
}

struct Lines<'a> {
    placer: &'a Placer<'a>,
    layout: &'a Layout,
    ports: Ports,
    /// Whose lines pass on the left, and on the right: each has a place of its own.
    left: Vec<End>,
    right: Vec<End>,
}

impl Lines<'_> {
    fn home(&self, service: u16) -> Rect {
        self.layout.services[service as usize].rect
    }

    /// Everything that stands in a row.
    fn standing(&self) -> impl Iterator<Item = Rect> + '_ {
        let services = self.layout.services.iter().map(|it| it.rect);
        let topics = self.layout.topics.iter().map(|it| it.rect);
        let people = self.layout.people.iter().map(|it| it.rect);
        services.chain(topics).chain(people)
    }

    /// Whether anything stands between two heights.
    fn between(&self, upper: f64, lower: f64) -> bool {
        self.standing()
            .any(|it| it.y >= upper - 0.5 && it.bottom() <= lower + 0.5)
    }

    fn left_of(&mut self, end: End) -> f64 {
        let place = place_of(&mut self.left, end);
        MARGIN + LANES - 8.0 - APART * (place % 2) as f64
    }

    fn right_of(&mut self, end: End) -> f64 {
        let place = place_of(&mut self.right, end);
        self.layout.width - MARGIN - LANES + 8.0 + APART * (place % 2) as f64
    }

    fn route(&mut self, link: u16, from: End, to: End) -> Route {
        match (from, to) {
            (End::Client(client), End::Service(to)) => self.asked(client, to),
            (End::Service(a), End::Service(b)) if self.placer.carries(link) => self.called(a, b),
            (End::Topic(topic), End::Service(to)) => self.delivered(link, topic, to),
            (End::Service(from), End::Topic(topic)) => self.published(link, from, topic),
            _ => Route::default(),
        }
    }

    fn asked(&mut self, client: u16, to: u16) -> Route {
        let mut people = self.layout.people.iter();
        let Some(people) = people.find(|it| it.clients.contains(&client)) else {
            return Route::default();
        };
        let (rect, x) = (people.rect, people.figure.center().x);
        let home = self.home(to);
        if rect.y > home.y {
            return plain([at(x, rect.y), at(x, home.bottom())]);
        }
        let start = at(x, rect.bottom() + 8.0);
        if !self.between(rect.bottom(), home.y) {
            // People who stand beside the service come in at its corner.
            let into = x.min(home.right() - 24.0);
            let turn = home.y - 9.0;
            return plain([start, at(x, turn), at(into, turn), at(into, home.y)]);
        }
        let lane = self.left_of(End::Client(client));
        let y = self
            .ports
            .take(End::Service(to), false, home, home.center().y);
        let turn = start.y + 5.0;
        plain([
            start,
            at(x, turn),
            at(lane, turn),
            at(lane, y),
            at(home.x, y),
        ])
    }

    fn called(&mut self, from: u16, to: u16) -> Route {
        let (a, b) = (self.home(from), self.home(to));
        let (upper, lower) = if a.y < b.y { (a, b) } else { (b, a) };
        if !self.between(upper.bottom(), lower.y) {
            // Down on the left, up beside it.
            let x = a.x + if a.y < b.y { 34.0 } else { 54.0 };
            let (start, end) = if a.y < b.y {
                (a.bottom(), b.y)
            } else {
                (a.y, b.bottom())
            };
            let middle = f64::midpoint(start, end);
            return Route {
                way: vec![at(x, start), at(x, end)],
                label: Some(stacked(at(x + 15.0, middle - 2.0), at(x, middle))),
            };
        }
        let x = self.left_of(End::Service(from));
        let start = self.ports.take(End::Service(from), false, a, a.center().y);
        let end = self.ports.take(End::Service(to), false, b, b.center().y);
        Route {
            way: way([at(a.x, start), at(x, start), at(x, end), at(b.x, end)]),
            label: Some(over(b, at(x, b.y - 8.0))),
        }
    }

    fn delivered(&mut self, link: u16, topic: u16, to: u16) -> Route {
        let rect = self.layout.topics[topic as usize].rect;
        let y = self.placer.exit(self.layout, topic, link);
        let home = self.home(to);
        let into = home.right() - 30.0;
        if rect.bottom() < home.y && !self.between(rect.bottom(), home.y) {
            return plain([at(into, rect.bottom()), at(into, home.y)]);
        }
        let x = self.right_of(End::Topic(topic));
        let above = home.y - 10.0;
        plain([
            at(rect.right(), y),
            at(x, y),
            at(x, above),
            at(into, above),
            at(into, home.y),
        ])
    }

    fn published(&mut self, link: u16, from: u16, topic: u16) -> Route {
        let place = &self.layout.topics[topic as usize];
        let (rect, tip) = (place.rect, place.triangle.x);
        let home = self.home(from);
        let outbox = self.placer.outbox_of(self.layout, link, topic);
        let above = rect.y - 11.0;
        let near = home.bottom() < rect.y && !self.between(home.bottom(), rect.y);
        match (outbox, near) {
            (Some(outbox), true) => {
                let x = outbox.center().x;
                plain([at(x, outbox.bottom()), at(x, rect.y)])
            }
            (None, true) => plain([at(tip, home.bottom()), at(tip, rect.y)]),
            (Some(outbox), false) => {
                let lane = self.right_of(End::Service(from));
                let (x, out) = (outbox.center().x, outbox.bottom());
                let turn = out + 9.0;
                let end = at(rect.right(), place.triangle.y);
                plain([
                    at(x, out),
                    at(x, turn),
                    at(lane, turn),
                    at(lane, end.y),
                    end,
                ])
            }
            (None, false) => {
                let lane = self.left_of(End::Topic(topic));
                let start = self
                    .ports
                    .take(End::Service(from), false, home, home.bottom());
                plain([
                    at(home.x, start),
                    at(lane, start),
                    at(lane, above),
                    at(tip, above),
                    at(tip, rect.y),
                ])
            }
        }
    }

    /// Change events go to the row below the reader, where the triangle stands beside the calls' numbers.
    fn feed(&mut self, feed: &mut super::Feed) {
        let Some((reader, owner)) = self.placer.ends_of(feed) else {
            return;
        };
        let (home, source) = (self.home(reader), self.home(owner));
        let store = self.placer.stores_of(reader).next();
        let store = store.map_or(home, |store| self.layout.stores[store].rect);
        let below = home.y < source.y;
        let (out, into) = if below {
            (source.y, home.bottom().max(store.bottom()))
        } else {
            (source.bottom(), home.y)
        };
        let near = !self.between(into.min(out), into.max(out));
        // Beside the owner, on the side of the reader.
        let y = if below {
            out - 0.5 * GAP
        } else {
            out + 0.5 * GAP
        };
        let x = source.right() - 17.0;
        Placer::stand(feed, at(x, y));
        feed.text = [at(store.x + 80.0, y + 4.0), at(store.x + 84.0, y + 4.0)];
        feed.rect = Rect::new(x - 14.0, y - 14.0, 150.0, 26.0);
        feed.from = vec![at(x, out), feed.at];
        let edge = if below { store.bottom() } else { store.y };
        let side = if below { home.bottom() } else { home.y };
        if near {
            let turn = if below { edge + 7.0 } else { edge - 7.0 };
            let into = store.x + 14.0;
            feed.to_store = vec![feed.at, at(x, turn), at(into, turn), at(into, edge)];
            feed.to_service = vec![feed.at, at(x, side)];
            return;
        }
        let port = home.right() - 22.0;
        let lane = self.right_of(End::Service(owner));
        let level = store.center().y;
        feed.to_store = way([
            feed.at,
            at(x, y - 17.0),
            at(lane, y - 17.0),
            at(lane, level),
            at(store.right(), level),
        ]);
        let turn = if below { into + 9.0 } else { into - 9.0 };
        feed.to_service = way([
            feed.at,
            at(x, y - 17.0),
            at(lane, y - 17.0),
            at(lane, turn),
            at(port, turn),
            at(port, side),
        ]);
    }
}

/// The place of an end among those whose lines pass on a side.
fn place_of(ends: &mut Vec<End>, end: End) -> usize {
    ends.iter().position(|it| *it == end).unwrap_or_else(|| {
        ends.push(end);
        ends.len() - 1
    })
}

/// Numbers above the box that a line leads to.
fn over(home: Rect, line: Point) -> Label {
    stacked(at(home.x + 2.0, home.y - 20.0), line)
}

fn plain(corners: impl IntoIterator<Item = Point>) -> Route {
    Route {
        way: way(corners),
        label: None,
    }
}
