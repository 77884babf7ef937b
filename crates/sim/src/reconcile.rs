//! Reconciliation (대사): a job that reads two services' records, compares them by business key, and repairs what it can.
//!
//! It knows what a real one would know: what stands in the two tables. The ledger is none of its business.

use super::Simulation;
use super::event::Event;
use super::lineage::{Lineage, Purpose};
use super::plan::{Instruction, ReconciliationPlan, RepairPlan, SidePlan};
use super::pool::User;
use super::request::Caller;
use super::trace::{Key, NO_OPERATION, Observe, Outcome, Role, Verdict, What};
use kernel::time::{Span, Time};
use std::collections::VecDeque;

/// How long a repair is waited for.
const REPAIR_TIMEOUT: Span = Span::from_secs(5);

/// A job at run time.
#[derive(Clone, Debug, Default)]
pub struct Reconciliation {
    doing: Doing,
    began: Time,
    /// What is still to be repaired in this run.
    repairs: VecDeque<(Key, Kind)>,
    compared: u32,
    repaired: u32,
    manual: u32,
    /// Runs that are through.
    runs: u32,
}

/// What is wrong with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Missing,
    Surplus,
    Repeated,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Doing {
    #[default]
    Nothing,
    ReadsLeft,
    ReadsRight,
    Compares,
    Repairs,
}

/// What a job looks like at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReconciliationState {
    /// Whether it is at work.
    pub running: bool,
    /// Which of its stages it is in: 0 reads the left side, 1 the right side, 2 compares, 3 repairs.
    pub stage: u8,
    /// Keys that it has compared in this run (or the last one).
    pub compared: u32,
    /// Repairs still to be done.
    pub left: u32,
    /// Runs that are through.
    pub runs: u32,
}

impl<O: Observe> Simulation<O> {
    /// Jobs are planned.
    pub(super) fn reconciliations_begin(&mut self) {
        for (index, plan) in (0..).zip(&self.plan.reconciliations) {
            self.queue.push(
                self.now + plan.every,
                Event::ReconciliationBegins(index).into(),
            );
        }
    }

    /// What a job looks like at this moment.
    pub fn reconciliation(&self, index: u16) -> ReconciliationState {
        let state = &self.world.reconciliations[index as usize];
        ReconciliationState {
            running: state.doing != Doing::Nothing,
            stage: match state.doing {
                Doing::Nothing | Doing::ReadsLeft => 0,
                Doing::ReadsRight => 1,
                Doing::Compares => 2,
                Doing::Repairs => 3,
            },
            compared: state.compared,
            left: state.repairs.len() as u32,
            runs: state.runs,
        }
    }

    /// It is time for a job. (One that is still at work is not begun again.)
    pub(super) fn reconciliation_begins(&mut self, index: u16) {
        let plan = &self.plan.reconciliations[index as usize];
        let (every, enabled, table) = (plan.every, plan.enabled, plan.left.table);
        self.schedule(every, Event::ReconciliationBegins(index));
        if !enabled || self.world.reconciliations[index as usize].doing != Doing::Nothing {
            return;
        }
        let now = self.now;
        let state = &mut self.world.reconciliations[index as usize];
        state.began = now;
        (state.compared, state.repaired, state.manual) = (0, 0, 0);
        self.record(What::ReconciliationBegan {
            reconciliation: index,
        });
        self.read_side(index, Doing::ReadsLeft, table);
    }

    /// Reads one side: a query over all rows of the window, on a connection of its store.
    fn read_side(&mut self, index: u16, doing: Doing, table: u16) {
        let store = self.plan.tables[table as usize].store;
        if self.world.stores[store as usize].pool.down > 0 {
            return self.reconciliation_over(index);
        }
        self.world.reconciliations[index as usize].doing = doing;
        let since = self.window_begins(index);
        let records = self.world.records[table as usize].iter();
        let rows = records
            .filter(|(_, stored)| stored.written_at >= since)
            .count();
        let holds = self.query_time(store, rows as u32);
        self.connection(store, User::Reconciliation(index), holds);
    }

    fn window_begins(&self, index: u16) -> Time {
        let window = self.plan.reconciliations[index as usize].window;
        let began = self.world.reconciliations[index as usize].began;
        Time(began.0.saturating_sub(window.0))
    }

    /// A job has read a side, or has compared.
    pub(super) fn reconciliation_goes_on(&mut self, index: u16) {
        let plan = &self.plan.reconciliations[index as usize];
        let (left, right, takes) = (plan.left.table, plan.right.table, plan.takes);
        let store = |simulation: &Self, table: u16| simulation.plan.tables[table as usize].store;
        match self.world.reconciliations[index as usize].doing {
            Doing::ReadsLeft => {
                self.return_connection(store(self, left));
                self.read_side(index, Doing::ReadsRight, right);
            }
            Doing::ReadsRight => {
                self.return_connection(store(self, right));
                self.world.reconciliations[index as usize].doing = Doing::Compares;
                self.schedule(takes, Event::ReconciliationGoesOn(index));
            }
            Doing::Compares => {
                self.compare(index);
                self.world.reconciliations[index as usize].doing = Doing::Repairs;
                self.next_repair(index);
            }
            Doing::Nothing | Doing::Repairs => {}
        }
    }

    /// A run of a job is over: it is through, or a store is down.
    pub(super) fn reconciliation_over(&mut self, index: u16) {
        let state = &mut self.world.reconciliations[index as usize];
        state.doing = Doing::Nothing;
        state.runs += 1;
        state.repairs.clear();
        let what = What::ReconciliationEnded {
            reconciliation: index,
            compared: state.compared,
            repaired: state.repaired,
            manual: state.manual,
        };
        self.record(what);
    }

    /// Compares all keys of the window.
    fn compare(&mut self, index: u16) {
        let plan = self.plan.reconciliations[index as usize].clone();
        let since = self.window_begins(index);
        let began = self.world.reconciliations[index as usize].began;
        let mut keys = Vec::new();
        for side in [&plan.left, &plan.right] {
            let records = self.world.records[side.table as usize].iter();
            keys.extend(
                records
                    .filter(|(_, stored)| stored.written_at >= since)
                    .map(|(key, _)| key),
            );
        }
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let (verdict, kind) = self.verdict(&plan, key, began);
            let state = &mut self.world.reconciliations[index as usize];
            state.compared += 1;
            let what = What::Compared {
                reconciliation: index,
                key,
                verdict,
            };
            match (verdict, kind) {
                (Verdict::Repairable, Some(kind)) => {
                    state.repairs.push_back((key, kind));
                    self.note(key, what);
                }
                (Verdict::Manual, _) => {
                    self.note(key, what);
                    let new = self.left_to_operator(key, NO_OPERATION);
                    self.world.reconciliations[index as usize].manual += u32::from(new);
                }
                _ => self.record(what),
            }
        }
    }

    /// What the two sides say about a key.
    fn verdict(&self, plan: &ReconciliationPlan, key: Key, began: Time) -> (Verdict, Option<Kind>) {
        let side = |side: &SidePlan| {
            let record = self.world.records[side.table as usize].get(key);
            let flies = record.is_some_and(|it| {
                side.pending >> it.state & 1 == 1 || it.written_at + plan.grace > began
            });
            let count = self.world.records[side.table as usize].count(key, side.states);
            (flies, count)
        };
        let ((left_flies, left), (right_flies, right)) = (side(&plan.left), side(&plan.right));
        if left_flies || right_flies {
            return (Verdict::Pending, None);
        }
        let kind = if left > 0 && right < plan.times.min * left {
            Kind::Missing
        } else if left > 0 && right > plan.times.max * left {
            Kind::Repeated
        } else if left == 0 && right > 0 {
            Kind::Surplus
        } else {
            return (Verdict::Matched, None);
        };
        match repair_of(plan, kind) {
            RepairPlan::Manual => (Verdict::Manual, Some(kind)),
            _ => (Verdict::Repairable, Some(kind)),
        }
    }

    /// Repairs what is next, one after the other.
    fn next_repair(&mut self, index: u16) {
        while let Some((key, kind)) = self.world.reconciliations[index as usize]
            .repairs
            .pop_front()
        {
            self.world.reconciliations[index as usize].repaired += 1;
            let plan = &self.plan.reconciliations[index as usize];
            match repair_of(plan, kind) {
                RepairPlan::Manual => {}
                RepairPlan::Publish { topic, link } => {
                    let of = u32::from(plan.left.table);
                    self.publish_anew(topic, link, key, of);
                }
                RepairPlan::Call { operation, link } => {
                    let lineage = self.repair_lineage(key, u32::from(operation));
                    let request =
                        self.new_request(Caller::Repair(index), operation, link, 1, lineage);
                    self.keyed(request, Some(key));
                    let serial = self.world.requests[request].serial;
                    self.note(
                        key,
                        What::Called {
                            request: serial,
                            parent: 0,
                            operation,
                            role: Role::Repair,
                        },
                    );
                    // The next one follows when this one is through.
                    return self.send_request(request, REPAIR_TIMEOUT);
                }
            }
        }
        self.reconciliation_over(index);
    }

    /// The name of what repairs a key.
    pub(super) fn repair_lineage(&self, key: Key, by: u32) -> Lineage {
        self.world
            .repairs
            .then(Purpose::Call, u64::from(by) << 32 | u64::from(key))
    }

    /// A repair has ended.
    pub(super) fn repair_answered(
        &mut self,
        index: u16,
        key: Option<Key>,
        operation: u16,
        outcome: Outcome,
    ) {
        if let (Some(key), false) = (key, matches!(outcome, Outcome::Ok | Outcome::Declined)) {
            let new = self.left_to_operator(key, operation);
            self.world.reconciliations[index as usize].manual += u32::from(new);
        }
        if self.world.reconciliations[index as usize].doing == Doing::Repairs {
            self.next_repair(index);
        }
    }

    /// What cannot be done by program is left to people. Whether they did not have it yet.
    pub(super) fn left_to_operator(&mut self, key: Key, operation: u16) -> bool {
        let new = self.world.ledger.goes_to_operator(key);
        if new {
            self.note(key, What::LeftToOperator { key, operation });
        }
        new
    }

    /// The call that a request is at could not be made: if it was an undo, a confirmation or a decision, somebody must
    /// look.
    pub(super) fn role_failed(&mut self, id: super::request::RequestId) {
        let Instruction::Call {
            role, operation, ..
        } = self.plan.code[self.world.requests[id].pc as usize]
        else {
            return;
        };
        if let (Some(key), true) = (self.key_of(id), role != Role::Plain) {
            self.left_to_operator(key, operation);
        }
    }
}

fn repair_of(plan: &ReconciliationPlan, kind: Kind) -> RepairPlan {
    match kind {
        Kind::Missing => plan.missing,
        Kind::Surplus => plan.surplus,
        Kind::Repeated => plan.repeated,
    }
}
