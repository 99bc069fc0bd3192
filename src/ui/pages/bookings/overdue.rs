//! A key that should be back: asking for it, and saying that it came back by hand.

use crate::ui::prelude::*;

use crate::domain::{BookingId, Note};
use crate::journal::Command;
use crate::journal::fact::{StatedPlace, Subject};
use crate::ui::forms;
use crate::ui::kit::*;
use crate::ui::pages::keys::FormFailure;
use crate::ui::pages::messages::Ask;
use crate::ui::state::App;
use crate::ui::words::errors;

/// What can be done about a key that a visitor has: **Remind** once the booking has ended, and **Mark as Returned**.
#[component]
pub fn KeyIsOut(
    /// Whose booking has the key.
    id: BookingId,
) -> impl IntoView {
    let app = App::here();
    let out = Derived::new(move || app.view(|v| v.ledger.possession(id).is_some_and(|held| held.returned.is_none())));
    let late = Derived::new(move || {
        use crate::journal::queries::Status;
        app.view(|v| matches!(v.status(id), Some(Status::Overdue { .. } | Status::Revoked { out: Some(_), .. })))
    });
    let marking = RwSignal::new(false);
    view! {
        <ShowWhen when=move || out.get()>
            <div class="cluster">
                <ShowWhen when=move || late.get()>
                    <Ask
                        label="Remind"
                        kind=ButtonKind::Primary
                        about=Subject::Booking(id)
                        ask=Command::RemindNow(id)
                    />
                </ShowWhen>
                <Button label="Mark as Returned" icon=Icon::Check on_press=move || marking.set(true) />
            </div>
        </ShowWhen>
        <ReturnedDialog id open=marking />
    }
}

/// Says that the key came back by no box, where it is, and why.
#[component]
fn ReturnedDialog(id: BookingId, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open on_close=move || open.set(false) title="Mark as Returned">
            <ReturnedForm id open />
        </Dialog>
    }
}

#[component]
fn ReturnedForm(id: BookingId, open: RwSignal<bool>) -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let place = RwSignal::new("hand".to_owned());
    let reason = RwSignal::new(String::new());
    let reason_error = RwSignal::new(None);
    let failed = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let wanted = forms::note(&reason.get()).and_then(|reason: Option<Note>| {
            reason.ok_or_else(|| "Say how it came back, for whoever looks into it later.".to_owned())
        });
        let Some(reason) = forms::check(wanted, reason_error).filter(|_| !busy.get_untracked()) else { return };
        let place = if place.get() == "hand" { StatedPlace::AtHand } else { StatedPlace::Unaccounted };
        busy.set(true);
        app.submit_then(Command::ReturnByHand(id, place, reason), move |result| {
            let _ = busy.try_set(false);
            match result {
                Ok(_) => {
                    let _ = open.try_set(false);
                    toaster.say("Marked as returned.");
                }
                Err(error) => drop(failed.try_set(Some(errors::desk(&error)))),
            }
        });
    };
    let places =
        vec![Choice::new("hand", "At hand, outside any box"), Choice::new("lost", "Not here: the key is lost")];
    view! {
        <form class="form" on:submit=save novalidate>
            <p class="muted">
                "When a key comes back through a SmartBox, the box says so by itself. This is for one that came back another way."
            </p>
            <SelectField label="Where it is now" value=place choices=places />
            <TextAreaField
                label="Reason"
                value=reason
                error=reason_error
                rows=2
                hint="“Given to the caretaker”, “left on the counter”."
            />
            <FormFailure failed />
            <div class="form-actions">
                <Button label="Cancel" on_press=move || open.set(false) />
                <Button label="Mark as Returned" kind=ButtonKind::Primary submit=true busy />
            </div>
        </form>
    }
}
