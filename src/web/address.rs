//! The address bar: what the page writes into it, never faster than browsers allow.

use super::environment::window;
use gloo_timers::callback::Timeout;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// Browsers refuse (or stop the page at) about a hundred changes of the history in ten seconds or half a minute: Safari
/// throws at the hundred and first in ten seconds. A slider that is dragged makes more.
const PAUSE_MS: u32 = 250;

#[derive(Default)]
struct State {
    /// What is to be written when the pause is over, and whether it is a step of its own.
    waiting: Option<(String, bool)>,
    /// The pause after the last writing.
    pause: Option<Timeout>,
}

/// Writes the address.
#[derive(Clone, Default)]
pub struct AddressBar(Rc<RefCell<State>>);

impl AddressBar {
    /// Puts a link into the address, now or after a short pause; the latest wins. A step of its own replaces none before
    /// it.
    pub fn write(&self, fragment: String, push: bool) {
        let mut state = self.0.borrow_mut();
        let step_waits = state.waiting.as_ref().is_some_and(|(_, push)| *push);
        if step_waits && push {
            // Two steps within one pause are two steps.
            put(state.waiting.take());
        }
        state.waiting = Some((fragment, push || step_waits));
        drop(state);
        self.go_on();
    }

    /// What waits is written no more: the person has gone to another entry of the history, whose address it would replace.
    pub fn forget(&self) {
        self.0.borrow_mut().waiting = None;
    }

    /// Writes at once what waits: the page is about to be left.
    pub fn flush(&self) {
        put(self.0.borrow_mut().waiting.take());
    }

    fn go_on(&self) {
        let mut state = self.0.borrow_mut();
        if state.pause.is_some() {
            return;
        }
        let waiting = state.waiting.take();
        if waiting.is_none() {
            return;
        }
        put(waiting);
        let weak = Rc::downgrade(&self.0);
        state.pause = Some(Timeout::new(PAUSE_MS, move || {
            if let Some(state) = weak.upgrade() {
                state.borrow_mut().pause = None;
                AddressBar(state).go_on();
            }
        }));
    }
}

/// A page in a frame without rights has an address of its own that may refuse.
fn put(write: Option<(String, bool)>) {
    let (Some((fragment, push)), Some(history)) =
        (write, window().and_then(|window| window.history().ok()))
    else {
        return;
    };
    let url = format!("#{fragment}");
    let _ = if push {
        history.push_state_with_url(&JsValue::NULL, "", Some(&url))
    } else {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&url))
    };
}
