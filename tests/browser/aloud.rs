//! What a screen reader is told while the run goes on.

use crate::PATIENCE;
use crate::harness::{Browser, query};
use crate::playground::at;
use serde_json::json;

/// Writes down what the live region says, and when, in milliseconds.
fn listen(page: &crate::harness::Page) {
    page.eval(&format!(
        "(region => {{
            window.heard = [];
            new MutationObserver(() => {{
                const said = region.textContent;
                if (said && said !== window.heard.at(-1)?.[1]) window.heard.push([performance.now(), said]);
            }}).observe(region, {{ childList: true, subtree: true, characterData: true }});
        }})({})",
        query(&at("spoken"))
    ));
}

#[test]
fn actions_faults_and_outcomes_are_spoken_politely_and_at_most_once_in_five_seconds() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.run_until(3.0);
        assert_eq!(
            page.attribute(&at("spoken"), "role").as_deref(),
            Some("status"),
            "a status is told politely"
        );
        listen(page);
        let wait_to_hear = |text: &str| {
            page.wait_up_to(
                PATIENCE,
                &format!("heard.some(([, it]) => it.includes({}))", json!(text)),
            );
        };
        page.choose_speed(7);
        page.choose("fault-crash-common");
        wait_to_hear("Common is down.");
        wait_to_hear("Some requests fail now.");
        wait_to_hear("Common is up again.");
        page.choose("offer");
        wait_to_hear("customer, code, user, department: batch.");
        wait_to_hear("After the change");
        page.choose("play");
        wait_to_hear("The run is paused.");
        let gaps = page.eval("heard.slice(1).map(([at], place) => at - heard[place][0])");
        let gaps: Vec<f64> = serde_json::from_value(gaps).unwrap();
        // What is drawn a frame late is heard a frame late.
        assert!(gaps.iter().all(|gap| *gap > 4_900.0), "{gaps:?}");
    });
}
