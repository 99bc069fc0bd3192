//! Chromium and its driver, for the tests.
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::apt;
use crate::fail::Fail;
use crate::progress::Progress;
use crate::project::Project;
use crate::shell;

/// A browser that tests can drive.
pub struct Browser {
    chromium: PathBuf,
    driver: PathBuf,
}

impl Browser {
    /// Tells a test runner where the browser and its driver are.
    pub fn prepare(&self, command: &mut Command) {
        command.env("CHROMIUM", &self.chromium).env("CHROMEDRIVER", &self.driver);
    }
}

/// Finds or installs both. `CHROMIUM` and `CHROMEDRIVER` name others than those on `PATH`.
pub fn ensure(project: &Project, progress: &Progress) -> Result<Browser, Fail> {
    let find = || {
        Some(Browser {
            chromium: named_or_found("CHROMIUM", "chromium")?,
            driver: named_or_found("CHROMEDRIVER", "chromedriver")?,
        })
    };
    if let Some(browser) = find() {
        progress.note("there already");
        return Ok(browser);
    }
    let packages = ["chromium", "chromium-driver"];
    progress.note(format!("apt-get install {}", packages.join(" ")));
    apt::install(&packages, &project.scratch().join("apt-browser.log"))?;
    find().ok_or_else(|| {
        Fail::new("no `chromium` and `chromedriver` on PATH after their packages were installed")
            .remedy("set CHROMIUM and CHROMEDRIVER to the two programs")
    })
}

fn named_or_found(variable: &str, program: &str) -> Option<PathBuf> {
    match env::var_os(variable) {
        Some(named) if Path::new(&named).is_file() => Some(named.into()),
        _ => shell::find(program),
    }
}
