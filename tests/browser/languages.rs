//! Korean and English: by the link, by the browser, by a click.

use crate::harness::{Browser, Page, query};
use crate::playground::at;
use serde_json::Value;
use words::{Lang, Word};

/// Everything that can be read or heard on the page, except what says that it is in another language.
const READABLE: &str = "(() => {
    const foreign = node => node.closest('[lang]:not(html)') || node.closest('kbd, code, .table, select[data-test=scenario] option:not(:checked)');
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; node = walker.nextNode();) {
        const element = node.parentElement;
        if (element.closest('script, style, noscript') || foreign(element)) continue;
        texts.push(node.textContent.trim());
    }
    for (const element of document.body.querySelectorAll('[aria-label], [title], [placeholder], [alt], [aria-valuetext]')) {
        if (foreign(element)) continue;
        for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-valuetext']) {
            if (element.hasAttribute(name)) texts.push(element.getAttribute(name));
        }
    }
    return texts.filter(text => text);
})()";

fn readable(page: &Page) -> Vec<String> {
    let texts = page.eval(READABLE);
    let texts = texts.as_array().into_iter().flatten();
    texts.filter_map(Value::as_str).map(String::from).collect()
}

/// Words that are the same in Korean.
const INTERNATIONAL: &[&str] = &[
    "msa-playground",
    "TTL",
    "TCC",
    "DB",
    "ms",
    "Esc",
    "s",
    "r",
    "QR",
    "DLQ",
    "JSON",
    "SVG",
    "PNG",
    "CSV",
    "Mermaid",
    "Perfetto",
    "OpenTelemetry",
];

/// A text without what stands in parentheses behind a Korean word, or one that is the same in Korean: there the field's own
/// term is given.
fn without_glosses(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::new();
    while let Some((before, (gloss, after))) = rest
        .split_once('(')
        .and_then(|(before, behind)| Some((before, behind.split_once(')')?)))
    {
        let word = before.rsplit(' ').next().unwrap_or_default();
        let is_korean =
            !word.is_empty() && !word.contains(|letter: char| letter.is_ascii_alphabetic());
        let is_term = gloss
            .chars()
            .all(|letter| letter.is_ascii_alphabetic() || " ,-".contains(letter));
        kept.push_str(before);
        if !(is_term && (is_korean || INTERNATIONAL.contains(&word))) {
            kept.push_str(gloss);
        }
        rest = after;
    }
    kept + rest
}

/// Fails if something on the page is in English.
fn check_korean(page: &Page, state: &str) {
    let texts = readable(page);
    assert!(texts.len() > 10, "{state}: {texts:?}");
    for text in &texts {
        let left_over = Word::ALL
            .iter()
            .find(|word| word.text(Lang::En) == text && word.text(Lang::Ko) != text);
        assert!(
            left_over.is_none(),
            "{state}: {text:?} is not translated ({left_over:?})"
        );
        // What stands in quotes is a name in a document or a link.
        let text = &without_glosses(text);
        let english = text
            .split('"')
            .step_by(2)
            .collect::<String>()
            .split(|c: char| !c.is_ascii_alphabetic() && c != '-')
            .filter(|word| word.len() > 1 && !INTERNATIONAL.contains(word))
            .map(String::from)
            .collect::<Vec<_>>();
        assert!(
            english.is_empty(),
            "{state}: English in {text:?}: {english:?}"
        );
    }
}

#[test]
fn a_korean_page_has_no_english_left_whatever_is_open() {
    Browser::desktop().run(|page| {
        page.open("/?lang=ko");
        page.run_until(1.0);
        assert_eq!(page.eval("document.documentElement.lang"), "ko");
        check_korean(page, "just opened");
        for part in ["numbers", "seed-panel"] {
            page.click(&format!("{} summary", at(part)));
        }
        for (all, strategy) in [
            ("local_cache", "캐시"),
            ("replica", "복제"),
            ("parallel", "병렬"),
        ] {
            page.choose_for_all(all);
            assert!(page.text(&at("strategy-meaning")).contains(strategy));
            page.run_for(1.0);
            check_korean(page, all);
        }
        for node in ["node-common", "node-consultation", "node-common_db"] {
            page.choose(node);
            page.wait_until(&format!("{} !== null", query(&at("inspector"))));
            check_korean(page, node);
            page.choose("inspector-close");
        }
        page.choose("fault-lasts-on");
        for fault in [
            "crash-common",
            "slow-common",
            "cut-consultation-common",
            "answers-consultation-common",
        ] {
            page.choose(&format!("fault-{fault}"));
            page.wait_until(&crate::playground::pressed(&format!("fault-{fault}"), true));
            page.run_for(0.4);
            check_korean(page, fault);
        }
        page.choose("share");
        page.wait_until(&format!("{} !== null", query(&at("share-dialog"))));
        check_korean(page, "share");
        page.choose("share-close");
        page.choose("help");
        page.wait_until(&format!("{} !== null", query(&at("help-dialog"))));
        check_korean(page, "help");
    });
}

#[test]
fn a_korean_error_page_has_no_english_but_names_in_quotes() {
    Browser::desktop().run(|page| {
        page.open("/?lang=ko#no-such-thing");
        page.wait_until(&format!("{} !== null", query(&at("error-page"))));
        check_korean(page, "error page");
        assert!(
            page.eval("document.title")
                .as_str()
                .unwrap()
                .contains("링크")
        );
    });
}

#[test]
fn the_browsers_language_is_the_pages_unless_the_link_says_otherwise() {
    Browser::desktop().korean().run(|page| {
        page.open_playground("");
        assert_eq!(page.eval("document.documentElement.lang"), "ko");
        assert_eq!(
            page.attribute(&at("play"), "aria-label").as_deref(),
            Some(Word::Pause.text(Lang::Ko))
        );
        page.open("/?lang=en");
        page.wait_until("document.documentElement.lang === 'en'");
        page.wait_until(&format!("{}?.ariaLabel === 'Pause'", query(&at("play"))));
    });
}

#[test]
fn the_language_changes_with_a_click_and_is_remembered() {
    Browser::desktop().run(|page| {
        page.open_playground("consultation-list?customer=batch");
        assert_eq!(page.eval("document.documentElement.lang"), "en");
        assert!(
            readable(page)
                .iter()
                .all(|text| !text.chars().any(|c| ('가'..='힣').contains(&c)))
        );
        page.run_until(0.5);
        page.choose("lang");
        page.wait_until("document.documentElement.lang === 'ko'");
        check_korean(page, "after a click");
        assert!(
            page.eval("document.title")
                .as_str()
                .unwrap()
                .contains("상담")
        );
        assert!(page.now() >= 0.5, "the run goes on");
        page.reload();
        page.wait_until(&format!("{} >= 0", crate::playground::clock()));
        assert_eq!(page.eval("document.documentElement.lang"), "ko");
        page.choose("lang");
        page.wait_until("document.documentElement.lang === 'en'");
    });
}
