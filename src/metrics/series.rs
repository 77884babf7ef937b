//! The course of a run: one bin a second, and wider bins as the run grows, so that memory stays bounded.

use super::Tally;
use crate::time::{Span, Time};
use serde::Serialize;

/// More bins than this are merged in pairs.
const BINS_MAX: usize = 600;

/// The course of a run, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// The width of a bin, in seconds (the last one may be narrower).
    pub width_s: f64,
    /// The bins.
    pub bins: Vec<Bin>,
    /// Bins that were merged into others: their memory serves the next ones.
    #[serde(skip)]
    spare: Vec<Bin>,
}

/// What happened in a bin. Latency, outcomes and calls are those of the scenario's main client.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Bin {
    /// Where it begins, in seconds.
    pub at_s: f64,
    /// Its length, in seconds.
    pub length_s: f64,
    /// Requests sent.
    pub issued: u64,
    /// Ended well.
    pub ok: u64,
    /// Ended otherwise.
    pub bad: u64,
    /// Told "no" because of a business rule.
    pub declined: u64,
    /// Mean latency of those that ended well, in milliseconds.
    pub latency_mean_ms: f64,
    /// 95 % were not longer (of merged bins: the larger).
    pub latency_p95_ms: f64,
    /// Calls between services for those that ended.
    pub calls: u64,
    /// Values of references got.
    pub values: u64,
    /// Of those, older than the owner's.
    pub stale: u64,
    /// Messages to keep copies in step.
    pub events: u64,
    /// What the ledger had found and nothing had mended, on average.
    pub disagreements: f64,
    /// Business keys that disagreed, on average: one key may have several disagreements.
    pub disagreeing_keys: f64,
    /// Anomalies of isolation that were noticed.
    pub anomalies: u64,
    /// By service: workers in use, on average.
    pub in_use: Vec<f64>,
    /// By service: requests waiting for a worker, on average.
    pub queue: Vec<f64>,
}

impl Default for Series {
    fn default() -> Self {
        Series {
            width_s: 1.0,
            bins: Vec::new(),
            spare: Vec::new(),
        }
    }
}

impl Series {
    /// The width of a bin.
    pub(super) fn width(&self) -> Span {
        Span::from_secs_f64(self.width_s)
    }

    /// A stretch is over: a bin, or less of one.
    pub(super) fn push(&mut self, began: Time, tally: &mut Tally, main_client: usize) {
        let mut bin = self.spare.pop().unwrap_or_default();
        bin.fill(began, tally, main_client);
        match self.bins.last_mut() {
            Some(last) if last.is_narrower_than(self.width_s) => {
                last.merge(&bin);
                self.spare.push(bin);
            }
            _ => self.bins.push(bin),
        }
        if self.bins.len() > BINS_MAX {
            self.halve();
        }
    }

    fn halve(&mut self) {
        self.width_s *= 2.0;
        let mut merged = 0;
        for index in 1..self.bins.len() {
            let (before, rest) = self.bins.split_at_mut(index);
            if before[merged].is_narrower_than(self.width_s) {
                before[merged].merge(&rest[0]);
            } else {
                merged += 1;
                self.bins.swap(merged, index);
            }
        }
        self.spare.extend(self.bins.drain(merged + 1..));
    }

    /// The span of simulated time that the bins cover.
    pub fn covers(&self) -> Span {
        Span::from_secs_f64(self.bins.last().map_or(0.0, |bin| bin.at_s + bin.length_s))
    }
}

impl Bin {
    /// What happened in a stretch. (Nothing is left of what was here but its memory.)
    fn fill(&mut self, began: Time, tally: &mut Tally, main_client: usize) {
        let client = tally.clients.get_mut(main_client);
        let latency_p95_ms = client.map_or(0.0, |client| client.latency.quantile_ms(0.95));
        let nanos = (tally.span.0 as f64).max(1.0);
        let client = tally.clients.get(main_client);
        let references = tally.references.iter();
        let (mut in_use, mut queue) = (
            std::mem::take(&mut self.in_use),
            std::mem::take(&mut self.queue),
        );
        in_use.clear();
        in_use.extend(tally.services.iter().map(|it| it.busy_area as f64 / nanos));
        queue.clear();
        queue.extend(tally.services.iter().map(|it| it.queue_area as f64 / nanos));
        *self = Bin {
            at_s: began.as_secs(),
            length_s: tally.span.as_secs(),
            issued: client.map_or(0, |client| client.issued),
            ok: client.map_or(0, |client| client.outcomes.ok),
            bad: client.map_or(0, |client| client.outcomes.bad()),
            declined: client.map_or(0, |client| client.outcomes.declined),
            latency_mean_ms: client.map_or(0.0, |client| client.latency.mean_ms()),
            latency_p95_ms,
            calls: client.map_or(0, |client| client.calls),
            values: references.clone().map(|reference| reference.values).sum(),
            stale: references.clone().map(|reference| reference.stale).sum(),
            events: references.map(|reference| reference.events).sum(),
            disagreements: tally.writes.disagreements_mean(),
            disagreeing_keys: tally.writes.disagreeing_keys_mean(),
            anomalies: tally.writes.anomalies(),
            in_use,
            queue,
        };
    }

    /// Whether more belongs into it, if bins are so wide.
    fn is_narrower_than(&self, width_s: f64) -> bool {
        self.length_s + 1e-9 < width_s
    }

    /// Takes the following bin in.
    fn merge(&mut self, next: &Bin) {
        let ok = (self.ok + next.ok) as f64;
        if ok > 0.0 {
            self.latency_mean_ms = (self.latency_mean_ms * self.ok as f64
                + next.latency_mean_ms * next.ok as f64)
                / ok;
        }
        self.latency_p95_ms = self.latency_p95_ms.max(next.latency_p95_ms);
        let length = self.length_s + next.length_s;
        let (my_length, its_length) = (self.length_s, next.length_s);
        let mean = |a: f64, b: f64| (a * my_length + b * its_length) / length;
        self.disagreements = mean(self.disagreements, next.disagreements);
        self.disagreeing_keys = mean(self.disagreeing_keys, next.disagreeing_keys);
        for (mine, its) in self.in_use.iter_mut().zip(&next.in_use) {
            *mine = mean(*mine, *its);
        }
        for (mine, its) in self.queue.iter_mut().zip(&next.queue) {
            *mine = mean(*mine, *its);
        }
        self.length_s = length;
        self.issued += next.issued;
        self.ok += next.ok;
        self.bad += next.bad;
        self.declined += next.declined;
        self.anomalies += next.anomalies;
        self.calls += next.calls;
        self.values += next.values;
        self.stale += next.stale;
        self.events += next.events;
    }
}
