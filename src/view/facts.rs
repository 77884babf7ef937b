//! The line below the headline: what else the outcome comes to.

use super::outcome::Props;
use crate::app::truth::TruthNow;
use scenario::{HeadlineKind, Price};
use sim::trace::{Anomaly, Finding};
use words::{AboutHeadline, Say, Truth, finding_means};
use yew::prelude::*;

/// A fact: its text, what it means, and whether it is bad news.
struct Fact {
    text: String,
    means: &'static str,
    bad: bool,
}

impl Fact {
    fn good(text: String) -> Fact {
        Fact {
            text,
            means: "",
            bad: false,
        }
    }

    fn bad(text: String) -> Fact {
        Fact {
            bad: true,
            ..Fact::good(text)
        }
    }
}

/// The line.
pub(super) fn view(props: &Props) -> Html {
    let (facts, class) = match &props.snapshot.truth {
        Some(truth) => (of_writing(props, truth), "facts kinds"),
        None => (of_reading(props), "facts"),
    };
    html! {
        <ul {class} data-test="outcome-facts">
            { for facts.into_iter().enumerate().map(|(place, fact)| html! {
                <li key={place} class={classes!(fact.bad.then_some("bad"))} title={fact.means}>{ fact.text }</li>
            }) }
        </ul>
    }
}

/// Whether the headline tells this already.
fn tells(props: &Props, kind: Option<HeadlineKind>, price: Price) -> bool {
    let headline = props.snapshot.headline.as_ref();
    headline.is_some_and(|it| Some(it.of.kind) == kind || it.of.price == price)
}

/// What it costs.
fn of_reading(props: &Props) -> Vec<Fact> {
    let lang = props.lang;
    let mut facts = Vec::new();
    let recent = props.snapshot.recent.as_ref();
    let client = recent.and_then(|recent| recent.clients.get(props.main_client as usize));
    if let (Some(recent), Some(client)) = (recent, client) {
        let seconds = (recent.to_s - recent.from_s).max(1e-9);
        if !tells(props, None, Price::Calls) {
            facts.push(Fact::good(
                Say::CallsPer(client.calls_per_request, props.request()).text(lang),
            ));
        }
        if !tells(props, Some(HeadlineKind::Latency), Price::Latency) && client.latency_ms.count > 0
        {
            facts.push(Fact::good(
                Truth::MeanLatency(client.latency_ms.mean).text(lang),
            ));
        }
        let main_service = client.operation.split('.').next().unwrap_or_default();
        if let Some((_, owner)) = &props.owner
            && owner.key != main_service
            && let Some(service) = recent.services.iter().find(|it| it.name == owner.key)
        {
            facts.push(Fact::good(
                Say::ThreadsInUse(owner.text(lang), service.in_use_mean, service.threads)
                    .text(lang),
            ));
        }
        facts.push(Fact::good(
            Say::Completed(client.ok_per_s, props.request()).text(lang),
        ));
        if let Some((mean, within)) = props.snapshot.mean_ms {
            let since = props.snapshot.counts_since_s;
            facts.push(Fact::good(
                AboutHeadline::MeanSince(mean, within, since).text(lang),
            ));
        }
        // What comes and goes is last, so that nothing else moves.
        let refused = (client.rejected + client.refused) as f64 / seconds;
        if refused > 0.0 {
            facts.push(Fact::bad(Say::ListsRefused(refused).text(lang)));
        }
        let failed = (client.failed + client.timed_out + client.not_permitted) as f64 / seconds;
        if failed > 0.0 {
            facts.push(Fact::bad(Say::ListsFail(failed).text(lang)));
        }
    }
    facts
}

/// The kinds of what disagrees, what isolation would have prevented, and what it costs.
fn of_writing(props: &Props, truth: &TruthNow) -> Vec<Fact> {
    let lang = props.lang;
    let counts = &truth.counts;
    let key = props.names.writing.key.text(lang);
    let mut facts = Vec::new();
    let recent = props.snapshot.recent.as_ref();
    let client = recent.and_then(|recent| recent.clients.get(props.main_client as usize));
    if !tells(props, None, Price::InFlight) {
        facts.push(Fact::good(Truth::UnderWay(counts.open).text(lang)));
    }
    if let Some(client) = client
        && client.latency_ms.count > 0
        && !tells(props, Some(HeadlineKind::Latency), Price::Latency)
    {
        facts.push(Fact::good(
            Truth::MeanLatency(client.latency_ms.mean).text(lang),
        ));
    }
    // What comes and goes is last, so that nothing else moves.
    if !tells(props, Some(HeadlineKind::Disagreements), Price::InFlight) && counts.disagree > 0 {
        let (disagree, of) = (counts.fresh.disagree, counts.fresh.closed);
        facts.push(Fact::bad(AboutHeadline::Disagree(disagree, of).text(lang)));
    }
    for finding in Finding::ALL {
        let number = truth.fresh[finding as usize];
        if number > 0 {
            facts.push(Fact {
                means: finding_means(finding, lang),
                ..Fact::bad(Truth::Kind(finding, number, key).text(lang))
            });
        }
    }
    for anomaly in [
        Anomaly::DirtyRead,
        Anomaly::LostUpdate,
        Anomaly::ChangedAfterRead,
    ] {
        let number = counts.fresh_anomalies[anomaly as usize];
        if number > 0 {
            facts.push(Fact::bad(Truth::Anomalies(anomaly, number).text(lang)));
        }
    }
    let before = counts.disagree.saturating_sub(counts.fresh.disagree);
    if before > 0 {
        facts.push(Fact::good(Truth::FromBefore(before).text(lang)));
    }
    if counts.with_operator > 0 {
        facts.push(Fact::good(
            Truth::WithPeople(counts.with_operator).text(lang),
        ));
    }
    if let Some(client) = client {
        let seconds = recent.map_or(1.0, |recent| (recent.to_s - recent.from_s).max(1e-9));
        let bad = client.bad() as f64 / seconds;
        if bad > 0.0 && !tells(props, Some(HeadlineKind::Goodput), Price::Failed) {
            facts.push(Fact::bad(Say::ListsFail(bad).text(lang)));
        }
    }
    facts
}
