//! Everything a person reads, in both languages, in one place. A message without its translation does not compile:
//! plain words are pairs ([`Word`]), sentences with parts are matched by language in every arm ([`Say`]).
//! Why something is refused stands where it is refused ([`crate::said`]).

mod act;
mod aloud;
pub mod chain;
mod choice;
mod choosing;
mod deed;
mod exported;
mod glossary;
mod headline;
pub mod names;
mod number;
mod say;
mod sentence;
mod service_state;
mod trouble;
mod truth;
mod word;

pub use act::Act;
pub use aloud::{Aloud, Failure};
pub use choice::{Choice as ChoiceWords, Question};
pub use choosing::{ChoiceNote, Column};
pub use deed::{Deed, Refusal};
pub use exported::{Exported, outcome};
pub use glossary::Term;
pub use headline::{AboutHeadline, Nouns, Shown, price, story};
pub use number::{Figure, clock, count, decimal, figure_ms, figure_share, ms, per_second, share};
pub use say::Say;
pub use sentence::{Happened, How, Name};
pub use service_state::service_state;
pub use trouble::{Trouble, trouble};
pub use truth::{BusinessKey, Disagreement, Truth, anomaly, finding, finding_means};
pub use word::{Word, strategy_key};

pub use crate::said::Lang;
use crate::said::{Particle, with};
use crate::scenario::Text;

/// What only texts of a scenario need, which the floor of languages does not know.
impl Lang {
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
