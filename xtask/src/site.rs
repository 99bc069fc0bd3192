//! Building the app into a folder that any static web server can host.
use std::path::{Path, PathBuf};

use crate::check;
use crate::fail::Fail;
use crate::files;
use crate::names;
use crate::page;
use crate::progress::Progress;
use crate::project::Project;
use crate::setup::{self, Toolbox};
use crate::shell;
use crate::styles;

/// Everything a build depends on. The tools' versions are in the lock files or in xtask itself.
const INPUTS: [&str; 11] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "index.html",
    "package-lock.json",
    "public",
    "src",
    "start.js",
    "style",
    "xtask/src",
];

/// Where the site that these commands serve and test themselves is built: `dist/` is for publishing, perhaps under
/// another address.
pub fn own_folder(project: &Project) -> PathBuf {
    project.path("target/site")
}

/// `cargo xtask build`.
pub fn run(project: &Project, public_url: &str) -> Result<(), Fail> {
    let mut progress = Progress::new(setup::STEPS + 1);
    let tools = setup::toolbox(project, &mut progress)?;
    progress.begin("The app, for publishing");
    let folder = project.path("dist");
    build(project, &tools, &folder, public_url, &progress)?;
    println!("dist/ is ready, after {}: put it where your server answers {public_url}", progress.elapsed());
    Ok(())
}

/// Builds the release app into a folder, unless nothing changed since it was built there, and checks what came out.
pub fn build(
    project: &Project,
    tools: &Toolbox,
    folder: &Path,
    public_url: &str,
    progress: &Progress,
) -> Result<(), Fail> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let stamp = project.scratch().join(format!("{name}.stamp"));
    let wanted = files::fingerprint(project.root(), &INPUTS, &[public_url, tools.app.name()])?;
    if files::stamp_is(&stamp, &wanted) && check::site(folder, public_url).is_ok() {
        progress.note("nothing changed since the last build");
        return Ok(());
    }
    // From here on the folder is no longer what the stamp says, whether or not this build comes to its end.
    files::remove_file(&stamp)?;
    styles::bundle(project)?;
    // Trunk's `--offline` is cargo's as well: what Cargo.lock names has to be here before.
    let mut fetch = tools.app_command(project, "cargo");
    fetch.arg("fetch");
    shell::logged(&mut fetch, &project.scratch().join("fetch.log")).map_err(|fail| fail.remedy("cargo fetch"))?;
    progress.note("compiling (1 to 4 minutes the first time on 2 cores, then as much as changed)");
    let mut trunk = tools.app_command(project, "trunk");
    trunk
        .args(["build", "--release", "--offline", "--public-url", public_url, "--dist"])
        .arg(folder)
        // Trunk takes no other value for it than `true` and `false`, and refuses the usual `1`.
        .env_remove("NO_COLOR");
    shell::logged(&mut trunk, &project.scratch().join("trunk.log"))?;
    // What trunk holds on to while it builds is of no use to anybody after.
    files::remove_file(&folder.join(".trunk-lock"))?;
    names::shorten(folder)?;
    let index = folder.join("index.html");
    files::write(&index, page_with_quiet_preload(&files::read_text(&index)?))?;
    // Hosts without a rule that sends unknown addresses to the app send this page instead, and it is the app.
    files::copy(&index, &folder.join("404.html"))?;
    let hashed = check::site(folder, public_url)?;
    progress.note(format!("checked: a strict policy, nothing inline, {hashed} integrity hashes"));
    files::write(&stamp, wanted)
}

/// Browsers ignore `integrity` where a preload is for a later fetch, and complain of it on the console. The fetch, in
/// `start.js`, is what can check the hash, so the page keeps it for that under the name `data-integrity`.
fn page_with_quiet_preload(page: &str) -> String {
    let key = page::tags(page)
        .iter()
        .filter(|tag| tag.get("as") == Some("fetch"))
        .find_map(|tag| tag.attributes.iter().find(|(key, _)| *key == "integrity"))
        .map(|(key, _)| key.as_ptr().addr() - page.as_ptr().addr());
    match key {
        Some(at) => format!("{}data-{}", &page[..at], &page[at..]),
        None => page.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::page_with_quiet_preload;

    #[test]
    fn only_the_preload_for_a_fetch_hands_its_hash_to_the_script() {
        assert_eq!(
            page_with_quiet_preload("<link integrity=a rel=modulepreload><link as=fetch integrity=b><p>"),
            "<link integrity=a rel=modulepreload><link as=fetch data-integrity=b><p>"
        );
    }
}
