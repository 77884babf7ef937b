//! The trace: what happened, in order. Everything shown - numbers, pictures, words - is derived from these records.

use super::plan::Plan;
use kernel::time::{Span, Time};

/// A request's serial number, unique within a run, in the order in which requests were sent.
pub type Serial = u64;

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// When.
    pub at: Time,
    /// What.
    pub what: What,
}

/// Who is told of a run as it goes.
pub trait Observe {
    /// Something has happened. What happens is told in order.
    fn observe(&mut self, plan: &Plan, at: Time, what: &What);

    /// Nothing more happens until `now`.
    fn time_passes(&mut self, _plan: &Plan, _now: Time) {}
}

/// Keeps every record.
impl Observe for Vec<Record> {
    fn observe(&mut self, _: &Plan, at: Time, what: &What) {
        self.push(Record { at, what: *what });
    }
}

/// How a request ended, as its caller sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The answer came.
    Ok,
    /// The callee answered with an error (its own, its store's or that of something it called).
    Failed,
    /// The callee's accept queue was full.
    Rejected,
    /// No instance of the callee was up.
    Refused,
    /// The callee crashed while it worked; the connection broke.
    Broken,
    /// No answer came in time. The callee may have done its work all the same.
    TimedOut,
    /// It was never sent: the caller's own breaker or throttle kept it back.
    NotPermitted,
    /// The callee said no, because of a business rule. Trying again would not help.
    Declined,
}

impl Outcome {
    /// Whether nobody knows what the callee has done: it may have committed.
    pub fn is_unknown(self) -> bool {
        matches!(self, Outcome::TimedOut | Outcome::Broken)
    }
}

/// What a message on a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// A request, from the link's `from` to its `to`.
    Request,
    /// An answer with this outcome, against the link's direction.
    Answer(Outcome),
}

/// The kinds of records. Names (services, stores, ...) are indices into [`crate::Plan`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What {
    /// A client sends a request: the request begins.
    Issued {
        /// The request.
        request: Serial,
        /// The client.
        client: u16,
    },
    /// A client has its result (or has given up): the request ends for the person.
    Settled {
        /// The request.
        request: Serial,
        /// The client.
        client: u16,
        /// How it ended.
        outcome: Outcome,
        /// Time since it was issued.
        latency: Span,
        /// Calls that services made for it, over all services (only those begun until now).
        calls: u32,
    },
    /// A message leaves. Where it is at any moment between `at` and `arrives` follows from this record alone.
    Hop {
        /// The request it belongs to.
        request: Serial,
        /// The link.
        link: u16,
        /// What it is.
        message: Message,
        /// The instance at the link's `from` end (0 for a client).
        from_instance: u16,
        /// The instance at the link's `to` end.
        to_instance: u16,
        /// When it arrives (or would have arrived).
        arrives: Time,
        /// Whether it is lost on the way.
        lost: bool,
        /// How many keys it asks for.
        keys: u32,
    },
    /// A service makes a call for one of its requests.
    Called {
        /// The call's own serial number.
        request: Serial,
        /// The request it is made for.
        parent: Serial,
        /// The operation called.
        operation: u16,
        /// What it is for.
        role: Role,
    },
    /// A guarded call is tried again, by a request of its own.
    Retried {
        /// The new attempt's serial number.
        request: Serial,
        /// The call's, which is that of its first attempt.
        of: Serial,
        /// The operation called.
        operation: u16,
        /// The client, if it is a client's.
        client: Option<u16>,
        /// Which attempt this is; the first was 1. Those that were kept back count.
        attempt: u32,
    },
    /// An attempt is not sent: the caller's own breaker or throttle keeps it back.
    CallNotPermitted {
        /// The call's serial number.
        request: Serial,
        /// The operation that was to be called.
        operation: u16,
        /// The client, if it is a client's.
        client: Option<u16>,
        /// Whether it was the first attempt.
        first: bool,
        /// What stands in front of the call, in [`Plan::guards`].
        guard: u16,
        /// Which of the two kept it back.
        by: KeptBy,
    },
    /// A failed call is not tried again, because its retry budget does not allow it.
    RetryDenied {
        /// The call's serial number.
        request: Serial,
        /// What stands in front of the call, in [`Plan::guards`].
        guard: u16,
    },
    /// A breaker, a retry budget or a throttle is in another state than was told last. It is looked at when it is used, so
    /// what changes with time alone (a budget that fills, a window that empties) is told at the next use.
    GuardChanged {
        /// Where it stands, in [`Plan::guards`].
        guard: u16,
        /// The caller's instance to which it belongs (0 for a client).
        instance: u16,
        /// The call by which it changed; 0 if by none (a crash, changed settings).
        request: Serial,
        /// The state that it is in now.
        state: GuardState,
    },
    /// A request waits for a worker.
    Queued {
        /// The request.
        request: Serial,
        /// The service.
        service: u16,
        /// The instance.
        instance: u16,
    },
    /// A worker takes a request up.
    Started {
        /// The request.
        request: Serial,
        /// The operation.
        operation: u16,
        /// The service.
        service: u16,
        /// The instance.
        instance: u16,
        /// Whether it had to wait in the accept queue.
        queued: bool,
        /// How long it waited there.
        waited: Span,
    },
    /// A request is turned away before any work: the accept queue is full, or a fault makes it fail.
    TurnedAway {
        /// The request.
        request: Serial,
        /// The operation.
        operation: u16,
        /// The service.
        service: u16,
        /// Rejected or Failed (or Refused if no instance is up).
        outcome: Outcome,
    },
    /// A worker is done with a request (or it died in a crash).
    Finished {
        /// The request.
        request: Serial,
        /// The operation.
        operation: u16,
        /// The service.
        service: u16,
        /// The instance.
        instance: u16,
        /// How it ended at the callee.
        outcome: Outcome,
        /// Time since a worker took it up.
        held: Span,
    },
    /// A queued request died in a crash before a worker took it up.
    Dropped {
        /// The request.
        request: Serial,
        /// The operation.
        operation: u16,
        /// The service.
        service: u16,
        /// The instance.
        instance: u16,
    },
    /// A request has waited too long for a worker, and is rejected.
    LeftQueue {
        /// The request.
        request: Serial,
        /// The operation.
        operation: u16,
        /// The service.
        service: u16,
        /// The instance.
        instance: u16,
    },
    /// A worker begins to wait for answers (it is held, but does nothing).
    WorkerBlocked {
        /// The request whose worker waits.
        request: Serial,
        /// The service.
        service: u16,
        /// The instance.
        instance: u16,
    },
    /// A worker that waited for answers goes on.
    WorkerResumed {
        /// The request whose worker goes on.
        request: Serial,
        /// The service.
        service: u16,
        /// The instance.
        instance: u16,
    },
    /// A caller learns how its call ended.
    Answered {
        /// The call.
        request: Serial,
        /// The operation called.
        operation: u16,
        /// How it ended for the caller.
        outcome: Outcome,
        /// Time since the call was sent.
        latency: Span,
    },
    /// An answer reaches a caller who has given up: the work was done, nobody knows.
    LateResponse {
        /// The call.
        request: Serial,
        /// The operation called.
        operation: u16,
        /// How it had really ended.
        outcome: Outcome,
    },
    /// Somebody waits for a connection of a store's pool.
    ConnectionWanted {
        /// The store.
        store: u16,
    },
    /// A connection is taken, for so long.
    ConnectionTaken {
        /// The store.
        store: u16,
        /// Whether they had to wait for it.
        queued: bool,
        /// How long they waited for it.
        waited: Span,
        /// How long the query or the transaction takes.
        holds: Span,
    },
    /// A connection is given back.
    ConnectionReturned {
        /// The store.
        store: u16,
    },
    /// One who waited for a connection gives up (its instance crashed or the store went down).
    ConnectionUnwanted {
        /// The store.
        store: u16,
    },
    /// A transaction that changed a row has committed.
    Changed {
        /// The table.
        table: u16,
        /// The row's key.
        key: u32,
        /// Its new version.
        version: u32,
    },
    /// A list has the values of a reference (or goes on without the ones that failed).
    Resolved {
        /// The list's request.
        request: Serial,
        /// The reference.
        reference: u16,
        /// How many values were needed.
        values: u32,
        /// How many came from a cache that could have missed.
        hits: u32,
        /// How many a cache missed.
        misses: u32,
        /// How many were older than the owner's at that moment.
        stale: u32,
        /// For how long the stalest had been out of date.
        stalest: Span,
        /// The sum over the stale ones of how long they had been out of date.
        stale_sum: Span,
        /// Calls made for it.
        calls: u32,
    },
    /// A look into a cache by a `lookup` step.
    LookedUp {
        /// The request.
        request: Serial,
        /// The cache.
        cache: u16,
        /// Whether the key was there.
        hit: bool,
        /// Whether the copy was older than the owner's row at that moment.
        stale: bool,
        /// The time since the copy was read from the owner (zero on a miss).
        age: Span,
    },
    /// A change event leaves the owner: for a replica (`instance` is `None`) or for one instance's cache.
    EventSent {
        /// The copies it keeps in step.
        copies: Copies,
        /// The link it takes, owner -> reader.
        link: u16,
        /// For which instance.
        instance: Option<u16>,
        /// The row's key.
        key: u32,
        /// When it arrives (or would have arrived).
        arrives: Time,
        /// Whether it is lost on the way.
        lost: bool,
    },
    /// A change event waits at a link that is cut, until it is mended.
    EventHeld {
        /// The link.
        link: u16,
    },
    /// A change event has done its work: the copy is as new as the event, or the cache entry is gone.
    EventApplied {
        /// The copies it keeps in step.
        copies: Copies,
        /// At which instance.
        instance: Option<u16>,
        /// The row's key.
        key: u32,
        /// Time since the owner's commit.
        lag: Span,
    },
    /// A fault begins; the number is its place in [`crate::Simulation::faults`].
    FaultBegan {
        /// Which.
        fault: u16,
    },
    /// A fault ends.
    FaultEnded {
        /// Which.
        fault: u16,
    },
    /// The settings were changed while the run went on.
    Reconfigured,
    /// A request has a business key: this one. (Told when it begins.)
    Keyed {
        /// The request.
        request: Serial,
        /// The key.
        key: Key,
    },
    /// A local transaction begins: it has its connection.
    Began {
        /// The request that it belongs to.
        request: Serial,
        /// The store.
        store: u16,
    },
    /// A local transaction has committed.
    Committed {
        /// The request that it belongs to.
        request: Serial,
        /// The store.
        store: u16,
    },
    /// A local transaction has prepared: it holds its locks and its connection until it is told the decision.
    Prepared {
        /// The request that it belongs to.
        request: Serial,
        /// The store.
        store: u16,
        /// The business key.
        key: Key,
    },
    /// A local transaction is rolled back.
    RolledBack {
        /// The request that it belongs to.
        request: Serial,
        /// The store.
        store: u16,
    },
    /// A committed transaction has written a record. (The records of one commit follow its [`What::Committed`].)
    Wrote {
        /// The table.
        table: u16,
        /// The record's own key.
        row: Key,
        /// The business key for which it was done.
        key: Key,
        /// How many records of this key there are now.
        rows: u16,
        /// Its state, as the table names them.
        state: u8,
        /// Its version.
        version: u32,
        /// What was done.
        how: Written,
        /// The request that did it (0: the store itself).
        by: Serial,
    },
    /// A statement waits for a record that another transaction has locked.
    RowWanted {
        /// The table.
        table: u16,
        /// The record.
        row: Key,
        /// The request.
        request: Serial,
    },
    /// A statement has waited for a record, and has it (or has given up waiting).
    RowGranted {
        /// The table.
        table: u16,
        /// The record.
        row: Key,
        /// The request.
        request: Serial,
        /// How long it has waited.
        waited: Span,
        /// Whether it has given up.
        gave_up: bool,
    },
    /// A business lock is taken.
    LockTaken {
        /// The lock.
        lock: u16,
        /// The business key.
        key: Key,
        /// The request.
        request: Serial,
    },
    /// A business lock is held by somebody else: the request waits, or declines.
    LockRefused {
        /// The lock.
        lock: u16,
        /// The business key.
        key: Key,
        /// The request.
        request: Serial,
        /// Whether it will ask again.
        waits: bool,
    },
    /// A business lock is free again.
    LockReleased {
        /// The lock.
        lock: u16,
        /// The business key.
        key: Key,
        /// Whether its lease had run out: nobody gave it back.
        expired: bool,
    },
    /// The broker has taken a message in.
    Published {
        /// The message.
        message: MessageId,
        /// The topic.
        topic: u16,
        /// The business key.
        key: Key,
        /// The request that published it (0: a relay).
        by: Serial,
        /// Time since the event.
        after: Span,
    },
    /// The broker had this message already, and ignores it.
    PublishIgnored {
        /// The message.
        message: MessageId,
        /// The topic.
        topic: u16,
        /// The business key.
        key: Key,
    },
    /// A publisher has given up on an event: no confirmation came, or the broker refused it.
    PublishFailed {
        /// The topic.
        topic: u16,
        /// The business key.
        key: Key,
        /// The request that tried (0: a relay, which tries again).
        by: Serial,
    },
    /// The broker delivers a message twice.
    Duplicated {
        /// The message.
        message: MessageId,
        /// The subscription.
        subscription: u16,
        /// The business key.
        key: Key,
    },
    /// A message leaves the broker for a consumer.
    Delivered {
        /// The message.
        message: MessageId,
        /// The subscription.
        subscription: u16,
        /// The business key.
        key: Key,
        /// The request that it becomes at the consumer.
        request: Serial,
        /// Which delivery of it this is; the first is 1.
        attempt: u16,
    },
    /// The broker has the acknowledgement: the message is done with.
    Acked {
        /// The message.
        message: MessageId,
        /// The subscription.
        subscription: u16,
        /// The business key.
        key: Key,
        /// The delivery.
        attempt: u16,
    },
    /// An acknowledgement is refused, or does nothing: it came too late by the broker's rules. The work was done.
    AckRefused {
        /// The message.
        message: MessageId,
        /// The subscription.
        subscription: u16,
        /// The business key.
        key: Key,
        /// The request that it was at the consumer.
        request: Serial,
        /// The delivery.
        attempt: u16,
    },
    /// A delivery has not been acknowledged: the message goes back to its queue.
    Returned {
        /// The message.
        message: MessageId,
        /// The subscription.
        subscription: u16,
        /// The business key.
        key: Key,
        /// The delivery.
        attempt: u16,
        /// Why.
        why: Return,
        /// When it can be delivered again.
        ready: Time,
    },
    /// A message has been delivered as often as it may be, and is set aside.
    DeadLettered {
        /// The message.
        message: MessageId,
        /// The subscription.
        subscription: u16,
        /// The business key.
        key: Key,
        /// Whether it is kept in a dead-letter queue.
        kept: bool,
    },
    /// A dead letter is delivered anew.
    Redriven {
        /// The message.
        message: MessageId,
        /// The subscription.
        subscription: u16,
        /// The business key.
        key: Key,
    },
    /// A message was kept for as long as the broker keeps any, and is gone.
    Expired {
        /// The message.
        message: MessageId,
        /// The subscription.
        subscription: u16,
        /// The business key.
        key: Key,
    },
    /// A consumer knows the message already (or has something newer), and does nothing.
    Skipped {
        /// The message (0: it was a call, known by its business key).
        message: MessageId,
        /// The business key.
        key: Key,
        /// The request.
        request: Serial,
        /// Its operation.
        operation: u16,
    },
    /// A statement or a decision that undoes or changes something has found nothing to undo or change, and has done nothing.
    FoundNothing {
        /// The business key.
        key: Key,
        /// The request.
        request: Serial,
        /// Its operation.
        operation: u16,
        /// The table in which it looked; [`NO_TABLE`] if it looked for a prepared transaction.
        table: u16,
    },
    /// A relay has died after it had sent an event, before it had marked it.
    RelayDied {
        /// The relay.
        relay: u16,
        /// Events that it will send once more.
        again: u32,
    },
    /// The user has been told the outcome.
    Told {
        /// The business key.
        key: Key,
        /// The request.
        request: Serial,
        /// The client.
        client: u16,
        /// What they were told.
        outcome: Outcome,
    },
    /// Nothing is under way for a business key any more: now its records must agree.
    Closed {
        /// The business key.
        key: Key,
        /// Whether they do.
        agrees: bool,
    },
    /// The ledger has found a disagreement.
    Found {
        /// The business key.
        key: Key,
        /// The rule of the ledger that is broken ([`NO_RULE`]: that of the deciding record).
        rule: u8,
        /// What it is.
        finding: Finding,
    },
    /// A disagreement that the ledger had found is gone.
    Mended {
        /// The business key.
        key: Key,
        /// The rule.
        rule: u8,
        /// What it was.
        finding: Finding,
        /// How long it lasted.
        after: Span,
    },
    /// Something happened that a shared transaction would have prevented.
    Noticed {
        /// The business key.
        key: Key,
        /// The table.
        table: u16,
        /// What.
        anomaly: Anomaly,
        /// The request to which it happened.
        request: Serial,
    },
    /// What could not be done by program is left to people.
    LeftToOperator {
        /// The business key.
        key: Key,
        /// The operation that failed, or [`NO_OPERATION`].
        operation: u16,
    },
    /// A request says no, because of a business rule; its [`What::Finished`] follows. (In the trace where a record decides; what is
    /// drawn by share is only remembered with its business key.)
    SaidNo {
        /// Its operation.
        operation: u16,
        /// The table whose record decides; [`NO_TABLE`] if it is none.
        table: u16,
        /// Why.
        why: No,
    },
    /// A reconciliation begins to read both sides.
    ReconciliationBegan {
        /// Which.
        reconciliation: u16,
    },
    /// A reconciliation has compared the records of a key.
    Compared {
        /// Which.
        reconciliation: u16,
        /// The business key.
        key: Key,
        /// What it found.
        verdict: Verdict,
    },
    /// A reconciliation is through.
    ReconciliationEnded {
        /// Which.
        reconciliation: u16,
        /// Keys that it compared.
        compared: u32,
        /// Keys about which it did something.
        repaired: u32,
        /// Keys that it left to people, and that they did not have yet.
        manual: u32,
    },
}

/// A business key: what a row, a call and an event are about.
pub type Key = u32;
/// A message's number, unique within a run, from 1. What is sent twice has the same one.
pub type MessageId = u32;
/// Stands for no rule of the ledger.
pub const NO_RULE: u8 = u8::MAX;
/// Stands for no operation.
pub const NO_OPERATION: u16 = u16::MAX;

/// Stands for no table.
pub const NO_TABLE: u16 = u16::MAX;

/// What a call is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// What its step says.
    #[default]
    Plain,
    /// Asks a participant of a two-phase commit to prepare.
    Prepare,
    /// Tells a participant of a two-phase commit the decision: to commit.
    Commit,
    /// Tells a participant of a two-phase commit the decision: to roll back.
    Rollback,
    /// Makes a try final.
    Confirm,
    /// Undoes an earlier write: compensation.
    Undo,
    /// Repairs what a reconciliation has found.
    Repair,
}

/// What kept an attempt back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptBy {
    /// The circuit breaker: it is open, or it waits for its probes.
    Breaker,
    /// The throttle.
    Throttle,
}

/// What a circuit breaker does with calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// It lets every call through.
    #[default]
    Closed,
    /// It keeps every call back.
    Open,
    /// It lets a few calls through, to see how they fare.
    HalfOpen,
}

/// The state of one thing that stands in front of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuardState {
    /// A breaker's.
    Breaker(Phase),
    /// The whole tokens that a retry budget has at hand.
    Tokens(u32),
    /// The probability with which a throttle keeps an attempt back, in whole per cent, rounded down.
    Throttle(u8),
}

/// Why a request says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum No {
    /// The record is not there.
    NotThere,
    /// The record is in this state, in which it cannot be done.
    State(u8),
    /// There is not enough left.
    NotEnough,
    /// The record has been changed since it was read.
    Changed,
    /// It belongs to the share of requests that is refused.
    Share,
}

/// What was done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It was inserted, and is the only one of its key.
    Inserted,
    /// It was inserted beside others of its key.
    InsertedAgain,
    /// It was changed.
    Updated,
    /// Records of its key were taken away.
    Removed,
    /// An event was applied to it.
    Applied,
    /// It was in one state for too long.
    Expired,
}

/// Why a message goes back to its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Return {
    /// The consumer failed and said so (negative acknowledgement).
    Failed,
    /// No acknowledgement came in time.
    Deadline,
    /// The consumer died; its connection broke.
    Broken,
}

/// How the truth can be broken once nothing is under way for a business key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// The promise is kept by the deciding record, and something that belongs to it is missing.
    Lost,
    /// Something is there more often than it may be.
    Duplicated,
    /// Something is there although there is no accepted record that it belongs to.
    Orphaned,
    /// The deciding record is in a state in which something was still to come.
    HalfDone,
    /// The user was told that it is done; it is not.
    PromisedNotDone,
    /// The user was told that it failed; it is done.
    DoneButRefused,
    /// A copy has other numbers than the record it is a copy of.
    Differs,
}

impl Finding {
    /// All of them, the gravest first.
    pub const ALL: [Finding; 7] = [
        Finding::PromisedNotDone,
        Finding::Lost,
        Finding::Duplicated,
        Finding::Orphaned,
        Finding::DoneButRefused,
        Finding::HalfDone,
        Finding::Differs,
    ];
}

/// What isolation would have prevented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Anomaly {
    /// A reader saw a record in the middle of somebody's business transaction.
    DirtyRead,
    /// An update overwrote one that it had not seen.
    LostUpdate,
    /// Something was written for what had been read, and that had changed in between.
    ChangedAfterRead,
}

/// What a reconciliation found for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Both sides agree.
    Matched,
    /// It is too young, or in a state of flight: left alone.
    Pending,
    /// They disagree, and it knows what to do.
    Repairable,
    /// They disagree, and people must look.
    Manual,
}

/// Which copies an event keeps in step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copies {
    /// The replica table of a reference.
    Replica(u16),
    /// The local caches of a reference.
    ReferenceCache(u16),
    /// A cache of `lookup` steps.
    Cache(u16),
}

impl Default for Copies {
    /// Stands in a place that has not been used yet.
    fn default() -> Self {
        Copies::Cache(0)
    }
}
