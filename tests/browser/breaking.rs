//! Faults by click: they are felt, they pass, and some strategies do not feel them.

use crate::PATIENCE;
use crate::harness::Browser;
use crate::playground::{BAD_NEWS, at, pressed};

const BATCH: &str = "consultation-list?customer=batch&code=batch&user=batch&department=batch";
const REPLICA: &str =
    "consultation-list?customer=replica&code=replica&user=replica&department=replica";

#[test]
fn a_crash_of_the_owner_is_felt_and_lists_come_again_afterwards() {
    Browser::desktop().run(|page| {
        page.open_playground(BATCH);
        page.choose_speed(8);
        page.run_until(6.0);
        assert_eq!(page.eval(BAD_NEWS), 0);
        page.choose("fault-crash-common");
        page.wait_until(&pressed("fault-crash-common", true));
        page.wait_up_to(PATIENCE, &format!("{BAD_NEWS} > 0"));
        assert_eq!(page.count(&at("bookmark")), 1);
        // It ends by itself after ten seconds, and the numbers of the last seconds forget it.
        page.wait_up_to(PATIENCE, &pressed("fault-crash-common", false));
        page.wait_up_to(PATIENCE, &format!("{BAD_NEWS} === 0"));
        page.run_for(6.0);
        assert_eq!(
            page.eval(BAD_NEWS),
            0,
            "{}",
            page.text(&at("outcome-facts"))
        );
        assert!(page.number("outcome-value", "data-ms") < 100.0);
    });
}

#[test]
fn a_replica_survives_the_outage_of_the_owner() {
    Browser::desktop().run(|page| {
        page.open_playground(REPLICA);
        page.choose_speed(8);
        page.run_until(6.0);
        page.choose("fault-lasts-on");
        page.choose("fault-crash-common");
        page.wait_until(&pressed("fault-crash-common", true));
        page.run_for(12.0);
        assert!(
            page.eval(&pressed("fault-crash-common", true))
                .as_bool()
                .unwrap(),
            "it goes on until it is ended"
        );
        assert_eq!(
            page.eval(BAD_NEWS),
            0,
            "{}",
            page.text(&at("outcome-facts"))
        );
        assert!(page.number("outcome-value", "data-ms") < 100.0);
        page.choose("fault-crash-common");
        page.wait_until(&pressed("fault-crash-common", false));
    });
}

#[test]
fn a_slow_owner_and_a_cut_link_are_felt_and_end_when_they_are_ended() {
    Browser::desktop().run(|page| {
        page.open_playground(BATCH);
        page.choose_speed(8);
        page.choose("fault-lasts-on");
        page.run_until(6.0);
        let before = page.number("outcome-value", "data-ms");
        page.choose("fault-slow-common");
        page.run_for(8.0);
        let slow = page.number("outcome-value", "data-ms");
        assert!(slow > 2.0 * before, "before {before} ms, slow {slow} ms");
        page.choose("fault-slow-common");
        page.wait_until(&pressed("fault-slow-common", false));

        page.choose("fault-cut-consultation-common");
        page.wait_up_to(PATIENCE, &format!("{BAD_NEWS} > 0"));
        page.choose("fault-cut-consultation-common");
        page.wait_until(&pressed("fault-cut-consultation-common", false));
        page.wait_up_to(PATIENCE, &format!("{BAD_NEWS} === 0"));
        page.run_for(6.0);
        let after = page.number("outcome-value", "data-ms");
        assert!(
            after < 1.5 * before,
            "before {before} ms, afterwards {after} ms"
        );
    });
}

#[test]
fn a_fault_is_caused_where_it_happens() {
    Browser::desktop().run(|page| {
        page.open_playground(BATCH);
        page.choose_speed(8);
        page.run_until(2.0);
        page.choose("node-common_db");
        let down = format!("{} {}", at("inspector"), at("fault-down-common_db"));
        page.click(&down);
        page.wait_until(&format!(
            "{}?.getAttribute('aria-pressed') === 'true'",
            crate::harness::query(&down)
        ));
        page.wait_up_to(PATIENCE, &format!("{BAD_NEWS} > 0"));
        page.choose("inspector-close");
        page.wait_until("document.querySelector('[data-test=inspector]') === null");
        page.wait_until("document.activeElement?.id === 'node-common_db'");
    });
}
