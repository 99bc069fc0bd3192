//! The keys of organizations, devices and boxes, and the names they go by.

use std::fmt;

use ed25519_dalek::Signer;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, Serializable};
use sha2::{Digest, Sha256};

use super::cose::ToSign;
use crate::domain::cbor::{self, Cbor, newtype, record};

/// COSE's number of keys on a curve of the kind used here (`OKP`, RFC 9053, section 7.2).
const OKP: i64 = 1;
/// COSE's numbers of the two curves (RFC 9053, table 18).
const X25519: i64 = 4;
const ED25519: i64 = 6;

/// What a key is called in an envelope: the first 8 bytes of its COSE key thumbprint (RFC 9679, SHA-256). A name to find a key
/// by, not a proof of anything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(pub [u8; 8]);
newtype!(KeyName([u8; 8]));

impl KeyName {
    fn of(curve: i64, key: &[u8; 32]) -> Self {
        let thumbprint = Sha256::digest(cose_key(curve, key));
        let mut name = [0; 8];
        name.copy_from_slice(&thumbprint[..8]);
        Self(name)
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {self}")
    }
}

/// A key as a `COSE_Key` (RFC 9052, section 7) of its kind, curve and public part alone, in deterministic CBOR.
fn cose_key(curve: i64, key: &[u8; 32]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(42);
    cbor::write_map(&mut bytes, 3);
    1_i64.encode(&mut bytes);
    OKP.encode(&mut bytes);
    (-1_i64).encode(&mut bytes);
    curve.encode(&mut bytes);
    (-2_i64).encode(&mut bytes);
    key.encode(&mut bytes);
    bytes
}

/// The public part of an Ed25519 key: checks what it has signed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerifyingKey(pub [u8; 32]);
newtype!(VerifyingKey([u8; 32]));

impl VerifyingKey {
    /// What it is called.
    pub fn name(&self) -> KeyName {
        KeyName::of(ED25519, &self.0)
    }

    /// As a `COSE_Key`.
    pub(super) fn cose(&self) -> Vec<u8> {
        cose_key(ED25519, &self.0)
    }

    /// Reads one from a `COSE_Key` that has nothing but what [`cose`](Self::cose) writes.
    pub(super) fn from_cose(bytes: &[u8]) -> Option<Self> {
        let key = bytes.get(bytes.len().checked_sub(32)?..)?.try_into().ok().map(Self)?;
        (key.cose() == bytes).then_some(key)
    }

    /// Whether it has signed a message. Strict: keys and signatures of low order, with which several messages would fit, are
    /// refused.
    pub fn has_signed(&self, message: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        ed25519_dalek::VerifyingKey::from_bytes(&self.0).is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().fmt(f)
    }
}

/// An Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);
newtype!(Signature([u8; 64]));

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(…)")
    }
}

/// An Ed25519 key that code can read: a box's, and a device's where the platform keeps none of its own.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key of a seed, which must be random.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// The seed, to keep.
    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Its public part.
    pub fn verifying(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key().to_bytes())
    }

    /// Signs.
    pub fn sign(&self, what: &ToSign) -> Signature {
        Signature(self.0.sign(what.message()).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the secret of {:?}", self.verifying())
    }
}

/// The public part of an X25519 key: what is sealed to it, only its secret part opens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SealingKey(pub [u8; 32]);
newtype!(SealingKey([u8; 32]));

impl SealingKey {
    /// What it is called.
    pub fn name(&self) -> KeyName {
        KeyName::of(X25519, &self.0)
    }

    pub(super) fn hpke(&self) -> Option<<X25519HkdfSha256 as Kem>::PublicKey> {
        Deserializable::from_bytes(&self.0).ok()
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().fmt(f)
    }
}

/// The public parts of an organization's keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OrganizationKeys {
    /// What it signs credentials with.
    pub verifying: VerifyingKey,
    /// What is sealed to it.
    pub sealing: SealingKey,
}
record!(OrganizationKeys { verifying, sealing });

/// The secret part of an X25519 key: opens what is sealed to it.
#[derive(Clone)]
pub struct OpeningKey(<X25519HkdfSha256 as Kem>::PrivateKey);

impl OpeningKey {
    /// The key of 32 bytes, which must be random.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Deserializable::from_bytes(&bytes).expect("every 32 bytes are a key on this curve"))
    }

    /// The bytes, to keep.
    pub fn bytes(&self) -> [u8; 32] {
        self.0.to_bytes().into()
    }

    /// Its public part.
    pub fn sealing(&self) -> SealingKey {
        SealingKey(X25519HkdfSha256::sk_to_pk(&self.0).to_bytes().into())
    }

    pub(super) const fn hpke(&self) -> &<X25519HkdfSha256 as Kem>::PrivateKey {
        &self.0
    }
}

impl fmt::Debug for OpeningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the secret of {:?}", self.sealing())
    }
}
