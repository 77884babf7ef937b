//! The panel of settings: strategies, numbers, faults, seed.

use super::choices::Choices;
use super::icon::{Icon, icon};
use super::on;
use super::settings::Numbers;
use super::strategies::Strategies;
use super::terms::explained;
use crate::app::control::Control;
use crate::app::fault::Possible;
use crate::app::snapshot::FaultNow;
use crate::app::{Msg, Snapshot};
use kernel::time::Span;
use scenario::{Place, ReadStrategy};
use std::rc::Rc;
use words::{Lang, Say, Term, Word};
use yew::prelude::*;

/// What the panel needs.
pub struct Props {
    pub lang: Lang,
    pub controls: Rc<Vec<Control>>,
    /// All controls of the scenario, also those that are not shown: because of one of them a choice may have no effect.
    pub all: Rc<Vec<Control>>,
    pub explained: Option<ReadStrategy>,
    pub offered: Rc<Vec<(String, String)>>,
    pub faults: Rc<Vec<Possible>>,
    pub snapshot: Rc<Snapshot>,
    pub fault_lasts: Option<Span>,
    /// The control for which something was typed that is not allowed.
    pub mistyped: Option<String>,
    pub seed: u64,
    /// Whether it is open, where the page is too narrow for it.
    pub sheet: bool,
    /// Whether only the strategies are shown.
    pub embed: bool,
    /// A number that differs each time, for new seeds.
    pub dice: Callback<()>,
    pub send: Callback<Msg>,
}

/// The panel.
pub fn view(props: &Props) -> Html {
    let lang = props.lang;
    let word = |word: Word| word.text(lang);
    let strategies = html! {
        <Strategies {lang} controls={props.controls.clone()} all={props.all.clone()} explained={props.explained}
            offered={props.offered.clone()} send={props.send.clone()}/>
    };
    let strategies = html! {
        <>
            { strategies }
            <Choices {lang} controls={props.controls.clone()} all={props.all.clone()} offered={props.offered.clone()} send={props.send.clone()}/>
            <Numbers {lang} controls={props.controls.clone()} all={props.all.clone()} place={Place::Strategy} mistyped={props.mistyped.clone()} send={props.send.clone()}/>
        </>
    };
    if props.embed {
        return html! { <div class="panel">{ strategies }</div> };
    }
    let throw = {
        let dice = props.dice.clone();
        Callback::from(move |_: MouseEvent| dice.emit(()))
    };
    html! {
        <aside class={classes!("panel", props.sheet.then_some("open"))} id="settings" data-test="sheet"
            aria-label={word(Word::Settings)}>
            <div class="sheet-head">
                <p>{ word(Word::WhatIf) }</p>
                <button id="sheet-close" class="plain" aria-label={word(Word::Close)}
                    onclick={on(&props.send, Msg::Sheet(false))}>{ icon(Icon::Close) }</button>
            </div>
            { strategies }
            <details data-test="numbers">
                <summary>{ word(Word::Numbers) }</summary>
                <Numbers {lang} controls={props.controls.clone()} all={props.all.clone()} place={Place::Number} mistyped={props.mistyped.clone()} send={props.send.clone()}/>
            </details>
            <details data-test="faults" open=true>
                <summary>{ word(Word::Faults) }</summary>
                { lasts(props) }
                <ul class="faults">
                    { for props.faults.iter().filter(|fault| fault.prominent).map(|fault| html! {
                        <li key={fault.id.clone()}>
                            { fault_button(&FaultProps {
                                lang, fault, now: props.snapshot.active(&fault.kind),
                                armed: props.snapshot.armed(&fault.kind), now_s: props.snapshot.now_s,
                                named: true, send: &props.send,
                            }) }
                        </li>
                    }) }
                </ul>
                { explained("faults", &[Term::AmbiguousFailure], lang) }
            </details>
            <details data-test="seed-panel">
                <summary>
                    { word(Word::Seed) }
                    <span class="summary-value" data-test="seed">{ props.seed.to_string() }</span>
                </summary>
                <p class="hint">{ word(Word::SeedMeans) }</p>
                <button class="small" data-test="new-seed" onclick={throw}>{ icon(Icon::Dice) }{ word(Word::NewSeed) }</button>
            </details>
        </aside>
    }
}

/// How long faults last that are caused now.
fn lasts(props: &Props) -> Html {
    let lang = props.lang;
    let option = |test: &'static str, word: Word, lasts: Option<Span>| {
        html! {
            <label class="segment">
                <input type="radio" name="fault-lasts" checked={props.fault_lasts == lasts} data-test={test}
                    onchange={on(&props.send, Msg::FaultLasts(lasts))}/>
                <span>{ word.text(lang) }</span>
            </label>
        }
    };
    html! {
        <div class="segments" role="radiogroup" aria-label={Word::HowLong.text(lang)}>
            { option("fault-lasts-10", Word::ForTenSeconds, Some(Span::from_secs(10))) }
            { option("fault-lasts-on", Word::UntilEnded, None) }
        </div>
    }
}

/// What a fault's button needs.
pub struct FaultProps<'a> {
    pub lang: Lang,
    pub fault: &'a Possible,
    /// The fault, while it is at work.
    pub now: Option<&'a FaultNow>,
    /// Whether it waits for the next message.
    pub armed: bool,
    /// The time of the run.
    pub now_s: f64,
    /// Whether the button says to what it happens (elsewhere its surroundings do).
    pub named: bool,
    pub send: &'a Callback<Msg>,
}

/// A button that breaks something, and mends it while it is broken.
pub fn fault_button(props: &FaultProps<'_>) -> Html {
    let lang = props.lang;
    let fault = props.fault;
    let what = match &fault.what {
        (name, None) => name.text(lang).to_string(),
        (from, Some(to)) => format!("{} – {}", from.text(lang), to.text(lang)),
    };
    let (msg, state) = match &props.now {
        Some(now) => {
            let left = now
                .ends_s
                .map(|ends| Say::SecondsLeft((ends - props.now_s).max(0.0)).text(lang));
            let state = left.unwrap_or_else(|| Word::End.text(lang).to_string());
            (Msg::EndFault(now.index), state)
        }
        None if props.armed => (
            Msg::Cause(fault.kind.clone()),
            Word::Armed.text(lang).to_string(),
        ),
        None => (Msg::Cause(fault.kind.clone()), String::new()),
    };
    html! {
        <button class="fault" data-test={format!("fault-{}", fault.id)}
            aria-pressed={if props.now.is_some() || props.armed { "true" } else { "false" }} onclick={on(props.send, msg)}>
            <span class="lamp" aria-hidden="true"></span>
            <span class="text">
                if props.named || fault.what.1.is_some() { <span class="of">{ what }</span>{ " " } }
                { match fault.instance {
                    Some(instance) => Say::CrashOf(instance).text(lang),
                    None => fault.word.text(lang).to_string(),
                } }
            </span>
            <span class="left">{ state }</span>
        </button>
    }
}
