use proptest::prelude::*;

use super::*;
use crate::domain::Role;
use crate::domain::time::HOUR_MS;
use crate::smartbox::cabinet::{Button, Screen};
use crate::smartbox::envelope::FoundingKeys;
use crate::smartbox::pairing::{self, PairingPlan, PairingStep};
use crate::smartbox::protocol::MESSAGE_BYTES;
use crate::smartbox::protocol::contents::EventReport;
use crate::smartbox::protocol::messages::{read_response, write_request};
use crate::smartbox::protocol::{Digest, Event, Fault, Grant, GrantState};
use crate::smartbox::testing::*;
use crate::smartbox::visit::{VisitError, open_from};

/// A device of the organization, and how long its word counts.
struct Device {
    id: DeviceId,
    key: SigningKey,
    credential: Vec<u8>,
}

fn device_until(of: &FoundingKeys, id: u32, role: Role, expires: Instant) -> Device {
    let key = SigningKey::from_seed([id as u8; 32]);
    let issued = NOON.plus_ms(-HOUR_MS);
    let credential = Credential { device: DeviceId(id), role, issued, expires, key: key.verifying() };
    let to_sign = credential.to_sign(&of.organization.verifying());
    let signature = of.organization.sign(&to_sign);
    Device { id: DeviceId(id), key, credential: to_sign.signed(&signature) }
}

fn device(id: u32, role: Role) -> Device {
    device_until(&keys(1), id, role, NOON.plus_ms(HOUR_MS))
}

impl Device {
    fn sealed(&self, purpose: Purpose, to: &SealingKey, content: &impl Content) -> Envelope {
        let credential = Some(self.credential.clone());
        let to_sign = ToSign::new(purpose, &self.key.verifying(), Some(to), credential, write(content));
        let signature = self.key.sign(&to_sign);
        Envelope(envelope::seal(purpose, to, &to_sign.signed(&signature), [6; 32]).expect("sealed"))
    }

    fn batch(&self, to: &ReferenceBox, batch: &Batch) -> Request {
        Request::Deliver { envelope: self.sealed(Purpose::Grants, &to.sealing(), batch) }
    }

    fn order(&self, to: &ReferenceBox, challenge: Challenge, command: Command) -> Request {
        let order = Order { challenge, answer_to: answers().sealing(), command };
        Request::Command { envelope: self.sealed(Purpose::Command, &to.sealing(), &order) }
    }
}

fn answers() -> OpeningKey {
    OpeningKey::from_bytes([5; 32])
}

fn batch(number: u64, grants: Vec<Grant>) -> Batch {
    Batch { number, grants, notices: vec![], stored: 0, chain: None, barred: vec![] }
}

/// One exchange, typed. Each has a number of its own, so that none is taken for a repeat.
fn ask(smartbox: &mut ReferenceBox, request: &Request) -> Response {
    ask_at(smartbox, request, NOON)
}

fn ask_at(smartbox: &mut ReferenceBox, request: &Request, now: Instant) -> Response {
    let exchange = smartbox.answered.request.get(2).map_or(1, |last| u32::from(last % 20) + 1);
    let random = std::array::from_fn(|n| (exchange as u8).wrapping_mul(7).wrapping_add(n as u8));
    let (reply, _) = smartbox.exchange(&write_request(exchange, request), now, &random);
    let (answered, response) = read_response(&reply).expect("a response");
    assert_eq!(answered, exchange, "the answer repeats the exchange");
    response
}

fn denied(why: Denial) -> Response {
    Response::Failed(Failure::Denied(why))
}

fn challenge(smartbox: &mut ReferenceBox) -> Challenge {
    match ask(smartbox, &Request::Hello { versions: VERSIONS }) {
        Response::Hello(greeting) => greeting.challenge,
        other => panic!("a greeting: {other:?}"),
    }
}

/// A command over a fresh challenge; what the box answers in the sealed answer.
fn command(smartbox: &mut ReferenceBox, by: &Device, command: Command) -> Result<Answer, Response> {
    let challenge = challenge(smartbox);
    match ask(smartbox, &by.order(smartbox, challenge, command)) {
        Response::Done { envelope } => {
            let keys = box_keys(smartbox);
            Ok(open_from(&keys, Purpose::Answer, &answers(), &envelope.0).expect("from the box, for us"))
        }
        other => Err(other),
    }
}

fn receipt(smartbox: &ReferenceBox, response: Response) -> Receipt {
    let Response::Delivered { envelope } = response else { panic!("delivered: {response:?}") };
    open_from(&box_keys(smartbox), Purpose::Receipt, &keys(1).opening, &envelope.0).expect("a receipt")
}

/// The box without what it draws and what it answered last.
fn settled(smartbox: &ReferenceBox) -> ReferenceBox {
    let mut settled = smartbox.clone();
    (settled.answered, settled.pairing, settled.challenged) = (Answered::default(), None, 0);
    settled.challenge = Challenge([0; 16]);
    settled
}

#[test]
fn a_box_tells_strangers_that_it_is_paired_and_not_with_whom() {
    let mut smartbox = smartbox();
    let (reply, _) = smartbox.exchange(&write_request(1, &Request::Hello { versions: VERSIONS }), NOON, &[7; 128]);
    let (_, Response::Hello(greeting)) = read_response(&reply).expect("a response") else { panic!("a greeting") };
    assert!(greeting.paired && greeting.serial == serial());
    let owner = keys(1);
    let names = [owner.organization.verifying().0, owner.opening.sealing().0];
    let told = |secret: &[u8]| reply.windows(8).any(|window| secret.windows(8).any(|part| part == window));
    assert!(!names.iter().any(|name| told(name)));
}

#[test]
fn a_batch_opens_for_its_visitor_and_the_receipt_says_what_is_held() {
    let mut smartbox = smartbox();
    let manager = device(7, Role::Manager);
    let request = manager.batch(&smartbox, &batch(3, vec![grant(1, CODE)]));
    let response = ask(&mut smartbox, &request);
    let receipt = receipt(&smartbox, response);
    assert_eq!((receipt.author, receipt.number, receipt.highest), (manager.id, 3, 3));
    assert_eq!(receipt.digest, smartbox.cabinet().grants().digest(NOON));
    assert!(matches!(
        enter(smartbox.cabinet_mut(), CODE, NOON)[..],
        [Output::Open(_), Output::Show(Screen::Opened { .. })]
    ));
}

#[test]
fn batches_in_any_order_and_more_than_once_end_in_one_state_and_the_highest_number() {
    let old = grant(1, CODE);
    let new = anew(&old, |grant| grant.state = GrantState::Revoked);
    let manager = device(7, Role::Manager);
    let mut ends = Vec::new();
    for order in [[1, 2, 2, 1], [2, 1, 2, 1], [1, 1, 2, 2], [2, 2, 1, 1]] {
        let mut smartbox = smartbox();
        let mut highest = 0;
        for number in order {
            let grants = if number == 1 { vec![old.clone()] } else { vec![new.clone(), grant(2, "253702")] };
            let request = manager.batch(&smartbox, &batch(number, grants));
            let response = ask(&mut smartbox, &request);
            highest = receipt(&smartbox, response).highest;
        }
        assert_eq!(highest, 2);
        ends.push(smartbox.cabinet().grants().clone());
    }
    assert!(ends.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(ends[0].get(fact(1)).map(|grant| grant.state), Some(GrantState::Revoked));
}

#[test]
fn each_role_may_do_what_is_its_own() {
    let barring = Batch { barred: vec![Barred { device: DeviceId(99), stamp: stamp(1, 1) }], ..batch(1, vec![]) };
    let roles = [Role::Manager, Role::FrontDesk, Role::Technician];
    for (role, grants, bars, begins) in roles
        .into_iter()
        .zip([(true, true, true), (true, false, false), (false, false, false)])
        .map(|(r, (a, b, c))| (r, a, b, c))
    {
        let by = device(8, role);
        let mut smartbox = smartbox();
        let one = by.batch(&smartbox, &batch(1, vec![grant(1, CODE)]));
        assert_eq!(ask(&mut smartbox, &one) != denied(Denial::Role), grants, "{role:?} writes grants");
        let other = by.batch(&smartbox, &barring);
        assert_eq!(ask(&mut smartbox, &other) != denied(Denial::Role), bars, "{role:?} revokes a device");
        for anyones in [
            Command::Status,
            Command::SetClock { to: NOON },
            Command::SetBin { bin: bin(1), enabled: false },
            Command::OpenBin { bin: bin(1) },
        ] {
            assert!(command(&mut smartbox, &by, anyones).is_ok(), "{role:?}: {anyones:?}");
        }
        let begun = command(&mut smartbox, &by, Command::BeginLog { from: 1 });
        assert_eq!(begun.is_ok(), begins, "{role:?} begins the log anew");
        smartbox.step(Input::PressService, NOON);
        assert_eq!(command(&mut smartbox, &by, Command::Reset).is_ok(), begins, "{role:?} resets");
        assert_eq!(smartbox.is_paired(), !begins);
    }
}

#[test]
fn a_command_is_obeyed_once_and_only_with_the_challenge_that_was_made_for_it() {
    let mut smartbox = smartbox();
    let technician = device(8, Role::Technician);
    let first = challenge(&mut smartbox);
    let open = technician.order(&smartbox, first, Command::OpenBin { bin: bin(1) });
    let (reply, outputs) = smartbox.exchange(&write_request(77, &open), NOON, &[1; 128]);
    assert_eq!(outputs, [Output::Open(bin(1))]);
    // The very bytes again, as a link repeats what it is not sure of: the same answer, and nothing opens.
    assert_eq!(smartbox.exchange(&write_request(77, &open), NOON, &[2; 128]), (reply, vec![]));
    // Whoever has recorded it has recorded nothing.
    assert_eq!(ask(&mut smartbox, &open), denied(Denial::Stale));
    let second = challenge(&mut smartbox);
    assert_ne!(first, second);
    assert_eq!(ask(&mut smartbox, &open), denied(Denial::Stale));
    let opened = |event: &&crate::smartbox::LoggedEvent| matches!(event.event, Event::OpenedByCommand { .. });
    assert_eq!(smartbox.cabinet().log().iter().filter(opened).count(), 1);
}

#[test]
fn an_answer_holds_the_next_challenge_so_that_commands_follow_one_another() {
    let mut smartbox = smartbox();
    let manager = device(7, Role::Manager);
    let answer = command(&mut smartbox, &manager, Command::Status).expect("done");
    let set = manager.order(&smartbox, answer.challenge, Command::SetBin { bin: bin(2), enabled: false });
    assert!(matches!(ask(&mut smartbox, &set), Response::Done { .. }));
    assert!(!smartbox.cabinet().bins()[1].enabled);
    let nowhere = command(&mut smartbox, &manager, Command::OpenBin { bin: bin(5) });
    assert_eq!(nowhere, Err(Response::Failed(Failure::NoSuchBin { bin: 5 })));
}

#[test]
fn a_reset_needs_a_hand_on_the_box() {
    let mut smartbox = smartbox();
    let manager = device(7, Role::Manager);
    assert_eq!(command(&mut smartbox, &manager, Command::Reset), Err(denied(Denial::HandNeeded)));
    smartbox.step(Input::PressService, NOON);
    assert!(command(&mut smartbox, &manager, Command::Reset).is_ok());
    assert!(!smartbox.is_paired() && smartbox.cabinet().grants().is_empty());
    let again = manager.batch(&smartbox, &batch(1, vec![]));
    assert_eq!(ask(&mut smartbox, &again), Response::Failed(Failure::NotPaired));
    assert_eq!(
        ask(&mut smartbox, &Request::ReadEvents { from: 1, at_most: 9 }),
        Response::Failed(Failure::NotPaired),
        "nobody is left who could read them"
    );
}

#[test]
fn what_is_for_another_box_is_refused() {
    let mut smartbox = smartbox();
    let manager = device(7, Role::Manager);
    let other = ReferenceBox::new(&Made::from_random(serial(), &[3; 80]), bin(4), NOON);
    let request = manager.batch(&other, &batch(1, vec![grant(1, CODE)]));
    assert_eq!(ask(&mut smartbox, &request), denied(Denial::NotForUs));
    // Opened there, and sealed anew to this box: the signature says whom it was for.
    let to_sign = ToSign::new(
        Purpose::Grants,
        &manager.key.verifying(),
        Some(&other.sealing()),
        Some(manager.credential.clone()),
        write(&batch(1, vec![grant(1, CODE)])),
    );
    let signature = manager.key.sign(&to_sign);
    let sealed = envelope::seal(Purpose::Grants, &smartbox.sealing(), &to_sign.signed(&signature), [6; 32]);
    let request = Request::Deliver { envelope: Envelope(sealed.expect("sealed")) };
    assert_eq!(ask(&mut smartbox, &request), denied(Denial::Forged));
}

#[test]
fn another_organization_is_refused() {
    let mut smartbox = smartbox();
    let stranger = device_until(&keys(40), 7, Role::Manager, NOON.plus_ms(HOUR_MS));
    let request = stranger.batch(&smartbox, &batch(1, vec![grant(1, CODE)]));
    assert_eq!(ask(&mut smartbox, &request), denied(Denial::Forged));
    assert_eq!(command(&mut smartbox, &stranger, Command::Status), Err(denied(Denial::Forged)));
}

#[test]
fn a_credential_of_another_device_is_refused() {
    let mut smartbox = smartbox();
    let manager = device(7, Role::Manager);
    let thief = Device { credential: manager.credential, ..device(8, Role::Technician) };
    let request = thief.batch(&smartbox, &batch(1, vec![grant(1, CODE)]));
    assert_eq!(ask(&mut smartbox, &request), denied(Denial::Forged));
}

#[test]
fn what_was_signed_for_one_purpose_is_refused_for_another() {
    let mut smartbox = smartbox();
    let manager = device(7, Role::Manager);
    let envelope = manager.sealed(Purpose::Command, &smartbox.sealing(), &batch(1, vec![grant(1, CODE)]));
    assert_eq!(ask(&mut smartbox, &Request::Deliver { envelope }), denied(Denial::Forged));
}

#[test]
fn a_credential_that_is_over_or_has_not_begun_is_refused() {
    let mut smartbox = smartbox();
    let manager = device(7, Role::Manager);
    let request = manager.batch(&smartbox, &batch(1, vec![grant(1, CODE)]));
    assert_eq!(ask_at(&mut smartbox, &request, NOON.plus_ms(HOUR_MS)), denied(Denial::Expired));
    assert!(smartbox.cabinet().grants().is_empty());
    smartbox.cabinet_mut().set_clock_offset_ms(-30 * HOUR_MS);
    let request = manager.batch(&smartbox, &batch(2, vec![grant(1, CODE)]));
    assert_eq!(ask(&mut smartbox, &request), denied(Denial::NotYet));
}

const YEAR: i64 = 365 * 24 * HOUR_MS;

#[test]
fn a_clock_a_year_off_is_set_right_by_a_device_whose_credential_holds_at_the_right_time() {
    for off in [-YEAR, YEAR] {
        let mut smartbox = smartbox();
        smartbox.cabinet_mut().set_clock_offset_ms(off);
        let technician = device(8, Role::Technician);
        let why = if off > 0 { Denial::Expired } else { Denial::NotYet };
        assert_eq!(command(&mut smartbox, &technician, Command::Status), Err(denied(why)));
        let answer = command(&mut smartbox, &technician, Command::SetClock { to: NOON }).expect("done");
        assert_eq!((answer.was, answer.status.clock), (Some(NOON.plus_ms(off)), NOON));
        assert!(command(&mut smartbox, &technician, Command::Status).is_ok());
    }
}

#[test]
fn a_device_that_is_over_does_not_turn_the_clock_back_to_when_it_was_not() {
    let late = NOON.plus_ms(9 * HOUR_MS);
    let manager = device_until(&keys(1), 7, Role::Manager, NOON.plus_ms(YEAR));
    let lost = device(8, Role::Technician);
    for by_batch in [true, false] {
        let mut smartbox = smartbox();
        let word = if by_batch {
            let mut written = grant(1, CODE);
            written.stamp = stamp(NOON.ms() + 8 * HOUR_MS, 1);
            manager.batch(&smartbox, &batch(1, vec![written]))
        } else {
            let hello = ask_at(&mut smartbox, &Request::Hello { versions: VERSIONS }, NOON.plus_ms(8 * HOUR_MS));
            let Response::Hello(greeting) = hello else { panic!("a greeting") };
            manager.order(&smartbox, greeting.challenge, Command::SetBin { bin: bin(3), enabled: true })
        };
        assert!(!matches!(ask_at(&mut smartbox, &word, NOON.plus_ms(8 * HOUR_MS)), Response::Failed(_)));
        let back = |by: &Device, smartbox: &mut ReferenceBox| {
            let hello = ask_at(smartbox, &Request::Hello { versions: VERSIONS }, late);
            let Response::Hello(greeting) = hello else { panic!("a greeting") };
            let order = by.order(smartbox, greeting.challenge, Command::SetClock { to: NOON });
            ask_at(smartbox, &order, late)
        };
        assert_eq!(back(&lost, &mut smartbox), denied(Denial::BackInTime));
        assert_eq!(smartbox.cabinet().clock(late), late);
        // A clock that ran ahead is set right by a manager's device.
        assert!(matches!(back(&manager, &mut smartbox), Response::Done { .. }));
        assert_eq!(smartbox.cabinet().clock(late), NOON);
    }
}

#[test]
fn what_was_written_more_than_a_day_ahead_is_refused() {
    let mut smartbox = smartbox();
    let manager = device(7, Role::Manager);
    for (ahead, taken) in [(AHEAD_MS, true), (AHEAD_MS + 1, false), (YEAR, false)] {
        let mut written = grant(1, CODE);
        written.stamp = stamp(NOON.ms() + ahead, 1);
        let request = manager.batch(&smartbox, &batch(1, vec![written]));
        assert_eq!(ask(&mut smartbox, &request) != denied(Denial::Ahead), taken, "{ahead}");
        let told = Batch {
            notices: vec![notice(3, NOON.ms() + ahead, crate::smartbox::KeyPlace::Unknown)],
            ..batch(2, vec![])
        };
        let request = manager.batch(&smartbox, &told);
        assert_eq!(ask(&mut smartbox, &request) != denied(Denial::Ahead), taken, "{ahead}");
    }
}

#[test]
fn a_revocation_that_outranks_every_clock_is_no_word_from_the_future() {
    let mut smartbox = smartbox();
    let manager = device(7, Role::Manager);
    let live = grant(1, CODE);
    let mut revoked = anew(&live, |grant| grant.state = GrantState::Revoked);
    revoked.stamp.clock |= 3 << Stamp::RANK;
    assert_eq!(revoked.stamp.time(), live.stamp.time().plus_ms(1));
    let request = manager.batch(&smartbox, &batch(1, vec![live, revoked.clone()]));
    let response = ask(&mut smartbox, &request);
    assert_eq!(receipt(&smartbox, response).accepted.last().map(|held| held.stamp), Some(revoked.stamp));
    assert_eq!(smartbox.cabinet().grants().get(fact(1)), Some(&revoked));
}

#[test]
fn a_challenge_lapses_and_a_greeting_is_always_new() {
    let mut smartbox = smartbox();
    let technician = device(8, Role::Technician);
    let hello = write_request(1, &Request::Hello { versions: VERSIONS });
    let (first, _) = smartbox.exchange(&hello, NOON, &[1; 128]);
    let late = NOON.plus_ms(GREETING_MS as i64);
    let (again, _) = smartbox.exchange(&hello, late.plus_ms(-1), &[2; 128]);
    assert_eq!(first, again, "a link that repeats gets what it missed");
    let (second, _) = smartbox.exchange(&hello, late, &[2; 128]);
    assert_ne!(first, second, "the same bytes, another challenge");
    let Ok((_, Response::Hello(greeting))) = read_response(&second) else { panic!("a greeting") };
    let order = technician.order(&smartbox, greeting.challenge, Command::OpenBin { bin: bin(1) });
    let lapsed = late.plus_ms(CHALLENGE_MS as i64 + 1);
    assert_eq!(ask_at(&mut smartbox, &order, lapsed), denied(Denial::Stale));
}

#[test]
fn events_are_forgotten_only_for_whoever_knows_them() {
    let mut smartbox = smartbox();
    let manager = device(7, Role::Manager);
    let right = smartbox.cabinet().log().chain_through(3);
    for (stored, chain, first_held) in
        [(u64::MAX, None, 1), (4, None, 1), (3, Some(Digest([7; 32])), 1), (4, right, 1), (3, right, 4)]
    {
        let request = manager.batch(&smartbox, &Batch { stored, chain, ..batch(1, vec![]) });
        let response = ask(&mut smartbox, &request);
        assert_eq!(receipt(&smartbox, response).first_held, first_held, "{stored}");
    }
}

#[test]
fn nothing_is_done_for_whoever_cannot_be_answered() {
    let mut smartbox = smartbox();
    let manager = device(7, Role::Manager);
    let challenge = challenge(&mut smartbox);
    let order = Order { challenge, answer_to: SealingKey([0; 32]), command: Command::OpenBin { bin: bin(1) } };
    let envelope = manager.sealed(Purpose::Command, &smartbox.sealing(), &order);
    assert_eq!(ask(&mut smartbox, &Request::Command { envelope }), denied(Denial::Malformed));
    let opened = |event: &crate::smartbox::LoggedEvent| matches!(event.event, Event::OpenedByCommand { .. });
    assert!(!smartbox.cabinet().log().iter().any(opened));
}

#[test]
fn a_box_that_is_paired_anew_has_new_keys_and_what_was_sealed_to_the_old_ones_opens_no_more() {
    let mut smartbox = smartbox();
    let manager = device(7, Role::Manager);
    let old = manager.batch(&smartbox, &batch(1, vec![grant(1, CODE)]));
    let keys_before = box_keys(&smartbox);
    smartbox.step(Input::PressService, NOON);
    paired_with(&mut smartbox, &keys(1));
    assert_ne!(box_keys(&smartbox), keys_before);
    assert_eq!(ask(&mut smartbox, &old), denied(Denial::NotForUs));
    assert_eq!(smartbox.cabinet().log().first_held(), 1, "the same organization reads on");
    smartbox.step(Input::PressService, NOON);
    paired_with(&mut smartbox, &keys(40));
    let held: Vec<Event> = smartbox.cabinet().log().iter().map(|logged| logged.event.clone()).collect();
    assert!(
        matches!(held[..], [Event::LogBegun { .. }, Event::Paired, Event::ClockSet { .. }]),
        "another one does not"
    );
}

#[test]
fn a_hand_that_was_on_the_box_before_it_lost_its_power_is_on_it_no_more() {
    let mut smartbox = smartbox();
    smartbox.step(Input::PressService, NOON);
    smartbox.step(Input::PowerOn, NOON);
    assert_eq!(command(&mut smartbox, &device(7, Role::Manager), Command::Reset), Err(denied(Denial::HandNeeded)));
}

#[test]
fn a_revoked_device_is_let_in_no_more_whatever_it_brings() {
    let mut smartbox = smartbox();
    let (manager, lost) = (device(7, Role::Manager), device(8, Role::Manager));
    let before = lost.batch(&smartbox, &batch(1, vec![grant(2, "253702")]));
    let barred = vec![Barred { device: lost.id, stamp: stamp(1, 1) }];
    let request = manager.batch(&smartbox, &Batch { barred: barred.clone(), ..batch(1, vec![]) });
    let response = ask(&mut smartbox, &request);
    assert_eq!(receipt(&smartbox, response).barred, barred);
    assert_eq!(ask(&mut smartbox, &before), denied(Denial::Barred));
    assert_eq!(command(&mut smartbox, &lost, Command::Status), Err(denied(Denial::Barred)));
    assert_eq!(command(&mut smartbox, &lost, Command::SetClock { to: NOON }), Err(denied(Denial::Barred)));
    assert!(smartbox.cabinet().grants().is_empty());
}

#[test]
fn events_are_read_by_the_organization_alone_and_chained() {
    let mut smartbox = smartbox();
    let Response::Events { envelope, through, next } = ask(&mut smartbox, &Request::ReadEvents { from: 2, at_most: 2 })
    else {
        panic!("events")
    };
    assert_eq!((through, next), (4, 5));
    let keys_of_box = box_keys(&smartbox);
    let report: EventReport =
        open_from(&keys_of_box, Purpose::Events, &keys(1).opening, &envelope.0).expect("for the organization");
    assert_eq!(report, smartbox.cabinet().log().read(2, 2));
    let other = open_from::<EventReport>(&keys_of_box, Purpose::Events, &keys(40).opening, &envelope.0);
    assert!(matches!(other, Err(VisitError::Envelope(EnvelopeError::NotForUs { .. }))));
    // Who cannot open reports goes by the numbers beside them, and comes to the end also when nothing is left to read.
    smartbox.cabinet_mut().acknowledge(4);
    for from in [1, 5, 99] {
        let answer = ask(&mut smartbox, &Request::ReadEvents { from, at_most: 2 });
        assert!(matches!(answer, Response::Events { through: 5, next: 5, .. }), "{from}: {answer:?}");
    }
}

#[test]
fn a_state_of_another_version_is_refused() {
    let mut bytes = smartbox().save();
    assert_eq!(bytes[1], STATE_VERSION);
    bytes[1] = 1;
    assert_eq!(ReferenceBox::load(&bytes), Err(StateError::Version(1)));
    assert_eq!(ReferenceBox::load(&bytes[2..]), Err(StateError::Malformed));
    assert_eq!(ReferenceBox::load(&[]), Err(StateError::Malformed));
}

#[test]
fn a_state_is_taken_up_as_it_was_and_shows_no_secret() {
    let mut smartbox = smartbox();
    let request = device(7, Role::Manager).batch(&smartbox, &batch(1, vec![grant(1, CODE)]));
    ask(&mut smartbox, &request);
    let again = ReferenceBox::load(&smartbox.save()).expect("a state");
    assert_eq!(settled(&again), settled(&smartbox));
    let shown = format!("{smartbox:?}");
    assert!(!shown.contains(CODE) && !shown.contains(smartbox.label().secret.text().expose().as_str()));
}

#[test]
fn authors_and_barred_devices_never_fill_a_box_without_bound() {
    let mut smartbox = smartbox();
    let manager = device(7, Role::Manager);
    for round in 0..3u32 {
        let barred = (0..BARRED as u32)
            .map(|n| Barred { device: DeviceId(1_000 + round * 1_000 + n), stamp: stamp(i64::from(round), n) });
        let request = manager.batch(&smartbox, &Batch { barred: barred.collect(), ..batch(1, vec![]) });
        let response = ask(&mut smartbox, &request);
        assert_eq!(receipt(&smartbox, response).barred.len(), BARRED);
    }
    let owner = smartbox.owner.as_ref().expect("an owner");
    assert!(owner.barred.iter().all(|(device, _)| device.0 >= 3_000), "the latest revocations stay");
}

fn any_request(smartbox: &ReferenceBox, which: u8) -> Request {
    let manager = device(7, Role::Manager);
    let challenge = smartbox.challenge;
    match which % 6 {
        0 => Request::Hello { versions: VERSIONS },
        1 => Request::Pair { drawn: [which; 32] },
        2 => Request::ReadEvents { from: u64::from(which), at_most: 9 },
        3 => manager.batch(smartbox, &batch(1, vec![grant(1, CODE)])),
        4 => manager.order(smartbox, challenge, Command::OpenBin { bin: bin(1) }),
        _ => manager.order(smartbox, challenge, Command::SetClock { to: NOON.plus_ms(-HOUR_MS) }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_flipped_bit_a_cut_and_garbage_change_nothing(
        which: u8,
        flip in prop::option::of((any::<prop::sample::Index>(), 0u8..8)),
        cut in prop::option::of(any::<prop::sample::Index>()),
        garbage in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut smartbox = smartbox();
        let good = write_request(1, &any_request(&smartbox, which));
        let mut bad = good.clone();
        if let Some((index, bit)) = flip {
            let place = index.index(bad.len());
            bad[place] ^= 1 << bit;
        }
        if let Some(cut) = cut {
            bad.truncate(cut.index(bad.len()));
        }
        for bytes in [bad, garbage] {
            if bytes == good {
                continue;
            }
            let before = smartbox.clone();
            let (reply, outputs) = smartbox.exchange(&bytes, NOON, &[9; 128]);
            let harmless = !matches!(read_response(&reply), Ok((_, Response::Delivered { .. } | Response::Done { .. } | Response::Joined { .. })));
            // Only the exchange's number, outside of the envelope, may change and leave the rest what it was.
            if harmless {
                prop_assert_eq!(outputs, vec![]);
                prop_assert_eq!(settled(&smartbox), settled(&before));
            } else {
                prop_assert_eq!(&bytes[5..], &good[good.len() - (bytes.len() - 5)..]);
            }
        }
    }

    #[test]
    fn no_bytes_make_a_state_that_panics_on_being_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = ReferenceBox::load(&bytes);
    }
}

#[test]
fn what_is_too_long_is_said_to_be() {
    let mut smartbox = smartbox();
    let (reply, _) = smartbox.exchange(&vec![0; 65_537], NOON, &[0; 128]);
    let failed = Response::Failed(Failure::Malformed(Fault::TooLong));
    assert_eq!(read_response(&reply), Ok((0, failed)));
}

/// A state that a box talks in, and what it would obey there.
struct Talking {
    name: &'static str,
    smartbox: ReferenceBox,
    obeys: Vec<Vec<u8>>,
}

/// What joins a box to the organization, after an offer for which the box drew something.
fn joining(smartbox: &mut ReferenceBox, draws: u8) -> Vec<u8> {
    let plan = PairingPlan { label: smartbox.label(), organization: keys(1).public(), drawn: [9; 32] };
    let (mut pairing, hello) = pairing::Pairing::start(plan);
    let Ok(PairingStep::Send(pair)) = pairing.exchange(&smartbox.exchange(&hello, NOON, &[1; 128]).0) else {
        panic!("asks for an offer")
    };
    let offer = smartbox.exchange(&pair, NOON, &[draws; 128]).0;
    let Ok(PairingStep::Keep(_)) = pairing.exchange(&offer) else { panic!("believes it") };
    let Ok(PairingStep::Send(join)) = pairing.kept(NOON, [3; 32]) else { panic!("joins") };
    join
}

fn talking() -> Vec<Talking> {
    let manager = device(7, Role::Manager);
    let orders = |smartbox: &ReferenceBox| {
        let order = |command| write_request(5, &manager.order(smartbox, smartbox.challenge, command));
        let barring = Batch { barred: vec![Barred { device: DeviceId(9), stamp: stamp(1, 1) }], ..batch(1, vec![]) };
        vec![
            write_request(4, &manager.batch(smartbox, &batch(2, vec![grant(2, "253702")]))),
            write_request(4, &manager.batch(smartbox, &barring)),
            order(Command::OpenBin { bin: bin(1) }),
            order(Command::SetClock { to: NOON.plus_ms(HOUR_MS / 2) }),
            order(Command::SetBin { bin: bin(2), enabled: false }),
        ]
    };
    let state = |name, smartbox: ReferenceBox, obeys| Talking { name, smartbox, obeys };
    let mut offered = new_box();
    let join = joining(&mut offered, 2);
    let mut asked = smartbox();
    challenge(&mut asked);
    let mut in_use = smartbox();
    deliver(in_use.cabinet_mut(), &[grant(1, CODE)], &[]);
    enter(in_use.cabinet_mut(), CODE, NOON);
    in_use.step(Input::Press(Button::Digit(4)), NOON);
    let mut in_hand = smartbox();
    in_hand.step(Input::PressService, NOON);
    let joined_anew = joining(&mut in_hand, 2);
    let mut powered = smartbox();
    powered = ReferenceBox::load(&powered.save()).expect("a state");
    powered.step(Input::PowerOn, NOON);
    let with = |smartbox: &ReferenceBox, more: Vec<Vec<u8>>| [orders(smartbox), more].concat();
    let reset = write_request(5, &manager.order(&in_hand, in_hand.challenge, Command::Reset));
    vec![
        state("nobody's", new_box(), vec![]),
        state("offered", offered, vec![join]),
        state("paired", smartbox(), orders(&smartbox())),
        state("asked", asked.clone(), orders(&asked)),
        state("in use", in_use.clone(), orders(&in_use)),
        state("with a hand on it", in_hand.clone(), with(&in_hand, vec![joined_anew, reset])),
        state("after a loss of power", powered.clone(), orders(&powered)),
    ]
}

#[test]
fn what_a_box_obeys_in_each_state_it_obeys() {
    for Talking { name, smartbox, obeys } in talking() {
        for message in obeys {
            let (reply, _) = smartbox.clone().exchange(&message, NOON, &[4; 128]);
            let (_, response) = read_response(&reply).expect("a message");
            assert!(!matches!(response, Response::Failed(_)), "{name}: {response:?}");
        }
    }
}

#[test]
fn whatever_bytes_come_a_box_in_any_state_answers_and_does_nothing_that_nobody_signed() {
    let states = talking();
    let all: Vec<&Vec<u8>> = states.iter().flat_map(|state| &state.obeys).collect();
    let anyones = [
        write_request(1, &Request::Hello { versions: VERSIONS }),
        write_request(2, &Request::Pair { drawn: [8; 32] }),
        write_request(3, &Request::ReadEvents { from: 2, at_most: 9 }),
    ];
    let mut dice = Dice::from(1);
    for case in 0..4_000 {
        let Talking { name, smartbox, obeys } = &states[case % states.len()];
        let around = |envelope: Vec<u8>, kind: usize| match (kind, Envelope(envelope)) {
            (0, envelope) => Request::Join { envelope },
            (1, envelope) => Request::Deliver { envelope },
            (_, envelope) => Request::Command { envelope },
        };
        let (anyones, any) = (&anyones[dice.below(3)], all[dice.below(all.len())]);
        let own = obeys.get(dice.below(obeys.len().max(1))).unwrap_or(any);
        let bytes = match dice.below(8) {
            0 => dice.run(300),
            1 => write_request(4, &around(dice.run(400), dice.below(3))),
            2 => dice.altered(anyones),
            3 => anyones.clone(),
            4 => any.clone(),
            5 | 6 => dice.altered(own),
            _ => dice.altered(any),
        };
        let mut there = smartbox.clone();
        let (reply, outputs) = there.exchange(&bytes, NOON, &dice.bytes());
        assert!(reply.len() <= MESSAGE_BYTES);
        let response = (reply != write_versions()).then(|| read_response(&reply).expect("a message").1);
        match response {
            Some(Response::Hello(_) | Response::Offer { .. }) => {
                assert_eq!((settled(&there), outputs), (settled(smartbox), vec![]), "{name}, case {case}");
            }
            Some(Response::Joined { .. } | Response::Delivered { .. } | Response::Done { .. }) => {
                // The number of the exchange is outside of what is signed.
                let asked = read_request(&bytes).expect("a request").1;
                let is_meant = obeys.iter().any(|good| read_request(good).expect("a request").1 == asked);
                assert!(is_meant, "{name}, case {case}: {asked:?}");
            }
            Some(Response::Failed(_) | Response::Events { .. }) | None => {
                assert_eq!((there.save(), outputs), (smartbox.save(), vec![]), "{name}, case {case}");
            }
        }
    }
}

#[test]
fn a_message_with_any_byte_changed_or_missing_is_refused() {
    for Talking { smartbox, obeys, .. } in talking().into_iter().filter(|state| state.name != "nobody's") {
        let message = &obeys[0];
        let ask = |bytes: &[u8]| {
            let mut smartbox = smartbox.clone();
            let (reply, _) = smartbox.exchange(bytes, NOON, &[4; 128]);
            if reply == write_versions() { None } else { Some(read_response(&reply).expect("a message").1) }
        };
        let is_refused = |response: Option<Response>| match response {
            None => true,
            Some(Response::Failed(Failure::Malformed(_) | Failure::Unsupported { .. })) => true,
            Some(Response::Failed(Failure::Denied(why))) => {
                matches!(why, Denial::Malformed | Denial::NotForUs | Denial::Forged)
            }
            Some(_) => false,
        };
        for at in (0..message.len()).filter(|at| *at != 2) {
            let mut flipped = message.clone();
            flipped[at] ^= 1 << (at % 8);
            assert!(is_refused(ask(&flipped)), "byte {at}");
            let cut = ask(&message[..at]);
            assert!(matches!(cut, Some(Response::Failed(Failure::Malformed(_)))), "cut at {at}: {cut:?}");
        }
        let mut renumbered = message.clone();
        renumbered[2] ^= 1;
        assert!(!is_refused(ask(&renumbered)), "the number of the exchange");
    }
}

#[test]
fn orders_that_come_in_another_order_are_refused() {
    let mut smartbox = smartbox();
    let manager = device(7, Role::Manager);
    let first = challenge(&mut smartbox);
    let disable = manager.order(&smartbox, first, Command::SetBin { bin: bin(2), enabled: false });
    // The next one is made over the challenge that answers the first, so none can overtake it.
    let mut ahead = smartbox.clone();
    let Response::Done { envelope } = ask(&mut ahead, &disable) else { panic!("done") };
    let answer: Answer = open_from(&box_keys(&ahead), Purpose::Answer, &answers(), &envelope.0).expect("an answer");
    let enable = manager.order(&smartbox, answer.challenge, Command::SetBin { bin: bin(2), enabled: true });
    assert_eq!(ask(&mut smartbox, &enable), denied(Denial::Stale));
    assert!(matches!(ask(&mut smartbox, &disable), Response::Done { .. }));
    assert!(!smartbox.cabinet().bins()[1].enabled);
}

#[test]
fn a_joining_that_was_recorded_is_worth_nothing() {
    let mut smartbox = new_box();
    let join = joining(&mut smartbox, 2);
    let mut once = smartbox.clone();
    assert!(matches!(read_response(&once.exchange(&join, NOON, &[4; 128]).0), Ok((_, Response::Joined { .. }))));
    let again = |smartbox: &mut ReferenceBox, exchange| {
        let (_, request) = read_request(&join).expect("a request");
        read_response(&smartbox.exchange(&write_request(exchange, &request), NOON, &[5; 128]).0).expect("a message").1
    };
    assert_eq!(again(&mut once, 8), Response::Failed(Failure::AlreadyPaired));
    once.step(Input::PressService, NOON);
    assert_eq!(again(&mut once, 9), denied(Denial::Stale), "it has made no offer");
    joining(&mut once, 6);
    assert_eq!(again(&mut once, 10), denied(Denial::NotForUs), "and then it is another one");
}
