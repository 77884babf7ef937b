//! What is exported, opened by the programs that it is for: mermaid and speedscope in Chromium, Chromium itself for the
//! pictures, OpenTelemetry's own packages for OTLP. `make test` installs them and says where they are: MSA_CONSUMERS, and
//! MSA_DIST for what Chromium loads of them; MSA_CHROMIUM and MSA_CHROMEDRIVER as for the browser tests.

#[path = "../browser/harness/mod.rs"]
#[allow(dead_code, unused_imports)] // made for the page's tests, of which this needs a part
mod harness;

use export::svg::{self, Theme};
use export::{Subject, Window, animation, chrome, flowchart, otlp, sequence};
use harness::{Browser, Page};
use kernel::time::Time;
use picture::layout::Form;
use run::Run;
use scenario::{read, shipped};
use serde_json::{Value, json};
use share::Link;
use sim::Progress;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use words::Lang;
use words::names::Names;

/// How long a viewer may take for a large file.
const PATIENCE: Duration = Duration::from_secs(60);

/// A second of every shipped scenario, and of one whose names are markup and syntax.
fn every_scenario() -> Vec<(String, Run)> {
    let mut all: Vec<_> = shipped::names()
        .map(|name| (name.to_string(), shipped::load(name).expect("it ships")))
        .collect();
    let golden = include_str!("../golden/outbox-sends-twice.json");
    let mut document: Value = serde_json::from_str(golden).expect("it is JSON");
    let name = "</title><script>document.title='broken'</script><img src=x onerror=this>\"];end\n%%{init: {}}%%; #quot; a: b -->> c as d";
    document["title"] = json!(name);
    for part in ["services", "stores", "topics", "operations", "clients"] {
        let things = document[part].as_object_mut().expect("it has some");
        things.values_mut().for_each(|it| it["title"] = json!(name));
    }
    let hostile = read(&document.to_string()).expect("it is sound");
    all.push(("hostile".into(), hostile));
    all.into_iter()
        .map(|(name, scenario)| {
            let mut run = Run::new(scenario, 1_000_000);
            while run.run_until(WINDOW.to, 100_000) == Progress::Busy {}
            (name, run)
        })
        .collect()
}

/// The stretch that is exported.
const WINDOW: Window = Window {
    from: Time(2_000_000_000),
    to: Time(3_500_000_000),
};

fn with<T>(run: &Run, lang: Lang, export: impl FnOnce(&Subject) -> T) -> T {
    let names = Names::new(run.scenario(), run.plan());
    export(&Subject {
        run,
        names: &names,
        lang,
    })
}

/// A text as a JavaScript literal inside a page.
fn literal(text: &str) -> String {
    json!(text).to_string().replace("</", "<\\/")
}

/// What a folder of this machine must be called in the environment.
fn consumers() -> PathBuf {
    let folder = std::env::var_os("MSA_CONSUMERS").map(PathBuf::from);
    folder.expect("MSA_CONSUMERS says where the programs are: run these tests with `make test`")
}

#[test]
fn mermaid_draws_every_flowchart_and_every_sequence_diagram() {
    let mut diagrams = Vec::new();
    for (name, run) in every_scenario() {
        for lang in [Lang::En, Lang::Ko] {
            let text = with(&run, lang, flowchart::text);
            // Services, clients and topics; and a line for each store.
            let plan = run.plan();
            let boxes = plan.services.len() + plan.clients.len() + plan.topics.len();
            diagrams.push((format!("{name} flowchart"), text, boxes + plan.stores.len()));
            let text = with(&run, lang, |it| sequence::text(it, WINDOW, None));
            let text = text.unwrap_or_else(|said| panic!("{name}: {said}"));
            let messages = text
                .lines()
                .filter(|line| line.contains(">>") || line.contains("-x") || line.contains("-)"));
            let messages = messages.count();
            diagrams.push((format!("{name} sequence"), text, messages));
        }
    }
    Browser::desktop().run(|page| {
        page.open_html(
            "<title>diagrams</title><script src='/mermaid/dist/mermaid.min.js'></script>",
        );
        page.wait_until("typeof mermaid === 'object'");
        page.run_script("mermaid.initialize({ startOnLoad: false })");
        for (index, (name, text, expected)) in diagrams.iter().enumerate() {
            let drawn = page.eval(&format!(
                "mermaid.render('d{index}', {}).then(({{ svg }}) => {{
                    document.body.innerHTML = svg;
                    const many = (css) => document.querySelectorAll(css).length;
                    return [many('.node'), many('.messageText'), many('body script'), document.title];
                }}, error => String(error))",
                literal(text)
            ));
            let kind = usize::from(name.ends_with("sequence"));
            assert_eq!(drawn[kind], json!(expected), "{name}: {drawn}\n{text}");
            assert_eq!(
                (&drawn[2], &drawn[3]),
                (&json!(0), &json!("diagrams")),
                "{name}"
            );
        }
    });
}

#[test]
fn speedscope_opens_every_chrome_trace() {
    Browser::desktop().run(|page| {
        for (name, run) in every_scenario() {
            let text = with(&run, Lang::En, |it| chrome::text(it, WINDOW));
            let document: Value = serde_json::from_str(&text).expect("it is JSON");
            let events = document["traceEvents"].as_array().expect("a list");
            let slices = events.iter().filter(|it| it["ph"] == "X");
            let threads: std::collections::BTreeSet<_> = slices
                .map(|it| (it["pid"].as_u64(), it["tid"].as_u64()))
                .collect();
            page.serve(&format!("/{name}.json"), &text);
            page.go("about:blank");
            page.open_file(&format!(
                "/speedscope/dist/release/index.html#title={name}&profileURL=/{name}.json"
            ));
            // "… (1/7)": which of its threads is shown.
            let ready = format!("document.body.innerText.includes('(1/{})')", threads.len());
            page.wait_up_to(PATIENCE, &ready);
        }
    });
}

#[test]
fn opentelemetry_reads_every_otlp_export() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("otlp");
    std::fs::create_dir_all(&folder).expect("a folder for the exports");
    let mut files = Vec::new();
    let mut expected = Vec::new();
    for (name, run) in every_scenario() {
        let text = with(&run, Lang::Ko, |it| otlp::text(it, WINDOW));
        let file = folder.join(format!("{name}.json"));
        std::fs::write(&file, &text).expect("the export can be written");
        let many = |what: &str| text.matches(what).count();
        let spans = many("\"startTimeUnixNano\"");
        let links = many("\"kind\":5");
        expected.push((name, spans, links, many("\"code\":2")));
        files.push(file);
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/exports/otlp.py");
    let output = Command::new(consumers().join("python/bin/python"))
        .arg(script)
        .args(&files)
        .output()
        .expect("Python starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let printed = String::from_utf8_lossy(&output.stdout);
    let read: Vec<Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).expect("it is JSON"))
        .collect();
    assert_eq!(read.len(), expected.len());
    for ((name, spans, links, errors), read) in expected.iter().zip(&read) {
        assert_eq!(read["spans"], json!(spans), "{name}");
        assert_eq!(
            read["links"],
            json!(links),
            "{name}: each consumer span has a link"
        );
        assert_eq!(read["errors"], json!(errors), "{name}");
        let services = read["services"].as_array().map_or(0, Vec::len);
        // In the hostile one all are called the same.
        assert!(
            services >= if name == "hostile" { 1 } else { 2 },
            "{name}: {read}"
        );
    }
    assert!(expected.iter().any(|it| it.2 > 0) && expected.iter().any(|it| it.3 > 0));
}

/// Shows a picture as a documentation page would: as an image, which may run nothing and load nothing.
fn show(page: &Page, name: &str, text: &str) -> Value {
    page.serve(&format!("/{name}.svg"), text);
    page.open_html(&format!(
        "<title>pictures</title><body style='margin:0'><img id=it src='/{name}.svg' style='max-width:100%'>"
    ));
    page.wait_until("document.getElementById('it').complete");
    page.eval("[document.getElementById('it').naturalWidth, document.title]")
}

/// How many different colours the picture shows, in what the browser has painted of it.
const COLOURS: &str = "(() => {
    const image = document.getElementById('it');
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const data = new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    return [new Set(data).size, data[data.length - 1]];
})()";

#[test]
fn chromium_shows_every_picture_and_draws_it_on_a_canvas() {
    Browser::desktop().run(|page| {
        for (name, run) in every_scenario() {
            let mut grounds = Vec::new();
            for theme in [Theme::Light, Theme::Dark] {
                let text = with(&run, Lang::Ko, |it| svg::text(it, theme, Form::Wide, 1.0));
                let shown = show(page, &name, &text);
                assert!(shown[0].as_u64() > Some(300), "{name}: {shown}");
                assert_eq!(shown[1], "pictures", "{name}");
                // The page makes its PNG in this way, which a picture that needs anything from elsewhere would forbid.
                let painted = page.eval(COLOURS);
                assert!(painted[0].as_u64() > Some(8), "{name}: {painted}");
                grounds.push(painted[1].clone());
            }
            assert_ne!(grounds[0], grounds[1], "{name}");
        }
    });
}

/// Where in an animation that stands by itself a time is, and what can be seen then.
const AT: &str = "(seconds => {
    const root = document.documentElement;
    root.pauseAnimations();
    root.setCurrentTime(seconds);
    const all = [...root.querySelectorAll('.moving > g')].filter(it => it.querySelector('animateMotion'));
    const seen = all.filter(it => Number(getComputedStyle(it).opacity) > 0.5);
    return [seen.length, seen.map(it => Math.round(it.getCTM().e) + ' ' + Math.round(it.getCTM().f)).join(',')];
})";

#[test]
fn an_animation_moves_and_stands_still_for_who_does_not_want_it_to() {
    let all = every_scenario();
    let animate = |run: &Run| {
        with(run, Lang::En, |it| {
            animation::text(it, Theme::System, Form::Wide, WINDOW, 0.5)
        })
    };
    Browser::desktop().run(|page| {
        // A picture that is opened by itself cannot say that it has no icon.
        page.serve("/favicon.ico", "");
        for (name, run) in &all {
            page.serve(&format!("/{name}.svg"), &animate(run));
            page.open_file(&format!("/{name}.svg"));
            let pictures: Vec<Value> = [0.3, 0.9, 1.5, 2.1]
                .iter()
                .map(|at| page.eval(&format!("{AT}({at})")))
                .collect();
            let seen = pictures.iter().filter_map(|it| it[0].as_u64()).sum::<u64>();
            if name != "hostile" {
                assert!(seen > 0, "{name}: {pictures:?}");
                assert!(
                    pictures.windows(2).any(|it| it[0][1] != it[1][1]),
                    "{name}: nothing moves"
                );
            }
            let again = page.eval(&format!("{AT}(0.3 + 3)"));
            assert_eq!(again, pictures[0], "{name}: it plays in a loop");
        }
    });
    Browser::desktop().reduced_motion().run(|page| {
        page.serve("/favicon.ico", "");
        page.serve("/still.svg", &animate(&all[0].1));
        page.open_file("/still.svg");
        let display = |css: &str| {
            page.eval(&format!(
                "getComputedStyle({}).display",
                harness::query(css)
            ))
        };
        assert_eq!(display(".moving"), "none");
        assert_ne!(display(".resting"), "none");
    });
}

#[test]
fn a_link_that_python_has_packed_opens() {
    let guide = include_str!("../../docs/links.md");
    let script = guide.split("```python\n").nth(1);
    let script = script.and_then(|it| it.split("```").next());
    let output = Command::new(consumers().join("python/bin/python"))
        .args(["-c", script.expect("the guide shows it")])
        .output()
        .expect("Python starts");
    let link = String::from_utf8_lossy(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr);
    let read = Link::parse(link.trim()).unwrap_or_else(|problems| panic!("{problems:?}{said}"));
    let by_hand = Link::parse("order-payment?publish=after_commit&t=12.5s");
    assert_eq!(Ok(read), by_hand);
}
