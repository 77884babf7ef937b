//! Retries: whether a failed call is tried again, and after which wait.
//!
//! The wait before the n-th retry is made of w(n) = min(`cap`, `wait` x `factor`^(n-1)) (`fixed`: the factor is 1) and
//! jitter. So the published definitions are
//! - Brooker's collapse simulation, U(0, 20 s x 2^i) from i = 0: `wait` 20 s, `full`;
//! - the AWS architecture blog's `ExpoBackoff...`, whose first retry has n = 1 in `base` x 2^n: `wait` is twice its base;
//!   `equal` is w/2 + U(0, w/2), `full` is U(0, w);
//! - its `ExpoBackoffDecorr`, min(cap, U(base, 3 x last)), where the first "last" is the base: `wait` is its base;
//! - botocore's standard mode, U(0, 1) x min(0.05 s x 2^i, 20 s) from i = 0: `wait` 50 ms, `cap` 20 s, `full`;
//! - gRPC's min(initial x multiplier^(n-1), max) x U(0.8, 1.2): `proportional`, `spread` 0.2 (proposal A6; the cap comes
//!   before the jitter, so a wait may be longer than it); Resilience4j's `IntervalFunction` is the same with 0.5.

use super::budget::{Budget, Taken};
use kernel::random::Stream;
use kernel::time::{Span, Time};
use scenario::{Attempts, Backoff, Failure, Jitter};

/// What retries go by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// `None`: without a bound.
    attempts: Option<u32>,
    /// One bit for each [`Failure`].
    on: u8,
    backoff: Backoff,
    wait: Span,
    factor: f64,
    cap: Span,
    jitter: Jitter,
    spread: f64,
}

/// How far the attempts of one call have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Attempts that have failed.
    pub failed: u32,
    /// The last wait: before jitter, or after it where the jitter goes by it.
    last: Span,
    /// What the last retry took from the budget.
    taken: Option<Taken>,
}

/// What follows a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another attempt, after this wait.
    After(Span),
    /// The call has failed.
    GivesUp(Why),
}

/// Why there is no further attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// This kind of failure is not tried again.
    NotRetried,
    /// All attempts are used up.
    Attempts,
    /// The budget does not allow it.
    Budget,
}

impl Policy {
    /// The policy that a document gives.
    pub fn new(retry: &scenario::Retry) -> Policy {
        Policy {
            attempts: match retry.attempts {
                Attempts::Number(attempts) => Some(attempts),
                Attempts::Unlimited(_) => None,
            },
            on: retry.on.iter().fold(0, |on, failure| on | bit(*failure)),
            backoff: retry.backoff,
            wait: retry.wait,
            factor: retry.factor,
            cap: retry.cap,
            jitter: retry.jitter,
            spread: retry.spread,
        }
    }

    /// Whether there may be a second attempt.
    pub fn repeats(&self) -> bool {
        self.on != 0 && self.attempts != Some(1)
    }

    /// The same policy without what cannot matter in it: there is no wait where nothing is tried again, and what shapes a
    /// wait that there is not shapes nothing.
    pub fn effective(mut self) -> Policy {
        if !self.repeats() {
            self.backoff = Backoff::None;
        }
        if self.backoff == Backoff::None {
            self.jitter = Jitter::None;
            (self.wait, self.cap) = (Span::ZERO, Span::ZERO);
        }
        if self.jitter == Jitter::Decorrelated {
            // It goes by the last wait, whatever the backoff is called.
            self.backoff = Backoff::Fixed;
        }
        if self.backoff != Backoff::Exponential {
            self.factor = 0.0;
        }
        if self.jitter != Jitter::Proportional {
            self.spread = 0.0;
        }
        self
    }

    /// An attempt has failed: what follows. Every failure of a kind that is tried again counts against the budget, also
    /// the last; only a wait with jitter draws from `luck`.
    pub fn next(
        &self,
        progress: &mut Progress,
        failure: Failure,
        budget: Option<&mut Budget>,
        now: Time,
        rng: &mut Stream,
    ) -> Next {
        progress.failed = progress.failed.saturating_add(1);
        if self.on & bit(failure) == 0 {
            return Next::GivesUp(Why::NotRetried);
        }
        let used_up = self
            .attempts
            .is_some_and(|attempts| progress.failed >= attempts);
        if let Some(budget) = budget {
            budget.fails(now);
            if !used_up {
                match budget.allows(now, failure) {
                    Some(taken) => progress.taken = Some(taken),
                    None => return Next::GivesUp(Why::Budget),
                }
            }
        }
        if used_up {
            return Next::GivesUp(Why::Attempts);
        }
        Next::After(self.wait(progress, rng))
    }

    /// The wait before the next attempt.
    fn wait(&self, progress: &mut Progress, rng: &mut Stream) -> Span {
        if self.backoff == Backoff::None {
            return Span::ZERO;
        }
        let first = progress.failed <= 1;
        let last = if first { self.wait } else { progress.last };
        let mut between =
            |least: f64, most: f64| Span::from_nanos_f64(least + (most - least) * rng.unit());
        if self.jitter == Jitter::Decorrelated {
            let wait = between(self.wait.0 as f64, last.0 as f64 * 3.0).min(self.cap);
            progress.last = wait;
            return wait;
        }
        let wait = match self.backoff {
            // Each from the last: the same on every machine, and it cannot overflow on the way to the cap.
            Backoff::Exponential if !first => Span::from_nanos_f64(last.0 as f64 * self.factor),
            _ => self.wait,
        };
        let wait = wait.min(self.cap);
        progress.last = wait;
        let nanos = wait.0 as f64;
        match self.jitter {
            Jitter::None | Jitter::Decorrelated => wait,
            Jitter::Equal => between(nanos / 2.0, nanos),
            Jitter::Full => between(0.0, nanos),
            Jitter::Proportional => {
                between(nanos * (1.0 - self.spread), nanos * (1.0 + self.spread))
            }
        }
    }
}

impl Progress {
    /// The call has succeeded: the budget learns of it.
    pub fn succeeds(&self, budget: &mut Budget, now: Time) {
        budget.succeeds(now, self.taken);
    }
}

fn bit(failure: Failure) -> u8 {
    1 << failure as u8
}

#[cfg(test)]
mod tests {
    use super::super::budget::Rules;
    use super::*;
    use scenario::{
        CostWord, FailureBudget, GivenBack, RatioBudget, Retry, RetryBudget, TokenBudget, Unlimited,
    };

    const NOW: Time = Time::ZERO;

    fn stream(purpose: &str) -> Stream {
        Stream::new(1, purpose)
    }

    /// The waits of one call that always fails.
    fn waits(retry: &Retry, rng: &mut Stream) -> Vec<Span> {
        let policy = Policy::new(retry);
        let mut progress = Progress::default();
        let mut waits = Vec::new();
        while let Next::After(wait) = policy.next(&mut progress, Failure::Failed, None, NOW, rng) {
            waits.push(wait);
        }
        waits
    }

    fn ms(ms: &[u64]) -> Vec<Span> {
        ms.iter().map(|ms| Span::from_millis(*ms)).collect()
    }

    #[test]
    fn attempts_count_the_first() {
        let attempts = |attempts| Retry {
            attempts: Attempts::Number(attempts),
            ..Default::default()
        };
        assert_eq!(waits(&attempts(1), &mut stream("1")), []);
        assert_eq!(waits(&attempts(3), &mut stream("3")), ms(&[0, 0]));
    }

    #[test]
    fn waits_without_jitter_are_the_published_ones() {
        let exponential = Retry {
            attempts: Attempts::Number(7),
            backoff: Backoff::Exponential,
            wait: Span::from_millis(10),
            cap: Span::from_millis(200),
            ..Default::default()
        };
        // The AWS blog's base of 5 ms: 5 x 2^n from n = 1.
        let none = waits(&exponential, &mut stream("none"));
        assert_eq!(none, ms(&[10, 20, 40, 80, 160, 200]));
        let fixed = Retry {
            backoff: Backoff::Fixed,
            ..exponential.clone()
        };
        assert_eq!(waits(&fixed, &mut stream("fixed")), ms(&[10; 6]));
        let thrice = Retry {
            factor: 3.0,
            ..exponential
        };
        assert_eq!(waits(&thrice, &mut stream("3"))[..3], ms(&[10, 30, 90]));
    }

    /// The shortest and longest of the n-th wait, over many calls, are near these bounds and never beyond.
    fn check_range(jitter: Jitter, expected_ms: &[(f64, f64)]) {
        let retry = Retry {
            attempts: Attempts::Number(expected_ms.len() as u32 + 1),
            backoff: Backoff::Exponential,
            wait: Span::from_millis(10),
            cap: Span::from_millis(100),
            jitter,
            ..Default::default()
        };
        let mut rng = stream("range");
        let calls: Vec<Vec<Span>> = (0..20_000).map(|_| waits(&retry, &mut rng)).collect();
        for (n, (least, most)) in expected_ms.iter().enumerate() {
            let nth = calls.iter().map(|waits| waits[n].as_millis());
            let shortest = nth.clone().fold(f64::INFINITY, f64::min);
            let longest = nth.fold(0.0, f64::max);
            let near = 0.02 * (most - least) + 1e-9;
            let case = format!("{jitter:?}, retry {}: {shortest} to {longest} ms", n + 1);
            assert!(
                shortest >= *least - 1e-9 && shortest <= least + near,
                "{case}"
            );
            assert!(longest <= *most + 1e-9 && longest >= most - near, "{case}");
        }
    }

    #[test]
    fn jitter_keeps_to_its_range() {
        check_range(
            Jitter::Full,
            &[
                (0.0, 10.0),
                (0.0, 20.0),
                (0.0, 40.0),
                (0.0, 80.0),
                (0.0, 100.0),
            ],
        );
        check_range(
            Jitter::Equal,
            &[
                (5.0, 10.0),
                (10.0, 20.0),
                (20.0, 40.0),
                (40.0, 80.0),
                (50.0, 100.0),
            ],
        );
        check_range(
            Jitter::Proportional,
            &[
                (8.0, 12.0),
                (16.0, 24.0),
                (32.0, 48.0),
                (64.0, 96.0),
                (80.0, 120.0),
            ],
        );
        // From the base to three times the last, which was at most three times the base.
        check_range(Jitter::Decorrelated, &[(10.0, 30.0), (10.0, 90.0)]);
    }

    #[test]
    fn decorrelated_waits_go_by_the_last_one_and_end_at_the_cap() {
        let retry = Retry {
            attempts: Attempts::Number(1000),
            backoff: Backoff::Exponential,
            wait: Span::from_millis(5),
            cap: Span::from_secs(2),
            jitter: Jitter::Decorrelated,
            ..Default::default()
        };
        let waits = waits(&retry, &mut stream("decorrelated"));
        let mut last = retry.wait;
        for wait in &waits {
            assert!(*wait >= retry.wait && wait.0 <= 3 * last.0 && *wait <= retry.cap);
            last = *wait;
        }
        assert!(waits.contains(&retry.cap));
    }

    #[test]
    fn what_is_not_to_be_tried_again_is_not_and_costs_no_luck() {
        let retry = Retry {
            on: vec![Failure::TimedOut],
            ..Default::default()
        };
        let policy = Policy::new(&retry);
        let mut rng = stream("on");
        let before = format!("{rng:?}");
        let mut next = |failure| {
            let progress = &mut Progress::default();
            policy.next(progress, failure, None, NOW, &mut rng)
        };
        for failure in Failure::OF_OTHERS {
            let expected = match failure {
                Failure::TimedOut => Next::After(Span::ZERO),
                _ => Next::GivesUp(Why::NotRetried),
            };
            assert_eq!(next(failure), expected, "{failure:?}");
        }
        let own = Policy::new(&Retry::default());
        let kept_back = own.next(
            &mut Progress::default(),
            Failure::NotPermitted,
            None,
            NOW,
            &mut rng,
        );
        assert_eq!(kept_back, Next::GivesUp(Why::NotRetried));
        assert_eq!(format!("{rng:?}"), before);
    }

    /// What `calls` calls of each of `callers` come to when an attempt fails with this probability: attempts for each
    /// call, and the share that succeeds.
    fn fare(retry: &Retry, callers: u32, calls: u32, failure: f64) -> (f64, f64) {
        let policy = Policy::new(retry);
        let rules = retry.budget.as_ref().and_then(Rules::new);
        let mut rng = stream("fate");
        let (mut attempts, mut succeeded) = (0, 0);
        for _ in 0..callers {
            let mut budget = rules.map(|rules| Budget::new(rules, Time::ZERO));
            for _ in 0..calls {
                if let Some(budget) = &mut budget {
                    budget.begins(NOW);
                }
                let mut progress = Progress::default();
                loop {
                    attempts += 1;
                    if !rng.chance(failure) {
                        succeeded += 1;
                        if let Some(budget) = &mut budget {
                            progress.succeeds(budget, NOW);
                        }
                        break;
                    }
                    let budget = budget.as_mut();
                    let next = policy.next(&mut progress, Failure::Failed, budget, NOW, &mut rng);
                    if next != Next::After(Span::ZERO) {
                        break;
                    }
                }
            }
        }
        let all = f64::from(callers * calls);
        (f64::from(attempts) / all, f64::from(succeeded) / all)
    }

    fn check_geometric(failure: f64, attempts: u32) {
        let retry = Retry {
            attempts: Attempts::Number(attempts),
            ..Default::default()
        };
        let (amplification, success) = fare(&retry, 1, 100_000, failure);
        let fails = failure.powi(attempts as i32);
        let expected = (1.0 - fails) / (1.0 - failure);
        // Five standard errors; attempts lie between 1 and n.
        let limit = 5.0 * f64::from(attempts - 1) / 2.0 / 100_000f64.sqrt();
        assert!(
            (amplification - expected).abs() < limit,
            "{failure}: {amplification}"
        );
        let limit = 5.0 * (fails * (1.0 - fails) / 100_000.0).sqrt() + 1e-5;
        assert!(
            (success - (1.0 - fails)).abs() < limit,
            "{failure}: {success}"
        );
    }

    #[test]
    fn attempts_against_independent_failures_are_geometric() {
        for (failure, attempts) in [
            (0.01, 3),
            (0.1, 3),
            (0.1, 4),
            (0.5, 3),
            (0.5, 4),
            (0.75, 4),
            (0.9, 5),
        ] {
            check_geometric(failure, attempts);
        }
        let retry = Retry::default();
        assert_eq!(fare(&retry, 1, 100, 1.0), (3.0, 0.0));
    }

    /// Brooker's `retry_sim`: a hundred clients of about a hundred calls each, ten runs.
    fn check_brooker(retry: &Retry, failure: f64, amplification: [f64; 2], success: [f64; 2]) {
        let (attempts, succeeded) = fare(retry, 1000, 100, failure);
        let case = format!("{failure}: {attempts} attempts, {succeeded} succeed");
        assert!(
            (attempts - amplification[0]).abs() < amplification[1],
            "{case}"
        );
        assert!((succeeded - success[0]).abs() < success[1], "{case}");
    }

    #[test]
    fn brooker_s_token_bucket_and_breaker_amplify_as_he_measured() {
        let adaptive = Retry {
            attempts: Attempts::Unlimited(Unlimited::Unlimited),
            budget: Some(RetryBudget {
                tokens: Some(TokenBudget {
                    size: 5.0,
                    per_call: 0.1,
                    above: Some(1.0),
                    ..Default::default()
                }),
                ..Default::default()
            }),
            ..Default::default()
        };
        check_brooker(&adaptive, 0.05, [1.052_35, 0.0044], [0.999_93, 0.0013]);
        check_brooker(&adaptive, 0.1, [1.103_19, 0.0046], [0.991_15, 0.0025]);
        check_brooker(&adaptive, 0.2, [1.134_48, 0.0029], [0.907_56, 0.0100]);
        check_brooker(&adaptive, 0.5, [1.141_68, 0.0022], [0.570_51, 0.0118]);
        let breaker = Retry {
            attempts: Attempts::Number(4),
            budget: Some(RetryBudget {
                failures: Some(FailureBudget::default()),
                ..Default::default()
            }),
            ..Default::default()
        };
        check_brooker(&breaker, 0.05, [1.038_06, 0.0060], [0.986_39, 0.0059]);
        check_brooker(&breaker, 0.1, [1.031_05, 0.0072], [0.929_42, 0.0111]);
        check_brooker(&breaker, 0.2, [1.003_51, 0.0027], [0.802_90, 0.0082]);
        check_brooker(&breaker, 0.5, [1.000_05, 0.0011], [0.500_59, 0.0127]);
    }

    #[test]
    fn a_budget_that_is_used_up_ends_a_call() {
        let retry = Retry {
            attempts: Attempts::Unlimited(Unlimited::Unlimited),
            budget: Some(RetryBudget {
                ratio: Some(RatioBudget::default()),
                ..Default::default()
            }),
            ..Default::default()
        };
        let policy = Policy::new(&retry);
        let mut budget = Budget::new(Rules::new(&retry.budget.unwrap()).unwrap(), Time::ZERO);
        budget.begins(NOW);
        let next = policy.next(
            &mut Progress::default(),
            Failure::Failed,
            Some(&mut budget),
            NOW,
            &mut stream("budget"),
        );
        assert_eq!(next, Next::GivesUp(Why::Budget));
    }

    #[test]
    fn a_call_that_succeeds_tells_the_budget_what_its_last_retry_took() {
        let retry = Retry {
            budget: Some(RetryBudget {
                tokens: Some(TokenBudget {
                    size: 500.0,
                    per_retried_success: Some(GivenBack::Cost(CostWord::Cost)),
                    cost: 14.0,
                    ..Default::default()
                }),
                ..Default::default()
            }),
            ..Default::default()
        };
        let policy = Policy::new(&retry);
        let mut budget = Budget::new(Rules::new(&retry.budget.unwrap()).unwrap(), Time::ZERO);
        let full = budget.tokens(NOW);
        let mut progress = Progress::default();
        let rng = &mut stream("success");
        policy.next(&mut progress, Failure::Failed, Some(&mut budget), NOW, rng);
        assert!(budget.tokens(NOW) < full);
        progress.succeeds(&mut budget, NOW);
        assert_eq!(budget.tokens(NOW), full);
    }
}
