//! What a box wrote down: what it still holds, and what the journal has of it.

use crate::ui::prelude::*;

use super::device::Device;
use crate::collections::sort_by;
use crate::domain::BoxId;
use crate::journal::Entry;
use crate::journal::fact::{FactBody, Vocabulary};
use crate::journal::port::JournalError;
use crate::smartbox::LoggedEvent;
use crate::ui::kit::*;
use crate::ui::state::App;
use crate::ui::words;

/// How many events are shown at first, and how many more each time.
const A_PAGE: usize = 12;
/// How many entries of the journal are read at once.
const A_READING: u64 = 1_024;

/// What the journal has of a box's log, the newest first.
#[derive(Clone, PartialEq, Default)]
struct Kept {
    events: Vec<LoggedEvent>,
    /// Whether there may be older ones.
    more: bool,
}

async fn read(app: App, id: BoxId, wanted: usize) -> Result<Kept, JournalError> {
    let mut events = Vec::new();
    let mut before = app.position();
    while events.len() < wanted && before.0 > 0 {
        let (from, entries) = app.history(before, A_READING).await?;
        events.extend(entries.iter().rev().filter_map(|entry| reported(entry, id)));
        before = from;
    }
    let more = before.0 > 0 || events.len() > wanted;
    // Facts of several devices may have come in any order.
    sort_by(&mut events, |one: &LoggedEvent, other| other.number.cmp(&one.number));
    events.dedup_by_key(|event| event.number);
    events.truncate(wanted);
    Ok(Kept { events, more })
}

fn reported(entry: &Entry, id: BoxId) -> Option<LoggedEvent> {
    let Entry::Fact(fact) = entry else { return None };
    match fact.body(Vocabulary::CURRENT) {
        Some(FactBody::BoxReported { smartbox, event, .. }) if smartbox == id => Some(event),
        _ => None,
    }
}

/// The log of a box.
#[component]
pub(super) fn BoxLog(id: BoxId, device: Device) -> impl IntoView {
    let app = App::here();
    let wanted = RwSignal::new(A_PAGE);
    let kept = RwSignal::new(Ok::<_, JournalError>(Kept::default()));
    Effect::new(move |_| {
        app.version();
        let wanted = wanted.get();
        spawn_local(async move {
            let _ = kept.try_set(read(app, id, wanted).await);
        });
    });
    let rows = Derived::new(move || {
        let through = app.view(|v| v.ledger.smartbox(id).map_or(0, |b| b.read_through()));
        let new = device.log.get().into_iter().filter(|event| event.number > through).map(|event| (event, false));
        let read = kept.read().as_ref().map(|read| read.events.clone()).unwrap_or_default();
        let old = read.into_iter().map(|event| (event, true));
        app.view(|v| {
            let line = |(logged, read): (LoggedEvent, bool)| Line {
                number: logged.number,
                when: v.box_moment(logged.at, id),
                what: words::boxes::event(&v, id, &logged.event, "It"),
                read,
            };
            new.chain(old).map(line).collect::<Vec<_>>()
        })
    });
    let more = move || kept.read().as_ref().is_ok_and(|read| read.more);
    view! {
        <Section title="Log">
            <ShowWhen
                when=move || !rows.read().is_empty()
                fallback=|| view! { <p class="muted">"Nothing was written down yet."</p> }
            >
                <ol class="box-log" reversed>
                    {move || rows.get().into_iter().map(|line| line.view()).collect_view()}
                </ol>
            </ShowWhen>
            {move || {
                kept.with(|kept| kept.as_ref().err().map(words::errors::journal))
                    .map(|text| view! { <Notice kind=NoticeKind::Error title="The log can’t be read" text /> })
            }}
            <ShowWhen when=more>
                <div>
                    <Button
                        label="Show earlier events"
                        kind=ButtonKind::Quiet
                        on_press=move || wanted.update(|n| *n += 4 * A_PAGE)
                    />
                </div>
            </ShowWhen>
        </Section>
    }
}

#[derive(Clone, PartialEq)]
struct Line {
    number: u64,
    when: String,
    what: String,
    read: bool,
}

impl Line {
    fn view(self) -> Markup {
        let Self { number, when, what, read } = self;
        view! {
            <li class="box-log-line">
                <span class="box-log-number figures">{number}</span>
                <span class="box-log-what">{what}</span>
                <span class="box-log-when">
                    {when}
                    {(!read).then(|| view! { <StateMark kind=StateKind::Waiting word="on the box only" /> })}
                </span>
            </li>
        }
    }
}
