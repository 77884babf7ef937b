//! What a fault is called: from the document's words to names that people know.

use super::names::Names;
use super::{Name, Trouble};
use crate::scenario::{FaultKind, Half};
use crate::sim::Plan;

/// What a fault is called.
pub fn trouble(kind: &FaultKind, plan: &Plan, names: &Names) -> Trouble {
    let plain = |key: &str| Name::new(key, &crate::scenario::Text::Empty);
    let service = |key: &String| {
        let known = names.services.iter().find(|name| name.key == *key);
        known.cloned().unwrap_or_else(|| plain(key))
    };
    let store = |key: &String| {
        let known = names.stores.iter().find(|name| name.key == *key);
        known.cloned().unwrap_or_else(|| plain(key))
    };
    let topic = |key: &String| {
        let known = names.topics.iter().find(|name| name.key == *key);
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
        FaultKind::Hold { link } => {
            let (from, to) = ends(link);
            Trouble::Held(from, to)
        }
        FaultKind::LoseNext { link, what, count } => {
            let (from, to) = ends(link);
            Trouble::LosesNext {
                from,
                to,
                answers: *what == Half::Answer,
                count: *count,
            }
        }
        FaultKind::Surge { client, factor } => {
            let known = names.clients.iter().find(|name| name.key == *client);
            Trouble::Surge(known.cloned().unwrap_or_else(|| plain(client)), *factor)
        }
        FaultKind::BrokerDown { topic: name } => Trouble::BrokerDown(topic(name)),
        FaultKind::DuplicateNext { topic: name, count } => {
            Trouble::DeliversTwice(topic(name), *count)
        }
        FaultKind::RelayDies { topic: name, share } => Trouble::RelayDies(topic(name), *share),
        FaultKind::Dies {
            operation, share, ..
        } => {
            let named = plan.operations.iter().find(|it| it.name == *operation);
            let at = named.and_then(|it| names.services.get(it.service as usize));
            Trouble::Dies(
                at.cloned().unwrap_or_else(|| plain(operation)),
                operation.clone(),
                *share,
            )
        }
        FaultKind::StoreDown { store: name } => Trouble::StoreDown(store(name)),
        FaultKind::StoreSlow {
            store: name,
            factor,
        } => Trouble::Slow(store(name), *factor),
    }
}
