//! What the visitor of a booking or an alias code is told, beside the rest that is known of it.

use crate::ui::prelude::*;

use super::{MessageMark, Sending, line, moment};
use crate::collections::sort_by;
use crate::domain::{Means, MessageId};
use crate::journal::desk::DeskError;
use crate::journal::fact::{MessageState, Subject};
use crate::journal::{Command, Refusal};
use crate::ui::edge::page;
use crate::ui::kit::*;
use crate::ui::state::App;
use crate::ui::words::{errors, messages};

/// The messages about something, the newest first, and one that waits for a hand above them.
#[component]
pub fn MessagesAbout(
    /// What they are about.
    about: Subject,
) -> impl IntoView {
    let app = App::here();
    let sending = Sending::here();
    let found = Derived::new(move || {
        app.view(|v| {
            let mut found: Vec<_> = v.ledger.messages_about(about).map(|(id, m)| (m.made_at(), id)).collect();
            sort_by(&mut found, |one, other| other.cmp(one));
            found.into_iter().map(|(_, id)| id).collect::<Vec<MessageId>>()
        })
    });
    view! {
        <ShowWhen when=move || !found.read().is_empty()>
            <Section title="Messages">
                <ul class="rows" aria-label="Messages about this">
                    {each(
                        move || found.get(),
                        |id| id.0.to_bits().into(),
                        move |id| {
                            let what = move || {
                                app.view(|v| v.ledger.message(id).map(|m| messages::kind(m.kind()))).unwrap_or_default()
                            };
                            let when =
                                move || app.view(|v| v.ledger.message(id).map(|m| line(&v, m))).unwrap_or_default();
                            view! {
                                <li class="rows-item">
                                    <button type="button" class="row-link row-button" on:click=move |_| sending.open(id)>
                                        <Row
                                            title=Signal::derive(move || what().to_owned())
                                            text=Signal::derive(when)
                                            icon=Icon::Mail
                                        >
                                            <MessageMark id />
                                        </Row>
                                        <Glyph icon=Icon::ChevronRight />
                                    </button>
                                </li>
                            }
                        },
                    )}
                </ul>
            </Section>
        </ShowWhen>
    }
}

/// That a message waits for a hand, with the way to send it.
#[component]
pub fn ToSend(
    /// What it is about.
    about: Subject,
) -> impl IntoView {
    let app = App::here();
    let sending = Sending::here();
    let waiting = Derived::new(move || {
        app.view(|v| {
            let by_hand = v.ledger.messages_about(about).filter(|(_, m)| m.means() == Means::Device);
            let open = by_hand.filter(|(_, m)| matches!(m.state(), MessageState::ToDo | MessageState::HandedOver));
            open.last().map(|(id, m)| (id, m.kind(), m.state()))
        })
    });
    move || {
        waiting.get().map(|(id, kind, state)| {
            let what = messages::kind(kind);
            let (title, text, label) = if state == MessageState::HandedOver {
                (format!("{what}: did it go out?"), "Your mail or SMS program was opened with it.", "Answer")
            } else {
                (format!("{what}: not sent yet"), "It goes out by this device’s own mail or SMS program.", "Send")
            };
            view! {
                <Notice title text>
                    <div class="cluster">
                        <Button label kind=ButtonKind::Primary icon=Icon::Send on_press=move || sending.open(id) />
                    </div>
                </Notice>
            }
        })
    }
}

/// Resend Access Instructions (rule 5): before an hour is over the button says from when.
#[component]
pub fn Resend(
    /// Of what.
    about: Subject,
) -> impl IntoView {
    view! { <Ask label="Resend Access Instructions" about ask=Command::Resend(about) /> }
}

/// A button that writes to the visitor by a command that an hour's rule guards: it says from when it can be pressed again.
/// What goes out by hand is opened at once, and one that waits already is opened instead of a second one.
#[component]
pub fn Ask(
    /// The name of the button.
    #[prop(into)]
    label: Signal<String>,
    /// How much it asks for attention.
    #[prop(optional)]
    kind: ButtonKind,
    /// About what.
    about: Subject,
    /// What makes the message.
    ask: Command,
) -> impl IntoView {
    let app = App::here();
    let sending = Sending::here();
    let toaster = Toaster::here();
    let busy = RwSignal::new(false);
    let ask = StoredValue::new(ask);
    // Looked at with every tick, so that the button comes to life by itself.
    let refused = Derived::new(move || {
        app.version();
        app.now();
        app.try_out(&ask.get_value()).and_then(Result::err)
    });
    let unavailable = Signal::derive(move || match refused.get() {
        Some(Refusal::TooSoon { from }) => Some(format!("Available from {}.", app.view(|v| moment(&v, about, from)))),
        Some(Refusal::StillWaiting(_)) | None => None,
        Some(refusal) => Some(errors::refusal(&refusal)),
    });
    let press = move || {
        if let Some(Refusal::StillWaiting(id)) = refused.get_untracked() {
            return sending.open(id);
        }
        busy.set(true);
        app.submit_then(ask.get_value(), move |result| {
            let _ = busy.try_set(false);
            match result {
                Ok(decision) => {
                    for id in decision.messages() {
                        let by_hand = app.peek(|v| v.ledger.message(id).is_some_and(|m| m.means() == Means::Device));
                        if by_hand {
                            sending.open(id);
                        } else {
                            toaster.say("The message goes to the gateway.");
                        }
                    }
                }
                Err(DeskError::Refused(Refusal::StillWaiting(id))) => sending.open(id),
                Err(error) => toaster.say(errors::desk(&error)),
            }
        });
    };
    view! { <Button label kind icon=Icon::Send busy unavailable on_press=press /> }
}

/// Copy Details: all that the visitor needs, in their language, to hand over by any way.
#[component]
pub fn CopyDetails(
    /// Of what.
    about: Subject,
) -> impl IntoView {
    let app = App::here();
    let page = page::of_visitors();
    let text = Signal::derive(move || app.view(|v| v.composer(&page).details(about)));
    view! { <CopyButton label="Copy Details" text said=Signal::stored("Details copied.".to_owned()) /> }
}
