//! What a document says about the message bus: topics, how events leave for them, and how subscriptions deliver.
//!
//! A broker's name picks what its documentation says it does (`sim/broker.rs`); whatever a document sets itself counts
//! instead.

use super::document::Text;
use super::named::Named;
use kernel::time::Span;
use serde::{Deserialize, Serialize};

/// A topic: what is published goes to each of its subscriptions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Topic {
    /// What the diagram calls it.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// Whose rules it follows.
    pub broker: Broker,
    /// How events leave for it.
    pub publish: Publishing,
    /// What an event carries.
    pub carries: Carries,
    /// The share of messages that the broker delivers twice.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub duplicates: f64,
    /// How long a duplicate comes after the first.
    pub duplicate_after: super::Distribution,
    /// How long the broker keeps a message; without it, as the broker does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<Span>,
    /// How long the broker remembers messages to ignore those published twice; without it, as the broker does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish_window: Option<Span>,
    /// Messages that one subscription's queue holds at most; the next one is refused.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1_000_000)))]
    pub capacity: u32,
    /// Who gets what is published, by name.
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = 16)))]
    pub subscriptions: Named<Subscription>,
}

impl Default for Topic {
    fn default() -> Self {
        Topic {
            title: Text::Empty,
            broker: Broker::Plain,
            publish: Publishing::default(),
            carries: Carries::Whole,
            duplicates: 0.0,
            duplicate_after: super::Distribution::default(),
            retention: None,
            publish_window: None,
            capacity: 100_000,
            subscriptions: Named::new(),
        }
    }
}

/// Whose documented behaviour a topic has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Broker {
    /// Nobody's: no limit of deliveries, redelivery at once after a negative answer, after 30 s without one.
    #[default]
    Plain,
    /// A RabbitMQ quorum queue (4.3): a limit of 20 redeliveries that crashes count towards (with `deliveries` or `counts`
    /// set, failures, too; a timeout never), then the dead-letter queue; 30 minutes for an acknowledgement.
    RabbitmqQuorum,
    /// An Amazon SQS standard queue: invisible for 30 s; after 10 receives the dead-letter queue.
    SqsStandard,
    /// An Amazon SQS FIFO queue: as standard, in order for each key, duplicates ignored for 5 minutes.
    SqsFifo,
    /// A Kafka topic with a consumer group: in order for each key, blocked by what fails; no limit, no dead letters.
    Kafka,
    /// A NATS JetStream consumer: 30 s for an acknowledgement, no limit; duplicates ignored for 2 minutes.
    NatsJetstream,
}

/// How events leave for a topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Publishing {
    /// When, seen from the local transaction.
    pub by: PublishBy,
    /// Whether the publisher waits until the broker has confirmed.
    pub confirms: bool,
    /// How long it waits for a confirmation; for `before_commit` and `after_commit` the operation fails then.
    pub timeout: Span,
    /// For `before_commit` and `after_commit`: how often it is published in all while no confirmation comes.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))]
    pub attempts: u32,
    /// For `outbox`: how long the relay rests between two looks at the outbox. For `cdc`: how far the log's reader is behind.
    pub interval: Span,
    /// For `outbox`: how many events one look takes; they are marked as sent together, when all have left.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 10_000)))]
    pub batch: u32,
    /// For `outbox` and `cdc`: how long a relay that has died takes to be back.
    pub restart: Span,
}

impl Default for Publishing {
    fn default() -> Self {
        Publishing {
            by: PublishBy::AfterCommit,
            confirms: true,
            timeout: Span::from_secs(5),
            attempts: 1,
            interval: Span::from_secs(1),
            batch: 100,
            restart: Span::from_secs(5),
        }
    }
}

/// When an event leaves, seen from the local transaction that it tells of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PublishBy {
    /// Before the commit: it may tell of something that never happens.
    BeforeCommit,
    /// After the commit, by the same worker (dual write): it may never leave.
    #[default]
    AfterCommit,
    /// As a row in the same transaction; a relay sends it, at least once (transactional outbox).
    Outbox,
    /// From the database's log, at least once (change data capture).
    Cdc,
}

/// What an event carries of the record it is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Carries {
    /// All its numbers.
    #[default]
    Whole,
    /// Only those that were changed.
    Changed,
}

/// A subscription: its own queue of what a topic gets, and competing consumers that empty it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// What the diagram calls it.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// What is done for each message, as `"service.operation"`.
    pub operation: String,
    /// How many messages are worked on at once, over all instances: consumers, times what each takes at once. A consumer is
    /// busy until its handler ends, also beyond the deadline.
    #[serde(default = "four")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100_000)))]
    pub consumers: u32,
    /// How long an acknowledgement is waited for; without it, as the broker does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ack_deadline: Option<Span>,
    /// How often one message is delivered in all, at most; without it, as the broker does. All that come back count; RabbitMQ
    /// does not count timeouts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliveries: Option<super::Attempts>,
    /// For RabbitMQ: what counts towards `deliveries`. Without it, all where `deliveries` is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// How long a message rests before the second, third, ... delivery after a failure; the last one counts on. The same
    /// with every broker; without it, as the broker does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("minItems" = 1, "maxItems" = 32)))]
    pub backoff: Option<Vec<Span>>,
    /// In which order; without it, as the broker does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// Whether what reaches the limit of deliveries is kept in a dead-letter queue; without it, as the broker does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_letters: Option<bool>,
    /// After how long dead letters are delivered anew, all at once; without it, they stay until somebody does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redrive: Option<Span>,
    /// How the consumer goes about messages that it may have seen before.
    #[serde(default)]
    pub consume: Consume,
    /// For `window`: how long the consumer remembers.
    #[serde(default = "five_minutes")]
    pub window: Span,
}

/// What counts towards RabbitMQ's limit of deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// A consumer that dies, and a failure: `basic.reject`. A timeout does not count.
    All,
    /// Only a consumer that dies: a failure is `basic.nack` with requeue. A timeout does not count.
    Deaths,
}

/// In which order messages are delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// As they come; a later one may be in hand while an earlier one fails.
    #[default]
    None,
    /// For each business key one after the other.
    Key,
}

/// How a consumer goes about messages that it may have seen before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Consume {
    /// It does what it is told, each time.
    #[default]
    Naive,
    /// It looks whether it knows the message, does its work, and remembers the message afterwards.
    CheckFirst,
    /// Its inserts go by the unique business key; a violation is ignored.
    UniqueKey,
    /// It remembers the message in the same transaction as its work (inbox).
    Inbox,
    /// As `check_first`, but it forgets after a while.
    Window,
    /// It ignores what is not newer than what it has.
    Versioned,
}

fn four() -> u32 {
    4
}
fn five_minutes() -> Span {
    Span::from_secs(300)
}
