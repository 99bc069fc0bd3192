//! The app: from opening the journal to the page that the address names.

use std::cell::Cell;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::{ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::hooks::{use_location, use_navigate};
use leptos_router::path;

use super::kit::*;
use super::pages::activity::ActivityPage;
use super::pages::bookings::{AboutBooking, BookingsPage, NewBooking};
use super::pages::import::{Dropped, ImportPage, refused_file};
use super::pages::keys::{AboutKey, KeyForm, KeyFormFor, KeyVisitors, KeysPage};
use super::pages::locations::{AboutLocation, BoxForm, LocationForm, LocationsPage};
use super::pages::settings::SettingsPage;
use super::pages::smartbox::BoxPage;
use super::pages::welcome::Welcome;
use super::search::{BookingSearch, SearchText};
use super::state::{App, Keeping, Trouble};
use super::virtual_box::VirtualBoxes;
use super::words;
use crate::journal::Desk;
use crate::journal::port::JournalError;
use crate::journal::queries::Filter;
use crate::storage::{self, AnyJournal, BoxShelf, News, Tabs};

/// What was opened at the start.
struct Opened {
    desk: Desk<AnyJournal>,
    boxes: BoxShelf,
    tabs: Tabs,
    keeping: Keeping,
}

async fn open(listener: impl Fn(News) + 'static) -> Result<Opened, JournalError> {
    let storage = storage::open(storage::DATABASE, listener).await?;
    let keeping = match storage.journal.refused() {
        None => Keeping::Stored { safe: None },
        Some(reason) => Keeping::MemoryOnly(words::errors::journal(reason)),
    };
    let desk = Desk::open(storage.journal).await?;
    Ok(Opened { desk, boxes: storage.boxes, tabs: storage.tabs, keeping })
}

#[derive(Clone, PartialEq)]
enum Phase {
    Opening,
    /// An older version in another tab is in the way.
    Blocked,
    Open,
    Failed(JournalError),
}

/// Everything: opens the journal, then shows the app.
#[component]
pub fn Root() -> impl IntoView {
    let phase = RwSignal::new(Phase::Opening);
    let opened = StoredValue::new_local(None::<Opened>);
    // News begins with the opening itself, and goes to the app once there is one.
    let hearing = Rc::new(Cell::new(None::<App>));
    let listener = {
        let hearing = Rc::clone(&hearing);
        move |news| match hearing.get() {
            Some(app) => app.hear(news),
            None if news == News::Blocked => phase.set(Phase::Blocked),
            None => {}
        }
    };
    let hearing = StoredValue::new_local(hearing);
    spawn_local(async move {
        match open(listener).await {
            Ok(ready) => {
                opened.set_value(Some(ready));
                phase.set(Phase::Open);
            }
            Err(error) => phase.set(Phase::Failed(error)),
        }
    });
    view! {
        <KitHost>
            {move || match phase.get() {
                Phase::Opening => view! { <p class="opening" role="status">"Opening the journal…"</p> }.into_any(),
                Phase::Blocked => {
                    view! {
                        <main class="unopened" id="main">
                            <Empty
                                icon=Icon::Alert
                                title="An older Latchbook is open in another tab"
                                text="Close the other tab. This one then goes on by itself."
                            />
                        </main>
                    }
                        .into_any()
                }
                Phase::Failed(error) => view! { <Unopened error /> }.into_any(),
                Phase::Open => {
                    opened
                        .try_update_value(Option::take)
                        .flatten()
                        .map(|opened| view! { <Ready opened hearing=hearing.get_value() /> })
                        .into_any()
                }
            }}
        </KitHost>
    }
}

/// The journal could not be opened, and working without it would hide what is in it.
#[component]
fn Unopened(error: JournalError) -> impl IntoView {
    let reload = || {
        if let Some(window) = web_sys::window() {
            // A page that can't be loaded again stays as it is.
            let _ = window.location().reload();
        }
    };
    view! {
        <main class="unopened" id="main">
            <Empty icon=Icon::Alert title="Your data can’t be opened" text=words::errors::journal(&error)>
                <Button label="Reload" kind=ButtonKind::Primary on_press=reload />
            </Empty>
        </main>
    }
}

#[component]
fn Ready(opened: Opened, hearing: Rc<Cell<Option<App>>>) -> impl IntoView {
    let Opened { desk, boxes, tabs, keeping } = opened;
    let app = App::provide(desk, boxes, keeping);
    hearing.set(Some(app));
    // The line to the other tabs is open as long as the app is.
    let _tabs = StoredValue::new_local(tabs);
    VirtualBoxes::provide(app);
    SearchText::provide();
    BookingSearch::provide();
    provide_context(Dropped(RwSignal::new(None)));
    spawn_local(app.see_promise());
    app.snapshot_later();
    let founded = Derived::new(move || app.view(|v| v.ledger.organization().is_some()));
    view! {
        <ShowWhen when=move || founded.get() fallback=|| view! { <Troubles /><Welcome /> }>
            <Router base=base()>
                <Frame />
            </Router>
        </ShowWhen>
    }
}

/// The path under which the app is served, from the page's `<base>`: nothing at a site's root.
fn base() -> String {
    let address = web_sys::window().and_then(|w| w.document()).and_then(|d| d.base_uri().ok().flatten());
    let path =
        address.as_deref().and_then(|a| a.split_once("://")).and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    let path = path.unwrap_or("/").split(['?', '#']).next().unwrap_or("/");
    path.rsplit_once('/').map_or(String::new(), |(base, _)| base.to_owned())
}

/// What *+ Add* opens on top of any page.
#[derive(Clone, Copy)]
struct Adding {
    key: RwSignal<Option<KeyFormFor>>,
    location: RwSignal<bool>,
    smartbox: RwSignal<bool>,
}

#[component]
fn Frame() -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let search = SearchText::here().0;
    let dropped = expect_context::<Dropped>().0;
    let overview = app.overview();
    let adding = Adding { key: RwSignal::new(None), location: RwSignal::new(false), smartbox: RwSignal::new(false) };
    let organization = Signal::derive(move || app.view(|v| v.organization()).unwrap_or_default());
    let overdue = Signal::derive(move || overview.read().count(Filter::Overdue));
    let items = vec![
        MenuItem::new("Bookings", "/bookings", Icon::Ticket).count(overdue),
        MenuItem::new("Keys", "/keys", Icon::Key),
        MenuItem::new("Locations", "/locations", Icon::MapPin),
        MenuItem::new("Activity", "/activity", Icon::Activity),
        MenuItem::new("Settings", "/settings", Icon::Settings),
    ];
    let go = use_navigate();
    let book = {
        let go = go.clone();
        move || go("/bookings/new", Default::default())
    };
    let adds = vec![
        MenuEntry::new("One-Time Booking", book).icon(Icon::Ticket),
        MenuEntry::new("Key", move || adding.key.set(Some(KeyFormFor::New))).icon(Icon::Key),
        MenuEntry::new("Location", move || adding.location.set(true)).icon(Icon::MapPin),
        MenuEntry::new("SmartBox", move || adding.smartbox.set(true)).icon(Icon::Vault),
    ];
    let path = use_location().pathname;
    let find = {
        let go = go.clone();
        move |text: String| {
            let leave = !text.is_empty() && !path.get_untracked().contains("/bookings");
            search.set(text);
            if leave {
                go("/bookings", Default::default());
            }
        }
    };
    let take = {
        move |file: TextFile| {
            let key = path.get_untracked();
            let key = key.split_once("/keys/").map(|(_, rest)| rest.split('/').next().unwrap_or_default().to_owned());
            let query = key.map(|key| format!("?key={key}")).unwrap_or_default();
            dropped.set(Some(file));
            if !path.get_untracked().ends_with("/import") {
                go(&format!("/import{query}"), Default::default());
            }
        }
    };
    view! {
        <Shell
            organization
            items
            adds
            search=move || {
                let find = find.clone();
                view! { <SearchBox value=search on_input=find /> }
            }
            status=|| view! { <Troubles /> }
        >
            <Routes fallback=NoSuchPage>
                <Route path=path!("/") view=|| view! { <Redirect path="/bookings" /> } />
                <ParentRoute path=path!("/bookings") view=BookingsPage>
                    <Route path=path!("") view=|| () />
                    <Route path=path!("new") view=NewBooking />
                    <Route path=path!(":id") view=AboutBooking />
                </ParentRoute>
                <ParentRoute path=path!("/keys") view=KeysPage>
                    <Route path=path!("") view=|| () />
                    <Route path=path!(":id") view=AboutKey />
                    <Route path=path!(":id/visitors") view=KeyVisitors />
                </ParentRoute>
                <ParentRoute path=path!("/locations") view=LocationsPage>
                    <Route path=path!("") view=|| () />
                    <Route path=path!(":id") view=AboutLocation />
                </ParentRoute>
                <Route path=path!("/boxes/:id") view=BoxPage />
                <Route path=path!("/import") view=ImportPage />
                <Route path=path!("/activity") view=ActivityPage />
                <Route path=path!("/settings") view=SettingsPage />
            </Routes>
        </Shell>
        <KeyForm target=adding.key />
        <LocationForm open=adding.location />
        <BoxForm open=adding.smartbox />
        <DropZone
            label="Drop a calendar to import it"
            page_only=true
            on_file=take
            on_refused=move |refusal: FileRefusal| toaster.say(refused_file(&refusal))
        />
    }
}

/// What holds for every page: that nothing is saved, or that this tab can't go on.
#[component]
fn Troubles() -> impl IntoView {
    let app = App::here();
    view! {
        {move || match app.keeping().get() {
            Keeping::MemoryOnly(reason) => {
                Some(
                    view! {
                        <Notice
                            kind=NoticeKind::Error
                            title="Nothing is saved"
                            text=format!("What you enter is gone when this tab closes. {reason}")
                        />
                    },
                )
            }
            Keeping::Stored { .. } => None,
        }}
        {move || {
            app.trouble()
                .get()
                .map(|trouble| {
                    let (title, text) = match trouble {
                        Trouble::Unreadable(error) => {
                            ("What another tab wrote can’t be read", words::errors::journal(&error))
                        }
                        Trouble::OlderTab => (
                            "An older Latchbook is open in another tab",
                            "Close the other tab, then reload this one.".to_owned(),
                        ),
                        Trouble::NewerTab => (
                            "A newer Latchbook is open in another tab",
                            "Reload this page to get it. Until then nothing can be saved here.".to_owned(),
                        ),
                    };
                    view! { <Notice kind=NoticeKind::Warning title text /> }
                })
        }}
    }
}

#[component]
fn NoSuchPage() -> impl IntoView {
    view! {
        <div class="page">
            <Empty icon=Icon::Search title="No such page" text="The address leads nowhere. Choose a page from the menu.">
                <LinkButton href="/bookings" label="Bookings" />
            </Empty>
        </div>
    }
}
