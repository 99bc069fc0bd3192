//! The cabinet: bins, keypad, clock, grants and log of a box, as an interpreter without I/O.
//!
//! It does what it is told and asks nobody whether they may: that is the [`ReferenceBox`](super::ReferenceBox) around it.

use super::grants::{Found, Grants, Merged};
use super::keypad::Keypad;
use super::log::Log;
use super::protocol::{
    BinReport, Digest, Event, GRANT_CAPACITY, Grant, GrantId, Held, Hindered, Hindrance, KeyNotice, KeyPlace,
    LAST_INSTANT, Refusal, Status, VERSIONS,
};
use crate::collections::{Set, Table, insert_in_order};
use crate::domain::cbor::{record, variants};
use crate::domain::{BinNumber, BookingCode, DeviceId, Instant, KeyId, Secret, SerialNumber};

/// After how many milliseconds a screen that nobody touches goes back to rest, and typed digits are forgotten.
pub const SCREEN_MS: u64 = 8_000;
/// How long after somebody pressed the service button the box does what needs a hand on it, in milliseconds.
pub const SERVICE_MS: u64 = 60_000;
/// Of how many keys a box keeps what it was told, and of how many that it saw go; the oldest are forgotten first.
pub const KEY_CAPACITY: usize = 1_000;

/// A button of the keypad.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Button {
    /// 0 to 9; another number is no button.
    Digit(u8),
    /// Forget what is typed.
    Clear,
    /// That was the code.
    Enter,
}

/// What happens to a box.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input {
    /// It gets power, after having had none.
    PowerOn,
    /// Somebody presses a button.
    Press(Button),
    /// Somebody holds a key's tag to the reader, to drop the key off.
    PresentTag(KeyId),
    /// The key in a bin is taken out.
    TakeKey {
        /// Which bin.
        bin: BinNumber,
    },
    /// A key is put into a bin; nothing happens when another one is in it.
    PutKey {
        /// Which bin.
        bin: BinNumber,
        /// The key, as the bin reads its tag.
        key: KeyId,
    },
    /// A bin's door is shut.
    CloseDoor {
        /// Which bin.
        bin: BinNumber,
    },
    /// Time passes. To be given about once a second.
    Tick,
    /// Somebody presses the service button inside the box.
    PressService,
}

/// What a box does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Output {
    /// Show this.
    Show(Screen),
    /// Unlock a bin's door: it springs open.
    Open(BinNumber),
}

/// What a box shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Screen {
    /// Type your code, or hold a key to the reader.
    Ready,
    /// A code is being typed.
    Typing {
        /// The digits so far.
        digits: Secret<String>,
    },
    /// A bin is open: take your key.
    Opened {
        /// Which bin.
        bin: BinNumber,
    },
    /// The key is out: close the door.
    Taken {
        /// Which bin.
        bin: BinNumber,
    },
    /// A bin is open: put the key in.
    ReturnHere {
        /// Which bin.
        bin: BinNumber,
    },
    /// The key is in: close the door.
    Returned {
        /// Which bin.
        bin: BinNumber,
    },
    /// No.
    Refused(Refusal),
    /// The keypad is locked; keys can be dropped off.
    LockedOut {
        /// Until when, by the box's clock.
        until: Instant,
    },
}
variants!(Screen {
    0 => Ready,
    1 => Typing { digits },
    2 => Opened { bin },
    3 => Taken { bin },
    4 => ReturnHere { bin },
    5 => Returned { bin },
    6 => Refused(refusal),
    7 => LockedOut { until },
});

/// What a door was opened for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Purpose {
    PickUp {
        grant: GrantId,
        key: KeyId,
    },
    DropOff {
        key: KeyId,
    },
    /// A device of the organization wanted it open.
    Command,
}
variants!(Purpose { 0 => PickUp { grant, key }, 1 => DropOff { key }, 2 => Command });

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Door {
    Closed,
    Open {
        purpose: Purpose,
        /// Whether what it was opened for has happened.
        done: bool,
    },
}
variants!(Door { 0 => Closed, 1 => Open { purpose, done } });

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Bin {
    enabled: bool,
    holding: Option<KeyId>,
    door: Door,
}
record!(Bin { enabled, holding, door });

/// A key that left this box.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Out {
    /// By which grant; `None` when it was taken by hand.
    by: Option<GrantId>,
    /// When, by the box's clock.
    at: Instant,
}
record!(Out { by, at });

/// What came of a delivery.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Merge {
    /// What the box now goes by, for each grant that it took or knew better.
    pub accepted: Vec<Held>,
    /// Which of them do not open, and why.
    pub refused: Vec<Hindered>,
    /// What the clock shows.
    pub clock: Instant,
    /// The digest of the grants at `clock`.
    pub digest: Digest,
}

/// What hangs on the wall.
///
/// `now` is the host's time. It should never go back; when it does, no time has passed. The box's own clock is that time and
/// an offset, which drifts and can be set; how long something lasts is measured by the host's time alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cabinet {
    serial: SerialNumber,
    bins: Table<BinNumber, Bin>,
    clock_offset_ms: i64,
    /// Milliseconds that have passed.
    passed: u64,
    host_seen: Instant,
    grants: Grants,
    notices: Table<KeyId, KeyNotice>,
    outs: Table<KeyId, Out>,
    log: Log,
    keypad: Keypad,
    screen: Screen,
    /// What had passed when the screen came up.
    screen_since: u64,
    /// What had passed when the service button was pressed.
    service_pressed: Option<u64>,
}
record!(Cabinet {
    serial,
    bins,
    clock_offset_ms,
    passed,
    host_seen,
    grants,
    notices,
    outs,
    log,
    keypad,
    screen,
    screen_since,
    service_pressed,
});

impl Cabinet {
    /// A box fresh from its maker: bins 1 to `bins`, all enabled and empty, its clock right.
    pub fn new(serial: SerialNumber, bins: BinNumber, now: Instant) -> Self {
        Self::replacing(serial, bins, 1, now)
    }

    /// A box that takes the place of one whose state is gone: its log goes on with the number `next`, so that nobody takes
    /// its events for those that were read before.
    pub fn replacing(serial: SerialNumber, bins: BinNumber, next: u64, now: Instant) -> Self {
        let bin = Bin { enabled: true, holding: None, door: Door::Closed };
        let mut fresh = Self {
            serial,
            bins: (1..=bins.get()).filter_map(BinNumber::new).map(|number| (number, bin)).collect(),
            clock_offset_ms: 0,
            passed: 0,
            host_seen: now,
            grants: Grants::default(),
            notices: Table::default(),
            outs: Table::default(),
            log: Log::starting_at(next),
            keypad: Keypad::default(),
            screen: Screen::Ready,
            screen_since: 0,
            service_pressed: None,
        };
        fresh.write(now, Event::Started);
        fresh
    }

    /// Its serial number.
    pub fn serial(&self) -> &SerialNumber {
        &self.serial
    }

    /// What its clock shows: always between 1970 and 9999.
    pub fn clock(&self, now: Instant) -> Instant {
        now.plus_ms(self.clock_offset_ms).clamp(Instant::default(), LAST_INSTANT)
    }

    /// How many milliseconds its clock is ahead of the host's (behind, when negative).
    pub const fn clock_offset_ms(&self) -> i64 {
        self.clock_offset_ms
    }

    /// Makes its clock wrong, as a clock that drifts is: nothing is logged.
    pub const fn set_clock_offset_ms(&mut self, ms: i64) {
        self.clock_offset_ms = ms;
    }

    /// What it shows.
    pub const fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Its bins, by number.
    pub fn bins(&self) -> Vec<BinReport> {
        let report = |(number, bin): (BinNumber, &Bin)| BinReport {
            bin: number,
            enabled: bin.enabled,
            holding: bin.holding,
            open: bin.door != Door::Closed,
        };
        self.bins.iter().map(report).collect()
    }

    /// The grants it holds.
    pub const fn grants(&self) -> &Grants {
        &self.grants
    }

    /// Its log.
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// How things are.
    pub fn status(&self, now: Instant) -> Status {
        let clock = self.clock(now);
        Status {
            serial: self.serial.clone(),
            versions: VERSIONS,
            bins: self.bins(),
            clock,
            first_held: self.log.first_held(),
            next: self.log.next(),
            lost: self.log.lost(),
            lost_runs: self.log.lost_runs().to_vec(),
            // The table never holds more than its capacity.
            grants: self.grants.len() as u16,
            capacity: GRANT_CAPACITY,
            digest: self.grants.digest(clock),
        }
    }

    /// One step: something happens, and the box answers with what it does.
    pub fn step(&mut self, input: Input, now: Instant) -> Vec<Output> {
        let mut outputs = Vec::new();
        self.pass(now);
        match input {
            Input::PowerOn => {
                self.keypad.take();
                self.service_pressed = None;
                self.write(now, Event::Started);
                self.rest(now, &mut outputs);
            }
            Input::Press(button) => self.press(button, now, &mut outputs),
            Input::PresentTag(key) => self.present(key, now, &mut outputs),
            Input::TakeKey { bin } => self.take_key(bin, now, &mut outputs),
            Input::PutKey { bin, key } => self.put_key(bin, key, now, &mut outputs),
            Input::CloseDoor { bin } => self.close(bin, now, &mut outputs),
            Input::Tick => self.tick(now, &mut outputs),
            Input::PressService => {
                self.service_pressed = Some(self.passed);
                self.write(now, Event::ServicePressed);
            }
        }
        outputs
    }

    /// How many milliseconds have passed, by a measure that nobody can set and that stands still without power.
    pub const fn passed(&self) -> u64 {
        self.passed
    }

    /// The host's time when it last said it.
    pub const fn seen(&self) -> Instant {
        self.host_seen
    }

    /// Whether somebody was inside the box a moment ago.
    pub fn hand_is_on_it(&self) -> bool {
        self.service_pressed.is_some_and(|at| self.passed.saturating_sub(at) < SERVICE_MS)
    }

    /// Lets time pass without anything that happens.
    pub fn pass(&mut self, now: Instant) {
        let passed = now.ms().saturating_sub(self.host_seen.ms());
        self.passed = self.passed.saturating_add(u64::try_from(passed).unwrap_or(0));
        self.host_seen = now;
    }

    /// The box is an organization's now.
    pub fn paired(&mut self, clock: Instant, now: Instant) {
        self.service_pressed = None;
        self.write(now, Event::Paired);
        self.set_clock(clock, now);
    }

    /// Forgets what an organization told it. What is in the bins stays, and so does the log: its numbers are for life.
    pub fn forget(&mut self) {
        self.grants = Grants::default();
        self.notices = Table::default();
        self.outs = Table::default();
        self.service_pressed = None;
    }

    /// Events up to a number are stored elsewhere.
    pub fn acknowledge(&mut self, through: u64) {
        self.log.acknowledge(through);
    }

    /// Begins the log anew.
    pub fn begin_log(&mut self, from: u64, now: Instant) {
        let at = self.clock(now);
        self.log.begin(from, at);
    }

    /// Sets the clock.
    pub fn set_clock(&mut self, to: Instant, now: Instant) {
        let from = self.clock(now);
        self.clock_offset_ms = to.ms().saturating_sub(now.ms());
        self.write(now, Event::ClockSet { from, to });
        // The end of a lock-out stays where it was in time, and so moves on the clock.
        if let (Screen::LockedOut { .. }, Some(until)) = (&self.screen, self.locked_until(now)) {
            self.screen = Screen::LockedOut { until };
        }
    }

    /// How many bins it has.
    pub fn highest_bin(&self) -> BinNumber {
        self.bins.iter().map(|(number, _)| number).max().expect("a cabinet has a bin")
    }

    /// Whether a cabinet that was read is one that steps come to: with a bin, within its capacities, and with a log in order.
    pub(super) fn is_sound(&self) -> bool {
        !self.bins.is_empty()
            && self.grants.is_sound()
            && self.notices.len() <= KEY_CAPACITY
            && self.outs.len() <= KEY_CAPACITY
            && self.log.is_sound()
    }

    /// Whether there is such a bin.
    pub fn has(&self, bin: BinNumber) -> bool {
        self.bins.get(bin).is_some()
    }

    /// Puts a bin into or out of service.
    pub fn set_bin(&mut self, number: BinNumber, enabled: bool, now: Instant) {
        let Some(bin) = self.bins.get_mut(number).filter(|bin| bin.enabled != enabled) else { return };
        bin.enabled = enabled;
        self.write(now, if enabled { Event::BinEnabled { bin: number } } else { Event::BinDisabled { bin: number } });
    }

    /// Opens a bin because a device of the organization wants it open, enabled or not.
    pub fn open_by_command(&mut self, bin: BinNumber, by: DeviceId, now: Instant) -> Vec<Output> {
        let mut outputs = Vec::new();
        if self.has(bin) {
            self.write(now, Event::OpenedByCommand { bin, by });
            self.open(bin, Purpose::Command, now, &mut outputs);
        }
        outputs
    }

    /// Takes grants and notices in.
    pub fn merge(&mut self, grants: Vec<Grant>, notices: Vec<KeyNotice>, now: Instant) -> Merge {
        let clock = self.clock(now);
        for notice in notices {
            match self.notices.get_mut(notice.key) {
                Some(known) => *known = notice.max(known.clone()),
                None => {
                    self.notices.insert(notice.key, notice);
                }
            }
            drop_oldest(&mut self.notices, |notice| notice.stamp);
        }
        let out: Set<GrantId> = (self.outs.iter())
            .filter(|(key, _)| self.place(*key) == Some(KeyPlace::WithVisitor))
            .filter_map(|(_, out)| out.by)
            .collect();
        let (mut accepted, mut refused, mut changed) = (Vec::new(), Vec::new(), Vec::new());
        for grant in grants {
            let id = grant.id;
            match self.grants.merge(grant, clock, |id| out.contains(id)) {
                Ok(merged) => {
                    if matches!(merged, Merged::Changed(_)) {
                        insert_in_order(&mut changed, id);
                    }
                    accepted.push(Held { grant: id, stamp: merged.stamp() });
                }
                Err(by) => refused.push(Hindered { grant: id, by }),
            }
        }
        if !changed.is_empty() {
            self.write(now, Event::GrantsMerged { count: changed.len() as u16 });
        }
        let mut clashes = Vec::new();
        for held in &accepted {
            let found = self.grants.clashes(held.grant, clock);
            if changed.contains(&held.grant) {
                for clash in &found {
                    insert_in_order(&mut clashes, *clash);
                }
            }
            if let Some((by, _)) = found.into_iter().find(|(_, loser)| *loser == held.grant) {
                refused.push(Hindered { grant: held.grant, by: Hindrance::CodeTaken { by } });
            }
        }
        for (by, grant) in clashes {
            self.write(now, Event::CodeTaken { grant, by });
        }
        Merge { accepted, refused, clock, digest: self.grants.digest(clock) }
    }

    fn press(&mut self, button: Button, now: Instant, outputs: &mut Vec<Output>) {
        match button {
            Button::Digit(digit) => {
                self.keypad.digit(digit);
                let digits = self.keypad.typed().clone();
                if !digits.expose().is_empty() {
                    self.show(Screen::Typing { digits }, outputs);
                }
            }
            Button::Clear => {
                self.keypad.take();
                self.rest(now, outputs);
            }
            Button::Enter => {
                let typed = self.keypad.take();
                if !typed.expose().is_empty() {
                    self.enter(&typed, now, outputs);
                }
            }
        }
    }

    fn enter(&mut self, typed: &Secret<String>, now: Instant, outputs: &mut Vec<Output>) {
        if let Some(until) = self.locked_until(now) {
            // Not logged: whoever goes on typing must not push real events out of the log.
            return self.show(Screen::Refused(Refusal::LockedOut { until }), outputs);
        }
        let code = BookingCode::parse(typed.expose()).ok();
        let (grant, key) = match code.map_or(Found::Nothing, |code| self.grants.find(code, self.clock(now))) {
            Found::Open(grant) => (grant.id, grant.key),
            Found::Shut(grant, refusal) => {
                let grant = grant.id;
                return self.refuse(refusal, Some(grant), now, outputs);
            }
            Found::Nothing => {
                let mistyped = code.is_some_and(|code| (6..=9).contains(&code.length()) && !code.checks());
                let refusal = if mistyped { Refusal::Mistyped } else { Refusal::Unknown };
                return self.wrong(refusal, now, outputs);
            }
        };
        match self.bin_with(key).map(|number| (number, self.bins.get(number).is_some_and(|bin| bin.enabled))) {
            Some((bin, true)) => {
                self.keypad.opened();
                self.open(bin, Purpose::PickUp { grant, key }, now, outputs);
                self.show(Screen::Opened { bin }, outputs);
            }
            Some((bin, false)) => self.refuse(Refusal::BinDisabled { bin }, Some(grant), now, outputs),
            None => {
                let refusal = Refusal::KeyElsewhere { place: self.place(key) };
                self.refuse(refusal, Some(grant), now, outputs);
            }
        }
    }

    fn refuse(&mut self, refusal: Refusal, grant: Option<GrantId>, now: Instant, outputs: &mut Vec<Output>) {
        self.write(now, Event::Refused { refusal: refusal.clone(), grant });
        self.show(Screen::Refused(refusal), outputs);
    }

    /// A code that is no grant's: the only kind that counts towards a lock-out.
    fn wrong(&mut self, refusal: Refusal, now: Instant, outputs: &mut Vec<Output>) {
        self.refuse(refusal, None, now, outputs);
        if self.keypad.wrong(self.passed).is_some()
            && let Some(until) = self.locked_until(now)
        {
            self.write(now, Event::LockedOut { until });
            self.show(Screen::LockedOut { until }, outputs);
        }
    }

    /// A drop-off asks for no code and no grant, and is never locked out (rules 1 and 11).
    fn present(&mut self, key: KeyId, now: Instant, outputs: &mut Vec<Output>) {
        self.keypad.take();
        // The tag is here, so the key is in no bin, whatever the bin last read.
        if let Some(bin) = self.bin_with(key) {
            self.take_key(bin, now, outputs);
        }
        let purpose = Purpose::DropOff { key };
        let opened = |bin: &Bin| matches!(bin.door, Door::Open { purpose: p, .. } if p == purpose);
        // The bin that is already open for this key; or one that is shut; or, when all others are full, one that somebody
        // left open.
        let rank = |bin: &Bin| if opened(bin) { 0 } else { 1 + u8::from(bin.door != Door::Closed) };
        let free = self.bins.iter().filter(|(_, bin)| bin.enabled && bin.holding.is_none());
        match free.min_by_key(|(number, bin)| (rank(bin), *number)).map(|(number, _)| number) {
            Some(bin) => {
                self.open(bin, purpose, now, outputs);
                self.show(Screen::ReturnHere { bin }, outputs);
            }
            None => self.refuse(Refusal::NoFreeBin { key }, None, now, outputs),
        }
    }

    fn open(&mut self, number: BinNumber, purpose: Purpose, now: Instant, outputs: &mut Vec<Output>) {
        let Some(bin) = self.bins.get_mut(number) else { return };
        let before = std::mem::replace(&mut bin.door, Door::Open { purpose, done: false });
        if !matches!(before, Door::Open { purpose: p, .. } if p == purpose) {
            self.settle(number, before, now);
        }
        outputs.push(Output::Open(number));
    }

    /// Logs what a door was opened for, if it has not happened.
    fn settle(&mut self, bin: BinNumber, door: Door, now: Instant) {
        match door {
            Door::Open { purpose: Purpose::PickUp { grant, .. }, done: false } => {
                self.write(now, Event::OpenedAndNothingTaken { grant, bin });
            }
            Door::Open { purpose: Purpose::DropOff { key }, done: false } => {
                self.write(now, Event::OpenedAndNothingReturned { key, bin });
            }
            Door::Open { purpose: Purpose::Command, .. } | Door::Open { done: true, .. } | Door::Closed => {}
        }
    }

    fn take_key(&mut self, number: BinNumber, now: Instant, outputs: &mut Vec<Output>) {
        let Some(bin) = self.bins.get_mut(number) else { return };
        let Some(key) = bin.holding.take() else { return };
        let by = match &mut bin.door {
            Door::Open { purpose: Purpose::PickUp { grant, key: meant }, done } if *meant == key => {
                *done = true;
                Some(*grant)
            }
            _ => None,
        };
        self.outs.insert(key, Out { by, at: self.clock(now) });
        drop_oldest(&mut self.outs, |out| out.at);
        match by {
            Some(grant) => {
                self.write(now, Event::PickUp { grant, key, bin: number });
                self.show(Screen::Taken { bin: number }, outputs);
            }
            None => self.write(now, Event::KeyTakenByHand { bin: number, key }),
        }
    }

    fn put_key(&mut self, number: BinNumber, key: KeyId, now: Instant, outputs: &mut Vec<Output>) {
        if self.bins.get(number).is_none_or(|bin| bin.holding.is_some()) {
            return;
        }
        // One key is in one bin: where it was read before, it is not any more.
        if let Some(other) = self.bin_with(key) {
            self.take_key(other, now, outputs);
        }
        let Some(bin) = self.bins.get_mut(number) else { return };
        bin.holding = Some(key);
        self.outs.remove(key);
        match &mut bin.door {
            Door::Closed => self.write(now, Event::KeyPutByHand { bin: number, key }),
            Door::Open { purpose, done } => {
                *done |= matches!(purpose, Purpose::DropOff { .. });
                self.write(now, Event::DropOff { key, bin: number });
                self.show(Screen::Returned { bin: number }, outputs);
            }
        }
    }

    fn close(&mut self, number: BinNumber, now: Instant, outputs: &mut Vec<Output>) {
        let Some(bin) = self.bins.get_mut(number) else { return };
        let before = std::mem::replace(&mut bin.door, Door::Closed);
        if before == Door::Closed {
            return;
        }
        self.settle(number, before, now);
        // A door shut late does not disturb whoever is at the keypad by then.
        let about_it = match self.screen {
            Screen::Opened { bin } | Screen::Taken { bin } | Screen::ReturnHere { bin } | Screen::Returned { bin } => {
                bin == number
            }
            Screen::Ready | Screen::Typing { .. } | Screen::Refused(_) | Screen::LockedOut { .. } => false,
        };
        if about_it {
            self.rest(now, outputs);
        }
    }

    fn tick(&mut self, now: Instant, outputs: &mut Vec<Output>) {
        let stays = match self.screen {
            Screen::Ready | Screen::LockedOut { .. } => false,
            _ => self.passed.saturating_sub(self.screen_since) < SCREEN_MS,
        };
        if !stays {
            self.keypad.take();
            self.rest(now, outputs);
        }
    }

    /// Goes back to the screen that stands when nobody is there.
    fn rest(&mut self, now: Instant, outputs: &mut Vec<Output>) {
        let screen = self.locked_until(now).map_or(Screen::Ready, |until| Screen::LockedOut { until });
        if self.screen != screen {
            self.show(screen, outputs);
        }
    }

    fn show(&mut self, screen: Screen, outputs: &mut Vec<Output>) {
        self.screen = screen.clone();
        self.screen_since = self.passed;
        outputs.push(Output::Show(screen));
    }

    fn write(&mut self, now: Instant, event: Event) {
        self.log.write(self.clock(now), event);
    }

    /// The end of the lock-out, on the box's clock.
    fn locked_until(&self, now: Instant) -> Option<Instant> {
        let left = self.keypad.locked_for(self.passed)?;
        Some(self.clock(now).plus_ms(i64::try_from(left).unwrap_or(i64::MAX)).min(LAST_INSTANT))
    }

    fn bin_with(&self, key: KeyId) -> Option<BinNumber> {
        self.bins.iter().find(|(_, bin)| bin.holding == Some(key)).map(|(number, _)| number)
    }

    /// Where a key is that is in no bin: what the box saw or what it was told, whichever is later.
    fn place(&self, key: KeyId) -> Option<KeyPlace> {
        let told = self.notices.get(key);
        match (self.outs.get(key), told) {
            (Some(out), told) if told.is_none_or(|notice| notice.stamp.time() <= out.at) => {
                Some(if out.by.is_some() { KeyPlace::WithVisitor } else { KeyPlace::Unknown })
            }
            (_, told) => told.map(|notice| notice.place.clone()),
        }
    }
}

/// Keeps a map of keys within its capacity.
fn drop_oldest<T, A: Ord>(map: &mut Table<KeyId, T>, age: impl Fn(&T) -> A) {
    if map.len() > KEY_CAPACITY
        && let Some(oldest) = map.iter().min_by_key(|(_, item)| age(item)).map(|(key, _)| key)
    {
        map.remove(oldest);
    }
}

#[cfg(test)]
mod tests;
