//! Reading a document: text, then shape, then types, then sense. Every problem at once, each with its place.

use super::nearest::plain;
use super::{Scenario, binding, shape, validate};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// The largest document that is read, in bytes.
pub const DOCUMENT_MAX: usize = 1 << 20;

/// What is wrong with a document (or a setting), and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: a path such as `services.common.threads`, a place such as `line 3, column 5`, or nothing if it
    /// is the document as a whole.
    pub path: String,
    /// What, and what to do about it.
    pub message: String,
}

impl Problem {
    /// A problem at a place.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem {
            path: path.into(),
            message: message.into(),
        }
    }
}

/// `path: message`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() {
            "the document"
        } else {
            &self.path
        };
        write!(f, "{path}: {}", self.message)
    }
}

impl std::error::Error for Problem {}

/// Reads a document from its JSON text.
///
/// # Errors
/// Everything that is wrong with it. Text that is not JSON has one problem, with its line and column; a document of
/// the wrong shape is not yet checked for sense.
pub fn read(text: &str) -> Result<Scenario, Vec<Problem>> {
    from_value(json(text).map_err(|problem| vec![problem])?)
}

/// Reads a document from a JSON value.
///
/// # Errors
/// As [`read`].
pub fn from_value(value: Value) -> Result<Scenario, Vec<Problem>> {
    let problems = shape::check(&value);
    if !problems.is_empty() {
        return Err(problems);
    }
    // What follows the published schema is readable; a test holds the two together. Should they ever disagree, it is
    // still a problem of the document and not a panic.
    let scenario: Scenario =
        binding::from_value(&value).map_err(|error| vec![Problem::new("", error.to_string())])?;
    let problems = validate::check(&scenario);
    if problems.is_empty() {
        Ok(scenario)
    } else {
        Err(problems)
    }
}

/// A document as a value.
///
/// # Errors
/// Never for a scenario that was read.
pub fn to_value(scenario: &Scenario) -> Result<Value, Problem> {
    binding::to_value(scenario).map_err(|error| Problem::new("", error.to_string()))
}

/// Reads JSON text: bounded in size and depth, and without fields that stand twice.
///
/// # Errors
/// The first problem, with its line and column and what to do.
pub fn json(text: &str) -> Result<Value, Problem> {
    if text.len() > DOCUMENT_MAX {
        let message = format!(
            "is {} bytes long; at most {DOCUMENT_MAX} are read",
            text.len()
        );
        return Err(Problem::new("", message));
    }
    // A byte order mark is what some editors put in front of every file.
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(Problem::new(
            "",
            "is empty; the smallest is {\"version\": 1, \"name\": \"my-scenario\"}",
        ));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Unique
        .deserialize(&mut reader)
        .map_err(|error| syntax(&error))?;
    reader.end().map_err(|error| syntax(&error))?;
    Ok(value)
}

/// A syntax error in our words: the place apart from the message, and the remedy where it can be told.
fn syntax(error: &serde_json::Error) -> Problem {
    let place = format!("line {}, column {}", error.line(), error.column());
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    let remedy = if error.is_eof() {
        "; a closing bracket or quote is missing"
    } else if what.contains("trailing comma") {
        "; remove the comma before the closing bracket"
    } else if what.contains("key must be a string") {
        "; put names in double quotes (comments are not part of JSON)"
    } else if what.contains("expected `,` or") {
        "; is a comma or a closing bracket missing before this place?"
    } else if what.contains("expected value") || what.contains("expected ident") {
        "; a value is a number, true, false, [...], {...} or a text in double quotes"
    } else if what.contains("recursion limit") {
        "; documents are never nested so deep"
    } else if what.contains("trailing characters") {
        "; the document ends before this place"
    } else if what.contains("control character") {
        "; write \\n for a new line inside a text"
    } else {
        ""
    };
    Problem::new(place, format!("{}{remedy}", plain(what)))
}

/// Builds a value and refuses a name that stands twice in one object: JSON readers keep the last without a word, and
/// the person looks at the first.
struct Unique;

impl<'de> DeserializeSeed<'de> for Unique {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element_seed(Unique)? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = serde_json::Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if fields.contains_key(&name) {
                return Err(A::Error::custom(format!(
                    "\"{name}\" stands twice in the same object; remove one"
                )));
            }
            let value = map.next_value_seed(Unique)?;
            fields.insert(name, value);
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let problems = read(text).unwrap_err();
        let shown: Vec<String> = problems.iter().map(Problem::to_string).collect();
        assert_eq!(shown, [expected], "{text}");
    }

    #[test]
    fn text_that_is_not_json_is_answered_with_its_place_and_the_remedy() {
        check(
            "{\n  \"version\": 1,\n}",
            "line 3, column 1: trailing comma; remove the comma before the closing bracket",
        );
        check(
            "{\"version\": 1",
            "line 1, column 13: EOF while parsing an object; a closing bracket or quote is missing",
        );
        check(
            "{version: 1}",
            "line 1, column 2: key must be a string; put names in double quotes (comments are not part of JSON)",
        );
        check(
            "{\"version\": one}",
            "line 1, column 13: expected value; a value is a number, true, false, [...], {...} or a text in double quotes",
        );
        check(
            "{} {}",
            "line 1, column 4: trailing characters; the document ends before this place",
        );
    }

    #[test]
    fn an_empty_or_an_enormous_text_is_refused() {
        check(
            " \n",
            "the document: is empty; the smallest is {\"version\": 1, \"name\": \"my-scenario\"}",
        );
        let long = " ".repeat(DOCUMENT_MAX + 1);
        check(
            &long,
            "the document: is 1048577 bytes long; at most 1048576 are read",
        );
    }

    #[test]
    fn a_name_that_stands_twice_is_refused() {
        check(
            "{\"version\": 1,\n \"name\": \"a\",\n \"version\": 1}",
            "line 3, column 10: \"version\" stands twice in the same object; remove one",
        );
    }

    #[test]
    fn a_document_nested_without_end_is_refused() {
        let deep = "[".repeat(100_000);
        let problems = read(&deep).unwrap_err();
        assert!(problems[0].message.contains("nested"), "{problems:?}");
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        let value: Value = (0..100).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
        assert!(from_value(value).is_err());
        assert!(read(&deep).is_err());
    }

    #[test]
    fn steps_nested_without_end_are_refused_before_they_are_read() {
        let nest = |deep: usize| {
            let work = serde_json::json!({"work": "1ms"});
            let step = (0..deep).fold(
                work,
                |inner, _| serde_json::json!({"repeat": {"times": 1, "steps": [inner]}}),
            );
            let operations = serde_json::json!({"a.b": {"steps": [step]}});
            serde_json::json!({"version": 1, "name": "deep", "services": {"a": {}}, "operations": operations})
        };
        assert!(from_value(nest(8)).is_ok());
        let problems = from_value(nest(9)).unwrap_err();
        assert_eq!(problems[0].message, "steps are nested more than 8 deep");
        let problems = from_value(nest(1000)).unwrap_err();
        assert_eq!(problems[0].message, "is nested more than 64 deep");
    }

    #[test]
    fn the_smallest_document_is_read_with_or_without_a_byte_order_mark() {
        let text = "{\"version\": 1, \"name\": \"my-scenario\"}";
        let scenario = read(text).unwrap();
        assert_eq!(read(&format!("\u{feff}{text}")).unwrap(), scenario);
        assert_eq!(scenario.duration, crate::time::Span::from_secs(60));
    }

    #[test]
    fn what_is_written_is_read_back_the_same() {
        let text = "{\"version\": 1, \"name\": \"my-scenario\", \"services\": {\"a\": {}, \"b\": {\"title\": \"B\"}}}";
        let scenario = read(text).unwrap();
        assert_eq!(from_value(to_value(&scenario).unwrap()).unwrap(), scenario);
    }
}
