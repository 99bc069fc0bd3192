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
        MessageState::NotRecalled { why } => format!("not called back, {}; it may go out all the same", failure(why)),
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
        MessageState::NotRecalled { .. } => (StateKind::Wrong, "Not called back"),
    }
}

/// Why a message that is not wanted any more may go out all the same, and when if that is still to come.
pub fn not_recalled(why: SendFailure, due: Option<&str>) -> String {
    let why = match why {
        SendFailure::Status(status) => format!("The gateway refused to call it back: it answered {status}."),
        _ => format!("It could not be called back {}.", failure(why)),
    };
    match due {
        Some(due) => format!("{why} It may still go out {due}."),
        None => format!("{why} It may have gone out."),
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
