use coset::{CborSerializable, TaggedCborSerializable, iana};
use hmac::Mac;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, Serializable};
use proptest::prelude::*;

use super::*;
use crate::domain::{DeviceId, Instant, Role};

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("digits of base 16")).collect()
}

fn array<const N: usize>(hex: &str) -> [u8; N] {
    bytes(hex).try_into().expect("so many bytes")
}

fn author() -> SigningKey {
    SigningKey::from_seed([7; 32])
}

fn reader() -> OpeningKey {
    OpeningKey::from_bytes([9; 32])
}

fn signed(content: &[u8], credential: Option<Vec<u8>>) -> Vec<u8> {
    let (author, reader) = (author(), reader().sealing());
    let to_sign = ToSign::new(Purpose::Grants, &author.verifying(), Some(&reader), credential, content.to_vec());
    let signature = author.sign(&to_sign);
    to_sign.signed(&signature)
}

fn sealed(content: &[u8]) -> Vec<u8> {
    seal(Purpose::Grants, &reader().sealing(), content, [3; 32]).expect("a key that can be sealed to")
}

fn content_of(envelope: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
    Signed::read(envelope)?.content(Purpose::Grants, &author().verifying(), Some(&reader().sealing()))
}

#[test]
fn signatures_are_those_of_rfc_8032() {
    // Section 7.1, tests 1 and 3.
    for (seed, public, message, signature) in [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ] {
        let (key, signature) = (VerifyingKey(array(public)), Signature(array(signature)));
        assert_eq!(SigningKey::from_seed(array(seed)).verifying(), key);
        assert!(key.has_signed(&bytes(message), &signature));
        assert!(!key.has_signed(b"another", &signature));
        // The same scalar, once more around the group (section 5.1.7, step 1).
        let order = array::<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        let (mut around, mut carry) = (signature, 0);
        for (byte, more) in around.0[32..].iter_mut().zip(order) {
            carry += u16::from(*byte) + u16::from(more);
            (*byte, carry) = (carry as u8, carry >> 8);
        }
        assert!(!key.has_signed(&bytes(message), &around));
    }
}

#[test]
fn a_key_of_low_order_has_signed_nothing() {
    // The neutral element as the key and as the signature's point, and the scalar 0: the equation holds for every message.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut signature = [0; 64];
    signature[0] = 1;
    assert!(!VerifyingKey(neutral).has_signed(b"anything", &Signature(signature)));
}

#[test]
fn what_is_signed_and_maced_is_what_the_examples_of_the_working_group_say() {
    // https://github.com/cose-wg/Examples: eddsa-examples/eddsa-sig-01, mac0-tests/HMac-01.
    let content = b"This is the content.";
    let message = cose::structure("Signature1", &bytes("a201270300"), &[], Some(content));
    assert_eq!(hex(&message), "846a5369676e61747572653145a2012703004054546869732069732074686520636f6e74656e742e");
    let key = VerifyingKey(array("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
    let signature = "7142fd2ff96d56db85bee905a76ba1d0b7321a95c8c4d3607c5781932b7afb8711497dfa751bf40b58b3bcc32300b1487f3db34085eef013bf08f4a44d6fef0d";
    assert!(key.has_signed(&message, &Signature(array(signature))));

    let message = cose::structure("MAC0", &bytes("a10105"), &[], Some(content));
    assert_eq!(hex(&message), "84644d41433043a101054054546869732069732074686520636f6e74656e742e");
    let secret = array("849b57219dae48de646d07dbb533566e976686457c1491be3a76dcea6c427188");
    let tag = cose::authenticator(&secret, &message).finalize().into_bytes();
    assert_eq!(hex(&tag), "a1a848d3471f9d61ee49018d244c824772f223ad4f935293f1789fc3a08d8c58");
}

#[test]
fn seals_are_those_of_rfc_9180() {
    // Appendix A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base mode, the first of the sequence.
    let secret = array::<32>("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb");
    let key = OpeningKey::from_bytes(secret);
    assert_eq!(key.sealing().0, array("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a"));
    let encapsulated = bytes("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a");
    let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&encapsulated).expect("a key");
    let info = bytes("4f6465206f6e2061204772656369616e2055726e");
    let mut context = hpke::setup_receiver::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        key.hpke(),
        &encapsulated,
        &info,
    )
    .expect("a context");
    let sealed = bytes("1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28");
    assert_eq!(context.open(&sealed, b"Count-0").expect("opens"), b"Beauty is truth, truth beauty");
    let (_, derived) =
        X25519HkdfSha256::derive_keypair(&bytes("1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df"));
    assert_eq!(derived.to_bytes()[..], key.sealing().0);
    // What seals makes its ephemeral key of `ikmE` in the same way.
    let random = array("909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b");
    let envelope = seal(Purpose::Grants, &key.sealing(), b"", random).expect("a key that can be sealed to");
    assert!(hex(&envelope).contains("a12358201afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"));
}

const SIGNED: &str = concat!(
    "d2844da201270448cbf65c8afcb5f690a13a000111704a63726564656e7469616c466772616e74735840776b9c244160c0fc",
    "98b1ccf4bed8accea3dcc57d307008da939ddcf9d50dff80cac57048a41a15189fde332c585802977c0e13acdc1b09053817",
    "29fe78b31301",
);
const SEALED: &str = concat!(
    "d0834ea201182a04487f269a60d8b58a58a123582090ab790ecbf0704232ffe9436faeccc913b66a60e99c688a40bba4d5e2",
    "e6145056fab41e693ea2aaf27b1f4cfd0bc2b1eb6fe1ebf20d49",
);
const CREDENTIAL: &str = concat!(
    "d2844da201270448ab8b2490a807d54fa0585aa601706162386232343930613830376435346602683030303030303037041a",
    "6b49d200061a6afd86c008a101a301012006215820ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea6914",
    "46d22c3a00011171025840bb7fd1447afbc9321ecfa857e1a4fe772c04e9447f2e1fafbc7cce26f50735357a6de1888baac9",
    "d49f71f975436ba2b01bf1c917a69584d0aa3acb5c01a88004",
);

#[test]
fn the_bytes_stay_what_they_are() {
    let written = [signed(b"grants", Some(b"credential".to_vec())), sealed(b"grants"), credential_bytes(&credential())];
    assert_eq!(written.map(|bytes| hex(&bytes)), [SIGNED, SEALED, CREDENTIAL]);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn another_implementation_reads_what_is_signed_here() {
    let envelope = signed(b"grants", Some(b"credential".to_vec()));
    let read = coset::CoseSign1::from_tagged_slice(&envelope).expect("a COSE_Sign1");
    assert_eq!(read.protected.header.alg, Some(coset::Algorithm::Assigned(iana::Algorithm::EdDSA)));
    assert_eq!(read.protected.header.key_id, author().verifying().name().0);
    assert_eq!(read.payload.as_deref(), Some(&b"grants"[..]));
    let bound = {
        let mut bytes = vec![0x82, 0x73];
        bytes.extend_from_slice(b"latchbook grants 1");
        bytes[1] = 0x60 | 18;
        bytes.extend_from_slice(&[0x58, 0x20]);
        bytes.extend_from_slice(&reader().sealing().0);
        bytes
    };
    let checked = read.verify_signature(&bound, |signature, message| {
        let signature = Signature(signature.try_into().expect("64 bytes"));
        author().verifying().has_signed(message, &signature).then_some(()).ok_or(())
    });
    assert_eq!(checked, Ok(()));
    // And what it writes again, in another order of its own, is read here.
    let again = read.clone().to_tagged_vec().expect("writes");
    assert_eq!(content_of(&again), Ok(b"grants".to_vec()));
    assert_eq!(coset::CoseSign1::from_slice(&again[1..]).expect("reads"), read);
}

#[test]
fn what_is_sealed_here_is_what_the_draft_says() {
    // As plain CBOR: coset knows no algorithms from drafts.
    let envelope = coset::cbor::Value::from_slice(&sealed(b"grants")).expect("CBOR");
    let (tag, parts) = envelope.into_tag().expect("a tag");
    let parts = parts.into_array().expect("an array");
    let [protected, beside, content] = parts.as_slice() else { panic!("three parts") };
    let header = coset::cbor::Value::from_slice(protected.as_bytes().expect("bytes")).expect("a header");
    let name = coset::cbor::Value::from(reader().sealing().name().0.to_vec());
    let expected = [(1.into(), 42.into()), (4.into(), name)];
    assert_eq!((tag, header.as_map().map(Vec::as_slice)), (16, Some(&expected[..])));
    let along = coset::cbor::Value::Array(vec![
        "Encrypt0".into(),
        protected.clone(),
        Purpose::Grants.text().as_bytes().to_vec().into(),
    ]);
    let along = along.to_vec().expect("writes");
    let (label, encapsulated) = &beside.as_map().expect("a map")[0];
    assert_eq!(*label, coset::cbor::Value::from(-4));
    let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated.as_bytes().expect("bytes"));
    let mut context = hpke::setup_receiver::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        reader().hpke(),
        &encapsulated.expect("a key"),
        &[],
    )
    .expect("a context");
    assert_eq!(context.open(content.as_bytes().expect("bytes"), &along).expect("opens"), b"grants");
}

#[test]
fn what_another_implementation_wrote_is_read_here() {
    // By python-cwt 3.3.0, with the keys of these tests.
    let signed = concat!(
        "d2844da201270448cbf65c8afcb5f690a04e66726f6d20656c736577686572655840e2de4ebb5bd6ada2b5f37de6fdd7654180f1d6b8",
        "9f7ae95c825e4b6bc8bcfeb252e649b6d128ade7e45b6e2ee226a2309935bdea1f563a29c3eda130519b4d09"
    );
    let sealed = concat!(
        "d0834ea201182a04487f269a60d8b58a58a12358208bd3ae414d707a9447212305070da1dac6ffc5667421a28f4fe1910434f89e0c58",
        "1e42ebdcbc4292902fa043a9786b89eb303afdbda4598df9881d4f3a57bd9c"
    );
    assert_eq!(content_of(&bytes(signed)), Ok(b"from elsewhere".to_vec()));
    assert_eq!(open(Purpose::Grants, &reader(), &bytes(sealed)), Ok(b"from elsewhere".to_vec()));
}

#[test]
fn an_envelope_is_for_one_purpose_one_reader_and_one_author() {
    let envelope = signed(b"grants", None);
    let (key, to) = (author().verifying(), reader().sealing());
    let read = || Signed::read(&envelope).expect("an envelope");
    assert_eq!(read().content(Purpose::Command, &key, Some(&to)), Err(EnvelopeError::Forged));
    assert_eq!(read().content(Purpose::Grants, &key, None), Err(EnvelopeError::Forged));
    let other = OpeningKey::from_bytes([1; 32]).sealing();
    assert_eq!(read().content(Purpose::Grants, &key, Some(&other)), Err(EnvelopeError::Forged));
    let stranger = SigningKey::from_seed([8; 32]).verifying();
    let refused = EnvelopeError::NotFrom { expected: stranger.name(), got: key.name() };
    assert_eq!(read().content(Purpose::Grants, &stranger, Some(&to)), Err(refused));

    let sealed = sealed(b"grants");
    assert_eq!(open(Purpose::Grants, &reader(), &sealed), Ok(b"grants".to_vec()));
    assert_eq!(open(Purpose::Events, &reader(), &sealed), Err(EnvelopeError::Forged));
    let other = OpeningKey::from_bytes([1; 32]);
    let refused = EnvelopeError::NotForUs { expected: other.sealing().name(), got: to.name() };
    assert_eq!(open(Purpose::Grants, &other, &sealed), Err(refused));
}

#[test]
fn what_must_be_understood_and_is_not_is_refused() {
    let mut read = coset::CoseSign1::from_tagged_slice(&signed(b"grants", None)).expect("a COSE_Sign1");
    read.unprotected.rest.push((coset::Label::Text("more".to_owned()), coset::cbor::Value::from(1)));
    let envelope = read.clone().to_tagged_vec().expect("writes");
    assert_eq!(content_of(&envelope), Ok(b"grants".to_vec()), "what may be passed over is");
    read.unprotected.crit.push(coset::RegisteredLabelWithPrivate::Text("more".to_owned()));
    let envelope = read.to_tagged_vec().expect("writes");
    assert_eq!(Signed::read(&envelope), Err(EnvelopeError::Unsupported));
}

fn credential() -> Credential {
    Credential {
        device: DeviceId(0x0000_0007),
        role: Role::Technician,
        issued: Instant::from_ms(1_795_000_000_000),
        expires: Instant::from_ms(1_800_000_000_000),
        key: author().verifying(),
    }
}

fn organization() -> SigningKey {
    SigningKey::from_seed([5; 32])
}

fn credential_bytes(credential: &Credential) -> Vec<u8> {
    let to_sign = credential.to_sign(&organization().verifying());
    let signature = organization().sign(&to_sign);
    to_sign.signed(&signature)
}

#[test]
fn a_credential_holds_until_its_end() {
    let (bytes, key) = (credential_bytes(&credential()), organization().verifying());
    let read = |now| Credential::read(&bytes, &key, now);
    assert_eq!(read(credential().issued), Ok(credential()));
    assert_eq!(read(credential().expires.plus_ms(-1)), Ok(credential()));
    assert_eq!(read(credential().expires), Err(CredentialError::Expired(credential().expires)));
    // A clock that is a day slow still takes it; one that is a year slow says so.
    let slow = credential().issued.plus_ms(-credential::CLOCK_DIFFERENCE_MS);
    assert_eq!(read(slow), Ok(credential()));
    let slower = slow.plus_ms(-1000);
    assert_eq!(read(slower), Err(CredentialError::NotYet(credential().issued)));
    let stranger = SigningKey::from_seed([6; 32]).verifying();
    let refused = EnvelopeError::NotFrom { expected: stranger.name(), got: key.name() };
    assert_eq!(Credential::read(&bytes, &stranger, credential().issued), Err(refused.into()));
}

#[test]
fn a_credential_is_a_cbor_web_token() {
    use coset::cwt::{ClaimName, ClaimsSet, Timestamp};
    let read = coset::CoseSign1::from_tagged_slice(&credential_bytes(&credential())).expect("a COSE_Sign1");
    let claims = ClaimsSet::from_slice(&read.payload.expect("claims")).expect("claims");
    assert_eq!(claims.issuer, Some(organization().verifying().name().to_string()));
    assert_eq!(claims.subject.as_deref(), Some("00000007"));
    assert_eq!(claims.expiration_time, Some(Timestamp::WholeSeconds(1_800_000_000)));
    assert_eq!(claims.issued_at, Some(Timestamp::WholeSeconds(1_795_000_000)));
    let role = claims.rest.iter().find(|(name, _)| *name == ClaimName::PrivateUse(-70_002));
    assert_eq!(role.map(|(_, value)| value.clone()), Some(coset::cbor::Value::from(2)));
}

#[test]
fn a_role_may_what_its_people_need() {
    use Act::{BeginLog, Grant, OpenBin, Reset, RevokeDevice, SetBin, SetClock};
    let acts = [Grant, RevokeDevice, OpenBin, SetClock, SetBin, BeginLog, Reset];
    let may = |role: Role| acts.map(|act| act.is_for(role));
    assert_eq!(may(Role::Manager), [true; 7]);
    assert_eq!(may(Role::FrontDesk), [true, false, true, true, true, false, false]);
    assert_eq!(may(Role::Technician), [false, false, true, true, true, false, false]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_was_changed_on_the_way_is_refused(content in prop::collection::vec(any::<u8>(), 0..200), at: prop::sample::Index, bit in 0..8_u8) {
        let mut envelope = signed(&content, None);
        prop_assert_eq!(content_of(&envelope), Ok(content.clone()));
        let place = at.index(envelope.len());
        envelope[place] ^= 1 << bit;
        prop_assert!(content_of(&envelope).is_err(), "byte {place}");

        let mut envelope = sealed(&content);
        prop_assert_eq!(open(Purpose::Grants, &reader(), &envelope), Ok(content));
        let place = at.index(envelope.len());
        envelope[place] ^= 1 << bit;
        // The highest bit of a point on the curve says nothing (RFC 7748, section 5), but it is part of what the key is made from.
        prop_assert!(open(Purpose::Grants, &reader(), &envelope).is_err(), "byte {place}");
    }

    #[test]
    fn what_was_cut_or_has_grown_is_refused(content in prop::collection::vec(any::<u8>(), 0..64), at: prop::sample::Index, more in any::<u8>()) {
        for envelope in [signed(&content, None), sealed(&content), credential_bytes(&credential())] {
            let cut = &envelope[..at.index(envelope.len())];
            let longer = [&envelope[..], &[more]].concat();
            for bytes in [cut, &longer] {
                prop_assert!(Signed::read(bytes).is_err());
                prop_assert!(open(Purpose::Grants, &reader(), bytes).is_err());
            }
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = content_of(&bytes);
        let _ = open(Purpose::Grants, &reader(), &bytes);
        let _ = Credential::read(&bytes, &organization().verifying(), credential().issued);
        for tag in [0xd2, 0xd0] {
            let tagged = [&[tag, if tag == 0xd2 { 0x84 } else { 0x83 }][..], &bytes].concat();
            prop_assert!(content_of(&tagged).is_err());
            prop_assert!(open(Purpose::Grants, &reader(), &tagged).is_err());
        }
    }
}
