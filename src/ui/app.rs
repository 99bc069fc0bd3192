//! The app: from opening the journal to the page that the address names.

use std::cell::Cell;
use std::rc::Rc;

use crate::ui::prelude::*;

use super::edge::page::visit;
use super::kit::*;
use super::outbox::Outbox;
use super::pages::activity::ActivityPage;
use super::pages::aliases::AliasesPage;
use super::pages::bookings::BookingsPage;
use super::pages::field::FieldPage;
use super::pages::import::{Dropped, ImportPage, refused_file};
use super::pages::keys::{KeyForm, KeyFormFor, KeysPage};
use super::pages::locations::{LocationForm, LocationsPage};
use super::pages::messages::{MessageDialog, MessagesPage, Sending, waiting};
use super::pages::settings::SettingsPage;
use super::pages::smartbox::{BoxForm, BoxPage, NoSuchBox};
use super::pages::visit::VisitPage;
use super::pages::welcome::Welcome;
use super::route::{Route, Thing};
use super::router::{self, Router};
use super::search::{BookingSearch, SearchText};
use super::state::{App, Keeping, Trouble};
use super::technician::{self, TechnicianApp};
use super::virtual_box::VirtualBoxes;
use super::visits::Visits;
use super::words;
use crate::domain::{BoxId, Role};
use crate::journal::Desk;
use crate::journal::port::JournalError;
use crate::journal::queries::Filter;
use crate::smartbox::handover::Pouch;
use crate::storage::{self, AnyJournal, BoxShelf, KeyStore, News, Tabs};

/// What was opened at the start.
enum Start {
    /// The app of those who have a journal.
    Office(Box<Opened>),
    /// That of a technician, who has none.
    Technician(Rc<KeyStore>, Box<Pouch>),
}

struct Opened {
    desk: Desk<AnyJournal>,
    boxes: BoxShelf,
    keys: KeyStore,
    tabs: Tabs,
    keeping: Keeping,
}

async fn open(listener: impl Fn(News) + 'static) -> Result<Start, JournalError> {
    let storage = storage::open(storage::DATABASE, listener).await?;
    if let Some(pouch) = technician::kept(&storage.keys).await? {
        return Ok(Start::Technician(Rc::new(storage.keys), Box::new(pouch)));
    }
    let keeping = match storage.journal.refused() {
        None => Keeping::Stored { safe: None },
        Some(reason) => Keeping::MemoryOnly(words::errors::journal(reason)),
    };
    let desk = Desk::open(storage.journal).await?;
    let opened = Opened { desk, boxes: storage.boxes, keys: storage.keys, tabs: storage.tabs, keeping };
    Ok(Start::Office(Box::new(opened)))
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
    // A visitor's own page needs no journal, and shows none of this device's.
    match visit() {
        Some(fragment) => view! { <KitHost><VisitPage fragment /></KitHost> },
        None => view! { <Opening /> },
    }
}

#[component]
fn Opening() -> impl IntoView {
    let phase = RwSignal::new(Phase::Opening);
    let opened = StoredValue::new_local(None::<Start>);
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
                Phase::Opening => view! { <p class="opening" role="status">"Opening the journal…"</p> },
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
                }
                Phase::Failed(error) => view! { <Unopened error /> },
                Phase::Open => {
                    opened
                        .try_update_value(Option::take)
                        .flatten()
                        .map(|start| match start {
                            Start::Office(opened) => view! { <Ready opened=*opened hearing=hearing.get_value() /> },
                            Start::Technician(store, pouch) => view! { <TechnicianApp store pouch=*pouch /> },
                        })
                        .unwrap_or_default()
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
    let Opened { desk, boxes, keys, tabs, keeping } = opened;
    let app = App::provide(desk, boxes, keys, keeping);
    hearing.set(Some(app));
    // The line to the other tabs is open as long as the app is.
    let _tabs = StoredValue::new_local(tabs);
    Visits::provide(app, VirtualBoxes::provide(app));
    SearchText::provide();
    BookingSearch::provide();
    provide_context(Dropped(RwSignal::new(None)));
    Sending::provide();
    Outbox::provide(app);
    spawn_local(app.see_promise());
    app.snapshot_later();
    let founded = Derived::new(move || app.view(|v| v.ledger.organization().is_some()));
    view! {
        <ShowWhen when=move || founded.get() fallback=|| view! { <Troubles /><Welcome /> }>
            <Frame />
        </ShowWhen>
    }
}

/// The pages that the frame holds, one at a time. Those with a list keep it while the pane beside it changes.
#[derive(Clone, Copy, PartialEq)]
enum Page {
    Home,
    Bookings,
    Keys,
    Aliases,
    Messages,
    Locations,
    SmartBox(BoxId),
    UnknownBox,
    Import,
    Activity,
    Field,
    Settings,
    Unknown,
}

impl Page {
    const fn of(route: &Route) -> Self {
        match route {
            Route::Home => Self::Home,
            Route::Bookings { .. }
            | Route::NewBooking { .. }
            | Route::Booking { .. }
            | Route::Unknown(Thing::Booking, _) => Self::Bookings,
            Route::Keys | Route::Key(_) | Route::KeyVisitors(_) | Route::Unknown(Thing::Key, _) => Self::Keys,
            Route::Aliases
            | Route::NewAlias
            | Route::AssignKeys
            | Route::Alias(_)
            | Route::Unknown(Thing::Alias, _) => Self::Aliases,
            Route::Messages => Self::Messages,
            Route::Locations | Route::Location(_) | Route::Unknown(Thing::Location, _) => Self::Locations,
            Route::SmartBox(id) => Self::SmartBox(*id),
            Route::Unknown(Thing::SmartBox, _) => Self::UnknownBox,
            Route::Import { .. } => Self::Import,
            Route::Activity => Self::Activity,
            Route::Field => Self::Field,
            Route::Settings => Self::Settings,
            Route::Unknown(Thing::Page, _) => Self::Unknown,
        }
    }

    /// Whether the page of a route lists what the search box finds. From any other the box leads to the bookings.
    fn is_searched(route: &Route) -> bool {
        match Self::of(route) {
            Self::Bookings => true,
            Self::Aliases => *route != Route::AssignKeys,
            _ => false,
        }
    }

    fn view(self) -> Markup {
        match self {
            Self::Home => Markup::default(),
            Self::Bookings => view! { <BookingsPage /> },
            Self::Keys => view! { <KeysPage /> },
            Self::Aliases => view! { <AliasesPage /> },
            Self::Messages => view! { <MessagesPage /> },
            Self::Locations => view! { <LocationsPage /> },
            Self::SmartBox(id) => view! { <BoxPage id /> },
            Self::UnknownBox => view! { <NoSuchBox /> },
            Self::Import => view! { <ImportPage /> },
            Self::Activity => view! { <ActivityPage /> },
            Self::Field => view! { <FieldPage /> },
            Self::Settings => view! { <SettingsPage /> },
            Self::Unknown => view! { <NoSuchPage /> },
        }
    }
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
    let router = Router::provide(router::base());
    let address = router.address();
    let route = Derived::new(move || Route::parse(&address.read()));
    provide_context(route);
    let page = Derived::new(move || Page::of(&route.read()));
    Effect::new(move |_| {
        if *route.read() == Route::Home {
            router.replace(Route::BOOKINGS);
        }
    });
    let toaster = Toaster::here();
    let search = SearchText::here().0;
    let dropped = expect_context::<Dropped>().0;
    let overview = app.overview();
    let adding = Adding { key: RwSignal::new(None), location: RwSignal::new(false), smartbox: RwSignal::new(false) };
    let organization = Signal::derive(move || app.view(|v| v.organization()).unwrap_or_default());
    let overdue = Signal::derive(move || overview.read().count(Filter::Overdue));
    let to_send = Derived::new(move || app.view(|v| waiting(&v)));
    let to_send = Signal::derive(move || to_send.get());
    let items = vec![
        MenuItem::new("Bookings", Route::BOOKINGS, Icon::Ticket).count(overdue),
        MenuItem::new("Keys", Route::Keys, Icon::Key),
        MenuItem::new("Alias Codes", Route::Aliases, Icon::Hash),
        MenuItem::new("Messages", Route::Messages, Icon::Messages).count(to_send),
        MenuItem::new("Activity", Route::Activity, Icon::Activity),
        MenuItem::new("Locations", Route::Locations, Icon::MapPin),
        MenuItem::new("Field", Route::Field, Icon::Vault),
        MenuItem::new("Settings", Route::Settings, Icon::Settings),
    ];
    let book = move || router.go(Route::NewBooking { key: None, ongoing: false });
    let give = move || router.go(Route::NewBooking { key: None, ongoing: true });
    let mut adds = vec![
        MenuEntry::new("One-Time Booking", book).icon(Icon::Ticket),
        MenuEntry::new("Ongoing Access", give).icon(Icon::Refresh),
        MenuEntry::new("Key", move || adding.key.set(Some(KeyFormFor::New))).icon(Icon::Key),
        MenuEntry::new("Location", move || adding.location.set(true)).icon(Icon::MapPin),
        MenuEntry::new("SmartBox", move || adding.smartbox.set(true)).icon(Icon::Vault),
        MenuEntry::new("Alias Code", move || router.go(Route::NewAlias)).icon(Icon::Hash),
    ];
    // Where boxes hang, and which, managers say.
    if untrack(|| app.role()) != Role::Manager {
        adds.drain(3..=4);
    }
    let find = move |text: String| {
        let leave = !text.is_empty() && !Page::is_searched(&route.read_untracked());
        search.set(text);
        if leave {
            router.go(Route::BOOKINGS);
        }
    };
    let take = move |file: TextFile| {
        let key = match route.get_untracked() {
            Route::Key(key) | Route::KeyVisitors(key) => Some(key),
            _ => None,
        };
        dropped.set(Some(file));
        if page.get_untracked() != Page::Import {
            router.go(Route::Import { key });
        }
    };
    view! {
        <Shell
            organization
            items
            adds
            search=move || view! { <SearchBox value=search on_input=find /> }
            status=|| view! { <Troubles /> }
        >
            {move || page.get().view()}
        </Shell>
        <KeyForm target=adding.key />
        <MessageDialog />
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
                <LinkButton href=Route::BOOKINGS label="Bookings" />
            </Empty>
        </div>
    }
}
