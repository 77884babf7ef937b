//! What `msa run --json` prints, as a type: its JSON Schema is made from it (`msa schema --run`, `static/run.schema.json`).

use crate::ledger::{self, LedgerDocument};
use crate::run::End;
use export::table::RunNumbers;
use kernel::time::Span;
use run::Run;
use scenario::settings::Setting;
use serde::Serialize;

/// A run of msa-playground.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(title = "A run of msa-playground")]
pub struct RunDocument {
    #[serde(flatten)]
    run: RunNumbers,
    /// How long the run was to be, in seconds (`--for`, or the scenario's `duration`).
    asked_for_s: f64,
    /// Why it is shorter than that: `"interrupted"` by a person, or the bound of the engine that it reached, in words.
    /// Nothing if it is as long as it was to be.
    stopped: Option<String>,
    /// How the records stand at the end of the run; nothing if the scenario does not say what the truth is. What was found
    /// and mended until then is counted in `numbers.ledger`.
    ledger: Option<LedgerDocument>,
}

impl RunDocument {
    /// What a run came to.
    pub fn new(run: &Run, settings: &[Setting], asked_for: Span, end: End) -> RunDocument {
        RunDocument {
            run: RunNumbers::new(run, settings),
            asked_for_s: asked_for.as_secs(),
            stopped: match end {
                End::Reached => None,
                End::Bound(limit) => Some(limit.to_string()),
                End::Interrupted => Some("interrupted".into()),
            },
            ledger: ledger::document(run),
        }
    }

    /// As it is printed.
    pub fn text(&self) -> String {
        format!("{:#}\n", serde_json::json!(self))
    }
}
