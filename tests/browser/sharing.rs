//! The dialog for links: what to send, what to take away, and what to bring.

use crate::harness::{Browser, Page, query};
use crate::playground::{at, chosen};
use msa_playground::app::Theme;
use msa_playground::app::export::Export;
use msa_playground::app::takeaway::{Look, Wish};
use picture::layout::Form;
use serde_json::json;
use share::{Link, complete};
use words::Lang;

fn open_dialog(page: &Page) {
    page.choose("share");
    page.wait_until(&format!("{} !== null", query(&at("share-dialog"))));
}

fn link(page: &Page) -> String {
    let value = page.eval(&format!("{}.value", query(&at("share-link"))));
    value.as_str().unwrap().to_string()
}

#[test]
fn the_dialog_offers_the_settings_and_exactly_this_run_and_copies_them() {
    Browser::desktop().run(|page| {
        page.open_playground("consultation-list?customer=batch");
        page.devtools(
            "Browser.grantPermissions",
            &json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] }),
        );
        page.run_for(0.5);
        open_dialog(page);
        assert!(
            link(page).ends_with("#consultation-list?customer=batch"),
            "{}",
            link(page)
        );
        assert_eq!(page.count(&at("qr")), 1);
        page.choose("share-copy");
        page.wait_until(&format!("{}.textContent === 'Copied'", query(&at("note"))));
        assert_eq!(page.eval("navigator.clipboard.readText()"), link(page));
        page.choose("share-exactly");
        page.wait_until(&format!(
            "{}.value.includes('&t=')",
            query(&at("share-link"))
        ));
        assert!(link(page).contains("&engine="), "{}", link(page));
        page.press("Escape");
        page.wait_until(&format!("{} === null", query(&at("share-dialog"))));
        assert_eq!(page.eval("document.activeElement.id"), "share-open");
    });
}

#[test]
fn a_language_and_a_theme_that_were_chosen_travel_in_the_link() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        page.choose("lang");
        page.choose("theme");
        open_dialog(page);
        assert!(
            link(page).contains("?lang=ko&theme=dark#"),
            "{}",
            link(page)
        );
    });
}

#[test]
fn a_long_link_warns_and_one_that_no_qr_code_holds_says_so() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        // Letters that cannot be packed: the names of many services and stores.
        let mut state = 1_u32;
        let mut noise = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(b'a' + (state >> 24) as u8 % 26)
        };
        let mut name = || (0..60).map(&mut noise).collect::<String>();
        let (mut services, mut stores) = (json!({}), json!({}));
        for _ in 0..50 {
            let service = name();
            services[&service] = json!({});
            stores[name()] = json!({ "service": service });
        }
        let document =
            json!({ "version": 1, "name": "mine", "services": services, "stores": stores });
        paste(page, &document.to_string());
        page.wait_until("location.hash.startsWith('#z1:')");
        open_dialog(page);
        let said = page.text(&at("share-length"));
        assert!(said.contains("1,900"), "{said}");
        assert_eq!(page.count(&at("qr")), 0);
        assert_eq!(page.count(".qr-none"), 1);
    });
}

/// Pastes a text into the page, as the browser tells it.
fn paste(page: &Page, text: &str) {
    page.eval(&format!(
        "(() => {{ const data = new DataTransfer(); data.setData('text/plain', {});
            document.body.dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: data, bubbles: true, cancelable: true }}));
            return true; }})()",
        json!(text)
    ));
}

const MINE: &str = r#"{"version": 1, "name": "mine", "title": {"en": "One desk", "ko": "창구 하나"},
    "services": {"web": {"threads": 2}}, "operations": {"web.look": {"steps": [{"work": "20ms"}]}},
    "clients": {"people": {"operation": "web.look", "load": {"poisson": {"rate": 50}}}}}"#;

#[test]
fn a_scenario_of_ones_own_is_pasted_dropped_or_chosen_and_survives_a_reload() {
    Browser::desktop().run(|page| {
        let with_file = |page: &Page, act: &str| {
            page.eval(&format!(
                "(() => {{ const data = new DataTransfer();
                    data.items.add(new File([{}], 'mine.json', {{ type: 'application/json' }}));
                    {act}; return true; }})()",
                json!(MINE)
            ));
        };
        let opened = |page: &Page| {
            page.wait_until(&format!("{} !== null", query(&at("node-web"))));
            page.wait_until("location.hash.startsWith('#z1:')");
        };
        page.open_playground("");
        paste(page, MINE);
        opened(page);
        page.run_for(0.3);
        page.reload();
        opened(page);

        page.open_fresh_browser();
        page.open_playground("");
        with_file(page, "document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))");
        opened(page);

        page.open_fresh_browser();
        page.open_playground("");
        open_dialog(page);
        page.choose("share-import");
        with_file(page, "const input = document.querySelector('[data-test=import-file]'); input.files = data.files; input.dispatchEvent(new Event('change', { bubbles: true }))");
        opened(page);
    });
}

#[test]
fn what_cannot_be_opened_is_explained_and_a_link_that_is_pasted_opens() {
    Browser::desktop().run(|page| {
        page.open_playground("");
        paste(page, "just some words");
        paste(page, r#"{"version": 1, "name": "mine", "servces": {}}"#);
        let said = page.text(&at("refused"));
        assert!(said.contains("did you mean \"services\"?"), "{said}");
        paste(
            page,
            "https://example.org/play/?lang=ko#consultation-list?customer=replica",
        );
        page.wait_until(&chosen("strategy-customer-replica"));
    });
}

/// Drops a file with these bytes onto the page, as the browser tells it.
fn drop_file(page: &Page, name: &str, bytes: &[u8]) {
    page.eval(&format!(
        "(() => {{ const data = new DataTransfer();
            data.items.add(new File([new Uint8Array({})], {}));
            document.body.dispatchEvent(new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true }}));
            return true; }})()",
        json!(bytes),
        json!(name)
    ));
}

#[test]
fn a_file_that_cannot_be_opened_keeps_the_run_and_says_what_is_wrong_with_it() {
    for (browser, words, heading) in [
        (Browser::desktop(), 0, "The file “FILE” cannot be opened"),
        (Browser::phone().korean(), 1, "“FILE” 파일을 열 수 없습니다"),
    ] {
        browser.run(|page| {
            page.open_playground("consultation-list?customer=batch");
            page.run_for(0.2);
            let steps = page.eval("history.length");
            for (name, bytes, expected) in [
                ("empty.json", &b""[..], ["is empty", "비어 있습니다"]),
                (
                    "cut-off.json",
                    b"{\"version\": 1,\n \"name\": \"mine\"",
                    ["line 2, column", "2행"],
                ),
                (
                    "picture.png",
                    b"\x89PNG\r\n\x1a\n\0\0",
                    ["is not UTF-8 text", "UTF-8 텍스트가 아닙니다"],
                ),
                (
                    "notes.txt",
                    b"some words",
                    ["neither a scenario", "시나리오 문서"],
                ),
                (
                    "large.json",
                    &[b' '; (1 << 20) + 1],
                    ["larger than 1048576", "1048576바이트보다"],
                ),
                (
                    "mine.json",
                    br#"{"version": 1, "name": "mine", "servces": {}}"#,
                    ["did you mean", "혹시"],
                ),
            ] {
                drop_file(page, name, bytes);
                page.wait_until(&format!(
                    "{}?.textContent.includes({})",
                    query(&at("refused")),
                    json!(heading.replace("FILE", name))
                ));
                let said = page.text(&at("refused"));
                assert!(said.contains(expected[words]), "{name}: {said}");
                assert_eq!(page.eval("document.activeElement.id"), "refused-close");
                // The run is there, and goes on.
                assert_eq!(page.eval(&chosen("strategy-customer-batch")), true);
                let now = page.now();
                page.wait_until(&format!("{} > {now}", crate::playground::clock()));
            }
            assert_eq!(page.fragment(), "consultation-list?customer=batch");
            assert_eq!(
                page.eval("history.length"),
                steps,
                "nothing to go back from"
            );
            page.press("Escape");
            page.wait_until(&format!("{} === null", query(&at("refused"))));
        });
    }
}

#[test]
fn back_goes_to_the_run_before_a_file_also_after_one_that_could_not_be_opened() {
    Browser::desktop().run(|page| {
        page.open_playground("consultation-list?customer=batch");
        drop_file(page, "mine.json", MINE.as_bytes());
        page.wait_until("location.hash.startsWith('#z1:')");
        drop_file(page, "empty.json", b"");
        page.text(&at("refused"));
        page.back();
        page.wait_until(&chosen("strategy-customer-batch"));
        assert_eq!(page.count(&at("refused")), 0, "it is about another run");
        page.run_for(0.2);
    });
}

/// The text of a file as this machine makes it from a link, in the page's language.
fn made_natively(fragment: &str, form: &str) -> String {
    let link = Link::parse(fragment).expect("the page made it");
    let wish = Wish {
        run: complete::to_value(&link).to_string(),
        export: Export::from_code(form).expect("it is offered"),
        look: Look {
            lang: Lang::En,
            theme: Theme::Light,
            form: Form::Wide,
            speed: 1.0,
        },
    };
    wish.text().expect("it can be made")
}

#[test]
fn while_a_file_is_made_the_page_says_so() {
    let never = "window.Worker = class extends EventTarget { postMessage() {} terminate() {} }";
    Browser::desktop().first_run(never).run(|page| {
        page.open_playground("order-payment");
        open_dialog(page);
        page.choose("share-export");
        let status = at("export-status");
        assert_eq!(page.text(&status), "");
        page.choose("export-csv");
        assert_eq!(page.text(&status), "Making order-payment.csv…");
    });
}

#[test]
fn a_file_that_cannot_be_made_is_no_silence() {
    let closed = "window.Worker = function () { throw new Error('not here'); }";
    let cut_off = "window.Worker = class extends EventTarget {
        postMessage() { setTimeout(() => this.dispatchEvent(new MessageEvent('message', { data: [false, ''] }))); }
        terminate() {}
    }";
    for cannot in [closed, cut_off] {
        Browser::desktop().first_run(cannot).run(|page| {
            page.open_playground("order-payment");
            open_dialog(page);
            page.choose("share-export");
            page.choose("export-csv");
            page.wait_until(&format!(
                "{}.textContent.includes('could not be loaded')",
                query(&at("note"))
            ));
            assert_eq!(page.text(&at("export-status")), "");
        });
    }
}

#[test]
fn everything_can_be_taken_away_as_a_file() {
    let catching = "window.files = [];
        const make = URL.createObjectURL;
        URL.createObjectURL = function (blob) { files.push(blob); return make.call(URL, blob); };
        const click = HTMLAnchorElement.prototype.click;
        HTMLAnchorElement.prototype.click = function () { if (this.download) window.named = this.download; else click.call(this); };";
    Browser::desktop().first_run(catching).run(|page| {
        page.open_playground("order-payment");
        page.run_for(1.5);
        page.pause();
        page.wait_until("location.hash.includes('t=')");
        let fragment = page.fragment();
        open_dialog(page);
        page.choose("share-export");
        for (form, name, begins) in [
            ("svg", "order-payment.svg", "<svg"),
            ("animation", "order-payment.animation.svg", "<svg"),
            ("flowchart", "order-payment.flowchart.mmd", "flowchart"),
            ("sequence", "order-payment.sequence.mmd", "sequenceDiagram"),
            ("scenario", "order-payment.json", "{"),
            ("csv", "order-payment.csv", "at_s,"),
            ("json", "order-payment.numbers.json", "{"),
            ("chrome-trace", "order-payment.trace.json", "{"),
            ("otlp", "order-payment.otlp.json", "{"),
        ] {
            page.eval("window.named = ''");
            page.choose(&format!("export-{form}"));
            page.wait_until(&format!("window.named === {}", json!(name)));
            let text = page.eval("files[files.length - 1].text()");
            let text = text.as_str().unwrap();
            let content: String = text
                .lines()
                .filter(|line| !line.starts_with("%%"))
                .take(3)
                .collect();
            assert!(
                content.contains(begins),
                "{form}: {}",
                text.chars().take(200).collect::<String>()
            );
            if matches!(form, "sequence" | "csv" | "json" | "otlp") {
                assert_eq!(text, made_natively(&fragment, form), "{form}");
            }
        }
        page.eval("window.named = ''");
        page.choose("export-png");
        page.wait_until("window.named === 'order-payment.png'");
        let wide =
            page.eval("createImageBitmap(files[files.length - 1]).then(image => image.width)");
        assert!(wide.as_u64().unwrap() > 600, "{wide}");
    });
}
