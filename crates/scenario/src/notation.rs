//! How values are written: a value as JSON text, and the number that a text stands for.
//!
//! serde_json and the standard library do both, each with a table of 10 KB that does not compress. The page has one way
//! to write a number (the standard library's) and one to read it (serde_json's), and so has the command line.

use serde_json::{Number, Value};
use std::fmt::Write;

/// A value as JSON text on one line.
pub fn json_text(value: &Value) -> String {
    let mut text = String::new();
    append(&mut text, value);
    text
}

fn append(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => text.push_str(&number_text(number)),
        Value::String(string) => append_string(text, string),
        Value::Array(list) => {
            text.push('[');
            for (index, value) in list.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                append(text, value);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            text.push('{');
            for (index, (name, value)) in fields.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                append_string(text, name);
                text.push(':');
                append(text, value);
            }
            text.push('}');
        }
    }
}

fn append_string(text: &mut String, string: &str) {
    text.push('"');
    for c in string.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            // Writing into a string cannot fail.
            '\0'..='\u{1f}' => drop(write!(text, "\\u{:04x}", u32::from(c))),
            _ => text.push(c),
        }
    }
    text.push('"');
}

/// A number as JSON has it: a float keeps its point (`14.0`).
pub fn number_text(number: &Number) -> String {
    match (number.as_u64(), number.as_i64(), number.as_f64()) {
        (Some(whole), ..) => whole.to_string(),
        (_, Some(whole), _) => whole.to_string(),
        (.., Some(float)) => format!("{float:?}"),
        _ => String::new(),
    }
}

/// The number that a text stands for, if it is one: as in JSON, and as people write it (`.5`, `5.`, `+5`, `007`).
pub fn number(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let known = digits
        .bytes()
        .all(|c| c.is_ascii_digit() || b".eE+-".contains(&c));
    if !known || digits == "." || digits.starts_with(['e', 'E', '+', '-']) || digits.is_empty() {
        return None;
    }
    let significant = digits.trim_start_matches('0').trim_end_matches('.');
    let zero = match significant.starts_with(|c: char| c.is_ascii_digit()) {
        true => "",
        false => "0",
    };
    super::read::json(&format!("{sign}{zero}{significant}"))
        .ok()?
        .as_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_value_is_written_as_serde_json_writes_it() {
        for value in [
            json!(null),
            json!([true, false, 0, -3, 14.0, 0.25, 1e-7, 1e300]),
            json!({"a": [], "b": {"c": "1ms"}, "d\"\\": "line\n\tend\u{1}\r가"}),
            json!(u64::MAX),
        ] {
            let text = json_text(&value);
            assert_eq!(
                serde_json::from_str::<Value>(&text).unwrap(),
                value,
                "{text}"
            );
        }
        assert_eq!(
            json_text(&json!({"a": [1, 2.5], "b": {}})),
            "{\"a\":[1,2.5],\"b\":{}}"
        );
    }

    #[test]
    fn a_number_is_read_as_people_write_it() {
        for (text, number) in [
            ("5", 5.0),
            ("+5", 5.0),
            ("-5.", -5.0),
            (".5", 0.5),
            ("-.5", -0.5),
            ("007", 7.0),
            ("0", 0.0),
            ("00.10", 0.1),
            ("1e3", 1000.0),
            ("0.30000000000000004", 0.300_000_000_000_000_04),
            // Read digit by digit and scaled, this one is two places off.
            ("-0.00000044361783992066006", -4.436_178_399_206_600_6e-7),
        ] {
            assert_eq!(super::number(text), Some(number), "{text}");
        }
        for text in [
            "", ".", "-", "inf", "NaN", "5ms", "1.2.3", "1 ", "--1", "[5]", "1e999",
        ] {
            assert_eq!(super::number(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_number_that_was_written_is_read_back(bits in any::<u64>(), place in 0..2_000_000_000u64) {
            let odd = f64::from_bits(bits);
            // What sliders and documents can hold.
            let usual = place as f64 / 1e6 * std::f64::consts::PI;
            prop_assert_eq!(number(&usual.to_string()), Some(usual));
            if odd.is_finite() && odd.abs() < 1e15 && odd.abs() > 1e-15 {
                prop_assert_eq!(number(&odd.to_string()), Some(odd));
            }
        }
    }
}
