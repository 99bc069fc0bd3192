//! What visitors are told, and when (rules 3, 5, 6 and 7).

use super::*;
use crate::domain::*;
use crate::journal::command::*;
use crate::journal::fact::{FactBody, MessageState, StatedPlace, Subject};
use crate::journal::ledger::TemplateName;
use crate::journal::queries::Status;
use crate::journal::{Command, Hlc, Refusal};
use crate::smartbox::protocol::Event;
use proptest::prelude::*;

const START: &str = "2026-11-24T15:00";
const END: &str = "2026-11-27T11:00";
const HOUR: i64 = 3_600_000;

fn desk() -> (Device, KeyId, BoxId) {
    let mut desk = Device::founded(lisbon("2026-11-22T10:00"));
    let (key, smartbox) = (desk.add_key("Flat 3"), desk.add_box("Door"));
    (desk, key, smartbox)
}

fn told(key: KeyId, who: &str) -> NewBooking {
    NewBooking { notify: Notify::Visitor, reminder: true, ..booking(key, who, START, END) }
}

fn make(desk: &mut Device, new: NewBooking) -> BookingId {
    desk.run(Command::MakeBooking(new)).booking().expect("made")
}

/// The messages about a booking that are wanted: their kinds and how far they are.
fn messages(desk: &Device, id: BookingId) -> Vec<(MessageKind, MessageState)> {
    let all = desk.ledger.messages_about(Subject::Booking(id)).map(|(_, m)| (m.kind(), m.state()));
    all.filter(|(_, state)| *state != MessageState::Dropped).collect()
}

fn last(desk: &Device, id: BookingId, kind: MessageKind) -> MessageId {
    let of = desk.ledger.messages_about(Subject::Booking(id)).filter(|(_, m)| m.kind() == kind);
    of.last().expect("a message").0
}

fn sent(desk: &mut Device, id: BookingId, kind: MessageKind) {
    let message = last(desk, id, kind);
    desk.run(Command::MoveMessage(message, MessageState::Sent));
}

fn gateway(desk: &mut Device) {
    let settings = MessagingSettings {
        email: Means::Gateway,
        sms: Means::Device,
        gateway: GatewayAddress::parse("https://gateway.example.com/"),
    };
    desk.run(Command::ChangeMessaging(settings, Some(signing_secret())));
}

fn picked_up(desk: &mut Device, id: BookingId, key: KeyId, smartbox: BoxId, at: &str) {
    let event = logged(1, at, Event::PickUp { grant: id.0, key, bin: bin(1) });
    desk.run(Command::KeepEvents(smartbox, vec![event], None));
}

#[test]
fn making_a_booking_makes_its_instructions_unless_that_is_switched_off_or_nobody_can_be_told() {
    let (mut desk, key, _) = desk();
    let id = make(&mut desk, told(key, "Ana"));
    assert_eq!(messages(&desk, id), [(MessageKind::Instructions, MessageState::ToDo)]);
    let later = RequestedRight::OneTime { start: wall("2026-12-01T15:00"), end: wall("2026-12-02T11:00") };
    let quiet = make(&mut desk, NewBooking { notify: Notify::Nobody, right: later, ..told(key, "Bia") });
    assert!(messages(&desk, quiet).is_empty());
    let visitor = BookingVisitor::Described(VisitorDetails { email: None, ..person("Caio") });
    let unreached = make(&mut desk, NewBooking { visitor, right: RequestedRight::Ongoing, ..told(key, "Caio") });
    assert!(messages(&desk, unreached).is_empty(), "rule 3: it is made all the same");
    assert_eq!(desk.submit(&Command::Resend(Subject::Booking(unreached))), Err(Refusal::NoChannel));
}

#[test]
fn a_change_of_time_or_key_makes_an_update_and_one_that_waits_says_all() {
    let (mut desk, key, _) = desk();
    let id = make(&mut desk, told(key, "Ana"));
    let edit = |desk: &mut Device, day: &str| {
        let times = Some((wall(START), wall(day)));
        desk.run(Command::EditBooking(id, BookingTerms { times, notify: Notify::Visitor, ..desk.terms(id) }));
    };
    edit(&mut desk, "2026-11-28T11:00");
    assert_eq!(messages(&desk, id).len(), 1, "instructions that were not sent yet will have it right");
    sent(&mut desk, id, MessageKind::Instructions);
    edit(&mut desk, "2026-11-29T11:00");
    edit(&mut desk, "2026-11-30T11:00");
    assert_eq!(messages(&desk, id)[1..], [(MessageKind::Update, MessageState::ToDo)]);
    let mut terms = desk.terms(id);
    (terms.notes, terms.notify) = (Note::parse("A cot").ok(), Notify::Visitor);
    sent(&mut desk, id, MessageKind::Update);
    desk.run(Command::EditBooking(id, terms));
    assert_eq!(messages(&desk, id).len(), 2, "notes are not the visitor's");
}

#[test]
fn instructions_are_sent_again_an_hour_after_they_last_went_out() {
    let (mut desk, key, _) = desk();
    let id = make(&mut desk, told(key, "Ana"));
    let resend = Command::Resend(Subject::Booking(id));
    let waiting = last(&desk, id, MessageKind::Instructions);
    assert_eq!(desk.submit(&resend), Err(Refusal::StillWaiting(waiting)));
    desk.now = desk.now.plus_ms(10 * 60_000);
    sent(&mut desk, id, MessageKind::Instructions);
    let from = desk.now.plus_ms(HOUR);
    assert_eq!(desk.ledger.resend_from(Subject::Booking(id)), Some(from));
    assert_eq!(desk.submit(&resend), Err(Refusal::TooSoon { from }));
    desk.now = from.plus_ms(-1);
    assert_eq!(desk.submit(&resend), Err(Refusal::TooSoon { from }));
    // A clock that was set back does not bring it nearer.
    desk.now = from.plus_ms(-5 * HOUR);
    assert_eq!(desk.submit(&resend), Err(Refusal::TooSoon { from }));
    desk.now = from;
    desk.run(resend.clone());
    sent(&mut desk, id, MessageKind::Instructions);
    assert!(matches!(desk.submit(&resend), Err(Refusal::TooSoon { .. })));
    desk.now = desk.now.plus_ms(HOUR);
    desk.run(Command::RevokeBooking(id, Notify::Nobody));
    assert_eq!(desk.submit(&resend), Err(Refusal::Revoked));
}

#[test]
fn a_clock_that_was_days_ahead_once_does_not_hold_up_what_is_sent_after_it_was_set_right() {
    let (mut desk, key, smartbox) = desk();
    let right = desk.now;
    desk.now = right.plus_ms(72 * HOUR);
    desk.add_key("Flat 4");
    desk.now = right;
    let id = make(&mut desk, told(key, "Ana"));
    let resend = Command::Resend(Subject::Booking(id));
    desk.now = right.plus_ms(2 * HOUR);
    sent(&mut desk, id, MessageKind::Instructions);
    let from = desk.now.plus_ms(HOUR);
    // An hour after it went out, and not after it was made; and read anew it is the same.
    desk.now = from.plus_ms(-1);
    assert_eq!(desk.submit(&resend), Err(Refusal::TooSoon { from }));
    assert_eq!(desk.ledger.resend_from(Subject::Booking(id)), Some(from));
    desk.now = right;
    assert_eq!(desk.submit(&resend), Err(Refusal::TooSoon { from }), "set back further");
    desk.now = from.plus_ms(HOUR / 6);
    desk.run(resend.clone());
    sent(&mut desk, id, MessageKind::Instructions);
    assert!(matches!(desk.submit(&resend), Err(Refusal::TooSoon { .. })));
    // When the time comes that the stamps bear, it is over as well.
    desk.now = right.plus_ms(72 * HOUR + 1);
    desk.run(resend);
    // One of which nobody was told waits no longer than an hour, and neither does a return that is asked for.
    let ahead = desk.now.plus_ms(72 * HOUR);
    let back = std::mem::replace(&mut desk.now, ahead);
    desk.add_key("Flat 5");
    desk.now = back;
    let later = RequestedRight::OneTime { start: wall("2026-12-01T15:00"), end: wall("2026-12-02T11:00") };
    let quiet = make(&mut desk, NewBooking { notify: Notify::Nobody, right: later, ..told(key, "Bia") });
    let from = back.plus_ms(HOUR);
    assert_eq!(desk.submit(&Command::Resend(Subject::Booking(quiet))), Err(Refusal::TooSoon { from }));
    desk.now = from;
    desk.run(Command::Resend(Subject::Booking(quiet)));
    picked_up(&mut desk, id, key, smartbox, "2026-11-24T16:00");
    desk.now = lisbon("2026-11-27T12:00");
    desk.run(Command::RemindNow(id));
    sent(&mut desk, id, MessageKind::Overdue);
    assert!(matches!(desk.submit(&Command::RemindNow(id)), Err(Refusal::TooSoon { .. })));
    desk.now = desk.now.plus_ms(HOUR);
    desk.run(Command::RemindNow(id));
}

#[test]
fn they_go_out_by_the_channel_that_was_used_first_whatever_becomes_of_the_visitor() {
    let (mut desk, key, _) = desk();
    let visitor = BookingVisitor::Described(VisitorDetails { email: None, ..person("Ana") });
    let id = make(&mut desk, NewBooking { visitor, ..told(key, "Ana") });
    let about = Subject::Booking(id);
    let mut reach = |email: &str, mobile: &str| {
        let mut terms = desk.terms(id);
        terms.visitor.email = EmailAddress::parse(email).ok();
        terms.visitor.mobile = MobileNumber::parse(mobile).ok();
        desk.run(Command::EditBooking(id, terms));
        desk.ledger.channel(about)
    };
    assert_eq!(reach("", "+447700900123"), Some(Channel::Sms), "nothing was sent yet, so it may still change");
    assert_eq!(reach("ana@example.com", ""), Some(Channel::Email));
    desk.now = desk.now.plus_ms(HOUR);
    desk.run(Command::Resend(about));
    let mut terms = desk.terms(id);
    (terms.visitor.email, terms.visitor.mobile) = (None, MobileNumber::parse("+447700900123").ok());
    desk.run(Command::EditBooking(id, terms));
    assert_eq!(desk.ledger.channel(about), Some(Channel::Email));
}

#[test]
fn a_revocation_tells_only_whoever_was_told_of_the_booking() {
    let (mut desk, key, _) = desk();
    let id = make(&mut desk, told(key, "Ana"));
    desk.run(Command::RevokeBooking(id, Notify::Visitor));
    assert!(messages(&desk, id).is_empty(), "the instructions never went out");
    let other = make(&mut desk, told(key, "Bia"));
    sent(&mut desk, other, MessageKind::Instructions);
    desk.run(Command::RevokeBooking(other, Notify::Visitor));
    assert_eq!(messages(&desk, other)[1..], [(MessageKind::Revocation, MessageState::ToDo)]);
}

#[test]
fn what_a_revocation_dropped_is_wanted_again_when_it_is_taken_back() {
    let (mut desk, key, _) = desk();
    let id = make(&mut desk, told(key, "Ana"));
    let before = messages(&desk, id);
    desk.run(Command::RevokeBooking(id, Notify::Nobody));
    desk.now = desk.now.plus_ms(5_000);
    desk.run(Command::WithdrawRevocation(id));
    assert_eq!(messages(&desk, id), before);
    sent(&mut desk, id, MessageKind::Instructions);
    desk.now = desk.now.plus_ms(5_000);
    desk.run(Command::RevokeBooking(id, Notify::Visitor));
    desk.now = desk.now.plus_ms(5_000);
    desk.run(Command::WithdrawRevocation(id));
    assert_eq!(messages(&desk, id), [(MessageKind::Instructions, MessageState::Sent)]);
}

#[test]
fn an_edit_is_taken_back_with_the_message_it_made() {
    let (mut desk, key, _) = desk();
    let id = make(&mut desk, told(key, "Ana"));
    sent(&mut desk, id, MessageKind::Instructions);
    let before = desk.terms(id);
    let times = Some((wall(START), wall("2026-11-29T11:00")));
    let edit = BookingTerms { times, notify: Notify::Visitor, ..before.clone() };
    let done = desk.run(Command::EditBooking(id, edit));
    let made: Vec<MessageId> = done.messages().collect();
    assert_eq!(made.len(), 1);
    desk.run(Command::TakeBack(Box::new(Command::EditBooking(id, before.clone())), made));
    assert_eq!(messages(&desk, id), [(MessageKind::Instructions, MessageState::Sent)]);
    assert_eq!(desk.terms(id), before);
}

#[test]
fn the_reminder_is_made_when_it_is_due_once_and_late_when_nothing_was_running() {
    let (mut desk, key, _) = desk();
    let id = make(&mut desk, told(key, "Ana"));
    sent(&mut desk, id, MessageKind::Instructions);
    desk.now = lisbon("2026-11-27T08:59");
    assert!(desk.run(Command::TendReminders).facts().is_empty());
    let early = desk.clone();
    desk.now = lisbon("2026-11-27T09:00");
    desk.run(Command::TendReminders);
    assert!(desk.run(Command::TendReminders).facts().is_empty(), "once");
    let made = desk.ledger.message(last(&desk, id, MessageKind::Reminder)).expect("made");
    assert!(!made.late() && made.due() == lisbon("2026-11-27T09:00"));
    let mut desk = early;
    desk.now = lisbon("2026-11-27T10:30");
    desk.run(Command::TendReminders);
    assert!(desk.ledger.message(last(&desk, id, MessageKind::Reminder)).expect("made").late());
}

#[test]
fn a_reminder_that_is_not_wanted_comes_back_only_when_its_booking_changes() {
    let (mut desk, key, _) = desk();
    let id = make(&mut desk, told(key, "Ana"));
    desk.now = lisbon("2026-11-27T09:00");
    desk.run(Command::TendReminders);
    let reminder = last(&desk, id, MessageKind::Reminder);
    desk.run(Command::MoveMessage(reminder, MessageState::Dropped));
    desk.now = lisbon("2026-11-27T09:01");
    assert!(desk.run(Command::TendReminders).facts().is_empty());
    let times = Some((wall(START), wall("2026-11-29T11:00")));
    desk.run(Command::EditBooking(id, BookingTerms { times, ..desk.terms(id) }));
    desk.now = lisbon("2026-11-29T09:00");
    desk.run(Command::TendReminders);
    let next = last(&desk, id, MessageKind::Reminder);
    assert!(next != reminder && desk.ledger.message(next).is_some_and(|m| m.state() == MessageState::ToDo));
}

#[test]
fn the_reminder_moves_with_the_end_and_is_not_sent_for_a_key_that_is_back_or_a_booking_that_is_revoked() {
    let (mut desk, key, smartbox) = desk();
    let id = make(&mut desk, told(key, "Ana"));
    let times = Some((wall(START), wall("2026-11-29T11:00")));
    desk.run(Command::EditBooking(id, BookingTerms { times, ..desk.terms(id) }));
    picked_up(&mut desk, id, key, smartbox, "2026-11-24T16:00");
    desk.now = lisbon("2026-11-28T10:00");
    assert!(desk.run(Command::TendReminders).facts().is_empty(), "its old time says nothing");
    desk.now = lisbon("2026-11-29T09:01");
    let (mut back, mut revoked) = (desk.clone(), desk.clone());
    assert_eq!(desk.run(Command::TendReminders).facts().len(), 1);
    let event = logged(2, "2026-11-29T08:00", Event::DropOff { key, bin: bin(1) });
    back.run(Command::KeepEvents(smartbox, vec![event], None));
    assert!(back.run(Command::TendReminders).facts().is_empty());
    revoked.run(Command::RevokeBooking(id, Notify::Nobody));
    assert!(revoked.run(Command::TendReminders).facts().is_empty());
}

#[test]
fn a_reminder_whose_time_had_passed_when_it_was_asked_for_is_not_sent() {
    let (mut desk, key, _) = desk();
    desk.now = lisbon("2026-11-27T09:30");
    let today = RequestedRight::OneTime { start: wall("2026-11-27T09:00"), end: wall("2026-11-27T18:00") };
    make(&mut desk, NewBooking { right: today, ..told(key, "Ana") });
    desk.now = lisbon("2026-11-27T12:00");
    assert!(desk.run(Command::TendReminders).facts().is_empty());
}

#[test]
fn a_gateway_is_given_the_reminder_ahead_and_called_back_when_it_is_needed_no_more() {
    let (mut desk, key, _) = desk();
    assert_eq!(
        desk.submit(&Command::ChangeMessaging(
            MessagingSettings { email: Means::Gateway, ..MessagingSettings::default() },
            None
        )),
        Err(Refusal::NoGateway)
    );
    gateway(&mut desk);
    let id = make(&mut desk, told(key, "Ana"));
    desk.run(Command::TendReminders);
    let ahead = last(&desk, id, MessageKind::Reminder);
    assert_eq!(
        desk.ledger.message(ahead).map(|m| (m.due(), m.means())),
        Some((lisbon("2026-11-27T09:00"), Means::Gateway))
    );
    desk.run(Command::MoveMessage(ahead, MessageState::HandedOver));
    let times = Some((wall(START), wall("2026-11-29T11:00")));
    desk.run(Command::EditBooking(id, BookingTerms { times, ..desk.terms(id) }));
    desk.run(Command::TendReminders);
    assert_eq!(desk.ledger.message(ahead).map(|m| m.state()), Some(MessageState::Recalled));
    let next = last(&desk, id, MessageKind::Reminder);
    assert_eq!(desk.ledger.message(next).map(|m| m.due()), Some(lisbon("2026-11-29T09:00")));
    desk.run(Command::MoveMessage(ahead, MessageState::Dropped));
    assert!(desk.run(Command::TendReminders).facts().is_empty());
    // Not asked for any more.
    desk.run(Command::EditBooking(id, BookingTerms { reminder: false, ..desk.terms(id) }));
    desk.run(Command::TendReminders);
    assert_eq!(desk.ledger.message(next).map(|m| m.state()), Some(MessageState::Dropped));
}

#[test]
fn what_a_gateway_does_not_call_back_says_so_until_it_is_called_back_or_settled() {
    let (mut desk, key, _) = desk();
    gateway(&mut desk);
    let id = make(&mut desk, told(key, "Ana"));
    desk.run(Command::TendReminders);
    let ahead = last(&desk, id, MessageKind::Reminder);
    let to = |state| Command::MoveMessage(ahead, state);
    let refused = MessageState::NotRecalled { why: SendFailure::Status(409) };
    desk.run(to(MessageState::HandedOver));
    let no_move = Err(Refusal::NoSuchMove { from: MessageState::HandedOver, to: refused });
    assert_eq!(desk.submit(&to(refused)), no_move, "nobody called it back");
    desk.run(Command::RevokeBooking(id, Notify::Nobody));
    desk.run(to(refused));
    let state = |desk: &Device| desk.ledger.message(ahead).map(|m| m.state());
    // It is no longer wanted, and stays what it is whatever becomes of the booking.
    assert!(desk.run(Command::TendReminders).facts().is_empty());
    assert_eq!(state(&desk), Some(refused));
    for wrong in [MessageState::ToDo, MessageState::HandedOver, MessageState::Sent] {
        assert!(desk.submit(&to(wrong)).is_err(), "{wrong:?}");
    }
    desk.run(to(MessageState::Recalled));
    desk.run(to(refused));
    desk.now = lisbon("2026-11-27T09:00");
    assert!(desk.submit(&to(MessageState::Recalled)).is_err(), "too late");
    desk.run(to(MessageState::Dropped));
    assert_eq!(state(&desk), Some(MessageState::Dropped));
}

#[test]
fn a_reminder_that_is_wanted_again_is_made_anew_although_a_gateway_may_have_kept_the_one_before() {
    let (mut desk, key, _) = desk();
    gateway(&mut desk);
    let id = make(&mut desk, told(key, "Ana"));
    desk.run(Command::TendReminders);
    let ahead = last(&desk, id, MessageKind::Reminder);
    desk.run(Command::MoveMessage(ahead, MessageState::HandedOver));
    desk.run(Command::RevokeBooking(id, Notify::Nobody));
    desk.run(Command::MoveMessage(ahead, MessageState::NotRecalled { why: SendFailure::Status(400) }));
    desk.run(Command::WithdrawRevocation(id));
    desk.run(Command::TendReminders);
    assert_ne!(last(&desk, id, MessageKind::Reminder), ahead);
    assert!(desk.run(Command::TendReminders).facts().is_empty(), "once");
}

#[test]
fn a_reminder_that_a_gateway_keeps_is_called_back_and_made_anew_when_it_would_go_astray() {
    let (mut desk, key, _) = desk();
    gateway(&mut desk);
    let id = make(&mut desk, told(key, "Ana"));
    desk.run(Command::TendReminders);
    let ahead = last(&desk, id, MessageKind::Reminder);
    desk.run(Command::MoveMessage(ahead, MessageState::HandedOver));
    assert!(desk.run(Command::TendReminders).facts().is_empty());
    let mut terms = desk.terms(id);
    terms.visitor.email = EmailAddress::parse("ana.prado@example.com").ok();
    desk.now = desk.now.plus_ms(1_000);
    desk.run(Command::EditBooking(id, terms));
    desk.run(Command::TendReminders);
    assert_eq!(desk.ledger.message(ahead).map(|m| m.state()), Some(MessageState::Recalled));
    let next = last(&desk, id, MessageKind::Reminder);
    assert!(next != ahead && desk.ledger.message(next).is_some_and(|m| m.state() == MessageState::ToDo));
    assert!(desk.run(Command::TendReminders).facts().is_empty(), "once");
}

#[test]
fn an_edit_is_told_although_a_gateway_may_be_reading_the_words_before_it() {
    let (mut desk, key, _) = desk();
    gateway(&mut desk);
    let id = make(&mut desk, NewBooking { reminder: false, ..told(key, "Ana") });
    let edit = |desk: &mut Device, day: &str| {
        let times = Some((wall(START), wall(day)));
        desk.run(Command::EditBooking(id, BookingTerms { times, notify: Notify::Visitor, ..desk.terms(id) }));
    };
    edit(&mut desk, "2026-11-28T11:00");
    assert_eq!(messages(&desk, id).len(), 1, "nothing was posted yet");
    desk.now = desk.now.plus_ms(60_000);
    edit(&mut desk, "2026-11-29T11:00");
    assert_eq!(messages(&desk, id)[1..], [(MessageKind::Update, MessageState::ToDo)]);
}

#[test]
fn whoever_was_told_of_what_is_taken_back_is_told_how_it_is_now() {
    let (mut desk, key, _) = desk();
    let id = make(&mut desk, told(key, "Ana"));
    sent(&mut desk, id, MessageKind::Instructions);
    let before = BookingTerms { overlap: Overlap::AsBefore(false), ..desk.terms(id) };
    let times = Some((wall(START), wall("2026-11-29T11:00")));
    let done = desk.run(Command::EditBooking(id, BookingTerms { times, notify: Notify::Visitor, ..desk.terms(id) }));
    sent(&mut desk, id, MessageKind::Update);
    let back = Command::EditBooking(id, before);
    desk.run(Command::TakeBack(Box::new(back), done.messages().collect()));
    assert_eq!(messages(&desk, id)[2..], [(MessageKind::Update, MessageState::ToDo)]);
    assert!(!desk.ledger.booking(id).expect("made").overlap(), "taking back agrees to no overlap");
}

#[test]
fn a_calendar_that_moves_or_revokes_a_booking_tells_whoever_was_told_and_nobody_else() {
    let (mut desk, key, _) = desk();
    let (id, other) = (make(&mut desk, told(key, "Ana")), {
        let right = RequestedRight::OneTime { start: wall("2026-12-01T15:00"), end: wall("2026-12-02T11:00") };
        make(&mut desk, NewBooking { right, ..told(key, "Bia") })
    });
    sent(&mut desk, id, MessageKind::Instructions);
    desk.run(Command::ImportCalendar(CalendarImport {
        key,
        calendar: "a".to_owned(),
        make: Vec::new(),
        reschedule: vec![Reschedule {
            booking: id,
            start: wall(START),
            end: wall("2026-11-28T11:00"),
            overlap: Overlap::Refuse,
        }],
        revoke: vec![other],
    }));
    assert_eq!(messages(&desk, id)[1..], [(MessageKind::Update, MessageState::ToDo)]);
    assert!(messages(&desk, other).is_empty(), "the code of a revoked booking is not sent");
}

#[test]
fn an_overdue_visitor_is_asked_at_most_once_an_hour_and_a_key_can_come_back_by_hand() {
    let (mut desk, key, smartbox) = desk();
    let id = make(&mut desk, NewBooking { reminder: false, ..told(key, "Ana") });
    assert_eq!(desk.submit(&Command::RemindNow(id)), Err(Refusal::NotOut));
    let reason = Note::parse("Given to the caretaker").expect("a note");
    let by_hand = Command::ReturnByHand(id, StatedPlace::AtHand, reason.clone());
    assert_eq!(desk.submit(&by_hand), Err(Refusal::NotOut));
    picked_up(&mut desk, id, key, smartbox, "2026-11-24T16:00");
    desk.now = lisbon("2026-11-27T12:00");
    desk.run(Command::RemindNow(id));
    let waiting = last(&desk, id, MessageKind::Overdue);
    assert_eq!(desk.submit(&Command::RemindNow(id)), Err(Refusal::StillWaiting(waiting)));
    sent(&mut desk, id, MessageKind::Overdue);
    let from = desk.now.plus_ms(HOUR);
    assert_eq!(desk.submit(&Command::RemindNow(id)), Err(Refusal::TooSoon { from }));
    desk.now = from;
    desk.run(Command::RemindNow(id));
    let done = desk.run(by_hand);
    assert!(matches!(done.facts(), [FactBody::KeyStated { .. }]));
    assert_eq!(desk.ledger.remark(done.id(0)), Some(&reason));
    assert!(matches!(desk.ledger.status(id, &desk.zones, desk.now), Some(Status::Ended { used: true, .. })));
}

#[test]
fn a_message_that_went_out_stays_so() {
    let (mut desk, key, _) = desk();
    let id = make(&mut desk, told(key, "Ana"));
    let message = last(&desk, id, MessageKind::Instructions);
    let failed = MessageState::Failed { why: SendFailure::TimedOut, attempts: 1, again: desk.now };
    desk.run(Command::MoveMessage(message, failed));
    desk.run(Command::MoveMessage(message, MessageState::Sent));
    for to in [MessageState::Sent, MessageState::ToDo, failed, MessageState::Dropped] {
        let refused = Refusal::NoSuchMove { from: MessageState::Sent, to };
        assert_eq!(desk.submit(&Command::MoveMessage(message, to)), Err(refused));
    }
}

#[test]
fn the_organizations_own_texts_stand_beside_those_of_the_app() {
    let (mut desk, ..) = desk();
    let name = TemplateName { language: Language::Pt, kind: MessageKind::Update, part: MessagePart::Sms };
    let text = TemplateText::new("Olá {visitor}").expect("a text");
    desk.run(Command::ChangeTemplate(name, Some(text.clone())));
    assert_eq!(desk.ledger.template(name), Some(&text));
    assert_eq!(desk.submit(&Command::ChangeTemplate(name, Some(text))), Err(Refusal::NothingToDo));
    desk.run(Command::ChangeTemplate(name, None));
    assert_eq!(desk.ledger.template(name), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// However the clock goes: between two times that instructions went out there is an hour by what the journal says.
    #[test]
    fn instructions_never_go_out_twice_within_an_hour(waits in prop::collection::vec(-90i64..120, 1..30)) {
        let (mut desk, key, _) = desk();
        let id = make(&mut desk, NewBooking { notify: Notify::Nobody, ..told(key, "Ana") });
        let mut went_out = vec![Hlc::from_bits(desk.ledger.booking(id).expect("made").made().clock).time()];
        for minutes in waits {
            desk.now = desk.now.plus_ms(minutes * 60_000);
            if desk.submit(&Command::Resend(Subject::Booking(id))).is_ok() {
                let message = last(&desk, id, MessageKind::Instructions);
                desk.run(Command::MoveMessage(message, MessageState::Sent));
                let at = desk.ledger.message(message).expect("made").since();
                went_out.push(Hlc::from_bits(at.clock).time());
            }
        }
        for pair in went_out.windows(2) {
            prop_assert!(pair[1].ms() - pair[0].ms() >= HOUR);
        }
    }
}
