//! What a change of settings would bring: a run of its own that is changed where the page opens, and looked at
//! some time later.

use crate::Run;
use crate::metrics::HeadlineNow;
use kernel::time::{Span, Time};
use scenario::{HeadlineKind, Scenario};
use sim::Progress;

/// So long after the change the headline is read where it is that of the last seconds. By then the page shows it, too.
const AFTER: Span = Span::from_secs(15);
/// So long where it is counted: what goes wrong there is rarer.
const AFTER_COUNTED: Span = Span::from_secs(60);
/// It is run for so long at most after the change, however rarely something is reconciled.
const AFTER_MAX: Span = Span::from_secs(120);

/// A forecast in the making.
#[derive(Clone, Debug)]
pub struct ForecastRun {
    run: Run,
    /// The settings whose outcome is asked for, until they have been made.
    change: Option<Scenario>,
    until: Time,
}

impl ForecastRun {
    /// What becomes of a run with the settings `before` if they are changed to `after` at the moment at which the page
    /// opens it. Both are settings of one scenario.
    pub fn new(before: &Scenario, after: &Scenario) -> ForecastRun {
        ForecastRun {
            run: Run::new(before.clone(), 0),
            change: Some(after.clone()),
            until: Time::ZERO + before.opens_at,
        }
    }

    /// Works until it is known what headline the change brings, or until `enough` says so; asked again, it goes on. A run
    /// that the engine has ended is read as it stands.
    pub fn work(&mut self, events: u64, enough: impl Fn() -> bool) -> Option<HeadlineNow> {
        loop {
            while self.run.run_until(self.until, events) == Progress::Busy {
                if enough() {
                    return None;
                }
            }
            let Some(after) = self.change.take() else {
                let recent = self.run.recent();
                return Some(self.run.headline(&recent));
            };
            let opens = self.until;
            self.until = opens + time_after(&after);
            if opens == Time::ZERO || self.run.reconfigure(after.clone()).is_err() {
                self.run = Run::new(after, 0);
            }
        }
    }
}

/// How long after the change the outcome is read: until a reconciliation has had the time to find and to repair.
fn time_after(scenario: &Scenario) -> Span {
    match scenario.headline().kind {
        HeadlineKind::Latency | HeadlineKind::Goodput | HeadlineKind::Stale => AFTER,
        HeadlineKind::Anomalies | HeadlineKind::Disagreements => {
            let jobs = scenario.reconciliations.values();
            let twice = jobs
                .filter(|job| job.enabled)
                .map(|job| job.every + job.every + job.grace);
            twice.fold(AFTER_COUNTED, Span::max).min(AFTER_MAX)
        }
    }
}
