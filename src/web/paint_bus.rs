//! The canvas, continued: what waits on the bus and what is locked in a store.

use super::paint::Painter;
use picture::layout::{Cylinder, Lane, Point, Rect, Slots, slots};
use run::Sim;
use sim::Locks;

/// So many of one thing are drawn one by one.
const SHOWN_MAX: u32 = 24;
/// The side of the largest bead of a queue.
const BEAD_MAX: f64 = 9.0;

impl Painter<'_> {
    /// A subscription's queue: a filled triangle for each message that waits, the next one on the right; hollow ones must
    /// wait until they may be delivered again; behind the door those that consumers have, in the tray the dead letters.
    pub(super) fn lane(&self, sim: &Sim, lane: &Lane) {
        let state = sim.queue_state(lane.subscription);
        let waiting = state.queued + state.delayed;
        let shown = waiting.min(SHOWN_MAX);
        let places = slots(shown, lane.beads, BEAD_MAX);
        for index in 0..shown {
            let Some(place) = places.rect(index) else {
                break;
            };
            let at = from_the_right(lane.beads, place);
            // Of many, the share that must wait is what counts.
            let ready =
                u64::from(index) * u64::from(waiting) < u64::from(state.queued) * u64::from(shown);
            let colour = if ready {
                &self.palette.event
            } else {
                &self.palette.retry
            };
            self.triangle(at, place.w * 0.5);
            if ready {
                self.fill(colour);
                self.ctx.fill();
            } else {
                self.stroke(colour, 1.3);
                self.ctx.stroke();
            }
        }
        // The door.
        let door = lane.hands.x - 4.0;
        self.stroke(&self.palette.line, 1.0);
        self.straight((door, lane.hands.y), (door, lane.hands.bottom()));
        self.hands(lane.hands, state.in_hand, state.consumers);
        let dead = state.dead.min(SHOWN_MAX);
        let room = Rect::new(
            lane.tray.x + 3.0,
            lane.tray.y,
            lane.tray.w - 6.0,
            lane.tray.h - 1.0,
        );
        let places = slots(dead, room, BEAD_MAX);
        self.stroke(&self.palette.rescued, 1.8);
        for index in 0..dead {
            let Some(place) = places.rect(index) else {
                break;
            };
            let Point { x, y } = place.center();
            let r = place.w * 0.36;
            self.straight((x - r, y - r), (x + r, y + r));
            self.straight((x - r, y + r), (x + r, y - r));
        }
    }

    /// What consumers have in hand, of what they may have.
    fn hands(&self, room: Rect, in_hand: u32, consumers: u32) {
        let places = if consumers <= SHOWN_MAX {
            slots(consumers.max(in_hand), room, BEAD_MAX)
        } else {
            Slots::Bar
        };
        if places == Slots::Bar {
            let share = f64::from(in_hand) / f64::from(consumers.max(1));
            self.fill(&self.palette.event);
            self.ctx
                .fill_rect(room.x, room.y + 2.0, room.w * share.min(1.0), room.h - 4.0);
            self.stroke(&self.palette.line, 1.0);
            self.ctx
                .stroke_rect(room.x, room.y + 2.0, room.w, room.h - 4.0);
            return;
        }
        for index in 0..consumers.max(in_hand) {
            let Some(place) = places.rect(index) else {
                break;
            };
            if index < in_hand {
                self.fill(&self.palette.event);
                self.ctx.fill_rect(place.x, place.y, place.w, place.h);
            } else {
                self.stroke(&self.palette.line, 1.0);
                self.ctx
                    .stroke_rect(place.x + 0.5, place.y + 0.5, place.w - 1.0, place.h - 1.0);
            }
        }
    }

    /// What is locked in a store: a bar for each row, with a dot above it for each statement that waits; padlocks for
    /// business locks; hatched bars for what is prepared and in doubt.
    pub(super) fn locks(&self, store: &Cylinder, locks: Locks) {
        let Some(room) = store.locks else { return };
        let mut x = room.x;
        let mut many = |kind: usize, count: u32| {
            if count == 0 {
                return;
            }
            let pitch = if kind == 1 { 10.0 } else { 6.0 };
            let shown = count.min(if kind == 0 { 8 } else { 4 });
            for _ in 0..shown {
                let (top, h) = (room.y + 4.0, room.h - 5.0);
                match kind {
                    0 => {
                        self.fill(&self.palette.ink);
                        self.ctx.fill_rect(x, top, 3.5, h);
                    }
                    1 => {
                        self.fill(&self.palette.ink);
                        self.ctx.fill_rect(x, top + 3.0, 7.0, h - 3.0);
                        self.stroke(&self.palette.ink, 1.3);
                        self.circle(
                            Point {
                                x: x + 3.5,
                                y: top + 2.5,
                            },
                            2.4,
                        );
                        self.ctx.stroke();
                    }
                    _ => self.hatched(Rect::new(x, top, 4.5, h), &self.palette.retry),
                }
                x += pitch;
            }
            if count > shown {
                x += self.number(x + 1.0, room.bottom() - 1.0, count, &self.palette.ink);
            }
            x += 5.0;
        };
        many(0, locks.rows);
        many(1, locks.leases);
        many(2, locks.in_doubt);
        if locks.waiting > 0 {
            self.fill(&self.palette.retry);
            for dot in 0..locks.waiting.min(6) {
                let at = Point {
                    x: x + 3.0 + f64::from(dot) * 7.0,
                    y: room.center().y + 2.0,
                };
                self.circle(at, 2.4);
                self.ctx.fill();
            }
            let x = x + 3.0 + f64::from(locks.waiting.min(6)) * 7.0;
            self.number(x, room.bottom() - 1.0, locks.waiting, &self.palette.retry);
        }
    }

    /// A number, and how wide it is.
    pub(super) fn number(&self, x: f64, y: f64, number: u32, colour: &str) -> f64 {
        let text = number.to_string();
        self.fill(colour);
        self.ctx.set_font("600 11px system-ui, sans-serif");
        // What is written is text, and stands somewhere.
        let _ = self.ctx.fill_text(&text, x, y);
        6.0 * text.len() as f64
    }

    pub(super) fn straight(&self, from: (f64, f64), to: (f64, f64)) {
        self.ctx.begin_path();
        self.ctx.move_to(from.0, from.1);
        self.ctx.line_to(to.0, to.1);
        self.ctx.stroke();
    }

    /// The outline of a triangle around a point.
    pub(super) fn triangle(&self, at: Point, size: f64) {
        self.ctx.begin_path();
        self.ctx.move_to(at.x, at.y - size);
        self.ctx.line_to(at.x + 0.92 * size, at.y + 0.68 * size);
        self.ctx.line_to(at.x - 0.92 * size, at.y + 0.68 * size);
        self.ctx.close_path();
    }
}

/// The middle of a place, counted from the right instead of from the left.
fn from_the_right(room: Rect, place: Rect) -> Point {
    Point {
        x: room.x + room.right() - place.right() + place.w / 2.0,
        y: place.center().y,
    }
}
