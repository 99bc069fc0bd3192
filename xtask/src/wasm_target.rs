//! A Rust that compiles for `wasm32-unknown-unknown`.
//!
//! The ordinary way is rustup's target. Where that is out of reach, Debian's own newer Rust (`rustc-web`) and the source
//! of the standard library that comes with it make one: the library is compiled once and laid beside links to Debian's
//! files under `.tools/debian-rust/`, where a small `rustc` finds both. Nothing under `/usr` but the packages changes,
//! and rustup is not told.
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::apt;
use crate::fail::Fail;
use crate::files;
use crate::progress::Progress;
use crate::project::Project;
use crate::shell;

/// The target every build for the browser is for.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// Set to `debian`, this variable makes set-up take the packages even where rustup has the target.
const CHOICE: &str = "LATCHBOOK_WASM_TARGET";
/// The compiler, cargo, the standard library's source, the tools and the linker; all of one release.
const PACKAGES: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];
const BY_HAND: &str = "rustup target add wasm32-unknown-unknown";

/// The Rust that builds for the browser.
pub enum WasmRust {
    /// The one that built this program.
    Ordinary,
    /// Debian's, with the folder that holds its `bin` and its library for the target.
    Debian(PathBuf),
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
            Self::Debian(_) => "debian",
        }
    }

    /// Folders that come first on `PATH` of whatever builds for the browser.
    pub fn path_folders(&self) -> Option<PathBuf> {
        match self {
            Self::Ordinary => None,
            Self::Debian(prefix) => Some(prefix.join("bin")),
        }
    }

    /// Makes a command, and what it starts, use this Rust.
    pub fn prepare(&self, project: &Project, command: &mut Command) {
        // What the cargo that runs this program told it about itself must not reach another cargo.
        for name in ["CARGO", "RUSTC", "RUSTDOC", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
            command.env_remove(name);
        }
        if let Self::Debian(prefix) = self {
            command
                .env_remove("RUSTUP_TOOLCHAIN")
                .env("RUSTC", prefix.join("bin/rustc"))
                .env("RUSTDOC", prefix.join("bin/rustdoc"))
                // Another compiler's files in the same folder would make both rebuild everything, each time.
                .env("CARGO_TARGET_DIR", target_folder(project));
        }
    }

    /// Where cargo leaves what this Rust builds.
    pub fn target_folder(&self, project: &Project) -> PathBuf {
        match self {
            Self::Ordinary => project.path("target"),
            Self::Debian(_) => target_folder(project),
        }
    }
}

fn target_folder(project: &Project) -> PathBuf {
    project.path("target/debian")
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
    let prefix = project.tools().join("debian-rust");
    if !forced {
        if has_target(Path::new("rustc")) {
            progress.note("there already");
            return Ok(WasmRust::Ordinary);
        }
        if !has_target(&prefix.join("bin/rustc")) {
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
    ensure_debian(project, &prefix, progress).map_err(|fail| fail.remedy(BY_HAND))?;
    Ok(WasmRust::Debian(prefix))
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

fn is_library(file: &Path, start: &str) -> bool {
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

fn ensure_debian(project: &Project, prefix: &Path, progress: &Progress) -> Result<(), Fail> {
    if has_target(&prefix.join("bin/rustc")) {
        progress.note("Debian's, there already");
        return Ok(());
    }
    // By package, not by file: Debian's older Rust has its programs under the same names.
    if !PACKAGES.iter().all(|package| apt::has(package)) {
        progress.note(format!("apt-get install {}", PACKAGES.join(" ")));
        apt::install(&PACKAGES, &project.scratch().join("apt-rust.log"))?;
    }
    lay_out(prefix)?;
    progress.note("compiling the standard library for the browser");
    let built = build_library(project, prefix)?;
    let home = library_folder(prefix);
    for file in built {
        if let Some(name) = file.file_name() {
            files::copy(&file, &home.join(name))?;
        }
    }
    if has_target(&prefix.join("bin/rustc")) {
        Ok(())
    } else {
        Err(Fail::new(format!("no standard library in {} after it was built", home.display())))
    }
}

fn library_folder(prefix: &Path) -> PathBuf {
    prefix.join("lib/rustlib").join(TARGET).join("lib")
}

/// A sysroot of links to Debian's, with room for one more target; and programs that use it.
fn lay_out(prefix: &Path) -> Result<(), Fail> {
    files::remove_folder(prefix)?;
    files::make_folder(&library_folder(prefix))?;
    files::make_folder(&prefix.join("bin"))?;
    let host = shell::capture(Command::new("/usr/bin/rustc").args(["--print", "host-tuple"]))?;
    for part in [host.as_str(), "src", "etc"] {
        let from = Path::new("/usr/lib/rustlib").join(part);
        if from.exists() {
            files::link(&from, &prefix.join("lib/rustlib").join(part))?;
        }
    }
    for program in ["rustc", "rustdoc"] {
        let script = format!(
            "#!/bin/sh\n# Debian's {program}, with a standard library for the browser beside its own.\n\
             exec /usr/bin/{program} --sysroot \"$(dirname \"$(dirname \"$(readlink -f \"$0\")\")\")\" \"$@\"\n"
        );
        let file = prefix.join("bin").join(program);
        files::write(&file, script)?;
        shell::capture(Command::new("chmod").arg("+x").arg(&file))?;
    }
    files::link(Path::new("/usr/bin/cargo"), &prefix.join("bin/cargo"))
}

/// Compiles the standard library from source, by having cargo build an empty crate with it.
fn build_library(project: &Project, prefix: &Path) -> Result<Vec<PathBuf>, Fail> {
    let crate_folder = project.scratch().join("std");
    files::remove_folder(&crate_folder)?;
    files::write(
        &crate_folder.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[lib]\npath = \"lib.rs\"\n[workspace]\n",
    )?;
    files::write(&crate_folder.join("lib.rs"), "#![no_std]\n")?;
    let rust = WasmRust::Debian(prefix.to_owned());
    let mut command = Command::new("/usr/bin/cargo");
    rust.prepare(project, &mut command);
    command
        .current_dir(&crate_folder)
        .env("CARGO_TARGET_DIR", crate_folder.join("target"))
        // Building the library from source is for nightly compilers only, unless one insists.
        .env("RUSTC_BOOTSTRAP", "1")
        // Without bitcode in it, optimising across crates ("can't find section .llvmbc") fails.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .args(["build", "--release", "--target", TARGET])
        .arg("-Zbuild-std=std,panic_abort,test");
    shell::logged(&mut command, &project.scratch().join("std.log"))?;
    let deps = crate_folder.join("target").join(TARGET).join("release/deps");
    let mut built = files::walk(&deps)?;
    built.retain(|file| is_library(file, "lib") && !is_library(file, "libempty-"));
    // The one that says "it is there" goes last: what breaks off half-way is begun again.
    built.sort_by_key(|file| is_library(file, "libstd-"));
    Ok(built)
}
