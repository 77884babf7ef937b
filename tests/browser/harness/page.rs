//! A page in a browser of its own, and what a test does with it.

use super::driver::Driver;
use super::server::Server;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a page may take for what it should do at once; two slow processors share several browsers.
const SOON: Duration = Duration::from_secs(20);
/// Between two looks at a page that is waited for.
const LOOK_AGAIN: Duration = Duration::from_millis(30);
/// More browsers than this at a time only wait for each other.
const BROWSERS_MAX: u32 = 4;

/// What kind of browser a test wants.
#[derive(Clone)]
pub struct Browser {
    width: u32,
    height: u32,
    languages: &'static str,
    dark: bool,
    reduced_motion: bool,
    first_script: Option<&'static str>,
    expected: Vec<&'static str>,
}

impl Browser {
    /// A window of 1280 x 800 of someone who reads English and likes it light.
    pub fn desktop() -> Browser {
        Browser {
            width: 1280,
            height: 800,
            languages: "en-US,en",
            dark: false,
            reduced_motion: false,
            first_script: None,
            expected: Vec::new(),
        }
    }

    /// A phone held upright.
    pub fn phone() -> Browser {
        Browser::desktop().size(390, 844)
    }

    /// The inside of the window.
    pub fn size(self, width: u32, height: u32) -> Browser {
        Browser {
            width,
            height,
            ..self
        }
    }

    /// Of someone who reads Korean.
    pub fn korean(self) -> Browser {
        Browser {
            languages: "ko-KR,ko",
            ..self
        }
    }

    /// Of someone who asked their system for dark colours.
    pub fn dark(self) -> Browser {
        Browser { dark: true, ..self }
    }

    /// Of someone who asked their system for less motion.
    pub fn reduced_motion(self) -> Browser {
        Browser {
            reduced_motion: true,
            ..self
        }
    }

    /// Runs a script in every document before anything of the page runs.
    pub fn first_run(self, script: &'static str) -> Browser {
        Browser {
            first_script: Some(script),
            ..self
        }
    }

    /// Lets errors with this text in the console pass: the test makes them happen.
    pub fn expecting(mut self, error: &'static str) -> Browser {
        self.expected.push(error);
        self
    }

    /// Runs a test in a new browser. It fails, too, if the page reported an error or asked for a file that is not
    /// there; whenever it fails, a picture of the page is left in `browser/` of the target folder.
    pub fn run<Test: FnOnce(&mut Page)>(self, test: Test) {
        let _permit = Permit::wait();
        // The closure's type is named after the function that it is written in.
        let name = std::any::type_name::<Test>()
            .trim_start_matches("browser::")
            .trim_end_matches("::{{closure}}")
            .replace("::", "-");
        let mut page = Page::start(self, name);
        test(&mut page);
        page.assert_nothing_went_wrong();
    }
}

/// One page in one browser.
pub struct Page {
    browser: Browser,
    server: Server,
    driver: Driver,
    profile: PathBuf,
    name: String,
}

impl Page {
    fn start(browser: Browser, name: String) -> Page {
        static PROFILES: AtomicU32 = AtomicU32::new(0);
        let number = PROFILES.fetch_add(1, Ordering::Relaxed);
        let profile = format!("msa-playground-browser-{}-{number}", std::process::id());
        let mut page = Page {
            server: Server::start(dist()),
            driver: Driver::start(&from_environment("MSA_CHROMEDRIVER", "chromedriver")),
            profile: std::env::temp_dir().join(profile),
            browser,
            name,
        };
        page.open_browser();
        page
    }

    fn open_browser(&mut self) {
        let browser = &self.browser;
        let profile = self.profile.display();
        let mut arguments: Vec<String> = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            // From 139 on, Chromium gives a page WebGL without a graphics card only when it is told to. speedscope needs
            // it, and our own page may. An older Chromium does not know the flag and needs none.
            "--enable-unsafe-swiftshader",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ]
        .map(String::from)
        .into();
        arguments.push(format!("--user-data-dir={profile}"));
        arguments.push(format!(
            "--window-size={},{}",
            browser.width, browser.height
        ));
        let program = from_environment("MSA_CHROMIUM", "/usr/bin/chromium");
        let opened = self.driver.open(&json!({
            "browserName": "chrome",
            "goog:chromeOptions": {
                "binary": program,
                "args": arguments,
                "prefs": { "intl.accept_languages": browser.languages },
            },
            "goog:loggingPrefs": { "browser": "ALL" },
        }));
        if let Err(error) = opened {
            panic!(
                "Chromium ({}) does not open: {error}; run the browser tests with `make test`, or set MSA_CHROMIUM to where it is",
                program.display()
            );
        }
        self.resize(browser.width, browser.height);
        let scheme = if browser.dark { "dark" } else { "light" };
        let motion = if browser.reduced_motion {
            "reduce"
        } else {
            "no-preference"
        };
        self.devtools(
            "Emulation.setEmulatedMedia",
            &json!({ "features": [
                { "name": "prefers-color-scheme", "value": scheme },
                { "name": "prefers-reduced-motion", "value": motion },
            ] }),
        );
        if let Some(script) = browser.first_script {
            self.devtools(
                "Page.addScriptToEvaluateOnNewDocument",
                &json!({ "source": script }),
            );
        }
    }

    /// Gives the inside of the window another size.
    pub fn resize(&self, width: u32, height: u32) {
        // A window itself cannot be as narrow as a phone.
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            &json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
        );
    }

    /// Closes the browser and opens another that remembers nothing.
    pub fn open_fresh_browser(&mut self) {
        self.assert_nothing_went_wrong();
        self.driver.close();
        remove_profile(&self.profile);
        self.open_browser();
    }

    /// Opens the built page at a path that begins with `/`.
    pub fn open(&self, path: &str) {
        assert!(
            dist().join("index.html").exists(),
            "the built page is not in {}: run the browser tests with `make test`, or `make build` first",
            dist().display()
        );
        self.open_file(path);
    }

    /// Opens a page of the test's own.
    pub fn open_html(&self, body: &str) {
        // Without an icon of its own, the browser would ask for /favicon.ico.
        let head = "<!DOCTYPE html><link rel=icon href='data:,'><meta name=viewport content='width=device-width'>";
        self.server.add_page("/own.html", &format!("{head}{body}"));
        self.go(&self.server.url("/own.html"));
    }

    /// Opens a file that is served as it is.
    pub fn open_file(&self, path: &str) {
        self.go(&self.server.url(path));
    }

    /// The address at which `path`, which begins with `/`, is served.
    pub fn server_url(&self, path: &str) -> String {
        self.server.url(path)
    }

    /// Opens an address.
    pub fn go(&self, url: &str) {
        self.must("navigate", self.driver.post("url", &json!({ "url": url })));
    }

    /// The browser's own buttons.
    pub fn back(&self) {
        self.must("go back", self.driver.post("back", &json!({})));
    }
    /// The browser's own buttons.
    pub fn forward(&self) {
        self.must("go forward", self.driver.post("forward", &json!({})));
    }
    /// The browser's own buttons.
    pub fn reload(&self) {
        self.must("reload", self.driver.post("refresh", &json!({})));
    }

    /// The address of the page.
    pub fn url(&self) -> String {
        let url = self.must("read the address", self.driver.get("url"));
        url.as_str().unwrap_or_default().to_string()
    }

    /// The value of a JavaScript expression; of a promise, what becomes of it.
    pub fn eval(&self, expression: &str) -> Value {
        self.must(expression, self.try_eval(expression))
    }

    /// Runs a script of any length that is no expression.
    pub fn run_script(&self, script: &str) {
        let body = json!({ "script": script, "args": [] });
        self.must("run a script", self.driver.post("execute/sync", &body));
    }

    fn try_eval(&self, expression: &str) -> Result<Value, String> {
        let script = format!("return ({expression});");
        self.driver
            .post("execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Waits until a JavaScript expression is true.
    pub fn wait_until(&self, expression: &str) {
        self.wait_up_to(SOON, expression);
    }

    /// Waits until a JavaScript expression is true, and fails with what it was instead when the time is up.
    pub fn wait_up_to(&self, patience: Duration, expression: &str) {
        let seen = poll(patience, || match self.try_eval(expression) {
            Ok(Value::Bool(true)) => Ok(()),
            Ok(value) => Err(value.to_string()),
            Err(error) => Err(error),
        });
        if let Err(last) = seen {
            panic!(
                "after {patience:?} this was still not true: {expression}\n  it was: {last}\n  the page said: {:?}",
                self.beginning()
            );
        }
    }

    /// The beginning of what the page shows, for messages.
    fn beginning(&self) -> String {
        let shown = self.try_eval("document.body.innerText.slice(0, 400)");
        shown.map_or_else(
            |error| error,
            |text| text.as_str().unwrap_or_default().to_string(),
        )
    }

    /// The visible text of an element that is there or soon will be.
    pub fn text(&self, css: &str) -> String {
        let element = query(css);
        self.wait_until(&format!("{element} !== null"));
        // Numbers and their units are held together by spaces that look like any other.
        let text = self.eval(&format!(
            "(e => (e.innerText ?? e.textContent).trim().replaceAll('\\u00a0', ' '))({element})"
        ));
        text.as_str().unwrap_or_default().to_string()
    }

    /// The value of an attribute of an element that is there or soon will be.
    pub fn attribute(&self, css: &str, name: &str) -> Option<String> {
        let element = query(css);
        self.wait_until(&format!("{element} !== null"));
        let value = self.eval(&format!("{element}.getAttribute({})", json!(name)));
        value.as_str().map(String::from)
    }

    /// How many elements there are.
    pub fn count(&self, css: &str) -> u64 {
        let count = self.eval(&format!("document.querySelectorAll({}).length", json!(css)));
        count.as_u64().unwrap_or_default()
    }

    /// Clicks like a person: the element must be visible, and nothing may lie over it.
    pub fn click(&self, css: &str) {
        let clicked = poll(SOON, || {
            let found = self
                .driver
                .post("element", &json!({ "using": "css selector", "value": css }))?;
            // An element is an object with one field, whose name is the standard's.
            let id = found.as_object().and_then(|it| it.values().next());
            let id = id.and_then(Value::as_str).unwrap_or_default();
            let clicked = self.driver.post(&format!("element/{id}/click"), &json!({}));
            if clicked.is_err() {
                // A person scrolls to what lies under something that does not scroll.
                self.try_eval(&format!(
                    "{}?.scrollIntoView({{ block: 'center' }})",
                    query(css)
                ))?;
            }
            clicked.map(drop)
        });
        if let Err(error) = clicked {
            panic!(
                "{css} cannot be clicked: {error}\n  the page said: {:?}",
                self.beginning()
            );
        }
    }

    /// Presses a key by its name in JavaScript, with modifiers before it: `Shift+Tab`.
    pub fn press(&self, keys: &str) {
        let keys: Vec<&str> = match keys {
            "+" => vec!["+"],
            keys => keys.split('+').map(key).collect(),
        };
        let down = keys
            .iter()
            .map(|key| json!({ "type": "keyDown", "value": key }));
        let up = keys
            .iter()
            .rev()
            .map(|key| json!({ "type": "keyUp", "value": key }));
        let actions: Vec<Value> = down.chain(up).collect();
        self.act(&json!({ "type": "key", "id": "keyboard", "actions": actions }));
    }

    /// Presses a key so many times, as fast as somebody who holds it down.
    pub fn press_quickly(&self, name: &str, times: usize) {
        let once = ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key(name) }));
        let actions = vec![once; times].concat();
        self.act(&json!({ "type": "key", "id": "keyboard", "actions": actions }));
    }

    fn act(&self, source: &Value) {
        self.must(
            "act",
            self.driver.post("actions", &json!({ "actions": [source] })),
        );
    }

    /// A command of the DevTools protocol.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.must(command, self.driver.post("goog/cdp/execute", &body))
    }

    /// Serves a page of the test's own beside the built page.
    pub fn serve(&self, path: &str, html: &str) {
        self.server.add_page(path, html);
    }

    /// Takes the network away.
    pub fn go_offline(&self) {
        self.server.fall_silent();
    }

    fn must(&self, what: &str, result: Result<Value, String>) -> Value {
        result.unwrap_or_else(|error| {
            let what: String = what.chars().take(200).collect();
            panic!(
                "{error}\n  from: {what}\n  the page said: {:?}",
                self.beginning()
            )
        })
    }

    /// What the console was told since it was last read, as `LEVEL text`.
    pub fn console(&self) -> Vec<String> {
        let log = self.must(
            "read the console",
            self.driver.post("se/log", &json!({ "type": "browser" })),
        );
        let entries = log.as_array().into_iter().flatten();
        let part = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_string();
        entries
            .map(|entry| format!("{} {}", part(entry, "level"), part(entry, "message")))
            .collect()
    }

    /// Fails if the page reported an error or asked for what is not there.
    fn assert_nothing_went_wrong(&self) {
        let expected = |text: &String| self.browser.expected.iter().any(|it| text.contains(it));
        let mut errors = self.console();
        errors.retain(|text| text.starts_with("SEVERE") && !expected(text));
        assert!(errors.is_empty(), "the page reported errors: {errors:#?}");
        let missing = self.server.missing();
        assert!(
            missing.is_empty(),
            "the page asked for what is not there: {missing:?}"
        );
    }

    /// Where the picture of this test is left if it fails.
    pub fn picture(&self) -> PathBuf {
        // Cargo makes `tmp` inside the target folder for integration tests.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
        target
            .unwrap_or(Path::new("target"))
            .join("browser")
            .join(format!("{}.png", self.name))
    }

    /// Leaves a picture of the page.
    pub fn take_picture(&self) -> Result<(), String> {
        let encoded = self.driver.get("screenshot")?;
        let bytes = base64(encoded.as_str().unwrap_or_default());
        let path = self.picture();
        let folder = path.parent().unwrap_or(&path);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, bytes))
            .map_err(|error| format!("{}: {error}", path.display()))
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if std::thread::panicking() {
            match self.take_picture() {
                Ok(()) => eprintln!("a picture of the page: {}", self.picture().display()),
                Err(error) => eprintln!("no picture of the page: {error}"),
            }
        }
        self.driver.close();
        remove_profile(&self.profile);
    }
}

/// Tries until it succeeds or the time is up, with the last error.
fn poll<T>(
    patience: Duration,
    mut attempt: impl FnMut() -> Result<T, String>,
) -> Result<T, String> {
    let end = Instant::now() + patience;
    loop {
        match attempt() {
            Err(_) if Instant::now() < end => std::thread::sleep(LOOK_AGAIN),
            result => return result,
        }
    }
}

/// The JavaScript expression that finds an element.
pub fn query(css: &str) -> String {
    format!("document.querySelector({})", json!(css))
}

/// A folder that a browser just closed may be written to for another moment.
fn remove_profile(profile: &Path) {
    let _ = poll(Duration::from_secs(2), || {
        match std::fs::remove_dir_all(profile) {
            Err(error) if profile.exists() => Err(error.to_string()),
            _ => Ok(()),
        }
    });
}

/// What WebDriver calls a key.
fn key(name: &str) -> &str {
    match name {
        "Shift" => "\u{E008}",
        "Control" => "\u{E009}",
        "Alt" => "\u{E00A}",
        "Tab" => "\u{E004}",
        "Enter" => "\u{E007}",
        "Escape" => "\u{E00C}",
        "Space" => " ",
        "End" => "\u{E010}",
        "Home" => "\u{E011}",
        "PageDown" => "\u{E00F}",
        "ArrowLeft" => "\u{E012}",
        "ArrowUp" => "\u{E013}",
        "ArrowRight" => "\u{E014}",
        "ArrowDown" => "\u{E015}",
        "PageUp" => "\u{E00E}",
        letter => letter,
    }
}

fn from_environment(name: &str, otherwise: &str) -> PathBuf {
    std::env::var_os(name).map_or_else(|| otherwise.into(), PathBuf::from)
}

/// Where the built page is.
fn dist() -> PathBuf {
    from_environment("MSA_DIST", "dist")
}

/// axe-core, which tests a page's accessibility.
pub fn axe() -> String {
    let path = from_environment("MSA_AXE", ".tools/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!(
            "axe-core ({}) cannot be read: {error}; run the browser tests with `make test`, or `scripts/setup.sh tests` first",
            path.display()
        )
    })
}

/// Decodes base64, the form in which WebDriver sends pictures and prints.
pub fn base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0, 0u32);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    bytes
}

/// The right to have a browser open.
struct Permit;

static OPEN: Mutex<u32> = Mutex::new(0);
static CLOSED: Condvar = Condvar::new();

impl Permit {
    fn wait() -> Permit {
        let open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut open = CLOSED
            .wait_while(open, |open| *open >= BROWSERS_MAX)
            .unwrap_or_else(PoisonError::into_inner);
        *open += 1;
        Permit
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        *OPEN.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        CLOSED.notify_one();
    }
}
