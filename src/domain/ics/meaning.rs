//! What an entry of a service's calendar means for a booking, and what it tells about the person.

use super::{Calendar, Entry};
use email_address::EmailAddress;
use std::fmt;

/// The service that made a calendar, as far as it makes a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// Airbnb: dates alone; reservations and blocked periods have summaries of their own.
    Airbnb,
    /// Booking.com: dates alone; reservations and blocked periods look the same.
    BookingCom,
    /// Google Calendar: whatever people wrote into it.
    Google,
    /// Any other.
    Other,
}

impl Service {
    /// Recognises a service by a calendar's `PRODID` (RFC 5545, 3.7.3), in any case.
    pub fn of(product: &str) -> Self {
        let product = product.to_lowercase();
        if product.contains("airbnb") {
            Self::Airbnb
        } else if product.contains("booking.com") {
            Self::BookingCom
        } else if product.contains("google calendar") {
            Self::Google
        } else {
            Self::Other
        }
    }
}

/// What an entry is. Whether it is cancelled is another matter: see [`Entry::cancelled`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Somebody's reservation: a booking.
    Reservation,
    /// A period that the owner closed: no booking.
    Blocked,
    /// The service does not say which of the two it is, or only that it may come to be one: the user chooses.
    Undetermined,
    /// Dates in a calendar that is otherwise kept by the hour: the user chooses whether it is a booking.
    AllDay,
    /// A repeated entry, of which the first occurrence alone is known: no one-time booking stands for it.
    Recurring,
}

/// What an entry is, in a calendar of that service.
///
/// At Airbnb the summary tells; at Booking.com nothing does. Elsewhere an entry with times is a reservation, unless it
/// is tentative or leaves the time free, and one with dates alone is to be asked about.
pub fn classify(entry: &Entry, service: Service) -> Kind {
    if entry.recurs {
        return Kind::Recurring;
    }
    let summary = entry.summary.trim();
    let is = |known: &str| summary.eq_ignore_ascii_case(known);
    match service {
        Service::Airbnb if is("Reserved") => Kind::Reservation,
        Service::Airbnb if is("Airbnb (Not available)") || is("Not available") => Kind::Blocked,
        Service::Airbnb | Service::BookingCom => Kind::Undetermined,
        Service::Google | Service::Other if entry.start.is_date() => Kind::AllDay,
        Service::Google | Service::Other if entry.tentative || entry.transparent => Kind::Undetermined,
        Service::Google | Service::Other => Kind::Reservation,
    }
}

/// What an entry's texts seem to say about the person. Guesses to fill a form with, for people to check.
///
/// `Debug` says which are there, not what they are.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// The person's name: the summary `<calendar name>: <name>`, in one line; never empty.
    pub name: Option<String>,
    /// The first e-mail address (RFC 5321) in the description, in ASCII.
    pub email: Option<String>,
    /// The first telephone number in international form in the description: `+` and 8 to 15 digits (E.164), nothing
    /// else. Whether it is a mobile cannot be told.
    pub mobile: Option<String>,
    /// The address of the reservation's page at Airbnb: `https`, at one of Airbnb's own hosts.
    pub reservation_url: Option<String>,
    /// The last four digits of the person's telephone number, as Airbnb gives them.
    pub phone_last4: Option<String>,
}

impl fmt::Debug for Hints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hints")
            .field("name", &self.name.is_some())
            .field("email", &self.email.is_some())
            .field("mobile", &self.mobile.is_some())
            .field("reservation_url", &self.reservation_url.is_some())
            .field("phone_last4", &self.phone_last4.is_some())
            .finish()
    }
}

/// What an entry's texts say about the person. The calendar's name tells a person's name in the summary.
pub fn hints(entry: &Entry, calendar: &Calendar) -> Hints {
    let description = &entry.description;
    Hints {
        name: calendar.name.as_deref().and_then(|calendar| name(&entry.summary, calendar)),
        email: words(description).find_map(email),
        mobile: mobile(description),
        reservation_url: words(description).find_map(airbnb_reservation),
        phone_last4: last_four(description),
    }
}

fn name(summary: &str, calendar: &str) -> Option<String> {
    let after = summary.trim_start().strip_prefix(calendar.trim())?;
    let name = after.trim_start().strip_prefix(':')?;
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}

/// Splits a text, HTML included, at what stands around addresses and is no part of them. Not at every character that
/// no address has: the rest of `inês@example.com` would be another person's address.
fn words(text: &str) -> impl Iterator<Item = &str> {
    const AROUND: &str = "<>\"()[]{},;|“”„‘’«»「」『』【】（）：，、。；…•–—\u{200B}\u{FEFF}";
    text.split(|c: char| c.is_whitespace() || c.is_control() || AROUND.contains(c))
}

fn email(word: &str) -> Option<String> {
    if !word.is_ascii() || word.contains("://") {
        return None;
    }
    // A label or a scheme before it ("mailto:"), and what a mailto address may carry behind it.
    let word = word.rsplit(':').find(|part| part.contains('@'))?;
    let word = word.split('?').next()?;
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '+'));
    let (_, host) = word.split_once('@')?;
    let (_, top) = host.rsplit_once('.')?;
    let is_host = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    (is_host && top.len() > 1).then(|| word.parse::<EmailAddress>().ok()).flatten().map(|address| address.to_string())
}

fn mobile(text: &str) -> Option<String> {
    text.match_indices('+').find_map(|(at, _)| {
        let attached = text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '+');
        if attached { None } else { number_at(&text[at + 1..]) }
    })
}

/// The telephone number that a text begins with, after its `+`.
fn number_at(text: &str) -> Option<String> {
    const MOST: usize = 15;
    let mut number = String::from("+");
    let mut rest = text;
    // How many digits came before the group that is being read.
    let mut before_group = 0;
    loop {
        let group = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if group == 0 {
            break;
        }
        before_group = number.len() - 1;
        if before_group + group > MOST {
            return None;
        }
        number.push_str(&rest[..group]);
        rest = &rest[group..];
        let next = after_separator(rest);
        if !next.starts_with(|c: char| c.is_ascii_digit()) {
            break;
        }
        rest = next;
    }
    // No number is written with a last group of one digit: "+351 912 345 678 2 guests".
    if number.len() - 1 - before_group == 1 && before_group > 0 {
        number.pop();
    }
    let digits = number.len() - 1;
    ((8..=MOST).contains(&digits)
        && !number.starts_with("+0")
        && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '@'))
    .then_some(number)
}

/// Passes over what may stand between two groups of digits: a space, a hyphen or a dot, brackets around a group, and
/// `(0)`, which is not dialled from abroad. The text unchanged when none of them is there.
fn after_separator(text: &str) -> &str {
    let one = |text: &'_ str| {
        let mut characters = text.chars();
        match characters.next() {
            Some(' ' | '\u{A0}' | '\u{202F}' | '-' | '\u{2010}' | '\u{2011}' | '.') => {
                text.len() - characters.as_str().len()
            }
            _ => 0,
        }
    };
    let text = text.strip_prefix(')').unwrap_or(text);
    let text = &text[one(text)..];
    if let Some(after) = text.strip_prefix("(0)") {
        return &after[one(after)..];
    }
    text.strip_prefix('(').unwrap_or(text)
}

/// An address such as `https://www.airbnb.com/hosting/reservations/details/HM…`. Any other host is refused: what is
/// found here becomes a link.
fn airbnb_reservation(word: &str) -> Option<String> {
    let word = word.trim_end_matches(['.', '!', '\'']);
    let (host, path) = word.strip_prefix("https://")?.split_once('/')?;
    let graphic = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (graphic && path.contains("reservations/") && is_airbnb(host)).then(|| word.to_owned())
}

/// Whether a host is Airbnb's, in whichever country: `airbnb.com`, `www.airbnb.pt`, `www.airbnb.co.uk`, …
fn is_airbnb(host: &str) -> bool {
    let country = |label: &str| label.len() == 2 && label.bytes().all(|byte| byte.is_ascii_lowercase());
    let host = host.to_ascii_lowercase();
    if !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')) {
        return false;
    }
    let labels: Vec<&str> = host.split('.').collect();
    match labels.as_slice() {
        [.., "airbnb", "com"] => true,
        [.., "airbnb", "co" | "com", last] => country(last),
        [.., "airbnb", last] => country(last),
        _ => false,
    }
}

/// The digits after `(Last 4 Digits):`, where they are four.
fn last_four(text: &str) -> Option<String> {
    const LABEL: &str = "last 4 digits";
    let lower = text.to_ascii_lowercase();
    let after = text.get(lower.find(LABEL)? + LABEL.len()..)?;
    let after = after.trim_start_matches([')', ':', ' ']);
    let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = &after[..after.len() - rest.len()];
    (digits.len() == 4).then(|| digits.to_owned())
}
