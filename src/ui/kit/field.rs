//! Labelled fields: each has a name, may have a hint, and says what is wrong with it where it is wrong.
use super::{Derived, Glyph, Icon, KitWords, fresh_id};
use crate::ui::prelude::*;

/// What a text field takes, so that a phone shows the right keyboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextKind {
    /// Any text.
    #[default]
    Text,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// Digits that are not a quantity: a booking code.
    Digits,
    /// A web address.
    Url,
    /// A time of the day, as `HH:MM`.
    Time,
    /// A day, as `YYYY-MM-DD`.
    Date,
}

impl TextKind {
    fn attributes(self) -> (&'static str, Option<&'static str>) {
        match self {
            TextKind::Text => ("text", None),
            // Not `type=email` and `type=url`: the form says what is wrong itself, in its own words.
            TextKind::Email => ("text", Some("email")),
            TextKind::Phone => ("tel", None),
            TextKind::Digits => ("text", Some("numeric")),
            TextKind::Url => ("text", Some("url")),
            TextKind::Time => ("time", None),
            TextKind::Date => ("date", None),
        }
    }
}

/// One of the values a field offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the field's signal holds when it is chosen.
    pub value: String,
    /// What it is called.
    pub label: String,
}

impl Choice {
    /// A value and its name.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Choice { value: value.into(), label: label.into() }
    }
}

/// The ids that tie a field to its words.
#[derive(Clone)]
pub(super) struct Ids {
    pub(super) field: String,
    hint: String,
    error: String,
}

impl Ids {
    pub(super) fn fresh() -> Self {
        let field = fresh_id("field");
        Ids { hint: format!("{field}-hint"), error: format!("{field}-error"), field }
    }

    /// For `aria-describedby`: the hint, and the error while there is one.
    pub(super) fn described_by(
        &self,
        hint: Signal<String>,
        error: Signal<Option<String>>,
    ) -> impl Fn() -> Option<String> + use<> {
        let ids = self.clone();
        move || match (hint.read().is_empty(), error.read().is_none()) {
            (true, true) => None,
            (false, true) => Some(ids.hint.clone()),
            (true, false) => Some(ids.error.clone()),
            (false, false) => Some(format!("{} {}", ids.error, ids.hint)),
        }
    }
}

/// The frame around a control: label above, hint and error below.
pub(super) fn framed(
    ids: &Ids,
    label: Signal<String>,
    hint: Signal<String>,
    error: Signal<Option<String>>,
    optional: bool,
    control: impl IntoView + 'static,
) -> Markup {
    view! {
        <div class="field" class:field-wrong=move || error.read().is_some()>
            <label class="field-label" for=ids.field.clone()>
                {label}
            </label>
            {optional.then(|| view! { <span class="field-optional">{KitWords::here().optional}</span> })}
            {control}
            {words_below(ids, hint, error)}
        </div>
    }
}

fn words_below(ids: &Ids, hint: Signal<String>, error: Signal<Option<String>>) -> Markup {
    view! {
        <p class="field-error" id=ids.error.clone() aria-live="polite">
            {move || {
                error
                    .get()
                    .map(|error| {
                        view! {
                            <Glyph icon=Icon::Alert />
                            <span>{error}</span>
                        }
                    })
            }}
        </p>
        <p class="field-hint" id=ids.hint.clone()>
            {hint}
        </p>
    }
}

/// A line of text.
#[component]
pub fn TextField(
    /// Its name.
    #[prop(into)]
    label: Signal<String>,
    /// What it holds.
    value: RwSignal<String>,
    /// What it takes.
    #[prop(optional)]
    kind: TextKind,
    /// What to know before filling it.
    #[prop(optional, into)]
    hint: Signal<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Says that it may be left empty.
    #[prop(optional)]
    optional: bool,
    /// For the browser's own filling in, such as `email` or `off`.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Values offered while typing; any other is fine too.
    #[prop(optional, into)]
    suggestions: Signal<Vec<String>>,
) -> impl IntoView {
    let ids = Ids::fresh();
    let (input_type, input_mode) = kind.attributes();
    let list_id = format!("{}-list", ids.field);
    let list = {
        let list_id = list_id.clone();
        move || (!suggestions.read().is_empty()).then(|| list_id.clone())
    };
    let options = move || {
        let suggestions = suggestions.get();
        (!suggestions.is_empty()).then(|| {
            let options = suggestions.into_iter().map(|value| view! { <option value=value></option> }).collect_view();
            view! { <datalist id=list_id.clone()>{options}</datalist> }
        })
    };
    let control = view! {
        <input
            class="field-control"
            type=input_type
            inputmode=input_mode
            id=ids.field.clone()
            autocomplete=autocomplete
            list=list
            prop:value=value
            aria-invalid=move || error.read().is_some().then_some("true")
            aria-describedby=ids.described_by(hint, error)
            on:input=move |event| value.set(event_target_value(&event))
        />
        {options}
    };
    framed(&ids, label, hint, error, optional, control)
}

/// Several lines of text.
#[component]
pub fn TextAreaField(
    /// Its name.
    #[prop(into)]
    label: Signal<String>,
    /// What it holds.
    value: RwSignal<String>,
    /// What to know before filling it.
    #[prop(optional, into)]
    hint: Signal<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Says that it may be left empty.
    #[prop(optional)]
    optional: bool,
    /// Lines shown.
    #[prop(default = 3)]
    rows: u32,
) -> impl IntoView {
    let ids = Ids::fresh();
    let control = view! {
        <textarea
            class="field-control"
            id=ids.field.clone()
            rows=rows.to_string()
            prop:value=value
            aria-invalid=move || error.read().is_some().then_some("true")
            aria-describedby=ids.described_by(hint, error)
            on:input=move |event| value.set(event_target_value(&event))
        ></textarea>
    };
    framed(&ids, label, hint, error, optional, control)
}

/// One value of a few.
#[component]
pub fn SelectField(
    /// Its name.
    #[prop(into)]
    label: Signal<String>,
    /// The value chosen; one that is not offered shows as an empty choice.
    value: RwSignal<String>,
    /// The values offered.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// What to know before choosing.
    #[prop(optional, into)]
    hint: Signal<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Says that it may be left as it is.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let ids = Ids::fresh();
    // The options stay while they are the same: a list that is open may be the one that is changing.
    let choices = Derived::new(move || choices.get());
    let unknown = Derived::new(move || !choices.read().iter().any(|choice| choice.value == *value.read()));
    let none =
        move || unknown.get().then(|| view! { <option value="" selected=true disabled=true hidden=true></option> });
    let some = move || {
        let option = |choice: Choice| {
            let own = choice.value.clone();
            view! {
                <option value=choice.value prop:selected=move || *value.read() == own>
                    {choice.label}
                </option>
            }
        };
        choices.get().into_iter().map(option).collect_view()
    };
    let control = view! {
        <span class="field-select">
            <select
                class="field-control"
                id=ids.field.clone()
                aria-invalid=move || error.read().is_some().then_some("true")
                aria-describedby=ids.described_by(hint, error)
                on:change=move |event| value.set(event_target_value(&event))
            >
                {none}
                {some}
            </select>
            <Glyph icon=Icon::ChevronDown />
        </span>
    };
    framed(&ids, label, hint, error, optional, control)
}

/// A date and a time on the wall, as the browser lets people choose it; empty while it is incomplete.
#[component]
pub fn DateTimeField(
    /// Its name.
    #[prop(into)]
    label: Signal<String>,
    /// `2027-03-28T15:00`, or empty.
    value: RwSignal<String>,
    /// The earliest that can be chosen, in the same form.
    #[prop(optional, into)]
    min: Signal<String>,
    /// What to know before filling it: the zone, for one.
    #[prop(optional, into)]
    hint: Signal<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Says that it may be left empty.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let ids = Ids::fresh();
    let control = view! {
        <input
            class="field-control field-control-time"
            type="datetime-local"
            step="60"
            id=ids.field.clone()
            min=move || Some(min.get()).filter(|min| !min.is_empty())
            prop:value=value
            aria-invalid=move || error.read().is_some().then_some("true")
            aria-describedby=ids.described_by(hint, error)
            on:input=move |event| value.set(event_target_value(&event))
        />
    };
    framed(&ids, label, hint, error, optional, control)
}

/// A box to tick: takes effect with the form.
#[component]
pub fn CheckField(
    /// Its name.
    #[prop(into)]
    label: Signal<String>,
    /// Whether it is ticked.
    checked: RwSignal<bool>,
    /// What ticking it means.
    #[prop(optional, into)]
    hint: Signal<String>,
) -> impl IntoView {
    tick(label, checked, hint, false)
}

/// A switch: on or off, takes effect at once.
#[component]
pub fn SwitchField(
    /// Its name.
    #[prop(into)]
    label: Signal<String>,
    /// Whether it is on.
    checked: RwSignal<bool>,
    /// What being on means.
    #[prop(optional, into)]
    hint: Signal<String>,
) -> impl IntoView {
    tick(label, checked, hint, true)
}

fn tick(label: Signal<String>, checked: RwSignal<bool>, hint: Signal<String>, switch: bool) -> Markup {
    let ids = Ids::fresh();
    view! {
        <div class="tick">
            <input
                type="checkbox"
                class=if switch { "tick-control tick-switch" } else { "tick-control tick-box" }
                role=switch.then_some("switch")
                id=ids.field.clone()
                prop:checked=checked
                aria-describedby=ids.described_by(hint, Signal::stored(None))
                on:change=move |event| checked.set(event_target_checked(&event))
            />
            <label class="tick-label" for=ids.field.clone()>
                {label}
            </label>
            <p class="field-hint" id=ids.hint.clone()>
                {hint}
            </p>
        </div>
    }
}

/// One of the cards of [`RadioCards`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RadioCard {
    /// What the signal holds when it is chosen.
    pub value: String,
    /// What it is called.
    pub label: String,
    /// What choosing it means.
    pub text: String,
    /// Stands before the name.
    pub icon: Option<Icon>,
}

/// One of a few, each with a sentence about it.
#[component]
pub fn RadioCards(
    /// What is chosen; the name of the group.
    #[prop(into)]
    label: Signal<String>,
    /// The value chosen.
    value: RwSignal<String>,
    /// The cards.
    #[prop(into)]
    cards: Signal<Vec<RadioCard>>,
) -> impl IntoView {
    let group = fresh_id("cards");
    view! {
        <fieldset class="cards">
            <legend class="field-label">{label}</legend>
            <div class="cards-list">
                {move || {
                    cards
                        .get()
                        .into_iter()
                        .map(|card| {
                            let text_id = fresh_id("card");
                            let described_by = (!card.text.is_empty()).then(|| text_id.clone());
                            let name_id = format!("{text_id}-name");
                            let named_by = name_id.clone();
                            let own = card.value.clone();
                            let chosen = move || value.read() == own;
                            let own = card.value.clone();
                            view! {
                                <label class="card">
                                    <input
                                        type="radio"
                                        class="card-control"
                                        name=group.clone()
                                        prop:checked=chosen
                                        aria-labelledby=named_by
                                        aria-describedby=described_by
                                        on:change=move |_| value.set(own.clone())
                                    />
                                    {card.icon.map(|icon| view! { <Glyph icon /> })}
                                    <span class="card-name" id=name_id>
                                        {card.label}
                                    </span>
                                    <span class="card-text" id=text_id>
                                        {card.text}
                                    </span>
                                </label>
                            }
                        })
                        .collect_view()
                }}
            </div>
        </fieldset>
    }
}
