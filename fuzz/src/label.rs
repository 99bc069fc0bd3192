//! What stands on a box.

use latchbook::smartbox::{Label, LabelSecret};

/// A text that is taken for a secret or a label is the one that these write, but for how it looks.
pub fn label(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(secret) = LabelSecret::parse(&text) {
        assert_eq!(LabelSecret::parse(secret.text().expose()), Ok(secret));
    }
    if let Ok(label) = Label::from_qr(&text) {
        assert_eq!(Label::from_qr(label.qr().expose()), Ok(label));
    }
}
