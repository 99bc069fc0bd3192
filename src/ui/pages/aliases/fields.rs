//! What the forms of alias codes share: for whom one is, and when and where they are expected.

use crate::ui::prelude::*;
use leptos::wasm_bindgen::JsCast;

use super::draft::{self, TypedVisitor, WrongVisitor};
use crate::domain::{Country, Language, LocationId, Stay, VisitorDetails, WallTime};
use crate::journal::command::RequestedStay;
use crate::ui::forms;
use crate::ui::kit::*;
use crate::ui::pages::bookings::draft::{TimeTrouble, WrongTimes, mobile_hint, window};
use crate::ui::pages::bookings::form::Offers;
use crate::ui::pages::bookings::saying;
use crate::ui::state::{App, View};
use crate::ui::words::{people, places, times};

/// What stands in the form. It outlives a save that failed.
#[derive(Clone, Copy)]
pub struct Fields {
    /// The visitor’s name.
    pub name: RwSignal<String>,
    /// Their e-mail address.
    pub email: RwSignal<String>,
    /// Their mobile number.
    pub mobile: RwSignal<String>,
    /// The tag of their language.
    pub language: RwSignal<String>,
    /// The id of the location where they are expected; empty while that is not known.
    pub location: RwSignal<String>,
    /// From when, as the browser's field has it.
    pub start: RwSignal<String>,
    /// Until when.
    pub end: RwSignal<String>,
    /// The class of key.
    pub class: RwSignal<String>,
    /// Whether somebody tried to save: from then on empty fields are said to be.
    pub tried: RwSignal<bool>,
    /// When the visitor was expected before: that may be over.
    before: StoredValue<Option<(WallTime, WallTime)>>,
}

impl Fields {
    /// An empty form.
    pub fn new(language: Language) -> Self {
        let text = || RwSignal::new(String::new());
        Self {
            name: text(),
            email: text(),
            mobile: text(),
            language: RwSignal::new(language.tag().to_owned()),
            location: text(),
            start: text(),
            end: text(),
            class: text(),
            tried: RwSignal::new(false),
            before: StoredValue::new(None),
        }
    }

    /// Takes over who a visitor is.
    pub fn take_visitor(self, details: &VisitorDetails) {
        self.name.set(details.name.to_string());
        self.email.set(details.email.as_ref().map(|e| e.as_str().to_owned()).unwrap_or_default());
        self.mobile.set(details.mobile.as_ref().map(|m| m.as_str().to_owned()).unwrap_or_default());
        self.language.set(details.language.tag().to_owned());
    }

    /// Takes over when and where they are expected.
    pub fn take_stay(self, stay: &Stay) {
        let (start, end) = (stay.window.start(), stay.window.end());
        self.location.set(stay.location.to_string());
        self.start.set(times::field(start));
        self.end.set(times::field(end));
        self.class.set(stay.class.as_ref().map(ToString::to_string).unwrap_or_default());
        self.before.set_value(Some((start, end)));
    }

    /// The location that is chosen, if it is known.
    pub fn place(self, view: &View) -> Option<LocationId> {
        self.location.get().parse().ok().filter(|id| view.ledger.location(*id).is_some())
    }

    /// The country whose national numbers are read: that of the location, or of the first.
    pub fn country(self, view: &View) -> Option<Country> {
        let place = self.place(view).and_then(|id| view.ledger.location(id));
        let place = place.or_else(|| view.ledger.locations().next().map(|(_, location)| location));
        Country::of_zone(&place?.zone)
    }

    /// Who the visitor is.
    pub fn visitor(self, app: App) -> Result<Option<VisitorDetails>, WrongVisitor> {
        let typed = TypedVisitor {
            name: self.name.get(),
            email: self.email.get(),
            mobile: self.mobile.get(),
            language: self.language.get(),
        };
        draft::visitor(&typed, app.view(|v| self.country(&v)))
    }

    /// When and where they are expected.
    pub fn stay(self, app: App) -> Result<Option<RequestedStay>, WrongStay> {
        let (start, end, class) = (self.start.get(), self.end.get(), forms::name_or_none(&self.class.get()));
        app.view(|v| {
            let Some(location) = self.place(&v) else { return Ok(None) };
            let Some(rules) = v.location_rules(location) else { return Ok(None) };
            let window = window(&start, &end, rules).and_then(|window| {
                let as_before = self.before.get_value() == Some((window.start(), window.end()));
                if as_before || window.instants(rules).1 > v.now {
                    return Ok(window);
                }
                let now = times::exact(rules.wall(v.now));
                let text = format!("Choose an end that is still to come. It is {now} there now.");
                Err(WrongTimes { start: None, end: Some(TimeTrouble { text, offers: Vec::new(), empty: false }) })
            });
            match (window, class) {
                (Ok(window), Ok(class)) => {
                    Ok(Some(RequestedStay { location, start: window.start(), end: window.end(), class }))
                }
                (window, class) => Err(WrongStay { times: window.err().unwrap_or_default(), class: class.err() }),
            }
        })
    }
}

/// What is wrong with when and where somebody is expected.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct WrongStay {
    times: WrongTimes,
    class: Option<String>,
}

/// The languages to choose from.
pub fn languages() -> Vec<Choice> {
    Language::ALL.map(|language| Choice::new(language.tag(), people::language(language))).to_vec()
}

/// For whom it is.
#[component]
pub fn VisitorFields(
    /// What stands in the form.
    fields: Fields,
) -> impl IntoView {
    let app = App::here();
    let read = Derived::new(move || fields.visitor(app));
    let wrong = move |which: fn(&WrongVisitor) -> Option<String>| {
        Signal::derive(move || read.read().as_ref().err().and_then(which).filter(|_| fields.tried.get()))
    };
    let mobile_hint = Signal::derive(move || mobile_hint(app.view(|v| fields.country(&v))));
    view! {
        <TextField
            label="Visitor’s Name"
            value=fields.name
            error=wrong(|w| w.name.clone())
            hint="Leave it empty for an alias code that is for nobody yet."
            optional=true
        />
        <div class="columns">
            <TextField label="E-mail" kind=TextKind::Email value=fields.email error=wrong(|w| w.email.clone()) optional=true />
            <TextField
                label="Mobile"
                kind=TextKind::Phone
                value=fields.mobile
                error=wrong(|w| w.mobile.clone())
                hint=mobile_hint
                optional=true
            />
        </div>
        <SelectField label="Language" value=fields.language choices=languages() />
    }
}

/// When and where they are expected, and content with which class of key.
#[component]
pub fn StayFields(
    /// What stands in the form.
    fields: Fields,
) -> impl IntoView {
    let app = App::here();
    let read = Derived::new(move || fields.stay(app).err().unwrap_or_default());
    let trouble = move |which: fn(&WrongTimes) -> Option<&TimeTrouble>| {
        Derived::new(move || which(&read.read().times).cloned().filter(|t| !t.empty || fields.tried.get()))
    };
    let (start, end) = (trouble(|t| t.start.as_ref()), trouble(|t| t.end.as_ref()));
    let said = |trouble: Derived<Option<TimeTrouble>>| Signal::derive(move || trouble.get().map(|t| t.text));
    let class_error = Signal::derive(move || read.read().class.clone());
    let clocks = Signal::derive(move || {
        let wall = WallTime::parse(&fields.start.get());
        let said = app.view(|v| {
            let rules = v.location_rules(fields.place(&v)?)?;
            let at = wall.and_then(|wall| rules.start(wall).ok()).unwrap_or(v.now);
            Some(saying::clocks(rules, at))
        });
        said.unwrap_or_default()
    });
    let locations = Signal::derive(move || {
        let mut choices = vec![Choice::new("", "Not known yet")];
        app.view(|v| choices.extend(v.ledger.locations().map(|(id, l)| Choice::new(id.to_string(), l.name.as_str()))));
        choices
    });
    let classes = Signal::derive(move || app.view(|v| places::classes(&v)));
    let placed = move || app.view(|v| fields.place(&v).is_some());
    view! {
        <SelectField
            label="Expected at"
            value=fields.location
            choices=locations
            hint="With a location and a stay, it stands in Assign Keys on the day."
        />
        <ShowWhen when=placed>
            <div class="columns">
                <div class="form-part">
                    <DateTimeField label="Start Date" value=fields.start hint=clocks error=said(start) />
                    <Offers trouble=start value=fields.start />
                </div>
                <div class="form-part">
                    <DateTimeField label="End Date" value=fields.end hint=clocks error=said(end) />
                    <Offers trouble=end value=fields.end />
                </div>
            </div>
            <TextField
                label="Class of Key"
                value=fields.class
                suggestions=classes
                error=class_error
                hint="Any key of this class will do. Without one, any key of the location."
                optional=true
            />
        </ShowWhen>
    }
}

/// Moves the focus to the first field that is wrong, once its words stand.
pub fn focus_first_wrong(form: &'static str) {
    request_animation_frame(move || {
        let found = document().query_selector(&format!(".{form} [aria-invalid=true]")).ok().flatten();
        if let Some(field) = found.and_then(|field| field.dyn_into::<leptos::web_sys::HtmlElement>().ok()) {
            let _ = field.focus();
        }
    });
}
