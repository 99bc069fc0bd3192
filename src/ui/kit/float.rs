//! Placing what floats. It lies in the browser's top layer, so that no scrolling pane cuts it off, and is placed by hand
//! from the place of what it belongs to.
use leptos::prelude::*;
use leptos::web_sys::HtmlElement;

/// A length for a style, to a hundredth of a pixel, which is finer than a browser places anything. It goes without the
/// formatting of floats, 14 KB of the app.
pub(super) fn px(length: f64) -> String {
    let hundredths = (length * 100.0).round() as i64;
    let sign = if hundredths < 0 { "-" } else { "" };
    let hundredths = hundredths.unsigned_abs();
    format!("{sign}{}.{:02}px", hundredths / 100, hundredths % 100)
}

/// Puts `floating` below `anchor`, or above it where the room below is smaller, on the side with more room.
pub(super) fn place_beside(anchor: &HtmlElement, floating: &HtmlElement) {
    let window = window();
    let size = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0);
    let (width, height) = (size(window.inner_width()), size(window.inner_height()));
    let rect = anchor.get_bounding_client_rect();
    let style = leptos::web_sys::HtmlElement::style(floating);
    let set = |name: &str, value: Option<f64>| {
        let value = value.map_or_else(|| "auto".to_owned(), px);
        let _ = style.set_property(name, &value);
    };
    let below = height - rect.bottom() >= rect.top();
    set("top", below.then(|| rect.bottom() + 4.0));
    set("bottom", (!below).then(|| height - rect.top() + 4.0));
    let leftward = rect.right() > width - rect.left();
    set("left", (!leftward).then(|| rect.left()));
    set("right", leftward.then(|| width - rect.right()));
    let room = if below { height - rect.bottom() } else { rect.top() };
    set("max-height", Some((room - 16.0).max(120.0)));
}
