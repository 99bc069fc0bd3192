//! A small static web server for this machine: the app's own pages answer every address of the app.
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use std::{fs, io};

use crate::check;
use crate::fail::Fail;
use crate::files;

/// A request's head may not be longer than this, in bytes.
const LONGEST_HEAD: u64 = 32 * 1024;
/// A connection that is silent for so long is closed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Takes a port on the loopback interface; 0 takes any that is free.
pub fn listen(port: u16) -> Result<TcpListener, Fail> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => Fail::new(format!("port {port} is taken by another program"))
            .remedy(format!("cargo xtask serve --port {}", port.checked_add(1).unwrap_or(8080))),
        _ => Fail::new(format!("cannot listen on port {port}: {error}")).remedy("cargo xtask serve --port 8080"),
    })
}

/// The address of a listener as a person types it.
pub fn address(listener: &TcpListener) -> Result<String, Fail> {
    let at = listener.local_addr().map_err(|error| Fail::new(format!("the server has no address: {error}")))?;
    Ok(format!("http://localhost:{}/", at.port()))
}

/// Starts to serve a folder, in threads of its own, and comes back when the first page answers.
pub fn start(listener: TcpListener, folder: &Path) -> Result<(), Fail> {
    let site = Arc::new(Site::open(folder)?);
    let at = listener.local_addr();
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let site = Arc::clone(&site);
            // A browser that goes away in the middle is no news.
            thread::spawn(move || site.converse(connection).ok());
        }
    });
    let answer = at.and_then(|at| {
        let mut connection = TcpStream::connect(at)?;
        connection.set_read_timeout(Some(PATIENCE))?;
        connection.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Ok(answer)
    });
    match answer {
        Ok(page) if page.starts_with("HTTP/1.1 200") => Ok(()),
        Ok(page) => {
            Err(Fail::new(format!("the first page answers `{}`, expected 200", page.lines().next().unwrap_or(""))))
        }
        Err(error) => Err(Fail::new(format!("the first page does not answer: {error}"))),
    }
}

struct Site {
    folder: PathBuf,
    policy: String,
}

struct Answer {
    status: &'static str,
    kind: &'static str,
    cache: &'static str,
    body: Vec<u8>,
}

impl Site {
    fn open(folder: &Path) -> Result<Self, Fail> {
        let index = files::read_text(&folder.join("index.html"))?;
        // What only a header can say, added to what the page says itself.
        let policy = format!("{}; frame-ancestors 'none'", check::policy(&index).unwrap_or("").trim_end_matches(';'));
        Ok(Self { folder: folder.to_owned(), policy })
    }

    /// Answers one request after the other until the browser has no more.
    fn converse(&self, mut connection: TcpStream) -> io::Result<()> {
        connection.set_read_timeout(Some(PATIENCE))?;
        connection.set_nodelay(true)?;
        let mut reader = BufReader::new(connection.try_clone()?);
        loop {
            let head = read_head(&mut reader)?;
            let Some((method, target)) = request_line(&head) else {
                return Ok(());
            };
            let answer = match method {
                "GET" | "HEAD" => self.answer(target),
                _ => Answer::plain("405 Method Not Allowed", "only GET and HEAD"),
            };
            let body: &[u8] = if method == "HEAD" { &[] } else { &answer.body };
            let head_text = format!(
                "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: {}\r\n\
                 Content-Security-Policy: {}\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n\r\n",
                answer.status,
                answer.kind,
                answer.body.len(),
                answer.cache,
                self.policy
            );
            connection.write_all(head_text.as_bytes())?;
            connection.write_all(body)?;
            if closes(&head) || !matches!(method, "GET" | "HEAD") {
                return Ok(());
            }
        }
    }

    fn answer(&self, target: &str) -> Answer {
        let Some(name) = file_name(target) else {
            return Answer::plain("400 Bad Request", "no such address can be");
        };
        let wanted = if name.is_empty() { "index.html" } else { &name };
        if let Ok(body) = fs::read(self.folder.join(wanted)) {
            return Answer::file(wanted, body);
        }
        // An address of the app has no dot in its last part; a file that is missing shall not answer a page.
        let last = name.rsplit('/').next().unwrap_or("");
        match fs::read(self.folder.join("index.html")) {
            Ok(body) if !last.contains('.') => Answer::file("index.html", body),
            _ => Answer::plain("404 Not Found", "no such file"),
        }
    }
}

impl Answer {
    fn plain(status: &'static str, text: &str) -> Self {
        Self { status, kind: "text/plain; charset=utf-8", cache: "no-store", body: text.as_bytes().to_vec() }
    }

    fn file(name: &str, body: Vec<u8>) -> Self {
        Self {
            status: "200 OK",
            kind: kind(name),
            cache: if is_hashed(name) { "public, max-age=31536000, immutable" } else { "no-cache" },
            body,
        }
    }
}

fn read_head(reader: &mut impl BufRead) -> io::Result<String> {
    let mut head = String::new();
    let mut reader = reader.take(LONGEST_HEAD);
    loop {
        let start = head.len();
        reader.read_line(&mut head)?;
        if head[start..].trim_end().is_empty() {
            return Ok(head);
        }
    }
}

fn request_line(head: &str) -> Option<(&str, &str)> {
    let mut words = head.lines().next()?.split(' ');
    Some((words.next()?, words.next()?))
}

fn closes(head: &str) -> bool {
    head.lines().any(|line| {
        line.split_once(':').is_some_and(|(name, value)| {
            name.eq_ignore_ascii_case("connection") && value.trim().eq_ignore_ascii_case("close")
        })
    })
}

/// The name of a file below the site's folder that a request's target means; nothing that could lead out of it.
fn file_name(target: &str) -> Option<String> {
    let path = target.split(['?', '#']).next()?.strip_prefix('/')?;
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            byte => byte,
        });
    }
    let name = String::from_utf8(bytes).ok()?;
    let safe = !name.contains(['\0', '\\']) && !name.starts_with('/') && name.split('/').all(|part| part != "..");
    safe.then_some(name)
}

/// Trunk writes 16 hexadecimal digits of a file's hash into its name: the bytes under such a name never change.
fn is_hashed(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or("").trim_end_matches("_bg");
    stem.rsplit_once('-').is_some_and(|(_, hash)| hash.len() >= 14 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "txt" => "text/plain; charset=utf-8",
        "ics" => "text/calendar; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_names_a_file_inside_the_folder_or_nothing() {
        for (target, name) in [
            ("/", Some("")),
            ("/a.js?x=../y#z", Some("a.js")),
            ("/caf%C3%A9", Some("café")),
            ("/../secret", None),
            ("/a/%2e%2e/%2e%2e/secret", None),
            ("//etc/passwd", None),
            ("/%2fetc/passwd", None),
            ("/%zz", None),
            ("*", None),
        ] {
            assert_eq!(file_name(target).as_deref(), name, "{target}");
        }
    }

    #[test]
    fn only_a_name_with_a_hash_is_kept_for_ever() {
        for name in ["latchbook-6f3c2ad1e09b7c55_bg.wasm", "main-6f3c2ad1e09b7c55.css"] {
            assert!(is_hashed(name), "{name}");
        }
        for name in ["index.html", "sw.js", "icons/maskable-512.png"] {
            assert!(!is_hashed(name), "{name}");
        }
    }

    #[test]
    fn a_taken_port_is_said_with_another_one_to_try() {
        let first = listen(0).unwrap();
        let port = first.local_addr().unwrap().port();
        let said = listen(port).unwrap_err().to_string();
        assert!(said.contains("is taken") && said.contains("--port"), "{said}");
    }
}
