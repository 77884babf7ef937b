//! From records to sentences: what happened for a business key, in order.

use super::names::Names;
use super::{Deed, Disagreement, Refusal};
use sim::plan::KeyPlan;
use sim::records::shown;
use sim::trace::{
    Message, NO_OPERATION, NO_RULE, NO_TABLE, No, Outcome, Record, Role, Verdict, What,
};
use sim::{End, Plan};

/// What a record says about its business key, if that is worth a sentence.
pub fn deed(plan: &Plan, names: &Names, what: &What) -> Option<Deed> {
    let service = |service: u16| names.services.get(service as usize).cloned();
    let callee = |operation: u16| service(plan.operations.get(operation as usize)?.service);
    let topic = |topic: u16| names.writing.topics.get(topic as usize).cloned();
    let subscription = |it: u16| names.writing.subscriptions.get(it as usize).cloned();
    let lock = |lock: u16| names.writing.locks.get(lock as usize).cloned();
    let job = |job: u16| names.writing.jobs.get(job as usize).cloned();
    let owner = |store: u16| service(plan.stores.get(store as usize)?.service);
    let rule = |rule: u8| match rule {
        NO_RULE => None,
        rule => names.writing.rules.get(rule as usize).cloned(),
    };
    let table = |table: u16| names.tables.get(table as usize).cloned();
    let disagreement = |finding, by: u8| Disagreement {
        finding,
        rule: rule(by),
        key: names.writing.key.clone(),
    };
    Some(match *what {
        What::Hop {
            link,
            message,
            lost: true,
            ..
        } => {
            let (from, to) = names.links.get(link as usize)?.clone();
            let its = plan.links.get(link as usize)?;
            match (its.from, its.to, message) {
                (End::Topic(_), _, Message::Request) => Deed::MessageLost { topic: from, to },
                (End::Topic(_), _, Message::Answer(outcome)) => Deed::AckLost {
                    by: to,
                    done: outcome == Outcome::Ok,
                },
                (_, End::Topic(_), Message::Request) => Deed::PublishLost {
                    by: from,
                    topic: to,
                },
                (_, End::Topic(_), Message::Answer(_)) => Deed::ConfirmLost {
                    by: from,
                    topic: to,
                },
                (_, _, Message::Request) => Deed::RequestLost { from, to },
                (_, _, Message::Answer(outcome)) => Deed::AnswerLost {
                    by: to,
                    to: from,
                    done: outcome == Outcome::Ok,
                },
            }
        }
        What::Answered {
            operation, outcome, ..
        } if outcome != Outcome::Ok => Deed::CallEnded {
            by: callee(operation)?,
            outcome,
        },
        What::Called {
            operation,
            role: Role::Undo | Role::Rollback,
            ..
        } => Deed::Undoes {
            by: callee(operation)?,
        },
        What::Called {
            operation,
            role: Role::Repair,
            ..
        } => Deed::Repairs {
            by: callee(operation)?,
        },
        What::Wrote {
            table: it,
            row,
            key,
            rows,
            state,
            how,
            ..
        } => {
            let its = plan.tables.get(it as usize)?;
            Deed::Wrote {
                by: owner(its.store)?,
                table: table(it)?,
                state: its.states.get(state as usize).cloned().unwrap_or_default(),
                how,
                rows,
                row: (row != key).then_some(shown(row)),
            }
        }
        What::Prepared { store, .. } => Deed::Prepared { by: owner(store)? },
        What::Published { topic: it, .. } => Deed::Published { topic: topic(it)? },
        What::PublishFailed { topic: it, by, .. } => Deed::PublishFailed {
            topic: topic(it)?,
            relay: by == 0,
        },
        What::PublishIgnored { topic: it, .. } => Deed::PublishIgnored { topic: topic(it)? },
        What::Duplicated {
            subscription: it, ..
        } => Deed::Duplicated {
            to: subscription(it)?,
        },
        What::Delivered {
            subscription: it,
            attempt,
            ..
        } => Deed::Delivered {
            to: subscription(it)?,
            attempt,
        },
        What::AckRefused {
            subscription: it, ..
        } => Deed::AckRefused {
            by: subscription(it)?,
        },
        What::Returned {
            subscription: it,
            why,
            ..
        } => Deed::Returned {
            by: subscription(it)?,
            why,
        },
        What::DeadLettered {
            subscription: it,
            kept,
            ..
        } => Deed::DeadLettered {
            at: subscription(it)?,
            kept,
        },
        What::Redriven {
            subscription: it, ..
        } => Deed::Redriven {
            at: subscription(it)?,
        },
        What::Expired {
            subscription: it, ..
        } => Deed::TooOld {
            at: subscription(it)?,
        },
        What::Skipped { operation, .. } => Deed::Skipped {
            by: callee(operation)?,
        },
        What::FoundNothing {
            operation, table, ..
        } => Deed::FoundNothing {
            by: callee(operation)?,
            prepared: table == NO_TABLE,
        },
        What::RelayDied { relay, again } => Deed::RelayDied {
            topic: topic(plan.relays.get(relay as usize)?.topic)?,
            again,
        },
        What::LockRefused {
            lock: it, waits, ..
        } => Deed::LockRefused {
            lock: lock(it)?,
            waits,
        },
        What::LockReleased {
            lock: it,
            expired: true,
            ..
        } => Deed::LockExpired { lock: lock(it)? },
        What::SaidNo {
            operation,
            table: it,
            why,
        } => {
            let its = plan.tables.get(it as usize);
            let state = |state: u8| its?.states.get(state as usize).cloned();
            Deed::SaidNo {
                by: callee(operation)?,
                table: table(it).unwrap_or_default(),
                why: match why {
                    No::NotThere => Refusal::NotThere,
                    No::State(it) => Refusal::State(state(it).unwrap_or_default()),
                    No::NotEnough => Refusal::NotEnough,
                    No::Changed => Refusal::Changed,
                    No::Share => Refusal::Share,
                },
            }
        }
        What::Noticed {
            table: it, anomaly, ..
        } => Deed::Noticed {
            table: table(it)?,
            anomaly,
        },
        What::Told {
            client, outcome, ..
        } => Deed::Told {
            asked: names.asks.get(client as usize)?.clone(),
            outcome,
        },
        What::Found {
            rule: it, finding, ..
        } => Deed::Found(disagreement(finding, it)),
        What::Mended {
            rule: it,
            finding,
            after,
            ..
        } => Deed::Mended {
            what: disagreement(finding, it),
            after_ms: after.as_millis(),
        },
        What::Compared {
            reconciliation,
            verdict: Verdict::Repairable | Verdict::Manual,
            ..
        } => Deed::ToRepair {
            job: job(reconciliation)?,
        },
        What::LeftToOperator { operation, .. } => Deed::LeftToPeople {
            failed: match operation {
                NO_OPERATION => None,
                operation => names.writing.operations.get(operation as usize).cloned(),
            },
        },
        What::ReconciliationEnded {
            reconciliation,
            compared,
            repaired,
            manual,
        } => Deed::JobEnded {
            job: job(reconciliation)?,
            compared,
            repaired,
            manual,
        },
        _ => return None,
    })
}

/// The chain of what happened for a key: when, in seconds, and what.
pub fn chain(plan: &Plan, names: &Names, history: &[Record]) -> Vec<(f64, Deed)> {
    let mut chain: Vec<(f64, Deed)> = Vec::new();
    for (index, record) in history.iter().enumerate() {
        let deed = match record.what {
            What::Keyed { request, .. } => {
                // The user's own requests are those about whose end they are told.
                asker(history, request).and_then(|client| {
                    Some(Deed::Asked {
                        who: names.clients.get(client as usize)?.clone(),
                        again: by_hand(plan, client, &history[..index]),
                    })
                })
            }
            // That somebody takes a lock and gives it back explains nothing.
            ref what => deed(plan, names, what),
        };
        let at = record.at.as_secs();
        if let Some(deed) = deed {
            // A lock is asked for again and again: once is enough.
            if chain.last().is_none_or(|(_, last)| *last != deed) {
                chain.push((at, deed));
            }
        }
    }
    chain
}

/// Whether a client's request is one that somebody who was told of a failure sends again by hand. Where requests are
/// about records that are there already, another request is another change.
fn by_hand(plan: &Plan, client: u16, before: &[Record]) -> bool {
    let plan = plan.clients.get(client as usize);
    let may = plan.is_some_and(|it| it.again.is_some() && it.key == KeyPlan::New);
    may && before.iter().any(|record| {
        matches!(record.what, What::Told { client: told, outcome, .. }
            if told == client && !matches!(outcome, Outcome::Ok | Outcome::Declined))
    })
}

/// The client whose request this is.
fn asker(history: &[Record], request: u64) -> Option<u16> {
    history.iter().find_map(|record| match record.what {
        What::Told {
            request: told,
            client,
            ..
        } if told == request => Some(client),
        _ => None,
    })
}

/// The business key that a record is about.
pub fn key_of(what: &What) -> Option<u32> {
    match *what {
        What::Prepared { key, .. }
        | What::Wrote { key, .. }
        | What::LockRefused { key, .. }
        | What::LockReleased { key, .. }
        | What::PublishIgnored { key, .. }
        | What::PublishFailed { key, .. }
        | What::Duplicated { key, .. }
        | What::Delivered { key, .. }
        | What::AckRefused { key, .. }
        | What::Returned { key, .. }
        | What::DeadLettered { key, .. }
        | What::Redriven { key, .. }
        | What::Expired { key, .. }
        | What::Skipped { key, .. }
        | What::FoundNothing { key, .. }
        | What::Told { key, .. }
        | What::Found { key, .. }
        | What::Mended { key, .. }
        | What::Noticed { key, .. }
        | What::Compared { key, .. }
        | What::LeftToOperator { key, .. } => Some(key),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::time::Time;
    use scenario::{Scenario, settings, shipped};

    /// How often the histories of a run's keys say that somebody tried again, and how often that somebody asked.
    fn asked(scenario: &Scenario) -> (usize, usize) {
        let mut run = run::Run::new(scenario.clone(), 0);
        run.run_until(Time(60_000_000_000), u64::MAX);
        let (plan, names) = (run.plan(), Names::new(scenario, run.plan()));
        let ledger = run.sim().ledger();
        let (mut by_hand, mut all) = (0, 0);
        for (_, business_key) in ledger.disagreeing() {
            for (_, deed) in chain(plan, &names, &business_key.history) {
                if let Deed::Asked { again, .. } = deed {
                    all += 1;
                    by_hand += usize::from(again);
                }
            }
        }
        (by_hand, all)
    }

    #[test]
    fn somebody_tried_again_by_hand_is_said_only_where_somebody_did() {
        // One record that is changed often: nobody tries anything again.
        let (by_hand, all) = asked(&shipped::load("customer-update").unwrap());
        assert!(all >= 5, "{all}");
        assert_eq!(by_hand, 0);
        let orders = shipped::load("order-payment").unwrap();
        let set = |share: &str| {
            let set = [("again".to_string(), share.to_string())];
            settings::apply(&orders, &set).unwrap()
        };
        assert_eq!(asked(&set("0")).0, 0);
        assert!(asked(&set("1")).0 > 0);
    }

    /// A run of orders coordinated in this way, over a network that loses messages.
    fn orders(by: &str) -> run::Run {
        let orders = shipped::load("order-payment").expect("it ships");
        let set = [("processes.order.by".to_string(), by.to_string())];
        let mut scenario = settings::apply(&orders, &set).expect("it can be set");
        let plan = Plan::new(&scenario);
        let between_services = plan
            .links
            .iter()
            .filter(|it| matches!(it.from, End::Service(_)) && matches!(it.to, End::Service(_)));
        for link in between_services {
            let name = format!("{} -> {}", plan.end_name(link.from), plan.end_name(link.to));
            let fault = serde_json::json!({
                "at": "0s", "what": {"loss": {"link": name, "request": 0.2, "answer": 0.1}}
            });
            let fault = serde_json::from_value(fault).expect("it is a fault");
            scenario.faults.push(fault);
        }
        let mut run = run::Run::new(scenario, 1 << 22);
        run.run_until(Time(60_000_000_000), u64::MAX);
        assert_eq!(run.trace().dropped(), 0);
        run
    }

    #[test]
    fn a_cancel_that_found_nothing_has_its_line_in_the_trace_and_in_the_history() {
        for by in ["compensation", "two_phase_commit"] {
            let run = orders(by);
            let names = Names::new(run.scenario(), run.plan());
            let mut undoes = std::collections::BTreeSet::new();
            let (mut done, mut idle, mut no) = (0, 0, 0);
            for record in run.trace().records() {
                match record.what {
                    What::Called {
                        request,
                        role: Role::Undo | Role::Rollback,
                        ..
                    } => drop(undoes.insert(request)),
                    What::Wrote { by, .. } => done += u32::from(undoes.remove(&by)),
                    What::RolledBack { .. } => done += 1,
                    What::FoundNothing { request, key, .. } => {
                        // That of a confirmation that comes again has one, too.
                        undoes.remove(&request);
                        idle += 1;
                        let deed = deed(run.plan(), &names, &record.what);
                        assert!(matches!(deed, Some(Deed::FoundNothing { .. })), "{by}");
                        assert_eq!(key_of(&record.what), Some(key));
                        let known = run.sim().ledger().business_key(key);
                        let known = known.filter(|it| !it.history.is_empty());
                        assert!(
                            known.is_none_or(|it| it.history.len() >= 48
                                || it.history.iter().any(|its| its == record)),
                            "{by}: the history of {key}"
                        );
                    }
                    What::SaidNo { .. } => no += 1,
                    // A release that must find something says no, and the record before says why.
                    What::Finished {
                        request,
                        outcome: Outcome::Declined,
                        ..
                    } => {
                        if undoes.remove(&request) {
                            assert!(no > 0, "{by}: #{request} was declined without a reason");
                            idle += 1;
                        }
                        no = 0;
                    }
                    // It ended well, and did nothing of which there is a line.
                    What::Finished {
                        request,
                        outcome: Outcome::Ok,
                        ..
                    } if by != "two_phase_commit" => {
                        assert!(!undoes.contains(&request), "{by}: #{request} did nothing");
                    }
                    _ => {}
                }
            }
            assert!(done > 0 && idle > 0, "{by}: {done} {idle}");
        }
    }

    #[test]
    fn what_is_lost_is_called_by_what_its_link_carries() {
        let scenario = shipped::load("customer-update").expect("it ships");
        let plan = Plan::new(&scenario);
        let names = Names::new(&scenario, &plan);
        let lost = |link: &str, message: Message| {
            let hop = What::Hop {
                request: 1,
                link: plan.link_named(link).expect("it is there"),
                message,
                from_instance: 0,
                to_instance: 0,
                arrives: Time::ZERO,
                lost: true,
                keys: 1,
            };
            deed(&plan, &names, &hop).expect("it is worth a sentence")
        };
        let links: Vec<(String, &End, &End)> = plan
            .links
            .iter()
            .map(|it| {
                let name = format!("{} -> {}", plan.end_name(it.from), plan.end_name(it.to));
                (name, &it.from, &it.to)
            })
            .collect();
        for (link, from, to) in links {
            let both = [Message::Request, Message::Answer(Outcome::Ok)].map(|it| lost(&link, it));
            let fits = match (from, to, &both) {
                (End::Topic(_), _, [Deed::MessageLost { .. }, Deed::AckLost { .. }]) => true,
                (_, End::Topic(_), [Deed::PublishLost { .. }, Deed::ConfirmLost { .. }]) => true,
                (End::Topic(_), ..) | (_, End::Topic(_), _) => false,
                (_, _, [Deed::RequestLost { .. }, Deed::AnswerLost { .. }]) => true,
                _ => false,
            };
            assert!(fits, "{link}: {both:?}");
        }
    }

    #[test]
    fn the_history_of_a_key_that_was_refused_says_which_record_decided_and_why() {
        let (mut refused, mut sold_out) = (0, 0);
        for name in ["course-enrolment", "order-payment", "prescription-billing"] {
            let mut scenario = shipped::load(name).expect("it ships");
            let products = "stores.stock_db.tables.products.start.quantity".to_string();
            if name == "order-payment" {
                let few = [(products, "2".to_string())];
                scenario = scenario::settings::apply(&scenario, &few).expect("it can be set");
            }
            let mut run = run::Run::new(scenario.clone(), 1 << 18);
            run.run_until(Time(30_000_000_000), u64::MAX);
            let names = Names::new(&scenario, run.plan());
            let told = run.trace().records().iter();
            let keys = told.filter_map(|record| match record.what {
                What::Told {
                    key,
                    outcome: Outcome::Declined,
                    ..
                } => Some(key),
                _ => None,
            });
            for key in keys {
                // What agrees is forgotten in time.
                let Some(business_key) = run.sim().ledger().business_key(key) else {
                    continue;
                };
                let chain = chain(run.plan(), &names, &business_key.history);
                let why = chain.iter().any(|(_, deed)| {
                    matches!(deed, Deed::SaidNo { .. } | Deed::LockRefused { .. })
                });
                assert!(why, "{name}: {chain:#?}");
                refused += 1;
                let not_enough = |(_, deed): &(f64, Deed)| matches!(deed, Deed::SaidNo { why, .. } if *why == Refusal::NotEnough);
                sold_out += u32::from(chain.iter().any(not_enough));
            }
        }
        assert!(refused > 10 && sold_out > 5, "{refused} {sold_out}");
    }
}
