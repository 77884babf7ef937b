//! The steady state: allocations for each event, and the memory of runs of growing length.

use crate::counting::allocations;
use crate::models::{CHAIN, CHAIN_RATE, MM1, MM1_RATE, TRACE, go_on, scenario};
use kernel::time::Time;
use run::Run;

/// The client's requests before a run counts as steady.
const WARM_UP: f64 = 200_000.0;

/// Prints `allocations,model,trace,allocations,events` for each million requests after the warm-up, and
/// `memory,model,trace,bytes,requests`: what the process has in memory at that point of the run.
pub fn measure() {
    for (model, document, rate) in [("mm1", MM1, MM1_RATE), ("chain", CHAIN, CHAIN_RATE)] {
        for (trace, capacity) in [("off", 0), ("on", TRACE)] {
            let mut run = Run::new(scenario(document), capacity);
            let at = |requests: f64| Time((requests / rate * 1e9) as u64);
            go_on(&mut run, at(WARM_UP));
            for doublings in 0..4 {
                let requests = WARM_UP * f64::from(1 << doublings);
                let (allocations_before, events_before) = (allocations(), run.sim().events());
                go_on(&mut run, at(2.0 * requests));
                println!(
                    "allocations,{model},{trace},{},{}",
                    allocations() - allocations_before,
                    run.sim().events() - events_before
                );
                if let Some(bytes) = resident() {
                    println!("memory,{model},{trace},{bytes},{:.0}", 2.0 * requests);
                }
            }
        }
    }
}

/// Bytes of the process that are in memory, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}
