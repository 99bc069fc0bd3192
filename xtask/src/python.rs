//! Python with the packages of `tests/smartbox/requirements.txt`, in an environment of the project's own.
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::apt;
use crate::fail::Fail;
use crate::files;
use crate::progress::Progress;
use crate::project::Project;
use crate::shell;

const REQUIREMENTS: &str = "tests/smartbox/requirements.txt";
/// Debian's Python, where the one on `PATH` is another that cannot do what is needed.
const DEBIANS: &str = "/usr/bin/python3";
/// Ends badly where the packages would not run, or where no environment can be made: Debian's `python3` comes without
/// `ensurepip`, which is in `python3-venv`.
const FITS: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";

/// A Python that has the packages.
pub struct Python {
    program: PathBuf,
}

impl Python {
    /// Tells tests where it is.
    pub fn prepare(&self, command: &mut Command) {
        command.env("LATCHBOOK_PYTHON", &self.program);
    }
}

/// Finds or makes the environment.
pub fn ensure(project: &Project, progress: &Progress) -> Result<Python, Fail> {
    let folder = project.tools().join("python");
    let program = folder.join("bin/python");
    let stamp = folder.join(".latchbook-stamp");
    let wanted = files::fingerprint(project.root(), &[REQUIREMENTS], &[])?;
    // It is links to the Python that made it, and that may have gone since.
    if files::stamp_is(&stamp, &wanted) && runs(&program, "") {
        progress.note("there already");
        return Ok(Python { program });
    }
    let base = base(project, progress)?;
    progress.note(format!("pip install --requirement {REQUIREMENTS}"));
    let log = project.scratch().join("python.log");
    let by_hand = format!(
        "{} -m venv --clear .tools/python && .tools/python/bin/python -m pip install --requirement {REQUIREMENTS}",
        base.display()
    );
    let made = || {
        shell::logged(Command::new(&base).args(["-m", "venv", "--clear"]).arg(&folder), &log)?;
        let mut pip = Command::new(&program);
        pip.current_dir(project.root()).args(["-m", "pip", "install", "--requirement", REQUIREMENTS]);
        pip.env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
        shell::logged(&mut pip, &log)
    };
    made().map_err(|fail| fail.remedy(by_hand))?;
    files::write(&stamp, wanted)?;
    Ok(Python { program })
}

/// A Python that can make the environment.
fn base(project: &Project, progress: &Progress) -> Result<PathBuf, Fail> {
    let find = || {
        let candidates = shell::find("python3").into_iter().chain([PathBuf::from(DEBIANS)]);
        candidates.into_iter().find(|python| runs(python, FITS))
    };
    if let Some(python) = find() {
        return Ok(python);
    }
    let packages = ["python3", "python3-venv"];
    progress.note(format!("apt-get install {}", packages.join(" ")));
    apt::install(&packages, &project.scratch().join("apt-python.log"))?;
    find().ok_or_else(|| {
        Fail::new("no python3 of 3.11 or later with venv and ensurepip after its packages were installed")
            .remedy("put a Python 3.11 or later with venv and ensurepip on PATH as python3")
    })
}

/// Whether a Python is there and runs a line to a good end.
fn runs(python: &Path, line: &str) -> bool {
    shell::capture(Command::new(python).args(["-c", line])).is_ok()
}
