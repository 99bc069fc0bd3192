//! Joining an organization that another device began: this one asks, the other answers.

use std::rc::Rc;

use crate::ui::prelude::*;

use super::handing::{HandOut, TakeIn, not_this};
use crate::domain::cbor::{self, record};
use crate::domain::{Name, Secret};
use crate::journal::Entry;
use crate::journal::port::Identity;
use crate::smartbox::envelope::OpeningKey;
use crate::smartbox::handover::{Admission, AdmissionError, Handover, Join, Pouch};
use crate::smartbox::protocol::messages::Envelope;
use crate::storage::KeyStore;
use crate::storage::key_store::{Slot, bytes_of, kept_bytes};
use crate::ui::edge::{clock, random, webcrypto};
use crate::ui::forms;
use crate::ui::keyring::KeyTrouble;
use crate::ui::kit::*;
use crate::ui::state::App;
use crate::ui::words;

/// What this device asked, until it is answered.
#[derive(Clone, PartialEq)]
pub struct Asked {
    /// Itself.
    pub join: Join,
    /// The same, signed.
    pub signed: Envelope,
    /// What opens the answer.
    secret: Secret<[u8; 32]>,
}
record!(Asked { join, signed, secret });

impl Asked {
    /// Asks under a name. A device that asks again is the same one, with the same key: `again` is its identity.
    ///
    /// # Errors
    /// When there are no random numbers, or the keys can't be made or kept.
    pub async fn make(store: &KeyStore, name: Name, again: Option<Identity>) -> Result<Self, KeyTrouble> {
        let signer = webcrypto::device_signer(store).await?;
        let secret = random::bytes()?;
        let device = match again {
            Some(identity) => identity.device,
            None => random::make_identity()?.device,
        };
        let sealing = OpeningKey::from_bytes(secret).sealing();
        let join = Join { device, name, key: signer.verifying(), sealing };
        let to_sign = join.to_sign();
        let signature = signer.sign(&to_sign).await?;
        let asked = Self { join, signed: Envelope(to_sign.signed(&signature)), secret: Secret::new(secret) };
        let kept = store.replace(&[(Slot::Joining, kept_bytes(&cbor::to_vec(&asked)))], &[]).await;
        kept.map_err(webcrypto::KeyError::Store)?;
        Ok(asked)
    }

    /// What was asked and not answered yet.
    pub async fn kept(store: &KeyStore) -> Option<Self> {
        let kept = store.load(Slot::Joining).await.ok()??;
        cbor::from_slice(&bytes_of(&kept)?).ok()
    }

    /// Opens the answer.
    ///
    /// # Errors
    /// With what to say about it.
    pub fn answered(&self, found: &Handover) -> Result<(Admission, crate::smartbox::envelope::Credential), String> {
        let Handover::Admission(sealed) = found else { return Err(not_this(found).to_owned()) };
        let with = OpeningKey::from_bytes(*self.secret.expose());
        Admission::open(&sealed.0, &with, self.join.device, &self.join.key, clock::now()).map_err(|error| match error {
            AdmissionError::Credential(error) => {
                format!("This lets nobody in now: {error}. Look at this device’s clock, or ask again.")
            }
            _ => "This does not answer what this device asked last. Show the other device what stands above, and take its answer to that.".to_owned(),
        })
    }
}

/// Takes the answer up: a technician's device becomes one, any other has the whole journal from then on.
async fn take_up(app: App, asked: &Asked, found: &Handover) -> Result<(), String> {
    let (admission, credential) = asked.answered(found)?;
    let store = app.key_store();
    let said = |error| words::errors::journal(&error);
    let Some(share) = admission.share.clone() else {
        let pouch = Pouch::new(admission, asked.join.device, asked.join.name.clone(), credential.expires);
        let kept = store.replace(&[(Slot::Pouch, kept_bytes(&cbor::to_vec(&pouch)))], &[Slot::Joining]).await;
        kept.map_err(said)?;
        // It begins anew, as what it is now.
        let _ = window().location().reload();
        return Ok(());
    };
    let entries: Vec<Entry> = cbor::from_slice(&share.journal)
        .map_err(|_| "A newer Latchbook made this. Reload this page to get it.".to_owned())?;
    let kept = webcrypto::keep_opening(&store, &share.opening).await;
    kept.map_err(|error| words::errors::keys(&KeyTrouble::Key(error)))?;
    let identity = Identity { device: asked.join.device, codes: share.codes };
    app.join(identity, &entries).await.map_err(|error| words::errors::desk(&error))?;
    // What stays behind here would only be asked once more.
    let _ = store.replace(&[], &[Slot::Joining]).await;
    Ok(())
}

/// The part of the first start that joins an organization.
#[component]
pub fn JoinOrganization() -> impl IntoView {
    let app = App::here();
    let toaster = Toaster::here();
    let asked = RwSignal::new_local(None::<Rc<Asked>>);
    let name = RwSignal::new(String::new());
    let name_error = RwSignal::new(None);
    let busy = RwSignal::new(false);
    spawn_local(async move {
        let kept = Asked::kept(&app.key_store()).await;
        let _ = asked.try_set(kept.map(Rc::new));
    });
    let ask = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(name) = forms::check(forms::name(&name.get()), name_error).filter(|_| !busy.get()) else { return };
        busy.set(true);
        spawn_local(async move {
            let made = Asked::make(&app.key_store(), name, None).await;
            let _ = busy.try_set(false);
            match made {
                Ok(made) => asked.set(Some(Rc::new(made))),
                Err(trouble) => name_error.set(Some(words::errors::keys(&trouble))),
            }
        });
    };
    let answer = move |found: Handover| {
        let asked = asked.get_untracked()?;
        // What can be said at once is; the rest is said when it was tried.
        let wrong = asked.answered(&found).err();
        if wrong.is_none() {
            spawn_local(async move {
                if let Err(text) = take_up(app, &asked, &found).await {
                    toaster.say(text);
                }
            });
        }
        wrong
    };
    let forget = move || {
        asked.set(None);
        spawn_local(async move {
            // It was never answered: whoever asks anew replaces it.
            let _ = app.key_store().replace(&[], &[Slot::Joining]).await;
        });
    };
    view! {
        <section class="welcome-form form" aria-labelledby="join-title">
            <h2 id="join-title">"Join an organization"</h2>
            {move || match asked.get() {
                None => {
                    view! {
                        <form class="form" on:submit=ask novalidate>
                            <p class="quiet">"Another device has it already: it lets this one in, as manager, front desk or technician."</p>
                            <TextField
                                label="What this device is called"
                                value=name
                                error=name_error
                                hint="“Reception tablet”, “Rui’s phone”."
                            />
                            <div class="form-actions">
                                <Button label="Ask to Join" submit=true busy />
                            </div>
                        </form>
                    }
                }
                Some(asked) => {
                    let words = asked.join.words();
                    view! {
                        <p>"On the other device: Settings, Devices, Enrol a Device. Show it this, or send it the file."</p>
                        <p>"Both must show " <strong class="fingerprint">{words}</strong></p>
                        <HandOut
                            what=Handover::Join(asked.signed.clone())
                            file="join.latchbook".to_owned()
                            label="This device asks to join"
                        />
                        <h3>"Its answer"</h3>
                        <TakeIn on_found=answer />
                        <div class="form-actions">
                            <Button label="Don’t Join" kind=ButtonKind::Quiet on_press=forget />
                        </div>
                    }
                }
            }}
        </section>
    }
}
