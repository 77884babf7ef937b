//! Variants of operations that strategies ask for: prepared instead of committed, or done for a message by somebody who may
//! have seen it before.

use super::build::index_of;
use super::{Builder, Instruction, Mode, NONE, OperationPlan, Says, Variant};
use scenario::{Consume, Point, Process, Step};

impl Builder<'_> {
    /// A variant of a named operation, which is compiled later.
    pub(super) fn variant(&mut self, named: u16, suffix: &str, variant: Variant) -> u16 {
        let plan = &self.plan.operations[named as usize];
        let name = format!("{}#{suffix}", plan.name);
        if let Some(index) = self
            .plan
            .operations
            .iter()
            .position(|operation| operation.name == name)
        {
            return index as u16;
        }
        let service = plan.service;
        self.plan.operations.push(OperationPlan {
            name,
            service,
            entry: 0,
            named,
        });
        let index = (self.plan.operations.len() - 1) as u16;
        self.variants.push((index, variant));
        index
    }

    /// Compiles the variants that strategies have asked for.
    pub(super) fn variants(&mut self) {
        let mut next = 0;
        while let Some((index, variant)) = self.variants.get(next).copied() {
            next += 1;
            self.plan.operations[index as usize].entry = self.here();
            let (service, named) = {
                let plan = &self.plan.operations[index as usize];
                (plan.service, plan.named)
            };
            match variant {
                Variant::Prepare => self.prepare(service, named),
                Variant::Commit | Variant::Rollback => self.emit(Instruction::Decide {
                    operation: named,
                    commit: matches!(variant, Variant::Commit),
                }),
                Variant::Consume { subscription, says } => {
                    self.consume(service, named, subscription, says)
                }
                Variant::Decides { statement } => self.consume_decision(statement),
            }
            self.emit(Instruction::Done);
        }
    }

    /// The store of an operation's first statement.
    fn store_of(&self, steps: &[Step]) -> Option<u16> {
        steps.iter().find_map(|step| {
            let store = match step {
                Step::Transaction(it) => &it.store,
                Step::Insert(it) => &it.store,
                Step::Update(it) => &it.store,
                Step::Apply(it) => &it.store,
                Step::Remove(it) => &it.store,
                _ => return None,
            };
            Some(index_of(&self.scenario.stores, store))
        })
    }

    /// A participant's operation up to its commit, which waits for the decision.
    fn prepare(&mut self, service: u16, named: u16) {
        let scenario = self.scenario;
        let Some(operation) = scenario.operations.values().nth(named as usize) else {
            return;
        };
        let Some(store) = self.store_of(&operation.steps) else {
            return self.steps(service, &operation.steps);
        };
        self.emit(Instruction::Begin { store });
        self.mode.in_transaction = true;
        self.steps(service, &operation.steps);
        self.mode.in_transaction = false;
        self.emit(Instruction::Prepare { operation: named });
    }

    /// An operation done for a message, the way its subscription goes about what it may have seen before.
    fn consume(&mut self, service: u16, named: u16, subscription: u16, says: Option<Says>) {
        let scenario = self.scenario;
        let Some(operation) = scenario.operations.values().nth(named as usize) else {
            return;
        };
        let steps = &operation.steps;
        let store = self.store_of(steps);
        let consume = self.plan.subscriptions[subscription as usize].consume;
        // Who says no in a choreography says so with an event; the message is done with.
        let handler = says
            .and_then(|says| says.declined.map(|kind| (says.topic, kind)))
            .map(|said| (self.placeholder(), said));
        let body = |builder: &mut Self| {
            builder.steps(service, steps);
            if let Some(says) = says {
                builder.publish(service, says.topic, NONE, says.done);
            }
        };
        match (consume, store) {
            (Consume::Naive, _) => self.in_one(store, says.is_some(), body),
            (Consume::UniqueKey, _) => {
                self.mode.ignores_duplicates = true;
                self.in_one(store, says.is_some(), body);
                self.mode = Mode::default();
            }
            (Consume::Versioned, _) => {
                self.mode.versioned = true;
                self.in_one(store, says.is_some(), body);
                self.mode = Mode::default();
            }
            (Consume::Inbox, Some(store)) => {
                let first = self.placeholder();
                self.in_transaction(store, |builder| {
                    builder.emit(Instruction::Remember { subscription });
                    body(builder);
                });
                self.plan.code[first] = Instruction::SeenBefore {
                    subscription,
                    end: self.here(),
                };
            }
            (Consume::Inbox | Consume::CheckFirst | Consume::Window, _) => {
                let first = self.placeholder();
                self.in_one(store, says.is_some(), body);
                self.emit(Instruction::Remember { subscription });
                self.plan.code[first] = Instruction::SeenBefore {
                    subscription,
                    end: self.here(),
                };
            }
        }
        self.emit(Instruction::MayDie(Point::BeforeAnswer));
        if let Some((place, (topic, kind))) = handler {
            let jump = self.placeholder();
            self.plan.code[place] = Instruction::OnFailure {
                clean: self.here(),
                unknown: NONE,
            };
            match store {
                Some(store) => self.in_transaction(store, |builder| {
                    builder.publish(service, topic, NONE, kind);
                }),
                None => self.publish(service, topic, NONE, kind),
            }
            self.plan.code[jump] = Instruction::Jump { to: self.here() };
        }
    }

    /// Emits a consumer's work; together with the event that follows from it, if one does.
    fn in_one(&mut self, store: Option<u16>, says: bool, body: impl FnOnce(&mut Self)) {
        match store {
            Some(store) if says => self.in_transaction(store, body),
            _ => body(self),
        }
    }

    /// The coordinator's own record follows the last word of a choreography.
    fn consume_decision(&mut self, statement: u32) {
        let store = self.plan.tables[self.plan.statements[statement as usize].table as usize].store;
        self.emit(Instruction::Begin { store });
        self.emit(Instruction::Statement {
            statement,
            free: true,
        });
        self.emit(Instruction::Commit);
    }

    /// The statement that sets a process's record to a state once nothing else has.
    pub(super) fn decision(&mut self, process: &Process, state: &str) -> u32 {
        let statement = self.deciding(process, state, &process.open);
        self.plan.statements.push(statement);
        (self.plan.statements.len() - 1) as u32
    }
}
