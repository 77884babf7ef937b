//! Places in a document, by path: `operations.consultation.list.steps.0.query.rows`.

use super::super::nearest::{listed, meant, nearest, plain, quoted};
use super::super::problems::{Problem, THE_DOCUMENT};
use message::{LocalizedMessage, msg};
use serde_json::Value;

/// The keys that lead to what stands at `path`. Keys may contain dots themselves (`consultation.list`): at each object
/// the longest key that begins the rest of the path counts. Nothing if there is no such place.
pub fn keys<'p>(document: &Value, path: &'p str) -> Option<Vec<&'p str>> {
    let mut keys = Vec::new();
    let mut here = document;
    let mut rest = Some(path);
    while let Some(path) = rest {
        let length = match here {
            Value::Object(fields) => beginnings(path)
                .filter(|length| fields.contains_key(&path[..*length]))
                .max()?,
            Value::Array(_) => path.find('.').unwrap_or(path.len()),
            _ => return None,
        };
        let key = &path[..length];
        here = child(here, key)?;
        keys.push(key);
        rest = path.get(length + 1..);
    }
    Some(keys)
}

/// The lengths of what a key may be at the beginning of a path: up to one of its dots, or all of it. No key is longer than
/// [`KEY_MAX`].
fn beginnings(path: &str) -> impl Iterator<Item = usize> + '_ {
    let dots = path.bytes().take(KEY_MAX).enumerate();
    dots.filter(|(_, byte)| *byte == b'.')
        .map(|(at, _)| at)
        .chain([path.len()])
}

/// The longest key of a document that is looked for in a path, in bytes: two names of 60 characters, and what is between.
const KEY_MAX: usize = 512;

/// What stands at these keys.
pub(super) fn get_at<'v>(document: &'v Value, keys: &[&str]) -> Option<&'v Value> {
    keys.iter().try_fold(document, |here, key| child(here, key))
}

fn child<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match value {
        Value::Object(fields) => fields.get(key),
        Value::Array(list) => list.get(key.parse::<usize>().ok()?),
        _ => None,
    }
}

fn child_mut<'v>(value: &'v mut Value, key: &str) -> Option<&'v mut Value> {
    match value {
        Value::Object(fields) => fields.get_mut(key),
        Value::Array(list) => list.get_mut(key.parse::<usize>().ok()?),
        _ => None,
    }
}

/// What stands at `path`.
pub fn get<'v>(document: &'v Value, path: &str) -> Option<&'v Value> {
    get_at(document, &keys(document, path)?)
}

/// Puts a value at `path`, in place of what stands there. `document` is the full value of a scenario
/// ([`super::read::to_value`]), with all defaults.
///
/// # Errors
/// If nothing stands there: the nearest place that does exist.
pub fn set(document: &mut Value, path: &str, value: Value) -> Result<(), Problem> {
    let keys = keys(document, path).ok_or_else(|| no_such_place(document, path))?;
    match keys
        .iter()
        .try_fold(document, |here, key| child_mut(here, key))
    {
        Some(place) => *place = value,
        None => {
            return Err(Problem::new(
                path,
                msg!(
                    "there is no such place in the document",
                    "문서에 없는 위치입니다",
                ),
            ));
        }
    }
    Ok(())
}

/// Why a path leads nowhere: how far it leads, and what it could have been from there.
pub fn no_such_place(document: &Value, path: &str) -> Problem {
    let ends = path
        .char_indices()
        .filter(|(_, c)| *c == '.')
        .map(|(at, _)| at);
    let good = ends
        .filter(|at| keys(document, &path[..*at]).is_some())
        .max();
    let (place, rest) = good.map_or(("", path), |at| (&path[..at], &path[at + 1..]));
    let here = if place.is_empty() {
        Some(document)
    } else {
        get(document, place)
    };
    let names: Vec<&str> = match here {
        Some(Value::Object(fields)) => fields.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let whole = if place.is_empty() {
        LocalizedMessage::from(THE_DOCUMENT)
    } else {
        quoted(place).into()
    };
    let first = rest.split('.').next().unwrap_or(rest);
    let near =
        nearest(rest, names.iter().copied()).or_else(|| nearest(first, names.iter().copied()));
    let remedy = match (near, here) {
        (Some(name), _) => meant(name),
        (None, Some(Value::Array(list))) => {
            msg!(
                "; its length is {0}, counted from 0",
                ". 길이는 {0}이고 0부터 셉니다",
                list.len(),
            )
        }
        (None, _) if names.is_empty() => "".into(),
        (None, _) => msg!("; there is {0}", ". {0:이} 있습니다", listed(&names)),
    };
    let message = msg!(
        "{0} has no {1}{2}",
        "{0}에 {1:이} 없습니다{2}",
        whole,
        quoted(rest),
        remedy,
    );
    Problem::new(plain(path), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_with_dots_are_matched_as_long_as_they_can_be() {
        let document = serde_json::json!({"a": {"b": 1}, "a.b": {"c": [10, 20]}});
        assert_eq!(get(&document, "a.b.c.1"), Some(&Value::from(20)));
        assert_eq!(get(&document, "a.b.c.2"), None);
        assert_eq!(get(&document, "a.b.c.x"), None);
        assert_eq!(get(&document, ""), None);
        assert_eq!(get(&document, "a.b."), None);
    }

    fn check_refused(path: &str, expected: &str) {
        let mut document = serde_json::json!({"services": {"web": {"threads": 4}}, "list": [1, 2]});
        let before = document.clone();
        let problem = set(&mut document, path, Value::Null).unwrap_err();
        assert_eq!(problem.to_string(), format!("{path}: {expected}"));
        assert_eq!(document, before);
    }

    #[test]
    fn a_path_that_leads_nowhere_is_answered_with_where_it_goes_astray() {
        check_refused(
            "services.web.thread",
            "\"services.web\" has no \"thread\"; did you mean \"threads\"?",
        );
        check_refused(
            "sevices.web.threads",
            "the document has no \"sevices.web.threads\"; did you mean \"services\"?",
        );
        check_refused(
            "services.web.threads.x",
            "\"services.web.threads\" has no \"x\"",
        );
        check_refused(
            "list.2",
            "\"list\" has no \"2\"; its length is 2, counted from 0",
        );
        check_refused(
            "x",
            "the document has no \"x\"; there is \"list\" or \"services\"",
        );
    }

    #[test]
    fn a_value_is_put_where_the_path_leads() {
        let mut document = serde_json::json!({"a.b": {"c": [10, 20]}});
        set(&mut document, "a.b.c.0", Value::from(5)).unwrap();
        assert_eq!(document, serde_json::json!({"a.b": {"c": [5, 20]}}));
    }
}
