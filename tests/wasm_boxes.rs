//! What boxes and zones are called, in the browser.
#![cfg(all(target_arch = "wasm32", feature = "app"))]

use latchbook::domain::Instant;
use latchbook::smartbox::{KeyPlace, Refusal};
use latchbook::ui::edge::zones;
use latchbook::ui::words::boxes;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn a_countdown_ends_at_zero_and_not_before() {
    assert_eq!([30_000, 29_001, 1, 0, -5].map(boxes::countdown), ["0:30", "0:30", "0:01", "0:00", "0:00"]);
    assert_eq!(boxes::countdown(600_000), "10:00");
}

#[wasm_bindgen_test]
fn every_refusal_has_words_of_its_own() {
    let at = Instant::from_ms(0);
    let all = [
        Refusal::TooEarly { from: at },
        Refusal::Ended { at },
        Refusal::Revoked,
        Refusal::NotLinkedYet,
        Refusal::KeyElsewhere { place: None },
        Refusal::KeyElsewhere { place: Some(KeyPlace::WithVisitor) },
        Refusal::KeyElsewhere { place: Some(KeyPlace::Unknown) },
        Refusal::Unknown,
        Refusal::Mistyped,
        Refusal::LockedOut { until: at },
    ];
    let mut said: Vec<_> = all.iter().map(|refusal| boxes::refusal(refusal, |_| "then".to_owned())).collect();
    said.sort();
    said.dedup();
    assert_eq!(said.len(), all.len());
}

#[wasm_bindgen_test]
fn an_hour_less_what_an_answer_takes_is_an_hour() {
    let said = [0, 59_000, 3_599_990, -7_200_010].map(boxes::clock);
    assert_eq!(said, ["right", "right", "60 minutes ahead", "2 hours behind"]);
}

#[wasm_bindgen_test]
fn a_zone_is_found_by_its_name_or_its_city() {
    let known = zones::known();
    let named = |text| zones::named(text, &known).map(|zone| zone.to_string());
    assert_eq!(named("europe/lisbon").as_deref(), Some("Europe/Lisbon"));
    assert_eq!(named(" Lisbon ").as_deref(), Some("Europe/Lisbon"));
    assert_eq!(named("porto velho").as_deref(), Some("America/Porto_Velho"));
    assert_eq!(named("Atlantis/Centre").as_deref(), Some("Atlantis/Centre"), "the browser has the last word");
    assert_eq!(named("no zone!"), None);
}
