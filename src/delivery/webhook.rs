//! What a gateway is sent: JSON, signed as the Standard Webhooks specification 1.0.0 says.
//!
//! A request has three headers beside its body: `webhook-id`, the same for every attempt at one message, so that a gateway
//! knows one that it has had; `webhook-timestamp`, the moment of the attempt; `webhook-signature`.

use std::fmt;

use base64ct::{Base64, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::json::Object;
use super::message::Rendered;
use crate::domain::message::{SecretError, SigningSecret};
use crate::domain::{Channel, Instant, Language, MessageKind, Secret};

/// What a signing secret begins with as a text.
const PREFIX: &str = "whsec_";

impl SigningSecret {
    /// Reads a secret as a gateway or [`SigningSecret::text`] gives it: `whsec_` and base64 with its padding.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let base64 = text.trim().strip_prefix(PREFIX).ok_or(SecretError::Prefix)?;
        Self::from_bytes(Base64::decode_vec(base64).map_err(|_| SecretError::Base64)?)
    }

    /// The secret as a text: to show once, to who sets the gateway up.
    pub fn text(&self) -> Secret<String> {
        Secret::new([PREFIX, &Base64::encode_string(self.expose())].concat())
    }

    /// The signature of a request: `v1,` and the base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`. The id has no dot;
    /// the timestamp is in whole seconds since 1970.
    pub fn sign(&self, id: &str, timestamp_seconds: i64, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.expose()).expect("HMAC takes a key of any length");
        for part in [id, ".", &timestamp_seconds.to_string(), ".", body] {
            mac.update(part.as_bytes());
        }
        ["v1,", &Base64::encode_string(&mac.finalize().into_bytes())].concat()
    }

    /// The headers of an attempt at a moment, besides `content-type: application/json`.
    pub fn headers(&self, id: &str, at: Instant, body: &str) -> [(&'static str, String); 3] {
        let seconds = at.ms().div_euclid(1000);
        [
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", self.sign(id, seconds, body)),
        ]
    }
}

/// A message for a gateway to send.
#[derive(Clone, Copy)]
pub struct Send<'a> {
    /// The message's id, as in the header: by it a cancellation finds the message.
    pub id: &'a str,
    /// What it is for.
    pub kind: MessageKind,
    /// How it goes to the visitor.
    pub channel: Channel,
    /// The e-mail address, or the mobile number in E.164.
    pub to: &'a str,
    /// The visitor's name.
    pub name: &'a str,
    /// The language it is written in.
    pub language: Language,
    /// Its words.
    pub words: &'a Rendered,
    /// When the gateway is to send it; at once when nothing is said.
    pub send_at: Option<Instant>,
    /// Whether it comes later than it was due.
    pub late: bool,
    /// The organization's name.
    pub organization: &'a str,
}

impl Send<'_> {
    /// The body of a `message.send`, made at a moment. Fields that say nothing are left out: `subject`, `send_at`, `late`.
    pub fn body(&self, at: Instant) -> String {
        let mut data = Object::new();
        data.text("id", self.id);
        data.text("kind", self.kind.name());
        let channel = match self.channel {
            Channel::Email => "email",
            Channel::Sms => "sms",
        };
        data.text("channel", channel);
        data.text("to", self.to);
        data.text("name", self.name);
        data.text("language", self.language.tag());
        if let Some(subject) = &self.words.subject {
            data.text("subject", subject);
        }
        data.text("text", &self.words.text);
        if let Some(send_at) = self.send_at {
            data.text("send_at", &send_at.to_string());
        }
        if self.late {
            data.yes("late");
        }
        data.text("organization", self.organization);
        event("message.send", at, data)
    }
}

/// It holds a name, a contact and a code: never printed.
impl fmt::Debug for Send<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Send(…)")
    }
}

/// The body of a `message.cancel`, made at a moment: the message of that id, which was for later, is not to be sent.
pub fn cancel_body(id: &str, at: Instant) -> String {
    let mut data = Object::new();
    data.text("id", id);
    event("message.cancel", at, data)
}

/// An event as the specification shapes it: type, timestamp, data.
fn event(kind: &str, at: Instant, data: Object) -> String {
    let mut event = Object::new();
    event.text("type", kind);
    event.text("timestamp", &at.to_string());
    event.object("data", data);
    event.end()
}

#[cfg(test)]
mod tests;
