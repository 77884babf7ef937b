//! `?embed=1`: the diagram, the switches and the outcome, in somebody else's page.

use crate::harness::{Browser, Page, query};
use crate::playground::at;
use serde_json::json;

/// Somebody's page with the playground far below.
const HOST: &str = "<!DOCTYPE html><title>Host</title><link rel=icon href='data:,'>
    <h1>A page about services</h1><div style='height: 3000px'></div>
    <iframe src='/?embed=1#consultation-list?customer=batch' width=900 height=700></iframe>
    <div style='height: 3000px'></div>";

/// The JavaScript expression for something in the frame.
fn inside(css: &str) -> String {
    format!(
        "document.querySelector('iframe').contentDocument?.querySelector({})",
        json!(css)
    )
}

/// How many of what tests know by this name can be seen.
fn seen(page: &Page, name: &str) -> u64 {
    let seen = page.eval(&format!(
        "[...document.querySelectorAll({})].filter(it => it.checkVisibility()).length",
        json!(at(name))
    ));
    seen.as_u64().unwrap_or_default()
}

fn host(page: &Page) {
    page.serve("/host.html", HOST);
    page.open("/host.html");
    page.wait_until(&format!("{} != null", inside(&at("clock"))));
}

#[test]
fn an_embedded_page_shows_only_the_diagram_the_strategies_and_the_outcome() {
    Browser::desktop().size(900, 700).run(|page| {
        page.open("/?embed=1#consultation-list?customer=batch");
        page.wait_until(&format!("{} !== null", query(&at("clock"))));
        for there in [
            "diagram",
            "strategy-customer-batch",
            "outcome",
            "play",
            "clock",
            "open-full",
        ] {
            assert_eq!(page.count(&at(there)), 1, "{there}");
        }
        for absent in [
            "scenario",
            "share",
            "lang",
            "theme",
            "help",
            "numbers",
            "faults",
            "seed-panel",
            "timeline",
            "speed",
            "sentence",
            "chart-latency",
        ] {
            assert_eq!(seen(page, absent), 0, "{absent}");
        }
        assert_eq!(
            page.eval(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            ),
            0
        );
        // The way out leads to the same settings.
        page.choose("strategy-code-batch");
        page.wait_until(&format!(
            "{}.href.includes('&code=batch&')",
            query(&at("open-full"))
        ));
        assert!(
            !page
                .eval(&format!("{}.href", query(&at("open-full"))))
                .as_str()
                .unwrap()
                .contains("embed")
        );
    });
}

#[test]
fn an_embedded_page_runs_only_while_it_is_seen() {
    Browser::desktop().run(|page| {
        host(page);
        let clock = format!("parseFloat({}?.dataset.s)", inside(&at("clock")));
        page.wait_for_frames(30);
        assert_eq!(page.eval(&clock), 0.0, "below the fold it waits");
        page.eval("document.querySelector('iframe').scrollIntoView()");
        page.wait_until(&format!("{clock} > 0.5"));
        page.eval("scrollTo(0, 0)");
        // It notices, and then stands still.
        page.wait_until(&format!(
            "(async () => {{ const before = {clock}; for (let i = 0; i < 30; i++) await new Promise(requestAnimationFrame); return {clock} === before; }})()"
        ));
        page.eval("document.querySelector('iframe').scrollIntoView()");
        let before = page.eval(&clock);
        page.wait_until(&format!("{clock} > {before}"));
    });
}

#[test]
fn an_embedded_page_that_was_stopped_stays_stopped() {
    Browser::desktop().run(|page| {
        host(page);
        let clock = format!("parseFloat({}?.dataset.s)", inside(&at("clock")));
        page.eval("document.querySelector('iframe').scrollIntoView()");
        page.wait_until(&format!("{clock} > 0.2"));
        page.eval(&format!("{}.click()", inside(&at("play"))));
        page.wait_until(&format!(
            "{}.getAttribute('aria-pressed') === 'false'",
            inside(&at("play"))
        ));
        page.eval("scrollTo(0, 0)");
        page.wait_for_frames(20);
        page.eval("document.querySelector('iframe').scrollIntoView()");
        page.wait_for_frames(20);
        let before = page.eval(&clock);
        page.wait_for_frames(30);
        assert_eq!(page.eval(&clock), before);
        // The host's address is the host's.
        assert!(page.url().ends_with("/host.html"));
    });
}

/// The address of an embedded page that waits.
fn opened(page: &Page, parameters: &str) {
    page.open(&format!("/?embed=1{parameters}#consultation-list"));
    page.wait_until(&format!("{} !== null", query("#diagram")));
}

fn check_parts(page: &Page, parameters: &str, there: &[&str]) {
    opened(page, parameters);
    for part in [
        "outcome",
        "strategy-customer-batch",
        "play",
        "open-full",
        "sentence",
        "scenario",
        "timeline",
        "offer",
    ] {
        let count = u64::from(there.contains(&part));
        assert_eq!(seen(page, part), count, "{parameters}: {part}");
    }
}

#[test]
fn controls_and_hide_say_what_is_shown() {
    Browser::desktop().run(|page| {
        let basic = [
            "outcome",
            "strategy-customer-batch",
            "play",
            "timeline",
            "sentence",
            "open-full",
            "offer",
        ];
        check_parts(page, "", &basic);
        check_parts(page, "&controls=everything", &basic);
        check_parts(page, "&controls=NONE", &["outcome", "open-full"]);
        check_parts(
            page,
            "&hide=outcome,%20choices,transport,sentence,open",
            &[],
        );
        check_parts(
            page,
            "&controls=full&hide=sentence",
            &[
                "outcome",
                "strategy-customer-batch",
                "play",
                "scenario",
                "timeline",
                "offer",
            ],
        );
    });
}

#[test]
fn a_poster_waits_for_a_click_and_hands_the_focus_to_the_transport() {
    Browser::desktop().run(|page| {
        opened(page, "&autoplay=click");
        let playing = format!("{}.getAttribute('aria-pressed')", query(&at("play")));
        page.wait_for_frames(20);
        assert_eq!(page.eval(&playing), "false");
        assert_eq!(
            page.attribute(&at("poster"), "aria-label").as_deref(),
            Some("Run the simulation")
        );
        page.click(&at("poster"));
        page.wait_until(&format!("{playing} === 'true'"));
        assert_eq!(page.count(&at("poster")), 0);
        page.wait_until("document.activeElement.id === 'play'");
    });
}

#[test]
fn autoplay_off_waits_without_a_poster() {
    Browser::desktop().run(|page| {
        opened(page, "&autoplay=off");
        page.wait_for_frames(20);
        let playing = format!("{}.getAttribute('aria-pressed')", query(&at("play")));
        assert_eq!(page.eval(&playing), "false");
        assert_eq!(page.count(&at("poster")), 0);
    });
}

#[test]
fn who_wishes_for_less_motion_gets_a_poster_where_nothing_else_begins_the_run() {
    Browser::desktop().reduced_motion().run(|page| {
        opened(page, "&controls=none");
        assert_eq!(page.count(&at("poster")), 1);
        opened(page, "");
        assert_eq!(page.count(&at("poster")), 0);
    });
}

#[test]
fn the_theme_and_the_language_asked_for_are_shown_and_not_kept() {
    Browser::desktop().run(|page| {
        opened(page, "&theme=Dark&lang=KO&autoplay=click");
        assert_eq!(page.eval("document.documentElement.dataset.theme"), "dark");
        assert_eq!(page.eval("document.documentElement.lang"), "ko");
        assert_eq!(
            page.attribute(&at("poster"), "aria-label").as_deref(),
            Some("시뮬레이션 실행")
        );
        opened(page, "&theme=auto");
        assert_eq!(
            page.eval("document.documentElement.dataset.theme"),
            json!(null)
        );
        assert_eq!(page.eval("localStorage.length + sessionStorage.length"), 0);
    });
}

#[test]
fn the_wheel_over_the_frame_scrolls_the_host() {
    Browser::desktop().run(|page| {
        page.serve(
            "/host.html",
            "<!DOCTYPE html><title>Host</title><link rel=icon href='data:,'><iframe src='/?embed=1&controls=none&autoplay=off'
                width=900 height=760></iframe><div style='height: 3000px'></div>",
        );
        page.open("/host.html");
        page.wait_until(&format!("{} != null", inside("#diagram")));
        page.devtools(
            "Input.dispatchMouseEvent",
            &json!({ "type": "mouseWheel", "x": 400, "y": 300, "deltaX": 0, "deltaY": 2000 }),
        );
        page.wait_until("scrollY > 0");
    });
}

/// How much of the frame's height is filled, and whether one has to scroll in it.
const FILLED: &str = "(main => [main.getBoundingClientRect().bottom / innerHeight, document.documentElement.scrollHeight > innerHeight])(document.querySelector('#main'))";

#[test]
fn a_frame_as_wide_as_a_slide_is_filled_and_has_sentence_and_transport() {
    Browser::desktop().size(1920, 1080).run(|page| {
        for name in ["consultation-list", "order-payment"] {
            page.go("about:blank");
            page.open(&format!("/?embed=1#{name}"));
            page.run_until(1.0);
            for there in [
                "outcome",
                "diagram",
                "sentence",
                "play",
                "step",
                "speed",
                "timeline",
                "open-full",
            ] {
                assert_eq!(seen(page, there), 1, "{name}: {there}");
            }
            let filled = page.eval(FILLED);
            assert_eq!(
                (filled[0].as_f64(), &filled[1]),
                (Some(1.0), &json!(false)),
                "{name}"
            );
            let diagram = page.eval(
                "document.querySelector('#diagram').getBoundingClientRect().height / innerHeight",
            );
            assert!(
                diagram.as_f64() > Some(0.5),
                "{name}: the diagram has {diagram} of the height"
            );
        }
    });
}

#[test]
fn a_frame_in_a_column_of_text_has_the_choices_that_matter() {
    Browser::desktop().size(700, 640).run(|page| {
        page.open("/?embed=1#order-payment");
        page.run_until(0.5);
        for there in [
            "outcome",
            "diagram",
            "play",
            "clock",
            "strategy-by-events",
            "strategy-reconcile-true",
        ] {
            assert_eq!(seen(page, there), 1, "{there}");
        }
        for absent in [
            "strategy-consume-naive",
            "strategy-publish-outbox",
            "sentence",
            "timeline",
            "speed",
            "step",
        ] {
            assert_eq!(seen(page, absent), 0, "{absent}");
        }
    });
}
