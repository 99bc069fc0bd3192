//! Settings → Texts: the organization's own words for each kind of message, with a preview as it is typed.

use crate::ui::prelude::*;

use crate::collections::Table;
use crate::delivery::texts::default_text;
use crate::delivery::times::written;
use crate::delivery::{Placeholder, Style, Template, TemplateError, Values, render};
use crate::domain::{BookingCode, Channel, Language, MessageKind, MessagePart, TemplateText, WallTime};
use crate::journal::desk::DeskError;
use crate::journal::ledger::TemplateName;
use crate::journal::{Command, Refusal};
use crate::ui::edge::page;
use crate::ui::kit::*;
use crate::ui::pages::keys::FormFailure;
use crate::ui::state::{App, View};
use crate::ui::words::{errors, messages, people};

const PARTS: [(MessagePart, &str); 3] =
    [(MessagePart::Subject, "E-mail subject"), (MessagePart::Body, "E-mail text"), (MessagePart::Sms, "SMS")];

/// The editor.
#[component]
pub fn Templates() -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let kind = RwSignal::new(MessageKind::Instructions.name().to_owned());
    let part = RwSignal::new("1".to_owned());
    let language = RwSignal::new(Language::default().tag().to_owned());
    let text = RwSignal::new(String::new());
    let failed = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let name = Derived::new(move || TemplateName {
        language: Language::from_tag(&language.get()).unwrap_or_default(),
        kind: MessageKind::ALL.into_iter().find(|k| k.name() == *kind.read()).unwrap_or(MessageKind::Instructions),
        part: part
            .get()
            .parse()
            .ok()
            .and_then(|n: usize| MessagePart::ALL.get(n).copied())
            .unwrap_or(MessagePart::Body),
    });
    let own = Derived::new(move || {
        let name = name.get();
        app.view(|v| v.ledger.template(name).map(|text| text.as_str().to_owned()))
    });
    let brought = move || {
        let TemplateName { language, kind, part } = name.get();
        default_text(language, kind, part)
    };
    let stored = move || own.get().unwrap_or_else(|| brought().to_owned());
    // What was typed and not stored, as long as the page is open.
    let drafts = StoredValue::new(Table::<TemplateName, String>::default());
    // Another text was chosen, or the one shown was changed elsewhere.
    Effect::new(move |_| {
        failed.set(None);
        let (name, stored) = (name.get(), stored());
        text.set(drafts.with_value(|drafts| drafts.get(name).cloned()).unwrap_or(stored));
    });
    Effect::new(move |before: Option<()>| {
        let (typed, name, stored) = (text.get(), name.get_untracked(), untrack(stored));
        // At first nothing has been typed.
        if before.is_some() {
            drafts.update_value(|drafts| match typed == stored {
                true => drop(drafts.remove(name)),
                false => drop(drafts.insert(name, typed)),
            });
        }
    });
    let read = Derived::new(move || {
        let TemplateName { kind, part, .. } = name.get();
        Template::parse_for(&text.read(), kind, part).map_err(|error| wrong(&error))
    });
    let preview = Derived::new(move || {
        let name = name.get();
        read.get().ok().map(|template| app.view(|v| shown(&v, name, &template)))
    });
    let write = move |new: Option<TemplateText>| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (written, typed) = (name.get_untracked(), text.get_untracked());
        let said = if new.is_some() { "Text updated." } else { "The app’s own text is used again." };
        app.submit_then(Command::ChangeTemplate(written, new), move |result| {
            let _ = busy.try_set(false);
            match result {
                Ok(_) => {
                    toaster.say(said);
                    // What was typed meanwhile, here or for another text, stays.
                    let settled = drafts.try_update_value(|drafts| {
                        drafts.get(written) == Some(&typed) && drafts.remove(written).is_some()
                    });
                    if settled == Some(true) && name.get_untracked() == written {
                        text.set(untrack(stored));
                    }
                }
                Err(DeskError::Refused(Refusal::NothingToDo)) => toaster.say("Nothing was changed."),
                Err(error) => drop(failed.try_set(Some(errors::desk(&error)))),
            }
        });
    };
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if read.read().is_ok() {
            let typed = text.get_untracked();
            // What says the same as the app's text follows that when it gets better.
            write(if typed == brought() { None } else { TemplateText::new(&typed) });
        }
    };
    let kinds = MessageKind::ALL.map(|kind| Choice::new(kind.name(), messages::kind(kind))).to_vec();
    let parts = PARTS.iter().enumerate().map(|(n, (_, name))| Choice::new(n.to_string(), *name)).collect::<Vec<_>>();
    let languages = Language::ALL.map(|language| Choice::new(language.tag(), people::language(language))).to_vec();
    let placeholders = Placeholder::ALL.map(Placeholder::written).join(" ");
    view! {
        <Section title="Texts">
            <form class="form" on:submit=save novalidate>
                <SelectField label="Message" value=kind choices=kinds />
                <div class="columns">
                    <SelectField label="Language" value=language choices=languages />
                    <SelectField label="Part" value=part choices=parts />
                </div>
                <TextAreaField
                    label="Text"
                    value=text
                    rows=8
                    error=Signal::derive(move || read.get().err())
                    hint=format!(
                        "{placeholders}. What stands in [[ ]] is left out when it would have nothing to say.",
                    )
                />
                <div class="template-preview" role="region" aria-label="Preview" aria-live="polite">
                    <p class="quiet">"Preview"</p>
                    <div class="message-text">{move || preview.get().unwrap_or_default()}</div>
                </div>
                <FormFailure failed />
                <div class="form-actions">
                    <ShowWhen when=move || own.read().is_some()>
                        <Button label="Use the App’s Text" icon=Icon::Undo on_press=move || write(None) />
                    </ShowWhen>
                    <Button label="Update Text" kind=ButtonKind::Primary submit=true busy />
                </div>
            </form>
        </Section>
    }
}

/// What is wrong with a template, and what to do.
fn wrong(error: &TemplateError) -> String {
    match error {
        TemplateError::Empty => "This is needed: a message can’t be empty.".to_owned(),
        TemplateError::TooLong { got, most } => format!("At most {most} characters fit; these are {got}."),
        TemplateError::Unknown { name, nearest, at } => {
            let instead = nearest.map(|near| format!(" Did you mean {}?", near.written())).unwrap_or_default();
            format!("There is no {{{name}}} (line {}, column {}).{instead}", at.line, at.column)
        }
        TemplateError::UnclosedBrace { at, .. } => {
            format!("A {{ is never closed by a }} (line {}, column {}).", at.line, at.column)
        }
        TemplateError::UnclosedSection { at } => {
            format!("A [[ is never closed by ]] (line {}, column {}).", at.line, at.column)
        }
        TemplateError::NestedSection { at } => {
            format!("A [[ stands within another (line {}, column {}). Close the first one before.", at.line, at.column)
        }
        TemplateError::Unopened { found, at } => {
            format!("There is a {found} that closes nothing (line {}, column {}).", at.line, at.column)
        }
        TemplateError::Missing(placeholder) => {
            format!("This message must have {}: without it the visitor can’t do what it says.", placeholder.written())
        }
    }
}

/// A text as it would go out.
fn shown(view: &View, TemplateName { language, kind, part }: TemplateName, template: &Template) -> String {
    let channel = if part == MessagePart::Sms { Channel::Sms } else { Channel::Email };
    let own = MessagePart::ALL.map(|other| (other == part).then_some(template));
    let words = render(kind, language, channel, own, &|style| example(view, language, kind, style));
    if part == MessagePart::Subject { words.subject.unwrap_or_default() } else { words.text }
}

/// Values to show a text with.
fn example(view: &View, language: Language, kind: MessageKind, style: Style) -> Values {
    // An alias code stands for a booking that is made later.
    let booked = kind != MessageKind::AliasInstructions;
    let place = view.ledger.locations().next().map(|(_, place)| place);
    let today = view.own_rules().map(|rules| rules.wall(view.now).date());
    let time = |days: i32, hour: u16| {
        let at: WallTime = today?.plus_days(days).at(crate::domain::TimeOfDay::new(hour, 0)?);
        Some(written(at, language, style))
    };
    let note = |note: Option<&crate::domain::Note>| note.map(ToString::to_string);
    let mut values = Values::default();
    for (placeholder, value) in [
        (Placeholder::Visitor, Some("Hana Mori".to_owned())),
        (Placeholder::Organization, view.organization()),
        (Placeholder::Key, view.ledger.keys().next().filter(|_| booked).map(|(_, key)| key.details().name.to_string())),
        (Placeholder::Location, place.map(|place| place.name.to_string())),
        (Placeholder::Address, note(place.and_then(|place| place.address.as_ref()))),
        (Placeholder::Directions, note(place.and_then(|place| place.directions.as_ref()))),
        (Placeholder::Hours, note(place.and_then(|place| place.hours.as_ref()))),
        (Placeholder::Start, time(1, 15)),
        (Placeholder::End, time(4, 11)),
        (Placeholder::Code, BookingCode::parse("4829137").ok().map(BookingCode::grouped)),
        (Placeholder::Url, booked.then(page::of_visitors)),
    ] {
        values.set(placeholder, value);
    }
    values
}
