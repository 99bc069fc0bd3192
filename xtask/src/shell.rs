//! Running other programs.
use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Seek, SeekFrom, Write};
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
/// How much of a failed program's log is shown, and how much of it is read for that.
const TAIL_LINES: usize = 40;
const TAIL_BYTES: i64 = 16 * 1024;

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
    let text = tail(log);
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
            let text = tail(log);
            let last = text.lines().rev().find(|line| !line.trim().is_empty());
            let last: String = last.unwrap_or("").trim().chars().take(60).collect();
            let line = format!("      at work for {}: {last}", Spent(started.elapsed()));
            if terminal {
                print!("\r{line:<100}");
                io::stdout().flush()?;
            } else {
                println!("{line}");
            }
        }
        thread::sleep(POLL);
    };
    if terminal {
        print!("\r{:<100}\r", "");
        io::stdout().flush()?;
    }
    Ok(status)
}

/// The end of a file, as text; nothing when it cannot be read.
fn tail(path: &Path) -> String {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let end = file.metadata()?.len().min(TAIL_BYTES.unsigned_abs());
        file.seek(SeekFrom::End(-i64::try_from(end).unwrap_or(TAIL_BYTES)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    String::from_utf8_lossy(&read().unwrap_or_default()).into_owned()
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
