//! Messages to visitors, in words.

use crate::domain::{MessageKind, SendFailure};
use crate::journal::fact::MessageState;
use crate::ui::kit::StateKind;

/// What a message is for.
pub const fn kind(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Instructions => "Access instructions",
        MessageKind::Update => "An update",
        MessageKind::Reminder => "The return key reminder",
        MessageKind::Revocation => "Notice of the revocation",
        MessageKind::AliasInstructions => "An alias code",
        MessageKind::Overdue => "A request to bring the key back",
    }
}

/// How far a message is, as the end of a sentence about it.
pub fn moved(state: MessageState) -> String {
    match state {
        MessageState::ToDo => "to be sent again".to_owned(),
        MessageState::HandedOver => "handed over".to_owned(),
        MessageState::Sent => "sent".to_owned(),
        MessageState::Failed { why, .. } => format!("not sent, {}; it will be tried again", failure(why)),
        MessageState::GivenUp { why } => format!("given up, {}", failure(why)),
        MessageState::Dropped => "no longer wanted".to_owned(),
        MessageState::Recalled => "called back from the gateway".to_owned(),
    }
}

/// How far a message is, as a mark.
pub const fn state(state: MessageState) -> (StateKind, &'static str) {
    match state {
        MessageState::ToDo => (StateKind::Waiting, "To do"),
        MessageState::HandedOver => (StateKind::Waiting, "Handed over"),
        MessageState::Sent => (StateKind::Live, "Sent"),
        MessageState::Failed { .. } => (StateKind::Wrong, "Failed"),
        MessageState::GivenUp { .. } => (StateKind::Wrong, "Given up"),
        MessageState::Dropped => (StateKind::Ended, "Not wanted"),
        MessageState::Recalled => (StateKind::Waiting, "Being called back"),
    }
}

/// Why a message did not go out, as half a sentence.
pub fn failure(why: SendFailure) -> String {
    match why {
        SendFailure::TimedOut => "because the gateway did not answer in time".to_owned(),
        SendFailure::Unreachable => "because the gateway could not be reached".to_owned(),
        SendFailure::Status(status) => format!("because the gateway answered {status}"),
        SendFailure::NoAddress => "because the visitor has no address for it".to_owned(),
        SendFailure::NoGateway => "because no gateway is set up".to_owned(),
        SendFailure::NotSent => "by what was said here".to_owned(),
    }
}
