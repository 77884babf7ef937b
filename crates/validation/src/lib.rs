//! The engine checked against theory and published results.
//!
//! A *fact* (`data/*.json`) says what must come out of a situation, how exactly, and who says so. An
//! *experiment* (`data/experiments/*.json`) turns it into scenario documents and says which number of a run
//! measures which quantity of the fact. Nothing here knows any fact: what the files cannot express is listed there
//! with its reason. Everything is embedded, so that the command works from anywhere.

pub mod experiment;
pub mod fact;
pub mod formula;
pub mod page;
pub mod runner;
pub mod scope;
pub mod template;
pub mod verdict;

pub use experiment::{Catalogue, Effort, Experiment};
pub use fact::Fact;
pub use runner::{Finding, Job, Outcome, run_experiments};
pub use verdict::Verdict;

use serde_json::Value;

/// The facts, by file.
const FACTS: &[(&str, &str)] = &[
    ("queueing", include_str!("../data/queueing.json")),
    ("retries", include_str!("../data/retries.json")),
    ("cache", include_str!("../data/cache.json")),
    ("read-join", include_str!("../data/read-join.json")),
    ("delivery", include_str!("../data/delivery.json")),
    ("consistency", include_str!("../data/consistency.json")),
];

/// The experiments, by file.
const EXPERIMENTS: &[(&str, &str)] = &[
    (
        "stations",
        include_str!("../data/experiments/stations.json"),
    ),
    (
        "networks",
        include_str!("../data/experiments/networks.json"),
    ),
    ("routing", include_str!("../data/experiments/routing.json")),
    ("fan-out", include_str!("../data/experiments/fan-out.json")),
    ("retries", include_str!("../data/experiments/retries.json")),
    (
        "recovery",
        include_str!("../data/experiments/recovery.json"),
    ),
    ("budgets", include_str!("../data/experiments/budgets.json")),
    ("caches", include_str!("../data/experiments/caches.json")),
    ("lists", include_str!("../data/experiments/lists.json")),
    (
        "delivery",
        include_str!("../data/experiments/delivery.json"),
    ),
    (
        "consistency",
        include_str!("../data/experiments/consistency.json"),
    ),
    (
        "contention",
        include_str!("../data/experiments/contention.json"),
    ),
];

/// What no scenario can express yet, and why.
const NOT_YET: &str = include_str!("../data/experiments/not-yet.json");

/// All facts, in the order of their files.
///
/// # Errors
/// What is wrong with a file, with its name.
pub fn facts() -> Result<Vec<Fact>, String> {
    let mut all = Vec::new();
    for (name, text) in FACTS {
        let value = json(name, text)?;
        all.extend(fact::read(&value).map_err(|message| format!("{name}.json: {message}"))?);
    }
    Ok(all)
}

/// All facts and experiments.
///
/// # Errors
/// What is wrong with a file, with its name and the place.
pub fn catalogue() -> Result<Catalogue, String> {
    let mut catalogue = Catalogue::new(facts()?)?;
    for (name, text) in EXPERIMENTS {
        let value = json(name, text)?;
        catalogue
            .add(value)
            .map_err(|message| format!("experiments/{name}.json: {message}"))?;
    }
    catalogue
        .not_yet(json("not-yet", NOT_YET)?)
        .map_err(|message| format!("experiments/not-yet.json: {message}"))?;
    Ok(catalogue)
}

fn json(name: &str, text: &str) -> Result<Value, String> {
    scenario::read::json(text).map_err(|problem| format!("{name}.json: {problem}"))
}
