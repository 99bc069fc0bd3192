use super::*;

fn country(code: &str) -> Country {
    Country::of_code(code).expect("a country")
}

fn read(text: &str, code: &str) -> Option<String> {
    MobileNumber::parse_in(text, Some(country(code))).ok().map(|number| number.as_str().to_owned())
}

#[test]
fn a_number_is_read_as_it_is_dialled_in_its_country() {
    for (code, typed, expected) in [
        ("PT", "912 345 678", "+351912345678"),
        ("PT", "351 912 345 678", "+351912345678"),
        ("GB", "07400 123456", "+447400123456"),
        ("GB", "7400 123456", "+447400123456"),
        ("DE", "0151/23456789", "+4915123456789"),
        ("FR", "06 12 34 56 78", "+33612345678"),
        ("IT", "312 345 6789", "+393123456789"),
        ("HU", "06 20 123 4567", "+36201234567"),
        ("RU", "8 (912) 345-67-89", "+79123456789"),
        ("US", "(201) 555-0123", "+12015550123"),
        ("US", "1-201-555-0123", "+12015550123"),
        ("CI", "01 23 45 67 89", "+2250123456789"),
        ("JP", "０９０－１２３４－５６７８", "+819012345678"),
        ("BR", "(11) 96123-4567", "+5511961234567"),
        ("DK", "34 41 23 45", "+4534412345"),
    ] {
        assert_eq!(read(typed, code).as_deref(), Some(expected), "{typed} in {code}");
    }
}

#[test]
fn a_calling_code_without_its_plus_is_one_although_the_lengths_allow_a_national_number() {
    for (code, typed, expected) in [
        ("AD", "376 312 345", "+376312345"),
        ("AT", "43 664 123456", "+43664123456"),
        ("AT", "43 0664 123456", "+43664123456"),
        ("AX", "358 457 123456", "+358457123456"),
        ("FI", "358 41 2345678", "+358412345678"),
        ("ID", "62 812 3456 789", "+628123456789"),
        ("ID", "62 812 3456 7890", "+6281234567890"),
        ("ID", "62 0812 3456 789", "+628123456789"),
        ("MM", "95 921 2345", "+959212345"),
        ("NL", "31 6 12345678", "+31612345678"),
        ("NU", "683 5123", "+6835123"),
        ("NZ", "64 21 123 456", "+6421123456"),
        ("PM", "508 55 12 34", "+508551234"),
        ("PN", "64 21 123 456", "+6421123456"),
        ("TK", "690 7212", "+6907212"),
        ("WS", "685 721 2345", "+6857212345"),
        ("ZA", "27 71 123 4567", "+27711234567"),
        ("GB", "44 07400 123456", "+447400123456"),
    ] {
        assert_eq!(read(typed, code).as_deref(), Some(expected), "{typed} in {code}");
    }
}

#[test]
fn a_number_that_begins_as_the_calling_code_does_is_one_where_the_rest_is_too_short() {
    for (code, typed, expected) in [
        ("MM", "950 12345", "+9595012345"),
        ("PM", "508 123", "+508508123"),
        ("BR", "55 99612-3456", "+5555996123456"),
        ("KZ", "701 234 5678", "+77012345678"),
        ("ID", "0628 1234 5678", "+6262812345678"),
    ] {
        assert_eq!(read(typed, code).as_deref(), Some(expected), "{typed} in {code}");
    }
}

/// Each of these was looked up: none of its mobile numbers begins with the calling code where the rest is long enough.
#[test]
fn the_countries_where_the_lengths_allow_two_readings_are_known() {
    let allows = |country: &Country| {
        (1..16).any(|length| {
            let short = "5".repeat(length);
            country.fits(&short) && country.fits(&[country.calling_code(), &short].concat())
        })
    };
    let found: Vec<_> = COUNTRIES.split(' ').map(|row| country(&row[..2])).filter(allows).map(Country::code).collect();
    assert_eq!(found, ["AD", "AT", "AX", "FI", "ID", "MM", "NL", "NU", "NZ", "PM", "PN", "TK", "WS"]);
}

#[test]
fn an_international_form_wins_over_the_country() {
    for (code, typed) in [
        ("PT", "+81 90-1234-5678"),
        ("PT", "0081 90 1234 5678"),
        ("US", "011 81 90 1234 5678"),
        ("AU", "0011 81 90 1234 5678"),
        ("DE", "+81 (0)90 1234 5678"),
        ("JP", "\u{202a}+81 90‑1234‑5678\u{202c}"),
    ] {
        assert_eq!(read(typed, code).as_deref(), Some("+819012345678"), "{typed} in {code}");
    }
}

#[test]
fn a_wrong_number_is_refused_with_an_example() {
    for (code, typed) in [
        ("PT", "912 345 67"),
        ("PT", "91234567x"),
        ("US", "555-0123"),
        ("PT", ""),
        ("AR", "11 2345-6789"),
        ("PT", "+0"),
    ] {
        let error = MobileNumber::parse_in(&format!(" {typed} "), Some(country(code)));
        let example = country(code).example().expect("an example");
        assert_eq!(error, Err(ContactError::MobileIn { example }), "{typed} in {code}");
    }
    assert_eq!(MobileNumber::parse_in("12", Some(country("AD"))), Err(ContactError::Mobile));
    assert_eq!(MobileNumber::parse_in("912345678", None), Err(ContactError::Mobile));
}

#[test]
fn every_country_is_whole_and_its_example_is_read_in_both_forms() {
    let rows: Vec<_> = COUNTRIES.split(' ').collect();
    assert!(rows.is_sorted() && rows.len() == 250 && COUNTRIES.len() < 3072, "{} in {}", rows.len(), COUNTRIES.len());
    for row in rows {
        let country = country(&row[..2]);
        assert!((1..=3).contains(&country.calling_code().len()), "{row}");
        assert!("-+nrh".contains(&country.parts().1[..1]), "{row}");
        if let Some(example) = country.example() {
            let number = MobileNumber::parse(&example).expect("an example");
            let national = &country.parts().1[3..];
            for typed in [national.to_owned(), [country.trunk_prefix(), national].concat()] {
                assert_eq!(MobileNumber::parse_in(&typed, Some(country)).as_ref(), Ok(&number), "{row} {typed}");
            }
        }
    }
}

#[test]
fn a_zone_is_in_its_country() {
    assert!(ZONES.len() < 6000);
    for (zone, code) in [
        ("Europe/Lisbon", "PT"),
        ("Atlantic/Madeira", "PT"),
        ("America/Argentina/Buenos_Aires", "AR"),
        ("Asia/Calcutta", "IN"),
        ("Europe/Kiev", "UA"),
        ("Australia/Lord_Howe", "AU"),
        ("Antarctica/Troll", "AQ"),
    ] {
        assert_eq!(Country::of_zone(&ZoneName::parse(zone).expect("a zone")), Some(country(code)), "{zone}");
    }
    for none in ["UTC", "Etc/GMT+1", "Europe/Nowhere", "Africa/Lisbon", "Europe/PT", "Africa/", "America/Europe"] {
        assert_eq!(Country::of_zone(&ZoneName::parse(none).expect("a zone")), None, "{none}");
    }
}

/// Where the machine has the data base.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn the_zones_are_those_of_the_data_base() {
    for line in std::fs::read_to_string("/usr/share/zoneinfo/zone.tab").unwrap_or_default().lines() {
        let mut columns = line.split('\t');
        if let (Some(code), Some(zone)) = (columns.next().filter(|code| code.len() == 2), columns.nth(1)) {
            let zone = ZoneName::parse(zone).expect("a zone");
            assert_eq!(Country::of_zone(&zone).map(Country::code), Some(code), "{zone}");
        }
    }
}
