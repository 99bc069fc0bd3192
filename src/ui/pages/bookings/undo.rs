//! Undo, for ten seconds: another command that takes back what was done, as a new fact.

use leptos::prelude::*;

use super::boxes::names;
use crate::domain::{BookingId, Means};
use crate::journal::command::Refusal;
use crate::journal::desk::DeskError;
use crate::journal::fact::Subject;
use crate::journal::queries::DeliveryState;
use crate::journal::{Command, Decision};
use crate::ui::kit::*;
use crate::ui::state::{App, View};
use crate::ui::words::{errors, people};

/// Says what was done, and offers to take it back: by a command, and with the messages that the decision made.
pub fn offer_undo(app: App, toaster: Toaster, said: String, back: Command, done: &Decision) {
    offer_command(app, toaster, said, Command::TakeBack(Box::new(back), done.messages().collect()));
}

/// Says what was done, and offers a command that takes all of it back.
pub fn offer_command(app: App, toaster: Toaster, said: String, back: Command) {
    let undo = move |()| {
        app.submit_then(back.clone(), move |result| match result {
            Ok(_) => toaster.say("Taken back."),
            Err(DeskError::Refused(Refusal::NothingToDo)) => {
                toaster.say("Nothing was taken back: it was changed again meanwhile.");
            }
            Err(error) => toaster.say(errors::desk(&error)),
        });
    };
    toaster.offer(said, "Undo", Callback::new(undo));
}

/// Who still has to learn of a change, as sentences after the one that says it was made. `moved` says that the visitor has to:
/// the key or the times are others.
pub fn to_learn(view: &View, id: BookingId, moved: bool) -> String {
    let deliveries = view.ledger.deliveries(id, view.zones, view.now).into_iter();
    let behind = deliveries.filter(|delivery| delivery.state != DeliveryState::Live);
    let boxes: Vec<String> = behind.map(|delivery| view.box_name(delivery.smartbox)).collect();
    let mut said = String::new();
    if !boxes.is_empty() {
        said.push_str(&format!(" {} must still be visited.", names(&boxes)));
    }
    if let Some((_, message)) = view.ledger.messages_about(Subject::Booking(id)).filter(|(_, m)| m.waits()).last() {
        let by = people::by(message.channel());
        said.push_str(&match message.means() {
            Means::Device => format!(" The message to the visitor, {by}, waits for you to send it."),
            Means::Gateway => format!(" The visitor is told {by}."),
        });
    } else if moved {
        said.push_str(" No message goes out: tell the visitor yourself.");
    }
    said
}
