//! What two people change of one booking at the same time, and what taking it back leaves alone.

use super::*;
use crate::domain::*;
use crate::journal::command::*;
use crate::journal::terms::TermsChange;
use crate::journal::{Command, Refusal};

const START: &str = "2026-11-23T15:00";
const END: &str = "2026-11-26T11:00";
const LATER: &str = "2026-11-28T11:00";

fn desk() -> (Device, KeyId, BookingId) {
    let mut desk = Device::founded(lisbon("2026-11-22T10:00"));
    let key = desk.add_key("Flat 3");
    let id = desk.book(key, "Ana Prado", START, END);
    (desk, key, id)
}

fn times(start: &str, end: &str) -> Option<(WallTime, WallTime)> {
    Some((wall(start), wall(end)))
}

fn note(text: &str) -> Option<Note> {
    Note::parse(text).ok()
}

/// An edit as it is pressed, and its way back.
fn pressed(desk: &mut Device, id: BookingId, from: &BookingTerms, to: BookingTerms) -> Command {
    let before = desk.ledger.terms(id).expect("known");
    let change = TermsChange { from: from.clone(), to };
    let back = TermsChange { to: change.over(&before), from: before };
    desk.run(Command::ChangeTerms(id, Box::new(change)));
    Command::RestoreTerms(id, Box::new(back))
}

#[test]
fn an_edit_changes_only_what_differs_from_what_was_shown() {
    let (desk, key, id) = desk();
    let from = desk.ledger.terms(id).expect("known");
    let other = KeyId(FactId::from_bits(7));
    let now = BookingTerms {
        key: other,
        times: times("2026-11-24T15:00", LATER),
        visitor: VisitorDetails { language: Language::Pt, ..person("Ana Moura") },
        notes: note("A cot"),
        reminder: true,
        ..from.clone()
    };
    let over = |to: &BookingTerms| TermsChange { from: from.clone(), to: to.clone() }.over(&now);
    let bare = BookingTerms { overlap: Overlap::Refuse, ..now.clone() };
    assert_eq!(over(&from), bare, "nothing was changed");
    let to = BookingTerms { notes: note("Two cots"), ..from.clone() };
    assert_eq!(over(&to), BookingTerms { notes: to.notes, ..bare.clone() });
    let to = BookingTerms { times: times("2026-11-23T16:00", END), ..from.clone() };
    assert_eq!(over(&to), BookingTerms { times: times("2026-11-23T16:00", LATER), ..bare.clone() });
    let to = BookingTerms { times: times(START, "2026-11-27T11:00"), ..from.clone() };
    assert_eq!(over(&to), BookingTerms { times: times("2026-11-24T15:00", "2026-11-27T11:00"), ..bare.clone() });
    let mobile = MobileNumber::parse("+447700900123").ok();
    let to = BookingTerms {
        visitor: VisitorDetails { mobile: mobile.clone(), email: None, ..from.visitor.clone() },
        ..from.clone()
    };
    let visitor = VisitorDetails { mobile, email: None, ..now.visitor.clone() };
    assert_eq!(over(&to), BookingTerms { visitor, ..bare.clone() });
    let visitor = VisitorDetails { name: name("Ana P."), ..from.visitor.clone() };
    let over_name = over(&BookingTerms { visitor, ..from.clone() });
    assert_eq!((over_name.visitor.name, over_name.visitor.language), (name("Ana P."), Language::Pt));
    let shown = BookingTerms { reminder: true, ..from.clone() };
    let change = TermsChange { from: shown, to: BookingTerms { reminder: false, ..from.clone() } };
    let merged = change.over(&now);
    assert_eq!((merged.key, merged.reminder), (other, false));
    assert_ne!(merged.key, key);
}

#[test]
fn an_edit_leaves_what_another_tab_moved_meanwhile() {
    let (mut desk, _, id) = desk();
    let shown = desk.ledger.terms(id).expect("known");
    desk.run(Command::EditBooking(id, BookingTerms { times: times(START, LATER), ..desk.terms(id) }));
    pressed(&mut desk, id, &shown, BookingTerms { notes: note("A cot"), ..shown.clone() });
    assert_eq!((desk.terms(id).times, desk.terms(id).notes), (times(START, LATER), note("A cot")));
    let change = TermsChange { from: shown.clone(), to: shown };
    assert_eq!(desk.submit(&Command::ChangeTerms(id, Box::new(change))), Err(Refusal::NothingToDo));
}

#[test]
fn an_overlap_is_agreed_to_for_the_times_that_were_seen() {
    let (mut desk, key, id) = desk();
    let shown = desk.ledger.terms(id).expect("known");
    let other = desk.book(key, "Bia", "2026-11-29T15:00", "2026-11-30T11:00");
    let late = "2026-11-29T16:00";
    desk.run(Command::EditBooking(
        id,
        BookingTerms { overlap: Overlap::Allow, times: times(START, late), ..desk.terms(id) },
    ));
    let to = BookingTerms { times: times("2026-11-23T16:00", END), overlap: Overlap::Allow, ..shown.clone() };
    let change = Box::new(TermsChange { from: shown.clone(), to });
    assert_eq!(desk.submit(&Command::ChangeTerms(id, change)), Err(Refusal::Overlaps(vec![other])));
    let to = BookingTerms { notes: note("A cot"), overlap: Overlap::Refuse, ..shown.clone() };
    pressed(&mut desk, id, &shown, to);
    assert!(desk.ledger.booking(id).expect("made").overlap(), "what another tab agreed to holds");
}

#[test]
fn taking_an_edit_back_leaves_what_was_changed_again() {
    let (mut desk, _, id) = desk();
    let shown = desk.ledger.terms(id).expect("known");
    let to = BookingTerms { times: times(START, LATER), notes: note("A cot"), ..shown.clone() };
    let back = pressed(&mut desk, id, &shown, to);
    desk.run(Command::EditBooking(id, BookingTerms { times: times(START, "2026-11-27T11:00"), ..desk.terms(id) }));
    desk.run(Command::TakeBack(Box::new(back.clone()), Vec::new()));
    assert_eq!((desk.terms(id).times, desk.terms(id).notes), (times(START, "2026-11-27T11:00"), None));
    let again = Command::TakeBack(Box::new(back), Vec::new());
    assert_eq!(desk.submit(&again), Err(Refusal::NothingToDo), "nothing of it is left");
}

#[test]
fn taking_an_edit_back_brings_back_what_was_before_it_not_what_was_shown() {
    let (mut desk, _, id) = desk();
    let shown = desk.ledger.terms(id).expect("known");
    desk.run(Command::EditBooking(id, BookingTerms { times: times(START, LATER), ..desk.terms(id) }));
    let before = desk.terms(id);
    let to = BookingTerms { times: times(START, "2026-11-27T11:00"), reminder: true, ..shown.clone() };
    let back = pressed(&mut desk, id, &shown, to);
    assert_eq!(desk.terms(id).times, times(START, "2026-11-27T11:00"));
    desk.run(back);
    assert_eq!(desk.terms(id), before);
}

#[test]
fn taking_back_keeps_the_message_that_tells_of_what_another_tab_moved() {
    let (mut desk, _, id) = desk();
    let shown = desk.ledger.terms(id).expect("known");
    let to = BookingTerms { times: times("2026-11-23T16:00", LATER), notify: Notify::Visitor, ..shown.clone() };
    let before = shown.clone();
    let change = TermsChange { from: shown, to };
    let back = TermsChange { to: change.over(&before), from: before };
    let done = desk.run(Command::ChangeTerms(id, Box::new(change)));
    let made: Vec<MessageId> = done.messages().collect();
    assert_eq!(made.len(), 1);
    let moved = times("2026-11-23T16:00", "2026-11-27T11:00");
    desk.run(Command::EditBooking(id, BookingTerms { times: moved, notify: Notify::Visitor, ..desk.terms(id) }));
    desk.run(Command::TakeBack(Box::new(Command::RestoreTerms(id, Box::new(back))), made.clone()));
    assert_eq!(desk.terms(id).times, times(START, "2026-11-27T11:00"));
    assert!(desk.ledger.message(made[0]).expect("made").waits(), "it tells of the end that stays");
}
