//! Facts: what must come out of a situation, how exactly, and who says so.

use serde_json::Value;

/// One fact, as it stands in its file.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Its name.
    pub id: String,
    /// What it is about; the part before the first colon is the field.
    pub topic: String,
    /// Who says so: a formula, a paper, a program that was run.
    pub source: String,
    /// What to know about it; may be empty.
    pub note: String,
    /// The whole fact: `inputs`, `expected`, `tolerance` and the rest.
    pub value: Value,
}

/// What a fact says of one quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// Where it stands in `expected`: field names and list positions, joined by points.
    pub name: String,
    /// The number, if it is one; true is 1, false is 0. A sentence has none.
    pub number: Option<f64>,
}

/// How a fact's tolerance names the size of the sample it was worked out for.
const SAMPLES: [&str; 11] = [
    "customers",
    "completions",
    "samples",
    "requests",
    "reads",
    "pages",
    "reps",
    "cycles",
    "expiries",
    "backend_calls",
    "messages",
];

/// Reads the facts of a file.
///
/// # Errors
/// The first fact that lacks something.
pub fn read(file: &Value) -> Result<Vec<Fact>, String> {
    let list = file.as_array().ok_or("must be a list of facts")?;
    list.iter().map(one).collect()
}

fn one(value: &Value) -> Result<Fact, String> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(String::from);
    let id = text("id").ok_or("a fact has no \"id\"")?;
    let need = |name: &str| text(name).ok_or_else(|| format!("{id} has no \"{name}\""));
    let fact = Fact {
        topic: need("topic")?,
        source: need("source")?,
        note: text("note").unwrap_or_default(),
        value: value.clone(),
        id: id.clone(),
    };
    for name in ["inputs", "expected", "tolerance"] {
        if value.get(name).is_none() {
            return Err(format!("{id} has no \"{name}\""));
        }
    }
    Ok(fact)
}

impl Fact {
    /// The field it belongs to: `queueing`, `cache`...
    pub fn field(&self) -> &str {
        self.topic.split(':').next().unwrap_or(&self.topic)
    }

    /// What it is about within its field.
    pub fn subject(&self) -> &str {
        self.topic
            .split_once(':')
            .map_or("", |(_, rest)| rest.trim())
    }

    /// Every quantity that it says something of, in the order of their names.
    pub fn quantities(&self) -> Vec<Quantity> {
        let mut found = Vec::new();
        if let Some(expected) = self.value.get("expected") {
            flatten("", expected, &mut found);
        }
        found
    }

    /// The size of the sample that its tolerance is for.
    pub fn samples(&self) -> Option<f64> {
        let tolerance = self.value.get("tolerance")?;
        SAMPLES
            .iter()
            .find_map(|name| tolerance.get(name).and_then(Value::as_f64))
    }

    /// The tolerance it states for a quantity, before the size of the sample is looked at; nothing if it states none.
    pub fn tolerance(&self, quantity: &str, expected: f64) -> Option<f64> {
        let tolerance = self.value.get("tolerance")?;
        if tolerance
            .as_str()
            .is_some_and(|text| text.starts_with("exact"))
        {
            return Some(0.0);
        }
        match tolerance.get("abs") {
            Some(Value::Object(each)) => return each.get(quantity).and_then(Value::as_f64),
            Some(all) => return all.as_f64(),
            None => {}
        }
        let relative = tolerance.get("rel").and_then(Value::as_f64)?;
        Some(relative * expected.abs())
    }
}

fn flatten(name: &str, value: &Value, found: &mut Vec<Quantity>) {
    let join = |key: &str| {
        if name.is_empty() {
            key.to_string()
        } else {
            format!("{name}.{key}")
        }
    };
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                flatten(&join(key), value, found);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                flatten(&join(&index.to_string()), value, found);
            }
        }
        Value::Bool(truth) => found.push(Quantity {
            name: name.into(),
            number: Some(f64::from(u8::from(*truth))),
        }),
        other => found.push(Quantity {
            name: name.into(),
            number: other.as_f64(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fact(tolerance: Value) -> Fact {
        let value = json!({"id": "x", "topic": "queueing: one desk", "source": "somebody", "inputs": {},
            "expected": {"W": 2.0, "nodes": [1, 3], "says": "a sentence", "down": true}, "tolerance": tolerance});
        one(&value).unwrap()
    }

    #[test]
    fn quantities_are_the_leaves_of_what_is_expected() {
        let quantities: Vec<_> = fact(json!({}))
            .quantities()
            .into_iter()
            .map(|it| (it.name, it.number))
            .collect();
        let named = |name: &str, number| (name.to_string(), number);
        assert_eq!(
            quantities,
            [
                named("W", Some(2.0)),
                named("down", Some(1.0)),
                named("nodes.0", Some(1.0)),
                named("nodes.1", Some(3.0)),
                named("says", None),
            ]
        );
    }

    #[test]
    fn a_tolerance_is_exact_or_absolute_for_one_or_all_or_relative() {
        assert_eq!(fact(json!("exact (0)")).tolerance("W", 2.0), Some(0.0));
        let each = fact(json!({"abs": {"W": 0.1}, "customers": 200}));
        assert_eq!(each.tolerance("W", 2.0), Some(0.1));
        assert_eq!(each.tolerance("L", 2.0), None);
        assert_eq!(each.samples(), Some(200.0));
        assert_eq!(fact(json!({"abs": 0.3})).tolerance("L", 2.0), Some(0.3));
        assert_eq!(fact(json!({"rel": 0.1})).tolerance("L", -2.0), Some(0.2));
        assert_eq!(fact(json!({})).tolerance("L", 2.0), None);
        assert_eq!(fact(json!({})).samples(), None);
    }

    #[test]
    fn a_fact_without_a_source_is_refused() {
        let value = json!([{"id": "x", "topic": "t"}]);
        assert_eq!(read(&value).unwrap_err(), "x has no \"source\"");
    }
}
