//! The part of a plan that is about writing: topics, subscriptions, relays, statements, locks, the ledger's rules and
//! reconciliations, with their names turned into indices.

use super::Rows;
use crate::broker::Rules;
use kernel::time::Span;
use scenario::{
    Carries, Consume, IfVersion, LockBy, OnDuplicate, Order, Otherwise, Point, PublishBy, Row,
    Times, distribution::Sampler,
};

/// A record's numbers, by the places of the table's fields.
pub type Values = [i32; scenario::FIELDS_MAX];

/// Points at which a process may die.
pub const POINTS: usize = 5;

/// The place of a point among the luck of an operation.
pub fn point_index(point: Point) -> usize {
    match point {
        Point::BeforeCommit => 0,
        Point::AfterCommit => 1,
        Point::AfterPublish => 2,
        Point::AfterPrepare => 3,
        Point::BeforeAnswer => 4,
    }
}

/// A topic.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicPlan {
    /// Its name in the document.
    pub name: String,
    /// What an event carries.
    pub carries: Carries,
    /// How events leave.
    pub by: PublishBy,
    /// Whether the publisher waits for a confirmation.
    pub confirms: bool,
    /// For how long.
    pub timeout: Span,
    /// How often it publishes an event without a confirmation.
    pub attempts: u32,
    /// Share of messages delivered twice.
    pub duplicates: f64,
    /// How long after the first the second comes.
    pub duplicate_after: Sampler,
    /// How long a message is kept.
    pub retention: Option<Span>,
    /// How long publishing the same message again is noticed.
    pub publish_window: Option<Span>,
    /// Messages of one queue at most.
    pub capacity: u32,
    /// Its subscriptions, in [`super::Plan::subscriptions`].
    pub subscriptions: Rows,
    /// Its relays, in [`super::Plan::relays`].
    pub relays: Vec<u16>,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq)]
pub struct SubscriptionPlan {
    /// Its name in the document; of one that a choreography needs, the operation.
    pub name: String,
    /// The topic.
    pub topic: u16,
    /// What is done for each message: an operation that is compiled for this subscription.
    pub operation: u16,
    /// The service that does it.
    pub service: u16,
    /// The link topic -> service.
    pub link: u16,
    /// Messages in hand at once.
    pub consumers: u32,
    /// How it delivers.
    pub rules: Rules,
    /// In which order.
    pub order: Order,
    /// After how long dead letters are delivered anew.
    pub redrive: Option<Span>,
    /// How the consumer goes about what it may have seen.
    pub consume: Consume,
    /// How long it remembers, if it forgets.
    pub window: Option<Span>,
    /// The kinds of events it gets; a bit for each.
    pub kinds: u32,
}

/// What takes events from one store's outbox (or log) to a topic.
#[derive(Clone, Debug, PartialEq)]
pub struct RelayPlan {
    /// The topic.
    pub topic: u16,
    /// The service that it belongs to.
    pub service: u16,
    /// The store with the outbox.
    pub store: u16,
    /// The link service -> topic.
    pub link: u16,
    /// How long it rests.
    pub interval: Span,
    /// How many events it takes at once.
    pub batch: u32,
    /// How long it is away when it has died.
    pub restart: Span,
    /// Whether it reads the log: it is called by the commit and marks each event by itself.
    pub log: bool,
}

/// A statement: what is done to a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The table.
    pub table: u16,
    /// Which record.
    pub row: Row,
    /// What is done.
    pub what: StatementKind,
}

/// What is done to a record.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// It is inserted.
    Insert {
        /// In this state.
        state: u8,
        /// With these numbers.
        values: Values,
        /// And these taken over from what was read (a bit for each place).
        take: u8,
        /// What a key that is there means.
        on_duplicate: OnDuplicate,
    },
    /// The record of a business transaction is begun: inserted, or tried anew if it was refused.
    Open {
        /// In this state.
        state: u8,
        /// In this state all has been done before.
        accepted: u8,
        /// In this state it is tried anew.
        refused: u8,
    },
    /// It is changed.
    Update {
        /// Only in these states (a bit for each; all bits: in any).
        from: u16,
        /// Its new state.
        state: Option<u8>,
        /// Numbers that are set.
        set: [Option<i32>; scenario::FIELDS_MAX],
        /// Numbers that are added.
        add: Values,
        /// Numbers that are set to what was read, plus this.
        change: [Option<i32>; scenario::FIELDS_MAX],
        /// One of these places gets a new value.
        renew: Vec<u8>,
        /// Whether no number may become negative.
        not_negative: bool,
        /// The version that it must have.
        if_version: IfVersion,
        /// What a condition that is not met means.
        otherwise: Otherwise,
    },
    /// It is read.
    Read {
        /// Not in these states (a bit for each).
        not_in: u16,
    },
    /// Records of the key are taken away.
    Remove {
        /// So many stay.
        keep: u16,
    },
    /// What the event carries is written.
    Apply {
        /// Only if it is newer.
        versioned: bool,
    },
}

/// A business lock.
#[derive(Clone, Debug, PartialEq)]
pub struct LockPlan {
    /// Its name in the document.
    pub name: String,
    /// How it keeps others away.
    pub by: LockBy,
    /// The table with the records.
    pub table: u16,
    /// The store of the table, which keeps the lock.
    pub store: u16,
    /// For a semantic lock: the state.
    pub state: u8,
    /// After so long it is gone by itself.
    pub lease: Span,
    /// How long the next one waits.
    pub wait: Span,
}

/// Records in one state for too long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpiryPlan {
    /// The state.
    pub state: u8,
    /// For how long.
    pub after: Span,
    /// The state after.
    pub to: u8,
}

/// What must hold for each business key.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerPlan {
    /// The client who is promised something.
    pub client: u16,
    /// The table with the deciding record.
    pub record: u16,
    /// The states in which the promise is kept (a bit for each).
    pub accepted: u16,
    /// The states in which something is still to come.
    pub open: u16,
    /// What the other stores must hold.
    pub rules: Vec<RulePlan>,
}

/// What a store must hold for each business key.
#[derive(Clone, Debug, PartialEq)]
pub struct RulePlan {
    /// Its name in the document.
    pub name: String,
    /// The table.
    pub table: u16,
    /// The states that count (a bit for each).
    pub states: u16,
    /// How many there must be if the promise is kept.
    pub accepted: Times,
    /// How many there may be if it is not.
    pub refused: Times,
    /// Whether the numbers must be those of the deciding record.
    pub same: bool,
}

/// A job that compares and repairs.
#[derive(Clone, Debug, PartialEq)]
pub struct ReconciliationPlan {
    /// Its name in the document.
    pub name: String,
    /// Whether it runs.
    pub enabled: bool,
    /// How often it begins.
    pub every: Span,
    /// How far back it looks.
    pub window: Span,
    /// What is younger is left alone.
    pub grace: Span,
    /// The service that does it.
    pub service: u16,
    /// The side that decides.
    pub left: SidePlan,
    /// The side that is compared with it.
    pub right: SidePlan,
    /// How many rows there must be on the right for each on the left.
    pub times: Times,
    /// What is done about a key that the right side has not.
    pub missing: RepairPlan,
    /// What is done about a key that the left side has not.
    pub surplus: RepairPlan,
    /// What is done about a key that the right side has too often.
    pub repeated: RepairPlan,
    /// How long it takes on top of reading.
    pub takes: Span,
}

/// One side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SidePlan {
    /// The table.
    pub table: u16,
    /// The states that count (a bit for each).
    pub states: u16,
    /// The states that are in flight (a bit for each).
    pub pending: u16,
}

/// What is done about a disagreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepairPlan {
    /// People look at it.
    Manual,
    /// An operation is called.
    Call {
        /// The operation.
        operation: u16,
        /// The link to it.
        link: u16,
    },
    /// An event is published.
    Publish {
        /// The topic.
        topic: u16,
        /// The link to it.
        link: u16,
    },
}
