//! One alias code: for whom, which digits, which booking, which boxes know it, and what can be done with it.

use crate::ui::prelude::*;

use super::change::ChangeAlias;
use super::link::{LinkToBooking, UnlinkDialog};
use super::retire::RetireDialog;
use crate::domain::{AliasId, BoxId, Stamp, VisitorDetails};
use crate::journal::Hlc;
use crate::journal::command::Command;
use crate::journal::fact::Subject;
use crate::journal::ledger::Alias;
use crate::journal::queries::{AliasLife, Filter};
use crate::ui::kit::*;
use crate::ui::pages::bookings::about::OtherBooking;
use crate::ui::pages::bookings::saying;
use crate::ui::pages::messages::Ask;
use crate::ui::route::Route;
use crate::ui::router::Link;
use crate::ui::state::{App, View};
use crate::ui::words::{aliases, messages, people, times};

/// The alias code that the address names.
#[component]
pub fn AboutAlias(
    /// Which.
    id: AliasId,
) -> impl IntoView {
    let app = App::here();
    let known = Derived::new(move || app.view(|v| v.ledger.alias(id).is_some()));
    move || {
        if known.get() {
            view! { <About id /> }
        } else {
            view! { <NoSuchAlias /> }
        }
    }
}

/// An address that names no alias code.
#[component]
pub fn NoSuchAlias() -> impl IntoView {
    view! {
        <Empty
            icon=Icon::Hash
            title="No such alias code here"
            text="The address names an alias code that this device does not know. It may be on a device that has not shared it yet."
        >
            <LinkButton href=Route::Aliases label="All alias codes" />
        </Empty>
    }
}

/// What an alias code says of itself, from its view.
type Say = fn(&View, &Alias) -> String;

#[component]
fn About(id: AliasId) -> impl IntoView {
    let app = App::here();
    let (editing, linking, unlinking, retiring) =
        (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let say = move |say: Say| {
        Derived::new(move || app.view(|v| v.ledger.alias(id).map(|alias| say(&v, alias)).unwrap_or_default()))
    };
    let life =
        Derived::new(move || app.view(|v| v.ledger.alias_life(id, v.zones, v.now)).unwrap_or(AliasLife::Retired));
    let state = Derived::new(move || app.view(|v| aliases::life(&v, life.get())));
    let booking = Derived::new(move || match life.get() {
        AliasLife::Linked(booking) | AliasLife::Over(booking) => Some(booking),
        AliasLife::NotLinked | AliasLife::Retired => None,
    });
    let lives = move || life.get() != AliasLife::Retired;
    let linked = Derived::new(move || matches!(life.get(), AliasLife::Linked(_)));
    let free = move || lives() && !linked.get();
    let location = Derived::new(move || app.view(|v| Some(v.ledger.alias(id)?.stay()?.location)));
    let retire_reason = Signal::derive(move || linked.get().then(|| "Unlink it first.".to_owned()));
    view! {
        <PaneHead
            title=Signal::derive(move || app.view(|v| aliases::who(&v, id)))
            text=say(|v, a| a.stay().map_or_else(|| "Alias code".to_owned(), |stay| {
                format!("Alias code · expected {}", aliases::expected(v, stay))
            }))
        >
            <ShowWhen when=lives>
                <Button label="Edit" icon=Icon::Pencil on_press=move || editing.set(true) />
            </ShowWhen>
            <ShowWhen when=free>
                <Button
                    label="Link to Booking"
                    icon=Icon::Link
                    kind=ButtonKind::Primary
                    on_press=move || linking.set(true)
                />
            </ShowWhen>
        </PaneHead>
        <CodePanel
            label="Alias Code"
            digits=say(|_, a| a.code().digits())
            copy_label="Copy Alias Code"
            said=Signal::stored("Alias code copied.".to_owned())
        >
            <StateMark kind=Signal::derive(move || state.read().0) word=Signal::derive(move || state.read().1.clone()) />
        </CodePanel>
        <Conflicts id />
        <Section title="About Alias Code">
            <DetailList>
                <DetailRow label="For">{move || app.view(|v| people::alias(&v, id)).unwrap_or_else(|| "Nobody yet".to_owned())}</DetailRow>
                <ShowWhen when=move || booking.get().is_some()>
                    <DetailRow
                        label="Booking"
                        action=move || {
                            view! {
                                <ShowWhen when=move || linked.get()>
                                    <Button label="Unlink" kind=ButtonKind::Quiet on_press=move || unlinking.set(true) />
                                </ShowWhen>
                            }
                        }
                    >
                        {move || {
                            booking
                                .get()
                                .map(|booking| {
                                    let said = app.view(|v| {
                                        let key = v.ledger.booking(booking).map(|b| v.key_name(b.key())).unwrap_or_default();
                                        format!("{} · {key} · {}", v.visitor_name(booking), v.booking_span(booking))
                                    });
                                    view! { <Link href=Route::booking(booking)>{said}</Link> }
                                })
                        }}
                    </DetailRow>
                </ShowWhen>
                <DetailRow label="Expected">
                    <p>{say(|v, a| a.stay().map_or_else(|| "Not known when and where".to_owned(), |stay| aliases::expected(v, stay)))}</p>
                    <p class="muted">{say(exactly)}</p>
                </DetailRow>
                <ShowWhen when=move || location.get().is_some()>
                    <DetailRow label="Location">
                        {move || {
                            location
                                .get()
                                .map(|location| {
                                    let name = app.view(|v| v.location_name(location));
                                    view! { <Link href=Route::Location(location)>{name}</Link> }
                                })
                        }}
                    </DetailRow>
                </ShowWhen>
                <Line label="Class of key" text=say(|_, a| {
                    a.stay().and_then(|stay| stay.class.as_ref()).map(ToString::to_string).unwrap_or_default()
                }) />
                <DetailRow label="At the keypad">{move || at_the_keypad(life.get())}</DetailRow>
                <Line label="E-mail" text=say(|v, a| {
                    visitor(v, a).and_then(|p| p.email.as_ref()).map(|e| e.as_str().to_owned()).unwrap_or_default()
                }) />
                <Line label="Mobile" text=say(|v, a| {
                    visitor(v, a).and_then(|p| p.mobile.as_ref()).map(|m| m.as_str().to_owned()).unwrap_or_default()
                }) />
                <Line label="Language" text=say(|v, a| {
                    visitor(v, a).map(|p| people::language(p.language).to_owned()).unwrap_or_default()
                }) />
                <Instructions id lives=Signal::derive(lives) />
                <DetailRow label="Made">{say(|v, a| stamped(v, a, a.made()))}</DetailRow>
                <Line label="Retired" text=say(|v, a| a.retired().map(|at| stamped(v, a, at)).unwrap_or_default()) />
            </DetailList>
        </Section>
        <Boxes id />
        <ShowWhen when=lives>
            <div class="cluster">
                <Button
                    label="Retire"
                    kind=ButtonKind::Danger
                    icon=Icon::Archive
                    unavailable=retire_reason
                    on_press=move || retiring.set(true)
                />
            </div>
        </ShowWhen>
        <ChangeAlias id open=editing />
        <LinkToBooking alias=id open=linking />
        <UnlinkDialog booking=Signal::derive(move || booking.get()) open=unlinking />
        <RetireDialog id open=retiring />
    }
}

/// A label and its value, where there is one.
#[component]
fn Line(label: &'static str, #[prop(into)] text: Signal<String>) -> impl IntoView {
    view! {
        <ShowWhen when=move || !text.read().is_empty()>
            <DetailRow label>{text}</DetailRow>
        </ShowWhen>
    }
}

fn visitor<'v>(view: &View<'v>, alias: &Alias) -> Option<&'v VisitorDetails> {
    view.ledger.visitor(alias.visitor()?)
}

fn exactly(view: &View, alias: &Alias) -> String {
    let Some(stay) = alias.stay() else { return String::new() };
    let exact = saying::exact(stay.window);
    match view.location_rules(stay.location) {
        Some(rules) => format!("{exact} ({})", saying::clocks(rules, stay.window.instants(rules).0)),
        None => exact,
    }
}

/// What a box that knows the code answers when it is typed.
const fn at_the_keypad(life: AliasLife) -> &'static str {
    match life {
        AliasLife::NotLinked => {
            "A box that knows the code answers “not linked yet”. It opens once it is linked to a booking and a visit has told the box."
        }
        AliasLife::Linked(_) => "It is the booking’s code: About Booking says what a box answers.",
        AliasLife::Over(_) => "Its booking is over. It can be linked to the next one.",
        AliasLife::Retired => "A box that was told refuses it.",
    }
}

/// When, by the clocks where the visitor is expected, and by which device something was written.
fn stamped(view: &View, alias: &Alias, stamp: Stamp) -> String {
    let at = Hlc::from_bits(stamp.clock).time();
    let said = match alias.stay().and_then(|stay| view.location_rules(stay.location)) {
        Some(rules) => times::moment(at, rules, view.now),
        None => view.own_moment(at),
    };
    let device = stamp.by.device();
    match view.ledger.device(device) {
        Some(device) => format!("{said}, by {}", device.name),
        None => format!("{said}, by device {device}"),
    }
}

/// How the visitor is told of the code, how far that is, and the way to send it later or again.
#[component]
fn Instructions(id: AliasId, lives: Signal<bool>) -> impl IntoView {
    let app = App::here();
    let about = Subject::Alias(id);
    let channel = Derived::new(move || app.view(|v| v.ledger.channel(about)));
    let last = Derived::new(move || {
        app.view(|v| {
            let newest = v.ledger.messages_about(about).max_by_key(|(_, message)| message.made_at());
            newest.map(|(_, message)| {
                let (kind, word) = messages::state(message.state());
                let at = Hlc::from_bits(message.since().clock).time();
                (kind, format!("{word} {}", v.own_moment(at)))
            })
        })
    });
    let ever = move || app.view(|v| v.ledger.messages_about(about).any(|(_, message)| message.went_out()));
    let label = Signal::derive(move || {
        if ever() { "Resend Access Instructions".to_owned() } else { "Send Access Instructions".to_owned() }
    });
    view! {
        <DetailRow label="Instructions">
            <div class="stack alias-instructions">
                <p>{move || people::channel(channel.get())}</p>
                {move || {
                    let never = || channel.get().map(|_| (StateKind::Plain, "Not sent".to_owned()));
                    last.get().or_else(never).map(|(kind, word)| view! { <StateMark kind word /> })
                }}
                <ShowWhen when=move || lives.get() && channel.get().is_some()>
                    <div>
                        <Ask label about ask=Command::Resend(about) />
                    </div>
                </ShowWhen>
            </div>
        </DetailRow>
    }
}

/// What devices that did not know of each other did with one code.
#[component]
fn Conflicts(id: AliasId) -> impl IntoView {
    let app = App::here();
    let same = Derived::new(move || app.view(|v| v.ledger.alias_conflicts(id)));
    let bookings = Derived::new(move || {
        app.view(|v| {
            let over =
                |id| v.status(id).is_none_or(|status| matches!(status.filter(), Filter::Ended | Filter::Revoked));
            v.ledger.linked_to(id).into_iter().filter(|id| !over(*id)).collect::<Vec<_>>()
        })
    });
    let twice = move || bookings.read().len() > 1;
    view! {
        <ShowWhen when=move || !same.read().is_empty()>
            <Notice
                kind=NoticeKind::Error
                title="This code was chosen twice"
                text="Devices that did not know of each other issued the same digits. Retire one of the two."
            />
            <Rows label="The same code">
                {move || {
                    same.get()
                        .into_iter()
                        .map(|id| {
                            let who = app.view(|v| aliases::who(&v, id));
                            let made = app.view(|v| v.ledger.alias(id).map(|alias| stamped(&v, alias, alias.made())).unwrap_or_default());
                            view! {
                                <RowLink href=Route::Alias(id)>
                                    <Row title=who text=made />
                                </RowLink>
                            }
                        })
                        .collect_view()
                }}
            </Rows>
        </ShowWhen>
        <ShowWhen when=twice>
            <Notice
                kind=NoticeKind::Error
                title="This alias code was given away twice"
                text="Devices that did not know of each other linked it to these bookings. Unlink all but one."
            />
            <Rows label="Bookings in conflict">
                {move || bookings.get().into_iter().map(|id| view! { <OtherBooking id /> }).collect_view()}
            </Rows>
        </ShowWhen>
    }
}

/// The boxes that know an alias code, or still have to hear of it.
fn boxes(view: &View, id: AliasId) -> Vec<(BoxId, (StateKind, &'static str, &'static str))> {
    let Some(alias) = view.ledger.alias(id) else { return Vec::new() };
    let retired = alias.retired().is_some();
    let expected = |location| alias.stay().is_none_or(|stay| stay.location == location);
    let knows = |(smartbox, known): (BoxId, &crate::journal::ledger::SmartBox)| {
        let says = match known.holds(id.0) {
            None if retired || !expected(known.details().location) => return None,
            None if known.refused().contains(&id.0) => {
                (StateKind::Wrong, "No room", "It had no room for this code at the last visit.")
            }
            None => (StateKind::Waiting, "Queued", "It does not know the code yet: a visit brings it."),
            Some(held) if held < alias.grant_stamp() => (
                StateKind::Waiting,
                "Change queued",
                "It does not know yet that the code is retired: a visit tells it.",
            ),
            Some(_) if retired => (StateKind::Ended, "Refuses the code", "It has confirmed that the code is retired."),
            Some(_) => (StateKind::Live, "Knows the code", "It has confirmed the code."),
        };
        Some((smartbox, says))
    };
    view.ledger.boxes().filter_map(knows).collect()
}

#[component]
fn Boxes(id: AliasId) -> impl IntoView {
    let app = App::here();
    let lines = Derived::new(move || app.view(|v| boxes(&v, id)));
    let row = move |(smartbox, (kind, word, what)): (BoxId, (StateKind, &'static str, &'static str))| {
        let (name, heard) = app.view(|v| {
            let visited = v.ledger.smartbox(smartbox).and_then(|b| b.visited()).map(|(at, _)| at);
            let heard = match visited {
                Some(at) => format!("Last word from it {} ago.", times::lasting(v.now.ms() - at.ms())),
                None => "It has not been visited yet.".to_owned(),
            };
            (v.box_name(smartbox), heard)
        });
        view! {
            <RowLink href=Route::SmartBox(smartbox)>
                <span class="box-knows">
                    <Row title=name>
                        <StateMark kind word />
                    </Row>
                    <span class="box-knows-text">{format!("{what} {heard}")}</span>
                </span>
            </RowLink>
        }
    };
    view! {
        <Section title="SmartBoxes">
            <ShowWhen
                when=move || !lines.read().is_empty()
                fallback=|| view! { <p class="quiet">"No box knows this code, and none has to."</p> }
            >
                <Rows label="SmartBoxes">{move || lines.get().into_iter().map(row).collect_view()}</Rows>
            </ShowWhen>
        </Section>
    }
}
