//! A topic of the message bus: its triangle, and a queue for each subscription.

use super::place::Placer;
use super::{Lane, Point, Rect, TopicBox};

/// The height of a topic's head: the triangle and its name.
const HEAD: f64 = 38.0;
/// The height of a queue: its name, what waits in it, its numbers, its dead letters.
pub(super) const PITCH: f64 = 54.0;
/// More queues than this are drawn closer together, without their numbers.
const ROOMY_MAX: usize = 3;
/// The height of such a queue.
const CLOSE: f64 = 25.0;
/// The room for what consumers have in hand.
const HANDS: f64 = 58.0;
/// The width of the tray for dead letters.
const TRAY: f64 = 64.0;
/// The height of a topic that is not used.
pub(super) const UNUSED: f64 = 32.0;
/// From the top of a topic to the middle of its triangle.
const TRIANGLE: f64 = 18.0;

impl Placer<'_> {
    /// The height of a topic whose queues are so far apart.
    pub(super) fn topic_height(&self, topic: u16, pitch: f64) -> f64 {
        let count = self.plan.topics[topic as usize].subscriptions.len();
        let last = if count == 0 { 0.0 } else { PITCH.min(pitch) };
        HEAD + last + pitch * count.saturating_sub(1) as f64 + 3.0
    }

    /// How far apart the queues of a topic stand at least.
    pub(super) fn pitch_of(&self, topic: u16) -> f64 {
        if self.plan.topics[topic as usize].subscriptions.len() > ROOMY_MAX {
            CLOSE
        } else {
            PITCH
        }
    }

    /// From the top of a topic to where messages leave its `place`th queue.
    pub(super) fn exit_of(&self, place: usize, pitch: f64) -> f64 {
        HEAD + pitch * place as f64 + 20.0
    }

    /// A topic in a room that is kept for it. One that is not used stands at the room's lower edge.
    pub(super) fn topic(&self, topic: u16, room: Rect, pitch: f64, used: bool) -> TopicBox {
        let subscriptions = self.plan.topics[topic as usize].subscriptions.clone();
        let rect = if used {
            room
        } else {
            Rect::new(room.x, room.bottom() - UNUSED, room.w, UNUSED)
        };
        let roomy = pitch >= PITCH;
        let lanes = subscriptions.zip(0..).map(|(subscription, place)| {
            let (x, w) = (room.x + 10.0, room.w - 20.0);
            let y = room.y + HEAD + pitch * f64::from(place);
            let row = y + if roomy { 14.0 } else { 13.0 };
            let beads = if roomy { 12.0 } else { 10.0 };
            let lane = if used {
                Rect::new(x, y, w, pitch.min(PITCH))
            } else {
                Rect::new(x, rect.center().y, w, 0.0)
            };
            let place = |x: f64, y: f64, w: f64, h: f64| {
                if used { Rect::new(x, y, w, h) } else { lane }
            };
            Lane {
                subscription,
                rect: lane,
                name: Point { x, y: y + 10.0 },
                numbers: roomy.then_some(Point { x, y: y + 37.0 }),
                beads: place(x, row, w - HANDS - 8.0, beads),
                hands: place(x + w - HANDS, row, HANDS, beads),
                tray: if roomy {
                    place(x + w - TRAY, y + 41.0, TRAY, 10.0)
                } else {
                    place(x + w - 0.6 * TRAY, y + 1.0, 0.6 * TRAY, 10.0)
                },
            }
        });
        TopicBox {
            topic,
            rect,
            triangle: Point {
                x: rect.x + 22.0,
                y: rect.y
                    + if used {
                        TRIANGLE + 2.0
                    } else {
                        0.5 * UNUSED - 3.0
                    },
            },
            title: Point {
                x: rect.x + 42.0,
                y: rect.y + if used { 17.0 } else { 20.0 },
            },
            rate: Point {
                x: rect.x + 42.0,
                y: rect.y + 31.0,
            },
            lanes: lanes.collect(),
            used,
        }
    }

    /// Topics are placed layer by layer, and stand in the order of the plan.
    pub(super) fn add_topic(layout: &mut super::Layout, topic: TopicBox) {
        let topics = &mut layout.topics;
        let place = topics.partition_point(|other| other.topic < topic.topic);
        topics.insert(place, topic);
    }
}
