//! What surrounds the page: its address, the browser's wishes, and what was kept from the last visit.

use crate::app::embed::{self, Embed};
use crate::app::{Start, Theme};
use picture::layout::Form;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Document, MediaQueryList, Storage, UrlSearchParams, Window};
use words::Lang;

/// On pages narrower than this the diagram runs from top to bottom.
const NARROW: &str = "screen and (max-width: 760px)";
/// A figure in a column of text shows all of the diagram at once for longer.
const NARROW_FIGURE: &str = "screen and (max-width: 560px)";
/// The system is dark.
pub const DARK: &str = "(prefers-color-scheme: dark)";
/// Less motion is wished for.
pub const CALM: &str = "(prefers-reduced-motion: reduce)";

/// What the address asks for the stage with.
const STAGE: &str = "stage";

const LANG: &str = "msa-playground.lang";
const THEME: &str = "msa-playground.theme";
const LEFT_OFF: &str = "msa-playground.left-off";

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

/// What this tab alone keeps: it outlives loading the page anew.
fn session_storage() -> Option<Storage> {
    window()?.session_storage().ok().flatten()
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

/// What tells that the page is narrow; `figure` is an embedded page with less than everything.
pub fn narrow(figure: bool) -> &'static str {
    if figure { NARROW_FIGURE } else { NARROW }
}

/// Which way the diagram runs.
fn form(figure: bool) -> Form {
    if matches(narrow(figure)) {
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
    let pairs: Vec<(String, String)> = query.iter().flat_map(pairs).collect();
    let embed = embed::parse(pairs.iter().map(|(name, value)| (&**name, &**value)));
    let preferred = window().and_then(|window| window.navigator().language());
    let asked_lang = embed.as_ref().and_then(|embed| embed.lang);
    let asked_lang = asked_lang.map(|lang| lang.code().to_string());
    Start {
        lang: [asked_lang, asked("lang"), kept(LANG), preferred]
            .into_iter()
            .flatten()
            .find_map(|code| Lang::from_code(&code))
            .unwrap_or_default(),
        theme: embed
            .as_ref()
            .and_then(|embed| embed.theme)
            .unwrap_or_else(|| {
                let name = asked("theme").or_else(|| kept(THEME));
                name.and_then(|name| Theme::from_code(&name))
                    .unwrap_or_default()
            }),
        system_dark: matches(DARK),
        embed: embed.is_some(),
        reduced_motion: matches(CALM),
        form: form(embed.as_ref().is_some_and(Embed::is_figure)),
        fragment: fragment(),
        address: address(),
        asked: ["lang", "theme"].map(|name| asked(name).is_some()),
        stage: asked(STAGE).is_some_and(|it| !matches!(it.as_str(), "0" | "false")),
        // What the tab left off with is another page's, if this one is embedded.
        reloaded: session_storage()
            .filter(|_| embed.is_none())
            .and_then(|storage| storage.get_item(LEFT_OFF).ok().flatten()),
        left_off: kept(LEFT_OFF),
        embedding: embed.unwrap_or_default(),
    }
}

/// The names and values of a query.
fn pairs(query: &UrlSearchParams) -> Vec<(String, String)> {
    let pairs = js_sys::try_iter(query).ok().flatten();
    let text = |pair: &js_sys::Array, place: u32| pair.get(place).as_string();
    pairs
        .into_iter()
        .flatten()
        .filter_map(|pair| {
            let pair = js_sys::Array::from(&pair.ok()?);
            Some((text(&pair, 0)?, text(&pair, 1)?))
        })
        .collect()
}

/// What stands behind `#`.
pub fn fragment() -> String {
    window()
        .and_then(|window| window.location().hash().ok())
        .unwrap_or_default()
}

/// Where the page is: its address without what stands behind `?` and `#`.
fn address() -> String {
    let location = window().map(|window| window.location());
    let part =
        |part: Option<Result<String, JsValue>>| part.and_then(Result::ok).unwrap_or_default();
    let origin = part(location.as_ref().map(web_sys::Location::origin));
    let path = part(location.as_ref().map(web_sys::Location::pathname));
    format!("{origin}{}", path.trim_end_matches("index.html"))
}

/// Keeps what is open for when this tab is loaded anew, and for the next visit.
pub fn leave_off(fragment: &str) {
    keep(LEFT_OFF, fragment);
    if let Some(storage) = session_storage() {
        // Not to be kept is no failure of the page.
        let _ = storage.set_item(LEFT_OFF, fragment);
    }
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

/// Enters the stage or leaves it: the address says so, for a bookmark, and the screen is filled where the browser allows it.
pub fn stage(on: bool) {
    let Some(window) = window() else { return };
    let location = window.location();
    let search = location.search().unwrap_or_default();
    if let (Ok(query), Ok(history)) = (UrlSearchParams::new_with_str(&search), window.history()) {
        query.delete(STAGE);
        if on {
            query.set(STAGE, "1");
        }
        let query = String::from(query.to_string());
        let mark = if query.is_empty() { "" } else { "?" };
        let path = location.pathname().unwrap_or_default();
        let url = format!("{path}{mark}{query}{}", fragment());
        // An address that cannot be written changes nothing on the page.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&url));
    }
    let Some(document) = document() else { return };
    match (on, document.document_element()) {
        (true, Some(root)) => ask(&root, "requestFullscreen"),
        (false, _) if document.fullscreen_element().is_some() => ask(&document, "exitFullscreen"),
        _ => {}
    }
}

/// Calls a method that some browsers do not have, or refuse.
fn ask(of: &JsValue, method: &str) {
    let Ok(method) = js_sys::Reflect::get(of, &JsValue::from_str(method)) else {
        return;
    };
    if let Ok(method) = method.dyn_into::<js_sys::Function>()
        && let Ok(answer) = method.call0(of)
        && let Ok(promise) = answer.dyn_into::<js_sys::Promise>()
    {
        // Refused is as good as done: the stage fills the window.
        spawn_local(async move {
            let _ = JsFuture::from(promise).await;
        });
    }
}

/// Puts the focus on an element, if it is there. (A group of a drawing is no `HtmlElement`, but can take it, too.)
pub fn focus(id: &str) {
    let Some(element) = document().and_then(|document| document.get_element_by_id(id)) else {
        return;
    };
    if let Ok(focus) = js_sys::Reflect::get(&element, &JsValue::from_str("focus"))
        && let Ok(focus) = focus.dyn_into::<js_sys::Function>()
    {
        let _ = focus.call0(&element);
    }
}

/// Whether anything on the page has the focus.
pub fn has_focus() -> bool {
    let active = document().and_then(|document| document.active_element());
    active.is_some_and(|element| element.tag_name() != "BODY")
}
