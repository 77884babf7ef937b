//! The two models as scenario documents, read, checked, planned and run, with all the numbers the page has.

use crate::harness::{Outcome, stop};
use kernel::time::Time;
use run::Run;
use scenario::{Scenario, read};
use sim::Progress;

/// The documents.
pub const MM1: &str = include_str!("../mm1.json");
pub const CHAIN: &str = include_str!("../chain.json");
/// Customers a second, and the client's requests a second, as the documents have it.
pub const MM1_RATE: f64 = 0.8;
pub const CHAIN_RATE: f64 = 300.0;
/// Calls of one request of the client, its own included.
pub const CHAIN_CALLS: f64 = 28.0;
/// Records that the page keeps.
pub const TRACE: usize = 200_000;

/// A document's scenario.
pub fn scenario(document: &str) -> Scenario {
    match read(document) {
        Ok(scenario) => scenario,
        Err(problems) => {
            for problem in problems {
                eprintln!("{problem}");
            }
            stop("the bench's document is not sound")
        }
    }
}

/// Goes on until `until` (in simulated nanoseconds).
pub fn go_on(run: &mut Run, until: Time) {
    loop {
        match run.run_until(until, 1_000_000) {
            Progress::Busy => {}
            Progress::Reached => return,
            Progress::Stopped(limit) => stop(&limit.to_string()),
        }
    }
}

/// M/M/1 for about so many customers.
pub fn mm1(customers: u64, seed: u64, trace: usize) -> Outcome {
    run(MM1, customers as f64 / MM1_RATE, 1.0, seed, trace)
}

/// The chain for about so many calls.
pub fn chain(calls: u64, seed: u64, trace: usize) -> Outcome {
    let seconds = calls as f64 / CHAIN_CALLS / CHAIN_RATE;
    run(CHAIN, seconds, CHAIN_CALLS, seed, trace)
}

fn run(document: &str, seconds: f64, units_of_one: f64, seed: u64, trace: usize) -> Outcome {
    let mut scenario = scenario(document);
    scenario.seed = seed;
    let mut run = Run::new(scenario, trace);
    go_on(&mut run, Time((seconds * 1e9) as u64));
    let numbers = run.numbers();
    let client = &numbers.clients[0];
    Outcome {
        units: (client.ok as f64 * units_of_one) as u64,
        requests: client.ok,
        given_up: client.timed_out + client.rejected + client.failed,
        mean_s: client.latency_ms.mean / 1e3,
    }
}
