//! What fills and empties in the diagram, as `web/paint.rs` paints it for the page: workers, queues, connections, caches,
//! what waits on the bus, what is locked, who waits for an answer.

use super::Scene;
use super::pen::{Pen, triangle};
use picture::layout::{
    Cylinder, Drawer, Lane, ONE_BY_ONE_MAX, People, Point, Rect, ServiceBox, Slots, slots,
};
use sim::{InstanceState, Locks};

/// The side of the largest worker slot.
const SLOT_MAX: f64 = 18.0;
/// The side of the largest bead, ring or rim slot.
const BEAD_MAX: f64 = 9.0;
/// So many things of a queue of the bus are drawn one by one.
const SHOWN_MAX: u32 = 24;

/// Everything.
pub fn draw(pen: &mut Pen, scene: &Scene) {
    let retrying: Vec<(u16, u16)> = scene.sim.retrying().collect();
    for service in &scene.layout.services {
        self::service(pen, scene, service, &retrying);
    }
    let locks = scene.sim.locks();
    for store in &scene.layout.stores {
        rim(pen, scene, store);
        if let Some(its) = locks.get(store.store as usize) {
            self::locks(pen, store, *its);
        }
    }
    let used = scene.layout.topics.iter().filter(|topic| topic.used);
    for it in used.flat_map(|topic| &topic.lanes) {
        lane(pen, scene, it);
    }
    for people in &scene.layout.people {
        rings(pen, scene, people);
    }
}

/// An outline whose line lies inside the rectangle.
fn outline(pen: &mut Pen, r: Rect) {
    let inner = Rect::new(r.x + 0.5, r.y + 0.5, r.w - 1.0, r.h - 1.0);
    pen.rect(inner, 0.0, "none s-line", 1.0);
}

/// What is gone.
fn gone(pen: &mut Pen, r: Rect) {
    let Rect { x, y, w, h } = r;
    let d = format!("M{x:.1} {y:.1}h{w:.1}v{h:.1}h-{w:.1}z");
    pen.path(&d, "none s-rescued", 1.2, "3 3");
}

fn service(pen: &mut Pen, scene: &Scene, place: &ServiceBox, retrying: &[(u16, u16)]) {
    for (instance, (row, room)) in (0..).zip(place.rows.iter().zip(&place.queues)) {
        let state = scene.sim.instance(place.service, instance);
        let here = retrying
            .iter()
            .filter(|at| **at == (place.service, instance));
        let again = (here.count() as u32).min(state.waiting);
        workers(pen, *row, &state, again);
        queue(pen, *room, &state);
    }
    for it in &place.drawers {
        drawer(pen, scene, it, place.rows.len() as u16);
    }
}

/// Worker slots: full = working, hatched = held by a request that only waits (in the colour of retries, if for a call
/// that is being tried again), outline = idle.
fn workers(pen: &mut Pen, room: Rect, state: &InstanceState, retrying: u32) {
    if !state.up {
        return gone(pen, room);
    }
    let held = state.working + state.waiting;
    let places = slots(state.threads.max(held), room, SLOT_MAX);
    if places == Slots::Bar {
        return bar(pen, room, state, retrying);
    }
    for index in 0..state.threads.max(held) {
        let Some(slot) = places.rect(index) else {
            break;
        };
        if index < state.working {
            pen.rect(slot, 0.0, "f-request", 0.0);
        } else if index < state.working + retrying {
            pen.hatched(slot, "retry");
        } else if index < held {
            pen.hatched(slot, "request");
        } else {
            outline(pen, slot);
        }
    }
}

/// Many workers as one bar.
fn bar(pen: &mut Pen, room: Rect, state: &InstanceState, retrying: u32) {
    let threads = f64::from(state.threads.max(1));
    let h = room.h.min(14.0);
    let y = room.y + (room.h - h) / 2.0;
    let share = |workers: u32| room.w * (f64::from(workers) / threads).min(1.0);
    let working = share(state.working);
    let waiting = share(state.waiting).min(room.w - working);
    let again = share(retrying).min(waiting);
    pen.rect(Rect::new(room.x, y, working, h), 0.0, "f-request", 0.0);
    if again > 0.5 {
        pen.hatched(Rect::new(room.x + working, y, again, h), "retry");
    }
    if waiting - again > 0.5 {
        let part = Rect::new(room.x + working + again, y, waiting - again, h);
        pen.hatched(part, "request");
    }
    outline(pen, Rect::new(room.x, y, room.w, h));
}

/// The accept queue: a bead for each request that waits at the door, the next one nearest to it.
fn queue(pen: &mut Pen, room: Rect, state: &InstanceState) {
    if state.queued == 0 {
        return;
    }
    let full = state.queued >= state.queue_limit;
    let class = if full { "f-retry" } else { "f-request" };
    let shown = state.queued.min(ONE_BY_ONE_MAX);
    let beads = slots(shown, room, BEAD_MAX);
    if beads == Slots::Bar {
        let share = (f64::from(state.queued) / f64::from(state.queue_limit.max(1))).min(1.0);
        let w = room.w * share;
        let bar = Rect::new(room.right() - w, room.center().y - 3.0, w, 6.0);
        return pen.rect(bar, 0.0, class, 0.0);
    }
    for index in 0..shown {
        if let Some(bead) = beads.rect(index) {
            pen.circle(from_the_right(room, bead), bead.w * 0.42, class, 0.0);
        }
    }
}

/// The middle of a place, counted from the right instead of from the left.
fn from_the_right(room: Rect, place: Rect) -> Point {
    Point {
        x: room.x + room.right() - place.right() + place.w / 2.0,
        y: place.center().y,
    }
}

/// A cache: how full it is, over all instances, and how much of it has expired.
fn drawer(pen: &mut Pen, scene: &Scene, drawer: &Drawer, instances: u16) {
    let (mut entries, mut expired, mut size) = (0.0, 0.0, 0.0);
    for instance in 0..instances {
        let state = scene.sim.cache(drawer.cache, instance);
        entries += f64::from(state.entries);
        expired += f64::from(state.expired);
        size += f64::from(state.size);
    }
    let Rect { x, y, w, h } = drawer.rect;
    let line = Rect::new(x + 4.0, y + h - 7.0, w - 8.0, 4.0);
    let share = |part: f64| (part / f64::max(size, 1.0)).min(1.0) * line.w;
    let fresh = share(entries - expired);
    pen.rect(
        Rect::new(line.x, line.y, fresh, line.h),
        0.0,
        "f-answer",
        0.0,
    );
    let old = Rect::new(line.x + fresh, line.y, share(expired), line.h);
    pen.rect(old, 0.0, "f-stale", 0.0);
    pen.rect(line, 0.0, "none s-line", 0.8);
}

/// Connections on the rim of a store: full = at work.
fn rim(pen: &mut Pen, scene: &Scene, store: &Cylinder) {
    let state = scene.sim.store(store.store);
    if !state.up {
        return gone(pen, store.rim);
    }
    let places = slots(state.connections, store.rim, BEAD_MAX);
    if places == Slots::Bar {
        let share = f64::from(state.busy) / f64::from(state.connections.max(1));
        let w = store.rim.w * share.min(1.0);
        let bar = Rect::new(store.rim.x, store.rim.y + 2.0, w, 5.0);
        return pen.rect(bar, 0.0, "f-accent", 0.0);
    }
    for index in 0..state.connections {
        let Some(slot) = places.rect(index) else {
            break;
        };
        if index < state.busy {
            pen.circle(slot.center(), slot.w * 0.42, "f-accent", 0.0);
        } else {
            pen.circle(slot.center(), slot.w * 0.42, "none s-line", 1.0);
        }
    }
}

/// A subscription's queue: a filled triangle for each message that waits, the next one on the right; hollow ones must
/// wait until they may be delivered again; behind the door those that consumers have, in the tray the dead letters.
fn lane(pen: &mut Pen, scene: &Scene, lane: &Lane) {
    let state = scene.sim.queue_state(lane.subscription);
    let waiting = state.queued + state.delayed;
    let shown = waiting.min(SHOWN_MAX);
    let places = slots(shown, lane.beads, BEAD_MAX);
    for index in 0..shown {
        let Some(place) = places.rect(index) else {
            break;
        };
        let d = triangle(from_the_right(lane.beads, place), place.w * 0.5);
        // Of many, the share that must wait is what counts.
        let ready =
            u64::from(index) * u64::from(waiting) < u64::from(state.queued) * u64::from(shown);
        if ready {
            pen.path(&d, "f-event", 0.0, "");
        } else {
            pen.path(&d, "none s-retry", 1.3, "");
        }
    }
    let door = lane.hands.x - 4.0;
    let d = format!("M{door:.1} {:.1}V{:.1}", lane.hands.y, lane.hands.bottom());
    pen.path(&d, "none s-line", 1.0, "");
    hands(pen, lane.hands, state.in_hand, state.consumers);
    let dead = state.dead.min(SHOWN_MAX);
    let t = lane.tray;
    let room = Rect::new(t.x + 3.0, t.y, t.w - 6.0, t.h - 1.0);
    let places = slots(dead, room, BEAD_MAX);
    for place in (0..dead).map_while(|index| places.rect(index)) {
        let Point { x, y } = place.center();
        let r = place.w * 0.36;
        let d = format!(
            "M{:.1} {:.1}l{:.1} {:.1}m0 -{:.1}l-{:.1} {:.1}",
            x - r,
            y - r,
            2.0 * r,
            2.0 * r,
            2.0 * r,
            2.0 * r,
            2.0 * r
        );
        pen.path(&d, "none s-rescued", 1.8, "");
    }
}

/// What consumers have in hand, of what they may have.
fn hands(pen: &mut Pen, room: Rect, in_hand: u32, consumers: u32) {
    let all = consumers.max(in_hand);
    let places = if consumers <= SHOWN_MAX {
        slots(all, room, BEAD_MAX)
    } else {
        Slots::Bar
    };
    if places == Slots::Bar {
        let share = f64::from(in_hand) / f64::from(consumers.max(1));
        let bar = |share: f64| Rect::new(room.x, room.y + 2.0, room.w * share, room.h - 4.0);
        pen.rect(bar(share.min(1.0)), 0.0, "f-event", 0.0);
        return pen.rect(bar(1.0), 0.0, "none s-line", 1.0);
    }
    for (index, place) in (0..all).map_while(|index| Some((index, places.rect(index)?))) {
        if index < in_hand {
            pen.rect(place, 0.0, "f-event", 0.0);
        } else {
            outline(pen, place);
        }
    }
}

/// What is locked in a store: a bar for each row, with a dot for each statement that waits; padlocks for business locks;
/// hatched bars for what is prepared and in doubt.
fn locks(pen: &mut Pen, store: &Cylinder, locks: Locks) {
    let Some(room) = store.locks else { return };
    let (top, h) = (room.y + 4.0, room.h - 5.0);
    let mut x = room.x;
    let number = |pen: &mut Pen, x: f64, number: u32, colour: &str| {
        let text = number.to_string();
        pen.text((x, room.bottom() - 1.0), &format!("number {colour}"), &text);
        6.0 * text.len() as f64
    };
    let kinds = [
        (locks.rows, 8, 6.0),
        (locks.leases, 4, 10.0),
        (locks.in_doubt, 4, 6.0),
    ];
    for (kind, (count, most, pitch)) in kinds.into_iter().enumerate() {
        if count == 0 {
            continue;
        }
        for _ in 0..count.min(most) {
            match kind {
                0 => pen.rect(Rect::new(x, top, 3.5, h), 0.0, "f-ink", 0.0),
                1 => {
                    pen.rect(Rect::new(x, top + 3.0, 7.0, h - 3.0), 0.0, "f-ink", 0.0);
                    let shackle = Point {
                        x: x + 3.5,
                        y: top + 2.5,
                    };
                    pen.circle(shackle, 2.4, "none s-ink", 1.3);
                }
                _ => pen.hatched(Rect::new(x, top, 4.5, h), "retry"),
            }
            x += pitch;
        }
        if count > most {
            x += number(pen, x + 1.0, count, "f-ink");
        }
        x += 5.0;
    }
    if locks.waiting > 0 {
        let dots = locks.waiting.min(6);
        for dot in 0..dots {
            let at = Point {
                x: x + 3.0 + f64::from(dot) * 7.0,
                y: room.center().y + 2.0,
            };
            pen.circle(at, 2.4, "f-retry", 0.0);
        }
        number(
            pen,
            x + 3.0 + f64::from(dots) * 7.0,
            locks.waiting,
            "f-retry",
        );
    }
}

/// People's open requests: a ring for each, which fills like a clock face while it waits.
fn rings(pen: &mut Pen, scene: &Scene, people: &People) {
    let now = scene.sim.now();
    let open: Vec<f64> = scene
        .sim
        .open_requests()
        .filter(|(client, ..)| people.clients.contains(client))
        .map(|(_, issued_at, timeout)| now.since(issued_at).as_secs() / timeout.as_secs().max(1e-9))
        .take(ONE_BY_ONE_MAX as usize)
        .collect();
    let places = slots(open.len() as u32, people.rings, BEAD_MAX + 3.0);
    for (index, age) in (0..).zip(open) {
        let Some(place) = places.rect(index) else {
            break;
        };
        let (center, radius) = (place.center(), place.w * 0.42);
        pen.circle(center, radius, "none s-request", 1.2);
        // A line as wide as it is long from the middle is a slice; the circle's circumference is 1.
        let share = (age.min(1.0) * 100.0).max(0.5);
        pen.raw(format_args!(
            "<circle class=\"none s-request\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"{:.2}\" stroke-width=\"{:.2}\" pathLength=\"100\" stroke-dasharray=\"{share:.1} 100\" transform=\"rotate(-90 {:.1} {:.1})\"/>",
            center.x, center.y, radius / 2.0, radius, center.x, center.y
        ));
    }
}
