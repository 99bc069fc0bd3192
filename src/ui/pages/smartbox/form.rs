//! Adding a SmartBox, editing one, and pairing one with its label.

use crate::ui::prelude::*;

use crate::domain::{BinNumber, BoxDetails, BoxId, LocationId, SerialNumber};
use crate::journal::Command;
use crate::journal::command::Refusal;
use crate::journal::desk::DeskError;
use crate::smartbox::{Label, LabelError, LabelSecret};
use crate::ui::edge::scan;
use crate::ui::forms;
use crate::ui::kit::*;
use crate::ui::pages::keys::FormFailure;
use crate::ui::route::Route;
use crate::ui::router::Router;
use crate::ui::scan::ScanDialog;
use crate::ui::state::{App, View};
use crate::ui::visits::{Via, Visits};
use crate::ui::words;

/// Adds a SmartBox, or renames one or hangs it elsewhere.
#[component]
pub fn BoxForm(
    /// Whether it is open; set to false when it is done.
    open: RwSignal<bool>,
    /// Where a new one hangs, unless it is chosen.
    #[prop(optional, into)]
    at: Option<LocationId>,
    /// Which box to edit; a new one without it.
    #[prop(optional, into)]
    edit: Option<BoxId>,
) -> impl IntoView {
    let title = if edit.is_some() { "Edit SmartBox" } else { "Add SmartBox" };
    view! {
        <Dialog open on_close=move || open.set(false) title>
            <BoxFields open at edit />
        </Dialog>
    }
}

const VIRTUAL: &str = "virtual";
const WALL: &str = "wall";

/// What is asked of a box's label, and how it is reached.
#[derive(Clone, Copy)]
struct LabelFields {
    secret: RwSignal<String>,
    error: RwSignal<Option<String>>,
    via: RwSignal<String>,
}

impl LabelFields {
    fn new() -> Self {
        Self {
            secret: RwSignal::new(String::new()),
            error: RwSignal::new(None),
            via: RwSignal::new(Via::chosen().value().to_owned()),
        }
    }

    /// The label as it was typed, or as its QR code has it; what is wrong is said at the field. The link is remembered.
    fn parse(self, serial: impl Fn() -> Option<SerialNumber>) -> Option<Label> {
        let text = self.secret.get();
        let read = match Label::from_qr(&text) {
            Err(LabelError::Foreign) => {
                LabelSecret::parse(&text).map(|secret| serial().map(|serial| Label { serial, secret }))
            }
            label => label.map(Some),
        };
        let said = read.map_err(|error| words::boxes::capital(&format!("{error}.")));
        let label = forms::check(said, self.error)??;
        if let Some(via) = Via::of_value(&self.via.get()) {
            via.choose();
        }
        // The QR code names the box too, and it may be another one's.
        if serial().is_some_and(|serial| serial != label.serial) {
            self.error
                .set(Some(format!("This is the label of {}. Go to that box, or look at its own label.", label.serial)));
            return None;
        }
        Some(label)
    }
}

/// The label's secret, and the link. A QR code that was read into the field fills the serial number in.
#[component]
fn LabelQuestions(label: LabelFields, serial: RwSignal<String>) -> impl IntoView {
    Effect::new(move |_| {
        if let Ok(read) = Label::from_qr(&label.secret.get()) {
            serial.set(read.serial.to_string());
        }
    });
    let links = Via::ALL.into_iter().filter(|via| via.is_supported());
    let choices: Vec<Choice> = links.map(|via| Choice::new(via.value(), words::boxes::via(via))).collect();
    let scanning = RwSignal::new(false);
    let found = move |text: String| match Label::from_qr(&text) {
        Ok(_) => {
            label.error.set(None);
            label.secret.set(text);
            None
        }
        Err(error) => Some(words::boxes::capital(&format!("{error}."))),
    };
    view! {
        <TextField
            label="Secret on its label"
            value=label.secret
            error=label.error
            hint="28 letters and digits in groups of four, or the text of its QR code."
        />
        {scan::is_supported()
            .then(|| {
                view! {
                    <div>
                        <Button label="Scan Label" icon=Icon::Scan on_press=move || scanning.set(true) />
                    </div>
                    <ScanDialog open=scanning title="Scan Label" on_found=found />
                }
            })}
        {if choices.is_empty() {
            view! { <NoLinks /> }
        } else {
            view! { <SelectField label="Reach it by" value=label.via choices /> }
        }}
    }
}

/// Says that this browser has no links to boxes.
#[component]
pub fn NoLinks() -> impl IntoView {
    view! {
        <Notice
            kind=NoticeKind::Warning
            title="This browser can’t reach boxes on a wall"
            text="It has neither Bluetooth nor serial ports for pages. Use Chrome or Edge on a computer or an Android phone."
        />
    }
}

/// Pairs a box on a wall with its label.
#[component]
pub fn PairForm(
    /// Whether it is open; set to false when it is done.
    open: RwSignal<bool>,
    /// Which box.
    id: BoxId,
) -> impl IntoView {
    view! {
        <Dialog open on_close=move || open.set(false) title="Pair SmartBox">
            <PairFields open id />
        </Dialog>
    }
}

#[component]
fn PairFields(open: RwSignal<bool>, id: BoxId) -> impl IntoView {
    let app = App::here();
    let visits = Visits::here();
    let label = LabelFields::new();
    let known = app.peek(|v| v.ledger.smartbox(id).map(|b| b.details().serial.clone()));
    let serial = RwSignal::new(known.as_ref().map(SerialNumber::to_string).unwrap_or_default());
    let pair = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(label) = label.parse(|| known.clone()) {
            open.set(false);
            spawn_local(visits.visit(id, Some(label)));
        }
    };
    view! {
        <form class="form" on:submit=pair novalidate>
            <p>"Its label proves that it is this box. From then on keys count, and the label is worth nothing."</p>
            <LabelQuestions label serial />
            <div class="form-actions">
                <Button label="Cancel" on_press=move || open.set(false) />
                <Button label="Pair" kind=ButtonKind::Primary submit=true />
            </div>
        </form>
    }
}

/// The first serial number for a virtual box that is free.
fn free_serial(view: &View) -> String {
    let taken = |serial: &str| view.ledger.boxes().any(|(_, b)| b.details().serial.as_str() == serial);
    (1..10_000).map(|n| format!("VB-{n:04}")).find(|serial| !taken(serial)).unwrap_or_default()
}

#[component]
fn BoxFields(open: RwSignal<bool>, at: Option<LocationId>, edit: Option<BoxId>) -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let router = Router::here();
    let known = edit.and_then(|id| app.peek(|v| v.ledger.smartbox(id).map(|b| b.details().clone())));
    let places = app
        .peek(|v| v.ledger.locations().map(|(id, l)| Choice::new(id.to_string(), l.name.as_str())).collect::<Vec<_>>());
    let first = at.map(|at| at.to_string()).or_else(|| places.first().map(|c| c.value.clone())).unwrap_or_default();
    let name = RwSignal::new(known.as_ref().map(|b| b.name.to_string()).unwrap_or_default());
    let place = RwSignal::new(known.as_ref().map_or(first, |b| b.location.to_string()));
    let serial = RwSignal::new(known.as_ref().map_or_else(|| app.peek(|v| free_serial(&v)), |b| b.serial.to_string()));
    let bins = RwSignal::new(known.as_ref().map_or_else(|| "8".to_owned(), |b| b.bins.to_string()));
    let (name_error, place_error) = (RwSignal::new(None), RwSignal::new(None));
    let (serial_error, bins_error) = (RwSignal::new(None), RwSignal::new(None));
    let failed = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let kind = RwSignal::new(if known.as_ref().is_none_or(|b| b.virtual_box) { VIRTUAL } else { WALL }.to_owned());
    let on_wall = Signal::derive(move || *kind.read() == WALL);
    // The number that is offered is a virtual box's.
    let offered = serial.get_untracked();
    Effect::new(move |before: Option<bool>| {
        let on_wall = on_wall.get();
        if edit.is_none() && before.unwrap_or_default() != on_wall {
            serial.set(if on_wall { String::new() } else { offered.clone() });
        }
        on_wall
    });
    let visits = Visits::here();
    let label = LabelFields::new();
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let wanted_place = place.get().parse().map_err(|_| "Choose a location, or add one first.".to_owned());
        let wanted_serial = SerialNumber::parse(&serial.get())
            .ok_or_else(|| "Expected 3 to 24 letters, digits and hyphens, as on its label.".to_owned());
        let wanted_bins = bins.get().trim().parse().ok().and_then(BinNumber::new);
        let parsed = (
            forms::check(forms::name(&name.get()), name_error),
            forms::check(wanted_place, place_error),
            forms::check(wanted_serial, serial_error),
            forms::check(wanted_bins.ok_or_else(|| "Expected a number from 1 to 99.".to_owned()), bins_error),
        );
        let secret = (edit.is_none() && on_wall.get()).then(|| label.parse(|| SerialNumber::parse(&serial.get())));
        let (Some(name), Some(location), Some(serial), Some(bins)) = parsed else { return };
        let label = match secret {
            Some(Some(label)) => Some(label),
            Some(None) => return,
            None => None,
        };
        if busy.get() {
            return;
        }
        let details = BoxDetails { name, serial, location, bins, virtual_box: !on_wall.get() };
        let command = match edit {
            Some(id) => Command::ChangeBox(id, details),
            None => Command::AddBox(details),
        };
        busy.set(true);
        app.submit_then(command, move |result| {
            busy.set(false);
            failed.set(None);
            match result {
                Ok(decision) => {
                    open.set(false);
                    if edit.is_none() {
                        let id = BoxId(decision.id(0));
                        router.go(Route::SmartBox(id));
                        match label {
                            Some(label) => spawn_local(visits.visit(id, Some(label))),
                            None => toaster.say("SmartBox added."),
                        }
                    } else {
                        toaster.say("SmartBox updated.");
                    }
                }
                Err(DeskError::Refused(Refusal::NothingToDo)) => open.set(false),
                Err(DeskError::Refused(refusal @ Refusal::NameTaken(_))) => {
                    name_error.set(Some(words::errors::refusal(&refusal)));
                }
                Err(DeskError::Refused(refusal @ Refusal::SerialTaken(_))) => {
                    serial_error.set(Some(words::errors::refusal(&refusal)));
                }
                Err(error) => failed.set(Some(words::errors::desk(&error))),
            }
        });
    };
    let adding = edit.is_none();
    view! {
        <form class="form" on:submit=save novalidate>
            <TextField label="Name" value=name error=name_error hint="Where it hangs: “Entrance”, “Courtyard”." />
            <SelectField label="Location" value=place choices=places error=place_error />
            {adding
                .then(|| {
                    view! {
                        <SelectField
                            label="Kind"
                            value=kind
                            choices=vec![
                                Choice::new(WALL, "On a wall"),
                                Choice::new(VIRTUAL, "Virtual, in this browser"),
                            ]
                        />
                        <ShowWhen when=on_wall>
                            <LabelQuestions label serial />
                        </ShowWhen>
                        <TextField label="Serial number" value=serial error=serial_error />
                        <ShowWhen when=move || !on_wall.get()>
                            <TextField label="Bins" value=bins kind=TextKind::Digits error=bins_error hint="1 to 99." />
                            <Notice
                                icon=Icon::Vault
                                title="It will be a virtual SmartBox"
                                text="It lives in this browser, with bins and a keypad to press, and speaks as a real one does."
                            />
                        </ShowWhen>
                    }
                })}
            <FormFailure failed />
            <div class="form-actions">
                <Button label="Cancel" on_press=move || open.set(false) />
                <Button
                    label=if adding { "Add SmartBox" } else { "Update" }
                    kind=ButtonKind::Primary
                    submit=true
                    busy
                />
            </div>
        </form>
    }
}
