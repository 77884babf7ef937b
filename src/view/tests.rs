//! What the views say, without a browser: each is drawn as text and looked at.

use super::page as page_of;
use super::*;
use crate::app::{
    Choice, Command, Forecast, Model, Node, Page as AppPage, Snapshot, Start, Theme, update,
};
use ::share::{Link, Origin};
use export::table::{digest_of, numbers};
use kernel::time::Time;
use picture::layout::Form;
use run::Run;
use run::metrics::HeadlineNow;
use serde_json::json;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use words::{Happened, Lang, Word};
use yew::{Html, LocalServerRenderer, component};

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
        file: Callback::noop(),
        send: Callback::noop(),
    };
    #[component]
    fn Page(props: &Props) -> Html {
        page_of(props)
    }
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
    let main_client = play.main_client;
    let mut run = Run::new((*play.scenario).clone(), 0);
    run.run_until(Time(seconds * 1_000_000_000), u64::MAX);
    let snapshot = Snapshot {
        now_s: seconds as f64,
        reach_s: seconds as f64,
        headline: Some(run.headline(&run.recent())),
        recent: Some(run.recent()),
        mean_ms: run.mean_within_ms(main_client),
        bins: run.series().bins.clone(),
        happened: Some(Happened::ListFailed {
            what: play.names.requests[main_client as usize].clone(),
        }),
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
    let now = model.play().unwrap().snapshot.headline.unwrap();
    update(
        &mut model,
        Msg::Estimated(Forecast {
            headline: HeadlineNow {
                value: Some(31.2),
                price: Some(4.0),
                ..now
            },
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
    assert!(html.contains("data-test=\"offer\"") && html.contains("calls per list"));
    update(&mut model, Msg::TakeOffer);
    let html = draw(model);
    assert!(!html.contains("data-test=\"offer\"") && html.contains("data-test=\"undo\""));
}

#[test]
fn before_anything_came_there_is_no_number() {
    let html = draw(page("", Lang::En));
    assert!(tag(&html, "outcome-value").contains("data-value=\"\""));
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
fn the_list_of_scenarios_shows_none_that_is_not_open() {
    let shown = |fragment: &str| {
        let html = draw(page(fragment, Lang::En));
        let list = html.split_once("<select data-test=\"scenario\"").unwrap().1;
        let list = list.split_once("</select>").unwrap().0;
        let option = list.split("<option").find(|it| it.contains("selected"));
        let option = option.expect("one is shown").split_once('>').unwrap().1;
        option.trim_end_matches("</option>").to_string()
    };
    assert_eq!(shown("retry-storm"), "Retry storm");
    assert_eq!(shown("no-such-scenario"), "Scenario");
    let mine = Link {
        origin: Origin::Own(Rc::new(
            json!({ "version": 1, "name": "mine", "title": "My own" }),
        )),
        ..Link::shipped("")
    };
    assert_eq!(shown(&mine.fragment()), "My own");
}

#[test]
fn what_is_wrong_with_a_link_is_said_in_the_reader_s_language() {
    let reasons = |lang| {
        let html = draw(page("consultation-list?threads=0", lang));
        let list = html.split_once("data-test=\"broken-problems\"").unwrap().1;
        list.split_once("</ul>").unwrap().0.to_string()
    };
    assert_eq!(
        reasons(Lang::En),
        "><li>threads: must be 1 to 10000</li>",
        "nothing is marked as another language"
    );
    assert_eq!(
        reasons(Lang::Ko),
        "><li>threads: 1 이상 10000 이하여야 합니다</li>"
    );
    let mut model = page("", Lang::Ko);
    let threads = ("threads".to_string(), "0".to_string());
    update(&mut model, Msg::Set(vec![threads], Choice::Discrete));
    assert!(draw(model).contains("threads: 1 이상 10000 이하여야 합니다"));
}

#[test]
fn an_embedded_page_says_why_a_choice_has_no_effect_also_if_the_other_one_is_not_shown() {
    let (mut model, _) = Model::new(Start {
        embed: true,
        fragment: "course-enrolment".into(),
        ..Start::default()
    });
    let AppPage::Run(play) = &mut model.page else {
        panic!("it opens");
    };
    // What a figure shows are the choices that the offer would make.
    let scenario = Rc::make_mut(&mut play.scenario);
    let offer = scenario.offer.as_mut().expect("it has an offer");
    offer.set = Default::default();
    offer.set.insert("publish".into(), "cdc".into());
    let html = draw(model);
    assert!(!html.contains("strategy-by-calls"), "only what is offered");
    assert!(html.contains("no effect with calls"));
    assert!(html.contains("aria-disabled=\"true\""));
}

#[test]
fn an_embedded_page_has_the_diagram_the_strategies_the_outcome_and_the_transport() {
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
        "sentence",
        "speed",
        "open-full",
    ] {
        assert!(html.contains(&format!("data-test=\"{there}\"")), "{there}");
    }
    for gone in [
        "numbers",
        "faults",
        "chart-latency",
        "share",
        "paper",
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
fn the_page_says_how_far_its_mean_may_be_off_once_it_knows() {
    let says =
        |seconds| draw(page_at("consultation-list", Lang::En, seconds)).contains("mean since");
    assert!(!says(5), "nobody can know after five seconds");
    assert!(says(40));
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

/// A page with a scenario that says what is true, after so many seconds.
fn orders(lang: Lang, seconds: u64, follow: bool) -> Model {
    use crate::app::names::Names;
    use crate::app::truth::{Watch, truth};
    let opened = crate::app::opening::open("order-payment").expect("it ships");
    let scenario = opened.base.clone();
    let mut model = page("", lang);
    model.page = AppPage::Run(Box::new(crate::app::Play::new(opened, Form::Wide)));
    let mut run = Run::new((*scenario).clone(), 0);
    run.run_until(Time(seconds * 1_000_000_000), u64::MAX);
    let names = Names::new(&scenario, run.plan());
    let now = |key| truth(&run, &names, &Watch::default(), (key, None)).expect("it has a ledger");
    let first = now(None)
        .broken
        .first()
        .map(|business_key| business_key.key);
    let key = if follow { first } else { None };
    update(&mut model, Msg::Follow(key));
    let snapshot = Snapshot {
        now_s: seconds as f64,
        headline: Some(run.headline(&run.recent())),
        recent: Some(run.recent()),
        bins: run.series().bins.clone(),
        truth: Some(Rc::new(now(key))),
        ..Snapshot::default()
    };
    update(&mut model, Msg::Snapshot(Rc::new(snapshot)));
    model
}

fn attribute<'h>(tag: &'h str, name: &str) -> &'h str {
    let after = tag.split(&format!("{name}=\"")).nth(1);
    after
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_else(|| panic!("no {name} in {tag}"))
}

#[test]
fn where_something_is_true_the_outcome_counts_the_keys_that_disagree() {
    let mut model = orders(Lang::En, 40, false);
    let truth = model.play().unwrap().snapshot.truth.clone().unwrap();
    let now = model.play().unwrap().snapshot.headline.unwrap();
    assert!(truth.counts.disagree > 5, "answers get lost");
    update(
        &mut model,
        Msg::Estimated(Forecast {
            headline: HeadlineNow {
                value: Some(0.0),
                among: 500.0,
                ..now
            },
        }),
    );
    let html = draw(model);
    let actual = tag(&html, "outcome-value");
    assert_eq!(
        attribute(actual, "data-count"),
        format!("{}.0", truth.counts.disagree)
    );
    assert_eq!(
        attribute(actual, "data-of"),
        format!("{}.0", truth.counts.closed)
    );
    let then = tag(&html, "outcome-then");
    assert_eq!(attribute(then, "data-count"), "0.0");
    // Of a run of another length: told of as many keys as there are here.
    assert_eq!(attribute(then, "data-of"), attribute(actual, "data-of"));
    assert!(
        html.contains("without an order") && html.contains("data-test=\"chart-disagreements\"")
    );
    assert!(!html.contains("data-test=\"chart-stale\""));
}

#[test]
fn keys_that_disagree_show_every_store_and_the_same_mark_in_each() {
    let model = orders(Lang::En, 40, false);
    let truth = model.play().unwrap().snapshot.truth.clone().unwrap();
    let html = draw(model);
    let table = &html[html.find("data-test=\"truth\"").expect("it is there")..];
    for business_key in &truth.broken {
        assert!(table.contains(&format!("data-test=\"key-{}\"", business_key.shown)));
        let marks = business_key
            .cells
            .iter()
            .filter(|cell| cell.disagrees)
            .count();
        assert!(marks >= 1, "{business_key:?}");
    }
    for store in ["orders", "reservations", "charges", "texts"] {
        assert!(table.contains(&format!("<code>{store}</code>")), "{store}");
    }
    let marks: usize = truth
        .broken
        .iter()
        .flat_map(|business_key| &business_key.cells)
        .filter(|cell| cell.disagrees)
        .count();
    let end = table.find("</table>").unwrap();
    assert_eq!(count(&table[..end], "class=\"mark\""), marks);
}

#[test]
fn a_key_that_is_followed_tells_how_it_came_about_in_both_languages() {
    for (lang, words) in [(Lang::En, "was lost"), (Lang::Ko, "유실되")] {
        let html = draw(orders(lang, 40, true));
        let business_key = &html[html.find("data-test=\"affair\"").expect("it is open")..];
        let business_key = &business_key[..business_key.find("</aside>").unwrap()];
        assert!(count(business_key, "<li>") >= 4, "{business_key}");
        assert!(business_key.contains(words), "{business_key}");
        assert!(
            business_key.contains("data-test=\"told\"")
                && business_key.contains("data-test=\"actual\"")
        );
    }
    assert!(!draw(orders(Lang::En, 40, false)).contains("data-test=\"affair\""));
}

#[test]
fn the_choices_of_the_write_side_have_words_and_say_what_they_do() {
    let html = draw(orders(Lang::Ko, 5, false));
    for test in [
        "strategy-by-calls",
        "strategy-by-compensation",
        "strategy-by-events",
        "strategy-publish-outbox",
        "strategy-publish-cdc",
        "control-call-log-true",
    ] {
        assert!(html.contains(&format!("data-test=\"{test}\"")), "{test}");
    }
    assert!(tag(&html, "strategy-by-calls").contains("checked"));
    assert!(html.contains("보상 트랜잭션") && html.contains("아웃박스"));
    // On and off say what they do, as every other choice; terms open beside what they belong to.
    for test in [
        "meaning-by",
        "meaning-reconcile",
        "meaning-call-log",
        "term-by-pivot",
        "term-reconcile-reconciliation",
    ] {
        assert!(html.contains(&format!("data-test=\"{test}\"")), "{test}");
    }
}

#[test]
fn a_store_shows_its_latest_rows_and_a_job_what_it_does() {
    let mut model = orders(Lang::En, 40, false);
    let stores = &model.play().unwrap().names.stores;
    let payment = stores.iter().position(|it| it.key == "payment_db").unwrap();
    update(&mut model, Msg::Select(Some(Node::Store(payment as u16))));
    let html = draw(model);
    assert!(html.contains("data-test=\"rows-charges\""));
    assert!(html.contains("data-test=\"job-0\"") && html.contains("switched off"));
    let rows = &html[html.find("data-test=\"rows-charges\"").unwrap()..];
    assert!(rows[..rows.find("</table>").unwrap()].contains("class=\"mark\""));
}

#[test]
fn a_run_that_has_stopped_says_so_at_the_button_the_pace_and_the_sentence() {
    for lang in [Lang::En, Lang::Ko] {
        let mut model = page_at("", lang, 3);
        assert!(tag(&draw(model.clone()), "play").contains("aria-pressed=\"true\""));
        let mut snapshot = (*model.play().unwrap().snapshot).clone();
        snapshot.stopped = Some(sim::Limit::Events);
        update(&mut model, Msg::Snapshot(Rc::new(snapshot)));
        let html = draw(model);
        let play = tag(&html, "play");
        assert!(play.contains("aria-pressed=\"false\""), "{play}");
        assert!(play.contains(Word::Again.text(lang)), "{play}");
        let after = |test: &str| {
            let at = html.find(&format!("data-test=\"{test}\"")).unwrap();
            let text = &html[at..];
            text[text.find('>').unwrap() + 1..text.find("</").unwrap()].to_string()
        };
        assert_eq!(after("pace"), Word::HasStopped.text(lang));
        let said = words::Say::Stopped(sim::Limit::Events).text(lang);
        assert_eq!(after("sentence"), said);
    }
}

#[test]
fn the_dialog_for_links_shows_the_digest_of_the_run_and_says_what_it_is_for() {
    for (lang, why) in [
        (Lang::En, "same numbers to the last digit"),
        (Lang::Ko, "마지막 자리까지 같습니다"),
    ] {
        let mut model = page_at("", lang, 2);
        let commands = update(&mut model, Msg::Share(true));
        assert!(commands.contains(&Command::Digest), "it is asked for");
        // It is not known yet.
        assert!(!draw(model.clone()).contains("share-digest"));
        let play = model.play().expect("it opens");
        let mut run = Run::new((*play.scenario).clone(), 0);
        run.run_until(Time(2_000_000_000), u64::MAX);
        let digest = digest_of(&run);
        update(&mut model, Msg::Digested(run.now(), digest));
        let html = draw(model);
        assert!(html.contains(why), "{html}");
        // The same as in the output of the command.
        let printed = numbers(&run, &[])["digest"].clone();
        assert_eq!(printed, format!("{digest:016x}"));
        assert!(html.contains(printed.as_str().expect("it is a text")));
    }
}

#[test]
fn what_is_printed_are_all_settings_and_the_link_to_the_moment() {
    let model = page_at("order-payment?rate=9", Lang::En, 3);
    let controls = model.play().unwrap().controls.clone();
    let html = draw(model);
    let paper = &html[html.find("data-test=\"paper\"").unwrap()..];
    for control in controls.iter() {
        let value = control.shown(Lang::En);
        assert!(
            paper.contains(&format!("<dd>{value}</dd>")),
            "{}: {value}",
            control.name
        );
    }
    assert_eq!(
        count(paper, "class=\"changed\""),
        1,
        "what differs is marked"
    );
    assert!(paper.contains("#order-payment?rate=9"), "{paper}");
}
