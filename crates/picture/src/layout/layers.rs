//! How far from the people a service or a topic stands.

use sim::plan::Instruction;
use sim::{End, Plan};

/// For each service its layer: how many calls it is away from a person, at the most; who is called by nobody but clients
/// and calls nobody stands in the first. Who is reached by messages alone stands behind those who publish them.
pub(super) fn layers(plan: &Plan, main_client: u16) -> Vec<usize> {
    let mut calls: Vec<(u16, u16)> = plan
        .references
        .iter()
        .map(|reference| (reference.reader, reference.owner))
        .collect();
    calls.extend(plan.links.iter().enumerate().filter_map(|(index, link)| {
        match (link.from, link.to) {
            (End::Service(from), End::Service(to)) if !only_events(plan, index as u16) => {
                Some((from, to))
            }
            _ => None,
        }
    }));
    calls.retain(|(from, to)| from != to);
    let mut layers = vec![0usize; plan.services.len()];
    // Longest paths; a circle of calls stops growing after as many rounds as there are services.
    for _ in 0..plan.services.len() {
        for (from, to) in &calls {
            let wanted = layers[*from as usize] + 1;
            if layers[*to as usize] < wanted && wanted < plan.services.len() {
                layers[*to as usize] = wanted;
            }
        }
    }
    // Whose outcome counts stays in front, whatever is told to it.
    let main = plan.clients.get(main_client as usize);
    let main = main.map(|client| plan.operations[client.operation as usize].service);
    for _ in 0..plan.services.len() {
        for (topic, it) in (0..).zip(&plan.topics) {
            for subscription in it.subscriptions.clone() {
                let consumer = plan.subscriptions[subscription as usize].service;
                if Some(consumer) == main || calls.iter().any(|(_, to)| *to == consumer) {
                    continue;
                }
                let others = publishers(plan, topic).filter(|other| *other != consumer);
                let before = others.map(|other| layers[other as usize]).min();
                let wanted = before.unwrap_or(0) + 1;
                let layer = &mut layers[consumer as usize];
                if *layer < wanted && wanted < plan.services.len() {
                    *layer = wanted;
                }
            }
        }
    }
    layers
}

/// The layer at whose end a topic stands: that of the first who publishes, or the one before the first who listens.
pub(super) fn home_of_topic(plan: &Plan, layers: &[usize], topic: u16) -> usize {
    let of = |service: u16| layers[service as usize];
    if let Some(layer) = publishers(plan, topic).map(of).min() {
        return layer;
    }
    let subscriptions = plan.topics[topic as usize].subscriptions.clone();
    let consumers = subscriptions.map(|it| of(plan.subscriptions[it as usize].service));
    consumers.filter(|layer| *layer > 0).min().unwrap_or(1) - 1
}

/// Whether anything is published on a topic, with the settings of now. (A reconciliation that is switched off repairs
/// nothing.)
pub(super) fn is_used(plan: &Plan, topic: u16) -> bool {
    let code = plan.code.iter();
    let mut published = code.filter_map(|it| match it {
        Instruction::Publish { topic, .. } => Some(*topic),
        _ => None,
    });
    let repaired = plan.reconciliations.iter().any(|it| it.enabled);
    published.any(|it| it == topic) || repaired && publishers(plan, topic).next().is_some()
}

/// Who publishes on a topic, with the settings of now.
pub(super) fn publishers(plan: &Plan, topic: u16) -> impl Iterator<Item = u16> + '_ {
    plan.links
        .iter()
        .filter_map(move |link| match (link.from, link.to) {
            (End::Service(service), End::Topic(to)) if to == topic => Some(service),
            _ => None,
        })
}

/// Whether a link exists for change events alone.
fn only_events(plan: &Plan, link: u16) -> bool {
    plan.references
        .iter()
        .any(|reference| reference.event_link == link)
        || plan.caches.iter().any(|cache| cache.event_link == link)
}
