//! What an organization has: locations, SmartBoxes, keys, and the roles of its devices.

use std::fmt;

use super::cbor::{choices, newtype, record};
use super::{LocationId, Name, Note, TimeOfDay, ZoneName};
use crate::collections::Number;

/// What a device of the organization may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// Everything.
    Manager,
    /// Bookings, keys and visitors.
    FrontDesk,
    /// Boxes; holds no visitors' data and no codes.
    Technician,
}
choices!(Role { 0 => Manager, 1 => FrontDesk, 2 => Technician });

/// A place with SmartBoxes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LocationDetails {
    /// What it is called.
    pub name: Name,
    /// Its postal address.
    pub address: Option<Note>,
    /// The zone whose clocks its bookings go by.
    pub zone: ZoneName,
    /// When it is open, in words.
    pub hours: Option<Note>,
    /// How to find it, in words for visitors.
    pub directions: Option<Note>,
}
record!(LocationDetails { name, address, zone, hours, directions });

/// What is printed on a box and names it for its maker: 3 to 24 capital letters, digits and hyphens.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SerialNumber(String);
newtype!(SerialNumber(String) if |t| Self::fits(t), "a serial number");

impl SerialNumber {
    /// Takes a serial number as typed; small letters count as capitals.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_uppercase();
        Self::fits(&text).then_some(Self(text))
    }

    fn fits(text: &str) -> bool {
        (3..=24).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
    }

    /// The serial number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One compartment of a box: 1 to 99, as painted on its door.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BinNumber(u8);
newtype!(BinNumber(u8) if |n| Self::new(*n).is_some(), "a bin from 1 to 99");

impl BinNumber {
    /// The highest number a bin has.
    pub const MOST: u8 = 99;

    /// A bin's number, if it is 1 to 99.
    pub const fn new(number: u8) -> Option<Self> {
        if number >= 1 && number <= Self::MOST { Some(Self(number)) } else { None }
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl Number for BinNumber {
    fn number(self) -> u64 {
        self.0.into()
    }

    fn from_number(number: u64) -> Self {
        Self(number as u8)
    }
}

impl fmt::Display for BinNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for BinNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bin {}", self.0)
    }
}

/// What the organization knows of a box when it adds it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BoxDetails {
    /// What it is called.
    pub name: Name,
    /// Its serial number.
    pub serial: SerialNumber,
    /// Where it hangs.
    pub location: LocationId,
    /// How many bins it has.
    pub bins: BinNumber,
    /// Whether it is the reference box inside the app, and no cabinet on a wall.
    pub virtual_box: bool,
}
record!(BoxDetails { name, serial, location, bins, virtual_box });

/// A physical key on a tag.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyDetails {
    /// What it is called.
    pub name: Name,
    /// Its home location, whose zone its bookings go by.
    pub home: LocationId,
    /// When a booking that names only dates begins.
    pub check_in: TimeOfDay,
    /// When a booking that names only dates ends.
    pub check_out: TimeOfDay,
    /// What keys are interchangeable with it: “Compact car”, “Double room”. Arrivals without a key are given one of theirs.
    pub class: Option<Name>,
}
record!(KeyDetails { name, home, check_in, check_out, class });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_and_bins_have_their_bounds() {
        assert_eq!(SerialNumber::parse(" lb-0042 ").map(|s| s.to_string()), Some("LB-0042".to_owned()));
        assert!(
            ["", "LB", "LB 0042", "LB_0042", &"A".repeat(25)].into_iter().all(|s| SerialNumber::parse(s).is_none())
        );
        assert!(BinNumber::new(0).is_none() && BinNumber::new(99).is_some() && BinNumber::new(100).is_none());
    }
}
