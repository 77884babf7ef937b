//! A retry budget: what limits the retries of one caller, over all its calls at one place.
//!
//! It may have three parts, and each must allow a retry:
//! - *tokens*: a bucket that retries take from. By its parameters it is Brooker's ("Fixing retries with token buckets and
//!   circuit breakers", 2022: size 5, a tenth for each call, 1 for a retry, above 1), gRPC's (proposal A6: size 10, 1 for
//!   each failure, a tenth for each success, above the half) or botocore's (`RetryQuota`: size 500, 14 for a retry, 1 for
//!   each success, a success after a retry gives the cost back).
//! - *ratio*: retries are at most a share of all attempts (Google's SRE book, chapter 21: 10 %) or of the calls, within a
//!   window; with a minimum for each second it is Finagle's `RetryBudget`.
//! - *failures*: retries only while failed attempts are at most a share of the calls (Brooker's circuit breaker).

use super::millionths::{WHOLE, at_most, millionths};
use super::window::TimeWindow;
use kernel::time::{Span, Time};
use scenario::{BUDGET_BUCKETS, Failure, GivenBack, ShareOf};

const CALLS: usize = 0;
const RETRIES: usize = 1;
const FAILURES: usize = 1;
const A_SECOND: u64 = 1_000_000_000;

/// A token bucket's rules, in millionths of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TokenRules {
    size: u64,
    start: u64,
    per_call: u64,
    per_success: u64,
    /// Nothing stands for what the last retry took.
    per_retried_success: Option<u64>,
    per_failure: u64,
    per_second: u64,
    cost: u64,
    cost_after_rejection: u64,
    above: Option<u64>,
}

/// A ratio's rules, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RatioRules {
    share: u64,
    of: ShareOf,
    /// Retries allowed beyond the share.
    reserve: u64,
    window: Span,
}

/// The rules of a limit on failures, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FailureRules {
    share: u64,
    window: Option<Span>,
}

/// What a budget goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    tokens: Option<TokenRules>,
    ratio: Option<RatioRules>,
    failures: Option<FailureRules>,
}

impl Rules {
    /// The rules that a document gives; none if it switches the budget off.
    pub fn new(budget: &scenario::RetryBudget) -> Option<Rules> {
        budget.enabled.then(|| Rules {
            tokens: budget.tokens.as_ref().map(token_rules),
            ratio: budget.ratio.as_ref().map(|ratio| RatioRules {
                share: millionths(ratio.share),
                of: ratio.of,
                reserve: millionths(ratio.min_per_second * ratio.window.as_secs()),
                window: ratio.window,
            }),
            failures: budget.failures.as_ref().map(|failures| FailureRules {
                share: millionths(failures.share),
                window: failures.window,
            }),
        })
    }
}

impl Rules {
    /// Whether there is a bucket of tokens.
    pub fn has_tokens(&self) -> bool {
        self.tokens.is_some()
    }
}

fn token_rules(tokens: &scenario::TokenBudget) -> TokenRules {
    let size = millionths(tokens.size);
    let per_success = millionths(tokens.per_success);
    TokenRules {
        size,
        start: tokens
            .start
            .map_or(size, |start| millionths(start).min(size)),
        per_call: millionths(tokens.per_call),
        per_success,
        per_retried_success: match tokens.per_retried_success {
            None => Some(per_success),
            Some(GivenBack::Tokens(tokens)) => Some(millionths(tokens)),
            Some(GivenBack::Cost(_)) => None,
        },
        per_failure: millionths(tokens.per_failure),
        per_second: millionths(tokens.per_second),
        cost: millionths(tokens.cost),
        cost_after_rejection: millionths(tokens.cost_after_rejection.unwrap_or(tokens.cost)),
        above: tokens.above.map(millionths),
    }
}

/// What a retry took, in millionths of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken(u64);

/// A budget.
#[derive(Clone, Debug)]
pub struct Budget {
    rules: Rules,
    bucket: Bucket,
    /// Calls and retries, for the ratio.
    ratio: Option<TimeWindow<2>>,
    failures: Failures,
}

/// The tokens at hand.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// In millionths.
    tokens: u64,
    filled_at: Time,
    /// What has come in with time and is not yet a whole millionth, in billionths of one.
    part: u64,
}

impl Bucket {
    fn add(&mut self, tokens: u64, size: u64) {
        self.tokens = self.tokens.saturating_add(tokens).min(size);
    }
}

/// Calls and failed attempts: of a window, or of all time.
#[derive(Clone, Debug)]
enum Failures {
    Ever([u64; 2]),
    Within(TimeWindow<2>),
}

impl Budget {
    /// A budget that begins now: nothing has been taken from it, and nothing has come in with time.
    pub fn new(rules: Rules, now: Time) -> Budget {
        Budget {
            rules,
            bucket: Bucket {
                tokens: rules.tokens.map_or(0, |tokens| tokens.start),
                filled_at: now,
                part: 0,
            },
            ratio: rules
                .ratio
                .map(|ratio| TimeWindow::new(ratio.window, BUDGET_BUCKETS)),
            failures: match rules.failures.and_then(|failures| failures.window) {
                Some(window) => Failures::Within(TimeWindow::new(window, BUDGET_BUCKETS)),
                None => Failures::Ever([0; 2]),
            },
        }
    }

    /// What it goes by.
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// The tokens at hand, in millionths; 0 if it has no bucket.
    pub fn tokens(&mut self, now: Time) -> u64 {
        self.fill(now);
        self.bucket.tokens
    }

    /// A call begins, also one whose first attempt is kept back.
    pub fn begins(&mut self, now: Time) {
        self.comes_in(now, |tokens| tokens.per_call);
        if let Some(ratio) = &mut self.ratio {
            ratio.count(now, CALLS);
        }
        self.failures.count(now, CALLS);
    }

    /// An attempt has failed in a way that is tried again.
    pub fn fails(&mut self, now: Time) {
        self.fill(now);
        if let Some(rules) = self.rules.tokens {
            self.bucket.tokens = self.bucket.tokens.saturating_sub(rules.per_failure);
        }
        self.failures.count(now, FAILURES);
    }

    /// A retry is wanted after this failure: what it takes, if there may be one.
    pub fn allows(&mut self, now: Time, after: Failure) -> Option<Taken> {
        self.fill(now);
        let mut taken = 0;
        if let Some(rules) = self.rules.tokens {
            taken = match after {
                Failure::Rejected => rules.cost_after_rejection,
                _ => rules.cost,
            };
            let held = self.bucket.tokens;
            if held < taken || rules.above.is_some_and(|above| held <= above) {
                return None;
            }
        }
        if let (Some(rules), Some(ratio)) = (self.rules.ratio, &mut self.ratio) {
            let [calls, retries] = ratio.sums(now);
            let retries = retries + 1;
            let of = match rules.of {
                ShareOf::Calls => calls,
                ShareOf::Attempts => calls + retries,
            };
            let allowed = u128::from(rules.share) * u128::from(of) + u128::from(rules.reserve);
            if u128::from(WHOLE) * u128::from(retries) > allowed {
                return None;
            }
        }
        if let Some(rules) = self.rules.failures {
            let [calls, failures] = self.failures.sums(now);
            if !at_most(failures, calls, rules.share) {
                return None;
            }
        }
        self.bucket.tokens -= taken;
        if let Some(ratio) = &mut self.ratio {
            ratio.count(now, RETRIES);
        }
        Some(Taken(taken))
    }

    /// A call has succeeded; `retry` is what its last retry took, if it needed one.
    pub fn succeeds(&mut self, now: Time, retry: Option<Taken>) {
        self.comes_in(now, |tokens| match retry {
            None => tokens.per_success,
            Some(Taken(cost)) => tokens.per_retried_success.unwrap_or(cost),
        });
    }

    fn comes_in(&mut self, now: Time, how_much: impl FnOnce(TokenRules) -> u64) {
        self.fill(now);
        if let Some(rules) = self.rules.tokens {
            self.bucket.add(how_much(rules), rules.size);
        }
    }

    /// What comes in with time. Parts of a millionth are kept, so that it does not matter how often this is asked.
    fn fill(&mut self, now: Time) {
        let Some(rules) = self.rules.tokens else {
            return;
        };
        let passed = now.since(self.bucket.filled_at).0;
        self.bucket.filled_at = now;
        let came = u128::from(rules.per_second) * u128::from(passed) + u128::from(self.bucket.part);
        let whole = u64::try_from(came / u128::from(A_SECOND)).unwrap_or(u64::MAX);
        self.bucket.part = (came % u128::from(A_SECOND)) as u64;
        self.bucket.add(whole, rules.size);
    }
}

impl Failures {
    fn count(&mut self, now: Time, kind: usize) {
        match self {
            Failures::Ever(sums) => sums[kind] += 1,
            Failures::Within(window) => window.count(now, kind),
        }
    }

    fn sums(&mut self, now: Time) -> [u64; 2] {
        match self {
            Failures::Ever(sums) => *sums,
            Failures::Within(window) => window.sums(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scenario::{CostWord, FailureBudget, RatioBudget, RetryBudget, TokenBudget};

    const NOW: Time = Time::ZERO;

    fn budget(document: &RetryBudget) -> Budget {
        Budget::new(Rules::new(document).unwrap(), Time::ZERO)
    }

    fn of_tokens(tokens: TokenBudget) -> Budget {
        budget(&RetryBudget {
            tokens: Some(tokens),
            ..Default::default()
        })
    }

    fn of_ratio(ratio: RatioBudget) -> Budget {
        budget(&RetryBudget {
            ratio: Some(ratio),
            ..Default::default()
        })
    }

    /// One call of at most `attempts`, of which the first `failures` fail: how many attempts it makes.
    fn call(budget: &mut Budget, now: Time, attempts: u32, failures: u32) -> u32 {
        budget.begins(now);
        let mut taken = None;
        for attempt in 1.. {
            if attempt > failures {
                budget.succeeds(now, taken);
                return attempt;
            }
            budget.fails(now);
            // The last attempt by number asks for nothing.
            if attempt >= attempts {
                return attempt;
            }
            taken = budget.allows(now, Failure::Failed);
            if taken.is_none() {
                return attempt;
            }
        }
        unreachable!("a call ends")
    }

    /// After a crash or a change of settings a budget begins in the middle of a run.
    #[test]
    fn what_comes_in_with_time_counts_from_the_budget_s_own_beginning() {
        let rules = RetryBudget {
            tokens: Some(TokenBudget {
                size: 100.0,
                start: Some(2.0),
                per_second: 1.0,
                ..Default::default()
            }),
            ..Default::default()
        };
        let begins = Time(50 * A_SECOND);
        let mut budget = Budget::new(Rules::new(&rules).unwrap(), begins);
        assert_eq!(budget.tokens(begins), 2 * WHOLE);
        assert_eq!(budget.tokens(Time(53 * A_SECOND)), 5 * WHOLE);
    }

    #[test]
    fn grpc_s_tokens_stop_retries_at_the_half() {
        let mut budget = of_tokens(TokenBudget {
            size: 10.0,
            per_success: 0.1,
            per_failure: 1.0,
            cost: 0.0,
            above: Some(5.0),
            ..Default::default()
        });
        let (mut attempts, mut tokens) = (Vec::new(), Vec::new());
        for rpc in "FFFFFSFF".chars() {
            attempts.push(call(&mut budget, NOW, 4, if rpc == 'F' { 4 } else { 0 }));
            tokens.push(budget.tokens(NOW));
        }
        assert_eq!(attempts, [4, 1, 1, 1, 1, 1, 1, 1]);
        let expected = [6.0, 5.0, 4.0, 3.0, 2.0, 2.1, 1.1, 0.1].map(millionths);
        assert_eq!(tokens, expected);
        call(&mut budget, NOW, 4, 4);
        assert_eq!(budget.tokens(NOW), 0, "never below nothing");
    }

    fn botocore() -> Budget {
        of_tokens(TokenBudget {
            size: 500.0,
            per_success: 1.0,
            per_retried_success: Some(GivenBack::Cost(CostWord::Cost)),
            cost: 14.0,
            cost_after_rejection: Some(5.0),
            ..Default::default()
        })
    }

    #[test]
    fn botocore_s_quota_lets_a_thousand_failing_calls_retry_35_times() {
        let mut budget = botocore();
        let attempts: Vec<u32> = (0..1000).map(|_| call(&mut budget, NOW, 3, 3)).collect();
        assert_eq!(attempts.iter().sum::<u32>(), 1035);
        assert_eq!(attempts.iter().position(|tries| *tries == 1), Some(19 - 1));
        assert_eq!(budget.tokens(NOW), millionths(10.0));
        for _ in 0..4 {
            assert_eq!(budget.allows(NOW, Failure::Failed), None);
            budget.succeeds(NOW, None);
        }
        assert_eq!(
            budget.allows(NOW, Failure::Failed),
            Some(Taken(millionths(14.0)))
        );
    }

    #[test]
    fn botocore_s_quota_gets_back_what_the_last_retry_of_a_success_took() {
        let mut budget = botocore();
        budget.begins(NOW);
        budget.allows(NOW, Failure::Failed).unwrap();
        let last = budget.allows(NOW, Failure::Rejected);
        assert_eq!(last, Some(Taken(millionths(5.0))));
        budget.succeeds(NOW, last);
        assert_eq!(budget.tokens(NOW), millionths(500.0 - 14.0));
        budget.succeeds(NOW, None);
        assert_eq!(budget.tokens(NOW), millionths(500.0 - 13.0));
    }

    #[test]
    fn brooker_s_bucket_retries_while_it_holds_more_than_one() {
        let mut budget = of_tokens(TokenBudget {
            size: 5.0,
            per_call: 0.1,
            above: Some(1.0),
            ..Default::default()
        });
        // It starts full: five tokens allow four retries, for one is not more than one.
        assert_eq!(call(&mut budget, NOW, u32::MAX, 100), 5);
        assert_eq!(budget.tokens(NOW), millionths(1.0));
        // A tenth more is enough for the next, and then ten calls bring one retry.
        let retries: u32 = (0..1000)
            .map(|_| call(&mut budget, NOW, u32::MAX, 100) - 1)
            .sum();
        assert_eq!(retries, 100);
    }

    #[test]
    fn a_full_bucket_takes_no_more() {
        let mut budget = of_tokens(TokenBudget {
            size: 2.0,
            per_call: 1.5,
            per_success: 1.5,
            per_second: 1.5,
            ..Default::default()
        });
        call(&mut budget, NOW, 3, 0);
        assert_eq!(budget.tokens(NOW), millionths(2.0));
        let later = NOW + Span::from_secs(60);
        assert_eq!(budget.tokens(later), millionths(2.0));
    }

    #[test]
    fn tokens_come_in_with_time_however_often_one_looks() {
        let tokens = TokenBudget {
            size: 1000.0,
            start: Some(0.0),
            per_second: 1.0 / 3.0,
            ..Default::default()
        };
        let end = NOW + Span::from_secs(900);
        let mut seldom = of_tokens(tokens.clone());
        let mut often = of_tokens(tokens);
        for ms in 0..900_000 {
            often.tokens(Time::ZERO + Span(ms * 1_000_000 + 7));
        }
        let expected = 900 * millionths(1.0 / 3.0);
        assert_eq!([seldom.tokens(end), often.tokens(end)], [expected; 2]);
    }

    /// Finagle's own test: ten thousand requests in one instant, each wants one retry.
    fn check_finagle(share: f64, min_per_second: f64, window: u64, expected: i64) {
        let mut budget = of_ratio(RatioBudget {
            share,
            of: ShareOf::Calls,
            min_per_second,
            window: Span::from_secs(window),
        });
        let retries: u32 = (0..10_000).map(|_| call(&mut budget, NOW, 2, 2) - 1).sum();
        assert!(
            (i64::from(retries) - expected).abs() <= 1,
            "{share} and {min_per_second} a second: {retries} retries, expected {expected}"
        );
    }

    #[test]
    fn finagle_s_budget_is_a_share_of_the_requests_and_a_minimum() {
        check_finagle(0.1, 0.0, 60, 1000);
        check_finagle(0.25, 0.0, 60, 2500);
        check_finagle(0.5, 0.0, 60, 5000);
        check_finagle(0.75, 0.0, 60, 7500);
        check_finagle(0.01, 0.0, 60, 100);
        check_finagle(0.0001, 0.0, 60, 1);
        check_finagle(0.0, 10.0, 1, 10);
        check_finagle(0.0, 5.0, 2, 10);
        check_finagle(0.1, 10.0, 1, 1010);
        check_finagle(0.5, 5.0, 2, 5010);
    }

    #[test]
    fn a_ratio_s_window_forgets() {
        let mut budget = of_ratio(RatioBudget {
            share: 1.0,
            of: ShareOf::Calls,
            min_per_second: 0.0,
            window: Span::from_secs(10),
        });
        budget.begins(NOW);
        let later = NOW + Span::from_secs(9);
        assert!(budget.allows(later, Failure::TimedOut).is_some());
        assert!(budget.allows(later, Failure::TimedOut).is_none());
        budget.begins(later);
        // The first call has left, the retry has not.
        let later = NOW + Span::from_secs(10);
        assert!(budget.allows(later, Failure::TimedOut).is_none());
        budget.begins(later);
        assert!(budget.allows(later, Failure::TimedOut).is_some());
    }

    /// The SRE book's example: everything fails, at most three attempts each.
    fn check_amplification(ratio: Option<RatioBudget>, expected: f64) {
        let mut budget = budget(&RetryBudget {
            ratio,
            ..Default::default()
        });
        let attempts: u32 = (0..10_000).map(|_| call(&mut budget, NOW, 3, 3)).sum();
        let measured = f64::from(attempts) / 10_000.0;
        assert!((measured / expected - 1.0).abs() < 0.001, "{measured}");
    }

    #[test]
    fn the_sre_book_s_ratio_of_ten_percent_makes_three_times_the_load_a_tenth_more() {
        let of = |of| RatioBudget {
            of,
            ..Default::default()
        };
        check_amplification(None, 3.0);
        check_amplification(Some(of(ShareOf::Attempts)), 1.111_111);
        check_amplification(Some(of(ShareOf::Calls)), 1.1);
    }

    #[test]
    fn brooker_s_breaker_retries_only_while_few_attempts_fail() {
        let failures = |window| FailureBudget { share: 0.1, window };
        let mut budget = budget(&RetryBudget {
            failures: Some(failures(None)),
            ..Default::default()
        });
        // One failure in one call is too many; nineteen calls later the second is not.
        assert_eq!(call(&mut budget, NOW, 4, 1), 1);
        assert!((0..18).all(|_| call(&mut budget, NOW, 4, 0) == 1));
        assert_eq!(call(&mut budget, NOW, 4, 1), 2);
        assert_eq!(call(&mut budget, NOW, 4, 1), 1);
    }

    #[test]
    fn failures_of_a_window_are_forgotten() {
        let mut budget = budget(&RetryBudget {
            failures: Some(FailureBudget {
                share: 0.1,
                window: Some(Span::from_secs(10)),
            }),
            ..Default::default()
        });
        assert_eq!(call(&mut budget, NOW, 4, 1), 1);
        let later = NOW + Span::from_secs(10);
        assert!((0..9).all(|_| call(&mut budget, later, 4, 0) == 1));
        assert_eq!(call(&mut budget, later, 4, 1), 2);
    }

    #[test]
    fn each_part_must_allow_a_retry_and_a_refused_one_costs_nothing() {
        let mut budget = budget(&RetryBudget {
            tokens: Some(TokenBudget::default()),
            ratio: Some(RatioBudget {
                share: 0.0,
                min_per_second: 0.1,
                ..Default::default()
            }),
            ..Default::default()
        });
        assert!(budget.allows(NOW, Failure::Failed).is_some());
        assert!(budget.allows(NOW, Failure::Failed).is_none());
        assert_eq!(budget.tokens(NOW), millionths(9.0));
        let off = RetryBudget {
            enabled: false,
            ..Default::default()
        };
        assert_eq!(Rules::new(&off), None);
    }
}
