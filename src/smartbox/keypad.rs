//! The keypad: what is being typed, and the lock-out (rule 11 of the design; `PROTOCOL.md`, "Keypad").

use crate::domain::Secret;
use crate::domain::cbor::record;

/// How many wrong codes lock the keypad.
pub const WRONG_CODES: u8 = 5;
/// How long the first lock-out lasts.
pub const FIRST_LOCK_MS: u64 = 30_000;
/// How long a lock-out lasts at most.
pub const LONGEST_LOCK_MS: u64 = 600_000;
/// The most digits that a code has; more make no code.
pub const MOST_DIGITS: usize = 16;

/// The keypad of one box. Its moments are milliseconds of power-on time, which nobody can set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keypad {
    typed: Secret<String>,
    /// Wrong codes since the last lock-out or opening.
    wrong: u8,
    /// Lock-outs since the last opening.
    locks: u8,
    locked_until: u64,
}
record!(Keypad { typed, wrong, locks, locked_until });

impl Default for Keypad {
    fn default() -> Self {
        Self { typed: Secret::new(String::new()), wrong: 0, locks: 0, locked_until: 0 }
    }
}

impl Keypad {
    /// Adds a digit, 0 to 9; anything else, and a digit more than one too many, changes nothing.
    pub fn digit(&mut self, digit: u8) {
        let mut typed = self.typed.expose().clone();
        // One too many is kept, so that a code with further digits behind it is no code.
        if digit <= 9 && typed.len() <= MOST_DIGITS {
            typed.push(char::from(b'0' + digit));
            self.typed = Secret::new(typed);
        }
    }

    /// What is typed so far.
    pub const fn typed(&self) -> &Secret<String> {
        &self.typed
    }

    /// Empties it and gives what was typed.
    pub fn take(&mut self) -> Secret<String> {
        std::mem::replace(&mut self.typed, Secret::new(String::new()))
    }

    /// How many milliseconds the keypad stays locked; `None` when it is not.
    pub fn locked_for(&self, now: u64) -> Option<u64> {
        self.locked_until.checked_sub(now).filter(|left| *left > 0)
    }

    /// Counts a wrong code. The fifth locks: for 30 s, and for twice as long each time after that, up to 10 min.
    ///
    /// Says for how many milliseconds it has just locked, if it has.
    pub fn wrong(&mut self, now: u64) -> Option<u64> {
        self.wrong = self.wrong.saturating_add(1);
        if self.wrong < WRONG_CODES {
            return None;
        }
        let lock = FIRST_LOCK_MS.saturating_mul(1 << self.locks.min(10)).min(LONGEST_LOCK_MS);
        self.wrong = 0;
        self.locks = self.locks.saturating_add(1);
        self.locked_until = now.saturating_add(lock);
        Some(lock)
    }

    /// A code opened a bin: nothing wrong is remembered.
    pub fn opened(&mut self) {
        (self.wrong, self.locks, self.locked_until) = (0, 0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn five_wrong(keypad: &mut Keypad, now: u64) -> Option<u64> {
        for _ in 0..4 {
            assert_eq!(keypad.wrong(now), None);
        }
        keypad.wrong(now)
    }

    #[test]
    fn lock_outs_double_from_30_seconds_to_10_minutes_and_stay_there() {
        let mut keypad = Keypad::default();
        let mut now = 0;
        let mut seconds = Vec::new();
        for _ in 0..300 {
            let lock = five_wrong(&mut keypad, now).expect("locks");
            assert_eq!(keypad.locked_for(now), Some(lock));
            assert_eq!(keypad.locked_for(now + lock - 1), Some(1));
            assert_eq!(keypad.locked_for(now + lock), None);
            seconds.push(lock / 1000);
            now += lock;
        }
        assert_eq!(seconds[..7], [30, 60, 120, 240, 480, 600, 600]);
        assert!(seconds[7..].iter().all(|s| *s == 600));
    }

    #[test]
    fn an_opening_starts_the_count_and_the_doubling_anew() {
        let mut keypad = Keypad::default();
        assert_eq!(five_wrong(&mut keypad, 0), Some(30_000));
        for _ in 0..4 {
            keypad.wrong(40_000);
        }
        keypad.opened();
        assert_eq!(five_wrong(&mut keypad, 50_000), Some(30_000));
    }

    #[test]
    fn a_seventeenth_digit_is_kept_and_no_more_and_only_digits_are() {
        let mut keypad = Keypad::default();
        for digit in (0..40).map(|n| n % 12) {
            keypad.digit(digit);
        }
        assert_eq!(keypad.take().expose(), "01234567890123456");
        assert_eq!(keypad.typed().expose(), "");
    }
}
