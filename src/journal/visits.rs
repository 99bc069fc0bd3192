//! A visit to a box, as the journal sees it: what the box must be told, and what is to be kept of what it answered.

use super::command::VisitRecord;
use super::fact::Confirmed;
use super::ledger::{Ledger, SmartBox};
use crate::domain::{BoxId, DeviceId, Instant, Stamp, ZoneBook};
use crate::smartbox::envelope::{OpeningKey, Purpose};
use crate::smartbox::handover::BoxReturn;
use crate::smartbox::pairing::BoxKeys;
use crate::smartbox::protocol::contents::{Batch, EventReport, Receipt};
use crate::smartbox::protocol::{BARRED, BATCH, Digest as LogDigest, EventRun, GrantId, LoggedEvent};
use crate::smartbox::reading::{Read, Reading};
use crate::smartbox::visit::open_from;
use crate::smartbox::{Author, Hindered, Hindrance, VisitPlan, VisitReport, digest};

/// What a visit is to do: tell a box what it is owed, and read the events that are not in the journal yet. Nothing when
/// there is no such box, or it was never paired. `answers` are random, for this visit.
pub fn plan(
    ledger: &Ledger,
    smartbox: BoxId,
    zones: &ZoneBook,
    now: Instant,
    by: Author,
    answers: [u8; 32],
) -> Option<VisitPlan> {
    let known = ledger.smartbox(smartbox)?;
    let (_, keys) = known.pairing()?;
    let (grants, notices) = ledger.owed(smartbox, zones, now);
    Some(VisitPlan {
        serial: known.details().serial.clone(),
        keys,
        by,
        number: ledger.next_number(now),
        answers,
        grants,
        confirmed: ledger.held(smartbox, zones),
        doubtful: ledger.doubtful(smartbox, zones, now),
        notices,
        barred: ledger.to_bar(smartbox),
        commands: Vec::new(),
        read_from: known.read_through() + 1,
        chain: known.chain(),
        set_clock: None,
    })
}

/// What the journal keeps of a visit, whole or broken off; what was confirmed before it broke off counts.
pub fn record(report: &VisitReport, now: Instant) -> VisitRecord {
    let confirmed = report.confirmed.iter().map(|held| Confirmed { grant: held.grant, stamp: held.stamp });
    // What was sent and not answered, the box may hold: as a stamp before all others it is owed again, whatever becomes of it.
    let perhaps =
        report.unanswered.iter().map(|grant| Confirmed { grant: *grant, stamp: Stamp { clock: 0, by: *grant } });
    VisitRecord {
        confirmed: confirmed.chain(perhaps).collect(),
        refused: without_room(&report.refused).collect(),
        clock: now.plus_ms(report.clock_offset_ms),
        lost: report.lost.iter().map(|run| (run.first, run.last)).collect(),
        barred: report.barred.iter().map(|barred| barred.device).collect(),
        carried: None,
    }
}

/// The grants that a box had no room for.
fn without_room(refused: &[Hindered]) -> impl Iterator<Item = GrantId> {
    let full = refused.iter().filter(|hindered| matches!(hindered.by, Hindrance::Full { .. }));
    full.map(|hindered| hindered.grant)
}

/// What goes to a box with a courier: all that it is owed, in as many batches as that takes, with the numbers from
/// [`Ledger::next_number`] on. With `everything`, also what it has confirmed before: for a box that may have forgotten.
pub fn batches(ledger: &Ledger, smartbox: BoxId, zones: &ZoneBook, now: Instant, everything: bool) -> Vec<Batch> {
    let Some(known) = ledger.smartbox(smartbox) else { return Vec::new() };
    let (mut grants, notices) = ledger.owed(smartbox, zones, now);
    if everything {
        grants.extend(ledger.held(smartbox, zones));
        grants.extend(ledger.doubtful(smartbox, zones, now));
    }
    let (mut grants, mut notices) = (grants.into_iter().peekable(), notices.into_iter().peekable());
    let mut barred = ledger.to_bar(smartbox).into_iter().peekable();
    // It may forget what is read; only who knows the chain up to there has read it.
    let chain = known.chain();
    let mut stored = if chain.is_some() { known.read_through() } else { 0 };
    let mut batches = Vec::new();
    while grants.peek().is_some() || notices.peek().is_some() || barred.peek().is_some() || stored > 0 {
        batches.push(Batch {
            number: ledger.next_number(now) + batches.len() as u64,
            grants: grants.by_ref().take(BATCH).collect(),
            notices: notices.by_ref().take(BATCH).collect(),
            stored,
            chain: chain.filter(|_| stored > 0),
            barred: barred.by_ref().take(BARRED).collect(),
        });
        stored = 0;
    }
    batches
}

/// What a courier brought from a box, opened.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Brought {
    /// Events that are not in the journal yet, each run with the chain up to its last.
    pub events: Vec<(Vec<LoggedEvent>, LogDigest)>,
    /// What the box confirmed, and when.
    pub confirmed: Vec<Confirmed>,
    /// Grants it had no room for.
    pub refused: Vec<GrantId>,
    /// The devices that it lets in no more.
    pub barred: Vec<DeviceId>,
    /// The numbers of events that it lost before anyone read them.
    pub lost: Vec<(u64, u64)>,
    /// The digest of its grants, as it said last, and when by its clock.
    pub digest: Option<(LogDigest, Instant)>,
    /// Events that it holds and that were not brought: another courier may have them, or the next visit reads them.
    pub missing: Option<EventRun>,
    /// Its log is not the one that was read before.
    pub log_restarted: bool,
    /// How many reports held nothing new.
    pub repeated: usize,
    /// How many envelopes were not from this box, or were changed on the way: nothing of them is believed.
    pub not_believed: usize,
}

impl Brought {
    /// Whether the box holds exactly what the ledger says it does, after all of this is kept; when it does not, the ledger may only
    /// be ahead.
    pub fn agrees(&self, ledger: &Ledger, smartbox: BoxId, zones: &ZoneBook) -> bool {
        let held = ledger.held(smartbox, zones);
        self.digest.is_some_and(|(said, at)| said == digest(held.iter(), at))
    }

    /// What the journal keeps of it beside the events.
    pub fn record(&self, back: &BoxReturn, now: Instant) -> VisitRecord {
        // A courier's clock may be wrong, but nobody brings word from the future.
        let visited = back.visited.min(now);
        VisitRecord {
            confirmed: self.confirmed.clone(),
            refused: self.refused.clone(),
            clock: visited.plus_ms(back.clock_offset_ms),
            lost: self.lost.clone(),
            barred: self.barred.clone(),
            carried: Some(visited),
        }
    }

    /// Whether anything in it is from the box.
    pub fn is_believed(&self) -> bool {
        !self.events.is_empty() || self.digest.is_some() || self.missing.is_some() || self.repeated > 0
    }
}

/// Opens what a courier brought from a box. What was read before is passed over, so that the same may be brought twice.
pub fn open_return(known: &SmartBox, keys: &BoxKeys, organization: &OpeningKey, back: &BoxReturn) -> Brought {
    let mut brought = Brought::default();
    let mut log = Reading::from(known.read_through() + 1, known.chain());
    for sealed in &back.reports {
        let report: EventReport = match open_from(keys, Purpose::Events, organization, &sealed.0) {
            Ok(report) => report,
            Err(_) => {
                brought.not_believed += 1;
                continue;
            }
        };
        let numbers = report.events.iter().map(|event| event.number);
        let first = report.events.first().map_or(report.next, |first| first.number);
        // Consecutive, and before the number that the next one will have: a box that says else is out of its mind.
        if !numbers.eq((first..report.next).take(report.events.len())) {
            brought.not_believed += 1;
            continue;
        }
        match log.take(report) {
            Read::Nothing => brought.repeated += 1,
            Read::Missing(run) => brought.missing = brought.missing.or(Some(run)),
            Read::Events(events, chain) => {
                let through = events.last().map_or(log.cursor(), |last| last.number + 1);
                log.read(through, chain);
                brought.events.push((events, chain));
            }
        }
    }
    brought.lost = log.lost.iter().map(|run| (run.first, run.last)).collect();
    brought.log_restarted = log.restarted;
    for sealed in &back.receipts {
        let receipt: Receipt = match open_from(keys, Purpose::Receipt, organization, &sealed.0) {
            Ok(receipt) => receipt,
            Err(_) => {
                brought.not_believed += 1;
                continue;
            }
        };
        brought
            .confirmed
            .extend(receipt.accepted.iter().map(|held| Confirmed { grant: held.grant, stamp: held.stamp }));
        brought.refused.extend(without_room(&receipt.refused));
        brought.barred = receipt.barred.iter().map(|barred| barred.device).collect();
        if brought.digest.is_none_or(|(_, at)| at <= receipt.clock) {
            brought.digest = Some((receipt.digest, receipt.clock));
        }
    }
    brought
}
