//! The state of a run: what every service, store, link and client holds at this moment, and its luck.

use super::cache::Cache;
use super::copies::{Applier, ChangeEvent};
use super::fetch::{Fetches, NewRows, Pooled};
use super::instance::Instance;
use super::plan::{End, KeyPicker, Plan};
use super::pool::Pool;
use super::request::Requests;
use super::tables::{Copied, Table};
use crate::random::Stream;

/// A service at run time.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its processes. Those beyond the plan's number are leaving: they finish what they have and get nothing new.
    pub instances: Vec<Instance>,
    /// Where round robin goes on.
    pub turn: u32,
    /// How many times as long its work takes (1: healthy).
    pub slow: f64,
    /// The share of requests that a fault turns into errors.
    pub errors: f64,
    /// Luck of service times.
    pub work: Stream,
    /// Luck of errors.
    pub error_luck: Stream,
    /// Luck of random balancing.
    pub balance: Stream,
}

/// A store at run time.
#[derive(Clone, Debug)]
pub struct Store {
    /// Its connections.
    pub pool: Pool,
    /// Luck of query times.
    pub query: Stream,
    /// Luck of write times.
    pub write: Stream,
}

/// A link at run time.
#[derive(Clone, Debug)]
pub struct Link {
    /// How many faults cut it.
    pub cut: u32,
    /// Additional loss of requests and events.
    pub request_loss: f64,
    /// Additional loss of answers.
    pub answer_loss: f64,
    /// Luck of requests' latencies.
    pub request: Stream,
    /// Luck of answers' latencies.
    pub answer: Stream,
    /// Luck of events' latencies.
    pub event: Stream,
    /// Luck of losses.
    pub loss: Stream,
    /// Events that wait for a cut link to be mended.
    pub held: Vec<ChangeEvent>,
}

/// A client at run time.
#[derive(Clone, Debug)]
pub struct Client {
    /// Luck of arrivals and thinking.
    pub arrivals: Stream,
    /// Arrivals planned under older settings are void.
    pub epoch: u32,
    /// For closed loads: users at work beyond the plan's number leave when they have their answer.
    pub users: u32,
}

/// Everything that changes during a run.
#[derive(Clone, Debug)]
pub struct World {
    /// Services, as in the plan (so with all that follows).
    pub services: Vec<Service>,
    /// Stores.
    pub stores: Vec<Store>,
    /// Links.
    pub links: Vec<Link>,
    /// Clients.
    pub clients: Vec<Client>,
    /// Tables.
    pub tables: Vec<Table>,
    /// By cache, then by instance.
    pub caches: Vec<Vec<Cache>>,
    /// By reference, then by key: the replica's copies.
    pub replicas: Vec<Vec<Copied>>,
    /// By reference: the process that applies events to the replica.
    pub appliers: Vec<Applier>,
    /// Requests alive.
    pub requests: Requests,
    /// Fetches under way.
    pub fetches: Fetches,
    /// Rows about to be inserted.
    pub new_rows: NewRows,
    /// By reference: how its keys are drawn.
    pub pickers: Vec<KeyPicker>,
    /// By reference: luck of the keys that new rows refer to.
    pub keys: Vec<Stream>,
    /// By table: luck of which row changes.
    pub changes: Vec<Stream>,
    /// By table: luck of which page is read.
    pub pages: Vec<Stream>,
    /// By cache: how its keys are drawn.
    pub lookup_pickers: Vec<KeyPicker>,
    /// By cache: luck of which key is looked up.
    pub lookups: Vec<Stream>,
    /// Change events on their way.
    pub changes_sent: Pooled<ChangeEvent>,
    /// How many change events are on their way or waiting.
    pub events_in_flight: usize,
}

impl World {
    /// The world at time zero.
    pub fn new(plan: &Plan, seed: u64) -> World {
        let stream = |kind: &str, name: &str| Stream::new(seed, &format!("{kind}/{name}"));
        let pickers: Vec<KeyPicker> = plan
            .references
            .iter()
            .map(|reference| {
                KeyPicker::new(
                    reference.popularity,
                    plan.tables[reference.to as usize].rows,
                )
            })
            .collect();
        let mut keys: Vec<Stream> = plan
            .references
            .iter()
            .map(|reference| stream("keys", &reference.name))
            .collect();
        let tables = (0..plan.tables.len())
            .map(|index| Table::new(plan, index, &pickers, &mut keys))
            .collect();
        World {
            services: plan
                .services
                .iter()
                .map(|service| Service {
                    instances: vec![Instance::default(); service.instances as usize],
                    turn: 0,
                    slow: 1.0,
                    errors: 0.0,
                    work: stream("work", &service.name),
                    error_luck: stream("errors", &service.name),
                    balance: stream("balance", &service.name),
                })
                .collect(),
            stores: plan
                .stores
                .iter()
                .map(|store| Store {
                    pool: Pool::default(),
                    query: stream("query", &store.name),
                    write: stream("write", &store.name),
                })
                .collect(),
            links: plan
                .links
                .iter()
                .map(|link| {
                    let name =
                        format!("{} -> {}", plan.end_name(link.from), plan.end_name(link.to));
                    // A client and a service may share a name; their links must not share luck.
                    let kind = match link.from {
                        End::Client(_) => "client ",
                        End::Service(_) => "",
                    };
                    let stream = |purpose: &str| stream(&format!("{kind}{purpose}"), &name);
                    Link {
                        cut: 0,
                        request_loss: 0.0,
                        answer_loss: 0.0,
                        request: stream("request latency"),
                        answer: stream("answer latency"),
                        event: stream("event latency"),
                        loss: stream("loss"),
                        held: Vec::new(),
                    }
                })
                .collect(),
            clients: plan
                .clients
                .iter()
                .map(|client| Client {
                    arrivals: stream("arrivals", &client.name),
                    epoch: 0,
                    users: 0,
                })
                .collect(),
            tables,
            caches: plan
                .caches
                .iter()
                .map(|cache| {
                    let instances = plan.services[cache.service as usize].instances;
                    vec![Cache::new(plan.tables[cache.of as usize].rows); instances as usize]
                })
                .collect(),
            replicas: plan
                .references
                .iter()
                .map(|reference| {
                    vec![Copied::default(); plan.tables[reference.to as usize].rows as usize]
                })
                .collect(),
            appliers: vec![Applier::default(); plan.references.len()],
            requests: Requests::default(),
            fetches: Fetches::default(),
            new_rows: NewRows::default(),
            pickers,
            keys,
            changes: plan
                .tables
                .iter()
                .map(|table| stream("changes", &table.name))
                .collect(),
            pages: plan
                .tables
                .iter()
                .map(|table| stream("pages", &table.name))
                .collect(),
            lookup_pickers: plan.caches[..plan.lookup_caches]
                .iter()
                .map(|cache| KeyPicker::new(cache.popularity, plan.tables[cache.of as usize].rows))
                .collect(),
            lookups: plan
                .caches
                .iter()
                .map(|cache| stream("lookups", &cache.name))
                .collect(),
            changes_sent: Pooled::default(),
            events_in_flight: 0,
        }
    }

    /// Takes over what a plan of the same shape says about how many instances there are.
    pub fn resize(&mut self, plan: &Plan) {
        for (service, planned) in self.services.iter_mut().zip(&plan.services) {
            let instances = service.instances.len().max(planned.instances as usize);
            service.instances.resize_with(instances, Instance::default);
        }
        for (caches, planned) in self.caches.iter_mut().zip(&plan.caches) {
            let instances = self.services[planned.service as usize].instances.len();
            let keys = plan.tables[planned.of as usize].rows;
            caches.resize_with(instances, || Cache::new(keys));
        }
    }
}
