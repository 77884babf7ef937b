//! The engine against theory and published results: the quick set of `msa validate`; and that nothing is forgotten, and
//! that what is wrong is seen.

use serde_json::{Value, json};
use validation::formula::Formula;
use validation::{Catalogue, Effort, Outcome, fact, run_experiments};

fn catalogue() -> Catalogue {
    validation::catalogue().unwrap_or_else(|message| panic!("{message}"))
}

fn quick(catalogue: &Catalogue, only: &str, threads: usize) -> Vec<Outcome> {
    run_experiments(catalogue, Effort::Quick, only, threads, &mut |_, _| {})
}

/// What is not as expected, a line each.
fn wrong(outcomes: &[Outcome]) -> Vec<String> {
    let mut lines = Vec::new();
    for outcome in outcomes {
        for finding in &outcome.findings {
            if !finding.passes() {
                lines.push(format!(
                    "{} {}: expected {}, {:?}",
                    outcome.fact, finding.quantity, finding.expected, finding.verdict
                ));
            }
        }
    }
    lines
}

#[test]
fn the_quick_set_is_as_expected() {
    let wrong = wrong(&quick(&catalogue(), "", 2));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_fact_is_measured_or_excused() {
    let catalogue = catalogue();
    assert_eq!(catalogue.forgotten(), Vec::<&str>::new());
    let excused: usize = catalogue
        .not_yet
        .iter()
        .map(|entry| entry.facts.len())
        .sum();
    assert_eq!(
        catalogue.experiments.len() + excused,
        catalogue.facts.len(),
        "a fact is excused twice"
    );
    // The list only ever gets shorter: when the language learns a word, lower this.
    assert!(excused <= 28, "{excused} facts are not expressible");
    for entry in &catalogue.not_yet {
        assert!(entry.reason.len() > 10, "{:?} needs a reason", entry.facts);
    }
}

#[test]
fn every_fact_has_a_source() {
    for fact in catalogue().facts {
        assert!(fact.source.len() > 3, "{} has no source", fact.id);
    }
}

/// Every experiment's documents are read as the language reads them, for both sets; the loader has parsed the formulas.
#[test]
fn every_experiment_is_a_scenario() {
    let catalogue = catalogue();
    for experiment in &catalogue.experiments {
        let fact = &catalogue.facts[experiment.fact];
        for effort in [Effort::Quick, Effort::Full] {
            for variant in &experiment.variants {
                let scenario = experiment.scenario(fact, variant, effort, 1);
                assert!(scenario.is_ok(), "{} {variant}: {scenario:?}", fact.id);
            }
        }
        for measure in experiment.measures.values() {
            assert_eq!(
                Formula::parse(&measure.text).as_ref(),
                Ok(&measure.formula),
                "{}",
                fact.id
            );
        }
    }
}

#[test]
fn any_number_of_threads_finds_the_same() {
    let catalogue = catalogue();
    let shown = |threads| format!("{:?}", quick(&catalogue, "M/M/c/c", threads));
    assert_eq!(shown(1), shown(3));
}

/// One desk, one formula; `expected` is what the fact says of the mean latency in seconds.
fn desk(expected: f64, tolerance: Value, experiment: Value) -> Result<Vec<Outcome>, String> {
    let facts = fact::read(&json!([{
        "id": "desk", "topic": "queueing: a desk", "source": "this test", "inputs": {"rate": 0.5},
        "expected": {"W": expected}, "tolerance": tolerance
    }]))?;
    let mut catalogue = Catalogue::new(facts)?;
    let mut whole = json!({
        "note": "a desk", "cases": ["desk"], "quick": {"seeds": 8}, "full": {"seeds": 8},
        "measure": {"W": "clients.people.latency_ms.mean / 1000"},
        "scenario": {
            "version": 1, "name": "desk", "duration": "5000s", "warm_up": "100s",
            "services": {"desk": {"threads": 1, "accept_queue": 100_000}},
            "operations": {"desk.serve": {"steps": [{"work": {"exponential": {"mean": "1s"}}}]}},
            "clients": {"people": {"operation": "desk.serve", "timeout": "1000h", "load": {"poisson": {"rate": "${inputs.rate}"}}}}
        }
    });
    if let (Some(fields), Value::Object(more)) = (whole.as_object_mut(), experiment) {
        fields.extend(more);
    }
    catalogue.add(json!({"about": "", "experiments": [whole]}))?;
    Ok(quick(&catalogue, "", 2))
}

#[test]
fn a_wrong_expectation_is_seen() {
    let stated = json!({"abs": {"W": 0.2}});
    assert!(
        wrong(&desk(2.0, stated.clone(), json!({})).unwrap()).is_empty(),
        "M/M/1 at 0.5 waits 2 s"
    );
    assert_eq!(wrong(&desk(2.5, stated, json!({})).unwrap()).len(), 1);
    assert!(wrong(&desk(2.0, json!({}), json!({})).unwrap()).is_empty());
    assert_eq!(
        wrong(&desk(3.0, json!({}), json!({})).unwrap()).len(),
        1,
        "five standard errors see it, too"
    );
}

#[test]
fn a_wrong_expectation_among_the_facts_is_seen() {
    let mut changed = catalogue();
    for fact in &mut changed.facts {
        if fact.id == "Q-makespan-det-50-8" {
            fact.value["expected"]["max_queued"] = 43.into();
        }
    }
    let wrong = wrong(&quick(&changed, "Q-makespan-det", 2));
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].starts_with("Q-makespan-det-50-8 max_queued: expected 43"));
}

fn check_refused(experiment: Value, expected: &str) {
    let error = desk(2.0, json!({}), experiment).unwrap_err();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn an_experiment_that_makes_no_sense_is_refused() {
    check_refused(
        json!({"measure": {"W": "1 +"}}),
        "desk: \"W\": formula \"1 +\", character 4",
    );
    check_refused(
        json!({"measure": {}}),
        "desk: \"W\" is neither measured nor left out",
    );
    check_refused(
        json!({"measure": {"W": "1", "L": "2"}}),
        "\"L\" is measured, but none of these facts expects it",
    );
    check_refused(
        json!({"measure": {"W": {"formula": "1", "expected": 2}}}),
        "stands where the fact has a sentence, and only there",
    );
    check_refused(json!({"cases": ["dsk"]}), "there is no fact dsk");
    check_refused(json!({"cases": ["desk", "desk"]}), "has two experiments");
    check_refused(
        json!({"quick": {"seeds": 0}}),
        "\"seeds\" must be 1 to 1000",
    );
    check_refused(json!({"notes": "x"}), "unknown field `notes`");
}

#[test]
fn what_cannot_be_measured_is_no_success() {
    for (experiment, expected) in [
        (
            json!({"measure": {"W": "clients.people.latency"}}),
            "there is no clients.people.latency",
        ),
        (
            json!({"measure": {"W": "clients.people.ok@2h"}}),
            "the run did not come to",
        ),
        (
            json!({"scenario": {"version": 1, "name": "${inputs.nme}"}}),
            "there is no inputs.nme",
        ),
        (
            json!({"scenario": {"version": 1, "name": "desk", "seervices": {}}}),
            "; did you mean",
        ),
        (json!({"quick": {"seeds": 1}}), "take more seeds"),
    ] {
        let wrong = wrong(&desk(2.0, json!({}), experiment).unwrap());
        assert!(
            wrong.len() == 1 && wrong[0].contains(expected),
            "{expected}: {wrong:?}"
        );
    }
}
