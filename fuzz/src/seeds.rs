//! What a corpus begins with: something valid of every kind, so that what is found by changing it lies deep.
//!
//! `examples/seeds.rs` writes them; when a format changes, so do they.

use latchbook::smartbox::envelope::{OpeningKey, Purpose, Signed, check_mac, open};
use latchbook::smartbox::protocol::contents::{Challenge, Terms, write};
use latchbook::smartbox::protocol::messages::{
    Envelope, Request, Response, read_response, write_request, write_response,
};
use latchbook::smartbox::protocol::{EVENTS_A_MESSAGE, VERSIONS};
use latchbook::smartbox::{Pairing, PairingStep, ReferenceBox};

use super::envelope::whole;
use super::input::Input;
use super::people::{
    Draws, NOON, answers, batch, devices, new_box, order, organization, other_box, paired_box, pairing_plan, sealed,
};

/// Every seed, with the name of its target.
pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let talk = talk();
    let mut seeds = Vec::new();
    let mut add = |target, seed: Vec<u8>| seeds.push((target, seed));
    for message in talk.iter().chain(&failures()) {
        add("message", message.clone());
    }
    for (kind, content) in contents(&talk) {
        add("contents", [&[kind], &content[..]].concat());
    }
    for kind in 0..5 {
        add("envelope", [&[0], &whole(kind)[..]].concat());
        add("envelope", vec![2 + 4 * kind, 0, 0, 9, 0]);
    }
    for kind in 0..3 {
        let manager = &devices()[0].credential;
        let claims = Signed::read(manager).expect("a credential").unchecked().to_vec();
        add("envelope", [&[3 + 4 * kind][..], if kind == 2 { &claims } else { &manager[..] }].concat());
    }
    for kind in 0..5 {
        let part = run(b"a message of several fragments");
        let seed = [&[kind], &part[..], &[0, 0, 0, 30, 0, 9, 0, 0], &[2], &part[..], &[20, 0]].concat();
        add("serial_frames", seed.clone());
        add("fragments", [&[1, 20, 0, 0], &seed[..]].concat());
    }
    let label = pairing_plan().label;
    add("label", label.qr().expose().clone().into_bytes());
    add("label", label.secret.text().expose().clone().into_bytes());
    add("label", label.secret.text().expose().replace('-', "\u{a0}").replace('0', "o").to_lowercase().into_bytes());
    for state in [new_box(), paired_box().0, eventful()].iter().map(ReferenceBox::save) {
        add("box_state", [&[0], &run(&[0, 3, 7, 1, 0, 0, 0, 1, 1, 1, 2, 0, 0, 0])[..], &state].concat());
    }
    add("box_state", [&[1], &run(&[1; 40])[..], &[3, 1, 90, 0, 7]].concat());
    for seed in box_talks() {
        add("box_talk", seed);
    }
    for seed in app_talks() {
        add("app_talk", seed);
    }
    seeds
}

/// Bytes with their length before them.
fn run(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u16).to_le_bytes(), bytes].concat()
}

/// A box that has seen something.
fn eventful() -> ReferenceBox {
    let mut smartbox = paired_box().0;
    let mut happenings = [5, 2, 7, 12, 8, 0, 1, 1, 3, 0, 9, 0, 6, 0, 1, 4, 1, 7, 3, 0].repeat(2);
    happenings.extend([9, 1]);
    let mut input = Input::new(&happenings);
    while !input.is_over() {
        smartbox.step(super::people::happening(&mut input), NOON);
    }
    smartbox
}

/// All that an app and a box say to each other: every request, with its response after it, of a pairing and of one of each exchange.
fn talk() -> Vec<Vec<u8>> {
    let mut draws = Draws::from(6);
    let mut said = Vec::new();
    let mut smartbox = new_box();
    let (mut pairing, first) = Pairing::start(pairing_plan());
    let mut step = PairingStep::Send(first);
    while !matches!(step, PairingStep::Done(_)) {
        step = match step {
            PairingStep::Send(request) => {
                let reply = smartbox.exchange(&request, NOON, &draws.next()).0;
                said.extend([request, reply.clone()]);
                pairing.exchange(&reply).expect("a step")
            }
            _ => pairing.kept(NOON, [8; 32]).expect("a step"),
        };
    }
    let mut smartbox = eventful();
    let mut ask = |request: Request| {
        let request = write_request(1, &request);
        let reply = smartbox.exchange(&request, NOON, &draws.next()).0;
        said.extend([request, reply.clone()]);
        read_response(&reply).expect("a message").1
    };
    let Response::Hello(greeting) = ask(Request::Hello { versions: VERSIONS }) else { panic!("a greeting") };
    let (manager, to) = (&devices()[0], paired_box().0.sealing());
    let order = write(&order(greeting.challenge, &mut Input::new(&[2, 3])));
    let order = manager.signed(Purpose::Command, &to, order);
    ask(Request::Command { envelope: sealed(Purpose::Command, &to, &order) });
    ask(Request::ReadEvents { from: 2, at_most: EVENTS_A_MESSAGE });
    let batch = manager.signed(Purpose::Grants, &to, write(&batch(&mut Input::new(&MANY))));
    ask(Request::Deliver { envelope: sealed(Purpose::Grants, &to, &batch) });
    said
}

/// Three grants, one of them revoked, two notices and a barred device.
const MANY: [u8; 36] =
    [3, 18, 4, 2, 1, 1, 0, 0, 0, 0, 0, 2, 65, 0, 9, 0, 0, 0, 3, 9, 0, 7, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 2, 1, 0, 0];

fn failures() -> Vec<Vec<u8>> {
    use latchbook::smartbox::protocol::Fault;
    use latchbook::smartbox::protocol::messages::{Denial, Failure, write_versions};
    let failures = [
        Failure::Malformed(Fault::Shape),
        Failure::Unsupported { kind: 77 },
        Failure::NoSuchBin { bin: 9 },
        Failure::Denied(Denial::Stale),
    ];
    let mut messages: Vec<_> = failures.iter().map(|failure| write_response(3, &Response::Failed(*failure))).collect();
    messages.push(write_versions());
    messages
}

/// Every content that is in what was said, with the number of its kind.
fn contents(talk: &[Vec<u8>]) -> Vec<(u8, Vec<u8>)> {
    let offer = |envelope: &Envelope| {
        check_mac(Purpose::Offer, &pairing_plan().label.secret.key(), &envelope.0).expect("made with the secret")
    };
    let signed = |bytes: &[u8]| Signed::read(bytes).expect("signed").unchecked().to_vec();
    let opening = &organization().opening;
    let from =
        |purpose, key: &OpeningKey, envelope: &Envelope| signed(&open(purpose, key, &envelope.0).expect("sealed"));
    let mut contents: Vec<(u8, Vec<u8>)> = talk
        .iter()
        .skip(1)
        .step_by(2)
        .filter_map(|message| match read_response(message).ok()?.1 {
            Response::Delivered { envelope } => Some((1, from(Purpose::Receipt, opening, &envelope))),
            Response::Events { envelope, .. } => Some((2, from(Purpose::Events, opening, &envelope))),
            Response::Done { envelope } => Some((4, from(Purpose::Answer, &answers(), &envelope))),
            Response::Offer { envelope } => Some((5, offer(&envelope))),
            Response::Joined { envelope } => Some((7, signed(&envelope.0))),
            Response::Hello(_) | Response::Failed(_) => None,
        })
        .collect();
    let of = organization().public();
    let terms = Terms { challenge: [3; 32], verifying: of.verifying, sealing: of.sealing, clock: NOON };
    contents.push((6, write(&terms)));
    contents.push((0, write(&batch(&mut Input::new(&MANY)))));
    for kind in 0..6 {
        contents.push((3, write(&order(Challenge([2; 16]), &mut Input::new(&[kind, 1])))));
    }
    contents
}

/// Turns of the box's talk.
mod turn {
    pub const HELLO: &[u8] = &[2];
    pub const EVENTS: &[u8] = &[2 + 12 * 3, 1, 0, 100];
    pub const PRESS_SERVICE: &[u8] = &[9, 9, 0];
    pub const HANDS: &[u8] = &[9, 6, 0, 9, 7, 1, 9, 8, 0];
    pub const LATER: &[u8] = &[10, 0, 0, 0, 1, 0];
    pub const POWER: &[u8] = &[11];
    pub const AGAIN: &[u8] = &[8, 1, 0];
    pub const CHANGED_AGAIN: &[u8] = &[20, 1, 0, 0, 0, 40, 0];
    pub const PAIR: &[u8] = &[2 + 12 * 2, 7];
    pub const JOIN: &[u8] = &[7];
    pub const JOIN_CHANGED: &[u8] = &[7 + 12 * 4, 0, 0, 60, 0];

    /// A batch of a device, in order or changed in a way.
    pub fn deliver(who: u8, change: u8) -> Vec<u8> {
        [&[6 + 12, who, change], &super::MANY[..], &[0, 0, 50, 0]].concat()
    }

    /// An order of a device, in order or changed in a way.
    pub fn command(who: u8, change: u8, command: u8) -> Vec<u8> {
        vec![4 + 12, who, change, command, 1, 0, 0, 50, 0]
    }
}

fn box_talks() -> Vec<Vec<u8>> {
    use turn::*;
    let order_again = [HELLO, &command(0, 7, 2), AGAIN, CHANGED_AGAIN].concat();
    let mut talks = vec![
        [HELLO, EVENTS, POWER].concat(),
        order_again,
        [&deliver(0, 7)[..], EVENTS, AGAIN, CHANGED_AGAIN, LATER, AGAIN].concat(),
        [PRESS_SERVICE, PAIR, JOIN, HELLO, HANDS].concat(),
        [PRESS_SERVICE, PAIR, JOIN_CHANGED, JOIN].concat(),
        [HELLO, PRESS_SERVICE, &command(0, 7, 5), PAIR, JOIN, &deliver(0, 7)].concat(),
        [&[0][..], &run(b"\x83\x01\x01\x82\x00"), &[1], &run(b"\xd0\x83")].concat(),
        [HANDS, HELLO, &command(0, 7, 4), LATER, HELLO, &command(0, 7, 1), &deliver(1, 7)].concat(),
    ];
    for who in 1..5 {
        talks.push([HELLO, &command(who, 7, 1), &deliver(who, 7)].concat());
    }
    for change in 0..4 {
        talks.push([HELLO, &command(0, change, 3), &deliver(0, change), POWER].concat());
    }
    // A content of any making, and claims of any making.
    let content = run(&write(&batch(&mut Input::new(&MANY))));
    let claims = run(Signed::read(&devices()[0].credential).expect("a credential").unchecked());
    let before = &[6 + 12 * 5, 0, 7][..];
    talks.push([&[6, 0, 7], &MANY[..], &content].concat());
    talks.push([before, &MANY, &claims].concat());
    talks.push([HELLO, &[4 + 12 * 5, 0, 7, 0, 1], &claims].concat());
    talks
}

fn app_talks() -> Vec<Vec<u8>> {
    // A grant, a confirmed one, no doubtful one, a notice, one command, from the first event on.
    let plan =
        [0, 1, 2, 0, 17, 1, 0, 1, 1, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 3, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 2, 3];
    let mut talks = vec![vec![1], [&[1], &plan[..], &[0]].concat(), vec![0, 0]];
    for kind in 1..13 {
        for honest in [0, 1, 2, 3] {
            let answers = [&vec![0; honest][..], &[kind, 0, 0, 60, 0, 0, 0]].concat();
            talks.push([&[1], &plan[..], &[0], &answers].concat());
            if honest < 3 && kind > 10 {
                talks.push([&[0, 0][..], &answers].concat());
            }
        }
    }
    // What another box says, asked the same.
    let hello = write_request(1, &Request::Hello { versions: VERSIONS });
    let other = other_box().exchange(&hello, NOON, &Draws::from(7).next()).0;
    talks.push([&[1], &plan[..], &[0, 1], &run(&other)[..]].concat());
    talks
}
