//! What `msa export` and the page hand out: every shipped scenario in every format, and small cases that are read by people.
//! What the programs say that open them is in `tests/exports`.

mod support;

use export::svg::{self, Theme};
use export::{Subject, Window, animation, chrome, flowchart, otlp, sequence, table};
use kernel::time::{Span, Time};
use picture::layout::Form;
use run::Run;
use scenario::{Scenario, read, shipped};
use serde_json::{Value, json};
use sim::Progress;
use sim::trace::Serial;
use std::collections::{BTreeMap, BTreeSet};
use words::Lang;
use words::names::Names;

/// A run up to this second.
fn run_to(scenario: Scenario, seconds: f64) -> Run {
    let mut run = Run::new(scenario, 1_000_000);
    let end = Time::ZERO + Span::from_secs_f64(seconds);
    while run.run_until(end, 100_000) == Progress::Busy {}
    run
}

fn window(from: f64, to: f64) -> Window {
    Window {
        from: Time::ZERO + Span::from_secs_f64(from),
        to: Time::ZERO + Span::from_secs_f64(to),
    }
}

fn with<T>(run: &Run, lang: Lang, test: impl FnOnce(&Subject) -> T) -> T {
    let names = Names::new(run.scenario(), run.plan());
    test(&Subject {
        run,
        names: &names,
        lang,
    })
}

/// The scenario of a golden trace.
fn golden(name: &str) -> Scenario {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
    let text = std::fs::read_to_string(format!("{folder}/{name}.json")).expect("it is there");
    read(&text).expect("it is sound")
}

/// Holds an export against the file that was read and kept. `GOLDEN=write` makes it anew.
fn check(file: &str, is: &str) {
    let path = format!("{}/tests/exports/golden/{file}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("GOLDEN").is_some_and(|value| value == "write") {
        std::fs::write(&path, is).expect("the golden file can be written");
    }
    let should = std::fs::read_to_string(&path).unwrap_or_default();
    let mut lines = is.lines().zip(should.lines()).enumerate();
    let differs = lines.find(|(_, (is, should))| is != should);
    assert!(
        is == should,
        "{file} is not as it was kept; first: {differs:?}"
    );
}

#[test]
fn a_lost_answer_and_its_compensation_as_a_sequence_diagram() {
    let run = run_to(golden("lost-answer-compensated"), 2.5);
    let text = |lang, request| {
        let all = window(0.0, 2.5);
        with(&run, lang, |it| sequence::text(it, all, request)).expect("it is there")
    };
    check("lost-answer-compensated.en.mmd", &text(Lang::En, None));
    check("lost-answer-compensated.ko.mmd", &text(Lang::Ko, Some(1)));
    assert!(text(Lang::En, Some(6)).contains("Request 6 of buyer"));
}

#[test]
fn an_event_that_a_relay_sends_twice_belongs_to_the_request_that_it_is_about() {
    let run = run_to(golden("outbox-sends-twice"), 3.5);
    let all = window(0.0, 3.5);
    let text = with(&run, Lang::En, |it| sequence::text(it, all, None)).expect("it is there");
    check("outbox-sends-twice.mmd", &text);
    check(
        "outbox-sends-twice.otlp.json",
        &pretty(&with(&run, Lang::En, |it| otlp::text(it, all))),
    );
    check(
        "outbox-sends-twice.chrome.json",
        &pretty(&with(&run, Lang::En, |it| chrome::text(it, all))),
    );
    check(
        "outbox-sends-twice.flowchart.mmd",
        &with(&run, Lang::En, flowchart::text),
    );
}

#[test]
fn the_course_of_a_run_as_a_table() {
    check("fan-out.csv", &table::csv(&run_to(golden("fan-out"), 3.0)));
}

#[test]
fn a_picture_of_a_small_world() {
    let run = run_to(golden("lost-answer-compensated"), 1.022);
    let text = with(&run, Lang::En, |it| {
        svg::text(it, Theme::Light, Form::Wide, 0.05)
    });
    check("lost-answer-compensated.svg", &text.replace("><", ">\n<"));
    let part = window(1.0, 1.15);
    let run = run_to(golden("lost-answer-compensated"), 1.15);
    let text = with(&run, Lang::En, |it| {
        animation::text(it, Theme::System, Form::Wide, part, 0.05)
    });
    check(
        "lost-answer-compensated.animation.svg",
        &text.replace("><", ">\n<"),
    );
}

fn pretty(text: &str) -> String {
    let value: Value = serde_json::from_str(text).expect("it is JSON");
    format!("{value:#}\n")
}

/// Every shipped scenario at two moments, early and late.
fn every_scenario(mut test: impl FnMut(&str, &Run, Window)) {
    for name in shipped::names() {
        for at in [2.0, 31.0] {
            let scenario = shipped::load(name).expect("it ships");
            test(name, &run_to(scenario, at + 1.0), window(at, at + 0.4));
        }
    }
}

#[test]
fn every_scenario_can_be_taken_away_as_diagrams() {
    every_scenario(|name, run, window| {
        for lang in [Lang::En, Lang::Ko] {
            let text = with(run, lang, flowchart::text);
            let plan = run.plan();
            for (kind, many) in [("c", plan.clients.len()), ("s", plan.services.len())] {
                for index in 0..many {
                    let node = format!("    {kind}{index}");
                    assert!(
                        text.contains(&node),
                        "{name}: {kind}{index} is not in\n{text}"
                    );
                }
            }
            let text = with(run, lang, |it| sequence::text(it, window, None));
            let text = text.unwrap_or_else(|said| panic!("{name}: {said}"));
            let declared = text.lines().filter(|line| line.contains(" as ")).count();
            assert!(declared >= 2, "{name}:\n{text}");
            assert!(text.lines().count() < 200, "{name}:\n{text}");
            // Later the lists wait for a worker for longer than the run goes on.
            let early = window.from.as_secs() < 10.0;
            if name == "consultation-list" && lang == Lang::En && early {
                assert!(text.contains("more calls of find by key"), "{text}");
                assert!(text.lines().count() < 40, "{text}");
            }
        }
    });
}

#[test]
fn every_scenario_can_be_taken_away_as_pictures_that_are_well_formed() {
    every_scenario(|name, run, window| {
        for theme in [Theme::System, Theme::Light, Theme::Dark] {
            for form in [Form::Wide, Form::Tall] {
                let still = with(run, Lang::Ko, |it| svg::text(it, theme, form, 1.0));
                well_formed(name, &still);
            }
            let moves = with(run, Lang::En, |it| {
                animation::text(it, theme, Form::Wide, window, 0.1)
            });
            well_formed(name, &moves);
            let shapes = moves.matches("<animateMotion").count();
            assert!((5..=700).contains(&shapes), "{name}: {shapes} shapes move");
            assert!(moves.len() < 600_000, "{name}: {} bytes", moves.len());
        }
    });
}

/// Whether every element is closed in its place, every attribute quoted, and no number is none.
fn well_formed(name: &str, text: &str) {
    let document = roxmltree::Document::parse(text);
    let document = document.unwrap_or_else(|error| panic!("{name}: {error}"));
    for node in document.descendants() {
        assert_ne!(node.tag_name().name(), "script", "{name}");
        for attribute in node.attributes() {
            let value = attribute.value();
            assert!(!attribute.name().starts_with("on"), "{name}: {attribute:?}");
            assert!(
                !value.contains("NaN") && !value.contains("inf"),
                "{name}: {attribute:?}"
            );
        }
    }
    let title = document.descendants().find(|it| it.has_tag_name("title"));
    assert!(title.is_none_or(|it| it.text().is_some_and(|text| !text.is_empty())));
}

#[test]
fn every_scenario_can_be_taken_away_as_traces_in_which_every_reference_leads_somewhere() {
    every_scenario(|name, run, window| {
        let text = with(run, Lang::En, |it| otlp::text(it, window));
        spans_fit_together(name, &serde_json::from_str(&text).expect("it is JSON"));
        let text = with(run, Lang::En, |it| chrome::text(it, window));
        events_fit_together(name, &serde_json::from_str(&text).expect("it is JSON"));
    });
}

fn nanos(span: &Value, name: &str) -> u64 {
    span[name]
        .as_str()
        .and_then(|it| it.parse().ok())
        .expect("a number as a text")
}

fn spans_fit_together(name: &str, document: &Value) {
    let mut spans: BTreeMap<&str, &Value> = BTreeMap::new();
    let resources = document["resourceSpans"].as_array().expect("a list");
    for resource in resources {
        for span in resource["scopeSpans"][0]["spans"]
            .as_array()
            .expect("a list")
        {
            let id = span["spanId"].as_str().expect("a text");
            assert_eq!(id.len(), 16, "{name}");
            assert_eq!(span["traceId"].as_str().map(str::len), Some(32), "{name}");
            assert!(spans.insert(id, span).is_none(), "{name}: two spans {id}");
        }
    }
    assert!(spans.len() > 3, "{name}: {} spans", spans.len());
    let mut linked = 0;
    for span in spans.values() {
        assert!(
            nanos(span, "startTimeUnixNano") <= nanos(span, "endTimeUnixNano"),
            "{name}: {span}"
        );
        let parent = span["parentSpanId"].as_str().expect("a text");
        if !parent.is_empty() {
            let parent = spans
                .get(parent)
                .unwrap_or_else(|| panic!("{name}: no parent of {span}"));
            assert_eq!(parent["traceId"], span["traceId"], "{name}");
            assert!(
                nanos(parent, "startTimeUnixNano") <= nanos(span, "startTimeUnixNano"),
                "{name}: {span} {parent}"
            );
        }
        for link in span["links"].as_array().expect("a list") {
            let to = spans[link["spanId"].as_str().expect("a text")];
            assert_eq!(to["traceId"], link["traceId"], "{name}");
            assert_eq!(
                (&span["kind"], &to["kind"]),
                (&json!(5), &json!(4)),
                "{name}"
            );
            linked += 1;
        }
        assert_eq!(
            span["kind"] == json!(5),
            span["links"] != json!([]),
            "{name}: {span}"
        );
    }
    let text = document.to_string();
    assert_eq!(linked > 0, text.contains("messaging.message.id"), "{name}");
}

fn events_fit_together(name: &str, document: &Value) {
    let events = document["traceEvents"].as_array().expect("a list");
    let time = |event: &Value, key: &str| event[key].as_f64().expect("a number");
    let place = |event: &Value| (event["pid"].as_u64(), event["tid"].as_u64());
    let mut named = BTreeSet::new();
    let mut slices: BTreeMap<_, Vec<(f64, f64)>> = BTreeMap::new();
    let mut flows: BTreeMap<String, [u32; 2]> = BTreeMap::new();
    for event in events {
        match event["ph"].as_str().expect("a text") {
            "M" => {
                named.insert(place(event));
            }
            "X" => {
                let (at, lasts) = (time(event, "ts"), time(event, "dur"));
                slices
                    .entry(place(event))
                    .or_default()
                    .push((at, at + lasts));
            }
            phase @ ("s" | "f" | "b" | "e") => {
                let id = format!("{}{}", event["cat"], event["id"]);
                let second = usize::from(matches!(phase, "f" | "e"));
                flows.entry(id).or_default()[second] += 1;
            }
            "i" => {}
            other => panic!("{name}: {other}"),
        }
    }
    assert!(slices.len() >= 2, "{name}");
    for (place, slices) in &mut slices {
        assert!(named.contains(place), "{name}: {place:?} has no name");
        slices.sort_by(|a, b| a.0.total_cmp(&b.0));
        // Half a nanosecond is a difference of writing.
        let apart = slices.windows(2).all(|it| it[0].1 <= it[1].0 + 0.001);
        assert!(apart, "{name}: one worker does two things at once");
    }
    assert!(
        flows.values().all(|many| *many == [1, 1]),
        "{name}: {flows:?}"
    );
    // An arrow begins and ends inside a slice, or no viewer draws it.
    for event in events
        .iter()
        .filter(|it| it["ph"] == "s" || it["ph"] == "f")
    {
        let at = time(event, "ts");
        let inside = slices.get(&place(event)).is_some_and(|slices| {
            slices
                .iter()
                .any(|(from, to)| from - 0.001 <= at && at <= to + 0.001)
        });
        assert!(inside, "{name}: {event}");
    }
}

#[test]
fn every_scenario_can_be_taken_away_as_numbers_and_as_a_document() {
    every_scenario(|name, run, _| {
        let text = table::csv(run);
        let fields = |line: &str| line.split(',').count();
        let head = text.lines().next().expect("a heading");
        assert!(
            text.lines().all(|line| fields(line) == fields(head)),
            "{name}"
        );
        assert_eq!(text.lines().count(), run.course().bins.len() + 1, "{name}");
        assert_eq!(
            table::numbers(run, &[])["numbers"]["to_s"],
            run.now().as_secs()
        );
        let again = read(&table::scenario(run.scenario()));
        assert_eq!(again.as_ref(), Ok(run.scenario()), "{name}");
    });
}

/// Names that are markup, syntax of Mermaid, formulas, and what no XML may hold.
const HOSTILE: &str = "</title><script>alert(1)</script>\"];end\n%%{init: {}}%%\u{1}=1+1 --> `x`";

#[test]
fn a_hostile_name_is_only_text_in_every_format() {
    let mut document: Value =
        serde_json::from_str(include_str!("golden/outbox-sends-twice.json")).expect("it is JSON");
    let name = json!(HOSTILE);
    document["title"] = name.clone();
    for part in ["services", "stores", "topics", "operations", "clients"] {
        for it in document[part]
            .as_object_mut()
            .expect("it has some")
            .values_mut()
        {
            it["title"] = name.clone();
        }
    }
    let run = run_to(support::scenario(&document), 3.0);
    let all = window(0.0, 3.0);
    for lang in [Lang::En, Lang::Ko] {
        with(&run, lang, |it| {
            well_formed("hostile", &svg::text(it, Theme::System, Form::Wide, 0.1));
            well_formed(
                "hostile",
                &animation::text(it, Theme::Dark, Form::Wide, all, 1.0),
            );
            for text in [
                flowchart::text(it),
                sequence::text(it, all, None).expect("it is there"),
            ] {
                assert!(!text.contains("<script") && !text.contains("%%"), "{text}");
                assert_eq!(text.matches("\n").count(), text.lines().count(), "{text}");
            }
            for text in [otlp::text(it, all), chrome::text(it, all)] {
                serde_json::from_str::<Value>(&text).expect("it is JSON");
            }
        });
    }
}

#[test]
fn a_trace_has_a_bound_and_says_what_it_leaves_out() {
    let run = run_to(shipped::load("consultation-list").expect("it ships"), 16.0);
    let wide = window(1.0, 15.0);
    let text = with(&run, Lang::En, |it| chrome::text(it, wide));
    let document: Value = serde_json::from_str(&text).expect("it is JSON");
    let said = document["otherData"]["left_out"].to_string();
    assert!(
        said.contains("more requests of this window left out"),
        "{said}"
    );
    let text = with(&run, Lang::Ko, |it| otlp::text(it, wide));
    assert!(text.contains("더 담지 않았습니다"));
}

#[test]
fn a_request_that_is_not_there_is_a_sentence_and_no_diagram() {
    let run = run_to(golden("lost-answer-compensated"), 2.5);
    let none = |request: Option<Serial>, to| {
        with(&run, Lang::En, |it| {
            sequence::text(it, window(0.0, to), request)
        })
        .unwrap_err()
    };
    assert!(none(Some(2), 2.5).contains("no request 2 of a client"));
    assert!(none(None, 0.5).contains("No request of a client begins"));
}

#[test]
fn the_pictures_have_the_sizes_of_the_page() {
    let page = include_str!("../static/style.css");
    let size = |sheet: &str, selector: &str| -> Option<f64> {
        let rule = sheet.split_once(&format!("{selector} {{"))?.1;
        let (_, rest) = rule.split_once('}')?.0.split_once("font-size:")?;
        rest.trim().split_once("px")?.0.parse().ok()
    };
    let spaced = svg::style(Theme::Light).replace('{', " {");
    for name in [
        "title", "live", "sub", "tiny", "table", "seen", "rate", "note",
    ] {
        let of_page = size(page, &format!(".picture .{name}"));
        assert_eq!(of_page, size(&spaced, &format!(".{name}")), "{name}");
        assert!(of_page >= Some(picture::layout::TEXT_MIN), "{name}");
    }
}

#[test]
fn the_pictures_have_the_colours_of_the_page() {
    let style = include_str!("../static/style.css");
    let (light, dark) = style
        .split_once(":root[data-theme=\"dark\"]")
        .expect("both are there");
    for (theme, values) in [(light, svg::LIGHT), (dark, svg::DARK)] {
        for (name, value) in svg::NAMES.iter().zip(values) {
            assert!(
                theme.contains(&format!("--{name}: {value};")),
                "--{name}: {value}"
            );
        }
    }
}

#[test]
fn the_posters_beside_the_page_are_the_pictures_of_today() {
    for (name, _) in shipped::ALL {
        let run = run_to(shipped::load(name).expect("it ships"), 10.0);
        for lang in [Lang::En, Lang::Ko] {
            let is = with(&run, lang, |subject| {
                svg::text(subject, Theme::System, Form::Wide, 1.0)
            });
            let file = format!("static/posters/{name}.{}.svg", lang.code());
            let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
            let should = std::fs::read_to_string(path).unwrap_or_default();
            assert!(
                is == should,
                "{file} is another picture: run `make posters` and look at it"
            );
            assert!(
                is.len() < 64 << 10,
                "{file} is too large to stand in place of something"
            );
        }
    }
}
