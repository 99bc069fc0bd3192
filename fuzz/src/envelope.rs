//! Envelopes: what nobody has sealed or signed does not open, and what was changed says nothing else.

use latchbook::smartbox::envelope::{Credential, OpeningKey, Purpose, Signed, ToSign, check_mac, mac, open};

use super::input::Input;
use super::people::{NOON, devices, organization, sealed, signed_by};

const CONTENT: &[u8] = b"what was said";
const SECRET: [u8; 32] = [4; 32];

fn reader() -> OpeningKey {
    OpeningKey::from_bytes([9; 32])
}

/// Bytes of any making are given to every reader; then whole envelopes that were changed; then envelopes in order whose content is
/// of any making.
pub fn envelope(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let kind = input.byte();
    match kind % 4 {
        0 | 1 => read_all(input.rest()),
        2 => {
            let whole = whole(kind / 4);
            read_all(&input.altered(&whole));
        }
        _ => made_of(kind / 4, input.rest()),
    }
}

/// An envelope of every kind.
pub fn whole(kind: u8) -> Vec<u8> {
    let manager = &devices()[0];
    let to = reader().sealing();
    match kind % 5 {
        0 => sealed(Purpose::Grants, &to, CONTENT).0,
        1 => manager.signed(Purpose::Grants, &to, CONTENT.to_vec()),
        2 => signed_by(
            &manager.key,
            ToSign::new(Purpose::Grants, &manager.key.verifying(), None, None, CONTENT.to_vec()),
        ),
        3 => mac(Purpose::Offer, &SECRET, CONTENT),
        _ => manager.credential.clone(),
    }
}

/// Whatever opens is what was put in by one who may.
fn read_all(bytes: &[u8]) {
    let manager = &devices()[0];
    let to = reader().sealing();
    if let Ok(content) = open(Purpose::Grants, &reader(), bytes) {
        assert_eq!(content, CONTENT);
    }
    if let Ok(signed) = Signed::read(bytes) {
        for to in [None, Some(&to)] {
            if let Ok(content) = signed.clone().content(Purpose::Grants, &manager.key.verifying(), to) {
                assert_eq!(content, CONTENT);
            }
        }
        if let Some(credential) = signed.credential() {
            read_credential(credential);
        }
    }
    if let Ok(content) = check_mac(Purpose::Offer, &SECRET, bytes) {
        assert_eq!(content, CONTENT);
    }
    read_credential(bytes);
}

fn read_credential(bytes: &[u8]) {
    if let Ok(credential) = Credential::read(bytes, &organization().organization.verifying(), NOON) {
        assert_eq!((credential.device, credential.key), (devices()[0].id, devices()[0].key.verifying()));
    }
}

/// An envelope around what somebody who may has put in.
fn made_of(kind: u8, content: &[u8]) {
    let manager = &devices()[0];
    let to = reader().sealing();
    match kind % 3 {
        0 => {
            let envelope = sealed(Purpose::Grants, &to, content).0;
            let opened = open(Purpose::Grants, &reader(), &envelope).expect("it was sealed to this reader");
            assert_eq!(opened, content);
            read_all(&opened);
        }
        1 => {
            let envelope = manager.signed(Purpose::Grants, &to, content.to_vec());
            let signed = Signed::read(&envelope).expect("it was signed");
            assert_eq!(signed.unchecked(), content);
            assert_eq!(signed.credential(), Some(&manager.credential[..]));
            assert_eq!(signed.content(Purpose::Grants, &manager.key.verifying(), Some(&to)).as_deref(), Ok(content));
        }
        // The organization signs any claims: they are a credential, or they are not.
        _ => {
            let key = &organization().organization;
            let to_sign = ToSign::new(Purpose::Credential, &key.verifying(), None, None, content.to_vec());
            let _ = Credential::read(&signed_by(key, to_sign), &key.verifying(), NOON);
        }
    }
}
