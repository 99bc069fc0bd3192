//! Keys that sign: the browser's own where it has them, and otherwise in code.
//!
//! An Ed25519 key of WebCrypto ("Secure Curves", W3C) is an object that no script can look into: it is made, kept and used,
//! and even code that got into the page cannot carry it away. Browsers that lack them, and pages that are not served
//! securely, get a key whose seed is kept instead; the signatures are the same, byte for byte.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto};

use crate::domain::Secret;
use crate::journal::port::JournalError;
use crate::smartbox::envelope::{FoundingKeys, OpeningKey, Signature, SigningKey, ToSign, VerifyingKey};
use crate::storage::key_store::{KeyStore, Slot, kept_secret, secret_of};

/// The name of the algorithm, for all of WebCrypto.
const ED25519: &str = "Ed25519";
/// What stands before a seed in PKCS #8 (RFC 8410, section 7): version, algorithm, and the headers of two octet strings.
const PKCS8: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// Why there is no key, or no signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The browser gives no random numbers.
    #[error("the browser gives no random numbers")]
    NoRandomness,
    /// The browser failed at what it can do, by the name of its exception.
    #[error("the browser refused the key ({0})")]
    Refused(String),
    /// What was kept is no key.
    #[error("what was kept is no key")]
    Damaged,
    /// It could not be kept or read.
    #[error(transparent)]
    Store(#[from] JournalError),
}

/// A key that signs for this device, or for the organization, wherever its secret part is.
#[derive(Clone)]
pub struct DeviceSigner {
    verifying: VerifyingKey,
    secret: SecretPart,
}

#[derive(Clone)]
enum SecretPart {
    Browser(CryptoKey),
    Code(Box<SigningKey>),
}

impl DeviceSigner {
    /// Makes a new key, in the browser if it can.
    ///
    /// # Errors
    /// [`KeyError::NoRandomness`], [`KeyError::Refused`].
    pub async fn make() -> Result<Self, KeyError> {
        match make_in_browser().await? {
            Some(made) => Ok(made),
            None => Ok(Self::in_code(&make_secret()?)),
        }
    }

    /// The key of a seed, which must be random; in the browser if it can. The seed itself is not kept there.
    ///
    /// # Errors
    /// [`KeyError::Refused`].
    pub async fn of_seed(seed: &Secret<[u8; 32]>) -> Result<Self, KeyError> {
        let code = Self::in_code(seed);
        let key = import(seed).await?;
        Ok(Self { verifying: code.verifying, secret: key.map_or(code.secret, SecretPart::Browser) })
    }

    fn in_code(seed: &Secret<[u8; 32]>) -> Self {
        let key = SigningKey::from_seed(*seed.expose());
        Self { verifying: key.verifying(), secret: SecretPart::Code(Box::new(key)) }
    }

    /// The public part.
    pub const fn verifying(&self) -> VerifyingKey {
        self.verifying
    }

    /// Whether no script can read the secret part.
    pub const fn is_sealed(&self) -> bool {
        matches!(self.secret, SecretPart::Browser(_))
    }

    /// Signs.
    ///
    /// # Errors
    /// [`KeyError::Refused`].
    pub async fn sign(&self, what: &ToSign) -> Result<Signature, KeyError> {
        let key = match &self.secret {
            SecretPart::Code(key) => return Ok(key.sign(what)),
            SecretPart::Browser(key) => key,
        };
        let subtle = subtle().ok_or_else(|| KeyError::Refused("NotSupportedError".to_owned()))?;
        let message = Uint8Array::from(what.message());
        let asked = subtle.sign_with_str_and_buffer_source(ED25519, key, &message);
        let signature = answer(asked).await.map_err(refused)?;
        bytes(&signature).map(Signature).ok_or(KeyError::Damaged)
    }

    /// As a value to keep: the browser's object beside the public part, or the seed.
    fn kept(&self) -> JsValue {
        match &self.secret {
            SecretPart::Browser(key) => Array::of2(key, &Uint8Array::from(&self.verifying.0[..])).into(),
            SecretPart::Code(key) => kept_secret(&Secret::new(key.seed())),
        }
    }

    /// Of a value that was kept.
    fn of_kept(value: &JsValue) -> Option<Self> {
        if let Some(seed) = secret_of(value) {
            return Some(Self::in_code(&seed));
        }
        let pair = value.dyn_ref::<Array>()?;
        let key = pair.get(0).dyn_into::<CryptoKey>().ok()?;
        Some(Self { verifying: VerifyingKey(bytes(&pair.get(1))?), secret: SecretPart::Browser(key) })
    }
}

/// The keys of the organization, on a device that holds them.
#[derive(Clone)]
pub struct OrganizationKeys {
    /// Signs credentials, on a device that may enrol others.
    pub signer: Option<DeviceSigner>,
    /// Opens what boxes seal.
    pub opening: OpeningKey,
}

/// The key of this device; made and kept the first time. Tabs that ask at once get the same one.
///
/// # Errors
/// All of [`KeyError`].
pub async fn device_signer(store: &KeyStore) -> Result<DeviceSigner, KeyError> {
    if let Some(kept) = signer(store, Slot::Device).await? {
        return Ok(kept);
    }
    let made = DeviceSigner::make().await?;
    let kept = store.keep_first(&[(Slot::Device, made.kept())]).await;
    match kept {
        // Some browsers make such keys and cannot keep them, in private windows above all.
        Err(_) if made.is_sealed() => {
            let made = DeviceSigner::in_code(&make_secret()?);
            store.keep_first(&[(Slot::Device, made.kept())]).await?;
        }
        other => {
            other?;
        }
    }
    signer(store, Slot::Device).await?.ok_or(KeyError::Damaged)
}

/// The keys of the organization; nothing on a device that does not hold them.
///
/// # Errors
/// [`KeyError::Damaged`], [`KeyError::Store`].
pub async fn organization_keys(store: &KeyStore) -> Result<Option<OrganizationKeys>, KeyError> {
    let Some(opening) = secret(store, Slot::Opening).await? else {
        return Ok(None);
    };
    let signer = signer(store, Slot::Organization).await?;
    Ok(Some(OrganizationKeys { signer, opening: OpeningKey::from_bytes(*opening.expose()) }))
}

/// Makes the keys of a new organization, unless this device holds some already; answers those that it holds then. The
/// seed of the signing key is kept for the recovery sheet until [`confirm_recovery_sheet`].
///
/// # Errors
/// All of [`KeyError`].
pub async fn make_organization_keys(store: &KeyStore) -> Result<OrganizationKeys, KeyError> {
    if let Some(kept) = organization_keys(store).await? {
        return Ok(kept);
    }
    let (seed, opening) = (make_secret()?, make_secret()?);
    let made = DeviceSigner::of_seed(&seed).await?;
    let values = |signer: &DeviceSigner| {
        [(Slot::Organization, signer.kept()), (Slot::Opening, kept_secret(&opening)), (Slot::Seed, kept_secret(&seed))]
    };
    if let Err(error) = store.keep_first(&values(&made)).await {
        if !made.is_sealed() {
            return Err(error.into());
        }
        store.keep_first(&values(&DeviceSigner::in_code(&seed))).await?;
    }
    organization_keys(store).await?.ok_or(KeyError::Damaged)
}

/// Keeps the keys that an organization was founded with, and its first device's, on a device that holds none.
///
/// # Errors
/// [`KeyError::Refused`], [`KeyError::Store`].
pub async fn keep_founding_keys(store: &KeyStore, keys: &FoundingKeys) -> Result<(), KeyError> {
    let (device, organization) = (Secret::new(keys.device.seed()), Secret::new(keys.organization.seed()));
    let opening = kept_secret(&Secret::new(keys.opening.bytes()));
    let (signs, certifies) = (DeviceSigner::of_seed(&device).await?, DeviceSigner::of_seed(&organization).await?);
    let values = |device: &DeviceSigner, signer: &DeviceSigner| {
        let seed = kept_secret(&organization);
        let own = [(Slot::Device, device.kept()), (Slot::Organization, signer.kept())];
        own.into_iter().chain([(Slot::Opening, opening.clone()), (Slot::Seed, seed)]).collect::<Vec<_>>()
    };
    match store.replace(&values(&signs, &certifies), &[]).await {
        // Some browsers make such keys and cannot keep them.
        Err(_) if signs.is_sealed() => {
            let in_code = (DeviceSigner::in_code(&device), DeviceSigner::in_code(&organization));
            Ok(store.replace(&values(&in_code.0, &in_code.1), &[]).await?)
        }
        other => Ok(other?),
    }
}

/// Keeps what opens what boxes seal to an organization, on a device that was let into it.
///
/// # Errors
/// [`KeyError::Store`].
pub async fn keep_opening(store: &KeyStore, opening: &Secret<[u8; 32]>) -> Result<(), KeyError> {
    Ok(store.replace(&[(Slot::Opening, kept_secret(opening))], &[Slot::Organization, Slot::Seed]).await?)
}

/// Keeps the keys of an organization from its recovery sheet, in place of what this device holds.
///
/// # Errors
/// [`KeyError::Refused`], [`KeyError::Store`].
pub async fn restore_organization_keys(
    store: &KeyStore,
    seed: &Secret<[u8; 32]>,
    opening: &OpeningKey,
) -> Result<OrganizationKeys, KeyError> {
    let signer = DeviceSigner::of_seed(seed).await?;
    let values = |signer: &DeviceSigner| {
        [(Slot::Organization, signer.kept()), (Slot::Opening, kept_secret(&Secret::new(opening.bytes())))]
    };
    let kept = store.replace(&values(&signer), &[Slot::Seed]).await;
    match kept {
        Err(_) if signer.is_sealed() => {
            let signer = DeviceSigner::in_code(seed);
            store.replace(&values(&signer), &[Slot::Seed]).await?;
            Ok(OrganizationKeys { signer: Some(signer), opening: opening.clone() })
        }
        other => {
            other.map(|()| OrganizationKeys { signer: Some(signer), opening: opening.clone() }).map_err(KeyError::Store)
        }
    }
}

/// The seed for the recovery sheet; nothing once the sheet was confirmed, or where there is no organization's key.
///
/// # Errors
/// [`KeyError::Damaged`], [`KeyError::Store`].
pub async fn recovery_seed(store: &KeyStore) -> Result<Option<Secret<[u8; 32]>>, KeyError> {
    secret(store, Slot::Seed).await
}

/// Forgets the seed: the recovery sheet is printed, and from now on the only one that has it.
///
/// # Errors
/// [`KeyError::Store`].
pub async fn confirm_recovery_sheet(store: &KeyStore) -> Result<(), KeyError> {
    Ok(store.replace(&[], &[Slot::Seed]).await?)
}

async fn signer(store: &KeyStore, slot: Slot) -> Result<Option<DeviceSigner>, KeyError> {
    let kept = store.load(slot).await?;
    kept.map(|value| DeviceSigner::of_kept(&value).ok_or(KeyError::Damaged)).transpose()
}

async fn secret(store: &KeyStore, slot: Slot) -> Result<Option<Secret<[u8; 32]>>, KeyError> {
    let kept = store.load(slot).await?;
    kept.map(|value| secret_of(&value).ok_or(KeyError::Damaged)).transpose()
}

fn make_secret() -> Result<Secret<[u8; 32]>, KeyError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| KeyError::NoRandomness)?;
    Ok(Secret::new(bytes))
}

/// WebCrypto's functions; nothing on a page that was not served securely.
fn subtle() -> Option<SubtleCrypto> {
    let crypto = web_sys::window()?.crypto().ok()?;
    // The binding says that it is always there.
    let subtle: JsValue = crypto.subtle().into();
    (!subtle.is_undefined()).then(|| subtle.unchecked_into())
}

async fn answer(asked: Result<js_sys::Promise, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(asked?).await
}

/// The name of what was thrown.
fn refused(thrown: JsValue) -> KeyError {
    let name = thrown.dyn_ref::<web_sys::DomException>().map(web_sys::DomException::name);
    KeyError::Refused(name.unwrap_or_else(|| "Error".to_owned()))
}

/// What the browser answered; nothing when it does not know such keys.
fn known(answer: Result<JsValue, JsValue>) -> Result<Option<JsValue>, KeyError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(thrown) => match refused(thrown) {
            KeyError::Refused(name) if name == "NotSupportedError" => Ok(None),
            other => Err(other),
        },
    }
}

async fn make_in_browser() -> Result<Option<DeviceSigner>, KeyError> {
    let Some(subtle) = subtle() else { return Ok(None) };
    let usages = Array::of2(&"sign".into(), &"verify".into());
    let Some(pair) = known(answer(subtle.generate_key_with_str(ED25519, false, &usages)).await)? else {
        return Ok(None);
    };
    let pair: web_sys::CryptoKeyPair = pair.unchecked_into();
    // The public part can be read whatever was said of the other.
    let public = answer(subtle.export_key("raw", &pair.get_public_key())).await.map_err(refused)?;
    let verifying = bytes(&public).map(VerifyingKey).ok_or(KeyError::Damaged)?;
    Ok(Some(DeviceSigner { verifying, secret: SecretPart::Browser(pair.get_private_key()) }))
}

/// The browser's key of a seed, not to be read again; nothing where it has no such keys.
async fn import(seed: &Secret<[u8; 32]>) -> Result<Option<CryptoKey>, KeyError> {
    let Some(subtle) = subtle() else { return Ok(None) };
    let mut form = PKCS8.to_vec();
    form.extend_from_slice(seed.expose());
    let form = Uint8Array::from(&form[..]);
    let asked = subtle.import_key_with_str("pkcs8", &form, ED25519, false, &Array::of1(&"sign".into()));
    let key = known(answer(asked).await)?;
    // The copy that JavaScript has would lie about until it is collected.
    form.fill(0, 0, form.length());
    Ok(key.map(JsValue::unchecked_into))
}

/// A number of bytes of an `ArrayBuffer` or `Uint8Array`.
fn bytes<const N: usize>(value: &JsValue) -> Option<[u8; N]> {
    Uint8Array::new(value).to_vec().try_into().ok()
}
