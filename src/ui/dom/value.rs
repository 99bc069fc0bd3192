//! The values of attributes, classes, styles and properties.
use std::borrow::Cow;

use leptos::prelude::*;
use leptos::web_sys::{Element, HtmlElement};
use wasm_bindgen::{JsCast, JsValue};

use super::{Builder, live};
use crate::ui::kit::Derived;

/// A value.
pub enum Value {
    /// None: the attribute is not there.
    Nothing,
    /// There, or not; a class is had, or not.
    Flag(bool),
    /// Text.
    Text(Cow<'static, str>),
    /// Answers anew when a signal that it read has changed.
    Live(Box<dyn FnMut() -> Value>),
}

/// What is given a value.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Attribute,
    Class,
    Style,
    Property,
}

#[derive(Clone)]
pub(super) struct Slot {
    pub(super) element: Element,
    pub(super) kind: Kind,
    pub(super) name: &'static str,
}

/// Gives the value, now and each time that it changes.
pub(super) fn give(slot: Slot, value: Value) {
    match value {
        Value::Live(mut ask) => live::watch(Box::new(move || give(slot.clone(), ask()))),
        value => slot.set(&value),
    }
}

impl Slot {
    fn set(&self, value: &Value) {
        let Slot { element, kind, name } = self;
        let text = match value {
            Value::Text(text) => Some(&**text),
            Value::Flag(true) => Some(""),
            _ => None,
        };
        // None of these fails for the names that stand in templates.
        let _ = match (kind, text) {
            (Kind::Attribute, Some(text)) => element.set_attribute(name, text),
            (Kind::Attribute, None) => element.remove_attribute(name),
            (Kind::Class, text) => element.class_list().toggle_with_force(name, text.is_some()).map(drop),
            (Kind::Style, text) => {
                let style = element.unchecked_ref::<HtmlElement>().style();
                style.set_property(name, text.unwrap_or_default())
            }
            (Kind::Property, _) => {
                let value = match value {
                    Value::Flag(flag) => JsValue::from_bool(*flag),
                    _ => JsValue::from_str(text.unwrap_or_default()),
                };
                let name = JsValue::from_str(name);
                // A date that is typed half reads as empty; writing that back would clear the parts typed so far.
                match js_sys::Reflect::get(element, &name) {
                    Ok(known) if known == value => Ok(()),
                    _ => js_sys::Reflect::set(element, &name, &value).map(drop),
                }
            }
        };
    }
}

/// What can be the value of an attribute, a class, a style or a property.
pub trait IntoValue: Sized {
    /// As a value.
    fn into_value(self) -> Value;

    /// Gives it to the next in a view being built.
    fn give(self, builder: &mut Builder) {
        builder.give(self.into_value());
    }
}

impl IntoValue for bool {
    fn into_value(self) -> Value {
        Value::Flag(self)
    }
}

impl IntoValue for &'static str {
    fn into_value(self) -> Value {
        Value::Text(Cow::Borrowed(self))
    }
}

impl IntoValue for String {
    fn into_value(self) -> Value {
        Value::Text(Cow::Owned(self))
    }
}

impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        self.map_or(Value::Nothing, T::into_value)
    }
}

impl<F: FnMut() -> V + 'static, V: IntoValue> IntoValue for F {
    fn into_value(mut self) -> Value {
        Value::Live(Box::new(move || self().into_value()))
    }
}

super::read_anew!(IntoValue::into_value -> Value);
