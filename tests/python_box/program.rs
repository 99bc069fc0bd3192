//! The box in Python as a child process, and the serial line to it.

use std::future::ready;
use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant as Stopwatch};

use latchbook::domain::{Instant, KeyId};
use latchbook::smartbox::framing::{Exchange, Framing, Next};
use latchbook::smartbox::{Answering, Label, Link, LinkError};
use serde_json::Value;

use crate::hands::{Folder, Hands};

/// A Monday noon in UTC, at which everything begins.
pub const NOON: Instant = Instant::from_ms(1_795_435_200_000);

/// A module of `tests/smartbox`, to be run with the project's Python.
///
/// # Panics
/// When nothing says where that is: who asks for these tests is to hear that they did not run.
pub fn python(module: &str) -> Command {
    let python = std::env::var_os("LATCHBOOK_PYTHON")
        .expect("LATCHBOOK_PYTHON names no Python: `cargo xtask test --only native` sets one up and runs this test");
    let mut command = Command::new(python);
    command.args(["-B", "-m", module]).current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smartbox"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// A box of 4 bins, LB-0042, for which it is noon, until somebody waits.
pub struct SmartBox {
    child: Child,
    line: Line,
    hands: Hands,
    _folder: Folder,
}

impl SmartBox {
    pub fn start() -> Self {
        let folder = Folder::new();
        let (noon, control) = (NOON.ms().to_string(), folder.text("control"));
        let mut command = python("python_box");
        command.args(["--serial-number", "LB-0042", "--clock", &noon, "--control", &control]);
        let mut child = command.spawn().expect("the Python starts");
        let line = Line::to(&mut child);
        let hands = Hands::at(&folder.path("control"));
        Self { child, line, hands, _folder: folder }
    }

    /// What stands on the box.
    pub fn label(&mut self) -> Label {
        let state = self.say("state");
        Label::from_qr(state["qr"].as_str().expect("text")).expect("a label's QR code")
    }

    /// Does something at the box; answers how it is then.
    pub fn say(&mut self, line: &str) -> Value {
        let state = self.hands.say(line);
        assert_eq!(state["ok"], true, "{line}: {state}");
        state
    }

    /// Types a code; what the screen shows then.
    pub fn types(&mut self, code: &str) -> String {
        shows(&self.say(&format!("press {code} enter")))
    }

    /// A key is dropped off, from the tag at the reader to the shut door; the bin it is in.
    pub fn drops_off(&mut self, key: KeyId) -> u64 {
        let tag = tag(key);
        let bin = self.say(&format!("tag {tag}"))["screen"]["bin"].as_u64().expect("a bin opens");
        self.say(&format!("put {bin} {tag}"));
        self.say(&format!("close {bin}"));
        bin
    }

    /// The key of a bin that is open is taken, and the door is shut.
    pub fn hands_out(&mut self, bin: u64) {
        self.say(&format!("take {bin}"));
        self.say(&format!("close {bin}"));
    }

    /// The serial line to it.
    pub fn line(&mut self) -> &mut Line {
        &mut self.line
    }
}

impl Drop for SmartBox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a screen shows.
pub fn shows(state: &Value) -> String {
    let screen = &state["screen"];
    screen["why"].as_str().or(screen["shows"].as_str()).expect("a screen").to_owned()
}

/// A key as hands write it.
pub fn tag(key: KeyId) -> String {
    format!("{}:{}", key.0.device(), key.0.counter())
}

/// A serial line: every request goes out by the rules of [`Exchange`], as over a cable. Keeps what was asked and answered.
pub struct Line {
    stdin: ChildStdin,
    coming: Receiver<Vec<u8>>,
    exchange: Exchange,
    began: Stopwatch,
    /// Every exchange: what was asked, and what was answered.
    pub said: Vec<(Vec<u8>, Vec<u8>)>,
    /// Every request is sent once more when it has been answered.
    pub twice: bool,
}

impl Line {
    fn to(child: &mut Child) -> Self {
        let stdin = child.stdin.take().expect("piped");
        let mut stdout = child.stdout.take().expect("piped");
        let (to, coming) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4_096];
            while let Ok(count @ 1..) = stdout.read(&mut buffer) {
                if to.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let exchange = Exchange::new(Framing::serial());
        Self { stdin, coming, exchange, began: Stopwatch::now(), said: Vec::new(), twice: false }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).expect("not that long")
    }

    /// Asks, and waits for the answer.
    pub fn ask(&mut self, request: &[u8]) -> Result<Vec<u8>, LinkError> {
        self.exchange.begin(request)?;
        while self.coming.try_recv().is_ok() {}
        loop {
            for piece in self.exchange.pieces() {
                self.stdin.write_all(piece).map_err(|_| LinkError::Cut)?;
            }
            self.exchange.sent(self.now());
            loop {
                match self.exchange.next(self.now()) {
                    Next::Wait(ms) => match self.coming.recv_timeout(Duration::from_millis(ms.into())) {
                        Ok(bytes) => {
                            if let Some(answer) = self.exchange.arrived(&bytes, self.now()) {
                                return Ok(answer);
                            }
                        }
                        Err(RecvTimeoutError::Timeout) => {}
                        Err(RecvTimeoutError::Disconnected) => return Err(LinkError::Cut),
                    },
                    Next::Again => break,
                    Next::End(error) => return Err(error),
                }
            }
        }
    }
}

impl Link for Line {
    fn exchange(&mut self, bytes: Vec<u8>) -> Answering<'_> {
        let answer = self.ask(&bytes);
        if let Ok(answer) = &answer {
            if self.twice {
                assert_eq!(self.ask(&bytes).as_ref(), Ok(answer), "the same bytes get the same answer");
            }
            self.said.push((bytes, answer.clone()));
        }
        Box::pin(ready(answer))
    }
}
