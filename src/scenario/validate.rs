//! The sense of a document that has the right shape: names that exist, numbers that go together, bounds over the whole.
//!
//! Everything that makes no sense is reported at once. What passes here the engine runs without a check of its own.

mod controls;
mod cost;
mod steps;

use super::distribution::RandomSpan;
use super::nearest::{did_you_mean, quoted};
use super::read::Problem;
use super::shape::{PROBLEMS_MAX, join};
use super::{Distribution, FaultKind, Load, Reference, Scenario, Store, Table};
use crate::time::Span;
use std::collections::{BTreeMap, BTreeSet};

/// The longest name of a service, store, table, client, reference or cache, in characters.
pub const NAME_MAX: usize = 60;
/// Rows of all tables together.
pub const ROWS_MAX: u64 = 1_000_000;
/// Places of all caches together: the rows of the table, once for each instance.
pub const CACHE_PLACES_MAX: u64 = 20_000_000;
/// Users of all closed clients together.
pub const USERS_MAX: u64 = 250_000;

/// Everything about a scenario that makes no sense.
pub fn check(scenario: &Scenario) -> Vec<Problem> {
    let mut checker = Checker {
        scenario,
        problems: Vec::new(),
    };
    checker.document();
    checker.names();
    checker.services_and_stores();
    checker.references();
    checker.caches();
    checker.operations();
    checker.clients();
    let used = checker.used_links();
    checker.links(&used);
    checker.faults(&used);
    checker.totals();
    // What follows calls on the above: that every name it meets is there.
    if checker.problems.is_empty() {
        checker.costs();
        checker.controls();
    }
    let mut problems = checker.problems;
    if problems.len() > PROBLEMS_MAX {
        let more = problems.len() - PROBLEMS_MAX;
        problems.truncate(PROBLEMS_MAX);
        problems.push(Problem::new("", format!("and {more} more")));
    }
    problems
}

/// The ends of a link's name, if it has the form `"a -> b"`.
fn ends(link: &str) -> Option<(&str, &str)> {
    link.split_once(" -> ")
}

/// The service of an operation's name, if it has the form `"service.operation"`.
fn service_of(operation: &str) -> Option<&str> {
    operation.split_once('.').map(|(service, _)| service)
}

/// Letters and digits of any language, `_` and `-`.
fn is_name(name: &str) -> bool {
    (1..=NAME_MAX).contains(&name.chars().count())
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// Lower-case letters, digits and hyphens, beginning with a letter or a digit: what looks well in a link.
fn is_slug(name: &str) -> bool {
    !name.starts_with('-')
        && name
            .bytes()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
}

struct Checker<'s> {
    scenario: &'s Scenario,
    problems: Vec<Problem>,
}

impl<'s> Checker<'s> {
    fn report(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem::new(path, message));
    }

    /// A remedy that takes looking for, unless so much is wrong that nobody will read it: a document may hold tens of
    /// thousands of wrong names.
    fn remedy(&self, look: impl FnOnce() -> String) -> String {
        if self.problems.len() > PROBLEMS_MAX {
            String::new()
        } else {
            look()
        }
    }

    /// What `name` names in `map`; reported if it names nothing.
    fn known<T>(
        &mut self,
        path: &str,
        kind: &str,
        map: &'s BTreeMap<String, T>,
        name: &str,
    ) -> Option<&'s T> {
        let found = map.get(name);
        if found.is_none() {
            let remedy = self.remedy(|| did_you_mean(name, map.keys().map(String::as_str)));
            self.report(path, format!("there is no {kind} {}{remedy}", quoted(name)));
        }
        found
    }

    /// The store and the table that `"store.table"` names; reported if there is none.
    fn table(&mut self, path: &str, name: &str) -> Option<(&'s Store, &'s Table)> {
        let found = name.split_once('.').and_then(|(store, table)| {
            let store = self.scenario.stores.get(store)?;
            Some((store, store.tables.get(table)?))
        });
        if found.is_none() {
            let tables = self.scenario.stores.iter();
            let known: Vec<String> = tables
                .flat_map(|(store, it)| {
                    it.tables
                        .keys()
                        .map(move |table| format!("{store}.{table}"))
                })
                .collect();
            let remedy = did_you_mean(name, known.iter().map(String::as_str));
            self.report(path, format!("there is no table {}{remedy}", quoted(name)));
        }
        found
    }

    /// The services at the two ends of a reference (the reader's and the owner's), if its tables exist.
    fn ends_of(&self, reference: &Reference) -> Option<(&'s str, &'s str)> {
        let service = |table: &str| {
            let (store, table) = table.split_once('.')?;
            let store = self.scenario.stores.get(store)?;
            store.tables.get(table).map(|_| store.service.as_str())
        };
        Some((service(&reference.from)?, service(&reference.to)?))
    }

    fn positive(&mut self, path: String, span: Span) {
        if span == Span::ZERO {
            self.report(path, "must be longer than 0");
        }
    }

    fn distribution(&mut self, path: &str, distribution: &Distribution) {
        match distribution {
            Distribution::Random(RandomSpan::Uniform { min, max }) if min > max => {
                self.report(
                    format!("{path}.uniform"),
                    format!("min ({min}) must not be longer than max ({max})"),
                );
            }
            Distribution::Random(RandomSpan::Lognormal { mean, sd })
                if *mean == Span::ZERO && *sd > Span::ZERO =>
            {
                self.report(
                    format!("{path}.lognormal.mean"),
                    "must be longer than 0 if sd is",
                );
            }
            _ => {}
        }
    }

    fn document(&mut self) {
        let scenario = self.scenario;
        if !is_slug(&scenario.name) {
            self.report(
                "name",
                "must be lower-case letters, digits and hyphens, such as \"my-scenario\"",
            );
        }
        self.positive("duration".into(), scenario.duration);
        if scenario.duration > Span::ZERO && scenario.warm_up >= scenario.duration {
            self.report(
                "warm_up",
                format!("must be shorter than the duration ({})", scenario.duration),
            );
        }
        self.distribution("network.latency", &scenario.network.latency);
    }

    fn names(&mut self) {
        let scenario = self.scenario;
        let maps: [(&str, Vec<&String>); 5] = [
            ("services", scenario.services.keys().collect()),
            ("stores", scenario.stores.keys().collect()),
            ("clients", scenario.clients.keys().collect()),
            ("references", scenario.references.keys().collect()),
            ("caches", scenario.caches.keys().collect()),
        ];
        for (map, names) in maps {
            names.into_iter().for_each(|name| self.name(map, name));
        }
        for (store, it) in &scenario.stores {
            let map = join("stores", store) + ".tables";
            it.tables.keys().for_each(|name| self.name(&map, name));
        }
        for name in scenario
            .clients
            .keys()
            .filter(|name| scenario.services.contains_key(*name))
        {
            self.report(
                join("clients", name),
                "a service has the same name; links could not tell them apart",
            );
        }
    }

    fn name(&mut self, map: &str, name: &str) {
        if !is_name(name) {
            let message =
                format!("a name must be letters, digits, _ and -, 1 to {NAME_MAX} characters long");
            self.report(join(map, name), message);
        }
    }

    fn services_and_stores(&mut self) {
        let scenario = self.scenario;
        for (name, store) in &scenario.stores {
            let path = join("stores", name);
            self.known(
                &format!("{path}.service"),
                "service",
                &scenario.services,
                &store.service,
            );
            self.distribution(&format!("{path}.query_time"), &store.query_time);
            self.distribution(&format!("{path}.write_time"), &store.write_time);
        }
    }

    fn references(&mut self) {
        let scenario = self.scenario;
        for (name, reference) in &scenario.references {
            let path = join("references", name);
            self.table(&format!("{path}.from"), &reference.from);
            self.table(&format!("{path}.to"), &reference.to);
            let lookup = format!("{path}.lookup");
            let operation = self.known(
                &lookup,
                "operation",
                &scenario.operations,
                &reference.lookup,
            );
            self.positive(format!("{path}.timeout"), reference.timeout);
            let Some((reader, owner)) = self.ends_of(reference) else {
                continue;
            };
            if reader == owner {
                let message = format!(
                    "the service {} owns both tables; a reference is to another's",
                    quoted(owner)
                );
                self.report(format!("{path}.to"), message);
            } else if operation.is_some() && service_of(&reference.lookup) != Some(owner) {
                let message = format!(
                    "must be an operation of {}, which owns the table",
                    quoted(owner)
                );
                self.report(lookup, message);
            }
        }
    }

    fn caches(&mut self) {
        let scenario = self.scenario;
        for (name, cache) in &scenario.caches {
            let path = join("caches", name);
            self.known(
                &format!("{path}.service"),
                "service",
                &scenario.services,
                &cache.service,
            );
            self.table(&format!("{path}.of"), &cache.of);
        }
    }

    fn clients(&mut self) {
        let scenario = self.scenario;
        for (name, client) in &scenario.clients {
            let path = join("clients", name);
            self.known(
                &format!("{path}.operation"),
                "operation",
                &scenario.operations,
                &client.operation,
            );
            self.positive(format!("{path}.timeout"), client.timeout);
            match &client.load {
                Load::Bursts { every, .. } => {
                    self.positive(format!("{path}.load.bursts.every"), *every)
                }
                Load::Closed { think, .. } => {
                    self.distribution(&format!("{path}.load.closed.think"), think)
                }
                Load::Poisson { .. } | Load::Constant { .. } => {}
            }
        }
    }

    /// Every pair of ends between which something is ever sent.
    fn used_links(&self) -> BTreeSet<(&'s str, &'s str)> {
        let scenario = self.scenario;
        let mut used = BTreeSet::new();
        for (name, client) in &scenario.clients {
            used.extend(service_of(&client.operation).map(|service| (name.as_str(), service)));
        }
        for (name, operation) in &scenario.operations {
            let Some(caller) = service_of(name) else {
                continue;
            };
            for callee in steps::calls(scenario, &operation.steps) {
                used.extend(service_of(callee).map(|callee| (caller, callee)));
            }
        }
        for reference in scenario.references.values() {
            if let Some((reader, owner)) = self.ends_of(reference) {
                used.extend([(reader, owner), (owner, reader)]);
            }
        }
        for cache in scenario.caches.values() {
            let store = cache
                .of
                .split_once('.')
                .and_then(|(store, _)| scenario.stores.get(store));
            used.extend(store.map(|store| (store.service.as_str(), cache.service.as_str())));
        }
        used
    }

    fn links(&mut self, used: &BTreeSet<(&str, &str)>) {
        for (name, link) in &self.scenario.links {
            let path = join("links", name);
            self.link(&path, name, used);
            self.distribution(&format!("{path}.latency"), &link.latency);
        }
    }

    /// A link's name: its form, its ends, and that something is sent over it.
    fn link(&mut self, path: &str, name: &str, used: &BTreeSet<(&str, &str)>) {
        let scenario = self.scenario;
        let Some((from, to)) = ends(name) else {
            return self.report(
                path,
                "a link is named by its ends, such as \"consultation -> common\"",
            );
        };
        let from_is_there =
            scenario.clients.contains_key(from) || scenario.services.contains_key(from);
        if !from_is_there {
            let known = scenario.services.keys().chain(scenario.clients.keys());
            let remedy = did_you_mean(from, known.map(String::as_str));
            self.report(
                path,
                format!("there is no service or client {}{remedy}", quoted(from)),
            );
        }
        let to_is_there = self
            .known(path, "service", &scenario.services, to)
            .is_some();
        if from_is_there && to_is_there && !used.contains(&(from, to)) {
            let remedy = if used.contains(&(to, from)) {
                format!("; requests go the other way: \"{to} -> {from}\"")
            } else {
                String::new()
            };
            self.report(
                path,
                format!(
                    "nothing is ever sent from {} to {}{remedy}",
                    quoted(from),
                    quoted(to)
                ),
            );
        }
    }

    fn faults(&mut self, used: &BTreeSet<(&str, &str)>) {
        let scenario = self.scenario;
        for (index, fault) in scenario.faults.iter().enumerate() {
            let path = format!("faults.{index}");
            if let Some(lasts) = fault.lasts {
                self.positive(format!("{path}.for"), lasts);
            }
            let path = format!("{path}.what");
            match &fault.what {
                FaultKind::Crash { service, instance } => {
                    let place = format!("{path}.crash.service");
                    let service = self.known(&place, "service", &scenario.services, service);
                    if let (Some(service), Some(instance)) = (service, instance)
                        && *instance >= service.instances
                    {
                        let message = match service.instances {
                            1 => "must be 0: the service has one instance".to_string(),
                            many => format!(
                                "must be 0 to {}: the service has {many} instances",
                                many - 1
                            ),
                        };
                        self.report(format!("{path}.crash.instance"), message);
                    }
                }
                FaultKind::Slow { service, .. } => {
                    self.known(
                        &format!("{path}.slow.service"),
                        "service",
                        &scenario.services,
                        service,
                    );
                }
                FaultKind::Errors { service, .. } => {
                    self.known(
                        &format!("{path}.errors.service"),
                        "service",
                        &scenario.services,
                        service,
                    );
                }
                FaultKind::Loss { link, .. } => self.link(&format!("{path}.loss.link"), link, used),
                FaultKind::Cut { link } => self.link(&format!("{path}.cut.link"), link, used),
                FaultKind::StoreDown { store } => {
                    self.known(
                        &format!("{path}.store_down.store"),
                        "store",
                        &scenario.stores,
                        store,
                    );
                }
            }
        }
    }

    fn totals(&mut self) {
        let scenario = self.scenario;
        let instances = |service: &str| {
            scenario
                .services
                .get(service)
                .map_or(0, |it| u64::from(it.instances))
        };
        let rows = |table: &str| {
            let (store, table) = table.split_once('.')?;
            Some(u64::from(
                scenario.stores.get(store)?.tables.get(table)?.rows,
            ))
        };
        let tables = scenario
            .stores
            .values()
            .flat_map(|store| store.tables.values());
        let total: u64 = tables.map(|table| u64::from(table.rows)).sum();
        if total > ROWS_MAX {
            self.report(
                "stores",
                format!("the tables have {total} rows together; at most {ROWS_MAX}"),
            );
        }
        let own = scenario
            .caches
            .values()
            .map(|cache| rows(&cache.of).unwrap_or(0) * instances(&cache.service));
        let of_references = scenario.references.values().map(|reference| {
            let reader = self.ends_of(reference).map_or("", |(reader, _)| reader);
            rows(&reference.to).unwrap_or(0) * instances(reader)
        });
        let total: u64 = own.chain(of_references).sum();
        if total > CACHE_PLACES_MAX {
            let message = format!(
                "the caches have {total} places together (rows of the table, once for each instance); at most {CACHE_PLACES_MAX}"
            );
            self.report("references", message);
        }
        let users = scenario.clients.values().map(|client| match client.load {
            Load::Closed { users, .. } => u64::from(users),
            _ => 0,
        });
        let total: u64 = users.sum();
        if total > USERS_MAX {
            self.report(
                "clients",
                format!("the closed clients have {total} users together; at most {USERS_MAX}"),
            );
        }
    }
}
