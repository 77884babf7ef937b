//! Business keys at work: which request is about which, what is under way for each, and what the user is told.

use super::Simulation;
use super::event::Event;
use super::handle::Handle;
use super::limits::Limit;
use super::lineage::Lineage;
use super::plan::{KeyPlan, NONE, Values};
use super::records::NEW_KEYS;
use super::request::{Caller, RequestId};
use super::trace::{Key, MessageId, Observe, Outcome, Record, Serial, What};
use kernel::time::{Span, Time};
use std::collections::VecDeque;

/// Keys of one client that readers choose from.
const RECENT_MAX: usize = 100;

/// What a request has read of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The table.
    pub table: u16,
    /// Whether anything was read.
    pub read: bool,
    /// The version.
    pub version: u32,
    /// The state.
    pub state: u8,
    /// The numbers.
    pub values: Values,
}

/// What an event carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventPayload {
    /// The message.
    pub message: MessageId,
    /// When it was made.
    pub made_at: Time,
    /// What has happened, as a choreography counts it.
    pub kind: u8,
    /// The version of the record it is about.
    pub version: u32,
    /// Its state.
    pub state: u8,
    /// Its numbers.
    pub values: Values,
    /// Which of them it carries (a bit for each).
    pub changed: u8,
    /// The event's name by its cause.
    pub lineage: Lineage,
}

/// What a request needs for writing: its business key, and what it is in the middle of.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// The business key.
    pub key: Key,
    /// The lineage of the client's request (or of the delivery) that all is done for.
    pub root: Lineage,
    /// What it has read.
    pub view: View,
    /// The event that it is done for.
    pub payload: EventPayload,
    /// Its local transaction, in [`super::transactions::Transactions`], or [`NONE`].
    pub transaction: u32,
    /// Where a failure goes on: if nothing was done, and if nobody knows.
    pub on_failure: (u32, u32),
    /// The failure that has brought it where it is.
    pub failed: Outcome,
    /// Whether nobody knows what the call that has failed did.
    pub unknown: bool,
    /// Whether it coordinates a business transaction at this moment.
    pub in_process: bool,
    /// Which numbers of its record its last commit has changed (a bit for each).
    pub changed: u8,
    /// Since when it waits for a business lock.
    pub waits_since: Option<Time>,
    /// What it is publishing, or [`NONE`].
    pub publishing: u32,
}

impl Default for Work {
    /// Nothing yet.
    fn default() -> Self {
        Work {
            key: 0,
            root: Lineage::NONE,
            view: View::default(),
            payload: EventPayload::default(),
            transaction: NONE,
            on_failure: (NONE, NONE),
            failed: Outcome::Ok,
            unknown: false,
            in_process: false,
            changed: 0,
            waits_since: None,
            publishing: NONE,
        }
    }
}

/// A person who will try again by hand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Waiting {
    client: u16,
    key: Key,
    lineage: Lineage,
}

/// What is known of clients' keys.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    last: Key,
    /// By client: the latest new keys.
    recent: Vec<VecDeque<Key>>,
}

impl<O: Observe> Simulation<O> {
    /// Records something that happened for a business key, and remembers it with the key.
    pub(super) fn note(&mut self, key: Key, what: What) {
        self.world
            .ledger
            .remember(key, Record { at: self.now, what });
        self.record(what);
    }

    /// Remembers with its business key what has happened to a request and is recorded beside.
    #[cold]
    pub(super) fn remember(&mut self, id: RequestId, what: &What) {
        if let Some(key) = self.key_of(id) {
            let (at, what) = (self.now, *what);
            self.world.ledger.remember(key, Record { at, what });
        }
    }

    /// The key of a client's next request.
    #[inline]
    pub(super) fn draw_key(&mut self, client: u16) -> Option<Key> {
        match self.plan.clients[client as usize].key {
            KeyPlan::None => None,
            _ => self.draw_some_key(client),
        }
    }

    #[inline(never)]
    fn draw_some_key(&mut self, client: u16) -> Option<Key> {
        let keys = &mut self.world.keys_of_clients;
        keys.recent.resize(self.plan.clients.len(), VecDeque::new());
        let stream = &mut self.world.clients[client as usize].keys;
        match self.plan.clients[client as usize].key {
            KeyPlan::None => None,
            KeyPlan::New => {
                keys.last += 1;
                let key = NEW_KEYS + keys.last;
                let recent = &mut keys.recent[client as usize];
                if recent.len() == RECENT_MAX {
                    recent.pop_front();
                }
                recent.push_back(key);
                Some(key)
            }
            KeyPlan::RowOf { .. } => {
                let picker = self.world.row_pickers[client as usize].as_ref();
                picker.map(|picker| picker.pick(stream))
            }
            KeyPlan::Recent { client } => {
                let recent = &keys.recent[client as usize];
                if recent.is_empty() {
                    return None;
                }
                recent
                    .get(stream.below(recent.len() as u32) as usize)
                    .copied()
            }
        }
    }

    /// Something begins for a key.
    pub(super) fn business_key_begins(&mut self, key: Key) {
        if self.world.ledger.begins(key, self.now) {
            self.stopped = Some(Limit::BusinessKeys);
        }
    }

    /// Something ends for a key; if it was the last, its records are held against the rules.
    pub(super) fn business_key_ends(&mut self, key: Key) {
        if !self.world.ledger.ends(key, self.now) {
            return;
        }
        let closing = self
            .world
            .ledger
            .closes(&self.plan, &self.world.records, key, self.now);
        for (rule, finding, since) in closing.mended {
            let after = self.now.since(since);
            self.note(
                key,
                What::Mended {
                    key,
                    rule,
                    finding,
                    after,
                },
            );
        }
        for (rule, finding) in closing.found {
            self.note(key, What::Found { key, rule, finding });
        }
        self.record(What::Closed {
            key,
            agrees: closing.agrees,
        });
        for key in closing.forget {
            for records in &mut self.world.records {
                records.remove(key);
            }
        }
    }

    /// Gives a new request its business key: its caller's, or this one.
    pub(super) fn keyed(&mut self, id: RequestId, key: Option<Key>) {
        let caller = self.world.requests[id].caller;
        let of_caller = match caller {
            Caller::Request(parent) | Caller::Branch(parent) => {
                match self.world.requests[parent].work {
                    NONE => None,
                    work => Some(self.world.works[work]),
                }
            }
            _ => None,
        };
        let work = match (of_caller, key) {
            (Some(work), _) => Work {
                key: work.key,
                root: work.root,
                view: work.view,
                payload: work.payload,
                ..Work::default()
            },
            (None, Some(key)) => Work {
                key,
                root: self.world.requests[id].lineage,
                ..Work::default()
            },
            (None, None) => return,
        };
        let place = self.world.works.take();
        self.world.works[place] = work;
        let request = &mut self.world.requests[id];
        request.work = place;
        let serial = request.serial;
        self.business_key_begins(work.key);
        if !matches!(caller, Caller::Branch(_)) {
            self.note(
                work.key,
                What::Keyed {
                    request: serial,
                    key: work.key,
                },
            );
        }
    }

    /// The work of a request that has a business key.
    pub(super) fn work(&mut self, id: RequestId) -> Option<&mut Work> {
        match self.world.requests.get(id)?.work {
            NONE => None,
            place => Some(&mut self.world.works[place]),
        }
    }

    /// The business key of a request.
    pub(super) fn key_of(&self, id: RequestId) -> Option<Key> {
        match self.world.requests.get(id)?.work {
            NONE => None,
            place => Some(self.world.works[place].key),
        }
    }

    /// Forgets a request, and that anything is under way for it.
    pub(super) fn forget(&mut self, id: RequestId) {
        let Some(request) = self.world.requests.get_mut(id) else {
            return;
        };
        let work = std::mem::replace(&mut request.work, NONE);
        self.world.requests.remove(id);
        if work != NONE {
            let key = self.world.works[work].key;
            self.world.works.give_back(work);
            self.business_key_ends(key);
        }
    }

    /// A business transaction begins, or ends.
    pub(super) fn process(&mut self, id: RequestId, begins: bool) {
        let Some(work) = self.work(id) else {
            return;
        };
        if work.in_process == begins {
            return;
        }
        work.in_process = begins;
        let key = work.key;
        self.world.ledger.process(key, begins);
    }

    /// The client is told how its request for a key has ended; perhaps somebody tries again by hand.
    pub(super) fn tell(
        &mut self,
        client: u16,
        key: Key,
        (request, outcome, lineage): (Serial, Outcome, Lineage),
    ) {
        let counts = self
            .plan
            .ledger
            .as_ref()
            .is_some_and(|ledger| ledger.client == client);
        if counts {
            self.world.ledger.tells(key, outcome);
        }
        self.note(
            key,
            What::Told {
                key,
                request,
                client,
                outcome,
            },
        );
        let Some(again) = &self.plan.clients[client as usize].again else {
            return;
        };
        if outcome == Outcome::Ok
            || outcome == Outcome::Declined
            || self.world.ledger.tried_again(key) >= again.times
        {
            return;
        }
        let (share, wait) = (again.share, again.wait);
        if self.world.clients[client as usize].keys.chance(share) {
            let waiting = self.world.waiting.put(Waiting {
                client,
                key,
                lineage,
            });
            self.business_key_begins(key);
            self.world.ledger.tries_again(key);
            self.schedule(wait, Event::TriesAgain(waiting));
        }
    }

    /// Somebody presses the button again.
    pub(super) fn tries_again(&mut self, waiting: Handle<Waiting>) {
        let Some(Waiting {
            client,
            key,
            lineage,
        }) = self.world.waiting.live(waiting).copied()
        else {
            return;
        };
        self.world.waiting.give_back(waiting.place());
        self.ask_about(client, Some(key), lineage);
        self.business_key_ends(key);
    }

    /// A stretch of time as long as it takes in a store that may be slow.
    pub(super) fn store_time(&self, store: u16, span: Span) -> Span {
        let service = self.plan.stores[store as usize].service;
        let factor =
            self.world.services[service as usize].slow * self.world.stores[store as usize].slow;
        super::interpret::slowed(span, factor)
    }
}
