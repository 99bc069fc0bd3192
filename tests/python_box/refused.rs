//! What the box does not do, and what it says then.

use latchbook::domain::{BinNumber, DeviceId, Instant, Name, Role};
use latchbook::journal;
use latchbook::smartbox::envelope::{
    Credential, FoundingKeys, OpeningKey, Purpose, SealingKey, SigningKey, ToSign, check_mac, mac, seal,
};
use latchbook::smartbox::protocol::VERSIONS;
use latchbook::smartbox::protocol::contents::{Batch, Challenge, Command, Offer, Order, Terms, read, write};
use latchbook::smartbox::protocol::messages::{
    Denial, Envelope, Failure, Greeting, Request, Response, read_response, write_request,
};
use latchbook::smartbox::{BoxKeys, VisitError, VisitPlan, Why, carry};
use pollster::block_on;

use crate::desk::Office;
use crate::program::{NOON, SmartBox};

const HOUR_MS: i64 = 60 * 60 * 1_000;
const DAY_MS: i64 = 24 * HOUR_MS;

fn ask(smartbox: &mut SmartBox, exchange: u32, request: &Request) -> Response {
    let answer = smartbox.line().ask(&write_request(exchange, request)).expect("an answer");
    let (to, response) = read_response(&answer).expect("a response");
    assert_eq!(to, exchange);
    response
}

fn greeting(smartbox: &mut SmartBox, exchange: u32) -> Greeting {
    match ask(smartbox, exchange, &Request::Hello { versions: VERSIONS }) {
        Response::Hello(greeting) => greeting,
        other => panic!("a greeting, got {other:?}"),
    }
}

/// A device of an organization, and what it says to a box.
struct Device {
    key: SigningKey,
    credential: Vec<u8>,
    to: BoxKeys,
    answers: SealingKey,
}

impl Device {
    fn new(of: &FoundingKeys, to: BoxKeys, device: u32, role: Role, issued: Instant) -> Self {
        let key = SigningKey::from_seed([device as u8; 32]);
        let expires = issued.plus_ms(30 * DAY_MS);
        let credential = Credential { device: DeviceId(device), role, issued, expires, key: key.verifying() };
        let to_sign = credential.to_sign(&of.organization.verifying());
        let signature = of.organization.sign(&to_sign);
        let answers = OpeningKey::from_bytes([5; 32]).sealing();
        Self { key, credential: to_sign.signed(&signature), to, answers }
    }

    fn signed(&self, purpose: Purpose, content: Vec<u8>) -> Envelope {
        let credential = Some(self.credential.clone());
        let to_sign = ToSign::new(purpose, &self.key.verifying(), Some(&self.to.sealing), credential, content);
        let signature = self.key.sign(&to_sign);
        Envelope(seal(purpose, &self.to.sealing, &to_sign.signed(&signature), [8; 32]).expect("sealed"))
    }

    fn order(&self, challenge: Challenge, command: Command) -> Request {
        let order = Order { challenge, answer_to: self.answers, command };
        Request::Command { envelope: self.signed(Purpose::Command, write(&order)) }
    }

    /// Says Hello, and gives an order; nothing when it was obeyed.
    fn orders(&self, smartbox: &mut SmartBox, exchange: u32, command: Command) -> Option<Failure> {
        let challenge = greeting(smartbox, exchange).challenge;
        self.orders_with(smartbox, exchange, challenge, command)
    }

    fn orders_with(
        &self,
        smartbox: &mut SmartBox,
        exchange: u32,
        challenge: Challenge,
        command: Command,
    ) -> Option<Failure> {
        match ask(smartbox, exchange + 1, &self.order(challenge, command)) {
            Response::Done { .. } => None,
            Response::Failed(failure) => Some(failure),
            other => panic!("an answer to an order, got {other:?}"),
        }
    }
}

fn paired() -> (SmartBox, Office, BoxKeys) {
    let (mut smartbox, mut office) = (SmartBox::start(), Office::founded(1));
    office.pairs(&mut smartbox).expect("it is paired");
    let keys = office.plan().keys;
    (smartbox, office, keys)
}

#[test]
#[ignore = "another box, in Python: `cargo xtask test --only native` runs this"]
fn an_order_is_for_those_who_may_give_it_in_time() {
    let (mut smartbox, mut office, to) = paired();
    let device = |device, role, issued| Device::new(&office.keys, to, device, role, issued);
    let manager = device(20, Role::Manager, NOON);
    let technician = device(21, Role::Technician, NOON);
    let denied = |denial| Some(Failure::Denied(denial));
    let bin = |number| BinNumber::new(number).expect("1 to 99");
    let (open, reset) = (Command::OpenBin { bin: bin(1) }, Command::Reset);

    let stranger = Device::new(&Office::founded(99).keys, to, 20, Role::Manager, NOON);
    let early = device(22, Role::Manager, NOON.plus_ms(2 * DAY_MS));
    let late = device(23, Role::Manager, NOON.plus_ms(-40 * DAY_MS));
    for (n, (who, command, answer)) in (0_u32..).zip([
        (&manager, Command::Status, None),
        (&technician, open, None),
        (&technician, Command::BeginLog { from: 1 }, denied(Denial::Role)),
        (&technician, reset, denied(Denial::Role)),
        (&manager, Command::OpenBin { bin: bin(5) }, Some(Failure::NoSuchBin { bin: 5 })),
        (&manager, reset, denied(Denial::HandNeeded)),
        (&stranger, open, denied(Denial::Forged)),
        (&early, open, denied(Denial::NotYet)),
        (&late, open, denied(Denial::Expired)),
        // For the clock, the moment is the one that it is to show.
        (&early, Command::SetClock { to: NOON.plus_ms(DAY_MS) }, None),
        (&technician, Command::SetClock { to: NOON.plus_ms(HOUR_MS) }, denied(Denial::BackInTime)),
        (&manager, Command::SetClock { to: NOON }, None),
    ]) {
        assert_eq!(who.orders(&mut smartbox, 10 * n + 1, command), answer, "{n}: {command:?}");
    }

    // A challenge is for one order, and for two minutes.
    let challenge = greeting(&mut smartbox, 1_001).challenge;
    assert_eq!(manager.orders_with(&mut smartbox, 1_001, challenge, open), None);
    assert_eq!(manager.orders_with(&mut smartbox, 1_002, challenge, open), denied(Denial::Stale));
    let challenge = greeting(&mut smartbox, 1_003).challenge;
    smartbox.say("wait 121000");
    assert_eq!(manager.orders_with(&mut smartbox, 1_004, challenge, open), denied(Denial::Stale));

    // The box's own word in an envelope that was changed, or is for another box, or of another kind.
    let challenge = greeting(&mut smartbox, 1_005).challenge;
    let Request::Command { envelope } = manager.order(challenge, open) else { panic!("an order") };
    let mut changed = envelope.clone();
    *changed.0.last_mut().expect("bytes") ^= 1;
    let elsewhere = Device { to: BoxKeys { sealing: manager.answers, ..to }, ..manager };
    for (n, (request, denial)) in (0_u32..).zip([
        (Request::Command { envelope: changed }, Denial::Forged),
        (Request::Deliver { envelope }, Denial::Forged),
        (elsewhere.order(challenge, open), Denial::NotForUs),
        (Request::Command { envelope: Envelope(b"none".to_vec()) }, Denial::Malformed),
    ]) {
        assert_eq!(ask(&mut smartbox, 1_010 + n, &request), Response::Failed(Failure::Denied(denial)));
    }
    // A device that was lost is let in no more once the box has heard of it.
    let lost = DeviceId(24);
    let called = Name::parse("Tablet").expect("a name");
    office.run(journal::Command::EnrolDevice { device: lost, name: called, role: Role::FrontDesk });
    office.run(journal::Command::RevokeDevice(lost));
    let lost = Device::new(&office.keys, to, 24, Role::FrontDesk, NOON);
    assert_eq!(lost.orders(&mut smartbox, 1_020, open), None);
    office.visits(&mut smartbox);
    assert_eq!(lost.orders(&mut smartbox, 1_030, open), denied(Denial::Barred));
}

#[test]
#[ignore = "another box, in Python: `cargo xtask test --only native` runs this"]
fn a_box_of_one_organization_is_none_of_another_until_a_hand_is_on_it() {
    let (mut smartbox, mut office, to) = paired();
    let (_, code) = office.books("Ana", "2026-11-23T11:00", "2026-11-23T13:00");
    smartbox.drops_off(office.key);
    office.visits(&mut smartbox);

    let mut other = Office::founded(60);
    let refused = |why| Err(Why::Visit(VisitError::Failed(why)));
    let plan = VisitPlan { by: other.author(), ..office.plan() };
    let visit = block_on(carry(plan, smartbox.line(), &mut other)).map(drop).map_err(|broken| broken.why);
    assert_eq!(visit, refused(Failure::Denied(Denial::Forged)));
    assert_eq!(other.pairs(&mut smartbox).map(drop), refused(Failure::AlreadyPaired));

    // What is written more than a day ahead, and what a technician's device delivers, if only a batch of nothing.
    let ahead = {
        let mut plan = office.plan();
        plan.grants = plan.confirmed.clone();
        plan.grants[0].stamp.clock += u64::try_from(2 * DAY_MS).expect("positive") << 16;
        plan
    };
    assert_eq!(office.carries(ahead, &mut smartbox).map(drop), refused(Failure::Denied(Denial::Ahead)));
    let technician = Device::new(&office.keys, to, 25, Role::Technician, NOON);
    let (grants, notices, barred) = (Vec::new(), Vec::new(), Vec::new());
    let nothing = Batch { number: 1, grants, notices, stored: 0, chain: None, barred };
    let delivery = Request::Deliver { envelope: technician.signed(Purpose::Grants, write(&nothing)) };
    assert_eq!(ask(&mut smartbox, 1, &delivery), Response::Failed(Failure::Denied(Denial::Role)));
    assert_eq!(smartbox.types(&code), "Opened");
    smartbox.say("close 1");

    // Somebody with another label's secret pairs nothing, whoever presses the button.
    smartbox.say("service");
    let secret = smartbox.label().secret.key();
    let offered = ask(&mut smartbox, 1, &Request::Pair { drawn: [9; 32] });
    let Response::Offer { envelope } = offered else { panic!("an offer, got {offered:?}") };
    let offer: Offer =
        read(&check_mac(Purpose::Offer, &secret, &envelope.0).expect("with the label's secret")).expect("an offer");
    for (n, (challenge, secret, sealing, denial)) in (2_u32..).zip([
        (offer.challenge, [3; 32], offer.sealing, Denial::WrongSecret),
        ([0; 32], secret, offer.sealing, Denial::Stale),
        (offer.challenge, secret, to.sealing, Denial::NotForUs),
    ]) {
        let terms = Terms { challenge, verifying: to.verifying, sealing: to.sealing, clock: NOON };
        let terms = mac(Purpose::Terms, &secret, &write(&terms));
        let envelope = Envelope(seal(Purpose::Terms, &sealing, &terms, [8; 32]).expect("sealed"));
        assert_eq!(ask(&mut smartbox, n, &Request::Join { envelope }), Response::Failed(Failure::Denied(denial)));
    }

    other.pairs(&mut smartbox).expect("with a hand on it, it is paired anew");
    other.visits(&mut smartbox);
    assert!(matches!(other.events[0].event, latchbook::smartbox::Event::LogBegun { .. }), "{:?}", other.events);
    assert_eq!(smartbox.types(&code), "Unknown");
    let plan = office.plan();
    assert_eq!(office.carries(plan, &mut smartbox).map(drop), refused(Failure::Denied(Denial::NotForUs)));
}
