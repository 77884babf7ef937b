//! Links that cannot be opened: the page says so, keeps what was given, runs nothing and executes nothing.

use crate::harness::{Browser, Page, query};
use crate::playground::{at, clock};
use serde_json::json;
use share::complete;

/// Opens what stands behind `#` as a new page, and looks at what it says.
fn say_what_is_wrong(page: &Page, fragment: &str) -> String {
    page.go("about:blank");
    page.open(&format!("/#{fragment}"));
    page.wait_until(&format!("{} !== null", query(&at("error-page"))));
    // The browser writes some characters of the address its own way; what the page keeps is what it was given.
    let kept = format!(
        "{}.value === '#' + decodeURI(encodeURI(location.hash.slice(1))) || {}.value.length + ' ' + location.hash.length",
        query(&at("broken-input")),
        query(&at("broken-input"))
    );
    assert_eq!(page.eval(&kept), true, "what was given is kept");
    assert_eq!(page.count(&at("play")), 0, "nothing runs");
    page.text(&at("broken-problems"))
}

#[test]
fn a_broken_link_is_explained_with_what_was_given() {
    Browser::desktop().run(|page| {
        for (fragment, expected) in [
            ("no-such-scenario", "it must be \"consultation-list\""),
            ("consultation-list?rat=50", "rate"),
            ("consultation-list?rate=many", "rate"),
            ("consultation-list?customer=bach", "batch"),
            ("consultation-list?customer=batch&customer=join", "twice"),
            ("consultation-list?rate=%zz", "%25"),
            ("consultation-list?customer", "name=value"),
            ("?rate=50", "names no scenario"),
            ("z1:", "cut short"),
            ("z9:AAAA", "a newer one made it"),
            ("z1:q1YqTi3KTMxRslJQSq0oyC8qUaoFAA", "scenario"),
            (
                "consultation-list?@1s&fault=crash,service:nobody",
                "there is no service",
            ),
            ("consultation-list?@2s&rate=5&@1s&rate=6", "sort them"),
        ] {
            let said = say_what_is_wrong(page, fragment);
            assert!(said.contains(expected), "{fragment}: {said}");
        }
        let said = say_what_is_wrong(page, "consultation-list?threads=0&instances=99999");
        assert!(
            said.contains("threads") && said.contains("instances"),
            "every problem at once: {said}"
        );
        assert!(
            page.eval("document.title")
                .as_str()
                .unwrap()
                .contains("cannot be opened")
        );

        page.choose("open-default");
        page.run_until(0.3);
        assert_eq!(page.fragment(), "consultation-list");
    });
}

#[test]
fn neither_a_bomb_nor_a_megabyte_of_garbage_hangs_the_page() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        let bomb = complete::pack(&" ".repeat(30 << 20));
        let deep = complete::pack(&format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000)));
        let huge = "x".repeat(1 << 20);
        for (fragment, expected) in [
            (bomb.as_str(), "unpacks to more than"),
            (deep.as_str(), "nested"),
            (huge.as_str(), "at most 65536"),
        ] {
            page.eval(&format!("(location.hash = {}, true)", json!(fragment)));
            page.wait_until(&format!("{} !== null", query(&at("error-page"))));
            page.wait_until(&format!(
                "{}.textContent.includes({})",
                query(&at("broken-problems")),
                json!(expected)
            ));
            let kept = page.eval(&format!("{}.value.length", query(&at("broken-input"))));
            assert_eq!(kept, fragment.len() as u64 + 1);
        }
        page.choose("open-default");
        page.run_for(0.2);
    });
}

#[test]
fn hostile_fragments_execute_nothing() {
    Browser::desktop().run(|page| {
        let scripts = "document.querySelectorAll('img, iframe, object, embed, [onerror], [onload]').length + document.querySelectorAll('script').length";
        page.open_playground("");
        let usual = page.eval(scripts);
        for fragment in [
            "<img src=x onerror='window.pwned=1'>",
            "%3Cimg%20src=x%20onerror=window.pwned=1%3E",
            "consultation-list?%3Cscript%3Ewindow.pwned=1%3C/script%3E=1",
            "consultation-list?customer=%3Csvg/onload=window.pwned=1%3E",
            "consultation-list?services.common.title=%22%3E%3Cscript%3Ewindow.pwned=1%3C/script%3E&x=1",
            "javascript:window.pwned=1",
            "consultation-list?__proto__.pwned=1",
            "{\"version\":1,\"name\":\"x\"}",
            "%00%01%02",
            "\u{202e}\u{0}\u{fffd}상담",
        ] {
            say_what_is_wrong(page, fragment);
            assert!(page.eval("window.pwned === undefined && ({}).pwned === undefined").as_bool().unwrap(), "{fragment}");
            assert_eq!(page.eval(scripts), usual, "{fragment}");
        }
    });
}

#[test]
fn a_title_from_a_link_is_text() {
    // Titles are settings, too: markup in them is shown, not obeyed.
    Browser::desktop().run(|page| {
        page.open_playground("consultation-list?services.common.title=%22%3Cimg%20src=x%20onerror=window.pwned=1%3E%22");
        page.run_until(0.5);
        page.wait_until("document.querySelector('[data-test=diagram]').textContent.includes('<img src=x')");
        assert!(page.eval("window.pwned === undefined").as_bool().unwrap());
    });
}

#[test]
fn a_megabyte_of_anything_is_refused_at_once() {
    Browser::desktop().run(|page| {
        for garbage in [
            "A".repeat(1 << 20),
            "consultation-list?rate=".to_string() + &"9".repeat(1 << 20),
        ] {
            say_what_is_wrong(page, &garbage);
            // It is still a page that answers.
            page.choose("open-default");
            page.run_until(0.1);
        }
    });
}

#[test]
fn what_was_running_comes_back_with_the_back_button() {
    Browser::desktop().run(|page| {
        page.open_playground("consultation-list?customer=batch");
        page.run_until(0.3);
        page.eval(&format!("location.hash = {}", json!("no-such-scenario")));
        page.wait_until(&format!("{} !== null", query(&at("error-page"))));
        page.back();
        page.wait_until(&format!("{} > 0", clock()));
        assert!(
            page.eval(&crate::playground::chosen("strategy-customer-batch"))
                .as_bool()
                .unwrap()
        );
        let now = page.now();
        page.wait_until(&format!("{} !== {now}", clock()));
    });
}
