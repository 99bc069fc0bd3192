use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// A record as an app of today knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Parcel {
    number: u64,
    label: Option<String>,
    size: Option<Size>,
    seal: Vec<u8>,
    fee: Option<i64>,
}
record!(Parcel { number, label, size, seal as super::bytes, fee });

#[derive(Clone, PartialEq, Eq, Debug)]
enum Size {
    Small,
    Long { metres: u8 },
    Box(u8, u8),
}
variants!(Size { 0 => Small, 1 => Long { metres }, 2 => Box(width, height) });

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Colour {
    Red,
    Blue,
}
choices!(Colour { 0 => Red, 1 => Blue });

#[derive(PartialEq, Eq, Debug)]
struct Even(u8);
newtype!(Even(u8) if |n| n % 2 == 0, "an even number");

fn read<T: Cbor>(bytes: &[u8]) -> Option<T> {
    from_slice(bytes).ok()
}

fn parcel() -> Parcel {
    Parcel { number: 7, label: None, size: Some(Size::Box(2, 3)), seal: vec![9], fee: None }
}

/// `[7, null, [2, [2, 3]], h'09']`
const PARCEL: [u8; 11] = [0x84, 7, 0xf6, 0x82, 2, 0x82, 2, 3, 0x41, 9, 0];

#[test]
fn a_record_leaves_out_what_says_nothing_at_its_end_only() {
    assert_eq!(to_vec(&parcel()), PARCEL[..10]);
    assert_eq!(to_vec(&Parcel { fee: Some(-1), ..parcel() }), [&[0x85], &PARCEL[1..10], &[0x20]].concat());
}

#[test]
fn an_optional_field_that_is_missing_is_nothing_and_another_is_an_error() {
    assert_eq!(read(&PARCEL), Some(parcel()), "what follows the record is not looked at");
    assert_eq!(read::<Parcel>(&[0x83, 7, 0xf6, 0xf6]), None, "there must be a seal");
    assert_eq!(read::<Parcel>(&[0x80]), None);
    let error = from_slice::<Parcel>(&[0x81, 7]).expect_err("there must be a seal");
    assert_eq!(error.to_string(), "expected Parcel at byte 2");
    let error = from_slice::<Parcel>(&[0x81, 0x61, b'x']).expect_err("a text is no number");
    assert_eq!(error.to_string(), "expected a number of 0 or more at byte 1");
}

#[test]
fn what_a_newer_app_added_is_passed_over() {
    // A negative number, an array of indefinite length with a map in it, a tagged text in pieces, a float, undefined.
    let added: &[&[u8]] = &[
        &[0x38, 0x63],
        &[0x9f, 0xa1, 0x01, 0x80, 0xbf, 0x02, 0x03, 0xff, 0xff],
        &[0xc1, 0x7f, 0x61, b'a', 0x61, b'b', 0xff],
        &[0xf9, 0x3c, 0x00],
        &[0xf7],
    ];
    let newer = [&[0x85 + added.len() as u8], &PARCEL[1..10], &[0xf6], &added.concat()].concat();
    assert_eq!(read(&newer), Some(parcel()));
    for cut in 1..newer.len() {
        assert_eq!(read::<Parcel>(&newer[..cut]), None, "nothing may be missing, as after byte {cut}");
    }
    assert_eq!(read(&[0x82, 0, 0x82, 1, 0x61, b'x']), Some(Size::Small));
    assert_eq!(read(&[0x82, 1, 0x82, 5, 0xf6]), Some(Size::Long { metres: 5 }));
}

#[test]
fn a_variant_that_only_a_newer_app_knows_is_passed_over_where_there_may_be_nothing() {
    let newer = [0x84, 7, 0xf6, 0x82, 0x18, 99, 0x82, 2, 3, 0x41, 9];
    assert_eq!(read(&newer), Some(Parcel { size: None, ..parcel() }));
    assert_eq!(read(&[0x82, 7, 1]), Some((None::<Colour>, Colour::Blue)), "and what follows is read as ever");
    assert_eq!(read::<Size>(&newer[3..]), None);
    assert_eq!(read::<Colour>(&[7]), None);
    // Nothing is more than what was there: a person with an unknown colour is not nobody.
    assert_eq!(read::<Option<(Colour, u8)>>(&[0x82, 7, 1]), None);
}

#[test]
fn lengths_may_be_indefinite() {
    let indefinite = [&[0x9f], &PARCEL[1..10], &[0xff]].concat();
    assert_eq!(read(&indefinite), Some(parcel()));
    assert_eq!(read(&[0x9f, 7, 0xf6, 0xf6, 0x41, 9, 0xf6, 1, 2, 0xff]), Some(Parcel { size: None, ..parcel() }));
    assert_eq!(read::<Parcel>(&indefinite[..indefinite.len() - 1]), None, "it must end");
    assert_eq!(read(&[0x82, 1, 0x9f, 5, 0xff]), Some(Size::Long { metres: 5 }));
    assert_eq!(read::<Size>(&[0x9f, 1, 0x81, 5, 0xff]), None, "a variant has two parts, no more and no less");
    assert_eq!(read(&[0x9f, 1, 2, 0xff]), Some(vec![1u8, 2]));
    assert_eq!(read(&[0xbf, 1, 2, 0xff]), Some(Table::from_iter([(1u8, 2u8)])));
}

#[test]
fn what_is_read_keeps_the_promises_of_its_type() {
    assert_eq!(read(&[4]), Some(Even(4)));
    assert_eq!(
        from_slice::<Even>(&[5]).map_err(|e| e.to_string()),
        Err("expected an even number at byte 1".to_owned())
    );
    assert_eq!(read::<u8>(&[0x19, 1, 0]), None);
    assert_eq!(read::<String>(&[0x61, 0xff]), None);
    assert_eq!(read(&[0x42, 1, 2]), Some([1u8, 2]));
    assert_eq!(read::<[u8; 2]>(&[0x43, 1, 2, 3]), None);
    assert_eq!(read::<(u8, u8)>(&[0x83, 1, 2, 3]), None);
}

#[test]
fn what_another_device_wrote_is_checked_as_what_a_person_typed_is() {
    use crate::domain::*;
    fn reads<T: Cbor>(plain: impl Cbor) -> bool {
        read::<T>(&to_vec(&plain)).is_some()
    }
    fn reads_text<T: Cbor>(plain: &str) -> bool {
        reads::<T>(plain.to_owned())
    }
    assert!(reads::<BinNumber>(1u8) && reads::<BinNumber>(99u8));
    assert!(!reads::<BinNumber>(0u8) && !reads::<BinNumber>(100u8));
    assert!(reads::<CodeDigits>(6u8) && !reads::<CodeDigits>(5u8) && !reads::<CodeDigits>(10u8));
    assert!(reads::<TimeOfDay>(1439u16) && !reads::<TimeOfDay>(1440u16));
    assert!(reads_text::<Name>("Van 3") && !reads_text::<Name>("") && !reads_text::<Name>("a\nb"));
    assert!(!reads::<Name>("x".repeat(400)));
    assert!(reads_text::<Note>("a\nb") && !reads_text::<Note>(""));
    assert!(reads_text::<SerialNumber>("LB-1") && !reads_text::<SerialNumber>("lb 1"));
    assert!(reads_text::<ZoneName>("Europe/Lisbon") && !reads_text::<ZoneName>("Europe Lisbon"));
    assert!(reads_text::<MobileNumber>("+351912345678") && !reads_text::<MobileNumber>("912345678"));
    assert!(reads_text::<EmailAddress>("a@example.com") && !reads_text::<EmailAddress>("example.com"));
}

/// Bytes that are often CBOR.
fn nearly_cbor() -> impl Strategy<Value = Vec<u8>> {
    let heads = prop::sample::select(vec![
        0x00u8, 0x17, 0x18, 0x19, 0x1b, 0x20, 0x38, 0x3b, 0x40, 0x41, 0x5f, 0x60, 0x61, 0x7f, 0x80, 0x82, 0x98, 0x9f,
        0xa0, 0xa1, 0xbf, 0xc1, 0xf4, 0xf5, 0xf6, 0xf9, 0xff,
    ]);
    prop::collection::vec(prop_oneof![3 => heads, 1 => 0u8..0x20, 1 => any::<u8>()], 0..24)
}

/// What an independent implementation makes of the same bytes.
fn oracle<T: for<'b> minicbor::Decode<'b, ()>>(bytes: &[u8]) -> Option<T> {
    minicbor::decode(bytes).ok()
}

fn oracle_bytes<T: minicbor::Encode<()>>(value: T) -> Vec<u8> {
    minicbor::to_vec(value).expect("to memory")
}

proptest! {
    #[test]
    fn values_are_written_as_by_another_implementation(
        number: u64, shift in 0..64u32, negative: i64, text: String, bytes: [u8; 30], list: Vec<u16>, yes: bool,
        map: BTreeMap<u8, i32>, nothing: Option<String>,
    ) {
        let (number, negative) = (number >> shift, negative >> shift);
        prop_assert_eq!(to_vec(&number), oracle_bytes(number));
        prop_assert_eq!(to_vec(&negative), oracle_bytes(negative));
        prop_assert_eq!(to_vec(&text), oracle_bytes(&text));
        prop_assert_eq!(to_vec(&bytes), oracle_bytes(minicbor::bytes::ByteArray::from(bytes)));
        prop_assert_eq!(to_vec(&list), oracle_bytes(&list));
        prop_assert_eq!(to_vec(&Table::from_iter(map.clone())), oracle_bytes(&map));
        prop_assert_eq!(to_vec(&(yes, nothing.clone())), oracle_bytes((yes, &nothing)));
        prop_assert_eq!(read(&to_vec(&(number, negative, nothing.clone()))), Some((number, negative, nothing)));
    }

    #[test]
    fn any_bytes_are_read_as_by_another_implementation(bytes in nearly_cbor()) {
        prop_assert_eq!(read::<u64>(&bytes), oracle::<u64>(&bytes));
        prop_assert_eq!(read::<i64>(&bytes), oracle::<i64>(&bytes));
        prop_assert_eq!(read::<u8>(&bytes), oracle::<u8>(&bytes));
        prop_assert_eq!(read::<i32>(&bytes), oracle::<i32>(&bytes));
        prop_assert_eq!(read::<bool>(&bytes), oracle::<bool>(&bytes));
        prop_assert_eq!(read::<String>(&bytes), oracle::<String>(&bytes));
        prop_assert_eq!(read::<Option<Vec<u32>>>(&bytes), oracle::<Option<Vec<u32>>>(&bytes));
        let plain = |(map, next): (Table<u8, u8>, u8)| (map.iter().map(|(k, v)| (k, *v)).collect(), next);
        prop_assert_eq!(read(&bytes).map(plain), oracle::<(BTreeMap<u8, u8>, u8)>(&bytes));
    }

    #[test]
    fn what_is_passed_over_ends_where_it_ends_for_another_implementation(bytes in nearly_cbor()) {
        let (mut ours, mut theirs) = (Reader::new(&bytes), minicbor::Decoder::new(&bytes));
        // Ours is stricter with a break where none may be, and does not look into texts.
        if ours.skip().is_ok() && theirs.skip().is_ok() {
            prop_assert_eq!(ours.position(), theirs.position());
        }
    }

    #[test]
    fn a_record_comes_back(number: u64, label: Option<String>, seal: Vec<u8>, fee: Option<i64>, width: u8) {
        let parcel = Parcel { number, label, size: Some(Size::Box(width, 1)), seal, fee };
        prop_assert_eq!(read(&to_vec(&parcel)), Some(parcel));
    }
}
