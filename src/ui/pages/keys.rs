//! Keys: where each is, whose it is when, and what it is booked for.

use crate::ui::prelude::*;

use crate::collections::sort_by;
use crate::domain::{BinNumber, BookingId, BoxId, KeyDetails, KeyId, LocationId};
use crate::journal::Command;
use crate::journal::fact::StatedPlace;
use crate::journal::queries::{Filter, Status};
use crate::ui::forms;
use crate::ui::kit::*;
use crate::ui::route::{Route, Thing};
use crate::ui::router::{Link, Router};
use crate::ui::state::{App, View};
use crate::ui::words;

/// What a form is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyFormFor {
    /// A new key.
    New,
    /// A key that is there.
    Edit(KeyId),
}

/// The list of keys, and the one that is open.
#[component]
pub fn KeysPage() -> impl IntoView {
    let app = App::here();
    let route = Route::here();
    let open = Signal::derive(move || *route.read() != Route::Keys);
    let selected = Signal::derive(move || match *route.read() {
        Route::Key(id) | Route::KeyVisitors(id) => Some(id.0.to_bits()),
        _ => None,
    });
    let keys = Derived::new(move || {
        app.view(|v| {
            let mut keys: Vec<(String, KeyId)> =
                v.ledger.keys().map(|(id, k)| (k.details().name.as_str().to_lowercase(), id)).collect();
            sort_by(&mut keys, Ord::cmp);
            keys.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
        })
    });
    let at = move |index: usize| keys.with(|keys| keys.get(index).copied());
    let form = RwSignal::new(None);
    let router = Router::here();
    let list = move || {
        view! {
            <PageHead title="Keys">
                <Button label="Add Key" icon=Icon::Plus on_press=move || form.set(Some(KeyFormFor::New)) />
            </PageHead>
            <ShowWhen
                when=move || !keys.read().is_empty()
                fallback=move || {
                    view! {
                        <Empty
                            icon=Icon::Key
                            title="No keys yet"
                            text="Add the first key: its name, where it lives, and when guests usually come and go."
                        >
                            <Button
                                label="Add Key"
                                kind=ButtonKind::Primary
                                on_press=move || form.set(Some(KeyFormFor::New))
                            />
                        </Empty>
                    }
                }
            >
                <VirtualList
                    label="Keys"
                    count=Signal::derive(move || keys.read().len())
                    id=move |index| at(index).map_or(0, |id| id.0.to_bits())
                    row=move |index| at(index).map(|id| view! { <KeyRow id /> })
                    selected
                    on_open=move |row: RowRef| {
                        if let Some(id) = at(row.index) {
                            router.go(Route::Key(id));
                        }
                    }
                />
            </ShowWhen>
        }
    };
    view! {
        <Split
            list
            open
            back_href=Route::Keys
            back_label="Keys"
            placeholder=|| {
                view! { <Empty icon=Icon::Key title="No key chosen" text="Choose one to see where it is and who has it next." /> }
            }
        >
            {move || match route.get() {
                Route::Key(id) => view! { <AboutKey id /> },
                Route::KeyVisitors(id) => view! { <KeyVisitors id /> },
                Route::Unknown(Thing::Key, _) => no_such_key(),
                _ => Markup::default(),
            }}
        </Split>
        <KeyForm target=form />
    }
}

#[component]
fn KeyRow(id: KeyId) -> impl IntoView {
    let app = App::here();
    let name = Signal::derive(move || app.view(|v| v.key_name(id)));
    let home = Signal::derive(move || app.view(|v| v.ledger.home(id).map(|h| h.name.to_string()).unwrap_or_default()));
    let place = Derived::new(move || app.view(|v| words::places::key(&v, id)));
    view! {
        <Row title=name text=home icon=Icon::Key>
            <StateMark kind=Signal::derive(move || place.get().0) word=Signal::derive(move || place.get().1) />
        </Row>
    }
}

fn no_such_key() -> Markup {
    view! {
        <Empty
            icon=Icon::Key
            title="No such key here"
            text="The address names a key that this device does not know. It may be on a device that has not shared it yet."
        >
            <LinkButton href=Route::Keys label="All keys" />
        </Empty>
    }
}

/// One key: where it is, its hours, what comes next.
#[component]
fn AboutKey(id: KeyId) -> impl IntoView {
    let app = App::here();
    let known = Derived::new(move || app.view(|v| v.ledger.key(id).is_some()));
    move || {
        if known.get() {
            view! { <Key id /> }
        } else {
            no_such_key()
        }
    }
}

#[component]
fn Key(id: KeyId) -> impl IntoView {
    let app = App::here();
    let form = RwSignal::new(None);
    let placing = RwSignal::new(false);
    let router = Router::here();
    let import = move || router.go(Route::Import { key: Some(id) });
    let entries = vec![
        MenuEntry::new("Edit", move || form.set(Some(KeyFormFor::Edit(id)))).icon(Icon::Pencil),
        MenuEntry::new("Say Where It Is", move || placing.set(true)).icon(Icon::MapPin),
        MenuEntry::new("Import Calendar", import).icon(Icon::Upload),
    ];
    let home = move || app.view(|v| v.ledger.key(id).map(|k| k.details().home));
    let hours = move || {
        app.view(|v| {
            let key = v.ledger.key(id)?;
            Some(format!("in from {}, out by {}", key.details().check_in, key.details().check_out))
        })
    };
    let upcoming = move || {
        app.view(|v| {
            let mut bookings = current(&v, id);
            bookings.truncate(3);
            bookings
        })
    };
    let title = Signal::derive(move || app.view(|v| v.key_name(id)));
    view! {
        <PaneHead title>
            <LinkButton href=Route::NewBooking { key: Some(id), ongoing: false } label="Book" icon=Icon::Plus kind=ButtonKind::Primary />
            <MenuButton label="More about this key" entries icon=Icon::More icon_only=true />
        </PaneHead>
        <DetailList>
            <DetailRow label="Where it is">
                {move || {
                    let (kind, word) = app.view(|v| words::places::key(&v, id));
                    view! { <StateMark kind word /> }
                }}
            </DetailRow>
            <DetailRow label="Home">
                {move || {
                    home()
                        .map(|home| {
                            let name = app.view(|v| v.location_name(home));
                            view! { <Link href=Route::Location(home)>{name}</Link> }
                        })
                }}
            </DetailRow>
            <DetailRow label="Usual hours">{hours}</DetailRow>
        </DetailList>
        <Section
            title="Next"
            actions=move || {
                view! { <LinkButton href=Route::KeyVisitors(id) label="See Visitors" icon=Icon::Users /> }
            }
        >
            <ShowWhen
                when=move || !upcoming().is_empty()
                fallback=|| view! { <p class="quiet">"Nobody has this key now, and nothing is booked."</p> }
            >
                <Rows label="Next bookings">
                    {move || upcoming().into_iter().map(|id| view! { <BookingRow id /> }).collect_view()}
                </Rows>
            </ShowWhen>
        </Section>
        <KeyForm target=form />
        <PlaceDialog key=id open=placing />
    }
}

/// The bookings of a key that are not over, or whose key is not back, in the order of the list.
fn current(view: &View, key: KeyId) -> Vec<BookingId> {
    bookings(view, key, |status| !is_over(status))
}

fn is_over(status: Status) -> bool {
    !status.is_overdue() && matches!(status.filter(), Filter::Ended | Filter::Revoked)
}

fn bookings(view: &View, key: KeyId, keep: impl Fn(Status) -> bool) -> Vec<BookingId> {
    let mut found: Vec<_> = view
        .ledger
        .bookings_of(key)
        .filter_map(|(id, _)| Some((view.status(id)?, id)))
        .filter(|(status, _)| keep(*status))
        .collect();
    sort_by(&mut found, |one, other| (one.0.order(), one.1).cmp(&(other.0.order(), other.1)));
    found.into_iter().map(|(_, id)| id).collect()
}

#[component]
fn BookingRow(id: BookingId) -> impl IntoView {
    let app = App::here();
    let name = Signal::derive(move || app.view(|v| v.visitor_name(id)));
    let span = Signal::derive(move || app.view(|v| v.booking_span(id)));
    let state = move || app.view(|v| v.status(id).map(|status| words::statuses::status(&v, id, status)));
    view! {
        <RowLink href=Route::booking(id)>
            <Row title=name text=span>
                {move || state().map(|(kind, word)| view! { <StateMark kind word /> })}
            </Row>
        </RowLink>
    }
}

/// Who has a key, who comes next, who had it.
#[component]
fn KeyVisitors(id: KeyId) -> impl IntoView {
    let app = App::here();
    let known = Derived::new(move || app.view(|v| v.ledger.key(id).is_some()));
    move || {
        if known.get() {
            view! { <Visitors id /> }
        } else {
            no_such_key()
        }
    }
}

#[component]
fn Visitors(id: KeyId) -> impl IntoView {
    let app = App::here();
    let now = move || app.view(|v| current(&v, id));
    let past = move || app.view(|v| bookings(&v, id, is_over));
    let title = Signal::derive(move || format!("Visitors of {}", app.view(|v| v.key_name(id))));
    let rows = |label: &'static str, ids: Vec<BookingId>| {
        view! {
            <Rows label>{ids.into_iter().map(|id| view! { <BookingRow id /> }).collect_view()}</Rows>
        }
    };
    view! {
        <PaneHead title>
            <LinkButton href=Route::Key(id) label="About Key" icon=Icon::Key />
        </PaneHead>
        <Section title="Now and next">
            <ShowWhen
                when=move || !now().is_empty()
                fallback=|| view! { <p class="quiet">"Nobody has this key now, and nothing is booked."</p> }
            >
                {move || rows("Now and next", now())}
            </ShowWhen>
        </Section>
        <ShowWhen when=move || !past().is_empty()>
            <Section title="Before">{move || rows("Before", past())}</Section>
        </ShowWhen>
    }
}

/// Adds a key or edits one; open while `target` names what for.
#[component]
pub fn KeyForm(
    /// What the form is for; nothing while it is closed.
    target: RwSignal<Option<KeyFormFor>>,
) -> impl IntoView {
    let open = Signal::derive(move || target.read().is_some());
    let title = Signal::derive(move || match target.get() {
        Some(KeyFormFor::Edit(_)) => "Edit Key".to_owned(),
        _ => "Add Key".to_owned(),
    });
    view! {
        <Dialog open on_close=move || target.set(None) title>
            {move || target.get().map(|what| view! { <KeyFields what target /> })}
        </Dialog>
    }
}

#[component]
fn KeyFields(what: KeyFormFor, target: RwSignal<Option<KeyFormFor>>) -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let router = Router::here();
    let known = app.peek(|v| match what {
        KeyFormFor::Edit(id) => v.ledger.key(id).map(|k| k.details().clone()),
        KeyFormFor::New => None,
    });
    let classes = app.peek(|v| words::places::classes(&v));
    let homes = app
        .peek(|v| v.ledger.locations().map(|(id, l)| Choice::new(id.to_string(), l.name.as_str())).collect::<Vec<_>>());
    let first_home = homes.first().map(|c| c.value.clone()).unwrap_or_default();
    let field = |value: Option<String>, default: &str| RwSignal::new(value.unwrap_or_else(|| default.to_owned()));
    let name = field(known.as_ref().map(|k| k.name.to_string()), "");
    let home = field(known.as_ref().map(|k| k.home.to_string()), &first_home);
    let check_in = field(known.as_ref().map(|k| k.check_in.to_string()), "15:00");
    let check_out = field(known.as_ref().map(|k| k.check_out.to_string()), "11:00");
    let class = field(known.as_ref().and_then(|k| k.class.as_ref()).map(ToString::to_string), "");
    let (name_error, in_error, out_error) = (RwSignal::new(None), RwSignal::new(None), RwSignal::new(None));
    let class_error = RwSignal::new(None);
    let failed = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let parsed = (
            forms::check(forms::name(&name.get()), name_error),
            forms::check(forms::time(&check_in.get()), in_error),
            forms::check(forms::time(&check_out.get()), out_error),
            home.get().parse::<LocationId>().ok(),
            forms::check(forms::name_or_none(&class.get()), class_error),
        );
        let (Some(name), Some(check_in), Some(check_out), Some(home), Some(class)) = parsed else { return };
        if busy.get() {
            return;
        }
        let details = KeyDetails { name, home, check_in, check_out, class };
        let command = match what {
            KeyFormFor::New => Command::AddKey(details),
            KeyFormFor::Edit(id) => Command::ChangeKey(id, details),
        };
        busy.set(true);
        app.submit_then(command, move |result| {
            busy.set(false);
            match result {
                Ok(decision) => {
                    target.set(None);
                    if what == KeyFormFor::New {
                        toaster.say("Key added.");
                        router.go(Route::Key(KeyId(decision.id(0))));
                    } else {
                        toaster.say("Key updated.");
                    }
                }
                Err(error) => failed.set(Some(words::errors::desk(&error))),
            }
        });
    };
    let submit = if what == KeyFormFor::New { "Add Key" } else { "Update" };
    view! {
        <form class="form" on:submit=save novalidate>
            <TextField label="Name" value=name error=name_error hint="As on its tag: “Flat 2A”, “Van 3”." />
            <SelectField label="Home" value=home choices=homes hint="Its bookings go by the clocks there." />
            <div class="columns">
                <TextField
                    label="Usual check-in"
                    value=check_in
                    kind=TextKind::Time
                    error=in_error
                    hint="For bookings that name only dates."
                />
                <TextField label="Usual check-out" value=check_out kind=TextKind::Time error=out_error />
            </div>
            <TextField
                label="Class"
                value=class
                error=class_error
                suggestions=classes
                hint="What it can stand in for: “Compact car”, “Double room”."
                optional=true
            />
            <FormFailure failed />
            <div class="form-actions">
                <Button label="Cancel" on_press=move || target.set(None) />
                <Button label=submit kind=ButtonKind::Primary submit=true busy />
            </div>
        </form>
    }
}

/// What went wrong with a whole form, said where the eye is.
#[component]
pub fn FormFailure(
    /// The words; nothing while all is well.
    failed: RwSignal<Option<String>>,
) -> impl IntoView {
    view! {
        <div class="form-failure" role="alert">
            {move || failed.get().map(|text| view! { <Notice kind=NoticeKind::Error title=text /> })}
        </div>
    }
}

/// Says where a key is, when no box does.
#[component]
fn PlaceDialog(key: KeyId, open: RwSignal<bool>) -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let place = RwSignal::new("hand".to_owned());
    let bin = RwSignal::new(String::new());
    let bin_error = RwSignal::new(None);
    let failed = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let choices = Signal::derive(move || {
        let mut choices = vec![Choice::new("hand", "At hand, outside any box"), Choice::new("lost", "Nobody knows")];
        app.view(|v| {
            choices.extend(
                v.ledger.boxes().map(|(id, b)| Choice::new(id.to_string(), format!("In {}", b.details().name))),
            );
        });
        choices
    });
    let in_box = move || place.get().parse::<BoxId>().ok();
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let stated = match (place.get().as_str(), in_box()) {
            ("lost", _) => Some(StatedPlace::Unaccounted),
            (_, Some(smartbox)) => {
                let number = bin.get().trim().parse().ok().and_then(BinNumber::new);
                let number = number.ok_or_else(|| "Expected the number on the bin's door, 1 to 99.".to_owned());
                forms::check(number, bin_error).map(|bin| StatedPlace::InBin(smartbox, bin))
            }
            _ => Some(StatedPlace::AtHand),
        };
        let Some(stated) = stated.filter(|_| !busy.get()) else { return };
        busy.set(true);
        app.submit_then(Command::StateKey(key, stated), move |result| {
            busy.set(false);
            match result {
                Ok(_) => {
                    failed.set(None);
                    open.set(false);
                    toaster.say("Noted.");
                }
                Err(error) => failed.set(Some(words::errors::desk(&error))),
            }
        });
    };
    view! {
        <Dialog open on_close=move || open.set(false) title="Where is this key?">
            <form class="form" on:submit=save novalidate>
                <SelectField
                    label="Place"
                    value=place
                    choices
                    hint="What a box reports counts from then on. This is for what no box has seen."
                />
                <ShowWhen when=move || in_box().is_some()>
                    <TextField label="Bin" value=bin kind=TextKind::Digits error=bin_error />
                </ShowWhen>
                <FormFailure failed />
                <div class="form-actions">
                    <Button label="Cancel" on_press=move || open.set(false) />
                    <Button label="Save" kind=ButtonKind::Primary submit=true busy />
                </div>
            </form>
        </Dialog>
    }
}
