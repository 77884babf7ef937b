//! The page's entry.

use msa_playground::web::App;
use wasm_bindgen::prelude::wasm_bindgen;

fn main() {
    console_error_panic_hook::set_once();
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("app"));
    if let Some(root) = root {
        // What told the person to wait has done so.
        root.set_inner_html("");
        yew::Renderer::<App>::with_root(root).render();
    }
}

/// The digest of a document's trace, for the test that holds the browser's runs against native ones.
///
/// A document that cannot be run gives what is wrong with it instead.
#[wasm_bindgen]
pub fn trace_digest(document_json: &str, seconds: f64) -> String {
    use msa_playground::{digest, scenario, time};
    match scenario::read(document_json) {
        Ok(scenario) => {
            let until = time::Time::ZERO + time::Span::from_secs_f64(seconds);
            format!("{:016x}", digest::digest_of(&scenario, until))
        }
        Err(problems) => lines(&problems),
    }
}

/// The digest of the run that a link brings back, up to its moment (or two seconds), for the same test.
///
/// A link that cannot be opened gives what is wrong with it instead.
#[wasm_bindgen]
pub fn link_digest(fragment: &str) -> String {
    use msa_playground::{app, digest, time};
    match app::opening::open(fragment) {
        Ok(opened) => {
            let until = opened.playhead.unwrap_or(time::Time(2_000_000_000));
            format!("{:016x}", digest::digest_of_story(&opened.story, until))
        }
        Err(broken) => lines(&broken.problems),
    }
}

fn lines(problems: &[msa_playground::scenario::Problem]) -> String {
    let texts = problems.iter().map(ToString::to_string);
    texts.collect::<Vec<_>>().join("\n")
}
