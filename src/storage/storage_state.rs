//! What the browser promises about keeping things: whether it may clear them away, and how much room there is.

use js_sys::Promise;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{StorageEstimate, StorageManager};

/// Whether the browser keeps what is stored until a person clears it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Persistence {
    /// It does.
    Granted,
    /// It may clear everything away when the device runs short of room.
    Denied,
    /// It has no such promise to give.
    Unsupported,
}

/// How much room the app takes, and how much it may take, in bytes. Browsers round both, on purpose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Usage {
    /// What is taken.
    pub used: u64,
    /// What may be taken in all.
    pub quota: u64,
}

/// Asks for the promise. Some browsers ask the person, so the app says first why it wants it: without it, the browser may
/// delete the only copy of every booking.
pub async fn persist() -> Persistence {
    promised(StorageManager::persist).await
}

/// Whether the promise was given already; asks nobody.
pub async fn persistence() -> Persistence {
    promised(StorageManager::persisted).await
}

/// How much room there is, where the browser says.
pub async fn usage() -> Option<Usage> {
    let promise = manager()?.estimate().ok()?;
    let estimate: StorageEstimate = JsFuture::from(promise).await.ok()?.unchecked_into();
    Some(Usage { used: estimate.get_usage()? as u64, quota: estimate.get_quota()? as u64 })
}

async fn promised(ask: impl FnOnce(&StorageManager) -> Result<Promise, JsValue>) -> Persistence {
    let Some(manager) = manager() else {
        return Persistence::Unsupported;
    };
    let Ok(promise) = ask(&manager) else {
        return Persistence::Unsupported;
    };
    match JsFuture::from(promise).await {
        Ok(answer) if answer.is_truthy() => Persistence::Granted,
        _ => Persistence::Denied,
    }
}

/// The browser's storage manager; a page without a secure context has none.
fn manager() -> Option<StorageManager> {
    let navigator = web_sys::window()?.navigator();
    let manager = js_sys::Reflect::get(&navigator, &"storage".into()).ok()?;
    manager.is_object().then(|| manager.unchecked_into())
}
