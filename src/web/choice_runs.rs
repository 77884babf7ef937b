//! The runs behind the table of all choices: one after the other, a little in each frame.

use crate::app::choice_table::{Outcome, State, Wanted};
use kernel::time::{Span, Time};
use run::Run;
use sim::Progress;
use std::collections::VecDeque;

/// Events between two looks at the clock.
const EVENTS: u64 = 1_000;

/// The runs in the making.
#[derive(Default)]
pub struct ChoiceRuns {
    waiting: VecDeque<Wanted>,
    run: Option<(usize, Box<Run>)>,
    length: Span,
    main_client: u16,
    /// How much of the run was told, in tenths.
    told: u64,
}

impl ChoiceRuns {
    /// Begins anew with these (or with none).
    pub fn want(&mut self, wanted: Vec<Wanted>, length: Span, main_client: u16) {
        *self = ChoiceRuns {
            waiting: wanted.into(),
            length,
            main_client,
            ..ChoiceRuns::default()
        };
    }

    /// Whether there is anything to do.
    pub fn busy(&self) -> bool {
        self.run.is_some() || !self.waiting.is_empty()
    }

    /// Works until `enough` says so; what is new, if anything is.
    pub fn work(&mut self, enough: impl Fn() -> bool) -> Option<(usize, State)> {
        if self.run.is_none() {
            let (row, scenario) = self.waiting.pop_front()?;
            self.told = 0;
            self.run = Some((row, Box::new(Run::new((*scenario).clone(), 0))));
            return Some((row, State::Underway(0)));
        }
        let (row, run) = self.run.as_mut()?;
        let row = *row;
        loop {
            match run.run_until(Time::ZERO + self.length, EVENTS) {
                Progress::Busy if !enough() => {}
                Progress::Busy => {
                    let tenths = run.now().0 * 10 / self.length.0.max(1);
                    if tenths == self.told {
                        return None;
                    }
                    self.told = tenths;
                    return Some((row, State::Underway(tenths as u32 * 10)));
                }
                Progress::Reached => {
                    let outcome = Outcome::of(run, self.main_client);
                    self.run = None;
                    return Some((row, State::Done(outcome)));
                }
                Progress::Stopped(_) => {
                    let outcome = Outcome::of(run, self.main_client);
                    let at = run.now().as_secs();
                    self.run = None;
                    return Some((row, State::Stopped(at, outcome)));
                }
            }
        }
    }
}
