//! Reading and writing files, with errors that name the file.
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::fail::Fail;

fn fail(doing: &str, path: &Path, error: io::Error) -> Fail {
    Fail::new(format!("cannot {doing} {}: {error}", path.display()))
}

/// The bytes of a file.
pub fn read(path: &Path) -> Result<Vec<u8>, Fail> {
    fs::read(path).map_err(|error| fail("read", path, error))
}

/// The text of a file.
pub fn read_text(path: &Path) -> Result<String, Fail> {
    fs::read_to_string(path).map_err(|error| fail("read", path, error))
}

/// Writes a file, and the folders above it where they are missing.
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<(), Fail> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    fs::write(path, content).map_err(|error| fail("write", path, error))
}

/// Makes a folder and those above it.
pub fn make_folder(path: &Path) -> Result<(), Fail> {
    fs::create_dir_all(path).map_err(|error| fail("make the folder", path, error))
}

/// Removes a folder and all that is in it; one that is not there is fine.
pub fn remove_folder(path: &Path) -> Result<(), Fail> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(fail("remove", path, error)),
        _ => Ok(()),
    }
}

/// Removes a file; one that is not there is fine.
pub fn remove_file(path: &Path) -> Result<(), Fail> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(fail("remove", path, error)),
        _ => Ok(()),
    }
}

/// Copies a file.
pub fn copy(from: &Path, to: &Path) -> Result<(), Fail> {
    fs::copy(from, to).map(|_| ()).map_err(|error| fail("copy", from, error))
}

/// Every file in a folder and the folders below it, sorted by path. A path that is a file answers itself, one that is
/// missing nothing.
pub fn walk(path: &Path) -> Result<Vec<PathBuf>, Fail> {
    let mut found = Vec::new();
    let mut open = vec![path.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).map_err(|error| fail("list", &path, error))?;
            for entry in entries {
                open.push(entry.map_err(|error| fail("list", &path, error))?.path());
            }
        } else if path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// One number for the names and contents of many files. Equal as long as nothing changed and the same compiler built
/// this program; good for a stamp, not for anything that must last.
pub fn fingerprint(root: &Path, paths: &[&str], more: &[&str]) -> Result<String, Fail> {
    let mut hasher = DefaultHasher::new();
    for path in paths {
        for file in walk(&root.join(path))? {
            file.hash(&mut hasher);
            read(&file)?.hash(&mut hasher);
        }
    }
    more.hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}

/// Whether the stamp at `path` holds this very text.
pub fn stamp_is(path: &Path, text: &str) -> bool {
    fs::read_to_string(path).is_ok_and(|stamp| stamp == text)
}

#[cfg(unix)]
/// Makes a symbolic link, in place of what was there under this name.
pub fn link(to: &Path, at: &Path) -> Result<(), Fail> {
    remove_file(at)?;
    std::os::unix::fs::symlink(to, at).map_err(|error| fail("make the link", at, error))
}

#[cfg(not(unix))]
/// Links are only needed for Debian's packages.
pub fn link(_to: &Path, at: &Path) -> Result<(), Fail> {
    Err(Fail::new(format!("cannot make the link {} on this system", at.display())))
}
