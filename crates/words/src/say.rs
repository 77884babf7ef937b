//! Short messages with parts: figures under the outcome, captions, labels read aloud.

use sim::{Limit, Locks};

use super::number::{counted, plural_after};
use super::{Lang, count, decimal, ms};

/// A message with parts.
#[derive(Clone, Debug, PartialEq)]
pub enum Say<'a> {
    /// What the latency of one request of this name is called, beside the number.
    Per(&'a str),
    /// The heading of the course of latencies, of requests of this name.
    LatencyOf(&'a str),
    /// The heading of the calls for each request of this name.
    CallsOf(&'a str),
    /// Calls that services make for one request, and what a request is called.
    CallsPer(f64, &'a str),
    /// Threads of a service in use, of how many.
    ThreadsInUse(&'a str, f64, u32),
    /// Requests a second that are completed, and what one is called.
    Completed(f64, &'a str),
    /// Requests a second that are refused.
    ListsRefused(f64),
    /// Requests a second that fail.
    ListsFail(f64),
    /// How the messages of a link are drawn: one in so many, and slower than they travel.
    Drawn(u32, bool),
    /// So many a second.
    PerSecond(f64),
    /// How many times as fast as the clock on the wall.
    Speed(f64),
    /// The machine cannot keep up; what it manages.
    Manages(f64),
    /// Instances times threads.
    InstancesOfThreads(u32, u32),
    /// A service read aloud.
    Service {
        /// Its name.
        name: &'a str,
        /// Threads in use, of how many, requests waiting at its door.
        in_use: u32,
        /// Its threads.
        threads: u32,
        /// Requests that wait.
        queued: u32,
    },
    /// A store read aloud.
    Store {
        /// Its name.
        name: &'a str,
        /// Connections in use.
        busy: u32,
        /// Its connections.
        connections: u32,
    },
    /// People read aloud.
    People {
        /// Who.
        name: &'a str,
        /// What they ask for.
        asks: &'a str,
        /// How often.
        per_s: f64,
    },
    /// The strategy of a reference, as a cell of the matrix is read aloud.
    StrategyOf(&'a str, &'a str),
    /// So many seconds are left.
    SecondsLeft(f64),
    /// Go to this moment, where something broke.
    Bookmark(f64, &'a str),
    /// The time of the run, of how much is known.
    ClockOf(f64, f64),
    /// Of these so many.
    Of(u32, u32),
    /// What a service's threads show on average in the last seconds.
    Several(u32),
    /// A chart read aloud.
    Chart(&'a str, &'a str),
    /// Latency and its 95th percentile.
    Percentile(f64),
    /// Calls a second on a link.
    CallsPerSecond(f64),
    /// So many wait.
    Waiting(u32),
    /// An instance of a service crashes.
    CrashOf(u32),
    /// A queue: so many wait, so many are with consumers.
    QueueOf(u32, u32),
    /// So many dead letters.
    DeadLetters(u32),
    /// A topic read aloud.
    Topic {
        /// Its name.
        name: &'a str,
        /// Messages that wait, over all subscriptions.
        queued: u32,
        /// Messages with consumers.
        in_hand: u32,
        /// Dead letters.
        dead: u32,
    },
    /// What is locked in a store, read aloud after the store.
    Locked(Locks),
    /// So many a second did not get what they asked for.
    BadPerSecond(f64),
    /// For so long the stalest value had been out of date, in milliseconds.
    StaleFor(f64),
    /// The engine has ended the run.
    Stopped(Limit),
    /// Open the choices (on a narrow page).
    OpenSettings,
    /// The first page's name.
    Title(&'a str),
    /// The name of the picture.
    DiagramOf(&'a str),
    /// A link to exactly this run: its moment in seconds, and how many things were done.
    ShareExactly(f64, usize),
    /// The digest of this run at a moment, in seconds.
    DigestAt(f64),
    /// How long a link is, in characters.
    LinkLength(usize),
    /// That it is so long that some programs cut it short.
    LongLink(usize),
    /// That a file of this name is being made.
    Making(&'a str),
    /// What the last visit left off with, and at which second.
    LeftOff(&'a str, f64),
    /// A file that cannot be opened.
    FileNotOpened(&'a str),
    /// On paper: the settings that differ from the scenario as it ships, one after the other; nothing if none does.
    PrintedSettings(&'a str),
    /// On paper: the moment that is shown, in seconds.
    PrintedMoment(f64),
}

impl Say<'_> {
    /// The message in a language.
    #[allow(clippy::too_many_lines)] // one arm for each message, both languages side by side
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Say::ShareExactly(at, 0), Lang::En) => format!("Exactly this run, at {at:.1} s"),
            (Say::ShareExactly(at, 0), Lang::Ko) => format!("지금 실행 그대로, {at:.1}초 시점"),
            (Say::ShareExactly(at, 1), Lang::En) => {
                format!("Exactly this run, at {at:.1} s, with the 1 action done so far")
            }
            (Say::ShareExactly(at, done), Lang::En) => {
                format!("Exactly this run, at {at:.1} s, with the {done} actions done so far")
            }
            (Say::ShareExactly(at, done), Lang::Ko) => {
                format!("지금 실행 그대로, {at:.1}초 시점(조작 {done}건 포함)")
            }
            (Say::DigestAt(at), Lang::En) => format!("Digest of this run at {at:.1} s"),
            (Say::DigestAt(at), Lang::Ko) => format!("이 실행의 {at:.1}초 시점 다이제스트"),
            (Say::LinkLength(length), Lang::En) => format!("{length} characters"),
            (Say::LinkLength(length), Lang::Ko) => format!("{length}자"),
            (Say::LongLink(length), Lang::En) => {
                format!("{length} characters: some chat and mail programs cut links of more than 1,900")
            }
            (Say::LongLink(length), Lang::Ko) => {
                format!("{length}자: 1,900자가 넘는 링크를 자르는 메신저와 메일 프로그램이 있습니다")
            }
            (Say::Making(file), Lang::En) => format!("Making {file}…"),
            (Say::Making(file), Lang::Ko) => format!("{file} 파일을 만드는 중입니다…"),
            (Say::FileNotOpened(name), Lang::En) => format!("The file “{name}” cannot be opened"),
            (Say::FileNotOpened(name), Lang::Ko) => format!("“{name}” 파일을 열 수 없습니다"),
            (Say::LeftOff(title, at), Lang::En) => {
                format!("Last time you left off with “{title}” at {at:.1} s.")
            }
            (Say::LeftOff(title, at), Lang::Ko) => {
                format!("지난번에 ‘{title}’ {at:.1}초 시점까지 보았습니다.")
            }
            (Say::Per(what), Lang::En) => format!("per {what}"),
            (Say::Per(what), Lang::Ko) => format!("{what} 한 번"),
            (Say::LatencyOf(what), Lang::En) => format!("Latency per {what}"),
            (Say::LatencyOf(what), Lang::Ko) => format!("{what} 응답 시간"),
            (Say::CallsOf(what), Lang::En) => format!("Calls per {what}"),
            (Say::CallsOf(what), Lang::Ko) => format!("{what}당 호출"),
            (Say::CallsPer(calls, what), Lang::En) => {
                format!("{} per {what}", counted(&decimal(*calls), "call"))
            }
            (Say::CallsPer(calls, what), Lang::Ko) => {
                format!("{what}당 호출 {}번", decimal(*calls))
            }
            (Say::ThreadsInUse(name, used, of), Lang::En) => {
                format!("{name}: {} of {}", decimal(*used), counted(&of.to_string(), "thread"))
            }
            (Say::ThreadsInUse(name, used, of), Lang::Ko) => {
                format!("{name} 스레드 {of}개 중 {}개", decimal(*used))
            }
            (Say::Completed(n, what), Lang::En) => {
                let n = decimal(*n);
                format!("{n} {}/s completed", plural_after(&n, what))
            }
            (Say::Completed(n, what), Lang::Ko) => format!("{what} 초당 {}건 완료", decimal(*n)),
            (Say::ListsRefused(n), Lang::En) => format!("{}/s refused", decimal(*n)),
            (Say::ListsRefused(n), Lang::Ko) => format!("초당 {}건 거절", decimal(*n)),
            (Say::ListsFail(n), Lang::En) => format!("{}/s failed", decimal(*n)),
            (Say::ListsFail(n), Lang::Ko) => format!("초당 {}건 실패", decimal(*n)),
            (Say::Drawn(0 | 1, false), _) => String::new(),
            (Say::Drawn(0 | 1, true), Lang::En) => "drawn slower than they are".into(),
            (Say::Drawn(0 | 1, true), Lang::Ko) => "실제보다 느리게 표시".into(),
            (Say::Drawn(n, slowed), Lang::En) => {
                let slowed = if *slowed { ", slowed down" } else { "" };
                format!("1 in {} shown{slowed}", count(f64::from(*n)))
            }
            (Say::Drawn(n, slowed), Lang::Ko) => {
                let slowed = if *slowed { ", 느리게" } else { "" };
                format!("{}개 중 1개 표시{slowed}", count(f64::from(*n)))
            }
            (Say::PerSecond(n), Lang::En) => format!("{}/s", decimal(*n)),
            (Say::PerSecond(n), Lang::Ko) => format!("초당 {}", decimal(*n)),
            (Say::Speed(x), _) => format!("{}×", decimal(*x)),
            (Say::Manages(x), Lang::En) => format!("as fast as this machine can: {}×", decimal(*x)),
            (Say::Manages(x), Lang::Ko) => format!("이 기기의 최고 속도: {}×", decimal(*x)),
            (Say::InstancesOfThreads(1, threads), Lang::En) => {
                format!("1 instance, {}", counted(&threads.to_string(), "thread"))
            }
            (Say::InstancesOfThreads(instances, threads), Lang::En) => {
                format!("{instances} instances × {}", counted(&threads.to_string(), "thread"))
            }
            (Say::InstancesOfThreads(instances, threads), Lang::Ko) => {
                format!("인스턴스 {instances} × 스레드 {threads}")
            }
            (
                Say::Service {
                    name,
                    in_use,
                    threads,
                    queued,
                },
                Lang::En,
            ) => format!(
                "{name}: {in_use} of {} in use, {} waiting. Open",
                counted(&threads.to_string(), "thread"),
                counted(&queued.to_string(), "request")
            ),
            (
                Say::Service {
                    name,
                    in_use,
                    threads,
                    queued,
                },
                Lang::Ko,
            ) => format!(
                "{name} 서비스: 스레드 {threads}개 중 {in_use}개 사용, 요청 {queued}건 대기. 열기"
            ),
            (
                Say::Store {
                    name,
                    busy,
                    connections,
                },
                Lang::En,
            ) => {
                let connections = counted(&connections.to_string(), "connection");
                format!("{name}: {busy} of {connections} in use. Open")
            }
            (
                Say::Store {
                    name,
                    busy,
                    connections,
                },
                Lang::Ko,
            ) => {
                format!("{name}: 연결 {connections}개 중 {busy}개 사용. 열기")
            }
            (Say::People { name, asks, per_s }, Lang::En) => {
                format!("{name}: {asks}, {} a second", counted(&decimal(*per_s), "time"))
            }
            (Say::People { name, asks, per_s }, Lang::Ko) => {
                format!("{name}: {asks}, 초당 {}회", decimal(*per_s))
            }
            (Say::StrategyOf(reference, strategy), Lang::En) => format!("{reference}: {strategy}"),
            (Say::StrategyOf(reference, strategy), Lang::Ko) => format!("{reference}: {strategy}"),
            (Say::SecondsLeft(s), Lang::En) => format!("{s:.1} s left"),
            (Say::SecondsLeft(s), Lang::Ko) => format!("{s:.1}초 남음"),
            (Say::Bookmark(at, what), Lang::En) => format!("Go to {at:.1} s: {what}"),
            (Say::Bookmark(at, what), Lang::Ko) => format!("{at:.1}초로 이동: {what}"),
            (Say::ClockOf(now, end), Lang::En) => format!("{now:.1} s of {end:.1} s"),
            (Say::ClockOf(now, end), Lang::Ko) => format!("{end:.1}초 중 {now:.1}초"),
            (Say::Of(n, of), Lang::En) => format!("{n} of {of}"),
            (Say::Of(n, of), Lang::Ko) => format!("{of} 중 {n}"),
            (Say::Several(n), Lang::En) => counted(&n.to_string(), "kind"),
            (Say::Several(n), Lang::Ko) => format!("{n}종"),
            (Say::Chart(title, value), Lang::En) => format!("{title}: {value}"),
            (Say::Chart(title, value), Lang::Ko) => format!("{title}: {value}"),
            (Say::Percentile(p95), Lang::En) => format!("95% within {}", ms(*p95, lang)),
            (Say::Percentile(p95), Lang::Ko) => format!("95%가 {} 이내", ms(*p95, lang)),
            (Say::CallsPerSecond(n), Lang::En) => {
                let n = decimal(*n);
                format!("{n} {}/s", plural_after(&n, "call"))
            },
            (Say::CallsPerSecond(n), Lang::Ko) => format!("초당 호출 {}번", decimal(*n)),
            (Say::Waiting(n), Lang::En) => format!("{} waiting", count(f64::from(*n))),
            (Say::Waiting(n), Lang::Ko) => format!("{}건 대기", count(f64::from(*n))),
            (Say::CrashOf(instance), Lang::En) => format!("instance {instance} goes down"),
            (Say::CrashOf(instance), Lang::Ko) => format!("인스턴스 {instance} 중단"),
            (Say::QueueOf(queued, in_hand), Lang::En) => {
                format!("{} waiting · {in_hand} in flight", count(f64::from(*queued)))
            }
            (Say::QueueOf(queued, in_hand), Lang::Ko) => {
                format!("{} 대기 · {in_hand} 처리 중", count(f64::from(*queued)))
            }
            (Say::DeadLetters(n), Lang::En) => format!("DLQ {}", count(f64::from(*n))),
            (Say::DeadLetters(n), Lang::Ko) => format!("DLQ {}", count(f64::from(*n))),
            (
                Say::Topic {
                    name,
                    queued,
                    in_hand,
                    dead,
                },
                Lang::En,
            ) => format!(
                "Topic {name}: {} waiting, {in_hand} in flight, {}. Open",
                counted(&queued.to_string(), "message"),
                counted(&dead.to_string(), "dead letter")
            ),
            (
                Say::Topic {
                    name,
                    queued,
                    in_hand,
                    dead,
                },
                Lang::Ko,
            ) => format!(
                "{name} 토픽: 메시지 {queued}건 대기, {in_hand}건 처리 중, 데드 레터 {dead}건. 열기"
            ),
            (Say::Locked(locks), Lang::En) => format!(
                "{} locked, {} waiting for them, {}, {} in doubt",
                counted(&locks.rows.to_string(), "row"),
                locks.waiting,
                counted(&locks.leases.to_string(), "business lock"),
                locks.in_doubt
            ),
            (Say::Locked(locks), Lang::Ko) => format!(
                "락이 걸린 행 {}개, 대기 {}건, 업무 락 {}개, 결과 미확정 {}건",
                locks.rows, locks.waiting, locks.leases, locks.in_doubt
            ),
            (Say::BadPerSecond(n), Lang::En) => format!("{}/s fail", decimal(*n)),
            (Say::BadPerSecond(n), Lang::Ko) => format!("초당 {}건 실패", decimal(*n)),
            (Say::StaleFor(age), Lang::En) => format!("out of date for up to {}", ms(*age, lang)),
            (Say::StaleFor(age), Lang::Ko) => format!("최대 {} 전 값", ms(*age, lang)),
            (Say::Stopped(limit), Lang::En) => format!("The run has stopped: {limit}."),
            (Say::Stopped(limit), Lang::Ko) => match limit {
                Limit::InFlight => {
                    "실행이 멈췄습니다. 진행 중인 요청이 너무 많습니다. 요청 빈도를 낮추거나 대기열을 제한하십시오."
                }
                Limit::EventsInFlight => "실행이 멈췄습니다. 대기 중인 변경 이벤트가 너무 많습니다. 변경 빈도를 낮추십시오.",
                Limit::BusinessKeys => "실행이 멈췄습니다. 진행 중이거나 불일치하는 업무 키가 너무 많습니다. 요청 빈도를 낮추거나 대사를 켜십시오.",
                Limit::Messages => "실행이 멈췄습니다. 대기 중인 메시지가 너무 많습니다. 요청 빈도를 낮추거나 소비자를 늘리십시오.",
                Limit::Events => "실행이 멈췄습니다. 실행할 수 있는 이벤트를 모두 처리했습니다. 처음부터 다시 시작하십시오.",
                Limit::TimeWentBack => "실행이 멈췄습니다. 엔진에 오류가 있습니다. 이 시나리오와 함께 알려 주십시오.",
                Limit::NoTimePasses => {
                    "실행이 멈췄습니다. 시간이 흐르지 않은 채 이벤트만 반복됩니다. 단계나 생각 시간에 길이를 주십시오."
                }
            }
            .into(),
            (Say::PrintedSettings(""), Lang::En) => "Settings: as the scenario ships".into(),
            (Say::PrintedSettings(""), Lang::Ko) => "설정: 시나리오 기본값".into(),
            (Say::PrintedSettings(list), Lang::En) => format!("Settings: {list}"),
            (Say::PrintedSettings(list), Lang::Ko) => format!("설정: {list}"),
            (Say::PrintedMoment(at), Lang::En) => format!("At {at:.3} s of the run"),
            (Say::PrintedMoment(at), Lang::Ko) => format!("실행 시각 {at:.3}초"),
            (Say::OpenSettings, Lang::En) => "Settings".into(),
            (Say::OpenSettings, Lang::Ko) => "설정".into(),
            (Say::Title(scenario), _) => format!("{scenario} · msa-playground"),
            (Say::DiagramOf(name), Lang::En) => {
                format!("The services and stores of “{name}” and what moves between them")
            }
            (Say::DiagramOf(name), Lang::Ko) => {
                format!("‘{name}’의 서비스와 DB, 그리고 그 사이를 오가는 메시지")
            }
        }
    }
}
