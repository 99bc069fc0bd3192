//! Where this app is served from.

use leptos::prelude::window;

use crate::ui::router;

/// The address of the visitors' page, which a Booking URL begins with.
pub fn of_visitors() -> String {
    let origin = window().location().origin().unwrap_or_default();
    [&origin, &router::base(), VISIT].concat()
}

/// The visitors' page below the app's own address.
pub const VISIT: &str = "/visit";

/// What a visitor's page was opened with: the part of the address after `#`. Nothing when this is another page.
pub fn visit() -> Option<String> {
    let location = window().location();
    let path = location.pathname().ok()?;
    let below = path.strip_prefix(&router::base())?;
    if below.trim_end_matches('/') != VISIT {
        return None;
    }
    let hash = location.hash().unwrap_or_default();
    Some(hash.strip_prefix('#').unwrap_or(&hash).to_owned())
}
