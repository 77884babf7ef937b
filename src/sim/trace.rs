//! The trace: what happened, in order. Everything shown - numbers, pictures, words - is derived from these records.

use crate::time::{Span, Time};

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
}

/// What a message on a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// A request, from the link's `from` to its `to`.
    Request,
    /// An answer with this outcome, against the link's direction.
    Answer(Outcome),
}

/// The kinds of records. Names (services, stores, ...) are indices into [`crate::sim::Plan`].
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
    /// A worker begins to wait for answers (it is held, but does nothing).
    Waits {
        /// The request whose worker waits.
        request: Serial,
        /// The service.
        service: u16,
        /// The instance.
        instance: u16,
    },
    /// A worker that waited for answers goes on.
    GoesOn {
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
    TooLate {
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
    /// A fault begins; the number is its place in [`crate::sim::Simulation::faults`].
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
