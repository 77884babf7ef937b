//! What a document says about writing: records, local transactions, locks, and how the participants of one business
//! transaction are coordinated.
//!
//! Each strategy here is a setting of its own, so that a control can switch it; `sim/plan/` turns it into instructions.

use super::named::Named;
use super::resilience::{Breaker, Retry, Throttle};
use super::{Popularity, Step};
use kernel::time::Span;
use serde::{Deserialize, Serialize};

/// Numbers that a record holds beside its state, at most.
pub const FIELDS_MAX: usize = 4;
/// States that a table of records knows, at most.
pub const STATES_MAX: usize = 16;
/// A document's numbers are no further from 0, so that many changes add up to one that fits.
pub const NUMBER_MAX: i32 = 1_000_000;

/// The schema of a record's number.
#[cfg(feature = "schema")]
pub(super) fn number() -> serde_json::Value {
    serde_json::json!({"type": "integer", "minimum": -NUMBER_MAX, "maximum": NUMBER_MAX})
}

/// What a client's requests are about: the business key that every call, row and event of theirs carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientKey {
    /// A new one each time: an order, an enrolment.
    New,
    /// That of a record which is there from the start: a customer, a prescription.
    RowOf {
        /// The table, as `"store.table"`.
        table: String,
        /// How often each record is meant.
        #[serde(default)]
        popularity: Popularity,
    },
    /// One of the last hundred that another client has begun with a new one: somebody looks at an order.
    Recent {
        /// The other client.
        client: String,
    },
}

/// A person who was told of a failure and tries again by hand, for the same business key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Again {
    /// The share of failures after which somebody does.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub share: f64,
    /// After how long.
    pub wait: Span,
    /// How often for one key, at most.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
    pub times: u32,
}

impl Default for Again {
    fn default() -> Self {
        Again {
            share: 1.0,
            wait: Span::from_secs(3),
            times: 1,
        }
    }
}

/// Records in this state become something else when nobody touches them for so long: a try that nobody confirms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Expiry {
    /// The state.
    pub state: String,
    /// How long it lasts.
    pub after: Span,
    /// What becomes of it.
    pub to: String,
}

/// A local transaction: begins, does its steps, commits. A failure or a crash before the end rolls it back. It holds its
/// connection and the locks on the rows it has written all the while, also during calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Transaction {
    /// The store.
    pub store: String,
    /// The steps. Each statement takes the store's `query_time`, the commit its `write_time`.
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 100)))]
    pub steps: Vec<Step>,
}

/// Which record of a table a statement is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Row {
    /// The one with the request's business key.
    #[default]
    Key,
    /// One of those that were there from the start, which many business keys share: the stock of a product. The key
    /// decides which.
    Shared,
}

/// Inserts a record with the request's business key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Insert {
    /// The store.
    pub store: String,
    /// The table, which must have states.
    pub table: String,
    /// The record's state; the first of the table's without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Its numbers; what is not named is 0.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 4, "additionalProperties" = number())))]
    pub set: Named<i32>,
    /// Numbers that it takes over from the record that was read before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 4)))]
    pub take: Vec<String>,
    /// What happens if the key is there already.
    #[serde(default)]
    pub on_duplicate: OnDuplicate,
}

/// What an insert does if its business key is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OnDuplicate {
    /// The key is unique: the statement fails, and its transaction with it.
    Fail,
    /// The key is unique and the violation is ignored: the transaction ends there, having done nothing, and all is well.
    Ignore,
    /// There is no unique key: the record is there twice.
    #[default]
    Add,
}

/// Changes a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Update {
    /// The store.
    pub store: String,
    /// The table, which must have states.
    pub table: String,
    /// Which record.
    #[serde(default)]
    pub row: Row,
    /// It is changed only in one of these states; without any, in each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 16)))]
    pub from: Vec<String>,
    /// Its new state; without it, it keeps the one it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Numbers that are set.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 4, "additionalProperties" = number())))]
    pub set: Named<i32>,
    /// Numbers that the database adds to, whatever they are at that moment.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 4, "additionalProperties" = number())))]
    pub add: Named<i32>,
    /// Numbers that the application works out from what it had read before (read, plus so much), and sets.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 4, "additionalProperties" = number())))]
    pub change: Named<i32>,
    /// One of these numbers, equally likely each, gets a value that was never there before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 4)))]
    pub renew: Vec<String>,
    /// No number may become less than 0: the condition is not met then.
    #[serde(default)]
    pub not_negative: bool,
    /// The version it must have to be changed.
    #[serde(default)]
    pub if_version: IfVersion,
    /// What happens if it is not there, or a condition is not met.
    #[serde(default)]
    pub otherwise: Otherwise,
}

/// The version that a record must have to be changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum IfVersion {
    /// Any.
    #[default]
    Any,
    /// The one that was read before: optimistic locking.
    AsRead,
}

/// What a condition that is not met means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    /// The operation declines: the answer is "no", because of a business rule.
    #[default]
    Decline,
    /// The operation fails.
    Fail,
    /// The statement does nothing and the operation goes on.
    Ignore,
}

/// Reads the record with the request's business key. What was read goes back with the answer, and on with later calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadRow {
    /// The store.
    pub store: String,
    /// The table, which must have states.
    pub table: String,
    /// States in which the record is not given out; the operation declines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 16)))]
    pub not_in: Vec<String>,
}

/// Takes records of the request's business key away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Remove {
    /// The store.
    pub store: String,
    /// The table, which must have states.
    pub table: String,
    /// So many stay: 1 takes away what is there more than once.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1000)))]
    pub keep: u32,
}

/// Writes what an event carries into a table of one's own: a copy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Apply {
    /// The store.
    pub store: String,
    /// The table, which must have states and the fields of the event's.
    pub table: String,
}

/// Publishes an event about a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// The topic; how the event leaves is set there.
    pub topic: String,
    /// The table whose record the event carries, as `"store.table"`; without it, it carries the key alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

/// The answer is "no" because of a business rule, with this probability: a card is declined, a course is full.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Decline {
    /// The share of requests, 0 to 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub share: f64,
}

/// How one piece of work is kept from the hands of others between two local transactions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// Not at all, by the version, by a state of the record or by a lock of its own.
    #[serde(default)]
    pub by: LockBy,
    /// The table whose records are protected, as `"store.table"`. The lock is kept in the same store.
    pub table: String,
    /// For `semantic`: the state that says "somebody is at work on it".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// For `offline` and `semantic`: after so long it is gone by itself.
    #[serde(default = "thirty_seconds")]
    pub lease: Span,
    /// For `offline` and `semantic`: how long the next one waits for it, asking again and again; then it declines.
    #[serde(default)]
    pub wait: Span,
}

/// How a record is protected between two local transactions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LockBy {
    /// Not at all.
    #[default]
    None,
    /// Optimistic: an update fails if somebody was faster.
    Version,
    /// A state of the record keeps others away (semantic lock, the "try" of TCC).
    Semantic,
    /// A lock row with a lease (pessimistic offline lock).
    Offline,
}

/// Takes or gives back a lock on the record with the request's business key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UseLock {
    /// The lock, by name.
    pub lock: String,
}

/// Does a business transaction with its participants; how is set in `processes`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Coordinate {
    /// The process, by name.
    pub process: String,
}

/// One business transaction over several services.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// How its participants are coordinated.
    #[serde(default)]
    pub by: Coordination,
    /// The coordinator's own record, as `"store.table"`: it decides whether the business transaction has happened.
    pub record: String,
    /// The record's state while nothing is decided.
    #[serde(default = "requested")]
    pub open: String,
    /// The record's state when it has happened.
    #[serde(default = "accepted")]
    pub accepted: String,
    /// The record's state when it has not.
    #[serde(default = "refused")]
    pub refused: String,
    /// Who takes part, in order.
    #[cfg_attr(feature = "schema", schemars(extend("minItems" = 1, "maxItems" = 12)))]
    pub participants: Vec<Participant>,
    /// For `events` and `choreography`: the topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Whether a participant whose answer is missing (nobody knows what it did) is undone, too.
    #[serde(default = "yes")]
    pub undo_unknown: bool,
    /// For `two_phase_commit`: after how long a coordinator that died is back, and ends what it had begun.
    #[serde(default = "a_minute")]
    pub recovery: Span,
    /// A log of outgoing calls, as `"store.table"` in the coordinator's store: a row before each call, and its result
    /// after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_log: Option<CallLog>,
}

/// A log of outgoing calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CallLog {
    /// Whether it is kept; a control can switch it off.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Its table, as `"store.table"`, with the states `called`, `done`, `failed` and `unknown`.
    pub table: String,
    /// The participant whose calls it has, by operation.
    pub of: String,
}

/// How the participants of a business transaction are coordinated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Coordination {
    /// One database: the monolith we compare with. The participants' writes are in the one local transaction; only what
    /// is external is called.
    OneDatabase,
    /// All participants prepare, then all commit (XA). External systems cannot prepare; they are called in between.
    TwoPhaseCommit,
    /// Synchronous calls, one after the other, inside the local transaction. What was done elsewhere stays if one fails.
    #[default]
    Calls,
    /// Synchronous calls; if one fails, those before it are undone, in reverse order.
    Compensation,
    /// Try, confirm, cancel: as `compensation`, with participants that only reserve and are told to confirm at the end.
    Tcc,
    /// Calls with compensation up to the pivot, then one commit that decides; the rest follows by event.
    Events,
    /// Events only: each participant reacts to what the one before it has published.
    Choreography,
}

/// One who takes part in a business transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Participant {
    /// What it does, as `"service.operation"`.
    pub operation: String,
    /// What undoes it, as `"service.operation"`; without it, it cannot be undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<String>,
    /// For `tcc`: what it does instead, so that it can still be confirmed or cancelled, as `"service.operation"`; without
    /// it, what it does anyway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserve: Option<String>,
    /// For `tcc`: what makes it final, as `"service.operation"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<String>,
    /// Whether the outcome is decided with it: for `events`, what comes after it follows by event.
    #[serde(default)]
    pub pivot: bool,
    /// How long an answer is waited for.
    #[serde(default = "five_seconds")]
    pub timeout: Span,
    /// How a failed call is tried again by its caller; without it, it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Box<Retry>>,
    /// The circuit breaker in front of its calls, one for each calling instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaker: Option<Box<Breaker>>,
    /// The throttle in front of its calls, one for each calling instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Throttle>,
    /// How a failed `undo` or `confirm` is tried again; without it, it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo_retry: Option<Box<Retry>>,
}

fn yes() -> bool {
    true
}
fn requested() -> String {
    "requested".into()
}
fn accepted() -> String {
    "accepted".into()
}
fn refused() -> String {
    "refused".into()
}
fn five_seconds() -> Span {
    Span::from_secs(5)
}
fn thirty_seconds() -> Span {
    Span::from_secs(30)
}
fn a_minute() -> Span {
    Span::from_secs(60)
}
