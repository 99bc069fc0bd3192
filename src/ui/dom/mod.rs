//! What stands in the page: Leptos' components and signals, on a renderer of its own.
//!
//! Leptos' renderer makes a type of each tree of elements and code of each type: 61 KB of this app's 538, compressed, more than
//! what stands here. Here every view is one type, [`Markup`], and the [`view!`] macro makes a text and a few calls of each
//! instead (`macros/src/lib.rs` says how). What changes is watched with Leptos' own effects, so signals, contexts, owners
//! and clean-ups are as everywhere in Leptos.
//!
//! Two things differ from Leptos, and both are simpler:
//! - Elements are made when a view is, not when it is mounted.
//! - When a closure in a view answers anew, what it answered before leaves the page, and its owner is cleaned up after
//!   that; nothing is patched. Text alone is written over. Had it the focus, what follows gets it. A [`Derived`](super::kit::Derived) keeps a closure from
//!   answering anew when nothing has changed, and [`each`] keeps what stays in a list.

/// What a signal holds, asked for anew when it has changed: for both that stand in a view and values.
macro_rules! read_anew {
    ($shown:ident::$into:ident -> $as:ty) => {
        $crate::ui::dom::read_anew!($shown::$into -> $as, Signal);
        $crate::ui::dom::read_anew!($shown::$into -> $as, RwSignal);
        $crate::ui::dom::read_anew!($shown::$into -> $as, Memo);
        $crate::ui::dom::read_anew!($shown::$into -> $as, Derived, PartialEq);
    };
    ($shown:ident::$into:ident -> $as:ty, $signal:ident $(, $bound:path)?) => {
        impl<T: $shown + Clone + Send + Sync + 'static $(+ $bound)?> $shown for $signal<T> {
            fn $into(self) -> $as {
                (move || self.get()).$into()
            }
        }
    };
}
use read_anew;

mod builder;
mod focus;
mod list;
mod live;
mod markup;
mod tasks;
mod value;

pub use builder::Builder;
pub use focus::{focus_head, focus_head_if_lost};
pub use latchbook_macros::view;
pub use list::each;
pub use markup::{Children, ChildrenFn, CollectView, IntoView, Markup, ToChildren, ViewFn};
pub use tasks::{Effect, spawn_local};
pub use value::{IntoValue, Value};

use leptos::prelude::Owner;
use leptos::web_sys::Node;

/// Keeps a view in the page, and takes it out when it is dropped.
#[must_use = "the view leaves the page when this is dropped"]
pub struct Mounted {
    owner: Owner,
    parent: Node,
}

impl Mounted {
    /// Lets the view stay as long as the page.
    pub fn forget(self) {
        std::mem::forget(self);
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        self.parent.set_text_content(None);
        self.owner.cleanup();
    }
}

/// Puts a view into an element that has nothing else in it.
pub fn mount(parent: &Node, view: impl FnOnce() -> Markup) -> Mounted {
    // Fails when it was done before, which is as good.
    let _ = any_spawner::Executor::init_wasm_bindgen();
    let owner = Owner::new();
    owner.with(|| view().mount(parent, None));
    Mounted { owner, parent: parent.clone() }
}

/// Puts the app into the page's body, for good.
pub fn mount_to_body(view: impl FnOnce() -> Markup) {
    mount(&leptos::prelude::document().body().expect("a page has a body"), view).forget();
}
