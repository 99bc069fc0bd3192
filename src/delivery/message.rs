//! A message as it goes out.

use std::fmt;

use super::template::{Template, Values};
use super::texts;
use super::times::Style;
use crate::domain::cbor::record;
use crate::domain::{Channel, Language, MessageKind, MessagePart as Part};

/// A message's words, ready to go out.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The subject, on one line: of an e-mail alone.
    pub subject: Option<String>,
    /// The text; lines end with `\n`.
    pub text: String,
}
record!(Rendered { subject, text });

/// They hold a name and a code: never printed.
impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rendered(…)")
    }
}

/// A message's words for a channel: the organization's own templates, by [`Part`], where it has them, else those that
/// come with the app. `values` is asked for them as the channel has them written; what is sent and what is shown beforehand
/// come from here alike.
pub fn render(
    kind: MessageKind,
    language: Language,
    channel: Channel,
    own: [Option<&Template>; Part::ALL.len()],
    values: &dyn Fn(Style) -> Values,
) -> Rendered {
    let values = &values(if channel == Channel::Sms { Style::Short } else { Style::Long });
    let words = |part: Part| match own[part as usize] {
        Some(template) => template.render(values),
        None => texts::template(language, kind, part).render(values),
    };
    match channel {
        Channel::Email => Rendered {
            // A line break in a value would end the header.
            subject: Some(words(Part::Subject).replace(['\r', '\n'], " ")),
            text: words(Part::Body),
        },
        Channel::Sms => Rendered { subject: None, text: words(Part::Sms) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Placeholder, hex};
    use crate::domain::cbor::to_vec;

    #[test]
    fn the_golden_kinds_parts_and_words_stay() {
        assert_eq!(hex(&to_vec(&MessageKind::ALL.to_vec())), "86000102030405");
        assert_eq!(hex(&to_vec(&Part::ALL.to_vec())), "83000102");
        let words = Rendered { subject: Some("a".to_owned()), text: "b".to_owned() };
        assert_eq!(hex(&to_vec(&words)), "8261616162");
        assert_eq!(hex(&to_vec(&Rendered { subject: None, ..words })), "82f66162");
    }

    #[test]
    fn an_organizations_own_words_come_before_the_apps() {
        let own = Template::parse("Code {code}").expect("a template");
        let values = |_| Values::default().with(Placeholder::Code, "482 9137");
        let sms = |own| render(MessageKind::Instructions, Language::En, Channel::Sms, own, &values);
        assert_eq!(sms([None, None, Some(&own)]), Rendered { subject: None, text: "Code 482 9137".to_owned() });
        assert_ne!(sms([None, Some(&own), None]).text, "Code 482 9137");
    }

    #[test]
    fn an_sms_asks_for_short_values_and_an_email_for_long_ones() {
        let own = Template::parse("{start}").expect("a template");
        let values = |style| Values::default().with(Placeholder::Start, &format!("{style:?}"));
        let text =
            |channel| render(MessageKind::Update, Language::En, channel, [None, Some(&own), Some(&own)], &values);
        assert_eq!((&*text(Channel::Sms).text, &*text(Channel::Email).text), ("Short", "Long"));
    }

    #[test]
    fn a_subject_is_one_line_whatever_a_value_brings() {
        let own = Template::parse("Key {key}").expect("a template");
        let values = |_| Values::default().with(Placeholder::Key, "Van\r\nBcc: x");
        let mail = render(MessageKind::Update, Language::Pt, Channel::Email, [Some(&own), None, None], &values);
        assert_eq!(mail.subject.as_deref(), Some("Key Van  Bcc: x"));
    }
}
