//! The course of a run: one bin a second, and wider bins as the run grows, so that memory stays bounded.

use super::Tally;
use super::guards::GuardBin;
use super::tally::ClientTally;
use kernel::time::{Span, Time};
use serde::Serialize;
use sim::Plan;
use std::ops::Deref;

/// More bins than this are merged in pairs.
const BINS_MAX: usize = 600;

/// The course of a run, oldest first: one bin a second, and wider ones when there are more than 600.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Series {
    /// The width of a bin, in seconds (the last one may be narrower).
    pub width_s: f64,
    /// The clients, by their names in the document: in each bin they stand in this order.
    pub clients: Vec<String>,
    /// What stands in front of calls (breakers, retry budgets, throttles), by the names of `numbers.guards`: in each bin
    /// they stand in this order.
    pub guards: Vec<String>,
    /// The bins.
    pub bins: Vec<Bin>,
    /// Bins that were merged into others: their memory serves the next ones.
    #[serde(skip)]
    spare: Vec<Bin>,
}

/// What became of a client's requests in a bin.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClientBin {
    /// Requests sent in the bin.
    pub issued: u64,
    /// Ended well in the bin.
    pub ok: u64,
    /// Ended otherwise in the bin: failed, refused, rejected, timed out or not permitted.
    pub bad: u64,
    /// Declined in the bin: told "no" because of a business rule.
    pub declined: u64,
    /// Mean latency of those that ended well in the bin, in milliseconds; 0 if none did.
    pub latency_mean_ms: f64,
    /// 95 % of those were not longer, in milliseconds (of merged bins: the larger); 0 if none ended well.
    pub latency_p95_ms: f64,
    /// Calls between services for those that ended in the bin.
    pub calls: u64,
}

impl ClientBin {
    /// Nothing has happened.
    const EMPTY: ClientBin = ClientBin {
        issued: 0,
        ok: 0,
        bad: 0,
        declined: 0,
        latency_mean_ms: 0.0,
        latency_p95_ms: 0.0,
        calls: 0,
    };

    fn new(tally: &mut ClientTally) -> ClientBin {
        ClientBin {
            latency_p95_ms: tally.latency.quantile_ms(0.95),
            issued: tally.issued,
            ok: tally.outcomes.ok,
            bad: tally.outcomes.bad(),
            declined: tally.outcomes.declined,
            latency_mean_ms: tally.latency.mean_ms(),
            calls: tally.calls,
        }
    }

    /// Takes what happened next in.
    fn merge(&mut self, next: &ClientBin) {
        let ok = (self.ok + next.ok) as f64;
        if ok > 0.0 {
            self.latency_mean_ms = (self.latency_mean_ms * self.ok as f64
                + next.latency_mean_ms * next.ok as f64)
                / ok;
        }
        self.latency_p95_ms = self.latency_p95_ms.max(next.latency_p95_ms);
        self.issued += next.issued;
        self.ok += next.ok;
        self.bad += next.bad;
        self.declined += next.declined;
        self.calls += next.calls;
    }
}

/// What happened in a bin. It stands for what it says of the scenario's main client, whose numbers it gives as its own
/// (`bin.ok`): those are what the page draws.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bin {
    /// Where it begins, in seconds of the run.
    pub at_s: f64,
    /// Its length, in seconds.
    pub length_s: f64,
    /// By client, in the order of the series' `clients`.
    pub clients: Vec<ClientBin>,
    /// The place of the main client.
    #[serde(skip)]
    main_client: usize,
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
    /// By what stands in front of calls, in the order of the series' `guards`.
    pub guards: Vec<GuardBin>,
}

impl Deref for Bin {
    type Target = ClientBin;
    fn deref(&self) -> &ClientBin {
        let main = self.clients.get(self.main_client);
        main.unwrap_or(&ClientBin::EMPTY)
    }
}

impl Default for Series {
    fn default() -> Self {
        Series {
            width_s: 1.0,
            clients: Vec::new(),
            guards: Vec::new(),
            bins: Vec::new(),
            spare: Vec::new(),
        }
    }
}

impl Series {
    /// The course of a run of this plan, before it begins.
    pub(super) fn new(plan: &Plan) -> Series {
        Series {
            clients: plan
                .clients
                .iter()
                .map(|client| client.name.clone())
                .collect(),
            guards: plan.guards.iter().map(|guard| guard.name.clone()).collect(),
            ..Series::default()
        }
    }

    /// The width of a bin.
    pub(super) fn width(&self) -> Span {
        Span::from_secs_f64(self.width_s)
    }

    /// A stretch is over: a bin, or less of one.
    pub(super) fn push(&mut self, plan: &Plan, began: Time, tally: &mut Tally, main_client: usize) {
        let mut bin = self.spare.pop().unwrap_or_default();
        bin.fill(plan, began, tally, main_client);
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

    /// What has happened since the last bin. What happened at the very end of it, in no time at all, goes with it.
    pub(super) fn push_last(
        &mut self,
        plan: &Plan,
        began: Time,
        tally: &mut Tally,
        main_client: usize,
    ) {
        if tally.span > Span::ZERO {
            self.push(plan, began, tally, main_client);
        } else if let Some(last) = self.bins.last_mut() {
            let mut bin = Bin::default();
            bin.fill(plan, began, tally, main_client);
            last.merge(&bin);
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
    fn fill(&mut self, plan: &Plan, began: Time, tally: &mut Tally, main_client: usize) {
        let nanos = (tally.span.0 as f64).max(1.0);
        let mut clients = std::mem::take(&mut self.clients);
        clients.clear();
        clients.extend(tally.clients.iter_mut().map(ClientBin::new));
        let mut guards = std::mem::take(&mut self.guards);
        guards.clear();
        let all = plan.guards.iter().zip(&tally.guards);
        guards.extend(all.map(|(plan, tally)| GuardBin::new(plan, tally)));
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
            clients,
            main_client,
            values: references.clone().map(|reference| reference.values).sum(),
            stale: references.clone().map(|reference| reference.stale).sum(),
            events: references.map(|reference| reference.events).sum(),
            disagreements: tally.writes.disagreements_mean(),
            disagreeing_keys: tally.writes.disagreeing_keys_mean(),
            anomalies: tally.writes.anomalies(),
            in_use,
            queue,
            guards,
        };
    }

    /// Whether more belongs into it, if bins are so wide.
    fn is_narrower_than(&self, width_s: f64) -> bool {
        self.length_s + 1e-9 < width_s
    }

    /// Takes the following bin in.
    fn merge(&mut self, next: &Bin) {
        for (mine, its) in self.clients.iter_mut().zip(&next.clients) {
            mine.merge(its);
        }
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
        for (mine, its) in self.guards.iter_mut().zip(&next.guards) {
            mine.merge(its, (my_length, its_length));
        }
        self.length_s = length;
        self.anomalies += next.anomalies;
        self.values += next.values;
        self.stale += next.stale;
        self.events += next.events;
    }
}
