use super::*;
use crate::delivery::times::{Style, written};
use crate::delivery::{Placeholder, Values};
use crate::domain::WallTime;

fn values(language: Language, style: Style) -> Values {
    let time = |text| written(WallTime::parse(text).expect("a wall time"), language, style);
    let mut values = Values::default()
        .with(Placeholder::Visitor, "Hana Mori")
        .with(Placeholder::Organization, "Tagus")
        .with(Placeholder::Key, "Flat 3")
        .with(Placeholder::Location, "Alfama")
        .with(Placeholder::Start, &time("2026-11-24T15:00"))
        .with(Placeholder::End, &time("2026-11-27T11:00"))
        .with(Placeholder::Code, "482 9137");
    if style == Style::Long {
        values = values
            .with(Placeholder::Address, "Rua 1\nLisboa")
            .with(Placeholder::Directions, "Left of the door")
            .with(Placeholder::Url, "https://keys.example.com/visit#x")
            .with(Placeholder::Hours, "9-17");
    }
    values
}

fn all() -> impl Iterator<Item = (Language, MessageKind, Part)> {
    let parts = |language, kind| Part::ALL.into_iter().map(move |part| (language, kind, part));
    let kinds = move |language| MessageKind::ALL.into_iter().flat_map(move |kind| parts(language, kind));
    Language::ALL.into_iter().flat_map(kinds)
}

#[test]
fn every_text_is_a_template_that_says_what_it_must() {
    for (language, kind, part) in all() {
        let text = default_text(language, kind, part);
        assert_eq!(Template::parse_for(text, kind, part), Ok(template(language, kind, part)), "{language:?} {kind:?}");
        assert!(!text.contains("  "), "{text}");
        assert!(part != Part::Subject || !text.contains('\n'), "{text}");
    }
    for language in Language::ALL {
        for ongoing in [false, true] {
            let template = details(language, ongoing);
            assert_eq!(Template::parse(template.text()), Ok(template.clone()));
            let says = |placeholder: Placeholder| template.text().contains(placeholder.written());
            assert!(says(Placeholder::Key) && says(Placeholder::Code));
            assert_eq!(says(Placeholder::Url), !ongoing);
        }
    }
}

#[test]
fn a_text_with_all_its_values_shows_no_brace_and_with_none_no_gap() {
    for (language, kind, part) in all() {
        let template = template(language, kind, part);
        for values in [values(language, Style::Long), values(language, Style::Short), Values::default()] {
            let text = template.render(&values);
            assert!(!text.contains(['{', '}', '[', ']']), "{text}");
            assert!(!text.contains("\n\n\n") && !text.starts_with('\n'), "{language:?} {kind:?}: {text}");
        }
        let full = template.render(&values(language, Style::Long));
        for placeholder in Placeholder::ALL {
            let value = values(language, Style::Long);
            let value = value.get(placeholder).expect("a value");
            assert_eq!(full.contains(value), template.text().contains(placeholder.written()), "{full}");
        }
    }
}

#[test]
fn an_sms_in_english_fits_into_one() {
    for kind in MessageKind::ALL {
        let text = template(Language::En, kind, Part::Sms).render(&values(Language::En, Style::Short));
        assert!(text.chars().count() <= 160, "{} {text}", text.chars().count());
    }
}

/// The letters of these languages are all in the alphabet of GSM 03.38; one that is not makes room for 70 and not 160.
#[test]
fn an_sms_keeps_to_the_alphabet_of_gsm_where_its_language_does() {
    const ALPHABET: &str = "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
    for language in [Language::En, Language::Fr, Language::Nl, Language::It, Language::De] {
        for kind in MessageKind::ALL {
            let text = template(language, kind, Part::Sms).render(&values(language, Style::Short));
            let other = text.chars().find(|c| !c.is_ascii_alphanumeric() && !ALPHABET.contains(*c));
            assert_eq!(other, None, "{language:?}: {text}");
            assert!(text.len() <= 306, "two at most: {text}");
        }
    }
}

#[test]
fn instructions_in_english_read_well() {
    assert_eq!(
        template(Language::En, MessageKind::Instructions, Part::Body).render(&values(Language::En, Style::Short)),
        "Hello Hana Mori,\n\nHere is everything you need to pick up your key.\n\nKey: Flat 3\nBooking code: 482 9137\n\
        From: 24 Nov 15:00\nUntil: 27 Nov 11:00\nLocation: Alfama\n\nTo pick up the key, type your booking code on the \
        keypad of the SmartBox. A bin opens: take the key out and close the bin.\n\nTo return the key, hold its tag to the \
        reader of any of our SmartBoxes; no code is needed. Put the key into the bin that opens and close the bin. You can \
        return the key at any time, even after your booking has ended.\n\nKind regards\nTagus"
    );
}
