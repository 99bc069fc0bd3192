//! Messages.

use leptos::prelude::*;

/// The messages.
#[component]
pub fn MessagesPage() -> impl IntoView {}
