//! Everything a person reads, in both languages, in one place. A message without its translation does not compile:
//! plain words are pairs ([`Word`]), sentences with parts are matched by language in every arm ([`Say`]).
//! Why something is refused stands where it is refused ([`message`]).
//!
//! ```
//! use words::{Lang, Word, count};
//!
//! assert_eq!(count(12_345.0), "12,345");
//! assert_ne!(Word::UntilEnded.text(Lang::En), Word::UntilEnded.text(Lang::Ko));
//! ```

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
pub mod truth_now;
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

pub use message::Lang;
use message::{Particle, with};
