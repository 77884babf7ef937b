//! The same scenario and seed give the same trace, byte for byte, in the browser's WebAssembly and natively.

use crate::harness::Browser;
use msa_playground::scenario::read::to_value;
use msa_playground::scenario::{ReadStrategy, Scenario, settings, shipped};
use msa_playground::sim::digest_of;
use msa_playground::time::{Span, Time};
use msa_playground::words::strategy_key;

const SECONDS: u64 = 5;

/// A scenario as it ships, with each strategy for all of its references, and with another seed.
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
    sets.iter()
        .map(|set| settings::apply(shipped, set).unwrap())
        .collect()
}

#[test]
fn every_shipped_scenario_runs_the_same_in_the_browser_and_natively() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.pause();
        let mut digests = Vec::new();
        for name in shipped::names() {
            for scenario in variants(&shipped::load(name).unwrap()) {
                let document = to_value(&scenario).unwrap().to_string();
                let there = page.eval(&format!(
                    "window.wasmBindings.trace_digest({}, {SECONDS})",
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
