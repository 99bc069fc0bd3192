//! Debian's packages: the only things set-up changes outside the project, with rustup's target.
use std::path::Path;
use std::process::Command;

use crate::fail::Fail;
use crate::shell;

/// Installs packages, as root or through `sudo` where it asks for no password.
pub fn install(packages: &[&str], log: &Path) -> Result<(), Fail> {
    let by_hand =
        format!("sudo apt-get update && sudo apt-get install --yes --no-install-recommends {}", packages.join(" "));
    let asked = || {
        if shell::find("apt-get").is_none() {
            return Err(Fail::new("no apt-get on PATH, expected Debian or one of its relatives"));
        }
        let sudo = needs_sudo()?;
        // A fresh machine has no package lists, or old ones.
        shell::logged(apt_get(sudo).arg("update"), log)?;
        shell::logged(apt_get(sudo).args(["install", "--yes", "--no-install-recommends"]).args(packages), log)
    };
    asked().map_err(|fail| fail.during(format!("installing {}", packages.join(", "))).remedy(by_hand))
}

/// Whether a package is installed.
pub fn has(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat=${db:Status-Status}", package]);
    shell::capture(&mut query).is_ok_and(|status| status == "installed")
}

fn needs_sudo() -> Result<bool, Fail> {
    if shell::capture(Command::new("id").arg("-u"))? == "0" {
        return Ok(false);
    }
    shell::capture(Command::new("sudo").args(["--non-interactive", "true"]))
        .map(|_| true)
        .map_err(|fail| fail.during("neither root nor sudo without a password"))
}

fn apt_get(sudo: bool) -> Command {
    let mut command = if sudo {
        let mut command = Command::new("sudo");
        command.args(["--non-interactive", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        command
    } else {
        Command::new("apt-get")
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
