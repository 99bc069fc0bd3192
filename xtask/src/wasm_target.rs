//! A Rust that compiles for `wasm32-unknown-unknown`.
//!
//! The ordinary way is rustup's target. Where that is out of reach, Debian's own newer Rust (`rustc-web`) and the source
//! of the standard library that comes with it make one ([`crate::sysroot`]). Nothing under `/usr` but the packages
//! changes, and rustup is not told.
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::apt;
use crate::fail::Fail;
use crate::files;
use crate::progress::Progress;
use crate::project::Project;
use crate::shell;
use crate::sysroot::{self, Compiler, Library, Sysroot};

/// The target every build for the browser is for.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// Set to `debian`, this variable makes set-up take the packages even where rustup has the target.
const CHOICE: &str = "LATCHBOOK_WASM_TARGET";
/// The compiler, cargo, the standard library's source, the tools and the linker; all of one release.
const PACKAGES: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];
const BY_HAND: &str = "rustup target add wasm32-unknown-unknown";
/// Debian's compiler, whatever else is on `PATH`.
const DEBIANS: &str = "/usr/bin/rustc";
/// As rustup's, with what tests link.
static ORDINARY: Library = Library { crates: "std,panic_abort,test", features: "", profile: "", flags: "" };

/// A Rust that builds for the browser.
#[derive(Clone)]
pub enum WasmRust {
    /// The one that built this program.
    Ordinary,
    /// One whose standard library was compiled here.
    Own(Sysroot),
}

impl WasmRust {
    /// Whether clippy can look at code for the browser: Debian's packages have none for it.
    pub fn has_clippy(&self) -> bool {
        matches!(self, Self::Ordinary)
    }

    /// A word for the stamp of a build.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Own(sysroot) => sysroot.name,
        }
    }

    /// Folders that come first on `PATH` of whatever builds for the browser.
    pub fn path_folders(&self) -> Option<PathBuf> {
        match self {
            Self::Ordinary => None,
            Self::Own(sysroot) => Some(sysroot.programs()),
        }
    }

    /// Makes a command, and what it starts, use this Rust.
    pub fn prepare(&self, command: &mut Command) {
        // What the cargo that runs this program told it about itself must not reach another cargo.
        for name in ["CARGO", "RUSTC", "RUSTDOC", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", sysroot::FLAGS] {
            command.env_remove(name);
        }
        if let Self::Own(sysroot) = self {
            sysroot.prepare(command);
        }
    }

    /// Where cargo leaves what this Rust builds.
    pub fn target_folder(&self, project: &Project) -> PathBuf {
        match self {
            Self::Ordinary => project.path("target"),
            Self::Own(sysroot) => sysroot.target_folder().to_owned(),
        }
    }
}

/// Finds or installs the target.
pub fn ensure(project: &Project, progress: &Progress) -> Result<WasmRust, Fail> {
    let forced = match env::var(CHOICE).as_deref() {
        Ok("debian") => true,
        Ok("rustup") | Err(_) => false,
        Ok(other) => {
            return Err(Fail::new(format!("{CHOICE} is `{other}`, expected `rustup` or `debian`")));
        }
    };
    let debian = Sysroot::named(project, "debian", &ORDINARY);
    if !forced {
        if has_target(Path::new("rustc")) {
            progress.note("there already");
            return Ok(WasmRust::Ordinary);
        }
        if !has_target(&debian.programs().join("rustc")) {
            progress.note(format!("missing: `{BY_HAND}`"));
            match add_by_rustup(project) {
                Ok(()) => return Ok(WasmRust::Ordinary),
                Err(fail) => {
                    progress.note("rustup could not add it; making it from Debian's packages instead (2 to 4 minutes)");
                    progress.note(fail);
                }
            }
        }
    }
    ensure_debian(project, &debian, progress).map_err(|fail| fail.remedy(BY_HAND))?;
    Ok(WasmRust::Own(debian))
}

/// Whether this compiler has a standard library for the target.
fn has_target(rustc: &Path) -> bool {
    let mut command = Command::new(rustc);
    command.args(["--print", "target-libdir", "--target", TARGET]);
    let Ok(folder) = shell::capture(&mut command) else {
        return false;
    };
    files::walk(Path::new(&folder)).is_ok_and(|found| found.iter().any(|file| is_library(file, "libstd-")))
}

/// Whether a file is a compiled crate whose name begins so.
pub fn is_library(file: &Path, start: &str) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or("");
    name.starts_with(start) && name.ends_with(".rlib")
}

fn add_by_rustup(project: &Project) -> Result<(), Fail> {
    let mut command = Command::new("rustup");
    command.args(["target", "add", TARGET]);
    shell::logged(&mut command, &project.scratch().join("rustup.log"))?;
    if has_target(Path::new("rustc")) {
        Ok(())
    } else {
        Err(Fail::new(format!("`{BY_HAND}` ended well, but `rustc` on PATH has no {TARGET}")))
    }
}

/// Debian's compiler, if its packages are installed. By package, not by file: Debian's older Rust has its programs under
/// the same names.
pub fn debians_compiler() -> Option<Compiler> {
    PACKAGES.iter().all(|package| apt::has(package)).then(|| Compiler::of(DEBIANS).ok()).flatten()
}

/// Debian's compiler, installed where it is missing.
pub fn install_debians_compiler(project: &Project, progress: &Progress) -> Result<Compiler, Fail> {
    if !PACKAGES.iter().all(|package| apt::has(package)) {
        progress.note(format!("apt-get install {}", PACKAGES.join(" ")));
        apt::install(&PACKAGES, &project.scratch().join("apt-rust.log"))?;
    }
    Compiler::of(DEBIANS)
}

fn ensure_debian(project: &Project, sysroot: &Sysroot, progress: &Progress) -> Result<(), Fail> {
    let compiler = install_debians_compiler(project, progress)?;
    if sysroot.is_of(&compiler) {
        progress.note("Debian's, there already");
        return Ok(());
    }
    progress.note("compiling the standard library for the browser");
    sysroot.make(project, &compiler)
}
