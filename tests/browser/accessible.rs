//! For everyone: what axe-core finds, narrow pages, less motion.

use crate::harness::{Browser, Page, axe, query};
use crate::playground::{at, clock};

/// Fails if axe-core finds something wrong with the page as it is.
pub fn check_with_axe(page: &Page, state: &str) {
    if page.eval("typeof window.axe").as_str() != Some("object") {
        page.run_script(&axe());
    }
    let found = page.eval(
        "axe.run(document, { resultTypes: ['violations'] }).then(it => it.violations.map(it => it.id + ': ' + it.help + ' ' + it.nodes.slice(0, 4).map(n => n.html.slice(0, 160) + ' — ' + n.failureSummary.replace(/\\s+/g, ' ')).join(' | ')))",
    );
    assert_eq!(found, serde_json::json!([]), "{state}");
}

fn open_everything(page: &Page) {
    for part in ["numbers", "seed-panel"] {
        page.click(&format!("{} summary", at(part)));
    }
    page.choose("node-consultation");
    page.choose("fault-slow-common");
    page.run_for(1.0);
}

#[test]
fn axe_finds_nothing_on_the_page_with_everything_closed_and_open() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.run_until(2.0);
        check_with_axe(page, "just opened");
        page.choose("offer");
        page.run_for(1.0);
        open_everything(page);
        check_with_axe(page, "with everything open");
        page.choose("inspector-close");
        page.choose("node-common_db");
        page.choose("help");
        page.wait_until(&format!("{} !== null", query(&at("help-dialog"))));
        check_with_axe(page, "help");
    });
}

#[test]
fn axe_finds_nothing_in_korean_and_in_the_dark() {
    Browser::desktop().korean().dark().run(|page| {
        page.open_playground("");
        page.run_until(2.0);
        check_with_axe(page, "just opened");
        open_everything(page);
        check_with_axe(page, "with everything open");
    });
}

#[test]
fn axe_finds_nothing_on_a_phone() {
    Browser::phone().run(|page| {
        page.open_playground("");
        page.run_until(1.0);
        check_with_axe(page, "just opened");
        page.click("#sheet-open");
        page.wait_until("document.activeElement.id === 'sheet-close'");
        check_with_axe(page, "settings open");
    });
}

#[test]
fn axe_finds_nothing_in_a_frame_and_on_the_error_page() {
    Browser::desktop().size(900, 700).run(|page| {
        page.open("/?embed=1");
        page.run_until(0.3);
        check_with_axe(page, "embedded");
        page.open("/#no-such-scenario");
        page.wait_until(&format!("{} !== null", query(&at("error-page"))));
        check_with_axe(page, "error page");
    });
    Browser::desktop()
        .first_run("delete window.WebAssembly")
        .expecting("WebAssembly")
        .run(|page| {
            page.open("/");
            page.wait_until("document.querySelector('[role=alert]') !== null");
            check_with_axe(page, "no WebAssembly");
        });
}

#[test]
fn no_page_scrolls_sideways() {
    let sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    Browser::desktop().run(|page| {
        for address in ["/", "/?lang=ko", "/?embed=1", "/#consultation-list?x=%zz"] {
            page.go("about:blank");
            page.open(address);
            page.wait_until("document.querySelector('#main') !== null");
            for width in [320, 390, 768, 1280, 1920] {
                page.resize(width, 844);
                page.wait_for_frames(5);
                assert_eq!(page.eval(sideways), 0, "{address} at {width}");
            }
        }
        for width in [320, 390] {
            page.resize(width, 844);
            page.open_playground("");
            page.click("#sheet-open");
            page.wait_until("document.activeElement.id === 'sheet-close'");
            assert_eq!(page.eval(sideways), 0, "with its settings open, at {width}");
        }
    });
}

#[test]
fn a_phone_has_everything_and_its_buttons_are_large_enough() {
    Browser::phone().run(|page| {
        page.open_playground("");
        page.run_until(0.5);
        page.click("#sheet-open");
        page.wait_until("document.activeElement.id === 'sheet-close'");
        page.choose("strategy-all-batch");
        page.wait_until("location.hash.includes('customer=batch')");
        page.press("Escape");
        page.wait_until("document.activeElement.id === 'sheet-open'");
        page.choose("node-common");
        page.wait_until(&format!("{} !== null", query(&at("inspector"))));
        page.choose("inspector-close");
        // 24 by 24 is the least that WCAG allows; the label of a small radio button counts for it.
        let small = page.eval(
            "Array.from(document.querySelectorAll('button, select, summary, label.cell, label.segment, a[href]:not(.skip)'))
                .filter(it => it.checkVisibility({ visibilityProperty: true }))
                .map(it => [it, it.getBoundingClientRect()])
                .filter(([it, box]) => box.width < 24 || box.height < 24)
                .map(([it, box]) => `${it.dataset.test || it.className} ${box.width}x${box.height}`)",
        );
        assert_eq!(small, serde_json::json!([]));
    });
}

#[test]
fn less_motion_means_that_nothing_travels_and_the_run_waits_to_be_asked() {
    // In how many of sixty frames the picture differs from the one before.
    let changes = format!(
        "(async () => {{
            const canvas = {};
            const picture = () => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.reduce((sum, value, place) => (sum * 31 + value * (place % 9973)) | 0, 0);
            let changes = 0, before = picture();
            for (let frame = 0; frame < 60; frame++) {{
                await new Promise(requestAnimationFrame);
                const now = picture();
                changes += now !== before;
                before = now;
            }}
            return changes;
        }})()",
        query(&at("canvas"))
    );
    // How long sixty frames take is the machine's business key, so both are asked for, and for their proportion.
    let mut seen = Vec::new();
    for browser in [Browser::desktop(), Browser::desktop().reduced_motion()] {
        browser.size(1000, 700).run(|page| {
            page.open_playground("");
            let calm = page.eval("matchMedia('(prefers-reduced-motion: reduce)').matches") == true;
            assert_eq!(page.plays(), !calm);
            if calm {
                page.wait_for_frames(20);
                assert_eq!(page.now(), 0.0);
                page.choose("play");
            }
            page.wait_until(&format!("{} > 1", clock()));
            seen.push(page.eval(&changes).as_u64().unwrap());
            if calm {
                assert!(page.text(&at("sentence")).len() > 10, "it is told instead");
                let moving = page.eval(
                    "document.getAnimations().filter(it => it.playState === 'running' && it.effect.getComputedTiming().activeDuration > 10).length",
                );
                assert_eq!(moving, 0, "nothing on the page is animated");
            }
        });
    }
    assert!(seen[0] > 30, "usually it moves in every frame: {seen:?}");
    assert!(
        seen[1] * 3 < seen[0],
        "in steps of half a second it does not: {seen:?}"
    );
}

#[test]
fn axe_finds_nothing_on_the_stage_and_on_paper() {
    for browser in [Browser::desktop(), Browser::desktop().korean().dark()] {
        browser.size(1920, 1080).run(|page| {
            page.open("/?stage=1#order-payment");
            page.run_until(2.0);
            check_with_axe(page, "on the stage");
            page.press("s");
            page.wait_until(&format!("{} !== null", query(&at("play"))));
            page.pause();
            page.devtools(
                "Emulation.setEmulatedMedia",
                &serde_json::json!({ "media": "print" }),
            );
            page.wait_until("matchMedia('print').matches");
            check_with_axe(page, "on paper");
        });
    }
}

#[test]
fn who_wishes_for_less_motion_is_told_to_press_play() {
    for browser in [Browser::desktop(), Browser::desktop().korean()] {
        browser.reduced_motion().run(|page| {
            page.open_playground("");
            page.wait_for_frames(20);
            let told = page.text(&at("sentence"));
            let words = [
                "Press play, or the space bar, to begin.",
                "재생 버튼이나 스페이스 바를 누르면 시작합니다.",
            ];
            assert!(words.contains(&told.as_str()), "{told}");
            page.press("Space");
            page.wait_until(&format!("{} > 0.2", clock()));
            assert_ne!(page.text(&at("sentence")), told);
        });
    }
}
