//! The app's side of the exchanges on one link: one request at a time, sent again when no answer comes.
//!
//! An interpreter without I/O or a clock: whoever moves the bytes hands over what arrives and the time.

use super::{Framing, checksum};
use crate::smartbox::link::LinkError;
use crate::smartbox::protocol::MESSAGE_BYTES;

/// How often a request is sent at most.
pub const ATTEMPTS: u8 = 3;
/// How many milliseconds of silence are waited, once the request is out and since anything last came; for the request's own
/// way there is more ([`BYTES_A_MS`]).
pub const SILENCE_MS: u64 = 2_000;
/// For so many bytes of the request one millisecond more is waited: a link that moves 2,000 bytes a second is quick enough.
pub const BYTES_A_MS: u64 = 2;
/// How many milliseconds one attempt takes at most, even when something comes all the time.
pub const ATTEMPT_MS: u64 = 60_000;

/// What is to be done while an answer is awaited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Wait so many milliseconds for something to come, and ask again.
    Wait(u32),
    /// Send the same pieces once more, and say so with [`Exchange::sent`].
    Again,
    /// It is over: there is no answer.
    End(LinkError),
}

/// The exchanges on one link, one after the other. Moments are milliseconds of a clock that never goes back.
#[derive(Clone, Debug)]
pub struct Exchange {
    framing: Framing,
    pieces: Vec<Vec<u8>>,
    request_bytes: u64,
    /// How often the request was sent.
    sent: u8,
    /// When it was sent first, when it was sent last, and until when there may be silence.
    first_sent: u64,
    last_sent: u64,
    silent_until: u64,
    /// How many pieces had been dropped before this exchange.
    dropped_before: u32,
    /// The length and checksum of the last answer, and how often it may still come.
    answered: (usize, u32),
    late: u8,
}

impl Exchange {
    /// The exchanges on a link that has just been opened.
    pub const fn new(framing: Framing) -> Self {
        Self {
            framing,
            pieces: Vec::new(),
            request_bytes: 0,
            sent: 0,
            first_sent: 0,
            last_sent: 0,
            silent_until: 0,
            dropped_before: 0,
            answered: (0, 0),
            late: 0,
        }
    }

    /// Begins an exchange. What [`Exchange::pieces`] gives is to be sent, and what came before is no answer to it: the caller
    /// throws it away.
    ///
    /// # Errors
    /// [`LinkError::TooLong`] when the request is no message.
    pub fn begin(&mut self, request: &[u8]) -> Result<(), LinkError> {
        if request.len() > MESSAGE_BYTES {
            return Err(LinkError::TooLong { bytes: request.len() });
        }
        self.pieces = self.framing.pieces(request);
        self.request_bytes = request.len() as u64;
        self.sent = 0;
        self.dropped_before = self.framing.dropped();
        Ok(())
    }

    /// What is to be sent for the request, in order.
    pub fn pieces(&self) -> &[Vec<u8>] {
        &self.pieces
    }

    /// The pieces are out: from now on an answer is awaited.
    pub fn sent(&mut self, now: u64) {
        if self.sent == 0 {
            self.first_sent = now;
        }
        self.sent = self.sent.saturating_add(1);
        self.last_sent = now;
        self.silent_until = now + SILENCE_MS + self.request_bytes / BYTES_A_MS;
    }

    /// Takes what the link brought. Gives the answer, when it is whole; then the exchange is over.
    ///
    /// A request that was sent again may be answered as often, every time with the same bytes. Those that come late are
    /// passed over: the next request must not be given the answer to the one before.
    pub fn arrived(&mut self, bytes: &[u8], now: u64) -> Option<Vec<u8>> {
        self.silent_until = self.silent_until.max(now + SILENCE_MS);
        for message in self.framing.feed(bytes) {
            let is = (message.len(), checksum(&message));
            if self.late > 0 && is == self.answered {
                self.late -= 1;
                continue;
            }
            self.answered = is;
            self.late = self.sent.saturating_sub(1);
            self.pieces = Vec::new();
            return Some(message);
        }
        None
    }

    /// What is to be done now.
    pub fn next(&self, now: u64) -> Next {
        let until = self.silent_until.min(self.last_sent + ATTEMPT_MS);
        if let Some(left) = until.checked_sub(now).filter(|left| *left > 0) {
            // At most `ATTEMPT_MS`.
            return Next::Wait(left as u32);
        }
        if self.sent < ATTEMPTS {
            return Next::Again;
        }
        Next::End(if self.framing.dropped() == self.dropped_before {
            let after = now.saturating_sub(self.first_sent);
            LinkError::TimedOut { after_ms: u32::try_from(after).unwrap_or(u32::MAX) }
        } else {
            LinkError::Garbled
        })
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::smartbox::framing::Payload;
    use proptest::prelude::*;

    fn begun(framing: Framing, request: &[u8]) -> Exchange {
        let mut exchange = Exchange::new(framing);
        exchange.begin(request).expect("a message");
        exchange
    }

    /// What the other end sends.
    fn bytes(message: &[u8]) -> Vec<u8> {
        Framing::serial().pieces(message).concat()
    }

    #[test]
    fn a_request_is_sent_three_times_and_then_it_has_timed_out() {
        let mut exchange = begun(Framing::serial(), &[1; 1_000]);
        let pieces = exchange.pieces().to_vec();
        let mut now = 50;
        for attempt in 1..=3 {
            assert_eq!(exchange.pieces(), pieces, "the same bytes every time");
            exchange.sent(now);
            assert_eq!(exchange.next(now), Next::Wait(2_500));
            assert_eq!(exchange.next(now + 2_499), Next::Wait(1));
            now += 2_500;
            let end = Next::End(LinkError::TimedOut { after_ms: 7_500 });
            assert_eq!(exchange.next(now), if attempt < 3 { Next::Again } else { end });
        }
    }

    #[test]
    fn an_answer_that_keeps_coming_is_waited_for() {
        let mut exchange = begun(Framing::gatt(Payload::LEAST), b"ask");
        let answer = vec![6; 900];
        let mut now = 0;
        exchange.sent(now);
        let pieces = Framing::gatt(Payload::LEAST).pieces(&answer);
        let (last, others) = pieces.split_last().expect("many");
        for piece in others {
            now += 1_000;
            assert_eq!(exchange.arrived(piece, now), None);
            assert_eq!(exchange.next(now), Next::Wait(2_000));
        }
        assert_eq!(exchange.arrived(last, now), Some(answer));
    }

    #[test]
    fn an_attempt_ends_after_a_minute_though_garbage_keeps_coming() {
        let mut exchange = begun(Framing::serial(), b"ask");
        exchange.sent(0);
        for now in (0..60_000).step_by(500) {
            assert_eq!(exchange.arrived(&[7, 7, 0], now), None);
            assert!(matches!(exchange.next(now), Next::Wait(_)));
        }
        assert_eq!(exchange.next(60_000), Next::Again);
    }

    #[test]
    fn answers_that_all_came_broken_are_garbled() {
        let mut exchange = begun(Framing::serial(), b"ask");
        for attempt in 0..3 {
            exchange.sent(attempt * 10_000);
            assert_eq!(exchange.arrived(&[5, 5, 5, 0], attempt * 10_000), None);
        }
        assert_eq!(exchange.next(30_000), Next::End(LinkError::Garbled));
        exchange.begin(b"ask again").expect("a message");
        (0..3).for_each(|_| exchange.sent(40_000));
        assert!(matches!(exchange.next(50_000), Next::End(LinkError::TimedOut { .. })), "that was the exchange before");
    }

    #[test]
    fn an_answer_that_comes_late_is_not_taken_for_the_next_one() {
        let mut exchange = begun(Framing::serial(), b"first");
        exchange.sent(0);
        exchange.sent(3_000);
        exchange.sent(6_000);
        assert_eq!(exchange.arrived(&bytes(b"one"), 6_500).as_deref(), Some(&b"one"[..]));
        exchange.begin(b"second").expect("a message");
        exchange.sent(6_600);
        assert_eq!(exchange.arrived(&bytes(b"one"), 6_700), None);
        assert_eq!(exchange.arrived(&[bytes(b"one"), bytes(b"two")].concat(), 6_800).as_deref(), Some(&b"two"[..]));
    }

    #[test]
    fn the_same_answer_to_another_request_is_an_answer() {
        let mut exchange = begun(Framing::serial(), b"first");
        for request in [b"second", b"third!"] {
            exchange.sent(0);
            assert_eq!(exchange.arrived(&bytes(b"no"), 10).as_deref(), Some(&b"no"[..]));
            exchange.begin(request).expect("a message");
        }
    }

    #[test]
    fn what_is_longer_than_a_message_is_not_sent() {
        let mut exchange = Exchange::new(Framing::serial());
        let bytes = MESSAGE_BYTES + 1;
        assert_eq!(exchange.begin(&vec![0; bytes]), Err(LinkError::TooLong { bytes }));
        assert_eq!(exchange.begin(&vec![0; bytes - 1]), Ok(()));
    }

    proptest! {
        #[test]
        fn every_exchange_comes_to_an_end(
            request in proptest::collection::vec(any::<u8>(), 0..2_000),
            noise in proptest::collection::vec((proptest::collection::vec(any::<u8>(), 0..20), 1..4_000u64), 0..200),
        ) {
            let mut exchange = begun(Framing::serial(), &request);
            let (mut now, mut sent, mut noise) = (0, 1, noise.into_iter());
            exchange.sent(now);
            loop {
                match exchange.next(now) {
                    Next::Wait(ms) => match noise.next() {
                        Some((bytes, after)) => {
                            now += after.min(ms.into());
                            if exchange.arrived(&bytes, now).is_some() { break }
                        }
                        None => now += u64::from(ms),
                    },
                    Next::Again => {
                        exchange.sent(now);
                        sent += 1;
                    }
                    Next::End(_) => break,
                }
            }
            prop_assert!(sent <= ATTEMPTS);
            prop_assert!(now <= u64::from(ATTEMPTS) * ATTEMPT_MS);
        }
    }
}
