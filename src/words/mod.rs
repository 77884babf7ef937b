//! Everything a person reads, in both languages, in one place. A message without its translation does not compile:
//! plain words are pairs ([`Word`]), sentences with parts are matched by language in every arm ([`Say`]).

pub mod chain;
mod choice;
mod deed;
mod exported;
pub mod names;
mod number;
mod particle;
mod say;
mod sentence;
mod trouble;
mod truth;
mod word;

pub use choice::{Choice as ChoiceWords, Question};
pub use deed::Deed;
pub use exported::{Exported, outcome};
pub use number::{Figure, clock, count, decimal, figure_ms, figure_share, ms, per_second, share};
pub use particle::{Particle, with};
pub use say::Say;
pub use sentence::{Happened, How, Name, Trouble};
pub use trouble::trouble;
pub use truth::{Truth, anomaly, finding, finding_means};
pub use word::{Word, strategy_key};

use crate::scenario::Text;

/// The language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Korean.
    Ko,
}

impl Lang {
    /// The code in links and in `html lang`.
    pub fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Ko => "ko",
        }
    }

    /// The language of a code such as `ko` or `ko-KR`, if it is one of ours.
    pub fn from_code(code: &str) -> Option<Lang> {
        match code.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Lang::En),
            "ko" => Some(Lang::Ko),
            _ => None,
        }
    }

    /// The other one.
    pub fn other(self) -> Lang {
        match self {
            Lang::En => Lang::Ko,
            Lang::Ko => Lang::En,
        }
    }

    /// A scenario's own text in this language; its name where the scenario has no text.
    pub fn pick<'a>(self, text: &'a Text, name: &'a str) -> &'a str {
        match (text, self) {
            (Text::Empty, _) => name,
            (Text::Same(same), _) => same,
            (Text::Both(both), Lang::En) => &both.en,
            (Text::Both(both), Lang::Ko) => &both.ko,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::BothTexts;

    #[test]
    fn a_language_is_known_by_its_code_with_or_without_a_region() {
        assert_eq!(Lang::from_code("ko-KR"), Some(Lang::Ko));
        assert_eq!(Lang::from_code("EN_us"), Some(Lang::En));
        assert_eq!(Lang::from_code("fr"), None);
        assert_eq!(Lang::from_code(""), None);
        for lang in [Lang::En, Lang::Ko] {
            assert_eq!(Lang::from_code(lang.code()), Some(lang));
            assert_ne!(lang.other(), lang);
        }
    }

    #[test]
    fn a_scenario_without_a_title_is_called_by_its_name() {
        let both = Text::Both(BothTexts {
            en: "Common".into(),
            ko: "공통".into(),
        });
        assert_eq!(Lang::Ko.pick(&both, "common"), "공통");
        assert_eq!(Lang::En.pick(&both, "common"), "Common");
        assert_eq!(Lang::Ko.pick(&Text::Empty, "common"), "common");
        assert_eq!(Lang::Ko.pick(&Text::Same("X".into()), "common"), "X");
    }
}
