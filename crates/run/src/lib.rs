//! A run with those who watch it: what happens goes to the numbers ([`metrics`]) and to the trace that is kept
//! ([`trace_log`]). A [`session`] is a run that a person acts on: it can go back, and its story can be shared.
//!
//! An M/M/1 queue, held against theory (a mean of 1 / (125 - 100) s = 40 ms):
//!
//! ```
//! use kernel::time::{Span, Time};
//! use run::Run;
//! use sim::Progress;
//!
//! let document = r#"{
//!   "version": 1, "name": "one-desk", "seed": 1,
//!   "network": { "latency": "0s" },
//!   "services": { "desk": { "threads": 1, "accept_queue": 10000 } },
//!   "operations": { "desk.serve": { "steps": [{ "work": { "exponential": { "mean": "8ms" } } }] } },
//!   "clients": { "visitors": { "operation": "desk.serve", "load": { "poisson": { "rate": 100 } } } }
//! }"#;
//! let mut run = Run::new(scenario::read(document).expect("it is sound"), 0);
//! let end = Time::ZERO + Span::from_secs_f64(2_000.0);
//! while run.run_until(end, 100_000) == Progress::Busy {}
//! let visitors = &run.numbers().clients[0];
//! let within = visitors.mean_within_ms.expect("it has run long enough");
//! assert!((visitors.latency_ms.mean - 40.0).abs() < 2.0 * within, "{} ms", visitors.latency_ms.mean);
//! ```

pub mod digest;
pub mod forecast;
pub mod metrics;
pub mod session;
pub mod trace_log;

use crate::metrics::headline::{HeadlineNow, Sources};
use crate::metrics::{Metrics, Numbers, Violation, main_client};
use crate::trace_log::TraceLog;
use kernel::time::{Span, Time};
use message::LocalizedMessage;
use scenario::{FaultKind, Scenario};
use sim::trace::{Observe, What};
use sim::{NeedsRestart, Plan, Progress, Simulation};

/// A simulation, its numbers and its latest records.
#[derive(Clone, Debug)]
pub struct Run {
    scenario: Scenario,
    sim: Sim,
}

/// The simulation of a [`Run`].
pub type Sim = Simulation<Observers>;

/// Who is told of what happens in a [`Run`].
#[derive(Clone, Debug)]
pub struct Observers {
    metrics: Metrics,
    trace: TraceLog,
}

impl Observe for Observers {
    #[inline(always)]
    fn observe(&mut self, plan: &Plan, at: Time, what: &What) {
        self.metrics.observe(plan, at, what);
        self.trace.keep(at, what);
    }

    fn time_passes(&mut self, plan: &Plan, now: Time) {
        self.metrics.advance(plan, now);
    }
}

impl Run {
    /// A run of a validated scenario that keeps up to `trace_capacity` records.
    pub fn new(scenario: Scenario, trace_capacity: usize) -> Run {
        let sim = Simulation::observed(&scenario, |plan| Observers {
            metrics: Metrics::new(&scenario, plan),
            trace: TraceLog::new(trace_capacity),
        });
        Run { sim, scenario }
    }

    /// What is run.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The simulation.
    pub fn sim(&self) -> &Sim {
        &self.sim
    }

    /// The plan of the simulation.
    pub fn plan(&self) -> &Plan {
        self.sim.plan()
    }

    /// The latest records.
    pub fn trace(&self) -> &TraceLog {
        &self.sim.observer().trace
    }

    /// The time of the run.
    pub fn now(&self) -> Time {
        self.sim.now()
    }

    /// The numbers since the end of the warm-up.
    pub fn numbers(&self) -> Numbers {
        self.sim.observer().metrics.numbers(self.plan(), self.now())
    }

    /// The mean latency of a client's requests that ended well, and how near to it the true mean is 95 times of 100, both
    /// in milliseconds; `None` while too little has been seen. (Also in [`Run::numbers`], which work out much more.)
    pub fn mean_within_ms(&self, client: u16) -> Option<(f64, f64)> {
        self.sim.observer().metrics.mean_within_ms(client)
    }

    /// The numbers of the last seconds.
    pub fn recent(&self) -> Numbers {
        self.sim.observer().metrics.recent(self.plan(), self.now())
    }

    /// The headline at this moment; `recent` are its [`Run::recent`] numbers.
    pub fn headline(&self, recent: &Numbers) -> HeadlineNow {
        HeadlineNow::new(
            self.scenario.headline(),
            &Sources {
                main_client: main_client(&self.scenario, self.plan()).into(),
                recent,
                counts: self.sim.ledger().counts(),
                ended: self.sim.observer().metrics.ended(),
                faults: self.sim.faults(),
                now: self.now(),
            },
        )
    }

    /// The course of the run up to this moment, of which the last bin may be narrower: it adds up to [`Run::numbers`] (and
    /// what was before them).
    pub fn course(&self) -> crate::metrics::Series {
        self.sim.observer().metrics.course(self.plan(), self.now())
    }

    /// The course of the run, in whole bins.
    pub fn series(&self) -> &crate::metrics::Series {
        self.sim.observer().metrics.series()
    }

    /// Runs until `time`, or until about `max_events` events have been handled.
    pub fn run_until(&mut self, time: Time, max_events: u64) -> Progress {
        self.sim.run_until(time, max_events)
    }

    /// Handles exactly one event; `false` if none is left.
    pub fn step(&mut self) -> bool {
        self.sim.step()
    }

    /// Causes a fault now; its number.
    ///
    /// # Errors
    /// If what it names is not there.
    pub fn inject(
        &mut self,
        kind: FaultKind,
        lasts: Option<Span>,
    ) -> Result<u16, LocalizedMessage> {
        self.sim.inject(kind, lasts)
    }

    /// Ends a fault now.
    pub fn end_fault(&mut self, fault: u16) {
        self.sim.end_fault(fault);
    }

    /// All dead letters of a subscription are delivered anew.
    pub fn redrive(&mut self, subscription: u16) {
        self.sim.redrive_all(subscription);
    }

    /// Takes over changed settings while the run goes on.
    ///
    /// # Errors
    /// [`NeedsRestart`] if the change is more than numbers and strategies.
    pub fn reconfigure(&mut self, scenario: Scenario) -> Result<(), NeedsRestart> {
        self.sim.reconfigure(&self.scenario, &scenario)?;
        self.scenario = scenario;
        Ok(())
    }

    /// The law that the run has broken, if it has: looked for every second of the run, and at this call. It would be a
    /// mistake of the engine, and its numbers must not be trusted.
    pub fn violation(&self) -> Option<Violation> {
        let open = self.sim.open_requests().count() as u64;
        let inside = self.sim.times_on_workers();
        let metrics = &self.sim.observer().metrics;
        metrics.violation(self.plan(), self.now(), open, &inside)
    }
}
