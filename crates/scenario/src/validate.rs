//! The sense of a document that has the right shape: names that exist, numbers that go together, bounds over the whole.
//!
//! Everything that makes no sense is reported at once. What passes here the engine runs without a check of its own.

mod controls;
mod cost;
mod links;
mod processes;
mod resilience;
mod set;
mod steps;
mod titles;
mod topics;
mod truth;
mod writing;

use super::distribution::RandomSpan;
use super::nearest::{did_you_mean, quoted};
use super::problems::{Problem, Problems};
use super::shape::join;
use super::{
    Distribution, FaultKind, Load, Named, RateLimit, Reference, Scenario, Store, Table, kinds,
};
use cost::latency;
use kernel::time::Span;
use message::{LocalizedMessage, Words, msg};
use resilience::Site;
use set::Set;

/// The longest name of a service, store, table, client, reference or cache, in characters.
pub const NAME_MAX: usize = 60;
/// Rows of all tables together.
pub const ROWS_MAX: u64 = 1_000_000;
/// Places of all caches together: the rows of the table, once for each instance.
pub const CACHE_PLACES_MAX: u64 = 4_000_000;
/// Users of all closed clients together.
pub const USERS_MAX: u64 = 250_000;

/// Everything about a scenario that makes no sense.
pub fn check(scenario: &Scenario) -> Problems {
    let mut checker = Checker {
        scenario,
        problems: Problems::new(),
        counted_places: 0,
    };
    checker.document();
    checker.names();
    checker.titles();
    checker.services_and_stores();
    checker.tables();
    checker.references();
    checker.caches();
    checker.topics();
    checker.locks();
    checker.operations();
    checker.processes();
    checker.clients();
    checker.ledger();
    checker.headline();
    checker.reconciliations();
    let used = checker.used_links();
    checker.links(&used);
    checker.faults(&used);
    checker.totals();
    // What follows calls on the above: that every name it meets is there.
    if checker.problems.is_empty() {
        checker.costs();
        checker.controls();
    }
    checker.problems
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
    problems: Problems,
    /// What breakers, throttles and budgets need together, so far.
    counted_places: u64,
}

impl<'s> Checker<'s> {
    fn report(&mut self, path: impl Into<LocalizedMessage>, message: LocalizedMessage) {
        self.problems.push(Problem::new(path, message));
    }

    /// A remedy that takes looking for, unless so much is wrong that nobody will read it: a document may hold tens of
    /// thousands of wrong names.
    fn remedy(&self, look: impl FnOnce() -> LocalizedMessage) -> LocalizedMessage {
        if self.problems.is_full() {
            "".into()
        } else {
            look()
        }
    }

    /// What `name` names in `map`; reported if it names nothing.
    fn known<T>(
        &mut self,
        path: &str,
        kind: Words,
        map: &'s Named<T>,
        name: &str,
    ) -> Option<&'s T> {
        let found = map.get(name);
        if found.is_none() {
            let remedy = self.remedy(|| did_you_mean(name, map.keys().map(String::as_str)));
            self.report(
                path,
                msg!(
                    "there is no {0} {1}{2}",
                    "{0} {1:이} 없습니다{2}",
                    kind,
                    quoted(name),
                    remedy,
                ),
            );
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
            self.report(
                path,
                msg!(
                    "there is no table {0}{1}",
                    "테이블 {0:이} 없습니다{1}",
                    quoted(name),
                    remedy,
                ),
            );
        }
        found
    }

    /// The table that `"store.table"` names, which has no states: what is read by number, and not by a business key.
    fn plain(&mut self, path: &str, name: &str) {
        if let Some((_, table)) = self.table(path, name)
            && !table.states.is_empty()
        {
            let message = msg!(
                "{0} is a table of records, which are read by their business key; name one without \"states\"",
                "{0:은} 업무 키로 읽는 레코드 테이블입니다. \"states\"가 없는 테이블을 쓰십시오",
                quoted(name),
            );
            self.report(path, message);
        }
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

    /// How many instances a service has; one if there is no such service, which is reported elsewhere.
    fn instances(&self, service: &str) -> u32 {
        let service = self.scenario.services.get(service);
        service.map_or(1, |service| service.instances)
    }

    /// How many workers all instances of a service have; one if there is no such service, which is reported elsewhere.
    fn workers(&self, service: &str) -> u64 {
        let service = self.scenario.services.get(service);
        service.map_or(1, |it| u64::from(it.threads) * u64::from(it.instances))
    }

    fn positive(&mut self, path: String, span: Span) {
        if span == Span::ZERO {
            self.report(path, msg!("must be longer than 0", "0보다 길어야 합니다"));
        }
    }

    fn distribution(&mut self, path: &str, distribution: &Distribution) {
        match distribution {
            Distribution::Random(RandomSpan::Uniform { min, max }) if min > max => {
                self.report(
                    format!("{path}.uniform"),
                    msg!(
                        "min ({0}) must not be longer than max ({1})",
                        "min({0})은 max({1})보다 길 수 없습니다",
                        *min,
                        *max,
                    ),
                );
            }
            Distribution::Random(RandomSpan::Lognormal { mean, sd })
                if *mean == Span::ZERO && *sd > Span::ZERO =>
            {
                self.report(
                    format!("{path}.lognormal.mean"),
                    msg!(
                        "must be longer than 0 if sd is",
                        "sd가 0보다 길면 0보다 길어야 합니다"
                    ),
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
                msg!(
                    "must be lower-case letters, digits and hyphens, such as \"my-scenario\"",
                    "소문자, 숫자, 하이픈만 쓸 수 있습니다. 예: \"my-scenario\"",
                ),
            );
        }
        self.positive("duration".into(), scenario.duration);
        if scenario.duration > Span::ZERO && scenario.warm_up >= scenario.duration {
            self.report(
                "warm_up",
                msg!(
                    "must be shorter than the duration ({0})",
                    "duration({0})보다 짧아야 합니다",
                    scenario.duration,
                ),
            );
        }
        self.distribution("network.latency", &scenario.network.latency);
    }

    fn names(&mut self) {
        let scenario = self.scenario;
        let maps: [(&str, Vec<&String>); 9] = [
            ("services", scenario.services.keys().collect()),
            ("stores", scenario.stores.keys().collect()),
            ("clients", scenario.clients.keys().collect()),
            ("references", scenario.references.keys().collect()),
            ("caches", scenario.caches.keys().collect()),
            ("topics", scenario.topics.keys().collect()),
            ("processes", scenario.processes.keys().collect()),
            ("locks", scenario.locks.keys().collect()),
            ("reconciliations", scenario.reconciliations.keys().collect()),
        ];
        for (map, names) in maps {
            names.into_iter().for_each(|name| self.name(map, name));
        }
        for (store, it) in &scenario.stores {
            let map = join("stores", store) + ".tables";
            it.tables.keys().for_each(|name| self.name(&map, name));
        }
        for (topic, it) in &scenario.topics {
            let map = join("topics", topic) + ".subscriptions";
            it.subscriptions
                .keys()
                .for_each(|name| self.name(&map, name));
            let other = if scenario.services.contains_key(topic) {
                kinds::SERVICE
            } else if scenario.clients.contains_key(topic) {
                kinds::CLIENT
            } else {
                continue;
            };
            self.report(
                join("topics", topic),
                msg!(
                    "a {0} has the same name; links could not tell them apart",
                    "같은 이름의 {0:이} 있어 연결에서 구별할 수 없습니다",
                    other,
                ),
            );
        }
        for rule in scenario
            .ledger
            .iter()
            .flat_map(|ledger| ledger.rules.keys())
        {
            self.name("ledger.rules", rule);
        }
        for name in scenario
            .clients
            .keys()
            .filter(|name| scenario.services.contains_key(name))
        {
            self.report(
                join("clients", name),
                msg!(
                    "a service has the same name; links could not tell them apart",
                    "같은 이름의 서비스가 있어 연결에서 구별할 수 없습니다",
                ),
            );
        }
    }

    fn name(&mut self, map: &str, name: &str) {
        if !is_name(name) {
            let message = msg!(
                "a name must be letters, digits, _ and -, 1 to {0} characters long",
                "이름은 글자, 숫자, _, -로 이루어진 1~{0}자여야 합니다",
                NAME_MAX,
            );
            self.report(join(map, name), message);
        }
    }

    fn services_and_stores(&mut self) {
        let scenario = self.scenario;
        for (name, service) in &scenario.services {
            let path = join("services", name);
            if let Some(timeout) = service.queue_timeout {
                self.positive(format!("{path}.queue_timeout"), timeout);
            }
            if let Some(RateLimit::FixedWindow { per, .. }) = service.rate_limit {
                self.positive(format!("{path}.rate_limit.fixed_window.per"), per);
            }
        }
        for (name, store) in &scenario.stores {
            let path = join("stores", name);
            self.known(
                &format!("{path}.service"),
                kinds::SERVICE,
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
            self.plain(&format!("{path}.from"), &reference.from);
            self.plain(&format!("{path}.to"), &reference.to);
            let lookup = format!("{path}.lookup");
            let operation = self.known(
                &lookup,
                kinds::OPERATION,
                &scenario.operations,
                &reference.lookup,
            );
            self.positive(format!("{path}.timeout"), reference.timeout);
            let ends = self.ends_of(reference);
            self.resilience(&Site {
                path: &path,
                retry: reference.retry.as_deref(),
                breaker: reference.breaker.as_deref(),
                throttle: reference.throttle.as_ref(),
                way: ends.map(|(from, to)| latency(scenario, from, to)),
                callers: ends.map_or(1, |(reader, _)| self.instances(reader)),
            });
            let Some((reader, owner)) = ends else {
                continue;
            };
            if reader == owner {
                let message = msg!(
                    "the service {0} owns both tables; a reference is to another's",
                    "두 테이블 모두 서비스 {0}의 것입니다. 참조는 다른 서비스의 테이블을 가리켜야 합니다",
                    quoted(owner),
                );
                self.report(format!("{path}.to"), message);
            } else if operation.is_some() && service_of(&reference.lookup) != Some(owner) {
                let message = msg!(
                    "must be an operation of {0}, which owns the table",
                    "테이블을 소유한 {0}의 오퍼레이션이어야 합니다",
                    quoted(owner),
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
                kinds::SERVICE,
                &scenario.services,
                &cache.service,
            );
            self.plain(&format!("{path}.of"), &cache.of);
        }
    }

    fn clients(&mut self) {
        let scenario = self.scenario;
        for (name, client) in &scenario.clients {
            let path = join("clients", name);
            self.known(
                &format!("{path}.operation"),
                kinds::OPERATION,
                &scenario.operations,
                &client.operation,
            );
            self.client_key(&path, client);
            self.positive(format!("{path}.timeout"), client.timeout);
            let callee = service_of(&client.operation);
            self.resilience(&Site {
                path: &path,
                retry: client.retry.as_deref(),
                breaker: client.breaker.as_deref(),
                throttle: client.throttle.as_ref(),
                way: callee.map(|to| latency(scenario, name, to)),
                callers: 1,
            });
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

    /// A fault's service, and its instance if it names one.
    fn instance(&mut self, path: &str, service: &str, instance: Option<u32>) {
        let place = format!("{path}.service");
        let service = self.known(&place, kinds::SERVICE, &self.scenario.services, service);
        if let (Some(service), Some(instance)) = (service, instance)
            && instance >= service.instances
        {
            let message = match service.instances {
                1 => msg!(
                    "must be 0: the service has one instance",
                    "0이어야 합니다. 서비스의 인스턴스는 하나입니다",
                ),
                many => msg!(
                    "must be 0 to {0}: the service has {1} instances",
                    "0 이상 {0} 이하여야 합니다. 서비스의 인스턴스는 {1}개입니다",
                    many - 1,
                    many,
                ),
            };
            self.report(format!("{path}.instance"), message);
        }
    }

    fn faults(&mut self, used: &Set<(&str, &str)>) {
        let scenario = self.scenario;
        for (index, fault) in scenario.faults.iter().enumerate() {
            let path = format!("faults.{index}");
            if let Some(lasts) = fault.lasts {
                self.positive(format!("{path}.for"), lasts);
            }
            let path = format!("{path}.what");
            match &fault.what {
                FaultKind::Crash { service, instance } => {
                    self.instance(&format!("{path}.crash"), service, *instance);
                }
                FaultKind::Slow {
                    service, instance, ..
                } => self.instance(&format!("{path}.slow"), service, *instance),
                FaultKind::Errors {
                    service, instance, ..
                } => self.instance(&format!("{path}.errors"), service, *instance),
                FaultKind::Loss { link, .. } => self.link(&format!("{path}.loss.link"), link, used),
                FaultKind::Cut { link } => self.link(&format!("{path}.cut.link"), link, used),
                FaultKind::Hold { link } => self.link(&format!("{path}.hold.link"), link, used),
                FaultKind::LoseNext { link, .. } => {
                    self.link(&format!("{path}.lose_next.link"), link, used);
                }
                FaultKind::StoreSlow { store, .. } => {
                    let path = format!("{path}.store_slow.store");
                    self.known(&path, kinds::STORE, &scenario.stores, store);
                }
                FaultKind::BrokerDown { .. }
                | FaultKind::DuplicateNext { .. }
                | FaultKind::RelayDies { .. }
                | FaultKind::Dies { .. } => self.fault_of_writing(&path, &fault.what),
                FaultKind::Surge { client, .. } => {
                    self.known(
                        &format!("{path}.surge.client"),
                        kinds::CLIENT,
                        &scenario.clients,
                        client,
                    );
                }
                FaultKind::StoreDown { store } => {
                    self.known(
                        &format!("{path}.store_down.store"),
                        kinds::STORE,
                        &scenario.stores,
                        store,
                    );
                }
            }
        }
    }

    fn totals(&mut self) {
        let scenario = self.scenario;
        self.counted_places();
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
                msg!(
                    "the tables have {0} rows together; at most {1}",
                    "테이블의 행을 모두 더하면 {0}개인데 최대 {1}개입니다",
                    total,
                    ROWS_MAX,
                ),
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
            let message = msg!(
                "the caches have {0} places together (rows of the table, once for each instance); at most {1}",
                "캐시의 자리(테이블의 행마다, 인스턴스마다 하나)를 모두 더하면 {0}개인데 최대 {1}개입니다",
                total,
                CACHE_PLACES_MAX,
            );
            self.report("references", message);
        }
        let users = scenario
            .clients
            .iter()
            .map(|(name, client)| match client.load {
                Load::Closed { users, .. } => {
                    (f64::from(users) * cost::surge(scenario, name)) as u64
                }
                _ => 0,
            });
        let total = users.fold(0, u64::saturating_add);
        if total > USERS_MAX {
            self.report(
                "clients",
                msg!(
                    "the closed clients have {0} users together; at most {1}",
                    "closed 클라이언트의 사용자를 모두 더하면 {0}명인데 최대 {1}명입니다",
                    total,
                    USERS_MAX,
                ),
            );
        }
    }
}
