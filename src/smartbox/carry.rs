//! What drives the interpreters: it moves their messages over a link, and asks the host for what they can't do themselves.

use super::envelope::{Signature, ToSign};
use super::link::{Link, LinkError};
use super::pairing::{Offered, Pairing, PairingPlan, PairingStep};
use super::protocol::{Digest, LoggedEvent, Status};
use super::visit::{Step, Visit, VisitError, VisitPlan, VisitReport};
use crate::domain::Instant;

/// What a host does for a visit.
#[allow(async_fn_in_trait)]
pub trait Host {
    /// Why it could not.
    type Error;

    /// The time.
    fn now(&self) -> Instant;

    /// 32 random bytes.
    ///
    /// # Errors
    /// When there are none.
    fn random(&mut self) -> Result<[u8; 32], Self::Error>;

    /// Signs with the device's key.
    ///
    /// # Errors
    /// When the key is out of reach.
    async fn sign(&mut self, what: &ToSign) -> Result<Signature, Self::Error>;

    /// Makes events durable, together with the number after the last one, from which the next visit reads on, and the chain up
    /// to it.
    ///
    /// # Errors
    /// When they could not be kept.
    async fn store(&mut self, events: Vec<LoggedEvent>, chain: Digest) -> Result<(), Self::Error>;

    /// Sees every step before it is taken, with what has been done until then.
    fn watch(&mut self, step: &Step, report: &VisitReport) {
        let _ = (step, report);
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
    /// The host: nothing could be signed, or the events not be stored.
    #[error("this device could not do its part")]
    Host(E),
}

/// Carries a visit over a link from its start to its end.
///
/// # Errors
/// When the link, the box or the host breaks it off.
pub async fn carry<L: Link, H: Host>(
    plan: VisitPlan,
    link: &mut L,
    host: &mut H,
) -> Result<VisitReport, BrokenOff<H::Error>> {
    let (mut visit, first) = Visit::start(plan);
    let mut step = Ok(Step::Send(first));
    loop {
        if let Ok(step) = &step {
            host.watch(step, visit.report());
        }
        let why = match step {
            Ok(Step::Send(bytes)) => match link.exchange(bytes).await {
                Ok(reply) => {
                    step = visit.exchange(&reply, host.now());
                    continue;
                }
                Err(error) => Why::Link(error),
            },
            Ok(Step::Sign(what)) => match host.sign(&what).await {
                Ok(signature) => match host.random() {
                    Ok(random) => {
                        step = visit.signed(&signature, random);
                        continue;
                    }
                    Err(error) => Why::Host(error),
                },
                Err(error) => Why::Host(error),
            },
            Ok(Step::Store(events, chain)) => match host.store(events, chain).await {
                Ok(()) => {
                    step = visit.stored(host.now());
                    continue;
                }
                Err(error) => Why::Host(error),
            },
            Ok(Step::Done(report)) => return Ok(*report),
            Err(error) => Why::Visit(error),
        };
        return Err(BrokenOff { report: Box::new(visit.report().clone()), why });
    }
}

/// Pairs a box over a link. `keep` makes durable whose keys the box has shown, before it learns whose it is; `random` is for this
/// once.
///
/// # Errors
/// When the link, the box or the host breaks it off.
pub async fn pair<L: Link, E>(
    plan: PairingPlan,
    link: &mut L,
    now: impl Fn() -> Instant,
    random: [u8; 32],
    mut keep: impl AsyncFnMut(Offered) -> Result<(), E>,
) -> Result<Status, Why<E>> {
    let (mut pairing, first) = Pairing::start(plan);
    let mut step = PairingStep::Send(first);
    loop {
        step = match step {
            PairingStep::Send(bytes) => {
                let reply = link.exchange(bytes).await.map_err(Why::Link)?;
                pairing.exchange(&reply).map_err(Why::Visit)?
            }
            PairingStep::Keep(offered) => {
                keep(offered).await.map_err(Why::Host)?;
                pairing.kept(now(), random).map_err(Why::Visit)?
            }
            PairingStep::Done(status) => return Ok(*status),
        };
    }
}
