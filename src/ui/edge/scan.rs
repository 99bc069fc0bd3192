//! The camera, and what it can read: QR codes, where the browser has a `BarcodeDetector`.

use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, JSON, Promise, Reflect};
use leptos::prelude::window;
use leptos::web_sys::HtmlVideoElement;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

/// How many milliseconds pass between two looks.
const LOOK_EVERY_MS: u32 = 200;

/// Why nothing can be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScanError {
    /// The browser, its settings or its owner do not allow it.
    Refused,
    /// The device has no camera.
    NoCamera,
    /// Another program has it, or it does not work.
    Busy,
}

/// Whether this browser can read QR codes. The device may have no camera all the same.
pub fn is_supported() -> bool {
    detector().is_some() && cameras().is_some()
}

fn detector() -> Option<Function> {
    Reflect::get(&window(), &"BarcodeDetector".into()).ok()?.dyn_into().ok()
}

/// Where a page that was not sent over TLS finds nothing.
fn cameras() -> Option<JsValue> {
    Reflect::get(&window().navigator(), &"mediaDevices".into()).ok().filter(JsValue::is_object)
}

/// Shows in a video what the camera sees, and gives the text of every code in it to `take`, until that takes one or the video has
/// left the page. Then the camera is off.
///
/// # Errors
/// When there is no camera to look through.
pub async fn scan(video: &HtmlVideoElement, take: &dyn Fn(String) -> bool) -> Result<(), ScanError> {
    let json = |text| JSON::parse(text).unwrap_or_default();
    let detector = detector().ok_or(ScanError::Busy)?;
    let detector = Reflect::construct(&detector, &Array::of1(&json("{\"formats\":[\"qr_code\"]}")));
    let detector = detector.map_err(|_| ScanError::Busy)?;
    let wanted = json("{\"video\":{\"facingMode\":\"environment\"}}");
    let stream = ask(&cameras().ok_or(ScanError::NoCamera)?, "getUserMedia", &wanted).await;
    let camera = Camera(stream.map_err(|thrown| error(&thrown))?);
    // Where it does not play by itself, nothing is seen and nothing read, and the person closes it.
    let _ = Reflect::set(video, &"srcObject".into(), &camera.0);
    while video.is_connected() {
        // Nothing can be read before the first picture, and none may be seen.
        let seen = ask(&detector, "detect", video).await.unwrap_or_default();
        let text = Reflect::get(&seen, &"0".into()).and_then(|first| Reflect::get(&first, &"rawValue".into()));
        let text = text.ok().and_then(|text| text.as_string());
        if text.is_some_and(take) {
            break;
        }
        TimeoutFuture::new(LOOK_EVERY_MS).await;
    }
    Ok(())
}

/// What a camera shows. Dropping it turns the camera off.
struct Camera(JsValue);

impl Drop for Camera {
    fn drop(&mut self) {
        let Ok(tracks) = call(&self.0, "getTracks", &JsValue::UNDEFINED) else { return };
        for track in Array::from(&tracks) {
            let _ = call(&track, "stop", &JsValue::UNDEFINED);
        }
    }
}

fn error(thrown: &JsValue) -> ScanError {
    let name = Reflect::get(thrown, &"name".into()).ok().and_then(|name| name.as_string());
    match name.as_deref() {
        Some("NotAllowedError" | "SecurityError") => ScanError::Refused,
        Some("NotFoundError" | "OverconstrainedError") => ScanError::NoCamera,
        _ => ScanError::Busy,
    }
}

fn call(of: &JsValue, name: &str, with: &JsValue) -> Result<JsValue, JsValue> {
    Reflect::get(of, &name.into())?.dyn_into::<Function>()?.call1(of, with)
}

async fn ask(of: &JsValue, name: &str, with: &JsValue) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(&call(of, name, with)?)).await
}
