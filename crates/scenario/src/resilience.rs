//! How a caller treats what it calls: retries and their budget, the circuit breaker, the throttle.
//!
//! Calls, clients and references each may have all three. What is not there changes nothing. The machines that follow
//! these settings are `sim/retry.rs`, `sim/budget.rs`, `sim/breaker.rs` and `sim/throttle.rs`.

use kernel::time::Span;
use serde::{Deserialize, Serialize};

/// Trying again what failed. Every attempt has the whole timeout of the call; the worker is held all the while, also
/// during the waits between attempts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Retry {
    /// How often it is tried in all, the first attempt included.
    pub attempts: Attempts,
    /// Which failures are tried again. Without it all that the callee or the network caused, so all but
    /// `not_permitted`.
    #[cfg_attr(feature = "schema", schemars(extend("minItems" = 1, "maxItems" = 6)))]
    pub on: Vec<Failure>,
    /// How long the caller waits before the next attempt.
    pub backoff: Backoff,
    /// The wait before the first retry, before jitter; `base` in the literature.
    pub wait: Span,
    /// For `exponential`: each wait is so many times the one before.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100)))]
    pub factor: f64,
    /// No wait is longer than this, before jitter (`decorrelated`: after it).
    pub cap: Span,
    /// What chance does to a wait.
    pub jitter: Jitter,
    /// For the jitter `proportional`: the share by which a wait is shorter or longer at most.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub spread: f64,
    /// What limits the retries of all calls together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<RetryBudget>,
}

impl Default for Retry {
    fn default() -> Self {
        Retry {
            attempts: Attempts::Number(3),
            on: Failure::OF_OTHERS.to_vec(),
            backoff: Backoff::None,
            wait: Span::from_millis(100),
            factor: 2.0,
            cap: Span::from_secs(20),
            jitter: Jitter::None,
            spread: 0.2,
            budget: None,
        }
    }
}

/// How often something is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Attempts {
    /// So often at most.
    Number(#[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))] u32),
    /// Without a bound of its own.
    Unlimited(Unlimited),
}

/// The word for no bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unlimited {
    /// Until it succeeds, or the budget is used up.
    Unlimited,
}

/// How an attempt can fail, as its caller sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The callee answered with an error.
    Failed,
    /// The callee's accept queue was full.
    Rejected,
    /// No instance of the callee was up.
    Refused,
    /// The callee crashed; the connection broke.
    Broken,
    /// No answer came in time.
    TimedOut,
    /// The caller's own breaker or throttle kept it back.
    NotPermitted,
}

impl Failure {
    /// Those that the callee or the network caused.
    pub const OF_OTHERS: [Failure; 5] = [
        Failure::Failed,
        Failure::Rejected,
        Failure::Refused,
        Failure::Broken,
        Failure::TimedOut,
    ];
}

/// How long a caller waits before the next attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Backoff {
    /// Not at all.
    #[default]
    None,
    /// `wait`, each time.
    Fixed,
    /// `wait`, then each time `factor` times as long, up to `cap`.
    Exponential,
}

/// What chance does to a wait `w`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Jitter {
    /// Nothing.
    #[default]
    None,
    /// Between w/2 and w.
    Equal,
    /// Between 0 and w.
    Full,
    /// Between `wait` and three times the last wait, up to `cap`; `factor` plays no part.
    Decorrelated,
    /// Between (1 - `spread`) w and (1 + `spread`) w.
    Proportional,
}

/// What limits the retries of one caller, over all its calls at this place. Each part that is there must allow a retry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct RetryBudget {
    /// Whether it is at work; a control can switch it off.
    pub enabled: bool,
    /// Tokens that retries cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<TokenBudget>,
    /// So many retries for so many requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<RatioBudget>,
    /// Retries only while few attempts fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failures: Option<FailureBudget>,
}

impl Default for RetryBudget {
    fn default() -> Self {
        RetryBudget {
            enabled: true,
            tokens: None,
            ratio: None,
            failures: None,
        }
    }
}

/// A token bucket. A millionth of a token is the smallest part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct TokenBudget {
    /// How many tokens it holds at most.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000)))]
    pub size: f64,
    /// How many it holds at the start; without it as many as it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000)))]
    pub start: Option<f64>,
    /// Tokens that come in with each call (its first attempt).
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000)))]
    pub per_call: f64,
    /// Tokens that come in when a call succeeds.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000)))]
    pub per_success: f64,
    /// Tokens that come in instead when a call succeeds after a retry: a number, or `"cost"` for what its last retry
    /// took. Without it the same as `per_success`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_retried_success: Option<GivenBack>,
    /// Tokens that go with each attempt that fails; never below 0.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000)))]
    pub per_failure: f64,
    /// Tokens that come in with each second.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000)))]
    pub per_second: f64,
    /// Tokens that a retry takes; without so many there is no retry.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000)))]
    pub cost: f64,
    /// Tokens that a retry takes when the attempt before was rejected; without it the same as `cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000)))]
    pub cost_after_rejection: Option<f64>,
    /// There is a retry only while the bucket holds more than this; without it, it need only hold what a retry takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000)))]
    pub above: Option<f64>,
}

impl Default for TokenBudget {
    fn default() -> Self {
        TokenBudget {
            size: 10.0,
            start: None,
            per_call: 0.0,
            per_success: 0.0,
            per_retried_success: None,
            per_failure: 0.0,
            per_second: 0.0,
            cost: 1.0,
            cost_after_rejection: None,
            above: None,
        }
    }
}

/// Tokens that a success after a retry brings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum GivenBack {
    /// So many.
    Tokens(#[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000)))] f64),
    /// What the last retry took.
    Cost(CostWord),
}

/// The word for what a retry took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CostWord {
    /// What the last retry took.
    Cost,
}

/// A share of retries, counted over the last `window` in ten buckets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct RatioBudget {
    /// The share of retries that is not exceeded.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1000)))]
    pub share: f64,
    /// The share of what.
    pub of: ShareOf,
    /// Retries allowed beyond the share, for each second of the window: for callers that call seldom.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000)))]
    pub min_per_second: f64,
    /// What is older than this does not count.
    pub window: Span,
}

impl Default for RatioBudget {
    fn default() -> Self {
        RatioBudget {
            share: 0.1,
            of: ShareOf::Attempts,
            min_per_second: 0.0,
            window: Span::from_secs(10),
        }
    }
}

/// What a share of retries is a share of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ShareOf {
    /// All attempts, the retries included.
    #[default]
    Attempts,
    /// The calls: first attempts only.
    Calls,
}

/// Retries only while few attempts fail: failed attempts are at most this share of the calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct FailureBudget {
    /// The share of failed attempts (all of them) to calls (first attempts).
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1000)))]
    pub share: f64,
    /// What is older than this does not count (in ten buckets); without it everything counts for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Span>,
}

impl Default for FailureBudget {
    fn default() -> Self {
        FailureBudget {
            share: 0.1,
            window: None,
        }
    }
}

/// A circuit breaker. Closed, it lets every call through and counts; when too many have failed it opens and keeps all
/// back; after `wait` the next call makes it half-open, and it lets `probes` calls through, which decide.
///
/// The defaults are those of Resilience4j.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Breaker {
    /// Whether it is at work; a control can switch it off.
    pub enabled: bool,
    /// Which calls count.
    pub window: BreakerWindow,
    /// For a window of time: in how many buckets it is counted. What is older leaves with its whole bucket.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100)))]
    pub buckets: u32,
    /// With fewer calls in the window it does not open (never more than a window of calls holds).
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1_000_000)))]
    pub min_calls: u32,
    /// The share of failed calls at which it opens.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub threshold: f64,
    /// Whether it also opens because calls are slow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow: Option<SlowCalls>,
    /// How long it stays open.
    pub wait: Span,
    /// How many calls it lets through when half-open.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))]
    pub probes: u32,
}

impl Default for Breaker {
    fn default() -> Self {
        Breaker {
            enabled: true,
            window: BreakerWindow::Calls(100),
            buckets: 10,
            min_calls: 100,
            threshold: 0.5,
            slow: None,
            wait: Span::from_secs(60),
            probes: 10,
        }
    }
}

/// The calls that a breaker goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum BreakerWindow {
    /// The last so many.
    Calls(#[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))] u32),
    /// Those that ended in the last so long.
    Time(Span),
}

/// When calls are slow, and when that is too much.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SlowCalls {
    /// A call that takes longer than this is slow, whether it succeeds or not.
    pub after: Span,
    /// The share of slow calls at which the breaker opens.
    #[serde(default = "all")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub threshold: f64,
}

/// Client-side adaptive throttling (Google's SRE book, chapter 21): the caller keeps a request back by itself with
/// probability max(0, (requests - `k` accepts) / (requests + 1)), both counted over the last `window`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Throttle {
    /// Whether it is at work; a control can switch it off.
    pub enabled: bool,
    /// So many requests are sent for each one that is accepted.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))]
    pub k: f64,
    /// What is older than this does not count. It is counted in 120 buckets; what is older leaves with its bucket.
    pub window: Span,
}

impl Default for Throttle {
    fn default() -> Self {
        Throttle {
            enabled: true,
            k: 2.0,
            window: Span::from_secs(120),
        }
    }
}

/// Buckets of a throttle's window.
pub const THROTTLE_BUCKETS: u32 = 120;
/// Buckets of the window of a budget's part.
pub const BUDGET_BUCKETS: u32 = 10;

fn all() -> f64 {
    1.0
}
