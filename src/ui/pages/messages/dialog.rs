//! One message: its words, how far it is, and what can be done with it.

use crate::ui::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};

use super::{MessageMark, is_for_later, line, moment};
use crate::delivery::Composed;
use crate::domain::{Channel, Means, MessageId};
use crate::journal::Command;
use crate::journal::fact::MessageState;
use crate::ui::edge::page;
use crate::ui::kit::*;
use crate::ui::pages::keys::FormFailure;
use crate::ui::state::App;
use crate::ui::words::{errors, messages, people};

/// The message that is open over the page.
#[derive(Clone, Copy)]
pub struct Sending(RwSignal<Option<MessageId>>);

impl Sending {
    /// Provides it as context.
    pub fn provide() -> Self {
        let sending = Self(RwSignal::new(None));
        provide_context(sending);
        sending
    }

    /// The one of this page.
    pub fn here() -> Self {
        expect_context()
    }

    /// Opens a message.
    pub fn open(self, id: MessageId) {
        self.0.set(Some(id));
    }
}

/// Shows the message that is open. Stands once in the page.
#[component]
pub fn MessageDialog() -> impl IntoView {
    let app = App::here();
    let open = Sending::here().0;
    let title = Signal::derive(move || {
        let known = |id| {
            app.view(|v| {
                let message = v.ledger.message(id)?;
                Some(format!("{} for {}", messages::kind(message.kind()), people::subject(&v, message.about())))
            })
        };
        open.get().and_then(known).unwrap_or_default()
    });
    view! {
        <Dialog open=Signal::derive(move || open.get().is_some()) on_close=move || open.set(None) title wide=true>
            {move || open.get().map(|id| view! { <MessageBody id /> })}
        </Dialog>
    }
}

/// What a press leads to.
#[derive(Clone, Copy)]
struct Press {
    app: App,
    id: MessageId,
    busy: RwSignal<bool>,
    failed: RwSignal<Option<String>>,
}

impl Press {
    fn to(self, state: MessageState) {
        let Self { app, id, busy, failed } = self;
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        app.submit_then(Command::MoveMessage(id, state), move |result| {
            let _ = busy.try_set(false);
            let _ = failed.try_set(result.err().map(|error| errors::desk(&error)));
        });
    }
}

#[component]
fn MessageBody(id: MessageId) -> impl IntoView {
    let app = App::here();
    let press = Press { app, id, busy: RwSignal::new(false), failed: RwSignal::new(None) };
    let page = page::of_visitors();
    let composed = Derived::new(move || app.view(|v| v.composer(&page).message(id)));
    let about = Derived::new(move || {
        app.view(|v| {
            v.ledger.message(id).map(|m| {
                let later = is_for_later(m, v.now).then(|| moment(&v, m.about(), m.due()));
                (line(&v, m), m.state(), m.means(), later)
            })
        })
    });
    const NOT_OUT: &str = "It did not go out";
    let reason = move || match about.get() {
        Some((_, MessageState::Failed { why, attempts, again }, ..)) => {
            let again = app.view(|v| v.own_moment(again));
            let times = if attempts == 1 { "once".to_owned() } else { format!("{attempts} times") };
            Some((
                NOT_OUT,
                format!(
                    "It was tried {times}, and did not go out {}. The next try is {again}.",
                    messages::failure(why)
                ),
            ))
        }
        Some((_, MessageState::GivenUp { why }, ..)) => {
            Some((NOT_OUT, format!("It did not go out {}, and is not tried again by itself.", messages::failure(why))))
        }
        Some((_, MessageState::NotRecalled { why }, _, later)) => {
            Some(("It was not called back", messages::not_recalled(why, later.as_deref())))
        }
        _ => None,
    };
    view! {
        <div class="message">
            <p class="message-line">
                <MessageMark id />
                <span class="muted">{move || about.get().map(|(line, ..)| line)}</span>
            </p>
            {move || reason().map(|(title, text)| view! { <Notice kind=NoticeKind::Error title text /> })}
            <FormFailure failed=press.failed />
            {move || {
                let (_, state, means, later) = about.get()?;
                Some(view! { <Actions press state means later composed=composed.get() /> })
            }}
            {move || match composed.get() {
                None => {
                    view! { <Notice title="The visitor was erased" text="So there is nobody to write to any more." /> }
                }
                Some(composed) => view! { <Words composed /> },
            }}
        </div>
    }
}

/// To whom, about what, and the text, as they go out.
#[component]
fn Words(composed: Composed) -> impl IntoView {
    let to = composed.to().map(str::to_owned);
    let missing = match composed.channel {
        Channel::Email => "No e-mail address any more",
        Channel::Sms => "No mobile number any more",
    };
    view! {
        <DetailList>
            <DetailRow label="To">{to.unwrap_or_else(|| missing.to_owned())}</DetailRow>
            {composed.words.subject.clone().map(|subject| view! { <DetailRow label="Subject">{subject}</DetailRow> })}
            <DetailRow label="Text"><div class="message-text">{composed.words.text.clone()}</div></DetailRow>
        </DetailList>
    }
}

#[component]
fn Actions(
    press: Press,
    state: MessageState,
    means: Means,
    /// When a gateway is to send it, in words, while that is to come.
    later: Option<String>,
    composed: Option<Composed>,
) -> impl IntoView {
    let failed = matches!(state, MessageState::Failed { .. } | MessageState::GivenUp { .. });
    let open = matches!(state, MessageState::ToDo | MessageState::HandedOver) || failed;
    let not_recalled = matches!(state, MessageState::NotRecalled { .. });
    let retry = match state {
        MessageState::NotRecalled { .. } => later.is_some().then_some(MessageState::Recalled),
        _ => (failed && means == Means::Gateway).then_some(MessageState::ToDo),
    };
    let kept = later.filter(|_| state == MessageState::HandedOver);
    let asked = state == MessageState::HandedOver && kept.is_none();
    let by_hand = means == Means::Device || failed || asked;
    let text = composed.as_ref().map(|composed| composed.words.text.clone());
    let link = composed.as_ref().and_then(Composed::link);
    let program = match composed.as_ref().map(|composed| composed.channel) {
        Some(Channel::Sms) => "Open SMS Program",
        _ => "Open Mail Program",
    };
    let kept = kept.map(|due| format!("The gateway has it, and is to send it {due}."));
    let shares = text.clone().filter(|_| open && by_hand && can_share());
    view! {
        {kept.map(|text| view! { <p>{text}</p> })}
        {asked
            .then(|| {
                view! {
                    <Notice title="Did it go out?" text="The app can’t see what became of it.">
                        <div class="cluster">
                            <Button
                                label="It Went Out"
                                kind=ButtonKind::Primary
                                busy=press.busy
                                on_press=move || press.to(MessageState::Sent)
                            />
                            <Button label="It Did Not" on_press=move || press.to(MessageState::ToDo) />
                        </div>
                    </Notice>
                }
            })}
        <div class="cluster">
            {link
                .filter(|_| open && by_hand)
                .map(|link| {
                    let class = if asked { "button button-secondary" } else { "button button-primary" };
                    let over = move |_| {
                        if state != MessageState::HandedOver {
                            press.to(MessageState::HandedOver);
                        }
                    };
                    view! {
                        <a class=class href=link on:click=over>
                            <Glyph icon=Icon::Send />
                            <span>{program}</span>
                        </a>
                    }
                })}
            {shares
                .map(|text| {
                    let share = move || {
                        share(&text);
                        if state != MessageState::HandedOver {
                            press.to(MessageState::HandedOver);
                        }
                    };
                    view! { <Button label="Share" icon=Icon::Upload on_press=share /> }
                })}
            {text
                .filter(|_| open && by_hand)
                .map(|text| view! { <CopyButton label="Copy Message" text said=Signal::stored("Message copied.".to_owned()) /> })}
            {retry
                .map(|to| {
                    view! {
                        <Button
                            label="Retry"
                            kind=ButtonKind::Primary
                            icon=Icon::Refresh
                            busy=press.busy
                            on_press=move || press.to(to)
                        />
                    }
                })}
            {(failed || not_recalled || (open && by_hand))
                .then(|| {
                    let label = if not_recalled { "Settled" } else { "Not Wanted" };
                    view! { <Button label icon=Icon::Ban on_press=move || press.to(MessageState::Dropped) /> }
                })}
        </div>
    }
}

fn share_function() -> Option<(JsValue, js_sys::Function)> {
    let navigator: JsValue = window().navigator().into();
    let share = js_sys::Reflect::get(&navigator, &JsValue::from_str("share")).ok()?.dyn_into().ok()?;
    Some((navigator, share))
}

/// Whether the device has a sheet to share with.
fn can_share() -> bool {
    share_function().is_some()
}

/// Opens the device's share sheet. That somebody closes it is no error.
fn share(text: &str) {
    let Some((navigator, share)) = share_function() else { return };
    let data = js_sys::Object::new();
    let said = js_sys::Reflect::set(&data, &JsValue::from_str("text"), &JsValue::from_str(text));
    if let (Ok(true), Ok(promise)) = (said, share.call1(&navigator, &data)) {
        let promise: js_sys::Promise = promise.unchecked_into();
        spawn_local(async move { drop(wasm_bindgen_futures::JsFuture::from(promise).await) });
    }
}
