//! The keys of the page.

use crate::app::Msg;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// Where keys write, or choose by their letters.
const WRITTEN: &str = "textarea, select, input[type=text], input[type=search], input[type=number]";

fn is_in(event: &KeyboardEvent, selector: &str) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|element| element.matches(selector).unwrap_or(false))
}

/// Whether a key that means nothing to the page is used by what has the focus, or by the browser within the page.
pub fn is_used(event: &KeyboardEvent) -> bool {
    if event.default_prevented() || event.is_composing() || is_in(event, WRITTEN) {
        return true;
    }
    match event.key().as_str() {
        "Tab" | "Shift" | "Control" | "Alt" | "Meta" => true,
        "Enter" | " " => is_in(event, "button, a, summary, input, [role=button]"),
        "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown" => {
            is_in(event, "input[type=range], input[type=radio]")
        }
        "Home" | "End" | "PageUp" | "PageDown" => is_in(event, "input[type=range]"),
        _ => false,
    }
}

/// What a key means, unless the element that has the focus needs it itself. `stage`: whether the page is on the stage,
/// where nothing else needs the arrows; nothing if it has none.
pub fn meaning(event: &KeyboardEvent, stage: Option<bool>) -> Option<Msg> {
    if event.alt_key() || event.default_prevented() {
        return None;
    }
    let is = |selector: &str| is_in(event, selector);
    let key = event.key();
    let types = is(WRITTEN);
    if event.ctrl_key() || event.meta_key() {
        // Where a text is typed, the browser takes back what was typed.
        return match (key.as_str(), event.shift_key()) {
            _ if types => None,
            ("z" | "Z", false) => Some(Msg::Undo),
            ("z" | "Z", true) | ("y" | "Y", false) => Some(Msg::Redo),
            _ => None,
        };
    }
    if key == "Escape" {
        return Some(Msg::Escape);
    }
    if types {
        return None;
    }
    match key.as_str() {
        " " if is("button, a, summary, input, [role=button]") => None,
        " " => Some(Msg::Toggle),
        "." => Some(Msg::Step),
        "r" | "R" | "ㄱ" => Some(Msg::Restart),
        "-" | "[" => Some(Msg::ChangeSpeed(-1)),
        "+" | "=" | "]" => Some(Msg::ChangeSpeed(1)),
        "s" | "S" | "ㄴ" => stage.map(|on| Msg::Stage(!on)),
        "?" => Some(Msg::Help(true)),
        key if stage == Some(true) => match key {
            "ArrowLeft" => Some(Msg::Skip(-1)),
            "ArrowRight" => Some(Msg::Skip(1)),
            // The two keys of a presenter in the hand.
            "PageUp" => Some(Msg::Skip(-1)),
            "PageDown" => Some(Msg::Toggle),
            _ => None,
        },
        _ => None,
    }
}
