//! Links: they move bytes between app and box, and know nothing of what they carry (`PROTOCOL.md`, "Links").

use std::pin::Pin;

use super::framing::{Exchange, Framing, Next, Payload};
use super::protocol::MESSAGE_BYTES;
use super::reference_box::{Random, ReferenceBox};
use crate::domain::Instant;

/// An answer that is waited for.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, LinkError>> + 'a>>;

/// A way to one box. An exchange is one message there and one back; the next one begins when the last has ended.
///
/// For use behind a `dyn`, so that what talks over a link is compiled once and not for every kind of link.
pub trait Link {
    /// Sends a message and gives the answer.
    ///
    /// # Errors
    /// When there is no answer. Whether the box got the message is then not known.
    fn exchange(&mut self, bytes: Vec<u8>) -> Answering<'_>;
}

/// Why there is no link, or an exchange had no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LinkError {
    /// The browser has no Bluetooth, or no serial ports, for pages.
    #[error("this browser has no such links")]
    Unsupported,
    /// The device has no Bluetooth, or it is turned off.
    #[error("Bluetooth is turned off, or there is none")]
    NoAdapter,
    /// The browser, its settings or its owner do not allow it.
    #[error("the browser does not allow it")]
    Refused,
    /// The browser's list of devices was closed, and none was chosen.
    #[error("no device was chosen")]
    NotChosen,
    /// The box is known, and cannot be reached: too far away, without power, or not plugged in.
    #[error("the box is out of reach")]
    OutOfRange,
    /// The device answers, and is no SmartBox that this app can talk to: it has not the services, or has later ones.
    #[error("the device is no SmartBox that this app can talk to")]
    WrongDevice,
    /// Somebody else talks to the box: another phone, another program, another tab.
    #[error("the box is talking to somebody else")]
    Busy,
    /// The link is gone: out of range, pulled, or closed by the other side.
    #[error("the link was cut")]
    Cut,
    /// The box did not answer in time, however often it was asked.
    #[error("the box did not answer within {after_ms} ms")]
    TimedOut {
        /// How long was waited, from the first time the message was sent.
        after_ms: u32,
    },
    /// Something came, every time, and it was no message.
    #[error("what the box answered was garbled on its way")]
    Garbled,
    /// What was to be sent is no message.
    #[error("expected a message of at most {MESSAGE_BYTES} bytes, got {bytes}")]
    TooLong {
        /// How many bytes it has.
        bytes: usize,
    },
}

/// Where a [`VirtualLink`] is cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cut {
    /// The message does not reach the box.
    Request,
    /// The box does what was asked, and its answer is lost.
    Response,
}

/// What happens to one transmission on a [`VirtualLink`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// The request does not reach the box.
    LoseRequest,
    /// The box does what was asked, and its answer does not come back.
    LoseResponse,
    /// Of the request one byte reaches the box wrong.
    GarbleRequest,
    /// Of the answer one byte comes back wrong.
    GarbleResponse,
    /// The answer comes so many milliseconds later.
    Delay(u32),
    /// The link is gone, and stays so.
    Cut(Cut),
}

/// How a [`VirtualLink`] behaves.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LinkPlan {
    /// The greatest fragment, when it is to be a GATT link; otherwise it is a serial line.
    pub payload: Option<Payload>,
    /// How many milliseconds every request and every answer is on its way.
    pub delay_ms: u32,
    /// How many bytes it moves, there and back, until it is gone for good; nothing for a link that lasts. Of a serial line's bytes
    /// those before the cut arrive; a fragment arrives whole or not at all.
    pub lasts_bytes: Option<u64>,
    /// What happens to which transmission, by number. They count from 1, and a request that is sent again counts again.
    pub troubles: Vec<(u32, Trouble)>,
}

/// The link to a reference box in the same program: the pieces that a real link would move, and a time of its own that passes
/// at once when something is waited for.
pub struct VirtualLink<'a> {
    smartbox: &'a mut ReferenceBox,
    now: Instant,
    random: &'a mut dyn FnMut() -> Random,
    plan: LinkPlan,
    exchange: Exchange,
    box_side: Framing,
    /// Milliseconds of waiting so far.
    passed: u64,
    transmissions: u32,
    /// How many bytes went there and back so far.
    moved: u64,
    /// What the box has sent, and when it arrives.
    coming: Vec<(u64, Vec<u8>)>,
    cut: bool,
}

impl<'a> VirtualLink<'a> {
    /// A link that works, at a host's time that stands still, to a box that draws from `random`.
    pub fn new(smartbox: &'a mut ReferenceBox, now: Instant, random: &'a mut dyn FnMut() -> Random) -> Self {
        let framing = Framing::serial();
        Self {
            smartbox,
            now,
            random,
            plan: LinkPlan::default(),
            exchange: Exchange::new(framing.clone()),
            box_side: framing,
            passed: 0,
            transmissions: 0,
            moved: 0,
            coming: Vec::new(),
            cut: false,
        }
    }

    /// It is cut in the exchange after `exchanges` good ones, and stays cut.
    #[must_use]
    pub fn cut_after(self, exchanges: u32, cut: Cut) -> Self {
        let troubles = vec![(exchanges.saturating_add(1), Trouble::Cut(cut))];
        self.planned(LinkPlan { troubles, ..LinkPlan::default() })
    }

    /// It behaves as planned. The host's time goes on while something is waited for.
    #[must_use]
    pub fn planned(mut self, plan: LinkPlan) -> Self {
        let framing = plan.payload.map_or_else(Framing::serial, Framing::gatt);
        self.exchange = Exchange::new(framing.clone());
        self.box_side = framing;
        self.plan = plan;
        self
    }

    /// Its transmissions count on from those of a link before it.
    #[must_use]
    pub const fn after(mut self, transmissions: u32) -> Self {
        self.transmissions = transmissions;
        self
    }

    /// How many transmissions there were.
    pub const fn transmissions(&self) -> u32 {
        self.transmissions
    }

    /// The box did not see the link before this one end, as on a line that is pulled at the app's end: it goes on with what had come
    /// of a message. To be said after [`VirtualLink::planned`].
    #[must_use]
    pub fn resuming(mut self, box_side: Framing) -> Self {
        self.box_side = box_side;
        self
    }

    /// The box's end of it, with what has come of a message.
    pub fn into_box_side(self) -> Framing {
        self.box_side
    }

    /// How many bytes went there and back.
    pub const fn moved_bytes(&self) -> u64 {
        self.moved
    }

    /// How many milliseconds were spent waiting.
    pub const fn passed_ms(&self) -> u64 {
        self.passed
    }

    /// What the box answers: the one place where a message meets it.
    fn answer(&mut self, message: &[u8], at: u64) -> Vec<u8> {
        let random = (self.random)();
        self.smartbox.exchange(message, self.now.plus_ms(i64::try_from(at).unwrap_or(i64::MAX)), &random).0
    }

    /// Sends the pieces of the request once, with the trouble that is planned for it.
    fn transmit(&mut self) {
        self.transmissions = self.transmissions.saturating_add(1);
        let planned = self.plan.troubles.iter().find(|(number, _)| *number == self.transmissions);
        let trouble = planned.map(|(_, trouble)| *trouble);
        self.cut |= matches!(trouble, Some(Trouble::Cut(_)));
        if matches!(trouble, Some(Trouble::LoseRequest | Trouble::Cut(Cut::Request))) {
            return;
        }
        let mut pieces = self.exchange.pieces().to_vec();
        if trouble == Some(Trouble::GarbleRequest) {
            garble(&mut pieces);
        }
        let there = self.passed + u64::from(self.plan.delay_ms);
        let later = if let Some(Trouble::Delay(ms)) = trouble { ms } else { 0 };
        let back = there + u64::from(self.plan.delay_ms) + u64::from(later);
        for piece in pieces {
            let Some(piece) = self.arrives(piece) else { return };
            for message in self.box_side.feed(&piece) {
                let answer = self.answer(&message, there);
                if matches!(trouble, Some(Trouble::LoseResponse | Trouble::Cut(Cut::Response))) {
                    continue;
                }
                let mut pieces = self.box_side.pieces(&answer);
                if trouble == Some(Trouble::GarbleResponse) {
                    garble(&mut pieces);
                }
                for piece in pieces {
                    let arrives = self.arrives(piece);
                    self.coming.extend(arrives.map(|piece| (back, piece)));
                }
            }
        }
    }

    /// What arrives of a piece at its other end, before the link is gone.
    fn arrives(&mut self, mut piece: Vec<u8>) -> Option<Vec<u8>> {
        let left = self.plan.lasts_bytes.map_or(u64::MAX, |lasts| lasts.saturating_sub(self.moved));
        let is_whole = piece.len() as u64 <= left;
        if !is_whole {
            self.cut = true;
            // Less than the piece is long.
            piece.truncate(left as usize);
        }
        self.moved += piece.len() as u64;
        (is_whole || self.plan.payload.is_none()).then_some(piece)
    }

    /// The next piece that arrives before a moment.
    fn arriving(&mut self, before: u64) -> Option<(u64, Vec<u8>)> {
        let soonest = (0..self.coming.len()).min_by_key(|at| self.coming[*at].0)?;
        (self.coming[soonest].0 < before).then(|| self.coming.remove(soonest))
    }
}

/// Changes one byte in the middle.
fn garble(pieces: &mut [Vec<u8>]) {
    let middle = pieces.len() / 2;
    if let Some(piece) = pieces.get_mut(middle) {
        let middle = piece.len() / 2;
        if let Some(byte) = piece.get_mut(middle) {
            *byte ^= 0x55;
        }
    }
}

impl VirtualLink<'_> {
    /// Nothing here is really waited for.
    fn asked(&mut self, bytes: &[u8]) -> Result<Vec<u8>, LinkError> {
        self.exchange.begin(bytes)?;
        let passed = self.passed;
        self.coming.retain(|(at, _)| *at > passed);
        while !self.cut {
            self.transmit();
            self.exchange.sent(self.passed);
            while !self.cut {
                match self.exchange.next(self.passed) {
                    Next::Wait(ms) => {
                        let until = self.passed + u64::from(ms);
                        let Some((at, piece)) = self.arriving(until) else {
                            self.passed = until;
                            continue;
                        };
                        self.passed = self.passed.max(at);
                        if let Some(answer) = self.exchange.arrived(&piece, self.passed) {
                            return Ok(answer);
                        }
                    }
                    Next::Again => break,
                    Next::End(error) => return Err(error),
                }
            }
        }
        Err(LinkError::Cut)
    }
}

impl Link for VirtualLink<'_> {
    fn exchange(&mut self, bytes: Vec<u8>) -> Answering<'_> {
        Box::pin(std::future::ready(self.asked(&bytes)))
    }
}

#[cfg(test)]
mod tests;
