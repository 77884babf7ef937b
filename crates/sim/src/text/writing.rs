//! The lines of records that are about writing: transactions, events, locks and the truth.

use super::outcome;
use crate::plan::Plan;
use crate::records::shown;
use crate::trace::{
    Anomaly, Finding, NO_OPERATION, NO_RULE, NO_TABLE, No, Return, Verdict, What, Written,
};

/// The line of a record, without its time. Nothing for a record that is about something else.
pub(super) fn line(plan: &Plan, what: &What) -> Option<String> {
    let store = |store: u16| plan.stores[store as usize].name.as_str();
    let table = |table: u16| plan.tables[table as usize].name.as_str();
    let topic = |topic: u16| plan.topics[topic as usize].name.as_str();
    let subscription = |index: u16| {
        let it = &plan.subscriptions[index as usize];
        format!("{}/{}", plan.topics[it.topic as usize].name, it.name)
    };
    let operation = |operation: u16| plan.operations[operation as usize].name.as_str();
    let rule = |rule: u8| match (&plan.ledger, rule) {
        (_, NO_RULE) | (None, _) => "the record",
        (Some(ledger), rule) => &ledger.rules[rule as usize].name,
    };
    Some(match *what {
        What::Keyed { request, key } => format!("#{request} is about {}", shown(key)),
        What::Began { request, store: it } => format!("#{request} begins in {}", store(it)),
        What::Committed { request, store: it } => format!("#{request} commits in {}", store(it)),
        What::Prepared {
            request,
            store: it,
            key,
        } => format!("#{request} prepares in {} for {}", store(it), shown(key)),
        What::RolledBack { request, store: it } => {
            format!("#{request} rolls back in {}", store(it))
        }
        What::Wrote {
            table: it,
            row,
            key,
            rows,
            state,
            version,
            how,
            by,
        } => {
            let states = &plan.tables[it as usize].states;
            let state = states.get(state as usize).map_or("-", String::as_str);
            let how = match how {
                Written::Inserted => "inserted",
                Written::InsertedAgain => "inserted again",
                Written::Updated => "updated",
                Written::Removed => "removed",
                Written::Applied => "applied",
                Written::Expired => "expired",
            };
            format!(
                "#{by} {how} {} {} for {}: {state}, {rows} rows, version {version}",
                table(it),
                shown(row),
                shown(key)
            )
        }
        What::RowWanted {
            table: it,
            row,
            request,
        } => format!("#{request} waits for {} {}", table(it), shown(row)),
        What::RowGranted {
            table: it,
            row,
            request,
            waited,
            gave_up,
        } => {
            let end = if gave_up { "gives up" } else { "has" };
            format!(
                "#{request} {end} {} {} after {waited}",
                table(it),
                shown(row)
            )
        }
        What::LockTaken { lock, key, request } => format!(
            "#{request} takes the lock {} of {}",
            plan.locks[lock as usize].name,
            shown(key)
        ),
        What::LockRefused {
            lock,
            key,
            request,
            waits,
        } => {
            let then = if waits { "waits" } else { "declines" };
            format!(
                "#{request} finds the lock {} of {} taken, and {then}",
                plan.locks[lock as usize].name,
                shown(key)
            )
        }
        What::LockReleased { lock, key, expired } => {
            let how = if expired { "runs out" } else { "is given back" };
            format!(
                "the lock {} of {} {how}",
                plan.locks[lock as usize].name,
                shown(key)
            )
        }
        What::Published {
            message,
            topic: it,
            key,
            by,
            after,
        } => format!(
            "#{by} message {message} about {} is published on {} after {after}",
            shown(key),
            topic(it)
        ),
        What::PublishIgnored {
            message,
            topic: it,
            key,
        } => format!(
            "message {message} about {} is known to {} already",
            shown(key),
            topic(it)
        ),
        What::PublishFailed { topic: it, key, by } => format!(
            "#{by} has no confirmation of {} for {}",
            topic(it),
            shown(key)
        ),
        What::Duplicated {
            message,
            subscription: it,
            key,
        } => format!(
            "message {message} about {} will come twice to {}",
            shown(key),
            subscription(it)
        ),
        What::Delivered {
            message,
            subscription: it,
            key,
            request,
            attempt,
        } => format!(
            "#{request} delivers message {message} about {} to {}, delivery {attempt}",
            shown(key),
            subscription(it)
        ),
        What::Acked {
            message,
            subscription: it,
            key,
            attempt,
        } => format!(
            "message {message} about {} is acknowledged by {}, delivery {attempt}",
            shown(key),
            subscription(it)
        ),
        What::AckRefused {
            message,
            subscription: it,
            key,
            request,
            attempt,
        } => format!(
            "message {message} about {}: the acknowledgement of #{request} comes too late for {} (delivery {attempt}) \
             and does nothing",
            shown(key),
            subscription(it)
        ),
        What::Returned {
            message,
            subscription: it,
            key,
            attempt,
            why,
            ready,
        } => {
            let why = match why {
                Return::Failed => "failed",
                Return::Deadline => "not acknowledged in time",
                Return::Broken => "the consumer died",
            };
            format!(
                "message {message} about {} comes back to {} (delivery {attempt} {why}), ready {}",
                shown(key),
                subscription(it),
                super::seconds(ready)
            )
        }
        What::DeadLettered {
            message,
            subscription: it,
            key,
            kept,
        } => {
            let fate = if kept {
                "is a dead letter of"
            } else {
                "exceeds the max deliveries of"
            };
            format!(
                "message {message} about {} {fate} {}",
                shown(key),
                subscription(it)
            )
        }
        What::Redriven {
            message,
            subscription: it,
            key,
        } => format!(
            "message {message} about {} is driven to {} anew",
            shown(key),
            subscription(it)
        ),
        What::Expired {
            message,
            subscription: it,
            key,
        } => format!(
            "message {message} about {} is too old for {}",
            shown(key),
            subscription(it)
        ),
        What::Skipped {
            message,
            key,
            request,
            operation: it,
        } => format!(
            "#{request} {} knows message {message} about {}, and does nothing",
            operation(it),
            shown(key)
        ),
        What::SaidNo {
            operation: it,
            table: t,
            why,
        } if t != NO_TABLE => {
            let states = &plan.tables[t as usize].states;
            let why = match why {
                No::NotThere => "it is not there".to_string(),
                No::State(state) => {
                    let state = states.get(state as usize).map_or("-", String::as_str);
                    format!("it is {state}")
                }
                No::NotEnough => "there is not enough".to_string(),
                No::Changed => "it has changed since it was read".to_string(),
                No::Share => "it is of the share that is refused".to_string(),
            };
            format!("{} says no because of {}: {why}", operation(it), table(t))
        }
        What::FoundNothing {
            key,
            request,
            operation: it,
            table: NO_TABLE,
        } => format!(
            "#{request} {} finds nothing prepared for {}, and does nothing",
            operation(it),
            shown(key)
        ),
        What::FoundNothing {
            key,
            request,
            operation: it,
            table: t,
        } => format!(
            "#{request} {} finds nothing to undo or change in {} for {}, and does nothing",
            operation(it),
            table(t),
            shown(key)
        ),
        What::RelayDied { relay, again } => {
            let relay = &plan.relays[relay as usize];
            format!(
                "the relay {} -> {} dies, {again} events will be sent again",
                store(relay.store),
                topic(relay.topic)
            )
        }
        What::Told {
            key,
            request,
            client,
            outcome: how,
        } => format!(
            "#{request} {} is told about {}: {}",
            plan.clients[client as usize].name,
            shown(key),
            outcome(how)
        ),
        What::Closed { key, agrees } => {
            let how = if agrees { "agrees" } else { "disagrees" };
            format!("{} is closed and {how}", shown(key))
        }
        What::Found {
            key,
            rule: it,
            finding,
        } => format!("{} {}: {}", shown(key), rule(it), found(finding)),
        What::Mended {
            key,
            rule: it,
            finding,
            after,
        } => format!(
            "{} {}: not {} any more, after {after}",
            shown(key),
            rule(it),
            found(finding)
        ),
        What::Noticed {
            key,
            table: it,
            anomaly,
            request,
        } => {
            let what = match anomaly {
                Anomaly::DirtyRead => "a dirty read of",
                Anomaly::LostUpdate => "a lost update of",
                Anomaly::ChangedAfterRead => "built upon what has changed since in",
            };
            format!("#{request} {what} {} {}", table(it), shown(key))
        }
        What::LeftToOperator {
            key,
            operation: NO_OPERATION,
        } => format!("{} is left to people", shown(key)),
        What::LeftToOperator { key, operation: it } => {
            format!("{} is left to people: {} failed", shown(key), operation(it))
        }
        What::ReconciliationBegan { reconciliation } => format!(
            "reconciliation {} begins",
            plan.reconciliations[reconciliation as usize].name
        ),
        What::Compared {
            reconciliation,
            key,
            verdict,
        } => {
            let verdict = match verdict {
                Verdict::Matched => "matched",
                Verdict::Pending => "pending",
                Verdict::Repairable => "to be repaired",
                Verdict::Manual => "for people",
            };
            format!(
                "reconciliation {} compares {}: {verdict}",
                plan.reconciliations[reconciliation as usize].name,
                shown(key)
            )
        }
        What::ReconciliationEnded {
            reconciliation,
            compared,
            repaired,
            manual,
        } => format!(
            "reconciliation {} ends: {compared} compared, {repaired} repaired, {manual} for people",
            plan.reconciliations[reconciliation as usize].name
        ),
        _ => return None,
    })
}

fn found(finding: Finding) -> &'static str {
    match finding {
        Finding::Lost => "lost",
        Finding::Duplicated => "duplicated",
        Finding::Orphaned => "orphaned",
        Finding::HalfDone => "half-done",
        Finding::PromisedNotDone => "promised, not done",
        Finding::DoneButRefused => "done, but refused",
        Finding::Differs => "different",
    }
}
