//! A run that a person plays with: what they did is remembered with its time, so that any moment can be
//! visited again by running anew.

mod start_again;

use crate::Run;
use kernel::time::{Span, Time};
use message::LocalizedMessage;
use scenario::settings::{self, Setting};
use scenario::{FaultKind, Scenario};
use sim::{Limit, Progress};
use std::rc::Rc;

/// What a person did to a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Caused a fault.
    Inject(FaultKind, Option<Span>),
    /// Ended a fault (its number).
    EndFault(u16),
    /// Had the dead letters of a subscription delivered anew.
    Redrive(u16),
    /// Changed settings: all of them as they are then, and those that changed.
    Reconfigure(Rc<Scenario>, Vec<Setting>),
}

/// Everything from which a run follows: the settings it began with, and what was done to it, in order of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// The settings at the beginning.
    pub first: Rc<Scenario>,
    /// What was done, and when.
    pub inputs: Vec<(Time, Input)>,
    /// Whether that is all that was done: a story keeps at most [`INPUTS_MAX`] inputs.
    pub whole: bool,
}

impl Story {
    /// The story of a run to which nothing is done.
    pub fn new(first: Rc<Scenario>) -> Story {
        Story {
            first,
            inputs: Vec::new(),
            whole: true,
        }
    }

    /// The settings at a moment.
    pub fn scenario_at(&self, time: Time) -> &Rc<Scenario> {
        let until = self.inputs.partition_point(|(at, _)| *at <= time);
        let changes = self.inputs[..until].iter().rev();
        let mut settings = changes.filter_map(|(_, input)| match input {
            Input::Reconfigure(scenario, _) => Some(scenario),
            _ => None,
        });
        settings.next().unwrap_or(&self.first)
    }
}

/// How far an advance got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advance {
    /// Whether the time asked for has come; if not, the events allowed were used up.
    pub reached: bool,
    /// The bound of the engine that ended the run, if one did.
    pub stopped: Option<Limit>,
}

/// What became of a change of settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The settings are those already.
    Nothing,
    /// The run goes on with them.
    GoesOn,
    /// The run starts again with them, and with the same actions at the same times.
    StartsAgain {
        /// The moment at which the run stood before.
        from: Time,
        /// How many actions are left out, because what they name is not there any more.
        left_out: usize,
    },
}

/// The moment at which a run of this scenario opens.
fn opens_at(scenario: &Scenario) -> Time {
    Time::ZERO + scenario.opens_at
}

/// Records that are kept of a run that somebody looks at: enough for what is drawn, and for what is taken away.
pub const TRACE: usize = 200_000;
/// Inputs that are kept, and that a link may have.
pub const INPUTS_MAX: usize = 1_000;

/// A run, what was done to it, and where it is going.
#[derive(Clone, Debug)]
pub struct Session {
    story: Rc<Story>,
    run: Run,
    trace_capacity: usize,
    /// How many of the story's inputs the run has seen.
    replayed: usize,
    seeking: Option<Time>,
}

impl Session {
    /// A session at time zero that keeps up to `trace_capacity` records. What the story tells is done when its time
    /// comes.
    pub fn new(story: Rc<Story>, trace_capacity: usize) -> Session {
        Session {
            run: Run::new((*story.first).clone(), trace_capacity),
            story,
            trace_capacity,
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

    /// Everything from which this run follows.
    pub fn story(&self) -> &Rc<Story> {
        &self.story
    }

    /// How many of the story's inputs this run has seen: what is done now comes behind them.
    pub fn done(&self) -> usize {
        self.replayed
    }

    /// Where a seek is going, while it has not arrived.
    pub fn seeking(&self) -> Option<Time> {
        self.seeking
    }

    /// Goes on for `by`, or for about `max_events` events (towards the seek's end, while there is one).
    pub fn advance(&mut self, by: Span, max_events: u64) -> Advance {
        let target = self.seeking.unwrap_or(self.run.now() + by);
        self.advance_towards(target, max_events)
    }

    /// Goes on to `target`, or for about `max_events` events. A seek is over when its end is reached.
    pub fn advance_towards(&mut self, target: Time, max_events: u64) -> Advance {
        let before = self.run.sim().events();
        loop {
            let next_input = self.story.inputs.get(self.replayed).map(|(at, _)| *at);
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
                self.seeking = self.seeking.filter(|to| *to > target);
                return Advance {
                    reached: true,
                    stopped: None,
                };
            }
            let input = self.story.inputs[self.replayed].1.clone();
            self.replayed += 1;
            self.apply(input);
        }
    }

    /// Goes to a moment: forwards from here, or backwards by running anew with everything that was done until then.
    /// What was done later stays in the story and is done again when its time comes.
    /// Call [`Session::advance`] until [`Session::seeking`] is `None`.
    pub fn seek(&mut self, to: Time) {
        if to < self.run.now() {
            self.run = Run::new((*self.story.first).clone(), self.trace_capacity);
            self.replayed = 0;
        }
        self.seeking = Some(to);
    }

    /// Goes on to the next whole millisecond.
    pub fn to_next_millisecond(&mut self) {
        let ms = Span::from_millis(1).0;
        let to = Time(self.run.now().0.div_ceil(ms) * ms);
        self.seeking = None;
        // What the story tells of that millisecond is done on the way; the engine's bounds end a run without end.
        while !self.advance(to.since(self.run.now()), u64::MAX).reached {}
    }

    /// Stays where it is, wherever it was going.
    pub fn stop_seeking(&mut self) {
        self.seeking = None;
    }

    /// Causes a fault now.
    ///
    /// # Errors
    /// If what it names is not there.
    pub fn inject(
        &mut self,
        kind: FaultKind,
        lasts: Option<Span>,
    ) -> Result<u16, LocalizedMessage> {
        self.end_instant();
        let fault = self.run.inject(kind.clone(), lasts)?;
        self.remember(Input::Inject(kind, lasts));
        Ok(fault)
    }

    /// Ends a fault now. (One that has been, in a future that was left, is none.)
    pub fn end_fault(&mut self, fault: u16) {
        self.end_instant();
        if self.run.sim().faults().len() <= usize::from(fault) {
            return;
        }
        self.run.end_fault(fault);
        self.remember(Input::EndFault(fault));
    }

    /// Has the dead letters of a subscription delivered anew.
    pub fn redrive(&mut self, subscription: u16) {
        self.end_instant();
        self.run.redrive(subscription);
        self.remember(Input::Redrive(subscription));
    }

    /// Changes settings now; what is in flight goes on. If they cannot be changed under way, the run starts again with
    /// them and with everything that was done; it is on its way to the moment at which its scenario opens, if it had come
    /// so far.
    pub fn reconfigure(&mut self, scenario: Rc<Scenario>) -> Change {
        if *scenario == *self.run.scenario() {
            return Change::Nothing;
        }
        self.end_instant();
        let now = self.run.now();
        let changed = settings::changed(self.run.scenario(), &scenario);
        if now > Time::ZERO && self.run.reconfigure((*scenario).clone()).is_ok() {
            self.remember(Input::Reconfigure(scenario, changed));
            return Change::GoesOn;
        }
        let again = start_again::start_again(&self.story, now, &scenario);
        let opening = opens_at(&scenario);
        *self = Session::new(Rc::new(again.story), self.trace_capacity);
        if now >= opening && opening > Time::ZERO {
            self.seek(opening);
        }
        Change::StartsAgain {
            from: now,
            left_out: again.left_out,
        }
    }

    /// Handles what is left of this instant, so that an input has one place among the events of its time: the last.
    fn end_instant(&mut self) {
        self.seeking = None;
        // A run that goes in circles without time passing ends at the engine's bound.
        while self.run.run_until(self.run.now(), u64::MAX) == Progress::Busy {}
    }

    /// What is done now replaces what was to be done later: the timelines fork here.
    fn remember(&mut self, input: Input) {
        let now = self.run.now();
        let story = Rc::make_mut(&mut self.story);
        story.inputs.truncate(self.replayed);
        if story.inputs.len() < INPUTS_MAX {
            story.inputs.push((now, input));
        } else {
            story.whole = false;
        }
        self.replayed = story.inputs.len();
    }

    fn apply(&mut self, input: Input) {
        // These succeeded when they were done first, and the run is the same.
        match input {
            Input::Inject(kind, lasts) => drop(self.run.inject(kind, lasts)),
            Input::EndFault(fault) => self.run.end_fault(fault),
            Input::Redrive(subscription) => self.run.redrive(subscription),
            Input::Reconfigure(scenario, _) => drop(self.run.reconfigure((*scenario).clone())),
        }
    }
}
