//! The numbers of a scenario: a slider for each.

use super::terms::explained;
use super::value_of;
use crate::app::control::{Control, SLIDER_STEPS, at_slider, slider_at};
use crate::app::{Choice, Msg};
use crate::scenario::Place;
use crate::scenario::notation::number;
use crate::scenario::settings::Kind;
use crate::words::Lang;
use std::rc::Rc;
use yew::prelude::*;

/// What the numbers need.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    pub controls: Rc<Vec<Control>>,
    pub send: Callback<Msg>,
}

/// All numbers.
#[component]
pub fn Numbers(props: &Props) -> Html {
    let list = props
        .controls
        .iter()
        .filter(|control| control.place == Place::Number)
        .map(|control| slider(props.lang, control, &props.send));
    html! { <div class="numbers">{ for list }</div> }
}

/// One control.
fn slider(lang: Lang, control: &Control, send: &Callback<Msg>) -> Html {
    let title = lang.pick(&control.title, &control.name).to_string();
    let id = format!("control-{}", control.name);
    let changed = control.value != control.shipped;
    let head = html! {
        <>
            <span class="title">{ title.clone() }</span>
            <output class={classes!("value", changed.then_some("changed"))} for={id.clone()}
                data-test={format!("value-{}", control.name)}>{ control.shown(lang) }</output>
        </>
    };
    if let Kind::Choice(choices) = &control.kind {
        let options = choices.iter().map(|value| {
            let send = send.clone();
            let set = vec![(control.name.clone(), value.clone())];
            html! {
                <label class="segment">
                    <input type="radio" name={id.clone()} checked={control.value == *value}
                        data-test={format!("{id}-{value}")}
                        onchange={Callback::from(move |_: Event| send.emit(Msg::Set(set.clone(), Choice::Discrete)))}/>
                    <span>{ control.question.name(value, lang).to_string() }</span>
                </label>
            }
        });
        let means = control.question.choice(&control.value);
        let means = means.map_or("", |it| it.means(lang));
        return html! {
            <div class="slider" key={control.name.clone()} role="radiogroup" aria-label={title}>
                <div class="head">{ head }</div>
                <div class="segments">{ for options }</div>
                if !means.is_empty() {
                    <p class="hint" data-test={format!("meaning-{}", control.name)}>{ means }</p>
                }
                { explained(&control.name, control.question.terms(), lang) }
            </div>
        };
    }
    let place = slider_at(&control.kind, control.number());
    let moved = {
        let (send, name, kind) = (send.clone(), control.name.clone(), control.kind.clone());
        move |text: Option<String>, choice| {
            if let Some(place) = text.and_then(|text| number(&text)) {
                let set = vec![(name.clone(), at_slider(&kind, place))];
                send.emit(Msg::Set(set, choice));
            }
        }
    };
    let oninput = {
        let moved = moved.clone();
        Callback::from(move |event: InputEvent| moved(value_of(&event), Choice::Gradual))
    };
    let onchange = Callback::from(move |event: Event| moved(value_of(&event), Choice::Discrete));
    html! {
        <div class="slider" key={control.name.clone()}>
            <label class="head" for={id.clone()}>{ head }</label>
            <input type="range" id={id.clone()} data-test={id} min="0" max={SLIDER_STEPS.to_string()} step="1"
                value={format!("{place:.0}")} aria-valuetext={control.shown(lang)} {oninput} {onchange}/>
        </div>
    }
}
