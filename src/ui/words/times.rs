//! Times in words first, and exact on demand.

use crate::domain::{Date, Instant, TimeOfDay, WallTime, ZoneRules};

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A day as people say it: yesterday, today, tomorrow, the day's name within the coming six days, else the date.
pub fn day(date: Date, today: Date) -> String {
    match date.days() - today.days() {
        -1 => "yesterday".to_owned(),
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        2..=6 => DAYS[usize::from(date.weekday())].to_owned(),
        _ => {
            let (year, month, day) = date.ymd();
            let month = MONTHS[month as usize - 1];
            if year == today.ymd().0 { format!("{day} {month}") } else { format!("{day} {month} {year}") }
        }
    }
}

/// A wall time in words: “today 15:00”.
pub fn wall(at: WallTime, today: Date) -> String {
    format!("{} {}", day(at.date(), today), at.time())
}

/// A moment in words, by the clocks of a zone.
pub fn moment(at: Instant, rules: &ZoneRules, now: Instant) -> String {
    wall(rules.wall(at), rules.wall(now).date())
}

/// A span in words: “today 15:00 – Thursday 11:00”, “today 09:00 – 17:00”.
pub fn span(start: WallTime, end: WallTime, today: Date) -> String {
    if start.date() == end.date() {
        format!("{} – {}", wall(start, today), end.time())
    } else {
        format!("{} – {}", wall(start, today), wall(end, today))
    }
}

/// A day exactly: “Mon 23 Nov 2026”.
pub fn exact_day(date: Date) -> String {
    let (year, month, day) = date.ymd();
    format!("{} {day} {} {year}", &DAYS[usize::from(date.weekday())][..3], MONTHS[month as usize - 1])
}

/// A wall time exactly: “Mon 23 Nov 2026, 15:00”.
pub fn exact(at: WallTime) -> String {
    format!("{}, {}", exact_day(at.date()), at.time())
}

/// How far a zone is ahead of UTC at a moment: “UTC+1”, “UTC−3:30”.
pub fn offset(rules: &ZoneRules, at: Instant) -> String {
    let seconds = rules.offset_at(at).0;
    let minutes = seconds.abs() / 60;
    let sign = if seconds < 0 { '\u{2212}' } else { '+' };
    match (minutes, minutes % 60) {
        (0, _) => "UTC".to_owned(),
        (_, 0) => format!("UTC{sign}{}", minutes / 60),
        (_, rest) => format!("UTC{sign}{}:{rest:02}", minutes / 60),
    }
}

/// How long ago, or how long until, in one unit: “3 hours”.
pub fn lasting(ms: i64) -> String {
    let minutes = ms.abs() / 60_000;
    let count = |n: i64, unit: &str| if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") };
    match minutes {
        0 => "less than a minute".to_owned(),
        1..=119 => count(minutes, "minute"),
        120..=2879 => count(minutes / 60, "hour"),
        _ => count(minutes / 1440, "day"),
    }
}

/// The value of a browser's date-and-time field.
pub fn field(at: WallTime) -> String {
    at.to_string()
}

/// The next full hour after a moment, on the wall of a zone.
pub fn next_hour(rules: &ZoneRules, now: Instant) -> WallTime {
    let at = rules.wall(now);
    at.plus_minutes(60 - i64::from(at.time().hour_minute().1))
}

/// A wall time some days later, at a time of the day.
pub fn days_later(at: WallTime, days: i32, time: TimeOfDay) -> WallTime {
    at.date().plus_days(days).at(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_said_as_people_say_it() {
        let today = Date::from_ymd(2026, 11, 23).expect("a date");
        let said: Vec<String> = [-2, -1, 0, 1, 2, 6, 7, 60].map(|n| day(today.plus_days(n), today)).to_vec();
        assert_eq!(said, ["21 Nov", "yesterday", "today", "tomorrow", "Wednesday", "Sunday", "30 Nov", "22 Jan 2027"]);
    }
}
