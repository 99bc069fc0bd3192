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
    let forget = move || visits.clear(id);
    let ended = move || match state.get() {
        VisitState::Done(summary) => {
            let (title, text) = app.peek(|v| words::boxes::visited(&v, id, &summary));
            view! {
                <Notice icon=Icon::Check title text>
                    <Button label="Close" icon=Icon::Close icon_only=true kind=ButtonKind::Quiet on_press=forget />
                </Notice>
            }
        }
        VisitState::BrokenOff(end) => {
            let (failure, summary) = &*end;
            let (title, text) = app.peek(|v| words::boxes::broken_off(&v, id, failure, summary));
            let more = summary.left().is_some() || summary.label.is_some();
            let label = if more { "Try again" } else { "Deliver again" };
            let again = move || spawn_local(visits.again(id));
            view! {
                <Notice kind=NoticeKind::Warning title text>
                    <Button label on_press=again />
                </Notice>
            }
        }
        _ => Markup::default(),
    };
    // The button to cancel with stays the same one, however fast the words change.
    let part = move || match *state.read() {
        VisitState::Delivering { done, of } => Some((done, of)),
        _ => None,
    };
    view! {
        <div class="visit" role="status">
            <ShowWhen when=move || state.read().is_running()>
                <div class="visit-running">
                    <p>
                        {move || match *state.read() {
                            VisitState::Delivering { done, of } => format!("Delivering {done} of {of}…"),
                            VisitState::ReadingEvents { read } => format!("Reading events, {read} so far…"),
                            _ => "Connecting…".to_owned(),
                        }}
                    </p>
                    <Button label="Cancel" on_press=move || visits.cancel(id) />
                    <progress
                        class="visit-bar"
                        aria-hidden="true"
                        value=move || part().map(|(done, _)| done.to_string())
                        max=move || part().map(|(_, of)| of.max(1).to_string())
                    ></progress>
                </div>
            </ShowWhen>
            {ended}
        </div>
    }
}
