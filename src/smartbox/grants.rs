//! The grants that a box holds: merged by stamp, found by code, summed up in a digest.

use sha2::{Digest as _, Sha256};

use super::protocol::{Digest, GRANT_CAPACITY, Grant, GrantId, GrantState, Hindrance, Refusal, check_grant};
use crate::collections::Table;
use crate::domain::cbor::{self, record};
use crate::domain::{BookingCode, Instant, Stamp};

/// Of how many dropped grants a box remembers the stamp, so that an older delivery does not bring them back.
pub const REMEMBERED: usize = 4_096;

/// SHA-256 over `[id, stamp, state]`, in CBOR, of every grant that is live or unlinked and has not ended, in order of id.
///
/// Grants that are revoked or ended are left out, because a box drops them when it needs room: so app and box come to
/// the same digest at the same reading of the clock.
pub fn digest<'a>(grants: impl IntoIterator<Item = &'a Grant>, at: Instant) -> Digest {
    let in_order: Table<GrantId, &Grant> =
        grants.into_iter().filter(|grant| !grant.is_dead(at)).map(|grant| (grant.id, grant)).collect();
    let mut hash = Sha256::new();
    for (id, grant) in in_order.iter() {
        hash.update(cbor::to_vec(&(id, grant.stamp, grant.state)));
    }
    Digest(hash.finalize().into())
}

/// What a typed code leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found<'a> {
    /// A grant that is open.
    Open(&'a Grant),
    /// A grant that is not.
    Shut(&'a Grant, Refusal),
    /// No grant.
    Nothing,
}

/// What became of a delivered grant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Merged {
    /// It is the newest that the box has heard of it.
    Changed(Stamp),
    /// The box knew this or better, with this stamp.
    Known(Stamp),
}

impl Merged {
    /// The stamp that the box goes by.
    pub const fn stamp(self) -> Stamp {
        match self {
            Self::Changed(stamp) | Self::Known(stamp) => stamp,
        }
    }
}

/// The grants of one box.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Grants {
    held: Table<GrantId, Grant>,
    /// The stamps of grants that were dropped: one must not come back by an old delivery.
    dropped: Table<GrantId, Stamp>,
}
record!(Grants { held, dropped });

impl Grants {
    /// How many are held.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Those held, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Grant> {
        self.held.values()
    }

    /// One of those held.
    pub fn get(&self, id: GrantId) -> Option<&Grant> {
        self.held.get(id)
    }

    /// The digest of those held.
    pub fn digest(&self, at: Instant) -> Digest {
        digest(self.held.values(), at)
    }

    /// Whether grants that were read are ones that merging comes to: each under its own id, and no more than there is room for.
    pub(super) fn is_sound(&self) -> bool {
        self.held.len() <= usize::from(GRANT_CAPACITY)
            && self.held.iter().all(|(id, grant)| grant.id == id && check_grant(grant).is_ok())
            && self.dropped.len() <= REMEMBERED
    }

    /// Takes a grant in: of two writings the one with the higher stamp holds, in whatever order they come.
    ///
    /// When there is no room, dead grants make it, the oldest first; `keep` names those whose key is still out by them.
    ///
    /// # Errors
    /// [`Hindrance::Full`] when all that are held are live. A dead grant always fits.
    pub fn merge(&mut self, grant: Grant, at: Instant, keep: impl Fn(GrantId) -> bool) -> Result<Merged, Hindrance> {
        if let Some(held) = self.held.get_mut(grant.id) {
            // Two writings with one stamp are a fault of their author; comparing the rest keeps every box in step.
            if *held >= grant {
                return Ok(Merged::Known(held.stamp));
            }
            *held = grant.clone();
            return Ok(Merged::Changed(grant.stamp));
        }
        if let Some(stamp) = self.dropped.get(grant.id).filter(|stamp| **stamp >= grant.stamp) {
            return Ok(Merged::Known(*stamp));
        }
        let stamp = grant.stamp;
        if self.held.len() >= usize::from(GRANT_CAPACITY) {
            if grant.is_dead(at) {
                self.remember(grant.id, stamp);
                return Ok(Merged::Changed(stamp));
            }
            let oldest = self.held.values().filter(|held| held.is_dead(at) && !keep(held.id)).min_by_key(|g| g.stamp);
            let Some((id, stamp)) = oldest.map(|grant| (grant.id, grant.stamp)) else {
                return Err(Hindrance::Full { capacity: GRANT_CAPACITY });
            };
            self.held.remove(id);
            self.remember(id, stamp);
        }
        self.dropped.remove(grant.id);
        self.held.insert(grant.id, grant);
        Ok(Merged::Changed(stamp))
    }

    fn remember(&mut self, id: GrantId, stamp: Stamp) {
        self.dropped.insert(id, stamp);
        if self.dropped.len() > REMEMBERED
            && let Some(oldest) = self.dropped.iter().min_by_key(|(_, stamp)| **stamp).map(|(id, _)| id)
        {
            self.dropped.remove(oldest);
        }
    }

    /// What a code leads to at a moment.
    ///
    /// Several grants may have one code: an alias code that was linked, a code chosen by hand twice. An open one goes
    /// before one still to come, that before all others, and of those the one written last speaks. Of several open ones
    /// the one that began first is it, then the one with the lower id: every box decides alike.
    pub fn find(&self, code: BookingCode, at: Instant) -> Found<'_> {
        let with_code = || self.held.values().filter(|grant| grant.code == code);
        if let Some(grant) = with_code().filter(|grant| grant.is_open(at)).min_by_key(|grant| precedence(grant)) {
            return Found::Open(grant);
        }
        let coming =
            with_code().filter(|grant| grant.state == GrantState::Live && grant.from > at && !grant.is_dead(at));
        if let Some(grant) = coming.min_by_key(|grant| precedence(grant)) {
            return Found::Shut(grant, Refusal::TooEarly { from: grant.from });
        }
        let Some(grant) = with_code().max_by_key(|grant| grant.stamp) else { return Found::Nothing };
        let refusal = match (grant.state, grant.until) {
            (GrantState::Live, Some(at)) => Refusal::Ended { at },
            // A live grant with no end is open or to come, and was found above.
            (GrantState::Live, None) | (GrantState::Revoked, _) => Refusal::Revoked,
            (GrantState::Unlinked, _) => Refusal::NotLinkedYet,
        };
        Found::Shut(grant, refusal)
    }

    /// The other grants that have the code of this one while both are open, as `(opens, does not)`.
    pub fn clashes(&self, id: GrantId, at: Instant) -> Vec<(GrantId, GrantId)> {
        let serves = |grant: &&Grant| grant.state == GrantState::Live && !grant.is_dead(at);
        let Some(grant) = self.held.get(id).filter(serves) else { return Vec::new() };
        let overlaps = |other: &&Grant| {
            other.until.is_none_or(|until| grant.from < until) && grant.until.is_none_or(|until| other.from < until)
        };
        self.held
            .values()
            .filter(|other| other.id != id && other.code == grant.code)
            .filter(serves)
            .filter(overlaps)
            .map(|other| if precedence(other) < precedence(grant) { (other.id, id) } else { (id, other.id) })
            .collect()
    }
}

/// Of two open grants with one code, the lower opens.
fn precedence(grant: &Grant) -> (Instant, GrantId) {
    (grant.from, grant.id)
}
