//! What a document says about the truth: what must hold for each business key, and who looks after it.

use super::document::Text;
use super::named::Named;
use kernel::time::Span;
use serde::{Deserialize, Serialize};

/// What must hold for each business key, once nothing is under way for it any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// The client who is promised something.
    pub client: String,
    /// The record that decides, as `"store.table"`.
    pub record: String,
    /// Its states in which the promise is kept; in all others, or if there is no record, nothing may have happened.
    #[cfg_attr(feature = "schema", schemars(extend("minItems" = 1, "maxItems" = 16)))]
    pub accepted: Vec<String>,
    /// Its states in which something is still to come: a record that stays there is half-done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 16)))]
    pub open: Vec<String>,
    /// What the page calls one business key, as a singular noun: "order". Without it, "key".
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub key_title: Text,
    /// What the other stores must hold, by name.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 16)))]
    pub rules: Named<Rule>,
}

/// What another store must hold for a business key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What the page calls it.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// The table, as `"store.table"`.
    pub table: String,
    /// Records count in these states only; without any, in each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 16)))]
    pub states: Vec<String>,
    /// How many there must be if the promise is kept.
    #[serde(default = "one")]
    pub accepted: Times,
    /// How many there may be if it is not.
    #[serde(default)]
    pub refused: Times,
    /// Whether the record's numbers must be those of the deciding record.
    #[serde(default)]
    pub same: bool,
}

/// A number of records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Times {
    /// At least so many.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1000)))]
    pub min: u32,
    /// At most so many.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1000)))]
    pub max: u32,
}

/// A job that compares the records of two services and repairs what disagrees (대사).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reconciliation {
    /// What the page calls it.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// Whether it runs; a control can switch it off.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// How often it begins.
    #[serde(default = "thirty_seconds")]
    pub every: Span,
    /// How far back it looks.
    #[serde(default = "ten_minutes")]
    pub window: Span,
    /// What is younger than this is still in flight, and left alone.
    #[serde(default = "ten_seconds")]
    pub grace: Span,
    /// The side that decides: its service does the work.
    pub left: Side,
    /// The side that is compared with it.
    pub right: Side,
    /// How often a row must be right for each row that is left.
    #[serde(default = "one")]
    pub times: Times,
    /// What is done about a key that the left side has and the right side has not.
    #[serde(default)]
    pub missing: Repair,
    /// What is done about a key that the right side has and the left side has not.
    #[serde(default)]
    pub surplus: Repair,
    /// What is done about a key that the right side has too often.
    #[serde(default)]
    pub repeated: Repair,
    /// How long the comparison takes on top of reading the rows.
    #[serde(default)]
    pub takes: Span,
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// The table, as `"store.table"`.
    pub table: String,
    /// Records count in these states only; without any, in each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 16)))]
    pub states: Vec<String>,
    /// Records in these states are in flight: they are left alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 16)))]
    pub pending: Vec<String>,
}

/// What a reconciliation does about a key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Repair {
    /// It goes to the people who look at such things by hand.
    #[default]
    Manual,
    /// An operation is called with the key: it completes or cancels.
    Call(String),
    /// An event is published anew, on this topic.
    Publish(String),
}

fn yes() -> bool {
    true
}
fn one() -> Times {
    Times { min: 1, max: 1 }
}
fn thirty_seconds() -> Span {
    Span::from_secs(30)
}
fn ten_seconds() -> Span {
    Span::from_secs(10)
}
fn ten_minutes() -> Span {
    Span::from_secs(600)
}
