//! What facts look like as bytes. Journals hold them for ever: none of these may change, a new kind gets a new one.

use super::*;
use crate::domain::*;
use crate::journal::Hlc;
use crate::journal::fact::*;
use crate::smartbox::envelope::{OrganizationKeys, SealingKey, VerifyingKey};
use crate::smartbox::pairing::BoxKeys;
use crate::smartbox::protocol::messages::Envelope;
use crate::smartbox::protocol::{Event, LoggedEvent};

fn id(counter: u32) -> FactId {
    FactId::new(DeviceId(1), counter)
}

fn stamp(counter: u32) -> Stamp {
    Stamp { clock: 0x1_0000, by: id(counter) }
}

fn note(text: &str) -> Note {
    Note::parse(text).expect("a note")
}

fn window() -> BookingWindow {
    let utc = ZoneRules::fixed(zone("UTC"), Offset(0));
    BookingWindow::new(wall("2026-11-24T15:00"), wall("2026-11-27T11:00"), &utc).expect("a window")
}

fn secret() -> SigningSecret {
    SigningSecret::from_bytes(vec![7; 32]).expect("32 bytes")
}

fn bodies() -> Vec<FactBody> {
    let time = |hour| TimeOfDay::new(hour, 0).expect("an hour");
    let place = LocationDetails {
        name: name("Alfama"),
        address: Some(note("Rua 1")),
        zone: zone("Europe/Lisbon"),
        hours: None,
        directions: None,
    };
    let smartbox = BoxDetails {
        name: name("Door"),
        serial: SerialNumber::parse("LB-1").expect("a serial number"),
        location: LocationId(id(2)),
        bins: bin(8),
        virtual_box: true,
    };
    let key = KeyDetails {
        name: name("Flat"),
        home: LocationId(id(2)),
        check_in: time(15),
        check_out: time(11),
        class: None,
    };
    let event = LoggedEvent {
        number: 1,
        at: Instant::from_ms(1_000),
        event: Event::PickUp { grant: id(5), key: KeyId(id(4)), bin: bin(2) },
    };
    vec![
        FactBody::OrganizationFounded { name: name("Tagus"), digits: CodeDigits::default(), device: name("Desk") },
        FactBody::OrganizationChanged { name: name("Tagus"), digits: CodeDigits::default() },
        FactBody::DeviceEnrolled {
            device: DeviceId(2),
            name: name("Tablet"),
            role: Role::FrontDesk,
            lots: vec![50, 99],
        },
        FactBody::LocationAdded { details: place.clone() },
        FactBody::LocationChanged { location: LocationId(id(2)), details: place },
        FactBody::BoxAdded { details: smartbox.clone() },
        FactBody::BoxChanged { smartbox: BoxId(id(3)), details: smartbox },
        FactBody::KeyAdded { details: key.clone() },
        FactBody::KeyChanged { key: KeyId(id(4)), details: key },
        FactBody::KeyStated { key: KeyId(id(4)), place: StatedPlace::InBin(BoxId(id(3)), bin(2)) },
        FactBody::VisitorAdded {},
        FactBody::VisitorChanged { visitor: VisitorId(id(6)) },
        FactBody::BookingMade {
            key: KeyId(id(4)),
            visitor: VisitorId(id(6)),
            right: Right::OneTime(window()),
            code: BookingCode::parse("4829137").expect("a code"),
            serial: Some(3),
            channel: Some(Channel::Sms),
            reminder: true,
            overlap: false,
            source: Some(Source { calendar: "a|b".to_owned(), uid: "c".to_owned() }),
            alias: None,
            on: None,
        },
        FactBody::BookingChanged {
            booking: BookingId(id(5)),
            change: BookingChange {
                window: Some(window()),
                key: Some(KeyId(id(4))),
                reminder: Some(false),
                overlap: Some(true),
                imported: Some(true),
                code: None,
            },
        },
        FactBody::BookingRevoked { booking: BookingId(id(5)) },
        FactBody::CalendarImported { key: KeyId(id(4)), calendar: "a|b".to_owned(), made: 1, moved: 2, revoked: 3 },
        FactBody::BoxReported { smartbox: BoxId(id(3)), event, chain: None },
        FactBody::BoxVisited {
            smartbox: BoxId(id(3)),
            confirmed: vec![Confirmed { grant: id(5), stamp: stamp(5) }],
            clock: Instant::from_ms(2_000),
            lost: vec![(1, 2)],
            refused: vec![id(7)],
            pairing: None,
            barred: None,
            carried: None,
        },
        FactBody::AliasIssued {
            code: BookingCode::parse("5206").expect("a code"),
            serial: Some(4),
            channel: Some(Channel::Email),
            terms: AliasTerms {
                visitor: Some(VisitorId(id(6))),
                stay: Some(Stay { location: LocationId(id(2)), window: window(), class: Some(name("Van")) }),
            },
        },
        FactBody::AliasChanged { alias: AliasId(id(8)), terms: AliasTerms::default() },
        FactBody::AliasRetired { alias: AliasId(id(8)) },
        FactBody::RevocationWithdrawn { booking: BookingId(id(5)), revocation: id(9) },
        FactBody::MessageMade {
            about: Subject::Alias(AliasId(id(8))),
            kind: MessageKind::Reminder,
            channel: Channel::Sms,
            means: Means::Gateway,
            due: Instant::from_ms(3_000),
            late: true,
        },
        FactBody::MessageMoved {
            message: MessageId(id(10)),
            state: MessageState::Failed { why: SendFailure::Status(503), attempts: 2, again: Instant::from_ms(4_000) },
            on: None,
        },
        FactBody::MessagingChanged {
            settings: MessagingSettings {
                email: Means::Gateway,
                sms: Means::Device,
                gateway: GatewayAddress::parse("https://example.com/in"),
            },
        },
        FactBody::TemplateChanged {
            language: Language::Pt,
            kind: MessageKind::Update,
            part: MessagePart::Body,
            text: TemplateText::new("Olá"),
        },
        FactBody::OrganizationKeyed {
            keys: OrganizationKeys { verifying: VerifyingKey([1; 32]), sealing: SealingKey([2; 32]) },
        },
        FactBody::DeviceCertified { device: DeviceId(9), credential: Envelope(vec![0xd2]) },
        FactBody::DeviceRevoked { device: DeviceId(9) },
        FactBody::BoxPaired {
            smartbox: BoxId(id(3)),
            keys: BoxKeys { verifying: VerifyingKey([3; 32]), sealing: SealingKey([4; 32]) },
        },
        FactBody::BoxSent { smartbox: BoxId(id(3)), grants: vec![id(5)], pairing: None },
    ]
}

/// Each kind of fact, by its number.
#[rustfmt::skip]
const BODIES: &[(&str, &str)] = &[
    ("OrganizationFounded", "82008365546167757307644465736b"),
    ("OrganizationChanged", "82018265546167757307"),
    ("DeviceEnrolled", "82028402665461626c6574018218321863"),
    ("LocationAdded", "8203818366416c66616d616552756120316d4575726f70652f4c6973626f6e"),
    ("LocationChanged", "8204821b00000001000000028366416c66616d616552756120316d4575726f70652f4c6973626f6e"),
    ("BoxAdded", "8205818564446f6f72644c422d311b000000010000000208f5"),
    ("BoxChanged", "8206821b00000001000000038564446f6f72644c422d311b000000010000000208f5"),
    ("KeyAdded", "8207818464466c61741b0000000100000002190384190294"),
    ("KeyChanged", "8208821b00000001000000048464466c61741b0000000100000002190384190294"),
    ("KeyStated", "8209821b00000001000000048202821b000000010000000302"),
    ("VisitorAdded", "820a80"),
    ("VisitorChanged", "820b811b0000000100000006"),
    ("BookingMade", "820c891b00000001000000041b0000000100000006820081821a01c8a0a41a01c8b09467343832393133370301f5f48263617c626163"),
    ("BookingChanged", "820d821b000000010000000585821a01c8a0a41a01c8b0941b0000000100000004f4f5f5"),
    ("BookingRevoked", "820e811b0000000100000005"),
    ("CalendarImported", "820f851b000000010000000463617c62010203"),
    ("BoxReported", "8210821b000000010000000383011903e88203831b00000001000000051b000000010000000402"),
    ("BoxVisited", "8211851b000000010000000381821b0000000100000005821a000100001b00000001000000051907d081820102811b0000000100000007"),
    ("AliasIssued", "82128464353230360400821b0000000100000006831b0000000100000002821a01c8a0a41a01c8b0946356616e"),
    ("AliasChanged", "8213821b000000010000000880"),
    ("AliasRetired", "8214811b0000000100000008"),
    ("RevocationWithdrawn", "8215821b00000001000000051b0000000100000009"),
    ("MessageMade", "8216868201811b0000000100000008020101190bb8f5"),
    ("MessageMoved", "8217821b000000010000000a8203838202811901f702190fa0"),
    ("MessagingChanged", "821818818301007668747470733a2f2f6578616d706c652e636f6d2f696e"),
    ("TemplateChanged", "82181984060101644f6cc3a1"),
    ("OrganizationKeyed", "82181a81825820010101010101010101010101010101010101010101010101010101010101010158200202020202020202020202020202020202020202020202020202020202020202"),
    ("DeviceCertified", "82181b820941d2"),
    ("DeviceRevoked", "82181c8109"),
    ("BoxPaired", "82181d821b0000000100000003825820030303030303030303030303030303030303030303030303030303030303030358200404040404040404040404040404040404040404040404040404040404040404"),
    ("BoxSent", "82181e821b0000000100000003811b0000000100000005"),
];

fn entries() -> Vec<Entry> {
    let fact = |counter, previous, body| Fact { id: id(counter), at: Hlc::from_bits(0x1_0000), previous, body };
    let body = cbor::to_vec(&FactBody::VisitorAdded {});
    let first = fact(1, None, body.clone());
    let second = fact(2, Some(first.digest()), body);
    let details = VisitorDetails {
        name: name("Ana"),
        email: EmailAddress::parse("ana@example.com").ok(),
        mobile: MobileNumber::parse("+447700900123").ok(),
        language: Language::Pt,
    };
    let visitor = |details| Particulars::Visitor { visitor: VisitorId(id(6)), stamp: stamp(6), details };
    vec![
        Entry::Fact(first),
        Entry::Fact(second),
        Entry::Particulars(visitor(Some(details))),
        Entry::Particulars(visitor(None)),
        Entry::Particulars(Particulars::Notes {
            booking: BookingId(id(5)),
            stamp: stamp(5),
            notes: Some(note("A cot")),
        }),
        Entry::Particulars(Particulars::Remark { fact: id(7), stamp: stamp(7), text: Some(note("At the desk")) }),
        Entry::Particulars(Particulars::GatewaySecret { stamp: stamp(8), secret: Some(secret()) }),
    ]
}

/// A first fact, a second one linked to it, a visitor, an erased visitor, notes, a remark, a signing secret.
#[rustfmt::skip]
const ENTRIES: &[&str] = &[
    "820081841b00000001000000011a00010000f643820a80",
    "820081841b00000001000000021a0001000058206d3419d5e23740990d9d4399542e4c76e159638df3bf8a1299463e35db2fbefd43820a80",
    "8201818200831b0000000100000006821a000100001b00000001000000068463416e616f616e61406578616d706c652e636f6d6d2b34343737303039303031323306",
    "8201818200821b0000000100000006821a000100001b0000000100000006",
    "8201818201831b0000000100000005821a000100001b0000000100000005654120636f74",
    "8201818202831b0000000100000007821a000100001b00000001000000076b417420746865206465736b",
    "820181820382821a000100001b000000010000000858200707070707070707070707070707070707070707070707070707070707070707",
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn kind(body: &FactBody) -> String {
    let text = format!("{body:?}");
    text.split([' ', '{']).next().expect("a first word").to_owned()
}

#[test]
fn every_kind_of_fact_keeps_its_number_and_its_bytes() {
    let written: Vec<(String, String)> = bodies().iter().map(|body| (kind(body), hex(&cbor::to_vec(body)))).collect();
    let golden: Vec<(String, String)> =
        BODIES.iter().map(|(k, bytes)| ((*k).to_owned(), (*bytes).to_owned())).collect();
    assert_eq!(written, golden);
    for body in bodies() {
        assert_eq!(cbor::from_slice::<FactBody>(&cbor::to_vec(&body)).ok().as_ref(), Some(&body));
    }
}

#[test]
fn what_came_later_stands_at_the_end_and_may_be_missing() {
    let change = BookingChange { code: Some(CodeFrom::Alias(AliasId(id(8)))), ..BookingChange::default() };
    let bytes = cbor::to_vec(&change);
    assert_eq!(hex(&bytes), "86f6f6f6f6f68201811b0000000100000008");
    assert_eq!(cbor::from_slice::<BookingChange>(&bytes), Ok(change));
}

#[test]
fn a_state_of_a_message_keeps_its_number() {
    let why = SendFailure::Status(409);
    for (state, golden) in [
        (MessageState::ToDo, "820080"),
        (MessageState::HandedOver, "820180"),
        (MessageState::Sent, "820280"),
        (MessageState::GivenUp { why }, "820481820281190199"),
        (MessageState::Dropped, "820580"),
        (MessageState::Recalled, "820680"),
        (MessageState::NotRecalled { why }, "820781820281190199"),
    ] {
        assert_eq!(hex(&cbor::to_vec(&state)), golden, "{state:?}");
        assert_eq!(cbor::from_slice::<MessageState>(&cbor::to_vec(&state)), Ok(state));
    }
}

#[test]
fn the_vocabulary_has_every_kind_and_no_more() {
    for (number, body) in (0u32..).zip(bodies()) {
        let fact = Fact { id: id(1), at: Hlc::default(), previous: None, body: cbor::to_vec(&body) };
        assert_eq!(fact.body(Vocabulary::CURRENT), Some(body), "kind {number}");
        assert!(number == 0 || fact.body(Vocabulary::up_to(number - 1)).is_none(), "kind {number} has its own number");
    }
    assert_eq!(Vocabulary::CURRENT.newest() as usize + 1, bodies().len());
    assert!(
        cbor::from_slice::<FactBody>(&[0x82, 0x18, bodies().len() as u8, 0x80]).is_err(),
        "the next number is free"
    );
}

#[test]
fn entries_keep_their_bytes() {
    assert_eq!(entries().iter().map(|entry| hex(&cbor::to_vec(entry))).collect::<Vec<_>>(), ENTRIES);
    for entry in entries() {
        assert_eq!(cbor::from_slice::<Entry>(&cbor::to_vec(&entry)).ok().as_ref(), Some(&entry));
    }
}

#[test]
fn what_a_newer_app_adds_to_the_end_of_a_kind_is_passed_over() {
    // BookingRevoked with a second field.
    let newer = [0x82, 0x0e, 0x82, 0x1b, 0, 0, 0, 1, 0, 0, 0, 5, 0x61, b'x'];
    assert_eq!(cbor::from_slice::<FactBody>(&newer).ok(), Some(FactBody::BookingRevoked { booking: BookingId(id(5)) }));
}
