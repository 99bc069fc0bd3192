use std::pin::pin;
use std::task::{Context, Poll, Waker};

use proptest::prelude::*;

use super::*;
use crate::domain::time::HOUR_MS;
use crate::smartbox::protocol::{
    Event, GRANT_CAPACITY, GrantState, KeyPlace, LOG_CAPACITY, VERSION, read_request, write_response, write_versions,
};
use crate::smartbox::testing::*;
use crate::smartbox::{BrokenOff, Cut, Input, LinkError, ReferenceBox, VirtualLink, Why, carry};

/// Runs what never waits.
fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a virtual link never waits"),
    }
}

fn plan(grants: Vec<Grant>) -> VisitPlan {
    VisitPlan {
        serial: serial(),
        grants,
        confirmed: Vec::new(),
        notices: Vec::new(),
        bins: Vec::new(),
        read_from: 1,
        set_clock: None,
    }
}

/// What an app keeps of a box between visits.
#[derive(Default)]
struct App {
    events: Vec<LoggedEvent>,
    confirmed: Vec<Held>,
    visits: u32,
}

impl App {
    fn plan(&self, grants: &[Grant]) -> VisitPlan {
        let has =
            |grant: &&Grant| self.confirmed.iter().any(|held| held.grant == grant.id && held.stamp >= grant.stamp);
        VisitPlan {
            confirmed: grants.iter().filter(has).cloned().collect(),
            read_from: self.events.last().map_or(1, |event| event.number + 1),
            ..plan(grants.iter().filter(|grant| !has(grant)).cloned().collect())
        }
    }

    fn visit(&mut self, plan: VisitPlan, mut link: VirtualLink<'_>) -> Result<VisitReport, Why<()>> {
        self.visits += 1;
        let events = &mut self.events;
        let end = run(carry(
            plan,
            &mut link,
            || NOON,
            async |batch: Vec<LoggedEvent>| {
                events.extend(batch);
                Ok(())
            },
        ));
        let (report, end) = match end {
            Ok(report) => (report.clone(), Ok(report)),
            Err(BrokenOff { report, why }) => (*report, Err(why)),
        };
        self.confirmed.extend(&report.confirmed);
        end
    }
}

fn grants(count: u32) -> Vec<Grant> {
    (0..count).map(|n| grant(n + 1, &format!("9{n:07}"))).collect()
}

fn eventful(pairs: u32) -> ReferenceBox {
    let mut smartbox = smartbox();
    for _ in 0..pairs {
        smartbox.step(Input::TakeKey { bin: bin(1) }, NOON);
        smartbox.step(Input::PutKey { bin: bin(1), key: key(1) }, NOON);
    }
    smartbox
}

#[test]
fn a_visit_delivers_reads_acknowledges_and_reads_back() {
    let mut smartbox = eventful(120);
    smartbox.set_clock_offset_ms(90_000);
    let mut app = App::default();
    let plan = VisitPlan {
        notices: vec![notice(9, 1, KeyPlace::WithVisitor)],
        bins: vec![(bin(4), false)],
        set_clock: Some(1_000),
        ..plan(grants(250))
    };
    let report = app.visit(plan, VirtualLink::new(&mut smartbox, NOON)).expect("done");
    assert_eq!(report.confirmed.len(), 250);
    assert_eq!((report.refused.len(), report.notices, report.digest_agrees), (0, 1, Some(true)));
    assert_eq!((report.clock_offset_ms, report.clock_set, smartbox.clock_offset_ms()), (90_000, true, 0));
    assert!(!report.bins[3].enabled && !smartbox.bins()[3].enabled);
    // 242 there were, and the visit made a clock set, a bin disabled and three merges.
    assert_eq!(report.events, 247);
    assert!(app.events.iter().map(|event| event.number).eq(1..=247));
    assert_eq!(app.events[246].event, Event::GrantsMerged { count: 50 });
    assert_eq!((report.lost, report.elsewhere, report.log_restarted), (vec![], vec![], false));
    assert_eq!((smartbox.log().first_held(), smartbox.log().next()), (248, 248), "all is acknowledged");
}

#[test]
fn a_second_visit_with_nothing_to_do_is_one_exchange() {
    let mut smartbox = eventful(1);
    let mut app = App::default();
    let grants = grants(3);
    app.visit(app.plan(&grants), VirtualLink::new(&mut smartbox, NOON)).expect("done");
    let report = app.visit(app.plan(&grants), VirtualLink::cut_after(&mut smartbox, NOON, 1, Cut::Request));
    assert_eq!(report.expect("done").digest_agrees, Some(true));
}

#[test]
fn one_changed_booking_takes_four_exchanges() {
    let mut smartbox = smartbox();
    let mut app = App::default();
    app.visit(plan(vec![]), VirtualLink::new(&mut smartbox, NOON)).expect("done");
    let plan = app.plan(&grants(1));
    app.visit(plan, VirtualLink::cut_after(&mut smartbox, NOON, 4, Cut::Request))
        .expect("hello, deliver, read, acknowledge");
}

#[test]
fn nothing_is_acknowledged_before_the_host_says_it_is_stored() {
    let mut smartbox = eventful(2);
    let held = smartbox.log().first_held();
    let failing = async |_: Vec<LoggedEvent>| Err("the disk is full");
    let end = run(carry(plan(grants(1)), &mut VirtualLink::new(&mut smartbox, NOON), || NOON, failing));
    assert_eq!(end.expect_err("broken off").why, Why::Store("the disk is full"));
    assert_eq!(smartbox.log().first_held(), held);

    let (mut visit, hello) = Visit::start(plan(vec![]));
    let Ok(Step::Send(read)) = visit.exchange(&smartbox.exchange(&hello, NOON), NOON) else { panic!("reads") };
    let Ok(Step::Store(events)) = visit.exchange(&smartbox.exchange(&read, NOON), NOON) else { panic!("stores") };
    assert_eq!(visit.exchange(&[], NOON), Err(VisitError::OutOfTurn));
    let Ok(Step::Send(acknowledge)) = visit.stored(NOON) else { panic!("acknowledges") };
    let through = events.last().expect("events").number;
    assert_eq!(read_request(&acknowledge), Ok((3, Request::Acknowledge { through })));
    assert_eq!(visit.stored(NOON), Err(VisitError::OutOfTurn));
}

#[test]
fn lost_events_are_named_exactly_and_apart_from_those_another_device_read() {
    let mut smartbox = eventful(10);
    let mut other = App::default();
    other.visit(plan(vec![]), VirtualLink::new(&mut smartbox, NOON)).expect("done");
    let read = smartbox.log().next() - 1;
    for _ in 0..(u32::from(LOG_CAPACITY) / 2 + 3) {
        smartbox.step(Input::TakeKey { bin: bin(1) }, NOON);
        smartbox.step(Input::PutKey { bin: bin(1), key: key(1) }, NOON);
    }
    let mut app = App::default();
    let report = app.visit(plan(vec![]), VirtualLink::new(&mut smartbox, NOON)).expect("done");
    assert_eq!(report.elsewhere, [EventRun { first: 1, last: read }]);
    assert_eq!(report.lost, [EventRun { first: read + 1, last: read + 6 }]);
    assert_eq!(report.lost[0].count(), smartbox.log().lost());
    assert_eq!(report.events, u64::from(LOG_CAPACITY));
    assert_eq!(app.events[0].number, read + 7);
}

#[test]
fn a_box_that_forgot_its_grants_gets_them_again() {
    let mut app = App::default();
    let grants = grants(120);
    app.visit(app.plan(&grants), VirtualLink::new(&mut smartbox(), NOON)).expect("done");
    let mut fresh = smartbox();
    let plan = app.plan(&grants);
    assert!(plan.grants.is_empty());
    let report = app.visit(plan, VirtualLink::new(&mut fresh, NOON)).expect("done");
    assert_eq!((fresh.grants().len(), report.digest_agrees, report.log_restarted), (120, Some(true), true));
}

#[test]
fn a_box_that_holds_what_the_app_does_not_know_does_not_agree() {
    let mut smartbox = smartbox();
    deliver(&mut smartbox, &[grant(77, CODE)], &[]);
    let report = App::default().visit(plan(grants(1)), VirtualLink::new(&mut smartbox, NOON)).expect("done");
    assert_eq!((report.confirmed.len(), report.digest_agrees), (1, Some(false)));
}

#[test]
fn a_stamp_higher_than_the_delivered_one_is_reported_as_the_box_gave_it() {
    let old = grant(1, CODE);
    let new = anew(&old, |g| g.state = GrantState::Revoked);
    let mut smartbox = smartbox();
    deliver(&mut smartbox, std::slice::from_ref(&new), &[]);
    let report = App::default().visit(plan(vec![old]), VirtualLink::new(&mut smartbox, NOON)).expect("done");
    assert_eq!(report.confirmed, [Held { grant: new.id, stamp: new.stamp }]);
    assert_eq!(report.digest_agrees, Some(false));
}

#[test]
fn grants_that_find_no_room_are_reported_and_the_rest_agrees() {
    let mut smartbox = smartbox();
    let all = grants(u32::from(GRANT_CAPACITY) + 2);
    let report = App::default().visit(plan(all), VirtualLink::new(&mut smartbox, NOON)).expect("done");
    assert_eq!((report.confirmed.len(), report.digest_agrees), (1_000, Some(true)));
    let full = Hindrance::Full { capacity: GRANT_CAPACITY };
    assert_eq!(report.refused, [1001, 1002].map(|id| Hindered { grant: fact(id), by: full }));
}

#[test]
fn a_plan_with_two_writings_of_one_grant_delivers_the_newest() {
    let old = grant(1, CODE);
    let new = anew(&old, |g| g.until = Some(NOON.plus_ms(9 * HOUR_MS)));
    let mut smartbox = smartbox();
    let plan = plan(vec![new.clone(), old]);
    let report = App::default().visit(plan, VirtualLink::new(&mut smartbox, NOON)).expect("done");
    assert_eq!(report.confirmed, [Held { grant: new.id, stamp: new.stamp }]);
    assert_eq!(report.digest_agrees, Some(true));
}

#[test]
fn another_box_is_told_nothing() {
    let mut other = ReferenceBox::new(SerialNumber::parse("LB-0043").expect("a serial number"), bin(4), NOON);
    let end = App::default().visit(plan(grants(3)), VirtualLink::new(&mut other, NOON));
    let got = other.serial().clone();
    assert_eq!(end, Err(Why::Visit(VisitError::WrongBox { expected: serial(), got })));
    assert!(other.grants().is_empty());
}

/// What a visit says to an answer to its first message.
fn answered(answer: &[u8]) -> VisitError {
    Visit::start(plan(grants(1))).0.exchange(answer, NOON).expect_err("an error")
}

#[test]
fn answers_that_do_not_fit_end_the_visit_with_the_reason() {
    let hello = |exchange| write_response(exchange, &Response::Hello(smartbox().status(NOON)));
    assert_eq!(answered(&[]), VisitError::Malformed(Fault::Shape));
    assert_eq!(answered(&[0x83, VERSION, 1, 0x82, 0x18, 77, 0x80]), VisitError::Unsupported(77));
    assert_eq!(answered(&write_versions()), VisitError::Version(VERSIONS));
    assert_eq!(answered(&hello(2)), VisitError::OutOfStep { expected: 1, got: 2 });
    assert_eq!(answered(&write_response(1, &Response::Acknowledged { first_held: 1 })), VisitError::Unexpected);
    let failure = Failure::Malformed(Fault::TooLong);
    assert_eq!(answered(&write_response(0, &Response::Failed(failure))), VisitError::Failed(failure));
    let (mut visit, _) = Visit::start(plan(vec![]));
    assert!(visit.exchange(&hello(2), NOON).is_err());
    assert_eq!(visit.exchange(&hello(1), NOON), Err(VisitError::OutOfTurn), "an ended visit stays ended");
}

#[test]
fn a_box_that_confirms_less_than_it_was_given_is_not_believed() {
    let (mut visit, hello) = Visit::start(VisitPlan { read_from: 3, ..plan(grants(2)) });
    let mut smartbox = smartbox();
    smartbox.exchange(&crate::smartbox::protocol::write_request(1, &Request::Acknowledge { through: 2 }), NOON);
    let Ok(Step::Send(_)) = visit.exchange(&smartbox.exchange(&hello, NOON), NOON) else { panic!("delivers") };
    let held = |id: u32, ms: i64| Held { grant: fact(id), stamp: stamp(ms, id) };
    for accepted in [vec![], vec![held(1, NOON.ms())], vec![held(1, NOON.ms()), held(2, 0)]] {
        let digest = smartbox.grants().digest(NOON);
        let response = Response::Delivered { accepted, refused: vec![], clock: NOON, digest };
        assert_eq!(visit.clone().exchange(&write_response(2, &response), NOON), Err(VisitError::Unexpected));
    }
}

proptest! {
    #[test]
    fn a_visit_broken_off_anywhere_and_repeated_ends_in_one_state_with_each_event_once(
        pairs in 0u32..150,
        count in 0u32..230,
        cuts in prop::collection::vec((0u32..12, any::<bool>(), any::<bool>()), 0..6),
    ) {
        let grants = grants(count);
        let mut once = eventful(pairs);
        App::default().visit(plan(grants.clone()), VirtualLink::new(&mut once, NOON)).expect("done");

        let mut smartbox = eventful(pairs);
        let mut app = App::default();
        for (exchanges, response, press) in cuts {
            let plan = app.plan(&grants);
            let cut = if response { Cut::Response } else { Cut::Request };
            match app.visit(plan, VirtualLink::cut_after(&mut smartbox, NOON, exchanges, cut)) {
                Ok(report) => prop_assert_eq!(report.digest_agrees, Some(true)),
                Err(why) => prop_assert_eq!(why, Why::Link(LinkError::Cut)),
            }
            if press {
                smartbox.step(Input::TakeKey { bin: bin(1) }, NOON);
                smartbox.step(Input::PutKey { bin: bin(1), key: key(1) }, NOON);
            }
            smartbox = ReferenceBox::load(&smartbox.save()).expect("a state");
        }
        let report = app.visit(app.plan(&grants), VirtualLink::new(&mut smartbox, NOON)).expect("done");
        prop_assert_eq!(report.digest_agrees, Some(true));
        prop_assert_eq!(smartbox.grants(), once.grants());
        let confirmed = |grant: &Grant| app.confirmed.contains(&Held { grant: grant.id, stamp: grant.stamp });
        prop_assert!(grants.iter().all(confirmed));
        let next = smartbox.log().next();
        prop_assert!(app.events.iter().map(|event| event.number).eq(1..next), "each once, in order");
        prop_assert_eq!(smartbox.log().first_held(), next);
    }

    #[test]
    fn no_garbled_answer_makes_a_visit_panic(
        answers in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..4), 1..40),
    ) {
        let mut smartbox = eventful(3);
        let (mut visit, bytes) = Visit::start(plan(grants(3)));
        let mut step = Ok(Step::Send(bytes));
        for (index, byte, garble) in answers {
            step = match step {
                Ok(Step::Send(bytes)) => {
                    let mut reply = smartbox.exchange(&bytes, NOON);
                    if garble == 0 {
                        let place = index.index(reply.len());
                        reply[place] = byte;
                    }
                    visit.exchange(&reply, NOON)
                }
                Ok(Step::Store(_)) => visit.stored(NOON),
                Ok(Step::Done(_)) | Err(_) => break,
            };
        }
    }
}

#[test]
fn whoever_watches_a_visit_sees_each_step_and_what_was_done_before_it() {
    let mut smartbox = smartbox();
    let grants = grants(BATCH as u32 + 1);
    let mut seen = Vec::new();
    let watch = |step: &Step, report: &VisitReport| {
        seen.push((matches!(step, Step::Store(_)), report.confirmed.len(), report.events));
    };
    let mut link = VirtualLink::new(&mut smartbox, NOON);
    let store = async |_: Vec<LoggedEvent>| Ok::<_, ()>(());
    let report = run(crate::smartbox::carry_watched(plan(grants), &mut link, || NOON, watch, store)).expect("it ends");
    assert_eq!(seen.first(), Some(&(false, 0, 0)), "before the box was asked anything");
    assert_eq!(seen.last(), Some(&(false, BATCH + 1, report.events)));
    assert!(seen.iter().any(|(_, confirmed, _)| *confirmed == BATCH), "after the first of two deliveries");
    assert!(seen.iter().any(|(storing, ..)| *storing));
}
