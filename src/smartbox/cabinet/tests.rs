use proptest::prelude::*;

use super::*;
use crate::domain::Stamp;
use crate::domain::cbor;
use crate::domain::time::HOUR_MS;
use crate::smartbox::grants::REMEMBERED;
use crate::smartbox::protocol::{GrantState, LOG_CAPACITY};
use crate::smartbox::testing::*;

/// A box with key 1 in bin 1 and one grant for it.
fn with(grant: &Grant) -> Cabinet {
    let mut smartbox = cabinet();
    deliver(&mut smartbox, std::slice::from_ref(grant), &[]);
    smartbox
}

fn last_event(smartbox: &Cabinet) -> Event {
    smartbox.log().iter().next_back().expect("an event").event.clone()
}

fn events(smartbox: &Cabinet) -> Vec<Event> {
    smartbox.log().iter().map(|logged| logged.event.clone()).collect()
}

/// The code is refused, the reason is shown, and it is logged with the grant.
fn refused(smartbox: &mut Cabinet, code: &str, now: Instant, refusal: Refusal, grant: Option<u32>) {
    assert_eq!(enter(smartbox, code, now), [Output::Show(Screen::Refused(refusal.clone()))]);
    assert_eq!(last_event(smartbox), Event::Refused { refusal, grant: grant.map(fact) });
}

fn opens(smartbox: &mut Cabinet, code: &str, number: u8, now: Instant) {
    let bin = bin(number);
    assert_eq!(enter(smartbox, code, now), [Output::Open(bin), Output::Show(Screen::Opened { bin })]);
}

// Rule 11: every refusal has its own reason.

#[test]
fn a_code_is_too_early_until_its_start_and_the_box_says_when() {
    let grant = grant(1, CODE);
    let mut smartbox = with(&grant);
    let early = Refusal::TooEarly { from: grant.from };
    refused(&mut smartbox, CODE, grant.from.plus_ms(-1), early, Some(1));
    opens(&mut smartbox, CODE, 1, grant.from);
}

#[test]
fn a_code_has_ended_from_its_end_on() {
    let grant = grant(1, CODE);
    let end = grant.until.expect("an end");
    let mut smartbox = with(&grant);
    opens(&mut smartbox, CODE, 1, end.plus_ms(-1));
    smartbox.step(Input::CloseDoor { bin: bin(1) }, end);
    refused(&mut smartbox, CODE, end, Refusal::Ended { at: end }, Some(1));
}

#[test]
fn an_ongoing_access_never_ends() {
    let mut ongoing = grant(1, CODE);
    ongoing.until = None;
    opens(&mut with(&ongoing), CODE, 1, NOON.plus_ms(1_000_000 * HOUR_MS));
}

#[test]
fn a_revoked_code_says_revoked() {
    let grant = grant(1, CODE);
    let mut smartbox = with(&grant);
    deliver(&mut smartbox, &[anew(&grant, |g| g.state = GrantState::Revoked)], &[]);
    refused(&mut smartbox, CODE, NOON, Refusal::Revoked, Some(1));
}

#[test]
fn an_unlinked_alias_code_says_not_linked_yet() {
    let grant = grant(1, CODE);
    let mut smartbox = with(&anew(&grant, |g| g.state = GrantState::Unlinked));
    refused(&mut smartbox, CODE, NOON, Refusal::NotLinkedYet, Some(1));
}

#[test]
fn a_key_that_is_elsewhere_is_said_to_be_where_the_box_was_told() {
    let mut elsewhere = grant(1, CODE);
    elsewhere.key = key(9);
    let mut smartbox = with(&elsewhere);
    refused(&mut smartbox, CODE, NOON, Refusal::KeyElsewhere { place: None }, Some(1));
    let cellar = in_box("Cellar");
    deliver(&mut smartbox, &[], &[notice(9, NOON.ms(), cellar.clone())]);
    deliver(&mut smartbox, &[], &[notice(9, NOON.ms() - 1, KeyPlace::Unknown)]);
    refused(&mut smartbox, CODE, NOON, Refusal::KeyElsewhere { place: Some(cellar) }, Some(1));
}

#[test]
fn a_key_that_left_this_box_is_with_a_visitor_until_the_box_is_told_otherwise() {
    let mut smartbox = with(&grant(1, CODE));
    deliver(&mut smartbox, &[], &[notice(1, NOON.ms() - 5, in_box("Cellar"))]);
    opens(&mut smartbox, CODE, 1, NOON);
    smartbox.step(Input::TakeKey { bin: bin(1) }, NOON);
    smartbox.step(Input::CloseDoor { bin: bin(1) }, NOON);
    let with_visitor = Refusal::KeyElsewhere { place: Some(KeyPlace::WithVisitor) };
    refused(&mut smartbox, CODE, NOON.plus_ms(9), with_visitor, Some(1));
    let cellar = in_box("Cellar");
    deliver(&mut smartbox, &[], &[notice(1, NOON.ms() + 5, cellar.clone())]);
    refused(&mut smartbox, CODE, NOON.plus_ms(9), Refusal::KeyElsewhere { place: Some(cellar) }, Some(1));
}

#[test]
fn a_disabled_bin_stays_shut_and_is_named() {
    let mut smartbox = with(&grant(1, CODE));
    smartbox.set_bin(bin(1), false, NOON);
    assert_eq!(last_event(&smartbox), Event::BinDisabled { bin: bin(1) });
    refused(&mut smartbox, CODE, NOON, Refusal::BinDisabled { bin: bin(1) }, Some(1));
    smartbox.set_bin(bin(1), true, NOON);
    assert_eq!(last_event(&smartbox), Event::BinEnabled { bin: bin(1) });
    opens(&mut smartbox, CODE, 1, NOON);
}

#[test]
fn a_code_that_no_grant_has_is_unknown() {
    let mut smartbox = with(&grant(1, CODE));
    let other = "253702";
    assert!(BookingCode::parse(other).expect("a code").checks());
    refused(&mut smartbox, other, NOON, Refusal::Unknown, None);
}

#[test]
fn a_code_with_a_wrong_check_digit_is_mistyped() {
    refused(&mut with(&grant(1, CODE)), "1864229", NOON, Refusal::Mistyped, None);
}

#[test]
fn a_code_of_a_length_that_is_never_issued_is_unknown_and_not_mistyped() {
    for code in ["1", "12345", "1234567890", "12345678901234567"] {
        refused(&mut with(&grant(1, CODE)), code, NOON, Refusal::Unknown, None);
    }
}

#[test]
fn a_code_chosen_by_hand_opens_without_a_check_digit() {
    opens(&mut with(&grant(1, "1864229")), "1864229", 1, NOON);
}

#[test]
fn a_key_that_fits_nowhere_is_refused_with_no_free_bin() {
    let mut smartbox = cabinet();
    assert_eq!([2, 3].map(|of| drop_off(&mut smartbox, of, NOON)), [bin(2), bin(3)]);
    smartbox.set_bin(bin(4), false, NOON);
    let refusal = Refusal::NoFreeBin { key: key(9) };
    let outputs = smartbox.step(Input::PresentTag(key(9)), NOON);
    assert_eq!(outputs, [Output::Show(Screen::Refused(refusal.clone()))]);
    assert_eq!(last_event(&smartbox), Event::Refused { refusal, grant: None });
}

#[test]
fn a_locked_keypad_refuses_every_code_unseen_until_the_lock_is_over() {
    let mut smartbox = with(&grant(1, CODE));
    let until = lock(&mut smartbox, NOON);
    assert_eq!(until, NOON.plus_ms(30_000));
    let logged = smartbox.log().next();
    for code in [CODE, "1864229", "253702"] {
        let outputs = enter(&mut smartbox, code, until.plus_ms(-1));
        assert_eq!(outputs, [Output::Show(Screen::Refused(Refusal::LockedOut { until }))]);
    }
    assert_eq!(smartbox.log().next(), logged, "whoever goes on typing does not fill the log");
    opens(&mut smartbox, CODE, 1, until);
}

// The lock-out.

/// Five wrong codes; when the lock ends.
fn lock(smartbox: &mut Cabinet, now: Instant) -> Instant {
    for _ in 0..4 {
        refused(smartbox, "253702", now, Refusal::Unknown, None);
    }
    let outputs = enter(smartbox, "1864229", now);
    let [Output::Show(Screen::Refused(Refusal::Mistyped)), Output::Show(Screen::LockedOut { until })] = outputs[..]
    else {
        panic!("the fifth wrong code locks: {outputs:?}")
    };
    assert_eq!(last_event(smartbox), Event::LockedOut { until });
    until
}

#[test]
fn lock_outs_double_to_ten_minutes_and_an_opening_ends_the_doubling() {
    let mut smartbox = with(&grant(1, CODE));
    let mut now = NOON;
    for seconds in [30, 60, 120, 240, 480, 600, 600] {
        let until = lock(&mut smartbox, now);
        assert_eq!(until, now.plus_ms(seconds * 1000));
        now = until;
    }
    opens(&mut smartbox, CODE, 1, now);
    smartbox.step(Input::CloseDoor { bin: bin(1) }, now);
    assert_eq!(lock(&mut smartbox, now), now.plus_ms(30_000));
}

#[test]
fn only_unknown_and_mistyped_codes_count_towards_a_lock_out() {
    let grant = grant(1, CODE);
    let mut smartbox = with(&grant);
    for _ in 0..9 {
        refused(&mut smartbox, CODE, grant.from.plus_ms(-1), Refusal::TooEarly { from: grant.from }, Some(1));
    }
    for _ in 0..4 {
        refused(&mut smartbox, "253702", NOON, Refusal::Unknown, None);
    }
    opens(&mut smartbox, CODE, 1, NOON);
}

#[test]
fn turning_the_clock_neither_shortens_nor_prolongs_a_lock_out() {
    for turn in [-1_000 * HOUR_MS, -HOUR_MS, -1, 1, HOUR_MS / 2] {
        let mut smartbox = with(&grant(1, CODE));
        let until = lock(&mut smartbox, NOON);
        smartbox.set_clock(NOON.plus_ms(turn), NOON);
        let shown = until.plus_ms(turn);
        assert_eq!(smartbox.screen(), &Screen::LockedOut { until: shown }, "the same moment on the new clock");
        let refusal = Screen::Refused(Refusal::LockedOut { until: shown });
        assert_eq!(enter(&mut smartbox, CODE, until.plus_ms(-1)), [Output::Show(refusal)]);
        smartbox.set_clock(until, until);
        opens(&mut smartbox, CODE, 1, until);
    }
}

#[test]
fn a_host_whose_time_goes_back_does_not_shorten_a_lock_out() {
    let mut smartbox = with(&grant(1, CODE));
    lock(&mut smartbox, NOON);
    smartbox.step(Input::Tick, NOON.plus_ms(-60_000));
    smartbox.step(Input::Tick, NOON.plus_ms(-30_001));
    assert!(matches!(smartbox.screen(), Screen::LockedOut { .. }));
    smartbox.step(Input::Tick, NOON.plus_ms(-30_000));
    assert_eq!(*smartbox.screen(), Screen::Ready);
}

#[test]
fn a_lock_out_survives_a_loss_of_power() {
    let mut smartbox = with(&grant(1, CODE));
    let until = lock(&mut smartbox, NOON);
    let mut again: Cabinet = cbor::from_slice(&cbor::to_vec(&smartbox)).expect("a state");
    again.step(Input::PowerOn, until.plus_ms(-1));
    assert_eq!(*again.screen(), Screen::LockedOut { until });
    assert_eq!(last_event(&again), Event::Started);
}

// Drop-off (rule 1).

/// The grant's key is picked up from bin 1 at noon.
fn picked_up(grant: &Grant) -> Cabinet {
    let mut smartbox = with(grant);
    opens(&mut smartbox, CODE, 1, NOON);
    assert_eq!(smartbox.step(Input::TakeKey { bin: bin(1) }, NOON), [Output::Show(Screen::Taken { bin: bin(1) })]);
    assert_eq!(smartbox.step(Input::CloseDoor { bin: bin(1) }, NOON), [Output::Show(Screen::Ready)]);
    assert_eq!(last_event(&smartbox), Event::PickUp { grant: grant.id, key: key(1), bin: bin(1) });
    smartbox
}

#[test]
fn a_drop_off_is_accepted_after_the_end() {
    let mut smartbox = picked_up(&grant(1, CODE));
    let bin = drop_off(&mut smartbox, 1, NOON.plus_ms(100 * HOUR_MS));
    assert_eq!(last_event(&smartbox), Event::DropOff { key: key(1), bin });
    assert_eq!(smartbox.bins()[0].holding, Some(key(1)));
}

#[test]
fn a_drop_off_is_accepted_after_a_revocation() {
    let grant = grant(1, CODE);
    let mut smartbox = picked_up(&grant);
    deliver(&mut smartbox, &[anew(&grant, |g| g.state = GrantState::Revoked)], &[]);
    let bin = drop_off(&mut smartbox, 1, NOON);
    assert_eq!(last_event(&smartbox), Event::DropOff { key: key(1), bin });
}

#[test]
fn a_drop_off_is_accepted_by_a_box_that_never_heard_of_the_key() {
    let mut smartbox = Cabinet::new(serial(), bin(1), NOON);
    assert_eq!(drop_off(&mut smartbox, 77, NOON), bin(1));
    assert_eq!(last_event(&smartbox), Event::DropOff { key: key(77), bin: bin(1) });
}

#[test]
fn a_drop_off_is_accepted_while_the_keypad_is_locked_and_does_not_unlock_it() {
    let mut smartbox = with(&grant(1, CODE));
    let until = lock(&mut smartbox, NOON);
    let bin = drop_off(&mut smartbox, 2, NOON);
    assert_eq!(last_event(&smartbox), Event::DropOff { key: key(2), bin });
    assert_eq!(*smartbox.screen(), Screen::LockedOut { until });
    enter(&mut smartbox, CODE, NOON);
    assert_eq!(*smartbox.screen(), Screen::Refused(Refusal::LockedOut { until }));
}

// Doors and bins.

#[test]
fn a_pick_up_is_logged_when_the_key_is_taken_and_not_when_the_door_opens() {
    let mut smartbox = with(&grant(1, CODE));
    let before = smartbox.log().next();
    opens(&mut smartbox, CODE, 1, NOON);
    assert_eq!(smartbox.log().next(), before);
    let later = NOON.plus_ms(4_000);
    smartbox.step(Input::TakeKey { bin: bin(1) }, later);
    let logged = smartbox.log().iter().next_back().expect("an event");
    assert_eq!((logged.at, &logged.event), (later, &Event::PickUp { grant: fact(1), key: key(1), bin: bin(1) }));
}

#[test]
fn a_door_shut_with_the_key_still_in_says_so_and_the_code_opens_again() {
    let mut smartbox = with(&grant(1, CODE));
    opens(&mut smartbox, CODE, 1, NOON);
    smartbox.step(Input::CloseDoor { bin: bin(1) }, NOON);
    assert_eq!(last_event(&smartbox), Event::OpenedAndNothingTaken { grant: fact(1), bin: bin(1) });
    opens(&mut smartbox, CODE, 1, NOON);
}

#[test]
fn a_door_shut_with_nothing_put_in_says_so() {
    let mut smartbox = cabinet();
    smartbox.step(Input::PresentTag(key(2)), NOON);
    smartbox.step(Input::CloseDoor { bin: bin(2) }, NOON);
    assert_eq!(last_event(&smartbox), Event::OpenedAndNothingReturned { key: key(2), bin: bin(2) });
}

#[test]
fn a_door_left_open_blocks_nobody() {
    let mut second = grant(2, "253702");
    second.key = key(2);
    let mut smartbox = with(&grant(1, CODE));
    deliver(&mut smartbox, &[second], &[]);
    drop_off(&mut smartbox, 2, NOON);
    opens(&mut smartbox, CODE, 1, NOON);
    opens(&mut smartbox, "253702", 2, NOON);
    smartbox.step(Input::TakeKey { bin: bin(2) }, NOON);
    smartbox.step(Input::Press(Button::Digit(1)), NOON);
    assert_eq!(smartbox.step(Input::CloseDoor { bin: bin(2) }, NOON), [], "the next one's typing goes on");
    smartbox.step(Input::TakeKey { bin: bin(1) }, NOON);
    assert_eq!(last_event(&smartbox), Event::PickUp { grant: fact(1), key: key(1), bin: bin(1) });
}

#[test]
fn a_bin_left_open_and_empty_takes_a_key_when_no_other_can() {
    let mut smartbox = Cabinet::new(serial(), bin(2), NOON);
    assert_eq!(smartbox.step(Input::PresentTag(key(1)), NOON)[0], Output::Open(bin(1)));
    assert_eq!(smartbox.step(Input::PresentTag(key(2)), NOON)[0], Output::Open(bin(2)), "a shut one first");
    assert_eq!(smartbox.step(Input::PresentTag(key(2)), NOON)[0], Output::Open(bin(2)), "its own again");
    assert_eq!(smartbox.step(Input::PresentTag(key(3)), NOON)[0], Output::Open(bin(1)));
    assert_eq!(last_event(&smartbox), Event::OpenedAndNothingReturned { key: key(1), bin: bin(1) });
}

#[test]
fn the_key_that_is_really_put_in_is_the_one_that_is_dropped_off() {
    let mut smartbox = cabinet();
    smartbox.step(Input::PresentTag(key(2)), NOON);
    smartbox.step(Input::PutKey { bin: bin(2), key: key(3) }, NOON);
    assert_eq!(last_event(&smartbox), Event::DropOff { key: key(3), bin: bin(2) });
    assert_eq!(smartbox.bins()[1].holding, Some(key(3)));
}

#[test]
fn another_key_put_back_into_a_pick_ups_bin_is_a_drop_off_of_that_key() {
    let mut smartbox = with(&grant(1, CODE));
    opens(&mut smartbox, CODE, 1, NOON);
    smartbox.step(Input::TakeKey { bin: bin(1) }, NOON);
    smartbox.step(Input::PutKey { bin: bin(1), key: key(5) }, NOON);
    smartbox.step(Input::CloseDoor { bin: bin(1) }, NOON);
    assert_eq!(last_event(&smartbox), Event::DropOff { key: key(5), bin: bin(1) });
    let with_visitor = Refusal::KeyElsewhere { place: Some(KeyPlace::WithVisitor) };
    refused(&mut smartbox, CODE, NOON, with_visitor, Some(1));
}

#[test]
fn a_key_that_leaves_or_comes_with_no_door_opened_for_it_goes_by_hand() {
    let mut smartbox = with(&grant(1, CODE));
    smartbox.step(Input::TakeKey { bin: bin(1) }, NOON);
    assert_eq!(last_event(&smartbox), Event::KeyTakenByHand { bin: bin(1), key: key(1) });
    let unknown = Refusal::KeyElsewhere { place: Some(KeyPlace::Unknown) };
    refused(&mut smartbox, CODE, NOON, unknown, Some(1));
    smartbox.step(Input::PutKey { bin: bin(3), key: key(1) }, NOON);
    assert_eq!(last_event(&smartbox), Event::KeyPutByHand { bin: bin(3), key: key(1) });
    opens(&mut smartbox, CODE, 3, NOON);
}

#[test]
fn a_tag_at_the_reader_is_in_no_bin() {
    let mut smartbox = cabinet();
    let outputs = smartbox.step(Input::PresentTag(key(1)), NOON);
    assert_eq!(outputs[0], Output::Open(bin(1)));
    assert_eq!(last_event(&smartbox), Event::KeyTakenByHand { bin: bin(1), key: key(1) });
}

#[test]
fn what_cannot_be_changes_nothing() {
    let mut smartbox = cabinet();
    let before = smartbox.clone();
    for input in [
        Input::TakeKey { bin: bin(2) },
        Input::TakeKey { bin: bin(9) },
        Input::PutKey { bin: bin(1), key: key(2) },
        Input::PutKey { bin: bin(9), key: key(2) },
        Input::CloseDoor { bin: bin(1) },
        Input::CloseDoor { bin: bin(9) },
        Input::Press(Button::Digit(10)),
        Input::Press(Button::Enter),
        Input::Press(Button::Clear),
    ] {
        assert_eq!(smartbox.step(input.clone(), NOON), [], "{input:?}");
        assert_eq!(smartbox, before, "{input:?}");
    }
}

#[test]
fn a_screen_goes_back_to_rest_and_typed_digits_are_forgotten() {
    let mut smartbox = with(&grant(1, CODE));
    let outputs = smartbox.step(Input::Press(Button::Digit(1)), NOON);
    assert_eq!(outputs, [Output::Show(Screen::Typing { digits: Secret::new("1".to_owned()) })]);
    let at = |ms: u64| NOON.plus_ms(ms as i64);
    assert_eq!(smartbox.step(Input::Tick, at(SCREEN_MS - 1)), []);
    assert_eq!(smartbox.step(Input::Tick, at(SCREEN_MS)), [Output::Show(Screen::Ready)]);
    opens(&mut smartbox, CODE, 1, at(SCREEN_MS));
    smartbox.step(Input::Press(Button::Digit(1)), at(SCREEN_MS));
    assert_eq!(smartbox.step(Input::Press(Button::Clear), at(SCREEN_MS)), [Output::Show(Screen::Ready)]);
}

#[test]
fn nothing_of_a_typed_code_is_printed() {
    let mut smartbox = cabinet();
    "4829137".bytes().for_each(|digit| drop(smartbox.step(Input::Press(Button::Digit(digit - b'0')), NOON)));
    assert!(!format!("{smartbox:?}").contains("4829137"));
}

// Grants.

#[test]
fn of_two_grants_with_one_code_the_one_that_began_first_opens_and_the_box_says_so() {
    let first = grant(2, CODE);
    let mut second = grant(1, CODE);
    (second.from, second.key) = (first.from.plus_ms(1), key(2));
    for order in [[&first, &second], [&second, &first]] {
        let mut smartbox = cabinet();
        drop_off(&mut smartbox, 2, NOON);
        for grant in order {
            deliver(&mut smartbox, std::slice::from_ref(grant), &[]);
        }
        let taken = Event::CodeTaken { grant: second.id, by: first.id };
        assert_eq!(last_event(&smartbox), taken);
        let Merge { accepted, refused, .. } = deliver(&mut smartbox, &[first.clone(), second.clone()], &[]);
        assert_eq!(accepted.len(), 2, "both are held");
        assert_eq!(refused, [Hindered { grant: second.id, by: Hindrance::CodeTaken { by: first.id } }]);
        assert_eq!(events(&smartbox).iter().filter(|event| **event == taken).count(), 1, "said once");
        opens(&mut smartbox, CODE, 1, NOON);
        smartbox.step(Input::CloseDoor { bin: bin(1) }, NOON);
        deliver(&mut smartbox, &[anew(&first, |g| g.state = GrantState::Revoked)], &[]);
        opens(&mut smartbox, CODE, 2, NOON);
    }
}

#[test]
fn one_code_for_two_windows_that_do_not_meet_is_no_clash() {
    let first = grant(1, CODE);
    let mut second = grant(2, CODE);
    (second.from, second.until) = (NOON.plus_ms(HOUR_MS), Some(NOON.plus_ms(2 * HOUR_MS)));
    let mut smartbox = cabinet();
    let Merge { refused, .. } = deliver(&mut smartbox, &[first, second.clone()], &[]);
    assert_eq!(refused, []);
    opens(&mut smartbox, CODE, 1, NOON);
    smartbox.step(Input::CloseDoor { bin: bin(1) }, NOON);
    opens(&mut smartbox, CODE, 1, second.from);
    smartbox.step(Input::TakeKey { bin: bin(1) }, second.from);
    assert_eq!(last_event(&smartbox), Event::PickUp { grant: fact(2), key: key(1), bin: bin(1) });
}

#[test]
fn an_alias_code_that_was_unlinked_gives_way_to_a_booking_that_has_it() {
    let alias = anew(&grant(1, CODE), |g| g.state = GrantState::Unlinked);
    let booking = grant(2, CODE);
    let mut smartbox = with(&alias);
    deliver(&mut smartbox, std::slice::from_ref(&booking), &[]);
    opens(&mut smartbox, CODE, 1, NOON);
}

/// As many live grants as a box holds, by hundreds; none has the code of [`CODE`].
fn fill(smartbox: &mut Cabinet, count: u32) {
    let grants: Vec<Grant> = (0..count).map(|n| grant(10_000 + n, &format!("9{n:07}"))).collect();
    for batch in grants.chunks(100) {
        let Merge { accepted, refused, .. } = deliver(smartbox, batch, &[]);
        assert_eq!((accepted.len(), refused.len()), (batch.len(), 0));
    }
}

fn delivered_one(smartbox: &mut Cabinet, grant: &Grant) -> Result<Stamp, Hindrance> {
    let Merge { accepted, refused, .. } = deliver(smartbox, std::slice::from_ref(grant), &[]);
    match (&accepted[..], &refused[..]) {
        ([held], []) => Ok(held.stamp),
        ([], [no]) => Err(no.by),
        other => panic!("one or the other: {other:?}"),
    }
}

#[test]
fn a_thousand_live_grants_fit_and_one_more_is_refused_as_full() {
    let mut smartbox = cabinet();
    fill(&mut smartbox, 1_000);
    let more = grant(1, CODE);
    assert_eq!(delivered_one(&mut smartbox, &more), Err(Hindrance::Full { capacity: 1_000 }));
    refused(&mut smartbox, CODE, NOON, Refusal::Unknown, None);
    let known = anew(&grant(10_000, "90000000"), |g| g.until = None);
    assert_eq!(delivered_one(&mut smartbox, &known), Ok(known.stamp), "one that is held is written anew in its place");
}

#[test]
fn a_revocation_is_never_refused_for_want_of_room() {
    let mut smartbox = cabinet();
    fill(&mut smartbox, 1_000);
    let live = grant(1, CODE);
    let revoked = anew(&live, |g| g.state = GrantState::Revoked);
    assert_eq!(delivered_one(&mut smartbox, &revoked), Ok(revoked.stamp));
    deliver(&mut smartbox, &[anew(&grant(10_000, "90000000"), |g| g.state = GrantState::Revoked)], &[]);
    assert_eq!(delivered_one(&mut smartbox, &live), Ok(revoked.stamp), "an older delivery does not bring it back");
    refused(&mut smartbox, CODE, NOON, Refusal::Unknown, None);
}

#[test]
fn dead_grants_make_room_the_oldest_first_but_not_while_their_key_is_out() {
    let taken_by = grant(1, CODE);
    let mut smartbox = picked_up(&taken_by);
    let mut ended = grant(2, "253702");
    ended.until = Some(NOON);
    let revoked = anew(&grant(3, "25380704"), |g| g.state = GrantState::Revoked);
    deliver(&mut smartbox, &[anew(&taken_by, |g| g.state = GrantState::Revoked), revoked.clone(), ended], &[]);
    fill(&mut smartbox, 997);
    for (n, dropped) in [(1, 2), (2, 3)] {
        let more = grant(20_000 + n, &format!("8{n:07}"));
        assert_eq!(delivered_one(&mut smartbox, &more), Ok(more.stamp));
        assert_eq!(smartbox.grants().get(fact(dropped)), None);
    }
    let more = grant(20_003, "80000003");
    assert_eq!(delivered_one(&mut smartbox, &more), Err(Hindrance::Full { capacity: 1_000 }));
    drop_off(&mut smartbox, 1, NOON);
    assert_eq!(delivered_one(&mut smartbox, &more), Ok(more.stamp), "the key is back");
    assert_eq!(delivered_one(&mut smartbox, &grant(3, "25380704")), Ok(revoked.stamp), "dropped, and not forgotten");
}

#[test]
fn only_so_many_dropped_grants_are_remembered() {
    let mut smartbox = cabinet();
    fill(&mut smartbox, 1_000);
    let revoked =
        |n: u32| anew(&grant(20_000 + n, CODE), |g| (g.state, g.stamp) = (GrantState::Revoked, stamp(n.into(), n)));
    for batch in (0..=REMEMBERED as u32).map(revoked).collect::<Vec<_>>().chunks(100) {
        deliver(&mut smartbox, batch, &[]);
    }
    let older = |n: u32| Grant { state: GrantState::Live, ..revoked(n) };
    assert_eq!(delivered_one(&mut smartbox, &older(1)), Ok(stamp(1, 1)));
    assert!(matches!(delivered_one(&mut smartbox, &older(0)), Err(Hindrance::Full { .. })), "forgotten");
}

// The log, the clock, the border.

/// Makes two events: a key goes by hand and comes by hand.
fn two_events(smartbox: &mut Cabinet) {
    smartbox.step(Input::TakeKey { bin: bin(1) }, NOON);
    smartbox.step(Input::PutKey { bin: bin(1), key: key(1) }, NOON);
}

#[test]
fn the_log_keeps_the_last_4096_events_and_counts_exactly_what_it_lost() {
    use crate::smartbox::protocol::EventRun;
    let mut smartbox = cabinet();
    assert_eq!(events(&smartbox), [Event::Started, Event::DropOff { key: key(1), bin: bin(1) }]);
    (0..2047).for_each(|_| two_events(&mut smartbox));
    let status = smartbox.status(NOON);
    assert_eq!((status.first_held, status.next, status.lost, status.lost_runs), (1, 4097, 0, vec![]));
    (0..3).for_each(|_| two_events(&mut smartbox));
    let run = EventRun { first: 1, last: 6 };
    let status = smartbox.status(NOON);
    assert_eq!((status.first_held, status.next, status.lost, status.lost_runs), (7, 4103, 6, vec![run]));

    smartbox.acknowledge(100);
    assert_eq!(smartbox.log().first_held(), 101);
    (0..48).for_each(|_| two_events(&mut smartbox));
    assert_eq!(smartbox.log().lost(), 8, "94 were free again");
    assert_eq!(smartbox.log().lost_runs(), [run, EventRun { first: 101, last: 102 }]);
    assert_eq!(smartbox.log().iter().count(), usize::from(LOG_CAPACITY));
    smartbox.acknowledge(u64::MAX);
    let status = smartbox.status(NOON);
    assert_eq!((status.first_held, status.next, status.lost), (4199, 4199, 8), "numbers go on for life");
}

#[test]
fn a_set_clock_is_logged_with_what_it_showed() {
    let mut smartbox = cabinet();
    smartbox.set_clock_offset_ms(-90_000);
    let from = NOON.plus_ms(-90_000);
    smartbox.set_clock(NOON, NOON);
    assert_eq!(last_event(&smartbox), Event::ClockSet { from, to: NOON });
    assert_eq!(smartbox.clock_offset_ms(), 0);
}

#[test]
fn a_clock_that_is_off_the_scale_shows_the_scales_end() {
    let mut smartbox = cabinet();
    for (offset, shown) in [(i64::MIN, Instant::default()), (i64::MAX, LAST_INSTANT)] {
        smartbox.set_clock_offset_ms(offset);
        assert_eq!(smartbox.status(NOON).clock, shown);
    }
}

#[test]
fn a_bin_that_is_opened_by_command_says_who_wanted_it_and_stays_honest_about_the_key() {
    let mut smartbox = cabinet();
    let by = crate::domain::DeviceId(9);
    assert_eq!(smartbox.open_by_command(bin(1), by, NOON), [Output::Open(bin(1))]);
    assert_eq!(last_event(&smartbox), Event::OpenedByCommand { bin: bin(1), by });
    smartbox.step(Input::TakeKey { bin: bin(1) }, NOON);
    assert_eq!(last_event(&smartbox), Event::KeyTakenByHand { bin: bin(1), key: key(1) });
    smartbox.step(Input::CloseDoor { bin: bin(1) }, NOON);
    assert_eq!(last_event(&smartbox), Event::KeyTakenByHand { bin: bin(1), key: key(1) }, "a shut door is no event");
    assert_eq!(smartbox.open_by_command(bin(5), by, NOON), [], "there is no such bin");
}

#[test]
fn a_hand_is_on_the_box_for_a_minute() {
    let mut smartbox = cabinet();
    assert!(!smartbox.hand_is_on_it());
    smartbox.step(Input::PressService, NOON);
    smartbox.pass(NOON.plus_ms(59_999));
    assert!(smartbox.hand_is_on_it());
    smartbox.pass(NOON.plus_ms(60_000));
    assert!(!smartbox.hand_is_on_it());
}

#[test]
fn a_log_that_begins_anew_says_so_and_its_chain_too() {
    use crate::smartbox::log::{CHAIN_BEGINS, chained};
    let mut smartbox = cabinet();
    let before = smartbox.log().read(1, 9);
    assert_eq!((before.before, before.events.len()), (CHAIN_BEGINS, 2));
    let chain = chained(&CHAIN_BEGINS, &before.events[0]);
    assert_eq!(smartbox.log().read(2, 9).before, chain);
    smartbox.acknowledge(1);
    assert_eq!(smartbox.log().read(2, 9).before, chain, "what is forgotten is in the chain for ever");
    smartbox.begin_log(40, NOON);
    let after = smartbox.log().read(1, 9);
    assert_eq!((after.before, after.first_held, after.next, after.lost), (CHAIN_BEGINS, 40, 41, 1));
    assert_eq!(after.events[0].event, Event::LogBegun { instead_of: 3 });
    smartbox.begin_log(7, NOON);
    assert_eq!(smartbox.log().next(), 42, "numbers never come again");
}

fn any_grant() -> impl Strategy<Value = Grant> {
    let state = prop::sample::select(vec![GrantState::Live, GrantState::Revoked, GrantState::Unlinked]);
    let code = prop::sample::select(vec![CODE, "253702", "1864229"]);
    (1u32..6, 0i64..6, 1u32..3, code, -2i64..2, prop::option::of(-1i64..3), state).prop_map(
        |(id, ms, of, code, from, until, state)| Grant {
            id: fact(id),
            stamp: stamp(NOON.ms() + ms, 1),
            key: key(of),
            code: BookingCode::parse(code).expect("a code"),
            from: NOON.plus_ms(from * HOUR_MS),
            until: until.map(|hours| NOON.plus_ms(hours * HOUR_MS)),
            state,
        },
    )
}

fn any_notice() -> impl Strategy<Value = KeyNotice> {
    let place = prop_oneof![Just(KeyPlace::WithVisitor), Just(KeyPlace::Unknown), Just(in_box("Cellar"))];
    (1u32..4, 0i64..6, place).prop_map(|(of, ms, place)| notice(of, NOON.ms() + ms, place))
}

/// What a device of the organization has done to the cabinet.
#[derive(Clone, Debug)]
enum Act {
    Merge(Vec<Grant>, Vec<KeyNotice>),
    Acknowledge(u64),
    SetClock(i64),
    SetBin(u8, bool),
    Open(u8),
    Type(&'static str),
    Happen(Input),
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => (prop::collection::vec(any_grant(), 0..6), prop::collection::vec(any_notice(), 0..4))
            .prop_map(|(grants, notices)| Act::Merge(grants, notices)),
        1 => (0u64..30).prop_map(Act::Acknowledge),
        1 => (-9i64..9).prop_map(Act::SetClock),
        1 => (1u8..5, any::<bool>()).prop_map(|(number, enabled)| Act::SetBin(number, enabled)),
        1 => (1u8..6).prop_map(Act::Open),
        // A whole code at once, or the others would hardly ever be typed.
        5 => prop::sample::select(vec![CODE, "253702", "1864229", "4711"]).prop_map(Act::Type),
        20 => any_input().prop_map(Act::Happen),
    ]
}

fn any_input() -> impl Strategy<Value = Input> {
    prop_oneof![
        1 => Just(Input::PowerOn),
        1 => Just(Input::PressService),
        2 => (0u8..11).prop_map(|digit| Input::Press(Button::Digit(digit))),
        1 => Just(Input::Press(Button::Clear)),
        3 => Just(Input::Press(Button::Enter)),
        3 => (1u32..5).prop_map(|of| Input::PresentTag(key(of))),
        3 => (1u8..6).prop_map(|number| Input::TakeKey { bin: bin(number) }),
        3 => (1u8..6, 1u32..5).prop_map(|(number, of)| Input::PutKey { bin: bin(number), key: key(of) }),
        3 => (1u8..6).prop_map(|number| Input::CloseDoor { bin: bin(number) }),
        2 => Just(Input::Tick),
    ]
}

proptest! {
    #[test]
    fn grants_merge_to_one_state_in_any_order_and_with_repeats(
        grants in prop::collection::vec(any_grant(), 1..20),
        notices in prop::collection::vec(any_notice(), 1..9),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        batch in 1usize..7,
    ) {
        let mut one = cabinet();
        deliver(&mut one, &grants, &notices);
        let mut mixed: Vec<Grant> = order.iter().map(|index| index.get(&grants).clone()).collect();
        mixed.extend(grants.iter().rev().cloned());
        let mut other = cabinet();
        for grants in mixed.chunks(batch) {
            deliver(&mut other, grants, &[]);
        }
        for index in &order {
            deliver(&mut other, &[], &[index.get(&notices).clone()]);
        }
        for notice in notices.iter().rev() {
            deliver(&mut other, &[], std::slice::from_ref(notice));
        }
        prop_assert_eq!(&one.grants, &other.grants);
        prop_assert_eq!(&one.notices, &other.notices);
        prop_assert_eq!(one.status(NOON).digest, other.status(NOON).digest);
        // All but the log, which tells of the deliveries.
        other.log = one.log.clone();
        prop_assert_eq!(&one, &other);
        for code in [CODE, "253702", "1864229"] {
            prop_assert_eq!(enter(&mut one, code, NOON), enter(&mut other, code, NOON));
        }
    }

    #[test]
    fn the_state_survives_being_written_at_any_moment_and_holds_together(
        steps in prop::collection::vec((any_act(), 0i64..40_000), 1..60),
    ) {
        let mut smartbox = cabinet();
        let mut now = NOON;
        for (act, ms) in steps {
            now = now.plus_ms(ms);
            match act {
                Act::Merge(grants, notices) => drop(smartbox.merge(grants, notices, now)),
                Act::Acknowledge(through) => smartbox.acknowledge(through),
                Act::SetClock(hours) => smartbox.set_clock(NOON.plus_ms(hours * HOUR_MS), now),
                Act::SetBin(number, enabled) => smartbox.set_bin(bin(number), enabled, now),
                Act::Open(number) => drop(smartbox.open_by_command(bin(number), crate::domain::DeviceId(7), now)),
                Act::Type(code) => drop(enter(&mut smartbox, code, now)),
                Act::Happen(input) => drop(smartbox.step(input, now)),
            }
            prop_assert_eq!(cbor::from_slice(&cbor::to_vec(&smartbox)), Ok(smartbox.clone()));
            let keys: Vec<KeyId> = smartbox.bins().iter().filter_map(|bin| bin.holding).collect();
            prop_assert_eq!(keys.iter().copied().collect::<Set<_>>().iter().count(), keys.len(), "a key is in one bin");
            prop_assert!(keys.iter().all(|key| !smartbox.outs.contains_key(*key)), "a key in a bin is not out");
            let numbers: Vec<u64> = smartbox.log().iter().map(|event| event.number).collect();
            prop_assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]));
        }
    }
}

#[test]
fn a_box_that_takes_anothers_place_goes_on_with_its_numbers() {
    let smartbox = Cabinet::replacing(serial(), bin(4), 38, NOON);
    let numbers: Vec<u64> = smartbox.log().iter().map(|logged| logged.number).collect();
    assert_eq!(numbers, [38]);
    assert_eq!((smartbox.log().first_held(), smartbox.log().next(), smartbox.log().lost()), (38, 39, 0));
}

#[test]
fn a_cabinet_without_a_bin_or_with_a_grant_out_of_range_is_none_that_steps_come_to() {
    let sound = cabinet();
    assert!(sound.is_sound());
    assert!(!Cabinet { bins: Table::default(), ..sound.clone() }.is_sound());
    let mut other = sound;
    let beyond = Grant { until: Some(LAST_INSTANT.plus_ms(1)), ..grant(1, CODE) };
    deliver(&mut other, &[beyond], &[]);
    assert!(!other.is_sound());
}
