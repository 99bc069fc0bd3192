//! What is worked out, shown and listed, with the machinery compiled once instead of once for each type.
//!
//! Leptos' own `Memo`, `Show` and `For` are generic over every type and closure that passes through them, which costs the
//! download about a kilobyte apiece. These do the same work behind a box.
use std::any::Any;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use crate::ui::prelude::*;

/// A value that is worked out from signals, and that tells others only when it has changed: a [`Memo`].
pub struct Derived<T> {
    kept: Memo<Kept>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Derived<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Derived<T> {}

type Value = Arc<dyn Any + Send + Sync>;

/// A value, and how to tell it from another of its type.
#[derive(Clone)]
struct Kept {
    value: Value,
    same: fn(&Value, &Value) -> bool,
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        (self.same)(&self.value, &other.value)
    }
}

fn same<T: PartialEq + 'static>(one: &Value, other: &Value) -> bool {
    one.downcast_ref::<T>() == other.downcast_ref::<T>()
}

fn keep(work_out: Box<dyn Fn() -> Kept + Send + Sync>) -> Memo<Kept> {
    Memo::new(move |_| work_out())
}

impl<T: PartialEq + Send + Sync + 'static> Derived<T> {
    /// Works it out when it is first asked for, and again when a signal that was read has changed.
    pub fn new(work_out: impl Fn() -> T + Send + Sync + 'static) -> Self {
        let kept = keep(Box::new(move || Kept { value: Arc::new(work_out()), same: same::<T> }));
        Self { kept, of: PhantomData }
    }

    /// The value; who asks is run again when it changes.
    pub fn read(self) -> Read<T> {
        Self::typed(self.kept.get())
    }

    /// Runs who calls it again when the value changes.
    pub fn track(self) {
        self.kept.track();
    }

    /// The value as it is now.
    pub fn read_untracked(self) -> Read<T> {
        Self::typed(self.kept.get_untracked())
    }

    /// Looks at the value; who looks is run again when it changes.
    pub fn with<U>(self, look: impl FnOnce(&T) -> U) -> U {
        look(&self.read())
    }

    /// Looks at the value as it is now.
    pub fn with_untracked<U>(self, look: impl FnOnce(&T) -> U) -> U {
        look(&self.read_untracked())
    }

    fn typed(kept: Kept) -> Read<T> {
        Read(kept.value.downcast().expect("kept as what it was worked out as"))
    }
}

impl<T: Clone + PartialEq + Send + Sync + 'static> Derived<T> {
    /// A copy of the value; who asks is run again when it changes.
    pub fn get(self) -> T {
        T::clone(&self.read())
    }

    /// A copy of the value as it is now.
    pub fn get_untracked(self) -> T {
        T::clone(&self.read_untracked())
    }
}

impl<T: Clone + PartialEq + Send + Sync + 'static> From<Derived<T>> for Signal<T> {
    fn from(derived: Derived<T>) -> Self {
        Signal::derive(move || derived.get())
    }
}

/// A value that was read: it stays what it was, whatever is worked out meanwhile.
pub struct Read<T>(Arc<T>);

impl<T> Deref for Read<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Shows its children while something holds, and a fallback or nothing while it does not.
#[component]
pub fn ShowWhen(
    /// What has to hold.
    #[prop(into)]
    when: Signal<bool>,
    /// What is shown otherwise.
    #[prop(optional, into)]
    fallback: ViewFn,
    /// What is shown while it holds; built anew each time.
    children: ChildrenFn,
) -> impl IntoView {
    let holds = Derived::new(move || when.get());
    view! { {move || if holds.get() { children() } else { fallback.run() }} }
}
