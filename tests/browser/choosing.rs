//! What stands beside choices and numbers, and what taking one does: nothing where it has no effect, something on the
//! space bar and not on the way to it, and a table of what all of them would bring.

use crate::accessible::check_with_axe;
use crate::harness::{Browser, Page, query};
use crate::playground::{at, chosen};
use serde_json::json;

/// The words that say why something has no effect: what it is described by.
fn why(page: &Page, name: &str) -> String {
    let id = page.attribute(&at(name), "aria-describedby");
    let id = id.unwrap_or_else(|| panic!("nothing says why {name} has no effect"));
    page.text(&format!("#{id}"))
}

/// Types a number in the place of the one that is there.
fn type_number(page: &Page, name: &str, text: &str) {
    let field = query(&at(&format!("value-{name}")));
    page.eval(&format!("({field}.focus(), {field}.select(), true)"));
    page.devtools("Input.insertText", &json!({ "text": text }));
    page.press("Enter");
}

fn open_numbers(page: &Page) {
    page.click(&format!("{} summary", at("numbers")));
}

fn focused() -> &'static str {
    "document.activeElement.dataset.test"
}

#[test]
fn a_choice_without_effect_says_why_and_changes_nothing() {
    Browser::desktop().run(|page| {
        page.open_playground("course-enrolment");
        page.run_until(1.0);
        let address = page.fragment();
        assert_eq!(why(page, "strategy-publish-cdc"), "no effect with calls");
        assert_eq!(why(page, "strategy-consume-naive"), "no effect with calls");
        page.choose("strategy-publish-cdc");
        page.eval(&format!("{}.focus()", query(&at("strategy-publish-cdc"))));
        page.press("Space");
        page.press("Enter");
        page.run_for(0.5);
        assert!(page.now() > 1.5, "the run goes on");
        assert_eq!(page.fragment(), address);
        assert_eq!(page.eval(&chosen("strategy-publish-outbox")), true);
        // Where it has an effect, it can be taken again.
        page.choose("strategy-by-events");
        page.wait_until(&format!(
            "{}.getAttribute('aria-disabled') === null",
            query(&at("strategy-publish-cdc"))
        ));
        page.choose("strategy-publish-cdc");
        page.wait_until(&chosen("strategy-publish-cdc"));
        page.wait_until("location.hash.includes('publish=cdc')");
        // Two ways to consume that are the same here.
        assert_eq!(
            why(page, "strategy-consume-naive"),
            "naive: here the same as unique key"
        );
    });
}

#[test]
fn a_number_without_effect_cannot_be_moved_and_says_why() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        open_numbers(page);
        assert_eq!(why(page, "control-ttl"), "no effect with per row");
        for name in ["control-ttl", "value-ttl"] {
            assert_eq!(page.eval(&format!("{}.disabled", query(&at(name)))), true);
        }
        page.choose("strategy-code-local_cache");
        page.wait_until(&format!("!{}.disabled", query(&at("control-ttl"))));
        assert_eq!(page.attribute(&at("control-ttl"), "aria-describedby"), None);
    });
}

#[test]
fn a_link_may_set_what_has_no_effect() {
    Browser::desktop().korean().run(|page| {
        page.open_playground("course-enrolment?publish=cdc");
        assert_eq!(page.eval(&chosen("strategy-publish-cdc")), true);
        assert_eq!(
            why(page, "strategy-publish-outbox"),
            "‘동기 호출’에서는 효과 없음"
        );
        page.choose("strategy-publish-outbox");
        page.wait_for_frames(5);
        assert_eq!(page.eval(&chosen("strategy-publish-cdc")), true);
        assert!(page.fragment().contains("publish=cdc"));
    });
}

#[test]
fn what_starts_the_run_again_is_marked_before_it_is_taken() {
    Browser::desktop().run(|page| {
        page.open_playground("course-enrolment");
        let marked = |name: &str| page.count(&format!("label:has({}) .again", at(name))) == 1;
        assert!(marked("strategy-by-events"));
        assert!(!marked("strategy-reconcile-true"));
        assert_eq!(
            page.attribute(&at("strategy-by-events"), "aria-label"),
            Some("pivot and events, starts the run again".into())
        );
        page.run_until(1.0);
        page.choose("strategy-reconcile-true");
        page.run_for(0.3);
        assert!(page.now() > 1.0, "what is not marked goes on");
        page.open_playground("");
        open_numbers(page);
        let title = |name: &str| format!("label[for=control-{name}] .again");
        assert_eq!(page.count(&title("customers")), 1);
        assert_eq!(page.count(&title("rate")), 0);
    });
}

#[test]
fn arrows_move_the_focus_and_start_nothing_again_on_the_way() {
    Browser::desktop().run(|page| {
        page.open_playground("course-enrolment");
        page.run_until(1.0);
        page.eval(&format!("{}.focus()", query(&at("strategy-by-calls"))));
        for expected in ["compensation", "tcc", "events"] {
            page.press("ArrowRight");
            page.wait_until(&format!("{} === 'strategy-by-{expected}'", focused()));
        }
        page.run_for(0.3);
        assert_eq!(page.eval(&chosen("strategy-by-calls")), true);
        assert!(page.now() > 1.0, "nothing has started again");
        page.press("Enter");
        page.wait_until(&chosen("strategy-by-events"));
        page.press("ArrowLeft");
        page.wait_until(&format!("{} === 'strategy-by-tcc'", focused()));
        page.press("Space");
        page.wait_until(&chosen("strategy-by-tcc"));
        page.wait_until("location.hash.includes('by=tcc')");
    });
}

#[test]
fn a_number_can_be_typed_with_its_unit() {
    Browser::desktop().run(|page| {
        page.open_playground("order-payment?by=events");
        open_numbers(page);
        let value = |name: &str| format!("{}.value", query(&at(&format!("value-{name}"))));
        type_number(page, "rate", "12.5");
        page.wait_until("location.hash.includes('rate=12.5')");
        page.wait_until(&format!("{} === '12.5/s'", value("rate")));
        type_number(page, "answer-loss", "7 %");
        page.wait_until("location.hash.includes('answer-loss=0.07')");
        type_number(page, "interval", "1.5s");
        page.wait_until("location.hash.includes('interval=1.5s')");
        // What is not allowed leaves the old value, and says what is.
        let address = page.fragment();
        for (typed, name, allowed) in [
            ("many", "rate", "Allowed: 0.5/s to 200/s."),
            ("2.5", "attempts", "Allowed: whole numbers from 1 to 10."),
        ] {
            let before = page.eval(&value(name));
            type_number(page, name, typed);
            page.wait_until(&format!(
                "{} !== null",
                query(&at(&format!("allowed-{name}")))
            ));
            assert_eq!(page.text(&at(&format!("allowed-{name}"))), allowed);
            assert_eq!(page.eval(&value(name)), before);
            check_with_axe(page, "something that is not allowed was typed");
        }
        assert_eq!(page.fragment(), address);
        // The keys of a slider go from one round value to the next.
        page.eval(&format!("{}.focus()", query(&at("control-rate"))));
        page.press("ArrowRight");
        page.wait_until(&format!("{} === '15/s'", value("rate")));
    });
}

#[test]
fn all_choices_of_a_control_stand_side_by_side() {
    for (browser, ways) in [
        (Browser::desktop(), "desktop"),
        (Browser::phone().korean().dark(), "phone"),
    ] {
        browser.run(|page| {
            page.open_playground("course-enrolment?by=events");
            if ways == "phone" {
                page.click("#sheet-open");
                page.wait_until("document.activeElement.id === 'sheet-close'");
            }
            page.choose("compare-publish");
            page.wait_until("document.activeElement.id === 'choice-table-close'");
            let cells = |value: &str| {
                format!(
                    "{}.closest('tr').querySelectorAll('td:not(.words)').length",
                    query(&at(&format!("choice-{value}")))
                )
            };
            for value in ["before_commit", "after_commit", "outbox", "cdc"] {
                page.wait_up_to(crate::PATIENCE, &format!("{} === 5", cells(value)));
            }
            assert_eq!(
                page.count("tr[aria-current=true] [data-test=choice-outbox]"),
                1
            );
            assert!(page.count(".choice-table td.best") > 0);
            assert_eq!(
                page.eval("document.querySelector('.choice-table').scrollWidth <= innerWidth"),
                true
            );
            check_with_axe(page, ways);
            // A row is taken by the keyboard, and by a click anywhere in it.
            page.eval(&format!("{}.focus()", query(&at("choice-cdc"))));
            page.press("Enter");
            page.wait_until("document.activeElement.id === 'compare-publish'");
            page.wait_until(&chosen("strategy-publish-cdc"));
            assert_eq!(page.count(&at("choice-table")), 0);
            page.choose("compare-publish");
            page.wait_until(&format!("{} !== null", query(&at("choice-table"))));
            page.press("Escape");
            page.wait_until("document.activeElement.id === 'compare-publish'");
            assert_eq!(page.count(&at("choice-table")), 0);
        });
    }
}

#[test]
fn rows_without_effect_say_so_and_cannot_be_taken() {
    Browser::desktop().run(|page| {
        page.open_playground("course-enrolment");
        page.choose("compare-publish");
        page.wait_until(&format!("{} !== null", query(&at("choice-cdc"))));
        assert_eq!(
            page.eval(&format!(
                "{}.closest('tr').querySelector('.words').textContent",
                query(&at("choice-cdc"))
            )),
            "no effect with calls"
        );
        page.choose("choice-cdc");
        page.wait_for_frames(5);
        assert_eq!(page.count(&at("choice-table")), 1);
        assert!(!page.fragment().contains("publish"));
    });
}
