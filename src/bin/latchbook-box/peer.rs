//! The other side of the link: what it sends, and how an answer gets there.

use std::io::{self, ErrorKind, Read, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use latchbook::smartbox::framing::Framing;

use crate::args::Talk;
use crate::fail::Fail;
use crate::host::Happening;
use crate::line::Line;

/// How long a serial device that went away is left alone before it is opened again.
const REOPEN: Duration = Duration::from_secs(1);

/// What the link tells.
#[derive(Debug)]
pub enum News {
    /// There is a line to answer on.
    Opened(Arc<Line>),
    /// Bytes came: a part of a stream, or one whole fragment.
    Came(Vec<u8>),
    /// The line is gone, and may come back.
    Lost(io::Error),
    /// The other side has ended.
    Ended,
    /// What came cannot be understood.
    Broken(Fail),
}

/// Where answers go.
#[derive(Debug)]
enum To {
    /// Nowhere, until there is a line.
    Nobody,
    Line(Arc<Line>),
    /// Standard output, each piece as it is.
    Stream,
    /// Standard output, each piece with its length before it.
    Records,
}

/// The other side.
#[derive(Debug)]
pub struct Peer {
    framing: Framing,
    to: To,
}

impl Peer {
    /// Begins to listen. What comes goes to `news`.
    ///
    /// # Errors
    /// When there is nothing to listen to.
    pub fn listen(talk: &Talk, news: Sender<Happening>) -> Result<Self, Fail> {
        match talk {
            Talk::Serial(device) => {
                let line = Line::serial(device).map_err(|error| {
                    Fail::during(format!("can't open {} as a serial line", device.display()), error)
                        .remedy("look whether the device is there, is a terminal, and whether you may use it (often the group dialout)")
                })?;
                let device = device.clone();
                thread::spawn(move || serial(line, &device, &news));
                Ok(Self { framing: Framing::serial(), to: To::Nobody })
            }
            Talk::Pty => {
                let (line, path) = Line::pty().map_err(|error| Fail::during("can't make a pseudo-terminal", error))?;
                let line = Arc::new(line);
                say(&path)?;
                let to = To::Line(line.clone());
                thread::spawn(move || match stream(|into| line.read(into), &news) {
                    Some(error) => news.send(Happening::Link(News::Broken(Fail::during(path, error)))),
                    None => news.send(Happening::Link(News::Ended)),
                });
                Ok(Self { framing: Framing::serial(), to })
            }
            Talk::Stdio => {
                thread::spawn(move || {
                    let mut from = io::stdin().lock();
                    stream(|into| from.read(into), &news);
                    news.send(Happening::Link(News::Ended))
                });
                Ok(Self { framing: Framing::serial(), to: To::Stream })
            }
            Talk::Gatt(payload) => {
                thread::spawn(move || {
                    let end = match records(&mut io::stdin().lock(), &news) {
                        Ok(()) => News::Ended,
                        Err(fail) => News::Broken(fail),
                    };
                    news.send(Happening::Link(end))
                });
                Ok(Self { framing: Framing::gatt(*payload), to: To::Records })
            }
        }
    }

    /// There is a line to answer on, or none any more.
    pub fn answer_on(&mut self, line: Option<Arc<Line>>) {
        self.to = line.map_or(To::Nobody, To::Line);
    }

    /// The messages that are whole with these bytes, and how many frames or fragments were dropped among them.
    pub fn take(&mut self, bytes: &[u8]) -> (Vec<Vec<u8>>, u32) {
        let before = self.framing.dropped();
        let messages = self.framing.feed(bytes);
        (messages, self.framing.dropped().saturating_sub(before))
    }

    /// Sends an answer.
    ///
    /// # Errors
    /// When the other side does not take it.
    pub fn send(&self, answer: &[u8]) -> io::Result<()> {
        for piece in self.framing.pieces(answer) {
            match &self.to {
                To::Nobody => return Err(ErrorKind::NotConnected.into()),
                To::Line(line) => line.write(&piece)?,
                To::Stream => write_out(&piece)?,
                To::Records => {
                    // A fragment has at most 509 bytes.
                    let length = (piece.len() as u16).to_be_bytes();
                    write_out(&[&length, &*piece].concat())?;
                }
            }
        }
        Ok(())
    }
}

fn write_out(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

fn say(line: &str) -> Result<(), Fail> {
    write_out(format!("{line}\n").as_bytes()).map_err(|error| Fail::during("can't write to standard output", error))
}

/// Reads a stream to its end; gives what ended it, unless it just ended or nobody listens any more.
fn stream(mut read: impl FnMut(&mut [u8]) -> io::Result<usize>, news: &Sender<Happening>) -> Option<io::Error> {
    let mut buffer = [0; 4_096];
    loop {
        match read(&mut buffer) {
            Ok(0) => return None,
            Ok(count) => news.send(Happening::Link(News::Came(buffer[..count].to_vec()))).ok()?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Some(error),
        }
    }
}

/// Reads a serial device, and opens it again when it goes away.
fn serial(first: Line, device: &Path, news: &Sender<Happening>) {
    let mut next = Some(first);
    loop {
        if let Some(line) = next.take().or_else(|| Line::serial(device).ok()) {
            let line = Arc::new(line);
            if news.send(Happening::Link(News::Opened(line.clone()))).is_err() {
                return;
            }
            let error = stream(|into| line.read(into), news).unwrap_or(ErrorKind::UnexpectedEof.into());
            if news.send(Happening::Link(News::Lost(error))).is_err() {
                return;
            }
        }
        thread::sleep(REOPEN);
    }
}

/// Reads records until the input ends between two of them.
fn records(from: &mut impl Read, news: &Sender<Happening>) -> Result<(), Fail> {
    let mut length = [0; 2];
    loop {
        match from.read(&mut length[..1]) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(Fail::during("can't read standard input", error)),
        }
        let cut_short =
            |_| Fail::new("standard input ended within a record, expected a 16-bit length and so many bytes");
        from.read_exact(&mut length[1..]).map_err(cut_short)?;
        let mut record = vec![0; u16::from_be_bytes(length).into()];
        from.read_exact(&mut record).map_err(cut_short)?;
        if news.send(Happening::Link(News::Came(record))).is_err() {
            return Ok(());
        }
    }
}
