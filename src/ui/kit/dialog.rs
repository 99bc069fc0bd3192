//! A window over the page that wants an answer first.
use super::{Button, ButtonKind, Icon, KitWords, ShowWhen, fresh_id};
use crate::ui::dom::focus_head_if_lost;
use crate::ui::prelude::*;

/// A modal dialog; from the bottom edge on a phone. Built while it is open, so that each opening starts afresh.
///
/// The browser's own `<dialog>` keeps the focus inside, closes on Escape and gives the focus back where it was. The first
/// thing in it that takes focus gets it: the first field, or the first action of the footer.
#[component]
pub fn Dialog(
    /// Whether it is open.
    #[prop(into)]
    open: Signal<bool>,
    /// Asked to close, by Escape or by its close button; the owner sets `open` to false.
    #[prop(into)]
    on_close: Callback<()>,
    /// What it is about; also its accessible name.
    #[prop(into)]
    title: Signal<String>,
    /// Room for a long form or a table.
    #[prop(optional)]
    wide: bool,
    /// The actions, the safe one first.
    #[prop(optional, into)]
    footer: Option<ViewFn>,
    /// What it says or asks.
    children: ChildrenFn,
) -> impl IntoView {
    let words = KitWords::here();
    let title_id = fresh_id("dialog");
    let named_by = title_id.clone();
    let dialog = NodeRef::<leptos::html::Dialog>::new();

    // Opened once its body stands, or the focus would go past it.
    let body = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |_| {
        let open = open.get();
        let built = body.get().is_some();
        let Some(dialog) = dialog.get() else { return };
        if open && built && !dialog.open() {
            let _ = dialog.show_modal();
        } else if !open && dialog.open() {
            dialog.close();
            // What opened it may be gone by then, and with it the focus.
            request_animation_frame(focus_head_if_lost);
        }
    });

    view! {
        <dialog
            class="dialog"
            class:dialog-wide=wide
            aria-labelledby=named_by
            node_ref=dialog
            on:cancel=move |event: leptos::ev::Event| {
                if event.target() == event.current_target() {
                    event.prevent_default();
                    on_close.run(());
                }
            }
            on:close=move |_| {
                // The browser may close it without asking (a second Escape): the owner hears of that too.
                if open.get_untracked() {
                    on_close.run(());
                }
            }
        >
            <div class="dialog-frame">
                <h2 class="dialog-title" id=title_id>
                    {title}
                </h2>
                <ShowWhen when=move || open.get()>
                    <div class="dialog-body" node_ref=body>{children()}</div>
                    {footer.as_ref().map(|footer| view! { <div class="dialog-footer">{footer.run()}</div> })}
                </ShowWhen>
                <div class="dialog-close">
                    <Button
                        label=words.close
                        icon=Icon::Close
                        icon_only=true
                        kind=ButtonKind::Quiet
                        on_press=move || on_close.run(())
                    />
                </div>
            </div>
        </dialog>
    }
}
