//! What a screen reader is told: short, complete sentences, so that several can be said one after the other.

use super::{Lang, Word, anomaly, finding, finding_means};
use sim::trace::{Anomaly, Finding};

/// A kind of failure. The first of each kind is worth saying; the hundredth is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nobody takes the request: no instance is up, or the accept queue is full.
    Refused,
    /// No answer came in time.
    TimedOut,
    /// The answer is an error.
    Failed,
    /// A business key disagrees in this way.
    Disagrees(Finding),
    /// Isolation was missing.
    Isolation(Anomaly),
    /// A message was put among the dead letters.
    DeadLetter,
}

/// A sentence that is read aloud.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aloud<'a> {
    /// A control stands at this value now.
    Set(&'a str, &'a str),
    /// The seed is this now.
    Seed(u64),
    /// The run goes on, or stands still.
    Playing(bool),
    /// The run has begun anew.
    Restarted,
    /// Dead letters are delivered again.
    Redriven,
    /// The first failure of a kind.
    Fails(Failure),
    /// What the offered change brought: what is told, how it is now, and how it was before.
    Brought(&'a str, &'a str, Option<&'a str>),
    /// So much more has happened than there is time to say.
    More(u32),
}

impl Aloud<'_> {
    /// The sentence in a language.
    pub fn text(&self, lang: Lang) -> String {
        match (*self, lang) {
            (Aloud::Set(control, value), Lang::En) => format!("{control}: {value}."),
            (Aloud::Set(control, value), Lang::Ko) => format!("{control}: {value}."),
            (Aloud::Seed(seed), Lang::En) => format!("Seed: {seed}."),
            (Aloud::Seed(seed), Lang::Ko) => format!("시드: {seed}."),
            (Aloud::Playing(true), Lang::En) => "The run goes on.".into(),
            (Aloud::Playing(true), Lang::Ko) => "실행을 계속합니다.".into(),
            (Aloud::Playing(false), Lang::En) => "The run is paused.".into(),
            (Aloud::Playing(false), Lang::Ko) => "실행을 일시 정지했습니다.".into(),
            (Aloud::Restarted, Lang::En) => "The run started again.".into(),
            (Aloud::Restarted, Lang::Ko) => "처음부터 다시 시작했습니다.".into(),
            (Aloud::Redriven, Lang::En) => "The dead letters are delivered again.".into(),
            (Aloud::Redriven, Lang::Ko) => "데드 레터를 다시 전달합니다.".into(),
            (Aloud::Fails(failure), lang) => failure.text(lang),
            (Aloud::Brought(what, now, None), Lang::En) => {
                format!("After the change, {what}: {now}.")
            }
            (Aloud::Brought(what, now, None), Lang::Ko) => format!("변경 결과, {what}: {now}."),
            (Aloud::Brought(what, now, Some(was)), Lang::En) => {
                format!("After the change, {what}: {now}; before: {was}.")
            }
            (Aloud::Brought(what, now, Some(was)), Lang::Ko) => {
                format!("변경 결과, {what}: {now}, 변경 전: {was}.")
            }
            (Aloud::More(1), Lang::En) => "One more thing happened before.".into(),
            (Aloud::More(more), Lang::En) => format!("{more} more things happened before."),
            (Aloud::More(more), Lang::Ko) => format!("그 전에 {more}건이 더 있었습니다."),
        }
    }
}

impl Failure {
    fn text(self, lang: Lang) -> String {
        match (self, lang) {
            (Failure::Refused, Lang::En) => "Some requests are refused now.".into(),
            (Failure::Refused, Lang::Ko) => "거절되는 요청이 생겼습니다.".into(),
            (Failure::TimedOut, Lang::En) => "Some requests get no answer in time now.".into(),
            (Failure::TimedOut, Lang::Ko) => "제때 응답을 받지 못하는 요청이 생겼습니다.".into(),
            (Failure::Failed, Lang::En) => "Some requests fail now.".into(),
            (Failure::Failed, Lang::Ko) => "실패하는 요청이 생겼습니다.".into(),
            (Failure::Disagrees(kind), Lang::En) => format!(
                "A new kind of disagreement: {}. {}",
                finding(kind, lang),
                finding_means(kind, lang)
            ),
            (Failure::Disagrees(kind), Lang::Ko) => format!(
                "새로운 불일치: {}. {}",
                finding(kind, lang),
                finding_means(kind, lang)
            ),
            (Failure::Isolation(kind), Lang::En) => {
                format!(
                    "Missing isolation, for the first time: {}.",
                    anomaly(kind, lang)
                )
            }
            (Failure::Isolation(kind), Lang::Ko) => {
                format!("격리되지 않아 처음 생긴 문제: {}.", anomaly(kind, lang))
            }
            (Failure::DeadLetter, Lang::En) => {
                format!(
                    "The first message is among the {}.",
                    Word::DeadLetters.text(lang)
                )
            }
            (Failure::DeadLetter, Lang::Ko) => {
                format!("첫 메시지가 {}로 남았습니다.", Word::DeadLetters.text(lang))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_that_is_read_aloud_is_complete() {
        let failures = [
            Failure::Refused,
            Failure::TimedOut,
            Failure::Failed,
            Failure::Disagrees(Finding::Lost),
            Failure::Isolation(Anomaly::DirtyRead),
            Failure::DeadLetter,
        ];
        let others = [
            Aloud::Set("customer", "batch"),
            Aloud::Seed(7),
            Aloud::Playing(true),
            Aloud::Playing(false),
            Aloud::Restarted,
            Aloud::Redriven,
            Aloud::Brought("mean answer time", "84 ms", None),
            Aloud::Brought("mean answer time", "84 ms", Some("1.9 s")),
            Aloud::More(1),
            Aloud::More(3),
        ];
        for sentence in failures.map(Aloud::Fails).into_iter().chain(others) {
            for lang in [Lang::En, Lang::Ko] {
                let text = sentence.text(lang);
                assert!(text.ends_with('.') && !text.contains("  "), "{text}");
            }
        }
    }
}
