//! The outcome: what a list costs now, what it would cost or what it did cost - the largest thing on the page.

use super::icon::{Icon, icon};
use super::on;
use crate::app::{Compare, Forecast, Msg, Snapshot};
use crate::words::{Figure, Lang, Name, Say, Word, figure_ms};
use std::rc::Rc;
use yew::prelude::*;

/// What the outcome needs.
pub struct Props {
    pub lang: Lang,
    pub snapshot: Rc<Snapshot>,
    /// The client whose outcome counts.
    pub main_client: u16,
    /// The service that owns what lists refer to, and its place.
    pub owner: Option<(u16, Name)>,
    /// The words of the offer, if it has not been taken.
    pub offer: Option<AttrValue>,
    /// The words of a choice that is looked at; the forecast is then its own.
    pub considered: Option<AttrValue>,
    pub forecast: Option<Forecast>,
    pub compare: Option<Compare>,
    pub send: Callback<Msg>,
}

/// A large number with what it is.
fn number(
    ms: Option<f64>,
    lang: Lang,
    words: &str,
    class: &'static str,
    test: &'static str,
) -> Html {
    let Figure { value, unit } = figure_ms(ms.unwrap_or(f64::NAN), lang);
    html! {
        <p class={classes!("figure", class)} data-test={test} data-ms={ms.map_or(String::new(), |ms| format!("{ms:.3}"))}>
            <span class="number"><span class="value">{ value }</span><span class="unit">{ unit }</span></span>
            <span class="what">{ words.to_string() }</span>
        </p>
    }
}

/// The way back to the settings before.
pub(super) fn undo(props: &Props) -> Html {
    html! {
        <button id="undo" class="quiet" data-test="undo" onclick={on(&props.send, Msg::Undo)}>
            { icon(Icon::Undo) }{ Word::Undo.text(props.lang) }
        </button>
    }
}

/// The outcome bar.
pub fn view(props: &Props) -> Html {
    if let Some(truth) = &props.snapshot.truth {
        return super::verdict::view(props, truth);
    }
    let lang = props.lang;
    let word = |word: Word| word.text(lang);
    let recent = props.snapshot.recent.as_ref();
    let client = recent.and_then(|recent| recent.clients.get(props.main_client as usize));
    let now = client
        .filter(|client| client.latency_ms.count > 0)
        .map(|client| client.latency_ms.mean);
    let waited = props.snapshot.now_s > 6.0;
    let now_words = match now {
        Some(_) => word(Word::ForAList),
        None if waited => word(Word::NoneAnswered),
        None => word(Word::NoAnswersYet),
    };
    let expected = props.forecast.and_then(|forecast| forecast.latency_ms);
    let expected_words = |title: &AttrValue| match props.forecast {
        Some(_) => Say::ExpectedWith(title).text(lang),
        None => word(Word::WorkingOut).to_string(),
    };
    // Not taken yet: now -> expected. Taken: before -> now.
    let (mut first, mut second, action) = match (&props.offer, &props.compare) {
        (Some(title), compare) => {
            let words = expected_words(title);
            (
                number(now, lang, now_words, "actual", "outcome-value"),
                Some(number(expected, lang, &words, "expected", "outcome-then")),
                html! {
                    <>
                        <button id="offer" class="offer" data-test="offer" onclick={on(&props.send, Msg::TakeOffer)}>
                            { word(Word::TryIt) }
                        </button>
                        if compare.is_some() {
                            { undo(props) }
                        }
                    </>
                },
            )
        }
        // Nothing had come before: there is nothing to compare with, but still a way back.
        (None, Some(compare)) if compare.before_ms.is_none() => (
            number(now, lang, now_words, "actual better", "outcome-value"),
            None,
            undo(props),
        ),
        (None, Some(compare)) => (
            number(
                compare.before_ms,
                lang,
                word(Word::Before),
                "before",
                "outcome-then",
            ),
            Some(number(
                now,
                lang,
                now_words,
                "actual better",
                "outcome-value",
            )),
            html! {
                <>
                    if let Some(expected) = compare.expected_ms {
                        <span class="was-expected">{ Say::ExpectedWas(expected).text(lang) }</span>
                    }
                    { undo(props) }
                </>
            },
        ),
        (None, None) => (
            number(now, lang, now_words, "actual", "outcome-value"),
            None,
            Html::default(),
        ),
    };
    // While a choice is looked at: now -> what it would bring. The buttons keep their place.
    if let Some(title) = &props.considered {
        first = number(now, lang, now_words, "actual", "outcome-value");
        second = Some(number(
            expected,
            lang,
            &expected_words(title),
            "expected",
            "outcome-then",
        ));
    }
    html! {
        <section class="outcome" aria-label={word(Word::Outcome)} data-test="outcome">
            <div class="figures">
                { first }
                if let Some(second) = second {
                    <span class="arrow" aria-hidden="true">{ icon(Icon::Arrow) }</span>
                    { second }
                }
                <div class={classes!("action", props.considered.as_ref().map(|_| "away"))}>{ action }</div>
            </div>
            { facts(props) }
        </section>
    }
}

/// The second line: what it costs.
fn facts(props: &Props) -> Html {
    let lang = props.lang;
    let mut facts: Vec<(String, bool)> = Vec::new();
    if let Some(recent) = &props.snapshot.recent
        && let Some(client) = recent.clients.get(props.main_client as usize)
    {
        let seconds = (recent.to_s - recent.from_s).max(1e-9);
        facts.push((Say::CallsAList(client.calls_per_request).text(lang), false));
        let main_service = client.operation.split('.').next().unwrap_or_default();
        for service in &recent.services {
            let name = if service.name == main_service {
                None
            } else {
                props
                    .owner
                    .as_ref()
                    .filter(|(_, name)| name.key == service.name)
                    .map(|(_, name)| name)
            };
            if let Some(name) = name {
                facts.push((
                    Say::ThreadsInUse(name.text(lang), service.in_use_mean, service.threads)
                        .text(lang),
                    false,
                ));
            }
        }
        facts.push((Say::ListsCome(client.ok_per_s).text(lang), false));
        let refused = (client.rejected + client.refused) as f64 / seconds;
        if refused > 0.0 {
            facts.push((Say::ListsRefused(refused).text(lang), true));
        }
        let failed = (client.failed + client.timed_out + client.not_permitted) as f64 / seconds;
        if failed > 0.0 {
            facts.push((Say::ListsFail(failed).text(lang), true));
        }
        // The last, so that nothing moves when enough has been seen to say it.
        if let Some((mean, within)) = props.snapshot.mean_ms {
            facts.push((Say::MeanWithin(mean, within).text(lang), false));
        }
    }
    html! {
        <ul class="facts" data-test="outcome-facts">
            { for facts.into_iter().enumerate().map(|(place, (text, bad))| html! {
                <li key={place} class={classes!(bad.then_some("bad"))}>{ text }</li>
            }) }
        </ul>
    }
}
