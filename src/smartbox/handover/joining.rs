//! How a device gets into an organization: it asks with its keys, and the organization answers what it may do, and until when.

use crate::domain::cbor::{self, record};
use crate::domain::{CodeKey, DeviceId, Instant, Name, Secret};
use crate::smartbox::envelope::{
    self, Credential, CredentialError, EnvelopeError, OpeningKey, OrganizationKeys, Purpose, SealingKey, Signed,
    ToSign, VerifyingKey,
};
use crate::smartbox::protocol::messages::Envelope;

/// A device that asks to be let in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Join {
    /// Which: a number that it drew.
    pub device: DeviceId,
    /// What it calls itself.
    pub name: Name,
    /// What it signs with.
    pub key: VerifyingKey,
    /// What the answer is sealed to.
    pub sealing: SealingKey,
}
record!(Join { device, name, key, sealing });

impl Join {
    /// What the device's own key is to sign.
    pub fn to_sign(&self) -> ToSign {
        ToSign::new(Purpose::Join, &self.key, None, None, cbor::to_vec(self))
    }

    /// Reads what a device asks, if it has the key that it names.
    ///
    /// # Errors
    /// When it has not, or the bytes are nothing of the kind.
    pub fn read(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let signed = Signed::read(bytes)?;
        let join: Self = cbor::from_slice(signed.unchecked())?;
        signed.content(Purpose::Join, &join.key, None)?;
        Ok(join)
    }

    /// What both screens show, so that people see that they mean the same device: 16 digits of base 16 in groups of four.
    pub fn words(&self) -> String {
        let name = self.key.name().to_string();
        let groups: Vec<&str> = (0..name.len()).step_by(4).filter_map(|at| name.get(at..at + 4)).collect();
        groups.join(" ")
    }
}

/// What a device gets that shares in everything: a manager's or a front desk's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Share {
    /// What opens what boxes seal to the organization.
    pub opening: Secret<[u8; 32]>,
    /// The key of the organization's codes.
    pub codes: CodeKey,
    /// All that happened so far, as the journal writes it.
    pub journal: Vec<u8>,
}
record!(Share { opening, codes, journal as cbor::bytes });

/// What the organization answers a device that it lets in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Admission {
    /// What the organization is called.
    pub organization: Name,
    /// Its keys.
    pub keys: OrganizationKeys,
    /// What boxes check: device, key, role and end stand in it.
    pub credential: Envelope,
    /// What it shares in; nothing for a technician's device.
    pub share: Option<Share>,
}
record!(Admission { organization, keys, credential, share });

/// Why an admission is none.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AdmissionError {
    /// It is not sealed to this device, or not signed by the organization that it names.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// What the organization says of the device does not hold.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// It is for a device with another key.
    #[error("this lets another device in")]
    OtherDevice,
}

impl Admission {
    /// What the organization's key is to sign, for the device to whose key it will be sealed.
    pub fn to_sign(&self, to: &SealingKey) -> ToSign {
        ToSign::new(Purpose::Admission, &self.keys.verifying, Some(to), None, cbor::to_vec(self))
    }

    /// Opens what was sealed to a device, and what the organization says of it.
    ///
    /// # Errors
    /// When it is for another device, or was changed on the way, or holds no more.
    pub fn open(
        sealed: &[u8],
        with: &OpeningKey,
        device: DeviceId,
        key: &VerifyingKey,
        now: Instant,
    ) -> Result<(Self, Credential), AdmissionError> {
        let signed = Signed::read(&envelope::open(Purpose::Admission, with, sealed)?)?;
        let admission: Self = cbor::from_slice(signed.unchecked()).map_err(EnvelopeError::from)?;
        signed.content(Purpose::Admission, &admission.keys.verifying, Some(&with.sealing()))?;
        let credential = Credential::read(&admission.credential.0, &admission.keys.verifying, now)?;
        if credential.device != device || credential.key != *key {
            return Err(AdmissionError::OtherDevice);
        }
        Ok((admission, credential))
    }
}
