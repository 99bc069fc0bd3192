//! A visit to a box, as the journal sees it: what the box must be told, and what is to be kept of what it answered.

use super::command::VisitRecord;
use super::fact::Confirmed;
use super::ledger::Ledger;
use crate::domain::{BoxId, Instant, Stamp, ZoneBook};
use crate::smartbox::{Author, VisitPlan, VisitReport};

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
    let full = report.refused.iter().filter(|h| matches!(h.by, crate::smartbox::Hindrance::Full { .. }));
    let confirmed = report.confirmed.iter().map(|held| Confirmed { grant: held.grant, stamp: held.stamp });
    // What was sent and not answered, the box may hold: as a stamp before all others it is owed again, whatever becomes of it.
    let perhaps =
        report.unanswered.iter().map(|grant| Confirmed { grant: *grant, stamp: Stamp { clock: 0, by: *grant } });
    VisitRecord {
        confirmed: confirmed.chain(perhaps).collect(),
        refused: full.map(|hindered| hindered.grant).collect(),
        clock: now.plus_ms(report.clock_offset_ms),
        lost: report.lost.iter().map(|run| (run.first, run.last)).collect(),
        barred: report.barred.iter().map(|barred| barred.device).collect(),
    }
}
