//! Play, pause, step, speed, restart, another seed, scrubbing - and the theme.

use crate::harness::{Browser, Page, query};
use crate::playground::{at, clock};

/// Waits until the time stands still over a good many frames. What is shown of it comes a few times a second.
fn wait_until_it_stands_still(page: &Page) {
    page.wait_until(&format!(
        "(async () => {{ const before = {c}; for (let i = 0; i < 30; i++) await new Promise(requestAnimationFrame); return {c} === before; }})()",
        c = clock()
    ));
}

#[test]
fn it_stops_and_goes_on() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.run_until(0.5);
        page.pause();
        wait_until_it_stands_still(page);
        let before = page.now();
        page.choose("play");
        page.wait_until(&format!("{} > {before}", clock()));
    });
}

#[test]
fn a_step_is_one_event() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.run_until(0.5);
        page.choose("step");
        page.wait_until(&crate::playground::pressed("play", false));
        wait_until_it_stands_still(page);
        // A millisecond is many events here, and a single one is very little.
        let before = page.now();
        for _ in 0..20 {
            page.choose("step");
        }
        page.wait_until(&format!("{} > {before}", clock()));
        wait_until_it_stands_still(page);
        let after = page.now();
        assert!(after - before < 0.1, "from {before} s to {after} s");
    });
}

#[test]
fn time_passes_as_fast_as_the_speed_says() {
    Browser::desktop().run(|page| {
        page.open_playground("consultation-list?customer=batch&code=batch&user=batch&department=batch");
        // Simulated seconds in a second of the wall, over a while.
        let pace = |page: &Page| {
            page.wait_for_frames(20);
            let pace = page.eval(&format!(
                "(async () => {{ const from = [{c}, performance.now()]; while (performance.now() - from[1] < 1500) await new Promise(requestAnimationFrame); return ({c} - from[0]) / (performance.now() - from[1]) * 1000; }})()",
                c = clock()
            ));
            pace.as_f64().unwrap()
        };
        for (place, speed, words) in [(3, 0.1, "0.1×"), (6, 1.0, "1×"), (8, 5.0, "5×")] {
            page.choose_speed(place);
            assert_eq!(page.text(&at("speed-value")), words);
            let seen = pace(page);
            // A busy machine may be slower.
            assert!((0.2..1.3).contains(&(seen / speed)), "at {words} it was {seen}");
        }
    });
}

#[test]
fn it_begins_again_the_same_way_and_another_seed_is_another_run() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        let outcome = |page: &Page| {
            page.run_anew_to(4.0);
            page.text(&at("outcome-facts")) + &page.number("outcome-value", "data-ms").to_string()
        };
        let first = outcome(page);
        assert_eq!(outcome(page), first);
        page.click(&format!("{} summary", at("seed-panel")));
        page.choose("new-seed");
        // The address is written at once, the page a moment later: both say the same seed in the end.
        page.wait_until(&format!(
            "/[?&]seed=\\d+$/.test(location.hash) && location.hash.endsWith('seed=' + {}.textContent.trim())",
            crate::harness::query(&at("seed"))
        ));
        assert_ne!(outcome(page), first);
    });
}

#[test]
fn any_moment_can_be_visited_again_with_what_was_done_until_then() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.choose_speed(7);
        page.run_until(4.0);
        page.choose("fault-crash-common");
        page.wait_until(&crate::playground::pressed("fault-crash-common", true));
        page.run_for(4.0);
        page.pause();
        let late = page.now();
        let moment = |page: &Page, seconds: f64| {
            page.seek(seconds);
            // The facts, and what stands in each node.
            page.eval("[document.querySelector('[data-test=outcome-facts]').textContent, ...Array.from(document.querySelectorAll('[data-test^=node-]'), it => it.ariaLabel)]")
        };
        let in_the_fault = moment(page, late - 1.0);
        assert!(
            page.eval(&crate::playground::pressed("fault-crash-common", true))
                .as_bool()
                .unwrap()
        );
        let before_it = moment(page, 2.0);
        assert!(
            page.eval(&crate::playground::pressed("fault-crash-common", false))
                .as_bool()
                .unwrap()
        );
        assert_ne!(in_the_fault, before_it);
        assert_eq!(moment(page, late - 1.0), in_the_fault);
        // The flag leads to just before it broke.
        page.choose("bookmark");
        page.wait_until(&format!(
            "{} > 2.5 && {} < {}",
            clock(),
            clock(),
            late - 4.0
        ));
    });
}

#[test]
fn the_theme_is_the_systems_until_it_is_chosen_and_then_remembered() {
    let ground = "getComputedStyle(document.body).backgroundColor + getComputedStyle(document.documentElement).backgroundColor";
    Browser::desktop().dark().run(|page| {
        page.open_playground("");
        let dark = page.eval(ground);
        page.choose("theme");
        page.wait_until(&format!("{ground} !== {dark}"));
        let light = page.eval(ground);
        page.reload();
        page.wait_until(&format!("{} !== null", query(&at("theme"))));
        assert_eq!(page.eval(ground), light);
        page.choose("theme");
        page.wait_until(&format!("{ground} === {dark}"));
    });
    Browser::desktop().run(|page| {
        let ground = "getComputedStyle(document.documentElement).backgroundColor";
        page.open_playground("");
        assert_eq!(page.eval(ground), "rgb(251, 250, 246)");
        page.devtools(
            "Emulation.setEmulatedMedia",
            &serde_json::json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] }),
        );
        page.wait_until(&format!("{ground} === 'rgb(18, 24, 27)'"));
    });
}
