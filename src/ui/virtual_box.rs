//! The virtual SmartBoxes: reference boxes inside the app. Each stands on a shelf of the browser's, where all tabs find
//! it, and talks to the app as a real one would: in the bytes of the protocol.

use std::cell::RefCell;

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::BroadcastChannel;

use super::edge::clock;
use super::state::App;
use crate::collections::{self, Table};
use crate::domain::{BinNumber, BoxDetails, BoxId, Instant, KeyId};
use crate::journal::desk::DeskError;
use crate::journal::ledger::KeyPlace;
use crate::journal::port::JournalError;
use crate::journal::{Command, visits};
use crate::smartbox::reference_box::StateError;
use crate::smartbox::{
    BrokenOff, Input, Link, LinkError, LoggedEvent, Output, ReferenceBox, Step, VisitError, VisitReport, Why,
    carry_watched,
};
use crate::storage::{BoxShelf, DATABASE};

/// A visit sets a box's clock when it is off by more than this.
const CLOCK_OFF_MS: u32 = 2_000;

/// Why nothing can be done with a virtual SmartBox.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BoxTrouble {
    /// There is no such box, or it is a real one.
    #[error("the box is not a virtual one of this organization")]
    OutOfReach,
    /// It can't be kept.
    #[error(transparent)]
    Shelf(#[from] JournalError),
    /// What was kept of it can't be read.
    #[error(transparent)]
    State(#[from] StateError),
}

/// Why a visit broke off.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum VisitFailure {
    /// There is no getting at the box.
    #[error(transparent)]
    Box(#[from] BoxTrouble),
    /// The link.
    #[error(transparent)]
    Link(LinkError),
    /// The box, or what came in its name.
    #[error(transparent)]
    Visit(VisitError),
    /// What it told could not be kept in the journal.
    #[error(transparent)]
    Store(#[from] DeskError),
}

/// What came of a visit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct VisitSummary {
    /// What was done.
    pub report: VisitReport,
    /// The events that were read, and are in the journal now.
    pub events: Vec<LoggedEvent>,
}

/// How far a visit to a box is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum VisitState {
    /// There is none.
    #[default]
    Idle,
    /// The box is asked how things are.
    Connecting,
    /// Grants go to the box.
    Delivering {
        /// How many it has confirmed.
        done: usize,
        /// How many it is owed.
        of: usize,
    },
    /// Events come from the box.
    ReadingEvents {
        /// How many are in the journal.
        read: u64,
    },
    /// It came to its end.
    Done(Box<VisitSummary>),
    /// It broke off. What was done until then counts.
    BrokenOff(VisitFailure, Box<VisitSummary>),
}

impl VisitState {
    /// Whether it is under way.
    pub const fn is_running(&self) -> bool {
        matches!(self, Self::Connecting | Self::Delivering { .. } | Self::ReadingEvents { .. })
    }
}

/// The virtual SmartBoxes of the app: cheap to copy, provided as context.
#[derive(Clone, Copy)]
pub struct VirtualBoxes {
    app: App,
    changed: RwSignal<u64>,
    visits: RwSignal<Table<BoxId, VisitState>>,
    line: StoredValue<Option<BroadcastChannel>, LocalStorage>,
}

/// What the journal knows of a box that has to be made.
struct Known {
    details: BoxDetails,
    read_through: u64,
    holding: Vec<(BinNumber, KeyId)>,
}

impl VirtualBoxes {
    /// The virtual SmartBoxes of an app; provides them as context, and hears when another tab did something to one.
    pub fn provide(app: App) -> Self {
        let changed = RwSignal::new(0);
        // Without such a channel a tab still sees what others did when it does something itself.
        let line = BroadcastChannel::new(&format!("{DATABASE}-boxes")).ok();
        let hear = Closure::<dyn Fn()>::new(move || changed.update(|n| *n += 1));
        if let Some(line) = &line {
            line.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        }
        let (line, hear) = (StoredValue::new_local(line), StoredValue::new_local(hear));
        on_cleanup(move || {
            if let Some(Some(line)) = line.try_get_value() {
                line.set_onmessage(None);
                line.close();
            }
            hear.dispose();
        });
        let boxes = Self { app, changed, visits: RwSignal::default(), line };
        provide_context(boxes);
        boxes
    }

    /// The virtual SmartBoxes, from context.
    pub fn here() -> Self {
        expect_context()
    }

    /// Changes when another tab, or a visit, did something to a box.
    pub fn changed(self) -> u64 {
        self.changed.get()
    }

    /// How far the visit to a box is.
    pub fn visit(self, id: BoxId) -> VisitState {
        self.visits.with(|visits| visits.get(id).cloned().unwrap_or_default())
    }

    /// Forgets how the last visit to a box ended.
    pub fn clear_visit(self, id: BoxId) {
        if !self.visits.with_untracked(|visits| visits.get(id).is_some_and(VisitState::is_running)) {
            self.visits.update(|visits| drop(visits.remove(id)));
        }
    }

    fn set_visit(self, id: BoxId, state: VisitState) {
        self.visits.update(|visits| drop(visits.insert(id, state)));
    }

    fn known(self, id: BoxId) -> Result<Known, BoxTrouble> {
        self.app.peek(|v| {
            let known = v.ledger.smartbox(id).filter(|b| b.details().virtual_box).ok_or(BoxTrouble::OutOfReach)?;
            let holding = v.ledger.keys().filter_map(|(key, k)| match k.place() {
                KeyPlace::InBin { smartbox, bin, .. } if smartbox == id => Some((bin, key)),
                _ => None,
            });
            Ok(Known {
                details: known.details().clone(),
                read_through: known.read_through(),
                holding: holding.collect(),
            })
        })
    }

    /// A box as it is now. One that was never kept is made.
    ///
    /// # Errors
    /// When there is no such virtual box, or it can't be read.
    pub async fn look(self, id: BoxId) -> Result<ReferenceBox, BoxTrouble> {
        let known = self.known(id)?;
        match self.app.boxes().load(&known.details.serial).await? {
            Some(kept) => Ok(ReferenceBox::load(&kept)?),
            None => Ok(self.change(id, |_, _| ()).await?.0),
        }
    }

    /// The keys that are in the bins of the virtual boxes besides one, by the boxes' own word.
    pub async fn keys_in_others(self, but: BoxId) -> collections::Set<KeyId> {
        let others: Vec<BoxId> =
            self.app.peek(|v| v.ledger.boxes().map(|(id, _)| id).filter(|id| *id != but).collect());
        let mut held = collections::Set::default();
        for id in others {
            let Ok(known) = self.known(id) else { continue };
            let kept = self.app.boxes().load(&known.details.serial).await.ok().flatten();
            match kept.and_then(|kept| ReferenceBox::load(&kept).ok()) {
                Some(device) => held.extend(device.bins().iter().filter_map(|bin| bin.holding)),
                None => held.extend(known.holding.iter().map(|(_, key)| *key)),
            }
        }
        held
    }

    /// Something happens to a box.
    ///
    /// # Errors
    /// As [`VirtualBoxes::change`].
    pub async fn step(self, id: BoxId, input: Input) -> Result<(ReferenceBox, Vec<Output>), BoxTrouble> {
        self.change(id, |device, now| {
            // The box's own second hand, which no tab turns: what it waited for too long, it forgets first.
            device.step(Input::Tick, now);
            device.step(input, now)
        })
        .await
    }

    /// Does something to a box while no other tab does, and keeps it.
    ///
    /// # Errors
    /// When there is no such virtual box, or it can't be read or kept; then nothing happened to it.
    pub async fn change<T>(
        self,
        id: BoxId,
        act: impl FnOnce(&mut ReferenceBox, Instant) -> T,
    ) -> Result<(ReferenceBox, T), BoxTrouble> {
        let known = &self.known(id)?;
        let shelf = &*self.app.boxes();
        let serial = &known.details.serial;
        let done = shelf
            .with_box_lock(serial, async move || {
                let mut device = open(shelf, known).await?;
                let answer = act(&mut device, clock::now());
                shelf.save(serial, &device.save()).await?;
                Ok::<_, BoxTrouble>((device, answer))
            })
            .await??;
        self.tell();
        Ok(done)
    }

    /// Visits a box: tells it what it is owed, reads its events into the journal, and keeps what it confirmed. How far it
    /// is, [`VirtualBoxes::visit`] says; while one is under way, another one is not begun.
    pub async fn deliver(self, id: BoxId) {
        if self.visits.with_untracked(|visits| visits.get(id).is_some_and(VisitState::is_running)) {
            return;
        }
        self.set_visit(id, VisitState::Connecting);
        let events = RefCell::new(Vec::new());
        let (report, failure) = match self.carry(id, &events).await {
            Ok(report) => (report, None),
            Err((report, failure)) => (report, Some(failure)),
        };
        let summary = Box::new(VisitSummary { report, events: events.into_inner() });
        self.set_visit(
            id,
            match failure {
                None => VisitState::Done(summary),
                Some(failure) => VisitState::BrokenOff(failure, summary),
            },
        );
        self.changed.update(|n| *n += 1);
        self.tell();
    }

    async fn carry(
        self,
        id: BoxId,
        events: &RefCell<Vec<LoggedEvent>>,
    ) -> Result<VisitReport, (VisitReport, VisitFailure)> {
        let nothing = |failure: VisitFailure| (VisitReport::default(), failure);
        let known = &self.known(id).map_err(|e| nothing(e.into()))?;
        let shelf = &*self.app.boxes();
        let serial = &known.details.serial;
        // One visit at a time, over all tabs: two would take each other's events for lost.
        shelf
            .with_box_lock(serial, async || {
                self.app.catch_up().await.map_err(|e| nothing(DeskError::from(e).into()))?;
                let plan = self.app.peek(|v| visits::plan(v.ledger, id, v.zones, v.now));
                let mut plan = plan.ok_or_else(|| nothing(BoxTrouble::OutOfReach.into()))?;
                plan.set_clock = Some(CLOCK_OFF_MS);
                let of = plan.grants.len();
                let device = open(shelf, known).await.map_err(|e| nothing(e.into()))?;
                let mut link = ShelfLink { shelf, device, failed: None };
                let watch = |step: &Step, report: &VisitReport| {
                    let done = report.confirmed.len() + report.refused.len();
                    self.set_visit(
                        id,
                        match step {
                            Step::Send(_) if report.bins.is_empty() => VisitState::Connecting,
                            Step::Send(_) if done < of => VisitState::Delivering { done, of },
                            _ => VisitState::ReadingEvents { read: report.events },
                        },
                    );
                };
                let store = async |batch: Vec<LoggedEvent>| {
                    self.app.submit(Command::KeepEvents(id, batch.clone())).await?;
                    events.borrow_mut().extend(batch);
                    Ok::<_, DeskError>(())
                };
                let (report, failure) = match carry_watched(plan, &mut link, clock::now, watch, store).await {
                    Ok(report) => (report, None),
                    Err(BrokenOff { report, why }) => (*report, Some(link.failure(why))),
                };
                // A box that never answered was not visited.
                if !report.bins.is_empty() {
                    let record = visits::record(&report, clock::now());
                    if let Err(error) = self.app.submit(Command::KeepVisit(id, record)).await {
                        return Err((report, failure.unwrap_or(error.into())));
                    }
                }
                match failure {
                    None => Ok(report),
                    Some(failure) => Err((report, failure)),
                }
            })
            .await
            .map_err(|e| nothing(BoxTrouble::from(e).into()))?
    }

    fn tell(self) {
        if let Some(Some(line)) = self.line.try_get_value() {
            // Who is not told sees it when it does something itself.
            let _ = line.post_message(&JsValue::TRUE);
        }
    }
}

/// The box as it was kept. One that never was is made: its log goes on after what the journal has read of it, and the keys
/// that the journal knows to be in it are put there.
async fn open(shelf: &BoxShelf, known: &Known) -> Result<ReferenceBox, BoxTrouble> {
    let Known { details, read_through, holding } = known;
    if let Some(kept) = shelf.load(&details.serial).await? {
        return Ok(ReferenceBox::load(&kept)?);
    }
    let now = clock::now();
    let mut device = ReferenceBox::replacing(details.serial.clone(), details.bins, read_through + 1, now);
    for (bin, key) in holding {
        device.step(Input::PutKey { bin: *bin, key: *key }, now);
    }
    Ok(device)
}

/// The link to a box on the shelf: what the box answers is sent once its state is kept.
struct ShelfLink<'a> {
    shelf: &'a BoxShelf,
    device: ReferenceBox,
    failed: Option<JournalError>,
}

impl ShelfLink<'_> {
    fn failure(&mut self, why: Why<DeskError>) -> VisitFailure {
        match (why, self.failed.take()) {
            (Why::Link(_), Some(error)) => BoxTrouble::from(error).into(),
            (Why::Link(error), None) => VisitFailure::Link(error),
            (Why::Visit(error), _) => VisitFailure::Visit(error),
            (Why::Store(error), _) => VisitFailure::Store(error),
        }
    }
}

impl Link for ShelfLink<'_> {
    async fn exchange(&mut self, bytes: Vec<u8>) -> Result<Vec<u8>, LinkError> {
        let reply = self.device.exchange(&bytes, clock::now());
        self.shelf.save(self.device.serial(), &self.device.save()).await.map_err(|error| {
            self.failed = Some(error);
            LinkError::Cut
        })?;
        Ok(reply)
    }
}
