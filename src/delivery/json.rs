//! Writes JSON (RFC 8259), as little of it as a gateway is told: objects of texts, of yes, and of one another.

/// An object that is being written, field by field.
pub(super) struct Object {
    written: String,
}

impl Object {
    /// One without fields.
    pub(super) fn new() -> Self {
        Self { written: "{".to_owned() }
    }

    fn name(&mut self, name: &str) {
        if self.written.len() > 1 {
            self.written.push(',');
        }
        write_text(&mut self.written, name);
        self.written.push(':');
    }

    /// Adds a text.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        write_text(&mut self.written, text);
    }

    /// Adds a yes.
    pub(super) fn yes(&mut self, name: &str) {
        self.name(name);
        self.written.push_str("true");
    }

    /// Adds an object.
    pub(super) fn object(&mut self, name: &str, object: Self) {
        self.name(name);
        self.written.push_str(&object.end());
    }

    /// The object as JSON.
    pub(super) fn end(mut self) -> String {
        self.written.push('}');
        self.written
    }
}

/// Writes a text with its quotation marks: what must be escaped is (RFC 8259, section 7), and nothing else.
fn write_text(to: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    to.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => to.extend(['\\', c]),
            '\n' => to.push_str("\\n"),
            '\r' => to.push_str("\\r"),
            '\t' => to.push_str("\\t"),
            c if c < ' ' => {
                to.push_str("\\u00");
                to.extend([c as usize >> 4, c as usize & 15].map(|digit| HEX[digit] as char));
            }
            c => to.push(c),
        }
    }
    to.push('"');
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_read_back_as_it_was(name in any::<String>(), text in any::<String>(), controls in "[\u{0}-\u{1f}\"\\\\\u{7f}\u{2028}]{0,8}") {
            let text = text + &controls;
            let mut inner = Object::new();
            inner.text(&name, &text);
            inner.yes("late");
            let mut object = Object::new();
            object.text("type", "a");
            object.object("data", inner);
            let read: serde_json::Value = serde_json::from_str(&object.end()).expect("JSON");
            let mut expected = serde_json::Map::from_iter([(name.clone(), serde_json::Value::from(text))]);
            expected.insert("late".to_owned(), true.into());
            prop_assume!(name != "late");
            prop_assert_eq!(&read["data"], &serde_json::Value::Object(expected));
            prop_assert_eq!(&read["type"], "a");
        }
    }

    #[test]
    fn an_object_without_fields_is_one_too() {
        assert_eq!(Object::new().end(), "{}");
    }
}
