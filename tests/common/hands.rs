//! A folder of a test, and the hands at a box that runs as a program: lines to its control socket, JSON back.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A folder of one test, removed at its end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("latchbook-box-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().expect("plain letters").to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The hands at the box.
pub struct Hands {
    stream: BufReader<UnixStream>,
}

impl Hands {
    /// Waits for the socket.
    pub fn at(socket: &Path) -> Self {
        within(|| UnixStream::connect(socket).ok().map(|stream| Self { stream: BufReader::new(stream) }))
    }

    /// Says a line; what the box answers, unless it is no more.
    pub fn try_say(&mut self, line: &str) -> Option<Value> {
        self.stream.get_mut().write_all(format!("{line}\n").as_bytes()).ok()?;
        self.hear()
    }

    pub fn say(&mut self, line: &str) -> Value {
        self.try_say(line).expect("an answer")
    }

    pub fn hear(&mut self) -> Option<Value> {
        let mut line = String::new();
        self.stream.read_line(&mut line).ok()?;
        // A line without its end was cut short by a kill.
        line.ends_with('\n').then(|| serde_json::from_str(&line).expect("JSON"))
    }
}

/// Tries until something is there.
pub fn within<T>(mut get: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(got) = get() {
            return got;
        }
        assert!(begin.elapsed() < Duration::from_secs(20), "waited 20 s in vain");
        std::thread::sleep(Duration::from_millis(5));
    }
}
