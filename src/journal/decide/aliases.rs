//! The life of alias codes (rule 8): issued, sent, linked to one booking, unlinked or retired.

use super::{Draft, REST_MS, whole};
use crate::domain::stamp::Stamp;
use crate::domain::{AliasId, BookingCode, BookingId, BookingWindow, Channel, Instant, MessageKind, Stay, VisitorId};
use crate::journal::Hlc;
use crate::journal::command::{
    Assignment, BookingVisitor, NewAlias, NewBooking, Notify, Refusal, RequestedRight, RequestedStay, Thing,
};
use crate::journal::fact::{AliasTerms, BookingChange, CodeFrom, FactBody, Subject};
use crate::journal::ledger::Alias;
use crate::journal::queries::Filter;

impl<'a> Draft<'a> {
    pub(super) fn issue_aliases(&mut self, aliases: &[NewAlias]) -> Result<(), Refusal> {
        if aliases.is_empty() {
            return Err(Refusal::NothingToDo);
        }
        for new in aliases {
            let (visitor, channel) = self.visitor_or_none(new.visitor.as_ref())?;
            let terms = AliasTerms { visitor, stay: self.stay(new.stay.as_ref())? };
            let (code, serial) = match new.code {
                Some(code) => (self.choose(code)?, None),
                None => self.issue().map(|(code, serial)| (code, Some(serial)))?,
            };
            let alias = AliasId(self.write(FactBody::AliasIssued { code, serial, channel, terms }));
            if let (Some(channel), Notify::Visitor) = (channel, new.notify) {
                self.message(Subject::Alias(alias), MessageKind::AliasInstructions, channel);
            }
        }
        Ok(())
    }

    fn visitor_or_none(
        &mut self,
        visitor: Option<&BookingVisitor>,
    ) -> Result<(Option<VisitorId>, Option<Channel>), Refusal> {
        visitor.map_or(Ok((None, None)), |visitor| {
            self.visitor(visitor).map(|(visitor, channel)| (Some(visitor), channel))
        })
    }

    fn stay(&self, stay: Option<&RequestedStay>) -> Result<Option<Stay>, Refusal> {
        let Some(RequestedStay { location, start, end, class }) = stay else { return Ok(None) };
        let rules = self.location(*location)?;
        let window = BookingWindow::new(*start, *end, rules)?;
        if window.instants(rules).1 <= self.context.now {
            return Err(Refusal::EndPassed);
        }
        Ok(Some(Stay { location: *location, window, class: class.clone() }))
    }

    /// A code that somebody chose, if nobody has it, nobody had it less than 90 days ago, and it is not one slip of the
    /// finger away from one that opens.
    fn choose(&mut self, code: BookingCode) -> Result<BookingCode, Refusal> {
        if self.issued.contains(code.to_bits()) {
            return Err(Refusal::NothingToDo);
        }
        if let Some(user) = self.user_of(code) {
            return Err(Refusal::CodeInUse(user));
        }
        if let Some(until) = self.ledger.rests_until(code, self.context.now, self.context.zones) {
            return Err(Refusal::CodeRests { until });
        }
        if let Some(user) = code.neighbours().into_iter().find_map(|near| self.user_of(near)) {
            return Err(Refusal::CodeTooNear(user));
        }
        self.issued.insert(code.to_bits());
        Ok(code)
    }

    /// Who has a code now: a booking that is not over, or an alias code that is not retired.
    fn user_of(&self, code: BookingCode) -> Option<Thing> {
        let alias = self.ledger.aliases_with(code).find(|(_, alias)| alias.retired().is_none());
        let booking = || {
            self.ledger
                .bookings_with(code)
                .find(|(id, booking)| (booking.code() == code || booking.own_code() == code) && !self.is_over(*id))
        };
        alias.map(|(id, _)| Thing::Alias(id)).or_else(|| booking().map(|(id, _)| Thing::Booking(id)))
    }

    fn is_over(&self, id: BookingId) -> bool {
        let status = self.ledger.status(id, self.context.zones, self.context.now);
        status.is_none_or(|status| matches!(status.filter(), Filter::Ended | Filter::Revoked))
    }

    pub(super) fn change_alias(
        &mut self,
        id: AliasId,
        visitor: Option<&BookingVisitor>,
        stay: Option<&RequestedStay>,
    ) -> Result<(), Refusal> {
        let known = self.living_alias(id)?;
        let (visitor, _) = self.visitor_or_none(visitor)?;
        // What is as it was may lie in the past.
        let same = stay.zip(known.stay()).is_some_and(|(wanted, stay)| {
            (wanted.location, wanted.start, wanted.end) == (stay.location, stay.window.start(), stay.window.end())
                && wanted.class == stay.class
        });
        let stay = if same { known.stay().cloned() } else { self.stay(stay)? };
        let terms = AliasTerms { visitor, stay };
        if terms == *known.terms() {
            return Err(Refusal::NothingToDo);
        }
        self.write(FactBody::AliasChanged { alias: id, terms });
        Ok(())
    }

    fn living_alias(&self, id: AliasId) -> Result<&'a Alias, Refusal> {
        let ledger = self.ledger;
        let known = ledger.alias(id).ok_or(Refusal::Unknown(Thing::Alias(id)))?;
        if known.retired().is_some() { Err(Refusal::AliasRetired) } else { Ok(known) }
    }

    /// An alias code that can be linked: it lives, and no booking that is not over has it.
    pub(super) fn free_alias(&self, id: AliasId) -> Result<(), Refusal> {
        self.living_alias(id)?;
        let linked = self.ledger.linked_to(id).into_iter().find(|booking| !self.is_over(*booking));
        linked.map_or(Ok(()), |booking| Err(Refusal::AliasLinked(booking)))
    }

    pub(super) fn retire_alias(&mut self, id: AliasId) -> Result<(), Refusal> {
        self.free_alias(id)?;
        self.write(FactBody::AliasRetired { alias: id });
        self.drop_messages(Subject::Alias(id));
        Ok(())
    }

    pub(super) fn link_alias(&mut self, alias: AliasId, id: BookingId, notify: Notify) -> Result<(), Refusal> {
        let booking = self.ledger.booking(id).ok_or(Refusal::Unknown(Thing::Booking(id)))?;
        if booking.revoked().is_some() {
            return Err(Refusal::Revoked);
        }
        if let Some(other) = booking.alias() {
            return Err(if other == alias { Refusal::NothingToDo } else { Refusal::LinkedAlready(other) });
        }
        self.free_alias(alias)?;
        self.write_code(id, CodeFrom::Alias(alias));
        self.update(id, notify);
        Ok(())
    }

    pub(super) fn unlink_alias(&mut self, id: BookingId, notify: Notify) -> Result<(), Refusal> {
        let booking = self.ledger.booking(id).ok_or(Refusal::Unknown(Thing::Booking(id)))?;
        booking.alias().ok_or(Refusal::NotLinked)?;
        self.write_code(id, CodeFrom::Own);
        self.update(id, notify);
        Ok(())
    }

    fn write_code(&mut self, id: BookingId, code: CodeFrom) {
        if let Some(booking) = self.ledger.booking(id) {
            let change = BookingChange { code: Some(code), ..whole(booking, booking.right(), booking.key()) };
            self.write(FactBody::BookingChanged { booking: id, change });
        }
    }

    /// A booking for each, with the alias code as its code: all of them or none.
    pub(super) fn assign_keys(&mut self, assignments: &[Assignment]) -> Result<(), Refusal> {
        if assignments.is_empty() {
            return Err(Refusal::NothingToDo);
        }
        let mut seen = crate::collections::Set::default();
        for Assignment { alias, key, visitor, overlap, notify } in assignments {
            if !seen.insert(*alias) {
                return Err(Refusal::NothingToDo);
            }
            let known = self.living_alias(*alias)?;
            let stay = known.stay().ok_or(Refusal::NoStay)?.clone();
            let visitor = match (known.visitor(), visitor) {
                (Some(visitor), _) => BookingVisitor::Known(visitor),
                (None, Some(details)) => BookingVisitor::Described(details.clone()),
                (None, None) => return Err(Refusal::NoVisitor),
            };
            self.make_booking(&NewBooking {
                key: *key,
                visitor,
                right: RequestedRight::OneTime { start: stay.window.start(), end: stay.window.end() },
                notes: None,
                reminder: false,
                overlap: *overlap,
                source: None,
                alias: Some(*alias),
                notify: *notify,
            })?;
        }
        Ok(())
    }

    /// Takes back that arrivals were given keys: they arrive again. Each booking gets its own code back before it is revoked,
    /// so that a box says of the alias code that it is not linked yet. Whoever was told of a booking is told of that.
    pub(super) fn unassign_keys(&mut self, bookings: &[BookingId]) -> Result<(), Refusal> {
        for id in bookings {
            let booking = self.ledger.booking(*id).ok_or(Refusal::Unknown(Thing::Booking(*id)))?;
            if self.ledger.pick_ups(*id).next().is_some() {
                return Err(Refusal::PickedUp);
            }
            // What somebody revoked meanwhile is taken back already.
            if booking.revoked().is_none() {
                if booking.alias().is_some() {
                    self.write_code(*id, CodeFrom::Own);
                }
                self.revoke_booking(*id)?;
                self.after_revocation(*id, Notify::Visitor);
            }
        }
        if self.decision.facts.is_empty() { Err(Refusal::NothingToDo) } else { Ok(()) }
    }
}

impl crate::journal::Ledger {
    /// Until when a code that nobody has rests: 90 days after the last that had it ended, was revoked or was retired.
    pub fn rests_until(&self, code: BookingCode, now: Instant, zones: &crate::domain::ZoneBook) -> Option<Instant> {
        let after = |stamp: Stamp| Hlc::from_bits(stamp.clock).time().plus_ms(REST_MS);
        let aliases = self.aliases_with(code).filter_map(|(_, alias)| alias.retired().map(after));
        let bookings = self.bookings_with(code).filter_map(|(id, booking)| match booking.revoked() {
            Some(revoked) => Some(after(revoked)),
            None => match self.status(id, zones, now)? {
                crate::journal::queries::Status::Ended { at, .. } => Some(at.plus_ms(REST_MS)),
                _ => None,
            },
        });
        aliases.chain(bookings).max().filter(|until| now < *until)
    }
}
