//! Floor 2: the simulation. A scenario and a seed in, records out; no clock, no files, no page.
//!
//! One loop takes the next event, a handler decides what follows ([`interpret::Effect`]), one place applies it.
//! Whatever happens is said in a [`trace::Record`]; the caller drains them and derives everything else.

pub mod cache;
mod calls;
mod clients;
mod copies;
mod faults;
mod fetch;
mod instance;
mod interpret;
pub mod limits;
pub mod plan;
mod pool;
mod reads;
mod request;
mod stores;
mod tables;
pub mod text;
pub mod trace;
mod world;

use crate::queue::EventQueue;
use crate::scenario::Scenario;
use crate::time::{Span, Time};
pub use faults::FaultState;
pub use limits::Limit;
pub use plan::{End, Plan};
use request::RequestId;
use std::collections::VecDeque;
use trace::{Outcome, Record, What};
use world::World;

/// What is to happen.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// An open client's next request, planned under these settings.
    Asks { client: u16, epoch: u32 },
    /// A closed client's user has thought enough.
    HasThought { client: u16 },
    /// A request reaches its service.
    Arrives(RequestId),
    /// A branch of a fan-out begins.
    BranchBegins(RequestId),
    /// A request's work, query or write is done.
    Resumes(RequestId),
    /// An answer reaches its caller.
    Answers {
        request: RequestId,
        outcome: Outcome,
    },
    /// A caller's patience ends.
    TimesOut(RequestId),
    /// A change event (its place in [`World::changes_sent`]) reaches its reader.
    ChangeArrives(u32),
    /// A change event is written into a replica.
    ChangeApplied { reference: u16 },
    /// A fault begins.
    FaultBegins(u16),
    /// A fault ends.
    FaultEnds(u16),
}

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

/// A run of a scenario.
#[derive(Clone, Debug)]
pub struct Simulation {
    plan: Plan,
    world: World,
    queue: EventQueue<Event>,
    now: Time,
    faults: Vec<FaultState>,
    /// Instances where a worker has become free.
    free_workers: VecDeque<(u16, u16)>,
    records: Vec<Record>,
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
    /// A run of a validated scenario, at time zero.
    pub fn new(scenario: &Scenario) -> Simulation {
        let plan = Plan::new(scenario);
        let world = World::new(&plan, scenario.seed);
        let mut simulation = Simulation {
            plan,
            world,
            queue: EventQueue::default(),
            now: Time::ZERO,
            faults: Vec::new(),
            free_workers: VecDeque::new(),
            records: Vec::new(),
            events: 0,
            events_now: 0,
            stopped: None,
        };
        for fault in &scenario.faults {
            simulation.plan_fault(fault);
        }
        for client in 0..simulation.plan.clients.len() as u16 {
            simulation.client_begins(client);
        }
        simulation
    }

    /// The time of the run.
    pub fn now(&self) -> Time {
        self.now
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
        for _ in 0..max_events {
            if let Some(limit) = self.stopped {
                return Progress::Stopped(limit);
            }
            if self.queue.next_at().is_none_or(|at| at > time) {
                self.now = self.now.max(time);
                return Progress::Reached;
            }
            self.step();
        }
        Progress::Busy
    }

    /// Handles exactly one event; `false` if none is left or a bound has been reached.
    pub fn step(&mut self) -> bool {
        if self.stopped.is_some() {
            return false;
        }
        let Some((at, event)) = self.queue.pop() else {
            return false;
        };
        debug_assert!(at >= self.now, "time went back");
        self.events_now = if at > self.now {
            0
        } else {
            self.events_now + 1
        };
        self.now = at;
        self.events += 1;
        self.handle(event);
        while let Some((service, instance)) = self.free_workers.pop_front() {
            self.workers_go_on(service, instance);
        }
        self.check_bounds();
        true
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Asks { client, epoch } => self.client_asks(client, epoch),
            Event::HasThought { client } => self.user_asks(client),
            Event::Arrives(request) => self.request_arrives(request),
            Event::BranchBegins(branch) => self.branch_begins(branch),
            Event::Resumes(request) => self.request_resumes(request),
            Event::Answers { request, outcome } => self.answer_arrives(request, outcome),
            Event::TimesOut(request) => self.request_times_out(request),
            Event::ChangeArrives(event) => self.change_arrives(event),
            Event::ChangeApplied { reference } => self.change_applied(reference),
            Event::FaultBegins(fault) => self.fault_begins(fault),
            Event::FaultEnds(fault) => self.fault_ends(fault),
        }
    }

    fn check_bounds(&mut self) {
        self.stopped = if self.world.requests.alive() > limits::IN_FLIGHT_MAX {
            Some(Limit::InFlight)
        } else if self.world.events_in_flight > limits::EVENTS_IN_FLIGHT_MAX {
            Some(Limit::EventsInFlight)
        } else if self.events >= limits::EVENTS_MAX {
            Some(Limit::Events)
        } else if self.events_now > limits::EVENTS_AT_ONE_INSTANT_MAX {
            Some(Limit::NoTimePasses)
        } else {
            return;
        };
    }

    /// The records since the last call, in order; the caller takes them out.
    pub fn records(&mut self) -> &mut Vec<Record> {
        &mut self.records
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
        if before.seed != after.seed
            || before.faults != after.faults
            || plan.shape() != self.plan.shape()
        {
            return Err(NeedsRestart);
        }
        let old = std::mem::replace(&mut self.plan, plan);
        self.world.resize(&self.plan);
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
        self.record(What::Reconfigured);
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
        self.world
            .requests
            .iter()
            .filter_map(|(_, request)| match request.caller {
                request::Caller::Client(client) if !request.caller_done => Some((
                    client,
                    request.issued_at,
                    self.plan.clients[client as usize].timeout,
                )),
                _ => None,
            })
    }

    #[inline]
    fn record(&mut self, what: What) {
        self.records.push(Record { at: self.now, what });
    }

    #[inline]
    fn schedule(&mut self, after: Span, event: Event) {
        self.queue.push(self.now + after, event);
    }
}

/// The digest of a scenario's trace up to `until`: FNV-1a over its text, line by line. Equal digests mean equal
/// traces, byte for byte; this is how native and WebAssembly runs are compared.
pub fn digest_of(scenario: &Scenario, until: Time) -> u64 {
    use std::fmt::Write;
    let mut simulation = Simulation::new(scenario);
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut line = String::new();
    loop {
        let progress = simulation.run_until(until, 10_000);
        let records = std::mem::take(simulation.records());
        for record in &records {
            line.clear();
            // Writing into a string cannot fail.
            let _ = writeln!(line, "{}", text::line(simulation.plan(), record));
            for byte in line.bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        if progress != Progress::Busy {
            return hash;
        }
    }
}
