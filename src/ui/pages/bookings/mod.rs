use leptos::prelude::*;
use leptos_router::components::Outlet;
#[component] pub fn BookingsPage() -> impl IntoView { view!{<Outlet/>} }
#[component] pub fn AboutBooking() -> impl IntoView { }
#[component] pub fn NewBooking() -> impl IntoView { }
