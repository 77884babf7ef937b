//! What a page that embeds the playground can say to it, and what it is told: the messages of `postMessage`.

use crate::harness::{Browser, Page};
use serde_json::{Value, json};

/// A host that keeps everything that its frame says. `ask` sends a message and waits for the answer.
const HOST: &str = "<!DOCTYPE html><title>Host</title><link rel=icon href='data:,'>
    <script>
      const heard = [];
      let last = 0;
      addEventListener('message', event => { if (event.source === frame()) heard.push(event.data) });
      const frame = () => document.querySelector('iframe').contentWindow;
      const say = message => frame().postMessage(message, '*');
      const next = is => new Promise(done => (function look() {
        const found = heard.find(is);
        if (found) done(found); else requestAnimationFrame(look);
      })());
      const ask = (type, more) => {
        const id = ++last;
        say({ msa: 1, type, id, ...more });
        return next(it => it.type === 'answer' && it.id === id);
      };
    </script>";

fn host(page: &Page, query: &str, attributes: &str) {
    page.serve(
        "/host.html",
        &format!(
            "{HOST}<iframe src='/?embed=1{query}' {attributes} width=900 height=700></iframe>"
        ),
    );
    page.open("/host.html");
    page.wait_until("heard.some(it => it.type === 'ready' || it.type === 'error')");
}

/// What is answered to a message.
fn ask(page: &Page, kind: &str, more: &Value) -> Value {
    page.eval(&format!("ask({}, {more})", json!(kind)))
}

fn agreed(page: &Page, kind: &str, more: &Value) -> Value {
    let answer = ask(page, kind, more);
    assert_eq!(answer["ok"], true, "{kind}: {answer}");
    answer["value"].clone()
}

fn refused(page: &Page, kind: &str, more: &Value, part: &str) {
    let answer = ask(page, kind, more);
    let error = answer["error"].as_str().unwrap_or_default();
    assert!(
        answer["ok"] == false && error.contains(part),
        "{kind}: {answer}"
    );
}

/// Waits until the state is so.
fn wait_for_state(page: &Page, condition: &str) {
    page.wait_until(&format!(
        "ask('getState').then(({{ value: state }}) => {condition})"
    ));
}

#[test]
fn a_page_that_runs_says_so_once() {
    Browser::desktop().run(|page| {
        host(page, "&autoplay=off#order-payment", "");
        let ready = page.eval("heard[0]");
        assert_eq!(ready["type"], "ready");
        assert_eq!(ready["version"], 1);
        assert_eq!(ready["scenario"], "order-payment");
        assert!(ready["link"].as_str().unwrap().starts_with("order-payment"));
        assert!(ready["height"].as_f64().unwrap() > 300.0);
        agreed(page, "setLang", &json!({"lang": "ko"}));
        agreed(page, "getState", &json!({}));
        assert_eq!(
            page.eval("heard.filter(it => it.type === 'ready').length"),
            1
        );
    });
}

#[test]
fn a_host_plays_pauses_steps_and_seeks() {
    Browser::desktop().run(|page| {
        host(page, "&autoplay=off", "");
        assert_eq!(agreed(page, "getState", &json!({}))["playing"], false);
        agreed(page, "step", &json!({}));
        wait_for_state(page, "state.t > 0 && !state.playing");
        agreed(page, "seek", &json!({"t": "2s"}));
        wait_for_state(page, "state.t === 2 && !state.playing");
        agreed(page, "play", &json!({}));
        wait_for_state(page, "state.t > 2.2 && state.playing");
        agreed(page, "pause", &json!({}));
        wait_for_state(page, "!state.playing");
        refused(page, "seek", &json!({"t": "soon"}), "t: ");
    });
}

#[test]
fn a_host_sets_the_state_and_reads_it_back() {
    Browser::desktop().run(|page| {
        host(page, "&autoplay=off", "");
        agreed(
            page,
            "setState",
            &json!({"link": "consultation-list", "settings": {"customer": "batch"}, "speed": 2, "t": 1}),
        );
        wait_for_state(
            page,
            "state.settings.customer === 'batch' && state.speed === 2 && state.t === 1 && state.scenario === 'consultation-list'",
        );
        refused(page, "setState", &json!({"settings": {"customer": "bach"}}), "batch");
        refused(page, "setState", &json!({"link": "order-paiment"}), "order-payment");
        agreed(page, "setTheme", &json!({"theme": "dark"}));
        agreed(page, "setLang", &json!({"lang": "ko"}));
        wait_for_state(page, "state.theme === 'dark' && state.lang === 'ko'");
        // A host's wish is not the visitor's.
        assert_eq!(page.eval("localStorage.length"), 0);
        // The link brings the state back.
        let link = agreed(page, "getState", &json!({}))["link"].clone();
        agreed(page, "setState", &json!({"link": "order-payment"}));
        wait_for_state(page, "state.scenario === 'order-payment'");
        agreed(page, "setState", &json!({"link": link}));
        wait_for_state(page, "state.settings.customer === 'batch' && state.t === 1");
    });
}

#[test]
fn a_host_breaks_something() {
    Browser::desktop().run(|page| {
        host(page, "&autoplay=off", "");
        let crash = |name: &str| json!({"fault": {"crash": {"service": name}}, "lasts": "3s"});
        agreed(page, "injectFault", &crash("common"));
        wait_for_state(page, "state.link.includes('crash')");
        refused(page, "injectFault", &crash("comon"), "comon");
        refused(page, "injectFault", &json!({}), "fault: is missing");
    });
}

#[test]
fn a_host_is_told_what_it_asked_to_be_told_and_no_more() {
    Browser::desktop().run(|page| {
        host(page, "&autoplay=off", "");
        for event in ["state", "metrics", "event", "resize"] {
            agreed(page, "on", &json!({"event": event}));
        }
        agreed(page, "play", &json!({}));
        page.wait_until("heard.some(it => it.type === 'metrics' && it.numbers.clients.length > 0)");
        page.wait_until("heard.some(it => it.type === 'event' && it.text.length > 0)");
        page.wait_until("heard.some(it => it.type === 'resize' && it.height > 300)");
        page.wait_until("heard.some(it => it.type === 'state' && it.playing)");
        let state = "heard.filter(it => it.type === 'state').length";
        assert_eq!(page.eval(state), 1, "only the time has changed since");
        page.eval("document.querySelector('iframe').width = 500");
        page.wait_until(
            "new Set(heard.filter(it => it.type === 'resize').map(it => it.height)).size > 1",
        );
        agreed(page, "off", &json!({"event": "metrics"}));
        page.eval("heard.length = 0");
        wait_for_state(page, "(window.from ??= state.t, state.t > window.from + 1)");
        assert_eq!(page.eval("heard.some(it => it.type === 'metrics')"), false);
    });
}

#[test]
fn what_is_malformed_is_told() {
    Browser::desktop().run(|page| {
        host(page, "&autoplay=off", "");
        refused(page, "dance", &json!({}), "type: must be play");
        refused(
            page,
            "play",
            &json!({"much": "x".repeat(70_000)}),
            "at most 65536",
        );
        page.eval("say({ msa: 2, type: 'play' })");
        page.wait_until(
            "heard.some(it => it.type === 'error' && it.message.includes('send msa: 1'))",
        );
        page.eval("heard.length = 0, say('hello'), say({ type: 'play' }), say(null)");
        assert_eq!(agreed(page, "getState", &json!({}))["playing"], false);
        assert_eq!(page.eval("heard.length"), 1, "what is not meant for it");
    });
}

#[test]
fn a_link_that_cannot_be_opened_is_told_and_another_can_be_given() {
    Browser::desktop().run(|page| {
        host(page, "#order-paiment", "");
        let error = page.eval("heard[0]");
        assert_eq!(error["type"], "error");
        assert!(
            error["message"].as_str().unwrap().contains("order-payment"),
            "{error}"
        );
        refused(page, "play", &json!({}), "another link");
        agreed(page, "setState", &json!({"link": "order-payment"}));
        page.wait_until("heard.some(it => it.type === 'ready' && it.scenario === 'order-payment')");
    });
}

#[test]
fn only_the_window_that_holds_it_and_the_origin_that_was_named_are_heard() {
    Browser::desktop().run(|page| {
        host(page, "&autoplay=off", "");
        // A frame beside it is another source.
        page.eval(
            "new Promise(done => { const other = document.createElement('iframe'); other.srcdoc = \"<script>parent.frames[0].postMessage({ msa: 1, type: 'play', id: 98 }, '*'); parent.said = true</script>\"; other.onload = done; document.body.append(other) })",
        );
        page.wait_until("window.said");
        assert_eq!(agreed(page, "getState", &json!({}))["playing"], false);
        assert_eq!(page.eval("heard.some(it => it.id >= 98)"), false);
    });
}

#[test]
fn a_page_for_another_origin_does_not_hear_this_one() {
    Browser::desktop()
        .expecting("Failed to execute 'postMessage' on 'DOMWindow'")
        .run(|page| {
            page.serve(
                "/host.html",
                &format!("{HOST}<iframe src='/?embed=1&autoplay=off&origin=https://host.example' width=900 height=700></iframe>"),
            );
            page.open("/host.html");
            let button = "frame().document.querySelector('[data-test=play]')";
            page.wait_until(&format!("{button} != null"));
            page.eval("say({ msa: 1, type: 'play', id: 1 })");
            page.wait_for_frames(20);
            assert_eq!(
                page.eval(&format!("{button}.getAttribute('aria-pressed')")),
                "false"
            );
            assert_eq!(page.eval("heard.length"), 0);
        });
}

#[test]
fn a_page_for_this_origin_hears_it() {
    Browser::desktop().run(|page| {
        page.open_html("");
        let origin = page.eval("location.origin");
        host(
            page,
            &format!("&autoplay=off&origin={}", origin.as_str().unwrap()),
            "",
        );
        assert_eq!(agreed(page, "getState", &json!({}))["playing"], false);
    });
}

#[test]
fn a_sandboxed_frame_without_an_origin_and_without_storage_works() {
    Browser::desktop().run(|page| {
        host(page, "&theme=dark&lang=ko", "sandbox='allow-scripts'");
        let state = agreed(page, "getState", &json!({}));
        assert_eq!(
            (&state["lang"], &state["theme"]),
            (&json!("ko"), &json!("dark"))
        );
        wait_for_state(page, "state.playing && state.t > 0.2");
        agreed(page, "setTheme", &json!({"theme": "light"}));
        agreed(
            page,
            "setState",
            &json!({"settings": {"customer": "batch"}}),
        );
        wait_for_state(
            page,
            "state.theme === 'light' && state.settings.customer === 'batch'",
        );
    });
}
