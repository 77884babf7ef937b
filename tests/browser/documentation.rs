//! The scripts that the documentation shows, run as they stand there.

use crate::harness::{Browser, Page};
use serde_json::json;
use share::{Link, complete, story};

/// The scripts of a page of the documentation. Where a reader would write something of their own, nothing stands.
fn scripts(page: &str) -> Vec<String> {
    let blocks = page.split("```js\n").skip(1);
    let blocks = blocks.filter_map(|block| block.split("```").next());
    blocks.map(|script| script.replace('…', "")).collect()
}

/// Runs a script that may wait for something, after another that makes what it speaks of.
fn run(page: &Page, before: &str, script: &str) -> serde_json::Value {
    page.eval(&format!("(async () => {{ {before}\n{script}\n }})()"))
}

#[test]
fn the_scripts_of_the_guide_to_embedding_run() {
    let scripts = scripts(include_str!("../../docs/embedding.md"));
    assert!(scripts.len() >= 2);
    Browser::desktop().run(|page| {
        page.open_html(
            "<script src='/embed.js'></script><msa-playground scenario='order-payment'></msa-playground>",
        );
        page.wait_until("document.querySelector('msa-playground').getState().then(it => it.t > 0)");
        for script in scripts {
            let script = script.replace("https://example.org", &page.server_url(""));
            run(page, "const frame = document.querySelector('iframe');", &script);
        }
        // What they did has arrived.
        let state = page.eval("document.querySelector('msa-playground').getState()");
        assert_eq!(state["settings"]["by"], "compensation");
        assert!(state["link"].as_str().unwrap().contains("crash"), "{state}");
    });
}

#[test]
fn a_link_that_javascript_has_packed_opens() {
    let guide = include_str!("../../docs/links.md");
    let document = guide
        .split("```json\n")
        .nth(1)
        .and_then(|it| it.split("```").next());
    let document: serde_json::Value = serde_json::from_str(document.unwrap()).unwrap();
    let [script] = &scripts(guide)[..] else {
        panic!("one script is expected");
    };
    // Its last line is the link.
    let script = script.replace("\n'#z1:'", "\nreturn '#z1:'");
    Browser::desktop().run(|page| {
        page.open_html("<p>Here.</p>");
        let link = run(page, &format!("const link = {};", json!(document)), &script);
        let link = Link::parse(link.as_str().unwrap()).unwrap();
        assert_eq!(Ok(&link), complete::of_value(&document).as_ref());
        assert!(story::open(&link).is_ok());
    });
}
