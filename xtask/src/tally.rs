//! How many tests passed and failed, read from what their runners print.
use crate::fail::Fail;
use crate::shell::Shown;

/// How many of a step's failed tests are named in the summary.
const NAMED: usize = 10;

/// What a runner printed of each failed test, for a summary that is read without the rest: its name, what went wrong, where.
pub fn failures(ran: &Shown) -> Vec<String> {
    let lines: Vec<&str> = ran.text.lines().map(str::trim).collect();
    let begins = |line: &str| {
        // Playwright's `1) file:line:column › name ───`, and Rust's `---- name stdout ----`.
        let numbered = line.split_once(") ").is_some_and(|(number, rest)| {
            !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()) && rest.contains(".spec.ts:")
        });
        numbered || (line.starts_with("---- ") && line.ends_with(" ----"))
    };
    let starts = lines.iter().enumerate().filter(|(_, line)| begins(line)).take(NAMED);
    let told = starts.flat_map(|(at, title)| {
        let more = lines[at + 1..].iter().take_while(|line| !begins(line)).filter(|line| !line.is_empty()).take(4);
        std::iter::once(title.trim_end_matches(['─', ' ']).to_owned()).chain(more.map(|line| format!("    {line}")))
    });
    told.collect()
}

/// A count of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Those that held.
    pub passed: usize,
    /// Those that did not.
    pub failed: usize,
}

impl Tally {
    /// A step that counts as one test, and held.
    pub fn one_passed() -> Self {
        Self { passed: 1, failed: 0 }
    }

    /// A step that counts as one test, and did not hold.
    pub fn one_failed() -> Self {
        Self { passed: 0, failed: 1 }
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }

    /// A command without tests of its own: formatting, clippy.
    pub fn of_command(ran: &Shown) -> Self {
        if ran.ok { Self::one_passed() } else { Self::one_failed() }
    }

    /// Rust's test harness and the one for the browser: `test result: ok. 12 passed; 0 failed; …`, once a test binary.
    pub fn of_cargo_test(ran: &Shown) -> Result<Self, Fail> {
        let results = ran.text.lines().filter_map(|line| line.trim().strip_prefix("test result: "));
        let tally = results
            .map(|result| Self { passed: count_before(result, "passed"), failed: count_before(result, "failed") })
            .fold(Self::default(), Self::plus);
        tally.agreeing_with(ran)
    }

    /// Playwright's end: `  12 passed (3.4s)` and, where there are any, `  1 failed`, `  2 did not run`.
    pub fn of_playwright(ran: &Shown) -> Result<Self, Fail> {
        let count = |ending: &str| -> usize {
            ran.text
                .lines()
                .filter_map(|line| {
                    let (number, rest) = line.trim().split_once(' ')?;
                    let rest = rest.split(" (").next()?;
                    (rest == ending).then(|| number.parse::<usize>().ok())?
                })
                .sum()
        };
        let tally = Self {
            passed: count("passed"),
            failed: count("failed") + count("flaky") + count("interrupted") + count("did not run"),
        };
        tally.agreeing_with(ran)
    }

    /// A runner that fails has one failed test at the least, if only that of starting it; one that ran nothing says so.
    fn agreeing_with(self, ran: &Shown) -> Result<Self, Fail> {
        match (ran.ok, self) {
            (true, Self { passed: 0, failed: 0 }) => {
                Err(Fail::new("the runner ended well but ran no test, expected one at least"))
            }
            (false, Self { passed, failed: 0 }) => Ok(Self { passed, failed: 1 }),
            (_, tally) => Ok(tally),
        }
    }
}

/// The number in front of a word in `ok. 12 passed; 0 failed; 1 ignored`.
fn count_before(text: &str, word: &str) -> usize {
    let words: Vec<_> = text.split_whitespace().collect();
    words
        .windows(2)
        .find(|pair| pair[1].trim_end_matches(';') == word)
        .and_then(|pair| pair[0].parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(ok: bool, text: &str) -> Shown {
        Shown { ok, text: text.to_owned() }
    }

    #[test]
    fn the_results_of_several_test_binaries_are_summed() {
        let text = "test result: ok. 3 passed; 0 failed; 0 ignored\nnoise\n\
                    test result: FAILED. 4 passed; 2 failed; 0 ignored; finished in 0.1s\n";
        let tally = Tally::of_cargo_test(&ran(false, text)).unwrap();
        assert_eq!(tally, Tally { passed: 7, failed: 2 });
    }

    #[test]
    fn playwrights_last_lines_are_read() {
        let text = "  ok 1 › 3 passed is a name (2ms)\n  1 failed\n    a.spec.ts:3:5 › x\n  2 did not run\n  5 passed (4.2s)\n";
        let tally = Tally::of_playwright(&ran(false, text)).unwrap();
        assert_eq!(tally, Tally { passed: 5, failed: 3 });
    }

    #[test]
    fn a_failed_test_is_named_with_what_went_wrong() {
        let text = "  \u{2718} 1 a.spec.ts:3:5 › x (2s)\n\n  1) a.spec.ts:3:5 › x ──────\n\n    Error: expected 2\n\n      at a.spec.ts:9:1\n\n  1 failed\n";
        assert_eq!(
            failures(&ran(false, text)),
            ["1) a.spec.ts:3:5 › x", "    Error: expected 2", "    at a.spec.ts:9:1", "    1 failed"]
        );
        let text = "test a::b ... FAILED\n\n---- a::b stdout ----\nthread panicked\n\n---- a::c stdout ----\nleft 1\n";
        let told = ["---- a::b stdout ----", "    thread panicked", "---- a::c stdout ----", "    left 1"];
        assert_eq!(failures(&ran(false, text)), told);
    }

    #[test]
    fn a_runner_that_did_not_get_to_its_tests_counts_as_a_failure() {
        assert_eq!(Tally::of_cargo_test(&ran(false, "error[E0425]")).unwrap(), Tally::one_failed());
    }

    #[test]
    fn a_runner_without_tests_is_an_error() {
        assert!(Tally::of_cargo_test(&ran(true, "test result: ok. 0 passed; 0 failed;")).is_err());
    }
}
