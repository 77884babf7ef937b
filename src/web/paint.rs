//! The overlay canvas: everything in the diagram that changes from frame to frame. It keeps no state: each call draws
//! the whole picture of a moment.

use super::scene::retrying_at;
use picture::layout::{
    Cylinder, Drawer, Layout, ONE_BY_ONE_MAX, People, Point, Rect, ServiceBox, Slots, slots,
};
use picture::sprites::{Caption, Kind, Mark, Picture, STAR, Sign};
use run::Sim;
use sim::InstanceState;
use std::f64::consts::{PI, TAU};
use wasm_bindgen::JsValue;
use web_sys::CanvasRenderingContext2d;

/// Above so many marks each is drawn more cheaply (squares instead of arcs).
const ARCS_MAX: usize = 1_500;
/// With more later attempts than this under way, their numbers would lie on each other and on the rates of the lines.
const NUMBERED_MAX: usize = 24;
/// The side of the largest worker slot.
const SLOT_MAX: f64 = 18.0;
/// The side of the largest bead, ring or rim slot.
const BEAD_MAX: f64 = 9.0;

/// The colours of the page, read from its style sheet.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs)] // named as the custom properties of the style sheet
pub struct Palette {
    pub ink: String,
    pub muted: String,
    pub line: String,
    pub surface: String,
    pub accent: String,
    pub request: String,
    pub answer: String,
    pub event: String,
    pub retry: String,
    pub failure: String,
    pub rescued: String,
    pub stale: String,
    pub repair: String,
}

impl Palette {
    /// Reads each colour by the name of its custom property (`--ink`, ...).
    pub fn read(property: impl Fn(&str) -> String) -> Palette {
        Palette {
            ink: property("--ink"),
            muted: property("--muted"),
            line: property("--line"),
            surface: property("--surface"),
            accent: property("--accent"),
            request: property("--request"),
            answer: property("--answer"),
            event: property("--event"),
            retry: property("--retry"),
            failure: property("--failure"),
            rescued: property("--rescued"),
            stale: property("--stale"),
            repair: property("--repair"),
        }
    }
}

/// The canvas at work: its context, where things stand, and the colours.
pub struct Painter<'a> {
    /// Where it draws. The units are the layout's.
    pub ctx: &'a CanvasRenderingContext2d,
    /// Where things stand.
    pub layout: &'a Layout,
    /// The colours.
    pub palette: &'a Palette,
    /// How many of the canvas's pixels make one of the layout's units.
    pub scale: f64,
}

impl Painter<'_> {
    /// Draws a moment: the world as it is and what moves in it.
    pub fn paint(&self, sim: &Sim, picture: &Picture) {
        let ctx = self.ctx;
        // The transformation is always one that can be set.
        let _ = ctx.set_transform(self.scale, 0.0, 0.0, self.scale, 0.0, 0.0);
        ctx.clear_rect(0.0, 0.0, self.layout.width, self.layout.height);
        ctx.set_line_cap("round");
        let retrying: Vec<(u16, u16)> = sim.retrying().collect();
        for service in &self.layout.services {
            self.service(sim, service, &retrying);
        }
        let locks = sim.locks();
        for store in &self.layout.stores {
            self.rim(sim, store);
            if let Some(locks) = locks.get(store.store as usize) {
                self.locks(store, *locks);
            }
        }
        let used = self.layout.topics.iter().filter(|topic| topic.used);
        for lane in used.flat_map(|topic| &topic.lanes) {
            self.lane(sim, lane);
        }
        for people in &self.layout.people {
            self.rings(sim, people);
        }
        self.marks(&picture.marks);
    }

    /// Marks the links on which something moves, for who does not want to see it move.
    pub fn pulse(&self, captions: &[Caption]) {
        self.stroke(&self.palette.request, 3.0);
        self.ctx.set_global_alpha(0.55);
        for caption in captions {
            let Some(route) = self.layout.routes.get(caption.link as usize) else {
                continue;
            };
            self.ctx.begin_path();
            for corner in &route.way {
                self.ctx.line_to(corner.x, corner.y);
            }
            self.ctx.stroke();
        }
        self.ctx.set_global_alpha(1.0);
    }

    pub(super) fn fill(&self, colour: &str) {
        self.ctx.set_fill_style_str(colour);
    }

    pub(super) fn stroke(&self, colour: &str, width: f64) {
        self.ctx.set_stroke_style_str(colour);
        self.ctx.set_line_width(width);
    }

    fn service(&self, sim: &Sim, place: &ServiceBox, retrying: &[(u16, u16)]) {
        for (instance, (row, queue)) in (0..).zip(place.rows.iter().zip(&place.queues)) {
            let state = sim.instance(place.service, instance);
            let retrying = retrying_at(retrying, place.service, instance).min(state.waiting);
            self.workers(*row, &state, retrying);
            self.queue(*queue, &state);
        }
        for drawer in &place.drawers {
            self.drawer(sim, drawer, place.rows.len() as u16);
        }
    }

    /// Worker slots: full = working, hatched = held by a request that only waits (in the colour of retries, if for a call
    /// that is being tried again), outline = idle. A crashed instance is
    /// a dashed outline.
    fn workers(&self, room: Rect, state: &InstanceState, retrying: u32) {
        if !state.up {
            self.stroke(&self.palette.rescued, 1.0);
            self.dashes(&[3.0, 3.0]);
            self.ctx
                .stroke_rect(room.x + 0.5, room.y + 0.5, room.w - 1.0, room.h - 1.0);
            self.dashes(&[]);
            return;
        }
        let held = state.working + state.waiting;
        match slots(state.threads.max(held), room, SLOT_MAX) {
            Slots::Bar => self.bar(room, state, retrying),
            each @ Slots::Each { .. } => {
                for index in 0..state.threads.max(held) {
                    let Some(slot) = each.rect(index) else {
                        continue;
                    };
                    if index < state.working {
                        self.fill(&self.palette.request);
                        self.ctx.fill_rect(slot.x, slot.y, slot.w, slot.h);
                    } else if index < state.working + retrying {
                        self.hatched(slot, &self.palette.retry);
                    } else if index < held {
                        self.hatched(slot, &self.palette.request);
                    } else {
                        self.stroke(&self.palette.line, 1.0);
                        self.ctx.stroke_rect(
                            slot.x + 0.5,
                            slot.y + 0.5,
                            slot.w - 1.0,
                            slot.h - 1.0,
                        );
                    }
                }
            }
        }
    }

    /// Many workers as one bar.
    fn bar(&self, room: Rect, state: &InstanceState, retrying: u32) {
        let threads = f64::from(state.threads.max(1));
        let h = room.h.min(14.0);
        let y = room.y + (room.h - h) / 2.0;
        let working = room.w * (f64::from(state.working) / threads).min(1.0);
        let waiting = (room.w * f64::from(state.waiting) / threads).min(room.w - working);
        self.fill(&self.palette.request);
        self.ctx.fill_rect(room.x, y, working, h);
        if waiting > 0.5 {
            self.hatched(
                Rect::new(room.x + working, y, waiting, h),
                &self.palette.request,
            );
        }
        let again = (room.w * f64::from(retrying) / threads).min(waiting);
        if again > 0.5 {
            let part = Rect::new(room.x + working, y, again, h);
            self.ctx.clear_rect(part.x, part.y, part.w, part.h);
            self.hatched(part, &self.palette.retry);
        }
        self.stroke(&self.palette.line, 1.0);
        self.ctx
            .stroke_rect(room.x + 0.5, y + 0.5, room.w - 1.0, h - 1.0);
    }

    /// A rectangle with slanting lines: held, but idle.
    pub(super) fn hatched(&self, rect: Rect, colour: &str) {
        let ctx = self.ctx;
        ctx.save();
        ctx.begin_path();
        ctx.rect(rect.x, rect.y, rect.w, rect.h);
        ctx.clip();
        self.stroke(colour, 1.4);
        ctx.begin_path();
        let mut x = rect.x - rect.h;
        while x < rect.right() {
            ctx.move_to(x, rect.bottom());
            ctx.line_to(x + rect.h, rect.y);
            x += 4.0;
        }
        ctx.stroke();
        ctx.restore();
        self.stroke(colour, 1.2);
        ctx.stroke_rect(rect.x + 0.6, rect.y + 0.6, rect.w - 1.2, rect.h - 1.2);
    }

    /// The accept queue: a bead for each request that waits at the door, the next one nearest to it.
    fn queue(&self, room: Rect, state: &InstanceState) {
        if state.queued == 0 {
            return;
        }
        let shown = state.queued.min(ONE_BY_ONE_MAX);
        let beads = slots(shown, room, BEAD_MAX);
        let full = state.queued >= state.queue_limit;
        let colour = if full {
            &self.palette.retry
        } else {
            &self.palette.request
        };
        for index in 0..shown {
            let Some(bead) = beads.rect(index) else { break };
            // From the door backwards.
            let x = room.x + room.right() - bead.right();
            self.fill(colour);
            self.circle(
                Point {
                    x: x + bead.w / 2.0,
                    y: bead.center().y,
                },
                bead.w * 0.42,
            );
            self.ctx.fill();
        }
        if beads == Slots::Bar {
            let share = (f64::from(state.queued) / f64::from(state.queue_limit.max(1))).min(1.0);
            self.fill(colour);
            self.ctx.fill_rect(
                room.right() - room.w * share,
                room.center().y - 3.0,
                room.w * share,
                6.0,
            );
        }
    }

    /// A cache: how full it is, over all instances, and how much of it has expired.
    fn drawer(&self, sim: &Sim, drawer: &Drawer, instances: u16) {
        let (mut entries, mut expired, mut size) = (0.0, 0.0, 0.0);
        for instance in 0..instances {
            let state = sim.cache(drawer.cache, instance);
            entries += f64::from(state.entries);
            expired += f64::from(state.expired);
            size += f64::from(state.size);
        }
        let Rect { x, y, w, h } = drawer.rect;
        let line = Rect::new(x + 4.0, y + h - 7.0, w - 8.0, 4.0);
        let share = |part: f64| (part / f64::max(size, 1.0)).min(1.0) * line.w;
        self.fill(&self.palette.answer);
        self.ctx
            .fill_rect(line.x, line.y, share(entries - expired), line.h);
        self.fill(&self.palette.stale);
        self.ctx.fill_rect(
            line.x + share(entries - expired),
            line.y,
            share(expired),
            line.h,
        );
        self.stroke(&self.palette.line, 0.8);
        self.ctx.stroke_rect(line.x, line.y, line.w, line.h);
    }

    /// Connections on the rim of a store: full = at work; those who wait stand beside it.
    fn rim(&self, sim: &Sim, store: &Cylinder) {
        let state = sim.store(store.store);
        if !state.up {
            self.stroke(&self.palette.rescued, 1.5);
            self.dashes(&[3.0, 3.0]);
            self.ctx
                .stroke_rect(store.rim.x, store.rim.y, store.rim.w, store.rim.h);
            self.dashes(&[]);
            return;
        }
        let each = slots(state.connections, store.rim, BEAD_MAX);
        for index in 0..state.connections {
            let Some(slot) = each.rect(index) else { break };
            self.circle(slot.center(), slot.w * 0.42);
            if index < state.busy {
                self.fill(&self.palette.accent);
                self.ctx.fill();
            } else {
                self.stroke(&self.palette.line, 1.0);
                self.ctx.stroke();
            }
        }
        if each == Slots::Bar {
            let share = f64::from(state.busy) / f64::from(state.connections.max(1));
            self.fill(&self.palette.accent);
            self.ctx.fill_rect(
                store.rim.x,
                store.rim.y + 2.0,
                store.rim.w * share.min(1.0),
                5.0,
            );
        }
    }

    /// People's open requests: a ring for each, which fills like a clock face while it waits.
    fn rings(&self, sim: &Sim, people: &People) {
        let open: Vec<f64> = sim
            .open_requests()
            .filter(|(client, ..)| people.clients.contains(client))
            .map(|(_, issued_at, timeout)| {
                sim.now().since(issued_at).as_secs() / timeout.as_secs().max(1e-9)
            })
            .take(ONE_BY_ONE_MAX as usize)
            .collect();
        let places = slots(open.len() as u32, people.rings, BEAD_MAX + 3.0);
        for (index, age) in (0..).zip(open) {
            let Some(place) = places.rect(index) else {
                break;
            };
            let (center, radius) = (place.center(), place.w * 0.42);
            self.stroke(&self.palette.request, 1.2);
            self.circle(center, radius);
            self.ctx.stroke();
            self.fill(&self.palette.request);
            self.ctx.begin_path();
            self.ctx.move_to(center.x, center.y);
            // A positive radius and finite angles cannot be refused.
            let _ = self.ctx.arc(
                center.x,
                center.y,
                radius,
                -PI / 2.0,
                -PI / 2.0 + TAU * age.min(1.0),
            );
            self.ctx.fill();
        }
    }

    /// Everything on its way.
    fn marks(&self, marks: &[Mark]) {
        let cheap = marks.len() > ARCS_MAX;
        let retries = marks.iter().filter(|mark| mark.sign.attempt > 1);
        let numbered = retries.count() <= NUMBERED_MAX;
        let kinds = [
            Kind::Fallen,
            Kind::Answer,
            Kind::Request,
            Kind::Refusal,
            Kind::Event,
            Kind::Confirm,
            Kind::Failure,
        ];
        for kind in kinds {
            // One colour after the other: changing it is what costs.
            let colour = match kind {
                Kind::Request => &self.palette.request,
                Kind::Answer => &self.palette.answer,
                Kind::Event | Kind::Confirm => &self.palette.event,
                Kind::Refusal | Kind::Fallen => &self.palette.rescued,
                Kind::Failure => &self.palette.failure,
            };
            self.fill(colour);
            self.stroke(colour, 1.6);
            let of_this_kind = || marks.iter().filter(|mark| mark.kind == kind);
            for mark in of_this_kind().filter(|mark| mark.sign == Sign::default()) {
                self.ctx.set_global_alpha(mark.alpha);
                self.mark(mark, cheap);
            }
            for mark in of_this_kind().filter(|mark| mark.sign != Sign::default()) {
                self.ctx.set_global_alpha(mark.alpha);
                self.special(mark, colour, numbered);
            }
        }
        self.ctx.set_global_alpha(1.0);
    }

    /// A mark that is not like the others of its kind: a later attempt has a notch for each attempt and its number, a
    /// duplicate two outlines, what takes something back an arrow that turns back.
    /// Where many are under way (`numbered` is false), only the notches say which attempt it is.
    fn special(&self, mark: &Mark, colour: &str, numbered: bool) {
        let Point { x, y } = mark.at;
        let Sign {
            attempt,
            double,
            turns_back,
        } = mark.sign;
        let lost = matches!(mark.kind, Kind::Fallen | Kind::Failure);
        let colour = match (lost, turns_back, attempt > 1) {
            (true, ..) => colour,
            (_, true, _) => &self.palette.repair,
            (_, _, true) => &self.palette.retry,
            _ => colour,
        };
        self.fill(colour);
        self.stroke(colour, 1.6);
        if double && mark.kind == Kind::Event {
            self.triangle(mark.at, 5.6);
            self.ctx.stroke();
            let beside = Point {
                x: x + 4.0,
                y: y - 3.0,
            };
            self.triangle(beside, 5.6);
            self.ctx.stroke();
        } else {
            self.mark(mark, false);
        }
        if turns_back {
            // Three quarters of a circle around it, with a head.
            self.ctx.begin_path();
            // A positive radius and finite angles cannot be refused.
            let _ = self.ctx.arc(x, y, 7.0, -PI * 0.25, PI * 1.15);
            self.ctx.stroke();
            // Where the circle ends.
            let (hx, hy) = (x - 6.24, y - 3.18);
            self.straight((hx - 3.2, hy + 1.6), (hx, hy - 1.2));
            self.straight((hx + 2.6, hy + 2.6), (hx, hy - 1.2));
        }
        if attempt > 1 {
            for notch in 0..attempt.min(4) {
                let nx = x + 7.5 + 2.6 * f64::from(notch);
                self.straight((nx, y - 3.0), (nx, y + 3.0));
            }
            if numbered {
                self.number(x - 3.0, y - 7.0, u32::from(attempt), colour);
            }
        }
        let plain = match mark.kind {
            Kind::Request => &self.palette.request,
            Kind::Answer => &self.palette.answer,
            Kind::Event | Kind::Confirm => &self.palette.event,
            Kind::Refusal | Kind::Fallen => &self.palette.rescued,
            Kind::Failure => &self.palette.failure,
        };
        self.fill(plain);
        self.stroke(plain, 1.6);
    }

    fn mark(&self, mark: &Mark, cheap: bool) {
        let Point { x, y } = mark.at;
        match mark.kind {
            Kind::Request if cheap => self.ctx.fill_rect(x - 2.0, y - 2.0, 4.0, 4.0),
            Kind::Answer | Kind::Refusal | Kind::Fallen if cheap => {
                self.ctx.stroke_rect(x - 2.0, y - 2.0, 4.0, 4.0)
            }
            Kind::Request => {
                self.circle(mark.at, 3.4);
                self.ctx.fill();
            }
            Kind::Answer | Kind::Refusal | Kind::Fallen => {
                self.circle(mark.at, 3.2);
                self.ctx.stroke();
            }
            Kind::Event => {
                self.triangle(mark.at, 5.0);
                self.ctx.fill();
            }
            Kind::Confirm => {
                self.triangle(mark.at, 4.6);
                self.ctx.stroke();
            }
            Kind::Failure => {
                self.ctx.begin_path();
                for (dx, dy) in STAR {
                    self.ctx.line_to(x + dx, y + dy);
                }
                self.ctx.close_path();
                self.ctx.fill();
            }
        }
    }

    pub(super) fn circle(&self, center: Point, radius: f64) {
        self.ctx.begin_path();
        // A positive radius cannot be refused.
        let _ = self.ctx.arc(center.x, center.y, radius.max(0.1), 0.0, TAU);
    }

    fn dashes(&self, lengths: &[f64]) {
        let array: js_sys::Array = lengths
            .iter()
            .map(|length| JsValue::from_f64(*length))
            .collect();
        // Numbers are always accepted.
        let _ = self.ctx.set_line_dash(&array);
    }
}
