//! What a fault is called, and what is said when it begins, when it is over, and when what waited for the next message
//! has happened: from the document's words to names that people know.

use super::names::Names;
use super::number::{counted, plural_after};
use super::{Lang, Name, Particle, decimal, share, with};
use scenario::{FaultKind, Half};
use sim::Plan;

/// What is wrong somewhere.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// Instances of a service are gone (all of them, or one).
    Crash(Name, Option<u32>),
    /// A service or a store is so many times slower.
    Slow(Name, f64),
    /// An instance of a service is so many times slower.
    SlowOne(Name, u32, f64),
    /// A share of a service's answers are errors.
    Errors(Name, f64),
    /// A share of an instance's answers are errors.
    ErrorsOne(Name, u32, f64),
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

/// What gets lost: the noun in both languages.
const fn half(answers: bool, lang: Lang) -> &'static str {
    match (answers, lang) {
        (true, Lang::En) => "answer",
        (false, Lang::En) => "request",
        (true, Lang::Ko) => "응답",
        (false, Lang::Ko) => "요청",
    }
}

/// The half of a loss that is told of: the one that is lost more often, and its share.
fn greater(request: f64, answer: f64) -> (bool, f64) {
    match answer >= request {
        true => (true, answer),
        false => (false, request),
    }
}

/// One message, or so many of them: "the next answer", "the next 3 answers".
fn next(what: &str, count: u32) -> String {
    match count {
        1 => format!("the next {what}"),
        n => format!("the next {}", counted(&n.to_string(), what)),
    }
}

/// "is" or "are".
fn be(count: u32) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

impl Trouble {
    /// Whether it only waits for the next messages: it has no length, begins when it is caused, and happens later.
    pub fn is_momentary(&self) -> bool {
        matches!(self, Trouble::LosesNext { .. } | Trouble::DeliversTwice(..))
    }

    /// The trouble as a short sentence without a full stop: a mark on the timeline, a fault in a trace.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Ko => self.korean(),
        }
    }

    fn english(&self) -> String {
        let of = |name: &Name| name.text(Lang::En).to_string();
        match self {
            Trouble::Crash(name, None) | Trouble::StoreDown(name) => {
                format!("{} is down", of(name))
            }
            Trouble::Crash(name, Some(one)) => format!("instance {one} of {} is down", of(name)),
            Trouble::Slow(name, by) => format!("{} is {} × slower", of(name), decimal(*by)),
            Trouble::SlowOne(name, one, by) => {
                format!(
                    "instance {one} of {} is {} × slower",
                    of(name),
                    decimal(*by)
                )
            }
            Trouble::ErrorsOne(name, one, part) => format!(
                "instance {one} of {} answers {} of requests with an error",
                of(name),
                share(*part)
            ),
            Trouble::Errors(name, part) => {
                format!(
                    "{} answers {} of requests with an error",
                    of(name),
                    share(*part)
                )
            }
            Trouble::Loss {
                from,
                to,
                request,
                answer,
            } => {
                let (answers, part) = greater(*request, *answer);
                let what = half(answers, Lang::En);
                format!(
                    "{} – {}: {} of the {what}s are lost",
                    of(from),
                    of(to),
                    share(part)
                )
            }
            Trouble::Cut(from, to) => format!("{} – {}: the link is cut", of(from), of(to)),
            Trouble::Surge(name, by) => {
                format!("{}: {} × as many requests as usual", of(name), decimal(*by))
            }
            Trouble::Held(from, to) => format!("{} – {}: messages are held up", of(from), of(to)),
            Trouble::LosesNext {
                from,
                to,
                answers,
                count,
            } => {
                let what = next(half(*answers, Lang::En), *count);
                format!("{} – {}: {what} {} lost", of(from), of(to), be(*count))
            }
            Trouble::BrokerDown(name) => format!("the broker of “{}” is down", of(name)),
            Trouble::DeliversTwice(name, count) => {
                let what = next("message", *count);
                format!("“{}”: {what} {} delivered twice", of(name), be(*count))
            }
            Trouble::RelayDies(name, part) => {
                format!(
                    "the relay of “{}” dies after {} of the events it sends",
                    of(name),
                    share(*part)
                )
            }
            Trouble::Dies(name, operation, part) => {
                format!(
                    "{}: the process dies in {} of {operation}",
                    of(name),
                    share(*part)
                )
            }
        }
    }

    fn korean(&self) -> String {
        let of = |name: &Name| name.text(Lang::Ko).to_string();
        match self {
            Trouble::Crash(name, None) => format!("{} 중단", of(name)),
            Trouble::Crash(name, Some(one)) => format!("{} 인스턴스 {one} 중단", of(name)),
            Trouble::Slow(name, by) => format!("{} {}배 느려짐", of(name), decimal(*by)),
            Trouble::SlowOne(name, one, by) => {
                format!("{} 인스턴스 {one} {}배 느려짐", of(name), decimal(*by))
            }
            Trouble::ErrorsOne(name, one, part) => {
                format!("{} 인스턴스 {one} 응답의 {}가 오류", of(name), share(*part))
            }
            Trouble::Errors(name, part) => format!("{} 응답의 {}가 오류", of(name), share(*part)),
            Trouble::Loss {
                from,
                to,
                request,
                answer,
            } => {
                let (answers, part) = greater(*request, *answer);
                let what = half(answers, Lang::Ko);
                format!("{}–{} {what} {} 유실", of(from), of(to), share(part))
            }
            Trouble::Cut(from, to) => format!("{}–{} 연결 끊김", of(from), of(to)),
            Trouble::Surge(name, by) => format!("{} 요청 {}배 증가", of(name), decimal(*by)),
            Trouble::Held(from, to) => format!("{}–{} 전송 지연", of(from), of(to)),
            Trouble::LosesNext {
                from,
                to,
                answers,
                count,
            } => {
                let what = half(*answers, Lang::Ko);
                format!("{}–{} 다음 {what} {count}건 유실", of(from), of(to))
            }
            Trouble::BrokerDown(name) => format!("‘{}’ 토픽의 브로커 중단", of(name)),
            Trouble::DeliversTwice(name, n) => {
                format!("‘{}’ 토픽 다음 메시지 {n}건 중복 전달", of(name))
            }
            Trouble::RelayDies(name, part) => {
                format!(
                    "‘{}’ 릴레이가 전송 후 {} 확률로 중단",
                    of(name),
                    share(*part)
                )
            }
            Trouble::Dies(name, operation, part) => {
                format!(
                    "{}: {operation} 처리의 {}에서 프로세스 중단",
                    of(name),
                    share(*part)
                )
            }
            Trouble::StoreDown(name) => format!("{} 응답 없음", of(name)),
        }
    }

    /// What is said when it begins; of what waits for the next message, that it waits.
    pub fn begun(&self, lang: Lang) -> String {
        let of = |name: &Name| name.text(lang).to_string();
        match (self, lang) {
            (
                Trouble::LosesNext {
                    from,
                    to,
                    answers,
                    count,
                },
                Lang::En,
            ) => {
                let what = next(half(*answers, lang), *count);
                format!("{} – {}: {what} will be lost.", of(from), of(to))
            }
            (
                Trouble::LosesNext {
                    from,
                    to,
                    answers,
                    count,
                },
                Lang::Ko,
            ) => format!(
                "{}–{}: 다음 {} {count}건이 유실됩니다.",
                of(from),
                of(to),
                half(*answers, lang)
            ),
            (Trouble::DeliversTwice(name, count), Lang::En) => {
                format!(
                    "“{}”: {} will be delivered twice.",
                    of(name),
                    next("message", *count)
                )
            }
            (Trouble::DeliversTwice(name, count), Lang::Ko) => {
                format!(
                    "‘{}’ 토픽의 다음 메시지 {count}건이 중복 전달됩니다.",
                    of(name)
                )
            }
            (_, Lang::En) => format!("{}.", super::truth::capital(&self.english())),
            (_, Lang::Ko) => format!("장애가 시작되었습니다: {}.", self.korean()),
        }
    }

    /// What is said when it is over. What waits for the next message is over when it has happened.
    pub fn ended(&self, lang: Lang) -> String {
        let of = |name: &Name| name.text(lang).to_string();
        match (self, lang) {
            (Trouble::Crash(name, None), Lang::En) => format!("{} is up again.", of(name)),
            (Trouble::Crash(name, Some(one)), Lang::En) => {
                format!("Instance {one} of {} is up again.", of(name))
            }
            (Trouble::Slow(name, _), Lang::En) => format!("{} is as fast as before.", of(name)),
            (Trouble::SlowOne(name, one, _), Lang::En) => {
                format!("Instance {one} of {} is as fast as before.", of(name))
            }
            (Trouble::ErrorsOne(name, one, _), Lang::En) => {
                format!(
                    "Instance {one} of {} answers without these errors again.",
                    of(name)
                )
            }
            (Trouble::Errors(name, _), Lang::En) => {
                format!("{} answers without these errors again.", of(name))
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
                let what = half(greater(*request, *answer).0, lang);
                format!("{} – {}: no more {what}s are lost.", of(from), of(to))
            }
            (Trouble::Cut(from, to), Lang::En) => {
                format!("{} – {}: the link works again.", of(from), of(to))
            }
            (Trouble::Surge(name, _), Lang::En) => {
                format!("{}: as many requests as usual again.", of(name))
            }
            (Trouble::Held(from, to), Lang::En) => {
                format!("{} – {}: messages are held up no longer.", of(from), of(to))
            }
            (Trouble::StoreDown(name), Lang::En) => format!("{} answers again.", of(name)),
            (Trouble::BrokerDown(name), Lang::En) => {
                format!("The broker of “{}” is up again.", of(name))
            }
            (Trouble::RelayDies(name, _), Lang::En) => {
                format!("The relay of “{}” no longer dies.", of(name))
            }
            (Trouble::Dies(name, operation, _), Lang::En) => {
                format!("{}: the process no longer dies in {operation}.", of(name))
            }
            (Trouble::LosesNext { .. } | Trouble::DeliversTwice(..), _) => self.happened(lang),
            (_, Lang::Ko) => format!("장애가 끝났습니다: {}.", self.korean()),
        }
    }

    /// What is said when that happened for which it has waited; of any other fault, that it is over.
    pub fn happened(&self, lang: Lang) -> String {
        let of = |name: &Name| name.text(lang).to_string();
        match (self, lang) {
            (
                Trouble::LosesNext {
                    from,
                    to,
                    answers,
                    count,
                },
                Lang::En,
            ) => {
                let (by, of_whom) = if *answers { (to, from) } else { (from, to) };
                let what = plural_after(&count.to_string(), half(*answers, lang));
                let was = if *count == 1 { "was" } else { "were" };
                format!(
                    "The {what} from {} to {} {was} lost, as requested.",
                    of(by),
                    of(of_whom)
                )
            }
            (
                Trouble::LosesNext {
                    from, to, answers, ..
                },
                Lang::Ko,
            ) => {
                let (by, of_whom) = if *answers { (to, from) } else { (from, to) };
                format!(
                    "요청한 대로 {}에서 {} 가는 {} 유실되었습니다.",
                    of(by),
                    of_whom.ko(Particle::By),
                    with(half(*answers, lang), Particle::Subject)
                )
            }
            (Trouble::DeliversTwice(name, _), Lang::En) => {
                format!(
                    "The message of “{}” was delivered twice, as requested.",
                    of(name)
                )
            }
            (Trouble::DeliversTwice(name, _), Lang::Ko) => {
                format!(
                    "요청한 대로 ‘{}’ 토픽의 메시지가 두 번 전달되었습니다.",
                    of(name)
                )
            }
            _ => self.ended(lang),
        }
    }
}

/// What a fault is called.
pub fn trouble(kind: &FaultKind, plan: &Plan, names: &Names) -> Trouble {
    let plain = |key: &str| Name::new(key, &scenario::Text::Empty);
    let service = |key: &String| {
        let known = names.services.iter().find(|name| name.key == *key);
        known.cloned().unwrap_or_else(|| plain(key))
    };
    let store = |key: &String| {
        let known = names.stores.iter().find(|name| name.key == *key);
        known.cloned().unwrap_or_else(|| plain(key))
    };
    let topic = |key: &String| {
        let known = names.topics.iter().find(|name| name.key == *key);
        known.cloned().unwrap_or_else(|| plain(key))
    };
    let ends = |link: &String| {
        plan.link_named(link)
            .and_then(|index| names.links.get(index as usize).cloned())
            .unwrap_or_else(|| (plain(link), plain(link)))
    };
    match kind {
        FaultKind::Crash {
            service: name,
            instance,
        } => Trouble::Crash(service(name), *instance),
        FaultKind::Slow {
            service: name,
            instance: Some(one),
            factor,
        } => Trouble::SlowOne(service(name), *one, *factor),
        FaultKind::Slow {
            service: name,
            instance: None,
            factor,
        } => Trouble::Slow(service(name), *factor),
        FaultKind::Errors {
            service: name,
            instance: Some(one),
            rate,
        } => Trouble::ErrorsOne(service(name), *one, *rate),
        FaultKind::Errors {
            service: name,
            instance: None,
            rate,
        } => Trouble::Errors(service(name), *rate),
        FaultKind::Loss {
            link,
            request,
            answer,
        } => {
            let (from, to) = ends(link);
            Trouble::Loss {
                from,
                to,
                request: *request,
                answer: *answer,
            }
        }
        FaultKind::Cut { link } => {
            let (from, to) = ends(link);
            Trouble::Cut(from, to)
        }
        FaultKind::Hold { link } => {
            let (from, to) = ends(link);
            Trouble::Held(from, to)
        }
        FaultKind::LoseNext { link, what, count } => {
            let (from, to) = ends(link);
            Trouble::LosesNext {
                from,
                to,
                answers: *what == Half::Answer,
                count: *count,
            }
        }
        FaultKind::Surge { client, factor } => {
            let known = names.clients.iter().find(|name| name.key == *client);
            Trouble::Surge(known.cloned().unwrap_or_else(|| plain(client)), *factor)
        }
        FaultKind::BrokerDown { topic: name } => Trouble::BrokerDown(topic(name)),
        FaultKind::DuplicateNext { topic: name, count } => {
            Trouble::DeliversTwice(topic(name), *count)
        }
        FaultKind::RelayDies { topic: name, share } => Trouble::RelayDies(topic(name), *share),
        FaultKind::Dies {
            operation, share, ..
        } => {
            let named = plan.operations.iter().find(|it| it.name == *operation);
            let at = named.and_then(|it| names.services.get(it.service as usize));
            Trouble::Dies(
                at.cloned().unwrap_or_else(|| plain(operation)),
                operation.clone(),
                *share,
            )
        }
        FaultKind::StoreDown { store: name } => Trouble::StoreDown(store(name)),
        FaultKind::StoreSlow {
            store: name,
            factor,
        } => Trouble::Slow(store(name), *factor),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scenario::{BothTexts, Text};

    fn name(en: &str, ko: &str) -> Name {
        let text = Text::Both(BothTexts {
            en: en.into(),
            ko: ko.into(),
        });
        Name::new(en.to_lowercase(), &text)
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
            "Consultation – Common: 50% of the answers are lost"
        );
        assert_eq!(loss(1.0, 0.0).text(Lang::Ko), "상담–공통 요청 100% 유실");
    }

    #[test]
    fn a_fault_is_told_as_begun_and_as_over() {
        let crash = Trouble::Crash(name("Common", "공통"), None);
        assert_eq!(crash.begun(Lang::En), "Common is down.");
        assert_eq!(crash.ended(Lang::En), "Common is up again.");
        assert_eq!(crash.begun(Lang::Ko), "장애가 시작되었습니다: 공통 중단.");
        let broker = Trouble::BrokerDown(name("ordered", "주문됨"));
        assert_eq!(broker.begun(Lang::En), "The broker of “ordered” is down.");
    }

    #[test]
    fn what_waits_for_the_next_message_is_told_as_begun_and_as_happened() {
        let lose = |answers, count| Trouble::LosesNext {
            from: name("Order", "주문"),
            to: name("Payment", "결제"),
            answers,
            count,
        };
        let check = |trouble: Trouble, lang, begun: &str, happened: &str| {
            assert!(trouble.is_momentary());
            assert_eq!(trouble.begun(lang), begun);
            assert_eq!(trouble.happened(lang), happened);
            assert_eq!(trouble.ended(lang), happened);
        };
        check(
            lose(true, 1),
            Lang::En,
            "Order – Payment: the next answer will be lost.",
            "The answer from Payment to Order was lost, as requested.",
        );
        check(
            lose(false, 2),
            Lang::En,
            "Order – Payment: the next 2 requests will be lost.",
            "The requests from Order to Payment were lost, as requested.",
        );
        check(
            lose(true, 1),
            Lang::Ko,
            "주문–결제: 다음 응답 1건이 유실됩니다.",
            "요청한 대로 결제에서 주문으로 가는 응답이 유실되었습니다.",
        );
        check(
            Trouble::DeliversTwice(name("ordered", "주문됨"), 1),
            Lang::En,
            "“ordered”: the next message will be delivered twice.",
            "The message of “ordered” was delivered twice, as requested.",
        );
    }
}
