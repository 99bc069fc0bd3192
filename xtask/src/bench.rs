//! `cargo xtask bench`: what visits take, by the example `visit`; and the storage, by the example `bench`, compiled as the app
//! is, for `tests/bench/run.mjs` to measure in Chromium beside Dexie, PouchDB and IndexedDB as it is.
use std::path::Path;
use std::process::Command;

use crate::browser;
use crate::fail::Fail;
use crate::files;
use crate::npm;
use crate::page;
use crate::progress::Progress;
use crate::project::Project;
use crate::setup::{self, Toolbox};
use crate::shell;
use crate::wasm_target::TARGET;

const FOLDER: &str = "tests/bench";

/// What can be measured alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bench {
    /// The time and the bytes of visits to a box, against the link's own.
    Visits,
    /// The journal's storage, beside others.
    Storage,
}

impl Bench {
    /// The part of this name on the command line.
    pub fn named(name: &str) -> Result<Self, Fail> {
        match name {
            "visits" => Ok(Self::Visits),
            "storage" => Ok(Self::Storage),
            _ => Err(Fail::new(format!("`{name}` cannot be measured, expected visits or storage"))),
        }
    }
}

/// Builds what is measured, measures it and prints the result. The arguments are those of the storage's script.
pub fn run(project: &Project, only: Option<Bench>, rest: &[String]) -> Result<(), Fail> {
    if only != Some(Bench::Storage) {
        visits(project)?;
    }
    if only != Some(Bench::Visits) {
        storage(project, rest)?;
    }
    Ok(())
}

/// What is measured as machine code is made for speed: the profile `bench`.
fn visits(project: &Project) -> Result<(), Fail> {
    let mut progress = Progress::new(2);
    let example = |action: &str| {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(project.root());
        cargo.args([action, "--profile", "bench", "--no-default-features", "--example", "visit"]);
        cargo
    };
    progress.begin("The core, with what measures visits");
    shell::logged(&mut example("build"), &project.scratch().join("visits.log"))?;
    progress.begin("The measurement of visits");
    shown(example("run").arg("--quiet"))
}

fn storage(project: &Project, rest: &[String]) -> Result<(), Fail> {
    let mut progress = Progress::new(setup::STEPS + 4);
    let tools = setup::toolbox(project, &mut progress)?;
    progress.begin("Chromium and its driver");
    let browser = browser::ensure(project, &progress)?;
    progress.begin("the packages that Latchbook is compared with");
    npm::install(project, &project.path(FOLDER), &progress)?;

    progress.begin("Latchbook, with what the benchmark calls");
    let package = project.path("target/bench/pkg");
    build(project, &tools, &package)?;

    progress.begin("The measurement of the storage: five rounds take several minutes");
    let mut node = tools.command(project, "node");
    browser.prepare(&mut node);
    node.arg(format!("{FOLDER}/run.mjs")).args(rest).env("LATCHBOOK_BENCH_PKG", &package);
    shown(&mut node)
}

/// Runs what prints its result itself.
fn shown(command: &mut Command) -> Result<(), Fail> {
    let status =
        command.status().map_err(|error| Fail::new(format!("`{}` did not start: {error}", shell::shown(command))))?;
    if status.success() {
        Ok(())
    } else {
        Err(Fail::new(format!("`{}` ended with {status}, expected success", shell::shown(command))))
    }
}

/// Compiles the example into a folder, with the profile and the optimizer's settings of the app.
fn build(project: &Project, tools: &Toolbox, package: &Path) -> Result<(), Fail> {
    let log = project.scratch().join("bench.log");
    let mut cargo = tools.app_command(project, "cargo");
    cargo.args(["build", "--example", "bench", "--release", "--target", TARGET]);
    shell::logged(&mut cargo, &log)?;

    let wasm = tools.app.target_folder(project).join(TARGET).join("release/examples/bench.wasm");
    let mut bindgen = tools.command(project, "wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--out-name", "bench", "--out-dir"]).arg(package).arg(&wasm);
    shell::logged(&mut bindgen, &log)?;

    let index = files::read_text(&project.path("index.html"))?;
    let (level, params) = optimizer(&index)
        .ok_or_else(|| Fail::new("index.html has no link with data-wasm-opt, expected how far wasm-opt goes"))?;
    let bound = package.join("bench_bg.wasm");
    let mut optimize = tools.command(project, "wasm-opt");
    optimize.arg(format!("-O{level}")).args(params.split_whitespace()).arg("-o").arg(&bound).arg(&bound);
    shell::logged(&mut optimize, &log)
}

/// What the app's page tells trunk about wasm-opt: the level, and the other arguments.
fn optimizer(index: &str) -> Option<(&str, &str)> {
    let tags = page::tags(index);
    let app = tags.iter().find(|tag| tag.get("data-wasm-opt").is_some())?;
    Some((app.get("data-wasm-opt")?, app.get("data-wasm-opt-params").unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::optimizer;

    #[test]
    fn the_benchmark_is_optimized_as_the_app_is() {
        let index = r#"<link rel="icon"><link data-trunk rel="rust" data-wasm-opt="z" data-wasm-opt-params="--a --b">"#;
        assert_eq!(optimizer(index), Some(("z", "--a --b")));
        assert_eq!(optimizer(r#"<link data-trunk rel="rust">"#), None);
    }
}
