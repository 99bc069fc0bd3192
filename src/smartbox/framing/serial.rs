//! Frames on a stream of bytes that has no borders of its own and may bring garbage: a serial line, a pipe.
//!
//! A frame is the message and its checksum, in Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999), which leaves no
//! 0x00 in it, and one 0x00 that ends it. Whoever has lost the thread finds it again at the next 0x00.

use super::{CHECKSUM_BYTES, append, with_checksum, without_checksum};
use crate::smartbox::protocol::MESSAGE_BYTES;

/// What ends a frame, and stands nowhere within.
pub const END: u8 = 0;

/// The longest frame, without the 0x00 that ends it: 65,799 bytes.
pub const FRAME_BYTES: usize = cobs::max_encoding_length(MESSAGE_BYTES + CHECKSUM_BYTES);

/// The frame of a message of at most [`MESSAGE_BYTES`], with its 0x00.
pub fn frame(message: &[u8]) -> Vec<u8> {
    let mut frame = cobs::encode_vec(&with_checksum(message));
    frame.push(END);
    frame
}

/// Finds the messages in a stream. It takes up no more than [`FRAME_BYTES`], whatever comes.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    /// The frame so far.
    frame: Vec<u8>,
    /// The frame is longer than there can be: the rest of it is passed over.
    too_long: bool,
    dropped: u32,
}

impl Decoder {
    /// Takes any part of the stream, and gives the messages that end in it. An empty frame is nothing; one that is too long,
    /// no COBS, or has the wrong checksum is dropped and counted.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut messages = Vec::new();
        for part in bytes.split_inclusive(|byte| *byte == END) {
            let (part, ends) = match part {
                [part @ .., END] => (part, true),
                _ => (part, false),
            };
            self.too_long |= self.frame.len() + part.len() > FRAME_BYTES;
            if self.too_long {
                self.frame.clear();
            } else {
                append(&mut self.frame, part, FRAME_BYTES);
            }
            if ends && (self.too_long || !self.frame.is_empty()) {
                match self.end() {
                    Some(message) => messages.push(message),
                    None => self.dropped = self.dropped.saturating_add(1),
                }
            }
        }
        messages
    }

    fn end(&mut self) -> Option<Vec<u8>> {
        let mut frame = std::mem::take(&mut self.frame);
        if std::mem::take(&mut self.too_long) {
            return None;
        }
        let length = cobs::decode_in_place(&mut frame).ok()?;
        frame.truncate(length);
        without_checksum(frame)
    }

    /// How many frames were dropped so far.
    pub const fn dropped(&self) -> u32 {
        self.dropped
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message() -> impl Strategy<Value = Vec<u8>> {
        // Bytes that COBS makes something of: zeros, and runs of 253 to 255 others.
        prop_oneof![
            proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(255), any::<u8>()], 0..700),
            proptest::collection::vec(1..=255u8, 245..260),
        ]
    }

    #[test]
    fn the_golden_frames() {
        assert_eq!(frame(b"123456789"), *b"\x0e123456789\x26\x39\xf4\xcb\0");
        assert_eq!(frame(&[]), [1, 1, 1, 1, 1, 0]);
        assert_eq!(frame(&[0x82, 0x00, 0x82, 0x01, 0x01])[..3], [2, 0x82, 8]);
    }

    #[test]
    fn the_longest_message_has_a_frame_and_one_byte_more_has_none() {
        let mut decoder = Decoder::default();
        for fill in [0, 1, 255] {
            let longest = vec![fill; MESSAGE_BYTES];
            let bytes = frame(&longest);
            assert!(bytes.len() <= FRAME_BYTES + 1);
            assert_eq!(decoder.feed(&bytes), [longest]);
            assert!(decoder.feed(&frame(&vec![fill; MESSAGE_BYTES + 1])).is_empty());
        }
        assert_eq!(decoder.dropped(), 3);
    }

    #[test]
    fn no_stream_takes_more_room_than_the_longest_frame() {
        let mut decoder = Decoder::default();
        for _ in 0..20 {
            decoder.feed(&[7; 9_999]);
            assert!(decoder.frame.capacity() <= FRAME_BYTES);
        }
        assert_eq!(decoder.dropped(), 0, "it is one frame, and it is not over");
        assert!(decoder.feed(&[END]).is_empty());
        assert_eq!(decoder.dropped(), 1);
        assert_eq!(decoder.feed(&frame(b"again")), [b"again"]);
    }

    #[test]
    fn empty_frames_are_nothing() {
        let mut decoder = Decoder::default();
        assert!(decoder.feed(&[END; 9]).is_empty());
        assert_eq!(decoder.dropped(), 0);
    }

    proptest! {
        #[test]
        fn messages_come_out_of_any_chunks(messages in proptest::collection::vec(message(), 0..6), cuts in proptest::collection::vec(1..90usize, 1..40)) {
            let stream = messages.iter().flat_map(|message| frame(message)).collect::<Vec<_>>();
            let (mut decoder, mut got, mut rest) = (Decoder::default(), Vec::new(), &stream[..]);
            for cut in cuts.iter().cycle() {
                if rest.is_empty() { break }
                let (chunk, left) = rest.split_at(rest.len().min(*cut));
                got.extend(decoder.feed(chunk));
                rest = left;
            }
            prop_assert_eq!(got, messages);
            prop_assert_eq!(decoder.dropped(), 0);
        }

        #[test]
        fn there_is_no_zero_within_a_frame(message in message()) {
            let bytes = frame(&message);
            prop_assert_eq!(bytes.iter().position(|byte| *byte == END), Some(bytes.len() - 1));
        }

        #[test]
        fn after_garbage_the_next_frame_is_found(garbage in proptest::collection::vec(any::<u8>(), 0..400), message in message()) {
            let mut decoder = Decoder::default();
            // What garbage happens to be a message is one; there is hardly ever one.
            let before = decoder.feed(&garbage).len();
            decoder.feed(&[END]);
            prop_assert_eq!(decoder.feed(&frame(&message)), vec![message]);
            prop_assert!(before <= garbage.len() / 5);
        }

        #[test]
        fn a_changed_frame_gives_no_other_message(message in message(), at: usize, by in 1..=255u8) {
            let mut bytes = frame(&message);
            let at = at % (bytes.len() - 1);
            bytes[at] ^= by;
            let mut decoder = Decoder::default();
            for got in decoder.feed(&bytes) {
                prop_assert_eq!(got, message.clone());
            }
        }

        #[test]
        fn a_frame_that_lost_bytes_costs_itself_alone(message in message(), from: usize, count in 1..20usize) {
            let bytes = frame(&message);
            let from = from % (bytes.len() - 1);
            let to = (from + count).min(bytes.len() - 1);
            let mut decoder = Decoder::default();
            let broken = [&bytes[..from], &bytes[to..], &frame(b"next")].concat();
            let got = decoder.feed(&broken);
            prop_assert_eq!(got.last().map(|last| &last[..]), Some(&b"next"[..]));
        }
    }
}
