//! A SmartBox: as the organization knows it, and the virtual one to press.

mod cabinet;
mod commands;
mod device;
mod form;
mod link;
mod log;
mod visit;

use crate::ui::prelude::*;

use crate::collections::sort_by;
use crate::domain::{BinNumber, BoxId, Instant, KeyId};
use crate::journal::ledger::KeyPlace;
use crate::ui::kit::*;
use crate::ui::pages::carriage::{ExportDialog, ImportDialog, ReaderDialog};
use crate::ui::route::Route;
use crate::ui::router::Link;
use crate::ui::state::App;
use crate::ui::visits::Visits;
use crate::ui::words;

use cabinet::Cabinet;
use commands::Commands;
use device::Device;
use form::PairForm;
pub use form::{BoxForm, NoLinks};
use log::BoxLog;
pub use visit::VisitNews;

/// One SmartBox.
#[component]
pub fn BoxPage(
    /// Which.
    id: BoxId,
) -> impl IntoView {
    let app = App::here();
    let known = Derived::new(move || app.view(|v| v.ledger.smartbox(id).is_some()));
    move || {
        if known.get() {
            view! { <SmartBox id /> }
        } else {
            view! { <NoSuchBox /> }
        }
    }
}

/// An address that names no SmartBox.
#[component]
pub fn NoSuchBox() -> impl IntoView {
    view! {
        <div class="page">
            <Empty
                icon=Icon::Vault
                title="No such SmartBox here"
                text="The address names a SmartBox that this device does not know."
            >
                <LinkButton href=Route::Locations label="All locations" />
            </Empty>
        </div>
    }
}

#[component]
fn SmartBox(id: BoxId) -> impl IntoView {
    let app = App::here();
    let visits = Visits::here();
    let editing = RwSignal::new(false);
    if !untrack(|| visits.log_restarted(id)) {
        visits.clear(id);
    }
    let device = Device::follow(id);
    let details = Derived::new(move || app.view(|v| v.ledger.smartbox(id).map(|b| b.details().clone())));
    let title = Signal::derive(move || app.view(|v| v.box_name(id)));
    let location = Derived::new(move || {
        let at = details.get()?.location;
        Some((at, app.view(|v| v.location_name(at))))
    });
    let is_virtual = move || details.with(|d| d.as_ref().is_some_and(|d| d.virtual_box));
    let running = Signal::derive(move || visits.of(id).is_running());
    let deliver = move || spawn_local(visits.visit(id, None));
    let pairing = RwSignal::new(false);
    let (exporting, importing, reading) = (RwSignal::new(Vec::new()), RwSignal::new(false), RwSignal::new(false));
    let files = Signal::derive(move || {
        let mut entries = vec![
            MenuEntry::new("Export for Box", move || exporting.set(vec![id])),
            MenuEntry::new("Import from Box", move || importing.set(true)),
        ];
        if is_virtual() {
            entries.push(MenuEntry::new("Hold a File to the Reader", move || reading.set(true)));
        }
        entries
    });
    let paired = Derived::new(move || app.view(|v| v.ledger.smartbox(id).is_some_and(|b| b.pairing().is_some())));
    let told = move || {
        view! {
            <Section title="About SmartBox">
                <About id />
            </Section>
            <Section title="Keys, as it last told">
                <Keys id />
            </Section>
        }
    };
    view! {
        <div class="page box-page">
            <div class="box-head">
                {move || {
                    location
                        .get()
                        .map(|(at, name)| {
                            view! {
                                <Link href=Route::Location(at) class="back">
                                    <Glyph icon=Icon::ArrowLeft />
                                    <span>{name}</span>
                                </Link>
                            }
                        })
                }}
                <PageHead title text=Signal::derive(move || standing_line(app, id))>
                    <Button label="Edit" icon=Icon::Pencil on_press=move || editing.set(true) />
                    {move || {
                        let (label, kind) = match paired.get() {
                            true => ("Pair Again", ButtonKind::Secondary),
                            false => ("Pair", ButtonKind::Primary),
                        };
                        let pair = move || pairing.set(true);
                        (!is_virtual()).then(|| view! { <Button label kind icon=Icon::Lock on_press=pair /> })
                    }}
                    <ShowWhen when=move || is_virtual() || paired.get()>
                        <Commands id />
                        <MenuButton label="Files" entries=files icon=Icon::Upload />
                        <Button
                            label=move || if is_virtual() { "Deliver" } else { "Connect" }
                            kind=ButtonKind::Primary
                            icon=Icon::Send
                            busy=running
                            on_press=deliver
                        />
                    </ShowWhen>
                </PageHead>
                <VisitNews id />
            </div>
            <div class="box-columns">
                <div class="box-face">
                    <ShowWhen when=is_virtual fallback=told>
                        <Cabinet id device />
                    </ShowWhen>
                </div>
                <div class="box-words">
                    <ShowWhen when=is_virtual>{told()}</ShowWhen>
                    <BoxLog id device />
                </div>
            </div>
        </div>
        <BoxForm open=editing edit=id />
        <PairForm open=pairing id />
        <ExportDialog of=exporting />
        <ImportDialog open=importing title="Import from Box" />
        <ReaderDialog open=reading id />
    }
}

fn standing_line(app: App, id: BoxId) -> String {
    app.view(|v| {
        let (_, word) = words::boxes::standing(&v, id);
        let visited = words::boxes::last_visit(&v, id);
        if word == visited { word } else { format!("{word}, {visited}") }
    })
}

/// The box as the organization knows it.
#[component]
fn About(id: BoxId) -> impl IntoView {
    let app = App::here();
    let standing = Derived::new(move || app.view(|v| words::boxes::standing(&v, id)));
    let known = move || app.view(|v| v.ledger.smartbox(id).cloned());
    let visit = move || {
        let visited = known().and_then(|b| b.visited());
        visited.map(|(at, clock)| (app.view(|v| v.box_moment(at, id)), clock.ms() - at.ms()))
    };
    let lost = move || -> u64 {
        known().map_or(0, |b| b.lost().iter().map(|(first, last)| last.saturating_sub(*first) + 1).sum())
    };
    let live = move || app.view(|v| v.ledger.held(id, v.zones).iter().filter(|grant| !grant.is_dead(v.now)).count());
    let refused = move || known().map_or(0, |b| b.refused().len());
    view! {
        <DetailList>
            <DetailRow label="Delivery">
                <StateMark
                    kind=Signal::derive(move || standing.get().0)
                    word=Signal::derive(move || standing.get().1)
                />
            </DetailRow>
            <DetailRow label="Holds">
                {move || match live() {
                    1 => "1 live booking".to_owned(),
                    n => format!("{n} live bookings"),
                }}
            </DetailRow>
            <DetailRow label="Last visit">
                {move || match visit() {
                    None => view! { <span class="muted">"never"</span> },
                    Some((at, off)) => {
                        let clock = words::boxes::clock(off);
                        view! { {at} <span class="muted">{format!("; its clock was {clock}")}</span> }
                    }
                }}
            </DetailRow>
            <DetailRow label="Events">
                {move || match known().map_or(0, |b| b.read_through()) {
                    0 => "none read yet".to_owned(),
                    n => format!("read up to number {n}"),
                }}
                {move || {
                    (lost() > 0)
                        .then(|| {
                            view! {
                                <StateMark
                                    kind=StateKind::Wrong
                                    word=format!("{} lost before anyone read them", lost())
                                />
                            }
                        })
                }}
            </DetailRow>
            {move || {
                (refused() > 0)
                    .then(|| {
                        view! {
                            <DetailRow label="No room">
                                <StateMark
                                    kind=StateKind::Wrong
                                    word=format!("{} of its bookings did not fit", refused())
                                />
                            </DetailRow>
                        }
                    })
            }}
            <DetailRow label="Serial number">
                {move || known().map(|b| b.details().serial.to_string())}
            </DetailRow>
            <DetailRow label="Kind">
                {move || {
                    known()
                        .map(|b| {
                            let kind = if b.details().virtual_box { "Virtual SmartBox" } else { "SmartBox" };
                            format!("{kind}, {} bins", b.details().bins)
                        })
                }}
            </DetailRow>
        </DetailList>
    }
}

/// The keys that the journal knows to be in the box.
#[component]
fn Keys(id: BoxId) -> impl IntoView {
    let app = App::here();
    let keys = Derived::new(move || {
        app.view(|v| {
            let here = v.ledger.keys().filter_map(|(key, k)| match k.place() {
                KeyPlace::InBin { smartbox, bin, since } if smartbox == id => Some((bin, key, since)),
                _ => None,
            });
            let mut keys: Vec<(BinNumber, KeyId, Instant)> = here.collect();
            sort_by(&mut keys, Ord::cmp);
            keys.into_iter()
                .map(|(bin, key, since)| {
                    (key, v.key_name(key), format!("Bin {bin}, since {}", v.box_moment(since, id)))
                })
                .collect::<Vec<_>>()
        })
    });
    view! {
        <ShowWhen
            when=move || !keys.read().is_empty()
            fallback=|| view! { <p class="muted">"No key that anyone knows of."</p> }
        >
            <Rows label="Keys in this SmartBox">
                {move || {
                    keys.get()
                        .into_iter()
                        .map(|(key, name, text)| {
                            view! {
                                <RowLink href=Route::Key(key)>
                                    <Row title=name text icon=Icon::Key />
                                </RowLink>
                            }
                        })
                        .collect_view()
                }}
            </Rows>
        </ShowWhen>
    }
}
