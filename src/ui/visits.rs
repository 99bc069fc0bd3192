//! Visits to SmartBoxes: whichever way one is reached, what is said to it is the same.

use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;

use super::edge::bluetooth::{self, BluetoothLink};
use super::edge::serial::{self, SerialLink};
use super::edge::{clock, random};
use super::keyring::{KeyTrouble, Keys};
use super::state::App;
use super::virtual_box::{BoxTrouble, VirtualBoxes};
use crate::collections::Table;
use crate::domain::{BoxDetails, BoxId, Instant, SerialNumber};
use crate::journal::desk::DeskError;
use crate::journal::{Command, visits};
use crate::smartbox::envelope::{Signature, ToSign};
use crate::smartbox::protocol::Digest;
use crate::smartbox::protocol::messages::Failure;
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

/// How boxes on a wall are reached from this device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Via {
    /// Over Web Bluetooth.
    Bluetooth,
    /// Over a cable, by Web Serial.
    Cable,
}

impl Via {
    /// Where the choice is kept; no part of the organization's data.
    const STORED_AS: &str = "latchbook.link";

    /// Both.
    pub const ALL: [Self; 2] = [Self::Bluetooth, Self::Cable];

    /// What stands for it in a choice.
    pub const fn value(self) -> &'static str {
        match self {
            Self::Bluetooth => "bluetooth",
            Self::Cable => "cable",
        }
    }

    /// What stands for which.
    pub fn of_value(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|via| via.value() == value)
    }

    /// Whether this browser has it.
    pub fn is_supported(self) -> bool {
        match self {
            Self::Bluetooth => bluetooth::is_supported(),
            Self::Cable => serial::is_supported(),
        }
    }

    /// The one that was chosen last on this device; before that, the first that the browser has.
    pub fn chosen() -> Self {
        let stored = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
        let stored = stored.and_then(|storage| storage.get_item(Self::STORED_AS).ok().flatten());
        let stored = stored.and_then(|value| Self::of_value(&value));
        stored.or_else(|| Self::ALL.into_iter().find(|via| via.is_supported())).unwrap_or(Self::Bluetooth)
    }

    /// Remembers it for the next time.
    pub fn choose(self) {
        let storage = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
        if let Some(storage) = storage {
            // Where the browser keeps nothing, it is chosen again.
            let _ = storage.set_item(Self::STORED_AS, self.value());
        }
    }
}

/// A link to a box on a wall.
enum WallLink {
    Bluetooth(BluetoothLink),
    Cable(SerialLink),
}

impl WallLink {
    /// Those that may be opened without asking anybody, the likeliest first. What calls itself by another serial number is left
    /// out.
    async fn known(via: Via, serial: &SerialNumber) -> Result<Vec<Self>, LinkError> {
        Ok(match via {
            Via::Bluetooth => {
                let known = bluetooth::known().await?.into_iter();
                known.filter(|link| link.name().ends_with(serial.as_str())).map(Self::Bluetooth).collect()
            }
            Via::Cable => serial::known().await?.into_iter().filter(SerialLink::is_there).map(Self::Cable).collect(),
        })
    }

    /// One that a person chooses.
    async fn choose(via: Via) -> Result<Self, LinkError> {
        match via {
            Via::Bluetooth => bluetooth::choose().await.map(Self::Bluetooth),
            Via::Cable => serial::choose().await.map(Self::Cable),
        }
    }
}

impl Link for WallLink {
    async fn exchange(&mut self, bytes: Vec<u8>) -> Result<Vec<u8>, LinkError> {
        match self {
            Self::Bluetooth(link) => link.exchange(bytes).await,
            Self::Cable(link) => link.exchange(bytes).await,
        }
    }
}

/// How often a visit is taken up again by itself after the link was cut, and after how many milliseconds.
const AGAIN: u32 = 2;
const AGAIN_MS: u32 = 1_500;

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

    /// Visits a box: tells it what it is owed, reads its events into the journal, and keeps what it confirmed. With a label it is
    /// paired first; a virtual one that was never paired is, too, for its label is at hand. How far it is, [`Visits::of`] says;
    /// while one is under way, another one is not begun.
    ///
    /// To be called from within a press: a box on a wall that was never reached before is chosen from the browser's list.
    pub async fn visit(self, id: BoxId, label: Option<Label>) {
        if self.is_running(id) {
            return;
        }
        self.set(id, VisitState::Connecting);
        let mut events = Vec::new();
        let known = self.app.peek(|v| v.ledger.smartbox(id).map(|b| b.details().clone()));
        let (report, failure) = match known {
            Some(known) if known.virtual_box => self.at_virtual(id, &mut events).await,
            Some(known) => self.at_wall(id, &known.serial, label, &mut events).await,
            None => (VisitReport::default(), Some(BoxTrouble::OutOfReach.into())),
        };
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

    async fn at_wall(
        self,
        id: BoxId,
        serial: &SerialNumber,
        label: Option<Label>,
        events: &mut Vec<LoggedEvent>,
    ) -> (VisitReport, Option<VisitFailure>) {
        let nothing = |failure: VisitFailure| (VisitReport::default(), Some(failure));
        let via = Via::chosen();
        let known = match WallLink::known(via, serial).await {
            Ok(known) => known,
            Err(error) => return nothing(VisitFailure::Link(error)),
        };
        let shelf = self.app.boxes();
        let visited = shelf.with_box_lock(serial, async || {
            for mut link in known {
                match self.at_patiently(id, &mut link, label.clone(), events).await {
                    // Another box is plugged in there, or what was known is out of reach: a person may know better.
                    (_, Some(VisitFailure::Visit(VisitError::WrongBox { .. }))) => {}
                    done => return done,
                }
            }
            match WallLink::choose(via).await {
                Ok(mut link) => self.at_patiently(id, &mut link, label.clone(), events).await,
                Err(error) => nothing(VisitFailure::Link(error)),
            }
        });
        visited.await.unwrap_or_else(|error| nothing(BoxTrouble::from(error).into()))
    }

    /// A visit that is taken up again when the link was cut after something was done.
    async fn at_patiently(
        self,
        id: BoxId,
        link: &mut WallLink,
        label: Option<Label>,
        events: &mut Vec<LoggedEvent>,
    ) -> (VisitReport, Option<VisitFailure>) {
        let mut label = label;
        let mut again = 0;
        loop {
            let (report, failure) = self.at(id, link, label.clone(), events).await;
            let cut = matches!(failure, Some(VisitFailure::Link(LinkError::Cut | LinkError::TimedOut { .. })));
            if !cut || report.bins.is_empty() || again == AGAIN {
                return (report, failure);
            }
            // It answered, so it is paired.
            label = None;
            again += 1;
            TimeoutFuture::new(AGAIN_MS).await;
        }
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
                // How many bins it has, it knows best.
                let known = self.app.peek(|v| v.ledger.smartbox(id).map(|b| b.details().clone()));
                if let Some(known) = known.filter(|known| known.bins != offered.bins) {
                    let details = BoxDetails { bins: offered.bins, ..known };
                    self.app.submit(Command::ChangeBox(id, details)).await?;
                }
                Ok::<_, VisitFailure>(())
            };
            let random = random::bytes().map_err(KeyTrouble::from)?;
            pair(plan, link, clock::now, random, keep).await?;
        }
        let by = self.app.author(&keys)?;
        let answers = random::bytes().map_err(KeyTrouble::from)?;
        let plan = self.app.peek(|v| visits::plan(v.ledger, id, v.zones, v.now, by, answers));
        let mut plan = plan.ok_or(VisitFailure::Visit(VisitError::Failed(Failure::NotPaired)))?;
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
