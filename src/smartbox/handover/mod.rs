//! What people carry where no link does: a file, or the QR code of what is small (`PROTOCOL.md`, "Handed over").
//!
//! - [`joining`]: a new device asks to be let in, and is.
//! - [`parcel`]: envelopes for boxes, and what comes back from them.
//! - [`pouch`]: all that a technician's device keeps.

pub mod joining;
pub mod parcel;
pub mod pouch;

pub use joining::{Admission, AdmissionError, Join, Share};
pub use parcel::{BoxParcel, BoxReturn, Parcel, ParcelError, Return, at_reader};
pub use pouch::{Pouch, PouchBox};

use super::base32;
use super::protocol::messages::Envelope;
use crate::domain::cbor::{Cbor as _, Reader, variants};

/// What is handed over: each kind as it was signed or sealed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Handover {
    /// A [`Join`], signed by the device that asks.
    Join(Envelope),
    /// An [`Admission`], signed by the organization, sealed to the device that asked.
    Admission(Envelope),
    /// A [`Parcel`], signed by the device that packed it.
    Parcel(Envelope),
    /// A [`Return`]: all that counts in it was signed and sealed by boxes.
    Return(Return),
}
variants!(Handover { 0 => Join(signed), 1 => Admission(sealed), 2 => Parcel(signed), 3 => Return(packed) });

/// Why something is nothing that was handed over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HandoverError {
    /// It is of another program.
    #[error("this is not of Latchbook")]
    Foreign,
    /// A newer version made it, in a way that is not known here.
    #[error("a newer Latchbook made this")]
    Newer,
    /// Something of it is missing, or was changed.
    #[error("this is damaged, or not all of it")]
    Damaged,
}

/// What the text of a QR code begins with.
const TEXT: &str = "LATCHBOOK:2:";
/// What a file holds first: an array of two, and a text of nine.
const FILE: &[u8] = b"\x82\x69latchbook";

impl Handover {
    /// The bytes of a file: `["latchbook", [kind, [content]]]`.
    pub fn file(&self) -> Vec<u8> {
        let mut bytes = FILE.to_vec();
        self.encode(&mut bytes);
        bytes
    }

    /// The same as text, for a QR code, or to send as a message: digits, capitals and `:` alone.
    pub fn text(&self) -> String {
        format!("{TEXT}{}", base32::text(&self.file()))
    }

    /// Reads a file, or the text.
    ///
    /// # Errors
    /// When it is neither.
    pub fn read(bytes: &[u8]) -> Result<Self, HandoverError> {
        if let Some(file) = std::str::from_utf8(bytes).ok().and_then(|text| text.trim().strip_prefix(TEXT)) {
            let file = base32::bytes(file).ok_or(HandoverError::Damaged)?;
            return Self::of_file(&file);
        }
        Self::of_file(bytes)
    }

    fn of_file(bytes: &[u8]) -> Result<Self, HandoverError> {
        let rest = bytes.strip_prefix(FILE).ok_or(HandoverError::Foreign)?;
        let mut from = Reader::new(rest);
        let mut ahead = from.clone();
        let kind = ahead.array().and_then(|_| u32::decode(&mut ahead));
        if kind.is_ok_and(|kind| kind > 3) {
            return Err(HandoverError::Newer);
        }
        let handed = Self::decode(&mut from).map_err(|_| HandoverError::Damaged)?;
        if from.left() == 0 { Ok(handed) } else { Err(HandoverError::Damaged) }
    }
}

#[cfg(test)]
mod tests;
