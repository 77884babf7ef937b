//! The program that makes files (`bin/msa-takeaway.rs`): started when a file is wanted, beside the page, and gone when
//! it is made.

use super::environment::document;
use crate::app::takeaway::Wish;
use gloo_events::EventListener;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

/// The script that the program runs in.
const SCRIPT: &str = "takeaway.js";

/// A file being made, until this is dropped.
pub struct Maker {
    worker: Worker,
    _hears: [EventListener; 2],
}

/// The text of a file, or why there is none. No reason is given if the program could not be loaded or run.
pub type Made = Result<String, Option<String>>;

impl Maker {
    /// Begins to make a file; what comes of it is told once. `None` if the browser runs nothing beside a page, which is
    /// told, too.
    pub fn start(wish: &Wish, done: impl Fn(Made) + Clone + 'static) -> Option<Maker> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let Ok(worker) = Worker::new_with_options(&address(), &options) else {
            done(Err(None));
            return None;
        };
        let parts: Array = wish
            .parts()
            .iter()
            .map(|part| JsValue::from_str(part))
            .collect();
        let told = done.clone();
        let hears = [
            EventListener::once(&worker, "message", move |event| {
                told(made(event).unwrap_or(Err(None)));
            }),
            EventListener::once(&worker, "error", move |_| done(Err(None))),
        ];
        // A list of texts can always be sent.
        let _ = worker.post_message(&parts);
        Some(Maker {
            worker,
            _hears: hears,
        })
    }
}

impl Drop for Maker {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

/// The script's address. It names the page's own program, whose name changes with every version, so that no browser
/// takes the script's files from an older one.
fn address() -> String {
    let program = document().and_then(|document| document.get_element_by_id("program"));
    let version = program.and_then(|program| program.get_attribute("data-wasm"));
    format!("{SCRIPT}?{}", version.unwrap_or_default())
}

/// What the script says: whether the file was made, and the text or the reason.
fn made(event: &web_sys::Event) -> Option<Made> {
    let said: Array = event.dyn_ref::<MessageEvent>()?.data().dyn_into().ok()?;
    let text = said.get(1).as_string()?;
    Some(match said.get(0).is_truthy() {
        true => Ok(text),
        false => Err(Some(text).filter(|why| !why.is_empty())),
    })
}
