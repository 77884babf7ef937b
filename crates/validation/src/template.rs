//! Scenario documents with places to fill: `"rate": "${inputs.lambda_per_s}"`.
//!
//! A text that is nothing but `${formula}` becomes what the formula gives - for a plain path whatever stands there,
//! otherwise a number. Within a longer text (`"${inputs.mean_s}s"`) the value is written out.

use super::formula::Formula;
use super::scope::Scope;
use serde_json::{Number, Value};

/// Documents nested deeper than this are no scenarios.
const DEPTH_MAX: usize = 64;

/// The template with all places filled.
///
/// # Errors
/// A formula that is wrong, or that asks for what is not there.
pub fn fill(template: &Value, scope: &Scope) -> Result<Value, String> {
    fill_within(template, scope, 0)
}

fn fill_within(template: &Value, scope: &Scope, depth: usize) -> Result<Value, String> {
    if depth > DEPTH_MAX {
        return Err(format!("is nested more than {DEPTH_MAX} deep"));
    }
    match template {
        Value::String(text) => fill_text(text, scope),
        Value::Array(list) => list
            .iter()
            .map(|entry| fill_within(entry, scope, depth + 1))
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| Ok((name.clone(), fill_within(value, scope, depth + 1)?)))
            .collect(),
        other => Ok(other.clone()),
    }
}

fn fill_text(text: &str, scope: &Scope) -> Result<Value, String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (inside, after) = after
            .split_once('}')
            .ok_or_else(|| format!("\"{text}\": the closing '}}' is missing"))?;
        let value = evaluate(inside, scope)?;
        if before.is_empty() && after.is_empty() && filled.is_empty() {
            return Ok(value);
        }
        filled += before;
        match value {
            Value::String(text) => filled += &text,
            other => filled += &other.to_string(),
        }
        rest = after;
    }
    Ok(Value::String(filled + rest))
}

fn evaluate(text: &str, scope: &Scope) -> Result<Value, String> {
    let formula = Formula::parse(text)?;
    if let Formula::Path(path, None) = &formula {
        return scope.get(path, None).cloned();
    }
    number(scope.value(&formula)?)
}

/// A number as a document has it: whole numbers are written whole.
fn number(value: f64) -> Result<Value, String> {
    if value == value.trunc() && value.abs() < 1e15 {
        return Ok((value as i64).into());
    }
    // Nine digits are what times have; more would only be rounding noise.
    let rounded = (value * 1e9).round() / 1e9;
    Number::from_f64(if rounded == 0.0 { value } else { rounded })
        .map(Value::Number)
        .ok_or_else(|| format!("{value} is no number that a document can hold"))
}

#[cfg(test)]
mod tests {
    use super::super::fact;
    use super::*;
    use serde_json::json;

    fn check(template: Value, expected: Result<Value, &str>) {
        let file = json!([{"id": "x", "topic": "t", "source": "s", "expected": {}, "tolerance": {},
            "inputs": {"rate": 0.8, "work": {"exponential": {"mean": "1s"}}, "servers": 4}}]);
        let fact = fact::read(&file).unwrap().remove(0);
        let filled = fill(&template, &Scope::of(&fact));
        assert_eq!(filled, expected.map_err(String::from), "{template}");
    }

    #[test]
    fn a_whole_text_becomes_what_stands_there_and_a_part_is_written_out() {
        check(
            json!({"rate": "${inputs.rate}", "steps": [{"work": "${inputs.work}"}], "n": 1, "plain": "x"}),
            Ok(
                json!({"rate": 0.8, "steps": [{"work": {"exponential": {"mean": "1s"}}}], "n": 1, "plain": "x"}),
            ),
        );
        check(
            json!(["${inputs.servers * 2}", "${1 / inputs.rate}s", "a${2}b${3}"]),
            Ok(json!([8, "1.25s", "a2b3"])),
        );
    }

    #[test]
    fn what_cannot_be_filled_is_said() {
        check(json!("${inputs.rat}"), Err("there is no inputs.rat"));
        check(
            json!("${inputs.rate"),
            Err("\"${inputs.rate\": the closing '}' is missing"),
        );
    }
}
