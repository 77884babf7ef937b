//! Radio buttons in groups whose arrow keys only move the focus: the space bar or Enter takes what has it. To take every
//! choice on the way would start the run again for each.

use crate::app::Msg;
use crate::app::prospect::Prospect;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};
use words::{ChoiceNote, Lang};
use yew::prelude::*;

/// What a radio button needs.
pub struct Radio<'r> {
    pub lang: Lang,
    /// The name of its group.
    pub group: String,
    /// The value in the document.
    pub value: &'r str,
    /// What is read aloud; what it does to the run is added.
    pub label: String,
    pub test: String,
    pub checked: bool,
    pub prospect: Prospect,
    /// The id of the text that says why it has no effect.
    pub why: Option<AttrValue>,
    /// What is sent when it is taken.
    pub msg: Msg,
    pub send: &'r Callback<Msg>,
}

/// The button. One that has no effect can have the focus, so that its reason is read aloud, and cannot be taken.
pub fn radio(props: Radio<'_>) -> Html {
    let Radio { checked, value, .. } = props;
    let idle = props.prospect.because().is_some();
    let label = match props.prospect {
        Prospect::StartsAgain if !checked => {
            ChoiceNote::NamedStartsAgain(&props.label).text(props.lang)
        }
        _ => props.label,
    };
    let (send, msg) = (props.send.clone(), props.msg);
    // To refuse the click leaves the button that was taken as it is.
    let onclick = Callback::from(move |event: MouseEvent| {
        if idle {
            event.prevent_default();
        }
    });
    let onchange = Callback::from(move |_: Event| send.emit(msg.clone()));
    html! {
        <input type="radio" name={props.group} value={value.to_string()} {checked} aria-label={label}
            aria-disabled={idle.then_some("true")} aria-describedby={props.why} data-test={props.test}
            {onclick} {onchange}/>
    }
}

/// The keys of a group of radio buttons.
pub fn keys() -> Callback<KeyboardEvent> {
    Callback::from(|event: KeyboardEvent| {
        let by: i64 = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => 1,
            "ArrowLeft" | "ArrowUp" => -1,
            "Enter" => 0,
            _ => return,
        };
        let target = event.target_dyn_into::<HtmlInputElement>();
        let Some(here) = target.filter(|input| input.type_() == "radio") else {
            return;
        };
        event.prevent_default();
        if by == 0 {
            return here.click();
        }
        if let Some(next) = beside(&here, by) {
            // What is shown can take the focus.
            let _ = next.focus();
        }
    })
}

/// The radio button so many places further in the same group, which is a ring.
fn beside(here: &HtmlInputElement, by: i64) -> Option<HtmlElement> {
    let group = here.closest("[role=radiogroup]").ok()??;
    let all = group.query_selector_all("input[type=radio]").ok()?;
    let place = (0..all.length()).find(|place| {
        let node = all.get(*place);
        node.is_some_and(|node| here.is_same_node(Some(&node)))
    })?;
    let next = (i64::from(place) + by).rem_euclid(i64::from(all.length()));
    all.get(next as u32)?.dyn_into().ok()
}
