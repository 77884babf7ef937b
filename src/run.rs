//! Floor 3: a run with its consumers: the simulation's records go to the numbers and to the trace that is kept.

use crate::metrics::{Metrics, Numbers};
use crate::scenario::{FaultKind, Scenario};
use crate::sim::{NeedsRestart, Plan, Progress, Simulation};
use crate::time::{Span, Time};
use crate::trace_log::TraceLog;

/// Events between two deliveries of records: few enough that the records stay in the processor's cache.
const SLICE_EVENTS: u64 = 256;

/// A simulation, its numbers and its latest records.
#[derive(Clone, Debug)]
pub struct Run {
    scenario: Scenario,
    sim: Simulation,
    metrics: Metrics,
    trace: TraceLog,
}

impl Run {
    /// A run of a validated scenario that keeps up to `trace_capacity` records.
    pub fn new(scenario: Scenario, trace_capacity: usize) -> Run {
        let sim = Simulation::new(&scenario);
        let metrics = Metrics::new(&scenario, sim.plan());
        Run {
            sim,
            metrics,
            trace: TraceLog::new(trace_capacity),
            scenario,
        }
    }

    /// What is run.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The simulation.
    pub fn sim(&self) -> &Simulation {
        &self.sim
    }

    /// The plan of the simulation.
    pub fn plan(&self) -> &Plan {
        self.sim.plan()
    }

    /// The latest records.
    pub fn trace(&self) -> &TraceLog {
        &self.trace
    }

    /// The time of the run.
    pub fn now(&self) -> Time {
        self.sim.now()
    }

    /// The numbers since the end of the warm-up.
    pub fn numbers(&self) -> Numbers {
        self.metrics.numbers(self.plan(), self.now())
    }

    /// The numbers of the last seconds.
    pub fn recent(&self) -> Numbers {
        self.metrics.recent(self.plan(), self.now())
    }

    /// The course of the run.
    pub fn series(&self) -> &crate::metrics::Series {
        self.metrics.series()
    }

    /// Runs until `time`, or until about `max_events` events have been handled.
    pub fn run_until(&mut self, time: Time, max_events: u64) -> Progress {
        let mut left = max_events;
        while left > 0 {
            let slice = left.min(SLICE_EVENTS);
            left -= slice;
            let progress = self.sim.run_until(time, slice);
            self.deliver();
            if progress != Progress::Busy {
                return progress;
            }
        }
        Progress::Busy
    }

    /// Handles exactly one event; `false` if none is left.
    pub fn step(&mut self) -> bool {
        let more = self.sim.step();
        self.deliver();
        more
    }

    /// Causes a fault now; its number.
    ///
    /// # Errors
    /// If what it names is not there.
    pub fn inject(&mut self, kind: FaultKind, lasts: Option<Span>) -> Result<u16, String> {
        let fault = self.sim.inject(kind, lasts);
        self.deliver();
        fault
    }

    /// Ends a fault now.
    pub fn end_fault(&mut self, fault: u16) {
        self.sim.end_fault(fault);
        self.deliver();
    }

    /// Takes over changed settings while the run goes on.
    ///
    /// # Errors
    /// [`NeedsRestart`] if the change is more than numbers and strategies.
    pub fn reconfigure(&mut self, scenario: Scenario) -> Result<(), NeedsRestart> {
        // The records until now belong to the old plan.
        self.deliver();
        self.sim.reconfigure(&self.scenario, &scenario)?;
        self.scenario = scenario;
        self.deliver();
        Ok(())
    }

    /// Hands the simulation's records on.
    fn deliver(&mut self) {
        let records = std::mem::take(self.sim.records());
        for record in &records {
            self.metrics.observe(self.sim.plan(), record);
        }
        self.metrics.advance(self.sim.plan(), self.sim.now());
        self.trace.extend(&records);
        // The memory goes back, so that the steady state allocates nothing.
        let mut records = records;
        records.clear();
        *self.sim.records() = records;
    }
}
