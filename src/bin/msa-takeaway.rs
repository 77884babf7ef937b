//! The program that makes files from a run, beside the page; `static/takeaway.js` loads it when the first one is wanted.

use kernel::time;
use msa_playground::app::opening;
use msa_playground::app::takeaway::Wish;
use run::digest;
use scenario::Problem;
use wasm_bindgen::prelude::wasm_bindgen;

fn main() {
    console_error_panic_hook::set_once();
}

/// The text of the file that is wished for ([`Wish::parts`]).
///
/// # Errors
/// Why there is none, as a text; an empty one if that is no wish.
#[wasm_bindgen]
pub fn take_away(wish: Vec<String>) -> Result<String, String> {
    Wish::of_parts(&wish).ok_or_else(String::new)?.text()
}

/// The digest of a document's trace, for the test that holds the browser's runs against native ones.
///
/// A document that cannot be run gives what is wrong with it instead.
#[wasm_bindgen]
pub fn trace_digest(document_json: &str, seconds: f64) -> String {
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
    match opening::open(fragment) {
        Ok(opened) => {
            let until = opened.playhead.unwrap_or(time::Time(2_000_000_000));
            format!("{:016x}", digest::digest_of_story(&opened.story, until))
        }
        Err(broken) => lines(&broken.problems),
    }
}

fn lines(problems: &[Problem]) -> String {
    let texts = problems.iter().map(ToString::to_string);
    texts.collect::<Vec<_>>().join("\n")
}
