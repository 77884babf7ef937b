//! The sense of the ledger and of reconciliations.

use super::super::kinds;
use super::super::nearest::quoted;
use super::super::shape::join;
use super::super::{HeadlineKind, Price, Repair, Side, Times};
use super::Checker;
use kernel::time::Span;
use message::msg;

/// The shortest time between two runs of a reconciliation.
const EVERY_MIN: Span = Span::from_millis(100);

impl Checker<'_> {
    /// The headline: what it tells can be told of this scenario.
    pub(super) fn headline(&mut self) {
        let scenario = self.scenario;
        let Some(headline) = scenario.headline else {
            return;
        };
        let keeps_copies = !scenario.references.is_empty() || !scenario.caches.is_empty();
        let kind_fits = match headline.kind {
            HeadlineKind::Latency | HeadlineKind::Goodput => true,
            HeadlineKind::Stale => keeps_copies,
            HeadlineKind::Anomalies | HeadlineKind::Disagreements => scenario.ledger.is_some(),
        };
        let price_fits = match headline.price {
            Price::Calls | Price::Messages | Price::Latency | Price::Failed | Price::Declined => {
                true
            }
            Price::Stale => keeps_copies,
            Price::InFlight => scenario.ledger.is_some(),
        };
        let copies = (
            headline.kind == HeadlineKind::Stale,
            headline.price == Price::Stale,
        );
        for (path, fits, needs_copies) in [
            ("headline.kind", kind_fits, copies.0),
            ("headline.price", price_fits, copies.1),
        ] {
            let message = if needs_copies {
                msg!(
                    "there is nothing that could be out of date: it needs \"references\" or \"caches\"",
                    "오래될 수 있는 값이 없습니다. \"references\"나 \"caches\"가 있어야 합니다",
                )
            } else {
                msg!(
                    "needs a \"ledger\", which says what must hold for each business key",
                    "업무 키마다 무엇이 성립해야 하는지 정하는 \"ledger\"가 있어야 합니다",
                )
            };
            if !fits {
                self.report(path, message);
            }
        }
    }

    pub(super) fn ledger(&mut self) {
        let scenario = self.scenario;
        let Some(ledger) = &scenario.ledger else {
            return;
        };
        let client = self.known(
            "ledger.client",
            kinds::CLIENT,
            &scenario.clients,
            &ledger.client,
        );
        if client.is_some_and(|client| client.key.is_none()) {
            let message = msg!(
                "{0} asks about nothing that could be found again; give it a \"key\"",
                "{0}의 요청은 나중에 다시 찾을 수 없습니다. \"key\"를 정하십시오",
                quoted(&ledger.client),
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
                    msg!(
                        "{0} is among the accepted states, too",
                        "{0:은} accepted에도 있습니다",
                        quoted(state),
                    ),
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
                let message = msg!(
                    "{0} and {1} must have the same \"fields\" in the same order to be compared",
                    "비교하려면 {0:과} {1}의 \"fields\"가 순서까지 같아야 합니다",
                    quoted(&rule.table),
                    quoted(&ledger.record),
                );
                self.report(format!("{path}.same"), message);
            }
        }
    }

    fn times(&mut self, path: &str, times: Times) {
        if times.min > times.max {
            let message = msg!(
                "min ({0}) must not be more than max ({1})",
                "min({0})은 max({1})보다 클 수 없습니다",
                times.min,
                times.max,
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
                    msg!(
                        "must be at least {0}, or it would do nothing but begin",
                        "{0} 이상이어야 합니다. 더 짧으면 시작만 되풀이합니다",
                        EVERY_MIN,
                    ),
                );
            }
            if it.grace >= it.window {
                let message = msg!(
                    "must be shorter than the window ({0}), or nothing would ever be compared",
                    "window({0})보다 짧아야 합니다. 아니면 아무것도 비교하지 못합니다",
                    it.window,
                );
                self.report(format!("{path}.grace"), message);
            }
            self.side(&format!("{path}.left"), &it.left);
            self.side(&format!("{path}.right"), &it.right);
            if it.left.table == it.right.table {
                self.report(
                    format!("{path}.right.table"),
                    msg!(
                        "must be another table than the left one",
                        "왼쪽과 다른 테이블이어야 합니다",
                    ),
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
                        self.known(&path, kinds::OPERATION, &scenario.operations, name);
                    }
                    Repair::Publish(name) => {
                        let path = format!("{path}.{field}.publish");
                        self.known(&path, kinds::TOPIC, &scenario.topics, name);
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
