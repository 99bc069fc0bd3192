//! Messages to visitors: what for, how they go out, and when the return key reminder is due.

use std::fmt;

use super::cbor::{self, Cbor, Failed, Reader, choices, newtype, record, variants};
use super::{BookingWindow, Instant, Secret, TimeOfDay, ZoneRules};

/// What a message is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum MessageKind {
    /// How to get the key: code, time, place.
    Instructions,
    /// That time, key or code changed.
    Update,
    /// The return key reminder (rule 6).
    Reminder,
    /// That the booking is revoked.
    Revocation,
    /// A code that will open for a key later.
    AliasInstructions,
    /// That a key should be back already.
    Overdue,
}
choices!(MessageKind {
    0 => Instructions,
    1 => Update,
    2 => Reminder,
    3 => Revocation,
    4 => AliasInstructions,
    5 => Overdue,
});

impl MessageKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Instructions, Self::Update, Self::Reminder, Self::Revocation, Self::AliasInstructions, Self::Overdue];

    /// What a gateway is told, and a person never.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Instructions => "instructions",
            Self::Update => "update",
            Self::Reminder => "reminder",
            Self::Revocation => "revocation",
            Self::AliasInstructions => "alias_instructions",
            Self::Overdue => "overdue",
        }
    }
}

/// What carries the messages of a channel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Means {
    /// The device's own mail or SMS program, filled in; a person presses Send there.
    #[default]
    Device,
    /// The organization's gateway.
    Gateway,
}
choices!(Means { 0 => Device, 1 => Gateway });

/// Where a gateway listens: an `https:` address; `http:` on this very device only.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct GatewayAddress(String);
newtype!(GatewayAddress(String) if |t| Self::fits(t), "a gateway's address");

impl GatewayAddress {
    /// Takes an address as typed. Without user, password and fragment, 2,000 characters at most.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::fits(text).then(|| Self(text.to_owned()))
    }

    fn fits(text: &str) -> bool {
        let rest = text.strip_prefix("https://").or_else(|| {
            let rest = text.strip_prefix("http://")?;
            let host = rest.split(['/', '?', ':']).next()?;
            matches!(host, "localhost" | "127.0.0.1").then_some(rest)
        });
        let host = rest.and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
        let plain =
            |c: char| c.is_ascii_graphic() && !matches!(c, '#' | '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '}');
        !host.is_empty()
            && !host.starts_with([':', '.'])
            && !host.contains('@')
            && text.len() <= 2_000
            && text.chars().all(plain)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text or bytes are no signing secret. Says nothing of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SecretError {
    /// It does not begin with `whsec_`.
    #[error("expected a signing secret, which begins with whsec_")]
    Prefix,
    /// What follows is no base64 (RFC 4648, section 4).
    #[error("expected base64 after whsec_")]
    Base64,
    /// It has not 24 to 64 bytes.
    #[error("expected 24 to 64 bytes, got {0}")]
    Length(usize),
}

/// What a gateway and this organization know, and nobody else: 24 to 64 random bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Secret<Vec<u8>>);

impl SigningSecret {
    /// A secret of these bytes, which must be random.
    ///
    /// # Errors
    /// When they are fewer than 24 or more than 64.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, SecretError> {
        match bytes.len() {
            24..=64 => Ok(Self(Secret::new(bytes))),
            length => Err(SecretError::Length(length)),
        }
    }

    /// The bytes.
    pub const fn expose(&self) -> &Vec<u8> {
        self.0.expose()
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

impl Cbor for SigningSecret {
    fn encode(&self, to: &mut Vec<u8>) {
        cbor::bytes::encode(self.0.expose(), to);
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
        let bytes = cbor::bytes::decode(from)?;
        Self::from_bytes(bytes).map_err(|_| from.fail("a signing secret"))
    }
}

/// How an organization writes to its visitors.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MessagingSettings {
    /// What carries e-mail.
    pub email: Means,
    /// What carries SMS.
    pub sms: Means,
    /// Where the gateway listens; without it nothing goes by gateway.
    pub gateway: Option<GatewayAddress>,
}
record!(MessagingSettings { email, sms, gateway });

/// The text of a template: 1 to 4,000 characters.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TemplateText(String);
newtype!(TemplateText(String) if |t| Self::fits(t), "a template's text");

impl TemplateText {
    /// The longest text, in characters.
    pub const LONGEST: usize = 4_000;

    /// Takes a text, if it is neither empty nor too long.
    pub fn new(text: &str) -> Option<Self> {
        Self::fits(text).then(|| Self(text.to_owned()))
    }

    fn fits(text: &str) -> bool {
        !text.trim().is_empty() && text.chars().count() <= Self::LONGEST
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which part of a message a template is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum MessagePart {
    /// The subject of an e-mail.
    Subject,
    /// The body of an e-mail.
    Body,
    /// An SMS.
    Sms,
}
choices!(MessagePart { 0 => Subject, 1 => Body, 2 => Sms });

impl MessagePart {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Subject, Self::Body, Self::Sms];
}

/// Why a message did not go out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SendFailure {
    /// The gateway did not answer in time.
    TimedOut,
    /// The gateway could not be reached.
    Unreachable,
    /// The gateway answered with this HTTP status.
    Status(u16),
    /// The visitor has no address for the channel any more.
    NoAddress,
    /// No gateway, or no signing secret, is set up.
    NoGateway,
    /// Somebody said that it did not go out.
    NotSent,
}
variants!(SendFailure {
    0 => TimedOut,
    1 => Unreachable,
    2 => Status(status),
    3 => NoAddress,
    4 => NoGateway,
    5 => NotSent,
});

/// The wall time at which the return key reminder is sent, on the day that the booking ends.
pub const REMINDER_AT: TimeOfDay = match TimeOfDay::new(9, 0) {
    Some(time) => time,
    None => unreachable!(),
};

/// How long before the end the return key reminder is sent at the latest, in ms.
pub const REMINDER_BEFORE_END_MS: i64 = 2 * 3_600_000;

/// When the return key reminder of a window is due (rule 6): 09:00 by the clocks of the home on the day that the booking
/// ends, or two hours before the end if that is earlier. When the clocks skip 09:00 that day, the moment they do.
pub fn reminder_due(window: BookingWindow, rules: &ZoneRules) -> Instant {
    let morning = window.end().date().at(REMINDER_AT);
    let morning = rules.start(morning).unwrap_or_else(|gap| gap.at);
    morning.min(window.instants(rules).1.plus_ms(-REMINDER_BEFORE_END_MS))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::sync::OnceLock;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::WallTime;
    use crate::domain::time::tests::rules;

    const ZONES: [&str; 5] =
        ["Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca"];

    /// The rules of the zones, read once: that takes longer than all the rest.
    fn known() -> &'static [ZoneRules] {
        static KNOWN: OnceLock<Vec<ZoneRules>> = OnceLock::new();
        KNOWN.get_or_init(|| ZONES.map(rules).to_vec())
    }

    fn window(start: &str, end: &str, rules: &ZoneRules) -> BookingWindow {
        let wall = |text| WallTime::parse(text).expect("a wall time");
        BookingWindow::new(wall(start), wall(end), rules).expect("a window")
    }

    fn due(zone: &str, end: &str) -> String {
        let rules = known().iter().find(|rules| rules.name().as_str() == zone).expect("one of them");
        let due = reminder_due(window("2026-01-01T00:30", end, rules), rules);
        rules.wall(due).to_string()
    }

    #[test]
    fn the_reminder_is_due_at_nine_on_the_day_it_ends() {
        for zone in ZONES {
            assert_eq!(due(zone, "2026-11-27T18:00"), "2026-11-27T09:00", "{zone}");
            assert_eq!(due(zone, "2026-11-27T11:00"), "2026-11-27T09:00", "{zone}");
        }
    }

    #[test]
    fn an_early_end_brings_it_forward_to_two_hours_before() {
        for zone in ZONES {
            assert_eq!(due(zone, "2026-11-27T10:30"), "2026-11-27T08:30", "{zone}");
            assert_eq!(due(zone, "2026-11-27T01:00"), "2026-11-26T23:00", "{zone}");
        }
    }

    #[test]
    fn two_hours_are_two_hours_over_a_clock_change() {
        // Lisbon goes back at 02:00 on 25 October 2026, so 03:00 is three hours after 01:00 summer time.
        assert_eq!(due("Europe/Lisbon", "2026-10-25T03:00"), "2026-10-25T01:00");
        // New York goes forward at 02:00 on 8 March 2026: 04:00 is two hours after 01:00.
        assert_eq!(due("America/New_York", "2026-03-08T04:00"), "2026-03-08T01:00");
        // Lord Howe goes forward by half an hour at 02:00 on 4 October 2026.
        assert_eq!(due("Australia/Lord_Howe", "2026-10-04T04:00"), "2026-10-04T01:30");
    }

    #[test]
    fn a_gateway_listens_on_a_safe_address() {
        for good in [
            "https://gateway.example.com/latchbook?x=1",
            "https://g.example:8443",
            "http://localhost:8080/in",
            "http://127.0.0.1/",
        ] {
            assert!(GatewayAddress::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "gateway.example.com",
            "http://gateway.example.com/",
            "https://",
            "https://:80",
            "https://a:b@example.com/",
            "https://example.com/#x",
            "https://example.com/a b",
            "ftp://example.com",
            "http://localhost.example.com/",
        ] {
            assert!(GatewayAddress::parse(bad).is_none(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn the_reminder_is_two_hours_before_the_end_or_at_nine_that_day(
            zone in 0..ZONES.len(),
            start in 29_400_000i64..29_980_000,
            length in 1i64..40_000,
        ) {
            // Minutes since 1970: from the end of 2025 on, over more than a year of clock changes.
            let rules = &known()[zone];
            let (start, end) = (WallTime::from_minutes(start), WallTime::from_minutes(start + length));
            if let Ok(window) = BookingWindow::new(start, end, rules) {
                let due = reminder_due(window, rules);
                let until = window.instants(rules).1;
                prop_assert!(due <= until.plus_ms(-REMINDER_BEFORE_END_MS));
                if due < until.plus_ms(-REMINDER_BEFORE_END_MS) {
                    prop_assert_eq!(rules.wall(due), end.date().at(REMINDER_AT));
                }
            }
        }
    }
}
