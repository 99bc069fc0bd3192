//! How a visit goes, and what came of it.

use crate::ui::prelude::*;

use crate::domain::BoxId;
use crate::ui::kit::*;
use crate::ui::state::App;
use crate::ui::visits::{VisitState, Visits};
use crate::ui::words;

/// What there is to say of the visit to a box: how far it is, what came of it, or why it broke off.
#[component]
pub fn VisitNews(id: BoxId) -> impl IntoView {
    let app = App::here();
    let visits = Visits::here();
    let state = Derived::new(move || visits.of(id));
    let again = move || leptos::task::spawn_local(visits.visit(id, None));
    let forget = move || visits.clear(id);
    view! {
        <div class="visit" role="status">
            {move || match state.get() {
                VisitState::Idle => Markup::default(),
                VisitState::Connecting => running("Connecting…".to_owned(), None),
                VisitState::Delivering { done, of } => {
                    running(format!("Delivering {done} of {of}…"), Some((done, of)))
                }
                VisitState::ReadingEvents { read } => running(format!("Reading events, {read} so far…"), None),
                VisitState::Done(summary) => {
                    let (title, more) = app.peek(|v| words::boxes::visited(&v, id, &summary));
                    view! {
                        <Notice icon=Icon::Check title text=more.join(" ")>
                            <Button label="Close" icon=Icon::Close icon_only=true kind=ButtonKind::Quiet on_press=forget />
                        </Notice>
                    }
                }
                VisitState::BrokenOff(failure, summary) => {
                    let (why, more) = app.peek(|v| words::boxes::broken_off(&v, id, &failure, &summary));
                    let text = [vec![why], more].concat().join(" ");
                    view! {
                        <Notice
                            kind=NoticeKind::Warning
                            title="The visit broke off"
                            text
                        >
                            <Button label="Deliver again" on_press=again />
                        </Notice>
                    }
                }
            }}
        </div>
    }
}

fn running(words: String, part: Option<(usize, usize)>) -> Markup {
    view! {
        <div class="visit-running">
            <p>{words}</p>
            <progress
                class="visit-bar"
                aria-hidden="true"
                value=part.map(|(done, _)| done.to_string())
                max=part.map(|(_, of)| of.max(1).to_string())
            ></progress>
        </div>
    }
}
