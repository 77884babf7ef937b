//! What an offered change would bring: a run of its own, a little in each frame, when the person is not busy changing
//! things.

use crate::app::Forecast;
use crate::app::truth::Tally;
use crate::run::Run;
use crate::scenario::Scenario;
use crate::sim::Progress;
use crate::time::{Span, Time};
use std::rc::Rc;

/// It waits so long for the next change, in milliseconds.
const PATIENCE_MS: f64 = 250.0;
/// What is left out of the numbers: the system is still filling up.
const WARM_UP: Span = Span::from_secs(3);
/// The simulated time that is run.
const LENGTH: Span = Span::from_secs(15);
/// The simulated time that is run where the scenario says what is true: what goes wrong there is rarer.
const LENGTH_OF_TRUTH: Span = Span::from_secs(60);
/// It is run for so long at most, however rarely something is reconciled.
const LENGTH_MAX: Span = Span::from_secs(120);
/// Events between two looks at the clock.
const EVENTS: u64 = 2_000;

/// A forecast in the making.
#[derive(Default)]
pub struct Forecaster {
    wanted: Option<(f64, Rc<Scenario>)>,
    run: Option<Box<Run>>,
    length: Span,
    main_client: usize,
}

impl Forecaster {
    /// Begins anew with these settings (or with none).
    pub fn want(&mut self, scenario: Option<Rc<Scenario>>, main_client: u16, now_ms: f64) {
        self.run = None;
        self.main_client = main_client as usize;
        self.wanted = scenario.map(|scenario| (now_ms + PATIENCE_MS, scenario));
    }

    /// Whether there is anything to do.
    pub fn busy(&self) -> bool {
        self.wanted.is_some() || self.run.is_some()
    }

    /// Works until `clock` says that it is enough.
    pub fn work(&mut self, now_ms: f64, enough: impl Fn() -> bool) -> Option<Forecast> {
        if let Some((due, scenario)) = &self.wanted {
            if now_ms < *due {
                return None;
            }
            let mut scenario = (**scenario).clone();
            scenario.warm_up = WARM_UP;
            self.length = length(&scenario);
            // How quick something is, is asked of a system that is well; what becomes of the truth, of one that is not.
            if scenario.ledger.is_none() {
                scenario.faults.clear();
            }
            self.run = Some(Box::new(Run::new(scenario, 0)));
            self.wanted = None;
        }
        let run = self.run.as_mut()?;
        while run.run_until(Time::ZERO + self.length, EVENTS) == Progress::Busy {
            if enough() {
                return None;
            }
        }
        let forecast = self.read();
        self.run = None;
        forecast
    }

    fn read(&self) -> Option<Forecast> {
        let run = self.run.as_ref()?;
        let numbers = run.numbers();
        let client = numbers.clients.get(self.main_client)?;
        let seconds = (numbers.to_s - numbers.from_s).max(1e-9);
        let bad = client.failed
            + client.refused
            + client.rejected
            + client.timed_out
            + client.not_permitted;
        Some(Forecast {
            latency_ms: (client.latency_ms.count > 0).then_some(client.latency_ms.mean),
            calls: client.calls_per_request,
            bad_per_s: bad as f64 / seconds,
            truth: run.plan().ledger.as_ref().map(|_| {
                let counts = run.sim().ledger().counts();
                Tally {
                    disagree: counts.disagree,
                    closed: counts.closed,
                }
            }),
        })
    }
}

/// How long a scenario is run: until a reconciliation has had the time to find and to repair.
fn length(scenario: &Scenario) -> Span {
    if scenario.ledger.is_none() {
        return LENGTH;
    }
    let jobs = scenario.reconciliations.values();
    let twice = jobs.filter(|job| job.enabled).map(|job| {
        let every = job.every + job.every;
        every + job.grace
    });
    twice.fold(LENGTH_OF_TRUTH, Span::max).min(LENGTH_MAX)
}
