//! Floor 3: numbers with units, worked out from the records of a run as they come.

mod gauge;
pub mod numbers;
mod series;

use crate::scenario::Scenario;
use crate::sim::Plan;
use crate::sim::trace::{Copies, Outcome, Record, What};
use crate::time::{Span, Time};
use gauge::{Gauge, Latencies};
pub use numbers::Numbers;
pub use series::{Bin, Series};
use std::collections::VecDeque;

/// How many seconds the "recent" numbers look back.
const RECENT_SECONDS: usize = 5;
const SECOND: Span = Span::from_secs(1);

/// How many requests ended how.
#[derive(Clone, Copy, Debug, Default)]
struct Outcomes {
    ok: u64,
    failed: u64,
    refused: u64,
    rejected: u64,
    timed_out: u64,
}

impl Outcomes {
    fn count(&mut self, outcome: Outcome) {
        *match outcome {
            Outcome::Ok => &mut self.ok,
            Outcome::Failed | Outcome::Broken => &mut self.failed,
            Outcome::Refused => &mut self.refused,
            Outcome::Rejected => &mut self.rejected,
            Outcome::TimedOut => &mut self.timed_out,
        } += 1;
    }

    fn add(&mut self, other: &Outcomes) {
        self.ok += other.ok;
        self.failed += other.failed;
        self.refused += other.refused;
        self.rejected += other.rejected;
        self.timed_out += other.timed_out;
    }

    /// All but the good ones.
    fn bad(&self) -> u64 {
        self.failed + self.refused + self.rejected + self.timed_out
    }
}

#[derive(Clone, Debug, Default)]
struct ClientTally {
    issued: u64,
    outcomes: Outcomes,
    calls: u64,
    latency: Latencies,
}

#[derive(Clone, Debug, Default)]
struct OperationTally {
    calls: u64,
    outcomes: Outcomes,
    latency: Latencies,
}

#[derive(Clone, Debug, Default)]
struct ServiceTally {
    requests_in: u64,
    finished: u64,
    turned_away: u64,
    held: Latencies,
    busy_area: f64,
    waiting_area: f64,
    queue_area: f64,
    busy_peak: u32,
    queue_peak: u32,
    inside_peak: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct StoreTally {
    queries: u64,
    busy_area: f64,
    wanted_area: f64,
    wanted_peak: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct ReferenceTally {
    lists: u64,
    values: u64,
    hits: u64,
    misses: u64,
    stale: u64,
    stale_sum_ns: f64,
    stalest: Span,
    calls: u64,
    events: u64,
    applied: u64,
    lag_sum_ns: f64,
}

#[derive(Clone, Copy, Debug, Default)]
struct CacheTally {
    hits: u64,
    misses: u64,
    stale: u64,
    age_sum_ns: f64,
    events: u64,
}

/// What happened in a stretch of time. Tallies of adjoining stretches add up.
#[derive(Clone, Debug, Default)]
struct Tally {
    span: Span,
    clients: Vec<ClientTally>,
    operations: Vec<OperationTally>,
    services: Vec<ServiceTally>,
    stores: Vec<StoreTally>,
    references: Vec<ReferenceTally>,
    caches: Vec<CacheTally>,
    changes: u64,
}

impl Tally {
    fn new(plan: &Plan) -> Tally {
        Tally {
            span: Span::ZERO,
            clients: vec![ClientTally::default(); plan.clients.len()],
            operations: vec![OperationTally::default(); plan.operations.len()],
            services: vec![ServiceTally::default(); plan.services.len()],
            stores: vec![StoreTally::default(); plan.stores.len()],
            references: vec![ReferenceTally::default(); plan.references.len()],
            caches: vec![CacheTally::default(); plan.lookup_caches],
            changes: 0,
        }
    }

    /// Forgets everything, and keeps the memory.
    fn clear(&mut self) {
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
            *service = ServiceTally {
                held: std::mem::take(&mut service.held),
                ..ServiceTally::default()
            };
        }
        self.stores.fill(StoreTally::default());
        self.references.fill(ReferenceTally::default());
        self.caches.fill(CacheTally::default());
        self.span = Span::ZERO;
        self.changes = 0;
    }

    fn add(&mut self, other: &Tally) {
        self.span = self.span + other.span;
        self.changes += other.changes;
        for (mine, its) in self.clients.iter_mut().zip(&other.clients) {
            mine.issued += its.issued;
            mine.outcomes.add(&its.outcomes);
            mine.calls += its.calls;
            mine.latency.add(&its.latency);
        }
        for (mine, its) in self.operations.iter_mut().zip(&other.operations) {
            mine.calls += its.calls;
            mine.outcomes.add(&its.outcomes);
            mine.latency.add(&its.latency);
        }
        for (mine, its) in self.services.iter_mut().zip(&other.services) {
            mine.requests_in += its.requests_in;
            mine.finished += its.finished;
            mine.turned_away += its.turned_away;
            mine.held.add(&its.held);
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
        for (mine, its) in self.caches.iter_mut().zip(&other.caches) {
            mine.hits += its.hits;
            mine.misses += its.misses;
            mine.stale += its.stale;
            mine.age_sum_ns += its.age_sum_ns;
            mine.events += its.events;
        }
    }
}

/// The numbers of a run, kept up to date record by record. Memory is constant, however long the run.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Since when the totals count.
    counts_from: Time,
    /// All full seconds since then.
    total: Tally,
    /// The second under way.
    second: Tally,
    second_began: Time,
    /// The last full seconds.
    recent: VecDeque<Tally>,
    series: Series,
    busy: Vec<Gauge>,
    waiting: Vec<Gauge>,
    queued: Vec<Gauge>,
    connections: Vec<Gauge>,
    wanted: Vec<Gauge>,
    in_flight: Vec<u64>,
    /// The client whose operation is the scenario's outcome.
    main_client: usize,
}

impl Metrics {
    /// For a run of `scenario` with this plan.
    pub fn new(scenario: &Scenario, plan: &Plan) -> Metrics {
        let gauges = |count: usize| vec![Gauge::default(); count];
        let outcome = scenario
            .offer
            .as_ref()
            .map(|offer| offer.operation.as_str());
        let main_client = plan
            .clients
            .iter()
            .position(|client| {
                Some(plan.operations[client.operation as usize].name.as_str()) == outcome
            })
            .unwrap_or(0);
        Metrics {
            counts_from: Time::ZERO + scenario.warm_up,
            total: Tally::new(plan),
            second: Tally::new(plan),
            second_began: Time::ZERO,
            recent: VecDeque::new(),
            series: Series::default(),
            busy: gauges(plan.services.len()),
            waiting: gauges(plan.services.len()),
            queued: gauges(plan.services.len()),
            connections: gauges(plan.stores.len()),
            wanted: gauges(plan.stores.len()),
            in_flight: vec![0; plan.clients.len()],
            main_client,
        }
    }

    /// Takes one record in. Records come in order.
    pub fn observe(&mut self, plan: &Plan, record: &Record) {
        self.advance(plan, record.at);
        let now = record.at;
        match record.what {
            What::Issued { client, .. } => {
                self.second.clients[client as usize].issued += 1;
                self.in_flight[client as usize] += 1;
                let operation = plan.clients[client as usize].operation;
                self.second.operations[operation as usize].calls += 1;
            }
            What::Settled {
                client,
                outcome,
                latency,
                calls,
                ..
            } => {
                let tally = &mut self.second.clients[client as usize];
                tally.outcomes.count(outcome);
                // The latency and the calls of what failed would flatter: a rejection is quick and cheap.
                if outcome == Outcome::Ok {
                    tally.calls += u64::from(calls);
                    tally.latency.count(latency);
                }
                self.in_flight[client as usize] -= 1;
                let operation = plan.clients[client as usize].operation;
                self.answered(operation, outcome, latency);
            }
            What::Called { operation, .. } => self.second.operations[operation as usize].calls += 1,
            What::Answered {
                operation,
                outcome,
                latency,
                ..
            } => self.answered(operation, outcome, latency),
            What::Queued { service, .. } => {
                self.second.services[service as usize].requests_in += 1;
                self.queued[service as usize].change(now, 1);
                self.inside(service);
            }
            What::Started {
                service, queued, ..
            } => {
                if queued {
                    self.queued[service as usize].change(now, -1);
                } else {
                    self.second.services[service as usize].requests_in += 1;
                }
                self.busy[service as usize].change(now, 1);
                self.inside(service);
            }
            What::TurnedAway { service, .. } => {
                let tally = &mut self.second.services[service as usize];
                tally.requests_in += 1;
                tally.turned_away += 1;
            }
            What::Finished { service, held, .. } => {
                self.busy[service as usize].change(now, -1);
                let tally = &mut self.second.services[service as usize];
                tally.finished += 1;
                tally.held.count(held);
            }
            What::Dropped { service, .. } => self.queued[service as usize].change(now, -1),
            What::Waits { service, .. } => self.waiting[service as usize].change(now, 1),
            What::GoesOn { service, .. } => self.waiting[service as usize].change(now, -1),
            What::ConnectionWanted { store } => self.wanted[store as usize].change(now, 1),
            What::ConnectionUnwanted { store } => self.wanted[store as usize].change(now, -1),
            What::ConnectionTaken { store, queued, .. } => {
                if queued {
                    self.wanted[store as usize].change(now, -1);
                }
                self.connections[store as usize].change(now, 1);
                self.second.stores[store as usize].queries += 1;
            }
            What::ConnectionReturned { store } => self.connections[store as usize].change(now, -1),
            What::Changed { .. } => self.second.changes += 1,
            What::Resolved {
                reference,
                values,
                hits,
                misses,
                stale,
                stalest,
                stale_sum,
                calls,
                ..
            } => {
                let tally = &mut self.second.references[reference as usize];
                tally.lists += 1;
                tally.values += u64::from(values);
                tally.hits += u64::from(hits);
                tally.misses += u64::from(misses);
                tally.stale += u64::from(stale);
                tally.stale_sum_ns += stale_sum.0 as f64;
                tally.stalest = tally.stalest.max(stalest);
                tally.calls += u64::from(calls);
            }
            What::LookedUp {
                cache,
                hit,
                stale,
                age,
                ..
            } => {
                let tally = &mut self.second.caches[cache as usize];
                tally.hits += u64::from(hit);
                tally.misses += u64::from(!hit);
                tally.stale += u64::from(stale);
                tally.age_sum_ns += age.0 as f64;
            }
            What::EventSent { copies, .. } => match copies {
                Copies::Replica(reference) | Copies::ReferenceCache(reference) => {
                    self.second.references[reference as usize].events += 1;
                }
                Copies::Cache(cache) => self.second.caches[cache as usize].events += 1,
            },
            What::EventApplied { copies, lag, .. } => match copies {
                Copies::Replica(reference) | Copies::ReferenceCache(reference) => {
                    let tally = &mut self.second.references[reference as usize];
                    tally.applied += 1;
                    tally.lag_sum_ns += lag.0 as f64;
                }
                Copies::Cache(_) => {}
            },
            // What the settings were before says nothing about what they are now.
            What::Reconfigured => self.recent.clear(),
            What::Hop { .. }
            | What::TooLate { .. }
            | What::EventHeld { .. }
            | What::FaultBegan { .. }
            | What::FaultEnded { .. } => {}
        }
    }

    fn answered(&mut self, operation: u16, outcome: Outcome, latency: Span) {
        let tally = &mut self.second.operations[operation as usize];
        tally.outcomes.count(outcome);
        if outcome == Outcome::Ok {
            tally.latency.count(latency);
        }
    }

    fn inside(&mut self, service: u16) {
        let index = service as usize;
        let inside = self.busy[index].level + self.queued[index].level;
        let peak = &mut self.second.services[index].inside_peak;
        *peak = (*peak).max(inside);
    }

    /// Time passes, also when nothing happens.
    pub fn advance(&mut self, plan: &Plan, now: Time) {
        while now >= self.second_ends() {
            let end = self.second_ends();
            self.close_second(plan, end);
        }
    }

    /// The second under way ends after a second, or when the warm-up does.
    fn second_ends(&self) -> Time {
        let end = self.second_began + SECOND;
        if self.second_began < self.counts_from {
            end.min(self.counts_from)
        } else {
            end
        }
    }

    /// The second under way, with its gauges read at `now`.
    fn read_second(&self, now: Time) -> Tally {
        let mut tally = self.second.clone();
        self.read_gauges(&mut tally, now);
        tally
    }

    fn read_gauges(&self, tally: &mut Tally, now: Time) {
        tally.span = now.since(self.second_began);
        for (index, service) in tally.services.iter_mut().enumerate() {
            service.busy_area = self.busy[index].area(now);
            service.waiting_area = self.waiting[index].area(now);
            service.queue_area = self.queued[index].area(now);
            service.busy_peak = self.busy[index].peak;
            service.queue_peak = self.queued[index].peak;
            let inside = self.busy[index].level + self.queued[index].level;
            service.inside_peak = service.inside_peak.max(inside);
        }
        for (index, store) in tally.stores.iter_mut().enumerate() {
            store.busy_area = self.connections[index].area(now);
            store.wanted_area = self.wanted[index].area(now);
            store.wanted_peak = self.wanted[index].peak;
        }
    }

    fn close_second(&mut self, plan: &Plan, end: Time) {
        // The oldest second's memory serves the next one.
        let mut next = if self.recent.len() == RECENT_SECONDS {
            self.recent.pop_front()
        } else {
            None
        }
        .unwrap_or_else(|| Tally::new(plan));
        next.clear();
        let mut closed = std::mem::replace(&mut self.second, next);
        self.read_gauges(&mut closed, end);
        for gauge in [
            &mut self.busy,
            &mut self.waiting,
            &mut self.queued,
            &mut self.connections,
            &mut self.wanted,
        ]
        .into_iter()
        .flatten()
        {
            gauge.restart(end);
        }
        self.series
            .push(self.second_began, &closed, self.main_client);
        if self.second_began >= self.counts_from {
            self.total.add(&closed);
        }
        self.recent.push_back(closed);
        self.second_began = end;
    }

    /// The numbers since the end of the warm-up.
    pub fn numbers(&self, plan: &Plan, now: Time) -> Numbers {
        let mut tally = self.total.clone();
        let mut from = self.counts_from;
        if self.second_began >= self.counts_from {
            tally.add(&self.read_second(now));
        } else {
            // Still warming up: better these numbers than none.
            tally = self.read_second(now);
            from = self.second_began;
        }
        Numbers::new(plan, &tally, from, now, &self.in_flight)
    }

    /// The numbers of the last seconds (fewer at the start, and since a change of settings).
    pub fn recent(&self, plan: &Plan, now: Time) -> Numbers {
        let mut tally = Tally::new(plan);
        for second in &self.recent {
            tally.add(second);
        }
        tally.add(&self.read_second(now));
        let from = now - tally.span;
        Numbers::new(plan, &tally, from, now, &self.in_flight)
    }

    /// The course of the run.
    pub fn series(&self) -> &Series {
        &self.series
    }
}
