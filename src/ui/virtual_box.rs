//! The virtual SmartBoxes: reference boxes inside the app. Each stands on a shelf of the browser's, where all tabs find
//! it, and talks to the app as a real one would: in the bytes of the protocol.

use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::BroadcastChannel;

use super::edge::{clock, random};
use super::state::App;
use crate::collections::{self, Table};
use crate::domain::{BinNumber, BoxDetails, BoxId, Instant, KeyId};
use crate::journal::ledger::KeyPlace;
use crate::journal::port::JournalError;
use crate::smartbox::reference_box::StateError;
use crate::smartbox::{Answering, Input, Link, LinkError, LinkPlan, Made, ReferenceBox, VirtualLink};
use crate::storage::{BoxShelf, DATABASE};

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
    /// The browser gives no random numbers, and so no keys for it.
    #[error("{0}")]
    Randomness(#[from] random::NoRandomness),
}

/// The virtual SmartBoxes of the app: cheap to copy, provided as context.
#[derive(Clone, Copy)]
pub struct VirtualBoxes {
    app: App,
    changed: RwSignal<u64>,
    line: StoredValue<Option<BroadcastChannel>, LocalStorage>,
    plans: StoredValue<Table<BoxId, LinkPlan>>,
}

/// What is done to a box. Behind a `dyn`, so that how a box is read and kept is compiled once.
pub type Act = Box<dyn FnOnce(&mut ReferenceBox, Instant)>;

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
        let boxes = Self { app, changed, line, plans: StoredValue::default() };
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
            None => self.change(id, Box::new(|_, _| ())).await,
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
                Some(device) => held.extend(device.cabinet().bins().iter().filter_map(|bin| bin.holding)),
                None => held.extend(known.holding.iter().map(|(_, key)| *key)),
            }
        }
        held
    }

    /// Something happens to a box.
    ///
    /// # Errors
    /// As [`VirtualBoxes::change`].
    pub async fn step(self, id: BoxId, input: Input) -> Result<ReferenceBox, BoxTrouble> {
        let act = |device: &mut ReferenceBox, now| {
            // The box's own second hand, which no tab turns: what it waited for too long, it forgets first.
            device.step(Input::Tick, now);
            device.step(input, now);
        };
        self.change(id, Box::new(act)).await
    }

    /// Does something to a box while no other tab does, and keeps it.
    ///
    /// # Errors
    /// When there is no such virtual box, or it can't be read or kept; then nothing happened to it.
    pub async fn change(self, id: BoxId, act: Act) -> Result<ReferenceBox, BoxTrouble> {
        let known = self.known(id)?;
        let shelf = self.app.boxes();
        let serial = &known.details.serial;
        let lock = shelf.lock_box(serial).await?;
        let mut device = open(&shelf, &known).await?;
        act(&mut device, clock::now());
        shelf.save(serial, &device.save()).await?;
        drop(lock);
        self.tell();
        Ok(device)
    }

    /// The link to a box. While it is held, nobody else may do anything to the box: see [`BoxShelf::lock_box`].
    ///
    /// # Errors
    /// When there is no such virtual box, or it can't be read.
    pub async fn link(self, id: BoxId) -> Result<ShelfLink, BoxTrouble> {
        let known = self.known(id)?;
        let shelf = self.app.boxes();
        let device = open(&shelf, &known).await?;
        Ok(ShelfLink { shelf, device, failed: None, plan: self.plan(id), sent: 0 })
    }

    /// How the links to a box behave, in this tab.
    pub fn plan(self, id: BoxId) -> LinkPlan {
        self.plans.with_value(|plans| plans.get(id).cloned().unwrap_or_default())
    }

    /// Has the links to a box behave so from the next visit on, in this tab.
    pub fn set_plan(self, id: BoxId, plan: LinkPlan) {
        self.plans.update_value(|plans| drop(plans.insert(id, plan)));
    }

    /// Says that something was done to a box, here and in other tabs.
    pub fn say_changed(self) {
        self.changed.update(|n| *n += 1);
        self.tell();
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
    let made = Made::from_random(details.serial.clone(), &random::bytes()?);
    let mut device = ReferenceBox::replacing(&made, details.bins, read_through + 1, now);
    for (bin, key) in holding {
        device.step(Input::PutKey { bin: *bin, key: *key }, now);
    }
    Ok(device)
}

/// The link to a box on the shelf: what the box answers is sent once its state is kept. It behaves as planned, and waits as long
/// as a real one would.
pub struct ShelfLink {
    shelf: Rc<BoxShelf>,
    device: ReferenceBox,
    failed: Option<BoxTrouble>,
    plan: LinkPlan,
    /// How many transmissions there were.
    sent: u32,
}

impl ShelfLink {
    /// The box at the other end.
    pub const fn device(&self) -> &ReferenceBox {
        &self.device
    }

    /// Why the link was cut, if that was the shelf's fault.
    pub fn fault(&mut self) -> Option<BoxTrouble> {
        self.failed.take()
    }

    async fn answered(&mut self, bytes: Vec<u8>) -> Result<Result<Vec<u8>, LinkError>, BoxTrouble> {
        let random = random::bytes()?;
        // A browser that gave random numbers gives more; a request that is sent again is answered as before.
        let mut draw = || random::bytes().unwrap_or(random);
        let link = VirtualLink::new(&mut self.device, clock::now(), &mut draw);
        let mut link = link.planned(self.plan.clone()).after(self.sent);
        let answer = link.exchange(bytes).await;
        let passed = link.passed_ms();
        self.sent = link.transmissions();
        self.shelf.save(self.device.serial(), &self.device.save()).await?;
        if passed > 0 {
            TimeoutFuture::new(u32::try_from(passed).unwrap_or(u32::MAX)).await;
        }
        Ok(answer)
    }
}

impl Link for ShelfLink {
    fn exchange(&mut self, bytes: Vec<u8>) -> Answering<'_> {
        Box::pin(async move {
            self.answered(bytes).await.unwrap_or_else(|trouble| {
                self.failed = Some(trouble);
                Err(LinkError::Cut)
            })
        })
    }
}
