//! The numbers of a scenario: a slider for each, and a field in which it can be typed.

use super::radio::{Radio, keys, radio};
use super::terms::explained;
use super::value_of;
use super::why::{Reasons, mark};
use crate::app::control::Control;
use crate::app::prospect::reason;
use crate::app::quantity::Quantity;
use crate::app::{Choice, Msg};
use scenario::Place;
use scenario::notation::number;
use scenario::settings::Kind;
use std::rc::Rc;
use words::{ChoiceNote, Lang};
use yew::prelude::*;

/// What the numbers need.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    pub controls: Rc<Vec<Control>>,
    /// All controls, also those that are not shown: because of one of them a choice may have no effect.
    pub all: Rc<Vec<Control>>,
    /// Where those stand that are shown.
    pub place: Place,
    /// The control for which something was typed that is not allowed.
    pub mistyped: Option<String>,
    pub send: Callback<Msg>,
}

/// All numbers.
#[component]
pub fn Numbers(props: &Props) -> Html {
    let here = |control: &&Control| {
        control.place == props.place
            && (props.place == Place::Number || control.quantity().is_some())
    };
    let list: Html = props
        .controls
        .iter()
        .filter(here)
        .map(|control| match (&control.kind, control.quantity()) {
            (Kind::Choice(choices), _) => segments(props, control, choices),
            (_, Some(quantity)) => slider(props, control, &quantity),
            (_, None) => Html::default(),
        })
        .collect();
    html! { <div class="numbers">{ list }</div> }
}

fn title(control: &Control, lang: Lang) -> String {
    control.title.pick(lang, &control.name).to_string()
}

/// A choice among the numbers.
fn segments(props: &Props, control: &Control, choices: &[String]) -> Html {
    let lang = props.lang;
    let reasons = Reasons::new(&props.all, control, choices, lang);
    let id = format!("control-{}", control.name);
    let options = choices.iter().map(|value| {
        let prospect = control.prospect(value);
        let checked = control.value == *value;
        let idle = prospect.because().is_some();
        let name = control.value_name(value, lang);
        html! {
            <label class={classes!("segment", idle.then_some("idle"))}>
                { radio(Radio {
                    lang,
                    group: id.clone(),
                    value,
                    label: name.clone(),
                    test: format!("{id}-{value}"),
                    checked,
                    prospect,
                    why: reasons.id(prospect),
                    msg: Msg::Set(vec![(control.name.clone(), value.clone())], Choice::Discrete),
                    send: &props.send,
                }) }
                <span>{ name }if !checked { { mark(prospect, lang) } }</span>
            </label>
        }
    });
    let means = control.question.choice(&control.value);
    let means = means.map_or("", |it| it.means(lang));
    html! {
        <div class="slider" key={control.name.clone()} role="radiogroup" aria-label={title(control, lang)} onkeydown={keys()}>
            <div class="head"><span class="title">{ title(control, lang) }</span></div>
            <div class="segments">{ for options }</div>
            { reasons.html() }
            if !means.is_empty() {
                <p class="hint" data-test={format!("meaning-{}", control.name)}>{ means }</p>
            }
            { explained(&control.name, control.question.terms(), lang) }
        </div>
    }
}

/// A number: its slider stops at round values; whatever is allowed can be typed.
fn slider(props: &Props, control: &Control, quantity: &Quantity) -> Html {
    let lang = props.lang;
    let id = format!("control-{}", control.name);
    let prospect = control.prospect("");
    let why = prospect.because().map(|because| {
        let words = reason(&props.all, control, because, true, lang);
        (format!("why-{}", control.name), words)
    });
    let idle = why.is_some();
    let stops = Rc::new(quantity.stops());
    let last = stops.len() - 1;
    let shown = quantity.shown(control.number(), lang);
    // While it moves, and when it is let go.
    let moved = |event: Option<String>, choice: Choice, stops: &[f64], name: &str| {
        let place = event.and_then(|text| number(&text))?;
        let stop = stops.get(place as usize)?;
        Some(Msg::Set(vec![(name.to_string(), stop.to_string())], choice))
    };
    let oninput = {
        let (send, name, stops) = (props.send.clone(), control.name.clone(), stops.clone());
        Callback::from(move |event: InputEvent| {
            let msg = moved(value_of(&event), Choice::Gradual, &stops, &name);
            msg.into_iter().for_each(|msg| send.emit(msg));
        })
    };
    let onchange = {
        let (send, name) = (props.send.clone(), control.name.clone());
        Callback::from(move |event: Event| {
            let msg = moved(value_of(&event), Choice::Discrete, &stops, &name);
            msg.into_iter().for_each(|msg| send.emit(msg));
        })
    };
    let ontyped = {
        let (send, name) = (props.send.clone(), control.name.clone());
        Callback::from(move |event: Event| {
            if let Some(text) = value_of(&event) {
                send.emit(Msg::Type(name.clone(), text));
            }
        })
    };
    let refused = props.mistyped.as_ref() == Some(&control.name);
    let allowed = format!("allowed-{}", control.name);
    let changed = control.value != control.shipped;
    let describedby = why.as_ref().map(|(id, _)| id.clone());
    html! {
        <div class={classes!("slider", idle.then_some("idle"))} key={control.name.clone()}>
            <div class="head">
                <label class="title" for={id.clone()}>{ title(control, lang) }{ mark(prospect, lang) }</label>
                <input type="text" class={classes!("value", changed.then_some("changed"))} value={shown.clone()}
                    data-test={format!("value-{}", control.name)} autocomplete="off" spellcheck="false" disabled={idle}
                    aria-label={ChoiceNote::TypeNumber(&title(control, lang)).text(lang)}
                    aria-invalid={refused.then_some("true")} aria-describedby={refused.then(|| allowed.clone())}
                    onchange={ontyped}/>
            </div>
            <input type="range" id={id.clone()} data-test={id} min="0" max={last.to_string()} step="1" disabled={idle}
                value={quantity.place(control.number()).to_string()} aria-valuetext={shown} aria-describedby={describedby}
                {oninput} {onchange}/>
            if let Some((id, words)) = why { <p class="hint why" {id}>{ words }</p> }
            if refused { <p class="hint refused" role="alert" data-test={allowed.clone()} id={allowed}>{ quantity.allowed(lang) }</p> }
        </div>
    }
}
