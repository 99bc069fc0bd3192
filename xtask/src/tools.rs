//! Trunk and wasm-bindgen: programs written in Rust, of exactly one version each.
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::fail::Fail;
use crate::files;
use crate::progress::Progress;
use crate::project::Project;
use crate::shell;

/// Older ones name files after other bytes than they hold, which a service worker cannot live with.
pub const TRUNK: &str = "0.22.1";

/// A program that cargo can install.
struct Tool {
    package: &'static str,
    programs: &'static [&'static str],
    version: String,
    /// What `cargo install` needs besides the name and the version.
    flags: &'static [&'static str],
}

impl Tool {
    /// The folder of the programs, if all of them there are of the right version.
    fn in_folder(&self, folder: &Path) -> bool {
        self.programs.iter().all(|program| {
            let file = folder.join(program);
            file.is_file()
                && shell::capture(Command::new(file).arg("--version"))
                    .is_ok_and(|said| said.split_whitespace().any(|word| word == self.version))
        })
    }

    fn by_hand(&self) -> String {
        let flags: String = self.flags.iter().map(|flag| format!(" {flag}")).collect();
        format!("cargo install {} --version {}{flags}", self.package, self.version)
    }
}

/// Finds or installs trunk; answers the folder it is in.
pub fn trunk(project: &Project, progress: &Progress) -> Result<PathBuf, Fail> {
    ensure(
        project,
        progress,
        &Tool {
            package: "trunk",
            programs: &["trunk"],
            version: TRUNK.to_owned(),
            flags: &["--locked", "--ignore-rust-version"],
        },
    )
}

/// Finds or installs wasm-bindgen, which must be of the version of the crate; answers the folder it is in.
pub fn wasm_bindgen(project: &Project, progress: &Progress) -> Result<PathBuf, Fail> {
    ensure(
        project,
        progress,
        &Tool {
            package: "wasm-bindgen-cli",
            programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
            version: project.locked_version("wasm-bindgen")?,
            // Not `--locked`: its lock file is newer than what some registries serve.
            flags: &[],
        },
    )
}

fn ensure(project: &Project, progress: &Progress, tool: &Tool) -> Result<PathBuf, Fail> {
    let own = project.tools().join("bin");
    let found = std::iter::once(own.clone()).chain(shell::path_folders()).find(|folder| tool.in_folder(folder));
    if let Some(folder) = found {
        progress.note("there already");
        return Ok(folder);
    }
    install(project, progress, tool).map_err(|fail| fail.remedy(tool.by_hand()))?;
    if tool.in_folder(&own) {
        Ok(own)
    } else {
        Err(Fail::new(format!("{} has no {} {} after it was installed", own.display(), tool.package, tool.version))
            .remedy(tool.by_hand()))
    }
}

fn install(project: &Project, progress: &Progress, tool: &Tool) -> Result<(), Fail> {
    let log = project.scratch().join(format!("install-{}.log", tool.package));
    if shell::find("cargo-binstall").is_some() {
        progress.note("asking cargo-binstall for it");
        let mut command = Command::new("cargo");
        command
            .args(["binstall", "--no-confirm", "--disable-strategies", "compile", "--root"])
            .arg(project.tools())
            .arg(format!("{}@{}", tool.package, tool.version));
        match shell::logged(&mut command, &log) {
            Ok(()) => return Ok(()),
            Err(fail) => progress.note(fail),
        }
    }
    progress.note("compiling it (4 to 10 minutes on 2 cores, once)");
    let build = project.tools().join("build");
    let mut command = Command::new("cargo");
    command
        .args(["install", tool.package, "--version", &tool.version])
        .args(tool.flags)
        .arg("--root")
        .arg(project.tools())
        .env("CARGO_TARGET_DIR", &build)
        // The tools run for seconds and compile for minutes: a lighter release profile halves those.
        .env("CARGO_PROFILE_RELEASE_LTO", "false")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "false")
        // Away from the project, whose settings and lock file are not for the tools.
        .current_dir(project.tools());
    files::make_folder(&project.tools())?;
    shell::logged(&mut command, &log)?;
    files::remove_folder(&build)
}
