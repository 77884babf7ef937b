//! The scenarios whose traces must be the same on every machine: those that ship, and generated ones.

use super::{generate, scenario};
use kernel::time::Time;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};
use scenario::{Scenario, shipped};

/// How many are generated.
pub const GENERATED: usize = 300;
/// How far they are run: long enough for planned faults to come and go.
pub const UNTIL: Time = Time(2_000_000_000);

/// All of them, with names. The generator's luck has a fixed seed: they are the same documents everywhere.
pub fn scenarios() -> Vec<(String, Scenario)> {
    let mut all: Vec<_> = shipped::names()
        .filter_map(|name| Some((name.to_string(), shipped::load(name)?)))
        .collect();
    assert_eq!(
        all.len(),
        shipped::ALL.len(),
        "every shipped scenario can be read"
    );
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let documents = generate::document();
    for number in 0..GENERATED {
        let document = documents
            .new_tree(&mut runner)
            .expect("the generator refuses nothing")
            .current();
        all.push((format!("generated-{number:03}"), scenario(&document)));
    }
    all
}
