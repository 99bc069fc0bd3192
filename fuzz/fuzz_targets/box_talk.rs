#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| latchbook_fuzz::box_talk(bytes));
