//! What drives the interpreters: it moves their messages over a link, and asks the host for what they can't do themselves.

use std::pin::Pin;

use super::envelope::{Signature, ToSign};
use super::link::{Link, LinkError};
use super::pairing::{Offered, Pairing, PairingPlan, PairingStep};
use super::protocol::{Digest, LoggedEvent, Status};
use super::visit::{Step, Visit, VisitError, VisitPlan, VisitReport};
use crate::domain::Instant;

/// What a host does in its own time. It answers nothing when it could not, and knows why.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = Option<T>> + 'a>>;

/// What a host does for a visit or a pairing. For use behind a `dyn`, so that both are compiled once.
pub trait Host {
    /// The time.
    fn now(&self) -> Instant;

    /// 32 random bytes; nothing when there are none.
    fn random(&mut self) -> Option<[u8; 32]>;

    /// Signs with the device's key; nothing when that is out of reach.
    fn sign<'a>(&'a mut self, what: &'a ToSign) -> Doing<'a, Signature>;

    /// Makes events durable, together with the number after the last one, from which the next visit reads on, and the chain up
    /// to it; nothing when they could not be kept.
    fn store(&mut self, events: Vec<LoggedEvent>, chain: Digest) -> Doing<'_, ()>;

    /// Makes durable whose keys a box has shown; nothing when they could not be kept.
    fn keep(&mut self, offered: Offered) -> Doing<'_, ()>;

    /// Sees every step before it is taken, with what has been done until then.
    fn watch(&mut self, step: &Step, report: &VisitReport) {
        let _ = (step, report);
    }
}

/// A visit that did not come to its end. What the report says is done is done; the next visit goes on from there.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the visit was broken off: {why}")]
pub struct BrokenOff {
    /// What was done until then.
    pub report: Box<VisitReport>,
    /// What ended it.
    pub why: Why,
}

/// What broke a visit off.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Why {
    /// The link.
    #[error("{0}")]
    Link(LinkError),
    /// The box, or what came in its name.
    #[error("{0}")]
    Visit(VisitError),
    /// The host: nothing could be signed or kept. It knows why.
    #[error("this device could not do its part")]
    Host,
}

/// Carries a visit over a link from its start to its end.
///
/// # Errors
/// When the link, the box or the host breaks it off.
pub async fn carry(plan: VisitPlan, link: &mut dyn Link, host: &mut dyn Host) -> Result<VisitReport, BrokenOff> {
    let (mut visit, first) = Visit::start(plan);
    let mut step = Step::Send(first);
    loop {
        host.watch(&step, visit.report());
        let next = match step {
            Step::Send(bytes) => match link.exchange(bytes).await {
                Ok(reply) => visit.exchange(&reply, host.now()).map_err(Why::Visit),
                Err(error) => Err(Why::Link(error)),
            },
            Step::Sign(what) => match (host.sign(&what).await, host.random()) {
                (Some(signature), Some(random)) => visit.signed(&signature, random).map_err(Why::Visit),
                _ => Err(Why::Host),
            },
            Step::Store(events, chain) => match host.store(events, chain).await {
                Some(()) => visit.stored(host.now()).map_err(Why::Visit),
                None => Err(Why::Host),
            },
            Step::Done(report) => return Ok(*report),
        };
        step = next.map_err(|why| BrokenOff { report: Box::new(visit.report().clone()), why })?;
    }
}

/// Pairs a box over a link. The host keeps whose keys the box has shown, before it learns whose it is.
///
/// # Errors
/// When the link, the box or the host breaks it off.
pub async fn pair(plan: PairingPlan, link: &mut dyn Link, host: &mut dyn Host) -> Result<Status, Why> {
    let (mut pairing, first) = Pairing::start(plan);
    let mut step = PairingStep::Send(first);
    loop {
        step = match step {
            PairingStep::Send(bytes) => {
                let reply = link.exchange(bytes).await.map_err(Why::Link)?;
                pairing.exchange(&reply).map_err(Why::Visit)?
            }
            PairingStep::Keep(offered) => match (host.keep(offered).await, host.random()) {
                (Some(()), Some(random)) => pairing.kept(host.now(), random).map_err(Why::Visit)?,
                _ => return Err(Why::Host),
            },
            PairingStep::Done(status) => return Ok(*status),
        };
    }
}
