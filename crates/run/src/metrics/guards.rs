//! What stands in front of calls - breakers, retry budgets, throttles - over time: the records tell each change of state,
//! and between two changes it is as it was.

use kernel::time::Time;
use serde::Serialize;
use sim::Plan;
use sim::trace::{GuardState, KeptBy, Phase};

/// The state of one caller's instance.
#[derive(Clone, Copy, Debug, Default)]
struct Instance {
    phase: Phase,
    tokens: u32,
    throttle: u8,
}

/// A number for each kind of state.
#[derive(Clone, Copy, Debug, Default)]
struct Of<T> {
    open: T,
    half_open: T,
    tokens: T,
    throttle: T,
}

/// What stands in front of one place's calls, at this moment.
#[derive(Clone, Debug, Default)]
pub(super) struct GuardLevels {
    instances: Vec<Instance>,
    /// How many of these there are; the rest has left.
    present: usize,
    /// The sums over those present.
    sums: Of<u64>,
    since: Time,
    /// Sums times nanoseconds, until `since`.
    areas: Of<u128>,
    /// Instances times nanoseconds.
    presence: u128,
}

impl GuardLevels {
    /// At the beginning of a run.
    pub(super) fn all(plan: &Plan) -> Vec<GuardLevels> {
        let mut all = vec![GuardLevels::default(); plan.guards.len()];
        for (index, levels) in all.iter_mut().enumerate() {
            levels.resized(plan, index, Time::ZERO);
        }
        all
    }

    /// There are so many instances of the caller now.
    pub(super) fn resized(&mut self, plan: &Plan, index: usize, now: Time) {
        self.pass(now);
        self.present = plan.callers(index);
        self.grow(plan, index, self.present);
        self.sums = Of::default();
        for at in 0..self.present {
            self.count(at, 1);
        }
    }

    fn grow(&mut self, plan: &Plan, index: usize, instances: usize) {
        let new = Instance {
            tokens: plan.guards[index].tokens_at_first(),
            ..Instance::default()
        };
        let instances = instances.max(self.instances.len());
        self.instances.resize(instances, new);
    }

    /// An instance's state has changed.
    pub(super) fn changed(
        &mut self,
        plan: &Plan,
        index: usize,
        instance: u16,
        state: GuardState,
        now: Time,
    ) {
        self.pass(now);
        let at = usize::from(instance);
        self.grow(plan, index, at + 1);
        self.count(at, -1);
        match state {
            GuardState::Breaker(phase) => self.instances[at].phase = phase,
            GuardState::Tokens(tokens) => self.instances[at].tokens = tokens,
            GuardState::Throttle(percent) => self.instances[at].throttle = percent,
        }
        self.count(at, 1);
    }

    /// Adds an instance's state to the sums so many times.
    fn count(&mut self, at: usize, times: i64) {
        if at >= self.present {
            return;
        }
        let it = self.instances[at];
        let mut add = |sum: fn(&mut Of<u64>) -> &mut u64, number: u64| {
            let sum = sum(&mut self.sums);
            *sum = sum.saturating_add_signed(times * number as i64);
        };
        add(|it| &mut it.open, u64::from(it.phase == Phase::Open));
        add(
            |it| &mut it.half_open,
            u64::from(it.phase == Phase::HalfOpen),
        );
        add(|it| &mut it.tokens, u64::from(it.tokens));
        add(|it| &mut it.throttle, u64::from(it.throttle));
    }

    fn pass(&mut self, now: Time) {
        let passed = u128::from(now.since(self.since).0);
        self.areas.open += u128::from(self.sums.open) * passed;
        self.areas.half_open += u128::from(self.sums.half_open) * passed;
        self.areas.tokens += u128::from(self.sums.tokens) * passed;
        self.areas.throttle += u128::from(self.sums.throttle) * passed;
        self.presence += self.present as u128 * passed;
        self.since = now;
    }

    /// Puts the areas of the stretch until `now` into its tally.
    pub(super) fn read(&self, tally: &mut GuardTally, now: Time) {
        let mut until = self.clone();
        until.pass(now);
        tally.areas = until.areas;
        tally.presence = until.presence;
    }

    /// A new stretch begins.
    pub(super) fn restart(&mut self, now: Time) {
        self.areas = Of::default();
        self.presence = 0;
        self.since = now;
    }

    /// Instances whose breaker is open now.
    pub(super) fn open_now(&self) -> u64 {
        self.sums.open
    }
}

/// What stood in front of one place's calls in a stretch. Tallies of adjoining stretches add up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct GuardTally {
    opened: u64,
    kept_by_breaker: u64,
    kept_by_throttle: u64,
    retries_denied: u64,
    areas: Of<u128>,
    presence: u128,
}

impl GuardTally {
    /// An attempt was kept back.
    pub(super) fn keeps_back(&mut self, by: KeptBy) {
        *match by {
            KeptBy::Breaker => &mut self.kept_by_breaker,
            KeptBy::Throttle => &mut self.kept_by_throttle,
        } += 1;
    }

    /// A retry was denied.
    pub(super) fn denies(&mut self) {
        self.retries_denied += 1;
    }

    /// A state has changed.
    pub(super) fn changed(&mut self, state: GuardState) {
        self.opened += u64::from(state == GuardState::Breaker(Phase::Open));
    }

    /// What happened next comes to it.
    pub(super) fn add(&mut self, next: &GuardTally) {
        self.opened += next.opened;
        self.kept_by_breaker += next.kept_by_breaker;
        self.kept_by_throttle += next.kept_by_throttle;
        self.retries_denied += next.retries_denied;
        self.areas.open += next.areas.open;
        self.areas.half_open += next.areas.half_open;
        self.areas.tokens += next.areas.tokens;
        self.areas.throttle += next.areas.throttle;
        self.presence += next.presence;
    }

    /// The mean over instances and time.
    fn mean(&self, area: u128) -> f64 {
        if self.presence == 0 {
            0.0
        } else {
            area as f64 / self.presence as f64
        }
    }
}

/// A circuit breaker, retry budget or throttle in front of calls: what stands at one place of a caller's code. Each instance of the
/// caller has its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GuardNumbers {
    /// Where it stands: the client, the reference, or the call and its place in the operation.
    pub name: String,
    /// Times that a circuit breaker opened.
    pub opened: u64,
    /// Instances whose breaker is open at the end of the stretch; null without a breaker.
    pub open_now: Option<u64>,
    /// The share of time and instances in which the breaker was open, from 0 to 1; null without a breaker. An open breaker
    /// is open until a call comes after its wait.
    pub open_share: Option<f64>,
    /// The share of time and instances in which it was half-open, from 0 to 1; null without a breaker.
    pub half_open_share: Option<f64>,
    /// Whole tokens at hand in the retry budget of one instance, on average over instances and time; null without tokens. They are
    /// counted when a call asks, so what comes in with time is seen at the next call.
    pub tokens_mean: Option<f64>,
    /// The probability with which the throttle keeps an attempt back, from 0 to 1, in whole per cent rounded down, on average over
    /// instances and time; null without a throttle. It is worked out when a call asks.
    pub throttle_mean: Option<f64>,
    /// Attempts that the breaker kept back.
    pub kept_back_by_breaker: u64,
    /// Attempts that the throttle kept back.
    pub kept_back_by_throttle: u64,
    /// Retries that the budget did not allow: the call ended with its failure.
    pub retries_denied: u64,
}

impl GuardNumbers {
    /// Whether a breaker, a budget with tokens or a throttle stands there, or something was denied or kept back: otherwise
    /// calls are only tried again.
    pub fn is_there(&self) -> bool {
        let states = [self.open_share, self.tokens_mean, self.throttle_mean];
        let acts = self.kept_back_by_breaker + self.kept_back_by_throttle + self.retries_denied;
        states.iter().any(Option::is_some) || acts > 0
    }

    /// The numbers of a stretch.
    pub(super) fn all(plan: &Plan, tallies: &[GuardTally], levels: &[GuardLevels]) -> Vec<Self> {
        let guards = plan.guards.iter().zip(tallies).zip(levels);
        let numbers = guards.map(|((plan, tally), levels)| {
            let bin = GuardBin::new(plan, tally);
            GuardNumbers {
                name: plan.name.clone(),
                opened: tally.opened,
                open_now: plan.has_breaker().then_some(levels.open_now()),
                open_share: bin.open_share,
                half_open_share: bin.half_open_share,
                tokens_mean: bin.tokens_mean,
                throttle_mean: bin.throttle_mean,
                kept_back_by_breaker: tally.kept_by_breaker,
                kept_back_by_throttle: tally.kept_by_throttle,
                retries_denied: tally.retries_denied,
            }
        });
        numbers.collect()
    }
}

/// What stood in front of one place's calls in a bin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GuardBin {
    /// The share of the bin's time and of the caller's instances in which the breaker was open, from 0 to 1; null without a
    /// breaker.
    pub open_share: Option<f64>,
    /// The share in which it was half-open, from 0 to 1; null without a breaker.
    pub half_open_share: Option<f64>,
    /// Whole tokens at hand in the retry budget of one instance, on average; null without tokens.
    pub tokens_mean: Option<f64>,
    /// The probability with which the throttle keeps an attempt back, from 0 to 1, on average; null without a throttle.
    pub throttle_mean: Option<f64>,
    /// Attempts that the breaker kept back.
    pub kept_back_by_breaker: u64,
    /// Attempts that the throttle kept back.
    pub kept_back_by_throttle: u64,
    /// Retries that the budget did not allow.
    pub retries_denied: u64,
}

impl GuardBin {
    pub(super) fn new(plan: &sim::GuardPlan, tally: &GuardTally) -> GuardBin {
        let areas = &tally.areas;
        let (breaker, throttle) = (plan.has_breaker(), plan.has_throttle());
        GuardBin {
            open_share: breaker.then(|| tally.mean(areas.open)),
            half_open_share: breaker.then(|| tally.mean(areas.half_open)),
            tokens_mean: plan.has_tokens().then(|| tally.mean(areas.tokens)),
            throttle_mean: throttle.then(|| tally.mean(areas.throttle) / 100.0),
            kept_back_by_breaker: tally.kept_by_breaker,
            kept_back_by_throttle: tally.kept_by_throttle,
            retries_denied: tally.retries_denied,
        }
    }

    /// Takes what happened next in; the two are so long.
    pub(super) fn merge(&mut self, next: &GuardBin, (mine, its): (f64, f64)) {
        let mean = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) if mine + its > 0.0 => Some((a * mine + b * its) / (mine + its)),
            (a, b) => a.or(b),
        };
        self.open_share = mean(self.open_share, next.open_share);
        self.half_open_share = mean(self.half_open_share, next.half_open_share);
        self.tokens_mean = mean(self.tokens_mean, next.tokens_mean);
        self.throttle_mean = mean(self.throttle_mean, next.throttle_mean);
        self.kept_back_by_breaker += next.kept_back_by_breaker;
        self.kept_back_by_throttle += next.kept_back_by_throttle;
        self.retries_denied += next.retries_denied;
    }
}
