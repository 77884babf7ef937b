//! Floor 3: a run that a person plays with: what they did is remembered with its time, so that any moment can be
//! visited again by running anew.

use crate::run::Run;
use crate::scenario::{FaultKind, Scenario};
use crate::sim::{Limit, Progress};
use crate::time::{Span, Time};

/// What a person did to a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Caused a fault.
    Inject(FaultKind, Option<Span>),
    /// Ended a fault (its number).
    EndFault(u16),
    /// Changed settings.
    Reconfigure(Box<Scenario>),
}

/// How far an advance got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advance {
    /// Whether the time asked for has come; if not, the events allowed were used up.
    pub reached: bool,
    /// The bound of the engine that ended the run, if one did.
    pub stopped: Option<Limit>,
}

/// Inputs that are kept; a person does not come near this many.
const INPUTS_MAX: usize = 10_000;

/// A run, what was done to it, and where it is going.
#[derive(Clone, Debug)]
pub struct Session {
    first: Scenario,
    run: Run,
    trace_capacity: usize,
    journal: Vec<(Time, Input)>,
    /// How much of the journal the run has seen.
    replayed: usize,
    seeking: Option<Time>,
}

impl Session {
    /// A session at time zero that keeps up to `trace_capacity` records.
    pub fn new(scenario: Scenario, trace_capacity: usize) -> Session {
        Session {
            run: Run::new(scenario.clone(), trace_capacity),
            first: scenario,
            trace_capacity,
            journal: Vec::new(),
            replayed: 0,
            seeking: None,
        }
    }

    /// The run.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The settings at this moment.
    pub fn scenario(&self) -> &Scenario {
        self.run.scenario()
    }

    /// The time of the run.
    pub fn now(&self) -> Time {
        self.run.now()
    }

    /// Everything that was done, in order.
    pub fn journal(&self) -> &[(Time, Input)] {
        &self.journal
    }

    /// Where a seek is going, while it has not arrived.
    pub fn seeking(&self) -> Option<Time> {
        self.seeking
    }

    /// Goes on for `by`, or for about `max_events` events (towards the seek's end, while there is one).
    pub fn advance(&mut self, by: Span, max_events: u64) -> Advance {
        let target = self.seeking.unwrap_or(self.run.now() + by);
        let before = self.run.sim().events();
        loop {
            let next_input = self.journal.get(self.replayed).map(|(at, _)| *at);
            let until = next_input.map_or(target, |at| at.min(target));
            let used = self.run.sim().events() - before;
            match self.run.run_until(until, max_events.saturating_sub(used)) {
                Progress::Busy => {
                    return Advance {
                        reached: false,
                        stopped: None,
                    };
                }
                Progress::Stopped(limit) => {
                    self.seeking = None;
                    return Advance {
                        reached: true,
                        stopped: Some(limit),
                    };
                }
                Progress::Reached => {}
            }
            if next_input.is_none_or(|at| at > until) {
                self.seeking = None;
                return Advance {
                    reached: true,
                    stopped: None,
                };
            }
            let input = self.journal[self.replayed].1.clone();
            self.replayed += 1;
            self.apply(input);
        }
    }

    /// Goes to a moment: forwards from here, or backwards by running anew with everything that was done until then.
    /// What was done later stays in the journal and is done again when its time comes.
    /// Call [`Session::advance`] until [`Session::seeking`] is `None`.
    pub fn seek(&mut self, to: Time) {
        if to < self.run.now() {
            self.run = Run::new(self.first.clone(), self.trace_capacity);
            self.replayed = 0;
        }
        self.seeking = Some(to);
    }

    /// Handles exactly one event.
    pub fn step(&mut self) -> bool {
        self.seeking = None;
        self.run.step()
    }

    /// Causes a fault now.
    ///
    /// # Errors
    /// If what it names is not there.
    pub fn inject(&mut self, kind: FaultKind, lasts: Option<Span>) -> Result<u16, String> {
        self.end_instant();
        let fault = self.run.inject(kind.clone(), lasts)?;
        self.remember(Input::Inject(kind, lasts));
        Ok(fault)
    }

    /// Ends a fault now.
    pub fn end_fault(&mut self, fault: u16) {
        self.end_instant();
        self.run.end_fault(fault);
        self.remember(Input::EndFault(fault));
    }

    /// Changes settings now; what is in flight goes on. If they cannot be changed under way, the run starts anew with
    /// them (`false`).
    pub fn reconfigure(&mut self, scenario: Scenario) -> bool {
        self.end_instant();
        if self.run.now() == Time::ZERO || self.run.reconfigure(scenario.clone()).is_err() {
            self.restart(scenario);
            return false;
        }
        self.remember(Input::Reconfigure(Box::new(scenario)));
        true
    }

    /// Starts anew, with nothing done yet.
    pub fn restart(&mut self, scenario: Scenario) {
        *self = Session::new(scenario, self.trace_capacity);
    }

    /// Handles what is left of this instant, so that an input has one place among the events of its time: the last.
    fn end_instant(&mut self) {
        self.seeking = None;
        // A run that goes in circles without time passing ends at the engine's bound.
        while self.run.run_until(self.run.now(), u64::MAX) == Progress::Busy {}
    }

    /// What is done now replaces what was to be done later: the timelines fork here.
    fn remember(&mut self, input: Input) {
        self.journal.truncate(self.replayed);
        if self.journal.len() < INPUTS_MAX {
            self.journal.push((self.run.now(), input));
            self.replayed = self.journal.len();
        }
    }

    fn apply(&mut self, input: Input) {
        // These succeeded when they were done first, and the run is the same.
        match input {
            Input::Inject(kind, lasts) => drop(self.run.inject(kind, lasts)),
            Input::EndFault(fault) => self.run.end_fault(fault),
            Input::Reconfigure(scenario) => drop(self.run.reconfigure(*scenario)),
        }
    }
}
