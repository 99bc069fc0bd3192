use leptos::prelude::*;
#[component] pub fn LocationsPage() -> impl IntoView { }
#[component] pub fn AboutLocation() -> impl IntoView { }
#[component] pub fn LocationForm(open: RwSignal<bool>) -> impl IntoView { let _ = open; }
#[component] pub fn BoxForm(open: RwSignal<bool>) -> impl IntoView { let _ = open; }
