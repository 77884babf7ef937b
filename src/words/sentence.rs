//! The live sentence: what just happened, and why.

use super::{Deed, Lang, Particle, count, decimal, ms, share, with};
use crate::scenario::Text;

/// What something is called, in any language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// Its name in the document.
    pub key: String,
    /// Its title.
    pub title: Text,
}

impl Name {
    /// A name and its title.
    pub fn new(key: impl Into<String>, title: &Text) -> Name {
        Name {
            key: key.into(),
            title: title.clone(),
        }
    }

    /// What it is called in a language.
    pub fn text(&self, lang: Lang) -> &str {
        lang.pick(&self.title, &self.key)
    }

    pub(super) fn ko(&self, particle: Particle) -> String {
        with(self.text(Lang::Ko), particle)
    }
}

/// How a list got what it refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// A call for each row, one after the other.
    OneByOne,
    /// A call for each row, at the same time.
    AtOnce,
    /// A few calls for many rows.
    Few,
    /// Without any call.
    WithoutCalls,
}

/// What is wrong somewhere.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// Instances of a service are gone (all of them, or one).
    Crash(Name, Option<u32>),
    /// A service is so many times slower.
    Slow(Name, f64),
    /// A share of a service's answers are errors.
    Errors(Name, f64),
    /// A link loses a share of requests and of answers.
    Loss {
        /// The caller.
        from: Name,
        /// The callee.
        to: Name,
        /// Share of requests lost.
        request: f64,
        /// Share of answers lost.
        answer: f64,
    },
    /// A link is cut.
    Cut(Name, Name),
    /// A client asks so many times as often.
    Surge(Name, f64),
    /// A link holds up what it carries.
    Held(Name, Name),
    /// A link loses the next messages.
    LosesNext {
        /// The caller.
        from: Name,
        /// The callee.
        to: Name,
        /// Answers, or requests.
        answers: bool,
        /// How many.
        count: u32,
    },
    /// A store does not answer.
    StoreDown(Name),
    /// The broker does not answer for a topic.
    BrokerDown(Name),
    /// The next messages of a topic are delivered twice.
    DeliversTwice(Name, u32),
    /// The relay of a topic dies with this probability after each event it has sent.
    RelayDies(Name, f64),
    /// A share of a service's processes dies in the middle of an operation.
    Dies(Name, String, f64),
}

impl Trouble {
    /// The trouble as a short sentence without a full stop.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Trouble::Crash(name, None), Lang::En) => format!("{} crashes", name.text(lang)),
            (Trouble::Crash(name, None), Lang::Ko) => format!("{} 중단", name.text(lang)),
            (Trouble::Crash(name, Some(one)), Lang::En) => {
                format!("instance {one} of {} crashes", name.text(lang))
            }
            (Trouble::Crash(name, Some(one)), Lang::Ko) => {
                format!("{} 인스턴스 {one} 중단", name.text(lang))
            }
            (Trouble::Slow(name, by), Lang::En) => {
                format!("{} {} × slower", name.text(lang), decimal(*by))
            }
            (Trouble::Slow(name, by), Lang::Ko) => {
                format!("{} {}배 느려짐", name.text(lang), decimal(*by))
            }
            (Trouble::Errors(name, part), Lang::En) => {
                format!("{}: {} errors", name.text(lang), share(*part))
            }
            (Trouble::Errors(name, part), Lang::Ko) => {
                format!("{} 응답 {} 오류", name.text(lang), share(*part))
            }
            (
                Trouble::Loss {
                    from,
                    to,
                    request,
                    answer,
                },
                Lang::En,
            ) => {
                let (what, part) = if answer >= request {
                    ("answers", answer)
                } else {
                    ("requests", request)
                };
                format!(
                    "{} – {}: {} of the {what} lost",
                    from.text(lang),
                    to.text(lang),
                    share(*part)
                )
            }
            (
                Trouble::Loss {
                    from,
                    to,
                    request,
                    answer,
                },
                Lang::Ko,
            ) => {
                let (what, part) = if answer >= request {
                    ("응답", answer)
                } else {
                    ("요청", request)
                };
                format!(
                    "{}–{} {what} {} 유실",
                    from.text(lang),
                    to.text(lang),
                    share(*part)
                )
            }
            (Trouble::Cut(from, to), Lang::En) => {
                format!("{} – {}: link cut", from.text(lang), to.text(lang))
            }
            (Trouble::Cut(from, to), Lang::Ko) => {
                format!("{}–{} 연결 끊김", from.text(lang), to.text(lang))
            }
            (Trouble::Surge(name, by), Lang::En) => {
                format!("{} {} × as many", name.text(lang), decimal(*by))
            }
            (Trouble::Surge(name, by), Lang::Ko) => {
                format!("{} {}배로 늘어남", name.text(lang), decimal(*by))
            }
            (Trouble::Held(from, to), Lang::En) => {
                format!("{} – {}: held up", from.text(lang), to.text(lang))
            }
            (Trouble::Held(from, to), Lang::Ko) => {
                format!("{}–{} 전송 지연", from.text(lang), to.text(lang))
            }
            (
                Trouble::LosesNext {
                    from,
                    to,
                    answers,
                    count,
                },
                Lang::En,
            ) => {
                let what = match (answers, count) {
                    (true, 1) => "the next answer is".to_string(),
                    (false, 1) => "the next request is".to_string(),
                    (true, n) => format!("the next {n} answers are"),
                    (false, n) => format!("the next {n} requests are"),
                };
                format!("{} – {}: {what} lost", from.text(lang), to.text(lang))
            }
            (
                Trouble::LosesNext {
                    from,
                    to,
                    answers,
                    count,
                },
                Lang::Ko,
            ) => {
                let what = if *answers { "응답" } else { "요청" };
                format!(
                    "{}–{} 다음 {what} {count}건 유실",
                    from.text(lang),
                    to.text(lang)
                )
            }
            (Trouble::BrokerDown(name), Lang::En) => {
                format!("the broker of {} does not answer", name.text(lang))
            }
            (Trouble::BrokerDown(name), Lang::Ko) => {
                format!("{} 토픽의 브로커 응답 없음", name.text(lang))
            }
            (Trouble::DeliversTwice(name, 1), Lang::En) => {
                format!("{}: the next message is delivered twice", name.text(lang))
            }
            (Trouble::DeliversTwice(name, n), Lang::En) => {
                format!(
                    "{}: the next {n} messages are delivered twice",
                    name.text(lang)
                )
            }
            (Trouble::DeliversTwice(name, n), Lang::Ko) => {
                format!("{} 다음 메시지 {n}건 중복 전달", name.text(lang))
            }
            (Trouble::RelayDies(name, part), Lang::En) => format!(
                "the relay of {} dies after {} of what it sends",
                name.text(lang),
                share(*part)
            ),
            (Trouble::RelayDies(name, part), Lang::Ko) => {
                format!(
                    "{} 릴레이가 전송 후 {} 확률로 중단",
                    name.text(lang),
                    share(*part)
                )
            }
            (Trouble::Dies(name, operation, part), Lang::En) => format!(
                "{}: a process dies in {} of {operation}",
                name.text(lang),
                share(*part)
            ),
            (Trouble::Dies(name, operation, part), Lang::Ko) => format!(
                "{}: {operation} 처리의 {}에서 프로세스 중단",
                name.text(lang),
                share(*part)
            ),
            (Trouble::StoreDown(name), Lang::En) => format!("{} does not answer", name.text(lang)),
            (Trouble::StoreDown(name), Lang::Ko) => format!("{} 응답 없음", name.text(lang)),
        }
    }
}

/// Something that happened and is worth a sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    /// Nothing yet.
    Starting,
    /// A list came.
    ListCame {
        /// After so long.
        ms: f64,
        /// With so many calls.
        calls: u32,
        /// How it got its references.
        how: How,
        /// So long it waited for a thread.
        waited_ms: f64,
    },
    /// A list was refused at the door.
    Refused {
        /// By whom.
        service: Name,
        /// Its threads.
        threads: u32,
    },
    /// Calls were turned away by the owner.
    TurnedAway {
        /// By whom.
        owner: Name,
        /// How many, lately.
        calls: u32,
    },
    /// A list failed because nobody answers its calls.
    NobodyThere {
        /// The callee.
        owner: Name,
    },
    /// Threads are held and only wait.
    Held {
        /// Whose.
        service: Name,
        /// How many wait.
        waiting: u32,
        /// Of how many.
        threads: u32,
        /// For whom.
        owner: Name,
    },
    /// A person has given up.
    GivenUp {
        /// After so long.
        ms: f64,
        /// Who works on.
        service: Name,
    },
    /// A call was not answered in time.
    CallTimedOut {
        /// The callee.
        owner: Name,
    },
    /// An answer came after its caller had given up.
    TooLate {
        /// The callee.
        owner: Name,
    },
    /// A list failed.
    ListFailed,
    /// A cache had most of what was needed.
    Hits {
        /// Of which reference.
        reference: Name,
        /// So many.
        hits: u32,
        /// Of so many.
        values: u32,
    },
    /// A list showed values that are out of date.
    Stale {
        /// Of which reference.
        reference: Name,
        /// So many.
        stale: u32,
        /// Of so many.
        values: u32,
        /// For so long.
        ms: f64,
    },
    /// A copy heard of a change.
    Applied {
        /// Of which reference.
        reference: Name,
        /// So much later.
        lag_ms: f64,
        /// It is a cache that drops its entry, not a replica.
        cache: bool,
    },
    /// Something broke.
    Broke(Trouble),
    /// Something was mended.
    Mended(Trouble),
    /// The owner is gone and lists come all the same.
    StillWorks {
        /// Who is gone.
        owner: Name,
    },
    /// Settings were changed.
    Changed,
    /// Something happened for a business key (or to a job that looks after all of them).
    Deed {
        /// The key, as people see it.
        key: Option<u32>,
        /// What.
        deed: Deed,
    },
}

impl Happened {
    /// The sentence.
    #[allow(clippy::too_many_lines)] // one arm for each sentence, both languages side by side
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Happened::Deed { key: None, deed }, _) => deed.text(lang),
            (Happened::Deed { key: Some(key), deed }, Lang::En) => {
                format!("No. {key}: {}", deed.text(lang))
            }
            (Happened::Deed { key: Some(key), deed }, Lang::Ko) => {
                format!("{key}번: {}", deed.text(lang))
            }
            (Happened::Starting, Lang::En) => "The first requests are on their way.".into(),
            (Happened::Starting, Lang::Ko) => "첫 요청을 보내고 있습니다.".into(),
            (
                Happened::ListCame {
                    ms: after,
                    calls,
                    how,
                    waited_ms,
                },
                _,
            ) => list_came(*after, *calls, *how, *waited_ms, lang),
            (Happened::Refused { service, threads }, Lang::En) => format!(
                "A list was refused: all {threads} threads of {} are held, and its queue is full.",
                service.text(lang)
            ),
            (Happened::Refused { service, threads }, Lang::Ko) => format!(
                "목록 조회가 거절되었습니다. {} 서비스의 스레드 {threads}개가 모두 잡혀 있고 대기열도 가득 찼습니다.",
                service.text(lang)
            ),
            (Happened::TurnedAway { owner, calls }, Lang::En) => format!(
                "{} turned {} calls away: its threads and its queue are full, so the lists that need them fail.",
                owner.text(lang),
                count(f64::from(*calls))
            ),
            (Happened::TurnedAway { owner, calls }, Lang::Ko) => format!(
                "{} 서비스가 호출 {}건을 거절했습니다. 스레드와 대기열이 가득 차서 이를 기다리던 목록도 실패합니다.",
                owner.text(lang),
                count(f64::from(*calls))
            ),
            (Happened::NobodyThere { owner }, Lang::En) => {
                format!("A list failed: it has to call {}, and nobody answers there.", owner.text(lang))
            }
            (Happened::NobodyThere { owner }, Lang::Ko) => format!(
                "목록 조회가 실패했습니다. {} 서비스를 호출해야 하는데 응답할 인스턴스가 없습니다.",
                owner.text(lang)
            ),
            (
                Happened::Held {
                    service,
                    waiting,
                    threads,
                    owner,
                },
                Lang::En,
            ) => format!(
                "{waiting} of {threads} threads of {} do nothing but wait for answers from {}.",
                service.text(lang),
                owner.text(lang)
            ),
            (
                Happened::Held {
                    service,
                    waiting,
                    threads,
                    owner,
                },
                Lang::Ko,
            ) => format!(
                "{} 서비스의 스레드 {threads}개 중 {waiting}개가 {} 서비스의 응답만 기다립니다.",
                service.text(lang),
                owner.text(lang)
            ),
            (Happened::GivenUp { ms: after, service }, Lang::En) => format!(
                "Someone gave up after {}; {} still works on that list, for nobody.",
                ms(*after, lang),
                service.text(lang)
            ),
            (Happened::GivenUp { ms: after, service }, Lang::Ko) => format!(
                "{} 만에 사용자가 기다리기를 포기했습니다. {} 서비스는 받을 사람이 없는 목록을 계속 만들고 있습니다.",
                ms(*after, lang),
                service.text(lang)
            ),
            (Happened::CallTimedOut { owner }, Lang::En) => format!(
                "A call to {} was not answered in time. Whether it was done, its caller cannot know.",
                owner.text(lang)
            ),
            (Happened::CallTimedOut { owner }, Lang::Ko) => format!(
                "{} 서비스 호출이 시간 안에 응답받지 못했습니다. 처리되었는지 호출한 쪽은 알 수 없습니다.",
                owner.text(lang)
            ),
            (Happened::TooLate { owner }, Lang::En) => format!(
                "An answer from {} came after its caller had given up: the work was done for nobody.",
                owner.text(lang)
            ),
            (Happened::TooLate { owner }, Lang::Ko) => format!(
                "{} 서비스의 응답이 호출한 쪽이 포기한 뒤에 도착했습니다. 한 일이 쓸모없게 되었습니다.",
                owner.text(lang)
            ),
            (Happened::ListFailed, Lang::En) => {
                "A list failed: one of its calls failed, and without that value it is not shown.".into()
            }
            (Happened::ListFailed, Lang::Ko) => {
                "목록 조회가 실패했습니다. 호출 하나가 실패했고 그 값 없이는 목록을 보여 주지 않습니다.".into()
            }
            (Happened::Hits { reference, hits, values }, Lang::En) if hits == values => {
                format!("All {values} values of {} came from the cache: no call at all.", reference.text(lang))
            }
            (Happened::Hits { reference, hits, values }, Lang::Ko) if hits == values => {
                format!("{} 값 {values}개가 모두 캐시에 있어 호출하지 않았습니다.", reference.text(lang))
            }
            (Happened::Hits { reference, hits, values }, Lang::En) => format!(
                "{hits} of {values} values of {} came from the cache; the others had to be called for.",
                reference.text(lang)
            ),
            (Happened::Hits { reference, hits, values }, Lang::Ko) => format!(
                "{} 값 {values}개 중 {hits}개는 캐시에서 찾고 나머지는 호출해서 가져왔습니다.",
                reference.text(lang)
            ),
            (
                Happened::Stale {
                    reference,
                    stale,
                    values,
                    ms: age,
                },
                Lang::En,
            ) => format!(
                "A list showed {stale} of {values} values of {} out of date, one of them for {}.",
                reference.text(lang),
                ms(*age, lang)
            ),
            (
                Happened::Stale {
                    reference,
                    stale,
                    values,
                    ms: age,
                },
                Lang::Ko,
            ) => format!(
                "목록의 {} 값 {values}개 중 {stale}개가 최신이 아니었습니다. 가장 오래된 것은 {} 전에 바뀌었습니다.",
                reference.text(lang),
                ms(*age, lang)
            ),
            (
                Happened::Applied {
                    reference,
                    lag_ms,
                    cache: false,
                },
                Lang::En,
            ) => format!(
                "A change of {} reached the copy {} after it was committed.",
                reference.text(lang),
                ms(*lag_ms, lang)
            ),
            (
                Happened::Applied {
                    reference,
                    lag_ms,
                    cache: false,
                },
                Lang::Ko,
            ) => format!(
                "{} 바뀌고 {} 뒤에 복제본에 반영되었습니다.",
                reference.ko(Particle::Subject),
                ms(*lag_ms, lang)
            ),
            (
                Happened::Applied {
                    reference,
                    lag_ms,
                    cache: true,
                },
                Lang::En,
            ) => format!(
                "A change of {} was told to every instance; after {} the last cache had dropped its copy.",
                reference.text(lang),
                ms(*lag_ms, lang)
            ),
            (
                Happened::Applied {
                    reference,
                    lag_ms,
                    cache: true,
                },
                Lang::Ko,
            ) => format!(
                "{} 바뀌었다고 모든 인스턴스에 알려 {} 만에 캐시에서 지웠습니다.",
                reference.ko(Particle::Subject),
                ms(*lag_ms, lang)
            ),
            (Happened::Broke(trouble), Lang::En) => format!("From now on: {}.", trouble.text(lang)),
            (Happened::Broke(trouble), Lang::Ko) => format!("장애가 시작되었습니다: {}.", trouble.text(lang)),
            (Happened::Mended(trouble), Lang::En) => format!("It is over: {}.", trouble.text(lang)),
            (Happened::Mended(trouble), Lang::Ko) => format!("장애가 끝났습니다: {}.", trouble.text(lang)),
            (Happened::StillWorks { owner }, Lang::En) => format!(
                "{} is down, and lists still come: nothing they show has to be called for.",
                owner.text(lang)
            ),
            (Happened::StillWorks { owner }, Lang::Ko) => format!(
                "{} 서비스가 중단되었지만 목록은 계속 조회됩니다. 호출해서 가져올 값이 없기 때문입니다.",
                owner.text(lang)
            ),
            (Happened::Changed, Lang::En) => "The settings were changed; what was under way goes on.".into(),
            (Happened::Changed, Lang::Ko) => "설정을 바꾸었습니다. 진행 중이던 요청은 그대로 이어집니다.".into(),
        }
    }
}

fn list_came(after: f64, calls: u32, how: How, waited: f64, lang: Lang) -> String {
    let (after_text, calls_text) = (ms(after, lang), count(f64::from(calls)));
    let mut text = match (how, lang) {
        (How::OneByOne, Lang::En) => {
            format!("A list came after {after_text}: {calls_text} calls, one after the other.")
        }
        (How::OneByOne, Lang::Ko) => {
            format!("목록 하나가 {after_text} 만에 왔습니다. {calls_text}번을 차례로 호출했습니다.")
        }
        (How::AtOnce, Lang::En) => format!(
            "A list came after {after_text}: {calls_text} calls, row upon row at the same time."
        ),
        (How::AtOnce, Lang::Ko) => format!(
            "목록 하나가 {after_text} 만에 왔습니다. {calls_text}번을 행마다 동시에 호출했습니다."
        ),
        (How::Few, Lang::En) if calls == 1 => {
            format!("A list came after {after_text} with a single call.")
        }
        (How::Few, Lang::En) => format!("A list came after {after_text} with {calls_text} calls."),
        (How::Few, Lang::Ko) => {
            format!("목록 하나가 {after_text} 만에 왔습니다. 호출은 {calls_text}번뿐이었습니다.")
        }
        (How::WithoutCalls, Lang::En) => {
            format!("A list came after {after_text} without any call.")
        }
        (How::WithoutCalls, Lang::Ko) => {
            format!("목록 하나가 호출 없이 {after_text} 만에 왔습니다.")
        }
    };
    // Worth saying only where it is a good part of the whole.
    if waited > 0.2 * after {
        let waited = ms(waited, lang);
        text += &match lang {
            Lang::En => format!(" It waited {waited} for a thread before any work began."),
            Lang::Ko => format!(" 그중 {waited}는 스레드를 기다린 시간입니다."),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::BothTexts;

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
    fn a_list_says_its_calls_and_its_wait_where_that_matters() {
        let came = |waited_ms| Happened::ListCame {
            ms: 1900.0,
            calls: 400,
            how: How::OneByOne,
            waited_ms,
        };
        assert_eq!(
            came(10.0).text(Lang::En).replace('\u{a0}', " "),
            "A list came after 1.9 s: 400 calls, one after the other."
        );
        assert_eq!(
            came(800.0).text(Lang::Ko),
            "목록 하나가 1.9초 만에 왔습니다. 400번을 차례로 호출했습니다. 그중 800ms는 스레드를 기다린 시간입니다."
        );
    }

    #[test]
    fn a_particle_fits_the_name_before_it() {
        let applied = |reference| Happened::Applied {
            reference,
            lag_ms: 3.1,
            cache: false,
        };
        assert!(
            applied(name("customer", "고객"))
                .text(Lang::Ko)
                .starts_with("고객이 바뀌고")
        );
        assert!(
            applied(name("code", "코드"))
                .text(Lang::Ko)
                .starts_with("코드가 바뀌고")
        );
    }

    #[test]
    fn a_loss_names_the_half_that_is_lost() {
        let loss = |request, answer| Trouble::Loss {
            from: name("Consultation", "상담"),
            to: name("Common", "공통"),
            request,
            answer,
        };
        assert_eq!(
            loss(0.0, 0.5).text(Lang::En),
            "Consultation – Common: 50% of the answers lost"
        );
        assert_eq!(loss(1.0, 0.0).text(Lang::Ko), "상담–공통 요청 100% 유실");
    }
}
