//! What each command needs, put in place before it begins.
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use crate::browser;
use crate::fail::Fail;
use crate::links;
use crate::npm;
use crate::progress::Progress;
use crate::project::Project;
use crate::shell;
use crate::small_std;
use crate::tools;
use crate::wasm_target::{self, WasmRust};

/// How many steps [`toolbox`] takes.
pub const STEPS: usize = 5;

/// The programs that build for the browser.
pub struct Toolbox {
    /// The compiler of tests and lints.
    pub rust: WasmRust,
    /// The compiler of what is published.
    pub app: WasmRust,
    folders: Vec<PathBuf>,
}

impl Toolbox {
    /// A command that finds every tool, run in the project's folder, for tests and lints.
    pub fn command(&self, project: &Project, program: &str) -> Command {
        self.command_with(&self.rust, project, program)
    }

    /// The same, for the app as it is published: what it compiles has no words for a panic.
    pub fn app_command(&self, project: &Project, program: &str) -> Command {
        self.command_with(&self.app, project, program)
    }

    fn command_with(&self, rust: &WasmRust, project: &Project, program: &str) -> Command {
        let folders: Vec<_> =
            rust.path_folders().into_iter().chain(self.folders.iter().cloned()).chain(shell::path_folders()).collect();
        // A folder with a separator in its name could not have been on PATH in the first place.
        let path: OsString = std::env::join_paths(&folders).unwrap_or_default();
        // The program itself is looked up here: the lookup of `Command` goes by this process's PATH, not by the new one.
        let found = folders.iter().map(|folder| folder.join(program)).find(|file| file.is_file());
        let mut command = Command::new(found.unwrap_or_else(|| program.into()));
        command.current_dir(project.root()).env("PATH", path);
        rust.prepare(&mut command);
        command
    }
}

/// Puts in place what building the app takes, in [`STEPS`] steps.
pub fn toolbox(project: &Project, progress: &mut Progress) -> Result<Toolbox, Fail> {
    progress.begin(format!("Rust's target {}", wasm_target::TARGET));
    let rust = wasm_target::ensure(project, progress)?;
    progress.begin("A small standard library for the app");
    let app = small_std::ensure(project, progress, &rust);
    progress.begin(format!("trunk {}", tools::TRUNK));
    let trunk = tools::trunk(project, progress)?;
    let version = project.locked_version("wasm-bindgen")?;
    progress.begin(format!("wasm-bindgen {version}"));
    let bindgen = tools::wasm_bindgen(project, progress)?;
    progress.begin("the packages of package-lock.json (wasm-opt, Playwright)");
    let npm = npm::ensure(project, progress)?;
    Ok(Toolbox { rust, app, folders: vec![bindgen, trunk, npm] })
}

/// `cargo xtask setup`: everything that any command needs.
pub fn run(project: &Project) -> Result<(), Fail> {
    small_std::try_again(project)?;
    let mut progress = Progress::new(STEPS + 1 + links::STEPS);
    toolbox(project, &mut progress)?;
    progress.begin("Chromium and its driver");
    browser::ensure(project, &progress)?;
    links::ensure(project, &mut progress)?;
    println!("Everything is in place, after {}.", progress.elapsed());
    Ok(())
}
