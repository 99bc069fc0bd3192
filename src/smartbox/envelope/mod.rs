//! What protects everything that crosses the air: signed by who wrote it, sealed to who may read it (`PROTOCOL.md`,
//! "Envelopes").
//!
//! ```text
//!  content ──▶ COSE_Sign1 (RFC 9052), Ed25519 ──▶ COSE_Encrypt0, HPKE to one recipient ──▶ bytes for any courier
//! ```
//!
//! - [`keys`]: the keys, and the names they go by.
//! - [`cose`]: the COSE structures, to the byte.
//! - [`founding`]: the keys that an organization begins with.
//! - [`credential`]: what says of a device's key that the organization lets it act: a CWT (RFC 8392).
//!
//! The primitives are those of RustCrypto, dalek and `hpke`; here is only what is put around them. Nothing here asks for
//! randomness or the time: both are handed in. A signature may be made elsewhere, for a key that no code can read: what is to be
//! signed ([`cose::ToSign`]) goes out as bytes, and the signature comes back.

pub mod cose;
pub mod credential;
pub mod founding;
pub mod keys;

pub use cose::{Opened, Signed, ToSign, check_mac, mac, open, seal};
pub use credential::{Act, Credential, CredentialError};
pub use founding::FoundingKeys;
pub use keys::{KeyName, OpeningKey, OrganizationKeys, SealingKey, Signature, SigningKey, VerifyingKey};

use crate::domain::cbor;

/// What an envelope is for. One made for one purpose is refused for every other, though keys and content be the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Purpose {
    /// What lets a device act for the organization. Signed as every CWT is, with nothing along; nothing else is.
    Credential,
    /// Grants and notices for a box.
    Grants,
    /// A box's events, for the organization.
    Events,
    /// A command that a box carries out at once.
    Command,
    /// What a box says of a batch that it merged.
    Receipt,
    /// What a box says when it has carried a command out.
    Answer,
    /// A box shows that it has its label's secret, and its keys.
    Offer,
    /// Whose box it shall be.
    Terms,
    /// A box says whose it is.
    Paired,
    /// A device asks to be let into an organization.
    Join,
    /// The organization lets a device in.
    Admission,
    /// Envelopes for boxes, and what a courier must know to bring them there.
    Parcel,
}

impl Purpose {
    /// The text that is signed and sealed along with the content.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Credential => "latchbook credential 1",
            Self::Grants => "latchbook grants 1",
            Self::Events => "latchbook events 1",
            Self::Command => "latchbook command 1",
            Self::Receipt => "latchbook receipt 1",
            Self::Answer => "latchbook answer 1",
            Self::Offer => "latchbook offer 1",
            Self::Terms => "latchbook terms 1",
            Self::Paired => "latchbook paired 1",
            Self::Join => "latchbook join 1",
            Self::Admission => "latchbook admission 1",
            Self::Parcel => "latchbook parcel 1",
        }
    }
}

/// Why an envelope is refused. Nothing in it was acted on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// The bytes are no envelope.
    #[error("this is no envelope: {0}")]
    Malformed(#[from] cbor::DecodeError),
    /// It says what only a newer version understands, and that it must be understood.
    #[error("this envelope asks for something that is not known here")]
    Unsupported,
    /// It is sealed to another key.
    #[error("expected an envelope for {expected}, got one for {got}")]
    NotForUs {
        /// Our key.
        expected: KeyName,
        /// The key it is sealed to.
        got: KeyName,
    },
    /// It is signed with another key.
    #[error("expected the signature of {expected}, got that of {got}")]
    NotFrom {
        /// The key that should have signed.
        expected: KeyName,
        /// The key that it names.
        got: KeyName,
    },
    /// It was changed on the way, is for another purpose, or never was what it says.
    #[error("this envelope was changed on the way")]
    Forged,
}

#[cfg(test)]
mod tests;
