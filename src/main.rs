//! The browser entry: mounts the app, which reads the journal.

use latchbook::ui::app::Root;
use latchbook::ui::dom::{self, IntoView};
use latchbook::ui::kit::Theme;

fn main() {
    // In what is published a panic has no words; `start.js` tells the person that the app has stopped.
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    Theme::apply_stored();
    dom::mount_to_body(|| Root().into_view());
}
