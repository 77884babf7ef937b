//! Words about the truth: what can be wrong with a business key, and the figures of the outcome.

use super::number::{counted, plural};
use super::{Lang, Name, count, ms};
use sim::trace::{Anomaly, Finding};

/// A business key by its own name: `order 1115`, `prescription 24`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessKey {
    /// What the scenario calls its keys, as a singular noun.
    pub title: Name,
    /// The key, as people see it.
    pub number: u32,
}

impl BusinessKey {
    /// Its name in a language, as it stands inside a sentence.
    pub fn text(&self, lang: Lang) -> String {
        format!("{} {}", self.title.text(lang), self.number)
    }
}

/// With a capital first letter, as an English sentence begins.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// An English noun with its article: `an order`.
pub(super) fn with_article(noun: &str) -> String {
    match noun.chars().next().map(|it| it.to_ascii_lowercase()) {
        Some('a' | 'e' | 'i' | 'o' | 'u') => format!("an {noun}"),
        _ => format!("a {noun}"),
    }
}

/// What disagrees about a business key: the kind, and by which rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Disagreement {
    /// The kind.
    pub finding: Finding,
    /// The rule that is broken; none for that of the deciding record.
    pub rule: Option<Name>,
    /// What the scenario calls its keys.
    pub key: Name,
}

impl Disagreement {
    /// It in a few words: `payment without an order`.
    pub fn text(&self, lang: Lang) -> String {
        let key = self.key.text(lang);
        let rule = self.rule.as_ref().map(|rule| rule.text(lang));
        let of_rule = |what: &str| match rule {
            Some(rule) => format!("{rule} {what}"),
            None => what.to_string(),
        };
        match (self.finding, lang) {
            (Finding::Orphaned, Lang::En) => {
                format!(
                    "{} without {}",
                    rule.unwrap_or("leftover"),
                    with_article(key)
                )
            }
            (Finding::Orphaned, Lang::Ko) => match rule {
                Some(rule) => format!("{key} 없는 {rule}(고아 데이터)"),
                None => format!("{key} 없는 고아 데이터"),
            },
            (other, _) => of_rule(finding(other, lang)),
        }
    }
}

/// What a kind of disagreement is called.
pub const fn finding(finding: Finding, lang: Lang) -> &'static str {
    match (finding, lang) {
        (Finding::Lost, Lang::En) => "missing",
        (Finding::Lost, Lang::Ko) => "누락",
        (Finding::Duplicated, Lang::En) => "duplicated",
        (Finding::Duplicated, Lang::Ko) => "중복",
        (Finding::Orphaned, Lang::En) => "leftover (orphaned)",
        (Finding::Orphaned, Lang::Ko) => "고아 데이터",
        (Finding::HalfDone, Lang::En) => "left half-done",
        (Finding::HalfDone, Lang::Ko) => "중간 상태로 멈춤",
        (Finding::PromisedNotDone, Lang::En) => "reported completed, but not completed",
        (Finding::PromisedNotDone, Lang::Ko) => "완료 응답 후 미처리",
        (Finding::DoneButRefused, Lang::En) => "reported failed, but completed",
        (Finding::DoneButRefused, Lang::Ko) => "실패 응답 후 처리됨",
        (Finding::Differs, Lang::En) => "differs",
        (Finding::Differs, Lang::Ko) => "값이 다름",
    }
}

/// What a disagreement means, in one line.
pub const fn finding_means(finding: Finding, lang: Lang) -> &'static str {
    match (finding, lang) {
        (Finding::Lost, Lang::En) => {
            "It was accepted, but something that belongs to it is missing."
        }
        (Finding::Lost, Lang::Ko) => "처리되었는데 함께 있어야 할 데이터가 없습니다.",
        (Finding::Duplicated, Lang::En) => "Something is there more often than it may be.",
        (Finding::Duplicated, Lang::Ko) => "있어야 할 것보다 많이 있습니다.",
        (Finding::Orphaned, Lang::En) => {
            "Something was left behind that belongs to nothing accepted: for example, a payment without an order."
        }
        (Finding::Orphaned, Lang::Ko) => {
            "처리되지 않은 건에 딸린 데이터가 남아 있습니다. 주문 없는 결제가 그 예입니다."
        }
        (Finding::HalfDone, Lang::En) => {
            "It stopped in an intermediate state, and nothing is in progress for it."
        }
        (Finding::HalfDone, Lang::Ko) => "중간 상태로 남았고 진행 중인 일이 없습니다.",
        (Finding::PromisedNotDone, Lang::En) => {
            "The user was told that it was completed, but it was not."
        }
        (Finding::PromisedNotDone, Lang::Ko) => {
            "사용자에게 완료되었다고 응답했지만 처리되지 않았습니다."
        }
        (Finding::DoneButRefused, Lang::En) => {
            "The user was told that it failed, but it was completed."
        }
        (Finding::DoneButRefused, Lang::Ko) => "사용자에게 실패했다고 응답했지만 처리되었습니다.",
        (Finding::Differs, Lang::En) => "A copy has other values than the record it is a copy of.",
        (Finding::Differs, Lang::Ko) => "복제본의 값이 원본과 다릅니다.",
    }
}

/// So many disagreements of a kind, as a fact of the outcome.
fn so_many(what: Finding, number: u64, key: &str, lang: Lang) -> String {
    let n = count(number as f64);
    let one = number == 1;
    match (what, lang) {
        (Finding::Lost, Lang::En) => counted(&n, "missing record"),
        (Finding::Duplicated, Lang::En) => counted(&n, "duplicate"),
        (Finding::Orphaned, Lang::En) => {
            format!("{} without {}", counted(&n, "leftover"), with_article(key))
        }
        (Finding::Differs, Lang::En) if one => "1 differs".into(),
        (Finding::Differs, Lang::En) => format!("{n} differ"),
        (Finding::Orphaned, Lang::Ko) => format!("{key} 없는 고아 데이터 {n}건"),
        (_, Lang::En) => format!("{n} {}", finding(what, lang)),
        (_, Lang::Ko) => format!("{} {n}건", finding(what, lang)),
    }
}

/// What an anomaly is called.
pub const fn anomaly(anomaly: Anomaly, lang: Lang) -> &'static str {
    match (anomaly, lang) {
        (Anomaly::DirtyRead, Lang::En) => "dirty read",
        (Anomaly::DirtyRead, Lang::Ko) => "더티 리드",
        (Anomaly::LostUpdate, Lang::En) => "lost update",
        (Anomaly::LostUpdate, Lang::Ko) => "갱신 유실",
        (Anomaly::ChangedAfterRead, Lang::En) => "change after read",
        (Anomaly::ChangedAfterRead, Lang::Ko) => "읽은 뒤 변경",
    }
}

/// A message about the truth, with parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Truth<'a> {
    /// What the number of keys that disagree is called; the scenario's name of a key goes with it.
    Disagree(&'a str),
    /// So many keys are of this kind; with the scenario's name of a key.
    Kind(Finding, u64, &'a str),
    /// So many anomalies.
    Anomalies(Anomaly, u64),
    /// Keys that need manual repair.
    WithPeople(u64),
    /// Keys that disagree since before the settings were changed.
    FromBefore(u64),
    /// Keys in progress.
    UnderWay(u64),
    /// Mean latency of a request, in milliseconds.
    MeanLatency(f64),
    /// So many seconds ago.
    Ago(f64),
    /// More than are shown.
    More(u64),
    /// So many rows.
    Rows(u16),
    /// So many rows of so many are listed.
    RowsOf(usize, usize),
    /// A line of a key's history, as the button that goes there: at which second, and what happened.
    GoTo(&'a str, &'a str),
    /// A version.
    Version(u32),
    /// The next run of a job, in seconds.
    NextIn(f64),
    /// The history of a key, by its name.
    ChainOf(&'a str),
    /// A key that disagrees, read aloud: its name, and what is wrong.
    OpenKey(&'a str, &'a str),
    /// So many keys compared.
    Compared(u32),
    /// So many repairs to go.
    RepairsLeft(u32),
    /// So many runs.
    Runs(u32),
}

impl Truth<'_> {
    /// The message in a language.
    pub fn text(&self, lang: Lang) -> String {
        let n = |n: u64| count(n as f64);
        match (*self, lang) {
            (Truth::Disagree(key), Lang::En) => {
                format!("{} whose records disagree (should be 0)", plural(key))
            }
            (Truth::Disagree(key), Lang::Ko) => format!("기록이 불일치하는 {key}(정상은 0건)"),
            (Truth::Kind(what, number, key), _) => so_many(what, number, key, lang),
            (Truth::Anomalies(Anomaly::ChangedAfterRead, number), Lang::En) => {
                format!("{} after read", counted(&n(number), "change"))
            }
            (Truth::Anomalies(what, number), Lang::En) => counted(&n(number), anomaly(what, lang)),
            (Truth::Anomalies(what, number), Lang::Ko) => {
                format!("{} {}회", anomaly(what, lang), n(number))
            }
            (Truth::WithPeople(1), Lang::En) => "1 needs manual repair".into(),
            (Truth::WithPeople(number), Lang::En) => format!("{} need manual repair", n(number)),
            (Truth::WithPeople(number), Lang::Ko) => format!("수동 처리 필요 {}건", n(number)),
            (Truth::FromBefore(1), Lang::En) => "1 from before still disagrees".into(),
            (Truth::FromBefore(number), Lang::En) => {
                format!("{} from before still disagree", n(number))
            }
            (Truth::FromBefore(number), Lang::Ko) => {
                format!("변경 전 불일치 {}건 남음", n(number))
            }
            (Truth::UnderWay(number), Lang::En) => format!("{} in progress", n(number)),
            (Truth::UnderWay(number), Lang::Ko) => format!("진행 중 {}건", n(number)),
            (Truth::MeanLatency(latency), Lang::En) => {
                format!("mean latency {}", ms(latency, lang))
            }
            (Truth::MeanLatency(latency), Lang::Ko) => format!("평균 응답 {}", ms(latency, lang)),
            // A part of a key is no key: a share says what is meant.
            (Truth::Ago(s), Lang::En) => format!("{} s", count(s)),
            (Truth::Ago(s), Lang::Ko) => format!("{}초", count(s)),
            (Truth::More(number), Lang::En) => format!("and {} more", n(number)),
            (Truth::More(number), Lang::Ko) => format!("외 {}건", n(number)),
            (Truth::Rows(rows), Lang::En) => counted(&rows.to_string(), "row"),
            (Truth::Rows(rows), Lang::Ko) => format!("{rows}행"),
            (Truth::RowsOf(listed, rows), Lang::En) if listed == rows => format!("({rows})"),
            (Truth::RowsOf(listed, rows), Lang::Ko) if listed == rows => format!("({rows}행)"),
            (Truth::RowsOf(listed, rows), Lang::En) => format!("({listed} of {})", n(rows as u64)),
            (Truth::RowsOf(listed, rows), Lang::Ko) => {
                format!("(전체 {}행 중 {listed}행)", n(rows as u64))
            }
            (Truth::GoTo(when, what), Lang::En) => format!("Go to {when} s: {what}"),
            (Truth::GoTo(when, what), Lang::Ko) => format!("{when}초로 이동: {what}"),
            (Truth::Version(version), _) => format!("v{version}"),
            (Truth::NextIn(s), Lang::En) => format!("next in {} s", count(s)),
            (Truth::NextIn(s), Lang::Ko) => format!("{}초 뒤 시작", count(s)),
            (Truth::ChainOf(key), Lang::En) => format!("History of {key}"),
            (Truth::ChainOf(key), Lang::Ko) => format!("{key}의 이력"),
            (Truth::OpenKey(key, what), Lang::En) => {
                format!("{}, {what}: show its history", capital(key))
            }
            (Truth::OpenKey(key, what), Lang::Ko) => format!("{key}, {what}: 이력 보기"),
            (Truth::Compared(number), Lang::En) => {
                format!("{} compared", counted(&n(number.into()), "key"))
            }
            (Truth::Compared(number), Lang::Ko) => format!("{}건 비교", n(number.into())),
            (Truth::RepairsLeft(number), Lang::En) => {
                format!("{} to go", counted(&n(number.into()), "repair"))
            }
            (Truth::RepairsLeft(number), Lang::Ko) => format!("{}건 남음", n(number.into())),
            (Truth::Runs(number), Lang::En) => counted(&n(number.into()), "run"),
            (Truth::Runs(number), Lang::Ko) => format!("{}회 실행", n(number.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scenario::{BothTexts, Text};

    fn name(en: &str, ko: &str) -> Name {
        let (en, ko) = (en.to_string(), ko.to_string());
        Name::new(en.clone(), &Text::Both(BothTexts { en, ko }))
    }

    #[test]
    fn every_finding_has_words_that_differ() {
        for lang in [Lang::En, Lang::Ko] {
            let mut words: Vec<&str> = Finding::ALL.map(|it| finding(it, lang)).to_vec();
            words.extend(Finding::ALL.map(|it| finding_means(it, lang)));
            words.sort_unstable();
            let all = words.len();
            words.dedup();
            assert_eq!(words.len(), all);
        }
    }

    #[test]
    fn one_is_not_many() {
        let check = |truth: Truth<'_>, expected: &str| assert_eq!(truth.text(Lang::En), expected);
        check(Truth::Anomalies(Anomaly::DirtyRead, 1), "1 dirty read");
        check(
            Truth::Anomalies(Anomaly::DirtyRead, 1200),
            "1,200 dirty reads",
        );
        check(Truth::Kind(Finding::Differs, 1, "customer"), "1 differs");
        check(Truth::Kind(Finding::Differs, 2, "customer"), "2 differ");
        check(Truth::Kind(Finding::Duplicated, 1, "order"), "1 duplicate");
        check(
            Truth::Kind(Finding::Orphaned, 1, "order"),
            "1 leftover without an order",
        );
        check(
            Truth::Kind(Finding::Orphaned, 38, "bill"),
            "38 leftovers without a bill",
        );
        check(Truth::WithPeople(1), "1 needs manual repair");
        check(Truth::WithPeople(2), "2 need manual repair");
        check(
            Truth::Disagree("order"),
            "orders whose records disagree (should be 0)",
        );
    }

    #[test]
    fn what_disagrees_is_called_by_what_it_belongs_to() {
        let of = |finding, rule| Disagreement {
            finding,
            rule,
            key: name("order", "주문"),
        };
        let payment = || Some(name("payment", "결제"));
        let check = |it: Disagreement, en: &str, ko: &str| {
            assert_eq!(
                (it.text(Lang::En), it.text(Lang::Ko)),
                (en.into(), ko.into())
            );
        };
        check(
            of(Finding::Orphaned, payment()),
            "payment without an order",
            "주문 없는 결제(고아 데이터)",
        );
        check(of(Finding::Lost, payment()), "payment missing", "결제 누락");
        check(
            of(Finding::PromisedNotDone, None),
            "reported completed, but not completed",
            "완료 응답 후 미처리",
        );
    }

    #[test]
    fn a_key_has_its_own_name() {
        let key = BusinessKey {
            title: name("order", "주문"),
            number: 1115,
        };
        assert_eq!(
            (key.text(Lang::En), key.text(Lang::Ko)),
            ("order 1115".into(), "주문 1115".into())
        );
        assert_eq!(capital(&key.text(Lang::En)), "Order 1115");
        assert_eq!(capital(""), "");
    }
}
