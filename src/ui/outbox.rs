//! The outbox: makes the reminders that are due, and hands over to the gateway what goes by it.
//!
//! Of all tabs the one that holds a lock does so, and the next one when that is closed. What was posted and not noted, for
//! a tab can be killed at any moment, is posted again under the same name, by which a gateway knows that it has it.

use std::time::Duration;

use crate::ui::dom::Effect;
use crate::ui::dom::spawn_local;
use gloo_net::http::Request;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::web_sys::{AbortController, ReferrerPolicy, RequestCache, RequestCredentials, RequestRedirect};

use super::edge::{clock, page, random};
use super::state::App;
use crate::collections::Table;
use crate::delivery::webhook::{Send, cancel_body};
use crate::delivery::{Next, Outcome, next, next_recall};
use crate::domain::{DeviceId, Instant, Means, MessageId, MessageKind, SendFailure};
use crate::journal::decide::messages::{HOLD_MS, LATE_AFTER_MS};
use crate::journal::desk::DeskError;
use crate::journal::fact::MessageState;
use crate::journal::ledger::Message;
use crate::journal::{Command, Hlc};
use crate::storage;

/// What the lock is called: the tab that holds it tends the outbox.
const LOCK: &str = "latchbook-outbox";
/// How long a gateway may take to answer, in ms.
const PATIENCE_MS: u32 = 15_000;
/// How long after a change the outbox is looked through.
const SOON: Duration = Duration::from_millis(300);

/// The outbox of this tab.
#[derive(Clone, Copy)]
pub struct Outbox {
    app: App,
    /// Whether this tab is the one.
    ours: RwSignal<bool>,
    busy: StoredValue<bool>,
    /// What could not be noted: it went out, and must not go out again while this tab lives.
    unsaved: StoredValue<Vec<(MessageId, MessageState)>>,
    /// When a message that was called back is tried again, which the journal does not keep.
    recalls: StoredValue<Table<MessageId, (u32, Instant)>>,
}

impl Outbox {
    /// Tends the outbox as long as the app is there, whenever it is this tab's turn.
    pub fn provide(app: App) {
        let outbox = Self {
            app,
            ours: RwSignal::new(false),
            busy: StoredValue::new(false),
            unsaved: StoredValue::new(Vec::new()),
            recalls: StoredValue::new(Table::default()),
        };
        // Given back when the tab is closed. A browser without such locks has a turn in every tab: gateways know a
        // message by its name.
        let held = StoredValue::new_local(None);
        spawn_local(async move {
            let lock = storage::turn(LOCK).await;
            held.set_value(lock);
            let _ = outbox.ours.try_set(true);
        });
        Effect::new(move |_| {
            app.version();
            app.now();
            if outbox.ours.get() {
                outbox.tend_in(SOON);
            }
        });
        let online = window_event_listener(leptos::ev::online, move |_| {
            if outbox.ours.get_untracked() {
                spawn_local(outbox.tend(true));
            }
        });
        on_cleanup(move || online.remove());
    }

    fn tend_in(self, wait: Duration) {
        set_timeout(move || spawn_local(self.tend(false)), wait);
    }

    /// Does all that is due. `reachable` says that the network has just come back.
    async fn tend(self, reachable: bool) {
        if self.busy.try_update_value(|busy| std::mem::replace(busy, true)) != Some(false) {
            return;
        }
        let app = self.app;
        if let Some(Ok(decision)) = app.try_out(&Command::TendReminders)
            && !decision.facts().is_empty()
        {
            // That it fails is no worse than that it is late: it is tried again with the next tick.
            let _ = app.submit(Command::TendReminders).await;
        }
        for (id, state) in self.unsaved.try_update_value(std::mem::take).unwrap_or_default() {
            self.note(id, state).await;
        }
        if reachable {
            // Each once: whether there really is a network shows then, and the pauses hold again.
            for id in self.unreachable() {
                self.attempt(id).await;
            }
        }
        while let Some(id) = self.due() {
            self.attempt(id).await;
        }
        let _ = self.busy.try_set_value(false);
        if let Some(wait) = self.next_wait() {
            self.tend_in(wait);
        }
    }

    /// When a message is to be handed over: what was just made, and can be taken back, waits a moment; what somebody wants
    /// tried again does not. Nothing when it is not.
    fn when(self, device: DeviceId, id: MessageId, message: &Message) -> Option<Instant> {
        let mine = id.0.device() == device && message.means() == Means::Gateway;
        let settled = self.unsaved.with_value(|unsaved| unsaved.iter().any(|(other, _)| *other == id));
        if !mine || settled {
            return None;
        }
        match message.state() {
            MessageState::ToDo => {
                // Of a clock that was ahead once, the time is no reason to wait.
                let (since, now) = (Hlc::from_bits(message.since().clock).time(), clock::now());
                Some(if since > now || !message.is_new() { now } else { since.plus_ms(HOLD_MS) })
            }
            MessageState::Failed { again, .. } => Some(again),
            MessageState::Recalled => {
                let again = self.recalls.with_value(|recalls| recalls.get(id).map(|(_, again)| *again));
                Some(again.unwrap_or(Instant::from_ms(0)))
            }
            _ => None,
        }
    }

    fn waiting(self) -> Vec<(Instant, MessageId, MessageState)> {
        let Some(identity) = self.app.identity() else { return Vec::new() };
        self.app.peek(|v| {
            let open = v
                .ledger
                .messages()
                .filter_map(|(id, message)| Some((self.when(identity.device, id, message)?, id, message.state())));
            open.collect()
        })
    }

    /// What waits for its next try because there was no network.
    fn unreachable(self) -> Vec<MessageId> {
        let unreachable = |state| matches!(state, MessageState::Failed { why: SendFailure::Unreachable, .. });
        self.waiting().into_iter().filter(|(.., state)| unreachable(*state)).map(|(_, id, _)| id).collect()
    }

    fn due(self) -> Option<MessageId> {
        let now = clock::now();
        let due = self.waiting().into_iter().filter(|(at, ..)| *at <= now);
        due.min_by_key(|(at, id, _)| (*at, *id)).map(|(_, id, _)| id)
    }

    /// How long until the next message is due, when that is before the app's own tick.
    fn next_wait(self) -> Option<Duration> {
        let now = clock::now();
        let first = self.waiting().into_iter().map(|(at, ..)| at).filter(|at| *at > now).min()?;
        let ms = u64::try_from(first.ms() - now.ms()).ok()?;
        (ms < 20_000).then(|| Duration::from_millis(ms + 50))
    }

    /// Posts a message, or that it is not wanted any more, and notes what came of it.
    async fn attempt(self, id: MessageId) {
        let at = clock::now();
        let Some((state, due)) = self.app.peek(|v| v.ledger.message(id).map(|m| (m.state(), m.due()))) else { return };
        let recalled = state == MessageState::Recalled;
        let outcome = match self.request(id, recalled, at) {
            Ok(request) => post(request).await,
            Err(why) if recalled => return self.note(id, MessageState::NotRecalled { why }).await,
            Err(why) => return self.note(id, MessageState::GivenUp { why }).await,
        };
        let tried = match state {
            MessageState::Failed { attempts, .. } => u32::from(attempts),
            _ => self.recalls.with_value(|recalls| recalls.get(id).map_or(0, |(tried, _)| *tried)),
        };
        let (now, jitter) = (clock::now(), random::number());
        if recalled {
            let to = match next_recall(outcome, tried + 1, now, jitter, due) {
                Next::RetryAt(again) => {
                    self.recalls.update_value(|recalls| {
                        recalls.insert(id, (tried + 1, again));
                    });
                    return;
                }
                Next::Sent => MessageState::Dropped,
                Next::GivenUp(why) => MessageState::NotRecalled { why },
            };
            // Whoever asks for it again begins anew.
            self.recalls.update_value(|recalls| {
                recalls.remove(id);
            });
            return self.note(id, to).await;
        }
        let to = match next(outcome, tried + 1, now, jitter) {
            Next::Sent if due > now => MessageState::HandedOver,
            Next::Sent => MessageState::Sent,
            Next::RetryAt(again) => {
                let why = outcome.failure().unwrap_or(SendFailure::Unreachable);
                MessageState::Failed { why, attempts: u8::try_from(tried + 1).unwrap_or(u8::MAX), again }
            }
            Next::GivenUp(why) => MessageState::GivenUp { why },
        };
        self.note(id, to).await;
    }

    async fn note(self, id: MessageId, state: MessageState) {
        match self.app.submit(Command::MoveMessage(id, state)).await {
            Ok(_) => {}
            // It was dropped meanwhile, and the gateway that keeps it must hear of that; or another tab was first.
            Err(DeskError::Refused(_)) => {
                if state == MessageState::HandedOver {
                    let _ = self.app.submit(Command::MoveMessage(id, MessageState::Recalled)).await;
                }
            }
            Err(DeskError::Journal(_)) => {
                let _ = self.unsaved.try_update_value(|unsaved| unsaved.push((id, state)));
            }
        }
    }

    /// What is posted, signed.
    fn request(self, id: MessageId, recalled: bool, at: Instant) -> Result<Posted, SendFailure> {
        let page = page::of_visitors();
        self.app.peek(|v| {
            let gateway = v.ledger.messaging().gateway.ok_or(SendFailure::NoGateway)?;
            let secret = v.ledger.gateway_secret().ok_or(SendFailure::NoGateway)?;
            let message = v.ledger.message(id).ok_or(SendFailure::NoAddress)?;
            let name = id.to_string();
            let body = if recalled {
                cancel_body(&name, at)
            } else {
                let composed = v.composer(&page).message(id).ok_or(SendFailure::NoAddress)?;
                let send = Send {
                    id: &name,
                    kind: message.kind(),
                    channel: composed.channel,
                    to: composed.to().ok_or(SendFailure::NoAddress)?,
                    name: composed.visitor.name.as_str(),
                    language: composed.visitor.language,
                    words: &composed.words,
                    send_at: Some(message.due()).filter(|due| *due > at),
                    late: message.late()
                        || (message.kind() == MessageKind::Reminder && message.due().plus_ms(LATE_AFTER_MS) < at),
                    organization: &v.organization().unwrap_or_default(),
                };
                send.body(at)
            };
            // A cancellation is a message of its own, which must not be taken for the one it is about.
            let webhook_id = if recalled { format!("{name}-cancel") } else { name };
            Ok(Posted { url: gateway.as_str().to_owned(), headers: secret.headers(&webhook_id, at, &body), body })
        })
    }
}

/// A request to the gateway.
struct Posted {
    url: String,
    headers: [(&'static str, String); 3],
    body: String,
}

/// Posts, and waits for the answer so long and no longer.
async fn post(posted: Posted) -> Outcome {
    let Ok(abort) = AbortController::new() else { return Outcome::Unreachable };
    let mut request = Request::post(&posted.url)
        .header("content-type", "application/json")
        .credentials(RequestCredentials::Omit)
        .cache(RequestCache::NoStore)
        .redirect(RequestRedirect::Manual)
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .abort_signal(Some(&abort.signal()));
    for (name, value) in &posted.headers {
        request = request.header(name, value);
    }
    let Ok(request) = request.body(posted.body) else { return Outcome::Unreachable };
    let timed_out = StoredValue::new(false);
    let patience = async move {
        TimeoutFuture::new(PATIENCE_MS).await;
        timed_out.set_value(true);
        abort.abort();
    };
    spawn_local(patience);
    let answer = request.send().await;
    let late = timed_out.try_get_value().unwrap_or(false);
    match answer {
        Ok(answer) => Outcome::of(answer.status(), answer.headers().get("retry-after").as_deref()),
        Err(_) if late => Outcome::TimedOut,
        Err(_) => Outcome::Unreachable,
    }
}
