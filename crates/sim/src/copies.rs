//! Keeping copies in step: change events from an owner to replicas and caches.
//!
//! Events for a replica are delivered at least once: what a link loses is sent again, what a cut link holds up is
//! delivered when it is mended. Broadcasts to caches are fire-and-forget, as they usually are.

use super::calls::Direction;
use super::handle::Handle;
use super::index::Index;
use super::limits::EVENTS_IN_FLIGHT_MAX;
use super::plan::Plan;
use super::pool::User;
use super::request::RequestId;
use super::tables::Copied;
use super::trace::{Copies, Observe, What};
use super::{Event, Limit, Simulation};
use kernel::time::{Span, Time};
use scenario::{CacheSync, ReadStrategy};
use std::collections::VecDeque;

/// After how long a lost event is sent again.
const REDELIVERY: Span = Span::from_secs(1);

/// A change on its way to a copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChangeEvent {
    /// The copies it keeps in step.
    pub copies: Copies,
    /// For caches: whose.
    pub instance: u16,
    /// The row's key.
    pub key: u32,
    /// Its new version.
    pub version: u32,
    /// When the owner committed it.
    pub committed_at: Time,
    /// Whether this message gets lost and has to be sent again.
    pub lost: bool,
    /// For a replica: its number among all that were sent to it.
    pub number: u64,
}

/// The process that applies a reference's events to its replica, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Applier {
    /// What has come and is not applied yet; the first is being applied if `busy`.
    pub queue: VecDeque<ChangeEvent>,
    /// Whether it has or waits for a connection.
    pub busy: bool,
    /// How many have been sent to it.
    sent: u64,
    /// How many of them, from the first on, have come.
    came: u64,
    /// What has come before others that were sent earlier, by number.
    early: Index<u64, ChangeEvent>,
}

impl Applier {
    /// An event has come: what can be applied now joins the queue, in the order in which it was sent.
    fn takes(&mut self, event: ChangeEvent) {
        self.early.insert(event.number, event);
        while let Some(next) = self.early.remove(self.came) {
            self.came += 1;
            self.queue.push_back(next);
        }
    }
}

impl<O: Observe> Simulation<O> {
    /// Tells everyone who keeps copies of a table's row that it has changed.
    ///
    /// A writer that is itself one of the nodes with the cache drops its own entry at once; the others are told.
    pub(super) fn tell_copies(&mut self, writer: RequestId, table: u16, key: u32, version: u32) {
        let writer = &self.world.requests[writer];
        let writer = (writer.service, writer.instance);
        let event = |copies| ChangeEvent {
            copies,
            instance: 0,
            key,
            version,
            committed_at: self.now,
            lost: false,
            number: 0,
        };
        let mut events = Vec::new();
        for reference in &self.plan.tables[table as usize].copied_by {
            let plan = &self.plan.references[*reference as usize];
            let broadcasts = self.plan.caches[plan.cache as usize].sync == CacheSync::Broadcast;
            match plan.strategy {
                ReadStrategy::Replica => events.push(event(Copies::Replica(*reference))),
                ReadStrategy::LocalCache if broadcasts => {
                    events.push(event(Copies::ReferenceCache(*reference)))
                }
                _ => {}
            }
        }
        for cache in 0..self.plan.lookup_caches as u16 {
            let plan = &self.plan.caches[cache as usize];
            if plan.of == table && plan.sync == CacheSync::Broadcast {
                events.push(event(Copies::Cache(cache)));
            }
        }
        for event in events {
            match event.copies {
                Copies::Replica(reference) => {
                    let applier = &mut self.world.appliers[reference as usize];
                    let number = applier.sent;
                    applier.sent += 1;
                    self.send_change(ChangeEvent { number, ..event });
                }
                Copies::ReferenceCache(_) | Copies::Cache(_) => {
                    let service =
                        self.plan.caches[cache_of(&self.plan, event.copies) as usize].service;
                    for instance in 0..self.plan.services[service as usize].instances as u16 {
                        if (service, instance) == writer {
                            let cache = cache_of(&self.plan, event.copies) as usize;
                            self.world.caches[cache][instance as usize].drop_entry(key);
                            self.applied(event, Some(instance));
                            continue;
                        }
                        self.send_change(ChangeEvent { instance, ..event });
                    }
                }
            }
        }
    }

    fn send_change(&mut self, event: ChangeEvent) {
        let link = event_link(&self.plan, event.copies);
        let again = matches!(event.copies, Copies::Replica(_));
        self.world.events_in_flight += 1;
        if self.world.events_in_flight > EVENTS_IN_FLIGHT_MAX {
            self.stopped = Some(Limit::EventsInFlight);
        }
        let state = &self.world.links[link as usize];
        if state.hold > 0 || again && state.cut > 0 {
            self.world.links[link as usize].held.push(event);
            return self.record(What::EventHeld { link });
        }
        let (arrives, lost) = self.transit(link, Direction::Event);
        self.record(What::EventSent {
            copies: event.copies,
            link,
            instance: (!again).then_some(event.instance),
            key: event.key,
            arrives,
            lost,
        });
        // A lost event that will be sent again comes back to here instead of arriving.
        let at = if lost && again {
            self.now + REDELIVERY
        } else {
            arrives
        };
        let sent = self.world.changes_sent.put(ChangeEvent { lost, ..event });
        self.at(at, Event::ChangeArrives(sent));
    }

    /// A link is mended: the events that waited for it leave.
    pub(super) fn release_held(&mut self, link: u16) {
        for event in std::mem::take(&mut self.world.links[link as usize].held) {
            self.world.events_in_flight -= 1;
            self.send_change(event);
        }
    }

    pub(super) fn change_arrives(&mut self, sent: Handle<ChangeEvent>) {
        let Some(event) = self.world.changes_sent.live(sent).copied() else {
            return;
        };
        self.world.changes_sent.give_back(sent.place());
        match event.copies {
            Copies::Replica(_) if event.lost => {
                self.world.events_in_flight -= 1;
                self.send_change(event);
            }
            Copies::Replica(reference) => {
                let applier = &mut self.world.appliers[reference as usize];
                if self.plan.references[reference as usize].in_order {
                    applier.takes(event);
                } else {
                    applier.queue.push_back(event);
                }
                self.apply_next(reference);
            }
            Copies::ReferenceCache(_) | Copies::Cache(_) => {
                self.world.events_in_flight -= 1;
                let cache = cache_of(&self.plan, event.copies) as usize;
                let service = self.plan.caches[cache].service as usize;
                let instance = event.instance as usize;
                if event.lost || !self.world.services[service].instances[instance].up() {
                    return;
                }
                self.world.caches[cache][instance].drop_entry(event.key);
                self.applied(event, Some(event.instance));
            }
        }
    }

    /// The applier takes up the next event, if it can: it runs where its service runs, and needs the store.
    pub(super) fn apply_next(&mut self, reference: u16) {
        let plan = &self.plan.references[reference as usize];
        let store = self.plan.tables[plan.from as usize].store;
        let reader_up = self.world.services[plan.reader as usize]
            .instances
            .iter()
            .any(|instance| instance.up());
        let store_up = self.world.stores[store as usize].pool.down == 0;
        let applier = &mut self.world.appliers[reference as usize];
        if applier.busy || applier.queue.is_empty() || !reader_up || !store_up {
            return;
        }
        applier.busy = true;
        let write_time = self.plan.stores[store as usize].write_time;
        let holds = write_time.sample(&mut self.world.stores[store as usize].write);
        self.connection(store, User::Applier(reference), holds);
    }

    pub(super) fn change_applied(&mut self, reference: u16) {
        let plan = &self.plan.references[reference as usize];
        let store = self.plan.tables[plan.from as usize].store;
        self.return_connection(store);
        let applier = &mut self.world.appliers[reference as usize];
        applier.busy = false;
        if let Some(event) = applier.queue.pop_front() {
            self.world.events_in_flight -= 1;
            let copy = &mut self.world.replicas[reference as usize][event.key as usize];
            // An event that was overtaken by a newer one changes nothing.
            if event.version > copy.version {
                *copy = Copied {
                    version: event.version,
                    read_at: event.committed_at,
                };
            }
            self.applied(event, None);
        }
        self.apply_next(reference);
    }

    fn applied(&mut self, event: ChangeEvent, instance: Option<u16>) {
        self.record(What::EventApplied {
            copies: event.copies,
            instance,
            key: event.key,
            lag: self.now.since(event.committed_at),
        });
    }

    /// Appliers that had to stop go on.
    pub(super) fn appliers_go_on(&mut self) {
        for reference in 0..self.plan.references.len() as u16 {
            self.apply_next(reference);
        }
    }

    /// Strategies have changed: copies that begin now begin complete, caches that are no longer used are emptied.
    pub(super) fn migrate_copies(&mut self, old: &Plan) {
        for (index, before) in old.references.iter().enumerate() {
            let now = &self.plan.references[index];
            if before.strategy == now.strategy {
                continue;
            }
            let owner = &self.world.tables[now.to as usize].rows;
            match now.strategy {
                ReadStrategy::Replica => {
                    for (copy, row) in self.world.replicas[index].iter_mut().zip(owner) {
                        *copy = Copied {
                            version: row.version,
                            read_at: self.now,
                        };
                    }
                }
                ReadStrategy::Remodel => {
                    let versions: Vec<u32> = owner.iter().map(|row| row.version).collect();
                    self.world.tables[now.from as usize].embed_all(now.column, &versions);
                }
                _ => {}
            }
            if before.strategy == ReadStrategy::LocalCache {
                for cache in &mut self.world.caches[now.cache as usize] {
                    cache.clear();
                }
            }
        }
    }
}

/// The link that events for these copies take.
fn event_link(plan: &Plan, copies: Copies) -> u16 {
    match copies {
        Copies::Replica(reference) | Copies::ReferenceCache(reference) => {
            plan.references[reference as usize].event_link
        }
        Copies::Cache(cache) => plan.caches[cache as usize].event_link,
    }
}

/// The cache that these copies are in (for a replica, the cache its reference would have).
fn cache_of(plan: &Plan, copies: Copies) -> u16 {
    match copies {
        Copies::Replica(reference) | Copies::ReferenceCache(reference) => {
            plan.references[reference as usize].cache
        }
        Copies::Cache(cache) => cache,
    }
}
