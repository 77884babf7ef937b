//! The article that drives a run from its own text: the second page that is made of the interface for hosts.

use crate::harness::{Browser, Page};

fn open(page: &Page) {
    page.open("/article.html");
    page.wait_until("document.querySelector('#run').getState().then(it => it.t > 0.2)");
}

fn does(name: &str) -> String {
    format!("html[lang=en] span[lang=en] [data-do={name}]")
}

fn until(page: &Page, condition: &str) {
    page.wait_until(&format!(
        "document.querySelector('#run').getState().then(it => {condition})"
    ));
}

#[test]
fn its_buttons_drive_the_run_and_its_numbers_are_the_run_s() {
    Browser::desktop().size(1280, 1400).run(|page| {
        open(page);
        let number = |name: &str| {
            format!("parseFloat(document.querySelector('output[data-number={name}]').textContent)")
        };
        page.wait_until(&format!(
            "{} > 0 && {} > 0",
            number("ok"),
            number("latency")
        ));
        // Numbers are those of the last five seconds, and the answers are lost for three.
        page.wait_until(&format!("{} > 15", number("ok")));
        page.click(&does("lose"));
        until(page, "it.link.includes('fault=loss')");
        page.wait_until(&format!("{} < 12", number("ok")));
        page.click(&does("mend"));
        until(
            page,
            "it.settings.by === 'events' && it.settings.reconcile === true",
        );
        page.wait_until(&format!("{} > 15", number("ok")));
        page.click(&does("pause"));
        until(page, "!it.playing");
        page.click(&does("play"));
        until(page, "it.playing");
        page.click(&does("again"));
        until(
            page,
            "it.t < 2 && it.playing && it.settings.by === 'calls' && !it.link.includes('fault')",
        );
        page.wait_until("document.querySelector('#said').textContent.trim() !== ''");
    });
}

#[test]
fn its_language_is_the_run_s() {
    Browser::desktop().size(1280, 1400).korean().run(|page| {
        open(page);
        until(page, "it.lang === 'ko'");
        page.click("[data-lang=en]");
        until(page, "it.lang === 'en'");
        assert_eq!(
            page.text("html[lang=en] h1 span[lang=en]"),
            "When the answer gets lost"
        );
    });
}
