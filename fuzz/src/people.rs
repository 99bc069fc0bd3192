//! Who takes part: an organization and its devices, strangers, and their box. The same in every run.

use std::sync::OnceLock;

use latchbook::domain::{BinNumber, BookingCode, DeviceId, FactId, Instant, KeyId, Name, Role, SerialNumber, Stamp};
use latchbook::smartbox::envelope::{
    self, Credential, FoundingKeys, OpeningKey, Purpose, SealingKey, SigningKey, ToSign,
};
use latchbook::smartbox::protocol::contents::{Batch, Challenge, Command, Order};
use latchbook::smartbox::protocol::messages::Envelope;
use latchbook::smartbox::protocol::{Barred, Grant, GrantState, KeyNotice, KeyPlace};
use latchbook::smartbox::{BoxKeys, Input as Happens, Made, Pairing, PairingPlan, PairingStep, Random, ReferenceBox};

use super::input::Input;

/// A Monday noon in UTC.
pub const NOON: Instant = Instant::from_ms(1_795_435_200_000);
const HOUR_MS: i64 = 3_600_000;

/// A device, and what an organization says of it.
pub struct Device {
    /// Which.
    pub id: DeviceId,
    /// What it signs with.
    pub key: SigningKey,
    /// What its organization says of it.
    pub credential: Vec<u8>,
    /// Whether that is the organization of the box, and still holds.
    pub is_ours: bool,
}

/// The box's organization.
pub fn organization() -> &'static FoundingKeys {
    static KEYS: OnceLock<FoundingKeys> = OnceLock::new();
    KEYS.get_or_init(|| FoundingKeys::from_random(&std::array::from_fn(|n| 1 + n as u8)))
}

fn strangers() -> FoundingKeys {
    FoundingKeys::from_random(&std::array::from_fn(|n| 101 + n as u8))
}

/// The manager's device first; then those of the other roles, one whose credential is over, and one of strangers.
pub fn devices() -> &'static [Device; 5] {
    static DEVICES: OnceLock<[Device; 5]> = OnceLock::new();
    DEVICES.get_or_init(|| {
        // The clock of a box shows no earlier moment than the one from which the fourth no longer counts.
        let (year, never) = (NOON.plus_ms(365 * 24 * HOUR_MS), Instant::default());
        [
            device(organization(), 7, Role::Manager, year),
            device(organization(), 8, Role::FrontDesk, year),
            device(organization(), 9, Role::Technician, year),
            Device { is_ours: false, ..device(organization(), 10, Role::Manager, never) },
            Device { is_ours: false, ..device(&strangers(), 7, Role::Manager, year) },
        ]
    })
}

fn device(of: &FoundingKeys, id: u8, role: Role, expires: Instant) -> Device {
    let key = if id == 7 { of.device.clone() } else { SigningKey::from_seed([id; 32]) };
    let issued = NOON.plus_ms(-2 * HOUR_MS);
    let credential = Credential { device: DeviceId(id.into()), role, issued, expires, key: key.verifying() };
    let credential = signed_by(&of.organization, credential.to_sign(&of.organization.verifying()));
    Device { id: DeviceId(id.into()), key, credential, is_ours: true }
}

/// What a key signs, with its signature.
pub fn signed_by(key: &SigningKey, what: ToSign) -> Vec<u8> {
    let signature = key.sign(&what);
    what.signed(&signature)
}

impl Device {
    /// A content that this device has signed for a box.
    pub fn signed(&self, purpose: Purpose, to: &SealingKey, content: Vec<u8>) -> Vec<u8> {
        let credential = Some(self.credential.clone());
        signed_by(&self.key, ToSign::new(purpose, &self.key.verifying(), Some(to), credential, content))
    }
}

/// Bytes sealed to a key that anything can be sealed to.
pub fn sealed(purpose: Purpose, to: &SealingKey, bytes: &[u8]) -> Envelope {
    Envelope(envelope::seal(purpose, to, bytes, [6; 32]).expect("a key that can be sealed to"))
}

/// What answers to orders are sealed to.
pub fn answers() -> OpeningKey {
    OpeningKey::from_bytes([5; 32])
}

/// What a generator of random bytes gives: something else every time.
#[derive(Clone, Default)]
pub struct Draws(u64);

impl Draws {
    /// The next ones.
    pub fn next(&mut self) -> Random {
        std::array::from_fn(|_| {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 56) as u8
        })
    }

    /// Others than from any other beginning.
    pub const fn from(beginning: u64) -> Self {
        Self(beginning)
    }
}

/// The serial number of the box.
pub fn serial() -> SerialNumber {
    SerialNumber::parse("LB-0042").expect("a serial number")
}

/// A bin, there or not.
pub fn bin(number: u8) -> BinNumber {
    BinNumber::new(1 + number % 99).expect("1 to 99")
}

/// A key.
pub fn key(counter: u8) -> KeyId {
    KeyId(fact(counter))
}

fn fact(counter: u8) -> FactId {
    FactId::new(DeviceId(7), counter.into())
}

fn stamp(input: &mut Input<'_>, by: u8) -> Stamp {
    Stamp { clock: (NOON.plus_ms(input.ms()).ms().unsigned_abs()) << 16, by: fact(by) }
}

/// A box of four bins with a key in one of them, nobody's yet.
pub fn new_box() -> ReferenceBox {
    let made = Made::from_random(serial(), &std::array::from_fn(|n| n as u8));
    let mut smartbox = ReferenceBox::new(&made, bin(3), NOON);
    smartbox.step(Happens::PutKey { bin: bin(0), key: key(1) }, NOON);
    smartbox
}

/// The same box, paired with the organization; and what it signs with.
pub fn paired_box() -> (ReferenceBox, SigningKey) {
    static BOX: OnceLock<(ReferenceBox, SigningKey)> = OnceLock::new();
    BOX.get_or_init(|| paired(new_box(), Draws::from(1))).clone()
}

/// A box that says it is the same and has other keys, paired with the same organization.
pub fn other_box() -> ReferenceBox {
    static BOX: OnceLock<ReferenceBox> = OnceLock::new();
    BOX.get_or_init(|| paired(new_box(), Draws::from(2)).0).clone()
}

/// What a pairing of the organization with the box is to do.
pub fn pairing_plan() -> PairingPlan {
    PairingPlan { label: new_box().label(), organization: organization().public(), drawn: [9; 32] }
}

fn paired(mut smartbox: ReferenceBox, mut draws: Draws) -> (ReferenceBox, SigningKey) {
    let (mut pairing, first) = Pairing::start(pairing_plan());
    let (mut step, mut signing) = (PairingStep::Send(first), None);
    loop {
        step = match step {
            PairingStep::Send(bytes) => {
                let random = draws.next();
                let reply = smartbox.exchange(&bytes, NOON, &random).0;
                let step = pairing.exchange(&reply).expect("a step");
                if matches!(step, PairingStep::Keep(_)) {
                    signing = Some(signing_of(&random));
                }
                step
            }
            PairingStep::Keep(_) => pairing.kept(NOON, [8; 32]).expect("a step"),
            PairingStep::Done(_) => return (smartbox, signing.expect("it was offered")),
        };
    }
}

/// What a box signs with that was given these random bytes for its offer.
pub fn signing_of(random: &Random) -> SigningKey {
    SigningKey::from_seed(std::array::from_fn(|n| random[64 + n]))
}

/// The keys of a box.
pub fn keys_of(smartbox: &ReferenceBox) -> BoxKeys {
    BoxKeys { verifying: smartbox.verifying(), sealing: smartbox.sealing() }
}

/// A grant of one of a few bookings.
pub fn grant(input: &mut Input<'_>) -> Grant {
    let [id, kind] = input.array();
    let code = ["1864228", "253702", "4711"][usize::from(kind >> 6) % 3];
    Grant {
        id: fact(id % 16),
        stamp: stamp(input, id % 16),
        key: key(kind % 4),
        code: BookingCode::parse(code).expect("a code"),
        from: NOON.plus_ms(-HOUR_MS),
        until: (kind & 4 == 0).then(|| NOON.plus_ms(HOUR_MS)),
        state: [GrantState::Live, GrantState::Revoked, GrantState::Unlinked, GrantState::Live]
            [usize::from(kind >> 3) % 4],
    }
}

/// A notice of one of a few keys.
pub fn notice(input: &mut Input<'_>) -> KeyNotice {
    let [id, kind] = input.array();
    let name = Name::parse("Cellar").expect("a name");
    let place = match kind % 3 {
        0 => KeyPlace::InBox { name },
        1 => KeyPlace::WithVisitor,
        _ => KeyPlace::Unknown,
    };
    KeyNotice { key: key(id % 8), stamp: stamp(input, id), place }
}

/// A device that is revoked.
pub fn barred(input: &mut Input<'_>) -> Barred {
    let id = input.byte();
    Barred { device: DeviceId((id % 16).into()), stamp: stamp(input, id) }
}

/// A batch of a few grants and notices.
pub fn batch(input: &mut Input<'_>) -> Batch {
    let [grants, others, number, stored] = input.array();
    Batch {
        number: number.into(),
        grants: (0..grants % 8).map(|_| grant(input)).collect(),
        notices: (0..others % 4).map(|_| notice(input)).collect(),
        stored: stored.into(),
        chain: None,
        barred: (0..others / 16 % 3).map(|_| barred(input)).collect(),
    }
}

/// A command, which may make sense.
pub fn command(input: &mut Input<'_>) -> Command {
    let [kind, number] = input.array();
    match kind % 6 {
        0 => Command::Status,
        1 => Command::SetClock { to: NOON.plus_ms(input.ms()).max(Instant::default()) },
        2 => Command::SetBin { bin: bin(number % 6), enabled: kind & 8 == 0 },
        3 => Command::OpenBin { bin: bin(number % 6) },
        4 => Command::BeginLog { from: 1 + u64::from(number) },
        _ => Command::Reset,
    }
}

/// An order over a challenge.
pub fn order(challenge: Challenge, input: &mut Input<'_>) -> Order {
    Order { challenge, answer_to: answers().sealing(), command: command(input) }
}

/// Something that happens at a box.
pub fn happening(input: &mut Input<'_>) -> Happens {
    use latchbook::smartbox::Button;
    let [kind, number] = input.array();
    match kind % 10 {
        0 => Happens::PowerOn,
        1 | 2 => Happens::Press(Button::Digit(number % 11)),
        3 => Happens::Press(Button::Enter),
        4 => Happens::Press(Button::Clear),
        5 => Happens::PresentTag(key(number % 8)),
        6 => Happens::TakeKey { bin: bin(number % 6) },
        7 => Happens::PutKey { bin: bin(number % 6), key: key(number / 6 % 8) },
        8 => Happens::CloseDoor { bin: bin(number % 6) },
        _ if number & 1 == 0 => Happens::PressService,
        _ => Happens::Tick,
    }
}
