//! The browser entry: mounts the app, which reads the journal.

use latchbook::ui::{app::Root, kit::Theme};

fn main() {
    console_error_panic_hook::set_once();
    Theme::apply_stored();
    leptos::mount::mount_to_body(Root);
}
