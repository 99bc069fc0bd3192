//! A technician's device: boxes by name and place, envelopes that it can't open, and nothing else of the organization.

use std::rc::Rc;

use crate::ui::prelude::*;

use super::edge::webcrypto::{self, DeviceSigner, KeyError};
use super::edge::{clock, random, zones};
use super::keyring::KeyTrouble;
use super::kit::*;
use super::pages::handing::{HandOut, TakeIn, not_this};
use super::pages::joining::Asked;
use super::pages::smartbox::NoLinks;
use super::visits::{CLOCK_OFF_MS, Via, VisitFailure, WallLink, chosen_link, known_links};
use super::words;
use crate::domain::{BinNumber, CodeKey, Instant, SerialNumber, cbor};
use crate::journal::port::{Identity, JournalError};
use crate::smartbox::envelope::{Signature, ToSign};
use crate::smartbox::errand::{Carrier, Collected, ErrandPlan, ErrandReport, Orderer, run};
use crate::smartbox::handover::{Handover, Parcel, ParcelError, Pouch, PouchBox};
use crate::smartbox::protocol::contents::Command;
use crate::smartbox::{Doing, VisitError, Why};
use crate::storage::KeyStore;
use crate::storage::key_store::{Slot, bytes_of, kept_bytes};

/// The lock under which the pouch changes, over all tabs.
const LOCK: &str = "latchbook-pouch";

/// What a technician's device keeps, if this is one.
///
/// # Errors
/// When it can't be read.
pub async fn kept(store: &KeyStore) -> Result<Option<Pouch>, JournalError> {
    let Some(kept) = store.load(Slot::Pouch).await? else { return Ok(None) };
    let pouch = bytes_of(&kept).and_then(|bytes| cbor::from_slice(&bytes).ok());
    pouch
        .map(Some)
        .ok_or_else(|| JournalError::Unavailable("what this technician’s device kept can’t be read".to_owned()))
}

/// How far a visit is.
#[derive(Clone, PartialEq)]
enum Going {
    Under { way: ErrandReport },
    Done(ErrandReport),
    BrokenOff(VisitFailure, ErrandReport),
}

/// The state of a technician's device: cheap to copy, provided as context.
#[derive(Clone, Copy)]
struct Technician {
    store: StoredValue<Rc<KeyStore>, LocalStorage>,
    pouch: RwSignal<Pouch, LocalStorage>,
    /// The box that is or was visited last.
    going: RwSignal<Option<(SerialNumber, Going)>, LocalStorage>,
}

impl Technician {
    fn here() -> Self {
        expect_context()
    }

    /// Changes what is kept, on top of what any other tab has made of it. What is shown is what is kept.
    async fn change(self, change: Box<dyn FnOnce(&mut Pouch)>) -> Result<(), JournalError> {
        let store = self.store.get_value();
        let lock = crate::storage::turn(LOCK).await;
        let mut pouch = kept(&store).await?.unwrap_or_else(|| self.pouch.get_untracked());
        change(&mut pouch);
        store.replace(&[(Slot::Pouch, kept_bytes(&cbor::to_vec(&pouch)))], &[]).await?;
        drop(lock);
        let _ = self.pouch.try_set(pouch);
        Ok(())
    }

    /// Visits a box: takes along what it says, delivers what is for it. To be called from within a press.
    async fn visit(self, serial: SerialNumber, order: Option<Command>) {
        if matches!(self.going.get_untracked(), Some((_, Going::Under { .. }))) {
            return;
        }
        self.going.set(Some((serial.clone(), Going::Under { way: ErrandReport::default() })));
        let mut report = ErrandReport::default();
        let end = self.reach(&serial, order, &mut report).await;
        let _ = self.going.try_set(Some((
            serial,
            match end {
                Ok(()) => Going::Done(report),
                Err(failure) => Going::BrokenOff(failure, report),
            },
        )));
    }

    async fn reach(
        self,
        serial: &SerialNumber,
        order: Option<Command>,
        report: &mut ErrandReport,
    ) -> Result<(), VisitFailure> {
        let via = Via::chosen();
        for mut link in known_links(via, serial).await.map_err(VisitFailure::Link)? {
            match self.at(serial, order, &mut link, report).await {
                // Another box is plugged in there: a person knows better.
                Err(VisitFailure::Visit(VisitError::WrongBox { .. })) => {}
                end => return end,
            }
        }
        let mut link = chosen_link(via).await.map_err(VisitFailure::Link)?;
        self.at(serial, order, &mut link, report).await
    }

    async fn at(
        self,
        serial: &SerialNumber,
        order: Option<Command>,
        link: &mut WallLink,
        report: &mut ErrandReport,
    ) -> Result<(), VisitFailure> {
        let signer = webcrypto::device_signer(&self.store.get_value()).await.map_err(KeyTrouble::from)?;
        let answers = random::bytes().map_err(KeyTrouble::from)?;
        let plan = self.pouch.with_untracked(|pouch| {
            let known = pouch.smartbox(serial)?;
            Some(ErrandPlan {
                serial: serial.clone(),
                keys: known.keys,
                by: Some(Orderer { key: signer.verifying(), credential: pouch.credential.0.clone() }),
                answers,
                envelopes: known.envelopes.iter().map(|one| one.envelope.clone()).collect(),
                commands: order.into_iter().collect(),
                read_from: known.read_from,
                set_clock: Some(CLOCK_OFF_MS),
            })
        });
        let plan = plan.ok_or(VisitFailure::Visit(VisitError::Unexpected))?;
        let mut host = Host { technician: self, serial: serial.clone(), signer, failure: None };
        match run(plan, &mut **link, &mut host).await {
            Ok(done) => {
                *report = done;
                Ok(())
            }
            Err((done, why)) => {
                *report = done;
                Err(match why {
                    Why::Link(error) => VisitFailure::Link(error),
                    Why::Visit(error) => VisitFailure::Visit(error),
                    Why::Host => host.failure.unwrap_or(VisitFailure::Keys(KeyTrouble::Missing)),
                })
            }
        }
    }
}

struct Host {
    technician: Technician,
    serial: SerialNumber,
    signer: DeviceSigner,
    failure: Option<VisitFailure>,
}

impl Host {
    fn noted<T>(&mut self, done: Result<T, KeyTrouble>) -> Option<T> {
        done.map_err(|trouble| self.failure = Some(trouble.into())).ok()
    }
}

impl Carrier for Host {
    fn now(&self) -> Instant {
        clock::now()
    }

    fn random(&mut self) -> Option<[u8; 32]> {
        let random = random::bytes().map_err(KeyTrouble::from);
        self.noted(random)
    }

    fn sign<'a>(&'a mut self, what: &'a ToSign) -> Doing<'a, Signature> {
        Box::pin(async move {
            let signed = self.signer.sign(what).await.map_err(KeyTrouble::from);
            self.noted(signed)
        })
    }

    fn keep(&mut self, collected: Collected, clock_offset_ms: i64) -> Doing<'_, ()> {
        Box::pin(async move {
            let serial = self.serial.clone();
            let keep = move |pouch: &mut Pouch| pouch.collect(&serial, collected, clock::now(), clock_offset_ms);
            let kept = self.technician.change(Box::new(keep)).await;
            self.noted(kept.map_err(|error| KeyTrouble::Key(KeyError::Store(error))))
        })
    }

    fn watch(&mut self, report: &ErrandReport) {
        let under = Going::Under { way: report.clone() };
        let _ = self.technician.going.try_set(Some((self.serial.clone(), under)));
    }
}

/// A moment in words, by this device's clocks.
fn said(at: Instant) -> String {
    let now = clock::now();
    zones::load(&zones::of_this_device(), now).map_or_else(String::new, |rules| words::times::moment(at, &rules, now))
}

/// The app of a technician's device.
#[component]
pub fn TechnicianApp(
    /// Where this device's keys are, and all that it keeps.
    store: Rc<KeyStore>,
    /// What it keeps.
    pouch: Pouch,
) -> impl IntoView {
    let technician = Technician {
        store: StoredValue::new_local(store),
        pouch: RwSignal::new_local(pouch),
        going: RwSignal::new_local(None),
    };
    provide_context(technician);
    let pouch = technician.pouch;
    let via = RwSignal::new(Via::chosen().value().to_owned());
    Effect::new(move |_| {
        if let Some(via) = Via::of_value(&via.get()) {
            via.choose();
        }
    });
    let links: Vec<Choice> = Via::ALL
        .into_iter()
        .filter(|via| via.is_supported())
        .map(|via| Choice::new(via.value(), words::boxes::via(via)))
        .collect();
    let (taking, giving, about) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let serials = Derived::new(move || {
        pouch.with(|pouch| pouch.boxes.iter().map(|one| one.serial.to_string()).collect::<Vec<_>>())
    });
    let ended = Derived::new(move || pouch.with(|pouch| pouch.expires <= clock::now()));
    view! {
        <main class="technician page" id="main">
            <PageHead
                title="Field"
                text=Signal::derive(move || pouch.with(|pouch| format!("{}, a technician’s device of {}", pouch.name, pouch.organization)))
            >
                <Button label="Take from the Office" icon=Icon::Download on_press=move || taking.set(true) />
                <Button label="Give to the Office" icon=Icon::Upload on_press=move || giving.set(true) />
                <Button label="This Device" icon=Icon::Settings on_press=move || about.set(true) />
            </PageHead>
            <ShowWhen when=move || ended.get()>
                <Notice
                    kind=NoticeKind::Warning
                    title="This device is let in no more"
                    text="Its time is over, and boxes refuse it. Ask the office to enrol it again: This Device, Ask Again."
                />
            </ShowWhen>
            {match links.len() {
                0 => view! { <NoLinks /> },
                1 => Markup::default(),
                _ => view! { <div class="field-link"><SelectField label="Reach boxes by" value=via choices=links /></div> },
            }}
            <ShowWhen
                when=move || !serials.read().is_empty()
                fallback=|| {
                    view! {
                        <Empty
                            icon=Icon::Vault
                            title="No SmartBox yet"
                            text="The office gives this device the boxes and what they are owed, as a file: Take from the Office."
                        />
                    }
                }
            >
                <ul class="rows field-boxes" aria-label="SmartBoxes">
                    {move || serials.get().into_iter().filter_map(|serial| SerialNumber::parse(&serial)).map(|serial| view! { <CarriedBox serial /> }).collect_view()}
                </ul>
            </ShowWhen>
        </main>
        <Dialog open=taking on_close=move || taking.set(false) title="Take from the Office">
            <TakeFromOffice open=taking />
        </Dialog>
        <Dialog open=giving on_close=move || giving.set(false) title="Give to the Office">
            <GiveToOffice open=giving />
        </Dialog>
        <Dialog open=about on_close=move || about.set(false) title="This Device">
            <AboutDevice open=about />
        </Dialog>
    }
}

/// What an errand did, in words.
fn done(report: &ErrandReport) -> String {
    let count = |n: u64, what: &str| if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") };
    let mut said = format!(
        "{} delivered, {} taken along.",
        count(report.delivered as u64, "envelope"),
        count(report.events, "event")
    );
    let off = report.clock_offset_ms.abs() / 1000;
    if report.clock_set {
        said.push_str(&format!(" Its clock was {} off, and was set.", count(off.unsigned_abs(), "second")));
    }
    for why in &report.refused {
        said.push_str(&format!(" One envelope was refused: {why}. The office can export it anew."));
    }
    let out: Vec<String> = report.bins.iter().filter(|bin| !bin.enabled).map(|bin| bin.bin.to_string()).collect();
    if !out.is_empty() {
        said.push_str(&format!(" Out of service: bin {}.", out.join(", ")));
    }
    said
}

/// A box as the list shows it.
#[derive(Clone, PartialEq)]
struct Carried {
    name: String,
    connect: String,
    text: String,
    kind: StateKind,
    state: String,
}

impl Carried {
    fn of(one: &PouchBox) -> Self {
        let (kind, state) = match (one.envelopes.len(), one.has_news()) {
            (0, false) => (StateKind::Plain, "nothing to carry".to_owned()),
            (0, true) => (StateKind::Waiting, "to be given to the office".to_owned()),
            (1, _) => (StateKind::Waiting, "1 envelope to deliver".to_owned()),
            (n, _) => (StateKind::Waiting, format!("{n} envelopes to deliver")),
        };
        let visited =
            one.visited.map_or_else(|| "not visited yet".to_owned(), |(at, _)| format!("visited {}", said(at)));
        let text = format!("{}, {}, {visited}", one.place, one.serial);
        Self { name: one.name.to_string(), connect: format!("Connect to {}", one.name), text, kind, state }
    }
}

#[component]
fn CarriedBox(serial: SerialNumber) -> impl IntoView {
    let technician = Technician::here();
    let serial = StoredValue::new(serial);
    let one = Derived::new(move || technician.pouch.with(|pouch| pouch.smartbox(&serial.get_value()).map(Carried::of)));
    let part = move |part: fn(&Carried) -> &String| {
        Signal::derive(move || one.read().as_ref().map(|one| part(one).clone()).unwrap_or_default())
    };
    let going = move || technician.going.get().filter(|(at, _)| *at == serial.get_value()).map(|(_, going)| going);
    let running = Signal::derive(move || matches!(going(), Some(Going::Under { .. })));
    let connect = move || spawn_local(technician.visit(serial.get_value(), None));
    let opening = RwSignal::new(false);
    view! {
        <li class="rows-item field-box">
            <div class="field-box-head">
                <Row title=part(|one| &one.name) text=part(|one| &one.text) icon=Icon::Vault>
                    <StateMark
                        kind=Signal::derive(move || one.read().as_ref().map(|one| one.kind).unwrap_or_default())
                        word=part(|one| &one.state)
                    />
                </Row>
                <Button
                    label=part(|one| &one.connect)
                    icon=Icon::Send
                    busy=running
                    on_press=connect
                />
                <Button label="Open a Bin" icon=Icon::DoorOpen kind=ButtonKind::Quiet on_press=move || opening.set(true) />
            </div>
            <div class="visit" role="status">
                {move || match going() {
                    None => Markup::default(),
                    Some(Going::Under { way }) => {
                        let words = if way.met { done(&way) } else { "Connecting…".to_owned() };
                        view! { <div class="visit-running"><p>{words}</p></div> }
                    }
                    Some(Going::Done(report)) => {
                        view! { <Notice icon=Icon::Check title="The box is right" text=done(&report) /> }
                    }
                    Some(Going::BrokenOff(failure, report)) => {
                        let mut text = words::boxes::failure(&failure);
                        if report.met {
                            text.push(' ');
                            text.push_str(&done(&report));
                        }
                        view! { <Notice kind=NoticeKind::Warning title="The visit broke off" text /> }
                    }
                }}
            </div>
        </li>
        <Dialog open=opening on_close=move || opening.set(false) title="Open a Bin">
            <OpenBin open=opening serial />
        </Dialog>
    }
}

#[component]
fn OpenBin(open: RwSignal<bool>, serial: StoredValue<SerialNumber>) -> impl IntoView {
    let technician = Technician::here();
    let bin = RwSignal::new("1".to_owned());
    let error = RwSignal::new(None);
    let order = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let bin = bin.get().trim().parse().ok().and_then(BinNumber::new);
        let Some(bin) = super::forms::check(bin.ok_or_else(|| "Expected a number from 1 to 99.".to_owned()), error)
        else {
            return;
        };
        open.set(false);
        spawn_local(technician.visit(serial.get_value(), Some(Command::OpenBin { bin })));
    };
    view! {
        <form class="form" on:submit=order novalidate>
            <p>"The door opens at once and with no code, for whoever stands before the box. The box notes that this device had it opened."</p>
            <TextField label="Bin" value=bin kind=TextKind::Digits error />
            <div class="form-actions">
                <Button label="Cancel" on_press=move || open.set(false) />
                <Button label="Open Bin" kind=ButtonKind::Primary submit=true />
            </div>
        </form>
    }
}

#[component]
fn TakeFromOffice(open: RwSignal<bool>) -> impl IntoView {
    let technician = Technician::here();
    let toaster = Toaster::here();
    let take = move |found: Handover| {
        let Handover::Parcel(signed) = &found else { return Some(not_this(&found).to_owned()) };
        let organization = technician.pouch.with_untracked(|pouch| pouch.keys.verifying);
        let parcel = match Parcel::read(&signed.0, &organization, clock::now()) {
            Ok(parcel) => parcel,
            Err(ParcelError::Envelope(_)) => {
                return Some(
                    "This was changed on the way, or is of another organization. Have it sent again.".to_owned(),
                );
            }
            Err(error) => return Some(format!("This is not taken: {error}.")),
        };
        spawn_local(async move {
            let boxes = parcel.boxes.iter().filter(|one| !one.envelopes.is_empty()).count();
            match technician.change(Box::new(move |pouch| pouch.take_in(parcel))).await {
                Ok(()) => {
                    open.set(false);
                    toaster.say(match boxes {
                        1 => "1 box is owed something.".to_owned(),
                        n => format!("{n} boxes are owed something."),
                    });
                }
                Err(error) => toaster.say(format!("Not kept. {}", words::errors::journal(&error))),
            }
        });
        None
    };
    view! {
        <p>"The office exports it in Field, Give to a Courier. This device can read which boxes it is for, and nothing that is in it."</p>
        <TakeIn on_found=take />
    }
}

#[component]
fn GiveToOffice(open: RwSignal<bool>) -> impl IntoView {
    let technician = Technician::here();
    let toaster = Toaster::here();
    let back = technician.pouch.with_untracked(Pouch::to_hand_back);
    let given = move || {
        spawn_local(async move {
            if let Err(error) = technician.change(Box::new(|pouch| pouch.handed_back(clock::now()))).await {
                toaster.say(words::errors::journal(&error));
            }
        });
    };
    view! {
        {if back.boxes.is_empty() {
            view! { <p>"There is nothing to give yet: visit a box first."</p> }
        } else {
            view! {
                <p>"What the boxes said, sealed for the office. It takes this in with Field, Take from a Courier. It stays here until the office’s next file shows that it arrived."</p>
                <HandOut what=Handover::Return(back) file="from-boxes.latchbook".to_owned() label="From the boxes" on_done=move |()| given() />
            }
        }}
        <div class="form-actions">
            <Button label="Done" kind=ButtonKind::Primary on_press=move || open.set(false) />
        </div>
    }
}

#[component]
fn AboutDevice(open: RwSignal<bool>) -> impl IntoView {
    let technician = Technician::here();
    let toaster = Toaster::here();
    let asked = RwSignal::new_local(None::<Rc<Asked>>);
    let leaving = RwSignal::new(false);
    let store = move || technician.store.get_value();
    let ask = move || {
        spawn_local(async move {
            let (name, device) = technician.pouch.with_untracked(|pouch| (pouch.name.clone(), pouch.device));
            let again = Identity { device, codes: CodeKey::new([0; 32]) };
            match Asked::make(&store(), name, Some(again)).await {
                Ok(made) => drop(asked.try_set(Some(Rc::new(made)))),
                Err(trouble) => toaster.say(words::errors::keys(&trouble)),
            }
        });
    };
    let answer = move |found: Handover| {
        let asked = asked.get_untracked()?;
        let (admission, credential) = match asked.answered(&found) {
            Ok(answered) => answered,
            Err(text) => return Some(text),
        };
        if technician.pouch.with_untracked(|pouch| pouch.keys != admission.keys) {
            return Some("This is of another organization.".to_owned());
        }
        if admission.share.is_some() {
            return Some(
                "This makes the device more than a technician’s. Leave the organization first, and join again."
                    .to_owned(),
            );
        }
        spawn_local(async move {
            let renew = move |pouch: &mut Pouch| {
                pouch.credential = admission.credential;
                pouch.expires = credential.expires;
            };
            match technician.change(Box::new(renew)).await {
                Ok(()) => {
                    open.set(false);
                    toaster.say("This device is let in again.");
                }
                Err(error) => toaster.say(words::errors::journal(&error)),
            }
        });
        None
    };
    let leave = move || {
        spawn_local(async move {
            match store().replace(&[], &[Slot::Pouch, Slot::Joining, Slot::Device]).await {
                Ok(()) => drop(window().location().reload()),
                Err(error) => toaster.say(words::errors::journal(&error)),
            }
        });
    };
    let shown = technician.pouch.get_untracked();
    view! {
        <DetailList>
            <DetailRow label="Name">{shown.name.to_string()}</DetailRow>
            <DetailRow label="Organization">{shown.organization.to_string()}</DetailRow>
            <DetailRow label="Identity">{shown.device.to_string()}</DetailRow>
            <DetailRow label="Let in until">{said(shown.expires)}</DetailRow>
            <DetailRow label="Version">{env!("CARGO_PKG_VERSION")}</DetailRow>
        </DetailList>
        {move || match asked.get() {
            None => Markup::default(),
            Some(asked) => {
                view! {
                    <p>"On a manager’s device: Settings, Devices, Enrol a Device. It must show " <strong class="fingerprint">{asked.join.words()}</strong></p>
                    <HandOut what=Handover::Join(asked.signed.clone()) file="join.latchbook".to_owned() label="This device asks again" />
                    <TakeIn on_found=answer />
                }
            }
        }}
        <ShowWhen when=move || leaving.get()>
            <Notice
                kind=NoticeKind::Warning
                title="Leave the organization?"
                text="Everything here is erased: envelopes that were not delivered, and what boxes said and the office does not have yet."
            />
        </ShowWhen>
        <div class="form-actions">
            <ShowWhen
                when=move || leaving.get()
                fallback=move || {
                    view! {
                        <Button label="Leave" kind=ButtonKind::Quiet on_press=move || leaving.set(true) />
                        <Button label="Ask Again" icon=Icon::Refresh on_press=ask />
                    }
                }
            >
                <Button label="Stay" on_press=move || leaving.set(false) />
                <Button label="Leave and Erase" kind=ButtonKind::Danger on_press=leave />
            </ShowWhen>
        </div>
    }
}
