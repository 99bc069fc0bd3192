//! Reading a QR code with the camera.

use crate::ui::prelude::*;

use super::edge::scan;
use super::kit::*;
use super::words;

/// A dialog that looks through the camera for a QR code. To be offered where [`scan::is_supported`].
#[component]
pub fn ScanDialog(
    /// Whether it is open; set to false when a code was taken.
    open: RwSignal<bool>,
    /// What is looked for.
    #[prop(into)]
    title: Signal<String>,
    /// Takes a code's text, or answers what is wrong with it; then the camera looks on.
    #[prop(into)]
    on_found: Callback<String, Option<String>>,
) -> impl IntoView {
    let video = NodeRef::<leptos::html::Video>::new();
    let said = RwSignal::new(String::new());
    Effect::new(move |_| {
        let Some(video) = video.get() else { return };
        said.set("Hold the QR code into the picture.".to_owned());
        spawn_local(async move {
            let take = |text| match on_found.try_run(text) {
                Some(Some(wrong)) => {
                    said.set(wrong);
                    false
                }
                // Or there is nobody any more to take it.
                _ => {
                    let _ = open.try_set(false);
                    true
                }
            };
            if let Err(error) = scan::scan(&video, &take).await {
                let _ = said.try_set(words::errors::scan(error).to_owned());
            }
        });
    });
    view! {
        <Dialog open on_close=move || open.set(false) title>
            <video class="scan-view" node_ref=video autoplay=true playsinline=true muted=true></video>
            <p role="status">{said}</p>
        </Dialog>
    }
}
