//! ChromeDriver, spoken to directly: WebDriver is JSON over HTTP, and a client crate would bring some seventy others into
//! every `cargo test`.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Longer than anything that is asked of a driver may take; a browser that hangs must not hang the tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running ChromeDriver with at most one browser; dropping it ends both.
pub struct Driver {
    child: Child,
    port: u16,
    session: Option<String>,
}

impl Driver {
    /// Starts ChromeDriver on a free port.
    pub fn start(program: &Path) -> Driver {
        let mut child = Command::new(program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "ChromeDriver ({}) does not start: {error}; run the browser tests with `make test`, or set MSA_CHROMEDRIVER to where it is",
                    program.display()
                )
            });
        let mut said = BufReader::new(child.stdout.take().expect("stdout was asked for"));
        let mut port = None;
        let mut line = String::new();
        while port.is_none() && said.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            // "ChromeDriver was started successfully on port 40123." Before that it tells of the 0 it was given.
            port = line
                .trim_end()
                .trim_end_matches('.')
                .rsplit_once(" on port ")
                .and_then(|(_, port)| port.parse().ok())
                .filter(|port| *port != 0);
            // Otherwise this would wait for ever: an older driver does not tell which port it has chosen.
            assert!(
                port.is_some() || !line.contains("started successfully"),
                "ChromeDriver ({}) is older than 128 and does not say its port; update Chromium and its driver",
                program.display()
            );
            line.clear();
        }
        let Some(port) = port else {
            let status = child.kill().and_then(|()| child.wait());
            panic!(
                "ChromeDriver ({}) ended without a port ({status:?})",
                program.display()
            );
        };
        // A driver whose words nobody reads stops when the pipe is full.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Driver {
            child,
            port,
            session: None,
        }
    }

    /// Opens a browser, after closing the one that is open.
    pub fn open(&mut self, capabilities: &Value) -> Result<(), String> {
        self.close();
        let body = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let opened = self.request("POST", "/session", Some(&body))?;
        let session = opened["sessionId"]
            .as_str()
            .ok_or("a session without an id")?;
        self.session = Some(session.to_string());
        Ok(())
    }

    /// Closes the browser, if one is open.
    pub fn close(&mut self) {
        if let Some(session) = self.session.take() {
            // Nothing can be done about a browser that is gone already.
            let _ = self.request("DELETE", &format!("/session/{session}"), None);
        }
    }

    /// Asks for something of the browser: `path` is what follows the session in the address.
    pub fn get(&self, path: &str) -> Result<Value, String> {
        self.request("GET", &self.of_session(path)?, None)
    }

    /// Tells the browser something.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        self.request("POST", &self.of_session(path)?, Some(body))
    }

    fn of_session(&self, path: &str) -> Result<String, String> {
        let session = self.session.as_deref().ok_or("no browser is open")?;
        Ok(format!("/session/{session}/{path}"))
    }

    /// One exchange: the `value` of the answer, or the driver's words for what is wrong.
    fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let answer = self
            .exchange(method, path, body)
            .map_err(|error| format!("{method} {path}: {error}"))?;
        let value = answer["value"].clone();
        // A page's own object may have an `error`, too; only the driver's comes with a stack.
        let failed = value.get("stacktrace").and(value.get("error"));
        match failed.and_then(Value::as_str) {
            Some(kind) => {
                let message = value["message"].as_str().unwrap_or_default();
                // What follows the first lines is the driver's own stack.
                let message: Vec<&str> = message.lines().take(2).collect();
                Err(format!("{kind}: {}", message.join(" ")))
            }
            None => Ok(value),
        }
    }

    fn exchange(&self, method: &str, path: &str, body: Option<&Value>) -> std::io::Result<Value> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let body = body.map_or(String::new(), Value::to_string);
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.port,
            body.len()
        )?;
        let mut reader = BufReader::new(stream);
        let mut length = None;
        let mut header = String::new();
        while reader.read_line(&mut header)? > 2 {
            if let Some((name, value)) = header.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().ok();
            }
            header.clear();
        }
        let mut answer = Vec::new();
        reader
            .take(length.unwrap_or(u64::MAX))
            .read_to_end(&mut answer)?;
        Ok(serde_json::from_slice(&answer)?)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.close();
        // It is gone afterwards either way.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
