//! The element that `embed.js` defines, in pages around it: what it forwards, what its methods do, what it survives.

use crate::harness::{Browser, Page};
use serde_json::{Value, json};

/// A page with `element` in it, and helpers to look at it.
fn host(page: &Page, element: &str) {
    page.serve(
        "/host.html",
        &format!(
            "<!DOCTYPE html><html lang=en><title>Host</title><link rel=icon href='data:,'>
            <script src='/embed.js'></script>{element}
            <script>
              const run = document.querySelector('msa-playground');
              const inside = name => run.querySelector('iframe').contentDocument.querySelector(`[data-test=${{name}}]`);
              const refusal = promise => promise.then(() => 'it was done', error => error.message);
            </script>"
        ),
    );
    page.open("/host.html");
}

const PAYMENT: &str = "<msa-playground scenario=order-payment autoplay=off></msa-playground>";

fn state(page: &Page) -> Value {
    page.eval("run.getState()")
}

#[test]
fn its_methods_drive_the_run_and_are_promises() {
    Browser::desktop().run(|page| {
        host(page, PAYMENT);
        assert_eq!(
            page.eval("run.ready.then(it => it.scenario)"),
            "order-payment"
        );
        page.eval("run.play()");
        page.wait_until("run.getState().then(it => it.playing && it.t > 0.3)");
        page.eval("run.pause()");
        assert_eq!(state(page)["playing"], false);
        page.eval("run.seek('2.5s')");
        assert_eq!(state(page)["t"], json!(2.5));
        page.eval("run.step()");
        page.wait_until("run.getState().then(it => it.t > 2.5)");
        page.eval("run.setTheme('dark')");
        page.eval("run.setLang('ko')");
        page.eval("run.setState({ settings: { by: 'events' }, speed: 2 })");
        let now = state(page);
        assert_eq!(
            (
                &now["theme"],
                &now["lang"],
                &now["speed"],
                &now["settings"]["by"]
            ),
            (&json!("dark"), &json!("ko"), &json!(2), &json!("events"))
        );
        page.eval("run.injectFault({ crash: { service: 'order' } }, '2s')");
        let link = state(page)["link"].as_str().unwrap_or_default().to_string();
        assert!(link.contains("fault=crash,service:order"), "{link}");
        for (call, part) in [
            ("run.seek('soon')", "t:"),
            ("run.setState({ settings: { nothing: 1 } })", "nothing"),
            (
                "run.injectFault({ crash: { service: 'nobody' } })",
                "nobody",
            ),
            ("run.setTheme('blue')", "theme:"),
        ] {
            let said = page.eval(&format!("refusal({call})"));
            assert!(
                said.as_str().is_some_and(|said| said.contains(part)),
                "{call}: {said}"
            );
        }
        assert_eq!(state(page)["link"].as_str(), Some(link.as_str()));
    });
}

#[test]
fn it_tells_what_is_heard_until_it_is_no_longer_heard() {
    Browser::desktop().run(|page| {
        host(page, PAYMENT);
        page.eval(
            "(window.heard = [], window.count = it => heard.push(it.t), run.on('metrics', count).play().then(() => true))",
        );
        page.wait_until("heard.length > 2");
        page.eval("run.off('metrics', count).pause()");
        let told = page.eval("(window.told = heard.length)");
        page.eval("run.play()");
        page.wait_until("run.getState().then(it => it.t > heard[heard.length - 1] + 1)");
        assert_eq!(page.eval("heard.length"), told);
        page.eval(
            "(run.addEventListener('msa-state', event => { window.state = event.detail }), run.on('state', () => 0), true)",
        );
        page.eval("run.setState({ playing: false })");
        page.wait_until("window.state?.playing === false");
    });
}

#[test]
fn it_forwards_what_it_is_given_and_what_changes() {
    Browser::desktop().run(|page| {
        host(
            page,
            "<msa-playground link='https://elsewhere.example/#order-payment?by=events' controls=none hide=outcome,open \
             theme=dark lang=ko height=480 title=Payments autoplay=off></msa-playground>",
        );
        page.wait_until("run.getState().then(it => it.settings.by === 'events')");
        let frame = "run.querySelector('iframe')";
        assert_eq!(page.eval(&format!("{frame}.title")), "Payments");
        assert_eq!(page.eval("run.offsetHeight"), 480);
        assert_eq!(page.eval("inside('by-events')"), Value::Null, "controls=none");
        let root = format!("{frame}.contentDocument.documentElement");
        page.wait_until(&format!("{root}.lang === 'ko' && {root}.dataset.theme === 'dark'"));
        page.eval("(run.setAttribute('theme', 'light'), run.setAttribute('lang', 'en'), run.height = 0, true)");
        page.wait_until(&format!("{root}.lang === 'en' && {root}.dataset.theme === 'light'"));
        page.eval("(run.setAttribute('link', '#consultation-list?customer=batch'), true)");
        page.wait_until("run.getState().then(it => it.scenario === 'consultation-list')");
        page.eval("(run.setAttribute('height', 'auto'), true)");
        page.wait_until("run.offsetHeight !== 480 && run.offsetHeight > 200");
        page.wait_until(&format!(
            "{root}.scrollHeight <= {frame}.clientHeight && run.offsetHeight === {frame}.offsetHeight"
        ));
    });
}

#[test]
fn a_link_that_cannot_be_opened_is_said_and_another_can_be_given() {
    Browser::desktop().run(|page| {
        host(page, "<msa-playground link='z1:garbage' autoplay=off></msa-playground>");
        page.eval("(run.addEventListener('msa-error', event => { window.wrong = event.detail.message }), true)");
        page.eval("run.setState({ link: 'retry-storm' })");
        page.wait_until("run.getState().then(it => it.scenario === 'retry-storm')");
        assert_eq!(page.eval("run.ready.then(it => it.scenario)"), "retry-storm");
        page.wait_until("typeof window.wrong === 'string'");
    });
}

#[test]
fn it_can_be_moved_in_its_page_and_the_script_may_come_twice() {
    Browser::desktop().run(|page| {
        host(page, &format!("<script src='/embed.js'></script><main></main>{PAYMENT}"));
        page.eval("run.seek(1)");
        let lost = page.eval(
            "(() => { const asked = refusal(run.seek(5)); document.querySelector('main').append(run); return asked })()",
        );
        assert!(lost.as_str().is_some_and(|lost| !lost.is_empty()), "{lost}");
        page.wait_until("run.getState().then(it => it.scenario === 'order-payment')");
        page.eval("run.seek(2)");
        assert_eq!(page.eval("document.querySelectorAll('iframe').length"), 1);
    });
}

#[test]
fn it_waits_until_it_is_near_and_moves_nothing() {
    Browser::desktop().run(|page| {
        host(
            page,
            "<p style='height:4000px'>Before</p><msa-playground scenario=session-lookup><a href='/#session-lookup'>Sessions</a></msa-playground><p id=after>After</p>",
        );
        let below = "document.querySelector('#after').offsetTop";
        let before = page.eval(below);
        assert_eq!(page.eval("document.querySelector('iframe')"), Value::Null);
        assert_eq!(page.eval("run.textContent"), "Sessions", "what stands inside is there until then");
        page.eval("(run.scrollIntoView(), true)");
        page.wait_until("run.getState().then(it => it.t > 0.2)");
        assert_eq!(page.eval(below), before);
        let address = page.url();
        assert!(address.ends_with("/host.html"), "{address}");
    });
}

#[test]
fn from_another_origin_it_works_as_well() {
    Browser::desktop().run(|page| {
        page.serve("/host.html", "");
        let playground = page.server_url("/");
        let elsewhere = playground.replace("127.0.0.1", "localhost");
        page.serve(
            "/host.html",
            &format!(
                "<!DOCTYPE html><html lang=ko><title>Host</title><link rel=icon href='data:,'>
                <script src='{playground}embed.js'></script>
                <msa-playground scenario=order-payment></msa-playground>
                <script>const run = document.querySelector('msa-playground');</script>"
            ),
        );
        page.go(&format!("{elsewhere}host.html"));
        page.wait_until("run.getState().then(it => it.t > 0.2 && it.lang === 'ko')");
        assert_ne!(
            page.eval("new URL(run.querySelector('iframe').src).origin"),
            page.eval("location.origin")
        );
    });
}
