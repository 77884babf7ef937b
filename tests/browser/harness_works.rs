//! The tests of the tests: a page that fails is seen to fail.

use crate::harness::{Browser, Page};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// The words that a test fails with.
fn failure(browser: Browser, test: impl FnOnce(&mut Page)) -> String {
    let failed = catch_unwind(AssertUnwindSafe(|| browser.run(test)))
        .expect_err("the test should have failed");
    match failed.downcast::<String>() {
        Ok(text) => *text,
        Err(_) => panic!("a failure without words"),
    }
}

#[test]
fn an_error_in_the_console_fails_a_test_and_leaves_a_picture() {
    let mut picture = None;
    let words = failure(Browser::desktop(), |page| {
        let _ = std::fs::remove_file(page.picture());
        picture = Some(page.picture());
        page.open_html("<p>Fine.</p><script>console.error('Not fine.')</script>");
    });
    assert!(words.contains("Not fine."), "{words}");
    let bytes = std::fs::read(picture.unwrap()).expect("a picture");
    assert!(bytes.starts_with(b"\x89PNG"));
}

#[test]
fn an_uncaught_exception_fails_a_test_unless_it_is_expected() {
    let html = "<script>throw new Error('so it goes')</script>";
    let words = failure(Browser::desktop(), |page| page.open_html(html));
    assert!(words.contains("so it goes"), "{words}");
    Browser::desktop()
        .expecting("so it goes")
        .run(|page| page.open_html(html));
}

#[test]
fn a_file_that_is_not_there_fails_a_test() {
    let html = "<script>fetch('/nothing.json').then(() => { window.asked = true; })</script>";
    let words = failure(Browser::desktop().expecting("404"), |page| {
        page.open_html(html);
        page.wait_until("window.asked === true");
    });
    assert!(words.contains("not there: [\"/nothing.json\"]"), "{words}");
}

#[test]
fn waiting_in_vain_ends_and_says_what_was_there_instead() {
    let words = failure(Browser::desktop(), |page| {
        page.open_html("<p id=count>41</p>");
        page.wait_up_to(
            Duration::from_millis(200),
            "document.querySelector('#count').textContent === '42' || document.querySelector('#count').textContent",
        );
    });
    assert!(words.contains("it was: \"41\""), "{words}");
    assert!(words.contains("=== '42'"), "{words}");
}

#[test]
fn a_click_needs_something_that_a_person_could_click() {
    Browser::desktop().run(|page| {
        page.open_html(
            "<button id=b onclick='this.textContent = \"clicked\"'>click</button>
             <input id=i onkeydown='this.value += event.key + (event.shiftKey ? \"!\" : \"\") + \" \"; return false'>",
        );
        page.click("#b");
        assert_eq!(page.text("#b"), "clicked");
        page.click("#i");
        page.press("ArrowDown");
        page.press("Shift+a");
        assert_eq!(page.eval("document.querySelector('#i').value"), "ArrowDown Shift! A! ");
    });
}

#[test]
fn a_page_can_draw_with_webgl() {
    // Also without a graphics card, in every version of Chromium: speedscope needs it (tests/exports).
    Browser::desktop().run(|page| {
        page.open_html("<canvas></canvas>");
        page.wait_until("document.querySelector('canvas').getContext('webgl') !== null");
    });
}

#[test]
fn a_browser_is_what_a_test_asks_for() {
    let browser = Browser::phone().korean().dark().reduced_motion();
    browser.first_run("window.first = document.documentElement === null || document.body === null").run(|page| {
        let asks = "[innerWidth, navigator.language, navigator.languages.join(), matchMedia('(prefers-color-scheme: dark)').matches, matchMedia('(prefers-reduced-motion: reduce)').matches, window.first]";
        let expected = serde_json::json!([390, "ko-KR", "ko-KR,ko", true, true, true]);
        page.open_html("<p>Here.</p>");
        assert_eq!(page.eval(asks), expected);
        page.eval("localStorage.setItem('remembered', 'yes')");
        page.open_fresh_browser();
        page.open_html("<p>Again.</p>");
        assert_eq!(page.eval(asks), expected);
        assert!(page.eval("localStorage.getItem('remembered')").is_null());
    });
}
