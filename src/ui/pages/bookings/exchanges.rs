//! When a booking's key went out and came back, as the boxes and people have said.

use crate::ui::prelude::*;

use crate::domain::BookingId;
use crate::journal::ledger::{Move, Movement, PickUp, Witness};
use crate::ui::kit::*;
use crate::ui::state::{App, View};

/// Each pick-up of a booking, and what became of the key after it; nothing while the visitor has it.
fn exchanges(view: &View, id: BookingId) -> Vec<(PickUp, Option<Movement>)> {
    let next = |taken: &PickUp| {
        let what = Move::PickUp(id, taken.smartbox, taken.bin);
        let pick_up = Movement { at: taken.at, witness: Witness::Box(taken.smartbox, taken.number), what };
        let moves = view.ledger.key(taken.key)?.moves();
        moves.get(moves.partition_point(|m| *m <= pick_up)).copied()
    };
    view.ledger.pick_ups(id).map(|taken| (*taken, next(taken))).collect()
}

/// What became of a key after a pick-up, in words.
fn after(view: &View, moved: Movement, key: crate::domain::KeyId) -> String {
    let mut said = became(view, moved, key);
    if let Witness::Fact(by) = moved.witness
        && let Some(why) = view.ledger.remark(by)
    {
        said.push_str(&format!(" “{why}”"));
    }
    said
}

fn became(view: &View, moved: Movement, key: crate::domain::KeyId) -> String {
    match moved.what {
        Move::DropOff(smartbox, bin) => {
            format!("Returned {} to {}, bin {bin}.", view.box_moment(moved.at, smartbox), view.box_name(smartbox))
        }
        Move::TakenByHand(smartbox, bin) => format!(
            "Taken out of {}, bin {bin}, by hand {}.",
            view.box_name(smartbox),
            view.box_moment(moved.at, smartbox)
        ),
        Move::PickUp(other, smartbox, bin) => format!(
            "Picked up again {} at {}, bin {bin}, by {}, with no return reported in between.",
            view.box_moment(moved.at, smartbox),
            view.box_name(smartbox),
            view.visitor_name(other)
        ),
        Move::StatedInBin(smartbox, bin) => format!(
            "Somebody said {} that it is in {}, bin {bin}.",
            view.moment(moved.at, key),
            view.box_name(smartbox)
        ),
        Move::StatedAtHand => format!("Somebody said {} that it is at hand.", view.moment(moved.at, key)),
        Move::StatedUnaccounted => {
            format!("Somebody said {} that nobody knows where it is.", view.moment(moved.at, key))
        }
    }
}

/// Pick-ups and returns of a booking.
#[component]
pub fn Exchanges(
    /// Which booking.
    id: BookingId,
) -> impl IntoView {
    let app = App::here();
    let lines = Derived::new(move || {
        app.view(|v| {
            let mut lines = Vec::new();
            for (taken, moved) in exchanges(&v, id) {
                let at = v.box_moment(taken.at, taken.smartbox);
                lines.push(format!("Picked up {at} at {}, bin {}.", v.box_name(taken.smartbox), taken.bin));
                lines.push(moved.map_or("Not returned, as far as any box has told.".to_owned(), |moved| {
                    after(&v, moved, taken.key)
                }));
            }
            lines
        })
    });
    view! {
        <Section title="Pick-up and return">
            <ShowWhen
                when=move || !lines.read().is_empty()
                fallback=|| view! { <p class="quiet">"No box has reported a pick-up."</p> }
            >
                <ol class="exchanges">
                    {move || lines.get().into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}
                </ol>
            </ShowWhen>
        </Section>
    }
}
