//! The outcome where the scenario says what is true: how many business keys disagree - the largest thing on the page.

use super::icon::{Icon, icon};
use super::on;
use super::outcome::{Props, undo};
use crate::app::Msg;
use crate::app::truth::{Tally, TruthNow};
use crate::sim::trace::{Anomaly, Finding};
use crate::words::{Lang, Truth, Word, decimal, finding_means};
use yew::prelude::*;

/// So many of so many.
fn number(
    tally: Option<(f64, u64)>,
    lang: Lang,
    words: &str,
    class: &'static str,
    test: &'static str,
) -> Html {
    let (value, unit) = match tally {
        Some((disagree, of)) => (decimal(disagree), Truth::OfKeys(of).text(lang)),
        None => ("–".to_string(), String::new()),
    };
    let (count, of) = tally.map_or((String::new(), String::new()), |(disagree, of)| {
        (format!("{disagree:.1}"), of.to_string())
    });
    html! {
        <p class={classes!("figure", class)} data-test={test} data-count={count} data-of={of}>
            <span class="number"><span class="value">{ value }</span><span class="unit">{ unit }</span></span>
            <span class="what">{ words.to_string() }</span>
        </p>
    }
}

/// The outcome bar.
pub(super) fn view(props: &Props, truth: &TruthNow) -> Html {
    let lang = props.lang;
    let word = |word: Word| word.text(lang);
    let all = truth.tally();
    let now = truth.since_change.unwrap_or(all);
    let exact = |tally: Tally| (tally.disagree as f64, tally.closed);
    // A forecast is a run of another length: it is told for as many keys as there are.
    let expected = props.forecast.and_then(|it| it.truth);
    let expected = expected.map(|tally| (tally.of(now.closed), now.closed));
    let now_words = match truth.since_change {
        Some(_) => word(Word::DisagreeSince),
        None => word(Word::Disagree),
    };
    let first = |class| number(Some(exact(now)), lang, now_words, class, "outcome-value");
    let then = |title: &AttrValue| {
        let words = match props.forecast {
            Some(_) => Truth::ExpectedWith(title).text(lang),
            None => word(Word::WorkingOut).to_string(),
        };
        number(expected, lang, &words, "expected", "outcome-then")
    };
    let (first, second, action) = match (&props.considered, &props.offer, &props.compare) {
        (Some(title), ..) => (first("actual"), Some(then(title)), Html::default()),
        (None, Some(title), compare) => (
            first("actual"),
            Some(then(title)),
            html! {
                <>
                    <button id="offer" class="offer" data-test="offer" onclick={on(&props.send, Msg::TakeOffer)}>
                        { word(Word::TryIt) }
                    </button>
                    if compare.is_some() { { undo(props) } }
                </>
            },
        ),
        (None, None, Some(compare)) => (
            number(
                compare.before_truth.map(exact),
                lang,
                word(Word::Before),
                "before",
                "outcome-then",
            ),
            Some(first("actual better")),
            html! {
                <>
                    if let Some(expected) = compare.expected_truth {
                        <span class="was-expected">
                            { Truth::ExpectedWas(expected.disagree as f64, expected.closed).text(lang) }
                        </span>
                    }
                    { undo(props) }
                </>
            },
        ),
        (None, None, None) => (first("actual"), None, Html::default()),
    };
    html! {
        <section class="outcome truth" aria-label={word(Word::Outcome)} data-test="outcome">
            <div class="figures">
                { first }
                if let Some(second) = second {
                    <span class="arrow" aria-hidden="true">{ icon(Icon::Arrow) }</span>
                    { second }
                }
                <div class="action">{ action }</div>
            </div>
            { facts(props, truth) }
        </section>
    }
}

/// The kinds, what isolation would have prevented, and what it costs.
fn facts(props: &Props, truth: &TruthNow) -> Html {
    let lang = props.lang;
    let counts = &truth.counts;
    let mut facts: Vec<(String, &'static str, bool)> = Vec::new();
    for finding in Finding::ALL {
        let number = counts.now[finding as usize];
        if number > 0 {
            let text = Truth::Kind(finding, number).text(lang);
            facts.push((text, finding_means(finding, lang), true));
        }
    }
    for anomaly in [
        Anomaly::DirtyRead,
        Anomaly::LostUpdate,
        Anomaly::ChangedAfterRead,
    ] {
        let number = counts.anomalies[anomaly as usize];
        if number > 0 {
            facts.push((Truth::Anomalies(anomaly, number).text(lang), "", true));
        }
    }
    if let Some(since) = truth.since_change {
        let before = counts.disagree.saturating_sub(since.disagree);
        if before > 0 {
            facts.push((Truth::FromBefore(before).text(lang), "", false));
        }
    }
    if counts.with_operator > 0 {
        let text = Truth::WithPeople(counts.with_operator).text(lang);
        facts.push((text, "", false));
    }
    facts.push((Truth::UnderWay(counts.open).text(lang), "", false));
    let recent = props.snapshot.recent.as_ref();
    let client = recent.and_then(|recent| recent.clients.get(props.main_client as usize));
    if let Some(client) = client.filter(|client| client.latency_ms.count > 0) {
        let text = Truth::MeanLatency(client.latency_ms.mean).text(lang);
        facts.push((text, "", false));
    }
    html! {
        <ul class="facts kinds" data-test="outcome-facts">
            { for facts.into_iter().map(|(text, means, bad)| html! {
                <li class={classes!(bad.then_some("bad"))} title={means}>{ text }</li>
            }) }
        </ul>
    }
}
