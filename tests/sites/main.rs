//! The playground in documentation: sites that mdBook, VitePress and MkDocs Material have built (`scripts/sites.sh`), plain
//! HTML, and our own book, each opened in Chromium with the run inside. `make test` says where they are: MSA_DIST.

#[path = "../browser/harness/mod.rs"]
#[allow(dead_code, unused_imports)] // made for the page's tests, of which this needs a part
mod harness;

use harness::{Browser, Page};

/// The JavaScript expression for something of the embedded page.
fn inside(name: &str) -> String {
    format!(
        "document.querySelector('iframe')?.contentDocument?.querySelector('[data-test={name}]')"
    )
}

/// Opens a page of a site, goes to the playground in it, and waits until the run inside goes on.
fn open_and_run(page: &Page, path: &str) {
    page.open(path);
    page.wait_until("document.querySelector('msa-playground, iframe') !== null");
    page.eval("(document.querySelector('msa-playground, iframe').scrollIntoView({ block: 'center' }), true)");
    page.wait_until(&format!("parseFloat({}?.dataset.s) > 0.3", inside("clock")));
}

/// The theme that the embedded page wears.
fn wears(theme: &str) -> String {
    format!(
        "document.querySelector('iframe').contentDocument.documentElement.dataset.theme === '{theme}'"
    )
}

#[test]
fn in_mdbook_the_run_goes_on_and_wears_the_book_s_theme() {
    Browser::desktop().run(|page| {
        open_and_run(page, "/mdbook/splitting.html");
        page.wait_until(&wears("light"));
        page.click("#mdbook-theme-toggle");
        page.click("#mdbook-theme-coal");
        page.wait_until(&wears("dark"));
    });
}

#[test]
fn in_vitepress_the_run_goes_on_and_wears_the_site_s_theme() {
    Browser::desktop().run(|page| {
        open_and_run(page, "/vitepress/index.html");
        page.wait_until(&wears("light"));
        page.click(".VPNavBar .VPSwitchAppearance");
        page.wait_until(&wears("dark"));
    });
}

#[test]
fn in_mkdocs_material_the_run_goes_on_and_wears_the_site_s_theme() {
    Browser::desktop().run(|page| {
        open_and_run(page, "/mkdocs/index.html");
        page.wait_until(&wears("light"));
        page.click("label[for=__palette_1]");
        page.wait_until(&wears("dark"));
    });
}

#[test]
fn under_a_strict_content_security_policy_the_element_works_and_speaks_the_page_s_language() {
    Browser::desktop().run(|page| {
        open_and_run(page, "/plain/element.html");
        assert_eq!(page.eval("document.querySelectorAll('iframe').length"), 1);
        let lang = "document.querySelector('iframe').contentDocument.documentElement.lang";
        assert_eq!(page.eval(lang), "ko");
        // The height was there before anything was loaded.
        assert_eq!(
            page.eval("document.querySelector('msa-playground').offsetHeight"),
            600
        );
    });
}

#[test]
fn a_sandboxed_frame_runs_without_an_origin() {
    Browser::desktop().run(|page| {
        page.open("/plain/sandboxed.html");
        page.wait_until(
            "document.querySelector('msa-playground').getState?.().then(it => it.t > 0.3)",
        );
        assert_eq!(
            page.eval("document.querySelector('iframe').contentDocument"),
            serde_json::Value::Null,
            "nobody can look into it"
        );
    });
}

#[test]
fn a_plain_frame_needs_no_script() {
    Browser::desktop().run(|page| {
        open_and_run(page, "/plain/frame.html");
        let address = page.url();
        page.eval(&format!(
            "({}.click(), true)",
            inside("strategy-code-batch")
        ));
        page.wait_until(&format!("{}.checked", inside("strategy-code-batch")));
        assert_eq!(page.url(), address, "the address is the host's");
        let own = "document.querySelector('iframe').contentWindow.location.hash";
        assert_eq!(page.eval(own), "#consultation-list?customer=batch");
    });
}

#[test]
fn a_page_of_our_own_documentation_for_every_scenario_runs_it() {
    Browser::desktop().run(|page| {
        for (name, _) in scenario::shipped::ALL {
            open_and_run(page, &format!("/docs/scenarios/{name}.html"));
        }
    });
}

#[test]
fn the_pages_that_mdbook_has_built_have_their_cards() {
    Browser::desktop().run(|page| {
        for (name, _) in scenario::shipped::ALL {
            page.open(&format!("/docs/scenarios/{name}.html"));
            let picture = page.eval("document.querySelector('head meta[property=\"og:image\"]').content");
            assert_eq!(picture, format!("https://example.org/msa/cards/{name}.png"));
            let shown = page.eval(&format!(
                "new Promise(done => {{ const it = new Image(); it.onload = () => done(it.naturalWidth); it.onerror = () => done(0); it.src = '/cards/{name}.png'; }})"
            ));
            let told = page.eval("Number(document.querySelector('head meta[property=\"og:image:width\"]').content)");
            assert_eq!(shown, told, "{name}");
            let oembed = page.eval("fetch(new URL(document.querySelector('head link[type=\"application/json+oembed\"]').href).pathname.replace('/msa', '')).then(it => it.json())");
            assert_eq!(oembed["type"], "rich", "{name}");
        }
    });
}
