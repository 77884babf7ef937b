//! What things are called: the titles of everything in the plan, by index, for sentences and labels.

use crate::scenario::{Scenario, Text};
use crate::sim::{End, Plan};
use crate::words::Name;

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
    /// References.
    pub references: Vec<Name>,
    /// Caches (those of references are called like them).
    pub caches: Vec<Name>,
    /// The two ends of each link.
    pub links: Vec<(Name, Name)>,
}

impl Names {
    /// The names of a scenario.
    pub fn new(scenario: &Scenario, plan: &Plan) -> Names {
        let none = Text::Empty;
        let named = |name: &str, title: Option<&Text>| Name::new(name, title.unwrap_or(&none));
        let service = |name: &str| named(name, scenario.services.get(name).map(|it| &it.title));
        let client = |name: &str| named(name, scenario.clients.get(name).map(|it| &it.title));
        let end = |end: End| match end {
            End::Client(_) => client(plan.end_name(end)),
            End::Service(_) => service(plan.end_name(end)),
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
            references: plan
                .references
                .iter()
                .map(|it| reference(&it.name))
                .collect(),
            caches: plan.caches.iter().map(|it| reference(&it.name)).collect(),
            links: plan
                .links
                .iter()
                .map(|it| (end(it.from), end(it.to)))
                .collect(),
        }
    }
}
