//! Settings → Messages: what carries e-mail and SMS, and the gateway.

use crate::ui::prelude::*;

use super::templates::Templates;
use crate::domain::{GatewayAddress, Means, MessagingSettings};
use crate::journal::desk::DeskError;
use crate::journal::{Command, Refusal};
use crate::ui::edge::random;
use crate::ui::kit::*;
use crate::ui::pages::keys::FormFailure;
use crate::ui::state::App;
use crate::ui::words::errors;

const DEVICE: &str = "device";
const GATEWAY: &str = "gateway";

fn value(means: Means) -> RwSignal<String> {
    RwSignal::new(if means == Means::Gateway { GATEWAY } else { DEVICE }.to_owned())
}

fn means(value: &str) -> Means {
    if value == GATEWAY { Means::Gateway } else { Means::Device }
}

/// How the organization writes to its visitors, and its own texts.
#[component]
pub fn MessagingSettingsForm() -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let known = app.peek(|v| v.ledger.messaging());
    let (email, sms) = (value(known.email), value(known.sms));
    let address = RwSignal::new(known.gateway.as_ref().map(|g| g.as_str().to_owned()).unwrap_or_default());
    let address_error = RwSignal::new(None);
    let failed = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    // Shown once, and nowhere again.
    let secret = RwSignal::new(None::<String>);
    let has_secret = Derived::new(move || app.view(|v| v.ledger.gateway_secret().is_some()));
    let by_gateway = move || *email.read() == *GATEWAY || *sms.read() == *GATEWAY;
    let read = move || {
        let text = address.get();
        let gateway = if text.trim().is_empty() { None } else { GatewayAddress::parse(&text) };
        let wrong = match (&gateway, text.trim().is_empty()) {
            (None, false) => Some("Expected an address such as https://gateway.example.com/latchbook.".to_owned()),
            (None, true) if by_gateway() => Some("A gateway needs its address.".to_owned()),
            _ => None,
        };
        let ok = wrong.is_none();
        address_error.set(wrong);
        ok.then(|| MessagingSettings { email: means(&email.get()), sms: means(&sms.get()), gateway })
    };
    let write = move |settings: MessagingSettings, new: Option<crate::domain::SigningSecret>| {
        busy.set(true);
        let text = new.as_ref().map(|secret| secret.text().expose().clone());
        app.submit_then(Command::ChangeMessaging(settings, new), move |result| {
            let _ = busy.try_set(false);
            match result {
                Ok(_) => {
                    let _ = failed.try_set(None);
                    match text {
                        Some(text) => drop(secret.try_set(Some(text))),
                        None => toaster.say("Messages updated."),
                    }
                }
                Err(DeskError::Refused(Refusal::NothingToDo)) => toaster.say("Nothing was changed."),
                Err(error) => drop(failed.try_set(Some(errors::desk(&error)))),
            }
        });
    };
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(settings) = read().filter(|_| !busy.get_untracked()) {
            // A gateway without a secret would be refused: the first one is made with it.
            let wants = by_gateway() && !has_secret.get_untracked();
            match wants.then(random::make_signing_secret).transpose() {
                Ok(new) => write(settings, new),
                Err(error) => failed.set(Some(format!("No signing secret could be made: {error}."))),
            }
        }
    };
    let renew = move || match random::make_signing_secret() {
        Ok(new) => write(app.peek(|v| v.ledger.messaging()), Some(new)),
        Err(error) => failed.set(Some(format!("No signing secret could be made: {error}."))),
    };
    let ways = || {
        vec![
            Choice::new(DEVICE, "This device: its own program, filled in"),
            Choice::new(GATEWAY, "The gateway, by itself"),
        ]
    };
    view! {
        <Section title="Messages to visitors">
            <form class="form" on:submit=save novalidate>
                <SelectField label="E-mail goes by" value=email choices=ways() />
                <SelectField label="SMS goes by" value=sms choices=ways() />
                <TextField
                    label="Gateway"
                    value=address
                    error=address_error
                    hint="An https address that is sent signed JSON (Standard Webhooks) and sends e-mail and SMS on."
                    optional=true
                />
                {move || {
                    has_secret
                        .get()
                        .then(|| {
                            view! {
                                <div class="cluster">
                                    <Button label="New Signing Secret" icon=Icon::Lock on_press=renew />
                                    <p class="quiet">"It has one. A new one takes its place at once."</p>
                                </div>
                            }
                        })
                }}
                <FormFailure failed />
                <div class="form-actions">
                    <Button label="Update Messages" kind=ButtonKind::Primary submit=true busy />
                </div>
            </form>
        </Section>
        <Templates />
        <SecretDialog secret />
    }
}

/// Shows a new signing secret, this once.
#[component]
fn SecretDialog(secret: RwSignal<Option<String>>) -> impl IntoView {
    let close = move || secret.set(None);
    view! {
        <Dialog
            open=Signal::derive(move || secret.read().is_some())
            on_close=close
            title="Signing secret"
            footer=move || view! { <Button label="Done" kind=ButtonKind::Primary on_press=close /> }
        >
            <p>
                "Give this to your gateway now. It is not shown again; a new one can be made at any time."
            </p>
            <p class="secret">{move || secret.get()}</p>
            <CopyButton
                label="Copy Signing Secret"
                text=Signal::derive(move || secret.get().unwrap_or_default())
                said=Signal::stored("Signing secret copied.".to_owned())
            />
        </Dialog>
    }
}
