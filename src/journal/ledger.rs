//! The ledger: everything the facts say, folded together.
//!
//! The same facts give an equal ledger in whatever order they come and however often: what two facts can both write is a
//! [`Reg`], where the higher stamp holds; what only grows is a set; and a fact about a thing that has not come yet waits.

mod aliases;
mod messages;
mod rows;

use std::cell::OnceCell;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::chain::Chain;
use super::clock::Hlc;
use super::fact::{
    BookingChange, CodeFrom, Digest, Entry, Fact, FactBody, Particulars, Source, StatedPlace, Subject, Vocabulary,
};
use super::packed;
use crate::collections::{Sorted, Table, insert_in_order};
use crate::domain::cbor::{self, Cbor, DecodeError, Failed, Reader, record, variants, write_array};
use crate::domain::code::{CodeDigits, LOTS};
use crate::domain::stamp::Stamp;
use crate::domain::{
    AliasId, BinNumber, BookingCode, BookingId, BookingWindow, BoxDetails, BoxId, Channel, DeviceId, FactId, Instant,
    KeyDetails, KeyId, LocationDetails, LocationId, MessageId, MessagingSettings, Name, Note, Right, Role,
    SigningSecret, TemplateText, VisitorDetails, VisitorId,
};
use crate::smartbox::envelope::OrganizationKeys;
use crate::smartbox::pairing::BoxKeys;
use crate::smartbox::protocol::messages::Envelope;
use crate::smartbox::protocol::{Barred, Digest as LogDigest, Event, GrantId, LoggedEvent};

pub use aliases::Alias;
pub use messages::{Message, TemplateName};

/// A value that several facts may write: the one with the highest stamp holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reg<T> {
    stamp: Stamp,
    value: T,
}
record!(Reg<T> { stamp, value });

impl<T> Reg<T> {
    fn new(stamp: Stamp, value: T) -> Self {
        Self { stamp, value }
    }

    fn write(&mut self, stamp: Stamp, value: T) {
        if stamp > self.stamp {
            *self = Self { stamp, value };
        }
    }

    fn write_optional(slot: &mut Option<Self>, stamp: Stamp, value: T) {
        match slot {
            Some(reg) => reg.write(stamp, value),
            None => *slot = Some(Self::new(stamp, value)),
        }
    }

    /// The value.
    pub fn get(&self) -> &T {
        &self.value
    }

    /// When it was written, and by which fact.
    pub fn stamp(&self) -> Stamp {
        self.stamp
    }
}

/// The organization's own settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Organization {
    /// What it is called.
    pub name: Name,
    /// How many digits new codes have.
    pub digits: CodeDigits,
}
record!(Organization { name, digits });

/// A device of the organization.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Device {
    /// What it is called.
    pub name: Name,
    /// What it may do.
    pub role: Role,
}
record!(Device { name, role });

/// What happened to a key at one moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Move {
    /// It was taken out of a bin by a booking.
    PickUp(BookingId, BoxId, BinNumber),
    /// It was put into a bin.
    DropOff(BoxId, BinNumber),
    /// It left a bin, and by no booking.
    TakenByHand(BoxId, BinNumber),
    /// Somebody said it is in a bin.
    StatedInBin(BoxId, BinNumber),
    /// Somebody said it is at hand.
    StatedAtHand,
    /// Somebody said that nobody knows where it is.
    StatedUnaccounted,
}
variants!(Move {
    0 => PickUp(booking, smartbox, bin),
    1 => DropOff(smartbox, bin),
    2 => TakenByHand(smartbox, bin),
    3 => StatedInBin(smartbox, bin),
    4 => StatedAtHand,
    5 => StatedUnaccounted,
});

impl Move {
    /// The box that it left, or came to.
    pub const fn smartbox(self) -> Option<BoxId> {
        match self {
            Self::PickUp(_, smartbox, _)
            | Self::DropOff(smartbox, _)
            | Self::TakenByHand(smartbox, _)
            | Self::StatedInBin(smartbox, _) => Some(smartbox),
            Self::StatedAtHand | Self::StatedUnaccounted => None,
        }
    }
}

/// Who says that a key moved: a box, by the number of its event, or a person, by a fact.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Witness {
    /// A box's event.
    Box(BoxId, u64),
    /// A person's word.
    Fact(FactId),
}
variants!(Witness { 0 => Box(smartbox, number), 1 => Fact(fact) });

/// One move of a key. Ordered by time, then by witness.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Movement {
    /// When, by the box's clock or the device's.
    pub at: Instant,
    /// Who says so.
    pub witness: Witness,
    /// What happened.
    pub what: Move,
}
record!(Movement { at, witness, what });

/// A key and all its moves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    details: Reg<KeyDetails>,
    moves: Vec<Movement>,
}
record!(Key { details, moves as rows::moves });

impl Key {
    /// What it is called, where it lives, its hours.
    pub fn details(&self) -> &KeyDetails {
        &self.details.value
    }

    /// Its moves, oldest first.
    pub fn moves(&self) -> &[Movement] {
        &self.moves
    }

    /// Where it is, as far as anyone has said.
    pub fn place(&self) -> KeyPlace {
        match self.moves.last().map(|m| (m.what, m.at)) {
            None | Some((Move::StatedUnaccounted | Move::TakenByHand(..), _)) => KeyPlace::Unaccounted,
            Some((Move::PickUp(booking, ..), since)) => KeyPlace::WithVisitor { booking, since },
            Some((Move::DropOff(smartbox, bin) | Move::StatedInBin(smartbox, bin), since)) => {
                KeyPlace::InBin { smartbox, bin, since }
            }
            Some((Move::StatedAtHand, since)) => KeyPlace::AtHand { since },
        }
    }
}

/// Where a key is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyPlace {
    /// In a bin of a box.
    InBin {
        /// Which box.
        smartbox: BoxId,
        /// Which bin.
        bin: BinNumber,
        /// Since when.
        since: Instant,
    },
    /// With the visitor of a booking.
    WithVisitor {
        /// Which booking took it.
        booking: BookingId,
        /// Since when.
        since: Instant,
    },
    /// At hand, outside any box.
    AtHand {
        /// Since when.
        since: Instant,
    },
    /// Nobody knows.
    Unaccounted,
}

/// A SmartBox, and what it was last known to hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SmartBox {
    details: Reg<BoxDetails>,
    confirmed: Table<GrantId, Stamp>,
    /// When somebody was there last, and what its clock showed.
    visited: Option<Reg<(Instant, Instant)>>,
    /// The events that are in the journal: the first of each run without a gap, and the last.
    read: Table<u64, u64>,
    lost: Vec<(u64, u64)>,
    refused: Option<Reg<Vec<GrantId>>>,
    /// The facts by which it was paired, in the order of their stamps, and the keys of each.
    pairings: Vec<Reg<BoxKeys>>,
    /// The chain of its log up to an event, with the highest number that came with one.
    chain: Option<(u64, LogDigest)>,
    /// The devices that it lets in no more.
    barred: Vec<DeviceId>,
    /// The last fact by which all that it was owed went to a courier.
    sent: Option<Stamp>,
}
record!(SmartBox {
    details,
    confirmed as rows::confirmed,
    visited,
    read,
    lost,
    refused,
    pairings,
    chain,
    barred,
    sent,
});

impl SmartBox {
    /// Its name, serial number, location and bins.
    pub fn details(&self) -> &BoxDetails {
        &self.details.value
    }

    /// The stamp of a grant that the box is known to hold.
    pub fn holds(&self, grant: GrantId) -> Option<Stamp> {
        self.confirmed.get(grant).copied()
    }

    /// Every grant that the box is known to hold.
    pub fn confirmed(&self) -> &Table<GrantId, Stamp> {
        &self.confirmed
    }

    /// When a device or a courier last visited it, by their clock, and what the box's own clock showed.
    pub fn visited(&self) -> Option<(Instant, Instant)> {
        self.visited.as_ref().map(|visited| visited.value)
    }

    fn visit(&mut self, stamp: Stamp, at: Instant, clock: Instant) {
        if self.visited.as_ref().is_none_or(|last| (last.value.0, last.stamp) < (at, stamp)) {
            self.visited = Some(Reg::new(stamp, (at, clock)));
        }
    }

    /// Since when a courier has what the box must know in this version, or a newer one.
    pub fn on_a_courier(&self, version: Stamp) -> Option<Instant> {
        self.sent.filter(|sent| version < *sent).map(Stamp::time)
    }

    /// The highest number of its events that is in the journal; 0 when none is.
    pub fn read_through(&self) -> u64 {
        self.read.last().map_or(0, |(_, last)| *last)
    }

    /// Whether an event of its log is in the journal.
    pub fn has_read(&self, number: u64) -> bool {
        self.read.at_or_before(number).is_some_and(|(_, last)| number <= *last)
    }

    fn note_read(&mut self, number: u64) {
        if self.has_read(number) {
            return;
        }
        let before = self.read.at_or_before(number).filter(|(_, last)| **last + 1 == number).map(|(f, _)| f);
        let after = number.checked_add(1).and_then(|next| self.read.remove(next));
        self.read.insert(before.unwrap_or(number), after.unwrap_or(number));
    }

    /// The numbers, first and last, of events that it lost before anyone read them, in order.
    pub fn lost(&self) -> &[(u64, u64)] {
        &self.lost
    }

    /// The fact by which it was last paired, and its keys.
    pub fn pairing(&self) -> Option<(FactId, BoxKeys)> {
        self.pairings.last().map(|pairing| (pairing.stamp.by, pairing.value))
    }

    /// The chain of its log up to the last event that is in the journal, if that came with one.
    pub fn chain(&self) -> Option<LogDigest> {
        self.chain.filter(|(number, _)| *number == self.read_through()).map(|(_, chain)| chain)
    }

    /// Whether it has said that it lets a device in no more.
    pub fn has_barred(&self, device: DeviceId) -> bool {
        self.barred.contains(&device)
    }

    /// It was paired: what it held before, it has forgotten.
    fn pair(&mut self, stamp: Stamp, keys: BoxKeys) {
        let place = self.pairings.partition_point(|pairing| pairing.stamp < stamp);
        self.pairings.insert(place, Reg::new(stamp, keys));
        if place + 1 == self.pairings.len() {
            self.confirmed = Table::default();
            self.barred.clear();
            self.refused = None;
            self.sent = None;
        }
    }

    /// Grants it had no room for at the last visit.
    pub fn refused(&self) -> &[GrantId] {
        self.refused.as_ref().map_or(&[], |r| &r.value)
    }
}

/// A booking as it was made, and what has changed since.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Booking {
    made: Stamp,
    key: KeyId,
    /// For whom.
    visitor: VisitorId,
    right: Right,
    /// Its own code.
    code: BookingCode,
    /// How the visitor is written to.
    channel: Option<Channel>,
    reminder: bool,
    overlap: bool,
    source: Option<Source>,
    changes: Option<Box<Changes>>,
    /// Every revocation, in order.
    revocations: Vec<Stamp>,
}

/// An alias code that is a booking's code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Linked {
    alias: AliasId,
    code: BookingCode,
}
record!(Linked { alias, code });

#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Changes {
    window: Option<Reg<BookingWindow>>,
    key: Option<Reg<KeyId>>,
    reminder: Option<Reg<bool>>,
    overlap: Option<Reg<bool>>,
    /// The window that its calendar gave it last.
    imported: Option<Reg<BookingWindow>>,
    /// The alias code that is its code; none once that was unlinked.
    linked: Option<Reg<Option<Linked>>>,
    /// The revocations that were taken back, in order.
    withdrawn: Vec<FactId>,
    /// What the clock showed when it was made, where the stamp is ahead of that.
    made_on: Option<Instant>,
}
record!(Changes { window, key, reminder, overlap, imported, linked, withdrawn, made_on });

impl Booking {
    /// When it was made, and by which fact.
    pub fn made(&self) -> Stamp {
        self.made
    }

    /// When it was made, by the clock of the device that made it.
    pub fn made_by_clock(&self) -> Instant {
        let on = self.changes.as_ref().and_then(|changes| changes.made_on);
        on.unwrap_or(Hlc::from_bits(self.made.clock).time())
    }

    /// For whom.
    pub fn visitor(&self) -> VisitorId {
        self.visitor
    }

    /// The code that opens for it: that of the alias code it is linked to, or its own, which no edit changes.
    pub fn code(&self) -> BookingCode {
        self.linked().map_or(self.code, |linked| linked.code)
    }

    /// Its own code, which is its code as long as no alias code is.
    pub fn own_code(&self) -> BookingCode {
        self.code
    }

    /// The alias code that is its code.
    pub fn alias(&self) -> Option<AliasId> {
        self.linked().map(|linked| linked.alias)
    }

    fn linked(&self) -> Option<Linked> {
        self.changed(|c| c.linked.as_ref()).and_then(|r| r.value)
    }

    /// How the visitor is written to, always.
    pub fn channel(&self) -> Option<Channel> {
        self.channel
    }

    /// The calendar entry it was made from.
    pub fn source(&self) -> Option<&Source> {
        self.source.as_ref()
    }

    /// The key it was made for.
    pub fn made_for(&self) -> KeyId {
        self.key
    }

    /// The window that its calendar gave it last, whatever people have made of it since.
    pub fn imported(&self) -> Option<BookingWindow> {
        self.source.as_ref()?;
        self.changed(|c| c.imported.as_ref()).map(|r| r.value).or(self.right.window())
    }

    /// The key it is of now.
    pub fn key(&self) -> KeyId {
        self.changed(|c| c.key.as_ref()).map_or(self.key, |r| r.value)
    }

    /// What it allows now.
    pub fn right(&self) -> Right {
        self.changed(|c| c.window.as_ref()).map_or(self.right, |r| Right::OneTime(r.value))
    }

    /// Whether a return key reminder is wanted.
    pub fn reminder(&self) -> bool {
        self.changed(|c| c.reminder.as_ref()).map_or(self.reminder, |r| r.value)
    }

    /// Whether the manager wants its overlap with other bookings of the key.
    pub fn overlap(&self) -> bool {
        self.changed(|c| c.overlap.as_ref()).map_or(self.overlap, |r| r.value)
    }

    /// When it was revoked first, of what was not taken back, and by which fact.
    pub fn revoked(&self) -> Option<Stamp> {
        let withdrawn = self.withdrawn();
        self.revocations.iter().find(|revoked| !withdrawn.contains(&revoked.by)).copied()
    }

    /// Whether a revocation of it was taken back.
    pub fn was_restored(&self) -> bool {
        !self.withdrawn().is_empty()
    }

    fn withdrawn(&self) -> &[FactId] {
        self.changes.as_deref().map_or(&[], |changes| &changes.withdrawn)
    }

    /// How often it was revoked and that was taken back; odd while it is revoked.
    ///
    /// It outranks every clock: a revocation holds whatever another device edited at the time, and one that was taken
    /// back gives way to that even at a box that heard of it.
    pub fn rank(&self) -> usize {
        2 * self.withdrawn().len() + usize::from(self.revoked().is_some())
    }

    /// The stamp of what a box must know of it.
    pub fn grant_stamp(&self) -> Stamp {
        let stamp = self.revoked().unwrap_or_else(|| self.last_edit());
        Stamp { clock: stamp.clock | (self.rank() as u64) << Stamp::RANK, ..stamp }
    }

    /// Whether a box that holds a grant with this stamp knows all that it must know of the booking.
    pub fn is_known_by(&self, held: Stamp) -> bool {
        match self.revoked() {
            Some(_) => held.clock >> Stamp::RANK >= self.rank() as u64,
            None => held >= self.grant_stamp(),
        }
    }

    /// The last of its making and of the edits of its key, window or code. One edit writes all three (see `decide`), so
    /// that of two that were made apart one holds as a whole, and its stamp tells what it is.
    pub fn last_edit(&self) -> Stamp {
        let window = self.changed(|c| c.window.as_ref()).map(Reg::stamp);
        let key = self.changed(|c| c.key.as_ref()).map(Reg::stamp);
        let code = self.changed(|c| c.linked.as_ref()).map(Reg::stamp);
        [window, key, code].into_iter().flatten().fold(self.made, Stamp::max)
    }

    /// When the return key reminder was last switched on or off.
    pub fn reminder_set(&self) -> Stamp {
        self.changed(|c| c.reminder.as_ref()).map_or(self.made, Reg::stamp)
    }

    /// When it last changed in any way, and by which fact.
    pub fn last_change(&self) -> Stamp {
        let reminder = self.changed(|c| c.reminder.as_ref()).map(Reg::stamp);
        let overlap = self.changed(|c| c.overlap.as_ref()).map(Reg::stamp);
        [self.revoked(), reminder, overlap].into_iter().flatten().fold(self.last_edit(), Stamp::max)
    }

    fn changed<T>(&self, field: impl FnOnce(&Changes) -> Option<&Reg<T>>) -> Option<&Reg<T>> {
        self.changes.as_deref().and_then(field)
    }

    fn change(&mut self, stamp: Stamp, change: &BookingChange, linked: Option<Option<Linked>>) {
        let changes = self.changes.get_or_insert_default();
        if let Some(linked) = linked {
            Reg::write_optional(&mut changes.linked, stamp, linked);
        }
        if let Some(window) = change.window {
            Reg::write_optional(&mut changes.window, stamp, window);
            if change.imported == Some(true) {
                Reg::write_optional(&mut changes.imported, stamp, window);
            }
        }
        if let Some(key) = change.key {
            Reg::write_optional(&mut changes.key, stamp, key);
        }
        if let Some(reminder) = change.reminder {
            Reg::write_optional(&mut changes.reminder, stamp, reminder);
        }
        if let Some(overlap) = change.overlap {
            Reg::write_optional(&mut changes.overlap, stamp, overlap);
        }
    }
}

/// The highest rank a booking can come to.
pub const MOST_RANK: usize = 15;

/// One pick-up of a key by a booking.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PickUp {
    /// When, by the box's clock.
    pub at: Instant,
    /// Which box.
    pub smartbox: BoxId,
    /// The number of the box's event.
    pub number: u64,
    /// Which key.
    pub key: KeyId,
    /// From which bin.
    pub bin: BinNumber,
}
record!(PickUp { at, smartbox, number, key, bin });

/// The thing that a fact is about and that has not come yet, and what the fact says.
type Missing = Box<(FactId, FactBody)>;

/// What a fact did to the ledger.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Applied {
    /// It is in.
    Done,
    /// It is about a thing that has not come yet, and waits for it.
    Waiting,
    /// It is of a kind that this app does not know, and is kept for one that does.
    Unknown,
    /// It was in already.
    Repeated,
}

/// Everything the facts say.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    state: State,
    vocabulary: Vocabulary,
    index: Index,
}

impl PartialEq for Ledger {
    fn eq(&self, other: &Self) -> bool {
        self.state == other.state
    }
}

#[derive(Clone, PartialEq, Debug, Default)]
struct State {
    clock: Hlc,
    chains: Table<DeviceId, Chain>,
    organization: Option<Reg<Organization>>,
    devices: Table<DeviceId, Reg<Device>>,
    /// Who issues from each lot of the code space.
    lots: Table<u8, Reg<DeviceId>>,
    /// How many codes each device has counted off.
    issued: Table<DeviceId, u64>,
    locations: Table<LocationId, Reg<LocationDetails>>,
    boxes: Table<BoxId, SmartBox>,
    keys: Table<KeyId, Key>,
    bookings: Table<BookingId, Booking>,
    pick_ups: Table<BookingId, Vec<PickUp>>,
    people: Table<VisitorId, Reg<Option<VisitorDetails>>>,
    notes: Table<BookingId, Reg<Option<Note>>>,
    aliases: Table<AliasId, Alias>,
    messages: Table<MessageId, Message>,
    messaging: Option<Reg<MessagingSettings>>,
    templates: Table<TemplateName, Reg<Option<TemplateText>>>,
    gateway_secret: Option<Reg<Option<SigningSecret>>>,
    remarks: Table<FactId, Reg<Option<Note>>>,
    trust: Trust,
    /// Facts about things that have not come yet, by thing.
    waiting: Table<FactId, Waiting>,
    /// Facts of kinds that this app does not know.
    unknown: Table<FactId, Fact>,
}
record!(State {
    clock,
    chains,
    organization,
    devices,
    lots,
    issued,
    locations as packed::map,
    boxes as packed::map,
    keys as packed::map,
    bookings as rows::bookings,
    pick_ups as rows::pick_ups,
    people as rows::people,
    notes as rows::notes,
    waiting,
    unknown,
    aliases as packed::map,
    messages as rows::messages,
    messaging,
    templates,
    gateway_secret,
    remarks,
    trust,
});

/// Whose word counts at a box.
#[derive(Clone, PartialEq, Debug, Default)]
struct Trust {
    organization: Option<Reg<OrganizationKeys>>,
    credentials: Table<DeviceId, Reg<Envelope>>,
    revoked: Table<DeviceId, Stamp>,
}
record!(Trust { organization, credentials, revoked });

/// Facts that wait for one thing, in the order of their stamps.
#[derive(Clone, PartialEq, Debug, Default)]
struct Waiting(Vec<(Stamp, FactBody)>);

impl Cbor for Waiting {
    fn encode(&self, to: &mut Vec<u8>) {
        cbor::pairs::encode(&self.0, to);
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
        cbor::pairs::decode(from).map(Self)
    }
}

impl Waiting {
    fn add(&mut self, stamp: Stamp, body: FactBody) {
        match self.0.binary_search_by(|(other, _)| other.cmp(&stamp)) {
            Ok(place) => self.0[place].1 = body,
            Err(place) => self.0.insert(place, (stamp, body)),
        }
    }
}

impl State {
    fn read_snapshot(from: &mut Reader<'_>) -> Result<Self, Failed> {
        let expected = "a snapshot of this form";
        from.array_of(2, expected)?;
        if u32::decode(from)? != SNAPSHOT_FORM {
            return Err(from.fail(expected));
        }
        Self::decode(from)
    }
}

/// What is derived from the state when it is first asked for, and so is neither stored nor compared.
///
/// Sets of pairs: what belongs to one key, code or contact stands together, and nothing is allocated for each.
#[derive(Clone, Debug, Default)]
struct Index {
    /// Every key that a booking has or had.
    by_key: OnceCell<Sorted>,
    /// Every code that a booking has or had, and every alias code.
    by_code: OnceCell<Sorted>,
    /// Every booking that an alias code is or was linked to.
    by_alias: OnceCell<Sorted>,
    /// The messages about each booking and alias code.
    by_subject: OnceCell<Sorted>,
    /// Of each visitor who can be reached, [`contact`]; an older one may still stand here.
    by_contact: OnceCell<Sorted>,
}

impl Index {
    fn by_key(&self, state: &State) -> &Sorted {
        self.by_key.get_or_init(|| {
            let keys = |b: &Booking| [Some(b.key), Some(b.key()).filter(|now| *now != b.key)].into_iter().flatten();
            let pairs = state.bookings.iter().flat_map(|(id, b)| keys(b).map(move |key| pair(key.0.to_bits(), id.0)));
            Sorted::of(pairs.collect())
        })
    }

    fn by_code(&self, state: &State) -> &Sorted {
        let codes = |b: &Booking| [Some(b.code), b.linked().map(|linked| linked.code)].into_iter().flatten();
        self.by_code.get_or_init(|| {
            let pairs = state.bookings.iter().flat_map(|(id, b)| codes(b).map(move |code| pair(code.to_bits(), id.0)));
            let aliases = state.aliases.iter().map(|(id, alias)| pair(alias.code().to_bits(), id.0));
            Sorted::of(pairs.chain(aliases).collect())
        })
    }

    fn by_alias(&self, state: &State) -> &Sorted {
        self.by_alias.get_or_init(|| {
            let linked = state.bookings.iter().filter_map(|(id, b)| Some((id, b.alias()?)));
            Sorted::of(linked.map(|(id, alias)| pair(alias.0.to_bits(), id.0)).collect())
        })
    }

    fn by_subject(&self, state: &State) -> &Sorted {
        self.by_subject.get_or_init(|| {
            Sorted::of(state.messages.iter().map(|(id, m)| pair(subject(m.about()).to_bits(), id.0)).collect())
        })
    }

    fn by_contact(&self, state: &State) -> &Sorted {
        self.by_contact.get_or_init(|| {
            let known = state.people.iter().filter_map(|(id, reg)| Some((id, reg.value.as_ref()?)));
            Sorted::of(known.filter_map(|(id, details)| Some(pair(contact(details)?, id.0))).collect())
        })
    }

    fn made(&mut self, id: BookingId, booking: &Booking) {
        self.has_key(id, booking.key);
        self.has_code(booking.code, id.0);
        self.linked(id, booking);
    }

    fn has_code(&mut self, code: BookingCode, id: FactId) {
        if let Some(by_code) = self.by_code.get_mut() {
            by_code.insert(pair(code.to_bits(), id));
        }
    }

    fn linked(&mut self, id: BookingId, booking: &Booking) {
        let Some(linked) = booking.linked() else { return };
        self.has_code(linked.code, id.0);
        if let Some(by_alias) = self.by_alias.get_mut() {
            by_alias.insert(pair(linked.alias.0.to_bits(), id.0));
        }
    }

    fn message(&mut self, id: MessageId, about: Subject) {
        if let Some(by_subject) = self.by_subject.get_mut() {
            by_subject.insert(pair(subject(about).to_bits(), id.0));
        }
    }

    fn has_key(&mut self, id: BookingId, key: KeyId) {
        if let Some(by_key) = self.by_key.get_mut() {
            by_key.insert(pair(key.0.to_bits(), id.0));
        }
    }

    fn described(&mut self, id: VisitorId, details: Option<&VisitorDetails>) {
        if let (Some(by_contact), Some(contact)) = (self.by_contact.get_mut(), details.and_then(contact)) {
            by_contact.insert(pair(contact, id.0));
        }
    }
}

/// A thing, and before it what it is looked up by, as one number: sorted in half the time of two.
fn pair(of: u64, id: FactId) -> u128 {
    u128::from(of) << 64 | u128::from(id.to_bits())
}

/// The things that stand with what they are looked up by.
fn paired(pairs: &Sorted, of: u64) -> impl Iterator<Item = FactId> {
    let all = pair(of, FactId::from_bits(0))..=pair(of, FactId::from_bits(u64::MAX));
    pairs.range(all).map(|pair| FactId::from_bits(pair as u64))
}

/// The fact that made what a message is about.
const fn subject(about: Subject) -> FactId {
    match about {
        Subject::Booking(id) => id.0,
        Subject::Alias(id) => id.0,
    }
}

/// What stands for how a visitor is reached; two visitors may have the same by chance.
pub(super) fn contact(details: &VisitorDetails) -> Option<u64> {
    details.channel()?;
    let mut hasher = DefaultHasher::new();
    (&details.email, &details.mobile).hash(&mut hasher);
    Some(hasher.finish())
}

/// The form of a snapshot. To be counted up with every change of the state, and of what facts do to it: an older
/// snapshot then gives way to the facts.
const SNAPSHOT_FORM: u32 = 7;

impl Ledger {
    /// A ledger of an app that knows less: for trying out what an older app does.
    pub fn with_vocabulary(vocabulary: Vocabulary) -> Self {
        Self { vocabulary, ..Self::default() }
    }

    /// Reads a snapshot that [`Ledger::to_snapshot`] wrote, and applies the facts in it that the app that wrote it did
    /// not know, where this one does.
    ///
    /// # Errors
    /// When the bytes are no snapshot of this form; the facts themselves are then the way to the ledger.
    pub fn from_snapshot(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut from = Reader::new(bytes);
        let state = State::read_snapshot(&mut from).map_err(|failed| from.error(failed))?;
        let mut ledger = Self { state, ..Self::default() };
        for fact in std::mem::take(&mut ledger.state.unknown).into_values() {
            if ledger.fold(&fact) == Applied::Unknown {
                ledger.state.unknown.insert(fact.id, fact);
            }
        }
        Ok(ledger)
    }

    /// The whole ledger as bytes.
    pub fn to_snapshot(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_array(&mut bytes, 2);
        SNAPSHOT_FORM.encode(&mut bytes);
        self.state.encode(&mut bytes);
        bytes
    }

    /// Folds in an entry.
    pub fn apply(&mut self, entry: &Entry) -> Applied {
        match entry {
            Entry::Fact(fact) => self.apply_fact(fact),
            Entry::Particulars(particulars) => {
                self.apply_particulars(particulars.clone());
                Applied::Done
            }
        }
    }

    fn apply_fact(&mut self, fact: &Fact) -> Applied {
        if !self.state.chains.get_or_insert_with(fact.id.device(), Chain::default).add(fact) {
            return Applied::Repeated;
        }
        self.state.clock = self.state.clock.max(fact.at);
        let applied = self.fold(fact);
        if applied == Applied::Unknown {
            self.state.unknown.insert(fact.id, fact.clone());
        }
        applied
    }

    fn apply_particulars(&mut self, particulars: Particulars) {
        if let Particulars::Visitor { visitor, details, .. } = &particulars {
            self.index.described(*visitor, details.as_ref());
        }
        match particulars {
            Particulars::Visitor { visitor, stamp, details } => match self.state.people.get_mut(visitor) {
                Some(reg) => reg.write(stamp, details),
                None => drop(self.state.people.insert(visitor, Reg::new(stamp, details))),
            },
            Particulars::Notes { booking, stamp, notes } => match self.state.notes.get_mut(booking) {
                Some(reg) => reg.write(stamp, notes),
                None => drop(self.state.notes.insert(booking, Reg::new(stamp, notes))),
            },
            Particulars::Remark { fact, stamp, text } => match self.state.remarks.get_mut(fact) {
                Some(reg) => reg.write(stamp, text),
                None => drop(self.state.remarks.insert(fact, Reg::new(stamp, text))),
            },
            Particulars::GatewaySecret { stamp, secret } => {
                Reg::write_optional(&mut self.state.gateway_secret, stamp, secret);
            }
        }
    }

    fn fold(&mut self, fact: &Fact) -> Applied {
        match fact.body(self.vocabulary) {
            Some(body) => self.fold_body(fact.stamp(), body),
            None => Applied::Unknown,
        }
    }

    fn fold_body(&mut self, stamp: Stamp, body: FactBody) -> Applied {
        let made = match self.change(stamp, body) {
            Ok(made) => made,
            Err(missing) => {
                let (missing, body) = *missing;
                self.state.waiting.get_or_insert_with(missing, Waiting::default).add(stamp, body);
                return Applied::Waiting;
            }
        };
        if made && let Some(waiting) = self.state.waiting.remove(stamp.by) {
            for (stamp, body) in waiting.0 {
                self.fold_body(stamp, body);
            }
        }
        Applied::Done
    }

    /// Writes what a fact says. Answers whether it made a thing, or which thing it waits for.
    fn change(&mut self, stamp: Stamp, body: FactBody) -> Result<bool, Missing> {
        let state = &mut self.state;
        let author = stamp.by.device();
        match body {
            FactBody::OrganizationFounded { name, digits, device } => {
                Reg::write_optional(&mut state.organization, stamp, Organization { name, digits });
                state.write_device(author, stamp, Device { name: device, role: Role::Manager });
                for lot in 0..LOTS {
                    state.write_lot(lot, stamp, author);
                }
            }
            FactBody::OrganizationChanged { name, digits } => {
                Reg::write_optional(&mut state.organization, stamp, Organization { name, digits });
            }
            FactBody::DeviceEnrolled { device, name, role, lots } => {
                state.write_device(device, stamp, Device { name, role });
                for lot in lots.into_iter().filter(|lot| *lot < LOTS) {
                    state.write_lot(lot, stamp, device);
                }
            }
            FactBody::LocationAdded { details } => {
                state.locations.insert(LocationId(stamp.by), Reg::new(stamp, details));
                return Ok(true);
            }
            FactBody::LocationChanged { location, ref details } => match state.locations.get_mut(location) {
                Some(reg) => reg.write(stamp, details.clone()),
                None => return Err(Box::new((location.0, body))),
            },
            FactBody::BoxAdded { details } => {
                let smartbox = SmartBox {
                    details: Reg::new(stamp, details),
                    confirmed: Table::default(),
                    visited: None,
                    read: Table::default(),
                    lost: Vec::new(),
                    refused: None,
                    pairings: Vec::new(),
                    chain: None,
                    barred: Vec::new(),
                    sent: None,
                };
                state.boxes.insert(BoxId(stamp.by), smartbox);
                return Ok(true);
            }
            FactBody::BoxChanged { smartbox, ref details } => match state.boxes.get_mut(smartbox) {
                Some(known) => known.details.write(stamp, details.clone()),
                None => return Err(Box::new((smartbox.0, body))),
            },
            FactBody::KeyAdded { details } => {
                state.keys.insert(KeyId(stamp.by), Key { details: Reg::new(stamp, details), moves: Vec::new() });
                return Ok(true);
            }
            FactBody::KeyChanged { key, ref details } => match state.keys.get_mut(key) {
                Some(known) => known.details.write(stamp, details.clone()),
                None => return Err(Box::new((key.0, body))),
            },
            FactBody::KeyStated { key, place } => {
                let what = match place {
                    StatedPlace::Unaccounted => Move::StatedUnaccounted,
                    StatedPlace::AtHand => Move::StatedAtHand,
                    StatedPlace::InBin(smartbox, bin) => Move::StatedInBin(smartbox, bin),
                };
                let at = Hlc::from_bits(stamp.clock).time();
                if !state.move_key(key, Movement { at, witness: Witness::Fact(stamp.by), what }) {
                    return Err(Box::new((key.0, body)));
                }
            }
            // Who a visitor is stands beside the facts; these two say only that there is something to read there.
            FactBody::VisitorAdded {} | FactBody::VisitorChanged { .. } => {}
            FactBody::BookingMade {
                key,
                visitor,
                right,
                code,
                serial,
                channel,
                reminder,
                overlap,
                ref source,
                alias,
                on,
            } => {
                let linked = match alias {
                    Some(alias) => match state.aliases.get(alias) {
                        Some(known) => Some(Linked { alias, code: known.code() }),
                        None => return Err(Box::new((alias.0, body))),
                    },
                    None => None,
                };
                state.count_code(author, serial);
                let id = BookingId(stamp.by);
                let linked = linked.map(|linked| Reg::new(stamp, Some(linked)));
                let changes = (linked.is_some() || on.is_some())
                    .then(|| Box::new(Changes { linked, made_on: on, ..Changes::default() }));
                let booking = Booking {
                    made: stamp,
                    key,
                    visitor,
                    right,
                    code,
                    channel,
                    reminder,
                    overlap,
                    source: source.clone(),
                    changes,
                    revocations: Vec::new(),
                };
                self.index.made(id, &booking);
                state.bookings.insert(id, booking);
                return Ok(true);
            }
            FactBody::BookingChanged { booking, ref change } => {
                let linked = match change.code {
                    Some(CodeFrom::Alias(alias)) => match state.aliases.get(alias) {
                        Some(known) => Some(Some(Linked { alias, code: known.code() })),
                        None => return Err(Box::new((alias.0, body))),
                    },
                    Some(CodeFrom::Own) => Some(None),
                    None => None,
                };
                match state.bookings.get_mut(booking) {
                    Some(known) => {
                        known.change(stamp, change, linked);
                        self.index.has_key(booking, known.key());
                        self.index.linked(booking, known);
                    }
                    None => return Err(Box::new((booking.0, body))),
                }
            }
            FactBody::BookingRevoked { booking } => match state.bookings.get_mut(booking) {
                Some(known) => insert_in_order(&mut known.revocations, stamp),
                None => return Err(Box::new((booking.0, body))),
            },
            FactBody::RevocationWithdrawn { booking, revocation } => match state.bookings.get_mut(booking) {
                Some(known) => insert_in_order(&mut known.changes.get_or_insert_default().withdrawn, revocation),
                None => return Err(Box::new((booking.0, body))),
            },
            FactBody::AliasIssued { code, serial, channel, terms } => {
                state.count_code(author, serial);
                let id = AliasId(stamp.by);
                state.aliases.insert(id, Alias::issued(stamp, code, channel, terms));
                self.index.has_code(code, id.0);
                return Ok(true);
            }
            FactBody::AliasChanged { alias, ref terms } => match state.aliases.get_mut(alias) {
                Some(known) => known.change(stamp, terms.clone()),
                None => return Err(Box::new((alias.0, body))),
            },
            FactBody::AliasRetired { alias } => match state.aliases.get_mut(alias) {
                Some(known) => known.retire(stamp),
                None => return Err(Box::new((alias.0, body))),
            },
            FactBody::MessageMade { about, kind, channel, means, due, late } => {
                let id = MessageId(stamp.by);
                state.messages.insert(id, Message::made(stamp, about, kind, channel, means, due, late));
                self.index.message(id, about);
                return Ok(true);
            }
            FactBody::MessageMoved { message, state: to, on } => match state.messages.get_mut(message) {
                Some(known) => known.moved(stamp, to, on),
                None => return Err(Box::new((message.0, body))),
            },
            FactBody::MessagingChanged { settings } => Reg::write_optional(&mut state.messaging, stamp, settings),
            FactBody::TemplateChanged { language, kind, part, text } => {
                let name = TemplateName { language, kind, part };
                match state.templates.get_mut(name) {
                    Some(reg) => reg.write(stamp, text),
                    None => drop(state.templates.insert(name, Reg::new(stamp, text))),
                }
            }
            FactBody::CalendarImported { .. } => {}
            FactBody::BoxReported { smartbox, ref event, chain } => match state.report(smartbox, event) {
                Ok(()) => {
                    if let (Some(chain), Some(known)) = (chain, state.boxes.get_mut(smartbox)) {
                        let newest = known.chain.is_none_or(|(number, _)| number < event.number);
                        if newest {
                            known.chain = Some((event.number, chain));
                        }
                    }
                }
                Err(missing) => return Err(Box::new((missing, body))),
            },
            FactBody::BoxVisited {
                smartbox,
                ref confirmed,
                clock,
                ref lost,
                ref refused,
                pairing,
                ref barred,
                carried,
            } => {
                let Some(known) = state.boxes.get_mut(smartbox) else { return Err(Box::new((smartbox.0, body))) };
                if let Some(missing) = pairing.filter(|by| !known.pairings.iter().any(|one| one.stamp.by == *by)) {
                    return Err(Box::new((missing, body)));
                }
                for run in lost {
                    insert_in_order(&mut known.lost, *run);
                }
                known.visit(stamp, carried.unwrap_or_else(|| stamp.time()), clock);
                // What a box confirmed before it was paired anew, it has forgotten.
                if pairing == known.pairing().map(|(by, _)| by) {
                    for grant in confirmed {
                        let held = known.confirmed.get_or_insert_with(grant.grant, || grant.stamp);
                        *held = (*held).max(grant.stamp);
                    }
                    for device in barred.iter().flatten() {
                        insert_in_order(&mut known.barred, *device);
                    }
                    Reg::write_optional(&mut known.refused, stamp, refused.clone());
                }
            }
            FactBody::BoxPaired { smartbox, keys } => match state.boxes.get_mut(smartbox) {
                Some(known) => {
                    known.pair(stamp, keys);
                    return Ok(true);
                }
                None => return Err(Box::new((smartbox.0, body))),
            },
            FactBody::BoxSent { smartbox, ref grants, pairing } => {
                let Some(known) = state.boxes.get_mut(smartbox) else { return Err(Box::new((smartbox.0, body))) };
                if let Some(missing) = pairing.filter(|by| !known.pairings.iter().any(|one| one.stamp.by == *by)) {
                    return Err(Box::new((missing, body)));
                }
                if pairing == known.pairing().map(|(by, _)| by) {
                    // It may hold them from now on: as a stamp before all others they are owed, whatever becomes of them.
                    for grant in grants {
                        known.confirmed.get_or_insert_with(*grant, || Stamp { clock: 0, by: *grant });
                    }
                    known.sent = known.sent.max(Some(stamp));
                }
            }
            // The first keys hold: whoever made others at the same time has sealed nothing with them yet.
            FactBody::OrganizationKeyed { keys } => match &mut state.trust.organization {
                Some(known) if known.stamp < stamp => {}
                known => *known = Some(Reg::new(stamp, keys)),
            },
            FactBody::DeviceCertified { device, credential } => match state.trust.credentials.get_mut(device) {
                Some(reg) => reg.write(stamp, credential),
                None => drop(state.trust.credentials.insert(device, Reg::new(stamp, credential))),
            },
            FactBody::DeviceRevoked { device } => {
                let first = state.trust.revoked.get_or_insert_with(device, || stamp);
                *first = (*first).min(stamp);
            }
        }
        Ok(false)
    }
}

impl State {
    fn write_device(&mut self, id: DeviceId, stamp: Stamp, device: Device) {
        match self.devices.get_mut(id) {
            Some(reg) => reg.write(stamp, device),
            None => drop(self.devices.insert(id, Reg::new(stamp, device))),
        }
    }

    fn write_lot(&mut self, lot: u8, stamp: Stamp, owner: DeviceId) {
        match self.lots.get_mut(lot) {
            Some(reg) => reg.write(stamp, owner),
            None => drop(self.lots.insert(lot, Reg::new(stamp, owner))),
        }
    }

    /// Notes that a device counted off a code.
    fn count_code(&mut self, author: DeviceId, serial: Option<u64>) {
        if let Some(serial) = serial {
            let issued = self.issued.get_or_insert_with(author, || 0);
            *issued = (*issued).max(serial + 1);
        }
    }

    /// Notes a move of a key in its place in time. Answers whether the key is known.
    fn move_key(&mut self, key: KeyId, movement: Movement) -> bool {
        let Some(known) = self.keys.get_mut(key) else { return false };
        insert_in_order(&mut known.moves, movement);
        true
    }

    /// Folds in an event of a box. Answers which thing is missing for it.
    fn report(&mut self, smartbox: BoxId, event: &LoggedEvent) -> Result<(), FactId> {
        let known = self.boxes.get_mut(smartbox).ok_or(smartbox.0)?;
        known.note_read(event.number);
        let (key, what) = match event.event {
            Event::PickUp { grant, key, bin } => {
                let pick_up = PickUp { at: event.at, smartbox, number: event.number, key, bin };
                insert_in_order(self.pick_ups.get_or_insert_with(BookingId(grant), Vec::new), pick_up);
                (key, Move::PickUp(BookingId(grant), smartbox, bin))
            }
            Event::DropOff { key, bin } => (key, Move::DropOff(smartbox, bin)),
            Event::KeyTakenByHand { key, bin } => (key, Move::TakenByHand(smartbox, bin)),
            Event::KeyPutByHand { key, bin } => (key, Move::DropOff(smartbox, bin)),
            _ => return Ok(()),
        };
        let movement = Movement { at: event.at, witness: Witness::Box(smartbox, event.number), what };
        if self.move_key(key, movement) { Ok(()) } else { Err(key.0) }
    }
}

/// What can be asked of the ledger. What depends on the time is in `journal::queries`.
impl Ledger {
    /// The clock's highest reading in any fact.
    pub fn clock(&self) -> Hlc {
        self.state.clock
    }

    /// The organization, once it is founded.
    pub fn organization(&self) -> Option<&Organization> {
        self.state.organization.as_ref().map(Reg::get)
    }

    /// The devices.
    pub fn devices(&self) -> impl Iterator<Item = (DeviceId, &Device)> {
        self.state.devices.iter().map(|(id, d)| (id, d.get()))
    }

    /// A device.
    pub fn device(&self, id: DeviceId) -> Option<&Device> {
        self.state.devices.get(id).map(Reg::get)
    }

    /// The organization's keys.
    pub fn organization_keys(&self) -> Option<OrganizationKeys> {
        self.state.trust.organization.as_ref().map(|reg| reg.value)
    }

    /// What the organization says of a device, signed.
    pub fn credential(&self, device: DeviceId) -> Option<&[u8]> {
        self.state.trust.credentials.get(device).map(|reg| reg.value.0.as_slice())
    }

    /// When a device was revoked.
    pub fn device_revoked(&self, device: DeviceId) -> Option<Stamp> {
        self.state.trust.revoked.get(device).copied()
    }

    /// The revoked devices that a box has not said that it lets in no more.
    pub fn to_bar(&self, smartbox: BoxId) -> Vec<Barred> {
        let Some(known) = self.smartbox(smartbox) else { return Vec::new() };
        let revoked = self.state.trust.revoked.iter().filter(|(device, _)| !known.has_barred(*device));
        revoked.map(|(device, stamp)| Barred { device, stamp: *stamp }).collect()
    }

    /// A number for what is sent out now: higher than any before.
    pub fn next_number(&self, now: Instant) -> u64 {
        self.state.clock.tick(now).to_bits()
    }

    /// The lots of the code space that a device issues from.
    pub fn lots(&self, device: DeviceId) -> Vec<u8> {
        self.state.lots.iter().filter(|(_, owner)| owner.value == device).map(|(lot, _)| lot).collect()
    }

    /// How many codes a device has counted off.
    pub fn issued(&self, device: DeviceId) -> u64 {
        self.state.issued.get(device).copied().unwrap_or(0)
    }

    /// The chain of a device's facts.
    pub fn chain(&self, device: DeviceId) -> Option<&Chain> {
        self.state.chains.get(device)
    }

    /// The counter of a device's next fact, and the digest of its last.
    pub fn next(&self, device: DeviceId) -> (u32, Option<Digest>) {
        match self.state.chains.get(device).and_then(Chain::head) {
            Some((last, digest)) => (last + 1, Some(digest)),
            None => (1, None),
        }
    }

    /// The locations, oldest first.
    pub fn locations(&self) -> impl Iterator<Item = (LocationId, &LocationDetails)> {
        self.state.locations.iter().map(|(id, l)| (id, l.get()))
    }

    /// A location.
    pub fn location(&self, id: LocationId) -> Option<&LocationDetails> {
        self.state.locations.get(id).map(Reg::get)
    }

    /// The boxes, oldest first.
    pub fn boxes(&self) -> impl Iterator<Item = (BoxId, &SmartBox)> {
        self.state.boxes.iter()
    }

    /// A box.
    pub fn smartbox(&self, id: BoxId) -> Option<&SmartBox> {
        self.state.boxes.get(id)
    }

    /// The keys, oldest first.
    pub fn keys(&self) -> impl Iterator<Item = (KeyId, &Key)> {
        self.state.keys.iter()
    }

    /// A key.
    pub fn key(&self, id: KeyId) -> Option<&Key> {
        self.state.keys.get(id)
    }

    /// The visitors whose particulars are known.
    pub fn visitors(&self) -> impl Iterator<Item = (VisitorId, &VisitorDetails)> {
        self.state.people.iter().filter_map(|(id, reg)| reg.value.as_ref().map(|details| (id, details)))
    }

    /// Who a visitor is; nothing when that was erased.
    pub fn visitor(&self, id: VisitorId) -> Option<&VisitorDetails> {
        self.state.people.get(id)?.value.as_ref()
    }

    /// When it was last written who a visitor is.
    pub fn visitor_stamp(&self, id: VisitorId) -> Option<Stamp> {
        self.state.people.get(id).map(Reg::stamp)
    }

    /// The bookings, oldest first within a device.
    pub fn bookings(&self) -> impl Iterator<Item = (BookingId, &Booking)> {
        self.state.bookings.iter()
    }

    /// How many bookings there are.
    pub fn booking_count(&self) -> usize {
        self.state.bookings.len()
    }

    /// A booking.
    pub fn booking(&self, id: BookingId) -> Option<&Booking> {
        self.state.bookings.get(id)
    }

    /// A booking's notes.
    pub fn notes(&self, id: BookingId) -> Option<&Note> {
        self.state.notes.get(id)?.value.as_ref()
    }

    /// When, where and by which event a booking's visitor picked the key up, oldest first.
    pub fn pick_ups(&self, id: BookingId) -> impl DoubleEndedIterator<Item = &PickUp> {
        self.state.pick_ups.get(id).into_iter().flatten()
    }

    /// Every booking with its last pick-up, oldest booking first.
    pub(super) fn bookings_and_pick_ups(&self) -> impl Iterator<Item = (BookingId, &Booking, Option<&PickUp>)> {
        let mut pick_ups = self.state.pick_ups.iter().peekable();
        self.bookings().map(move |(id, booking)| {
            while pick_ups.next_if(|(other, _)| *other < id).is_some() {}
            let own = pick_ups.next_if(|(other, _)| *other == id);
            (id, booking, own.and_then(|(_, all)| all.last()))
        })
    }

    /// The bookings of a key, in no order.
    pub fn bookings_of(&self, key: KeyId) -> impl Iterator<Item = (BookingId, &Booking)> {
        self.ever_of(key).filter(move |(_, b)| b.key() == key)
    }

    /// The bookings that a key has or had, in no order.
    pub(super) fn ever_of(&self, key: KeyId) -> impl Iterator<Item = (BookingId, &Booking)> {
        self.bookings_in(self.index.by_key(&self.state), key.0.to_bits())
    }

    /// The bookings that calendars made for a key, wherever they are now, in no order.
    pub fn imported_for(&self, key: KeyId) -> impl Iterator<Item = (BookingId, &Booking, &Source)> {
        self.ever_of(key).filter(move |(_, b)| b.key == key).filter_map(|(id, b)| Some((id, b, b.source.as_ref()?)))
    }

    /// The bookings that have or had a code, and those whose own it is while they are linked to an alias code.
    pub fn bookings_with(&self, code: BookingCode) -> impl Iterator<Item = (BookingId, &Booking)> {
        self.bookings_in(self.index.by_code(&self.state), code.to_bits())
    }

    fn bookings_in<'a>(&'a self, pairs: &'a Sorted, of: u64) -> impl Iterator<Item = (BookingId, &'a Booking)> {
        paired(pairs, of).map(BookingId).filter_map(|id| Some((id, self.booking(id)?)))
    }

    /// A visitor who is reached in just this way and has this name and language.
    pub fn visitor_like(&self, details: &VisitorDetails) -> Option<VisitorId> {
        let contact = contact(details)?;
        paired(self.index.by_contact(&self.state), contact).map(VisitorId).find(|id| self.visitor(*id) == Some(details))
    }

    /// Facts of kinds that this app does not know: kept for one that does.
    pub fn unknown(&self) -> impl Iterator<Item = &Fact> {
        self.state.unknown.values()
    }

    /// How many facts wait for a thing that has not come yet.
    pub fn waiting(&self) -> usize {
        self.state.waiting.values().map(|waiting| waiting.0.len()).sum()
    }
}
