//! A booking: one visitor's right to one key.

use super::cbor::{choices, record, variants};
use super::time::SkippedTime;
use super::{Instant, LocationId, Name, WallTime, ZoneRules};

/// When a one-time booking lets its visitor pick the key up: wall time at the key's home location, the end after the start.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct BookingWindow {
    start: WallTime,
    end: WallTime,
}
record!(BookingWindow { start, end });

/// Why two wall times are no window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// The start is a time that the clocks skip.
    #[error("the start {0}")]
    StartSkipped(SkippedTime),
    /// The end is a time that the clocks skip.
    #[error("the end {0}")]
    EndSkipped(SkippedTime),
    /// The end is not after the start.
    #[error("the end {end} is not after the start {start}")]
    EndNotAfterStart {
        /// The start that was asked for.
        start: WallTime,
        /// The end that was asked for.
        end: WallTime,
    },
}

impl BookingWindow {
    /// A window from two wall times in a zone.
    ///
    /// # Errors
    /// When a clock change skips either, or the end is not after the start.
    pub fn new(start: WallTime, end: WallTime, rules: &ZoneRules) -> Result<Self, WindowError> {
        let from = rules.start(start).map_err(WindowError::StartSkipped)?;
        let to = rules.end(end).map_err(WindowError::EndSkipped)?;
        if to <= from {
            return Err(WindowError::EndNotAfterStart { start, end });
        }
        Ok(Self { start, end })
    }

    /// A window that was one when it was kept: what [`BookingWindow::new`] checks is not checked again.
    pub(crate) const fn of_kept(start: WallTime, end: WallTime) -> Self {
        Self { start, end }
    }

    /// When it begins, on the wall of the home location.
    pub const fn start(self) -> WallTime {
        self.start
    }

    /// When it ends, on the wall of the home location.
    pub const fn end(self) -> WallTime {
        self.end
    }

    /// The moments it begins and ends at. Were a zone's rules to change so that the clocks skip one of them after it was
    /// booked, the moment of the change stands for it.
    pub fn instants(self, rules: &ZoneRules) -> (Instant, Instant) {
        (rules.start(self.start).unwrap_or_else(|gap| gap.at), rules.end(self.end).unwrap_or_else(|gap| gap.at))
    }
}

/// When and where somebody is expected who has no booking yet, and with which class of key they will be content.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Stay {
    /// At which location; its clocks are those of the window.
    pub location: LocationId,
    /// From when until when.
    pub window: BookingWindow,
    /// The class of key, as in [`KeyDetails`](super::KeyDetails); any key of the location without one.
    pub class: Option<Name>,
}
record!(Stay { location, window, class });

/// What a booking lets its visitor do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Right {
    /// A one-time booking: pick up between start and end.
    OneTime(BookingWindow),
    /// An ongoing access: until it is revoked.
    Ongoing,
}
variants!(Right { 0 => OneTime(booking_window), 1 => Ongoing });

impl Right {
    /// The window of a one-time booking.
    pub const fn window(self) -> Option<BookingWindow> {
        match self {
            Self::OneTime(window) => Some(window),
            Self::Ongoing => None,
        }
    }
}

/// How a booking's visitor is written to. The first one used for a booking stays its channel (rule 3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Channel {
    /// By e-mail.
    Email,
    /// By SMS.
    Sms,
}
choices!(Channel { 0 => Email, 1 => Sms });

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::domain::time::tests::rules;

    fn wall(text: &str) -> WallTime {
        WallTime::parse(text).expect("a wall time")
    }

    #[test]
    fn the_end_must_be_after_the_start() {
        let rules = rules("Europe/Lisbon");
        let (start, end) = (wall("2026-10-31T08:00"), wall("2026-10-30T20:00"));
        assert_eq!(BookingWindow::new(start, end, &rules), Err(WindowError::EndNotAfterStart { start, end }));
        assert!(BookingWindow::new(start, start, &rules).is_err());
    }

    #[test]
    fn a_window_over_a_repeated_hour_takes_the_earlier_start_and_the_later_end() {
        let rules = rules("Europe/Lisbon");
        let wall = wall("2026-10-25T01:30");
        let (from, to) = BookingWindow::new(wall, wall.plus_minutes(0), &rules).expect("an hour long").instants(&rules);
        assert_eq!(to.ms() - from.ms(), 3_600_000);
    }

    #[test]
    fn a_skipped_end_is_refused_as_the_end() {
        let rules = rules("Europe/Lisbon");
        let window = BookingWindow::new(wall("2027-03-27T10:00"), wall("2027-03-28T01:30"), &rules);
        assert!(matches!(window, Err(WindowError::EndSkipped(_))));
    }
}
