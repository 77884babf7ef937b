//! The seven ways to read, by clicks: what comes out of the run is what the page shows.

use crate::harness::{Browser, Page, query};
use crate::playground::{BAD_NEWS, at, chosen};
use words::{Lang, Word};

/// What the page shows after some time with one strategy for all references.
#[derive(Debug)]
struct Seen {
    calls: f64,
    latency_ms: f64,
    stale: f64,
    bad_news: bool,
}

fn see(page: &Page, strategy: &str) -> Seen {
    page.choose_for_all(strategy);
    page.run_anew_to(12.0);
    Seen {
        calls: page.number("chart-calls", "data-value"),
        latency_ms: page.number("outcome-value", "data-ms"),
        stale: page.number("chart-stale", "data-value"),
        bad_news: page.eval(BAD_NEWS) != 0,
    }
}

#[test]
fn a_call_for_each_row_is_slow_and_one_call_for_each_reference_is_not() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        let per_row = see(page, "per_row");
        let batch = see(page, "batch");
        assert_eq!((per_row.calls, batch.calls), (400.0, 4.0));
        assert!(
            per_row.latency_ms > 20.0 * batch.latency_ms,
            "{per_row:?} {batch:?}"
        );
        assert!(!batch.bad_news, "{batch:?}");
    });
}

#[test]
fn parallel_calls_are_as_many_and_meet_the_owner_all_at_once() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        // What stands beside "most at once" in the panel of the owner.
        let peak = format!(
            "Number(Array.from(document.querySelectorAll('[data-test=inspector] dt')).find(it => it.textContent === {:?}).nextElementSibling.textContent)",
            Word::PeakAtOnce.text(Lang::En)
        );
        let per_row = see(page, "per_row");
        page.choose("node-common");
        page.wait_until(&format!("{peak} > 0"));
        let peak_of_per_row = page.eval(&peak).as_f64().unwrap();
        let parallel = see(page, "parallel");
        let peak_of_parallel = page.eval(&peak).as_f64().unwrap();
        // A list that is refused is not finished: the references behind the refused call are never asked for.
        assert_eq!(per_row.calls, 400.0);
        assert!(parallel.calls > 200.0 && parallel.calls < 400.0, "{parallel:?}");
        assert!(parallel.latency_ms < per_row.latency_ms / 5.0, "{per_row:?} {parallel:?}");
        // A worker of the reader has one call under way when it goes row by row, and a hundred when it does not.
        assert!(peak_of_per_row <= 20.0, "{peak_of_per_row}");
        assert!(peak_of_parallel >= 100.0, "{peak_of_parallel}");
        assert!(parallel.bad_news, "the owner has to turn some of them away: {parallel:?}");
    });
}

#[test]
fn a_warm_cache_calls_less_than_batch_and_shows_what_has_changed_since() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        let batch = see(page, "batch");
        let cache = see(page, "local_cache");
        assert!(
            cache.calls > 0.0 && cache.calls < batch.calls / 2.0,
            "{cache:?}"
        );
        assert!(cache.latency_ms < batch.latency_ms, "{cache:?} {batch:?}");
        assert!(
            cache.stale > 0.0 && batch.stale == 0.0,
            "{cache:?} {batch:?}"
        );
    });
}

#[test]
fn copies_and_one_database_call_nobody() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        for strategy in ["replica", "remodel", "join"] {
            let seen = see(page, strategy);
            assert_eq!(seen.calls, 0.0, "{strategy}: {seen:?}");
            assert!(
                seen.latency_ms < 100.0 && !seen.bad_news,
                "{strategy}: {seen:?}"
            );
            // A replica lags by some milliseconds, so that one value in thousands is old.
            let as_expected = match strategy {
                "remodel" => seen.stale > 0.001,
                "replica" => seen.stale < 0.001,
                _ => seen.stale == 0.0,
            };
            assert!(as_expected, "{strategy}: {seen:?}");
        }
    });
}

#[test]
fn each_reference_is_read_its_own_way() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        for one in [
            "customer-batch",
            "code-local_cache",
            "user-replica",
            "department-join",
        ] {
            page.choose(&format!("strategy-{one}"));
        }
        page.wait_until(&chosen("strategy-department-join"));
        assert_eq!(page.count("[data-test^='strategy-all-']:checked"), 0);
        page.run_anew_to(12.0);
        let calls = page.number("chart-calls", "data-value");
        assert!(
            (1.0..1.5).contains(&calls),
            "one for the customers, few for the codes: {calls}"
        );
    });
}

#[test]
fn the_offered_change_mends_the_outcome_and_can_be_undone() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.choose_speed(9);
        page.wait_up_to(crate::PATIENCE, &format!("{BAD_NEWS} > 0"));
        let before = page.number("outcome-value", "data-ms");
        page.wait_until(
            "parseFloat(document.querySelector('[data-test=outcome-then]').dataset.ms) > 0",
        );
        let expected = page.number("outcome-then", "data-ms");

        page.choose("offer");
        page.wait_until(
            "location.hash.includes('&customer=batch&code=batch&user=batch&department=batch')",
        );
        assert_eq!(page.count(&at("offer")), 0);
        page.run_for(12.0);
        let after = page.number("outcome-value", "data-ms");
        assert!(
            before > 1000.0 && after < 100.0,
            "before {before} ms, after {after} ms"
        );
        assert!(
            (0.5..2.0).contains(&(after / expected)),
            "expected {expected} ms, and it is {after} ms"
        );
        assert_eq!(
            page.eval(BAD_NEWS),
            0,
            "{}",
            page.text(&at("outcome-facts"))
        );

        page.choose("undo");
        page.wait_until("!location.hash.includes('customer=')");
        page.wait_until(&chosen("strategy-all-per_row"));
        page.run_for(12.0);
        assert!(page.number("outcome-value", "data-ms") > 1000.0);
        assert_eq!(page.count(&at("offer")), 1, "it is offered again");
    });
}

#[test]
fn a_number_is_changed_with_its_slider() {
    Browser::desktop().run(|page| {
        page.open_playground(
            "consultation-list?customer=batch&code=batch&user=batch&department=batch",
        );
        page.choose_speed(9);
        page.run_until(8.0);
        let before = page.number("outcome-value", "data-ms");
        page.click(&format!("{} summary", at("numbers")));
        page.click(&at("control-query-time"));
        page.press("End");
        page.wait_until("location.hash.includes('query-time=50')");
        let shown = format!("{}.value", query(&at("value-query-time")));
        assert_eq!(page.eval(&shown), "50\u{a0}ms");
        page.run_for(12.0);
        let after = page.number("outcome-value", "data-ms");
        assert!(
            after > 4.0 * before,
            "a query of 2 ms: {before} ms; of 50 ms: {after} ms"
        );
    });
}

#[test]
fn what_the_other_reading_scenarios_offer_mends_what_is_wrong_with_them() {
    Browser::desktop().run(|page| {
        page.open_playground("course-model");
        page.run_anew_to(12.0);
        let calls = page.number("chart-calls", "data-value");
        let slow = page.number("outcome-value", "data-ms");
        page.choose("offer");
        page.run_anew_to(12.0);
        assert_eq!(
            (calls, page.number("chart-calls", "data-value")),
            (120.0, 0.0)
        );
        let quick = page.number("outcome-value", "data-ms");
        assert!(quick * 10.0 < slow, "{slow} {quick}");

        page.open_playground("session-lookup");
        page.run_anew_to(20.0);
        let stale = page.number("chart-stale", "data-value");
        page.choose("offer");
        page.run_anew_to(20.0);
        let copied = page.number("chart-stale", "data-value");
        assert!(stale > 0.2 && copied < 0.01, "{stale} {copied}");
    });
}
