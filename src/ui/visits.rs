//! Visits to SmartBoxes: whichever way one is reached, what is said to it is the same.

use std::rc::Rc;

use leptos::prelude::*;

use super::edge::{clock, random};
use super::keyring::{KeyTrouble, Keys};
use super::state::App;
use super::virtual_box::{BoxTrouble, VirtualBoxes};
use crate::collections::Table;
use crate::domain::{BoxId, Instant};
use crate::journal::desk::DeskError;
use crate::journal::{Command, visits};
use crate::smartbox::envelope::{Signature, ToSign};
use crate::smartbox::protocol::Digest;
use crate::smartbox::{
    BrokenOff, Host, Label, Link, LinkError, LoggedEvent, Offered, PairingPlan, Step, VisitError, VisitReport, Why,
    carry, pair,
};

/// A visit sets a box's clock when it is off by more than this.
const CLOCK_OFF_MS: u32 = 2_000;

/// Why a visit broke off.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum VisitFailure {
    /// There is no getting at the box.
    #[error(transparent)]
    Box(#[from] BoxTrouble),
    /// This device has no keys.
    #[error(transparent)]
    Keys(#[from] KeyTrouble),
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

impl From<Why<Self>> for VisitFailure {
    fn from(why: Why<Self>) -> Self {
        match why {
            Why::Link(error) => Self::Link(error),
            Why::Visit(error) => Self::Visit(error),
            Why::Host(failure) => failure,
        }
    }
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

/// The visits of this tab: cheap to copy, provided as context.
#[derive(Clone, Copy)]
pub struct Visits {
    app: App,
    boxes: VirtualBoxes,
    states: RwSignal<Table<BoxId, VisitState>>,
}

impl Visits {
    /// Provides the visits of an app as context.
    pub fn provide(app: App, boxes: VirtualBoxes) {
        provide_context(Self { app, boxes, states: RwSignal::default() });
    }

    /// The visits, from context.
    pub fn here() -> Self {
        expect_context()
    }

    /// How far the visit to a box is.
    pub fn of(self, id: BoxId) -> VisitState {
        self.states.with(|states| states.get(id).cloned().unwrap_or_default())
    }

    /// Forgets how the last visit to a box ended.
    pub fn clear(self, id: BoxId) {
        if !self.is_running(id) {
            self.states.update(|states| drop(states.remove(id)));
        }
    }

    fn is_running(self, id: BoxId) -> bool {
        self.states.with_untracked(|states| states.get(id).is_some_and(VisitState::is_running))
    }

    fn set(self, id: BoxId, state: VisitState) {
        self.states.update(|states| drop(states.insert(id, state)));
    }

    /// Visits a virtual box: tells it what it is owed, reads its events into the journal, and keeps what it confirmed. One that
    /// was never paired is paired first, for its label is at hand. How far it is, [`Visits::of`] says; while one is under way,
    /// another one is not begun.
    pub async fn visit_virtual(self, id: BoxId) {
        if self.is_running(id) {
            return;
        }
        self.set(id, VisitState::Connecting);
        let mut events = Vec::new();
        let (report, failure) = self.at_virtual(id, &mut events).await;
        let summary = Box::new(VisitSummary { report, events });
        self.set(
            id,
            match failure {
                None => VisitState::Done(summary),
                Some(failure) => VisitState::BrokenOff(failure, summary),
            },
        );
        self.boxes.say_changed();
    }

    async fn at_virtual(self, id: BoxId, events: &mut Vec<LoggedEvent>) -> (VisitReport, Option<VisitFailure>) {
        let Some(serial) = self.app.peek(|v| v.ledger.smartbox(id).map(|b| b.details().serial.clone())) else {
            return (VisitReport::default(), Some(BoxTrouble::OutOfReach.into()));
        };
        // One visit at a time, over all tabs: two would take each other's events for lost.
        let shelf = self.app.boxes();
        let visited = shelf
            .with_box_lock(&serial, async || {
                let mut link = match self.boxes.link(id).await {
                    Ok(link) => link,
                    Err(trouble) => return (VisitReport::default(), Some(trouble.into())),
                };
                let label = (!link.device().is_paired()).then(|| link.device().label());
                let (report, failure) = self.at(id, &mut link, label, events).await;
                (report, link.fault().map(VisitFailure::from).or(failure))
            })
            .await;
        visited.unwrap_or_else(|error| (VisitReport::default(), Some(BoxTrouble::from(error).into())))
    }

    /// Pairs the box at the other end of a link, if there is a label, and visits it.
    async fn at<L: Link>(
        self,
        id: BoxId,
        link: &mut L,
        label: Option<Label>,
        events: &mut Vec<LoggedEvent>,
    ) -> (VisitReport, Option<VisitFailure>) {
        let mut report = VisitReport::default();
        let failure = self.try_at(id, link, label, events, &mut report).await.err();
        (report, failure)
    }

    async fn try_at<L: Link>(
        self,
        id: BoxId,
        link: &mut L,
        label: Option<Label>,
        events: &mut Vec<LoggedEvent>,
        done: &mut VisitReport,
    ) -> Result<(), VisitFailure> {
        self.app.catch_up().await.map_err(DeskError::from)?;
        let keys = self.app.keys().await?;
        if let Some(label) = label {
            let organization = keys.public();
            let plan = PairingPlan { label, organization, drawn: random::bytes().map_err(KeyTrouble::from)? };
            let keep = async |offered: Offered| {
                self.app.submit(Command::PairBox(id, offered.keys)).await?;
                Ok::<_, VisitFailure>(())
            };
            let random = random::bytes().map_err(KeyTrouble::from)?;
            pair(plan, link, clock::now, random, keep).await?;
        }
        let by = self.app.author(&keys)?;
        let answers = random::bytes().map_err(KeyTrouble::from)?;
        let plan = self.app.peek(|v| visits::plan(v.ledger, id, v.zones, v.now, by, answers));
        let mut plan = plan.ok_or(VisitFailure::Visit(VisitError::Failed(NOT_PAIRED)))?;
        plan.set_clock = Some(CLOCK_OFF_MS);
        let of = plan.grants.len();
        let mut host = AppHost { visits: self, id, keys, events, of };
        let (report, failure) = match carry(plan, link, &mut host).await {
            Ok(report) => (report, None),
            Err(BrokenOff { report, why }) => (*report, Some(VisitFailure::from(why))),
        };
        *done = report;
        // A box that never answered was not visited.
        if !done.bins.is_empty() {
            let record = visits::record(done, clock::now());
            self.app
                .submit(Command::KeepVisit(id, record))
                .await
                .map_err(|error| failure.clone().unwrap_or(error.into()))?;
        }
        failure.map_or(Ok(()), Err)
    }
}

const NOT_PAIRED: crate::smartbox::protocol::messages::Failure =
    crate::smartbox::protocol::messages::Failure::NotPaired;

/// What the app does for a visit.
struct AppHost<'a> {
    visits: Visits,
    id: BoxId,
    keys: Rc<Keys>,
    events: &'a mut Vec<LoggedEvent>,
    of: usize,
}

impl Host for AppHost<'_> {
    type Error = VisitFailure;

    fn now(&self) -> Instant {
        clock::now()
    }

    fn random(&mut self) -> Result<[u8; 32], VisitFailure> {
        Ok(random::bytes().map_err(KeyTrouble::from)?)
    }

    async fn sign(&mut self, what: &ToSign) -> Result<Signature, VisitFailure> {
        Ok(self.keys.sign(what).await?)
    }

    async fn store(&mut self, batch: Vec<LoggedEvent>, chain: Digest) -> Result<(), VisitFailure> {
        self.visits.app.submit(Command::KeepEvents(self.id, batch.clone(), Some(chain))).await?;
        self.events.extend(batch);
        Ok(())
    }

    fn watch(&mut self, step: &Step, report: &VisitReport) {
        let done = report.confirmed.len() + report.refused.len();
        let state = match step {
            Step::Send(_) | Step::Sign(_) if report.bins.is_empty() => VisitState::Connecting,
            Step::Send(_) | Step::Sign(_) if done < self.of => VisitState::Delivering { done, of: self.of },
            _ => VisitState::ReadingEvents { read: report.events },
        };
        self.visits.set(self.id, state);
    }
}
