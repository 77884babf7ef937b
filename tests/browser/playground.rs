//! The playground as tests see it: everything is found by `data-test`, the table is in `src/view/mod.rs`.

use crate::harness::{Page, query};

/// The selector of what tests know by this name.
pub fn at(name: &str) -> String {
    format!("[data-test={name:?}]")
}

/// The JavaScript number of an attribute; not a number while it is empty.
pub fn number_of(name: &str, attribute: &str) -> String {
    format!(
        "parseFloat({}?.getAttribute({attribute:?}))",
        query(&at(name))
    )
}

/// The JavaScript expression for the time of the run, in seconds.
pub fn clock() -> String {
    number_of("clock", "data-s")
}

/// Every fact under the outcome that is bad news: refused and failed lists.
pub const BAD_NEWS: &str = "document.querySelectorAll('[data-test=outcome-facts] .bad').length";

impl Page {
    /// Opens the playground with what stands behind `#`, and waits until it is there.
    pub fn open_playground(&self, fragment: &str) {
        let hash = if fragment.is_empty() { "" } else { "#" };
        self.open(&format!("/{hash}{fragment}"));
        self.wait_until(&format!("{} >= 0", clock()));
    }

    /// Loads the program that makes files (`bin/msa-takeaway.rs`) into the page, as `window.maker`: it is the page's engine,
    /// compiled like the page, and says what a run's digest is.
    pub fn load_maker(&self) {
        self.eval(
            "import(new URL('msa-takeaway.js', document.baseURI)).then(async it => { await it.default(); window.maker = it; })",
        );
    }

    /// The time of the run, in seconds.
    pub fn now(&self) -> f64 {
        self.number("clock", "data-s")
    }

    /// The number in an attribute of something.
    pub fn number(&self, name: &str, attribute: &str) -> f64 {
        let text = self.attribute(&at(name), attribute);
        let text = text.unwrap_or_else(|| panic!("{name} has no {attribute}"));
        text.parse().unwrap_or(f64::NAN)
    }

    /// Waits until the run has come to a moment.
    pub fn run_until(&self, seconds: f64) {
        self.wait_up_to(super::PATIENCE, &format!("{} >= {seconds}", clock()));
    }

    /// Waits until the run has gone on for so long.
    pub fn run_for(&self, seconds: f64) {
        self.run_until(self.now() + seconds);
    }

    /// Clicks what tests know by this name.
    pub fn choose(&self, name: &str) {
        self.click(&at(name));
    }

    /// Gives every reference this strategy, by its button.
    pub fn choose_for_all(&self, strategy: &str) {
        self.choose(&format!("strategy-all-{strategy}"));
        self.wait_until(&format!(
            "{}.checked",
            query(&at(&format!("strategy-all-{strategy}")))
        ));
    }

    /// Moves a slider to a value, as dragging it there and letting go does.
    pub fn slide(&self, name: &str, value: f64) {
        self.eval(&format!(
            "(e => {{
                Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(e, {value});
                e.dispatchEvent(new Event('input', {{ bubbles: true }}));
                e.dispatchEvent(new Event('change', {{ bubbles: true }}));
            }})({})",
            query(&at(name))
        ));
    }

    /// Chooses the place of a speed among those that are offered: 6 is 1x, 9 is 10x, 15 is as fast as the machine can.
    pub fn choose_speed(&self, place: u8) {
        self.slide("speed", f64::from(place));
    }

    /// Goes to a moment of the run that it has been at, and stays there.
    pub fn seek(&self, seconds: f64) {
        self.pause();
        self.slide("timeline", seconds);
        self.wait_up_to(
            super::PATIENCE,
            &format!("Math.abs({} - {seconds}) < 0.0000015", clock()),
        );
    }

    /// Whether the run goes on.
    pub fn plays(&self) -> bool {
        self.attribute(&at("play"), "aria-pressed").as_deref() == Some("true")
    }

    /// Stops the run where it is.
    pub fn pause(&self) {
        if self.plays() {
            self.choose("play");
        }
        self.wait_until(&pressed("play", false));
    }

    /// Starts the run from the beginning and goes to a moment, as fast as the machine can; the run then stands still.
    pub fn run_anew_to(&self, seconds: f64) {
        self.choose("restart");
        self.wait_until(&format!("{} < {seconds}", clock()));
        if !self.plays() {
            self.choose("play");
        }
        self.choose_speed(15);
        self.run_until(seconds);
        self.seek(seconds);
    }

    /// The part of the address behind `#`.
    pub fn fragment(&self) -> String {
        self.url()
            .split_once('#')
            .map_or(String::new(), |(_, fragment)| fragment.to_string())
    }

    /// Waits until so many frames have been drawn: whatever a click does at once is done then.
    pub fn wait_for_frames(&self, frames: u32) {
        self.eval(&format!(
            "new Promise(done => {{ let left = {frames}; const next = () => left-- > 0 ? requestAnimationFrame(next) : done(true); next(); }})"
        ));
    }
}

/// The JavaScript expression for whether a button is pressed (or not).
pub fn pressed(name: &str, pressed: bool) -> String {
    format!(
        "{}?.getAttribute('aria-pressed') === '{pressed}'",
        query(&at(name))
    )
}

/// The JavaScript expression for whether a radio button is chosen.
pub fn chosen(name: &str) -> String {
    format!("{}?.checked === true", query(&at(name)))
}
