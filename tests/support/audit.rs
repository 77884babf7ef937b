//! An auditor: reads records and panics where one of the run's laws is broken.

use kernel::time::Time;
use sim::Plan;
use sim::trace::{Record, What};
use std::collections::{BTreeMap, BTreeSet};

/// What the auditor has seen.
#[derive(Default)]
pub struct Auditor {
    last: Time,
    /// Clients' requests that wait for their end.
    open: BTreeSet<u64>,
    /// Calls between services that wait for their end.
    calls: BTreeSet<u64>,
    /// By (service, instance): running requests.
    running: BTreeMap<(u16, u16), BTreeSet<u64>>,
    /// By (service, instance): queued requests.
    queued: BTreeMap<(u16, u16), BTreeSet<u64>>,
    /// By (service, instance): running requests that only wait.
    waiting: BTreeMap<(u16, u16), BTreeSet<u64>>,
    connections: BTreeMap<u16, u32>,
    wanted: BTreeMap<u16, u32>,
    /// Requests sent by clients.
    pub issued: u64,
    /// Requests that have ended for their client.
    pub settled: u64,
}

impl Auditor {
    /// Clients' requests that have not ended.
    pub fn in_flight(&self) -> u64 {
        self.open.len() as u64
    }

    /// Connections of all stores in use.
    pub fn connections_in_use(&self) -> u32 {
        self.connections.values().sum()
    }

    /// Takes one record in.
    pub fn observe(&mut self, plan: &Plan, record: &Record) {
        assert!(record.at >= self.last, "time goes back: {record:?}");
        self.last = record.at;
        match record.what {
            What::Issued { request, .. } => {
                self.issued += 1;
                assert!(self.open.insert(request), "sent twice: {record:?}");
            }
            What::Settled { request, .. } => {
                self.settled += 1;
                assert!(
                    self.open.remove(&request),
                    "ended twice, or never sent: {record:?}"
                );
            }
            What::Called { request, .. } => {
                assert!(self.calls.insert(request), "called twice: {record:?}")
            }
            What::Answered { request, .. } => {
                assert!(
                    self.calls.remove(&request),
                    "answered twice, or never called: {record:?}"
                );
            }
            What::Hop { arrives, .. } | What::EventSent { arrives, .. } => {
                assert!(arrives >= record.at, "arrives before it leaves: {record:?}");
            }
            What::Queued {
                request,
                service,
                instance,
            } => {
                let queue = self.queued.entry((service, instance)).or_default();
                assert!(queue.insert(request), "queued twice: {record:?}");
                let limit = plan.services[service as usize].accept_queue as usize;
                assert!(
                    queue.len() <= limit,
                    "the accept queue holds more than it has places: {record:?}"
                );
            }
            What::LeftQueue {
                request,
                service,
                instance,
                ..
            }
            | What::Dropped {
                request,
                service,
                instance,
                ..
            } => {
                let queue = self.queued.entry((service, instance)).or_default();
                assert!(
                    queue.remove(&request),
                    "dropped, but was not queued: {record:?}"
                );
            }
            What::Started {
                request,
                service,
                instance,
                queued,
                ..
            } => {
                let was_queued = self
                    .queued
                    .entry((service, instance))
                    .or_default()
                    .remove(&request);
                assert_eq!(was_queued, queued, "{record:?}");
                let running = self.running.entry((service, instance)).or_default();
                assert!(running.insert(request), "started twice: {record:?}");
                let threads = plan.services[service as usize].threads as usize;
                assert!(
                    running.len() <= threads,
                    "more workers than there are: {record:?}"
                );
            }
            What::Finished {
                request,
                service,
                instance,
                ..
            } => {
                let running = self.running.entry((service, instance)).or_default();
                assert!(
                    running.remove(&request),
                    "ended, but was not running: {record:?}"
                );
                let waiting = self.waiting.entry((service, instance)).or_default();
                assert!(
                    !waiting.contains(&request),
                    "ended while it waited: {record:?}"
                );
            }
            What::WorkerBlocked {
                request,
                service,
                instance,
            } => {
                assert!(
                    self.running[&(service, instance)].contains(&request),
                    "waits, but does not run: {record:?}"
                );
                let waiting = self.waiting.entry((service, instance)).or_default();
                assert!(waiting.insert(request), "waits twice: {record:?}");
            }
            What::WorkerResumed {
                request,
                service,
                instance,
            } => {
                let waiting = self.waiting.entry((service, instance)).or_default();
                assert!(
                    waiting.remove(&request),
                    "goes on, but did not wait: {record:?}"
                );
            }
            What::ConnectionWanted { store } => *self.wanted.entry(store).or_default() += 1,
            What::ConnectionUnwanted { store } => self.stop_wanting(store, record),
            What::ConnectionTaken { store, queued, .. } => {
                if queued {
                    self.stop_wanting(store, record);
                }
                let busy = self.connections.entry(store).or_default();
                *busy += 1;
                assert!(
                    *busy <= plan.stores[store as usize].connections,
                    "too many connections: {record:?}"
                );
            }
            What::ConnectionReturned { store } => {
                let busy = self.connections.entry(store).or_default();
                *busy = busy
                    .checked_sub(1)
                    .expect("a connection is returned that was not taken");
            }
            _ => {}
        }
        assert_eq!(
            self.issued,
            self.settled + self.in_flight(),
            "requests are not conserved: {record:?}"
        );
    }

    fn stop_wanting(&mut self, store: u16, record: &Record) {
        let wanted = self.wanted.entry(store).or_default();
        *wanted = wanted
            .checked_sub(1)
            .unwrap_or_else(|| panic!("wanted no connection: {record:?}"));
    }
}
