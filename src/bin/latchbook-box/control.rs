//! The hands at the box, over a Unix socket: lines in, JSON lines out.

use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use latchbook::domain::{BinNumber, DeviceId, FactId, KeyId};
use latchbook::smartbox::{Button, Input, Output, ReferenceBox, Screen};
use serde_json::{Value, json};

use crate::device::now;
use crate::fail::Fail;
use crate::host::Happening;

/// What `help` answers.
pub const HELP: &str = "\
press 1864228 enter    the keypad: digits, and the words clear and enter
tag KEY                hold a key's tag to the reader
take BIN               take the key out of a bin
put BIN KEY            put a key into a bin
close BIN              shut a bin's door
service                press the service button inside
reader FILE BACK       hold a file of the app's to the reader; what the box gives back is written into another
drift MS               make the box's clock so many milliseconds wrong
state                  how the box is
watch                  from now on a line whenever something happens
KEY is 13 letters and digits as in the app's addresses, or the device that made it and its count: 00000007:1
Every line but this help is answered by one line of JSON, after the box's state is kept.";

/// The longest line that is read, in bytes.
const LINE_BYTES: u64 = 1_000;

/// What is asked for in one line.
#[derive(Debug, PartialEq, Eq)]
pub enum Ask {
    /// Print [`HELP`].
    Help,
    /// Print how the box is.
    State,
    /// Print how the box is, whenever something happens.
    Watch,
    /// Hold a file to the reader, and write what the box gives back into another.
    Reader(PathBuf, PathBuf),
    /// Do these, one after the other.
    Do(Vec<Hand>),
}

/// What a hand does.
#[derive(Debug, PartialEq, Eq)]
pub enum Hand {
    /// Something happens to the box.
    Step(Input),
    /// Its clock is made so many milliseconds wrong.
    Drift(i64),
}

/// Reads one line.
///
/// # Errors
/// What was got and what was expected.
pub fn parse(line: &str) -> Result<Ask, String> {
    let mut words = line.split_whitespace();
    let what = words.next().unwrap_or_default();
    let rest: Vec<&str> = words.collect();
    let input = match (what, &rest[..]) {
        ("help", []) => return Ok(Ask::Help),
        ("state", []) => return Ok(Ask::State),
        ("watch", []) => return Ok(Ask::Watch),
        ("reader", [file, back]) => return Ok(Ask::Reader(file.into(), back.into())),
        ("press", [_, ..]) => {
            let mut hands = Vec::new();
            for word in rest {
                buttons(word, &mut hands)?;
            }
            return Ok(Ask::Do(hands));
        }
        ("drift", [ms]) => {
            let ms = ms.parse().map_err(|_| format!("expected a number of milliseconds, got `{ms}`"))?;
            return Ok(Ask::Do(vec![Hand::Drift(ms)]));
        }
        ("tag", [of]) => Input::PresentTag(key(of)?),
        ("take", [from]) => Input::TakeKey { bin: bin(from)? },
        ("put", [into, of]) => Input::PutKey { bin: bin(into)?, key: key(of)? },
        ("service", []) => Input::PressService,
        ("close", [which]) => Input::CloseDoor { bin: bin(which)? },
        _ => {
            return Err(format!(
                "got `{}`, expected press, tag, take, put, close, service, reader, drift, state, watch or help with what belongs to it",
                line.trim()
            ));
        }
    };
    Ok(Ask::Do(vec![Hand::Step(input)]))
}

fn buttons(word: &str, hands: &mut Vec<Hand>) -> Result<(), String> {
    match word {
        "clear" => hands.push(Hand::Step(Input::Press(Button::Clear))),
        "enter" => hands.push(Hand::Step(Input::Press(Button::Enter))),
        _ if word.bytes().all(|byte| byte.is_ascii_digit()) => {
            hands.extend(word.bytes().map(|byte| Hand::Step(Input::Press(Button::Digit(byte - b'0')))));
        }
        _ => return Err(format!("expected digits, clear or enter, got `{word}`")),
    }
    Ok(())
}

fn bin(text: &str) -> Result<BinNumber, String> {
    let number = text.parse().ok().and_then(BinNumber::new);
    number.ok_or_else(|| format!("expected a bin from 1 to 99, got `{text}`"))
}

fn key(text: &str) -> Result<KeyId, String> {
    let parsed = match text.split_once(':') {
        Some((device, count)) => u32::from_str_radix(device, 16)
            .ok()
            .zip(count.parse().ok())
            .map(|(device, count)| KeyId(FactId::new(DeviceId(device), count))),
        None => text.parse().ok(),
    };
    parsed.ok_or_else(|| format!("expected a key such as 0000004000002 or 00000001:2, got `{text}`"))
}

/// Which box this is, for the person at the terminal.
pub fn introduction(smartbox: &ReferenceBox) -> String {
    let (label, bins) = (smartbox.label(), smartbox.cabinet().bins().len());
    format!(
        "box {} with {bins} bins; on its label: {} ({})",
        label.serial,
        label.secret.text().expose(),
        label.qr().expose()
    )
}

/// The line for what was not understood.
pub fn refusal(error: &str) -> String {
    json!({ "ok": false, "error": error }).to_string()
}

/// The line for how the box is, and what it just did.
pub fn state(smartbox: &ReferenceBox, outputs: &[Output]) -> String {
    let did: Vec<Value> = outputs
        .iter()
        .map(|output| match output {
            Output::Open(bin) => json!({ "opens": bin.get() }),
            Output::Show(screen) => self::screen(screen),
        })
        .collect();
    let bins: Vec<Value> = smartbox
        .cabinet()
        .bins()
        .iter()
        .map(|bin| {
            json!({
                "bin": bin.bin.get(),
                "enabled": bin.enabled,
                "open": bin.open,
                "key": bin.holding.map(|key| key.to_string()),
            })
        })
        .collect();
    let (cabinet, label) = (smartbox.cabinet(), smartbox.label());
    let log = cabinet.log();
    json!({
        "ok": true,
        "did": did,
        "serial_number": smartbox.serial().to_string(),
        "label": label.secret.text().expose(),
        "qr": label.qr().expose(),
        "paired": smartbox.is_paired(),
        "clock": cabinet.clock(now()).ms(),
        "screen": screen(cabinet.screen()),
        "bins": bins,
        "grants": cabinet.grants().len(),
        "log": { "first_held": log.first_held(), "next": log.next(), "lost": log.lost() },
    })
    .to_string()
}

fn screen(screen: &Screen) -> Value {
    let shows = name(screen);
    match screen {
        Screen::Typing { digits } => json!({ "shows": shows, "digits": digits.expose().len() }),
        Screen::Opened { bin } | Screen::Taken { bin } | Screen::ReturnHere { bin } | Screen::Returned { bin } => {
            json!({ "shows": shows, "bin": bin.get() })
        }
        Screen::Refused(refusal) => json!({ "shows": shows, "why": name(refusal) }),
        Screen::LockedOut { until } => json!({ "shows": shows, "until": until.ms() }),
        _ => json!({ "shows": shows }),
    }
}

/// The name of a variant, as the protocol writes it.
fn name(variant: &impl std::fmt::Debug) -> String {
    let mut name = format!("{variant:?}");
    name.truncate(name.find(|c: char| !c.is_alphanumeric()).unwrap_or(name.len()));
    name
}

/// A socket that is there as long as this is.
#[derive(Debug)]
pub struct Socket(PathBuf);

impl Drop for Socket {
    fn drop(&mut self) {
        // Gone already, or in a folder that is gone: nothing is left to tidy up.
        let _ = fs::remove_file(&self.0);
    }
}

/// Makes the socket, and hands on what is said there.
///
/// # Errors
/// When it cannot be made, or another program listens there.
pub fn listen(path: &Path, news: Sender<Happening>) -> Result<Socket, Fail> {
    let failed = |error| Fail::during(format!("can't make the control socket {}", path.display()), error);
    let listener = match UnixListener::bind(path) {
        // One that nobody listens to was left over by a program that was killed.
        Err(error) if error.kind() == ErrorKind::AddrInUse => match UnixStream::connect(path) {
            Err(refused) if refused.kind() == ErrorKind::ConnectionRefused => {
                fs::remove_file(path).map_err(failed)?;
                UnixListener::bind(path)
            }
            _ => Err(error),
        },
        made => made,
    };
    let listener = listener.map_err(|error| failed(error).remedy("name another path, or end who listens there"))?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let news = news.clone();
            thread::spawn(move || serve(&stream, &news));
        }
    });
    Ok(Socket(path.to_owned()))
}

/// One connection: a thread that reads here, and one that writes.
fn serve(stream: &UnixStream, news: &Sender<Happening>) {
    let Ok(mut out) = stream.try_clone() else { return };
    let (to, answers) = channel::<String>();
    thread::spawn(move || {
        for answer in answers {
            if out.write_all(format!("{answer}\n").as_bytes()).is_err() {
                return;
            }
        }
    });
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = Vec::new();
        let read = std::io::Read::take(&mut reader, LINE_BYTES).read_until(b'\n', &mut line);
        if !matches!(read, Ok(count) if count > 0) {
            return;
        }
        let line = String::from_utf8_lossy(&line).into_owned();
        if news.send(Happening::Hand(line, to.clone())).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_help_is_understood() {
        let key = KeyId(FactId::new(DeviceId(1), 2));
        let three = BinNumber::new(3).unwrap();
        for (line, input) in [
            ("tag 0000004000002", Input::PresentTag(key)),
            (" tag  00000001:2 ", Input::PresentTag(key)),
            ("take 3", Input::TakeKey { bin: three }),
            ("put 3 1:2", Input::PutKey { bin: three, key }),
            ("close 3", Input::CloseDoor { bin: three }),
        ] {
            assert_eq!(parse(line), Ok(Ask::Do(vec![Hand::Step(input)])), "{line}");
        }
        assert_eq!(parse("reader in out"), Ok(Ask::Reader("in".into(), "out".into())));
        assert_eq!(parse("drift -90"), Ok(Ask::Do(vec![Hand::Drift(-90)])));
        assert_eq!([parse("help"), parse("state"), parse("watch")], [Ok(Ask::Help), Ok(Ask::State), Ok(Ask::Watch)]);
        let pressed = [Button::Clear, Button::Digit(1), Button::Digit(0), Button::Enter];
        let pressed = pressed.map(|button| Hand::Step(Input::Press(button)));
        assert_eq!(parse("press clear 10 enter"), Ok(Ask::Do(pressed.into())));
    }

    #[test]
    fn what_is_not_understood_is_refused_with_what_was_expected() {
        for line in [
            "",
            "fly",
            "press",
            "press x",
            "press 1e",
            "tag",
            "tag 1",
            "tag 1:",
            "take 0",
            "take 100",
            "put 1",
            "close x",
            "close 1 2",
            "drift",
            "drift x",
            "state now",
        ] {
            let error = parse(line).expect_err(line);
            assert!(error.contains("expected"), "{error}");
        }
    }

    #[test]
    fn a_screen_is_named_as_the_protocol_names_it() {
        let until = latchbook::domain::Instant::from_ms(7);
        assert_eq!(screen(&Screen::Ready), json!({ "shows": "Ready" }));
        assert_eq!(screen(&Screen::LockedOut { until }), json!({ "shows": "LockedOut", "until": 7 }));
        let refused = Screen::Refused(latchbook::smartbox::Refusal::TooEarly { from: until });
        assert_eq!(screen(&refused), json!({ "shows": "Refused", "why": "TooEarly" }));
    }
}
