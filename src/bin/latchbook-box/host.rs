//! The box at work: what happens to it, one thing after the other.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use latchbook::smartbox::Output;

use crate::args::Options;
use crate::control::{self, Ask, Hand};
use crate::device::Device;
use crate::fail::Fail;
use crate::peer::{News, Peer};

/// What happens.
#[derive(Debug)]
pub enum Happening {
    /// On the link.
    Link(News),
    /// At the control socket: what was said, and where the answer goes.
    Hand(String, Sender<String>),
}

/// How often a box is told that time passes.
const TICK: Duration = Duration::from_secs(1);

/// Is a box until the other side of its link ends.
///
/// # Errors
/// When it cannot begin, or its state cannot be kept.
pub fn run(options: &Options) -> Result<(), Fail> {
    let device = Device::start(options)?;
    let (news, happenings) = channel();
    // The socket is removed when this goes.
    let _socket = options.control.as_deref().map(|path| control::listen(path, news.clone())).transpose()?;
    eprintln!("latchbook-box: {}", control::introduction(device.smartbox()));
    let peer = Peer::listen(&options.talk, news)?;
    let mut host = Host { device, peer, watching: Vec::new() };
    let mut next_tick = Instant::now() + TICK;
    loop {
        match happenings.recv_timeout(next_tick.saturating_duration_since(Instant::now())) {
            Ok(Happening::Link(news)) => {
                if host.link(news)? == Goes::End {
                    return Ok(());
                }
            }
            Ok(Happening::Hand(line, to)) => host.hand(&line, &to)?,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
        if Instant::now() >= next_tick {
            host.tick()?;
            next_tick = Instant::now() + TICK;
        }
    }
}

/// Whether there is more to do.
#[derive(PartialEq, Eq)]
enum Goes {
    On,
    End,
}

struct Host {
    device: Device,
    peer: Peer,
    watching: Vec<Sender<String>>,
}

impl Host {
    fn link(&mut self, news: News) -> Result<Goes, Fail> {
        match news {
            News::Opened(line) => self.peer.answer_on(Some(line)),
            News::Lost(error) => {
                eprintln!("latchbook-box: the line is gone ({error}); opening it again when it is there");
                self.peer.answer_on(None);
            }
            News::Came(bytes) => {
                let (messages, dropped) = self.peer.take(&bytes);
                if dropped > 0 {
                    eprintln!("latchbook-box: {dropped} frames or fragments were no part of a message");
                }
                for message in messages {
                    let screen = self.device.smartbox().cabinet().screen().clone();
                    let (answer, mut outputs) = self.device.answer(&message)?;
                    if let Err(error) = self.peer.send(&answer) {
                        if error.kind() == std::io::ErrorKind::BrokenPipe {
                            return Ok(Goes::End);
                        }
                        eprintln!("latchbook-box: an answer was not taken ({error})");
                    }
                    let now = self.device.smartbox().cabinet().screen();
                    if screen != *now {
                        outputs.push(Output::Show(now.clone()));
                    }
                    self.tell(&outputs);
                }
            }
            News::Ended => return Ok(Goes::End),
            News::Broken(fail) => return Err(fail),
        }
        Ok(Goes::On)
    }

    fn hand(&mut self, line: &str, to: &Sender<String>) -> Result<(), Fail> {
        let answer = match control::parse(line) {
            Err(error) => control::refusal(&error),
            Ok(Ask::Help) => control::HELP.to_owned(),
            Ok(Ask::State) => control::state(self.device.smartbox(), &[]),
            Ok(Ask::Watch) => {
                self.watching.push(to.clone());
                control::state(self.device.smartbox(), &[])
            }
            Ok(Ask::Reader(file, back)) => match self.device.read(&file, &back)? {
                Ok(()) => control::state(self.device.smartbox(), &[]),
                Err(error) => control::refusal(&error),
            },
            Ok(Ask::Do(hands)) => {
                let mut outputs = Vec::new();
                for hand in hands {
                    match hand {
                        Hand::Step(input) => outputs.extend(self.device.step(input)?),
                        Hand::Drift(ms) => self.device.drift(ms)?,
                    }
                }
                self.tell(&outputs);
                control::state(self.device.smartbox(), &outputs)
            }
        };
        // Who asked may be gone.
        let _ = to.send(answer);
        Ok(())
    }

    fn tick(&mut self) -> Result<(), Fail> {
        let outputs = self.device.tick()?;
        if !outputs.is_empty() {
            self.tell(&outputs);
        }
        Ok(())
    }

    fn tell(&mut self, outputs: &[Output]) {
        if !self.watching.is_empty() {
            let line = control::state(self.device.smartbox(), outputs);
            self.watching.retain(|to| to.send(line.clone()).is_ok());
        }
    }
}
