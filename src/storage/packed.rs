//! Many entries in one record, and how damage to it shows.
//!
//! A record, all numbers with the lowest byte first:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `LBK` and the form of the record, 1 |
//! | 8 | the position of the first entry |
//! | 4 | how many entries |
//! | 4 + n, for each entry | its length n, and the entry in CBOR |
//! | 4 | CRC-32 of all before |

use std::ops::Range;

use crate::domain::cbor::{self, Cbor};
use crate::journal::fact::Entry;
use crate::journal::port::Position;

/// How many entries a segment holds. Each begins at a multiple of it, so that one is found without looking.
pub const SEGMENT: u64 = 512;

const MAGIC: [u8; 4] = *b"LBK\x01";
const HEAD: usize = 16;
const CHECK: usize = 4;

/// Where the segment begins that holds a position.
pub(super) const fn segment_of(at: Position) -> Position {
    Position(at.0 / SEGMENT * SEGMENT)
}

/// Entries, encoded one after the other, each with its length before it.
#[derive(Debug, Default, Clone)]
pub(super) struct Frames {
    bytes: Vec<u8>,
    /// Where each entry's frame ends.
    ends: Vec<usize>,
}

impl Frames {
    /// Encodes entries.
    pub(super) fn of(entries: &[Entry]) -> Self {
        let mut frames =
            Self { bytes: Vec::with_capacity(entries.len() * 256), ends: Vec::with_capacity(entries.len()) };
        for entry in entries {
            let start = frames.bytes.len();
            frames.bytes.extend_from_slice(&[0; 4]);
            entry.encode(&mut frames.bytes);
            let length = frames.bytes.len() - start - 4;
            frames.bytes[start..start + 4].copy_from_slice(&(length as u32).to_le_bytes());
            frames.ends.push(frames.bytes.len());
        }
        frames
    }

    /// How many entries.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Adds the entries of another, as they are.
    pub(super) fn extend(&mut self, other: &Self) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&other.bytes);
        self.ends.extend(other.ends.iter().map(|end| start + end));
    }

    /// A record of some of the entries, the first of which is at `first`.
    pub(super) fn record(&self, first: Position, range: Range<usize>) -> Vec<u8> {
        let start = |index: usize| if index == 0 { 0 } else { self.ends[index - 1] };
        let body = &self.bytes[start(range.start)..start(range.end)];
        let mut record = Vec::with_capacity(HEAD + body.len() + CHECK);
        record.extend_from_slice(&MAGIC);
        record.extend_from_slice(&first.0.to_le_bytes());
        record.extend_from_slice(&(range.len() as u32).to_le_bytes());
        record.extend_from_slice(body);
        record.extend_from_slice(&crc32(&record).to_le_bytes());
        record
    }
}

/// A record that is what was written.
pub(super) struct Record<'a> {
    /// The position of its first entry.
    pub(super) first: Position,
    /// How many entries it has.
    pub(super) count: u64,
    body: &'a [u8],
}

impl<'a> Record<'a> {
    /// Checks a record; answers what is wrong with it otherwise.
    pub(super) fn check(bytes: &'a [u8]) -> Result<Self, String> {
        let (rest, check) = bytes.split_last_chunk::<CHECK>().ok_or_else(|| cut_off(bytes))?;
        let (magic, rest) = rest.split_first_chunk::<4>().ok_or_else(|| cut_off(bytes))?;
        let (first, rest) = rest.split_first_chunk::<8>().ok_or_else(|| cut_off(bytes))?;
        let (count, body) = rest.split_first_chunk::<4>().ok_or_else(|| cut_off(bytes))?;
        if magic[..3] != MAGIC[..3] {
            return Err(format!("it begins with {magic:02x?}, expected {MAGIC:02x?}"));
        }
        let (got, expected) = (crc32(&bytes[..bytes.len() - CHECK]), u32::from_le_bytes(*check));
        if got != expected {
            return Err(format!("its checksum is {got:08x}, expected {expected:08x}"));
        }
        if magic[3] != MAGIC[3] {
            return Err(format!("its form is {}, expected {}", magic[3], MAGIC[3]));
        }
        Ok(Self { first: Position(u64::from_le_bytes(*first)), count: u32::from_le_bytes(*count).into(), body })
    }

    /// Where the entry after its last would be.
    pub(super) fn end(&self) -> Position {
        self.first.plus(self.count)
    }

    /// Its entries, still encoded, each with its position.
    fn frames(&self) -> impl Iterator<Item = Result<(Position, &'a [u8]), (Position, String)>> {
        let mut rest = self.body;
        (0..self.count).map(move |index| {
            let at = self.first.plus(index);
            let short = || (at, "its length is wrong".to_owned());
            let (length, after) = rest.split_first_chunk::<4>().ok_or_else(short)?;
            let (frame, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(short)?;
            rest = after;
            Ok((at, frame))
        })
    }

    /// Decodes those of its entries that lie in a range, and adds them to `entries`. Answers the place of the entry that
    /// can't be read, and why.
    pub(super) fn decode(&self, range: &Range<Position>, entries: &mut Vec<Entry>) -> Result<(), (Position, String)> {
        for frame in self.frames() {
            let (at, frame) = frame?;
            if range.contains(&at) {
                entries.push(cbor::from_slice(frame).map_err(|e| (at, e.to_string()))?);
            }
        }
        Ok(())
    }

    /// Its entries as they are, to pack them into another record.
    pub(super) fn unpack(&self) -> Result<Frames, (Position, String)> {
        let mut frames = Frames { bytes: self.body.to_vec(), ends: Vec::new() };
        let mut end = 0;
        for frame in self.frames() {
            end += 4 + frame?.1.len();
            frames.ends.push(end);
        }
        Ok(frames)
    }
}

fn cut_off(bytes: &[u8]) -> String {
    format!("it has {} bytes, expected {} or more", bytes.len(), HEAD + CHECK)
}

/// For each byte, what it does to the check sum when 0 to 7 more bytes follow it in a block of eight.
const TABLES: [[u32; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut value = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { 0xEDB8_8320 ^ (value >> 1) } else { value >> 1 };
            bit += 1;
        }
        tables[0][byte] = value;
        byte += 1;
    }
    let mut later = 1;
    while later < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[later - 1][byte];
            tables[later][byte] = (before >> 8) ^ tables[0][(before & 0xFF) as usize];
            byte += 1;
        }
        later += 1;
    }
    tables
};

/// The CRC-32 of ISO 3309 (as in Ethernet, gzip and PNG), eight bytes at a step.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    crc32_onward(0, bytes)
}

/// The CRC-32 of bytes that follow others whose CRC-32 is `before`; that of no bytes is 0.
#[inline(never)]
pub(super) fn crc32_onward(before: u32, bytes: &[u8]) -> u32 {
    let (blocks, rest) = bytes.as_chunks::<8>();
    let mut crc = !before;
    for block in blocks {
        let low = crc ^ u32::from_le_bytes([block[0], block[1], block[2], block[3]]);
        crc = TABLES[7][(low & 0xFF) as usize]
            ^ TABLES[6][(low >> 8 & 0xFF) as usize]
            ^ TABLES[5][(low >> 16 & 0xFF) as usize]
            ^ TABLES[4][(low >> 24) as usize]
            ^ TABLES[3][usize::from(block[4])]
            ^ TABLES[2][usize::from(block[5])]
            ^ TABLES[1][usize::from(block[6])]
            ^ TABLES[0][usize::from(block[7])];
    }
    for byte in rest {
        crc = (crc >> 8) ^ TABLES[0][((crc ^ u32::from(*byte)) & 0xFF) as usize];
    }
    !crc
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{DeviceId, FactId};
    use crate::journal::{Fact, Hlc};

    fn entry(counter: u32, body: usize) -> Entry {
        let fact = Fact {
            id: FactId::new(DeviceId(7), counter),
            at: Hlc::default(),
            previous: None,
            body: vec![counter as u8; body],
        };
        Entry::Fact(fact)
    }

    fn decode(record: &[u8]) -> Vec<Entry> {
        let mut entries = Vec::new();
        let record = Record::check(record).expect("it is whole");
        record.decode(&(Position(0)..Position(u64::MAX)), &mut entries).expect("it can be read");
        entries
    }

    #[test]
    fn the_checksum_is_crc_32() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926, "the published check value");
        assert_eq!(crc32(b""), 0);
        assert_eq!(crc32(&[0; 32]), 0x190A_55AD);
        assert_eq!(crc32_onward(crc32(b"12345"), b"6789"), crc32(b"123456789"));
    }

    #[test]
    fn the_golden_record_stays() {
        let record = Frames::of(&[entry(1, 2)]).record(Position(3), 0..1);
        let hex: String = record.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, GOLDEN, "records that were written must be read for ever");
    }
    const GOLDEN: &str = "4c424b0103000000000000000100000012000000820081841b000000070000000100f6420101d533b080";

    #[test]
    fn entries_are_read_by_their_place() {
        let all: Vec<Entry> = (0..9).map(|n| entry(n, 3)).collect();
        let record = Frames::of(&all).record(Position(100), 2..7);
        let record = Record::check(&record).expect("it is whole");
        assert_eq!((record.first, record.end()), (Position(100), Position(105)));
        let mut some = Vec::new();
        record.decode(&(Position(101)..Position(103)), &mut some).expect("it can be read");
        assert_eq!(some, all[3..5]);
    }

    proptest! {
        #[test]
        fn what_was_packed_and_repacked_comes_back(bodies in proptest::collection::vec(0usize..40, 1..20), cut in 0usize..20) {
            let all: Vec<Entry> = bodies.iter().enumerate().map(|(n, body)| entry(n as u32, *body)).collect();
            let cut = cut.min(all.len());
            let mut frames = Record::check(&Frames::of(&all[..cut]).record(Position(0), 0..cut)).expect("whole").unpack().expect("whole");
            frames.extend(&Frames::of(&all[cut..]));
            prop_assert_eq!(frames.len(), all.len());
            prop_assert_eq!(decode(&frames.record(Position(0), 0..all.len())), all);
        }

        #[test]
        fn one_changed_byte_is_noticed(place in 0usize..200, change in 1u8..=255) {
            let mut record = Frames::of(&[entry(1, 60), entry(2, 60)]).record(Position(5), 0..2);
            let place = place % record.len();
            record[place] ^= change;
            prop_assert!(Record::check(&record).is_err());
        }

        #[test]
        fn a_record_cut_off_is_noticed(keep in 0usize..150) {
            let record = Frames::of(&[entry(1, 60), entry(2, 60)]).record(Position(5), 0..2);
            prop_assert!(Record::check(&record[..keep.min(record.len() - 1)]).is_err());
        }
    }
}
