//! The list of bookings: filtered, searched, and beside it the one that is open.

use std::sync::Arc;

use crate::ui::prelude::*;

use super::about::{AboutBooking, NoSuchBooking};
use super::new::NewBooking;
use super::saying;
use crate::domain::BookingId;
use crate::journal::queries::Filter;
use crate::journal::search::{Place, Query};
use crate::ui::kit::*;
use crate::ui::route::{Route, Thing};
use crate::ui::router::Router;
use crate::ui::search::{BookingSearch, SearchText, asked};
use crate::ui::state::App;
use crate::ui::words::statuses;

/// The list of bookings, and the one that is open. `?show=overdue` opens it with a filter.
#[component]
pub fn BookingsPage() -> impl IntoView {
    let app = App::here();
    let overview = app.overview();
    let route = Route::here();
    let filter = RwSignal::new(match route.get_untracked() {
        Route::Bookings { show } => show,
        _ => Filter::All,
    });
    let results = Results::new(filter);
    let shown = results.shown;
    // What the pane shows. The filter is the list's, and the key is for a form that stays when the address names another.
    let pane = Derived::new(move || match route.get() {
        Route::Bookings { .. } => Route::BOOKINGS,
        Route::NewBooking { ongoing, .. } => Route::NewBooking { key: None, ongoing },
        route => route,
    });
    let open = Signal::derive(move || *pane.read() != Route::BOOKINGS);
    let selected = Signal::derive(move || match *pane.read() {
        Route::Booking { id, .. } => Some(id.0.to_bits()),
        _ => None,
    });
    let chips = Filter::ALL
        .map(|filter| {
            let count = Signal::derive(move || overview.read().count(filter));
            FilterChip::new(value(filter), statuses::filter(filter)).count(count)
        })
        .to_vec();
    let at = move |index: usize| shown.with(|shown| shown.get(index).copied());
    let router = Router::here();
    let list = move || {
        let chips = chips.clone();
        view! {
            <PageHead title="Bookings" />
            <Filters
                label="Show"
                chips
                value=Signal::derive(move || value(filter.get()))
                on_choose=move |chosen: String| filter.set(read(&chosen))
            />
            <p class="bookings-found" role="status">{move || results.said()}</p>
            <ShowWhen when=move || !shown.read().is_empty() fallback=move || view! { <NothingShown results /> }>
                <VirtualList
                    label="Bookings"
                    count=Signal::derive(move || shown.read().len())
                    id=move |index| at(index).map_or(0, |id| id.0.to_bits())
                    row=move |index| untrack(|| at(index)).map(|id| view! { <BookingFace id /> })
                    selected
                    from_top=results.number
                    on_open=move |row: RowRef| {
                        router.go(Route::booking(BookingId(crate::domain::FactId::from_bits(row.id))));
                    }
                />
            </ShowWhen>
        }
    };
    view! {
        <Split
            list
            open
            back_href=Route::BOOKINGS
            back_label="Bookings"
            placeholder=|| {
                view! {
                    <Empty icon=Icon::Ticket title="No booking chosen" text="Choose one to see who, when and which code." />
                }
            }
        >
            {move || match pane.get() {
                Route::NewBooking { ongoing, .. } => view! { <NewBooking ongoing /> },
                Route::Booking { id, edit } => view! { <AboutBooking id edit /> },
                Route::Unknown(Thing::Booking, _) => view! { <NoSuchBooking /> },
                _ => Markup::default(),
            }}
        </Split>
    }
}

fn value(filter: Filter) -> String {
    statuses::filter(filter).to_lowercase()
}

fn read(text: &str) -> Filter {
    Filter::ALL.into_iter().find(|filter| value(*filter) == text).unwrap_or_default()
}

/// What filter and search leave of the list.
#[derive(Clone, Copy)]
struct Results {
    filter: RwSignal<Filter>,
    text: RwSignal<String>,
    query: Derived<Option<Query>>,
    /// Of each row of the overview, whether the search finds it; nothing while nothing is searched for.
    hits: Derived<Option<Arc<Vec<bool>>>>,
    shown: Derived<Arc<Vec<BookingId>>>,
    /// Counts the questions asked, so that the list goes back to its top for each.
    number: Derived<u64>,
}

impl Results {
    fn new(filter: RwSignal<Filter>) -> Self {
        let overview = App::here().overview();
        let text = SearchText::here().0;
        let search = BookingSearch::here();
        let query = Derived::new(move || Query::parse(&text.read()));
        let searching = Derived::new(move || query.read().is_some());
        // Where each row's booking stands in the index: once per change of either, not per keystroke.
        let places = Derived::new(move || {
            let index = search.index().filter(|_| searching.get())?;
            let places = index.places(overview.read().rows.iter().map(|row| row.id));
            Some(Arc::new(places))
        });
        let hits = Derived::new(move || {
            let (query, index, places) = (query.get()?, search.index()?, places.get()?);
            let found = index.search(&query);
            let holds = |place: &Option<Place>| place.is_some_and(|place| found.holds(place));
            Some(Arc::new(places.iter().map(holds).collect::<Vec<bool>>()))
        });
        let shown = Derived::new(move || {
            let (filter, hits, overview) = (filter.get(), hits.get(), overview.read());
            let hit = |row: usize| hits.as_ref().is_none_or(|hits| hits.get(row).copied().unwrap_or(false));
            let rows = overview.rows.iter().enumerate();
            let rows = rows.filter(|(_, row)| row.status.is_shown_by(filter));
            Arc::new(rows.filter(|(place, _)| hit(*place)).map(|(_, row)| row.id).collect::<Vec<_>>())
        });
        let number = asked(move || {
            filter.track();
            query.track();
        });
        Self { filter, text, query, hits, shown, number }
    }

    /// How many are found, while something is searched for.
    fn said(self) -> Option<String> {
        self.query.read().as_ref()?;
        Some(match (self.hits.read().is_some(), self.shown.read().len()) {
            (false, _) => "Reading the bookings…".to_owned(),
            (true, 1) => "1 booking found".to_owned(),
            (true, n) => format!("{n} bookings found"),
        })
    }

    /// How many the search finds under all filters.
    fn everywhere(self) -> usize {
        self.hits.read().as_ref().map_or(0, |hits| hits.iter().filter(|hit| **hit).count())
    }
}

/// Why the list is empty, and what to do.
#[component]
fn NothingShown(results: Results) -> impl IntoView {
    let app = App::here();
    let all = move || results.filter.set(Filter::All);
    let clear = move || results.text.set(String::new());
    move || {
        let filter = results.filter.get();
        let name = statuses::filter(filter);
        if app.overview().read().rows.is_empty() {
            return if app.view(|v| v.ledger.keys().next().is_none()) {
                view! {
                    <Empty icon=Icon::Ticket title="No bookings yet" text="A booking is for a key. Add the first key, then book it.">
                        <LinkButton href="/keys" label="Keys" icon=Icon::Key kind=ButtonKind::Primary />
                    </Empty>
                }
            } else {
                view! {
                    <Empty
                        icon=Icon::Ticket
                        title="No bookings yet"
                        text="Say who gets which key, and when. The code is there as soon as it is saved."
                    >
                        <LinkButton href="/bookings/new" label="One-Time Booking" icon=Icon::Plus kind=ButtonKind::Primary />
                    </Empty>
                }
            };
        }
        if results.query.read().is_some() {
            let elsewhere = results.everywhere();
            return if elsewhere > 0 {
                let text = format!("{elsewhere} found under All.");
                view! {
                    <Empty icon=Icon::Search title=format!("Nothing found under {name}") text>
                        <Button label="Show All" on_press=all />
                        <Button label="Clear Search" kind=ButtonKind::Quiet on_press=clear />
                    </Empty>
                }
            } else {
                view! {
                    <Empty
                        icon=Icon::Search
                        title="No booking found"
                        text="Search by the visitor’s name, e-mail or mobile, the key, the code, or the notes. Fewer letters find more."
                    >
                        <Button label="Clear Search" on_press=clear />
                    </Empty>
                }
            };
        }
        let (title, text) = match filter {
            Filter::All => ("No bookings", ""),
            Filter::Now => ("No booking is open now", "Nobody has a key, and nobody may pick one up."),
            Filter::Upcoming => ("Nothing upcoming", "No booking begins later."),
            Filter::Overdue => {
                ("Nothing is overdue", "Every key whose booking has ended is back, as far as the boxes have told.")
            }
            Filter::Ended => ("No booking has ended", "What is over is kept here."),
            Filter::Revoked => ("Nothing was revoked", "Revoked bookings are kept here."),
        };
        view! {
            <Empty icon=Icon::Ticket title text>
                <Button label="Show All" on_press=all />
            </Empty>
        }
    }
}

/// What a row shows.
#[derive(Clone, PartialEq, Default)]
struct Face {
    who: String,
    text: String,
    exact: String,
    code: String,
    state: (StateKind, &'static str),
}

#[component]
fn BookingFace(id: BookingId) -> impl IntoView {
    let app = App::here();
    let face = Derived::new(move || {
        app.view(|v| {
            let booking = v.ledger.booking(id)?;
            Some(Face {
                who: v.visitor_name(id),
                text: format!("{} · {}", v.booking_span(id), v.key_name(booking.key())),
                exact: booking.right().window().map(saying::exact).unwrap_or_default(),
                code: booking.code().digits(),
                state: statuses::short(&v, id, v.status(id)?),
            })
        })
        .unwrap_or_default()
    });
    view! {
        <span class="booking-face" title=move || face.read().exact.clone()>
            <Row
                title=Signal::derive(move || face.read().who.clone())
                text=Signal::derive(move || face.read().text.clone())
            >
                <CodeText digits=Signal::derive(move || face.read().code.clone()) size=CodeSize::Inline />
                <StateMark
                    kind=Signal::derive(move || face.read().state.0)
                    word=Signal::derive(move || face.read().state.1.to_owned())
                />
            </Row>
        </span>
    }
}
