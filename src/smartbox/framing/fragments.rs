//! Fragments of messages, each of which is one value of a GATT characteristic: a write, or a notification.
//!
//! The message and its checksum are cut into parts; before each stands one header byte:
//!
//! ```text
//!  bit 7   bit 6   bits 5 to 0
//!  first   last    number: 0 in the first fragment of a message, then one more each, and 0 again after 63
//! ```

use super::{CHECKSUM_BYTES, append, with_checksum, without_checksum};
use crate::smartbox::link::LinkError;
use crate::smartbox::protocol::MESSAGE_BYTES;

/// The GATT service of a SmartBox, which it also advertises.
pub const SERVICE: &str = "7088b700-8c5f-4264-bd0e-4e01961c0caa";
/// The characteristic `Request`: fragments from the app, by write with and without response.
pub const REQUEST: &str = "7088b701-8c5f-4264-bd0e-4e01961c0caa";
/// The characteristic `Response`: fragments from the box, by notification.
pub const RESPONSE: &str = "7088b702-8c5f-4264-bd0e-4e01961c0caa";
/// The characteristic `Link`: what [`link_value`] says, by read.
pub const LINK: &str = "7088b703-8c5f-4264-bd0e-4e01961c0caa";

/// Of so many fragments the app writes the last with response, and so waits until the box has taken them; of the last ones of
/// a message, too.
pub const WINDOW: usize = 8;

/// The version of the link that [`link_value`] names: of the fragments, the service and who sends what.
pub const LINK_VERSION: u8 = 1;

const FIRST: u8 = 0x80;
const LAST: u8 = 0x40;
const NUMBER: u8 = 0x3f;

/// The most bytes that are put together: the longest message with its checksum.
const WHOLE_BYTES: usize = MESSAGE_BYTES + CHECKSUM_BYTES;

/// How many bytes a fragment has at most, its header among them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Payload(u16);

impl Payload {
    /// The least there can be: what the smallest MTU of Bluetooth, 23 bytes, leaves to a value.
    pub const LEAST: Self = Self(20);
    /// The greatest: with the 3 bytes of the attribute protocol it fills 512.
    pub const GREATEST: Self = Self(509);

    /// From 20 to 509 bytes; nothing for other numbers.
    pub const fn new(bytes: u16) -> Option<Self> {
        if Self::LEAST.0 <= bytes && bytes <= Self::GREATEST.0 { Some(Self(bytes)) } else { None }
    }

    /// How many bytes.
    pub const fn bytes(self) -> u16 {
        self.0
    }
}

/// What a box answers when `Link` is read: the version of the link, how many bytes a fragment may have on this connection, the
/// lower byte first, and 1 when the box is talking to another phone, else 0.
pub const fn link_value(payload: Payload, busy: bool) -> [u8; 4] {
    let [low, high] = payload.0.to_le_bytes();
    [LINK_VERSION, low, high, busy as u8]
}

/// Reads what [`link_value`] wrote. Bytes after it are for later versions; a payload above the greatest is the greatest.
///
/// # Errors
/// [`LinkError::Busy`] when the box says so; [`LinkError::WrongDevice`] when the version is another, the payload too small, or
/// the value too short.
pub fn read_link_value(value: &[u8]) -> Result<Payload, LinkError> {
    let [LINK_VERSION, low, high, busy, ..] = *value else { return Err(LinkError::WrongDevice) };
    if busy & 1 != 0 {
        return Err(LinkError::Busy);
    }
    Payload::new(u16::from_le_bytes([low, high]).min(Payload::GREATEST.0)).ok_or(LinkError::WrongDevice)
}

/// Cuts a message of at most [`MESSAGE_BYTES`] into fragments.
pub fn cut(message: &[u8], payload: Payload) -> Vec<Vec<u8>> {
    let whole = with_checksum(message);
    let parts = whole.chunks(usize::from(payload.0) - 1);
    let last = parts.len() - 1;
    let mut fragments = Vec::with_capacity(parts.len());
    for (at, part) in parts.enumerate() {
        let flags = if at == 0 { FIRST } else { 0 } | if at == last { LAST } else { 0 };
        fragments.push([&[flags | at as u8 & NUMBER], part].concat());
    }
    fragments
}

/// Why a fragment was not taken. What had come of its message is forgotten.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Misfit {
    /// It has no header, or nothing after it.
    #[error("expected a header and at least one byte, got {0} bytes")]
    Empty(usize),
    /// It is not the one that was to come: one was lost, came twice, or is of a message whose beginning was missed.
    #[error("expected another fragment than number {0}")]
    OutOfOrder(u8),
    /// With it the message would be longer than a message can be.
    #[error("the message is longer than {MESSAGE_BYTES} bytes")]
    TooLong,
    /// It is the last one, and the message has not the checksum that it should have.
    #[error("the checksum is that of other bytes")]
    Checksum,
}

/// Puts messages together from their fragments. It takes up no more than the longest message, whatever comes.
#[derive(Clone, Debug, Default)]
pub struct Reassembly {
    whole: Vec<u8>,
    /// The number that is to come; nothing before a first fragment.
    next: Option<u8>,
    dropped: u32,
}

impl Reassembly {
    /// Takes one fragment, and gives the message that it completes. A first fragment begins a message, whatever came before.
    ///
    /// # Errors
    /// When it does not go on from what came before; then nothing is taken until the next first fragment.
    pub fn feed(&mut self, fragment: &[u8]) -> Result<Option<Vec<u8>>, Misfit> {
        let taken = self.take(fragment);
        if taken.is_err() {
            (self.whole, self.next) = (Vec::new(), None);
            self.dropped = self.dropped.saturating_add(1);
        }
        taken
    }

    fn take(&mut self, fragment: &[u8]) -> Result<Option<Vec<u8>>, Misfit> {
        let [header, part @ ..] = fragment else { return Err(Misfit::Empty(0)) };
        if part.is_empty() {
            return Err(Misfit::Empty(1));
        }
        let number = header & NUMBER;
        if header & FIRST != 0 {
            if self.next.is_some() {
                // The message before it never came to its end.
                self.dropped = self.dropped.saturating_add(1);
            }
            self.whole.clear();
            self.next = Some(0);
        }
        if self.next != Some(number) {
            return Err(Misfit::OutOfOrder(number));
        }
        if self.whole.len() + part.len() > WHOLE_BYTES {
            return Err(Misfit::TooLong);
        }
        append(&mut self.whole, part, WHOLE_BYTES);
        if header & LAST == 0 {
            self.next = Some((number + 1) & NUMBER);
            return Ok(None);
        }
        self.next = None;
        without_checksum(std::mem::take(&mut self.whole)).map(Some).ok_or(Misfit::Checksum)
    }

    /// How many fragments were dropped so far.
    pub const fn dropped(&self) -> u32 {
        self.dropped
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn payload(bytes: u16) -> Payload {
        Payload::new(bytes).expect("20 to 509")
    }

    fn feed_all(reassembly: &mut Reassembly, fragments: &[Vec<u8>]) -> Result<Option<Vec<u8>>, Misfit> {
        let mut last = Ok(None);
        for fragment in fragments {
            last = reassembly.feed(fragment);
        }
        last
    }

    #[test]
    fn the_golden_fragments() {
        assert_eq!(cut(b"123456789", Payload::LEAST), [b"\xc0123456789\x26\x39\xf4\xcb"]);
        let two = cut(b"123456789abcdefghij", Payload::LEAST);
        assert_eq!(two[0], b"\x80123456789abcdefghij");
        assert_eq!(two[1][0], 0x41);
        assert_eq!((two.len(), two[1].len()), (2, 5));
    }

    #[test]
    fn a_payload_has_20_to_509_bytes() {
        let fits = |bytes: &u16| Payload::new(*bytes).is_some();
        assert_eq!((0..=u16::MAX).filter(fits).collect::<Vec<_>>(), (20..=509).collect::<Vec<_>>());
    }

    #[test]
    fn the_link_value_says_how_long_a_fragment_may_be() {
        assert_eq!(link_value(payload(244), false), [1, 244, 0, 0]);
        assert_eq!(read_link_value(&[1, 0xfd, 1, 0]), Ok(Payload::GREATEST));
        assert_eq!(read_link_value(&[1, 20, 0, 0, 9, 9]), Ok(Payload::LEAST), "later versions may add to it");
        assert_eq!(read_link_value(&[1, 0xff, 0xff, 0xfe]), Ok(Payload::GREATEST));
        assert_eq!(read_link_value(&link_value(payload(244), true)), Err(LinkError::Busy));
        for value in [&[][..], &[1], &[1, 244, 0], &[1, 19, 0, 0], &[0, 244, 0, 0], &[2, 244, 0, 0]] {
            assert_eq!(read_link_value(value), Err(LinkError::WrongDevice), "{value:?}");
        }
    }

    #[test]
    fn the_numbers_begin_anew_after_63() {
        let fragments = cut(&[5; 19 * 130], Payload::LEAST);
        let headers = fragments.iter().map(|fragment| fragment[0]).collect::<Vec<_>>();
        assert_eq!(headers[..3], [0x80, 1, 2]);
        assert_eq!(headers[63..66], [63, 0, 1]);
        assert_eq!(headers.last(), Some(&(0x40 | (130 % 64))));
        assert_eq!(feed_all(&mut Reassembly::default(), &fragments), Ok(Some(vec![5; 19 * 130])));
    }

    #[test]
    fn the_longest_message_arrives_and_one_byte_more_does_not() {
        let mut reassembly = Reassembly::default();
        for payload in [Payload::LEAST, payload(244), Payload::GREATEST] {
            let longest = vec![3; MESSAGE_BYTES];
            for fragment in cut(&longest, payload) {
                if let Some(message) = reassembly.feed(&fragment).expect("in order") {
                    assert_eq!(message, longest);
                }
                assert!(reassembly.whole.capacity() <= WHOLE_BYTES);
            }
            let longer = cut(&vec![3; MESSAGE_BYTES + 1], payload);
            assert!(matches!(feed_all(&mut reassembly, &longer), Err(Misfit::TooLong)));
        }
    }

    #[test]
    fn an_endless_message_is_refused_at_the_limit() {
        let mut reassembly = Reassembly::default();
        let mut refused = 0;
        for at in 0..10_000_u32 {
            let header = if at == 0 { FIRST } else { (at % 64) as u8 };
            refused += u32::from(reassembly.feed(&[&[header], &[1; 508][..]].concat()).is_err());
            assert!(reassembly.whole.capacity() <= WHOLE_BYTES);
        }
        assert_eq!(refused, 10_000 - 129);
    }

    #[test]
    fn what_has_no_content_is_no_fragment() {
        let mut reassembly = Reassembly::default();
        assert_eq!(reassembly.feed(&[]), Err(Misfit::Empty(0)));
        assert_eq!(reassembly.feed(&[0xc0]), Err(Misfit::Empty(1)));
        assert_eq!(reassembly.feed(&[0xc0, 1, 2]), Err(Misfit::Checksum));
        assert_eq!(reassembly.dropped(), 3);
    }

    #[test]
    fn a_first_fragment_begins_with_the_number_0() {
        assert_eq!(Reassembly::default().feed(&[0xc1, 0, 0, 0, 0]), Err(Misfit::OutOfOrder(1)));
    }

    proptest! {
        #[test]
        fn every_message_arrives_at_every_payload(message in proptest::collection::vec(any::<u8>(), 0..2_000), bytes in 20..=509u16) {
            let fragments = cut(&message, payload(bytes));
            for (at, fragment) in fragments.iter().enumerate() {
                prop_assert!(fragment.len() <= bytes.into());
                prop_assert!(at + 1 == fragments.len() || fragment.len() == usize::from(bytes));
            }
            prop_assert_eq!(feed_all(&mut Reassembly::default(), &fragments), Ok(Some(message)));
        }

        #[test]
        fn a_lost_fragment_costs_the_message_and_not_the_next(length in 20..3_000usize, lost: usize, bytes in 20..=509u16) {
            let message = vec![9; length];
            let mut fragments = cut(&message, payload(bytes));
            prop_assume!(fragments.len() > 1);
            fragments.remove(lost % fragments.len());
            let mut reassembly = Reassembly::default();
            for fragment in &fragments {
                prop_assert!(!matches!(reassembly.feed(fragment), Ok(Some(_))));
            }
            prop_assert_eq!(feed_all(&mut reassembly, &cut(&message, payload(bytes))), Ok(Some(message)));
            prop_assert!(reassembly.dropped() > 0);
        }

        #[test]
        fn a_fragment_that_comes_twice_costs_the_message(length in 60..3_000usize, twice: usize) {
            let mut fragments = cut(&vec![9; length], Payload::LEAST);
            // The first one twice only begins anew, and the last one twice comes after the message.
            let twice = 1 + twice % (fragments.len() - 2);
            fragments.insert(twice, fragments[twice].clone());
            let mut reassembly = Reassembly::default();
            for fragment in &fragments {
                prop_assert!(!matches!(reassembly.feed(fragment), Ok(Some(_))));
            }
        }

        #[test]
        fn no_fragments_in_any_order_make_another_message(message in proptest::collection::vec(any::<u8>(), 0..200), order in proptest::collection::vec(0..11usize, 0..40)) {
            let fragments = cut(&message, Payload::LEAST);
            let mut reassembly = Reassembly::default();
            for at in order {
                if let Some(Ok(Some(got))) = fragments.get(at).map(|fragment| reassembly.feed(fragment)) {
                    prop_assert_eq!(&got, &message);
                }
            }
        }

        #[test]
        fn any_bytes_are_survived(pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..30), 0..60)) {
            let mut reassembly = Reassembly::default();
            feed_all(&mut reassembly, &pieces).ok();
            prop_assert_eq!(feed_all(&mut reassembly, &cut(b"next", Payload::LEAST)), Ok(Some(b"next".to_vec())));
        }
    }
}
