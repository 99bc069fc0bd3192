//! The long lists of a snapshot, as rows of numbers: half as many bytes, and read in a third of the time.
//!
//! Each number is written as its difference from the same number of the row before, in as few bytes as it needs (LEB128,
//! the sign in the lowest bit). Identities and times follow one another closely, so that most take one to three.

use super::messages::Message;
use super::{Booking, Changes, Move, Movement, PickUp, Reg, Source, Witness};
use crate::collections::Table;
use crate::domain::cbor::{Cbor, Failed, Reader, record, write_array, write_bytes, write_text};
use crate::domain::stamp::Stamp;
use crate::domain::{
    BinNumber, BookingCode, BookingId, BookingWindow, BoxId, Channel, EmailAddress, FactId, Instant, KeyId, Language,
    MessageId, MobileNumber, Name, Note, Right, VisitorDetails, VisitorId, WallTime,
};
use crate::journal::packed;
use crate::smartbox::protocol::GrantId;

/// A thing as numbers, and back. No numbers, however wrong, make one panic.
trait Row<const N: usize>: Sized {
    fn numbers(&self) -> [u64; N];
    fn of(numbers: [u64; N]) -> Option<Self>;
}

fn write<const N: usize>(rows: impl Iterator<Item = impl Row<N>>, to: &mut Vec<u8>) {
    let (mut bytes, mut before, mut count) = (Vec::new(), [0u64; N], 0u64);
    for row in rows {
        let numbers = row.numbers();
        for (number, before) in numbers.iter().zip(before) {
            let step = number.wrapping_sub(before).cast_signed();
            let mut left = (step << 1 ^ step >> 63).cast_unsigned();
            while left >= 0x80 {
                bytes.push(left as u8 | 0x80);
                left >>= 7;
            }
            bytes.push(left as u8);
        }
        before = numbers;
        count += 1;
    }
    write_array(to, 2);
    count.encode(to);
    write_bytes(to, &bytes);
}

fn read<const N: usize, T: Row<N>>(from: &mut Reader<'_>) -> Result<Vec<T>, Failed> {
    let expected = "rows of numbers";
    from.array_of(2, expected)?;
    let (count, mut bytes) = (u64::decode(from)?, from.bytes()?);
    // No row takes less than a byte for each number, whatever the count says.
    let mut rows = Vec::with_capacity((bytes.len() / N).min(count as usize));
    let mut numbers = [0; N];
    for _ in 0..count {
        step(&mut bytes, &mut numbers).ok_or_else(|| from.fail(expected))?;
        rows.push(T::of(numbers).ok_or_else(|| from.fail(expected))?);
    }
    Ok(rows)
}

/// Goes on to the next row. Never part of a larger function: a browser compiles one in haste first, and what it compiles
/// for speed meanwhile is used from the next call on.
#[inline(never)]
fn step(bytes: &mut &[u8], numbers: &mut [u64]) -> Option<()> {
    let mut rest = *bytes;
    for number in numbers {
        let (mut zigzag, mut shift) = (0u64, 0);
        loop {
            let (byte, after) = rest.split_first()?;
            rest = after;
            zigzag |= u64::from(byte & 0x7F).checked_shl(shift)?;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        *number = number.wrapping_add((zigzag >> 1) ^ (zigzag & 1).wrapping_neg());
    }
    *bytes = rest;
    Some(())
}

fn bin(number: u64) -> Option<BinNumber> {
    u8::try_from(number).ok().and_then(BinNumber::new)
}

const fn fact(number: u64) -> FactId {
    FactId::from_bits(number)
}

fn time(number: u64) -> Instant {
    Instant::from_ms(number.cast_signed())
}

const ONGOING: u64 = 1;
const REMINDER: u64 = 2;
const OVERLAP: u64 = 4;
const EMAIL: u64 = 8;
const SMS: u64 = 16;

/// A booking without what few have: see [`Rare`].
impl Row<8> for (BookingId, Booking) {
    fn numbers(&self) -> [u64; 8] {
        let (id, b) = self;
        let (kind, start, end) = match b.right {
            Right::OneTime(window) => (0, window.start().minutes(), window.end().minutes()),
            Right::Ongoing => (ONGOING, 0, 0),
        };
        let channel = match b.channel {
            None => 0,
            Some(Channel::Email) => EMAIL,
            Some(Channel::Sms) => SMS,
        };
        let flags = kind | (u64::from(b.reminder) * REMINDER) | (u64::from(b.overlap) * OVERLAP) | channel;
        let (key, visitor) = (b.key.0.to_bits(), b.visitor.0.to_bits());
        // From the start, which makes it short.
        let length = end.wrapping_sub(start).cast_unsigned();
        [id.0.to_bits(), b.made.clock, key, visitor, flags, start.cast_unsigned(), length, b.code.to_bits()]
    }

    fn of([id, clock, key, visitor, flags, start, length, code]: [u64; 8]) -> Option<Self> {
        let id = fact(id);
        let start = start.cast_signed();
        let end = start.wrapping_add(length.cast_signed());
        let window = BookingWindow::of_kept(WallTime::from_minutes(start), WallTime::from_minutes(end));
        let channel = match flags & (EMAIL | SMS) {
            0 => None,
            EMAIL => Some(Channel::Email),
            SMS => Some(Channel::Sms),
            _ => return None,
        };
        let booking = Booking {
            made: Stamp { clock, by: id },
            key: KeyId(fact(key)),
            visitor: VisitorId(fact(visitor)),
            right: if flags & ONGOING == 0 { Right::OneTime(window) } else { Right::Ongoing },
            code: BookingCode::from_bits(code)?,
            channel,
            reminder: flags & REMINDER != 0,
            overlap: flags & OVERLAP != 0,
            source: None,
            changes: None,
            revocations: Vec::new(),
        };
        Some((BookingId(id), booking))
    }
}

impl Row<8> for Movement {
    fn numbers(&self) -> [u64; 8] {
        let (witness, by, number) = match self.witness {
            Witness::Box(smartbox, number) => (0, smartbox.0.to_bits(), number),
            Witness::Fact(by) => (1, by.to_bits(), 0),
        };
        let (what, booking, place) = match self.what {
            Move::PickUp(booking, smartbox, bin) => (0, booking.0.to_bits(), Some((smartbox, bin))),
            Move::DropOff(smartbox, bin) => (1, 0, Some((smartbox, bin))),
            Move::TakenByHand(smartbox, bin) => (2, 0, Some((smartbox, bin))),
            Move::StatedInBin(smartbox, bin) => (3, 0, Some((smartbox, bin))),
            Move::StatedAtHand => (4, 0, None),
            Move::StatedUnaccounted => (5, 0, None),
        };
        let (smartbox, bin) = place.map_or((0, 0), |(smartbox, bin)| (smartbox.0.to_bits(), u64::from(bin.get())));
        [self.at.ms().cast_unsigned(), witness, by, number, what, booking, smartbox, bin]
    }

    fn of([at, witness, by, number, what, booking, smartbox, place]: [u64; 8]) -> Option<Self> {
        let witness = match witness {
            0 => Witness::Box(BoxId(fact(by)), number),
            1 => Witness::Fact(fact(by)),
            _ => return None,
        };
        let smartbox = BoxId(fact(smartbox));
        let what = match what {
            0 => Move::PickUp(BookingId(fact(booking)), smartbox, bin(place)?),
            1 => Move::DropOff(smartbox, bin(place)?),
            2 => Move::TakenByHand(smartbox, bin(place)?),
            3 => Move::StatedInBin(smartbox, bin(place)?),
            4 => Move::StatedAtHand,
            5 => Move::StatedUnaccounted,
            _ => return None,
        };
        Some(Self { at: time(at), witness, what })
    }
}

impl Row<6> for (BookingId, PickUp) {
    fn numbers(&self) -> [u64; 6] {
        let (id, PickUp { at, smartbox, number, key, bin }) = self;
        let at = at.ms().cast_unsigned();
        [id.0.to_bits(), at, smartbox.0.to_bits(), *number, key.0.to_bits(), u64::from(bin.get())]
    }

    fn of([id, at, smartbox, number, key, place]: [u64; 6]) -> Option<Self> {
        let (smartbox, key) = (BoxId(fact(smartbox)), KeyId(fact(key)));
        Some((BookingId(fact(id)), PickUp { at: time(at), smartbox, number, key, bin: bin(place)? }))
    }
}

impl Row<3> for (GrantId, Stamp) {
    fn numbers(&self) -> [u64; 3] {
        let (id, stamp) = self;
        [id.to_bits(), stamp.clock, stamp.by.to_bits()]
    }

    fn of([id, clock, by]: [u64; 3]) -> Option<Self> {
        Some((fact(id), Stamp { clock, by: fact(by) }))
    }
}

/// Numbers that mean nothing alone.
struct Numbers<const N: usize>([u64; N]);

impl<const N: usize> Row<N> for Numbers<N> {
    fn numbers(&self) -> [u64; N] {
        self.0
    }

    fn of(numbers: [u64; N]) -> Option<Self> {
        Some(Self(numbers))
    }
}

/// Text that rows refer to by its length, in their order. What is not there has length 0; nothing that is there is empty.
struct Texts<'a>(&'a str);

impl Texts<'_> {
    fn take(&mut self, length: u64) -> Option<Option<String>> {
        let (own, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some((!own.is_empty()).then(|| own.to_owned()))
    }
}

/// Adds a text; answers its length.
fn put(texts: &mut String, text: Option<&str>) -> u64 {
    let text = text.unwrap_or_default();
    texts.push_str(text);
    text.len() as u64
}

type People = Table<VisitorId, Reg<Option<VisitorDetails>>>;
type Notes = Table<BookingId, Reg<Option<Note>>>;

/// Who the visitors are.
pub mod people {
    use super::*;

    pub fn encode(people: &People, to: &mut Vec<u8>) {
        let mut texts = String::new();
        let rows = people.iter().map(|(id, Reg { stamp, value })| {
            let details = value.as_ref();
            let name = put(&mut texts, details.map(|d| d.name.as_str()));
            let email = put(&mut texts, details.and_then(|d| Some(d.email.as_ref()?.as_str())));
            let mobile = put(&mut texts, details.and_then(|d| Some(d.mobile.as_ref()?.as_str())));
            let language = details.and_then(|d| Language::ALL.iter().position(|l| *l == d.language)).unwrap_or(0);
            Numbers([id.0.to_bits(), stamp.clock, stamp.by.to_bits(), name, email, mobile, language as u64])
        });
        write_array(to, 2);
        write(rows, to);
        write_text(to, &texts);
    }

    pub fn decode(from: &mut Reader<'_>) -> Result<People, Failed> {
        let expected = "visitors";
        from.array_of(2, expected)?;
        let rows: Vec<Numbers<7>> = read(from)?;
        let mut texts = Texts(from.text()?);
        let people: Option<Vec<_>> = rows.into_iter().map(|Numbers(row)| person(row, &mut texts)).collect();
        Ok(people.ok_or_else(|| from.fail(expected))?.into_iter().collect())
    }

    #[inline(never)]
    fn person(
        [id, clock, by, name, email, mobile, language]: [u64; 7],
        texts: &mut Texts<'_>,
    ) -> Option<(VisitorId, Reg<Option<VisitorDetails>>)> {
        let (name, email, mobile) = (texts.take(name)?, texts.take(email)?, texts.take(mobile)?);
        let language = *Language::ALL.get(usize::try_from(language).ok()?)?;
        let details = name.map(|name| VisitorDetails {
            name: Name::of_kept(name),
            email: email.map(EmailAddress::of_kept),
            mobile: mobile.map(MobileNumber::of_kept),
            language,
        });
        Some((VisitorId(fact(id)), Reg { stamp: Stamp { clock, by: fact(by) }, value: details }))
    }
}

/// The notes of bookings.
pub mod notes {
    use super::*;

    pub fn encode(notes: &Notes, to: &mut Vec<u8>) {
        let mut texts = String::new();
        let rows = notes.iter().map(|(id, Reg { stamp, value })| {
            let length = put(&mut texts, value.as_ref().map(Note::as_str));
            Numbers([id.0.to_bits(), stamp.clock, stamp.by.to_bits(), length])
        });
        write_array(to, 2);
        write(rows, to);
        write_text(to, &texts);
    }

    pub fn decode(from: &mut Reader<'_>) -> Result<Notes, Failed> {
        let expected = "notes";
        from.array_of(2, expected)?;
        let rows: Vec<Numbers<4>> = read(from)?;
        let mut texts = Texts(from.text()?);
        let notes = rows.into_iter().map(|Numbers([id, clock, by, length])| {
            let value = texts.take(length)?.map(Note::of_kept);
            Some((BookingId(fact(id)), Reg { stamp: Stamp { clock, by: fact(by) }, value }))
        });
        let notes: Option<Vec<_>> = notes.collect();
        Ok(notes.ok_or_else(|| from.fail(expected))?.into_iter().collect())
    }
}

/// What few bookings have.
struct Rare {
    source: Option<Source>,
    changes: Option<Box<Changes>>,
    revocations: Vec<Stamp>,
}
record!(Rare { source, changes, revocations });

/// Bookings by their identity.
pub mod bookings {
    use super::*;

    pub fn encode(map: &Table<BookingId, Booking>, to: &mut Vec<u8>) {
        write_array(to, 2);
        write(map.iter().map(|(id, booking)| (id, Booking { source: None, changes: None, ..booking.clone() })), to);
        let rare = map.iter().filter_map(|(id, Booking { source, changes, revocations, .. })| {
            let is_rare = source.is_some() || changes.is_some() || !revocations.is_empty();
            is_rare.then(|| {
                let (source, changes) = (source.clone(), changes.clone());
                (id, Rare { source, changes, revocations: revocations.clone() })
            })
        });
        packed::map::encode(&rare.collect(), to);
    }

    pub fn decode(from: &mut Reader<'_>) -> Result<Table<BookingId, Booking>, Failed> {
        let expected = "bookings";
        from.array_of(2, expected)?;
        let mut bookings: Table<BookingId, Booking> = read(from)?.into_iter().collect();
        packed::map::each(from, |id, Rare { source, changes, revocations }, from| {
            let booking = bookings.get_mut(id).ok_or_else(|| from.fail(expected))?;
            (booking.source, booking.changes, booking.revocations) = (source, changes, revocations);
            Ok(())
        })?;
        Ok(bookings)
    }
}

/// The moves of a key.
pub mod moves {
    use super::*;

    pub fn encode(moves: &[Movement], to: &mut Vec<u8>) {
        write(moves.iter().copied(), to);
    }

    pub fn decode(from: &mut Reader<'_>) -> Result<Vec<Movement>, Failed> {
        read(from)
    }
}

/// Pick-ups by the booking.
pub mod pick_ups {
    use super::*;

    pub fn encode(map: &Table<BookingId, Vec<PickUp>>, to: &mut Vec<u8>) {
        write(map.iter().flat_map(|(id, all)| all.iter().map(move |one| (id, *one))), to);
    }

    pub fn decode(from: &mut Reader<'_>) -> Result<Table<BookingId, Vec<PickUp>>, Failed> {
        let mut lists: Vec<(BookingId, Vec<PickUp>)> = Vec::new();
        for (id, pick_up) in read(from)? {
            match lists.last_mut() {
                Some((last, all)) if *last == id => all.push(pick_up),
                _ => lists.push((id, vec![pick_up])),
            }
        }
        Ok(lists.into_iter().collect())
    }
}

/// Messages by their identity.
pub mod messages {
    use super::*;

    pub fn encode(map: &Table<MessageId, Message>, to: &mut Vec<u8>) {
        write(map.iter().map(|(id, message)| Numbers(message.numbers(id))), to);
    }

    pub fn decode(from: &mut Reader<'_>) -> Result<Table<MessageId, Message>, Failed> {
        let rows: Vec<Numbers<10>> = read(from)?;
        let messages: Option<Table<_, _>> = rows.into_iter().map(|Numbers(row)| Message::of_numbers(row)).collect();
        messages.ok_or_else(|| from.fail("messages"))
    }
}

/// The grants that a box holds.
pub mod confirmed {
    use super::*;

    pub fn encode(map: &Table<GrantId, Stamp>, to: &mut Vec<u8>) {
        write(map.iter().map(|(id, stamp)| (id, *stamp)), to);
    }

    pub fn decode(from: &mut Reader<'_>) -> Result<Table<GrantId, Stamp>, Failed> {
        Ok(read(from)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written<const N: usize>(rows: impl Iterator<Item = impl Row<N>>) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(rows, &mut bytes);
        bytes
    }

    proptest! {
        #[test]
        fn rows_of_any_numbers_come_back(rows: Vec<(u64, u64, u64)>) {
            let rows: Vec<(GrantId, Stamp)> = rows
                .into_iter()
                .map(|(id, clock, by)| (fact(id), Stamp { clock, by: fact(by) }))
                .collect();
            let bytes = written(rows.iter().copied());
            prop_assert_eq!(read::<3, (GrantId, Stamp)>(&mut Reader::new(&bytes)).expect("written"), rows);
        }

        #[test]
        fn movements_come_back(at: i64, witness in 0..2u64, by: u64, number: u64, what in 0..6u64, place in 1..=99u64) {
            let number = if witness == 0 { number } else { 0 };
            let movement = Movement::of([at.cast_unsigned(), witness, by, number, what, by / 2, by / 3, place]);
            let movement = movement.expect("it is within bounds");
            let bytes = written([movement, movement].into_iter());
            prop_assert_eq!(read::<8, Movement>(&mut Reader::new(&bytes)).expect("written"), [movement, movement]);
        }

        #[test]
        fn visitors_come_back(names in proptest::collection::vec("[a-zé]{0,8}", 0..9), reached: bool) {
            let people: People = (0u64..).zip(&names).map(|(id, name)| {
                let details = VisitorDetails {
                    name: Name::of_kept(name.clone()),
                    email: reached.then(|| EmailAddress::of_kept(format!("{name}@example.com"))),
                    mobile: (!reached).then(|| MobileNumber::of_kept("+447700900118".to_owned())),
                    language: Language::Pt,
                };
                let stamp = Stamp { clock: id * 7, by: fact(id) };
                (VisitorId(fact(id)), Reg { stamp, value: (!name.is_empty()).then_some(details) })
            }).collect();
            let mut bytes = Vec::new();
            people::encode(&people, &mut bytes);
            prop_assert_eq!(people::decode(&mut Reader::new(&bytes)).expect("written"), people);
            for end in 0..bytes.len() {
                prop_assert!(people::decode(&mut Reader::new(&bytes[..end])).is_err());
            }
        }

        #[test]
        fn what_are_no_rows_is_refused_in_peace(bytes: Vec<u8>, count: u64) {
            let mut rows = Vec::new();
            write_array(&mut rows, 2);
            count.encode(&mut rows);
            write_bytes(&mut rows, &bytes);
            let _ = read::<8, Movement>(&mut Reader::new(&rows));
            let _ = read::<8, (BookingId, Booking)>(&mut Reader::new(&rows));
        }
    }
}
