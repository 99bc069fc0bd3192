//! What answers anew.
use leptos::prelude::*;
use leptos::web_sys::{Node, Text};

use super::Markup;
use super::markup::{Piece, put};

/// Runs something now, and again each time that a signal it read has changed, as long as the current owner lives.
pub(super) fn watch(mut run: Box<dyn FnMut()>) {
    let effect = RenderEffect::new(move |_: Option<()>| run());
    StoredValue::new_local(effect);
}

/// A place in the page between two marks that nobody sees.
pub(super) struct Place {
    start: Node,
    end: Node,
}

impl Place {
    /// Makes an empty one.
    pub(super) fn mount(parent: &Node, before: Option<&Node>) -> Self {
        let place = Self { start: mark(), end: mark() };
        put(parent, &place.start, before);
        put(parent, &place.end, before);
        place
    }

    /// The element that it is in, and the mark at its end; nothing when it was taken out of the page.
    pub(super) fn inside(&self) -> Option<(Node, &Node)> {
        Some((self.end.parent_node()?, &self.end))
    }

    /// The first node in it, or the mark at its end.
    pub(super) fn first(&self) -> Option<Node> {
        self.start.next_sibling()
    }

    /// Takes everything out that is in it.
    pub(super) fn clear(&self) {
        let Some((parent, end)) = self.inside() else { return };
        while let Some(node) = self.first() {
            if node == *end || parent.remove_child(&node).is_err() {
                return;
            }
        }
    }
}

/// A node that nobody sees.
pub(super) fn mark() -> Node {
    document().create_text_node("").into()
}

/// Shows what a closure answers, and shows it anew when it answers anew.
pub(super) fn mount(mut ask: Box<dyn FnMut() -> Markup>, parent: &Node, before: Option<&Node>) {
    let place = Place::mount(parent, before);
    let owner = Owner::new();
    let mut text: Option<Text> = None;
    watch(Box::new(move || {
        // What leaves the page goes first: taking it out may still tell its listeners something, and they may still ask.
        if text.is_none() {
            place.clear();
        }
        owner.cleanup();
        owner.with(|| {
            let markup = ask();
            if let (Some(text), Piece::Text(words)) = (&text, &markup.0) {
                text.set_data(words);
                return;
            }
            if text.take().is_some() {
                place.clear();
            }
            let Some((parent, end)) = place.inside() else { return };
            if let Piece::Text(words) = &markup.0 {
                let node = document().create_text_node(words);
                put(&parent, &node, Some(end));
                text = Some(node);
            } else {
                markup.mount(&parent, Some(end));
            }
        });
    }));
}
