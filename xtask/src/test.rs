//! `cargo xtask test`: every check, each as a step with its time; the last line is `N passed, N failed`.
use std::process::Command;
use std::time::{Duration, Instant};

use crate::browser::{self, Browser};
use crate::fail::Fail;
use crate::links::{self, Links};
use crate::progress::{Progress, Spent};
use crate::project::Project;
use crate::python::{self, Python};
use crate::server;
use crate::setup::{self, Toolbox};
use crate::shell::{self, Shown};
use crate::site;
use crate::size;
use crate::tally::{self, Tally};
use crate::wasm_target::TARGET;

/// What `latchbook-box` is built with.
const BOX: [&str; 3] = ["--no-default-features", "--features", "box"];

/// A part of the checks that can be run alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Formatting.
    Fmt,
    /// Lints.
    Clippy,
    /// The core's tests, and xtask's, on this machine.
    Native,
    /// Tests in the browser of code for the browser.
    Wasm,
    /// The built app, used as a person would.
    E2e,
    /// The size of the built app.
    Size,
}

impl Part {
    const ALL: [(&'static str, Self); 6] = [
        ("fmt", Self::Fmt),
        ("clippy", Self::Clippy),
        ("native", Self::Native),
        ("wasm", Self::Wasm),
        ("e2e", Self::E2e),
        ("size", Self::Size),
    ];

    /// The part of this name on the command line.
    pub fn named(name: &str) -> Result<Self, Fail> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, part)| *part).ok_or_else(|| {
            let names = Self::ALL.map(|(name, _)| name).join(", ");
            Fail::new(format!("--only is `{name}`, expected one of {names}"))
        })
    }
}

/// Runs the checks; answers whether all of them held.
pub fn run(project: &Project, only: Option<Part>) -> Result<bool, Fail> {
    let wanted = |parts: &[Part]| only.is_none_or(|only| parts.contains(&only));
    let mut report = Report::new();

    if wanted(&[Part::Fmt]) {
        report.step("formatting", || cargo(project, &["fmt", "--all", "--check"]));
    }
    if wanted(&[Part::Clippy]) {
        report.step("clippy: the core", || clippy(cargo_command(project), &["--no-default-features", "--all-targets"]));
        report.step("clippy: the box", || clippy(cargo_command(project), &[&BOX[..], &["--all-targets"]].concat()));
        report.step("clippy: xtask", || clippy(cargo_command(project), &["--package", "xtask", "--all-targets"]));
    }
    if wanted(&[Part::Native]) {
        report.step("tests of the core", || cargo_test(&mut cargo_command(project), &["--no-default-features"]));
        report.step("tests of the box", || {
            cargo_test(&mut cargo_command(project), &[&BOX[..], &["--bin", "latchbook-box", "--test", "box"]].concat())
        });
        report.step("tests of xtask", || cargo_test(&mut cargo_command(project), &["--package", "xtask"]));
        let python = report.set_up("set-up: Python", || {
            let mut progress = Progress::new(1);
            progress.begin("the packages of requirements.txt (D-Bus, COSE)");
            python::ensure(project, &progress)
        });
        report.step_with("tests of another box", &python, |python| other_box(project, python));
    }

    let tools = wanted(&[Part::Clippy, Part::Wasm, Part::E2e, Part::Size])
        .then(|| report.set_up("set-up: tools", || setup::toolbox(project, &mut Progress::new(setup::STEPS))))
        .flatten();
    let browser = wanted(&[Part::Wasm, Part::E2e])
        .then(|| {
            report.set_up("set-up: browser", || {
                let mut progress = Progress::new(1);
                progress.begin("Chromium and its driver");
                browser::ensure(project, &progress)
            })
        })
        .flatten();
    let links = wanted(&[Part::E2e])
        .then(|| report.set_up("set-up: links", || links::ensure(project, &mut Progress::new(links::STEPS))))
        .flatten();

    if wanted(&[Part::Clippy]) {
        report.step_with("clippy: the app", &tools, |tools| wasm_clippy(project, tools));
    }
    if wanted(&[Part::Wasm]) {
        report.step_with("tests in the browser", &both(&tools, &browser), |(tools, browser)| {
            wasm_tests(project, tools, browser)
        });
    }
    if wanted(&[Part::E2e, Part::Size]) {
        let folder = site::own_folder(project);
        let built = report.step_with("the built app", &tools, |tools| {
            site::build(project, tools, &folder, "/", &Progress::new(1)).map(|()| Step::plain(Tally::one_passed()))
        });
        let built = built.then_some(());
        if wanted(&[Part::E2e]) {
            let needs = both(&tools, &browser).zip(links.as_ref()).filter(|_| built.is_some());
            report.step_with("end-to-end tests", &needs, |((tools, browser), links)| {
                end_to_end(project, tools, browser, links)
            });
        }
        if wanted(&[Part::Size]) {
            report.step_with("size", &built, |()| size::check(&folder).map(Step::plain));
        }
    }
    Ok(report.finish())
}

fn both<'a, A, B>(a: &'a Option<A>, b: &'a Option<B>) -> Option<(&'a A, &'a B)> {
    a.as_ref().zip(b.as_ref())
}

fn cargo_command(project: &Project) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(project.root());
    command
}

fn cargo(project: &Project, args: &[&str]) -> Result<Step, Fail> {
    let ran = shell::shown_and_kept(cargo_command(project).args(args))?;
    Ok(Step::counted(Tally::of_command(&ran), &ran))
}

fn clippy(mut cargo: Command, args: &[&str]) -> Result<Step, Fail> {
    cargo.arg("clippy").args(args).args(["--", "--deny", "warnings"]);
    let ran = shell::shown_and_kept(&mut cargo)?;
    Ok(Step::counted(Tally::of_command(&ran), &ran))
}

fn cargo_test(cargo: &mut Command, args: &[&str]) -> Result<Step, Fail> {
    let ran = shell::shown_and_kept(cargo.args(["test", "--no-fail-fast"]).args(args))?;
    Ok(Step::counted(Tally::of_cargo_test(&ran)?, &ran))
}

/// The tests that a plain `cargo test` ignores: they run on the project's Python.
fn other_box(project: &Project, python: &Python) -> Result<Step, Fail> {
    let mut cargo = cargo_command(project);
    python.prepare(&mut cargo);
    cargo_test(&mut cargo, &["--no-default-features", "--test", "python_box", "--", "--include-ignored"])
}

fn wasm_clippy(project: &Project, tools: &Toolbox) -> Result<Step, Fail> {
    if !tools.rust.has_clippy() {
        return Ok(Step::Skipped(format!(
            "clippy for the browser needs rustup's target (`rustup target add {TARGET}`); Debian's Rust builds the app here"
        )));
    }
    clippy(tools.command(project, "cargo"), &["--target", TARGET, "--all-targets"])
}

fn wasm_tests(project: &Project, tools: &Toolbox, browser: &Browser) -> Result<Step, Fail> {
    let mut cargo = tools.command(project, "cargo");
    browser.prepare(&mut cargo);
    cargo
        // Tests that say nothing of where they run would run in Node, where half of what they need is missing.
        .env("WASM_BINDGEN_USE_BROWSER", "1")
        .env("WASM_BINDGEN_TEST_TIMEOUT", "300");
    // The library's own tests and `tests/wasm_*.rs`; the other files in `tests/` are for this machine.
    cargo_test(&mut cargo, &["--target", TARGET, "--lib", "--test", "wasm_*"])
}

fn end_to_end(project: &Project, tools: &Toolbox, browser: &Browser, links: &Links) -> Result<Step, Fail> {
    let listener = server::listen(0)?;
    let address = server::address(&listener)?;
    server::start(listener, &site::own_folder(project))?;
    let mut playwright = tools.command(project, "playwright");
    browser.prepare(&mut playwright);
    links.prepare(&mut playwright);
    playwright.env("LATCHBOOK_BOX", links::build_box(project)?);
    playwright.args(["test", "--config", "tests/e2e"]).env("LATCHBOOK_URL", address);
    let ran = shell::shown_and_kept(&mut playwright)?;
    Ok(Step::counted(Tally::of_playwright(&ran)?, &ran))
}

/// How a step went that could be run.
enum Step {
    /// It ran, and counts as so many tests; of those that failed, what was printed.
    Counts(Tally, Vec<String>),
    /// It could not run here, for a reason that is nobody's fault.
    Skipped(String),
}

impl Step {
    fn plain(tally: Tally) -> Self {
        Self::Counts(tally, Vec::new())
    }

    fn counted(tally: Tally, ran: &Shown) -> Self {
        Self::Counts(tally, if tally.failed > 0 { tally::failures(ran) } else { Vec::new() })
    }
}

enum Outcome {
    Held(usize),
    Failed(Tally, Vec<String>),
    SetUp,
    Skipped(String),
}

struct Row {
    name: &'static str,
    outcome: Outcome,
    spent: Duration,
}

/// What was run, for the summary.
struct Report {
    started: Instant,
    rows: Vec<Row>,
}

impl Report {
    fn new() -> Self {
        Self { started: Instant::now(), rows: Vec::new() }
    }

    /// Runs a step that needs nothing.
    fn step(&mut self, name: &'static str, work: impl FnOnce() -> Result<Step, Fail>) -> bool {
        self.step_with(name, &Some(()), |()| work())
    }

    /// Runs a step if what it needs is there; answers whether it held.
    fn step_with<N>(
        &mut self,
        name: &'static str,
        needs: &Option<N>,
        work: impl FnOnce(&N) -> Result<Step, Fail>,
    ) -> bool {
        let Some(needs) = needs else {
            self.add(name, Outcome::Skipped("what it needs failed above".to_owned()), Instant::now());
            return false;
        };
        let started = self.title(name);
        let outcome = match work(needs) {
            Ok(Step::Counts(Tally { passed, failed: 0 }, _)) => Outcome::Held(passed),
            Ok(Step::Counts(tally, told)) => Outcome::Failed(tally, told),
            Ok(Step::Skipped(reason)) => Outcome::Skipped(reason),
            Err(fail) => {
                eprintln!("{fail}");
                Outcome::Failed(Tally::one_failed(), vec![fail.to_string()])
            }
        };
        let held = matches!(outcome, Outcome::Held(_));
        self.add(name, outcome, started);
        held
    }

    /// Puts something in place that later steps need. It is no test, so it counts only where it fails.
    fn set_up<T>(&mut self, name: &'static str, work: impl FnOnce() -> Result<T, Fail>) -> Option<T> {
        let started = self.title(name);
        let made = work();
        let outcome = match &made {
            Ok(_) => Outcome::SetUp,
            Err(fail) => {
                eprintln!("{fail}");
                Outcome::Failed(Tally::one_failed(), vec![fail.to_string()])
            }
        };
        self.add(name, outcome, started);
        made.ok()
    }

    fn title(&self, name: &str) -> Instant {
        println!("\n── {name} (after {}) ──", Spent(self.started.elapsed()));
        Instant::now()
    }

    fn add(&mut self, name: &'static str, outcome: Outcome, started: Instant) {
        let spent = started.elapsed();
        self.rows.push(Row { name, outcome, spent });
    }

    /// Prints the summary, its last line for machines; answers whether nothing failed.
    fn finish(self) -> bool {
        println!("\n── summary ──");
        let mut sum = Tally::default();
        let mut told = Vec::new();
        for Row { name, outcome, spent } in &self.rows {
            let (word, tally, more) = match outcome {
                Outcome::Held(passed) => ("ok", Tally { passed: *passed, failed: 0 }, format!("{passed} passed")),
                Outcome::Failed(tally, lines) => {
                    told.extend(lines);
                    ("FAILED", *tally, format!("{} passed, {} failed", tally.passed, tally.failed))
                }
                Outcome::SetUp => ("ready", Tally::default(), String::new()),
                Outcome::Skipped(reason) => ("skipped", Tally::default(), reason.clone()),
            };
            sum = sum.plus(tally);
            println!("{word:<8}{name:<22}{:>14}   {more}", Spent(*spent));
        }
        told.iter().for_each(|line| println!("{line}"));
        println!("all of it took {}", Spent(self.started.elapsed()));
        println!("{} passed, {} failed", sum.passed, sum.failed);
        sum.failed == 0
    }
}
