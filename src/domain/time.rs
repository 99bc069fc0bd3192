//! Time: instants, wall time, zones, and the way between them (rule 2 of the design).
//!
//! The core asks nobody for the time and knows no zone by heart: an [`Instant`] and a zone's [`ZoneRules`] are handed in.

use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};

use super::cbor::newtype;
use crate::collections::{Number, sort_by};

const MINUTE_MS: i64 = 60_000;
/// One day, in milliseconds.
pub const DAY_MS: i64 = 86_400_000;
/// One hour, in milliseconds.
pub const HOUR_MS: i64 = 3_600_000;

/// A moment: whole milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(i64);
newtype!(Instant(i64));

impl Instant {
    /// A moment from milliseconds since 1970, UTC.
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since 1970, UTC.
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// The moment `ms` milliseconds later (earlier when negative).
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

impl Number for Instant {
    fn number(self) -> u64 {
        // What is before 1970 comes first.
        self.0.cast_unsigned() ^ (1 << 63)
    }

    fn from_number(number: u64) -> Self {
        Self((number ^ (1 << 63)).cast_signed())
    }
}

/// In UTC as RFC 3339 writes it, with milliseconds: `2026-11-24T15:00:00.000Z`.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, ms) = (self.0.div_euclid(DAY_MS), self.0.rem_euclid(DAY_MS));
        let day = i32::try_from(day).ok().and_then(|day| day.checked_add(EPOCH_CE));
        let Some(date) = day.and_then(NaiveDate::from_num_days_from_ce_opt) else {
            return write!(f, "{} ms", self.0);
        };
        // By hand: what chrono writes dates with is 7 KB of the app.
        let (year, month, day) = (date.year(), date.month(), date.day());
        let (hour, minute, second) = (ms / HOUR_MS, ms / MINUTE_MS % 60, ms / 1000 % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", ms % 1000)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A day of the calendar, counted from 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);
newtype!(Date(i32));

impl Date {
    /// A date, if there is such a day between the years 1970 and 2199.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1970..2200).contains(&year) {
            return None;
        }
        NaiveDate::from_ymd_opt(year, month, day).map(|d| Self(d.num_days_from_ce() - EPOCH_CE))
    }

    /// Year, month (1 to 12), day (1 to 31).
    pub fn ymd(self) -> (i32, u32, u32) {
        let date = NaiveDate::from_num_days_from_ce_opt(self.0.saturating_add(EPOCH_CE)).unwrap_or_default();
        (date.year(), date.month(), date.day())
    }

    /// Days since 1970-01-01.
    pub const fn days(self) -> i32 {
        self.0
    }

    /// The day `days` later (earlier when negative).
    pub const fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The day of the week, 0 for Monday to 6 for Sunday.
    pub const fn weekday(self) -> u8 {
        (self.0 as i64 + 3).rem_euclid(7) as u8
    }

    /// This day at a time.
    pub const fn at(self, time: TimeOfDay) -> WallTime {
        WallTime(self.0 as i64 * 1440 + time.0 as i64)
    }
}

/// 1970-01-01 in chrono's count of days.
const EPOCH_CE: i32 = 719_163;

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A time of the day, in whole minutes: 00:00 to 23:59.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TimeOfDay(u16);
newtype!(TimeOfDay(u16) if |m| *m < 1440, "minutes of a day");

impl TimeOfDay {
    /// A time from hour (0 to 23) and minute (0 to 59).
    pub const fn new(hour: u16, minute: u16) -> Option<Self> {
        if hour < 24 && minute < 60 { Some(Self(hour * 60 + minute)) } else { None }
    }

    /// Reads `HH:MM`, as a browser's time field gives it.
    pub fn parse(text: &str) -> Option<Self> {
        let (hour, minute) = text.split_once(':')?;
        Self::new(two_digits(hour)?, two_digits(minute)?)
    }

    /// Hour and minute.
    pub const fn hour_minute(self) -> (u16, u16) {
        (self.0 / 60 % 24, self.0 % 60)
    }
}

fn two_digits(text: &str) -> Option<u16> {
    (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute) = self.hour_minute();
        write!(f, "{hour:02}:{minute:02}")
    }
}

impl fmt::Debug for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a clock on the wall shows: a date and a time, to the minute, with no zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallTime(i64);
newtype!(WallTime(i64));

impl WallTime {
    /// Reads `YYYY-MM-DDTHH:MM`, as a browser's date-and-time field gives it; seconds, if given, are dropped.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_once('T')?;
        let mut parts = date.splitn(3, '-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let date = Date::from_ymd(year.parse().ok()?, two_digits(month)?.into(), two_digits(day)?.into())?;
        Some(date.at(TimeOfDay::parse(time.get(..5)?)?))
    }

    /// The wall time of a calendar file's date and time.
    pub fn from_naive(at: NaiveDateTime) -> Option<Self> {
        let date = Date::from_ymd(at.year(), at.month(), at.day())?;
        Some(date.at(TimeOfDay((at.hour() * 60 + at.minute()) as u16)))
    }

    /// The date.
    pub const fn date(self) -> Date {
        Date(self.0.div_euclid(1440) as i32)
    }

    /// The time of the day.
    pub const fn time(self) -> TimeOfDay {
        TimeOfDay(self.0.rem_euclid(1440) as u16)
    }

    /// Minutes since 1970-01-01T00:00 on the wall.
    pub(crate) const fn minutes(self) -> i64 {
        self.0
    }

    /// A wall time from [`WallTime::minutes`].
    pub(crate) const fn from_minutes(minutes: i64) -> Self {
        Self(minutes)
    }

    /// The wall time so many minutes later, with no regard to clock changes.
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        Self(self.0.saturating_add(minutes))
    }

    /// The moment at which a clock in UTC shows this.
    pub const fn as_utc(self) -> Instant {
        Instant(self.0.saturating_mul(MINUTE_MS))
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}", self.date(), self.time())
    }
}

impl fmt::Debug for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The name of a zone in the IANA data base, such as `Europe/Lisbon`. Only its form is checked here.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ZoneName(String);
newtype!(ZoneName(String) if |t| Self::fits(t), "the name of a zone");

impl ZoneName {
    /// Takes a zone's name: letters, digits, `_ + - /`, 1 to 64 of them.
    pub fn parse(text: &str) -> Option<Self> {
        Self::fits(text).then(|| Self(text.to_owned()))
    }

    fn fits(text: &str) -> bool {
        (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'-' | b'/'))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the last `/`, with spaces: `Porto Velho`.
    pub fn city(&self) -> String {
        self.0.rsplit('/').next().unwrap_or(&self.0).replace('_', " ")
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far a zone's clocks are ahead of UTC, in seconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Offset(pub i32);

impl Offset {
    const fn ms(self) -> i64 {
        self.0 as i64 * 1000
    }
}

impl fmt::Debug for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.0.abs() / 60;
        write!(f, "{}{:02}:{:02}", if self.0 < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
    }
}

/// One change of a zone's clocks: from `at` on they are `offset` ahead of UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Transition {
    /// The moment of the change.
    pub at: Instant,
    /// The offset from then on.
    pub offset: Offset,
}

/// The rules of one zone, as data: its offset to begin with, and every change after that.
///
/// The browser makes it from its own zone data, tests from the IANA data base; so the app ships no zones.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ZoneRules {
    name: ZoneName,
    first: Offset,
    transitions: Vec<Transition>,
}

/// What a wall time means in a zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resolved {
    /// The clock shows it once.
    Once(Instant),
    /// The clock shows it twice, because it was set back.
    Twice {
        /// The first time.
        earlier: Instant,
        /// The second time.
        later: Instant,
    },
    /// The clock never shows it, because it was set forward.
    Skipped(SkippedTime),
}

/// A wall time that a zone's clocks never show, and the nearest that they do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{given} does not exist there: the clocks go from {before} to {after}")]
pub struct SkippedTime {
    /// What was asked for.
    pub given: WallTime,
    /// The last minute before the clocks go forward.
    pub before: WallTime,
    /// The first minute after.
    pub after: WallTime,
    /// The moment at which the clocks go forward.
    pub at: Instant,
}

impl ZoneRules {
    /// Rules from a first offset and the changes after it; the changes are put in order.
    pub fn new(name: ZoneName, first: Offset, mut transitions: Vec<Transition>) -> Self {
        sort_by(&mut transitions, |one, other| one.at.cmp(&other.at));
        Self { name, first, transitions }
    }

    /// A zone whose clocks never change, such as UTC.
    pub fn fixed(name: ZoneName, offset: Offset) -> Self {
        Self::new(name, offset, Vec::new())
    }

    /// The zone's name.
    pub fn name(&self) -> &ZoneName {
        &self.name
    }

    /// How many changes are known.
    pub fn changes(&self) -> usize {
        self.transitions.len()
    }

    /// The offset at a moment.
    pub fn offset_at(&self, at: Instant) -> Offset {
        match self.transitions.partition_point(|t| t.at <= at) {
            0 => self.first,
            n => self.transitions[n - 1].offset,
        }
    }

    /// What clocks in the zone show at a moment.
    pub fn wall(&self, at: Instant) -> WallTime {
        WallTime((at.0 + self.offset_at(at).ms()).div_euclid(MINUTE_MS))
    }

    /// What a wall time means here.
    pub fn resolve(&self, wall: WallTime) -> Resolved {
        let local = wall.0.saturating_mul(MINUTE_MS);
        // No offset is further from UTC than a day, so only the changes within a day of it matter.
        let from = self.transitions.partition_point(|t| t.at.0 <= local.saturating_sub(DAY_MS));
        let to = self.transitions.partition_point(|t| t.at.0 <= local.saturating_add(DAY_MS));
        let mut offset = if from == 0 { self.first } else { self.transitions[from - 1].offset };
        let mut begin = i64::MIN;
        let mut found: Option<Instant> = None;
        let mut gap: Option<SkippedTime> = None;
        for change in self.transitions[from..to].iter().copied().map(Some).chain([None]) {
            let end = change.map_or(i64::MAX, |t| t.at.0);
            let candidate = local.saturating_sub(offset.ms());
            if candidate >= begin && candidate < end {
                match found {
                    None => found = Some(Instant(candidate)),
                    Some(earlier) => return Resolved::Twice { earlier, later: Instant(candidate) },
                }
            }
            if let Some(t) = change {
                let (shown, next) = (t.at.0 + offset.ms(), t.at.0 + t.offset.ms());
                if shown <= local && local < next {
                    gap = Some(SkippedTime {
                        given: wall,
                        before: WallTime((shown - 1).div_euclid(MINUTE_MS)),
                        after: WallTime((next + MINUTE_MS - 1).div_euclid(MINUTE_MS)),
                        at: t.at,
                    });
                }
                (begin, offset) = (t.at.0, t.offset);
            }
        }
        match (found, gap) {
            (Some(at), _) => Resolved::Once(at),
            (None, Some(gap)) => Resolved::Skipped(gap),
            // Every local time is shown or in a gap; were the table broken, the first offset is as good as any.
            (None, None) => Resolved::Once(Instant(local - self.first.ms())),
        }
    }

    /// The moment a wall time means as a start: of two, the earlier.
    ///
    /// # Errors
    /// When a clock change skips it.
    pub fn start(&self, wall: WallTime) -> Result<Instant, SkippedTime> {
        match self.resolve(wall) {
            Resolved::Once(at) | Resolved::Twice { earlier: at, .. } => Ok(at),
            Resolved::Skipped(gap) => Err(gap),
        }
    }

    /// The moment a wall time means as an end: of two, the later.
    ///
    /// # Errors
    /// When a clock change skips it.
    pub fn end(&self, wall: WallTime) -> Result<Instant, SkippedTime> {
        match self.resolve(wall) {
            Resolved::Once(at) | Resolved::Twice { later: at, .. } => Ok(at),
            Resolved::Skipped(gap) => Err(gap),
        }
    }
}

/// The rules of every zone that the organization has a location in, as far as they were handed in, in the order of their
/// names.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ZoneBook(Vec<ZoneRules>);

impl ZoneBook {
    /// Adds a zone's rules, in place of older ones.
    pub fn insert(&mut self, rules: ZoneRules) {
        match self.place(&rules.name) {
            Ok(place) => self.0[place] = rules,
            Err(place) => self.0.insert(place, rules),
        }
    }

    /// A zone's rules.
    pub fn get(&self, zone: &ZoneName) -> Option<&ZoneRules> {
        self.0.get(self.place(zone).ok()?)
    }

    fn place(&self, zone: &ZoneName) -> Result<usize, usize> {
        self.0.binary_search_by(|rules| rules.name.cmp(zone))
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use chrono::{Offset as _, TimeZone, Utc};
    use proptest::prelude::*;

    /// The real rules of a zone, read from the IANA data base: its offset day by day, then to the quarter of an hour.
    pub(crate) fn rules(zone: &str) -> ZoneRules {
        const QUARTER: i64 = 900;
        let tz: chrono_tz::Tz = zone.parse().expect("a zone's name");
        let offset = |quarter: i64| {
            let at = Utc.timestamp_opt(quarter * QUARTER, 0).single().expect("in range");
            Offset(tz.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc())
        };
        let year = |year| Date::from_ymd(year, 1, 1).expect("a date").days() as i64 * 96;
        let mut transitions = Vec::new();
        for day in (year(2020)..year(2032)).step_by(96) {
            for quarter in (day + 1..=day + 96).filter(|_| offset(day) != offset(day + 96)) {
                if offset(quarter) != offset(quarter - 1) {
                    transitions.push(Transition { at: Instant(quarter * QUARTER * 1000), offset: offset(quarter) });
                }
            }
        }
        ZoneRules::new(ZoneName::parse(zone).expect("a name"), offset(year(2020)), transitions)
    }

    fn wall(text: &str) -> WallTime {
        WallTime::parse(text).expect("a wall time")
    }

    #[test]
    fn an_hour_that_lisbon_skips_is_refused_with_the_nearest_times() {
        let lisbon = rules("Europe/Lisbon");
        let gap = lisbon.start(wall("2027-03-28T01:30")).expect_err("skipped");
        assert_eq!((gap.before, gap.after), (wall("2027-03-28T00:59"), wall("2027-03-28T02:00")));
        assert_eq!(lisbon.end(wall("2027-03-28T01:00")).expect_err("skipped").after, wall("2027-03-28T02:00"));
        assert_eq!(lisbon.start(wall("2027-03-28T02:00")), Ok(wall("2027-03-28T01:00").as_utc()));
    }

    #[test]
    fn an_hour_that_comes_twice_starts_early_and_ends_late() {
        let lisbon = rules("Europe/Lisbon");
        let twice = wall("2026-10-25T01:30");
        assert_eq!(lisbon.start(twice), Ok(wall("2026-10-25T00:30").as_utc()));
        assert_eq!(lisbon.end(twice), Ok(wall("2026-10-25T01:30").as_utc()));
    }

    #[test]
    fn a_zone_that_moves_by_half_an_hour_is_right_too() {
        let howe = rules("Australia/Lord_Howe");
        let gap = howe.start(wall("2026-10-04T02:15")).expect_err("skipped");
        assert_eq!((gap.before, gap.after), (wall("2026-10-04T01:59"), wall("2026-10-04T02:30")));
        assert!(matches!(howe.resolve(wall("2026-04-05T01:45")), Resolved::Twice { .. }));
    }

    #[test]
    fn what_is_no_time_is_not_read() {
        for text in [
            "",
            "2026-02-30T10:00",
            "2026-11-24",
            "2026-11-24T24:00",
            "2026-11-24T10:60",
            "26-11-24T10:00",
            "2026-11-24Té0:00",
        ] {
            assert_eq!(WallTime::parse(text), None, "{text}");
        }
        assert_eq!(wall("2026-11-23T10:05:30").to_string(), "2026-11-23T10:05");
        assert_eq!(wall("2026-11-23T10:05").date().weekday(), 0, "a Monday");
    }

    proptest! {
        #[test]
        fn a_moment_is_told_as_chrono_tells_it(ms in -62_167_219_200_000i64..253_402_300_800_000) {
            let chrono = Utc.timestamp_millis_opt(ms).single().expect("in range").format("%Y-%m-%dT%H:%M:%S%.3fZ");
            prop_assert_eq!(format!("{:?}", Instant(ms)), chrono.to_string());
        }

        #[test]
        fn wall_time_agrees_with_the_iana_rules(
            zone in prop::sample::select(vec!["Europe/Lisbon", "America/St_Johns", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Tokyo", "Pacific/Apia"]),
            minutes in 27_000_000i64..32_000_000,
        ) {
            thread_local!(static KNOWN: std::cell::RefCell<BTreeMap<&'static str, ZoneRules>> = Default::default());
            let rules = KNOWN.with_borrow_mut(|known| known.entry(zone).or_insert_with(|| rules(zone)).clone());
            let tz: chrono_tz::Tz = zone.parse().expect("a zone");
            let wall = WallTime(minutes);
            let naive = chrono::DateTime::from_timestamp(minutes * 60, 0).expect("in range").naive_utc();
            let ms = |t: chrono::DateTime<chrono_tz::Tz>| Instant(t.timestamp_millis());
            match tz.from_local_datetime(&naive) {
                chrono::LocalResult::Single(t) => {
                    prop_assert_eq!(rules.resolve(wall), Resolved::Once(ms(t)));
                    prop_assert_eq!(rules.wall(ms(t)), wall);
                }
                chrono::LocalResult::Ambiguous(a, b) => {
                    prop_assert_eq!(rules.resolve(wall), Resolved::Twice { earlier: ms(a), later: ms(b) });
                }
                chrono::LocalResult::None => {
                    let Resolved::Skipped(gap) = rules.resolve(wall) else { panic!("{wall} is skipped") };
                    prop_assert!(gap.before < wall && wall < gap.after);
                    prop_assert!(rules.start(gap.before).is_ok() && rules.start(gap.after).is_ok());
                }
            }
        }
    }
}
