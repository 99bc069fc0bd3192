//! Edit: for whom an alias code is, and when and where they are expected.

use crate::ui::prelude::*;

use super::fields::{Fields, StayFields, VisitorFields, focus_first_wrong};
use crate::domain::{AliasId, Language};
use crate::journal::Command;
use crate::journal::command::{BookingVisitor, Refusal};
use crate::journal::desk::DeskError;
use crate::ui::kit::*;
use crate::ui::pages::keys::FormFailure;
use crate::ui::state::App;
use crate::ui::words::errors;

/// Changes an alias code. The code itself never changes.
#[component]
pub fn ChangeAlias(
    /// Which.
    id: AliasId,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <Dialog open on_close=move || open.set(false) title="Edit Alias Code" wide=true>
            <Form id open />
        </Dialog>
    }
}

#[component]
fn Form(id: AliasId, open: RwSignal<bool>) -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let fields = Fields::new(Language::default());
    let known = app.peek(|v| {
        let alias = v.ledger.alias(id)?;
        if let Some(stay) = alias.stay() {
            fields.take_stay(stay);
        }
        let visitor = alias.visitor()?;
        let details = v.ledger.visitor(visitor)?;
        fields.take_visitor(details);
        Some((visitor, details.clone()))
    });
    let known = StoredValue::new(known);
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        fields.tried.set(true);
        let (Ok(visitor), Ok(stay)) = untrack(|| (fields.visitor(app), fields.stay(app))) else {
            return focus_first_wrong("alias-form");
        };
        let visitor = visitor.map(|details| match known.get_value() {
            Some((id, same)) if same == details => BookingVisitor::Known(id),
            _ => BookingVisitor::Described(details),
        });
        busy.set(true);
        app.submit_then(Command::ChangeAlias(id, visitor, stay), move |result| {
            let _ = busy.try_set(false);
            match result {
                Ok(_) => toaster.say("Alias code updated."),
                Err(DeskError::Refused(Refusal::NothingToDo)) => toaster.say("Nothing was changed."),
                Err(error) => {
                    let _ = failed.try_set(Some(errors::desk(&error)));
                    return;
                }
            }
            let _ = open.try_set(false);
        });
    };
    view! {
        <form class="form alias-form" on:submit=save novalidate>
            <VisitorFields fields />
            <StayFields fields />
            <FormFailure failed />
            <div class="form-actions">
                <Button label="Cancel" on_press=move || open.set(false) />
                <Button label="Update" kind=ButtonKind::Primary submit=true busy />
            </div>
        </form>
    }
}
