//! What things are called: the titles of everything in the plan, by index, for sentences and labels.

use super::{BusinessKey, Lang, Name, Nouns};
use scenario::{BothTexts, Operation, Scenario, Step, Text};
use sim::{End, Plan};

/// The names of a scenario's things, in the order of the plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Names {
    /// Services.
    pub services: Vec<Name>,
    /// Stores.
    pub stores: Vec<Name>,
    /// Tables, as they are called in the document, without their store.
    pub tables: Vec<String>,
    /// Rows of the tables.
    pub rows: Vec<u32>,
    /// Clients.
    pub clients: Vec<Name>,
    /// What each client asks for.
    pub asks: Vec<Name>,
    /// What one request of each client is called, as a singular noun.
    pub requests: Vec<Name>,
    /// References.
    pub references: Vec<Name>,
    /// Caches (those of references are called like them).
    pub caches: Vec<Name>,
    /// Topics.
    pub topics: Vec<Name>,
    /// Subscriptions.
    pub subscriptions: Vec<Name>,
    /// The two ends of each link.
    pub links: Vec<(Name, Name)>,
    /// What has to do with writing.
    pub writing: WritingNames,
}

/// The names of what has to do with writing, in the order of the plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WritingNames {
    /// Operations; a variant is called like the operation that it is one of.
    pub operations: Vec<Name>,
    /// Topics.
    pub topics: Vec<Name>,
    /// Subscriptions; one without a title is called like its service.
    pub subscriptions: Vec<Name>,
    /// Business locks.
    pub locks: Vec<Name>,
    /// What a business key is called, as a singular noun.
    pub key: Name,
    /// The ledger's rules.
    pub rules: Vec<Name>,
    /// Reconciliations, and their two sides.
    pub jobs: Vec<Name>,
    /// Of each reconciliation: the services of its two sides.
    pub sides: Vec<(Name, Name)>,
    /// The names of the services that the tables belong to.
    pub table_owners: Vec<Name>,
}

impl Names {
    /// What headlines are about, where the outcome is that of this client.
    pub fn nouns(&self, main_client: u16, lang: Lang) -> Nouns<'_> {
        let request = self.requests.get(usize::from(main_client));
        Nouns {
            request: request.map_or("", |it| it.text(lang)),
            key: self.writing.key.text(lang),
        }
    }

    /// The names of a scenario.
    pub fn new(scenario: &Scenario, plan: &Plan) -> Names {
        let none = Text::Empty;
        let named = |name: &str, title: Option<&Text>| Name::new(name, title.unwrap_or(&none));
        let service = |name: &str| named(name, scenario.services.get(name).map(|it| &it.title));
        let client = |name: &str| named(name, scenario.clients.get(name).map(|it| &it.title));
        let topic = |name: &str| named(name, scenario.topics.get(name).map(|it| &it.title));
        let end = |end: End| match end {
            End::Client(_) => client(plan.end_name(end)),
            End::Service(_) => service(plan.end_name(end)),
            End::Topic(_) => topic(plan.end_name(end)),
        };
        let reference = |name: &str| named(name, scenario.references.get(name).map(|it| &it.title));
        Names {
            services: plan.services.iter().map(|it| service(&it.name)).collect(),
            stores: plan
                .stores
                .iter()
                .map(|it| named(&it.name, scenario.stores.get(&it.name).map(|it| &it.title)))
                .collect(),
            tables: plan
                .tables
                .iter()
                .map(|it| {
                    it.name
                        .split_once('.')
                        .map_or(it.name.clone(), |(_, table)| table.to_string())
                })
                .collect(),
            rows: plan.tables.iter().map(|it| it.rows).collect(),
            clients: plan.clients.iter().map(|it| client(&it.name)).collect(),
            asks: plan
                .clients
                .iter()
                .map(|it| {
                    let name = &plan.operations[it.operation as usize].name;
                    named(name, scenario.operations.get(name).map(|it| &it.title))
                })
                .collect(),
            requests: plan
                .clients
                .iter()
                .map(|it| request_of(scenario, &plan.operations[it.operation as usize].name))
                .collect(),
            references: plan
                .references
                .iter()
                .map(|it| reference(&it.name))
                .collect(),
            caches: plan.caches.iter().map(|it| reference(&it.name)).collect(),
            topics: plan.topics.iter().map(|it| topic(&it.name)).collect(),
            subscriptions: plan
                .subscriptions
                .iter()
                .map(|it| {
                    let of = scenario.topics.get(&plan.topics[it.topic as usize].name);
                    let own = of.and_then(|of| of.subscriptions.get(&it.name));
                    // A subscription that a choreography made is called like what it does.
                    let title = own.map(|own| &own.title).or_else(|| {
                        let operation = scenario.operations.get(&it.name);
                        operation.map(|operation| &operation.title)
                    });
                    named(&it.name, title)
                })
                .collect(),
            links: plan
                .links
                .iter()
                .map(|it| (end(it.from), end(it.to)))
                .collect(),
            writing: WritingNames::new(scenario, plan),
        }
    }
}

/// A name that is not in the document.
fn plain(en: &str, ko: &str) -> Name {
    let (en, ko) = (en.to_string(), ko.to_string());
    Name::new(en.clone(), &Text::Both(BothTexts { en, ko }))
}

/// What one request of an operation is called.
fn request_of(scenario: &Scenario, operation: &str) -> Name {
    let title = scenario.operations.get(operation);
    let is_list = |it: &Operation| it.steps.iter().any(|it| matches!(it, Step::Resolve(_)));
    match title {
        Some(it) if !it.request_title.is_empty() => Name::new("request", &it.request_title),
        Some(it) if is_list(it) => plain("list", "목록"),
        _ => plain("request", "요청"),
    }
}

impl WritingNames {
    /// A business key, by its own name.
    pub fn business_key(&self, number: u32) -> BusinessKey {
        BusinessKey {
            title: self.key.clone(),
            number,
        }
    }

    fn new(scenario: &Scenario, plan: &Plan) -> WritingNames {
        let none = Text::Empty;
        let named = |name: &str, title: Option<&Text>| Name::new(name, title.unwrap_or(&none));
        let service = |index: u16| {
            let name = &plan.services[index as usize].name;
            named(name, scenario.services.get(name).map(|it| &it.title))
        };
        let owner = |table: u16| {
            let store = plan.tables[table as usize].store;
            service(plan.stores[store as usize].service)
        };
        let topic = |index: u16| {
            let name = &plan.topics[index as usize].name;
            named(name, scenario.topics.get(name).map(|it| &it.title))
        };
        let jobs = &plan.reconciliations;
        WritingNames {
            operations: plan
                .operations
                .iter()
                .map(|it| {
                    let name = &plan.operations[it.named as usize].name;
                    named(name, scenario.operations.get(name).map(|it| &it.title))
                })
                .collect(),
            topics: (0..plan.topics.len() as u16).map(topic).collect(),
            subscriptions: plan
                .subscriptions
                .iter()
                .map(|it| {
                    let topic = &plan.topics[it.topic as usize].name;
                    let document = scenario.topics.get(topic);
                    let title = document
                        .and_then(|topic| topic.subscriptions.get(&it.name))
                        .map(|it| &it.title)
                        .filter(|title| !title.is_empty());
                    match title {
                        Some(title) => Name::new(it.name.clone(), title),
                        None => service(it.service),
                    }
                })
                .collect(),
            locks: plan
                .locks
                .iter()
                .map(|it| Name::new(it.name.clone(), &none))
                .collect(),
            key: scenario
                .ledger
                .as_ref()
                .filter(|ledger| !ledger.key_title.is_empty())
                .map_or(plain("key", "키"), |ledger| {
                    Name::new("key", &ledger.key_title)
                }),
            rules: plan
                .ledger
                .iter()
                .flat_map(|ledger| &ledger.rules)
                .map(|it| {
                    let ledger = scenario.ledger.as_ref();
                    let rule = ledger.and_then(|ledger| ledger.rules.get(&it.name));
                    named(&it.name, rule.map(|it| &it.title))
                })
                .collect(),
            jobs: jobs
                .iter()
                .map(|it| {
                    let document = scenario.reconciliations.get(&it.name);
                    named(&it.name, document.map(|it| &it.title))
                })
                .collect(),
            sides: jobs
                .iter()
                .map(|it| (owner(it.left.table), owner(it.right.table)))
                .collect(),
            table_owners: (0..plan.tables.len() as u16).map(owner).collect(),
        }
    }
}
