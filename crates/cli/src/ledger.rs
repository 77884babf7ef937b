//! The ledger of a run: what disagrees, and how it came about.

use crate::report::{Table, count};
use run::Run;
use scenario::Named;
use serde::Serialize;
use sim::trace::{Anomaly, Finding};
use words::chain::chain;
use words::names::Names;
use words::truth_now::{BusinessKeyNow, Told, TruthNow, Watch, truth};
use words::{Lang, anomaly};

/// Keys whose chain is printed.
const EXAMPLES: usize = 3;

fn now(run: &Run) -> Option<(Names, TruthNow)> {
    let names = Names::new(run.scenario(), run.plan());
    let truth = truth(run, &names, &Watch::default(), (None, None))?;
    Some((names, truth))
}

fn told(told: Told) -> &'static str {
    match told {
        Told::Nothing => "nothing",
        Told::Done => "done",
        Told::Refused => "refused",
        Told::Failed => "failed",
    }
}

const ANOMALIES: [Anomaly; 3] = [
    Anomaly::DirtyRead,
    Anomaly::LostUpdate,
    Anomaly::ChangedAfterRead,
];

fn sentences(run: &Run, names: &Names, business_key: &BusinessKeyNow) -> Vec<String> {
    let known = run.sim().ledger().business_key(business_key.key);
    known.map_or(Vec::new(), |known| {
        chain(run.plan(), names, &known.history)
            .iter()
            .map(|(at, deed)| format!("{at:.3} s  {}", deed.text(Lang::En)))
            .collect()
    })
}

/// A kind of disagreement as programs know it.
fn kind(finding: Finding) -> &'static str {
    match finding {
        Finding::Lost => "lost",
        Finding::Duplicated => "duplicated",
        Finding::Orphaned => "orphaned",
        Finding::HalfDone => "half-done",
        Finding::PromisedNotDone => "promised, not done",
        Finding::DoneButRefused => "done, but refused",
        Finding::Differs => "differs",
    }
}

fn wrong(run: &Run, business_key: &BusinessKeyNow) -> Vec<String> {
    let rules = run.plan().ledger.as_ref().map(|it| &it.rules);
    let kinds = business_key.wrong.iter().map(|(what, rule)| {
        let rule = rule.and_then(|rule| rules?.get(rule as usize));
        let rule = rule.map_or("", |rule| rule.name.as_str());
        format!("{rule} {}", kind(*what)).trim().to_string()
    });
    kinds.collect()
}

/// What is printed of it; nothing if the scenario does not say what the truth is.
pub fn report(run: &Run) -> String {
    let Some((names, truth)) = now(run) else {
        return String::new();
    };
    let counts = &truth.counts;
    let mut text = format!(
        "\nledger: {} of {} business keys disagree; {} in progress, {} wait for manual repair\n",
        count(counts.disagree),
        count(counts.closed),
        count(counts.open),
        count(counts.with_operator),
    );
    let mut table = Table::new(["disagreement", "now", "ever"]);
    for finding in Finding::ALL {
        table.row([
            kind(finding).to_string(),
            count(counts.now[finding as usize]),
            count(counts.ever[finding as usize]),
        ]);
    }
    text += &format!("{table}");
    for kind in ANOMALIES {
        let number = counts.anomalies[kind as usize];
        if number > 0 {
            text += &format!("{}: {}\n", anomaly(kind, Lang::En), count(number));
        }
    }
    for business_key in truth.broken.iter().take(EXAMPLES) {
        let wrong = wrong(run, business_key).join(", ");
        let key = names
            .writing
            .business_key(business_key.shown)
            .text(Lang::En);
        text += &format!("\n{key}: {wrong}\n");
        for sentence in sentences(run, &names, business_key) {
            text += &format!("  {sentence}\n");
        }
    }
    text
}

/// How the records of all business keys stand at the end of a run. (What was found and mended until then is counted in
/// `numbers.ledger`.)
#[derive(Serialize, schemars::JsonSchema)]
pub struct LedgerDocument {
    /// Business keys for which nothing is under way any more, since counting began.
    closed: u64,
    /// Business keys for which something is under way.
    open: u64,
    /// Of the closed ones: whose records disagree now.
    disagree: u64,
    /// Business keys that wait for manual repair now.
    with_operator: u64,
    /// Those that disagree now, the newest first; at most as many as are kept.
    disagreements: Vec<Disagreement>,
}

/// A business key whose records disagree.
#[derive(Serialize, schemars::JsonSchema)]
struct Disagreement {
    /// The business key's number.
    key: u32,
    /// What is wrong: the rule of the ledger (if it has a name) and the kind of disagreement, such as `stock lost`.
    wrong: Vec<String>,
    /// Since when, in seconds of the run.
    since_s: f64,
    /// What the client was told: `nothing`, `done`, `refused` or `failed`.
    told: String,
    /// By table (`store.table`): the record that is there, or null if there is none.
    stores: Named<Option<RecordDocument>>,
    /// How it came about: sentences in English, each with its time.
    chain: Vec<String>,
}

/// A record in a table.
#[derive(Serialize, schemars::JsonSchema)]
struct RecordDocument {
    /// Its state.
    state: String,
    /// How many rows there are for the key: more than one is a duplicate.
    rows: u16,
    /// How often it was written.
    version: u32,
}

/// The open disagreements for programs, the newest first and bounded; nothing if the scenario does not say what the truth is.
pub fn document(run: &Run) -> Option<LedgerDocument> {
    let (names, truth) = now(run)?;
    let tables = &run.plan().tables;
    let broken = truth.broken.iter().map(|business_key| {
        let mut stores = Named::new();
        for (table, cell) in truth.columns.iter().zip(&business_key.cells) {
            let record = cell.row.as_ref().map(|row| RecordDocument {
                state: row.state.clone(),
                rows: row.rows,
                version: row.version,
            });
            stores.insert(tables[*table as usize].name.clone(), record);
        }
        Disagreement {
            key: business_key.shown,
            wrong: wrong(run, business_key),
            since_s: business_key.since_s,
            told: told(business_key.told).to_string(),
            stores,
            chain: sentences(run, &names, business_key),
        }
    });
    let counts = &truth.counts;
    Some(LedgerDocument {
        closed: counts.closed,
        open: counts.open,
        disagree: counts.disagree,
        with_operator: counts.with_operator,
        disagreements: broken.collect(),
    })
}
