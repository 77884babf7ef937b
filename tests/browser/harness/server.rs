//! A static file server on a free port of this machine: the built page at two addresses, and pages of the tests' own.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Our documentation, which states the Content-Security-Policy that is enough for the page.
const DOCUMENTED: &str = include_str!("../../../docs/embedding.md");

/// Where the built page is served a second time: whatever it asks for by an absolute address is missing from there.
pub const SUB_PATH: &str = "/some/sub/path/";

/// The server; dropping it frees the port.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    dist: PathBuf,
    pages: Mutex<HashMap<String, String>>,
    missing: Mutex<Vec<String>>,
    silent: AtomicBool,
    stop: AtomicBool,
}

impl Server {
    /// Serves the folder `dist` at `/` and at [`SUB_PATH`].
    pub fn start(dist: PathBuf) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on 127.0.0.1");
        let address = listener.local_addr().expect("the address just bound");
        let shared = Arc::new(Shared {
            dist,
            pages: Mutex::default(),
            missing: Mutex::default(),
            silent: AtomicBool::new(false),
            stop: AtomicBool::new(false),
        });
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if served.stop.load(Ordering::Relaxed) {
                    return;
                }
                // A thread for each connection: browsers open some that they say nothing on.
                let served = Arc::clone(&served);
                std::thread::spawn(move || stream.and_then(|stream| served.answer(stream)));
            }
        });
        Server { address, shared }
    }

    /// The address of `path`, which begins with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Serves a page of the test's own at `path`.
    pub fn add_page(&self, path: &str, html: &str) {
        let mut pages = lock(&self.shared.pages);
        pages.insert(path.to_string(), html.to_string());
    }

    /// Answers nothing any more, as if there were no network.
    pub fn fall_silent(&self) {
        self.shared.silent.store(true, Ordering::Relaxed);
    }

    /// The paths that were asked for and are not there.
    pub fn missing(&self) -> Vec<String> {
        lock(&self.shared.missing).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts connections, so that it sees the flag.
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    fn answer(&self, stream: TcpStream) -> std::io::Result<()> {
        if self.silent.load(Ordering::Relaxed) {
            return Ok(());
        }
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let mut reader = BufReader::new(stream.take(64 << 10));
        let mut request = String::new();
        reader.read_line(&mut request)?;
        let mut header = String::new();
        while reader.read_line(&mut header)? > 2 {
            header.clear();
        }
        let Some(target) = request.split(' ').nth(1) else {
            return Ok(());
        };
        let path = target.split('?').next().unwrap_or(target);
        let (status, mime, body) = match self.find(path) {
            Some((mime, body)) => ("200 OK", mime, body),
            None => {
                lock(&self.missing).push(path.to_string());
                ("404 Not Found", "text/plain", b"not found".to_vec())
            }
        };
        let policy = if is_the_page(&body) {
            format!("Content-Security-Policy: {}\r\n", strict_policy())
        } else {
            String::new()
        };
        let mut stream = reader.into_inner().into_inner();
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: {mime}\r\nContent-Length: {}\r\n{policy}Cache-Control: no-store\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n",
            body.len()
        )?;
        stream.write_all(&body)
    }

    fn find(&self, path: &str) -> Option<(&'static str, Vec<u8>)> {
        if let Some(html) = lock(&self.pages).get(path) {
            let named = Path::new(path).extension().and_then(|it| it.to_str());
            return Some((mime(named.unwrap_or("html")), html.clone().into_bytes()));
        }
        let relative = path
            .strip_prefix(SUB_PATH)
            .or_else(|| path.strip_prefix('/'))?;
        // As static hosts do, a folder is answered with its page.
        let relative = if relative.is_empty() || relative.ends_with('/') {
            format!("{relative}index.html")
        } else {
            relative.to_string()
        };
        let relative = Path::new(&relative);
        if !relative
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
        {
            return None;
        }
        let body = std::fs::read(self.dist.join(relative)).ok()?;
        Some((mime(relative.extension()?.to_str()?), body))
    }
}

/// Whether it is the playground itself, in whatever folder, and not a page around it.
fn is_the_page(body: &[u8]) -> bool {
    let mark = b"id=\"program\"";
    body.starts_with(b"<!DOCTYPE html>") && body.windows(mark.len()).any(|part| part == mark)
}

/// The policy that the documentation says is enough for the page.
fn strict_policy() -> &'static str {
    DOCUMENTED
        .lines()
        .find(|line| line.starts_with("| the playground's own Content-Security-Policy |"))
        .and_then(|line| line.split('`').nth(1))
        .expect("docs/embedding.md states the page's policy between backticks")
}

/// What a static host says of a file by its name. The browser refuses to compile WebAssembly of another type as it arrives.
fn mime(extension: &str) -> &'static str {
    match extension {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript",
        "css" => "text/css",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
