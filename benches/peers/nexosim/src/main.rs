//! The two models in nexosim: asynchronous models joined by ports, on its single-threaded executor.

mod chain;
#[path = "../../common/harness.rs"]
mod harness;
mod mm1;
#[path = "../../common/random.rs"]
mod random;

use harness::Engine;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let nexosim = Engine {
        name: "nexosim 1.0.0",
        mm1: mm1::run,
        chain: chain::run,
    };
    harness::measure(&[nexosim], &arguments);
}

/// What the models tell the harness.
#[derive(Default)]
struct Tally {
    done: std::sync::atomic::AtomicU64,
    took_ns: std::sync::atomic::AtomicU64,
    given_up: std::sync::atomic::AtomicU64,
}

/// A model's stream after it was restored from a file, which never happens here.
fn no_rng() -> random::Stream {
    random::Stream::new(0)
}
