//! Documents from outside: broken ones are answered with every problem and its place, and nothing makes the reader
//! panic. The broken documents stand in `tests/broken`, each with what is to be said about it beside it.

mod support;

use kernel::time::{Span, Time};
use proptest::prelude::*;
use run::Run;
use scenario::read::{DOCUMENT_MAX, Problem, from_value, read, to_value};
use scenario::{Headline, HeadlineKind, Price, Scenario, problems, settings, shape, shipped};
use serde_json::{Value, json};
use sim::{Progress, Simulation};
use std::fs;
use std::path::{Path, PathBuf};

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn lines(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| format!("{problem}\n"))
        .collect()
}

/// What is said about `tests/broken/<name>.json` is what stands in `<name>.txt`.
fn check(name: &str) {
    let read_file = |ending: &str| {
        let path = folder("tests/broken").join(format!("{name}.{ending}"));
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let problems = read(&read_file("json")).expect_err("this document is broken");
    let (said, expected) = (lines(&problems), read_file("txt"));
    assert_eq!(said, expected, "{name}: this is said:\n{said}");
}

#[test]
fn text_that_is_not_json_is_answered_with_line_column_and_remedy() {
    check("trailing-comma");
    check("unclosed");
    check("comment");
    check("twice");
}

#[test]
fn unknown_fields_and_values_are_answered_with_the_nearest_name() {
    check("misspelt-fields");
    check("unknown-values");
}

#[test]
fn numbers_out_of_bounds_are_answered_with_the_bounds() {
    check("bounds");
}

#[test]
fn a_value_of_the_wrong_type_is_answered_with_what_belongs_there() {
    check("wrong-types");
}

#[test]
fn names_that_name_nothing_are_all_found() {
    check("unknown-names");
}

#[test]
fn names_are_letters_digits_underscores_and_hyphens() {
    check("names");
}

#[test]
fn a_service_reaches_its_own_stores_and_caches_only() {
    check("foreign-store");
}

#[test]
fn a_reference_needs_its_column_at_hand_and_an_owner_elsewhere() {
    check("references");
}

#[test]
fn calls_in_a_circle_are_shown_as_a_circle() {
    check("circles");
}

#[test]
fn ways_lead_somewhere_and_nobody_knows_which_was_gone() {
    check("ways");
}

#[test]
fn what_one_request_sets_off_is_bounded() {
    check("too-deep");
    check("too-much");
}

#[test]
fn clients_may_not_ask_faster_than_can_be_worked_off_or_without_time_passing() {
    check("too-fast");
    // A user who hardly thinks, and retries that hardly wait: minutes of work in a second of the run.
    check("closed-1ns");
    check("retry-without-end");
    check("too-often");
    check("too-busy");
}

#[test]
fn what_may_be_kept_back_takes_no_time() {
    check("spinning");
}

#[test]
fn retries_budgets_breakers_and_throttles_go_together() {
    check("resilience");
}

#[test]
fn memory_is_bounded_over_the_whole_document() {
    check("totals");
    check("counted-places");
}

#[test]
fn times_go_together() {
    check("times");
    check("no-duration");
}

#[test]
fn a_headline_tells_what_can_be_told() {
    check("headline");
}

#[test]
fn a_document_without_a_headline_has_the_one_that_fits_and_opens_at_the_beginning() {
    let of = |document: Value| {
        let scenario = from_value(document).expect("it is valid");
        assert_eq!(scenario.opens_at, Span::ZERO);
        assert_eq!(scenario.headline, None);
        scenario.headline()
    };
    let plain = json!({"version": 1, "name": "plain", "services": {"web": {}}});
    let usual = Headline {
        kind: HeadlineKind::Latency,
        price: Price::Calls,
    };
    assert_eq!(of(plain), usual);
    let mut with_ledger = to_value(&shipped::load("customer-update").unwrap()).unwrap();
    let fields = with_ledger.as_object_mut().unwrap();
    fields.remove("headline");
    fields.remove("opens_at");
    let usual = Headline {
        kind: HeadlineKind::Disagreements,
        price: Price::Latency,
    };
    assert_eq!(of(with_ledger), usual);
}

#[test]
fn a_fault_hits_something_that_is_there() {
    check("faults");
}

#[test]
fn links_are_used_by_references_and_caches_too() {
    let tables = |table: &str| json!({table: {"rows": 10}});
    let document = |cut: &str| {
        json!({
            "version": 1, "name": "links",
            "services": {"a": {}, "b": {}, "c": {}},
            "stores": {
                "a_db": {"service": "a", "tables": tables("row")},
                "b_db": {"service": "b", "tables": tables("row")},
            },
            "operations": {"b.find": {"steps": []}},
            "references": {"r": {"from": "a_db.row", "to": "b_db.row", "lookup": "b.find"}},
            "caches": {"x": {"service": "c", "of": "b_db.row"}},
            "faults": [{"at": "1s", "what": {"cut": {"link": cut}}}],
        })
    };
    for used in ["a -> b", "b -> a", "b -> c"] {
        assert!(from_value(document(used)).is_ok(), "{used}");
    }
    for unused in ["c -> b", "a -> c", "c -> a", "a -> a"] {
        assert!(from_value(document(unused)).is_err(), "{unused}");
    }
}

#[test]
fn a_control_sets_something_and_offers_what_is_possible() {
    check("controls");
}

#[test]
fn an_offer_applies() {
    check("offer");
    check("offer-value");
}

#[test]
fn statements_locks_and_keys_go_with_their_tables() {
    check("writing");
}

#[test]
fn events_leave_and_arrive_in_ways_that_do_not_contradict_each_other() {
    check("topics");
    check("event-circles");
}

#[test]
fn a_coordination_needs_what_it_is_made_of() {
    check("processes");
}

#[test]
fn the_ledger_and_reconciliations_look_at_what_is_there() {
    check("truth");
}

#[test]
fn many_problems_are_counted() {
    check("many-problems");
}

#[test]
fn every_broken_document_is_checked_here() {
    let own = include_str!("documents.rs");
    for entry in fs::read_dir(folder("tests/broken")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(
            own.contains(&format!("check({name:?});")),
            "nothing checks {}",
            path.display()
        );
    }
}

#[test]
fn every_example_of_the_format_s_documentation_is_a_scenario() {
    let text = fs::read_to_string(folder("docs/scenario-format.md")).unwrap();
    let mut blocks = 0;
    for block in text.split("```json\n").skip(1) {
        let json = block.split("```").next().unwrap();
        let scenario = read(json)
            .unwrap_or_else(|problems| panic!("{}in this example:\n{json}", lines(&problems)));
        let again = from_value(to_value(&scenario).unwrap());
        assert_eq!(
            again.as_ref(),
            Ok(&scenario),
            "it does not survive being written and read"
        );
        blocks += 1;
    }
    assert!(blocks >= 5, "only {blocks} examples were found");
}

/// An example of the documentation, run to its end: its client's numbers are what the text beside it says.
fn check_example(name: &str, rejected: f64, mean_ms: f64) {
    let text = fs::read_to_string(folder("docs/scenario-format.md")).unwrap();
    let block = text
        .split("```json\n")
        .find(|block| block.contains(&format!("\"name\": \"{name}\"")));
    let scenario = read(block.unwrap().split("```").next().unwrap()).unwrap();
    let end = Time::ZERO + scenario.duration;
    let mut run = Run::new(scenario, 0);
    assert_eq!(run.run_until(end, u64::MAX), Progress::Reached, "{name}");
    let client = &run.numbers().clients[0];
    let share = client.rejected as f64 / client.issued as f64;
    assert!(
        (share - rejected).abs() < 0.005,
        "{name}: {share} rejected, the text says {rejected}"
    );
    let mean = client.latency_ms.mean;
    assert!(
        (mean / mean_ms - 1.0).abs() < 0.03,
        "{name}: mean {mean} ms, the text says {mean_ms}"
    );
}

#[test]
fn the_textbook_examples_come_out_as_the_documentation_says() {
    check_example("mmc-queue", 0.0, 75.5);
    check_example("loss-system", 0.206, 50.0);
    check_example("tandem", 0.0, 166.7);
}

#[test]
fn the_example_that_writes_holds_what_the_documentation_promises() {
    let text = fs::read_to_string(folder("docs/scenario-format.md")).unwrap();
    let block = text
        .split("```json\n")
        .find(|block| block.contains("\"order-sms\""));
    let scenario = read(block.unwrap().split("```").next().unwrap()).unwrap();
    let found = |settings: &[(&str, &str)]| {
        let settings: Vec<_> = settings
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        let scenario = settings::apply(&scenario, &settings).unwrap();
        let mut simulation = Simulation::new(&scenario);
        let end = Time::ZERO + scenario.duration;
        assert_eq!(simulation.run_until(end, u64::MAX), Progress::Reached);
        let counts = simulation.ledger().counts();
        assert!(counts.closed > 1000, "{counts:?}");
        counts.ever.iter().sum::<u64>()
    };
    assert_eq!(found(&[]), 0, "an outbox and an inbox");
    assert!(
        found(&[("consume", "naive")]) > 0,
        "SMS that were sent twice"
    );
    assert!(
        found(&[("publish", "after_commit")]) > 0,
        "orders without an SMS"
    );
}

#[test]
fn every_field_and_value_of_the_format_is_documented() {
    let text = fs::read_to_string(folder("docs/scenario-format.md")).unwrap();
    let schema = include_str!("../static/scenario.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let mut names = Vec::new();
    collect(&schema, &mut names);
    assert!(names.len() > 80, "the schema has more names than {names:?}");
    for name in names {
        let shown = [format!("`{name}`"), format!("`\"{name}\"`")];
        assert!(
            shown.iter().any(|shown| text.contains(shown)),
            "docs/scenario-format.md does not mention `{name}`"
        );
    }
}

/// The names of fields and the words among the values of a schema.
fn collect(schema: &Value, names: &mut Vec<String>) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Object(properties)) = fields.get("properties") {
                names.extend(properties.keys().cloned());
            }
            names.extend(
                fields
                    .get("const")
                    .and_then(Value::as_str)
                    .map(String::from),
            );
            for (_, inner) in fields.iter().filter(|(name, _)| *name != "default") {
                collect(inner, names);
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| collect(inner, names)),
        _ => {}
    }
}

/// Documents made to be slow or large are answered, and with few words.
fn check_hostile(text: &str) {
    let problems = read(text).expect_err("a hostile document");
    assert!(
        problems.len() <= problems::PROBLEMS_MAX + 1,
        "{} problems",
        problems.len()
    );
    assert!(
        lines(&problems).len() < 100_000,
        "{} bytes are said",
        lines(&problems).len()
    );
}

#[test]
fn hostile_documents_are_answered_in_few_words() {
    let head = "{\"version\": 1, \"name\": \"hostile\"";
    let many = |part: &str| part.repeat((DOCUMENT_MAX - 2000) / part.len());
    check_hostile(&"[".repeat(DOCUMENT_MAX));
    check_hostile(&"{\"a\":".repeat(DOCUMENT_MAX / 5));
    check_hostile(&format!("{head}, \"x\": [{}0]}}", many("0,")));
    check_hostile(&format!("{head}, \"{}\": 0}}", many("x")));
    check_hostile(&format!(
        "{head}, \"title\": \"\", \"duration\": \"{}\"}}",
        many("9")
    ));
    check_hostile(&format!("{head}, \"seed\": 1{}}}", many("0")));
    let names: String = (0..50_000).map(|i| format!(", \"thread{i}\": 0")).collect();
    check_hostile(&format!("{head}{names}}}"));
    let calls = format!(
        "{{\"repeat\": {{\"times\": 1, \"steps\": [{}]}}}}",
        ["{\"call\": {\"operation\": \"a.x\"}}"; 100].join(",")
    );
    let steps = |_| format!("[{}]", [calls.as_str(); 2].join(","));
    let operations: Vec<String> = (0..120)
        .map(|i| format!("\"a.{i:_>50}\": {{\"steps\": {}}}", steps(i)))
        .collect();
    let operations = operations.join(",");
    check_hostile(&format!(
        "{head}, \"services\": {{\"a\": {{}}}}, \"operations\": {{{operations}}}}}"
    ));
    let faults: String = (0..20_000).map(|i| format!("{{\"at\": {i}}},")).collect();
    check_hostile(&format!("{head}, \"faults\": [{faults} 0]}}"));
}

#[test]
fn a_document_full_of_calls_is_worked_out_in_time() {
    // Every operation calls the next a hundred times with a hundred different numbers of keys: naively 10^10 calls.
    let calls =
        |to: usize, keys: usize| json!({"call": {"operation": format!("a.o{to}"), "keys": keys}});
    let mut operations = serde_json::Map::new();
    for level in 0..5 {
        let steps: Vec<Value> = (0..100).map(|keys| calls(level + 1, keys)).collect();
        operations.insert(format!("a.o{level}"), json!({"steps": steps}));
    }
    let work = json!({"repeat": {"times": "keys", "steps": [{"work": "1ms"}]}});
    operations.insert("a.o5".into(), json!({"steps": [work]}));
    let document =
        json!({"version": 1, "name": "calls", "services": {"a": {}}, "operations": operations});
    let problems = from_value(document).unwrap_err();
    assert!(problems.iter().all(|problem| {
        problem
            .message
            .to_string()
            .starts_with("one request takes more than 1000000 steps")
    }));
    assert_eq!(problems.len(), 4, "{}", lines(&problems));
}

/// Any JSON, small.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-5..200_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z0-9 .>-]{0,6}".prop_map(Value::from),
        prop_oneof![
            Just("5ms"),
            Just("batch"),
            Just("rows"),
            Just("common"),
            Just("uniform"),
            Just("unlimited"),
            Just("timed_out")
        ]
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let name = prop_oneof![
            Just("threads".to_string()),
            Just("mean".into()),
            Just("work".into()),
            "[a-z_]{0,4}"
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map(name, inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Puts `new` somewhere into `document`: `way` leads there.
fn graft(document: &mut Value, way: &[prop::sample::Index], new: Value) {
    let Some((first, rest)) = way.split_first() else {
        *document = new;
        return;
    };
    match document {
        Value::Object(fields) if !fields.is_empty() => {
            let name = fields
                .keys()
                .nth(first.index(fields.len()))
                .unwrap()
                .clone();
            graft(&mut fields[&name], rest, new);
        }
        Value::Array(list) if !list.is_empty() => {
            let index = first.index(list.len());
            graft(&mut list[index], rest, new);
        }
        other => *other = new,
    }
}

/// A document to spoil: the first that ships, or one of those in the documentation, which have every field between them.
fn any_document() -> impl Strategy<Value = Value> {
    let text = fs::read_to_string(folder("docs/scenario-format.md")).unwrap();
    let blocks = text.split("```json\n").skip(1);
    let examples = blocks.map(|block| block.split("```").next().unwrap());
    let all = examples.chain([shipped::ALL[0].1]);
    let all: Vec<Value> = all
        .map(|json| serde_json::from_str(json).unwrap())
        .collect();
    prop::sample::select(all)
}

proptest! {
    #![proptest_config(support::cases(2_000))]

    #[test]
    fn what_has_the_right_shape_the_types_can_read(
        mut document in any_document(),
        way in proptest::collection::vec(any::<prop::sample::Index>(), 1..11),
        new in any_json(),
    ) {
        graft(&mut document, &way, new);
        if shape::check(&document).is_empty() {
            let read: Result<Scenario, _> = serde_json::from_value(document.clone());
            prop_assert!(read.is_ok(), "{:?}", read);
        }
        // And whatever it is: an answer, never a panic; what is read survives being written.
        if let Ok(scenario) = from_value(document) {
            prop_assert_eq!(from_value(to_value(&scenario).unwrap()), Ok(scenario));
        }
    }

    #[test]
    fn what_the_types_refuse_the_shape_refuses(
        mut document in any_document(),
        way in proptest::collection::vec(any::<prop::sample::Index>(), 1..11),
        new in any_json(),
    ) {
        graft(&mut document, &way, new);
        if serde_json::from_value::<Scenario>(document.clone()).is_err() {
            prop_assert!(!shape::check(&document).is_empty());
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[\\[\\]{}\",:0-9a-z\\\\ \n\u{0}가]{0,60}") {
        let _ = read(&text);
    }
}

/// Every place of a document that has a title (or a summary), as a JSON pointer.
fn titles(value: &Value, at: &str, found: &mut Vec<String>) {
    let Some(fields) = value.as_object() else {
        let items = value.as_array().into_iter().flatten().enumerate();
        return items.for_each(|(index, it)| titles(it, &format!("{at}/{index}"), found));
    };
    for (name, it) in fields {
        let place = format!("{at}/{name}");
        if name == "title" || name == "summary" {
            found.push(place);
        } else {
            titles(it, &place, found);
        }
    }
}

#[test]
fn every_title_is_bounded() {
    let mut seen = std::collections::BTreeSet::new();
    for (name, text) in shipped::ALL {
        let document: Value = serde_json::from_str(text).unwrap();
        let mut places = Vec::new();
        titles(&document, "", &mut places);
        for place in places {
            let (longest, path) = match place.as_str() {
                "/summary" => (400, "summary".to_string()),
                place => (120, place[1..].replace('/', ".")),
            };
            for both in [false, true] {
                let mut changed = document.clone();
                let mut put = |length: usize| {
                    let text = "상".repeat(length);
                    let it = changed.pointer_mut(&place).unwrap();
                    *it = if both {
                        json!({ "en": "short", "ko": text })
                    } else {
                        json!(text)
                    };
                    from_value(changed.clone())
                };
                assert!(put(longest).is_ok(), "{name}: {path}");
                let problems = put(longest + 1).expect_err(&path);
                assert_eq!(
                    lines(&problems),
                    format!("{path}: must be at most {longest} characters long\n")
                );
            }
            seen.extend(place.split('/').nth(1).map(String::from));
        }
    }
    assert!(seen.len() > 8, "{seen:?}");
}
