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
              {HELPERS}
            </script>"
        ),
    );
    page.open("/host.html");
}

/// What is refused, as text; and what the element says is wrong.
const HELPERS: &str = "
    const refusal = promise => promise.then(() => 'it was done', error => error.message);
    const said = [];
    document.querySelector('msa-playground')?.addEventListener('msa-error', event => said.push(event.detail.message));";

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
            "(run.addEventListener('msa-state', event => { window.state = event.detail }), true)",
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
        assert_eq!(page.eval("inside('strategy-by-events')"), Value::Null, "controls=none");
        let root = format!("{frame}.contentDocument.documentElement");
        page.wait_until(&format!("{root}.lang === 'ko' && {root}.dataset.theme === 'dark'"));
        page.eval("(run.setAttribute('theme', 'light'), run.setAttribute('lang', 'en'), true)");
        page.wait_until(&format!("{root}.lang === 'en' && {root}.dataset.theme === 'light'"));
        page.eval("(run.setAttribute('link', '#consultation-list?customer=batch'), true)");
        page.wait_until("run.getState().then(it => it.scenario === 'consultation-list')");
        page.eval("(run.setAttribute('height', 'auto'), true)");
        page.wait_until("run.offsetHeight > 480");
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

#[test]
fn a_promise_settles_when_the_run_has_arrived() {
    Browser::desktop().run(|page| {
        host(page, PAYMENT);
        let t = page.eval(
            "(async () => {
                await run.seek(60);
                const fault = await run.injectFault({ crash: { service: 'order' } });
                const there = (await run.getState()).t;
                await run.setState({ t: 75 });
                await run.endFault(fault);
                const later = (await run.getState()).t;
                await run.step();
                await run.play();
                const state = await run.getState();
                return [fault, there, later, state.playing, state.link];
            })()",
        );
        assert_eq!(t[0], 0);
        assert_eq!(
            (&t[1], &t[2], &t[3]),
            (&json!(60), &json!(75), &json!(true)),
            "{t}"
        );
        let link = t[4].as_str().unwrap();
        assert!(
            link.contains("@60s&fault=crash,service:order&@75s&end=0"),
            "{link}"
        );
    });
}

#[test]
fn its_events_need_nothing_but_a_listener() {
    Browser::desktop().run(|page| {
        // Whoever listens may be there before the script is.
        page.serve(
            "/host.html",
            &format!(
                "<!DOCTYPE html><html lang=en><title>Host</title><link rel=icon href='data:,'>{PAYMENT}
                <script>
                  const run = document.querySelector('msa-playground');
                  const heard = {{}};
                  for (const type of ['ready', 'state', 'metrics', 'event', 'resize'])
                    run.addEventListener('msa-' + type, event => {{ heard[type] = event.detail }});
                </script>
                <script src='/embed.js' async></script>"
            ),
        );
        page.open("/host.html");
        page.wait_until("run.play?.().then(() => true)");
        for (kind, condition) in [
            ("ready", "it.scenario === 'order-payment'"),
            ("state", "it.playing"),
            ("metrics", "it.numbers.clients.length > 0"),
            ("event", "it.text.length > 0"),
            ("resize", "it.height > 300"),
        ] {
            page.wait_until(&format!("(it => it && {condition})(heard.{kind})"));
        }
    });
}

#[test]
fn an_attribute_that_is_no_use_is_said_and_changes_nothing() {
    Browser::desktop().run(|page| {
        host(page, PAYMENT);
        page.eval("run.ready.then(() => true)");
        let height = page.eval("run.offsetHeight");
        for (name, value, part) in [
            ("scenario", "order-paiment", "order-payment"),
            ("link", "consultation-list?rate=many", "rate"),
            ("height", "tall", "height: must be pixels"),
            ("height", "0", "height: must be pixels"),
            ("height", "-3", "height: must be pixels"),
            ("theme", "pink", "theme: must be light"),
            ("lang", "fr", "lang: must be ko"),
        ] {
            page.eval(&format!(
                "(said.length = 0, run.setAttribute('{name}', '{value}'), true)"
            ));
            page.wait_until(&format!(
                "said.length === 1 && said[0].includes({})",
                json!(part)
            ));
            page.eval(&format!(
                "(run.{}, true)",
                if name == "scenario" {
                    "setAttribute('scenario', 'order-payment')".to_string()
                } else {
                    format!("removeAttribute('{name}')")
                }
            ));
        }
        assert_eq!(state(page)["scenario"], "order-payment");
        assert_eq!(page.eval("run.offsetHeight"), height);
    });
}

/// A call of every kind, and what each is refused with.
const EVERY_CALL: &str = "Promise.all([run.ready, run.play(), run.seek(3), run.getState(), run.setState({ t: 1 }),
    run.injectFault({ crash: { service: 'order' } }), run.endFault(0), run.redrive('a/b'), run.goToStep(0)].map(refusal))";

/// Every promise is refused with this, what stands inside is seen, and the frame is not.
fn cannot_be_had(page: &Page, part: &str) {
    let said = page.eval(EVERY_CALL);
    for refusal in said.as_array().unwrap() {
        assert!(
            refusal.as_str().is_some_and(|it| it.contains(part)),
            "{refusal}"
        );
    }
    assert_eq!(said.as_array().unwrap().len(), 9);
    assert_eq!(
        page.eval("run.querySelector('a').checkVisibility({ visibilityProperty: true })"),
        true
    );
    assert_eq!(
        page.eval(
            "run.querySelector('iframe')?.checkVisibility({ visibilityProperty: true }) ?? false"
        ),
        false
    );
    assert_eq!(page.eval("said.length"), 1);
    // Later calls need not wait at all.
    let later = page.eval("refusal(run.play())");
    assert!(
        later.as_str().is_some_and(|it| it.contains(part)),
        "{later}"
    );
}

const WITH_LINK: &str = "scenario=order-payment patience=2><a href='/#order-payment'>Order and payment</a></msa-playground>";

#[test]
fn where_frames_are_forbidden_every_promise_is_refused_and_the_link_stays() {
    Browser::desktop().expecting("frame-src").run(|page| {
        let policy = "<meta http-equiv='Content-Security-Policy' content=\"frame-src 'none'\">";
        host(page, &format!("{policy}<msa-playground {WITH_LINK}"));
        cannot_be_had(page, "could not be loaded");
    });
}

#[test]
fn where_the_program_is_broken_every_promise_is_refused_at_once_and_the_link_stays() {
    Browser::desktop().expecting("WebAssembly").run(|page| {
        page.open_html("");
        // The page as it is built, with another program.
        let built = page.eval("fetch('/index.html').then(it => it.text())");
        let built = built.as_str().unwrap().replace("\"./", "\"/");
        let at = built.find("data-wasm=\"").unwrap() + "data-wasm=\"".len();
        let end = at + built[at..].find('"').unwrap();
        page.serve("/broken/", &format!("{}/broken/none.wasm{}", &built[..at], &built[end..]));
        page.serve("/broken/none.wasm", "This is no program.");
        let script = page.eval("fetch('/embed.js').then(it => it.text())");
        page.serve("/broken/embed.js", script.as_str().unwrap());
        let patient = WITH_LINK.replace("patience=2", "patience=1000");
        page.serve(
            "/host.html",
            &format!(
                "<!DOCTYPE html><title>Host</title><link rel=icon href='data:,'><script src='/broken/embed.js'></script><msa-playground {patient}
                <script>const run = document.querySelector('msa-playground');{HELPERS}</script>"
            ),
        );
        page.open("/host.html");
        cannot_be_had(page, "A part of the program did not arrive");
    });
}

#[test]
fn where_the_frame_is_another_site_s_every_promise_is_refused_and_the_link_stays() {
    Browser::desktop().run(|page| {
        page.open_html("");
        let elsewhere = page.server_url("/?embed=1").replace("127.0.0.1", "localhost");
        page.serve("/moved/", &format!("<!DOCTYPE html><script>location.replace('{elsewhere}')</script>"));
        let script = page.eval("fetch('/embed.js').then(it => it.text())");
        page.serve("/moved/embed.js", script.as_str().unwrap());
        page.serve(
            "/host.html",
            &format!(
                "<!DOCTYPE html><title>Host</title><link rel=icon href='data:,'><script src='/moved/embed.js'></script><msa-playground {WITH_LINK}
                <script>const run = document.querySelector('msa-playground');{HELPERS}</script>"
            ),
        );
        page.open("/host.html");
        cannot_be_had(page, "could not be loaded");
    });
}

#[test]
fn a_picture_of_the_scenario_stands_there_until_the_run_does() {
    Browser::desktop().run(|page| {
        for (attributes, file) in [
            ("scenario=order-payment", "order-payment.en.svg"),
            ("link='retry-storm?seed=9' lang=ko", "retry-storm.ko.svg"),
        ] {
            host(page, &format!("<p style='height:4000px'></p><msa-playground {attributes}></msa-playground>"));
            // Before it is near the screen nothing is loaded.
            assert_eq!(page.eval("run.childElementCount"), 0);
            let seen = "new Promise(done => new MutationObserver((_, it) => {
                    const picture = run.querySelector('a img');
                    if (!picture) return;
                    it.disconnect();
                    const frame = getComputedStyle(run.querySelector('iframe')).visibility;
                    picture.decode().then(() => done([picture.src, picture.naturalWidth > 500, frame]));
                }).observe(run, { childList: true, subtree: true }) ?? run.scrollIntoView())";
            let seen = page.eval(seen);
            assert!(seen[0].as_str().unwrap().ends_with(&format!("/posters/{file}")), "{seen}");
            assert_eq!((&seen[1], &seen[2]), (&json!(true), &json!("hidden")), "{seen}");
            page.eval("run.ready.then(() => true)");
            page.wait_until("run.childElementCount === 1 && getComputedStyle(run.firstElementChild).visibility === 'visible'");
        }
    });
}

/// The rule of docs/embedding.md for the time before the script is there.
fn documented_css() -> &'static str {
    let documented = include_str!("../../docs/embedding.md");
    let rule = documented
        .split("```css\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    rule.expect("docs/embedding.md has a rule in CSS")
}

#[test]
fn nothing_moves_while_it_loads_and_its_choices_are_seen() {
    for (width, name) in [
        (1280, "consultation-list"),
        (900, "order-payment"),
        (1280, "retry-storm"),
    ] {
        Browser::desktop().size(width, 1600).run(|page| {
            let css = documented_css();
            page.serve(
                "/host.html",
                &format!(
                    "<!DOCTYPE html><html lang=en><title>Host</title><link rel=icon href='data:,'><style>{css}</style>
                    <script>
                      let shift = 0;
                      new PerformanceObserver(list => list.getEntries().forEach(it => {{ shift += it.value }})).observe({{ type: 'layout-shift', buffered: true }});
                    </script>
                    <p>Before</p><msa-playground scenario={name}></msa-playground><p id=after>After</p>
                    <script>
                      const run = document.querySelector('msa-playground');
                      // The script comes late.
                      requestAnimationFrame(() => requestAnimationFrame(() => {{
                        const script = document.createElement('script');
                        script.src = '/embed.js';
                        document.head.append(script);
                      }}));
                    </script>"
                ),
            );
            page.open("/host.html");
            page.wait_until("run.getState?.().then(it => it.t > 1)");
            page.wait_for_frames(10);
            assert_eq!(page.eval("shift"), 0, "{name} at {width}");
            let inside = "run.querySelector('iframe').contentDocument.documentElement";
            assert_eq!(page.eval(&format!("{inside}.scrollHeight - {inside}.clientHeight")), 0, "{name} at {width}: all of it is seen");
        });
    }
}

#[test]
fn the_wheel_over_it_scrolls_the_page_around() {
    Browser::desktop().run(|page| {
        host(page, &format!("{PAYMENT}<div style='height:4000px'></div>"));
        page.eval("run.ready.then(() => true)");
        for y in [120, 400, 700] {
            page.eval("(scrollTo(0, 0), true)");
            page.wait_until("scrollY === 0");
            page.devtools(
                "Input.dispatchMouseEvent",
                &json!({ "type": "mouseWheel", "x": 600, "y": y, "deltaX": 0, "deltaY": 300 }),
            );
            page.wait_until("scrollY > 0");
        }
    });
}

#[test]
fn in_a_deck_of_slides_the_keys_that_it_does_not_use_reach_the_deck() {
    Browser::desktop().run(|page| {
        host(
            page,
            &format!(
                "{PAYMENT}<script>
                  const keys = [];
                  document.addEventListener('keydown', event => keys.push(event.key + event.keyCode));
                </script>"
            ),
        );
        page.eval("run.ready.then(() => true)");
        assert_eq!(page.eval("document.activeElement === document.body"), true, "it takes no focus");
        page.press("ArrowRight");
        page.wait_until("keys.join() === 'ArrowRight39'");
        // Somebody clicks into the frame; now its keys are the frame's.
        page.eval("(inside('play').focus(), keys.length = 0, true)");
        for key in ["ArrowRight", "PageDown", "Escape", "n"] {
            page.press(key);
        }
        page.wait_until("keys.join() === 'ArrowRight39,PageDown34,Escape27,n78'");
        // What the run uses is the run's.
        page.press("Space");
        page.wait_until("run.getState().then(it => it.playing)");
        page.eval("(inside('strategy-by-calls').focus(), true)");
        page.press("ArrowRight");
        page.press("n");
        page.wait_until("keys.length > 4");
        assert_eq!(page.eval("keys.slice(4).join()"), "n78");
    });
}

#[test]
fn it_follows_the_theme_that_sphinx_writes_on_the_body() {
    Browser::desktop().run(|page| {
        host(
            page,
            &format!("<p>Before</p><script>document.body.dataset.theme = 'dark'</script>{PAYMENT}"),
        );
        page.wait_until("run.getState().then(it => it.theme === 'dark')");
        page.eval("(document.body.dataset.theme = 'light', true)");
        page.wait_until("run.getState().then(it => it.theme === 'light')");
        page.eval("(document.body.dataset.theme = 'auto', true)");
        page.devtools(
            "Emulation.setEmulatedMedia",
            &json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] }),
        );
        page.wait_until("run.getState().then(it => it.theme === 'dark')");
    });
}

#[test]
fn in_a_page_that_is_a_file_it_works_as_well() {
    Browser::desktop().run(|page| {
        let playground = page.server_url("/");
        let file = std::env::temp_dir().join(format!("msa-playground-host-{}.html", std::process::id()));
        let html = format!(
            "<!DOCTYPE html><html lang=en><title>Host</title><link rel=icon href='data:,'><script src='{playground}embed.js'></script>
            <msa-playground scenario=order-payment autoplay=off></msa-playground>
            <script>const run = document.querySelector('msa-playground');</script>"
        );
        std::fs::write(&file, html).expect("a file of its own");
        page.go(&format!("file://{}", file.display()));
        page.eval("run.seek(3)");
        let state = state(page);
        // It is of use no more, whatever comes of the test.
        let _ = std::fs::remove_file(&file);
        assert_eq!((&state["t"], &state["scenario"]), (&json!(3), &json!("order-payment")));
    });
}

#[test]
fn steps_stand_inside_it_or_are_given_and_it_goes_through_them() {
    Browser::desktop().run(|page| {
        host(
            page,
            "<msa-playground scenario=order-payment autoplay=off>
               <script type='application/json'>[{\"t\": 2, \"caption\": \"Calls\"}, {\"t\": 4, \"caption\": \"Events\", \"settings\": {\"by\": \"events\"}}]</script>
               <a href='/#order-payment'>Order and payment</a>
             </msa-playground>",
        );
        page.eval("(window.steps = [], run.addEventListener('msa-step', event => steps.push(event.detail.caption)), run.goToStep(1))");
        let now = state(page);
        assert_eq!((&now["t"], &now["settings"]["by"]), (&json!(4), &json!("events")));
        page.eval("run.goToStep(0)");
        let now = state(page);
        assert_eq!((&now["t"], &now["settings"]["by"]), (&json!(2), &json!("calls")));
        assert_eq!(page.eval("steps"), json!(["Events", "Calls"]));
        page.eval("(run.steps = [{ t: 1, caption: 'Another' }], true)");
        page.eval("run.goToStep(0)");
        assert_eq!(page.eval("steps[2]"), "Another");
        assert_eq!(page.eval("inside('step').textContent"), "1/1Another");
        page.eval("(run.steps = [{ time: 1 }], true)");
        page.wait_until("said.some(it => it.includes('steps[0].time: is not known'))");
    });
}
