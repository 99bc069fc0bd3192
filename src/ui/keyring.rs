//! The keys of this device, and of the organization as far as this device holds them.

use std::rc::Rc;

use super::edge::webcrypto::{self, DeviceSigner, KeyError};
use super::edge::{clock, random};
use super::state::App;
use crate::domain::Role;
use crate::journal::Command;
use crate::journal::desk::DeskError;
use crate::smartbox::Author;
use crate::smartbox::envelope::founding::FIRST_CREDENTIAL_MS;
use crate::smartbox::envelope::{Credential, FoundingKeys, OpeningKey, OrganizationKeys, Signature, ToSign};

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
    public: OrganizationKeys,
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
    pub const fn public(&self) -> OrganizationKeys {
        self.public
    }

    /// What opens what boxes seal to the organization.
    pub const fn opening(&self) -> &OpeningKey {
        &self.organization.opening
    }

    /// Whether this device can let others in: it holds the key that signs credentials.
    pub const fn can_enrol(&self) -> bool {
        self.organization.signer.is_some()
    }

    /// Signs with the organization's key.
    ///
    /// # Errors
    /// When it is not on this device, or the browser does not.
    pub async fn sign_for_organization(&self, what: &ToSign) -> Result<Signature, KeyTrouble> {
        Ok(self.organization.signer.as_ref().ok_or(KeyTrouble::Missing)?.sign(what).await?)
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

    /// What the organization says of a device.
    ///
    /// # Errors
    /// When this device can't let others in.
    pub async fn certify(&self, credential: &Credential) -> Result<Vec<u8>, KeyTrouble> {
        let to_sign = credential.to_sign(&self.public.verifying);
        let signature = self.sign_for_organization(&to_sign).await?;
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
        let verifying = organization.signer.as_ref().map(DeviceSigner::verifying);
        let held = (verifying, organization.opening.sealing());
        let public = match (known, held) {
            (None, (Some(verifying), sealing)) => {
                let public = OrganizationKeys { verifying, sealing };
                self.submit(Command::MakeKeys(public)).await?;
                public
            }
            (Some(known), (verifying, sealing))
                if known.sealing == sealing && verifying.is_none_or(|held| held == known.verifying) =>
            {
                known
            }
            _ => return Err(KeyTrouble::Missing),
        };
        let keys = Keys { device: webcrypto::device_signer(&store).await?, organization, public };
        let device = self.identity().map(|identity| identity.device).ok_or(KeyTrouble::Missing)?;
        if self.peek(|v| v.ledger.credential(device).is_none()) {
            let issued = clock::now();
            let expires = issued.plus_ms(FIRST_CREDENTIAL_MS);
            let key = keys.device.verifying();
            let credential = Credential { device, role: Role::Manager, issued, expires, key };
            self.submit(Command::CertifyDevice(keys.certify(&credential).await?)).await?;
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
