//! Links: they move bytes between app and box, and know nothing of what they carry.

use super::protocol::LoggedEvent;
use super::reference_box::ReferenceBox;
use super::visit::{Step, Visit, VisitError, VisitPlan, VisitReport};
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
#[derive(Debug)]
pub struct VirtualLink<'a> {
    smartbox: &'a mut ReferenceBox,
    now: Instant,
    left: Option<(u32, Cut)>,
}

impl<'a> VirtualLink<'a> {
    /// A link that works, at a host's time that stands still.
    pub const fn new(smartbox: &'a mut ReferenceBox, now: Instant) -> Self {
        Self { smartbox, now, left: None }
    }

    /// A link that is cut in the exchange after `exchanges` good ones, and stays cut.
    pub const fn cut_after(smartbox: &'a mut ReferenceBox, now: Instant, exchanges: u32, cut: Cut) -> Self {
        Self { smartbox, now, left: Some((exchanges, cut)) }
    }
}

impl Link for VirtualLink<'_> {
    async fn exchange(&mut self, bytes: Vec<u8>) -> Result<Vec<u8>, LinkError> {
        match &mut self.left {
            None => Ok(self.smartbox.exchange(&bytes, self.now)),
            Some((0, cut)) => {
                // An answer is lost once; after that nothing gets through at all.
                if std::mem::replace(cut, Cut::Request) == Cut::Response {
                    self.smartbox.exchange(&bytes, self.now);
                }
                Err(LinkError::Cut)
            }
            Some((left, _)) => {
                *left -= 1;
                Ok(self.smartbox.exchange(&bytes, self.now))
            }
        }
    }
}

/// A visit that did not come to its end. What the report says is done is done; the next visit goes on from there.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the visit was broken off: {why}")]
pub struct BrokenOff<E> {
    /// What was done until then.
    pub report: Box<VisitReport>,
    /// What ended it.
    pub why: Why<E>,
}

/// What broke a visit off.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Why<E> {
    /// The link.
    #[error("{0}")]
    Link(LinkError),
    /// The box, or what came in its name.
    #[error("{0}")]
    Visit(VisitError),
    /// The events could not be stored.
    #[error("the events could not be stored")]
    Store(E),
}

/// Carries a visit over a link from its start to its end.
///
/// `store` makes events durable, together with the number after the last one, from which the next visit reads on.
///
/// # Errors
/// When the link, the box or the store breaks it off.
pub async fn carry<L: Link, E>(
    plan: VisitPlan,
    link: &mut L,
    now: impl Fn() -> Instant,
    store: impl AsyncFnMut(Vec<LoggedEvent>) -> Result<(), E>,
) -> Result<VisitReport, BrokenOff<E>> {
    carry_watched(plan, link, now, |_, _| {}, store).await
}

/// As [`carry`], and shows every step before it is taken, with what has been done until then.
///
/// # Errors
/// As [`carry`].
pub async fn carry_watched<L: Link, E>(
    plan: VisitPlan,
    link: &mut L,
    now: impl Fn() -> Instant,
    mut watch: impl FnMut(&Step, &VisitReport),
    mut store: impl AsyncFnMut(Vec<LoggedEvent>) -> Result<(), E>,
) -> Result<VisitReport, BrokenOff<E>> {
    let (mut visit, first) = Visit::start(plan);
    let mut step = Ok(Step::Send(first));
    loop {
        if let Ok(step) = &step {
            watch(step, visit.report());
        }
        let why = match step {
            Ok(Step::Send(bytes)) => match link.exchange(bytes).await {
                Ok(reply) => {
                    step = visit.exchange(&reply, now());
                    continue;
                }
                Err(error) => Why::Link(error),
            },
            Ok(Step::Store(events)) => match store(events).await {
                Ok(()) => {
                    step = visit.stored(now());
                    continue;
                }
                Err(error) => Why::Store(error),
            },
            Ok(Step::Done(report)) => return Ok(*report),
            Err(error) => Why::Visit(error),
        };
        return Err(BrokenOff { report: Box::new(visit.report().clone()), why });
    }
}
