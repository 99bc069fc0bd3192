//! The rules of zones, read out of the browser's own zone data: so the app ships none.

use js_sys::{Array, Date, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::domain::time::{DAY_MS, Transition};
use crate::domain::{Instant, Offset, ZoneName, ZoneRules};

/// How far to either side of now the rules go: a dozen years.
const REACH_DAYS: i64 = 12 * 366;
/// How far apart the first samples are. No zone that moved its clocks moved them back in less than 28 days.
const STEP_DAYS: i64 = 21;
/// Clocks change on a quarter of an hour.
const GRAIN_MS: i64 = 15 * 60 * 1000;

/// The zone of the device itself; UTC where the browser does not say.
pub fn of_this_device() -> ZoneName {
    let format = formatter(None, false).and_then(|format| resolved_zone(&format));
    format.and_then(|zone| ZoneName::parse(&zone)).unwrap_or_else(utc)
}

fn utc() -> ZoneName {
    ZoneName::parse("UTC").expect("three letters")
}

/// All zones that the browser knows by name, sorted.
pub fn known() -> Vec<String> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).unwrap_or_default();
    let values = method(&intl, "supportedValuesOf").and_then(|f| f.call1(&intl, &"timeZone".into()).ok());
    values.map(|v| Array::from(&v).iter().filter_map(|z| z.as_string()).collect()).unwrap_or_default()
}

/// A zone as people type it: its whole name in any case, or its city alone. What is in no list is taken at its word: browsers
/// know older names, too, that they do not list.
pub fn named(text: &str, known: &[String]) -> Option<ZoneName> {
    let text = text.trim();
    let plain = text.replace(' ', "_");
    let exact = known.iter().find(|zone| zone.eq_ignore_ascii_case(&plain));
    let city = || known.iter().find(|zone| zone.rsplit('/').next().is_some_and(|c| c.eq_ignore_ascii_case(&plain)));
    ZoneName::parse(exact.or_else(city).map_or(text, String::as_str))
}

/// Reads the rules of a zone for a dozen years to either side of now. Nothing when the browser does not know the zone.
pub fn load(zone: &ZoneName, now: Instant) -> Option<ZoneRules> {
    let format = formatter(Some(zone), true)?;
    let format_at = method(&format, "format")?;
    let offset = |ms: i64| offset_at(&format, &format_at, ms);
    let quarter = |ms: i64| ms.div_euclid(GRAIN_MS) * GRAIN_MS;
    let (from, to) = (quarter(now.ms() - REACH_DAYS * DAY_MS), now.ms() + REACH_DAYS * DAY_MS);
    let first = offset(from)?;
    let (mut at, mut known) = (from, first);
    let mut transitions = Vec::new();
    while at < to {
        let next = at + STEP_DAYS * DAY_MS;
        let then = offset(next)?;
        if then != known {
            // One change in between: halve the span until it is a quarter of an hour.
            let (mut low, mut high) = (at, next);
            while high - low > GRAIN_MS {
                let middle = quarter(low + (high - low) / 2);
                if offset(middle)? == known { low = middle } else { high = middle }
            }
            transitions.push(Transition { at: Instant::from_ms(high), offset: then });
            known = then;
        }
        at = next;
    }
    Some(ZoneRules::new(zone.clone(), first, transitions))
}

/// A formatter of dates; with `offsets`, of nothing but the date and how far the zone is from UTC.
fn formatter(zone: Option<&ZoneName>, offsets: bool) -> Option<JsValue> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let class: Function = Reflect::get(&intl, &"DateTimeFormat".into()).ok()?.dyn_into().ok()?;
    let options = Object::new();
    if let Some(zone) = zone {
        Reflect::set(&options, &"timeZone".into(), &zone.as_str().into()).ok()?;
    }
    if offsets {
        Reflect::set(&options, &"timeZoneName".into(), &"longOffset".into()).ok()?;
    }
    // An unknown zone throws a RangeError.
    Reflect::construct(&class, &Array::of2(&"en-US".into(), &options)).ok()
}

fn method(object: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(object, &name.into()).ok()?.dyn_into().ok()
}

fn resolved_zone(format: &JsValue) -> Option<String> {
    let options = method(format, "resolvedOptions")?.call0(format).ok()?;
    Reflect::get(&options, &"timeZone".into()).ok()?.as_string()
}

/// Reads `11/23/2026, GMT+05:30`, where `GMT` alone is UTC and seconds may follow.
fn offset_at(format: &JsValue, format_at: &Function, ms: i64) -> Option<Offset> {
    let text = format_at.call1(format, &Date::new(&JsValue::from_f64(ms as f64))).ok()?.as_string()?;
    let offset = text.rsplit_once("GMT")?.1;
    if offset.is_empty() {
        return Some(Offset(0));
    }
    let sign = if offset.starts_with(['-', '\u{2212}']) { -1 } else { 1 };
    let digits = offset.trim_start_matches(['+', '-', '\u{2212}']);
    let mut seconds = 0;
    for (part, unit) in digits.split(':').zip([3600, 60, 1]) {
        seconds += part.parse::<i32>().ok()? * unit;
    }
    Some(Offset(sign * seconds))
}
