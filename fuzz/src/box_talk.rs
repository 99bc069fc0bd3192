//! A paired box that anyone talks to: strangers, its own organization, those who change or repeat what was said, and hands.

use latchbook::domain::Instant;
use latchbook::smartbox::envelope::{self, OpeningKey, Purpose, SealingKey, ToSign};
use latchbook::smartbox::protocol::MESSAGE_BYTES;
use latchbook::smartbox::protocol::contents::{Challenge, Terms, write};
use latchbook::smartbox::protocol::messages::{
    Envelope, Request, Response, read_response, write_request, write_versions,
};
use latchbook::smartbox::protocol::{VERSIONS, Versions};
use latchbook::smartbox::{Random, ReferenceBox};

use super::input::Input;
use super::people::{Draws, NOON, batch, devices, happening, order, organization, paired_box, sealed, signed_by};
use super::state::kept;

/// How many turns a run has at most.
const TURNS: usize = 24;
/// More than a box ever keeps after so many turns.
const STATE_BYTES: usize = 64 << 10;

/// Whatever is said to a box: it answers with a message; it changes nothing when it refuses, nor for anyone who does not belong to
/// its organization; and what was changed on the way does what was meant, or nothing.
pub fn box_talk(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut talk = Talk {
        smartbox: paired_box().0,
        now: NOON,
        exchange: 0,
        challenge: Challenge([0; 16]),
        offer: None,
        draws: Draws::from(3),
        said: Vec::new(),
    };
    for _ in 0..TURNS {
        if input.is_over() {
            break;
        }
        talk.turn(&mut input);
    }
    let state = talk.smartbox.save();
    assert!(state.len() < STATE_BYTES, "{} bytes", state.len());
    assert_eq!(ReferenceBox::load(&state).expect("a state").save(), state);
}

/// Whose word a message is.
#[derive(Clone)]
enum Word {
    /// Anyone's: it must change nothing.
    Anyones,
    /// A device's of the organization, or that of somebody with the label and a hand on the box.
    Ours,
    /// This message of theirs, changed on the way.
    Altered(Vec<u8>),
}

struct Talk {
    smartbox: ReferenceBox,
    now: Instant,
    exchange: u32,
    /// What the box demands of an order, as far as it was heard.
    challenge: Challenge,
    /// What the box drew for its last offer.
    offer: Option<Random>,
    draws: Draws,
    said: Vec<(Vec<u8>, Word)>,
}

impl Talk {
    fn turn(&mut self, input: &mut Input<'_>) {
        self.exchange += 1;
        let kind = input.byte();
        match kind % 12 {
            0 => self.tell(input.run().to_vec(), Word::Anyones),
            1 => {
                let envelope = Envelope(input.run().to_vec());
                self.ask(&around(kind / 12, envelope), Word::Anyones);
            }
            2 | 3 => {
                let request = match kind / 12 % 4 {
                    0 | 1 => Request::Hello { versions: Versions { low: 1, ..VERSIONS } },
                    2 => Request::Pair { drawn: [input.byte(); 32] },
                    _ => Request::ReadEvents { from: 1 + input.below(12) as u64, at_most: 1 + u16::from(input.byte()) },
                };
                self.ask(&request, Word::Anyones);
            }
            4..=6 => self.by_device(kind, input),
            7 => self.join(kind / 12, input),
            8 => self.again(kind / 12, input),
            9 => drop(self.smartbox.step(happening(input), self.now)),
            10 => self.now = self.now.plus_ms(input.ms()),
            _ => {
                let (before, state) = (kept(&self.smartbox), self.smartbox.save());
                self.smartbox = ReferenceBox::load(&state).expect("a state");
                assert_eq!(kept(&self.smartbox), before);
            }
        }
    }

    /// What a device says, or what became of it on the way.
    fn by_device(&mut self, kind: u8, input: &mut Input<'_>) {
        let [who, change] = input.array();
        let device = &devices()[usize::from(who) % devices().len()];
        let to = self.smartbox.sealing();
        let (purpose, content) = if kind % 12 == 6 {
            (Purpose::Grants, write(&batch(input)))
        } else {
            (Purpose::Command, write(&order(self.challenge, input)))
        };
        // A content of any making, which is signed nonetheless; or claims of any making, which the organization says of a device.
        let content = if (kind / 12).is_multiple_of(4) { input.run().to_vec() } else { content };
        let claimed = kind / 12 % 8 == 5;
        let signed = if claimed {
            let key = &organization().organization;
            let claims = ToSign::new(Purpose::Credential, &key.verifying(), None, None, input.run().to_vec());
            let credential = Some(signed_by(key, claims));
            signed_by(&device.key, ToSign::new(purpose, &device.key.verifying(), Some(&to), credential, content))
        } else {
            device.signed(purpose, &to, content)
        };
        let around = |envelope| match purpose {
            Purpose::Grants => Request::Deliver { envelope },
            _ => Request::Command { envelope },
        };
        let message = write_request(self.exchange, &around(sealed(purpose, &to, &signed)));
        let is_ours = device.is_ours || claimed;
        let word = if is_ours { Word::Ours } else { Word::Anyones };
        let altered = if is_ours { Word::Altered(message.clone()) } else { Word::Anyones };
        match change % 8 {
            0 => {
                self.tell(input.altered(&message), altered);
            }
            1 => {
                let envelope = Envelope(input.altered(&sealed(purpose, &to, &signed).0));
                self.ask(&around(envelope), altered);
            }
            2 | 3 => {
                let signed = input.altered(&signed);
                self.ask(&around(sealed(purpose, &to, &signed)), altered);
            }
            _ => self.tell(message, word),
        }
    }

    /// Somebody who may have the label wants the box to be an organization's.
    fn join(&mut self, kind: u8, input: &mut Input<'_>) {
        let Some(random) = self.offer else { return };
        let part = |at: usize| -> [u8; 32] { std::array::from_fn(|n| random[at + n]) };
        let of = organization().public();
        let terms = Terms { challenge: part(32), verifying: of.verifying, sealing: of.sealing, clock: self.now };
        let terms = if kind & 1 == 0 { write(&terms) } else { input.run().to_vec() };
        let free = !self.smartbox.is_paired() || self.smartbox.cabinet().hand_is_on_it();
        let secret = if kind & 2 == 0 { self.smartbox.label().secret.key() } else { input.array() };
        let may = free && kind & 2 == 0;
        let mac = envelope::mac(Purpose::Terms, &secret, &terms);
        let to = OpeningKey::from_bytes(part(96)).sealing();
        let message = self.joining(&to, &mac);
        let altered = if kind & 4 == 0 {
            message.clone()
        } else if kind & 8 == 0 {
            input.altered(&message)
        } else {
            self.joining(&to, &input.altered(&mac))
        };
        let word = match (may, kind & 4 == 0) {
            (false, _) => Word::Anyones,
            (true, true) => Word::Ours,
            (true, false) => Word::Altered(message),
        };
        self.tell(altered, word);
    }

    fn joining(&self, to: &SealingKey, mac: &[u8]) -> Vec<u8> {
        write_request(self.exchange, &Request::Join { envelope: sealed(Purpose::Terms, to, mac) })
    }

    /// What was said before is said again, or something like it.
    fn again(&mut self, kind: u8, input: &mut Input<'_>) {
        if self.said.is_empty() {
            return;
        }
        let (message, word) = self.said[input.below(self.said.len())].clone();
        if kind & 1 == 0 {
            return self.tell(message, word);
        }
        let word = match word {
            Word::Ours => Word::Altered(message.clone()),
            word => word,
        };
        let altered = input.altered(&message);
        self.tell(altered, word);
    }

    fn ask(&mut self, request: &Request, word: Word) {
        self.tell(write_request(self.exchange, request), word);
    }

    fn tell(&mut self, message: Vec<u8>, word: Word) {
        let random = self.draws.next();
        let (before, was) = (self.smartbox.save(), kept(&self.smartbox));
        let (reply, outputs) = self.smartbox.exchange(&message, self.now, &random);
        assert!(reply.len() <= MESSAGE_BYTES);
        let is = kept(&self.smartbox);
        let response = if reply == write_versions() { None } else { Some(read_response(&reply).expect("a message").1) };
        let mut spent = false;
        match response {
            Some(Response::Joined { .. } | Response::Delivered { .. } | Response::Done { .. }) => match &word {
                Word::Ours => spent = !matches!(response, Some(Response::Delivered { .. })),
                Word::Anyones => assert!(is == was && outputs.is_empty(), "a stranger has changed something"),
                Word::Altered(original) if is != was || !outputs.is_empty() => {
                    let mut twin = ReferenceBox::load(&before).expect("a state");
                    let meant = twin.exchange(original, self.now, &random).1;
                    assert!(kept(&twin) == is && meant == outputs, "what was changed on the way does something else");
                }
                Word::Altered(_) => {}
            },
            _ => assert!(is == was && outputs.is_empty(), "what was not done has changed something"),
        }
        match response {
            Some(Response::Hello(greeting)) => self.challenge = greeting.challenge,
            Some(Response::Offer { .. }) => self.offer = Some(random),
            Some(Response::Done { .. }) if spent => self.challenge = Challenge(std::array::from_fn(|n| random[32 + n])),
            _ => {}
        }
        // An order and a joining count once.
        self.said.push((message, if spent { Word::Anyones } else { word }));
    }
}

/// A request around an envelope.
fn around(kind: u8, envelope: Envelope) -> Request {
    match kind % 3 {
        0 => Request::Join { envelope },
        1 => Request::Deliver { envelope },
        _ => Request::Command { envelope },
    }
}
