//! The simulation. A scenario and a seed in, records out; no clock, no files, no page.
//!
//! One loop takes the next event, a handler decides what follows ([`interpret::Effect`]), one place applies it.
//! Whatever happens is told to an observer ([`trace::Observe`]) as a [`trace::What`]; everything else is derived from that.
//! The observer is a type parameter and not a list of records, because that is three times as quick: what an observer
//! does with one kind of record is compiled into the place where it is made. For the same reason what nearly every
//! event goes through is marked `#[inline(always)]`: left to itself the compiler makes a dozen small functions of it, and a
//! tenth of a run is calls.
//!
//! ```
//! use kernel::time::{Span, Time};
//! use sim::trace::{Outcome, What};
//! use sim::{Progress, Simulation};
//!
//! let document = r#"{
//!   "version": 1, "name": "one-desk", "seed": 1,
//!   "network": { "latency": "0s" },
//!   "services": { "desk": { "threads": 1, "accept_queue": 10000 } },
//!   "operations": { "desk.serve": { "steps": [{ "work": { "exponential": { "mean": "8ms" } } }] } },
//!   "clients": { "visitors": { "operation": "desk.serve", "load": { "poisson": { "rate": 100 } } } }
//! }"#;
//! let scenario = scenario::read(document).expect("it is sound");
//! let mut simulation = Simulation::new(&scenario);
//! let end = Time::ZERO + Span::from_secs_f64(10.0);
//! // In slices of so many events, so that whoever runs it can do something else in between.
//! while simulation.run_until(end, 1_000) == Progress::Busy {}
//! let served = simulation.records().iter().filter(|record| {
//!     matches!(record.what, What::Settled { outcome: Outcome::Ok, .. })
//! });
//! assert!(served.count() > 800);
//! ```

pub mod breaker;
pub mod broker;
pub mod budget;
mod bus;
mod business_keys;
pub mod cache;
mod calls;
pub mod choose;
mod clients;
mod copies;
mod event;
mod faults;
mod fetch;
mod flights;
mod handle;
pub mod index;
mod instance;
mod interpret;
mod keys;
mod leases;
pub mod ledger;
pub mod limits;
pub mod lineage;
mod millionths;
pub mod plan;
mod pool;
mod publishing;
mod rate_limit;
mod reads;
mod reconcile;
pub mod records;
mod request;
pub mod resilience;
pub mod retry;
mod statements;
mod stores;
mod tables;
pub mod text;
pub mod throttle;
pub mod trace;
mod transactions;
mod window;
mod world;

pub use bus::QueueState;
use event::{Event, Packed};
pub use faults::{FaultState, check_fault, check_fault_of};
use kernel::queue::EventQueue;
use kernel::time::{Span, Time};
use kernel::timers::Timers;
pub use limits::Limit;
pub use plan::{End, Plan};
pub use reconcile::ReconciliationState;
pub use resilience::GuardPlan;
use scenario::Scenario;
use trace::{Observe, Record, What};
use world::World;

/// How far a run got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The time asked for has come.
    Reached,
    /// So many events were allowed, and they are used up; call again.
    Busy,
    /// A bound of the engine: the run is over.
    Stopped(Limit),
}

/// The settings cannot be taken over by a run under way: start anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeedsRestart;

/// Whether a run that has the settings `before` can go on with those of `after` ([`Simulation::reconfigure`]).
pub fn can_go_on(before: &Scenario, after: &Scenario) -> bool {
    let plans = [before, after].map(Plan::new);
    same_world(before, after) && plans_can_go_on(&plans[0], &plans[1])
}

/// Whether a run of one plan can go on with another one, where nothing else differs.
pub fn plans_can_go_on(before: &Plan, after: &Plan) -> bool {
    before.shape() == after.shape()
}

/// Whether the luck and what is planned to go wrong are the same.
pub fn same_world(before: &Scenario, after: &Scenario) -> bool {
    before.seed == after.seed && before.faults == after.faults
}

/// A run of a scenario, told to an observer as it goes; without another one, the records are kept for the caller to take.
#[derive(Clone, Debug)]
pub struct Simulation<O = Vec<Record>> {
    plan: Plan,
    world: World,
    queue: EventQueue<Packed>,
    /// What is usually over before its time: patience, deadlines, leases.
    timers: Timers<Packed>,
    now: Time,
    faults: Vec<FaultState>,
    /// Instances where a worker has become free and somebody waits for it.
    free_workers: Vec<(u16, u16)>,
    observer: O,
    events: u64,
    events_now: u64,
    stopped: Option<Limit>,
}

/// What an instance looks like at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InstanceState {
    /// Whether it is there.
    pub up: bool,
    /// Its workers.
    pub threads: u32,
    /// Workers that work (or wait for their store).
    pub working: u32,
    /// Workers that hold a request but only wait for answers.
    pub waiting: u32,
    /// Requests in the accept queue.
    pub queued: u32,
    /// Places in the accept queue.
    pub queue_limit: u32,
}

/// What a store looks like at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreState {
    /// Whether it answers.
    pub up: bool,
    /// Connections in the pool.
    pub connections: u32,
    /// Connections at work.
    pub busy: u32,
    /// How many wait for one.
    pub wanted: u32,
}

/// What is locked in a store at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Locks {
    /// Rows locked by local transactions.
    pub rows: u32,
    /// Statements that wait for one of them.
    pub waiting: u32,
    /// Business locks: leases.
    pub leases: u32,
    /// Prepared transactions that wait for a decision.
    pub in_doubt: u32,
}

/// What one instance's cache looks like at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheState {
    /// Entries, expired ones included.
    pub entries: u32,
    /// Of those, expired.
    pub expired: u32,
    /// The most it may hold.
    pub size: u32,
}

impl Simulation {
    /// A run of a validated scenario, at time zero, that keeps its records.
    pub fn new(scenario: &Scenario) -> Simulation {
        Simulation::observed(scenario, |_| Vec::new())
    }

    /// The records since the last call, in order; the caller takes them out.
    pub fn records(&mut self) -> &mut Vec<Record> {
        &mut self.observer
    }
}

impl<O: Observe> Simulation<O> {
    /// A run of a validated scenario, at time zero, told to the observer that is made for its plan.
    pub fn observed(scenario: &Scenario, observer: impl FnOnce(&Plan) -> O) -> Simulation<O> {
        let plan = Plan::new(scenario);
        let world = World::new(&plan, scenario.seed);
        let observer = observer(&plan);
        let mut simulation = Simulation {
            plan,
            world,
            queue: EventQueue::default(),
            timers: Timers::default(),
            now: Time::ZERO,
            faults: Vec::new(),
            free_workers: Vec::new(),
            observer,
            events: 0,
            events_now: 0,
            stopped: None,
        };
        let counts_from = Time::ZERO + scenario.warm_up;
        simulation.world.ledger.count_from(counts_from);
        for fault in &scenario.faults {
            simulation.plan_fault(fault);
        }
        for client in 0..simulation.plan.clients.len() as u16 {
            simulation.client_begins(client);
        }
        simulation.relays_begin();
        simulation.reconciliations_begin();
        simulation
    }

    /// The time of the run.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Who is told.
    pub fn observer(&self) -> &O {
        &self.observer
    }

    /// What is run; indices in records are indices into it.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How many events have been handled.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Requests alive: sent, and not yet forgotten by both sides.
    pub fn in_flight(&self) -> usize {
        self.world.requests.alive()
    }

    /// Runs until `time`, or until `max_events` events have been handled.
    pub fn run_until(&mut self, time: Time, max_events: u64) -> Progress {
        let progress = self.handle_events(time, max_events);
        if progress == Progress::Reached {
            self.now = self.now.max(time);
            self.observer.time_passes(&self.plan, self.now);
        }
        progress
    }

    /// Handles exactly one event; `false` if none is left or a bound has been reached.
    pub fn step(&mut self) -> bool {
        self.handle_events(Time(u64::MAX), 1) == Progress::Busy
    }

    /// The loop: handles `max_events` events, or those until `until`.
    fn handle_events(&mut self, until: Time, max_events: u64) -> Progress {
        let mut left = max_events.min(limits::EVENTS_MAX.saturating_sub(self.events));
        loop {
            if let Some(limit) = self.stopped {
                return Progress::Stopped(limit);
            }
            if left == 0 {
                break;
            }
            let timer_at = self.timers.next_at();
            // An answer that comes at the very moment in which patience ends still comes in time.
            match self.queue.pop_until(timer_at.min(until)) {
                Some((at, event)) => {
                    self.goes_to(at);
                    self.handle(event.into());
                    self.settle();
                    left -= 1;
                }
                None if timer_at <= until => left -= u64::from(self.run_out()),
                None => return Progress::Reached,
            }
        }
        if self.events >= limits::EVENTS_MAX {
            self.stopped = Some(Limit::Events);
        }
        Progress::Busy
    }

    /// The next timer runs out, unless it has been cancelled long ago (`false`).
    #[inline(never)]
    fn run_out(&mut self) -> bool {
        let world = &self.world;
        let Some((at, timer)) = self.timers.pop(|timer| world.has_timer(timer.into())) else {
            return false;
        };
        if !self.world.has_timer(timer.into()) {
            return false;
        }
        self.goes_to(at);
        match timer.into() {
            Event::TimesOut(request) => self.request_times_out(request),
            Event::LeavesQueue(request) => self.request_leaves_queue(request),
            rare => self.handle_rare(rare),
        }
        self.settle();
        true
    }

    /// Arms a timer: an event that can be cancelled.
    #[inline]
    fn arm(&mut self, after: Span, timer: Event) {
        let world = &self.world;
        let alive = || world.timers_alive();
        self.timers
            .arm(self.now, after, timer.into(), alive, |timer| {
                world.has_timer(timer.into())
            });
    }

    #[inline]
    fn goes_to(&mut self, at: Time) {
        self.events += 1;
        if at > self.now {
            self.events_now = 0;
            self.now = at;
        } else if at < self.now {
            self.stopped = Some(Limit::TimeWentBack);
        } else {
            self.events_now += 1;
            if self.events_now > limits::EVENTS_AT_ONE_INSTANT_MAX {
                self.stopped = Some(Limit::NoTimePasses);
            }
        }
    }

    /// Free workers take up what waits for them.
    #[inline]
    fn settle(&mut self) {
        if self.free_workers.is_empty() {
            return;
        }
        let mut next = 0;
        while let Some((service, instance)) = self.free_workers.get(next).copied() {
            next += 1;
            self.workers_go_on(service, instance);
        }
        self.free_workers.clear();
    }

    #[inline(always)]
    fn handle(&mut self, event: Event) {
        match event {
            Event::Asks { client, epoch } => self.client_asks(client, epoch),
            Event::HasThought { client } => self.user_asks(client),
            Event::Arrives(request) => self.request_arrives(request),
            Event::BranchBegins(branch) => self.branch_begins(branch),
            Event::Resumes(request) => self.request_resumes(request),
            Event::Answers(request) => self.answer_arrives(request),
            Event::ChangeArrives(change) => self.change_arrives(change),
            Event::ChangeApplied { reference } => self.change_applied(reference),
            Event::LooksAgain(request) => self.looks_again(request),
            Event::CallGoesOn(call) => self.call_goes_on(call),
            Event::FaultBegins(fault) => self.fault_begins(fault),
            Event::FaultEnds(fault) => self.fault_ends(fault),
            rare => self.handle_rare(rare),
        }
    }

    /// What has to do with writing is kept out of the hot loop.
    #[inline(never)]
    fn handle_rare(&mut self, event: Event) {
        match event {
            Event::TriesAgain(waiting) => self.tries_again(waiting),
            Event::RowGivesUp(wait) => self.row_gives_up(wait),
            Event::InDoubt(transaction) => self.in_doubt(transaction),
            Event::RecordExpires(record) => self.record_expires(record),
            Event::LeaseEnds(lease) => self.lease_ends(lease),
            Event::MessageArrives(publishing) => self.message_arrives(publishing),
            Event::ConfirmArrives(publishing) => self.confirm_arrives(publishing),
            Event::PublishGivesUp(publishing) => self.publish_gives_up(publishing),
            Event::MessageReady(message) => self.message_ready(message),
            Event::AckDue(in_hand) => self.ack_due(in_hand),
            Event::RelayPolls(relay) => self.relay_polls(relay),
            Event::RelayGoesOn(relay) => self.relay_goes_on(relay),
            Event::ReconciliationBegins(index) => self.reconciliation_begins(index),
            Event::ReconciliationGoesOn(index) => self.reconciliation_goes_on(index),
            _ => {}
        }
    }

    /// The ledger: what should be true, and what is not.
    pub fn ledger(&self) -> &ledger::Ledger {
        &self.world.ledger
    }

    /// What a table of records holds.
    pub fn records_of(&self, table: u16) -> &records::Records {
        &self.world.records[table as usize]
    }

    /// Rows that are locked by a local transaction: the table, the record, and how many wait for it.
    pub fn row_locks(&self) -> impl Iterator<Item = (u16, trace::Key, usize)> + '_ {
        let locks = self.world.row_locks.iter();
        locks.map(|((table, row), lock)| (table, row, lock.waiting()))
    }

    /// Transactions that are prepared and wait for a decision: the store and the business key.
    pub fn in_doubts(&self) -> impl Iterator<Item = (u16, trace::Key)> + '_ {
        self.world
            .prepared
            .iter()
            .map(|((key, _), place)| (self.world.transactions[*place].store, key))
    }

    /// What is locked, by store.
    pub fn locks(&self) -> Vec<Locks> {
        let mut locks = vec![Locks::default(); self.plan.stores.len()];
        for (table, _, waiting) in self.row_locks() {
            let its = &mut locks[self.plan.tables[table as usize].store as usize];
            its.rows += 1;
            its.waiting += waiting as u32;
        }
        for (lock, ..) in self.leases() {
            locks[self.plan.locks[lock as usize].store as usize].leases += 1;
        }
        for (store, _) in self.in_doubts() {
            locks[store as usize].in_doubt += 1;
        }
        locks
    }

    /// Takes over changed settings while the run goes on: what is in flight goes on, too.
    ///
    /// A replica or an embedded copy that begins now begins complete and current (the migration itself is not
    /// simulated); a cache that begins now begins empty.
    ///
    /// # Errors
    /// [`NeedsRestart`] if more than numbers and strategies differ (the seed, a table's size, a step).
    pub fn reconfigure(&mut self, before: &Scenario, after: &Scenario) -> Result<(), NeedsRestart> {
        let plan = Plan::new(after);
        if !same_world(before, after) || !plans_can_go_on(&self.plan, &plan) {
            return Err(NeedsRestart);
        }
        let old = std::mem::replace(&mut self.plan, plan);
        self.world.resize(&self.plan);
        self.recompute_services();
        self.guards_follow();
        self.migrate_copies(&old);
        for client in 0..self.plan.clients.len() as u16 {
            if self.plan.clients[client as usize].load != old.clients[client as usize].load {
                self.client_begins(client);
            }
        }
        // A larger pool serves those who wait.
        for service in 0..self.plan.services.len() {
            for instance in 0..self.world.services[service].instances.len() {
                self.workers_go_on(service as u16, instance as u16);
            }
        }
        for store in 0..self.plan.stores.len() {
            self.connections_go_on(store as u16);
        }
        self.bus_goes_on();
        self.world.ledger.count_from(self.now);
        self.record(What::Reconfigured);
        self.tell_guards();
        Ok(())
    }

    /// The faults of the run, planned and injected.
    pub fn faults(&self) -> &[FaultState] {
        &self.faults
    }

    /// How many instances a service has now, those included that are leaving.
    pub fn instances(&self, service: u16) -> u16 {
        self.world.services[service as usize].instances.len() as u16
    }

    /// What an instance looks like at this moment.
    pub fn instance(&self, service: u16, instance: u16) -> InstanceState {
        let plan = &self.plan.services[service as usize];
        self.world.services[service as usize]
            .instances
            .get(instance as usize)
            .map_or_else(InstanceState::default, |state| InstanceState {
                up: state.up(),
                threads: plan.threads,
                working: state.busy - state.waiting,
                waiting: state.waiting,
                queued: state.queue.len() as u32,
                queue_limit: plan.accept_queue,
            })
    }

    /// What a store looks like at this moment.
    pub fn store(&self, store: u16) -> StoreState {
        let pool = &self.world.stores[store as usize].pool;
        StoreState {
            up: pool.down == 0,
            connections: self.plan.stores[store as usize].connections,
            busy: pool.busy,
            wanted: pool.waiting.len() as u32,
        }
    }

    /// What an instance's cache of a reference looks like at this moment.
    pub fn reference_cache(&self, reference: u16, instance: u16) -> CacheState {
        self.cache(self.plan.references[reference as usize].cache, instance)
    }

    /// What an instance's cache (an index into [`Plan::caches`]) looks like at this moment.
    pub fn cache(&self, cache: u16, instance: u16) -> CacheState {
        let plan = &self.plan.caches[cache as usize];
        self.world.caches[cache as usize]
            .get(instance as usize)
            .map_or_else(CacheState::default, |state| CacheState {
                entries: state.len(),
                expired: state.expired(self.now, plan.ttl),
                size: plan.size,
            })
    }

    /// The requests that people wait for: the client, when it was sent, and how long its client waits at most.
    pub fn open_requests(&self) -> impl Iterator<Item = (u16, Time, Span)> + '_ {
        let timeout = |client: u16| self.plan.clients[client as usize].timeout;
        let between_attempts = self.world.logical_calls.iter();
        let between_attempts = between_attempts.filter_map(resilience::LogicalCall::waiting_client);
        self.world
            .requests
            .iter()
            .filter_map(|(_, request)| match request.caller {
                request::Caller::Client(client) if !request.caller_done => {
                    Some((client, request.issued_at))
                }
                _ => None,
            })
            .chain(between_attempts)
            .map(move |(client, since)| (client, since, timeout(client)))
    }

    /// For each service, how long its workers have held the requests that they hold now, in nanoseconds altogether.
    pub fn times_on_workers(&self) -> Vec<u128> {
        let mut times = vec![0; self.plan.services.len()];
        for (_, request) in self.world.requests.iter() {
            if request.is_on_worker() {
                times[request.service as usize] += u128::from(self.now.since(request.started_at).0);
            }
        }
        times
    }

    #[inline(always)]
    fn record(&mut self, what: What) {
        self.observer.observe(&self.plan, self.now, &what);
    }

    #[inline]
    fn schedule(&mut self, after: Span, event: Event) {
        self.at(self.now + after, event);
    }

    #[inline]
    fn at(&mut self, at: Time, event: Event) {
        self.queue.push(at, event.into());
    }

    /// [`Simulation::at`], compiled into the place of the call: for what nearly every event does.
    #[inline(always)]
    fn at_here(&mut self, at: Time, event: Event) {
        self.queue.push_here(at, event.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scenario::shipped;

    #[test]
    fn a_run_that_has_had_all_its_events_is_over_and_says_so() {
        let scenario = shipped::load("consultation-list").expect("it ships");
        let mut simulation = Simulation::new(&scenario);
        simulation.events = limits::EVENTS_MAX - 10;
        let mut go_on = || simulation.run_until(Time(u64::MAX), 7);
        assert_eq!([go_on(), go_on()], [Progress::Busy; 2]);
        assert_eq!([go_on(), go_on()], [Progress::Stopped(Limit::Events); 2]);
        assert_eq!(simulation.events(), limits::EVENTS_MAX);
        assert!(!simulation.step());
    }
}
