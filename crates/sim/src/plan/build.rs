//! Builds a plan: names become indices, steps become instructions.

use super::statements::{state_of, values};
use super::*;
use scenario::{CacheExpiry, ClientKey, EventOrder, Load, Named, Scenario, Step};

/// Builds a plan; what names stand for is known only here.
pub(crate) struct Builder<'a> {
    pub(crate) scenario: &'a Scenario,
    /// The store and the name of each table, in order.
    tables: Vec<(&'a str, &'a str)>,
    pub(crate) plan: Plan,
    /// How the steps at hand are to be turned into instructions.
    pub(crate) mode: Mode,
    /// Variants of operations that are still to be compiled.
    pub(crate) variants: Vec<(u16, Variant)>,
}

/// How steps are turned into instructions.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mode {
    /// Whether they stand in a local transaction, which is there already.
    pub(crate) in_transaction: bool,
    /// Whether inserts go by a unique key and ignore its violation.
    pub(crate) ignores_duplicates: bool,
    /// Whether only what is newer is applied.
    pub(crate) versioned: bool,
}

/// A variant of an operation, made for a strategy.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Variant {
    /// Its transaction is prepared instead of committed.
    Prepare,
    /// Its prepared transaction is committed.
    Commit,
    /// Its prepared transaction is rolled back.
    Rollback,
    /// It is done for a message of this subscription; then a choreography says so with an event.
    Consume {
        subscription: u16,
        says: Option<Says>,
    },
    /// The coordinator's own record is decided, by this statement.
    Decides { statement: u32 },
}

/// What a participant of a choreography publishes when it is done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Says {
    pub(crate) topic: u16,
    pub(crate) done: u8,
    pub(crate) declined: Option<u8>,
}

/// The index of what has this name: its place in the order of the names.
pub(super) fn find<T>(named: &Named<T>, name: &str) -> Option<u16> {
    named.place(name).map(|place| place as u16)
}

/// The index of what has this name, which must be there.
pub(super) fn index_of<T>(named: &Named<T>, name: &str) -> u16 {
    find(named, name).expect("a name that is known")
}

impl<'a> Builder<'a> {
    pub(crate) fn new(scenario: &'a Scenario) -> Self {
        let tables = scenario.stores.iter().flat_map(|(store, plan)| {
            let tables = plan.tables.keys();
            tables.map(|table| (store.as_str(), table.as_str()))
        });
        Builder {
            scenario,
            tables: tables.collect(),
            plan: Plan {
                services: Vec::new(),
                stores: Vec::new(),
                tables: Vec::new(),
                links: Vec::new(),
                operations: Vec::new(),
                clients: Vec::new(),
                references: Vec::new(),
                caches: Vec::new(),
                lookup_caches: 0,
                guards: Vec::new(),
                code: Vec::new(),
                branches: Vec::new(),
                topics: Vec::new(),
                subscriptions: Vec::new(),
                relays: Vec::new(),
                locks: Vec::new(),
                statements: Vec::new(),
                ledger: None,
                reconciliations: Vec::new(),
                named_operations: 0,
                recovery: Span::from_secs(60),
                two_phase_record: None,
                ways: Vec::new(),
                draws: false,
            },
            mode: Mode::default(),
            variants: Vec::new(),
        }
    }

    pub(crate) fn build(mut self) -> Plan {
        self.services_and_stores();
        self.business_locks();
        self.topics();
        self.references();
        self.operations();
        self.subscriptions();
        self.variants();
        self.clients();
        self.ledger();
        self.reconciliations();
        self.plan.draws = self.plan.code.iter().any(|it| {
            matches!(
                it,
                Instruction::Choose { .. }
                    | Instruction::Lookup { .. }
                    | Instruction::Query { .. }
                    | Instruction::Write { .. }
                    | Instruction::Embed { .. }
                    | Instruction::Decline(_)
                    | Instruction::Statement { .. }
                    | Instruction::Publish { .. }
            )
        });
        self.plan
    }

    pub(crate) fn service(&self, name: &str) -> u16 {
        index_of(&self.scenario.services, name)
    }

    pub(crate) fn service_of_operation(&self, name: &str) -> u16 {
        self.service(name.split('.').next().unwrap_or_default())
    }

    pub(crate) fn service_of_table(&self, table: u16) -> u16 {
        let store = self.plan.tables[table as usize].store;
        self.plan.stores[store as usize].service
    }

    /// The link between two ends, made when it is first asked for.
    pub(crate) fn link(&mut self, from: End, to: End) -> u16 {
        if let Some(index) = self
            .plan
            .links
            .iter()
            .position(|link| (link.from, link.to) == (from, to))
        {
            return index as u16;
        }
        let ends = (self.end_name(from), self.end_name(to));
        let link = self
            .scenario
            .links
            .iter()
            .find(|(name, _)| {
                name.split_once("->").is_some_and(|(a, b)| {
                    (a.trim(), b.trim()) == (ends.0.as_str(), ends.1.as_str())
                })
            })
            .map_or(&self.scenario.network, |(_, link)| link);
        self.plan.links.push(LinkPlan {
            from,
            to,
            latency: link.latency.sampler(),
            request_loss: link.request_loss,
            answer_loss: link.answer_loss,
        });
        (self.plan.links.len() - 1) as u16
    }

    pub(crate) fn end_name(&self, end: End) -> String {
        match end {
            End::Client(client) => self.scenario.clients.keys().nth(client as usize),
            End::Service(service) => self.scenario.services.keys().nth(service as usize),
            End::Topic(topic) => self.scenario.topics.keys().nth(topic as usize),
        }
        .cloned()
        .unwrap_or_default()
    }

    pub(crate) fn services_and_stores(&mut self) {
        for (name, service) in &self.scenario.services {
            self.plan.services.push(ServicePlan {
                name: name.clone(),
                instances: service.instances,
                threads: service.threads,
                accept_queue: service.accept_queue,
                queue_timeout: service.queue_timeout,
                rate_limit: service.rate_limit,
                per_inside: service.per_inside,
                balancing: service.balancing,
                external: service.external,
            });
        }
        for (name, store) in &self.scenario.stores {
            let index = self.plan.stores.len() as u16;
            self.plan.stores.push(StorePlan {
                name: name.clone(),
                service: index_of(&self.scenario.services, &store.service),
                connections: store.connections,
                query_time: store.query_time.sampler(),
                row_time: store.row_time,
                write_time: store.write_time.sampler(),
                lock_timeout: store.lock_timeout,
            });
            for (table, plan) in &store.tables {
                self.plan.tables.push(TablePlan {
                    name: format!("{name}.{table}"),
                    store: index,
                    rows: plan.rows,
                    references: Vec::new(),
                    copied_by: Vec::new(),
                    states: plan.states.clone(),
                    fields: plan.fields.clone(),
                    start: values(&plan.fields, &plan.start),
                    expires: plan.expires.as_ref().map(|expiry| ExpiryPlan {
                        state: state_of(&plan.states, &expiry.state),
                        after: expiry.after,
                        to: state_of(&plan.states, &expiry.to),
                    }),
                });
            }
        }
    }

    pub(crate) fn references(&mut self) {
        for (name, cache) in &self.scenario.caches {
            let of = self.table(&cache.of);
            let service = index_of(&self.scenario.services, &cache.service);
            let event_link = self.link(
                End::Service(self.service_of_table(of)),
                End::Service(service),
            );
            self.cache(CachePlan {
                name: name.clone(),
                service,
                of,
                popularity: cache.popularity,
                ttl: cache.ttl,
                slides: cache.expires == CacheExpiry::SinceUse,
                single_flight: cache.single_flight,
                size: cache.size,
                sync: cache.sync,
                event_link,
                in_use: true,
            });
        }
        self.plan.lookup_caches = self.plan.caches.len();
        for (name, reference) in &self.scenario.references {
            let index = self.plan.references.len() as u16;
            let (from, to) = (self.table(&reference.from), self.table(&reference.to));
            let (reader, owner) = (self.service_of_table(from), self.service_of_table(to));
            let link = self.link(End::Service(reader), End::Service(owner));
            let event_link = self.link(End::Service(owner), End::Service(reader));
            let columns = &mut self.plan.tables[from as usize].references;
            columns.push(index);
            let column = (columns.len() - 1) as u16;
            self.plan.tables[to as usize].copied_by.push(index);
            let cache = self.cache(CachePlan {
                name: name.clone(),
                service: reader,
                of: to,
                popularity: reference.popularity,
                ttl: reference.cache.ttl,
                slides: reference.cache.expires == CacheExpiry::SinceUse,
                single_flight: false,
                size: reference.cache.size,
                sync: reference.cache.sync,
                event_link,
                in_use: reference.strategy == ReadStrategy::LocalCache,
            });
            let guard = self.guard(
                End::Service(reader),
                format!("reference {name}"),
                reference.retry.as_deref(),
                reference.breaker.as_deref(),
                reference.throttle.as_ref(),
            );
            self.plan.references.push(ReferencePlan {
                guard,
                name: name.clone(),
                reader,
                owner,
                from,
                column,
                to,
                lookup: index_of(&self.scenario.operations, &reference.lookup),
                link,
                event_link,
                strategy: reference.strategy,
                popularity: reference.popularity,
                timeout: reference.timeout,
                on_error: reference.on_error,
                parallel_limit: without_limit(reference.parallel_limit),
                batch_size: reference.batch_size,
                batch_parallel: reference.batch_parallel,
                in_order: reference.event_order == EventOrder::InOrder,
                miss: reference.cache.miss,
                cache,
            });
        }
    }

    pub(crate) fn guard(
        &mut self,
        caller: End,
        name: String,
        retry: Option<&scenario::Retry>,
        breaker: Option<&scenario::Breaker>,
        throttle: Option<&scenario::Throttle>,
    ) -> u16 {
        match GuardPlan::new(caller, name, retry, breaker, throttle) {
            Some(guard) => {
                self.plan.guards.push(guard);
                (self.plan.guards.len() - 1) as u16
            }
            None => NO_GUARD,
        }
    }

    pub(crate) fn cache(&mut self, cache: CachePlan) -> u16 {
        self.plan.caches.push(cache);
        (self.plan.caches.len() - 1) as u16
    }

    pub(crate) fn operations(&mut self) {
        for (index, name) in (0..).zip(self.scenario.operations.keys()) {
            let service = self.service_of_operation(name);
            self.plan.operations.push(OperationPlan {
                name: name.clone(),
                service,
                entry: 0,
                named: index,
            });
        }
        self.plan.named_operations = self.plan.operations.len();
        for (index, operation) in self.scenario.operations.values().enumerate() {
            let service = self.plan.operations[index].service;
            self.plan.operations[index].entry = self.here();
            self.steps(service, &operation.steps);
            if self.writes(&operation.steps) {
                self.plan
                    .code
                    .push(Instruction::MayDie(Point::BeforeAnswer));
            }
            self.plan.code.push(Instruction::Done);
        }
    }

    pub(crate) fn here(&self) -> u32 {
        self.plan.code.len() as u32
    }

    /// Leaves a place to be filled in once the code behind it is known.
    pub(crate) fn placeholder(&mut self) -> usize {
        self.plan.code.push(Instruction::Done);
        self.plan.code.len() - 1
    }

    pub(crate) fn steps(&mut self, service: u16, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Work(time) => self.plan.code.push(Instruction::Work(time.sampler())),
                Step::Query(query) => {
                    let store = index_of(&self.scenario.stores, &query.store);
                    let table = self.table_if_any(&query.store, query.table.as_deref());
                    let rows = query.rows;
                    self.plan
                        .code
                        .push(Instruction::Query { store, table, rows });
                }
                Step::Write(write) => {
                    let store = index_of(&self.scenario.stores, &write.store);
                    let table = self.table_if_any(&write.store, write.table.as_deref());
                    self.plan.code.push(Instruction::Write { store, table });
                }
                Step::Call(call) => {
                    let operation = index_of(&self.scenario.operations, &call.operation);
                    let callee = self.service_of_operation(&call.operation);
                    let link = self.link(End::Service(service), End::Service(callee));
                    let guard = self.guard(
                        End::Service(service),
                        format!("call {} at {}", call.operation, self.here()),
                        call.retry.as_deref(),
                        call.breaker.as_deref(),
                        call.throttle.as_ref(),
                    );
                    self.plan.code.push(Instruction::Call {
                        guard,
                        operation,
                        link,
                        keys: call.keys,
                        timeout: call.timeout,
                        on_error: call.on_error,
                        role: Role::Plain,
                    });
                }
                Step::FanOut(fan_out) => {
                    let place = self.placeholder();
                    let entries: Vec<u32> = fan_out
                        .branches
                        .iter()
                        .map(|branch| {
                            let entry = self.here();
                            self.steps(service, branch);
                            self.plan.code.push(Instruction::Done);
                            entry
                        })
                        .collect();
                    let first = self.plan.branches.len() as u32;
                    self.plan.branches.extend(&entries);
                    self.plan.code[place] = Instruction::FanOut {
                        first,
                        branches: entries.len() as u32,
                        times: fan_out.times,
                        limit: without_limit(fan_out.limit),
                        end: self.here(),
                    };
                }
                Step::Repeat(repeat) => {
                    let place = self.placeholder();
                    let body = self.here();
                    self.steps(service, &repeat.steps);
                    self.plan.code.push(Instruction::Again { body });
                    self.plan.code[place] = Instruction::Repeat {
                        times: repeat.times,
                        end: self.here(),
                    };
                }
                Step::Choose(choose) => self.choose(service, choose),
                Step::Lookup(lookup) => {
                    let cache = index_of(&self.scenario.caches, &lookup.cache);
                    let place = self.placeholder();
                    self.steps(service, &lookup.miss);
                    self.plan.code.push(Instruction::Fill { cache });
                    let end = self.here();
                    self.plan.code[place] = Instruction::Lookup { cache, end };
                }
                Step::Resolve(resolve) => {
                    for name in &resolve.references {
                        let reference = index_of(&self.scenario.references, name);
                        self.plan.code.push(Instruction::Resolve { reference });
                    }
                }
                Step::Embed(resolve) => {
                    for name in &resolve.references {
                        let reference = index_of(&self.scenario.references, name);
                        self.plan.code.push(Instruction::Embed { reference });
                    }
                }
                Step::Transaction(_)
                | Step::Insert(_)
                | Step::Update(_)
                | Step::Read(_)
                | Step::Remove(_)
                | Step::Apply(_)
                | Step::Publish(_)
                | Step::Decline(_)
                | Step::Lock(_)
                | Step::Unlock(_)
                | Step::Coordinate(_) => self.write_step(service, step),
            }
        }
    }

    fn table_if_any(&self, store: &str, table: Option<&str>) -> u32 {
        table.map_or(NONE, |table| u32::from(self.table_of(store, table)))
    }

    /// The index of a store's table, which must be there.
    pub(crate) fn table_of(&self, store: &str, table: &str) -> u16 {
        let place = self.tables.binary_search(&(store, table));
        place.expect("a table that is known") as u16
    }

    /// The index of the table of this full name, `"store.table"`.
    pub(crate) fn table(&self, name: &str) -> u16 {
        let (store, table) = name.split_once('.').unwrap_or_default();
        self.table_of(store, table)
    }

    pub(crate) fn clients(&mut self) {
        for (index, (name, client)) in self.scenario.clients.iter().enumerate() {
            let operation = index_of(&self.scenario.operations, &client.operation);
            let service = self.service_of_operation(&client.operation);
            let link = self.link(End::Client(index as u16), End::Service(service));
            let load = match &client.load {
                Load::Poisson { rate } => LoadPlan::Poisson { rate: *rate },
                Load::Constant { rate } => LoadPlan::Constant { rate: *rate },
                Load::Bursts { every, size } => LoadPlan::Bursts {
                    every: *every,
                    size: *size,
                },
                Load::Closed { users, think } => LoadPlan::Closed {
                    users: *users,
                    think: think.sampler(),
                },
            };
            let guard = self.guard(
                End::Client(index as u16),
                format!("client {name}"),
                client.retry.as_deref(),
                client.breaker.as_deref(),
                client.throttle.as_ref(),
            );
            let key = match &client.key {
                None => KeyPlan::None,
                Some(ClientKey::New) => KeyPlan::New,
                Some(ClientKey::RowOf { table, popularity }) => KeyPlan::RowOf {
                    table: self.table(table),
                    popularity: *popularity,
                },
                Some(ClientKey::Recent { client }) => KeyPlan::Recent {
                    client: index_of(&self.scenario.clients, client),
                },
            };
            self.plan.clients.push(ClientPlan {
                guard,
                key,
                again: client.again.clone(),
                name: name.clone(),
                operation,
                link,
                load,
                timeout: client.timeout,
            });
        }
    }
}

/// In documents 0 means "no limit".
fn without_limit(limit: u32) -> u32 {
    if limit == 0 { u32::MAX } else { limit }
}
