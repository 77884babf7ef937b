//! What stands still in the diagram, as `view/` draws it for the page: lines, boxes, cylinders, topics, people, and their
//! names and numbers.

use super::Scene;
use super::pen::Pen;
use picture::layout::{
    Chip, ChipKind, Cylinder, Feed, Lane, People, Point, Rect, ServiceBox, TopicBox,
};
use scenario::FaultKind;
use sim::End;
use words::{Figure, Say, Word, figure_ms, service_state};

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

/// The line of a link, with what moves on it in numbers.
fn route(pen: &mut Pen, scene: &Scene, link: u16) {
    let lang = scene.lang;
    let its = &scene.plan.links[link as usize];
    let route = &scene.layout.routes[link as usize];
    if route.way.is_empty() {
        // The way of change events, which a feed shows.
        return;
    }
    let caption = scene.caption(link);
    let per_s = caption.map_or(0.0, |caption| caption.per_s);
    let fault = link_fault(scene, link);
    let cut = matches!(fault, Some(FaultKind::Cut { .. } | FaultKind::Hold { .. }));
    let bus = matches!(its.from, End::Topic(_)) || matches!(its.to, End::Topic(_));
    let (class, dashes) = match (cut, bus) {
        (true, _) => ("s-ink", "3 7"),
        (_, true) => ("s-event", ""),
        (_, false) => ("s-road", ""),
    };
    let width = match per_s {
        _ if cut || per_s == 0.0 => 1.2,
        ..10.0 => 1.6,
        10.0..100.0 => 2.2,
        100.0..1000.0 => 3.2,
        _ => 4.4,
    };
    pen.line(route.way.iter().copied(), class, width, dashes);
    if cut {
        let Point { x, y } = route.middle();
        let y = y - 10.0;
        let d = format!("M{:.1} {y:.1}l-10 20M{:.1} {y:.1}l-10 20", x + 1.0, x + 9.0);
        pen.path(&d, "none s-ink", 2.6, "");
    }
    let Some(label) = route.label else {
        return;
    };
    let note = match fault {
        Some(FaultKind::Loss { .. }) => Word::AnswersLost.text(lang).to_string(),
        Some(_) => Word::LinkCut.text(lang).to_string(),
        // That messages are drawn slower than they are is said once, below.
        None => caption.map_or(String::new(), |it| {
            scene.of_the_moment(Say::Drawn(it.one_in, false))
        }),
    };
    let start = if label.centred { "" } else { " start" };
    if per_s > 0.0 {
        let said = Say::CallsPerSecond(per_s).text(lang);
        let at = (label.rate.x, label.rate.y);
        pen.text(at, &format!("rate f-ink{start}"), &said);
    }
    let at = (label.note.x, label.note.y);
    pen.text(at, &format!("note f-muted{start}"), &note);
}

/// The outline of a topic's triangle.
fn topic_triangle(at: Point) -> String {
    format!("M{:.1} {:.1}l13 21h-26z", at.x, at.y - 12.5)
}

fn feed(pen: &mut Pen, scene: &Scene, feed: &Feed) {
    let per_s = scene.caption(feed.link).map_or(0.0, |it| it.per_s);
    pen.faded(0.75, |pen| {
        let ways = [
            (true, &feed.from),
            (feed.replicas, &feed.to_store),
            (feed.caches, &feed.to_service),
        ];
        for (_, way) in ways.into_iter().filter(|(is, _)| *is) {
            pen.line(way.iter().copied(), "s-event", 1.2, "5 4");
        }
    });
    pen.path(&topic_triangle(feed.at), "f-surface s-event", 2.0, "");
    let [word, rate] = feed.text;
    let said = Word::Topic.text(scene.lang);
    pen.text((word.x, word.y), "note end f-muted", said);
    let said = Say::PerSecond(per_s).text(scene.lang);
    pen.text((rate.x, rate.y), "note start f-muted", &said);
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
    let box_class = if place.used {
        "f-surface s-event"
    } else {
        "f-sunken s-line"
    };
    pen.rect(place.rect, 12.0, box_class, 1.3);
    let (colour, dashes) = if up {
        ("s-event", "")
    } else {
        ("s-rescued", "4 3")
    };
    let class = format!("f-surface {colour}");
    pen.path(&topic_triangle(place.triangle), &class, 2.0, dashes);
    let Point { x, y } = place.title;
    let name = scene.names.topics[place.topic as usize].text(scene.lang);
    let ink = if place.used {
        "title small f-ink"
    } else {
        "title small f-muted"
    };
    pen.text((x, y), ink, name);
    if place.used {
        pen.text((place.rate.x, place.rate.y), "sub f-muted", &state);
    }
    for it in place.lanes.iter().filter(|_| place.used) {
        lane(pen, scene, it);
    }
}

fn lane(pen: &mut Pen, scene: &Scene, lane: &Lane) {
    let state = scene.sim.queue_state(lane.subscription);
    let name = scene.names.subscriptions[lane.subscription as usize].text(scene.lang);
    let (at, b, t) = (lane.name, lane.beads, lane.tray);
    pen.text((at.x, at.y), "tiny f-ink", name);
    let said = scene.of_the_moment(Say::QueueOf(state.queued + state.delayed, state.in_hand));
    if let Some(at) = lane.numbers {
        pen.text((at.x, at.y), "tiny f-muted", &said);
    }
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
    pen.text((t.x - 6.0, t.bottom() - 1.0), "tiny end f-muted", &said);
}

fn store(pen: &mut Pen, scene: &Scene, place: &Cylinder) {
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
    let head = place.title.y;
    let name = scene.names.stores[place.store as usize].text(scene.lang);
    pen.text((place.title.x, head), "title small f-ink", name);
    let said = match (state.up, place.roomy) {
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
        let (x, y) = (it.rect.x + 6.0, it.rect.y + 12.5);
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
    let at = (x + 6.0, y + h / 2.0 + 4.0);
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
    let state = service_state(&plan.name, down, scene.faults(), lang);
    let (class, width, dashes) = match (down, !state.is_empty()) {
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
    let (title, sub) = (place.title, place.sub);
    let name = scene.names.services[place.service as usize].text(lang);
    pen.text((title.x, title.y), "title f-ink", name);
    if scene.live {
        let used = format!("{in_use}/{threads}");
        pen.text((place.live.x, place.live.y), "live f-ink", &used);
    }
    if state.is_empty() {
        let each = instances.first().map_or(0, |it| it.threads);
        let said = Say::InstancesOfThreads(instances.len() as u32, each).text(lang);
        pen.text((sub.x, sub.y), "sub f-muted", &said);
    } else {
        pen.text((sub.x, sub.y), "sub bold f-ink", &state);
    }
    if let (Some(first), Some(last)) = (place.rows.first(), place.rows.last()) {
        let door = first.x - 7.0;
        let d = format!("M{door:.1} {:.1}V{:.1}", first.y, last.bottom());
        pen.path(&d, "none s-line", 1.2, "2 4");
        if queued > 0 && scene.live {
            let at = (place.waits.x, place.waits.y);
            pen.text(at, "tiny f-muted", &Say::Waiting(queued).text(lang));
        }
    }
    for drawer in &place.drawers {
        let name = scene.names.caches[drawer.cache as usize].text(lang);
        let r = drawer.rect;
        pen.rect(r, 4.0, "f-sunken s-line", 0.8);
        let at = (r.x + 6.0, r.y + 13.0);
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
    let left = people.rect.x;
    let [named, asking, seeing, failing] = people.lines;
    pen.text((left, named), "title small f-ink", name);
    if asked > 0.0 {
        let said = Say::PerSecond(asked).text(lang);
        pen.text((left, asking), "sub f-muted", &said);
    }
    let latency = numbers().next().filter(|it| one && it.latency_ms.count > 0);
    let seen = latency.map_or(String::new(), |it| {
        let Figure { value, unit } = figure_ms(it.latency_ms.mean, lang);
        format!("{value} {unit}")
    });
    pen.text((left, seeing), "seen f-ink", &seen);
    if bad > 0 {
        let said = Say::BadPerSecond(bad as f64 / seconds).text(lang);
        pen.text((left, failing), "sub bold f-ink", &said);
    }
}
