//! The sense of retries, budgets, breakers and throttles.

use super::super::resilience::{BUDGET_BUCKETS, THROTTLE_BUCKETS};
use super::super::{
    Attempts, Backoff, Breaker, BreakerWindow, Jitter, Retry, RetryBudget, ShareOf, Throttle,
    TokenBudget,
};
use super::Checker;
use kernel::time::Span;
use message::msg;

/// Places in which breakers, throttles and budgets count, all together: the calls or buckets of their windows, once for
/// each calling instance.
pub const COUNTED_PLACES_MAX: u64 = 5_000_000;

/// Retries that one caller may make in a second while nothing answers, if nothing else limits them.
pub const RETRIES_A_SECOND_MAX: f64 = 10_000_000.0;

/// A place where something is called, and how its caller treats it.
pub(super) struct Site<'s> {
    /// Where it stands.
    pub path: &'s str,
    pub retry: Option<&'s Retry>,
    pub breaker: Option<&'s Breaker>,
    pub throttle: Option<&'s Throttle>,
    /// The mean time of the way there; nothing if one of its ends is not known, which is reported elsewhere.
    pub way: Option<Span>,
    /// How many callers there are: instances, or one client.
    pub callers: u32,
}

/// How many attempts of one call may be made in an instant, or nearly so.
pub(super) fn attempts_at_once(retry: Option<&Retry>, way: Span) -> u64 {
    let instant = Span(1_000);
    match retry {
        Some(retry)
            if way < instant && (retry.backoff == Backoff::None || retry.wait < instant) =>
        {
            match retry.attempts {
                Attempts::Number(number) => u64::from(number),
                // They have a limit of their own: see `often`.
                Attempts::Unlimited(_) => 1,
            }
        }
        _ => 1,
    }
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
            self.retry(&format!("{}.retry", site.path), retry, site);
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
    pub(super) fn lone_retry(&mut self, path: &str, retry: &Retry, site: &Site) {
        self.retry(path, retry, site);
        self.counted_places += u64::from(budget_places(retry)) * u64::from(site.callers);
    }

    /// What breakers, throttles and budgets need together.
    pub(super) fn counted_places(&mut self) {
        let total = self.counted_places;
        if total > COUNTED_PLACES_MAX {
            let message = msg!(
                "breakers, throttles and retry budgets count in {0} places together (the calls or buckets of their \
                 windows, once for each calling instance); at most {1}: make the windows smaller",
                "서킷 브레이커, 스로틀, 재시도 예산이 세는 자리(window의 호출이나 구간마다, 호출하는 인스턴스마다 \
                 하나)를 모두 더하면 {0}개인데 최대 {1}개입니다. window를 줄이십시오",
                total,
                COUNTED_PLACES_MAX,
            );
            self.report("operations", message);
        }
    }

    fn retry(&mut self, path: &str, retry: &Retry, site: &Site) {
        let takes_time = site.way.is_none_or(|way| way > Span::ZERO);
        let waits = retry.backoff != Backoff::None;
        // A control that switches retries off does so with one attempt, and leaves the rest as it is.
        let once = retry.attempts == Attempts::Number(1)
            && !self.is_set_by_a_control(&format!("{path}.attempts"));
        if once && waits && !self.is_set_by_a_control(&format!("{path}.backoff")) {
            self.report(
                format!("{path}.backoff"),
                msg!(
                    "attempts is 1, so there is never a wait; leave the backoff out, or allow more attempts",
                    "attempts가 1이라 기다릴 일이 없습니다. backoff를 빼거나 attempts를 늘리십시오",
                ),
            );
        }
        if once && retry.budget.is_some() {
            self.report(
                format!("{path}.budget"),
                msg!(
                    "attempts is 1, so there is never a retry; leave the budget out, or allow more attempts",
                    "attempts가 1이라 재시도할 일이 없습니다. budget을 빼거나 attempts를 늘리십시오",
                ),
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
                msg!(
                    "names a failure twice; name each once",
                    "같은 실패가 두 번 있습니다. 하나씩만 쓰십시오",
                ),
            );
        }
        if waits && retry.wait == Span::ZERO {
            self.report(
                format!("{path}.wait"),
                msg!(
                    "must be longer than 0; leave the backoff out for retries at once",
                    "0보다 길어야 합니다. 즉시 재시도하려면 backoff를 빼십시오",
                ),
            );
        }
        if waits && retry.cap < retry.wait {
            self.report(
                format!("{path}.cap"),
                msg!(
                    "must not be shorter than wait ({0})",
                    "wait({0})보다 짧을 수 없습니다",
                    retry.wait,
                ),
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
                msg!(
                    "without a limit, a wait or a latency of the link, retries would go in circles while no time \
                     passes; give a number, a backoff or a budget",
                    "횟수 제한도 대기도 연결의 지연도 없어, 시간이 흐르지 않은 채 재시도가 끝없이 이어집니다. 횟수, \
                     backoff, budget 중 하나를 정하십시오",
                ),
            );
        }
        if unlimited && !limited {
            self.often(path, retry, site);
        }
    }

    /// Retries without a limit, for as long as nothing answers: how many one caller makes in a second.
    fn often(&mut self, path: &str, retry: &Retry, site: &Site) {
        let there_and_back = site.way.map_or(1e9, |way| 2.0 * way.0 as f64);
        // What chance leaves of a wait, on average.
        let left = match retry.jitter {
            Jitter::None | Jitter::Decorrelated | Jitter::Proportional => 1.0,
            Jitter::Equal => 0.75,
            Jitter::Full => 0.5,
        };
        let (field, wait) = match retry.backoff {
            Backoff::None => ("attempts", Span::ZERO),
            Backoff::Exponential if retry.factor > 1.0 => ("cap", retry.cap),
            Backoff::Fixed | Backoff::Exponential => ("wait", retry.wait),
        };
        let every = there_and_back + wait.0 as f64 * left;
        // (Without any time at all it has been reported already.)
        if every <= 0.0 || 1e9 / every <= RETRIES_A_SECOND_MAX {
            return;
        }
        let least = (1e9 / RETRIES_A_SECOND_MAX - there_and_back) / left;
        let least = Span(libm::ceil(least) as u64);
        let a_second = format!("{:.0}", 1e9 / every);
        let message = match retry.backoff {
            Backoff::None => msg!(
                "while nothing answers, each caller tries again {0} times a second; at most {1}: give a number of \
                 attempts, or a backoff with a wait of {2} or longer",
                "응답이 없는 동안 호출마다 초당 {0}번 재시도하는데 최대 {1}번입니다. 횟수를 정하거나 wait가 {2} 이상인 \
                 backoff를 정하십시오",
                a_second,
                RETRIES_A_SECOND_MAX,
                least,
            ),
            Backoff::Fixed | Backoff::Exponential => msg!(
                "while nothing answers, each caller tries again {0} times a second; at most {1}: make it {2} or longer",
                "응답이 없는 동안 호출마다 초당 {0}번 재시도하는데 최대 {1}번입니다. {2} 이상으로 늘리십시오",
                a_second,
                RETRIES_A_SECOND_MAX,
                least,
            ),
        };
        self.report(format!("{path}.{field}"), message);
    }

    fn budget(&mut self, path: &str, budget: &RetryBudget) {
        if budget.tokens.is_none() && budget.ratio.is_none() && budget.failures.is_none() {
            self.report(
                path,
                msg!(
                    "must have \"tokens\", \"ratio\" or \"failures\"; without any it allows every retry",
                    "\"tokens\", \"ratio\", \"failures\" 중 하나는 있어야 합니다. 없으면 모든 재시도를 허용합니다",
                ),
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
                    msg!(
                        "can never allow a retry; give it a share, or a min_per_second of at least one in a window",
                        "재시도를 한 번도 허용할 수 없습니다. share를 정하거나 min_per_second를 window 안에 한 번 \
                         이상이 되게 하십시오",
                    ),
                );
            } else if !limits_ratio(ratio.of, ratio.share) {
                self.report(
                    format!("{path}.share"),
                    msg!(
                        "must be less than 1 of all attempts, or it allows every retry",
                        "모든 시도에 대한 비율은 1보다 작아야 합니다. 아니면 모든 재시도를 허용합니다",
                    ),
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
                    msg!(
                        "must be more than 0, or it can never allow a retry: a retry follows a failure",
                        "0보다 커야 합니다. 재시도는 실패 뒤에 오므로 0이면 한 번도 허용할 수 없습니다",
                    ),
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
                msg!(
                    "must be at most size ({0})",
                    "size({0}) 이하여야 합니다",
                    size
                ),
            );
        }
        let comes_in = tokens.per_call > 0.0 || tokens.per_success > 0.0 || tokens.per_second > 0.0;
        let most = if comes_in { size } else { start };
        let cost = least_cost(tokens);
        if cost > most {
            self.report(
                path,
                msg!(
                    "can never allow a retry: it holds at most {0} tokens, and a retry takes {1}",
                    "재시도를 한 번도 허용할 수 없습니다. 토큰은 최대 {0}개인데 재시도에 {1}개가 듭니다",
                    most,
                    cost,
                ),
            );
        } else if let Some(above) = tokens.above.filter(|above| *above >= most) {
            self.report(
                path,
                msg!(
                    "can never allow a retry: it holds at most {0} tokens, and must hold more than {1}",
                    "재시도를 한 번도 허용할 수 없습니다. 토큰은 최대 {0}개인데 {1}개보다 많아야 합니다",
                    most,
                    above,
                ),
            );
        } else if !limits_tokens(tokens) {
            self.report(
                path,
                msg!(
                    "allows every retry: give it a cost, or per_failure together with above",
                    "모든 재시도를 허용합니다. cost를 정하거나 per_failure와 above를 함께 정하십시오",
                ),
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
                msg!(
                    "must be more than 0, or it would open when nothing has failed",
                    "0보다 커야 합니다. 0이면 실패가 없어도 열립니다",
                ),
            );
        }
        if breaker.slow.is_some_and(|slow| slow.threshold == 0.0) {
            self.report(
                format!("{path}.slow.threshold"),
                msg!(
                    "must be more than 0, or it would open when nothing was slow",
                    "0보다 커야 합니다. 0이면 느린 호출이 없어도 열립니다",
                ),
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
