//! Readable links: a scenario's name and the settings that differ from it, as the fragment of an address.
//!
//! `consultation-list?customer=batch&rate=50&seed=9`

use std::fmt;

/// The longest fragment that is read, in bytes.
pub const LINK_MAX: usize = 64 << 10;
/// At most so many settings are read.
pub const SETTINGS_MAX: usize = 512;

/// What a link says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The scenario's name.
    pub scenario: String,
    /// Settings by name, in order, as [`crate::scenario::settings::apply`] takes them.
    pub settings: Vec<(String, String)>,
}

/// A link that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenLink {
    /// The fragment as it was given, for the person to see.
    pub input: String,
    /// Where it is broken, in bytes from the beginning of `input`.
    pub at: usize,
    /// What is wrong, and what to do about it.
    pub message: String,
}

/// `character 12: message`.
impl fmt::Display for BrokenLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let character = self
            .input
            .get(..self.at)
            .map_or(self.at, |before| before.chars().count())
            + 1;
        write!(f, "the link, character {character}: {}", self.message)
    }
}

impl std::error::Error for BrokenLink {}

impl Link {
    /// Reads a fragment, with or without its `#`.
    ///
    /// # Errors
    /// What is broken and where, with the input.
    pub fn parse(fragment: &str) -> Result<Link, BrokenLink> {
        let broken = |(at, message): (usize, String)| BrokenLink {
            input: fragment.to_string(),
            at,
            message,
        };
        if fragment.len() > LINK_MAX {
            return Err(broken((
                LINK_MAX,
                format!("it is longer than {LINK_MAX} bytes"),
            )));
        }
        let start = usize::from(fragment.starts_with('#'));
        let end = fragment[start..]
            .find('?')
            .map_or(fragment.len(), |at| start + at);
        let scenario = decode(fragment, start, end).map_err(broken)?;
        if scenario.is_empty() {
            return Err(broken((
                start,
                "it names no scenario; write #consultation-list?rate=50".into(),
            )));
        }
        let mut settings: Vec<(String, String)> = Vec::new();
        let mut from = end + 1;
        while from < fragment.len() {
            let to = fragment[from..]
                .find('&')
                .map_or(fragment.len(), |at| from + at);
            // An empty setting is what a stray `&` leaves behind.
            if from < to {
                let equals = fragment[from..to].find('=').map(|at| from + at);
                let Some(equals) = equals.filter(|at| *at > from) else {
                    return Err(broken((from, "a setting is written name=value".into())));
                };
                let name = decode(fragment, from, equals).map_err(broken)?;
                if settings.iter().any(|(known, _)| *known == name) {
                    return Err(broken((from, format!("{name:?} is set twice; remove one"))));
                }
                if settings.len() == SETTINGS_MAX {
                    return Err(broken((
                        from,
                        format!("it has more than {SETTINGS_MAX} settings"),
                    )));
                }
                settings.push((name, decode(fragment, equals + 1, to).map_err(broken)?));
            }
            from = to + 1;
        }
        Ok(Link { scenario, settings })
    }
}

/// The fragment, without `#`.
impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        encode(f, &self.scenario)?;
        for (index, (name, value)) in self.settings.iter().enumerate() {
            f.write_str(if index == 0 { "?" } else { "&" })?;
            encode(f, name)?;
            f.write_str("=")?;
            encode(f, value)?;
        }
        Ok(())
    }
}

/// Writes what an address keeps as it is, and everything else as `%XX`: also what chat programs cut off or change.
fn encode(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z'
            | b'a'..=b'z'
            | b'0'..=b'9'
            | b'-'
            | b'_'
            | b'.'
            | b'~'
            | b':'
            | b'/'
            | b',' => {
                write!(f, "{}", char::from(byte))?;
            }
            _ => write!(f, "%{byte:02X}")?,
        }
    }
    Ok(())
}

/// The text of `fragment[from..to]` with its escapes undone.
fn decode(fragment: &str, from: usize, to: usize) -> Result<String, (usize, String)> {
    let mut bytes = Vec::with_capacity(to - from);
    let raw = fragment.as_bytes();
    let mut at = from;
    while at < to {
        if raw[at] != b'%' {
            bytes.push(raw[at]);
            at += 1;
            continue;
        }
        let digit = |at: usize| {
            raw.get(at)
                .filter(|_| at < to)
                .and_then(|c| char::from(*c).to_digit(16))
        };
        match (digit(at + 1), digit(at + 2)) {
            (Some(high), Some(low)) => bytes.push((high * 16 + low) as u8),
            _ => {
                return Err((
                    at,
                    "% must be followed by two hexadecimal digits; a percent sign itself is %25"
                        .into(),
                ));
            }
        }
        at += 3;
    }
    String::from_utf8(bytes).map_err(|_| {
        (
            from,
            "its escapes are not UTF-8 text; copy the link again".into(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn link(scenario: &str, settings: &[(&str, &str)]) -> Link {
        Link {
            scenario: scenario.into(),
            settings: settings
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
        }
    }

    fn check(fragment: &str, expected: &Link) {
        assert_eq!(Link::parse(fragment).as_ref(), Ok(expected), "{fragment}");
        assert_eq!(
            Link::parse(&expected.to_string()).as_ref(),
            Ok(expected),
            "{expected}"
        );
    }

    fn check_broken(fragment: &str, at: usize, message: &str) {
        let broken = Link::parse(fragment).unwrap_err();
        assert_eq!(
            (broken.at, broken.message.as_str()),
            (at, message),
            "{fragment}"
        );
        assert_eq!(broken.input, fragment);
    }

    #[test]
    fn a_link_is_a_scenario_and_its_settings() {
        let expected = link(
            "consultation-list",
            &[("customer", "batch"), ("rate", "50"), ("seed", "9")],
        );
        let text = "consultation-list?customer=batch&rate=50&seed=9";
        check(text, &expected);
        check(
            "#consultation-list?customer=batch&rate=50&seed=9",
            &expected,
        );
        check(
            "consultation-list?&customer=batch&&rate=50&seed=9&",
            &expected,
        );
        assert_eq!(expected.to_string(), text);
        check("consultation-list", &link("consultation-list", &[]));
        check("consultation-list?", &link("consultation-list", &[]));
        check("a?b=", &link("a", &[("b", "")]));
        check("a?b=c=d?e#f", &link("a", &[("b", "c=d?e#f")]));
        check(
            "%EC%83%81%EB%8B%B4?x=1+1%2b1",
            &link("상담", &[("x", "1+1+1")]),
        );
        check("상담?x=고객", &link("상담", &[("x", "고객")]));
    }

    #[test]
    fn a_broken_link_names_the_place_and_keeps_the_input() {
        let escape = "% must be followed by two hexadecimal digits; a percent sign itself is %25";
        check_broken(
            "",
            0,
            "it names no scenario; write #consultation-list?rate=50",
        );
        check_broken(
            "#?rate=50",
            1,
            "it names no scenario; write #consultation-list?rate=50",
        );
        check_broken("a?rate", 2, "a setting is written name=value");
        check_broken("a?x=1&=5", 6, "a setting is written name=value");
        check_broken("a?x=50%", 6, escape);
        check_broken("a?x=%4&y=1", 4, escape);
        check_broken("a?x=%zz", 4, escape);
        check_broken(
            "a?x=%ff%fe",
            4,
            "its escapes are not UTF-8 text; copy the link again",
        );
        check_broken("a?x=1&x=2", 6, "\"x\" is set twice; remove one");
        assert_eq!(
            Link::parse("상담?x=%").unwrap_err().to_string(),
            format!("the link, character 6: {escape}")
        );
    }

    #[test]
    fn an_endless_link_is_refused() {
        let long = "a".repeat(LINK_MAX + 1);
        assert_eq!(Link::parse(&long).unwrap_err().at, LINK_MAX);
        let many: String = (0..=SETTINGS_MAX).map(|i| format!("&s{i}=1")).collect();
        let broken = Link::parse(&format!("a?{many}")).unwrap_err();
        assert_eq!(
            broken.message,
            format!("it has more than {SETTINGS_MAX} settings")
        );
    }

    proptest! {
        #[test]
        fn every_link_survives_the_round_trip_in_plain_letters(
            scenario in ".{1,20}",
            settings in proptest::collection::btree_map(".{1,12}", ".{0,20}", 0..8),
        ) {
            let link = Link { scenario, settings: settings.into_iter().collect() };
            let text = link.to_string();
            prop_assert!(text.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_.~:/,%?&=".contains(&c)), "{}", text);
            prop_assert_eq!(Link::parse(&text), Ok(link.clone()));
            prop_assert_eq!(Link::parse(&format!("#{text}")), Ok(link));
        }

        #[test]
        fn no_fragment_makes_it_panic(fragment in "[#?&=%a-f0-9상\u{0}]{0,40}") {
            match Link::parse(&fragment) {
                Ok(link) => prop_assert_eq!(Link::parse(&link.to_string()), Ok(link)),
                Err(broken) => prop_assert!(!broken.to_string().is_empty() && broken.at <= fragment.len()),
            }
        }
    }
}
