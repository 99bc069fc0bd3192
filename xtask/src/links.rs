//! What stands between a browser and a SmartBox in the end-to-end tests: `tests/smartbox` and what that runs on.
use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::apt;
use crate::fail::Fail;
use crate::progress::Progress;
use crate::project::Project;
use crate::python::{self, Python};
use crate::shell;

/// How many steps [`ensure`] takes.
pub const STEPS: usize = 2;

/// What the stand-ins run on.
pub struct Links {
    python: Python,
}

impl Links {
    /// Tells a test runner where it is.
    pub fn prepare(&self, command: &mut Command) {
        self.python.prepare(command);
    }
}

/// Finds or installs it, in [`STEPS`] steps.
pub fn ensure(project: &Project, progress: &mut Progress) -> Result<Links, Fail> {
    progress.begin("dbus-daemon");
    dbus(project, progress)?;
    progress.begin("the packages of requirements.txt (D-Bus, COSE)");
    let python = python::ensure(project, progress)?;
    Ok(Links { python })
}

/// The bus that Chromium looks for Bluetooth on. The tests start their own: no service is needed.
fn dbus(project: &Project, progress: &Progress) -> Result<(), Fail> {
    let program = "dbus-daemon";
    if shell::find(program).is_some() {
        progress.note("there already");
        return Ok(());
    }
    progress.note(format!("apt-get install {program}"));
    apt::install(&[program], &project.scratch().join("apt-dbus.log"))?;
    match shell::find(program) {
        Some(_) => Ok(()),
        None => Err(Fail::new(format!("no `{program}` on PATH after its package was installed"))
            .remedy(format!("put `{program}` on PATH"))),
    }
}

/// Builds the reference box as a program for this machine; answers where it is.
pub fn build_box(project: &Project) -> Result<PathBuf, Fail> {
    let program = "latchbook-box";
    let mut cargo = Command::new("cargo");
    cargo.current_dir(project.root()).args(["build", "--no-default-features", "--features", "box", "--bin", program]);
    shell::logged(&mut cargo, &project.scratch().join("latchbook-box.log"))?;
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| project.path("target"), |folder| project.path(folder));
    Ok(target.join("debug").join(program))
}
