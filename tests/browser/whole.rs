//! No text of the page is cut off, at any width, in any scenario, in either language.

use crate::harness::Browser;
use crate::playground::{at, pressed};
use scenario::shipped;
use serde_json::{Value, json};

/// What scrolls: its content is whole if one can scroll to it, as to a diagram whose text stays large. (The page itself and
/// its columns scroll up and down, and may not scroll sideways.)
const SCROLLERS: &str = ".keys-table .scroll, #diagram .frame";

/// Every text that is cut off: by the screen's edges, by what hides what flows over, or by what holds it.
const CUT: &str = "(scrollers => {
    const hidden = '.visually-hidden, .skip, .paper, option, [data-test=note]';
    const cut = [];
    const name = element => (element.closest('[data-test]')?.dataset.test ?? '') + ' ' + element.tagName + '.' + (element.getAttribute('class') ?? '');
    const tell = (element, why, text) => cut.push(`${name(element)}: ${text.trim().slice(0, 60)} (${why})`);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; node = walker.nextNode();) {
        const element = node.parentElement;
        if (!node.textContent.trim() || element.closest(hidden) || element.closest('script, style, noscript')) continue;
        if (!element.checkVisibility({ visibilityProperty: true })) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const box = element instanceof SVGElement ? element.getBoundingClientRect() : range.getBoundingClientRect();
        if (box.width === 0) continue;
        const scrolls = element.closest(scrollers);
        if (!scrolls && (box.left < -1 || box.right > innerWidth + 1)) tell(element, `at ${box.left.toFixed()} to ${box.right.toFixed()} of ${innerWidth}`, node.textContent);
        for (let holder = element; holder && holder !== document.body; holder = holder.parentElement) {
            const style = getComputedStyle(holder);
            const edge = holder.getBoundingClientRect();
            const across = style.overflowX !== 'visible' && !holder.matches(scrollers) && !(scrolls && scrolls.contains(holder) === false && holder.contains(scrolls));
            if (across && (box.left < edge.left - 1.5 || box.right > edge.right + 1.5)) tell(element, `cut by ${name(holder)}`, node.textContent);
            const down = ['hidden', 'clip'].includes(style.overflowY);
            if (down && (box.top < edge.top - 2 || box.bottom > edge.bottom + 2)) tell(element, `cut below by ${name(holder)}`, node.textContent);
        }
    }
    const ruler = document.createElement('canvas').getContext('2d');
    for (const select of document.querySelectorAll('select')) {
        const style = getComputedStyle(select);
        const text = select.selectedOptions[0]?.textContent ?? '';
        ruler.font = style.font;
        const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
        if (select.checkVisibility() && ruler.measureText(text).width > room + 1) tell(select, `has ${room.toFixed()} px`, text);
    }
    return [...new Set(cut)];
})";

/// From a small phone to a projector; 640 is a laptop's screen at 200 %.
const WIDTHS: &[u32] = &[360, 390, 480, 640, 761, 800, 1024, 1081, 1280, 1440, 1920];

fn check(browser: Browser, lang: &str) {
    browser.run(|page| {
        let mut cut: Vec<String> = Vec::new();
        let mut look = |page: &crate::harness::Page, state: &str| {
            for width in WIDTHS {
                page.resize(*width, if *width == 640 { 400 } else { 800 });
                page.wait_for_frames(4);
                let found = page.eval(&format!("{CUT}({})", json!(SCROLLERS)));
                let found = found.as_array().into_iter().flatten();
                cut.extend(
                    found
                        .filter_map(Value::as_str)
                        .map(|it| format!("{state}, {lang}, {width}: {it}")),
                );
            }
            page.resize(1280, 800);
            page.wait_for_frames(4);
        };
        for (name, _) in shipped::ALL {
            page.go("about:blank");
            page.open_playground(name);
            page.click(&format!("{} summary", at("numbers")));
            page.choose_speed(9);
            page.run_until(8.0);
            let fault = page
                .eval("document.querySelector('[data-test^=fault-][aria-pressed]').dataset.test");
            let fault = fault.as_str().expect("something can break").to_string();
            page.choose(&fault);
            page.wait_until(&pressed(&fault, true));
            page.run_for(3.0);
            page.pause();
            look(page, &format!("{name} with a fault"));
            if page.count(&at("offer")) > 0 {
                page.choose("offer");
                page.wait_until(&format!(
                    "{} > 0",
                    "document.querySelectorAll('#undo').length"
                ));
                page.choose("play");
                page.run_for(8.0);
                page.pause();
                look(page, &format!("{name} with the offer taken"));
            }
        }
        assert!(cut.is_empty(), "{} texts are cut off: {cut:#?}", cut.len());
    });
}

#[test]
fn no_text_is_cut_off_in_english() {
    check(Browser::desktop(), "en");
}

#[test]
fn no_text_is_cut_off_in_korean() {
    check(Browser::desktop().korean(), "ko");
}
