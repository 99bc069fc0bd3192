//! The reference box: all that a SmartBox does, as an interpreter without I/O.
//!
//! A host gives it inputs, messages, the time and randomness, carries out its outputs, and keeps its state. The same box answers
//! in tests, as the virtual SmartBox of the app, and behind a serial line; a firmware engineer compares a real one with it.
//!
//! Whoever talks to it is a stranger until an envelope says otherwise (`PROTOCOL.md`, "What a box checks").

use super::cabinet::{Cabinet, Input, Output};
use super::envelope::{
    self, Act, Credential, CredentialError, EnvelopeError, OpeningKey, Purpose, SealingKey, Signed, SigningKey, ToSign,
    VerifyingKey, check_mac,
};
use super::label::{Label, LabelSecret};
use super::protocol::contents::{
    Answer, Batch, Challenge, Command, Content, Offer, Order, Paired, Receipt, Terms, read, write,
};
use super::protocol::messages::{
    Denial, Envelope, Failure, Greeting, ReadError, Request, Response, read_request, write_response, write_versions,
};
use super::protocol::{BARRED, Barred, VERSIONS};
use crate::collections::Table;
use crate::domain::cbor::{Cbor, Failed, Reader, record, write_array};
use crate::domain::{BinNumber, DeviceId, Instant, Role, Secret, SerialNumber, Stamp};

/// Of how many authors a box keeps the highest number of a batch; of more, the lowest numbers are forgotten first.
pub const AUTHORS: usize = 256;
/// The version of a box's state as [`ReferenceBox::save`] writes it.
const STATE_VERSION: u8 = 2;

/// Fresh random bytes: enough for one exchange.
pub type Random = [u8; 128];

/// How long a challenge holds, in milliseconds of the box's own measure of time.
pub const CHALLENGE_MS: u64 = 120_000;
/// For how long a greeting is repeated, in the same measure: a link sends a message three times in a little more than six seconds.
pub const GREETING_MS: u64 = 10_000;
/// How far ahead of the box's clock a grant may have been written, in milliseconds: a device whose clock is wrong must not
/// write what nobody can overwrite.
pub const AHEAD_MS: i64 = 24 * 60 * 60 * 1000;

/// Why a saved state was not taken up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StateError {
    /// It was saved by another version of the box.
    #[error("expected a state of version {STATE_VERSION}, got {0}")]
    Version(u8),
    /// It is no state of a box.
    #[error("the state of the box could not be read")]
    Malformed,
}

/// What a box's maker gives it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Made {
    /// Its label.
    pub label: Label,
    /// What it signs with: 32 random bytes.
    pub signing: Secret<[u8; 32]>,
    /// What opens what is sealed to it: 32 random bytes.
    pub opening: Secret<[u8; 32]>,
}

impl Made {
    /// A box of this serial number, from 80 random bytes.
    pub fn from_random(serial: SerialNumber, random: &[u8; 80]) -> Self {
        let part = |at: usize| -> [u8; 32] { std::array::from_fn(|n| random[at + n]) };
        Self {
            label: Label { serial, secret: LabelSecret::from_bytes(std::array::from_fn(|n| random[64 + n])) },
            signing: Secret::new(part(0)),
            opening: Secret::new(part(32)),
        }
    }
}

/// Whose a box is.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Owner {
    verifying: VerifyingKey,
    sealing: SealingKey,
    /// The highest number of a batch, by author.
    highest: Table<DeviceId, u64>,
    /// The devices that are let in no more.
    barred: Table<DeviceId, Stamp>,
    /// The latest moment that anybody of the organization has vouched for. Only a manager's device sets the clock to before it.
    not_before: Instant,
}
record!(Owner { verifying, sealing, highest, barred, not_before });

impl Owner {
    fn new(terms: &Terms) -> Self {
        Self {
            verifying: terms.verifying,
            sealing: terms.sealing,
            highest: Table::default(),
            barred: Table::default(),
            not_before: terms.clock,
        }
    }

    /// Whether an owner that was read is one that a joining made.
    fn is_sound(&self) -> bool {
        self.highest.len() <= AUTHORS && self.barred.len() <= BARRED && is_usable(&self.sealing, [0; 32])
    }

    fn vouch(&mut self, at: Instant) {
        self.not_before = self.not_before.max(at);
    }

    fn barred(&self) -> Vec<Barred> {
        self.barred.iter().map(|(device, stamp)| Barred { device, stamp: *stamp }).collect()
    }

    fn bar(&mut self, barred: Barred) {
        let known = self.barred.get(barred.device).is_some_and(|stamp| *stamp >= barred.stamp);
        if !known {
            self.barred.insert(barred.device, barred.stamp);
            forget_lowest(&mut self.barred, BARRED);
        }
    }

    fn note(&mut self, author: DeviceId, number: u64) -> u64 {
        let highest = self.highest.get(author).copied().unwrap_or(0).max(number);
        self.highest.insert(author, highest);
        forget_lowest(&mut self.highest, AUTHORS);
        highest
    }
}

fn forget_lowest<V: Ord + Copy>(table: &mut Table<DeviceId, V>, most: usize) {
    if table.len() > most
        && let Some(lowest) = table.iter().min_by_key(|(_, value)| **value).map(|(device, _)| device)
    {
        table.remove(lowest);
    }
}

/// What the box drew for a pairing that is under way.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Pairing {
    /// What the app drew.
    drawn: [u8; 32],
    /// What the box drew.
    challenge: [u8; 32],
    /// The keys that the box will have: what was sealed to the ones before opens no more.
    signing: Secret<[u8; 32]>,
    opening: Secret<[u8; 32]>,
}
record!(Pairing { drawn, challenge, signing, opening });

/// One box. Its whole state is written by [`ReferenceBox::save`]; a host keeps it after every step, and before it sends a
/// reply.
///
/// `now` is the host's time. It should never go back; when it does, no time has passed. The box's own clock is that time and
/// an offset, which drifts and can be set; how long something lasts is measured by the host's time alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReferenceBox {
    cabinet: Cabinet,
    label: LabelSecret,
    signing: Secret<[u8; 32]>,
    opening: Secret<[u8; 32]>,
    owner: Option<Owner>,
    challenge: Challenge,
    /// When it was made: what had passed then.
    challenged: u64,
    pairing: Option<Pairing>,
    /// Whose it was last, which is still in its log.
    known_to: Option<VerifyingKey>,
    /// The last request, and what was answered: whoever did not hear the answer asks again in the same bytes.
    answered: Answered,
}
record!(ReferenceBox { cabinet, label, signing, opening, owner, challenge, challenged, pairing, known_to, answered });

/// Not kept: after a loss of power, what is asked again is looked at anew.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Answered {
    request: Vec<u8>,
    reply: Vec<u8>,
    /// What has passed when it is repeated no more.
    lapses: Option<u64>,
}

impl Cbor for Answered {
    fn encode(&self, to: &mut Vec<u8>) {
        write_array(to, 0);
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
        from.skip()?;
        Ok(Self::default())
    }
}

/// What a box answers, or why it refuses.
type Outcome = Result<Response, Failure>;

/// Who has signed an envelope, and may.
struct Author {
    credential: Credential,
    content: Vec<u8>,
}

impl ReferenceBox {
    /// A box fresh from its maker: bins 1 to `bins`, all enabled and empty, its clock right, and nobody's.
    pub fn new(made: &Made, bins: BinNumber, now: Instant) -> Self {
        Self::replacing(made, bins, 1, now)
    }

    /// A box that takes the place of one whose state is gone: its log goes on with the number `next`, so that nobody takes
    /// its events for those that were read before.
    pub fn replacing(made: &Made, bins: BinNumber, next: u64, now: Instant) -> Self {
        Self {
            cabinet: Cabinet::replacing(made.label.serial.clone(), bins, next, now),
            label: made.label.secret.clone(),
            signing: made.signing.clone(),
            opening: made.opening.clone(),
            owner: None,
            challenge: Challenge([0; 16]),
            challenged: 0,
            pairing: None,
            known_to: None,
            answered: Answered::default(),
        }
    }

    /// The whole state, as bytes.
    pub fn save(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_array(&mut bytes, 2);
        STATE_VERSION.encode(&mut bytes);
        self.encode(&mut bytes);
        bytes
    }

    /// Takes a saved state up again, exactly as it was. A host that had the box without power gives [`Input::PowerOn`] next.
    ///
    /// # Errors
    /// When the bytes are no state of a box, or of another version.
    pub fn load(bytes: &[u8]) -> Result<Self, StateError> {
        let mut from = Reader::new(bytes);
        from.array().map_err(|_| StateError::Malformed)?;
        match u8::decode(&mut from).map_err(|_| StateError::Malformed)? {
            STATE_VERSION => {
                let state = Self::decode(&mut from).map_err(|_| StateError::Malformed)?;
                if state.is_sound() { Ok(state) } else { Err(StateError::Malformed) }
            }
            other => Err(StateError::Version(other)),
        }
    }

    /// Whether a state that was read is one that a box comes to.
    fn is_sound(&self) -> bool {
        self.cabinet.is_sound() && self.owner.as_ref().is_none_or(Owner::is_sound)
    }

    /// What hangs on the wall.
    pub const fn cabinet(&self) -> &Cabinet {
        &self.cabinet
    }

    /// What hangs on the wall, for whoever has their hands on it.
    pub const fn cabinet_mut(&mut self) -> &mut Cabinet {
        &mut self.cabinet
    }

    /// Its serial number.
    pub fn serial(&self) -> &SerialNumber {
        self.cabinet.serial()
    }

    /// Its label.
    pub fn label(&self) -> Label {
        Label { serial: self.serial().clone(), secret: self.label.clone() }
    }

    /// Whether it is an organization's.
    pub const fn is_paired(&self) -> bool {
        self.owner.is_some()
    }

    /// What it signs with.
    pub fn verifying(&self) -> VerifyingKey {
        self.signing().verifying()
    }

    /// What is sealed to it.
    pub fn sealing(&self) -> SealingKey {
        self.opening().sealing()
    }

    fn signing(&self) -> SigningKey {
        SigningKey::from_seed(*self.signing.expose())
    }

    fn opening(&self) -> OpeningKey {
        OpeningKey::from_bytes(*self.opening.expose())
    }

    /// One step: something happens at the box, and it answers with what it does.
    pub fn step(&mut self, input: Input, now: Instant) -> Vec<Output> {
        self.cabinet.step(input, now)
    }

    /// One exchange: any bytes in, a response out, and what the box does besides. Bytes that are no request, and requests that
    /// are refused, change nothing. The answer may leave once the box's state is durable.
    ///
    /// The very bytes of the request before get the very answer that it got: a link may repeat what it is not sure of. A greeting
    /// holds the time and a challenge, and is repeated no longer than a link may take to repeat it.
    pub fn exchange(&mut self, bytes: &[u8], now: Instant, random: &Random) -> (Vec<u8>, Vec<Output>) {
        let fresh = self.answered.lapses.is_none_or(|at| {
            let passed = u64::try_from(now.ms().saturating_sub(self.cabinet.seen().ms())).unwrap_or(0);
            self.cabinet.passed().saturating_add(passed) < at
        });
        if fresh && !self.answered.request.is_empty() && self.answered.request == bytes {
            return (self.answered.reply.clone(), Vec::new());
        }
        let mut outputs = Vec::new();
        let mut lapses = None;
        let reply = match read_request(bytes) {
            Ok((exchange, request)) => {
                self.cabinet.pass(now);
                lapses = matches!(request, Request::Hello { .. }).then(|| self.cabinet.passed() + GREETING_MS);
                let response = self.answer(request, now, random, &mut outputs);
                write_response(exchange, &response.unwrap_or_else(Response::Failed))
            }
            Err(ReadError::Malformed { exchange, fault }) => {
                write_response(exchange, &Response::Failed(Failure::Malformed(fault)))
            }
            Err(ReadError::Unsupported { exchange, kind }) => {
                write_response(exchange, &Response::Failed(Failure::Unsupported { kind }))
            }
            Err(ReadError::Version(_)) => write_versions(),
        };
        self.answered = Answered { request: bytes.to_vec(), reply: reply.clone(), lapses };
        (reply, outputs)
    }

    fn answer(&mut self, request: Request, now: Instant, random: &Random, outputs: &mut Vec<Output>) -> Outcome {
        match request {
            Request::Hello { .. } => Ok(self.hello(now, random)),
            Request::Pair { drawn } => self.offer(drawn, random),
            Request::Join { envelope } => self.join(&envelope.0, now, random),
            Request::Deliver { envelope } => self.deliver(&envelope.0, now, random),
            Request::ReadEvents { from, at_most } => self.report(from, at_most, random),
            Request::Command { envelope } => self.command(&envelope.0, now, random, outputs),
        }
    }

    fn hello(&mut self, now: Instant, random: &Random) -> Response {
        self.demand(random);
        Response::Hello(Greeting {
            serial: self.serial().clone(),
            versions: VERSIONS,
            paired: self.is_paired(),
            challenge: self.challenge,
            clock: self.cabinet.clock(now),
            first_held: self.cabinet.log().first_held(),
            next: self.cabinet.log().next(),
        })
    }

    /// Makes a new challenge.
    fn demand(&mut self, random: &Random) {
        self.challenge = Challenge(std::array::from_fn(|n| random[32 + n]));
        self.challenged = self.cabinet.passed();
    }

    /// Whether it can be paired: nobody's, or with a hand on it.
    fn check_free(&self) -> Result<(), Failure> {
        if self.is_paired() && !self.cabinet.hand_is_on_it() { Err(Failure::AlreadyPaired) } else { Ok(()) }
    }

    fn offer(&mut self, drawn: [u8; 32], random: &Random) -> Outcome {
        self.check_free()?;
        let part = |at: usize| -> [u8; 32] { std::array::from_fn(|n| random[at + n]) };
        let (challenge, signing, opening) = (part(32), part(64), part(96));
        let offer = Offer {
            drawn,
            challenge,
            serial: self.serial().clone(),
            verifying: SigningKey::from_seed(signing).verifying(),
            sealing: OpeningKey::from_bytes(opening).sealing(),
            bins: self.cabinet.highest_bin(),
        };
        let (signing, opening) = (Secret::new(signing), Secret::new(opening));
        self.pairing = Some(Pairing { drawn, challenge, signing, opening });
        Ok(Response::Offer { envelope: Envelope(envelope::mac(Purpose::Offer, &self.label.key(), &write(&offer))) })
    }

    fn join(&mut self, bytes: &[u8], now: Instant, random: &Random) -> Outcome {
        self.check_free()?;
        let pairing = self.pairing.clone().ok_or(Denial::Stale)?;
        let opening = OpeningKey::from_bytes(*pairing.opening.expose());
        let opened = envelope::open(Purpose::Terms, &opening, bytes).map_err(denial)?;
        let terms = check_mac(Purpose::Terms, &self.label.key(), &opened).map_err(|_| Denial::WrongSecret)?;
        let terms: Terms = content(&terms)?;
        if terms.challenge != pairing.challenge {
            return Err(Denial::Stale.into());
        }
        check_usable(&terms.sealing, random)?;
        self.pairing = None;
        self.cabinet.forget();
        if self.known_to.is_some_and(|before| before != terms.verifying) {
            // What happened for others is none of these people's business.
            self.cabinet.begin_log(1, now);
        }
        (self.signing, self.opening) = (pairing.signing, pairing.opening);
        self.owner = Some(Owner::new(&terms));
        self.known_to = Some(terms.verifying);
        self.cabinet.paired(terms.clock, now);
        let (verifying, sealing) = (terms.verifying, terms.sealing);
        let paired = Paired { drawn: pairing.drawn, verifying, sealing, status: self.cabinet.status(now) };
        Ok(Response::Joined { envelope: Envelope(self.sign(Purpose::Paired, None, &paired)) })
    }

    fn deliver(&mut self, bytes: &[u8], now: Instant, random: &Random) -> Outcome {
        let clock = self.cabinet.clock(now);
        let author = self.author(Purpose::Grants, bytes, clock)?;
        let batch: Batch = content(&author.content)?;
        let Credential { device, role, issued, .. } = author.credential;
        let bars = !batch.barred.is_empty();
        if !Act::Grant.is_for(role) || (bars && !Act::RevokeDevice.is_for(role)) {
            return Err(Denial::Role.into());
        }
        let stamps =
            || batch.grants.iter().map(|grant| grant.stamp).chain(batch.notices.iter().map(|notice| notice.stamp));
        if stamps().any(|stamp| stamp.time() > clock.plus_ms(AHEAD_MS)) {
            return Err(Denial::Ahead.into());
        }
        let newest = stamps().map(Stamp::time).chain([issued]).max();
        // Before the log is written to, which may be full. Whoever says that events are stored knows their chain.
        if self.cabinet.log().chain_through(batch.stored) == batch.chain && batch.chain.is_some() {
            self.cabinet.acknowledge(batch.stored);
        }
        let merge = self.cabinet.merge(batch.grants, batch.notices, now);
        let owner = self.owner.as_mut().ok_or(Failure::NotPaired)?;
        batch.barred.into_iter().for_each(|barred| owner.bar(barred));
        owner.vouch(newest.unwrap_or_default().min(clock));
        let highest = owner.note(device, batch.number);
        let barred = owner.barred();
        let receipt = Receipt {
            author: device,
            number: batch.number,
            highest,
            accepted: merge.accepted,
            refused: merge.refused,
            clock: merge.clock,
            digest: merge.digest,
            first_held: self.cabinet.log().first_held(),
            barred,
        };
        Ok(Response::Delivered { envelope: self.for_organization(Purpose::Receipt, &receipt, random)? })
    }

    fn report(&self, from: u64, at_most: u16, random: &Random) -> Outcome {
        let report = self.cabinet.log().read(from, at_most);
        let through =
            report.events.last().map_or(from.max(report.first_held).min(report.next), |event| event.number + 1);
        let next = report.next;
        Ok(Response::Events { envelope: self.for_organization(Purpose::Events, &report, random)?, through, next })
    }

    fn command(&mut self, bytes: &[u8], now: Instant, random: &Random, outputs: &mut Vec<Output>) -> Outcome {
        let clock = self.cabinet.clock(now);
        let opened = self.opened(Purpose::Command, bytes)?;
        // Whether a credential holds is asked of the clock; where that is to be set, of the time that it is to show.
        let unread = Signed::read(&opened).map_err(denial)?;
        let order: Order = content(unread.unchecked())?;
        let at = if let Command::SetClock { to } = order.command { to } else { clock };
        let author = self.signed_by(Purpose::Command, unread, at)?;
        let Credential { device, role, .. } = author.credential;
        if order.command.act().is_some_and(|act| !act.is_for(role)) {
            return Err(Denial::Role.into());
        }
        let age = self.cabinet.passed().saturating_sub(self.challenged);
        if order.challenge != self.challenge || age > CHALLENGE_MS {
            return Err(Denial::Stale.into());
        }
        check_usable(&order.answer_to, random)?;
        let mut was = None;
        match order.command {
            Command::Status => {}
            Command::SetClock { to } => {
                let back = self.owner.as_ref().is_some_and(|owner| to < owner.not_before);
                if back && role != Role::Manager {
                    return Err(Denial::BackInTime.into());
                }
                was = Some(clock);
                self.cabinet.set_clock(to, now);
            }
            Command::SetBin { bin, .. } | Command::OpenBin { bin } if !self.cabinet.has(bin) => return Err(bin.into()),
            Command::SetBin { bin, enabled } => self.cabinet.set_bin(bin, enabled, now),
            Command::OpenBin { bin } => outputs.extend(self.cabinet.open_by_command(bin, device, now)),
            Command::BeginLog { from } => self.cabinet.begin_log(from, now),
            Command::Reset => {
                if !self.cabinet.hand_is_on_it() {
                    return Err(Denial::HandNeeded.into());
                }
                self.cabinet.forget();
                self.owner = None;
            }
        }
        if let Some(owner) = self.owner.as_mut().filter(|_| order.command != Command::Status) {
            // The device is what it says at this moment, which is therefore no earlier than it is.
            owner.vouch(self.cabinet.clock(now));
        }
        self.demand(random);
        let answer = Answer { to: order.challenge, challenge: self.challenge, was, status: self.cabinet.status(now) };
        let signed = self.sign(Purpose::Answer, Some(&order.answer_to), &answer);
        let sealed = envelope::seal(Purpose::Answer, &order.answer_to, &signed, first(random)).map_err(denial)?;
        Ok(Response::Done { envelope: Envelope(sealed) })
    }

    /// What was sealed to this box, if it is anyone's.
    fn opened(&self, purpose: Purpose, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        if self.owner.is_none() {
            return Err(Failure::NotPaired);
        }
        Ok(envelope::open(purpose, &self.opening(), bytes).map_err(denial)?)
    }

    /// What a device of the organization has sealed to this box, and which device that is.
    fn author(&self, purpose: Purpose, bytes: &[u8], at: Instant) -> Result<Author, Failure> {
        let opened = self.opened(purpose, bytes)?;
        self.signed_by(purpose, Signed::read(&opened).map_err(denial)?, at)
    }

    fn signed_by(&self, purpose: Purpose, signed: Signed, at: Instant) -> Result<Author, Failure> {
        let owner = self.owner.as_ref().ok_or(Failure::NotPaired)?;
        let credential = signed.credential().ok_or(Denial::Forged)?;
        let credential = Credential::read(credential, &owner.verifying, at).map_err(|error| match error {
            CredentialError::Expired(_) => Denial::Expired,
            CredentialError::NotYet(_) => Denial::NotYet,
            CredentialError::Envelope(error) => denial(error),
        })?;
        let content = signed.content(purpose, &credential.key, Some(&self.sealing())).map_err(denial)?;
        if owner.barred.get(credential.device).is_some() {
            return Err(Denial::Barred.into());
        }
        Ok(Author { credential, content })
    }

    fn sign(&self, purpose: Purpose, to: Option<&SealingKey>, content: &impl Content) -> Vec<u8> {
        let key = self.signing();
        let to_sign = ToSign::new(purpose, &key.verifying(), to, None, write(content));
        let signature = key.sign(&to_sign);
        to_sign.signed(&signature)
    }

    fn for_organization(&self, purpose: Purpose, content: &impl Content, random: &Random) -> Result<Envelope, Failure> {
        let to = self.owner.as_ref().ok_or(Failure::NotPaired)?.sealing;
        let signed = self.sign(purpose, Some(&to), content);
        Ok(Envelope(envelope::seal(purpose, &to, &signed, first(random)).map_err(denial)?))
    }
}

/// The random bytes for what is sealed.
fn first(random: &Random) -> [u8; 32] {
    std::array::from_fn(|n| random[n])
}

/// Whether anything can be sealed to a key: found out before anything is done for whoever has named it.
fn check_usable(key: &SealingKey, random: &Random) -> Result<(), Failure> {
    if is_usable(key, first(random)) { Ok(()) } else { Err(Denial::Malformed.into()) }
}

fn is_usable(key: &SealingKey, random: [u8; 32]) -> bool {
    envelope::seal(Purpose::Answer, key, &[], random).is_ok()
}

fn content<C: Content>(bytes: &[u8]) -> Result<C, Failure> {
    read(bytes).map_err(Failure::Malformed)
}

fn denial(error: EnvelopeError) -> Denial {
    match error {
        EnvelopeError::Malformed(_) | EnvelopeError::Unsupported => Denial::Malformed,
        EnvelopeError::NotForUs { .. } => Denial::NotForUs,
        EnvelopeError::NotFrom { .. } | EnvelopeError::Forged => Denial::Forged,
    }
}

#[cfg(test)]
mod tests;
