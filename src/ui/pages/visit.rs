//! The visitor's own page: what a Booking URL carries, with no journal and no account.

use crate::ui::prelude::*;

use crate::delivery::{PassError, VisitPass};
use crate::ui::kit::*;

/// The page of one booking.
#[component]
pub fn VisitPage(
    /// The part of the address after `#`.
    fragment: String,
) -> impl IntoView {
    // Another Booking URL in the same tab changes only what stands after `#`.
    let changed = window_event_listener(leptos::ev::hashchange, |_| {
        // A page that can't be loaded again stays as it is.
        let _ = window().location().reload();
    });
    on_cleanup(move || changed.remove());
    match VisitPass::parse(&fragment) {
        Ok(pass) => view! { <Pass pass /> },
        Err(error) => {
            let text = match error {
                PassError::Damaged => {
                    "Part of the address is missing. Open the whole link, or ask whoever sent it to send it again."
                }
                PassError::Newer => "It was made by a newer version of this page. Reload it, with a network.",
            };
            view! {
                <main class="unopened" id="main">
                    <Empty icon=Icon::Ticket title="This link shows no booking" text />
                </main>
            }
        }
    }
}

#[component]
fn Pass(pass: VisitPass) -> impl IntoView {
    let words = pass.words();
    let digits = pass.code.digits();
    let title = pass.key.to_string();
    document().set_title(&format!("{title} · {}", pass.organization));
    view! {
        <main class="pass" id="main" lang=pass.language.tag()>
            <p class="pass-organization">{pass.organization.to_string()}</p>
            <h1 class="pass-title">{title}</h1>
            <CodeText digits size=CodeSize::Large />
            <div class="message-text">{words.text}</div>
        </main>
    }
}
