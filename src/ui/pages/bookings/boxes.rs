//! What each box knows of a booking: no more than it has confirmed, and how old its last word is.

use crate::ui::prelude::*;

use crate::domain::{BookingId, BoxId};
use crate::journal::queries::{Delivery, DeliveryState, Filter};
use crate::ui::kit::*;
use crate::ui::state::{App, View};
use crate::ui::words::times;

/// What a box knows, in words.
#[derive(Clone, PartialEq, Debug)]
struct Knows {
    kind: StateKind,
    word: &'static str,
    text: String,
}

fn knows(view: &View, id: BookingId, delivery: Delivery) -> Knows {
    let smartbox = view.ledger.smartbox(delivery.smartbox);
    let full = smartbox.is_some_and(|b| b.refused().contains(&id.0));
    let visited = smartbox.and_then(|b| b.visited()).map(|(at, _)| at);
    let heard = match visited {
        Some(at) => format!("Last word from it {} ago.", times::lasting(view.now.ms() - at.ms())),
        None => "It has not been visited yet.".to_owned(),
    };
    let filter = view.status(id).map_or(Filter::All, |status| status.filter());
    let (kind, word, what) = match (delivery.state, filter) {
        (DeliveryState::Queued, _) if full => {
            (StateKind::Wrong, "No room", "It had no room for this booking at the last visit.")
        }
        (DeliveryState::Queued, _) if delivery.courier.is_some() => {
            (StateKind::Waiting, "On a courier", "It does not know the code yet, as far as anybody has told.")
        }
        (DeliveryState::Queued, _) => {
            (StateKind::Waiting, "Queued", "It does not know the code yet: a visit brings it.")
        }
        (DeliveryState::Outdated, _) => {
            (StateKind::Waiting, "Change queued", "It goes by what was written before the last change.")
        }
        (DeliveryState::StillAccepts, _) => (
            StateKind::Wrong,
            "Revoked, still accepted",
            "It has not been told of it, and goes by the times it was told last.",
        ),
        (DeliveryState::Live, Filter::Revoked) => {
            (StateKind::Ended, "Refuses the code", "It has confirmed the revocation.")
        }
        (DeliveryState::Live, Filter::Ended | Filter::Overdue) => {
            (StateKind::Ended, "Over", "It knows when pick-up ended.")
        }
        (DeliveryState::Live, _) => (StateKind::Live, "Live", "It has confirmed the code and the times."),
    };
    let courier = delivery.courier.map_or_else(String::new, |since| {
        format!(" A courier has had the change for {}.", times::lasting(view.now.ms() - since.ms()))
    });
    Knows { kind, word, text: format!("{what}{courier} {heard}") }
}

/// The boxes that still accept the code of a revoked booking, by name.
pub fn still_accepting(view: &View, id: BookingId) -> Vec<String> {
    let deliveries = view.ledger.deliveries(id, view.zones, view.now).into_iter();
    let accepting = deliveries.filter(|delivery| delivery.state == DeliveryState::StillAccepts);
    accepting.map(|delivery| view.box_name(delivery.smartbox)).collect()
}

/// The boxes that hold a booking and so would have to be told of its end, by name.
pub fn holding(view: &View, id: BookingId) -> Vec<String> {
    let boxes = view.ledger.boxes().filter(|(_, smartbox)| smartbox.holds(id.0).is_some());
    boxes.map(|(smartbox, _)| view.box_name(smartbox)).collect()
}

/// Names in a row: “A, B and C”.
pub fn names(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// How far a booking has come towards each box.
#[component]
pub fn Boxes(
    /// Which booking.
    id: BookingId,
) -> impl IntoView {
    let app = App::here();
    let boxes = Derived::new(move || {
        app.view(|v| {
            let deliveries = v.ledger.deliveries(id, v.zones, v.now);
            deliveries.into_iter().map(|delivery| delivery.smartbox).collect::<Vec<_>>()
        })
    });
    let none = move || {
        app.view(|v| match v.status(id).map(|status| status.filter()) {
            Some(Filter::Ended | Filter::Revoked) => "No box ever knew this booking.",
            _ => "No SmartBox is where this key lives, so no box will know the code. Add one to the location, or hand the key over yourself.",
        })
    };
    view! {
        <Section title="SmartBoxes">
            <ShowWhen when=move || !boxes.read().is_empty() fallback=move || view! { <p class="quiet">{none}</p> }>
                <Rows label="SmartBoxes">
                    {each(move || boxes.get(), |smartbox| smartbox.0.to_bits().into(), move |smartbox| view! { <BoxRow id smartbox /> })}
                </Rows>
            </ShowWhen>
        </Section>
    }
}

#[component]
fn BoxRow(id: BookingId, smartbox: BoxId) -> impl IntoView {
    let app = App::here();
    let line = Derived::new(move || {
        app.view(|v| {
            let deliveries = v.ledger.deliveries(id, v.zones, v.now);
            deliveries.into_iter().find(|d| d.smartbox == smartbox).map(|delivery| knows(&v, id, delivery))
        })
    });
    let of = move |f: fn(&Knows) -> String| Signal::derive(move || line.read().as_ref().map(f).unwrap_or_default());
    view! {
        <RowLink href=format!("/boxes/{smartbox}")>
            <span class="box-knows">
                <Row title=Signal::derive(move || app.view(|v| v.box_name(smartbox)))>
                    <StateMark
                        kind=Signal::derive(move || line.read().as_ref().map(|line| line.kind).unwrap_or_default())
                        word=of(|line| line.word.to_owned())
                    />
                </Row>
                <span class="box-knows-text">{of(|line| line.text.clone())}</span>
            </span>
        </RowLink>
    }
}

#[cfg(test)]
mod tests {
    // These run in the browser, where the interface is.
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::names;

    #[test]
    fn names_stand_in_a_row() {
        let said = |list: &[&str]| names(&list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!((said(&[]), said(&["A"])), (String::new(), "A".to_owned()));
        assert_eq!((said(&["A", "B"]), said(&["A", "B", "C"])), ("A and B".to_owned(), "A, B and C".to_owned()));
    }
}
