//! What every page shares: the desk, the time, and what is known of the storage.
//!
//! Pages read through [`App::view`], which follows the ledger and the time, and write through [`App::submit`]. Nothing
//! else talks to the desk.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::ui::dom::spawn_local;
use leptos::prelude::*;

use super::edge::{clock, zones};
use super::keyring::Keys;
use super::words;
use crate::collections::insert_in_order;
use crate::delivery::Composer;
use crate::domain::{BookingId, BoxId, Instant, KeyId, LocationId, Role, VisitorId, ZoneBook, ZoneName, ZoneRules};
use crate::journal::desk::DeskError;
use crate::journal::port::{Identity, JournalError, Position};
use crate::journal::queries::{Overview, Status};
use crate::journal::{Command, Context, Decision, Desk, Entry, Ledger, Refusal, decide};
use crate::storage::{AnyJournal, BoxShelf, KeyStore, News, Persistence, storage_state};
use crate::ui::kit::Derived;

/// Where what is entered here is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// In the browser's storage. `safe` says whether the browser has promised not to clear it when room is short;
    /// nothing when that is not known yet.
    Stored {
        /// The browser's promise.
        safe: Option<bool>,
    },
    /// Only in memory, and gone with the tab; with the reason.
    MemoryOnly(String),
}

/// Something that is wrong with this tab as a whole, and that a person must know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// What another tab wrote can't be read.
    Unreadable(JournalError),
    /// An older version in another tab keeps the store from being brought to its newest form.
    OlderTab,
    /// A newer version in another tab has taken the store over.
    NewerTab,
}

/// How often the shown time is looked at anew.
const TICK: std::time::Duration = std::time::Duration::from_secs(20);

struct Inner {
    desk: Desk<AnyJournal>,
    boxes: Rc<BoxShelf>,
    key_store: Rc<KeyStore>,
    zones: RefCell<ZoneBook>,
    /// Zones that the browser does not know, so that it is not asked again and again.
    unknown_zones: RefCell<Vec<ZoneName>>,
    /// This device's keys, once they were asked for.
    keys: RefCell<Option<Rc<Keys>>>,
}

/// The app's state: cheap to copy, provided as context.
#[derive(Clone, Copy)]
pub struct App(StoredValue<Parts>);

/// What the app's state consists of. Apart from [`App`], so that the closures of the pages keep a number each and not all this.
#[derive(Clone, Copy)]
struct Parts {
    inner: StoredValue<Rc<Inner>, LocalStorage>,
    version: RwSignal<u64>,
    now: RwSignal<Instant>,
    keeping: RwSignal<Keeping>,
    trouble: RwSignal<Option<Trouble>>,
    overview: Derived<Arc<Overview>>,
}

/// What a page looks at: the ledger, the zones and the time, for one moment.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Everything the facts say.
    pub ledger: &'a Ledger,
    /// The rules of the locations' zones.
    pub zones: &'a ZoneBook,
    /// The time, to the half minute.
    pub now: Instant,
}

impl App {
    /// The state of a desk that was just opened; provides it as context.
    pub fn provide(desk: Desk<AnyJournal>, boxes: BoxShelf, keys: KeyStore, keeping: Keeping) -> Self {
        let zones = RefCell::default();
        let inner = Rc::new(Inner {
            desk,
            boxes: Rc::new(boxes),
            key_store: Rc::new(keys),
            zones,
            unknown_zones: RefCell::default(),
            keys: RefCell::default(),
        });
        let inner = StoredValue::new_local(inner);
        let (version, now) = (RwSignal::new(0), RwSignal::new(clock::now()));
        let last = StoredValue::new(None::<(u64, Instant, Arc<Overview>)>);
        let overview = Derived::new(move || {
            let (version, now) = (version.get(), now.get());
            if let Some((of, at, overview)) = last.get_value()
                && of == version
                && at <= now
                && overview.holds_until.is_none_or(|until| now < until)
            {
                // Nothing was written and no status changed by itself: a list of 100,000 is not made anew for that.
                return overview;
            }
            let made = inner.with_value(|inner| inner.desk.ledger().overview(&inner.zones.borrow(), now));
            let made = Arc::new(made);
            last.set_value(Some((version, now, made.clone())));
            made
        });
        let trouble = RwSignal::new(None);
        let keeping = RwSignal::new(keeping);
        let app = Self(StoredValue::new(Parts { inner, version, now, keeping, trouble, overview }));
        app.load_zones();
        let tick = set_interval_with_handle(move || now.set(clock::now()), TICK);
        on_cleanup(move || tick.into_iter().for_each(|tick| tick.clear()));
        provide_context(app);
        app
    }

    /// Acts on what other tabs and the browser say.
    pub fn hear(self, news: News) {
        match news {
            News::Appended(_) | News::Woken => spawn_local(async move {
                self.parts().now.set(clock::now());
                if let Err(error) = self.catch_up().await {
                    self.parts().trouble.set(Some(Trouble::Unreadable(error)));
                }
            }),
            News::Blocked => self.parts().trouble.set(Some(Trouble::OlderTab)),
            News::Superseded => self.parts().trouble.set(Some(Trouble::NewerTab)),
            // The next use opens it again.
            News::Lost => {}
        }
    }

    /// The state, from context.
    pub fn here() -> Self {
        expect_context()
    }

    /// Looks at the ledger; what looks is run again when the ledger or the time changes.
    pub fn view<T>(self, look: impl FnOnce(View) -> T) -> T {
        self.look(self.follow(), look)
    }

    /// What a command would come to, without doing it. Nothing before there is an organization.
    pub fn try_out(self, command: &Command) -> Option<Result<Decision, Refusal>> {
        let identity = self.identity()?;
        Some(self.peek(|v| {
            let context = Context { device: identity.device, now: v.now, zones: v.zones, codes: &identity.codes };
            decide(v.ledger, command, &context)
        }))
    }

    /// Looks at the ledger once, as it is now.
    pub fn peek<T>(self, look: impl FnOnce(View) -> T) -> T {
        self.look(clock::now(), look)
    }

    /// The time; who asks is run again when it or the ledger changes.
    fn follow(self) -> Instant {
        let parts = self.parts();
        parts.version.track();
        parts.now.get()
    }

    fn parts(self) -> Parts {
        self.0.get_value()
    }

    fn inner(self) -> Rc<Inner> {
        self.parts().inner.get_value()
    }

    /// Behind a `dyn`, so that it is compiled once and not for each place that looks.
    fn lend(self, now: Instant, look: &mut dyn FnMut(View)) {
        let inner = self.inner();
        look(View { ledger: &inner.desk.ledger(), zones: &inner.zones.borrow(), now });
    }

    fn look<T>(self, now: Instant, look: impl FnOnce(View) -> T) -> T {
        let (mut look, mut found) = (Some(look), None);
        self.lend(now, &mut |view| found = look.take().map(|look| look(view)));
        found.expect("looks once")
    }

    /// Changes with every change of the ledger.
    pub fn version(self) -> u64 {
        self.parts().version.get()
    }

    /// The time, to the half minute.
    pub fn now(self) -> Instant {
        self.parts().now.get()
    }

    /// The list of bookings, in order, with the counts of the filters.
    pub fn overview(self) -> Derived<Arc<Overview>> {
        self.parts().overview
    }

    /// Where what is entered here is kept.
    pub fn keeping(self) -> RwSignal<Keeping> {
        self.parts().keeping
    }

    /// What is wrong with this tab as a whole.
    pub fn trouble(self) -> RwSignal<Option<Trouble>> {
        self.parts().trouble
    }

    /// Who this device is; nothing before there is an organization.
    pub fn identity(self) -> Option<Identity> {
        self.inner().desk.identity()
    }

    /// Up to where the ledger has read the journal.
    pub fn position(self) -> Position {
        self.inner().desk.position()
    }

    /// Where the virtual SmartBoxes are kept.
    pub fn boxes(self) -> Rc<BoxShelf> {
        self.inner().boxes.clone()
    }

    /// This device's keys, where they were asked for before.
    pub fn known_keys(self) -> Option<Rc<Keys>> {
        self.inner().keys.borrow().clone()
    }

    /// Forgets this device's keys: they are others now.
    pub fn forget_keys(self) {
        *self.inner().keys.borrow_mut() = None;
    }

    /// What this device may do.
    pub fn role(self) -> Role {
        let device = self.identity().map(|identity| identity.device);
        self.view(|v| device.and_then(|device| v.ledger.device(device)).map_or(Role::Manager, |device| device.role))
    }

    /// Takes up the journal of an organization, on a device that has none.
    ///
    /// # Errors
    /// When there is one already, or it could not be kept.
    pub async fn join(self, identity: Identity, entries: &[Entry]) -> Result<(), DeskError> {
        let done = self.inner().desk.join(identity, entries).await;
        self.refresh();
        self.snapshot_later();
        done
    }

    /// Keeps this device's keys at hand.
    pub fn know_keys(self, keys: Rc<Keys>) {
        *self.inner().keys.borrow_mut() = Some(keys);
    }

    /// Where this device's secret keys are kept.
    pub fn key_store(self) -> Rc<KeyStore> {
        self.inner().key_store.clone()
    }

    /// Reads what happened before a place in the journal, at most so many entries, oldest first.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub async fn history(self, before: Position, at_most: u64) -> Result<(Position, Vec<Entry>), JournalError> {
        let inner = self.inner();
        inner.desk.history(before, at_most).await
    }

    /// Asks the browser never to clear what is stored here. Where it was asked before, it only answers.
    pub async fn ask_to_keep(self) -> Keeping {
        if matches!(self.parts().keeping.get_untracked(), Keeping::Stored { .. }) {
            let safe = storage_state::persist().await == Persistence::Granted;
            self.parts().keeping.set(Keeping::Stored { safe: Some(safe) });
        }
        self.parts().keeping.get_untracked()
    }

    /// Notes whether the browser has promised before to keep what is stored here; asks nobody.
    pub async fn see_promise(self) {
        if matches!(self.parts().keeping.get_untracked(), Keeping::Stored { .. }) {
            let safe = storage_state::persistence().await == Persistence::Granted;
            self.parts().keeping.set(Keeping::Stored { safe: Some(safe) });
        }
    }

    /// Saves a snapshot of the ledger when one is worth it. That one fails costs no more than time at the next start.
    async fn snapshot_when_due(self) {
        let inner = self.inner();
        if inner.desk.snapshot_is_due()
            && let Err(error) = inner.desk.save_snapshot().await
        {
            leptos::logging::warn!("the snapshot was not saved: {error}");
        }
    }

    /// Decides a command and keeps what was decided. When it answers `Ok`, it is kept.
    ///
    /// # Errors
    /// With the reason for which nothing was written.
    pub async fn submit(self, command: Command) -> Result<Decision, DeskError> {
        self.write(command, None).await
    }

    /// Decides a command and keeps what was decided, and tells what came of it. What is told may find the page gone.
    pub fn submit_then(self, command: Command, then: impl FnOnce(Result<Decision, DeskError>) + 'static) {
        self.submit_boxed(command, Box::new(then));
    }

    /// Apart, so that the wait for the journal is compiled once.
    fn submit_boxed(self, command: Command, then: Box<dyn FnOnce(Result<Decision, DeskError>)>) {
        spawn_local(async move { then(self.submit(command).await) });
    }

    /// Begins an organization.
    ///
    /// # Errors
    /// With the reason for which nothing was written.
    pub async fn found(self, identity: Identity, command: Command) -> Result<Decision, DeskError> {
        self.write(command, Some(identity)).await
    }

    /// Lets something that takes many commands work at the desk itself, and shows what came of it.
    pub async fn with_desk<T>(self, work: impl AsyncFnOnce(&Desk<AnyJournal>, &ZoneBook) -> T) -> T {
        let inner = self.inner();
        let zones = inner.zones.borrow().clone();
        let done = work(&inner.desk, &zones).await;
        self.refresh();
        self.snapshot_later();
        done
    }

    async fn write(self, command: Command, fresh: Option<Identity>) -> Result<Decision, DeskError> {
        let inner = self.inner();
        // A copy, since the book must not be borrowed while the journal writes.
        let zones = inner.zones.borrow().clone();
        let now = clock::now();
        let decision = match fresh {
            Some(identity) => inner.desk.found(identity, &command, now, &zones).await,
            None => inner.desk.submit(&command, now, &zones).await,
        };
        // Even a refusal may follow what another tab wrote.
        self.refresh();
        self.snapshot_later();
        decision
    }

    /// Reads what others have written.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub async fn catch_up(self) -> Result<(), JournalError> {
        let inner = self.inner();
        if inner.desk.catch_up().await? > 0 {
            self.refresh();
        }
        Ok(())
    }

    /// Leaves the snapshot to a moment when nobody waits for it.
    pub fn snapshot_later(self) {
        set_timeout(move || spawn_local(self.snapshot_when_due()), std::time::Duration::from_secs(2));
    }

    /// Shows what the desk knows now.
    pub fn refresh(self) {
        self.load_zones();
        self.parts().now.set(clock::now());
        self.parts().version.update(|version| *version += 1);
    }

    /// Makes sure that the rules of a zone are at hand. Answers whether the browser knows the zone.
    pub fn need_zone(self, zone: &ZoneName) -> bool {
        let inner = self.inner();
        if inner.zones.borrow().get(zone).is_some() {
            return true;
        }
        if inner.unknown_zones.borrow().contains(zone) {
            return false;
        }
        match zones::load(zone, clock::now()) {
            Some(rules) => {
                inner.zones.borrow_mut().insert(rules);
                true
            }
            None => {
                inner.unknown_zones.borrow_mut().push(zone.clone());
                false
            }
        }
    }

    fn load_zones(self) {
        let mut needed = vec![zones::of_this_device()];
        self.peek(|v| {
            v.ledger.locations().for_each(|(_, location)| insert_in_order(&mut needed, location.zone.clone()))
        });
        for zone in &needed {
            self.need_zone(zone);
        }
    }
}

impl View<'_> {
    /// The organization's name; nothing before there is one.
    pub fn organization(&self) -> Option<String> {
        self.ledger.organization().map(|o| o.name.to_string())
    }

    /// A booking's visitor's name.
    pub fn visitor_name(&self, id: BookingId) -> String {
        self.ledger.booking(id).map_or_else(String::new, |b| self.person(b.visitor()))
    }

    /// A visitor's name.
    pub fn person(&self, id: VisitorId) -> String {
        self.ledger.visitor(id).map_or_else(|| "Erased visitor".to_owned(), |v| v.name.to_string())
    }

    /// A key's name.
    pub fn key_name(&self, id: KeyId) -> String {
        self.ledger.key(id).map_or_else(|| "Unknown key".to_owned(), |k| k.details().name.to_string())
    }

    /// A box's name.
    pub fn box_name(&self, id: BoxId) -> String {
        self.ledger.smartbox(id).map_or_else(|| "Unknown SmartBox".to_owned(), |b| b.details().name.to_string())
    }

    /// A location's name.
    pub fn location_name(&self, id: LocationId) -> String {
        self.ledger.location(id).map_or_else(|| "Unknown location".to_owned(), |l| l.name.to_string())
    }

    /// The rules of the zone that a key's bookings go by.
    pub fn rules(&self, key: KeyId) -> Option<&ZoneRules> {
        self.ledger.rules(key, self.zones)
    }

    /// The rules of a location's zone.
    pub fn location_rules(&self, id: LocationId) -> Option<&ZoneRules> {
        self.zones.get(&self.ledger.location(id)?.zone)
    }

    /// The rules of the zone that the device itself is in.
    pub fn own_rules(&self) -> Option<&ZoneRules> {
        self.zones.get(&zones::of_this_device())
    }

    /// What messages are made from here.
    pub fn composer<'v>(&'v self, page: &'v str) -> Composer<'v> {
        Composer { ledger: self.ledger, page }
    }

    /// How things stand with a booking.
    pub fn status(&self, id: BookingId) -> Option<Status> {
        self.ledger.status(id, self.zones, self.now)
    }

    /// A moment in words by the clocks of a key's home: “today 15:00”.
    pub fn moment(&self, at: Instant, key: KeyId) -> String {
        self.said(at, self.rules(key))
    }

    /// A moment in words by the clocks where a box hangs.
    pub fn box_moment(&self, at: Instant, smartbox: BoxId) -> String {
        let location = self.ledger.smartbox(smartbox).map(|b| b.details().location);
        self.said(at, location.and_then(|l| self.location_rules(l)))
    }

    /// A moment in words by the device's own clocks.
    pub fn own_moment(&self, at: Instant) -> String {
        self.said(at, self.own_rules())
    }

    fn said(&self, at: Instant, rules: Option<&ZoneRules>) -> String {
        rules.map_or_else(|| format!("{at}"), |rules| words::times::moment(at, rules, self.now))
    }

    /// When a booking is, in words by its key's clocks: “today 15:00 – Thursday 11:00”, or “ongoing”.
    pub fn booking_span(&self, id: BookingId) -> String {
        let Some(booking) = self.ledger.booking(id) else { return String::new() };
        match (booking.right().window(), self.rules(booking.key())) {
            (None, _) => "ongoing".to_owned(),
            (Some(w), Some(rules)) => words::times::span(w.start(), w.end(), rules.wall(self.now).date()),
            (Some(w), None) => format!("{} – {}", words::times::exact(w.start()), words::times::exact(w.end())),
        }
    }
}
