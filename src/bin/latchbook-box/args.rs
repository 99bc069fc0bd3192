//! The command line.

use std::path::PathBuf;

use latchbook::domain::{BinNumber, SerialNumber};
use latchbook::smartbox::framing::Payload;

use crate::fail::Fail;

/// What `latchbook-box --help` prints.
pub const HELP: &str = "\
latchbook-box: the reference SmartBox, to talk to as to one on a wall

It talks on one of these:
  --serial DEVICE   a serial device such as /dev/ttyUSB0: raw, 115200 baud, 8 bits, no parity, 1 stop bit
  --pty             a pseudo-terminal that it makes; prints its path, and goes on when the other side closes it
  --stdio           standard input and output, in the frames of a serial line; ends with its input
  --gatt            standard input and output, as a GATT peer: records of a 16-bit length, the higher byte first, and so
                    many bytes; each one in is a write to `Request`, each one out a notification of `Response`

and may be told:
  --payload N          with --gatt: how many bytes a fragment has at most, 20 to 509 (244)
  --state FILE         keep the state in FILE, and begin with what is there. Every answer leaves after its state is on the
                       disk. Without it the box forgets everything when the program ends
  --control SOCKET     make a Unix socket for the hands at the box; say `help` to it
  --serial-number S    of a new box: 3 to 24 of A-Z 0-9 - (LB- and six random digits)
  --bins N             of a new box: 1 to 99 (8)

Options take their value after a space or an equals sign. What the box has to say, it says on standard error.";

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Print [`HELP`].
    Help,
    /// Be a box.
    Run(Options),
}

/// What the box talks on.
#[derive(Debug, PartialEq, Eq)]
pub enum Talk {
    /// A serial device.
    Serial(PathBuf),
    /// A pseudo-terminal of its own.
    Pty,
    /// Standard input and output, in frames.
    Stdio,
    /// Standard input and output, in records of fragments.
    Gatt(Payload),
}

/// How the box is to be.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// What it talks on.
    pub talk: Talk,
    /// Where its state is kept.
    pub state: Option<PathBuf>,
    /// Where its control socket is made.
    pub control: Option<PathBuf>,
    /// The serial number it should have.
    pub serial_number: Option<SerialNumber>,
    /// How many bins it should have.
    pub bins: Option<BinNumber>,
}

/// How many bins a new box has when nothing is said.
pub const BINS: u8 = 8;
/// How many bytes a fragment has at most when nothing is said: what an MTU of 247 leaves.
const PAYLOAD: u16 = 244;

/// Reads the command line without the program's name.
pub fn parse(args: impl Iterator<Item = String>) -> Result<Command, Fail> {
    let help = || "latchbook-box --help";
    let mut args = args;
    let mut talk: Option<(String, Talk)> = None;
    let mut payload = None;
    let (mut state, mut control, mut serial_number, mut bins) = (None, None, None, None);
    while let Some(arg) = args.next() {
        let (name, mut given) = match arg.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (arg, None),
        };
        let mut value = || {
            let value = given.take().or_else(|| args.next()).filter(|value| !value.is_empty());
            value.ok_or_else(|| Fail::new(format!("{name} was given no value")).remedy(help()))
        };
        let mut talks = None;
        match name.as_str() {
            "--help" | "-h" | "help" => return Ok(Command::Help),
            "--serial" => talks = Some(Talk::Serial(value()?.into())),
            "--pty" => talks = Some(Talk::Pty),
            "--stdio" => talks = Some(Talk::Stdio),
            "--gatt" => talks = Payload::new(PAYLOAD).map(Talk::Gatt),
            "--payload" => {
                let text = value()?;
                let fits = text.parse().ok().and_then(Payload::new);
                payload = Some(fits.ok_or_else(|| {
                    Fail::new(format!("--payload is `{text}`, expected a number of bytes from 20 to 509"))
                })?);
            }
            "--state" => once(&name, &mut state, value()?.into())?,
            "--control" => once(&name, &mut control, value()?.into())?,
            "--serial-number" => {
                let text = value()?;
                let parsed = SerialNumber::parse(&text)
                    .ok_or_else(|| Fail::new(format!("--serial-number is `{text}`, expected 3 to 24 of A-Z 0-9 -")))?;
                once(&name, &mut serial_number, parsed)?;
            }
            "--bins" => {
                let text = value()?;
                let fits = text.parse().ok().and_then(BinNumber::new);
                let parsed =
                    fits.ok_or_else(|| Fail::new(format!("--bins is `{text}`, expected a number from 1 to 99")))?;
                once(&name, &mut bins, parsed)?;
            }
            _ => return Err(Fail::new(format!("`{name}` is no option")).remedy(help())),
        }
        if let Some(value) = given {
            return Err(Fail::new(format!("{name} takes no value, got `{value}`")).remedy(help()));
        }
        if let Some(talks) = talks
            && let Some((before, _)) = talk.replace((name.clone(), talks))
        {
            return Err(Fail::new(format!("got {before} and {name}, expected one thing to talk on")));
        }
    }
    let talk = match (talk, payload) {
        (Some((_, Talk::Gatt(_))), Some(payload)) => Talk::Gatt(payload),
        (Some((name, _)), Some(_)) => {
            return Err(Fail::new(format!("--payload is for --gatt, got {name}")).remedy("leave --payload out"));
        }
        (Some((_, talk)), None) => talk,
        (None, _) => {
            return Err(Fail::new("expected one of --serial DEVICE, --pty, --stdio and --gatt").remedy(help()));
        }
    };
    Ok(Command::Run(Options { talk, state, control, serial_number, bins }))
}

fn once<T>(name: &str, to: &mut Option<T>, value: T) -> Result<(), Fail> {
    match to.replace(value) {
        None => Ok(()),
        Some(_) => Err(Fail::new(format!("{name} was given twice"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, Fail> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    fn options(line: &str) -> Options {
        match read(line) {
            Ok(Command::Run(options)) => options,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn options_come_with_a_space_or_an_equals_sign_in_any_order() {
        let wanted = Options {
            talk: Talk::Gatt(Payload::LEAST),
            state: Some("/s".into()),
            control: Some("/c".into()),
            serial_number: SerialNumber::parse("LB-7"),
            bins: BinNumber::new(3),
        };
        assert_eq!(options("--gatt --payload 20 --state /s --control /c --serial-number LB-7 --bins 3"), wanted);
        assert_eq!(options("--bins=3 --serial-number=LB-7 --control=/c --payload=20 --state=/s --gatt"), wanted);
    }

    #[test]
    fn there_is_one_thing_to_talk_on() {
        assert_eq!(options("--serial /dev/ttyS9").talk, Talk::Serial("/dev/ttyS9".into()));
        assert_eq!(options("--pty").talk, Talk::Pty);
        assert_eq!(options("--stdio").talk, Talk::Stdio);
        assert_eq!(options("--gatt").talk, Talk::Gatt(Payload::new(244).unwrap()));
        for line in ["", "--state /s", "--pty --stdio", "--pty --pty"] {
            assert!(read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn help_is_given_whatever_else_is_asked() {
        for line in ["--help", "-h", "help", "--pty --help"] {
            assert_eq!(read(line), Ok(Command::Help), "{line}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused_with_what_was_expected() {
        for line in [
            "--fly",
            "pty",
            "--serial",
            "--serial=",
            "--pty=yes",
            "--pty --payload 20",
            "--gatt --payload 19",
            "--gatt --payload 510",
            "--gatt --payload many",
            "--pty --bins 0",
            "--pty --bins 100",
            "--pty --serial-number lb",
            "--pty --state a --state b",
            "--pty --state",
        ] {
            let fail = read(line).expect_err(line).to_string();
            assert!(fail.len() > 30, "{fail}");
        }
    }
}
