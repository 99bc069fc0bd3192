//! The keys of this device, and of the organization as far as this device holds them.

use std::rc::Rc;

use super::edge::webcrypto::{self, DeviceSigner, KeyError};
use super::edge::{clock, random};
use super::state::App;
use crate::domain::{DeviceId, Instant, Role};
use crate::journal::Command;
use crate::journal::desk::DeskError;
use crate::smartbox::Author;
use crate::smartbox::envelope::founding::FIRST_CREDENTIAL_MS;
use crate::smartbox::envelope::{Credential, FoundingKeys, OrganizationKeys, Signature, ToSign};

/// Why this device can't sign anything.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyTrouble {
    /// The browser gives no random numbers.
    #[error(transparent)]
    Randomness(#[from] random::NoRandomness),
    /// The organization's keys are not on this device.
    #[error("the organization’s keys are not on this device")]
    Missing,
    /// They can't be made, read, kept or used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// What the organization says of this device could not be kept.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

/// The keys.
pub struct Keys {
    device: DeviceSigner,
    organization: webcrypto::OrganizationKeys,
}

impl Keys {
    /// Signs with the device's key.
    ///
    /// # Errors
    /// When the browser does not.
    pub async fn sign(&self, what: &ToSign) -> Result<Signature, KeyTrouble> {
        Ok(self.device.sign(what).await?)
    }

    /// The public parts of the organization's.
    pub fn public(&self) -> OrganizationKeys {
        let (verifying, sealing) = (self.organization.signer.verifying(), self.organization.opening.sealing());
        OrganizationKeys { verifying, sealing }
    }

    /// New keys for an organization whose history is told at once, kept on this device from now on.
    ///
    /// # Errors
    /// When there are no random numbers, or the keys can't be kept.
    pub async fn make_founding(app: App) -> Result<FoundingKeys, KeyTrouble> {
        let keys = FoundingKeys::from_random(&random::bytes()?);
        webcrypto::keep_founding_keys(&app.key_store(), &keys).await?;
        Ok(keys)
    }

    /// What the organization says of this device, its first.
    async fn certify(&self, device: DeviceId, now: Instant) -> Result<Vec<u8>, KeyTrouble> {
        let (issued, expires) = (now, now.plus_ms(FIRST_CREDENTIAL_MS));
        let credential = Credential { device, role: Role::Manager, issued, expires, key: self.device.verifying() };
        let to_sign = credential.to_sign(&self.organization.signer.verifying());
        let signature = self.organization.signer.sign(&to_sign).await?;
        Ok(to_sign.signed(&signature))
    }
}

impl App {
    /// This device's keys. An organization that has none gets them now.
    ///
    /// # Errors
    /// When they can't be made, read or kept, or are on another device.
    pub async fn keys(self) -> Result<Rc<Keys>, KeyTrouble> {
        if let Some(keys) = self.known_keys() {
            return Ok(keys);
        }
        let store = self.key_store();
        let known = self.peek(|v| v.ledger.organization_keys());
        let organization = match known {
            None => webcrypto::make_organization_keys(&store).await?,
            Some(_) => webcrypto::organization_keys(&store).await?.ok_or(KeyTrouble::Missing)?,
        };
        let keys = Keys { device: webcrypto::device_signer(&store).await?, organization };
        match known {
            None => drop(self.submit(Command::MakeKeys(keys.public())).await?),
            Some(known) if known != keys.public() => return Err(KeyTrouble::Missing),
            Some(_) => {}
        }
        let device = self.identity().map(|identity| identity.device).ok_or(KeyTrouble::Missing)?;
        if self.peek(|v| v.ledger.credential(device).is_none()) {
            let credential = keys.certify(device, clock::now()).await?;
            self.submit(Command::CertifyDevice(credential)).await?;
        }
        let keys = Rc::new(keys);
        self.know_keys(Rc::clone(&keys));
        Ok(keys)
    }

    /// This device, as it visits boxes.
    ///
    /// # Errors
    /// When the organization has not said what it may do.
    pub fn author(self, keys: &Keys) -> Result<Author, KeyTrouble> {
        let device = self.identity().map(|identity| identity.device).ok_or(KeyTrouble::Missing)?;
        let credential = self.peek(|v| v.ledger.credential(device).map(<[u8]>::to_vec)).ok_or(KeyTrouble::Missing)?;
        let (key, organization) = (keys.device.verifying(), keys.organization.opening.clone());
        Ok(Author { device, key, credential, organization })
    }
}
