//! The worked examples of `PROTOCOL.md`: made here from fixed keys, and found there.
//!
//! When a format changes, print them all anew and put them into the document:
//!
//! ```text
//! cargo test --no-default-features --lib smartbox::protocol::examples -- --nocapture
//! ```

use super::contents::{Answer, Batch, Challenge, Command, EventReport, Order, Receipt, write};
use super::messages::*;
use super::*;
use crate::domain::cbor;
use crate::domain::time::HOUR_MS;
use crate::smartbox::envelope::{self, KeyName, OpeningKey, Purpose, SigningKey, ToSign, check_mac};
use crate::smartbox::label::Label;
use crate::smartbox::log::{CHAIN_BEGINS, chained};
use crate::smartbox::pairing::{Pairing, PairingPlan, PairingStep};
use crate::smartbox::reference_box::{Random, ReferenceBox};
use crate::smartbox::testing::*;
use crate::smartbox::visit::open_from;

/// What the box draws for each exchange, here alone twice the same: for what it seals, its challenge, and the two keys of an offer.
fn box_draws() -> Random {
    std::array::from_fn(|n| [0xaa, 0xab, 0xac, 0xad][n / 32])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The document without its white space.
fn document() -> String {
    include_str!("../PROTOCOL.md").split_whitespace().collect()
}

/// What answers to commands are sealed to.
fn answers() -> OpeningKey {
    OpeningKey::from_bytes([5; 32])
}

/// What device 7, a manager's, signs for the box.
fn signed(purpose: Purpose, to: &ReferenceBox, content: Vec<u8>) -> Vec<u8> {
    let credential = keys(1).credential(crate::domain::DeviceId(7), NOON.plus_ms(-HOUR_MS));
    let key: SigningKey = keys(1).device;
    let to_sign = ToSign::new(purpose, &key.verifying(), Some(&to.sealing()), Some(credential), content);
    let signature = key.sign(&to_sign);
    to_sign.signed(&signature)
}

fn sealed(purpose: Purpose, to: &ReferenceBox, signed: &[u8], drawn: u8) -> Envelope {
    Envelope(envelope::seal(purpose, &to.sealing(), signed, [drawn; 32]).expect("a key that can be sealed to"))
}

fn reply(smartbox: &mut ReferenceBox, request: &[u8]) -> Vec<u8> {
    smartbox.exchange(request, NOON, &box_draws()).0
}

fn ask(smartbox: &mut ReferenceBox, exchange: u32, request: &Request) -> (Vec<u8>, Response) {
    let reply = reply(smartbox, &write_request(exchange, request));
    let (answered, response) = read_response(&reply).expect("a response");
    assert_eq!(answered, exchange);
    (reply, response)
}

/// Every example, by what it is.
fn examples() -> Vec<(&'static str, String)> {
    let organization = keys(1);
    let name = |name: KeyName| hex(&name.0);
    let mut examples = Vec::new();
    let mut add = |what, example: String| examples.push((what, example));

    // The label, and a pairing: from then on the box has the keys that it offered.
    let mut smartbox = new_box();
    let label: Label = smartbox.label();
    add("the label's text", label.secret.text().expose().clone());
    add("the label's QR code", label.qr().expose().clone());
    add("the label's key", hex(&label.secret.key()));
    let plan = PairingPlan { label: label.clone(), organization: organization.public(), drawn: [9; 32] };
    let (mut pairing, hello) = Pairing::start(plan);
    let Ok(PairingStep::Send(pair)) = pairing.exchange(&reply(&mut smartbox, &hello)) else { panic!("it is the one") };
    add("a request to pair", hex(&pair));
    let offered = reply(&mut smartbox, &pair);
    let Ok((_, Response::Offer { envelope })) = read_response(&offered) else { panic!("an offer") };
    let offer = check_mac(Purpose::Offer, &label.secret.key(), &envelope.0).expect("made with the secret");
    assert!(envelope.0.windows(offer.len()).any(|part| part == offer), "it stands there for all to see");
    add("the offer in its Mac0", hex(&envelope.0));
    let Ok(PairingStep::Keep(kept)) = pairing.exchange(&offered) else { panic!("the secret is right") };
    let Ok(PairingStep::Send(join)) = pairing.kept(NOON, [8; 32]) else { panic!("terms") };
    add("a request with the terms, sealed", hex(&join));
    let Ok(Request::Join { envelope }) = read_request(&join).map(|(_, request)| request) else { panic!("terms") };
    // The key that it will have, which the box draws last.
    let opening = OpeningKey::from_bytes([0xad; 32]);
    let terms = envelope::open(Purpose::Terms, &opening, &envelope.0).expect("for the box");
    add("the terms in their Mac0", hex(&terms));
    let joined = reply(&mut smartbox, &join);
    add("the response that it is paired, signed", hex(&joined));
    assert!(matches!(pairing.exchange(&joined), Ok(PairingStep::Done(_))));

    // The keys.
    assert_eq!(box_keys(&smartbox), kept.keys);
    add("the box's Ed25519 key", hex(&smartbox.verifying().0));
    add("its name", name(smartbox.verifying().name()));
    add("the box's X25519 key", hex(&smartbox.sealing().0));
    add("its name", name(smartbox.sealing().name()));
    add("the organization's Ed25519 key", hex(&organization.organization.verifying().0));
    add("its name", name(organization.organization.verifying().name()));
    add("the organization's X25519 key", hex(&organization.opening.sealing().0));
    add("its name", name(organization.opening.sealing().name()));
    add("the device's Ed25519 key", hex(&organization.device.verifying().0));
    add("its name", name(organization.device.verifying().name()));
    let credential = organization.credential(crate::domain::DeviceId(7), NOON.plus_ms(-HOUR_MS));
    add("the device's credential", hex(&credential));

    // A greeting.
    let hello = Request::Hello { versions: VERSIONS };
    add("a request for a greeting", hex(&write_request(1, &hello)));
    let (reply, Response::Hello(greeting)) = ask(&mut smartbox, 1, &hello) else { panic!("a greeting") };
    add("a greeting", hex(&reply));

    // An order, and its answer.
    let answer_to = answers().sealing();
    let order = write(&Order { challenge: greeting.challenge, answer_to, command: Command::Status });
    add("an order", hex(&order));
    let order_signed = signed(Purpose::Command, &smartbox, order);
    let order = Request::Command { envelope: sealed(Purpose::Command, &smartbox, &order_signed, 6) };
    let (_, Response::Done { envelope }) = ask(&mut smartbox, 2, &order) else { panic!("it is done") };
    let answer: Answer =
        open_from(&box_keys(&smartbox), Purpose::Answer, &answers(), &envelope.0).expect("from the box, for us");
    assert_eq!((answer.to, answer.challenge), (greeting.challenge, Challenge([0xab; 16])));
    add("the answer to it, opened", hex(&write(&answer)));

    // A batch, and its receipt.
    let chain = smartbox.cabinet().log().chain_through(2);
    let batch = Batch { number: 3, grants: vec![grant(1, CODE)], notices: vec![], stored: 2, chain, barred: vec![] };
    add("a batch", hex(&write(&batch)));
    let batch_signed = signed(Purpose::Grants, &smartbox, write(&batch));
    add("the batch, signed", hex(&batch_signed));
    let deliver = Request::Deliver { envelope: sealed(Purpose::Grants, &smartbox, &batch_signed, 7) };
    add("a request with the batch, signed and sealed", hex(&write_request(3, &deliver)));
    let (reply, Response::Delivered { envelope }) = ask(&mut smartbox, 3, &deliver) else { panic!("it is delivered") };
    let receipt: Receipt =
        open_from(&box_keys(&smartbox), Purpose::Receipt, &organization.opening, &envelope.0).expect("a receipt");
    assert_eq!(receipt.first_held, 3, "the chain is right");
    add("a receipt, opened", hex(&write(&receipt)));
    add("the response with the receipt, signed and sealed", hex(&reply));

    // The log of a new box, and its chain.
    let mut begun = new_box();
    let before = begun.cabinet().log().read(1, 1);
    add("event 1, the box's first", hex(&cbor::to_vec(&before.events[0])));
    add("the chain up to it", hex(&chained(&CHAIN_BEGINS, &before.events[0]).0));
    begun.cabinet_mut().acknowledge(1);
    let report: EventReport = begun.cabinet().log().read(1, 1);
    assert_eq!(report.before, chained(&CHAIN_BEGINS, &before.events[0]));
    add("a report of the event after it", hex(&write(&report)));
    examples
}

#[test]
fn the_examples_of_the_document_are_what_the_code_makes() {
    let document = document();
    let mut missing = Vec::new();
    for (what, example) in examples() {
        println!("{what}:\n{example}\n");
        if !document.contains(&format!("`{example}`")) {
            missing.push(what);
        }
    }
    assert!(missing.is_empty(), "not in the document, or not as the code makes it: {missing:#?}");
}
