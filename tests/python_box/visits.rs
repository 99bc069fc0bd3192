//! What the app does with a box, from pairing to a key that comes back.

use latchbook::domain::Role;
use latchbook::journal::Command;
use latchbook::journal::command::Notify;
use latchbook::journal::ledger::KeyPlace;
use latchbook::smartbox::protocol::contents;
use latchbook::smartbox::{Event, Refusal, VisitPlan};

use crate::desk::Office;
use crate::program::{SmartBox, shows, tag};

/// What happened, without numbers and times.
fn events(office: &mut Office) -> Vec<Event> {
    office.events.drain(..).map(|logged| logged.event).collect()
}

#[test]
#[ignore = "another box, in Python: `cargo xtask test --only native` runs this"]
fn a_key_is_booked_picked_up_and_brought_back() {
    let (mut smartbox, mut office) = (SmartBox::start(), Office::founded(1));
    let key = office.key;
    assert_eq!(smartbox.drops_off(key), 1);
    let status = office.pairs(&mut smartbox).expect("it is paired");
    assert_eq!((status.bins.len(), status.bins[0].holding), (4, Some(key)));

    let (first, code) = office.books("Ana", "2026-11-23T11:00", "2026-11-23T13:00");
    let report = office.visits(&mut smartbox);
    assert_eq!(report.confirmed.iter().map(|held| held.grant).collect::<Vec<_>>(), [first.0]);
    let bin = report.bins[0].bin;
    assert!(matches!(
        events(&mut office)[..],
        [
            Event::Started,
            Event::DropOff { .. },
            Event::Paired,
            Event::ClockSet { .. },
            Event::GrantsMerged { count: 1 }
        ]
    ));

    assert_eq!(shows(&smartbox.say(&format!("press {code} enter"))), "Opened");
    smartbox.hands_out(1);
    office.visits(&mut smartbox);
    assert_eq!(events(&mut office), [Event::PickUp { grant: first.0, key, bin }]);
    office.ledger(|ledger| {
        let place = ledger.key(key).expect("there").place();
        assert!(matches!(place, KeyPlace::WithVisitor { booking, .. } if booking == first), "{place:?}");
        assert_eq!(ledger.pick_ups(first).count(), 1);
    });

    // A second booking is made, told, revoked, and told again.
    let (second, other) = office.books("Rui", "2026-11-23T11:30", "2026-11-23T14:00");
    office.visits(&mut smartbox);
    assert_eq!(smartbox.types(&other), "KeyElsewhere");
    assert_eq!(smartbox.drops_off(key), 1);
    office.run(Command::RevokeBooking(second, Notify::Nobody));
    office.visits(&mut smartbox);
    assert_eq!(smartbox.types(&other), "Revoked");
    office.visits(&mut smartbox);
    let place = latchbook::smartbox::KeyPlace::WithVisitor;
    assert_eq!(
        events(&mut office),
        [
            Event::GrantsMerged { count: 1 },
            Event::Refused { refusal: Refusal::KeyElsewhere { place: Some(place) }, grant: Some(second.0) },
            Event::DropOff { key, bin },
            Event::GrantsMerged { count: 1 },
            Event::Refused { refusal: Refusal::Revoked, grant: Some(second.0) },
        ]
    );
    let place = office.ledger(|ledger| ledger.key(key).expect("there").place());
    assert!(matches!(place, KeyPlace::InBin { smartbox, .. } if smartbox == office.smartbox), "{place:?}");
}

#[test]
#[ignore = "another box, in Python: `cargo xtask test --only native` runs this"]
fn everything_may_be_said_twice() {
    let (mut smartbox, mut office) = (SmartBox::start(), Office::founded(1));
    smartbox.line().twice = true;
    office.pairs(&mut smartbox).expect("it is paired");
    let (_, code) = office.books("Ana", "2026-11-23T11:00", "2026-11-23T13:00");
    smartbox.drops_off(office.key);
    office.visits(&mut smartbox);
    // A courier who has kept the deliveries brings them again, when others came between.
    let (booking, _) = office.books("Rui", "2026-11-23T12:00", "2026-11-23T13:00");
    office.visits(&mut smartbox);
    office.run(Command::RevokeBooking(booking, Notify::Nobody));
    office.visits(&mut smartbox);
    smartbox.line().twice = false;
    let before = smartbox.say("state");
    let deliveries: Vec<_> = smartbox.line().said.iter().filter(|(asked, _)| asked[4] == 3).cloned().collect();
    assert!(deliveries.len() >= 3);
    for (asked, _) in deliveries {
        let answer = smartbox.line().ask(&asked).expect("an answer");
        assert_eq!(answer[4], 3, "it is taken, and changes nothing");
    }
    let after = smartbox.say("state");
    assert_eq!((&after["grants"], &after["log"]), (&before["grants"], &before["log"]));
    office.visits(&mut smartbox);
    assert_eq!(smartbox.types(&code), "Opened");
}

#[test]
#[ignore = "another box, in Python: `cargo xtask test --only native` runs this"]
fn orders_are_obeyed() {
    let (mut smartbox, mut office) = (SmartBox::start(), Office::founded(1));
    office.pairs(&mut smartbox).expect("it is paired");
    smartbox.drops_off(office.key);
    // A lost device is named, so that it is let in no more.
    let lost = latchbook::domain::DeviceId(9);
    let called = latchbook::domain::Name::parse("Tablet").expect("a name");
    office.run(Command::EnrolDevice { device: lost, name: called, role: Role::FrontDesk });
    office.run(Command::RevokeDevice(lost));
    let report = office.visits(&mut smartbox);
    assert_eq!(report.barred.iter().map(|barred| barred.device).collect::<Vec<_>>(), [lost]);
    assert!(office.plan().barred.is_empty());
    events(&mut office);

    smartbox.say("drift 3600000");
    let bin = report.bins[1].bin;
    let commands = vec![
        contents::Command::SetBin { bin, enabled: false },
        contents::Command::OpenBin { bin },
        contents::Command::BeginLog { from: 40 },
    ];
    let plan = VisitPlan { commands, ..office.plan() };
    let by = plan.by.device;
    let report = office.carries(plan, &mut smartbox).expect("the visit comes to its end");
    assert!(report.clock_set && (report.clock_offset_ms - 3_600_000).abs() < 2_000, "{}", report.clock_offset_ms);
    assert!(!report.bins[1].enabled && report.bins[1].open);
    assert_eq!((report.lost[0].last - report.lost[0].first, report.log_restarted), (2, false));
    assert_eq!(office.events[0].number, 40);
    assert_eq!(events(&mut office), [Event::LogBegun { instead_of: report.lost[0].last + 1 }]);
    smartbox.say("close 2");
    office.visits(&mut smartbox);
    assert_eq!(events(&mut office), []);
    assert_eq!(smartbox.say("state")["bins"][1]["enabled"], false);

    // Hands that take and put, with no right to.
    let at = tag(office.key);
    smartbox.say("take 1");
    smartbox.say(&format!("put 3 {at}"));
    let plan = VisitPlan { commands: vec![contents::Command::OpenBin { bin }], ..office.plan() };
    office.carries(plan, &mut smartbox).expect("the visit comes to its end");
    let key = office.key;
    let bins: Vec<_> = report.bins.iter().map(|bin| bin.bin).collect();
    assert_eq!(
        events(&mut office),
        [
            Event::KeyTakenByHand { bin: bins[0], key },
            Event::KeyPutByHand { bin: bins[2], key },
            Event::OpenedByCommand { bin, by },
        ]
    );
}
