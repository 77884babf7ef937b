//! Every setting travels in the link, and back and forward go through them.

use crate::harness::{Browser, Page, query};
use crate::playground::{at, chosen};
use kernel::time::Span;
use msa_playground::app::opening::open;
use run::digest::digest_of_story;
use run::session::{Session, Story};
use serde_json::{Value, json};
use std::rc::Rc;

/// Everything that the page shows of its settings and of the run.
fn shown(page: &Page) -> Value {
    page.eval(
        "({
            chosen: Array.from(document.querySelectorAll('input[type=radio]:checked'), it => it.dataset.test),
            values: Array.from(document.querySelectorAll('[data-test^=value-]'), it => it.dataset.test + ' ' + it.value),
            seed: document.querySelector('[data-test=seed]').textContent,
            charts: Array.from(document.querySelectorAll('[data-test^=chart-]'), it => it.dataset.test + ' ' + it.dataset.value),
            outcome: document.querySelector('[data-test=outcome-value]').dataset.ms,
            facts: document.querySelector('[data-test=outcome-facts]').textContent,
        })",
    )
}

/// What a link brings back.
fn story_of(fragment: &str) -> Rc<Story> {
    open(fragment).expect("it can be opened").story
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
        let done = page.now() + 0.5;
        page.choose("new-seed");
        page.wait_until(&format!("{} < {done} - 0.5", crate::playground::clock()));
        page.wait_until(&format!(
            "{}.textContent !== {}",
            query(&at("seed")),
            json!(seed)
        ));
        page.wait_until("location.hash.includes('seed=')");
        // What was changed on the way is changed again at its time.
        page.run_until(done);
        page.wait_until(&chosen("control-sync-broadcast"));
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

        let mut session = Session::new(story_of(&fragment), 0);
        session.advance(Span::from_secs(8), u64::MAX);
        let recent = session.run().recent();
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
        page.wait_until("location.hash.includes('customer=replica')");
        let fragment = page.fragment();
        page.reload();
        page.wait_until(&chosen("strategy-customer-replica"));
        page.wait_until(&chosen("strategy-code-per_row"));
        assert_eq!(page.fragment(), fragment);
    });
}

#[test]
fn a_reload_goes_on_at_the_moment_where_it_was() {
    Browser::desktop().run(|page| {
        page.open_playground("consultation-list?seed=5");
        // What is open is kept every two seconds and when the page is left.
        page.run_until(4.0);
        page.wait_until("sessionStorage['msa-playground.left-off']?.includes('&t=')");
        page.reload();
        page.wait_until(&format!("{} >= 1.5", crate::playground::clock()));
        assert!(page.plays() && page.now() < 60.0);
        let now = page.now();
        page.run_until(now + 0.2);
    });
}

#[test]
fn a_new_visit_is_offered_what_the_last_one_left_off_with() {
    Browser::desktop().run(|page| {
        page.open_playground("retry-storm?seed=5");
        page.wait_until(
            "localStorage['msa-playground.left-off']?.includes('retry-storm?seed=5&t=')",
        );
        page.eval("sessionStorage.clear()");
        page.go("about:blank");
        page.open_playground("");
        page.wait_until(&format!("{} !== null", query(&at("left-off"))));
        // While it runs, the address does not name the moment for long.
        page.pause();
        page.choose("resume");
        page.wait_until("location.hash.startsWith('#retry-storm?seed=5&t=')");
        assert_eq!(page.count(&at("left-off")), 0);
    });
}

#[test]
fn blocked_storage_breaks_nothing() {
    let blocked = "for (const kind of ['localStorage', 'sessionStorage'])
        Object.defineProperty(window, kind, { get() { throw new DOMException('blocked', 'SecurityError'); } });";
    Browser::desktop().first_run(blocked).run(|page| {
        page.open_playground("consultation-list?customer=batch");
        page.run_for(2.5);
        page.choose("strategy-code-batch");
        page.wait_until("location.hash.includes('code=batch')");
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
        // A click would move the slider, too: on a busy machine that comes to rest before the first key.
        page.eval(&format!("{}.focus()", query(&at("control-rate"))));
        page.press_quickly("ArrowRight", 5);
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

/// Gives the page a second, does something to it twice, and stands still; the link to exactly that.
fn incident(page: &Page) -> String {
    page.open_playground("consultation-list?seed=77&rate=20");
    page.run_for(0.5);
    page.choose("strategy-customer-batch");
    page.run_for(0.4);
    page.choose("fault-crash-common");
    page.run_for(0.6);
    page.choose("strategy-code-local_cache");
    page.run_for(0.3);
    page.pause();
    page.wait_until("location.hash.includes('&t=')");
    page.fragment()
}

#[test]
fn a_link_replays_what_was_done_on_another_machine_byte_for_byte() {
    Browser::desktop().run(|page| {
        let fragment = incident(page);
        let opened = open(&fragment).expect("it can be opened");
        assert_eq!(opened.story.inputs.len(), 3, "{fragment}");
        let moment = opened.playhead.expect("it stands");
        let before = shown(page);
        page.open_fresh_browser();
        page.open_playground(&fragment);
        page.wait_until(&format!(
            "{} >= {}",
            crate::playground::clock(),
            moment.as_secs() - 0.001
        ));
        page.wait_until(&chosen("strategy-code-local_cache"));
        assert!(!page.plays(), "who opens a moment sees that moment");
        assert_eq!(shown(page), before);
        assert_eq!(page.fragment(), fragment);
        let digest = digest_of_story(&opened.story, moment);
        page.load_maker();
        let there = page.eval(&format!("window.maker.link_digest({})", json!(fragment)));
        assert_eq!(there, format!("{digest:016x}"));
    });
}

#[test]
fn links_that_are_out_in_the_world_bring_back_the_same_run_in_the_browser() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/links/v1");
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.pause();
        page.load_maker();
        for file in std::fs::read_dir(folder).expect("the folder can be read") {
            let path = file.expect("the entry can be read").path();
            let text = std::fs::read_to_string(&path).expect("the file can be read");
            let mut lines = text.lines();
            let (link, run) = (lines.next().unwrap(), lines.nth(1).unwrap());
            let there = page.eval(&format!("window.maker.link_digest({})", json!(link)));
            let there = there.as_str().unwrap();
            assert!(run.contains(there), "{}: {there}", path.display());
        }
    });
}

#[test]
fn back_takes_away_what_was_done_and_forward_does_it_again_at_the_same_moment() {
    Browser::desktop().run(|page| {
        let fragment = incident(page);
        let before = shown(page);
        page.back();
        page.wait_until(&chosen("strategy-code-per_row"));
        page.wait_until("!location.hash.includes('local_cache')");
        page.forward();
        page.wait_until(&chosen("strategy-code-local_cache"));
        assert_eq!(page.fragment(), fragment);
        let same = format!("JSON.stringify({{ charts: Array.from(document.querySelectorAll('[data-test^=chart-]'), it => it.dataset.test + ' ' + it.dataset.value) }}) === {}",
            json!(json!({ "charts": before["charts"] }).to_string()));
        page.wait_until(&same);
    });
}

#[test]
fn the_history_is_not_flooded_by_a_slider() {
    let counting = "window.writes = [];
        for (const name of ['pushState', 'replaceState']) {
            const write = history[name];
            history[name] = function () { writes.push(performance.now()); return write.apply(this, arguments); };
        }";
    // Three hundred movements, as fast as the page takes them; with each, what the hand or the keyboard does then.
    let moves = |then: &str| {
        format!(
            "(async () => {{
                const put = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
                for (let i = 0; i < 300; i++) {{
                    const slider = {};
                    put.call(slider, slider.min * 1 + (slider.max - slider.min) * (1 + i % 99) / 100);
                    slider.dispatchEvent(new Event('input', {{ bubbles: true }}));
                    {then}
                    if (i % 10 === 0) await new Promise(requestAnimationFrame);
                }}
                return true;
            }})()",
            query(&at("control-rate"))
        )
    };
    Browser::desktop().first_run(counting).run(|page| {
        page.open_playground("");
        page.click(&format!("{} summary", at("numbers")));
        page.eval(&moves(""));
        assert!(
            !page.fragment().contains("rate="),
            "the hand has not let go: {}",
            page.fragment()
        );
        page.eval(&moves(
            "slider.dispatchEvent(new Event('change', { bubbles: true }));",
        ));
        page.wait_until("location.hash.includes('rate=')");
        let most = "Math.max(0, ...writes.map(from => writes.filter(at => at >= from && at < from + 10000).length))";
        let most = page.eval(most).as_f64().unwrap();
        assert!(most < 50.0, "{most} changes of the history in ten seconds");
    });
}
