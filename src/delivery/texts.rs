//! The texts that come with the app, one file a language.
//!
//! In each, the visitor is addressed formally, as is usual in hospitality. How e-mails and Copy Details are put together
//! stands here, once; a language brings whole lines and paragraphs. No SMS has `{url}`: a message of its own for the
//! address alone costs more than it tells. An organization's own text may have it.

/// A language's words, put together as [`Texts`]. Lines with a value are given whole: languages differ in what stands
/// around one.
macro_rules! texts {
    (
        greeting: $greeting:literal,
        farewell: $farewell:literal,
        key: $key:literal,
        code: $code:literal,
        start: $start:literal,
        end: $end:literal,
        location: $location:literal,
        directions: $directions:literal,
        hours: $hours:literal,
        url: $url:literal,
        pick_up: $pick_up:literal,
        give_back: $give_back:literal,
        instructions: ($how:literal, $how_words:literal, $how_sms:literal),
        update: ($new:literal, $new_words:literal, $new_sms:literal),
        reminder: ($remind:literal, $remind_words:literal, $remind_sms:literal),
        revocation: ($revoked:literal, $revoked_words:literal, $revoked_sms:literal),
        alias_instructions: ($alias:literal, $alias_words:literal, $alias_sms:literal),
        overdue: ($late:literal, $late_words:literal, $late_sms:literal $(,)?) $(,)?
    ) => {
        pub(super) const TEXTS: super::Texts = super::Texts {
            messages: [
                [
                    $how,
                    concat!(
                        $greeting,
                        "\n\n",
                        $how_words,
                        "\n\n",
                        $key,
                        "\n",
                        $code,
                        "\n[[",
                        $start,
                        "]]\n[[",
                        $end,
                        "]]\n[[",
                        $location,
                        "]]\n[[{address}]]\n[[",
                        $directions,
                        "]]\n[[",
                        $hours,
                        "]]\n\n",
                        $pick_up,
                        "\n\n",
                        $give_back,
                        "\n\n[[",
                        $url,
                        "]]\n\n",
                        $farewell
                    ),
                    $how_sms,
                ],
                [
                    $new,
                    concat!(
                        $greeting,
                        "\n\n",
                        $new_words,
                        "\n\n",
                        $key,
                        "\n[[",
                        $code,
                        "]]\n[[",
                        $start,
                        "]]\n[[",
                        $end,
                        "]]\n[[",
                        $location,
                        "]]\n[[{address}]]\n[[",
                        $directions,
                        "]]\n[[",
                        $hours,
                        "]]\n\n[[",
                        $url,
                        "]]\n\n",
                        $farewell
                    ),
                    $new_sms,
                ],
                [
                    $remind,
                    concat!(
                        $greeting,
                        "\n\n",
                        $remind_words,
                        "\n\n",
                        $key,
                        "\n[[",
                        $end,
                        "]]\n\n",
                        $give_back,
                        "\n\n",
                        $farewell
                    ),
                    $remind_sms,
                ],
                [
                    $revoked,
                    concat!($greeting, "\n\n", $revoked_words, "\n\n", $key, "\n\n", $give_back, "\n\n", $farewell),
                    $revoked_sms,
                ],
                [
                    $alias,
                    concat!(
                        $greeting,
                        "\n\n",
                        $alias_words,
                        "\n\n",
                        $code,
                        "\n[[",
                        $location,
                        "]]\n[[{address}]]\n[[",
                        $directions,
                        "]]\n[[",
                        $hours,
                        "]]\n\n",
                        $pick_up,
                        "\n\n",
                        $give_back,
                        "\n\n",
                        $farewell
                    ),
                    $alias_sms,
                ],
                [
                    $late,
                    concat!(
                        $greeting,
                        "\n\n",
                        $late_words,
                        "\n\n",
                        $key,
                        "\n[[",
                        $end,
                        "]]\n\n",
                        $give_back,
                        "\n\n",
                        $farewell
                    ),
                    $late_sms,
                ],
            ],
            one_time: concat!(
                $key,
                "\n[[",
                $start,
                "]]\n[[",
                $end,
                "]]\n",
                $code,
                "\n\n[[",
                $location,
                "]]\n[[{address}]]\n[[",
                $directions,
                "]]\n\n[[",
                $url,
                "]]"
            ),
            ongoing: concat!($key, "\n", $code),
        };
    };
}

mod de;
mod en;
mod es;
mod fr;
mod it;
mod ja;
mod nl;
mod pt;

use super::template::Template;
use crate::domain::Language;
use crate::domain::{MessageKind, MessagePart as Part};

/// What a language has: plain data, as it is in every download.
struct Texts {
    /// By [`MessageKind`]: subject, body and SMS, as [`Part`] has them.
    messages: [[&'static str; Part::ALL.len()]; MessageKind::ALL.len()],
    /// Copy Details of a one-time booking.
    one_time: &'static str,
    /// Copy Details of an ongoing access: the key's name and the code, and no URL.
    ongoing: &'static str,
}

const fn of(language: Language) -> &'static Texts {
    match language {
        Language::En => &en::TEXTS,
        Language::Fr => &fr::TEXTS,
        Language::Ja => &ja::TEXTS,
        Language::Es => &es::TEXTS,
        Language::Nl => &nl::TEXTS,
        Language::It => &it::TEXTS,
        Language::Pt => &pt::TEXTS,
        Language::De => &de::TEXTS,
    }
}

/// The text that a kind of message has in a language until the organization writes its own.
pub const fn default_text(language: Language, kind: MessageKind, part: Part) -> &'static str {
    of(language).messages[kind as usize][part as usize]
}

/// [`default_text`], as a template.
pub fn template(language: Language, kind: MessageKind, part: Part) -> Template {
    Template::of_own(default_text(language, kind, part))
}

/// What Copy Details says of a one-time booking, or of an ongoing access.
pub(super) fn details(language: Language, ongoing: bool) -> Template {
    let texts = of(language);
    Template::of_own(if ongoing { texts.ongoing } else { texts.one_time })
}

#[cfg(test)]
mod tests;
