//! From a session to plain data: the snapshot that the page is drawn from.

use crate::app::onlooker::Shown;
use crate::app::snapshot::{
    CHART_BINS, CacheNow, FaultNow, InstanceNow, LinkNow, QueueNow, ServiceNow, Snapshot, StoreNow,
};
use picture::sprites::Caption;
use run::session::Session;

/// What services look like now.
pub fn services(session: &Session) -> Vec<ServiceNow> {
    let sim = session.run().sim();
    let retrying: Vec<(u16, u16)> = sim.retrying().collect();
    (0..sim.plan().services.len() as u16)
        .map(|service| ServiceNow {
            instances: (0..sim.plan().services[service as usize].instances as u16)
                .map(|instance| {
                    let state = sim.instance(service, instance);
                    InstanceNow {
                        up: state.up,
                        threads: state.threads,
                        working: state.working,
                        waiting: state.waiting,
                        retrying: retrying_at(&retrying, service, instance).min(state.waiting),
                        queued: state.queued,
                        queue_limit: state.queue_limit,
                    }
                })
                .collect(),
        })
        .collect()
}

/// How many calls of an instance are being tried again.
pub fn retrying_at(retrying: &[(u16, u16)], service: u16, instance: u16) -> u32 {
    let here = retrying.iter().filter(|at| **at == (service, instance));
    here.count() as u32
}

/// What the whole run looks like now.
pub fn snapshot(session: &Session, shown: &Shown, captions: &[Caption]) -> Snapshot {
    let run = session.run();
    let sim = run.sim();
    let plan = run.plan();
    let bins = &run.series().bins;
    let links = (0..plan.links.len()).map(|link| {
        let caption = captions
            .iter()
            .find(|caption| caption.link as usize == link);
        LinkNow {
            one_in: caption.map_or(1, |caption| caption.one_in),
            per_s: shown.per_s.get(link).copied().unwrap_or(0.0),
            slowed: caption.is_some_and(|caption| caption.slowed),
        }
    });
    let caches = plan.caches.iter().enumerate().map(|(cache, its)| {
        let instances = plan.services[its.service as usize].instances as u16;
        (0..instances).fold(CacheNow::default(), |sum, instance| {
            let state = sim.cache(cache as u16, instance);
            CacheNow {
                entries: sum.entries + state.entries,
                expired: sum.expired + state.expired,
                size: sum.size + state.size,
            }
        })
    });
    let locks = sim.locks();
    let stores = (0..plan.stores.len() as u16).map(|store| {
        let state = sim.store(store);
        StoreNow {
            up: state.up,
            connections: state.connections,
            busy: state.busy,
            wanted: state.wanted,
            locks: locks[store as usize],
        }
    });
    let queues = (0..plan.subscriptions.len() as u16).map(|subscription| {
        let state = sim.queue_state(subscription);
        QueueNow {
            queued: state.queued,
            delayed: state.delayed,
            in_hand: state.in_hand,
            consumers: state.consumers,
            dead: state.dead,
        }
    });
    let topics = 0..plan.topics.len() as u16;
    let outboxes = 0..plan.relays.len() as u16;
    let faults = (0..).zip(sim.faults()).map(|(index, fault)| FaultNow {
        index,
        kind: fault.kind.clone(),
        began_s: fault.begins.as_secs(),
        ends_s: fault.ends.map(kernel::time::Time::as_secs),
        active: fault.active,
        armed: sim.waits_for_next(&fault.kind),
    });
    let recent = run.recent();
    Snapshot {
        now: session.now(),
        now_s: session.now().as_secs(),
        reach_s: 0.0,
        seeking: session.seeking().map(kernel::time::Time::as_secs),
        pace: None,
        stopped: None,
        headline: Some(run.headline(&recent)),
        recent: Some(recent),
        mean_ms: None,
        counts_since_s: sim.ledger().counts().since.as_secs(),
        bins: bins[bins.len().saturating_sub(CHART_BINS)..].to_vec(),
        services: services(session),
        stores: stores.collect(),
        caches: caches.collect(),
        links: links.collect(),
        topics: topics.map(|topic| sim.topic_up(topic)).collect(),
        queues: queues.collect(),
        outboxes: outboxes.map(|relay| sim.outbox(relay) as u32).collect(),
        faults: faults.collect(),
        happened: shown.happened.clone(),
        truth: None,
    }
}
