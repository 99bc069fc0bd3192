//! A running `latchbook-box`, and what the tests say to it.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

use latchbook::smartbox::framing::Framing;
use latchbook::smartbox::protocol::VERSIONS;
use latchbook::smartbox::protocol::messages::{Request, Response, read_response, write_request};

pub use crate::hands::{Folder, Hands, within};

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
