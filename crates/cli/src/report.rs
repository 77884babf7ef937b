//! The numbers of a run for people: tables whose columns line up, every number with its unit.

use run::Run;
use run::metrics::numbers::{LatencyNumbers, Numbers};
use std::fmt;
use std::time::Duration;

/// A table: texts to the left, numbers to the right.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub fn new<const N: usize>(headings: [&str; N]) -> Table {
        Table {
            rows: vec![headings.map(String::from).to_vec()],
        }
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }
}

/// Columns on a terminal: Hangul and other East Asian letters take two.
fn width(text: &str) -> usize {
    let wide = |c: char| matches!(u32::from(c), 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF00..=0xFF60);
    text.chars().map(|c| 1 + usize::from(wide(c))).sum()
}

/// Whether a cell is a number (with its unit) or stands for one.
fn is_number(cell: &str) -> bool {
    cell.is_empty() || cell == "-" || cell.starts_with(|c: char| c.is_ascii_digit() || c == '±')
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.first().map_or(0, Vec::len);
        let column = |index: usize| self.rows.iter().map(move |row| row[index].as_str());
        let widths: Vec<usize> = (0..columns)
            .map(|index| column(index).map(width).max().unwrap_or(0))
            .collect();
        let right: Vec<bool> = (0..columns)
            .map(|index| index > 0 && column(index).skip(1).all(is_number))
            .collect();
        for row in &self.rows {
            let mut line = String::new();
            for (index, cell) in row.iter().enumerate() {
                let space = " ".repeat(widths[index] - width(cell));
                let gap = if index == 0 { "" } else { "  " };
                line += &if right[index] {
                    format!("{gap}{space}{cell}")
                } else {
                    format!("{gap}{cell}{space}")
                };
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// Milliseconds in the unit that suits them, with three digits: `850us`, `12.3ms`, `4.57s`.
fn time(ms: f64) -> String {
    match ms {
        0.0 => "0".into(),
        _ if ms < 0.9995 => format!("{}us", three(ms * 1e3)),
        _ if ms < 999.5 => format!("{}ms", three(ms)),
        _ => format!("{}s", three(ms / 1e3)),
    }
}

/// Three digits, more only before the point.
fn three(x: f64) -> String {
    match x.abs() {
        0.0 => "0".into(),
        size if size < 9.995 => format!("{x:.2}"),
        size if size < 99.95 => format!("{x:.1}"),
        _ => format!("{x:.0}"),
    }
}

/// A count with its thousands apart.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

fn latency(numbers: &LatencyNumbers) -> [String; 5] {
    if numbers.count == 0 {
        return std::array::from_fn(|_| "-".into());
    }
    [
        numbers.mean,
        numbers.p50,
        numbers.p95,
        numbers.p99,
        numbers.max,
    ]
    .map(time)
}

/// What a run came to.
pub fn report(run: &Run, took: Duration) -> String {
    let numbers = run.numbers();
    let scenario = run.scenario();
    let mut text = format!(
        "{}, seed {}: {} s simulated{}, {} events in {} s\n",
        scenario.name,
        scenario.seed,
        three(run.now().as_secs()),
        if numbers.from_s > 0.0 {
            format!(" (the first {} s not counted)", three(numbers.from_s))
        } else {
            String::new()
        },
        count(run.sim().events()),
        three(took.as_secs_f64()),
    );
    let tables = [
        (clients(&numbers), numbers.clients.len()),
        (operations(&numbers), numbers.operations.len()),
        (services(&numbers), numbers.services.len()),
        (stores(&numbers), numbers.stores.len()),
        (references(&numbers), numbers.references.len()),
        (caches(&numbers), numbers.caches.len()),
        (
            guards(&numbers),
            numbers.guards.iter().filter(|it| it.is_there()).count(),
        ),
        (topics(&numbers), numbers.writing.topics.len()),
        (subscriptions(&numbers), numbers.writing.subscriptions.len()),
        (
            reconciliations(&numbers),
            numbers.writing.reconciliations.len(),
        ),
    ];
    for (table, rows) in tables {
        if rows > 0 {
            text += &format!("\n{table}");
        }
    }
    if numbers.changes + numbers.events > 0 {
        text += &format!(
            "\n{} changes of rows; {} messages to keep copies in step\n",
            count(numbers.changes),
            count(numbers.events)
        );
    }
    text += &crate::ledger::report(run);
    text
}

fn clients(numbers: &Numbers) -> Table {
    let mut table = Table::new([
        "client",
        "asked",
        "ok",
        "ok/s",
        "declined",
        "failed",
        "refused",
        "rejected",
        "timed out",
        "kept back",
        "attempts",
        "waiting",
        "calls each",
        "mean",
        "95 %",
        "p50",
        "p95",
        "p99",
        "max",
    ]);
    for it in &numbers.clients {
        let [mean, p50, p95, p99, max] = latency(&it.latency_ms);
        table.row([
            it.name.clone(),
            count(it.asked()),
            count(it.ok),
            format!("{}/s", three(it.ok_per_s)),
            count(it.declined),
            count(it.failed),
            count(it.refused),
            count(it.rejected),
            count(it.timed_out),
            count(it.not_permitted),
            count(it.attempts),
            count(it.in_flight),
            three(it.calls_per_request),
            mean,
            it.mean_within_ms
                .map_or("-".into(), |within| format!("±{}", time(within))),
            p50,
            p95,
            p99,
            max,
        ]);
    }
    table
}

/// What an operation is called: one that is run for the messages of a topic, or as a part of a two-phase commit, by the
/// operation that it is one of and the reason.
fn operation(name: &str) -> String {
    match name.split_once('#') {
        Some((named, why)) => match why.split_once('/') {
            Some((topic, _)) => format!("{named}, from {topic}"),
            None => format!("{named}, {why}"),
        },
        None => name.to_string(),
    }
}

fn operations(numbers: &Numbers) -> Table {
    let mut table = Table::new([
        "operation",
        "asked",
        "ok",
        "declined",
        "failed",
        "refused",
        "rejected",
        "timed out",
        "kept back",
        "attempts",
        "waiting",
        "mean",
        "p50",
        "p95",
        "p99",
        "max",
    ]);
    for it in &numbers.operations {
        let [mean, p50, p95, p99, max] = latency(&it.latency_ms);
        table.row([
            operation(&it.name),
            count(it.asked()),
            count(it.ok),
            count(it.declined),
            count(it.failed),
            count(it.refused),
            count(it.rejected),
            count(it.timed_out),
            count(it.not_permitted),
            count(it.attempts),
            count(it.in_flight),
            mean,
            p50,
            p95,
            p99,
            max,
        ]);
    }
    table
}

fn services(numbers: &Numbers) -> Table {
    let mut table = Table::new([
        "service",
        "came in",
        "finished",
        "turned away",
        "threads",
        "utilisation",
        "in use",
        "peak",
        "only waiting",
        "queue",
        "queue peak",
        "inside at once",
        "held, mean",
        "held, p95",
    ]);
    for it in &numbers.services {
        let [mean, _, p95, ..] = latency(&it.held_ms);
        table.row([
            it.name.clone(),
            count(it.requests_in),
            count(it.finished),
            count(it.turned_away),
            count(it.threads.into()),
            percent(it.utilisation),
            three(it.in_use_mean),
            count(it.in_use_peak.into()),
            three(it.waiting_mean),
            three(it.queue_mean),
            count(it.queue_peak.into()),
            count(it.concurrent_peak.into()),
            mean,
            p95,
        ]);
    }
    table
}

fn stores(numbers: &Numbers) -> Table {
    let mut table = Table::new([
        "store",
        "queries",
        "utilisation",
        "busy",
        "wait for a connection",
        "at most",
    ]);
    for it in &numbers.stores {
        table.row([
            it.name.clone(),
            count(it.queries),
            percent(it.utilisation),
            three(it.busy_mean),
            three(it.wanted_mean),
            count(it.wanted_peak.into()),
        ]);
    }
    table
}

fn references(numbers: &Numbers) -> Table {
    let mut table = Table::new([
        "reference",
        "strategy",
        "lists",
        "values",
        "calls",
        "calls per list",
        "hits",
        "stale",
        "stale for",
        "at most",
        "messages",
        "lag",
    ]);
    for it in &numbers.references {
        let strategy = serde_json::to_value(it.strategy).ok();
        table.row([
            it.name.clone(),
            strategy
                .as_ref()
                .and_then(|value| value.as_str())
                .unwrap_or_default()
                .to_string(),
            count(it.lists),
            count(it.values),
            count(it.calls),
            three(it.calls_per_list),
            it.hit_rate.map_or("-".into(), percent),
            percent(it.stale_share),
            time(it.stale_age_mean_ms),
            time(it.stale_age_max_ms),
            count(it.events),
            time(it.event_lag_mean_ms),
        ]);
    }
    table
}

/// Whole instances, tokens or probabilities: nothing where there is no such thing.
fn if_any(number: Option<String>) -> String {
    number.unwrap_or_else(|| "-".into())
}

fn guards(numbers: &Numbers) -> Table {
    let mut table = Table::new([
        "in front of calls",
        "breaker opened",
        "open",
        "half-open",
        "open now",
        "kept back",
        "tokens",
        "retries denied",
        "throttle",
        "kept back ",
    ]);
    for it in numbers.guards.iter().filter(|it| it.is_there()) {
        table.row([
            it.name.clone(),
            if_any(it.open_share.map(|_| count(it.opened))),
            if_any(it.open_share.map(percent)),
            if_any(it.half_open_share.map(percent)),
            if_any(it.open_now.map(count)),
            if_any(it.open_share.map(|_| count(it.kept_back_by_breaker))),
            if_any(it.tokens_mean.map(three)),
            count(it.retries_denied),
            if_any(it.throttle_mean.map(percent)),
            if_any(it.throttle_mean.map(|_| count(it.kept_back_by_throttle))),
        ]);
    }
    table
}

fn topics(numbers: &Numbers) -> Table {
    let mut table = Table::new([
        "topic",
        "published",
        "ignored",
        "not confirmed",
        "relay deaths",
        "delay, mean",
        "at most",
    ]);
    for it in &numbers.writing.topics {
        table.row([
            it.name.clone(),
            count(it.published),
            count(it.ignored),
            count(it.failed),
            count(it.relay_deaths),
            time(it.delay_mean_ms),
            time(it.delay_max_ms),
        ]);
    }
    table
}

fn subscriptions(numbers: &Numbers) -> Table {
    let mut table = Table::new([
        "subscription",
        "delivered",
        "again",
        "acknowledged",
        "returned",
        "duplicated",
        "dead letters",
        "too old",
        "driven anew",
    ]);
    for it in &numbers.writing.subscriptions {
        table.row([
            it.name.clone(),
            count(it.delivered),
            count(it.redelivered),
            count(it.acked),
            count(it.returned),
            count(it.duplicated),
            count(it.dead_lettered),
            count(it.expired),
            count(it.redriven),
        ]);
    }
    table
}

fn reconciliations(numbers: &Numbers) -> Table {
    let mut table = Table::new([
        "reconciliation",
        "runs",
        "compared",
        "repaired",
        "left to manual repair",
    ]);
    for it in &numbers.writing.reconciliations {
        table.row([
            it.name.clone(),
            count(it.runs),
            count(it.compared),
            count(it.repaired),
            count(it.manual),
        ]);
    }
    table
}

fn caches(numbers: &Numbers) -> Table {
    let mut table = Table::new([
        "cache",
        "looks",
        "hits",
        "stale of the hits",
        "age of the hits",
        "messages",
    ]);
    for it in &numbers.caches {
        table.row([
            it.name.clone(),
            count(it.lookups),
            it.hit_rate.map_or("-".into(), percent),
            percent(it.stale_given_hit),
            time(it.age_mean_ms),
            count(it.events),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_called_by_what_it_is_one_of() {
        assert_eq!(operation("payment.charge"), "payment.charge");
        assert_eq!(
            operation("payment.charge#ordered/payment"),
            "payment.charge, from ordered"
        );
        assert_eq!(operation("stock.reserve#prepare"), "stock.reserve, prepare");
    }

    #[test]
    fn the_columns_of_a_table_line_up_in_both_languages() {
        let mut table = Table::new(["name", "what", "n"]);
        table.row(["상담".into(), "목록".into(), "7".into()]);
        table.row(["consultation".into(), "list".into(), "1,000".into()]);
        let expected =
            "name          what      n\n상담          목록      7\nconsultation  list  1,000\n";
        assert_eq!(table.to_string(), expected);
    }

    fn check_time(ms: f64, expected: &str) {
        assert_eq!(time(ms), expected);
    }

    #[test]
    fn a_time_has_three_digits_and_the_unit_that_suits_it() {
        check_time(0.0, "0");
        check_time(0.25, "250us");
        check_time(0.9999, "1.00ms");
        check_time(12.34, "12.3ms");
        check_time(999.7, "1.00s");
        check_time(123_456.0, "123s");
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(
            ["0", "999", "1,000", "1,234,567"],
            [0, 999, 1000, 1_234_567]
                .map(count)
                .each_ref()
                .map(String::as_str)
        );
    }
}
