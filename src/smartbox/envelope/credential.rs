//! What says of a device's key that the organization lets it act: a CBOR Web Token (RFC 8392), signed by the organization's key.
//!
//! A box checks it with no network: it knows the organization's key since it was paired. What a device may do is its role.

use super::cose::{Signed, ToSign};
use super::keys::VerifyingKey;
use super::{EnvelopeError, Purpose};
use crate::domain::cbor::{self, Cbor, Failed, Reader};
use crate::domain::{DeviceId, Instant, Role};

/// The labels of the claims (RFC 8392, section 4; `cnf` from RFC 8747; the role in a label for private use).
const ISSUER: i64 = 1;
const SUBJECT: i64 = 2;
const EXPIRES: i64 = 4;
const ISSUED: i64 = 6;
const CONFIRMATION: i64 = 8;
const ROLE: i64 = -70_002;
/// Within `cnf`: a whole key.
const WHOLE_KEY: i64 = 1;

/// What a device can ask of a box.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Act {
    /// Write grants, and where keys are.
    Grant,
    /// Revoke another device.
    RevokeDevice,
    /// Open a bin at once.
    OpenBin,
    /// Set the clock.
    SetClock,
    /// Put a bin into or out of service.
    SetBin,
    /// Begin the log anew.
    BeginLog,
    /// Forget the organization.
    Reset,
}

impl Act {
    /// Whether a device of a role may ask it.
    pub const fn is_for(self, role: Role) -> bool {
        match self {
            Self::Grant => matches!(role, Role::Manager | Role::FrontDesk),
            Self::RevokeDevice | Self::BeginLog | Self::Reset => matches!(role, Role::Manager),
            Self::OpenBin | Self::SetClock | Self::SetBin => true,
        }
    }
}

/// What the organization says of one device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Credential {
    /// Which device.
    pub device: DeviceId,
    /// What it is for.
    pub role: Role,
    /// When the organization said so; to the second.
    pub issued: Instant,
    /// The moment from which it no longer holds; to the second.
    pub expires: Instant,
    /// The device's key.
    pub key: VerifyingKey,
}

/// Why a credential is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CredentialError {
    /// It is no credential of this organization.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// It is over.
    #[error("this device's credential ended at {0}")]
    Expired(Instant),
    /// Its beginning is still to come.
    #[error("this device's credential begins at {0}")]
    NotYet(Instant),
}

/// How far ahead of a reader's clock a credential may have been issued, in milliseconds: clocks of boxes drift.
pub const CLOCK_DIFFERENCE_MS: i64 = 24 * 60 * 60 * 1000;

impl Credential {
    /// What the organization's key is to sign.
    pub fn to_sign(&self, organization: &VerifyingKey) -> ToSign {
        let mut claims = Vec::with_capacity(128);
        cbor::write_map(&mut claims, 6);
        ISSUER.encode(&mut claims);
        cbor::write_text(&mut claims, &organization.name().to_string());
        SUBJECT.encode(&mut claims);
        cbor::write_text(&mut claims, &self.device.to_string());
        EXPIRES.encode(&mut claims);
        seconds(self.expires).encode(&mut claims);
        ISSUED.encode(&mut claims);
        seconds(self.issued).encode(&mut claims);
        CONFIRMATION.encode(&mut claims);
        cbor::write_map(&mut claims, 1);
        WHOLE_KEY.encode(&mut claims);
        claims.extend_from_slice(&self.key.cose());
        ROLE.encode(&mut claims);
        self.role.encode(&mut claims);
        ToSign::new(Purpose::Credential, organization, None, None, claims)
    }

    /// What the organization has said of a device, whether it holds at any moment or not.
    ///
    /// # Errors
    /// When the organization has not signed it.
    pub fn said(bytes: &[u8], organization: &VerifyingKey) -> Result<Self, EnvelopeError> {
        let claims = Signed::read(bytes)?.content(Purpose::Credential, organization, None)?;
        let mut from = Reader::new(&claims);
        Self::claims(&mut from, organization).map_err(|failed| from.error(failed).into())
    }

    /// Reads a credential that the organization has signed.
    ///
    /// # Errors
    /// When it has not, or the credential does not hold at this moment.
    pub fn read(bytes: &[u8], organization: &VerifyingKey, now: Instant) -> Result<Self, CredentialError> {
        let credential = Self::said(bytes, organization)?;
        if credential.expires <= now {
            return Err(CredentialError::Expired(credential.expires));
        }
        if credential.issued > now.plus_ms(CLOCK_DIFFERENCE_MS) {
            return Err(CredentialError::NotYet(credential.issued));
        }
        Ok(credential)
    }

    fn claims(from: &mut Reader<'_>, organization: &VerifyingKey) -> Result<Self, Failed> {
        let (mut issuer, mut device, mut expires, mut issued, mut key, mut role) = (None, None, None, None, None, None);
        for _ in 0..from.map()? {
            match from.label()? {
                Some(ISSUER) => issuer = Some(from.text()?.to_owned()),
                Some(SUBJECT) => device = device_of(from.text()?),
                Some(EXPIRES) => expires = moment(i64::decode(from)?),
                Some(ISSUED) => issued = moment(i64::decode(from)?),
                Some(CONFIRMATION) => key = confirmed(from)?,
                Some(ROLE) => role = Some(Role::decode(from)?),
                _ => from.skip()?,
            }
        }
        let whole = (issuer, device, expires, issued, key, role);
        let (Some(issuer), Some(device), Some(expires), Some(issued), Some(key), Some(role)) = whole else {
            return Err(from.fail("all the claims of a credential"));
        };
        if issuer != organization.name().to_string() || from.left() > 0 {
            return Err(from.fail("a credential of this organization"));
        }
        Ok(Self { device, role, issued, expires, key })
    }
}

fn confirmed(from: &mut Reader<'_>) -> Result<Option<VerifyingKey>, Failed> {
    let mut key = None;
    for _ in 0..from.map()? {
        if from.label()? == Some(WHOLE_KEY) {
            key = VerifyingKey::from_cose(from.raw()?);
        } else {
            from.skip()?;
        }
    }
    Ok(key)
}

/// The device of a subject: eight digits of base 16, as it is written.
fn device_of(text: &str) -> Option<DeviceId> {
    let device = u32::from_str_radix(text, 16).ok().map(DeviceId)?;
    (device.to_string() == text).then_some(device)
}

/// A `NumericDate`: seconds since 1970.
const fn seconds(at: Instant) -> i64 {
    at.ms().div_euclid(1000)
}

fn moment(seconds: i64) -> Option<Instant> {
    seconds.checked_mul(1000).map(Instant::from_ms)
}
