//! Assign Keys: the arrivals of a day, a free key suggested for each, one press each or one for all.

use std::sync::Arc;

use crate::ui::prelude::*;

use crate::collections::Table;
use crate::domain::{AliasId, BookingId, Date, KeyId, Language, LocationId, VisitorDetails, WallTime};
use crate::journal::Command;
use crate::journal::assign::{Arrival, arrivals, suggest};
use crate::journal::command::{Assignment, Notify, Overlap};
use crate::journal::fact::Subject;
use crate::journal::taken::share;
use crate::ui::forms;
use crate::ui::kit::*;
use crate::ui::pages::bookings::offer_command;
use crate::ui::pages::keys::FormFailure;
use crate::ui::route::Route;
use crate::ui::router::Link;
use crate::ui::state::{App, View};
use crate::ui::words::{aliases, errors, people, places};

/// What somebody said about an arrival. It outlives the row's being built anew.
#[derive(Clone, Copy)]
struct Said {
    /// The key in the field: the one suggested, until another is chosen.
    key: RwSignal<String>,
    /// The visitor's name, for a code that is for nobody yet.
    name: RwSignal<String>,
    /// Whether the conflict was seen and is wanted.
    anyway: RwSignal<bool>,
    /// Whether somebody tried to assign it: from then on a missing name is said to be.
    tried: RwSignal<bool>,
}

/// Everything about the morning that is shown.
#[derive(Clone, Copy)]
struct Morning {
    app: App,
    arrivals: Derived<Arc<Vec<Arrival>>>,
    /// The keys that somebody chose, or that none shall be given.
    chosen: RwSignal<Table<AliasId, Option<KeyId>>>,
    /// A key for each arrival.
    given: Derived<Arc<Vec<Option<KeyId>>>>,
    said: StoredValue<Table<AliasId, Said>>,
    owner: StoredValue<Option<Owner>>,
    send: RwSignal<bool>,
    busy: RwSignal<bool>,
    failed: RwSignal<Option<String>>,
}

/// What takes the key of an arrival for some of the stay.
#[derive(Clone, PartialEq, Default)]
struct InTheWay {
    bookings: Vec<BookingId>,
    /// Arrivals further up in the list that are given the same key.
    arrivals: Vec<AliasId>,
}

impl InTheWay {
    fn is_nothing(&self) -> bool {
        self.bookings.is_empty() && self.arrivals.is_empty()
    }
}

impl Morning {
    fn said(self, alias: AliasId) -> Said {
        if let Some(said) = self.said.with_value(|said| said.get(alias).copied()) {
            return said;
        }
        let make = || Said {
            key: RwSignal::new(String::new()),
            name: RwSignal::new(String::new()),
            anyway: RwSignal::new(false),
            tried: RwSignal::new(false),
        };
        // The page's own, so that it stays when the row goes.
        let made = match self.owner.get_value() {
            Some(owner) => owner.with(make),
            None => make(),
        };
        self.said.update_value(|said| {
            said.insert(alias, made);
        });
        made
    }

    fn place(self, alias: AliasId) -> Option<usize> {
        self.arrivals.read().iter().position(|arrival| arrival.alias == alias)
    }

    fn key(self, alias: AliasId) -> Option<KeyId> {
        self.given.read().get(self.place(alias)?).copied().flatten()
    }

    /// What is in the way of giving an arrival its key.
    fn in_the_way(self, alias: AliasId) -> InTheWay {
        let (arrivals, given) = (self.arrivals.read(), self.given.read());
        let Some(place) = arrivals.iter().position(|arrival| arrival.alias == alias) else {
            return InTheWay::default();
        };
        let (arrival, Some(key)) = (&arrivals[place], given.get(place).copied().flatten()) else {
            return InTheWay::default();
        };
        let offered = arrival.keys.iter().find(|offered| offered.key == key);
        let above = (0..place).filter(|i| given.get(*i) == Some(&Some(key)) && share(arrivals[*i].span, arrival.span));
        InTheWay {
            bookings: offered.map(|offered| offered.taken.clone()).unwrap_or_default(),
            arrivals: above.map(|i| arrivals[i].alias).collect(),
        }
    }

    /// The visitor that was named for a code that is for nobody yet; nothing when a name is needed and not there.
    fn named(self, alias: AliasId) -> Option<Option<VisitorDetails>> {
        if self.app.view(|v| v.ledger.alias(alias).is_some_and(|alias| alias.visitor().is_some())) {
            return Some(None);
        }
        let name = forms::name(&self.said(alias).name.get()).ok()?;
        Some(Some(VisitorDetails { name, email: None, mobile: None, language: Language::default() }))
    }

    /// What is to be written for an arrival; nothing while it has no key, no name, or a conflict that nobody settled.
    fn ready(self, alias: AliasId) -> Option<Assignment> {
        let key = self.key(alias)?;
        let free = self.in_the_way(alias).is_nothing();
        let anyway = self.said(alias).anyway.get();
        let visitor = self.named(alias)?;
        let overlap = if free { Overlap::Refuse } else { Overlap::Allow };
        let notify = if self.send.get() { Notify::Visitor } else { Notify::Nobody };
        (free || anyway).then_some(Assignment { alias, key, visitor, overlap, notify })
    }

    fn all_ready(self) -> Vec<Assignment> {
        let ids: Vec<AliasId> = self.arrivals.read().iter().map(|arrival| arrival.alias).collect();
        ids.into_iter().filter_map(|alias| self.ready(alias)).collect()
    }

    /// Writes assignments, all of them or none.
    fn assign(self, toaster: Toaster, assignments: Vec<Assignment>) {
        if self.busy.get_untracked() || assignments.is_empty() {
            return;
        }
        self.busy.set(true);
        self.failed.set(None);
        let only = <[Assignment; 1]>::try_from(assignments.clone()).ok();
        let count = assignments.len();
        self.app.submit_then(Command::AssignKeys(assignments), move |result| {
            // The page may be gone by now; what was decided is kept all the same.
            let _ = self.busy.try_set(false);
            match result {
                Ok(done) => {
                    let said = only.map(|[one]| {
                        self.app
                            .peek(|v| format!("{} assigned to {}.", v.key_name(one.key), aliases::who(&v, one.alias)))
                    });
                    let said = said.unwrap_or_else(|| format!("{count} keys assigned."));
                    offer_command(self.app, toaster, said, Command::UnassignKeys(done.bookings().collect()));
                }
                Err(error) => {
                    let _ = self.failed.try_set(Some(errors::desk(&error)));
                }
            }
        });
    }
}

fn midnight(day: &str) -> Option<Date> {
    WallTime::parse(&format!("{day}T00:00")).map(WallTime::date)
}

/// The page.
#[component]
pub fn AssignKeys() -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let today = move |location: LocationId| {
        app.peek(|v| v.location_rules(location).map(|rules| rules.wall(v.now).date().to_string())).unwrap_or_default()
    };
    // The first location at which somebody arrives today, else the first there is.
    let first = app.peek(|v| {
        let arrives = |location: LocationId| {
            let day = v.location_rules(location).map(|rules| rules.wall(v.now).date());
            day.is_some_and(|day| !arrivals(v.ledger, location, day, v.zones, v.now).is_empty())
        };
        let mut locations = v.ledger.locations().map(|(id, _)| id);
        let all: Vec<LocationId> = locations.by_ref().collect();
        all.iter().copied().find(|id| arrives(*id)).or(all.first().copied())
    });
    let location = RwSignal::new(first.map(|id| id.to_string()).unwrap_or_default());
    let day = RwSignal::new(first.map(today).unwrap_or_default());
    let place = Derived::new(move || location.get().parse::<LocationId>().ok());
    let arrivals = Derived::new(move || {
        let (place, day) = (place.get(), midnight(&day.get()));
        let (Some(place), Some(day)) = (place, day) else { return Arc::default() };
        Arc::new(app.view(|v| arrivals(v.ledger, place, day, v.zones, v.now)))
    });
    let chosen = RwSignal::new(Table::default());
    let given = Derived::new(move || Arc::new(suggest(&arrivals.read(), &chosen.read())));
    let morning = Morning {
        app,
        arrivals,
        chosen,
        given,
        said: StoredValue::default(),
        owner: StoredValue::new(Owner::current()),
        send: RwSignal::new(false),
        busy: RwSignal::new(false),
        failed: RwSignal::new(None),
    };
    let locations = Signal::derive(move || {
        app.view(|v| {
            v.ledger.locations().map(|(id, l)| Choice::new(id.to_string(), l.name.as_str())).collect::<Vec<_>>()
        })
    });
    let day_error = Signal::derive(move || midnight(&day.read()).is_none().then(|| "Choose a day.".to_owned()));
    let ready = Derived::new(move || morning.all_ready().len());
    let summary = move || match (arrivals.read().len(), ready.get()) {
        (0, _) => String::new(),
        (1, 1) => "1 arrival, ready to be assigned.".to_owned(),
        (1, _) => "1 arrival, not ready yet.".to_owned(),
        (all, ready) if all == ready => format!("{all} arrivals, each with a key."),
        (all, ready) => format!("{all} arrivals, {ready} of them ready to be assigned."),
    };
    let all = move || {
        // What is left behind says what it lacks.
        for arrival in arrivals.read_untracked().iter() {
            morning.said(arrival.alias).tried.set(true);
        }
        morning.assign(toaster, untrack(|| morning.all_ready()));
    };
    let unavailable =
        Signal::derive(move || (ready.get() == 0).then(|| "No arrival is ready to be given a key.".to_owned()));
    let reached = Derived::new(move || {
        let arrivals = arrivals.read();
        app.view(|v| arrivals.iter().any(|arrival| v.ledger.channel(Subject::Alias(arrival.alias)).is_some()))
    });
    view! {
        <div class="page assign">
            <div class="assign-back">
                <Link href=Route::Aliases class="back">
                    <Glyph icon=Icon::ArrowLeft />
                    <span>"Alias Codes"</span>
                </Link>
            </div>
            <PageHead
                title="Assign Keys"
                text="Who arrives with an alias code and has no key yet. Each is given a booking for the stay, with that code."
            />
            <div class="columns assign-when">
                <SelectField label="Location" value=location choices=locations />
                <TextField label="Day" kind=TextKind::Date value=day error=day_error />
            </div>
            <ShowWhen
                when=move || !arrivals.read().is_empty()
                fallback=|| {
                    view! {
                        <Empty
                            icon=Icon::Key
                            title="Nobody to be given a key"
                            text="No alias code without a booking is expected here on that day. Say where and when in the alias code’s Edit."
                        >
                            <LinkButton href=Route::Aliases label="All alias codes" />
                        </Empty>
                    }
                }
            >
                    <ShowWhen when=move || reached.get()>
                        <CheckField
                            label="Send Access Instructions"
                            checked=morning.send
                            hint="The visitors have their codes already: a second message is only for news."
                        />
                    </ShowWhen>
                <ul class="assign-rows" aria-label="Arrivals">
                    {each(
                        move || arrivals.read().iter().map(|arrival| arrival.alias).collect(),
                        |alias| alias.0.to_bits().into(),
                        move |alias| view! { <ArrivalRow alias morning /> },
                    )}
                </ul>
                <div class="assign-all">
                    <FormFailure failed=morning.failed />
                    <div class="assign-finish">
                        <Button label="Assign All" kind=ButtonKind::Primary busy=morning.busy unavailable on_press=all />
                        <p class="quiet" role="status">{summary}</p>
                    </div>
                </div>
            </ShowWhen>
        </div>
    }
}

/// The keys to choose from for an arrival, each with what there is to know of it.
fn choices(view: &View, morning: Morning, alias: AliasId) -> Vec<Choice> {
    let (arrivals, given) = (morning.arrivals.read(), morning.given.read());
    let Some(arrival) = arrivals.iter().find(|arrival| arrival.alias == alias) else { return Vec::new() };
    let holder = |key: KeyId| {
        let mut others = arrivals.iter().zip(given.iter());
        others.find(|(other, of)| **of == Some(key) && other.alias != alias && share(other.span, arrival.span))
    };
    let (mut free, mut meant, mut taken) = (Vec::new(), Vec::new(), Vec::new());
    for offered in &arrival.keys {
        let name = view.key_name(offered.key);
        let choice = |text: String| Choice::new(offered.key.to_string(), text);
        match (offered.taken.first(), holder(offered.key)) {
            (Some(booking), _) => {
                taken.push(choice(format!(
                    "{name} – taken: {}, {}",
                    view.visitor_name(*booking),
                    view.booking_span(*booking)
                )));
            }
            (None, Some((other, _))) => {
                meant.push(choice(format!("{name} – chosen for {}", aliases::who(view, other.alias))));
            }
            (None, None) => free.push(choice(format!("{name} – {}", places::key(view, offered.key).1))),
        }
    }
    free.append(&mut meant);
    free.append(&mut taken);
    free.push(Choice::new("", "No key yet"));
    free
}

/// Why an arrival has no key; nothing while it has one, or while somebody wants it so.
fn why_none(view: &View, morning: Morning, alias: AliasId) -> Option<String> {
    if morning.key(alias).is_some() {
        return None;
    }
    let arrivals = morning.arrivals.read();
    let arrival = arrivals.iter().find(|arrival| arrival.alias == alias)?;
    let place = view.ledger.alias(alias)?.stay().map(|stay| view.location_name(stay.location)).unwrap_or_default();
    let free = arrival.keys.iter().any(|offered| offered.taken.is_empty());
    Some(match (&arrival.class, arrival.keys.is_empty()) {
        (Some(class), true) => format!("No key of class {class} lives at {place}."),
        (None, true) => format!("No key lives at {place}."),
        (_, false) if morning.chosen.read().get(alias).is_some() => "It is left for later.".to_owned(),
        (Some(class), false) if !free => format!("Every key of class {class} is taken for some of the stay."),
        (None, false) if !free => "Every key is taken for some of the stay.".to_owned(),
        _ => "Every free key is meant for another arrival.".to_owned(),
    })
}

#[component]
fn ArrivalRow(alias: AliasId, morning: Morning) -> impl IntoView {
    let app = morning.app;
    let toaster = Toaster::here();
    let said = morning.said(alias);
    let who = Derived::new(move || app.view(|v| aliases::who(&v, alias)));
    let code = Derived::new(move || app.view(|v| v.ledger.alias(alias).map(|a| a.code().digits())).unwrap_or_default());
    let when = Derived::new(move || {
        app.view(|v| {
            let stay = v.ledger.alias(alias)?.stay()?;
            let when = aliases::expected(&v, stay);
            Some(stay.class.as_ref().map_or(when.clone(), |class| format!("{when} · {class}")))
        })
        .unwrap_or_default()
    });
    let nobody = Derived::new(move || app.view(|v| people::alias(&v, alias).is_none()));
    let choices = Derived::new(move || app.view(|v| choices(&v, morning, alias)));
    let way = Derived::new(move || morning.in_the_way(alias));
    let none = Derived::new(move || app.view(|v| why_none(&v, morning, alias)));
    // The field shows what is given; what is chosen in it is given.
    Effect::new(move |_| {
        let key = morning.key(alias).map(|key| key.to_string()).unwrap_or_default();
        if said.key.get_untracked() != key {
            said.key.set(key);
        }
    });
    Effect::new(move |before: Option<()>| {
        let wanted = said.key.get();
        let given = untrack(|| morning.key(alias)).map(|key| key.to_string()).unwrap_or_default();
        if before.is_some() && wanted != given && untrack(|| morning.place(alias)).is_some() {
            morning.chosen.update(|chosen| {
                chosen.insert(alias, wanted.parse().ok());
            });
        }
    });
    // Whoever agreed to a conflict agreed to that one and no other.
    Effect::new(move |before: Option<InTheWay>| {
        let now = way.get();
        if before.is_some_and(|before| before != now) {
            said.anyway.set(false);
        }
        now
    });
    let name_error = Signal::derive(move || {
        let missing = nobody.get() && morning.named(alias).is_none();
        (said.tried.get() && missing).then(|| "Say for whom it is.".to_owned())
    });
    let unavailable = Signal::derive(move || {
        if morning.key(alias).is_none() {
            return Some("Choose a key first.".to_owned());
        }
        let settled = way.read().is_nothing() || said.anyway.get();
        (!settled).then(|| "Choose another key, or “Book anyway”.".to_owned())
    });
    let conflict = move || {
        let way = way.get();
        app.view(|v| {
            let bookings = way.bookings.iter().map(|id| format!("{}, {}", v.visitor_name(*id), v.booking_span(*id)));
            let others = way.arrivals.iter().map(|id| format!("{}, who arrives too", aliases::who(&v, *id)));
            bookings.chain(others).collect::<Vec<_>>().join("; ")
        })
    };
    let title = Signal::derive(move || {
        let key = morning.key(alias).map(|key| app.view(|v| v.key_name(key))).unwrap_or_default();
        format!("{key} is taken then")
    });
    let assign = move || {
        said.tried.set(true);
        if let Some(one) = untrack(|| morning.ready(alias)) {
            morning.assign(toaster, vec![one]);
        }
    };
    let name_of_row = move || format!("{}, {}", who.get(), spell_code(&code.read()));
    view! {
        <li>
            <div class="assign-row" role="group" aria-label=name_of_row>
                <div class="assign-who">
                    <Link href=Route::Alias(alias) class="assign-name">
                        {who}
                    </Link>
                    <span class="muted">{when}</span>
                    <CodeText digits=code size=CodeSize::Inline />
                </div>
                <div class="assign-key">
                    <ShowWhen when=move || nobody.get()>
                        <TextField label="Visitor’s Name" value=said.name error=name_error />
                    </ShowWhen>
                    <SelectField
                        label="Key"
                        value=said.key
                        choices
                        hint=Signal::derive(move || none.get().unwrap_or_default())
                    />
                    <ShowWhen when=move || !way.read().is_nothing()>
                        <Notice kind=NoticeKind::Warning title text=Signal::derive(conflict) />
                        <CheckField label="Book anyway" checked=said.anyway />
                    </ShowWhen>
                </div>
                <div class="assign-do">
                    <Button label="Assign" busy=morning.busy unavailable on_press=assign />
                </div>
            </div>
        </li>
    }
}
