//! What visitors are to be told, and when: instructions, updates, revocations, reminders.

use super::{Context, Draft, carry_out};
use crate::collections::Set;
use crate::domain::message::reminder_due;
use crate::domain::stamp::Stamp;
use crate::domain::{
    BookingId, Channel, Instant, Means, MessageId, MessageKind, MessagingSettings, SendFailure, SigningSecret,
    TemplateText,
};
use crate::journal::Hlc;
use crate::journal::command::{Command, Notify, Refusal, Thing};
use crate::journal::fact::{FactBody, MessageState, Particulars, Subject};
use crate::journal::ledger::{Ledger, Message, TemplateName};

/// How long after a booking was made, or its instructions were last sent, they can be sent again (rule 5), in ms.
pub const RESEND_AFTER_MS: i64 = 3_600_000;

/// How long what was decided can be taken back before a gateway is told, in ms.
pub const HOLD_MS: i64 = 10_000;

/// How long after its time a reminder counts as late, in ms.
pub const LATE_AFTER_MS: i64 = 5 * 60_000;

fn time(stamp: Stamp) -> Instant {
    Hlc::from_bits(stamp.clock).time()
}

impl Ledger {
    /// How the visitor of a booking or an alias code is written to, always: as it was when that was made, else as it was
    /// the first time, else as they can be now (rule 3).
    pub fn channel(&self, about: Subject) -> Option<Channel> {
        let (own, visitor) = match about {
            Subject::Booking(id) => self.booking(id).map(|b| (b.channel(), Some(b.visitor())))?,
            Subject::Alias(id) => self.alias(id).map(|a| (a.channel(), a.visitor()))?,
        };
        let first = || self.messages_about(about).min_by_key(|(_, m)| m.made_at()).map(|(_, m)| m.channel());
        own.or_else(first).or_else(|| self.visitor(visitor?)?.channel())
    }

    /// From when the instructions can be sent again (rule 5): an hour after the booking was made or they last went out. An
    /// alias code that was kept for later can be sent at any time.
    ///
    /// It goes by what the clocks showed then: stamps stay ahead once a clock was ahead.
    pub fn resend_from(&self, about: Subject) -> Option<Instant> {
        let instructs = |m: &Message| matches!(m.kind(), MessageKind::Instructions | MessageKind::AliasInstructions);
        let from = match about {
            Subject::Booking(id) => self.booking(id)?.made_by_clock().plus_ms(RESEND_AFTER_MS),
            Subject::Alias(id) => self.alias(id).map(|_| Instant::from_ms(0))?,
        };
        let sent = self.messages_about(about).filter(|(_, m)| instructs(m) && m.went_out());
        Some(sent.map(|(_, m)| m.since_by_clock().plus_ms(RESEND_AFTER_MS)).fold(from, Instant::max))
    }

    /// From when the visitor of an overdue booking can be asked again to bring the key back: an hour after the last time.
    pub fn remind_from(&self, id: BookingId) -> Option<Instant> {
        let asked =
            self.messages_about(Subject::Booking(id)).filter(|(_, m)| m.kind() == MessageKind::Overdue && m.went_out());
        Some(asked.map(|(_, m)| m.since_by_clock()).max()?.plus_ms(RESEND_AFTER_MS))
    }

    /// When the return key reminder of a booking is due, as long as it is wanted and makes sense: the booking is not
    /// revoked, and the key not known to be back.
    fn reminder_of(&self, id: BookingId, context: &Context) -> Option<Instant> {
        let booking = self.booking(id).filter(|b| b.reminder() && b.revoked().is_none())?;
        let (window, rules) = (booking.right().window()?, self.rules(booking.key(), context.zones)?);
        let due = reminder_due(window, rules);
        let held = self.possession(id);
        let back = held.is_some_and(|held| held.returned.is_some());
        let over = window.instants(rules).1 <= context.now;
        // After the end only a key that is known to be out must come back.
        (!back && (!over || held.is_some())).then_some(due)
    }

    /// Whether the time of a reminder had passed already when it was asked for: then it is not sent.
    fn asked_too_late(&self, id: BookingId, due: Instant, now: Instant) -> bool {
        // A clock that was ahead once must not make reminders of a day pass for asked too late.
        self.booking(id).is_some_and(|b| due < time(b.reminder_set().max(b.last_edit())).min(now))
    }

    /// Whether somebody dropped a reminder by hand: since then nothing happened for which it would be made anew.
    fn is_declined(&self, id: BookingId, message: &Message) -> bool {
        let Some(booking) = self.booking(id).filter(|_| message.state() == MessageState::Dropped) else { return false };
        let since = message.since();
        let out_again = self.possession(id).is_some_and(|held| held.taken.at > time(since));
        // What a revocation called back from a gateway is over, and made anew when that revocation is taken back.
        let called_back = message.means() == Means::Gateway && booking.was_restored();
        since > booking.last_edit().max(booking.reminder_set()) && !out_again && !called_back
    }

    /// Whether a message that a gateway keeps for later says what is so no more: to whom it goes, and of which key.
    fn is_outdated(&self, message: &Message) -> bool {
        let Subject::Booking(id) = message.about() else { return false };
        let Some(booking) = self.booking(id) else { return false };
        let said = self.visitor_stamp(booking.visitor()).unwrap_or(booking.made()).max(booking.last_edit());
        said > message.since()
    }
}

impl Draft<'_> {
    fn means(&self, channel: Channel) -> Means {
        let settings = self.ledger.messaging();
        match channel {
            _ if settings.gateway.is_none() => Means::Device,
            Channel::Email => settings.email,
            Channel::Sms => settings.sms,
        }
    }

    /// Makes a message that is to go out now.
    pub(super) fn message(&mut self, about: Subject, kind: MessageKind, channel: Channel) -> MessageId {
        self.message_for(about, kind, channel, self.context.now, false)
    }

    fn message_for(
        &mut self,
        about: Subject,
        kind: MessageKind,
        channel: Channel,
        due: Instant,
        late: bool,
    ) -> MessageId {
        let means = self.means(channel);
        MessageId(self.write(FactBody::MessageMade { about, kind, channel, means, due, late }))
    }

    /// The messages about something of which `which` holds.
    fn messages(&self, about: Subject, which: impl Fn(&Message) -> bool) -> Vec<MessageId> {
        let fitting = self.ledger.messages_about(about).filter(|(_, message)| which(message));
        fitting.map(|(id, _)| id).collect()
    }

    fn set_message(&mut self, message: MessageId, state: MessageState) {
        let on = self.clock_behind().filter(|_| matches!(state, MessageState::HandedOver | MessageState::Sent));
        self.write(FactBody::MessageMoved { message, state, on });
    }

    /// Drops what has not gone out. What a gateway keeps until it is due is called back.
    fn drop_message(&mut self, id: MessageId) {
        let Some(message) = self.ledger.message(id) else { return };
        match message.state() {
            // Of one that failed a gateway may have got hold all the same.
            MessageState::HandedOver | MessageState::Failed { .. } if self.is_kept(message) => {
                self.set_message(id, MessageState::Recalled);
            }
            MessageState::ToDo | MessageState::Failed { .. } | MessageState::GivenUp { .. } => {
                self.set_message(id, MessageState::Dropped);
            }
            _ => {}
        }
    }

    /// Whether a gateway may have a message that it is to send later.
    fn is_kept(&self, message: &Message) -> bool {
        message.means() == Means::Gateway && message.due() > self.context.now
    }

    /// Whether the visitor of a booking was sent anything about it.
    pub(super) fn was_told(&self, id: BookingId) -> bool {
        self.ledger.messages_about(Subject::Booking(id)).any(|(_, message)| message.went_out())
    }

    /// Drops all that has not gone out about something.
    pub(super) fn drop_messages(&mut self, about: Subject) {
        for id in self.messages(about, |_| true) {
            self.drop_message(id);
        }
    }

    /// Tells the visitor of a change of time, key or code. What still waits to be sent will say it as it is then.
    pub(super) fn update(&mut self, id: BookingId, notify: Notify) {
        let about = Subject::Booking(id);
        // A gateway that has had one, or is having it, takes no other words under its name.
        let unposted = |m: &Message| {
            m.means() == Means::Device
                || match m.state() {
                    MessageState::ToDo => m.is_new() && self.context.now < time(m.since()).plus_ms(HOLD_MS),
                    MessageState::Failed { why, .. } => {
                        matches!(why, SendFailure::NoAddress | SendFailure::NoGateway)
                    }
                    _ => false,
                }
        };
        let says = |m: &Message| {
            matches!(m.kind(), MessageKind::Instructions | MessageKind::Update) && m.waits() && unposted(m)
        };
        if notify == Notify::Visitor
            && self.messages(about, says).is_empty()
            && let Some(channel) = self.ledger.channel(about)
        {
            self.message(about, MessageKind::Update, channel);
        }
    }

    /// What was not sent yet is not wanted any more; the visitor is told of the revocation, or not.
    pub(super) fn after_revocation(&mut self, id: BookingId, notify: Notify) {
        let about = Subject::Booking(id);
        let knows = self.was_told(id);
        // What was given up is over already.
        for message in self.messages(about, |m| !matches!(m.state(), MessageState::GivenUp { .. })) {
            self.drop_message(message);
        }
        // Whoever was never told of the booking need not hear that it is revoked.
        if notify == Notify::Visitor
            && let Some(channel) = self.ledger.channel(about).filter(|_| knows)
        {
            self.message(about, MessageKind::Revocation, channel);
        }
    }

    /// What a revocation dropped is wanted again, now that it is taken back.
    pub(super) fn restore_messages(&mut self, id: BookingId, revocation: Stamp) {
        let about = Subject::Booking(id);
        let dropped = |m: &Message| m.state() == MessageState::Dropped && m.since().clock == revocation.clock;
        for message in self.messages(about, dropped) {
            self.set_message(message, MessageState::ToDo);
        }
        // One that was made with the revocation says what is not so any more.
        let told = |m: &Message| m.kind() == MessageKind::Revocation && m.made_at().clock == revocation.clock;
        for message in self.messages(about, told) {
            self.drop_message(message);
        }
    }

    /// Sends the instructions again, in the booking's own channel, one hour after it was made or they were last sent.
    pub(super) fn resend(&mut self, about: Subject) -> Result<(), Refusal> {
        let (thing, kind) = match about {
            Subject::Booking(id) => (Thing::Booking(id), MessageKind::Instructions),
            Subject::Alias(id) => (Thing::Alias(id), MessageKind::AliasInstructions),
        };
        let from = self.ledger.resend_from(about).ok_or(Refusal::Unknown(thing))?;
        match about {
            Subject::Booking(id) if self.ledger.booking(id).is_some_and(|b| b.revoked().is_some()) => {
                return Err(Refusal::Revoked);
            }
            Subject::Alias(id) if self.ledger.alias(id).is_some_and(|a| a.retired().is_some()) => {
                return Err(Refusal::AliasRetired);
            }
            _ => {}
        }
        let channel = self.ledger.channel(about).ok_or(Refusal::NoChannel)?;
        if let Some(waiting) = self.messages(about, |m| m.kind() == kind && m.waits()).first() {
            return Err(Refusal::StillWaiting(*waiting));
        }
        if self.context.now < from {
            return Err(Refusal::TooSoon { from });
        }
        self.message(about, kind, channel);
        Ok(())
    }

    /// Asks the visitor of a booking that has the key to bring it back.
    pub(super) fn remind_now(&mut self, id: BookingId) -> Result<(), Refusal> {
        let about = Subject::Booking(id);
        self.ledger.booking(id).ok_or(Refusal::Unknown(Thing::Booking(id)))?;
        self.ledger.possession(id).filter(|held| held.returned.is_none()).ok_or(Refusal::NotOut)?;
        let channel = self.ledger.channel(about).ok_or(Refusal::NoChannel)?;
        if let Some(waiting) = self.messages(about, |m| m.kind() == MessageKind::Overdue && m.waits()).first() {
            return Err(Refusal::StillWaiting(*waiting));
        }
        if let Some(from) = self.ledger.remind_from(id).filter(|from| self.context.now < *from) {
            return Err(Refusal::TooSoon { from });
        }
        self.message(about, MessageKind::Overdue, channel);
        Ok(())
    }

    /// Makes every return key reminder that is due and was not made yet, and at once those that a gateway keeps until
    /// they are; drops those whose booking moved or ended well. Doing it twice does it once.
    pub(super) fn tend_reminders(&mut self) {
        let ledger = self.ledger;
        let context = self.context;
        let due = |about| match about {
            Subject::Booking(id) => ledger.reminder_of(id, context),
            Subject::Alias(_) => None,
        };
        let mut dropped = Set::default();
        for (id, message) in ledger.messages().filter(|(_, message)| message.kind() == MessageKind::Reminder) {
            let kept = message.state() == MessageState::HandedOver && self.is_kept(message);
            if due(message.about()) != Some(message.due()) || (kept && ledger.is_outdated(message)) {
                self.drop_message(id);
                dropped.insert(id);
            }
        }
        for (id, _) in ledger.bookings().filter(|(_, booking)| booking.reminder()) {
            let about = Subject::Booking(id);
            let Some(due) = due(about).filter(|due| !ledger.asked_too_late(id, *due, context.now)) else { continue };
            // Of one that a gateway did not call back nobody knows: better reminded twice than never.
            let unwanted = |state| {
                matches!(state, MessageState::Dropped | MessageState::Recalled | MessageState::NotRecalled { .. })
            };
            let wanted = |m: &Message| !unwanted(m.state()) || ledger.is_declined(id, m);
            let made = |m: &Message| m.kind() == MessageKind::Reminder && m.due() == due && wanted(m);
            if self.messages(about, made).iter().any(|made| !dropped.contains(*made)) {
                continue;
            }
            let Some(channel) = ledger.channel(about) else { continue };
            if due <= context.now || self.means(channel) == Means::Gateway {
                let late = due.plus_ms(LATE_AFTER_MS) < context.now;
                self.message_for(about, MessageKind::Reminder, channel, due, late);
            }
        }
    }

    pub(super) fn move_message(&mut self, id: MessageId, to: MessageState) -> Result<(), Refusal> {
        let message = self.ledger.message(id).ok_or(Refusal::Unknown(Thing::Message(id)))?;
        let from = message.state();
        let may = match (from, to) {
            // What is over stays over; what was called back can only be dropped, or the gateway does not take that.
            // What was dropped while it was on its way to the gateway is called back.
            (MessageState::Dropped, to) => to == MessageState::Recalled && self.is_kept(message),
            (MessageState::Sent, _) => false,
            (MessageState::Recalled, to) => matches!(to, MessageState::Dropped | MessageState::NotRecalled { .. }),
            (MessageState::NotRecalled { .. }, to) => {
                to == MessageState::Dropped || (to == MessageState::Recalled && self.is_kept(message))
            }
            (_, MessageState::Recalled | MessageState::NotRecalled { .. }) => false,
            _ => true,
        };
        if !may || from == to {
            return Err(Refusal::NoSuchMove { from, to });
        }
        self.set_message(id, to);
        Ok(())
    }

    pub(super) fn change_messaging(
        &mut self,
        settings: &MessagingSettings,
        secret: Option<&SigningSecret>,
    ) -> Result<(), Refusal> {
        let by_gateway = settings.email == Means::Gateway || settings.sms == Means::Gateway;
        if by_gateway && (settings.gateway.is_none() || secret.or(self.ledger.gateway_secret()).is_none()) {
            return Err(Refusal::NoGateway);
        }
        if secret.is_none() && self.ledger.messaging() == *settings {
            return Err(Refusal::NothingToDo);
        }
        let by = self.write(FactBody::MessagingChanged { settings: settings.clone() });
        if let Some(secret) = secret {
            let stamp = self.stamp(by);
            self.decision.particulars.push(Particulars::GatewaySecret { stamp, secret: Some(secret.clone()) });
        }
        Ok(())
    }

    pub(super) fn change_template(&mut self, name: TemplateName, text: Option<&TemplateText>) -> Result<(), Refusal> {
        if self.ledger.template(name) == text {
            return Err(Refusal::NothingToDo);
        }
        let TemplateName { language, kind, part } = name;
        self.write(FactBody::TemplateChanged { language, kind, part, text: text.cloned() });
        Ok(())
    }

    /// Takes something back by another command, and the messages that it made as far as they have not gone out. Whoever was
    /// told is told how it is now.
    pub(super) fn take_back(&mut self, command: &Command, messages: &[MessageId]) -> Result<(), Refusal> {
        carry_out(self, command)?;
        // Where somebody moved the booking again, the messages tell of that.
        if let Command::RestoreTerms(id, change) = command
            && !change.stands(&self.terms(*id)?)
        {
            return Ok(());
        }
        for id in messages {
            self.drop_message(*id);
        }
        let told = messages.iter().filter_map(|id| self.ledger.message(*id)).find(|m| m.went_out());
        if let Some(about @ Subject::Booking(_)) = told.map(Message::about)
            && let Some(channel) = self.ledger.channel(about)
        {
            self.message(about, MessageKind::Update, channel);
        }
        Ok(())
    }
}
