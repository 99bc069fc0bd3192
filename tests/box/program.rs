//! A running `latchbook-box`, and what the tests say to it.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use latchbook::smartbox::framing::Framing;
use latchbook::smartbox::protocol::VERSIONS;
use latchbook::smartbox::protocol::messages::{Request, Response, read_response, write_request};
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

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchbook-box"));
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the program to its end, with no input.
pub fn run(args: &[&str]) -> Output {
    command(args).stdin(Stdio::null()).output().expect("the program starts")
}

/// What the program said on standard error.
pub fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

/// The program, until the test ends.
pub struct Program {
    pub child: Child,
    pub stdin: Option<ChildStdin>,
    pub stdout: BufReader<ChildStdout>,
}

impl Program {
    pub fn start(args: &[&str]) -> Self {
        let mut child = command(args).stderr(Stdio::null()).spawn().expect("the program starts");
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, stdin, stdout }
    }

    /// The path that `--pty` prints.
    pub fn path(&mut self) -> PathBuf {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("a path");
        line.trim_end().into()
    }

    pub fn write(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("open");
        stdin.write_all(bytes).expect("it listens");
        stdin.flush().expect("it listens");
    }

    /// As a loss of power: it can do nothing more.
    pub fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
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

/// A request that any box answers. With [`is_answer`] the one place that knows what messages say.
pub fn request(exchange: u32) -> Vec<u8> {
    write_request(exchange, &Request::Hello { versions: VERSIONS })
}

/// Whether this is the answer to that request, from that box.
pub fn is_answer(answer: &[u8], to: u32, serial: &str) -> bool {
    match read_response(answer) {
        Ok((exchange, Response::Hello(status))) => exchange == to && status.serial.as_str() == serial,
        _ => false,
    }
}

/// Asks over a stream of bytes, and waits for the answer.
pub fn ask(stream: &mut (impl Read + Write), exchange: u32, serial: &str) {
    let mut framing = Framing::serial();
    stream.write_all(&framing.pieces(&request(exchange)).concat()).expect("it listens");
    let answer = loop {
        let mut buffer = [0; 100];
        let count = stream.read(&mut buffer).expect("it answers");
        assert!(count > 0, "the line ended");
        if let Some(answer) = framing.feed(&buffer[..count]).pop() {
            break answer;
        }
    };
    assert!(is_answer(&answer, exchange, serial), "{answer:?}");
}
