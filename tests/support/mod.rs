//! What several test files need: generated scenarios and an auditor of records.
#![allow(dead_code)] // each test file uses its part

pub mod audit;
pub mod generate;
pub mod generate_writes;
pub mod hostile;
pub mod same_everywhere;

use kernel::time::Time;
use proptest::prelude::ProptestConfig;
use run::Run;
use run::digest::digest_of;
use scenario::{Scenario, read, settings};
use serde_json::Value;
use sim::trace::Record;
use sim::{Progress, Simulation};

/// All brokers, by the names that documents give them.
pub const BROKERS: [&str; 6] = [
    "plain",
    "rabbitmq_quorum",
    "sqs_standard",
    "sqs_fifo",
    "kafka",
    "nats_jetstream",
];

/// A property is held against so many generated cases, each time other ones. With `CASES_TIMES=20` in the environment
/// against 20 times as many: a claim that is true only mostly shows itself there, and not in somebody's build.
pub fn cases(count: u32) -> ProptestConfig {
    let times = std::env::var("CASES_TIMES").map_or(1, |times| times.parse().expect("a number"));
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(count * times)
    }
}

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

/// Fails unless a run in slices of `slice` events leaves the records that a run in one go leaves, and two runs the same
/// digest.
pub fn assert_same_however_sliced(scenario: &Scenario, until: Time, slice: u64) {
    let mut sliced = Simulation::new(scenario);
    let mut records = Vec::new();
    while sliced.run_until(until, slice) == Progress::Busy {
        records.append(sliced.records());
    }
    records.append(sliced.records());
    let mut whole = Simulation::new(scenario);
    while whole.run_until(until, u64::MAX) == Progress::Busy {}
    assert_eq!(&records, whole.records());
    assert_eq!(digest_of(scenario, until), digest_of(scenario, until));
}

/// A shipped scenario with settings as in a link.
pub fn shipped(name: &str, changes: &[(&str, &str)]) -> Scenario {
    let base = scenario::shipped::load(name).expect("it ships");
    let changes: Vec<_> = changes
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    settings::apply(&base, &changes).unwrap_or_else(|problems| panic!("{}", problems[0]))
}

/// The document of a file in `tests/cases`.
pub fn case(name: &str) -> Value {
    let file = format!("{}/tests/cases/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    serde_json::from_str(&text).expect("it is JSON")
}

/// Goes on until so many seconds.
pub fn advance(simulation: &mut Simulation, seconds: f64) {
    let until = Time((seconds * 1e9) as u64);
    while simulation.run_until(until, 1_000_000) == Progress::Busy {}
}

/// The run of a document for so many seconds, and all that happened in it.
pub fn recorded(document: &Value, seconds: f64) -> (Simulation, Vec<Record>) {
    let mut simulation = Simulation::new(&scenario(document));
    advance(&mut simulation, seconds);
    let records = std::mem::take(simulation.records());
    (simulation, records)
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
