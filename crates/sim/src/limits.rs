//! The bounds of a run. Reaching one is a visible outcome, never a hang.

/// Requests alive at the same moment, over all services.
pub const IN_FLIGHT_MAX: usize = 250_000;
/// Change events waiting or on their way.
pub const EVENTS_IN_FLIGHT_MAX: usize = 250_000;
/// Messages in queues and outboxes at the same moment.
pub const MESSAGES_MAX: usize = 250_000;
/// Events of one run.
pub const EVENTS_MAX: u64 = 20_000_000_000;
/// Events at one and the same instant: beyond this the scenario goes in a circle that takes no time.
pub const EVENTS_AT_ONE_INSTANT_MAX: u64 = 20_000_000;
/// Faults of one run, planned and injected.
pub const FAULTS_MAX: usize = 1_000;
/// Nested loops of one operation.
pub const LOOPS_MAX: usize = 8;

/// A bound that a run has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`IN_FLIGHT_MAX`]: more comes in than goes out.
    InFlight,
    /// [`EVENTS_IN_FLIGHT_MAX`]: more changes than the copies can follow.
    EventsInFlight,
    /// [`super::ledger::BUSINESS_KEYS_MAX`]: more business keys are under way or disagree than can be kept.
    BusinessKeys,
    /// [`MESSAGES_MAX`]: more is published than the consumers take.
    Messages,
    /// [`EVENTS_MAX`].
    Events,
    /// [`EVENTS_AT_ONE_INSTANT_MAX`].
    NoTimePasses,
    /// A mistake of the engine, which looks out for it: an event came after a later one.
    TimeWentBack,
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Limit::InFlight => write!(
                f,
                "more than {IN_FLIGHT_MAX} requests are alive at once: lower the rate, or bound the accept queues"
            ),
            Limit::EventsInFlight => write!(
                f,
                "more than {EVENTS_IN_FLIGHT_MAX} change events wait: lower the rate of changes"
            ),
            Limit::BusinessKeys => write!(
                f,
                "more than {} business keys are under way or disagree: lower the rate, or repair them",
                super::ledger::BUSINESS_KEYS_MAX
            ),
            Limit::Messages => write!(
                f,
                "more than {MESSAGES_MAX} messages wait in queues and outboxes: lower the rate, or add consumers"
            ),
            Limit::Events => write!(f, "the run has had {EVENTS_MAX} events: make it shorter"),
            Limit::TimeWentBack => f.write_str(
                "the engine made a mistake: an event came after a later one; please report it with this scenario",
            ),
            Limit::NoTimePasses => write!(
                f,
                "{EVENTS_AT_ONE_INSTANT_MAX} events happened without any time passing: give a step or a think time a length"
            ),
        }
    }
}
