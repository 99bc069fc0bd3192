//! Activity: everything that happened, newest first, and the facts behind it.

use crate::ui::prelude::*;
use leptos::web_sys::HtmlDetailsElement;

use crate::domain::cbor;
use crate::journal::fact::{Entry, Fact, Vocabulary};
use crate::journal::port::Position;
use crate::ui::kit::*;
use crate::ui::router::Link;
use crate::ui::state::App;
use crate::ui::words;

/// How many entries of the journal are read at a time.
const PAGE: u64 = 200;

/// The page.
#[component]
pub fn ActivityPage() -> impl IntoView {
    let app = App::here();
    // Newest first; `oldest` is the place in the journal before which nothing was read yet.
    let facts = RwSignal::new(Vec::<Fact>::new());
    let read_to = RwSignal::new(Position(0));
    let oldest = RwSignal::new(Position(0));
    let reading = RwSignal::new(false);
    let failed = RwSignal::new(None::<String>);

    let facts_of = |entries: Vec<Entry>| {
        entries.into_iter().rev().filter_map(|entry| match entry {
            Entry::Fact(fact) => Some(fact),
            Entry::Particulars(_) => None,
        })
    };
    let read = move |before: Position, at_most: u64, newest: bool| {
        reading.set(true);
        spawn_local(async move {
            match app.history(before, at_most).await {
                Ok((from, entries)) => {
                    failed.set(None);
                    if newest {
                        facts.update(|facts| drop(facts.splice(0..0, facts_of(entries))));
                    } else {
                        facts.update(|facts| facts.extend(facts_of(entries)));
                        oldest.set(from);
                    }
                }
                Err(error) => failed.set(Some(words::errors::journal(&error))),
            }
            reading.set(false);
        });
    };
    Effect::new(move |first: Option<()>| {
        app.version();
        let end = app.position();
        let before = read_to.get_untracked();
        if end > before {
            read_to.set(end);
            if first.is_none() {
                oldest.set(end);
                read(end, PAGE, false);
            } else {
                read(end, end.0 - before.0, true);
            }
        }
    });

    view! {
        <div class="page">
            <PageHead title="Activity" text="Everything that happened, newest first. Nothing is ever taken out." />
            {move || failed.get().map(|text| view! { <Notice kind=NoticeKind::Error title=text /> })}
            <ol class="activity" aria-label="Activity">
                {each(move || facts.get(), |fact| fact.id.to_bits().into(), |fact| view! { <Happening fact /> })}
            </ol>
            <ShowWhen when=move || { oldest.get() > Position(0) }>
                <div class="activity-more">
                    <Button
                        label="Show Earlier"
                        busy=reading
                        on_press=move || read(oldest.get_untracked(), PAGE, false)
                    />
                </div>
            </ShowWhen>
        </div>
    }
}

#[component]
fn Happening(fact: Fact) -> impl IntoView {
    let app = App::here();
    let fact = StoredValue::new(fact);
    let said = Derived::new(move || app.view(|v| fact.with_value(|fact| words::activity::fact(&v, fact))));
    let about = Derived::new(move || {
        app.view(|v| {
            fact.with_value(|fact| {
                format!("{}, {}", v.own_moment(words::activity::when(fact)), words::activity::author(&v, fact))
            })
        })
    });
    let open = RwSignal::new(false);
    view! {
        <li class="happening">
            <Glyph icon=said.get_untracked().icon />
            <div class="happening-text">
                {move || {
                    let said = said.get();
                    match said.href {
                        Some(href) => view! { <Link href class="happening-what">{said.text}</Link> },
                        None => view! { <span class="happening-what">{said.text}</span> },
                    }
                }}
                <span class="happening-about">{about}</span>
            </div>
            <details
                class="happening-facts"
                on:toggle=move |event| open.set(event_target::<HtmlDetailsElement>(&event).open())
            >
                <summary>"Facts"</summary>
                <ShowWhen when=move || open.get()>{move || fact.with_value(behind)}</ShowWhen>
            </details>
        </li>
    }
}

/// The fact itself, as it stands in the journal.
fn behind(fact: &Fact) -> Markup {
    let known = fact.body(Vocabulary::CURRENT).is_some();
    let body = cbor::diagnostic(&fact.body);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let lines = [
        ("Device", fact.id.device().to_string()),
        ("Its count", fact.id.counter().to_string()),
        ("Clock", format!("{} + {}", fact.at.time(), fact.at.to_bits() & 0xffff)),
        ("Follows", fact.previous.map_or_else(|| "nothing: the device’s first".to_owned(), |digest| hex(&digest))),
        ("Digest", hex(&fact.digest())),
    ];
    view! {
        <dl class="fact">
            {lines
                .into_iter()
                .map(|(label, value)| view! { <div><dt>{label}</dt><dd class="fact-value">{value}</dd></div> })
                .collect_view()}
        </dl>
        {(!known).then(|| view! { <p>"A kind of fact that this version does not know."</p> })}
        <pre class="fact-body" tabindex="0">{body}</pre>
    }
}
