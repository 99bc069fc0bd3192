//! What was typed into the form of a booking, read once, with words for what is wrong.

use crate::domain::{
    BookingWindow, Channel, Country, EmailAddress, Instant, KeyId, Language, MobileNumber, Note, VisitorDetails,
    WallTime, WindowError, ZoneRules,
};
use crate::ui::forms;
use crate::ui::words::times;

/// What stands in the fields.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Typed {
    /// The key's id; empty when none is chosen.
    pub key: String,
    /// The visitor's name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their mobile number.
    pub mobile: String,
    /// A language's tag.
    pub language: String,
    /// Notes.
    pub notes: String,
}

/// All but the times, read.
#[derive(Clone, PartialEq, Debug)]
pub struct Terms {
    /// The key.
    pub key: KeyId,
    /// The visitor.
    pub visitor: VisitorDetails,
    /// Notes.
    pub notes: Option<Note>,
}

/// What is wrong, field by field.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Wrong {
    /// With the key.
    pub key: Option<String>,
    /// With the name.
    pub name: Option<String>,
    /// With the e-mail address.
    pub email: Option<String>,
    /// With the mobile number.
    pub mobile: Option<String>,
    /// With the notes.
    pub notes: Option<String>,
}

/// Reads everything but the times. A mobile number without its country's code is one of `country`; the address of a channel that
/// the booking's messages go by has to stay (rule 3).
pub fn terms(typed: &Typed, country: Option<Country>, channel: Option<Channel>) -> Result<Terms, Wrong> {
    let key = typed.key.parse::<KeyId>().map_err(|_| "Choose a key.".to_owned());
    let name = forms::name(&typed.name);
    let email = optional(&typed.email, |text| EmailAddress::parse(text).map_err(sentence))
        .and_then(|email| kept(email, channel == Some(Channel::Email)));
    let mobile = optional(&typed.mobile, |text| MobileNumber::parse_in(text, country).map_err(sentence))
        .and_then(|mobile| kept(mobile, channel == Some(Channel::Sms)));
    let notes = forms::note(&typed.notes);
    match (key, name, email, mobile, notes) {
        (Ok(key), Ok(name), Ok(email), Ok(mobile), Ok(notes)) => {
            let language = Language::from_tag(&typed.language).unwrap_or_default();
            Ok(Terms { key, visitor: VisitorDetails { name, email, mobile, language }, notes })
        }
        (key, name, email, mobile, notes) => Err(Wrong {
            key: key.err(),
            name: name.err(),
            email: email.err(),
            mobile: mobile.err(),
            notes: notes.err(),
        }),
    }
}

/// What may be left out, unless messages go there.
fn kept<T>(address: Option<T>, needed: bool) -> Result<Option<T>, String> {
    if needed && address.is_none() {
        return Err("This booking’s messages go here: it can be changed, and not left out.".to_owned());
    }
    Ok(address)
}

/// Reads a text that may be left out.
pub fn optional<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, String> {
    if text.trim().is_empty() { Ok(None) } else { read(text).map(Some) }
}

/// What a mobile number may look like.
pub fn mobile_hint(country: Option<Country>) -> String {
    let example = country.and_then(Country::example);
    example.map_or_else(
        || "With the country’s code: +351 912 345 678.".to_owned(),
        |example| format!("Such as {example}."),
    )
}

/// What is wrong, as a sentence.
pub fn sentence(error: impl std::fmt::Display) -> String {
    format!("{error}.")
}

/// What is wrong with one of the two times.
#[derive(Clone, PartialEq, Debug)]
pub struct TimeTrouble {
    /// In words.
    pub text: String,
    /// Times to take instead.
    pub offers: Vec<WallTime>,
    /// Whether nothing was typed yet: no trouble before somebody wants to save.
    pub empty: bool,
}

/// What is wrong with the times.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct WrongTimes {
    /// With the start.
    pub start: Option<TimeTrouble>,
    /// With the end.
    pub end: Option<TimeTrouble>,
}

/// Reads the two times by the clocks of the key's home.
pub fn window(start: &str, end: &str, rules: &ZoneRules) -> Result<BookingWindow, WrongTimes> {
    let read = |text: &str, skipped: &dyn Fn(WallTime) -> Option<TimeTrouble>| match WallTime::parse(text) {
        None => Err(TimeTrouble { text: "Choose a date and a time.".to_owned(), offers: Vec::new(), empty: true }),
        Some(wall) => skipped(wall).map_or(Ok(wall), Err),
    };
    let start = read(start, &|wall| rules.start(wall).err().map(|gap| skipped(gap, rules)));
    let end = read(end, &|wall| rules.end(wall).err().map(|gap| skipped(gap, rules)));
    match (start, end) {
        (Ok(start), Ok(end)) => BookingWindow::new(start, end, rules).map_err(|error| match error {
            WindowError::StartSkipped(gap) => WrongTimes { start: Some(skipped(gap, rules)), ..WrongTimes::default() },
            WindowError::EndSkipped(gap) => WrongTimes { end: Some(skipped(gap, rules)), ..WrongTimes::default() },
            WindowError::EndNotAfterStart { start, .. } => {
                let text = format!("Choose an end after the start, {}.", times::exact(start));
                WrongTimes { end: Some(TimeTrouble { text, offers: Vec::new(), empty: false }), ..Default::default() }
            }
        }),
        (start, end) => Err(WrongTimes { start: start.err(), end: end.err() }),
    }
}

/// Whether an edit ends a booking that would have gone on.
pub fn ends_at_once(
    before: Option<(BookingWindow, &ZoneRules)>,
    after: (BookingWindow, &ZoneRules),
    now: Instant,
) -> bool {
    let over = |(window, rules): (BookingWindow, &ZoneRules)| window.instants(rules).1 <= now;
    before.is_some_and(|before| !over(before)) && over(after)
}

fn skipped(gap: crate::domain::time::SkippedTime, rules: &ZoneRules) -> TimeTrouble {
    let text = format!(
        "{} does not exist in {}: the clocks go forward there that day. Take the time before, or the one after.",
        gap.given.time(),
        rules.name().city()
    );
    TimeTrouble { text, offers: vec![gap.before, gap.after], empty: false }
}

#[cfg(test)]
mod tests {
    // These run in the browser, where the interface is.
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::domain::time::Transition;
    use crate::domain::{Offset, ZoneName};

    /// Lisbon around 28 March 2027, when 01:00 becomes 02:00.
    fn lisbon() -> ZoneRules {
        let at = WallTime::parse("2027-03-28T01:00").expect("a time").as_utc();
        let name = ZoneName::parse("Europe/Lisbon").expect("a name");
        ZoneRules::new(name, Offset(0), vec![Transition { at, offset: Offset(3600) }])
    }

    fn typed() -> Typed {
        let key = KeyId(crate::domain::FactId::from_bits(7));
        Typed { key: key.to_string(), name: "Inês".into(), language: "pt".into(), ..Typed::default() }
    }

    #[test]
    fn a_name_and_a_key_are_enough() {
        let terms = terms(&typed(), None, None).expect("enough");
        assert_eq!((terms.visitor.channel(), terms.visitor.language, terms.notes), (None, Language::Pt, None));
    }

    #[test]
    fn every_field_that_is_wrong_says_so() {
        let wrong = Typed { email: "ines".into(), mobile: "912 345".into(), name: " ".into(), ..Typed::default() };
        let wrong = terms(&wrong, Country::of_code("PT"), None).expect_err("wrong");
        assert!(wrong.key.is_some() && wrong.name.is_some() && wrong.notes.is_none());
        assert!(wrong.email.is_some_and(|text| text.contains("ines@example.com")));
        assert!(wrong.mobile.is_some_and(|text| text.contains("+351")));
    }

    #[test]
    fn where_messages_go_an_address_has_to_stay() {
        let wrong = terms(&typed(), None, Some(Channel::Email)).expect_err("no address");
        assert!(wrong.email.is_some() && wrong.mobile.is_none());
        let other = Typed { email: "ines@example.com".into(), ..typed() };
        assert!(terms(&other, None, Some(Channel::Email)).is_ok());
        assert!(terms(&other, None, Some(Channel::Sms)).is_err_and(|wrong| wrong.mobile.is_some()));
    }

    #[test]
    fn a_skipped_time_offers_the_two_nearest() {
        let wrong = window("2027-03-28T01:30", "2027-03-29T11:00", &lisbon()).expect_err("skipped");
        let offers = wrong.start.expect("the start").offers;
        assert_eq!(
            offers.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["2027-03-28T00:59", "2027-03-28T02:00"]
        );
        assert!(wrong.end.is_none());
    }

    #[test]
    fn an_end_before_the_start_is_wrong_at_the_end() {
        let wrong = window("2027-03-29T15:00", "2027-03-29T11:00", &lisbon()).expect_err("no window");
        assert!(wrong.start.is_none() && wrong.end.is_some_and(|end| end.text.contains("29 Mar 2027, 15:00")));
    }

    #[test]
    fn an_edit_that_brings_the_end_before_now_ends_the_booking_at_once() {
        let rules = lisbon();
        let until = |end| (window("2027-03-25T15:00", end, &rules).expect("a window"), &rules);
        let now = WallTime::parse("2027-03-26T12:00").expect("a time").as_utc();
        let (passed, earlier, later) =
            (until("2027-03-26T12:00"), until("2027-03-26T11:00"), until("2027-03-27T11:00"));
        assert!(ends_at_once(Some(later), passed, now));
        assert!(!ends_at_once(Some(earlier), passed, now), "it has ended before");
        assert!(!ends_at_once(Some(passed), later, now));
        assert!(!ends_at_once(None, passed, now), "a new booking is refused instead");
    }

    #[test]
    fn times_not_typed_yet_are_no_trouble_yet() {
        let wrong = window("", "2027-03-29T11:00", &lisbon()).expect_err("incomplete");
        assert!(wrong.start.is_some_and(|start| start.empty));
    }
}
