//! What happened for a business key, in English.

use super::{Deed, Refusal};
use crate::number::counted;
use crate::truth::{anomaly, capital};
use crate::{Lang, Name, count, ms};
use sim::trace::{Outcome, Return, Written};

impl Deed {
    /// The sentence in English.
    pub(super) fn english(&self) -> String {
        let of = |name: &Name| name.text(Lang::En).to_string();
        match self {
            Deed::Asked { who, again: false } => format!("A request came from {}.", of(who)),
            Deed::Asked { who, again: true } => {
                format!(
                    "A request came again from {}: the user tried again by hand.",
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
                "{} processed the message, but its acknowledgement was lost: the broker does not know.",
                of(by)
            ),
            Deed::AckLost { by, done: false } => format!(
                "{} could not process the message, and its answer was lost: the broker does not know.",
                of(by)
            ),
            Deed::PublishLost { by, topic } => format!(
                "A message of {} was lost on its way to “{}”: the broker does not have it.",
                of(by),
                of(topic)
            ),
            Deed::ConfirmLost { by, topic } => format!(
                "“{}” has the message, but the confirmation was lost: {} does not know.",
                of(topic),
                of(by)
            ),
            Deed::AnswerLost { by, to, done: true } => format!(
                "{} had done its part, but its answer was lost: {} does not know.",
                of(by),
                of(to)
            ),
            Deed::AnswerLost {
                by,
                to,
                done: false,
            } => {
                format!(
                    "The answer of {}, a failure, was lost on its way to {}.",
                    of(by),
                    of(to)
                )
            }
            Deed::CallEnded { by, outcome } => {
                let by = of(by);
                match outcome {
                    Outcome::TimedOut => format!(
                        "No answer came from {by} in time. The caller cannot know whether it was done."
                    ),
                    Outcome::Broken => format!(
                        "The connection to {by} broke. The caller cannot know whether it was done."
                    ),
                    Outcome::Declined => format!("{by} declined (business rule)."),
                    Outcome::Rejected => format!("{by} rejected the call: its queue is full."),
                    Outcome::Refused => format!("No instance of {by} answers."),
                    Outcome::NotPermitted => {
                        format!("The caller itself did not send the call to {by}.")
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
                        let rows = counted(&rows.to_string(), "row");
                        format!("{by} did the same once more: {rows} in {table} now.")
                    }
                    Written::Updated if row.is_some() => format!("{by} changed {table}."),
                    Written::Updated => format!("{by} set {table} to “{state}”."),
                    Written::Removed => format!(
                        "{by} removed a row of {table}: {} left.",
                        counted(&rows.to_string(), "row")
                    ),
                    Written::Applied => format!("{by} applied the event to its copy {table}."),
                    Written::Expired => {
                        format!("{by}: the row in {table} waited too long and became “{state}”.")
                    }
                }
            }
            Deed::Prepared { by } => {
                format!(
                    "{} is prepared: it holds its locks until the decision comes.",
                    of(by)
                )
            }
            Deed::InDoubt { by } => format!(
                "{} is in doubt: it is prepared and holds its locks, but the coordinator that decides is down.",
                of(by)
            ),
            Deed::Undoes { by } => {
                format!("Compensation: {} is told to undo what it did.", of(by))
            }
            Deed::Repairs { by } => format!("The reconciliation calls {} to repair it.", of(by)),
            Deed::Published { topic } => {
                format!("The event was published to “{}”.", of(topic))
            }
            Deed::PublishFailed {
                topic,
                relay: false,
            } => format!(
                "The event for “{}” was not confirmed, and its publisher gave up.",
                of(topic)
            ),
            Deed::PublishFailed { topic, relay: true } => {
                format!(
                    "The event for “{}” was not confirmed; the relay will send it again.",
                    of(topic)
                )
            }
            Deed::PublishIgnored { topic } => {
                format!(
                    "“{}” had this message already: the broker ignored it.",
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
            Deed::AckRefused { by } => format!(
                "{} finished its work and acknowledged the message, but the deadline had passed: the acknowledgement \
                 does nothing, and for the broker the message is not done.",
                of(by)
            ),
            Deed::Returned { by, why } => {
                let why = match why {
                    Return::Failed => "failed to process the message",
                    Return::Deadline => "did not acknowledge the message in time",
                    Return::Broken => "crashed while processing the message",
                };
                format!("{} {why}: it goes back to the queue.", of(by))
            }
            Deed::DeadLettered { at, kept: true } => format!(
                "The message reached the delivery limit of {}: it went to the dead-letter queue.",
                of(at)
            ),
            Deed::DeadLettered { at, kept: false } => format!(
                "The message exceeded the max deliveries of {}: it is not delivered again, and not kept aside.",
                of(at)
            ),
            Deed::Redriven { at } => format!("A dead letter is delivered to {} again.", of(at)),
            Deed::TooOld { at } => {
                format!(
                    "The message for {} reached its retention limit and was dropped.",
                    of(at)
                )
            }
            Deed::Skipped { by } => {
                format!(
                    "{} had processed it already: the duplicate is ignored.",
                    of(by)
                )
            }
            Deed::FoundNothing {
                by,
                prepared: false,
            } => format!(
                "{} found nothing to undo or change, and did nothing.",
                of(by)
            ),
            Deed::FoundNothing { by, prepared: true } => format!(
                "{} had nothing prepared that the decision is about, and did nothing.",
                of(by)
            ),
            Deed::RelayDied { topic, again } => format!(
                "The relay to “{}” died after sending, before marking: {} will be sent again.",
                of(topic),
                counted(&again.to_string(), "event")
            ),
            Deed::LockRefused { lock, waits } => {
                let then = if *waits {
                    "the request waits for the lock"
                } else {
                    "the request is refused"
                };
                format!("“{}” is locked by another user: {then}.", of(lock))
            }
            Deed::LockExpired { lock } => {
                format!(
                    "The lock “{}” was not released; its lease expired.",
                    of(lock)
                )
            }
            Deed::Noticed {
                table,
                anomaly: what,
            } => {
                format!("{} in {table}.", capital(anomaly(*what, Lang::En)))
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
                Outcome::Ok => format!("The user was told: completed ({}).", of(asked)),
                Outcome::Declined => format!("The user was told: declined ({}).", of(asked)),
                Outcome::TimedOut => {
                    format!(
                        "The user gave up waiting, and takes it for a failure ({}).",
                        of(asked)
                    )
                }
                _ => format!("The user was told: failed ({}).", of(asked)),
            },
            Deed::Found(what) => format!(
                "Nothing is in progress any more, and the records disagree: {}.",
                what.text(Lang::En)
            ),
            Deed::Mended { what, after_ms } => {
                let what = match &what.rule {
                    Some(rule) => format!(": {}", of(rule)),
                    None => format!(" (was: {})", what.text(Lang::En)),
                };
                format!("Consistent again after {}{what}.", ms(*after_ms, Lang::En))
            }
            Deed::ToRepair { job } => {
                format!(
                    "“{}” compared the two sides and found the difference.",
                    of(job)
                )
            }
            Deed::LeftToPeople { failed: None } => "It needs manual repair by an operator.".into(),
            Deed::LeftToPeople { failed: Some(what) } => {
                format!("“{}” failed; handed to an operator.", capital(&of(what)))
            }
            Deed::JobEnded {
                job,
                compared,
                repaired,
                manual,
            } => {
                let compared = counted(&count(f64::from(*compared)), "key");
                match (repaired, manual) {
                    (0, 0) => format!("“{}” compared {compared}: all agree.", of(job)),
                    (_, 0) => format!("“{}” compared {compared} and repaired {repaired}.", of(job)),
                    _ => format!(
                        "“{}” compared {compared}, repaired {repaired} and handed {manual} to an operator.",
                        of(job)
                    ),
                }
            }
        }
    }
}
