//! What lines of both forms have in common.

use super::place::Placer;
use super::{Feed, Label, Layout, Point, Rect};
use scenario::{CacheSync, ReadStrategy};
use sim::End;
use sim::plan::Instruction;

/// A place.
pub(super) fn at(x: f64, y: f64) -> Point {
    Point { x, y }
}

/// A way round these corners, without those at which it does not turn.
pub(super) fn way(corners: impl IntoIterator<Item = Point>) -> Vec<Point> {
    let mut way: Vec<Point> = Vec::new();
    for corner in corners {
        let near = |a: f64, b: f64| (a - b).abs() < 0.5;
        if let Some(last) = way.last()
            && near(last.x, corner.x)
            && near(last.y, corner.y)
        {
            continue;
        }
        if let [.., a, b] = &mut way[..] {
            let on = near(a.x, b.x) && near(b.x, corner.x) || near(a.y, b.y) && near(b.y, corner.y);
            let between = |a: f64, b: f64, c: f64| (a - b) * (b - c) >= 0.0;
            if on && between(a.x, b.x, corner.x) && between(a.y, b.y, corner.y) {
                *b = corner;
                continue;
            }
        }
        way.push(corner);
    }
    if let [only] = way[..] {
        way.push(only);
    }
    way
}

/// Places on a side of a box that are taken.
#[derive(Default)]
pub(super) struct Ports {
    taken: Vec<(End, bool, f64)>,
}

/// Between the places of two lines on a side of a box.
const APART: f64 = 19.0;

impl Ports {
    /// A free place on a side of a service, as near as can be to the wanted one.
    pub(super) fn take(&mut self, end: End, right: bool, rect: Rect, wanted: f64) -> f64 {
        let (least, most) = (rect.y + 12.0, (rect.bottom() - 12.0).max(rect.y + 12.0));
        let free = |y: f64| {
            (least..=most).contains(&y)
                && !(self.taken.iter()).any(|(other, side, taken)| {
                    (*other, *side) == (end, right) && (taken - y).abs() < APART
                })
        };
        let wanted = wanted.clamp(least, most);
        let steps = (0..200).map(|step| 0.5 * f64::from(step) * APART / 4.0);
        let mut places = steps.flat_map(|step| [wanted + step, wanted - step]);
        let y = places.find(|y| free(*y)).unwrap_or(wanted);
        self.taken.push((end, right, y));
        y
    }
}

impl Placer<'_> {
    /// The pairs of readers and owners between which change events may run, with whatever strategies, in the order of the
    /// references; and whether replicas or caches listen with those of now.
    pub(super) fn feeds(&self) -> Vec<Feed> {
        let mut feeds: Vec<Feed> = Vec::new();
        for reference in &self.plan.references {
            if reference.reader == reference.owner {
                continue;
            }
            let replicas = reference.strategy == ReadStrategy::Replica;
            let caches = reference.strategy == ReadStrategy::LocalCache
                && self.plan.caches[reference.cache as usize].sync == CacheSync::Broadcast;
            let link = reference.event_link;
            if let Some(feed) = feeds.iter_mut().find(|feed| feed.link == link) {
                feed.replicas |= replicas;
                feed.caches |= caches;
                continue;
            }
            feeds.push(Feed {
                link,
                at: Point::default(),
                text: Default::default(),
                rect: Rect::default(),
                from: Vec::new(),
                to_store: Vec::new(),
                to_service: Vec::new(),
                replicas,
                caches,
            });
        }
        feeds
    }

    /// The reader and the owner at the two ends of a feed's link.
    pub(super) fn ends_of(&self, feed: &Feed) -> Option<(u16, u16)> {
        let link = &self.plan.links[feed.link as usize];
        match (link.from, link.to) {
            (End::Service(owner), End::Service(reader)) => Some((reader, owner)),
            _ => None,
        }
    }

    /// Where a feed's triangle and texts stand.
    pub(super) fn stand(feed: &mut Feed, middle: Point) {
        let Point { x, y } = middle;
        feed.at = middle;
        feed.text = [at(x - 3.0, y + 24.0), at(x + 3.0, y + 24.0)];
        feed.rect = Rect::new(x - 45.0, y - 15.0, 90.0, 43.0);
    }

    /// Whether calls may run along a link between two services, with the settings of now. Others stand for change events,
    /// which have feeds, or for the repairs of a reconciliation that is switched off.
    pub(super) fn carries(&self, link: u16) -> bool {
        let plan = self.plan;
        let called =
            |it: &Instruction| matches!(it, Instruction::Call { link: its, .. } if *its == link);
        let events = plan.references.iter().any(|it| it.event_link == link)
            || plan
                .caches
                .iter()
                .any(|it| it.in_use && it.event_link == link);
        plan.code.iter().any(called)
            || plan.references.iter().any(|it| it.link == link)
            || !events && plan.reconciliations.iter().any(|it| it.enabled)
    }

    /// The outbox out of which a service's events leave for a topic.
    pub(super) fn outbox_of(&self, layout: &Layout, link: u16, topic: u16) -> Option<Rect> {
        let relays = (0..).zip(&self.plan.relays);
        let mut relays = relays.filter(|(_, relay)| relay.link == link && relay.topic == topic);
        let relay: u16 = relays.next()?.0;
        let mut outboxes = layout.stores.iter().flat_map(|store| &store.outboxes);
        let found = outboxes.find(|outbox| outbox.relay == relay);
        found.map(|outbox| outbox.rect)
    }

    /// The height at which messages for a link leave a topic: in the middle of its queues.
    pub(super) fn exit(&self, layout: &Layout, topic: u16, link: u16) -> f64 {
        let place = &layout.topics[topic as usize];
        let lanes = place.lanes.iter();
        let mine =
            lanes.filter(|it| self.plan.subscriptions[it.subscription as usize].link == link);
        let (sum, count) = mine.fold((0.0, 0.0), |(sum, count), lane| {
            (sum + lane.hands.center().y, count + 1.0)
        });
        if count > 0.0 {
            sum / count
        } else {
            place.rect.center().y
        }
    }
}

/// Numbers above and below a level line.
pub(super) fn around(line: Point) -> Label {
    Label {
        rate: at(line.x, line.y - 12.0),
        note: at(line.x, line.y + 20.0),
        centred: true,
        line,
    }
}

/// Numbers in one row above a level line; they begin at `x`.
pub(super) fn above(x: f64, line: Point) -> Label {
    Label {
        rate: at(x, line.y - 12.0),
        note: at(x + 94.0, line.y - 12.0),
        centred: false,
        line,
    }
}

/// Numbers in two rows that begin here; the line that they belong to is elsewhere.
pub(super) fn stacked(first: Point, line: Point) -> Label {
    Label {
        rate: first,
        note: at(first.x, first.y + 13.0),
        centred: false,
        line,
    }
}
