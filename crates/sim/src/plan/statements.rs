//! How writing steps become instructions: local transactions, statements, events and locks.

use super::build::index_of;
use super::coordinate::BEGUN;
use super::{Builder, Instruction, NONE, Statement, StatementKind, Values};
use scenario::{
    IfVersion, Insert, LockBy, Named, OnDuplicate, Point, PublishBy, Row, Step, Update,
};

/// The number of a state; 0 where the checker has let something unknown pass.
pub(super) fn state_of(states: &[String], state: &str) -> u8 {
    let place = states.iter().position(|name| name == state);
    place.unwrap_or_default() as u8
}

/// A bit for each named state; all bits if none is named.
pub(super) fn states_of(states: &[String], named: &[String]) -> u16 {
    if named.is_empty() {
        return u16::MAX;
    }
    named
        .iter()
        .fold(0, |bits, name| bits | 1 << state_of(states, name))
}

/// Numbers by name, in the places of the fields.
pub(super) fn values(fields: &[String], named: &Named<i32>) -> Values {
    optional(fields, named).map(Option::unwrap_or_default)
}

fn optional(fields: &[String], named: &Named<i32>) -> [Option<i32>; scenario::FIELDS_MAX] {
    let mut values = [None; scenario::FIELDS_MAX];
    for (field, value) in fields.iter().zip(&mut values) {
        *value = named.get(field).copied();
    }
    values
}

/// The places of named fields, in order; a field that is named twice has its place there twice.
fn places(fields: &[String], named: &[String]) -> Vec<u8> {
    let mut places = Vec::new();
    for (place, field) in (0..).zip(fields) {
        let its = named.iter().filter(|name| *name == field);
        places.extend(its.map(|_| place));
    }
    places
}

impl Builder<'_> {
    pub(super) fn emit(&mut self, instruction: Instruction) {
        self.plan.code.push(instruction);
    }

    /// Whether steps write anything that lasts beyond the request.
    pub(super) fn writes(&self, steps: &[Step]) -> bool {
        steps.iter().any(|step| match step {
            Step::Insert(_)
            | Step::Update(_)
            | Step::Remove(_)
            | Step::Apply(_)
            | Step::Transaction(_)
            | Step::Publish(_)
            | Step::Coordinate(_) => true,
            Step::Repeat(repeat) => self.writes(&repeat.steps),
            Step::FanOut(fan_out) => fan_out.branches.iter().any(|branch| self.writes(branch)),
            _ => false,
        })
    }

    pub(super) fn write_step(&mut self, service: u16, step: &Step) {
        match step {
            Step::Transaction(transaction) => {
                let store = index_of(&self.scenario.stores, &transaction.store);
                self.in_transaction(store, |builder| {
                    builder.steps(service, &transaction.steps);
                });
            }
            Step::Insert(insert) => {
                let statement = self.insert(insert);
                self.statement(statement);
            }
            Step::Update(update) => {
                let statement = self.update(update);
                self.statement(statement);
            }
            Step::Read(read) => {
                let table = self.table_of(&read.store, &read.table);
                let states = &self.plan.tables[table as usize].states;
                let not_in = if read.not_in.is_empty() {
                    0
                } else {
                    states_of(states, &read.not_in)
                };
                self.statement(Statement {
                    table,
                    row: Row::Key,
                    what: StatementKind::Read { not_in },
                });
            }
            Step::Remove(remove) => {
                let table = self.table_of(&remove.store, &remove.table);
                self.statement(Statement {
                    table,
                    row: Row::Key,
                    what: StatementKind::Remove {
                        keep: remove.keep as u16,
                    },
                });
            }
            Step::Apply(apply) => {
                let table = self.table_of(&apply.store, &apply.table);
                let versioned = self.mode.versioned;
                self.statement(Statement {
                    table,
                    row: Row::Key,
                    what: StatementKind::Apply { versioned },
                });
            }
            Step::Publish(publish) => {
                let topic = index_of(&self.scenario.topics, &publish.topic);
                let of = publish
                    .of
                    .as_ref()
                    .map_or(NONE, |table| u32::from(self.table(table)));
                self.publish(service, topic, of, BEGUN);
            }
            Step::Decline(decline) => self.emit(Instruction::Decline(decline.share)),
            Step::Lock(lock) => {
                let lock = index_of(&self.scenario.locks, &lock.lock);
                if matches!(
                    self.plan.locks[lock as usize].by,
                    LockBy::Semantic | LockBy::Offline
                ) {
                    self.emit(Instruction::TakeLock { lock });
                }
            }
            Step::Unlock(lock) => {
                let lock = index_of(&self.scenario.locks, &lock.lock);
                if matches!(
                    self.plan.locks[lock as usize].by,
                    LockBy::Semantic | LockBy::Offline
                ) {
                    self.emit(Instruction::ReleaseLock { lock });
                }
            }
            Step::Coordinate(coordinate) => {
                let process = &self.scenario.processes[coordinate.process.as_str()];
                self.coordinate(service, process);
            }
            _ => {}
        }
    }

    /// Emits steps in a local transaction - the one that is there, or one of their own.
    pub(super) fn in_transaction(&mut self, store: u16, steps: impl FnOnce(&mut Self)) {
        if self.mode.in_transaction {
            return steps(self);
        }
        self.emit(Instruction::Begin { store });
        let first = self.plan.code.len();
        self.mode.in_transaction = true;
        steps(self);
        self.mode.in_transaction = false;
        self.emit(Instruction::MayDie(Point::BeforeCommit));
        self.emit(Instruction::Commit);
        self.emit(Instruction::MayDie(Point::AfterCommit));
        self.after_commit(first);
    }

    /// Publishes what the transaction that began at `first` asked to be published once it has committed.
    pub(super) fn after_commit(&mut self, first: usize) {
        let asked: Vec<Instruction> = self.plan.code[first..]
            .iter()
            .filter_map(|instruction| match *instruction {
                Instruction::Publish {
                    topic,
                    link,
                    relay,
                    of,
                    kind,
                    after_commit: false,
                } if relay == NONE
                    && self.plan.topics[topic as usize].by == PublishBy::AfterCommit =>
                {
                    Some(Instruction::Publish {
                        topic,
                        link,
                        relay,
                        of,
                        kind,
                        after_commit: true,
                    })
                }
                _ => None,
            })
            .collect();
        for instruction in asked {
            self.emit(instruction);
            self.emit(Instruction::MayDie(Point::AfterPublish));
        }
    }

    /// Emits one statement, in the transaction that is there or in one of its own.
    pub(super) fn statement(&mut self, statement: Statement) {
        let store = self.plan.tables[statement.table as usize].store;
        let number = self.plan.statements.len() as u32;
        let reads = matches!(statement.what, StatementKind::Read { .. });
        self.plan.statements.push(statement);
        let in_transaction = self.mode.in_transaction;
        if !in_transaction {
            self.emit(Instruction::Begin { store });
        }
        self.emit(Instruction::Statement {
            statement: number,
            free: !in_transaction && !reads,
        });
        if !in_transaction {
            if !reads {
                self.emit(Instruction::MayDie(Point::BeforeCommit));
            }
            self.emit(Instruction::Commit);
            if !reads {
                self.emit(Instruction::MayDie(Point::AfterCommit));
            }
        }
    }

    pub(super) fn insert(&self, insert: &Insert) -> Statement {
        let table = self.table_of(&insert.store, &insert.table);
        let plan = &self.plan.tables[table as usize];
        let state = insert.state.as_ref();
        Statement {
            table,
            row: Row::Key,
            what: StatementKind::Insert {
                state: state.map_or(0, |state| state_of(&plan.states, state)),
                values: values(&plan.fields, &insert.set),
                take: places(&plan.fields, &insert.take)
                    .iter()
                    .fold(0, |bits, place| bits | 1 << place),
                on_duplicate: if self.mode.ignores_duplicates {
                    OnDuplicate::Ignore
                } else {
                    insert.on_duplicate
                },
            },
        }
    }

    pub(super) fn update(&self, update: &Update) -> Statement {
        let table = self.table_of(&update.store, &update.table);
        let plan = &self.plan.tables[table as usize];
        let locked_by_version = self
            .plan
            .locks
            .iter()
            .any(|lock| lock.table == table && lock.by == LockBy::Version);
        Statement {
            table,
            row: update.row,
            what: StatementKind::Update {
                from: states_of(&plan.states, &update.from),
                state: update
                    .state
                    .as_ref()
                    .map(|state| state_of(&plan.states, state)),
                set: optional(&plan.fields, &update.set),
                add: values(&plan.fields, &update.add),
                change: optional(&plan.fields, &update.change),
                renew: places(&plan.fields, &update.renew),
                not_negative: update.not_negative,
                if_version: if locked_by_version && update.row == Row::Key {
                    IfVersion::AsRead
                } else {
                    update.if_version
                },
                otherwise: update.otherwise,
            },
        }
    }

    /// Emits the publishing of an event, where the transaction asks for it.
    pub(super) fn publish(&mut self, service: u16, topic: u16, of: u32, kind: u8) {
        let by = self.plan.topics[topic as usize].by;
        let link = self.topic_link(service, topic);
        let relay = match by {
            PublishBy::BeforeCommit | PublishBy::AfterCommit => NONE,
            PublishBy::Outbox | PublishBy::Cdc => self.relay(service, topic, link),
        };
        if relay != NONE && !self.mode.in_transaction {
            let store = self.plan.relays[relay as usize].store;
            return self.in_transaction(store, |builder| {
                builder.publish(service, topic, of, kind);
            });
        }
        // Without a transaction there is nothing to come after.
        let after_commit = !self.mode.in_transaction && relay == NONE;
        self.emit(Instruction::Publish {
            topic,
            link,
            relay,
            of,
            kind,
            after_commit,
        });
        if relay == NONE && (after_commit || by == PublishBy::BeforeCommit) {
            self.emit(Instruction::MayDie(Point::AfterPublish));
        }
    }
}
