//! A banner: something the reader should know before going on.
use super::{Glyph, Icon};
use crate::ui::prelude::*;

/// How grave a notice is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoticeKind {
    /// Good to know.
    #[default]
    Info,
    /// Something will go wrong unless someone acts.
    Warning,
    /// Something went wrong.
    Error,
}

/// A banner with a title, a text, and what to do (the children). An error is announced at once, the rest politely.
#[component]
pub fn Notice(
    /// How grave.
    #[prop(optional)]
    kind: NoticeKind,
    /// Another icon than the kind's own.
    #[prop(optional, into)]
    icon: Option<Icon>,
    /// What is so.
    #[prop(into)]
    title: Signal<String>,
    /// Why, and what it means.
    #[prop(optional, into)]
    text: Signal<String>,
    /// The actions.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (class, own_icon, role) = match kind {
        NoticeKind::Info => ("notice notice-info", Icon::Info, "status"),
        NoticeKind::Warning => ("notice notice-warning", Icon::Alert, "status"),
        NoticeKind::Error => ("notice notice-error", Icon::Alert, "alert"),
    };
    view! {
        <div class=class role=role>
            <Glyph icon=icon.unwrap_or(own_icon) />
            <div class="notice-words">
                <p class="notice-title">{title}</p>
                {move || (!text.read().is_empty()).then(|| view! { <p class="notice-text">{text}</p> })}
            </div>
            {children.map(|children| view! { <div class="notice-actions">{children()}</div> })}
        </div>
    }
}
