//! Writes without a shared transaction, by clicks: what fails by default, what mends it, and what the page tells of it.

use crate::harness::{Browser, Page, query};
use crate::playground::at;

/// How many business keys disagree, as the largest number on the page says.
fn disagree(page: &Page) -> f64 {
    page.number("outcome-value", "data-count")
}

/// Opens a scenario and lets it run to a moment, ten times as fast.
fn run_to(page: &Page, scenario: &str, seconds: f64) {
    page.open_playground(scenario);
    // A run that was paused leaves the next one paused.
    if !page.plays() {
        page.choose("play");
    }
    page.choose_speed(9);
    page.run_until(seconds);
}

#[test]
fn what_fails_by_default_is_mended_by_the_offer() {
    Browser::desktop().run(|page| {
        for (scenario, seconds, at_least) in [
            ("order-payment", 20.0, 10.0),
            ("course-enrolment", 32.0, 10.0),
            ("customer-update", 45.0, 1.0),
        ] {
            run_to(page, scenario, seconds);
            assert!(disagree(page) >= at_least, "{scenario}: {}", disagree(page));
            page.choose("offer");
            page.wait_until(&format!("{} !== null", query(&at("undo"))));
            // From the start with the change: nothing of what follows disagrees.
            page.run_anew_to(seconds);
            assert!(
                page.number("outcome-value", "data-of") > 50.0,
                "{scenario}: much is done"
            );
            assert_eq!(disagree(page), 0.0, "{scenario}");
            assert_eq!(page.count(&at("all-agrees")), 1, "{scenario}");
        }
    });
}

#[test]
fn a_disagreement_shows_both_truths_and_the_chain_that_caused_it() {
    Browser::desktop().run(|page| {
        run_to(page, "order-payment", 15.0);
        page.pause();
        page.click("[data-test=truth] button.key");
        page.wait_until(&format!("{} !== null", query(&at("affair"))));
        assert!(page.text(&at("told")).len() > 3);
        assert!(page.text(&at("actual")).len() > 3);
        assert!(page.text(&at("wrong")).len() > 3);
        assert!(
            page.count("[data-test=chain] li") >= 5,
            "the chain has its links"
        );
        page.choose("affair-close");
        page.wait_until(&format!("{} === null", query(&at("affair"))));
    });
}

#[test]
fn reconciliation_brings_the_count_to_zero() {
    Browser::desktop().run(|page| {
        // The cause ends with the first half minute: from then on no message is lost.
        page.open_playground("order-payment");
        page.choose_speed(10);
        page.run_until(20.0);
        assert!(disagree(page) > 10.0);
        page.choose("numbers");
        for loss in ["control-answer-loss", "control-request-loss"] {
            page.slide(loss, 0.0);
        }
        page.choose("strategy-reconcile-true");
        // A message of before may still be lost on the link to the SMS provider; so nobody orders any more.
        page.slide("control-rate", 0.5);
        page.wait_up_to(
            crate::PATIENCE,
            "document.querySelector('[data-test=truth] [data-test=all-agrees]') !== null",
        );
        let done = page.text("[data-test=job-0-last]");
        assert!(done.chars().any(char::is_numeric), "{done}");
    });
}

#[test]
fn locks_end_what_happens_when_two_are_at_work_on_one_prescription() {
    Browser::desktop().run(|page| {
        run_to(page, "prescription-billing", 60.0);
        let kinds = page.text(&at("outcome-facts"));
        assert!(kinds.contains("lost update"), "{kinds}");
        page.choose("offer");
        page.wait_until(&format!("{} !== null", query(&at("undo"))));
        page.run_anew_to(60.0);
        let kinds = page.text(&at("outcome-facts"));
        assert!(!kinds.contains("lost update"), "{kinds}");
    });
}

#[test]
fn the_next_answer_is_lost_by_a_click_and_the_next_message_comes_twice() {
    Browser::desktop().run(|page| {
        page.open_playground("order-payment?by=events&answer-loss=0&request-loss=0&consume=naive");
        page.choose_speed(6);
        page.run_until(2.0);
        page.choose("fault-twice-order-accepted");
        page.wait_up_to(
            crate::PATIENCE,
            "Number(document.querySelector('[data-test=outcome-value]').dataset.count) > 0",
        );
    });
}
