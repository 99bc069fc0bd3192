//! That tests run in a real browser, with what the app stands on.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn tests_run_in_a_window_that_is_a_secure_context() {
    let window = web_sys::window().expect("a test configured for the browser has a window");
    assert!(window.is_secure_context());
}
