//! `latchbook-box`: the reference box as a program, on a serial line, a pseudo-terminal or a pipe.
//!
//! Firmware engineers compare a real box with it, and tests talk to it as the app talks to a box on a wall. The box itself is
//! [`latchbook::smartbox::ReferenceBox`]; here is what a circuit board adds: a line to talk on (`line`, `peer`), a state that
//! outlasts a loss of power (`state`), and hands at the keypad and the doors (`control`).

mod args;
mod control;
mod device;
mod fail;
mod host;
mod line;
mod peer;
mod state;

use std::process::ExitCode;

use args::Command;

fn main() -> ExitCode {
    let options = match args::parse(std::env::args().skip(1)) {
        Ok(Command::Help) => {
            println!("{}", args::HELP);
            return ExitCode::SUCCESS;
        }
        Ok(Command::Run(options)) => options,
        Err(fail) => {
            eprintln!("{fail}");
            return ExitCode::from(2);
        }
    };
    match host::run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fail) => {
            eprintln!("{fail}");
            ExitCode::FAILURE
        }
    }
}
