//! A message about a booking or an alias code: to whom, and in which words.

use super::details::copy_details;
use super::links::{mailto, sms};
use super::message::{Rendered, render};
use super::template::{Placeholder, Template, Values};
use super::times::{Style, written};
use super::visit::VisitPass;
use crate::domain::{
    BookingId, Channel, KeyId, Language, LocationDetails, LocationId, MessageId, MessageKind, MessagePart, Note, Right,
    VisitorDetails, VisitorId,
};
use crate::journal::Ledger;
use crate::journal::fact::Subject;
use crate::journal::ledger::TemplateName;

/// What messages are made from: the ledger, and the address of the visitors' page that a Booking URL begins with.
#[derive(Clone, Copy)]
pub struct Composer<'a> {
    /// Everything the facts say.
    pub ledger: &'a Ledger,
    /// The address of the visitors' page, without a fragment.
    pub page: &'a str,
}

/// A message, ready to go out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Composed {
    /// Who it is to.
    pub visitor: VisitorDetails,
    /// By e-mail or SMS.
    pub channel: Channel,
    /// Its words.
    pub words: Rendered,
}

impl Composed {
    /// The e-mail address or the mobile number that it goes to; nothing when the visitor has none any more.
    pub fn to(&self) -> Option<&str> {
        match self.channel {
            Channel::Email => self.visitor.email.as_ref().map(|email| email.as_str()),
            Channel::Sms => self.visitor.mobile.as_ref().map(|mobile| mobile.as_str()),
        }
    }

    /// The link that opens the device's own mail or SMS program with it.
    pub fn link(&self) -> Option<String> {
        match self.channel {
            Channel::Email => Some(mailto(self.visitor.email.as_ref()?, &self.words)),
            Channel::Sms => Some(sms(self.visitor.mobile.as_ref()?, &self.words)),
        }
    }
}

impl Composer<'_> {
    /// A message as it goes out now. Nothing when the visitor is not known any more.
    pub fn message(&self, id: MessageId) -> Option<Composed> {
        let message = self.ledger.message(id)?;
        let visitor = self.visitor_of(message.about())?.clone();
        let channel = message.channel();
        let words = self.words(message.about(), message.kind(), channel, &visitor);
        Some(Composed { visitor, channel, words })
    }

    fn visitor_of(&self, about: Subject) -> Option<&VisitorDetails> {
        let visitor: VisitorId = match about {
            Subject::Booking(id) => self.ledger.booking(id)?.visitor(),
            Subject::Alias(id) => self.ledger.alias(id)?.visitor()?,
        };
        self.ledger.visitor(visitor)
    }

    fn words(&self, about: Subject, kind: MessageKind, channel: Channel, visitor: &VisitorDetails) -> Rendered {
        let language = visitor.language;
        let own = MessagePart::ALL.map(|part| self.template(TemplateName { language, kind, part }));
        render(kind, language, channel, own.each_ref().map(Option::as_ref), &|style| {
            self.values(about, language, style).with(Placeholder::Visitor, visitor.name.as_str())
        })
    }

    /// The organization's own template, as long as it can be read.
    fn template(&self, name: TemplateName) -> Option<Template> {
        let text = self.ledger.template(name)?;
        Template::parse_for(text.as_str(), name.kind, name.part).ok()
    }

    /// What Copy Details copies: in the visitor's language, to hand over by any way.
    pub fn details(&self, about: Subject) -> String {
        let language = self.visitor_of(about).map(|visitor| visitor.language).unwrap_or_default();
        let ongoing = matches!(about, Subject::Booking(id)
            if self.ledger.booking(id).is_some_and(|booking| booking.right() == Right::Ongoing));
        copy_details(&self.values(about, language, Style::Long), language, ongoing)
    }

    /// The address of the visitor's own page of a booking.
    pub fn url(&self, id: BookingId) -> Option<String> {
        Some(format!("{}#{}", self.page, self.pass(id)?.to_fragment()))
    }

    fn home(&self, key: KeyId) -> Option<&LocationDetails> {
        self.ledger.home(key)
    }

    /// What a visitor's own page shows of a booking.
    fn pass(&self, id: BookingId) -> Option<VisitPass> {
        let booking = self.ledger.booking(id)?;
        let home = self.home(booking.key())?;
        Some(VisitPass {
            organization: self.ledger.organization()?.name.clone(),
            key: self.ledger.key(booking.key())?.details().name.clone(),
            location: home.name.clone(),
            zone: home.zone.clone(),
            right: booking.right(),
            code: booking.code(),
            language: self.visitor_of(Subject::Booking(id)).map(|visitor| visitor.language).unwrap_or_default(),
            address: home.address.clone(),
            directions: home.directions.clone(),
            hours: home.hours.clone(),
        })
    }

    fn values(&self, about: Subject, language: Language, style: Style) -> Values {
        let (place, window): (Option<LocationId>, _) = match about {
            Subject::Booking(id) => {
                let booking = self.ledger.booking(id);
                let home = booking.and_then(|b| self.ledger.key(b.key())).map(|key| key.details().home);
                (home, booking.and_then(|b| b.right().window()))
            }
            Subject::Alias(id) => {
                let stay = self.ledger.alias(id).and_then(|alias| alias.stay());
                (stay.map(|stay| stay.location), stay.map(|stay| stay.window))
            }
        };
        let place = place.and_then(|place| self.ledger.location(place));
        let note = |note: Option<&Note>| note.map(ToString::to_string);
        let mut values = Values::default();
        let mut set = |placeholder, value| values.set(placeholder, value);
        set(Placeholder::Organization, self.ledger.organization().map(|o| o.name.to_string()));
        set(Placeholder::Location, place.map(|place| place.name.to_string()));
        set(Placeholder::Address, note(place.and_then(|place| place.address.as_ref())));
        set(Placeholder::Directions, note(place.and_then(|place| place.directions.as_ref())));
        set(Placeholder::Hours, note(place.and_then(|place| place.hours.as_ref())));
        set(Placeholder::Start, window.map(|window| written(window.start(), language, style)));
        set(Placeholder::End, window.map(|window| written(window.end(), language, style)));
        match about {
            Subject::Booking(id) => {
                let booking = self.ledger.booking(id);
                let key = booking.and_then(|b| self.ledger.key(b.key()));
                set(Placeholder::Key, key.map(|key| key.details().name.to_string()));
                set(Placeholder::Code, booking.map(|b| b.code().grouped()));
                set(Placeholder::Url, self.url(id));
            }
            Subject::Alias(id) => set(Placeholder::Code, self.ledger.alias(id).map(|alias| alias.code().grouped())),
        }
        values
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::domain::*;
    use crate::journal::Command;
    use crate::journal::command::{NewBooking, Notify, RequestedRight};
    use crate::journal::tests::{Device, booking, lisbon, person};

    const PAGE: &str = "https://keys.example.com/visit";

    fn desk() -> (Device, KeyId) {
        let mut desk = Device::founded(lisbon("2026-11-22T10:00"));
        let key = desk.add_key("Flat 3");
        let home = desk.home();
        let details = LocationDetails {
            address: Note::parse("Rua 1").ok(),
            directions: Note::parse("Left of the gate").ok(),
            ..desk.ledger.location(home).expect("there").clone()
        };
        desk.run(Command::ChangeLocation(home, details));
        (desk, key)
    }

    fn told(desk: &mut Device, key: KeyId, right: RequestedRight, language: Language) -> (BookingId, MessageId) {
        let visitor =
            crate::journal::command::BookingVisitor::Described(VisitorDetails { language, ..person("Ana Prado") });
        let new = NewBooking {
            visitor,
            right,
            notify: Notify::Visitor,
            ..booking(key, "Ana", "2026-11-24T15:00", "2026-11-27T11:00")
        };
        let made = desk.run(Command::MakeBooking(new));
        (made.booking().expect("made"), made.messages().next().expect("a message"))
    }

    fn window() -> RequestedRight {
        let wall = |text| WallTime::parse(text).expect("a time");
        RequestedRight::OneTime { start: wall("2026-11-24T15:00"), end: wall("2026-11-27T11:00") }
    }

    #[test]
    fn instructions_say_key_time_code_and_place_in_the_visitors_language() {
        let (mut desk, key) = desk();
        let (id, message) = told(&mut desk, key, window(), Language::Pt);
        let composed = Composer { ledger: &desk.ledger, page: PAGE }.message(message).expect("composed");
        assert_eq!(composed.to(), Some("ana.prado@example.com"));
        let code = desk.ledger.booking(id).expect("made").code().grouped();
        for part in ["Ana Prado", "Flat 3", "Alfama", "Rua 1", "Left of the gate", "Tagus Rooms", "15:00", &code, PAGE]
        {
            assert!(composed.words.text.contains(part), "{part}");
        }
        assert!(composed.words.subject.is_some());
        assert!(composed.link().is_some_and(|link| link.starts_with("mailto:ana.prado@example.com?subject=")));
    }

    #[test]
    fn an_organizations_own_text_goes_before_the_apps() {
        let (mut desk, key) = desk();
        let (_, message) = told(&mut desk, key, window(), Language::En);
        let name = TemplateName { language: Language::En, kind: MessageKind::Instructions, part: MessagePart::Body };
        desk.run(Command::ChangeTemplate(name, TemplateText::new("Hi {visitor}: {code}")));
        let composed = Composer { ledger: &desk.ledger, page: PAGE }.message(message).expect("composed");
        assert!(composed.words.text.starts_with("Hi Ana Prado: "));
    }

    #[test]
    fn an_sms_has_the_address_of_the_booking_only_where_the_organizations_own_text_asks_for_it() {
        let (mut desk, key) = desk();
        let visitor = VisitorDetails {
            email: None,
            mobile: MobileNumber::parse("+447700900123").ok(),
            language: Language::En,
            ..person("Ana Prado")
        };
        let new = NewBooking {
            visitor: crate::journal::command::BookingVisitor::Described(visitor),
            notify: Notify::Visitor,
            ..booking(key, "Ana", "2026-11-24T15:00", "2026-11-27T11:00")
        };
        let made = desk.run(Command::MakeBooking(new));
        let (id, message) = (made.booking().expect("made"), made.messages().next().expect("a message"));
        let sent = |desk: &Device| {
            let composed = Composer { ledger: &desk.ledger, page: PAGE }.message(message).expect("composed");
            assert_eq!(composed.channel, Channel::Sms);
            composed.words.text
        };
        assert!(!sent(&desk).contains(PAGE));
        let url = Composer { ledger: &desk.ledger, page: PAGE }.url(id).expect("an address");
        let code = desk.ledger.booking(id).expect("made").code().grouped();
        let name = TemplateName { language: Language::En, kind: MessageKind::Instructions, part: MessagePart::Sms };
        for text in ["{code} {start} {url}", "{code} {start}[[ {url}]]"] {
            desk.run(Command::ChangeTemplate(name, TemplateText::new(text)));
            assert_eq!(sent(&desk), format!("{code} 24 Nov 15:00 {url}"));
        }
    }

    #[test]
    fn details_of_an_ongoing_access_are_key_and_code_and_no_url() {
        let (mut desk, key) = desk();
        let (id, _) = told(&mut desk, key, RequestedRight::Ongoing, Language::En);
        let composer = Composer { ledger: &desk.ledger, page: PAGE };
        let code = desk.ledger.booking(id).expect("made").code().grouped();
        assert_eq!(composer.details(Subject::Booking(id)), format!("Key: Flat 3\nBooking code: {code}"));
        let (once, _) = told(&mut desk, key, window(), Language::En);
        let details = Composer { ledger: &desk.ledger, page: PAGE }.details(Subject::Booking(once));
        assert!(details.contains(PAGE) && details.contains("Left of the gate") && details.contains("15:00"));
    }

    #[test]
    fn the_visitors_page_is_told_all_in_the_part_that_no_server_sees() {
        let (mut desk, key) = desk();
        let (id, _) = told(&mut desk, key, window(), Language::Ja);
        let url = Composer { ledger: &desk.ledger, page: PAGE }.url(id).expect("an address");
        let (page, fragment) = url.split_once('#').expect("a fragment");
        assert_eq!(page, PAGE);
        assert!(!url.contains("Flat") && !url.contains(&desk.ledger.booking(id).expect("made").code().digits()));
        let pass = VisitPass::parse(fragment).expect("a pass");
        assert_eq!((pass.key.as_str(), pass.language), ("Flat 3", Language::Ja));
        assert_eq!(pass.code, desk.ledger.booking(id).expect("made").code());
    }
}
