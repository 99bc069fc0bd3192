use super::*;
use crate::delivery::hex;
use crate::domain::cbor;

const TEXT: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn secret() -> SigningSecret {
    SigningSecret::parse(TEXT).expect("a secret")
}

#[test]
fn the_signature_is_the_well_known_one() {
    assert_eq!(
        secret().headers(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            Instant::from_ms(1_614_265_330_999),
            r#"{"test": 2432232314}"#
        ),
        [
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned()),
            ("webhook-timestamp", "1614265330".to_owned()),
            ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".to_owned()),
        ]
    );
}

#[test]
fn a_secret_is_24_to_64_bytes_and_prints_nothing() {
    assert_eq!(secret().text().expose(), TEXT);
    assert_eq!(SigningSecret::parse(&format!(" {TEXT}\n")), Ok(secret()));
    assert_eq!(format!("{:?} {:?}", secret(), secret().text()), "SigningSecret(…) Secret(…)");
    assert_eq!(SigningSecret::parse("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Err(SecretError::Prefix));
    assert_eq!(SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8I-PZIo2LaLaSw"), Err(SecretError::Base64));
    for (length, fits) in [(0, false), (23, false), (24, true), (64, true), (65, false)] {
        let made = SigningSecret::from_bytes(vec![7; length]);
        assert_eq!(made.is_ok(), fits);
        if let Ok(made) = made {
            assert_eq!(SigningSecret::parse(made.text().expose()), Ok(made));
        }
    }
}

#[test]
fn the_golden_secret_stays() {
    let bytes = cbor::to_vec(&secret());
    assert_eq!(hex(&bytes), "581831f290f6bf06298aab4f08d43c3f082cf648a362da2da4b0");
    assert_eq!(cbor::from_slice(&bytes), Ok(secret()));
    assert!(cbor::from_slice::<SigningSecret>(&[0x41, 1]).is_err());
}

#[test]
fn the_golden_bodies_stay() {
    let at = Instant::from_ms(1_795_532_400_000);
    let mail = Rendered { subject: Some("A \"key\"".to_owned()), text: "Olá,\nInês".to_owned() };
    let send = Send {
        id: "m7",
        kind: MessageKind::Instructions,
        channel: Channel::Email,
        to: "ines@example.com",
        name: "Inês",
        language: Language::Pt,
        words: &mail,
        send_at: Some(at.plus_ms(60_000)),
        late: true,
        organization: "Tagus",
    };
    assert_eq!(
        send.body(at),
        r#"{"type":"message.send","timestamp":"2026-11-24T15:00:00.000Z","data":{"id":"m7","kind":"instructions","channel":"email","to":"ines@example.com","name":"Inês","language":"pt","subject":"A \"key\"","text":"Olá,\nInês","send_at":"2026-11-24T15:01:00.000Z","late":true,"organization":"Tagus"}}"#
    );
    let sms = Rendered { subject: None, text: "Code".to_owned() };
    let send = Send { channel: Channel::Sms, to: "+351912345678", words: &sms, send_at: None, late: false, ..send };
    assert_eq!(
        send.body(at),
        r#"{"type":"message.send","timestamp":"2026-11-24T15:00:00.000Z","data":{"id":"m7","kind":"instructions","channel":"sms","to":"+351912345678","name":"Inês","language":"pt","text":"Code","organization":"Tagus"}}"#
    );
    assert_eq!(
        cancel_body("m7", at),
        r#"{"type":"message.cancel","timestamp":"2026-11-24T15:00:00.000Z","data":{"id":"m7"}}"#
    );
    assert_eq!(format!("{send:?}"), "Send(…)");
}
