//! The form of a booking: for a new one and for one that is edited.

use crate::ui::prelude::*;
use leptos::wasm_bindgen::JsCast;

use super::about::OtherBooking;
use super::draft::{self, Terms, TimeTrouble, Typed, Wrong, WrongTimes, mobile_hint};
use super::saying;
use crate::collections::sort_by;
use crate::domain::message::reminder_due;
use crate::domain::{
    AliasId, BookingId, BookingWindow, Channel, Country, KeyId, Language, VisitorDetails, VisitorId, WallTime,
};
use crate::journal::command::{Notify, Overlap};
use crate::journal::search::Query;
use crate::ui::kit::*;
use crate::ui::pages::aliases::{self, AliasOffers};
use crate::ui::pages::keys::FormFailure;
use crate::ui::search::BookingSearch;
use crate::ui::state::{App, View};
use crate::ui::words::{people, times};

/// Up to how many keys are chosen from a plain list; more are found by typing.
const FEW_KEYS: usize = 60;
/// How many known visitors are offered for a name.
const OFFERED: usize = 5;
/// How many bookings are gone through for them.
const LOOKED_AT: usize = 500;

/// What stands in the form. It outlives a save that failed.
#[derive(Clone, Copy)]
pub struct Fields {
    /// The key's id.
    pub key: RwSignal<String>,
    /// The visitor's name.
    pub name: RwSignal<String>,
    /// Their e-mail address.
    pub email: RwSignal<String>,
    /// Their mobile number.
    pub mobile: RwSignal<String>,
    /// The tag of their language.
    pub language: RwSignal<String>,
    /// The start, as the browser's field has it.
    pub start: RwSignal<String>,
    /// The end.
    pub end: RwSignal<String>,
    /// Notes.
    pub notes: RwSignal<String>,
    /// Whether a reminder is wanted.
    pub reminder: RwSignal<bool>,
    /// The known visitor that was taken from the offers.
    pub known: RwSignal<Option<VisitorId>>,
    /// Whether somebody tried to save: from then on empty fields are said to be.
    pub tried: RwSignal<bool>,
    /// Whether an overlap was seen and is wanted.
    pub overlap: RwSignal<bool>,
    /// Whether the visitor is written to.
    pub notify: RwSignal<bool>,
    /// The visitor's alias code that shall be the code of a new booking.
    pub alias: RwSignal<Option<AliasId>>,
    /// The booking that is edited.
    pub editing: Option<BookingId>,
    /// An ongoing access has no times.
    pub ongoing: bool,
}

impl Fields {
    /// An empty form for a one-time booking.
    pub fn new(language: Language) -> Self {
        let text = || RwSignal::new(String::new());
        Self {
            key: text(),
            name: text(),
            email: text(),
            mobile: text(),
            language: RwSignal::new(language.tag().to_owned()),
            start: text(),
            end: text(),
            notes: text(),
            reminder: RwSignal::new(false),
            known: RwSignal::new(None),
            tried: RwSignal::new(false),
            overlap: RwSignal::new(false),
            notify: RwSignal::new(true),
            alias: RwSignal::new(None),
            editing: None,
            ongoing: false,
        }
    }

    fn typed(self) -> Typed {
        Typed {
            key: self.key.get(),
            name: self.name.get(),
            email: self.email.get(),
            mobile: self.mobile.get(),
            language: self.language.get(),
            notes: self.notes.get(),
        }
    }

    /// The key that is chosen, if it is known.
    pub fn chosen(self, view: &View) -> Option<KeyId> {
        self.key.get().parse().ok().filter(|key| view.ledger.key(*key).is_some())
    }

    /// The country whose national numbers are read: that of the key's home.
    fn country(self, view: &View) -> Option<Country> {
        let key = self.chosen(view);
        let home = match key {
            Some(key) => view.ledger.home(key),
            None => view.ledger.locations().next().map(|(_, home)| home),
        };
        Country::of_zone(&home?.zone)
    }

    /// Takes over who a visitor is.
    pub fn take(self, details: &VisitorDetails) {
        self.name.set(details.name.to_string());
        self.email.set(details.email.as_ref().map(|e| e.as_str().to_owned()).unwrap_or_default());
        self.mobile.set(details.mobile.as_ref().map(|m| m.as_str().to_owned()).unwrap_or_default());
        self.language.set(details.language.tag().to_owned());
    }
}

/// What was filled in, read and free of errors.
#[derive(Clone, Debug)]
pub struct Filled {
    /// All but the times.
    pub terms: Terms,
    /// Start and end; none for an ongoing access.
    pub times: Option<(WallTime, WallTime)>,
    /// The reminder.
    pub reminder: bool,
    /// What was said about an overlap.
    pub overlap: Overlap,
    /// Whether the visitor is written to.
    pub notify: Notify,
}

/// The form. Whoever shows it saves what it hands out, and says so in `busy` and `failed`.
#[component]
pub fn BookingForm(
    /// What stands in it.
    fields: Fields,
    /// The name of the button that saves.
    submit: &'static str,
    /// Set while it is being saved.
    busy: RwSignal<bool>,
    /// Why it was not saved.
    failed: RwSignal<Option<String>>,
    /// Called with what was filled in, when nothing is wrong with it.
    #[prop(into)]
    on_save: Callback<Filled>,
    /// Called when it shall be left.
    #[prop(into)]
    on_cancel: Callback<()>,
    /// What else can be done with the booking.
    #[prop(optional, into)]
    more: Option<ViewFn>,
) -> impl IntoView {
    let app = App::here();
    // The channel of a booking that is edited, if there is an address for it.
    let channel = fields.editing.and_then(|id| {
        app.peek(|v| {
            let booking = v.ledger.booking(id)?;
            let visitor = v.ledger.visitor(booking.visitor())?;
            booking.channel().filter(|channel| match channel {
                Channel::Email => visitor.email.is_some(),
                Channel::Sms => visitor.mobile.is_some(),
            })
        })
    });
    let terms = Derived::new(move || draft::terms(&fields.typed(), app.view(|v| fields.country(&v)), channel));
    let mobile_hint = Signal::derive(move || mobile_hint(app.view(|v| fields.country(&v))));
    let times = Derived::new(move || read_times(app, fields));
    let window = Derived::new(move || times.get().ok().flatten());
    // Whether key or times are others than the form was filled with: what another tab moves meanwhile is no doing of it.
    let place = move || (fields.key.get(), fields.start.get(), fields.end.get());
    let shown = untrack(place);
    let moved = Derived::new(move || fields.editing.is_none() || place() != shown);
    let overlaps = Derived::new(move || {
        window.get().filter(|_| moved.get()).map(|window| overlaps(app, fields, window)).unwrap_or_default()
    });
    // Whoever agreed to an overlap agreed to those bookings and no others.
    Effect::new(move |before: Option<Vec<BookingId>>| {
        let now = overlaps.get();
        if before.is_some_and(|before| now.iter().any(|id| !before.contains(id))) {
            fields.overlap.set(false);
        }
        now
    });
    let blocked = Signal::derive(move || {
        let settled = overlaps.read().is_empty() || fields.overlap.get();
        (!settled).then(|| "Choose other times, or “Book anyway”.".to_owned())
    });
    let wrong = move |which: fn(&Wrong) -> Option<String>| {
        Signal::derive(move || terms.read().as_ref().err().and_then(which).filter(|_| fields.tried.get()))
    };
    // A text that was typed is said to be wrong once saving was tried; whether a key is chosen too.
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || blocked.get_untracked().is_some() {
            return;
        }
        fields.tried.set(true);
        match (terms.get_untracked(), times.get_untracked()) {
            (Ok(terms), Ok(window)) => {
                failed.set(None);
                let overlap = if fields.overlap.get_untracked() { Overlap::Allow } else { Overlap::Refuse };
                let times = window.map(|w| (w.start(), w.end()));
                let notify = if fields.notify.get_untracked() { Notify::Visitor } else { Notify::Nobody };
                on_save.run(Filled { terms, times, reminder: fields.reminder.get_untracked(), overlap, notify });
            }
            _ => focus_first_wrong(),
        }
    };
    let ends_at_once =
        Derived::new(move || moved.get() && window.get().is_some_and(|window| ends_at_once(app, fields, window)));
    let reminder_hint = Derived::new(move || reminder_hint(app, fields, window.get()));
    let reached =
        Derived::new(move || !fields.email.read().trim().is_empty() || !fields.mobile.read().trim().is_empty());
    let (tell, tell_hint) = match fields.editing {
        None => ("Send Access Instructions", "The visitor gets the code and how to use it."),
        Some(_) => ("Send Update", "When start, end or key change, the visitor is told."),
    };
    let languages = Language::ALL.map(|language| Choice::new(language.tag(), people::language(language))).to_vec();
    let others = others_of_visitor(app, fields);
    view! {
        <form class="form booking-form" on:submit=save novalidate>
            <KeyChoice fields error=wrong(|w| w.key.clone()) />
            <div class="form-part">
                <TextField label="Visitor’s Name" value=fields.name error=wrong(|w| w.name.clone()) hint=others />
                <KnownVisitors fields />
            </div>
            <div class="columns">
                <TextField
                    label="E-mail"
                    kind=TextKind::Email
                    value=fields.email
                    error=wrong(|w| w.email.clone())
                    optional=true
                />
                <TextField
                    label="Mobile"
                    kind=TextKind::Phone
                    value=fields.mobile
                    error=wrong(|w| w.mobile.clone())
                    hint=mobile_hint
                    optional=true
                />
            </div>
            <SelectField label="Language" value=fields.language choices=languages />
            {alias_offers(fields, terms)}
            {(!fields.ongoing).then(|| view! { <Times fields times window /> })}
            <Overlaps fields overlaps />
            <ShowWhen when=move || ends_at_once.get()>
                <Notice
                    kind=NoticeKind::Warning
                    title="This ends the booking at once: nobody can pick the key up any more."
                />
            </ShowWhen>
            <TextAreaField label="Notes" value=fields.notes error=wrong(|w| w.notes.clone()) optional=true />
            {(!fields.ongoing)
                .then(|| {
                    view! {
                        <CheckField
                            label="Return Key Reminder"
                            checked=fields.reminder
                            hint=reminder_hint
                        />
                    }
                })}
            <ShowWhen when=move || reached.get()>
                <CheckField label=tell checked=fields.notify hint=tell_hint />
            </ShowWhen>
            <FormFailure failed />
            <div class="form-actions booking-form-actions">
                {more.map(|more| view! { <div class="booking-form-more">{more.run()}</div> })}
                <Button label="Cancel" on_press=move || on_cancel.run(()) />
                <Button label=submit kind=ButtonKind::Primary submit=true busy unavailable=blocked />
            </div>
        </form>
    }
}

/// The visitor's alias codes, for a new booking.
fn alias_offers(fields: Fields, terms: Derived<Result<Terms, Wrong>>) -> Option<Markup> {
    fields.editing.is_none().then(|| {
        let visitor = Signal::derive(move || terms.read().as_ref().ok().map(|terms| terms.visitor.clone()));
        view! { <AliasOffers visitor chosen=fields.alias notify=fields.notify /> }
    })
}

/// What is wrong with the times, or the window they are; no window for an ongoing access, or before a key is chosen.
fn read_times(app: App, fields: Fields) -> Result<Option<BookingWindow>, WrongTimes> {
    if fields.ongoing {
        return Ok(None);
    }
    let (start, end) = (fields.start.get(), fields.end.get());
    app.view(|v| {
        let Some(rules) = fields.chosen(&v).and_then(|key| v.rules(key)) else { return Ok(None) };
        let window = draft::window(&start, &end, rules)?;
        if fields.editing.is_none() && window.instants(rules).1 <= v.now {
            let now = times::exact(rules.wall(v.now));
            let text = format!("Choose an end that is still to come. It is {now} there now.");
            let end = Some(TimeTrouble { text, offers: Vec::new(), empty: false });
            return Err(WrongTimes { start: None, end });
        }
        Ok(Some(window))
    })
}

/// The bookings of the key that share time with a window (rule 10). An edit that moves nothing asks nothing anew.
fn overlaps(app: App, fields: Fields, window: BookingWindow) -> Vec<BookingId> {
    app.view(|v| {
        let Some(key) = fields.chosen(&v) else { return Vec::new() };
        let edited = fields.editing.and_then(|id| v.ledger.booking(id));
        if edited.is_some_and(|b| b.key() == key && b.right().window() == Some(window)) {
            return Vec::new();
        }
        v.rules(key).map(|rules| v.ledger.overlapping(key, window, rules, fields.editing)).unwrap_or_default()
    })
}

/// Whether an edit to a window ends a booking that would have gone on.
fn ends_at_once(app: App, fields: Fields, window: BookingWindow) -> bool {
    app.view(|v| {
        let Some(rules) = fields.chosen(&v).and_then(|key| v.rules(key)) else { return false };
        let edited = fields.editing.and_then(|id| v.ledger.booking(id));
        let before = edited.and_then(|b| Some((b.right().window()?, v.rules(b.key())?)));
        draft::ends_at_once(before, (window, rules), v.now)
    })
}

/// When the reminder goes out, as far as that is clear.
fn reminder_hint(app: App, fields: Fields, window: Option<BookingWindow>) -> String {
    let rule = "A message to the visitor at 09:00 on the day it ends, or two hours before the end if that is earlier.";
    let said = app.view(|v| {
        let (window, key) = (window?, fields.chosen(&v)?);
        let due = reminder_due(window, v.rules(key)?);
        let at = v.moment(due, key);
        Some(if due > v.now {
            format!("A message to the visitor, {at}.")
        } else {
            format!("Its time, {at}, has passed: it would not be sent.")
        })
    });
    said.unwrap_or_else(|| rule.to_owned())
}

fn focus_first_wrong() {
    // The words of the error are put in place first.
    request_animation_frame(|| {
        let found = document().query_selector(".booking-form [aria-invalid=true]").ok().flatten();
        if let Some(field) = found.and_then(|field| field.dyn_into::<leptos::web_sys::HtmlElement>().ok()) {
            let _ = field.focus();
        }
    });
}

/// That an edit of who the visitor is shows in their other bookings too.
fn others_of_visitor(app: App, fields: Fields) -> String {
    let others = app.peek(|v| {
        let visitor = v.ledger.booking(fields.editing?)?.visitor();
        Some(v.ledger.bookings().filter(|(id, b)| b.visitor() == visitor && Some(*id) != fields.editing).count())
    });
    match others {
        None | Some(0) => String::new(),
        Some(1) => "Name, contact and language change in this visitor’s other booking too.".to_owned(),
        Some(n) => format!("Name, contact and language change in this visitor’s {n} other bookings too."),
    }
}

#[component]
fn KeyChoice(fields: Fields, error: Signal<Option<String>>) -> impl IntoView {
    let app = App::here();
    let picked_up = fields.editing.is_some_and(|id| app.peek(|v| v.ledger.pick_ups(id).next().is_some()));
    let hint = Signal::derive(move || {
        if picked_up {
            return "It was picked up, so it stays. For another key, make a new booking.".to_owned();
        }
        app.view(|v| {
            let Some(key) = fields.chosen(&v) else { return String::new() };
            let details = v.ledger.key(key).map(|k| k.details());
            details.map_or(String::new(), |details| {
                let home = v.location_name(details.home);
                format!("{home}. Usually in from {}, out by {}.", details.check_in, details.check_out)
            })
        })
    });
    let all = move |only: Option<KeyId>| {
        app.view(|v| {
            let keys = v.ledger.keys().filter(|(id, _)| only.is_none_or(|only| only == *id));
            let mut keys: Vec<Choice> =
                keys.map(|(id, key)| Choice::new(id.to_string(), key.details().name.as_str())).collect();
            sort_by(&mut keys, |one, other| one.label.to_lowercase().cmp(&other.label.to_lowercase()));
            keys
        })
    };
    if picked_up || app.peek(|v| v.ledger.keys().count()) <= FEW_KEYS {
        let only = fields.editing.filter(|_| picked_up);
        let only = only.and_then(|id| app.peek(|v| v.ledger.booking(id).map(|b| b.key())));
        let choices = Signal::derive(move || all(only));
        return view! { <SelectField label="Key" value=fields.key choices hint error /> };
    }
    let find = move |text: String| {
        app.peek(|v| {
            let query = Query::parse(&text);
            let keys = v.ledger.keys().map(|(id, key)| (id, key.details().name.as_str()));
            let fitting = keys.filter(|(_, name)| query.as_ref().is_none_or(|query| query.fits(name)));
            fitting.take(12).map(|(id, name)| Choice::new(id.to_string(), name)).collect::<Vec<_>>()
        })
    };
    let name_of = move |value: String| value.parse().map_or(String::new(), |key| app.peek(|v| v.key_name(key)));
    view! { <PickField label="Key" value=fields.key find name_of hint error /> }
}

/// Known visitors whose name fits what was typed: a press takes one over.
#[component]
fn KnownVisitors(fields: Fields) -> impl IntoView {
    let app = App::here();
    let search = BookingSearch::here();
    let offers = Derived::new(move || {
        let name = fields.name.get();
        if fields.editing.is_some() || name.trim().chars().count() < 2 {
            return Vec::new();
        }
        let (Some(query), Some(index)) = (Query::parse(&name), search.index()) else { return Vec::new() };
        app.peek(|v| {
            let mut offers: Vec<(VisitorId, VisitorDetails)> = Vec::new();
            for id in index.find(&query).take(LOOKED_AT) {
                let visitor = v.ledger.booking(id).map(|b| b.visitor());
                let details = visitor.and_then(|visitor| Some((visitor, v.ledger.visitor(visitor)?.clone())));
                if let Some((visitor, details)) = details
                    && query.fits(details.name.as_str())
                    && !offers.iter().any(|(_, known)| *known == details)
                {
                    offers.push((visitor, details));
                }
                if offers.len() == OFFERED {
                    break;
                }
            }
            for (visitor, details) in aliases::awaited(&v, |name| query.fits(name)) {
                if offers.len() < OFFERED && !offers.iter().any(|(_, known)| *known == details) {
                    offers.push((visitor, details));
                }
            }
            // One that is taken already is no offer any more.
            offers.retain(|(_, details)| details.name.as_str() != name || !fields.holds(details));
            offers
        })
    });
    let offer = move |(id, details): (VisitorId, VisitorDetails)| {
        let email = details.email.as_ref().map(|e| e.as_str().to_owned());
        let mobile = details.mobile.as_ref().map(|m| m.as_str().to_owned());
        let contact = email.or(mobile).unwrap_or_else(|| "no contact".to_owned());
        let name = details.name.to_string();
        let take = move |_| {
            fields.take(&details);
            fields.known.set(Some(id));
        };
        view! {
            <li>
                <button type="button" class="known-visitor" on:click=take>
                    <Glyph icon=Icon::User />
                    <span class="known-visitor-words">
                        <span class="known-visitor-name">{name}</span>
                        <span class="known-visitor-contact">{contact}</span>
                    </span>
                </button>
            </li>
        }
    };
    view! {
        <ShowWhen when=move || !offers.read().is_empty()>
            <ul class="known-visitors" aria-label="Known visitors">
                {move || offers.get().into_iter().map(offer).collect_view()}
            </ul>
        </ShowWhen>
    }
}

impl Fields {
    /// Whether the form holds just this visitor.
    fn holds(self, details: &VisitorDetails) -> bool {
        let same = |typed: &str, known: Option<&str>| typed.trim() == known.unwrap_or_default();
        same(&self.email.read(), details.email.as_ref().map(|e| e.as_str()))
            && same(&self.mobile.read(), details.mobile.as_ref().map(|m| m.as_str()))
    }
}

/// Start and end, the clocks they go by, and what the viewer's own show.
#[component]
fn Times(
    fields: Fields,
    times: Derived<Result<Option<BookingWindow>, WrongTimes>>,
    window: Derived<Option<BookingWindow>>,
) -> impl IntoView {
    let app = App::here();
    let trouble = move |which: fn(&WrongTimes) -> Option<&TimeTrouble>| {
        Derived::new(move || {
            let times = times.read();
            let trouble = times.as_ref().err().and_then(which).cloned();
            trouble.filter(|trouble| !trouble.empty || fields.tried.get())
        })
    };
    let (start, end) = (trouble(|t| t.start.as_ref()), trouble(|t| t.end.as_ref()));
    let said = |trouble: Derived<Option<TimeTrouble>>| Signal::derive(move || trouble.get().map(|t| t.text));
    let twice = move |value: RwSignal<String>, which: &'static str| {
        let wall = WallTime::parse(&value.get());
        app.view(|v| saying::twice(wall?, v.rules(fields.chosen(&v)?)?, which))
    };
    let clocks = move |value: RwSignal<String>| {
        let wall = WallTime::parse(&value.get());
        app.view(|v| {
            let rules = v.rules(fields.chosen(&v)?)?;
            let at = wall.and_then(|wall| rules.start(wall).ok()).unwrap_or(v.now);
            Some(saying::clocks(rules, at))
        })
    };
    let start_hint =
        Signal::derive(move || twice(fields.start, "earlier").or_else(|| clocks(fields.start)).unwrap_or_default());
    let end_hint =
        Signal::derive(move || twice(fields.end, "later").or_else(|| clocks(fields.end)).unwrap_or_default());
    let here = Derived::new(move || {
        let window = window.get();
        app.view(|v| saying::elsewhere(window?, v.rules(fields.chosen(&v)?)?, v.own_rules()?, v.now))
    });
    view! {
        <div class="form-part">
            <div class="columns">
                <div class="form-part">
                    <DateTimeField label="Start Date" value=fields.start hint=start_hint error=said(start) />
                    <Offers trouble=start value=fields.start />
                </div>
                <div class="form-part">
                    <DateTimeField label="End Date" value=fields.end hint=end_hint error=said(end) />
                    <Offers trouble=end value=fields.end />
                </div>
            </div>
            <p class="quiet" aria-live="polite">{here}</p>
        </div>
    }
}

/// Buttons for the times that can be taken in place of one that the clocks skip.
#[component]
pub fn Offers(trouble: Derived<Option<TimeTrouble>>, value: RwSignal<String>) -> impl IntoView {
    move || {
        let offers = trouble.get().map(|trouble| trouble.offers).unwrap_or_default();
        (!offers.is_empty()).then(|| {
            let button = |at: WallTime| {
                let take = move || value.set(times::field(at));
                view! { <Button label=format!("Take {}", at.time()) icon=Icon::Clock on_press=take /> }
            };
            view! { <div class="cluster">{offers.into_iter().map(button).collect_view()}</div> }
        })
    }
}

/// The other bookings of the key at the same time, before it is saved, and the way to want that.
#[component]
fn Overlaps(fields: Fields, overlaps: Derived<Vec<BookingId>>) -> impl IntoView {
    let title = move || match overlaps.read().len() {
        1 => "The key has another booking at that time".to_owned(),
        n => format!("The key has {n} other bookings at that time"),
    };
    view! {
        <ShowWhen when=move || !overlaps.read().is_empty()>
            <div class="overlaps">
                <Notice
                    kind=NoticeKind::Warning
                    title=Signal::derive(title)
                    text="Whoever comes first gets the key; for the other the bin is empty."
                />
                <Rows label="Bookings at that time">
                    {move || overlaps.get().into_iter().take(5).map(|id| view! { <OtherBooking id /> }).collect_view()}
                </Rows>
                <CheckField label="Book anyway" checked=fields.overlap />
            </div>
        </ShowWhen>
    }
}
