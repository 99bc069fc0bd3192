//! Settings: the organization, this device, its storage, how it looks.

use crate::ui::prelude::*;

use super::devices::DevicesSettings;
use super::keys::FormFailure;
use super::messages::MessagingSettingsForm;
use crate::domain::{CodeDigits, Role};
use crate::journal::Command;
use crate::storage::storage_state::{self, Usage};
use crate::ui::forms;
use crate::ui::kit::*;
use crate::ui::state::{App, Keeping};
use crate::ui::words;

/// The page.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let app = App::here();
    view! {
        <div class="page">
            <PageHead title="Settings" />
            <ShowWhen when=move || app.role() == Role::Manager>
                <OrganizationSettings />
                <MessagingSettingsForm />
            </ShowWhen>
            <DevicesSettings />
            <StorageSettings />
            <Section title="Appearance">
                <ThemePicker />
            </Section>
            <DeviceSettings />
        </div>
    }
}

/// The choices for how many digits booking codes have, with how many codes that makes.
pub fn digit_choices() -> Vec<Choice> {
    (6..=9)
        .filter_map(CodeDigits::new)
        .map(|digits| {
            let codes = match digits.codes() {
                1_000_000.. => format!("{} million", digits.codes() / 1_000_000),
                codes => format!("{},000", codes / 1000),
            };
            Choice::new(digits.get().to_string(), format!("{} digits ({codes} codes)", digits.get()))
        })
        .collect()
}

#[component]
fn OrganizationSettings() -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let known = app.peek(|v| v.ledger.organization().cloned());
    let name = RwSignal::new(known.as_ref().map(|o| o.name.to_string()).unwrap_or_default());
    let digits = RwSignal::new(known.map(|o| o.digits).unwrap_or_default().get().to_string());
    let name_error = RwSignal::new(None);
    let failed = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(name) = forms::check(forms::name(&name.get()), name_error).filter(|_| !busy.get()) else { return };
        let Some(digits) = digits.get().parse().ok().and_then(CodeDigits::new) else { return };
        busy.set(true);
        app.submit_then(Command::ChangeOrganization { name, digits }, move |result| {
            busy.set(false);
            match result {
                Ok(_) => {
                    failed.set(None);
                    toaster.say("Organization updated.");
                }
                Err(error) => failed.set(Some(words::errors::desk(&error))),
            }
        });
    };
    view! {
        <Section title="Organization">
            <form class="form" on:submit=save novalidate>
                <TextField label="Organization’s name" value=name error=name_error />
                <SelectField
                    label="Booking codes"
                    value=digits
                    choices=digit_choices()
                    hint="For new bookings. A code that was given out stays as it is."
                />
                <FormFailure failed />
                <div class="form-actions">
                    <Button label="Update" kind=ButtonKind::Primary submit=true busy />
                </div>
            </form>
        </Section>
    }
}

#[component]
fn StorageSettings() -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let usage = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        app.version();
        spawn_local(async move { usage.set(storage_state::usage().await.map(|usage| room(&usage))) });
    });
    let ask = move || {
        spawn_local(async move {
            toaster.say(match app.ask_to_keep().await {
                Keeping::Stored { safe: Some(true) } => "The browser will not clear this data by itself.",
                _ => "The browser did not promise. Installing the app, or using it more, often changes its mind.",
            });
        });
    };
    view! {
        <Section title="Storage on this device">
            {move || match app.keeping().get() {
                Keeping::MemoryOnly(reason) => {
                    view! {
                        <Notice
                            kind=NoticeKind::Error
                            title="Nothing is saved on this device"
                            text=format!("What you enter is gone when this tab closes. {reason}")
                        />
                    }
                }
                Keeping::Stored { safe: Some(true) } => {
                    view! { <p>"Everything is saved in this browser, and the browser has promised not to clear it by itself."</p> }
                }
                Keeping::Stored { safe } => {
                    let text = if safe.is_none() {
                        "Everything is saved in this browser."
                    } else {
                        "Everything is saved in this browser. When the device runs short of room, the browser may clear it: it has not promised to keep it."
                    };
                    view! {
                        <p>{text}</p>
                        <div class="form-actions">
                            <Button label="Keep Data Safe" icon=Icon::Lock on_press=ask />
                        </div>
                        <p class="quiet">
                            "This asks the browser never to clear your bookings to make room. There is no copy on a server."
                        </p>
                    }
                }
            }}
            {move || usage.get().map(|text| view! { <p class="quiet">{text}</p> })}
        </Section>
    }
}

/// How much room is taken, and how much there is.
fn room(usage: &Usage) -> String {
    let said = |bytes: u64| match bytes {
        0..1_000_000 => "less than 1 MB".to_owned(),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => {
            let tenths = (bytes + 50_000_000) / 100_000_000;
            format!("{}.{} GB", tenths / 10, tenths % 10)
        }
    };
    format!("It takes {} of the {} that the browser allows.", said(usage.used), said(usage.quota))
}

#[component]
fn DeviceSettings() -> impl IntoView {
    let app = App::here();
    let about = move || {
        let identity = app.identity();
        identity.map(|identity| {
            app.view(|v| {
                let device = identity.device;
                let name = v.ledger.device(device).map(|d| d.name.to_string()).unwrap_or_default();
                let facts = v.ledger.chain(device).and_then(|c| c.head()).map_or(0, |(last, _)| last);
                (device.to_string(), name, facts, v.ledger.unknown().count())
            })
        })
    };
    view! {
        <Section title="This device">
            {move || {
                about()
                    .map(|(id, name, facts, unknown)| {
                        view! {
                            <DetailList>
                                <DetailRow label="Name">{name}</DetailRow>
                                <DetailRow label="Identity">{id}</DetailRow>
                                <DetailRow label="Facts it wrote">{facts.to_string()}</DetailRow>
                                <DetailRow label="Version">{env!("CARGO_PKG_VERSION")}</DetailRow>
                            </DetailList>
                            {(unknown > 0)
                                .then(|| {
                                    view! {
                                        <Notice
                                            title=format!("{unknown} facts come from a newer Latchbook")
                                            text="They are kept, and take effect after the update: reload the page to get it."
                                        />
                                    }
                                })}
                        }
                    })
            }}
        </Section>
    }
}
