//! Locations: where each is, what time it is there, and its SmartBoxes and keys.

use crate::ui::prelude::*;

use super::keys::FormFailure;
use super::smartbox::BoxForm;
use crate::collections::sort_by;
use crate::domain::{BoxId, KeyId, LocationDetails, LocationId, ZoneRules};
use crate::journal::Command;
use crate::journal::command::Refusal;
use crate::journal::desk::DeskError;
use crate::ui::edge::zones;
use crate::ui::forms;
use crate::ui::kit::*;
use crate::ui::route::{Route, Thing};
use crate::ui::router::Router;
use crate::ui::state::{App, View};
use crate::ui::words;

/// The list of locations, and the one that is open.
#[component]
pub fn LocationsPage() -> impl IntoView {
    let app = App::here();
    let route = Route::here();
    let open = Signal::derive(move || *route.read() != Route::Locations);
    let adding = RwSignal::new(false);
    let locations = Derived::new(move || {
        app.view(|v| {
            let mut locations: Vec<(String, LocationId)> =
                v.ledger.locations().map(|(id, l)| (l.name.as_str().to_lowercase(), id)).collect();
            sort_by(&mut locations, Ord::cmp);
            locations.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
        })
    });
    let list = move || {
        view! {
            <PageHead title="Locations">
                <Button label="Add Location" icon=Icon::Plus on_press=move || adding.set(true) />
            </PageHead>
            <div class="scrolls locations-list">
                <ShowWhen
                    when=move || !locations.read().is_empty()
                    fallback=|| {
                        view! {
                            <Empty
                                icon=Icon::MapPin
                                title="No location yet"
                                text="A location is a place with an address and a time zone. It holds the SmartBoxes."
                            />
                        }
                    }
                >
                    <Rows label="Locations">
                        {each(move || locations.get(), |id| id.0.to_bits().into(), |id| view! { <LocationRow id /> })}
                    </Rows>
                </ShowWhen>
            </div>
        }
    };
    view! {
        <Split
            list
            open
            back_href=Route::Locations
            back_label="Locations"
            placeholder=|| {
                view! {
                    <Empty icon=Icon::MapPin title="No location chosen" text="Choose one to see its SmartBoxes and keys." />
                }
            }
        >
            {move || match route.get() {
                Route::Location(id) => view! { <AboutLocation id /> },
                Route::Unknown(Thing::Location, _) => no_such_location(),
                _ => Markup::default(),
            }}
        </Split>
        <LocationForm open=adding />
    }
}

#[component]
fn LocationRow(id: LocationId) -> impl IntoView {
    let app = App::here();
    let text = move || {
        app.view(|v| {
            let boxes = v.ledger.boxes().filter(|(_, b)| b.details().location == id).count();
            let keys = v.ledger.keys().filter(|(_, k)| k.details().home == id).count();
            format!("{}, {}", counted(boxes, "SmartBox", "SmartBoxes"), counted(keys, "key", "keys"))
        })
    };
    let time = move || app.view(|v| v.location_rules(id).map(|r| r.wall(v.now).time().to_string()));
    view! {
        <RowLink href=Route::Location(id)>
            <Row
                title=Signal::derive(move || app.view(|v| v.location_name(id)))
                text=Signal::derive(text)
                icon=Icon::MapPin
            >
                <span class="location-time figures">{time}</span>
            </Row>
        </RowLink>
    }
}

fn counted(n: usize, one: &str, many: &str) -> String {
    match n {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        n => format!("{n} {many}"),
    }
}

/// One location.
#[component]
fn AboutLocation(id: LocationId) -> impl IntoView {
    let app = App::here();
    let known = Derived::new(move || app.view(|v| v.ledger.location(id).is_some()));
    move || {
        if known.get() {
            view! { <Location id /> }
        } else {
            no_such_location()
        }
    }
}

fn no_such_location() -> Markup {
    view! {
        <Empty
            icon=Icon::MapPin
            title="No such location here"
            text="The address names a location that this device does not know."
        >
            <LinkButton href=Route::Locations label="All locations" />
        </Empty>
    }
}

#[component]
fn Location(id: LocationId) -> impl IntoView {
    let app = App::here();
    let (editing, adding) = (RwSignal::new(false), RwSignal::new(false));
    let details = move || app.view(|v| v.ledger.location(id).cloned());
    let address = move || details().and_then(|d| d.address).map(|a| a.to_string());
    let hours = move || details().and_then(|d| d.hours).map(|h| h.to_string());
    let zone = move || details().map(|d| d.zone.to_string()).unwrap_or_default();
    let now = move || {
        app.view(|v| {
            let rules = v.location_rules(id)?;
            let there = words::times::moment(v.now, rules, v.now);
            let own = v.own_rules().filter(|own| own.offset_at(v.now) != rules.offset_at(v.now));
            Some((there, own.map(|own| own.wall(v.now).time().to_string())))
        })
    };
    let boxes = Derived::new(move || {
        app.view(|v| {
            let here = v.ledger.boxes().filter(|(_, b)| b.details().location == id);
            here.map(|(id, b)| BoxLine::of(&v, id, b.details().name.to_string())).collect::<Vec<_>>()
        })
    });
    let keys = Derived::new(move || {
        app.view(|v| {
            let home = v.ledger.keys().filter(|(_, k)| k.details().home == id);
            let mut keys: Vec<(String, KeyId)> = home.map(|(id, k)| (k.details().name.to_string(), id)).collect();
            sort_by(&mut keys, Ord::cmp);
            keys.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
        })
    });
    let not_told = |what: Option<String>| match what {
        Some(text) => view! { <span class="as-typed">{text}</span> },
        None => view! { <span class="muted">"not given"</span> },
    };
    view! {
        <PaneHead title=Signal::derive(move || app.view(|v| v.location_name(id)))>
            <Button label="Edit" icon=Icon::Pencil on_press=move || editing.set(true) />
        </PaneHead>
        <DetailList>
            <DetailRow label="Time there">
                {move || {
                    now()
                        .map(|(there, own)| {
                            view! {
                                <span class="location-now">{there}</span>
                                " "
                                {own.map(|own| view! { <span class="muted">{format!("({own} where you are)")}</span> })}
                            }
                        })
                }}
            </DetailRow>
            <DetailRow label="Time zone">{zone}</DetailRow>
            <DetailRow label="Address">{move || not_told(address())}</DetailRow>
            <DetailRow label="Opening hours">{move || not_told(hours())}</DetailRow>
        </DetailList>
        <Section
            title="SmartBoxes"
            actions=move || {
                view! { <Button label="Add SmartBox" icon=Icon::Plus on_press=move || adding.set(true) /> }
            }
        >
            <ShowWhen
                when=move || !boxes.read().is_empty()
                fallback=|| {
                    view! { <p class="muted">"No SmartBox hangs here yet. Without one, keys are handed over by hand."</p> }
                }
            >
                <div class="rows-that-wrap"><Rows label="SmartBoxes">
                    {move || {
                        boxes
                            .get()
                            .into_iter()
                            .map(|line| {
                                let (kind, word) = line.standing;
                                view! {
                                    <RowLink href=Route::SmartBox(line.id)>
                                        <Row title=line.name text=line.visited icon=Icon::Vault>
                                            <StateMark kind word />
                                        </Row>
                                    </RowLink>
                                }
                            })
                            .collect_view()
                    }}
                </Rows></div>
            </ShowWhen>
        </Section>
        <Section title="Keys at home here">
            <ShowWhen
                when=move || !keys.read().is_empty()
                fallback=|| view! { <p class="muted">"No key has its home here."</p> }
            >
                <div class="rows-that-wrap">
                    <Rows label="Keys">
                        {each(move || keys.get(), |id| id.0.to_bits().into(), |id| view! { <KeyRow id /> })}
                    </Rows>
                </div>
            </ShowWhen>
        </Section>
        <LocationForm open=editing edit=id />
        <BoxForm open=adding at=id />
    }
}

#[derive(Clone, PartialEq)]
struct BoxLine {
    id: BoxId,
    name: String,
    visited: String,
    standing: (StateKind, String),
}

impl BoxLine {
    fn of(view: &View, id: BoxId, name: String) -> Self {
        let visited = words::boxes::last_visit(view, id);
        Self { id, name, visited, standing: words::boxes::standing(view, id) }
    }
}

#[component]
fn KeyRow(id: KeyId) -> impl IntoView {
    let app = App::here();
    let place = Derived::new(move || app.view(|v| words::places::key(&v, id)));
    view! {
        <RowLink href=Route::Key(id)>
            <Row title=Signal::derive(move || app.view(|v| v.key_name(id))) icon=Icon::Key>
                <StateMark
                    kind=Signal::derive(move || place.get().0)
                    word=Signal::derive(move || place.get().1)
                />
            </Row>
        </RowLink>
    }
}

/// Adds a location, or edits one.
#[component]
pub fn LocationForm(
    /// Whether it is open; set to false when it is done.
    open: RwSignal<bool>,
    /// Which location to edit; a new one without it.
    #[prop(optional, into)]
    edit: Option<LocationId>,
) -> impl IntoView {
    let title = if edit.is_some() { "Edit Location" } else { "Add Location" };
    view! {
        <Dialog open on_close=move || open.set(false) title>
            <LocationFields open edit />
        </Dialog>
    }
}

#[component]
fn LocationFields(open: RwSignal<bool>, edit: Option<LocationId>) -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let router = Router::here();
    let known = edit.and_then(|id| app.peek(|v| v.ledger.location(id).cloned()));
    let field = |text: Option<String>| RwSignal::new(text.unwrap_or_default());
    let name = field(known.as_ref().map(|l| l.name.to_string()));
    let address = field(known.as_ref().and_then(|l| l.address.as_ref()).map(|a| a.to_string()));
    let hours = field(known.as_ref().and_then(|l| l.hours.as_ref()).map(|h| h.to_string()));
    let directions = field(known.as_ref().and_then(|l| l.directions.as_ref()).map(|d| d.to_string()));
    let zone = RwSignal::new(known.map_or_else(zones::of_this_device, |l| l.zone).to_string());
    let zones_known = StoredValue::new(zones::known());
    let (name_error, address_error) = (RwSignal::new(None), RwSignal::new(None));
    let (hours_error, zone_error) = (RwSignal::new(None), RwSignal::new(None));
    let directions_error = RwSignal::new(None);
    let failed = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    // Asks the browser for a zone's rules only once its name is whole.
    let rules = Derived::new(move || {
        let zone = zones_known.with_value(|known| zones::named(&zone.read(), known))?;
        let listed = zones_known.with_value(|known| known.iter().any(|z| z == zone.as_str()));
        (listed && app.need_zone(&zone)).then(|| app.view(|v| v.zones.get(&zone).cloned())).flatten()
    });
    let zone_hint = Signal::derive(move || {
        rules.with(|rules| {
            rules.as_ref().map_or_else(
                || "Type a city, such as Lisbon. Its bookings go by the clocks there.".to_owned(),
                |rules| app.view(|v| there(rules, &v)),
            )
        })
    });
    let zone_wanted = move || {
        let zone = zones_known.with_value(|known| zones::named(&zone.get(), known));
        zone.filter(|zone| app.need_zone(zone)).ok_or_else(|| {
            "This browser knows no such time zone. Choose one from the list, such as Europe/Lisbon.".to_owned()
        })
    };
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let parsed = (
            forms::check(forms::name(&name.get()), name_error),
            forms::check(zone_wanted(), zone_error),
            forms::check(forms::note(&address.get()), address_error),
            forms::check(forms::note(&hours.get()), hours_error),
            forms::check(forms::note(&directions.get()), directions_error),
        );
        let (Some(name), Some(zone), Some(address), Some(hours), Some(directions)) = parsed else { return };
        if busy.get() {
            return;
        }
        let details = LocationDetails { name, address, zone, hours, directions };
        let command = match edit {
            Some(id) => Command::ChangeLocation(id, details),
            None => Command::AddLocation(details),
        };
        busy.set(true);
        app.submit_then(command, move |result| {
            busy.set(false);
            failed.set(None);
            match result {
                Ok(decision) => {
                    open.set(false);
                    if edit.is_none() {
                        toaster.say("Location added.");
                        router.go(Route::Location(LocationId(decision.id(0))));
                    } else {
                        toaster.say("Location updated.");
                    }
                }
                Err(DeskError::Refused(Refusal::NothingToDo)) => open.set(false),
                Err(DeskError::Refused(refusal @ Refusal::NameTaken(_))) => {
                    name_error.set(Some(words::errors::refusal(&refusal)));
                }
                Err(DeskError::Refused(refusal @ Refusal::UnknownZone(_))) => {
                    zone_error.set(Some(words::errors::refusal(&refusal)));
                }
                Err(error) => failed.set(Some(words::errors::desk(&error))),
            }
        });
    };
    view! {
        <form class="form" on:submit=save novalidate>
            <TextField label="Name" value=name error=name_error hint="As people there call it." />
            <TextField
                label="Time zone"
                value=zone
                error=zone_error
                hint=zone_hint
                suggestions=zones_known.get_value()
            />
            <TextAreaField
                label="Address"
                value=address
                error=address_error
                rows=2
                optional=true
            />
            <TextAreaField
                label="How to find it"
                value=directions
                error=directions_error
                rows=2
                hint="For visitors: “The SmartBox hangs left of the gate.”"
                optional=true
            />
            <TextField label="Opening hours" value=hours error=hours_error hint="In words." optional=true />
            <FormFailure failed />
            <div class="form-actions">
                <Button label="Cancel" on_press=move || open.set(false) />
                <Button
                    label=if edit.is_some() { "Update" } else { "Add Location" }
                    kind=ButtonKind::Primary
                    submit=true
                    busy
                />
            </div>
        </form>
    }
}

fn there(rules: &ZoneRules, view: &View) -> String {
    let now = words::times::moment(view.now, rules, view.now);
    format!("It is {now} there ({}).", words::times::offset(rules, view.now))
}
