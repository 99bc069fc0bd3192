//! A list and its detail: side by side where there is room, one over the other where there is not.
use super::{Glyph, Icon, ShowWhen};
use crate::ui::prelude::*;
use crate::ui::router::Link;

/// A list with its detail. In a narrow place the detail, once open, covers the list and leads back to it; the list keeps
/// its place underneath.
#[component]
pub fn Split(
    /// The list.
    #[prop(into)]
    list: ViewFn,
    /// Whether a detail is open.
    #[prop(into)]
    open: Signal<bool>,
    /// Where the way back leads: the list's own address.
    #[prop(into)]
    back_href: String,
    /// What the way back is called: the list's name.
    #[prop(into)]
    back_label: Signal<String>,
    /// What the place of the detail shows while none is open; seen only side by side.
    #[prop(optional, into)]
    placeholder: Option<ViewFn>,
    /// The detail. It may change with the route while the list stays.
    children: ChildrenFn,
) -> impl IntoView {
    view! {
        <div class="split" class:split-open=open>
            <div class="split-list">{list.run()}</div>
            <div class="split-detail">
                <ShowWhen
                    when=move || open.get()
                    fallback=move || {
                        placeholder
                            .as_ref()
                            .map(|placeholder| view! { <div class="split-placeholder">{placeholder.run()}</div> })
                    }
                >
                    <div class="split-back">
                        <Link href=back_href.clone() class="back">
                            <Glyph icon=Icon::ArrowLeft />
                            <span>{back_label}</span>
                        </Link>
                    </div>
                    <div class="split-content">{children()}</div>
                </ShowWhen>
            </div>
        </div>
    }
}
