//! What stands still in the diagram, as `view/` draws it for the page: lines, boxes, cylinders, topics, people, and their
//! names and numbers.

use super::Scene;
use super::pen::Pen;
use crate::layout::{
    Chip, ChipKind, Cylinder, Feed, Form, Lane, People, Point, Rect, ServiceBox, TopicBox,
};
use crate::scenario::FaultKind;
use crate::sim::End;
use crate::sprites::Caption;
use crate::words::{Figure, Say, Word, decimal, figure_ms};

/// Lines between instances are drawn one by one up to so many.
const MESH_MAX: usize = 9;

/// Everything, the lines first.
pub fn draw(pen: &mut Pen, scene: &Scene) {
    for link in 0..scene.layout.routes.len() as u16 {
        route(pen, scene, link);
    }
    for it in &scene.layout.feeds {
        feed(pen, scene, it);
    }
    for it in &scene.layout.topics {
        topic(pen, scene, it);
    }
    for it in &scene.layout.stores {
        store(pen, scene, it);
    }
    for it in &scene.layout.services {
        service(pen, scene, it);
    }
    for it in &scene.layout.people {
        people(pen, scene, it);
    }
}

fn middle(points: &[Point]) -> Point {
    let n = points.len().max(1) as f64;
    Point {
        x: points.iter().map(|point| point.x).sum::<f64>() / n,
        y: points.iter().map(|point| point.y).sum::<f64>() / n,
    }
}

/// Whether a link only exists as the way back of a pair, which events take.
fn backwards(scene: &Scene, link: u16) -> bool {
    let links = &scene.plan.links;
    let its = &links[link as usize];
    let mut before = links[..link as usize].iter();
    before.any(|other| other.from == its.to && other.to == its.from)
}

/// What is wrong with a link, while it is.
fn link_fault<'a>(scene: &'a Scene, link: u16) -> Option<&'a FaultKind> {
    let its = &scene.plan.links[link as usize];
    let is = |name: &str, from: End, to: End| {
        let named = scene.plan.link_named(name);
        named.is_some_and(|named| {
            let named = &scene.plan.links[named as usize];
            (named.from, named.to) == (from, to)
        })
    };
    scene.faults().find(|fault| match fault {
        FaultKind::Cut { link } | FaultKind::Hold { link } => {
            is(link, its.from, its.to) || is(link, its.to, its.from)
        }
        FaultKind::Loss { link, .. } => is(link, its.from, its.to),
        _ => false,
    })
}

fn route(pen: &mut Pen, scene: &Scene, link: u16) {
    let lang = scene.lang;
    let its = &scene.plan.links[link as usize];
    let route = &scene.layout.routes[link as usize];
    let service = |end: End| matches!(end, End::Service(_));
    let topic = |end: End| matches!(end, End::Topic(_));
    let between_services = service(its.from) && service(its.to);
    let events_only = scene.layout.feeds.iter().any(|feed| feed.link == link);
    if between_services && (events_only || backwards(scene, link)) {
        return;
    }
    let caption = scene.caption(link);
    let per_s = caption.map_or(0.0, |caption| caption.per_s);
    let fault = link_fault(scene, link);
    let cut = matches!(fault, Some(FaultKind::Cut { .. } | FaultKind::Hold { .. }));
    let bus = topic(its.from) || topic(its.to);
    let (class, dashes, opacity) = match (cut, bus) {
        (true, _) => ("s-ink", "3 7", 0.8),
        (_, true) => ("s-event", "", 0.8),
        (_, false) => ("s-line", "", if per_s == 0.0 { 0.28 } else { 0.55 }),
    };
    let bent = bus || !route.via.is_empty();
    let ways: Vec<(u16, u16)> = if bent {
        let ways = route.from.len().max(route.to.len()).min(MESH_MAX);
        (0..ways as u16).map(|way| (way, way)).collect()
    } else if route.from.len() * route.to.len() <= MESH_MAX {
        let to = route.to.len() as u16;
        let from = 0..route.from.len() as u16;
        from.flat_map(|a| (0..to).map(move |b| (a, b))).collect()
    } else {
        Vec::new()
    };
    let (a, b) = (middle(&route.from), middle(&route.to));
    pen.faded(opacity, |pen| {
        if ways.is_empty() {
            pen.line([a, b].into_iter(), class, 1.2, dashes);
        }
        for (from, to) in ways {
            pen.line(route.corners(from, to), class, 1.2, dashes);
        }
    });
    if bent {
        above_its_end(pen, scene, its.to, caption.filter(|_| !bus));
        return;
    }
    let at = Point {
        x: f64::midpoint(a.x, b.x),
        y: f64::midpoint(a.y, b.y),
    };
    if cut {
        let (x, y) = (at.x, at.y - 10.0);
        let d = format!("M{:.1} {y:.1}l-10 20M{:.1} {y:.1}l-10 20", x + 1.0, x + 9.0);
        pen.path(&d, "none s-ink", 2.6, "");
    }
    if !between_services {
        return;
    }
    let note = match fault {
        Some(FaultKind::Loss { .. }) => Word::AnswersLost.text(lang).to_string(),
        Some(_) => Word::LinkCut.text(lang).to_string(),
        None => caption.map_or(String::new(), |it| {
            scene.of_the_moment(Say::Drawn(it.one_in, it.slowed))
        }),
    };
    let (rate_at, note_at) = beside(scene, route, a, b);
    let anchor = match scene.layout.form {
        Form::Wide => "",
        Form::Tall => " start",
    };
    if per_s > 0.0 {
        let class = format!("rate beside f-ink s-sunken{anchor}");
        pen.text(rate_at, &class, &Say::CallsPerSecond(per_s).text(lang));
    }
    let class = format!("note beside f-muted s-sunken{anchor}");
    pen.text(note_at, &class, &note);
}

/// Where the numbers of a straight line stand.
fn beside(
    scene: &Scene,
    route: &crate::layout::Route,
    a: Point,
    b: Point,
) -> ((f64, f64), (f64, f64)) {
    let ends = || route.to.iter().chain(&route.from);
    let (x, y) = (f64::midpoint(a.x, b.x), f64::midpoint(a.y, b.y));
    match scene.layout.form {
        Form::Wide if route.crowded => {
            // Each at the end that is its own.
            let x = b.x - 84.0;
            let y = b.y + 84.0 / (a.x - b.x) * (b.y - a.y);
            ((x, y - 9.0), (x, y + 17.0))
        }
        Form::Wide => {
            let (top, bottom) = ends().fold((f64::MAX, f64::MIN), |(top, bottom), point| {
                (top.min(point.y), bottom.max(point.y))
            });
            ((x, top - 16.0), (x, bottom + 28.0))
        }
        Form::Tall => {
            let right = ends().fold(0.0, |right: f64, point| right.max(point.x)) + 20.0;
            ((right, y - 2.0), (right, y + 13.0))
        }
    }
}

/// The numbers of a line round corners stand above the box that it leads to.
fn above_its_end(pen: &mut Pen, scene: &Scene, to: End, caption: Option<&Caption>) {
    let (End::Service(service), Some(caption)) = (to, caption) else {
        return;
    };
    let place = scene
        .layout
        .services
        .iter()
        .find(|it| it.service == service);
    if let Some(Rect { x, y, .. }) = place.map(|it| it.rect) {
        let said = Say::CallsPerSecond(caption.per_s).text(scene.lang);
        pen.text((x + 8.0, y - 7.0), "rate beside f-ink s-sunken", &said);
        let said = scene.of_the_moment(Say::Drawn(caption.one_in, caption.slowed));
        pen.text((x + 100.0, y - 7.0), "note beside f-muted s-sunken", &said);
    }
}

fn topic_triangle(at: Point) -> String {
    format!("M{:.1} {:.1}l15 25h-30z", at.x, at.y - 15.0)
}

fn feed(pen: &mut Pen, scene: &Scene, feed: &Feed) {
    let Point { x, y } = feed.at;
    let per_s = scene.caption(feed.link).map_or(0.0, |it| it.per_s);
    pen.faded(0.75, |pen| {
        let ways = [
            (true, feed.from, feed.at),
            (feed.replicas, feed.at, feed.to_store),
            (feed.caches, feed.at, feed.to_service),
        ];
        for (_, a, b) in ways.into_iter().filter(|(is, ..)| *is) {
            pen.line([a, b].into_iter(), "s-event", 1.2, "5 4");
        }
    });
    pen.path(&topic_triangle(feed.at), "f-surface s-event", 2.0, "");
    pen.text((x, y + 26.0), "rate f-ink", Word::Topic.text(scene.lang));
    let said = Say::PerSecond(per_s).text(scene.lang);
    pen.text((x, y + 41.0), "note f-muted", &said);
}

fn topic(pen: &mut Pen, scene: &Scene, place: &TopicBox) {
    let up = scene.sim.topic_up(place.topic);
    let into = (0..).zip(&scene.plan.links);
    let into = into.filter(|(_, link)| link.to == End::Topic(place.topic));
    let published: f64 = into
        .filter_map(|(link, _)| scene.caption(link))
        .map(|caption| caption.per_s)
        .sum();
    let state = if !up {
        Word::Down.text(scene.lang).to_string()
    } else if published > 0.0 {
        Say::PerSecond(published).text(scene.lang)
    } else {
        String::new()
    };
    pen.rect(place.rect, 12.0, "f-surface s-event", 1.3);
    let (colour, dashes) = if up {
        ("s-event", "")
    } else {
        ("s-rescued", "4 3")
    };
    let class = format!("f-surface {colour}");
    pen.path(&topic_triangle(place.triangle), &class, 2.0, dashes);
    let Point { x, y } = place.title;
    let name = scene.names.topics[place.topic as usize].text(scene.lang);
    pen.text((x, y), "title small f-ink", name);
    pen.text((place.rect.right() - 12.0, y), "count f-muted", &state);
    for it in &place.lanes {
        lane(pen, scene, it);
    }
}

fn lane(pen: &mut Pen, scene: &Scene, lane: &Lane) {
    let state = scene.sim.queue_state(lane.subscription);
    let name = scene.names.subscriptions[lane.subscription as usize].text(scene.lang);
    let (at, b, t) = (lane.name.0, lane.beads, lane.tray);
    pen.text((at.x, at.y), "tiny f-ink", name);
    let said = scene.of_the_moment(Say::QueueOf(state.queued + state.delayed, state.in_hand));
    pen.text((lane.numbers.x, lane.numbers.y), "tiny end f-muted", &said);
    let queue = format!("M{:.1} {:.1}h{:.1}", b.x, b.bottom() + 1.5, b.w);
    pen.path(&queue, "none s-line", 1.0, "");
    // A tray is open at its top.
    let tray = format!("M{:.1} {:.1}v{:.1}h{:.1}v-{:.1}", t.x, t.y, t.h, t.w, t.h);
    let (class, width) = if state.dead > 0 {
        ("none s-ink", 1.8)
    } else {
        ("none s-line", 1.2)
    };
    pen.path(&tray, class, width, "");
    let said = scene.of_the_moment(Say::DeadLetters(state.dead));
    pen.text((t.x - 6.0, t.bottom()), "tiny end f-muted", &said);
}

fn store(pen: &mut Pen, scene: &Scene, place: &Cylinder) {
    let wide = scene.layout.form == Form::Wide;
    let (r, lid) = (place.rect, place.lid);
    let state = scene.sim.store(place.store);
    let (class, dashes) = if state.up {
        ("f-surface s-line", "")
    } else {
        ("none s-rescued", "6 5")
    };
    pen.line([place.wire.0, place.wire.1].into_iter(), "s-line", 1.5, "");
    let (rx, side) = (r.w / 2.0, r.h - 2.0 * lid);
    let body = format!(
        "M{:.1} {:.1}v{side:.1}a{rx:.1} {lid:.1} 0 0 0 {:.1} 0v-{side:.1}",
        r.x,
        r.y + lid,
        r.w
    );
    pen.path(&body, class, 1.3, dashes);
    let top = format!(
        "M{:.1} {:.1}a{rx:.1} {lid:.1} 0 1 0 {:.1} 0a{rx:.1} {lid:.1} 0 1 0 -{:.1} 0z",
        r.x,
        r.y + lid,
        r.w,
        r.w
    );
    pen.path(&top, class, 1.3, dashes);
    let head = r.y + 2.0 * lid + if wide { 15.0 } else { 14.0 };
    let name = scene.names.stores[place.store as usize].text(scene.lang);
    pen.text((r.x + 12.0, head), "title small f-ink", name);
    let said = match (state.up, wide) {
        (false, _) => Word::Down.text(scene.lang).to_string(),
        (true, true) if scene.live => format!("{}/{}", state.busy, state.connections),
        // The name needs the room; the rim says it, too.
        (true, _) => String::new(),
    };
    pen.text((r.right() - 12.0, head), "count f-muted", &said);
    for it in &place.chips {
        chip(pen, scene, it);
    }
    for it in &place.outboxes {
        let word = if it.log { Word::Log } else { Word::Outbox };
        let (x, y) = (it.rect.x + 6.0, it.rect.y + 13.0);
        pen.rect(it.rect, 4.0, "f-surface s-event", 1.4);
        pen.text((x, y), "tiny f-ink", word.text(scene.lang));
        let waiting = scene.sim.outbox(it.relay);
        let waiting = if scene.live {
            waiting.to_string()
        } else {
            String::new()
        };
        pen.text((it.rect.right() - 6.0, y), "tiny end bold f-ink", &waiting);
    }
    if place.more > 0 {
        let at = (r.right() - 14.0, r.bottom() - lid + 2.0);
        pen.text(at, "tiny end f-muted", &format!("+{}", place.more));
    }
}

/// A table. A copy has a dashed outline and says where its values come from.
fn chip(pen: &mut Pen, scene: &Scene, chip: &Chip) {
    let (class, width, dashes, sign) = match chip.kind {
        ChipKind::Own => ("f-sunken s-line", 0.9, "", ""),
        ChipKind::Joined => ("f-sunken s-accent", 1.3, "", "⋈ "),
        ChipKind::Replica => ("none s-event", 1.3, "4 3", "⟳ "),
        ChipKind::Embedded => ("none s-repair", 1.3, "1.5 3", "⊂ "),
    };
    let Rect { x, y, w, h } = chip.rect;
    let d = format!("M{x:.1} {y:.1}h{w:.1}v{h:.1}h-{w:.1}z");
    pen.path(&d, class, width, dashes);
    let name = &scene.names.tables[chip.table as usize];
    let at = (x + 8.0, y + h / 2.0 + 4.0);
    pen.text(at, "table f-ink", &format!("{sign}{name}"));
}

fn service(pen: &mut Pen, scene: &Scene, place: &ServiceBox) {
    let lang = scene.lang;
    let plan = &scene.plan.services[place.service as usize];
    let instances: Vec<_> = (0..scene.sim.instances(place.service))
        .map(|instance| scene.sim.instance(place.service, instance))
        .collect();
    let threads: u32 = instances.iter().map(|it| it.threads).sum();
    let in_use: u32 = instances.iter().map(|it| it.working + it.waiting).sum();
    let queued: u32 = instances.iter().map(|it| it.queued).sum();
    let down = instances.iter().all(|it| !it.up);
    let (mut slow, mut errors) = (None, false);
    for fault in scene.faults() {
        match fault {
            FaultKind::Slow { service, factor } if *service == plan.name => slow = Some(*factor),
            FaultKind::Errors { service, .. } if *service == plan.name => errors = true,
            _ => {}
        }
    }
    let (class, width, dashes) = match (down, slow.is_some() || errors) {
        (true, _) => ("none s-rescued", 1.3, "6 5"),
        (_, true) => ("f-surface s-retry", 2.0, ""),
        _ => ("f-surface s-line", 1.3, ""),
    };
    let Rect { x, y, w, h } = place.rect;
    let d = if place.external {
        format!(
            "M{x:.1} {y:.1}h{:.1}l20 20v{:.1}h-{w:.1}z",
            w - 20.0,
            h - 20.0
        )
    } else {
        let (w, h) = (w - 24.0, h - 24.0);
        format!(
            "M{:.1} {y:.1}h{w:.1}a12 12 0 0 1 12 12v{h:.1}a12 12 0 0 1 -12 12h-{w:.1}a12 12 0 0 1 -12 -12v-{h:.1}a12 12 0 0 1 12 -12z",
            x + 12.0
        )
    };
    pen.path(&d, class, width, dashes);
    let wide = scene.layout.form == Form::Wide;
    let head = y + if wide { 26.0 } else { 21.0 };
    let below = head + if wide { 17.0 } else { 14.0 };
    let right = place.rect.right() - 12.0;
    let name = scene.names.services[place.service as usize].text(lang);
    pen.text((x + 12.0, head), "title f-ink", name);
    let shift = if place.external { 2.0 } else { 0.0 };
    if scene.live {
        let used = format!("{in_use}/{threads}");
        pen.text((right - shift, head), "live f-ink", &used);
    }
    let each = instances.first().map_or(0, |it| it.threads);
    let said = Say::InstancesOfThreads(instances.len() as u32, each).text(lang);
    pen.text((x + 12.0, below), "sub f-muted", &said);
    let state = match (down, slow, errors) {
        (true, ..) => Word::Down.text(lang).to_string(),
        (_, Some(factor), _) => format!("{} {}×", Word::Slow.text(lang), decimal(factor)),
        (_, _, true) => Word::Erring.text(lang).to_string(),
        _ => String::new(),
    };
    pen.text((right, below), "sub end bold f-ink", &state);
    if let (Some(first), Some(last)) = (place.rows.first(), place.rows.last()) {
        let door = first.x - 7.0;
        let d = format!("M{door:.1} {:.1}V{:.1}", first.y, last.bottom());
        pen.path(&d, "none s-line", 1.2, "2 4");
        if queued > 0 && scene.live {
            let at = (x + 10.0, last.bottom() + 10.0);
            pen.text(at, "tiny f-muted", &Say::Waiting(queued).text(lang));
        }
    }
    for drawer in &place.drawers {
        let name = scene.names.caches[drawer.cache as usize].text(lang);
        let r = drawer.rect;
        pen.rect(r, 4.0, "f-sunken s-line", 0.8);
        let at = (r.x + 6.0, r.y + if wide { 15.0 } else { 13.0 });
        pen.text(at, "tiny f-ink", name);
    }
}

fn people(pen: &mut Pen, scene: &Scene, people: &People) {
    let lang = scene.lang;
    let Some(first) = people.clients.first().copied() else {
        return;
    };
    let numbers = || {
        let clients = people.clients.iter();
        clients.filter_map(|client| scene.recent.clients.get(*client as usize))
    };
    let seconds = (scene.recent.to_s - scene.recent.from_s).max(1e-9);
    let asked = numbers().map(|client| client.issued).sum::<u64>() as f64 / seconds;
    let bad: u64 = numbers()
        .map(|it| it.failed + it.refused + it.rejected + it.timed_out + it.not_permitted)
        .sum();
    let one = people.clients.len() == 1;
    let (x, y) = (people.figure.x + 1.0, people.figure.y);
    // Two people say "many"; a sheet of paper says "a change".
    let (behind, front) = if one {
        let head = |x: f64, y: f64, r: f64| {
            format!(
                "M{:.1} {y:.1}a{r} {r} 0 1 0 {:.1} 0a{r} {r} 0 1 0 -{:.1} 0z",
                x - r,
                2.0 * r,
                2.0 * r
            )
        };
        (
            format!(
                "{}M{:.1} {:.1}a11 11 0 0 1 15 -9",
                head(x + 23.0, y + 11.0, 6.0),
                x + 19.0,
                y + 36.0
            ),
            format!(
                "{}M{:.1} {:.1}a12.5 14 0 0 1 25 0z",
                head(x + 12.0, y + 10.0, 7.5),
                x - 0.5,
                y + 37.0
            ),
        )
    } else {
        (
            format!(
                "M{:.1} {:.1}v8h8M{:.1} {:.1}h12M{:.1} {:.1}h12",
                x + 18.0,
                y + 4.0,
                x + 8.0,
                y + 20.0,
                x + 8.0,
                y + 27.0
            ),
            format!("M{:.1} {:.1}h15l8 8v24h-23z", x + 3.0, y + 4.0),
        )
    };
    if one {
        pen.path(&behind, "none s-muted", 1.6, "");
        pen.path(&front, "f-surface s-ink", 1.6, "");
    } else {
        pen.path(&front, "f-surface s-ink", 1.6, "");
        pen.path(&behind, "none s-muted", 1.6, "");
    }
    let name = if one {
        scene.names.clients[first as usize].text(lang)
    } else {
        Word::Changes.text(lang)
    };
    let tall = scene.layout.form == Form::Tall;
    let (left, top) = (people.rect.x, y + if tall { 52.0 } else { 56.0 });
    pen.text((left, top), "title small f-ink", name);
    if asked > 0.0 {
        let said = Say::PerSecond(asked).text(lang);
        pen.text((left, top + 15.0), "sub f-muted", &said);
    }
    let latency = numbers().next().filter(|it| one && it.latency_ms.count > 0);
    let seen = latency.map_or(String::new(), |it| {
        let Figure { value, unit } = figure_ms(it.latency_ms.mean, lang);
        format!("{value} {unit}")
    });
    if tall {
        pen.text((left + 46.0, top + 15.0), "seen f-ink", &seen);
        return;
    }
    pen.text((left, top + 33.0), "seen f-ink", &seen);
    if bad > 0 {
        let said = Say::BadPerSecond(bad as f64 / seconds).text(lang);
        pen.text((left, top + 49.0), "sub bold f-ink", &said);
    }
}
