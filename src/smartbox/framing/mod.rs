//! How messages travel on a link: as frames on a serial line, as fragments over GATT (`PROTOCOL.md`, "Links").
//!
//! Nothing here does I/O or knows what a message says. Both ends of a link use the same code: [`Framing`] turns messages into
//! the pieces that a link moves, and pieces into messages; [`Exchange`] is the app's side, which sends a request again when no
//! answer comes.

pub mod exchange;
pub mod fragments;
pub mod serial;

use crc::{CRC_32_ISO_HDLC, Crc, NoTable};

use super::protocol::MESSAGE_BYTES;

pub use exchange::{Exchange, Next};
pub use fragments::Payload;

/// How many bytes the checksum after a message has.
pub const CHECKSUM_BYTES: usize = 4;

/// Counted bit by bit: the tables of the quicker ways are up to 16 KB of the app.
const CRC: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);

/// The CRC-32 of IEEE 802.3, which Ethernet, PNG and zlib use: of the bytes `123456789` it is `CBF43926`.
pub fn checksum(bytes: &[u8]) -> u32 {
    CRC.checksum(bytes)
}

/// A message and its checksum, the lowest byte first.
fn with_checksum(message: &[u8]) -> Vec<u8> {
    [message, &checksum(message).to_le_bytes()].concat()
}

/// The message within what [`with_checksum`] made; nothing when the checksum is that of other bytes.
fn without_checksum(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let (message, said) = bytes.split_last_chunk::<CHECKSUM_BYTES>()?;
    if message.len() > MESSAGE_BYTES || checksum(message) != u32::from_le_bytes(*said) {
        return None;
    }
    bytes.truncate(bytes.len() - CHECKSUM_BYTES);
    Some(bytes)
}

/// Puts a byte's worth, or more, behind what is there, and takes no more room for it than `limit` bytes in all.
fn append(to: &mut Vec<u8>, bytes: &[u8], limit: usize) {
    let needed = to.len() + bytes.len();
    if needed > to.capacity() {
        // A vector that grows by itself doubles, and would take twice the limit.
        let room = needed.max((to.capacity() * 2).min(limit));
        to.reserve_exact(room - to.len());
    }
    to.extend_from_slice(bytes);
}

/// One end of a link: messages to pieces, and pieces to messages.
#[derive(Clone, Debug)]
pub enum Framing {
    /// Frames on a stream of bytes.
    Serial(serial::Decoder),
    /// Fragments, each one value of a GATT characteristic.
    Gatt {
        /// The most bytes of a fragment.
        payload: Payload,
        /// What has come of a message.
        coming: fragments::Reassembly,
    },
}

impl Framing {
    /// Frames on a stream of bytes.
    pub fn serial() -> Self {
        Self::Serial(serial::Decoder::default())
    }

    /// Fragments of at most `payload` bytes.
    pub fn gatt(payload: Payload) -> Self {
        Self::Gatt { payload, coming: fragments::Reassembly::default() }
    }

    /// What has to be sent for a message of at most [`MESSAGE_BYTES`], in order: one piece on a serial line, with the 0x00
    /// that ends whatever stood on the line before; a fragment each over GATT.
    pub fn pieces(&self, message: &[u8]) -> Vec<Vec<u8>> {
        match self {
            Self::Serial(_) => vec![[&[serial::END], &*serial::frame(message)].concat()],
            Self::Gatt { payload, .. } => fragments::cut(message, *payload),
        }
    }

    /// Takes what the link brought: any part of a stream, or one whole fragment. Gives the messages that it completes.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        match self {
            Self::Serial(decoder) => decoder.feed(bytes),
            // What is refused is counted, and the other side repeats it.
            Self::Gatt { coming, .. } => coming.feed(bytes).ok().flatten().into_iter().collect(),
        }
    }

    /// How many frames or fragments were dropped so far because they were no part of a message.
    pub const fn dropped(&self) -> u32 {
        match self {
            Self::Serial(decoder) => decoder.dropped(),
            Self::Gatt { coming, .. } => coming.dropped(),
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_checksum_is_that_of_the_catalogue() {
        assert_eq!(checksum(b"123456789"), 0xCBF4_3926);
        assert_eq!(checksum(b""), 0);
        assert_eq!(with_checksum(b"123456789")[9..], [0x26, 0x39, 0xf4, 0xcb]);
    }

    /// The document whose examples and numbers are checked here.
    const WRITTEN: &str = include_str!("../PROTOCOL.md");

    fn bytes(hex: &str) -> Vec<u8> {
        hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("hex")).collect()
    }

    #[test]
    fn the_written_examples_are_what_is_sent() {
        let links = WRITTEN.split("\n## ").find(|section| section.starts_with("Links\n")).expect("a section of links");
        let examples = links.split("### Examples").nth(1).expect("a section of examples");
        let rows: Vec<_> = examples.lines().filter(|line| line.starts_with("| `")).collect();
        assert_eq!(rows.len(), 3);
        for row in rows {
            let columns: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
            let of = |column: usize| -> Vec<_> {
                columns[column].split(',').map(|hex| bytes(hex.trim_matches([' ', '`']))).collect()
            };
            let message = &of(0)[0];
            assert_eq!(serial::frame(message), of(1)[0]);
            assert_eq!(fragments::cut(message, Payload::LEAST), of(2));
            assert_eq!(serial::Decoder::default().feed(&of(1)[0]).first(), Some(message));
        }
        let value = fragments::link_value(Payload::new(244).expect("20 to 509"), false);
        assert!(examples.contains(&format!("`{}`", value.map(|byte| format!("{byte:02x}")).join(" "))));
    }

    #[test]
    fn the_written_numbers_are_those_of_the_code() {
        use exchange::{ATTEMPT_MS, ATTEMPTS, BYTES_A_MS, SILENCE_MS};
        let numbers = WRITTEN.replace(',', "");
        for row in [
            format!("| {ATTEMPTS} | times a request is sent"),
            format!("| {SILENCE_MS} ms | of silence"),
            format!("| 1 ms | more for every {BYTES_A_MS} bytes"),
            format!("| {ATTEMPT_MS} ms | for one attempt"),
            format!("of more than {} bytes (without its `00`)", serial::FRAME_BYTES),
            format!("more than {} bytes in all", MESSAGE_BYTES + CHECKSUM_BYTES),
            format!("| 0 | version of the link {}.", fragments::LINK_VERSION),
            format!("at most {} are on their way", fragments::WINDOW - 1),
            format!("{} to {} and at most the MTU", Payload::LEAST.bytes(), Payload::GREATEST.bytes()),
        ] {
            assert!(numbers.contains(&row), "{row}");
        }
        for (name, uuid) in [
            ("service", fragments::SERVICE),
            ("`Request`", fragments::REQUEST),
            ("`Response`", fragments::RESPONSE),
            ("`Link`", fragments::LINK),
        ] {
            assert!(WRITTEN.contains(&format!("| {name} | `{uuid}` |")), "{name}");
        }
    }

    #[test]
    fn what_has_no_room_for_a_checksum_is_no_message() {
        for bytes in [&[][..], &[0], &[0, 0, 0]] {
            assert_eq!(without_checksum(bytes.to_vec()), None);
        }
        assert_eq!(without_checksum(vec![0; 4]), Some(vec![]));
    }

    #[test]
    fn room_is_taken_up_to_the_limit_and_not_beyond() {
        let mut bytes = Vec::new();
        for _ in 0..1_000 {
            append(&mut bytes, &[1], 1_000);
        }
        assert_eq!((bytes.len(), bytes.capacity()), (1_000, 1_000));
    }

    proptest! {
        #[test]
        fn one_wrong_byte_always_shows(message in proptest::collection::vec(any::<u8>(), 0..300), at: usize, by in 1..=255u8) {
            let mut bytes = with_checksum(&message);
            let at = at % bytes.len();
            bytes[at] ^= by;
            prop_assert_eq!(without_checksum(bytes), None);
        }

        #[test]
        fn either_framing_brings_every_message_over(
            messages in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..900), 1..5),
            payload in proptest::option::of(20..=509u16),
        ) {
            let mut framing = match payload.and_then(Payload::new) {
                None => Framing::serial(),
                Some(payload) => Framing::gatt(payload),
            };
            let mut got = Vec::new();
            for message in &messages {
                for piece in framing.pieces(message) {
                    got.extend(framing.feed(&piece));
                }
            }
            prop_assert_eq!(got, messages);
            prop_assert_eq!(framing.dropped(), 0);
        }
    }
}
