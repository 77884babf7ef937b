//! The sense of retries, budgets, breakers and throttles.

use super::super::resilience::{BUDGET_BUCKETS, THROTTLE_BUCKETS};
use super::super::{
    Attempts, Backoff, Breaker, BreakerWindow, Retry, RetryBudget, ShareOf, Throttle, TokenBudget,
};
use super::Checker;
use crate::time::Span;

/// Places in which breakers, throttles and budgets count, all together: the calls or buckets of their windows, once for
/// each calling instance.
pub const COUNTED_PLACES_MAX: u64 = 5_000_000;

/// A place where something is called, and how its caller treats it.
pub(super) struct Site<'s> {
    /// Where it stands.
    pub path: &'s str,
    pub retry: Option<&'s Retry>,
    pub breaker: Option<&'s Breaker>,
    pub throttle: Option<&'s Throttle>,
    /// Whether the way there takes time, so that no failure comes back in the same instant.
    pub takes_time: bool,
    /// How many callers there are: instances, or one client.
    pub callers: u32,
}

/// Whether a breaker or a throttle may keep something back: then it takes no time at all.
pub(super) fn may_keep_back(breaker: Option<&Breaker>, throttle: Option<&Throttle>) -> bool {
    breaker.is_some_and(|breaker| breaker.enabled)
        || throttle.is_some_and(|throttle| throttle.enabled)
}

impl Checker<'_> {
    pub(super) fn resilience(&mut self, site: &Site) {
        let mut places = 0;
        if let Some(retry) = site.retry {
            self.retry(&format!("{}.retry", site.path), retry, site.takes_time);
            places += budget_places(retry);
        }
        if let Some(breaker) = site.breaker {
            self.breaker(&format!("{}.breaker", site.path), breaker);
            places += match breaker.window {
                BreakerWindow::Calls(calls) => calls,
                BreakerWindow::Time(_) => breaker.buckets,
            };
        }
        if let Some(throttle) = site.throttle {
            self.positive(format!("{}.throttle.window", site.path), throttle.window);
            places += THROTTLE_BUCKETS;
        }
        self.counted_places += u64::from(places) * u64::from(site.callers);
    }

    /// A retry that stands alone, without a breaker or a throttle.
    pub(super) fn lone_retry(&mut self, path: &str, retry: &Retry, takes_time: bool, callers: u32) {
        self.retry(path, retry, takes_time);
        self.counted_places += u64::from(budget_places(retry)) * u64::from(callers);
    }

    /// What breakers, throttles and budgets need together.
    pub(super) fn counted_places(&mut self) {
        let total = self.counted_places;
        if total > COUNTED_PLACES_MAX {
            let message = format!(
                "breakers, throttles and retry budgets count in {total} places together (the calls or buckets of their \
                 windows, once for each calling instance); at most {COUNTED_PLACES_MAX}: make the windows smaller"
            );
            self.report("operations", message);
        }
    }

    fn retry(&mut self, path: &str, retry: &Retry, takes_time: bool) {
        let waits = retry.backoff != Backoff::None;
        // A control that switches retries off does so with one attempt, and leaves the rest as it is.
        let once = retry.attempts == Attempts::Number(1)
            && !self.is_set_by_a_control(&format!("{path}.attempts"));
        if once && waits && !self.is_set_by_a_control(&format!("{path}.backoff")) {
            self.report(
                format!("{path}.backoff"),
                "attempts is 1, so there is never a wait; leave the backoff out, or allow more attempts",
            );
        }
        if once && retry.budget.is_some() {
            self.report(
                format!("{path}.budget"),
                "attempts is 1, so there is never a retry; leave the budget out, or allow more attempts",
            );
        }
        if retry
            .on
            .iter()
            .enumerate()
            .any(|(index, failure)| retry.on[..index].contains(failure))
        {
            self.report(
                format!("{path}.on"),
                "names a failure twice; name each once",
            );
        }
        if waits && retry.wait == Span::ZERO {
            self.report(
                format!("{path}.wait"),
                "must be longer than 0; leave the backoff out for retries at once",
            );
        }
        if waits && retry.cap < retry.wait {
            self.report(
                format!("{path}.cap"),
                format!("must not be shorter than wait ({})", retry.wait),
            );
        }
        if let Some(budget) = &retry.budget {
            self.budget(&format!("{path}.budget"), budget);
        }
        let unlimited = matches!(retry.attempts, Attempts::Unlimited(_));
        let limited = retry
            .budget
            .as_ref()
            .is_some_and(|budget| budget.enabled && limits(budget));
        if unlimited && !waits && !takes_time && !limited {
            self.report(
                format!("{path}.attempts"),
                "without a limit, a wait or a latency of the link, retries would go in circles while no time passes; give \
                 a number, a backoff or a budget",
            );
        }
    }

    fn budget(&mut self, path: &str, budget: &RetryBudget) {
        if budget.tokens.is_none() && budget.ratio.is_none() && budget.failures.is_none() {
            self.report(
                path,
                "must have \"tokens\", \"ratio\" or \"failures\"; without any it allows every retry",
            );
        }
        if let Some(tokens) = &budget.tokens {
            self.tokens(&format!("{path}.tokens"), tokens);
        }
        if let Some(ratio) = &budget.ratio {
            let path = format!("{path}.ratio");
            self.positive(format!("{path}.window"), ratio.window);
            if ratio.share == 0.0 && ratio.min_per_second * ratio.window.as_secs() < 1.0 {
                self.report(
                    path,
                    "can never allow a retry; give it a share, or a min_per_second of at least one in a window",
                );
            } else if !limits_ratio(ratio.of, ratio.share) {
                self.report(
                    format!("{path}.share"),
                    "must be less than 1 of all attempts, or it allows every retry",
                );
            }
        }
        if let Some(failures) = &budget.failures {
            let path = format!("{path}.failures");
            if let Some(window) = failures.window {
                self.positive(format!("{path}.window"), window);
            }
            if failures.share == 0.0 {
                self.report(
                    format!("{path}.share"),
                    "must be more than 0, or it can never allow a retry: a retry follows a failure",
                );
            }
        }
    }

    fn tokens(&mut self, path: &str, tokens: &TokenBudget) {
        let size = tokens.size;
        let start = tokens.start.unwrap_or(size);
        if start > size {
            self.report(
                format!("{path}.start"),
                format!("must be at most size ({size})"),
            );
        }
        let comes_in = tokens.per_call > 0.0 || tokens.per_success > 0.0 || tokens.per_second > 0.0;
        let most = if comes_in { size } else { start };
        let cost = least_cost(tokens);
        if cost > most {
            self.report(
                path,
                format!(
                    "can never allow a retry: it holds at most {most} tokens, and a retry takes {cost}"
                ),
            );
        } else if let Some(above) = tokens.above.filter(|above| *above >= most) {
            self.report(
                path,
                format!(
                    "can never allow a retry: it holds at most {most} tokens, and must hold more than {above}"
                ),
            );
        } else if !limits_tokens(tokens) {
            self.report(
                path,
                "allows every retry: give it a cost, or per_failure together with above",
            );
        }
    }

    fn breaker(&mut self, path: &str, breaker: &Breaker) {
        if let BreakerWindow::Time(span) = breaker.window {
            self.positive(format!("{path}.window.time"), span);
        }
        self.positive(format!("{path}.wait"), breaker.wait);
        if breaker.threshold == 0.0 {
            self.report(
                format!("{path}.threshold"),
                "must be more than 0, or it would open when nothing has failed",
            );
        }
        if breaker.slow.is_some_and(|slow| slow.threshold == 0.0) {
            self.report(
                format!("{path}.slow.threshold"),
                "must be more than 0, or it would open when nothing was slow",
            );
        }
    }

    fn is_set_by_a_control(&self, path: &str) -> bool {
        let mut controls = self.scenario.controls.iter();
        controls.any(|control| control.sets.iter().any(|set| set == path))
    }
}

/// The places in which a retry's budget counts.
fn budget_places(retry: &Retry) -> u32 {
    let Some(budget) = &retry.budget else {
        return 0;
    };
    let windows = budget.ratio.is_some() as u32 + budget.failures.is_some() as u32;
    1 + windows * BUDGET_BUCKETS
}

fn least_cost(tokens: &TokenBudget) -> f64 {
    tokens
        .cost
        .min(tokens.cost_after_rejection.unwrap_or(tokens.cost))
}

fn limits_tokens(tokens: &TokenBudget) -> bool {
    least_cost(tokens) > 0.0 || (tokens.above.is_some() && tokens.per_failure > 0.0)
}

fn limits_ratio(of: ShareOf, share: f64) -> bool {
    of == ShareOf::Calls || share < 1.0
}

/// Whether a budget ends at some time what fails again and again.
fn limits(budget: &RetryBudget) -> bool {
    budget.failures.is_some()
        || budget.tokens.as_ref().is_some_and(limits_tokens)
        || budget
            .ratio
            .as_ref()
            .is_some_and(|ratio| limits_ratio(ratio.of, ratio.share))
}
