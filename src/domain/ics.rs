//! Reads the calendars that booking services export: iCalendar, RFC 5545.
//!
//! [`read`] takes a file's bytes and gives its entries (`VEVENT`), each with the time exactly as it was written: a
//! date, a wall time with or without a zone, or an instant in UTC. It knows no zone's rules and asks for no clock, so
//! what depends on them is left to the caller: whether a wall time is skipped, and which instant it means.
//!
//! A wrong entry is refused alone, with its line and the reason, and the rest is read. A file is refused as a whole
//! when it is no calendar, is cut off (its last entries would look as if they were gone) or is beyond the bounds.
//!
//! What an entry means for a booking ([`classify`], [`hints`]) is a second, separate step.

mod meaning;

pub use meaning::{Hints, Kind, Service, classify, hints};

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use std::fmt;
use thiserror::Error;

use crate::collections::{Table, sort_by};

/// The largest file that is read, in bytes (5 MiB).
pub const MAX_BYTES: usize = 5 * 1024 * 1024;

/// The most entries that one file may hold, refused ones included.
pub const MAX_ENTRIES: usize = 50_000;

/// How deep components may stand in one another inside the calendar; RFC 5545 needs two.
const MAX_DEPTH: usize = 16;

/// How far a wall-clock end may stand before its start and still be after it in real time, because the clock was set
/// back in between. Since 1970 no zone of the IANA database has been set back by more than 7 hours at once (Vostok, 1994).
const MAX_SET_BACK: TimeDelta = TimeDelta::hours(8);

/// The longest excerpt of a wrong value that an error carries, in characters.
const EXCERPT: usize = 40;

/// What a calendar file says, in the file's order.
///
/// `Debug` prints counts alone: the rest may be about a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Calendar {
    /// `X-WR-CALNAME`, or `NAME` (RFC 7986, 5.1) where that is missing; never empty.
    pub name: Option<String>,
    /// `PRODID` (RFC 5545, 3.7.3): what made the file; never empty. See [`Service::of`].
    pub product: Option<String>,
    /// `X-WR-TIMEZONE`: the zone that floating times and dates are meant in, as written. It need not be a name of the
    /// IANA database.
    pub zone: Option<String>,
    /// The entries that could be read. No two have the same `uid` and `instance`.
    pub entries: Vec<Entry>,
    /// The entries that were refused, by line. An entry that an earlier import made is not gone when its `uid`
    /// stands here.
    pub refused: Vec<EntryError>,
}

impl Calendar {
    /// The service that made this calendar.
    pub fn service(&self) -> Service {
        self.product.as_deref().map_or(Service::Other, Service::of)
    }
}

impl fmt::Debug for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calendar")
            .field("entries", &self.entries.len())
            .field("refused", &self.refused.len())
            .finish_non_exhaustive()
    }
}

/// One entry of a calendar: a `VEVENT` (RFC 5545, 3.6.1).
///
/// `Debug` leaves out the texts: they may be about a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// `UID` (3.8.4.7): the entry's identity, the same in every export; never empty.
    pub uid: String,
    /// `RECURRENCE-ID` (3.8.4.4): which occurrence of a repeated entry this one replaces. Part of the identity.
    pub instance: Option<EntryTime>,
    /// `DTSTART` (3.8.2.4), inclusive.
    pub start: EntryTime,
    /// `DTEND` (3.8.2.2), exclusive, or the start and `DURATION` (3.8.2.5), or for a date alone the next day.
    ///
    /// It is a date exactly where `start` is one. Unless `cancelled`, it is after `start` where the two can be
    /// compared without a zone's rules (two dates, two instants in UTC). Two wall times may still turn out wrong, or
    /// right only because an hour occurs twice: the caller, who has the rules, decides. A `DURATION` is added to the
    /// wall time; where a clock change lies inside, its hours are hours on the wall.
    pub end: EntryTime,
    /// `SUMMARY` (3.8.1.12), or nothing.
    pub summary: String,
    /// `DESCRIPTION` (3.8.1.5), or nothing; lines end with `\n`. Some services put HTML here.
    pub description: String,
    /// `LOCATION` (3.8.1.7), or nothing.
    pub location: String,
    /// `STATUS:CANCELLED` (3.8.1.11), or the whole calendar is a cancellation (`METHOD:CANCEL`, RFC 5546, 3.2.5).
    /// The period of a cancelled entry is not checked.
    pub cancelled: bool,
    /// `STATUS:TENTATIVE` (3.8.1.11).
    pub tentative: bool,
    /// `TRANSP:TRANSPARENT` (3.8.2.7): takes up no time in a search for free time.
    pub transparent: bool,
    /// Has an `RRULE` (3.8.5.3) or an `RDATE` (3.8.5.2): `start` and `end` are those of the first occurrence, and the
    /// others are not worked out.
    pub recurs: bool,
    /// `SEQUENCE` (3.8.7.4): how often the entry was revised; 0 where it is missing.
    pub sequence: u32,
    /// The line of its `BEGIN:VEVENT`, from 1.
    pub line: u32,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("uid", &self.uid)
            .field("instance", &self.instance)
            .field("start", &self.start)
            .field("end", &self.end)
            .field("cancelled", &self.cancelled)
            .field("tentative", &self.tentative)
            .field("transparent", &self.transparent)
            .field("recurs", &self.recurs)
            .field("sequence", &self.sequence)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

/// A time as an entry states it, to the second (RFC 5545, 3.3.4 and 3.3.5).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryTime {
    /// A date with no time of day.
    Date(NaiveDate),
    /// A wall time in no zone of its own: it is meant wherever the reader is, or in [`Calendar::zone`].
    Floating(NaiveDateTime),
    /// A wall time in a zone.
    Local {
        /// What the clock on the wall shows. The zone's rules may skip it or have it twice.
        at: NaiveDateTime,
        /// `TZID` (3.2.19) as written; never empty. It need not be a name of the IANA database.
        zone: String,
    },
    /// An instant.
    Utc(NaiveDateTime),
}

impl EntryTime {
    /// Whether this is a date with no time of day.
    pub fn is_date(&self) -> bool {
        matches!(self, Self::Date(_))
    }
}

impl fmt::Display for EntryTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => write!(f, "{date}"),
            Self::Floating(at) => write!(f, "{at}"),
            Self::Local { at, zone } => write!(f, "{at} in {zone}"),
            Self::Utc(at) => write!(f, "{at} UTC"),
        }
    }
}

/// Why a whole file is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// The file is larger than [`MAX_BYTES`].
    #[error("the file has {got} bytes, expected at most {limit}")]
    TooLarge {
        /// The file's size in bytes.
        got: usize,
        /// [`MAX_BYTES`].
        limit: usize,
    },
    /// The file does not begin with `BEGIN:VCALENDAR` in UTF-8.
    #[error("line {line}: expected BEGIN:VCALENDAR in UTF-8, got “{got}”")]
    NotACalendar {
        /// The first line that is not blank, from 1.
        line: u32,
        /// The beginning of that line.
        got: String,
    },
    /// The file ends before its calendar does. What is missing must not look as if it were gone.
    #[error("the file ends at line {line}, expected {expected} first")]
    Truncated {
        /// The last line, from 1.
        line: u32,
        /// The line that had to come next of all that are missing, such as `END:VEVENT`.
        expected: String,
    },
    /// The file holds a second calendar, whose name and zone could be others.
    #[error("line {line}: a second calendar begins, expected one alone")]
    SecondCalendar {
        /// The line of the second `BEGIN:VCALENDAR`, from 1.
        line: u32,
    },
    /// The file has more entries than [`MAX_ENTRIES`].
    #[error("line {line}: entry {} begins, expected at most {limit}", limit + 1)]
    TooManyEntries {
        /// The line of the first entry beyond the bound, from 1.
        line: u32,
        /// [`MAX_ENTRIES`].
        limit: usize,
    },
    /// Components stand in one another deeper than any calendar needs.
    #[error("line {line}: components stand more than {limit} deep in one another")]
    TooDeep {
        /// The line that begins the component beyond the bound, from 1.
        line: u32,
        /// The deepest that is read.
        limit: usize,
    },
}

/// An entry that was refused: which one, and why.
///
/// `Debug` leaves out the summary: it may be about a person.
#[derive(Clone, PartialEq, Eq, Error)]
#[error("line {line}: {problem}")]
pub struct EntryError {
    /// The line that is wrong, or the entry's first one where something is missing; from 1.
    pub line: u32,
    /// The entry's `UID`, where it has one.
    pub uid: Option<String>,
    /// The entry's `SUMMARY`, where it has one, for people to recognise it by.
    pub summary: Option<String>,
    /// The first thing that is wrong.
    pub problem: EntryProblem,
}

impl fmt::Debug for EntryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EntryError")
            .field("line", &self.line)
            .field("uid", &self.uid)
            .field("problem", &self.problem)
            .finish_non_exhaustive()
    }
}

/// What is wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EntryProblem {
    /// A property without which an entry means nothing is missing or empty.
    #[error("{property} is missing")]
    Missing {
        /// `UID` or `DTSTART`.
        property: &'static str,
    },
    /// A time of day to start at, and neither `DTEND` nor `DURATION`: an entry with no length (RFC 5545, 3.6.1).
    #[error("starts at {start} and has no end, expected DTEND or DURATION")]
    NoEnd {
        /// The entry's start.
        start: EntryTime,
    },
    /// A property that may occur once occurs again.
    #[error("{property} occurs again, expected once, at line {first}")]
    Repeated {
        /// The property's name.
        property: &'static str,
        /// The line where it occurs first.
        first: u32,
    },
    /// A line is not `name:value` or `name;parameter=value:value` (RFC 5545, 3.1).
    #[error("expected a line such as NAME;PARAMETER=VALUE:VALUE")]
    BadLine,
    /// A value is not UTF-8 (RFC 5545, 3.1.4).
    #[error("{property} is not UTF-8")]
    NotUtf8 {
        /// The property's name.
        property: &'static str,
    },
    /// A value is no date or time, or not of the kind that its `VALUE` says.
    #[error("{property} is “{got}”, expected {expected}")]
    BadDate {
        /// The property's name.
        property: &'static str,
        /// The beginning of what was written.
        got: String,
        /// The form that it should have had.
        expected: &'static str,
    },
    /// `DURATION` is no duration (RFC 5545, 3.3.6), or has hours where the start is a date.
    #[error("DURATION is “{got}”, expected {expected}")]
    BadDuration {
        /// The beginning of what was written.
        got: String,
        /// The form that it should have had.
        expected: &'static str,
    },
    /// `SEQUENCE` is no whole number that fits 32 bits.
    #[error("SEQUENCE is “{got}”, expected a number from 0 to 4294967295")]
    BadSequence {
        /// The beginning of what was written.
        got: String,
    },
    /// One of start and end is a date and the other a time (RFC 5545, 3.8.2.2).
    #[error("starts at {start} and ends at {end}, expected two dates or two times")]
    Mixed {
        /// The entry's start.
        start: EntryTime,
        /// The entry's end.
        end: EntryTime,
    },
    /// The end is not after the start.
    #[error("starts at {start} and ends at {end}, expected an end after the start")]
    EndNotAfterStart {
        /// The entry's start.
        start: EntryTime,
        /// The entry's end.
        end: EntryTime,
    },
    /// The entry, or a component inside it, is not closed where it has to be.
    #[error("got {got}, expected {expected}")]
    BadNesting {
        /// The line as it is.
        got: String,
        /// The line as it should be.
        expected: String,
    },
    /// The same `UID` (and `RECURRENCE-ID`) stands again in this file, with a higher `SEQUENCE`, or the same one and
    /// further down. That entry counts.
    #[error("the entry at line {by} has the same UID and counts instead")]
    Superseded {
        /// The line of the entry that counts, from 1.
        by: u32,
    },
}

/// Reads a calendar file.
///
/// Lines may end with CRLF or LF, be folded at any byte with a space or a tab (RFC 5545, 3.1), and begin with a byte
/// order mark. Names are read in any case. Components other than `VEVENT` and properties other than those of
/// [`Calendar`] and [`Entry`] are passed over.
///
/// # Errors
/// A [`CalendarError`] where the file as a whole cannot be trusted. Wrong entries are no error: they are in
/// [`Calendar::refused`].
pub fn read(bytes: &[u8]) -> Result<Calendar, CalendarError> {
    if bytes.len() > MAX_BYTES {
        return Err(CalendarError::TooLarge { got: bytes.len(), limit: MAX_BYTES });
    }
    let mut lines = Lines::new(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes));
    let mut line = Vec::new();

    match lines.next_into(&mut line) {
        Some(_) if delimiter(&line, b"BEGIN").is_some_and(|of| of == "VCALENDAR") => {}
        first => {
            return Err(CalendarError::NotACalendar {
                line: first.unwrap_or(1),
                got: excerpt(&String::from_utf8_lossy(&line)),
            });
        }
    }
    let mut reader = Reader::default();
    while let Some(number) = lines.next_into(&mut line) {
        reader.take(number, &line)?;
    }
    reader.finish(lines.number)
}

/// A file's logical lines: unfolded, without their ends, blank ones left out.
struct Lines<'a> {
    rest: &'a [u8],
    /// How many physical lines have been taken.
    number: u32,
}

impl<'a> Lines<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, number: 0 }
    }

    /// Puts the next logical line into `line` and gives the number of its first physical line. A fold may stand in
    /// the middle of a character, so this works on bytes.
    fn next_into(&mut self, line: &mut Vec<u8>) -> Option<u32> {
        line.clear();
        let number = loop {
            let physical = self.physical()?;
            if !physical.is_empty() {
                line.extend_from_slice(physical);
                break self.number;
            }
        };
        while let Some(b' ' | b'\t') = self.rest.first() {
            let physical = self.physical()?;
            line.extend_from_slice(physical.get(1..).unwrap_or_default());
        }
        Some(number)
    }

    fn physical(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let (mut physical, rest) = match self.rest.iter().position(|&byte| byte == b'\n') {
            Some(at) => (&self.rest[..at], &self.rest[at + 1..]),
            None => (self.rest, &[][..]),
        };
        self.rest = rest;
        self.number += 1;
        while let [shorter @ .., b'\r'] = physical {
            physical = shorter;
        }
        Some(physical)
    }
}

/// The component that a line begins or ends, in capitals, or nothing when it is no such line.
fn delimiter(line: &[u8], keyword: &[u8]) -> Option<String> {
    let (name, rest) = name_of(line)?;
    let of = rest.strip_prefix(b":")?;
    name.eq_ignore_ascii_case(keyword).then(|| String::from_utf8_lossy(of).trim().to_ascii_uppercase())
}

/// Splits a content line after its name. Nothing when it has none, or no value.
fn name_of(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = line.iter().position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')))?;
    let (name, rest) = line.split_at(end);
    (!name.is_empty() && matches!(rest.first(), Some(b':' | b';')) && rest.contains(&b':')).then_some((name, rest))
}

/// What stands after a content line's name: its parameters (RFC 5545, 3.2), of which two matter here, and its value.
#[derive(Debug, Default, PartialEq, Eq)]
struct Content<'a> {
    kind: Option<&'a [u8]>,
    zone: Option<&'a [u8]>,
    value: &'a [u8],
}

impl<'a> Content<'a> {
    fn parse(mut rest: &'a [u8]) -> Option<Self> {
        let mut content = Self::default();
        loop {
            match rest.split_first()? {
                (b':', value) => {
                    content.value = value;
                    return Some(content);
                }
                (b';', parameter) => {
                    let equals = parameter.iter().position(|byte| matches!(byte, b'=' | b':' | b';'))?;
                    let (name, after) = parameter.split_at(equals);
                    let value = after.strip_prefix(b"=")?;
                    let mut quoted = false;
                    let end = value.iter().position(|&byte| {
                        quoted ^= byte == b'"';
                        !quoted && matches!(byte, b':' | b';')
                    })?;
                    let (value, after) = value.split_at(end);
                    if name.eq_ignore_ascii_case(b"VALUE") {
                        content.kind = Some(unquoted(value));
                    } else if name.eq_ignore_ascii_case(b"TZID") {
                        content.zone = Some(unquoted(value));
                    }
                    rest = after;
                }
                _ => return None,
            }
        }
    }
}

fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] => inner,
        _ => value,
    }
}

/// The properties of an entry that are read.
#[derive(Clone, Copy)]
enum Property {
    Uid,
    RecurrenceId,
    Start,
    End,
    Duration,
    Summary,
    Description,
    Location,
    Status,
    Transparency,
    Recurs,
    Sequence,
}

impl Property {
    const ALL: [(&'static str, Self); 13] = [
        ("UID", Self::Uid),
        ("RECURRENCE-ID", Self::RecurrenceId),
        ("DTSTART", Self::Start),
        ("DTEND", Self::End),
        ("DURATION", Self::Duration),
        ("SUMMARY", Self::Summary),
        ("DESCRIPTION", Self::Description),
        ("LOCATION", Self::Location),
        ("STATUS", Self::Status),
        ("TRANSP", Self::Transparency),
        ("RRULE", Self::Recurs),
        ("RDATE", Self::Recurs),
        ("SEQUENCE", Self::Sequence),
    ];

    fn named(name: &[u8]) -> Option<(&'static str, Self)> {
        Self::ALL.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes()))
    }
}

/// A length as `DURATION` states it: days on the calendar and seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Length {
    days: i64,
    seconds: i64,
    /// Whether hours, minutes or seconds were written, be they zero.
    timed: bool,
}

/// What an entry has said so far. Each value is kept with its line.
#[derive(Default)]
struct Draft {
    line: u32,
    uid: Option<(u32, String)>,
    instance: Option<(u32, EntryTime)>,
    start: Option<(u32, EntryTime)>,
    end: Option<(u32, EntryTime)>,
    length: Option<(u32, Length, String)>,
    summary: Option<String>,
    description: Option<String>,
    location: Option<String>,
    cancelled: bool,
    tentative: bool,
    transparent: bool,
    recurs: bool,
    sequence: u32,
    problem: Option<(u32, EntryProblem)>,
}

impl Draft {
    fn fail(&mut self, line: u32, problem: EntryProblem) {
        self.problem.get_or_insert((line, problem));
    }

    fn take(&mut self, line: u32, bytes: &[u8]) {
        if let Err(problem) = self.property(line, bytes) {
            self.fail(line, problem);
        }
    }

    fn property(&mut self, line: u32, bytes: &[u8]) -> Result<(), EntryProblem> {
        let (name, rest) = name_of(bytes).ok_or(EntryProblem::BadLine)?;
        let Some((name, property)) = Property::named(name) else {
            return Ok(());
        };
        let content = Content::parse(rest).ok_or(EntryProblem::BadLine)?;
        let value = utf8(name, content.value)?;
        let word = value.trim();
        match property {
            Property::Uid => {
                let uid = text(value).trim().to_owned();
                if !uid.is_empty() {
                    once(&mut self.uid, name, line, uid)?;
                }
            }
            Property::RecurrenceId => once(&mut self.instance, name, line, time(name, &content)?)?,
            Property::Start => once(&mut self.start, name, line, time(name, &content)?)?,
            Property::End => once(&mut self.end, name, line, time(name, &content)?)?,
            Property::Duration => {
                let length = length(word).ok_or_else(|| EntryProblem::BadDuration {
                    got: excerpt(word),
                    expected: "a duration such as P2D, PT3H30M or P1W",
                })?;
                if let Some((first, ..)) = self.length {
                    return Err(EntryProblem::Repeated { property: name, first });
                }
                self.length = Some((line, length, excerpt(word)));
            }
            Property::Summary => {
                self.summary.get_or_insert_with(|| text(value));
            }
            Property::Description => {
                self.description.get_or_insert_with(|| text(value));
            }
            Property::Location => {
                self.location.get_or_insert_with(|| text(value));
            }
            Property::Status => {
                self.cancelled |= word.eq_ignore_ascii_case("CANCELLED");
                self.tentative |= word.eq_ignore_ascii_case("TENTATIVE");
            }
            Property::Transparency => self.transparent |= word.eq_ignore_ascii_case("TRANSPARENT"),
            Property::Recurs => self.recurs = true,
            Property::Sequence => {
                self.sequence = word.parse().map_err(|_| EntryProblem::BadSequence { got: excerpt(word) })?;
            }
        }
        Ok(())
    }

    /// Adds what has become of the entry to one of the two lists.
    fn finish(mut self, entries: &mut Vec<Entry>, refused: &mut Vec<EntryError>) {
        match self.checked() {
            Ok((uid, start, end)) => entries.push(Entry {
                uid,
                instance: self.instance.map(|(_, at)| at),
                start,
                end,
                summary: self.summary.unwrap_or_default(),
                description: self.description.unwrap_or_default(),
                location: self.location.unwrap_or_default(),
                cancelled: self.cancelled,
                tentative: self.tentative,
                transparent: self.transparent,
                recurs: self.recurs,
                sequence: self.sequence,
                line: self.line,
            }),
            Err((line, problem)) => refused.push(EntryError {
                line,
                uid: self.uid.map(|(_, uid)| uid),
                summary: self.summary.filter(|summary| !summary.is_empty()),
                problem,
            }),
        }
    }

    /// What an entry cannot be without: its identity and its period.
    fn checked(&mut self) -> Result<(String, EntryTime, EntryTime), (u32, EntryProblem)> {
        if let Some(problem) = self.problem.take() {
            return Err(problem);
        }
        let missing = (self.line, EntryProblem::Missing { property: "UID" });
        let uid = self.uid.as_ref().map(|(_, uid)| uid.clone()).ok_or(missing)?;
        let (start, end) = self.period()?;
        Ok((uid, start, end))
    }

    /// The start and the end (RFC 5545, 3.6.1, on `DTSTART`, `DTEND` and `DURATION`).
    fn period(&self) -> Result<(EntryTime, EntryTime), (u32, EntryProblem)> {
        let missing = (self.line, EntryProblem::Missing { property: "DTSTART" });
        let (start_line, start) = self.start.clone().ok_or(missing)?;
        let (line, end) = match (&self.end, &self.length) {
            (Some((line, end)), _) => (*line, end.clone()),
            (None, Some((line, length, got))) => {
                let end = later(&start, *length).ok_or_else(|| {
                    let expected = if start.is_date() {
                        "days or weeks, as the start is a date"
                    } else {
                        "a length that ends within the calendar"
                    };
                    let got = got.clone();
                    (*line, EntryProblem::BadDuration { got, expected })
                })?;
                (*line, end)
            }
            (None, None) => match &start {
                EntryTime::Date(date) => {
                    let next = date.checked_add_days(Days::new(1)).unwrap_or(*date);
                    (start_line, EntryTime::Date(next))
                }
                // What is left of a cancelled entry need not have an end.
                _ if self.cancelled => (start_line, start.clone()),
                _ => return Err((start_line, EntryProblem::NoEnd { start })),
            },
        };
        if start.is_date() != end.is_date() {
            return Err((line, EntryProblem::Mixed { start, end }));
        }
        if !self.cancelled && surely_not_after(&end, &start) {
            return Err((line, EntryProblem::EndNotAfterStart { start, end }));
        }
        Ok((start, end))
    }
}

/// Whether `end` is not after `start` whatever a zone's rules are.
fn surely_not_after(end: &EntryTime, start: &EntryTime) -> bool {
    match (end, start) {
        (EntryTime::Date(end), EntryTime::Date(start)) => end <= start,
        (EntryTime::Utc(end), EntryTime::Utc(start)) => end <= start,
        (EntryTime::Floating(end), EntryTime::Floating(start)) => *start - *end > MAX_SET_BACK,
        (EntryTime::Local { at: end, zone: there }, EntryTime::Local { at: start, zone: here }) => {
            there == here && *start - *end > MAX_SET_BACK
        }
        _ => false,
    }
}

fn once<T>(slot: &mut Option<(u32, T)>, property: &'static str, line: u32, value: T) -> Result<(), EntryProblem> {
    match slot {
        Some((first, _)) => Err(EntryProblem::Repeated { property, first: *first }),
        None => {
            *slot = Some((line, value));
            Ok(())
        }
    }
}

fn utf8<'a>(property: &'static str, bytes: &'a [u8]) -> Result<&'a str, EntryProblem> {
    std::str::from_utf8(bytes).map_err(|_| EntryProblem::NotUtf8 { property })
}

/// A text's escapes undone (RFC 5545, 3.3.11). An escape that is none stays as it is; control characters, which a text
/// must not hold, are dropped.
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            if !character.is_control() || character == '\t' {
                out.push(character);
            }
            continue;
        }
        let mut ahead = characters.clone();
        match ahead.next() {
            Some('n' | 'N') => out.push('\n'),
            Some(escaped @ ('\\' | ';' | ',')) => out.push(escaped),
            _ => {
                out.push('\\');
                continue;
            }
        }
        characters = ahead;
    }
    out
}

/// A date (RFC 5545, 3.3.4) or a date with time (3.3.5). Eight digits are a date, with `VALUE=DATE` or without it, as
/// some services leave that out.
fn time(property: &'static str, content: &Content<'_>) -> Result<EntryTime, EntryProblem> {
    const DATE: &str = "a date, YYYYMMDD";
    const TIME: &str = "a date and time, YYYYMMDDTHHMMSS, with Z at the end for UTC";
    const EITHER: &str = "a date, YYYYMMDD, or a date and time, YYYYMMDDTHHMMSS, with Z at the end for UTC";

    let value = utf8(property, content.value)?.trim();
    let bad = |expected| EntryProblem::BadDate { property, got: excerpt(value), expected };
    let (dates, times, expected) = match content.kind {
        None => (true, true, EITHER),
        Some(kind) if kind.eq_ignore_ascii_case(b"DATE") => (true, false, DATE),
        Some(kind) if kind.eq_ignore_ascii_case(b"DATE-TIME") => (false, true, TIME),
        Some(_) => (false, false, EITHER),
    };
    match value.as_bytes() {
        day @ [_, _, _, _, _, _, _, _] if dates => date(day).map(EntryTime::Date).ok_or_else(|| bad(expected)),
        [day @ .., b'T' | b't', h1, h2, m1, m2, s1, s2, b'Z' | b'z'] if times => {
            let at = date_time(day, [h1, h2, m1, m2, s1, s2].map(|digit| *digit)).ok_or_else(|| bad(expected))?;
            Ok(EntryTime::Utc(at))
        }
        [day @ .., b'T' | b't', h1, h2, m1, m2, s1, s2] if times => {
            let at = date_time(day, [h1, h2, m1, m2, s1, s2].map(|digit| *digit)).ok_or_else(|| bad(expected))?;
            let zone = utf8(property, content.zone.unwrap_or_default())?.trim();
            Ok(if zone.is_empty() { EntryTime::Floating(at) } else { EntryTime::Local { at, zone: zone.to_owned() } })
        }
        _ => Err(bad(expected)),
    }
}

fn date(digits: &[u8]) -> Option<NaiveDate> {
    let [_, _, _, _, _, _, _, _] = digits else {
        return None;
    };
    NaiveDate::from_ymd_opt(i32::try_from(number(&digits[..4])?).ok()?, number(&digits[4..6])?, number(&digits[6..])?)
}

fn date_time(day: &[u8], [h1, h2, m1, m2, s1, s2]: [u8; 6]) -> Option<NaiveDateTime> {
    // A leap second is read as the second before it (RFC 5545, 3.3.12).
    let second = match number(&[s1, s2])? {
        60 => 59,
        second => second,
    };
    let time = NaiveTime::from_hms_opt(number(&[h1, h2])?, number(&[m1, m2])?, second)?;
    Some(date(day)?.and_time(time))
}

/// A whole number of digits alone, of nine at most.
fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    digits
        .iter()
        .try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit.wrapping_sub(b'0'))))
}

/// A duration (RFC 5545, 3.3.6): units from the largest to the smallest, each once at most.
fn length(value: &str) -> Option<Length> {
    let (sign, rest) = match value.as_bytes() {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        rest => (1, rest),
    };
    let [b'P' | b'p', rest @ ..] = rest else {
        return None;
    };
    let (mut days, mut seconds, mut timed, mut last) = (0, 0, false, None);
    let mut rest = rest;
    while !rest.is_empty() {
        if let ([b'T' | b't', after @ ..], false) = (rest, timed) {
            timed = true;
            last = None;
            rest = after;
            if rest.is_empty() {
                return None;
            }
            continue;
        }
        let unit = rest.iter().position(|byte| !byte.is_ascii_digit())?;
        let count = i64::from(number(&rest[..unit])?);
        // Nine digits of the largest unit are far from what 64 bits hold.
        let (rank, more_days, more_seconds) = match (rest[unit].to_ascii_uppercase(), timed) {
            (b'W', false) => (0, count * 7, 0),
            (b'D', false) => (1, count, 0),
            (b'H', true) => (2, 0, count * 3600),
            (b'M', true) => (3, 0, count * 60),
            (b'S', true) => (4, 0, count),
            _ => return None,
        };
        if last.is_some_and(|last| last >= rank) {
            return None;
        }
        last = Some(rank);
        days += more_days;
        seconds += more_seconds;
        rest = &rest[unit + 1..];
    }
    (timed || last.is_some()).then_some(Length { days: sign * days, seconds: sign * seconds, timed })
}

/// A start moved by a length, on the calendar and the clock that the start is written for.
fn later(start: &EntryTime, length: Length) -> Option<EntryTime> {
    let by = TimeDelta::try_days(length.days)?.checked_add(&TimeDelta::try_seconds(length.seconds)?)?;
    Some(match start {
        EntryTime::Date(_) if length.timed => return None,
        EntryTime::Date(date) => EntryTime::Date(date.checked_add_signed(by)?),
        EntryTime::Floating(at) => EntryTime::Floating(at.checked_add_signed(by)?),
        EntryTime::Local { at, zone } => EntryTime::Local { at: at.checked_add_signed(by)?, zone: zone.clone() },
        EntryTime::Utc(at) => EntryTime::Utc(at.checked_add_signed(by)?),
    })
}

/// The beginning of a wrong value, on one line.
fn excerpt(value: &str) -> String {
    value.chars().filter(|c| !c.is_control()).take(EXCERPT).collect()
}

/// The state between two lines, from the one after `BEGIN:VCALENDAR`.
#[derive(Default)]
struct Reader {
    name: Option<String>,
    other_name: Option<String>,
    product: Option<String>,
    zone: Option<String>,
    cancels: bool,
    entries: Vec<Entry>,
    refused: Vec<EntryError>,
    draft: Option<Draft>,
    /// The open components that are passed over, inside the entry or outside one.
    passed_over: Vec<String>,
    ended: bool,
}

impl Reader {
    fn take(&mut self, number: u32, line: &[u8]) -> Result<(), CalendarError> {
        if let Some(component) = delimiter(line, b"BEGIN") {
            return self.begin(number, component);
        }
        if self.ended {
            return Ok(());
        }
        if let Some(component) = delimiter(line, b"END") {
            self.end(number, &component);
        } else if self.passed_over.is_empty() {
            match &mut self.draft {
                Some(draft) => draft.take(number, line),
                None => self.property(line),
            }
        }
        Ok(())
    }

    fn begin(&mut self, line: u32, component: String) -> Result<(), CalendarError> {
        match component.as_str() {
            "VCALENDAR" => Err(CalendarError::SecondCalendar { line }),
            _ if self.ended => Ok(()),
            // An entry stands in nothing but the calendar (3.4), so whatever is still open lacks its end. To pass the
            // entry over with it would lose it without a word.
            "VEVENT" => {
                self.close(line, "BEGIN:VEVENT");
                if self.entries.len() + self.refused.len() == MAX_ENTRIES {
                    let limit = MAX_ENTRIES;
                    return Err(CalendarError::TooManyEntries { line, limit });
                }
                self.draft = Some(Draft { line, ..Draft::default() });
                Ok(())
            }
            _ if self.passed_over.len() == MAX_DEPTH => {
                let limit = MAX_DEPTH;
                Err(CalendarError::TooDeep { line, limit })
            }
            _ => {
                self.passed_over.push(component);
                Ok(())
            }
        }
    }

    fn end(&mut self, line: u32, component: &str) {
        match component {
            "VCALENDAR" => {
                self.close(line, "END:VCALENDAR");
                self.ended = true;
            }
            "VEVENT" if self.draft.is_some() && self.passed_over.is_empty() => self.close_draft(),
            "VEVENT" => self.close(line, "END:VEVENT"),
            _ => {
                let right = self.passed_over.last().is_some_and(|open| open == component);
                if let (false, Some(draft)) = (right, &mut self.draft) {
                    let expected = self.passed_over.last().map_or("VEVENT", String::as_str);
                    let problem = EntryProblem::BadNesting {
                        got: excerpt(&format!("END:{component}")),
                        expected: excerpt(&format!("END:{expected}")),
                    };
                    draft.fail(line, problem);
                }
                if let Some(at) = self.passed_over.iter().rposition(|open| open == component) {
                    self.passed_over.truncate(at);
                }
            }
        }
    }

    /// Closes whatever is open, because of a line that must not come while it is. An open entry is refused for it.
    fn close(&mut self, line: u32, got: &str) {
        let open = self.passed_over.last().map_or("VEVENT", String::as_str);
        if let Some(draft) = &mut self.draft {
            let problem = EntryProblem::BadNesting { got: got.to_owned(), expected: excerpt(&format!("END:{open}")) };
            draft.fail(line, problem);
        }
        self.passed_over.clear();
        self.close_draft();
    }

    fn close_draft(&mut self) {
        if let Some(mut draft) = self.draft.take() {
            draft.cancelled |= self.cancels;
            draft.finish(&mut self.entries, &mut self.refused);
        }
    }

    /// A property of the calendar itself. What is wrong here is passed over: nothing depends on it.
    fn property(&mut self, line: &[u8]) {
        let Some((name, rest)) = name_of(line) else {
            return;
        };
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        let value = || {
            let content = Content::parse(rest)?;
            let value = text(std::str::from_utf8(content.value).ok()?).trim().to_owned();
            (!value.is_empty()).then_some(value)
        };
        let slot = if is("X-WR-CALNAME") {
            &mut self.name
        } else if is("NAME") {
            &mut self.other_name
        } else if is("PRODID") {
            &mut self.product
        } else if is("X-WR-TIMEZONE") {
            &mut self.zone
        } else {
            if is("METHOD") {
                self.cancels |= value().is_some_and(|method| method.eq_ignore_ascii_case("CANCEL"));
            }
            return;
        };
        if slot.is_none() {
            *slot = value();
        }
    }

    fn finish(mut self, line: u32) -> Result<Calendar, CalendarError> {
        if !self.ended {
            let expected = match (self.passed_over.last(), &self.draft) {
                (Some(open), _) => excerpt(&format!("END:{open}")),
                (None, Some(_)) => "END:VEVENT".to_owned(),
                (None, None) => "END:VCALENDAR".to_owned(),
            };
            return Err(CalendarError::Truncated { line, expected });
        }
        let (entries, superseded) = settle(self.entries);
        self.refused.extend(superseded);
        sort_by(&mut self.refused, |one, other| one.line.cmp(&other.line));
        Ok(Calendar {
            name: self.name.or(self.other_name),
            product: self.product,
            zone: self.zone,
            entries,
            refused: self.refused,
        })
    }
}

/// Of entries with the same identity, keeps the newest revision (RFC 5546, 2.1.5), and of equal ones the last.
fn settle(entries: Vec<Entry>) -> (Vec<Entry>, Vec<EntryError>) {
    let mut order: Vec<&Entry> = entries.iter().collect();
    sort_by(&mut order, |one, other| (&one.uid, &one.instance).cmp(&(&other.uid, &other.instance)));
    // By the line of an entry, that of the newer one.
    let mut newer: Table<u32, u32> = Table::default();
    for same in order.chunk_by(|one, other| (&one.uid, &one.instance) == (&other.uid, &other.instance)) {
        let newest = same.iter().max_by_key(|entry| (entry.sequence, entry.line)).map_or(0, |entry| entry.line);
        for entry in same.iter().filter(|entry| entry.line != newest) {
            newer.insert(entry.line, newest);
        }
    }
    let (mut kept, mut superseded) = (Vec::with_capacity(entries.len()), Vec::new());
    for entry in entries {
        match newer.get(entry.line) {
            None => kept.push(entry),
            Some(by) => superseded.push(EntryError {
                line: entry.line,
                uid: Some(entry.uid),
                summary: Some(entry.summary).filter(|summary| !summary.is_empty()),
                problem: EntryProblem::Superseded { by: *by },
            }),
        }
    }
    (kept, superseded)
}

#[cfg(test)]
mod tests;
