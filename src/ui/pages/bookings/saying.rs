//! Times of a booking in words: exactly, and by other clocks than the key's.

use crate::domain::time::Resolved;
use crate::domain::{BookingWindow, Instant, WallTime, ZoneRules};
use crate::ui::words::times;

/// “Mon 23 Nov 2026, 15:00 – Thu 26 Nov 2026, 11:00”; the day once when it is the same.
pub fn exact(window: BookingWindow) -> String {
    let (start, end) = (window.start(), window.end());
    if start.date() == end.date() {
        format!("{} – {}", times::exact(start), end.time())
    } else {
        format!("{} – {}", times::exact(start), times::exact(end))
    }
}

/// A window by the clocks of the one who looks; nothing when those show what the key's clocks show.
pub fn elsewhere(window: BookingWindow, there: &ZoneRules, here: &ZoneRules, now: Instant) -> Option<String> {
    let (from, to) = window.instants(there);
    let differs = |at| there.offset_at(at) != here.offset_at(at);
    (differs(from) || differs(to)).then(|| {
        let span = times::span(here.wall(from), here.wall(to), here.wall(now).date());
        format!("{span} where you are ({})", here.name().city())
    })
}

/// Whose clocks a zone's are: “Lisbon time, UTC+1”.
pub fn clocks(rules: &ZoneRules, at: Instant) -> String {
    let (city, offset) = (rules.name().city(), times::offset(rules, at));
    if city == offset { offset } else { format!("{city} time, {offset}") }
}

/// That the clocks show a time twice, and which of the two counts.
pub fn twice(wall: WallTime, rules: &ZoneRules, which: &str) -> Option<String> {
    match rules.resolve(wall) {
        Resolved::Twice { .. } => {
            Some(format!("The clocks go back that night and show {} twice: the {which} counts.", wall.time()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    // These run in the browser, where the interface is.
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::domain::{Offset, ZoneName};

    fn zone(name: &str, hours: i32) -> ZoneRules {
        ZoneRules::fixed(ZoneName::parse(name).expect("a name"), Offset(hours * 3600))
    }

    fn window() -> BookingWindow {
        let wall = |text| WallTime::parse(text).expect("a time");
        let utc = zone("UTC", 0);
        BookingWindow::new(wall("2026-11-23T15:00"), wall("2026-11-24T11:00"), &utc).expect("a window")
    }

    #[test]
    fn the_viewers_own_clocks_are_said_only_when_they_differ() {
        let now = WallTime::parse("2026-11-23T12:00").expect("a time").as_utc();
        assert_eq!(elsewhere(window(), &zone("Europe/Lisbon", 0), &zone("Europe/London", 0), now), None);
        let tokyo = elsewhere(window(), &zone("Europe/Lisbon", 0), &zone("Asia/Tokyo", 9), now);
        assert_eq!(tokyo.as_deref(), Some("tomorrow 00:00 – 20:00 where you are (Tokyo)"));
    }

    #[test]
    fn clocks_are_named_by_city_and_distance_from_utc() {
        assert_eq!(clocks(&zone("America/New_York", -5), Instant::default()), "New York time, UTC−5");
        assert_eq!(clocks(&zone("UTC", 0), Instant::default()), "UTC");
    }
}
