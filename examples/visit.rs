//! What a visit takes: the time of the link, that of both ends' computing, and the bytes of a grant and of an event.
//!
//! The link is one of 20 KB/s with 15 ms for a round trip, and its time is counted, not waited for. Computing is that of both ends
//! on this machine, as machine code, in processor time where the system tells it. `cargo xtask bench visits` runs this; it fails when
//! a target is missed.

use std::fs;
use std::future::ready;
use std::process::ExitCode;
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
/// The targets: a visit of one changed booking, and how many times the link's own time one of 1,000 grants takes.
const ONE_CHANGE: Duration = Duration::from_secs(1);
const GRANTS_TIMES: f64 = 1.3;
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

/// What this thread has computed so far; where the system does not tell, the time that has passed.
fn computed(since: Stopwatch) -> Duration {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let told = told.and_then(|text| text.split_whitespace().next()?.parse().ok());
    told.map_or_else(|| since.elapsed(), Duration::from_nanos)
}

/// What a visit took.
struct Taken {
    report: VisitReport,
    exchanges: u32,
    bytes: usize,
    /// The link's own time: that of all bytes of the visit, there and back, and of its round trips.
    link: Duration,
    computing: Duration,
}

impl Taken {
    fn whole(&self) -> Duration {
        self.link + self.computing
    }

    /// How many times the link's own time it took.
    fn times(&self) -> f64 {
        self.whole().as_secs_f64() / self.link.as_secs_f64()
    }
}

fn visit(smartbox: &mut ReferenceBox, desk: &mut Desk, grants: Vec<Grant>, confirmed: Vec<Grant>) -> Taken {
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
    let before = computed(started);
    let report = pollster::block_on(carry(plan, &mut link, desk)).expect("the visit comes to its end");
    let computing = computed(started) - before;
    assert_eq!(report.digest_agrees, Some(true), "the box read back what it should hold");
    Taken { report, exchanges: link.exchanges, bytes: link.bytes, link: link.time(), computing }
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}

fn row(what: &str, taken: &Taken) {
    println!(
        "{what:<22}{:>12}{:>16}{:>8.2}{:>11}{:>10}{:>12}",
        ms(taken.whole()),
        ms(taken.link),
        taken.times(),
        taken.exchanges,
        taken.bytes,
        ms(taken.computing)
    );
}

/// What each of many takes on the link, and what its own encoding is.
fn each(what: &str, count: usize, taken: &Taken, besides: &Taken, own: usize) {
    let alone = over_the_link(own) + ROUND_TRIP;
    println!(
        "{what}: {:.1} bytes on the link, {:.1} of them its own; {:.2} times a link that moved nothing else",
        (taken.bytes - besides.bytes) as f64 / count as f64,
        own as f64 / count as f64,
        taken.whole().as_secs_f64() / alone.as_secs_f64()
    );
}

fn target(what: &str, is: &str, is_met: bool) -> bool {
    println!("{what}: {is}, {}", if is_met { "met" } else { "MISSED" });
    is_met
}

fn main() -> ExitCode {
    println!(
        "A visit over a link of 20 KB/s with 15 ms for a round trip. The link's own time is that of all bytes of the visit,"
    );
    println!("there and back, and of its round trips; computing is that of both ends, on this machine.\n");
    println!(
        "{:22}{:>12}{:>16}{:>8}{:>11}{:>10}{:>12}",
        "", "whole", "the link's own", "times", "exchanges", "bytes", "computing"
    );
    let (mut smartbox, mut desk) = paired(3);
    let before = grants(200);
    visit(&mut smartbox, &mut desk, before.clone(), Vec::new());
    let changed = visit(&mut smartbox, &mut desk, grants(201).split_off(200), before);
    row("one changed booking", &changed);

    let (mut smartbox, mut desk) = paired(3);
    let nothing = visit(&mut smartbox, &mut desk, Vec::new(), Vec::new());
    let all = grants(1_000);
    let own_of_grants = all.iter().map(|grant| cbor::to_vec(grant).len()).sum();
    let delivered = visit(&mut smartbox, &mut desk, all, Vec::new());
    row("1,000 grants", &delivered);

    let (mut smartbox, mut desk) = paired(LOG_CAPACITY.into());
    let read = visit(&mut smartbox, &mut desk, Vec::new(), Vec::new());
    let own_of_events = desk.events.iter().map(|event| cbor::to_vec(event).len()).sum();
    row("4,096 events", &read);

    println!();
    each("A grant", delivered.report.confirmed.len(), &delivered, &nothing, own_of_grants);
    each("An event", desk.events.len(), &read, &nothing, own_of_events);
    println!();
    let quick = changed.whole() < ONE_CHANGE;
    let full = delivered.times() < GRANTS_TIMES;
    let quick = target("One changed booking in less than 1 s", &ms(changed.whole()), quick);
    let full =
        target("1,000 grants in less than 1.3 times the link's own time", &format!("{:.2}", delivered.times()), full);
    if quick && full { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
