//! Reading a document: text, then shape, then types, then sense. Every problem at once, each with its place.

use super::nearest::quoted;
pub use super::problems::{Problem, Problems, THE_DOCUMENT, in_one_line};
use super::{Scenario, binding, shape, validate};
use message::{LocalizedMessage, Words, msg};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// The largest document that is read, in bytes.
pub const DOCUMENT_MAX: usize = 1 << 20;

/// Reads a document from its JSON text.
///
/// # Errors
/// Everything that is wrong with it. Text that is not JSON has one problem, with its line and column; a document of
/// the wrong shape is not yet checked for sense.
pub fn read(text: &str) -> Result<Scenario, Problems> {
    of_value(&json(text)?)
}

/// Reads a document from a JSON value.
///
/// # Errors
/// As [`read`].
pub fn from_value(value: Value) -> Result<Scenario, Problems> {
    of_value(&value)
}

/// As [`from_value`], of a value that stays where it is.
///
/// # Errors
/// As [`read`].
pub fn of_value(value: &Value) -> Result<Scenario, Problems> {
    shape::check(value).none()?;
    of_shape(value)
}

/// Reads a document that has the right shape.
///
/// # Errors
/// What makes no sense in it.
pub(super) fn of_shape(value: &Value) -> Result<Scenario, Problems> {
    // What follows the published schema is readable; a test holds the two together. Should they ever disagree, it is
    // still a problem of the document and not a panic.
    let scenario: Scenario =
        binding::from_value(value).map_err(|mismatch| Problem::new("", mismatch))?;
    validate::check(&scenario).none()?;
    Ok(scenario)
}

/// A document as a value.
///
/// # Errors
/// Never for a scenario that was read.
pub fn to_value(scenario: &Scenario) -> Result<Value, Problem> {
    binding::to_value(scenario).map_err(|mismatch| Problem::new("", mismatch))
}

/// Reads JSON text: bounded in size and depth, and without fields that stand twice.
///
/// # Errors
/// The first problem, with its line and column and what to do.
pub fn json(text: &str) -> Result<Value, Problem> {
    if text.len() > DOCUMENT_MAX {
        let message = msg!(
            "is {0} bytes long; at most {1} are read",
            "{0}바이트입니다. 최대 {1}바이트까지 읽습니다",
            text.len(),
            DOCUMENT_MAX,
        );
        return Err(Problem::new("", message));
    }
    // A byte order mark is what some editors put in front of every file.
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(Problem::new(
            "",
            msg!(
                "is empty; the smallest is {\"version\": 1, \"name\": \"my-scenario\"}",
                "비어 있습니다. 가장 작은 문서는 {\"version\": 1, \"name\": \"my-scenario\"}입니다",
            ),
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
    let place = msg!(
        "line {0}, column {1}",
        "{0}행 {1}열",
        error.line(),
        error.column()
    );
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(&*text, |it| it.0);
    if let Some(name) = what.strip_suffix(TWICE) {
        let message = msg!(
            "{0} stands twice in the same object; remove one",
            "같은 객체에 {0:이} 두 번 있습니다. 하나를 지우십시오",
            name
        );
        return Problem::new(place, message);
    }
    let remedy = if error.is_eof() {
        msg!(
            "; a closing bracket or quote is missing",
            ". 닫는 괄호나 따옴표가 빠졌습니다"
        )
    } else if what.contains("trailing comma") {
        msg!(
            "; remove the comma before the closing bracket",
            ". 닫는 괄호 앞의 쉼표를 지우십시오"
        )
    } else if what.contains("key must be a string") {
        msg!(
            "; put names in double quotes (comments are not part of JSON)",
            ". 이름을 큰따옴표로 묶으십시오(JSON에는 주석이 없습니다)"
        )
    } else if what.contains("expected `,` or") {
        msg!(
            "; is a comma or a closing bracket missing before this place?",
            ". 이 앞에 쉼표나 닫는 괄호가 빠지지 않았는지 확인하십시오"
        )
    } else if what.contains("expected value") || what.contains("expected ident") {
        msg!(
            "; a value is a number, true, false, [...], {...} or a text in double quotes",
            ". 값은 수, true, false, [...], {...} 또는 큰따옴표로 묶은 문자열입니다"
        )
    } else if what.contains("recursion limit") {
        msg!(
            "; documents are never nested so deep",
            ". 문서는 이렇게 깊을 수 없습니다"
        )
    } else if what.contains("trailing characters") {
        msg!(
            "; the document ends before this place",
            ". 문서는 이 앞에서 끝납니다"
        )
    } else if what.contains("control character") {
        msg!(
            "; write \\n for a new line inside a text",
            ". 문자열 안의 줄바꿈은 \\n으로 쓰십시오"
        )
    } else {
        "".into()
    };
    let known = SYNTAX.iter().find(|words| words[0] == what);
    let what = known.map_or(LocalizedMessage::from(what), |words| {
        LocalizedMessage::from(*words)
    });
    Problem::new(place, msg!("{0}{1}", "{0}{1}", what, remedy))
}

/// What serde_json says of text that is not JSON. What it may say besides is shown as it says it.
const SYNTAX: &[Words] = &[
    &["EOF while parsing a list", "목록이 끝나지 않았습니다"],
    &["EOF while parsing an object", "객체가 끝나지 않았습니다"],
    &["EOF while parsing a string", "문자열이 끝나지 않았습니다"],
    &[
        "EOF while parsing a value",
        "값이 있어야 하는데 글이 끝났습니다",
    ],
    &["expected `:`", "`:`이 있어야 합니다"],
    &["expected `,` or `]`", "`,` 또는 `]`가 있어야 합니다"],
    &["expected `,` or `}`", "`,` 또는 `}`가 있어야 합니다"],
    &["expected ident", "알 수 없는 값입니다"],
    &["expected value", "값이 있어야 합니다"],
    &["invalid escape", "잘못된 이스케이프입니다"],
    &["invalid number", "잘못된 수입니다"],
    &["number out of range", "수가 너무 큽니다"],
    &["invalid unicode code point", "잘못된 유니코드 문자입니다"],
    &[
        "control character (\\u0000-\\u001F) found while parsing a string",
        "문자열에 제어 문자(\\u0000-\\u001F)가 있습니다",
    ],
    &["key must be a string", "이름은 문자열이어야 합니다"],
    &[
        "lone leading surrogate in hex escape",
        "16진수 이스케이프가 서로게이트 절반뿐입니다",
    ],
    &[
        "unexpected end of hex escape",
        "16진수 이스케이프가 끝나지 않았습니다",
    ],
    &["trailing comma", "쉼표가 남습니다"],
    &["trailing characters", "뒤에 글자가 남습니다"],
    &["recursion limit exceeded", "너무 깊게 들어 있습니다"],
];

/// What [`Unique`] says behind a name.
const TWICE: &str = " stands twice in the same object; remove one";

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
                return Err(A::Error::custom(format!("{}{TWICE}", quoted(&name))));
            }
            let value = map.next_value_seed(Unique)?;
            fields.insert(name, value);
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::super::shipped;
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
    fn a_long_name_that_stands_twice_leaves_room_for_the_remedy() {
        let name = "x".repeat(50);
        check(
            &format!("{{\"{name}\": 1, \"{name}\": 2}}"),
            &format!("line 1, column 110: \"{name}\" stands twice in the same object; remove one"),
        );
    }

    #[test]
    fn every_kind_of_text_that_is_not_json_is_explained_in_korean() {
        for text in [
            "[1",
            "{\"a\": 1",
            "\"a",
            "{\"a\":",
            "{\"a\" 1}",
            "[1 2]",
            "{\"a\": 1 \"b\": 2}",
            "nul",
            "?",
            "\"\\q\"",
            "01",
            "1e999",
            "\"\\ud800\\u0041\"",
            "\"a\nb\"",
            "{a: 1}",
            "\"\\ud800\"",
            "\"\\u12",
            "[1,]",
            "{} {}",
        ] {
            let problem = json(text).unwrap_err();
            let LocalizedMessage::In(_, parts) = &problem.message else {
                panic!("{problem}")
            };
            assert!(
                matches!(parts[0], LocalizedMessage::In(..)),
                "{text}: {problem}"
            );
        }
    }

    #[test]
    fn a_document_nested_without_end_is_refused() {
        let deep = "[".repeat(100_000);
        let problems = read(&deep).unwrap_err();
        assert!(problems[0].to_string().contains("nested"), "{problems:?}");
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
        assert_eq!(
            problems[0].message.to_string(),
            "steps are nested more than 8 deep"
        );
        let problems = from_value(nest(1000)).unwrap_err();
        assert_eq!(
            problems[0].message.to_string(),
            "is nested more than 64 deep"
        );
    }

    #[test]
    fn the_smallest_document_is_read_with_or_without_a_byte_order_mark() {
        let text = "{\"version\": 1, \"name\": \"my-scenario\"}";
        let scenario = read(text).unwrap();
        assert_eq!(read(&format!("\u{feff}{text}")).unwrap(), scenario);
        assert_eq!(scenario.duration, kernel::time::Span::from_secs(60));
    }

    #[test]
    fn what_is_written_is_read_back_the_same() {
        let text = "{\"version\": 1, \"name\": \"my-scenario\", \"services\": {\"a\": {}, \"b\": {\"title\": \"B\"}}}";
        let shipped = shipped::ALL.iter().map(|(_, text)| *text);
        for text in shipped.chain([text]) {
            let scenario = read(text).unwrap();
            let again = from_value(to_value(&scenario).unwrap()).unwrap();
            // To be equal is to be written the same: only this shows a field that is not written.
            assert_eq!(format!("{again:?}"), format!("{scenario:?}"));
        }
    }
}
