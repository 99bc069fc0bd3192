//! Locks across the tabs of one browser: the Web Locks API.
//!
//! Its functions are looked up by name, because a browser may lack them and because their bindings are unstable.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::error::DatabaseError;

/// A lock that is held, exclusively, until this is dropped; or one that was asked for, and is given back when it comes.
#[derive(Debug)]
pub struct Lock {
    release: Function,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Resolving a promise does not fail, and there is nobody to tell.
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

/// Waits for the lock of a name. Nothing where the browser has no such locks.
pub(super) async fn lock(name: &str) -> Result<Option<Lock>, DatabaseError> {
    let Some((manager, request)) = manager() else {
        return Ok(None);
    };
    let (held, release) = deferred();
    let (granted, grant) = deferred();
    // From here on, dropping gives the lock back whether it has come or is still to come.
    let lock = Lock { release };
    let callback = Closure::once_into_js(move |_: JsValue| -> Promise {
        let _ = grant.call0(&JsValue::UNDEFINED);
        held
    });
    let options = Object::new();
    let given = Reflect::set(&options, &"mode".into(), &"exclusive".into())
        .and_then(|_| request.call3(&manager, &name.into(), &options, &callback))
        .map_err(|e| DatabaseError::of_js(&e))?;
    // The request itself ends when the lock is given back, or at once when it is refused.
    let first = Promise::race(&js_sys::Array::of2(&granted, &given));
    JsFuture::from(first).await.map_err(|e| DatabaseError::of_js(&e))?;
    Ok(Some(lock))
}

/// Waits until no other tab holds the lock of a name, and holds it from then on. Nothing where the browser has no locks,
/// or refuses one: then every tab is on its own.
pub async fn turn(name: &str) -> Option<Lock> {
    lock(name).await.ok().flatten()
}

fn manager() -> Option<(JsValue, Function)> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    let manager = Reflect::get(&navigator, &"locks".into()).ok().filter(JsValue::is_object)?;
    let request = Reflect::get(&manager, &"request".into()).ok()?.dyn_into().ok()?;
    Some((manager, request))
}

/// A promise, and what resolves it.
fn deferred() -> (Promise, Function) {
    let mut resolve = None;
    let promise = Promise::new(&mut |fulfil, _| resolve = Some(fulfil));
    (promise, resolve.expect("a promise calls its executor before it is made"))
}
