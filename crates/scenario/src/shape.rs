//! The shape of a document: whether a JSON value follows the published schema, every problem at once.
//!
//! The schema is made from the types (`msa schema`), so bounds and names stand in one place only. This checker knows
//! exactly the keywords that the schema uses; a test fails when it gains another. A link document (`share/complete.rs`)
//! may hold a scenario, so its schema is the one that is kept here, and the scenario's is a part of it.

use super::nearest::{did_you_mean, listed, meant, nearest, plain, quoted};
use super::notation::json_text;
use super::problems::{Problem, Problems};
use kernel::time::Span;
use message::{LocalizedMessage, Words, either, msg};
use serde_json::{Map, Value};
use std::rc::Rc;
use std::sync::OnceLock;

/// The published schema of links without what it tells people, which weighs 8 KB compressed.
pub const SCHEMA: &str = include_str!("shape.json");
/// A document is at most so deep.
pub const DEPTH_MAX: usize = 64;

const CHARACTERS: Words = &["characters", "글자"];
const ENTRIES: Words = &["entries", "항목"];

/// One form that a value may take: a schema without alternatives.
pub type Form = &'static Value;

/// Everything about `document` that is not as the schema wants it.
pub fn check(document: &Value) -> Problems {
    problems(|checker| checker.value("", schema(), document, 0))
}

/// Everything about a link document that is not as its schema wants it; its scenario, too, if it brings one.
pub fn check_link(document: &Value) -> Problems {
    problems(|checker| checker.value("", whole(), document, 0))
}

/// Everything about what stands at `keys` in a document that is not as the schema wants it; places are told from there.
pub fn check_at(keys: &[&str], value: &Value) -> Problems {
    problems(|checker| checker.one_of("", &Alternatives::new(forms_at(keys)), value, 0))
}

fn problems(check: impl FnOnce(&mut Checker)) -> Problems {
    let mut checker = Checker {
        problems: Problems::new(),
        known: Vec::new(),
    };
    check(&mut checker);
    checker.problems
}

/// The forms that the value at the end of `keys` may take; none if there can be no such value.
pub fn forms_at(keys: &[&str]) -> Vec<Form> {
    keys.iter().fold(forms(schema()), |here, key| {
        here.into_iter()
            .filter_map(|form| inside(form, key))
            .flat_map(forms)
            .collect()
    })
}

/// The one text that a form stands for, if it stands for one.
pub fn constant(form: Form) -> Option<&'static str> {
    form.get("const").and_then(Value::as_str)
}

/// Whether the values of a form have this JSON type.
pub fn is(form: Form, name: &str) -> bool {
    match form.get("type") {
        Some(Value::String(own)) => own == name,
        Some(Value::Array(all)) => all.iter().any(|own| own == name),
        _ => false,
    }
}

/// Whether a form is a length of time.
pub fn is_span(form: Form) -> bool {
    // Nothing else has a pattern (a test holds this), and it says what `Span::parse` says.
    form.get("pattern").is_some()
}

/// Whether `value` may stand where a value takes one of these forms.
pub fn fits(forms: &[Form], value: &Value) -> bool {
    forms
        .iter()
        .any(|form| problems(|checker| checker.value("", form, value, 0)).is_empty())
}

/// The schema of a link document, which has that of a scenario among its definitions.
fn whole() -> &'static Value {
    static PARSED: OnceLock<Value> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(SCHEMA).expect("the published schema is JSON"))
}

/// The schema of a scenario document.
fn schema() -> &'static Value {
    &whole()["$defs"]["Scenario"]
}

/// A schema's alternatives, with every reference followed; itself if it has none.
fn forms(schema: &'static Value) -> Vec<Form> {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let name = name.trim_start_matches("#/$defs/");
        return whole()["$defs"].get(name).map(forms).unwrap_or_default();
    }
    match schema.get("oneOf").or_else(|| schema.get("anyOf")) {
        Some(Value::Array(all)) => all.iter().flat_map(forms).collect(),
        _ => vec![schema],
    }
}

/// The schema of what stands at `key` inside a value of this form.
fn inside(form: Form, key: &str) -> Option<&'static Value> {
    if is(form, "array") && key.bytes().all(|c| c.is_ascii_digit()) {
        return form.get("items");
    }
    properties(form)
        .and_then(|known| known.get(key))
        .or_else(|| {
            form.get("additionalProperties")
                .filter(|any| any.is_object())
        })
}

fn properties(form: Form) -> Option<&'static Map<String, Value>> {
    form.get("properties").and_then(Value::as_object)
}

/// The name of a tagged form (`{"query": ...}`): an object whose one field is required.
fn tag(form: Form) -> Option<&'static str> {
    let required = form.get("required")?.as_array()?;
    match required.as_slice() {
        [only] if properties(form)?.len() == 1 => only.as_str(),
        _ => None,
    }
}

/// What the forms are, in words: `a whole number, "keys" or "rows"`.
fn words(forms: &[Form]) -> LocalizedMessage {
    let mut words: Vec<LocalizedMessage> = Vec::new();
    let tags: Vec<&str> = forms.iter().filter_map(|form| tag(form)).collect();
    for form in forms {
        let word = match constant(form) {
            Some(text) => quoted(text).into(),
            None if is_span(form) => msg!("a time such as \"5ms\"", "\"5ms\" 같은 시간"),
            None if is(form, "string") => msg!("a text", "문자열"),
            None if is(form, "integer") => msg!("a whole number", "정수"),
            None if is(form, "number") => msg!("a number", "수"),
            None if is(form, "boolean") => msg!("true or false", "true 또는 false"),
            None if is(form, "array") => msg!("a list in [ ]", "[ ] 목록"),
            None if tag(form).is_some() && tags.len() > 1 => {
                msg!(
                    "an object with one of {0}",
                    "{0} 중 하나가 있는 객체",
                    listed(&tags)
                )
            }
            None if tag(form).is_some() => {
                msg!("an object with {0}", "{0:이} 있는 객체", listed(&tags))
            }
            None if is(form, "object") => msg!("an object in { }", "{ } 객체"),
            None => continue, // null: the same as leaving it out
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    either(words)
}

/// Why a text does not stand for any of these forms, and what was probably meant.
pub fn refusal(forms: &[Form], text: &str) -> LocalizedMessage {
    let near = nearest(text, forms.iter().filter_map(|form| constant(form)));
    msg!(
        "must be {0}, not {1}{2}",
        "{0}만 쓸 수 있는데 {1}입니다{2}",
        words(forms),
        quoted(text),
        near.map_or("".into(), meant),
    )
}

/// The path of what stands at `key` inside `path`.
pub fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        plain(key)
    } else {
        format!("{path}.{}", plain(key))
    }
}

/// The forms that a value may take, and what is asked of them again and again.
struct Alternatives {
    forms: Vec<Form>,
    null: bool,
    boolean: bool,
    /// The form of a number.
    number: Option<Form>,
    /// The form of a list.
    array: Option<Form>,
    /// The forms of objects.
    objects: Vec<Form>,
    /// What stands behind the names of tagged objects.
    tags: Vec<(&'static str, Option<&'static Value>)>,
}

impl Alternatives {
    fn new(forms: Vec<Form>) -> Alternatives {
        let first = |names: &[&str]| {
            let has = |form: &&Form| names.iter().any(|name| is(form, name));
            forms.iter().find(has).copied()
        };
        let tagged = forms.iter().filter(|form| is(form, "object"));
        let tagged = tagged.filter_map(|form| Some((tag(form)?, inside(form, tag(form)?))));
        Alternatives {
            null: first(&["null"]).is_some(),
            boolean: first(&["boolean"]).is_some(),
            number: first(&["integer", "number"]),
            array: first(&["array"]),
            objects: forms
                .iter()
                .copied()
                .filter(|form| is(form, "object"))
                .collect(),
            tags: tagged.collect(),
            forms,
        }
    }
}

struct Checker {
    problems: Problems,
    /// What has been found out about schemas on the way, by their addresses: a document says the same kind of thing
    /// many times.
    known: Vec<(*const Value, Rc<Alternatives>)>,
}

impl Checker {
    /// Keeps a problem, or counts it if there are many; the words are only made if they are kept.
    fn report(&mut self, path: &str, message: impl FnOnce() -> LocalizedMessage) {
        self.problems.report(|| Problem::new(path, message()));
    }

    fn value(&mut self, path: &str, schema: &'static Value, value: &Value, depth: usize) {
        if depth > DEPTH_MAX {
            return self.report(path, || {
                msg!(
                    "is nested more than {0} deep",
                    "{0}겹보다 깊게 들어 있습니다",
                    DEPTH_MAX,
                )
            });
        }
        let alternatives = self.alternatives(schema);
        self.one_of(path, &alternatives, value, depth);
    }

    fn alternatives(&mut self, schema: &'static Value) -> Rc<Alternatives> {
        let address: *const Value = schema;
        match self
            .known
            .binary_search_by_key(&address, |(known, _)| *known)
        {
            Ok(place) => self.known[place].1.clone(),
            Err(place) => {
                let alternatives = Rc::new(Alternatives::new(forms(schema)));
                self.known.insert(place, (address, alternatives.clone()));
                alternatives
            }
        }
    }

    /// A value that may have one of these forms.
    fn one_of(&mut self, path: &str, may_be: &Alternatives, value: &Value, depth: usize) {
        let wrong = || msg!("must be {0}", "{0}만 쓸 수 있습니다", words(&may_be.forms));
        match value {
            Value::Null if !may_be.null => self.report(path, wrong),
            Value::Bool(_) if !may_be.boolean => self.report(path, wrong),
            Value::Null | Value::Bool(_) => {}
            Value::String(text) => self.text(path, &may_be.forms, text),
            Value::Number(_) => match may_be.number {
                Some(form) => self.number(path, form, value),
                None => self.report(path, wrong),
            },
            Value::Array(list) => match may_be.array {
                Some(form) => self.list(path, form, list, depth),
                None => self.report(path, wrong),
            },
            Value::Object(fields) => match may_be.objects.as_slice() {
                [] => self.report(path, wrong),
                [only] if may_be.forms.len() == 1 || may_be.tags.is_empty() => {
                    self.fields(path, only, fields, depth);
                }
                _ => self.tagged(path, &may_be.tags, fields, depth),
            },
        }
    }

    fn text(&mut self, path: &str, forms: &[Form], text: &str) {
        if forms.iter().any(|form| constant(form) == Some(text)) {
            return;
        }
        let free = forms
            .iter()
            .find(|form| is(form, "string") && constant(form).is_none());
        let Some(form) = free else {
            return self.report(path, || refusal(forms, text));
        };
        if is_span(form) {
            if let Err(refused) = Span::parse(text) {
                self.report(path, || plain_sentence(refused));
            }
        } else {
            self.bounds(
                path,
                form,
                ["minLength", "maxLength"],
                text.chars().count(),
                CHARACTERS,
            );
        }
    }

    fn number(&mut self, path: &str, form: Form, value: &Value) {
        let bound = |name: &str| form.get(name).filter(|bound| bound.is_number());
        let (min, max) = (bound("minimum"), bound("maximum"));
        let below = min.is_some_and(|min| value.as_f64() < min.as_f64());
        let above = max.is_some_and(|max| value.as_f64() > max.as_f64());
        if below || above {
            self.report(path, || match (min, max) {
                (Some(min), Some(max)) if min == max => {
                    msg!("must be {0}", "{0}만 쓸 수 있습니다", json_text(min))
                }
                (Some(min), Some(max)) => {
                    msg!(
                        "must be {0} to {1}",
                        "{0} 이상 {1} 이하여야 합니다",
                        json_text(min),
                        json_text(max),
                    )
                }
                (Some(min), None) => msg!(
                    "must be at least {0}",
                    "{0} 이상이어야 합니다",
                    json_text(min),
                ),
                (_, max) => {
                    msg!(
                        "must be at most {0}",
                        "{0} 이하여야 합니다",
                        json_text(max.unwrap_or(&Value::Null)),
                    )
                }
            });
        } else if is(form, "integer") && !(value.is_u64() || value.is_i64()) {
            self.report(path, || {
                msg!(
                    "must be a whole number, written without a point or an exponent, not {0}",
                    "소수점이나 지수 없이 쓴 정수여야 하는데 {0}입니다",
                    json_text(value),
                )
            });
        }
    }

    fn list(&mut self, path: &str, form: Form, list: &[Value], depth: usize) {
        self.bounds(path, form, ["minItems", "maxItems"], list.len(), ENTRIES);
        if let Some(schema) = form.get("items") {
            for (index, value) in list.iter().enumerate() {
                self.value(&join(path, &index.to_string()), schema, value, depth + 1);
            }
        }
    }

    /// One of several objects that are told apart by the name of their one field.
    fn tagged(
        &mut self,
        path: &str,
        forms: &[(&'static str, Option<&'static Value>)],
        fields: &Map<String, Value>,
        depth: usize,
    ) {
        let tags = || -> Vec<&str> { forms.iter().map(|(tag, _)| *tag).collect() };
        let mut known = 0;
        for (name, value) in fields {
            match forms.iter().find(|(tag, _)| *tag == name) {
                Some((_, schema)) => {
                    known += 1;
                    if let Some(schema) = schema {
                        self.value(&join(path, name), schema, value, depth + 1);
                    }
                }
                None => self.report(path, || unknown(name, &tags())),
            }
        }
        if known > 1 || fields.is_empty() {
            self.report(path, || {
                msg!(
                    "must have exactly one of {0}",
                    "{0} 중 정확히 하나만 있어야 합니다",
                    listed(&tags()),
                )
            });
        }
    }

    fn fields(&mut self, path: &str, form: Form, fields: &Map<String, Value>, depth: usize) {
        let none = Map::new();
        let known = properties(form).unwrap_or(&none);
        self.bounds(
            path,
            form,
            ["minProperties", "maxProperties"],
            fields.len(),
            ENTRIES,
        );
        for (name, value) in fields {
            match inside(form, name) {
                Some(schema) => self.value(&join(path, name), schema, value, depth + 1),
                None => self.report(path, || {
                    let names: Vec<&str> = known.keys().map(String::as_str).collect();
                    unknown(name, &names)
                }),
            }
        }
        let required = form.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !fields.contains_key(name) {
                self.report(path, || {
                    msg!(
                        "the field {0} is missing",
                        "필드 {0:이} 빠졌습니다",
                        quoted(name),
                    )
                });
            }
        }
    }

    /// A number of entries or characters against its two bounds.
    fn bounds(&mut self, path: &str, form: Form, names: [&str; 2], number: usize, unit: Words) {
        let bound = |name| form.get(name).and_then(Value::as_u64);
        let (min, max) = (bound(names[0]).unwrap_or(0), bound(names[1]));
        let number = number as u64;
        if number < min || max.is_some_and(|max| number > max) {
            self.report(path, || match max {
                Some(max) => msg!(
                    "must have {0} to {1} {2}, not {3}",
                    "{2} 수는 {0} 이상 {1} 이하여야 하는데 {3}입니다",
                    min,
                    max,
                    unit,
                    number,
                ),
                None => msg!(
                    "must have at least {0} {1}, not {2}",
                    "{1} 수는 {0} 이상이어야 하는데 {2}입니다",
                    min,
                    unit,
                    number,
                ),
            });
        }
    }
}

fn unknown(name: &str, known: &[&str]) -> LocalizedMessage {
    msg!(
        "unknown field {0}{1}",
        "필드 {0:을} 알 수 없습니다{1}",
        quoted(name),
        did_you_mean(name, known.iter().copied()),
    )
}

/// `Span::parse` repeats the text it was given, which may be long and have anything in it.
fn plain_sentence(refused: LocalizedMessage) -> LocalizedMessage {
    if refused.to_string().chars().count() > 160 {
        return msg!(
            "must be a time such as \"5ms\", \"250us\", \"1.5s\" or \"2m\"",
            "\"5ms\", \"250us\", \"1.5s\", \"2m\" 같은 시간이어야 합니다",
        );
    }
    match refused {
        LocalizedMessage::Same(text) => {
            text.escape_debug().to_string().replace("\\\"", "\"").into()
        }
        LocalizedMessage::In(words, gaps) => {
            LocalizedMessage::In(words, gaps.into_iter().map(plain_sentence).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::problems::PROBLEMS_MAX;
    use super::*;
    use serde_json::json;

    fn check_with(part: &Value, expected: &[&str]) {
        let mut document = json!({"version": 1, "name": "test"});
        for (name, value) in part.as_object().unwrap() {
            document[name] = value.clone();
        }
        let problems: Vec<String> = check(&document).iter().map(Problem::to_string).collect();
        assert_eq!(problems, expected, "{part}");
    }

    #[test]
    fn a_number_out_of_bounds_is_refused_with_the_bounds_of_the_schema() {
        check_with(
            &json!({"services": {"common": {"threads": 0}, "other": {"instances": 1e9}}}),
            &[
                "services.common.threads: must be 1 to 10000",
                "services.other.instances: must be 1 to 100",
            ],
        );
        check_with(&json!({"version": 2}), &["version: must be 1"]);
        check_with(
            &json!({"seed": 1.5, "services": {"a": {"threads": "4"}}}),
            &[
                "seed: must be a whole number, written without a point or an exponent, not 1.5",
                "services.a.threads: must be a whole number, not \"4\"",
            ],
        );
    }

    #[test]
    fn an_unknown_field_is_refused_with_the_nearest_name() {
        check_with(
            &json!({"services": {"common": {"thread": 4}}}),
            &["services.common: unknown field \"thread\"; did you mean \"threads\"?"],
        );
        check_with(
            &json!({"network": {"zzz": 4}}),
            &[
                "network: unknown field \"zzz\"; it must be \"answer_loss\", \"latency\" or \"request_loss\"",
            ],
        );
    }

    #[test]
    fn a_missing_field_is_named() {
        let problems: Vec<String> = check(&json!({})).iter().map(Problem::to_string).collect();
        assert_eq!(
            problems,
            [
                "the document: the field \"version\" is missing",
                "the document: the field \"name\" is missing"
            ]
        );
    }

    #[test]
    fn alternatives_are_checked_inside_the_one_that_was_meant() {
        let steps = json!([
            {"work": "5"},
            {"work": {"exponental": {"mean": "5ms"}}},
            {"work": {"uniform": {"min": 5}}},
            {"work": 5},
            {"qery": {}},
            {"query": {"store": "a", "rows": "row"}},
            {"query": {"store": "a", "rows": 10_001}},
            {"query": {"store": 3}, "work": "1ms"},
            {},
            "work",
        ]);
        let all = "\"work\", \"query\", \"write\", \"call\", \"fan_out\", \"repeat\", \"choose\", \"lookup\", \"resolve\", \"embed\", \"transaction\", \"insert\", \"update\", \"read\", \"remove\", \"apply\", \"publish\", \"decline\", \"lock\", \"unlock\" or \"coordinate\"";
        check_with(
            &json!({"operations": {"a.b": {"steps": steps}}}),
            &[
                "operations.a.b.steps.0.work: must be a time such as \"5ms\", \"250us\", \"1.5s\" or \"2m\", not \"5\"",
                "operations.a.b.steps.1.work: unknown field \"exponental\"; did you mean \"exponential\"?",
                "operations.a.b.steps.2.work.uniform.min: must be a time such as \"5ms\"",
                "operations.a.b.steps.2.work.uniform: the field \"max\" is missing",
                "operations.a.b.steps.3.work: must be a time such as \"5ms\" or an object with one of \"exponential\", \"uniform\", \"lognormal\", \"normal\" or \"bimodal\"",
                "operations.a.b.steps.4: unknown field \"qery\"; did you mean \"query\"?",
                "operations.a.b.steps.5.query.rows: must be a whole number, \"keys\" or \"rows\", not \"row\"; did you mean \"rows\"?",
                "operations.a.b.steps.6.query.rows: must be 0 to 10000",
                "operations.a.b.steps.7.query.store: must be a text",
                &format!("operations.a.b.steps.7: must have exactly one of {all}"),
                &format!("operations.a.b.steps.8: must have exactly one of {all}"),
                &format!(
                    "operations.a.b.steps.9: must be an object with one of {all}, not \"work\""
                ),
            ],
        );
    }

    #[test]
    fn lists_and_maps_are_bounded() {
        let many: Value = (0..65)
            .map(|i| (format!("s{i}"), json!({})))
            .collect::<Map<_, _>>()
            .into();
        check_with(
            &json!({"services": many}),
            &["services: must have 0 to 64 entries, not 65"],
        );
        check_with(
            &json!({"controls": [{"name": "", "sets": []}]}),
            &[
                "controls.0.name: must have 1 to 40 characters, not 0",
                "controls.0.sets: must have 1 to 32 entries, not 0",
            ],
        );
    }

    #[test]
    fn many_problems_are_counted_and_not_all_told() {
        let many: Value = (0..300)
            .map(|i| (format!("x{i}"), json!(0)))
            .collect::<Map<_, _>>()
            .into();
        let problems = check(&many);
        assert_eq!(problems.len(), PROBLEMS_MAX + 1);
        assert_eq!(problems[PROBLEMS_MAX].message.to_string(), "and 252 more");
    }

    #[test]
    fn the_forms_of_a_place_are_found_by_its_path() {
        let strategy = forms_at(&["references", "customer", "strategy"]);
        assert!(
            strategy
                .iter()
                .any(|form| constant(form) == Some("local_cache"))
        );
        assert!(is_span(
            forms_at(&["network", "latency", "lognormal", "mean"])[0]
        ));
        assert!(is(
            forms_at(&["operations", "a.b", "steps", "0", "query", "rows"])[0],
            "integer"
        ));
        assert!(forms_at(&["services", "a", "threads", "more"]).is_empty());
        assert!(forms_at(&["nothing"]).is_empty());
    }

    /// Every schema inside a schema.
    fn walk(schema: &'static Value, see: &mut impl FnMut(&'static Map<String, Value>)) {
        let Some(schema) = schema.as_object() else {
            return;
        };
        see(schema);
        for name in ["properties", "$defs"] {
            let inner = schema.get(name).and_then(Value::as_object);
            inner
                .into_iter()
                .flat_map(Map::values)
                .for_each(|inner| walk(inner, see));
        }
        for name in ["oneOf", "anyOf"] {
            let inner = schema.get(name).and_then(Value::as_array);
            inner
                .into_iter()
                .flatten()
                .for_each(|inner| walk(inner, see));
        }
        for name in ["items", "additionalProperties"] {
            schema
                .get(name)
                .into_iter()
                .for_each(|inner| walk(inner, see));
        }
    }

    #[test]
    fn the_checker_knows_every_keyword_of_the_schema() {
        // Understood by the code above. (Those that tell people something and constrain nothing are left out.)
        let known = "type properties additionalProperties $ref required items oneOf anyOf const minimum maximum \
             minItems maxItems minProperties maxProperties minLength maxLength pattern $defs";
        let known: Vec<&str> = known.split_whitespace().collect();
        walk(whole(), &mut |schema| {
            for keyword in schema.keys() {
                assert!(
                    known.contains(&keyword.as_str()),
                    "shape.rs does not know {keyword}"
                );
            }
            if let Some(Value::String(name)) = schema.get("$ref") {
                assert!(
                    whole()["$defs"]
                        .get(name.trim_start_matches("#/$defs/"))
                        .is_some(),
                    "{name}"
                );
            }
        });
    }

    #[test]
    fn every_whole_number_list_and_map_of_the_schema_is_bounded() {
        walk(whole(), &mut |schema| {
            let own: Form = &*Box::leak(Box::new(Value::Object(schema.clone())));
            let bounded = |name: &str| assert!(schema.contains_key(name), "no {name}: {own}");
            if is(own, "integer") {
                bounded("minimum");
                bounded("maximum");
            }
            if is(own, "array") {
                bounded("maxItems");
            }
            if is(own, "object") && schema.get("additionalProperties") != Some(&Value::Bool(false))
            {
                bounded("maxProperties");
            }
            // Only lengths of time have a pattern: `is_span` relies on it.
            if let Some(pattern) = schema.get("pattern") {
                assert_eq!(pattern, &whole()["$defs"]["Span"]["pattern"]);
            }
        });
    }
}
