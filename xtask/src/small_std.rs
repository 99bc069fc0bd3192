//! The standard library that the app is published with: compiled for size, and without what a panic would say.
//!
//! The library that comes with a compiler is made for speed and tells of every panic where it was and why. In the app
//! nobody reads that: a panic ends it, and `start.js` tells the person. Leaving it out saves a twentieth of the download.
//! Nor does anybody read what `{:?}` writes: it writes nothing here, so what people are to read is a `Display`. Tests keep the
//! ordinary library, for they need the words.
//!
//! It takes the library's source: rustup's `rust-src`, or what Debian's packages bring. Where there is neither, the app
//! is built with the ordinary library; it works the same, is larger, and set-up says so.
use std::path::PathBuf;
use std::process::Command;

use crate::fail::Fail;
use crate::files;
use crate::progress::Progress;
use crate::project::Project;
use crate::shell;
use crate::sysroot::{Compiler, Library, Sysroot};
use crate::wasm_target::{self, WasmRust};

const BY_HAND: &str = "rustup component add rust-src";
/// What all of the app is compiled with, so that a panic is one instruction.
static SMALL: Library = Library {
    crates: "std,panic_abort",
    features: "optimize_for_size",
    profile: "opt-level = \"z\"\ncodegen-units = 1\npanic = \"abort\"\n",
    flags: "-Zunstable-options -Cpanic=immediate-abort -Zfmt-debug=none",
};

/// Finds or makes the Rust that builds the app for publishing, given the one that builds tests.
pub fn ensure(project: &Project, progress: &Progress, rust: &WasmRust) -> WasmRust {
    let ours = Sysroot::named(project, "small", &SMALL);
    let debians = Sysroot::named(project, "small-debian", &SMALL);
    let compiler = matches!(rust, WasmRust::Ordinary).then(|| Compiler::of("rustc").ok()).flatten();
    let there = match &compiler {
        Some(compiler) if ours.is_of(compiler) => Some(&ours),
        // Its own library is the better one, even if Debian's is here already.
        Some(compiler) if compiler.has_source() => None,
        _ => wasm_target::debians_compiler().filter(|theirs| debians.is_of(theirs)).map(|_| &debians),
    };
    if let Some(sysroot) = there {
        progress.note("there already");
        return WasmRust::Own(sysroot.clone());
    }
    let given_up = given_up(project);
    let what = compiler.as_ref().map_or(rust.name(), Compiler::version);
    if !files::stamp_is(&given_up, what) {
        let ours = compiler.as_ref().and_then(|compiler| {
            from_rustup(project, progress, ours, compiler).map_err(|fail| progress.note(fail)).ok()
        });
        let made = ours.map_or_else(|| from_debian(project, progress, debians), Ok);
        match made {
            Ok(sysroot) => return WasmRust::Own(sysroot),
            Err(fail) => progress.note(fail),
        }
        // Only to spare the next command the same wait; where it cannot be kept, the next one waits.
        let _ = files::write(&given_up, what);
    }
    progress
        .note("The app is built with the ordinary library and is 20 to 25 KB LARGER to download than it should be.");
    progress.note(format!("To try again: `{BY_HAND}` and `cargo xtask setup`"));
    rust.clone()
}

/// Forgets that it could not be made.
pub fn try_again(project: &Project) -> Result<(), Fail> {
    files::remove_file(&given_up(project))
}

/// Says of which compiler it could not be made.
fn given_up(project: &Project) -> PathBuf {
    project.scratch().join("small-std.given-up")
}

fn from_rustup(project: &Project, progress: &Progress, sysroot: Sysroot, compiler: &Compiler) -> Result<Sysroot, Fail> {
    if !compiler.has_source() {
        progress.note(format!("missing: `{BY_HAND}`"));
        let mut command = Command::new("rustup");
        command.args(["component", "add", "rust-src"]);
        shell::logged(&mut command, &project.scratch().join("rustup-src.log"))?;
    }
    made(project, progress, sysroot, compiler)
}

fn from_debian(project: &Project, progress: &Progress, sysroot: Sysroot) -> Result<Sysroot, Fail> {
    progress.note("of Debian's packages");
    let compiler = wasm_target::install_debians_compiler(project, progress)?;
    made(project, progress, sysroot, &compiler)
}

fn made(project: &Project, progress: &Progress, sysroot: Sysroot, compiler: &Compiler) -> Result<Sysroot, Fail> {
    if !sysroot.is_of(compiler) {
        progress.note("compiling it (a minute on 2 cores, once)");
        sysroot.make(project, compiler)?;
    }
    Ok(sysroot)
}
