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
            assert_eq!(page.count(&at(absent)), 0, "{absent}");
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
            "{}.href.endsWith('#consultation-list?customer=batch&code=batch')",
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
