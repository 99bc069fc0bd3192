//! What happened, fact by fact, in words.

use super::{messages, people, times};
use crate::domain::{AliasId, BookingId, BoxId, DeviceId, KeyId, LocationId};
use crate::journal::fact::{BookingChange, CodeFrom, Fact, FactBody, StatedPlace, Subject, Vocabulary};
use crate::smartbox::protocol::Event;
use crate::ui::kit::Icon;
use crate::ui::route::Route;
use crate::ui::state::View;

/// One thing that happened, as a line of the page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    /// A picture of its kind.
    pub icon: Icon,
    /// What happened, to what and whom.
    pub text: String,
    /// Where more of it can be seen.
    pub href: Option<Route>,
}

/// Who wrote a fact: a box for what it reported, else a device.
pub fn author(view: &View, fact: &Fact) -> String {
    match fact.body(Vocabulary::CURRENT) {
        Some(FactBody::BoxReported { smartbox, .. }) => view.box_name(smartbox),
        _ => {
            let device = fact.id.device();
            view.ledger.device(device).map_or_else(|| format!("Device {device}"), |d| d.name.to_string())
        }
    }
}

/// When it happened: by the box's clock for what a box reported.
pub fn when(fact: &Fact) -> crate::domain::Instant {
    match fact.body(Vocabulary::CURRENT) {
        Some(FactBody::BoxReported { event, .. }) => event.at,
        _ => fact.at.time(),
    }
}

/// What a fact says, in words.
pub fn fact(view: &View, fact: &Fact) -> Happened {
    let Some(body) = fact.body(Vocabulary::CURRENT) else {
        let text = "Something that a newer Latchbook wrote. It is kept, and shown after the update.".to_owned();
        return Happened { icon: Icon::Info, text, href: None };
    };
    let to = |icon, text, href| Happened { icon, text, href: Some(href) };
    let plain = |icon, text| Happened { icon, text, href: None };
    let booking = |id: BookingId| {
        let key = view.ledger.booking(id).map(|b| view.key_name(b.key())).unwrap_or_default();
        format!("{}’s booking of {key}", view.visitor_name(id))
    };
    match body {
        FactBody::OrganizationFounded { name, .. } => plain(Icon::Check, format!("{name} began.")),
        FactBody::OrganizationChanged { name, digits } => plain(
            Icon::Settings,
            format!("The organization is called {name}; new booking codes have {} digits.", digits.get()),
        ),
        FactBody::DeviceEnrolled { name, .. } => plain(Icon::Phone, format!("{name} joined.")),
        FactBody::LocationAdded { details } => {
            let href = Route::Location(LocationId(fact.id));
            to(Icon::MapPin, format!("{} was added.", details.name), href)
        }
        FactBody::LocationChanged { location, details } => {
            to(Icon::MapPin, format!("{} was edited.", details.name), Route::Location(location))
        }
        FactBody::BoxAdded { details } => {
            let place = view.location_name(details.location);
            to(Icon::Vault, format!("{} was added at {place}.", details.name), Route::SmartBox(BoxId(fact.id)))
        }
        FactBody::BoxChanged { smartbox, details } => {
            to(Icon::Vault, format!("{} was edited.", details.name), Route::SmartBox(smartbox))
        }
        FactBody::KeyAdded { details } => {
            to(Icon::Key, format!("The key {} was added.", details.name), Route::Key(KeyId(fact.id)))
        }
        FactBody::KeyChanged { key, details } => {
            to(Icon::Key, format!("The key {} was edited.", details.name), Route::Key(key))
        }
        FactBody::KeyStated { key, place } => {
            let place = match place {
                StatedPlace::Unaccounted => "is unaccounted for".to_owned(),
                StatedPlace::AtHand => "is at hand".to_owned(),
                StatedPlace::InBin(smartbox, bin) => format!("is in {}, bin {bin}", view.box_name(smartbox)),
            };
            let why = view.ledger.remark(fact.id).map(|why| format!(" “{why}”")).unwrap_or_default();
            to(Icon::Key, format!("{} {place}, somebody says.{why}", view.key_name(key)), Route::Key(key))
        }
        FactBody::VisitorAdded {} => {
            let name = view.ledger.visitor(crate::domain::VisitorId(fact.id)).map(|v| v.name.to_string());
            plain(Icon::User, format!("{} was added as a visitor.", name.unwrap_or_else(|| "Somebody".to_owned())))
        }
        FactBody::VisitorChanged { visitor } => {
            let name = view.ledger.visitor(visitor).map(|v| v.name.to_string());
            plain(Icon::User, format!("{}’s details were edited.", name.unwrap_or_else(|| "A visitor".to_owned())))
        }
        FactBody::BookingMade { key, source, .. } => {
            let id = BookingId(fact.id);
            let from = if source.is_some() { ", from a calendar" } else { "" };
            let span = view.booking_span(id);
            let text = format!("{} was booked for {}, {span}{from}.", view.key_name(key), view.visitor_name(id));
            to(Icon::Ticket, text, Route::booking(id))
        }
        FactBody::BookingChanged { booking: id, change } => {
            let text = format!("{} was edited{}.", booking(id), changed(view, &change));
            to(Icon::Pencil, text, Route::booking(id))
        }
        FactBody::BookingRevoked { booking: id } => {
            to(Icon::Ban, format!("{} was revoked.", booking(id)), Route::booking(id))
        }
        FactBody::RevocationWithdrawn { booking: id, .. } => {
            to(Icon::Check, format!("The revocation of {} was taken back.", booking(id)), Route::booking(id))
        }
        FactBody::AliasIssued { .. } => {
            let id = AliasId(fact.id);
            let whom = people::alias(view, id).map_or_else(String::new, |name| format!(" for {name}"));
            to(Icon::Hash, format!("An alias code was issued{whom}."), Route::Alias(id))
        }
        FactBody::AliasChanged { alias, .. } => {
            let whom = people::alias(view, alias).map_or_else(|| " for nobody yet".to_owned(), |n| format!(" for {n}"));
            to(Icon::Hash, format!("An alias code was edited: it is{whom}."), Route::Alias(alias))
        }
        FactBody::AliasRetired { alias } => {
            let whom = people::alias(view, alias).map_or_else(String::new, |name| format!(" of {name}"));
            to(Icon::Hash, format!("The alias code{whom} was retired."), Route::Alias(alias))
        }
        FactBody::MessageMade { about, kind, channel, .. } => {
            let what = messages::kind(kind);
            let how = people::by(channel);
            to(Icon::Mail, format!("{what} for {} {how} to be sent.", people::subject(view, about)), route(about))
        }
        FactBody::MessageMoved { message, state, .. } => {
            let Some(known) = view.ledger.message(message) else { return plain(Icon::Mail, String::new()) };
            let (what, whom) = (messages::kind(known.kind()), people::subject(view, known.about()));
            to(Icon::Mail, format!("{what} for {whom}: {}.", messages::moved(state)), route(known.about()))
        }
        FactBody::MessagingChanged { .. } => {
            to(Icon::Settings, "How visitors are written to was changed.".to_owned(), Route::Settings)
        }
        FactBody::TemplateChanged { language, kind, .. } => {
            let text = format!("The text of {} in {} was changed.", messages::kind(kind), people::language(language));
            to(Icon::Settings, text, Route::Settings)
        }
        FactBody::CalendarImported { key, made, moved, revoked, .. } => {
            let counts = [(made, "made"), (moved, "moved"), (revoked, "revoked")];
            let counts: Vec<String> =
                counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
            let text = format!("A calendar was imported for {}: bookings {}.", view.key_name(key), counts.join(", "));
            to(Icon::Upload, text, Route::Key(key))
        }
        FactBody::BoxReported { smartbox, event, .. } => {
            let (icon, text) = box_event(view, smartbox, &event.event);
            let href = match event.event {
                Event::PickUp { grant, .. } => Route::booking(BookingId(grant)),
                _ => Route::SmartBox(smartbox),
            };
            to(icon, text, href)
        }
        FactBody::BoxVisited { smartbox, confirmed, lost, carried, .. } => {
            let name = view.box_name(smartbox);
            let was = match carried {
                Some(at) => format!("A courier was at {name} {}", view.box_moment(at, smartbox)),
                None => format!("{name} was visited"),
            };
            let mut text = match confirmed.len() {
                0 => format!("{was}; it knew everything already."),
                1 => format!("{was}; it confirmed 1 change."),
                n => format!("{was}; it confirmed {n} changes."),
            };
            let missing: u64 = lost.iter().map(|(first, last)| last.saturating_sub(*first) + 1).sum();
            if missing > 0 {
                text.push_str(&format!(" It had lost {missing} of its events."));
            }
            to(Icon::Vault, text, Route::SmartBox(smartbox))
        }
        FactBody::OrganizationKeyed { .. } => plain(Icon::Key, "The organization got keys of its own.".to_owned()),
        FactBody::DeviceCertified { device, .. } => {
            plain(Icon::Settings, format!("{} got a credential.", device_name(view, device)))
        }
        FactBody::DeviceRevoked { device } => plain(Icon::Ban, format!("{} was revoked.", device_name(view, device))),
        FactBody::BoxPaired { smartbox, .. } => {
            to(Icon::Vault, format!("{} was paired.", view.box_name(smartbox)), Route::SmartBox(smartbox))
        }
        FactBody::BoxSent { smartbox, .. } => {
            let text = format!("What {} is owed was given to a courier.", view.box_name(smartbox));
            to(Icon::Send, text, Route::SmartBox(smartbox))
        }
    }
}

fn device_name(view: &View, device: DeviceId) -> String {
    view.ledger.device(device).map_or_else(|| "A device".to_owned(), |device| device.name.to_string())
}

/// Where what a message is about can be seen.
fn route(about: Subject) -> Route {
    match about {
        Subject::Booking(id) => Route::booking(id),
        Subject::Alias(id) => Route::Alias(id),
    }
}

fn changed(view: &View, change: &BookingChange) -> String {
    let mut parts = Vec::new();
    // Key, window and code are always written together, whichever of them changed.
    let key = change.key.map(|key| view.key_name(key));
    let window = change.window.map(|w| format!("{} – {}", times::exact(w.start()), times::exact(w.end())));
    match (key, window) {
        (Some(key), Some(window)) => parts.push(format!("now {key}, {window}")),
        (Some(text), None) | (None, Some(text)) => parts.push(format!("now {text}")),
        (None, None) => {}
    }
    if let Some(reminder) = change.reminder {
        parts.push(format!("return key reminder {}", if reminder { "on" } else { "off" }));
    }
    if matches!(change.code, Some(CodeFrom::Alias(_))) {
        parts.push("with an alias code".to_owned());
    }
    if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) }
}

fn box_event(view: &View, smartbox: crate::domain::BoxId, event: &Event) -> (Icon, String) {
    let name = view.box_name(smartbox);
    match event {
        Event::PickUp { grant, key, bin } => {
            let visitor = view.visitor_name(BookingId(*grant));
            (Icon::DoorOpen, format!("{visitor} picked up {} at {name}, bin {bin}.", view.key_name(*key)))
        }
        Event::DropOff { key, bin } => {
            (Icon::Check, format!("{} was returned to {name}, bin {bin}.", view.key_name(*key)))
        }
        other => (Icon::Vault, super::boxes::event(view, smartbox, other, &name)),
    }
}
