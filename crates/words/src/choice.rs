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
    /// How the caches of a service's instances hear of changes.
    CacheSync,
    /// Whether retries have a budget.
    RetryBudget,
    /// Whether a circuit breaker keeps calls back.
    CircuitBreaker,
    /// Whether the caller throttles itself.
    Throttle,
    /// Whether a reconciliation runs.
    Reconciliation,
    /// Whether outgoing calls are logged.
    CallLog,
    /// Whether a publisher waits for the broker's confirmation.
    Confirms,
    /// Whether a compensation undoes also what nobody knows to have happened.
    UndoUnknown,
    /// Whether messages at their limit are kept.
    DeadLetters,
    /// On or off, of anything else.
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
            (_, "sync") => Question::CacheSync,
            (_, "backoff") => Question::Backoff,
            (_, "jitter") => Question::Jitter,
            (_, "on_duplicate") => Question::OnDuplicate,
            (_, "if_version") => Question::IfVersion,
            (_, "otherwise") => Question::Otherwise,
            ("reconciliations", "enabled") => Question::Reconciliation,
            (_, "enabled") => match path.rsplit('.').nth(1) {
                Some("budget") => Question::RetryBudget,
                Some("breaker") => Question::CircuitBreaker,
                Some("throttle") => Question::Throttle,
                Some("call_log") => Question::CallLog,
                _ => Question::Switch,
            },
            (_, "confirms") => Question::Confirms,
            (_, "undo_unknown") => Question::UndoUnknown,
            (_, "dead_letters") => Question::DeadLetters,
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
            Question::CacheSync => CACHE_SYNC,
            Question::RetryBudget => RETRY_BUDGET,
            Question::CircuitBreaker => CIRCUIT_BREAKER,
            Question::Throttle => THROTTLE,
            Question::Reconciliation => RECONCILIATION,
            Question::CallLog => CALL_LOG,
            Question::Confirms => CONFIRMS,
            Question::UndoUnknown => UNDO_UNKNOWN,
            Question::DeadLetters => DEAD_LETTERS,
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
        ("one database", "단일 데이터베이스"),
        (
            "One local transaction writes everything: the monolith we compare with. Only what is external is called.",
            "로컬 트랜잭션 하나로 모두 저장합니다. 비교 기준인 모놀리스이며 외부 시스템만 호출합니다.",
        ),
    ),
    (
        "two_phase_commit",
        ("two-phase commit", "2단계 커밋"),
        (
            "All prepare, then all commit. Locks are held until the decision comes; if the coordinator dies, the participants stay in doubt.",
            "모두 준비(prepare)한 뒤 함께 커밋합니다. 결정이 올 때까지 락을 잡으며 코디네이터가 중단되면 결과를 모르는 채 기다립니다.",
        ),
    ),
    (
        "calls",
        ("calls", "동기 호출"),
        (
            "One call after the other, inside the local transaction. If one fails, what was done elsewhere stays.",
            "로컬 트랜잭션 안에서 차례로 호출합니다. 하나가 실패해도 다른 서비스에서 이미 처리한 것은 남습니다.",
        ),
    ),
    (
        "compensation",
        ("compensation", "보상 트랜잭션"),
        (
            "Calls; if one fails, those before it are undone in reverse order. Undoing can fail, too.",
            "호출하다 하나가 실패하면 앞서 처리한 것을 역순으로 취소합니다. 취소도 실패할 수 있습니다.",
        ),
    ),
    (
        "tcc",
        ("TCC", "TCC"),
        (
            "Try, confirm, cancel: participants only reserve at first; at the end they are told to confirm or to cancel.",
            "먼저 예약(Try)만 하고 마지막에 확정(Confirm)하거나 취소(Cancel)합니다.",
        ),
    ),
    (
        "events",
        ("pivot and events", "피봇과 이벤트"),
        (
            "Calls up to the pivot transaction, which decides the outcome. The rest follows by event, redelivered until it is done.",
            "피봇 트랜잭션까지만 호출하고 거기서 결과를 정합니다. 나머지는 이벤트로 이어지며 처리될 때까지 재전달합니다.",
        ),
    ),
    (
        "choreography",
        ("choreography", "코레오그래피"),
        (
            "Events only: each participant reacts to what the one before it has published. No single place has the overview.",
            "이벤트로만 이어집니다. 각 서비스는 앞 서비스가 발행한 이벤트에 반응하며 전체를 보는 곳은 없습니다.",
        ),
    ),
];

const PUBLISH: Table = &[
    (
        "before_commit",
        ("before the commit", "커밋 전 발행"),
        (
            "The event leaves first. If the commit fails, the event reports something that never happened.",
            "이벤트를 먼저 보냅니다. 커밋이 실패하면 일어나지 않은 일을 알리게 됩니다.",
        ),
    ),
    (
        "after_commit",
        ("after the commit", "커밋 후 발행"),
        (
            "Dual write: if the process crashes between the commit and publishing, the event never leaves.",
            "이중 쓰기입니다. 커밋과 발행 사이에 프로세스가 중단되면 이벤트는 발행되지 않습니다.",
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
        ("naive", "중복 처리 없음"),
        (
            "Every delivery is processed. A redelivered message is processed twice.",
            "올 때마다 처리합니다. 재전달되면 두 번 처리합니다.",
        ),
    ),
    (
        "check_first",
        ("check first", "먼저 확인"),
        (
            "It checks whether it knows the message, works, and records it afterwards. Two deliveries can slip in between the check and the record.",
            "처리한 메시지인지 확인하고, 처리한 뒤에 기록합니다. 확인과 기록 사이에 중복이 끼어들 수 있습니다.",
        ),
    ),
    (
        "unique_key",
        ("unique key", "고유 키"),
        (
            "Idempotent: a second row with the same business key violates the unique key, which is ignored.",
            "멱등 소비입니다. 같은 업무 키로 두 번째 저장하면 고유 키 위반이 되고 이를 무시합니다.",
        ),
    ),
    (
        "inbox",
        ("inbox", "인박스"),
        (
            "Idempotent: the message is recorded in the same transaction as the work.",
            "멱등 소비입니다. 처리와 같은 트랜잭션에서 메시지를 기록합니다.",
        ),
    ),
    (
        "window",
        ("deduplication window", "중복 제거 윈도우"),
        (
            "As “check first”, but only for a while; a duplicate that comes later is processed again.",
            "‘먼저 확인’과 같지만 일정 시간만 기록합니다. 그 뒤에 온 중복은 다시 처리합니다.",
        ),
    ),
    (
        "versioned",
        ("versioned", "버전 비교"),
        (
            "What is not newer than the version it has is ignored: duplicates and late events do no harm.",
            "가지고 있는 버전보다 새롭지 않으면 무시합니다. 중복되거나 늦게 온 이벤트도 문제가 없습니다.",
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
            "Optimistic lock: an update fails if somebody else changed the record first.",
            "낙관적 락입니다. 누군가 먼저 바꾸었으면 수정이 실패합니다.",
        ),
    ),
    (
        "semantic",
        ("semantic lock", "시맨틱 락"),
        (
            "A state of the record itself says that somebody is working on it.",
            "작업 중이라는 상태를 행 자체에 남겨 다른 작업을 막습니다.",
        ),
    ),
    (
        "offline",
        ("offline lock", "오프라인 락"),
        (
            "A lock row with a lease: a lock that nobody releases expires.",
            "리스(lease)가 있는 락 행을 따로 둡니다. 반납하지 않아도 리스가 만료되면 풀립니다.",
        ),
    ),
];

const BROKER: Table = &[
    (
        "plain",
        ("plain", "기본"),
        (
            "No particular product: redelivered at once after a failure, after 30 s without an answer, without limit.",
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
            "In order for each key; a message that fails holds up those behind it. No limit and no dead-letter queue.",
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
            "이벤트에 바뀐 필드만 담습니다. 순서가 바뀌거나 하나를 놓치면 복제본이 원본과 다른 채 남습니다.",
        ),
    ),
];

const ORDER: Table = &[
    (
        "none",
        ("as they come", "순서 없음"),
        (
            "A later message may be processed while an earlier one fails.",
            "앞 메시지가 실패하는 동안 뒤 메시지를 먼저 처리할 수 있습니다.",
        ),
    ),
    (
        "key",
        ("in order for each key", "키별 순서"),
        (
            "One message after the other for each business key.",
            "업무 키마다 하나씩 차례로 처리합니다.",
        ),
    ),
];

const BACKOFF: Table = &[
    (
        "none",
        ("immediate", "즉시"),
        (
            "Retries follow at once: load is multiplied just when there is no capacity to spare.",
            "기다리지 않고 재시도합니다. 여유가 없을 때 부하를 몇 배로 늘립니다.",
        ),
    ),
    (
        "fixed",
        ("fixed delay", "고정 간격"),
        (
            "The same delay before each retry.",
            "재시도마다 같은 시간을 기다립니다.",
        ),
    ),
    (
        "exponential",
        ("exponential backoff", "지수 백오프"),
        (
            "Each delay is longer than the one before.",
            "재시도할수록 더 오래 기다립니다.",
        ),
    ),
];

const JITTER: Table = &[
    (
        "none",
        ("no jitter", "지터 없음"),
        (
            "Requests that failed together are retried together.",
            "함께 실패한 요청을 함께 재시도합니다.",
        ),
    ),
    (
        "equal",
        ("equal jitter", "절반 지터(equal)"),
        (
            "A random delay between half of it and all of it.",
            "대기 시간의 절반에서 전체 사이로 흩어집니다.",
        ),
    ),
    (
        "full",
        ("full jitter", "전체 지터(full)"),
        (
            "A random delay between 0 and all of it.",
            "0에서 대기 시간 전체 사이로 고르게 흩어집니다.",
        ),
    ),
    (
        "decorrelated",
        ("decorrelated jitter", "비상관 지터(decorrelated)"),
        (
            "A random delay of up to three times the one before.",
            "직전 대기 시간의 세 배까지 무작위로 흩어집니다.",
        ),
    ),
    (
        "proportional",
        ("proportional jitter", "비례 지터(proportional)"),
        (
            "A random delay a little above or below the given one.",
            "대기 시간을 기준으로 조금씩 흩어집니다.",
        ),
    ),
];

const ON_DUPLICATE: Table = &[
    (
        "fail",
        ("unique key, fails", "고유 키(오류)"),
        (
            "Adding a second row with the same key is an error.",
            "같은 키의 두 번째 행은 오류입니다.",
        ),
    ),
    (
        "ignore",
        ("unique key", "고유 키"),
        (
            "Adding the same key again changes nothing and succeeds.",
            "같은 키로 다시 저장하면 아무것도 바꾸지 않고 성공으로 끝납니다.",
        ),
    ),
    (
        "add",
        ("no unique key", "고유 키 없음"),
        (
            "Adding the same key again adds a second row.",
            "같은 키로 다시 저장하면 두 번째 행이 생깁니다.",
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
        ("the version that was read", "읽은 버전"),
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
        (
            "The request is declined (business rule).",
            "업무 규칙에 따라 거절합니다.",
        ),
    ),
    (
        "fail",
        ("fails", "실패"),
        ("The operation fails.", "오퍼레이션이 실패합니다."),
    ),
    (
        "ignore",
        ("continues", "무시"),
        (
            "Nothing is changed, and the operation continues.",
            "아무것도 하지 않고 계속합니다.",
        ),
    ),
];

const REPAIR: Table = &[(
    "manual",
    ("manual repair", "수동 처리"),
    (
        "It is handed to an operator who repairs it by hand.",
        "담당자에게 넘겨 직접 바로잡습니다.",
    ),
)];

const CACHE_SYNC: Table = &[
    (
        "none",
        ("none", "없음"),
        (
            "Each instance keeps its copy until its time to live ends.",
            "인스턴스마다 유지 시간(TTL)이 끝날 때까지 복제본을 그대로 씁니다.",
        ),
    ),
    (
        "broadcast",
        ("broadcast", "브로드캐스트"),
        (
            "Every change is told to every instance, which drops its copy.",
            "값이 바뀔 때마다 모든 인스턴스에 알려 복제본을 지웁니다.",
        ),
    ),
];

/// A switch whose two sides are explained.
macro_rules! switch {
    ($name:ident, $on:expr, $off:expr) => {
        const $name: Table = &[("true", ("on", "켬"), $on), ("false", ("off", "끔"), $off)];
    };
}

switch!(
    RETRY_BUDGET,
    (
        "Retries may be only a share of the first attempts; what is more is not sent.",
        "재시도를 첫 시도의 일정 비율까지만 보내고, 넘는 재시도는 보내지 않습니다.",
    ),
    (
        "Every failed call is retried as often as its policy allows, however many fail.",
        "실패가 아무리 많아도 정책이 허용하는 만큼 모두 재시도합니다.",
    )
);
switch!(
    CIRCUIT_BREAKER,
    (
        "When too many calls fail, calls are not sent for a while; then a few try whether it works again.",
        "실패가 많아지면 한동안 호출을 보내지 않고, 그 뒤 몇 건만 보내 회복되었는지 확인합니다.",
    ),
    (
        "Calls are sent however many of them fail.",
        "실패가 아무리 많아도 계속 호출합니다.",
    )
);
switch!(
    THROTTLE,
    (
        "The caller drops a part of its own calls when the callee accepts too few of them.",
        "호출받는 쪽이 받아들이는 비율이 낮아지면 호출하는 쪽이 일부 호출을 스스로 보내지 않습니다.",
    ),
    (
        "The caller sends all of its calls, also to a callee that cannot keep up.",
        "호출받는 쪽이 감당하지 못해도 모든 호출을 보냅니다.",
    )
);
switch!(
    RECONCILIATION,
    (
        "A job compares the records of both sides at intervals and repairs what disagrees.",
        "주기적으로 양쪽 기록을 비교하고 불일치를 바로잡습니다.",
    ),
    (
        "Nobody compares the records: what disagrees stays so.",
        "기록을 비교하지 않으므로 불일치가 그대로 남습니다.",
    )
);
switch!(
    CALL_LOG,
    (
        "Each outgoing call is logged before it is sent and again when its result is known: a call without a result stands out.",
        "호출을 보내기 전과 결과를 받은 뒤에 로그를 남깁니다. 결과가 없는 호출을 찾을 수 있습니다.",
    ),
    (
        "Nothing records that a call was sent: if its result is lost, there is no trace of it.",
        "호출을 보냈다는 기록이 없습니다. 결과가 유실되면 흔적이 남지 않습니다.",
    )
);
switch!(
    CONFIRMS,
    (
        "The publisher waits for the broker’s confirmation and knows when an event did not arrive.",
        "브로커의 발행 확인을 기다리므로 이벤트가 도착하지 않은 것을 알 수 있습니다.",
    ),
    (
        "The publisher does not wait for a confirmation: an event that is lost is lost unnoticed.",
        "발행 확인을 기다리지 않으므로 이벤트가 유실되어도 알 수 없습니다.",
    )
);
switch!(
    UNDO_UNKNOWN,
    (
        "A call whose result is unknown is undone, too.",
        "결과를 모르는 호출도 취소합니다.",
    ),
    (
        "Only what is known to have been done is undone; a call whose result is unknown stays as it is.",
        "처리된 것이 확실한 호출만 취소합니다. 결과를 모르는 호출은 그대로 둡니다.",
    )
);
switch!(
    DEAD_LETTERS,
    (
        "A message that reaches its limit of deliveries is kept in the dead-letter queue.",
        "전달 한도에 이른 메시지를 DLQ에 보관합니다.",
    ),
    (
        "A message that reaches its limit of deliveries is dropped.",
        "전달 한도에 이른 메시지를 버립니다.",
    )
);

const SWITCH: Table = &[
    ("true", ("on", "켬"), ("", "")),
    ("false", ("off", "끔"), ("", "")),
];

const OTHER: Table = &[
    ("none", ("none", "없음"), ("", "")),
    ("true", ("on", "켬"), ("", "")),
    ("false", ("off", "끔"), ("", "")),
    ("unlimited", ("without limit", "제한 없음"), ("", "")),
    ("fail", ("fails", "실패"), ("", "")),
    ("ignore", ("continues", "무시"), ("", "")),
];

#[cfg(test)]
mod tests {
    use super::*;
    use scenario::{
        Backoff, Broker, Carries, Consume, Coordination, IfVersion, Jitter, LockBy, OnDuplicate,
        Order, Otherwise, PublishBy,
    };

    const ALL: [(Question, Table); 23] = [
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
        (Question::CacheSync, CACHE_SYNC),
        (Question::RetryBudget, RETRY_BUDGET),
        (Question::CircuitBreaker, CIRCUIT_BREAKER),
        (Question::Throttle, THROTTLE),
        (Question::Reconciliation, RECONCILIATION),
        (Question::CallLog, CALL_LOG),
        (Question::Confirms, CONFIRMS),
        (Question::UndoUnknown, UNDO_UNKNOWN),
        (Question::DeadLetters, DEAD_LETTERS),
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
    fn every_switch_that_ships_says_what_on_and_off_do() {
        for name in scenario::shipped::names() {
            let scenario = scenario::shipped::load(name).unwrap();
            let paths = scenario.controls.iter().filter_map(|it| it.sets.first());
            for path in paths.filter(|path| path.ends_with(".enabled")) {
                for value in ["true", "false"] {
                    let choice = Question::at(path).choice(value).unwrap();
                    for lang in [Lang::En, Lang::Ko] {
                        assert!(choice.means(lang).ends_with('.'), "{name}: {path} {value}");
                    }
                }
            }
        }
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
            ("reconciliations.a.enabled", Question::Reconciliation),
            (
                "processes.order.participants.1.retry.budget.enabled",
                Question::RetryBudget,
            ),
            (
                "processes.order.participants.1.breaker.enabled",
                Question::CircuitBreaker,
            ),
            (
                "processes.order.participants.1.throttle.enabled",
                Question::Throttle,
            ),
            ("processes.order.call_log.enabled", Question::CallLog),
            ("references.a.cache.sync", Question::CacheSync),
        ] {
            assert_eq!(Question::at(path), question, "{path}");
        }
        assert_eq!(Question::Lock.name("none", Lang::En), "no lock");
        assert_eq!(Question::Jitter.name("none", Lang::En), "no jitter");
        assert_eq!(Question::Other.name("{\"a\":1}", Lang::En), "{\"a\":1}");
    }
}
