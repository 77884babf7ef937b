//! What a document says about what goes wrong, and when.

use kernel::time::Span;
use serde::{Deserialize, Serialize};

/// Something that goes wrong for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// When it begins.
    pub at: Span,
    /// How long it lasts; without it, for ever.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Span>,
    /// What it is.
    pub what: FaultKind,
}

/// What can go wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// Instances of a service crash: what they were doing is gone, their callers' connections break, their caches are
    /// empty when they come back.
    Crash {
        /// The service.
        service: String,
        /// Which instance, from 0; without it all of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 99)))]
        instance: Option<u32>,
    },
    /// A service's own work takes so many times as long, and so does everything in its stores; of one instance, its own
    /// work alone.
    Slow {
        /// The service.
        service: String,
        /// Which instance, from 0; without it all of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 99)))]
        instance: Option<u32>,
        /// How many times as long.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 10_000)))]
        factor: f64,
    },
    /// A share of a service's requests fail. What comes or is taken up by a worker meanwhile ends with an error instead of
    /// being worked on; what is at work already and ends meanwhile is answered with an error, and what it has done stays.
    Errors {
        /// The service.
        service: String,
        /// Which instance, from 0; without it all of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 99)))]
        instance: Option<u32>,
        /// The share, 0 to 1.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
        rate: f64,
    },
    /// A link loses a share of what it carries, on top of its own loss.
    Loss {
        /// The link, by its ends: `"consultation -> common"`.
        link: String,
        /// The share of requests lost, 0 to 1.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
        request: f64,
        /// The share of answers lost, 0 to 1.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
        answer: f64,
    },
    /// A link is cut: nothing gets through in either direction. Events wait and are delivered when it is mended.
    Cut {
        /// The link, by its ends: `"consultation -> common"`.
        link: String,
    },
    /// A link holds up what it carries, in either direction; when that ends, everything arrives at once.
    Hold {
        /// The link, by its ends: `"consultation -> common"`.
        link: String,
    },
    /// A client asks so many times as often (a closed one has so many times as many users): a spike, or a lull.
    Surge {
        /// The client.
        client: String,
        /// How many times as often.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 10_000)))]
        factor: f64,
    },
    /// A store does not answer: every query and write fails at once.
    StoreDown {
        /// The store.
        store: String,
    },
    /// Everything in a store takes so many times as long.
    StoreSlow {
        /// The store.
        store: String,
        /// How many times as long.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 10_000)))]
        factor: f64,
    },
    /// The broker does not answer for a topic: nothing is accepted, nothing is delivered.
    BrokerDown {
        /// The topic.
        topic: String,
    },
    /// A link loses the next messages of one kind, so many; then the fault is over.
    LoseNext {
        /// The link, by its ends: `"order -> payment"`.
        link: String,
        /// Requests or answers.
        #[serde(default)]
        what: Half,
        /// How many.
        #[serde(default = "one_u32")]
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))]
        count: u32,
    },
    /// The broker delivers the next messages of a topic twice, so many; then the fault is over.
    DuplicateNext {
        /// The topic.
        topic: String,
        /// How many.
        #[serde(default = "one_u32")]
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))]
        count: u32,
    },
    /// A share of an operation's requests dies at one point: the process that works on it is gone, what it has not
    /// committed is rolled back, what it has committed or sent stays.
    Dies {
        /// The operation, as `"service.operation"`.
        operation: String,
        /// Where.
        point: Point,
        /// The share, 0 to 1.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
        share: f64,
    },
    /// The relay of a topic dies with this probability each time it has sent an event, before it has marked it as sent.
    RelayDies {
        /// The topic.
        topic: String,
        /// The probability, 0 to 1.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
        share: f64,
    },
}

/// Which half of a call: the way there or the way back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Half {
    /// The request: a real failure.
    Request,
    /// The answer: an ambiguous failure.
    #[default]
    Answer,
}

/// A point in an operation at which a process may die.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Point {
    /// Its statements are done; the commit is not.
    BeforeCommit,
    /// A local transaction has committed.
    AfterCommit,
    /// An event has been published.
    AfterPublish,
    /// All participants of a two-phase commit have prepared; nothing is decided.
    AfterPrepare,
    /// All is done; the answer (or the acknowledgement) has not left.
    BeforeAnswer,
}

fn one_u32() -> u32 {
    1
}
