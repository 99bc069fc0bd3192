//! What is known about a thing, line by line: a label and its value.
use crate::ui::prelude::*;

/// A list of [`DetailRow`]s.
#[component]
pub fn DetailList(
    /// The rows.
    children: Children,
) -> impl IntoView {
    view! { <dl class="details">{children()}</dl> }
}

/// A label and its value (the children), with an action at the end where there is one.
#[component]
pub fn DetailRow(
    /// What the value is.
    #[prop(into)]
    label: Signal<String>,
    /// A quiet action that belongs to the value, such as copying it.
    #[prop(optional, into)]
    action: Option<ViewFn>,
    /// The value.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="detail">
            <dt class="detail-label">{label}</dt>
            <dd class="detail-value">
                <div class="detail-words">{children()}</div>
                {action.map(|action| view! { <div class="detail-action">{action.run()}</div> })}
            </dd>
        </div>
    }
}
