//! The time, from the browser.

use crate::domain::Instant;

/// The time now, by the device's clock.
pub fn now() -> Instant {
    Instant::from_ms(js_sys::Date::now() as i64)
}
