//! First start: name the organization and the first location, or try it with sample data.

use crate::ui::prelude::*;

use super::joining::JoinOrganization;
use super::keys::FormFailure;
use crate::domain::code::CodeDigits;
use crate::domain::{LocationDetails, ZoneName};
use crate::journal::Command;
use crate::ui::edge::{random, zones};
use crate::ui::forms;
use crate::ui::kit::*;
use crate::ui::state::App;
use crate::ui::{sample, words};

/// The page.
#[component]
pub fn Welcome() -> impl IntoView {
    let app = App::here();
    let organization = RwSignal::new(String::new());
    let location = RwSignal::new(String::new());
    let zone = RwSignal::new(zones::of_this_device().to_string());
    let device = RwSignal::new("First device".to_owned());
    let [organization_error, location_error, zone_error, device_error] =
        [(); 4].map(|()| RwSignal::new(None::<String>));
    let failed = RwSignal::new(None::<String>);
    let busy = RwSignal::new(None::<Busy>);

    let begin = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let zone = ZoneName::parse(zone.get().trim()).filter(|zone| app.need_zone(zone)).ok_or_else(|| {
            "The browser does not know this time zone. Choose one from the list, such as Europe/Lisbon.".to_owned()
        });
        let parsed = (
            forms::check(forms::name(&organization.get()), organization_error),
            forms::check(forms::name(&location.get()), location_error),
            forms::check(zone, zone_error),
            forms::check(forms::name(&device.get()), device_error),
        );
        let (Some(name), Some(location), Some(zone), Some(device)) = parsed else { return };
        if busy.get().is_some() {
            return;
        }
        let location = LocationDetails { name: location, address: None, zone, hours: None, directions: None };
        let command = Command::Found { name, digits: CodeDigits::default(), device, location };
        busy.set(Some(Busy::Beginning));
        spawn_local(async move {
            let result = match random::make_identity() {
                Ok(identity) => app.found(identity, command).await.map_err(|error| words::errors::desk(&error)),
                Err(error) => Err(format!("{error}. Use another browser.")),
            };
            busy.set(None);
            match result {
                Ok(_) => drop(app.ask_to_keep().await),
                Err(text) => failed.set(Some(text)),
            }
        });
    };
    let try_it = move || {
        if busy.get().is_some() {
            return;
        }
        busy.set(Some(Busy::Sampling));
        spawn_local(async move {
            let result = sample::begin(app).await;
            busy.set(None);
            if let Err(text) = result {
                failed.set(Some(text));
            }
        });
    };
    view! {
        <main class="welcome" id="main">
            <div class="welcome-head">
                <p class="welcome-brand"><Glyph icon=Icon::Key />"Latchbook"</p>
                <h1>"Hand over keys without being there"</h1>
                <p class="welcome-lead">
                    "Bookings, keys and codes live in this browser, and go to your SmartBoxes from here. There is no server: nobody else has your data, and it works with no network."
                </p>
            </div>
            <section class="welcome-sample" aria-labelledby="sample-title">
                <div>
                    <h2 id="sample-title">"Just looking?"</h2>
                    <p>"A small organization with keys, bookings and a SmartBox to press."</p>
                </div>
                <Button
                    label="Try it with sample data"
                    icon=Icon::Vault
                    busy=Signal::derive(move || busy.get() == Some(Busy::Sampling))
                    on_press=try_it
                />
            </section>
            <form class="welcome-form form" on:submit=begin novalidate aria-labelledby="begin-title">
                <h2 id="begin-title">"Begin with your own"</h2>
                <TextField
                    label="Organization’s name"
                    value=organization
                    error=organization_error
                    autocomplete="organization"
                />
                <TextField
                    label="First location"
                    value=location
                    error=location_error
                    hint="Where your keys live: “Alfama office”, “Gate 3”."
                />
                <TextField
                    label="Its time zone"
                    value=zone
                    error=zone_error
                    suggestions=zones::known()
                    hint="Bookings go by the clocks there."
                />
                <TextField
                    label="Name of this device"
                    value=device
                    error=device_error
                    hint="It stands beside everything done here."
                />
                <FormFailure failed />
                <p class="quiet">
                    "The browser is then asked never to clear this data by itself, because it holds the only copy."
                </p>
                <div class="form-actions">
                    <Button
                        label="Begin"
                        kind=ButtonKind::Primary
                        submit=true
                        busy=Signal::derive(move || busy.get() == Some(Busy::Beginning))
                    />
                </div>
            </form>
            <JoinOrganization />
        </main>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Busy {
    Beginning,
    Sampling,
}
