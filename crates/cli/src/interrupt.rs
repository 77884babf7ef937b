//! Ctrl-C: a run ends where it is, and what it came to is printed; pressed once more, the command ends at once.

use std::process;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

static ASKED_FOR: AtomicBool = AtomicBool::new(false);

/// The exit status of what a person has interrupted, as shells have it: 128 and the number of the signal.
pub const STATUS: u8 = 130;

/// Hears Ctrl-C from here on.
pub fn listen() {
    static LISTENS: Once = Once::new();
    LISTENS.call_once(|| {
        // Where it cannot be heard, it ends the command as it always did.
        let _ = ctrlc::set_handler(|| {
            if ASKED_FOR.swap(true, Ordering::Relaxed) {
                process::exit(STATUS.into());
            }
        });
    });
}

/// Whether a person has pressed it.
pub fn was_asked_for() -> bool {
    ASKED_FOR.load(Ordering::Relaxed)
}
