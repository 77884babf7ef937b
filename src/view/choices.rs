//! The choices of the write side: how participants are coordinated, how events leave and are consumed, how locks are kept.

use super::choice_table::compare;
use super::consider;
use super::radio::{Radio, keys, radio};
use super::terms::explained;
use super::why::{Reasons, legend, mark};
use crate::app::control::{Control, choices};
use crate::app::{Choice, Msg};
use std::rc::Rc;
use words::{Lang, Word};
use yew::prelude::*;

/// What the choices need.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    pub controls: Rc<Vec<Control>>,
    /// All controls, also those that are not shown: because of one of them a choice may have no effect.
    pub all: Rc<Vec<Control>>,
    /// The controls that the offer would change, and to what.
    pub offered: Rc<Vec<(String, String)>>,
    pub send: Callback<Msg>,
}

/// All choices.
#[component]
pub fn Choices(props: &Props) -> Html {
    let lang = props.lang;
    let mut list = choices(&props.controls).peekable();
    if list.peek().is_none() {
        return Html::default();
    }
    html! {
        <section class="choices" aria-labelledby="choices-title">
            <h2 id="choices-title">{ Word::HowItIsWritten.text(lang) }</h2>
            { legend(choices(&props.controls).map(|(control, _)| control), lang) }
            { for list.map(|(control, values)| group(props, control, values)) }
        </section>
    }
}

fn group(props: &Props, control: &Control, values: &[String]) -> Html {
    let lang = props.lang;
    let title = control.title.pick(lang, &control.name).to_string();
    let offered = props.offered.iter().find(|(name, _)| *name == control.name);
    let means = control
        .question
        .choice(&control.value)
        .map_or("", |it| it.means(lang));
    let reasons = Reasons::new(&props.all, control, values, lang);
    html! {
        <div class="choice" role="radiogroup" aria-label={title.clone()} key={control.name.clone()} onkeydown={keys()}>
            <div class="choice-head">
                <h3>{ title }</h3>
                { compare(control, lang, &props.send) }
            </div>
            <div class="pills">
                { for values.iter().map(|value| pill(props, control, value, offered.is_some_and(|(_, it)| it == value), &reasons)) }
            </div>
            { reasons.html() }
            if !means.is_empty() {
                <p class="hint" data-test={format!("meaning-{}", control.name)}>{ means }</p>
            }
            { explained(&control.name, control.question.terms(), lang) }
        </div>
    }
}

fn pill(props: &Props, control: &Control, value: &str, offered: bool, reasons: &Reasons) -> Html {
    let lang = props.lang;
    let checked = control.value == *value;
    let prospect = control.prospect(value);
    let idle = prospect.because().is_some();
    let set = vec![(control.name.clone(), value.to_string())];
    let name = control.question.name(value, lang).to_string();
    let class = classes!(
        "pill",
        idle.then_some("idle"),
        (offered && !checked && !idle).then_some("offered")
    );
    html! {
        <label {class} onmouseover={consider(&props.send, &set, idle)}>
            { radio(Radio {
                lang,
                group: format!("strategy-{}", control.name),
                value,
                label: name.clone(),
                test: format!("strategy-{}-{value}", control.name),
                checked,
                prospect,
                why: reasons.id(prospect),
                msg: Msg::Set(set, Choice::Discrete),
                send: &props.send,
            }) }
            <span>{ name }if !checked { { mark(prospect, lang) } }</span>
        </label>
    }
}
