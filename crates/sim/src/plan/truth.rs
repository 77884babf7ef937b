//! Business locks, the ledger's rules and reconciliations of a plan.

use super::build::index_of;
use super::statements::{state_of, states_of};
use super::{
    Builder, End, LedgerPlan, LockPlan, ReconciliationPlan, RepairPlan, RulePlan, SidePlan,
};
use scenario::{Repair, Side};

impl Builder<'_> {
    pub(super) fn business_locks(&mut self) {
        for (name, lock) in &self.scenario.locks {
            let table = self.table(&lock.table);
            let plan = &self.plan.tables[table as usize];
            self.plan.locks.push(LockPlan {
                name: name.clone(),
                by: lock.by,
                table,
                store: plan.store,
                state: lock
                    .state
                    .as_ref()
                    .map_or(0, |state| state_of(&plan.states, state)),
                lease: lock.lease,
                wait: lock.wait,
            });
        }
    }

    pub(super) fn ledger(&mut self) {
        let Some(ledger) = &self.scenario.ledger else {
            return;
        };
        let record = self.table(&ledger.record);
        let states = &self.plan.tables[record as usize].states;
        let rules = ledger.rules.iter().map(|(name, rule)| {
            let table = self.table(&rule.table);
            RulePlan {
                name: name.clone(),
                table,
                states: states_of(&self.plan.tables[table as usize].states, &rule.states),
                accepted: rule.accepted,
                refused: rule.refused,
                same: rule.same,
            }
        });
        self.plan.ledger = Some(LedgerPlan {
            client: index_of(&self.scenario.clients, &ledger.client),
            record,
            accepted: states_of(states, &ledger.accepted),
            open: some_states(states, &ledger.open),
            rules: rules.collect(),
        });
    }

    fn side(&self, side: &Side) -> SidePlan {
        let table = self.table(&side.table);
        let states = &self.plan.tables[table as usize].states;
        SidePlan {
            table,
            states: states_of(states, &side.states),
            pending: some_states(states, &side.pending),
        }
    }

    fn repair(&mut self, service: u16, repair: &Repair) -> RepairPlan {
        match repair {
            Repair::Manual => RepairPlan::Manual,
            Repair::Call(operation) => {
                let callee = self.service_of_operation(operation);
                RepairPlan::Call {
                    operation: index_of(&self.scenario.operations, operation),
                    link: self.link(End::Service(service), End::Service(callee)),
                }
            }
            Repair::Publish(topic) => {
                let topic = index_of(&self.scenario.topics, topic);
                RepairPlan::Publish {
                    topic,
                    link: self.topic_link(service, topic),
                }
            }
        }
    }

    pub(super) fn reconciliations(&mut self) {
        for (name, it) in &self.scenario.reconciliations {
            let (left, right) = (self.side(&it.left), self.side(&it.right));
            let service = self.service_of_table(left.table);
            let missing = self.repair(service, &it.missing);
            let surplus = self.repair(service, &it.surplus);
            let repeated = self.repair(service, &it.repeated);
            self.plan.reconciliations.push(ReconciliationPlan {
                name: name.clone(),
                enabled: it.enabled,
                every: it.every,
                window: it.window,
                grace: it.grace,
                service,
                left,
                right,
                times: it.times,
                missing,
                surplus,
                repeated,
                takes: it.takes,
            });
        }
    }
}

/// A bit for each named state; none if none is named.
fn some_states(states: &[String], named: &[String]) -> u16 {
    if named.is_empty() {
        0
    } else {
        states_of(states, named)
    }
}
