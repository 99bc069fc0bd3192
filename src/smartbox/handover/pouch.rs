//! All that a technician's device keeps: who it is, the boxes by name and place, and envelopes that it can't open.

use super::joining::Admission;
use super::parcel::{BoxParcel, BoxReturn, Parcel, Return};
use crate::collections::sort_by;
use crate::domain::cbor::record;
use crate::domain::{DeviceId, Instant, Name, SerialNumber};
use crate::smartbox::envelope::OrganizationKeys;
use crate::smartbox::errand::Collected;
use crate::smartbox::pairing::BoxKeys;
use crate::smartbox::protocol::messages::Envelope;

/// What a technician's device keeps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pouch {
    /// What the organization is called.
    pub organization: Name,
    /// Its keys.
    pub keys: OrganizationKeys,
    /// This device.
    pub device: DeviceId,
    /// What it is called.
    pub name: Name,
    /// What boxes check.
    pub credential: Envelope,
    /// When that ends.
    pub expires: Instant,
    /// The boxes, by name.
    pub boxes: Vec<PouchBox>,
}
record!(Pouch { organization, keys, device, name, credential, expires, boxes });

/// A box that a technician goes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PouchBox {
    /// Which.
    pub serial: SerialNumber,
    /// What it is called.
    pub name: Name,
    /// Where it hangs.
    pub place: Name,
    /// Its keys.
    pub keys: BoxKeys,
    /// What is to be delivered.
    pub envelopes: Vec<ToDeliver>,
    /// The number of the first event that nobody has read, as far as this device knows.
    pub read_from: u64,
    /// When this device was last there, and how many milliseconds the box's clock was ahead then.
    pub visited: Option<(Instant, i64)>,
    /// Events that were read, and the number after the last of each report.
    pub reports: Vec<(u64, Envelope)>,
    /// What the box said of what was delivered.
    pub receipts: Vec<Envelope>,
    /// Until when what was collected has been handed back.
    pub handed_back: Option<Instant>,
}
record!(PouchBox { serial, name, place, keys, envelopes, read_from, visited, reports, receipts, handed_back });

/// An envelope on its way to a box.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ToDeliver {
    /// The device that wrote it.
    pub by: DeviceId,
    /// When that packed it.
    pub made: Instant,
    /// A batch.
    pub envelope: Envelope,
}
record!(ToDeliver { by, made, envelope });

impl PouchBox {
    fn new(from: &BoxParcel) -> Self {
        Self {
            serial: from.serial.clone(),
            name: from.name.clone(),
            place: from.place.clone(),
            keys: from.keys,
            envelopes: Vec::new(),
            read_from: 1,
            visited: None,
            reports: Vec::new(),
            receipts: Vec::new(),
            handed_back: None,
        }
    }

    /// Whether something was collected that was not handed back.
    pub fn has_news(&self) -> bool {
        let fresh = self.visited.is_some_and(|(at, _)| self.handed_back.is_none_or(|handed| handed < at));
        fresh && !(self.reports.is_empty() && self.receipts.is_empty())
    }

    fn take_in(&mut self, parcel: Parcel, from: BoxParcel) {
        let (by, made) = (parcel.by, parcel.made);
        // Paired anew, the box opens nothing of before, and what it said before is told.
        if self.keys != from.keys {
            *self = Self { reports: Vec::new(), receipts: Vec::new(), ..Self::new(&from) };
        }
        (self.name, self.place) = (from.name, from.place);
        let later = |one: &ToDeliver| one.by == by && one.made > made;
        if !self.envelopes.iter().any(later) {
            // A later parcel of a device holds all that an earlier one did, as far as it still matters.
            self.envelopes.retain(|one| one.by != by);
            self.envelopes.extend(from.envelopes.into_iter().map(|envelope| ToDeliver { by, made, envelope }));
        }
        // Whoever packed it after hearing what was handed back has read up to there.
        self.reports.retain(|(through, _)| *through > from.read_from);
        if self.handed_back.is_some_and(|handed| handed < made) {
            self.receipts.clear();
        }
        self.read_from = self.read_from.max(from.read_from);
    }
}

impl Pouch {
    /// An empty one, for a device that was let in as a technician's.
    pub fn new(admission: Admission, device: DeviceId, name: Name, expires: Instant) -> Self {
        let Admission { organization, keys, credential, .. } = admission;
        Self { organization, keys, device, name, credential, expires, boxes: Vec::new() }
    }

    /// Puts a parcel in.
    pub fn take_in(&mut self, mut parcel: Parcel) {
        let boxes = std::mem::take(&mut parcel.boxes);
        for from in boxes {
            let at = self.boxes.iter().position(|known| known.serial == from.serial).unwrap_or_else(|| {
                self.boxes.push(PouchBox::new(&from));
                self.boxes.len() - 1
            });
            self.boxes[at].take_in(parcel.clone(), from);
        }
        sort_by(&mut self.boxes, |one, other| (&one.name, &one.serial).cmp(&(&other.name, &other.serial)));
    }

    /// A box.
    pub fn smartbox(&self, serial: &SerialNumber) -> Option<&PouchBox> {
        self.boxes.iter().find(|one| one.serial == *serial)
    }

    /// Puts in what was collected at a box.
    pub fn collect(&mut self, serial: &SerialNumber, collected: Collected, at: Instant, clock_offset_ms: i64) {
        let Some(known) = self.boxes.iter_mut().find(|one| one.serial == *serial) else { return };
        known.visited = Some((at, clock_offset_ms));
        match collected {
            Collected::Nothing => {}
            Collected::Report { envelope, through } => {
                known.read_from = through;
                known.reports.push((through, envelope));
            }
            Collected::Receipt { envelope, of } => {
                known.envelopes.retain(|one| one.envelope != of);
                known.receipts.push(envelope);
            }
        }
    }

    /// What is to be handed back: all that was collected and that nobody is known to have.
    pub fn to_hand_back(&self) -> Return {
        let back = self.boxes.iter().filter_map(|one| {
            let (visited, clock_offset_ms) = one.visited?;
            let reports: Vec<Envelope> = one.reports.iter().map(|(_, envelope)| envelope.clone()).collect();
            let receipts = one.receipts.clone();
            let some = !reports.is_empty() || !receipts.is_empty();
            some.then(|| BoxReturn { serial: one.serial.clone(), visited, clock_offset_ms, reports, receipts })
        });
        Return { boxes: back.collect() }
    }

    /// It was handed back.
    pub fn handed_back(&mut self, now: Instant) {
        for one in &mut self.boxes {
            one.handed_back = Some(now);
        }
    }
}
