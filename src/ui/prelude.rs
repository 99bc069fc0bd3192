//! What every part of the interface uses: Leptos' signals, components and helpers, and the views of [`dom`](super::dom) in the
//! place of Leptos' own.
pub use super::dom::{Children, ChildrenFn, CollectView, IntoView, Markup, ToChildren, ViewFn, each, view};
pub use leptos::prelude::*;
