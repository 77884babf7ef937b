//! What is said in the language of the reader: words in both languages with gaps, put together when they are shown.
//!
//! Whatever is refused is explained far below the page, where nobody knows who will read it. So a reason is data, made
//! with [`msg!`], and the command line shows it in English and the page in its own language.
//!
//! ```
//! use message::{Lang, msg};
//!
//! let reason = msg!("there is no {0}", "{0:이} 없습니다", "서비스");
//! assert_eq!(reason.text(Lang::En), "there is no 서비스");
//! // In Korean the gap says which particle goes with what stands there.
//! assert_eq!(reason.text(Lang::Ko), "서비스가 없습니다");
//! ```

pub mod lang;
pub mod particle;

pub use lang::Lang;
pub use particle::{Particle, with};

use std::fmt;

/// The same words in English and in Korean, in the order of [`Lang`].
///
/// `{0}` is a gap for the first of what goes with them. In Korean `{0:이}` is the same with the form of the particle
/// that fits what stands there.
pub type Words = &'static [&'static str; 2];

/// Something that is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocalizedMessage {
    /// A name, a number or a literal: the same in every language.
    Same(String),
    /// Words, and what stands in their gaps.
    In(Words, Vec<LocalizedMessage>),
}

/// Says something in English and in Korean, with what stands in the gaps of both:
/// `msg!("there is no {0}", "{0:이} 없습니다", name)`.
///
/// It does not compile unless both languages say all of it.
#[macro_export]
macro_rules! msg {
    ($en:expr, $ko:expr $(, $gap:expr)* $(,)?) => {{
        const WORDS: $crate::Words = &[$en, $ko];
        const _: () = assert!(
            $crate::fit(WORDS, <[&str]>::len(&[$(stringify!($gap)),*])),
            "each language has a gap for each of what goes with it, and no others"
        );
        $crate::LocalizedMessage::In(WORDS, vec![$($crate::LocalizedMessage::from($gap)),*])
    }};
}
impl LocalizedMessage {
    /// It in a language.
    pub fn text(&self, lang: Lang) -> String {
        let mut text = String::new();
        self.append(lang, &mut text);
        text
    }

    fn append(&self, lang: Lang, text: &mut String) {
        let (words, gaps) = match self {
            LocalizedMessage::Same(same) => return text.push_str(same),
            LocalizedMessage::In(words, gaps) => (words[lang as usize], gaps),
        };
        let mut rest = words;
        while let Some((before, gap, behind)) = next_gap(rest) {
            text.push_str(before);
            let from = text.len();
            let (number, particle) = gap.split_at(1);
            if let Some(it) = number.parse().ok().and_then(|at: usize| gaps.get(at)) {
                it.append(lang, text);
            }
            let particle = particle::ALL
                .into_iter()
                .find(|it| particle.strip_prefix(':') == Some(it.forms().0));
            if let Some(particle) = particle {
                text.push_str(particle.after(&text[from..]));
            }
            rest = behind;
        }
        text.push_str(rest);
    }
}

/// What stands before the first gap of a text, what stands in its brackets, and what stands behind it.
fn next_gap(text: &str) -> Option<(&str, &str, &str)> {
    // Other brackets are JSON that is quoted.
    let begins = |at: &usize| text.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit);
    let at = text.match_indices('{').map(|(at, _)| at).find(begins)?;
    let (gap, behind) = text[at + 1..].split_once('}')?;
    Some((&text[..at], gap, behind))
}

/// Whether both languages have each of so many gaps, and no others. (Asked while the program is compiled.)
pub const fn fit(words: Words, gaps: usize) -> bool {
    let all = (1 << gaps) - 1;
    gaps_of(words[0].as_bytes()) == all && gaps_of(words[1].as_bytes()) == all
}

/// The gaps of a text, a bit for each; all bits if one is not closed, or has a particle that there is not.
const fn gaps_of(text: &[u8]) -> u32 {
    let mut found: u32 = 0;
    let mut at = 0;
    while at + 1 < text.len() {
        if text[at] == b'{' && text[at + 1].is_ascii_digit() {
            if !closes(text, at + 2) {
                return u32::MAX;
            }
            found |= 1 << (text[at + 1] - b'0');
        }
        at += 1;
    }
    found
}

/// Whether a gap ends here, perhaps with a particle.
const fn closes(text: &[u8], at: usize) -> bool {
    if stands_at(text, at, b"}") {
        return true;
    }
    let mut index = 0;
    while index < particle::ALL.len() {
        let name = particle::ALL[index].forms().0.as_bytes();
        if stands_at(text, at, b":")
            && stands_at(text, at + 1, name)
            && stands_at(text, at + 1 + name.len(), b"}")
        {
            return true;
        }
        index += 1;
    }
    false
}

const fn stands_at(text: &[u8], at: usize, part: &[u8]) -> bool {
    let mut index = 0;
    while index < part.len() {
        if at + index >= text.len() || text[at + index] != part[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// In English: for the command line, and for errors that other programs read.
impl fmt::Display for LocalizedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Lang::En))
    }
}

impl std::error::Error for LocalizedMessage {}

impl From<String> for LocalizedMessage {
    fn from(same: String) -> LocalizedMessage {
        LocalizedMessage::Same(same)
    }
}

impl From<&str> for LocalizedMessage {
    fn from(same: &str) -> LocalizedMessage {
        LocalizedMessage::Same(same.to_string())
    }
}

/// Words without gaps.
impl From<Words> for LocalizedMessage {
    fn from(words: Words) -> LocalizedMessage {
        LocalizedMessage::In(words, Vec::new())
    }
}

/// Numbers are written the same in both languages.
macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl From<$number> for LocalizedMessage {
            fn from(number: $number) -> LocalizedMessage {
                LocalizedMessage::Same(number.to_string())
            }
        }
    )*};
}

numbers! { u16 u32 u64 usize f64 }

/// All of these, one of which is meant: `a, b or c`.
pub fn either(all: Vec<LocalizedMessage>) -> LocalizedMessage {
    let mut all = all.into_iter();
    let Some(first) = all.next() else {
        return LocalizedMessage::Same(String::new());
    };
    let last = all.next_back();
    let most = all.fold(first, |most, next| msg!("{0}, {1}", "{0}, {1}", most, next));
    match last {
        Some(last) => msg!("{0} or {1}", "{0} 또는 {1}", most, last),
        None => most,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(said: &LocalizedMessage, english: &str, korean: &str) {
        assert_eq!(said.text(Lang::En), english);
        assert_eq!(said.text(Lang::Ko), korean);
        assert_eq!(said.to_string(), english);
    }

    #[test]
    fn each_language_has_its_own_order() {
        let said = msg!("{0} of {1}", "{1} 중 {0}", 2_u32, 10_u32);
        check(&said, "2 of 10", "10 중 2");
        check(&msg!("nothing", "없음"), "nothing", "없음");
        check(&"common".into(), "common", "common");
    }

    #[test]
    fn a_particle_fits_what_stands_in_its_gap() {
        for (name, korean) in [
            ("common", "common이 없습니다"),
            ("\"코드\"", "\"코드\"가 없습니다"),
        ] {
            let said = msg!("there is no {0}", "{0:이} 없습니다", name);
            check(&said, &format!("there is no {name}"), korean);
        }
    }

    #[test]
    fn what_is_said_may_stand_in_what_is_said() {
        const SERVICE: Words = &["service", "서비스"];
        let said = msg!("no {0}{1}", "{0:이} 없습니다{1}", SERVICE, "");
        check(&said, "no service", "서비스가 없습니다");
    }

    #[test]
    fn other_brackets_are_no_gaps() {
        let said = msg!(
            "write {\"a\": {0}} or { }",
            "{\"a\": {0:을}} 쓰십시오",
            5_u32
        );
        check(&said, "write {\"a\": 5} or { }", "{\"a\": 5를} 쓰십시오");
        // Nor are those in what stands in a gap.
        check(&msg!("{0}", "{0}", "{0} {1}"), "{0} {1}", "{0} {1}");
    }

    #[test]
    fn one_of_several_is_listed() {
        let listed =
            |all: &[&str]| either(all.iter().map(|one| LocalizedMessage::from(*one)).collect());
        check(&listed(&[]), "", "");
        check(&listed(&["a"]), "a", "a");
        check(&listed(&["a", "b"]), "a or b", "a 또는 b");
        check(&listed(&["a", "b", "c"]), "a, b or c", "a, b 또는 c");
    }

    #[test]
    fn words_fit_if_both_languages_have_every_gap() {
        assert!(fit(&["{0} and {1}", "{1:과} {0:이}"], 2));
        assert!(fit(&["{x}", "{ }"], 0));
        for words in [
            &["{0}", "없음"],
            &["{0}", "{1}"],
            &["{0} {1}", "{0} {1}"],
            &["{0}", "{0:가}"],
            &["{0}", "{0:}"],
            &["{0}", "{0"],
        ] {
            assert!(!fit(words, 1), "{words:?}");
        }
    }
}
