//! What was answered outlasts `kill -9` at any moment, and what was not answered happened wholly or not at all.

use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::program::{Folder, Hands, Program, ask, within};

/// How often it is killed.
const KILLS: u64 = 60;
const BINS: u64 = 3;

/// Numbers that look random, and are the same every time.
fn random(seed: u64) -> u64 {
    let mixed = (seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 20
}

/// The `n`th thing that is done: into each bin in turn a key is put, and then each is taken. Each is one event of the log.
fn deed(n: u64) -> String {
    let bin = n % BINS + 1;
    if (n / BINS).is_multiple_of(2) { format!("put {bin} 00000007:{}", n + 1) } else { format!("take {bin}") }
}

/// Which bins hold a key after so many deeds.
fn holding_after(deeds: u64) -> Vec<bool> {
    let mut holding = vec![false; BINS as usize];
    for n in 0..deeds {
        holding[(n % BINS) as usize] = (n / BINS).is_multiple_of(2);
    }
    holding
}

fn holding(state: &Value) -> Vec<bool> {
    state["bins"].as_array().expect("bins").iter().map(|bin| !bin["key"].is_null()).collect()
}

fn next(state: &Value) -> u64 {
    state["log"]["next"].as_u64().expect("a number")
}

#[test]
fn what_was_answered_outlasts_a_kill_at_any_moment() {
    let folder = Folder::new();
    let (state, control) = (folder.text("state"), folder.text("control"));
    let args = ["--pty", "--bins", "3", "--serial-number", "LB-0042", "--state", &state, "--control", &control];
    // How many deeds are done for certain, and the number after the last event then.
    let (mut done, mut at) = (0, None);
    for round in 0..KILLS {
        // Twice in a row, so that now and then it is killed while it starts.
        if round % 4 == 3 {
            let mut program = Program::start(&args);
            thread::sleep(Duration::from_micros(random(round * 7) % 12_000));
            program.kill();
        }
        let mut program = Program::start(&args);
        // A socket that was left over refuses until the program has made its own.
        let (mut hands, found) = within(|| {
            let mut hands = Hands::at(&folder.path("control"));
            hands.try_say("state").map(|found| (hands, found))
        });
        // What the last round's last deed was, that was never answered, shows now: done, or not.
        let starts = if at.is_none() || round % 4 == 3 { 1..=2 } else { 1..=1 };
        if let Some(at) = at {
            let more = next(&found) - at;
            let deeds = if holding(&found) == holding_after(done) { 0 } else { 1 };
            assert_eq!(holding(&found), holding_after(done + deeds), "round {round}");
            assert!(
                more >= deeds && starts.contains(&(more - deeds)),
                "round {round}: {more} events for {deeds} deeds"
            );
            done += deeds;
        }
        at = Some(next(&found));
        let (kill, killed) = channel();
        let killer = thread::spawn(move || {
            let after = killed.recv().expect("when");
            thread::sleep(Duration::from_micros(after));
            program.kill();
            program
        });
        kill.send(random(round) % 25_000).expect("it waits");
        while let Some(answer) = hands.try_say(&deed(done)) {
            done += 1;
            assert_eq!(holding(&answer), holding_after(done));
            at = Some(next(&answer));
        }
        drop(killer.join().expect("it was killed"));
    }
    assert!(done > KILLS / 2, "{done} deeds");
}

#[test]
fn a_box_that_was_killed_answers_its_next_message() {
    let folder = Folder::new();
    let state = folder.text("state");
    let args = ["--pty", "--serial-number", "LB-0042", "--state", &state];
    for round in 0..10 {
        let mut program = Program::start(&args);
        let path = program.path();
        let mut line = std::fs::File::options().read(true).write(true).open(path).expect("a terminal");
        ask(&mut line, 1 + round, "LB-0042");
        // In the middle of whatever this makes it do.
        std::io::Write::write_all(&mut line, &[0, 1, 2, 0]).expect("it listens");
        program.kill();
    }
}
