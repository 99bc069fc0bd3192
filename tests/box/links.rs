//! Each kind of link.

use std::fs::File;
use std::io::{Read as _, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use latchbook::smartbox::framing::{Framing, Payload};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{InputModes, LocalModes, tcgetattr};

use crate::program::{Folder, Hands, Program, ask, is_answer, request, run, within};

const NUMBER: [&str; 2] = ["--serial-number", "LB-0042"];

/// Opens a terminal as somebody who plugs a cable in does.
fn plug(path: &Path) -> File {
    File::options().read(true).write(true).open(path).expect("a terminal")
}

#[test]
fn on_standard_input_and_output_it_answers_frames_and_ends_with_its_input() {
    let mut program = Program::start(&[&["--stdio"][..], &NUMBER].concat());
    let mut framing = Framing::serial();
    // Noise before a frame, and a frame in pieces.
    program.write(b"boot: ok\r\n");
    let bytes = framing.pieces(&request(1)).concat();
    for byte in &bytes {
        program.write(&[*byte]);
    }
    program.write(&bytes);
    drop(program.stdin.take());
    let mut out = Vec::new();
    program.stdout.read_to_end(&mut out).expect("output");
    let answers = framing.feed(&out);
    assert_eq!(answers.len(), 2);
    assert!(answers.iter().all(|answer| is_answer(answer, 1, "LB-0042")));
    assert!(program.child.wait().expect("it ends").success());
}

#[test]
fn as_a_gatt_peer_it_answers_records_in_fragments_of_the_payload() {
    for payload in [20, 244, 509] {
        let size = payload.to_string();
        let mut program = Program::start(&[&["--gatt", "--payload", &size][..], &NUMBER].concat());
        let mut framing = Framing::gatt(Payload::new(payload).expect("20 to 509"));
        for exchange in 1..=3 {
            // The rest of a message whose beginning was missed is no matter.
            program.write(&[0, 3, 0x41, 1, 2]);
            for fragment in framing.pieces(&request(exchange)) {
                program.write(&u16::try_from(fragment.len()).expect("at most 509").to_be_bytes());
                program.write(&fragment);
            }
            let answer = loop {
                let mut length = [0; 2];
                program.stdout.read_exact(&mut length).expect("a record");
                let mut fragment = vec![0; u16::from_be_bytes(length).into()];
                assert!(fragment.len() <= payload.into());
                program.stdout.read_exact(&mut fragment).expect("a whole record");
                if let Some(answer) = framing.feed(&fragment).pop() {
                    break answer;
                }
            };
            assert!(is_answer(&answer, exchange, "LB-0042"));
        }
        drop(program.stdin.take());
        assert!(program.child.wait().expect("it ends").success());
    }
}

#[test]
fn a_record_that_is_cut_short_is_an_error() {
    let mut program = Program::start(&["--gatt"]);
    program.write(&[0, 9, 1, 2]);
    drop(program.stdin.take());
    assert_eq!(program.child.wait().expect("it ends").code(), Some(1));
}

#[test]
fn its_pseudo_terminal_outlives_those_who_open_it() {
    let mut program = Program::start(&[&["--pty"][..], &NUMBER].concat());
    let path = program.path();
    for exchange in 1..=3 {
        let mut line = plug(&path);
        ask(&mut line, exchange, "LB-0042");
        ask(&mut line, exchange, "LB-0042");
        // Pulled in the middle of a frame.
        line.write_all(&[9, 1, 2]).expect("it listens");
    }
}

#[test]
fn every_byte_passes_its_pseudo_terminal_as_it_is() {
    let mut program = Program::start(&[&["--pty"][..], &NUMBER].concat());
    let line = plug(&program.path());
    let settings = tcgetattr(&line).expect("a terminal");
    assert!(!settings.local_modes.intersects(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG));
    assert!(!settings.input_modes.intersects(InputModes::ICRNL | InputModes::IXON));
    assert_eq!(settings.input_speed(), 115_200);
}

/// The end of a serial line that is here, and the path of the one that is a device there.
fn wire() -> (File, PathBuf) {
    let ours: OwnedFd =
        openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).expect("a pseudo-terminal");
    grantpt(&ours).expect("ours");
    unlockpt(&ours).expect("ours");
    let path = ptsname(&ours, Vec::new()).expect("a path").into_string().expect("text");
    (ours.into(), path.into())
}

#[test]
fn on_a_serial_device_it_answers_and_opens_it_again_when_it_comes_back() {
    let folder = Folder::new();
    let device = folder.path("ttyUSB0");
    let (mut line, path) = wire();
    symlink(&path, &device).expect("a link");
    let _program = Program::start(&[&["--serial", device.to_str().expect("text")][..], &NUMBER].concat());
    within(|| tcgetattr(&line).ok().filter(|settings| !settings.local_modes.contains(LocalModes::ECHO)));
    // What it finds on the line when it opens it, it throws away: the first frame may be part of that.
    std::thread::sleep(std::time::Duration::from_millis(300));
    ask(&mut line, 1, "LB-0042");
    drop(line);
    let (mut line, path) = wire();
    std::fs::remove_file(&device).expect("the cable is pulled");
    symlink(&path, &device).expect("and plugged in again");
    within(|| tcgetattr(&line).ok().filter(|settings| settings.output_speed() == 115_200));
    within(|| tcgetattr(&line).ok().filter(|settings| !settings.local_modes.contains(LocalModes::ECHO)));
    std::thread::sleep(std::time::Duration::from_millis(300));
    ask(&mut line, 2, "LB-0042");
}

#[test]
fn hands_at_the_box_press_put_and_see() {
    let folder = Folder::new();
    let control = folder.text("control");
    let program = Program::start(&[&["--pty", "--bins", "3", "--control", &control][..], &NUMBER].concat());
    let mut hands = Hands::at(&folder.path("control"));
    let state = hands.say("state");
    assert_eq!((&state["serial_number"], &state["screen"]["shows"]), (&"LB-0042".into(), &"Ready".into()));
    assert_eq!(state["bins"].as_array().expect("bins").len(), 3);
    let mut watching = Hands::at(&folder.path("control"));
    watching.say("watch");

    let back = hands.say("tag 00000007:1");
    assert_eq!(back["did"][0]["opens"], 1);
    assert_eq!(watching.hear().expect("a line")["screen"]["shows"], "ReturnHere");
    let put = hands.say("put 1 00000007:1");
    assert_eq!(put["bins"][0]["key"], "000000W000001");
    assert_eq!(hands.say("close 1")["bins"][0]["open"], false);
    let refused = hands.say("press 123456 enter");
    assert_eq!(refused["screen"]["shows"], "Refused");
    assert_eq!(refused["did"].as_array().expect("a list").len(), 7);
    assert_eq!(hands.say("press clear")["screen"]["shows"], "Ready");
    let ahead = hands.say("drift 3600000")["clock"].as_i64().expect("ms");
    assert!(ahead - hands.say("drift 0")["clock"].as_i64().expect("ms") > 3_590_000);
    for wrong in ["", "fly", "take 0", "press", "\u{7f}\u{0}"] {
        let answer = hands.say(wrong);
        assert_eq!(answer["ok"], false);
        assert!(answer["error"].as_str().expect("text").contains("expected"));
    }
    drop(program);
    // What a killed program left over is no obstacle to the next one.
    assert!(folder.path("control").exists());
    let _program = Program::start(&["--pty", "--control", &control]);
    assert_eq!(within(|| Hands::at(&folder.path("control")).try_say("state"))["ok"], true);
    let second = run(&["--stdio", "--control", &control]);
    assert_eq!(second.status.code(), Some(1));
}
