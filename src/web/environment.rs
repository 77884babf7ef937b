//! What surrounds the page: its address, the browser's wishes, and what was kept from the last visit.

use crate::app::{Start, Theme};
use crate::layout::Form;
use crate::words::Lang;
use wasm_bindgen::JsValue;
use web_sys::{Document, MediaQueryList, Storage, UrlSearchParams, Window};

/// Pages narrower than this run from top to bottom.
pub const NARROW: &str = "(max-width: 760px)";
/// The system is dark.
pub const DARK: &str = "(prefers-color-scheme: dark)";
/// Less motion is wished for.
pub const CALM: &str = "(prefers-reduced-motion: reduce)";

const LANG: &str = "msa-playground.lang";
const THEME: &str = "msa-playground.theme";

/// The window. There is always one: the program is only ever started by a page.
pub fn window() -> Option<Window> {
    web_sys::window()
}

/// The document.
pub fn document() -> Option<Document> {
    window()?.document()
}

/// Storage may be blocked, or full; then nothing is kept.
fn storage() -> Option<Storage> {
    window()?.local_storage().ok().flatten()
}

fn kept(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

fn keep(key: &str, value: &str) {
    if let Some(storage) = storage() {
        // Not to be kept is no failure of the page.
        let _ = storage.set_item(key, value);
    }
}

/// A media query, to be asked and to be listened to.
pub fn media(query: &str) -> Option<MediaQueryList> {
    window()?.match_media(query).ok().flatten()
}

fn matches(query: &str) -> bool {
    media(query).is_some_and(|media| media.matches())
}

/// Which way the diagram runs.
pub fn form() -> Form {
    if matches(NARROW) {
        Form::Tall
    } else {
        Form::Wide
    }
}

/// Everything the page is told before it begins.
pub fn start() -> Start {
    let query = window()
        .and_then(|window| window.location().search().ok())
        .and_then(|search| UrlSearchParams::new_with_str(&search).ok());
    let asked = |name: &str| query.as_ref().and_then(|query| query.get(name));
    let preferred = window().and_then(|window| window.navigator().language());
    Start {
        lang: [asked("lang"), kept(LANG), preferred]
            .into_iter()
            .flatten()
            .find_map(|code| Lang::from_code(&code))
            .unwrap_or_default(),
        theme: Theme::from_code(&asked("theme").or_else(|| kept(THEME)).unwrap_or_default()),
        system_dark: matches(DARK),
        embed: asked("embed").is_some_and(|embed| embed != "0"),
        reduced_motion: matches(CALM),
        form: form(),
        fragment: fragment(),
    }
}

/// What stands behind `#`.
pub fn fragment() -> String {
    window()
        .and_then(|window| window.location().hash().ok())
        .unwrap_or_default()
}

/// Puts the settings into the address. A page in a frame without rights has an address of its own that may refuse.
pub fn write_address(fragment: &str, push: bool) {
    let Some(history) = window().and_then(|window| window.history().ok()) else {
        return;
    };
    let url = format!("#{fragment}");
    let _ = if push {
        history.push_state_with_url(&JsValue::NULL, "", Some(&url))
    } else {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&url))
    };
}

/// The address that opens these settings anywhere: without what concerns only this visit.
pub fn link_to(fragment: &str) -> String {
    let location = window().map(|window| window.location());
    let part =
        |part: Option<Result<String, JsValue>>| part.and_then(Result::ok).unwrap_or_default();
    let origin = part(location.as_ref().map(web_sys::Location::origin));
    let path = part(location.as_ref().map(web_sys::Location::pathname));
    format!("{origin}{path}#{fragment}")
}

/// Keeps the language for the next visit.
pub fn remember_lang(lang: Lang) {
    keep(LANG, lang.code());
}

/// Keeps the theme for the next visit.
pub fn remember_theme(theme: Theme) {
    keep(THEME, theme.code());
}

/// Gives the document its language, title and theme.
pub fn dress(lang: Lang, title: &str, theme: Theme) {
    let Some(document) = document() else { return };
    document.set_title(title);
    if let Some(root) = document.document_element() {
        // These names and values are always valid.
        let _ = root.set_attribute("lang", lang.code());
        let _ = match theme {
            Theme::System => root.remove_attribute("data-theme"),
            Theme::Light | Theme::Dark => root.set_attribute("data-theme", theme.code()),
        };
    }
}

/// Puts the focus on an element, if it is there. (A group of a drawing is no `HtmlElement`, but can take it, too.)
pub fn focus(id: &str) {
    use wasm_bindgen::JsCast;
    let Some(element) = document().and_then(|document| document.get_element_by_id(id)) else {
        return;
    };
    if let Ok(focus) = js_sys::Reflect::get(&element, &JsValue::from_str("focus"))
        && let Ok(focus) = focus.dyn_into::<js_sys::Function>()
    {
        let _ = focus.call0(&element);
    }
}
