//! How the participants of a business transaction are coordinated: each way is another list of instructions.
//!
//! A strategy is nothing else, so whatever comes of it comes of what happens.

use super::build::index_of;
use super::statements::state_of;
use super::{Builder, Instruction, NONE, Statement, StatementKind, Values, Variant};
use crate::trace::Role;
use kernel::time::Span;
use scenario::{
    Breaker, Coordination, Count, IfVersion, OnDuplicate, OnError, Otherwise, Participant, Point,
    Process, Retry, Row, Throttle,
};

/// The kinds of events of a process. Under `events` there is one; a choreography counts on from it, a kind for each
/// participant that is done, ...
pub(super) const BEGUN: u8 = 0;
/// ... and from here on one for each that has said no.
pub(super) const DECLINED: u8 = 16;

/// What stands in front of a call.
#[derive(Clone, Copy)]
struct Guarded<'p> {
    retry: Option<&'p Retry>,
    breaker: Option<&'p Breaker>,
    throttle: Option<&'p Throttle>,
}

impl<'p> Guarded<'p> {
    /// In front of a participant's call.
    fn call(participant: &'p Participant) -> Guarded<'p> {
        Guarded {
            retry: participant.retry.as_deref(),
            breaker: participant.breaker.as_deref(),
            throttle: participant.throttle.as_ref(),
        }
    }

    /// In front of what undoes, confirms or decides.
    fn undo(participant: &'p Participant) -> Guarded<'p> {
        Guarded {
            retry: participant.undo_retry.as_deref(),
            breaker: None,
            throttle: None,
        }
    }
}

impl Builder<'_> {
    /// Emits a change of the coordinator's own record.
    fn decide(&mut self, process: &Process, state: &str, from: &str) {
        let statement = self.deciding(process, state, from);
        self.statement(statement);
    }

    pub(super) fn deciding(&self, process: &Process, state: &str, from: &str) -> Statement {
        let table = self.table(&process.record);
        let states = &self.plan.tables[table as usize].states;
        Statement {
            table,
            row: Row::Key,
            what: StatementKind::Update {
                from: 1 << state_of(states, from),
                state: Some(state_of(states, state)),
                set: Default::default(),
                add: Values::default(),
                change: Default::default(),
                renew: Vec::new(),
                not_negative: false,
                if_version: IfVersion::Any,
                otherwise: Otherwise::Ignore,
            },
        }
    }

    /// Emits the coordinator's own record, inserted in this state. A key that is there already was asked for before: what
    /// was refused is tried anew, what was accepted is accepted.
    fn record(&mut self, process: &Process, state: &str) {
        let table = self.table(&process.record);
        let states = &self.plan.tables[table as usize].states;
        let statement = Statement {
            table,
            row: Row::Key,
            what: StatementKind::Open {
                state: state_of(states, state),
                accepted: state_of(states, &process.accepted),
                refused: state_of(states, &process.refused),
            },
        };
        self.statement(statement);
    }

    pub(super) fn coordinate(&mut self, service: u16, process: &Process) {
        let store = self.plan.tables[self.table(&process.record) as usize].store;
        self.emit(Instruction::Process(true));
        match process.by {
            Coordination::OneDatabase => self.one_database(service, store, process),
            Coordination::TwoPhaseCommit => self.two_phase_commit(service, store, process),
            Coordination::Calls => {
                self.in_transaction(store, |builder| {
                    builder.record(process, &process.accepted);
                    for participant in &process.participants {
                        builder.participant(service, process, participant);
                    }
                });
            }
            Coordination::Compensation => {
                self.compensated(service, process, &process.participants, false);
            }
            Coordination::Tcc => {
                let reserve = |it: &Participant| Participant {
                    operation: it.reserve.clone().unwrap_or(it.operation.clone()),
                    ..it.clone()
                };
                let participants: Vec<_> = process.participants.iter().map(reserve).collect();
                self.compensated(service, process, &participants, true);
            }
            Coordination::Events => self.pivot_and_events(service, store, process),
            Coordination::Choreography => self.choreography(service, store, process),
        }
        self.emit(Instruction::Process(false));
    }

    /// One call of a participant's operation, with the log of outgoing calls around it.
    fn participant(&mut self, service: u16, process: &Process, participant: &Participant) {
        let log = process
            .call_log
            .as_ref()
            .filter(|log| log.enabled && log.of == participant.operation)
            .map(|log| self.table(&log.table));
        // The log's rows are there even if the transaction around the call is rolled back.
        let mode = std::mem::take(&mut self.mode);
        if let Some(table) = log {
            self.log_call(table, "called", OnDuplicate::Add);
        }
        self.mode = mode;
        self.call_for(
            service,
            &participant.operation,
            participant.timeout,
            Guarded::call(participant),
            OnError::Fail,
            Role::Plain,
        );
        if let Some(table) = log {
            let mode = std::mem::take(&mut self.mode);
            self.log_result(table, "done");
            self.mode = mode;
        }
    }

    fn log_call(&mut self, table: u16, state: &str, on_duplicate: OnDuplicate) {
        let state = state_of(&self.plan.tables[table as usize].states, state);
        self.statement(Statement {
            table,
            row: Row::Key,
            what: StatementKind::Insert {
                state,
                values: Values::default(),
                take: 0,
                on_duplicate,
            },
        });
    }

    fn log_result(&mut self, table: u16, state: &str) {
        let state = state_of(&self.plan.tables[table as usize].states, state);
        self.statement(Statement {
            table,
            row: Row::Key,
            what: StatementKind::Update {
                from: u16::MAX,
                state: Some(state),
                set: Default::default(),
                add: Values::default(),
                change: Default::default(),
                renew: Vec::new(),
                not_negative: false,
                if_version: IfVersion::Any,
                otherwise: Otherwise::Ignore,
            },
        });
    }

    fn call_for(
        &mut self,
        service: u16,
        operation: &str,
        timeout: Span,
        guarded: Guarded<'_>,
        on_error: OnError,
        role: Role,
    ) {
        let operation = index_of(&self.scenario.operations, operation);
        self.call_variant(service, operation, timeout, guarded, on_error, role);
    }

    fn call_variant(
        &mut self,
        service: u16,
        operation: u16,
        timeout: Span,
        guarded: Guarded<'_>,
        on_error: OnError,
        role: Role,
    ) {
        let plan = &self.plan.operations[operation as usize];
        let (callee, name) = (plan.service, plan.name.clone());
        let link = self.link(super::End::Service(service), super::End::Service(callee));
        let guard = self.guard(
            super::End::Service(service),
            format!("call {name} at {}", self.here()),
            guarded.retry,
            guarded.breaker,
            guarded.throttle,
        );
        self.emit(Instruction::Call {
            operation,
            link,
            keys: Count::Number(1),
            timeout,
            on_error,
            guard,
            role,
        });
    }

    fn is_external(&self, participant: &Participant) -> bool {
        let service = self.service_of_operation(&participant.operation);
        self.plan.services[service as usize].external
    }

    /// Everything in one local transaction; only what is external is called.
    fn one_database(&mut self, service: u16, store: u16, process: &Process) {
        self.in_transaction(store, |builder| {
            builder.record(process, &process.accepted);
            for participant in &process.participants {
                if builder.is_external(participant) {
                    builder.participant(service, process, participant);
                } else {
                    let operation = &builder.scenario.operations[participant.operation.as_str()];
                    builder.steps(service, &operation.steps);
                }
            }
        });
    }

    /// All prepare, the coordinator decides, all are told.
    fn two_phase_commit(&mut self, service: u16, store: u16, process: &Process) {
        let record = self.table(&process.record);
        let accepted = state_of(&self.plan.tables[record as usize].states, &process.accepted);
        self.plan.recovery = process.recovery;
        self.plan.two_phase_record = Some((record, accepted));
        let handler = self.placeholder();
        let inside: Vec<&Participant> = process
            .participants
            .iter()
            .filter(|it| !self.is_external(it))
            .collect();
        let variants: Vec<[u16; 3]> = inside
            .iter()
            .map(|it| {
                let named = index_of(&self.scenario.operations, &it.operation);
                [
                    self.variant(named, "prepare", Variant::Prepare),
                    self.variant(named, "commit", Variant::Commit),
                    self.variant(named, "rollback", Variant::Rollback),
                ]
            })
            .collect();
        self.emit(Instruction::Begin { store });
        self.mode.in_transaction = true;
        self.record(process, &process.accepted);
        for (participant, [prepare, ..]) in inside.iter().zip(&variants) {
            self.call_variant(
                service,
                *prepare,
                participant.timeout,
                Guarded::call(participant),
                OnError::Fail,
                Role::Prepare,
            );
        }
        for participant in &process.participants {
            if self.is_external(participant) {
                self.participant(service, process, participant);
            }
        }
        self.mode.in_transaction = false;
        self.emit(Instruction::MayDie(Point::AfterPrepare));
        // The commit of its own transaction is the decision.
        self.emit(Instruction::Commit);
        self.emit(Instruction::OnFailure {
            clean: NONE,
            unknown: NONE,
        });
        self.emit(Instruction::MayDie(Point::AfterCommit));
        for (participant, [_, commit, _]) in inside.iter().zip(&variants) {
            self.call_variant(
                service,
                *commit,
                participant.timeout,
                Guarded::undo(participant),
                OnError::Ignore,
                Role::Commit,
            );
        }
        let jump = self.placeholder();
        let rollback = self.here();
        self.plan.code[handler] = Instruction::OnFailure {
            clean: rollback,
            unknown: rollback,
        };
        self.emit(Instruction::OnFailure {
            clean: NONE,
            unknown: NONE,
        });
        for (participant, [.., rollback]) in inside.iter().zip(&variants) {
            self.call_variant(
                service,
                *rollback,
                participant.timeout,
                Guarded::undo(participant),
                OnError::Ignore,
                Role::Rollback,
            );
        }
        self.emit(Instruction::Process(false));
        self.emit(Instruction::Fail);
        self.plan.code[jump] = Instruction::Jump { to: self.here() };
    }

    /// The coordinator's record, calls one after the other, and the way back if one fails.
    fn compensated(
        &mut self,
        service: u16,
        process: &Process,
        participants: &[Participant],
        confirms: bool,
    ) {
        self.record(process, &process.open);
        let handlers = self.forwards(service, process, participants);
        if confirms {
            self.emit(Instruction::OnFailure {
                clean: NONE,
                unknown: NONE,
            });
        }
        self.decide(process, &process.accepted, &process.open);
        self.emit(Instruction::OnFailure {
            clean: NONE,
            unknown: NONE,
        });
        if confirms {
            for participant in participants {
                if let Some(confirm) = &participant.confirm {
                    self.call_for(
                        service,
                        confirm,
                        participant.timeout,
                        Guarded::undo(participant),
                        OnError::Ignore,
                        Role::Confirm,
                    );
                }
            }
        }
        let jump = self.placeholder();
        self.backwards(service, process, participants, &handlers);
        self.plan.code[jump] = Instruction::Jump { to: self.here() };
    }

    /// Calls the participants one after the other; where each call's failure goes on is filled in by
    /// [`Builder::backwards`].
    fn forwards(
        &mut self,
        service: u16,
        process: &Process,
        participants: &[Participant],
    ) -> Vec<usize> {
        let mut handlers = Vec::new();
        for participant in participants {
            handlers.push(self.placeholder());
            self.participant(service, process, participant);
        }
        handlers.push(self.placeholder());
        handlers
    }

    /// Undoes participants in reverse order; each handler enters where its failure leaves something to undo.
    fn backwards(
        &mut self,
        service: u16,
        process: &Process,
        participants: &[Participant],
        handlers: &[usize],
    ) {
        // The entry for undoing the participants before each place.
        let mut entries = vec![0; participants.len() + 1];
        for place in (0..participants.len()).rev() {
            entries[place + 1] = self.here();
            let participant = &participants[place];
            if let Some(undo) = &participant.undo {
                self.call_for(
                    service,
                    undo,
                    participant.timeout,
                    Guarded::undo(participant),
                    OnError::Ignore,
                    Role::Undo,
                );
            }
        }
        entries[0] = self.here();
        self.decide(process, &process.refused, &process.open);
        self.emit(Instruction::Process(false));
        self.emit(Instruction::Fail);
        for (place, handler) in handlers.iter().enumerate() {
            let next = (place + 1).min(participants.len());
            self.plan.code[*handler] = Instruction::OnFailure {
                clean: entries[place],
                unknown: if process.undo_unknown {
                    entries[next]
                } else {
                    entries[place]
                },
            };
        }
    }

    /// Calls with compensation up to the pivot; then the commit that decides, and an event for the rest.
    fn pivot_and_events(&mut self, service: u16, store: u16, process: &Process) {
        let Some(topic) = &process.topic else {
            return;
        };
        let topic = index_of(&self.scenario.topics, topic);
        let of = u32::from(self.table(&process.record));
        let pivot = process.participants.iter().position(|it| it.pivot);
        let before = &process.participants[..pivot.map_or(0, |pivot| pivot + 1)];
        if before.is_empty() {
            return self.in_transaction(store, |builder| {
                builder.record(process, &process.accepted);
                builder.publish(service, topic, of, BEGUN);
            });
        }
        self.record(process, &process.open);
        let handlers = self.forwards(service, process, before);
        self.in_transaction(store, |builder| {
            builder.decide(process, &process.accepted, &process.open);
            builder.publish(service, topic, of, BEGUN);
        });
        self.emit(Instruction::OnFailure {
            clean: NONE,
            unknown: NONE,
        });
        let jump = self.placeholder();
        self.backwards(service, process, before, &handlers);
        self.plan.code[jump] = Instruction::Jump { to: self.here() };
    }

    /// The coordinator only begins; the participants react to each other's events.
    fn choreography(&mut self, service: u16, store: u16, process: &Process) {
        let Some(topic) = &process.topic else {
            return;
        };
        let topic = index_of(&self.scenario.topics, topic);
        let of = u32::from(self.table(&process.record));
        self.in_transaction(store, |builder| {
            builder.record(process, &process.open);
            builder.publish(service, topic, of, BEGUN);
        });
    }
}
