//! How facts, records, grants and events are written: CBOR (RFC 8949) with numbered fields, so that a newer app may add some.
//!
//! - A record is an array of its fields, in the order of their numbers. Fields at its end that say nothing are left out,
//!   those that a newer app added there are passed over.
//! - A variant is an array of its number and an array of its fields; one of a choice without fields is its number alone.
//!
//! `record!`, `variants!`, `choices!` and `newtype!` say so of a type, in one line beside it. The work is done in
//! functions that are compiled once, or once for each type of field: this code goes over the wire to every user.

mod diagnostic;

use std::collections::VecDeque;

use crate::collections::{Number, Table};

pub use diagnostic::diagnostic;

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
const INDEFINITE: u8 = 31;
/// The highest number that a head holds in its one byte.
const SHORT: u8 = 23;
const FALSE: u8 = 0xf4;
const TRUE: u8 = 0xf5;
const NULL: u8 = 0xf6;
const BREAK: u8 = 0xff;

/// What is written as CBOR, and read.
pub trait Cbor: Sized {
    /// Adds the value to what is written.
    fn encode(&self, to: &mut Vec<u8>);

    /// Reads a value.
    ///
    /// # Errors
    /// When the bytes are none.
    fn decode(from: &mut Reader<'_>) -> Result<Self, Failed>;

    /// What stands for a field that was left out; nothing when it must be there.
    fn absent() -> Option<Self> {
        None
    }

    /// Whether it may be left out at the end of a record.
    fn is_absent(&self) -> bool {
        false
    }
}

/// A value as bytes.
pub fn to_vec<T: Cbor>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.encode(&mut bytes);
    bytes
}

/// Reads a value from the beginning of bytes.
///
/// # Errors
/// When there is none.
pub fn from_slice<T: Cbor>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut from = Reader::new(bytes);
    T::decode(&mut from).map_err(|failed| from.error(failed))
}

/// Why bytes are not what they should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("expected {expected} at byte {at}")]
pub struct DecodeError {
    at: usize,
    expected: &'static str,
}

/// Reading failed; the [`Reader`] knows why. An error that is carried up through many functions is best made of nothing.
#[derive(Clone, Copy, Debug)]
pub struct Failed(());

/// Reads CBOR, from bytes that may hold anything.
#[derive(Clone, Debug)]
pub struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    error: DecodeError,
    /// Where the value begins whose number is not known here, if that is the error.
    unknown: Option<usize>,
}

impl<'b> Reader<'b> {
    /// Reads from the beginning of bytes.
    pub const fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0, error: DecodeError { at: 0, expected: "" }, unknown: None }
    }

    /// How many bytes have been read.
    pub const fn position(&self) -> usize {
        self.at
    }

    /// How many bytes are left.
    pub const fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// The bytes are not what is expected here.
    #[cold]
    pub const fn fail(&mut self, expected: &'static str) -> Failed {
        self.error = DecodeError { at: self.at, expected };
        Failed(())
    }

    /// Why reading failed.
    pub const fn error(&self, _: Failed) -> DecodeError {
        self.error
    }

    /// The number of a variant is none that is known here.
    #[cold]
    pub const fn unknown(&mut self, begun_at: usize, expected: &'static str) -> Failed {
        self.unknown = Some(begun_at);
        self.fail(expected)
    }

    fn peek(&mut self) -> Result<u8, Failed> {
        let next = self.bytes.get(self.at).copied();
        next.ok_or_else(|| self.fail("more bytes"))
    }

    /// Passes over the next byte if it is this one.
    fn take_if(&mut self, byte: u8) -> Result<bool, Failed> {
        let is = self.peek()? == byte;
        self.at += usize::from(is);
        Ok(is)
    }

    fn take(&mut self, length: u64) -> Result<&'b [u8], Failed> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        match self.bytes[self.at..].get(..length) {
            Some(taken) => {
                self.at += length;
                Ok(taken)
            }
            None => Err(self.fail("more bytes")),
        }
    }

    /// The number that follows a first byte, or is in it (RFC 8949, section 3).
    fn argument(&mut self, first: u8) -> Result<u64, Failed> {
        self.at += 1;
        match first & 0x1f {
            small @ ..24 => Ok(small.into()),
            size @ 24..28 => Ok(self.take(1 << (size - 24))?.iter().fold(0, |n, byte| n << 8 | u64::from(*byte))),
            _ => Err(self.fail("a number")),
        }
    }

    fn head(&mut self, major: u8, expected: &'static str) -> Result<u64, Failed> {
        let first = self.peek()?;
        if first >> 5 == major { self.argument(first) } else { Err(self.fail(expected)) }
    }

    fn u64(&mut self) -> Result<u64, Failed> {
        self.head(UNSIGNED, "a number of 0 or more")
    }

    fn i64(&mut self) -> Result<i64, Failed> {
        let negative = self.peek()? >> 5 == NEGATIVE;
        let number = if negative { self.head(NEGATIVE, "") } else { self.head(UNSIGNED, "a number") }?;
        let number = i64::try_from(number).map_err(|_| self.fail("a smaller number"))?;
        Ok(if negative { -1 - number } else { number })
    }

    /// A byte string of a definite length.
    ///
    /// # Errors
    /// When there is none.
    pub fn bytes(&mut self) -> Result<&'b [u8], Failed> {
        let length = self.head(BYTES, "bytes")?;
        self.take(length)
    }

    /// A text of a definite length.
    ///
    /// # Errors
    /// When there is none.
    pub fn text(&mut self) -> Result<&'b str, Failed> {
        let length = self.head(TEXT, "a text")?;
        std::str::from_utf8(self.take(length)?).map_err(|_| self.fail("a text in UTF-8"))
    }

    fn items(&mut self, major: u8, expected: &'static str) -> Result<Items, Failed> {
        if self.take_if(major << 5 | INDEFINITE)? {
            return Ok(Items { left: None });
        }
        Ok(Items { left: Some(self.head(major, expected)?) })
    }

    /// The beginning of an array; answers how many items it has, unless it ends with a break.
    ///
    /// # Errors
    /// When there is none.
    pub fn array(&mut self) -> Result<Option<u64>, Failed> {
        Ok(self.items(ARRAY, "an array")?.left)
    }

    /// The beginning of an array of exactly so many items.
    ///
    /// # Errors
    /// When there is none.
    pub fn array_of(&mut self, items: u64, expected: &'static str) -> Result<(), Failed> {
        if self.items(ARRAY, expected)?.left == Some(items) { Ok(()) } else { Err(self.fail(expected)) }
    }

    /// The beginning of a map of a definite length; answers how many pairs it has.
    ///
    /// # Errors
    /// When there is none.
    pub fn map(&mut self) -> Result<u64, Failed> {
        let pairs = self.items(MAP, "a map")?.left;
        pairs.ok_or_else(|| self.fail("a map of a definite length"))
    }

    /// The label of a pair in a map of COSE: a number, or nothing for a text.
    ///
    /// # Errors
    /// When it is neither.
    pub fn label(&mut self) -> Result<Option<i64>, Failed> {
        if self.peek()? >> 5 == TEXT {
            self.text()?;
            return Ok(None);
        }
        self.i64().map(Some)
    }

    /// A tag of this number; what it is a tag of comes next.
    ///
    /// # Errors
    /// When there is none.
    pub fn tag(&mut self, number: u64) -> Result<(), Failed> {
        if self.head(TAG, "a tag")? == number { Ok(()) } else { Err(self.fail("another tag")) }
    }

    /// The bytes of the next value, whatever it is.
    ///
    /// # Errors
    /// When there is none.
    pub fn raw(&mut self) -> Result<&'b [u8], Failed> {
        let begun_at = self.at;
        self.skip()?;
        Ok(&self.bytes[begun_at..self.at])
    }

    /// The beginning of a record.
    ///
    /// # Errors
    /// When there is none.
    pub fn fields(&mut self, of: &'static str) -> Result<Fields<'_, 'b>, Failed> {
        Ok(Fields { items: self.items(ARRAY, of)?, from: self, of })
    }

    /// The number of a variant, its fields come next; and where it begins.
    ///
    /// # Errors
    /// When there is none.
    pub fn variant(&mut self, of: &'static str) -> Result<(i64, usize), Failed> {
        let begun_at = self.at;
        self.array_of(2, of)?;
        Ok((self.i64()?, begun_at))
    }

    /// Passes over the next value, whatever it is.
    ///
    /// # Errors
    /// When there is none.
    pub fn skip(&mut self) -> Result<(), Failed> {
        // How many values are to come in each one that is open; of one that ends with a break, nobody knows.
        let mut open = vec![Some(1u64)];
        while let Some(left) = open.last_mut() {
            match left {
                Some(0) => {
                    open.pop();
                    continue;
                }
                Some(left) => *left -= 1,
                None if self.take_if(BREAK)? => {
                    open.pop();
                    continue;
                }
                None => {}
            }
            let first = self.peek()?;
            let major = first >> 5;
            if first & 0x1f == INDEFINITE && (BYTES..=MAP).contains(&major) {
                self.at += 1;
                open.push(None);
                continue;
            }
            let argument = self.argument(first)?;
            match major {
                BYTES | TEXT => {
                    self.take(argument)?;
                }
                ARRAY => open.push(Some(argument)),
                MAP => open.push(Some(argument.saturating_mul(2))),
                TAG => open.push(Some(1)),
                _ => {}
            }
        }
        Ok(())
    }
}

/// The items of an array or a map that are still to come.
struct Items {
    /// How many; nobody knows of one that ends with a break.
    left: Option<u64>,
}

impl Items {
    fn more(&mut self, from: &mut Reader<'_>) -> Result<bool, Failed> {
        match &mut self.left {
            Some(0) => Ok(false),
            Some(left) => {
                *left -= 1;
                Ok(true)
            }
            None => {
                let end = from.take_if(BREAK)?;
                if end {
                    self.left = Some(0);
                }
                Ok(!end)
            }
        }
    }
}

/// The fields of a record that are still to come.
pub struct Fields<'a, 'b> {
    from: &'a mut Reader<'b>,
    items: Items,
    of: &'static str,
}

impl Fields<'_, '_> {
    /// The next field.
    ///
    /// # Errors
    /// When it is not there and must be, or is something else.
    #[inline(never)]
    pub fn read<T: Cbor>(&mut self) -> Result<T, Failed> {
        if self.items.more(self.from)? {
            return T::decode(self.from);
        }
        T::absent().ok_or_else(|| self.from.fail(self.of))
    }

    /// The next field, which has a form of its own and must be there.
    ///
    /// # Errors
    /// When it is not, or is something else.
    pub fn read_with<T>(&mut self, decode: fn(&mut Reader<'_>) -> Result<T, Failed>) -> Result<T, Failed> {
        if self.items.more(self.from)? { decode(self.from) } else { Err(self.from.fail(self.of)) }
    }

    /// Passes over the fields that a newer app added.
    ///
    /// # Errors
    /// When the record does not end.
    pub fn end(mut self) -> Result<(), Failed> {
        while self.items.more(self.from)? {
            self.from.skip()?;
        }
        Ok(())
    }
}

/// Writes the fields of a record, of which there are less than 24.
pub struct WrittenFields<'a> {
    to: &'a mut Vec<u8>,
    start: usize,
    written: u8,
    /// How many fields there are up to the last that says something, and where that one ends.
    telling: (u8, usize),
}

impl<'a> WrittenFields<'a> {
    /// Begins a record.
    pub fn new(to: &'a mut Vec<u8>) -> Self {
        let start = to.len();
        to.push(0);
        Self { to, start, written: 0, telling: (0, start + 1) }
    }

    /// Writes the next field.
    pub fn put<T: Cbor>(&mut self, value: &T) {
        value.encode(self.to);
        self.put_one(value.is_absent());
    }

    /// Writes the next field in a form of its own.
    pub fn put_with(&mut self, encode: impl FnOnce(&mut Vec<u8>)) {
        encode(self.to);
        self.put_one(false);
    }

    fn put_one(&mut self, absent: bool) {
        self.written += 1;
        if !absent {
            self.telling = (self.written, self.to.len());
        }
    }

    /// Ends the record.
    pub fn end(self) {
        let (fields, end) = self.telling;
        debug_assert!(fields <= SHORT, "a record of more fields than one byte can count: group some of them");
        self.to.truncate(end);
        self.to[self.start] = ARRAY << 5 | fields;
    }
}

fn write_head(to: &mut Vec<u8>, major: u8, argument: u64) {
    let major = major << 5;
    let bytes = argument.to_be_bytes();
    let size = match argument {
        ..24 => return to.push(major | argument as u8),
        24..=0xff => 0,
        0x100..=0xffff => 1,
        0x1_0000..=0xffff_ffff => 2,
        _ => 3,
    };
    to.push(major | (24 + size));
    to.extend_from_slice(&bytes[8 - (1 << size)..]);
}

/// Writes the beginning of an array of so many items.
pub fn write_array(to: &mut Vec<u8>, items: u64) {
    write_head(to, ARRAY, items);
}

/// Writes the beginning of a map of so many pairs.
pub fn write_map(to: &mut Vec<u8>, pairs: u64) {
    write_head(to, MAP, pairs);
}

/// Writes a tag; what it is a tag of comes next.
pub fn write_tag(to: &mut Vec<u8>, number: u64) {
    write_head(to, TAG, number);
}

/// Writes a byte string.
pub fn write_bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    write_head(to, BYTES, bytes.len() as u64);
    to.extend_from_slice(bytes);
}

/// Writes a text.
pub fn write_text(to: &mut Vec<u8>, text: &str) {
    write_head(to, TEXT, text.len() as u64);
    to.extend_from_slice(text.as_bytes());
}

/// Writes the beginning of a variant; its fields come next.
pub fn write_variant(to: &mut Vec<u8>, number: u64) {
    write_array(to, 2);
    number.encode(to);
}

/// A list of bytes as a byte string, and not as an array of numbers: `body as bytes`.
pub mod bytes {
    use super::{Failed, Reader, write_bytes};

    /// Writes it.
    pub fn encode(bytes: &[u8], to: &mut Vec<u8>) {
        write_bytes(to, bytes);
    }

    /// Reads it.
    ///
    /// # Errors
    /// When there is none.
    pub fn decode(from: &mut Reader<'_>) -> Result<Vec<u8>, Failed> {
        Ok(from.bytes()?.to_vec())
    }
}

impl Cbor for u64 {
    fn encode(&self, to: &mut Vec<u8>) {
        write_head(to, UNSIGNED, *self);
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
        from.u64()
    }
}

impl Cbor for i64 {
    fn encode(&self, to: &mut Vec<u8>) {
        let major = if *self < 0 { NEGATIVE } else { UNSIGNED };
        write_head(to, major, (self ^ self >> 63).cast_unsigned());
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
        from.i64()
    }
}

macro_rules! narrower {
    ($($small:ident in $wide:ident)*) => {$(
        impl Cbor for $small {
            fn encode(&self, to: &mut Vec<u8>) {
                $wide::from(*self).encode(to);
            }

            fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
                Self::try_from(from.$wide()?).map_err(|_| from.fail("a smaller number"))
            }
        }
    )*};
}
narrower! { u8 in u64 u16 in u64 u32 in u64 i32 in i64 }

impl Cbor for bool {
    fn encode(&self, to: &mut Vec<u8>) {
        to.push(if *self { TRUE } else { FALSE });
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
        Ok(if from.take_if(TRUE)? {
            true
        } else if from.take_if(FALSE)? {
            false
        } else {
            return Err(from.fail("yes or no"));
        })
    }
}

impl Cbor for String {
    fn encode(&self, to: &mut Vec<u8>) {
        write_text(to, self);
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
        Ok(from.text()?.to_owned())
    }
}

/// So many bytes, as a byte string.
impl<const N: usize> Cbor for [u8; N] {
    fn encode(&self, to: &mut Vec<u8>) {
        write_bytes(to, self);
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
        from.bytes()?.try_into().map_err(|_| from.fail("another number of bytes"))
    }
}

impl<T: Cbor> Cbor for Option<T> {
    fn encode(&self, to: &mut Vec<u8>) {
        match self {
            Some(value) => value.encode(to),
            None => to.push(NULL),
        }
    }

    /// A variant that only a newer app knows is passed over, as nothing.
    fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
        if from.take_if(NULL)? {
            return Ok(None);
        }
        let begun_at = from.at;
        match T::decode(from) {
            Ok(value) => Ok(Some(value)),
            Err(failed) if from.unknown != Some(begun_at) => Err(failed),
            Err(_) => {
                (from.at, from.unknown) = (begun_at, None);
                from.skip()?;
                Ok(None)
            }
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Cbor> Cbor for Box<T> {
    fn encode(&self, to: &mut Vec<u8>) {
        T::encode(self, to);
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
        T::decode(from).map(Self::new)
    }
}

fn write_items<'a, T: Cbor + 'a>(items: impl ExactSizeIterator<Item = &'a T>, to: &mut Vec<u8>) {
    write_array(to, items.len() as u64);
    for item in items {
        item.encode(to);
    }
}

impl<T: Cbor> Cbor for Vec<T> {
    fn encode(&self, to: &mut Vec<u8>) {
        write_items(self.iter(), to);
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
        let mut items = from.items(ARRAY, "a list")?;
        let mut list = Self::new();
        while items.more(from)? {
            list.push(T::decode(from)?);
        }
        Ok(list)
    }
}

impl<T: Cbor> Cbor for VecDeque<T> {
    fn encode(&self, to: &mut Vec<u8>) {
        write_items(self.iter(), to);
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
        Ok(Vec::decode(from)?.into())
    }
}

impl<K: Number + Cbor, V: Cbor> Cbor for Table<K, V> {
    fn encode(&self, to: &mut Vec<u8>) {
        write_head(to, MAP, self.len() as u64);
        for (key, value) in self.iter() {
            key.encode(to);
            value.encode(to);
        }
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
        let mut items = from.items(MAP, "a map")?;
        let mut table = Self::default();
        while items.more(from)? {
            table.insert(K::decode(from)?, V::decode(from)?);
        }
        Ok(table)
    }
}

/// A list of pairs as a map: `waiting as pairs`.
pub mod pairs {
    use super::{Cbor, Failed, MAP, Reader, write_head};

    /// Writes a list.
    pub fn encode<K: Cbor, V: Cbor>(pairs: &[(K, V)], to: &mut Vec<u8>) {
        write_head(to, MAP, pairs.len() as u64);
        for (key, value) in pairs {
            key.encode(to);
            value.encode(to);
        }
    }

    /// Reads a list.
    ///
    /// # Errors
    /// When the bytes are no map.
    pub fn decode<K: Cbor, V: Cbor>(from: &mut Reader<'_>) -> Result<Vec<(K, V)>, Failed> {
        let mut items = from.items(MAP, "a map")?;
        let mut pairs = Vec::new();
        while items.more(from)? {
            pairs.push((K::decode(from)?, V::decode(from)?));
        }
        Ok(pairs)
    }
}

macro_rules! tuple {
    ($size:literal: $($name:ident $place:tt),*) => {
        impl<$($name: Cbor),*> Cbor for ($($name,)*) {
            fn encode(&self, to: &mut Vec<u8>) {
                write_array(to, $size);
                $(self.$place.encode(to);)*
            }

            fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
                from.array_of($size, concat!($size, " values"))?;
                Ok(($($name::decode(from)?,)*))
            }
        }
    };
}
tuple! { 2: A 0, B 1 }
tuple! { 3: A 0, B 1, C 2 }

/// A record with its fields in the order of their numbers, which they keep for ever: one that is new comes last. A field
/// with a form of its own names the module that has the two functions for it.
///
/// `record!(Fact { id, at, previous, body as bytes });`
macro_rules! record {
    ($name:ident $(<$t:ident>)? { $($field:ident $(as $($form:ident)::+)?),* $(,)? }) => {
        impl $(<$t: $crate::domain::cbor::Cbor>)? $crate::domain::cbor::Cbor for $name $(<$t>)? {
            fn encode(&self, to: &mut Vec<u8>) {
                let Self { $($field),* } = self;
                $crate::domain::cbor::write_fields!(to, $($field $(as $($form)::+)?),*);
            }

            fn decode(
                from: &mut $crate::domain::cbor::Reader<'_>,
            ) -> Result<Self, $crate::domain::cbor::Failed> {
                let mut fields = from.fields(stringify!($name))?;
                $(let $field = $crate::domain::cbor::read_field!(fields $(as $($form)::+)?);)*
                fields.end()?;
                Ok(Self { $($field),* })
            }
        }
    };
}
pub(crate) use record;

/// Variants by their numbers, which they keep for ever, each with its fields as in `record!`.
///
/// `variants!(StatedPlace { 0 => Unaccounted, 2 => InBin(smartbox, bin), 3 => Lent { visitor } });`
macro_rules! variants {
    ($name:ident { $($number:literal => $variant:ident $({ $($named:ident),* })? $(( $($placed:ident),* ))?),* $(,)? }) => {
        impl $crate::domain::cbor::Cbor for $name {
            fn encode(&self, to: &mut Vec<u8>) {
                match self {$(
                    Self::$variant $({ $($named),* })? $(( $($placed),* ))? => {
                        $crate::domain::cbor::write_variant(to, $number);
                        $crate::domain::cbor::write_fields!(to, $($($named),*)? $($($placed),*)?);
                    }
                )*}
            }

            fn decode(
                from: &mut $crate::domain::cbor::Reader<'_>,
            ) -> Result<Self, $crate::domain::cbor::Failed> {
                let (number, begun_at) = from.variant(stringify!($name))?;
                Ok(match number {
                    $($number => $crate::domain::cbor::read_variant!(
                        from, $name $variant $({ $($named),* })? $(( $($placed),* ))?
                    ),)*
                    _ => return Err(from.unknown(begun_at, stringify!($name))),
                })
            }
        }
    };
}
pub(crate) use variants;

/// A choice between variants without fields, by their numbers, which they keep for ever.
///
/// `choices!(Channel { 0 => Email, 1 => Sms });`
macro_rules! choices {
    ($name:ident { $($number:literal => $variant:ident),* $(,)? }) => {
        impl $crate::domain::cbor::Cbor for $name {
            fn encode(&self, to: &mut Vec<u8>) {
                let number: u64 = match self {
                    $(Self::$variant => $number,)*
                };
                number.encode(to);
            }

            fn decode(
                from: &mut $crate::domain::cbor::Reader<'_>,
            ) -> Result<Self, $crate::domain::cbor::Failed> {
                let begun_at = from.position();
                Ok(match i64::decode(from)? {
                    $($number => Self::$variant,)*
                    _ => return Err(from.unknown(begun_at, stringify!($name))),
                })
            }
        }
    };
}
pub(crate) use choices;

/// A type that is written as the one value in it; and read if that holds what the type promises, where it promises more.
///
/// `newtype!(FactId(u64));`, `newtype!(BinNumber(u8) if |n| Self::new(*n).is_some(), "a bin from 1 to 99");`
macro_rules! newtype {
    ($name:ident($plain:ty)) => {
        $crate::domain::cbor::newtype!($name($plain) if |_| true, "");
    };
    ($name:ident($plain:ty) if $holds:expr, $expected:literal) => {
        impl $crate::domain::cbor::Cbor for $name {
            fn encode(&self, to: &mut Vec<u8>) {
                <$plain as $crate::domain::cbor::Cbor>::encode(&self.0, to);
            }

            fn decode(
                from: &mut $crate::domain::cbor::Reader<'_>,
            ) -> Result<Self, $crate::domain::cbor::Failed> {
                let plain = <$plain as $crate::domain::cbor::Cbor>::decode(from)?;
                let holds: fn(&$plain) -> bool = $holds;
                if holds(&plain) { Ok(Self(plain)) } else { Err(from.fail($expected)) }
            }
        }
    };
}
pub(crate) use newtype;

macro_rules! write_fields {
    ($to:ident, $($field:ident $(as $($form:ident)::+)?),*) => {
        #[allow(unused_mut)]
        let mut fields = $crate::domain::cbor::WrittenFields::new($to);
        $($crate::domain::cbor::write_field!(fields, $field $(as $($form)::+)?);)*
        fields.end();
    };
}
pub(crate) use write_fields;

macro_rules! write_field {
    ($fields:ident, $field:ident) => {
        $fields.put($field)
    };
    ($fields:ident, $field:ident as $($form:ident)::+) => {
        $fields.put_with(|to| $($form)::+::encode($field, to))
    };
}
pub(crate) use write_field;

macro_rules! read_field {
    ($fields:ident) => {
        $fields.read()?
    };
    ($fields:ident as $($form:ident)::+) => {
        $fields.read_with($($form)::+::decode)?
    };
}
pub(crate) use read_field;

macro_rules! read_variant {
    ($from:ident, $name:ident $variant:ident) => {{
        $from.skip()?;
        Self::$variant
    }};
    ($from:ident, $name:ident $variant:ident $({ $($named:ident),* })? $(( $($placed:ident),* ))?) => {{
        #[allow(unused_mut)]
        let mut fields = $from.fields(stringify!($name))?;
        $($(let $named = fields.read()?;)*)?
        $($(let $placed = fields.read()?;)*)?
        fields.end()?;
        Self::$variant $({ $($named),* })? $(( $($placed),* ))?
    }};
}
pub(crate) use read_variant;

#[cfg(test)]
mod tests;
