//! The terms that not everybody knows, each with one sentence. Beside the settings that they belong to, and in the help.

use super::{Lang, Question};

macro_rules! terms {
    ($($name:ident: $key:literal, $en:literal, $ko:literal, $en_means:literal, $ko_means:literal;)*) => {
        /// A term of the field.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Term {
            $(#[doc = $en_means] $name,)*
        }

        impl Term {
            /// All of them, in the order of the help.
            pub const ALL: &[Term] = &[$(Term::$name,)*];

            /// A short id for tests.
            pub const fn key(self) -> &'static str {
                match self { $(Term::$name => $key,)* }
            }

            /// The term.
            pub const fn name(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Term::$name, Lang::En) => $en, (Term::$name, Lang::Ko) => $ko,)*
                }
            }

            /// What it means, in one sentence.
            pub const fn means(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Term::$name, Lang::En) => $en_means, (Term::$name, Lang::Ko) => $ko_means,)*
                }
            }
        }
    };
}

terms! {
    AmbiguousFailure: "ambiguous", "ambiguous failure", "가짜 실패",
        "The caller sees an error or a timeout, but the callee may have done the work.",
        "호출한 쪽은 오류나 시간 초과를 받았지만 호출받은 쪽은 이미 처리했을 수 있는 실패입니다.";
    Invalidation: "invalidation", "cache invalidation", "캐시 무효화",
        "When the owner’s value changes, every instance is told to drop its cached copy.",
        "원본이 바뀌면 모든 인스턴스에 알려 캐시에 있는 복제본을 지우게 하는 방식입니다.";
    CircuitBreaker: "breaker", "circuit breaker", "서킷 브레이커",
        "It stops sending calls for a while when too many of them fail, so that the callee can recover.",
        "실패가 많아지면 한동안 호출을 보내지 않아 호출받는 쪽이 회복하게 하는 장치입니다.";
    Compensation: "compensation", "compensation", "보상 트랜잭션",
        "A later transaction that undoes a write which was already committed.",
        "이미 커밋한 변경을 되돌리는 별도의 트랜잭션입니다.";
    DeadLetterQueue: "dlq", "dead-letter queue (DLQ)", "데드 레터 큐(DLQ)",
        "It keeps the messages that were delivered as often as allowed and still failed.",
        "허용된 횟수만큼 전달했는데도 처리하지 못한 메시지를 보관하는 큐입니다.";
    Goodput: "goodput", "goodput", "굿풋(goodput)",
        "The rate of requests that are completed, without failures, retries and answers that come too late.",
        "실패, 재시도, 너무 늦은 응답을 빼고 초당 완료한 요청 수입니다.";
    Idempotent: "idempotent", "idempotent", "멱등",
        "Processing the same request or event twice has the same effect as processing it once.",
        "같은 요청이나 이벤트를 두 번 처리해도 결과가 한 번 처리한 것과 같은 성질입니다.";
    Jitter: "jitter", "jitter", "지터",
        "A random part of the retry delay; it keeps requests that failed together from being retried together.",
        "재시도 간격에 더하는 무작위 값으로, 함께 실패한 요청이 동시에 재시도하지 않게 합니다.";
    Outbox: "outbox", "outbox", "아웃박스",
        "A table that stores an event in the same local transaction as the data; a relay publishes it from there.",
        "데이터와 같은 로컬 트랜잭션으로 이벤트를 저장하는 테이블이며, 릴레이가 여기서 꺼내 발행합니다.";
    Pivot: "pivot", "pivot transaction", "피봇 트랜잭션",
        "The step that decides the outcome: a failure before it cancels everything, and what comes after it is retried until it is done.",
        "업무 결과를 확정하는 단계입니다. 그 전에 실패하면 모두 취소하고, 그 뒤의 일은 처리될 때까지 재시도합니다.";
    Reconciliation: "reconciliation", "reconciliation", "대사",
        "A job that compares the records of two services at intervals and repairs what disagrees.",
        "두 서비스의 기록을 주기적으로 비교해 불일치를 바로잡는 작업입니다.";
    RetryBudget: "budget", "retry budget", "재시도 예산",
        "It limits retries to a share of the first attempts, so that retries cannot multiply the load.",
        "재시도를 첫 시도의 일정 비율로 제한하여 부하가 몇 배로 늘지 않게 합니다.";
    SemanticLock: "semantic-lock", "semantic lock", "시맨틱 락",
        "An intermediate state of a record, such as “pending”, that keeps others out between two local transactions.",
        "두 로컬 트랜잭션 사이에 다른 작업을 막는 레코드의 중간 상태입니다. ‘처리 중’ 같은 상태가 그 예입니다.";
    Tcc: "tcc", "TCC (try, confirm, cancel)", "TCC(Try, Confirm, Cancel)",
        "Participants first only reserve (try); at the end all confirm or all cancel.",
        "먼저 예약(Try)만 하고, 마지막에 모두 확정(Confirm)하거나 모두 취소(Cancel)하는 방식입니다.";
}

impl Question {
    /// The terms that one meets among its choices.
    pub const fn terms(self) -> &'static [Term] {
        match self {
            Question::Coordination => &[Term::Pivot, Term::Compensation, Term::Tcc],
            Question::Publish => &[Term::Outbox],
            Question::Consume | Question::OnDuplicate => &[Term::Idempotent],
            Question::Lock => &[Term::SemanticLock],
            Question::Broker | Question::DeadLetters => &[Term::DeadLetterQueue],
            Question::Jitter => &[Term::Jitter],
            Question::RetryBudget => &[Term::RetryBudget, Term::Goodput],
            Question::CircuitBreaker => &[Term::CircuitBreaker],
            Question::Throttle => &[Term::Goodput],
            Question::Reconciliation => &[Term::Reconciliation],
            Question::CallLog => &[Term::AmbiguousFailure],
            Question::UndoUnknown => &[Term::AmbiguousFailure, Term::Compensation],
            Question::CacheSync => &[Term::Invalidation],
            Question::Carries
            | Question::Order
            | Question::Backoff
            | Question::IfVersion
            | Question::Otherwise
            | Question::Repair
            | Question::Confirms
            | Question::Switch
            | Question::Other => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_is_one_sentence_in_both_languages() {
        for term in Term::ALL {
            for lang in [Lang::En, Lang::Ko] {
                let means = term.means(lang);
                assert!(means.ends_with('.') && means.len() > 20, "{means}");
                assert!(!means.contains('\'') && !means.contains('!'), "{means}");
                assert!(!term.name(lang).is_empty());
            }
            let hangul = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
            assert!(hangul(term.means(Lang::Ko)), "{term:?}");
        }
    }

    #[test]
    fn every_term_has_a_key_of_its_own() {
        let mut keys: Vec<&str> = Term::ALL.iter().map(|term| term.key()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), Term::ALL.len());
    }
}
