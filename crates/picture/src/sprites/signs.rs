//! What is special about a message: which attempt it is, whether another copy of it is there, whether it takes something
//! back. The record that says so comes before the message leaves; it is looked for in the latest seconds.

use kernel::time::{Span, Time};
use sim::Plan;
use sim::index::Index;
use sim::trace::{MessageId, Record, Role, Serial, What};
use std::collections::VecDeque;

/// An answer knows what its request was if it left within so long; a copy knows the other one.
const REMEMBERED: Span = Span::from_secs(12);
/// Records looked at before those that are drawn, at most.
const RECORDS_MAX: usize = 40_000;

/// What is special about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign {
    /// Which attempt (or which delivery) it is; the first is 1.
    pub attempt: u16,
    /// Whether another copy of it was delivered before.
    pub double: bool,
    /// Whether it takes back or repairs what was done.
    pub turns_back: bool,
}

impl Default for Sign {
    /// Nothing.
    fn default() -> Self {
        Sign {
            attempt: 1,
            double: false,
            turns_back: false,
        }
    }
}

/// What is special about the messages that may be drawn, by their serial numbers.
#[derive(Debug, Default)]
pub struct Signs {
    /// In order; those about which nothing is special are not in it.
    known: Vec<(Serial, Time, Sign)>,
}

impl Signs {
    /// Looks through what can be drawn (from `begin` to `end`) and what came shortly before it.
    pub fn gather(records: &VecDeque<Record>, plan: &Plan, begin: usize, end: usize) -> Signs {
        let mut signs = Signs::default();
        // Where nothing is tried again, delivered or undone there is nothing to look for.
        if plan.topics.is_empty() && plan.guards.is_empty() && plan.statements.is_empty() {
            return signs;
        }
        let first = records.get(begin).map_or(Time::ZERO, |record| record.at);
        let from = records.partition_point(|record| record.at + REMEMBERED < first);
        let from = from.max(begin.saturating_sub(RECORDS_MAX)).min(begin);
        let mut delivered = Index::<(MessageId, u16), Time>::default();
        for record in records.range(from..end) {
            let (serial, sign) = match record.what {
                What::Called { request, role, .. } => {
                    let turns_back = matches!(role, Role::Undo | Role::Rollback | Role::Repair);
                    let sign = Sign {
                        turns_back,
                        ..Sign::default()
                    };
                    (request, sign)
                }
                What::Retried {
                    request,
                    of,
                    attempt,
                    ..
                } => {
                    let sign = Sign {
                        attempt: attempt.min(u32::from(u16::MAX)) as u16,
                        ..signs.of(of, record.at)
                    };
                    (request, sign)
                }
                What::Delivered {
                    message,
                    subscription,
                    request,
                    attempt,
                    ..
                } => {
                    let mut double = false;
                    if attempt == 1 {
                        let other = delivered.get((message, subscription));
                        double = other.is_some_and(|other| *other + REMEMBERED >= record.at);
                        delivered.insert((message, subscription), record.at);
                    }
                    let sign = Sign {
                        attempt,
                        double,
                        ..Sign::default()
                    };
                    (request, sign)
                }
                _ => continue,
            };
            if sign != Sign::default() {
                // They come in the order of their numbers, but nothing here relies on that.
                let place = signs.known.partition_point(|(known, ..)| *known < serial);
                signs.known.insert(place, (serial, record.at, sign));
            }
        }
        signs
    }

    /// What is special about a request that is (or whose answer is) under way since `at`.
    pub fn of(&self, serial: Serial, at: Time) -> Sign {
        let place = self.known.partition_point(|(known, ..)| *known < serial);
        match self.known.get(place) {
            Some((known, since, sign)) if *known == serial && *since + REMEMBERED >= at => *sign,
            _ => Sign::default(),
        }
    }
}
