//! Where secret keys live, and what signs with them, in a real browser.
#![cfg(all(target_arch = "wasm32", feature = "app"))]

mod common;

use std::pin::Pin;

use common::all;
use common::browser::{Fresh, Instead, prototype, throwing};
use indexed_db_futures::database::Database;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::TransactionMode;
use js_sys::{Array, Function, Uint8Array};
use latchbook::domain::{Secret, SerialNumber};
use latchbook::smartbox::envelope::{OpeningKey, Purpose, Signature, Signed, SigningKey, ToSign};
use latchbook::storage::key_store::{KeyStore, Slot};
use latchbook::storage::{BoxShelf, open};
use latchbook::ui::edge::webcrypto::{
    DeviceSigner, KeyError, confirm_recovery_sheet, device_signer, make_organization_keys, organization_keys,
    recovery_seed, restore_organization_keys,
};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{CryptoKey, SubtleCrypto};

wasm_bindgen_test_configure!(run_in_browser);

const SEED: Secret<[u8; 32]> = Secret::new([7; 32]);

/// As a browser without such keys answers.
fn no_ed25519() -> [Instead; 2] {
    let refusing = || {
        let answer = "return Promise.reject(new DOMException('as the test wants it', 'NotSupportedError'))";
        JsValue::from(Function::new_no_args(answer))
    };
    ["generateKey", "importKey"].map(|name| Instead::of(prototype("SubtleCrypto"), name, &refusing()))
}

fn boxed<'a, T>(future: impl Future<Output = T> + 'a) -> Pin<Box<dyn Future<Output = T> + 'a>> {
    Box::pin(future)
}

fn subtle() -> SubtleCrypto {
    web_sys::window().expect("a window").crypto().expect("its cryptography").subtle()
}

fn to_sign(signer: &DeviceSigner) -> ToSign {
    ToSign::new(Purpose::Command, &signer.verifying(), None, None, b"open bin 7".to_vec())
}

/// Signs, and checks the signature with the code that boxes use.
async fn signed(signer: &DeviceSigner) -> Signature {
    let what = to_sign(signer);
    let signature = signer.sign(&what).await.expect("signed");
    assert!(signer.verifying().has_signed(what.message(), &signature));
    let read = Signed::read(&what.signed(&signature)).expect("an envelope");
    assert_eq!(read.content(Purpose::Command, &signer.verifying(), None), Ok(b"open bin 7".to_vec()));
    signature
}

#[wasm_bindgen_test]
async fn the_devices_key_survives_that_the_database_is_opened_anew() {
    let place = Fresh::new();
    let made = device_signer(&KeyStore::new(&place.0)).await.expect("made");
    assert!(made.is_sealed(), "this browser has such keys");
    let found = device_signer(&KeyStore::new(&place.0)).await.expect("found");
    assert_eq!(found.verifying(), made.verifying());
    // Ed25519 has one signature for one message: the secret parts are the same.
    assert_eq!(signed(&found).await, signed(&made).await);
}

#[wasm_bindgen_test]
async fn the_browser_does_not_give_a_kept_key_out() {
    let place = Fresh::new();
    let keys = KeyStore::new(&place.0);
    device_signer(&keys).await.expect("made");
    make_organization_keys(&keys).await.expect("made");
    for slot in [Slot::Device, Slot::Organization] {
        let kept: Array = keys.load(slot).await.expect("read").expect("it is there").unchecked_into();
        let key: CryptoKey = kept.get(0).dyn_into().expect("a key of the browser");
        assert!(!key.extractable());
        for format in ["pkcs8", "jwk", "raw"] {
            let asked = subtle().export_key(format, &key).expect("asked");
            let refusal = JsFuture::from(asked).await.expect_err("refused");
            let refusal: web_sys::DomException = refusal.dyn_into().expect("by the browser");
            assert_eq!(refusal.name(), "InvalidAccessError", "{format}");
        }
        assert_eq!(kept.length(), 2, "and the public part, and nothing else");
    }
}

#[wasm_bindgen_test]
async fn the_browsers_signature_is_that_of_the_code_for_the_same_seed() {
    let browser = DeviceSigner::of_seed(&SEED).await.expect("imported");
    let code = {
        let _without = no_ed25519();
        DeviceSigner::of_seed(&SEED).await.expect("it goes on in code")
    };
    assert!(browser.is_sealed() && !code.is_sealed());
    assert_eq!(browser.verifying(), code.verifying());
    assert_eq!(signed(&browser).await, signed(&code).await);
    assert_eq!(to_sign(&browser), to_sign(&code));
}

#[wasm_bindgen_test]
async fn the_browser_verifies_what_the_code_has_signed() {
    let key = SigningKey::from_seed(*SEED.expose());
    let what = ToSign::new(Purpose::Grants, &key.verifying(), None, None, b"grants".to_vec());
    let signature = Uint8Array::from(&key.sign(&what).0[..]);
    let public = Uint8Array::from(&key.verifying().0[..]);
    let asked = subtle().import_key_with_str("raw", &public, "Ed25519", true, &Array::of1(&"verify".into()));
    let public: CryptoKey = JsFuture::from(asked.expect("asked")).await.expect("imported").unchecked_into();
    for (message, holds) in [(what.message(), true), (b"something else", false)] {
        let message = Uint8Array::from(message);
        let asked =
            subtle().verify_with_str_and_buffer_source_and_buffer_source("Ed25519", &public, &signature, &message);
        assert_eq!(JsFuture::from(asked.expect("asked")).await, Ok(holds.into()));
    }
}

#[wasm_bindgen_test]
async fn without_such_keys_the_seed_is_kept_and_found_again() {
    let place = Fresh::new();
    let made = {
        let _without = no_ed25519();
        device_signer(&KeyStore::new(&place.0)).await.expect("made")
    };
    // What was kept so stays so, although the browser has learned such keys since.
    let found = device_signer(&KeyStore::new(&place.0)).await.expect("found");
    assert!(!made.is_sealed() && !found.is_sealed());
    assert_eq!(found.verifying(), made.verifying());
    assert_eq!(signed(&found).await, signed(&made).await);
}

#[wasm_bindgen_test]
async fn a_page_that_was_not_served_securely_signs_in_code() {
    let _without = Instead::of(prototype("Crypto"), "subtle", &JsValue::UNDEFINED);
    let made = device_signer(&KeyStore::new(&Fresh::new().0)).await.expect("made");
    assert!(!made.is_sealed());
    signed(&made).await;
}

#[wasm_bindgen_test]
async fn a_browser_that_makes_such_keys_and_cannot_keep_them_keeps_a_seed() {
    let place = Fresh::new();
    let refusing = "
        const real = IDBObjectStore.prototype.put;
        return function (value, key) {
            if (Array.isArray(value)) throw new DOMException('as the test wants it', 'DataCloneError');
            return real.call(this, value, key);
        };";
    let refusing = Function::new_no_args(refusing).call0(&JsValue::UNDEFINED).expect("a function");
    let (device, organization) = {
        let _refusing = Instead::of(prototype("IDBObjectStore"), "put", &refusing);
        let keys = KeyStore::new(&place.0);
        (device_signer(&keys).await.expect("made"), make_organization_keys(&keys).await.expect("made"))
    };
    assert!(!device.is_sealed() && !organization.signer.as_ref().expect("a key").is_sealed());
    let keys = KeyStore::new(&place.0);
    assert_eq!(device_signer(&keys).await.expect("found").verifying(), device.verifying());
    let found = organization_keys(&keys).await.expect("read").expect("it is there");
    assert_eq!(
        found.signer.as_ref().expect("a key").verifying(),
        organization.signer.as_ref().expect("a key").verifying()
    );
}

#[wasm_bindgen_test]
async fn two_tabs_that_make_keys_at_once_end_with_one() {
    let place = Fresh::new();
    let tabs = [KeyStore::new(&place.0), KeyStore::new(&place.0), KeyStore::new(&place.0)];
    let devices = all(tabs.iter().map(|tab| boxed(device_signer(tab))).collect()).await;
    let devices: Vec<_> = devices.into_iter().map(|device| device.expect("made").verifying()).collect();
    assert!(devices.iter().all(|device| *device == devices[0]));
    let organizations = all(tabs.iter().map(|tab| boxed(make_organization_keys(tab))).collect()).await;
    let organizations: Vec<_> = organizations.into_iter().map(|keys| keys.expect("made")).collect();
    let seed = recovery_seed(&tabs[0]).await.expect("read").expect("it is there");
    for keys in &organizations {
        // All of one and the same hand: no tab's seed beside another's key.
        assert_eq!(keys.signer.as_ref().expect("a key").verifying(), SigningKey::from_seed(*seed.expose()).verifying());
        assert_eq!(keys.opening.sealing(), organizations[0].opening.sealing());
    }
}

#[wasm_bindgen_test]
async fn the_seed_of_the_organization_is_there_until_its_sheet_was_confirmed() {
    let place = Fresh::new();
    let keys = KeyStore::new(&place.0);
    assert!(organization_keys(&keys).await.expect("read").is_none());
    assert!(recovery_seed(&keys).await.expect("read").is_none());
    let made = make_organization_keys(&keys).await.expect("made");
    assert!(made.signer.as_ref().expect("a key").is_sealed());
    let seed = recovery_seed(&keys).await.expect("read").expect("it is there");
    assert_eq!(SigningKey::from_seed(*seed.expose()).verifying(), made.signer.as_ref().expect("a key").verifying());
    confirm_recovery_sheet(&keys).await.expect("confirmed");

    let again = KeyStore::new(&place.0);
    assert!(recovery_seed(&again).await.expect("read").is_none());
    let kept = make_organization_keys(&again).await.expect("found");
    assert_eq!(kept.signer.as_ref().expect("a key").verifying(), made.signer.as_ref().expect("a key").verifying());
    assert_eq!(kept.opening.bytes(), made.opening.bytes());
    assert!(recovery_seed(&again).await.expect("read").is_none(), "nothing was made anew");
    signed(kept.signer.as_ref().expect("a key")).await;
}

#[wasm_bindgen_test]
async fn a_sheet_brings_the_organizations_keys_back() {
    let place = Fresh::new();
    let keys = KeyStore::new(&place.0);
    make_organization_keys(&keys).await.expect("made");
    let opening = OpeningKey::from_bytes([8; 32]);
    let restored = restore_organization_keys(&keys, &SEED, &opening).await.expect("restored");
    let found = organization_keys(&KeyStore::new(&place.0)).await.expect("read").expect("it is there");
    assert_eq!(found.signer.as_ref().expect("a key").verifying(), SigningKey::from_seed(*SEED.expose()).verifying());
    assert_eq!(found.opening.bytes(), opening.bytes());
    assert_eq!(
        signed(found.signer.as_ref().expect("a key")).await,
        signed(restored.signer.as_ref().expect("a key")).await
    );
    assert!(recovery_seed(&keys).await.expect("read").is_none(), "the sheet has it");
}

#[wasm_bindgen_test]
async fn a_store_that_fails_is_not_taken_for_an_empty_one() {
    let place = Fresh::new();
    let keys = KeyStore::new(&place.0);
    {
        let _full = Instead::of(prototype("IDBObjectStore"), "put", &throwing("QuotaExceededError"));
        assert!(matches!(device_signer(&keys).await, Err(KeyError::Store(_))));
        assert!(matches!(make_organization_keys(&keys).await, Err(KeyError::Store(_))));
    }
    assert!(keys.load(Slot::Device).await.expect("read").is_none());
    assert!(organization_keys(&keys).await.expect("read").is_none());
    keys.replace(&[(Slot::Device, "nonsense".into())], &[]).await.expect("kept");
    assert!(matches!(device_signer(&keys).await, Err(KeyError::Damaged)));
}

#[wasm_bindgen_test]
async fn without_a_store_keys_last_as_long_as_the_page() {
    let storage = {
        let _missing = Instead::of(js_sys::global(), "indexedDB", &JsValue::UNDEFINED);
        open(&Fresh::new().0, |_| {}).await.expect("it goes on")
    };
    let made = device_signer(&storage.keys).await.expect("made");
    assert_eq!(device_signer(&storage.keys).await.expect("found").verifying(), made.verifying());
    make_organization_keys(&storage.keys).await.expect("made");
    assert!(recovery_seed(&storage.keys).await.expect("read").is_some());
    confirm_recovery_sheet(&storage.keys).await.expect("confirmed");
    assert!(recovery_seed(&storage.keys).await.expect("read").is_none());
    signed(&made).await;
}

#[wasm_bindgen_test]
async fn a_database_from_before_there_were_keys_keeps_what_it_has() {
    let place = Fresh::new();
    let old = Database::open(place.0.as_str())
        .with_version(100_u32)
        .with_on_upgrade_needed(|_, database| {
            for store in ["segments", "tail", "snapshot", "meta", "boxes"] {
                database.create_object_store(store).build()?;
            }
            Ok(())
        })
        .await
        .expect("it opens");
    let transaction = old.transaction("boxes").with_mode(TransactionMode::Readwrite).build().expect("a transaction");
    let state: JsValue = Uint8Array::from(&b"state"[..]).into();
    transaction.object_store("boxes").expect("the store").put(state).with_key("LB-1").primitive().expect("asked");
    transaction.commit().await.expect("kept");
    old.close();

    let made = device_signer(&KeyStore::new(&place.0)).await.expect("made");
    let serial = SerialNumber::parse("LB-1").expect("a serial number");
    assert_eq!(BoxShelf::new(&place.0).load(&serial).await, Ok(Some(b"state".to_vec())));
    assert_eq!(device_signer(&KeyStore::new(&place.0)).await.expect("found").verifying(), made.verifying());
}
