//! The face of the virtual SmartBox: its bins, display, keypad and reader, and the hands of whoever stands before it.

use crate::ui::prelude::*;
use leptos::ev::{KeyboardEvent, keydown};

use super::device::Device;
use super::link::LinkFold;
use crate::collections::{self, sort_by};
use crate::domain::time::{DAY_MS, HOUR_MS};
use crate::domain::{BinNumber, BoxId, Instant, KeyId};
use crate::journal::ledger::KeyPlace;
use crate::smartbox::{BinReport, Button as BoxButton, Input, Screen};
use crate::ui::kit::*;
use crate::ui::state::App;
use crate::ui::virtual_box::VirtualBoxes;
use crate::ui::words;
use crate::ui::words::boxes::Mood;

/// The virtual SmartBox, to press.
#[component]
pub(super) fn Cabinet(id: BoxId, device: Device) -> impl IntoView {
    let app = App::here();
    let hand = RwSignal::new(String::new());
    let elsewhere = keys_elsewhere(id, device);
    let chosen = RwSignal::new(None::<BinNumber>);
    let ready = move || !device.bins.read().is_empty();
    let clock =
        move || app.view(|v| Some(v.location_rules(v.ledger.smartbox(id)?.details().location)?.wall(device.clock())));
    let serial = app.peek(|v| v.ledger.smartbox(id).map(|b| b.details().serial.to_string()));
    let name = Signal::derive(move || format!("Virtual SmartBox {}", app.view(|v| v.box_name(id))));
    view! {
        {move || {
            device
                .trouble()
                .map(|trouble| {
                    let text = words::boxes::trouble(&trouble);
                    view! { <Notice kind=NoticeKind::Error title="The virtual SmartBox does not answer" text /> }
                })
        }}
        <ShowWhen when=ready>
            <section class="cabinet" aria-label=name>
                <header class="cabinet-plate">
                    <span class="cabinet-name">{move || app.view(|v| v.box_name(id))}</span>
                    <span class="cabinet-serial">{serial.clone()}</span>
                    <span class="cabinet-clock figures">
                        <span class="unseen">"Its clock shows "</span>
                        {move || clock().map(|at| at.time().to_string())}
                    </span>
                </header>
                <div class="cabinet-fascia">
                    <Display id device />
                    <Keypad on_key=move |key| device.step(Input::Press(pressed(key))) />
                    <div class="cabinet-reader" aria-hidden="true">
                        <ReaderMark />
                    </div>
                </div>
                <div class="cabinet-bins" role="group" aria-label="Bins">
                    {each(
                        move || device.bins.with(|bins| bins.iter().map(|bin| bin.bin).collect()),
                        |bin| bin.get().into(),
                        move |bin| view! { <Bin bin device chosen /> },
                    )}
                </div>
            </section>
            <AtTheDoor device hand />
            <Hands device hand elsewhere />
            <ItsClock id device />
            <Section title="Inside the box">
                <div>
                    <Button label="Press the service button" on_press=move || device.step(Input::PressService) />
                </div>
            </Section>
            <LinkFold id />
        </ShowWhen>
        <BinDialog device chosen hand elsewhere />
        <Typing device />
    }
}

fn pressed(key: KeypadKey) -> BoxButton {
    match key {
        KeypadKey::Digit(digit) => BoxButton::Digit(digit),
        KeypadKey::Clear => BoxButton::Clear,
        KeypadKey::Enter => BoxButton::Enter,
    }
}

/// Whether the focus is on nothing that takes keys.
fn focus_is_free() -> bool {
    document().active_element().is_none_or(|at| at.tag_name() == "BODY" || at.has_attribute("data-takes-focus"))
}

/// Lets a keyboard's digits go to the box while nothing else on the page wants them.
#[component]
fn Typing(device: Device) -> impl IntoView {
    let listen = window_event_listener(keydown, move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
            return;
        }
        if !focus_is_free() {
            return;
        }
        let button = match event.key().as_str() {
            "Enter" => BoxButton::Enter,
            "Escape" | "Backspace" | "Delete" => BoxButton::Clear,
            key => match key.as_bytes() {
                [digit @ b'0'..=b'9'] => BoxButton::Digit(digit - b'0'),
                _ => return,
            },
        };
        event.prevent_default();
        device.step(Input::Press(button));
    });
    on_cleanup(move || listen.remove());
}

/// What the box shows.
#[component]
fn Display(id: BoxId, device: Device) -> impl IntoView {
    let app = App::here();
    let shown = Derived::new(move || {
        let screen = device.screen.get();
        app.view(|v| {
            let rules = v.ledger.smartbox(id).and_then(|b| v.location_rules(b.details().location));
            // By the box's own clock: a box knows no other.
            let now = v.now.plus_ms(device.offset.get());
            let said = |at: Instant| match rules {
                Some(rules) => words::times::moment(at, rules, now),
                None => String::new(),
            };
            words::boxes::screen(&screen, said)
        })
    });
    let class = move || match shown.read().mood {
        Mood::Rest => "display",
        Mood::Go => "display display-go",
        Mood::No => "display display-no",
    };
    let left = move || {
        let until = device.screen.with(words::boxes::locked_until)?;
        Some(words::boxes::countdown(until.ms() - device.clock().ms()))
    };
    // A voice is told that a digit was taken, and how many there are; what they are is seen.
    let typed = move || match &*device.screen.read() {
        Screen::Typing { digits } => Some(digits.expose().chars().count()),
        _ => None,
    };
    view! {
        <div class=class>
            <div role="status" aria-live="polite" aria-atomic="true" class="display-words">
                {move || match typed() {
                    Some(count) => {
                        view! {
                            <p class="display-title display-digits" aria-hidden="true">
                                {shown.get().title}
                            </p>
                            <p class="unseen">{format!("{count} digits")}</p>
                        }
                    }
                    None => view! { <p class="display-title">{shown.get().title}</p> },
                }}
                <p class="display-text">{move || shown.get().text}</p>
            </div>
            {move || left().map(|left| view! { <p class="display-left figures" role="timer">{left}</p> })}
        </div>
    }
}

#[component]
fn ReaderMark() -> impl IntoView {
    view! {
        <svg class="reader-mark" viewBox="0 0 48 24">
            <path d="M8 12h.01M14 7.5a7 7 0 0 1 0 9M20 4.5a12 12 0 0 1 0 15M26 2a16.5 16.5 0 0 1 0 20" />
            <circle cx="39" cy="12" r="4.5" />
            <path d="M39 16.5v5" />
        </svg>
    }
}

/// One bin: its door, and behind it the key.
#[component]
fn Bin(bin: BinNumber, device: Device, chosen: RwSignal<Option<BinNumber>>) -> impl IntoView {
    let app = App::here();
    let report = Derived::new(move || report_of(device, bin));
    let key = Derived::new(move || report.get().and_then(|r| r.holding).map(|key| app.view(|v| v.key_name(key))));
    let open = move || report.get().is_some_and(|r| r.open);
    let disabled = move || report.get().is_some_and(|r| !r.enabled);
    let name = move || {
        let holding = key.get().map_or_else(|| "empty".to_owned(), |key| format!("holding {key}"));
        let open = if open() { ", door open" } else { "" };
        let disabled = if disabled() { ", out of service" } else { "" };
        format!("Bin {bin}, {holding}{open}{disabled}")
    };
    view! {
        <button
            type="button"
            class="bin"
            class:bin-open=open
            class:bin-disabled=disabled
            class:bin-holding=move || key.read().is_some()
            aria-label=name
            aria-haspopup="dialog"
            on:click=move |_| chosen.set(Some(bin))
        >
            <span class="bin-inside">
                {move || key.read().is_some().then(|| view! { <KeyOnHook /> })}
                <span class="bin-word">{move || if key.read().is_some() { "open" } else { "open, empty" }}</span>
            </span>
            <span class="bin-door">
                <span class="bin-number figures">{bin.get()}</span>
                <span class="bin-latch"></span>
                <span class="bin-label">{move || key.get()}</span>
                {move || disabled().then(|| view! { <span class="bin-word">"out of service"</span> })}
            </span>
        </button>
    }
}

#[component]
fn KeyOnHook() -> impl IntoView {
    view! {
        <svg class="bin-key" viewBox="0 0 24 40" aria-hidden="true">
            <path class="bin-hook" d="M12 0v5a3 3 0 0 0 3 3" />
            <circle cx="12" cy="15" r="6" />
            <path d="M12 21v16M12 30h5M12 35h4" />
        </svg>
    }
}

fn report_of(device: Device, bin: BinNumber) -> Option<BinReport> {
    device.bins.with(|bins| bins.iter().find(|report| report.bin == bin).copied())
}

fn key_in(hand: RwSignal<String>) -> Option<KeyId> {
    hand.get().parse().ok()
}

/// What can be done at the doors that stand open.
#[component]
fn AtTheDoor(device: Device, hand: RwSignal<String>) -> impl IntoView {
    let open = Derived::new(move || {
        device.bins.with(|bins| bins.iter().filter(|bin| bin.open).map(|bin| bin.bin).collect::<Vec<_>>())
    });
    view! {
        <div class="at-door">
            {each(move || open.get(), |bin| bin.get().into(), move |bin| view! { <OpenDoor bin device hand /> })}
        </div>
    }
}

#[component]
fn OpenDoor(bin: BinNumber, device: Device, hand: RwSignal<String>) -> impl IntoView {
    let app = App::here();
    let holding = Derived::new(move || report_of(device, bin).and_then(|r| r.holding));
    let says = move || match holding.get() {
        Some(key) => format!("Bin {bin} is open. {} hangs in it.", app.view(|v| v.key_name(key))),
        None => format!("Bin {bin} is open and empty."),
    };
    view! {
        <div class="open-door" role="group" aria-label=format!("Bin {bin}")>
            <p class="open-door-words">{says}</p>
            <DoorButtons bin device hand />
        </div>
    }
}

/// Take, put, close. What most want next stands out.
#[component]
fn DoorButtons(bin: BinNumber, device: Device, hand: RwSignal<String>) -> impl IntoView {
    let holding = Derived::new(move || report_of(device, bin).and_then(|r| r.holding));
    // The key that was just put in is not to be taken again, nor the one just taken put back.
    let done = Derived::new(move || {
        device.screen.with(|s| matches!(s, Screen::Taken { bin: b } | Screen::Returned { bin: b } if *b == bin))
    });
    let take = move || {
        if let Some(key) = holding.get_untracked() {
            hand.set(key.to_string());
            device.step(Input::TakeKey { bin });
        }
    };
    let put = move || {
        if let Ok(key) = hand.get_untracked().parse() {
            hand.set(String::new());
            device.step(Input::PutKey { bin, key });
        }
    };
    let nothing = move || key_in(hand).is_none().then(|| "Choose the key in your hand first.".to_owned());
    // The button that was pressed is another one now: the focus goes to what comes next.
    let close_button = NodeRef::<leptos::html::Button>::new();
    Effect::new(move |before: Option<bool>| {
        let done = done.get();
        if done && before == Some(false) {
            request_animation_frame(move || {
                if let Some(button) = close_button.try_get_untracked().flatten() {
                    let _ = button.focus();
                }
            });
        }
        done
    });
    let act = move |kind: ButtonKind| match holding.get() {
        Some(_) => view! { <Button label="Take the key" kind on_press=take /> },
        None => {
            view! { <Button label="Put the key in" kind unavailable=Signal::derive(nothing) on_press=put /> }
        }
    };
    let shut = move |kind: ButtonKind| {
        let close = move || device.step(Input::CloseDoor { bin });
        view! { <Button label="Close the door" kind node_ref=close_button on_press=close /> }
    };
    // What comes next stands first: pressed twice, the first button takes the key and closes the door.
    view! {
        <div class="cluster">
            {move || match done.get() {
                false => [act(ButtonKind::Primary), shut(ButtonKind::Secondary)],
                true => [shut(ButtonKind::Primary), act(ButtonKind::Secondary)],
            }}
        </div>
    }
}

/// The keys that are in no box, as choices: those that are out first.
fn keys_at_hand(app: App, device: Device, elsewhere: &collections::Set<KeyId>) -> Vec<Choice> {
    let inside: collections::Set<KeyId> = device.bins.with(|bins| bins.iter().filter_map(|bin| bin.holding).collect());
    app.view(|v| {
        let mut keys: Vec<(bool, String, Choice)> = (v.ledger.keys())
            .filter(|(id, _)| !inside.contains(*id) && !elsewhere.contains(*id))
            .map(|(id, key)| {
                let name = key.details().name.to_string();
                let out = !matches!(key.place(), KeyPlace::Unaccounted);
                // What is still said to be in a bin has left it, and nobody has delivered since.
                let place = match key.place() {
                    KeyPlace::InBin { .. } => "just taken".to_owned(),
                    _ => words::places::key(&v, id).1,
                };
                (!out, name.clone(), Choice::new(id.to_string(), format!("{name}: {place}")))
            })
            .collect();
        sort_by(&mut keys, |a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        keys.into_iter().map(|(_, _, choice)| choice).collect()
    })
}

/// The key in the hand of whoever stands before the box, to be held to the reader.
#[component]
fn Hands(device: Device, hand: RwSignal<String>, elsewhere: RwSignal<collections::Set<KeyId>>) -> impl IntoView {
    let app = App::here();
    let choices = Signal::derive(move || {
        let mut choices = vec![Choice::new("", "No key")];
        choices.extend(keys_at_hand(app, device, &elsewhere.read()));
        choices
    });
    let none = move || key_in(hand).is_none().then(|| "Choose a key first.".to_owned());
    let hold = move || {
        if let Ok(key) = hand.get_untracked().parse() {
            device.step(Input::PresentTag(key));
        }
    };
    view! {
        <Section title="Return a key">
            <div class="hands">
                <SelectField label="Key in your hand" value=hand choices />
                <Button label="Hold its tag to the reader" unavailable=Signal::derive(none) on_press=hold />
            </div>
        </Section>
    }
}

/// The keys that hang in other boxes.
fn keys_elsewhere(id: BoxId, device: Device) -> RwSignal<collections::Set<KeyId>> {
    let app = App::here();
    let boxes = VirtualBoxes::here();
    let elsewhere = RwSignal::new(collections::Set::default());
    Effect::new(move |_| {
        app.version();
        device.bins.track();
        spawn_local(async move {
            let _ = elsewhere.try_set(boxes.keys_in_others(id).await);
        });
    });
    elsewhere
}

/// The box's own clock, and ways to put it wrong.
#[component]
fn ItsClock(id: BoxId, device: Device) -> impl IntoView {
    let app = App::here();
    let shows = move || {
        app.view(|v| {
            let rules = v.location_rules(v.ledger.smartbox(id)?.details().location)?;
            Some(words::times::exact(rules.wall(device.clock())))
        })
    };
    let off = move || match words::boxes::clock(device.offset.get()) {
        right if right == "right" => "It is right. Move it to try out what happens later.".to_owned(),
        off => format!("It is {off}. Deliver sets it right."),
    };
    let advance = move |ms: i64| {
        move || {
            device.change(move |device, now| {
                let cabinet = device.cabinet_mut();
                cabinet.set_clock_offset_ms(cabinet.clock_offset_ms().saturating_add(ms));
                // What it shows goes by its clock.
                device.step(Input::Tick, now);
            });
        }
    };
    let back = move || {
        device.change(|device, now| {
            device.cabinet_mut().set_clock_offset_ms(0);
            device.step(Input::Tick, now);
        })
    };
    view! {
        <Section title="Move clock">
            <p class="its-clock">
                <span class="figures">{shows}</span>
                " "
                <span class="muted">{off}</span>
            </p>
            <div class="cluster">
                <Button label="1 hour forward" on_press=advance(HOUR_MS) />
                <Button label="1 day forward" on_press=advance(DAY_MS) />
                <Button
                    label="Back to the true time"
                    unavailable=Signal::derive(move || {
                        (device.offset.get() == 0).then(|| "It shows the true time.".to_owned())
                    })
                    on_press=back
                />
            </div>
        </Section>
    }
}

/// One bin, and what somebody with the box's own key can do to it.
#[component]
fn BinDialog(
    device: Device,
    chosen: RwSignal<Option<BinNumber>>,
    hand: RwSignal<String>,
    elsewhere: RwSignal<collections::Set<KeyId>>,
) -> impl IntoView {
    let title = Signal::derive(move || chosen.get().map_or_else(|| "Bin".to_owned(), |bin| format!("Bin {bin}")));
    let open = Signal::derive(move || chosen.read().is_some());
    view! {
        <Dialog open on_close=move || chosen.set(None) title>
            {move || chosen.get().map(|bin| view! { <BinWork bin device chosen hand elsewhere /> })}
        </Dialog>
    }
}

#[component]
fn BinWork(
    bin: BinNumber,
    device: Device,
    chosen: RwSignal<Option<BinNumber>>,
    hand: RwSignal<String>,
    elsewhere: RwSignal<collections::Set<KeyId>>,
) -> impl IntoView {
    let app = App::here();
    let report = Derived::new(move || report_of(device, bin));
    let holding = move || report.get().and_then(|r| r.holding);
    let (open, enabled) =
        (move || report.get().is_some_and(|r| r.open), move || report.get().is_none_or(|r| r.enabled));
    let put = RwSignal::new(String::new());
    let choices = Signal::derive(move || keys_at_hand(app, device, &elsewhere.read()));
    let no_key = move || put.get().parse::<KeyId>().is_err().then(|| "Choose a key first.".to_owned());
    let put_in = move || {
        if let Ok(key) = put.get_untracked().parse() {
            if hand.get_untracked() == put.get_untracked() {
                hand.set(String::new());
            }
            device.step(Input::PutKey { bin, key });
            chosen.set(None);
        }
    };
    let take_out = move || {
        if let Some(key) = report.get_untracked().and_then(|r| r.holding) {
            hand.set(key.to_string());
        }
        device.step(Input::TakeKey { bin });
        chosen.set(None);
    };
    let serve = move || {
        let enabled = !report.get_untracked().is_none_or(|r| r.enabled);
        device.change(move |device, now| {
            device.cabinet_mut().set_bin(bin, enabled, now);
        });
        chosen.set(None);
    };
    view! {
        <DetailList>
            <DetailRow label="Holds">
                {move || match holding() {
                    Some(key) => view! { {app.view(|v| v.key_name(key))} },
                    None => view! { <span class="muted">"nothing"</span> },
                }}
            </DetailRow>
            <DetailRow label="Door">{move || if open() { "open" } else { "closed" }}</DetailRow>
            <DetailRow label="Service">
                {move || match enabled() {
                    true => view! { <StateMark kind=StateKind::Live word="in service" /> },
                    false => view! { <StateMark kind=StateKind::Wrong word="out of service" /> },
                }}
            </DetailRow>
        </DetailList>
        <ShowWhen
            when=open
            fallback=move || {
                view! {
                    <ShowWhen
                        when=move || holding().is_none()
                        fallback=move || view! { <div><Button label="Take the key out by hand" on_press=take_out /></div> }
                    >
                        <div class="stack">
                            <SelectField
                                label="Key"
                                value=put
                                choices
                                hint="As when a box is stocked, with the box’s own key: no code, no reader."
                            />
                            <div>
                                <Button
                                    label="Put the key in by hand"
                                    kind=ButtonKind::Primary
                                    unavailable=Signal::derive(no_key)
                                    on_press=put_in
                                />
                            </div>
                        </div>
                    </ShowWhen>
                }
            }
        >
            <DoorButtons bin device hand />
        </ShowWhen>
        <div>
            <Button
                label=Signal::derive(move || if enabled() { "Disable bin".to_owned() } else { "Enable bin".to_owned() })
                icon=Icon::Ban
                kind=ButtonKind::Quiet
                on_press=serve
            />
        </div>
    }
}
