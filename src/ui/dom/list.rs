//! Lists whose rows stay as long as what they show.
use leptos::prelude::*;
use leptos::web_sys::Node;

use super::live::{Place, mark, range, watch};
use super::markup::{Piece, put};
use super::{IntoView, Markup, focus};

/// A row that is still to be built, and the number it is told apart by.
pub(super) struct Row {
    key: u128,
    build: Box<dyn FnOnce() -> Markup>,
}

/// What says which rows there are.
pub(super) type Rows = Box<dyn Fn() -> Vec<Row>>;

/// A row in the page: what stands from its mark to the next.
struct Standing {
    key: u128,
    mark: Node,
    owner: Owner,
}

/// Shows a list.
pub(super) fn mount(rows: Rows, parent: &Node, before: Option<&Node>) {
    let place = Place::mount(parent, before);
    let owner = Owner::current().unwrap_or_default();
    let mut standing: Vec<Standing> = Vec::new();
    watch(Box::new(move || {
        let rows = rows();
        let Some((parent, end)) = place.inside() else { return };
        let kept = |key: u128| rows.iter().any(|row| row.key == key);
        let mut left: Vec<Standing> = Vec::with_capacity(rows.len());
        let mut focus_after: Option<Node> = None;
        for (at, row) in standing.iter().enumerate() {
            if !kept(row.key) {
                let next = standing.get(at + 1).map_or(end, |next| &next.mark);
                let nodes = range(&row.mark, next);
                if focus::is_within(&nodes) {
                    focus_after = Some(next.clone());
                }
                nodes.iter().for_each(|node| drop(parent.remove_child(node)));
                row.owner.cleanup();
            }
        }
        let mut old: Vec<Standing> = std::mem::take(&mut standing);
        old.retain(|row| kept(row.key));
        // Where the next row has to stand: at the mark of the first old row that was not come to yet.
        for row in rows {
            if let Some(at) = old.iter().position(|old| old.key == row.key) {
                let next = old.get(at + 1).map_or(end, |next| &next.mark);
                if at > 0 {
                    for node in range(&old[at].mark, next) {
                        put(&parent, &node, Some(&old[0].mark));
                    }
                }
                left.push(old.remove(at));
            } else {
                let before = old.first().map_or(end, |next| &next.mark);
                let (mark, owner) = (mark(), owner.child());
                put(&parent, &mark, Some(before));
                owner.with(|| untrack(|| (row.build)().mount(&parent, Some(before))));
                left.push(Standing { key: row.key, mark, owner });
            }
        }
        standing = left;
        if let Some(after) = focus_after {
            focus::move_on(&place, &after);
        }
    }));
}

/// One view for each item. When the items change, those whose key was there before keep their view.
///
/// No two items may have the same key at a time.
pub fn each<T: 'static, V: IntoView + 'static>(
    items: impl Fn() -> Vec<T> + 'static,
    key: fn(&T) -> u128,
    row: impl Fn(T) -> V + 'static,
) -> Markup {
    let row = std::rc::Rc::new(row);
    Markup(Piece::Rows(Box::new(move || {
        let unbuilt = |item| {
            let row = std::rc::Rc::clone(&row);
            Row { key: key(&item), build: Box::new(move || row(item).into_view()) }
        };
        items().into_iter().map(unbuilt).collect()
    })))
}
