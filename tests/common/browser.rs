//! What tests in a browser share.

use std::cell::Cell;

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::JsValue;

/// A database of a name that nothing had before.
pub struct Fresh(pub String);

impl Fresh {
    /// The next such name.
    pub fn new() -> Self {
        thread_local!(static COUNT: Cell<u32> = const { Cell::new(0) });
        let count = COUNT.replace(COUNT.get() + 1);
        Self(format!("test-{}-{count}", js_sys::Date::now()))
    }
}

/// Puts something in place of a property of an object, until this is dropped.
pub struct Instead {
    object: Object,
    property: &'static str,
    before: JsValue,
}

impl Instead {
    /// Puts it there.
    pub fn of(object: Object, property: &'static str, value: &JsValue) -> Self {
        let before = Object::get_own_property_descriptor(&object, &property.into());
        let now = Object::new();
        Reflect::set(&now, &"value".into(), value).expect("set");
        Reflect::set(&now, &"configurable".into(), &true.into()).expect("set");
        Object::define_property(&object, &property.into(), &now);
        Self { object, property, before }
    }
}

impl Drop for Instead {
    fn drop(&mut self) {
        match self.before.is_undefined() {
            true => drop(Reflect::delete_property(&self.object, &self.property.into())),
            false => drop(Object::define_property(&self.object, &self.property.into(), &self.before.clone().into())),
        }
    }
}

/// A function that throws what the browser throws under that name.
pub fn throwing(name: &str) -> JsValue {
    Function::new_no_args(&format!("throw new DOMException('as the test wants it', '{name}')")).into()
}

/// What all objects of a class share.
pub fn prototype(class: &str) -> Object {
    let class = Reflect::get(&js_sys::global(), &class.into()).expect("the class");
    Reflect::get(&class, &"prototype".into()).expect("its prototype").into()
}
