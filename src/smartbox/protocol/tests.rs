use proptest::prelude::*;

use super::contents::{read as read_content, write as write_content, *};
use super::messages::*;
use super::*;
use crate::domain::cbor::{self, Cbor};
use crate::smartbox::cabinet::Merge;
use crate::smartbox::testing::*;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn encoded<T: Cbor>(value: T) -> String {
    hex(&cbor::to_vec(&value))
}

// The golden vectors: boxes on walls read these bytes. They are the worked examples of `PROTOCOL.md`.

const GRANT: &str = "871b000000070000000182\
    1b01a208100f8000001b0000000700000001\
    1b000000070000000167313836343232381b000001a208100f801b000001a2087dec8000";

const LOGGED_PICK_UP: &str = "83021b000001a20846fe00820383\
    1b00000007000000011b000000070000000101";

#[test]
fn the_golden_grant_stays() {
    assert_eq!(encoded(grant(1, CODE)), GRANT);
}

#[test]
fn the_golden_ongoing_access_and_states_stay() {
    let mut ongoing = grant(1, CODE);
    (ongoing.until, ongoing.state) = (None, GrantState::Revoked);
    assert_eq!(encoded(ongoing), GRANT.replace("1b000001a2087dec8000", "f601"));
    assert_eq!(encoded(vec![GrantState::Live, GrantState::Revoked, GrantState::Unlinked]), "83000102");
}

#[test]
fn the_golden_delivery_stays() {
    let batch = Batch {
        number: 5,
        grants: vec![grant(1, CODE)],
        notices: vec![notice(2, 1, in_box("Cellar")), notice(3, 1, KeyPlace::WithVisitor)],
        stored: 7,
        chain: Some(Digest([8; 32])),
        barred: vec![Barred { device: crate::domain::DeviceId(9), stamp: stamp(1, 1) }],
    };
    let notices = "82831b0000000700000002821a000100001b00000007000000028200816643656c6c6172\
        831b0000000700000003821a000100001b0000000700000003820180";
    assert_eq!(
        encoded(batch),
        format!("860581{GRANT}{notices}07582008080808080808080808080808080808080808080808080808080808080808088182 09821a000100001b0000000700000001").replace(' ', "")
    );
}

#[test]
fn the_golden_logged_event_stays() {
    let event = Event::PickUp { grant: fact(1), key: key(1), bin: bin(1) };
    assert_eq!(encoded(LoggedEvent { number: 2, at: NOON, event }), LOGGED_PICK_UP);
    let refusal = Refusal::KeyElsewhere { place: Some(KeyPlace::Unknown) };
    let refused = LoggedEvent { number: 24, at: NOON, event: Event::Refused { refusal, grant: None } };
    assert_eq!(encoded(refused), "8318181b000001a20846fe00820581820481820280");
}

#[test]
fn the_golden_digest_stays() {
    let digest = super::super::grants::digest(&[grant(2, "253702"), grant(1, CODE)], NOON);
    let by_hand = {
        use sha2::{Digest as _, Sha256};
        let entry = |id: u32| cbor::to_vec(&(fact(id), grant(id, CODE).stamp, 0u8));
        Sha256::digest([entry(1), entry(2)].concat())
    };
    assert_eq!(digest.0[..], by_hand[..]);
    assert_eq!(encoded(digest), format!("5820{}", hex(&by_hand)));
    assert_eq!(hex(&digest.0), GOLDEN_DIGEST);
}

const GOLDEN_DIGEST: &str = "7d3685084f85334c1d451b999c307633e9d1cb706ea6147fd5301935a96a2272";

#[test]
fn what_is_dead_is_not_in_the_digest() {
    use super::super::grants::digest;
    let live = grant(1, CODE);
    let revoked = Grant { state: GrantState::Revoked, ..grant(2, CODE) };
    let ended = Grant { until: Some(NOON), ..grant(3, CODE) };
    assert_eq!(digest([&live, &revoked, &ended], NOON), digest([&live], NOON));
    assert_ne!(digest([&live, &revoked, &ended], NOON.plus_ms(-1)), digest([&live], NOON.plus_ms(-1)));
}

#[test]
fn the_examples_of_the_document_are_the_golden_vectors() {
    let document: String = include_str!("../PROTOCOL.md").chars().filter(|c| *c != ' ').collect();
    let refusal = Refusal::KeyElsewhere { place: Some(KeyPlace::Unknown) };
    let refused = LoggedEvent { number: 24, at: NOON, event: Event::Refused { refusal, grant: None } };
    let hello = hex(&write_request(4, &Request::Hello { versions: VERSIONS }));
    for example in [GRANT, LOGGED_PICK_UP, &hello, &encoded(refused), &hex(&write_versions())] {
        assert!(document.contains(&format!("`{example}`")), "{example}");
    }
}

// Every request and response has its kind, and survives being written.

fn sealed() -> Envelope {
    Envelope(vec![0xd0, 0x83])
}

fn requests() -> Vec<Request> {
    vec![
        Request::Hello { versions: VERSIONS },
        Request::Pair { drawn: [7; 32] },
        Request::Join { envelope: sealed() },
        Request::Deliver { envelope: sealed() },
        Request::ReadEvents { from: 1, at_most: 100 },
        Request::Command { envelope: sealed() },
    ]
}

fn responses() -> Vec<Response> {
    let greeting = Greeting {
        serial: serial(),
        versions: VERSIONS,
        paired: true,
        challenge: Challenge([3; 16]),
        clock: NOON,
        first_held: 1,
        next: 3,
    };
    vec![
        Response::Hello(greeting),
        Response::Offer { envelope: sealed() },
        Response::Joined { envelope: sealed() },
        Response::Delivered { envelope: sealed() },
        Response::Events { envelope: sealed(), through: 3, next: 9 },
        Response::Done { envelope: sealed() },
        Response::Failed(Failure::Denied(Denial::Stale)),
    ]
}

#[test]
fn every_message_survives_being_written() {
    for (kind, request) in requests().into_iter().enumerate() {
        let bytes = write_request(300, &request);
        assert_eq!(usize::from(bytes[6]), kind, "[version, exchange, [kind, …]]");
        assert_eq!(read_request(&bytes), Ok((300, request)));
    }
    for (kind, response) in responses().into_iter().enumerate() {
        let bytes = write_response(300, &response);
        assert_eq!(usize::from(bytes[6]), kind);
        assert_eq!(read_response(&bytes), Ok((300, response)));
    }
}

fn batch(grants: Vec<Grant>) -> Batch {
    Batch { number: 1, grants, notices: vec![], stored: 0, chain: None, barred: vec![] }
}

fn order(command: Command) -> Order {
    let answer_to = keys(1).opening.sealing();
    Order { challenge: Challenge([3; 16]), answer_to, command }
}

#[test]
fn every_content_survives_being_written() {
    fn survives<C: Content + PartialEq + std::fmt::Debug>(content: C) {
        assert_eq!(read_content(&write_content(&content)), Ok(content));
    }
    let status = cabinet().status(NOON);
    survives(batch(vec![grant(1, CODE)]));
    survives(cabinet().log().read(1, 9));
    survives(order(Command::OpenBin { bin: bin(3) }));
    let (to, challenge) = (Challenge([3; 16]), Challenge([4; 16]));
    survives(Answer { to, challenge, was: Some(NOON), status: status.clone() });
    let Merge { accepted, refused, clock, digest } = cabinet().merge(vec![grant(1, CODE)], vec![], NOON);
    let author = crate::domain::DeviceId(7);
    let barred = vec![Barred { device: author, stamp: stamp(1, 1) }];
    survives(Receipt { author, number: 1, highest: 2, accepted, refused, clock, digest, first_held: 1, barred });
    let (verifying, sealing) = (keys(1).device.verifying(), keys(1).opening.sealing());
    let (drawn, challenge) = ([1; 32], [2; 32]);
    survives(Offer { drawn, challenge, serial: serial(), verifying, sealing, bins: bin(4) });
    survives(Terms { challenge, verifying, sealing, clock: NOON });
    survives(Paired { drawn, verifying, sealing, status });
}

fn fault<C: Content + PartialEq + std::fmt::Debug>(content: &C) -> Option<Fault> {
    read_content::<C>(&write_content(content)).err()
}

#[test]
fn values_out_of_range_are_refused() {
    let early = Instant::from_ms(-1);
    let late = LAST_INSTANT.plus_ms(1);
    for to in [early, late] {
        assert_eq!(fault(&order(Command::SetClock { to })), Some(Fault::Range));
    }
    assert_eq!(fault(&order(Command::BeginLog { from: 0 })), Some(Fault::Range));
    for grant in [Grant { from: early, ..grant(1, CODE) }, Grant { until: Some(late), ..grant(1, CODE) }] {
        assert_eq!(fault(&batch(vec![grant])), Some(Fault::Range));
    }
    assert_eq!(fault(&batch(vec![grant(1, CODE); BATCH + 1])), Some(Fault::TooMany));
    for request in [
        Request::ReadEvents { from: 0, at_most: 1 },
        Request::ReadEvents { from: 1, at_most: 0 },
        Request::Hello { versions: Versions { low: 2, high: 1 } },
    ] {
        let read = read_request(&write_request(4, &request));
        assert_eq!(read, Err(ReadError::Malformed { exchange: 4, fault: Fault::Range }), "{request:?}");
    }
    // What can't even be made here comes as bytes alone: bin 100 in the place of bin 99, one past what there is.
    let mut bytes = write_content(&order(Command::OpenBin { bin: bin(99) }));
    let last = bytes.len() - 1;
    assert_eq!(std::mem::replace(&mut bytes[last], 100), 99);
    assert_eq!(read_content::<Order>(&bytes), Err(Fault::Shape));
    bytes[last] = 99;
    bytes.push(0);
    assert_eq!(read_content::<Order>(&bytes), Err(Fault::Trailing));
}

#[test]
fn a_full_batch_and_a_full_report_fit_a_message() {
    let longest = in_box(&"\u{10348}".repeat(Name::MOST));
    let barred = Barred { device: crate::domain::DeviceId(u32::MAX), stamp: stamp(NOON.ms(), u32::MAX) };
    let full = Batch {
        number: u64::MAX,
        grants: vec![grant(1, "1234567890123456"); BATCH],
        notices: vec![notice(1, NOON.ms(), longest.clone()); BATCH],
        stored: u64::MAX,
        chain: Some(Digest([9; 32])),
        barred: vec![barred; BARRED],
    };
    // What is put around it: a credential of some 250 bytes, two envelopes, the message.
    let around = 1_024;
    assert!(write_content(&full).len() + around < MESSAGE_BYTES);
    let refusal = Refusal::KeyElsewhere { place: Some(longest) };
    let event = LoggedEvent { number: u64::MAX, at: NOON, event: Event::Refused { refusal, grant: Some(fact(1)) } };
    let report = EventReport {
        before: Digest([9; 32]),
        events: vec![event; EVENTS_A_MESSAGE.into()],
        first_held: u64::MAX,
        next: u64::MAX,
        lost: u64::MAX,
        lost_runs: vec![EventRun { first: u64::MAX, last: u64::MAX }; LOST_RUNS],
    };
    assert!(write_content(&report).len() + around < MESSAGE_BYTES);
}

#[test]
fn what_is_no_message_says_what_is_wrong() {
    let good = write_request(4, &Request::Hello { versions: VERSIONS });
    assert_eq!(hex(&good), "830104820081820101");
    let read = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        read_request(&bytes).map(|_| ())
    };
    let malformed = |exchange, fault| Err(ReadError::Malformed { exchange, fault });
    assert_eq!(read(&|bytes| bytes.clear()), malformed(0, Fault::Shape));
    assert_eq!(read(&|bytes| bytes.truncate(5)), malformed(4, Fault::Shape));
    assert_eq!(read(&|bytes| bytes.push(0)), malformed(4, Fault::Trailing));
    assert_eq!(read(&|bytes| bytes.resize(MESSAGE_BYTES + 1, 0)), malformed(0, Fault::TooLong));
    // What stands after an array is none of its items.
    for too_short in [0x80, 0x81, 0x82, 0x84] {
        assert_eq!(read(&|bytes| bytes[0] = too_short), malformed(0, Fault::Shape));
    }
    assert_eq!(read(&|bytes| (bytes[0], bytes[1]) = (0x80, 9)), malformed(0, Fault::Shape));
    assert_eq!(read(&|bytes| *bytes = vec![0x81, 0, 0x82, 1, 1]), malformed(0, Fault::Shape));
    assert_eq!(read(&|bytes| (bytes[3], bytes[4]) = (0x80, 6)), malformed(4, Fault::Shape));
    assert_eq!(read(&|bytes| bytes[4] = 6), Err(ReadError::Unsupported { exchange: 4, kind: 6 }));
    assert_eq!(read(&|bytes| bytes[1] = 9), Err(ReadError::Version(Versions { low: 9, high: 9 })));
}

#[test]
fn a_box_answers_another_version_with_what_it_speaks() {
    assert_eq!(hex(&write_versions()), "8200820101");
    assert_eq!(read_response(&write_versions()), Err(ReadError::Version(VERSIONS)));
    assert_eq!(smartbox().exchange(&[0x83, 9, 0, 0x80], NOON, &[0; 128]).0, write_versions());
}

#[test]
fn a_field_that_a_newer_app_adds_is_passed_over() {
    // `ReadEvents` with a third field.
    let bytes = [0x83, 1, 4, 0x82, 4, 0x83, 7, 9, 0x63, b'n', b'e', b'w'];
    assert_eq!(read_request(&bytes), Ok((4, Request::ReadEvents { from: 7, at_most: 9 })));
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        which in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let _ = (read_request(&bytes), read_response(&bytes));
        let _ = (read_content::<Batch>(&bytes), read_content::<Receipt>(&bytes), read_content::<EventReport>(&bytes));
        let _ = (read_content::<Order>(&bytes), read_content::<Answer>(&bytes), read_content::<Offer>(&bytes));
        let _ = (read_content::<Terms>(&bytes), read_content::<Paired>(&bytes));
        let mut good = write_response(1, which.get(&responses()));
        for (index, byte) in flips {
            let place = index.index(good.len());
            good[place] = byte;
        }
        if let Ok((exchange, response)) = read_response(&good) {
            prop_assert_eq!(read_response(&write_response(exchange, &response)), Ok((exchange, response)));
        }
    }
}
