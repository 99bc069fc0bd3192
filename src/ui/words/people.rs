//! Visitors and how they are reached, in words.

use crate::domain::{AliasId, Channel, Language};
use crate::journal::fact::Subject;
use crate::ui::state::View;

/// A language, in its own words.
pub const fn language(language: Language) -> &'static str {
    match language {
        Language::En => "English",
        Language::Fr => "Français",
        Language::Ja => "日本語",
        Language::Es => "Español",
        Language::Nl => "Nederlands",
        Language::It => "Italiano",
        Language::Pt => "Português",
        Language::De => "Deutsch",
    }
}

/// How a visitor is written to.
pub const fn channel(channel: Option<Channel>) -> &'static str {
    match channel {
        Some(Channel::Email) => "By e-mail",
        Some(Channel::Sms) => "By SMS",
        None => "Not reached by the app: hand the details over yourself",
    }
}

/// By what a message goes.
pub const fn by(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "by e-mail",
        Channel::Sms => "by SMS",
    }
}

/// For whom an alias code is; nothing while it is for nobody.
pub fn alias(view: &View, id: AliasId) -> Option<String> {
    let visitor = view.ledger.alias(id)?.visitor()?;
    Some(view.person(visitor))
}

/// Whom a message is for.
pub fn subject(view: &View, about: Subject) -> String {
    match about {
        Subject::Booking(id) => view.visitor_name(id),
        Subject::Alias(id) => alias(view, id).unwrap_or_else(|| "nobody yet".to_owned()),
    }
}
