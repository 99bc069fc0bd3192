//! The hybrid logical clock: as near to the time as the device's own clock lets it be, and never going back.

use crate::domain::Instant;
use crate::domain::cbor::newtype;

/// A reading: milliseconds since 1970 in the upper 48 bits, a count within the millisecond in the lower 16.
///
/// A fact's reading is higher than that of every fact its author had seen, whatever the device's clock says. After
/// Kulkarni et al., "Logical Physical Clocks" (2014).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Hlc(u64);
newtype!(Hlc(u64));

impl Hlc {
    /// A reading from its number.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The reading as one number.
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// The next reading at a device whose clock shows `now`: past every reading seen, and past the clock when that is
    /// further on. A count that runs over carries into the milliseconds.
    #[must_use]
    pub fn tick(self, now: Instant) -> Self {
        let clock = (now.ms().max(0) as u64) << 16;
        Self(clock.max(self.0.saturating_add(1)))
    }

    /// The time of the reading.
    pub const fn time(self) -> Instant {
        Instant::from_ms((self.0 >> 16) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_clock_that_was_set_back_does_not_set_the_reading_back() {
        let seen = Hlc::default().tick(Instant::from_ms(5_000));
        let next = seen.tick(Instant::from_ms(1_000));
        assert!(next > seen);
        assert_eq!(next.time().ms(), 5_000);
        assert_eq!(next.tick(Instant::from_ms(6_000)).time().ms(), 6_000);
    }

    proptest! {
        #[test]
        fn every_reading_is_past_the_last(bits in 0..u64::MAX >> 1, now in -10i64..1 << 47) {
            let seen = Hlc::from_bits(bits);
            prop_assert!(seen.tick(Instant::from_ms(now)) > seen);
        }
    }
}
