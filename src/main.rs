//! The browser entry: reads the journal, mounts the app.
use leptos::prelude::*;

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(|| view! { <main>"Latchbook"</main> });
}
