//! The headline: the outcome that tells a scenario's story, and what it costs.

use super::Scenario;
use serde::{Deserialize, Serialize};

/// The outcome that tells a scenario's story: the largest number on the page, with its price beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Headline {
    /// What the story is about.
    pub kind: HeadlineKind,
    /// What it costs.
    pub price: Price,
}

/// What a scenario's story is about. All are of the client that asks for the offer's operation (or else the first one).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HeadlineKind {
    /// The mean latency of what ended well: less is better.
    Latency,
    /// Requests a second that ended well while somebody still waited for the answer, beside those that were asked a
    /// second; and the time since the last fault ended: more is better.
    Goodput,
    /// The share of values that were out of date when they were read: less is better.
    Stale,
    /// Anomalies of isolation: dirty reads, lost updates, and writes built upon what had changed since it was read. Less
    /// is better.
    Anomalies,
    /// Business keys whose records disagree: less is better.
    Disagreements,
}

/// What a headline costs. Of each, less is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Price {
    /// Calls between services for one request, whether it ended well or not.
    Calls,
    /// Messages between services for one request: calls, and events that keep copies in step.
    Messages,
    /// The mean latency of what ended well.
    Latency,
    /// The share of requests that failed: with an error, refused, or without an answer in time.
    Failed,
    /// The share of requests that were told "no" because of a business rule.
    Declined,
    /// The share of values that were out of date when they were read.
    Stale,
    /// Business keys for which something is still under way.
    InFlight,
}

impl Scenario {
    /// The headline that the document names, or else the one that fits it: disagreements and latency where it says what
    /// must hold, latency and calls where it does not.
    pub fn headline(&self) -> Headline {
        let usual = match self.ledger {
            Some(_) => Headline {
                kind: HeadlineKind::Disagreements,
                price: Price::Latency,
            },
            None => Headline {
                kind: HeadlineKind::Latency,
                price: Price::Calls,
            },
        };
        self.headline.unwrap_or(usual)
    }
}
