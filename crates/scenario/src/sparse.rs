//! A document with only what differs from the defaults.

use super::{Scenario, binding, read};
use serde_json::Value;

/// The smallest document that is read as this scenario: every field without which it would be the same is left out.
///
/// A field is left out on trial, and the document read; that costs some hundred readings, so keep the result.
pub fn sparse(scenario: &Scenario) -> Value {
    let whole = read::to_value(scenario).unwrap_or_default();
    let mut document = whole.clone();
    let same = |document: &Value| {
        let read = binding::from_value::<Scenario>(document);
        read.and_then(|read| binding::to_value(&read))
            .is_ok_and(|read| read == whole)
    };
    shorten(&mut document, &mut Vec::new(), &same);
    document
}

/// Leaves out what can be left out of the part of `document` at `path`.
fn shorten(document: &mut Value, path: &mut Vec<Step>, same: &dyn Fn(&Value) -> bool) {
    let steps: Vec<Step> = match at(document, path) {
        Some(Value::Object(fields)) => fields.keys().cloned().map(Step::Field).collect(),
        Some(Value::Array(list)) => (0..list.len()).map(Step::Entry).collect(),
        _ => return,
    };
    for step in steps {
        let removed = match (&step, at(document, path)) {
            (Step::Field(name), Some(Value::Object(fields))) => fields.remove(name),
            _ => None,
        };
        let goes = removed.is_some() && same(document);
        if goes {
            continue;
        }
        if let (Step::Field(name), Some(value), Some(Value::Object(fields))) =
            (&step, removed, at(document, path))
        {
            fields.insert(name.clone(), value);
        }
        path.push(step);
        shorten(document, path, same);
        path.pop();
    }
}

enum Step {
    Field(String),
    Entry(usize),
}

fn at<'v>(document: &'v mut Value, path: &[Step]) -> Option<&'v mut Value> {
    path.iter()
        .try_fold(document, |here, step| match (step, here) {
            (Step::Field(name), Value::Object(fields)) => fields.get_mut(name),
            (Step::Entry(index), Value::Array(list)) => list.get_mut(*index),
            _ => None,
        })
}

#[cfg(test)]
mod tests {
    use super::super::shipped;
    use super::*;

    #[test]
    fn a_sparse_document_is_read_as_the_same_scenario_and_has_nothing_to_spare() {
        for (name, text) in shipped::ALL {
            let scenario = shipped::load(name).unwrap();
            let short = sparse(&scenario);
            assert_eq!(
                read::from_value(short.clone()).as_ref(),
                Ok(&scenario),
                "{name}"
            );
            // Its author knew no shorter one, but may have written a plain time where a constant is spelt out.
            let written: Value = serde_json::from_str(text).unwrap();
            let lengths = [&short, &written].map(|value| value.to_string().len());
            assert!(
                lengths[0] <= lengths[1] + lengths[1] / 100,
                "{name}: {lengths:?}"
            );
        }
    }

    #[test]
    fn defaults_are_left_out() {
        let scenario = read::read(
            r#"{"version": 1, "name": "a", "seed": 1, "services": {"web": {"threads": 4, "instances": 1}}}"#,
        )
        .unwrap();
        let short = sparse(&scenario);
        assert!(short.get("seed").is_none(), "{short}");
        assert!(short.get("controls").is_none(), "{short}");
    }
}
