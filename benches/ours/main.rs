//! This project's own engine: the models of benches/peers/, its steady state and its scale, through the public interface.
//!
//!     cargo bench --bench ours -- [mm1|chain] [UNITS] [RUNS]
//!     cargo bench --bench ours -- steady|scale
//!
//! `make bench` runs it side by side with the floor and the peers.

mod counting;
#[path = "../peers/common/harness.rs"]
mod harness;
mod models;
mod scale;
mod steady;

use harness::Engine;

fn main() {
    // cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    match arguments.first().map(String::as_str) {
        Some("steady") => steady::measure(),
        Some("scale") => scale::measure(),
        _ => {
            let engines = [
                Engine {
                    name: "ours",
                    mm1: |customers, seed| models::mm1(customers, seed, 0),
                    chain: |calls, seed| models::chain(calls, seed, 0),
                },
                Engine {
                    name: "ours with the trace",
                    mm1: |customers, seed| models::mm1(customers, seed, models::TRACE),
                    chain: |calls, seed| models::chain(calls, seed, models::TRACE),
                },
            ];
            harness::measure(&engines, &arguments);
        }
    }
}
