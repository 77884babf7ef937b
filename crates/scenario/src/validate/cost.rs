//! How much one request sets in motion, worked out before anything runs.

use super::super::shape::join;
use super::super::{
    CacheMiss, Call, Count, CountOf, Distribution, FaultKind, Load, ReadStrategy, Scenario,
    Service, Step, Store, Way,
};
use super::resilience::{attempts_at_once, may_keep_back};
use super::steps::{has_references, operations_of};
use super::writing::needs_a_key;
use super::{Checker, service_of};
use kernel::time::Span;
use message::msg;

/// Steps that one request may take, in all services together.
pub const STEPS_MAX: u64 = 1_000_000;
/// Steps that all open clients together may ask for in a second.
pub const STEPS_A_SECOND_MAX: f64 = 100_000_000.0;

impl<'s> Checker<'s> {
    pub(super) fn costs(&mut self) {
        self.circles();
        if !self.problems.is_empty() {
            return;
        }
        let scenario = self.scenario;
        let mut costs = Costs {
            scenario,
            known: Vec::new(),
        };
        for name in scenario.operations.keys() {
            if costs.operation(name, 1) > STEPS_MAX {
                let message = msg!(
                    "one request takes more than {0} steps, here and in what it calls; lower the repetitions, or the attempts of retries that hardly wait",
                    "요청 하나가 호출까지 합해 {0}단계를 넘습니다. 반복 횟수나, 거의 기다리지 않는 재시도의 횟수를 줄이십시오",
                    STEPS_MAX,
                );
                self.report(join("operations", name), message);
            }
        }
        let mut a_second = 0.0;
        let mut times = Times {
            scenario,
            known: Vec::new(),
        };
        for (name, client) in &scenario.clients {
            let way = service_of(&client.operation).map(|to| latency(scenario, name, to));
            let attempts = attempts_at_once(client.retry.as_deref(), way.unwrap_or_default());
            let cost = costs.operation(&client.operation, 1) as f64 * attempts as f64;
            let surge = surge(scenario, name);
            match client.load {
                Load::Poisson { rate } | Load::Constant { rate } => a_second += rate * surge * cost,
                Load::Bursts { every, size } => {
                    a_second += f64::from(size) * surge / every.as_secs() * cost
                }
                Load::Closed { users, ref think } => {
                    let users = f64::from(users) * surge;
                    let kept_back =
                        may_keep_back(client.breaker.as_deref(), client.throttle.as_ref());
                    if think.mean() == Span::ZERO
                        && (kept_back && users > 0.0
                            || self.may_spin(name, &client.operation, users as u64, &mut times))
                    {
                        self.report(
                            join("clients", name) + ".load.closed.think",
                            msg!(
                                "must be longer than 0: a request may end in the instant in which it began, and its \
                                 user would ask again without any time passing",
                                "0보다 길어야 합니다. 요청이 시작한 순간에 끝날 수 있어, 시간이 흐르지 않은 채 \
                                 사용자가 다시 요청하게 됩니다",
                            ),
                        );
                    } else {
                        let steps =
                            self.closed(name, &client.operation, users, think, cost, &mut times);
                        if steps > STEPS_A_SECOND_MAX {
                            self.too_little_thought(name, users, cost, steps);
                        } else {
                            a_second += steps;
                        }
                    }
                }
            }
        }
        if a_second > STEPS_A_SECOND_MAX {
            let message = msg!(
                "together they ask for {0} steps a second; at most {1}: lower the rates",
                "모두 더하면 초당 {0}단계를 요청하는데 최대 {1}단계입니다. 요청 빈도를 줄이십시오",
                format!("{a_second:.0}"),
                STEPS_A_SECOND_MAX,
            );
            self.report("clients", message);
        }
    }

    /// Whether a closed client's request may take no time at all: nothing on its way does, or it may be turned away.
    fn may_spin(
        &self,
        client: &str,
        operation: &'s str,
        users: u64,
        times: &mut Times<'s>,
    ) -> bool {
        let scenario = self.scenario;
        let Some((name, service)) =
            service_of(operation).and_then(|name| scenario.services.get_key_value(name))
        else {
            return false;
        };
        if users == 0 || latency(scenario, client, name) > Span::ZERO {
            return false;
        }
        users > places(service)
            || service.rate_limit.is_some()
            || times.operation(operation) == Span::ZERO
    }

    /// The steps that a closed client asks for in a second, at most: its users wait for their answers, and a service does
    /// not finish more than its workers can; what it turns away comes back at once.
    fn closed(
        &self,
        client: &str,
        operation: &'s str,
        users: f64,
        think: &Distribution,
        cost: f64,
        times: &mut Times<'s>,
    ) -> f64 {
        let scenario = self.scenario;
        let Some((name, service)) =
            service_of(operation).and_then(|name| scenario.services.get_key_value(name))
        else {
            return 0.0;
        };
        let way = latency(scenario, client, name);
        let pause = think.mean().0 as f64 + 2.0 * way.0 as f64;
        let least = times.operation(operation).0 as f64;
        let a_second = |many: f64, nanos: f64| if nanos > 0.0 { many * 1e9 / nanos } else { 0.0 };
        let mut served = a_second(users, pause + least);
        if least > 0.0 {
            served = served.min(a_second(self.workers(name) as f64, least));
        }
        let turned_away = if users > places(service) as f64 || service.rate_limit.is_some() {
            a_second(users, pause)
        } else {
            0.0
        };
        served * (1.0 + cost) + turned_away
    }

    fn too_little_thought(&mut self, client: &str, users: f64, cost: f64, steps: f64) {
        let least = users * (2.0 + cost) * 1e9 / STEPS_A_SECOND_MAX;
        let message = msg!(
            "is too short: its {0} users would ask for {1} steps a second, and at most {2} are simulated; let them think \
             for {3}, or lower the users",
            "너무 짧습니다. 사용자 {0}명이 초당 {1}단계를 요청하는데 최대 {2}단계입니다. {3} 이상 생각하게 하거나 \
             사용자를 줄이십시오",
            format!("{users:.0}"),
            format!("{steps:.0}"),
            STEPS_A_SECOND_MAX,
            Span(libm::ceil(least) as u64),
        );
        self.report(join("clients", client) + ".load.closed.think", message);
    }
}

/// How many requests may be inside a service at once, at work or waiting.
fn places(service: &Service) -> u64 {
    (u64::from(service.threads) + u64::from(service.accept_queue)) * u64::from(service.instances)
}

/// How many times as often a client asks at most, with all the surges that may come together.
pub(super) fn surge(scenario: &Scenario, client: &str) -> f64 {
    let factors = scenario.faults.iter().map(|fault| match &fault.what {
        FaultKind::Surge {
            client: name,
            factor,
        } if name == client => factor.max(1.0),
        _ => 1.0,
    });
    factors.product::<f64>().min(1e12)
}

/// How often a way is chosen at most, if with this chance one is chosen anew: more has a chance below one in 10^15.
fn rounds(again: f64) -> u64 {
    // ln(10^15) = 34.5, and ln(1/p) >= 1 - p.
    if again > 0.0 {
        1 + (34.6 / (1.0 - again)) as u64
    } else {
        1
    }
}

/// The mean latency of the link between two.
pub(super) fn latency(scenario: &Scenario, from: &str, to: &str) -> Span {
    let link = scenario.links.get(&format!("{from} -> {to}"));
    link.unwrap_or(&scenario.network).latency.mean()
}

/// The least time that a request for an operation takes: the mean times of the steps that it always takes. Only asked
/// when no operation calls itself.
struct Times<'s> {
    scenario: &'s Scenario,
    /// What is known already, in the order of the operations.
    known: Vec<(&'s str, Span)>,
}

impl<'s> Times<'s> {
    fn operation(&mut self, name: &'s str) -> Span {
        if let Ok(place) = self.known.binary_search_by_key(&name, |(known, _)| *known) {
            return self.known[place].1;
        }
        let (Some(service), Some(it)) = (service_of(name), self.scenario.operations.get(name))
        else {
            return Span::ZERO;
        };
        let time = self.steps(service, &it.steps);
        let place = self.known.partition_point(|(known, _)| *known < name);
        self.known.insert(place, (name, time));
        time
    }

    fn steps(&mut self, service: &'s str, steps: &'s [Step]) -> Span {
        // What stands behind a step that may say no is not always reached.
        let surely = steps
            .iter()
            .take_while(|step| needs_a_key(step).is_none() && !matches!(step, Step::Decline(_)));
        surely.fold(Span::ZERO, |sum, step| {
            Span(sum.0.saturating_add(self.step(service, step).0))
        })
    }

    fn step(&mut self, service: &'s str, step: &'s Step) -> Span {
        let store = |name: &str, time: fn(&Store) -> Span| {
            self.scenario.stores.get(name).map_or(Span::ZERO, time)
        };
        match step {
            Step::Work(time) => time.mean(),
            Step::Query(query) => store(&query.store, |it| it.query_time.mean()),
            Step::Write(write) => store(&write.store, |it| it.write_time.mean()),
            Step::Call(call) if !may_keep_back(call.breaker.as_deref(), call.throttle.as_ref()) => {
                let way = service_of(&call.operation)
                    .map_or(Span::ZERO, |callee| latency(self.scenario, service, callee));
                let there = self.operation(&call.operation);
                Span(there.0.saturating_add(way.0.saturating_mul(2)))
            }
            // Sooner or later it goes a way after which it goes on.
            Step::Choose(choose) => {
                let last = |way: &&Way| way.weight > 0.0 && !way.again;
                let times = choose.ways.iter().filter(last);
                times
                    .map(|way| self.steps(service, &way.steps))
                    .min()
                    .unwrap_or_default()
            }
            _ => Span::ZERO,
        }
    }
}

/// Steps by operation and number of keys. Only asked when no operation calls itself.
struct Costs<'s> {
    scenario: &'s Scenario,
    /// What is known already, in the order of operations and numbers of keys.
    known: Vec<((&'s str, u32), u64)>,
}

impl<'s> Costs<'s> {
    /// The steps that a request for an operation with so many keys takes, those of its calls included.
    fn operation(&mut self, name: &'s str, keys: u32) -> u64 {
        let own = (name, keys);
        let known = self.known.binary_search_by_key(&own, |(known, _)| *known);
        if let Ok(place) = known {
            return self.known[place].1;
        }
        let Some(operation) = self.scenario.operations.get(name) else {
            return 0;
        };
        let cost = self.steps(&operation.steps, keys, &mut 0);
        // What it calls has become known in the meantime.
        let place = self.known.partition_point(|(known, _)| *known < own);
        self.known.insert(place, (own, cost));
        cost
    }

    /// The cost of steps for a request with so many keys, and the rows it has read, before and after.
    ///
    /// It looks at no step more often than the request would take it, and stops beyond the bound: so the time this
    /// takes is bounded, too.
    fn steps(&mut self, steps: &'s [Step], keys: u32, rows: &mut u32) -> u64 {
        let mut cost: u64 = 0;
        for step in steps {
            if cost > STEPS_MAX {
                break;
            }
            cost = cost
                .saturating_add(1)
                .saturating_add(self.step(step, keys, rows));
        }
        cost
    }

    /// What an event on a topic costs: all that is done for it.
    fn event(&mut self, topic: &str) -> u64 {
        let topic = self.scenario.topics.get(topic);
        let subscriptions = topic
            .into_iter()
            .flat_map(|topic| topic.subscriptions.values());
        self.operations(subscriptions.map(|subscription| subscription.operation.as_str()))
    }

    fn operations(&mut self, names: impl Iterator<Item = &'s str>) -> u64 {
        names.fold(0, |cost: u64, name| {
            cost.saturating_add(1)
                .saturating_add(self.operation(name, 1))
        })
    }

    /// What a step costs beyond itself.
    fn step(&mut self, step: &'s Step, keys: u32, rows: &mut u32) -> u64 {
        let count = |count: Count, rows: u32| match count {
            Count::Number(number) => number,
            Count::Of(CountOf::Keys) => keys,
            Count::Of(CountOf::Rows) => rows,
        };
        match step {
            Step::Work(_)
            | Step::Write(_)
            | Step::Insert(_)
            | Step::Update(_)
            | Step::Read(_)
            | Step::Remove(_)
            | Step::Apply(_)
            | Step::Decline(_)
            | Step::Lock(_)
            | Step::Unlock(_) => 0,
            Step::Transaction(transaction) => self.steps(&transaction.steps, keys, rows),
            Step::Publish(publish) => self.event(&publish.topic),
            Step::Coordinate(coordinate) => {
                let Some(process) = self.scenario.processes.get(&coordinate.process) else {
                    return 0;
                };
                let participants = process.participants.iter().flat_map(operations_of);
                let done = self.operations(participants);
                let told = process.topic.as_ref().map_or(0, |topic| self.event(topic));
                done.saturating_add(told)
            }
            Step::Query(query) => {
                let store = self.scenario.stores.get(&query.store);
                if let Some(name) = &query.table
                    && let Some(table) = store.and_then(|store| store.tables.get(name))
                    && has_references(self.scenario, &format!("{}.{name}", query.store))
                {
                    *rows = count(query.rows, *rows).min(table.rows);
                }
                0
            }
            Step::Call(call) => self
                .operation(&call.operation, count(call.keys, *rows))
                .saturating_add(1)
                .saturating_mul(self.attempts(call))
                .saturating_sub(1),
            Step::FanOut(fan_out) => match count(fan_out.times, *rows) {
                0 => 0,
                times => {
                    let branches = fan_out.branches.iter();
                    let once: u64 = branches.fold(0, |once: u64, branch| {
                        let cost = self.steps(branch, keys, &mut rows.clone());
                        once.saturating_add(1).saturating_add(cost)
                    });
                    once.saturating_mul(u64::from(times))
                }
            },
            Step::Repeat(repeat) => match count(repeat.times, *rows) {
                0 => 0,
                times => self
                    .steps(&repeat.steps, keys, rows)
                    .saturating_add(1)
                    .saturating_mul(u64::from(times)),
            },
            Step::Choose(choose) => {
                let (mut longest, mut most_rows) = (0, *rows);
                for way in &choose.ways {
                    let mut rows = *rows;
                    longest = longest.max(1 + self.steps(&way.steps, keys, &mut rows));
                    most_rows = most_rows.max(rows);
                }
                *rows = most_rows;
                longest.saturating_mul(rounds(choose.again()))
            }
            Step::Lookup(lookup) => self.steps(&lookup.miss, keys, rows),
            Step::Resolve(resolve) => resolve.references.iter().fold(0, |cost: u64, name| {
                cost.saturating_add(self.resolve(name, *rows))
            }),
            Step::Embed(embed) => embed.references.iter().fold(0, |cost: u64, name| {
                cost.saturating_add(1).saturating_add(self.embed(name))
            }),
        }
    }

    /// How often a call is tried in an instant.
    fn attempts(&self, call: &Call) -> u64 {
        if attempts_at_once(call.retry.as_deref(), Span::ZERO) == 1 {
            return 1;
        }
        // Where it comes from is not known here; a way that nobody has named takes no longer than any other.
        let callee = service_of(&call.operation).unwrap_or_default();
        let ways = self.scenario.services.keys();
        let way = ways.map(|from| latency(self.scenario, from, callee)).min();
        attempts_at_once(call.retry.as_deref(), way.unwrap_or_default())
    }

    /// What getting a reference's values for so many rows costs: the calls, if its strategy makes any.
    fn resolve(&mut self, name: &str, rows: u32) -> u64 {
        let Some(reference) = self.scenario.references.get(name) else {
            return 0;
        };
        let (calls, keys) = match (reference.strategy, reference.cache.miss) {
            (ReadStrategy::Join | ReadStrategy::Replica | ReadStrategy::Remodel, _) => return 1,
            (ReadStrategy::PerRow | ReadStrategy::Parallel, _)
            | (ReadStrategy::LocalCache, CacheMiss::PerKey) => (rows, 1),
            (ReadStrategy::Batch, _) | (ReadStrategy::LocalCache, CacheMiss::Batch) => (
                rows.div_ceil(reference.batch_size.max(1)),
                rows.min(reference.batch_size),
            ),
        };
        if calls == 0 {
            return 1;
        }
        self.operation(&reference.lookup, keys)
            .saturating_add(1)
            .saturating_mul(u64::from(calls))
    }

    fn embed(&mut self, name: &str) -> u64 {
        match self.scenario.references.get(name) {
            Some(reference) if reference.strategy == ReadStrategy::Remodel => {
                self.operation(&reference.lookup, 1)
            }
            _ => 0,
        }
    }
}
