//! Where the paths of a formula lead: into the fact, the experiment's own values, and the numbers of its runs.

use super::fact::Fact;
use super::formula::Formula;
use kernel::time::Span;
use serde_json::{Map, Value};

/// The numbers of one run, as `msa run --json` prints them, at its end and at the moments that formulas ask for.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// At the end.
    pub end: Value,
    /// On the way.
    pub moments: Vec<(Span, Value)>,
}

/// What a formula can see.
#[derive(Clone, Debug)]
pub struct Scope<'s> {
    /// `inputs`, `expected`, `tolerance`, `with`, and `n`, the size of the sample.
    fields: Map<String, Value>,
    /// The runs: by the names of the variants, or one without a name.
    runs: Vec<(&'s str, &'s Numbers)>,
}

impl<'s> Scope<'s> {
    /// What is known before anything has run: the fact.
    pub fn of(fact: &Fact) -> Scope<'s> {
        let part = |name: &str| {
            let value = fact.value.get(name).cloned().unwrap_or_default();
            (name.to_string(), value)
        };
        Scope {
            fields: ["inputs", "expected", "tolerance"]
                .into_iter()
                .map(part)
                .collect(),
            runs: Vec::new(),
        }
    }

    /// The same with one more field.
    #[must_use]
    pub fn and(mut self, name: &str, value: Value) -> Scope<'s> {
        self.fields.insert(name.into(), value);
        self
    }

    /// The same with the numbers of a run; the variant's name is empty if there is but one.
    #[must_use]
    pub fn and_run(mut self, variant: &'s str, numbers: &'s Numbers) -> Scope<'s> {
        self.runs.push((variant, numbers));
        self
    }

    /// The value of a formula.
    ///
    /// # Errors
    /// Which path leads nowhere, or what cannot be calculated.
    pub fn value(&self, formula: &Formula) -> Result<f64, String> {
        formula.value(&|path, at| self.number(path, at))
    }

    /// The number at a path.
    fn number(&self, path: &[String], at: Option<Span>) -> Result<f64, String> {
        let shown = path.join(".");
        match self.get(path, at)? {
            Value::Number(number) => number
                .as_f64()
                .ok_or_else(|| format!("{shown} is too large a number")),
            Value::Bool(truth) => Ok(f64::from(u8::from(*truth))),
            Value::Null => Err(format!("{shown} has no value: nothing of it happened")),
            _ => Err(format!("{shown} is no number")),
        }
    }

    /// What stands at a path.
    ///
    /// # Errors
    /// If nothing does.
    pub fn get(&self, path: &[String], at: Option<Span>) -> Result<&Value, String> {
        let nowhere = || format!("there is no {}", path.join("."));
        let Some((first, rest)) = path.split_first() else {
            return Err(nowhere());
        };
        if at.is_none()
            && let Some(field) = self.fields.get(first)
        {
            return follow(field, rest).ok_or_else(nowhere);
        }
        let named = self.runs.iter().find(|(variant, _)| variant == first);
        let (numbers, rest) = match (named, self.runs.first()) {
            (Some((_, numbers)), _) => (numbers, rest),
            (None, Some(("", numbers))) => (numbers, path),
            _ => return Err(nowhere()),
        };
        let value = match at {
            None => &numbers.end,
            Some(at) => {
                let moment = numbers.moments.iter().find(|(moment, _)| *moment == at);
                let not_there = || format!("the run did not come to {at}");
                &moment.ok_or_else(not_there)?.1
            }
        };
        follow(value, rest).ok_or_else(nowhere)
    }
}

/// Goes along a path. Names may have points themselves (`operations.desk.serve.calls`): the longest name counts.
fn follow<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    if path.is_empty() {
        return Some(value);
    }
    (1..=path.len()).rev().find_map(|length| {
        let name = path[..length].join(".");
        let inside = match value {
            Value::Object(fields) => fields.get(&name),
            Value::Array(list) => {
                let is_named = |entry: &&Value| entry.get("name").is_some_and(|it| *it == *name);
                let at = || name.parse::<usize>().ok().and_then(|index| list.get(index));
                list.iter().find(is_named).or_else(at)
            }
            _ => None,
        };
        follow(inside?, &path[length..])
    })
}

#[cfg(test)]
mod tests {
    use super::super::fact;
    use super::*;
    use serde_json::json;

    fn numbers(ok: u64) -> Numbers {
        let at = |ok: u64| json!({"operations": [{"name": "desk.serve", "ok": ok}], "hit_rate": null, "to_s": 2.5});
        Numbers {
            end: at(ok),
            moments: vec![(Span::from_secs(1), at(1))],
        }
    }

    fn a_fact() -> Fact {
        let file = json!([{"id": "x", "topic": "t", "source": "s", "inputs": {"rate": 8, "mu": [1, 0.5]},
            "expected": {}, "tolerance": {}}]);
        fact::read(&file).unwrap().remove(0)
    }

    fn value(scope: &Scope, text: &str) -> Result<f64, String> {
        scope.value(&Formula::parse(text).unwrap())
    }

    #[test]
    fn paths_lead_into_the_fact_and_into_lists_by_name() {
        let (fact, run) = (a_fact(), numbers(7));
        let scope = Scope::of(&fact).and("n", json!(4)).and_run("", &run);
        assert_eq!(value(&scope, "inputs.rate * inputs.mu.1 + n"), Ok(8.0));
        assert_eq!(value(&scope, "operations.desk.serve.ok"), Ok(7.0));
        assert_eq!(value(&scope, "operations.desk.serve.ok@1s"), Ok(1.0));
        assert_eq!(
            value(&scope, "operations.desk.serve.ok@2s").unwrap_err(),
            "the run did not come to 2s"
        );
        assert_eq!(
            value(&scope, "operations.desk.sell.ok").unwrap_err(),
            "there is no operations.desk.sell.ok"
        );
        assert_eq!(
            value(&scope, "hit_rate").unwrap_err(),
            "hit_rate has no value: nothing of it happened"
        );
        assert_eq!(
            value(&scope, "operations").unwrap_err(),
            "operations is no number"
        );
    }

    #[test]
    fn variants_are_named_first() {
        let (fact, one, two) = (a_fact(), numbers(7), numbers(9));
        let scope = Scope::of(&fact).and_run("one", &one).and_run("two", &two);
        assert_eq!(
            value(
                &scope,
                "two.operations.desk.serve.ok - one.operations.desk.serve.ok"
            ),
            Ok(2.0)
        );
        assert!(value(&scope, "operations.desk.serve.ok").is_err());
    }
}
