//! A row: the one shape in which things are listed.
use super::{Glyph, Icon};
use crate::ui::prelude::*;
use crate::ui::router::Link;

/// The face of a row: what it is about, a second line, and at the far end a state, a code or a time (the children).
///
/// Stands in a [`RowLink`] or as a row of a [`VirtualList`](super::VirtualList).
#[component]
pub fn Row(
    /// Who or what.
    #[prop(into)]
    title: Signal<String>,
    /// When, where, which: the second line.
    #[prop(optional, into)]
    text: Signal<String>,
    /// Stands before both lines.
    #[prop(optional, into)]
    icon: Option<Icon>,
    /// What stands at the far end.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <span class="row">
            {icon.map(|icon| view! { <Glyph icon /> })}
            <span class="row-words">
                <span class="row-title">{title}</span>
                <span class="row-text">{text}</span>
            </span>
            {children.map(|children| view! { <span class="row-side">{children()}</span> })}
        </span>
    }
}

/// A plain list of rows, for some dozens; thousands go into a [`VirtualList`](super::VirtualList).
#[component]
pub fn Rows(
    /// What is listed.
    #[prop(into)]
    label: Signal<String>,
    /// The [`RowLink`]s, or `li` elements with the class `rows-item`.
    children: Children,
) -> impl IntoView {
    view! {
        <ul class="rows" aria-label=label>
            {children()}
        </ul>
    }
}

/// A row that leads somewhere: a list item with one link.
#[component]
pub fn RowLink(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// The face, a [`Row`].
    children: Children,
) -> impl IntoView {
    view! {
        <li class="rows-item">
            <Link href class="row-link">
                {children()}
                <Glyph icon=Icon::ChevronRight />
            </Link>
        </li>
    }
}
