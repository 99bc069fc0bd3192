//! Visits to SmartBoxes: whichever way one is reached, what is said to it is the same.

use std::cell::Cell;
use std::future::poll_fn;
use std::mem::discriminant;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Poll, Waker};

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
use crate::smartbox::protocol::contents::Command as BoxCommand;
use crate::smartbox::protocol::messages::Failure;
use crate::smartbox::{
    Answering, BrokenOff, Doing, Host, Label, Link, LinkError, LoggedEvent, Offered, PairingPlan, Step, VisitError,
    VisitReport, Why, carry, pair,
};

/// A visit sets a box's clock when it is off by more than this.
pub const CLOCK_OFF_MS: u32 = 2_000;

/// Why a visit broke off.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum VisitFailure {
    /// Somebody cancelled it.
    #[error("the visit was cancelled")]
    Cancelled,
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

/// What came of a visit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct VisitSummary {
    /// What was done.
    pub report: VisitReport,
    /// The events that were read, and are in the journal now.
    pub events: Vec<LoggedEvent>,
    /// The label that the box was to be paired with, until it is.
    pub label: Option<Label>,
    /// What the box was to do besides.
    pub order: Option<BoxCommand>,
    /// Whether it has.
    pub ordered: bool,
}

impl VisitSummary {
    /// What the box was to do, and has not.
    pub fn left(&self) -> Option<BoxCommand> {
        self.order.filter(|_| !self.ordered)
    }
}

/// How far a visit to a box is. What came of one is shared, and equal to itself alone.
#[derive(Clone, Default)]
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
    Done(Arc<VisitSummary>),
    /// It broke off. What was done until then counts.
    BrokenOff(Arc<(VisitFailure, VisitSummary)>),
}

impl PartialEq for VisitState {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Delivering { done, of }, Self::Delivering { done: d, of: o }) => (done, of) == (d, o),
            (Self::ReadingEvents { read }, Self::ReadingEvents { read: other }) => read == other,
            (Self::Done(ended), Self::Done(other)) => Arc::ptr_eq(ended, other),
            (Self::BrokenOff(ended), Self::BrokenOff(other)) => Arc::ptr_eq(ended, other),
            (Self::Idle, Self::Idle) | (Self::Connecting, Self::Connecting) => true,
            _ => false,
        }
    }
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
pub type WallLink = Box<dyn Link>;

/// Those that may be opened without asking anybody. What calls itself by another serial number is left out.
pub async fn known_links(via: Via, serial: &SerialNumber) -> Result<Vec<WallLink>, LinkError> {
    let boxed_radio = |link: BluetoothLink| Box::new(link) as WallLink;
    let boxed_cable = |link: SerialLink| Box::new(link) as WallLink;
    Ok(match via {
        Via::Bluetooth => {
            let known = bluetooth::known().await?.into_iter();
            known.filter(|link| link.name().ends_with(serial.as_str())).map(boxed_radio).collect()
        }
        Via::Cable => serial::known().await?.into_iter().filter(SerialLink::is_there).map(boxed_cable).collect(),
    })
}

/// One that a person chooses.
pub async fn chosen_link(via: Via) -> Result<WallLink, LinkError> {
    Ok(match via {
        Via::Bluetooth => Box::new(bluetooth::choose().await?),
        Via::Cable => Box::new(serial::choose().await?),
    })
}

/// What a visit is cancelled with.
#[derive(Clone, Default)]
struct Stop(Rc<(Cell<bool>, Cell<Option<Waker>>)>);

impl Stop {
    fn press(&self) {
        self.0.0.set(true);
        if let Some(waiting) = self.0.1.take() {
            waiting.wake();
        }
    }

    fn is_pressed(&self) -> bool {
        self.0.0.get()
    }

    /// Waits for something. Once this is pressed, it is dropped where it waits.
    ///
    /// # Errors
    /// [`VisitFailure::Cancelled`].
    async fn unless<T>(&self, mut done: Pin<Box<dyn Future<Output = T> + '_>>) -> Result<T, VisitFailure> {
        poll_fn(move |context| {
            if self.is_pressed() {
                return Poll::Ready(Err(VisitFailure::Cancelled));
            }
            self.0.1.set(Some(context.waker().clone()));
            done.as_mut().poll(context).map(Ok)
        })
        .await
    }
}

/// A link whose exchanges end when the visit is cancelled. What was done until then is kept as after any other cut.
struct Stoppable<'a> {
    link: &'a mut dyn Link,
    stop: &'a Stop,
}

impl Link for Stoppable<'_> {
    fn exchange(&mut self, bytes: Vec<u8>) -> Answering<'_> {
        Box::pin(async move { self.stop.unless(self.link.exchange(bytes)).await.unwrap_or(Err(LinkError::Cut)) })
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
    stops: StoredValue<Table<BoxId, Stop>, LocalStorage>,
}

impl Visits {
    /// Provides the visits of an app as context.
    pub fn provide(app: App, boxes: VirtualBoxes) {
        let stops = StoredValue::new_local(Table::default());
        provide_context(Self { app, boxes, states: RwSignal::default(), stops });
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

    /// Whether the last visit to a box found another log than the one that was read before.
    pub fn log_restarted(self, id: BoxId) -> bool {
        matches!(self.of(id), VisitState::Done(summary) if summary.report.log_restarted)
    }

    /// Cancels the visit to a box. What it has done until then counts.
    pub fn cancel(self, id: BoxId) {
        if let Some(stop) = self.stops.with_value(|stops| stops.get(id).cloned()) {
            stop.press();
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
        self.run(id, label, None).await;
    }

    /// Visits a box, and has it do something at once. As [`Visits::visit`].
    pub async fn order(self, id: BoxId, order: Option<BoxCommand>) {
        self.run(id, None, order).await;
    }

    /// Visits a box again for what its last visit, which broke off, has not come to. As [`Visits::visit`].
    pub async fn again(self, id: BoxId) {
        if let VisitState::BrokenOff(end) =
            self.states.with_untracked(|states| states.get(id).cloned().unwrap_or_default())
        {
            self.run(id, end.1.label.clone(), end.1.left()).await;
        }
    }

    async fn run(self, id: BoxId, label: Option<Label>, order: Option<BoxCommand>) {
        if self.is_running(id) {
            return;
        }
        self.set(id, VisitState::Connecting);
        let stop = Stop::default();
        self.stops.update_value(|stops| drop(stops.insert(id, stop.clone())));
        let mut course = Course { label, order, ..Course::default() };
        let known = self.app.peek(|v| v.ledger.smartbox(id).map(|b| b.details().clone()));
        let end = match known {
            Some(known) => self.reach(id, known, &stop, &mut course).await,
            None => Err(BoxTrouble::OutOfReach.into()),
        };
        self.set(
            id,
            match end {
                Ok(()) => VisitState::Done(Arc::new(course)),
                Err(_) if stop.is_pressed() => VisitState::BrokenOff(Arc::new((VisitFailure::Cancelled, course))),
                Err(failure) => VisitState::BrokenOff(Arc::new((failure, course))),
            },
        );
        self.boxes.say_changed();
    }

    /// Reaches a box, and visits it. One visit at a time, over all tabs: two would take each other's events for lost.
    async fn reach(self, id: BoxId, known: BoxDetails, stop: &Stop, course: &mut Course) -> Result<(), VisitFailure> {
        let links = if known.virtual_box {
            Vec::new()
        } else {
            known_links(Via::chosen(), &known.serial).await.map_err(VisitFailure::Link)?
        };
        let shelf = self.app.boxes();
        let lock = stop.unless(Box::pin(shelf.lock_box(&known.serial))).await?.map_err(BoxTrouble::from)?;
        let end = if known.virtual_box {
            self.at_virtual(id, stop, course).await
        } else {
            self.at_wall(id, links, stop, course).await
        };
        drop(lock);
        end
    }

    async fn at_virtual(self, id: BoxId, stop: &Stop, course: &mut Course) -> Result<(), VisitFailure> {
        let mut link = self.boxes.link(id).await?;
        course.label = (!link.device().is_paired()).then(|| link.device().label());
        let end = self.at(id, &mut Stoppable { link: &mut link, stop }, course).await;
        link.fault().map_or(end, |trouble| Err(trouble.into()))
    }

    async fn at_wall(
        self,
        id: BoxId,
        known: Vec<WallLink>,
        stop: &Stop,
        course: &mut Course,
    ) -> Result<(), VisitFailure> {
        for mut link in known {
            let link = Stoppable { link: &mut *link, stop };
            match self.at_patiently(id, link, course).await {
                // Another box is plugged in there: a person knows better.
                Err(VisitFailure::Visit(VisitError::WrongBox { .. })) => {}
                end => return end,
            }
        }
        let mut link = chosen_link(Via::chosen()).await.map_err(VisitFailure::Link)?;
        self.at_patiently(id, Stoppable { link: &mut *link, stop }, course).await
    }

    /// A visit that is taken up again when the link was cut after something was done.
    async fn at_patiently(self, id: BoxId, mut link: Stoppable<'_>, course: &mut Course) -> Result<(), VisitFailure> {
        let mut again = 0;
        loop {
            let end = self.at(id, &mut link, course).await;
            let cut = matches!(end, Err(VisitFailure::Link(LinkError::Cut | LinkError::TimedOut { .. })));
            // It answered, so it is paired.
            if !cut || course.report.bins.is_empty() || again == AGAIN || link.stop.is_pressed() {
                return end;
            }
            again += 1;
            TimeoutFuture::new(AGAIN_MS).await;
        }
    }

    /// Pairs the box at the other end of a link, if there is still a label to do it with, and visits it.
    async fn at(self, id: BoxId, link: &mut dyn Link, course: &mut Course) -> Result<(), VisitFailure> {
        self.app.catch_up().await.map_err(DeskError::from)?;
        let keys = self.app.keys().await?;
        let organization = keys.public();
        let mut host = AppHost { visits: self, id, keys, events: Vec::new(), of: 0, failure: None };
        if let Some(label) = course.label.clone() {
            let plan = PairingPlan { label, organization, drawn: random::bytes().map_err(KeyTrouble::from)? };
            let paired = pair(plan, link, &mut host).await;
            paired.map_err(|why| host.failed(why))?;
            course.label = None;
        }
        let order = course.left();
        let orders = match order {
            // What is to be read is read first: afterwards it is nobody's.
            Some(BoxCommand::Reset) => vec![None, order],
            order => vec![order],
        };
        for order in orders {
            let by = self.app.author(&host.keys)?;
            let answers = random::bytes().map_err(KeyTrouble::from)?;
            let plan = self.app.peek(|v| visits::plan(v.ledger, id, v.zones, v.now, by, answers));
            let mut plan = plan.ok_or(VisitFailure::Visit(VisitError::Failed(Failure::NotPaired)))?;
            plan.set_clock = Some(CLOCK_OFF_MS);
            plan.commands.extend(order);
            host.of = plan.grants.len();
            let (report, end) = match carry(plan, link, &mut host).await {
                Ok(report) => (report, Ok(())),
                Err(BrokenOff { report, why }) => (*report, Err(host.failed(why))),
            };
            course.events.append(&mut host.events);
            course.ordered |= order
                .is_some_and(|order| report.carried_out.iter().any(|done| discriminant(done) == discriminant(&order)));
            // A box that never answered was not visited.
            if !report.bins.is_empty() && order != Some(BoxCommand::Reset) {
                let kept = self.app.submit(Command::KeepVisit(id, visits::record(&report, clock::now()))).await;
                course.report = report;
                if end.is_ok() {
                    kept?;
                }
            }
            end?;
        }
        Ok(())
    }
}

/// What comes of a visit, as far as it is.
type Course = VisitSummary;

/// What the app does for a visit.
struct AppHost {
    visits: Visits,
    id: BoxId,
    keys: Rc<Keys>,
    events: Vec<LoggedEvent>,
    of: usize,
    failure: Option<VisitFailure>,
}

impl AppHost {
    fn failed(&mut self, why: Why) -> VisitFailure {
        match why {
            Why::Link(error) => VisitFailure::Link(error),
            Why::Visit(error) => VisitFailure::Visit(error),
            Why::Host => self.failure.take().unwrap_or(VisitFailure::Keys(KeyTrouble::Missing)),
        }
    }

    /// Remembers why something failed.
    fn noted<T>(&mut self, done: Result<T, impl Into<VisitFailure>>) -> Option<T> {
        done.map_err(|failure| self.failure = Some(failure.into())).ok()
    }

    async fn submit(&mut self, command: Command) -> Option<()> {
        let done = self.visits.app.submit(command).await;
        self.noted(done).map(drop)
    }
}

impl Host for AppHost {
    fn now(&self) -> Instant {
        clock::now()
    }

    fn random(&mut self) -> Option<[u8; 32]> {
        let random = random::bytes().map_err(KeyTrouble::from);
        self.noted(random)
    }

    fn sign<'a>(&'a mut self, what: &'a ToSign) -> Doing<'a, Signature> {
        Box::pin(async move {
            let signed = self.keys.sign(what).await;
            self.noted(signed)
        })
    }

    fn store(&mut self, batch: Vec<LoggedEvent>, chain: Digest) -> Doing<'_, ()> {
        Box::pin(async move {
            self.submit(Command::KeepEvents(self.id, batch.clone(), Some(chain))).await?;
            self.events.extend(batch);
            Some(())
        })
    }

    fn keep(&mut self, offered: Offered) -> Doing<'_, ()> {
        Box::pin(async move {
            self.submit(Command::PairBox(self.id, offered.keys)).await?;
            // How many bins it has, it knows best.
            let known = self.visits.app.peek(|v| v.ledger.smartbox(self.id).map(|b| b.details().clone()))?;
            if known.bins == offered.bins {
                return Some(());
            }
            self.submit(Command::ChangeBox(self.id, BoxDetails { bins: offered.bins, ..known })).await
        })
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
