//! Handing over, and taking what was handed over: by file, by QR code, or as text through whatever people write to each other with.

use crate::ui::prelude::*;
use leptos::web_sys::HtmlInputElement;

use crate::smartbox::handover::{Handover, HandoverError};
use crate::ui::edge::{files, qr, scan};
use crate::ui::kit::*;
use crate::ui::scan::ScanDialog;

/// The most bytes that a QR code on a screen can hold and a phone still reads.
const QR_BYTES: usize = 1_100;
/// The most bytes that anybody wants to paste.
const TEXT_BYTES: usize = 6_000;

/// A QR code, black on white in either theme: not every reader takes it the other way round.
#[component]
pub fn QrPicture(
    /// What it says.
    text: String,
    /// What it is, for those who don't see it.
    label: &'static str,
) -> impl IntoView {
    qr::code(&text).map(|(size, path)| {
        let side = size + 8;
        view! {
            <svg class="qr" viewBox=format!("-4 -4 {side} {side}") role="img" aria-label=label>
                <path d=path />
            </svg>
        }
    })
}

/// Hands something over.
#[component]
pub fn HandOut(
    /// What.
    what: Handover,
    /// The name of the file.
    file: String,
    /// What the QR code is, for those who don't see it.
    label: &'static str,
    /// It was handed over, as far as anybody can tell: saved, or copied.
    #[prop(optional, into)]
    on_done: Option<Callback<()>>,
) -> impl IntoView {
    let toaster = Toaster::here();
    let clipboard = Clipboard::here();
    let bytes = what.file();
    let text = (bytes.len() <= TEXT_BYTES).then(|| what.text());
    let picture = text.clone().filter(|_| bytes.len() <= QR_BYTES).map(|text| view! { <QrPicture text label /> });
    let done = move || {
        if let Some(on_done) = on_done {
            on_done.run(());
        }
    };
    let save = move || {
        if files::save(&file, &bytes) {
            toaster.say(format!("{file} is in your downloads."));
            done();
        } else {
            toaster.say("The browser did not save the file. Copy the text instead, or try another browser.");
        }
    };
    let copy = text.map(|text| {
        let copy = move || {
            clipboard.copy(text.clone(), "Copied: paste it into a message.".to_owned());
            done();
        };
        view! { <Button label="Copy as Text" icon=Icon::Copy on_press=copy /> }
    });
    view! {
        <div class="hand-out">
            {picture}
            <div class="form-actions">
                <Button label="Save File" icon=Icon::Download on_press=save />
                {copy}
            </div>
        </div>
    }
}

/// Takes what was handed over.
#[component]
pub fn TakeIn(
    /// Something was read. What comes back is wrong with it, if anything is.
    #[prop(into)]
    on_found: Callback<Handover, Option<String>>,
) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let scanning = RwSignal::new(false);
    let taken = move |bytes: &[u8]| match Handover::read(bytes) {
        Ok(found) => on_found.run(found),
        Err(wrong) => Some(said(wrong).to_owned()),
    };
    let take = move |bytes: &[u8]| error.set(taken(bytes));
    let found = move |text: String| taken(text.as_bytes());
    Effect::new(move |_| {
        let text = text.get();
        if text.trim().is_empty() {
            error.set(None);
        } else {
            take(text.as_bytes());
        }
    });
    let open = move |event: leptos::ev::Event| {
        let input = event_target::<HtmlInputElement>(&event);
        let file = input.files().and_then(|files| files.get(0));
        // So that choosing the same file again is a change again.
        input.set_value("");
        let Some(file) = file else { return };
        spawn_local(async move {
            match files::read(&file).await {
                Some(bytes) => take(&bytes),
                None => error.set(Some(
                    "The browser can’t read this file. Save it on this device, and choose it again.".to_owned(),
                )),
            }
        });
    };
    view! {
        <div class="take-in">
            <label class="button button-secondary file-button">
                <Glyph icon=Icon::Upload />
                <span>"Open File"</span>
                <input class="file-button-input" type="file" on:change=open />
            </label>
            {scan::is_supported()
                .then(|| {
                    view! {
                        <Button label="Scan" icon=Icon::Scan on_press=move || scanning.set(true) />
                        <ScanDialog open=scanning title="Scan" on_found=found />
                    }
                })}
            <TextAreaField label="Or paste its text" value=text error optional=true rows=2 />
        </div>
    }
}

/// What is wrong with something that was to be taken.
const fn said(error: HandoverError) -> &'static str {
    match error {
        HandoverError::Foreign => {
            "This is nothing of Latchbook’s. Choose the file, or copy the text, that Latchbook made."
        }
        HandoverError::Newer => "A newer Latchbook made this. Reload this page to get it.",
        HandoverError::Damaged => "This is damaged, or not all of it arrived. Have it sent again.",
    }
}

/// Something was handed over that is for something else.
pub const fn not_this(found: &Handover) -> &'static str {
    match found {
        Handover::Join(_) => "This asks to be let in. It belongs into Settings, Devices, Enrol a Device.",
        Handover::Admission(_) => "This answers a device that asked to be let in. Open it on that device.",
        Handover::Parcel(_) => "This is for boxes. Open it on a technician’s device, or hold it to a box.",
        Handover::Return(_) => "This comes back from boxes. Open it in Field, Take from a Courier.",
    }
}
