//! `decide`: from a ledger and a command to the facts, or to a refusal. Pure; the time, the zones and the key are handed in.

mod aliases;
pub mod messages;

use super::clock::Hlc;
use super::command::{
    BookingTerms, BookingVisitor, CalendarImport, Command, NewBooking, Notify, Overlap, Refusal, RequestedRight,
    Reschedule, Thing, VisitRecord,
};
use super::fact::{BookingChange, CodeFrom, Entry, Fact, FactBody, Particulars, Source, StatedPlace, Subject};
use super::ledger::{Booking, Ledger, MOST_RANK, contact};
use super::queries::Filter;
use super::taken::Taken;
use crate::collections::{Set, Table, sort_by};
use crate::domain::cbor;
use crate::domain::code::{CodeKey, CodeMaker};
use crate::domain::stamp::Stamp;
use crate::domain::time::DAY_MS;
use crate::domain::{
    BookingCode, BookingId, BookingWindow, BoxId, DeviceId, FactId, Instant, KeyId, LocationId, MessageId, MessageKind,
    Name, Note, Right, Role, VisitorDetails, VisitorId, ZoneBook, ZoneName, ZoneRules,
};
use crate::smartbox::envelope::Credential;
use crate::smartbox::pairing::BoxKeys;
use crate::smartbox::protocol::messages::Envelope;
use crate::smartbox::protocol::{Digest as LogDigest, GrantId, LoggedEvent};

/// How long after its end a code is not issued again: 90 days (rule 8).
pub const REST_MS: i64 = 90 * DAY_MS;

/// What `decide` is handed beside ledger and command.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The device that decides.
    pub device: DeviceId,
    /// What its clock shows.
    pub now: Instant,
    /// The rules of the zones of the organization's locations.
    pub zones: &'a ZoneBook,
    /// The key of the organization's codes.
    pub codes: &'a CodeKey,
}

/// What was decided: facts, and what stands beside them, to be written together or not at all.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    device: DeviceId,
    at: Hlc,
    first: u32,
    facts: Vec<FactBody>,
    particulars: Vec<Particulars>,
}

impl Decision {
    /// The facts, in order.
    pub fn facts(&self) -> &[FactBody] {
        &self.facts
    }

    /// The name of the `index`th fact, and so of the thing that it made.
    pub fn id(&self, index: usize) -> FactId {
        FactId::new(self.device, self.first + index as u32)
    }

    /// The name of the first fact for which `made` holds.
    pub fn made(&self, made: impl Fn(&FactBody) -> bool) -> Option<FactId> {
        self.facts.iter().position(made).map(|index| self.id(index))
    }

    /// The booking that was made, if one was.
    pub fn booking(&self) -> Option<BookingId> {
        self.bookings().next()
    }

    /// The bookings that were made.
    pub fn bookings(&self) -> impl Iterator<Item = BookingId> {
        self.all_made(|f| matches!(f, FactBody::BookingMade { .. })).map(BookingId)
    }

    /// The alias codes that were issued.
    pub fn aliases(&self) -> impl Iterator<Item = FactId> {
        self.all_made(|f| matches!(f, FactBody::AliasIssued { .. }))
    }

    /// The messages that were made.
    pub fn messages(&self) -> impl Iterator<Item = MessageId> {
        self.all_made(|f| matches!(f, FactBody::MessageMade { .. })).map(MessageId)
    }

    fn all_made(&self, made: impl Fn(&FactBody) -> bool) -> impl Iterator<Item = FactId> {
        (0..).zip(&self.facts).filter(move |(_, fact)| made(fact)).map(|(index, _)| self.id(index))
    }

    /// The entries for the journal: each fact linked to the one before it, which is the ledger's last of this device.
    pub fn seal(&self, ledger: &Ledger) -> Vec<Entry> {
        let (_, mut previous) = ledger.next(self.device);
        let mut entries = Vec::with_capacity(self.facts.len() + self.particulars.len());
        for (index, body) in self.facts.iter().enumerate() {
            let fact = Fact { id: self.id(index), at: self.at, previous, body: cbor::to_vec(body) };
            previous = Some(fact.digest());
            entries.push(Entry::Fact(fact));
        }
        entries.extend(self.particulars.iter().cloned().map(Entry::Particulars));
        entries
    }
}

/// Decides a command.
///
/// # Errors
/// With the reason for which nothing is to be written.
pub fn decide(ledger: &Ledger, command: &Command, context: &Context) -> Result<Decision, Refusal> {
    let mut draft = Draft::new(ledger, context);
    if !matches!(command, Command::Found { .. }) && ledger.organization().is_none() {
        return Err(Refusal::NotFounded);
    }
    carry_out(&mut draft, command)?;
    Ok(draft.finish())
}

fn carry_out(draft: &mut Draft<'_>, command: &Command) -> Result<(), Refusal> {
    let (ledger, context) = (draft.ledger, draft.context);
    match command {
        Command::Found { name, digits, device, location } => {
            if ledger.organization().is_some() {
                return Err(Refusal::AlreadyFounded);
            }
            draft.zone(&location.zone)?;
            draft.write(FactBody::OrganizationFounded { name: name.clone(), digits: *digits, device: device.clone() });
            draft.write(FactBody::LocationAdded { details: location.clone() });
        }
        Command::ChangeOrganization { name, digits } => {
            let unchanged = ledger.organization().is_some_and(|o| o.name == *name && o.digits == *digits);
            if unchanged {
                return Err(Refusal::NothingToDo);
            }
            draft.write(FactBody::OrganizationChanged { name: name.clone(), digits: *digits });
        }
        Command::EnrolDevice { device, name, role } => {
            if ledger.device(*device).is_some() {
                return Err(Refusal::AlreadyEnrolled);
            }
            let own = ledger.lots(context.device);
            let lots = match role {
                // Whoever holds no codes issues none.
                Role::Technician => Vec::new(),
                Role::Manager | Role::FrontDesk if own.len() < 2 => return Err(Refusal::NoLots),
                Role::Manager | Role::FrontDesk => own[own.len().div_ceil(2)..].to_vec(),
            };
            draft.write(FactBody::DeviceEnrolled { device: *device, name: name.clone(), role: *role, lots });
        }
        Command::AddLocation(details) => {
            draft.zone(&details.zone)?;
            draft.free_name(&details.name, ledger.locations().map(|(_, l)| &l.name))?;
            draft.write(FactBody::LocationAdded { details: details.clone() });
        }
        Command::ChangeLocation(id, details) => {
            let known = ledger.location(*id).ok_or(Refusal::Unknown(Thing::Location(*id)))?;
            changed(known, details)?;
            draft.zone(&details.zone)?;
            draft.free_name(&details.name, ledger.locations().filter(|(l, _)| l != id).map(|(_, l)| &l.name))?;
            draft.write(FactBody::LocationChanged { location: *id, details: details.clone() });
            if known.zone != details.zone {
                let keys = ledger.keys().filter(|(_, key)| key.details().home == *id);
                keys.for_each(|(key, _)| draft.owe_anew(key));
            }
        }
        Command::AddBox(details) => {
            draft.location(details.location)?;
            draft.free_name(&details.name, ledger.boxes().map(|(_, b)| &b.details().name))?;
            if ledger.boxes().any(|(_, b)| b.details().serial == details.serial) {
                return Err(Refusal::SerialTaken(details.serial.clone()));
            }
            draft.write(FactBody::BoxAdded { details: details.clone() });
        }
        Command::ChangeBox(id, details) => {
            let known = ledger.smartbox(*id).ok_or(Refusal::Unknown(Thing::Box(*id)))?;
            changed(known.details(), details)?;
            draft.location(details.location)?;
            draft.free_name(&details.name, ledger.boxes().filter(|(b, _)| b != id).map(|(_, b)| &b.details().name))?;
            if ledger.boxes().any(|(b, other)| b != *id && other.details().serial == details.serial) {
                return Err(Refusal::SerialTaken(details.serial.clone()));
            }
            draft.write(FactBody::BoxChanged { smartbox: *id, details: details.clone() });
        }
        Command::AddKey(details) => {
            draft.location(details.home)?;
            draft.free_name(&details.name, ledger.keys().map(|(_, k)| &k.details().name))?;
            draft.write(FactBody::KeyAdded { details: details.clone() });
        }
        Command::ChangeKey(id, details) => {
            let known = ledger.key(*id).ok_or(Refusal::Unknown(Thing::Key(*id)))?;
            changed(known.details(), details)?;
            draft.location(details.home)?;
            draft.free_name(&details.name, ledger.keys().filter(|(k, _)| k != id).map(|(_, k)| &k.details().name))?;
            let zone = |home| ledger.location(home).map(|location| &location.zone);
            let moved = zone(known.details().home) != zone(details.home);
            draft.write(FactBody::KeyChanged { key: *id, details: details.clone() });
            if moved {
                draft.owe_anew(*id);
            }
        }
        Command::StateKey(key, place) => drop(draft.state_key(*key, *place)?),
        Command::MakeBooking(new) => drop(draft.make_booking(new)?),
        Command::EditBooking(id, terms) => draft.edit_booking(*id, terms)?,
        Command::ChangeTerms(id, change) => draft.edit_booking(*id, &change.over(&draft.terms(*id)?))?,
        Command::RestoreTerms(id, change) => draft.edit_booking(*id, &change.undone(&draft.terms(*id)?))?,
        Command::RevokeBooking(id, notify) => {
            draft.revoke_booking(*id)?;
            draft.after_revocation(*id, *notify);
        }
        Command::WithdrawRevocation(id) => draft.withdraw_revocation(*id)?,
        Command::ReturnByHand(id, place, reason) => draft.return_by_hand(*id, *place, reason)?,
        Command::IssueAliases(aliases) => draft.issue_aliases(aliases)?,
        Command::ChangeAlias(id, visitor, stay) => draft.change_alias(*id, visitor.as_ref(), stay.as_ref())?,
        Command::RetireAlias(id) => draft.retire_alias(*id)?,
        Command::LinkAlias(alias, booking, notify) => draft.link_alias(*alias, *booking, *notify)?,
        Command::UnlinkAlias(booking, notify) => draft.unlink_alias(*booking, *notify)?,
        Command::AssignKeys(assignments) => draft.assign_keys(assignments)?,
        Command::UnassignKeys(bookings) => draft.unassign_keys(bookings)?,
        Command::Resend(about) => draft.resend(*about)?,
        Command::RemindNow(booking) => draft.remind_now(*booking)?,
        Command::TendReminders => draft.tend_reminders(),
        Command::MoveMessage(id, state) => draft.move_message(*id, *state)?,
        Command::ChangeMessaging(settings, secret) => draft.change_messaging(settings, secret.as_ref())?,
        Command::ChangeTemplate(name, text) => draft.change_template(*name, text.as_ref())?,
        Command::TakeBack(command, messages) => draft.take_back(command, messages)?,
        Command::ImportCalendar(import) => draft.import_calendar(import)?,
        Command::KeepEvents(smartbox, events, chain) => draft.keep_events(*smartbox, events, *chain)?,
        Command::KeepVisit(smartbox, visit) => draft.keep_visit(*smartbox, visit)?,
        Command::SendBox(smartbox, grants) => draft.send_box(*smartbox, grants)?,
        Command::MakeKeys(keys) => {
            if ledger.organization_keys().is_some() {
                return Err(Refusal::KeyedAlready);
            }
            draft.write(FactBody::OrganizationKeyed { keys: *keys });
        }
        Command::CertifyDevice(credential) => draft.certify(credential)?,
        Command::RevokeDevice(device) => draft.revoke_device(*device)?,
        Command::PairBox(smartbox, keys) => draft.pair_box(*smartbox, *keys)?,
    }
    Ok(())
}

/// What an edit writes of a booking that changes its window, its key or its code: always all three. The window was found
/// free for this key, and what two devices edit apart must not come together into something that neither of them decided.
fn whole(booking: &Booking, right: Right, key: KeyId) -> BookingChange {
    let code = booking.alias().map_or(CodeFrom::Own, CodeFrom::Alias);
    BookingChange { window: right.window(), key: Some(key), code: Some(code), ..BookingChange::default() }
}

fn changed<T: PartialEq>(known: &T, wanted: &T) -> Result<(), Refusal> {
    if known == wanted { Err(Refusal::NothingToDo) } else { Ok(()) }
}

/// A decision in the making.
struct Draft<'a> {
    ledger: &'a Ledger,
    context: &'a Context<'a>,
    decision: Decision,
    /// Codes, as numbers, that were issued in this decision, which the ledger does not know of yet.
    issued: Set<u64>,
    /// How many codes this device has counted off, this decision's included.
    counted: u64,
    /// Visitors who can be reached and were added in this decision, by [`contact`].
    described: Table<u64, Vec<(VisitorDetails, VisitorId)>>,
    /// When keys are taken, with what this decision has made of it so far.
    taken: Table<KeyId, Taken<BookingId>>,
    maker: Option<CodeMaker>,
}

impl<'a> Draft<'a> {
    fn new(ledger: &'a Ledger, context: &'a Context<'a>) -> Self {
        let decision = Decision {
            device: context.device,
            at: ledger.clock().tick(context.now),
            first: ledger.next(context.device).0,
            facts: Vec::new(),
            particulars: Vec::new(),
        };
        let counted = ledger.issued(context.device);
        Self {
            ledger,
            context,
            decision,
            issued: Set::default(),
            counted,
            described: Table::default(),
            taken: Table::default(),
            maker: None,
        }
    }

    fn finish(self) -> Decision {
        self.decision
    }

    fn write(&mut self, body: FactBody) -> FactId {
        self.decision.facts.push(body);
        self.decision.id(self.decision.facts.len() - 1)
    }

    /// What the device's clock shows, where that is behind the time of what is decided.
    fn clock_behind(&self) -> Option<Instant> {
        Some(self.context.now).filter(|now| *now < self.decision.at.time())
    }

    fn stamp(&self, by: FactId) -> Stamp {
        Stamp { clock: self.decision.at.to_bits(), by }
    }

    fn zone(&self, zone: &ZoneName) -> Result<&'a ZoneRules, Refusal> {
        self.context.zones.get(zone).ok_or_else(|| Refusal::UnknownZone(zone.clone()))
    }

    fn location(&self, id: LocationId) -> Result<&'a ZoneRules, Refusal> {
        let location = self.ledger.location(id).ok_or(Refusal::Unknown(Thing::Location(id)))?;
        self.zone(&location.zone)
    }

    fn key_zone(&self, key: KeyId) -> Result<&'a ZoneRules, Refusal> {
        let key = self.ledger.key(key).ok_or(Refusal::Unknown(Thing::Key(key)))?;
        self.location(key.details().home)
    }

    fn free_name<'n>(&self, name: &Name, mut taken: impl Iterator<Item = &'n Name>) -> Result<(), Refusal> {
        let wanted = name.as_str().to_lowercase();
        match taken.any(|n| n.as_str().to_lowercase() == wanted) {
            true => Err(Refusal::NameTaken(name.clone())),
            false => Ok(()),
        }
    }

    fn state_key(&mut self, key: KeyId, place: StatedPlace) -> Result<FactId, Refusal> {
        self.ledger.key(key).ok_or(Refusal::Unknown(Thing::Key(key)))?;
        if let StatedPlace::InBin(smartbox, bin) = place {
            let known = self.ledger.smartbox(smartbox).ok_or(Refusal::Unknown(Thing::Box(smartbox)))?;
            if bin > known.details().bins {
                return Err(Refusal::NoSuchBin);
            }
        }
        Ok(self.write(FactBody::KeyStated { key, place }))
    }

    fn make_booking(&mut self, new: &NewBooking) -> Result<BookingId, Refusal> {
        let rules = self.key_zone(new.key)?;
        let right = match new.right {
            RequestedRight::Ongoing => Right::Ongoing,
            RequestedRight::OneTime { start, end } => {
                let window = BookingWindow::new(start, end, rules)?;
                if new.source.is_none() && window.instants(rules).1 <= self.context.now {
                    return Err(Refusal::EndPassed);
                }
                self.free_window(new.key, window, rules, None, new.overlap)?;
                Right::OneTime(window)
            }
        };
        let (visitor, channel) = self.visitor(&new.visitor)?;
        if let Some(alias) = new.alias {
            self.free_alias(alias)?;
        }
        let (code, serial) = self.issue()?;
        let overlap = new.overlap == Overlap::Allow;
        let booking = BookingId(self.write(FactBody::BookingMade {
            key: new.key,
            visitor,
            right,
            code,
            serial: Some(serial),
            channel,
            reminder: new.reminder,
            overlap,
            source: new.source.clone(),
            alias: new.alias,
            on: self.clock_behind(),
        }));
        if let Some(window) = right.window() {
            self.taken(new.key, rules).insert(booking, window.instants(rules));
        }
        if new.notes.is_some() {
            self.notes(booking, booking.0, new.notes.clone());
        }
        let over = right.window().is_some_and(|window| window.instants(rules).1 <= self.context.now);
        if let (Some(channel), Notify::Visitor, false) = (channel, new.notify, over) {
            self.message(Subject::Booking(booking), MessageKind::Instructions, channel);
        }
        Ok(booking)
    }

    /// Who a booking is for, and the channel that it begins with.
    fn visitor(&mut self, visitor: &BookingVisitor) -> Result<(VisitorId, Option<crate::domain::Channel>), Refusal> {
        match visitor {
            BookingVisitor::Known(id) => {
                let details = self.ledger.visitor(*id).ok_or(Refusal::Unknown(Thing::Visitor(*id)))?;
                Ok((*id, details.channel()))
            }
            BookingVisitor::Described(details) => {
                let contact = contact(details);
                let alike = contact.and_then(|contact| self.described.get(contact)).into_iter().flatten();
                let new = alike.filter(|(other, _)| other == details).map(|(_, id)| *id).next();
                let id = new.or_else(|| self.ledger.visitor_like(details)).unwrap_or_else(|| {
                    let id = VisitorId(self.write(FactBody::VisitorAdded {}));
                    self.describe(id, id.0, details.clone());
                    if let Some(contact) = contact {
                        self.described.get_or_insert_with(contact, Vec::new).push((details.clone(), id));
                    }
                    id
                });
                Ok((id, details.channel()))
            }
        }
    }

    fn describe(&mut self, visitor: VisitorId, by: FactId, details: VisitorDetails) {
        let stamp = self.stamp(by);
        self.decision.particulars.push(Particulars::Visitor { visitor, stamp, details: Some(details) });
    }

    fn notes(&mut self, booking: BookingId, by: FactId, notes: Option<Note>) {
        let stamp = self.stamp(by);
        self.decision.particulars.push(Particulars::Notes { booking, stamp, notes });
    }

    /// When a key is taken, as this decision has made it so far.
    fn taken(&mut self, key: KeyId, rules: &ZoneRules) -> &mut Taken<BookingId> {
        self.taken.get_or_insert_with(key, || self.ledger.taken(key, rules))
    }

    /// Rule 10: ordinary bookings of one key may touch but not overlap, unless the manager says so.
    fn free_window(
        &mut self,
        key: KeyId,
        window: BookingWindow,
        rules: &ZoneRules,
        except: Option<BookingId>,
        overlap: Overlap,
    ) -> Result<(), Refusal> {
        if overlap != Overlap::Refuse {
            return Ok(());
        }
        let sharing = self.taken(key, rules).sharing(window.instants(rules));
        let found: Vec<BookingId> = sharing.filter(|id| Some(*id) != except).collect();
        if found.is_empty() { Ok(()) } else { Err(Refusal::Overlaps(found)) }
    }

    /// Issues the next code of this device's own (rule 9).
    fn issue(&mut self) -> Result<(BookingCode, u64), Refusal> {
        let digits = self.ledger.organization().ok_or(Refusal::NotFounded)?.digits;
        let lots = self.ledger.lots(self.context.device);
        let room = lots.len() as u64 * digits.lot_size();
        if room == 0 {
            return Err(Refusal::NoLots);
        }
        let maker = self.maker.get_or_insert_with(|| CodeMaker::new(self.context.codes, digits));
        for _ in 0..room {
            let serial = self.counted;
            self.counted += 1;
            let place = serial % room;
            let lot = u64::from(lots[(place / digits.lot_size()) as usize]);
            let code = maker.derive(lot * digits.lot_size() + place % digits.lot_size());
            let free = !self.issued.contains(code.to_bits())
                && !self.ledger.code_rests(code, self.context.now, self.context.zones)
                && !code.neighbours().into_iter().any(|near| {
                    // A code that was issued is never near another; only one chosen by hand can be.
                    !near.checks() && self.ledger.code_rests(near, self.context.now, self.context.zones)
                });
            if free {
                self.issued.insert(code.to_bits());
                return Ok((code, serial));
            }
        }
        Err(Refusal::CodesExhausted { digits: digits.get() })
    }

    /// The clocks that a key's bookings go by changed, and with them the moments that the boxes were told: its bookings
    /// that are not over are written again as they are, so that every box is owed them.
    fn owe_anew(&mut self, key: KeyId) {
        let ledger = self.ledger;
        for (id, booking) in ledger.bookings_of(key) {
            let status = ledger.status(id, self.context.zones, self.context.now);
            let over = status.is_none_or(|status| matches!(status.filter(), Filter::Ended | Filter::Revoked));
            if let Some(window) = booking.right().window().filter(|_| !over) {
                let change = whole(booking, Right::OneTime(window), key);
                self.write(FactBody::BookingChanged { booking: id, change });
            }
        }
    }

    fn terms(&self, id: BookingId) -> Result<BookingTerms, Refusal> {
        let booking = self.ledger.booking(id).ok_or(Refusal::Unknown(Thing::Booking(id)))?;
        self.ledger.terms(id).ok_or(Refusal::Unknown(Thing::Visitor(booking.visitor())))
    }

    fn edit_booking(&mut self, id: BookingId, terms: &BookingTerms) -> Result<(), Refusal> {
        let booking = self.ledger.booking(id).ok_or(Refusal::Unknown(Thing::Booking(id)))?;
        if booking.revoked().is_some() {
            return Err(Refusal::Revoked);
        }
        let mut change = BookingChange::default();
        if terms.key != booking.key() {
            if self.ledger.pick_ups(id).next().is_some() {
                return Err(Refusal::PickedUp);
            }
            change = whole(booking, booking.right(), terms.key);
        }
        let rules = self.key_zone(terms.key)?;
        match (booking.right(), terms.times) {
            (Right::Ongoing, None) => {}
            (Right::OneTime(known), Some((start, end))) => {
                let wanted = BookingWindow::new(start, end, rules)?;
                if wanted != known || change.key.is_some() {
                    self.free_window(terms.key, wanted, rules, Some(id), terms.overlap)?;
                    change = whole(booking, Right::OneTime(wanted), terms.key);
                }
            }
            _ => return Err(Refusal::WrongKind),
        }
        let moved = change != BookingChange::default();
        change.reminder = (terms.reminder != booking.reminder()).then_some(terms.reminder);
        let wanted = match terms.overlap {
            Overlap::Refuse => booking.overlap(),
            Overlap::Allow => true,
            Overlap::AsBefore(wanted) => wanted,
        };
        change.overlap = (wanted != booking.overlap()).then_some(wanted);
        let visitor = (self.ledger.visitor(booking.visitor()) != Some(&terms.visitor)).then_some(&terms.visitor);
        let notes = self.ledger.notes(id) != terms.notes.as_ref();
        let edited = change != BookingChange::default();
        if !edited && !notes && visitor.is_none() {
            return Err(Refusal::NothingToDo);
        }
        if edited || notes {
            // A change of the notes alone leaves a fact that says no more than that.
            let by = self.write(FactBody::BookingChanged { booking: id, change });
            if notes {
                self.notes(id, by, terms.notes.clone());
            }
        }
        if let Some(details) = visitor {
            let visitor = booking.visitor();
            let by = self.write(FactBody::VisitorChanged { visitor });
            self.describe(visitor, by, details.clone());
        }
        if moved {
            self.update(id, terms.notify);
        }
        Ok(())
    }

    /// Says that a key came back by no box, and why.
    fn return_by_hand(&mut self, id: BookingId, place: StatedPlace, reason: &Note) -> Result<(), Refusal> {
        self.ledger.booking(id).ok_or(Refusal::Unknown(Thing::Booking(id)))?;
        let held = self.ledger.possession(id).filter(|held| held.returned.is_none()).ok_or(Refusal::NotOut)?;
        let by = self.state_key(held.taken.key, place)?;
        let stamp = self.stamp(by);
        self.decision.particulars.push(Particulars::Remark { fact: by, stamp, text: Some(reason.clone()) });
        Ok(())
    }

    /// Takes a revocation back. No box may have heard of it: it would go on refusing the code until the next visit.
    fn withdraw_revocation(&mut self, id: BookingId) -> Result<(), Refusal> {
        let booking = self.ledger.booking(id).ok_or(Refusal::Unknown(Thing::Booking(id)))?;
        let revocation = booking.revoked().ok_or(Refusal::NotRevoked)?;
        let ledger = self.ledger;
        let heard: Vec<BoxId> = ledger
            .boxes()
            .filter(|(_, known)| known.holds(id.0).is_some_and(|held| booking.is_known_by(held)))
            .map(|(smartbox, _)| smartbox)
            .collect();
        if !heard.is_empty() || booking.rank() + 2 > MOST_RANK {
            return Err(Refusal::Heard(heard));
        }
        self.write(FactBody::RevocationWithdrawn { booking: id, revocation: revocation.by });
        self.restore_messages(id, revocation);
        Ok(())
    }

    fn revoke_booking(&mut self, id: BookingId) -> Result<(), Refusal> {
        let booking = self.ledger.booking(id).ok_or(Refusal::Unknown(Thing::Booking(id)))?;
        if booking.revoked().is_some() {
            return Err(Refusal::Revoked);
        }
        self.write(FactBody::BookingRevoked { booking: id });
        Ok(())
    }

    /// Moves a booking with its calendar's entry. Its old place must have been given back.
    fn reschedule(&mut self, wanted: &Reschedule) -> Result<(), Refusal> {
        let id = wanted.booking;
        let booking = self.ledger.booking(id).ok_or(Refusal::Unknown(Thing::Booking(id)))?;
        if booking.revoked().is_some() {
            return Err(Refusal::Revoked);
        }
        let rules = self.key_zone(booking.key())?;
        let window = BookingWindow::new(wanted.start, wanted.end, rules)?;
        self.free_window(booking.key(), window, rules, Some(id), wanted.overlap)?;
        self.taken(booking.key(), rules).insert(id, window.instants(rules));
        let overlap = (wanted.overlap == Overlap::Allow && !booking.overlap()).then_some(true);
        let change =
            BookingChange { overlap, imported: Some(true), ..whole(booking, Right::OneTime(window), booking.key()) };
        self.write(FactBody::BookingChanged { booking: id, change });
        // Whoever was told of the old time is told of the new one.
        if self.was_told(id) {
            self.update(id, Notify::Visitor);
        }
        Ok(())
    }

    /// Gives back the time that a booking takes, before it is moved or revoked.
    fn give_back(&mut self, id: BookingId) -> Result<(), Refusal> {
        let booking = self.ledger.booking(id).ok_or(Refusal::Unknown(Thing::Booking(id)))?;
        if let Some(window) = booking.right().window() {
            let rules = self.key_zone(booking.key())?;
            self.taken(booking.key(), rules).remove(id, window.instants(rules));
        }
        Ok(())
    }

    /// What may overlap is done last, so that the rest is not refused for its sake. All that moves gives its old place
    /// back first: two entries may change places.
    fn import_calendar(&mut self, import: &CalendarImport) -> Result<(), Refusal> {
        if import.make.is_empty() && import.reschedule.is_empty() && import.revoke.is_empty() {
            return Err(Refusal::NothingToDo);
        }
        let mut known: Vec<(&Source, BookingId)> =
            self.ledger.imported_for(import.key).map(|(id, _, source)| (source, id)).collect();
        sort_by(&mut known, |one, other| one.0.cmp(other.0));
        let place = |source: &Source| known.binary_search_by(|(other, _)| (*other).cmp(source)).ok();
        if let Some(place) = import.make.iter().find_map(|new| place(new.source.as_ref()?)) {
            return Err(Refusal::AlreadyImported(known[place].1));
        }
        self.write(FactBody::CalendarImported {
            key: import.key,
            calendar: import.calendar.clone(),
            made: import.make.len() as u32,
            moved: import.reschedule.len() as u32,
            revoked: import.revoke.len() as u32,
        });
        for id in &import.revoke {
            self.give_back(*id)?;
            self.revoke_booking(*id)?;
            self.after_revocation(*id, Notify::Nobody);
        }
        for overlap in [Overlap::Refuse, Overlap::Allow] {
            let moved = || import.reschedule.iter().filter(|wanted| wanted.overlap == overlap);
            for wanted in moved() {
                self.give_back(wanted.booking)?;
            }
            for wanted in moved() {
                self.reschedule(wanted)?;
            }
            for new in import.make.iter().filter(|new| new.overlap == overlap) {
                self.make_booking(new)?;
            }
        }
        Ok(())
    }

    fn keep_events(
        &mut self,
        smartbox: BoxId,
        events: &[LoggedEvent],
        chain: Option<LogDigest>,
    ) -> Result<(), Refusal> {
        let known = self.ledger.smartbox(smartbox).ok_or(Refusal::Unknown(Thing::Box(smartbox)))?;
        let last = events.last().map(|event| event.number);
        for event in events.iter().filter(|event| !known.has_read(event.number)) {
            let chain = chain.filter(|_| Some(event.number) == last);
            self.write(FactBody::BoxReported { smartbox, event: event.clone(), chain });
        }
        Ok(())
    }

    fn certify(&mut self, credential: &[u8]) -> Result<(), Refusal> {
        let keys = self.ledger.organization_keys().ok_or(Refusal::NotKeyed)?;
        let read = Credential::read(credential, &keys.verifying, self.context.now);
        let device = read.map_err(|_| Refusal::NoCredential)?.device;
        self.ledger.device(device).ok_or(Refusal::Unknown(Thing::Device(device)))?;
        self.write(FactBody::DeviceCertified { device, credential: Envelope(credential.to_vec()) });
        Ok(())
    }

    fn revoke_device(&mut self, device: DeviceId) -> Result<(), Refusal> {
        self.ledger.device(device).ok_or(Refusal::Unknown(Thing::Device(device)))?;
        if device == self.context.device {
            return Err(Refusal::OwnDevice);
        }
        if self.ledger.device_revoked(device).is_some() {
            return Err(Refusal::NothingToDo);
        }
        self.write(FactBody::DeviceRevoked { device });
        Ok(())
    }

    fn pair_box(&mut self, smartbox: BoxId, keys: BoxKeys) -> Result<(), Refusal> {
        self.ledger.organization_keys().ok_or(Refusal::NotKeyed)?;
        self.ledger.smartbox(smartbox).ok_or(Refusal::Unknown(Thing::Box(smartbox)))?;
        self.write(FactBody::BoxPaired { smartbox, keys });
        Ok(())
    }

    fn keep_visit(&mut self, smartbox: BoxId, visit: &VisitRecord) -> Result<(), Refusal> {
        let known = self.ledger.smartbox(smartbox).ok_or(Refusal::Unknown(Thing::Box(smartbox)))?;
        self.write(FactBody::BoxVisited {
            smartbox,
            confirmed: visit.confirmed.clone(),
            clock: visit.clock,
            lost: visit.lost.clone(),
            refused: visit.refused.clone(),
            pairing: known.pairing().map(|(fact, _)| fact),
            barred: Some(visit.barred.clone()).filter(|barred| !barred.is_empty()),
            carried: visit.carried,
        });
        Ok(())
    }

    fn send_box(&mut self, smartbox: BoxId, grants: &[GrantId]) -> Result<(), Refusal> {
        let known = self.ledger.smartbox(smartbox).ok_or(Refusal::Unknown(Thing::Box(smartbox)))?;
        let pairing = known.pairing().map(|(fact, _)| fact);
        self.write(FactBody::BoxSent { smartbox, grants: grants.to_vec(), pairing });
        Ok(())
    }
}
