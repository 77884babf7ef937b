//! What happened for a business key, in Korean.

use super::{Deed, Refusal};
use crate::truth::anomaly;
use crate::{Lang, Name, Particle, count, ms, with};
use sim::trace::{Outcome, Return, Written};

impl Deed {
    /// The sentence in Korean.
    pub(super) fn korean(&self) -> String {
        let of = |name: &Name| name.text(Lang::Ko).to_string();
        use Particle::{By, Subject, Topic};
        match self {
            Deed::Asked { who, again: false } => format!("{} 요청했습니다.", who.ko(Subject)),
            Deed::Asked { who, again: true } => {
                format!(
                    "{} 실패 응답을 받고 직접 다시 요청했습니다.",
                    who.ko(Subject)
                )
            }
            Deed::RequestLost { from, to } => format!(
                "{}에서 {} 가는 요청이 유실되었습니다. 그쪽에서는 아무 일도 하지 않았습니다.",
                of(from),
                to.ko(By)
            ),
            Deed::MessageLost { topic, to } => format!(
                "‘{}’ 토픽에서 {} 가는 메시지가 유실되었습니다. 그쪽에서는 아무 일도 하지 않았습니다.",
                of(topic),
                to.ko(By)
            ),
            Deed::AckLost { by, done: true } => format!(
                "{} 메시지를 처리했지만 확인 응답이 유실되어 브로커는 결과를 모릅니다.",
                by.ko(Topic)
            ),
            Deed::AckLost { by, done: false } => format!(
                "{} 메시지를 처리하지 못했고, 그 응답이 유실되어 브로커는 결과를 모릅니다.",
                by.ko(Topic)
            ),
            Deed::PublishLost { by, topic } => format!(
                "{} ‘{}’ 토픽에 보낸 메시지가 유실되었습니다. 브로커에는 도착하지 않았습니다.",
                by.ko(Subject),
                of(topic)
            ),
            Deed::ConfirmLost { by, topic } => format!(
                "‘{}’ 토픽에는 메시지가 있지만 발행 확인이 유실되어 {} 결과를 모릅니다.",
                of(topic),
                by.ko(Topic)
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
                Outcome::Declined => format!("{} 업무 규칙에 따라 거절했습니다.", by.ko(Subject)),
                Outcome::Rejected => {
                    format!("{} 대기열이 가득 차 호출을 거절했습니다.", by.ko(Topic))
                }
                Outcome::Refused => format!("{}에 응답할 인스턴스가 없습니다.", of(by)),
                Outcome::NotPermitted => {
                    format!(
                        "{} 가는 호출을 호출하는 쪽에서 보내지 않았습니다.",
                        by.ko(By)
                    )
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
                        "{subject} 같은 처리를 한 번 더 했습니다. {table}에 이제 {rows}행이 있습니다."
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
                        "{}: {table}의 행이 대기 시간을 넘겨 {} 바뀌었습니다.",
                        of(by),
                        with(state, By)
                    ),
                }
            }
            Deed::Prepared { by } => format!(
                "{} 커밋할 준비(prepare)를 마쳤습니다. 결정을 받을 때까지 락을 잡고 있습니다.",
                by.ko(Subject)
            ),
            Deed::InDoubt { by } => format!(
                "{} 결과 미확정 상태입니다. 준비를 마치고 락을 잡은 채, 중단된 코디네이터의 결정을 기다립니다.",
                by.ko(Topic)
            ),
            Deed::Undoes { by } => format!(
                "보상 트랜잭션: {}에 앞서 처리한 것을 취소하라고 요청했습니다.",
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
            Deed::AckRefused { by } => format!(
                "{} 처리를 마치고 확인을 보냈지만 기한이 지난 뒤였습니다. 확인은 효력이 없고 브로커는 메시지를 처리되지 않은 것으로 봅니다.",
                by.ko(Subject)
            ),
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
            Deed::DeadLettered { at, kept: true } => {
                format!("{} 전달 한도에 이르러 메시지가 DLQ로 옮겨졌습니다.", of(at))
            }
            Deed::DeadLettered { at, kept: false } => {
                format!(
                    "{} 최대 전달 횟수를 넘어 메시지를 더 전달하지 않으며 따로 보관하지도 않습니다.",
                    of(at)
                )
            }
            Deed::Redriven { at } => format!("DLQ의 메시지를 {}에 다시 전달합니다.", of(at)),
            Deed::TooOld { at } => {
                format!("{} 메시지가 보관 기간이 지나 버려졌습니다.", of(at))
            }
            Deed::Skipped { by } => {
                format!("{} 이미 처리한 것이라 중복을 무시했습니다.", by.ko(Topic))
            }
            Deed::FoundNothing {
                by,
                prepared: false,
            } => {
                format!(
                    "{} 취소하거나 변경할 대상이 없어 아무것도 하지 않았습니다.",
                    by.ko(Topic)
                )
            }
            Deed::FoundNothing { by, prepared: true } => {
                format!(
                    "{} 이 결정에 해당하는 준비된 트랜잭션이 없어 아무것도 하지 않았습니다.",
                    by.ko(Topic)
                )
            }
            Deed::RelayDied { topic, again } => format!(
                "‘{}’ 릴레이가 보낸 뒤 표시하기 전에 중단되었습니다. 이벤트 {again}개를 다시 보냅니다.",
                of(topic)
            ),
            Deed::LockRefused { lock, waits: true } => {
                format!(
                    "‘{}’ 락을 다른 사용자가 잡고 있어 락을 기다립니다.",
                    of(lock)
                )
            }
            Deed::LockRefused { lock, waits: false } => {
                format!(
                    "‘{}’ 락을 다른 사용자가 잡고 있어 거절되었습니다.",
                    of(lock)
                )
            }
            Deed::LockExpired { lock } => {
                format!(
                    "‘{}’ 락이 반납되지 않아 리스가 만료되어 풀렸습니다.",
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
            Deed::SaidNo { by, table, why } => {
                let by = of(by);
                match why {
                    Refusal::Share => {
                        format!("{by}: 시나리오에서 정한 비율에 해당하여 거절합니다.")
                    }
                    Refusal::NotThere => {
                        format!("{by}의 {table}에 해당 행이 없어 거절합니다.")
                    }
                    Refusal::State(state) => {
                        format!("{by}의 {table}: ‘{state}’ 상태에서는 처리할 수 없어 거절합니다.")
                    }
                    Refusal::NotEnough => {
                        format!("{by}의 {table}에 남은 수량이 부족하여 거절합니다.")
                    }
                    Refusal::Changed => {
                        format!("{by}의 {table}: 조회한 뒤 내용이 바뀌어 거절합니다.")
                    }
                }
            }
            Deed::Told { asked, outcome } => match outcome {
                Outcome::Ok => format!("사용자에게 완료로 응답했습니다({}).", of(asked)),
                Outcome::Declined => format!("사용자에게 거절로 응답했습니다({}).", of(asked)),
                Outcome::TimedOut => {
                    format!(
                        "사용자는 기다리다 포기했고 실패로 알고 있습니다({}).",
                        of(asked)
                    )
                }
                _ => format!("사용자에게 실패로 응답했습니다({}).", of(asked)),
            },
            Deed::Found(what) => format!(
                "진행 중인 일이 모두 끝났는데 기록이 불일치합니다: {}.",
                what.text(Lang::Ko)
            ),
            Deed::Mended { what, after_ms } => {
                let after = ms(*after_ms, Lang::Ko);
                match &what.rule {
                    Some(rule) => format!("{after} 만에 다시 일치합니다: {}.", of(rule)),
                    None => {
                        let what = what.text(Lang::Ko);
                        format!("{after} 만에 다시 일치합니다(이전 상태: {what}).")
                    }
                }
            }
            Deed::ToRepair { job } => {
                format!("‘{}’ 작업이 양쪽을 비교해 차이를 찾았습니다.", of(job))
            }
            Deed::LeftToPeople { failed: None } => "수동 처리가 필요해 담당자에게 넘깁니다.".into(),
            Deed::LeftToPeople { failed: Some(what) } => {
                format!("‘{}’ 처리에 실패해 담당자에게 넘겼습니다.", of(what))
            }
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
