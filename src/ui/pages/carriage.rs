//! What goes to boxes, and comes back, in somebody's hands: for a browser with no radio, and for couriers.

use std::rc::Rc;

use crate::ui::prelude::*;

use super::handing::{HandOut, TakeIn, not_this};
use crate::domain::BoxId;
use crate::journal::desk::DeskError;
use crate::journal::{Command, visits};
use crate::smartbox::envelope::{Purpose, ToSign, seal};
use crate::smartbox::handover::{BoxParcel, BoxReturn, Handover, Parcel, Return, at_reader};
use crate::smartbox::protocol::contents::write;
use crate::smartbox::protocol::messages::Envelope;
use crate::ui::edge::{clock, random};
use crate::ui::keyring::KeyTrouble;
use crate::ui::kit::*;
use crate::ui::state::App;
use crate::ui::virtual_box::VirtualBoxes;
use crate::ui::words;

/// Why nothing was packed or unpacked.
enum Trouble {
    Keys(KeyTrouble),
    Desk(DeskError),
    NotPaired,
}

impl<T: Into<KeyTrouble>> From<T> for Trouble {
    fn from(trouble: T) -> Self {
        Self::Keys(trouble.into())
    }
}

impl Trouble {
    fn said(&self) -> String {
        match self {
            Self::Keys(trouble) => words::errors::keys(trouble),
            Self::Desk(error) => words::errors::desk(error),
            Self::NotPaired => "No box here is paired yet. Pair it first: that needs a link to it, once.".to_owned(),
        }
    }
}

/// Packs what boxes are owed, signed by this device and sealed to each, and notes that it is on its way.
async fn pack(app: App, boxes: Vec<BoxId>, everything: bool) -> Result<Handover, Trouble> {
    app.catch_up().await.map_err(|error| Trouble::Desk(error.into()))?;
    let keys = app.keys().await?;
    let author = app.author(&keys)?;
    let mut parcel = Parcel { by: author.device, made: clock::now(), boxes: Vec::new() };
    for id in boxes {
        let packed = app.peek(|v| {
            let known = v.ledger.smartbox(id)?;
            let (_, keys) = known.pairing()?;
            let details = known.details();
            let place = v.ledger.location(details.location).map_or(&details.name, |location| &location.name);
            let one = BoxParcel {
                serial: details.serial.clone(),
                name: details.name.clone(),
                place: place.clone(),
                keys,
                read_from: known.read_through() + 1,
                envelopes: Vec::new(),
            };
            Some((one, visits::batches(v.ledger, id, v.zones, v.now, everything)))
        });
        let Some((mut one, batches)) = packed else { continue };
        for batch in &batches {
            let (to, credential) = (&one.keys.sealing, Some(author.credential.clone()));
            let to_sign = ToSign::new(Purpose::Grants, &author.key, Some(to), credential, write(batch));
            let signature = keys.sign(&to_sign).await?;
            let sealed = seal(Purpose::Grants, to, &to_sign.signed(&signature), random::bytes()?);
            one.envelopes.extend(sealed.map(Envelope));
        }
        if !batches.is_empty() {
            let grants = batches.iter().flat_map(|batch| batch.grants.iter().map(|grant| grant.id)).collect();
            app.submit(Command::SendBox(id, grants)).await.map_err(Trouble::Desk)?;
        }
        parcel.boxes.push(one);
    }
    if parcel.boxes.is_empty() {
        return Err(Trouble::NotPaired);
    }
    let to_sign = parcel.to_sign(&author.key, author.credential);
    let signature = keys.sign(&to_sign).await?;
    Ok(Handover::Parcel(Envelope(to_sign.signed(&signature))))
}

/// Exports what boxes are owed.
#[component]
pub fn ExportDialog(
    /// For which; closed while there are none.
    of: RwSignal<Vec<BoxId>>,
) -> impl IntoView {
    let app = App::here();
    let one = move || of.with(|of| (of.len() == 1).then(|| of[0]));
    let title = Signal::derive(move || match one() {
        Some(id) => format!("Export for {}", app.view(|v| v.box_name(id))),
        None => "Give to a Courier".to_owned(),
    });
    view! {
        <Dialog open=Signal::derive(move || !of.read().is_empty()) on_close=move || of.set(Vec::new()) title>
            <Export of />
        </Dialog>
    }
}

#[component]
fn Export(of: RwSignal<Vec<BoxId>>) -> impl IntoView {
    let app = App::here();
    let packed = RwSignal::new_local(None::<Rc<Result<Handover, String>>>);
    let boxes = of.get_untracked();
    let file = match boxes[..] {
        [one] => app.peek(|v| v.ledger.smartbox(one).map(|b| b.details().serial.to_string())).unwrap_or_default(),
        _ => "for-boxes".to_owned(),
    };
    let file = format!("{file}.latchbook");
    let make = move |everything| {
        let boxes = boxes.clone();
        spawn_local(async move {
            let made = pack(app, boxes, everything).await.map_err(|trouble| trouble.said());
            let _ = packed.try_set(Some(Rc::new(made)));
        });
    };
    make(false);
    let all = RwSignal::new(false);
    let again = move || {
        all.set(true);
        make(true);
    };
    view! {
        <p>"Sealed: whoever carries it can read no code and no name of a visitor. It goes to a technician’s device, or to a box with a reader. What comes back is taken in by Import from Box, or in Field."</p>
        {move || packed.get().map(|packed| match &*packed {
            Ok(what) => view! { <HandOut what=what.clone() file=file.clone() label="For the box" /> },
            Err(text) => view! { <Notice kind=NoticeKind::Warning title="Nothing was exported" text=text.clone() /> },
        })}
        <div class="form-actions">
            <ShowWhen when=move || !all.get()>
                <Button label="Export Everything Instead" kind=ButtonKind::Quiet on_press=again.clone() />
            </ShowWhen>
            <Button label="Done" kind=ButtonKind::Primary on_press=move || of.set(Vec::new()) />
        </div>
    }
}

/// Takes in what a box gave back. Answers what to say of it.
async fn unpack(app: App, back: &BoxReturn) -> Result<String, Trouble> {
    app.catch_up().await.map_err(|error| Trouble::Desk(error.into()))?;
    let keys = app.keys().await?;
    let found = app.peek(|v| {
        let (id, known) = v.ledger.boxes().find(|(_, known)| known.details().serial == back.serial)?;
        let (_, box_keys) = known.pairing()?;
        Some((id, visits::open_return(known, &box_keys, keys.opening(), back)))
    });
    let Some((id, brought)) = found else {
        return Ok(format!("{} is no box of this organization.", back.serial));
    };
    let name = app.peek(|v| v.box_name(id));
    if !brought.is_believed() {
        return Ok(format!(
            "{name}: nothing of it is from this box, or all of it was changed on the way. Nothing was taken in."
        ));
    }
    let mut read = 0;
    for (events, chain) in brought.events.clone() {
        read += events.len();
        app.submit(Command::KeepEvents(id, events, Some(chain))).await.map_err(Trouble::Desk)?;
    }
    // What was taken in before is not noted twice.
    if read > 0 || brought.digest.is_some() {
        let record = brought.record(back, clock::now());
        app.submit(Command::KeepVisit(id, record)).await.map_err(Trouble::Desk)?;
    }
    let agrees = app.peek(|v| brought.agrees(v.ledger, id, v.zones));
    Ok(words::boxes::brought(&name, &brought, read, agrees))
}

/// Takes in what comes back from boxes, of which one may be meant.
#[component]
pub fn ImportDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// What it is called.
    title: &'static str,
) -> impl IntoView {
    view! {
        <Dialog open on_close=move || open.set(false) title>
            <Import open />
        </Dialog>
    }
}

#[component]
fn Import(open: RwSignal<bool>) -> impl IntoView {
    let app = App::here();
    let said = RwSignal::new(Vec::<String>::new());
    let take = move |found: Handover| {
        let Handover::Return(Return { boxes }) = found else { return Some(not_this(&found).to_owned()) };
        spawn_local(async move {
            let mut lines = Vec::new();
            for back in &boxes {
                lines.push(unpack(app, back).await.unwrap_or_else(|trouble| trouble.said()));
            }
            if lines.is_empty() {
                lines.push("There is nothing in it: no box was visited.".to_owned());
            }
            let _ = said.try_set(lines);
        });
        None
    };
    view! {
        <p>"What a technician’s device, or a box with a reader, gave back. Taking it in twice does no harm."</p>
        <TakeIn on_found=take />
        <div role="status">
            {move || said.get().into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
        </div>
        <div class="form-actions">
            <Button label="Done" kind=ButtonKind::Primary on_press=move || open.set(false) />
        </div>
    }
}

/// The reader of a virtual box: it takes what was exported for it, and gives back what it has to say.
#[component]
pub fn ReaderDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Which box.
    id: BoxId,
) -> impl IntoView {
    view! {
        <Dialog open on_close=move || open.set(false) title="Hold a File to the Reader">
            <Reader open id />
        </Dialog>
    }
}

#[component]
fn Reader(open: RwSignal<bool>, id: BoxId) -> impl IntoView {
    let boxes = VirtualBoxes::here();
    let back = RwSignal::new_local(None::<Rc<Result<Handover, String>>>);
    let take = move |found: Handover| {
        let Handover::Parcel(signed) = &found else { return Some(not_this(&found).to_owned()) };
        let Ok(parcel) = Parcel::unchecked(&signed.0) else {
            return Some("This was changed on the way. Have it sent again.".to_owned());
        };
        spawn_local(async move {
            let given = Rc::new(std::cell::RefCell::new(None));
            let into = Rc::clone(&given);
            let act = Box::new(move |device: &mut crate::smartbox::ReferenceBox, now| {
                *into.borrow_mut() = at_reader(device, &parcel, now, &mut || random::bytes().ok());
            });
            let done = boxes.change(id, act).await;
            let given = given.borrow_mut().take();
            let said = match (done, given) {
                (Ok(_), Some(given)) => Ok(Handover::Return(given)),
                (Ok(_), None) => Err("Nothing in it is for this box, or the box is not paired yet.".to_owned()),
                (Err(trouble), _) => Err(words::boxes::trouble(&trouble)),
            };
            let _ = back.try_set(Some(Rc::new(said)));
        });
        None
    };
    view! {
        {move || match back.get() {
            None => {
                view! {
                    <p>"The box’s reader takes what was exported for it, and shows what it gives back."</p>
                    <TakeIn on_found=take />
                }
            }
            Some(back) => {
                view! {
                    {match &*back {
                        Ok(what) => {
                            view! {
                                <p>"The box took it. This goes back: Import from Box."</p>
                                <HandOut what=what.clone() file="from-box.latchbook".to_owned() label="From the box" />
                            }
                        }
                        Err(text) => view! { <Notice kind=NoticeKind::Warning title="The box took nothing" text=text.clone() /> },
                    }}
                    <div class="form-actions">
                        <Button label="Done" kind=ButtonKind::Primary on_press=move || open.set(false) />
                    </div>
                }
            }
        }}
    }
}
