//! A topic of the message bus: its triangle, and a queue for each subscription.

use super::place::Placer;
use super::{Lane, Point, Rect, TopicBox};

/// The height of a topic's head: the triangle and its name.
const HEAD: f64 = 40.0;
/// More queues than this are drawn closer together.
const ROOMY_MAX: usize = 3;
/// The room for what consumers have in hand.
const HANDS: f64 = 62.0;
/// The width of the tray for dead letters.
const TRAY: f64 = 84.0;

impl Placer<'_> {
    /// A topic, with its corner at the top left here.
    pub(super) fn topic(&self, topic: u16, x: f64, y: f64, w: f64) -> TopicBox {
        let subscriptions = self.plan.topics[topic as usize].subscriptions.clone();
        let roomy = subscriptions.len() <= ROOMY_MAX;
        let (pitch, beads, tray) = if roomy {
            (48.0, 12.0, 11.0)
        } else {
            (38.0, 9.0, 8.0)
        };
        let lanes = subscriptions.clone().zip(0..).map(|(subscription, place)| {
            let rect = Rect::new(
                x + 12.0,
                y + HEAD + pitch * f64::from(place),
                w - 24.0,
                pitch - 4.0,
            );
            let row = rect.y + 14.0;
            Lane {
                subscription,
                rect,
                name: (
                    Point {
                        x: rect.x,
                        y: rect.y + 10.0,
                    },
                    rect.w * 0.46,
                ),
                numbers: Point {
                    x: rect.right(),
                    y: rect.y + 10.0,
                },
                beads: Rect::new(rect.x, row, rect.w - HANDS - 8.0, beads),
                hands: Rect::new(rect.right() - HANDS, row, HANDS, beads),
                tray: Rect::new(rect.right() - TRAY, row + beads + 4.0, TRAY, tray),
            }
        });
        TopicBox {
            topic,
            rect: Rect::new(x, y, w, HEAD + pitch * subscriptions.len() as f64 + 4.0),
            triangle: Point {
                x: x + 27.0,
                y: y + 22.0,
            },
            title: Point {
                x: x + 50.0,
                y: y + 18.0,
            },
            lanes: lanes.collect(),
        }
    }
}
