//! The stamp that decides between two writings of one thing.

use super::cbor::record;
use super::{FactId, Instant};

/// When something was written, and by which fact: of two writings of one thing the one with the higher stamp holds.
///
/// Stamps are ordered by clock, then by fact, so that no two facts are ever equal and every replica decides alike.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Stamp {
    /// A hybrid logical clock's reading: milliseconds since 1970 in the upper 48 bits, a count within them in the lower 16.
    pub clock: u64,
    /// The fact that wrote it.
    pub by: FactId,
}
record!(Stamp { clock, by });

impl Stamp {
    /// Where in the clock a rank stands, by which a revocation outranks every edit: bits that no clock reaches before the year 2527.
    pub const RANK: u32 = 60;

    /// The wall time within the clock's reading, whatever its rank.
    pub const fn time(self) -> Instant {
        // 44 bits of milliseconds always fit.
        Instant::from_ms(((self.clock & ((1 << Self::RANK) - 1)) >> 16) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DeviceId;
    use crate::domain::cbor;

    #[test]
    fn stamps_are_ordered_by_clock_and_then_by_fact() {
        let stamp = |clock, device, counter| Stamp { clock, by: FactId::new(DeviceId(device), counter) };
        assert!(stamp(2, 1, 1) > stamp(1, 9, 9));
        assert!(stamp(1, 2, 1) > stamp(1, 1, 9));
        assert!(stamp(1, 1, 2) > stamp(1, 1, 1));
    }

    #[test]
    fn the_golden_encoding_is_two_numbers() {
        let stamp = Stamp { clock: 0x0001_0002, by: FactId::new(DeviceId(1), 2) };
        assert_eq!(cbor::to_vec(&stamp), [0x82, 0x1a, 0, 1, 0, 2, 0x1b, 0, 0, 0, 1, 0, 0, 0, 2]);
    }
}
