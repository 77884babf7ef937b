//! The least that a simulation of the two bench models can cost on one thread: flat arrays, one queue, and no numbers
//! but a count and a sum. No engine that does more can be faster; how near one comes is the question.

mod chain;
#[path = "../../common/harness.rs"]
mod harness;
mod hold;
mod mm1;
mod queue;
#[path = "../../common/random.rs"]
mod random;

use harness::Engine;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "hold") {
        return hold::measure();
    }
    let floor = Engine {
        name: "floor",
        mm1: mm1::run,
        chain: chain::run,
    };
    harness::measure(&[floor], &arguments);
}
