//! QR codes, as paths to draw.

use qrcodegen::{QrCode, QrCodeEcc};

/// A QR code: how many modules a side has, and the path of the dark ones, each a unit wide. Nothing for a text that none holds.
pub fn code(text: &str) -> Option<(i32, String)> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        let mut x = 0;
        while x < size {
            let from = x;
            while x < size && code.get_module(x, y) {
                x += 1;
            }
            if x > from {
                path.push_str(&format!("M{from} {y}h{}v1H{from}z", x - from));
            }
            x += 1;
        }
    }
    Some((size, path))
}
