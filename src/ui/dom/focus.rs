//! The focus, when what had it leaves the page.
//!
//! A browser gives it to nobody then, and whoever works by keyboard begins again at the top.
use leptos::prelude::*;
use leptos::web_sys::{Element, HtmlElement, Node, NodeList};
use wasm_bindgen::JsCast;

use super::live::Place;

/// What takes the focus next. Not what one types into: that would bring up a phone's keyboard unasked.
const CONTROLS: &str = "button, a[href], summary, [tabindex='0']";
/// Heads of pages and panes.
const HEADS: &str = "[data-takes-focus]";

/// Whether the focus is within a place, or within some of its nodes.
pub(super) fn is_within(nodes: &[Node]) -> bool {
    let focused = document().active_element();
    focused.is_some_and(|focused| nodes.iter().any(|node| node.contains(Some(&focused))))
}

/// Gives the focus to what follows in the same element, or to the dialog or the head of the page around it.
pub(super) fn move_on(place: &Place, from: &Node) {
    let Some((parent, _)) = place.inside() else { return };
    let Some(parent) = parent.dyn_ref::<Element>() else { return };
    let follows = |control: &HtmlElement| {
        from.compare_document_position(control) & Node::DOCUMENT_POSITION_FOLLOWING != 0 && is_seen(control)
    };
    let next = elements(parent.query_selector_all(CONTROLS)).find(follows);
    let dialog = || parent.closest("dialog[open]").ok().flatten();
    let next = next.or_else(|| elements(dialog()?.query_selector_all(CONTROLS)).find(is_seen));
    match next {
        Some(next) => drop(next.focus()),
        None => focus_head_if_lost(),
    }
}

/// Gives the focus to the last head within an element that can be seen.
pub fn focus_head(within: &Element) {
    let heads: Vec<HtmlElement> = elements(within.query_selector_all(HEADS)).collect();
    if let Some(head) = heads.into_iter().rev().find(is_seen) {
        let _ = head.focus();
    }
}

/// Gives the focus to the page's head, when nothing on the page has it.
pub fn focus_head_if_lost() {
    let body = document().body();
    let lost = document().active_element().is_none_or(|at| body.is_some_and(|body| *body == at));
    if let Some(main) = document().query_selector("main").ok().flatten().filter(|_| lost) {
        focus_head(&main);
    }
}

fn is_seen(element: &HtmlElement) -> bool {
    let style = window().get_computed_style(element).ok().flatten();
    let visibility = style.and_then(|style| style.get_property_value("visibility").ok());
    element.offset_parent().is_some() && visibility.as_deref() != Some("hidden")
}

fn elements<E>(found: Result<NodeList, E>) -> impl Iterator<Item = HtmlElement> {
    let found = found.ok();
    let count = found.as_ref().map_or(0, NodeList::length);
    (0..count).filter_map(move |index| found.as_ref()?.item(index)?.dyn_into().ok())
}
