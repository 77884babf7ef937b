//! What the choices of the write side are called, and what each does, in one line.

use super::Lang;

/// What a control chooses. The same value may mean different things: a lock by `none`, a wait of `none`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Question {
    /// How the participants of a business transaction are coordinated.
    Coordination,
    /// When an event leaves.
    Publish,
    /// How a consumer goes about what it may have seen.
    Consume,
    /// How a record is protected between two local transactions.
    Lock,
    /// Whose rules a topic follows.
    Broker,
    /// What an event carries.
    Carries,
    /// In which order messages are delivered.
    Order,
    /// How the wait before a retry grows.
    Backoff,
    /// What chance does to that wait.
    Jitter,
    /// What an insert does if its key is there already.
    OnDuplicate,
    /// Which version a record must have to be changed.
    IfVersion,
    /// What a condition that is not met means.
    Otherwise,
    /// What a reconciliation does about a key.
    Repair,
    /// On or off.
    Switch,
    /// Anything else.
    #[default]
    Other,
}

/// Both languages.
type Pair = (&'static str, &'static str);

fn pick((en, ko): Pair, lang: Lang) -> &'static str {
    match lang {
        Lang::En => en,
        Lang::Ko => ko,
    }
}

/// A choice's name, and what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    name: Pair,
    means: Pair,
}

impl Choice {
    /// What it is called.
    pub fn name(&self, lang: Lang) -> &'static str {
        pick(self.name, lang)
    }

    /// What it does; empty where the name says it all.
    pub fn means(&self, lang: Lang) -> &'static str {
        pick(self.means, lang)
    }
}

impl Question {
    /// What is chosen at a path into the document.
    pub fn at(path: &str) -> Question {
        let part = path.split('.').next().unwrap_or_default();
        let last = path.rsplit('.').next().unwrap_or_default();
        match (part, last) {
            ("processes", "by") => Question::Coordination,
            ("topics", "by") => Question::Publish,
            ("topics", "consume") => Question::Consume,
            ("locks", "by") => Question::Lock,
            ("topics", "broker") => Question::Broker,
            ("topics", "carries") => Question::Carries,
            ("topics", "order") => Question::Order,
            ("reconciliations", "missing" | "surplus" | "repeated") => Question::Repair,
            (_, "backoff") => Question::Backoff,
            (_, "jitter") => Question::Jitter,
            (_, "on_duplicate") => Question::OnDuplicate,
            (_, "if_version") => Question::IfVersion,
            (_, "otherwise") => Question::Otherwise,
            (_, "enabled" | "confirms" | "undo_unknown" | "dead_letters") => Question::Switch,
            _ => Question::Other,
        }
    }

    /// The words for one of its values, if it has any.
    pub fn choice(self, value: &str) -> Option<Choice> {
        let table = match self {
            Question::Coordination => COORDINATION,
            Question::Publish => PUBLISH,
            Question::Consume => CONSUME,
            Question::Lock => LOCK,
            Question::Broker => BROKER,
            Question::Carries => CARRIES,
            Question::Order => ORDER,
            Question::Backoff => BACKOFF,
            Question::Jitter => JITTER,
            Question::OnDuplicate => ON_DUPLICATE,
            Question::IfVersion => IF_VERSION,
            Question::Otherwise => OTHERWISE,
            Question::Repair => REPAIR,
            Question::Switch => SWITCH,
            Question::Other => OTHER,
        };
        let (_, name, means) = table.iter().find(|(key, ..)| *key == value)?;
        Some(Choice {
            name: *name,
            means: *means,
        })
    }

    /// What a value is called; as in the document where there is no word for it.
    pub fn name(self, value: &str, lang: Lang) -> &str {
        self.choice(value).map_or(value, |choice| choice.name(lang))
    }
}

/// Values of the document, with their words.
type Table = &'static [(&'static str, Pair, Pair)];

const COORDINATION: Table = &[
    (
        "one_database",
        ("one database", "한 데이터베이스"),
        (
            "One local transaction writes everything: the monolith we compare with. Only what is external is called.",
            "로컬 트랜잭션 하나로 모두 저장합니다. 비교 기준인 모놀리스이며 외부 시스템만 호출합니다.",
        ),
    ),
    (
        "two_phase_commit",
        ("two-phase commit", "2단계 커밋"),
        (
            "All prepare, then all commit. Locks are held until the decision comes; if the coordinator dies, they stay in doubt.",
            "모두 준비한 뒤 함께 커밋합니다. 결정이 올 때까지 락을 잡으며 코디네이터가 죽으면 결과를 모르는 채 기다립니다.",
        ),
    ),
    (
        "calls",
        ("calls", "동기 호출"),
        (
            "One call after the other, inside the local transaction. If one fails, what was done elsewhere stays.",
            "로컬 트랜잭션 안에서 차례로 호출합니다. 하나가 실패해도 다른 서비스에서 이미 한 일은 남습니다.",
        ),
    ),
    (
        "compensation",
        ("compensation", "보상 트랜잭션"),
        (
            "Calls; if one fails, those before it are undone in reverse order. The undoing can fail, too.",
            "호출하다 하나가 실패하면 앞서 한 일을 역순으로 취소합니다. 취소도 실패할 수 있습니다.",
        ),
    ),
    (
        "tcc",
        ("TCC", "TCC"),
        (
            "Try, confirm, cancel: participants only reserve, and are told to confirm or to cancel at the end.",
            "먼저 예약(Try)만 하고 마지막에 확정(Confirm)하거나 취소(Cancel)합니다.",
        ),
    ),
    (
        "events",
        ("pivot and events", "피봇과 이벤트"),
        (
            "Calls up to the pivot transaction, which decides. What comes after it follows by event, again and again until it is done.",
            "피봇 트랜잭션까지만 호출하고 거기서 결과를 정합니다. 나머지는 이벤트로 이어지며 될 때까지 재전달합니다.",
        ),
    ),
    (
        "choreography",
        ("choreography", "코레오그래피"),
        (
            "Events only: each participant reacts to what the one before it has published. Nobody has the overview.",
            "이벤트로만 이어집니다. 각 서비스는 앞 서비스가 발행한 이벤트에 반응하며 전체를 보는 곳은 없습니다.",
        ),
    ),
];

const PUBLISH: Table = &[
    (
        "before_commit",
        ("before the commit", "커밋 전 발행"),
        (
            "The event leaves first. If the commit fails, it has told of something that never happened.",
            "이벤트를 먼저 보냅니다. 커밋이 실패하면 일어나지 않은 일을 알린 셈입니다.",
        ),
    ),
    (
        "after_commit",
        ("after the commit", "커밋 후 발행"),
        (
            "Dual write: a crash between commit and publishing, and the event never leaves.",
            "이중 쓰기입니다. 커밋과 발행 사이에 죽으면 이벤트는 영영 나가지 않습니다.",
        ),
    ),
    (
        "outbox",
        ("outbox", "아웃박스"),
        (
            "The event is a row in the same transaction; a relay sends it, at least once.",
            "이벤트를 같은 트랜잭션에 저장하고 릴레이가 적어도 한 번 보냅니다.",
        ),
    ),
    (
        "cdc",
        ("change data capture", "변경 데이터 캡처"),
        (
            "The event is read from the database’s log, at least once.",
            "데이터베이스 로그에서 이벤트를 읽어 적어도 한 번 보냅니다.",
        ),
    ),
];

const CONSUME: Table = &[
    (
        "naive",
        ("naive", "중복 무방비"),
        (
            "Each delivery is done. A redelivery is done twice.",
            "올 때마다 처리합니다. 재전달되면 두 번 처리합니다.",
        ),
    ),
    (
        "check_first",
        ("check first", "먼저 확인"),
        (
            "It looks whether it knows the message, works, and remembers it afterwards. Between looking and remembering there is a gap.",
            "아는 메시지인지 보고 처리한 뒤에 기억합니다. 확인과 기억 사이에 틈이 있습니다.",
        ),
    ),
    (
        "unique_key",
        ("unique key", "고유 키"),
        (
            "Idempotent: a second row with the same business key violates the unique key, which is ignored.",
            "멱등 소비입니다. 같은 업무 키로 두 번째 저장하면 고유 키에 걸리고 이를 무시합니다.",
        ),
    ),
    (
        "inbox",
        ("inbox", "인박스"),
        (
            "Idempotent: the message is remembered in the same transaction as the work.",
            "멱등 소비입니다. 처리와 같은 트랜잭션에서 메시지를 기억합니다.",
        ),
    ),
    (
        "window",
        ("window", "기억 시간 제한"),
        (
            "As check first, but it forgets after a while; a later duplicate is done again.",
            "먼저 확인하되 일정 시간이 지나면 잊습니다. 그 뒤에 온 중복은 다시 처리합니다.",
        ),
    ),
    (
        "versioned",
        ("versioned", "버전 비교"),
        (
            "What is not newer than what it has is ignored: duplicates and late events do no harm.",
            "가진 것보다 새롭지 않으면 무시합니다. 중복되거나 늦게 온 이벤트도 해가 없습니다.",
        ),
    ),
];

const LOCK: Table = &[
    (
        "none",
        ("no lock", "락 없음"),
        (
            "Nothing keeps others out between two local transactions.",
            "두 로컬 트랜잭션 사이에 다른 사용자가 끼어들 수 있습니다.",
        ),
    ),
    (
        "version",
        ("by version", "버전(낙관적 락)"),
        (
            "Optimistic: an update fails if somebody was faster.",
            "낙관적 락입니다. 누군가 먼저 바꾸었으면 수정이 실패합니다.",
        ),
    ),
    (
        "semantic",
        ("semantic lock", "시맨틱 락"),
        (
            "A state of the record itself says that somebody is at work on it.",
            "작업 중이라는 상태를 행 자체에 남겨 다른 작업을 막습니다.",
        ),
    ),
    (
        "offline",
        ("offline lock", "오프라인 락"),
        (
            "A lock row with a lease; one that nobody gives back runs out.",
            "락 행을 따로 두고 임대 시간을 정합니다. 돌려주지 않아도 시간이 지나면 풀립니다.",
        ),
    ),
];

const BROKER: Table = &[
    (
        "plain",
        ("plain", "기본"),
        (
            "Nobody’s rules: redelivered at once after a failure, after 30 s without an answer, without limit.",
            "특정 제품이 아닙니다. 실패하면 즉시, 응답이 없으면 30초 뒤에 제한 없이 재전달합니다.",
        ),
    ),
    (
        "rabbitmq_quorum",
        ("RabbitMQ quorum queue", "RabbitMQ 쿼럼 큐"),
        (
            "20 redeliveries, then the dead-letter queue; 30 minutes for an acknowledgement.",
            "20번 재전달한 뒤 DLQ로 보냅니다. 확인은 30분 동안 기다립니다.",
        ),
    ),
    (
        "sqs_standard",
        ("Amazon SQS standard", "Amazon SQS 표준"),
        (
            "Invisible for 30 s; after 10 receives the dead-letter queue. Order is not kept.",
            "30초 동안 보이지 않고 10번 받은 뒤 DLQ로 보냅니다. 순서는 지키지 않습니다.",
        ),
    ),
    (
        "sqs_fifo",
        ("Amazon SQS FIFO", "Amazon SQS FIFO"),
        (
            "In order for each key; duplicates are ignored for 5 minutes.",
            "키마다 순서를 지키고 5분 동안 중복을 무시합니다.",
        ),
    ),
    (
        "kafka",
        ("Kafka", "Kafka"),
        (
            "In order for each key, held up by what fails; no limit and no dead letters.",
            "키마다 순서를 지키며 실패한 메시지가 뒤를 막습니다. 재전달 제한과 DLQ가 없습니다.",
        ),
    ),
    (
        "nats_jetstream",
        ("NATS JetStream", "NATS JetStream"),
        (
            "30 s for an acknowledgement, no limit; duplicates are ignored for 2 minutes.",
            "확인을 30초 동안 기다리고 제한 없이 재전달하며 2분 동안 중복을 무시합니다.",
        ),
    ),
];

const CARRIES: Table = &[
    (
        "whole",
        ("all fields", "전체 필드"),
        (
            "The event carries the whole record: a later one makes up for an earlier one that is lost.",
            "이벤트에 전체 필드를 담습니다. 앞 이벤트를 놓쳐도 다음 이벤트로 맞춰집니다.",
        ),
    ),
    (
        "changed",
        ("changed fields", "변경 필드"),
        (
            "The event carries only what was changed: out of order, or one lost, and the copy stays wrong.",
            "이벤트에 바뀐 필드만 담습니다. 순서가 바뀌거나 하나를 놓치면 복제본이 어긋난 채 남습니다.",
        ),
    ),
];

const ORDER: Table = &[
    (
        "none",
        ("as they come", "순서 없음"),
        (
            "A later message may be done while an earlier one fails.",
            "앞 메시지가 실패하는 동안 뒤 메시지를 먼저 처리할 수 있습니다.",
        ),
    ),
    (
        "key",
        ("in order for each key", "키별 순서"),
        (
            "One after the other for each business key.",
            "업무 키마다 하나씩 차례로 처리합니다.",
        ),
    ),
];

const BACKOFF: Table = &[
    (
        "none",
        ("at once", "즉시"),
        (
            "Retries follow at once: load is multiplied just when there is none to spare.",
            "기다리지 않고 재시도합니다. 여유가 없을 때 부하를 몇 배로 늘립니다.",
        ),
    ),
    (
        "fixed",
        ("fixed wait", "고정 간격"),
        (
            "The same wait before each retry.",
            "재시도마다 같은 시간을 기다립니다.",
        ),
    ),
    (
        "exponential",
        ("exponential wait", "지수 백오프"),
        (
            "Each wait is longer than the one before.",
            "재시도할수록 더 오래 기다립니다.",
        ),
    ),
];

const JITTER: Table = &[
    (
        "none",
        ("no jitter", "지터 없음"),
        (
            "All who failed together come back together.",
            "함께 실패한 요청이 함께 다시 옵니다.",
        ),
    ),
    (
        "equal",
        ("equal jitter", "절반 지터"),
        (
            "Between half the wait and all of it.",
            "대기 시간의 절반에서 전체 사이로 흩어집니다.",
        ),
    ),
    (
        "full",
        ("full jitter", "전체 지터"),
        (
            "Anywhere between nothing and the whole wait.",
            "0에서 대기 시간 전체 사이로 고르게 흩어집니다.",
        ),
    ),
    (
        "decorrelated",
        ("decorrelated jitter", "비상관 지터"),
        (
            "Up to three times the last wait.",
            "직전 대기의 세 배까지 무작위로 흩어집니다.",
        ),
    ),
    (
        "proportional",
        ("proportional jitter", "비례 지터"),
        (
            "A little more or less than the wait.",
            "대기 시간을 기준으로 조금씩 흩어집니다.",
        ),
    ),
];

const ON_DUPLICATE: Table = &[
    (
        "fail",
        ("unique: fails", "고유 키: 실패"),
        (
            "A second row of the same key is an error.",
            "같은 키의 두 번째 행은 오류입니다.",
        ),
    ),
    (
        "ignore",
        ("unique: ignored", "고유 키: 무시"),
        (
            "A second time does nothing, and all is well.",
            "두 번째는 아무것도 하지 않고 성공으로 끝납니다.",
        ),
    ),
    (
        "add",
        ("not unique: twice", "고유 키 없음"),
        (
            "A second time is there twice.",
            "두 번 하면 두 행이 됩니다.",
        ),
    ),
];

const IF_VERSION: Table = &[
    (
        "any",
        ("any version", "버전 무관"),
        ("Whoever writes last wins.", "마지막에 쓴 값이 남습니다."),
    ),
    (
        "as_read",
        ("the version read", "읽은 버전"),
        (
            "Only if nobody has changed it since it was read.",
            "읽은 뒤로 아무도 바꾸지 않았을 때만 씁니다.",
        ),
    ),
];

const OTHERWISE: Table = &[
    (
        "decline",
        ("declines", "거절"),
        ("The answer is no.", "업무상 거절로 답합니다."),
    ),
    (
        "fail",
        ("fails", "실패"),
        ("The operation fails.", "오퍼레이션이 실패합니다."),
    ),
    (
        "ignore",
        ("goes on", "무시"),
        (
            "Nothing is done, and it goes on.",
            "아무것도 하지 않고 계속합니다.",
        ),
    ),
];

const REPAIR: Table = &[(
    "manual",
    ("left to people", "담당자 확인"),
    (
        "It goes to the people who look at such things by hand.",
        "담당자 목록에 올려 사람이 직접 확인합니다.",
    ),
)];

const SWITCH: Table = &[
    ("true", ("on", "켬"), ("", "")),
    ("false", ("off", "끔"), ("", "")),
];

const OTHER: Table = &[
    ("none", ("none", "없음"), ("", "")),
    ("broadcast", ("broadcast", "브로드캐스트"), ("", "")),
    ("true", ("on", "켬"), ("", "")),
    ("false", ("off", "끔"), ("", "")),
    ("unlimited", ("without limit", "제한 없음"), ("", "")),
    ("fail", ("fails", "실패"), ("", "")),
    ("ignore", ("goes on", "무시"), ("", "")),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{
        Backoff, Broker, Carries, Consume, Coordination, IfVersion, Jitter, LockBy, OnDuplicate,
        Order, Otherwise, PublishBy,
    };

    const ALL: [(Question, Table); 14] = [
        (Question::Coordination, COORDINATION),
        (Question::Publish, PUBLISH),
        (Question::Consume, CONSUME),
        (Question::Lock, LOCK),
        (Question::Broker, BROKER),
        (Question::Carries, CARRIES),
        (Question::Order, ORDER),
        (Question::Backoff, BACKOFF),
        (Question::Jitter, JITTER),
        (Question::OnDuplicate, ON_DUPLICATE),
        (Question::IfVersion, IF_VERSION),
        (Question::Otherwise, OTHERWISE),
        (Question::Repair, REPAIR),
        (Question::Switch, SWITCH),
    ];

    #[test]
    fn every_choice_has_words_in_both_languages() {
        for (question, table) in ALL {
            for (value, ..) in table {
                let choice = question.choice(value).unwrap();
                for lang in [Lang::En, Lang::Ko] {
                    assert!(!choice.name(lang).is_empty(), "{value}");
                    let bare = question == Question::Switch;
                    let means = choice.means(lang);
                    assert!(bare || means.ends_with('.'), "{value}: {means}");
                    assert!(!means.contains('\'') && !means.contains('!'), "{means}");
                }
            }
        }
    }

    /// The values that the format knows, as the document writes them.
    fn check<T: serde::Serialize>(question: Question, values: &[T]) {
        for value in values {
            let value = serde_json::to_value(value).unwrap();
            let value = value.as_str().unwrap();
            assert!(question.choice(value).is_some(), "{question:?}: {value}");
        }
    }

    #[test]
    fn what_the_format_knows_has_words() {
        use Coordination as C;
        check(
            Question::Coordination,
            &[
                C::OneDatabase,
                C::TwoPhaseCommit,
                C::Calls,
                C::Compensation,
                C::Tcc,
                C::Events,
                C::Choreography,
            ],
        );
        use PublishBy as P;
        check(
            Question::Publish,
            &[P::BeforeCommit, P::AfterCommit, P::Outbox, P::Cdc],
        );
        use Consume as U;
        check(
            Question::Consume,
            &[
                U::Naive,
                U::CheckFirst,
                U::UniqueKey,
                U::Inbox,
                U::Window,
                U::Versioned,
            ],
        );
        use LockBy as L;
        check(
            Question::Lock,
            &[L::None, L::Version, L::Semantic, L::Offline],
        );
        use Broker as B;
        check(
            Question::Broker,
            &[
                B::Plain,
                B::RabbitmqQuorum,
                B::SqsStandard,
                B::SqsFifo,
                B::Kafka,
                B::NatsJetstream,
            ],
        );
        check(Question::Carries, &[Carries::Whole, Carries::Changed]);
        check(Question::Order, &[Order::None, Order::Key]);
        use Backoff as W;
        check(Question::Backoff, &[W::None, W::Fixed, W::Exponential]);
        use Jitter as J;
        check(
            Question::Jitter,
            &[J::None, J::Equal, J::Full, J::Decorrelated, J::Proportional],
        );
        use OnDuplicate as D;
        check(Question::OnDuplicate, &[D::Fail, D::Ignore, D::Add]);
        check(Question::IfVersion, &[IfVersion::Any, IfVersion::AsRead]);
        use Otherwise as O;
        check(Question::Otherwise, &[O::Decline, O::Fail, O::Ignore]);
    }

    #[test]
    fn a_path_says_what_is_chosen_there() {
        for (path, question) in [
            ("processes.order.by", Question::Coordination),
            ("topics.accepted.publish.by", Question::Publish),
            (
                "topics.accepted.subscriptions.sms.consume",
                Question::Consume,
            ),
            ("locks.bill.by", Question::Lock),
            ("topics.accepted.broker", Question::Broker),
            ("clients.a.retry.backoff", Question::Backoff),
            (
                "processes.order.participants.1.retry.jitter",
                Question::Jitter,
            ),
            ("reconciliations.a.enabled", Question::Switch),
            ("references.a.cache.sync", Question::Other),
        ] {
            assert_eq!(Question::at(path), question, "{path}");
        }
        assert_eq!(Question::Lock.name("none", Lang::En), "no lock");
        assert_eq!(Question::Jitter.name("none", Lang::En), "no jitter");
        assert_eq!(Question::Other.name("{\"a\":1}", Lang::En), "{\"a\":1}");
    }
}
