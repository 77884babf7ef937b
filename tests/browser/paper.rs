//! What a print of the page has on it.

use crate::harness::{Browser, Page};
use crate::playground::at;
use serde_json::json;

fn on_paper(page: &Page) {
    page.devtools("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
    page.wait_until("matchMedia('print').matches");
}

/// Whether anything of this can be seen.
fn seen(page: &Page, css: &str) -> bool {
    let seen = page.eval(&format!(
        "[...document.querySelectorAll({})].some(it => it.checkVisibility({{ visibilityProperty: true, opacityProperty: true }}))",
        json!(css)
    ));
    seen == true
}

#[test]
fn on_paper_are_diagram_outcome_settings_link_and_moment_on_a_light_ground() {
    Browser::desktop().dark().run(|page| {
        page.open_playground("order-payment?rate=9");
        page.run_until(2.0);
        page.pause();
        on_paper(page);
        for there in ["diagram", "outcome", "sentence", "paper"] {
            assert!(seen(page, &at(there)), "{there}");
        }
        for absent in [
            "play",
            "timeline",
            "share",
            "lang",
            "theme",
            "help",
            "stage",
            "sheet",
            "offer",
            "chart-latency",
            "truth",
        ] {
            assert!(!seen(page, &at(absent)), "{absent}");
        }
        assert_eq!(
            page.eval(
                "[...document.querySelectorAll('button')].filter(it => it.checkVisibility()).length"
            ),
            0
        );
        let paper = page.text(&at("paper"));
        let clock = page.now();
        for text in [
            "orders per second",
            "9",
            "Seed",
            &format!("at {clock:.1} s"),
            "#order-payment?rate=9&t=",
        ] {
            assert!(paper.contains(text), "{text}: {paper}");
        }
        // Every setting is there, and its value.
        let (names, values) = (page.count(".paper dt"), page.count(".paper dd"));
        let controls = scenario::shipped::load("order-payment")
            .unwrap()
            .controls
            .len() as u64;
        assert_eq!((names, values), (controls + 1, controls + 1));
        let ink = page.eval("getComputedStyle(document.documentElement).color");
        assert_eq!(ink, "rgb(23, 33, 30)", "dark ink, whatever the screen has");
        page.devtools("Emulation.setEmulatedMedia", &json!({ "media": "" }));
        page.wait_until("matchMedia('screen').matches");
        assert!(
            !seen(page, &at("paper")),
            "on the screen there are the controls"
        );
    });
}

#[test]
fn every_scenario_is_printed_on_one_page_in_both_languages() {
    for browser in [Browser::desktop(), Browser::desktop().korean()] {
        browser.run(|page| {
            for (name, _) in scenario::shipped::ALL {
                page.go("about:blank");
                page.open_playground(name);
                page.run_until(1.0);
                page.pause();
                for (width, height) in [(8.27, 11.69), (8.5, 11.0)] {
                    let printed = page.devtools(
                        "Page.printToPDF",
                        &json!({ "paperWidth": width, "paperHeight": height, "preferCSSPageSize": true, "printBackground": false }),
                    );
                    let pdf = crate::harness::base64(printed["data"].as_str().unwrap_or_default());
                    let pages = pdf.windows(12).filter(|it| it.starts_with(b"/Type /Page") && !it.ends_with(b"s")).count();
                    assert_eq!(pages, 1, "{name} on {width} x {height} inches");
                }
            }
        });
    }
}
