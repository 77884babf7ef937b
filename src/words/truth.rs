//! Words about the truth: what can be wrong with a business key, and the figures of the outcome.

use super::{Lang, count, decimal, ms};
use crate::sim::trace::{Anomaly, Finding};

/// What a disagreement is called.
pub const fn finding(finding: Finding, lang: Lang) -> &'static str {
    match (finding, lang) {
        (Finding::Lost, Lang::En) => "lost",
        (Finding::Lost, Lang::Ko) => "누락",
        (Finding::Duplicated, Lang::En) => "duplicated",
        (Finding::Duplicated, Lang::Ko) => "중복",
        (Finding::Orphaned, Lang::En) => "orphaned",
        (Finding::Orphaned, Lang::Ko) => "주인 없음",
        (Finding::HalfDone, Lang::En) => "half-done",
        (Finding::HalfDone, Lang::Ko) => "처리하다 멈춤",
        (Finding::PromisedNotDone, Lang::En) => "promised, not done",
        (Finding::PromisedNotDone, Lang::Ko) => "완료라 했으나 안 됨",
        (Finding::DoneButRefused, Lang::En) => "done, but refused",
        (Finding::DoneButRefused, Lang::Ko) => "실패라 했으나 처리됨",
        (Finding::Differs, Lang::En) => "differs",
        (Finding::Differs, Lang::Ko) => "값이 다름",
    }
}

/// What a disagreement means, in one line.
pub const fn finding_means(finding: Finding, lang: Lang) -> &'static str {
    match (finding, lang) {
        (Finding::Lost, Lang::En) => "It is accepted, and something that belongs to it is missing.",
        (Finding::Lost, Lang::Ko) => "처리되었는데 함께 있어야 할 것이 없습니다.",
        (Finding::Duplicated, Lang::En) => "Something is there more often than it may be.",
        (Finding::Duplicated, Lang::Ko) => "있어야 할 것보다 많이 있습니다.",
        (Finding::Orphaned, Lang::En) => {
            "Something is there although nothing accepted needs it: a payment without an order."
        }
        (Finding::Orphaned, Lang::Ko) => {
            "처리되지 않은 건에 딸린 것이 남아 있습니다. 주문 없는 결제와 같습니다."
        }
        (Finding::HalfDone, Lang::En) => "It was left in the middle, and nothing is under way.",
        (Finding::HalfDone, Lang::Ko) => "중간 상태로 남았고 진행 중인 일이 없습니다.",
        (Finding::PromisedNotDone, Lang::En) => "The user was told that it is done. It is not.",
        (Finding::PromisedNotDone, Lang::Ko) => {
            "사용자에게 완료되었다고 했지만 처리되지 않았습니다."
        }
        (Finding::DoneButRefused, Lang::En) => "The user was told that it failed. It is done.",
        (Finding::DoneButRefused, Lang::Ko) => "사용자에게 실패했다고 했지만 처리되었습니다.",
        (Finding::Differs, Lang::En) => "A copy has other numbers than the record it is a copy of.",
        (Finding::Differs, Lang::Ko) => "복제본의 값이 원본과 다릅니다.",
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
    /// Of so many keys, beside the number of those that disagree.
    OfKeys(u64),
    /// So many keys are of this kind.
    Kind(Finding, u64),
    /// So many anomalies.
    Anomalies(Anomaly, u64),
    /// Keys that wait for people.
    WithPeople(u64),
    /// Keys that disagree since before the settings were changed.
    FromBefore(u64),
    /// Keys under way.
    UnderWay(u64),
    /// Mean latency of a request, in milliseconds.
    MeanLatency(f64),
    /// What had been expected of the change: so many of so many keys.
    ExpectedWas(f64, u64),
    /// What the offer is expected to bring.
    ExpectedWith(&'a str),
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
    /// The chain of a key.
    ChainOf(u32),
    /// A key that disagrees, read aloud.
    OpenKey(u32, &'a str),
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
            (Truth::OfKeys(of), Lang::En) => format!("of {}", n(of)),
            (Truth::OfKeys(of), Lang::Ko) => format!("/ {}건", n(of)),
            (Truth::Kind(what, number), Lang::En) => {
                format!("{} {}", n(number), finding(what, lang))
            }
            (Truth::Kind(what, number), Lang::Ko) => {
                format!("{} {}건", finding(what, lang), n(number))
            }
            (Truth::Anomalies(what, 1), Lang::En) => format!("1 {}", anomaly(what, lang)),
            (Truth::Anomalies(Anomaly::ChangedAfterRead, number), Lang::En) => {
                format!("{} changes after read", n(number))
            }
            (Truth::Anomalies(what, number), Lang::En) => {
                format!("{} {}s", n(number), anomaly(what, lang))
            }
            (Truth::Anomalies(what, number), Lang::Ko) => {
                format!("{} {}회", anomaly(what, lang), n(number))
            }
            (Truth::WithPeople(number), Lang::En) => format!("{} left to people", n(number)),
            (Truth::WithPeople(number), Lang::Ko) => format!("담당자 확인 {}건", n(number)),
            (Truth::FromBefore(number), Lang::En) => {
                format!("{} from before still disagree", n(number))
            }
            (Truth::FromBefore(number), Lang::Ko) => {
                format!("변경 전에 어긋난 {}건 남음", n(number))
            }
            (Truth::UnderWay(number), Lang::En) => format!("{} under way", n(number)),
            (Truth::UnderWay(number), Lang::Ko) => format!("진행 중 {}건", n(number)),
            (Truth::MeanLatency(latency), Lang::En) => format!("{} each", ms(latency, lang)),
            (Truth::MeanLatency(latency), Lang::Ko) => format!("응답 {}", ms(latency, lang)),
            (Truth::ExpectedWas(number, of), Lang::En) => {
                format!("expected {} of {}", decimal(number), n(of))
            }
            (Truth::ExpectedWas(number, of), Lang::Ko) => {
                format!("예상 {} / {}건", decimal(number), n(of))
            }
            (Truth::ExpectedWith(what), Lang::En) => format!("expected with {what}"),
            (Truth::ExpectedWith(what), Lang::Ko) => format!("예상: {what}"),
            (Truth::Ago(s), Lang::En) => format!("{} s", count(s)),
            (Truth::Ago(s), Lang::Ko) => format!("{}초", count(s)),
            (Truth::More(number), Lang::En) => format!("and {} more", n(number)),
            (Truth::More(number), Lang::Ko) => format!("외 {}건", n(number)),
            (Truth::Rows(rows), Lang::En) => format!("{rows} rows"),
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
            (Truth::ChainOf(key), Lang::En) => format!("How it came about: no. {key}"),
            (Truth::ChainOf(key), Lang::Ko) => format!("{key}번의 경위"),
            (Truth::OpenKey(key, what), Lang::En) => {
                format!("No. {key}, {what}: how it came about")
            }
            (Truth::OpenKey(key, what), Lang::Ko) => format!("{key}번, {what}: 경위 보기"),
            (Truth::Compared(number), Lang::En) => format!("{} keys compared", n(number.into())),
            (Truth::Compared(number), Lang::Ko) => format!("{}건 비교", n(number.into())),
            (Truth::RepairsLeft(number), Lang::En) => format!("{} repairs to go", n(number.into())),
            (Truth::RepairsLeft(number), Lang::Ko) => format!("{}건 남음", n(number.into())),
            (Truth::Runs(number), Lang::En) => format!("{} runs", n(number.into())),
            (Truth::Runs(number), Lang::Ko) => format!("{}회 실행", n(number.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let dirty = |n| Truth::Anomalies(Anomaly::DirtyRead, n).text(Lang::En);
        assert_eq!(
            (dirty(1), dirty(1200)),
            ("1 dirty read".into(), "1,200 dirty reads".into())
        );
        assert_eq!(
            Truth::Kind(Finding::Orphaned, 3).text(Lang::Ko),
            "주인 없음 3건"
        );
    }
}
