//! The plan: a scenario with its names turned into indices and its steps into a flat list of instructions.
//!
//! A plan holds no state. Two plans of the same [`Plan::shape`] can be exchanged while a run goes on.

use crate::random::Stream;
use crate::scenario::{
    Balancing, CacheMiss, CacheSync, Count, CountOf, Load, OnError, Popularity, ReadStrategy,
    Scenario, Step, distribution::Sampler,
};
use crate::time::Span;
use std::collections::BTreeMap;

/// No index: stands for "none" where an index is expected.
pub const NONE: u32 = u32::MAX;

/// A scenario, ready to run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Services, in the order of their names (as everything below).
    pub services: Vec<ServicePlan>,
    /// Stores.
    pub stores: Vec<StorePlan>,
    /// Tables, by store and name.
    pub tables: Vec<TablePlan>,
    /// Links: every pair of ends between which something is ever sent.
    pub links: Vec<LinkPlan>,
    /// Operations.
    pub operations: Vec<OperationPlan>,
    /// Clients.
    pub clients: Vec<ClientPlan>,
    /// References.
    pub references: Vec<ReferencePlan>,
    /// Caches of `lookup` steps first (in the order of their names), then one for each reference.
    pub caches: Vec<CachePlan>,
    /// How many of `caches` belong to `lookup` steps.
    pub lookup_caches: usize,
    /// The instructions of all operations.
    pub code: Vec<Instruction>,
    /// Where branches of fan-outs begin.
    pub branches: Vec<u32>,
}

/// One end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// A client.
    Client(u16),
    /// A service.
    Service(u16),
}

/// A service.
#[derive(Clone, Debug)]
pub struct ServicePlan {
    /// Its name in the document.
    pub name: String,
    /// Processes.
    pub instances: u32,
    /// Workers of each.
    pub threads: u32,
    /// Places in the accept queue of each.
    pub accept_queue: u32,
    /// How an instance is picked.
    pub balancing: Balancing,
}

/// A store.
#[derive(Clone, Debug)]
pub struct StorePlan {
    /// Its name in the document.
    pub name: String,
    /// The service it belongs to.
    pub service: u16,
    /// Connections in its pool.
    pub connections: u32,
    /// Time of a query, without its rows.
    pub query_time: Sampler,
    /// Additional time for each row.
    pub row_time: Span,
    /// Time of a write transaction.
    pub write_time: Sampler,
}

/// A table.
#[derive(Clone, Debug)]
pub struct TablePlan {
    /// `"store.table"`.
    pub name: String,
    /// Its store.
    pub store: u16,
    /// Its rows.
    pub rows: u32,
    /// References whose column it has; if there are any, rows are inserted and the oldest leaves.
    pub references: Vec<u16>,
    /// Copies elsewhere that are kept in step by events: replicas and caches with broadcast.
    pub copied_by: Vec<u16>,
}

/// A link.
#[derive(Clone, Debug)]
pub struct LinkPlan {
    /// Where requests come from.
    pub from: End,
    /// Where requests go.
    pub to: End,
    /// Time of one way.
    pub latency: Sampler,
    /// Share of requests and events lost.
    pub request_loss: f64,
    /// Share of answers lost.
    pub answer_loss: f64,
}

/// An operation.
#[derive(Clone, Debug)]
pub struct OperationPlan {
    /// `"service.operation"`.
    pub name: String,
    /// The service that does it.
    pub service: u16,
    /// Its first instruction.
    pub entry: u32,
}

/// A client.
#[derive(Clone, Debug)]
pub struct ClientPlan {
    /// Its name in the document.
    pub name: String,
    /// What it asks for.
    pub operation: u16,
    /// The link it asks over.
    pub link: u16,
    /// When it asks.
    pub load: LoadPlan,
    /// How long it waits.
    pub timeout: Span,
}

/// When a client asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LoadPlan {
    /// Independent people.
    Poisson {
        /// Requests a second.
        rate: f64,
    },
    /// Evenly spaced.
    Constant {
        /// Requests a second.
        rate: f64,
    },
    /// Many at once.
    Bursts {
        /// Time between.
        every: Span,
        /// How many.
        size: u32,
    },
    /// Users who think, ask and wait.
    Closed {
        /// How many users.
        users: u32,
        /// How long they think.
        think: Sampler,
    },
}

/// A reference.
#[derive(Clone, Debug)]
pub struct ReferencePlan {
    /// Its name in the document.
    pub name: String,
    /// The service whose list it is in.
    pub reader: u16,
    /// The service that owns the values.
    pub owner: u16,
    /// The table with the column.
    pub from: u16,
    /// The column's place among the references of that table.
    pub column: u16,
    /// The table that owns the values.
    pub to: u16,
    /// The owner's operation that finds values.
    pub lookup: u16,
    /// The link reader -> owner.
    pub link: u16,
    /// The link owner -> reader, which events take.
    pub event_link: u16,
    /// How the values are got.
    pub strategy: ReadStrategy,
    /// How often each key is referred to.
    pub popularity: Popularity,
    /// How long one call is waited for.
    pub timeout: Span,
    /// What a failed call means.
    pub on_error: OnError,
    /// At most so many calls at once (`u32::MAX`: no limit).
    pub parallel_limit: u32,
    /// At most so many keys in one call.
    pub batch_size: u32,
    /// How missing values are fetched.
    pub miss: CacheMiss,
    /// Its cache, in [`Plan::caches`].
    pub cache: u16,
}

/// A cache: one in each instance of its service.
#[derive(Clone, Debug)]
pub struct CachePlan {
    /// The reference it belongs to, or the name of a `lookup` cache.
    pub name: String,
    /// The service.
    pub service: u16,
    /// The table whose rows it has copies of.
    pub of: u16,
    /// How often each key is looked up.
    pub popularity: Popularity,
    /// How long a copy may be used.
    pub ttl: Span,
    /// Most entries of one instance.
    pub size: u32,
    /// Whether the owner broadcasts its changes.
    pub sync: CacheSync,
    /// The link owner -> service, which broadcasts take.
    pub event_link: u16,
    /// Whether it is used at all (a reference's cache is, if that is its strategy).
    pub in_use: bool,
}

/// One instruction of an operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Instruction {
    /// Hold the worker.
    Work(Sampler),
    /// Read rows.
    Query {
        /// Where.
        store: u16,
        /// Which table ([`NONE`]: the cost alone matters).
        table: u32,
        /// How many.
        rows: Count,
    },
    /// Write and commit.
    Write {
        /// Where.
        store: u16,
        /// Which table ([`NONE`]: the cost alone matters).
        table: u32,
    },
    /// Call and wait.
    Call {
        /// What.
        operation: u16,
        /// Over which link.
        link: u16,
        /// With how many keys.
        keys: Count,
        /// How long to wait.
        timeout: Span,
        /// What a failure means.
        on_error: OnError,
    },
    /// Start branches and wait for all.
    FanOut {
        /// The first, in [`Plan::branches`].
        first: u32,
        /// How many.
        branches: u32,
        /// How often each.
        times: Count,
        /// At most so many at once (`u32::MAX`: no limit).
        limit: u32,
        /// Where to go on.
        end: u32,
    },
    /// Begin a loop.
    Repeat {
        /// How often.
        times: Count,
        /// Behind the loop.
        end: u32,
    },
    /// Once more, or on.
    Again {
        /// The first instruction of the loop's body.
        body: u32,
    },
    /// Look one key up.
    Lookup {
        /// Where.
        cache: u16,
        /// Behind the steps that fetch it.
        end: u32,
    },
    /// Keep what was fetched.
    Fill {
        /// Where.
        cache: u16,
    },
    /// Get the values of a reference for the rows read.
    Resolve {
        /// Which.
        reference: u16,
    },
    /// Get the value that a new row will embed.
    Embed {
        /// Which.
        reference: u16,
    },
    /// The operation or the branch is done.
    Done,
}

impl Plan {
    /// The plan of a validated scenario.
    pub fn new(scenario: &Scenario) -> Plan {
        Builder::new(scenario).build()
    }

    /// What must be equal for two plans to be exchanged while a run goes on: everything but the numbers.
    pub fn shape(&self) -> impl PartialEq + '_ {
        let tables: Vec<_> = self
            .tables
            .iter()
            .map(|table| (&table.name, table.rows))
            .collect();
        let code: Vec<_> = self.code.iter().map(std::mem::discriminant).collect();
        let names =
            |names: &mut dyn Iterator<Item = &'_ String>| names.cloned().collect::<Vec<_>>();
        let popularity: Vec<_> = self
            .references
            .iter()
            .map(|reference| reference.popularity)
            .collect();
        (
            names(&mut self.services.iter().map(|x| &x.name)),
            names(&mut self.stores.iter().map(|x| &x.name)),
            names(&mut self.operations.iter().map(|x| &x.name)),
            names(&mut self.clients.iter().map(|x| &x.name)),
            names(&mut self.references.iter().map(|x| &x.name)),
            names(&mut self.caches.iter().map(|x| &x.name)),
            self.links
                .iter()
                .map(|link| (link.from, link.to))
                .collect::<Vec<_>>(),
            self.clients
                .iter()
                .map(|client| std::mem::discriminant(&client.load))
                .collect::<Vec<_>>(),
            tables,
            popularity,
            (code, &self.branches),
        )
    }

    /// What a link's end is called.
    pub fn end_name(&self, end: End) -> &str {
        match end {
            End::Client(client) => &self.clients[client as usize].name,
            End::Service(service) => &self.services[service as usize].name,
        }
    }

    /// The link that a document calls `"a -> b"`.
    pub fn link_named(&self, name: &str) -> Option<u16> {
        let (from, to) = name.split_once("->")?;
        let (from, to) = (from.trim(), to.trim());
        self.links
            .iter()
            .position(|link| self.end_name(link.from) == from && self.end_name(link.to) == to)
            .map(|index| index as u16)
    }
}

/// Sampling keys by popularity: the cumulative shares, worked out once.
#[derive(Clone, Debug)]
pub enum KeyPicker {
    /// All the same.
    Uniform(u32),
    /// Zipf: cumulative shares, ascending, the last 1.
    Zipf(Vec<f64>),
}

impl KeyPicker {
    /// For `keys` keys.
    pub fn new(popularity: Popularity, keys: u32) -> KeyPicker {
        match popularity {
            Popularity::Uniform => KeyPicker::Uniform(keys),
            Popularity::Zipf { exponent } => {
                let mut sum = 0.0;
                let mut shares: Vec<f64> = (1..=keys)
                    .map(|rank| {
                        sum += libm::pow(f64::from(rank), -exponent);
                        sum
                    })
                    .collect();
                for share in &mut shares {
                    *share /= sum;
                }
                KeyPicker::Zipf(shares)
            }
        }
    }

    /// One key.
    pub fn pick(&self, stream: &mut Stream) -> u32 {
        match self {
            KeyPicker::Uniform(keys) => stream.below(*keys),
            KeyPicker::Zipf(shares) => {
                let u = stream.unit();
                (shares.partition_point(|share| *share <= u) as u32).min(shares.len() as u32 - 1)
            }
        }
    }
}

/// Builds a plan; the maps from names live only here.
struct Builder<'a> {
    scenario: &'a Scenario,
    services: BTreeMap<&'a str, u16>,
    stores: BTreeMap<&'a str, u16>,
    tables: BTreeMap<String, u16>,
    operations: BTreeMap<&'a str, u16>,
    references: BTreeMap<&'a str, u16>,
    caches: BTreeMap<&'a str, u16>,
    plan: Plan,
}

/// The index of each name, in the order of the names.
fn indices<T>(map: &BTreeMap<String, T>) -> BTreeMap<&str, u16> {
    map.keys().map(String::as_str).zip(0..).collect()
}

impl<'a> Builder<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        let tables = scenario
            .stores
            .iter()
            .flat_map(|(store, plan)| {
                plan.tables
                    .keys()
                    .map(move |table| format!("{store}.{table}"))
            })
            .zip(0..)
            .collect();
        Builder {
            scenario,
            services: indices(&scenario.services),
            stores: indices(&scenario.stores),
            tables,
            operations: indices(&scenario.operations),
            references: indices(&scenario.references),
            caches: indices(&scenario.caches),
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
                code: Vec::new(),
                branches: Vec::new(),
            },
        }
    }

    fn build(mut self) -> Plan {
        self.services_and_stores();
        self.references();
        self.operations();
        self.clients();
        self.plan
    }

    fn service(&self, name: &str) -> u16 {
        self.services[name]
    }

    fn service_of_operation(&self, name: &str) -> u16 {
        self.service(name.split('.').next().unwrap_or_default())
    }

    fn service_of_table(&self, table: u16) -> u16 {
        let store = self.plan.tables[table as usize].store;
        self.plan.stores[store as usize].service
    }

    /// The link between two ends, made when it is first asked for.
    fn link(&mut self, from: End, to: End) -> u16 {
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

    fn end_name(&self, end: End) -> String {
        match end {
            End::Client(client) => self.scenario.clients.keys().nth(client as usize),
            End::Service(service) => self.scenario.services.keys().nth(service as usize),
        }
        .cloned()
        .unwrap_or_default()
    }

    fn services_and_stores(&mut self) {
        for (name, service) in &self.scenario.services {
            self.plan.services.push(ServicePlan {
                name: name.clone(),
                instances: service.instances,
                threads: service.threads,
                accept_queue: service.accept_queue,
                balancing: service.balancing,
            });
        }
        for (name, store) in &self.scenario.stores {
            let index = self.plan.stores.len() as u16;
            self.plan.stores.push(StorePlan {
                name: name.clone(),
                service: self.services[store.service.as_str()],
                connections: store.connections,
                query_time: store.query_time.sampler(),
                row_time: store.row_time,
                write_time: store.write_time.sampler(),
            });
            for (table, plan) in &store.tables {
                self.plan.tables.push(TablePlan {
                    name: format!("{name}.{table}"),
                    store: index,
                    rows: plan.rows,
                    references: Vec::new(),
                    copied_by: Vec::new(),
                });
            }
        }
    }

    fn references(&mut self) {
        for (name, cache) in &self.scenario.caches {
            let of = self.tables[&cache.of];
            let service = self.services[cache.service.as_str()];
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
                size: cache.size,
                sync: cache.sync,
                event_link,
                in_use: true,
            });
        }
        self.plan.lookup_caches = self.plan.caches.len();
        for (name, reference) in &self.scenario.references {
            let index = self.plan.references.len() as u16;
            let (from, to) = (self.tables[&reference.from], self.tables[&reference.to]);
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
                size: reference.cache.size,
                sync: reference.cache.sync,
                event_link,
                in_use: reference.strategy == ReadStrategy::LocalCache,
            });
            self.plan.references.push(ReferencePlan {
                name: name.clone(),
                reader,
                owner,
                from,
                column,
                to,
                lookup: self.operations[reference.lookup.as_str()],
                link,
                event_link,
                strategy: reference.strategy,
                popularity: reference.popularity,
                timeout: reference.timeout,
                on_error: reference.on_error,
                parallel_limit: without_limit(reference.parallel_limit),
                batch_size: reference.batch_size,
                miss: reference.cache.miss,
                cache,
            });
        }
    }

    fn cache(&mut self, cache: CachePlan) -> u16 {
        self.plan.caches.push(cache);
        (self.plan.caches.len() - 1) as u16
    }

    fn operations(&mut self) {
        for (name, operation) in &self.scenario.operations {
            let service = self.service_of_operation(name);
            let entry = self.plan.code.len() as u32;
            self.plan.operations.push(OperationPlan {
                name: name.clone(),
                service,
                entry,
            });
            self.steps(service, &operation.steps);
            self.plan.code.push(Instruction::Done);
        }
    }

    fn here(&self) -> u32 {
        self.plan.code.len() as u32
    }

    /// Leaves a place to be filled in once the code behind it is known.
    fn placeholder(&mut self) -> usize {
        self.plan.code.push(Instruction::Done);
        self.plan.code.len() - 1
    }

    fn steps(&mut self, service: u16, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Work(time) => self.plan.code.push(Instruction::Work(time.sampler())),
                Step::Query(query) => {
                    let store = self.stores[query.store.as_str()];
                    let table = self.table(&query.store, query.table.as_deref());
                    let rows = query.rows;
                    self.plan
                        .code
                        .push(Instruction::Query { store, table, rows });
                }
                Step::Write(write) => {
                    let store = self.stores[write.store.as_str()];
                    let table = self.table(&write.store, write.table.as_deref());
                    self.plan.code.push(Instruction::Write { store, table });
                }
                Step::Call(call) => {
                    let operation = self.operations[call.operation.as_str()];
                    let callee = self.service_of_operation(&call.operation);
                    let link = self.link(End::Service(service), End::Service(callee));
                    self.plan.code.push(Instruction::Call {
                        operation,
                        link,
                        keys: call.keys,
                        timeout: call.timeout,
                        on_error: call.on_error,
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
                Step::Lookup(lookup) => {
                    let cache = self.caches[lookup.cache.as_str()];
                    let place = self.placeholder();
                    self.steps(service, &lookup.miss);
                    self.plan.code.push(Instruction::Fill { cache });
                    let end = self.here();
                    self.plan.code[place] = Instruction::Lookup { cache, end };
                }
                Step::Resolve(resolve) => {
                    for name in &resolve.references {
                        let reference = self.references[name.as_str()];
                        self.plan.code.push(Instruction::Resolve { reference });
                    }
                }
                Step::Embed(resolve) => {
                    for name in &resolve.references {
                        let reference = self.references[name.as_str()];
                        self.plan.code.push(Instruction::Embed { reference });
                    }
                }
            }
        }
    }

    fn table(&self, store: &str, table: Option<&str>) -> u32 {
        table.map_or(NONE, |table| {
            u32::from(self.tables[&format!("{store}.{table}")])
        })
    }

    fn clients(&mut self) {
        for (index, (name, client)) in self.scenario.clients.iter().enumerate() {
            let operation = self.operations[client.operation.as_str()];
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
            self.plan.clients.push(ClientPlan {
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

/// How many things a [`Count`] stands for, given a request's keys and rows.
pub fn count(count: Count, keys: u32, rows: u32) -> u32 {
    match count {
        Count::Number(number) => number,
        Count::Of(CountOf::Keys) => keys,
        Count::Of(CountOf::Rows) => rows,
    }
}
