//! Links: they move bytes between app and box, and know nothing of what they carry.

use super::reference_box::{Random, ReferenceBox};
use crate::domain::Instant;

/// A way to one box. An exchange is one message there and one back; the next one begins when the last has ended.
#[allow(async_fn_in_trait)]
pub trait Link {
    /// Sends a message and gives the answer.
    ///
    /// # Errors
    /// When there is no answer. Whether the box got the message is then not known.
    async fn exchange(&mut self, bytes: Vec<u8>) -> Result<Vec<u8>, LinkError>;
}

/// Why an exchange had no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LinkError {
    /// The link is gone: out of range, pulled, or closed by the other side.
    #[error("the link was cut")]
    Cut,
    /// The box did not answer in time.
    #[error("the box did not answer within {after_ms} ms")]
    TimedOut {
        /// How long was waited.
        after_ms: u32,
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

/// The link to a reference box in the same program.
pub struct VirtualLink<'a> {
    smartbox: &'a mut ReferenceBox,
    now: Instant,
    random: &'a mut dyn FnMut() -> Random,
    left: Option<(u32, Cut)>,
}

impl<'a> VirtualLink<'a> {
    /// A link that works, at a host's time that stands still, to a box that draws from `random`.
    pub const fn new(smartbox: &'a mut ReferenceBox, now: Instant, random: &'a mut dyn FnMut() -> Random) -> Self {
        Self { smartbox, now, random, left: None }
    }

    /// It is cut in the exchange after `exchanges` good ones, and stays cut.
    #[must_use]
    pub const fn cut_after(mut self, exchanges: u32, cut: Cut) -> Self {
        self.left = Some((exchanges, cut));
        self
    }

    fn ask(&mut self, bytes: &[u8]) -> Vec<u8> {
        let random = (self.random)();
        self.smartbox.exchange(bytes, self.now, &random).0
    }
}

impl Link for VirtualLink<'_> {
    async fn exchange(&mut self, bytes: Vec<u8>) -> Result<Vec<u8>, LinkError> {
        match self.left {
            None => Ok(self.ask(&bytes)),
            Some((0, cut)) => {
                // An answer is lost once; after that nothing gets through at all.
                self.left = Some((0, Cut::Request));
                if cut == Cut::Response {
                    self.ask(&bytes);
                }
                Err(LinkError::Cut)
            }
            Some((left, cut)) => {
                self.left = Some((left - 1, cut));
                Ok(self.ask(&bytes))
            }
        }
    }
}
