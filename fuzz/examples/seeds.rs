//! Writes what every corpus begins with into a folder: `cargo run --example seeds -- <folder>`.

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map(PathBuf::from).ok_or_else(|| io::Error::other("which folder?"))?;
    for (number, (target, seed)) in latchbook_fuzz::seeds::seeds().into_iter().enumerate() {
        let folder = folder.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("seed-{number:03}")), seed)?;
    }
    Ok(())
}
