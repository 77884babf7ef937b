//! Statements: what is done to records, and what isolation would have prevented.

use super::Simulation;
use super::business_keys::View;
use super::event::Event;
use super::handle::{Handle, Pooled};
use super::lineage::Purpose;
use super::plan::{Instruction, NONE, Statement, StatementKind, Values};
use super::records::Stored;
use super::request::{ReadFrom, RequestId};
use super::trace::{Anomaly, Key, No, Observe, Outcome, Serial, What, Written};
use super::transactions::Write;
use kernel::time::Span;
use scenario::{Carries, IfVersion, OnDuplicate, Otherwise, Row};

/// Something that was read and that a transaction has built upon.
#[derive(Clone, Copy, Debug)]
pub struct Read {
    /// What was read.
    pub view: View,
    /// The record.
    pub row: Key,
    /// What it means if that has changed since.
    pub anomaly: Anomaly,
}

/// A record that will become something else unless somebody touches it; gone when somebody does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Expiring {
    table: u16,
    row: Key,
    key: Key,
}

/// Records that will become something else.
pub type Expiries = Pooled<Expiring>;

/// New numbers of records are below this (and so small enough to be read, and seldom the same).
const VALUES: u32 = 1_000_000;

/// How a statement ends.
enum Done {
    /// Well.
    Well,
    /// The transaction ends here, having done nothing; the request goes on behind it.
    Leave,
    /// The request has been done before, all of it.
    Before,
    /// Badly.
    Badly(Outcome),
}

impl<O: Observe> Simulation<O> {
    /// The record that a statement of a request is about.
    fn row_of(&self, statement: &Statement, key: Key) -> Key {
        match statement.row {
            Row::Key => key,
            Row::Shared => {
                let rows = self.plan.tables[statement.table as usize].rows;
                if rows == 0 { key } else { key % rows }
            }
        }
    }

    /// A request's next instruction is a statement: it waits for the row if it must.
    pub(super) fn begin_statement(&mut self, id: RequestId, number: u32) {
        let Some(work) = self.work(id) else {
            return self.finish(id, Outcome::Failed);
        };
        let key = work.key;
        let statement = &self.plan.statements[number as usize];
        let (table, row) = (statement.table, self.row_of(statement, key));
        let locks = match statement.what {
            StatementKind::Read { .. } => false,
            StatementKind::Insert { on_duplicate, .. } => on_duplicate != OnDuplicate::Add,
            _ => true,
        };
        if locks && !self.lock_row(id, table, row) {
            return;
        }
        let time = self.statement_time(id);
        self.schedule(time, Event::Resumes(id));
    }

    /// How long the statement that a request is at takes.
    pub(super) fn statement_time(&mut self, id: RequestId) -> Span {
        let request = &self.world.requests[id];
        let Instruction::Statement { free, .. } = self.plan.code[request.pc as usize] else {
            return Span::ZERO;
        };
        let Some(place) = self.transaction_of(id).filter(|_| !free) else {
            return Span::ZERO;
        };
        let store = self.world.transactions[place].store;
        let span = self.query_time(store, 1);
        self.store_time(store, span)
    }

    /// A record as a transaction sees it: with what it has written itself.
    fn current(&self, transaction: Option<u32>, table: u16, row: Key) -> Option<Stored> {
        let own = transaction.and_then(|place| {
            let writes = self.world.transactions[place].writes.iter();
            writes
                .rev()
                .find(|write| (write.table, write.row) == (table, row))
                .map(|write| write.stored)
        });
        own.or_else(|| self.world.records[table as usize].get(row).copied())
            .filter(|stored| stored.rows > 0)
    }

    /// A statement's time is over: it is done.
    pub(super) fn end_statement(&mut self, id: RequestId, number: u32) {
        let transaction = self.transaction_of(id);
        if let Some(place) = transaction {
            let store = self.world.transactions[place].store;
            if self.world.stores[store as usize].pool.down > 0 {
                return self.finish(id, Outcome::Failed);
            }
        }
        match self.execute(id, transaction, number) {
            Done::Well => {
                self.world.requests[id].pc += 1;
                self.run(id);
            }
            Done::Leave => {
                self.roll_back_transaction(id);
                let skipped = self.work(id).map(|work| (work.key, work.payload.message));
                let request = &mut self.world.requests[id];
                let (serial, operation) = (request.serial, request.operation);
                // Behind the commit, and out of the loops that stand in the transaction.
                let behind = &self.plan.code[request.pc as usize..];
                let after = behind
                    .iter()
                    .position(|it| matches!(it, Instruction::Commit | Instruction::Prepare { .. }));
                let skips = after.map_or(1, |after| after as u32 + 1);
                let (mut inside, mut out) = (0, 0);
                for it in &behind[..skips as usize] {
                    match it {
                        Instruction::Repeat { .. } => inside += 1,
                        Instruction::Again { .. } if inside > 0 => inside -= 1,
                        Instruction::Again { .. } => out += 1,
                        _ => {}
                    }
                }
                request.pc += skips;
                request.depth -= out;
                if let Some((key, message)) = skipped {
                    self.note(
                        key,
                        What::Skipped {
                            message,
                            key,
                            request: serial,
                            operation,
                        },
                    );
                }
                self.run(id);
            }
            Done::Before => {
                self.roll_back_transaction(id);
                self.process(id, false);
                if let Some(work) = self.work(id) {
                    work.on_failure = (NONE, NONE);
                }
                self.finish(id, Outcome::Ok);
            }
            Done::Badly(outcome) => self.finish(id, outcome),
        }
    }

    fn execute(&mut self, id: RequestId, transaction: Option<u32>, number: u32) -> Done {
        let Some(work) = self.work(id).copied() else {
            return Done::Badly(Outcome::Failed);
        };
        let statement = &self.plan.statements[number as usize];
        let (table, row) = (statement.table, self.row_of(statement, work.key));
        let before = self.current(transaction, table, row);
        let view = Some(work.view).filter(|view| view.read && view.table == table);
        let mut read = None;
        let (stored, how) = match &statement.what {
            StatementKind::Read { not_in } => {
                return self.execute_read(id, table, row, before, *not_in);
            }
            StatementKind::Insert {
                state,
                values,
                take,
                on_duplicate,
            } => {
                let mut values = *values;
                for (place, value) in values.iter_mut().enumerate() {
                    if take >> place & 1 == 1 {
                        *value = work.view.values[place];
                    }
                }
                if *take != 0 && work.view.read {
                    read = Some(Read {
                        view: work.view,
                        row,
                        anomaly: Anomaly::ChangedAfterRead,
                    });
                }
                let new = Stored {
                    rows: 1,
                    state: *state,
                    version: 1,
                    values,
                    written_at: self.now,
                    by: work.root,
                };
                match (before, on_duplicate) {
                    (None, _) => (new, Written::Inserted),
                    (Some(_), OnDuplicate::Fail) => return Done::Badly(Outcome::Failed),
                    (Some(_), OnDuplicate::Ignore) => return Done::Leave,
                    (Some(before), OnDuplicate::Add) => (
                        Stored {
                            rows: before.rows.saturating_add(1),
                            version: before.version + 1,
                            ..new
                        },
                        Written::InsertedAgain,
                    ),
                }
            }
            StatementKind::Open {
                state,
                accepted,
                refused,
            } => match before {
                None => (
                    Stored {
                        rows: 1,
                        state: *state,
                        version: 1,
                        values: Values::default(),
                        written_at: self.now,
                        by: work.root,
                    },
                    Written::Inserted,
                ),
                Some(before) if before.state == *accepted => return Done::Before,
                Some(before) if before.state == *refused => (
                    Stored {
                        state: *state,
                        version: before.version + 1,
                        ..before
                    },
                    Written::Updated,
                ),
                // Somebody is at work on it, or has left it half-done.
                Some(_) => return Done::Badly(Outcome::Failed),
            },
            StatementKind::Remove { keep } => match before {
                Some(before) if before.rows > *keep => (
                    Stored {
                        rows: *keep,
                        version: before.version + 1,
                        ..before
                    },
                    Written::Removed,
                ),
                _ => return self.found_nothing(id, table),
            },
            StatementKind::Apply { versioned } => {
                let payload = work.payload;
                let known = before.map_or(0, |before| before.version);
                if *versioned && before.is_some() && payload.version <= known {
                    return Done::Leave;
                }
                let mut stored = before.unwrap_or(Stored {
                    rows: 1,
                    ..Stored::default()
                });
                stored.version = payload.version;
                for (place, value) in stored.values.iter_mut().enumerate() {
                    if payload.changed >> place & 1 == 1 {
                        *value = payload.values[place];
                    }
                }
                (stored, Written::Applied)
            }
            StatementKind::Update {
                from,
                state,
                set,
                add,
                change,
                renew,
                not_negative,
                if_version,
                otherwise,
            } => {
                let otherwise = *otherwise;
                let Some(stood) = before else {
                    return self.not_met(id, otherwise, table, No::NotThere);
                };
                if from >> stood.state & 1 == 0 {
                    return self.not_met(id, otherwise, table, No::State(stood.state));
                }
                let before = stood;
                if *if_version == IfVersion::AsRead
                    && view.is_some_and(|view| view.version != before.version)
                {
                    return self.not_met(id, otherwise, table, No::Changed);
                }
                let mut stored = before;
                for place in 0..stored.values.len() {
                    let value = &mut stored.values[place];
                    if let Some(set) = set[place] {
                        *value = set;
                    }
                    *value = value.saturating_add(add[place]);
                    if let Some(change) = change[place] {
                        let was = view.map_or(before.values[place], |view| view.values[place]);
                        *value = was.saturating_add(change);
                    }
                    if *not_negative && *value < 0 {
                        return self.not_met(id, otherwise, table, No::NotEnough);
                    }
                }
                if !renew.is_empty() {
                    // The same number again, if the same request comes again.
                    let request = &self.world.requests[id];
                    let which = request.draw(&self.plan, Purpose::Renewal);
                    let value = request.draw(&self.plan, Purpose::Value);
                    let place = renew[which.below(renew.len() as u32) as usize] as usize;
                    stored.values[place] = 1 + value.below(VALUES) as i32;
                }
                stored.state = state.unwrap_or(stored.state);
                stored.version = before.version + 1;
                if let Some(view) = view
                    && change.iter().any(Option::is_some)
                {
                    read = Some(Read {
                        view,
                        row,
                        anomaly: Anomaly::LostUpdate,
                    });
                }
                (stored, Written::Updated)
            }
        };
        let mut changed = 0;
        let old = before.map_or(Values::default(), |before| before.values);
        for (place, (new, old)) in stored.values.iter().zip(old).enumerate() {
            changed |= u8::from(*new != old || before.is_none()) << place;
        }
        if let Some(place) = transaction {
            let transaction = &mut self.world.transactions[place];
            let by = work.root;
            transaction.writes.push(Write {
                table,
                row,
                stored: Stored { by, ..stored },
                how,
                changed,
            });
            transaction.reads.extend(read);
        }
        // Who has written knows what is there now.
        if let (Some(work), Written::Updated, Some(_)) = (self.work(id), how, view) {
            work.view = View {
                table,
                read: true,
                version: stored.version,
                state: stored.state,
                values: stored.values,
            };
        }
        Done::Well
    }

    /// What a statement asks of its record is not so.
    fn not_met(&mut self, id: RequestId, otherwise: Otherwise, table: u16, why: No) -> Done {
        match otherwise {
            Otherwise::Decline => {
                let operation = self.world.requests[id].operation;
                let what = What::SaidNo {
                    operation,
                    table,
                    why,
                };
                self.remember(id, &what);
                self.record(what);
                Done::Badly(Outcome::Declined)
            }
            Otherwise::Fail => Done::Badly(Outcome::Failed),
            Otherwise::Ignore => self.found_nothing(id, table),
        }
    }

    /// There is nothing to undo or change, and that is no mistake.
    fn found_nothing(&mut self, id: RequestId, table: u16) -> Done {
        if let Some(key) = self.key_of(id) {
            let request = &self.world.requests[id];
            let (request, operation) = (request.serial, request.operation);
            self.note(
                key,
                What::FoundNothing {
                    key,
                    request,
                    operation,
                    table,
                },
            );
        }
        Done::Well
    }

    fn execute_read(
        &mut self,
        id: RequestId,
        table: u16,
        row: Key,
        before: Option<Stored>,
        not_in: u16,
    ) -> Done {
        let now = self.now;
        let reader = &mut self.world.requests[id];
        (reader.read_at, reader.read) = (now, ReadFrom::Store);
        let Some(stored) = before else {
            return self.not_met(id, Otherwise::Decline, table, No::NotThere);
        };
        if not_in >> stored.state & 1 == 1 {
            return self.not_met(id, Otherwise::Decline, table, No::State(stored.state));
        }
        let request = self.world.requests[id].serial;
        // What one has written oneself is nobody else's.
        let own = self.work(id).is_some_and(|work| work.root == stored.by);
        let foreign = !own && !self.is_of_process(id);
        if let Some(work) = self.work(id) {
            work.view = View {
                table,
                read: true,
                version: stored.version,
                state: stored.state,
                values: stored.values,
            };
        }
        // A record in a state in which something is still to come is nobody's business either.
        let half_done =
            self.plan.ledger.as_ref().is_some_and(|ledger| {
                ledger.record == table && ledger.open >> stored.state & 1 == 1
            });
        if foreign && (half_done || self.world.ledger.is_in_process(row)) {
            self.notice(row, table, Anomaly::DirtyRead, request);
        }
        Done::Well
    }

    /// Whether a request belongs to a business transaction that is under way: some caller of it coordinates one.
    fn is_of_process(&self, id: RequestId) -> bool {
        let mut next = Some(id);
        while let Some(id) = next {
            let Some(request) = self.world.requests.get(id) else {
                return false;
            };
            if request.work != NONE && self.world.works[request.work].in_process {
                return true;
            }
            next = match request.caller {
                super::request::Caller::Request(parent)
                | super::request::Caller::Branch(parent) => Some(parent),
                _ => None,
            };
        }
        false
    }

    /// What a transaction that commits has built upon: has it changed since it was read?
    pub(super) fn judge_read(&mut self, read: &Read, key: Key, request: Serial) {
        let record = self.world.records[read.view.table as usize].get(read.row);
        let changed = record.is_some_and(|record| record.version != read.view.version);
        if changed {
            self.notice(key, read.view.table, read.anomaly, request);
        }
    }

    fn notice(&mut self, key: Key, table: u16, anomaly: Anomaly, request: Serial) {
        self.world.ledger.notices(key, anomaly);
        self.note(
            key,
            What::Noticed {
                key,
                table,
                anomaly,
                request,
            },
        );
    }

    /// A record has been written: perhaps its state does not last.
    pub(super) fn watch_expiry(&mut self, table: u16, row: Key, key: Key, stored: Stored) {
        let Some(expiry) = self.plan.tables[table as usize].expires else {
            return;
        };
        let before = self.world.expires.remove((table, row));
        if stored.rows > 0 && stored.state == expiry.state && key != 0 {
            let record = self.world.expiries.put(Expiring { table, row, key });
            self.world.expires.insert((table, row), record.place());
            // A try that may still run out is something under way.
            self.business_key_begins(key);
            self.arm(expiry.after, Event::RecordExpires(record));
        }
        if let Some(before) = before {
            // Its time is counted from when it was written last.
            let key = self.world.expiries[before].key;
            self.world.expiries.give_back(before);
            self.business_key_ends(key);
        }
    }

    /// A record has been in its state for long.
    pub(super) fn record_expires(&mut self, expiring: Handle<Expiring>) {
        let Some(Expiring { table, row, key }) = self.world.expiries.live(expiring).copied() else {
            return;
        };
        self.world.expires.remove((table, row));
        self.world.expiries.give_back(expiring.place());
        let expiry = self.plan.tables[table as usize].expires;
        let record = self.world.records[table as usize].get(row).copied();
        if let (Some(expiry), Some(record)) = (expiry, record)
            && record.state == expiry.state
        {
            let stored = Stored {
                state: expiry.to,
                version: record.version + 1,
                written_at: self.now,
                ..record
            };
            self.world.records[table as usize].put(row, stored);
            self.note(
                key,
                What::Wrote {
                    table,
                    row,
                    key,
                    rows: stored.rows,
                    state: stored.state,
                    version: stored.version,
                    how: Written::Expired,
                    by: 0,
                },
            );
        }
        self.business_key_ends(key);
    }

    /// What an event about a record carries: as it is now, or as a transaction sees it.
    pub(super) fn snapshot(
        &self,
        transaction: Option<u32>,
        of: u32,
        key: Key,
        changed: u8,
        topic: u16,
    ) -> super::business_keys::EventPayload {
        let mut payload = super::business_keys::EventPayload::default();
        if of == NONE {
            return payload;
        }
        if let Some(stored) = self.current(transaction, of as u16, key) {
            payload.version = stored.version;
            payload.state = stored.state;
            payload.values = stored.values;
        }
        payload.changed = match self.plan.topics[topic as usize].carries {
            Carries::Whole => u8::MAX,
            Carries::Changed => changed,
        };
        payload
    }
}
