//! The numbers as plain data: what the page shows, what `msa run --json` prints. Units are in the names.

use super::latencies::Latencies;
use super::{GuardNumbers, Levels, Outcomes, Tally, WritingNumbers};
use kernel::time::Time;
use scenario::ReadStrategy;
use serde::Serialize;
use sim::Plan;

/// What happened in a stretch of simulated time: in the output of a run, from the end of the warm-up (`warm_up`), or from
/// the last change of settings, to the end.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Numbers {
    /// Where the stretch begins, in seconds of the run.
    pub from_s: f64,
    /// Where it ends, in seconds of the run.
    pub to_s: f64,
    /// By client.
    pub clients: Vec<ClientNumbers>,
    /// By operation, as its callers see it, or its consumers.
    pub operations: Vec<OperationNumbers>,
    /// By service.
    pub services: Vec<ServiceNumbers>,
    /// By store.
    pub stores: Vec<StoreNumbers>,
    /// By reference.
    pub references: Vec<ReferenceNumbers>,
    /// By cache of `lookup` steps.
    pub caches: Vec<CacheNumbers>,
    /// By what stands in front of calls: breakers, retry budgets, throttles.
    pub guards: Vec<GuardNumbers>,
    /// Committed changes of rows.
    pub changes: u64,
    /// Messages sent to keep caches and replicas in step.
    pub events: u64,
    /// About writing.
    #[serde(flatten)]
    pub writing: WritingNumbers,
}

/// Times, in milliseconds; all of them 0 if there are none. The mean, the standard deviation and the longest are exact, and
/// quantiles up to 0.1 % of their value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LatencyNumbers {
    /// How many.
    pub count: u64,
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub sd: f64,
    /// The median.
    pub p50: f64,
    /// 95 % are not longer.
    pub p95: f64,
    /// 99 % are not longer.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

/// A client.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClientNumbers {
    /// Its name in the document.
    pub name: String,
    /// What it asks for.
    pub operation: String,
    /// Requests sent in this stretch.
    pub issued: u64,
    /// Requests sent before this stretch that ended in it and are counted below, or still wait. So the numbers add up:
    /// `issued` + `carried_over` = `ok` + `declined` + `failed` + `refused` + `rejected` + `timed_out` + `not_permitted` +
    /// `in_flight`.
    pub carried_over: u64,
    /// Ended well.
    pub ok: u64,
    /// Ended with an error, or broke off.
    pub failed: u64,
    /// Found no instance up.
    pub refused: u64,
    /// Found the accept queue full.
    pub rejected: u64,
    /// Had no answer in time.
    pub timed_out: u64,
    /// Kept back by the caller's own breaker or throttle.
    pub not_permitted: u64,
    /// Told "no" because of a business rule.
    pub declined: u64,
    /// Messages sent for them: more where calls are tried again, fewer where they are kept back.
    pub attempts: u64,
    /// Still waiting at the end of the stretch.
    pub in_flight: u64,
    /// When the last request was sent that did not end well, in seconds of the run: since then it has recovered. Nothing if
    /// all of the stretch ended well.
    pub last_not_ok_s: Option<f64>,
    /// When a request was last tried again, in seconds of the run; nothing if none was.
    pub last_retry_s: Option<f64>,
    /// Of those that ended well.
    pub latency_ms: LatencyNumbers,
    /// The true mean latency is this close to the measured one, 95 times of 100 (by batch means), in milliseconds; nothing while too
    /// little has been seen.
    pub mean_within_ms: Option<f64>,
    /// Ended well, in a second of the stretch.
    pub ok_per_s: f64,
    /// Calls between services made for one request, on average over all that ended, well or not.
    pub calls_per_request: f64,
}

/// An operation, as its callers see it. One that a subscription runs, as its consumer ended it: a call is a delivery.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OperationNumbers {
    /// `"service.operation"`.
    pub name: String,
    /// Requests sent in this stretch; for a subscription's, deliveries.
    pub calls: u64,
    /// Requests sent before this stretch that ended in it and are counted below, or still wait. So the numbers add up:
    /// `calls` + `carried_over` = `ok` + `declined` + `failed` + `refused` + `rejected` + `timed_out` + `not_permitted` +
    /// `in_flight`.
    pub carried_over: u64,
    /// Ended well.
    pub ok: u64,
    /// Ended with an error, or broke off.
    pub failed: u64,
    /// Found no instance up.
    pub refused: u64,
    /// Found the accept queue full.
    pub rejected: u64,
    /// Had no answer in time; for a subscription's, deliveries that were lost on their way to the consumer.
    pub timed_out: u64,
    /// Kept back by the caller's own breaker or throttle.
    pub not_permitted: u64,
    /// Told "no" because of a business rule.
    pub declined: u64,
    /// Messages sent for them: more where calls are tried again, fewer where they are kept back.
    pub attempts: u64,
    /// Still waiting at the end of the stretch.
    pub in_flight: u64,
    /// Of those that ended well; for a subscription's, the time for which a worker was held.
    pub latency_ms: LatencyNumbers,
}

/// A service.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServiceNumbers {
    /// Its name in the document.
    pub name: String,
    /// Requests that reached it.
    pub requests_in: u64,
    /// Requests that a worker is done with.
    pub finished: u64,
    /// Requests turned away: queue full, no instance up, or an error instead of work.
    pub turned_away: u64,
    /// Workers of all instances.
    pub threads: u32,
    /// Workers in use over workers, on average.
    pub utilisation: f64,
    /// Workers in use, on average.
    pub in_use_mean: f64,
    /// Workers in use, at most.
    pub in_use_peak: u32,
    /// Workers held by a request that only waits for answers, on average.
    pub waiting_mean: f64,
    /// Requests waiting for a worker, on average.
    pub queue_mean: f64,
    /// Requests waiting for a worker, at most.
    pub queue_peak: u32,
    /// Requests inside at the same time, running or waiting, at most.
    pub concurrent_peak: u32,
    /// Workers in use at the end of the stretch.
    pub in_use_now: u32,
    /// Requests waiting for a worker at the end of the stretch.
    pub queue_now: u32,
    /// Time in the accept queue, of all that a worker took up.
    pub waited_ms: LatencyNumbers,
    /// The share of those that had to wait at all, from 0 to 1; 0 if a worker took nothing up.
    pub waited_share: f64,
    /// Time for which a worker was held.
    pub held_ms: LatencyNumbers,
}

/// A store.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StoreNumbers {
    /// Its name in the document.
    pub name: String,
    /// Queries and transactions begun.
    pub queries: u64,
    /// Connections at work over connections, on average.
    pub utilisation: f64,
    /// Connections at work, on average.
    pub busy_mean: f64,
    /// Waiting for a connection, on average.
    pub wanted_mean: f64,
    /// Waiting for a connection, at most.
    pub wanted_peak: u32,
}

/// A reference.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReferenceNumbers {
    /// Its name in the document.
    pub name: String,
    /// How its values are got now.
    pub strategy: ReadStrategy,
    /// Lists that got its values.
    pub lists: u64,
    /// Values got.
    pub values: u64,
    /// Calls made for them.
    pub calls: u64,
    /// Calls made for one list, on average.
    pub calls_per_list: f64,
    /// Values found in a cache, of those looked for; no number if nothing was looked for.
    pub hit_rate: Option<f64>,
    /// Values older than the owner's at the moment of reading.
    pub stale: u64,
    /// Of all values.
    pub stale_share: f64,
    /// For how long the stale ones had been out of date, on average.
    pub stale_age_mean_ms: f64,
    /// For how long the stalest one had been out of date.
    pub stale_age_max_ms: f64,
    /// Messages sent to keep its copies in step.
    pub events: u64,
    /// Of those, applied.
    pub events_applied: u64,
    /// Time from the owner's commit until the copy was in step, on average.
    pub event_lag_mean_ms: f64,
}

/// A cache of `lookup` steps.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CacheNumbers {
    /// Its name in the document.
    pub name: String,
    /// Looks.
    pub lookups: u64,
    /// Values found, of those looked for; no number if nothing was looked for.
    pub hit_rate: Option<f64>,
    /// Values found that were older than the owner's.
    pub stale: u64,
    /// Of the values found.
    pub stale_given_hit: f64,
    /// The time since the found copies had been read from the owner, on average.
    pub age_mean_ms: f64,
    /// Messages sent to keep it in step.
    pub events: u64,
}

impl From<&Latencies> for LatencyNumbers {
    fn from(latencies: &Latencies) -> Self {
        // A look for a quantile may put them in another order.
        let mut latencies = latencies.clone();
        LatencyNumbers {
            count: latencies.len(),
            mean: latencies.mean_ms(),
            sd: latencies.sd_ms(),
            p50: latencies.quantile_ms(0.50),
            p95: latencies.quantile_ms(0.95),
            p99: latencies.quantile_ms(0.99),
            max: latencies.max_ms(),
        }
    }
}

/// `a / b`, and zero where there is nothing to divide by.
fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

fn share(part: u64, rest: u64) -> Option<f64> {
    (part + rest > 0).then(|| part as f64 / (part + rest) as f64)
}

impl ClientNumbers {
    /// Requests that are accounted for: sent in this stretch, or before and not ended then.
    pub fn asked(&self) -> u64 {
        self.issued + self.carried_over
    }

    /// Requests that ended.
    pub fn ended(&self) -> u64 {
        self.ok + self.declined + self.bad()
    }

    /// Requests that failed: with an error, refused, kept back, or without an answer in time.
    pub fn bad(&self) -> u64 {
        self.failed + self.refused + self.rejected + self.timed_out + self.not_permitted
    }
}

impl OperationNumbers {
    /// Requests that are accounted for: sent in this stretch, or before and not ended then.
    pub fn asked(&self) -> u64 {
        self.calls + self.carried_over
    }
}

impl Numbers {
    /// Values that were out of date when they were read - of references, and found in caches - and all of those values.
    pub fn stale_values(&self) -> (u64, u64) {
        let references = self.references.iter().map(|it| (it.stale, it.values));
        let caches = self.caches.iter().map(|it| (it.stale, it.lookups));
        let all = references.chain(caches);
        all.fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1))
    }

    pub(super) fn new(
        plan: &Plan,
        tally: &Tally,
        from: Time,
        to: Time,
        levels: &Levels<'_>,
    ) -> Numbers {
        let nanos = tally.span.0 as f64;
        let seconds = tally.span.as_secs();
        let clients = plan
            .clients
            .iter()
            .zip(&tally.clients)
            .zip(levels.in_flight)
            .map(|((plan_of, tally), in_flight)| {
                let Outcomes {
                    ok,
                    failed,
                    refused,
                    rejected,
                    timed_out,
                    not_permitted,
                    declined,
                } = tally.outcomes;
                ClientNumbers {
                    name: plan_of.name.clone(),
                    operation: plan.operations[plan_of.operation as usize].name.clone(),
                    issued: tally.issued,
                    carried_over: (tally.outcomes.all() + in_flight).saturating_sub(tally.issued),
                    ok,
                    failed,
                    refused,
                    rejected,
                    timed_out,
                    not_permitted,
                    declined,
                    attempts: tally.issued.saturating_add_signed(tally.more_attempts),
                    in_flight: *in_flight,
                    last_not_ok_s: tally.last_not_ok.map(Time::as_secs),
                    last_retry_s: tally.last_retry.map(Time::as_secs),
                    latency_ms: (&tally.latency).into(),
                    mean_within_ms: None,
                    ok_per_s: ratio(ok as f64, seconds),
                    calls_per_request: ratio(tally.calls as f64, tally.outcomes.all() as f64),
                }
            });
        let operations = plan
            .operations
            .iter()
            .zip(&tally.operations)
            .enumerate()
            .map(|(index, (plan_of, tally_of))| {
                let mut tally_of = tally_of.clone();
                let mut in_flight = levels.called[index];
                let clients = plan.clients.iter().zip(&tally.clients);
                for ((client, asked), waiting) in clients.zip(levels.in_flight) {
                    if client.operation as usize == index {
                        in_flight += waiting;
                        tally_of.calls += asked.issued;
                        tally_of.more_attempts += asked.more_attempts;
                        tally_of.outcomes.add(&asked.outcomes);
                        tally_of.latency.add(&asked.latency);
                    }
                }
                let tally = tally_of;
                let Outcomes {
                    ok,
                    failed,
                    refused,
                    rejected,
                    timed_out,
                    not_permitted,
                    declined,
                } = tally.outcomes;
                OperationNumbers {
                    name: plan_of.name.clone(),
                    calls: tally.calls,
                    carried_over: (tally.outcomes.all() + in_flight).saturating_sub(tally.calls),
                    ok,
                    failed,
                    refused,
                    rejected,
                    timed_out,
                    not_permitted,
                    declined,
                    attempts: tally.calls.saturating_add_signed(tally.more_attempts),
                    in_flight,
                    latency_ms: (&tally.latency).into(),
                }
            });
        let services = plan.services.iter().zip(&tally.services).enumerate().map(
            |(index, (plan_of, tally))| {
                let threads = plan_of.threads * plan_of.instances;
                let in_use_mean = ratio(tally.busy_area as f64, nanos);
                ServiceNumbers {
                    name: plan_of.name.clone(),
                    requests_in: tally.requests_in,
                    finished: tally.finished,
                    turned_away: tally.turned_away,
                    threads,
                    utilisation: in_use_mean / f64::from(threads),
                    in_use_mean,
                    in_use_peak: tally.busy_peak,
                    waiting_mean: ratio(tally.waiting_area as f64, nanos),
                    queue_mean: ratio(tally.queue_area as f64, nanos),
                    queue_peak: tally.queue_peak,
                    concurrent_peak: tally.inside_peak,
                    in_use_now: levels.services[index].busy.level,
                    queue_now: levels.services[index].queued.level,
                    waited_ms: (&tally.waited).into(),
                    waited_share: ratio(tally.queued as f64, tally.waited.len() as f64),
                    held_ms: (&tally.held).into(),
                }
            },
        );
        let stores = plan
            .stores
            .iter()
            .zip(&tally.stores)
            .map(|(plan_of, tally)| {
                let busy_mean = ratio(tally.busy_area as f64, nanos);
                StoreNumbers {
                    name: plan_of.name.clone(),
                    queries: tally.queries,
                    utilisation: busy_mean / f64::from(plan_of.connections),
                    busy_mean,
                    wanted_mean: ratio(tally.wanted_area as f64, nanos),
                    wanted_peak: tally.wanted_peak,
                }
            });
        let references = plan
            .references
            .iter()
            .zip(&tally.references)
            .map(|(plan_of, tally)| ReferenceNumbers {
                name: plan_of.name.clone(),
                strategy: plan_of.strategy,
                lists: tally.lists,
                values: tally.values,
                calls: tally.calls,
                calls_per_list: ratio(tally.calls as f64, tally.lists as f64),
                hit_rate: share(tally.hits, tally.misses),
                stale: tally.stale,
                stale_share: ratio(tally.stale as f64, tally.values as f64),
                stale_age_mean_ms: ratio(tally.stale_sum_ns / 1e6, tally.stale as f64),
                stale_age_max_ms: tally.stalest.as_millis(),
                events: tally.events,
                events_applied: tally.applied,
                event_lag_mean_ms: ratio(tally.lag_sum_ns / 1e6, tally.applied as f64),
            });
        let caches = plan
            .caches
            .iter()
            .zip(&tally.caches)
            .map(|(plan_of, tally)| CacheNumbers {
                name: plan_of.name.clone(),
                lookups: tally.hits + tally.misses,
                hit_rate: share(tally.hits, tally.misses),
                stale: tally.stale,
                stale_given_hit: ratio(tally.stale as f64, tally.hits as f64),
                age_mean_ms: ratio(tally.age_sum_ns / 1e6, tally.hits as f64),
                events: tally.events,
            });
        Numbers {
            from_s: from.as_secs(),
            to_s: to.as_secs(),
            clients: clients.collect(),
            operations: operations.collect(),
            services: services.collect(),
            stores: stores.collect(),
            references: references.collect(),
            caches: caches.collect(),
            guards: GuardNumbers::all(plan, &tally.guards, levels.guards),
            changes: tally.changes,
            events: tally
                .references
                .iter()
                .map(|reference| reference.events)
                .sum::<u64>()
                + tally.caches.iter().map(|cache| cache.events).sum::<u64>(),
            writing: WritingNumbers::new(plan, &tally.writes),
        }
    }
}
