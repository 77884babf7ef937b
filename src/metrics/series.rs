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
}

/// What happened in a bin. Latency, outcomes and calls are those of the scenario's main client.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
        }
    }
}

impl Series {
    /// The width of a bin.
    pub(super) fn width(&self) -> Span {
        Span::from_secs_f64(self.width_s)
    }

    /// A stretch is over: a bin, or less of one.
    pub(super) fn push(&mut self, began: Time, tally: &Tally, main_client: usize) {
        let nanos = (tally.span.0 as f64).max(1.0);
        let client = tally.clients.get(main_client);
        let bin = Bin {
            at_s: began.as_secs(),
            length_s: tally.span.as_secs(),
            issued: client.map_or(0, |client| client.issued),
            ok: client.map_or(0, |client| client.outcomes.ok),
            bad: client.map_or(0, |client| client.outcomes.bad()),
            latency_mean_ms: client.map_or(0.0, |client| client.latency.mean_ms()),
            latency_p95_ms: client.map_or(0.0, |client| client.latency.quantile_ms(0.95)),
            calls: client.map_or(0, |client| client.calls),
            values: tally
                .references
                .iter()
                .map(|reference| reference.values)
                .sum(),
            stale: tally
                .references
                .iter()
                .map(|reference| reference.stale)
                .sum(),
            events: tally
                .references
                .iter()
                .map(|reference| reference.events)
                .sum(),
            disagreements: tally.writes.disagreements_mean(),
            in_use: tally
                .services
                .iter()
                .map(|service| service.busy_area as f64 / nanos)
                .collect(),
            queue: tally
                .services
                .iter()
                .map(|service| service.queue_area as f64 / nanos)
                .collect(),
        };
        match self.bins.last_mut() {
            Some(last) if last.length_s + 1e-9 < self.width_s => last.merge(&bin),
            _ => self.bins.push(bin),
        }
        if self.bins.len() > BINS_MAX {
            self.halve();
        }
    }

    fn halve(&mut self) {
        self.width_s *= 2.0;
        let mut merged: Vec<Bin> = Vec::with_capacity(BINS_MAX);
        for bin in self.bins.drain(..) {
            match merged.last_mut() {
                Some(last) if last.length_s + 1e-9 < self.width_s => last.merge(&bin),
                _ => merged.push(bin),
            }
        }
        self.bins = merged;
    }

    /// The span of simulated time that the bins cover.
    pub fn covers(&self) -> Span {
        Span::from_secs_f64(self.bins.last().map_or(0.0, |bin| bin.at_s + bin.length_s))
    }
}

impl Bin {
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
        let mean = |a: f64, b: f64| (a * self.length_s + b * next.length_s) / length;
        let in_use = self
            .in_use
            .iter()
            .zip(&next.in_use)
            .map(|(a, b)| mean(*a, *b))
            .collect();
        let queue = self
            .queue
            .iter()
            .zip(&next.queue)
            .map(|(a, b)| mean(*a, *b))
            .collect();
        self.disagreements = mean(self.disagreements, next.disagreements);
        self.in_use = in_use;
        self.queue = queue;
        self.length_s = length;
        self.issued += next.issued;
        self.ok += next.ok;
        self.bad += next.bad;
        self.calls += next.calls;
        self.values += next.values;
        self.stale += next.stale;
        self.events += next.events;
    }
}
