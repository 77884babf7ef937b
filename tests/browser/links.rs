//! Every setting travels in the link, and back and forward go through them.

use crate::harness::{Browser, Page, query};
use crate::playground::{at, chosen};
use msa_playground::run::Run;
use msa_playground::scenario::{Scenario, settings, shipped};
use msa_playground::share::Link;
use msa_playground::time::{Span, Time};
use serde_json::{Value, json};

/// Everything that the page shows of its settings and of the run.
fn shown(page: &Page) -> Value {
    page.eval(
        "({
            chosen: Array.from(document.querySelectorAll('input[type=radio]:checked'), it => it.dataset.test),
            values: Array.from(document.querySelectorAll('[data-test^=value-]'), it => it.dataset.test + ' ' + it.textContent),
            seed: document.querySelector('[data-test=seed]').textContent,
            charts: Array.from(document.querySelectorAll('[data-test^=chart-]'), it => it.dataset.test + ' ' + it.dataset.value),
            outcome: document.querySelector('[data-test=outcome-value]').dataset.ms,
            facts: document.querySelector('[data-test=outcome-facts]').textContent,
        })",
    )
}

/// The scenario of a link.
fn scenario_of(fragment: &str) -> Scenario {
    let link = Link::parse(fragment).unwrap();
    settings::apply(&shipped::load(&link.scenario).unwrap(), &link.settings).unwrap()
}

#[test]
fn settings_travel_in_a_link_and_the_run_is_the_same_there_and_in_the_native_program() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.choose("strategy-customer-local_cache");
        page.choose("strategy-code-batch");
        page.choose("strategy-user-parallel");
        page.click(&format!("{} summary", at("numbers")));
        for slider in ["control-rate", "control-ttl", "control-instances"] {
            page.click(&at(slider));
            page.press("ArrowRight");
        }
        page.choose("control-sync-broadcast");
        page.click(&format!("{} summary", at("seed-panel")));
        let seed = page.text(&at("seed"));
        page.choose("new-seed");
        page.wait_until(&format!(
            "{}.textContent !== {}",
            query(&at("seed")),
            json!(seed)
        ));
        page.wait_until("location.hash.includes('seed=')");
        page.run_anew_to(8.0);
        let before = shown(page);
        let link = page.url();
        for part in [
            "customer=local_cache",
            "code=batch",
            "user=parallel",
            "rate=",
            "ttl=",
            "instances=",
            "sync=broadcast",
            "seed=",
        ] {
            assert!(link.contains(part), "{link}");
        }
        assert!(!link.contains('%'), "a link is readable: {link}");

        let fragment = page.fragment();
        page.open_fresh_browser();
        page.open_playground(&fragment);
        assert_eq!(page.fragment(), fragment);
        page.run_anew_to(8.0);
        assert_eq!(shown(page), before);

        let mut run = Run::new(scenario_of(&fragment), 0);
        run.run_until(Time::ZERO + Span::from_secs(8), u64::MAX);
        let recent = run.recent();
        let staff = recent.clients.iter().find(|it| it.name == "staff").unwrap();
        assert_eq!(before["outcome"], format!("{:.3}", staff.latency_ms.mean));
        assert_eq!(
            before["charts"][1],
            format!("chart-calls {:.4}", staff.calls_per_request)
        );
    });
}

#[test]
fn a_reload_loses_no_setting() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.choose("strategy-customer-replica");
        page.wait_for_fragment("consultation-list?customer=replica");
        page.reload();
        page.wait_until(&chosen("strategy-customer-replica"));
        page.wait_until(&chosen("strategy-code-per_row"));
        assert_eq!(page.fragment(), "consultation-list?customer=replica");
    });
}

#[test]
fn back_and_forward_go_through_the_choices() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.choose_for_all("batch");
        page.wait_until("location.hash.includes('customer=batch')");
        page.choose("strategy-customer-replica");
        page.wait_until("location.hash.includes('customer=replica')");
        page.run_for(0.5);
        page.back();
        page.wait_until(&chosen("strategy-customer-batch"));
        assert!(page.fragment().contains("customer=batch"));
        page.back();
        page.wait_until(&chosen("strategy-all-per_row"));
        page.forward();
        page.wait_until(&chosen("strategy-all-batch"));
        page.forward();
        page.wait_until(&chosen("strategy-customer-replica"));
        let before = page.now();
        page.wait_until(&format!("{} > {before}", crate::playground::clock()));
    });
}

#[test]
fn a_slider_on_its_way_is_one_step_back() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        let length = page.eval("history.length");
        page.click(&format!("{} summary", at("numbers")));
        page.click(&at("control-rate"));
        for _ in 0..5 {
            page.press("ArrowRight");
        }
        page.wait_until("location.hash.includes('rate=')");
        let steps = page.eval("history.length").as_u64().unwrap() - length.as_u64().unwrap();
        assert!(steps <= 1, "{steps} steps in the history");
    });
}

#[test]
fn an_address_written_by_hand_is_taken_over() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.eval("location.hash = 'consultation-list?user=batch&seed=11'");
        page.wait_until(&chosen("strategy-user-batch"));
        assert_eq!(page.text(&at("seed")), "11");
    });
}

#[test]
fn the_link_is_copied_with_a_click() {
    Browser::desktop().run(|page| {
        page.open_playground("consultation-list?customer=batch");
        page.devtools(
            "Browser.grantPermissions",
            &json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] }),
        );
        page.choose("share");
        page.wait_until(&format!(
            "{}.textContent === 'Link copied'",
            query(&at("note"))
        ));
        assert_eq!(page.eval("navigator.clipboard.readText()"), page.url());
    });
}
