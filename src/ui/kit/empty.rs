//! What a place says while it holds nothing.
use super::{Glyph, Icon};
use crate::ui::prelude::*;

/// Says that there is nothing, why, and what to do about it (the children: one or two buttons).
#[component]
pub fn Empty(
    /// What would stand here.
    icon: Icon,
    /// What is so.
    #[prop(into)]
    title: Signal<String>,
    /// What to do, in a sentence.
    #[prop(optional, into)]
    text: Signal<String>,
    /// The actions.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty-icon">
                <Glyph icon />
            </span>
            <p class="empty-title">{title}</p>
            <p class="empty-text">{text}</p>
            {children.map(|children| view! { <div class="empty-actions">{children()}</div> })}
        </div>
    }
}
