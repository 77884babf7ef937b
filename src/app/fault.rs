//! What can go wrong where: the faults a person can cause, and what they are called.

use super::names::Names;
use super::play::Node;
use scenario::{FaultKind, Half};
use sim::{End, Plan};
pub use words::trouble;
use words::{Name, Word};

/// A fault that a person can cause.
#[derive(Clone, Debug, PartialEq)]
pub struct Possible {
    /// What to say to the simulation.
    pub kind: FaultKind,
    /// A short id for tests: `crash-common`, `cut-consultation-common`.
    pub id: String,
    /// The nodes in whose panel it is offered.
    pub at: Vec<Node>,
    /// Whether it is offered among the settings, too.
    pub prominent: bool,
    /// What the button says, beside the name of the thing.
    pub word: Word,
    /// What it happens to.
    pub what: (Name, Option<Name>),
    /// To which instance of it, if to one.
    pub instance: Option<u32>,
}

/// So many instances can be broken one by one.
const INSTANCES_MAX: u32 = 8;

/// The faults of a plan.
pub fn possible(plan: &Plan, names: &Names) -> Vec<Possible> {
    let mut list = Vec::new();
    services(plan, names, &mut list);
    links(plan, names, &mut list);
    stores(plan, names, &mut list);
    topics(plan, names, &mut list);
    list
}

/// Whether the scenario is about what is written: then single messages matter, and not shares of them.
fn writes(plan: &Plan) -> bool {
    !plan.statements.is_empty()
}

fn services(plan: &Plan, names: &Names, list: &mut Vec<Possible>) {
    let called: Vec<u16> = plan
        .references
        .iter()
        .map(|reference| reference.owner)
        .collect();
    let asked = |index: u16| {
        let mut clients = plan.clients.iter();
        clients.any(|client| plan.operations[client.operation as usize].service == index)
    };
    for (index, service) in (0..).zip(&plan.services) {
        let owner = called.contains(&index) || plan.services.len() == 1;
        let name = || service.name.clone();
        let mut add = |word, id: &str, kind, prominent, instance| {
            list.push(Possible {
                kind,
                id: format!("{id}-{}", service.name),
                at: vec![Node::Service(index)],
                prominent,
                word,
                what: (names.services[index as usize].clone(), None),
                instance,
            });
        };
        let crash = |instance| FaultKind::Crash {
            service: name(),
            instance,
        };
        let slow = FaultKind::Slow {
            service: name(),
            instance: None,
            factor: 10.0,
        };
        let errors = FaultKind::Errors {
            service: name(),
            instance: None,
            rate: 0.5,
        };
        let first = writes(plan) && asked(index);
        add(Word::CrashFault, "crash", crash(None), owner || first, None);
        if service.instances > 1 {
            for instance in 0..service.instances.min(INSTANCES_MAX) {
                let id = format!("crash-{instance}");
                let kind = crash(Some(instance));
                add(Word::CrashFault, &id, kind, false, Some(instance));
            }
        }
        let abroad = writes(plan) && service.external;
        add(Word::SlowFault, "slow", slow, owner || abroad, None);
        add(Word::ErrorsFault, "errors", errors, false, None);
    }
}

fn links(plan: &Plan, names: &Names, list: &mut Vec<Possible>) {
    for (index, link) in plan.links.iter().enumerate() {
        // A link that only events take is cut together with the one they answer to.
        let events_only = plan
            .references
            .iter()
            .any(|it| it.event_link as usize == index)
            && !plan.references.iter().any(|it| it.link as usize == index);
        let caches = plan.caches.iter();
        if events_only || caches.into_iter().any(|it| it.event_link as usize == index) {
            continue;
        }
        let ends = format!("{} -> {}", plan.end_name(link.from), plan.end_name(link.to));
        let id = format!("{}-{}", plan.end_name(link.from), plan.end_name(link.to));
        let (a, b) = names.links[index].clone();
        let at = [link.from, link.to].into_iter().filter_map(node).collect();
        let mut add = |word, prefix: &str, kind, prominent| {
            list.push(Possible {
                kind,
                id: format!("{prefix}-{id}"),
                at: Vec::clone(&at),
                prominent,
                word,
                what: (a.clone(), Some(b.clone())),
                instance: None,
            });
        };
        let lose = FaultKind::LoseNext {
            link: ends.clone(),
            what: Half::Answer,
            count: 1,
        };
        let (word, calls) = match (link.from, link.to) {
            (End::Service(_), End::Service(_)) => (Word::LoseAnswerFault, true),
            (_, End::Topic(_)) => (Word::LoseConfirmFault, false),
            (End::Topic(_), _) => (Word::LoseAckFault, false),
            _ => (Word::LoseAnswerFault, false),
        };
        if calls {
            add(
                Word::CutFault,
                "cut",
                FaultKind::Cut { link: ends.clone() },
                !writes(plan),
            );
            let loss = FaultKind::Loss {
                link: ends,
                request: 0.0,
                answer: 0.5,
            };
            add(Word::AnswersFault, "answers", loss, !writes(plan));
        }
        add(word, "lose", lose, calls && writes(plan));
    }
}

/// The node at an end of a link. People cannot be opened.
fn node(end: End) -> Option<Node> {
    match end {
        End::Client(_) => None,
        End::Service(service) => Some(Node::Service(service)),
        End::Topic(topic) => Some(Node::Topic(topic)),
    }
}

fn stores(plan: &Plan, names: &Names, list: &mut Vec<Possible>) {
    for (index, store) in plan.stores.iter().enumerate() {
        let mut add = |word, prefix: &str, kind| {
            list.push(Possible {
                kind,
                id: format!("{prefix}-{}", store.name),
                at: vec![Node::Store(index as u16)],
                prominent: false,
                word,
                what: (names.stores[index].clone(), None),
                instance: None,
            });
        };
        let store = || store.name.clone();
        let down = FaultKind::StoreDown { store: store() };
        let slow = FaultKind::StoreSlow {
            store: store(),
            factor: 10.0,
        };
        add(Word::StoreFault, "down", down);
        add(Word::SlowFault, "slow-store", slow);
    }
}

fn topics(plan: &Plan, names: &Names, list: &mut Vec<Possible>) {
    for (index, topic) in plan.topics.iter().enumerate() {
        let mut add = |word, prefix: &str, kind, prominent| {
            list.push(Possible {
                kind,
                id: format!("{prefix}-{}", topic.name),
                at: vec![Node::Topic(index as u16)],
                prominent,
                word,
                what: (names.topics[index].clone(), None),
                instance: None,
            });
        };
        let name = || topic.name.clone();
        let down = FaultKind::BrokerDown { topic: name() };
        let twice = FaultKind::DuplicateNext {
            topic: name(),
            count: 1,
        };
        add(Word::BrokerFault, "broker", down, true);
        add(Word::DuplicateFault, "twice", twice, true);
        if !topic.relays.is_empty() {
            let dies = FaultKind::RelayDies {
                topic: name(),
                share: 0.5,
            };
            add(Word::RelayFault, "relay", dies, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use run::Run;
    use scenario::shipped;

    #[test]
    fn every_fault_that_is_offered_can_be_caused() {
        for name in shipped::names() {
            let scenario = shipped::load(name).unwrap();
            let mut run = Run::new(scenario.clone(), 0);
            let names = Names::new(&scenario, run.plan());
            let list = possible(run.plan(), &names);
            for (index, fault) in list.iter().enumerate() {
                run.inject(fault.kind.clone(), None).unwrap();
                assert!(
                    !list[..index].iter().any(|other| other.id == fault.id),
                    "{}",
                    fault.id
                );
            }
        }
    }

    #[test]
    fn the_owner_and_the_link_to_it_can_be_broken_from_the_settings() {
        let scenario = shipped::load("consultation-list").unwrap();
        let plan = Plan::new(&scenario);
        let list = possible(&plan, &Names::new(&scenario, &plan));
        let prominent: Vec<&str> = list
            .iter()
            .filter(|it| it.prominent)
            .map(|it| it.id.as_str())
            .collect();
        assert_eq!(
            prominent,
            [
                "crash-common",
                "slow-common",
                "cut-consultation-common",
                "answers-consultation-common"
            ]
        );
    }
}
