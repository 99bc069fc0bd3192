//! Every part of the interface on made-up data: `trunk serve --example kit examples/kit.html`.
//!
//! For judging a change of the look or of a part without an organization, a box or a journal.
#![allow(missing_docs)]
use latchbook::ui::kit::*;
use latchbook::ui::prelude::*;
use latchbook::ui::router::Router;

fn main() {
    console_error_panic_hook::set_once();
    Theme::apply_stored();
    latchbook::ui::dom::mount_to_body(|| Gallery().into_view());
}

#[component]
fn Gallery() -> impl IntoView {
    let search = RwSignal::new(String::new());
    provide_context(search);
    view! {
        <KitHost>
            <Frame search />
        </KitHost>
    }
}

#[component]
fn Frame(search: RwSignal<String>) -> impl IntoView {
    let toaster = Toaster::here();
    // A page without `<base>` says nothing of where it is served: at the root, then.
    let path = Router::provide(String::new()).path();
    let page = Memo::new(move |_| path.read().split('/').nth(1).unwrap_or_default().to_owned());
    let pages = vec![
        MenuItem::new("Bookings", "/bookings", Icon::Ticket).count(Signal::stored(3)),
        MenuItem::new("Keys", "/keys", Icon::Key),
        MenuItem::new("Locations", "/locations", Icon::MapPin),
        MenuItem::new("Activity", "/activity", Icon::Activity),
        MenuItem::new("Settings", "/settings", Icon::Settings),
    ];
    let adds = ["One-Time Booking", "Key", "Location", "SmartBox"]
        .into_iter()
        .zip([Icon::Ticket, Icon::Key, Icon::MapPin, Icon::Vault])
        .map(|(name, icon)| MenuEntry::new(name, move || toaster.say(format!("{name} it would be."))).icon(icon))
        .collect::<Vec<_>>();
    view! {
        <Shell
            organization="Harbour Keys"
            items=pages
            adds
            search=move || view! { <SearchBox value=search on_input=move |text| search.set(text) /> }
            status=|| {
                view! {
                    <Notice
                        kind=NoticeKind::Warning
                        icon=Icon::WifiOff
                        title="Nothing here is saved yet"
                        text="This browser refused storage: what you enter is gone when the tab closes."
                    />
                }
            }
        >
            {move || match page.read().as_str() {
                "bookings" => view! { <Bookings /> },
                "keys" => view! { <Keys /> },
                "locations" => view! { <Locations /> },
                "activity" => view! { <BoxPage /> },
                _ => view! { <Parts /> },
            }}
        </Shell>
    }
}

const NAMES: [&str; 8] = [
    "Ada Lindqvist",
    "Tomás Rey",
    "Mei-Ling Okafor",
    "Jonas Bergmann",
    "Priya Raman",
    "Salma Haddad",
    "Wolfeschlegelsteinhausenbergerdorff, Hubert",
    "Ines Duarte",
];
const KEYS: [&str; 5] = ["Harbour loft 3", "Boathouse", "Mill Lane 12, ground floor", "Studio B", "Old customs house"];
const STATES: [(StateKind, &str); 6] = [
    (StateKind::Live, "picked up"),
    (StateKind::Waiting, "upcoming"),
    (StateKind::Live, "ready"),
    (StateKind::Wrong, "overdue"),
    (StateKind::Ended, "ended"),
    (StateKind::Waiting, "on a courier"),
];
const WHENS: [&str; 4] = [
    "today 15:00 – Thursday 11:00",
    "tomorrow 16:00 – 28 Nov 11:00",
    "Friday 14:00 – Monday 10:00",
    "ongoing since May",
];

fn code(index: u64) -> String {
    format!("{:07}", (index * 7_919_113 + 4_829_137) % 10_000_000)
}

#[component]
fn Bookings() -> impl IntoView {
    let search = expect_context::<RwSignal<String>>();
    let filter = RwSignal::new("all".to_owned());
    let count = Memo::new(move |_| {
        if !search.read().is_empty() {
            0
        } else if *filter.read() == "all" {
            1_000_000_usize
        } else {
            40
        }
    });
    let router = Router::here();
    let open = Memo::new(move |_| router.path().read().rsplit_once('/').and_then(|(_, id)| id.parse::<u64>().ok()));
    let chips = [
        ("all", "All"),
        ("now", "Now"),
        ("upcoming", "Upcoming"),
        ("overdue", "Overdue"),
        ("ended", "Ended"),
        ("revoked", "Revoked"),
    ]
    .map(|(value, label)| FilterChip::new(value, label).count(Signal::stored(label.len() * 713)))
    .to_vec();
    let list = move || {
        let chips = chips.clone();
        view! {
            <PageHead title="Bookings" />
            <Filters label="Show" chips value=filter on_choose=move |value| filter.set(value) />
            <ShowWhen
                when=move || count.get() != 0
                fallback=|| {
                    view! {
                        <Empty icon=Icon::Search title="No booking matches" text="Search by visitor, key or code, or show all bookings.">
                            <Button label="Show all" />
                        </Empty>
                    }
                }
            >
                <VirtualList
                    label="Bookings"
                    count
                    id=|index| index as u64
                    row=booking_row
                    selected=open
                    on_open=move |at: RowRef| router.go(format!("/bookings/{}", at.id))
                />
            </ShowWhen>
        }
    };
    view! {
        <Split
            list
            open=Signal::derive(move || open.get().is_some())
            back_href="/bookings"
            back_label="Bookings"
            placeholder=|| view! { <Empty icon=Icon::Ticket title="No booking chosen" text="Choose one to see who, when and which code." /> }
        >
            {move || open.get().map(|id| view! { <Booking id /> })}
        </Split>
    }
}

fn booking_row(index: usize) -> impl IntoView {
    let (kind, word) = STATES[index % STATES.len()];
    view! {
        <Row
            title=NAMES[index % NAMES.len()]
            text=format!("{} · {}", WHENS[index % WHENS.len()], KEYS[index % KEYS.len()])
        >
            <CodeText digits=code(index as u64) size=CodeSize::Inline />
            <StateMark kind word />
        </Row>
    }
}

#[component]
fn Booking(id: u64) -> impl IntoView {
    let revoking = RwSignal::new(false);
    let editing = RwSignal::new(false);
    let start = RwSignal::new("2026-11-26T15:00".to_owned());
    let end = RwSignal::new("2026-11-26T11:00".to_owned());
    let reminder = RwSignal::new(true);
    let toaster = Toaster::here();
    let digits = Signal::stored(code(id));
    view! {
        <PaneHead title=NAMES[id as usize % 8] text="Harbour loft 3 · Pier 4">
            <MenuButton
                label="More actions"
                icon=Icon::More
                icon_only=true
                kind=ButtonKind::Quiet
                entries=vec![
                    MenuEntry::new("Edit", move || editing.set(true)).icon(Icon::Pencil),
                    MenuEntry::new("Revoke Access", move || revoking.set(true)).icon(Icon::Ban).danger(),
                ]
            />
        </PaneHead>
        <CodePanel label="Booking Code" digits copy_label="Copy Booking Code" said="Booking code copied.">
            <StateMark kind=StateKind::Live word="live at Pier 4, read back 14:02" />
        </CodePanel>
        <Section title="About Booking">
            <DetailList>
                <DetailRow label="When">"today 15:00 – Thursday 11:00" <br /> <span class="muted">"16:00 – 12:00 where you are"</span></DetailRow>
                <DetailRow label="Key">"Harbour loft 3, in bin 7"</DetailRow>
                <DetailRow label="Status">
                    <StateMark kind=StateKind::Wrong word="overdue since 11:00" />
                </DetailRow>
                <DetailRow
                    label="Booking URL"
                    action=move || view! { <CopyButton label="Copy Booking URL" text="https://example.test" icon_only=true /> }
                >
                    "latchbook.example/visit#4829137"
                </DetailRow>
                <DetailRow label="Notes">"Arrives late, wants the quiet entrance. Deposit paid."</DetailRow>
            </DetailList>
        </Section>
        <div class="cluster">
            <Button label="Edit" icon=Icon::Pencil on_press=move || editing.set(true) />
            <Button label="Resend Access Instructions" icon=Icon::Send unavailable=Some("Can be sent again at 16:20".to_owned()) />
            <Button label="Revoke Access" kind=ButtonKind::Danger icon=Icon::Ban on_press=move || revoking.set(true) />
        </div>
        <Dialog
            open=revoking
            on_close=move || revoking.set(false)
            title="Revoke this access?"
            footer=move || {
                view! {
                    <Button label="Keep it" on_press=move || revoking.set(false) />
                    <Button
                        label="Revoke Access"
                        kind=ButtonKind::Danger
                        on_press=move || {
                            revoking.set(false);
                            toaster.offer("Access revoked.", "Undo", move || toaster.say("It was not."));
                        }
                    />
                }
            }
        >
            <p>"The code stops opening bin 7 once the box at Pier 4 has heard of it. Until someone delivers, it still works there."</p>
        </Dialog>
        <Dialog
            open=editing
            on_close=move || editing.set(false)
            title="Edit booking"
            footer=move || {
                view! {
                    <Button label="Cancel" on_press=move || editing.set(false) />
                    <Button label="Update" kind=ButtonKind::Primary on_press=move || editing.set(false) />
                }
            }
        >
            <div class="columns">
                <DateTimeField label="Start Date" value=start hint="Europe/Lisbon" />
                <DateTimeField label="End Date" value=end error=Some("The end must be after the start.".to_owned()) />
            </div>
            <SwitchField label="Return Key Reminder" checked=reminder hint="Sent at 09:00 on the day it ends." />
        </Dialog>
    }
}

#[component]
fn Keys() -> impl IntoView {
    view! {
        <div class="page">
            <PageHead title="Keys" text="Five keys at two locations." >
                <Button label="Key" icon=Icon::Plus />
            </PageHead>
            <Rows label="Keys">
                {KEYS
                    .iter()
                    .enumerate()
                    .map(|(index, name)| {
                        let (kind, word) = STATES[index];
                        view! {
                            <RowLink href=format!("/bookings/{index}")>
                                <Row title=*name text="Pier 4" icon=Icon::Key>
                                    <StateMark kind word />
                                </Row>
                            </RowLink>
                        }
                    })
                    .collect_view()}
            </Rows>
        </div>
    }
}

#[component]
fn Locations() -> impl IntoView {
    view! {
        <div class="page">
            <PageHead title="Locations" />
            <Empty icon=Icon::MapPin title="No location yet" text="A location is a place with an address and a time zone. It holds the boxes.">
                <Button label="Add a location" kind=ButtonKind::Primary icon=Icon::Plus />
            </Empty>
        </div>
    }
}

#[component]
fn BoxPage() -> impl IntoView {
    let typed = RwSignal::new(String::new());
    view! {
        <div class="page page-narrow">
            <PageHead title="SmartBox LB-0007" text="Pier 4 · last heard of 3 minutes ago" />
            <div class="keypad-screen" aria-live="polite">
                {move || if typed.read().is_empty() { "Type your code".to_owned() } else { group_code(&typed.read()) }}
            </div>
            <Keypad on_key=move |key| match key {
                KeypadKey::Digit(digit) => typed.update(|typed| typed.push_str(&digit.to_string())),
                KeypadKey::Clear | KeypadKey::Enter => typed.set(String::new()),
            } />
        </div>
    }
}

#[component]
fn Parts() -> impl IntoView {
    let toaster = Toaster::here();
    let name = RwSignal::new("Ada Lindqvist".to_owned());
    let mail = RwSignal::new("ada@".to_owned());
    let notes = RwSignal::new(String::new());
    let key = RwSignal::new("2".to_owned());
    let ticked = RwSignal::new(true);
    let kind = RwSignal::new("once".to_owned());
    let choices =
        KEYS.iter().enumerate().map(|(index, name)| Choice::new(index.to_string(), *name)).collect::<Vec<_>>();
    let cards = vec![
        RadioCard {
            value: "once".into(),
            label: "One-Time Booking".into(),
            text: "From a start to an end.".into(),
            icon: Some(Icon::Ticket),
        },
        RadioCard {
            value: "ongoing".into(),
            label: "Ongoing Access".into(),
            text: "Until someone revokes it.".into(),
            icon: Some(Icon::Refresh),
        },
    ];
    view! {
        <div class="page">
            <PageHead title="Settings" text="Every part on one page." />
            <Section title="Appearance">
                <div><ThemePicker /></div>
            </Section>
            <Section title="Buttons">
                <div class="cluster">
                    <Button label="Update" kind=ButtonKind::Primary on_press=move || toaster.say("Saved.") />
                    <Button label="Edit" icon=Icon::Pencil on_press=move || toaster.offer("Moved to Thursday.", "Undo", || ()) />
                    <Button label="See Visitors" kind=ButtonKind::Quiet icon=Icon::Users />
                    <Button label="Revoke Access" kind=ButtonKind::Danger icon=Icon::Ban />
                    <Button label="Saving" kind=ButtonKind::Primary busy=true />
                    <Button label="Copy" icon=Icon::Copy icon_only=true kind=ButtonKind::Quiet />
                    <Button label="Resend Access Instructions" unavailable=Some("Can be sent again at 16:20".to_owned()) />
                    <LinkButton href="/bookings" label="All bookings" />
                </div>
            </Section>
            <Section title="States">
                <div class="cluster">
                    <StateMark kind=StateKind::Live word="live" />
                    <StateMark kind=StateKind::Waiting word="on a courier" />
                    <StateMark kind=StateKind::Wrong word="overdue" />
                    <StateMark kind=StateKind::Ended word="ended" />
                    <StateMark kind=StateKind::Plain word="draft" />
                </div>
            </Section>
            <Section title="Codes">
                <CodeText digits="4829137" />
                <CodeText digits="482913705" />
            </Section>
            <Section title="Notices">
                <Notice title="Three grants wait for a courier" text="The next visit to Pier 4 carries them." />
                <Notice kind=NoticeKind::Warning title="Pier 4 has not been heard of for two days" text="Codes made since then do not work there.">
                    <Button label="Plan a visit" />
                </Notice>
                <Notice kind=NoticeKind::Error title="The booking was not saved" text="Storage is full. Nothing was lost; make room and try again.">
                    <Button label="Try again" />
                </Notice>
            </Section>
            <Section title="Fields">
                <div class="stack"><RadioCards label="What to make" value=kind cards />
                <div class="columns">
                    <TextField label="Visitor" value=name suggestions=vec!["Ada Lindqvist".to_owned()] />
                    <TextField label="E-mail" kind=TextKind::Email value=mail error=Some("An address has something after the @.".to_owned()) />
                    <PickField
                        label="Key of ten thousand"
                        value=RwSignal::new("12".to_owned())
                        find=|text: String| {
                            (0..10_000)
                                .map(|number| Choice::new(number.to_string(), format!("Locker {number}")))
                                .filter(|choice| choice.label.contains(text.trim()))
                                .take(12)
                                .collect::<Vec<_>>()
                        }
                        name_of=|value: String| format!("Locker {value}")
                    />
                    <SelectField label="Key" value=key choices hint="Its home is Pier 4." />
                    <DateTimeField label="Start Date" value=RwSignal::new("2026-11-26T15:00".to_owned()) hint="Europe/Lisbon" />
                </div>
                <TextAreaField label="Notes" value=notes optional=true />
                <CheckField label="Send the instructions now" checked=ticked hint="By e-mail, in Portuguese." />
                <SwitchField label="Return Key Reminder" checked=RwSignal::new(false) />
            </div>
            </Section>
            <Section title="A file">
                <DropZone
                    label="Choose a calendar"
                    hint="An .ics file, or drop it anywhere on the page."
                    accept=".ics,text/calendar"
                    on_file=move |file: TextFile| toaster.say(format!("{}: {} characters", file.name, file.text.len()))
                />
            </Section>
        </div>
    }
}
