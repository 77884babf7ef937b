//! Floor 3: where things stand in the diagram. A plan and a form in, geometry out; no drawing, no page.
//!
//! Services stand in columns (wide) or rows (tall) by how far they are from the people; each has its store beside it.
//! People who only feed a service far from the others stand behind it. A topic of the message bus stands below the one
//! who publishes, before those who listen. One unit is about one CSS pixel.

mod bus;
mod feeds;
mod grid;
mod layers;
mod place;
mod routes;
#[cfg(test)]
mod tests;

pub use grid::{ONE_BY_ONE_MAX, Slots, slots};

use crate::sim::Plan;

/// Which way the picture runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// From left to right, for screens.
    #[default]
    Wide,
    /// From top to bottom, for phones.
    Tall,
}

/// A place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(missing_docs)] // x to the right, y downwards
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(missing_docs)] // x, y is the corner at the top left
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

impl Rect {
    /// A rectangle.
    pub const fn new(x: f64, y: f64, w: f64, h: f64) -> Rect {
        Rect { x, y, w, h }
    }

    /// The right edge.
    pub fn right(&self) -> f64 {
        self.x + self.w
    }

    /// The lower edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.h
    }

    /// The middle.
    pub fn center(&self) -> Point {
        Point {
            x: self.x + self.w / 2.0,
            y: self.y + self.h / 2.0,
        }
    }

    /// Whether two rectangles share more than an edge.
    pub fn overlaps(&self, other: &Rect) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }

    /// Whether `inner` is inside.
    pub fn contains(&self, inner: &Rect) -> bool {
        self.x <= inner.x
            && self.y <= inner.y
            && inner.right() <= self.right()
            && inner.bottom() <= self.bottom()
    }
}

/// People (or systems) that send requests: one client, or several that are drawn as one.
#[derive(Clone, Debug, PartialEq)]
pub struct People {
    /// Clients, as indices into the plan.
    pub clients: Vec<u16>,
    /// All of it.
    pub rect: Rect,
    /// Where the figure stands.
    pub figure: Rect,
    /// Where the rings of their open requests stand.
    pub rings: Rect,
}

/// A service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceBox {
    /// Its index in the plan.
    pub service: u16,
    /// All of it.
    pub rect: Rect,
    /// For each instance: where its accept queue stands.
    pub queues: Vec<Rect>,
    /// For each instance: where its workers stand.
    pub rows: Vec<Rect>,
    /// Its caches.
    pub drawers: Vec<Drawer>,
    /// Whether it belongs to somebody else: a corner is cut off.
    pub external: bool,
}

/// A cache of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawer {
    /// Its index in the plan's caches.
    pub cache: u16,
    /// Where.
    pub rect: Rect,
}

/// A store.
#[derive(Clone, Debug, PartialEq)]
pub struct Cylinder {
    /// Its index in the plan.
    pub store: u16,
    /// All of it.
    pub rect: Rect,
    /// Half the height of its lid.
    pub lid: f64,
    /// Where its connections stand, on the rim.
    pub rim: Rect,
    /// The tables in it.
    pub chips: Vec<Chip>,
    /// How many tables did not fit.
    pub more: usize,
    /// The line to its service.
    pub wire: (Point, Point),
    /// Where its locks stand, if anything can be locked in it.
    pub locks: Option<Rect>,
    /// Events that wait in it for a relay.
    pub outboxes: Vec<Outbox>,
}

/// An outbox (or the log) in a store, which a relay empties.
#[derive(Clone, Debug, PartialEq)]
pub struct Outbox {
    /// Its relay, as an index into the plan.
    pub relay: u16,
    /// Where.
    pub rect: Rect,
    /// Whether it is the database's log.
    pub log: bool,
}

/// A topic of the message bus: a triangle, and a queue for each of its subscriptions.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicBox {
    /// Its index in the plan.
    pub topic: u16,
    /// All of it.
    pub rect: Rect,
    /// The middle of the triangle, where events come in.
    pub triangle: Point,
    /// The baseline of its name.
    pub title: Point,
    /// Its queues.
    pub lanes: Vec<Lane>,
}

/// The queue of a subscription: messages wait in it from the left to the right, where consumers take them out.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// The subscription, as an index into the plan.
    pub subscription: u16,
    /// All of it.
    pub rect: Rect,
    /// Where its name begins (on the baseline), and how much room there is for it.
    pub name: (Point, f64),
    /// Where the numbers end (on the baseline).
    pub numbers: Point,
    /// Where messages wait.
    pub beads: Rect,
    /// Where those stand that consumers have in hand.
    pub hands: Rect,
    /// Where dead letters lie, below.
    pub tray: Rect,
}

/// What a chip in a store stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChipKind {
    /// A table of its own.
    Own,
    /// The owner's table, joined here (one database).
    Joined,
    /// A copy that events keep in step.
    Replica,
    /// A value embedded in the rows.
    Embedded,
}

/// A table in a store.
#[derive(Clone, Debug, PartialEq)]
pub struct Chip {
    /// What it is.
    pub kind: ChipKind,
    /// The table (index into the plan).
    pub table: u16,
    /// Where.
    pub rect: Rect,
}

/// Where messages of a link run: from any instance at one end to any at the other, round the corners in between.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route {
    /// Where each instance of the `from` end sends from.
    pub from: Vec<Point>,
    /// The corners on the way.
    pub via: Vec<Point>,
    /// Where each instance of the `to` end receives.
    pub to: Vec<Point>,
    /// Whether other routes end beside this one, so that its numbers must stand near its own end.
    pub crowded: bool,
}

impl Route {
    /// Both ends between two instances (the last known ones, if there are fewer).
    pub fn line(&self, from: u16, to: u16) -> (Point, Point) {
        let at = |points: &[Point], index: u16| {
            points
                .get(index as usize)
                .or(points.last())
                .copied()
                .unwrap_or_default()
        };
        (at(&self.from, from), at(&self.to, to))
    }

    /// The corners of the way between two instances, both ends included.
    pub fn corners(&self, from: u16, to: u16) -> impl Iterator<Item = Point> + '_ {
        let (a, b) = self.line(from, to);
        let via = self.via.iter().copied();
        std::iter::once(a).chain(via).chain(std::iter::once(b))
    }

    /// A point on the way between two instances, `lane` to the right of it.
    pub fn at(&self, from: u16, to: u16, t: f64, lane: f64) -> Point {
        let (a, b) = self.line(from, to);
        if self.via.is_empty() {
            return along(a, b, t, lane);
        }
        let parts = || self.corners(from, to).zip(self.corners(from, to).skip(1));
        let length = |(a, b): (Point, Point)| (b.x - a.x).hypot(b.y - a.y);
        let mut left = t * parts().map(length).sum::<f64>();
        let mut last = (a, b, 1.0);
        for (a, b) in parts() {
            let part = length((a, b)).max(1e-9);
            last = (a, b, (left / part).min(1.0));
            if left <= part {
                break;
            }
            left -= part;
        }
        along(last.0, last.1, last.2, lane)
    }
}

/// A feed: change events on their way from an owner to a reader's copies.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// The link the events take.
    pub link: u16,
    /// The middle of the triangle.
    pub at: Point,
    /// Where events leave the owner.
    pub from: Point,
    /// Where they enter the reader's store (replicas).
    pub to_store: Point,
    /// Where they enter the reader itself (caches).
    pub to_service: Point,
    /// Whether any replica listens.
    pub replicas: bool,
    /// Whether any cache listens.
    pub caches: bool,
}

/// The whole picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// Which way it runs.
    pub form: Form,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// People, the most important first.
    pub people: Vec<People>,
    /// Services, in the order of the plan.
    pub services: Vec<ServiceBox>,
    /// Stores, in the order of the plan.
    pub stores: Vec<Cylinder>,
    /// Topics of the message bus, in the order of the plan.
    pub topics: Vec<TopicBox>,
    /// Feeds of change events.
    pub feeds: Vec<Feed>,
    /// A route for each link of the plan.
    pub routes: Vec<Route>,
}

/// Half the distance between the lane of requests and the lane of answers.
pub const LANE: f64 = 4.5;

impl Layout {
    /// The picture of a plan. `main_client` is the client whose outcome counts; it stands first.
    pub fn new(plan: &Plan, main_client: u16, form: Form) -> Layout {
        place::Placer::new(plan, main_client, form).place()
    }

    /// Whether it is a picture of this plan.
    pub fn shows(&self, plan: &Plan) -> bool {
        let lanes = self.topics.iter().map(|topic| topic.lanes.len());
        let outboxes = self.stores.iter().map(|store| store.outboxes.len());
        self.services.len() == plan.services.len()
            && self.stores.len() == plan.stores.len()
            && self.routes.len() == plan.links.len()
            && self.topics.len() == plan.topics.len()
            && lanes.sum::<usize>() == plan.subscriptions.len()
            && outboxes.sum::<usize>() == plan.relays.len()
    }

    /// The queue of a subscription.
    pub fn lane(&self, subscription: u16) -> Option<&Lane> {
        let mut lanes = self.topics.iter().flat_map(|topic| &topic.lanes);
        lanes.find(|lane| lane.subscription == subscription)
    }
}

/// A point on the way from `a` to `b`, `lane` to the right of it.
pub fn along(a: Point, b: Point, t: f64, lane: f64) -> Point {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let length = (dx * dx + dy * dy).sqrt().max(1e-9);
    Point {
        x: a.x + dx * t - dy / length * lane,
        y: a.y + dy * t + dx / length * lane,
    }
}
