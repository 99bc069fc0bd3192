//! Settings → Devices: who acts for the organization, letting others in, and the sheet that its keys come back from.

use std::rc::Rc;

use crate::ui::prelude::*;

use super::handing::{HandOut, TakeIn, not_this};
use super::keys::FormFailure;
use crate::domain::time::DAY_MS;
use crate::domain::{DeviceId, Instant, Role, Secret, WallTime, cbor};
use crate::journal::Command;
use crate::journal::command::Refusal;
use crate::journal::desk::DeskError;
use crate::smartbox::LabelSecret;
use crate::smartbox::envelope::{Credential, OpeningKey, Purpose, SigningKey, seal};
use crate::smartbox::handover::{Admission, Handover, Join, Share};
use crate::smartbox::protocol::messages::Envelope;
use crate::ui::edge::{clock, random, webcrypto};
use crate::ui::forms;
use crate::ui::keyring::KeyTrouble;
use crate::ui::kit::*;
use crate::ui::state::{App, View};
use crate::ui::words;

/// How long a new device is let in for, unless somebody says another day.
const DAYS: i64 = 365;

const ROLES: [(Role, &str); 3] =
    [(Role::Manager, "manager"), (Role::FrontDesk, "front-desk"), (Role::Technician, "technician")];

const fn role_word(role: Role) -> &'static str {
    match role {
        Role::Manager => "Manager",
        Role::FrontDesk => "Front desk",
        Role::Technician => "Technician",
    }
}

/// A device as the list shows it.
#[derive(Clone, PartialEq)]
struct Listed {
    id: DeviceId,
    name: String,
    text: String,
    state: (StateKind, &'static str),
    /// It can be revoked from here.
    revocable: bool,
}

fn devices(view: &View, own: Option<DeviceId>) -> Vec<Listed> {
    let organization = view.ledger.organization_keys();
    let listed = view.ledger.devices().map(|(id, device)| {
        let said = |bytes| Credential::said(bytes, &organization?.verifying).ok();
        let credential = view.ledger.credential(id).and_then(said);
        let until = credential.map(|credential| credential.expires);
        let revoked = view.ledger.device_revoked(id).is_some();
        let over = until.is_some_and(|until| until <= view.now);
        let state = match (revoked, over) {
            (true, _) => (StateKind::Ended, "Revoked"),
            (false, true) => (StateKind::Wrong, "Ended"),
            (false, false) if Some(id) == own => (StateKind::Live, "This device"),
            (false, false) => (StateKind::Live, "Let in"),
        };
        let end = match until {
            Some(until) => format!("until {}", view.own_moment(until)),
            None => "not let in at boxes yet".to_owned(),
        };
        Listed {
            id,
            name: device.name.to_string(),
            text: format!("{}, {end}", role_word(device.role)),
            state,
            revocable: !revoked && Some(id) != own,
        }
    });
    listed.collect()
}

/// The section.
#[component]
pub fn DevicesSettings() -> impl IntoView {
    let app = App::here();
    let own = app.identity().map(|identity| identity.device);
    let listed = Derived::new(move || app.view(|v| devices(&v, own)));
    let manages = Derived::new(move || app.role() == Role::Manager);
    let enrolling = RwSignal::new(false);
    let revoking = RwSignal::new(None::<DeviceId>);
    let sheet = RwSignal::new(false);
    view! {
        <Section title="Devices">
            <Rows label="Devices">
                {move || {
                    let rows = listed.get().into_iter();
                    rows.map(|one| {
                        let Listed { id, name, text, state: (kind, word), revocable } = one;
                        let revoke = (revocable && manages.get()).then(|| {
                            let label = format!("Revoke {name}");
                            view! { <Button label kind=ButtonKind::Quiet on_press=move || revoking.set(Some(id)) /> }
                        });
                        view! {
                            <li class="rows-item device-row">
                                <Row title=name text icon=Icon::Phone>
                                    <StateMark kind word />
                                </Row>
                                {revoke}
                            </li>
                        }
                    })
                    .collect_view()
                }}
            </Rows>
            <ShowWhen when=move || manages.get()>
                <div class="form-actions">
                    <Button label="Enrol a Device" icon=Icon::Plus on_press=move || enrolling.set(true) />
                    <Button label="Recovery Sheet" icon=Icon::Lock on_press=move || sheet.set(true) />
                </div>
            </ShowWhen>
        </Section>
        <Dialog open=enrolling on_close=move || enrolling.set(false) title="Enrol a Device">
            <Enrol open=enrolling />
        </Dialog>
        <RevokeDevice which=revoking />
        <Dialog open=sheet on_close=move || sheet.set(false) title="Recovery Sheet">
            <RecoverySheet open=sheet />
        </Dialog>
    }
}

#[component]
fn RevokeDevice(which: RwSignal<Option<DeviceId>>) -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let failed = RwSignal::new(None::<String>);
    let name = move || {
        let name = |v: View| Some(v.ledger.device(which.get()?)?.name.to_string());
        app.view(name).unwrap_or_default()
    };
    let close = move || which.set(None);
    let revoke = move || {
        let Some(device) = which.get() else { return };
        app.submit_then(Command::RevokeDevice(device), move |result| match result {
            Ok(_) => {
                close();
                toaster.say("Revoked. Each box hears of it at its next visit.");
            }
            Err(error) => failed.set(Some(words::errors::desk(&error))),
        });
    };
    view! {
        <Dialog
            open=Signal::derive(move || which.get().is_some())
            on_close=close
            title=Signal::derive(move || format!("Revoke {}?", name()))
            footer=move || {
                view! {
                    <Button label="Keep It" on_press=close />
                    <Button label="Revoke Device" kind=ButtonKind::Danger on_press=revoke />
                }
            }
        >
            <p>"Boxes let it in no more once they have heard of it. Until a box’s next visit it may still do there what its role allows."</p>
            <p>"What it wrote stays. What is stored on it stays there too: erase it by hand if you have it. This can’t be undone; the device can ask to join again."</p>
            <FormFailure failed />
        </Dialog>
    }
}

/// The end of a day, by this device's clocks.
fn end_of(day: &str, view: &View) -> Result<Instant, String> {
    let last = WallTime::parse(&[day, "T23:59"].concat());
    let last = last.ok_or_else(|| "Expected a day, such as 2027-11-23.".to_owned())?;
    let end = view.own_rules().and_then(|rules| rules.end(last).ok());
    let end = end.ok_or_else(|| "The browser does not say in which time zone it is.".to_owned())?.plus_ms(60_000);
    if end > view.now { Ok(end) } else { Err("Choose a day that is not over.".to_owned()) }
}

/// Lets a device in: the journal notes it, and the answer is for that device alone.
async fn enrol(app: App, join: &Join, role: Role, until: Instant) -> Result<Handover, String> {
    let keys = app.keys().await.map_err(|trouble| words::errors::keys(&trouble))?;
    let said = |error| words::errors::desk(&error);
    let organization = keys.public();
    match app.submit(Command::EnrolDevice { device: join.device, name: join.name.clone(), role }).await {
        // Let in once more: with the same key it is the same device, and gets a new end.
        Err(DeskError::Refused(Refusal::AlreadyEnrolled)) => {
            let known = app.peek(|v| {
                let credential = v.ledger.credential(join.device)?;
                let revoked = v.ledger.device_revoked(join.device).is_some();
                let same = Credential::said(credential, &organization.verifying).is_ok_and(|said| said.key == join.key);
                Some(same && !revoked && v.ledger.device(join.device)?.role == role)
            });
            if known == Some(false) {
                return Err("This device was let in before, with another role or key, or was revoked. Have it ask anew under another name.".to_owned());
            }
        }
        other => drop(other.map_err(said)?),
    }
    let credential = Credential { device: join.device, role, issued: clock::now(), expires: until, key: join.key };
    let credential = keys.certify(&credential).await.map_err(|trouble| words::errors::keys(&trouble))?;
    app.submit(Command::CertifyDevice(credential.clone())).await.map_err(said)?;
    let share = if role == Role::Technician {
        None
    } else {
        let end = app.position();
        let (_, entries) = app.history(end, end.0).await.map_err(|error| words::errors::journal(&error))?;
        let codes = app.identity().map(|identity| identity.codes).ok_or("There is no organization here.")?;
        Some(Share { opening: Secret::new(keys.opening().bytes()), codes, journal: cbor::to_vec(&entries) })
    };
    let name = app.peek(|v| v.ledger.organization().map(|o| o.name.clone())).ok_or("There is no organization here.")?;
    let admission = Admission { organization: name, keys: organization, credential: Envelope(credential), share };
    let to_sign = admission.to_sign(&join.sealing);
    let signed = keys.sign_for_organization(&to_sign).await.map_err(|trouble| words::errors::keys(&trouble))?;
    let random = random::bytes().map_err(|error| words::errors::keys(&KeyTrouble::from(error)))?;
    let sealed = seal(Purpose::Admission, &join.sealing, &to_sign.signed(&signed), random);
    Ok(Handover::Admission(Envelope(sealed.map_err(|_| "The device asked with a key that nothing can be sealed to.")?)))
}

#[component]
fn Enrol(open: RwSignal<bool>) -> impl IntoView {
    let app = App::here();
    let asking = RwSignal::new_local(None::<Rc<Join>>);
    let answer = RwSignal::new_local(None::<Rc<Handover>>);
    let role = RwSignal::new(ROLES[2].1.to_owned());
    let until = RwSignal::new(app.peek(|v| {
        let end = v.now.plus_ms(DAYS * DAY_MS);
        v.own_rules().map(|rules| words::times::field(rules.wall(end))[..10].to_owned()).unwrap_or_default()
    }));
    let until_error = RwSignal::new(None);
    let failed = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let found = move |found: Handover| match &found {
        Handover::Join(signed) => match Join::read(&signed.0) {
            Ok(join) => {
                asking.set(Some(Rc::new(join)));
                None
            }
            Err(_) => Some("This was changed on the way. Have it sent again.".to_owned()),
        },
        other => Some(not_this(other).to_owned()),
    };
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let until = forms::check(app.peek(|v| end_of(&until.get(), &v)), until_error);
        let role = ROLES.iter().find(|(_, value)| *value == role.get()).map(|(role, _)| *role);
        let (Some(join), Some(until), Some(role)) = (asking.get(), until, role) else { return };
        if busy.get() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let done = enrol(app, &join, role, until).await;
            let _ = busy.try_set(false);
            match done {
                Ok(made) => drop(answer.try_set(Some(Rc::new(made)))),
                Err(text) => drop(failed.try_set(Some(text))),
            }
        });
    };
    view! {
        {move || match (asking.get(), answer.get()) {
            (Some(join), Some(answer)) => {
                let file = format!("{}.latchbook", join.name.to_string().replace(['/', '\\', '.'], "-"));
                view! {
                    <p>{format!("{} is let in once it has this answer. Nobody else can open it.", join.name)}</p>
                    <HandOut what=(*answer).clone() file label="The answer to the device" />
                    <div class="form-actions">
                        <Button label="Done" kind=ButtonKind::Primary on_press=move || open.set(false) />
                    </div>
                }
            }
            (Some(join), None) => {
                let choices: Vec<Choice> =
                    ROLES.iter().map(|(role, value)| Choice::new(*value, role_word(*role))).collect();
                view! {
                    <form class="form" on:submit=save novalidate>
                        <p>{format!("“{}” asks to be let in. Its screen must show ", join.name)}<strong class="fingerprint">{join.words()}</strong></p>
                        <SelectField
                            label="Role"
                            value=role
                            choices
                            hint=move || match role.read().as_str() {
                                "manager" => "Everything but letting others in. It gets all that is here.",
                                "front-desk" => "Bookings, keys and visitors. It gets all that is here.",
                                _ => "Boxes alone. It gets no visitor, no code and no key’s name.",
                            }
                        />
                        <TextField label="Until" value=until kind=TextKind::Date error=until_error />
                        <FormFailure failed />
                        <div class="form-actions">
                            <Button label="Cancel" on_press=move || open.set(false) />
                            <Button label="Enrol" kind=ButtonKind::Primary submit=true busy />
                        </div>
                    </form>
                }
            }
            _ => {
                view! {
                    <p>"On the new device: open Latchbook, and choose Join an organization. Then scan what it shows, or open the file that it saved."</p>
                    <TakeIn on_found=found />
                }
            }
        }}
    }
}

/// The lines of a recovery sheet: the seed of the signing key, and the opening key, each in two halves with check characters.
fn lines(seed: &Secret<[u8; 32]>, opening: &OpeningKey) -> Vec<String> {
    let opening = opening.bytes();
    let halves = [seed.expose(), &opening].into_iter().flat_map(|key| key.chunks_exact(16));
    let text = |half: &[u8]| LabelSecret::from_bytes(std::array::from_fn(|n| half[n])).text();
    halves.map(|half| text(half).expose().clone()).collect()
}

/// The keys of a recovery sheet's lines; what is wrong with them otherwise, by line.
fn of_lines(text: &str) -> Result<([u8; 32], [u8; 32]), String> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.len() != 4 {
        return Err(format!("Expected the four lines of the sheet, got {}.", lines.len()));
    }
    let mut bytes = [0; 64];
    for (n, line) in lines.iter().enumerate() {
        let half = LabelSecret::parse(line).map_err(|error| format!("Line {}: {error}.", n + 1))?;
        bytes[n * 16..][..16].copy_from_slice(half.expose());
    }
    Ok((std::array::from_fn(|n| bytes[n]), std::array::from_fn(|n| bytes[n + 32])))
}

/// What a device has of the organization's keys.
#[derive(Clone)]
enum Held {
    /// All of them, and the sheet was never confirmed.
    Sheet(Rc<Vec<String>>),
    /// All of them; the sheet alone can be read.
    Printed,
    /// Not the one that lets others in.
    Partly,
    Trouble(String),
}

async fn held(app: App) -> Result<Held, KeyTrouble> {
    let keys = app.keys().await?;
    if !keys.can_enrol() {
        return Ok(Held::Partly);
    }
    Ok(match webcrypto::recovery_seed(&app.key_store()).await? {
        Some(seed) => Held::Sheet(Rc::new(lines(&seed, keys.opening()))),
        None => Held::Printed,
    })
}

#[component]
fn RecoverySheet(open: RwSignal<bool>) -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let state = RwSignal::new_local(None::<Held>);
    spawn_local(async move {
        let held = held(app).await.unwrap_or_else(|trouble| Held::Trouble(words::errors::keys(&trouble)));
        let _ = state.try_set(Some(held));
    });
    let typed = RwSignal::new(String::new());
    let typed_error = RwSignal::new(None);
    let print = || drop(window().print());
    let confirm = move || {
        spawn_local(async move {
            match webcrypto::confirm_recovery_sheet(&app.key_store()).await {
                Ok(()) => {
                    open.set(false);
                    toaster.say("The sheet is the only copy now. Keep it where keys are kept.");
                }
                Err(error) => toaster.say(words::errors::keys(&KeyTrouble::Key(error))),
            }
        });
    };
    let restore = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let known = app.peek(|v| v.ledger.organization_keys());
        let read = of_lines(&typed.get()).and_then(|(seed, opening)| {
            let (signing, opening) = (SigningKey::from_seed(seed), OpeningKey::from_bytes(opening));
            let ours = known.is_some_and(|k| k.verifying == signing.verifying() && k.sealing == opening.sealing());
            if ours {
                Ok((Secret::new(seed), opening))
            } else {
                Err("This is the sheet of another organization.".to_owned())
            }
        });
        let Some((seed, opening)) = forms::check(read, typed_error) else { return };
        spawn_local(async move {
            match webcrypto::restore_organization_keys(&app.key_store(), &seed, &opening).await {
                Ok(_) => {
                    app.forget_keys();
                    open.set(false);
                    toaster.say("This device holds the organization’s keys now, and can let others in.");
                }
                Err(error) => typed_error.set(Some(words::errors::keys(&KeyTrouble::Key(error)))),
            }
        });
    };
    view! {
        {move || match state.get() {
            None => view! { <p>"One moment…"</p> },
            Some(Held::Trouble(text)) => view! { <Notice kind=NoticeKind::Error title="There is no sheet" text /> },
            Some(Held::Sheet(lines)) => {
                let name = app.peek(|v| v.organization()).unwrap_or_default();
                view! {
                    <div class="sheet">
                        <p>{format!("The keys of {name}. Whoever has this sheet can let any device in, and open every box: keep it in a safe. If this device is lost, another one takes its place with it: Settings, Devices, Recovery Sheet.")}</p>
                        <ol class="sheet-lines">
                            {lines.iter().map(|line| view! { <li><code>{line.clone()}</code></li> }).collect_view()}
                        </ol>
                    </div>
                    <p class="quiet sheet-not">"Once you say that it is printed, this device forgets what stands on it. It goes on working with a key that nothing can read."</p>
                    <div class="form-actions sheet-not">
                        <Button label="Print" icon=Icon::Download on_press=print />
                        <Button label="It Is Printed" kind=ButtonKind::Primary on_press=confirm />
                    </div>
                }
            }
            Some(Held::Printed) => {
                view! {
                    <p>"The sheet is printed, and this device has forgotten what stands on it. Nothing here can print it again: if it is lost, another organization’s keys, and pairing every box anew, is the only way."</p>
                }
            }
            Some(Held::Partly) => {
                view! {
                    <form class="form" on:submit=restore novalidate>
                        <p>"This device can’t let others in: it does not hold the organization’s signing key. With the sheet it will."</p>
                        <TextAreaField label="The four lines of the sheet" value=typed error=typed_error rows=4 />
                        <div class="form-actions">
                            <Button label="Restore Keys" kind=ButtonKind::Primary submit=true />
                        </div>
                    </form>
                }
            }
        }}
    }
}
