//! The two models in simcore: components that handle events, bare callbacks.

mod chain;
#[path = "../../common/harness.rs"]
mod harness;
mod mm1;
#[path = "../../common/random.rs"]
mod random;

use harness::Engine;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let simcore = Engine {
        name: "simcore 0.1.0",
        mm1: mm1::run,
        chain: chain::run,
    };
    harness::measure(&[simcore], &arguments);
}
