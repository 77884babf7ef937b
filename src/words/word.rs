//! The plain words of the page: labels, titles, hints. Each is a pair.

use super::Lang;
use crate::scenario::ReadStrategy;

macro_rules! words {
    ($($name:ident: $en:literal, $ko:literal;)*) => {
        /// A word or a fixed sentence of the page.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Word {
            $(#[doc = $en] $name,)*
        }

        impl Word {
            /// All of them.
            pub const ALL: &[Word] = &[$(Word::$name,)*];

            /// The word in a language.
            pub const fn text(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Word::$name, Lang::En) => $en, (Word::$name, Lang::Ko) => $ko,)*
                }
            }
        }
    };
}

words! {
    // The frame of the page.
    SkipToDiagram: "Skip to the diagram", "다이어그램으로 건너뛰기";
    Scenario: "Scenario", "시나리오";
    Share: "Share", "공유";
    ShareHint: "Copy a link to exactly this: settings and luck", "지금 설정과 시드가 담긴 링크를 복사합니다";
    LinkCopied: "Link copied", "링크를 복사했습니다";
    LinkNotCopied: "The browser did not allow copying: take the link from the address bar", "브라우저가 복사를 허용하지 않았습니다. 주소창의 링크를 사용하십시오";
    OtherLanguage: "한국어", "English";
    OtherLanguageHint: "한국어로 보기", "Show in English";
    ThemeToDark: "Dark theme", "어두운 화면";
    ThemeToLight: "Light theme", "밝은 화면";
    Help: "Help", "도움말";
    Close: "Close", "닫기";
    Outcome: "Outcome", "결과";
    Diagram: "Diagram", "다이어그램";
    Settings: "Settings", "설정";
    Measurements: "Measurements", "측정값";
    OpenInFull: "Open the playground", "플레이그라운드 열기";

    // The outcome.
    ForAList: "for a list", "목록 한 번";
    TryIt: "Try it", "적용해 보기";
    Undo: "Undo", "되돌리기";
    WorkingOut: "working out what it would be …", "예상 결과를 계산하는 중 …";
    Before: "before", "변경 전";
    Expected: "expected", "예상";
    Now: "now", "현재";
    NoAnswersYet: "no list has come yet", "아직 받은 목록이 없습니다";
    NoneAnswered: "no list comes", "목록이 오지 않습니다";

    // The strategies.
    WhatIf: "What if …", "바꿔 봅시다";
    HowItIsRead: "How each reference is read", "참조를 조회하는 방법";
    AllReferences: "all", "전체";
    Join: "join", "조인";
    PerRow: "per row", "행마다 호출";
    Parallel: "parallel", "병렬 호출";
    Batch: "batch", "일괄 조회";
    LocalCache: "local cache", "로컬 캐시";
    Replica: "replica", "복제";
    Remodel: "remodel", "모델 변경";
    JoinMeans: "One database: the owner’s table is joined in the same query. The monolith we compare with.", "한 데이터베이스에서 소유 서비스의 테이블을 함께 조인합니다. 비교 기준인 모놀리스입니다.";
    PerRowMeans: "One call for each row, one after the other. The thread waits every time.", "행마다 한 번씩 차례로 호출합니다. 스레드는 매번 응답을 기다립니다.";
    ParallelMeans: "One call for each row, at the same time. The owner gets the whole page at once.", "행마다 호출하되 동시에 보냅니다. 소유 서비스는 한 페이지를 한꺼번에 받습니다.";
    BatchMeans: "One call with the distinct keys of the list.", "목록에 나온 키를 중복 없이 모아 한 번에 조회합니다.";
    LocalCacheMeans: "A cache in each instance; what is missing is called for. A copy may be out of date until its time to live ends.", "인스턴스마다 캐시를 두고 없는 값만 호출합니다. 유지 시간이 끝날 때까지 오래된 값일 수 있습니다.";
    ReplicaMeans: "The owner’s change events keep a copy of the needed columns in the reader’s own store. It lags, and it survives the owner’s outage.", "소유 서비스의 변경 이벤트로 필요한 컬럼만 자기 DB에 복제합니다. 조금 늦게 반영되지만 소유 서비스가 멈춰도 조회됩니다.";
    RemodelMeans: "The value is written into the row itself. Reading needs no call, and old rows keep their old value.", "행을 저장할 때 값도 함께 저장합니다. 조회할 때 호출이 없지만 예전 행에는 예전 값이 남습니다.";

    // The other settings.
    Numbers: "Numbers", "수치";
    Faults: "Faults", "장애";
    Seed: "Seed", "시드";
    SeedMeans: "The luck of the run: same settings, same seed, same run.", "실행의 운을 정합니다. 설정과 시드가 같으면 결과도 같습니다.";
    NewSeed: "New seed", "새 시드";
    ForTenSeconds: "for 10 s", "10초 동안";
    UntilEnded: "until I end it", "끝낼 때까지";
    HowLong: "How long", "지속 시간";
    End: "end", "끝내기";
    SyncNone: "none", "없음";
    SyncBroadcast: "broadcast", "브로드캐스트";
    Changed: "changed", "변경됨";

    // The transport.
    Transport: "Run", "실행";
    Play: "Play", "재생";
    Pause: "Pause", "일시 정지";
    Step: "One step", "한 단계";
    Restart: "Restart", "처음부터";
    Speed: "Speed", "속도";
    Timeline: "Timeline", "타임라인";
    AsFastAsItCan: "as fast as this machine can", "이 기기의 최고 속도입니다";
    CatchingUp: "catching up …", "따라가는 중 …";

    // The charts.
    Latency: "Latency of a list", "목록 응답 시간";
    Mean: "mean", "평균";
    P95: "95th percentile", "95백분위";
    CallsPerList: "Calls for a list", "목록당 호출";
    ThreadsInUse: "Threads in use", "사용 중인 스레드";
    StaleShare: "Values out of date", "오래된 값";
    StaleAge: "age", "지연";

    // The diagram.
    Idle: "idle", "유휴";
    Working: "working", "작업 중";
    WaitingForAnswer: "waiting for an answer", "응답 대기";
    Down: "down", "중단됨";
    Slow: "slow", "느림";
    Erring: "failing", "오류 발생";
    LinkCut: "cut", "끊김";
    AnswersLost: "answers are lost", "응답 유실";
    Changes: "Changes", "변경";
    Topic: "changes", "변경 이벤트";
    Request: "request", "요청";
    Answer: "answer", "응답";
    Event: "event", "이벤트";
    Refused: "refused, dropped", "거절·유실";
    Failure: "failed for good", "최종 실패";
    Legend: "What the marks mean", "기호의 뜻";

    // The inspector.
    Instances: "instances", "인스턴스";
    Instance: "instance", "인스턴스";
    Threads: "threads", "스레드";
    Queue: "accept queue", "대기열";
    Connections: "connections", "연결";
    Tables: "tables", "테이블";
    Rows: "rows", "행";
    Own: "owned", "소유";
    Copy: "copy kept by events", "이벤트로 갱신되는 복제본";
    Joined: "joined from the owner’s", "소유 서비스에서 조인";
    Embedded: "embedded in the rows", "행에 내장";
    Caches: "caches", "캐시";
    Entries: "entries", "항목";
    Expired: "expired", "만료";
    Events: "change events", "변경 이벤트";
    EventsSent: "sent", "보냄";
    EventsApplied: "applied", "반영";
    EventLag: "lag", "지연";
    HitRate: "hit rate", "적중률";
    CallsIn: "calls in", "들어온 호출";
    Utilisation: "busy", "사용률";
    PeakAtOnce: "most at once", "최대 동시 요청";
    Completed: "completed", "완료";
    RefusedWord: "refused", "거절";
    FailedWord: "failed", "실패";
    TimedOutWord: "timed out", "시간 초과";
    InFlight: "under way", "진행 중";
    WaitingWord: "waiting", "대기";
    Queries: "queries", "쿼리";
    WhatCanGoWrong: "What can go wrong here", "여기서 생길 수 있는 장애";
    LastSeconds: "the last seconds", "최근 몇 초";

    // Faults.
    CrashFault: "crashes", "중단";
    SlowFault: "10 × slower", "10배 느려짐";
    ErrorsFault: "half its answers are errors", "응답 절반이 오류";
    CutFault: "link cut", "연결 끊김";
    AnswersFault: "half the answers lost", "응답 절반 유실";
    StoreFault: "does not answer", "응답 없음";

    // Help.
    Keys: "Keys", "키";
    KeyPlay: "play or pause", "재생 또는 일시 정지";
    KeyStep: "one step", "한 단계";
    KeyRestart: "restart", "처음부터";
    KeySpeed: "slower, faster", "느리게, 빠르게";
    KeyHelp: "this help", "이 도움말";
    KeyEscape: "close what is open", "열린 창 닫기";
    KeyArrows: "choose within a row of strategies", "전략 선택";
    Space: "Space", "스페이스";
    HowToRead: "How to read the picture", "그림을 읽는 방법";
    HelpHonest: "Everything is simulated in this page, event by event. The numbers are counted, not scripted; the same settings and the same seed always give the same run.", "모든 것을 이 페이지 안에서 이벤트 단위로 시뮬레이션합니다. 수치는 미리 정하지 않고 실행에서 직접 셉니다. 설정과 시드가 같으면 언제나 결과가 같습니다.";
    HelpClick: "Click a service or a store to see what it holds and to break it.", "서비스나 DB를 누르면 내부 상태를 보고 장애를 일으킬 수 있습니다.";
    SlotHint: "A small square is a thread: filled it works, hatched it only waits for an answer.", "작은 사각형은 스레드입니다. 채워지면 작업 중이고 빗금이면 응답만 기다립니다.";
    BeadHint: "Beads before a door are requests that wait for a thread.", "문 앞의 구슬은 스레드를 기다리는 요청입니다.";
    RingHint: "A ring beside a person is a request; when it is full, they give up.", "사람 옆의 고리는 요청 하나입니다. 다 차면 기다리기를 포기합니다.";
    DashedHint: "A dashed table is a copy: it may be out of date.", "점선 테이블은 복제본이며 오래된 값일 수 있습니다.";

    // The page that says what is wrong.
    BrokenLink: "This link cannot be opened", "이 링크는 열 수 없습니다";
    BrokenWhat: "It may have been cut off, or it names a setting that this version does not know. Nothing was run.", "링크가 잘렸거나 이 버전에 없는 설정이 들어 있습니다. 아무것도 실행하지 않았습니다.";
    BrokenInput: "What was given", "받은 내용";
    BrokenProblems: "What is wrong with it", "문제점";
    OpenDefault: "Open the standard scenario", "기본 시나리오 열기";
    BrokenHint: "Correct it in the address bar, ask the sender for the link again, or start from the standard scenario.", "주소창에서 고치거나 보낸 사람에게 링크를 다시 받거나 기본 시나리오에서 시작하십시오.";
}

impl Word {
    /// The name of a strategy.
    pub const fn of_strategy(strategy: ReadStrategy) -> Word {
        match strategy {
            ReadStrategy::Join => Word::Join,
            ReadStrategy::PerRow => Word::PerRow,
            ReadStrategy::Parallel => Word::Parallel,
            ReadStrategy::Batch => Word::Batch,
            ReadStrategy::LocalCache => Word::LocalCache,
            ReadStrategy::Replica => Word::Replica,
            ReadStrategy::Remodel => Word::Remodel,
        }
    }

    /// What a strategy does, in one line.
    pub const fn meaning(strategy: ReadStrategy) -> Word {
        match strategy {
            ReadStrategy::Join => Word::JoinMeans,
            ReadStrategy::PerRow => Word::PerRowMeans,
            ReadStrategy::Parallel => Word::ParallelMeans,
            ReadStrategy::Batch => Word::BatchMeans,
            ReadStrategy::LocalCache => Word::LocalCacheMeans,
            ReadStrategy::Replica => Word::ReplicaMeans,
            ReadStrategy::Remodel => Word::RemodelMeans,
        }
    }
}

/// A strategy's name in documents, links and test ids.
pub const fn strategy_key(strategy: ReadStrategy) -> &'static str {
    match strategy {
        ReadStrategy::Join => "join",
        ReadStrategy::PerRow => "per_row",
        ReadStrategy::Parallel => "parallel",
        ReadStrategy::Batch => "batch",
        ReadStrategy::LocalCache => "local_cache",
        ReadStrategy::Replica => "replica",
        ReadStrategy::Remodel => "remodel",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_empty_and_korean_is_korean() {
        for &word in Word::ALL {
            for lang in [Lang::En, Lang::Ko] {
                assert!(!word.text(lang).trim().is_empty(), "{word:?}");
            }
            let hangul = word
                .text(Lang::Ko)
                .chars()
                .any(|c| ('가'..='힣').contains(&c));
            let swapped = matches!(word, Word::OtherLanguage | Word::OtherLanguageHint);
            assert!(hangul || swapped, "{word:?} is not in Korean");
        }
    }

    #[test]
    fn words_do_not_shout_and_dashes_are_typographic() {
        for &word in Word::ALL {
            for lang in [Lang::En, Lang::Ko] {
                let text = word.text(lang);
                assert!(
                    !text.contains('!') && !text.contains("--") && !text.contains('\''),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn the_key_of_a_strategy_is_its_name_in_the_document() {
        for strategy in [
            ReadStrategy::Join,
            ReadStrategy::PerRow,
            ReadStrategy::Parallel,
            ReadStrategy::Batch,
            ReadStrategy::LocalCache,
            ReadStrategy::Replica,
            ReadStrategy::Remodel,
        ] {
            let json = serde_json::to_string(&strategy).unwrap();
            assert_eq!(json, format!("\"{}\"", strategy_key(strategy)));
        }
    }
}
