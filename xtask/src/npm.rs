//! The packages of `package-lock.json`: wasm-opt and Playwright. And those that only the benchmark needs.
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::fail::Fail;
use crate::files;
use crate::progress::Progress;
use crate::project::Project;
use crate::shell;

/// The oldest Node that everything here runs on.
const NODE: u32 = 20;

/// Installs the packages when the lock file is not what was installed last; answers the folder of their programs.
pub fn ensure(project: &Project, progress: &Progress) -> Result<PathBuf, Fail> {
    install(project, project.root(), progress)
}

/// The same for the lock file of a folder of its own.
pub fn install(project: &Project, folder: &Path, progress: &Progress) -> Result<PathBuf, Fail> {
    check_node()?;
    let modules = folder.join("node_modules");
    let stamp = modules.join(".latchbook-stamp");
    let wanted = files::fingerprint(folder, &["package.json", "package-lock.json"], &[])?;
    if files::stamp_is(&stamp, &wanted) {
        progress.note("there already");
    } else {
        progress.note("npm ci");
        let mut command = Command::new("npm");
        command
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .current_dir(folder);
        shell::logged(&mut command, &project.scratch().join("npm.log"))
            .map_err(|fail| fail.remedy("npm ci --ignore-scripts"))?;
        files::write(&stamp, wanted)?;
    }
    Ok(modules.join(".bin"))
}

fn check_node() -> Result<(), Fail> {
    let remedy = format!(
        "install Node {NODE} or newer with npm, from Debian 13 (`sudo apt-get install nodejs npm`) or from nodejs.org"
    );
    let said = shell::capture(Command::new("node").arg("--version")).map_err(|fail| fail.remedy(remedy.clone()))?;
    let major = said.trim_start_matches('v').split('.').next();
    match major.and_then(|major| major.parse::<u32>().ok()) {
        Some(major) if major >= NODE => Ok(()),
        _ => Err(Fail::new(format!("node is {said}, expected v{NODE} or newer")).remedy(remedy)),
    }
}
