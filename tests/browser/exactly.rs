//! The same scenario and seed give the same trace, byte for byte, in the browser's WebAssembly and natively.

use crate::harness::Browser;
use crate::support::same_everywhere::{UNTIL, scenarios};
use kernel::time::{Span, Time};
use run::digest::digest_of;
use scenario::read::to_value;
use scenario::{ReadStrategy, Scenario, settings, shipped};
use words::strategy_key;

const SECONDS: u64 = 5;

/// A scenario as it ships, with another seed, with each strategy for all of its references, and coordinated in other ways.
fn variants(shipped: &Scenario) -> Vec<Scenario> {
    let mut sets = vec![vec![], vec![("seed".to_string(), "4711".to_string())]];
    for strategy in [
        ReadStrategy::Join,
        ReadStrategy::Parallel,
        ReadStrategy::Batch,
        ReadStrategy::LocalCache,
        ReadStrategy::Replica,
        ReadStrategy::Remodel,
    ] {
        let set = |name: &String| {
            (
                format!("references.{name}.strategy"),
                strategy_key(strategy).to_string(),
            )
        };
        let set: Vec<_> = shipped.references.keys().map(set).collect();
        if !set.is_empty() {
            sets.push(set);
        }
    }
    for process in shipped.processes.keys() {
        for by in ["two_phase_commit", "compensation", "events", "choreography"] {
            sets.push(vec![(format!("processes.{process}.by"), by.to_string())]);
        }
    }
    let mut variants: Vec<Scenario> = Vec::new();
    for set in &sets {
        // What is so already changes nothing, and not every process can be coordinated in each way.
        if let Ok(changed) = settings::apply(shipped, set)
            && !variants.contains(&changed)
        {
            variants.push(changed);
        }
    }
    variants
}

#[test]
fn every_shipped_scenario_runs_the_same_in_the_browser_and_natively() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.pause();
        page.load_maker();
        let mut digests = Vec::new();
        for name in shipped::names() {
            for scenario in variants(&shipped::load(name).unwrap()) {
                let document = to_value(&scenario).unwrap().to_string();
                let there = page.eval(&format!(
                    "window.maker.trace_digest({}, {SECONDS})",
                    serde_json::json!(document)
                ));
                let here = digest_of(&scenario, Time::ZERO + Span::from_secs(SECONDS));
                assert_eq!(there, format!("{here:016x}"), "{name}");
                digests.push(here);
            }
        }
        let all = digests.len();
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(
            digests.len(),
            all,
            "different settings give different traces"
        );
    });
}

/// How many runs the page is asked for at once: a run that hangs is named by its batch within the browser's time.
const BATCH: usize = 10;

#[test]
fn every_generated_scenario_runs_the_same_in_the_browser_and_natively() {
    let seconds = UNTIL.0 / 1_000_000_000;
    assert_eq!(
        Time::ZERO + Span::from_secs(seconds),
        UNTIL,
        "whole seconds"
    );
    let all = scenarios();
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.pause();
        page.load_maker();
        for batch in all.chunks(BATCH) {
            let names: Vec<_> = batch.iter().map(|(name, _)| name).collect();
            let documents: Vec<_> = batch
                .iter()
                .map(|(_, scenario)| to_value(scenario).unwrap().to_string())
                .collect();
            let there = page.eval(&format!(
                "{}.map(document => window.maker.trace_digest(document, {seconds}))",
                serde_json::json!(documents)
            ));
            let here: Vec<_> = batch
                .iter()
                .map(|(_, scenario)| format!("{:016x}", digest_of(scenario, UNTIL)))
                .collect();
            assert_eq!(there, serde_json::json!(here), "{names:?}");
        }
    });
}
