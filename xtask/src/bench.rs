//! `cargo xtask bench`: the app's library, compiled with its feature `bench`, for `tests/bench/run.mjs` to measure in
//! Chromium.
use crate::browser;
use crate::fail::Fail;
use crate::progress::Progress;
use crate::project::Project;
use crate::setup;
use crate::shell;
use crate::wasm_target::TARGET;

const SCRIPT: &str = "tests/bench/run.mjs";

/// Builds what is measured and runs the script, which prints the result; its own arguments are handed on.
pub fn run(project: &Project, rest: &[String]) -> Result<(), Fail> {
    if !project.path(SCRIPT).is_file() {
        return Err(Fail::new(format!("no {SCRIPT}, expected the benchmark's script")));
    }
    let mut progress = Progress::new(setup::STEPS + 3);
    let tools = setup::toolbox(project, &mut progress)?;
    progress.begin("Chromium and its driver");
    let browser = browser::ensure(project, &progress)?;

    progress.begin("The library, with what the benchmark calls");
    let mut cargo = tools.command(project, "cargo");
    // A library's `.wasm` needs the crate type `cdylib`, which is asked for here alone: the app itself is a program.
    cargo.args(["rustc", "--lib", "--crate-type", "cdylib", "--release", "--features", "bench", "--target", TARGET]);
    shell::logged(&mut cargo, &project.scratch().join("bench.log"))?;
    let wasm = tools.rust.target_folder(project).join(TARGET).join("release/latchbook.wasm");
    let package = project.path("target/bench/pkg");
    let mut bindgen = tools.command(project, "wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--out-name", "bench", "--out-dir"]).arg(&package).arg(&wasm);
    shell::logged(&mut bindgen, &project.scratch().join("bench.log"))?;

    progress.begin("The measurement");
    let mut node = tools.command(project, "node");
    browser.prepare(&mut node);
    node.arg(SCRIPT).args(rest).env("LATCHBOOK_BENCH_PKG", &package);
    let status =
        node.status().map_err(|error| Fail::new(format!("`{}` did not start: {error}", shell::shown(&node))))?;
    if status.success() {
        Ok(())
    } else {
        Err(Fail::new(format!("`{}` ended with {status}, expected success", shell::shown(&node))))
    }
}
