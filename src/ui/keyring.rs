//! The keys of this device, and of the organization as far as this device holds them.

use std::rc::Rc;

use super::edge::{clock, random};
use super::state::App;
use crate::domain::SerialNumber;
use crate::journal::Command;
use crate::journal::desk::DeskError;
use crate::journal::port::JournalError;
use crate::smartbox::Author;
use crate::smartbox::envelope::{FoundingKeys, OrganizationKeys, Signature, ToSign};

/// Why this device can't sign anything.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyTrouble {
    /// The browser gives no random numbers.
    #[error(transparent)]
    Randomness(#[from] random::NoRandomness),
    /// The organization's keys are not on this device.
    #[error("the organization’s keys are not on this device")]
    Missing,
    /// They can't be read or kept.
    #[error(transparent)]
    Store(#[from] JournalError),
    /// What the organization says of this device could not be kept.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

/// The keys.
pub struct Keys {
    keys: FoundingKeys,
}

impl Keys {
    /// Signs with the device's key.
    ///
    /// # Errors
    /// When the browser does not.
    pub async fn sign(&self, what: &ToSign) -> Result<Signature, KeyTrouble> {
        Ok(self.keys.device.sign(what))
    }

    /// The public parts of the organization's.
    pub fn public(&self) -> OrganizationKeys {
        self.keys.public()
    }

    /// New keys for an organization and its first device, kept on this device from now on.
    ///
    /// # Errors
    /// When there are no random numbers, or the keys can't be kept.
    pub async fn make(app: App) -> Result<FoundingKeys, KeyTrouble> {
        let random = random::bytes::<96>()?;
        app.boxes().save(&place(), &random).await?;
        Ok(FoundingKeys::from_random(&random))
    }
}

fn place() -> SerialNumber {
    SerialNumber::parse("KEYS").expect("a serial number")
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
        let known = self.peek(|v| v.ledger.organization_keys());
        let kept = self.boxes().load(&place()).await?.and_then(|kept| <[u8; 96]>::try_from(kept).ok());
        let keys = match (kept, known) {
            (Some(kept), _) => FoundingKeys::from_random(&kept),
            (None, None) => Keys::make(self).await?,
            (None, Some(_)) => return Err(KeyTrouble::Missing),
        };
        if known.is_none() {
            self.submit(Command::MakeKeys(keys.public())).await?;
        }
        let device = self.identity().map(|identity| identity.device).ok_or(KeyTrouble::Missing)?;
        if self.peek(|v| v.ledger.credential(device).is_none()) {
            self.submit(Command::CertifyDevice(keys.credential(device, clock::now()))).await?;
        }
        let keys = Rc::new(Keys { keys });
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
        let (key, organization) = (keys.keys.device.verifying(), keys.keys.opening.clone());
        Ok(Author { device, key, credential, organization })
    }
}
