//! Settings: how a person's choices change a scenario, and how they are told in a link or on the command line.
//!
//! A setting is a name and a text. The name is a control's, `seed`, or a path into the full document; the text becomes
//! what the format has at that place. Whatever settings make of a scenario is read and checked like any document.

mod changing;
mod path;

use super::nearest::{listed, meant, nearest, plain};
use super::notation::{json_text, number, number_text};
use super::problems::{Problem, Problems};
use super::read::{json, to_value};
use super::shape::{self, Form, constant, is, is_span};
use super::{Control, Range, Scenario};
pub use changing::Changing;
use changing::Touched;
use kernel::time::Span;
use message::{LocalizedMessage, msg};
pub use path::{get, keys, no_such_place, set};
use serde_json::{Number, Value};
use std::rc::Rc;

/// A setting: a name and the text of its value.
pub type Setting = (String, String);

/// The parts of a document that say what it is and what may be set; they are not settings themselves.
pub const NOT_SETTINGS: [&str; 6] = [
    "version", "name", "controls", "offer", "headline", "opens_at",
];

/// Names that mean something else in a link; no control may be called so.
pub const RESERVED: [&str; 6] = ["t", "select", "engine", "fault", "end", "redrive"];

/// What a control lets a person choose from.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// One of these.
    Choice(Vec<String>),
    /// A number.
    Number {
        /// The smallest offered.
        min: f64,
        /// The largest offered.
        max: f64,
        /// Whether equal steps multiply.
        log: bool,
        /// Whether only whole numbers make sense.
        whole: bool,
    },
    /// A length of time, in milliseconds.
    Time {
        /// The smallest offered.
        min_ms: f64,
        /// The largest offered.
        max_ms: f64,
        /// Whether equal steps multiply.
        log: bool,
    },
    /// Anything else: a text (or JSON).
    Text,
}

/// A scenario with settings applied, one after the other.
///
/// # Errors
/// Every name that is not known and every value that does not fit, under the name of its setting; then whatever is
/// wrong with the document that they make.
pub fn apply(base: &Scenario, settings: &[Setting]) -> Result<Scenario, Problems> {
    let mut changing = Changing::new(Rc::new(base.clone()))?;
    changing.change(settings)?;
    Ok(Rc::unwrap_or_clone(changing.into_scenario()))
}

fn apply_one(
    base: &Scenario,
    document: &mut Value,
    name: &str,
    text: &str,
    touched: &mut Touched,
) -> Result<(), Problem> {
    let one = [name.to_string()];
    let paths = match control(base, name) {
        Some(control) => control.sets.as_slice(),
        None if NOT_SETTINGS.contains(&name.split('.').next().unwrap_or(name)) => {
            let message = msg!(
                "cannot be set; write a document of your own instead",
                "설정할 수 없습니다. 대신 문서를 직접 작성하십시오",
            );
            return Err(Problem::new(plain(name), message));
        }
        None if keys(document, name).is_some() => &one,
        None => return Err(unknown_setting(base, document, name)),
    };
    for path in paths {
        let keys = keys(document, path).ok_or_else(|| no_such_place(document, path))?;
        let value = convert(&shape::forms_at(&keys), text)
            .map_err(|message| Problem::new(name, message))?;
        touched.note(&keys, get(document, path), &value);
        set(document, path, value)?;
    }
    Ok(())
}

/// A setting may replace a whole part (`clients.staff.load={"closed": ...}`); controls for what is gone go with it, and
/// so does an offer that needs them.
fn forget_lost_controls(document: &mut Value) {
    let texts = |value: Option<&Value>| -> Vec<String> {
        let list = value.and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(String::from).collect()
    };
    let controls = document
        .get("controls")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let (kept, lost): (Vec<Value>, Vec<Value>) = controls.into_iter().partition(|control| {
        texts(control.get("sets"))
            .iter()
            .all(|path| keys(document, path).is_some())
    });
    if lost.is_empty() {
        return;
    }
    let offered = document
        .get("offer")
        .and_then(|offer| offer.get("set"))
        .and_then(Value::as_object);
    let lost_name = |control: &Value| {
        control
            .get("name")
            .and_then(Value::as_str)
            .map(String::from)
    };
    let spoiled = offered.is_some_and(|set| {
        lost.iter()
            .filter_map(lost_name)
            .any(|name| set.contains_key(&name))
    });
    if let Some(fields) = document.as_object_mut() {
        fields.insert("controls".into(), kept.into());
        if spoiled {
            fields.remove("offer");
        }
    }
}

fn control<'s>(scenario: &'s Scenario, name: &str) -> Option<&'s Control> {
    scenario
        .controls
        .iter()
        .find(|control| control.name == name)
}

fn unknown_setting(base: &Scenario, document: &Value, name: &str) -> Problem {
    let names = base
        .controls
        .iter()
        .map(|control| control.name.as_str())
        .chain(["seed"]);
    if let Some(near) = nearest(name, names.clone()) {
        return Problem::new(
            plain(name),
            msg!(
                "there is no such setting{0}",
                "없는 설정입니다{0}",
                meant(near)
            ),
        );
    }
    // A path that begins well is answered with where it goes astray.
    let begins = name.split('.').next().unwrap_or(name);
    if name.contains('.') && document.get(begins).is_some() {
        return no_such_place(document, name);
    }
    let names: Vec<&str> = names.collect();
    Problem::new(
        plain(name),
        msg!(
            "there is no such setting; known are {0} and every path into the document",
            "없는 설정입니다. {0}, 그리고 문서 안의 모든 경로를 쓸 수 있습니다",
            listed(&names),
        ),
    )
}

/// Problems at places that a setting has just set, under the setting's name; once, if it set several places.
fn under_their_names(base: &Scenario, settings: &[Setting], problems: Problems) -> Problems {
    let named = problems.each(|mut problem| {
        let setting = settings.iter().rev().find(|(name, _)| {
            control(base, name).is_some_and(|control| match &problem.place {
                LocalizedMessage::Same(path) => control.sets.contains(path),
                LocalizedMessage::In(..) => false,
            })
        });
        if let Some((name, _)) = setting {
            problem.place = name.as_str().into();
        }
        problem
    });
    named.once_each()
}

/// The value that a text stands for where one of these forms is expected.
///
/// # Errors
/// What it must be.
pub fn convert(forms: &[Form], text: &str) -> Result<Value, LocalizedMessage> {
    let any = |name: &str| forms.iter().any(|form| is(form, name));
    if text.starts_with(['{', '[']) && (any("object") || any("array")) {
        return json(text).map_err(|problem| problem.said());
    }
    // In an address `after-commit` reads better than `after_commit`, and nothing else can be meant by it.
    let means = |word: &&str| *word == text || word.replace('_', "-") == text;
    if let Some(word) = forms.iter().filter_map(|form| constant(form)).find(means) {
        return Ok(word.into());
    }
    if any("boolean")
        && let Ok(value) = text.parse::<bool>()
    {
        return Ok(value.into());
    }
    if any("integer")
        && let Ok(value) = text.parse::<i64>()
    {
        return Ok(value.into());
    }
    if any("number")
        && let Some(value) = number(text).and_then(Number::from_f64)
    {
        return Ok(value.into());
    }
    if forms.iter().any(|form| is_span(form)) {
        // A plain number is what a slider gives: milliseconds.
        let span = match number(text) {
            Some(ms) if ms >= 0.0 => Ok(Span::from_nanos_f64(ms * 1e6)),
            _ => Span::parse(text),
        };
        return span.map(|span| span.to_string().into());
    }
    if forms
        .iter()
        .any(|form| is(form, "string") && constant(form).is_none())
    {
        return Ok(text.into());
    }
    Err(shape::refusal(forms, text))
}

/// A value as the text that [`apply`] reads back as the same value.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // 14.0 is 14 for people, and read back as what the format has there.
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => float.to_string(),
            _ => number_text(number),
        },
        other => json_text(other),
    }
}

/// The text of what a control stands at: its first place's value.
pub fn current(scenario: &Scenario, control: &Control) -> String {
    to_value(scenario).map_or(String::new(), |document| current_in(&document, control))
}

/// As [`current`], for a scenario whose full value is at hand.
pub fn current_in(document: &Value, control: &Control) -> String {
    let value = control.sets.first().and_then(|path| get(document, path));
    value.map_or(String::new(), text)
}

/// What a control lets a person choose from: from the format at the place it sets, and its own range or choices.
pub fn kind(scenario: &Scenario, control: &Control) -> Kind {
    to_value(scenario).map_or(Kind::Text, |document| kind_in(&document, control))
}

/// As [`kind`], for a scenario whose full value is at hand.
pub fn kind_in(document: &Value, control: &Control) -> Kind {
    let Some(path) = control.sets.first() else {
        return Kind::Text;
    };
    let (Some(keys), Some(value)) = (keys(document, path), get(document, path)) else {
        return Kind::Text;
    };
    if !control.choices.is_empty() {
        return Kind::Choice(control.choices.clone());
    }
    let forms = shape::forms_at(&keys);
    let choices: Vec<String> = forms
        .iter()
        .filter_map(|form| constant(form))
        .map(String::from)
        .collect();
    let number = forms
        .iter()
        .find(|form| is(form, "integer") || is(form, "number"));
    match (value, number) {
        (Value::Number(now), Some(form)) => {
            let bound = |name: &str| form.get(name).and_then(Value::as_f64);
            let range = control.range.unwrap_or(Range {
                min: bound("minimum").unwrap_or(0.0),
                max: bound("maximum")
                    .unwrap_or_else(|| now.as_f64().unwrap_or(1.0).max(1.0) * 10.0),
                log: false,
            });
            Kind::Number {
                min: range.min,
                max: range.max,
                log: range.log,
                whole: is(form, "integer"),
            }
        }
        (Value::String(now), _) if forms.iter().any(|form| is_span(form)) => {
            let now = Span::parse(now).unwrap_or_default().as_millis();
            let range = control.range.unwrap_or(Range {
                min: 0.0,
                max: now.max(1.0) * 10.0,
                log: false,
            });
            Kind::Time {
                min_ms: range.min,
                max_ms: range.max,
                log: range.log,
            }
        }
        (Value::Bool(_), _) => Kind::Choice(vec!["true".into(), "false".into()]),
        // All alternatives are plain words: a choice. (Uniform popularity, too, but it has others that are not.)
        _ if !choices.is_empty() && choices.len() == forms.len() => Kind::Choice(choices),
        _ => Kind::Text,
    }
}

/// Whether the number at a path is a share: the format has it between 0 and 1.
pub fn is_share(document: &Value, path: &str) -> bool {
    let Some(keys) = keys(document, path) else {
        return false;
    };
    let bounds = |form: &Form| {
        let bound = |name: &str| form.get(name).and_then(Value::as_f64);
        (bound("minimum"), bound("maximum"))
    };
    let forms = shape::forms_at(&keys);
    forms
        .iter()
        .any(|form| is(form, "number") && bounds(form) == (Some(0.0), Some(1.0)))
}

/// The settings that make `scenario` from `base`: controls in their order, then paths that no control sets, then the
/// seed. Empty if they are the same.
pub fn changed(base: &Scenario, scenario: &Scenario) -> Vec<Setting> {
    let (Ok(mut document), Ok(target)) = (to_value(base), to_value(scenario)) else {
        return Vec::new();
    };
    let mut settings = Vec::new();
    for control in &base.controls {
        let value = current_in(&target, control);
        if value != current_in(&document, control)
            && apply_one(
                base,
                &mut document,
                &control.name,
                &value,
                &mut Touched::default(),
            )
            .is_ok()
        {
            settings.push((control.name.clone(), value));
        }
    }
    let mut rest = Vec::new();
    difference("", &document, &target, &mut rest);
    // The seed is what people look for last: `...&seed=9`.
    let (seed, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|(path, _)| path == "seed");
    settings.extend(rest);
    settings.extend(seed);
    settings
}

/// The smallest places where two documents differ and that a setting can reach.
fn difference(path: &str, base: &Value, target: &Value, found: &mut Vec<Setting>) {
    if base == target {
        return;
    }
    let join = |key: &str| {
        if path.is_empty() {
            key.to_string()
        } else {
            format!("{path}.{key}")
        }
    };
    match (base, target) {
        (Value::Object(a), Value::Object(b)) if path.is_empty() || a.keys().eq(b.keys()) => {
            for (key, value) in a {
                // What is only on one side (an offer, say) is no setting.
                if let Some(other) = b.get(key)
                    && !(path.is_empty() && NOT_SETTINGS.contains(&key.as_str()))
                {
                    difference(&join(key), value, other, found);
                }
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (value, other)) in a.iter().zip(b).enumerate() {
                difference(&join(&index.to_string()), value, other, found);
            }
        }
        _ => found.push((path.to_string(), text(target))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::shipped;
    use super::*;

    fn base() -> Scenario {
        shipped::load("consultation-list").unwrap()
    }

    fn settings(list: &[(&str, &str)]) -> Vec<Setting> {
        list.iter()
            .map(|(name, text)| (name.to_string(), text.to_string()))
            .collect()
    }

    fn check(list: &[(&str, &str)], path: &str, expected: &str) {
        let scenario = apply(&base(), &settings(list))
            .unwrap_or_else(|problems| panic!("{list:?}: {problems:?}"));
        let document = to_value(&scenario).unwrap();
        assert_eq!(
            get(&document, path).unwrap().to_string(),
            expected,
            "{list:?}"
        );
    }

    fn check_refused(list: &[(&str, &str)], expected: &[&str]) {
        let problems = apply(&base(), &settings(list)).unwrap_err();
        let shown: Vec<String> = problems.iter().map(Problem::to_string).collect();
        assert_eq!(shown, expected, "{list:?}");
    }

    #[test]
    fn a_setting_is_a_controls_name_or_the_seed_or_a_path() {
        check(
            &[("customer", "batch")],
            "references.customer.strategy",
            "\"batch\"",
        );
        check(&[("rate", "50")], "clients.staff.load.poisson.rate", "50.0");
        check(&[("seed", "9")], "seed", "9");
        check(
            &[("services.common.accept_queue", "5")],
            "services.common.accept_queue",
            "5",
        );
        check(
            &[("rows", "keys")],
            "operations.consultation.list.steps.0.query.rows",
            "\"keys\"",
        );
        check(
            &[(
                "clients.staff.load",
                "{\"closed\": {\"users\": 5, \"think\": \"1s\"}}",
            )],
            "clients.staff.load.closed.users",
            "5",
        );
    }

    #[test]
    fn a_word_may_have_hyphens() {
        check(
            &[("customer", "local-cache")],
            "references.customer.strategy",
            "\"local_cache\"",
        );
    }

    #[test]
    fn a_control_sets_all_its_places() {
        for reference in ["customer", "code", "user", "department"] {
            check(
                &[("batch-size", "7")],
                &format!("references.{reference}.batch_size"),
                "7",
            );
        }
    }

    #[test]
    fn a_time_is_a_number_with_a_unit_or_plain_milliseconds() {
        check(
            &[("latency", "5ms")],
            "network.latency.lognormal.mean",
            "\"5ms\"",
        );
        check(
            &[("latency", "0.25")],
            "network.latency.lognormal.mean",
            "\"250us\"",
        );
        check(&[("ttl", "90000")], "references.code.cache.ttl", "\"90s\"");
        check(&[("network.latency", "3")], "network.latency", "\"3ms\"");
    }

    #[test]
    fn an_unknown_setting_is_answered_with_the_nearest() {
        check_refused(
            &[("custmer", "batch")],
            &["custmer: there is no such setting; did you mean \"customer\"?"],
        );
        check_refused(
            &[
                ("services.common.thread", "4"),
                ("references.custmer.strategy", "batch"),
            ],
            &[
                "services.common.thread: \"services.common\" has no \"thread\"; did you mean \"threads\"?",
                "references.custmer.strategy: \"references\" has no \"custmer.strategy\"; did you mean \"customer\"?",
            ],
        );
        let problems = apply(&base(), &settings(&[("zzzzzzzz", "1")])).unwrap_err();
        assert!(
            problems[0]
                .message
                .to_string()
                .starts_with("there is no such setting; known are \"customer\", "),
            "{problems:?}"
        );
    }

    #[test]
    fn what_a_document_is_and_what_may_be_set_in_it_are_no_settings() {
        for path in ["name", "version", "controls.0.name", "offer.operation"] {
            let message = "cannot be set; write a document of your own instead";
            check_refused(&[(path, "1")], &[&format!("{path}: {message}")]);
        }
    }

    #[test]
    fn a_value_that_does_not_fit_is_told_once_under_the_settings_name() {
        check_refused(&[("batch-size", "0")], &["batch-size: must be 1 to 10000"]);
        check_refused(
            &[("threads", "many")],
            &["threads: must be a whole number, not \"many\""],
        );
        check_refused(&[("rate", "inf")], &["rate: must be a number, not \"inf\""]);
        check_refused(
            &[("latency", "-1")],
            &["latency: must be a time such as \"5ms\", \"250us\", \"1.5s\" or \"2m\", not \"-1\""],
        );
        let problems = apply(&base(), &settings(&[("customer", "bacth")])).unwrap_err();
        assert!(
            problems[0]
                .message
                .to_string()
                .ends_with("not \"bacth\"; did you mean \"batch\"?"),
            "{problems:?}"
        );
    }

    #[test]
    fn settings_equal_to_the_base_are_dropped_and_the_others_are_in_the_order_of_the_controls() {
        let base = base();
        assert_eq!(changed(&base, &base), []);
        let list = settings(&[
            ("seed", "9"),
            ("rate", "50"),
            ("rows", "100"),
            ("customer", "batch"),
            ("rate", "60"),
        ]);
        let scenario = apply(&base, &list).unwrap();
        assert_eq!(
            changed(&base, &scenario),
            settings(&[("customer", "batch"), ("rate", "60"), ("seed", "9")])
        );
    }

    #[test]
    fn the_seed_is_the_last_of_the_settings() {
        let list = settings(&[
            ("seed", "9"),
            ("services.common.accept_queue", "5"),
            ("rate", "50"),
        ]);
        let scenario = apply(&base(), &list).unwrap();
        let names: Vec<String> = changed(&base(), &scenario)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["rate", "services.common.accept_queue", "seed"]);
    }

    #[test]
    fn what_changed_makes_the_same_scenario_again() {
        let base = base();
        for list in [
            settings(&[
                ("services.common.accept_queue", "5"),
                ("ttl", "1m"),
                ("seed", "3"),
            ]),
            settings(&[("references.user.batch_size", "5"), ("batch-size", "10")]),
            settings(&[("batch-size", "10"), ("references.user.batch_size", "5")]),
            settings(&[("clients.staff.load", "{\"constant\": {\"rate\": 3.5}}")]),
            settings(&[(
                "faults",
                "[{\"at\": \"5s\", \"what\": {\"crash\": {\"service\": \"common\"}}}]",
            )]),
            settings(&[
                (
                    "references.code.popularity",
                    "{\"zipf\": {\"exponent\": 1}}",
                ),
                ("customers", "500"),
            ]),
            settings(&[("title.ko", "다른 이름"), ("duration", "5m")]),
        ] {
            let scenario =
                apply(&base, &list).unwrap_or_else(|problems| panic!("{list:?}: {problems:?}"));
            let again = changed(&base, &scenario);
            assert_eq!(
                apply(&base, &again).unwrap(),
                scenario,
                "{list:?} became {again:?}"
            );
            assert_eq!(changed(&base, &apply(&base, &again).unwrap()), again);
        }
    }

    fn check_kind(name: &str, expected: Kind) {
        let base = base();
        let control = control(&base, name).unwrap();
        assert_eq!(kind(&base, control), expected, "{name}");
    }

    #[test]
    fn a_controls_kind_follows_from_the_format_at_its_place() {
        let choices = [
            "join",
            "per_row",
            "parallel",
            "batch",
            "local_cache",
            "replica",
            "remodel",
        ];
        check_kind("customer", Kind::Choice(choices.map(String::from).to_vec()));
        check_kind(
            "sync",
            Kind::Choice(vec!["none".into(), "broadcast".into()]),
        );
        check_kind(
            "rate",
            Kind::Number {
                min: 0.5,
                max: 200.0,
                log: true,
                whole: false,
            },
        );
        check_kind(
            "rows",
            Kind::Number {
                min: 1.0,
                max: 500.0,
                log: true,
                whole: true,
            },
        );
        check_kind(
            "threads",
            Kind::Number {
                min: 1.0,
                max: 64.0,
                log: false,
                whole: true,
            },
        );
        check_kind(
            "ttl",
            Kind::Time {
                min_ms: 100.0,
                max_ms: 600_000.0,
                log: true,
            },
        );
    }

    #[test]
    fn a_control_without_a_range_has_the_bounds_of_the_format() {
        let mut base = base();
        for control in &mut base.controls {
            control.range = None;
        }
        let base = &base;
        let kind_of = |name: &str| kind(base, control(base, name).unwrap());
        assert_eq!(
            kind_of("threads"),
            Kind::Number {
                min: 1.0,
                max: 10_000.0,
                log: false,
                whole: true
            }
        );
        assert_eq!(
            kind_of("latency"),
            Kind::Time {
                min_ms: 0.0,
                max_ms: 10.0,
                log: false
            }
        );
    }
}
