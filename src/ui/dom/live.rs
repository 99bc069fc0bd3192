//! What answers anew.
use leptos::prelude::*;
use leptos::web_sys::{Node, Text};

use super::markup::{Piece, put};
use super::{Markup, focus};

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

    /// Takes everything out that is in it. Answers whether the focus was in it.
    pub(super) fn clear(&self) -> bool {
        let Some((parent, end)) = self.inside() else { return false };
        let nodes = range(&self.start, end);
        let focused = focus::is_within(&nodes[1..]);
        nodes[1..].iter().for_each(|node| drop(parent.remove_child(node)));
        focused
    }
}

/// The nodes from one up to another.
pub(super) fn range(from: &Node, to: &Node) -> Vec<Node> {
    let mut nodes = vec![from.clone()];
    while let Some(next) = nodes[nodes.len() - 1].next_sibling().filter(|next| next != to) {
        nodes.push(next);
    }
    nodes
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
        let focused = text.is_none() && place.clear();
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
        if focused {
            focus::move_on(&place, &place.start);
        }
    }));
}
