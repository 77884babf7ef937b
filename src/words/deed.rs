//! What happened for a business key, as a sentence: the links of the chain that led to a disagreement, and the live
//! sentence of what is written.

use super::truth::{anomaly, finding};
use super::{Lang, Name, Particle, count, ms, with};
use crate::sim::trace::{Anomaly, Finding, Outcome, Return, Written};

/// Something that happened for a business key.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Somebody asks for it (again, by hand).
    Asked {
        /// Who.
        who: Name,
        /// Whether they were told of a failure before.
        again: bool,
    },
    /// A request was lost on its way: nothing was done.
    RequestLost {
        /// From whom.
        from: Name,
        /// To whom.
        to: Name,
    },
    /// An answer was lost on its way, after the work.
    AnswerLost {
        /// Who had answered.
        by: Name,
        /// Who does not hear of it.
        to: Name,
        /// Whether what was asked for was done.
        done: bool,
    },
    /// A call ended badly for its caller.
    CallEnded {
        /// The callee.
        by: Name,
        /// How.
        outcome: Outcome,
    },
    /// A row was written.
    Wrote {
        /// Whose store.
        by: Name,
        /// The table.
        table: String,
        /// Its state.
        state: String,
        /// What was done.
        how: Written,
        /// How many rows of the key there are now.
        rows: u16,
        /// The row, if it is one that many keys share.
        row: Option<u32>,
    },
    /// A participant has prepared, and waits for the decision.
    Prepared {
        /// Who.
        by: Name,
    },
    /// Prepared, and the one who decides is away.
    InDoubt {
        /// Who waits.
        by: Name,
    },
    /// A call that undoes is sent.
    Undoes {
        /// To whom.
        by: Name,
    },
    /// A call that repairs is sent.
    Repairs {
        /// To whom.
        by: Name,
    },
    /// An event is with the broker.
    Published {
        /// The topic.
        topic: Name,
    },
    /// An event did not leave (or nobody knows).
    PublishFailed {
        /// The topic.
        topic: Name,
        /// Whether a relay will try again.
        relay: bool,
    },
    /// The broker knows the message already.
    PublishIgnored {
        /// The topic.
        topic: Name,
    },
    /// The broker delivers a message twice.
    Duplicated {
        /// To which subscription.
        to: Name,
    },
    /// A message goes to a consumer.
    Delivered {
        /// To which subscription.
        to: Name,
        /// Which delivery it is.
        attempt: u16,
    },
    /// A delivery was not acknowledged.
    Returned {
        /// By which subscription.
        by: Name,
        /// Why.
        why: Return,
    },
    /// A message was delivered as often as it may be.
    DeadLettered {
        /// At which subscription.
        at: Name,
        /// Whether it is kept.
        kept: bool,
    },
    /// A dead letter is delivered anew.
    Redriven {
        /// At which subscription.
        at: Name,
    },
    /// A message was too old.
    TooOld {
        /// At which subscription.
        at: Name,
    },
    /// Known already, and ignored.
    Skipped {
        /// By whom.
        by: Name,
    },
    /// A relay died between sending and marking.
    RelayDied {
        /// The topic.
        topic: Name,
        /// Events that it will send again.
        again: u32,
    },
    /// A business lock keeps somebody away.
    LockRefused {
        /// The lock.
        lock: Name,
        /// Whether they wait.
        waits: bool,
    },
    /// A business lock's lease ran out.
    LockExpired {
        /// The lock.
        lock: Name,
    },
    /// What a shared transaction would have prevented.
    Noticed {
        /// Which table.
        table: String,
        /// What.
        anomaly: Anomaly,
    },
    /// The user is told.
    Told {
        /// What they had asked for.
        asked: Name,
        /// What they are told.
        outcome: Outcome,
    },
    /// The records do not agree.
    Found {
        /// The rule that is broken; none for that of the deciding record.
        rule: Option<Name>,
        /// How.
        finding: Finding,
    },
    /// They agree again.
    Mended {
        /// The rule.
        rule: Option<Name>,
        /// What was wrong.
        finding: Finding,
        /// For how long, in milliseconds.
        after_ms: f64,
    },
    /// A reconciliation noticed it and will repair it.
    ToRepair {
        /// Which.
        job: Name,
    },
    /// Only people can help.
    LeftToPeople {
        /// What failed, if something did.
        failed: Option<Name>,
    },
    /// A reconciliation is through.
    JobEnded {
        /// Which.
        job: Name,
        /// Keys that it compared.
        compared: u32,
        /// Keys that it repaired.
        repaired: u32,
        /// Keys that it left to people.
        manual: u32,
    },
}

impl Deed {
    /// The sentence.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.en(),
            Lang::Ko => self.ko(),
        }
    }

    fn en(&self) -> String {
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

    fn ko(&self) -> String {
        let of = |name: &Name| name.text(Lang::Ko).to_string();
        let by_rule = |rule: &Option<Name>| {
            rule.as_ref()
                .map_or(String::new(), |rule| format!("{} ", of(rule)))
        };
        use Particle::{By, Subject, Topic};
        match self {
            Deed::Asked { who, again: false } => format!("{} 요청했습니다.", who.ko(Subject)),
            Deed::Asked { who, again: true } => {
                format!("{} 실패를 보고 직접 다시 요청했습니다.", who.ko(Subject))
            }
            Deed::RequestLost { from, to } => format!(
                "{}에서 {} 가는 요청이 유실되었습니다. 그쪽에서는 아무 일도 하지 않았습니다.",
                of(from),
                to.ko(By)
            ),
            Deed::AnswerLost { by, to, done: true } => format!(
                "{} 처리를 마쳤지만 응답이 유실되어 {} 결과를 모릅니다.",
                by.ko(Topic),
                to.ko(Topic)
            ),
            Deed::AnswerLost {
                by,
                to,
                done: false,
            } => format!(
                "{}에서 {} 가는 실패 응답이 유실되었습니다.",
                of(by),
                to.ko(By)
            ),
            Deed::CallEnded { by, outcome } => match outcome {
                Outcome::TimedOut => format!(
                    "{}에서 시간 안에 응답이 오지 않았습니다. 처리되었는지 호출한 쪽은 알 수 없습니다.",
                    of(by)
                ),
                Outcome::Broken => format!(
                    "{}의 연결이 끊겼습니다. 처리되었는지 호출한 쪽은 알 수 없습니다.",
                    by.ko(Particle::And)
                ),
                Outcome::Declined => format!("{} 업무상 이유로 거절했습니다.", by.ko(Subject)),
                Outcome::Rejected => {
                    format!("{} 대기열이 가득 차 호출을 거절했습니다.", by.ko(Topic))
                }
                Outcome::Refused => format!("{}에 응답할 인스턴스가 없습니다.", of(by)),
                Outcome::NotPermitted => {
                    format!("{} 가는 호출을 호출한 쪽에서 스스로 막았습니다.", by.ko(By))
                }
                Outcome::Failed => format!("{} 오류로 응답했습니다.", by.ko(Subject)),
                Outcome::Ok => format!("{} 응답했습니다.", by.ko(Subject)),
            },
            Deed::Wrote {
                by,
                table,
                state,
                how,
                rows,
                row,
            } => {
                let table = match row {
                    Some(row) => format!("{table} {row}번"),
                    None => table.clone(),
                };
                let subject = by.ko(Subject);
                match how {
                    Written::Inserted => {
                        format!("{subject} {table}에 행을 저장했습니다: {state}.")
                    }
                    Written::InsertedAgain => format!(
                        "{subject} 같은 일을 한 번 더 했습니다. {table}에 이제 {rows}행이 있습니다."
                    ),
                    Written::Updated if row.is_some() => {
                        format!("{subject} {} 바꾸었습니다.", with(&table, Particle::Object))
                    }
                    Written::Updated => {
                        format!("{subject} {table} 상태를 {} 바꾸었습니다.", with(state, By))
                    }
                    Written::Removed => {
                        format!("{subject} {table}의 행을 지웠습니다. {rows}행이 남았습니다.")
                    }
                    Written::Applied => {
                        format!("{subject} 이벤트를 복제본 {table}에 반영했습니다.")
                    }
                    Written::Expired => format!(
                        "{} {table} 행이 너무 오래 기다려 {} 바뀌었습니다.",
                        of(by),
                        with(state, By)
                    ),
                }
            }
            Deed::Prepared { by } => format!(
                "{} 커밋할 준비를 마쳤습니다. 결정을 들을 때까지 락을 잡고 있습니다.",
                by.ko(Subject)
            ),
            Deed::InDoubt { by } => format!(
                "{} 결과를 모르는 상태입니다. 준비를 마치고 락을 잡은 채, 자리를 비운 코디네이터의 결정을 기다립니다.",
                by.ko(Topic)
            ),
            Deed::Undoes { by } => format!(
                "보상 트랜잭션: {}에 앞서 한 일을 취소하라고 요청했습니다.",
                of(by)
            ),
            Deed::Repairs { by } => format!(
                "대사가 바로잡기 위해 {} 호출합니다.",
                by.ko(Particle::Object)
            ),
            Deed::Published { topic } => {
                format!("이벤트가 ‘{}’ 토픽에 발행되었습니다.", of(topic))
            }
            Deed::PublishFailed {
                topic,
                relay: false,
            } => format!(
                "‘{}’ 토픽에서 발행 확인이 오지 않아 발행한 쪽이 포기했습니다.",
                of(topic)
            ),
            Deed::PublishFailed { topic, relay: true } => format!(
                "‘{}’ 토픽에서 발행 확인이 오지 않았습니다. 릴레이가 다시 보냅니다.",
                of(topic)
            ),
            Deed::PublishIgnored { topic } => format!(
                "‘{}’ 토픽에 이미 있는 메시지라 브로커가 무시했습니다.",
                of(topic)
            ),
            Deed::Duplicated { to } => {
                format!("브로커가 메시지를 {}에 두 번 전달합니다.", of(to))
            }
            Deed::Delivered { to, attempt: 1 } => {
                format!("메시지가 {}에 전달되었습니다.", of(to))
            }
            Deed::Delivered { to, attempt } => {
                format!(
                    "메시지가 {}에 재전달되었습니다. {attempt}번째 전달입니다.",
                    of(to)
                )
            }
            Deed::Returned { by, why } => {
                let why = match why {
                    Return::Failed => format!("{} 처리하지 못했습니다.", by.ko(Subject)),
                    Return::Deadline => {
                        format!("{} 시간 안에 확인하지 않았습니다.", by.ko(Subject))
                    }
                    Return::Broken => format!("{} 처리하다 중단되었습니다.", by.ko(Subject)),
                };
                format!("{why} 메시지는 큐로 돌아갑니다.")
            }
            Deed::DeadLettered { at, kept: true } => format!(
                "{} 전달이 한도에 이르러 메시지가 DLQ로 옮겨졌습니다.",
                of(at)
            ),
            Deed::DeadLettered { at, kept: false } => {
                format!("{} 전달이 한도에 이르러 메시지가 사라졌습니다.", of(at))
            }
            Deed::Redriven { at } => format!("DLQ의 메시지를 {}에 다시 전달합니다.", of(at)),
            Deed::TooOld { at } => {
                format!("{} 메시지가 보관 기간이 지나 사라졌습니다.", of(at))
            }
            Deed::Skipped { by } => {
                format!("{} 이미 처리한 것이라 중복을 무시했습니다.", by.ko(Topic))
            }
            Deed::RelayDied { topic, again } => format!(
                "‘{}’ 릴레이가 보낸 뒤 표시하기 전에 중단되었습니다. 이벤트 {again}개를 다시 보냅니다.",
                of(topic)
            ),
            Deed::LockRefused { lock, waits: true } => {
                format!("‘{}’ 락을 다른 사용자가 잡고 있어 기다립니다.", of(lock))
            }
            Deed::LockRefused { lock, waits: false } => {
                format!(
                    "‘{}’ 락을 다른 사용자가 잡고 있어 거절되었습니다.",
                    of(lock)
                )
            }
            Deed::LockExpired { lock } => {
                format!(
                    "‘{}’ 락을 돌려주지 않아 임대 시간이 끝나 풀렸습니다.",
                    of(lock)
                )
            }
            Deed::Noticed {
                table,
                anomaly: what,
            } => {
                format!(
                    "{table}에서 {} 일어났습니다.",
                    with(anomaly(*what, Lang::Ko), Subject)
                )
            }
            Deed::Told { asked, outcome } => match outcome {
                Outcome::Ok => format!("사용자에게 완료되었다고 알렸습니다({}).", of(asked)),
                Outcome::Declined => format!("사용자에게 거절되었다고 알렸습니다({}).", of(asked)),
                Outcome::TimedOut => {
                    format!("사용자는 기다리다 포기했고 실패로 압니다({}).", of(asked))
                }
                _ => format!("사용자에게 실패했다고 알렸습니다({}).", of(asked)),
            },
            Deed::Found {
                rule,
                finding: what,
            } => format!(
                "진행 중인 일이 모두 끝났는데 기록이 서로 어긋납니다: {}{}.",
                by_rule(rule),
                finding(*what, Lang::Ko)
            ),
            Deed::Mended {
                rule,
                finding: what,
                after_ms,
            } => format!(
                "{} 만에 다시 일치합니다. {}{} 문제가 해소되었습니다.",
                ms(*after_ms, Lang::Ko),
                by_rule(rule),
                finding(*what, Lang::Ko)
            ),
            Deed::ToRepair { job } => {
                format!("‘{}’ 작업이 양쪽을 비교해 차이를 찾았습니다.", of(job))
            }
            Deed::LeftToPeople { failed: None } => "담당자가 직접 확인해야 합니다.".into(),
            Deed::LeftToPeople { failed: Some(what) } => format!(
                "{} 처리하지 못해 담당자가 직접 확인해야 합니다.",
                what.ko(Particle::Object)
            ),
            Deed::JobEnded {
                job,
                compared,
                repaired,
                manual,
            } => {
                let (job, compared) = (of(job), count(f64::from(*compared)));
                match (repaired, manual) {
                    (0, 0) => format!("‘{job}’ 작업이 {compared}건을 비교했고 모두 일치합니다."),
                    (_, 0) => {
                        format!(
                            "‘{job}’ 작업이 {compared}건을 비교해 {repaired}건을 바로잡았습니다."
                        )
                    }
                    _ => format!(
                        "‘{job}’ 작업이 {compared}건을 비교해 {repaired}건을 바로잡고 {manual}건은 담당자에게 넘겼습니다."
                    ),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{BothTexts, Text};

    fn name(en: &str, ko: &str) -> Name {
        Name {
            key: en.to_lowercase(),
            title: Text::Both(BothTexts {
                en: en.into(),
                ko: ko.into(),
            }),
        }
    }

    #[test]
    fn an_ambiguous_failure_says_both_halves() {
        let lost = |done| Deed::AnswerLost {
            by: name("Payment", "결제"),
            to: name("Order", "주문"),
            done,
        };
        assert_eq!(
            lost(true).text(Lang::En),
            "Payment had done its part; its answer was lost, and Order does not know."
        );
        assert_eq!(
            lost(true).text(Lang::Ko),
            "결제는 처리를 마쳤지만 응답이 유실되어 주문은 결과를 모릅니다."
        );
        assert_ne!(lost(false).text(Lang::Ko), lost(true).text(Lang::Ko));
    }

    #[test]
    fn a_particle_fits_a_state_in_latin_letters() {
        let wrote = |state: &str| Deed::Wrote {
            by: name("Order", "주문"),
            table: "orders".into(),
            state: state.into(),
            how: Written::Updated,
            rows: 1,
            row: None,
        };
        assert_eq!(
            wrote("accepted").text(Lang::Ko),
            "주문이 orders 상태를 accepted로 바꾸었습니다."
        );
        assert_eq!(
            wrote("open").text(Lang::Ko),
            "주문이 orders 상태를 open으로 바꾸었습니다."
        );
    }

    #[test]
    fn a_broken_connection_takes_the_right_particle() {
        let broke = Deed::CallEnded {
            by: name("Stock", "재고"),
            outcome: Outcome::Broken,
        };
        assert!(broke.text(Lang::Ko).starts_with("재고와의 연결"));
        let broke = Deed::CallEnded {
            by: name("Order", "주문"),
            outcome: Outcome::Broken,
        };
        assert!(broke.text(Lang::Ko).starts_with("주문과의 연결"));
    }

    #[test]
    fn a_reconciliation_says_what_it_found() {
        let ended = |repaired, manual| Deed::JobEnded {
            job: name("Orders", "주문 대사"),
            compared: 1200,
            repaired,
            manual,
        };
        assert!(
            ended(0, 0)
                .text(Lang::En)
                .ends_with("1,200 keys: all agree.")
        );
        assert!(ended(7, 0).text(Lang::Ko).contains("7건을 바로잡았습니다"));
        assert!(ended(7, 2).text(Lang::En).contains("left 2 to people"));
    }
}
