//! Links: those that are out in the world open for ever, what is written is read back, and a link brings back the exact
//! run.

mod support;

use kernel::time::{Span, Time};
use proptest::prelude::*;
use run::digest::{ENGINE, digest_of_story};
use run::session::{Session, Story};
use scenario::notation::json_text;
use scenario::{FaultKind, Scenario, shipped};
use share::story::{self, Opened};
use share::{ENGINE_MAX, Link, Origin, complete, readable};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use support::generate::document;
use support::scenario;

fn opened(fragment: &str) -> Opened {
    Link::parse(fragment)
        .and_then(|link| story::open(&link))
        .unwrap_or_else(|problems| panic!("{fragment}: {problems:?}"))
}

/// Where a run of this link is looked at.
fn moment(opened: &Opened) -> Time {
    opened.playhead.unwrap_or(Time(2_000_000_000))
}

fn golden() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/links/v1");
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("the entry can be read").path())
        .collect();
    files.sort();
    files
}

#[test]
fn links_that_are_out_in_the_world_open_for_ever() {
    let write = std::env::var_os("LINKS").is_some_and(|value| value == "write");
    let files = golden();
    assert!(files.len() > 5);
    for file in files {
        let text = std::fs::read_to_string(&file).expect("the file can be read");
        let name = file.display();
        let mut lines = text.lines();
        let fragment = lines.next().expect("its first line is the link");
        let link = Link::parse(fragment).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        let says = json_text(&complete::to_value(&link));
        let opened = opened(fragment);
        let until = moment(&opened);
        let digest = digest_of_story(&opened.story, until);
        let run = format!(
            "engine {ENGINE}: {digest:016x} at {}",
            until.since(Time::ZERO)
        );
        if write {
            let known = lines.next().unwrap_or(&says);
            std::fs::write(&file, format!("{fragment}\n{known}\n{run}\n"))
                .expect("it can be written");
            lines = text.lines();
            lines.next();
        }
        assert_eq!(lines.next().unwrap_or(&says), says, "{name}");
        let known_run = lines.next().filter(|_| !write).unwrap_or(&run);
        // Another engine may get other results; that its links still open has been seen.
        let same_engine = known_run.starts_with(&format!("engine {ENGINE}:"));
        assert!(!same_engine || known_run == run, "{name}: {run}");
        assert!(
            text.lines().count() == 3 || write,
            "{name} has three lines: see tests/links/README.md"
        );
    }
}

/// Plays with a scenario as a person would: settings, faults, their end, back in time and on.
fn played(first: Scenario, rng: &[(u8, u16)]) -> Session {
    let mut session = Session::new(Rc::new(Story::new(Rc::new(first))), 1 << 14);
    let mut faults = Vec::new();
    for (what, amount) in rng {
        session.advance(Span::from_millis(u64::from(*amount % 400)), 20_000);
        match what % 6 {
            0 => {
                let names: Vec<String> = session.scenario().services.keys().cloned().collect();
                let service = names[usize::from(*amount) % names.len()].clone();
                let kind = if amount % 2 == 0 {
                    FaultKind::Crash {
                        service,
                        instance: None,
                    }
                } else {
                    FaultKind::Slow {
                        service,
                        instance: None,
                        factor: 1.0 + f64::from(*amount) / 7.0,
                    }
                };
                faults.extend(
                    session.inject(kind, (amount % 3 != 0).then(|| Span::from_millis(250))),
                );
            }
            1 => faults
                .pop()
                .into_iter()
                .for_each(|fault| session.end_fault(fault)),
            2 | 3 => {
                let mut changed = session.scenario().clone();
                let service = changed.services.keys().next().cloned().unwrap_or_default();
                if let Some(service) = changed.services.get_mut(&service) {
                    service.threads = 1 + u32::from(*amount % 9);
                }
                session.reconfigure(Rc::new(changed));
            }
            4 => {
                let back = session.now().0 / 2;
                session.seek(Time(back));
                while session.seeking().is_some() {
                    session.advance(Span::ZERO, 20_000);
                }
            }
            _ => session.to_next_millisecond(),
        }
    }
    // What the last deed brought about at its own instant belongs to the moment, too.
    session.advance(Span::ZERO, u64::MAX);
    session
}

fn check_round_trip(
    origin: &Origin,
    base: &Scenario,
    session: &Session,
) -> Result<(), TestCaseError> {
    let mut link = story::link(origin, base, session.story());
    link.playhead = Some(session.now());
    let complete = complete::write(&link);
    let forms = [Some(complete), readable::write(&link)];
    prop_assert_eq!(forms[1].is_some(), matches!(origin, Origin::Shipped(_)));
    for fragment in forms.into_iter().flatten() {
        prop_assert_eq!(Link::parse(&fragment), Ok(link.clone()), "{}", &fragment);
        let opened = opened(&fragment);
        prop_assert_eq!(&opened.base, &Rc::new(base.clone()));
        prop_assert_eq!(&opened.story, session.story(), "{}", &fragment);
        // The same incident on another machine: record by record.
        let mut again = Session::new(opened.story, 1 << 14);
        again.seek(session.now());
        while again.seeking().is_some() {
            again.advance(Span::ZERO, 777);
        }
        let numbers = |session: &Session| {
            let numbers =
                serde_json::to_string_pretty(&session.run().numbers()).expect("it is JSON");
            numbers.lines().map(String::from).collect::<Vec<_>>()
        };
        let differ = |(one, other): (String, String)| (one != other).then_some((one, other));
        let differing: Vec<_> = numbers(&again)
            .into_iter()
            .zip(numbers(session))
            .filter_map(differ)
            .collect();
        prop_assert!(differing.is_empty(), "{differing:?}");
        let records = |session: &Session| {
            let records = session.run().trace().records();
            records.iter().rev().take(500).copied().collect::<Vec<_>>()
        };
        prop_assert_eq!(records(&again), records(session));
    }
    Ok(())
}

proptest! {
    #![proptest_config(support::cases(60))]

    #[test]
    fn a_link_brings_back_whatever_was_done_to_a_scenario_of_ones_own(
        document in document(),
        rng in proptest::collection::vec((any::<u8>(), any::<u16>()), 0..8),
    ) {
        let base = scenario(&document);
        let origin = Origin::Own(Rc::new(document));
        check_round_trip(&origin, &base, &played(base.clone(), &rng))?;
    }

    #[test]
    fn a_link_brings_back_whatever_was_done_to_a_scenario_that_ships(
        which in 0..shipped::ALL.len(),
        rng in proptest::collection::vec((any::<u8>(), any::<u16>()), 0..6),
    ) {
        let (name, _) = shipped::ALL[which];
        let base = shipped::load(name).expect("it ships");
        let origin = Origin::Shipped(name.into());
        check_round_trip(&origin, &base, &played(base.clone(), &rng))?;
    }
}

fn check_refused(fragment: &str, expected: &str) {
    let problems = Link::parse(fragment)
        .and_then(|link| story::open(&link))
        .expect_err(fragment);
    let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(
        all.iter().any(|problem| problem.contains(expected)),
        "{fragment}: {all:?}"
    );
}

#[test]
fn what_cannot_have_been_done_is_refused_with_its_place() {
    check_refused(
        "consultation-list?@1s&fault=crash,service:comon",
        "what was done at 1s (number 1): there is no service \"comon\"",
    );
    check_refused(
        "consultation-list?@1s&fault=crush,service:common",
        "did you mean \"crash\"?",
    );
    check_refused(
        "consultation-list?@1s&seed=5",
        "seed cannot be changed while the run goes on; set it from the start",
    );
    check_refused(
        "consultation-list?@1s&rat=5",
        "what was done at 1s (number 1), rat",
    );
    check_refused("consultation-list?@1s&end=0", "there is no fault 0");
    check_refused(
        "order-payment?@1s&redrive=nobody",
        "there is no subscription \"nobody\"",
    );
    check_refused("retry-strom", "did you mean \"retry-storm\"?");
}

/// The same link in both forms, of which neither opens.
fn check_refused_in_both_forms(name: &str, field: &str, value: serde_json::Value, expected: &str) {
    let text = value.as_str().map_or(value.to_string(), String::from);
    let escaped: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    check_refused(&format!("{name}?{field}={escaped}"), expected);
    let document = serde_json::json!({ "scenario": name, field: value });
    check_refused(&complete::pack(&document.to_string()), expected);
}

#[test]
fn what_is_selected_must_be_there_and_cleanly_written() {
    for selected in [
        "service.payment",
        "store.order_db",
        "key.0",
        "key.4294967295",
    ] {
        assert_eq!(
            opened(&format!("order-payment?select={selected}"))
                .selected
                .as_deref(),
            Some(selected)
        );
    }
    let form = "must be service.NAME, store.NAME, topic.NAME or key.NUMBER";
    for unclean in [
        "",
        "payment",
        "service",
        "client.people",
        "key.",
        "key.-1",
        "key.+1",
        "key.007",
        "key.1e3",
        "key.4294967296",
        "key.1 ",
        "Service.payment",
        "<img src=x>",
        "key.1\u{0}",
    ] {
        check_refused_in_both_forms("order-payment", "select", unclean.into(), form);
    }
    for (unknown, expected) in [
        (
            "service.paymint",
            "the link, select: there is no service \"paymint\"; did you mean \"payment\"?",
        ),
        (
            "store.payment",
            "the link, select: there is no store \"payment\"",
        ),
        ("topic.", "the link, select: there is no topic \"\""),
        (
            "service.payment.x",
            "the link, select: there is no service \"payment.x\"",
        ),
    ] {
        check_refused_in_both_forms("order-payment", "select", unknown.into(), expected);
    }
}

#[test]
fn versions_of_the_engine_are_bounded_alike_in_both_forms() {
    for engine in [0, 1, ENGINE_MAX] {
        let readable = opened(&format!("order-payment?engine={engine}"));
        let document = format!(r#"{{"scenario": "order-payment", "engine": {engine}}}"#);
        assert_eq!(opened(&complete::pack(&document)), readable);
        assert_eq!(readable.other_engine, engine != ENGINE);
    }
    for engine in [i64::from(ENGINE_MAX) + 1, 4_294_967_295, 4_294_967_296, -1] {
        check_refused_in_both_forms("order-payment", "engine", engine.into(), "1000000");
    }
    check_refused(
        "order-payment?engine=+1",
        "must be a whole number from 0 to 1000000",
    );
    check_refused(
        "order-payment?engine=01",
        "must be a whole number from 0 to 1000000",
    );
}

#[test]
fn everything_that_is_wrong_with_a_link_is_said_at_once() {
    let problems = Link::parse("order-payment?publsh=x&seed=luck&t=soon").unwrap_err();
    let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(all[0].contains("character 34: must be a time"), "{all:?}");
    assert!(all[1].contains("did you mean \"publish\""), "{all:?}");
    assert!(all[2].starts_with("seed: must be"), "{all:?}");
    // Without the fault that cannot be read there is none to end, which is nobody's mistake.
    let problems = Link::parse("order-payment?@1s&fault=crash,order&@2s&end=0").unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
}

#[test]
fn what_is_set_at_the_moment_0_is_set_from_the_start() {
    assert_eq!(
        opened("consultation-list?@0s&customer=batch&seed=4").story,
        opened("consultation-list?customer=batch&seed=4").story
    );
}

#[test]
fn a_thousand_deeds_are_read_and_one_more_is_refused() {
    let deeds = |count: usize| -> String {
        let deeds = (1..=count).map(|i| format!("&@{i}ms&rate={}", 10 + i % 7));
        format!("consultation-list?{}", deeds.collect::<String>())
    };
    assert_eq!(opened(&deeds(1_000)).story.inputs.len(), 1_000);
    check_refused(&deeds(1_001), "more than 1000");
}

fn guide() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/links.md");
    std::fs::read_to_string(file).expect("the file can be read")
}

/// The blocks of a kind in the documentation of links.
fn blocks(kind: &str) -> Vec<String> {
    let text = guide();
    let fence = format!("```{kind}\n");
    text.split(&fence)
        .skip(1)
        .filter_map(|block| block.split("```").next())
        .map(String::from)
        .collect()
}

#[test]
fn every_link_of_the_documentation_opens() {
    let links = blocks("link").concat();
    assert!(links.lines().count() > 4);
    for link in links.lines() {
        opened(link);
    }
    let documents = blocks("json");
    assert_eq!(documents.len(), 1);
    let opened = opened(&complete::pack(&documents[0]));
    assert_eq!(opened.story.inputs.len(), 4);
}

#[test]
fn every_link_of_a_scenario_s_page_opens_that_scenario() {
    for (name, _) in shipped::ALL {
        let file = format!("docs/scenarios/{name}.md");
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = std::fs::read_to_string(file).expect("every scenario has its page");
        let links: Vec<&str> = text
            .split("(../../playground/#")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
            .collect();
        assert!(links.len() > 1, "{name}");
        for link in links {
            assert_eq!(opened(link).base.name, *name, "{link}");
        }
    }
}

#[test]
fn every_field_of_a_link_is_documented() {
    let schema = include_str!("../static/link.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).expect("it is JSON");
    let text = guide();
    for of in [&schema, &schema["$defs"]["DeedDocument"]] {
        let fields = of["properties"].as_object().expect("it has fields");
        for field in fields.keys() {
            let shown = [
                format!("`{field}`"),
                format!("`{field}="),
                format!("\"{field}\""),
            ];
            assert!(
                shown.iter().any(|shown| text.contains(shown)),
                "docs/links.md does not mention {field}"
            );
        }
    }
}

#[test]
fn a_link_that_python_has_packed_opens() {
    // The example of the documentation, as Python 3.11 prints it.
    let there = opened(
        "z1:q1YqTk7NSyzKzFeyUlDKL0pJLdItSKzMTc0rUdJRUCpOLQGKVysVlCblZBZngNQkppWkFsUn5-fmZpYo1QLVgFQoGRrpmRYr1QIA",
    );
    let here = opened("order-payment?publish=after_commit&t=12.5s");
    assert_eq!(there, here);
}
