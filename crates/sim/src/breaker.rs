//! A circuit breaker: closed, open, half-open (Nygard, "Release It!", 2007).
//!
//! The machine is Resilience4j's (`CircuitBreakerStateMachine`, `CircuitBreakerMetrics`); by its parameters it is also
//! Hystrix's (a window of time, one probe), opossum's and pybreaker's (a window of n calls and a threshold of 1 is "n
//! failures in a row"). It differs from all of them in one thing: the outcome of a call that was let through before the
//! last change of state is not counted, for it says nothing about the callee as it is now.

use super::millionths::{at_least, millionths};
use super::window::TimeWindow;
use kernel::time::{Span, Time};
use scenario::BreakerWindow;

/// What a breaker goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    window: BreakerWindow,
    buckets: u32,
    min_calls: u64,
    /// In millionths.
    threshold: u64,
    /// Longer calls are slow; the share of them in millionths.
    slow: Option<(Span, u64)>,
    wait: Span,
    probes: u32,
}

impl Rules {
    /// The rules that a document gives; none if it switches the breaker off.
    pub fn new(breaker: &scenario::Breaker) -> Option<Rules> {
        let min_calls = match breaker.window {
            BreakerWindow::Calls(calls) => breaker.min_calls.min(calls),
            BreakerWindow::Time(_) => breaker.min_calls,
        };
        // A threshold of nothing would be reached when nothing has failed.
        let share = |share: f64| millionths(share).max(1);
        breaker.enabled.then(|| Rules {
            window: breaker.window,
            buckets: breaker.buckets,
            min_calls: u64::from(min_calls.max(1)),
            threshold: share(breaker.threshold),
            slow: breaker.slow.map(|slow| (slow.after, share(slow.threshold))),
            wait: breaker.wait,
            probes: breaker.probes.max(1),
        })
    }
}

/// What a breaker does with calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It lets every call through.
    Closed,
    /// It keeps calls back; the first one at or after this time makes it half-open.
    Open {
        /// When its wait ends.
        until: Time,
    },
    /// It lets a few calls through, to see how they fare.
    HalfOpen {
        /// How many it has let through.
        let_through: u32,
    },
}

/// That a call was let through, and in which state of the breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permit {
    epoch: u32,
}

/// A breaker.
#[derive(Clone, Debug)]
pub struct Breaker {
    rules: Rules,
    state: State,
    /// Counts the changes of state.
    epoch: u32,
    /// How the calls of the window ended, while closed.
    closed: Calls,
    /// How the probes ended, while half-open.
    probed: Counts,
}

impl Breaker {
    /// A closed breaker.
    pub fn new(rules: Rules) -> Breaker {
        Breaker {
            rules,
            state: State::Closed,
            epoch: 0,
            closed: match rules.window {
                BreakerWindow::Calls(calls) => Calls::Last {
                    ended: vec![Ended::default(); calls.max(1) as usize].into_boxed_slice(),
                    next: 0,
                    counts: Counts::default(),
                },
                BreakerWindow::Time(span) => {
                    Calls::Within(Box::new(TimeWindow::new(span, rules.buckets)))
                }
            },
            probed: Counts::default(),
        }
    }

    /// What it goes by.
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// What it does with calls. An open breaker is open until a call comes after its wait.
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether a call may be made now. Who gets a permit must hand it back: with [`Breaker::on_result`], or with
    /// [`Breaker::release`] if the call was not made after all.
    pub fn try_acquire(&mut self, now: Time) -> Option<Permit> {
        if let State::Open { until } = self.state
            && now >= until
        {
            self.enter(State::HalfOpen { let_through: 0 });
        }
        match &mut self.state {
            State::Closed => {}
            State::HalfOpen { let_through } if *let_through < self.rules.probes => {
                *let_through += 1;
            }
            State::Open { .. } | State::HalfOpen { .. } => return None,
        }
        Some(Permit { epoch: self.epoch })
    }

    /// A call that was let through has ended: whether it failed, and how long it took.
    pub fn on_result(&mut self, now: Time, permit: Permit, failed: bool, took: Span) {
        if permit.epoch != self.epoch {
            return;
        }
        let slow = self.rules.slow.is_some_and(|(after, _)| took > after);
        let ended = Ended { failed, slow };
        let (counts, enough) = match self.state {
            State::Closed => (self.closed.add(now, ended), self.rules.min_calls),
            State::HalfOpen { .. } => {
                self.probed.add(ended);
                let probes = u64::from(self.rules.probes);
                (self.probed, self.rules.min_calls.min(probes))
            }
            // Nobody holds a permit of an open breaker.
            State::Open { .. } => return,
        };
        if counts.calls < enough {
            return;
        }
        let slow_share = self.rules.slow.map_or(u64::MAX, |(_, share)| share);
        if at_least(counts.failed, counts.calls, self.rules.threshold)
            || at_least(counts.slow, counts.calls, slow_share)
        {
            let until = now + self.rules.wait;
            self.enter(State::Open { until });
        } else if self.state != State::Closed {
            self.enter(State::Closed);
        }
    }

    /// A call that was let through was not made: another may be made in its place.
    pub fn release(&mut self, permit: Permit) {
        if let State::HalfOpen { let_through } = &mut self.state
            && permit.epoch == self.epoch
        {
            *let_through = let_through.saturating_sub(1);
        }
    }

    /// Every state begins without a memory of the last.
    fn enter(&mut self, state: State) {
        self.state = state;
        self.epoch = self.epoch.wrapping_add(1);
        self.closed.clear();
        self.probed = Counts::default();
    }
}

/// How a call ended.
#[derive(Clone, Copy, Debug, Default)]
struct Ended {
    failed: bool,
    slow: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    calls: u64,
    failed: u64,
    slow: u64,
}

impl Counts {
    fn add(&mut self, ended: Ended) {
        self.calls += 1;
        self.failed += u64::from(ended.failed);
        self.slow += u64::from(ended.slow);
    }

    fn remove(&mut self, ended: Ended) {
        self.calls -= 1;
        self.failed -= u64::from(ended.failed);
        self.slow -= u64::from(ended.slow);
    }
}

/// The calls of the window.
#[derive(Clone, Debug)]
enum Calls {
    /// The last so many.
    Last {
        ended: Box<[Ended]>,
        /// Where the next one goes; it takes the place of the oldest.
        next: usize,
        counts: Counts,
    },
    /// Those of the last so long: all, failed, slow.
    Within(Box<TimeWindow<3>>),
}

impl Calls {
    fn add(&mut self, now: Time, call: Ended) -> Counts {
        match self {
            Calls::Last {
                ended,
                next,
                counts,
            } => {
                if counts.calls == ended.len() as u64 {
                    counts.remove(ended[*next]);
                }
                counts.add(call);
                ended[*next] = call;
                *next = (*next + 1) % ended.len();
                *counts
            }
            Calls::Within(window) => {
                window.count(now, 0);
                if call.failed {
                    window.count(now, 1);
                }
                if call.slow {
                    window.count(now, 2);
                }
                let [calls, failed, slow] = window.sums(now);
                Counts {
                    calls,
                    failed,
                    slow,
                }
            }
        }
    }

    fn clear(&mut self) {
        match self {
            Calls::Last { next, counts, .. } => {
                *next = 0;
                *counts = Counts::default();
            }
            Calls::Within(window) => window.clear(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scenario::SlowCalls;

    fn at(seconds: f64) -> Time {
        Time::ZERO + Span::from_secs_f64(seconds)
    }

    fn breaker(document: scenario::Breaker) -> Breaker {
        Breaker::new(Rules::new(&document).unwrap())
    }

    fn letter(state: State) -> char {
        match state {
            State::Closed => 'C',
            State::Open { .. } => 'O',
            State::HalfOpen { .. } => 'H',
        }
    }

    /// Makes the calls of a trace (F fails, S succeeds), all at `now`; the state after each.
    fn after_each(breaker: &mut Breaker, now: Time, trace: &str) -> String {
        let call = |ends: char| {
            if let Some(permit) = breaker.try_acquire(now) {
                breaker.on_result(now, permit, ends == 'F', Span::ZERO);
            }
            letter(breaker.state)
        };
        trace.chars().map(call).collect()
    }

    /// Resilience4j's tests use a window of five calls, and no fewer, at 50 %.
    fn of_five() -> scenario::Breaker {
        scenario::Breaker {
            window: BreakerWindow::Calls(5),
            min_calls: 5,
            wait: Span::from_secs(5),
            probes: 4,
            ..Default::default()
        }
    }

    #[test]
    fn resilience4j_it_opens_at_the_threshold_and_not_before_the_least_number_of_calls() {
        let mut closed = breaker(of_five());
        assert_eq!(after_each(&mut closed, at(0.0), "FFFSS"), "CCCCO");
        assert_eq!(closed.try_acquire(at(0.0)), None);
        // Two of five: 40 %. The oldest leaves for the sixth, and then it is three of five.
        let mut closed = breaker(of_five());
        assert_eq!(after_each(&mut closed, at(0.0), "SFFSSF"), "CCCCCO");
        let mut closed = breaker(of_five());
        assert_eq!(after_each(&mut closed, at(0.0), "FFSSSFSSSF"), "CCCCCCCCCC");
    }

    fn check_half_open(probes: &str, expected: &str) {
        let mut breaker = breaker(of_five());
        after_each(&mut breaker, at(0.0), "FFFSS");
        assert_eq!(breaker.try_acquire(at(3.0)), None, "it waits for 5 s");
        let permits: Vec<Permit> = (0..4)
            .map(|_| breaker.try_acquire(at(6.0)).expect("a probe"))
            .collect();
        assert_eq!(letter(breaker.state), 'H');
        assert_eq!(breaker.try_acquire(at(6.0)), None, "four probes at most");
        let learnt = permits
            .into_iter()
            .zip(probes.chars())
            .map(|(permit, ends)| {
                breaker.on_result(at(7.0), permit, ends == 'F', Span::ZERO);
                letter(breaker.state)
            });
        assert_eq!(learnt.collect::<String>(), expected, "{probes}");
    }

    #[test]
    fn resilience4j_the_probes_decide_together() {
        check_half_open("FFSF", "HHHO");
        check_half_open("FSSS", "HHHC");
        check_half_open("FFSS", "HHHO");
    }

    #[test]
    fn it_begins_anew_when_it_closes() {
        let mut breaker = breaker(of_five());
        after_each(&mut breaker, at(0.0), "FFFFF");
        assert_eq!(after_each(&mut breaker, at(5.0), "SSSS"), "HHHC");
        assert_eq!(after_each(&mut breaker, at(5.0), "FFFF"), "CCCC");
        assert_eq!(after_each(&mut breaker, at(5.0), "S"), "O");
    }

    #[test]
    fn what_was_let_through_before_the_state_changed_is_not_counted() {
        let mut breaker = breaker(of_five());
        let old = breaker.try_acquire(at(0.0)).unwrap();
        after_each(&mut breaker, at(0.0), "FFFFF");
        breaker.on_result(at(1.0), old, false, Span::ZERO);
        assert_eq!(letter(breaker.state), 'O');
        assert_eq!(after_each(&mut breaker, at(6.0), "FSS"), "HHH");
        breaker.on_result(at(6.0), old, true, Span::ZERO);
        assert_eq!(after_each(&mut breaker, at(6.0), "S"), "C");
    }

    #[test]
    fn a_probe_that_was_not_made_leaves_its_place_to_another() {
        let mut breaker = breaker(scenario::Breaker {
            probes: 1,
            ..of_five()
        });
        after_each(&mut breaker, at(0.0), "FFFFF");
        let permit = breaker.try_acquire(at(5.0)).unwrap();
        assert_eq!(breaker.try_acquire(at(5.0)), None);
        breaker.release(permit);
        assert!(breaker.try_acquire(at(5.0)).is_some());
    }

    /// Five calls that succeed after so many seconds; 60 % may take longer than two.
    fn check_slow(took: [f64; 5], expected: char) {
        let mut breaker = breaker(scenario::Breaker {
            slow: Some(SlowCalls {
                after: Span::from_secs(2),
                threshold: 0.6,
            }),
            ..of_five()
        });
        for seconds in took {
            let permit = breaker
                .try_acquire(at(0.0))
                .expect("four calls do not open it");
            breaker.on_result(at(0.0), permit, false, Span::from_secs_f64(seconds));
        }
        assert_eq!(letter(breaker.state), expected, "{took:?}");
    }

    #[test]
    fn resilience4j_calls_that_are_longer_than_the_bound_open_it_too() {
        check_slow([2.0, 2.1, 3.0, 1.0, 9.0], 'O');
        check_slow([2.0, 2.0, 3.0, 1.0, 9.0], 'C');
    }

    /// As in Hystrix's unit tests: 40 %, however few calls.
    fn hystrix(min_calls: u32) -> scenario::Breaker {
        scenario::Breaker {
            window: BreakerWindow::Time(Span::from_secs(10)),
            min_calls,
            threshold: 0.4,
            wait: Span::from_secs(5),
            probes: 1,
            ..Default::default()
        }
    }

    #[test]
    fn hystrix_the_share_of_failures_within_ten_seconds_opens_it() {
        // Hystrix looks twice a second, so all eight calls are in when it does.
        let mut trips = breaker(hystrix(8));
        assert_eq!(after_each(&mut trips, at(0.0), "SSFSFSFF"), "CCCCCCCO");
        let mut stays = breaker(hystrix(8));
        assert_eq!(after_each(&mut stays, at(0.0), "SSFSSFSF"), "CCCCCCCC");
        let mut stays = breaker(hystrix(1));
        assert_eq!(after_each(&mut stays, at(0.0), "SSFSSFSF"), "CCCCCCCC");
    }

    #[test]
    fn hystrix_few_calls_never_open_it() {
        let mut breaker = breaker(hystrix(20));
        for second in 0..100 {
            let now = at(f64::from(second));
            assert_eq!(after_each(&mut breaker, now, "F"), "C", "{second} s");
        }
        let burst = "F".repeat(11);
        assert_eq!(after_each(&mut breaker, at(100.0), &burst), "CCCCCCCCCCO");
    }

    #[test]
    fn hystrix_one_trial_after_the_sleep_window_decides() {
        let mut breaker = breaker(hystrix(1));
        assert_eq!(after_each(&mut breaker, at(0.0), "F"), "O");
        assert_eq!(after_each(&mut breaker, at(4.9), "S"), "O");
        let trial = breaker.try_acquire(at(5.0)).unwrap();
        assert_eq!(breaker.try_acquire(at(5.1)), None, "one trial only");
        breaker.on_result(at(5.2), trial, true, Span::ZERO);
        assert_eq!(letter(breaker.state), 'O');
        assert_eq!(after_each(&mut breaker, at(10.1), "S"), "O");
        assert_eq!(after_each(&mut breaker, at(10.2), "S"), "C");
    }

    #[test]
    fn pybreaker_five_failures_in_a_row_open_it() {
        let mut breaker = breaker(scenario::Breaker {
            window: BreakerWindow::Calls(5),
            min_calls: 5,
            threshold: 1.0,
            wait: Span::from_secs(60),
            probes: 1,
            ..Default::default()
        });
        // Executed with pybreaker 1.4.1: when, how the call would end, whether it is made, the state after.
        let trace = [
            (0.0, 'F', true, 'C'),
            (1.0, 'F', true, 'C'),
            (2.0, 'F', true, 'C'),
            (3.0, 'F', true, 'C'),
            (4.0, 'S', true, 'C'),
            (5.0, 'F', true, 'C'),
            (6.0, 'F', true, 'C'),
            (7.0, 'F', true, 'C'),
            (8.0, 'F', true, 'C'),
            (9.0, 'F', true, 'O'),
            (10.0, 'S', false, 'O'),
            (40.0, 'S', false, 'O'),
            (68.0, 'S', false, 'O'),
            (70.5, 'F', true, 'O'),
            (71.0, 'S', false, 'O'),
            (131.0, 'S', true, 'C'),
            (132.0, 'F', true, 'C'),
        ];
        for (second, ends, made, state) in trace {
            let permit = breaker.try_acquire(at(second));
            assert_eq!(permit.is_some(), made, "{second} s");
            if let Some(permit) = permit {
                breaker.on_result(at(second), permit, ends == 'F', Span::ZERO);
            }
            assert_eq!(letter(breaker.state), state, "{second} s");
        }
    }

    /// The calls that reach a dead callee, a second, once the breaker has opened: fifty arrive in each.
    fn check_residual_load(probes: u32, wait: u64, a_second: f64) {
        let mut breaker = breaker(scenario::Breaker {
            wait: Span::from_secs(wait),
            probes,
            ..Default::default()
        });
        let mut made = 0;
        let arrivals = 50 * 3600;
        for arrival in 0..arrivals {
            let now = Time::ZERO + Span::from_millis(20 * arrival);
            if let Some(permit) = breaker.try_acquire(now) {
                made += 1;
                breaker.on_result(now, permit, true, Span::ZERO);
            }
        }
        // The hundred that opened it are not residual.
        let measured = f64::from(made - 100) / 3600.0;
        assert!(
            (measured / a_second - 1.0).abs() < 0.02,
            "{probes} probes every {wait} s: {measured} calls a second, expected {a_second}"
        );
    }

    #[test]
    fn an_open_breaker_lets_its_probes_through_and_nothing_else() {
        check_residual_load(10, 60, 0.166_112_957);
        check_residual_load(1, 5, 0.199_203_187);
    }

    #[test]
    fn a_breaker_that_is_switched_off_is_none() {
        let off = scenario::Breaker {
            enabled: false,
            ..Default::default()
        };
        assert_eq!(Rules::new(&off), None);
    }
}
