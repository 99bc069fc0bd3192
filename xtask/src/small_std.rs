//! The standard library that the app is published with: compiled for size, and without what a panic would say.
//!
//! The library that comes with a compiler is made for speed and tells of every panic where it was and why. In the app
//! nobody reads that: a panic ends it, and `start.js` tells the person. Leaving it out saves a twentieth of the download.
//! Tests keep the ordinary library, for they need the words.
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
    flags: "-Zunstable-options -Cpanic=immediate-abort",
};

/// Finds or makes the Rust that builds the app for publishing, given the one that builds tests.
pub fn ensure(project: &Project, progress: &Progress, rust: &WasmRust) -> WasmRust {
    let ours = Sysroot::named(project, "small", &SMALL);
    let debians = Sysroot::named(project, "small-debian", &SMALL);
    let compiler = matches!(rust, WasmRust::Ordinary).then(|| Compiler::of("rustc").ok()).flatten();
    let there = |sysroot: &Sysroot, compiler: Option<&Compiler>| compiler.is_some_and(|of| sysroot.is_of(of));
    for (sysroot, compiler) in [(&ours, &compiler), (&debians, &wasm_target::debians_compiler())] {
        if there(sysroot, compiler.as_ref()) {
            progress.note("there already");
            return WasmRust::Own(sysroot.clone());
        }
    }
    let given_up = given_up(project);
    let what = compiler.as_ref().map_or(rust.name(), Compiler::version);
    if !files::stamp_is(&given_up, what) {
        let made = match &compiler {
            Some(compiler) => from_rustup(project, progress, ours, compiler),
            None => Err(Fail::new("Debian's Rust builds the app here")),
        };
        let made = made.or_else(|fail| {
            progress.note(fail);
            from_debian(project, progress, debians)
        });
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
    progress.note("compiling it (a minute on 2 cores, once)");
    sysroot.make(project, compiler).map(|()| sysroot)
}
