//! The pages of the app, and their addresses.

use std::fmt;

use leptos::prelude::expect_context;

use super::kit::Derived;
use super::words::statuses;
use crate::domain::{AliasId, BookingId, BoxId, KeyId, LocationId};
use crate::journal::queries::Filter;

/// Where in the app one is, or a link leads.
///
/// [`Route::parse`] reads what `Display` writes. An identity here is well-formed; whether this device knows what it names
/// is the page's to find out. Nothing in an address needs percent-encoding: it is all words of ours and identities.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Route {
    /// `/`, which leads on to the bookings.
    Home,
    /// `/bookings`, and with which filter: `?show=overdue`.
    Bookings {
        /// What the list shows at first.
        show: Filter,
    },
    /// `/bookings/new`.
    NewBooking {
        /// The key that it begins with: `?key=…`.
        key: Option<KeyId>,
        /// Whether it is an ongoing access: `?ongoing=1`.
        ongoing: bool,
    },
    /// `/bookings/:id`.
    Booking {
        /// Which.
        id: BookingId,
        /// Whether it is open for editing: `?edit=1`.
        edit: bool,
    },
    /// `/keys`.
    Keys,
    /// `/keys/:id`.
    Key(KeyId),
    /// `/keys/:id/visitors`.
    KeyVisitors(KeyId),
    /// `/alias-codes`.
    Aliases,
    /// `/alias-codes/new`.
    NewAlias,
    /// `/alias-codes/assign`.
    AssignKeys,
    /// `/alias-codes/:id`.
    Alias(AliasId),
    /// `/messages`.
    Messages,
    /// `/locations`.
    Locations,
    /// `/locations/:id`.
    Location(LocationId),
    /// `/boxes/:id`.
    SmartBox(BoxId),
    /// `/import`.
    Import {
        /// The key that the calendar is for: `?key=…`.
        key: Option<KeyId>,
    },
    /// `/activity`.
    Activity,
    /// `/field`.
    Field,
    /// `/settings`.
    Settings,
    /// An address that leads nowhere, and what it would have been the address of.
    Unknown(Thing, String),
}

/// What an address can fail to name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Thing {
    /// A booking.
    Booking,
    /// A key.
    Key,
    /// A location.
    Location,
    /// A SmartBox.
    SmartBox,
    /// An alias code.
    Alias,
    /// Any page at all.
    Page,
}

impl Route {
    /// The list of all bookings.
    pub const BOOKINGS: Self = Self::Bookings { show: Filter::All };

    /// About Booking.
    pub const fn booking(id: BookingId) -> Self {
        Self::Booking { id, edit: false }
    }

    /// Where the app is; provided beside the router.
    pub fn here() -> Derived<Self> {
        expect_context()
    }

    /// Reads an address: path and query, below the base. A slash at the end makes no difference.
    pub fn parse(address: &str) -> Self {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let asked = |name: &str| {
            let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
            pairs.filter(|(found, _)| *found == name).map(|(_, value)| value).next()
        };
        let key = || asked("key")?.parse().ok();
        let unknown = |thing| Self::Unknown(thing, address.to_owned());
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut parts = path.strip_prefix('/').unwrap_or(path).split('/');
        // Each page has at most three parts; a fourth is never asked for by one that has fewer.
        let parts = (parts.next().unwrap_or_default(), parts.next(), parts.next(), parts.next());
        match parts {
            ("", None, ..) => Self::Home,
            ("bookings", None, ..) => Self::Bookings { show: asked("show").map(filter_named).unwrap_or_default() },
            ("bookings", Some("new"), None, _) => Self::NewBooking { key: key(), ongoing: asked("ongoing").is_some() },
            ("bookings", Some(id), None, _) => match id.parse() {
                Ok(id) => Self::Booking { id, edit: asked("edit").is_some() },
                Err(_) => unknown(Thing::Booking),
            },
            ("keys", None, ..) => Self::Keys,
            ("keys", Some(id), None, _) => id.parse().map_or_else(|_| unknown(Thing::Key), Self::Key),
            ("keys", Some(id), Some("visitors"), None) => {
                id.parse().map_or_else(|_| unknown(Thing::Key), Self::KeyVisitors)
            }
            ("alias-codes", None, ..) => Self::Aliases,
            ("alias-codes", Some("new"), None, _) => Self::NewAlias,
            ("alias-codes", Some("assign"), None, _) => Self::AssignKeys,
            ("alias-codes", Some(id), None, _) => id.parse().map_or_else(|_| unknown(Thing::Alias), Self::Alias),
            ("messages", None, ..) => Self::Messages,
            ("locations", None, ..) => Self::Locations,
            ("locations", Some(id), None, _) => id.parse().map_or_else(|_| unknown(Thing::Location), Self::Location),
            ("boxes", Some(id), None, _) => id.parse().map_or_else(|_| unknown(Thing::SmartBox), Self::SmartBox),
            ("import", None, ..) => Self::Import { key: key() },
            ("activity", None, ..) => Self::Activity,
            ("field", None, ..) => Self::Field,
            ("settings", None, ..) => Self::Settings,
            _ => unknown(Thing::Page),
        }
    }
}

fn filter_named(name: &str) -> Filter {
    let named = |filter: &Filter| statuses::filter(*filter).eq_ignore_ascii_case(name);
    Filter::ALL.into_iter().find(named).unwrap_or_default()
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Home => f.write_str("/"),
            Self::Bookings { show: Filter::All } => f.write_str("/bookings"),
            Self::Bookings { show } => write!(f, "/bookings?show={}", statuses::filter(*show).to_ascii_lowercase()),
            Self::NewBooking { key: None, ongoing: false } => f.write_str("/bookings/new"),
            Self::NewBooking { key: None, ongoing: true } => f.write_str("/bookings/new?ongoing=1"),
            Self::NewBooking { key: Some(key), ongoing: false } => write!(f, "/bookings/new?key={key}"),
            Self::NewBooking { key: Some(key), ongoing: true } => write!(f, "/bookings/new?key={key}&ongoing=1"),
            Self::Booking { id, edit: false } => write!(f, "/bookings/{id}"),
            Self::Booking { id, edit: true } => write!(f, "/bookings/{id}?edit=1"),
            Self::Keys => f.write_str("/keys"),
            Self::Key(id) => write!(f, "/keys/{id}"),
            Self::KeyVisitors(id) => write!(f, "/keys/{id}/visitors"),
            Self::Aliases => f.write_str("/alias-codes"),
            Self::NewAlias => f.write_str("/alias-codes/new"),
            Self::AssignKeys => f.write_str("/alias-codes/assign"),
            Self::Alias(id) => write!(f, "/alias-codes/{id}"),
            Self::Messages => f.write_str("/messages"),
            Self::Locations => f.write_str("/locations"),
            Self::Location(id) => write!(f, "/locations/{id}"),
            Self::SmartBox(id) => write!(f, "/boxes/{id}"),
            Self::Import { key: None } => f.write_str("/import"),
            Self::Import { key: Some(key) } => write!(f, "/import?key={key}"),
            Self::Activity => f.write_str("/activity"),
            Self::Field => f.write_str("/field"),
            Self::Settings => f.write_str("/settings"),
            Self::Unknown(_, address) => f.write_str(address),
        }
    }
}

impl From<Route> for String {
    fn from(route: Route) -> Self {
        route.to_string()
    }
}

#[cfg(test)]
mod tests {
    // These run in the browser, where the interface is.
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::domain::FactId;

    const ID: FactId = FactId::from_bits(0x1234_5678_0000_0011);

    #[test]
    fn every_route_is_read_from_what_it_writes() {
        let (key, id) = (KeyId(ID), BookingId(ID));
        let routes = [
            (Route::Home, "/".to_owned()),
            (Route::BOOKINGS, "/bookings".to_owned()),
            (Route::Bookings { show: Filter::Overdue }, "/bookings?show=overdue".to_owned()),
            (Route::NewBooking { key: None, ongoing: false }, "/bookings/new".to_owned()),
            (Route::NewBooking { key: None, ongoing: true }, "/bookings/new?ongoing=1".to_owned()),
            (Route::NewBooking { key: Some(key), ongoing: false }, format!("/bookings/new?key={ID}")),
            (Route::NewBooking { key: Some(key), ongoing: true }, format!("/bookings/new?key={ID}&ongoing=1")),
            (Route::booking(id), format!("/bookings/{ID}")),
            (Route::Booking { id, edit: true }, format!("/bookings/{ID}?edit=1")),
            (Route::Keys, "/keys".to_owned()),
            (Route::Key(key), format!("/keys/{ID}")),
            (Route::KeyVisitors(key), format!("/keys/{ID}/visitors")),
            (Route::Aliases, "/alias-codes".to_owned()),
            (Route::NewAlias, "/alias-codes/new".to_owned()),
            (Route::AssignKeys, "/alias-codes/assign".to_owned()),
            (Route::Alias(AliasId(ID)), format!("/alias-codes/{ID}")),
            (Route::Messages, "/messages".to_owned()),
            (Route::Locations, "/locations".to_owned()),
            (Route::Location(LocationId(ID)), format!("/locations/{ID}")),
            (Route::SmartBox(BoxId(ID)), format!("/boxes/{ID}")),
            (Route::Import { key: None }, "/import".to_owned()),
            (Route::Import { key: Some(key) }, format!("/import?key={ID}")),
            (Route::Activity, "/activity".to_owned()),
            (Route::Field, "/field".to_owned()),
            (Route::Settings, "/settings".to_owned()),
        ];
        for (route, address) in routes {
            assert_eq!(route.to_string(), address);
            assert_eq!(Route::parse(&address), route);
        }
    }

    #[test]
    fn an_address_that_names_nothing_says_what_it_would_have_named() {
        let addresses = [
            ("/bookings/17", Thing::Booking),
            ("/bookings/17?edit=1", Thing::Booking),
            ("/keys/17", Thing::Key),
            ("/keys/17/visitors", Thing::Key),
            ("/alias-codes/17", Thing::Alias),
            ("/locations/x", Thing::Location),
            ("/boxes/x", Thing::SmartBox),
            ("/boxes", Thing::Page),
            ("/bookings/new/more", Thing::Page),
            ("/keys/17/visitors/more", Thing::Page),
            ("/keys//17", Thing::Page),
            ("/Keys", Thing::Page),
            ("/nowhere", Thing::Page),
        ];
        for (address, thing) in addresses {
            let route = Route::parse(address);
            assert_eq!(route, Route::Unknown(thing, address.to_owned()));
            assert_eq!(route.to_string(), address);
        }
    }

    #[test]
    fn what_people_and_other_programs_do_to_addresses_is_borne() {
        assert_eq!(Route::parse(""), Route::Home);
        assert_eq!(Route::parse("/keys/"), Route::Keys);
        assert_eq!(Route::parse("/settings?utm_source=mail"), Route::Settings);
        assert_eq!(Route::parse("/bookings?show=Now&x"), Route::Bookings { show: Filter::Now });
        assert_eq!(Route::parse("/bookings?show=nothing"), Route::BOOKINGS);
        assert_eq!(Route::parse("/import?key=17"), Route::Import { key: None });
        let id = BookingId(ID);
        assert_eq!(Route::parse(&format!("/bookings/{id}?edit")), Route::Booking { id, edit: true });
        assert_eq!(Route::parse(&format!("/bookings/{id}/?a=b&edit=")), Route::Booking { id, edit: true });
        assert_eq!(Route::parse(&format!("/bookings/{}", id.to_string().to_lowercase())), Route::booking(id));
    }
}
