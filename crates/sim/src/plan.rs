//! The plan: a scenario with its names turned into indices and its steps into a flat list of instructions.
//!
//! A plan holds no state. Two plans of the same [`Plan::shape`] can be exchanged while a run goes on.

mod build;
mod consume;
mod coordinate;
mod events;
mod names;
mod same;
mod statements;
mod truth;
mod writing;

use super::choose::WayPlan;
use super::resilience::{GuardPlan, NO_GUARD};
use super::trace::Role;
pub(super) use build::Builder;
use build::{Mode, Says, Variant};
use kernel::time::Span;
use scenario::{
    Again, Balancing, CacheMiss, CacheSync, Count, CountOf, OnError, Point, Popularity, RateLimit,
    ReadStrategy, Scenario, distribution::Sampler,
};
use std::ops::Range;
pub use writing::*;

/// No index: stands for "none" where an index is expected.
pub const NONE: u32 = u32::MAX;

/// Consecutive places in one of a plan's lists.
pub type Rows = Range<u16>;

/// A scenario, ready to run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Services, in the order of their names (as everything below).
    pub services: Vec<ServicePlan>,
    /// Stores.
    pub stores: Vec<StorePlan>,
    /// Tables, by store and name.
    pub tables: Vec<TablePlan>,
    /// Links: every pair of ends between which something is ever sent.
    pub links: Vec<LinkPlan>,
    /// Operations.
    pub operations: Vec<OperationPlan>,
    /// Clients.
    pub clients: Vec<ClientPlan>,
    /// References.
    pub references: Vec<ReferencePlan>,
    /// Caches of `lookup` steps first (in the order of their names), then one for each reference.
    pub caches: Vec<CachePlan>,
    /// How many of `caches` belong to `lookup` steps.
    pub lookup_caches: usize,
    /// The instructions of all operations.
    pub code: Vec<Instruction>,
    /// What stands in front of calls: budgets, breakers, throttles and the policies of retries.
    pub guards: Vec<GuardPlan>,
    /// Where branches of fan-outs begin.
    pub branches: Vec<u32>,
    /// Topics.
    pub topics: Vec<TopicPlan>,
    /// Subscriptions, by topic.
    pub subscriptions: Vec<SubscriptionPlan>,
    /// Relays: one for each pair of a store and a topic that events leave for by an outbox or a log.
    pub relays: Vec<RelayPlan>,
    /// Business locks.
    pub locks: Vec<LockPlan>,
    /// What instructions do to records.
    pub statements: Vec<Statement>,
    /// What must hold for each business key.
    pub ledger: Option<LedgerPlan>,
    /// Jobs that compare and repair.
    pub reconciliations: Vec<ReconciliationPlan>,
    /// How many of `operations` the document names; the others are variants of them, made for a strategy.
    pub named_operations: usize,
    /// For a two-phase commit: after how long a participant in doubt asks what was decided.
    pub recovery: Span,
    /// For a two-phase commit: the table with the coordinator's record, and its state once it has committed.
    pub two_phase_record: Option<(u16, u8)>,
    /// The ways of `choose` steps.
    pub ways: Vec<WayPlan>,
    /// Whether anything is ever drawn from a lineage, or goes by one: where nothing is, requests need none.
    pub draws: bool,
}

/// One end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// A client.
    Client(u16),
    /// A service.
    Service(u16),
    /// A topic.
    Topic(u16),
}

/// A service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServicePlan {
    /// Its name in the document.
    pub name: String,
    /// Processes.
    pub instances: u32,
    /// Workers of each.
    pub threads: u32,
    /// Places in the accept queue of each.
    pub accept_queue: u32,
    /// How long a request waits there at most.
    pub queue_timeout: Option<Span>,
    /// What all instances together admit at most.
    pub rate_limit: Option<RateLimit>,
    /// What each request inside adds to work.
    pub per_inside: Span,
    /// How an instance is picked.
    pub balancing: Balancing,
    /// Whether it belongs to somebody else.
    pub external: bool,
}

/// A store.
#[derive(Clone, Debug, PartialEq)]
pub struct StorePlan {
    /// Its name in the document.
    pub name: String,
    /// The service it belongs to.
    pub service: u16,
    /// Connections in its pool.
    pub connections: u32,
    /// Time of a query, without its rows.
    pub query_time: Sampler,
    /// Additional time for each row.
    pub row_time: Span,
    /// Time of a write transaction.
    pub write_time: Sampler,
    /// How long a statement waits for a locked row.
    pub lock_timeout: Span,
}

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct TablePlan {
    /// `"store.table"`.
    pub name: String,
    /// Its store.
    pub store: u16,
    /// Its rows.
    pub rows: u32,
    /// References whose column it has; if there are any, rows are inserted and the oldest leaves.
    pub references: Vec<u16>,
    /// Copies elsewhere that are kept in step by events: replicas and caches with broadcast.
    pub copied_by: Vec<u16>,
    /// The states of its records, if it is a table of records.
    pub states: Vec<String>,
    /// The names of its records' numbers.
    pub fields: Vec<String>,
    /// What those are at the start.
    pub start: Values,
    /// What becomes of records that stay in one state for long.
    pub expires: Option<ExpiryPlan>,
}

impl TablePlan {
    /// Whether it holds records (and not only versions).
    pub fn is_record(&self) -> bool {
        !self.states.is_empty()
    }
}

/// A link.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkPlan {
    /// Where requests come from.
    pub from: End,
    /// Where requests go.
    pub to: End,
    /// Time of one way.
    pub latency: Sampler,
    /// Share of requests and events lost.
    pub request_loss: f64,
    /// Share of answers lost.
    pub answer_loss: f64,
}

/// An operation.
#[derive(Clone, Debug)]
pub struct OperationPlan {
    /// `"service.operation"`.
    pub name: String,
    /// The service that does it.
    pub service: u16,
    /// Its first instruction.
    pub entry: u32,
    /// The operation of the document that this one is (a variant of).
    pub named: u16,
}

/// A client.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientPlan {
    /// Its name in the document.
    pub name: String,
    /// What it asks for.
    pub operation: u16,
    /// The link it asks over.
    pub link: u16,
    /// When it asks.
    pub load: LoadPlan,
    /// How long it waits.
    pub timeout: Span,
    /// What stands in front of its requests, in [`Plan::guards`], or [`NO_GUARD`].
    pub guard: u16,
    /// What they ask about.
    pub key: KeyPlan,
    /// Whether somebody tries again by hand.
    pub again: Option<Again>,
}

/// What a client's requests are about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum KeyPlan {
    /// Nothing that has a business key.
    None,
    /// A new business key each time.
    New,
    /// That of a record which is there from the start.
    RowOf {
        /// The table.
        table: u16,
        /// How often each is meant.
        popularity: Popularity,
    },
    /// One that another client has begun of late.
    Recent {
        /// The other client.
        client: u16,
    },
}

/// When a client asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LoadPlan {
    /// Independent people.
    Poisson {
        /// Requests a second.
        rate: f64,
    },
    /// Evenly spaced.
    Constant {
        /// Requests a second.
        rate: f64,
    },
    /// Many at once.
    Bursts {
        /// Time between.
        every: Span,
        /// How many.
        size: u32,
    },
    /// Users who think, ask and wait.
    Closed {
        /// How many users.
        users: u32,
        /// How long they think.
        think: Sampler,
    },
}

/// A reference.
#[derive(Clone, Debug)]
pub struct ReferencePlan {
    /// Its name in the document.
    pub name: String,
    /// The service whose list it is in.
    pub reader: u16,
    /// The service that owns the values.
    pub owner: u16,
    /// The table with the column.
    pub from: u16,
    /// The column's place among the references of that table.
    pub column: u16,
    /// The table that owns the values.
    pub to: u16,
    /// The owner's operation that finds values.
    pub lookup: u16,
    /// The link reader -> owner.
    pub link: u16,
    /// The link owner -> reader, which events take.
    pub event_link: u16,
    /// How the values are got.
    pub strategy: ReadStrategy,
    /// How often each key is referred to.
    pub popularity: Popularity,
    /// How long one call is waited for.
    pub timeout: Span,
    /// What a failed call means.
    pub on_error: OnError,
    /// At most so many calls at once (`u32::MAX`: no limit).
    pub parallel_limit: u32,
    /// At most so many keys in one call.
    pub batch_size: u32,
    /// For `batch`: at most so many calls at once.
    pub batch_parallel: u32,
    /// Whether a replica gets its events in their order.
    pub in_order: bool,
    /// How missing values are fetched.
    pub miss: CacheMiss,
    /// What stands in front of its calls, in [`Plan::guards`], or [`NO_GUARD`].
    pub guard: u16,
    /// Its cache, in [`Plan::caches`].
    pub cache: u16,
}

/// A cache: one in each instance of its service.
#[derive(Clone, Debug, PartialEq)]
pub struct CachePlan {
    /// The reference it belongs to, or the name of a `lookup` cache.
    pub name: String,
    /// The service.
    pub service: u16,
    /// The table whose rows it has copies of.
    pub of: u16,
    /// How often each key is looked up.
    pub popularity: Popularity,
    /// How long a copy may be used.
    pub ttl: Span,
    /// Whether an entry's time to live begins anew with each use.
    pub slides: bool,
    /// Whether those who miss the same key at the same time wait for the first.
    pub single_flight: bool,
    /// Most entries of one instance.
    pub size: u32,
    /// Whether the owner broadcasts its changes.
    pub sync: CacheSync,
    /// The link owner -> service, which broadcasts take.
    pub event_link: u16,
    /// Whether it is used at all (a reference's cache is, if that is its strategy).
    pub in_use: bool,
}

/// One instruction of an operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Instruction {
    /// Hold the worker.
    Work(Sampler),
    /// Read rows.
    Query {
        /// Where.
        store: u16,
        /// Which table ([`NONE`]: the cost alone matters).
        table: u32,
        /// How many.
        rows: Count,
    },
    /// Write and commit.
    Write {
        /// Where.
        store: u16,
        /// Which table ([`NONE`]: the cost alone matters).
        table: u32,
    },
    /// Call and wait.
    Call {
        /// What.
        operation: u16,
        /// Over which link.
        link: u16,
        /// With how many keys.
        keys: Count,
        /// How long to wait.
        timeout: Span,
        /// What a failure means.
        on_error: OnError,
        /// What stands in front of it, in [`Plan::guards`], or [`NO_GUARD`].
        guard: u16,
        /// What it is for.
        role: Role,
    },
    /// Start branches and wait for all.
    FanOut {
        /// The first, in [`Plan::branches`].
        first: u32,
        /// How many.
        branches: u32,
        /// How often each.
        times: Count,
        /// At most so many at once (`u32::MAX`: no limit).
        limit: u32,
        /// Where to go on.
        end: u32,
    },
    /// Begin a loop.
    Repeat {
        /// How often.
        times: Count,
        /// Behind the loop.
        end: u32,
    },
    /// Once more, or on.
    Again {
        /// The first instruction of the loop's body.
        body: u32,
    },
    /// Go one of several ways.
    Choose {
        /// The first, in [`Plan::ways`].
        first: u32,
        /// How many.
        ways: u32,
    },
    /// Go on elsewhere.
    Jump {
        /// Where.
        to: u32,
    },
    /// Look one key up.
    Lookup {
        /// Where.
        cache: u16,
        /// Behind the steps that fetch it.
        end: u32,
    },
    /// Keep what was fetched.
    Fill {
        /// Where.
        cache: u16,
    },
    /// Get the values of a reference for the rows read.
    Resolve {
        /// Which.
        reference: u16,
    },
    /// Get the value that a new row will embed.
    Embed {
        /// Which.
        reference: u16,
    },
    /// The operation or the branch is done.
    Done,
    /// Begin a local transaction.
    Begin {
        /// In which store.
        store: u16,
    },
    /// Do something to a record, in the transaction.
    Statement {
        /// What, in [`Plan::statements`].
        statement: u32,
        /// Whether its time is that of the commit (it is the only one).
        free: bool,
    },
    /// Commit the local transaction.
    Commit,
    /// Prepare it: it is kept until the decision is told.
    Prepare {
        /// The operation whose transaction it is.
        operation: u16,
    },
    /// The decision about a prepared transaction.
    Decide {
        /// The operation whose transaction it is.
        operation: u16,
        /// To commit it, or to roll it back.
        commit: bool,
    },
    /// Publish an event.
    Publish {
        /// On which topic.
        topic: u16,
        /// Over which link.
        link: u16,
        /// By which relay, if by one.
        relay: u32,
        /// The table whose record it carries ([`NONE`]: the key alone).
        of: u32,
        /// What has happened, as a choreography counts it.
        kind: u8,
        /// Whether this is where it leaves after the commit (and not where it is asked for).
        after_commit: bool,
    },
    /// Say no with this probability.
    Decline(f64),
    /// Take a business lock.
    TakeLock {
        /// Which.
        lock: u16,
    },
    /// Give a business lock back.
    ReleaseLock {
        /// Which.
        lock: u16,
    },
    /// From here on, a failure goes on elsewhere.
    OnFailure {
        /// If it is certain that nothing was done ([`NONE`]: the request ends).
        clean: u32,
        /// If nobody knows what was done.
        unknown: u32,
    },
    /// A business transaction begins (`true`) or ends: in between, its records are not final.
    Process(bool),
    /// The request ends with the failure that brought it here.
    Fail,
    /// Leave, if the message is known already.
    SeenBefore {
        /// By which subscription.
        subscription: u16,
        /// Where to go on then.
        end: u32,
    },
    /// Remember the message, in the transaction if there is one.
    Remember {
        /// For which subscription.
        subscription: u16,
    },
    /// A point at which the process may die.
    MayDie(Point),
}

impl Plan {
    /// The plan of a validated scenario.
    pub fn new(scenario: &Scenario) -> Plan {
        Builder::new(scenario).build()
    }

    /// How many instances of its caller a guard stands at: 1 for a client's.
    pub fn callers(&self, guard: usize) -> usize {
        super::resilience::callers(self, &self.guards[guard])
    }

    /// What must be equal for two plans to be exchanged while a run goes on: everything but the numbers.
    pub fn shape(&self) -> impl PartialEq + '_ {
        let tables: Vec<_> = self
            .tables
            .iter()
            .map(|table| (&table.name, table.rows))
            .collect();
        let code: Vec<_> = self.code.iter().map(std::mem::discriminant).collect();
        let names =
            |names: &mut dyn Iterator<Item = &'_ String>| names.cloned().collect::<Vec<_>>();
        let guards: Vec<_> = self
            .guards
            .iter()
            .map(|guard| (guard.caller, &guard.name))
            .collect();
        let popularity: Vec<_> = self
            .references
            .iter()
            .map(|reference| (reference.popularity, reference.in_order))
            .collect();
        (
            names(&mut self.services.iter().map(|x| &x.name)),
            names(&mut self.stores.iter().map(|x| &x.name)),
            names(&mut self.operations.iter().map(|x| &x.name)),
            names(&mut self.clients.iter().map(|x| &x.name)),
            names(&mut self.references.iter().map(|x| &x.name)),
            names(&mut self.caches.iter().map(|x| &x.name)),
            self.links
                .iter()
                .map(|link| (link.from, link.to))
                .collect::<Vec<_>>(),
            self.clients
                .iter()
                .map(|client| std::mem::discriminant(&client.load))
                .collect::<Vec<_>>(),
            tables,
            popularity,
            (
                code,
                &self.branches,
                guards,
                names(&mut self.topics.iter().map(|x| &x.name)),
                names(&mut self.subscriptions.iter().map(|x| &x.name)),
                names(&mut self.reconciliations.iter().map(|x| &x.name)),
                self.relays
                    .iter()
                    .map(|relay| (relay.topic, relay.store, relay.log))
                    .collect::<Vec<_>>(),
                &self.statements,
            ),
            self.ways.iter().map(|way| way.entry).collect::<Vec<_>>(),
        )
    }

    /// Up to where what stands behind a query is surely done after it and is about its page: the references that are
    /// resolved there can be joined into it.
    pub fn joined_behind(&self, query: u32) -> u32 {
        let behind = &self.code[query as usize + 1..];
        let end = behind.iter().position(|it| match it {
            Instruction::Resolve { .. }
            | Instruction::Work(_)
            | Instruction::Call { .. }
            | Instruction::Query { table: NONE, .. }
            | Instruction::Write { table: NONE, .. } => false,
            Instruction::Query { table, .. } | Instruction::Write { table, .. } => {
                !self.tables[*table as usize].references.is_empty()
            }
            _ => true,
        });
        query + 1 + end.unwrap_or(behind.len()) as u32
    }

    /// What a link's end is called.
    pub fn end_name(&self, end: End) -> &str {
        match end {
            End::Client(client) => &self.clients[client as usize].name,
            End::Service(service) => &self.services[service as usize].name,
            End::Topic(topic) => &self.topics[topic as usize].name,
        }
    }
}

/// How many things a [`Count`] stands for, given a request's keys and rows.
pub fn count(count: Count, keys: u32, rows: u32) -> u32 {
    match count {
        Count::Number(number) => number,
        Count::Of(CountOf::Keys) => keys,
        Count::Of(CountOf::Rows) => rows,
    }
}
