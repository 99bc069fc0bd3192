//! + Add → Alias Code: one, or fifty at once.

use crate::ui::prelude::*;

use super::draft::{self, WrongLine};
use super::fields::{Fields, StayFields, VisitorFields, focus_first_wrong, languages};
use crate::domain::{AliasId, BookingCode, Language, VisitorDetails};
use crate::journal::command::{BookingVisitor, NewAlias, Notify, RequestedStay};
use crate::journal::desk::DeskError;
use crate::journal::{Command, Refusal};
use crate::ui::kit::*;
use crate::ui::pages::keys::FormFailure;
use crate::ui::route::Route;
use crate::ui::router::Router;
use crate::ui::state::App;
use crate::ui::words::{aliases, errors};

/// How many lines that are wrong are named.
const NAMED: usize = 8;

fn card(value: &str, label: &str, text: &str, icon: Icon) -> RadioCard {
    RadioCard { value: value.to_owned(), label: label.to_owned(), text: text.to_owned(), icon: Some(icon) }
}

/// What the form is about to make.
#[derive(Clone, Copy)]
struct Issue {
    fields: Fields,
    /// `one` or `several`.
    how_many: RwSignal<String>,
    /// `made` or `chosen`.
    by: RwSignal<String>,
    code: RwSignal<String>,
    /// Why the code that was chosen is refused.
    refused: RwSignal<Option<String>>,
    lines: RwSignal<String>,
    send: RwSignal<bool>,
}

impl Issue {
    fn several(self) -> bool {
        *self.how_many.read() == "several"
    }

    fn chosen(self) -> bool {
        !self.several() && *self.by.read() == "chosen"
    }

    fn code(self) -> Result<Option<BookingCode>, String> {
        if !self.chosen() {
            return Ok(None);
        }
        BookingCode::parse(&self.code.read()).map(Some).map_err(|error| aliases::unread(&error))
    }

    fn visitors(self, app: App) -> Result<Vec<VisitorDetails>, Vec<WrongLine>> {
        let language = Language::from_tag(&self.fields.language.read()).unwrap_or_default();
        draft::visitors(&self.lines.read(), language, app.view(|v| self.fields.country(&v)))
    }

    /// The alias codes to issue; nothing while something is wrong.
    fn wanted(self, app: App) -> Option<Vec<NewAlias>> {
        let notify = if self.send.get() { Notify::Visitor } else { Notify::Nobody };
        let (code, stay) = (self.code(), self.fields.stay(app));
        let new = |code, visitor: Option<VisitorDetails>, stay: Option<RequestedStay>| NewAlias {
            code,
            visitor: visitor.map(BookingVisitor::Described),
            stay,
            notify,
        };
        if self.several() {
            let (visitors, stay) = (self.visitors(app).ok()?, stay.ok()?);
            let wanted: Vec<NewAlias> =
                visitors.into_iter().map(|visitor| new(None, Some(visitor), stay.clone())).collect();
            return (!wanted.is_empty()).then_some(wanted);
        }
        let visitor = self.fields.visitor(app);
        Some(vec![new(code.ok()?, visitor.ok()?, stay.ok()?)])
    }
}

/// New alias codes.
#[component]
pub fn IssueAliases() -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let router = Router::here();
    let own = window().navigator().language().and_then(|tag| Language::from_tag(&tag));
    let issue = Issue {
        fields: Fields::new(own.unwrap_or_default()),
        how_many: RwSignal::new("one".to_owned()),
        by: RwSignal::new("made".to_owned()),
        code: RwSignal::new(String::new()),
        refused: RwSignal::new(None),
        lines: RwSignal::new(String::new()),
        send: RwSignal::new(true),
    };
    let fields = issue.fields;
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<String>));
    // What was refused was another code.
    Effect::new(move |_| {
        issue.code.track();
        issue.refused.set(None);
    });
    let reached = Derived::new(move || match issue.several() {
        true => issue.lines.read().contains(|c: char| c == '@' || c.is_numeric()),
        false => !fields.email.read().trim().is_empty() || !fields.mobile.read().trim().is_empty(),
    });

    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        fields.tried.set(true);
        let Some(wanted) = untrack(|| issue.wanted(app)) else { return focus_first_wrong("alias-form") };
        failed.set(None);
        busy.set(true);
        let several = untrack(|| issue.several());
        app.submit_then(Command::IssueAliases(wanted), move |result| {
            // The form may be gone by now; what was decided is kept all the same.
            let here = busy.try_set(false).is_none();
            match result {
                Ok(decision) => {
                    let ids: Vec<AliasId> = decision.aliases().map(AliasId).collect();
                    toaster.say(match ids.len() {
                        1 => "Alias code issued.".to_owned(),
                        n => format!("{n} alias codes issued."),
                    });
                    match ids.first().filter(|_| here) {
                        Some(id) if !several => router.replace(Route::Alias(*id)),
                        Some(_) => router.replace(Route::Aliases),
                        None => {}
                    }
                }
                Err(DeskError::Refused(
                    refusal @ (Refusal::CodeInUse(_) | Refusal::CodeRests { .. } | Refusal::CodeTooNear(_)),
                )) if here => {
                    issue.refused.set(Some(errors::refusal(&refusal)));
                    focus_first_wrong("alias-form");
                }
                Err(error) if here => failed.set(Some(errors::desk(&error))),
                Err(error) => toaster.say(errors::desk(&error)),
            }
        });
    };
    let submit = Signal::derive(move || match issue.visitors(app) {
        Ok(visitors) if issue.several() && visitors.len() > 1 => format!("Issue {} Alias Codes", visitors.len()),
        _ => "Issue Alias Code".to_owned(),
    });
    view! {
        <PaneHead
            title="Alias Code"
            text="A code ahead of its booking. A box answers “not linked yet” until it is linked to one."
        />
        <form class="form alias-form" on:submit=save novalidate>
            <RadioCards
                label="How many"
                value=issue.how_many
                cards=vec![
                    card("one", "One", "For a visitor, or for nobody yet.", Icon::User),
                    card("several", "Several at once", "A visitor a line, each with a code of their own.", Icon::Users),
                ]
            />
            <ShowWhen when=move || issue.several() fallback=move || view! { <One issue /> }>
                <Several issue />
            </ShowWhen>
            <StayFields fields />
            <ShowWhen when=move || reached.get()>
                <CheckField
                    label="Send it now"
                    checked=issue.send
                    hint="The visitor gets the code and how to use it. Otherwise send it later from its page, or hand it over."
                />
            </ShowWhen>
            <FormFailure failed />
            <div class="form-actions">
                <Button label="Cancel" on_press=move || router.go(Route::Aliases) />
                <Button label=submit kind=ButtonKind::Primary submit=true busy />
            </div>
        </form>
    }
}

#[component]
fn One(issue: Issue) -> impl IntoView {
    view! {
        <RadioCards
            label="Code"
            value=issue.by
            cards=vec![
                card("made", "Made by the system", "Hard to guess, and it shows most slips of the finger.", Icon::Hash),
                card("chosen", "Chosen by hand", "4 to 16 digits that somebody knows already.", Icon::Pencil),
            ]
        />
        <ShowWhen when=move || issue.chosen()>
            <ChosenCode issue />
        </ShowWhen>
        <VisitorFields fields=issue.fields />
    }
}

/// The digits that somebody chooses, with what is to be said about them.
#[component]
fn ChosenCode(issue: Issue) -> impl IntoView {
    let error = Signal::derive(move || {
        let unread = issue.code().err().filter(|_| issue.fields.tried.get());
        issue.refused.get().or(unread)
    });
    let weak = Derived::new(move || issue.code().ok().flatten().and_then(BookingCode::weakness));
    view! {
        <div class="form-part">
            <TextField
                label="Digits"
                kind=TextKind::Digits
                value=issue.code
                error
                hint="4 to 16 digits. Not one in use, nor one slip of the finger away from it."
            />
            {move || {
                weak.get()
                    .map(|weakness| {
                        let text = format!("{} It can be issued all the same.", aliases::weakness(weakness));
                        view! { <Notice kind=NoticeKind::Warning title="This code is easy to guess" text /> }
                    })
            }}
        </div>
    }
}

#[component]
fn Several(issue: Issue) -> impl IntoView {
    let app = App::here();
    let read = Derived::new(move || issue.visitors(app));
    let wrong = Derived::new(move || match &*read.read() {
        Err(wrong) if issue.fields.tried.get() => wrong.clone(),
        _ => Vec::new(),
    });
    let error = Signal::derive(move || match wrong.read().len() {
        0 => {
            let nobody = read.read().as_ref().is_ok_and(Vec::is_empty) && issue.fields.tried.get();
            nobody.then(|| "Type one visitor a line.".to_owned())
        }
        1 => Some("One line can’t be read.".to_owned()),
        n => Some(format!("{n} lines can’t be read.")),
    });
    view! {
        <div class="form-part">
            <TextAreaField
                label="Visitors"
                value=issue.lines
                error
                rows=8
                hint="One a line: name, e-mail or mobile. “Ana Reis, ana@example.com”. Without either, you hand the code over."
            />
            {move || {
                let wrong = wrong.get();
                let more = wrong.len().saturating_sub(NAMED);
                let line = |(number, words): WrongLine| view! { <li>{format!("Line {number}: {words}")}</li> };
                (!wrong.is_empty())
                    .then(|| {
                        view! {
                            <ul class="alias-lines" aria-label="Lines that can’t be read">
                                {wrong.into_iter().take(NAMED).map(line).collect_view()}
                                {(more > 0).then(|| view! { <li>{format!("And {more} more.")}</li> })}
                            </ul>
                        }
                    })
            }}
        </div>
        <SelectField label="Language" value=issue.fields.language choices=languages() />
    }
}
