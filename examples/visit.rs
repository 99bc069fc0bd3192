//! What a visit takes: the time of the link, that of both ends' computing, and the bytes of a grant and of an event.
//!
//! The link is one of 20 KB/s with 15 ms for a round trip, and its time is counted, not waited for. Computing is measured on this
//! machine, as machine code; `cargo xtask bench` prints the result.

use std::future::ready;
use std::time::{Duration, Instant as Stopwatch};

use latchbook::domain::{BinNumber, BookingCode, DeviceId, FactId, Instant, KeyId, SerialNumber, Stamp, cbor};
use latchbook::smartbox::envelope::{FoundingKeys, Signature, ToSign};
use latchbook::smartbox::framing::Framing;
use latchbook::smartbox::protocol::{Digest, LOG_CAPACITY};
use latchbook::smartbox::{
    Answering, BoxKeys, Doing, Grant, GrantState, Host, Input, Link, LoggedEvent, Made, Offered, PairingPlan,
    ReferenceBox, VisitPlan, VisitReport, carry, pair,
};

const BYTES_A_SECOND: f64 = 20_000.0;
const ROUND_TRIP: Duration = Duration::from_millis(15);
const NOW: Instant = Instant::from_ms(1_795_435_200_000);

/// A link whose time is counted.
struct Counted<'a> {
    smartbox: &'a mut ReferenceBox,
    framing: Framing,
    bytes: usize,
    exchanges: u32,
}

impl<'a> Counted<'a> {
    fn to(smartbox: &'a mut ReferenceBox) -> Self {
        Self { smartbox, framing: Framing::serial(), bytes: 0, exchanges: 0 }
    }

    fn time(&self) -> Duration {
        over_the_link(self.bytes) + ROUND_TRIP * self.exchanges
    }
}

fn over_the_link(bytes: usize) -> Duration {
    Duration::from_secs_f64(bytes as f64 / BYTES_A_SECOND)
}

impl Link for Counted<'_> {
    fn exchange(&mut self, bytes: Vec<u8>) -> Answering<'_> {
        self.exchanges += 1;
        let (reply, _) = self.smartbox.exchange(&bytes, NOW, &[self.exchanges as u8; 128]);
        self.bytes += self.framing.pieces(&bytes).concat().len() + self.framing.pieces(&reply).concat().len();
        Box::pin(ready(Ok(reply)))
    }
}

struct Desk {
    keys: FoundingKeys,
    events: Vec<LoggedEvent>,
    chain: Option<Digest>,
    drawn: u8,
}

impl Host for Desk {
    fn now(&self) -> Instant {
        NOW
    }

    fn random(&mut self) -> Option<[u8; 32]> {
        self.drawn = self.drawn.wrapping_add(1);
        Some([self.drawn; 32])
    }

    fn sign<'a>(&'a mut self, what: &'a ToSign) -> Doing<'a, Signature> {
        Box::pin(ready(Some(self.keys.device.sign(what))))
    }

    fn store(&mut self, events: Vec<LoggedEvent>, chain: Digest) -> Doing<'_, ()> {
        self.events.extend(events);
        self.chain = Some(chain);
        Box::pin(ready(Some(())))
    }

    fn keep(&mut self, _: Offered) -> Doing<'_, ()> {
        Box::pin(ready(Some(())))
    }
}

fn id(counter: u32) -> FactId {
    FactId::new(DeviceId(7), counter)
}

fn grants(count: u32) -> Vec<Grant> {
    let grant = |n: u32| Grant {
        id: id(n + 1),
        stamp: Stamp { clock: (NOW.ms() as u64) << 16, by: id(n + 1) },
        key: KeyId(id(100_000 + n)),
        code: BookingCode::parse(&format!("9{n:06}")).expect("a code"),
        from: NOW.plus_ms(-1_000),
        until: Some(NOW.plus_ms(86_400_000)),
        state: GrantState::Live,
    };
    (0..count).map(grant).collect()
}

/// A box with so many events in its log, the keys of whose it is, and a desk that has read nothing yet.
fn paired(events: u32) -> (ReferenceBox, Desk) {
    let serial = SerialNumber::parse("LB-0042").expect("a serial number");
    let bin = BinNumber::new(1).expect("a bin");
    let mut smartbox = ReferenceBox::new(&Made::from_random(serial, &std::array::from_fn(|n| n as u8)), bin, NOW);
    let keys = FoundingKeys::from_random(&std::array::from_fn(|n| 1 + n as u8));
    let plan = PairingPlan { label: smartbox.label(), organization: keys.public(), drawn: [3; 32] };
    let mut link = Counted::to(&mut smartbox);
    let mut desk = Desk { keys, events: Vec::new(), chain: None, drawn: 0 };
    pollster::block_on(pair(plan, &mut link, &mut desk)).expect("it is paired");
    // Power, the pairing and the clock are three events.
    for n in 0..events.saturating_sub(3) {
        let key = KeyId(id(1));
        smartbox.step(if n % 2 == 0 { Input::PutKey { bin, key } } else { Input::TakeKey { bin } }, NOW);
    }
    (smartbox, desk)
}

/// A visit; its report, the link's time and bytes, and how long both ends computed.
fn visit(
    smartbox: &mut ReferenceBox,
    desk: &mut Desk,
    grants: Vec<Grant>,
    confirmed: Vec<Grant>,
) -> (VisitReport, Duration, usize, u32, Duration) {
    let plan = VisitPlan {
        serial: smartbox.serial().clone(),
        keys: BoxKeys { verifying: smartbox.verifying(), sealing: smartbox.sealing() },
        by: desk.keys.author(DeviceId(7), NOW.plus_ms(-1_000)),
        number: 1,
        answers: [5; 32],
        grants,
        confirmed,
        doubtful: Vec::new(),
        notices: Vec::new(),
        barred: Vec::new(),
        commands: Vec::new(),
        read_from: desk.events.last().map_or(1, |event| event.number + 1),
        chain: desk.chain,
        set_clock: Some(2_000),
    };
    let mut link = Counted::to(smartbox);
    let started = Stopwatch::now();
    let report = pollster::block_on(carry(plan, &mut link, desk)).expect("the visit comes to its end");
    assert_eq!(report.digest_agrees, Some(true), "the box read back what it should hold");
    (report, link.time(), link.bytes, link.exchanges, started.elapsed())
}

fn say(what: &str, link: Duration, exchanges: u32, bytes: usize, computed: Duration) {
    let whole = (link + computed).as_millis();
    println!(
        "{what:<36}{whole:>7} ms   of it {:>6} ms on the link ({exchanges} exchanges, {bytes} bytes), {:.1} ms computing",
        link.as_millis(),
        computed.as_secs_f64() * 1000.0
    );
}

fn main() {
    println!("A visit over a link of 20 KB/s with 15 ms for a round trip:");
    let (mut smartbox, mut desk) = paired(3);
    let before = grants(200);
    visit(&mut smartbox, &mut desk, before.clone(), Vec::new());
    let changed = grants(201).split_off(200);
    let (_, link, bytes, exchanges, computed) = visit(&mut smartbox, &mut desk, changed, before);
    say("one changed booking", link, exchanges, bytes, computed);

    let (mut smartbox, mut desk) = paired(3);
    let (nothing, _, few, _, _) = visit(&mut smartbox, &mut desk, Vec::new(), Vec::new());
    assert!(nothing.confirmed.is_empty());
    let all = grants(1_000);
    let plain: usize = all.iter().map(|grant| cbor::to_vec(grant).len()).sum();
    let (_, link, bytes, exchanges, computed) = visit(&mut smartbox, &mut desk, all, Vec::new());
    say("1,000 grants", link, exchanges, bytes, computed);
    let own = over_the_link(plain) + ROUND_TRIP;
    println!(
        "    {:.1} bytes a grant on the link, {:.1} of them its own; {:.2} times what the link needs for those",
        (bytes - few) as f64 / 1_000.0,
        plain as f64 / 1_000.0,
        (link + computed).as_secs_f64() / own.as_secs_f64()
    );

    let (mut smartbox, mut desk) = paired(LOG_CAPACITY.into());
    let (report, link, bytes, exchanges, computed) = visit(&mut smartbox, &mut desk, Vec::new(), Vec::new());
    let plain: usize = desk.events.iter().map(|event| cbor::to_vec(event).len()).sum();
    say("4,096 events", link, exchanges, bytes, computed);
    println!(
        "    {:.1} bytes an event on the link, {:.1} of them its own; {:.2} times what the link needs for those",
        (bytes - few) as f64 / report.events as f64,
        plain as f64 / report.events as f64,
        (link + computed).as_secs_f64() / (over_the_link(plain) + ROUND_TRIP).as_secs_f64()
    );
}
