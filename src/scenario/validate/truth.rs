//! The sense of the ledger and of reconciliations.

use super::super::nearest::quoted;
use super::super::shape::join;
use super::super::{Repair, Side, Times};
use super::Checker;
use crate::time::Span;

/// The shortest time between two runs of a reconciliation.
const EVERY_MIN: Span = Span::from_millis(100);

impl Checker<'_> {
    pub(super) fn ledger(&mut self) {
        let scenario = self.scenario;
        let Some(ledger) = &scenario.ledger else {
            return;
        };
        let client = self.known("ledger.client", "client", &scenario.clients, &ledger.client);
        if client.is_some_and(|client| client.key.is_none()) {
            let message = format!(
                "{} asks about nothing that could be found again; give it a \"key\"",
                quoted(&ledger.client)
            );
            self.report("ledger.client", message);
        }
        let record = self.records("ledger.record", &ledger.record);
        if let Some((_, table)) = record {
            self.states("ledger.accepted", table, &ledger.accepted);
            self.states("ledger.open", table, &ledger.open);
        }
        for (index, state) in ledger.open.iter().enumerate() {
            if ledger.accepted.contains(state) {
                self.report(
                    format!("ledger.open.{index}"),
                    format!("{} is among the accepted states, too", quoted(state)),
                );
            }
        }
        for (name, rule) in &ledger.rules {
            let path = join("ledger.rules", name);
            self.times(&format!("{path}.accepted"), rule.accepted);
            self.times(&format!("{path}.refused"), rule.refused);
            let Some((_, table)) = self.records(&format!("{path}.table"), &rule.table) else {
                continue;
            };
            self.states(&format!("{path}.states"), table, &rule.states);
            if let Some((_, record)) = record
                && rule.same
                && table.fields != record.fields
            {
                let message = format!(
                    "{} and {} must have the same \"fields\" in the same order to be compared",
                    quoted(&rule.table),
                    quoted(&ledger.record)
                );
                self.report(format!("{path}.same"), message);
            }
        }
    }

    fn times(&mut self, path: &str, times: Times) {
        if times.min > times.max {
            let message = format!(
                "min ({}) must not be more than max ({})",
                times.min, times.max
            );
            self.report(path, message);
        }
    }

    pub(super) fn reconciliations(&mut self) {
        let scenario = self.scenario;
        for (name, it) in &scenario.reconciliations {
            let path = join("reconciliations", name);
            if it.every < EVERY_MIN {
                self.report(
                    format!("{path}.every"),
                    format!("must be at least {EVERY_MIN}, or it would do nothing but begin"),
                );
            }
            if it.grace >= it.window {
                let message = format!(
                    "must be shorter than the window ({}), or nothing would ever be compared",
                    it.window
                );
                self.report(format!("{path}.grace"), message);
            }
            self.side(&format!("{path}.left"), &it.left);
            self.side(&format!("{path}.right"), &it.right);
            if it.left.table == it.right.table {
                self.report(
                    format!("{path}.right.table"),
                    "must be another table than the left one",
                );
            }
            self.times(&format!("{path}.times"), it.times);
            let repairs = [
                ("missing", &it.missing),
                ("surplus", &it.surplus),
                ("repeated", &it.repeated),
            ];
            for (field, repair) in repairs {
                match repair {
                    Repair::Manual => {}
                    Repair::Call(name) => {
                        let path = format!("{path}.{field}.call");
                        self.known(&path, "operation", &scenario.operations, name);
                    }
                    Repair::Publish(name) => {
                        let path = format!("{path}.{field}.publish");
                        self.known(&path, "topic", &scenario.topics, name);
                    }
                }
            }
        }
    }

    fn side(&mut self, path: &str, side: &Side) {
        if let Some((_, table)) = self.records(&format!("{path}.table"), &side.table) {
            self.states(&format!("{path}.states"), table, &side.states);
            self.states(&format!("{path}.pending"), table, &side.pending);
        }
    }
}
