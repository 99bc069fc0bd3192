use super::*;
use crate::domain::{CodeKey, DeviceId, Instant, Name, Role, Secret, SerialNumber};
use crate::smartbox::envelope::{Credential, CredentialError, OpeningKey, Purpose, seal};
use crate::smartbox::testing::{NOON, keys};

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn opening() -> OpeningKey {
    OpeningKey::from_bytes([4; 32])
}

fn join() -> (Join, Vec<u8>) {
    let key = keys(60).device;
    let join = Join { device: DeviceId(60), name: name("Phone"), key: key.verifying(), sealing: opening().sealing() };
    let to_sign = join.to_sign();
    let signature = key.sign(&to_sign);
    (join, to_sign.signed(&signature))
}

/// The answer of the organization of keys 1 to a device.
fn admission(to: &Join, credential: Credential, share: Option<Share>) -> Vec<u8> {
    let organization = keys(1);
    let said = credential.to_sign(&organization.organization.verifying());
    let signature = organization.organization.sign(&said);
    let admission = Admission {
        organization: name("Tagus Rooms"),
        keys: organization.public(),
        credential: Envelope(said.signed(&signature)),
        share,
    };
    let to_sign = admission.to_sign(&to.sealing);
    let signature = organization.organization.sign(&to_sign);
    seal(Purpose::Admission, &to.sealing, &to_sign.signed(&signature), [8; 32]).expect("sealed")
}

fn credential(of: &Join) -> Credential {
    let expires = NOON.plus_ms(86_400_000);
    Credential { device: of.device, role: Role::Technician, issued: NOON, expires, key: of.key }
}

fn open(sealed: &[u8], now: Instant) -> Result<(Admission, Credential), AdmissionError> {
    let (join, _) = join();
    Admission::open(sealed, &opening(), join.device, &join.key, now)
}

#[test]
fn files_and_texts_stay_what_they_are() {
    let back = BoxReturn {
        serial: SerialNumber::parse("LB-0042").expect("a serial number"),
        visited: NOON,
        clock_offset_ms: -5,
        reports: vec![Envelope(vec![1, 2])],
        receipts: Vec::new(),
    };
    let handed = Handover::Return(Return { boxes: vec![back] });
    let file = handed.file();
    let hex: String = file.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        hex,
        "82696c61746368626f6f6b820381818185674c422d303034321b000001a20846fe002481420102 80".replace(' ', "")
    );
    assert_eq!(handed.text(), format!("LATCHBOOK:2:{}", base32::text(&file)));
    assert_eq!(Handover::read(&file), Ok(handed.clone()));
    let typed = format!("  {}\n", handed.text().to_lowercase().replacen("latchbook", "LATCHBOOK", 1));
    assert_eq!(Handover::read(typed.as_bytes()), Ok(handed));
}

#[test]
fn what_is_nothing_of_ours_or_newer_or_cut_says_so() {
    let file = Handover::Join(Envelope(join().1)).file();
    assert_eq!(Handover::read(b""), Err(HandoverError::Foreign));
    assert_eq!(Handover::read(b"LATCHBOOK:1:LB-0042:0000"), Err(HandoverError::Foreign));
    assert_eq!(Handover::read(&file[..5]), Err(HandoverError::Foreign));
    for end in 12..file.len() {
        assert_eq!(Handover::read(&file[..end]), Err(HandoverError::Damaged), "cut at {end}");
    }
    assert_eq!(Handover::read(b"\x82\x69latchbook\x82\x04\x80"), Err(HandoverError::Newer));
    assert_eq!(Handover::read(b"LATCHBOOK:2:UUUU"), Err(HandoverError::Damaged));
    assert_eq!(Handover::read(&[&file[..], &[0]].concat()), Err(HandoverError::Damaged));
}

#[test]
fn a_join_is_believed_of_whoever_has_its_key() {
    let (join, signed) = join();
    assert_eq!(Join::read(&signed), Ok(join.clone()));
    assert_eq!(join.words().len(), 19);
    for at in 0..signed.len() {
        let mut wrong = signed.clone();
        wrong[at] ^= 1;
        assert!(Join::read(&wrong).is_err(), "bit 0 of byte {at}");
    }
}

#[test]
fn an_admission_lets_in_the_device_that_asked_and_nobody_else() {
    let (join, _) = join();
    let share = Share { opening: Secret::new([7; 32]), codes: CodeKey::new([6; 32]), journal: vec![0x80] };
    let sealed = admission(&join, credential(&join), Some(share.clone()));
    let (opened, said) = open(&sealed, NOON).expect("it is ours");
    assert_eq!((opened.share, opened.keys, said), (Some(share), keys(1).public(), credential(&join)));
    // Sealed to another.
    let other = OpeningKey::from_bytes([5; 32]);
    assert!(Admission::open(&sealed, &other, join.device, &join.key, NOON).is_err());
    // Of another device, or of another key.
    let of_other = Credential { device: DeviceId(61), ..credential(&join) };
    assert_eq!(open(&admission(&join, of_other, None), NOON), Err(AdmissionError::OtherDevice));
    let of_key = Credential { key: keys(61).device.verifying(), ..credential(&join) };
    assert_eq!(open(&admission(&join, of_key, None), NOON), Err(AdmissionError::OtherDevice));
    // Over.
    let late = open(&sealed, NOON.plus_ms(86_400_000));
    assert!(matches!(late, Err(AdmissionError::Credential(CredentialError::Expired(_)))));
    // What was said of it can be read all the same, of this organization alone.
    let (bytes, keys_of) = (opened.credential.0, |of| keys(of).organization.verifying());
    assert_eq!(Credential::said(&bytes, &keys_of(1)), Ok(said));
    assert!(Credential::said(&bytes, &keys_of(2)).is_err());
    // Changed on the way.
    for at in (0..sealed.len()).step_by(7) {
        let mut wrong = sealed.clone();
        wrong[at] ^= 0x40;
        assert!(open(&wrong, NOON).is_err(), "byte {at}");
    }
}
