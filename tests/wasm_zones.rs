//! The rules of zones as the browser's own data give them.
#![cfg(target_arch = "wasm32")]

use latchbook::domain::time::Resolved;
use latchbook::domain::{Instant, WallTime, ZoneName, ZoneRules};
use latchbook::ui::edge::zones;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// 2026-11-23T10:00Z.
const NOW: Instant = Instant::from_ms(1_795_428_000_000);

fn zone(name: &str) -> ZoneRules {
    let name = ZoneName::parse(name).expect("a name");
    zones::load(&name, NOW).expect("the browser knows it")
}

fn wall(text: &str) -> WallTime {
    WallTime::parse(text).expect("a wall time")
}

#[wasm_bindgen_test]
fn lisbon_skips_an_hour_in_march_and_repeats_one_in_october() {
    let lisbon = zone("Europe/Lisbon");
    let Resolved::Skipped(gap) = lisbon.resolve(wall("2027-03-28T01:30")) else { panic!("skipped") };
    assert_eq!((gap.before, gap.after), (wall("2027-03-28T00:59"), wall("2027-03-28T02:00")));
    assert!(matches!(lisbon.resolve(wall("2026-10-25T01:30")), Resolved::Twice { .. }));
    assert_eq!(lisbon.wall(NOW), wall("2026-11-23T10:00"));
}

#[wasm_bindgen_test]
fn zones_off_the_full_hour_are_right_to_the_quarter() {
    assert_eq!(zone("America/St_Johns").offset_at(NOW).0, -(3 * 3600 + 1800));
    assert_eq!(zone("Asia/Kathmandu").offset_at(NOW).0, 5 * 3600 + 45 * 60);
    let Resolved::Skipped(gap) = zone("Australia/Lord_Howe").resolve(wall("2026-10-04T02:15")) else {
        panic!("skipped")
    };
    assert_eq!(gap.after, wall("2026-10-04T02:30"));
}

#[wasm_bindgen_test]
fn two_changes_within_six_weeks_are_both_found() {
    // Morocco's clocks go back for Ramadan and forward again after it: in 2025 on 23 February and 6 April. A past year,
    // since zone data change what is to come.
    let casablanca = zone("Africa/Casablanca");
    let offset = |text: &str| casablanca.offset_at(wall(text).as_utc()).0;
    assert_eq!((offset("2025-02-01T12:00"), offset("2025-03-10T12:00"), offset("2025-05-01T12:00")), (3600, 0, 3600));
}

#[wasm_bindgen_test]
fn a_zone_that_does_not_change_has_no_changes() {
    assert_eq!(zone("Asia/Tokyo").changes(), 0);
    assert_eq!(zone("UTC").offset_at(NOW).0, 0);
}

#[wasm_bindgen_test]
fn what_is_no_zone_is_not_known() {
    assert!(zones::load(&ZoneName::parse("Mars/Base").expect("a form"), NOW).is_none());
    assert!(zones::known().iter().any(|name| name == "Europe/Lisbon"));
}
