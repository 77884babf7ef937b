//! The command as its users meet it: what it prints where, and its exit status.

use kernel::time::Span;
use run::digest::ENGINE;
use scenario::shipped;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn msa(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_msa"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn msa_reading(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_msa"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Dropped at the end of the statement: the end of the input.
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// A file that is there until the test ends.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str, contents: &[u8]) -> Temporary {
        let path = std::env::temp_dir().join(format!("msa-{}-{name}", std::process::id()));
        fs::write(&path, contents).unwrap();
        Temporary(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

const QUEUE: &str = r#"{
  "version": 1, "name": "queue", "duration": "20s",
  "services": { "desk": { "threads": 1 } },
  "operations": { "desk.serve": { "steps": [{ "work": { "exponential": { "mean": "10ms" } } }] } },
  "clients": { "people": { "operation": "desk.serve", "load": { "poisson": { "rate": 50 } } } }
}"#;

/// Succeeds, says nothing on standard error, and prints `expected` somewhere.
fn check_ok(arguments: &[&str], expected: &str) -> String {
    let output = msa(arguments);
    // On a busy machine a long run says how far it is.
    let said = text(&output.stderr).lines();
    let said: Vec<_> = said
        .filter(|line| !line.ends_with("million events"))
        .collect();
    assert!(said.is_empty(), "{arguments:?}: {said:?}");
    assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    let printed = text(&output.stdout);
    assert!(
        printed.contains(expected),
        "{arguments:?} printed:\n{printed}"
    );
    printed.to_string()
}

/// Fails with this status and these words on standard error, and prints nothing else.
fn check_fails(arguments: &[&str], status: i32, expected: &str) {
    let output = msa(arguments);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}");
    assert_eq!(text(&output.stdout), "", "{arguments:?}");
    let said = text(&output.stderr);
    assert!(said.contains(expected), "{arguments:?} said:\n{said}");
}

#[test]
fn the_published_schema_is_what_the_types_say() {
    let printed = check_ok(&["schema"], "\"$schema\"");
    let published = include_str!("../../../static/scenario.schema.json");
    assert!(
        printed == published,
        "static/scenario.schema.json is not what the types say; run\n    \
         cargo run --bin msa -- schema > static/scenario.schema.json\nand read the difference"
    );
    let printed = check_ok(&["schema", "--link"], "\"$schema\"");
    let published = include_str!("../../../static/link.schema.json");
    assert!(
        printed == published,
        "static/link.schema.json is not what the types say; run\n    \
         cargo run --bin msa -- schema --link > static/link.schema.json\nand read the difference"
    );
    let printed = check_ok(&["schema", "--run"], "\"$schema\"");
    let published = include_str!("../../../static/run.schema.json");
    assert!(
        printed == published,
        "static/run.schema.json is not what the types say; run\n    \
         cargo run --bin msa -- schema --run > static/run.schema.json\nand read the difference"
    );
    let printed = check_ok(&["schema", "--bare"], "\"$defs\"");
    assert!(
        printed == scenario::shape::SCHEMA,
        "crates/scenario/src/shape.json is not what the types say; run\n    \
         cargo run --bin msa -- schema --bare > crates/scenario/src/shape.json"
    );
}

/// The schema of a run, in which nothing may stand that it does not name.
fn strict_schema_of_a_run() -> Value {
    fn close(schema: &mut Value) {
        match schema {
            Value::Object(keywords) => {
                if keywords.contains_key("properties") {
                    keywords.insert("additionalProperties".into(), false.into());
                }
                keywords.values_mut().for_each(close);
            }
            Value::Array(all) => all.iter_mut().for_each(close),
            _ => {}
        }
    }
    let mut schema = serde_json::from_str(include_str!("../../../static/run.schema.json")).unwrap();
    close(&mut schema);
    schema
}

#[test]
fn what_every_scenario_that_ships_prints_is_what_the_schema_says() {
    let schema = jsonschema::validator_for(&strict_schema_of_a_run()).unwrap();
    let check = |arguments: &[&str]| {
        let printed = check_ok(arguments, "\"numbers\"");
        let document: Value = serde_json::from_str(&printed).unwrap();
        let wrong: Vec<String> = schema
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{arguments:?}: {wrong:#?}");
        document
    };
    for name in shipped::names() {
        let warm_up = shipped::load(name).unwrap().warm_up;
        let lasts = (warm_up + Span::from_secs(3)).to_string();
        let run = check(&["run", name, "--json", "--for", &lasts]);
        // The same run gives the same file, also as an export.
        assert_eq!(
            run,
            check(&["export", name, "--as", "json", "--for", &lasts])
        );
        let other = check(&["run", name, "--json", "--for", &lasts, "--seed", "77"]);
        assert_ne!(run["digest"], other["digest"], "{name}");
    }
}

/// Every field of the schema of a run, with what is said about it.
fn fields_of_a_run() -> Vec<(String, String)> {
    fn collect(schema: &Value, found: &mut Vec<(String, String)>) {
        match schema {
            Value::Object(keywords) => {
                let properties = keywords.get("properties").and_then(Value::as_object);
                for (name, field) in properties.into_iter().flatten() {
                    let says = field["description"].as_str().unwrap_or_default();
                    found.push((name.clone(), says.to_string()));
                }
                keywords.values().for_each(|inside| collect(inside, found));
            }
            Value::Array(all) => all.iter().for_each(|inside| collect(inside, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    let schema = serde_json::from_str(include_str!("../../../static/run.schema.json")).unwrap();
    collect(&schema, &mut found);
    assert!(found.len() > 100);
    found
}

#[test]
fn every_field_of_a_run_is_explained_in_the_schema_and_on_its_page() {
    let page = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/run-json.md"
    ))
    .unwrap();
    for (name, says) in fields_of_a_run() {
        assert!(!says.is_empty(), "{name} has no description");
        let says = says.split_whitespace().collect::<Vec<_>>().join(" ");
        let row = format!("| `{name}` | {says} |");
        assert!(page.contains(&row), "docs/run-json.md has no row\n{row}");
    }
}

/// So busy that nobody would wait for the end of a thousand hours of it.
const BUSY: &str = r#"{
  "version": 1, "name": "busy",
  "services": { "desk": { "threads": 1000 } },
  "operations": { "desk.serve": { "steps": [{ "work": "1ms" }] } },
  "clients": { "people": { "operation": "desk.serve", "load": { "constant": { "rate": 50000 } } } }
}"#;

#[test]
#[cfg(unix)]
fn a_long_run_shows_progress_and_ends_at_ctrl_c_with_what_it_has() {
    let file = Temporary::new("busy.json", BUSY.as_bytes());
    let mut child = Command::new(env!("CARGO_BIN_EXE_msa"))
        .args(["run", file.path(), "--for", "1000h", "--json"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Its progress comes by itself, also where nobody sits at a terminal.
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(
        line.contains("s simulated") && line.contains("million events"),
        "{line}"
    );
    let interrupted = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(interrupted.success());
    // The numbers first: they are more than a pipe holds, and what is said comes after them.
    let output = child.wait_with_output().unwrap();
    let mut said = String::new();
    stderr.read_to_string(&mut said).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("interrupted at "), "{said}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["stopped"], "interrupted");
    assert!(document["simulated_s"].as_f64() > Some(0.0));
    assert!(document["numbers"]["clients"][0]["ok"].as_u64() > Some(0));
}

#[test]
fn list_says_what_can_be_changed_while_the_run_goes_on() {
    let listed = check_ok(&["list", "consultation-list"], "while running");
    let line = |name: &str| {
        let line = listed
            .lines()
            .find(|line| line.split_whitespace().next() == Some(name));
        line.unwrap_or_else(|| panic!("no {name} in\n{listed}"))
            .to_string()
    };
    assert!(line("rate").contains("  yes  "), "{listed}");
    assert!(line("seed").contains("  no  "), "{listed}");
    assert!(line("customers").contains("  no  "), "{listed}");
}

#[test]
fn list_names_the_scenarios_and_their_settings() {
    check_ok(&["list"], "consultation-list");
    let settings = check_ok(&["list", "consultation-list"], "per_row, parallel, batch");
    assert!(
        settings.contains("owner-threads") && settings.contains("seed"),
        "{settings}"
    );
}

#[test]
fn run_prints_tables_for_people() {
    let file = Temporary::new("run.json", QUEUE.as_bytes());
    let printed = check_ok(&["run", file.path()], "queue, seed 1: 20.0 s simulated");
    for expected in ["client", "people", "desk.serve", "utilisation", "ms", "/s"] {
        assert!(printed.contains(expected), "no {expected} in:\n{printed}");
    }
}

fn run_json(arguments: &[&str]) -> Value {
    let mut all = vec!["run", "--json"];
    all.extend(arguments);
    serde_json::from_str(&check_ok(&all, "\"numbers\"")).unwrap()
}

#[test]
fn run_prints_json_for_programs_and_takes_settings_seed_and_time() {
    let file = Temporary::new("json.json", QUEUE.as_bytes());
    let plain = run_json(&[file.path()]);
    assert_eq!(plain["scenario"], "queue");
    assert_eq!(plain["settings"], serde_json::json!({}));
    assert_eq!(plain["stopped"], Value::Null);
    assert_eq!(plain["simulated_s"], 20.0);
    let set = run_json(&[
        file.path(),
        "--for",
        "5s",
        "--seed",
        "3",
        "--set",
        "services.desk.threads=4",
    ]);
    assert_eq!(set["simulated_s"], 5.0);
    assert_eq!(set["numbers"]["services"][0]["threads"], 4);
    assert_eq!(
        set["settings"],
        serde_json::json!({"services.desk.threads": "4", "seed": "3"})
    );
}

#[test]
fn the_same_run_twice_is_the_same_text_and_another_seed_is_not() {
    let file = Temporary::new("same.json", QUEUE.as_bytes());
    let run = |seed| check_ok(&["run", "--json", file.path(), "--seed", seed], "numbers");
    assert_eq!(run("5"), run("5"));
    assert_ne!(run("5"), run("6"));
}

#[test]
fn a_link_from_the_page_selects_the_same_run() {
    let link = "https://example.org/play/?lang=ko#consultation-list?customer=batch&rate=5&seed=9";
    let by_link = run_json(&[link, "--for", "2s"]);
    let by_options = run_json(&[
        "consultation-list",
        "--for",
        "2s",
        "--set",
        "customer=batch",
        "--set",
        "rate=5",
        "--seed",
        "9",
    ]);
    assert_eq!(by_link, by_options);
    assert_eq!(by_link["settings"]["customer"], "batch");
    check_fails(
        &["run", "consultation-list?rate=%zz"],
        1,
        "msa: the link, character 24: % must be followed by",
    );
    check_fails(
        &["run", "consultation-lst?rate=5"],
        1,
        "did you mean \"consultation-list\"?",
    );
}

#[test]
fn a_document_can_come_from_standard_input() {
    let output = msa_reading(&["run", "-", "--for", "1s"], QUEUE);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let output = msa_reading(&["check", "-"], "{\"version\": 1}");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stderr),
        "msa: standard input: the document: the field \"name\" is missing\n"
    );
}

#[test]
fn trace_prints_one_line_for_each_record_from_and_until() {
    let file = Temporary::new("trace.json", QUEUE.as_bytes());
    let all = check_ok(&["trace", file.path()], " people asks for desk.serve\n");
    let part = check_ok(
        &["trace", file.path(), "--from", "200ms", "--until", "300ms"],
        "desk.serve",
    );
    let seconds = |line: &str| line.split(' ').next().unwrap().parse::<f64>().unwrap();
    assert!(all.lines().all(|line| seconds(line) < 1.0));
    let expected: Vec<&str> = all
        .lines()
        .filter(|line| (0.2..0.3).contains(&seconds(line)))
        .collect();
    assert_eq!(part.lines().collect::<Vec<_>>(), expected);
    let as_long = check_ok(
        &["trace", file.path(), "--from", "200ms", "--for", "100ms"],
        "desk.serve",
    );
    assert_eq!(as_long, part);
    check_fails(&["trace", file.path(), "--for", "0s"], 2, "longer than 0");
    check_fails(
        &["trace", file.path(), "--for", "1s", "--until", "2s"],
        2,
        "cannot be used with",
    );
}

#[test]
fn a_link_of_another_engine_is_run_and_says_so() {
    let same = msa(&[
        "run",
        &format!("consultation-list?engine={ENGINE}"),
        "--for",
        "1s",
    ]);
    assert_eq!(text(&same.stderr), "");
    let other = ENGINE + 1;
    for command in ["run", "trace"] {
        let output = msa(&[
            command,
            &format!("consultation-list?engine={other}"),
            "--for",
            "1s",
        ]);
        assert_eq!(output.status.code(), Some(0));
        assert!(!output.stdout.is_empty());
        let said = text(&output.stderr);
        let expected = format!(
            "msa: version {other} of the engine made the link, and this is version {ENGINE}"
        );
        assert!(said.starts_with(&expected), "{said}");
    }
}

#[test]
fn check_reports_every_problem_of_every_file() {
    let good = Temporary::new("good.json", QUEUE.as_bytes());
    let bad = Temporary::new(
        "bad.json",
        QUEUE.replace("\"threads\": 1", "\"thread\": 1").as_bytes(),
    );
    check_ok(&["check", good.path()], "ok, the scenario queue");
    let output = msa(&["check", bad.path(), good.path()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("ok, the scenario queue"));
    assert_eq!(
        text(&output.stderr),
        format!(
            "msa: {}: services.desk: unknown field \"thread\"; did you mean \"threads\"?\n",
            bad.path()
        )
    );
}

#[test]
fn problems_in_the_input_end_with_1_and_name_the_place() {
    check_fails(
        &["run", "consultation-lst"],
        1,
        "did you mean \"consultation-list\"?",
    );
    check_fails(
        &["run", "no/such/file.json"],
        1,
        "no/such/file.json: there is no such file",
    );
    check_fails(&["run", "."], 1, ".: cannot be read");
    check_fails(
        &["run", "consultation-list", "--set", "rat=5"],
        1,
        "msa: --set rat: there is no such setting; did you",
    );
    check_fails(
        &["run", "consultation-list", "--set", "threads=0"],
        1,
        "--set threads: must be 1 to 10000",
    );
    check_fails(
        &["run", "consultation-list", "--seed", "18446744073709551615"],
        1,
        "seed: must be",
    );
    let file = Temporary::new("latin.json", b"{\"name\": \"caf\xe9\"}");
    check_fails(&["check", file.path()], 1, "is not UTF-8 text (byte 13)");
    let file = Temporary::new("long.json", &vec![b' '; (1 << 20) + 10]);
    check_fails(&["check", file.path()], 1, "at most 1048576 are read");
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_to_do() {
    check_fails(&[], 2, "Usage: msa");
    check_fails(&["rnu"], 2, "unrecognized subcommand");
    check_fails(&["run"], 2, "SCENARIO");
    check_fails(
        &["run", "consultation-list", "--for", "5"],
        2,
        "must be a time such as",
    );
    check_fails(
        &["run", "consultation-list", "--set", "rate"],
        2,
        "a setting is written name=value",
    );
    check_fails(
        &[
            "trace",
            "consultation-list",
            "--from",
            "2s",
            "--until",
            "1s",
        ],
        2,
        "must be later than --from",
    );
    let warm = Temporary::new(
        "warm.json",
        QUEUE
            .replace("\"20s\"", "\"20s\", \"warm_up\": \"5s\"")
            .as_bytes(),
    );
    check_fails(
        &["run", warm.path(), "--for", "5s"],
        2,
        "no longer than the warm-up (5s)",
    );
}

#[test]
fn help_and_version_are_on_standard_output() {
    check_ok(&["--help"], "Exit status:");
    check_ok(&["run", "--help"], "--for <TIME>");
    check_ok(&["--version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn a_reader_who_has_had_enough_ends_it_quietly() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_msa"))
        .args(["trace", "consultation-list", "--until", "60s"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_run_that_reaches_a_bound_prints_what_there_is_and_ends_with_1() {
    let flood = QUEUE.replace("\"rate\": 50", "\"rate\": 1000000").replace(
        "\"threads\": 1",
        "\"threads\": 1, \"accept_queue\": 1000000",
    );
    let file = Temporary::new("flood.json", flood.as_bytes());
    let output = msa(&["run", file.path()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("desk.serve"));
    assert!(
        text(&output.stderr).starts_with("msa: the run stopped at "),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn export_prints_every_format_and_each_begins_as_it_should() {
    let file = Temporary::new("export.json", QUEUE.as_bytes());
    for (format, begins) in [
        ("svg", "<svg xmlns="),
        ("animation", "<svg xmlns="),
        ("flowchart", "flowchart LR\n"),
        ("mermaid", "flowchart LR\n"),
        ("sequence", "sequenceDiagram\n"),
        ("csv", "at_s,length_s,issued.people,"),
        ("json", "{\n"),
        ("scenario", "{\n"),
        ("chrome-trace", "{\"displayTimeUnit\":\"ms\""),
        ("otlp", "{\"resourceSpans\":["),
    ] {
        let printed = check_ok(&["export", file.path(), "--as", format], "");
        assert!(printed.starts_with(begins), "{format}: {:.100}", printed);
        assert!(printed.ends_with('\n'), "{format}");
    }
}

#[test]
fn a_png_is_as_large_as_the_picture_at_twice_the_density() {
    let file = Temporary::new("png.json", QUEUE.as_bytes());
    let svg = check_ok(&["export", file.path(), "--as", "svg"], "<svg");
    let side = |name: &str| -> u32 {
        let (_, rest) = svg.split_once(&format!(" {name}=\"")).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    let output = msa(&["export", file.path(), "--as", "png"]);
    assert_eq!(text(&output.stderr), "");
    assert!(output.stdout.starts_with(b"\x89PNG"));
    let number = |at: usize| u32::from_be_bytes(output.stdout[at..at + 4].try_into().unwrap());
    assert_eq!(
        (number(16), number(20)),
        (2 * side("width"), 2 * side("height"))
    );
}

#[test]
fn export_takes_a_moment_a_stretch_a_request_a_language_and_a_file() {
    let export = |more: &[&str], expected| {
        let mut all = vec!["export", "order-payment", "--as"];
        all.extend(more);
        check_ok(&all, expected)
    };
    export(&["svg", "--at", "12s", "--theme", "dark"], "at 12.000 s");
    export(
        &["sequence", "--at", "12s", "--for", "1s", "--lang", "ko"],
        "고객의 요청",
    );
    export(&["sequence", "--request", "876"], "title Request 876 of");
    let to = Temporary::new("export.csv", b"");
    let printed = export(&["csv", "--for", "3s", "--output", to.path()], "");
    assert_eq!(printed, "");
    assert_eq!(fs::read_to_string(to.path()).unwrap().lines().count(), 4);
}

#[test]
fn a_scenario_that_was_exported_is_the_same_scenario() {
    let changed = ["order-payment", "--set", "by=compensation"];
    let document = check_ok(
        &[&["export", "--as", "scenario"], &changed[..]].concat(),
        "{",
    );
    let file = Temporary::new("again.json", document.as_bytes());
    let numbers =
        |arguments: &[&str]| run_json(&[arguments, &["--for", "5s"]].concat())["numbers"].clone();
    assert_eq!(numbers(&[file.path()]), numbers(&changed));
}

#[test]
fn what_cannot_be_exported_is_said() {
    let fails = |more: &[&str], status, expected| {
        let mut all = vec!["export", "order-payment"];
        all.extend(more);
        check_fails(&all, status, expected);
    };
    fails(&[], 2, "--as <FORMAT>");
    fails(&["--as", "gif"], 2, "possible values: svg, png");
    fails(
        &["--as", "csv", "--at", "1s"],
        2,
        "--at means nothing for --as csv",
    );
    fails(
        &["--as", "flowchart", "--for", "1s"],
        2,
        "--for means nothing",
    );
    fails(
        &["--as", "otlp", "--theme", "dark"],
        2,
        "--theme means nothing",
    );
    fails(
        &["--as", "svg", "--request", "1"],
        2,
        "--request means nothing",
    );
    fails(
        &["--as", "svg", "--theme", "pink"],
        2,
        "must be light, dark or system",
    );
    fails(
        &["--as", "animation", "--speed", "0"],
        2,
        "from 0.001 to 1000",
    );
    fails(
        &["--as", "sequence", "--request", "2", "--at", "1s"],
        2,
        "leave --at and --for out",
    );
    fails(
        &["--as", "sequence", "--request", "99999999"],
        1,
        "no request 99999999",
    );
    fails(
        &["--as", "svg", "-o", "no/such/folder/it.svg"],
        1,
        "cannot be written",
    );
}
