//! Messages to visitors, and what they are made from.

use super::{Ledger, Reg, paired, subject};
use crate::collections::Number;
use crate::domain::cbor::record;
use crate::domain::stamp::Stamp;
use crate::domain::{
    AliasId, BookingId, Channel, FactId, Instant, Language, Means, MessageId, MessageKind, MessagePart,
    MessagingSettings, Note, SendFailure, SigningSecret, TemplateText,
};
use crate::journal::Hlc;
use crate::journal::fact::{MessageState, Subject};

/// A message to a visitor, and how far it has come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    made: Stamp,
    about: Subject,
    kind: MessageKind,
    channel: Channel,
    means: Means,
    due: Instant,
    late: bool,
    moved: Option<Reg<MessageState>>,
    /// What the clock showed when it went out, where the stamp is ahead of that.
    on: Option<Instant>,
}

impl Message {
    pub(super) fn made(
        stamp: Stamp,
        about: Subject,
        kind: MessageKind,
        channel: Channel,
        means: Means,
        due: Instant,
        late: bool,
    ) -> Self {
        Self { made: stamp, about, kind, channel, means, due, late, moved: None, on: None }
    }

    pub(super) fn moved(&mut self, stamp: Stamp, state: MessageState, on: Option<Instant>) {
        Reg::write_optional(&mut self.moved, stamp, state);
        if self.since() == stamp {
            self.on = on.filter(|on| self.went_out() && on.ms() != 0);
        }
    }

    /// When it was made, and by which fact.
    pub fn made_at(&self) -> Stamp {
        self.made
    }

    /// What it is about.
    pub fn about(&self) -> Subject {
        self.about
    }

    /// What it is for.
    pub fn kind(&self) -> MessageKind {
        self.kind
    }

    /// By e-mail or SMS.
    pub fn channel(&self) -> Channel {
        self.channel
    }

    /// What carries it.
    pub fn means(&self) -> Means {
        self.means
    }

    /// When it is to go out.
    pub fn due(&self) -> Instant {
        self.due
    }

    /// Whether it was made too long after it was due.
    pub fn late(&self) -> bool {
        self.late
    }

    /// How far it has come.
    pub fn state(&self) -> MessageState {
        self.moved.as_ref().map_or(MessageState::ToDo, |moved| moved.value)
    }

    /// Whether nothing has become of it since it was made.
    pub fn is_new(&self) -> bool {
        self.moved.is_none()
    }

    /// When it came there.
    pub fn since(&self) -> Stamp {
        self.moved.as_ref().map_or(self.made, |moved| moved.stamp)
    }

    /// When it came there, by the clock of the device that says so: of what went out, never ahead of that clock.
    pub fn since_by_clock(&self) -> Instant {
        self.on.unwrap_or(Hlc::from_bits(self.since().clock).time())
    }

    /// Whether nobody has got hold of it yet: it goes out as things are then.
    pub fn waits(&self) -> bool {
        matches!(self.state(), MessageState::ToDo | MessageState::Failed { .. })
    }

    /// Whether it went out, as far as anyone can tell.
    pub fn went_out(&self) -> bool {
        matches!(self.state(), MessageState::HandedOver | MessageState::Sent)
    }

    /// The message as numbers; see `ledger::rows`.
    pub(super) fn numbers(&self, id: MessageId) -> [u64; 10] {
        let (about, of) = match self.about {
            Subject::Booking(id) => (0, id.0),
            Subject::Alias(id) => (1, id.0),
        };
        let flag = |set: bool, place: u32| u64::from(set) << place;
        let what = flag(self.channel == Channel::Sms, 0)
            | flag(self.means == Means::Gateway, 1)
            | flag(self.late, 2)
            | flag(self.moved.is_some(), 3)
            | about << 4
            | (self.kind as u64) << 5;
        let (state, why, attempts, again) = match self.state() {
            MessageState::ToDo => (0, 0, 0, Instant::from_ms(0)),
            MessageState::HandedOver => (1, 0, 0, self.on.unwrap_or(Instant::from_ms(0))),
            MessageState::Sent => (2, 0, 0, self.on.unwrap_or(Instant::from_ms(0))),
            MessageState::Failed { why, attempts, again } => (3, number(why), attempts, again),
            MessageState::GivenUp { why } => (4, number(why), 0, Instant::from_ms(0)),
            MessageState::Dropped => (5, 0, 0, Instant::from_ms(0)),
            MessageState::Recalled => (6, 0, 0, Instant::from_ms(0)),
            MessageState::NotRecalled { why } => (7, number(why), 0, Instant::from_ms(0)),
        };
        let since = self.since();
        [
            id.0.to_bits(),
            self.made.clock,
            what,
            of.to_bits(),
            self.due.ms().cast_unsigned(),
            state | u64::from(attempts) << 8,
            since.clock,
            since.by.to_bits(),
            why,
            again.ms().cast_unsigned(),
        ]
    }

    /// The message that [`Message::numbers`] wrote; nothing for other numbers.
    pub(super) fn of_numbers(numbers: [u64; 10]) -> Option<(MessageId, Self)> {
        let [id, made, what, of, due, state, clock, by, why, again] = numbers;
        let (id, of) = (FactId::from_bits(id), FactId::from_bits(of));
        let set = |place: u32| what >> place & 1 == 1;
        let time = |number: u64| Instant::from_ms(number.cast_signed());
        let state = match state & 0xFF {
            0 => MessageState::ToDo,
            1 => MessageState::HandedOver,
            2 => MessageState::Sent,
            3 => MessageState::Failed {
                why: failure(why)?,
                attempts: u8::try_from(state >> 8).ok()?,
                again: time(again),
            },
            4 => MessageState::GivenUp { why: failure(why)? },
            5 => MessageState::Dropped,
            6 => MessageState::Recalled,
            7 => MessageState::NotRecalled { why: failure(why)? },
            _ => return None,
        };
        let on = matches!(state, MessageState::HandedOver | MessageState::Sent) && again != 0;
        let message = Self {
            made: Stamp { clock: made, by: id },
            about: if set(4) { Subject::Alias(AliasId(of)) } else { Subject::Booking(BookingId(of)) },
            kind: *MessageKind::ALL.get(usize::try_from(what >> 5).ok()?)?,
            channel: if set(0) { Channel::Sms } else { Channel::Email },
            means: if set(1) { Means::Gateway } else { Means::Device },
            due: time(due),
            late: set(2),
            moved: set(3).then_some(Reg { stamp: Stamp { clock, by: FactId::from_bits(by) }, value: state }),
            on: on.then(|| time(again)),
        };
        Some((MessageId(id), message))
    }
}

const fn number(why: SendFailure) -> u64 {
    match why {
        SendFailure::TimedOut => 0,
        SendFailure::Unreachable => 1,
        SendFailure::NoAddress => 2,
        SendFailure::NoGateway => 3,
        SendFailure::NotSent => 4,
        SendFailure::Status(status) => 0x1_0000 | status as u64,
    }
}

fn failure(number: u64) -> Option<SendFailure> {
    Some(match number {
        0 => SendFailure::TimedOut,
        1 => SendFailure::Unreachable,
        2 => SendFailure::NoAddress,
        3 => SendFailure::NoGateway,
        4 => SendFailure::NotSent,
        0x1_0000..=0x1_FFFF => SendFailure::Status(number as u16),
        _ => return None,
    })
}

/// Which text of the organization's own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TemplateName {
    /// In which language.
    pub language: Language,
    /// For which kind of message.
    pub kind: MessageKind,
    /// For which part.
    pub part: MessagePart,
}
record!(TemplateName { language, kind, part });

impl Number for TemplateName {
    fn number(self) -> u64 {
        (self.language as u64) << 16 | (self.kind as u64) << 8 | self.part as u64
    }

    fn from_number(number: u64) -> Self {
        let at = |shift: u32| (number >> shift & 0xFF) as usize;
        Self {
            language: Language::ALL[at(16) % Language::ALL.len()],
            kind: MessageKind::ALL[at(8) % MessageKind::ALL.len()],
            part: MessagePart::ALL[at(0) % MessagePart::ALL.len()],
        }
    }
}

impl Ledger {
    /// The messages, oldest first within a device.
    pub fn messages(&self) -> impl Iterator<Item = (MessageId, &Message)> {
        self.state.messages.iter()
    }

    /// A message.
    pub fn message(&self, id: MessageId) -> Option<&Message> {
        self.state.messages.get(id)
    }

    /// The messages about a booking or alias code, oldest first within a device.
    pub fn messages_about(&self, about: Subject) -> impl Iterator<Item = (MessageId, &Message)> {
        let found = paired(self.index.by_subject(&self.state), subject(about).to_bits()).map(MessageId);
        found.filter_map(|id| Some((id, self.message(id)?)))
    }

    /// How the organization writes to its visitors.
    pub fn messaging(&self) -> MessagingSettings {
        self.state.messaging.as_ref().map(|reg| reg.value.clone()).unwrap_or_default()
    }

    /// The organization's own text for a part of a message; nothing where it has none.
    pub fn template(&self, name: TemplateName) -> Option<&TemplateText> {
        self.state.templates.get(name)?.value.as_ref()
    }

    /// The secret with which messages to the gateway are signed.
    pub fn gateway_secret(&self) -> Option<&SigningSecret> {
        self.state.gateway_secret.as_ref()?.value.as_ref()
    }

    /// What somebody wrote about what a fact says.
    pub fn remark(&self, fact: FactId) -> Option<&Note> {
        self.state.remarks.get(fact)?.value.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DeviceId;

    #[test]
    fn a_message_survives_being_numbers() {
        let id = |counter| FactId::new(DeviceId(7), counter);
        let stamp = |counter| Stamp { clock: u64::from(counter) << 16, by: id(counter) };
        let whys = [
            SendFailure::TimedOut,
            SendFailure::Unreachable,
            SendFailure::Status(503),
            SendFailure::NoAddress,
            SendFailure::NoGateway,
            SendFailure::NotSent,
        ];
        let states = [
            MessageState::ToDo,
            MessageState::HandedOver,
            MessageState::Sent,
            MessageState::Dropped,
            MessageState::Recalled,
        ];
        let failed = whys.map(|why| MessageState::Failed { why, attempts: 3, again: Instant::from_ms(-5) });
        let given_up = whys.map(|why| MessageState::GivenUp { why });
        let not_recalled = whys.map(|why| MessageState::NotRecalled { why });
        for kind in MessageKind::ALL {
            for state in states.into_iter().chain(failed).chain(given_up).chain(not_recalled).map(Some).chain([None]) {
                for (channel, means, about) in [
                    (Channel::Email, Means::Gateway, Subject::Booking(BookingId(id(3)))),
                    (Channel::Sms, Means::Device, Subject::Alias(AliasId(id(4)))),
                ] {
                    let late = means == Means::Device;
                    let mut message = Message::made(stamp(9), about, kind, channel, means, Instant::from_ms(17), late);
                    let on = (kind == MessageKind::Instructions).then_some(Instant::from_ms(23));
                    state.into_iter().for_each(|state| message.moved(stamp(11), state, on));
                    let name = MessageId(id(9));
                    assert_eq!(Message::of_numbers(message.numbers(name)), Some((name, message)));
                }
            }
        }
        assert_eq!(Message::of_numbers([u64::MAX; 10]), None);
    }

    #[test]
    fn a_templates_name_survives_being_a_number() {
        for language in Language::ALL {
            for kind in MessageKind::ALL {
                for part in MessagePart::ALL {
                    let name = TemplateName { language, kind, part };
                    assert_eq!(TemplateName::from_number(name.number()), name);
                }
            }
        }
    }
}
