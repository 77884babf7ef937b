//! The keys of the page.

use crate::app::Msg;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// What a key means, unless the element that has the focus needs it itself.
pub fn meaning(event: &KeyboardEvent) -> Option<Msg> {
    if event.alt_key() || event.default_prevented() {
        return None;
    }
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let is = |selector: &str| {
        target
            .as_ref()
            .is_some_and(|element| element.matches(selector).unwrap_or(false))
    };
    let key = event.key();
    let types = is("textarea, select, input[type=text], input[type=search], input[type=number]");
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
        "-" => Some(Msg::ChangeSpeed(-1)),
        "+" | "=" => Some(Msg::ChangeSpeed(1)),
        "?" => Some(Msg::Help(true)),
        _ => None,
    }
}
