//! What the views say, without a browser: each is drawn as text and looked at.

use super::*;
use crate::app::{Forecast, Model, Node, Page as AppPage, Snapshot, Start, Theme, update};
use crate::layout::Form;
use crate::run::Run;
use crate::time::Time;
use crate::words::{Happened, Lang};
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use yew::LocalServerRenderer;

/// Drawing as text waits for nothing, so it needs no executor.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..10_000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
    panic!("drawing waits for something");
}

fn draw(model: Model) -> String {
    let props = super::frame::Props {
        model: Rc::new(model),
        dice: Callback::noop(),
        send: Callback::noop(),
    };
    let renderer = LocalServerRenderer::<Page>::with_props(props).hydratable(false);
    now(renderer.render())
}

fn page(fragment: &str, lang: Lang) -> Model {
    let start = Start {
        fragment: fragment.into(),
        lang,
        ..Start::default()
    };
    Model::new(start).0
}

/// A page whose run has come so far, in seconds.
fn page_at(fragment: &str, lang: Lang, seconds: u64) -> Model {
    let mut model = page(fragment, lang);
    let play = model.play().expect("it opens");
    let mut run = Run::new((*play.scenario).clone(), 0);
    run.run_until(Time(seconds * 1_000_000_000), u64::MAX);
    let snapshot = Snapshot {
        now_s: seconds as f64,
        reach_s: seconds as f64,
        recent: Some(run.recent()),
        bins: run.series().bins.clone(),
        happened: Some(Happened::ListFailed),
        ..Snapshot::default()
    };
    update(&mut model, Msg::Snapshot(Rc::new(snapshot)));
    model
}

fn count(html: &str, part: &str) -> usize {
    html.matches(part).count()
}

/// The tag that has this `data-test`.
fn tag<'h>(html: &'h str, test: &str) -> &'h str {
    let at = html
        .find(&format!("data-test=\"{test}\""))
        .unwrap_or_else(|| panic!("there is no {test}"));
    let begin = html[..at].rfind('<').expect("it is in a tag");
    let end = at + html[at..].find('>').expect("the tag ends");
    &html[begin..=end]
}

#[test]
fn every_reference_can_choose_among_all_strategies_and_all_at_once() {
    let html = draw(page("consultation-list?user=batch", Lang::En));
    for reference in ["customer", "code", "user", "department", "all"] {
        assert_eq!(
            count(&html, &format!("data-test=\"strategy-{reference}-")),
            7,
            "{reference}"
        );
    }
    assert!(tag(&html, "strategy-user-batch").contains("checked"));
    assert!(tag(&html, "strategy-code-per_row").contains("checked"));
    assert!(!tag(&html, "strategy-user-per_row").contains("checked"));
    assert!(
        !tag(&html, "strategy-all-per_row").contains("checked"),
        "they are not all alike"
    );
}

#[test]
fn the_outcome_says_what_is_and_what_is_expected() {
    let mut model = page_at("", Lang::En, 8);
    update(
        &mut model,
        Msg::Estimated(Forecast {
            latency_ms: Some(31.2),
            calls: 4.0,
            bad_per_s: 0.0,
        }),
    );
    let html = draw(model.clone());
    let ms: f64 = tag(&html, "outcome-value")
        .split("data-ms=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .and_then(|ms| ms.parse().ok())
        .expect("a number of milliseconds");
    assert!(ms > 1000.0, "one call after the other is slow: {ms}");
    assert!(tag(&html, "outcome-then").contains("data-ms=\"31.200\""));
    assert!(html.contains("data-test=\"offer\"") && html.contains("400 calls a list"));
    update(&mut model, Msg::TakeOffer);
    let html = draw(model);
    assert!(!html.contains("data-test=\"offer\"") && html.contains("data-test=\"undo\""));
}

#[test]
fn before_anything_came_there_is_no_number() {
    let html = draw(page("", Lang::En));
    assert!(tag(&html, "outcome-value").contains("data-ms=\"\""));
}

#[test]
fn the_page_speaks_the_language_that_was_chosen() {
    let visible = |html: &str| {
        // What is between tags; names in the document's own letters stay.
        let mut text = String::new();
        let mut inside = false;
        for c in html.chars() {
            match c {
                '<' => inside = true,
                '>' => inside = false,
                c if !inside => text.push(c),
                _ => {}
            }
        }
        text
    };
    let english = visible(&draw(page_at("", Lang::En, 8)));
    let korean = visible(&draw(page_at("", Lang::Ko, 8)));
    let hangul = |text: &str| text.chars().filter(|c| ('가'..='힣').contains(c)).count();
    assert_eq!(
        hangul(&english),
        hangul("한국어"),
        "only the way to the other language is Korean"
    );
    assert!(hangul(&korean) > 300, "{korean}");
    for word in ["Counsellors", "threads", "Faults", "Restart", "calls"] {
        assert!(english.contains(word) || word == "Restart", "{word}");
        assert!(!korean.contains(word), "{word}");
    }
}

#[test]
fn a_broken_link_is_said_and_kept() {
    let html = draw(page("consultation-list?rate=<b>lots", Lang::En));
    assert!(
        html.contains("data-test=\"error-page\"") && html.contains("data-test=\"open-default\"")
    );
    assert!(html.contains("rate=&lt;b&gt;lots"), "it is shown as text");
    assert!(!html.contains("<b>lots"), "and never as a part of the page");
}

#[test]
fn an_embedded_page_has_the_diagram_the_strategies_the_outcome_and_nothing_else() {
    let (model, _) = Model::new(Start {
        embed: true,
        ..Start::default()
    });
    let html = draw(model);
    for there in [
        "outcome",
        "diagram",
        "strategy-customer-batch",
        "play",
        "open-full",
    ] {
        assert!(html.contains(&format!("data-test=\"{there}\"")), "{there}");
    }
    for gone in [
        "numbers",
        "faults",
        "speed",
        "chart-latency",
        "share",
        "sentence",
        "inspector",
    ] {
        assert!(!html.contains(&format!("data-test=\"{gone}\"")), "{gone}");
    }
}

#[test]
fn a_node_is_a_button_with_a_name_and_opens_what_it_holds() {
    let mut model = page_at("", Lang::En, 3);
    let node = tag(&draw(model.clone()), "node-common").to_string();
    for part in [
        "role=\"button\"",
        "tabindex=\"0\"",
        "aria-label=\"Common:",
        "aria-pressed=\"false\"",
    ] {
        assert!(node.contains(part), "{part} in {node}");
    }
    assert!(!draw(model.clone()).contains("data-test=\"inspector\""));
    let AppPage::Run(play) = &model.page else {
        panic!("it runs")
    };
    let common = play
        .names
        .services
        .iter()
        .position(|name| name.key == "common")
        .unwrap();
    update(&mut model, Msg::Select(Some(Node::Service(common as u16))));
    let html = draw(model);
    let inspector = &html[html.find("data-test=\"inspector\"").expect("it is open")..];
    for fault in [
        "fault-crash-common",
        "fault-slow-common",
        "fault-errors-common",
        "fault-cut-consultation-common",
    ] {
        assert!(
            inspector.contains(&format!("data-test=\"{fault}\"")),
            "{fault}"
        );
    }
}

#[test]
fn copies_and_topics_are_shown_where_a_strategy_makes_them() {
    let html = draw(page(
        "consultation-list?customer=replica&user=remodel",
        Lang::En,
    ));
    assert!(html.contains("data-test=\"topic\""));
    assert!(html.contains("chip copy") && html.contains("chip embedded"));
    assert!(!draw(page("", Lang::En)).contains("data-test=\"topic\""));
}

#[test]
fn a_dialog_keeps_the_rest_of_the_page_out_of_reach() {
    let mut model = page("", Lang::En);
    assert!(!draw(model.clone()).contains("inert"));
    update(&mut model, Msg::Help(true));
    let html = draw(model);
    assert!(html.contains("inert") && html.contains("aria-modal=\"true\""));
}

#[test]
fn every_button_and_every_field_has_a_name() {
    for (form, theme) in [(Form::Wide, Theme::Light), (Form::Tall, Theme::Dark)] {
        let mut model = page_at("", Lang::En, 3);
        update(&mut model, Msg::Form(form));
        update(&mut model, Msg::Theme(theme));
        update(&mut model, Msg::Select(Some(Node::Store(0))));
        let html = draw(model);
        for (at, _) in html.match_indices("<button") {
            let end = at + html[at..].find("</button>").expect("a button ends");
            let button = &html[at..end];
            let text = button.rsplit('>').next().unwrap_or_default().trim();
            let spans = button.contains("</span>");
            assert!(
                button.contains("aria-label=") || !text.is_empty() || spans,
                "{button}"
            );
        }
        for (at, _) in html.match_indices("type=\"radio\"") {
            let begin = html[..at].rfind('<').unwrap();
            let end = at + html[at..].find('>').unwrap();
            let labelled = html[begin..end].contains("aria-label=")
                || html[..begin].ends_with("class=\"segment\">");
            assert!(labelled, "{}", &html[begin..end]);
        }
    }
}
