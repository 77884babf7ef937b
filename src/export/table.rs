//! A run and its scenario for programs: the course as a table (CSV), all numbers as JSON, the scenario's document.

use crate::run::Run;
use crate::scenario::Scenario;
use crate::scenario::settings::Setting;
use crate::scenario::sparse::sparse;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// What is in every column of the course, and how it is called: units are in the names, and the names are those of the
/// JSON form, so neither is translated.
pub fn csv(run: &Run) -> String {
    let plan = run.plan();
    let mut text = String::from(
        "at_s,length_s,issued,ok,bad,latency_mean_ms,latency_p95_ms,calls,values,stale,events,disagreements",
    );
    for kind in ["in_use", "queue"] {
        for service in &plan.services {
            text.push(',');
            text.push_str(&field(&format!("{kind}.{}", service.name)));
        }
    }
    text.push_str("\r\n");
    for bin in &run.series().bins {
        // Writing to a text never fails.
        let _ = write!(
            text,
            "{},{},{},{},{},{},{},{},{},{},{},{}",
            bin.at_s,
            bin.length_s,
            bin.issued,
            bin.ok,
            bin.bad,
            bin.latency_mean_ms,
            bin.latency_p95_ms,
            bin.calls,
            bin.values,
            bin.stale,
            bin.events,
            bin.disagreements
        );
        for number in bin.in_use.iter().chain(&bin.queue) {
            let _ = write!(text, ",{number}");
        }
        text.push_str("\r\n");
    }
    text
}

/// A field of a table as RFC 4180 has it. One that a spreadsheet would take for a formula gets an apostrophe.
fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_string()
    };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// All numbers of a run and its course, for programs. `settings` are what differs from the scenario as it ships.
pub fn numbers(run: &Run, settings: &[Setting]) -> Value {
    let settings: Map<String, Value> = settings
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    json!({
        "scenario": run.scenario().name,
        "settings": settings,
        "seed": run.scenario().seed,
        "simulated_s": run.now().as_secs(),
        "events": run.sim().events(),
        "numbers": run.numbers(),
        "series": run.series(),
    })
}

/// The scenario's document, as it can be read again: with only what differs from the defaults.
pub fn scenario(scenario: &Scenario) -> String {
    format!("{:#}\n", sparse(scenario))
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn a_field_is_quoted_where_it_must_be_and_is_never_a_formula() {
        assert_eq!(field("in_use.common"), "in_use.common");
        assert_eq!(field("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(field("=1+1"), "'=1+1");
    }
}
