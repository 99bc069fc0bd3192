//! Edit → Update, and Revoke Access.

use crate::ui::prelude::*;

use super::form::{BookingForm, Fields, Filled};
use super::revoke::RevokeDialog;
use super::undo::{offer_undo, to_learn};
use crate::domain::{BookingId, Right};
use crate::journal::Command;
use crate::journal::command::{BookingTerms, Refusal};
use crate::journal::desk::DeskError;
use crate::journal::terms::TermsChange;
use crate::ui::kit::*;
use crate::ui::route::Route;
use crate::ui::router::{Link, Router};
use crate::ui::state::App;
use crate::ui::words::{errors, times};

/// A booking's terms, to be changed.
#[component]
pub fn EditBooking(
    /// Which booking.
    id: BookingId,
) -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let router = Router::here();
    let fields = filled(app, id);
    // Another tab may change the booking while the form is open: what is saved is what differs from this.
    let shown = app.peek(|v| v.ledger.terms(id));
    let (busy, failed, revoking) = (RwSignal::new(false), RwSignal::new(None::<String>), RwSignal::new(false));
    // Back to About Booking, in place of the form: Back does not lead into it again.
    let leave = move || router.replace(Route::booking(id));
    let save = {
        move |filled: Filled| {
            let terms = BookingTerms {
                key: filled.terms.key,
                times: filled.times,
                visitor: filled.terms.visitor,
                notes: filled.terms.notes,
                reminder: filled.reminder,
                overlap: filled.overlap,
                notify: filled.notify,
            };
            let moved = shown.as_ref().is_some_and(|from| (from.key, from.times) != (terms.key, terms.times));
            let (edit, back) = match shown.clone() {
                Some(from) => {
                    let change = TermsChange { from, to: terms };
                    let before = app.peek(|v| v.ledger.terms(id));
                    let back = before.map(|before| TermsChange { to: change.over(&before), from: before });
                    (Command::ChangeTerms(id, change.into()), back.map(|back| Command::RestoreTerms(id, back.into())))
                }
                None => (Command::EditBooking(id, terms), None),
            };
            let shown = shown.clone();
            busy.set(true);
            app.submit_then(edit, move |result| {
                // The form may be gone by now; what was decided is kept all the same.
                let here = busy.try_set(false).is_none();
                match result {
                    Err(DeskError::Refused(Refusal::NothingToDo)) => toaster.say("Nothing was changed."),
                    Ok(done) => {
                        let said = format!("Booking updated.{}", app.peek(|v| to_learn(&v, id, moved)));
                        match back {
                            Some(back) => offer_undo(app, toaster, said, back, &done),
                            None => toaster.say(said),
                        }
                    }
                    Err(error) if here => {
                        let mut said = errors::desk(&error);
                        if shown != app.peek(|v| v.ledger.terms(id)) {
                            said.push_str(" It was changed elsewhere meanwhile: cancel, and edit it as it is now.");
                        }
                        return failed.set(Some(said));
                    }
                    Err(error) => return toaster.say(errors::desk(&error)),
                }
                if here {
                    leave();
                }
            });
        }
    };
    focus_head();
    view! {
        <PaneHead title=Signal::derive(move || format!("Edit {}", app.view(|v| v.visitor_name(id))))>
            <Link href=Route::booking(id) class="button button-quiet">
                "About Booking"
            </Link>
        </PaneHead>
        <BookingForm
            fields
            submit="Update"
            busy
            failed
            on_save=save
            on_cancel=leave
            more=move || {
                view! {
                    <Button
                        label="Revoke Access"
                        kind=ButtonKind::Danger
                        icon=Icon::Ban
                        on_press=move || revoking.set(true)
                    />
                }
            }
        />
        <RevokeDialog id open=revoking on_done=leave />
    }
}

/// The form with what the booking says now.
fn filled(app: App, id: BookingId) -> Fields {
    let mut fields = Fields { editing: Some(id), ..Fields::new(Default::default()) };
    app.peek(|v| {
        let Some(booking) = v.ledger.booking(id) else { return };
        fields.key.set(booking.key().to_string());
        if let Some(details) = v.ledger.visitor(booking.visitor()) {
            fields.take(details);
        }
        match booking.right() {
            Right::OneTime(window) => {
                fields.start.set(times::field(window.start()));
                fields.end.set(times::field(window.end()));
            }
            Right::Ongoing => fields.ongoing = true,
        }
        fields.notes.set(v.ledger.notes(id).map(|notes| notes.as_str().to_owned()).unwrap_or_default());
        fields.reminder.set(booking.reminder());
    });
    fields
}

/// The shell moves the focus when the path changes; from About Booking to its form only the query does.
fn focus_head() {
    request_animation_frame(|| {
        use leptos::wasm_bindgen::JsCast;
        let head = document().query_selector(".split-detail [data-takes-focus]").ok().flatten();
        if let Some(head) = head.and_then(|head| head.dyn_into::<leptos::web_sys::HtmlElement>().ok()) {
            let _ = head.focus();
        }
    });
}
