//! Buttons, and links that look like them.
use super::{Glyph, Icon, fresh_id};
use crate::ui::prelude::*;
use crate::ui::router::Link;

/// How much a button asks for attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing this page is for; at most one in view.
    Primary,
    /// An ordinary action.
    #[default]
    Secondary,
    /// An action beside others, without an outline.
    Quiet,
    /// An action that takes something away.
    Danger,
}

impl ButtonKind {
    pub(super) fn class(self) -> &'static str {
        match self {
            ButtonKind::Primary => "button button-primary",
            ButtonKind::Secondary => "button button-secondary",
            ButtonKind::Quiet => "button button-quiet",
            ButtonKind::Danger => "button button-danger",
        }
    }
}

/// A button. Out of reach for now, it stays focusable and says why in the line below it.
#[component]
pub fn Button(
    /// The accessible name, and the text unless `icon_only`.
    #[prop(into)]
    label: Signal<String>,
    /// How much it asks for attention.
    #[prop(optional)]
    kind: ButtonKind,
    /// Stands before the text.
    #[prop(optional, into)]
    icon: Option<Icon>,
    /// Shows the icon alone; the label stays as the name and as a tooltip.
    #[prop(optional)]
    icon_only: bool,
    /// At work: shows so, and takes no press.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Why it cannot be pressed now, if it cannot.
    #[prop(optional, into)]
    unavailable: Signal<Option<String>>,
    /// Submits the form it stands in.
    #[prop(optional)]
    submit: bool,
    /// Pressed, when it is neither busy nor unavailable.
    #[prop(optional, into)]
    on_press: Option<Callback<()>>,
    /// The element, for those who need to focus it.
    #[prop(optional)]
    node_ref: NodeRef<leptos::html::Button>,
) -> impl IntoView {
    let reason_id = fresh_id("reason");
    let described_by = {
        let reason_id = reason_id.clone();
        move || unavailable.read().is_some().then(|| reason_id.clone())
    };
    let idle = move || !busy.get() && unavailable.read().is_none();
    view! {
        <span class="button-place">
            <button
                type=if submit { "submit" } else { "button" }
                class=kind.class()
                class:button-icon-only=icon_only
                class:button-busy=busy
                aria-label=move || icon_only.then(|| label.get())
                title=move || icon_only.then(|| label.get())
                aria-busy=move || busy.get().then_some("true")
                aria-disabled=move || (!idle()).then_some("true")
                aria-describedby=described_by
                node_ref=node_ref
                on:click=move |event| {
                    if !idle() {
                        event.prevent_default();
                    } else if let Some(on_press) = on_press {
                        on_press.run(());
                    }
                }
            >
                {icon.map(|icon| view! { <Glyph icon /> })}
                {(!icon_only).then(|| view! { <span>{label}</span> })}
            </button>
            <span class="button-reason" id=reason_id>
                {unavailable}
            </span>
        </span>
    }
}

/// A link that looks like a button: for going somewhere, where a button does something.
#[component]
pub fn LinkButton(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// The text and the accessible name.
    #[prop(into)]
    label: Signal<String>,
    /// How much it asks for attention.
    #[prop(optional)]
    kind: ButtonKind,
    /// Stands before the text.
    #[prop(optional, into)]
    icon: Option<Icon>,
) -> impl IntoView {
    view! {
        <Link href class=kind.class()>
            {icon.map(|icon| view! { <Glyph icon /> })}
            <span>{label}</span>
        </Link>
    }
}
