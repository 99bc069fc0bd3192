//! Opening a text file: chosen, or dropped anywhere on the page.
use super::{Glyph, Icon, KitWords, fresh_id};
use crate::ui::prelude::*;
use leptos::ev::DragEvent;
use leptos::web_sys::{DataTransfer, File, HtmlInputElement};
use wasm_bindgen_futures::JsFuture;

/// A file that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFile {
    /// Its name, without a path.
    pub name: String,
    /// All of its text.
    pub text: String,
}

/// Why a file was not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileRefusal {
    /// Larger than the zone takes.
    TooLarge {
        /// Its name.
        name: String,
        /// Its size in bytes.
        bytes: u64,
    },
    /// The browser could not read it.
    Unreadable {
        /// Its name.
        name: String,
    },
}

/// A labelled file input which also takes files dropped anywhere on the page. The first file counts.
#[component]
pub fn DropZone(
    /// Its name: what is to be opened.
    #[prop(into)]
    label: Signal<String>,
    /// A line about it.
    #[prop(optional, into)]
    hint: Signal<String>,
    /// What the file chooser offers, such as `.ics,text/calendar`.
    #[prop(optional)]
    accept: &'static str,
    /// The largest size taken, in bytes; 16 MiB unless said otherwise.
    #[prop(default = 16 << 20)]
    at_most: u64,
    /// A file was opened.
    #[prop(into)]
    on_file: Callback<TextFile>,
    /// A file was not opened.
    #[prop(optional, into)]
    on_refused: Option<Callback<FileRefusal>>,
    /// Shows nothing until a file is dragged over the page: the page has a button for choosing one elsewhere.
    #[prop(optional)]
    page_only: bool,
) -> impl IntoView {
    let words = KitWords::here();
    let open = move |file: File| {
        let name = file.name();
        let refuse = move |refusal| {
            if let Some(on_refused) = on_refused {
                on_refused.run(refusal);
            }
        };
        let bytes = file.size() as u64;
        if bytes > at_most {
            return refuse(FileRefusal::TooLarge { name, bytes });
        }
        spawn_local(async move {
            match JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string()) {
                Some(text) => on_file.run(TextFile { name, text }),
                None => refuse(FileRefusal::Unreadable { name }),
            }
        });
    };

    // Entering a child counts as leaving its parent, hence a count and not a flag.
    let depth = RwSignal::new(0_i32);
    let over = move || depth.get() > 0;
    let listeners = [
        window_event_listener(leptos::ev::dragenter, move |event| {
            if brings_files(&event) {
                event.prevent_default();
                depth.update(|depth| *depth += 1);
            }
        }),
        window_event_listener(leptos::ev::dragleave, move |event| {
            if brings_files(&event) {
                depth.update(|depth| *depth = (*depth - 1).max(0));
            }
        }),
        window_event_listener(leptos::ev::dragover, move |event| {
            if brings_files(&event) {
                event.prevent_default();
            }
        }),
        window_event_listener(leptos::ev::drop, move |event| {
            depth.set(0);
            let file = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0));
            if let Some(file) = file {
                event.prevent_default();
                open(file);
            }
        }),
    ];
    on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));

    let id = fresh_id("file");
    let hint_id = format!("{id}-hint");
    let described_by = hint_id.clone();
    let input = (!page_only).then(|| {
        view! {
            <div class="drop-zone">
                <Glyph icon=Icon::Upload />
                <label class="drop-label" for=id.clone()>
                    {label}
                </label>
                <p class="drop-hint" id=hint_id>
                    {hint}
                </p>
                <input
                    class="drop-control"
                    type="file"
                    id=id
                    accept=accept
                    aria-describedby=described_by
                    on:change=move |event| {
                        let input = event_target::<HtmlInputElement>(&event);
                        if let Some(file) = input.files().and_then(|files| files.get(0)) {
                            open(file);
                        }
                        // So that choosing the same file again is a change again.
                        input.set_value("");
                    }
                />
            </div>
        }
    });
    view! {
        {input}
        <div class="drop-over" class:drop-over-shown=over aria-hidden="true">
            <Glyph icon=Icon::Upload />
            <span>{words.drop_here}</span>
        </div>
    }
}

fn brings_files(event: &DragEvent) -> bool {
    let types = event.data_transfer().as_ref().map(DataTransfer::types);
    types.is_some_and(|types| types.includes(&wasm_bindgen::JsValue::from_str("Files"), 0))
}
