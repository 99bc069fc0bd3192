//! Alias codes.

use leptos::prelude::*;

/// The alias codes.
#[component]
pub fn AliasesPage() -> impl IntoView {}
