//! Copying, with a quiet word when it is done and a way out when the browser refuses.
use super::{Button, ButtonKind, Dialog, Icon, KitWords, Toaster};
use crate::ui::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Copies text. Provided by [`KitHost`](super::KitHost).
#[derive(Clone, Copy)]
pub struct Clipboard {
    toaster: Toaster,
    /// The text to copy by hand, while there is one.
    refused: RwSignal<Option<String>>,
}

impl Clipboard {
    /// Makes a clipboard over the page's toaster and provides it as context.
    pub fn provide() -> Clipboard {
        let clipboard = Clipboard { toaster: Toaster::here(), refused: RwSignal::new(None) };
        provide_context(clipboard);
        clipboard
    }

    /// The clipboard of this page.
    pub fn here() -> Clipboard {
        use_context().unwrap_or_else(Clipboard::provide)
    }

    /// Copies `text` and says `said`. Called from within a press: browsers ask for one.
    ///
    /// Where the browser refuses, or has no clipboard for this page, a dialog shows the text, selected.
    pub fn copy(&self, text: String, said: String) {
        let Clipboard { toaster, refused } = *self;
        let written = write(&text);
        spawn_local(async move {
            let done = match written {
                Some(promise) => JsFuture::from(promise).await.is_ok(),
                None => false,
            };
            if done {
                toaster.say(said);
            } else {
                refused.set(Some(text));
            }
        });
    }
}

/// Begins to write, unless there is nothing to write to: outside a secure context `navigator.clipboard` is missing,
/// which web-sys does not say.
fn write(text: &str) -> Option<js_sys::Promise> {
    let navigator: JsValue = window().navigator().into();
    let clipboard = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard")).ok()?;
    let write = js_sys::Reflect::get(&clipboard, &JsValue::from_str("writeText")).ok()?;
    let write = write.dyn_into::<js_sys::Function>().ok()?;
    write.call1(&clipboard, &JsValue::from_str(text)).ok()?.dyn_into().ok()
}

/// Shows the text that could not be copied, selected. Stands once in the page, in [`KitHost`](super::KitHost).
#[component]
pub fn CopyDialog() -> impl IntoView {
    let words = KitWords::here();
    let refused = Clipboard::here().refused;
    let area = NodeRef::<leptos::html::Textarea>::new();
    Effect::new(move |_| {
        if let Some(area) = area.get() {
            // After the dialog has opened and given out the focus.
            request_animation_frame(move || {
                let _ = area.focus();
                area.select();
            });
        }
    });
    let open = Signal::derive(move || refused.read().is_some());
    let close = move || refused.set(None);
    view! {
        <Dialog
            open
            on_close=close
            title=words.copy_by_hand
            footer=move || view! { <Button label=words.close on_press=close /> }
        >
            <p>{words.copy_by_hand_how}</p>
            <textarea
                class="field-control copy-text"
                readonly=true
                rows="4"
                aria-label=words.copy_by_hand
                prop:value=move || refused.get().unwrap_or_default()
                node_ref=area
            ></textarea>
        </Dialog>
    }
}

/// A quiet button that copies.
#[component]
pub fn CopyButton(
    /// Its accessible name, such as *Copy Booking Code*.
    #[prop(into)]
    label: Signal<String>,
    /// What is copied.
    #[prop(into)]
    text: Signal<String>,
    /// What is said when it is done; a plain word otherwise.
    #[prop(optional, into)]
    said: Option<Signal<String>>,
    /// Shows the icon alone.
    #[prop(optional)]
    icon_only: bool,
) -> impl IntoView {
    let words = KitWords::here();
    let clipboard = Clipboard::here();
    let copy = move || {
        let said = said.map_or_else(|| words.copied.to_owned(), |said| said.get_untracked());
        clipboard.copy(text.get_untracked(), said);
    };
    view! { <Button label kind=ButtonKind::Quiet icon=Icon::Copy icon_only on_press=copy /> }
}
