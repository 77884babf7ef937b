//! The scenario document: the types that are the format.
//!
//! Everything has a default that makes a small document short; the bounds stand in the schema attributes, from which
//! the published JSON Schema and the messages of the checker both come, so that they cannot disagree.

use super::binding;
use super::bus::Topic;
use super::choose::Choose;
use super::distribution::Distribution;
use super::fault::Fault;
use super::headline::Headline;
use super::named::Named;
use super::resilience::{Breaker, Retry, Throttle};
use super::truth::{Ledger, Reconciliation};
use super::writes::{
    Again, Apply, ClientKey, Coordinate, Decline, Expiry, Insert, Lock, Process, Publish, ReadRow,
    Remove, Transaction, Update, UseLock,
};
use kernel::time::Span;
use message::Lang;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The version of the document format that this engine reads and writes.
pub const FORMAT_VERSION: u32 = 1;

/// The whole document: a small world of services, their stores and the people who use them, and what goes wrong in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The version of the format: 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1)))]
    pub version: u32,
    /// A short name for links: lower-case letters, digits and hyphens.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 60)))]
    pub name: String,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// What it shows, in one or two sentences.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub summary: Text,
    /// The luck of the run: same document, same seed, same trace.
    #[serde(default = "one")]
    #[cfg_attr(
        feature = "schema",
        schemars(range(min = 0, max = 9_007_199_254_740_991_u64))
    )]
    pub seed: u64,
    /// How long a headless run lasts, in simulated time.
    #[serde(default = "a_minute")]
    pub duration: Span,
    /// What happens before this time is left out of the totals (the system is still filling up).
    #[serde(default)]
    pub warm_up: Span,
    /// The moment at which the page opens the run, so that what it is about can be seen at once. (A headless run begins at
    /// 0 all the same.)
    #[serde(default)]
    pub opens_at: Span,
    /// The services, by name.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 64)))]
    pub services: Named<Service>,
    /// The stores (databases), by name; each belongs to one service.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 64)))]
    pub stores: Named<Store>,
    /// Every link that `links` does not name.
    #[serde(default)]
    pub network: Link,
    /// Links by their ends: `"consultation -> common"`. The ends are services or clients.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 512)))]
    pub links: Named<Link>,
    /// What services do for a request, by `"service.operation"`.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 128)))]
    pub operations: Named<Operation>,
    /// The people and systems that send requests, by name.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 64)))]
    pub clients: Named<Client>,
    /// Columns whose value another service owns, by name.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 32)))]
    pub references: Named<Reference>,
    /// Caches that steps look things up in, by name (the caches of references are declared with the reference).
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 32)))]
    pub caches: Named<Cache>,
    /// The message bus: topics, by name.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 32)))]
    pub topics: Named<Topic>,
    /// Business transactions over several services, by name.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 16)))]
    pub processes: Named<Process>,
    /// What keeps records from the hands of others between two local transactions, by name.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 16)))]
    pub locks: Named<Lock>,
    /// What must hold for each business key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<Ledger>,
    /// Jobs that compare two services' records and repair what disagrees, by name.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 16)))]
    pub reconciliations: Named<Reconciliation>,
    /// What goes wrong, and when.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 256)))]
    pub faults: Vec<Fault>,
    /// What the page lets a person set, and the names those settings have in links.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 64)))]
    pub controls: Vec<Control>,
    /// The one change that the page offers first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
    /// The outcome that tells its story. Without it: disagreements and latency where there is a ledger, latency and calls
    /// where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<Headline>,
}

/// Two documents are the same if they are written the same.
///
/// To compare them field by field, with a comparison for each type, was 5 KB of the page's program; to write them is
/// there anyway, and nobody asks more often than a person changes a setting.
impl PartialEq for Scenario {
    fn eq(&self, other: &Scenario) -> bool {
        match (binding::to_value(self), binding::to_value(other)) {
            (Ok(own), Ok(other)) => own == other,
            _ => false,
        }
    }
}

/// What is written has no number that differs from itself; and two `Rc`s of one document are then the same at a glance.
impl Eq for Scenario {}

/// A text in both languages. A plain string is the same in both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Text {
    /// No text.
    #[default]
    #[serde(skip)]
    Empty,
    /// The same in both languages.
    Same(String),
    /// One for each language.
    Both(BothTexts),
}

/// The forms are told apart by a look at the value. (What is derived tries them one after the other, with a second copy
/// of everything inside them.)
impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let read = match value {
            Value::Object(_) => binding::from_value(&value).map(Text::Both),
            _ => binding::from_value(&value).map(Text::Same),
        };
        read.map_err(D::Error::custom)
    }
}

impl Text {
    /// Whether there is no text at all; such a text is left out when a document is written.
    pub fn is_empty(&self) -> bool {
        *self == Text::Empty
    }

    /// The text in a language; `name` where there is no text.
    pub fn pick<'a>(&'a self, lang: Lang, name: &'a str) -> &'a str {
        match (self, lang) {
            (Text::Empty, _) => name,
            (Text::Same(same), _) => same,
            (Text::Both(both), Lang::En) => &both.en,
            (Text::Both(both), Lang::Ko) => &both.ko,
        }
    }
}

/// A text in each of the two languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BothTexts {
    /// English.
    pub en: String,
    /// Korean.
    pub ko: String,
}

/// A service: `instances` processes of `threads` workers each. A request holds one worker from its first step to its
/// last, also while it waits for a store or for another service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Service {
    /// What the diagram calls it.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// How many processes.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100)))]
    pub instances: u32,
    /// Worker threads of each instance.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 10_000)))]
    pub threads: u32,
    /// How many requests an instance keeps waiting for a worker; the next one is rejected.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000)))]
    pub accept_queue: u32,
    /// How long a request waits for a worker; then it is rejected. Without it, as long as it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_timeout: Option<Span>,
    /// How many requests all instances together admit; what is more is rejected on arrival.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    /// So much longer each `work` step takes for each request that is inside its instance when it begins, waiting or
    /// running, itself included: a service that slows down under load.
    pub per_inside: Span,
    /// Which instance the next request goes to.
    pub balancing: Balancing,
    /// Whether it belongs to somebody else: it takes part in no transaction of ours, and what was done there cannot be
    /// rolled back.
    pub external: bool,
}

impl Default for Service {
    fn default() -> Self {
        Service {
            title: Text::Empty,
            instances: 1,
            threads: 16,
            accept_queue: 100,
            queue_timeout: None,
            rate_limit: None,
            per_inside: Span::ZERO,
            balancing: Balancing::RoundRobin,
            external: false,
        }
    }
}

/// How many requests are admitted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RateLimit {
    /// So many in each window; windows follow each other from the start of the run.
    FixedWindow {
        /// Requests admitted in one window.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000)))]
        requests: u32,
        /// The length of a window.
        per: Span,
    },
    /// A bucket of tokens, full at the start: each admitted request takes one.
    TokenBucket {
        /// Tokens that come in with each second.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000)))]
        rate: f64,
        /// Tokens that it holds at most.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1_000_000)))]
        burst: u32,
    },
}

/// How the load balancer picks among the instances that are up. If none is up the request is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Balancing {
    /// One after the other.
    #[default]
    RoundRobin,
    /// Any, equally likely.
    Random,
    /// The one with the fewest requests inside, waiting or running.
    LeastBusy,
}

/// The database of exactly one service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// What the diagram calls it.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// The service it belongs to.
    pub service: String,
    /// Connections in the pool, shared by all instances of the service; who finds none free waits, in order.
    #[serde(default = "ten")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 10_000)))]
    pub connections: u32,
    /// Time of one query, however few rows it reads.
    #[serde(default)]
    pub query_time: Distribution,
    /// Additional time for each row read.
    #[serde(default)]
    pub row_time: Span,
    /// Time of one write transaction, however few rows it writes.
    #[serde(default)]
    pub write_time: Distribution,
    /// How long a statement waits for a row that another transaction has locked; then it fails.
    #[serde(default = "five_seconds")]
    pub lock_timeout: Span,
    /// The tables whose rows the simulation keeps, by name.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 32)))]
    pub tables: Named<Table>,
}

/// A table: rows with a key (0, 1, 2, ...) and a version. A table with `states` is one of records: each has a business
/// key, a state, a version and up to four numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Table {
    /// How many rows. A table with references to other tables keeps the newest `rows` of them. Of records: how many are
    /// there at the start, in the first state.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100_000)))]
    pub rows: u32,
    /// The states that a record may be in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 16)))]
    pub states: Vec<String>,
    /// The numbers that a record holds, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 4)))]
    pub fields: Vec<String>,
    /// What the numbers of the records that are there at the start are; what is not named is 0.
    #[serde(skip_serializing_if = "Named::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 4, "additionalProperties" = super::writes::number())))]
    pub start: Named<i32>,
    /// What becomes of records that stay in one state for long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Expiry>,
}

/// A network link: what happens to a message on its way. Request and answer draw from it independently.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Link {
    /// Time of one way.
    pub latency: Distribution,
    /// The share of requests (and events) lost before the other side sees them: a real failure.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub request_loss: f64,
    /// The share of answers lost after the other side has done its work: an ambiguous failure.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub answer_loss: f64,
}

/// What a service does for one request: its steps, one after the other, on one worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// What the page calls it.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// What the page calls one request of it, as a singular noun: "page". Without it, "list" if it reads references,
    /// and "request" otherwise.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub request_title: Text,
    /// The steps.
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 100)))]
    pub steps: Vec<Step>,
}

/// One step of an operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Work in the service itself: holds the worker for this long.
    Work(Distribution),
    /// Read rows from the service's own store.
    Query(Query),
    /// Write rows in the service's own store, in one transaction that commits at its end.
    Write(Write),
    /// Call another service's operation and wait for the answer, holding the worker.
    Call(Call),
    /// Do several things at once and wait for all of them.
    FanOut(FanOut),
    /// Do the same several times, one after the other.
    Repeat(Repeat),
    /// Go one of several ways, by chance.
    Choose(Choose),
    /// Look one key up in a cache; on a miss run the steps and keep the value.
    Lookup(Lookup),
    /// Get the values of references for the rows read before, each by its own strategy.
    Resolve(Resolve),
    /// Get the values that a row about to be inserted embeds (only references whose strategy is `remodel` cost
    /// anything here).
    Embed(Resolve),
    /// Do steps in one local transaction.
    Transaction(Transaction),
    /// Insert a record with the request's business key. Outside a transaction it is one of its own, as all that follows.
    Insert(Insert),
    /// Change a record.
    Update(Update),
    /// Read the record with the request's business key.
    Read(ReadRow),
    /// Take records away.
    Remove(Remove),
    /// Write what the event carries into a copy.
    Apply(Apply),
    /// Publish an event.
    Publish(Publish),
    /// Say no, because of a business rule.
    Decline(Decline),
    /// Take a lock.
    Lock(UseLock),
    /// Give a lock back.
    Unlock(UseLock),
    /// Do a business transaction with its participants.
    Coordinate(Coordinate),
}

/// A number of things: a plain number, or as many as the request has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Count {
    /// So many.
    Number(#[cfg_attr(feature = "schema", schemars(range(min = 0, max = 10_000)))] u32),
    /// As many as the request has of this.
    Of(CountOf),
}

/// As for [`Text`].
impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let read = match value {
            Value::String(_) => binding::from_value(&value).map(Count::Of),
            _ => binding::from_value(&value).map(Count::Number),
        };
        read.map_err(D::Error::custom)
    }
}

/// What a request has a number of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CountOf {
    /// The keys the caller asked for.
    Keys,
    /// The rows that the last query of a list read.
    Rows,
}

/// A read in the service's own store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// The store.
    pub store: String,
    /// The table; may be left out where only the cost matters. A table with references is read as a page of
    /// consecutive rows from a random place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// How many rows it reads.
    #[serde(default = "one_row")]
    pub rows: Count,
}

/// A local transaction that writes rows and commits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Write {
    /// The store.
    pub store: String,
    /// The table; may be left out where only the cost matters. In a table with references one new row is inserted and
    /// the oldest leaves; elsewhere one row, equally likely each, gets a new version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
}

/// A synchronous call: the worker is held until the answer, an error or the timeout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The operation, as `"service.operation"`.
    pub operation: String,
    /// How many keys it asks for (the callee may use the number as `"keys"`).
    #[serde(default = "one_row")]
    pub keys: Count,
    /// How long the caller waits for the answer.
    #[serde(default = "five_seconds")]
    pub timeout: Span,
    /// What a failed call means for the caller.
    #[serde(default)]
    pub on_error: OnError,
    /// How a failed call is tried again; without it, it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Box<Retry>>,
    /// The circuit breaker in front of it, one for each calling instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaker: Option<Box<Breaker>>,
    /// The throttle in front of it, one for each calling instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Throttle>,
}

/// What a failed call means for the operation that made it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// The operation fails, too.
    #[default]
    Fail,
    /// The operation goes on without the answer.
    Ignore,
}

/// Several lists of steps at once, on the one worker; the step ends when all have ended, and fails if one failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FanOut {
    /// The branches: each a list of steps.
    #[cfg_attr(feature = "schema", schemars(extend("minItems" = 1, "maxItems" = 100), inner(length(max = 100))))]
    pub branches: Vec<Vec<Step>>,
    /// How often each branch is run.
    #[serde(default = "one_row")]
    pub times: Count,
    /// At most so many at once; 0 is without limit.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 10_000)))]
    pub limit: u32,
}

/// The same steps several times, one after the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// How often.
    pub times: Count,
    /// What.
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 100)))]
    pub steps: Vec<Step>,
}

/// One look into a cache.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// The cache, by name.
    pub cache: String,
    /// What fetches the value when it is not there.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 100)))]
    pub miss: Vec<Step>,
}

/// Which references to get values for, in this order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Resolve {
    /// The references, by name.
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 32)))]
    pub references: Vec<String>,
}

/// Someone who sends requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// What the diagram calls them.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// The operation they ask for, as `"service.operation"`.
    pub operation: String,
    /// When they ask.
    pub load: Load,
    /// What they ask about: the business key. Without it, requests have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<ClientKey>,
    /// Whether somebody who was told of a failure tries again by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Again>,
    /// How long they wait for the answer to one attempt.
    #[serde(default = "thirty_seconds")]
    pub timeout: Span,
    /// How a failed request is tried again; without it, it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Box<Retry>>,
    /// The circuit breaker in front of it, one for each client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaker: Option<Box<Breaker>>,
    /// The throttle in front of it, one for each client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Throttle>,
}

/// When requests are sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Load {
    /// Open: independent people, so many a second on average; they come however slow the answers are.
    Poisson {
        /// Requests a second.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000)))]
        rate: f64,
    },
    /// Open: exactly so many a second, evenly spaced.
    Constant {
        /// Requests a second.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000)))]
        rate: f64,
    },
    /// Open: `size` requests at the same moment, every `every`, the first at `every`.
    Bursts {
        /// Time between bursts.
        every: Span,
        /// Requests in a burst.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100_000)))]
        size: u32,
    },
    /// Closed: so many users; each thinks, asks, waits for the answer, and thinks again.
    Closed {
        /// How many users.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100_000)))]
        users: u32,
        /// Time between an answer and the next request.
        #[serde(default)]
        think: Distribution,
    },
}

/// A column of one table whose value lives in another service's table, and how its value is got.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// What the page calls it.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// The table that has the column, as `"store.table"`.
    pub from: String,
    /// The table that owns the value, as `"store.table"`.
    pub to: String,
    /// The owner's operation that finds values by key, as `"service.operation"`.
    pub lookup: String,
    /// How its values are got when a list is shown.
    #[serde(default)]
    pub strategy: ReadStrategy,
    /// How often each value is referred to.
    #[serde(default)]
    pub popularity: Popularity,
    /// How long a caller waits for one call.
    #[serde(default = "five_seconds")]
    pub timeout: Span,
    /// What a failed call means for the list.
    #[serde(default)]
    pub on_error: OnError,
    /// How a failed call is tried again; without it, it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Box<Retry>>,
    /// The circuit breaker in front of it, one for each calling instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaker: Option<Box<Breaker>>,
    /// The throttle in front of it, one for each calling instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Throttle>,
    /// For `parallel`: at most so many calls at once for one list; 0 is without limit.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 10_000)))]
    pub parallel_limit: u32,
    /// For `batch` (and where a cache or an embedding fetches): at most so many keys in one call.
    #[serde(default = "hundred")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 10_000)))]
    pub batch_size: u32,
    /// For `batch`: at most so many calls at once for one list; 1 is one after the other.
    #[serde(default = "one_call")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 10_000)))]
    pub batch_parallel: u32,
    /// For `replica`: whether the owner's events arrive in their order.
    #[serde(default)]
    pub event_order: EventOrder,
    /// For `local_cache`: the cache.
    #[serde(default)]
    pub cache: ReferenceCache,
}

/// In which order a replica gets the owner's events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventOrder {
    /// In order, as a log delivers: a late one holds up all that come after it.
    #[default]
    InOrder,
    /// As each arrives, as independent messages do: one that was overtaken by a newer one of its row changes nothing.
    AsTheyCome,
}

/// How the values of a reference are got when a list is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReadStrategy {
    /// One database: the monolith we compare with. The owner's table is joined in the reader's store.
    Join,
    /// One call for each row, one after the other.
    #[default]
    PerRow,
    /// One call for each row, at the same time (up to `parallel_limit`).
    Parallel,
    /// One call with the distinct keys, split by `batch_size`.
    Batch,
    /// A cache in each instance; misses are called for.
    LocalCache,
    /// The owner's change events keep a copy of the needed columns in the reader's own store.
    Replica,
    /// The value is embedded in the row when the row is written; reading needs no reference.
    Remodel,
}

/// How often each key is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Popularity {
    /// All the same.
    #[default]
    Uniform,
    /// The k-th most popular in proportion to 1 / k^exponent.
    Zipf {
        /// The exponent; 0 is uniform, about 1 is usual on the web.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 5)))]
        exponent: f64,
    },
}

/// The local cache of a reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ReferenceCache {
    /// How long an entry may be used.
    pub ttl: Span,
    /// Since when that is counted.
    pub expires: CacheExpiry,
    /// Entries of each instance; the least recently used leaves first.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100_000)))]
    pub size: u32,
    /// How the missing values of a list are fetched.
    pub miss: CacheMiss,
    /// How the instances are kept in step with the owner.
    pub sync: CacheSync,
}

impl Default for ReferenceCache {
    fn default() -> Self {
        ReferenceCache {
            ttl: Span::from_secs(30),
            expires: CacheExpiry::SinceFill,
            size: 1000,
            miss: CacheMiss::Batch,
            sync: CacheSync::None,
        }
    }
}

/// Since when the age of a cache's entry is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CacheExpiry {
    /// Since it was filled.
    #[default]
    SinceFill,
    /// Since it was last used (sliding): what is used often enough never expires.
    SinceUse,
}

/// How values missing from a cache are fetched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CacheMiss {
    /// All that a list misses in one call (split by `batch_size`).
    #[default]
    Batch,
    /// One call for each missing key, one after the other.
    PerKey,
}

/// How cached copies hear of a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CacheSync {
    /// They do not: an entry lives until its TTL ends.
    #[default]
    None,
    /// The owner tells every instance of every change, and the instance drops the entry.
    Broadcast,
}

/// A cache that `lookup` steps use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cache {
    /// The service whose instances each have one.
    pub service: String,
    /// The table whose rows it keeps copies of, as `"store.table"`.
    pub of: String,
    /// How often each key is looked up.
    #[serde(default)]
    pub popularity: Popularity,
    /// How long an entry may be used.
    #[serde(default = "thirty_seconds")]
    pub ttl: Span,
    /// Since when that is counted.
    #[serde(default)]
    pub expires: CacheExpiry,
    /// Whether requests of an instance that miss the same key at the same time wait for one fetch.
    #[serde(default)]
    pub single_flight: bool,
    /// Entries of each instance; the least recently used leaves first.
    #[serde(default = "thousand")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100_000)))]
    pub size: u32,
    /// How the instances are kept in step with the owner.
    #[serde(default)]
    pub sync: CacheSync,
}

/// Something a person can set on the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Its name in links and on the command line: lower-case letters, digits and hyphens.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 40)))]
    pub name: String,
    /// What the page calls it.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// Which values it sets: paths into this document, such as `references.customer.strategy`.
    #[cfg_attr(feature = "schema", schemars(extend("minItems" = 1, "maxItems" = 32)))]
    pub sets: Vec<String>,
    /// Where it is shown.
    #[serde(default)]
    pub place: Place,
    /// For numbers: the range the page offers (the document may hold more).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
    /// For choices: the values offered; without it all that the format knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 16)))]
    pub choices: Vec<String>,
}

/// Where a control is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Among the strategies, always in sight (also when embedded).
    Strategy,
    /// Among the numbers, one click away.
    #[default]
    Number,
}

/// The range a slider offers. Times are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
    /// Whether equal steps of the slider multiply (instead of add).
    #[serde(default)]
    pub log: bool,
}

/// The change that the page offers first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// The words on the button.
    pub title: Text,
    /// The controls to set: name and value, as in a link.
    #[cfg_attr(feature = "schema", schemars(extend("minProperties" = 1, "maxProperties" = 16)))]
    pub set: Named<String>,
    /// The operation whose latency is the outcome.
    pub operation: String,
}

fn one() -> u64 {
    1
}
fn ten() -> u32 {
    10
}
fn one_call() -> u32 {
    1
}
fn hundred() -> u32 {
    100
}
fn thousand() -> u32 {
    1000
}
fn one_row() -> Count {
    Count::Number(1)
}
fn a_minute() -> Span {
    Span::from_secs(60)
}
fn thirty_seconds() -> Span {
    Span::from_secs(30)
}
fn five_seconds() -> Span {
    Span::from_secs(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_without_a_title_is_called_by_its_name() {
        let both = Text::Both(BothTexts {
            en: "Common".into(),
            ko: "공통".into(),
        });
        assert_eq!(both.pick(Lang::Ko, "common"), "공통");
        assert_eq!(both.pick(Lang::En, "common"), "Common");
        assert_eq!(Text::Empty.pick(Lang::Ko, "common"), "common");
        assert_eq!(Text::Same("X".into()).pick(Lang::Ko, "common"), "X");
    }
}
