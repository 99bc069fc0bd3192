//! What is searched for, and the index that finds it.

use std::sync::Arc;
use std::time::Duration;

use crate::ui::dom::Effect;
use leptos::prelude::*;

use super::edge::clock;
use super::kit::Derived;
use super::state::App;
use crate::domain::BookingId;
use crate::journal::search::SearchIndex;

/// What stands in the search box of the shell, provided as context.
#[derive(Clone, Copy)]
pub struct SearchText(pub RwSignal<String>);

impl SearchText {
    /// An empty search box; provides it as context.
    pub fn provide() -> Self {
        let text = Self(RwSignal::new(String::new()));
        provide_context(text);
        text
    }

    /// The search box of this page.
    pub fn here() -> Self {
        use_context().unwrap_or_else(Self::provide)
    }
}

/// Counts the questions asked, of which `question` tells the parts, so that a list goes back to its top for each.
pub fn asked(question: impl Fn() + Send + Sync + 'static) -> Derived<u64> {
    let asked = StoredValue::new(0);
    Derived::new(move || {
        question();
        asked.update_value(|asked| *asked += 1);
        asked.get_value()
    })
}

/// How long one piece of the index may take, so that no keystroke and no frame waits for it.
const SLICE_MS: i64 = 6;
/// After how many bookings the time is looked at.
const BETWEEN_LOOKS: usize = 128;
/// How long a change may settle before the index follows it.
const SETTLE: Duration = Duration::from_millis(120);

/// The index of all bookings, made piece by piece whenever the ledger has changed; until then the last one serves.
#[derive(Clone, Copy)]
pub struct BookingSearch {
    index: RwSignal<Option<Arc<SearchIndex>>>,
    /// The ledger's version that is being read; an older build gives up.
    building: StoredValue<u64>,
}

/// An index in the making.
struct Build {
    version: u64,
    ids: Vec<BookingId>,
    next: usize,
    index: SearchIndex,
}

impl BookingSearch {
    /// Begins to follow the ledger; provides the index as context. Best done once, for the whole app.
    pub fn provide() -> Self {
        let app = App::here();
        let search = Self { index: RwSignal::new(None), building: StoredValue::new(0) };
        Effect::new(move |before: Option<u64>| {
            let version = app.version();
            search.building.set_value(version);
            let begin = move || search.begin(app, version);
            // The first one at once: somebody may be about to type.
            set_timeout(begin, if before.is_some() { SETTLE } else { Duration::ZERO });
            version
        });
        provide_context(search);
        search
    }

    /// The index of this page.
    pub fn here() -> Self {
        use_context().unwrap_or_else(Self::provide)
    }

    /// The newest index; nothing before the first one is made. Follows it.
    pub fn index(self) -> Option<Arc<SearchIndex>> {
        self.index.get()
    }

    fn begin(self, app: App, version: u64) {
        if self.building.try_get_value() == Some(version) {
            let ids = app.peek(|v| v.ledger.bookings().map(|(id, _)| id).collect());
            self.go_on(app, Build { version, ids, next: 0, index: SearchIndex::default() });
        }
    }

    fn go_on(self, app: App, mut build: Build) {
        if self.building.try_get_value() != Some(build.version) {
            return;
        }
        app.peek(|v| {
            while build.next < build.ids.len() && clock::now().ms() - v.now.ms() < SLICE_MS {
                let end = build.ids.len().min(build.next + BETWEEN_LOOKS);
                build.ids[build.next..end].iter().for_each(|id| build.index.add(v.ledger, *id));
                build.next = end;
            }
        });
        if build.next < build.ids.len() {
            set_timeout(move || self.go_on(app, build), Duration::ZERO);
        } else if self.index.try_with_untracked(|known| known.as_deref() != Some(&build.index)) == Some(true) {
            self.index.set(Some(Arc::new(build.index)));
        }
    }
}
