use super::*;
use crate::smartbox::cabinet::Input;
use crate::smartbox::carry::{Why, pair};
use crate::smartbox::envelope::FoundingKeys;
use crate::smartbox::label::{Label, LabelSecret};
use crate::smartbox::link::{Cut, LinkError, VirtualLink};
use crate::smartbox::protocol::Event;
use crate::smartbox::reference_box::ReferenceBox;
use crate::smartbox::testing::*;

fn plan(label: Label, of: &FoundingKeys) -> PairingPlan {
    PairingPlan { label, organization: of.public(), drawn: [9; 32] }
}

/// Pairs, and answers what was kept and how it ended.
fn paired(
    smartbox: &mut ReferenceBox,
    plan: PairingPlan,
    cut: Option<(u32, Cut)>,
) -> (Option<Offered>, Result<Status, Why>) {
    let mut desk = Desk::default();
    let mut draw = draws();
    let mut link = VirtualLink::new(smartbox, NOON, &mut draw);
    if let Some((exchanges, cut)) = cut {
        link = link.cut_after(exchanges, cut);
    }
    let end = run(pair(plan, &mut link, &mut desk));
    (desk.offered, end)
}

#[test]
fn who_has_the_label_learns_the_boxs_keys_and_makes_it_the_organizations() {
    let mut smartbox = new_box();
    smartbox.cabinet_mut().set_clock_offset_ms(-90_000);
    let label = smartbox.label();
    let (kept, end) = paired(&mut smartbox, plan(label, &keys(1)), None);
    let status = end.expect("paired");
    assert_eq!(
        kept,
        Some(Offered { serial: serial(), bins: bin(4), keys: box_keys(&smartbox) }),
        "the keys it has now"
    );
    assert_eq!((status.serial, status.clock, status.bins.len()), (serial(), NOON, 4));
    assert!(smartbox.is_paired());
    let events: Vec<Event> = smartbox.cabinet().log().iter().skip(2).map(|logged| logged.event.clone()).collect();
    assert_eq!(events, [Event::Paired, Event::ClockSet { from: NOON.plus_ms(-90_000), to: NOON }]);
}

#[test]
fn a_wrong_secret_is_found_before_the_box_learns_anything() {
    let mut smartbox = new_box();
    let wrong = Label { secret: LabelSecret::from_bytes([1; 16]), ..smartbox.label() };
    let (kept, end) = paired(&mut smartbox, plan(wrong, &keys(1)), None);
    let denied = VisitError::Failed(Failure::Denied(Denial::WrongSecret));
    assert_eq!((kept, end), (None, Err(Why::Visit(denied))));
    assert!(!smartbox.is_paired());
}

#[test]
fn another_box_is_not_paired_by_mistake() {
    let mut smartbox = new_box();
    let expected = crate::domain::SerialNumber::parse("LB-0043").expect("a serial number");
    let other = Label { serial: expected.clone(), ..smartbox.label() };
    let (_, end) = paired(&mut smartbox, plan(other, &keys(1)), None);
    assert_eq!(end, Err(Why::Visit(VisitError::WrongBox { expected, got: serial() })));
}

#[test]
fn a_paired_box_says_so_and_its_label_is_worth_nothing_without_a_hand_on_it() {
    let mut smartbox = smartbox();
    smartbox.cabinet_mut().merge(vec![grant(1, CODE)], vec![], NOON);
    let label = smartbox.label();
    let already = Err(Why::Visit(VisitError::Failed(Failure::AlreadyPaired)));
    let (kept, end) = paired(&mut smartbox, plan(label.clone(), &keys(40)), None);
    assert_eq!((kept, end), (None, already));
    assert_eq!(smartbox.cabinet().grants().len(), 1);
    // The service button is inside: who presses it has the key of the cabinet.
    smartbox.step(Input::PressService, NOON);
    let (_, end) = paired(&mut smartbox, plan(label, &keys(40)), None);
    assert!(end.is_ok());
    assert!(smartbox.cabinet().grants().is_empty(), "what the other organization told it is forgotten");
    assert_eq!(smartbox.cabinet().bins()[0].holding, Some(key(1)), "and what is in the bins is not");
    assert_eq!(smartbox.cabinet().log().next(), 10, "numbers are for life");
    assert!(!smartbox.cabinet().hand_is_on_it(), "once");
}

#[test]
fn a_pairing_that_breaks_off_anywhere_is_done_or_can_be_done_again() {
    for exchanges in 0..3 {
        for cut in [Cut::Request, Cut::Response] {
            let mut smartbox = new_box();
            let label = smartbox.label();
            let (kept, end) = paired(&mut smartbox, plan(label.clone(), &keys(1)), Some((exchanges, cut)));
            assert_eq!(end, Err(Why::Link(LinkError::Cut)));
            if smartbox.is_paired() {
                assert_eq!((exchanges, cut), (2, Cut::Response));
                assert_eq!(kept.map(|offered| offered.keys), Some(box_keys(&smartbox)), "a visit finds it ours");
            } else {
                assert!(paired(&mut smartbox, plan(label, &keys(1)), None).1.is_ok());
            }
        }
    }
}

#[test]
fn an_answer_from_somebody_else_is_not_believed() {
    // A box with the right label, but not the one that made the offer: it cannot have the offer's key.
    let mut smartbox = new_box();
    let (mut pairing, hello) = Pairing::start(plan(smartbox.label(), &keys(1)));
    let mut draw = draws();
    let mut ask = |bytes: &[u8]| smartbox.exchange(bytes, NOON, &draw()).0;
    let Ok(PairingStep::Send(pair)) = pairing.exchange(&ask(&hello)) else { panic!("asks for an offer") };
    let offer = ask(&pair);
    assert_eq!(pairing.kept(NOON, [8; 32]), Err(VisitError::OutOfTurn));
    let Ok(PairingStep::Keep(_)) = pairing.clone().exchange(&offer) else { panic!("keeps") };
    // The same offer, changed by one bit anywhere, is refused.
    for at in 0..offer.len() {
        let mut changed = offer.clone();
        changed[at] ^= 4;
        assert!(pairing.clone().exchange(&changed).is_err(), "byte {at}");
    }
}

/// A pairing, for which the app drew something, as it waits for an answer; and that answer.
fn waiting(drawn: u8) -> Vec<(Pairing, Vec<u8>)> {
    let mut smartbox = new_box();
    let plan = PairingPlan { drawn: [drawn; 32], ..plan(smartbox.label(), &keys(1)) };
    let mut draw = draws();
    let (mut pairing, hello) = Pairing::start(plan);
    let (mut step, mut waiting) = (PairingStep::Send(hello), Vec::new());
    loop {
        step = match step {
            PairingStep::Send(bytes) => {
                let answer = smartbox.exchange(&bytes, NOON, &draw()).0;
                waiting.push((pairing.clone(), answer.clone()));
                pairing.exchange(&answer).expect("a step")
            }
            PairingStep::Keep(_) => pairing.kept(NOON, [8; 32]).expect("a step"),
            PairingStep::Done(_) => return waiting,
        };
    }
}

#[test]
fn whatever_bytes_come_a_pairing_goes_on_only_with_what_a_box_of_this_label_said() {
    let waiting = waiting(9);
    let mut dice = Dice::from(3);
    for case in 0..3_000 {
        let (pairing, answer) = &waiting[case % waiting.len()];
        let other = &waiting[dice.below(waiting.len())].1;
        let bytes = match dice.below(5) {
            0 => dice.run(300),
            1 => dice.altered(other),
            _ => dice.altered(answer),
        };
        let (mut there, mut honest) = (pairing.clone(), pairing.clone());
        match there.exchange(&bytes) {
            Ok(step) => assert_eq!(Ok(step), honest.exchange(answer), "case {case}"),
            Err(_) => {
                assert_eq!(there.exchange(answer), Err(VisitError::OutOfTurn), "case {case}: it is over");
                assert_eq!(there.kept(NOON, [8; 32]), Err(VisitError::OutOfTurn));
            }
        }
    }
}

#[test]
fn an_answer_with_any_byte_changed_or_missing_is_refused() {
    // The greeting is anybody's word; what is after it is not.
    for (pairing, answer) in waiting(9).into_iter().skip(1) {
        for at in 0..answer.len() {
            let mut flipped = answer.clone();
            flipped[at] ^= 1 << (at % 8);
            assert!(pairing.clone().exchange(&flipped).is_err(), "byte {at}");
            assert!(matches!(pairing.clone().exchange(&answer[..at]), Err(VisitError::Malformed(_))), "cut at {at}");
        }
    }
}

#[test]
fn answers_to_another_pairing_are_not_believed() {
    let (recorded, now) = (waiting(8), waiting(9));
    assert_eq!(now[1].0.clone().exchange(&recorded[1].1), Err(VisitError::Unexpected), "another's offer");
    assert_eq!(now[2].0.clone().exchange(&recorded[2].1), Err(VisitError::Unexpected), "another's joining");
    assert_eq!(now[1].0.clone().exchange(&now[2].1), Err(VisitError::OutOfStep { expected: 2, got: 3 }));
}
