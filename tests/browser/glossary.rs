//! The terms that not everybody knows: by keyboard, by tap, in both languages.

use crate::harness::{Browser, query};
use crate::playground::at;
use words::{Lang, Term};

/// Whether the sentence of a term can be read (or heard) now.
fn shown(term: &str) -> String {
    format!("{}.querySelector('p').checkVisibility()", query(&at(term)))
}

#[test]
fn a_term_beside_a_choice_opens_and_closes_by_keyboard() {
    Browser::desktop().run(|page| {
        page.open_playground("order-payment");
        page.run_until(0.5);
        let pivot = "term-by-pivot";
        assert_eq!(page.eval(&shown(pivot)), false);
        page.eval(&format!(
            "{}.querySelector('summary').focus()",
            query(&at(pivot))
        ));
        page.press("Enter");
        page.wait_until(&shown(pivot));
        assert_eq!(
            page.text(&format!("{} p", at(pivot))),
            Term::Pivot.means(Lang::En)
        );
        // One is open at a time: the others keep their place.
        page.eval(&format!(
            "{}.querySelector('summary').focus()",
            query(&at("term-by-tcc"))
        ));
        page.press("Enter");
        page.wait_until(&format!("!({}) && {}", shown(pivot), shown("term-by-tcc")));
        page.press("Enter");
        page.wait_until(&format!("!({})", shown("term-by-tcc")));
        // The page's own keys still work.
        page.run_for(0.3);
    });
}

#[test]
fn a_tap_on_a_phone_explains_a_term_in_korean_without_making_the_page_wider() {
    Browser::phone().korean().run(|page| {
        page.open_playground("retry-storm");
        page.run_until(0.5);
        page.click("#sheet-open");
        page.wait_until("document.activeElement.id === 'sheet-close'");
        page.click(&format!("{} summary", at("term-budget-budget")));
        page.wait_until(&shown("term-budget-budget"));
        assert_eq!(
            page.text(&format!("{} p", at("term-budget-budget"))),
            Term::RetryBudget.means(Lang::Ko)
        );
        let sideways =
            "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(page.eval(sideways), 0);
    });
}

#[test]
fn the_help_lists_every_term() {
    Browser::desktop().korean().run(|page| {
        page.open_playground("");
        page.choose("help");
        page.wait_until(&format!("{} !== null", query(&at("glossary"))));
        let text = page.text(&at("glossary"));
        for term in Term::ALL {
            assert!(text.contains(term.name(Lang::Ko)), "{term:?}: {text}");
            assert!(text.contains(term.means(Lang::Ko)), "{term:?}: {text}");
        }
    });
}
