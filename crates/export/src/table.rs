//! A run and its scenario for programs: the course as a table (CSV), all numbers as JSON, the scenario's document.

use run::Run;
use run::digest::{ENGINE, FNV_START, fnv_1a};
use run::metrics::{Bin, GuardBin, Numbers, Series};
use scenario::settings::Setting;
use scenario::sparse::sparse;
use scenario::{Named, Scenario};
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt::Write;

/// The course of a run, one line for each bin. Units are in the names of the columns, and the names are those of the JSON
/// form, so neither is translated; behind the point stands whose it is: a client, or a service.
pub fn csv(run: &Run) -> String {
    let series = run.course();
    let mut columns: Vec<String> = vec!["at_s".into(), "length_s".into()];
    for client in &series.clients {
        let of_client = OF_A_CLIENT.iter().map(|kind| format!("{kind}.{client}"));
        columns.extend(of_client);
    }
    columns.extend(["values", "stale", "events", "disagreements"].map(String::from));
    for kind in ["in_use", "queue"] {
        let services = run.plan().services.iter();
        columns.extend(services.map(|service| format!("{kind}.{}", service.name)));
    }
    let guards = guard_columns(&series);
    columns.extend(guards.iter().map(|(name, _)| name.clone()));
    let columns: Vec<String> = columns.iter().map(|column| field(column)).collect();
    let mut text = columns.join(",") + "\r\n";
    for bin in &series.bins {
        // Writing to a text never fails.
        let _ = write!(text, "{},{}", bin.at_s, bin.length_s);
        for client in &bin.clients {
            let _ = write!(
                text,
                ",{},{},{},{},{},{},{}",
                client.issued,
                client.ok,
                client.bad,
                client.declined,
                client.latency_mean_ms,
                client.latency_p95_ms,
                client.calls,
            );
        }
        let _ = write!(
            text,
            ",{},{},{},{}",
            bin.values, bin.stale, bin.events, bin.disagreements
        );
        for number in bin.in_use.iter().chain(&bin.queue) {
            let _ = write!(text, ",{number}");
        }
        for (_, number) in &guards {
            match number(bin) {
                Some(number) => {
                    let _ = write!(text, ",{number}");
                }
                None => text.push(','),
            }
        }
        text.push_str("\r\n");
    }
    text
}

/// A column about what stands in front of calls: its name, and its number in a bin.
type GuardColumn = (String, Box<dyn Fn(&Bin) -> Option<f64>>);

/// The columns of breakers, retry budgets and throttles. Where none stands, there is no column: most calls have none.
fn guard_columns(series: &Series) -> Vec<GuardColumn> {
    type Number = fn(&GuardBin) -> Option<f64>;
    let kinds: [(&str, Number); 7] = [
        ("breaker_open_share", |it| it.open_share),
        ("breaker_half_open_share", |it| it.half_open_share),
        ("kept_back_by_breaker", |it| {
            it.open_share.map(|_| it.kept_back_by_breaker as f64)
        }),
        ("retry_tokens_mean", |it| it.tokens_mean),
        ("retries_denied", |it| {
            (it.retries_denied > 0 || it.tokens_mean.is_some()).then_some(it.retries_denied as f64)
        }),
        ("throttle_mean", |it| it.throttle_mean),
        ("kept_back_by_throttle", |it| {
            it.throttle_mean.map(|_| it.kept_back_by_throttle as f64)
        }),
    ];
    let mut columns: Vec<GuardColumn> = Vec::new();
    for (place, guard) in series.guards.iter().enumerate() {
        for (kind, number) in kinds {
            let of_bin = move |bin: &Bin| bin.guards.get(place).and_then(number);
            if series.bins.iter().any(|bin| of_bin(bin).is_some()) {
                columns.push((format!("{kind}.{guard}"), Box::new(of_bin)));
            }
        }
    }
    columns
}

/// The columns that each client has.
const OF_A_CLIENT: [&str; 7] = [
    "issued",
    "ok",
    "bad",
    "declined",
    "latency_mean_ms",
    "latency_p95_ms",
    "calls",
];

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

/// A run for programs: what was run, what it came to, and its course.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunNumbers {
    /// The scenario's name in its document.
    pub scenario: String,
    /// What differs from the scenario as it ships, or as it stands in its document: settings by name, as `--set` takes them.
    pub settings: Named<String>,
    /// The seed of its random numbers: the same scenario with the same settings and the same seed gives the same numbers.
    pub seed: u64,
    /// The version of the engine; another one may come to other numbers.
    pub engine: u32,
    /// How much of the run was simulated, in seconds: from its beginning, the warm-up included.
    pub simulated_s: f64,
    /// How many events the engine has handled.
    pub events: u64,
    /// FNV-1a (64 bits, 16 hexadecimal digits) over the text of `numbers` and `series`, as JSON without spaces. Two runs
    /// with the same digest have the same numbers and the same course, to the last digit.
    pub digest: String,
    /// The totals: from the end of the warm-up, or from the last change of settings.
    pub numbers: Numbers,
    /// The course, from the beginning of the run.
    pub series: Series,
}

impl RunNumbers {
    /// What a run came to. `settings` are what differs from the scenario as it ships.
    pub fn new(run: &Run, settings: &[Setting]) -> RunNumbers {
        let mut named = Named::new();
        for (name, value) in settings {
            named.insert(name.clone(), value.clone());
        }
        let (numbers, series) = (run.numbers(), run.course());
        RunNumbers {
            scenario: run.scenario().name.clone(),
            settings: named,
            seed: run.scenario().seed,
            engine: ENGINE,
            simulated_s: run.now().as_secs(),
            events: run.sim().events(),
            digest: format!("{:016x}", digest(&numbers, &series)),
            numbers,
            series,
        }
    }
}

/// See [`RunNumbers::digest`].
fn digest(numbers: &Numbers, series: &Series) -> u64 {
    let text = json!([numbers, series]).to_string();
    fnv_1a(FNV_START, &text)
}

/// The digest of a run at this moment: [`RunNumbers::digest`] as a number.
pub fn digest_of(run: &Run) -> u64 {
    digest(&run.numbers(), &run.course())
}

/// All numbers of a run and its course, for programs. `settings` are what differs from the scenario as it ships.
pub fn numbers(run: &Run, settings: &[Setting]) -> Value {
    json!(RunNumbers::new(run, settings))
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
