//! The virtual box of a page: what is shown of it, and what is done to it.

use std::time::Duration;

use crate::ui::dom::Effect;
use crate::ui::dom::spawn_local;
use leptos::prelude::*;

use crate::domain::{BoxId, Instant};
use crate::smartbox::{BinReport, Input, LoggedEvent, ReferenceBox, Screen};
use crate::ui::edge::clock;
use crate::ui::kit::Derived;
use crate::ui::virtual_box::{Act, BoxTrouble, VirtualBoxes};

/// How many events that nobody has read are shown; a box holds thousands.
const EVENTS: usize = 60;

/// A virtual box as a page shows it. What is shown was kept before; the seconds alone pass here.
#[derive(Clone, Copy)]
pub(super) struct Device {
    id: BoxId,
    boxes: VirtualBoxes,
    state: RwSignal<Option<ReferenceBox>>,
    trouble: RwSignal<Option<BoxTrouble>>,
    time: RwSignal<Instant>,
    /// What it shows.
    pub screen: Derived<Screen>,
    /// Its bins, by number; none while it was not read yet.
    pub bins: Derived<Vec<BinReport>>,
    /// How many milliseconds its clock is ahead.
    pub offset: Derived<i64>,
    /// The newest events that it holds, the newest first.
    pub log: Derived<Vec<LoggedEvent>>,
}

impl Device {
    /// Shows a box from now on, whoever does something to it.
    pub fn follow(id: BoxId) -> Self {
        let boxes = VirtualBoxes::here();
        let state = RwSignal::new(None::<ReferenceBox>);
        let of = move |look: fn(&ReferenceBox) -> Vec<BinReport>| state.with(|s| s.as_ref().map(look));
        let device = Self {
            id,
            boxes,
            state,
            trouble: RwSignal::new(None),
            time: RwSignal::new(clock::now()),
            screen: Derived::new(move || {
                state.with(|s| s.as_ref().map_or(Screen::Ready, |s| s.cabinet().screen().clone()))
            }),
            bins: Derived::new(move || of(|s| s.cabinet().bins()).unwrap_or_default()),
            offset: Derived::new(move || state.with(|s| s.as_ref().map_or(0, |s| s.cabinet().clock_offset_ms()))),
            log: Derived::new(move || {
                state.with(|s| s.iter().flat_map(|s| s.cabinet().log().iter().rev().take(EVENTS)).cloned().collect())
            }),
        };
        Effect::new(move |_| {
            boxes.changed();
            spawn_local(async move { device.show(boxes.look(id).await) });
        });
        let tick = set_interval_with_handle(move || device.pass(), Duration::from_secs(1));
        on_cleanup(move || tick.into_iter().for_each(|tick| tick.clear()));
        device
    }

    fn show(self, result: Result<ReferenceBox, BoxTrouble>) {
        // Nobody looks any more when the page was left meanwhile.
        match result {
            Ok(state) => {
                let _ = self.time.try_set(clock::now());
                let _ = self.state.try_set(Some(state));
                let _ = self.trouble.try_set(None);
            }
            Err(trouble) => drop(self.trouble.try_set(Some(trouble))),
        }
    }

    /// A second: the screen of a box goes back to rest by itself.
    fn pass(self) {
        let now = clock::now();
        let _ = self.time.try_set(now);
        self.state.maybe_update(|state| state.as_mut().is_some_and(|s| !s.step(Input::Tick, now).is_empty()));
    }

    /// What is wrong with it.
    pub fn trouble(self) -> Option<BoxTrouble> {
        self.trouble.get()
    }

    /// What its clock shows, to the second.
    pub fn clock(self) -> Instant {
        self.time.get().plus_ms(self.offset.get())
    }

    /// Something happens to it.
    pub fn step(self, input: Input) {
        spawn_local(async move { self.show(self.boxes.step(self.id, input).await) });
    }

    /// Does something to it that no visitor does.
    pub fn change(self, act: impl FnOnce(&mut ReferenceBox, Instant) + 'static) {
        self.changed(Box::new(act));
    }

    fn changed(self, act: Act) {
        spawn_local(async move { self.show(self.boxes.change(self.id, act).await) });
    }
}
