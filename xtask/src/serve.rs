//! `cargo xtask serve`: from a fresh clone to the app in a browser.
use std::thread;

use crate::fail::Fail;
use crate::progress::Progress;
use crate::project::Project;
use crate::server;
use crate::setup;
use crate::site;

/// Sets up, builds, serves; does not come back while it serves.
pub fn run(project: &Project, port: u16) -> Result<(), Fail> {
    // Before anything that takes long: a port that is taken is better known now.
    let listener = server::listen(port)?;
    let address = server::address(&listener)?;
    let mut progress = Progress::new(setup::STEPS + 2);
    let tools = setup::toolbox(project, &mut progress)?;
    progress.begin("The app");
    let folder = site::own_folder(project);
    site::build(project, &tools, &folder, "/", &progress)?;
    progress.begin("The web server");
    server::start(listener, &folder)?;
    println!("\nLatchbook is at {address} (ready after {}; Ctrl+C ends it)", progress.elapsed());
    loop {
        thread::park();
    }
}
