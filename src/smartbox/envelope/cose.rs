//! The COSE structures (RFC 9052) that envelopes are made of, to the byte.
//!
//! Written in deterministic CBOR (RFC 8949, section 4.2). What others wrote is read as long as it is definite: a header may hold
//! more than is known here, in any order, unless it says that it must be understood (`crit`).

use hmac::{Hmac, KeyInit, Mac};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, OpModeR, OpModeS, Serializable};
use sha2::Sha256;
use std::convert::Infallible;

use super::keys::{KeyName, OpeningKey, SealingKey, Signature, VerifyingKey};
use super::{EnvelopeError, Purpose};
use crate::domain::cbor::{self, Cbor, Failed, Reader};

/// The tags of `COSE_Encrypt0`, `COSE_Mac0` and `COSE_Sign1`.
const ENCRYPT0: u64 = 16;
const MAC0: u64 = 17;
const SIGN1: u64 = 18;

/// The labels of what a header holds (RFC 9052, section 3.1; `ek` from draft-ietf-cose-hpke).
const ALGORITHM: i64 = 1;
const CRITICAL: i64 = 2;
const KEY: i64 = 4;
const ENCAPSULATED: i64 = -4;
/// The author's credential, in a label for private use.
const CREDENTIAL: i64 = -70_001;

/// `EdDSA` (RFC 9053, section 2.2).
const EDDSA: i64 = -8;
/// `HMAC 256/256` (RFC 9053, section 3.1).
const HMAC_256: i64 = 5;
/// `HPKE-4`: integrated encryption with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20Poly1305 (draft-ietf-cose-hpke).
const HPKE_4: i64 = 42;

type Aead = ChaCha20Poly1305;
type Kdf = HkdfSha256;
type Curve = X25519HkdfSha256;

/// What is known here of a header.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Header {
    algorithm: Option<i64>,
    key: Option<KeyName>,
    encapsulated: Option<[u8; 32]>,
    credential: Option<Vec<u8>>,
    critical: bool,
}

impl Header {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.encode(&mut bytes);
        bytes
    }
}

impl Cbor for Header {
    fn encode(&self, to: &mut Vec<u8>) {
        let entries =
            [self.algorithm.is_some(), self.key.is_some(), self.encapsulated.is_some(), self.credential.is_some()];
        cbor::write_map(to, entries.into_iter().filter(|there| *there).count() as u64);
        // In the order of their labels' bytes: 1, 4, -4, -70001.
        write_entry(to, ALGORITHM, self.algorithm.as_ref());
        write_entry(to, KEY, self.key.as_ref());
        write_entry(to, ENCAPSULATED, self.encapsulated.as_ref());
        if let Some(credential) = &self.credential {
            CREDENTIAL.encode(to);
            cbor::write_bytes(to, credential);
        }
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
        let mut header = Self::default();
        for _ in 0..from.map()? {
            match from.label()? {
                Some(ALGORITHM) => fill(&mut header.algorithm, from, i64::decode)?,
                Some(KEY) => fill(&mut header.key, from, KeyName::decode)?,
                Some(ENCAPSULATED) => fill(&mut header.encapsulated, from, <[u8; 32]>::decode)?,
                Some(CREDENTIAL) => fill(&mut header.credential, from, cbor::bytes::decode)?,
                label => {
                    header.critical |= label == Some(CRITICAL);
                    from.skip()?;
                }
            }
        }
        Ok(header)
    }
}

fn write_entry<T: Cbor>(to: &mut Vec<u8>, label: i64, value: Option<&T>) {
    if let Some(value) = value {
        label.encode(to);
        value.encode(to);
    }
}

/// Reads what has not been read before.
fn fill<T>(
    place: &mut Option<T>,
    from: &mut Reader<'_>,
    decode: fn(&mut Reader<'_>) -> Result<T, Failed>,
) -> Result<(), Failed> {
    let value = decode(from)?;
    if place.replace(value).is_some() { Err(from.fail("each label once")) } else { Ok(()) }
}

/// One of the structures, read: the bytes of its protected header, the header that it is, the one beside it, and the rest.
struct Structure<'b> {
    protected: &'b [u8],
    header: Header,
    beside: Header,
    content: &'b [u8],
    /// The signature, or the authentication tag; nothing where there is none.
    mark: &'b [u8],
}

fn read(bytes: &[u8], tag: u64) -> Result<Structure<'_>, EnvelopeError> {
    let mut from = Reader::new(bytes);
    let read = read_structure(&mut from, tag).map_err(|failed| from.error(failed))?;
    if read.header.critical || read.beside.critical { Err(EnvelopeError::Unsupported) } else { Ok(read) }
}

fn read_structure<'b>(from: &mut Reader<'b>, tag: u64) -> Result<Structure<'b>, Failed> {
    from.tag(tag)?;
    from.array_of(if tag == ENCRYPT0 { 3 } else { 4 }, "a COSE structure")?;
    let protected = from.bytes()?;
    let mut inner = Reader::new(protected);
    // An empty header is written as no bytes at all.
    let header = if protected.is_empty() { Ok(Header::default()) } else { Header::decode(&mut inner) };
    let header = header.map_err(|_| from.fail("a protected header"))?;
    let beside = Header::decode(from)?;
    let content = from.bytes()?;
    let mark = if tag == ENCRYPT0 { Default::default() } else { from.bytes()? };
    if from.left() > 0 || inner.left() > 0 {
        return Err(from.fail("nothing after the end"));
    }
    Ok(Structure { protected, header, beside, content, mark })
}

/// `Sig_structure`, `Enc_structure` and `MAC_structure` (RFC 9052, sections 4.4, 5.3 and 6.3): what is signed, or sealed along.
pub(super) fn structure(context: &str, protected: &[u8], external: &[u8], payload: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(64 + external.len() + payload.map_or(0, <[u8]>::len));
    cbor::write_array(&mut bytes, if payload.is_some() { 4 } else { 3 });
    cbor::write_text(&mut bytes, context);
    cbor::write_bytes(&mut bytes, protected);
    cbor::write_bytes(&mut bytes, external);
    if let Some(payload) = payload {
        cbor::write_bytes(&mut bytes, payload);
    }
    bytes
}

/// What is signed along with a content: what it is for, and the key it will be sealed to, so that nobody who opened it can seal
/// it to another as if it were meant for them. A credential has nothing along with it, so that whoever reads CWTs can check it.
fn bound_to(purpose: Purpose, to: Option<&SealingKey>) -> Vec<u8> {
    if purpose == Purpose::Credential {
        return Vec::new();
    }
    let mut bytes = Vec::with_capacity(64);
    cbor::write_array(&mut bytes, 2);
    cbor::write_text(&mut bytes, purpose.text());
    to.copied().encode(&mut bytes);
    bytes
}

/// What somebody is to sign, as a `COSE_Sign1` without its signature.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ToSign {
    protected: Vec<u8>,
    beside: Header,
    payload: Vec<u8>,
    message: Vec<u8>,
}

impl ToSign {
    /// A content to be signed with a key, to be sealed to another key or to none. `credential` goes along unsigned: it carries a
    /// signature of its own.
    pub fn new(
        purpose: Purpose,
        by: &VerifyingKey,
        to: Option<&SealingKey>,
        credential: Option<Vec<u8>>,
        payload: Vec<u8>,
    ) -> Self {
        let header = Header { algorithm: Some(EDDSA), key: Some(by.name()), ..Header::default() };
        let protected = header.bytes();
        let message = structure("Signature1", &protected, &bound_to(purpose, to), Some(&payload));
        Self { protected, beside: Header { credential, ..Header::default() }, payload, message }
    }

    /// The bytes to sign.
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// The whole, with the signature.
    pub fn signed(self, signature: &Signature) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.payload.len() + 128);
        cbor::write_tag(&mut bytes, SIGN1);
        cbor::write_array(&mut bytes, 4);
        cbor::write_bytes(&mut bytes, &self.protected);
        self.beside.encode(&mut bytes);
        cbor::write_bytes(&mut bytes, &self.payload);
        signature.encode(&mut bytes);
        bytes
    }
}

/// A `COSE_Sign1` that was read, and whose signature is still to be checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signed {
    protected: Vec<u8>,
    key: KeyName,
    credential: Option<Vec<u8>>,
    payload: Vec<u8>,
    signature: Signature,
}

impl Signed {
    /// Reads one.
    ///
    /// # Errors
    /// When the bytes are none, or are signed in another way.
    pub fn read(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let read = read(bytes, SIGN1)?;
        let (Some(EDDSA), Some(key)) = (read.header.algorithm, read.header.key) else {
            return Err(EnvelopeError::Unsupported);
        };
        let signature = read.mark.try_into().map(Signature).map_err(|_| EnvelopeError::Forged)?;
        Ok(Self {
            protected: read.protected.to_vec(),
            key,
            credential: read.beside.credential,
            payload: read.content.to_vec(),
            signature,
        })
    }

    /// The key that it says has signed it.
    pub const fn key(&self) -> KeyName {
        self.key
    }

    /// The credential that goes along with it: to be checked before its key is believed.
    pub fn credential(&self) -> Option<&[u8]> {
        self.credential.as_deref()
    }

    /// The content, of which nobody knows yet who has written it.
    pub fn unchecked(&self) -> &[u8] {
        &self.payload
    }

    /// The content, if this key has signed it, for this purpose and this recipient.
    ///
    /// # Errors
    /// When it has not.
    pub fn content(
        self,
        purpose: Purpose,
        by: &VerifyingKey,
        to: Option<&SealingKey>,
    ) -> Result<Vec<u8>, EnvelopeError> {
        if self.key != by.name() {
            return Err(EnvelopeError::NotFrom { expected: by.name(), got: self.key });
        }
        let message = structure("Signature1", &self.protected, &bound_to(purpose, to), Some(&self.payload));
        if by.has_signed(&message, &self.signature) { Ok(self.payload) } else { Err(EnvelopeError::Forged) }
    }
}

/// Says something in a way that whoever has a secret knows to come from somebody who has it: a `COSE_Mac0`.
pub fn mac(purpose: Purpose, secret: &[u8; 32], content: &[u8]) -> Vec<u8> {
    let header = Header { algorithm: Some(HMAC_256), ..Header::default() };
    let protected = header.bytes();
    let message = structure("MAC0", &protected, purpose.text().as_bytes(), Some(content));
    let tag = authenticator(secret, &message).finalize().into_bytes();
    let mut bytes = Vec::with_capacity(content.len() + 48);
    cbor::write_tag(&mut bytes, MAC0);
    cbor::write_array(&mut bytes, 4);
    cbor::write_bytes(&mut bytes, &protected);
    Header::default().encode(&mut bytes);
    cbor::write_bytes(&mut bytes, content);
    cbor::write_bytes(&mut bytes, &tag);
    bytes
}

/// The content of a `COSE_Mac0`, if it was made with this secret, for this purpose.
///
/// # Errors
/// When it was not.
pub fn check_mac(purpose: Purpose, secret: &[u8; 32], bytes: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
    let read = read(bytes, MAC0)?;
    if read.header.algorithm != Some(HMAC_256) {
        return Err(EnvelopeError::Unsupported);
    }
    let message = structure("MAC0", read.protected, purpose.text().as_bytes(), Some(read.content));
    authenticator(secret, &message).verify_slice(read.mark).map_err(|_| EnvelopeError::Forged)?;
    Ok(read.content.to_vec())
}

pub(super) fn authenticator(secret: &[u8; 32], message: &[u8]) -> Hmac<Sha256> {
    let mut hmac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length fits");
    hmac.update(message);
    hmac
}

/// What was sealed to us.
pub type Opened = Vec<u8>;

/// Seals bytes to a key, as a `COSE_Encrypt0`. The 32 random bytes are for this once.
///
/// # Errors
/// When the key is none that anything can be sealed to.
pub fn seal(purpose: Purpose, to: &SealingKey, content: &[u8], random: [u8; 32]) -> Result<Vec<u8>, EnvelopeError> {
    let header = Header { algorithm: Some(HPKE_4), key: Some(to.name()), ..Header::default() };
    let protected = header.bytes();
    let along = structure("Encrypt0", &protected, purpose.text().as_bytes(), None);
    let key = to.hpke().ok_or(EnvelopeError::Unsupported)?;
    let (encapsulated, mut context) =
        hpke::setup_sender_with_rng::<Aead, Kdf, Curve>(&OpModeS::Base, &key, &[], &mut Handed(Some(random)))
            .map_err(|_| EnvelopeError::Unsupported)?;
    let sealed = context.seal(content, &along).map_err(|_| EnvelopeError::Unsupported)?;
    let beside = Header { encapsulated: Some(encapsulated.to_bytes().into()), ..Header::default() };
    let mut bytes = Vec::with_capacity(sealed.len() + 80);
    cbor::write_tag(&mut bytes, ENCRYPT0);
    cbor::write_array(&mut bytes, 3);
    cbor::write_bytes(&mut bytes, &protected);
    beside.encode(&mut bytes);
    cbor::write_bytes(&mut bytes, &sealed);
    Ok(bytes)
}

/// Opens what was sealed to a key.
///
/// # Errors
/// When it was not, or was changed on the way.
pub fn open(purpose: Purpose, with: &OpeningKey, bytes: &[u8]) -> Result<Opened, EnvelopeError> {
    let read = read(bytes, ENCRYPT0)?;
    let (Some(HPKE_4), Some(got), Some(encapsulated)) =
        (read.header.algorithm, read.header.key, read.beside.encapsulated)
    else {
        return Err(EnvelopeError::Unsupported);
    };
    let expected = with.sealing().name();
    if got != expected {
        return Err(EnvelopeError::NotForUs { expected, got });
    }
    let along = structure("Encrypt0", read.protected, purpose.text().as_bytes(), None);
    let encapsulated = Deserializable::from_bytes(&encapsulated).map_err(|_| EnvelopeError::Forged)?;
    let mut context = hpke::setup_receiver::<Aead, Kdf, Curve>(&OpModeR::Base, with.hpke(), &encapsulated, &[])
        .map_err(|_| EnvelopeError::Forged)?;
    context.open(read.content, &along).map_err(|_| EnvelopeError::Forged)
}

/// Random bytes that were handed in, for a library that asks for a source of them.
struct Handed(Option<[u8; 32]>);

impl TryRng for Handed {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("a key of 32 bytes is asked for")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("a key of 32 bytes is asked for")
    }

    fn try_fill_bytes(&mut self, place: &mut [u8]) -> Result<(), Infallible> {
        place.copy_from_slice(&self.0.take().expect("asked once, for 32 bytes"));
        Ok(())
    }
}

impl TryCryptoRng for Handed {}
