//! About Booking: who, which key, when, which code, and everything that is known of it.

use crate::ui::prelude::*;

use super::boxes::{Boxes, names, still_accepting};
use super::edit::EditBooking;
use super::exchanges::Exchanges;
use super::overdue::KeyIsOut;
use super::revoke::RevokeDialog;
use super::saying;
use crate::domain::{BookingId, Instant};
use crate::journal::Hlc;
use crate::journal::fact::Subject;
use crate::journal::ledger::Booking;
use crate::journal::queries::Status;
use crate::ui::edge::page;
use crate::ui::kit::*;
use crate::ui::pages::aliases::BookingAlias;
use crate::ui::pages::messages::{CopyDetails, MessagesAbout, Resend, ToSend};
use crate::ui::route::Route;
use crate::ui::router::{Link, Router};
use crate::ui::state::{App, View};
use crate::ui::words::{people, statuses};

/// The booking that the address names.
#[component]
pub fn AboutBooking(
    /// Which.
    id: BookingId,
    /// Whether it is open for editing, as long as it can be edited.
    edit: bool,
) -> impl IntoView {
    let app = App::here();
    let known = Derived::new(move || app.view(|v| v.ledger.booking(id).is_some()));
    let revoked = move || app.view(|v| v.ledger.booking(id).is_none_or(|b| b.revoked().is_some()));
    let editing = Derived::new(move || edit && !revoked());
    move || match (known.get(), editing.get()) {
        (false, _) => view! { <NoSuchBooking /> },
        (true, true) => view! { <EditBooking id /> },
        (true, false) => view! { <About id /> },
    }
}

/// An address that names no booking.
#[component]
pub fn NoSuchBooking() -> impl IntoView {
    view! {
        <Empty
            icon=Icon::Ticket
            title="No such booking here"
            text="The address names a booking that this device does not know. It may be on a device that has not shared it yet."
        >
            <LinkButton href=Route::BOOKINGS label="All bookings" />
        </Empty>
    }
}

/// What a booking says of itself, from its view.
type Say = fn(&View, BookingId, &Booking) -> String;

#[component]
fn About(id: BookingId) -> impl IntoView {
    let app = App::here();
    let router = Router::here();
    let revoking = RwSignal::new(false);
    let say = move |say: Say| {
        Derived::new(move || app.view(|v| v.ledger.booking(id).map(|b| say(&v, id, b)).unwrap_or_default()))
    };
    let revoked = Derived::new(move || app.view(|v| v.ledger.booking(id).is_some_and(|b| b.revoked().is_some())));
    let state = Derived::new(move || app.view(|v| Some(statuses::status(&v, id, v.status(id)?))).unwrap_or_default());
    let key = Derived::new(move || app.view(|v| v.ledger.booking(id).map(|b| b.key())));
    let home = Derived::new(move || app.view(|v| Some(v.ledger.key(key.get()?)?.details().home)));
    let about = Subject::Booking(id);
    let edit = move || router.go(Route::Booking { id, edit: true });
    view! {
        <PaneHead title=say(|v, id, _| v.visitor_name(id)) text=say(|v, id, b| format!("{} · {}", v.key_name(b.key()), v.booking_span(id)))>
            <ShowWhen when=move || !revoked.get()>
                <Button label="Edit" icon=Icon::Pencil on_press=edit />
            </ShowWhen>
        </PaneHead>
        <CodePanel
            label="Booking Code"
            digits=say(|_, _, b| b.code().digits())
            copy_label="Copy Booking Code"
            said=Signal::stored("Booking code copied.".to_owned())
        >
            <StateMark kind=Signal::derive(move || state.read().0) word=Signal::derive(move || state.read().1.clone()) />
        </CodePanel>
        <StillAccepted id />
        <Conflicts id />
        <ToSend about />
        <KeyIsOut id />
        <Section title="About Booking">
            <DetailList>
                <DetailRow label="When">
                    <p>{say(|v, id, _| v.booking_span(id))}</p>
                    <p class="muted">{say(exactly)}</p>
                    <p class="muted">{say(where_you_are)}</p>
                </DetailRow>
                <DetailRow label="Key">
                    {move || {
                        key.get()
                            .map(|key| {
                                let name = Signal::derive(move || app.view(|v| v.key_name(key)));
                                view! { <Link href=Route::Key(key)>{name}</Link> }
                            })
                    }}
                </DetailRow>
                <DetailRow label="Location">
                    {move || {
                        home.get()
                            .map(|home| {
                                let name = Signal::derive(move || app.view(|v| v.location_name(home)));
                                view! { <Link href=Route::Location(home)>{name}</Link> }
                            })
                    }}
                </DetailRow>
                <BookingAlias id />
                <DetailRow label="At the keypad">{say(at_the_keypad)}</DetailRow>
                <Line label="E-mail" text=say(|v, _, b| {
                    v.ledger.visitor(b.visitor()).and_then(|p| p.email.as_ref()).map(|e| e.as_str().to_owned()).unwrap_or_default()
                }) />
                <Line label="Mobile" text=say(|v, _, b| {
                    v.ledger.visitor(b.visitor()).and_then(|p| p.mobile.as_ref()).map(|m| m.as_str().to_owned()).unwrap_or_default()
                }) />
                <Line label="Language" text=say(|v, _, b| {
                    v.ledger.visitor(b.visitor()).map(|p| people::language(p.language).to_owned()).unwrap_or_default()
                }) />
                <DetailRow label="Instructions">{say(|v, id, _| people::channel(v.ledger.channel(Subject::Booking(id))).to_owned())}</DetailRow>
                <Line label="Return Key Reminder" text=say(|_, _, b| match (b.right().window(), b.reminder()) {
                    (None, _) => String::new(),
                    (_, true) => "On: at 09:00 on the day it ends, or two hours before the end if that is earlier".to_owned(),
                    (_, false) => "Off".to_owned(),
                }) />
                <Line label="Notes" text=say(|v, id, _| v.ledger.notes(id).map(|n| n.as_str().to_owned()).unwrap_or_default()) />
                <Line label="From" text=say(|_, _, b| b.source().map(|s| format!("The calendar “{}”", s.calendar)).unwrap_or_default()) />
                <BookingUrl id />
                <DetailRow label="Made">{say(made)}</DetailRow>
                <Line label="Last changed" text=say(changed) />
            </DetailList>
        </Section>
        <Boxes id />
        <Exchanges id />
        <MessagesAbout about />
        <ShowWhen when=move || !revoked.get()>
            <div class="cluster">
                <CopyDetails about />
                <Resend about />
                <Button
                    label="Revoke Access"
                    kind=ButtonKind::Danger
                    icon=Icon::Ban
                    on_press=move || revoking.set(true)
                />
            </div>
        </ShowWhen>
        <RevokeDialog id open=revoking />
    }
}

/// The address of the visitor's own page. An ongoing access has none.
#[component]
fn BookingUrl(id: BookingId) -> impl IntoView {
    let app = App::here();
    let page = page::of_visitors();
    let url = Derived::new(move || {
        app.view(|v| {
            let once = v.ledger.booking(id).is_some_and(|b| b.right().window().is_some());
            v.composer(&page).url(id).filter(|_| once).unwrap_or_default()
        })
    });
    let text = Signal::derive(move || url.get());
    let copy = move || {
        view! { <CopyButton label="Copy Booking URL" text said=Signal::stored("Booking URL copied.".to_owned()) /> }
    };
    view! {
        <ShowWhen when=move || !url.read().is_empty()>
            <DetailRow label="Booking URL" action=copy>
                <a class="booking-url" href=move || url.get() target="_blank" rel="noopener">
                    "The visitor’s own page"
                </a>
            </DetailRow>
        </ShowWhen>
    }
}

/// A label and its value, where there is one.
#[component]
fn Line(label: &'static str, #[prop(into)] text: Signal<String>) -> impl IntoView {
    view! {
        <ShowWhen when=move || !text.read().is_empty()>
            <DetailRow label><span class="booking-text">{text}</span></DetailRow>
        </ShowWhen>
    }
}

fn exactly(view: &View, _: BookingId, booking: &Booking) -> String {
    let Some(window) = booking.right().window() else { return "Until it is revoked".to_owned() };
    let exact = saying::exact(window);
    match view.rules(booking.key()) {
        Some(rules) => format!("{exact} ({})", saying::clocks(rules, window.instants(rules).0)),
        None => exact,
    }
}

fn where_you_are(view: &View, _: BookingId, booking: &Booking) -> String {
    let said = || {
        let window = booking.right().window()?;
        saying::elsewhere(window, view.rules(booking.key())?, view.own_rules()?, view.now)
    };
    said().unwrap_or_default()
}

/// What a box that knows the booking answers when its code is typed.
fn at_the_keypad(view: &View, id: BookingId, booking: &Booking) -> String {
    let at = |at: Instant| view.moment(at, booking.key());
    let end = booking.right().window().zip(view.rules(booking.key())).map(|(w, rules)| at(w.instants(rules).1));
    let after = end.map(|end| format!(" After {end} it answers that the booking has ended.")).unwrap_or_default();
    let pick_up = match view.status(id) {
        None => return String::new(),
        Some(Status::Upcoming { from }) => {
            format!("A box that knows the code answers “too early” before {}, then opens.{after}", at(from))
        }
        Some(Status::Open { .. } | Status::Returned { .. }) => {
            format!("A box that knows the code and holds the key opens.{after}")
        }
        Some(Status::Out { .. }) => format!("The key is out. The code takes it back at any box.{after}"),
        Some(Status::Overdue { since, .. }) => {
            format!("Pick-up ended {}. The code still takes the key back, at any box.", at(since))
        }
        Some(Status::Ended { at: end, .. }) => {
            format!("A box answers that the booking ended {}.", at(end))
        }
        Some(Status::Revoked { .. }) => "A box that was told answers that the booking is revoked.".to_owned(),
    };
    match view.status(id) {
        Some(Status::Out { .. } | Status::Overdue { .. }) => pick_up,
        _ => format!("{pick_up} Bringing the key back always works."),
    }
}

fn made(view: &View, _: BookingId, booking: &Booking) -> String {
    stamped(view, booking, booking.made())
}

fn changed(view: &View, _: BookingId, booking: &Booking) -> String {
    let changed = booking.last_change();
    if changed == booking.made() { String::new() } else { stamped(view, booking, changed) }
}

/// When and by which device something was written.
fn stamped(view: &View, booking: &Booking, stamp: crate::domain::Stamp) -> String {
    let at = view.moment(Hlc::from_bits(stamp.clock).time(), booking.key());
    let device = stamp.by.device();
    match view.ledger.device(device) {
        Some(device) => format!("{at}, by {}", device.name),
        None => format!("{at}, by device {device}"),
    }
}

/// Rule 7: revoked here, and still accepted there.
#[component]
fn StillAccepted(id: BookingId) -> impl IntoView {
    let app = App::here();
    let boxes = Derived::new(move || app.view(|v| still_accepting(&v, id)));
    // After the end a box opens only by a version that has a later one.
    let text = Derived::new(move || {
        let end = app.view(|v| {
            let booking = v.ledger.booking(id)?;
            let end = v.rules(booking.key()).and_then(|rules| Some(booking.right().window()?.instants(rules).1))?;
            (end <= v.now).then(|| v.moment(end, booking.key()))
        });
        match end {
            None => "The code opens the bin there until somebody visits and delivers the revocation.".to_owned(),
            Some(end) => format!(
                "Nobody has told them of it. The booking ended {end}: a box that knows that end refuses the code, one that knows a later end still opens."
            ),
        }
    });
    move || {
        let boxes = boxes.get();
        (!boxes.is_empty()).then(|| {
            view! {
                <Notice
                    kind=NoticeKind::Warning
                    title=format!("Revoked, but still accepted at {}", names(&boxes))
                    text=text.get()
                />
            }
        })
    }
}

/// Bookings that were right apart and are wrong together with this one.
#[component]
fn Conflicts(id: BookingId) -> impl IntoView {
    let app = App::here();
    let others = Derived::new(move || app.view(|v| v.ledger.conflicts(id, v.zones, v.now)));
    move || {
        let others = others.get();
        (!others.is_empty()).then(|| {
            view! {
                <Notice
                    kind=NoticeKind::Error
                    title="This needs settling"
                    text="Made on devices that did not know of each other, these bookings take the same key at the same time, or have the same code. Move or revoke one of them."
                />
                <Rows label="Bookings in conflict">
                    {others.into_iter().map(|other| view! { <OtherBooking id=other /> }).collect_view()}
                </Rows>
            }
        })
    }
}

/// A booking in a short list, with the way to it.
#[component]
pub fn OtherBooking(
    /// Which.
    id: BookingId,
) -> impl IntoView {
    let app = App::here();
    let (who, span) = app.peek(|v| (v.visitor_name(id), v.booking_span(id)));
    let state = app.peek(|v| v.status(id).map(|status| statuses::short(&v, id, status)));
    view! {
        <RowLink href=Route::booking(id)>
            <Row title=who text=span>
                {state.map(|(kind, word)| view! { <StateMark kind word /> })}
            </Row>
        </RowLink>
    }
}
