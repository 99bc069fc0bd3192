//! Files that people keep, send on, or bring.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, HtmlAnchorElement, Url};

/// Gives a file to the person, as the browser does with downloads. Answers whether the browser took it.
pub fn save(name: &str, bytes: &[u8]) -> bool {
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes)));
    let Some(url) = blob.ok().and_then(|blob| Url::create_object_url_with_blob(&blob).ok()) else { return false };
    let document = leptos::prelude::document();
    let link = document.create_element("a").ok().and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    let Some(link) = link else { return false };
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The download has the bytes by now; the address would keep them for as long as the page lives.
    let _ = Url::revoke_object_url(&url);
    true
}

/// All the bytes of a file; nothing when the browser can't read it.
pub async fn read(file: &File) -> Option<Vec<u8>> {
    let buffer = JsFuture::from(file.array_buffer()).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}
