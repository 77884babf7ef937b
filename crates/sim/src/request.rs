//! A request: from the moment its caller sends it until both its caller and its callee are done with it.

use super::bus::Entry;
use super::handle::{Handle, next_generation};
use super::limits::{IN_FLIGHT_MAX, LOOPS_MAX};
use super::lineage::Lineage;
use super::plan::NONE;
use super::tables::Page;
use super::trace::{Outcome, Serial};
use kernel::time::Time;
use scenario::OnError;

/// A request's place, and which of the requests that have had this place.
pub type RequestId = Handle<Request>;

/// Who sent a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A client.
    Client(u16),
    /// A step of another request.
    Request(RequestId),
    /// A fan-out: this is a branch, on its root's worker; no message is sent.
    Branch(RequestId),
    /// A delivery of a message of a subscription's queue.
    Delivery {
        /// The message.
        message: Handle<Entry>,
        /// Its so-and-so-manieth delivery.
        delivery: u32,
        /// The subscription.
        subscription: u16,
    },
    /// A reconciliation that repairs.
    Repair(u16),
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
    /// On a worker, waiting for a row that another transaction has locked.
    WaitsForRow,
    /// On a worker, waiting for what it started.
    Waiting,
    /// The service is done with it (or never saw it).
    Done,
}

/// Where a request has its values from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadFrom {
    /// It has read nothing yet.
    Nowhere,
    /// From an answer, or a copy.
    Others,
    /// From its own store.
    Store,
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
    /// Another request's fetch of the key that it has looked up.
    Flight,
    /// The calls that fetch the values of a reference (in [`super::fetch::Fetches`]).
    Fetch(u32),
    /// The broker's confirmation.
    Publish,
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
    /// Its name by its cause, which it has in common with other attempts.
    pub lineage: Lineage,
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
    /// The caller's instance. (Wider than it need be: beside `instance` both would be read at once, which has to wait for
    /// the one that was written last; that was a tenth of a small run.)
    pub caller_instance: u32,
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
    /// The moment at which its values were true: when its last query was answered, or that of a call.
    pub read_at: Time,
    /// Where they come from.
    pub read: ReadFrom,
    /// The next instruction.
    pub pc: u32,
    /// Loop counters, innermost last.
    pub loops: [u32; LOOPS_MAX],
    /// How many loops it is in.
    pub depth: u8,
    /// How often it has chosen one of several branches.
    pub turns: u32,
    /// The rows it has read.
    pub page: Page,
    /// References that are resolved before this instruction were joined into the query of the page.
    pub joined: u32,
    /// The key it has looked up in a cache and missed.
    pub key: u32,
    /// What it waits for.
    pub group: Group,
    /// How many of those are still under way.
    pub outstanding: u32,
    /// Whether one of those failed.
    pub failed: bool,
    /// For a root: how many of its tasks (itself and its branches) are not just waiting for answers.
    pub tasks: u32,
    /// Whether the key that it looks up next is the one it has waited for.
    pub looks_again: bool,
    /// How many fetches of looked-up keys others wait for that it does.
    pub leads: u32,
    /// For a client's request: the calls made for it.
    pub calls: u32,
    /// For a call of a fetch: which of the fetch's keys it asks for.
    pub range: (u32, u32),
    /// The call that it is an attempt of, if that is guarded (in [`super::resilience::LogicalCalls`]), or [`NONE`].
    pub calling: u32,
    /// The new row it is about to insert: a place in [`super::fetch::NewRows`], or [`NONE`].
    pub new_row: u32,
    /// What it needs for writing: a place in [`super::world::World::works`], or [`NONE`] if it has no business key.
    pub work: u32,
}

impl Request {
    /// What is so of every request at first.
    pub const NEW: Request = Request {
        generation: 0,
        serial: 0,
        caller: Caller::Client(0),
        lineage: Lineage::NONE,
        origin: RequestId::FIRST,
        root: RequestId::FIRST,
        operation: 0,
        service: 0,
        instance: 0,
        caller_instance: 0,
        link: 0,
        keys: 0,
        stage: Stage::Travelling,
        caller_done: false,
        answer_travels: false,
        outcome: Outcome::Ok,
        issued_at: Time::ZERO,
        started_at: Time::ZERO,
        read_at: Time::ZERO,
        read: ReadFrom::Nowhere,
        pc: 0,
        loops: [0; LOOPS_MAX],
        depth: 0,
        turns: 0,
        page: Page {
            table: 0,
            start: 0,
            rows: 0,
        },
        joined: 0,
        key: 0,
        group: Group::None,
        outstanding: 0,
        failed: false,
        tasks: 1,
        looks_again: false,
        leads: 0,
        calls: 0,
        range: (0, 0),
        calling: NONE,
        new_row: NONE,
        work: NONE,
    };

    /// Whether a worker of its own is held by it. (A branch runs on its root's.)
    pub fn is_on_worker(&self) -> bool {
        let held = !matches!(self.stage, Stage::Travelling | Stage::Queued | Stage::Done);
        held && !matches!(self.caller, Caller::Branch(_))
    }
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

    /// Takes a place for a new request, and says whether there are more of them now than there may be.
    #[inline]
    pub fn take_place(&mut self) -> (RequestId, bool) {
        match self.free.pop() {
            Some(index) => {
                let generation = self.places[index as usize].generation;
                (RequestId::new(index, generation), false)
            }
            None => self.new_place(),
        }
    }

    /// The only way in which there can be more than ever before.
    #[cold]
    fn new_place(&mut self) -> (RequestId, bool) {
        let id = RequestId::new(self.places.len() as u32, 0);
        self.places.push(Request::NEW);
        (id, self.places.len() > IN_FLIGHT_MAX)
    }

    /// The request, if it is still alive.
    #[inline]
    pub fn get(&self, id: RequestId) -> Option<&Request> {
        self.places
            .get(id.index())
            .filter(|request| request.generation == id.generation())
    }

    /// The request, if it is still alive.
    #[inline]
    pub fn get_mut(&mut self, id: RequestId) -> Option<&mut Request> {
        self.places
            .get_mut(id.index())
            .filter(|request| request.generation == id.generation())
    }

    /// Frees a request's place.
    pub fn remove(&mut self, id: RequestId) {
        if let Some(request) = self.get_mut(id) {
            request.generation = next_generation(request.generation);
            request.stage = Stage::Done;
            request.caller_done = true;
            self.free.push(id.place());
        }
    }

    /// Every live request, in the order of places (which is the same in every run).
    pub fn iter(&self) -> impl Iterator<Item = (RequestId, &Request)> {
        // A freed place is Done and its caller is done, or it would not have been freed.
        (0u32..)
            .zip(&self.places)
            .filter(|(_, request)| request.stage != Stage::Done || !request.caller_done)
            .map(|(index, request)| (RequestId::new(index, request.generation), request))
    }
}

impl std::ops::Index<RequestId> for Requests {
    type Output = Request;
    /// For a request known to be alive.
    fn index(&self, id: RequestId) -> &Request {
        debug_assert_eq!(self.places[id.index()].generation, id.generation());
        &self.places[id.index()]
    }
}

impl std::ops::IndexMut<RequestId> for Requests {
    fn index_mut(&mut self, id: RequestId) -> &mut Request {
        debug_assert_eq!(self.places[id.index()].generation, id.generation());
        &mut self.places[id.index()]
    }
}
