//! Where things stand in the diagram. A plan and a form in, geometry out; no drawing, no page.
//!
//! Services stand in columns (wide) or rows (tall) by how far they are from the people; each has its store below or
//! beside it, whichever leaves the text larger in the frame. People who only feed a service far from the others stand
//! behind it. A topic of the message bus stands in a lane of its own, between those who publish and those who listen.
//! One unit is one CSS pixel in a frame that is just large enough; the smallest text has [`TEXT_MIN`] of them.

mod aspect;
mod bus;
mod grid;
mod layers;
mod lines;
mod place;
mod tall;
#[cfg(test)]
mod tests;
mod wide;
mod wide_lines;

pub use aspect::Aspect;

pub use grid::{ONE_BY_ONE_MAX, Slots, slots};

use sim::Plan;

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
    /// The baselines of the four lines of text below the figure: name, requests a second, what they see, what goes wrong.
    pub lines: [f64; 4],
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
    /// Where its name begins (on the baseline).
    pub title: Point,
    /// Where it says what it is, or what is wrong (on the baseline).
    pub sub: Point,
    /// Where it says how many wait at the door (on the baseline).
    pub waits: Point,
    /// Where the number of its busy threads ends (on the baseline).
    pub live: Point,
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
    /// Where its name begins (on the baseline).
    pub title: Point,
    /// Whether there is room for a number beside its name.
    pub roomy: bool,
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
    /// Where its name begins (on the baseline).
    pub title: Point,
    /// Where it says how many events come in a second (on the baseline).
    pub rate: Point,
    /// Its queues.
    pub lanes: Vec<Lane>,
    /// Whether anything is published on it with the settings of now. One that is not used is small, and has no queues.
    pub used: bool,
}

/// The queue of a subscription: messages wait in it from the left to the right, where consumers take them out.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// The subscription, as an index into the plan.
    pub subscription: u16,
    /// All of it.
    pub rect: Rect,
    /// Where its name begins (on the baseline).
    pub name: Point,
    /// Where its numbers begin (on the baseline), if there is room for them.
    pub numbers: Option<Point>,
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

/// The line of a link: all messages of the link run along it, between whichever instances they are sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route {
    /// Its corners, both ends included. The ends lie on the edges of the boxes.
    pub way: Vec<Point>,
    /// Where its numbers stand, if it has any.
    pub label: Option<Label>,
}

/// The place of a line's numbers. No other line runs through it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Label {
    /// Where the number of calls a second stands (on the baseline).
    pub rate: Point,
    /// Where it is said what is not drawn, or what is wrong (on the baseline).
    pub note: Point,
    /// Whether the texts are centred on these points; otherwise they begin there.
    pub centred: bool,
    /// The middle of the piece of the line that the numbers stand at.
    pub line: Point,
}

impl Route {
    /// A point on the way, `lane` to the right of it.
    pub fn at(&self, t: f64, lane: f64) -> Point {
        on_way(&self.way, t, lane)
    }

    /// The middle of what can be told apart from other lines: where a cut is drawn.
    pub fn middle(&self) -> Point {
        self.label
            .map_or_else(|| self.at(0.5, 0.0), |label| label.line)
    }
}

/// A feed: change events on their way from an owner to a reader's copies.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// The link the events take.
    pub link: u16,
    /// The middle of the triangle.
    pub at: Point,
    /// Where its two lines of text begin (on the baselines).
    pub text: [Point; 2],
    /// All of it.
    pub rect: Rect,
    /// The events' way from the owner to the triangle.
    pub from: Vec<Point>,
    /// Their way on into the reader's store (replicas).
    pub to_store: Vec<Point>,
    /// Their way on into the reader itself (caches).
    pub to_service: Vec<Point>,
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
/// The size of the smallest text.
pub const TEXT_MIN: f64 = 11.0;

impl Layout {
    /// The picture of a plan, for a frame of the usual proportions. `main_client` is the client whose outcome counts; it
    /// stands first.
    pub fn new(plan: &Plan, main_client: u16, form: Form) -> Layout {
        Layout::fitting(plan, main_client, form, Aspect::default())
    }

    /// The picture of a plan for a frame of these proportions. (A tall picture is as high as it needs to be.)
    pub fn fitting(plan: &Plan, main_client: u16, form: Form, aspect: Aspect) -> Layout {
        place::Placer::new(plan, main_client, form).place(aspect)
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

/// A point on a way, `t` of its length from its beginning and `lane` to the right of it. Round a corner the lane keeps its
/// distance from the line.
pub fn on_way(way: &[Point], t: f64, lane: f64) -> Point {
    let length = |a: Point, b: Point| (b.x - a.x).hypot(b.y - a.y);
    let pieces = || way.windows(2).map(|ends| (ends[0], ends[1]));
    let mut left = t * pieces().map(|(a, b)| length(a, b)).sum::<f64>();
    let mut last = way.first().copied().unwrap_or_default();
    for (index, (a, b)) in pieces().enumerate() {
        let part = length(a, b);
        if left <= part || index + 2 == way.len() {
            let share = (left / part.max(1e-9)).min(1.0);
            let (a, b) = (beside(way, index, lane), beside(way, index + 1, lane));
            return Point {
                x: a.x + (b.x - a.x) * share,
                y: a.y + (b.y - a.y) * share,
            };
        }
        left -= part;
        last = b;
    }
    last
}

/// A corner of a way, moved by `lane` to the right of both its pieces.
fn beside(way: &[Point], corner: usize, lane: f64) -> Point {
    let right = |a: Point, b: Point| {
        let length = (b.x - a.x).hypot(b.y - a.y).max(1e-9);
        (-(b.y - a.y) / length, (b.x - a.x) / length)
    };
    let at = way[corner];
    let before = corner.checked_sub(1).map(|index| right(way[index], at));
    let after = way.get(corner + 1).map(|next| right(at, *next));
    let (x, y) = match (before, after) {
        // At a right angle the sum of both directions leads to where the lanes meet.
        (Some(a), Some(b)) if (a.0 * b.0 + a.1 * b.1).abs() < 0.5 => (a.0 + b.0, a.1 + b.1),
        (Some(one), _) | (None, Some(one)) => one,
        (None, None) => (0.0, 0.0),
    };
    Point {
        x: at.x + x * lane,
        y: at.y + y * lane,
    }
}

/// A point on the way from `a` to `b`, `lane` to the right of it.
pub fn along(a: Point, b: Point, t: f64, lane: f64) -> Point {
    on_way(&[a, b], t, lane)
}
