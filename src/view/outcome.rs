//! The outcome: the headline of the scenario's story with its price - now, and what a change would bring or has brought.
//! The largest thing on the page.

use super::icon::{Icon, icon};
use super::why::mark;
use super::{facts, on};
use crate::app::names::Names;
use crate::app::play::Changed;
use crate::app::prospect::Prospect;
use crate::app::{Compare, Forecast, Msg, Snapshot};
use run::metrics::HeadlineNow;
use run::metrics::headline::course;
use scenario::HeadlineKind;
use std::fmt::Write;
use std::rc::Rc;
use words::{AboutHeadline, Lang, Name, Nouns, Word, price, story};
use yew::prelude::*;

/// What the outcome needs.
pub struct Props {
    pub lang: Lang,
    pub snapshot: Rc<Snapshot>,
    /// The client whose outcome counts.
    pub main_client: u16,
    pub names: Rc<Names>,
    /// The service that owns what lists refer to, and its place.
    pub owner: Option<(u16, Name)>,
    /// The words of the offer and all that it changes, if it has not been taken.
    pub offer: Option<(AttrValue, Vec<Changed>)>,
    /// Whether the run starts again with the offer.
    pub starts_again: bool,
    /// Whether the offer would help, as far as that is known.
    pub helps: bool,
    /// The words of a choice that is looked at; the forecast is then its own.
    pub considered: Option<AttrValue>,
    pub forecast: Option<Forecast>,
    pub compare: Option<Compare>,
    pub send: Callback<Msg>,
}

impl Props {
    /// What headlines are about.
    fn nouns(&self) -> Nouns<'_> {
        self.names.nouns(self.main_client, self.lang)
    }

    /// What one request of the client whose outcome counts is called.
    pub(super) fn request(&self) -> &str {
        self.nouns().request
    }
}

/// After so many seconds something should have come.
const WAITED_S: f64 = 6.0;

/// The headline with its price. `what` says whose it is, if it is not the run's own of now.
fn figure(
    headline: Option<&HeadlineNow>,
    what: Option<String>,
    waited: bool,
    (nouns, lang): (Nouns<'_>, Lang),
    class: &'static str,
    test: &'static str,
) -> Html {
    let Some(headline) = headline else {
        return html! {
            <div class={classes!("figure", class)} data-test={test} data-value="" data-ms="">
                <p class="number"><span class="value">{ "–" }</span><span class="unit"/></p>
                <p class="what">{ what.unwrap_or_default() }</p>
                // The same paragraphs as when there is something to say, so that nothing moves then.
                <p class="price"/>
            </div>
        };
    };
    let (shown, cost) = (
        story(headline, waited, nouns, lang),
        price(headline, nouns, lang),
    );
    let number = |number: Option<f64>| number.map_or(String::new(), |it| format!("{it:.3}"));
    let ms = (headline.of.kind == HeadlineKind::Latency).then(|| number(headline.value));
    let counted = !matches!(
        headline.of.kind,
        HeadlineKind::Latency | HeadlineKind::Stale
    );
    let among = counted.then(|| format!("{:.1}", headline.among));
    let count = counted.then(|| {
        headline
            .value
            .map_or(String::new(), |it| format!("{it:.1}"))
    });
    html! {
        <div class={classes!("figure", class)} data-test={test} data-value={number(headline.value)}
            data-ms={ms} data-count={count} data-of={among} data-price={number(headline.price)}>
            <p class="number"><span class="value">{ shown.value }</span><span class="unit">{ shown.unit }</span></p>
            <p class="what">{ what.unwrap_or(shown.what) }</p>
            <p class="price"><span class="value">{ cost.value }</span><span class="unit">{ cost.unit }</span>
                <span class="of">{ cost.what }</span></p>
        </div>
    }
}

/// The way back to the settings before.
fn undo(props: &Props) -> Html {
    html! {
        <button id="undo" class="quiet" data-test="undo" onclick={on(&props.send, Msg::Undo)}>
            { icon(Icon::Undo) }{ Word::Undo.text(props.lang) }
        </button>
    }
}

/// The button of the offer, and all that it changes. It draws the eye only where it would help.
fn offer(props: &Props, changes: &[Changed]) -> Html {
    let lang = props.lang;
    let glows = props.helps.then_some("glows");
    html! {
        <div class="offered">
            <button id="offer" class={classes!("offer", glows)} data-test="offer" aria-describedby="offer-sets"
                onclick={on(&props.send, Msg::TakeOffer)}>{ Word::TryIt.text(lang) }
                if props.starts_again { { mark(Prospect::StartsAgain, lang) } }</button>
            if props.compare.is_some() { { undo(props) } }
            <ul id="offer-sets" class="sets" data-test="offer-sets">
                { for changes.iter().map(|it| html! {
                    <li>{ AboutHeadline::Sets(&it.what.join(", "), &it.from, &it.to).text(lang) }</li>
                }) }
            </ul>
        </div>
    }
}

/// The outcome bar.
pub fn view(props: &Props) -> Html {
    let lang = props.lang;
    let said = (props.nouns(), lang);
    let now = props.snapshot.headline.as_ref();
    let waited = props.snapshot.now_s - now.map_or(0.0, |now| now.since_s) > WAITED_S;
    let actual = |class| figure(now, None, waited, said, class, "outcome-value");
    let about = |about: AboutHeadline| Some(about.text(lang));
    // A forecast is a run of another length: it is told for as much as has been seen here.
    let expected = props.forecast.as_ref().map(|it| it.headline);
    let expected = expected.map(|it| now.map_or(it, |now| it.told_among(now)));
    let then = |title: &AttrValue| {
        let words = match expected {
            Some(_) => about(AboutHeadline::Expected(title)),
            None => about(AboutHeadline::WorkingOut),
        };
        let expected = expected.as_ref();
        figure(expected, words, true, said, "expected", "outcome-then")
    };
    let action = match (&props.offer, &props.compare) {
        (Some((_, changes)), _) => offer(props, changes),
        (None, Some(compare)) => html! {
            <>
                if let Some(expected) = &compare.expected {
                    <span class="was-expected">{
                        AboutHeadline::ExpectedWas(&now.map_or(*expected, |now| expected.told_among(now))).text(lang)
                    }</span>
                }
                { undo(props) }
            </>
        },
        (None, None) => Html::default(),
    };
    // Not taken yet: now -> expected. Taken: before -> now. While a choice is looked at: now -> what it would bring; the
    // buttons keep their place.
    let (first, second) = match (&props.considered, &props.offer, &props.compare) {
        (Some(title), ..) | (None, Some((title, _)), _) => (actual("actual"), Some(then(title))),
        (None, None, Some(compare)) => match &compare.before_headline {
            Some(before) if before.value.is_some() => {
                let words = about(AboutHeadline::Before);
                let better = now.is_some_and(|now| now.is_better_than(before));
                let class = if better { "actual better" } else { "actual" };
                let before = figure(Some(before), words, true, said, "before", "outcome-then");
                (before, Some(actual(class)))
            }
            // Nothing had come before: there is nothing to compare with, but still a way back.
            _ => (actual("actual"), None),
        },
        (None, None, None) => (actual("actual"), None),
    };
    html! {
        <section class="outcome" aria-label={Word::Outcome.text(lang)} data-test="outcome">
            <div class="figures">
                { first }
                if let Some(second) = second {
                    <span class="arrow" aria-hidden="true">{ icon(Icon::Arrow) }</span>
                    { second }
                }
                <div class={classes!("action", props.considered.as_ref().map(|_| "away"))}>{ action }</div>
                { spark(props, waited) }
            </div>
            { facts::view(props) }
        </section>
    }
}

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 36.0;

/// The story's number over the last bins of the run, and a mark where the settings were changed last.
fn spark(props: &Props, waited: bool) -> Html {
    let (Some(now), bins) = (&props.snapshot.headline, &props.snapshot.bins) else {
        return Html::default();
    };
    let values = course(now.of.kind, bins);
    let highest = values
        .iter()
        .flatten()
        .fold(0.0, |top: f64, it| top.max(*it));
    // What is asked for is the measure of what is answered.
    let top = match now.of.kind {
        HeadlineKind::Goodput => highest.max(now.among),
        _ => highest,
    };
    let top = if top > 0.0 { top } else { 1.0 };
    let x = |place: usize| place as f64 * WIDTH / (bins.len().max(21) - 1) as f64;
    let mut line = String::new();
    let mut pen = false;
    for (place, value) in values.iter().enumerate() {
        let Some(value) = value else {
            pen = false;
            continue;
        };
        let y = HEIGHT - 2.0 - value / top * (HEIGHT - 4.0);
        // Writing into a text cannot fail.
        let _ = write!(
            line,
            "{}{:.1} {y:.1}",
            if pen { 'L' } else { 'M' },
            x(place)
        );
        pen = true;
    }
    let changed = props.snapshot.counts_since_s;
    let mark = bins
        .iter()
        .position(|bin| bin.at_s >= changed && changed > 0.0);
    let what = story(now, waited, props.nouns(), props.lang).what;
    html! {
        <svg class="spark" data-test="outcome-course" viewBox={format!("0 0 {WIDTH} {HEIGHT}")} preserveAspectRatio="none"
            role="img" aria-label={AboutHeadline::Course(&what).text(props.lang)}>
            <line class="base" x1="0" x2={WIDTH.to_string()} y1={(HEIGHT - 1.0).to_string()} y2={(HEIGHT - 1.0).to_string()}/>
            if let Some(place) = mark {
                <line class="mark" x1={format!("{:.1}", x(place))} x2={format!("{:.1}", x(place))} y1="0" y2={HEIGHT.to_string()}/>
            }
            <path d={line}/>
        </svg>
    }
}
