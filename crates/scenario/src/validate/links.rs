//! The sense of links: what their names say, and that something is sent over them.

use super::super::kinds;
use super::super::nearest::{did_you_mean, quoted};
use super::super::shape::join;
use super::set::Set;
use super::steps::calls;
use super::{Checker, service_of};
use message::{LocalizedMessage, Words, either, msg};

/// The ends of a link's name, if it has the form `"a -> b"`.
fn ends(link: &str) -> Option<(&str, &str)> {
    link.split_once(" -> ")
}

impl<'s> Checker<'s> {
    /// Every pair of ends between which something is ever sent.
    pub(super) fn used_links(&self) -> Set<(&'s str, &'s str)> {
        let scenario = self.scenario;
        let mut used = Set::new();
        for (name, client) in &scenario.clients {
            used.extend(service_of(&client.operation).map(|service| (name.as_str(), service)));
        }
        for (name, operation) in &scenario.operations {
            let Some(caller) = service_of(name) else {
                continue;
            };
            for callee in calls(scenario, &operation.steps) {
                used.extend(service_of(callee).map(|callee| (caller, callee)));
            }
        }
        for reference in scenario.references.values() {
            if let Some((reader, owner)) = self.ends_of(reference) {
                used.extend([(reader, owner), (owner, reader)]);
            }
        }
        for cache in scenario.caches.values() {
            let store = cache
                .of
                .split_once('.')
                .and_then(|(store, _)| scenario.stores.get(store));
            used.extend(store.map(|store| (store.service.as_str(), cache.service.as_str())));
        }
        self.links_of_events(&mut used);
        used
    }

    pub(super) fn links(&mut self, used: &Set<(&str, &str)>) {
        for (name, link) in &self.scenario.links {
            let path = join("links", name);
            self.link(&path, name, used);
            self.distribution(&format!("{path}.latency"), &link.latency);
        }
    }

    /// A link's name: its form, its ends, and that something is sent over it.
    pub(super) fn link(&mut self, path: &str, name: &str, used: &Set<(&str, &str)>) {
        let scenario = self.scenario;
        let Some((from, to)) = ends(name) else {
            return self.report(
                path,
                msg!(
                    "a link is named by its ends, such as \"consultation -> common\"",
                    "연결 이름에는 양 끝을 씁니다. 예: \"consultation -> common\"",
                ),
            );
        };
        let kinds = [
            (kinds::SERVICE, scenario.services.keys().collect::<Vec<_>>()),
            (kinds::CLIENT, scenario.clients.keys().collect()),
            (kinds::TOPIC, scenario.topics.keys().collect()),
        ];
        let from_is_there = self.end(path, from, &kinds);
        let to_is_there = self.end(path, to, &[kinds[0].clone(), kinds[2].clone()]);
        if from_is_there && to_is_there && !used.contains(&(from, to)) {
            let remedy = if used.contains(&(to, from)) {
                msg!(
                    "; requests go the other way: \"{0} -> {1}\"",
                    ". 요청은 반대 방향으로 갑니다: \"{0} -> {1}\"",
                    to,
                    from,
                )
            } else {
                "".into()
            };
            self.report(
                path,
                msg!(
                    "nothing is ever sent from {0} to {1}{2}",
                    "{0}에서 {1:으로} 보내는 것이 없습니다{2}",
                    quoted(from),
                    quoted(to),
                    remedy,
                ),
            );
        }
    }

    /// One end of a link: one of these kinds of things, of which those that the document has none of are not mentioned.
    fn end(&mut self, path: &str, name: &str, kinds: &[(Words, Vec<&String>)]) -> bool {
        let known = || kinds.iter().flat_map(|(_, names)| names.iter());
        let is_there = known().any(|known| *known == name);
        if !is_there {
            let there = kinds
                .iter()
                .filter(|(kind, names)| *kind != kinds::TOPIC || !names.is_empty())
                .map(|(kind, _)| LocalizedMessage::from(*kind));
            let kinds = either(there.collect());
            let remedy = did_you_mean(name, known().map(|name| name.as_str()));
            self.report(
                path,
                msg!(
                    "there is no {0} {1}{2}",
                    "{0} {1:이} 없습니다{2}",
                    kinds,
                    quoted(name),
                    remedy,
                ),
            );
        }
        is_there
    }
}
