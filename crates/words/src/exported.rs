//! What exported pictures, diagrams and traces say beside names and numbers.

use super::number::counted;
use super::{Lang, count, decimal, ms};
use sim::trace::{KeptBy, Outcome, Phase};

/// How a request ended, in a word or two.
pub const fn outcome(outcome: Outcome, lang: Lang) -> &'static str {
    match (outcome, lang) {
        (Outcome::Ok, Lang::En) => "ok",
        (Outcome::Ok, Lang::Ko) => "성공",
        (Outcome::Failed, Lang::En) => "failed",
        (Outcome::Failed, Lang::Ko) => "실패",
        (Outcome::Rejected, Lang::En) => "rejected",
        (Outcome::Rejected, Lang::Ko) => "대기열 초과로 거절",
        (Outcome::Refused, Lang::En) => "refused",
        (Outcome::Refused, Lang::Ko) => "연결 거부",
        (Outcome::Broken, Lang::En) => "connection broken",
        (Outcome::Broken, Lang::Ko) => "연결 끊김",
        (Outcome::TimedOut, Lang::En) => "timed out",
        (Outcome::TimedOut, Lang::Ko) => "시간 초과",
        (Outcome::NotPermitted, Lang::En) => "not sent",
        (Outcome::NotPermitted, Lang::Ko) => "보내지 않음",
        (Outcome::Declined, Lang::En) => "declined (business rule)",
        (Outcome::Declined, Lang::Ko) => "거절(업무 규칙)",
    }
}

/// What an export says. Times are in milliseconds unless their name says seconds.
#[derive(Clone, Debug, PartialEq)]
pub enum Exported<'a> {
    /// A request's arrow: what is asked, which attempt it is, and when it leaves, counted from the beginning.
    Asks {
        /// The operation.
        what: &'a str,
        /// The attempt, from 1.
        attempt: u32,
        /// When it leaves.
        at: f64,
    },
    /// An answer's arrow: how it ended and when it arrives.
    Answers(Outcome, f64),
    /// An answer's arrow that leads nowhere.
    AnswerLost(Outcome),
    /// The arrow of an event that is published.
    Publishes,
    /// The arrow of a message that is delivered, and for the how-manieth time.
    Delivers(u32),
    /// The broker has the event.
    Confirms,
    /// The consumer has dealt with a message.
    Acknowledges,
    /// An attempt is kept back by the caller's own breaker or throttle.
    CallNotPermitted(KeptBy),
    /// A call is not tried again, because the retry budget does not allow it.
    RetryDenied,
    /// The caller's circuit breaker is in another state now.
    Breaker(Phase),
    /// A transaction was rolled back in this store.
    RolledBack(&'a str),
    /// The answer came too late.
    LateResponse,
    /// So many calls of an operation like those shown are not shown.
    MoreCalls(u32, &'a str),
    /// So many messages of the request are not shown.
    MoreMessages(u32),
    /// What a sequence diagram is of.
    SequenceOf {
        /// The client.
        who: &'a str,
        /// What they ask for.
        asks: &'a str,
        /// The request's number.
        request: u64,
        /// How it ended, and after how long; `None` if it has not.
        ended: Option<(Outcome, f64)>,
    },
    /// What a flowchart is of.
    ArchitectureOf(&'a str),
    /// So many links are not shown.
    MoreLinks(usize),
    /// A moment of a run: the scenario and the time in seconds.
    MomentOf(&'a str, f64),
    /// What an animation is of: the scenario, from and to in seconds, and how fast it runs.
    AnimationOf {
        /// The scenario's title.
        title: &'a str,
        /// Its beginning in seconds.
        from_s: f64,
        /// Its end in seconds.
        to_s: f64,
        /// Simulated seconds in a second.
        speed: f64,
    },
    /// So many of the messages that move are drawn.
    MessagesShown(usize, usize),
    /// A trace leaves so many requests out.
    RequestsLeftOut(u64),
    /// The trace that was kept begins later than the window, at so many seconds.
    BeginsLater(f64),
    /// A worker of an instance: the instance and the worker's number, from 1.
    Worker(u16, u32),
    /// A message is lost on its way.
    Lost,
    /// A fault begins, and what it is.
    FaultBegins(&'a str),
    /// A fault ends, and what it was.
    FaultEnds(&'a str),
    /// There is no request in the window.
    NoRequest,
    /// The request is not in the trace that was kept.
    NoSuchRequest(u64),
}

impl Exported<'_> {
    /// What it says in a language.
    pub fn text(&self, lang: Lang) -> String {
        let many = |n: u64| count(n as f64);
        match (self, lang) {
            (Exported::Asks { what, attempt, at }, Lang::En) => match attempt {
                1 => format!("{what} (+{})", ms(*at, lang)),
                _ => format!("{what}, attempt {attempt} (+{})", ms(*at, lang)),
            },
            (Exported::Asks { what, attempt, at }, Lang::Ko) => match attempt {
                1 => format!("{what} (+{})", ms(*at, lang)),
                _ => format!("{what}, {attempt}번째 시도 (+{})", ms(*at, lang)),
            },
            (Exported::Answers(how, at), _) => {
                format!("{} (+{})", outcome(*how, lang), ms(*at, lang))
            }
            (Exported::AnswerLost(how), Lang::En) => {
                format!("{}, and the answer is lost", outcome(*how, lang))
            }
            (Exported::AnswerLost(how), Lang::Ko) => {
                format!("{}, 응답은 유실됨", outcome(*how, lang))
            }
            (Exported::Publishes, Lang::En) => "publishes".into(),
            (Exported::Publishes, Lang::Ko) => "발행".into(),
            (Exported::Delivers(1), Lang::En) => "delivers".into(),
            (Exported::Delivers(1), Lang::Ko) => "전달".into(),
            (Exported::Delivers(n), Lang::En) => format!("delivers, attempt {n}"),
            (Exported::Delivers(n), Lang::Ko) => format!("{n}번째 전달"),
            (Exported::Confirms, Lang::En) => "confirms".into(),
            (Exported::Confirms, Lang::Ko) => "발행 확인".into(),
            (Exported::Acknowledges, Lang::En) => "acknowledges".into(),
            (Exported::Acknowledges, Lang::Ko) => "처리 확인".into(),
            (Exported::CallNotPermitted(KeptBy::Breaker), Lang::En) => {
                "The caller’s own circuit breaker did not send the call.".into()
            }
            (Exported::CallNotPermitted(KeptBy::Breaker), Lang::Ko) => {
                "서킷 브레이커가 호출을 보내지 않았습니다.".into()
            }
            (Exported::CallNotPermitted(KeptBy::Throttle), Lang::En) => {
                "The caller’s own throttle did not send the call.".into()
            }
            (Exported::CallNotPermitted(KeptBy::Throttle), Lang::Ko) => {
                "스로틀링이 호출을 보내지 않았습니다.".into()
            }
            (Exported::RetryDenied, Lang::En) => {
                "The retry budget does not allow another attempt.".into()
            }
            (Exported::RetryDenied, Lang::Ko) => {
                "재시도 예산이 모자라 다시 시도하지 않습니다.".into()
            }
            (Exported::Breaker(Phase::Open), Lang::En) => "The circuit breaker opens.".into(),
            (Exported::Breaker(Phase::Open), Lang::Ko) => "서킷 브레이커가 열립니다.".into(),
            (Exported::Breaker(Phase::HalfOpen), Lang::En) => {
                "The circuit breaker is half-open: it lets a few calls through.".into()
            }
            (Exported::Breaker(Phase::HalfOpen), Lang::Ko) => {
                "서킷 브레이커가 반열림 상태가 되어 호출 몇 개를 보내 봅니다.".into()
            }
            (Exported::Breaker(Phase::Closed), Lang::En) => "The circuit breaker closes.".into(),
            (Exported::Breaker(Phase::Closed), Lang::Ko) => "서킷 브레이커가 닫힙니다.".into(),
            (Exported::RolledBack(store), Lang::En) => format!("{store}: rolled back"),
            (Exported::RolledBack(store), Lang::Ko) => format!("{store}: 롤백"),
            (Exported::LateResponse, Lang::En) => {
                "The answer comes, but nobody waits for it any more.".into()
            }
            (Exported::LateResponse, Lang::Ko) => {
                "응답이 왔지만 이미 기다리는 쪽이 없습니다.".into()
            }
            (Exported::MoreCalls(n, what), Lang::En) => {
                format!(
                    "… and {} of {what} like these",
                    counted(&many((*n).into()), "more call")
                )
            }
            (Exported::MoreCalls(n, what), Lang::Ko) => {
                format!("… 같은 호출 {}번 더: {what}", many((*n).into()))
            }
            (Exported::MoreMessages(n), Lang::En) => {
                format!("{} left out.", counted(&many((*n).into()), "more message"))
            }
            (Exported::MoreMessages(n), Lang::Ko) => {
                format!("메시지 {}건이 더 있지만 생략했습니다.", many((*n).into()))
            }
            (
                Exported::SequenceOf {
                    who,
                    asks,
                    request,
                    ended,
                },
                Lang::En,
            ) => match ended {
                Some((how, after)) => format!(
                    "Request {request} of {who}: {asks}, {} after {}",
                    outcome(*how, lang),
                    ms(*after, lang)
                ),
                None => format!("Request {request} of {who}: {asks}, still in progress"),
            },
            (
                Exported::SequenceOf {
                    who,
                    asks,
                    request,
                    ended,
                },
                Lang::Ko,
            ) => match ended {
                Some((how, after)) => format!(
                    "{who}의 요청 {request}: {asks}, {} 후 {}",
                    ms(*after, lang),
                    outcome(*how, lang)
                ),
                None => format!("{who}의 요청 {request}: {asks}, 진행 중"),
            },
            (Exported::ArchitectureOf(title), Lang::En) => {
                format!("The services and stores of “{title}”")
            }
            (Exported::ArchitectureOf(title), Lang::Ko) => format!("‘{title}’의 서비스와 DB"),
            (Exported::MoreLinks(n), Lang::En) => {
                format!("{} left out.", counted(&many(*n as u64), "more link"))
            }
            (Exported::MoreLinks(n), Lang::Ko) => {
                format!("연결 {}개를 생략했습니다.", many(*n as u64))
            }
            (Exported::MomentOf(title, at), Lang::En) => format!("{title}, at {at:.3} s"),
            (Exported::MomentOf(title, at), Lang::Ko) => format!("{title}, {at:.3}초"),
            (
                Exported::AnimationOf {
                    title,
                    from_s,
                    to_s,
                    speed,
                },
                Lang::En,
            ) => {
                let speed = decimal(*speed);
                format!("{title}, from {from_s:.3} s to {to_s:.3} s at {speed}×")
            }
            (
                Exported::AnimationOf {
                    title,
                    from_s,
                    to_s,
                    speed,
                },
                Lang::Ko,
            ) => {
                let speed = decimal(*speed);
                format!("{title}, {from_s:.3}초부터 {to_s:.3}초까지, {speed}×")
            }
            (Exported::MessagesShown(shown, of), Lang::En) => format!(
                "{} of {} shown",
                many(*shown as u64),
                counted(&many(*of as u64), "message")
            ),
            (Exported::MessagesShown(shown, of), Lang::Ko) => format!(
                "메시지 {}개 중 {}개 표시",
                many(*of as u64),
                many(*shown as u64)
            ),
            (Exported::RequestsLeftOut(n), Lang::En) => {
                format!(
                    "{} of this window left out.",
                    counted(&many(*n), "more request")
                )
            }
            (Exported::RequestsLeftOut(n), Lang::Ko) => {
                format!("이 구간의 요청 {}건을 더 담지 않았습니다.", many(*n))
            }
            (Exported::BeginsLater(at), Lang::En) => {
                format!("What happened before {at:.3} s was not kept.")
            }
            (Exported::BeginsLater(at), Lang::Ko) => {
                format!("{at:.3}초 이전의 기록은 남아 있지 않습니다.")
            }
            (Exported::Worker(instance, worker), Lang::En) => {
                format!("instance {instance}, worker {worker}")
            }
            (Exported::Worker(instance, worker), Lang::Ko) => {
                format!("인스턴스 {instance}, 스레드 {worker}")
            }
            (Exported::Lost, Lang::En) => "lost on its way".into(),
            (Exported::Lost, Lang::Ko) => "전송 중 유실".into(),
            (Exported::FaultBegins(what), Lang::En) => format!("fault begins: {what}"),
            (Exported::FaultBegins(what), Lang::Ko) => format!("장애 시작: {what}"),
            (Exported::FaultEnds(what), Lang::En) => format!("fault ends: {what}"),
            (Exported::FaultEnds(what), Lang::Ko) => format!("장애 종료: {what}"),
            (Exported::NoRequest, Lang::En) => {
                "No request of a client begins in this stretch of time; choose another one.".into()
            }
            (Exported::NoRequest, Lang::Ko) => {
                "이 구간에 시작한 요청이 없습니다. 다른 구간을 고르십시오.".into()
            }
            (Exported::NoSuchRequest(n), Lang::En) => format!(
                "The trace has no request {n} of a client; `msa trace` shows the numbers of those there are."
            ),
            (Exported::NoSuchRequest(n), Lang::Ko) => {
                format!("기록에 {n}번 요청이 없습니다. 요청 번호는 `msa trace`에서 볼 수 있습니다.")
            }
        }
    }
}
