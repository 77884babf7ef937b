//! What happened for a business key, as a sentence: the links of the chain that led to a disagreement, and the live
//! sentence of what is written.

mod english;
mod korean;

use super::{Disagreement, Lang, Name};
use sim::trace::{Anomaly, Outcome, Return, Written};

/// Why a service says no.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// The record is not there.
    NotThere,
    /// The record is in this state.
    State(String),
    /// There is not enough left.
    NotEnough,
    /// The record has been changed since it was read.
    Changed,
    /// It belongs to the share of requests that is refused.
    Share,
}

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
    /// A message of a topic was lost on its way to a consumer.
    MessageLost {
        /// Of which topic.
        topic: Name,
        /// To whom.
        to: Name,
    },
    /// A consumer's acknowledgement was lost on its way.
    AckLost {
        /// Whose.
        by: Name,
        /// Whether it had done what the message asks for.
        done: bool,
    },
    /// A message was lost on its way to the broker.
    PublishLost {
        /// From whom.
        by: Name,
        /// For which topic.
        topic: Name,
    },
    /// The broker's confirmation was lost on its way, after it had the message.
    ConfirmLost {
        /// Who does not hear of it.
        by: Name,
        /// Which topic has the message.
        topic: Name,
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
    /// An acknowledgement came too late, and does nothing.
    AckRefused {
        /// By which subscription.
        by: Name,
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
    /// There was nothing to undo or change, and nothing was done.
    FoundNothing {
        /// By whom.
        by: Name,
        /// Whether a prepared transaction was looked for, and not a record.
        prepared: bool,
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
    /// A service says no, because of a business rule.
    SaidNo {
        /// Who.
        by: Name,
        /// The table whose record decides, if one does.
        table: String,
        /// Why.
        why: Refusal,
    },
    /// The user is told.
    Told {
        /// What they had asked for.
        asked: Name,
        /// What they are told.
        outcome: Outcome,
    },
    /// The records do not agree.
    Found(Disagreement),
    /// They agree again.
    Mended {
        /// What was wrong.
        what: Disagreement,
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
            Lang::En => self.english(),
            Lang::Ko => self.korean(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scenario::{BothTexts, Text};

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
            "Payment had done its part, but its answer was lost: Order does not know."
        );
        assert_eq!(
            lost(true).text(Lang::Ko),
            "결제는 처리를 마쳤지만 응답이 유실되어 주문은 결과를 모릅니다."
        );
        assert_ne!(lost(false).text(Lang::Ko), lost(true).text(Lang::Ko));
    }

    #[test]
    fn what_is_lost_between_a_broker_and_a_service_is_no_request() {
        let (delivery, changed) = (
            name("Delivery", "배송"),
            name("Customer changed", "고객 변경"),
        );
        let check = |deed: Deed, english: &str, korean: &str| {
            assert_eq!(deed.text(Lang::En), english);
            assert_eq!(deed.text(Lang::Ko), korean);
        };
        check(
            Deed::MessageLost {
                topic: changed.clone(),
                to: delivery.clone(),
            },
            "A message of “Customer changed” was lost on its way to Delivery: nothing was done there.",
            "‘고객 변경’ 토픽에서 배송으로 가는 메시지가 유실되었습니다. 그쪽에서는 아무 일도 하지 않았습니다.",
        );
        check(
            Deed::AckLost {
                by: delivery.clone(),
                done: true,
            },
            "Delivery processed the message, but its acknowledgement was lost: the broker does not know.",
            "배송은 메시지를 처리했지만 확인 응답이 유실되어 브로커는 결과를 모릅니다.",
        );
        check(
            Deed::ConfirmLost {
                by: delivery,
                topic: changed,
            },
            "“Customer changed” has the message, but the confirmation was lost: Delivery does not know.",
            "‘고객 변경’ 토픽에는 메시지가 있지만 발행 확인이 유실되어 배송은 결과를 모릅니다.",
        );
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
        assert!(
            ended(7, 2)
                .text(Lang::En)
                .ends_with("repaired 7 and handed 2 to an operator.")
        );
    }
}
