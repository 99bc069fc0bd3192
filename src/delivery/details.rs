//! What Copy Details puts on the clipboard: plain text that reads well in a chat.

use super::template::Values;
use super::texts;
use crate::domain::Language;

/// The details of a booking in the visitor's language.
///
/// Of a one-time booking: the key's name, start and end, code, URL, location, address, how to find it; what has no value is
/// left out. Of an ongoing access: the key's name and the code, and no URL, whatever there is.
pub fn copy_details(values: &Values, language: Language, ongoing: bool) -> String {
    texts::details(language, ongoing).render(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::Placeholder::*;

    fn values() -> Values {
        Values::default()
            .with(Key, "Flat 3")
            .with(Start, "Tuesday 24 November 2026, 15:00")
            .with(End, "Friday 27 November 2026, 11:00")
            .with(Code, "482 9137")
            .with(Url, "https://keys.example.com/visit#x")
            .with(Location, "Alfama")
            .with(Address, "Rua 1\nLisboa")
            .with(Directions, "Behind the green gate.")
    }

    #[test]
    fn a_one_time_bookings_details_say_all() {
        assert_eq!(
            copy_details(&values(), Language::En, false),
            "Key: Flat 3\nFrom: Tuesday 24 November 2026, 15:00\nUntil: Friday 27 November 2026, 11:00\n\
            Booking code: 482 9137\n\nLocation: Alfama\nRua 1\nLisboa\nHow to find it: Behind the green gate.\n\n\
            Your booking: https://keys.example.com/visit#x"
        );
    }

    #[test]
    fn what_is_not_known_leaves_no_gap() {
        let mut values = values();
        [Url, Address, Directions].into_iter().for_each(|placeholder| values.set(placeholder, None));
        assert_eq!(
            copy_details(&values, Language::De, false),
            "Schlüssel: Flat 3\nVon: Tuesday 24 November 2026, 15:00\nBis: Friday 27 November 2026, 11:00\n\
            Buchungscode: 482 9137\n\nStandort: Alfama"
        );
    }

    #[test]
    fn an_ongoing_accesss_details_are_key_and_code_alone() {
        for language in Language::ALL {
            let details = copy_details(&values(), language, true);
            assert!(details.contains("Flat 3") && details.contains("482 9137"), "{details}");
            assert!(!details.contains("http") && !details.contains("Alfama") && !details.contains("2026"), "{details}");
        }
        assert_eq!(copy_details(&values(), Language::En, true), "Key: Flat 3\nBooking code: 482 9137");
    }
}
