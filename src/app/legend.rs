//! Which marks a scenario can show with the settings of now: no others stand in the legend.

use sim::plan::Instruction;
use sim::trace::Role;
use sim::{End, Plan};

/// Marks that not every scenario can show. (Requests, answers, refusals, failures and working threads are everywhere.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Change events or messages of the bus.
    pub events: bool,
    /// Confirmations of the broker and acknowledgements of consumers.
    pub confirms: bool,
    /// Later attempts and redeliveries.
    pub attempts: bool,
    /// A message that is delivered twice.
    pub duplicates: bool,
    /// Calls that take something back or repair it.
    pub repairs: bool,
    /// Threads that wait for an answer.
    pub waiting: bool,
    /// Rows that a transaction keeps locked, and statements that wait for them.
    pub row_locks: bool,
    /// Business locks.
    pub business_locks: bool,
    /// Prepared transactions whose outcome is not known yet.
    pub in_doubt: bool,
}

impl Marks {
    /// Everything that there is.
    pub const ALL: Marks = Marks {
        events: true,
        confirms: true,
        attempts: true,
        duplicates: true,
        repairs: true,
        waiting: true,
        row_locks: true,
        business_locks: true,
        in_doubt: true,
    };

    /// What a plan can show. `feeds`: whether change events keep copies in step.
    pub fn of(plan: &Plan, feeds: bool) -> Marks {
        let bus = (plan.links.iter()).any(|link| matches!(link.to, End::Topic(_)));
        let calls = |instruction: &Instruction| {
            matches!(
                instruction,
                Instruction::Call {
                    role: Role::Undo | Role::Rollback | Role::Repair,
                    ..
                } | Instruction::Decide { commit: false, .. }
            )
        };
        let reconciled = plan.reconciliations.iter().any(|it| it.enabled);
        Marks {
            events: bus || feeds,
            confirms: bus,
            attempts: bus || plan.guards.iter().any(|guard| guard.repeats()),
            duplicates: bus,
            repairs: reconciled || plan.code.iter().any(calls),
            waiting: plan.links.iter().enumerate().any(|(index, link)| {
                let between = matches!((link.from, link.to), (End::Service(_), End::Service(_)));
                let events = plan
                    .references
                    .iter()
                    .any(|it| it.event_link as usize == index);
                between && !events
            }),
            row_locks: !plan.statements.is_empty(),
            business_locks: (plan.code.iter()).any(|it| matches!(it, Instruction::TakeLock { .. })),
            in_doubt: (plan.code.iter()).any(|it| matches!(it, Instruction::Prepare { .. })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use picture::layout::{Form, Layout};
    use scenario::{settings, shipped};

    fn marks(name: &str, set: &[(&str, &str)]) -> Marks {
        let set: Vec<_> = set
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        let scenario = settings::apply(&shipped::load(name).unwrap(), &set).unwrap();
        let plan = Plan::new(&scenario);
        let feeds = Layout::new(&plan, 0, Form::Wide).feeds;
        Marks::of(&plan, !feeds.is_empty())
    }

    #[test]
    fn a_mark_is_explained_only_where_it_can_be_seen() {
        let reads = marks("consultation-list", &[]);
        assert!(reads.waiting && !reads.events && !reads.confirms && !reads.repairs);
        let replica = marks("consultation-list", &[("customer", "replica")]);
        assert!(replica.events && !replica.confirms && !replica.duplicates);
        let joined = ["customer", "code", "user", "department"].map(|name| (name, "join"));
        assert!(!marks("session-lookup", &[]).row_locks);
        assert!(!marks("consultation-list", &joined).events);
        let calls = marks("order-payment", &[("by", "calls")]);
        assert!(!calls.events && !calls.duplicates && !calls.in_doubt && calls.row_locks);
        assert!(marks("order-payment", &[("by", "compensation")]).repairs);
        assert!(marks("order-payment", &[("by", "two_phase_commit")]).in_doubt);
        let events = marks("order-payment", &[("by", "events")]);
        assert!(events.events && events.confirms && events.duplicates && events.attempts);
    }
}
