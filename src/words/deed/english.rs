//! What happened for a business key, in English.

use super::{Deed, Refusal};
use crate::sim::trace::{Outcome, Return, Written};
use crate::words::truth::{anomaly, finding};
use crate::words::{Lang, Name, count, ms};

impl Deed {
    /// The sentence in English.
    pub(super) fn english(&self) -> String {
        let of = |name: &Name| name.text(Lang::En).to_string();
        match self {
            Deed::Asked { who, again: false } => format!("A request came from {}.", of(who)),
            Deed::Asked { who, again: true } => {
                format!(
                    "The request came once more from {}: somebody tried again by hand.",
                    of(who)
                )
            }
            Deed::RequestLost { from, to } => format!(
                "A request from {} to {} was lost on its way: nothing was done there.",
                of(from),
                of(to)
            ),
            Deed::MessageLost { topic, to } => format!(
                "A message of “{}” was lost on its way to {}: nothing was done there.",
                of(topic),
                of(to)
            ),
            Deed::AckLost { by, done: true } => format!(
                "{} has done what the message asks for; its acknowledgement was lost, and the broker does not know.",
                of(by)
            ),
            Deed::AckLost { by, done: false } => format!(
                "{} could not do what the message asks for; its answer was lost, and the broker does not know.",
                of(by)
            ),
            Deed::PublishLost { by, topic } => format!(
                "A message of {} was lost on its way to “{}”: the broker does not have it.",
                of(by),
                of(topic)
            ),
            Deed::ConfirmLost { by, topic } => format!(
                "“{}” has the message; the confirmation was lost, and {} does not know.",
                of(topic),
                of(by)
            ),
            Deed::AnswerLost { by, to, done: true } => format!(
                "{} had done its part; its answer was lost, and {} does not know.",
                of(by),
                of(to)
            ),
            Deed::AnswerLost {
                by,
                to,
                done: false,
            } => {
                format!(
                    "The answer of {} (it had not been done) was lost on its way to {}.",
                    of(by),
                    of(to)
                )
            }
            Deed::CallEnded { by, outcome } => {
                let by = of(by);
                match outcome {
                    Outcome::TimedOut => format!(
                        "No answer came from {by} in time. Whether it was done, its caller cannot know."
                    ),
                    Outcome::Broken => format!(
                        "The connection to {by} broke. Whether it was done, its caller cannot know."
                    ),
                    Outcome::Declined => format!("{by} said no, for a reason of the business."),
                    Outcome::Rejected => format!("{by} turned the call away: its queue is full."),
                    Outcome::Refused => format!("Nobody answers at {by}."),
                    Outcome::NotPermitted => {
                        format!("The call to {by} was kept back by its own caller.")
                    }
                    Outcome::Failed => format!("{by} answered with an error."),
                    Outcome::Ok => format!("{by} answered."),
                }
            }
            Deed::Wrote {
                by,
                table,
                state,
                how,
                rows,
                row,
            } => {
                let by = of(by);
                let table = match row {
                    Some(row) => format!("{table} {row}"),
                    None => table.clone(),
                };
                match how {
                    Written::Inserted => format!("{by} committed a row in {table}: “{state}”."),
                    Written::InsertedAgain => {
                        format!("{by} did it once more: {rows} rows in {table} now.")
                    }
                    Written::Updated if row.is_some() => format!("{by} changed {table}."),
                    Written::Updated => format!("{by} set {table} to “{state}”."),
                    Written::Removed => format!("{by} took rows of {table} away: {rows} left."),
                    Written::Applied => format!("{by} applied the event to its copy {table}."),
                    Written::Expired => {
                        format!("{by}: {table} had waited too long and became “{state}”.")
                    }
                }
            }
            Deed::Prepared { by } => {
                format!(
                    "{} is prepared: it holds its locks until it is told the decision.",
                    of(by)
                )
            }
            Deed::InDoubt { by } => format!(
                "{} is in doubt: it is prepared, its locks are held, and the coordinator that decides is away.",
                of(by)
            ),
            Deed::Undoes { by } => {
                format!("Compensation: {} is told to undo what it had done.", of(by))
            }
            Deed::Repairs { by } => format!("The reconciliation calls {} to repair it.", of(by)),
            Deed::Published { topic } => {
                format!("The event is with the broker, on “{}”.", of(topic))
            }
            Deed::PublishFailed {
                topic,
                relay: false,
            } => format!(
                "The event for “{}” has no confirmation, and its publisher has given up.",
                of(topic)
            ),
            Deed::PublishFailed { topic, relay: true } => {
                format!(
                    "The event for “{}” has no confirmation; the relay will send it again.",
                    of(topic)
                )
            }
            Deed::PublishIgnored { topic } => {
                format!(
                    "“{}” had this message already: the broker ignores it.",
                    of(topic)
                )
            }
            Deed::Duplicated { to } => {
                format!("The broker delivers the message to {} twice.", of(to))
            }
            Deed::Delivered { to, attempt: 1 } => {
                format!("The message was delivered to {}.", of(to))
            }
            Deed::Delivered { to, attempt } => {
                format!(
                    "The message was delivered to {} again: delivery {attempt}.",
                    of(to)
                )
            }
            Deed::Returned { by, why } => {
                let why = match why {
                    Return::Failed => "could not do it",
                    Return::Deadline => "has not acknowledged it in time",
                    Return::Broken => "died over it",
                };
                format!("{} {why}: the message goes back to its queue.", of(by))
            }
            Deed::DeadLettered { at, kept: true } => format!(
                "The message was delivered to {} as often as it may be: it is a dead letter now.",
                of(at)
            ),
            Deed::DeadLettered { at, kept: false } => format!(
                "The message was delivered to {} as often as it may be, and is gone.",
                of(at)
            ),
            Deed::Redriven { at } => format!("A dead letter is delivered to {} anew.", of(at)),
            Deed::TooOld { at } => {
                format!(
                    "The message for {} was older than the broker keeps any, and is gone.",
                    of(at)
                )
            }
            Deed::Skipped { by } => {
                format!("{} knows it already: the duplicate is ignored.", of(by))
            }
            Deed::RelayDied { topic, again } => format!(
                "The relay to “{}” died after sending, before marking: {again} events will be sent again.",
                of(topic)
            ),
            Deed::LockRefused { lock, waits } => {
                let then = if *waits { "it waits" } else { "it is refused" };
                format!("“{}” is held by somebody else: {then}.", of(lock))
            }
            Deed::LockExpired { lock } => {
                format!("“{}” was not given back; its lease ran out.", of(lock))
            }
            Deed::Noticed {
                table,
                anomaly: what,
            } => {
                let what = anomaly(*what, Lang::En);
                let first = what.chars().next().map(char::to_uppercase);
                let first: String = first.into_iter().flatten().collect();
                format!("{first}{} in {table}.", what.get(1..).unwrap_or_default())
            }
            Deed::SaidNo { by, table, why } => {
                let by = of(by);
                match why {
                    Refusal::Share => format!(
                        "{by} refuses: the scenario has it say no to a share of all requests."
                    ),
                    Refusal::NotThere => format!("{by} has no row for it in {table}: it refuses."),
                    Refusal::State(state) => {
                        format!(
                            "In {table} of {by} it is “{state}”, where this cannot be done: it refuses."
                        )
                    }
                    Refusal::NotEnough => {
                        format!("There is not enough left in {table} of {by}: it refuses.")
                    }
                    Refusal::Changed => {
                        format!("{table} of {by} has been changed since it was read: it refuses.")
                    }
                }
            }
            Deed::Told { asked, outcome } => match outcome {
                Outcome::Ok => format!("The user is told: done ({}).", of(asked)),
                Outcome::Declined => format!("The user is told: refused ({}).", of(asked)),
                Outcome::TimedOut => {
                    format!(
                        "The user has waited in vain, and sees a failure ({}).",
                        of(asked)
                    )
                }
                _ => format!("The user is told: failed ({}).", of(asked)),
            },
            Deed::Found {
                rule,
                finding: what,
            } => format!(
                "Nothing is under way any more, and the records disagree: {}{}.",
                rule.as_ref()
                    .map_or(String::new(), |rule| format!("{} ", of(rule))),
                finding(*what, Lang::En)
            ),
            Deed::Mended {
                rule,
                finding: what,
                after_ms,
            } => format!(
                "Agrees again after {}: not {}{} any more.",
                ms(*after_ms, Lang::En),
                rule.as_ref()
                    .map_or(String::new(), |rule| format!("{} ", of(rule))),
                finding(*what, Lang::En)
            ),
            Deed::ToRepair { job } => {
                format!(
                    "“{}” compared the two sides and found the difference.",
                    of(job)
                )
            }
            Deed::LeftToPeople { failed: None } => "It is left to people.".into(),
            Deed::LeftToPeople { failed: Some(what) } => {
                format!("{} could not be done; it is left to people.", of(what))
            }
            Deed::JobEnded {
                job,
                compared,
                repaired,
                manual,
            } => {
                let compared = count(f64::from(*compared));
                match (repaired, manual) {
                    (0, 0) => format!("“{}” compared {compared} keys: all agree.", of(job)),
                    (_, 0) => format!(
                        "“{}” compared {compared} keys and repaired {repaired}.",
                        of(job)
                    ),
                    _ => format!(
                        "“{}” compared {compared} keys, repaired {repaired} and left {manual} to people.",
                        of(job)
                    ),
                }
            }
        }
    }
}
