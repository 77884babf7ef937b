//! What several test files need: generated scenarios and an auditor of records.
#![allow(dead_code)] // each test file uses its part

pub mod audit;
pub mod generate;

use msa_playground::run::Run;
use msa_playground::scenario::{Scenario, read, settings};
use msa_playground::sim::Progress;
use msa_playground::time::Time;
use serde_json::Value;

/// The scenario that a document says, which must be sound.
pub fn scenario(document: &Value) -> Scenario {
    match read(&document.to_string()) {
        Ok(scenario) => scenario,
        Err(problems) => panic!(
            "{}\nin {document:#}",
            problems
                .iter()
                .map(|problem| format!("{problem}\n"))
                .collect::<String>()
        ),
    }
}

/// A shipped scenario with settings as in a link.
pub fn shipped(name: &str, changes: &[(&str, &str)]) -> Scenario {
    let base = msa_playground::scenario::shipped::load(name).expect("it ships");
    let changes: Vec<_> = changes
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    settings::apply(&base, &changes).unwrap_or_else(|problems| panic!("{}", problems[0]))
}

/// Runs a scenario for so many seconds.
pub fn run_for(scenario: Scenario, seconds: f64) -> Run {
    let mut run = Run::new(scenario, 0);
    run_to(&mut run, seconds);
    run
}

/// Goes on until so many seconds.
pub fn run_to(run: &mut Run, seconds: f64) {
    let until = Time((seconds * 1e9) as u64);
    while run.run_until(until, 1_000_000) == Progress::Busy {}
}
