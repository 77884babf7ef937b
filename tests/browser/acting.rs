//! What a person does to a run, as only a browser shows it: a drag of a slider, undo and redo by key, a run that starts
//! again, a table that stands still under the pointer, a history whose lines are moments.

use crate::harness::{Browser, Page, query};
use crate::playground::{at, chosen, clock};
use serde_json::{Value, json};

/// Where something is, in CSS pixels: left, top, width, height.
fn place(page: &Page, css: &str) -> [f64; 4] {
    let place = page.eval(&format!(
        "(e => {{ e.scrollIntoView({{ block: 'center' }}); const r = e.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; }})({})",
        query(css)
    ));
    let number = |index: usize| place[index].as_f64().expect("it is there");
    [number(0), number(1), number(2), number(3)]
}

fn mouse(page: &Page, kind: &str, x: f64, y: f64, pressed: bool) {
    page.devtools(
        "Input.dispatchMouseEvent",
        &json!({ "type": kind, "button": if pressed { "left" } else { "none" }, "buttons": i32::from(pressed),
            "clickCount": 1, "x": x, "y": y }),
    );
}

/// Puts the pointer over the middle of something.
fn point_at(page: &Page, css: &str) {
    let [left, top, width, height] = place(page, css);
    mouse(
        page,
        "mouseMoved",
        left + width / 2.0,
        top + height / 2.0,
        false,
    );
}

#[test]
fn a_drag_of_a_slider_with_the_mouse_is_one_action_in_the_link() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.run_until(0.5);
        page.choose("numbers");
        let slider = at("control-rate");
        let value = |page: &Page| {
            page.eval(&format!("{}.value", query(&at("value-rate"))))
                .to_string()
        };
        let [left, top, width, height] = place(page, &slider);
        let (middle, at_share) = (top + height / 2.0, |share: f64| left + share * width);
        mouse(page, "mousePressed", at_share(0.3), middle, true);
        let mut seen = Vec::new();
        for step in 0..20 {
            mouse(
                page,
                "mouseMoved",
                at_share(0.3 + f64::from(step) / 50.0),
                middle,
                true,
            );
            page.wait_for_frames(2);
            seen.push(value(page));
        }
        seen.dedup();
        assert!(seen.len() > 10, "the number follows the hand: {seen:?}");
        assert!(!page.fragment().contains("rate="), "{}", page.fragment());
        mouse(page, "mouseReleased", at_share(0.68), middle, true);
        page.wait_until("location.hash.includes('rate=')");
        // Whatever else were to come of it has come.
        page.run_for(1.0);
        assert_eq!(
            page.fragment().matches("rate=").count(),
            1,
            "{}",
            page.fragment()
        );
    });
}

#[test]
fn undo_and_redo_by_key_take_the_last_action_back_and_do_it_again() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.run_until(0.5);
        page.choose("strategy-customer-batch");
        page.wait_until("location.hash.includes('customer=batch')");
        let label = format!("{}.getAttribute('aria-label')", query(&at("undo-last")));
        page.wait_until(&format!("{label} === 'Undo: customer'"));
        page.pause();
        let now = page.now();
        page.press("Control+z");
        page.wait_until("!location.hash.includes('customer=')");
        page.wait_until(&chosen("strategy-customer-per_row"));
        page.wait_until(&format!("{label} === 'Nothing to undo'"));
        page.wait_until(&format!("{} === {now}", clock()));
        page.press("Control+Shift+z");
        page.wait_until("location.hash.includes('customer=batch')");
        page.wait_until(&chosen("strategy-customer-batch"));
        // The button does what the key does.
        page.choose("undo-last");
        page.wait_until("!location.hash.includes('customer=')");
    });
}

#[test]
fn another_seed_starts_the_run_again_with_what_was_done_and_says_so() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.choose("fault-lasts-on");
        page.run_until(1.0);
        page.choose("fault-crash-common");
        page.wait_until("location.hash.includes('fault=crash')");
        page.run_until(2.0);
        page.click(&format!("{} summary", at("seed-panel")));
        page.choose("new-seed");
        page.wait_until(&format!("{} < 1", clock()));
        page.wait_until(&format!(
            "{}.textContent.includes('started again') && {}.textContent.includes('same times')",
            query(&at("note")),
            query(&at("note"))
        ));
        let fragment = page.fragment();
        assert!(
            fragment.contains("seed=") && fragment.contains("&fault=crash,service:common"),
            "{fragment}"
        );
        // The fault comes again at its time.
        page.wait_until(&crate::playground::pressed("fault-crash-common", true));
        assert!(page.now() >= 1.0);
    });
}

#[test]
fn what_is_selected_is_in_the_link_at_once() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.choose("node-common");
        page.wait_until("location.hash.includes('select=service.common')");
        page.choose("inspector-close");
        page.wait_until("!location.hash.includes('select=')");
    });
}

/// The keys of the table, in order.
fn keys(page: &Page) -> Value {
    page.eval("Array.from(document.querySelectorAll('[data-test=truth] button.key'), it => it.textContent)")
}

#[test]
fn rows_stay_under_the_pointer_and_new_ones_are_counted() {
    Browser::desktop().run(|page| {
        page.open_playground("order-payment");
        page.choose_speed(9);
        page.run_until(15.0);
        page.pause();
        point_at(page, "[data-test=truth] tbody tr:nth-child(2)");
        page.wait_for_frames(3);
        let before = keys(page);
        let more = format!(
            "Number({}.textContent.replace(/\\D/g, ''))",
            query(&at("more-keys"))
        );
        let count = |page: &Page| page.number("outcome-value", "data-count");
        let disagreed = count(page);
        let counted = page.eval(&more).as_f64().unwrap();
        // The pointer stays where it is: the keyboard runs it on.
        page.press("Space");
        page.wait_up_to(
            crate::PATIENCE,
            &format!(
                "Number({}.dataset.count) > {} + 5",
                query(&at("outcome-value")),
                disagreed
            ),
        );
        assert_eq!(keys(page), before);
        page.wait_until(&format!("{more} > {counted}"));
        // When nobody looks any more, the newest come first again.
        mouse(page, "mouseMoved", 5.0, 5.0, false);
        page.wait_until(&format!(
            "document.querySelector('[data-test=truth] button.key').textContent !== {}",
            before[0]
        ));
    });
}

#[test]
fn a_whole_row_opens_its_key_and_a_line_of_the_history_goes_to_its_moment() {
    Browser::desktop().run(|page| {
        page.open_playground("order-payment");
        page.choose_speed(9);
        page.run_until(15.0);
        page.pause();
        page.click("[data-test=truth] tbody tr:first-child td:last-child");
        page.wait_until(&format!("{} !== null", query(&at("affair"))));
        page.wait_until("location.hash.includes('select=key.')");
        let lines = page.count("[data-test=chain] li");
        let text = page.text(&at("chain"));
        let second = page.number("chain-1", "data-s");
        page.choose("chain-1");
        page.wait_until(&format!(
            "{c} >= {second} && {c} < {second} + 0.0011",
            c = clock()
        ));
        // What comes later is still there, and marked.
        page.wait_until("document.querySelectorAll('[data-test=chain] li.later').length > 0");
        assert_eq!(page.count("[data-test=chain] li"), lines);
        assert_eq!(page.text(&at("chain")), text);
        // By key, and forwards.
        let last = format!("chain-{}", lines - 1);
        let end = page.number(&last, "data-s");
        page.eval(&format!("{}.focus()", query(&at(&last))));
        page.press("Enter");
        page.wait_until(&format!(
            "{c} >= {end} && {c} < {end} + 0.0011",
            c = clock()
        ));
        page.wait_until("document.querySelectorAll('[data-test=chain] li.later').length === 0");
    });
}

#[test]
fn a_table_says_how_many_of_its_rows_are_listed() {
    Browser::desktop().run(|page| {
        page.open_playground("order-payment?t=3s");
        page.choose("node-order_db");
        let listed = page.count("[data-test=rows-orders] tbody tr");
        let says = page.text(&format!("[data-test=rows-orders] {}", at("rows-listed")));
        assert!(
            says.starts_with(&format!("({listed} of ")),
            "{listed} rows: {says}"
        );
        let all: String = says.rsplit(' ').next().unwrap_or_default().replace(')', "");
        let counted = page.eval(
            "Array.from(document.querySelectorAll('[data-test=inspector] table:first-of-type tr'))
                .find(row => row.textContent.startsWith('orders')).querySelector('td').textContent",
        );
        assert_eq!(counted, all);
    });
}

#[test]
fn the_same_link_says_the_same_on_every_load() {
    Browser::desktop().run(|page| {
        let drawn = |page: &Page| {
            page.eval("[document.querySelector('[data-test=sentence]').textContent,
                ...Array.from(document.querySelectorAll('[data-test=diagram] text'), it => it.textContent)]")
        };
        for fragment in ["consultation-list?@1s&fault=crash,service:common,for:2s&t=7.3s", "order-payment?t=9.017s"] {
            let mut first = None;
            for _ in 0..3 {
                page.open_fresh_browser();
                page.open_playground(fragment);
                let t: f64 = fragment.rsplit("t=").next().unwrap().trim_end_matches('s').parse().unwrap();
                page.wait_until(&format!("{} === {t}", clock()));
                page.wait_for_frames(30);
                let now = drawn(page);
                assert_eq!(first.get_or_insert(now.clone()), &now, "{fragment}");
            }
        }
    });
}
