//! Numbers with units, worked out from the records of a run as they come.

mod batches;
mod check;
mod disagreements;
mod gauge;
mod guards;
pub mod headline;
mod latencies;
pub mod numbers;
mod series;
mod tally;
mod writing;

use batches::Batches;
pub use check::{Broken, Violation};
use check::{Connections, Station};
use disagreements::Disagreements;
use gauge::Gauge;
use guards::GuardLevels;
pub use guards::{GuardBin, GuardNumbers};
pub use headline::HeadlineNow;
use kernel::time::{Span, Time};
pub use numbers::Numbers;
use scenario::Scenario;
pub use series::{Bin, ClientBin, Series};
use sim::Plan;
use sim::trace::{Copies, Message, Outcome, Role, Serial, What};
use std::collections::VecDeque;
use tally::{Outcomes, Tally};
pub use writing::WritingNumbers;

/// How many stretches the "recent" numbers look back.
const RECENT_STRETCHES: usize = 5;

/// What is so at this very moment.
struct Levels<'a> {
    /// By client.
    in_flight: &'a [u64],
    /// By operation: calls between services and deliveries, without what clients ask for.
    called: &'a [u64],
    /// By service.
    services: &'a [ServiceLevels],
    /// By guard.
    guards: &'a [GuardLevels],
}

/// What is so at a service.
#[derive(Clone, Copy, Debug, Default)]
struct ServiceLevels {
    /// Workers in use.
    busy: Gauge,
    /// Of those, workers that only wait.
    waiting: Gauge,
    /// Requests that wait for a worker.
    queued: Gauge,
    /// What Little's law is held against.
    station: Station,
}

impl ServiceLevels {
    /// Requests inside, running or waiting.
    #[inline]
    fn inside(&self) -> u32 {
        self.busy.level + self.queued.level
    }
}

/// The numbers of a run, kept up to date record by record. Memory is constant, however long the run.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Since when the totals count.
    counts_from: Time,
    /// When the settings were changed last.
    changed_at: Time,
    /// All full stretches since then.
    total: Tally,
    /// The stretch under way. It is as long as a bin of the series: a second, and longer as the run grows, so that a
    /// long run is not cut into ever more pieces.
    stretch: Tally,
    stretch_began: Time,
    /// When it ends; earlier than a bin when the warm-up ends or settings change.
    stretch_ends: Time,
    /// The last full stretches.
    recent: VecDeque<Tally>,
    series: Series,
    services: Vec<ServiceLevels>,
    connections: Vec<Gauge>,
    wanted: Vec<Gauge>,
    /// By what stands in front of calls.
    guards: Vec<GuardLevels>,
    in_flight: Vec<u64>,
    /// By operation: calls between services, and deliveries, that have not ended.
    called: Vec<u64>,
    /// By operation: whether a subscription runs it.
    consumed: Vec<bool>,
    /// The latest delivery and its operation: what is lost on the way is lost at once.
    delivered: (Serial, u16),
    /// What the ledger has found and nothing has mended.
    disagreements: Disagreements,
    /// By client: how far the mean latency may be off.
    batches: Vec<Batches>,
    /// By store: what the bound of its pool is held against.
    pools: Vec<Connections>,
    violation: Option<Violation>,
    /// The client whose operation is the scenario's outcome.
    main_client: usize,
}

/// The client whose operation is the scenario's outcome: that of the offer, or else the first.
pub fn main_client(scenario: &Scenario, plan: &Plan) -> u16 {
    let offer = scenario.offer.as_ref();
    let outcome = offer.map(|offer| offer.operation.as_str());
    let asks = |operation: u16| plan.operations[operation as usize].name.as_str();
    let mut clients = plan.clients.iter();
    let main = clients.position(|client| Some(asks(client.operation)) == outcome);
    main.unwrap_or(0) as u16
}

impl Metrics {
    /// For a run of `scenario` with this plan.
    pub fn new(scenario: &Scenario, plan: &Plan) -> Metrics {
        let gauges = |count: usize| vec![Gauge::default(); count];
        let main_client = usize::from(main_client(scenario, plan));
        let mut metrics = Metrics {
            counts_from: Time::ZERO + scenario.warm_up,
            changed_at: Time::ZERO,
            total: Tally::new(plan),
            stretch: Tally::new(plan),
            stretch_began: Time::ZERO,
            stretch_ends: Time::ZERO,
            recent: VecDeque::new(),
            series: Series::new(plan),
            services: vec![ServiceLevels::default(); plan.services.len()],
            connections: gauges(plan.stores.len()),
            wanted: gauges(plan.stores.len()),
            guards: GuardLevels::all(plan),
            in_flight: vec![0; plan.clients.len()],
            called: vec![0; plan.operations.len()],
            consumed: vec![false; plan.operations.len()],
            delivered: (0, 0),
            disagreements: Disagreements::default(),
            batches: vec![Batches::default(); plan.clients.len()],
            pools: vec![Connections::default(); plan.stores.len()],
            violation: None,
            main_client,
        };
        for subscription in &plan.subscriptions {
            metrics.consumed[subscription.operation as usize] = true;
        }
        metrics.stretch_ends = metrics.next_end();
        metrics
    }

    /// Takes in what happens; it comes in order.
    // Compiled into the place where a record is made, of which there are few: each needs only its own branch.
    #[inline(always)]
    pub fn observe(&mut self, plan: &Plan, now: Time, what: &What) {
        if now >= self.stretch_ends {
            self.advance(plan, now);
        }
        match *what {
            What::Issued { client, .. } => {
                self.stretch.clients[client as usize].issued += 1;
                self.in_flight[client as usize] += 1;
            }
            What::Settled {
                client,
                outcome,
                latency,
                calls,
                ..
            } => {
                self.in_flight[client as usize] -= 1;
                // What was asked for under other settings says nothing about these.
                let began = now - latency;
                if began < self.changed_at {
                    return;
                }
                let tally = &mut self.stretch.clients[client as usize];
                tally.outcomes.count(outcome);
                tally.calls += u64::from(calls);
                // The latency of what failed would flatter: a rejection is quick.
                if outcome == Outcome::Ok {
                    tally.latency.count(latency);
                } else {
                    tally.last_not_ok = tally.last_not_ok.max(Some(began));
                }
            }
            What::Retried {
                client, operation, ..
            } => {
                if let Some(client) = client {
                    self.stretch.clients[client as usize].last_retry = Some(now);
                }
                *self.more_attempts(client, operation) += 1;
            }
            What::CallNotPermitted {
                client,
                operation,
                first,
                guard,
                by,
                ..
            } => {
                self.stretch.guards[guard as usize].keeps_back(by);
                if first {
                    *self.more_attempts(client, operation) -= 1;
                }
            }
            What::RetryDenied { guard, .. } => self.stretch.guards[guard as usize].denies(),
            What::GuardChanged {
                guard,
                instance,
                state,
                ..
            } => {
                let index = usize::from(guard);
                self.stretch.guards[index].changed(state);
                self.guards[index].changed(plan, index, instance, state, now);
            }
            What::Called {
                operation, role, ..
            } => {
                self.stretch.operations[operation as usize].calls += 1;
                self.called[operation as usize] += 1;
                if role == Role::Undo {
                    self.stretch.writes.undoes();
                }
            }
            What::Answered {
                operation,
                outcome,
                latency,
                ..
            } => self.answered(operation, outcome, latency),
            What::Queued { service, .. } => {
                let levels = &mut self.services[service as usize];
                levels.queued.up(now);
                let tally = &mut self.stretch.services[service as usize];
                tally.requests_in += 1;
                tally.inside_peak = tally.inside_peak.max(levels.inside());
            }
            What::Started {
                service,
                queued,
                waited,
                ..
            } => {
                let levels = &mut self.services[service as usize];
                let tally = &mut self.stretch.services[service as usize];
                tally.waited.count(waited);
                levels.busy.up(now);
                if queued {
                    levels.queued.down(now);
                    tally.queued += 1;
                } else {
                    tally.requests_in += 1;
                    tally.inside_peak = tally.inside_peak.max(levels.inside());
                }
            }
            What::TurnedAway {
                service,
                operation,
                outcome,
                ..
            } => {
                self.consumed(operation, outcome, Span::ZERO);
                let tally = &mut self.stretch.services[service as usize];
                tally.requests_in += 1;
                tally.turned_away += 1;
            }
            What::Finished {
                service,
                operation,
                outcome,
                held,
                ..
            } => {
                self.consumed(operation, outcome, held);
                let levels = &mut self.services[service as usize];
                levels.busy.down(now);
                levels.station.leaves(held);
                let tally = &mut self.stretch.services[service as usize];
                tally.finished += 1;
                tally.held.count(held);
            }
            What::LeftQueue {
                service, operation, ..
            } => {
                self.consumed(operation, Outcome::Rejected, Span::ZERO);
                self.services[service as usize].queued.down(now);
                self.stretch.services[service as usize].turned_away += 1;
            }
            What::Dropped {
                service, operation, ..
            } => {
                self.consumed(operation, Outcome::Broken, Span::ZERO);
                self.services[service as usize].queued.down(now);
            }
            What::Hop {
                request,
                message: Message::Request,
                lost: true,
                ..
            } => {
                // The broker will hear nothing of it until the deadline is over.
                let (delivered, operation) = self.delivered;
                if request == delivered && request != 0 {
                    self.consumed(operation, Outcome::TimedOut, Span::ZERO);
                }
            }
            What::WorkerBlocked { service, .. } => self.services[service as usize].waiting.up(now),
            What::WorkerResumed { service, .. } => {
                self.services[service as usize].waiting.down(now)
            }
            What::ConnectionWanted { store } => self.wanted[store as usize].up(now),
            What::ConnectionUnwanted { store } => self.wanted[store as usize].down(now),
            What::ConnectionTaken { store, queued, .. } => {
                if queued {
                    self.wanted[store as usize].down(now);
                }
                self.connections[store as usize].up(now);
                self.stretch.stores[store as usize].queries += 1;
            }
            What::ConnectionReturned { store } => self.connections[store as usize].down(now),
            What::Changed { .. } => self.stretch.changes += 1,
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
                let tally = &mut self.stretch.references[reference as usize];
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
                let tally = &mut self.stretch.caches[cache as usize];
                tally.hits += u64::from(hit);
                tally.misses += u64::from(!hit);
                tally.stale += u64::from(stale);
                tally.age_sum_ns += age.0 as f64;
            }
            What::EventSent { copies, .. } => match copies {
                Copies::Replica(reference) | Copies::ReferenceCache(reference) => {
                    self.stretch.references[reference as usize].events += 1;
                }
                Copies::Cache(cache) => self.stretch.caches[cache as usize].events += 1,
            },
            What::EventApplied { copies, lag, .. } => match copies {
                Copies::Replica(reference) | Copies::ReferenceCache(reference) => {
                    let tally = &mut self.stretch.references[reference as usize];
                    tally.applied += 1;
                    tally.lag_sum_ns += lag.0 as f64;
                }
                Copies::Cache(_) => {}
            },
            // What the settings were before says nothing about what they are now.
            What::Reconfigured => self.reconfigured(plan, now),
            What::Hop { .. }
            | What::LateResponse { .. }
            | What::EventHeld { .. }
            | What::FaultBegan { .. }
            | What::FaultEnded { .. } => {}
            ref about_writing => {
                if let What::Delivered {
                    request,
                    subscription,
                    ..
                } = *about_writing
                {
                    let operation = plan.subscriptions[subscription as usize].operation;
                    self.stretch.operations[operation as usize].calls += 1;
                    self.called[operation as usize] += 1;
                    self.delivered = (request, operation);
                }
                let disagreements = &mut self.disagreements;
                self.stretch
                    .writes
                    .observe(plan, now, about_writing, disagreements);
            }
        }
    }

    fn more_attempts(&mut self, client: Option<u16>, operation: u16) -> &mut i64 {
        match client {
            Some(client) => &mut self.stretch.clients[client as usize].more_attempts,
            None => &mut self.stretch.operations[operation as usize].more_attempts,
        }
    }

    /// An operation has ended at its service: if a subscription runs it, that is how a delivery ended.
    #[inline(always)]
    fn consumed(&mut self, operation: u16, outcome: Outcome, held: Span) {
        if self.consumed[operation as usize] {
            self.answered(operation, outcome, held);
        }
    }

    fn answered(&mut self, operation: u16, outcome: Outcome, latency: Span) {
        let under_way = &mut self.called[operation as usize];
        *under_way = under_way.saturating_sub(1);
        let tally = &mut self.stretch.operations[operation as usize];
        tally.outcomes.count(outcome);
        if outcome == Outcome::Ok {
            tally.latency.count(latency);
        }
    }

    /// Time passes, also when nothing happens.
    #[inline(never)]
    pub fn advance(&mut self, plan: &Plan, now: Time) {
        while now >= self.stretch_ends {
            let end = self.stretch_ends;
            self.close_stretch(plan, end);
        }
    }

    /// The stretch under way, with its gauges read at `now`.
    fn read_stretch(&self, now: Time) -> Tally {
        let mut tally = self.stretch.clone();
        self.read_gauges(&mut tally, now);
        tally
    }

    fn read_gauges(&self, tally: &mut Tally, now: Time) {
        tally.span = now.since(self.stretch_began);
        tally
            .writes
            .read(&self.disagreements, self.stretch_began, now);
        for (service, levels) in tally.services.iter_mut().zip(&self.services) {
            service.busy_area = levels.busy.area(now).into();
            service.waiting_area = levels.waiting.area(now).into();
            service.queue_area = levels.queued.area(now).into();
            service.busy_peak = levels.busy.peak;
            service.queue_peak = levels.queued.peak;
            service.inside_peak = service.inside_peak.max(levels.inside());
        }
        for (guard, levels) in tally.guards.iter_mut().zip(&self.guards) {
            levels.read(guard, now);
        }
        for (index, store) in tally.stores.iter_mut().enumerate() {
            store.busy_area = self.connections[index].area(now).into();
            store.wanted_area = self.wanted[index].area(now).into();
            store.wanted_peak = self.wanted[index].peak;
        }
    }

    fn close_stretch(&mut self, plan: &Plan, end: Time) {
        // The oldest stretch's memory serves the next one.
        let mut next = if self.recent.len() == RECENT_STRETCHES {
            self.recent.pop_front()
        } else {
            None
        }
        .unwrap_or_else(|| Tally::new(plan));
        next.clear();
        let mut closed = std::mem::replace(&mut self.stretch, next);
        self.read_gauges(&mut closed, end);
        self.check(plan, &closed, end);
        for levels in &mut self.services {
            levels.busy.restart(end);
            levels.waiting.restart(end);
            levels.queued.restart(end);
        }
        for gauge in self.connections.iter_mut().chain(&mut self.wanted) {
            gauge.restart(end);
        }
        self.disagreements.restart(end);
        for guard in &mut self.guards {
            guard.restart(end);
        }
        self.series
            .push(plan, self.stretch_began, &mut closed, self.main_client);
        if self.stretch_began >= self.counts_from {
            self.total.add(&closed);
            for (batches, client) in self.batches.iter_mut().zip(&closed.clients) {
                batches.push(closed.span, &client.latency);
            }
        }
        self.recent.push_back(closed);
        self.stretch_began = end;
        self.stretch_ends = self.next_end();
    }

    /// When the stretch that begins now ends: with the bin of the series that it is in, or with the warm-up.
    fn next_end(&self) -> Time {
        let width = self.series.width();
        let end = Time((self.stretch_began.0 / width.0 + 1).saturating_mul(width.0));
        if self.stretch_began < self.counts_from {
            end.min(self.counts_from)
        } else {
            end
        }
    }

    /// Holds the stretch against the laws that every run obeys.
    fn check(&mut self, plan: &Plan, closed: &Tally, end: Time) {
        for (index, tally) in closed.services.iter().enumerate() {
            let levels = &mut self.services[index];
            // Those that are leaving still work.
            let places = plan.services[index].threads * plan.services[index].instances;
            let level = levels.busy.level;
            let found = levels
                .station
                .check(tally.busy_area, tally.busy_peak, level, places);
            self.note(found, &plan.services[index].name, end);
        }
        for (index, store) in plan.stores.iter().enumerate() {
            let found = self.pools[index].check(self.connections[index].peak, store.connections);
            self.note(found, &store.name, end);
        }
    }

    /// Keeps the first law that was broken.
    fn note(&mut self, found: Option<Broken>, name: &str, at: Time) {
        if let (None, Some(broken)) = (&self.violation, found) {
            let service = name.to_string();
            self.violation = Some(Violation {
                broken,
                service,
                at,
            });
        }
    }

    /// The first law that the run has broken, if one is: a mistake of the engine, and never of the scenario. `open` is how
    /// many clients' requests the simulation has open, and `inside` for each service the times so far of the requests
    /// that its workers hold.
    pub fn violation(
        &self,
        plan: &Plan,
        now: Time,
        open: u64,
        inside: &[u128],
    ) -> Option<Violation> {
        if self.violation.is_some() {
            return self.violation.clone();
        }
        let violation = |broken, service: &str| Violation {
            broken,
            service: service.to_string(),
            at: now,
        };
        if open != self.in_flight.iter().sum::<u64>() {
            return Some(violation(Broken::RequestsConserved, ""));
        }
        (0..plan.services.len()).find_map(|index| {
            let levels = &self.services[index];
            let area = levels.busy.area(now).into();
            levels
                .station
                .littles_law(area, inside[index])
                .map(|broken| violation(broken, &plan.services[index].name))
        })
    }

    /// The numbers since the end of the warm-up, or since the settings were changed last: what was before says nothing
    /// about what is now.
    pub fn numbers(&self, plan: &Plan, now: Time) -> Numbers {
        let mut tally = self.total.clone();
        let mut from = self.counts_from;
        if self.stretch_began >= self.counts_from {
            tally.add(&self.read_stretch(now));
        } else {
            // Still warming up: better these numbers than none.
            tally = self.read_stretch(now);
            from = self.stretch_began;
        }
        let mut numbers = Numbers::new(plan, &tally, from, now, &self.levels());
        for (client, batches) in numbers.clients.iter_mut().zip(&self.batches) {
            client.mean_within_ms = batches.half_width_ms();
        }
        numbers
    }

    /// A client's mean latency over all full stretches that count, and how far off it may be.
    pub fn mean_within_ms(&self, client: u16) -> Option<(f64, f64)> {
        let within = self.batches.get(client as usize)?.half_width_ms()?;
        Some((
            self.total.clients[client as usize].latency.mean_ms(),
            within,
        ))
    }

    /// The numbers of the last five seconds, or of about the last hundredth of a long run (of less at the start, and since
    /// a change of settings).
    pub fn recent(&self, plan: &Plan, now: Time) -> Numbers {
        let mut tally = Tally::new(plan);
        for stretch in &self.recent {
            tally.add(stretch);
        }
        tally.add(&self.read_stretch(now));
        let from = now - tally.span;
        Numbers::new(plan, &tally, from, now, &self.levels())
    }

    /// Requests of all clients that have ended since the end of the warm-up, or since the settings were changed last.
    pub fn ended(&self) -> u64 {
        let under_way = (self.stretch_began >= self.counts_from).then_some(&self.stretch);
        let tallies = [Some(&self.total), under_way].into_iter().flatten();
        let clients = tallies.flat_map(|tally| &tally.clients);
        clients.map(|client| client.outcomes.all()).sum()
    }

    /// The settings have changed: all numbers are those since now, and there may be fewer workers.
    #[inline(never)]
    fn reconfigured(&mut self, plan: &Plan, now: Time) {
        for levels in &mut self.services {
            levels.station.resized(levels.busy.peak);
        }
        for (pool, connections) in self.pools.iter_mut().zip(&self.connections) {
            pool.resized(connections.peak);
        }
        if now > self.stretch_began {
            self.close_stretch(plan, now);
        }
        for (index, guard) in self.guards.iter_mut().enumerate() {
            guard.resized(plan, index, now);
        }
        self.recent.clear();
        self.changed_at = now;
        self.counts_from = self.counts_from.max(now);
        self.total.clear();
        self.batches.fill(Batches::default());
    }

    fn levels(&self) -> Levels<'_> {
        Levels {
            in_flight: &self.in_flight,
            called: &self.called,
            services: &self.services,
            guards: &self.guards,
        }
    }

    /// The course of the run up to this moment: the bins, and what has happened since the last one as a narrower bin.
    pub fn course(&self, plan: &Plan, now: Time) -> Series {
        let mut series = self.series.clone();
        let mut tally = self.read_stretch(now);
        series.push_last(plan, self.stretch_began, &mut tally, self.main_client);
        series
    }

    /// The course of the run, in whole bins.
    pub fn series(&self) -> &Series {
        &self.series
    }
}
