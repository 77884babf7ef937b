//! `msa validate`: the engine against theory and published results.

use crate::output::{self, Failure};
use crate::report::Table;
use serde_json::{Value, json};
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::thread;
use validation::page::{self, number};
use validation::{Catalogue, Effort, Outcome};

/// What is to be validated, and where the result goes.
#[derive(clap::Args)]
pub struct Options {
    /// The samples of the facts themselves; without it a smaller one, in seconds
    #[arg(long)]
    full: bool,
    /// Only facts whose name or topic contains this
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    only: String,
    /// Also write the documentation page
    #[arg(long, value_name = "FILE")]
    page: Option<String>,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
    /// Print the scenario document that is run for one fact, and run nothing
    #[arg(long, value_name = "FACT", conflicts_with_all = ["page", "json", "only"])]
    document: Option<String>,
    /// Which of the documents, where a fact has several (a strategy, for example)
    #[arg(long, value_name = "NAME", requires = "document")]
    variant: Option<String>,
}

/// Validates; a quantity that is not as expected is a failure.
pub fn validate(options: &Options) -> Result<(), Failure> {
    let catalogue = validation::catalogue().map_err(one_line)?;
    let effort = if options.full {
        Effort::Full
    } else {
        Effort::Quick
    };
    if let Some(fact) = &options.document {
        return document(&catalogue, effort, fact, options.variant.as_deref());
    }
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let terminal = io::stderr().is_terminal();
    let outcomes = validation::run_experiments(
        &catalogue,
        effort,
        &options.only,
        threads,
        &mut |done, all| {
            if terminal {
                // Progress that cannot be shown is no reason to stop.
                let _ = write!(io::stderr(), "\r\x1b[K{done} of {all} runs");
            }
        },
    );
    if terminal {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
    if outcomes.is_empty() {
        return Err(one_line(format!(
            "no fact's name or topic contains \"{}\"; msa validate lists them",
            options.only
        )));
    }
    if let Some(file) = &options.page {
        fs::write(file, page::page(&catalogue, effort, &outcomes))
            .map_err(|error| one_line(format!("{file}: cannot be written: {error}")))?;
    }
    if options.json {
        output::print(&format!("{:#}\n", as_json(&catalogue, &outcomes)))?;
    } else {
        output::print(&table(&outcomes))?;
        output::print(&summary(&catalogue, &outcomes, options.only.is_empty()))?;
    }
    let wrong: Vec<String> = outcomes
        .iter()
        .flat_map(|outcome| outcome.findings.iter().map(move |it| (outcome, it)))
        .filter(|(_, finding)| !finding.passes())
        .map(|(outcome, finding)| {
            let why = match &finding.verdict {
                Ok(verdict) => format!(
                    "is {}, expected {} within {}",
                    number(verdict.measured),
                    number(finding.expected),
                    page::tolerance(verdict)
                ),
                Err(message) => message.clone(),
            };
            format!("{} {}: {why}", outcome.fact, finding.quantity)
        })
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Failure::Input(wrong))
    }
}

fn one_line(message: String) -> Failure {
    Failure::Input(vec![message])
}

/// The document that is run for one fact.
fn document(
    catalogue: &Catalogue,
    effort: Effort,
    id: &str,
    variant: Option<&str>,
) -> Result<(), Failure> {
    let experiment = catalogue
        .experiments
        .iter()
        .find(|experiment| catalogue.facts[experiment.fact].id == id);
    let Some(experiment) = experiment else {
        let reason = catalogue
            .not_yet
            .iter()
            .find(|entry| entry.facts.iter().any(|fact| fact == id));
        return Err(one_line(match reason {
            Some(entry) => format!("{id} is not expressible yet: {}", entry.reason),
            None => format!("there is no fact \"{id}\"; msa validate lists them"),
        }));
    };
    let names = &experiment.variants;
    let chosen = match variant {
        Some(name) => names.iter().find(|known| *known == name),
        None => names.first().filter(|_| names.len() == 1),
    };
    let Some(chosen) = chosen else {
        return Err(Failure::Usage(format!(
            "{id} has the variants {}; choose one with --variant",
            names.join(", ")
        )));
    };
    let fact = &catalogue.facts[experiment.fact];
    let document = experiment
        .document(fact, chosen, effort)
        .map_err(one_line)?;
    output::print(&format!("{document:#}\n"))
}

fn table(outcomes: &[Outcome]) -> String {
    let mut table = Table::new([
        "fact",
        "quantity",
        "expected",
        "measured",
        "standard error",
        "tolerance",
        "verdict",
    ]);
    for outcome in outcomes {
        for finding in &outcome.findings {
            let (measured, error, tolerance, verdict) = match &finding.verdict {
                Ok(it) => (
                    number(it.measured),
                    page::error(it),
                    page::tolerance(it),
                    if it.pass { "ok" } else { "NOT SO" }.to_string(),
                ),
                Err(message) => (
                    "-".into(),
                    "-".into(),
                    "-".into(),
                    format!("NOT MEASURED: {message}"),
                ),
            };
            table.row([
                outcome.fact.clone(),
                finding.quantity.clone(),
                number(finding.expected),
                measured,
                error,
                tolerance,
                verdict,
            ]);
        }
    }
    table.to_string()
}

fn summary(catalogue: &Catalogue, outcomes: &[Outcome], with_missing: bool) -> String {
    let findings = || outcomes.iter().flat_map(|outcome| &outcome.findings);
    let passed = findings().filter(|finding| finding.passes()).count();
    let mut text = format!(
        "\n{} facts, {} quantities: {passed} as expected, {} not\n",
        outcomes.len(),
        findings().count(),
        findings().count() - passed
    );
    if with_missing {
        text += "\nnot expressible yet:\n";
        for entry in &catalogue.not_yet {
            text += &format!("  {} facts: {}\n", entry.facts.len(), entry.reason);
        }
    }
    text
}

fn as_json(catalogue: &Catalogue, outcomes: &[Outcome]) -> Value {
    let facts: Vec<Value> = outcomes
        .iter()
        .map(|outcome| {
            let fact = &catalogue.facts[catalogue.experiments[outcome.experiment].fact];
            let quantities: Vec<Value> = outcome
                .findings
                .iter()
                .map(|finding| match &finding.verdict {
                    Ok(it) => json!({
                        "name": finding.quantity, "expected": finding.expected, "measured": it.measured,
                        "standard_error": it.standard_error, "tolerance": it.tolerance, "ok": it.pass,
                    }),
                    Err(message) => json!({
                        "name": finding.quantity, "expected": finding.expected, "problem": message, "ok": false,
                    }),
                })
                .collect();
            json!({
                "fact": outcome.fact, "topic": fact.topic, "source": fact.source,
                "replications": outcome.seeds, "sample": outcome.sample, "quantities": quantities,
            })
        })
        .collect();
    let missing: Vec<Value> = catalogue
        .not_yet
        .iter()
        .map(|entry| json!({"reason": entry.reason, "facts": entry.facts}))
        .collect();
    json!({"facts": facts, "not_expressible": missing})
}
