//! Business locks: what keeps a record from the hands of others between two local transactions. Each has a lease, so that
//! one that nobody gives back does not last for ever.

use super::Simulation;
use super::event::Event;
use super::handle::{Handle, Pooled};
use super::index::Index;
use super::plan::{Instruction, LockPlan};
use super::records::Stored;
use super::request::{RequestId, Stage};
use super::trace::{Key, Observe, Outcome, Serial, What, Written};
use kernel::time::{Span, Time};
use scenario::LockBy;

/// How often somebody who waits for a lock asks again.
const ASKS_AGAIN: Span = Span::from_millis(200);

/// A lock that is held.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lease {
    /// The client's request for which it is held.
    holder: Serial,
    /// When it is gone by itself.
    pub until: Time,
    /// For a semantic lock: the state that the record had.
    state_before: u8,
    /// The timer that ends it, in [`Endings`].
    ending: u32,
}

/// The locks that are held, by lock and record.
pub type Leases = Index<(u16, Key), Lease>;

/// The end of a lease; gone with the lease.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ending {
    lock: u16,
    key: Key,
}

/// The ends of all leases that are held.
pub type Endings = Pooled<Ending>;

impl<O: Observe> Simulation<O> {
    /// A request's next instruction is about a business lock: it asks the store.
    pub(super) fn ask_for_lock(&mut self, id: RequestId, lock: u16) {
        let store = self.plan.locks[lock as usize].store;
        let holds = self.plan.stores[store as usize]
            .write_time
            .sample(&mut self.world.stores[store as usize].write);
        self.want_connection(id, store, holds);
    }

    /// The store has answered.
    pub(super) fn lock_answered(&mut self, id: RequestId) {
        match self.plan.code[self.world.requests[id].pc as usize] {
            Instruction::TakeLock { lock } => self.take_lock(id, lock),
            Instruction::ReleaseLock { lock } => {
                let holder = self.origin_serial(id);
                if let Some(key) = self.key_of(id) {
                    let held = self.world.leases.get((lock, key));
                    if held.is_some_and(|lease| lease.holder == holder) {
                        self.release_lock(lock, key, false);
                    }
                }
                self.world.requests[id].pc += 1;
                self.run(id);
            }
            _ => {}
        }
    }

    /// The number of the client's request that all is done for.
    fn origin_serial(&self, id: RequestId) -> Serial {
        let origin = self.world.requests[id].origin;
        let origin = self.world.requests.get(origin);
        origin.map_or(0, |request| request.serial)
    }

    fn take_lock(&mut self, id: RequestId, lock: u16) {
        let holder = self.origin_serial(id);
        let Some(work) = self.work(id).copied() else {
            return self.finish(id, Outcome::Failed);
        };
        let (key, now) = (work.key, self.now);
        let request = self.world.requests[id].serial;
        let plan = self.plan.locks[lock as usize].clone();
        let held = self.world.leases.get((lock, key));
        if held.is_some_and(|lease| lease.holder != holder) {
            let since = work.waits_since.unwrap_or(now);
            let waits = now.since(since) + ASKS_AGAIN <= plan.wait;
            self.note(
                key,
                What::LockRefused {
                    lock,
                    key,
                    request,
                    waits,
                },
            );
            if !waits {
                return self.finish(id, Outcome::Declined);
            }
            if let Some(work) = self.work(id) {
                work.waits_since = Some(since);
            }
            self.world.requests[id].stage = Stage::Working;
            return self.schedule(ASKS_AGAIN, Event::BranchBegins(id));
        }
        let held = held.copied();
        let mut lease = Lease {
            holder,
            until: now + plan.lease,
            state_before: held.map_or(0, |held| held.state_before),
            ending: 0,
        };
        if plan.by == LockBy::Semantic && held.is_none() {
            match self.world.records[plan.table as usize].get(key) {
                Some(record) => lease.state_before = record.state,
                None => return self.finish(id, Outcome::Declined),
            }
            self.mark(&plan, key, plan.state, request);
        }
        if let Some(held) = held {
            // Taken once more by whoever has it: the lease begins anew.
            self.world.lease_ends.give_back(held.ending);
        }
        let ending = self.world.lease_ends.put(Ending { lock, key });
        lease.ending = ending.place();
        self.world.leases.insert((lock, key), lease);
        self.arm(plan.lease, Event::LeaseEnds(ending));
        self.note(key, What::LockTaken { lock, key, request });
        if let Some(work) = self.work(id) {
            work.waits_since = None;
        }
        self.world.requests[id].pc += 1;
        self.run(id);
    }

    /// A semantic lock marks the record itself.
    fn mark(&mut self, plan: &LockPlan, key: Key, state: u8, by: Serial) {
        let records = &mut self.world.records[plan.table as usize];
        let Some(record) = records.get(key).copied() else {
            return;
        };
        let stored = Stored {
            state,
            written_at: self.now,
            ..record
        };
        records.put(key, stored);
        self.note(
            key,
            What::Wrote {
                table: plan.table,
                row: key,
                key,
                rows: stored.rows,
                state,
                version: stored.version,
                how: Written::Updated,
                by,
            },
        );
        self.watch_expiry(plan.table, key, key, stored);
    }

    fn release_lock(&mut self, lock: u16, key: Key, expired: bool) {
        let Some(lease) = self.world.leases.remove((lock, key)) else {
            return;
        };
        self.world.lease_ends.give_back(lease.ending);
        let plan = self.plan.locks[lock as usize].clone();
        if plan.by == LockBy::Semantic {
            let record = self.world.records[plan.table as usize].get(key);
            if record.is_some_and(|record| record.state == plan.state) {
                self.mark(&plan, key, lease.state_before, 0);
            }
        }
        self.note(key, What::LockReleased { lock, key, expired });
    }

    /// A lease runs out: the lock is free, whoever holds it.
    pub(super) fn lease_ends(&mut self, ending: Handle<Ending>) {
        if let Some(Ending { lock, key }) = self.world.lease_ends.live(ending).copied() {
            self.release_lock(lock, key, true);
        }
    }

    /// The records that are locked by a business lock, with the end of the lease.
    pub fn leases(&self) -> impl Iterator<Item = (u16, Key, Time)> + '_ {
        let leases = self.world.leases.iter();
        leases.map(|((lock, key), lease)| (lock, key, lease.until))
    }
}
