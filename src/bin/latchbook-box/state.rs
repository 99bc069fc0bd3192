//! The box's state on the disk: whole, whenever the power goes.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use crate::fail::Fail;

/// The file that a state is kept in, and this program alone.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    /// Where a new state is written before it takes the place of the old one.
    new: PathBuf,
    folder: File,
    kept: Vec<u8>,
    /// Held as long as this lives; a program that is killed gives it back.
    _lock: File,
}

impl StateFile {
    /// Takes a file for this program.
    ///
    /// # Errors
    /// When another program has it, or its folder cannot be written to.
    pub fn take(path: &Path) -> Result<Self, Fail> {
        let doing = |what: &str| format!("{what} {}", path.display());
        let name = path.file_name().ok_or_else(|| Fail::new(doing("expected the name of a file, got")))?;
        let beside = |end: &str| {
            let mut name = name.to_owned();
            name.push(end);
            path.with_file_name(name)
        };
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = File::open(parent).map_err(|error| {
            Fail::during(format!("can't open the folder {}", parent.display()), error).remedy("make it first")
        })?;
        // A file of its own: the lock on the state would go with the old file each time a new one takes its place.
        let lock = beside(".lock");
        let lock = File::options().create(true).truncate(false).write(true).open(&lock);
        let lock = lock.map_err(|error| Fail::during(doing("can't make the lock of"), error))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(|error| match error {
            rustix::io::Errno::WOULDBLOCK => {
                Fail::new(doing("another latchbook-box keeps its state in")).remedy("end it, or name another file")
            }
            error => Fail::during(doing("can't lock"), error),
        })?;
        Ok(Self { path: path.to_owned(), new: beside(".new"), folder, kept: Vec::new(), _lock: lock })
    }

    /// What is there; nothing when the box is new.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&mut self) -> Result<Option<Vec<u8>>, Fail> {
        match fs::read(&self.path) {
            Ok(bytes) => {
                self.kept.clone_from(&bytes);
                Ok(Some(bytes))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Fail::during(format!("can't read {}", self.path.display()), error)),
        }
    }

    /// Puts a state in the place of the one before, and comes back when it is on the disk. Whenever the power goes, one of
    /// the two is there, whole.
    ///
    /// # Errors
    /// When it cannot be written; the one before is still there.
    pub fn keep(&mut self, state: Vec<u8>) -> Result<(), Fail> {
        if state == self.kept {
            return Ok(());
        }
        let write = || {
            let mut file = File::create(&self.new)?;
            file.write_all(&state)?;
            file.sync_all()?;
            fs::rename(&self.new, &self.path)?;
            // The name is in the folder, which is written for itself.
            self.folder.sync_all()
        };
        write().map_err(|error| {
            Fail::during(format!("can't keep the state in {}", self.path.display()), error)
                .remedy("look whether the disk is full; what was answered so far is kept")
        })?;
        self.kept = state;
        Ok(())
    }
}
