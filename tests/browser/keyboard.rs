//! Everything without a mouse.

use crate::harness::{Browser, Page, query};
use crate::playground::{at, chosen, clock, pressed};
use serde_json::{Value, json};

/// What has the focus: a name, whether it can be seen to have it, whether it is in sight with nothing over it, and
/// whether it had the focus before on this round.
const FOCUS: &str = "(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const part = element.tagName === 'SUMMARY' ? element.parentElement.dataset.test : undefined;
    const name = element.dataset.test || part || element.id || element.name || element.className || element.tagName;
    // A radio button of our own making shows its focus on what is drawn for it, a part of the diagram on its shapes.
    const shown = [element, element.nextElementSibling, element.parentElement].filter(it => it);
    const outlined = () => shown.some(it => { const style = getComputedStyle(it); return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1.5; });
    const strokes = () => [element, ...element.querySelectorAll('*')].map(it => getComputedStyle(it).stroke + getComputedStyle(it).strokeWidth).join();
    let seen = outlined();
    if (element instanceof SVGElement) {
        const focused = strokes();
        element.blur();
        seen = strokes() !== focused;
        element.focus();
    }
    const box = element.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const free = top !== null && (element.contains(top) || top.contains(element) || top.closest('label')?.contains(element) || top.id === 'overlay');
    const again = window.met.has(element);
    window.met.add(element);
    return [name, seen, free, again];
})()";

/// Everything that a keyboard should reach, one name for each group of radio buttons.
const REACHABLE: &str = "Array.from(document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex=\"0\"]'))
    .filter(it => !it.disabled && it.checkVisibility({ visibilityProperty: true }) && !it.closest('[inert]'))
    .filter(it => it.type !== 'radio' || it.checked || !document.querySelector(`input[name=\"${it.name}\"]:checked`) && it === document.querySelector(`input[name=\"${it.name}\"]`))
    .map(it => it.dataset.test || it.tagName === 'SUMMARY' && it.parentElement.dataset.test || it.id || it.name || it.className || it.tagName)";

/// Presses Tab until the focus has gone round; what it met, in order.
fn go_round(page: &Page) -> Vec<String> {
    page.eval("(window.met = new Set(), true)");
    let mut met = Vec::new();
    for _ in 0..200 {
        page.press("Tab");
        let focus = page.eval(FOCUS);
        // Behind the last one, the focus leaves the page before it comes to the first.
        let Some(name) = focus[0].as_str() else {
            continue;
        };
        if focus[3] == true {
            return met;
        }
        assert_eq!(focus[1], true, "the focus on {name} cannot be seen");
        assert_eq!(focus[2], true, "{name} has the focus and is hidden");
        met.push(name.to_string());
    }
    panic!("the focus never comes round: {met:?}");
}

fn check_that_tab_reaches_everything(page: &Page) {
    page.pause();
    let met = go_round(page);
    let reachable = page.eval(REACHABLE);
    let reachable: Vec<&str> = reachable
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let missed: Vec<&&str> = reachable
        .iter()
        .filter(|name| !met.iter().any(|it| it == **name))
        .collect();
    assert!(
        missed.is_empty(),
        "Tab does not reach {missed:?}; it met {met:?}"
    );
}

#[test]
fn tab_reaches_everything_and_the_focus_is_seen() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.press("Tab");
        assert_eq!(
            page.eval("document.activeElement.className"),
            "skip",
            "first of all a way past the settings"
        );
        page.press("Enter");
        page.wait_until("document.activeElement.id === 'diagram'");
        assert_eq!(page.fragment(), "", "the address is for settings");
        for part in ["numbers", "seed-panel"] {
            page.click(&format!("{} summary", at(part)));
        }
        check_that_tab_reaches_everything(page);
        page.choose("node-common");
        check_that_tab_reaches_everything(page);
    });
}

#[test]
fn tab_reaches_everything_on_a_phone_and_in_a_frame() {
    Browser::phone().run(|page| {
        page.open_playground("");
        check_that_tab_reaches_everything(page);
        page.open("/?embed=1");
        page.wait_until(&format!("{} !== null", query(&at("play"))));
        check_that_tab_reaches_everything(page);
    });
}

#[test]
fn the_space_bar_plays_and_pauses_and_letters_do_the_rest() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.run_until(1.0);
        page.press("Space");
        page.wait_until(&pressed("play", false));
        page.press("Space");
        page.wait_until(&pressed("play", true));
        page.press("+");
        page.wait_until(&format!(
            "{}.textContent === '2×'",
            query(&at("speed-value"))
        ));
        page.press("-");
        page.press("-");
        page.wait_until(&format!(
            "{}.textContent === '0.5×'",
            query(&at("speed-value"))
        ));
        page.press(".");
        page.wait_until(&pressed("play", false));
        page.press("r");
        page.wait_until(&format!("{} < 0.5", clock()));
        assert_eq!(
            page.eval("scrollY"),
            0,
            "the space bar does not scroll as well"
        );
    });
}

#[test]
fn the_space_bar_on_a_button_presses_that_button_alone() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.eval(&format!("{}.focus()", query(&at("play"))));
        page.press("Space");
        page.wait_until(&pressed("play", false));
        page.wait_for_frames(10);
        assert!(
            page.eval(&pressed("play", false)).as_bool().unwrap(),
            "once, not twice"
        );
        page.eval(&format!("{}.focus()", query(&at("theme"))));
        page.press("Space");
        page.wait_until("document.documentElement.dataset.theme === 'dark'");
        assert!(page.eval(&pressed("play", false)).as_bool().unwrap());
    });
}

#[test]
fn arrows_and_the_space_bar_change_a_strategy() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.eval(&format!(
            "{}.focus()",
            query(&at("strategy-customer-per_row"))
        ));
        page.press("ArrowRight");
        page.press("ArrowRight");
        page.press("Space");
        page.wait_until(&chosen("strategy-customer-batch"));
        page.wait_until("location.hash.includes('&customer=batch&')");
        assert_eq!(
            page.eval("document.activeElement.dataset.test"),
            "strategy-customer-batch"
        );
        page.press("ArrowLeft");
        page.press("Enter");
        page.wait_until(&chosen("strategy-customer-parallel"));
    });
}

#[test]
fn nodes_and_faults_and_help_work_from_the_keyboard_and_give_the_focus_back() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        for (key, node) in [("Enter", "node-common"), ("Space", "node-consultation_db")] {
            page.eval(&format!("document.getElementById('{node}').focus()"));
            page.press(key);
            page.wait_until("document.activeElement.id === 'inspector'");
            assert!(page.plays(), "{key} opens the node and nothing else");
            page.press("Escape");
            page.wait_until(&format!("document.activeElement.id === '{node}'"));
            assert_eq!(page.count(&at("inspector")), 0);
        }
        page.eval(&format!("{}.focus()", query(&at("fault-crash-common"))));
        page.press("Enter");
        page.wait_until(&pressed("fault-crash-common", true));

        page.press("?");
        page.wait_until("document.activeElement.id === 'help-close'");
        // The focus stays inside.
        for _ in 0..4 {
            page.press("Tab");
            let inside = page.eval("document.activeElement === document.body || document.activeElement.closest('[role=dialog]') !== null");
            assert_eq!(inside, json!(true));
        }
        page.press("Escape");
        page.wait_until("document.activeElement.id === 'help-open'");
        assert_eq!(page.count(&at("help-dialog")), 0);
    });
}

#[test]
fn the_offer_and_its_undoing_keep_the_focus() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.run_until(0.5);
        page.eval(&format!("{}.focus()", query(&at("offer"))));
        page.press("Enter");
        page.wait_until("document.activeElement.id === 'undo'");
        page.press("Enter");
        page.wait_until("document.activeElement.id === 'offer'");
    });
}

#[test]
fn tab_follows_the_flow_of_the_diagram_and_of_the_page() {
    Browser::desktop().run(|page| {
        for (name, _) in scenario::shipped::ALL {
            page.go("about:blank");
            page.open_playground(name);
            // People cannot be opened, but they are read, and first.
            let kinds = page.eval(
                "[...document.querySelectorAll('#diagram .people, #diagram .node')].map(it => ['people', 'service', 'store', 'bus-topic'].find(kind => it.classList.contains(kind)))",
            );
            let kinds: Vec<String> = serde_json::from_value(kinds).unwrap();
            let flow = ["people", "service", "store", "bus-topic"];
            let order: Vec<_> = kinds
                .iter()
                .map(|kind| flow.iter().position(|it| it == kind))
                .collect();
            assert!(order.is_sorted(), "{name}: {kinds:?}");
        }
        page.go("about:blank");
        page.open_playground("order-payment");
        page.wait_until(&format!("{} !== null", query(&at("offer"))));
        page.pause();
        page.eval("(document.querySelector('.skip').focus(), true)");
        let met = go_round(page);
        let way = [
            "scenario",
            "share",
            "help",
            "strategy-by-",
            "numbers",
            "faults",
            "offer",
            "node-order",
            "node-order_db",
            "restart",
            "timeline",
        ];
        let places = way.map(|part| {
            met.iter()
                .position(|name| name.starts_with(part))
                .unwrap_or_else(|| panic!("{part} is not met: {met:?}"))
        });
        assert!(places.is_sorted(), "{way:?} at {places:?} of {met:?}");
    });
}
