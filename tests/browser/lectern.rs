//! The stage: shown in a lecture hall, large, without settings, run by keys.

use crate::harness::{Browser, Page, query};
use crate::playground::{at, clock};

fn open(page: &Page, fragment: &str) {
    page.open(&format!("/?stage=1#{fragment}"));
    page.wait_until(&format!("{} >= 0", clock()));
}

fn plays(page: &Page, plays: bool) {
    page.wait_until(&format!(
        "{}?.dataset.plays === '{plays}'",
        query(&at("stage-plays"))
    ));
}

#[test]
fn the_stage_is_entered_by_a_button_and_a_key_is_in_the_address_and_left_by_escape() {
    Browser::desktop().run(|page| {
        page.open_playground("consultation-list?customer=batch");
        let on = format!(
            "{} !== null && {} === null",
            query(".lectern"),
            query(".panel")
        );
        let off = format!(
            "{} === null && {} !== null",
            query(".lectern"),
            query(".panel")
        );
        page.choose("stage");
        page.wait_until(&on);
        page.wait_until(
            "location.search === '?stage=1' && location.hash.includes('customer=batch')",
        );
        page.press("Escape");
        page.wait_until(&off);
        page.wait_until("location.search === '' && location.hash.includes('customer=batch')");
        page.wait_until("document.activeElement.id === 'stage-open'");
        page.press("s");
        page.wait_until(&on);
        page.reload();
        page.wait_until(&on);
        page.choose("stage-leave");
        page.wait_until(&off);
        // What else the address asks for stays.
        page.open("/?lang=ko&stage=1");
        page.wait_until(&on);
        page.press("s");
        page.wait_until(&off);
        page.wait_until("location.search === '?lang=ko'");
        // A guest in somebody's page has no stage.
        page.open("/?embed=1&stage=1");
        page.wait_until(&format!("{} !== null", query(&at("clock"))));
        assert_eq!(page.count(".lectern"), 0);
    });
}

#[test]
fn the_whole_screen_is_filled_and_whoever_leaves_it_leaves_the_stage() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.press("s");
        page.wait_until("document.fullscreenElement === document.documentElement");
        page.eval("document.exitFullscreen()");
        page.wait_until(&format!("{} === null", query(".lectern")));
        page.press("s");
        page.wait_until("document.fullscreenElement !== null");
        page.press("s");
        page.wait_until("document.fullscreenElement === null");
    });
}

#[test]
fn on_the_stage_keys_do_everything() {
    Browser::desktop().run(|page| {
        open(page, "");
        page.run_until(1.0);
        page.press("Space");
        plays(page, false);
        let before = page.now();
        page.press("ArrowRight");
        page.wait_until(&format!("Math.abs({} - {before} - 5) < 0.001", clock()));
        page.press("PageUp");
        page.wait_until(&format!("Math.abs({} - {before}) < 0.001", clock()));
        page.press("]");
        page.wait_until("document.querySelector('.foot .speed').textContent === '2×'");
        page.press("ArrowRight");
        page.wait_until(&format!("Math.abs({} - {before} - 10) < 0.001", clock()));
        page.press("ArrowLeft");
        page.press("ArrowLeft");
        page.wait_until(&format!("{} === 0", clock()));
        page.press("[");
        page.wait_until("document.querySelector('.foot .speed').textContent === '1×'");
        page.press("PageDown");
        plays(page, true);
        page.wait_until(&format!("{} > 0.3", clock()));
        page.press(".");
        plays(page, false);
        page.press("?");
        page.wait_until(&format!("{} !== null", query(&at("help-dialog"))));
        for key in ["s", "[", "]", "Page↑", "Page↓"] {
            let listed = format!(
                "[...document.querySelectorAll('.keys kbd')].some(it => it.textContent === '{key}')"
            );
            assert_eq!(page.eval(&listed), true, "the help lists {key}");
        }
    });
}

#[test]
fn on_the_stage_everything_is_large_and_fits_the_screen_in_both_languages() {
    // The smallest text that can be seen, in pixels of the screen: that of the diagram, and that around it.
    let smallest = |within: &str| {
        format!(
            "Math.min(...[...document.querySelectorAll({within:?})].filter(it => it.textContent.trim() && it.checkVisibility()).map(it => parseFloat(getComputedStyle(it).fontSize) * (it.getCTM?.().a ?? 1)))"
        )
    };
    for browser in [Browser::desktop(), Browser::desktop().korean().dark()] {
        browser.size(1920, 1080).run(|page| {
            for (name, _) in scenario::shipped::ALL {
                page.go("about:blank");
                open(page, name);
                page.run_until(2.0);
                for within in [".picture text", ".lectern .sentence", ".facts li", ".foot > *"] {
                    let size = page.eval(&smallest(within)).as_f64();
                    assert!(size.is_none_or(|it| it >= 16.0), "{name}: {within} has {size:?} px");
                }
                assert!(page.eval(&smallest(".lectern .sentence")).as_f64().unwrap() >= 30.0);
                let over = page.eval("[document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth - innerWidth]");
                assert_eq!(over, serde_json::json!([0, 0]), "{name}");
            }
        });
    }
}
