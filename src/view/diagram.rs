//! The diagram: what stands still, drawn as SVG. What moves is drawn on the canvas above it.

use super::help::legend;
use super::people::figure;
use super::store::cylinder;
use super::topic::topic;
use crate::app::names::Names;
use crate::app::snapshot::{FaultNow, LinkNow};
use crate::app::{Msg, Node, Snapshot};
use crate::layout::{Feed, Form, Layout, Point, Rect, ServiceBox};
use crate::scenario::FaultKind;
use crate::words::{Lang, Say, Word, decimal};
use std::rc::Rc;
use yew::prelude::*;

/// What the diagram needs.
pub struct Props {
    pub lang: Lang,
    /// The scenario's title.
    pub title: AttrValue,
    pub layout: Rc<Layout>,
    pub names: Rc<Names>,
    pub snapshot: Rc<Snapshot>,
    pub selected: Option<Node>,
    /// Whether the marks are explained below.
    pub legend: bool,
    pub send: Callback<Msg>,
}

/// What makes a drawing a button.
pub(super) struct Button {
    pub id: String,
    pub label: String,
    pub class: Classes,
    pub node: Node,
    pub pressed: bool,
    /// Where it can be pressed.
    pub place: Rect,
}

/// A drawing that opens a node, by mouse and by keyboard. The button itself is a clear sheet above the drawing: its
/// label says all that the drawing says, and the texts below it are not read a second time.
pub(super) fn button(button: Button, send: &Callback<Msg>, inner: Html) -> Html {
    let toggled = (!button.pressed).then_some(button.node);
    let onclick = super::on(send, Msg::Select(toggled));
    let onkeydown = {
        let send = send.clone();
        Callback::from(move |event: KeyboardEvent| {
            if matches!(event.key().as_str(), "Enter" | " ") {
                event.prevent_default();
                event.stop_propagation();
                send.emit(Msg::Select(toggled));
            }
        })
    };
    let r = button.place;
    html! {
        <g class={classes!("node", button.class)}>
            <g aria-hidden="true">{ inner }</g>
            <rect class="press" id={button.id.clone()} data-test={button.id} x={format!("{:.1}", r.x)} y={format!("{:.1}", r.y)}
                width={format!("{:.1}", r.w)} height={format!("{:.1}", r.h)} rx="12" role="button" tabindex="0"
                aria-label={button.label} aria-pressed={if button.pressed { "true" } else { "false" }} {onclick} {onkeydown}/>
        </g>
    }
}

/// A text at a place.
pub(super) fn text(x: f64, y: f64, class: &'static str, content: impl Into<AttrValue>) -> Html {
    let content: AttrValue = content.into();
    html! { <text {class} x={format!("{x:.1}")} y={format!("{y:.1}")}>{ content }</text> }
}

/// A rectangle.
pub(super) fn rect(rect: Rect, radius: f64, class: &'static str) -> Html {
    html! {
        <rect {class} x={format!("{:.1}", rect.x)} y={format!("{:.1}", rect.y)} width={format!("{:.1}", rect.w)}
            height={format!("{:.1}", rect.h)} rx={radius.to_string()}/>
    }
}

fn line(a: Point, b: Point, class: Classes) -> Html {
    html! {
        <line {class} x1={format!("{:.1}", a.x)} y1={format!("{:.1}", a.y)} x2={format!("{:.1}", b.x)} y2={format!("{:.1}", b.y)}/>
    }
}

/// The diagram.
pub fn view(props: &Props) -> Html {
    let (lang, layout) = (props.lang, &*props.layout);
    let writes = layout.stores.iter().any(|store| store.locks.is_some());
    let form = match layout.form {
        Form::Wide => "wide",
        Form::Tall => "tall",
    };
    html! {
        <section class={classes!("stage", form)} id="diagram" data-test="diagram" aria-label={Word::Diagram.text(lang)}
            tabindex="-1">
            <div class="frame">
                <div class="picture" style={format!("--w:{:.0};--h:{:.0}", layout.width, layout.height)}>
                    <svg viewBox={format!("0 0 {:.1} {:.1}", layout.width, layout.height)} role="group"
                        aria-label={Say::DiagramOf(&props.title).text(lang)} class={classes!(props.selected.map(|_| "chosen"))}>
                        { for (0..layout.routes.len()).map(|link| route(props, link)) }
                        { for layout.feeds.iter().map(|it| feed(props, it)) }
                        // In the order of the flow, in which they are read and reached by the keyboard.
                        { for layout.people.iter().map(|it| figure(props, it)) }
                        { for layout.services.iter().map(|it| service(props, it)) }
                        { for layout.stores.iter().map(|it| cylinder(props, it)) }
                        { for layout.topics.iter().map(|it| topic(props, it)) }
                    </svg>
                    <canvas data-test="canvas" id="overlay" aria-hidden="true"></canvas>
                </div>
            </div>
            if props.legend { { legend(lang, writes) } }
        </section>
    }
}

/// What is wrong with a link, while it is.
fn link_fault(props: &Props, link: usize) -> Option<&FaultNow> {
    let (from, to) = props.names.links.get(link)?;
    let is = |name: &str, a: &str, b: &str| {
        name.split_once("->")
            .is_some_and(|(x, y)| (x.trim(), y.trim()) == (a, b))
    };
    props.snapshot.faults.iter().find(|fault| {
        fault.active
            && match &fault.kind {
                FaultKind::Cut { link } | FaultKind::Hold { link } => {
                    is(link, &from.key, &to.key) || is(link, &to.key, &from.key)
                }
                FaultKind::Loss { link, .. } => is(link, &from.key, &to.key),
                _ => false,
            }
    })
}

/// The line of a link, with what moves on it in numbers.
fn route(props: &Props, link: usize) -> Html {
    let (lang, layout) = (props.lang, &*props.layout);
    let route = &layout.routes[link];
    let Some((from, to)) = props.names.links.get(link) else {
        return Html::default();
    };
    let now = props.snapshot.links.get(link).copied().unwrap_or_default();
    let from_service = props.names.services.iter().any(|it| it.key == from.key);
    let to_service = props.names.services.iter().any(|it| it.key == to.key);
    let events_only = layout.feeds.iter().any(|feed| feed.link as usize == link);
    // A link between services that carries nothing now (the way of events, say) has no line of its own.
    let fault = link_fault(props, link);
    if from_service && to_service && (events_only || backwards(props, link)) {
        return Html::default();
    }
    let cut = fault
        .is_some_and(|fault| matches!(fault.kind, FaultKind::Cut { .. } | FaultKind::Hold { .. }));
    let class = classes!(
        "route",
        cut.then_some("cut"),
        (now.per_s == 0.0).then_some("quiet")
    );
    let bus = [from, to]
        .iter()
        .any(|end| props.names.topics.iter().any(|it| it.key == end.key));
    if bus || !route.via.is_empty() {
        return bent(props, link, bus, cut, now.per_s, &now);
    }
    let mesh: Vec<(Point, Point)> = if route.from.len() * route.to.len() <= 9 {
        (0..route.from.len() as u16)
            .flat_map(|a| (0..route.to.len() as u16).map(move |b| (a, b)))
            .map(|(a, b)| route.line(a, b))
            .collect()
    } else {
        vec![(middle(&route.from), middle(&route.to))]
    };
    let (a, b) = (middle(&route.from), middle(&route.to));
    let at = Point {
        x: f64::midpoint(a.x, b.x),
        y: f64::midpoint(a.y, b.y),
    };
    let between_services = from_service && to_service;
    let span = route.to.iter().chain(&route.from).map(|point| point.y);
    let (top, bottom) = span.fold((f64::MAX, f64::MIN), |(top, bottom), y| {
        (top.min(y), bottom.max(y))
    });
    let right = route
        .to
        .iter()
        .chain(&route.from)
        .map(|point| point.x)
        .fold(0.0, f64::max);
    let (rate_at, note_at) = match layout.form {
        // Each at the end that is its own.
        Form::Wide if route.crowded => (
            Point {
                x: b.x - 84.0,
                y: b.y - (b.x - 84.0 - b.x) / (a.x - b.x) * (b.y - a.y) - 9.0,
            },
            Point {
                x: b.x - 84.0,
                y: b.y - (b.x - 84.0 - b.x) / (a.x - b.x) * (b.y - a.y) + 17.0,
            },
        ),
        Form::Wide => (
            Point {
                x: at.x,
                y: top - 16.0,
            },
            Point {
                x: at.x,
                y: bottom + 28.0,
            },
        ),
        Form::Tall => (
            Point {
                x: right + 20.0,
                y: at.y - 2.0,
            },
            Point {
                x: right + 20.0,
                y: at.y + 13.0,
            },
        ),
    };
    let note = match fault.map(|fault| &fault.kind) {
        Some(FaultKind::Cut { .. } | FaultKind::Hold { .. }) => {
            Word::LinkCut.text(lang).to_string()
        }
        Some(FaultKind::Loss { .. }) => Word::AnswersLost.text(lang).to_string(),
        _ if now.per_s > 0.0 => Say::Drawn(now.one_in, now.slowed).text(lang),
        _ => String::new(),
    };
    html! {
        <g data-test={format!("link-{}-{}", from.key, to.key)}>
            { for mesh.into_iter().map(|(a, b)| line(a, b, class.clone())) }
            if cut {
                <path class="cut-mark" d={format!("M{:.1} {:.1}l-10 20M{:.1} {:.1}l-10 20", at.x + 1.0, at.y - 10.0, at.x + 9.0, at.y - 10.0)}/>
            }
            if between_services {
                if now.per_s > 0.0 { { text(rate_at.x, rate_at.y, "rate beside", Say::CallsPerSecond(now.per_s).text(lang)) } }
                { text(note_at.x, note_at.y, "note beside", note) }
            }
        </g>
    }
}

/// A route round corners, or one of the bus.
fn bent(props: &Props, link: usize, bus: bool, cut: bool, per_s: f64, now: &LinkNow) -> Html {
    let lang = props.lang;
    let route = &props.layout.routes[link];
    let class = classes!(
        "route",
        bus.then_some("bus"),
        cut.then_some("cut"),
        (per_s == 0.0).then_some("quiet")
    );
    let ways: Vec<u16> = (0..route.from.len().max(route.to.len()).min(9) as u16).collect();
    let (from, to) = &props.names.links[link];
    // Above the box that it leads to.
    let named = |service: &&ServiceBox| {
        let name = props.names.services.get(service.service as usize);
        name.is_some_and(|name| name.key == to.key)
    };
    let services = &props.layout.services;
    let at = services.iter().find(named).map(|it| it.rect);
    let at = at.filter(|_| !bus && per_s > 0.0);
    html! {
        <g data-test={format!("link-{}-{}", from.key, to.key)}>
            { for ways.into_iter().map(|way| {
                let points: Vec<String> = route.corners(way, way).map(|at| format!("{:.1},{:.1}", at.x, at.y)).collect();
                html! { <polyline class={class.clone()} points={points.join(" ")}/> }
            }) }
            if let Some(at) = at {
                { text(at.x + 8.0, at.y - 7.0, "rate beside", Say::CallsPerSecond(now.per_s).text(lang)) }
                { text(at.x + 100.0, at.y - 7.0, "note beside", Say::Drawn(now.one_in, now.slowed).text(lang)) }
            }
        </g>
    }
}

/// Whether a link only exists as the way back of a pair (owner to reader), which events take.
fn backwards(props: &Props, link: usize) -> bool {
    let Some((from, to)) = props.names.links.get(link) else {
        return false;
    };
    props.names.links[..link]
        .iter()
        .any(|(other_from, other_to)| other_from == to && other_to == from)
}

fn middle(points: &[Point]) -> Point {
    let n = points.len().max(1) as f64;
    Point {
        x: points.iter().map(|point| point.x).sum::<f64>() / n,
        y: points.iter().map(|point| point.y).sum::<f64>() / n,
    }
}

/// A feed: a triangle between an owner and the copies that listen.
fn feed(props: &Props, feed: &Feed) -> Html {
    let lang = props.lang;
    let Point { x, y } = feed.at;
    let now = props
        .snapshot
        .links
        .get(feed.link as usize)
        .copied()
        .unwrap_or_default();
    let class = || classes!("route", "events");
    html! {
        <g class="topic" data-test="topic">
            { line(feed.from, feed.at, class()) }
            if feed.replicas { { line(feed.at, feed.to_store, class()) } }
            if feed.caches { { line(feed.at, feed.to_service, class()) } }
            <path class="triangle" d={format!("M{x:.1} {:.1}l15 25h-30z", y - 15.0)}/>
            { text(x, y + 26.0, "rate", Word::Topic.text(lang)) }
            { text(x, y + 41.0, "note", Say::PerSecond(now.per_s).text(lang)) }
        </g>
    }
}

/// A box with a corner cut off: it belongs to somebody else.
fn cut_corner(r: Rect) -> String {
    format!(
        "M{:.1} {:.1}h{:.1}l20 20v{:.1}h-{:.1}z",
        r.x,
        r.y,
        r.w - 20.0,
        r.h - 20.0,
        r.w
    )
}

/// A service.
fn service(props: &Props, place: &ServiceBox) -> Html {
    let lang = props.lang;
    let Some(name) = props.names.services.get(place.service as usize) else {
        return Html::default();
    };
    let empty = crate::app::snapshot::ServiceNow::default();
    let now = props
        .snapshot
        .services
        .get(place.service as usize)
        .unwrap_or(&empty);
    let (threads, in_use, queued) = (
        now.sum(|it| it.threads),
        now.in_use(),
        now.sum(|it| it.queued),
    );
    let down = !now.instances.is_empty() && now.instances.iter().all(|it| !it.up);
    let (mut slow, mut errors) = (None, false);
    for fault in props.snapshot.faults.iter().filter(|fault| fault.active) {
        match &fault.kind {
            FaultKind::Slow { service, factor } if *service == name.key => slow = Some(*factor),
            FaultKind::Errors { service, .. } if *service == name.key => errors = true,
            _ => {}
        }
    }
    let state = match (down, slow, errors) {
        (true, ..) => Word::Down.text(lang).to_string(),
        (_, Some(factor), _) => format!("{} {}×", Word::Slow.text(lang), decimal(factor)),
        (_, _, true) => Word::Erring.text(lang).to_string(),
        _ => String::new(),
    };
    let node = Node::Service(place.service);
    let r = place.rect;
    let wide = props.layout.form == Form::Wide;
    let head = if wide { 26.0 } else { 21.0 };
    let door = place.rows.first().map_or(r.x, |row| row.x) - 7.0;
    let last = place.rows.last().map_or(r.bottom(), Rect::bottom);
    let first = place.rows.first().map_or(r.y, |row| row.y);
    let per_instance = now.instances.first().map_or(0, |it| it.threads);
    let label = Say::Service {
        name: name.text(lang),
        in_use,
        threads,
        queued,
    };
    let inner = html! {
        <>
            if place.external {
                <path class="box external" d={cut_corner(r)}/>
            } else {
                { rect(r, 12.0, "box") }
            }
            { text(r.x + 12.0, r.y + head, "title", name.text(lang).to_string()) }
            { text(r.right() - if place.external { 14.0 } else { 12.0 }, r.y + head, "live", if now.instances.is_empty() { String::new() } else { format!("{in_use}/{threads}") }) }
            { text(r.x + 12.0, r.y + head + if wide { 17.0 } else { 14.0 }, "sub",
                if now.instances.is_empty() { String::new() } else { Say::InstancesOfThreads(now.instances.len() as u32, per_instance).text(lang) }) }
            { text(r.right() - 12.0, r.y + head + if wide { 17.0 } else { 14.0 }, "sub end state", state) }
            { line(Point { x: door, y: first }, Point { x: door, y: last }, classes!("door")) }
            if queued > 0 {
                { text(r.x + 10.0, last + 10.0, "tiny", Say::Waiting(queued).text(lang)) }
            }
            { for place.drawers.iter().map(|drawer| {
                let name = props.names.caches.get(drawer.cache as usize).map_or("", |name| name.text(lang));
                html! { <>
                    { rect(drawer.rect, 4.0, "drawer") }
                    { text(drawer.rect.x + 6.0, drawer.rect.y + if wide { 15.0 } else { 13.0 }, "tiny ink", name.to_string()) }
                </> }
            }) }
        </>
    };
    let class = classes!(
        "service",
        down.then_some("down"),
        (slow.is_some() || errors).then_some("troubled"),
        (props.selected == Some(node)).then_some("selected")
    );
    let button_of = Button {
        id: format!("node-{}", name.key),
        label: label.text(lang),
        class,
        node,
        pressed: props.selected == Some(node),
        place: r,
    };
    button(button_of, &props.send, inner)
}
