//! Visitors and how they are reached, in words.

use crate::domain::{Channel, Language};

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
