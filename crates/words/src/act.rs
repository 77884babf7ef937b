//! What is said about the person's own actions.

use super::Lang;

/// A message about actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act<'a> {
    /// The button that takes an action back.
    Undo(&'a str),
    /// The button that does an action again.
    Redo(&'a str),
    /// There is nothing to take back.
    NothingToUndo,
    /// There is nothing to do again.
    NothingToRedo,
    /// A change of so many settings.
    Settings(usize),
    /// A fault was ended.
    EndOfFault,
    /// The run has started again because of a change.
    StartedAgain {
        /// Whether actions come again at the same times.
        actions: bool,
        /// How many actions are left out, because what they name is not there any more.
        left_out: usize,
    },
    /// The run goes no further.
    Stopped,
}

impl Act<'_> {
    /// The message in a language.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Act::Undo(what), Lang::En) => format!("Undo: {what}"),
            (Act::Undo(what), Lang::Ko) => format!("되돌리기: {what}"),
            (Act::Redo(what), Lang::En) => format!("Redo: {what}"),
            (Act::Redo(what), Lang::Ko) => format!("다시 실행: {what}"),
            (Act::NothingToUndo, Lang::En) => "Nothing to undo".into(),
            (Act::NothingToUndo, Lang::Ko) => "되돌릴 조작이 없습니다".into(),
            (Act::NothingToRedo, Lang::En) => "Nothing to redo".into(),
            (Act::NothingToRedo, Lang::Ko) => "다시 실행할 조작이 없습니다".into(),
            (Act::Settings(n), Lang::En) => format!("{n} settings"),
            (Act::Settings(n), Lang::Ko) => format!("설정 {n}개"),
            (Act::EndOfFault, Lang::En) => "end of a fault".into(),
            (Act::EndOfFault, Lang::Ko) => "장애 종료".into(),
            (Act::StartedAgain { left_out: 0, actions: false }, Lang::En) => {
                "The run has started again with this setting.".into()
            }
            (Act::StartedAgain { left_out: 0, actions: false }, Lang::Ko) => {
                "이 설정으로 실행을 처음부터 다시 시작했습니다.".into()
            }
            (Act::StartedAgain { left_out: 0, actions: true }, Lang::En) => {
                "The run has started again with this setting. What you did comes again at the same times.".into()
            }
            (Act::StartedAgain { left_out: 0, actions: true }, Lang::Ko) => {
                "이 설정으로 실행을 처음부터 다시 시작했습니다. 앞서 한 조작은 같은 시각에 다시 일어납니다.".into()
            }
            (Act::StartedAgain { left_out: 1, .. }, Lang::En) => {
                "The run has started again with this setting. One action is left out: what it was done to is not there any more.".into()
            }
            (Act::StartedAgain { left_out, .. }, Lang::En) => format!(
                "The run has started again with this setting. {left_out} actions are left out: what they were done to is not there any more."
            ),
            (Act::StartedAgain { left_out, .. }, Lang::Ko) => format!(
                "이 설정으로 실행을 처음부터 다시 시작했습니다. 대상이 없어진 조작 {left_out}건은 빠졌습니다."
            ),
            (Act::Stopped, Lang::En) => "The run has stopped".into(),
            (Act::Stopped, Lang::Ko) => "실행이 멈췄습니다".into(),
        }
    }
}
