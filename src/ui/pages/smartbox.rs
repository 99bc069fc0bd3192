use leptos::prelude::*;
#[component] pub fn BoxPage() -> impl IntoView { }
