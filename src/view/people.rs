//! People in the diagram: a figure, what they ask for, and what they see right now.

use super::diagram::{Props, text};
use picture::layout::People;
use words::{Figure, Say, Word, figure_ms};
use yew::prelude::*;

/// One figure (for one client, or for several that are drawn as one).
pub(super) fn figure(props: &Props, people: &People) -> Html {
    let lang = props.lang;
    let Some(first) = people.clients.first().copied() else {
        return Html::default();
    };
    let numbers = props.snapshot.recent.as_ref();
    let clients = || {
        people
            .clients
            .iter()
            .filter_map(|client| numbers.and_then(|numbers| numbers.clients.get(*client as usize)))
    };
    let seconds = numbers.map_or(1.0, |numbers| (numbers.to_s - numbers.from_s).max(1e-9));
    let asked = clients().map(|client| client.issued).sum::<u64>() as f64 / seconds;
    let bad: u64 = clients()
        .map(|client| {
            client.failed
                + client.refused
                + client.rejected
                + client.timed_out
                + client.not_permitted
        })
        .sum();
    let one = people.clients.len() == 1;
    let name = if one {
        props
            .names
            .clients
            .get(first as usize)
            .map_or("", |name| name.text(lang))
    } else {
        Word::Changes.text(lang)
    };
    let asks = props
        .names
        .asks
        .get(first as usize)
        .map_or("", |name| name.text(lang));
    let key = props
        .names
        .clients
        .get(first as usize)
        .map_or("", |name| name.key.as_str());
    let latency = clients()
        .next()
        .filter(|client| one && client.latency_ms.count > 0)
        .map(|client| client.latency_ms.mean);
    let r = people.rect;
    let f = people.figure;
    let (x, y) = (f.x + 1.0, f.y);
    let seen = latency.map(|ms| {
        let Figure { value, unit } = figure_ms(ms, lang);
        format!("{value} {unit}")
    });
    let label = Say::People {
        name,
        asks,
        per_s: asked,
    };
    // Two people say "many"; a sheet of paper says "a change".
    let drawing = if one {
        html! {
            <>
                <circle cx={(x + 23.0).to_string()} cy={(y + 11.0).to_string()} r="6"/>
                <path d={format!("M{:.1} {:.1}a11 11 0 0 1 15 -9", x + 19.0, y + 36.0)}/>
                <circle class="front" cx={(x + 12.0).to_string()} cy={(y + 10.0).to_string()} r="7.5"/>
                <path class="front" d={format!("M{:.1} {:.1}a12.5 14 0 0 1 25 0z", x - 0.5, y + 37.0)}/>
            </>
        }
    } else {
        html! {
            <>
                <path class="front" d={format!("M{:.1} {:.1}h15l8 8v24h-23z", x + 3.0, y + 4.0)}/>
                <path d={format!("M{:.1} {:.1}v8h8M{:.1} {:.1}h12M{:.1} {:.1}h12", x + 18.0, y + 4.0, x + 8.0, y + 20.0, x + 8.0, y + 27.0)}/>
            </>
        }
    };
    let [named, asking, seeing, failing] = people.lines;
    let rate = if asked > 0.0 {
        Say::PerSecond(asked).text(lang)
    } else {
        String::new()
    };
    html! {
        <g class={classes!("people", (bad > 0).then_some("bad"))} data-test={format!("people-{key}")} role="img"
            aria-label={label.text(lang)}>
            <g class="figure-drawing">{ drawing }</g>
            { text(r.x, named, "title small", name.to_string()) }
            { text(r.x, asking, "sub", rate) }
            { text(r.x, seeing, "seen", seen.unwrap_or_default()) }
            if bad > 0 { { text(r.x, failing, "sub trouble", Say::BadPerSecond(bad as f64 / seconds).text(lang)) } }
        </g>
    }
}
