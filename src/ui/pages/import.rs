//! Import a calendar: a preview first, then one decision.

use crate::ui::prelude::*;

use super::keys::FormFailure;
use crate::collections::{Table, sort_by};
use crate::domain::ics::{self, Calendar, CalendarError, EntryProblem};
use crate::domain::{KeyId, Language, WallTime};
use crate::journal::Command;
use crate::journal::import::{
    AskReason, ImportPlan, ImportRefusal, Item, Outcome, Overlapping, Proposal, RevokeReason, plan, zones_needed,
};
use crate::ui::kit::*;
use crate::ui::route::Route;
use crate::ui::router::Router;
use crate::ui::state::{App, View};
use crate::ui::words;

/// The file that was dropped anywhere in the app, on its way to this page.
#[derive(Clone, Copy)]
pub struct Dropped(pub RwSignal<Option<TextFile>>);

/// A calendar that was read.
#[derive(Clone)]
struct Opened {
    file: String,
    calendar: std::sync::Arc<Calendar>,
}

/// The page.
#[component]
pub fn ImportPage() -> impl IntoView {
    let app = App::here();
    let dropped = expect_context::<Dropped>().0;
    let key = RwSignal::new(match Route::here().get_untracked() {
        Route::Import { key: Some(key) } => key.to_string(),
        _ => String::new(),
    });
    let read = RwSignal::new(None::<Opened>);
    let failed = RwSignal::new(None::<String>);

    let take = move |file: TextFile| match ics::read(file.text.as_bytes()) {
        Ok(calendar) => {
            for zone in zones_needed(&calendar) {
                app.need_zone(&zone);
            }
            failed.set(None);
            read.set(Some(Opened { file: file.name, calendar: calendar.into() }));
        }
        Err(error) => {
            read.set(None);
            failed.set(Some(format!("{} is not imported. {}", file.name, unreadable(&error))));
        }
    };
    Effect::new(move |_| {
        if let Some(file) = dropped.get() {
            dropped.set(None);
            take(file);
        }
    });

    let keys = Signal::derive(move || {
        let mut choices = app.view(|v| {
            v.ledger.keys().map(|(id, k)| Choice::new(id.to_string(), k.details().name.as_str())).collect::<Vec<_>>()
        });
        sort_by(&mut choices, |one, other| one.label.to_lowercase().cmp(&other.label.to_lowercase()));
        if key.read().is_empty() {
            choices.insert(0, Choice::new("", "Choose a key"));
        }
        choices
    });
    let planned = Derived::new(move || {
        let read = read.get()?;
        let key: KeyId = key.get().parse().ok()?;
        let plan = app.view(|v| plan(v.ledger, key, &read.calendar, v.zones, Language::En, v.now));
        Some(plan.map_err(|refusal| words::errors::refusal(&refusal)))
    });

    view! {
        <div class="page">
            <PageHead
                title="Import Calendar"
                text="From Airbnb, Booking.com, Google or any other service that exports an .ics file. You see what would change before anything does."
            />
            <div class="form">
                <SelectField
                    label="Key"
                    value=key
                    choices=keys
                    hint="Entries that name only dates take this key’s usual check-in and check-out."
                />
                <DropZone
                    label="Choose a calendar file"
                    hint="Or drop it anywhere on the page."
                    accept=".ics,text/calendar"
                    at_most=ics::MAX_BYTES as u64
                    on_file=take
                    on_refused=move |refusal: FileRefusal| failed.set(Some(refused_file(&refusal)))
                />
                <FormFailure failed />
            </div>
            {move || {
                let file = read.read().as_ref().map(|read| read.file.clone())?;
                Some(match planned.get() {
                    None => {
                        view! { <p class="quiet">{format!("{file} was read. Choose the key it is for.")}</p> }
                    }
                    Some(Err(text)) => view! { <Notice kind=NoticeKind::Error title=text /> },
                    Some(Ok(plan)) => view! { <Preview plan file /> },
                })
            }}
        </div>
    }
}

#[component]
fn Preview(plan: ImportPlan, file: String) -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let router = Router::here();
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<String>);
    let choices: Vec<Option<RwSignal<bool>>> =
        plan.items.iter().map(|item| item.outcome.default_choice().map(RwSignal::new)).collect();
    let choices = StoredValue::new(choices);
    let plan = StoredValue::new(plan);
    let chosen = Derived::new(move || {
        choices.with_value(|choices| {
            choices
                .iter()
                .enumerate()
                .filter_map(|(index, choice)| choice.map(|choice| (index, choice.get())))
                .collect::<Table<_, _>>()
        })
    });
    let decided = Derived::new(move || chosen.with(|chosen| plan.with_value(|plan| plan.decide(chosen))));
    let summary = move || {
        decided.with(|d| {
            let parts: Vec<String> = [(d.make.len(), "make"), (d.reschedule.len(), "move"), (d.revoke.len(), "revoke")]
                .iter()
                .filter(|(n, _)| *n > 0)
                .map(|(n, word)| format!("{word} {n}"))
                .collect();
            if parts.is_empty() { "Nothing to Import".to_owned() } else { format!("Import: {}", parts.join(", ")) }
        })
    };
    let nothing = move || decided.with(|d| d.make.is_empty() && d.reschedule.is_empty() && d.revoke.is_empty());
    let import = move || {
        let command = Command::ImportCalendar(decided.get_untracked());
        busy.set(true);
        app.submit_then(command, move |result| {
            busy.set(false);
            match result {
                Ok(_) => {
                    toaster.say("Calendar imported.");
                    router.go(Route::KeyVisitors(plan.with_value(|plan| plan.key)));
                }
                Err(error) => failed.set(Some(words::errors::desk(&error))),
            }
        });
    };
    let groups = plan.with_value(|plan| {
        GROUPS.map(|(group, title)| {
            let indexes: Vec<usize> =
                (0..plan.items.len()).filter(|i| group_of(&plan.items[*i].outcome) == group).collect();
            (title, indexes)
        })
    });
    let all = move |indexes: &[usize], wanted: bool| {
        choices.with_value(|choices| {
            for choice in indexes.iter().filter_map(|index| choices[*index]) {
                choice.set(wanted);
            }
        });
    };
    view! {
        <h2 class="import-file">{file}</h2>
        {groups
            .into_iter()
            .filter(|(_, indexes)| !indexes.is_empty())
            .map(|(title, indexes)| {
                let count = indexes.len();
                let choosable = choices.with_value(|choices| indexes.iter().filter(|i| choices[**i].is_some()).count());
                let every = indexes.clone();
                let none = indexes.clone();
                view! {
                    <Section
                        title=format!("{title} ({count})")
                        actions=move || {
                            let (every, none) = (every.clone(), none.clone());
                            (choosable > 1)
                                .then(|| {
                                    view! {
                                        <div class="cluster">
                                            <Button label="Choose All" on_press=move || all(&every, true) />
                                            <Button label="Choose None" on_press=move || all(&none, false) />
                                        </div>
                                    }
                                })
                        }
                    >
                        <ul class="import-items">
                            {indexes
                                .into_iter()
                                .map(|index| {
                                    let item = plan.with_value(|plan| plan.items[index].clone());
                                    let choice = choices.with_value(|choices| choices[index]);
                                    view! { <PreviewItem item choice plan /> }
                                })
                                .collect_view()}
                        </ul>
                    </Section>
                }
            })
            .collect_view()}
        <FormFailure failed />
        <div class="form-actions import-actions">
            <Button
                label=Signal::derive(summary)
                kind=ButtonKind::Primary
                busy
                unavailable=Signal::derive(move || {
                    nothing().then(|| "No entry is chosen that would change anything.".to_owned())
                })
                on_press=import
            />
        </div>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Make,
    Move,
    Ask,
    Revoke,
    Refused,
    Rest,
}

const GROUPS: [(Group, &str); 6] = [
    (Group::Make, "New bookings"),
    (Group::Move, "Bookings that move"),
    (Group::Ask, "For you to choose"),
    (Group::Revoke, "Revoke?"),
    (Group::Refused, "Can’t be imported"),
    (Group::Rest, "No change"),
];

const fn group_of(outcome: &Outcome) -> Group {
    match outcome {
        Outcome::Make(_) => Group::Make,
        Outcome::Move(_) => Group::Move,
        Outcome::Ask { .. } => Group::Ask,
        Outcome::OfferRevoke { .. } => Group::Revoke,
        Outcome::Refused(_) => Group::Refused,
        Outcome::Unchanged(_) | Outcome::Blocked | Outcome::Cancelled | Outcome::WasRevoked(_) => Group::Rest,
    }
}

#[component]
fn PreviewItem(item: Item, choice: Option<RwSignal<bool>>, plan: StoredValue<ImportPlan>) -> impl IntoView {
    let app = App::here();
    let key = plan.with_value(|plan| plan.key);
    let (when, why) = app.peek(|v| {
        let today = v.rules(key).map(|rules| rules.wall(v.now).date());
        let span = |start: WallTime, end: WallTime| match today {
            Some(today) => words::times::span(start, end, today),
            None => format!("{} – {}", words::times::exact(start), words::times::exact(end)),
        };
        let when = item.start.zip(item.end).map(|(start, end)| span(start, end));
        (when, plan.with_value(|plan| explain(&v, plan, &item, &span)))
    });
    let title = if item.title.is_empty() { "Entry without a title".to_owned() } else { item.title.clone() };
    let text = match (when, why) {
        (Some(when), Some(why)) => format!("{when}. {why}"),
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => String::new(),
    };
    view! {
        <li class="import-item">
            {match choice {
                Some(checked) => view! { <CheckField label=title checked hint=text /> },
                None => view! { <p class="import-title">{title}</p><p class="quiet">{text}</p> },
            }}
        </li>
    }
}

/// Why an item comes out as it does.
fn explain(view: &View, plan: &ImportPlan, item: &Item, span: &dyn Fn(WallTime, WallTime) -> String) -> Option<String> {
    Some(match &item.outcome {
        Outcome::Make(new) => return over(view, plan, new),
        Outcome::Move(moved) => format!("It was {}.", span(moved.from.start(), moved.from.end())),
        Outcome::Unchanged(_) => "Booked already.".to_owned(),
        Outcome::Blocked => "The owner closed this period: no booking.".to_owned(),
        Outcome::Cancelled => "Cancelled, and never booked here.".to_owned(),
        Outcome::WasRevoked(_) => "Its booking was revoked here, and stays so.".to_owned(),
        Outcome::OfferRevoke { why, .. } => match why {
            RevokeReason::Cancelled => "The calendar says it is cancelled.",
            RevokeReason::Gone => "It is not in the calendar any more.",
            RevokeReason::Blocked => "The calendar has a closed period in its place.",
        }
        .to_owned(),
        Outcome::Ask { why, overlaps, proposal } => {
            let mut said = match why {
                AskReason::Undetermined => "The service does not say whether this is a reservation.".to_owned(),
                AskReason::AllDay => "A whole day in a calendar that is kept by the hour.".to_owned(),
                AskReason::Recurring => "It repeats. Only the first time would be booked.".to_owned(),
                AskReason::Overlaps => String::new(),
            };
            if let Proposal::Move(moved) = proposal {
                said.push_str(&format!(" It was {}.", span(moved.from.start(), moved.from.end())));
            }
            if !overlaps.is_empty() {
                let others: Vec<String> = overlaps
                    .iter()
                    .map(|overlap| match overlap {
                        Overlapping::Booking(id) => {
                            format!("the booking of {} ({})", view.visitor_name(*id), view.booking_span(*id))
                        }
                        Overlapping::Item(index) => {
                            plan.items.get(*index).map_or_else(String::new, |other| format!("“{}”", other.title))
                        }
                    })
                    .collect();
                said.push_str(&format!(" It overlaps {}.", others.join(" and ")));
            }
            said.trim().to_owned()
        }
        Outcome::Refused(refusal) => {
            let line = item.line.map(|line| format!(" (line {line})")).unwrap_or_default();
            format!("{}{line}", refused(refusal))
        }
    })
}

/// Says so when a new booking would be over already: it is made for the record.
fn over(view: &View, plan: &ImportPlan, new: &crate::journal::command::NewBooking) -> Option<String> {
    use crate::journal::command::RequestedRight;
    let RequestedRight::OneTime { end, .. } = new.right else { return None };
    let rules = view.rules(plan.key)?;
    let end = rules.end(end).ok()?;
    (end <= view.now).then(|| "Over already: it is kept for the record.".to_owned())
}

fn refused(refusal: &ImportRefusal) -> String {
    match refusal {
        ImportRefusal::Window(error) => words::errors::window(error),
        ImportRefusal::UnknownZone(zone) => format!("It names a time zone that is not known here: “{zone}”."),
        ImportRefusal::OutOfRange(at) => format!("Expected a year from 1970 to 2199, got {at}."),
        ImportRefusal::Entry(problem) => entry(problem),
    }
}

fn entry(problem: &EntryProblem) -> String {
    match problem {
        EntryProblem::EndNotAfterStart { start, end } => format!("Its end, {end}, is not after its start, {start}."),
        EntryProblem::Superseded { by } => format!("A newer version of it stands in line {by}."),
        EntryProblem::NoEnd { .. } => "It has neither an end nor a duration.".to_owned(),
        other => format!("It can’t be read: {other}."),
    }
}

fn unreadable(error: &CalendarError) -> String {
    match error {
        CalendarError::TooLarge { got, limit } => {
            format!("It has {} MB; at most {} MB are read. Export a shorter period.", got >> 20, limit >> 20)
        }
        CalendarError::NotACalendar { .. } => {
            "It is no calendar: expected a file that begins with BEGIN:VCALENDAR. Export it as iCalendar (.ics)."
                .to_owned()
        }
        CalendarError::Truncated { .. } => {
            "It breaks off in the middle, so that entries would be missing. Download it again.".to_owned()
        }
        other => format!("{other}."),
    }
}

/// Why a file could not be read at all.
pub fn refused_file(refusal: &FileRefusal) -> String {
    match refusal {
        FileRefusal::TooLarge { name, bytes } => format!(
            "{name} has {} MB; at most {} MB are read. Export a shorter period.",
            bytes >> 20,
            ics::MAX_BYTES >> 20
        ),
        FileRefusal::Unreadable { name } => format!("The browser could not read {name}. Choose it again."),
    }
}
