//! The list of alias codes, by where they are in their life, and beside it the one that is open.

use std::sync::Arc;

use crate::ui::prelude::*;

use super::about::{AboutAlias, NoSuchAlias};
use super::assign::AssignKeys;
use super::issue::IssueAliases;
use crate::collections::sort_by;
use crate::domain::{AliasId, FactId};
use crate::journal::Hlc;
use crate::journal::queries::AliasLife;
use crate::journal::search::{Query, alias_text};
use crate::ui::kit::*;
use crate::ui::route::{Route, Thing};
use crate::ui::router::Router;
use crate::ui::search::{SearchText, asked};
use crate::ui::state::{App, View};
use crate::ui::words;

/// The list of alias codes and the one that is open; or the page that gives arrivals their keys.
#[component]
pub fn AliasesPage() -> impl IntoView {
    let route = Route::here();
    view! {
        <ShowWhen when=move || *route.read() == Route::AssignKeys fallback=|| view! { <Aliases /> }>
            <AssignKeys />
        </ShowWhen>
    }
}

/// What the list shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    All,
    NotLinked,
    Linked,
    Retired,
}

impl Shown {
    const ALL: [Self; 4] = [Self::All, Self::NotLinked, Self::Linked, Self::Retired];

    const fn of(life: AliasLife) -> Self {
        match life {
            AliasLife::NotLinked => Self::NotLinked,
            AliasLife::Linked(_) | AliasLife::Over(_) => Self::Linked,
            AliasLife::Retired => Self::Retired,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::NotLinked => "Not linked",
            Self::Linked => "Linked",
            Self::Retired => "Retired",
        }
    }
}

/// The alias codes in the order of the list: those that wait for a booking first, by when their visitors are expected;
/// then what is linked, then what was, then what is retired, the newest first.
fn listed(view: &View) -> Vec<(AliasId, Shown)> {
    let mut listed: Vec<((u8, i64, AliasId), Shown)> = view
        .ledger
        .aliases()
        .filter_map(|(id, alias)| {
            let life = view.ledger.alias_life(id, view.zones, view.now)?;
            let newest = -Hlc::from_bits(alias.retired().unwrap_or(alias.made()).clock).time().ms();
            let start =
                alias.stay().and_then(|stay| Some(stay.window.instants(view.location_rules(stay.location)?).0.ms()));
            let order = match (life, start) {
                (AliasLife::NotLinked, Some(start)) => (0, start, id),
                (AliasLife::NotLinked, None) => (1, newest, id),
                (AliasLife::Linked(_), _) => (2, newest, id),
                (AliasLife::Over(_), _) => (3, newest, id),
                (AliasLife::Retired, _) => (4, newest, id),
            };
            Some((order, Shown::of(life)))
        })
        .collect();
    sort_by(&mut listed, |one, other| one.0.cmp(&other.0));
    listed.into_iter().map(|((.., id), shown)| (id, shown)).collect()
}

#[component]
fn Aliases() -> impl IntoView {
    let app = App::here();
    let router = Router::here();
    let route = Route::here();
    let filter = RwSignal::new(Shown::All);
    let text = SearchText::here().0;
    let query = Derived::new(move || Query::parse(&text.read()));
    let open = Signal::derive(move || *route.read() != Route::Aliases);
    let selected = Signal::derive(move || match *route.read() {
        Route::Alias(id) => Some(id.0.to_bits()),
        _ => None,
    });
    let all = Derived::new(move || Arc::new(app.view(|v| listed(&v))));
    let shown = Derived::new(move || {
        let (filter, query, all) = (filter.get(), query.get(), all.read());
        app.view(|v| {
            let passes = |(id, life): &&(AliasId, Shown)| {
                (filter == Shown::All || *life == filter)
                    && query.as_ref().is_none_or(|query| query.fits(&alias_text(v.ledger, *id)))
            };
            Arc::new(all.iter().filter(passes).map(|(id, _)| *id).collect::<Vec<_>>())
        })
    });
    let number = asked(move || {
        filter.track();
        query.track();
    });
    let found = move || {
        query.read().as_ref()?;
        Some(match shown.read().len() {
            1 => "1 alias code found".to_owned(),
            n => format!("{n} alias codes found"),
        })
    };
    let chips = Shown::ALL
        .map(|shown| {
            let count = move || all.read().iter().filter(|(_, life)| shown == Shown::All || *life == shown).count();
            FilterChip::new(shown.name(), shown.name()).count(Signal::derive(count))
        })
        .to_vec();
    let choose = move |chosen: String| {
        filter.set(Shown::ALL.into_iter().find(|shown| shown.name() == chosen).unwrap_or(Shown::All));
    };
    let at = move |index: usize| shown.with(|shown| shown.get(index).copied());
    let list = move || {
        let chips = chips.clone();
        view! {
            <PageHead title="Alias Codes">
                <LinkButton href=Route::AssignKeys label="Assign Keys" icon=Icon::Key />
                <Button label="Add Alias Code" icon=Icon::Plus on_press=move || router.go(Route::NewAlias) />
            </PageHead>
            <Filters
                label="Show"
                chips
                value=Signal::derive(move || filter.get().name().to_owned())
                on_choose=choose
            />
            <p class="bookings-found" role="status">{found}</p>
            <ShowWhen
                when=move || !shown.read().is_empty()
                fallback=move || view! { <NothingShown filter text any=Signal::derive(move || !all.read().is_empty()) /> }
            >
                <VirtualList
                    label="Alias Codes"
                    count=Signal::derive(move || shown.read().len())
                    id=move |index| at(index).map_or(0, |id| id.0.to_bits())
                    row=move |index| untrack(|| at(index)).map(|id| view! { <AliasFace id /> })
                    selected
                    from_top=number
                    on_open=move |row: RowRef| router.go(Route::Alias(AliasId(FactId::from_bits(row.id))))
                />
            </ShowWhen>
        }
    };
    view! {
        <Split
            list
            open
            back_href=Route::Aliases
            back_label="Alias Codes"
            placeholder=|| {
                view! {
                    <Empty
                        icon=Icon::Hash
                        title="No alias code chosen"
                        text="Choose one to see for whom it is and which booking it is linked to."
                    />
                }
            }
        >
            {move || match route.get() {
                Route::NewAlias => view! { <IssueAliases /> },
                Route::Alias(id) => view! { <AboutAlias id /> },
                Route::Unknown(Thing::Alias, _) => view! { <NoSuchAlias /> },
                _ => Markup::default(),
            }}
        </Split>
    }
}

/// Why the list is empty, and what to do.
#[component]
fn NothingShown(filter: RwSignal<Shown>, text: RwSignal<String>, any: Signal<bool>) -> impl IntoView {
    let router = Router::here();
    move || {
        if !any.get() {
            return view! {
                <Empty
                    icon=Icon::Hash
                    title="No alias codes yet"
                    text="An alias code is made before its booking, and can be sent days ahead. On the day it is linked to a booking, and opens."
                >
                    <Button
                        label="Add Alias Code"
                        icon=Icon::Plus
                        kind=ButtonKind::Primary
                        on_press=move || router.go(Route::NewAlias)
                    />
                </Empty>
            };
        }
        let shown = filter.get();
        if Query::parse(&text.read()).is_some() {
            return view! {
                <Empty
                    icon=Icon::Search
                    title="No alias code found"
                    text="Search by the visitor’s name, e-mail or mobile, the code, the class, or the key. Fewer letters find more."
                >
                    <Button label="Clear Search" on_press=move || text.set(String::new()) />
                    {(shown != Shown::All)
                        .then(|| {
                            view! {
                                <Button label="Show All" kind=ButtonKind::Quiet on_press=move || filter.set(Shown::All) />
                            }
                        })}
                </Empty>
            };
        }
        let (title, text) = match shown {
            Shown::All => ("No alias codes", ""),
            Shown::NotLinked => ("Every alias code is linked", "None waits for a booking."),
            Shown::Linked => {
                ("No alias code is linked", "Open one and link it to a booking, or assign keys to the day’s arrivals.")
            }
            Shown::Retired => ("No alias code is retired", "What is retired is kept here."),
        };
        view! {
            <Empty icon=Icon::Hash title text>
                <Button label="Show All" on_press=move || filter.set(Shown::All) />
            </Empty>
        }
    }
}

/// What a row shows.
#[derive(Clone, PartialEq, Default)]
struct Face {
    who: String,
    text: String,
    code: String,
    state: (StateKind, String),
}

fn face(view: &View, id: AliasId) -> Option<Face> {
    let alias = view.ledger.alias(id)?;
    let text = match alias.stay() {
        Some(stay) => {
            let when = words::aliases::expected(view, stay);
            stay.class.as_ref().map_or(when.clone(), |class| format!("{when} · {class}"))
        }
        None => "Not known when".to_owned(),
    };
    Some(Face {
        who: words::aliases::who(view, id),
        text,
        code: alias.code().digits(),
        state: words::aliases::life(view, view.ledger.alias_life(id, view.zones, view.now)?),
    })
}

#[component]
fn AliasFace(id: AliasId) -> impl IntoView {
    let app = App::here();
    let face = Derived::new(move || app.view(|v| face(&v, id)).unwrap_or_default());
    view! {
        <Row
            title=Signal::derive(move || face.read().who.clone())
            text=Signal::derive(move || face.read().text.clone())
        >
            <CodeText digits=Signal::derive(move || face.read().code.clone()) size=CodeSize::Inline />
            <StateMark
                kind=Signal::derive(move || face.read().state.0)
                word=Signal::derive(move || face.read().state.1.clone())
            />
        </Row>
    }
}
