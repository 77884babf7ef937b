//! The headline of a run at a moment: one number for the scenario's story, one for its price.
//!
//! The page, its forecasts and the tests of what a scenario shows when it opens all ask here, so that numbers that stand
//! beside each other are of the same kind.

use super::{Bin, Numbers};
use kernel::time::Time;
use scenario::{Headline, HeadlineKind, Price};
use sim::FaultState;
use sim::ledger::Counts;

/// The headline of a run at a moment.
///
/// Latency, goodput and staleness are those of the last seconds ([`Numbers::from_s`] to [`Numbers::to_s`] of the recent
/// numbers); anomalies and disagreements are counted since the end of the warm-up or the last change of settings, of what
/// began since then. So is every price but the keys in flight, which are those of this moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeadlineNow {
    /// What is told, and what of its price.
    pub of: Headline,
    /// The story's number: milliseconds, requests a second, a share, anomalies or business keys. `None` while there is
    /// nothing to tell.
    pub value: Option<f64>,
    /// What it stands beside: requests that were asked for (latency: in the last seconds, goodput: a second), values that
    /// were read, requests that have ended (anomalies), keys for which nothing is under way (disagreements).
    pub among: f64,
    /// What it costs: calls, milliseconds, a share or business keys. `None` while there is nothing to tell.
    pub price: Option<f64>,
    /// Since when it is counted, in seconds of the run.
    pub since_s: f64,
    /// For goodput: seconds since the last fault has ended. `None` if there was none or one is at work.
    pub calm_s: Option<f64>,
}

/// What a headline is worked out from.
pub struct Sources<'a> {
    /// The client whose requests the story is about.
    pub main_client: usize,
    /// The numbers of the last seconds.
    pub recent: &'a Numbers,
    /// How the business keys stand.
    pub counts: &'a Counts,
    /// Requests of all clients that have ended, of those that were sent since [`Counts::since`].
    pub ended: u64,
    /// The faults of the run, planned and caused.
    pub faults: &'a [FaultState],
    /// The time of the run.
    pub now: Time,
}

/// Rates of less than so many seconds are mostly chance.
const SECONDS_MIN: f64 = 0.999;

impl HeadlineNow {
    /// The headline of a run at a moment.
    pub fn new(of: Headline, from: &Sources<'_>) -> HeadlineNow {
        let client = from.recent.clients.get(from.main_client);
        let seconds = from.recent.to_s - from.recent.from_s;
        let counts = from.counts;
        let latency = client.filter(|client| client.latency_ms.count > 0);
        let latency = latency.map(|client| client.latency_ms.mean);
        let (stale, values) = from.recent.stale_values();
        let stale = (values > 0).then(|| stale as f64 / values as f64);
        let recently = from.recent.from_s;
        let (value, among, since_s) = match of.kind {
            HeadlineKind::Latency => {
                let issued = client.map_or(0, |client| client.issued);
                (latency, issued as f64, recently)
            }
            HeadlineKind::Goodput => {
                // Somebody who is told "no" in time has an answer.
                let answered = client.filter(|_| seconds >= SECONDS_MIN);
                let answered = answered.map(|it| (it.ok + it.declined) as f64 / seconds);
                let issued = client.map_or(0, |client| client.issued);
                (answered, issued as f64 / seconds.max(1e-9), recently)
            }
            HeadlineKind::Stale => (stale, values as f64, recently),
            HeadlineKind::Anomalies => {
                let number: u64 = counts.fresh_anomalies.iter().sum();
                let value = (from.ended > 0).then_some(number as f64);
                (value, from.ended as f64, counts.since.as_secs())
            }
            HeadlineKind::Disagreements => {
                let fresh = counts.fresh;
                let value = (fresh.closed > 0).then_some(fresh.disagree as f64);
                (value, fresh.closed as f64, counts.since.as_secs())
            }
        };
        let ended = client.map_or(0, |client| client.ended());
        let share = |part: u64| (ended > 0).then(|| part as f64 / ended as f64);
        let price = match of.price {
            Price::Calls => client
                .filter(|_| ended > 0)
                .map(|client| client.calls_per_request),
            Price::Messages => client.filter(|client| client.issued > 0).map(|client| {
                client.calls_per_request + from.recent.events as f64 / client.issued as f64
            }),
            Price::Latency => latency,
            Price::Failed => client.and_then(|client| share(client.bad())),
            Price::Declined => client.and_then(|client| share(client.declined)),
            Price::Stale => stale,
            Price::InFlight => Some(counts.open as f64),
        };
        HeadlineNow {
            of,
            value,
            among,
            price,
            since_s,
            calm_s: (of.kind == HeadlineKind::Goodput)
                .then(|| calm(from.faults, from.now))
                .flatten(),
        }
    }

    /// How bad it is, so that two can be compared that are counted over different times: milliseconds, or a share.
    pub fn badness(&self) -> Option<f64> {
        let value = self.value?;
        Some(match self.of.kind {
            HeadlineKind::Latency | HeadlineKind::Stale => value,
            HeadlineKind::Goodput => (1.0 - value / self.among.max(1e-9)).max(0.0),
            HeadlineKind::Anomalies | HeadlineKind::Disagreements => value / self.among.max(1.0),
        })
    }

    /// Whether it is better than another one of the same kind by so much that a person would say so: a tenth, and, of
    /// shares of requests or values, more than chance makes of a few seconds.
    pub fn is_better_than(&self, other: &HeadlineNow) -> bool {
        let Some(own) = self.badness() else {
            return false;
        };
        let Some(other_s) = other.badness() else {
            // They ask, and nothing comes.
            return other.of.kind == HeadlineKind::Latency && other.among >= 1.0;
        };
        let chance = match self.of.kind {
            HeadlineKind::Goodput => 0.05,
            HeadlineKind::Stale => 0.005,
            HeadlineKind::Latency | HeadlineKind::Anomalies | HeadlineKind::Disagreements => 0.0,
        };
        own < 0.9 * other_s && other_s - own > chance
    }

    /// The number that would stand there if as much had been seen as in `other`: a run of another length is told for as
    /// many requests or keys, in whole ones. Other kinds are rates, and stay what they are.
    pub fn told_among(&self, other: &HeadlineNow) -> HeadlineNow {
        let counted = matches!(
            self.of.kind,
            HeadlineKind::Anomalies | HeadlineKind::Disagreements
        );
        match self.badness() {
            Some(share) if counted => HeadlineNow {
                value: Some(share * other.among),
                among: other.among,
                ..*self
            },
            _ => *self,
        }
    }
}

/// Seconds since the last fault has ended.
fn calm(faults: &[FaultState], now: Time) -> Option<f64> {
    if faults.iter().any(|fault| fault.active) {
        return None;
    }
    let over = faults.iter().filter(|fault| fault.over);
    let last = over.filter_map(|fault| fault.ends).max()?;
    (last <= now).then(|| now.since(last).as_secs())
}

/// The story's number over the course of a run: for each bin, in the unit of [`HeadlineNow::value`], or none.
pub fn course(kind: HeadlineKind, bins: &[Bin]) -> Vec<Option<f64>> {
    let at = |bin: &Bin| match kind {
        HeadlineKind::Latency => (bin.ok > 0).then_some(bin.latency_mean_ms),
        HeadlineKind::Goodput => {
            let answered = (bin.ok + bin.declined) as f64;
            (bin.length_s > 0.0).then(|| answered / bin.length_s)
        }
        HeadlineKind::Stale => (bin.values > 0).then(|| bin.stale as f64 / bin.values as f64),
        HeadlineKind::Anomalies => Some(bin.anomalies as f64),
        HeadlineKind::Disagreements => Some(bin.disagreeing_keys),
    };
    bins.iter().map(at).collect()
}
