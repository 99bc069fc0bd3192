//! Link to Booking, Link Alias Code, Unlink: what each means, and the way back for a while.

use crate::ui::prelude::*;

use super::{same_person, unlinked_of};
use crate::domain::{AliasId, BookingId};
use crate::journal::Command;
use crate::journal::command::Notify;
use crate::journal::fact::Subject;
use crate::journal::queries::Filter;
use crate::journal::search::Query;
use crate::ui::kit::*;
use crate::ui::pages::bookings::boxes::{holding, names};
use crate::ui::pages::bookings::offer_undo;
use crate::ui::pages::keys::FormFailure;
use crate::ui::state::{App, View};
use crate::ui::words::{aliases, errors};

/// How many bookings are offered at once.
const OFFERED: usize = 12;

/// A form that links or unlinks.
#[derive(Clone, Copy)]
struct Linking {
    app: App,
    toaster: Toaster,
    open: RwSignal<bool>,
    busy: RwSignal<bool>,
    failed: RwSignal<Option<String>>,
}

impl Linking {
    /// The form in a dialog that is open as long as this says so.
    fn new(open: RwSignal<bool>) -> Self {
        let (app, toaster) = (App::here(), Toaster::here());
        Self { app, toaster, open, busy: RwSignal::new(false), failed: RwSignal::new(None) }
    }

    /// Links or unlinks, says so, and offers to take it back.
    fn carry_out(self, command: Command, said: &'static str, back: Command) {
        self.busy.set(true);
        self.app.submit_then(command, move |result| {
            // The page may be gone by now; what was decided is kept all the same.
            let _ = self.busy.try_set(false);
            match result {
                Ok(decision) => {
                    offer_undo(self.app, self.toaster, said.to_owned(), back, &decision);
                    let _ = self.open.try_set(false);
                }
                Err(error) => drop(self.failed.try_set(Some(errors::desk(&error)))),
            }
        });
    }
}

/// A booking in one line: “Ana Reis · Van 3 · today 15:00 – Thursday 11:00”.
fn line(view: &View, id: BookingId) -> String {
    let key = view.ledger.booking(id).map_or_else(String::new, |booking| view.key_name(booking.key()));
    format!("{} · {key} · {}", view.visitor_name(id), view.booking_span(id))
}

/// Whether the visitor of a booking was sent its code.
fn was_sent(view: &View, about: Subject) -> bool {
    view.ledger.messages_about(about).any(|(_, message)| message.went_out())
}

/// The bookings that an alias code could be linked to: those of its visitor first. Each is not over and has no alias code.
fn linkable(view: &View, overview: &crate::journal::queries::Overview, alias: AliasId, text: &str) -> Vec<BookingId> {
    let person = view.ledger.alias(alias).and_then(|alias| view.ledger.visitor(alias.visitor()?));
    let query = Query::parse(text);
    let theirs = |id: &BookingId| {
        let visitor = view.ledger.booking(*id).and_then(|booking| view.ledger.visitor(booking.visitor()));
        person.zip(visitor).is_some_and(|(person, visitor)| same_person(person, visitor))
    };
    let open = overview.rows.iter().filter(|row| {
        matches!(row.status.filter(), Filter::Now | Filter::Upcoming)
            && view.ledger.booking(row.id).is_some_and(|booking| booking.alias().is_none())
    });
    let fitting = open.map(|row| row.id).filter(|id| query.as_ref().is_none_or(|query| query.fits(&line(view, *id))));
    let (mut own, others): (Vec<_>, Vec<_>) = fitting.partition(theirs);
    own.extend(others);
    own.truncate(OFFERED);
    own
}

/// Chooses the booking that an alias code becomes the code of.
#[component]
pub fn LinkToBooking(
    /// Which alias code.
    alias: AliasId,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <Dialog open on_close=move || open.set(false) title="Link to Booking">
            <LinkForm alias open />
        </Dialog>
    }
}

#[component]
fn LinkForm(alias: AliasId, open: RwSignal<bool>) -> impl IntoView {
    let app = App::here();
    let linking = Linking::new(open);
    let Linking { busy, failed, .. } = linking;
    let overview = app.overview();
    // The visitor's only booking is most likely the one.
    let likely = app.peek(|v| {
        let person = v.ledger.alias(alias).and_then(|alias| v.ledger.visitor(alias.visitor()?))?;
        let mut theirs = linkable(&v, &overview.read_untracked(), alias, "").into_iter().filter(|id| {
            let visitor = v.ledger.booking(*id).and_then(|booking| v.ledger.visitor(booking.visitor()));
            visitor.is_some_and(|visitor| same_person(person, visitor))
        });
        theirs.next().filter(|_| theirs.next().is_none())
    });
    let value = RwSignal::new(likely.map(|id| id.to_string()).unwrap_or_default());
    let (tried, tell) = (RwSignal::new(false), RwSignal::new(false));
    let chosen = Derived::new(move || value.get().parse::<BookingId>().ok());
    // Whoever was sent the booking's own code, which stops working, has to hear of it.
    let knows_another =
        Derived::new(move || app.view(|v| chosen.get().is_some_and(|id| was_sent(&v, Subject::Booking(id)))));
    Effect::new(move |_| tell.set(knows_another.get()));
    let reached = move || app.view(|v| chosen.get().is_some_and(|id| v.ledger.channel(Subject::Booking(id)).is_some()));
    let find = move |text: String| {
        app.peek(|v| {
            let found = linkable(&v, &overview.read_untracked(), alias, &text);
            found.into_iter().map(|id| Choice::new(id.to_string(), line(&v, id))).collect::<Vec<_>>()
        })
    };
    let name_of = move |value: String| value.parse().map_or(String::new(), |id| app.peek(|v| line(&v, id)));
    let error = Signal::derive(move || (tried.get() && chosen.get().is_none()).then(|| "Choose a booking.".to_owned()));
    let hint = Signal::derive(move || {
        let Some(id) = chosen.get() else {
            return "The visitor’s own bookings come first. Type a name or a key to find another.".to_owned();
        };
        app.view(|v| match v.ledger.booking(id) {
            Some(booking) => format!(
                "Its own code, {}, stops working at the boxes’ next visit.",
                group_code(&booking.code().digits())
            ),
            None => String::new(),
        })
    });
    let tell_hint = Signal::derive(move || {
        if knows_another.get() {
            "The visitor was sent the booking’s own code, and has to hear of this one.".to_owned()
        } else {
            "Not needed for a visitor who has the alias code already.".to_owned()
        }
    });
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let Some(booking) = chosen.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        let notify = if tell.get_untracked() { Notify::Visitor } else { Notify::Nobody };
        let command = Command::LinkAlias(alias, booking, notify);
        let back = Command::UnlinkAlias(booking, Notify::Nobody);
        linking.carry_out(command, "Alias code linked.", back);
    };
    view! {
        <form class="form" on:submit=save novalidate>
            <PickField label="Booking" value find name_of hint error />
            <ShowWhen when=reached>
                <CheckField label="Send Update" checked=tell hint=tell_hint />
            </ShowWhen>
            <FormFailure failed />
            <div class="form-actions">
                <Button label="Cancel" on_press=move || open.set(false) />
                <Button label="Link" kind=ButtonKind::Primary submit=true busy />
            </div>
        </form>
    }
}

/// Chooses the alias code that becomes the code of a booking, among those of its visitor.
#[component]
pub fn LinkAliasCode(
    /// Which booking.
    booking: BookingId,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <Dialog open on_close=move || open.set(false) title="Link Alias Code">
            <LinkAliasForm booking open />
        </Dialog>
    }
}

#[component]
fn LinkAliasForm(booking: BookingId, open: RwSignal<bool>) -> impl IntoView {
    let app = App::here();
    let linking = Linking::new(open);
    let Linking { busy, failed, .. } = linking;
    let cards = app.peek(|v| {
        let person = v.ledger.booking(booking).and_then(|booking| v.ledger.visitor(booking.visitor()));
        let theirs = person.map(|person| unlinked_of(&v, person)).unwrap_or_default();
        let card = |id: AliasId| {
            let stay = v.ledger.alias(id).and_then(|alias| alias.stay());
            let text = stay.map_or_else(|| "Not known when".to_owned(), |stay| aliases::expected(&v, stay));
            RadioCard { value: id.to_string(), label: aliases::code(&v, id), text, icon: Some(Icon::Hash) }
        };
        theirs.into_iter().map(card).collect::<Vec<_>>()
    });
    let value = RwSignal::new(cards.first().map(|card| card.value.clone()).unwrap_or_default());
    let (knows_another, reached) =
        app.peek(|v| (was_sent(&v, Subject::Booking(booking)), v.ledger.channel(Subject::Booking(booking)).is_some()));
    let tell = RwSignal::new(knows_another);
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let alias = value.get_untracked().parse::<AliasId>().ok();
        let Some(alias) = alias.filter(|_| !busy.get_untracked()) else { return };
        let notify = if tell.get_untracked() { Notify::Visitor } else { Notify::Nobody };
        let command = Command::LinkAlias(alias, booking, notify);
        let back = Command::UnlinkAlias(booking, Notify::Nobody);
        linking.carry_out(command, "Alias code linked.", back);
    };
    view! {
        <form class="form" on:submit=save novalidate>
            <RadioCards label="Alias code" value cards />
            <p class="quiet">"It becomes the booking’s code. The booking’s own code stops working at the boxes’ next visit."</p>
            {reached
                .then(|| {
                    let hint = if knows_another {
                        "The visitor was sent the booking’s own code, and has to hear of this one."
                    } else {
                        "Not needed for a visitor who has the alias code already."
                    };
                    view! { <CheckField label="Send Update" checked=tell hint /> }
                })}
            <FormFailure failed />
            <div class="form-actions">
                <Button label="Cancel" on_press=move || open.set(false) />
                <Button label="Link" kind=ButtonKind::Primary submit=true busy />
            </div>
        </form>
    }
}

/// Asks before a booking gets its own code back.
#[component]
pub fn UnlinkDialog(
    /// Which booking.
    #[prop(into)]
    booking: Signal<Option<BookingId>>,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <Dialog open on_close=move || open.set(false) title="Unlink the alias code?">
            {move || booking.get().map(|booking| view! { <UnlinkForm booking open /> })}
        </Dialog>
    }
}

/// What unlinking means: for the booking, for its visitor, for the boxes.
fn consequences(view: &View, id: BookingId) -> Vec<String> {
    let Some(booking) = view.ledger.booking(id) else { return Vec::new() };
    let (who, own) = (view.visitor_name(id), group_code(&booking.own_code().digits()));
    let boxes = holding(view, id);
    let told = match view.ledger.channel(Subject::Booking(id)) {
        Some(_) => format!("{who} has to be told the new code."),
        None => format!("{who} has to be told the new code, and the app can’t: hand it over yourself."),
    };
    vec![
        format!("The booking gets its own code back, {own}. The alias code waits for another booking. {told}"),
        match boxes.as_slice() {
            [] => "No box knows the booking yet: the next visit brings its own code.".to_owned(),
            boxes => format!(
                "{} must be told: until a visit the alias code opens there, and the booking’s own does not.",
                names(boxes)
            ),
        },
    ]
}

#[component]
fn UnlinkForm(booking: BookingId, open: RwSignal<bool>) -> impl IntoView {
    let app = App::here();
    let linking = Linking::new(open);
    let Linking { busy, failed, .. } = linking;
    let reached = app.peek(|v| v.ledger.channel(Subject::Booking(booking)).is_some());
    let alias = app.peek(|v| v.ledger.booking(booking).and_then(|booking| booking.alias()));
    let tell = RwSignal::new(reached);
    let unlink = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(alias) = alias.filter(|_| !busy.get_untracked()) else { return };
        let notify = if tell.get_untracked() { Notify::Visitor } else { Notify::Nobody };
        let back = Command::LinkAlias(alias, booking, Notify::Nobody);
        linking.carry_out(Command::UnlinkAlias(booking, notify), "Alias code unlinked.", back);
    };
    let lines = app.peek(|v| consequences(&v, booking));
    view! {
        <form class="form" on:submit=unlink novalidate>
            {lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
            {reached
                .then(|| {
                    view! { <CheckField label="Send Update" checked=tell hint="The visitor gets the booking’s own code." /> }
                })}
            <FormFailure failed />
            <div class="form-actions">
                <Button label="Keep It" on_press=move || open.set(false) />
                <Button label="Unlink" kind=ButtonKind::Danger submit=true busy />
            </div>
        </form>
    }
}
