//! The bench's two models as a WebAssembly module that needs nothing of its host: the engine is the page's, without the
//! page. `run.mjs` loads it in Node.js and in Chromium.

// Only the types and the end of the process are used: there is no clock in here.
#[allow(dead_code)]
#[path = "../../peers/common/harness.rs"]
mod harness;
#[allow(dead_code)]
#[path = "../../ours/models.rs"]
mod models;

use models::{CHAIN, CHAIN_CALLS, CHAIN_RATE, MM1, MM1_RATE, scenario};
use run::Run;
use sim::Progress;
use kernel::time::Time;
use std::cell::RefCell;

struct Bench {
    run: Run,
    until: Time,
    units_of_one: f64,
}

thread_local! {
    static BENCH: RefCell<Option<Bench>> = const { RefCell::new(None) };
}

/// Begins a run of model 1 or 2 for about so many units, without a trace.
#[unsafe(no_mangle)]
pub extern "C" fn start(model: u32, units: f64) {
    let (document, rate, units_of_one) = match model {
        1 => (MM1, MM1_RATE, 1.0),
        _ => (CHAIN, CHAIN_RATE, CHAIN_CALLS),
    };
    let bench = Bench {
        run: Run::new(scenario(document), 0),
        until: Time((units / units_of_one / rate * 1e9) as u64),
        units_of_one,
    };
    BENCH.set(Some(bench));
}

/// Goes on for about so many events; whether there is more to do.
#[unsafe(no_mangle)]
pub extern "C" fn go_on(events: u32) -> bool {
    BENCH.with_borrow_mut(|bench| {
        bench.as_mut().is_some_and(|bench| {
            bench.run.run_until(bench.until, u64::from(events)) == Progress::Busy
        })
    })
}

/// Units so far.
#[unsafe(no_mangle)]
pub extern "C" fn units() -> f64 {
    BENCH.with_borrow(|bench| {
        bench.as_ref().map_or(0.0, |bench| {
            bench.run.numbers().clients[0].ok as f64 * bench.units_of_one
        })
    })
}

/// The mean time in the system so far, in seconds.
#[unsafe(no_mangle)]
pub extern "C" fn mean_s() -> f64 {
    BENCH.with_borrow(|bench| {
        bench.as_ref().map_or(f64::NAN, |bench| {
            bench.run.numbers().clients[0].latency_ms.mean / 1e3
        })
    })
}
