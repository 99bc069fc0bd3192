//! The keys that an organization begins with, and what they say of its first device.

use super::credential::Credential;
use super::keys::{OpeningKey, OrganizationKeys, SigningKey};
use crate::domain::{DeviceId, Instant, Role};
use crate::smartbox::visit::Author;

/// How long the first device's credential holds, in milliseconds: ten years.
pub const FIRST_CREDENTIAL_MS: i64 = 10 * 365 * 24 * 60 * 60 * 1000;

/// The secret keys of an organization and of its first device, as they are made: where the platform keeps keys that no code can
/// read, they are handed to it and forgotten.
#[derive(Clone, Debug)]
pub struct FoundingKeys {
    /// What the organization signs credentials with.
    pub organization: SigningKey,
    /// What opens what is sealed to the organization.
    pub opening: OpeningKey,
    /// What the device signs with.
    pub device: SigningKey,
}

impl FoundingKeys {
    /// The keys of 96 random bytes.
    pub fn from_random(random: &[u8; 96]) -> Self {
        let part = |at: usize| -> [u8; 32] { std::array::from_fn(|n| random[at + n]) };
        Self {
            organization: SigningKey::from_seed(part(0)),
            opening: OpeningKey::from_bytes(part(32)),
            device: SigningKey::from_seed(part(64)),
        }
    }

    /// The first device, as it visits boxes.
    pub fn author(&self, device: DeviceId, since: Instant) -> Author {
        Author {
            device,
            key: self.device.verifying(),
            credential: self.credential(device, since),
            organization: self.opening.clone(),
        }
    }

    /// The public parts of the organization's.
    pub fn public(&self) -> OrganizationKeys {
        OrganizationKeys { verifying: self.organization.verifying(), sealing: self.opening.sealing() }
    }

    /// What the organization says of its first device, from a moment on: a manager's.
    pub fn credential(&self, device: DeviceId, now: Instant) -> Vec<u8> {
        let credential = Credential {
            device,
            role: Role::Manager,
            issued: now,
            expires: now.plus_ms(FIRST_CREDENTIAL_MS),
            key: self.device.verifying(),
        };
        let to_sign = credential.to_sign(&self.organization.verifying());
        let signature = self.organization.sign(&to_sign);
        to_sign.signed(&signature)
    }
}
