//! A request: from the moment its caller sends it until both its caller and its callee are done with it.

use super::limits::LOOPS_MAX;
use super::plan::NONE;
use super::tables::Page;
use super::trace::{Outcome, Serial};
use crate::scenario::OnError;
use crate::time::Time;

/// A request's place, and which of the requests that have had this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId {
    /// The place.
    pub index: u32,
    /// How often the place had been used before.
    pub generation: u32,
}

impl RequestId {
    /// No request.
    pub const NONE: RequestId = RequestId {
        index: NONE,
        generation: 0,
    };
}

/// Who sent a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A client.
    Client(u16),
    /// A step of another request.
    Request(RequestId),
    /// A fan-out: this is a branch, on its root's worker; no message is sent.
    Branch(RequestId),
}

/// Where a request is, on the callee's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// On its way to the service.
    Travelling,
    /// In the accept queue.
    Queued,
    /// On a worker (or a branch), doing its own work.
    Working,
    /// On a worker, waiting for a connection of this store.
    WantsConnection(u16),
    /// On a worker, using a connection of this store.
    UsesConnection(u16),
    /// On a worker, waiting for what it started.
    Waiting,
    /// The service is done with it (or never saw it).
    Done,
}

/// What a request waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Nothing.
    None,
    /// One call.
    Call(OnError),
    /// Branches.
    FanOut {
        /// The first entry, in the plan's branches.
        first: u32,
        /// How many entries.
        branches: u32,
        /// The next to be started.
        next: u32,
        /// How many are to be started in all.
        total: u32,
        /// At most so many at once.
        limit: u32,
    },
    /// The calls that fetch the values of a reference (in [`super::fetch::Fetches`]).
    Fetch(u32),
}

/// A request. Branches of a fan-out are requests, too, without a worker of their own.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its place's use.
    pub generation: u32,
    /// Its number in the trace.
    pub serial: Serial,
    /// Who sent it.
    pub caller: Caller,
    /// The client's request that all this is done for.
    pub origin: RequestId,
    /// For a branch, the request whose worker it runs on; for others itself.
    pub root: RequestId,
    /// What is asked for.
    pub operation: u16,
    /// Of which service.
    pub service: u16,
    /// Of which instance.
    pub instance: u16,
    /// The caller's instance.
    pub caller_instance: u16,
    /// The link it came over.
    pub link: u16,
    /// How many keys it asks for.
    pub keys: u32,
    /// Where it is.
    pub stage: Stage,
    /// Whether its caller has its answer, or has given up.
    pub caller_done: bool,
    /// Whether an answer is on its way to the caller.
    pub answer_travels: bool,
    /// How it ended at the callee.
    pub outcome: Outcome,
    /// When it was sent.
    pub issued_at: Time,
    /// When a worker took it up.
    pub started_at: Time,
    /// When its last query was answered: the moment its values were true.
    pub read_at: Time,
    /// The next instruction.
    pub pc: u32,
    /// Loop counters, innermost last.
    pub loops: [u32; LOOPS_MAX],
    /// How many loops it is in.
    pub depth: u8,
    /// The rows it has read.
    pub page: Page,
    /// The key it has looked up in a cache and missed.
    pub key: u32,
    /// What it waits for.
    pub group: Group,
    /// How many of those are still under way.
    pub outstanding: u32,
    /// Whether one of those failed.
    pub failed: bool,
    /// For a root: how many of its strands (itself and its branches) are not just waiting for answers.
    pub strands: u32,
    /// For a client's request: the calls made for it.
    pub calls: u32,
    /// For a call of a fetch: which of the fetch's keys it asks for.
    pub range: (u32, u32),
    /// The new row it is about to insert: a place in [`super::fetch::NewRows`], or [`NONE`].
    pub new_row: u32,
}

/// All requests that are alive.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    places: Vec<Request>,
    free: Vec<u32>,
    serial: Serial,
}

impl Requests {
    /// How many are alive, branches included.
    pub fn alive(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// The next serial number.
    pub fn next_serial(&mut self) -> Serial {
        self.serial += 1;
        self.serial
    }

    /// Gives a new request a place.
    pub fn insert(&mut self, mut request: Request) -> RequestId {
        match self.free.pop() {
            Some(index) => {
                request.generation = self.places[index as usize].generation;
                let generation = request.generation;
                self.places[index as usize] = request;
                RequestId { index, generation }
            }
            None => {
                request.generation = 0;
                self.places.push(request);
                RequestId {
                    index: self.places.len() as u32 - 1,
                    generation: 0,
                }
            }
        }
    }

    /// The request, if it is still alive.
    #[inline]
    pub fn get(&self, id: RequestId) -> Option<&Request> {
        self.places
            .get(id.index as usize)
            .filter(|request| request.generation == id.generation)
    }

    /// The request, if it is still alive.
    #[inline]
    pub fn get_mut(&mut self, id: RequestId) -> Option<&mut Request> {
        self.places
            .get_mut(id.index as usize)
            .filter(|request| request.generation == id.generation)
    }

    /// Frees a request's place.
    pub fn remove(&mut self, id: RequestId) {
        if let Some(request) = self.get_mut(id) {
            request.generation += 1;
            request.stage = Stage::Done;
            request.caller_done = true;
            self.free.push(id.index);
        }
    }

    /// Every live request, in the order of places (which is the same in every run).
    pub fn iter(&self) -> impl Iterator<Item = (RequestId, &Request)> {
        // A freed place is Done and its caller is done, or it would not have been freed.
        (0u32..)
            .zip(&self.places)
            .filter(|(_, request)| request.stage != Stage::Done || !request.caller_done)
            .map(|(index, request)| {
                let generation = request.generation;
                (RequestId { index, generation }, request)
            })
    }
}

impl std::ops::Index<RequestId> for Requests {
    type Output = Request;
    /// For a request known to be alive.
    fn index(&self, id: RequestId) -> &Request {
        debug_assert_eq!(self.places[id.index as usize].generation, id.generation);
        &self.places[id.index as usize]
    }
}

impl std::ops::IndexMut<RequestId> for Requests {
    fn index_mut(&mut self, id: RequestId) -> &mut Request {
        debug_assert_eq!(self.places[id.index as usize].generation, id.generation);
        &mut self.places[id.index as usize]
    }
}
