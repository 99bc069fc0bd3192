//! A view that is not in the page yet.
use std::borrow::Cow;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::web_sys::Node;

use super::{Builder, list, live};
use crate::ui::kit::Derived;

/// A view: text, elements, several of them, or what has still to be asked for.
#[derive(Default)]
pub struct Markup(pub(super) Piece);

#[derive(Default)]
pub(super) enum Piece {
    #[default]
    Nothing,
    Text(Cow<'static, str>),
    Node(Node),
    Many(Vec<Markup>),
    /// Answers anew when a signal that it read has changed.
    Live(Box<dyn FnMut() -> Markup>),
    Rows(list::Rows),
}

impl Markup {
    /// Puts it into an element, before one of its children or last.
    pub(super) fn mount(self, parent: &Node, before: Option<&Node>) {
        match self.0 {
            Piece::Nothing => {}
            Piece::Text(text) => put(parent, &document().create_text_node(&text), before),
            Piece::Node(node) => put(parent, &node, before),
            Piece::Many(many) => many.into_iter().for_each(|one| one.mount(parent, before)),
            Piece::Live(ask) => live::mount(ask, parent, before),
            Piece::Rows(rows) => list::mount(rows, parent, before),
        }
    }
}

/// Puts a node into an element, before one of its children or last.
pub(super) fn put(parent: &Node, node: &Node, before: Option<&Node>) {
    parent.insert_before(node, before).expect("a place in the page that a view holds is there");
}

/// What can stand in a view.
pub trait IntoView: Sized {
    /// As a view.
    fn into_view(self) -> Markup;

    /// Puts it in the place that is next in a view being built.
    fn put(self, builder: &mut Builder) {
        builder.put(self.into_view());
    }
}

impl IntoView for Markup {
    fn into_view(self) -> Markup {
        self
    }
}

impl IntoView for () {
    fn into_view(self) -> Markup {
        Markup::default()
    }
}

impl IntoView for &'static str {
    fn into_view(self) -> Markup {
        Markup(Piece::Text(Cow::Borrowed(self)))
    }

    fn put(self, builder: &mut Builder) {
        builder.put_text(self);
    }
}

impl IntoView for String {
    fn into_view(self) -> Markup {
        Markup(Piece::Text(Cow::Owned(self)))
    }

    fn put(self, builder: &mut Builder) {
        builder.put_text(&self);
    }
}

impl<T: IntoView> IntoView for Option<T> {
    fn into_view(self) -> Markup {
        self.map_or_else(Markup::default, T::into_view)
    }
}

impl<T: IntoView> IntoView for Vec<T> {
    fn into_view(self) -> Markup {
        self.into_iter().collect_view()
    }
}

impl<T: IntoView, const N: usize> IntoView for [T; N] {
    fn into_view(self) -> Markup {
        self.into_iter().collect_view()
    }
}

macro_rules! written_out {
    ($($number:ty)+) => {$(
        impl IntoView for $number {
            fn into_view(self) -> Markup {
                self.to_string().into_view()
            }
        }
    )+};
}

written_out!(u8 u32 u64 usize);

impl<A: IntoView, B: IntoView> IntoView for (A, B) {
    fn into_view(self) -> Markup {
        Markup(Piece::Many(vec![self.0.into_view(), self.1.into_view()]))
    }
}

impl<F: FnMut() -> V + 'static, V: IntoView> IntoView for F {
    fn into_view(mut self) -> Markup {
        Markup(Piece::Live(Box::new(move || self().into_view())))
    }
}

super::read_anew!(IntoView::into_view -> Markup);

/// A view of what an iterator yields.
pub trait CollectView {
    /// All of it, one after the other.
    fn collect_view(self) -> Markup;
}

impl<I: Iterator<Item: IntoView>> CollectView for I {
    fn collect_view(self) -> Markup {
        Markup(Piece::Many(self.map(IntoView::into_view).collect()))
    }
}

/// What stands in a component, shown once.
pub type Children = Box<dyn FnOnce() -> Markup>;

/// What stands in a component, made each time that it is shown.
pub type ChildrenFn = Rc<dyn Fn() -> Markup>;

/// What a closure becomes that makes the children of a component.
pub trait ToChildren<F> {
    /// The children.
    fn to_children(closure: F) -> Self;
}

impl<F: FnOnce() -> V + 'static, V: IntoView> ToChildren<F> for Children {
    fn to_children(closure: F) -> Self {
        Box::new(move || closure().into_view())
    }
}

impl<F: Fn() -> V + 'static, V: IntoView> ToChildren<F> for ChildrenFn {
    fn to_children(closure: F) -> Self {
        Rc::new(move || closure().into_view())
    }
}

/// A part of a component that is given as a closure, and made each time that it is shown.
#[derive(Clone)]
pub struct ViewFn(ChildrenFn);

impl ViewFn {
    /// Makes it.
    pub fn run(&self) -> Markup {
        (self.0)()
    }
}

impl Default for ViewFn {
    fn default() -> Self {
        Self(Rc::new(Markup::default))
    }
}

impl<F: Fn() -> V + 'static, V: IntoView> From<F> for ViewFn {
    fn from(closure: F) -> Self {
        Self(ChildrenFn::to_children(closure))
    }
}
