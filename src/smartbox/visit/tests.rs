use proptest::prelude::*;

use super::*;
use crate::domain::time::HOUR_MS;
use crate::smartbox::cabinet::Input;
use crate::smartbox::carry::{BrokenOff, Doing, Host, Why, carry};
use crate::smartbox::envelope::FoundingKeys;
use crate::smartbox::link::{Answering, Cut, LinkError, VirtualLink};
use crate::smartbox::pairing::Offered;
use crate::smartbox::protocol::Event;
use crate::smartbox::protocol::messages::{Denial, read_response, write_response, write_versions};
use crate::smartbox::protocol::{GRANT_CAPACITY, GrantState, KeyPlace, LOG_CAPACITY, VERSION};
use crate::smartbox::reference_box::{Made, ReferenceBox};
use crate::smartbox::testing::*;

/// What an app keeps of a box between visits.
#[derive(Default)]
struct App {
    desk: Desk,
    confirmed: Vec<Held>,
    visits: u64,
}

impl App {
    fn plan(&self, grants: &[Grant]) -> VisitPlan {
        let has =
            |grant: &&Grant| self.confirmed.iter().any(|held| held.grant == grant.id && held.stamp >= grant.stamp);
        VisitPlan {
            confirmed: grants.iter().filter(has).cloned().collect(),
            read_from: self.desk.events.last().map_or(1, |event| event.number + 1),
            chain: self.desk.chain,
            number: 1 + self.visits * 100,
            ..plan(grants.iter().filter(|grant| !has(grant)).cloned().collect())
        }
    }

    fn visit(&mut self, plan: VisitPlan, smartbox: &mut ReferenceBox) -> Result<VisitReport, Why> {
        self.visit_cut(plan, smartbox, None)
    }

    fn visit_cut(
        &mut self,
        plan: VisitPlan,
        smartbox: &mut ReferenceBox,
        cut: Option<(u32, Cut)>,
    ) -> Result<VisitReport, Why> {
        self.visits += 1;
        let mut draw = draws();
        let mut link = VirtualLink::new(smartbox, NOON, &mut draw);
        if let Some((exchanges, cut)) = cut {
            link = link.cut_after(exchanges, cut);
        }
        let (report, end) = match run(carry(plan, &mut link, &mut self.desk)) {
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
    smartbox.cabinet_mut().set_clock_offset_ms(90_000);
    let mut app = App::default();
    let plan = VisitPlan {
        notices: vec![notice(9, 1, KeyPlace::WithVisitor)],
        commands: vec![Command::SetBin { bin: bin(4), enabled: false }],
        set_clock: Some(1_000),
        ..plan(grants(250))
    };
    let report = app.visit(plan, &mut smartbox).expect("done");
    assert_eq!(report.confirmed.len(), 250);
    assert_eq!((report.refused.len(), report.notices, report.digest_agrees), (0, 1, Some(true)));
    assert_eq!((report.clock_offset_ms, report.clock_set, smartbox.cabinet().clock_offset_ms()), (90_000, true, 0));
    assert!(!report.bins[3].enabled && !smartbox.cabinet().bins()[3].enabled);
    // 244 there were, and the visit made a clock set, a bin disabled and three merges.
    assert_eq!(report.events, 249);
    assert!(app.desk.events.iter().map(|event| event.number).eq(1..=249));
    assert_eq!(app.desk.events[248].event, Event::GrantsMerged { count: 50 });
    assert_eq!((report.lost, report.elsewhere, report.log_restarted), (vec![], vec![], false));
    assert_eq!(
        (smartbox.cabinet().log().first_held(), smartbox.cabinet().log().next()),
        (250, 250),
        "all is acknowledged"
    );
}

#[test]
fn what_was_carried_out_is_reported_and_a_reset_ends_the_visit() {
    let mut smartbox = smartbox();
    let mut app = App::default();
    let reset = VisitPlan { commands: vec![Command::OpenBin { bin: bin(2) }, Command::Reset], ..plan(vec![]) };
    let refused = app.visit(reset.clone(), &mut smartbox);
    assert_eq!(refused, Err(Why::Visit(VisitError::Failed(Denial::HandNeeded.into()))));
    smartbox.step(Input::PressService, NOON);
    let report = app.visit(reset.clone(), &mut smartbox).expect("done");
    assert_eq!(report.carried_out, reset.commands);
    assert!(!smartbox.is_paired());
}

#[test]
fn a_second_visit_with_nothing_to_do_is_two_exchanges() {
    let mut smartbox = eventful(1);
    let mut app = App::default();
    let grants = grants(3);
    app.visit(app.plan(&grants), &mut smartbox).expect("done");
    let report = app.visit_cut(app.plan(&grants), &mut smartbox, Some((2, Cut::Request)));
    assert_eq!(report.expect("hello, status").digest_agrees, Some(true));
}

#[test]
fn one_changed_booking_takes_five_exchanges() {
    let mut smartbox = smartbox();
    let mut app = App::default();
    app.visit(plan(vec![]), &mut smartbox).expect("done");
    let plan = app.plan(&grants(1));
    app.visit_cut(plan, &mut smartbox, Some((5, Cut::Request))).expect("hello, status, deliver, read, acknowledge");
}

#[test]
fn nothing_is_acknowledged_before_the_host_says_it_is_stored() {
    let mut smartbox = eventful(2);
    let held = smartbox.cabinet().log().first_held();
    let mut app = App::default();
    app.desk.full = true;
    let end = app.visit(plan(grants(1)), &mut smartbox);
    assert_eq!(end.expect_err("broken off"), Why::Host);
    assert_eq!(smartbox.cabinet().log().first_held(), held);
}

/// Takes a visit as far as the first step that is none of sending and signing.
fn until_it_stores(visit: &mut Visit, first: Vec<u8>, smartbox: &mut ReferenceBox) -> Step {
    let (mut desk, mut draw) = (Desk::default(), draws());
    let mut step = Step::Send(first);
    loop {
        step = match step {
            Step::Send(bytes) => visit.exchange(&smartbox.exchange(&bytes, NOON, &draw()).0, NOON).expect("a step"),
            Step::Sign(what) => visit
                .signed(&run(desk.sign(&what)).expect("a signature"), desk.random().expect("random"))
                .expect("a step"),
            step => return step,
        };
    }
}

#[test]
fn a_host_that_calls_out_of_turn_is_told_so_and_nothing_is_lost() {
    let mut smartbox = smartbox();
    let (mut visit, hello) = Visit::start(plan(vec![]));
    assert_eq!(visit.stored(NOON), Err(VisitError::OutOfTurn));
    assert_eq!(visit.signed(&Signature([0; 64]), [0; 32]), Err(VisitError::OutOfTurn));
    let Step::Store(events, _) = until_it_stores(&mut visit, hello, &mut smartbox) else { panic!("stores") };
    assert_eq!(events.len(), 4);
    assert_eq!(visit.exchange(&[], NOON), Err(VisitError::OutOfTurn));
    assert!(matches!(visit.stored(NOON), Ok(Step::Sign(_))), "the acknowledgement");
    assert_eq!(visit.stored(NOON), Err(VisitError::OutOfTurn));
}

#[test]
fn lost_events_are_named_exactly_and_apart_from_those_another_device_read() {
    let mut smartbox = eventful(10);
    let mut other = App::default();
    other.visit(plan(vec![]), &mut smartbox).expect("done");
    let read = smartbox.cabinet().log().next() - 1;
    for _ in 0..(u32::from(LOG_CAPACITY) / 2 + 3) {
        smartbox.step(Input::TakeKey { bin: bin(1) }, NOON);
        smartbox.step(Input::PutKey { bin: bin(1), key: key(1) }, NOON);
    }
    let mut app = App::default();
    let report = app.visit(plan(vec![]), &mut smartbox).expect("done");
    assert_eq!(report.elsewhere, [EventRun { first: 1, last: read }]);
    assert_eq!(report.lost, [EventRun { first: read + 1, last: read + 6 }]);
    assert_eq!(report.lost[0].count(), smartbox.cabinet().log().lost());
    assert_eq!(report.events, u64::from(LOG_CAPACITY));
    assert_eq!(app.desk.events[0].number, read + 7);
}

#[test]
fn a_box_that_forgot_its_grants_gets_them_again() {
    let mut app = App::default();
    let grants = grants(120);
    app.visit(app.plan(&grants), &mut smartbox()).expect("done");
    let mut fresh = smartbox();
    let plan = app.plan(&grants);
    assert!(plan.grants.is_empty());
    let report = app.visit(plan, &mut fresh).expect("done");
    assert_eq!((fresh.cabinet().grants().len(), report.digest_agrees, report.log_restarted), (120, Some(true), true));
    // Its numbers are those of other events: until a manager has the log begun anew, none of them is taken for one of them.
    assert_eq!(report.events, 0);
    let plan = VisitPlan { commands: vec![Command::BeginLog { from: app.plan(&[]).read_from }], ..app.plan(&grants) };
    let report = app.visit(plan, &mut fresh).expect("done");
    assert_eq!((report.events, report.log_restarted, report.digest_agrees), (1, false, Some(true)));
    assert!(matches!(app.desk.events.last().map(|event| &event.event), Some(Event::LogBegun { .. })));
}

#[test]
fn a_box_that_holds_what_the_app_does_not_know_does_not_agree() {
    let mut smartbox = smartbox();
    deliver(smartbox.cabinet_mut(), &[grant(77, CODE)], &[]);
    let report = App::default().visit(plan(grants(1)), &mut smartbox).expect("done");
    assert_eq!((report.confirmed.len(), report.digest_agrees), (1, Some(false)));
}

#[test]
fn a_stamp_higher_than_the_delivered_one_is_reported_as_the_box_gave_it() {
    let old = grant(1, CODE);
    let new = anew(&old, |g| g.state = GrantState::Revoked);
    let mut smartbox = smartbox();
    deliver(smartbox.cabinet_mut(), std::slice::from_ref(&new), &[]);
    let report = App::default().visit(plan(vec![old]), &mut smartbox).expect("done");
    assert_eq!(report.confirmed, [Held { grant: new.id, stamp: new.stamp }]);
    assert_eq!(report.digest_agrees, Some(false));
}

#[test]
fn grants_that_find_no_room_are_reported_and_the_rest_agrees() {
    let mut smartbox = smartbox();
    let all = grants(u32::from(GRANT_CAPACITY) + 2);
    let report = App::default().visit(plan(all), &mut smartbox).expect("done");
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
    let report = App::default().visit(plan, &mut smartbox).expect("done");
    assert_eq!(report.confirmed, [Held { grant: new.id, stamp: new.stamp }]);
    assert_eq!(report.digest_agrees, Some(true));
}

#[test]
fn another_box_is_told_nothing() {
    let serial_there = SerialNumber::parse("LB-0043").expect("a serial number");
    let mut other = ReferenceBox::new(&Made::from_random(serial_there, &[3; 80]), bin(4), NOON);
    paired_with(&mut other, &keys(1));
    let end = App::default().visit(plan(grants(3)), &mut other);
    let got = other.serial().clone();
    assert_eq!(end, Err(Why::Visit(VisitError::WrongBox { expected: serial(), got })));
    assert!(other.cabinet().grants().is_empty());
}

/// What a visit says to an answer to its first message.
fn answered(answer: &[u8]) -> VisitError {
    Visit::start(plan(grants(1))).0.exchange(answer, NOON).expect_err("an error")
}

#[test]
fn answers_that_do_not_fit_end_the_visit_with_the_reason() {
    let greeting = |paired| Greeting {
        serial: serial(),
        versions: VERSIONS,
        paired,
        challenge: Challenge([0; 16]),
        clock: NOON,
        first_held: 1,
        next: 3,
    };
    let hello = |exchange| write_response(exchange, &Response::Hello(greeting(true)));
    assert_eq!(answered(&[]), VisitError::Malformed(Fault::Shape));
    assert_eq!(answered(&[0x83, VERSION, 1, 0x82, 0x18, 77, 0x80]), VisitError::Unsupported(77));
    assert_eq!(answered(&write_versions()), VisitError::Version(VERSIONS));
    assert_eq!(answered(&hello(2)), VisitError::OutOfStep { expected: 1, got: 2 });
    let done = Response::Done { envelope: Envelope(vec![]) };
    assert_eq!(answered(&write_response(1, &done)), VisitError::Unexpected);
    let failure = Failure::Malformed(Fault::TooLong);
    assert_eq!(answered(&write_response(0, &Response::Failed(failure))), VisitError::Failed(failure));
    let nobodys = write_response(1, &Response::Hello(greeting(false)));
    assert_eq!(answered(&nobodys), VisitError::Failed(Failure::NotPaired));
    let (mut visit, _) = Visit::start(plan(vec![]));
    assert!(visit.exchange(&hello(2), NOON).is_err());
    assert_eq!(visit.exchange(&hello(1), NOON), Err(VisitError::OutOfTurn), "an ended visit stays ended");
}

/// A link that changes what the box answers.
struct Meddler<'a, F> {
    to: VirtualLink<'a>,
    meddle: F,
}

impl<F: FnMut(Vec<u8>) -> Vec<u8>> crate::smartbox::Link for Meddler<'_, F> {
    fn exchange(&mut self, bytes: Vec<u8>) -> Answering<'_> {
        Box::pin(async move {
            let reply = self.to.exchange(bytes).await?;
            Ok((self.meddle)(reply))
        })
    }
}

#[test]
fn a_box_with_other_keys_that_says_it_is_ours_is_not_believed() {
    // The same serial number and the same organization: only its keys are not those that were paired.
    let mut other = ReferenceBox::new(&Made::from_random(serial(), &[3; 80]), bin(4), NOON);
    paired_with(&mut other, &keys(1));
    let end = App::default().visit(plan(grants(3)), &mut other);
    assert_eq!(end, Err(Why::Visit(VisitError::Failed(Failure::Denied(Denial::NotForUs)))));
    assert!(other.cabinet().grants().is_empty());
}

#[test]
fn an_old_answer_that_is_shown_again_is_not_believed() {
    let mut smartbox = smartbox();
    let mut draw = draws();
    let mut kept: Vec<Vec<u8>> = Vec::new();
    let keep = |reply: Vec<u8>| {
        kept.push(reply.clone());
        reply
    };
    let mut link = Meddler { to: VirtualLink::new(&mut smartbox, NOON, &mut draw), meddle: keep };
    run(carry(plan(grants(1)), &mut link, &mut Desk::default())).expect("done");
    let mut answers = kept.into_iter();
    let mut draw = draws();
    let replay = |_| answers.next().expect("as many as then");
    let mut link = Meddler { to: VirtualLink::new(&mut smartbox, NOON, &mut draw), meddle: replay };
    // The app drew another key for the answers than then: what was sealed to the old one does not open.
    let plan = VisitPlan { answers: [6; 32], ..plan(grants(1)) };
    let end = run(carry(plan, &mut link, &mut Desk::default())).expect_err("refused");
    assert!(matches!(end.why, Why::Visit(VisitError::Envelope(EnvelopeError::NotForUs { .. }))), "{:?}", end.why);
}

#[test]
fn a_device_that_is_revoked_is_let_in_no_more_and_the_box_says_so() {
    let mut smartbox = smartbox();
    let barred = Barred { device: DeviceId(8), stamp: stamp(1, 1) };
    let plan = VisitPlan { barred: vec![barred], ..plan(vec![]) };
    let report = App::default().visit(plan, &mut smartbox).expect("done");
    assert_eq!(report.barred, [barred]);
}

#[test]
fn a_greeting_that_lies_about_the_clock_changes_nothing() {
    let mut smartbox = smartbox();
    smartbox.cabinet_mut().set_clock_offset_ms(9_000_000);
    let mut draw = draws();
    let mut first = true;
    let lie = |reply: Vec<u8>| match crate::smartbox::protocol::messages::read_response(&reply) {
        Ok((exchange, Response::Hello(greeting))) if std::mem::take(&mut first) => {
            write_response(exchange, &Response::Hello(Greeting { clock: NOON, ..greeting }))
        }
        _ => reply,
    };
    let mut link = Meddler { to: VirtualLink::new(&mut smartbox, NOON, &mut draw), meddle: lie };
    let plan = VisitPlan { set_clock: Some(2_000), ..plan(vec![]) };
    let report = run(carry(plan, &mut link, &mut Desk::default())).expect("done");
    assert_eq!((report.clock_offset_ms, report.clock_set), (9_000_000, true));
    assert_eq!(smartbox.cabinet().clock_offset_ms(), 0);
}

#[test]
fn a_revocation_reaches_a_box_that_heard_of_the_grant_in_a_visit_whose_end_nobody_knows() {
    let mut smartbox = smartbox();
    let mut app = App::default();
    let live = grant(1, CODE);
    // Hello, status, events: the fourth exchange is the delivery, and its answer is lost.
    let end = app.visit_cut(app.plan(std::slice::from_ref(&live)), &mut smartbox, Some((3, Cut::Response)));
    assert_eq!(end, Err(Why::Link(LinkError::Cut)));
    assert_eq!(smartbox.cabinet().grants().len(), 1);
    let revoked = anew(&live, |grant| grant.state = GrantState::Revoked);
    let plan = VisitPlan { doubtful: vec![revoked], ..app.plan(&[]) };
    let report = app.visit(plan, &mut smartbox).expect("done");
    assert_eq!(report.digest_agrees, Some(true));
    assert_eq!(smartbox.cabinet().grants().get(live.id).map(|grant| grant.state), Some(GrantState::Revoked));
}

#[test]
fn what_is_doubtful_is_delivered_only_to_a_box_that_holds_something_else_than_it_should() {
    let live = grant(1, CODE);
    let elsewhere = anew(&live, |grant| grant.key = key(9));
    let plan = VisitPlan { doubtful: vec![elsewhere.clone()], ..plan(grants(2).split_off(1)) };
    let mut unaware = smartbox();
    let report = App::default().visit(plan.clone(), &mut unaware).expect("done");
    assert_eq!((report.confirmed.len(), report.digest_agrees), (1, Some(true)));
    assert_eq!(unaware.cabinet().grants().len(), 1);
    let mut aware = smartbox();
    deliver(aware.cabinet_mut(), &[live], &[]);
    let report = App::default().visit(plan, &mut aware).expect("done");
    assert_eq!((report.confirmed.len(), report.digest_agrees), (2, Some(true)));
    assert_eq!(aware.cabinet().grants().get(elsewhere.id), Some(&elsewhere));
}

#[test]
fn a_batch_whose_receipt_is_not_believed_is_one_without_an_answer() {
    let (mut smartbox, mut draw) = (smartbox(), draws());
    let garble = |reply: Vec<u8>| match crate::smartbox::protocol::messages::read_response(&reply) {
        Ok((exchange, Response::Delivered { mut envelope })) => {
            *envelope.0.last_mut().expect("a byte") ^= 1;
            write_response(exchange, &Response::Delivered { envelope })
        }
        _ => reply,
    };
    let mut link = Meddler { to: VirtualLink::new(&mut smartbox, NOON, &mut draw), meddle: garble };
    let end = run(carry(plan(grants(1)), &mut link, &mut Desk::default())).expect_err("refused");
    assert_eq!(end.why, Why::Visit(VisitError::Envelope(EnvelopeError::Forged)));
    assert_eq!((end.report.unanswered, end.report.confirmed), (vec![fact(1)], vec![]));
    assert_eq!(smartbox.cabinet().grants().len(), 1, "it has taken it");
}

fn another(of: &FoundingKeys) -> Author {
    Author { device: DeviceId(8), credential: of.credential(DeviceId(8), NOON.plus_ms(-HOUR_MS)), ..author(of) }
}

#[test]
fn events_that_another_device_acknowledged_are_told_from_lost_ones_though_the_box_is_shared() {
    let mut smartbox = eventful(3);
    let mut one = App::default();
    one.visit(plan(vec![]), &mut smartbox).expect("done");
    let mut other = App::default();
    let plan = VisitPlan { by: another(&keys(1)), ..plan(grants(1)) };
    let report = other.visit(plan, &mut smartbox).expect("done");
    assert_eq!(report.elsewhere, [EventRun { first: 1, last: 10 }]);
    assert_eq!((report.lost, report.log_restarted, report.digest_agrees), (vec![], false, Some(true)));
}

#[test]
fn a_log_that_tells_another_past_is_found_out() {
    let mut smartbox = eventful(3);
    let mut app = App::default();
    app.visit(plan(vec![]), &mut smartbox).expect("done");
    app.desk.chain = Some(Digest([7; 32]));
    smartbox.step(Input::PressService, NOON);
    let report = app.visit(app.plan(&[]), &mut smartbox).expect("done");
    assert!(report.log_restarted);
    assert_eq!(report.events, 0);
    let report = app.visit(app.plan(&[]), &mut smartbox).expect("done");
    assert!(report.log_restarted, "and says so again");
    assert_eq!(smartbox.cabinet().log().iter().count(), 1, "nothing of it is acknowledged");
    let from = app.plan(&[]).read_from;
    let plan = VisitPlan { commands: vec![Command::BeginLog { from }], ..app.plan(&[]) };
    assert!(!app.visit(plan, &mut smartbox).expect("done").log_restarted);
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
        App::default().visit(plan(grants.clone()), &mut once).expect("done");

        let mut smartbox = eventful(pairs);
        let mut app = App::default();
        for (exchanges, response, press) in cuts {
            let plan = app.plan(&grants);
            let cut = if response { Cut::Response } else { Cut::Request };
            match app.visit_cut(plan, &mut smartbox, Some((exchanges, cut))) {
                Ok(report) => prop_assert_eq!(report.digest_agrees, Some(true)),
                Err(why) => prop_assert_eq!(why, Why::Link(LinkError::Cut)),
            }
            if press {
                smartbox.step(Input::TakeKey { bin: bin(1) }, NOON);
                smartbox.step(Input::PutKey { bin: bin(1), key: key(1) }, NOON);
            }
            smartbox = ReferenceBox::load(&smartbox.save()).expect("a state");
        }
        let report = app.visit(app.plan(&grants), &mut smartbox).expect("done");
        prop_assert_eq!(report.digest_agrees, Some(true));
        prop_assert_eq!(smartbox.cabinet().grants(), once.cabinet().grants());
        let confirmed = |grant: &Grant| app.confirmed.contains(&Held { grant: grant.id, stamp: grant.stamp });
        prop_assert!(grants.iter().all(confirmed));
        let next = smartbox.cabinet().log().next();
        prop_assert!(app.desk.events.iter().map(|event| event.number).eq(1..next), "each once, in order");
        prop_assert_eq!(smartbox.cabinet().log().first_held(), next);
    }

    #[test]
    fn an_answer_with_a_flipped_bit_ends_the_visit_and_nothing_false_is_kept(
        at in 1usize..9, index in any::<prop::sample::Index>(), bit in 0u8..8, cut in any::<bool>(),
    ) {
        let mut smartbox = eventful(3);
        let grants = grants(3);
        let mut draw = draws();
        let mut count = 0;
        let meddle = |mut reply: Vec<u8>| {
            count += 1;
            if count == at {
                let place = index.index(reply.len());
                reply[place] ^= 1 << bit;
                if cut {
                    reply.truncate(place);
                }
            }
            reply
        };
        let mut link = Meddler { to: VirtualLink::new(&mut smartbox, NOON, &mut draw), meddle };
        let mut app = App::default();
        match run(carry(plan(grants.clone()), &mut link, &mut app.desk)) {
            Ok(report) => app.confirmed.extend(report.confirmed),
            Err(broken) => app.confirmed.extend(broken.report.confirmed),
        }
        let truth: Vec<LoggedEvent> = smartbox.cabinet().log().iter().cloned().collect();
        let told = |event: &LoggedEvent| truth.iter().find(|one| one.number == event.number).is_none_or(|one| one == event);
        prop_assert!(app.desk.events.iter().all(told));
        let held = |held: &Held| smartbox.cabinet().grants().get(held.grant).is_some_and(|grant| grant.stamp == held.stamp);
        prop_assert!(app.confirmed.iter().all(held));
        let report = app.visit(app.plan(&grants), &mut smartbox).expect("the next one does the rest");
        prop_assert_eq!(report.digest_agrees, Some(true));
    }
}

/// A desk that notes what it sees.
#[derive(Default)]
struct Watcher {
    desk: Desk,
    seen: Vec<(bool, usize, u64)>,
}

impl Host for Watcher {
    fn now(&self) -> Instant {
        NOON
    }

    fn random(&mut self) -> Option<[u8; 32]> {
        self.desk.random()
    }

    fn sign<'a>(&'a mut self, what: &'a ToSign) -> Doing<'a, Signature> {
        self.desk.sign(what)
    }

    fn store(&mut self, events: Vec<LoggedEvent>, chain: Digest) -> Doing<'_, ()> {
        self.desk.store(events, chain)
    }

    fn keep(&mut self, offered: Offered) -> Doing<'_, ()> {
        self.desk.keep(offered)
    }

    fn watch(&mut self, step: &Step, report: &VisitReport) {
        self.seen.push((matches!(step, Step::Store(..)), report.confirmed.len(), report.events));
    }
}

#[test]
fn whoever_watches_a_visit_sees_each_step_and_what_was_done_before_it() {
    let mut smartbox = smartbox();
    let mut draw = draws();
    let mut link = VirtualLink::new(&mut smartbox, NOON, &mut draw);
    let mut watcher = Watcher::default();
    let report = run(carry(plan(grants(BATCH as u32 + 1)), &mut link, &mut watcher)).expect("it ends");
    let seen = watcher.seen;
    assert_eq!(seen.first(), Some(&(false, 0, 0)), "before the box was asked anything");
    assert_eq!(seen.last(), Some(&(false, BATCH + 1, report.events)));
    assert!(seen.iter().any(|(_, confirmed, _)| *confirmed == BATCH), "after the first of two deliveries");
    assert!(seen.iter().any(|(storing, ..)| *storing));
}

/// A visit as it waits for an answer, that answer, and what comes of it.
struct Waits {
    visit: Visit,
    answer: Vec<u8>,
    step: Step,
    report: VisitReport,
}

/// A visit that commands, delivers and reads, at every answer that it waits for.
fn waiting() -> Vec<Waits> {
    let mut smartbox = eventful(55);
    smartbox.cabinet_mut().set_clock_offset_ms(90_000);
    deliver(smartbox.cabinet_mut(), &[grant(77, CODE)], &[]);
    let plan = VisitPlan {
        notices: vec![notice(9, 1, KeyPlace::WithVisitor)],
        confirmed: vec![grant(1, "9000000")],
        commands: vec![Command::SetBin { bin: bin(4), enabled: false }],
        set_clock: Some(1_000),
        ..plan(grants(3).split_off(1))
    };
    let (mut desk, mut draw) = (Desk::default(), draws());
    let (mut visit, hello) = Visit::start(plan);
    let (mut step, mut waiting) = (Step::Send(hello), Vec::new());
    loop {
        step = match step {
            Step::Send(bytes) => {
                let (before, answer) = (visit.clone(), smartbox.exchange(&bytes, NOON, &draw()).0);
                let step = visit.exchange(&answer, NOON).expect("a step");
                let report = visit.report().clone();
                waiting.push(Waits { visit: before, answer, step: step.clone(), report });
                step
            }
            Step::Sign(what) => {
                let (signature, random) = (run(desk.sign(&what)), desk.random());
                visit.signed(&signature.expect("a signature"), random.expect("random")).expect("a step")
            }
            Step::Store(..) => visit.stored(NOON).expect("a step"),
            Step::Done(_) => return waiting,
        };
    }
}

#[test]
fn whatever_bytes_come_a_visit_goes_on_only_with_what_the_box_has_signed() {
    let waiting = waiting();
    assert!(waiting.len() > 8, "{}", waiting.len());
    let mut dice = Dice::from(2);
    for case in 0..4_000 {
        let at = case % waiting.len();
        let Waits { visit, answer, step, report } = &waiting[at];
        // Whoever stands between has heard what was answered before.
        let other = &waiting[dice.below(at + 1)].answer;
        let bytes = match dice.below(6) {
            0 => dice.run(300),
            1 => other.clone(),
            2 => {
                let (_, response) = read_response(other).expect("an answer");
                write_response(visit.exchange, &response)
            }
            3 => dice.altered(other),
            _ => dice.altered(answer),
        };
        let mut visit = visit.clone();
        let before = visit.report().clone();
        match visit.exchange(&bytes, NOON) {
            // The greeting is anybody's word, and so is what stands beside an envelope.
            Ok(Step::Sign(_)) if at == 0 => assert_eq!(visit.report(), &before, "case {case}"),
            Ok(next) => assert_eq!((&next, visit.report()), (step, report), "case {case}"),
            Err(_) => {
                assert_eq!(visit.report(), &before, "case {case}: nothing of it is believed");
                assert_eq!(visit.exchange(answer, NOON), Err(VisitError::OutOfTurn), "and it is over");
                assert_eq!(visit.stored(NOON), Err(VisitError::OutOfTurn));
                assert_eq!(visit.signed(&Signature([0; 64]), [0; 32]), Err(VisitError::OutOfTurn));
            }
        }
    }
}

#[test]
fn an_answer_with_any_byte_changed_or_missing_is_refused() {
    // The greeting is anybody's word; what is after it is not.
    for Waits { visit, answer, step, report } in waiting().into_iter().skip(1) {
        let (_, response) = read_response(&answer).expect("an answer");
        for at in 0..answer.len() {
            let mut flipped = answer.clone();
            flipped[at] ^= 1 << (at % 8);
            let mut there = visit.clone();
            match there.exchange(&flipped, NOON) {
                // Where the events end stands beside their envelope, too, for couriers who cannot open it.
                Ok(next) => {
                    assert!(matches!(response, Response::Events { .. }), "byte {at}");
                    assert_eq!((&next, there.report()), (&step, &report), "byte {at}");
                }
                Err(VisitError::Envelope(_) | VisitError::Malformed(_) | VisitError::Unsupported(_)) => {}
                Err(VisitError::Version(_) | VisitError::OutOfStep { .. } | VisitError::Unexpected) => {}
                Err(other) => panic!("byte {at}: {other}"),
            }
            assert!(
                matches!(visit.clone().exchange(&answer[..at], NOON), Err(VisitError::Malformed(_))),
                "cut at {at}"
            );
        }
    }
}

#[test]
fn answers_that_come_in_another_order_or_twice_end_the_visit() {
    let waiting = waiting();
    for (at, one) in waiting.iter().enumerate() {
        for (other_at, other) in waiting.iter().enumerate().filter(|(other_at, _)| *other_at != at) {
            let (expected, got) = (1 + at as u32, 1 + other_at as u32);
            let end = one.visit.clone().exchange(&other.answer, NOON);
            assert_eq!(end, Err(VisitError::OutOfStep { expected, got }));
        }
    }
}

#[test]
fn a_box_that_was_paired_with_another_organization_since_is_not_believed() {
    let mut smartbox = smartbox();
    smartbox.step(Input::PressService, NOON);
    paired_with(&mut smartbox, &keys(40));
    let end = App::default().visit(plan(grants(3)), &mut smartbox);
    assert_eq!(end, Err(Why::Visit(VisitError::Failed(Failure::Denied(Denial::NotForUs)))));
    assert!(smartbox.cabinet().grants().is_empty());
}

#[test]
fn a_device_of_another_organization_is_let_in_nowhere() {
    let mut smartbox = smartbox();
    let stranger = keys(40);
    let mut desk = Desk::of(stranger.clone());
    let plan = VisitPlan { by: author(&stranger), ..plan(grants(3)) };
    let mut draw = draws();
    let end = run(carry(plan, &mut VirtualLink::new(&mut smartbox, NOON, &mut draw), &mut desk)).expect_err("refused");
    assert_eq!(end.why, Why::Visit(VisitError::Failed(Failure::Denied(Denial::Forged))));
    assert!(smartbox.cabinet().grants().is_empty());
}

#[test]
fn a_device_whose_credential_is_over_or_has_not_begun_is_told_so() {
    for (issued, why) in [(-11 * YEAR, Denial::Expired), (YEAR, Denial::NotYet)] {
        let mut smartbox = smartbox();
        let by = Author { credential: keys(1).credential(DeviceId(7), NOON.plus_ms(issued)), ..author(&keys(1)) };
        let end = App::default().visit(VisitPlan { by, ..plan(grants(3)) }, &mut smartbox);
        assert_eq!(end, Err(Why::Visit(VisitError::Failed(Failure::Denied(why)))));
        assert!(smartbox.cabinet().grants().is_empty());
    }
}

const YEAR: i64 = 366 * 24 * HOUR_MS;

#[test]
fn a_box_whose_clock_is_a_year_off_refuses_until_a_visit_sets_it() {
    for off in [-YEAR, YEAR] {
        let mut smartbox = smartbox();
        smartbox.cabinet_mut().set_clock_offset_ms(off);
        // Behind, the credential has not begun; ahead, a manager's holds for years yet.
        let end = App::default().visit(plan(grants(1)), &mut smartbox);
        let not_yet = Err(Why::Visit(VisitError::Failed(Failure::Denied(Denial::NotYet))));
        assert_eq!((end.is_err(), smartbox.cabinet().clock_offset_ms()), (off < 0, off));
        assert!(off > 0 || end == not_yet, "{end:?}");
        let plan = VisitPlan { set_clock: Some(2_000), ..plan(grants(1)) };
        let report = App::default().visit(plan, &mut smartbox).expect("done");
        assert_eq!((report.clock_offset_ms, report.clock_set, report.digest_agrees), (off, true, Some(true)));
        assert_eq!(smartbox.cabinet().clock_offset_ms(), 0);
    }
}

#[test]
fn what_a_device_wrote_whose_clock_is_a_year_ahead_is_refused() {
    let mut smartbox = smartbox();
    let mut ahead = grant(1, CODE);
    ahead.stamp = stamp(NOON.ms() + YEAR, 1);
    let end = App::default().visit(plan(vec![ahead]), &mut smartbox);
    assert_eq!(end, Err(Why::Visit(VisitError::Failed(Failure::Denied(Denial::Ahead)))));
    assert!(smartbox.cabinet().grants().is_empty());
}
