//! Nothing on the page moves because a number has become longer, a sentence or a note has come, or the machine is slow.

use crate::harness::Browser;
use crate::playground::at;
use serde_json::json;

/// Writes down what has moved without anybody's doing: how far, and what.
const WATCH: &str = "
    window.moved = [];
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) {
            if (entry.hadRecentInput) continue;
            // A value may stand elsewhere within its own place, a mark on the timeline moves with the time, and in the table of
            // keys the newest come first.
            const own = '.value, .unit, .of, .clock, .pace, .note, .scale, .flag, [data-test^=row-], [data-test^=row-] *';
            const element = it => it.node?.nodeType === 1 ? it.node : it.node?.parentElement;
            const sources = entry.sources.filter(it => element(it) && !element(it).matches(own));
            if (sources.length === 0) continue;
            const box = rect => `${rect.x},${rect.y} ${rect.width}x${rect.height}`;
            const what = sources.map(it => `${element(it).closest('[data-test]')?.dataset.test ?? ''} ${element(it).className} ${box(it.previousRect)} -> ${box(it.currentRect)}`);
            window.moved.push(`${entry.value.toFixed(4)} at ${document.querySelector('[data-test=clock]')?.textContent}: ${what.join(' | ')}`);
        }
    }).observe({ type: 'layout-shift', buffered: true });
";

fn check(browser: Browser, scenarios: &[&str]) {
    browser.first_run(WATCH).run(|page| {
        for name in scenarios {
            page.go("about:blank");
            page.open_playground(name);
            // What the first rendering moves is the loading of the page.
            page.eval("void (window.moved.length = 0)");
            page.run_until(1.0);
            page.choose_speed(9);
            page.run_until(8.0);
            // By script, so that what it moves is not taken for what a person moves.
            page.eval("[...document.querySelectorAll('[data-test^=fault-][aria-pressed]')].slice(0, 3).forEach(it => it.click())");
            page.run_for(20.0);
            page.choose_speed(15);
            page.run_for(60.0);
            page.seek(5.0);
            page.wait_for_frames(20);
            let moved = page.eval("window.moved");
            assert_eq!(moved, json!([]), "{name}");
        }
    });
}

const SCENARIOS: &[&str] = &["consultation-list", "order-payment", "retry-storm"];

#[test]
fn nothing_moves_on_a_desktop() {
    check(Browser::desktop(), SCENARIOS);
}

#[test]
fn nothing_moves_on_a_small_window() {
    check(Browser::desktop().size(800, 800), SCENARIOS);
}

#[test]
fn nothing_moves_on_a_phone() {
    check(Browser::phone().korean(), SCENARIOS);
}

#[test]
fn the_observer_sees_what_moves() {
    Browser::desktop().first_run(WATCH).run(|page| {
        page.open_playground("");
        page.run_until(0.5);
        page.eval("void (window.moved.length = 0)");
        page.eval(&format!(
            "document.querySelector({}).insertAdjacentHTML('beforebegin', '<p>A line that was not there.</p>')",
            json!(at("outcome"))
        ));
        page.wait_until("window.moved.length > 0");
    });
}
