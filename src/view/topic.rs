//! A topic in the diagram: a triangle, and a queue for each subscription with a tray for dead letters below it.

use super::diagram::{Button, Props, button, rect, text, triangle};
use crate::app::Node;
use crate::app::snapshot::QueueNow;
use picture::layout::{Lane, TopicBox};
use words::{Say, Word};
use yew::prelude::*;

/// The topic.
pub(super) fn topic(props: &Props, place: &TopicBox) -> Html {
    let lang = props.lang;
    let Some(name) = props.names.topics.get(place.topic as usize) else {
        return Html::default();
    };
    let down = props.snapshot.topics.get(place.topic as usize) == Some(&false);
    let node = Node::Topic(place.topic);
    let queue = |lane: &Lane| {
        let queues = &props.snapshot.queues;
        let its = queues.get(lane.subscription as usize);
        its.copied().unwrap_or_default()
    };
    let sum = |part: fn(&QueueNow) -> u32| -> u32 {
        place.lanes.iter().map(|lane| part(&queue(lane))).sum()
    };
    // What comes in; what is delivered is another matter.
    let links = props.names.links.iter().zip(&props.snapshot.links);
    let into = links.filter(|((_, to), _)| to.key == name.key);
    let published: f64 = into.map(|(_, link)| link.per_s).sum();
    let state = if down {
        Word::Down.text(lang).to_string()
    } else if published > 0.0 {
        Say::PerSecond(published).text(lang)
    } else {
        String::new()
    };
    let inner = html! {
        <>
            { rect(place.rect, 12.0, "box bus") }
            <path class="triangle" d={triangle(place.triangle)}/>
            { text(place.title.x, place.title.y, "title small", name.text(lang).to_string()) }
            if place.used { { text(place.rate.x, place.rate.y, "sub", state) } }
            if place.used { { for place.lanes.iter().map(|it| lane(props, it, queue(it))) } }
        </>
    };
    let label = Say::Topic {
        name: name.text(lang),
        queued: sum(|queue| queue.queued + queue.delayed),
        in_hand: sum(|queue| queue.in_hand),
        dead: sum(|queue| queue.dead),
    };
    let chosen = props.selected == Some(node);
    let button_of = Button {
        id: format!("node-{}", name.key),
        label: label.text(lang),
        class: classes!(
            "bus-topic",
            (!place.used).then_some("unused"),
            down.then_some("down"),
            chosen.then_some("selected")
        ),
        node,
        pressed: chosen,
        place: place.rect,
    };
    button(button_of, &props.send, inner)
}

fn lane(props: &Props, lane: &Lane, now: QueueNow) -> Html {
    let lang = props.lang;
    let names = &props.names.subscriptions;
    let name = names
        .get(lane.subscription as usize)
        .map_or("", |name| name.text(lang));
    let (at, b, t) = (lane.name, lane.beads, lane.tray);
    // A tray is open at its top.
    let tray = format!("M{:.1} {:.1}v{:.1}h{:.1}v-{:.1}", t.x, t.y, t.h, t.w, t.h);
    html! {
        <g>
            { text(at.x, at.y, "tiny ink", name.to_string()) }
            if let Some(at) = lane.numbers {
                { text(at.x, at.y, "tiny", Say::QueueOf(now.queued + now.delayed, now.in_hand).text(lang)) }
            }
            <path class="queue" d={format!("M{:.1} {:.1}h{:.1}", b.x, b.bottom() + 1.5, b.w)}/>
            <path class={classes!("tray", (now.dead > 0).then_some("full"))} d={tray}/>
            { text(t.x - 6.0, t.bottom() - 1.0, "tiny end", Say::DeadLetters(now.dead).text(lang)) }
        </g>
    }
}
