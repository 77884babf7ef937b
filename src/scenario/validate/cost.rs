//! How much one request sets in motion, worked out before anything runs.

use super::super::shape::join;
use super::super::{
    CacheMiss, Count, CountOf, FaultKind, Load, ReadStrategy, Scenario, Step, Store, Way,
};
use super::resilience::may_keep_back;
use super::steps::{has_references, operations_of};
use super::writing::needs_a_key;
use super::{Checker, service_of};
use crate::said::said;
use crate::time::Span;

/// Steps that one request may take, in all services together.
pub const STEPS_MAX: u64 = 1_000_000;
/// Steps that all open clients together may ask for in a second.
pub const STEPS_A_SECOND_MAX: f64 = 100_000_000.0;

impl Checker<'_> {
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
                let message = said!(
                    "one request takes more than {0} steps, here and in what it calls; lower the repetitions",
                    "요청 하나가 호출까지 합해 {0}단계를 넘습니다. 반복 횟수를 줄이십시오",
                    STEPS_MAX,
                );
                self.report(join("operations", name), message);
            }
        }
        let mut a_second = 0.0;
        for (name, client) in &scenario.clients {
            let cost = costs.operation(&client.operation, 1) as f64;
            let surge = surge(scenario, name);
            match client.load {
                Load::Poisson { rate } | Load::Constant { rate } => a_second += rate * surge * cost,
                Load::Bursts { every, size } => {
                    a_second += f64::from(size) * surge / every.as_secs() * cost
                }
                Load::Closed { users, ref think } => {
                    let kept_back =
                        may_keep_back(client.breaker.as_deref(), client.throttle.as_ref());
                    if think.mean() == Span::ZERO
                        && (kept_back && users > 0
                            || self.may_spin(
                                name,
                                &client.operation,
                                (f64::from(users) * surge) as u64,
                            ))
                    {
                        self.report(
                            join("clients", name) + ".load.closed.think",
                            said!(
                                "must be longer than 0: a request may end in the instant in which it began, and its \
                                 user would ask again without any time passing",
                                "0보다 길어야 합니다. 요청이 시작한 순간에 끝날 수 있어, 시간이 흐르지 않은 채 \
                                 사용자가 다시 요청하게 됩니다",
                            ),
                        );
                    }
                }
            }
        }
        if a_second > STEPS_A_SECOND_MAX {
            let message = said!(
                "together they ask for {0} steps a second; at most {1}: lower the rates",
                "모두 더하면 초당 {0}단계를 요청하는데 최대 {1}단계입니다. 요청 빈도를 줄이십시오",
                format!("{a_second:.0}"),
                STEPS_A_SECOND_MAX,
            );
            self.report("clients", message);
        }
    }

    /// Whether a closed client's request may take no time at all: nothing on its way does, or it may be turned away.
    fn may_spin(&self, client: &str, operation: &str, users: u64) -> bool {
        let scenario = self.scenario;
        let Some((name, service)) =
            service_of(operation).and_then(|name| scenario.services.get_key_value(name))
        else {
            return false;
        };
        if users == 0 || latency(scenario, client, name) > Span::ZERO {
            return false;
        }
        let places = (u64::from(service.threads) + u64::from(service.accept_queue))
            * u64::from(service.instances);
        users > places || service.rate_limit.is_some() || !takes_time(scenario, operation)
    }
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

/// Whether an operation has a step that always takes time.
fn takes_time(scenario: &Scenario, operation: &str) -> bool {
    let (Some(service), Some(it)) = (service_of(operation), scenario.operations.get(operation))
    else {
        return false;
    };
    any_takes_time(scenario, service, &it.steps)
}

/// Whether one of these steps of a service always takes time.
fn any_takes_time(scenario: &Scenario, service: &str, steps: &[Step]) -> bool {
    let store = |name: &str, time: fn(&Store) -> Span| {
        scenario
            .stores
            .get(name)
            .is_some_and(|it| time(it) > Span::ZERO)
    };
    let takes = |step: &Step| match step {
        Step::Work(time) => time.mean() > Span::ZERO,
        Step::Query(query) => store(&query.store, |it| it.query_time.mean()),
        Step::Write(write) => store(&write.store, |it| it.write_time.mean()),
        Step::Call(call) => {
            let on_its_way = service_of(&call.operation)
                .is_some_and(|callee| latency(scenario, service, callee) > Span::ZERO);
            !may_keep_back(call.breaker.as_deref(), call.throttle.as_ref())
                && (on_its_way || takes_time(scenario, &call.operation))
        }
        // Sooner or later it goes a way after which it goes on.
        Step::Choose(choose) => {
            let last = |way: &&Way| way.weight > 0.0 && !way.again;
            let mut ways = choose.ways.iter().filter(last);
            ways.all(|way| any_takes_time(scenario, service, &way.steps))
        }
        _ => false,
    };
    // What stands behind a step that may say no is not always reached.
    let surely = steps
        .iter()
        .take_while(|step| needs_a_key(step).is_none() && !matches!(step, Step::Decline(_)));
    surely.into_iter().any(takes)
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
            Step::Call(call) => self.operation(&call.operation, count(call.keys, *rows)),
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
