//! Retire: says what will happen, asks, does it.

use crate::ui::prelude::*;

use crate::domain::AliasId;
use crate::journal::Command;
use crate::ui::kit::*;
use crate::ui::pages::bookings::boxes::names;
use crate::ui::pages::keys::FormFailure;
use crate::ui::state::{App, View};
use crate::ui::words::{aliases, errors};

/// What retiring an alias code means.
fn consequences(view: &View, id: AliasId) -> Vec<String> {
    let boxes: Vec<String> = view
        .ledger
        .boxes()
        .filter(|(_, smartbox)| smartbox.holds(id.0).is_some())
        .map(|(smartbox, _)| view.box_name(smartbox))
        .collect();
    vec![
        "It can’t be linked to a booking any more, and that can’t be undone. Whoever has it gets another one from you."
            .to_owned(),
        "The same digits are not issued again for 90 days.".to_owned(),
        match boxes.as_slice() {
            [] => "No box knows it, so there is nothing to deliver.".to_owned(),
            boxes => format!(
                "{} will go on answering “not linked yet” until the next visit; then the code is refused as revoked.",
                names(boxes)
            ),
        },
    ]
}

/// Asks before an alias code is retired.
#[component]
pub fn RetireDialog(
    /// Which.
    id: AliasId,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let retire = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        app.submit_then(Command::RetireAlias(id), move |result| {
            // The page may be gone by now; what was decided is kept all the same.
            let _ = busy.try_set(false);
            match result {
                Ok(_) => {
                    let _ = open.try_set(false);
                    toaster.say("Alias code retired.");
                }
                Err(error) => {
                    let _ = failed.try_set(Some(errors::desk(&error)));
                }
            }
        });
    };
    let lines = Derived::new(move || app.view(|v| consequences(&v, id)));
    view! {
        <Dialog
            open
            on_close=move || open.set(false)
            title=Signal::derive(move || app.view(|v| format!("Retire alias code {}?", aliases::code(&v, id))))
            footer=move || {
                view! {
                    <Button label="Keep It" on_press=move || open.set(false) />
                    <Button label="Retire" kind=ButtonKind::Danger busy on_press=retire />
                }
            }
        >
            {move || lines.get().into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
            <FormFailure failed />
        </Dialog>
    }
}
