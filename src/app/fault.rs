//! What can go wrong where: the faults a person can cause, and what they are called.

use super::names::Names;
use super::play::Node;
use crate::scenario::FaultKind;
use crate::sim::{End, Plan};
use crate::words::{Name, Trouble, Word};

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
}

/// The faults of a plan.
pub fn possible(plan: &Plan, names: &Names) -> Vec<Possible> {
    let called: Vec<u16> = plan
        .references
        .iter()
        .map(|reference| reference.owner)
        .collect();
    let mut list = Vec::new();
    for (index, service) in plan.services.iter().enumerate() {
        let node = Node::Service(index as u16);
        let owner = called.contains(&(index as u16)) || plan.services.len() == 1;
        let name = service.name.clone();
        let what = (names.services[index].clone(), None);
        let mut add = |word, id: &str, kind, prominent| {
            list.push(Possible {
                kind,
                id: format!("{id}-{}", service.name),
                at: vec![node],
                prominent,
                word,
                what: what.clone(),
            });
        };
        let crash = FaultKind::Crash {
            service: name.clone(),
            instance: None,
        };
        let slow = FaultKind::Slow {
            service: name.clone(),
            factor: 10.0,
        };
        let errors = FaultKind::Errors {
            service: name,
            rate: 0.5,
        };
        add(Word::CrashFault, "crash", crash, owner);
        add(Word::SlowFault, "slow", slow, owner);
        add(Word::ErrorsFault, "errors", errors, false);
    }
    for (index, link) in plan.links.iter().enumerate() {
        let (End::Service(from), End::Service(to)) = (link.from, link.to) else {
            continue;
        };
        // A link that only events take is cut together with the one they answer to.
        let events_only = plan
            .references
            .iter()
            .any(|it| it.event_link as usize == index)
            && !plan.references.iter().any(|it| it.link as usize == index);
        if events_only {
            continue;
        }
        let ends = format!("{} -> {}", plan.end_name(link.from), plan.end_name(link.to));
        let id = format!("{}-{}", plan.end_name(link.from), plan.end_name(link.to));
        let (a, b) = names.links[index].clone();
        let mut add = |word, prefix: &str, kind| {
            list.push(Possible {
                kind,
                id: format!("{prefix}-{id}"),
                at: vec![Node::Service(from), Node::Service(to)],
                prominent: true,
                word,
                what: (a.clone(), Some(b.clone())),
            });
        };
        add(Word::CutFault, "cut", FaultKind::Cut { link: ends.clone() });
        let loss = FaultKind::Loss {
            link: ends,
            request: 0.0,
            answer: 0.5,
        };
        add(Word::AnswersFault, "answers", loss);
    }
    for (index, store) in plan.stores.iter().enumerate() {
        list.push(Possible {
            kind: FaultKind::StoreDown {
                store: store.name.clone(),
            },
            id: format!("down-{}", store.name),
            at: vec![Node::Store(index as u16)],
            prominent: false,
            word: Word::StoreFault,
            what: (names.stores[index].clone(), None),
        });
    }
    list
}

/// What a fault is called.
pub fn trouble(kind: &FaultKind, plan: &Plan, names: &Names) -> Trouble {
    let plain = |key: &str| Name::new(key, &crate::scenario::Text::Empty);
    let service = |key: &String| {
        let known = names.services.iter().find(|name| name.key == *key);
        known.cloned().unwrap_or_else(|| plain(key))
    };
    let ends = |link: &String| {
        plan.link_named(link)
            .and_then(|index| names.links.get(index as usize).cloned())
            .unwrap_or_else(|| (plain(link), plain(link)))
    };
    match kind {
        FaultKind::Crash {
            service: name,
            instance,
        } => Trouble::Crash(service(name), *instance),
        FaultKind::Slow {
            service: name,
            factor,
        } => Trouble::Slow(service(name), *factor),
        FaultKind::Errors {
            service: name,
            rate,
        } => Trouble::Errors(service(name), *rate),
        FaultKind::Loss {
            link,
            request,
            answer,
        } => {
            let (from, to) = ends(link);
            Trouble::Loss {
                from,
                to,
                request: *request,
                answer: *answer,
            }
        }
        FaultKind::Cut { link } => {
            let (from, to) = ends(link);
            Trouble::Cut(from, to)
        }
        FaultKind::StoreDown { store } => {
            let known = names.stores.iter().find(|name| name.key == *store);
            Trouble::StoreDown(known.cloned().unwrap_or_else(|| plain(store)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Run;
    use crate::scenario::shipped;

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
