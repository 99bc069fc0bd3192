//! The things of key exchange and their rules: pure, native, and knowing neither storage, links nor browser.
//!
//! Everything here is already valid: text from people, files or boxes is parsed once, at the edge, into these types.

pub mod booking;
pub mod cbor;
pub mod code;
pub mod contact;
mod ff1;
pub mod ics;
pub mod ids;
pub mod message;
pub mod organization;
pub mod phone;
pub mod secret;
pub mod stamp;
pub mod text;
pub mod time;

pub use booking::{BookingWindow, Channel, Right, Stay, WindowError};
pub use code::{BookingCode, CodeDigits, CodeError, CodeKey, Weakness};
pub use contact::{ContactError, EmailAddress, Language, MobileNumber, VisitorDetails};
pub use ids::{AliasId, BookingId, BoxId, DeviceId, FactId, KeyId, LocationId, MessageId, VisitorId};
pub use message::{
    GatewayAddress, Means, MessageKind, MessagePart, MessagingSettings, SendFailure, SigningSecret, TemplateText,
};
pub use organization::{BinNumber, BoxDetails, KeyDetails, LocationDetails, Role, SerialNumber};
pub use phone::Country;
pub use secret::Secret;
pub use stamp::Stamp;
pub use text::{Name, Note, TextError};
pub use time::{Date, Instant, Offset, TimeOfDay, WallTime, ZoneBook, ZoneName, ZoneRules};
