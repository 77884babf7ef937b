//! The diagram: what stands still, drawn as SVG. What moves is drawn on the canvas above it.

use super::help::legend;
use super::people::figure;
use super::store::cylinder;
use super::topic::topic;
use crate::app::legend::Marks;
use crate::app::names::Names;
use crate::app::snapshot::FaultNow;
use crate::app::{Msg, Node, Snapshot};
use picture::layout::{Feed, Form, Layout, Point, Rect, ServiceBox};
use scenario::FaultKind;
use std::rc::Rc;
use words::{Lang, Say, Word, service_state};
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
    /// Whether the marks are explained below, and which of them there can be.
    pub legend: bool,
    pub marks: Marks,
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
    let slowed = props
        .snapshot
        .links
        .iter()
        .any(|link| link.slowed && link.per_s > 0.0);
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
            <div class="below-picture">
                if props.legend { { legend(lang, props.marks) } }
                // Its place is kept: the picture does not jump when it is said.
                <p class={classes!("slowed", (!slowed).then_some("unsaid"))}>{ Say::Drawn(1, true).text(lang) }</p>
            </div>
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
    let (lang, route) = (props.lang, &props.layout.routes[link]);
    let Some((from, to)) = props.names.links.get(link) else {
        return Html::default();
    };
    if route.way.is_empty() {
        // The way of change events, which a feed shows.
        return Html::default();
    }
    let now = props.snapshot.links.get(link).copied().unwrap_or_default();
    let fault = link_fault(props, link).map(|fault| &fault.kind);
    let cut = matches!(fault, Some(FaultKind::Cut { .. } | FaultKind::Hold { .. }));
    let bus = [from, to]
        .iter()
        .any(|end| props.names.topics.iter().any(|it| it.key == end.key));
    let class = classes!(
        "route",
        bus.then_some("bus"),
        cut.then_some("cut"),
        (now.per_s == 0.0).then_some("quiet"),
        breadth(now.per_s),
    );
    let corners = route.way.iter();
    let points: Vec<String> = corners
        .map(|at| format!("{:.1},{:.1}", at.x, at.y))
        .collect();
    let Point { x, y } = route.middle();
    let note = match fault {
        Some(FaultKind::Loss { .. }) => Word::AnswersLost.text(lang).to_string(),
        Some(_) => Word::LinkCut.text(lang).to_string(),
        // That messages are drawn slower than they are is said once, below.
        None if now.per_s > 0.0 => Say::Drawn(now.one_in, false).text(lang),
        None => String::new(),
    };
    html! {
        <g data-test={format!("link-{}-{}", from.key, to.key)}>
            <polyline {class} points={points.join(" ")}/>
            if cut {
                <path class="cut-mark" d={format!("M{:.1} {:.1}l-10 20M{:.1} {:.1}l-10 20", x + 1.0, y - 10.0, x + 9.0, y - 10.0)}/>
            }
            if let Some(label) = route.label {
                if now.per_s > 0.0 {
                    { text(label.rate.x, label.rate.y, if label.centred { "rate" } else { "rate start" }, Say::CallsPerSecond(now.per_s).text(lang)) }
                }
                { text(label.note.x, label.note.y, if label.centred { "note" } else { "note start" }, note) }
            }
        </g>
    }
}

/// How broad a line is drawn: by the powers of ten of what runs along it, so that it seldom changes.
fn breadth(per_s: f64) -> Option<&'static str> {
    match per_s {
        ..10.0 => None,
        10.0..100.0 => Some("tens"),
        100.0..1000.0 => Some("hundreds"),
        _ => Some("thousands"),
    }
}

/// A feed: a triangle between an owner and the copies that listen.
fn feed(props: &Props, feed: &Feed) -> Html {
    let lang = props.lang;
    let now = props
        .snapshot
        .links
        .get(feed.link as usize)
        .copied()
        .unwrap_or_default();
    let way = |way: &[Point]| {
        let points: Vec<String> = way
            .iter()
            .map(|at| format!("{:.1},{:.1}", at.x, at.y))
            .collect();
        html! { <polyline class="route events" points={points.join(" ")}/> }
    };
    let [word, rate] = feed.text;
    html! {
        <g class="topic" data-test="topic">
            { way(&feed.from) }
            if feed.replicas { { way(&feed.to_store) } }
            if feed.caches { { way(&feed.to_service) } }
            <path class="triangle" d={triangle(feed.at)}/>
            { text(word.x, word.y, "note end", Word::Topic.text(lang)) }
            { text(rate.x, rate.y, "note start", Say::PerSecond(now.per_s).text(lang)) }
        </g>
    }
}

/// The outline of a topic's triangle.
pub(super) fn triangle(at: Point) -> String {
    format!("M{:.1} {:.1}l13 21h-26z", at.x, at.y - 12.5)
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
    let faults = props.snapshot.faults.iter().filter(|fault| fault.active);
    let faults = faults.map(|fault| &fault.kind);
    let state = service_state(&name.key, down, faults, lang);
    let troubled = !down && !state.is_empty();
    let node = Node::Service(place.service);
    let r = place.rect;
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
            { text(place.title.x, place.title.y, "title", name.text(lang).to_string()) }
            { text(place.live.x, place.live.y, "live", if now.instances.is_empty() { String::new() } else { format!("{in_use}/{threads}") }) }
            if !state.is_empty() {
                { text(place.sub.x, place.sub.y, "sub state", state) }
            } else if !now.instances.is_empty() {
                { text(place.sub.x, place.sub.y, "sub", Say::InstancesOfThreads(now.instances.len() as u32, per_instance).text(lang)) }
            }
            { line(Point { x: door, y: first }, Point { x: door, y: last }, classes!("door")) }
            if queued > 0 {
                { text(place.waits.x, place.waits.y, "tiny", Say::Waiting(queued).text(lang)) }
            }
            { for place.drawers.iter().map(|drawer| {
                let name = props.names.caches.get(drawer.cache as usize).map_or("", |name| name.text(lang));
                html! { <>
                    { rect(drawer.rect, 4.0, "drawer") }
                    { text(drawer.rect.x + 6.0, drawer.rect.y + 13.0, "tiny ink", name.to_string()) }
                </> }
            }) }
        </>
    };
    let class = classes!(
        "service",
        down.then_some("down"),
        troubled.then_some("troubled"),
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
