//! The command line.
use crate::bench::Bench;
use crate::fail::Fail;
use crate::test::Part;

/// What `cargo xtask help` prints.
pub const HELP: &str = "\
cargo xtask serve [--port N]          set up what is missing, build the release app, serve it (port 8080)
cargo xtask build [--public-url /x/]  leave in dist/ a folder that any static web server can host
cargo xtask test [--only PART]        run every check; PART: fmt, clippy, native, wasm, e2e, size
cargo xtask bench [PART]              measure all, or PART: visits, storage
cargo xtask bench storage [ARGS…]     compare the storage with others: --rounds 5, --bookings 100000, --parts
cargo xtask setup                     set up everything the commands above need, and stop

LATCHBOOK_WASM_TARGET=debian  set the WebAssembly target up from Debian's packages, even where rustup has it
LATCHBOOK_SERIAL=replaced     end-to-end tests replace navigator.serial, even where the browser can have a serial port";

/// The port of `serve` when none is named.
pub const DEFAULT_PORT: u16 = 8080;

/// One command with its options.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Print [`HELP`].
    Help,
    /// Build the app and serve it.
    Serve {
        /// The TCP port on the loopback interface.
        port: u16,
    },
    /// Build the app into `dist/`.
    Build {
        /// Where the app will live on its server: starts and ends with a slash.
        public_url: String,
    },
    /// Run the checks.
    Test {
        /// One part of them, or all.
        only: Option<Part>,
    },
    /// Measure.
    Bench {
        /// One thing, or all.
        only: Option<Bench>,
        /// Handed on to the script that measures the storage.
        rest: Vec<String>,
    },
    /// Set up, and stop.
    Setup,
}

/// Reads the command line without the program's name.
pub fn parse(args: impl Iterator<Item = String>) -> Result<Command, Fail> {
    let mut args = args.peekable();
    let command = match args.next().as_deref() {
        None | Some("help" | "--help" | "-h") => return Ok(Command::Help),
        Some("serve") => Command::Serve {
            port: match option(&mut args, "--port")? {
                Some(port) => port
                    .parse()
                    .map_err(|_| Fail::new(format!("--port is `{port}`, expected a number from 0 to 65535")))?,
                None => DEFAULT_PORT,
            },
        },
        Some("build") => {
            Command::Build { public_url: public_url(option(&mut args, "--public-url")?.as_deref().unwrap_or("/"))? }
        }
        Some("test") => {
            Command::Test { only: option(&mut args, "--only")?.map(|part| Part::named(&part)).transpose()? }
        }
        Some("bench") => {
            let only = args.next_if(|arg| !arg.starts_with('-')).map(|part| Bench::named(&part)).transpose()?;
            // The visits have no options.
            let rest = if only == Some(Bench::Visits) { Vec::new() } else { args.by_ref().collect() };
            Command::Bench { only, rest }
        }
        Some("setup") => Command::Setup,
        Some(other) => {
            return Err(Fail::new(format!("`{other}` is no command, expected serve, build, test, bench or setup"))
                .remedy("cargo xtask help"));
        }
    };
    match args.next() {
        None => Ok(command),
        Some(extra) => Err(Fail::new(format!("`{extra}` was not expected here")).remedy("cargo xtask help")),
    }
}

/// Takes `--name VALUE` or `--name=VALUE` if it comes next.
fn option(args: &mut std::iter::Peekable<impl Iterator<Item = String>>, name: &str) -> Result<Option<String>, Fail> {
    let matches = |arg: &String| arg.split('=').next() == Some(name);
    let Some(arg) = args.next_if(matches) else {
        return Ok(None);
    };
    match arg.split_once('=') {
        Some((_, value)) => Ok(Some(value.to_owned())),
        None => args.next().map(Some).ok_or_else(|| Fail::new(format!("{name} was given no value"))),
    }
}

/// A public URL is a path from the server's root: a relative one would break every deep link (`/bookings/17`).
fn public_url(given: &str) -> Result<String, Fail> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
    if !given.starts_with('/') || given.starts_with("//") || !given.chars().all(plain) {
        return Err(Fail::new(format!(
            "--public-url is `{given}`, expected a path from the server's root, such as /latchbook/"
        )));
    }
    Ok(format!("{}/", given.trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, Fail> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_come_with_a_space_or_an_equals_sign() {
        for line in ["serve --port 9000", "serve --port=9000"] {
            assert_eq!(read(line).unwrap(), Command::Serve { port: 9000 });
        }
    }

    #[test]
    fn all_is_measured_or_one_part_and_options_are_those_of_the_storage() {
        let bench =
            |only, rest: &[&str]| Command::Bench { only, rest: rest.iter().map(|arg| arg.to_string()).collect() };
        assert_eq!(read("bench").unwrap(), bench(None, &[]));
        assert_eq!(read("bench --rounds 2").unwrap(), bench(None, &["--rounds", "2"]));
        assert_eq!(read("bench visits").unwrap(), bench(Some(Bench::Visits), &[]));
        assert_eq!(read("bench storage --parts").unwrap(), bench(Some(Bench::Storage), &["--parts"]));
    }

    #[test]
    fn a_public_url_always_ends_with_a_slash() {
        for (given, kept) in [("/", "/"), ("/sub", "/sub/"), ("/a/b/", "/a/b/")] {
            assert_eq!(public_url(given).unwrap(), kept);
        }
    }

    #[test]
    fn a_public_url_that_breaks_deep_links_or_names_another_origin_is_refused() {
        for given in ["./", "sub/", "//elsewhere/", "https://elsewhere/", ""] {
            assert!(public_url(given).is_err(), "{given}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for line in
            ["fly", "serve --prot 1", "serve --port", "test --only everything", "bench all", "bench visits --rounds 2"]
        {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
