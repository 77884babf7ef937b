//! The picture of the README, made by the page itself: `make picture` runs this and keeps what it leaves.

use crate::harness::Browser;
use crate::playground::at;

#[test]
fn the_readme_shows_a_picture_that_the_page_can_make() {
    Browser::desktop().size(1280, 800).run(|page| {
        page.open_playground("");
        page.run_until(6.0);
        page.wait_until(&format!("{} !== null", crate::harness::query(&at("offer"))));
        page.take_picture().expect("a picture can be taken");
        let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/picture.png");
        let bytes = std::fs::read(kept).unwrap_or_default();
        assert!(
            bytes.starts_with(b"\x89PNG"),
            "docs/picture.png is missing: run 'make picture'"
        );
    });
}
