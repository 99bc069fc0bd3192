//! Where things are: the project's folders and what its lock files pin.
use std::path::{Path, PathBuf};

use crate::fail::Fail;
use crate::files;

/// The project's folder on this machine.
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// The folder above this crate, as it was when the crate was compiled.
    pub fn here() -> Result<Self, Fail> {
        let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
        match xtask.parent() {
            Some(root) if root.join("Cargo.lock").is_file() => Ok(Self { root: root.to_owned() }),
            _ => Err(Fail::new(format!("no Cargo.lock above {}, expected the project's folder", xtask.display()))
                .remedy("run `cargo xtask` inside a clone of the project")),
        }
    }

    /// The project's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path in the project's folder.
    pub fn path(&self, inside: impl AsRef<Path>) -> PathBuf {
        self.root.join(inside)
    }

    /// Programs this project installed for itself. Outside `target/`: `cargo clean` must not cost a quarter of an hour.
    pub fn tools(&self) -> PathBuf {
        self.path(".tools")
    }

    /// Stamps, logs and other things of these commands that may be thrown away.
    pub fn scratch(&self) -> PathBuf {
        self.path("target/xtask")
    }

    /// The version of a crate in `Cargo.lock`.
    pub fn locked_version(&self, name: &str) -> Result<String, Fail> {
        let lock = self.path("Cargo.lock");
        locked_version(&files::read_text(&lock)?, name)
            .ok_or_else(|| Fail::new(format!("{} has no package `{name}`", lock.display())))
    }
}

/// `Cargo.lock` writes a package's `version` on the line after its `name`.
fn locked_version(lock: &str, name: &str) -> Option<String> {
    let mut lines = lock.lines();
    lines.find(|line| *line == format!("name = \"{name}\""))?;
    let version = lines.next()?.strip_prefix("version = \"")?;
    Some(version.trim_end_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    #[test]
    fn a_locked_version_is_that_of_the_package_of_exactly_this_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.80\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }
}
