//! What the parts need around them.
use super::{Clipboard, CopyDialog, Theme, ToastStack, Toaster};
use crate::ui::prelude::*;

/// Stands around the whole app, once: provides the [`Toaster`], the [`Clipboard`] and the [`Theme`], and holds what they
/// show.
#[component]
pub fn KitHost(
    /// The app.
    children: Children,
) -> impl IntoView {
    Theme::provide();
    Toaster::provide();
    Clipboard::provide();
    view! {
        {children()}
        <CopyDialog />
        <ToastStack />
    }
}
