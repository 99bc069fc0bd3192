//! Running other programs.
use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::fail::Fail;
use crate::files;
use crate::progress::Spent;

/// How often a program that runs in silence is spoken of: on a terminal in place, in a log as a new line.
const HEARTBEAT_TERMINAL: Duration = Duration::from_secs(1);
const HEARTBEAT_LOG: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);
/// How many lines of a failed program's log are shown.
const TAIL_LINES: usize = 40;

/// A command as a person would type it, without its environment.
pub fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    std::iter::once(name).chain(command.get_args()).map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

fn start_failed(command: &Command, error: &io::Error) -> Fail {
    Fail::new(format!("`{}` did not start: {error}", shown(command)))
}

fn ended_badly(command: &Command, status: ExitStatus) -> Fail {
    Fail::new(format!("`{}` ended with {status}, expected success", shown(command)))
}

/// Runs a short command and answers what it printed, trimmed.
pub fn capture(command: &mut Command) -> Result<String, Fail> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| start_failed(command, &error))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(ended_badly(command, output.status).during(said.trim()))
    }
}

/// Runs a long command with its output in a log file, and says now and then that it is still at work and what it wrote
/// last. When it fails, the end of the log is shown.
pub fn logged(command: &mut Command, log: &Path) -> Result<(), Fail> {
    files::write(log, "")?;
    let open = || File::options().append(true).open(log);
    let (out, err) = open()
        .and_then(|out| Ok((out, open()?)))
        .map_err(|error| Fail::new(format!("cannot write {}: {error}", log.display())))?;
    let mut child =
        command.stdin(Stdio::null()).stdout(out).stderr(err).spawn().map_err(|error| start_failed(command, &error))?;
    let status =
        wait_aloud(&mut child, log).map_err(|error| Fail::new(format!("waiting for `{}`: {error}", shown(command))))?;
    if status.success() {
        return Ok(());
    }
    let text = log_text(log);
    let lines: Vec<_> = text.lines().collect();
    for line in &lines[lines.len().saturating_sub(TAIL_LINES)..] {
        eprintln!("      | {line}");
    }
    eprintln!("      | (all of it: {})", log.display());
    Err(ended_badly(command, status))
}

fn wait_aloud(child: &mut Child, log: &Path) -> io::Result<ExitStatus> {
    let started = Instant::now();
    let terminal = io::stdout().is_terminal();
    let every = if terminal { HEARTBEAT_TERMINAL } else { HEARTBEAT_LOG };
    let mut next = started + every;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() >= next {
            next += every;
            let line = format!("      at work for {}: {}", Spent(started.elapsed()), last_word(&log_text(log)));
            if terminal {
                print!("\r{line:<110}");
                io::stdout().flush()?;
            } else {
                println!("{line}");
            }
        }
        thread::sleep(POLL);
    };
    if terminal {
        print!("\r{:<110}\r", "");
        io::stdout().flush()?;
    }
    Ok(status)
}

/// What a running program last said of its progress; with cargo's, how many crates it has begun.
fn last_word(text: &str) -> String {
    let crates = text.lines().filter(|line| line.trim_start().starts_with("Compiling ")).count();
    let last = text.lines().rev().map(str::trim).find(|line| !line.is_empty());
    let last: String = last.unwrap_or("").chars().take(60).collect();
    match crates {
        0 => last,
        _ => format!("{last} ({crates} crates so far)"),
    }
}

/// A log as text; nothing when it cannot be read, for it is only shown.
fn log_text(log: &Path) -> String {
    fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// What a command that was shown as it ran left behind.
pub struct Shown {
    /// Whether it ended well.
    pub ok: bool,
    /// Everything it printed, on both streams.
    pub text: String,
}

/// Runs a command in full view, and keeps what it printed.
pub fn shown_and_kept(command: &mut Command) -> Result<Shown, Fail> {
    println!("$ {}", shown(command));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| start_failed(command, &error))?;
    let kept = Mutex::new(String::new());
    let (out, err) = (child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        scope.spawn(|| out.map(|out| pass_on(out, &kept, |line| println!("{line}"))));
        scope.spawn(|| err.map(|err| pass_on(err, &kept, |line| eprintln!("{line}"))));
    });
    let status = child.wait().map_err(|error| Fail::new(format!("waiting for `{}`: {error}", shown(command))))?;
    let text = kept.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    Ok(Shown { ok: status.success(), text })
}

fn pass_on(from: impl Read, kept: &Mutex<String>, print: impl Fn(&str)) {
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        print(&line);
        let mut kept = kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        kept.push_str(&line);
        kept.push('\n');
    }
}

/// The folders of `PATH`.
pub fn path_folders() -> Vec<PathBuf> {
    env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default()
}

/// Where a program is on `PATH`.
pub fn find(name: &str) -> Option<PathBuf> {
    path_folders().into_iter().map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::last_word;

    #[test]
    fn a_silent_program_is_spoken_of_by_its_last_line() {
        assert_eq!(last_word("added 4 packages\n\n"), "added 4 packages");
        assert_eq!(last_word("   Compiling a v1\n   Compiling b v2\n"), "Compiling b v2 (2 crates so far)");
    }
}
