//! Single flight: of those who miss the same key of an instance's cache at the same time, one fetches it and the others
//! wait (as in Go's `golang.org/x/sync/singleflight`). They hold their workers. When the fetch has ended they look again:
//! if it has failed, the next of them fetches.

use super::Simulation;
use super::event::Event;
use super::index::Index;
use super::request::{Group, RequestId, Stage};
use super::trace::Observe;
use kernel::time::Span;

/// The fetches under way for one instance's cache, by key: who fetches, and behind it who waits.
pub type Flights = Index<u32, Vec<RequestId>>;

impl<O: Observe> Simulation<O> {
    /// A request has missed `key`: whether it has to wait for another one that is fetching it.
    pub(super) fn joins_flight(&mut self, id: RequestId, cache: u16, key: u32) -> bool {
        let instance = self.world.requests[id].instance;
        let flights = &mut self.world.flights[cache as usize][instance as usize];
        match flights.get_mut(key) {
            Some(flight) => {
                flight.push(id);
                let request = &mut self.world.requests[id];
                (request.stage, request.group) = (Stage::Waiting, Group::Flight);
                true
            }
            None => {
                flights.insert(key, vec![id]);
                self.world.requests[id].leads += 1;
                false
            }
        }
    }

    /// A fetch has filled the cache: those who waited for it look again.
    pub(super) fn flight_lands(&mut self, id: RequestId, cache: u16, key: u32) {
        let instance = self.world.requests[id].instance;
        let flights = &mut self.world.flights[cache as usize][instance as usize];
        if flights
            .get(key)
            .is_some_and(|flight| flight.first() == Some(&id))
            && let Some(flight) = flights.remove(key)
        {
            self.world.requests[id].leads -= 1;
            self.wake(flight);
        }
    }

    /// A request ends: whatever it was still fetching has failed.
    pub(super) fn flights_fail(&mut self, id: RequestId) {
        let request = &self.world.requests[id];
        let (service, instance) = (request.service, request.instance as usize);
        let mut failed = Vec::new();
        for cache in 0..self.plan.lookup_caches {
            if self.plan.caches[cache].service != service {
                continue;
            }
            let flights = &mut self.world.flights[cache][instance];
            let mine = |(key, flight): (u32, &Vec<RequestId>)| {
                (flight.first() == Some(&id)).then_some(key)
            };
            loop {
                let next = flights.iter().find_map(mine);
                let Some(flight) = next.and_then(|key| flights.remove(key)) else {
                    break;
                };
                failed.push(flight);
            }
        }
        self.world.requests[id].leads = 0;
        failed.into_iter().for_each(|flight| self.wake(flight));
    }

    fn wake(&mut self, flight: Vec<RequestId>) {
        for waiting in flight.into_iter().skip(1) {
            self.schedule(Span::ZERO, Event::LooksAgain(waiting));
        }
    }

    /// The fetch that a request has waited for has ended: it looks into the cache again.
    pub(super) fn looks_again(&mut self, id: RequestId) {
        let Some(request) = self.world.requests.get_mut(id) else {
            return;
        };
        if request.group != Group::Flight || request.stage != Stage::Waiting {
            return;
        }
        (request.stage, request.group) = (Stage::Working, Group::None);
        request.looks_again = true;
        let root = request.root;
        self.task_resumes(root);
        self.run(id);
    }
}
