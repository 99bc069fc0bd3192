//! Lines that bytes run on: a serial device, and a pseudo-terminal.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{ControlModes, OptionalActions, QueueSelector, tcflush, tcgetattr, tcsetattr};

/// The speed of a serial line, in baud.
pub const BAUD: u32 = 115_200;
/// For how many seconds the other side may take nothing, before the rest of an answer is thrown away.
const STUCK_S: i64 = 5;

/// An open line. Its file does not block.
#[derive(Debug)]
pub struct Line {
    file: File,
    /// Of a pseudo-terminal, the end that is for others. Held open, so that theirs may be closed and opened again.
    theirs: Option<OwnedFd>,
}

impl Line {
    /// Opens a serial device, raw, at [`BAUD`].
    pub fn serial(device: &Path) -> io::Result<Self> {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = rustix::fs::open(device, flags, Mode::empty())?;
        make_raw(&file)?;
        tcflush(&file, QueueSelector::IOFlush)?;
        Ok(Self { file: file.into(), theirs: None })
    }

    /// Makes a pseudo-terminal; gives the path of its other end.
    pub fn pty() -> io::Result<(Self, String)> {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&ours)?;
        unlockpt(&ours)?;
        rustix::fs::fcntl_setfl(&ours, OFlags::NONBLOCK)?;
        let path = ptsname(&ours, Vec::new())?;
        let path = path.into_string().map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
        let theirs = rustix::fs::open(path.as_str(), OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
        make_raw(&theirs)?;
        Ok((Self { file: ours.into(), theirs: Some(theirs) }, path))
    }

    /// Waits for bytes. None at all means that the line is gone.
    pub fn read(&self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match (&self.file).read(into) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    poll(&mut [PollFd::new(&self.file, PollFlags::IN)], None)?;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }

    /// Sends bytes. When nobody takes them, what is left is thrown away, here and on the way.
    pub fn write(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match (&self.file).write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let wait = Timespec { tv_sec: STUCK_S, tv_nsec: 0 };
                    if poll(&mut [PollFd::new(&self.file, PollFlags::OUT)], Some(&wait))? == 0 {
                        match &self.theirs {
                            Some(theirs) => tcflush(theirs, QueueSelector::IFlush)?,
                            None => tcflush(&self.file, QueueSelector::OFlush)?,
                        }
                        return Err(ErrorKind::TimedOut.into());
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Every byte as it is, both ways; no echo.
fn make_raw(file: &OwnedFd) -> io::Result<()> {
    let mut settings = tcgetattr(file.as_fd())?;
    settings.make_raw();
    settings.set_speed(BAUD)?;
    // Nobody waits for a modem here.
    settings.control_modes |= ControlModes::CLOCAL | ControlModes::CREAD;
    settings.control_modes &= !(ControlModes::CSTOPB | ControlModes::CRTSCTS);
    tcsetattr(file.as_fd(), OptionalActions::Now, &settings)?;
    Ok(())
}
