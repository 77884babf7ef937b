//! What happened in a stretch of time, counted: tallies of adjoining stretches add up.

use super::guards::GuardTally;
use super::latencies::Latencies;
use super::writing::Writes;
use kernel::time::{Span, Time};
use sim::Plan;
use sim::trace::Outcome;

/// How many requests ended how.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcomes {
    pub(super) ok: u64,
    pub(super) failed: u64,
    pub(super) refused: u64,
    pub(super) rejected: u64,
    pub(super) timed_out: u64,
    pub(super) not_permitted: u64,
    pub(super) declined: u64,
}

impl Outcomes {
    pub(super) fn count(&mut self, outcome: Outcome) {
        *match outcome {
            Outcome::Ok => &mut self.ok,
            Outcome::Failed | Outcome::Broken => &mut self.failed,
            Outcome::Refused => &mut self.refused,
            Outcome::Rejected => &mut self.rejected,
            Outcome::TimedOut => &mut self.timed_out,
            Outcome::NotPermitted => &mut self.not_permitted,
            Outcome::Declined => &mut self.declined,
        } += 1;
    }

    pub(super) fn add(&mut self, other: &Outcomes) {
        self.ok += other.ok;
        self.failed += other.failed;
        self.refused += other.refused;
        self.rejected += other.rejected;
        self.timed_out += other.timed_out;
        self.not_permitted += other.not_permitted;
        self.declined += other.declined;
    }

    /// All that ended.
    pub(super) fn all(&self) -> u64 {
        self.ok + self.declined + self.bad()
    }

    /// All but the good ones, and those that were told "no".
    pub(super) fn bad(&self) -> u64 {
        self.failed + self.refused + self.rejected + self.timed_out + self.not_permitted
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct ClientTally {
    pub(super) issued: u64,
    /// Attempts after the first that were sent, less first attempts that were not.
    pub(super) more_attempts: i64,
    pub(super) outcomes: Outcomes,
    pub(super) calls: u64,
    pub(super) latency: Latencies,
    /// When the last request was sent that did not end well.
    pub(super) last_not_ok: Option<Time>,
    /// When something was last tried again.
    pub(super) last_retry: Option<Time>,
}

/// Calls between services. (What clients ask for is counted with them, once.)
#[derive(Clone, Debug, Default)]
pub(super) struct OperationTally {
    pub(super) calls: u64,
    /// Attempts after the first that were sent, less first attempts that were not.
    pub(super) more_attempts: i64,
    pub(super) outcomes: Outcomes,
    pub(super) latency: Latencies,
}

#[derive(Clone, Debug, Default)]
pub(super) struct ServiceTally {
    pub(super) requests_in: u64,
    pub(super) finished: u64,
    pub(super) turned_away: u64,
    pub(super) held: Latencies,
    /// In the accept queue, of all that a worker took up.
    pub(super) waited: Latencies,
    /// How many of those waited at all.
    pub(super) queued: u64,
    pub(super) busy_area: u128,
    pub(super) waiting_area: u128,
    pub(super) queue_area: u128,
    pub(super) busy_peak: u32,
    pub(super) queue_peak: u32,
    pub(super) inside_peak: u32,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StoreTally {
    pub(super) queries: u64,
    pub(super) busy_area: u128,
    pub(super) wanted_area: u128,
    pub(super) wanted_peak: u32,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ReferenceTally {
    pub(super) lists: u64,
    pub(super) values: u64,
    pub(super) hits: u64,
    pub(super) misses: u64,
    pub(super) stale: u64,
    pub(super) stale_sum_ns: f64,
    pub(super) stalest: Span,
    pub(super) calls: u64,
    pub(super) events: u64,
    pub(super) applied: u64,
    pub(super) lag_sum_ns: f64,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CacheTally {
    pub(super) hits: u64,
    pub(super) misses: u64,
    pub(super) stale: u64,
    pub(super) age_sum_ns: f64,
    pub(super) events: u64,
}

/// What happened in a stretch of time. Tallies of adjoining stretches add up.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) span: Span,
    pub(super) clients: Vec<ClientTally>,
    pub(super) operations: Vec<OperationTally>,
    pub(super) services: Vec<ServiceTally>,
    pub(super) stores: Vec<StoreTally>,
    pub(super) references: Vec<ReferenceTally>,
    pub(super) caches: Vec<CacheTally>,
    pub(super) guards: Vec<GuardTally>,
    pub(super) changes: u64,
    pub(super) writes: Writes,
}

impl Tally {
    pub(super) fn new(plan: &Plan) -> Tally {
        Tally {
            span: Span::ZERO,
            clients: vec![ClientTally::default(); plan.clients.len()],
            operations: vec![OperationTally::default(); plan.operations.len()],
            services: vec![ServiceTally::default(); plan.services.len()],
            stores: vec![StoreTally::default(); plan.stores.len()],
            references: vec![ReferenceTally::default(); plan.references.len()],
            caches: vec![CacheTally::default(); plan.lookup_caches],
            guards: vec![GuardTally::default(); plan.guards.len()],
            changes: 0,
            writes: Writes::new(plan),
        }
    }

    /// Forgets everything, and keeps the memory.
    pub(super) fn clear(&mut self) {
        for client in &mut self.clients {
            client.latency.clear();
            *client = ClientTally {
                latency: std::mem::take(&mut client.latency),
                ..ClientTally::default()
            };
        }
        for operation in &mut self.operations {
            operation.latency.clear();
            *operation = OperationTally {
                latency: std::mem::take(&mut operation.latency),
                ..OperationTally::default()
            };
        }
        for service in &mut self.services {
            service.held.clear();
            service.waited.clear();
            *service = ServiceTally {
                held: std::mem::take(&mut service.held),
                waited: std::mem::take(&mut service.waited),
                ..ServiceTally::default()
            };
        }
        self.stores.fill(StoreTally::default());
        self.references.fill(ReferenceTally::default());
        self.caches.fill(CacheTally::default());
        self.guards.fill(GuardTally::default());
        self.span = Span::ZERO;
        self.changes = 0;
        self.writes.clear();
    }

    pub(super) fn add(&mut self, other: &Tally) {
        self.span = self.span + other.span;
        self.changes += other.changes;
        self.writes.add(&other.writes);
        for (mine, its) in self.clients.iter_mut().zip(&other.clients) {
            mine.issued += its.issued;
            mine.more_attempts += its.more_attempts;
            mine.outcomes.add(&its.outcomes);
            mine.calls += its.calls;
            mine.latency.add(&its.latency);
            mine.last_not_ok = mine.last_not_ok.max(its.last_not_ok);
            mine.last_retry = mine.last_retry.max(its.last_retry);
        }
        for (mine, its) in self.operations.iter_mut().zip(&other.operations) {
            mine.calls += its.calls;
            mine.more_attempts += its.more_attempts;
            mine.outcomes.add(&its.outcomes);
            mine.latency.add(&its.latency);
        }
        for (mine, its) in self.services.iter_mut().zip(&other.services) {
            mine.requests_in += its.requests_in;
            mine.finished += its.finished;
            mine.turned_away += its.turned_away;
            mine.held.add(&its.held);
            mine.waited.add(&its.waited);
            mine.queued += its.queued;
            mine.busy_area += its.busy_area;
            mine.waiting_area += its.waiting_area;
            mine.queue_area += its.queue_area;
            mine.busy_peak = mine.busy_peak.max(its.busy_peak);
            mine.queue_peak = mine.queue_peak.max(its.queue_peak);
            mine.inside_peak = mine.inside_peak.max(its.inside_peak);
        }
        for (mine, its) in self.stores.iter_mut().zip(&other.stores) {
            mine.queries += its.queries;
            mine.busy_area += its.busy_area;
            mine.wanted_area += its.wanted_area;
            mine.wanted_peak = mine.wanted_peak.max(its.wanted_peak);
        }
        for (mine, its) in self.references.iter_mut().zip(&other.references) {
            mine.lists += its.lists;
            mine.values += its.values;
            mine.hits += its.hits;
            mine.misses += its.misses;
            mine.stale += its.stale;
            mine.stale_sum_ns += its.stale_sum_ns;
            mine.stalest = mine.stalest.max(its.stalest);
            mine.calls += its.calls;
            mine.events += its.events;
            mine.applied += its.applied;
            mine.lag_sum_ns += its.lag_sum_ns;
        }
        for (mine, its) in self.guards.iter_mut().zip(&other.guards) {
            mine.add(its);
        }
        for (mine, its) in self.caches.iter_mut().zip(&other.caches) {
            mine.hits += its.hits;
            mine.misses += its.misses;
            mine.stale += its.stale;
            mine.age_sum_ns += its.age_sum_ns;
            mine.events += its.events;
        }
    }
}
