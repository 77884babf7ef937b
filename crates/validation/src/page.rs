//! The documentation page "How do we know?": what was expected, what was measured, and what cannot be expressed yet.

use super::experiment::{Catalogue, Effort};
use super::runner::{Finding, Outcome};
use super::verdict::Verdict;
use std::fmt::Write;

const OPENING: &str = "# How do we know?

This page is written by `msa validate --full --page docs/how-do-we-know.md`. Do not edit it.

People decide with the numbers of the playground, so the numbers must be right. Here they are compared with what is
known: formulas of queueing theory, published papers, and what other programs did when they were run. Each such *fact*
is put into a scenario document, the same that anybody can write; the document is run several times with different luck;
and a number of the run is compared with what the fact says.

- **If you decide with it**: look for the part that is like your system - a thread pool, a cache, a list with references
  - and how near its numbers come; and read [what this does not model](#what-this-does-not-model).
- **If you teach with it**: each row is a small experiment to repeat in class, with its source. `msa validate --document
  Q-mm1_b > mm1.json` writes the document that was run, `msa run mm1.json` runs it, and the fields may be changed.
- **If you learn with it**: take a row, guess the number before you look, and find out why it is what it is. The notes
  say how the situation becomes a scenario.

## How to read the tables

*Measured* is the mean over the replications (runs with the seeds 1, 2, 3 ...). *Standard error* says how far that mean
would typically be from another one with other luck; it is worked out from the replications. *Tolerance* is the fact's
own. It holds for the sample that the fact names; a smaller sample is allowed more, by the root of the ratio, and a
larger one is allowed no less. Where a fact names no tolerance it is five standard errors, marked by *5 se*. *Exact*
means equal, but for the ninth digit of floating point. Seeds are never chosen: a quantity that fails is a finding.

## How to repeat it

    make validate                          everything here, and this page anew
    msa validate                           a smaller sample, in seconds
    msa validate --full --only M/M/1       one topic
    msa validate --document Q-mm1_b        the document that is run for one fact

The facts are in `crates/validation/data/`, the experiments in `crates/validation/data/experiments/`. The smaller sample is also one of
the tests.
";

/// The page for these outcomes.
pub fn page(catalogue: &Catalogue, effort: Effort, outcomes: &[Outcome]) -> String {
    let mut page = String::from(OPENING);
    summary(&mut page, catalogue, effort, outcomes);
    let mut field = "";
    let mut topic = "";
    for (index, outcome) in outcomes.iter().enumerate() {
        let experiment = &catalogue.experiments[outcome.experiment];
        let fact = &catalogue.facts[experiment.fact];
        if fact.field() != field {
            field = fact.field();
            line(&mut page, &format!("\n## {}", title(field)));
        }
        if fact.topic != topic {
            topic = &fact.topic;
            line(&mut page, &format!("\n### {}\n", title(fact.subject())));
            line(&mut page, &format!("{}\n", plain(&experiment.note)));
            line(&mut page, HEADING);
        }
        for finding in &outcome.findings {
            line(&mut page, &row(outcome, finding));
        }
        let next = outcomes
            .get(index + 1)
            .map(|next| &catalogue.facts[catalogue.experiments[next.experiment].fact].topic);
        if next != Some(&fact.topic) {
            after_topic(&mut page, catalogue, outcomes, topic);
        }
    }
    not_yet(&mut page, catalogue);
    left_out(&mut page);
    page
}

/// What the model leaves out, in the words of the map.
fn left_out(page: &mut String) {
    line(page, "\n## What this does not model\n");
    let map = include_str!("../../../ARCHITECTURE.md");
    let (_, after) = map.split_once(LEFT_OUT).unwrap_or_default();
    let section = after.split("\n## ").next().unwrap_or_default();
    line(page, section.trim());
}

/// The heading of the section of ARCHITECTURE.md.
const LEFT_OUT: &str = "## What the model leaves out\n";

const HEADING: &str = "| fact | quantity | expected | measured | standard error | tolerance | |
|---|---|--:|--:|--:|--:|---|";

fn line(page: &mut String, text: &str) {
    // Writing to a text cannot fail.
    let _ = writeln!(page, "{text}");
}

fn summary(page: &mut String, catalogue: &Catalogue, effort: Effort, outcomes: &[Outcome]) {
    let set = match effort {
        Effort::Quick => "quick",
        Effort::Full => "full",
    };
    let findings = || outcomes.iter().flat_map(|outcome| &outcome.findings);
    let passed = findings().filter(|finding| finding.passes()).count();
    let missing: usize = catalogue
        .not_yet
        .iter()
        .map(|entry| entry.facts.len())
        .sum();
    line(page, "\n## The result\n");
    line(
        page,
        &format!(
            "The {set} set: {} facts with {} quantities were measured; {passed} are as expected, {} are not.\n\
             {missing} facts cannot be expressed yet; [they are listed](#what-is-not-expressible-yet) with the reason.",
            outcomes.len(),
            findings().count(),
            findings().count() - passed
        ),
    );
}

fn row(outcome: &Outcome, finding: &Finding) -> String {
    let start = format!(
        "| {} | {} | {} |",
        plain(&outcome.fact),
        plain(&finding.quantity),
        number(finding.expected)
    );
    match &finding.verdict {
        Ok(verdict) => format!(
            "{start} {} | {} | {} | {} |",
            number(verdict.measured),
            error(verdict),
            tolerance(verdict),
            if verdict.pass { "ok" } else { "**not so**" }
        ),
        Err(message) => format!("{start} - | - | - | **not measured**: {} |", plain(message)),
    }
}

/// What follows the table of a topic: the sources, how many runs, and what is left out.
fn after_topic(page: &mut String, catalogue: &Catalogue, outcomes: &[Outcome], topic: &str) {
    let mut sources: Vec<&str> = Vec::new();
    let mut runs: Vec<String> = Vec::new();
    let mut left_out: Vec<String> = Vec::new();
    for outcome in outcomes {
        let experiment = &catalogue.experiments[outcome.experiment];
        let fact = &catalogue.facts[experiment.fact];
        if fact.topic != topic {
            continue;
        }
        if !sources.contains(&fact.source.as_str()) {
            sources.push(&fact.source);
        }
        let run = replications(outcome);
        if !runs.contains(&run) {
            runs.push(run);
        }
        for (quantity, reason) in &experiment.leaves_out {
            let text = format!("`{}` ({})", plain(quantity), plain(reason));
            if !left_out.contains(&text) {
                left_out.push(text);
            }
        }
    }
    line(page, &format!("\nRuns: {}.", runs.join(", or ")));
    for source in sources {
        line(page, &format!("\nSource: {}", plain(source)));
    }
    if !left_out.is_empty() {
        line(page, &format!("\nNot measured: {}.", left_out.join("; ")));
    }
}

fn replications(outcome: &Outcome) -> String {
    let seeds = match outcome.seeds {
        1 => "one replication".to_string(),
        seeds => format!("{seeds} replications"),
    };
    match outcome.sample {
        // Two digits: samples of the same experiment differ by luck.
        Some(sample) => format!("{seeds} with a sample of about {}", two_digits(sample)),
        None => seeds,
    }
}

fn two_digits(value: f64) -> String {
    let mut unit = 1.0;
    while value / unit >= 100.0 {
        unit *= 10.0;
    }
    format!("{:.0}", (value / unit).round() * unit)
}

fn not_yet(page: &mut String, catalogue: &Catalogue) {
    line(page, "\n## What is not expressible yet\n");
    line(
        page,
        "These facts are known, and the scenario language has no words for them yet.\n",
    );
    line(page, "| what is missing | facts |\n|---|---|");
    for entry in &catalogue.not_yet {
        let facts: Vec<String> = entry.facts.iter().map(|fact| plain(fact)).collect();
        line(
            page,
            &format!("| {} | {} |", plain(&entry.reason), facts.join(", ")),
        );
    }
}

/// A number as a person reads it: six digits that count, no zeros behind them.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".into();
    }
    if !(1e-6..1e15).contains(&size) {
        return format!("{value:.3e}");
    }
    let mut digits: usize = 5;
    let mut bound = 10.0;
    while size >= bound && digits > 0 {
        digits -= 1;
        bound *= 10.0;
    }
    let mut bound = 1.0;
    while size < bound {
        digits += 1;
        bound /= 10.0;
    }
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').into()
    } else {
        text
    }
}

/// A small number, of which two digits say enough.
pub fn small(value: f64) -> String {
    // What floating point leaves of equal numbers.
    if value.abs() < 1e-12 {
        return "0".into();
    }
    let mut digits: usize = 1;
    let mut bound = 1.0;
    while value.abs() < bound && digits < 12 {
        digits += 1;
        bound /= 10.0;
    }
    format!("{value:.digits$}")
}

/// The standard error as the tables show it.
pub fn error(verdict: &Verdict) -> String {
    small(verdict.standard_error)
}

/// The tolerance as the tables show it.
pub fn tolerance(verdict: &Verdict) -> String {
    if verdict.tolerance < 1e-8 * verdict.measured.abs().max(1.0) {
        "exact".into()
    } else if verdict.own {
        format!("{} (5 se)", small(verdict.tolerance))
    } else {
        small(verdict.tolerance)
    }
}

/// A text inside a table: a bar would end the cell.
fn plain(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

fn title(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_what_the_model_leaves_out() {
        let mut page = String::new();
        left_out(&mut page);
        assert!(page.len() > 500 && page.contains("no processor"), "{page}");
        assert!(
            !page.trim_start().trim_start_matches("## ").contains("## "),
            "{page}"
        );
    }

    #[test]
    fn numbers_have_six_digits_that_count() {
        let shown = [
            0.0,
            0.5,
            1.0,
            14.978_661_4,
            200_000.0,
            1_234_567.8,
            0.000_058_691_251_6,
            -2.5,
            3e-9,
        ]
        .map(number);
        assert_eq!(
            shown,
            [
                "0",
                "0.5",
                "1",
                "14.9787",
                "200000",
                "1234568",
                "0.0000586913",
                "-2.5",
                "3.000e-9"
            ]
        );
    }

    #[test]
    fn errors_have_two_digits() {
        assert_eq!(
            [0.0, 1e-15, 0.012_34, 0.5, 12.345].map(small),
            ["0", "0", "0.012", "0.50", "12.3"]
        );
    }

    #[test]
    fn samples_are_rounded_to_two_digits() {
        assert_eq!(
            [7.0, 99.0, 123.0, 199_876.0].map(two_digits),
            ["7", "99", "120", "200000"]
        );
    }
}
