//! The diagram in its frame: large enough to read, and never larger than the page.

use crate::harness::Browser;
use crate::playground::at;
use scenario::shipped;

/// The size of the smallest text in the diagram, in CSS pixels as they are seen.
const SMALLEST: &str = "Math.min(...[...document.querySelectorAll('.picture text')].filter(it => it.textContent).map(it => \
    parseFloat(getComputedStyle(it).fontSize) * it.getScreenCTM().a))";
/// How much of the frame's larger share, width or height, the picture fills.
const FILLED: &str = "(() => { const [f, p] = ['.frame', '.picture'].map(it => document.querySelector(it).getBoundingClientRect()); \
    return Math.max(p.width / f.width, p.height / f.height) })()";
/// How much of the frame the picture leaves free on its other side.
const FREE: &str = "(() => { const [f, p] = ['.frame', '.picture'].map(it => document.querySelector(it).getBoundingClientRect()); \
    return 1 - Math.min(p.width / f.width, p.height / f.height) })()";

#[test]
fn the_text_of_every_diagram_is_large_enough_to_read() {
    // The last two scroll within the frame.
    for (width, height, least) in [
        (1280, 800, 11.0),
        (1920, 1080, 16.0),
        (800, 700, 11.0),
        (390, 844, 11.0),
    ] {
        Browser::desktop().size(width, height).run(|page| {
            for name in shipped::names() {
                page.open_playground(name);
                page.run_until(0.3);
                let is = page.eval(SMALLEST).as_f64().expect("a size");
                assert!(is >= least - 0.05, "{name} at {width}: {is:.1} px");
                let scrolls = "document.scrollingElement.scrollWidth > innerWidth";
                assert_eq!(
                    page.eval(scrolls),
                    false,
                    "{name}: the page scrolls sideways"
                );
            }
        });
    }
}

#[test]
fn the_picture_takes_the_proportions_of_its_frame() {
    Browser::desktop().size(1280, 800).run(|page| {
        for name in shipped::names() {
            page.open_playground(name);
            for (width, height) in [(1280, 800), (1280, 1000), (1900, 900)] {
                page.resize(width, height);
                // It is measured when the page is drawn the next time.
                page.wait_until(&format!("{FILLED} > 0.97 && {FREE} < 0.2"));
            }
        }
    });
}

#[test]
fn the_legend_shows_what_this_scenario_can_show() {
    let words = |words: &[&str]| {
        let texts = "[...document.querySelectorAll('#diagram .legend li')].map(it => it.textContent.trim())";
        words
            .iter()
            .map(|word| format!("{texts}.includes({word:?})"))
            .collect::<Vec<_>>()
    };
    Browser::desktop().run(|page| {
        page.open_playground("consultation-list");
        for shown in words(&["event", "confirmation", "compensation, repair"]) {
            assert_eq!(page.eval(&shown), false, "{shown}: no event is sent here");
        }
        page.open_playground("consultation-list?customer=replica");
        page.wait_until(&words(&["event"])[0]);
        page.open_playground("course-enrolment?by=events");
        for shown in words(&["event", "confirmation", "duplicate"]) {
            page.wait_until(&shown);
        }
    });
}

#[test]
fn that_messages_are_drawn_slower_than_they_are_is_said_once() {
    Browser::desktop().run(|page| {
        page.open_playground("order-payment");
        let said = "[...document.querySelectorAll('#diagram p, #diagram text')].filter(it => getComputedStyle(it).visibility === 'visible' && it.textContent.includes('slow')).length";
        page.wait_until(&format!("{said} === 1"));
        page.run_until(1.0);
        assert_eq!(page.eval(said), 1);
        assert_eq!(page.count(&at("diagram")), 1);
    });
}
