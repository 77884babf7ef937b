//! The nearest known name to a mistyped one, and how names are shown in messages.

use message::{LocalizedMessage, either, msg};

/// Names longer than this are cut where they are shown, and never taken for a mistyped known name.
const SHOWN: usize = 60;
/// So many names are listed.
const LISTED: usize = 24;

/// A name as messages show it: in quotes, without control characters, cut if it is very long.
pub fn quoted(name: &str) -> String {
    if name.is_empty() {
        plain(name)
    } else {
        format!("\"{}\"", plain(name))
    }
}

/// The same without quotes, for paths.
pub fn plain(name: &str) -> String {
    if name.is_empty() {
        return String::from("\"\"");
    }
    let mut shown: String = name
        .chars()
        .take(SHOWN)
        .flat_map(|c| {
            let escaped = c.is_control();
            escaped
                .then(|| c.escape_debug())
                .into_iter()
                .flatten()
                .chain((!escaped).then_some(c))
        })
        .collect();
    if name.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// Names in a sentence: `"a", "b" or "c"`; many are cut.
pub fn listed<S: AsRef<str>>(names: &[S]) -> LocalizedMessage {
    let shown = names.iter().take(LISTED).map(|name| quoted(name.as_ref()));
    if names.len() > LISTED {
        return format!("{} …", shown.collect::<Vec<_>>().join(", ")).into();
    }
    either(shown.map(LocalizedMessage::from).collect())
}

/// The known name nearest to `name`, if one is near enough to be what was meant.
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let letters = |text: &str| -> Vec<char> {
        let same = |c: char| if c == '-' { '_' } else { c };
        text.chars()
            .map(|c| same(c.to_ascii_lowercase()))
            .take(SHOWN + 1)
            .collect()
    };
    let name = letters(name);
    if name.len() > SHOWN {
        return None;
    }
    known
        .into_iter()
        .map(|candidate| (distance(&name, &letters(candidate)), candidate))
        .filter(|(distance, candidate)| {
            *distance <= (name.len().max(candidate.chars().count()) / 3).max(1)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The end of a message about something that is not known: what was probably meant.
pub fn meant(name: &str) -> LocalizedMessage {
    msg!("; did you mean {0}?", ". 혹시 {0}입니까?", quoted(name))
}

/// The end of a message about an unknown name: `; did you mean "threads"?`, or else what is known.
pub fn did_you_mean<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> LocalizedMessage {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(name, known.iter().copied()) {
        Some(candidate) => meant(candidate),
        None if known.is_empty() => msg!("; there are none", ". 하나도 없습니다"),
        None if known.len() == 1 => msg!(
            "; the only one is {0}",
            ". 있는 것은 {0}뿐입니다",
            quoted(known[0]),
        ),
        None => msg!("; it must be {0}", ". {0}만 쓸 수 있습니다", listed(&known)),
    }
}

/// Edits (insert, delete, replace, swap two neighbours) between two words.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Option<&str>) {
        let known = ["threads", "instances", "accept_queue", "title", "a_b_c"];
        assert_eq!(nearest(name, known), expected, "{name}");
    }

    #[test]
    fn the_nearest_name_is_found_through_typing_mistakes_only() {
        check("thread", Some("threads"));
        check("htreads", Some("threads"));
        check("Title", Some("title"));
        check("a-b-c", Some("a_b_c"));
        check("accept-queu", Some("accept_queue"));
        check("workers", None);
        check("", None);
        check(&"threads".repeat(1000), None);
    }

    #[test]
    fn a_name_is_shown_cut_and_without_control_characters() {
        assert_eq!(quoted("a\u{1b}[2Jb"), "\"a\\u{1b}[2Jb\"");
        assert_eq!(quoted("고객"), "\"고객\"");
        assert_eq!(
            quoted(&"x".repeat(99)),
            format!("\"{}…\"", "x".repeat(SHOWN))
        );
    }

    #[test]
    fn an_unknown_name_without_a_near_one_is_answered_with_what_is_known() {
        assert_eq!(
            did_you_mean("zzz", ["a1", "b1"]).to_string(),
            "; it must be \"a1\" or \"b1\""
        );
        assert_eq!(
            did_you_mean("zzz", ["abc"]).to_string(),
            "; the only one is \"abc\""
        );
        assert_eq!(did_you_mean("zzz", []).to_string(), "; there are none");
    }
}
