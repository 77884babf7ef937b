//! The choices of the write side: how participants are coordinated, how events leave and are consumed, how locks are kept.

use super::on;
use super::terms::explained;
use crate::app::control::{Control, choices};
use crate::app::{Choice, Msg};
use crate::words::{Lang, Word};
use std::rc::Rc;
use yew::prelude::*;

/// What the choices need.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    pub controls: Rc<Vec<Control>>,
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
            { for list.map(|(control, values)| group(props, control, values)) }
        </section>
    }
}

fn group(props: &Props, control: &Control, values: &[String]) -> Html {
    let lang = props.lang;
    let title = lang.pick(&control.title, &control.name).to_string();
    let offered = props.offered.iter().find(|(name, _)| *name == control.name);
    let means = control
        .question
        .choice(&control.value)
        .map_or("", |it| it.means(lang));
    html! {
        <div class="choice" role="radiogroup" aria-label={title.clone()} key={control.name.clone()}>
            <h3>{ title }</h3>
            <div class="pills">
                { for values.iter().map(|value| {
                    let set = vec![(control.name.clone(), value.clone())];
                    let checked = control.value == *value;
                    let is_offered = offered.is_some_and(|(_, it)| it == value) && !checked;
                    let consider = {
                        let (send, set) = (props.send.clone(), set.clone());
                        Callback::from(move |event: MouseEvent| {
                            event.stop_propagation();
                            send.emit(Msg::Consider(Some(set.clone())));
                        })
                    };
                    let name = control.question.name(value, lang).to_string();
                    html! {
                        <label class={classes!("pill", is_offered.then_some("offered"))} onmouseover={consider}>
                            <input type="radio" name={format!("strategy-{}", control.name)} value={value.clone()} {checked}
                                aria-label={name.clone()} data-test={format!("strategy-{}-{value}", control.name)}
                                onchange={on(&props.send, Msg::Set(set, Choice::Discrete))}/>
                            <span>{ name }</span>
                        </label>
                    }
                }) }
            </div>
            if !means.is_empty() {
                <p class="hint" data-test={format!("meaning-{}", control.name)}>{ means }</p>
            }
            { explained(&control.name, control.question.terms(), lang) }
        </div>
    }
}
