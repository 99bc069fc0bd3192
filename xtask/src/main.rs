//! The developers' commands of Latchbook, run as `cargo xtask <command>`.
//!
//! Each command puts in place what it needs first, inside the project where it can (`.tools/`, `node_modules/`), so that
//! a fresh machine needs Rust and Node and nothing else.
//!
//! - [`args`] reads the command line; [`serve`], [`site`], [`test`], [`bench`] are the commands.
//! - [`setup`] lists what each command needs; [`wasm_target`], [`small_std`], [`tools`], [`npm`], [`browser`], [`links`]
//!   and [`python`] put it in place; [`sysroot`] compiles a standard library.
//! - [`shell`] runs other programs, [`progress`] says how far things are, [`fail`] is the error of all of them.
mod apt;
mod args;
mod bench;
mod browser;
mod check;
mod digest;
mod fail;
mod files;
mod links;
mod names;
mod npm;
mod page;
mod progress;
mod project;
mod python;
mod serve;
mod server;
mod setup;
mod shell;
mod site;
mod size;
mod small_std;
mod styles;
mod sysroot;
mod tally;
mod test;
mod tools;
mod wasm_target;

use std::process::ExitCode;

use args::Command;
use fail::Fail;
use project::Project;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fail) => {
            eprintln!("\n{fail}");
            ExitCode::FAILURE
        }
    }
}

/// Answers whether everything went well; `Ok(false)` when what went wrong has been said already.
fn run() -> Result<bool, Fail> {
    let project = Project::here()?;
    match args::parse(std::env::args().skip(1))? {
        Command::Help => println!("{}", args::HELP),
        Command::Serve { port } => serve::run(&project, port)?,
        Command::Build { public_url } => site::run(&project, &public_url)?,
        Command::Test { only } => return test::run(&project, only),
        Command::Bench { only, rest } => bench::run(&project, only, &rest)?,
        Command::Setup => setup::run(&project)?,
    }
    Ok(true)
}
