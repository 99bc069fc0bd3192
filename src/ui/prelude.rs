//! What every part of the interface uses: Leptos' signals, components and helpers, and the views of [`dom`](super::dom) in the
//! place of Leptos' own.
pub use super::dom::{
    Children, ChildrenFn, CollectView, Effect, IntoView, Markup, ToChildren, ViewFn, each, spawn_local, view,
};
pub use leptos::prelude::*;
