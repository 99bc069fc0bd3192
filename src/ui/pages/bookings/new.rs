//! + Add → One-Time Booking, + Add → Ongoing Access: from an empty form to the code.

use crate::ui::prelude::*;

use super::form::{BookingForm, Fields, Filled};
use crate::domain::{KeyId, Language};
use crate::journal::Command;
use crate::journal::command::{BookingVisitor, NewBooking as Wanted, RequestedRight};
use crate::ui::kit::*;
use crate::ui::route::Route;
use crate::ui::router::Router;
use crate::ui::state::{App, View};
use crate::ui::words::{errors, times};

/// A new booking. `?key=` names the key it begins with.
#[component]
pub fn NewBooking(
    /// Whether it is an ongoing access.
    ongoing: bool,
) -> impl IntoView {
    let app = App::here();
    let any = Derived::new(move || app.view(|v| v.ledger.keys().next().is_some()));
    move || {
        if any.get() {
            view! { <NewForm ongoing /> }
        } else {
            view! {
                <PaneHead title=name(ongoing) />
                <Empty icon=Icon::Key title="No key to book" text="A booking is for a key. Add the first one.">
                    <LinkButton href=Route::Keys label="Keys" kind=ButtonKind::Primary icon=Icon::Key />
                </Empty>
            }
        }
    }
}

const fn name(ongoing: bool) -> &'static str {
    if ongoing { "Ongoing Access" } else { "One-Time Booking" }
}

/// From the next full hour there to the key's usual check-out on the next day.
fn usual_times(view: &View, key: KeyId) -> Option<(String, String)> {
    let (rules, details) = (view.rules(key)?, view.ledger.key(key)?.details());
    let start = times::next_hour(rules, view.now);
    Some((times::field(start), times::field(times::days_later(start, 1, details.check_out))))
}

#[component]
fn NewForm(ongoing: bool) -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let route = Route::here();
    let router = Router::here();
    let own = window().navigator().language().and_then(|tag| Language::from_tag(&tag));
    let fields = Fields { ongoing, ..Fields::new(own.unwrap_or_default()) };
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<String>));

    // The key of the address; without one the only key there is.
    Effect::new(move |_| {
        let Route::NewBooking { key: asked, .. } = route.get() else { return };
        let key = app.peek(|v| {
            let mut keys = v.ledger.keys().map(|(id, _)| id);
            let only = keys.next().filter(|_| keys.next().is_none());
            asked.filter(|key| v.ledger.key(*key).is_some()).or(only)
        });
        if let Some(key) = key {
            fields.key.set(key.to_string());
        }
    });
    // Times nobody has touched follow the key.
    Effect::new(move |before: Option<(String, String)>| {
        let key = fields.key.get().parse().ok();
        let usual = key.and_then(|key| app.peek(|v| usual_times(&v, key)));
        let held = (fields.start.get_untracked(), fields.end.get_untracked());
        let before = before.unwrap_or_default();
        match usual {
            Some(usual) if held == before => {
                fields.start.set(usual.0.clone());
                fields.end.set(usual.1.clone());
                usual
            }
            _ => before,
        }
    });

    let save = {
        move |filled: Filled| {
            let right = match filled.times {
                Some((start, end)) => RequestedRight::OneTime { start, end },
                None if ongoing => RequestedRight::Ongoing,
                None => return,
            };
            let alias = fields.alias.get_untracked();
            let awaited = alias.and_then(|id| app.peek(|v| v.ledger.alias(id)?.visitor()));
            let known = fields.known.get_untracked().or(awaited);
            let known = known.filter(|id| app.peek(|v| v.ledger.visitor(*id) == Some(&filled.terms.visitor)));
            let wanted = Wanted {
                key: filled.terms.key,
                visitor: known.map_or(BookingVisitor::Described(filled.terms.visitor), BookingVisitor::Known),
                right,
                notes: filled.terms.notes,
                reminder: filled.reminder,
                overlap: filled.overlap,
                source: None,
                alias,
                notify: filled.notify,
            };
            busy.set(true);
            app.submit_then(Command::MakeBooking(wanted), move |result| {
                // The form may be gone by now; what was decided is kept all the same.
                let here = busy.try_set(false).is_none();
                match result {
                    Ok(decision) => {
                        toaster.say(if ongoing { "Access saved." } else { "Booking saved." });
                        if let Some(id) = decision.booking().filter(|_| here) {
                            router.replace(Route::booking(id));
                        }
                    }
                    Err(error) if here => failed.set(Some(errors::desk(&error))),
                    Err(error) => toaster.say(errors::desk(&error)),
                }
            });
        }
    };
    let text = if ongoing {
        "Who gets which key, until it is revoked. The code is there as soon as it is saved."
    } else {
        "Who gets which key, and when. The code is there as soon as it is saved."
    };
    view! {
        <PaneHead title=name(ongoing) text=text />
        <BookingForm
            fields
            submit=if ongoing { "Save Access" } else { "Save Booking" }
            busy
            failed
            on_save=save
            on_cancel=move || router.go(Route::BOOKINGS)
        />
    }
}
