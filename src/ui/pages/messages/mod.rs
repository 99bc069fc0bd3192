//! Messages to visitors: what is to do, what failed, what went out.

mod about;
mod dialog;
mod settings;
mod templates;

use crate::ui::prelude::*;

pub use about::{Ask, CopyDetails, MessagesAbout, Resend, ToSend};
pub use dialog::{MessageDialog, Sending};
pub use settings::MessagingSettingsForm;

use crate::collections::sort_by;
use crate::domain::{FactId, Instant, Means, MessageId};
use crate::journal::fact::{MessageState, Subject};
use crate::journal::ledger::Message;
use crate::ui::kit::*;
use crate::ui::state::{App, View};
use crate::ui::words::{messages, people};

/// What the list shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shown {
    ToDo,
    Failed,
    UnderWay,
    Sent,
    All,
}

impl Shown {
    const ALL: [Self; 5] = [Self::ToDo, Self::Failed, Self::UnderWay, Self::Sent, Self::All];

    const fn name(self) -> &'static str {
        match self {
            Self::ToDo => "To do",
            Self::Failed => "Failed",
            Self::UnderWay => "Under way",
            Self::Sent => "Sent",
            Self::All => "All",
        }
    }

    fn shows(self, message: &Message, now: Instant) -> bool {
        let gateway = message.means() == Means::Gateway;
        let own = match message.state() {
            MessageState::ToDo if gateway => Self::UnderWay,
            MessageState::HandedOver if is_kept(message, now) => Self::UnderWay,
            MessageState::ToDo | MessageState::HandedOver => Self::ToDo,
            MessageState::Recalled => Self::UnderWay,
            MessageState::Failed { .. } | MessageState::GivenUp { .. } | MessageState::NotRecalled { .. } => {
                Self::Failed
            }
            MessageState::Sent => Self::Sent,
            MessageState::Dropped => Self::All,
        };
        self == Self::All || self == own
    }
}

/// Whether the gateway keeps a message that it is to send later.
fn is_kept(message: &Message, now: Instant) -> bool {
    message.state() == MessageState::HandedOver && is_for_later(message, now)
}

/// Whether it is a message that a gateway is to send later.
fn is_for_later(message: &Message, now: Instant) -> bool {
    message.means() == Means::Gateway && message.due() > now
}

/// How many messages want somebody: to be sent by hand, or because they did not go out.
pub fn waiting(view: &View) -> usize {
    let counts = counted(view);
    counts[Shown::ToDo as usize] + counts[Shown::Failed as usize]
}

/// How many messages each part of the list shows, in the order of [`Shown::ALL`].
fn counted(view: &View) -> [usize; Shown::ALL.len()] {
    let mut counts = [0; Shown::ALL.len()];
    for (_, message) in view.ledger.messages() {
        for (count, shown) in counts.iter_mut().zip(Shown::ALL) {
            *count += usize::from(shown.shows(message, view.now));
        }
    }
    counts
}

/// The messages, the newest first.
fn listed(view: &View, shown: Shown) -> Vec<MessageId> {
    let fitting = view.ledger.messages().filter(|(_, message)| shown.shows(message, view.now));
    let mut found: Vec<_> = fitting.map(|(id, message)| (message.made_at(), id)).collect();
    sort_by(&mut found, |one, other| other.cmp(one));
    found.into_iter().map(|(_, id)| id).collect()
}

/// The page.
#[component]
pub fn MessagesPage() -> impl IntoView {
    let app = App::here();
    let sending = Sending::here();
    let shown = RwSignal::new(if app.peek(|v| waiting(&v)) > 0 { Shown::ToDo } else { Shown::All });
    let found = Derived::new(move || {
        let shown = shown.get();
        app.view(|v| listed(&v, shown))
    });
    let at = move |index: usize| found.with(|found| found.get(index).copied());
    let counts = Derived::new(move || app.view(|v| counted(&v)));
    let chips = Shown::ALL
        .map(|shown| {
            let count = Signal::derive(move || counts.get()[shown as usize]);
            FilterChip::new(shown.name(), shown.name()).count(count)
        })
        .to_vec();
    let choose = move |name: String| {
        shown.set(Shown::ALL.into_iter().find(|shown| shown.name() == name).unwrap_or(Shown::All));
    };
    let empty = move || match shown.get() {
        Shown::ToDo => ("Nothing to send", "What visitors are to be told waits here until you send it."),
        Shown::Failed => {
            ("Nothing failed", "What did not go out, or could not be called back, shows here with the reason.")
        }
        Shown::UnderWay => ("Nothing under way", "What the gateway is given, now or for later, shows here."),
        Shown::Sent => ("Nothing sent yet", "What went out to visitors shows here."),
        Shown::All => ("No messages yet", "Make a booking for somebody with an e-mail address or a mobile number."),
    };
    view! {
        <div class="page page-list">
            <PageHead title="Messages" text="What visitors are told about their bookings, by e-mail and SMS." />
            <Filters
                label="Show"
                chips
                value=Signal::derive(move || shown.get().name().to_owned())
                on_choose=choose
            />
            <ShowWhen
                when=move || !found.read().is_empty()
                fallback=move || {
                    view! {
                        <Empty
                            icon=Icon::Messages
                            title=Signal::derive(move || empty().0.to_owned())
                            text=Signal::derive(move || empty().1.to_owned())
                        />
                    }
                }
            >
                <VirtualList
                    label="Messages"
                    count=Signal::derive(move || found.read().len())
                    id=move |index| at(index).map_or(0, |id| id.0.to_bits())
                    row=move |index| untrack(|| at(index)).map(|id| view! { <MessageFace id /> })
                    on_open=move |row: RowRef| sending.open(MessageId(FactId::from_bits(row.id)))
                />
            </ShowWhen>
        </div>
    }
}

/// What a message is, to whom, and how far it is.
#[component]
fn MessageFace(id: MessageId) -> impl IntoView {
    let app = App::here();
    let title = Derived::new(move || {
        app.view(|v| v.ledger.message(id).map(|m| people::subject(&v, m.about())).unwrap_or_default())
    });
    let text = Derived::new(move || {
        let line = |v: View| {
            let message = v.ledger.message(id)?;
            Some(format!("{} · {}", messages::kind(message.kind()), line(&v, message)))
        };
        app.view(line).unwrap_or_default()
    });
    view! {
        <Row title=Signal::derive(move || title.get()) text=Signal::derive(move || text.get()) icon=Icon::Mail>
            <MessageMark id />
        </Row>
    }
}

/// By what a message goes, and when it is or was due.
fn line(view: &View, message: &Message) -> String {
    let at = moment(view, message.about(), message.due());
    let late = if message.late() { ", late" } else { "" };
    format!("{}, {at}{late}", people::channel(Some(message.channel())))
}

/// A moment by the clocks of what a message is about.
fn moment(view: &View, about: Subject, at: Instant) -> String {
    match about {
        Subject::Booking(id) => match view.ledger.booking(id) {
            Some(booking) => view.moment(at, booking.key()),
            None => view.own_moment(at),
        },
        Subject::Alias(_) => view.own_moment(at),
    }
}

/// How far a message is.
#[component]
fn MessageMark(id: MessageId) -> impl IntoView {
    let app = App::here();
    let mark = Derived::new(move || {
        app.view(|v| v.ledger.message(id).map_or((StateKind::Plain, ""), |m| messages::state(m.state())))
    });
    view! {
        <StateMark kind=Signal::derive(move || mark.get().0) word=Signal::derive(move || mark.get().1.to_owned()) />
    }
}
