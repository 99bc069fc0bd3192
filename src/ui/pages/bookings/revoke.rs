//! Revoke Access: says what will happen, asks, does it.

use crate::ui::prelude::*;

use super::boxes::{holding, names};
use super::undo::offer_undo;
use crate::domain::BookingId;
use crate::journal::Command;
use crate::journal::command::Notify;
use crate::journal::fact::Subject;
use crate::journal::queries::Status;
use crate::ui::kit::*;
use crate::ui::pages::keys::FormFailure;
use crate::ui::state::{App, View};
use crate::ui::words;

/// What revoking a booking means now: for the visitor, for the key, for the boxes.
fn consequences(view: &View, id: BookingId) -> Vec<String> {
    let who = view.visitor_name(id);
    let out = view.ledger.possession(id).is_some_and(|held| held.returned.is_none());
    let boxes = holding(view, id);
    let passed = matches!(view.status(id), Some(Status::Ended { .. } | Status::Overdue { .. }));
    vec![
        if passed {
            "Pick-up with this code has ended already. The booking is kept, as revoked.".to_owned()
        } else {
            format!(
                "{who} can no longer pick the key up with this code. Once a SmartBox has heard of it, that can’t be undone: a new booking gets a new code."
            )
        },
        if out {
            format!("{who} has the key now. Bringing it back stays possible, at any box.")
        } else {
            "Bringing the key back stays possible, at any box.".to_owned()
        },
        match (boxes.as_slice(), passed) {
            ([], _) => "No box holds this booking, so there is nothing to deliver.".to_owned(),
            (boxes, true) => format!("{} will be told at the next visit.", names(boxes)),
            (boxes, false) => format!(
                "{} will accept the code until somebody visits and delivers this. Until then the booking shows where.",
                names(boxes)
            ),
        },
    ]
}

/// Asks before a booking is revoked.
#[component]
pub fn RevokeDialog(
    /// Which booking.
    id: BookingId,
    /// Whether it is open.
    open: RwSignal<bool>,
    /// What to do once it is revoked.
    #[prop(optional, into)]
    on_done: Option<Callback<()>>,
) -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<String>);
    let tell = RwSignal::new(false);
    let revoke = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let notify = if tell.get_untracked() { Notify::Visitor } else { Notify::Nobody };
        app.submit_then(Command::RevokeBooking(id, notify), move |result| {
            // The page may be gone by now; what was decided is kept all the same.
            let _ = busy.try_set(false);
            match result {
                Ok(done) => {
                    let _ = open.try_set(false);
                    let boxes = app.peek(|v| super::boxes::still_accepting(&v, id));
                    let said = if boxes.is_empty() {
                        "Access revoked.".to_owned()
                    } else {
                        format!("Access revoked. Still accepted at {} until a visit.", names(&boxes))
                    };
                    offer_undo(app, toaster, said, Command::WithdrawRevocation(id), &done);
                    if let Some(on_done) = on_done {
                        let _ = on_done.try_run(());
                    }
                }
                Err(error) => {
                    let _ = failed.try_set(Some(words::errors::desk(&error)));
                }
            }
        });
    };
    let lines = Derived::new(move || app.view(|v| consequences(&v, id)));
    // Whoever was never told of the booking need not hear that it is revoked.
    let told = Derived::new(move || {
        app.view(|v| v.ledger.messages_about(Subject::Booking(id)).any(|(_, message)| message.went_out()))
    });
    view! {
        <Dialog
            open
            on_close=move || open.set(false)
            title=Signal::derive(move || app.view(|v| format!("Revoke access of {}?", v.visitor_name(id))))
            footer=move || {
                view! {
                    <Button label="Keep Access" on_press=move || open.set(false) />
                    <Button label="Revoke Access" kind=ButtonKind::Danger busy on_press=revoke />
                }
            }
        >
            {move || lines.get().into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
            <ShowWhen when=move || told.get()>
                <CheckField
                    label="Send Notice of the Revocation"
                    checked=tell
                    hint="The visitor was sent the access instructions."
                />
            </ShowWhen>
            <FormFailure failed />
        </Dialog>
    }
}
