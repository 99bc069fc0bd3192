//! Builds a view from its template and what is called in.
use leptos::ev::EventDescriptor;
use leptos::prelude::*;
use leptos::tachys::html::element::ElementType;
use leptos::tachys::html::node_ref::NodeRefContainer;
use leptos::web_sys::{Element, Event, Node};
use std::borrow::Cow;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::markup::Piece;
use super::value::{self, IntoValue, Kind, Slot};
use super::{IntoView, Markup, Value};

const SVG: &str = "http://www.w3.org/2000/svg";

/// Reads a template, one step after another, and waits where something is to be called in. Made by [`view!`](super::view)
/// alone, which keeps the calls and the template's places in the same order.
pub struct Builder {
    rest: &'static str,
    /// The elements that are open, the innermost last.
    open: Vec<Element>,
    /// What is whole, and stands in no other element.
    whole: Vec<Markup>,
}

impl Builder {
    /// Begins with the template of a view.
    pub fn new(template: &'static str) -> Self {
        Self { rest: template, open: Vec::new(), whole: Vec::new() }
    }

    /// Puts something in the place of a child.
    pub fn child<V: IntoView>(&mut self, child: V) {
        child.put(self);
    }

    /// Gives an attribute, a class, a style or a property its value.
    pub fn value<V: IntoValue>(&mut self, value: V) {
        value.give(self);
    }

    /// Has a listener told of an event.
    pub fn on<E: EventDescriptor>(&mut self, _: E, mut listener: impl FnMut(E::EventType) + 'static)
    where
        E::EventType: JsCast,
    {
        self.listen(Box::new(move |event| listener(event.unchecked_into())));
    }

    /// Keeps the element where others find it.
    pub fn keep_in<E: ElementType>(&mut self, place: impl NodeRefContainer<E>) {
        self.advance();
        place.load(self.element());
    }

    /// The view.
    pub fn done(mut self) -> Markup {
        self.advance();
        if self.whole.len() == 1 { self.whole.remove(0) } else { Markup(Piece::Many(self.whole)) }
    }

    pub(super) fn put(&mut self, child: Markup) {
        self.advance();
        match self.open.last() {
            Some(parent) => child.mount(parent, None),
            None => self.whole.push(child),
        }
    }

    pub(super) fn put_text(&mut self, text: &str) {
        self.advance();
        self.add_text(text);
    }

    pub(super) fn give(&mut self, value: Value) {
        let (step, name) = self.advance();
        let kind = match step {
            '\x08' => Kind::Class,
            '\x0b' => Kind::Style,
            '\x0c' => Kind::Property,
            _ => Kind::Attribute,
        };
        value::give(Slot { element: self.element().clone(), kind, name }, value);
    }

    fn listen(&mut self, listener: Box<dyn FnMut(Event)>) {
        let (_, name) = self.advance();
        let (element, listener) = (self.element().clone(), Closure::wrap(listener));
        let _ = element.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
        StoredValue::new_local(Listening { element, name, listener });
    }

    /// Takes the steps up to the next that waits, and answers which that is.
    fn advance(&mut self) -> (char, &'static str) {
        loop {
            let Some((step, name)) = self.step() else { return ('\0', "") };
            match step {
                '\x01' => self.open_element(name),
                '\x02' => {
                    let (_, value) = self.step().unwrap_or_default();
                    let _ = self.element().set_attribute(name, value);
                }
                '\x04' => self.add_text(name),
                '\x05' => self.close_element(),
                _ => return (step, name),
            }
        }
    }

    fn step(&mut self) -> Option<(char, &'static str)> {
        let mut letters = self.rest.chars();
        let step = letters.next()?;
        let rest = letters.as_str();
        let end = rest.bytes().position(|byte| byte < b' ').unwrap_or(rest.len());
        let (text, rest) = rest.split_at(end);
        self.rest = rest;
        Some((step, text))
    }

    fn open_element(&mut self, name: &str) {
        let within = self.open.last().and_then(Element::namespace_uri);
        let element = match within {
            Some(space) if space == SVG => document().create_element_ns(Some(SVG), name),
            _ if name == "svg" => document().create_element_ns(Some(SVG), name),
            _ => document().create_element(name),
        };
        self.open.push(element.expect("the name of an element"));
    }

    fn close_element(&mut self) {
        let Some(element) = self.open.pop() else { return };
        let node = Node::from(element);
        match self.open.last() {
            Some(parent) => super::markup::put(parent, &node, None),
            None => self.whole.push(Markup(Piece::Node(node))),
        }
    }

    fn add_text(&mut self, text: &str) {
        match self.open.last() {
            Some(parent) => super::markup::put(parent, &document().create_text_node(text), None),
            None => self.whole.push(Markup(Piece::Text(Cow::Owned(text.to_owned())))),
        }
    }

    fn element(&self) -> &Element {
        self.open.last().expect("attributes stand in an element")
    }
}

/// A listener, as long as the owner of what it asks: an event that comes after that, such as the `close` of a dialog that
/// has left the page, has nobody to go to.
struct Listening {
    element: Element,
    name: &'static str,
    listener: Closure<dyn FnMut(Event)>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.element.remove_event_listener_with_callback(self.name, self.listener.as_ref().unchecked_ref());
    }
}
