//! The digest of a run's trace, by which runs on different machines are compared.

use crate::session::{Session, Story};
use kernel::time::Time;
use scenario::Scenario;
use sim::text;
use std::fmt::Write;
use std::rc::Rc;

/// The version of what the engine works out: it goes up whenever the trace of a scenario that ships becomes another one
/// (`tests/digests.rs` holds it to that). A link that was made with another version says so when it is opened.
pub const ENGINE: u32 = 2;

/// Records kept between two looks at the trace, at most.
const KEPT: usize = 1 << 16;
/// Events between two looks: each makes far fewer than 64 records on average.
const SLICE_EVENTS: u64 = 1 << 10;

/// What [`fnv_1a`] begins with.
pub const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// The FNV-1a hash of what has been hashed before, and of this text.
pub fn fnv_1a(hash: u64, text: &str) -> u64 {
    text.bytes().fold(hash, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The digest of a scenario's trace up to `until`: FNV-1a over its text, line by line. Equal digests mean equal
/// traces, byte for byte; this is how native and WebAssembly runs are compared.
pub fn digest_of(scenario: &Scenario, until: Time) -> u64 {
    digest_of_story(&Rc::new(Story::new(Rc::new(scenario.clone()))), until)
}

/// As [`digest_of`], with what a person did.
pub fn digest_of_story(story: &Rc<Story>, until: Time) -> u64 {
    let mut session = Session::new(story.clone(), KEPT);
    let mut hash = FNV_START;
    let mut add = |text: &str| hash = fnv_1a(hash, text);
    let (mut line, mut seen) = (String::new(), 0);
    loop {
        let reached = session
            .advance(until.since(session.now()), SLICE_EVENTS)
            .reached;
        let trace = session.run().trace();
        if seen < trace.dropped() {
            // A crowd at one instant made more records than are kept: the digest says so, on every machine.
            add("records left out\n");
            seen = trace.dropped();
        }
        for record in trace.records().range((seen - trace.dropped()) as usize..) {
            line.clear();
            // Writing into a string cannot fail.
            let _ = writeln!(line, "{}", text::line(session.run().plan(), record));
            add(&line);
            seen += 1;
        }
        if reached {
            return hash;
        }
    }
}
