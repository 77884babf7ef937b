//! The plain words of the page: labels, titles, hints. Each is a pair.

use super::Lang;
use scenario::ReadStrategy;

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
    ShareHint: "Links, a QR code and code for your pages", "링크, QR 코드, 문서에 넣을 코드를 봅니다";
    LinkCopied: "Copied", "복사했습니다";
    LinkNotCopied: "The browser did not allow copying: select the text and copy it yourself", "브라우저가 복사를 허용하지 않았습니다. 글을 선택하여 직접 복사하십시오";
    OtherEngine: "This link was made with another version of the playground: what happens may differ from what its sender saw", "다른 버전의 플레이그라운드에서 만든 링크입니다. 보낸 사람이 본 결과와 다를 수 있습니다";
    ShareWhich: "What the link brings back", "링크에 담을 내용";
    ShareSettings: "These settings, from the start", "지금 설정으로 처음부터";
    ShareLink: "Link", "링크";
    SharePrivate: "Nothing leaves your browser: everything is in the link itself.", "아무것도 서버로 보내지 않습니다. 모든 내용은 링크 자체에 들어 있습니다.";
    DigestWhy: "Two runs with the same digest have the same numbers to the last digit: whoever opens the link to exactly this run can compare.", "다이제스트가 같은 두 실행은 모든 수치가 마지막 자리까지 같습니다. 지금 실행 그대로의 링크를 연 사람이 같은 결과인지 비교할 수 있습니다.";
    ShareTooLong: "Too long for a link: save the scenario as a file instead", "링크로 만들기에는 너무 깁니다. 시나리오를 파일로 저장하십시오";
    ShareLeavesOut: "More was done than a link can hold: the last changes are missing. Save the scenario as a file, or share its settings", "링크에 담을 수 있는 것보다 많은 변경이 있어 마지막 변경은 빠졌습니다. 시나리오를 파일로 저장하거나 설정만 공유하십시오";
    ShareEmbed: "Put it into a page", "문서에 넣기";
    ShareElement: "With the script: follows the page’s colours and language", "스크립트 사용: 문서의 색과 언어를 따릅니다";
    ShareFrame: "Without a script", "스크립트 없이";
    CopyIt: "Copy", "복사";
    Qr: "The link as a QR code", "링크의 QR 코드";
    NoQr: "The link is too long for a QR code", "QR 코드로 만들기에는 링크가 너무 깁니다";
    TakeAway: "Export as a file", "파일로 내보내기";
    ExportLeavesOut: "More was done in this run than is recorded, so it cannot be run again for a file: export the scenario, or restart", "이 실행은 기록할 수 있는 것보다 많이 바뀌어 파일을 만들기 위해 다시 실행할 수 없습니다. 시나리오를 내보내거나 처음부터 다시 시작하십시오";
    NotMade: "The program that makes files could not be loaded or run: check the connection and try again", "파일을 만드는 프로그램을 불러오거나 실행하지 못했습니다. 연결을 확인하고 다시 시도하십시오";
    Bring: "Open a scenario of your own", "내 시나리오 열기";
    BringHow: "Choose a file, drop one anywhere on the page, or paste a scenario or a link.", "파일을 고르거나, 페이지 아무 곳에 끌어다 놓거나, 시나리오 또는 링크를 붙여 넣으십시오.";
    BringFile: "A scenario document or a link document", "시나리오 문서 또는 링크 문서";
    Resume: "Go on", "이어서 보기";
    ExportScenario: "Scenario (JSON)", "시나리오(JSON)";
    ExportSvg: "Picture (SVG)", "그림(SVG)";
    ExportPng: "Picture (PNG)", "그림(PNG)";
    ExportAnimation: "Animation (SVG)", "애니메이션(SVG)";
    ExportFlowchart: "Architecture (Mermaid)", "구성도(Mermaid)";
    ExportSequence: "One request (Mermaid)", "요청 하나(Mermaid)";
    ExportCsv: "Course of the run (CSV)", "실행 추이(CSV)";
    ExportJson: "Numbers (JSON)", "수치(JSON)";
    ExportChromeTrace: "Trace (Perfetto)", "트레이스(Perfetto)";
    ExportOtlp: "Trace (OpenTelemetry)", "트레이스(OpenTelemetry)";
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
    TryIt: "Try it", "적용해 보기";
    Undo: "Undo", "되돌리기";
    Before: "before", "변경 전";
    Expected: "expected", "예상";
    Now: "now", "현재";

    // The strategies.
    WhatIf: "What if …", "바꿔 봅시다";
    HowItIsRead: "Read strategy of each reference", "참조별 조회 전략";
    AllReferences: "all", "전체";
    Join: "join", "조인";
    PerRow: "per row", "행마다 호출";
    Parallel: "parallel", "병렬 호출";
    Batch: "batch", "일괄 조회";
    LocalCache: "local cache", "로컬 캐시";
    Replica: "replica", "복제";
    Remodel: "remodel", "모델 변경";
    JoinMeans: "One database: the owner’s table is joined in the same query. The monolith we compare with.", "단일 데이터베이스에서 소유 서비스의 테이블을 함께 조인합니다. 비교 기준인 모놀리스입니다.";
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
    SeedMeans: "The random seed: the same settings and the same seed give the same run.", "난수 시드입니다. 설정과 시드가 같으면 결과도 같습니다.";
    NewSeed: "New seed", "새 시드";
    ForTenSeconds: "for 10 s", "10초 동안";
    UntilEnded: "until I end it", "직접 해제할 때까지";
    HowLong: "How long", "지속 시간";
    End: "end", "해제";
    Changed: "changed", "변경됨";

    // The transport.
    Transport: "Run", "실행";
    Play: "Play", "재생";
    RunFigure: "Run the simulation", "시뮬레이션 실행";
    Pause: "Pause", "일시 정지";
    Step: "One step", "한 단계";
    Restart: "Restart", "처음부터";
    Again: "The run has stopped: run it again from the start", "실행이 멈췄습니다. 처음부터 다시 실행합니다";
    HasStopped: "stopped", "멈춤";
    PressPlay: "Press play, or the space bar, to begin.", "재생 버튼이나 스페이스 바를 누르면 시작합니다.";
    Speed: "Speed", "속도";
    Timeline: "Timeline", "타임라인";
    AsFastAsItCan: "as fast as this machine can", "이 기기의 최고 속도입니다";
    CatchingUp: "catching up …", "따라잡는 중 …";

    // The stage.
    Stage: "Stage", "발표 화면";
    StageHint: "A large picture for a lecture hall, run by keys (s)", "강의실용 큰 화면을 키로 조작합니다(s)";
    Playing: "running", "실행 중";
    Paused: "paused", "일시 정지됨";
    LeaveStage: "Leave the stage", "발표 화면 닫기";

    // The charts.
    Mean: "mean", "평균";
    P95: "95th percentile", "95백분위";
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
    Confirm: "confirmation", "확인";
    Redelivery: "retry, redelivery (attempt)", "재시도·재전달(횟수)";
    Duplicate: "duplicate", "중복";
    Repair: "compensation, repair", "보상·복구";
    Refused: "refused, dropped", "거절·유실";
    Failure: "failed for good", "최종 실패";
    Legend: "What the marks mean", "기호의 뜻";
    RowLockMark: "row lock", "행 락";
    BusinessLockMark: "business lock", "업무 락";
    InDoubtMark: "prepared, in doubt", "결과 미확정";
    LockWaitMark: "waits for a lock", "락 대기";

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
    Embedded: "embedded in the rows", "행에 함께 저장";
    Caches: "caches", "캐시";
    Entries: "entries", "항목";
    Expired: "expired", "만료";
    Events: "change events", "변경 이벤트";
    EventsSent: "sent", "전송";
    EventsApplied: "applied", "반영";
    EventLag: "lag", "지연";
    HitRate: "hit rate", "적중률";
    CallsIn: "incoming calls", "들어온 호출";
    Utilisation: "utilisation", "사용률";
    PeakAtOnce: "peak concurrency", "최대 동시 요청";
    Completed: "completed", "완료";
    RefusedWord: "refused", "거절";
    FailedWord: "failed", "실패";
    TimedOutWord: "timed out", "시간 초과";
    InFlight: "in progress", "진행 중";
    WaitingWord: "waiting", "대기";
    Queries: "queries", "쿼리";
    WhatCanGoWrong: "What can go wrong here", "여기서 생길 수 있는 장애";
    LastSeconds: "the last seconds", "최근 몇 초";

    // Topics, queues and locks.
    Subscriptions: "subscriptions", "구독";
    Queued: "waiting", "대기";
    Delayed: "waiting for redelivery", "재전달 대기";
    InHand: "in flight", "처리 중";
    DeadLetters: "dead letters", "데드 레터";
    DeadLetterTray: "DLQ", "DLQ 보관함";
    RedriveDeadLetters: "Deliver the dead letters again", "데드 레터 다시 전달";
    Outbox: "Outbox", "아웃박스";
    Log: "Log", "로그";
    RowLocks: "rows locked", "락이 걸린 행";
    LockWaiters: "waiting for a row lock", "행 락 대기";
    Leases: "business locks held", "업무 락";
    InDoubt: "prepared, in doubt", "결과 미확정(prepared)";

    // Faults.
    CrashFault: "goes down", "중단";
    SlowFault: "10 × slower", "10배 느려짐";
    ErrorsFault: "half of its answers are errors", "응답 절반이 오류";
    CutFault: "link cut", "연결 끊김";
    AnswersFault: "half the answers lost", "응답 절반 유실";
    StoreFault: "does not answer", "응답 없음";
    LoseAnswerFault: "next answer lost", "다음 응답 유실";
    LoseConfirmFault: "next confirmation lost", "다음 발행 확인 유실";
    LoseAckFault: "next acknowledgement lost", "다음 소비 확인 유실";
    BrokerFault: "broker stops", "브로커 중단";
    DuplicateFault: "next message delivered twice", "다음 메시지 중복 전달";
    RelayFault: "relay dies after half of the events it sends", "릴레이가 보낸 이벤트의 절반에서 중단";
    Armed: "waits for the next message", "다음 메시지 대기";

    // The truth.
    HowItIsWritten: "Write strategy", "쓰기 전략";
    TheTruth: "Records that disagree, by business key", "업무 키별 불일치";
    AllAgrees: "All records agree.", "모든 기록이 일치합니다.";
    WhatIsWrong: "problem", "문제";
    TheUserWasTold: "the user was told", "사용자가 받은 응답";
    WhatIsTrue: "actual state", "실제 상태";
    ToldDone: "completed", "완료";
    ToldRefused: "declined", "거절";
    ToldFailed: "failed", "실패";
    ToldNothing: "nothing yet", "아직 없음";
    TrueDone: "completed", "완료됨";
    TrueOpen: "half-done", "중간 상태";
    TrueNotDone: "not completed", "완료되지 않음";
    NoRow: "no row", "행 없음";
    DisagreesMark: "disagrees", "불일치";
    Since: "for", "경과";
    HowItCameAbout: "History", "이력";
    Forgotten: "Its records agree now, and its history is no longer kept.", "이제 기록이 일치하며 이력은 더 보관하지 않습니다.";
    NotYetThen: "Nothing has happened for it at this moment. Its later history stands below.", "이 시점에는 아직 아무 일도 없습니다. 이후의 이력은 아래와 같습니다.";
    AgreesNow: "its records agree now", "이제 일치함";
    IsUnderWay: "in progress", "진행 중";
    LatestRows: "Latest rows", "최근 행";
    Disagreements: "Disagreements", "불일치";
    Reconciliation: "Reconciliation", "대사";
    Resting: "idle", "대기 중";
    ReadsLeft: "reads left side", "왼쪽 읽기";
    ReadsRight: "reads right side", "오른쪽 읽기";
    Compares: "compares", "비교";
    RepairsWord: "repairs", "바로잡기";
    SwitchedOff: "switched off", "꺼짐";
    LastResult: "last run", "지난 결과";
    Matched: "matched", "일치";
    Pending: "pending", "보류";
    Repaired: "repaired", "바로잡음";
    Manual: "manual repair", "수동 처리";
    OperatorQueue: "Needs manual repair", "수동 처리 대기";

    // Help.
    Keys: "Keys", "키";
    KeyPlay: "play or pause", "재생 또는 일시 정지";
    KeyStep: "one step", "한 단계";
    KeyRestart: "restart", "처음부터";
    KeyUndo: "undo, redo", "되돌리기, 다시 실행";
    KeySpeed: "slower, faster", "느리게, 빠르게";
    KeyStage: "stage: a large picture for a lecture hall", "발표 화면: 강의실용 큰 화면";
    KeySkip: "on the stage: back, on", "발표 화면에서: 뒤로, 앞으로";
    KeyRemote: "on the stage: back; play or pause", "발표 화면에서: 뒤로, 재생 또는 일시 정지";
    KeyHelp: "this help", "이 도움말";
    KeyEscape: "close what is open", "열린 창 닫기";
    KeyArrows: "move among choices; the space bar takes one", "선택 항목 사이 이동(스페이스 바로 선택)";
    Space: "Space", "스페이스";
    HowToRead: "How to read the picture", "그림을 읽는 방법";
    Glossary: "Terms", "용어";
    HelpHonest: "Everything is simulated in this page, event by event. The numbers are counted, not scripted; the same settings and the same seed always give the same run.", "모든 것을 이 페이지 안에서 이벤트 단위로 시뮬레이션합니다. 수치는 미리 정하지 않고 실행에서 직접 셉니다. 설정과 시드가 같으면 언제나 결과가 같습니다.";
    LeavesOut: "What this does not model", "모델이 다루지 않는 것";
    NoProcessor: "Threads do not compete for a processor: unless a service is given work that grows with its load, work takes as long on a busy machine as on an idle one.", "스레드는 프로세서를 두고 경쟁하지 않습니다. 부하에 따라 늘어나는 작업을 정하지 않으면 바쁠 때도 작업 시간은 같습니다.";
    NoContention: "Queries of one store hold each other up only through its connection pool.", "한 DB의 쿼리는 커넥션 풀을 통해서만 서로를 기다리게 합니다.";
    NoBandwidth: "Links have latency and losses, but no bandwidth. Message sizes, serialisation, garbage collection and connection set-up are part of the times that are given.", "네트워크에는 지연과 유실은 있지만 대역폭은 없습니다. 메시지 크기, 직렬화, 가비지 컬렉션, 연결 설정은 주어진 시간에 포함됩니다.";
    NoDiscovery: "The load balancer knows at once which instances are up.", "로드 밸런서는 어느 인스턴스가 살아 있는지 즉시 압니다.";
    NoMigration: "A new replica or an embedded column is complete at once: the migration is not simulated.", "새 복제본이나 새로 넣은 컬럼은 처음부터 완전합니다. 데이터 이전 과정은 시뮬레이션하지 않습니다.";
    HowWeKnow: "The engine is held against queueing theory and published results: docs/how-do-we-know.md in the repository says how near it comes.", "엔진은 대기행렬 이론과 발표된 결과로 검증합니다. 얼마나 가까운지는 저장소의 문서에 있습니다.";
    HelpClick: "Click a service or a store to see what it holds and to break it.", "서비스나 DB를 누르면 내부 상태를 보고 장애를 일으킬 수 있습니다.";
    SlotHint: "A small square is a thread: a filled one is working, a hatched one only waits for an answer (in another colour: of a retry).", "작은 사각형은 스레드입니다. 채워지면 작업 중이고 빗금이면 응답만 기다립니다. 빗금의 색이 다르면 재시도의 응답입니다.";
    BeadHint: "Beads before the door of a service are requests that wait for a thread; they change colour when the queue is full.", "서비스 입구의 구슬은 스레드를 기다리는 요청입니다. 대기열이 가득 차면 색이 바뀝니다.";
    RingHint: "A ring beside a person is a request; when it is full, they give up.", "사람 옆의 고리는 요청 하나입니다. 다 차면 기다리기를 포기합니다.";
    DashedHint: "A dashed table is a copy: it may be out of date.", "점선 테이블은 복제본이며 오래된 값일 수 있습니다.";
    TableHint: "Before the name of a table, ⋈ means joined from its owner, ⟳ a copy kept by events, ⊂ values embedded in the rows.", "테이블 이름 앞의 ⋈는 소유 서비스에서 조인, ⟳는 이벤트로 갱신되는 복제본, ⊂는 행에 함께 저장한 값이라는 뜻입니다.";
    RimHint: "Circles on the rim of a store are the connections of its pool: filled ones are in use.", "DB 위쪽의 작은 원은 커넥션 풀의 연결입니다. 채워진 것은 사용 중입니다.";
    LockHint: "Bars in a store are row locks, padlocks are business locks, hatched bars are prepared transactions in doubt; dots beside them wait for a lock.", "DB 안의 막대는 행 락, 자물쇠는 업무 락, 빗금 막대는 결과를 모르는 준비된 트랜잭션입니다. 옆의 점은 락을 기다리는 쿼리입니다.";
    QueueHint: "In the queue of a topic, filled triangles wait for delivery and outlined ones for redelivery; a cross in the tray is a dead letter.", "토픽의 큐에서 채워진 삼각형은 전달 대기, 빈 삼각형은 재전달 대기 메시지입니다. 보관함의 ×는 데드 레터입니다.";
    CacheHint: "The bar of a cache shows how full it is; its last part has expired.", "캐시의 막대는 얼마나 찼는지를 나타냅니다. 끝부분은 만료된 항목입니다.";

    // The page that says what is wrong.
    BrokenLink: "This link cannot be opened", "이 링크는 열 수 없습니다";
    BrokenWhat: "It may have been cut off, or it names a setting that this version does not know. Nothing was run.", "링크가 잘렸거나 이 버전에 없는 설정이 들어 있습니다. 아무것도 실행하지 않았습니다.";
    BrokenInput: "What was given", "받은 내용";
    BrokenProblems: "What is wrong with it", "문제점";
    TextNotOpened: "What was pasted or dropped cannot be opened", "붙여 넣거나 끌어다 놓은 내용을 열 수 없습니다";
    NothingElseChanged: "Nothing else has changed. Correct it and open it again.", "다른 것은 바뀌지 않았습니다. 고친 뒤 다시 여십시오.";
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
