//! Field: the boxes, for whoever stands before one.

use crate::ui::prelude::*;

use crate::collections::{self, sort_by};
use crate::domain::BoxId;
use crate::ui::kit::*;
use crate::ui::pages::carriage::{ExportDialog, ImportDialog};
use crate::ui::pages::smartbox::{NoLinks, VisitNews};
use crate::ui::route::Route;
use crate::ui::router::Link;
use crate::ui::state::App;
use crate::ui::visits::{Via, Visits};
use crate::ui::words;

/// The page: every box with what it is owed, those first that were owed something when it was opened, and one press to visit each.
#[component]
pub fn FieldPage() -> impl IntoView {
    let app = App::here();
    let via = RwSignal::new(Via::chosen().value().to_owned());
    Effect::new(move |_| {
        if let Some(via) = Via::of_value(&via.get()) {
            via.choose();
        }
    });
    let links: Vec<Via> = Via::ALL.into_iter().filter(|via| via.is_supported()).collect();
    let choices: Vec<Choice> = links.into_iter().map(|via| Choice::new(via.value(), words::boxes::via(via))).collect();
    // Those that are owed something now stay first: what was visited must not move away under the hand.
    let urgent: collections::Set<BoxId> = app.peek(|v| {
        let boxes = v.ledger.boxes().map(|(id, _)| id);
        boxes.filter(|id| words::boxes::owed_since(&v, *id).is_some()).collect()
    });
    let boxes = Derived::new(move || {
        app.view(|v| {
            let mut boxes: Vec<(bool, String, BoxId)> =
                (v.ledger.boxes()).map(|(id, _)| (!urgent.contains(id), v.box_name(id).to_lowercase(), id)).collect();
            sort_by(&mut boxes, Ord::cmp);
            boxes.into_iter().map(|(.., id)| id).collect::<Vec<_>>()
        })
    });
    let (giving, taking) = (RwSignal::new(Vec::new()), RwSignal::new(false));
    let give = move || giving.set(boxes.get_untracked());
    view! {
        <ExportDialog of=giving />
        <ImportDialog open=taking title="Take from a Courier" />
        <div class="page">
            <PageHead title="Field" text="Stand before a box, and connect: codes go in, events come out.">
                <ShowWhen when=move || !boxes.read().is_empty()>
                    <Button label="Give to a Courier" icon=Icon::Upload on_press=give />
                    <Button label="Take from a Courier" icon=Icon::Download on_press=move || taking.set(true) />
                </ShowWhen>
            </PageHead>
            {match choices.len() {
                0 => view! { <NoLinks /> },
                1 => Markup::default(),
                _ => view! { <div class="field-link"><SelectField label="Reach boxes by" value=via choices /></div> },
            }}
            <ShowWhen
                when=move || !boxes.read().is_empty()
                fallback=|| {
                    view! {
                        <Empty
                            icon=Icon::Vault
                            title="No SmartBox yet"
                            text="Add one with + Add. Its label is all it takes."
                        />
                    }
                }
            >
                <ul class="rows field-boxes" aria-label="SmartBoxes">
                    {each(move || boxes.get(), |id| id.0.to_bits().into(), |id| view! { <FieldBox id /> })}
                </ul>
            </ShowWhen>
        </div>
    }
}

#[component]
fn FieldBox(id: BoxId) -> impl IntoView {
    let app = App::here();
    let visits = Visits::here();
    let name = Signal::derive(move || app.view(|v| v.box_name(id)));
    let text = Signal::derive(move || {
        app.view(|v| {
            let place = v.ledger.smartbox(id).map(|b| v.location_name(b.details().location)).unwrap_or_default();
            format!("{place}, {}", words::boxes::last_visit(&v, id))
        })
    });
    let ready = Derived::new(move || {
        app.view(|v| v.ledger.smartbox(id).is_some_and(|b| b.details().virtual_box || b.pairing().is_some()))
    });
    let standing = Derived::new(move || {
        app.view(|v| {
            let (kind, word) = words::boxes::standing(&v, id);
            let since = words::boxes::owed_since(&v, id).filter(|_| ready.get());
            let since = since.map(|since| [", ", &since].concat());
            (kind, word + &since.unwrap_or_default())
        })
    });
    let running = Signal::derive(move || visits.of(id).is_running());
    let connect = move || spawn_local(visits.visit(id, None));
    view! {
        <li class="rows-item field-box">
            <div class="field-box-head">
                <Link href=Route::SmartBox(id) class="row-link">
                    <Row title=name text icon=Icon::Vault>
                        <StateMark
                            kind=Signal::derive(move || standing.get().0)
                            word=Signal::derive(move || standing.get().1)
                        />
                    </Row>
                </Link>
                <ShowWhen
                    when=move || ready.get()
                    fallback=move || view! { <LinkButton href=Route::SmartBox(id) label=Signal::derive(move || format!("Pair {}", name.get())) /> }
                >
                    <Button
                        label=Signal::derive(move || format!("Connect to {}", name.get()))
                        icon=Icon::Send
                        busy=running
                        on_press=connect
                    />
                </ShowWhen>
            </div>
            <VisitNews id />
        </li>
    }
}
