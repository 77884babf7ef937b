//! The page opens: from anywhere, quietly, and says so where it cannot.

use crate::harness::{Browser, SUB_PATH, query};
use crate::playground::{at, clock};
use scenario::shipped;

#[test]
fn the_page_opens_running_with_its_problem_and_says_nothing_in_the_console() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        assert!(page.plays());
        page.choose_speed(9);
        page.run_until(8.0);
        assert!(page.text(&at("sentence")).len() > 10);
        assert!(
            page.number("outcome-value", "data-ms") > 1000.0,
            "the problem is visible"
        );
        assert_eq!(page.count(&at("offer")), 1, "one change is offered");
        assert!(
            page.eval("document.title")
                .as_str()
                .unwrap()
                .contains("msa-playground")
        );
        // Not even a warning.
        assert_eq!(page.console(), Vec::<String>::new());
    });
}

#[test]
fn the_page_works_from_any_folder_of_a_host() {
    Browser::desktop().run(|page| {
        page.open(SUB_PATH);
        page.run_until(0.5);
        let inside = format!(
            "performance.getEntriesByType('resource').map(it => it.name).filter(it => it.startsWith('http') && !new URL(it).pathname.startsWith('{SUB_PATH}'))"
        );
        assert_eq!(page.eval(&inside), serde_json::json!([]));
        assert!(page.eval("performance.getEntriesByType('resource').some(it => it.name.endsWith('.wasm'))").as_bool().unwrap());
    });
}

#[test]
fn every_shipped_scenario_opens_and_runs() {
    Browser::desktop().run(|page| {
        for name in shipped::names() {
            page.open_playground(name);
            assert_eq!(
                page.eval("document.querySelector('[data-test=scenario]').value"),
                name
            );
            let opens_at = shipped::load(name).unwrap().opens_at.as_secs();
            assert!(page.now() >= opens_at, "{name} opens at {opens_at} s");
            page.choose_speed(8);
            page.run_until(opens_at + 3.0);
            for number in ["data-value", "data-price"] {
                let something = page.number("outcome-value", number);
                assert!(something.is_finite(), "{name}: something comes");
            }
        }
    });
}

/// What a person sees on the page of every opening is what tests/openings.rs finds on twenty seeds.
#[test]
fn every_opening_shows_its_problem_and_the_offer_that_glows_mends_it() {
    Browser::desktop().run(|page| {
        for name in shipped::names() {
            let scenario = shipped::load(name).unwrap();
            page.open_playground(name);
            page.run_until(scenario.opens_at.as_secs() + 5.0);
            page.wait_until(&format!("{} !== null", query(".offer.glows")));
            let sets = page.text(&at("offer-sets"));
            assert!(sets.contains('→'), "{name}: {sets}");
            assert_eq!(page.count(&at("outcome-course")), 1, "{name}");
            page.choose("offer");
            // What is better stands beside what was, in the colour of what is chosen.
            page.wait_up_to(
                crate::PATIENCE,
                &format!("{} !== null", query(".figure.better")),
            );
            let (before, now) = ("outcome-then", "outcome-value");
            for number in [before, now] {
                assert!(page.number(number, "data-value").is_finite(), "{name}");
                assert!(page.number(number, "data-price").is_finite(), "{name}");
            }
        }
    });
}

#[test]
fn a_run_that_opens_later_can_be_seen_from_the_beginning() {
    Browser::desktop().run(|page| {
        page.open_playground("retry-storm");
        page.run_until(24.5);
        assert_eq!(page.number("outcome-value", "data-value"), 0.0);
        page.choose("from-the-beginning");
        page.wait_until(&format!("{} < 24", clock()));
        page.wait_until(&format!(
            "{} > 60",
            crate::playground::number_of("outcome-value", "data-value")
        ));
        // What begins at the beginning needs no such way.
        page.open_playground("consultation-list");
        assert_eq!(page.count(&at("from-the-beginning")), 0);
    });
}

#[test]
fn what_moves_is_drawn_and_moves() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        // How much is drawn, and where: two sums over the pixels that are not transparent.
        let drawn = format!(
            "(c => {{ const p = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0, place = 0; for (let i = 3; i < p.length; i += 4) if (p[i]) {{ n++; place = (place + i * (p[i - 1] + 1)) % 1e9; }} return [n, place]; }})({})",
            crate::harness::query(&at("canvas"))
        );
        page.run_until(1.0);
        page.wait_until(&format!("{drawn}[0] > 100"));
        let before = page.eval(&drawn);
        page.wait_until(&format!("{drawn}[1] !== {}", before[1]));
    });
}

#[test]
fn nothing_on_the_page_shifts_while_the_numbers_change() {
    let watch = "window.shifts = []; new PerformanceObserver(list => list.getEntries().forEach(it => it.hadRecentInput || window.shifts.push([it.value, it.startTime, it.sources.map(s => s.node && (s.node.outerHTML || s.node.textContent).slice(0, 80))]))).observe({ type: 'layout-shift', buffered: true })";
    Browser::desktop().first_run(watch).run(|page| {
        page.open_playground("");
        page.wait_until(&format!("{} > 0.5", clock()));
        page.eval("window.shifts = []");
        page.choose_speed(9);
        page.run_until(20.0);
        // A number that is aligned to the right begins further left when it grows: that is very little of the page.
        assert_eq!(
            page.eval("window.shifts.filter(it => it[0] > 0.001)"),
            serde_json::json!([])
        );
    });
}

#[test]
fn an_older_browser_is_told_what_it_lacks_in_both_languages() {
    let no_webassembly = "delete window.WebAssembly";
    let no_references = "WebAssembly.validate = () => false";
    let no_modules = "delete HTMLScriptElement.prototype.noModule";
    let references = "WebAssembly reference types";
    for (browser, hides, address, first, second, lacks) in [
        (
            Browser::desktop(),
            no_webassembly,
            "/",
            "en",
            "ko",
            "WebAssembly",
        ),
        (
            Browser::desktop().korean(),
            no_references,
            "/",
            "ko",
            "en",
            references,
        ),
        (
            Browser::desktop(),
            no_modules,
            "/?lang=ko",
            "ko",
            "en",
            "JavaScript modules",
        ),
    ] {
        browser.first_run(hides).run(|page| {
            page.open(address);
            page.wait_until("document.querySelector('[role=alert]') !== null");
            let sections = page.eval(
                "Array.from(document.querySelectorAll('[role=alert] section'), it => it.lang)",
            );
            assert_eq!(sections, serde_json::json!([first, second]));
            let said = page.text("[role=alert] section[lang=en]");
            let words = format!("This browser lacks what the playground needs: {lacks}.");
            assert!(said.contains(&words), "{said}");
            assert!(said.contains("Chrome or Edge 105"), "{said}");
            let said = page.text("[role=alert] section[lang=ko]");
            assert!(
                said.contains(&format!("필요한 기능이 없습니다: {lacks}.")),
                "{said}"
            );
            assert!(said.contains("Chrome·Edge 105"), "{said}");
            assert_eq!(page.count(&at("play")), 0);
        });
    }
}

#[test]
fn a_program_that_does_not_arrive_is_no_blank_page() {
    let cut_off = "window.fetch = () => Promise.reject(new Error('the line went dead'))";
    Browser::desktop()
        .first_run(cut_off)
        .expecting("the line went dead")
        .run(|page| {
            page.open("/");
            assert!(
                page.text("[role=alert] section[lang=en]")
                    .contains("did not arrive")
            );
            assert!(page.text("pre").contains("the line went dead"));
            assert_eq!(page.text("[role=alert] section[lang=en] button"), "Reload");
        });
}

#[test]
fn a_page_that_was_opened_once_needs_no_network() {
    Browser::desktop().expecting("ERR_").run(|page| {
        page.open("/?offline#order-payment");
        // The page's program, and the one that makes files.
        page.wait_until(
            "caches.open('msa-playground').then(it => it.keys()).then(all => all.filter(it => it.url.endsWith('.wasm')).length == 2)",
        );
        page.go_offline();
        page.open("/?again#session-lookup");
        page.wait_until(&format!("{} > 0.2", clock()));
        page.run_script("HTMLAnchorElement.prototype.click = function () { window.named = this.download; }");
        page.choose("share");
        page.choose("share-export");
        page.choose("export-csv");
        page.wait_until("window.named === 'session-lookup.csv'");
    });
}
