//! A state: a word and a shape before it is a colour.
use crate::ui::prelude::*;

/// What a state means, whatever its word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum StateKind {
    /// In force now, as far as is known: a filled disc.
    Live,
    /// Something is still to come or on its way: a ring, half filled.
    Waiting,
    /// Someone has to act: a filled triangle.
    Wrong,
    /// Over: a ring with a stroke through it.
    Ended,
    /// None of these: a small ring.
    #[default]
    Plain,
}

impl StateKind {
    fn class(self) -> &'static str {
        match self {
            StateKind::Live => "state state-live",
            StateKind::Waiting => "state state-waiting",
            StateKind::Wrong => "state state-wrong",
            StateKind::Ended => "state state-ended",
            StateKind::Plain => "state state-plain",
        }
    }

    /// The shape on a 12 by 12 grid. What is filled and what is stroked, the path itself says: it is drawn filled, with
    /// rings as two contours.
    fn shape(self) -> &'static str {
        match self {
            StateKind::Live => "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1z",
            StateKind::Waiting => "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1zM6 2.5a3.5 3.5 0 0 0 0 7z",
            StateKind::Wrong => "M6 .8 11.6 11H.4z",
            StateKind::Ended => {
                "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1zM6 2.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7zM3.5 5.25h5v1.5h-5z"
            }
            StateKind::Plain => "M6 2.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 0 1 0-7zM6 4a2 2 0 1 0 0 4a2 2 0 0 0 0-4z",
        }
    }
}

/// A state, said and drawn.
#[component]
pub fn StateMark(
    /// What it means.
    #[prop(into)]
    kind: Signal<StateKind>,
    /// Its word.
    #[prop(into)]
    word: Signal<String>,
) -> impl IntoView {
    view! {
        <span class=move || kind.get().class()>
            <svg class="state-shape" viewBox="0 0 12 12" aria-hidden="true">
                <path fill-rule="evenodd" d=move || kind.get().shape() />
            </svg>
            <span class="state-word">{word}</span>
        </span>
    }
}
