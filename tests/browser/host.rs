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
fn calls_that_nobody_awaits_are_carried_out_in_order_each_where_the_one_before_has_arrived() {
    Browser::desktop().run(|page| {
        host(page, "&autoplay=off", "");
        agreed(page, "play", &json!({}));
        // All at once, of a run that plays: the fault acts at the minute, and nothing before it.
        let said = page.eval(
            "Promise.all([
                ask('seek', { t: 60 }),
                ask('injectFault', { fault: { crash: { service: 'common' } } }),
                ask('setState', { t: 90, settings: { customer: 'batch' } }),
                ask('seek', { t: '30s' }),
                ask('pause'),
                ask('getState'),
            ])",
        );
        let answers = said.as_array().unwrap();
        assert!(answers.iter().all(|answer| answer["ok"] == true), "{said}");
        assert_eq!(answers[1]["value"], 0, "its number");
        let state = &answers[5]["value"];
        assert_eq!(
            (&state["t"], &state["playing"]),
            (&json!(30), &json!(false)),
            "{state}"
        );
        let link = state["link"].as_str().unwrap();
        let done = "?@60s&fault=crash,service:common&@60s&customer=batch&";
        assert!(link.contains(done), "{link}");
        assert_eq!(
            state["settings"]["customer"], "per_row",
            "what is done later comes later"
        );
        // The order of the answers is that of the calls.
        let ids = page.eval("heard.filter(it => it.type === 'answer').map(it => it.id)");
        let mut sorted = ids.as_array().unwrap().clone();
        sorted.sort_by_key(Value::as_u64);
        assert_eq!(ids.as_array(), Some(&sorted));
    });
}

#[test]
fn an_answer_comes_when_the_run_has_arrived() {
    Browser::desktop().run(|page| {
        host(page, "&autoplay=off", "");
        for (kind, more, t) in [
            ("seek", json!({"t": 45}), 45.0),
            ("setState", json!({"t": "50s"}), 50.0),
            (
                "setState",
                json!({"link": "consultation-list?t=20s", "settings": {"customer": "batch"}}),
                20.0,
            ),
            ("seek", json!({"t": 5}), 5.0),
        ] {
            agreed(page, kind, &more);
            let state = agreed(page, "getState", &json!({}));
            assert_eq!(state["t"], t, "{kind} {more}: {state}");
        }
        agreed(page, "step", &json!({}));
        let state = agreed(page, "getState", &json!({}));
        assert!(
            state["t"].as_f64() > Some(5.0) && state["playing"] == false,
            "{state}"
        );
        agreed(page, "play", &json!({}));
        assert_eq!(agreed(page, "getState", &json!({}))["playing"], true);
    });
}

#[test]
fn a_fault_lasts_until_it_is_ended_unless_it_says_otherwise() {
    Browser::desktop().run(|page| {
        host(page, "&autoplay=off#order-payment?by=events", "");
        let crash = json!({"fault": {"crash": {"service": "order"}}});
        agreed(page, "seek", &json!({"t": 1}));
        assert_eq!(agreed(page, "injectFault", &crash), 0);
        agreed(page, "seek", &json!({"t": 30}));
        agreed(page, "endFault", &crash);
        let slow = json!({"fault": {"slow": {"service": "order", "factor": 3}}, "lasts": 2.5});
        assert_eq!(agreed(page, "injectFault", &slow), 1);
        agreed(page, "endFault", &json!({"fault": 1}));
        refused(page, "endFault", &json!({"fault": 1}), "fault 1 is over");
        refused(page, "endFault", &crash, "none like this is at work");
        let names = refused_names(page);
        agreed(page, "redrive", &json!({"subscription": names}));
        let link = agreed(page, "getState", &json!({}))["link"].clone();
        let link = link.as_str().unwrap();
        for part in [
            "@1s&fault=crash,service:order&",
            "@30s&end=0&fault=slow,factor:3,service:order,for:2.5s&end=1&",
            &format!("&redrive={names}&"),
        ] {
            assert!(link.contains(part), "{part}: {link}");
        }
        for lasts in ["NaN", "0", "-3", "Infinity", "'0s'", "null"] {
            let answer = page.eval(&format!(
                "ask('injectFault', {{ fault: {{ crash: {{ service: 'order' }} }}, lasts: {lasts} }})"
            ));
            let error = answer["error"].as_str().unwrap_or_default();
            assert!(error.contains("lasts: must be longer than 0") || error.contains("lasts: "), "{lasts}: {answer}");
        }
        let answer = page.eval("ask('seek', { t: NaN })");
        assert!(answer["error"].as_str().is_some_and(|error| error.contains("t: must be a moment")), "{answer}");
    });
}

/// The name of a subscription, as the refusal of one that is not there says it.
fn refused_names(page: &Page) -> String {
    let answer = ask(page, "redrive", &json!({"subscription": "nobody"}));
    let error = answer["error"].as_str().unwrap_or_default();
    let names = error
        .strip_prefix("subscription: must be one of ")
        .unwrap_or_default();
    names.split(", ").next().unwrap_or_default().to_string()
}

#[test]
fn more_calls_than_can_wait_are_refused() {
    Browser::desktop().run(|page| {
        host(page, "&autoplay=off", "");
        let said = page.eval(
            "Promise.all(Array.from({ length: 130 }, (_, n) => ask('seek', { t: 1 + n % 2 })))
                .then(all => all.filter(it => !it.ok).map(it => it.error))",
        );
        let errors = said.as_array().unwrap();
        assert!(!errors.is_empty() && errors.len() <= 30, "{said}");
        assert!(
            errors[0]
                .as_str()
                .unwrap()
                .contains("100 calls wait already"),
            "{said}"
        );
        assert_eq!(
            agreed(page, "getState", &json!({}))["t"]
                .as_f64()
                .map(|t| t <= 2.0),
            Some(true)
        );
    });
}

#[test]
fn a_message_is_answered_with_its_own_id() {
    Browser::desktop().run(|page| {
        host(page, "&autoplay=off", "");
        page.eval("(say({ msa: 1, type: 'getState', id: 'a b' }), say({ msa: 1, type: 'dance', id: '' }), say({ msa: 1, type: 'play', id: 1.5 }), true)");
        for (id, ok) in [("'a b'", true), ("''", false), ("1.5", true)] {
            page.wait_until(&format!("heard.some(it => it.type === 'answer' && it.id === {id} && it.ok === {ok})"));
        }
    });
}

#[test]
fn a_whole_address_is_taken_as_a_link() {
    Browser::desktop().run(|page| {
        host(page, "&autoplay=off", "");
        let link = "https://example.org/playground/?lang=ko#order-payment?by=events";
        agreed(page, "setState", &json!({"link": link}));
        wait_for_state(
            page,
            "state.scenario === 'order-payment' && state.settings.by === 'events'",
        );
    });
}

#[test]
fn a_frame_that_is_scrolled_away_goes_where_it_is_sent() {
    Browser::desktop().run(|page| {
        page.serve("/host.html", "");
        let playground = page.server_url("/");
        // The browser asks frames of other sites that cannot be seen for no pictures.
        page.serve(
            "/host.html",
            &format!("{HOST}<div style='height: 4000px'></div><iframe src='{playground}?embed=1&autoplay=off' width=900 height=700></iframe>"),
        );
        page.go(&format!("{}host.html", playground.replace("127.0.0.1", "localhost")));
        page.wait_until("heard.some(it => it.type === 'ready')");
        agreed(page, "seek", &json!({"t": 40}));
        assert_eq!(agreed(page, "getState", &json!({}))["t"], 40);
        agreed(page, "seek", &json!({"t": 2}));
        assert_eq!(agreed(page, "getState", &json!({}))["t"], 2);
    });
}

#[test]
fn a_lesson_goes_through_its_steps() {
    Browser::desktop().run(|page| {
        host(page, "&autoplay=off&controls=none#consultation-list?seed=5", "");
        refused(page, "goToStep", &json!({"step": 0}), "there are no steps");
        let steps = json!([
            {"t": 3, "caption": "One call a row"},
            {"t": "6s", "caption": "One call a list", "settings": {"customer": "batch"}},
        ]);
        refused(page, "setSteps", &json!({"steps": [{"settings": {"customer": "bach"}}]}), "batch");
        agreed(page, "setSteps", &json!({"steps": steps}));
        let shown = "frame().document.querySelector('[data-test=step]')?.textContent";
        for (step, t, customer, text) in [
            (1, 6, "batch", "2/2One call a list"),
            (0, 3, "per_row", "1/2One call a row"),
        ] {
            agreed(page, "goToStep", &json!({"step": step}));
            let state = agreed(page, "getState", &json!({}));
            assert_eq!((&state["t"], &state["settings"]["customer"], &state["settings"]["seed"]), (&json!(t), &json!(customer), &Value::Null), "{state}");
            assert!(state["link"].as_str().unwrap().contains("seed=5"), "{state}");
            assert!(!state["link"].as_str().unwrap().contains('@'), "{state}");
            page.wait_until(&format!("{shown} === {}", json!(text)));
            page.wait_until(&format!("heard.some(it => it.type === 'step' && it.step === {step} && it.of === 2 && it.t === {t})"));
        }
        refused(page, "goToStep", &json!({"step": 2}), "there are 2 steps");
    });
}

#[test]
fn on_paper_an_embedded_run_says_what_it_shows() {
    Browser::desktop().run(|page| {
        host(page, "&autoplay=off#consultation-list?customer=batch&t=4s", "");
        agreed(page, "seek", &json!({"t": 4.25}));
        let display = "frame().getComputedStyle(frame().document.querySelector('[data-test=caption]')).display";
        assert_eq!(page.eval(display), "none");
        page.wait_until("frame().document.querySelector('[data-test=caption]').textContent.includes('4.250 s')");
        page.devtools("Emulation.setEmulatedMedia", &json!({"media": "print"}));
        page.wait_until(&format!("{display} === 'flex'"));
        let text = page.eval("frame().document.querySelector('[data-test=caption]').innerText");
        let text = text.as_str().unwrap();
        for part in ["Customer", "batch", "At 4.250 s", "/#consultation-list?customer=batch", "t=4.25s"] {
            assert!(text.to_lowercase().contains(&part.to_lowercase()), "{part}: {text}");
        }
        assert_eq!(page.eval("frame().document.querySelector('[data-test=play]').checkVisibility()"), false);
        let fits = "frame().document.querySelector('[data-test=caption]').getBoundingClientRect().bottom <= frame().innerHeight";
        assert_eq!(page.eval(fits), true);
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
