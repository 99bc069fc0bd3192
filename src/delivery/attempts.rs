//! What follows an attempt to hand a message to a gateway.

use crate::domain::{Date, Instant, SendFailure, TimeOfDay};

/// The pauses after the first attempt, the second, and so on, in milliseconds; after one more, the message is given up.
pub const PAUSES_MS: [i64; 8] = [5_000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000];

/// The longest that a gateway can make a message wait, in milliseconds: a day.
pub const LONGEST_WAIT_MS: i64 = 86_400_000;

/// When a gateway wants to be asked again: the `Retry-After` of RFC 9110, section 10.2.3.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RetryAfter {
    /// So many seconds after the answer.
    Seconds(u64),
    /// Not before a moment.
    At(Instant),
}

impl RetryAfter {
    /// Reads the header's value: seconds, or a date in any of the three forms that RFC 9110 knows (section 5.6.7).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            return Some(Self::Seconds(text.parse().unwrap_or(u64::MAX)));
        }
        http_date(text).map(Self::At)
    }

    /// How long from now, in milliseconds: 0 to [`LONGEST_WAIT_MS`].
    fn wait_ms(self, now: Instant) -> i64 {
        let wait = match self {
            Self::Seconds(seconds) => i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1000),
            Self::At(at) => at.ms().saturating_sub(now.ms()),
        };
        wait.clamp(0, LONGEST_WAIT_MS)
    }
}

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`. The day of the
/// week is not compared. A year of two digits is one from 1970 to 2069.
fn http_date(text: &str) -> Option<Instant> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let mut words = text.split([' ', ',', '-']).filter(|word| !word.is_empty()).skip(1);
    let (first, second, third, fourth) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let (day, month, year, time) = match words.next() {
        Some("GMT") => (first, second, third, fourth),
        None => (second, first, fourth, third),
        Some(_) => return None,
    };
    let month = if month.len() == 3 { MONTHS.find(month)? } else { return None };
    let year = match (year.len(), number(year)?) {
        (2, year) => (year + 30) % 100 + 1970,
        (4, year) => year,
        _ => return None,
    };
    if month % 3 != 0 || words.next().is_some() {
        return None;
    }
    let date = Date::from_ymd(year as i32, month as u32 / 3 + 1, number(day)?)?;
    let (time, seconds) = time.rsplit_once(':')?;
    // 60 is a leap second.
    let seconds = number(seconds).filter(|seconds| *seconds <= 60)?;
    Some(date.at(TimeOfDay::parse(time)?).as_utc().plus_ms(i64::from(seconds) * 1000))
}

fn number(text: &str) -> Option<u32> {
    (text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// How an attempt went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The gateway took the message, with a status from 200 to 299.
    Accepted(u16),
    /// The gateway answered another status, and perhaps when to come back.
    Status(u16, Option<RetryAfter>),
    /// No answer came in time.
    TimedOut,
    /// There was no connection, or none that the browser allows.
    Unreachable,
}

impl Outcome {
    /// What an answer means: its status, and its `Retry-After` if it has one; one that can't be read is as none.
    pub fn of(status: u16, retry_after: Option<&str>) -> Self {
        match status {
            200..=299 => Self::Accepted(status),
            _ => Self::Status(status, retry_after.and_then(RetryAfter::parse)),
        }
    }

    /// What failed, if it did.
    pub const fn failure(self) -> Option<SendFailure> {
        match self {
            Self::Accepted(_) => None,
            Self::Status(status, _) => Some(SendFailure::Status(status)),
            Self::TimedOut => Some(SendFailure::TimedOut),
            Self::Unreachable => Some(SendFailure::Unreachable),
        }
    }
}

/// What follows an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Nothing: the message is sent.
    Sent,
    /// Another attempt, not before this moment.
    RetryAt(Instant),
    /// Nothing, unless somebody asks for it by hand: the gateway refuses the message, or all attempts have failed, the
    /// last one so.
    GivenUp(SendFailure),
}

/// What follows the last of so many `attempts` (1 or more, it included) that ended `now`.
///
/// - A status from 200 to 299: sent.
/// - 408, 425, 429, 500 to 599, no answer: again after the next of [`PAUSES_MS`], made up to 10 % shorter or longer by
///   `jitter` (any number, evenly spread); later when the gateway says so, by [`LONGEST_WAIT_MS`] at most.
/// - Everything else: given up. By 410 a gateway says that it is off.
pub fn next(outcome: Outcome, attempts: u32, now: Instant, jitter: u16) -> Next {
    let (failure, retry_after) = match outcome {
        Outcome::Accepted(_) | Outcome::Status(200..=299, _) => return Next::Sent,
        Outcome::Status(status @ (408 | 425 | 429 | 500..=599), after) => (SendFailure::Status(status), after),
        Outcome::Status(status, _) => return Next::GivenUp(SendFailure::Status(status)),
        Outcome::TimedOut => (SendFailure::TimedOut, None),
        Outcome::Unreachable => (SendFailure::Unreachable, None),
    };
    let Some(pause) = PAUSES_MS.get(attempts.saturating_sub(1) as usize) else {
        return Next::GivenUp(failure);
    };
    let pause = pause * 9 / 10 + pause / 5 * i64::from(jitter) / i64::from(u16::MAX);
    Next::RetryAt(now.plus_ms(pause.max(retry_after.map_or(0, |after| after.wait_ms(now)))))
}

/// What follows the last of so many `attempts` to call back a message that a gateway is to send when it is `due`: as
/// [`next`], where [`Next::Sent`] means that the gateway took it; but once it is due there are no more attempts.
pub fn next_recall(outcome: Outcome, attempts: u32, now: Instant, jitter: u16, due: Instant) -> Next {
    match (next(outcome, attempts, now, jitter), outcome.failure()) {
        (Next::RetryAt(_), Some(why)) if due <= now => Next::GivenUp(why),
        (next, _) => next,
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
