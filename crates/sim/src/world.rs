//! The state of a run: what every service, store, link and client holds at this moment, and its luck.

use super::bus::Bus;
use super::business_keys::{self, Work};
use super::cache::Cache;
use super::copies::{Applier, ChangeEvent};
use super::event::Event;
use super::fetch::{Fetches, NewRows};
use super::flights::Flights;
use super::handle::Pooled;
use super::index::Index;
use super::instance::Instance;
use super::keys::KeyPicker;
use super::leases::{Endings, Leases};
use super::ledger::Ledger;
use super::lineage::Lineage;
use super::plan::{End, KeyPlan, POINTS, Plan};
use super::pool::Pool;
use super::publishing::{Publishings, Relay};
use super::rate_limit::Admitted;
use super::reconcile::Reconciliation;
use super::records::{self, Records};
use super::request::{RequestId, Requests, Stage};
use super::resilience::{self, Guards, LogicalCalls};
use super::statements::Expiries;
use super::tables::{Copied, Table};
use super::trace::Key;
use super::transactions::{RowLocks, RowWait, Transactions};
use kernel::random::Stream;

/// A service at run time.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its processes. Those beyond the plan's number are leaving: they finish what they have and get nothing new.
    pub instances: Vec<Instance>,
    /// Where round robin goes on.
    pub turn: u32,
    /// How much of its rate limit is used.
    pub admitted: Admitted,
    /// How many times as long everything in its stores takes (1: healthy).
    pub slow: f64,
    /// What its requests that a fault fails are drawn from.
    pub errors: Lineage,
    /// Luck of service times.
    pub work: Stream,
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
    /// How many times as long everything in it takes (1: healthy).
    pub slow: f64,
}

/// A link at run time.
#[derive(Clone, Debug)]
pub struct Link {
    /// How many faults cut it.
    pub cut: u32,
    /// How many faults make it hold up what it carries.
    pub hold: u32,
    /// Requests and answers (`true`) that it holds up.
    pub held_up: Vec<(RequestId, bool)>,
    /// Additional loss of requests and events.
    pub request_loss: f64,
    /// Additional loss of answers.
    pub answer_loss: f64,
    /// Requests that faults will lose, whatever the luck.
    pub lose_requests: u32,
    /// Answers that faults will lose.
    pub lose_answers: u32,
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
    /// How many times as often it asks as it does by itself.
    pub surge: f64,
    /// For closed loads: users at work beyond the plan's number leave when they have their answer.
    pub users: u32,
    /// Luck of business keys, and of who tries again.
    pub keys: Stream,
    /// The first lineage of its requests.
    pub lineage: Lineage,
    /// How many requests it has made; another attempt is none.
    pub asked: u64,
}

/// Where the processes of an operation die.
#[derive(Clone, Debug)]
pub struct Deaths {
    /// The share that dies at each point.
    pub shares: [f64; POINTS],
    /// Luck of who does.
    pub rng: Stream,
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
    /// By cache, then by instance: the fetches that others wait for.
    pub flights: Vec<Vec<Flights>>,
    /// By reference, then by key: the replica's copies.
    pub replicas: Vec<Vec<Copied>>,
    /// By reference: the process that applies events to the replica.
    pub appliers: Vec<Applier>,
    /// Requests alive.
    pub requests: Requests,
    /// Fetches under way.
    pub fetches: Fetches,
    /// Guarded calls under way.
    pub logical_calls: LogicalCalls,
    /// By guard: budgets, breakers and throttles.
    pub guards: Vec<Guards>,
    /// Rows about to be inserted.
    pub new_rows: NewRows,
    /// By reference: how its keys are drawn.
    pub pickers: Vec<KeyPicker>,
    /// By cache: how its keys are drawn.
    pub lookup_pickers: Vec<KeyPicker>,
    /// Change events on their way.
    pub changes_sent: Pooled<ChangeEvent>,
    /// How many change events are on their way or waiting.
    pub events_in_flight: usize,
    /// By table: its records.
    pub records: Vec<Records>,
    /// What requests with a business key need for writing.
    pub works: Pooled<Work>,
    /// Local transactions.
    pub transactions: Transactions,
    /// Rows that are locked.
    pub row_locks: RowLocks,
    /// Statements that wait for one of them.
    pub row_waits: Pooled<RowWait>,
    /// Prepared transactions, by business key and operation.
    pub prepared: Index<(Key, u16), u32>,
    /// Records whose state does not last.
    pub expiries: Expiries,
    /// By table and record: its place in `expiries`.
    pub expires: Index<(u16, Key), u32>,
    /// Business locks that are held.
    pub leases: Leases,
    /// The ends of their leases.
    pub lease_ends: Endings,
    /// The message bus.
    pub bus: Bus,
    /// Events on their way to the broker.
    pub publishings: Publishings,
    /// Relays.
    pub relays: Vec<Relay>,
    /// By relay: luck of when it dies.
    pub relay_rng: Vec<Stream>,
    /// The account of what should be true.
    pub ledger: Ledger,
    /// People who will try again.
    pub waiting: Pooled<business_keys::Waiting>,
    /// What is known of clients' business keys.
    pub keys_of_clients: business_keys::Keys,
    /// By client: how the records are chosen that it asks about.
    pub row_pickers: Vec<Option<KeyPicker>>,
    /// By operation: where its processes die.
    pub deaths: Vec<Deaths>,
    /// Reconciliations.
    pub reconciliations: Vec<Reconciliation>,
    /// The first lineage of what they repair.
    pub repairs: Lineage,
    /// Whether any instance errs now because of a fault.
    pub errs: bool,
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
                    admitted: Admitted::default(),
                    slow: 1.0,
                    errors: Lineage::of(seed, &format!("errors/{}", service.name)),
                    work: stream("work", &service.name),
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
                    slow: 1.0,
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
                        End::Service(_) | End::Topic(_) => "",
                    };
                    let stream = |purpose: &str| stream(&format!("{kind}{purpose}"), &name);
                    Link {
                        cut: 0,
                        hold: 0,
                        held_up: Vec::new(),
                        request_loss: 0.0,
                        answer_loss: 0.0,
                        lose_requests: 0,
                        lose_answers: 0,
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
                    surge: 1.0,
                    users: 0,
                    keys: stream("business keys", &client.name),
                    lineage: Lineage::of(seed, &client.name),
                    asked: 0,
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
            flights: plan
                .caches
                .iter()
                .map(|cache| {
                    let instances = plan.services[cache.service as usize].instances;
                    vec![Flights::default(); instances as usize]
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
            logical_calls: LogicalCalls::default(),
            guards: resilience::all_guards(plan, seed),
            new_rows: NewRows::default(),
            pickers,
            lookup_pickers: plan.caches[..plan.lookup_caches]
                .iter()
                .map(|cache| KeyPicker::new(cache.popularity, plan.tables[cache.of as usize].rows))
                .collect(),
            changes_sent: Pooled::default(),
            events_in_flight: 0,
            records: records::all(plan),
            works: Pooled::default(),
            transactions: Transactions::default(),
            row_locks: RowLocks::default(),
            row_waits: Pooled::default(),
            prepared: Index::default(),
            expiries: Expiries::default(),
            expires: Index::default(),
            leases: Leases::default(),
            lease_ends: Endings::default(),
            bus: Bus::new(plan, seed),
            publishings: Publishings::default(),
            relays: vec![Relay::default(); plan.relays.len()],
            relay_rng: plan
                .relays
                .iter()
                .map(|relay| {
                    let topic = &plan.topics[relay.topic as usize].name;
                    let store = &plan.stores[relay.store as usize].name;
                    stream("relay", &format!("{store} -> {topic}"))
                })
                .collect(),
            ledger: Ledger::default(),
            waiting: Pooled::default(),
            keys_of_clients: business_keys::Keys::default(),
            row_pickers: plan
                .clients
                .iter()
                .map(|client| match client.key {
                    KeyPlan::RowOf { table, popularity } => {
                        Some(KeyPicker::new(popularity, plan.tables[table as usize].rows))
                    }
                    _ => None,
                })
                .collect(),
            deaths: plan
                .operations
                .iter()
                .map(|operation| Deaths {
                    shares: [0.0; POINTS],
                    rng: stream("deaths", &operation.name),
                })
                .collect(),
            reconciliations: vec![Reconciliation::default(); plan.reconciliations.len()],
            repairs: Lineage::of(seed, "repairs of reconciliations"),
            errs: false,
        }
    }

    /// Whether a timer still matters: what it was armed for is still so.
    #[inline]
    pub(super) fn has_timer(&self, timer: Event) -> bool {
        match timer {
            Event::TimesOut(id) => {
                let request = self.requests.get(id);
                request.is_some_and(|request| !request.caller_done)
            }
            Event::LeavesQueue(id) => {
                let request = self.requests.get(id);
                request.is_some_and(|request| request.stage == Stage::Queued)
            }
            rare => self.has_rare_timer(rare),
        }
    }

    #[inline(never)]
    fn has_rare_timer(&self, timer: Event) -> bool {
        match timer {
            Event::RowGivesUp(wait) => self.row_waits.is_live(wait),
            Event::InDoubt(transaction) => self.transactions.is_live(transaction),
            Event::RecordExpires(record) => self.expiries.is_live(record),
            Event::LeaseEnds(lease) => self.lease_ends.is_live(lease),
            Event::PublishGivesUp(publishing) => self.publishings.is_live(publishing),
            Event::AckDue(in_hand) => self.bus.in_hand.is_live(in_hand),
            Event::MessageReady(message) => self.bus.waits(message),
            _ => false,
        }
    }

    /// How many timers can matter at most.
    #[cold]
    pub(super) fn timers_alive(&self) -> usize {
        // A request has a timer of its caller's and one of its queue's at most.
        2 * self.requests.alive()
            + self.row_waits.used()
            + self.transactions.used()
            + self.expiries.used()
            + self.lease_ends.used()
            + self.publishings.used()
            + 2 * self.bus.messages()
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
        for (flights, caches) in self.flights.iter_mut().zip(&self.caches) {
            flights.resize_with(caches.len(), Flights::default);
        }
    }
}
