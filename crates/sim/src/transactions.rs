//! Local transactions: from the connection that they begin with to the commit, the rollback or the decision of a
//! two-phase commit; and the locks on rows that they hold all the while.

use super::business_keys::EventPayload;
use super::event::Event;
use super::handle::{Handle, Pooled};
use super::index::Index;
use super::lineage::Lineage;
use super::plan::{Instruction, NONE};
use super::pool::User;
use super::records::Stored;
use super::request::{RequestId, Stage};
use super::trace::{Key, Observe, Outcome, Serial, What, Written};
use super::{Simulation, statements::Read};
use kernel::time::{Span, Time};
use std::collections::VecDeque;

/// A local transaction under way (or prepared).
#[derive(Clone, Debug, Default)]
pub struct Transaction {
    /// The request that it belongs to; its number.
    pub serial: Serial,
    /// The store.
    pub store: u16,
    /// The business key.
    pub key: Key,
    /// What it will have written.
    pub writes: Vec<Write>,
    /// What it read, and what was done because of it.
    pub reads: Vec<Read>,
    /// The rows that it has locked.
    pub locks: Vec<(u16, Key)>,
    /// Events that its commit puts into an outbox or a log: the relay, and what it carries.
    pub events: Vec<(u16, Publishable)>,
    /// Subscriptions for which the message is remembered.
    pub remembers: Vec<u16>,
    /// What it waits for, in [`super::world::World::row_waits`], if for a row.
    pub wants: Option<u32>,
    /// For one that is prepared: the operation.
    pub prepared: Option<u16>,
    /// The transaction around it, whose end does not touch it: a log of calls stays, whatever becomes of the rest.
    outer: Option<u32>,
    /// Whether it is on the connection of the one around it.
    shares_connection: bool,
}

/// An event that is to be published.
#[derive(Clone, Copy, Debug, Default)]
pub struct Publishable {
    /// The table whose record it carries, or [`NONE`].
    pub of: u32,
    /// What has happened.
    pub kind: u8,
    /// Its name by its cause.
    pub lineage: Lineage,
}

/// A record that a transaction will have written.
#[derive(Clone, Copy, Debug)]
pub struct Write {
    /// The table.
    pub table: u16,
    /// The record.
    pub row: Key,
    /// What it will be.
    pub stored: Stored,
    /// What was done.
    pub how: Written,
    /// Which numbers were changed (a bit for each).
    pub changed: u8,
}

/// A statement that waits for a row; gone when it has it or gives up.
#[derive(Clone, Copy, Debug)]
pub struct RowWait {
    request: RequestId,
    table: u16,
    row: Key,
    since: Time,
}

impl Default for RowWait {
    /// Stands in a place that has not been used yet.
    fn default() -> Self {
        RowWait {
            request: RequestId::FIRST,
            table: 0,
            row: 0,
            since: Time::ZERO,
        }
    }
}

/// The transactions under way.
pub type Transactions = Pooled<Transaction>;

/// A row that a transaction has locked.
#[derive(Clone, Debug, Default)]
pub struct RowLock {
    /// The transaction.
    holder: u32,
    /// Who waits for it, in order.
    waiting: VecDeque<RequestId>,
}

/// The rows that are locked.
pub type RowLocks = Index<(u16, Key), RowLock>;

impl RowLock {
    /// How many wait for it.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

impl<O: Observe> Simulation<O> {
    /// A request needs a connection for a local transaction.
    pub(super) fn begin_transaction(&mut self, id: RequestId, store: u16) {
        // A reader who was the first to ask has no business key yet.
        if self.world.stores[store as usize].pool.down > 0 || self.world.requests[id].work == NONE {
            return self.finish(id, Outcome::Failed);
        }
        let outer = self.transaction_of(id);
        if outer.is_some_and(|place| self.world.transactions[place].store == store) {
            return self.transaction_begins(id, store);
        }
        self.world.requests[id].stage = Stage::WantsConnection(store);
        self.connection(store, User::Transaction(id), Span::ZERO);
    }

    /// It has the connection: the transaction begins.
    pub(super) fn transaction_begins(&mut self, id: RequestId, store: u16) {
        let place = self.world.transactions.take();
        let request = &mut self.world.requests[id];
        request.stage = Stage::Working;
        let (serial, work) = (request.serial, request.work);
        let transaction = &mut self.world.transactions[place];
        transaction.serial = serial;
        transaction.store = store;
        debug_assert!(transaction.writes.is_empty() && transaction.locks.is_empty());
        (transaction.outer, transaction.shares_connection) = (None, false);
        if work != NONE {
            let work = &mut self.world.works[work];
            let outer = std::mem::replace(&mut work.transaction, place);
            transaction.key = work.key;
            if outer != NONE {
                let shares = self.world.transactions[outer].store == store;
                let transaction = &mut self.world.transactions[place];
                (transaction.outer, transaction.shares_connection) = (Some(outer), shares);
            }
        }
        self.record(What::Began {
            request: serial,
            store,
        });
        // Through the queue: whoever gave the connection back goes on first.
        self.schedule(Span::ZERO, Event::Resumes(id));
    }

    /// The transaction of a request, if it is in one.
    pub(super) fn transaction_of(&self, id: RequestId) -> Option<u32> {
        let work = self.world.requests.get(id)?.work;
        if work == NONE {
            return None;
        }
        let place = self.world.works[work].transaction;
        (place != NONE).then_some(place)
    }

    /// Takes a row's lock for a request's transaction, or waits for it. Whether it has it.
    pub(super) fn lock_row(&mut self, id: RequestId, table: u16, row: Key) -> bool {
        let Some(place) = self.transaction_of(id) else {
            return true;
        };
        let store = self.world.transactions[place].store;
        match self.world.row_locks.get_mut((table, row)) {
            None => {
                self.world.row_locks.insert(
                    (table, row),
                    RowLock {
                        holder: place,
                        waiting: VecDeque::new(),
                    },
                );
                self.world.transactions[place].locks.push((table, row));
                true
            }
            Some(lock) if lock.holder == place => true,
            Some(lock) => {
                lock.waiting.push_back(id);
                let wait = self.world.row_waits.put(RowWait {
                    request: id,
                    table,
                    row,
                    since: self.now,
                });
                self.world.transactions[place].wants = Some(wait.place());
                let request = &mut self.world.requests[id];
                request.stage = Stage::WaitsForRow;
                let request = request.serial;
                self.record(What::RowWanted {
                    table,
                    row,
                    request,
                });
                let timeout = self.plan.stores[store as usize].lock_timeout;
                self.arm(timeout, Event::RowGivesUp(wait));
                false
            }
        }
    }

    /// A statement has waited long enough for a row.
    pub(super) fn row_gives_up(&mut self, wait: Handle<RowWait>) {
        let Some(RowWait { request: id, .. }) = self.world.row_waits.live(wait).copied() else {
            return;
        };
        let Some(place) = self.transaction_of(id) else {
            return;
        };
        self.stop_waiting_for_row(id, place);
        self.world.requests[id].stage = Stage::Working;
        self.finish(id, Outcome::Failed);
    }

    /// A request does not wait for its row any more.
    fn stop_waiting_for_row(&mut self, id: RequestId, place: u32) {
        let transaction = &mut self.world.transactions[place];
        let Some(wait) = transaction.wants.take() else {
            return;
        };
        let RowWait {
            table, row, since, ..
        } = self.world.row_waits[wait];
        self.world.row_waits.give_back(wait);
        if let Some(lock) = self.world.row_locks.get_mut((table, row)) {
            lock.waiting.retain(|other| *other != id);
        }
        let request = self.world.requests[id].serial;
        self.record(What::RowGranted {
            table,
            row,
            request,
            waited: self.now.since(since),
            gave_up: true,
        });
    }

    /// A transaction's locks are released; who waited for them goes on.
    fn release_rows(&mut self, place: u32) {
        let locks = std::mem::take(&mut self.world.transactions[place].locks);
        for (table, row) in &locks {
            let Some(mut lock) = self.world.row_locks.remove((*table, *row)) else {
                continue;
            };
            let Some(next) = lock.waiting.pop_front() else {
                continue;
            };
            // Whoever died while waiting has been taken out.
            let Some(holder) = self.transaction_of(next) else {
                debug_assert!(false, "a request without a transaction waits for a row");
                continue;
            };
            lock.holder = holder;
            self.world.row_locks.insert((*table, *row), lock);
            let transaction = &mut self.world.transactions[holder];
            transaction.locks.push((*table, *row));
            let wait = transaction.wants.take();
            let since = wait.map_or(self.now, |wait| self.world.row_waits[wait].since);
            if let Some(wait) = wait {
                self.world.row_waits.give_back(wait);
            }
            let request = &mut self.world.requests[next];
            request.stage = Stage::Working;
            let request = request.serial;
            self.record(What::RowGranted {
                table: *table,
                row: *row,
                request,
                waited: self.now.since(since),
                gave_up: false,
            });
            let time = self.statement_time(next);
            self.schedule(time, Event::Resumes(next));
        }
        // Keeps its memory for the next transaction in this place.
        let mut locks = locks;
        locks.clear();
        self.world.transactions[place].locks = locks;
    }

    /// How long the commit of a request's transaction takes.
    pub(super) fn commit_time(&mut self, id: RequestId) -> Span {
        let Some(place) = self.transaction_of(id) else {
            return Span::ZERO;
        };
        let transaction = &self.world.transactions[place];
        if transaction.writes.is_empty()
            && transaction.events.is_empty()
            && transaction.remembers.is_empty()
        {
            return Span::ZERO;
        }
        self.write_time(transaction.store)
    }

    /// How long a write transaction of a store takes.
    pub(super) fn write_time(&mut self, store: u16) -> Span {
        let time = self.plan.stores[store as usize].write_time;
        let span = time.sample(&mut self.world.stores[store as usize].write);
        self.store_time(store, span)
    }

    /// A request's transaction commits.
    pub(super) fn commit_transaction(&mut self, id: RequestId) {
        let Some(place) = self.transaction_of(id) else {
            return;
        };
        if self.was_faster(id, place) {
            return;
        }
        let outer = self.world.transactions[place].outer.unwrap_or(NONE);
        let payload = match self.work(id) {
            Some(work) => {
                work.transaction = outer;
                work.payload
            }
            None => EventPayload::default(),
        };
        let changed = self.commit_now(place, payload);
        if let Some(work) = self.work(id) {
            work.changed = changed;
        }
    }

    /// Whether another delivery of the same message has committed in the meantime: the message's row in the inbox is
    /// unique, so this transaction is rolled back, and the message is as good as seen before.
    fn was_faster(&mut self, id: RequestId, place: u32) -> bool {
        let Some((key, message)) = self.work(id).map(|work| (work.key, work.payload.message))
        else {
            return false;
        };
        let remembers = self.world.transactions[place].remembers.clone();
        let mut remembers = remembers.into_iter();
        if !remembers.any(|subscription| self.knows_message(subscription, message)) {
            return false;
        }
        self.roll_back_transaction(id);
        let request = &mut self.world.requests[id];
        let before = &self.plan.code[..request.pc as usize];
        let end = before.iter().rev().find_map(|it| match it {
            Instruction::SeenBefore { end, .. } => Some(*end),
            _ => None,
        });
        // The caller goes on behind the instruction at hand.
        request.pc = end.map_or(request.pc, |end| end.saturating_sub(1));
        let (serial, operation) = (request.serial, request.operation);
        self.note(
            key,
            What::Skipped {
                message,
                key,
                request: serial,
                operation,
            },
        );
        true
    }

    /// Commits a transaction, and ends it. Which numbers of the business key's own records it has changed.
    fn commit_now(&mut self, place: u32, payload: EventPayload) -> u8 {
        let mut ended = std::mem::take(&mut self.world.transactions[place]);
        let (request, store, key) = (ended.serial, ended.store, ended.key);
        self.record(What::Committed { request, store });
        let mut changed = 0;
        for read in ended.reads.drain(..) {
            self.judge_read(&read, key, request);
        }
        for write in ended.writes.drain(..) {
            let mut stored = Stored {
                written_at: self.now,
                ..write.stored
            };
            if write.row == key {
                changed |= write.changed;
            }
            let records = &mut self.world.records[write.table as usize];
            let mut how = write.how;
            // Who inserts without a unique key waits for nobody: others of this key may have come since the statement.
            let others = records.get(write.row).copied().unwrap_or_default();
            match how {
                Written::Inserted | Written::InsertedAgain => {
                    stored.rows = others.rows.saturating_add(1);
                    stored.version = others.version + 1;
                    how = match others.rows {
                        0 => Written::Inserted,
                        _ => Written::InsertedAgain,
                    };
                }
                Written::Updated | Written::Applied => stored.rows = others.rows.max(1),
                Written::Removed | Written::Expired => {}
            }
            if stored.rows == 0 {
                records.remove(write.row);
            } else {
                records.put(write.row, stored);
            }
            self.note(
                key,
                What::Wrote {
                    table: write.table,
                    row: write.row,
                    key,
                    rows: stored.rows,
                    state: stored.state,
                    version: stored.version,
                    how,
                    by: request,
                },
            );
            self.watch_expiry(write.table, write.row, key, stored);
        }
        for subscription in ended.remembers.drain(..) {
            self.remember_message(subscription, payload.message);
        }
        for (relay, event) in ended.events.drain(..) {
            self.put_into_outbox(relay, key, event, changed);
        }
        self.world.transactions[place] = ended;
        self.end_transaction(place, store);
        changed
    }

    /// Whatever transactions a request is in are rolled back.
    pub(super) fn roll_back_all(&mut self, id: RequestId) {
        while self.transaction_of(id).is_some() {
            self.roll_back_transaction(id);
        }
    }

    /// A request's transaction is rolled back, if it is in one.
    pub(super) fn roll_back_transaction(&mut self, id: RequestId) {
        let Some(place) = self.transaction_of(id) else {
            return;
        };
        if self.world.requests[id].stage == Stage::WaitsForRow {
            self.stop_waiting_for_row(id, place);
        }
        let outer = self.world.transactions[place].outer.unwrap_or(NONE);
        if let Some(work) = self.work(id) {
            work.transaction = outer;
        }
        self.roll_back(place);
    }

    fn roll_back(&mut self, place: u32) {
        let transaction = &mut self.world.transactions[place];
        transaction.writes.clear();
        transaction.reads.clear();
        transaction.events.clear();
        transaction.remembers.clear();
        let (request, store) = (transaction.serial, transaction.store);
        self.record(What::RolledBack { request, store });
        self.end_transaction(place, store);
    }

    /// The locks and the connection of a transaction that has ended are given back.
    fn end_transaction(&mut self, place: u32, store: u16) {
        self.release_rows(place);
        let transaction = &mut self.world.transactions[place];
        transaction.prepared = None;
        transaction.wants = None;
        let shares = transaction.shares_connection;
        self.world.transactions.give_back(place);
        if !shares {
            self.return_connection(store);
        }
    }

    /// A request's transaction is prepared: it belongs to nobody until the decision is told.
    pub(super) fn prepare_transaction(&mut self, id: RequestId, operation: u16) {
        let Some(place) = self.transaction_of(id) else {
            return;
        };
        if let Some(work) = self.work(id) {
            work.transaction = NONE;
        }
        let transaction = &mut self.world.transactions[place];
        transaction.prepared = Some(operation);
        let (request, store, key) = (transaction.serial, transaction.store, transaction.key);
        self.business_key_begins(key);
        let older = self.world.prepared.remove((key, operation));
        self.world.prepared.insert((key, operation), place);
        if let Some(older) = older {
            // A retried prepare: the older one is forgotten.
            self.world.transactions[older].prepared = None;
            self.roll_back(older);
            self.business_key_ends(key);
        }
        self.note(
            key,
            What::Prepared {
                request,
                store,
                key,
            },
        );
        let transaction = self.world.transactions.handle(place);
        self.arm(self.plan.recovery, Event::InDoubt(transaction));
    }

    /// The decision about a prepared transaction arrives. Whether there is one.
    pub(super) fn decide_prepared(&mut self, key: Key, operation: u16, commit: bool) -> bool {
        let Some(place) = self.world.prepared.remove((key, operation)) else {
            return false;
        };
        if commit {
            self.commit_now(place, EventPayload::default());
        } else {
            self.roll_back(place);
        }
        self.business_key_ends(key);
        true
    }

    /// A participant has been in doubt for long: it asks the coordinator, which is back and knows its own record.
    pub(super) fn in_doubt(&mut self, handle: Handle<Transaction>) {
        let Some(transaction) = self.world.transactions.live(handle) else {
            return;
        };
        let Some(operation) = transaction.prepared else {
            return;
        };
        let key = transaction.key;
        if self.world.ledger.is_in_process(key) {
            // The coordinator is still at work on it.
            return self.arm(self.plan.recovery, Event::InDoubt(handle));
        }
        let commit = self.plan.two_phase_record.is_some_and(|(table, accepted)| {
            let record = self.world.records[table as usize].get(key);
            record.is_some_and(|record| record.state == accepted)
        });
        self.decide_prepared(key, operation, commit);
    }
}
