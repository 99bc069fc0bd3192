//! What is asked wrongly is refused in words, and never a panic.

use std::fs;

use crate::program::{Folder, Hands, Program, run, said};

#[test]
fn wrong_arguments_are_refused_with_what_was_expected() {
    for args in [&[][..], &["--fly"], &["--pty", "--bins", "0"], &["--gatt", "--payload", "7"], &["--serial"]] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let said = said(&output);
        assert!(said.starts_with("latchbook-box: ") && !said.contains("panicked"), "{said}");
    }
}

#[test]
fn help_names_every_option() {
    let output = run(&["--help"]);
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).expect("text");
    for option in
        ["--serial", "--pty", "--stdio", "--gatt", "--payload", "--state", "--control", "--serial-number", "--bins"]
    {
        assert!(help.contains(&format!("  {option} ")), "{option}");
    }
}

#[test]
fn a_device_that_is_none_is_named() {
    for device in ["/nowhere/ttyUSB0", "/dev/null"] {
        let output = run(&["--serial", device]);
        assert_eq!(output.status.code(), Some(1));
        let said = said(&output);
        assert!(said.contains(device) && said.contains("what to do"), "{said}");
    }
}

#[test]
fn a_state_that_cannot_be_used_is_left_alone() {
    let folder = Folder::new();
    let state = folder.text("state");
    for bytes in [&b""[..], b"nonsense", &[0x82, 0x18, 0x63, 0x80]] {
        fs::write(&state, bytes).expect("written");
        let output = run(&["--stdio", "--state", &state]);
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains("state"), "{}", said(&output));
        assert_eq!(fs::read(&state).expect("still there"), bytes);
    }
    let nowhere = folder.text("nowhere/state");
    assert_eq!(run(&["--stdio", "--state", &nowhere]).status.code(), Some(1));
}

#[test]
fn the_state_of_another_box_is_refused() {
    let folder = Folder::new();
    let state = folder.text("state");
    let known = ["--stdio", "--state", &state, "--serial-number", "LB-1", "--bins", "4"];
    assert!(run(&[&known[..3], &["--serial-number", "LB-100", "--bins", "4"]].concat()).status.success());
    for other in [["--serial-number", "LB-200"], ["--bins", "5"]] {
        let output = run(&[&known[..3], &other].concat());
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains(other[1]), "{}", said(&output));
    }
    assert!(run(&known[..3]).status.success());
}

#[test]
fn one_program_at_a_time_keeps_a_state() {
    let folder = Folder::new();
    let (state, control) = (folder.text("state"), folder.text("control"));
    let mut program = Program::start(&["--pty", "--state", &state, "--control", &control]);
    Hands::at(&folder.path("control")).say("state");
    let output = run(&["--stdio", "--state", &state]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("another latchbook-box"), "{}", said(&output));
    program.kill();
    assert!(run(&["--stdio", "--state", &state]).status.success());
}
