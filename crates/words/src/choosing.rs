//! What stands beside choices and numbers: why one has no effect, what a choice does to the run, what may be typed, and
//! the words of the table of all choices.

use super::{Lang, Particle, count, with};

/// A note beside a choice or a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ChoiceNote<'a> {
    /// It has no effect with this other choice.
    NoEffectWith(&'a str),
    /// It has no effect while something stands at a value.
    NoEffectWhile(&'a str, &'a str),
    /// It has no effect with the other settings, and no single one is to blame.
    NoEffect,
    /// What it does here is what this choice does.
    TheSameAs(&'a str),
    /// A choice (or several), and a note about it.
    About(&'a str, &'a str),
    /// Taking it starts the run again.
    StartsAgain,
    /// A choice whose taking starts the run again, read aloud.
    NamedStartsAgain(&'a str),
    /// So many milliseconds.
    Milliseconds(&'a str),
    /// So many seconds.
    Seconds(&'a str),
    /// So many a second.
    Rate(&'a str),
    /// What may be typed.
    Allowed {
        /// The smallest.
        from: &'a str,
        /// The largest.
        to: &'a str,
        /// Whether it must be a whole number.
        whole: bool,
    },
    /// The field in which a number is typed, read aloud.
    TypeNumber(&'a str),
    /// All choices of a control side by side.
    CompareAll(&'a str),
    /// The button for that, in short.
    Compare,
    /// How the table was made: over so many simulated seconds, with this seed.
    MadeFrom(f64, u64),
    /// So many of so many rows are done.
    Progress(usize, usize),
    /// A row that is being worked out: so many per cent.
    Underway(u32),
    /// A row that waits for its turn.
    Waits,
    /// A row whose run ended at a bound of the engine, at so many seconds.
    StoppedAt(f64),
    /// The choice cannot be run with the other settings.
    CannotRun,
    /// The choice that stands now.
    Present,
    /// The best value of its column.
    Best,
    /// So many business keys disagree, of so many.
    Keys(u64, u64),
}

/// A column of the table of all choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The choice.
    Choice,
    /// Mean latency.
    Latency,
    /// Latency that 95 of 100 do not exceed.
    P95,
    /// Failures a second.
    Failures,
    /// The share of values that are out of date.
    Stale,
    /// Business keys that disagree.
    Disagree,
    /// Calls for one request.
    Calls,
}

impl ChoiceNote<'_> {
    /// The note in a language.
    pub fn text(self, lang: Lang) -> String {
        use ChoiceNote as N;
        use Lang::{En, Ko};
        match (self, lang) {
            (N::NoEffectWith(with), En) => format!("no effect with {with}"),
            (N::NoEffectWith(with), Ko) => format!("‘{with}’에서는 효과 없음"),
            (N::NoEffectWhile(what, value), En) => format!("no effect while {what} is {value}"),
            (N::NoEffectWhile(what, value), Ko) => {
                format!("‘{what}’ 값이 {value}일 때는 효과 없음")
            }
            (N::NoEffect, En) => "no effect with the other settings".into(),
            (N::NoEffect, Ko) => "지금의 다른 설정에서는 효과 없음".into(),
            (N::TheSameAs(it), En) => format!("here the same as {it}"),
            (N::TheSameAs(it), Ko) => format!(
                "여기서는 {} 결과가 같음",
                with(&format!("‘{it}’"), Particle::And)
            ),
            (N::About(what, note), _) => format!("{what}: {note}"),
            (N::StartsAgain, En) => "starts the run again".into(),
            (N::StartsAgain, Ko) => "실행을 처음부터 다시 시작".into(),
            (N::NamedStartsAgain(what), En) => format!("{what}, starts the run again"),
            (N::NamedStartsAgain(what), Ko) => format!("{what}, 실행을 처음부터 다시 시작"),
            (N::Milliseconds(n), En) => format!("{n}\u{a0}ms"),
            (N::Milliseconds(n), Ko) => format!("{n}ms"),
            (N::Seconds(n), En) => format!("{n}\u{a0}s"),
            (N::Seconds(n), Ko) => format!("{n}초"),
            (N::Rate(n), En) => format!("{n}/s"),
            (N::Rate(n), Ko) => format!("초당 {n}"),
            (
                N::Allowed {
                    from,
                    to,
                    whole: false,
                },
                En,
            ) => format!("Allowed: {from} to {to}."),
            (
                N::Allowed {
                    from,
                    to,
                    whole: true,
                },
                En,
            ) => {
                format!("Allowed: whole numbers from {from} to {to}.")
            }
            (
                N::Allowed {
                    from,
                    to,
                    whole: false,
                },
                Ko,
            ) => {
                format!("{from}부터 {to}까지 입력할 수 있습니다.")
            }
            (
                N::Allowed {
                    from,
                    to,
                    whole: true,
                },
                Ko,
            ) => {
                format!("{from}부터 {to}까지의 정수를 입력할 수 있습니다.")
            }
            (N::TypeNumber(what), En) => format!("{what}, as a number"),
            (N::TypeNumber(what), Ko) => format!("{what} 직접 입력"),
            (N::CompareAll(what), En) => format!("Compare all choices: {what}"),
            (N::CompareAll(what), Ko) => format!("모든 선택 비교: {what}"),
            (N::Compare, En) => "compare all".into(),
            (N::Compare, Ko) => "모두 비교".into(),
            (N::MadeFrom(seconds, seed), En) => format!(
                "Each choice in a run of its own with your settings: the first {seconds:.0} s, seed {seed}."
            ),
            (N::MadeFrom(seconds, seed), Ko) => format!(
                "선택마다 지금 설정으로 따로 실행한 결과입니다. 처음 {seconds:.0}초 동안, 시드 {seed}."
            ),
            (N::Progress(done, of), En) => format!("{done} of {of} worked out"),
            (N::Progress(done, of), Ko) => format!("{of}개 중 {done}개 계산함"),
            (N::Underway(percent), En) => format!("working it out: {percent}%"),
            (N::Underway(percent), Ko) => format!("계산 중: {percent}%"),
            (N::Waits, En) => "waits its turn".into(),
            (N::Waits, Ko) => "차례 대기".into(),
            (N::StoppedAt(s), En) => format!("stopped at {s:.1} s: too much for the engine"),
            (N::StoppedAt(s), Ko) => format!("{s:.1}초에 멈춤: 엔진의 한계를 넘음"),
            (N::CannotRun, En) => "cannot be run with the other settings".into(),
            (N::CannotRun, Ko) => "다른 설정과 함께 실행할 수 없음".into(),
            (N::Present, En) => "chosen now".into(),
            (N::Present, Ko) => "현재 선택".into(),
            (N::Best, En) => "best".into(),
            (N::Best, Ko) => "최선".into(),
            (N::Keys(disagree, of), En) => {
                format!("{} of {}", count(disagree as f64), count(of as f64))
            }
            (N::Keys(disagree, of), Ko) => {
                format!("{}건 중 {}건", count(of as f64), count(disagree as f64))
            }
        }
    }
}

impl Column {
    /// What stands over it.
    pub fn name(self, lang: Lang) -> &'static str {
        let [en, ko] = match self {
            Column::Choice => ["choice", "선택"],
            Column::Latency => ["latency", "응답 시간"],
            Column::P95 => ["95% within", "95% 이내"],
            Column::Failures => ["failures/s", "초당 실패"],
            Column::Stale => ["out of date", "오래된 값"],
            Column::Disagree => ["disagree", "불일치 키"],
            Column::Calls => ["calls each", "건당 호출"],
        };
        match lang {
            Lang::En => en,
            Lang::Ko => ko,
        }
    }
}
