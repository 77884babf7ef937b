//! The live sentence: what just happened, and why.

use super::number::{counted, plural};
use super::truth::capital;
use super::{BusinessKey, Deed, Lang, Particle, Trouble, count, ms, with};
use scenario::Text;

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
        self.title.pick(lang, &self.key)
    }

    pub(super) fn ko(&self, particle: Particle) -> String {
        with(self.text(Lang::Ko), particle)
    }

    /// "A list": the name of a thing as an English sentence begins with it.
    fn one(&self) -> String {
        let noun = self.text(Lang::En);
        capital(&super::truth::with_article(noun))
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

/// Something that happened and is worth a sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    /// Nothing yet.
    Starting,
    /// A list (or whatever the main client asks for) came.
    ListCame {
        /// What one is called.
        what: Name,
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
        /// What one is called.
        what: Name,
        /// By whom.
        service: Name,
        /// Its threads.
        threads: u32,
    },
    /// Calls were turned away by the owner.
    TurnedAway {
        /// What the calls were for.
        what: Name,
        /// By whom.
        owner: Name,
        /// How many, lately.
        calls: u32,
    },
    /// A list failed because nobody answers its calls.
    NobodyThere {
        /// What one is called.
        what: Name,
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
        /// What they had asked for.
        what: Name,
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
    LateResponse {
        /// The callee.
        owner: Name,
    },
    /// A list failed.
    ListFailed {
        /// What one is called.
        what: Name,
    },
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
        /// What one is called.
        what: Name,
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
    /// What waited for the next message has happened.
    Struck(Trouble),
    /// The owner is gone and lists come all the same.
    StillWorks {
        /// What still comes.
        what: Name,
        /// Who is gone.
        owner: Name,
    },
    /// Settings were changed.
    Changed,
    /// Something happened for a business key (or to a job that looks after all of them).
    Deed {
        /// The key.
        key: Option<BusinessKey>,
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
            (
                Happened::Deed {
                    key: Some(key),
                    deed,
                },
                Lang::En,
            ) => {
                format!("{}: {}", capital(&key.text(lang)), deed.text(lang))
            }
            (
                Happened::Deed {
                    key: Some(key),
                    deed,
                },
                Lang::Ko,
            ) => {
                format!("{}: {}", key.text(lang), deed.text(lang))
            }
            (Happened::Starting, Lang::En) => "The first requests are on their way.".into(),
            (Happened::Starting, Lang::Ko) => "첫 요청을 보내고 있습니다.".into(),
            (
                Happened::ListCame {
                    what,
                    ms: after,
                    calls,
                    how,
                    waited_ms,
                },
                _,
            ) => list_came(what, *after, *calls, *how, *waited_ms, lang),
            (
                Happened::Refused {
                    what,
                    service,
                    threads,
                },
                Lang::En,
            ) => format!(
                "{} was refused: all {} of {} are held, and its queue is full.",
                what.one(),
                counted(&threads.to_string(), "thread"),
                service.text(lang)
            ),
            (
                Happened::Refused {
                    what,
                    service,
                    threads,
                },
                Lang::Ko,
            ) => format!(
                "{} 요청이 거절되었습니다. {} 서비스의 스레드 {threads}개가 모두 잡혀 있고 대기열도 가득 찼습니다.",
                what.text(lang),
                service.text(lang)
            ),
            (Happened::TurnedAway { what, owner, calls }, Lang::En) => format!(
                "{} turned away {}: its threads and its queue are full, so the {} that need them fail.",
                owner.text(lang),
                counted(&count(f64::from(*calls)), "call"),
                plural(what.text(lang))
            ),
            (Happened::TurnedAway { what, owner, calls }, Lang::Ko) => format!(
                "{} 서비스가 호출 {}건을 거절했습니다. 스레드와 대기열이 가득 차서 이를 기다리던 {} 요청도 실패합니다.",
                owner.text(lang),
                count(f64::from(*calls)),
                what.text(lang)
            ),
            (Happened::NobodyThere { what, owner }, Lang::En) => format!(
                "{} failed: it has to call {}, and nobody answers there.",
                what.one(),
                owner.text(lang)
            ),
            (Happened::NobodyThere { what, owner }, Lang::Ko) => format!(
                "{} 요청이 실패했습니다. {} 서비스를 호출해야 하는데 응답할 인스턴스가 없습니다.",
                what.text(lang),
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
                "{waiting} of {} of {} {} but wait for answers from {}.",
                counted(&threads.to_string(), "thread"),
                service.text(lang),
                if *waiting == 1 {
                    "does nothing"
                } else {
                    "do nothing"
                },
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
            (
                Happened::GivenUp {
                    what,
                    ms: after,
                    service,
                },
                Lang::En,
            ) => format!(
                "A user gave up after {}; {} still works on the {}, for nobody.",
                ms(*after, lang),
                service.text(lang),
                what.text(lang)
            ),
            (
                Happened::GivenUp {
                    what,
                    ms: after,
                    service,
                },
                Lang::Ko,
            ) => format!(
                "{} 만에 사용자가 기다리기를 포기했습니다. {} 서비스는 받을 사람이 없는 {} 요청을 계속 처리하고 있습니다.",
                ms(*after, lang),
                service.text(lang),
                what.text(lang)
            ),
            (Happened::CallTimedOut { owner }, Lang::En) => format!(
                "A call to {} was not answered in time. Whether it was done, its caller cannot know.",
                owner.text(lang)
            ),
            (Happened::CallTimedOut { owner }, Lang::Ko) => format!(
                "{} 서비스 호출이 시간 안에 응답받지 못했습니다. 처리되었는지 호출한 쪽은 알 수 없습니다.",
                owner.text(lang)
            ),
            (Happened::LateResponse { owner }, Lang::En) => format!(
                "An answer from {} came after its caller had given up: the work was done for nobody.",
                owner.text(lang)
            ),
            (Happened::LateResponse { owner }, Lang::Ko) => format!(
                "{} 서비스의 응답이 호출한 쪽이 포기한 뒤에 도착했습니다. 처리 결과가 버려집니다.",
                owner.text(lang)
            ),
            (Happened::ListFailed { what }, Lang::En) => format!(
                "{} failed: one of its calls failed, and without that value it is not shown.",
                what.one()
            ),
            (Happened::ListFailed { what }, Lang::Ko) => format!(
                "{} 요청이 실패했습니다. 호출 하나가 실패했고 그 값 없이는 {} 보여 주지 않습니다.",
                what.text(lang),
                what.ko(Particle::Object)
            ),
            (
                Happened::Hits {
                    reference,
                    hits,
                    values,
                },
                Lang::En,
            ) if hits == values => {
                format!(
                    "{} of {} came from the cache: no call at all.",
                    match values {
                        1 => "The only value".to_string(),
                        n => format!("All {n} values"),
                    },
                    reference.text(lang)
                )
            }
            (
                Happened::Hits {
                    reference,
                    hits,
                    values,
                },
                Lang::Ko,
            ) if hits == values => {
                format!(
                    "{} 값 {values}개가 모두 캐시에 있어 호출하지 않았습니다.",
                    reference.text(lang)
                )
            }
            (
                Happened::Hits {
                    reference,
                    hits,
                    values,
                },
                Lang::En,
            ) => format!(
                "{hits} of {} of {} came from the cache; the rest had to be called for.",
                counted(&values.to_string(), "value"),
                reference.text(lang)
            ),
            (
                Happened::Hits {
                    reference,
                    hits,
                    values,
                },
                Lang::Ko,
            ) => format!(
                "{} 값 {values}개 중 {hits}개는 캐시에서 찾고 나머지는 호출해서 가져왔습니다.",
                reference.text(lang)
            ),
            (
                Happened::Stale {
                    what,
                    reference,
                    stale,
                    values,
                    ms: age,
                },
                Lang::En,
            ) => format!(
                "{} showed {stale} of {} of {} out of date, the oldest by {}.",
                what.one(),
                counted(&values.to_string(), "value"),
                reference.text(lang),
                ms(*age, lang)
            ),
            (
                Happened::Stale {
                    what,
                    reference,
                    stale,
                    values,
                    ms: age,
                },
                Lang::Ko,
            ) => format!(
                "{}의 {} 값 {values}개 중 {stale}개가 최신이 아니었습니다. 가장 오래된 것은 {} 전에 바뀌었습니다.",
                what.text(lang),
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
            (Happened::Broke(trouble), _) => trouble.begun(lang),
            (Happened::Mended(trouble), _) => trouble.ended(lang),
            (Happened::Struck(trouble), _) => trouble.happened(lang),
            (Happened::StillWorks { what, owner }, Lang::En) => format!(
                "{} is down, but {} still come: nothing they show has to be called for.",
                owner.text(lang),
                plural(what.text(lang))
            ),
            (Happened::StillWorks { what, owner }, Lang::Ko) => format!(
                "{} 서비스가 중단되었지만 {} 계속 조회됩니다. 호출해서 가져올 값이 없기 때문입니다.",
                owner.text(lang),
                what.ko(Particle::Topic)
            ),
            (Happened::Changed, Lang::En) => {
                "The settings were changed; requests in progress go on.".into()
            }
            (Happened::Changed, Lang::Ko) => {
                "설정을 바꾸었습니다. 진행 중이던 요청은 그대로 이어집니다.".into()
            }
        }
    }
}

fn list_came(what: &Name, after: f64, calls: u32, how: How, waited: f64, lang: Lang) -> String {
    let (after_text, calls_text) = (ms(after, lang), count(f64::from(calls)));
    let (one, ko) = (what.one(), what.text(Lang::Ko));
    let counted = counted(&calls_text, "call");
    let mut text = match (how, lang) {
        (How::OneByOne, Lang::En) => {
            format!("{one} came after {after_text}: {counted}, one after the other.")
        }
        (How::OneByOne, Lang::Ko) => {
            format!("{ko} 하나가 {after_text} 만에 왔습니다. {calls_text}번을 차례로 호출했습니다.")
        }
        (How::AtOnce, Lang::En) => {
            format!("{one} came after {after_text}: {counted}, for all rows at the same time.")
        }
        (How::AtOnce, Lang::Ko) => format!(
            "{ko} 하나가 {after_text} 만에 왔습니다. {calls_text}번을 행마다 동시에 호출했습니다."
        ),
        (How::Few, Lang::En) if calls == 1 => {
            format!("{one} came after {after_text} with a single call.")
        }
        (How::Few, Lang::En) => format!("{one} came after {after_text} with {counted}."),
        (How::Few, Lang::Ko) => {
            format!("{ko} 하나가 {after_text} 만에 왔습니다. 호출은 {calls_text}번뿐이었습니다.")
        }
        (How::WithoutCalls, Lang::En) => {
            format!("{one} came after {after_text} without any call.")
        }
        (How::WithoutCalls, Lang::Ko) => {
            format!("{ko} 하나가 호출 없이 {after_text} 만에 왔습니다.")
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
    use scenario::BothTexts;

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
        let came = |calls, waited_ms| Happened::ListCame {
            what: name("list", "목록"),
            ms: 1900.0,
            calls,
            how: How::OneByOne,
            waited_ms,
        };
        assert_eq!(
            came(400, 10.0).text(Lang::En).replace('\u{a0}', " "),
            "A list came after 1.9 s: 400 calls, one after the other."
        );
        assert_eq!(
            came(1, 10.0).text(Lang::En).replace('\u{a0}', " "),
            "A list came after 1.9 s: 1 call, one after the other."
        );
        assert_eq!(
            came(400, 800.0).text(Lang::Ko),
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
}
