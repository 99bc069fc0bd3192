//! Short messages that pass: what was just done, and how to take it back.
use super::{Button, ButtonKind, Icon, KitWords};
use crate::ui::prelude::*;
use std::time::Duration;

/// One message.
#[derive(Clone)]
struct Toast {
    number: u64,
    text: String,
    action: Option<(String, Callback<()>)>,
}

/// Says short messages without taking the focus. Provided by [`KitHost`](super::KitHost).
#[derive(Clone, Copy)]
pub struct Toaster {
    toasts: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
    /// Set while a pointer or the focus rests on the messages: none goes away then.
    held: RwSignal<bool>,
}

impl Toaster {
    /// How long a message stays.
    const STAY: Duration = Duration::from_secs(6);
    /// How long one stays that can be answered.
    const STAY_WITH_ACTION: Duration = Duration::from_secs(10);
    /// How many stand at once; the oldest goes first.
    const AT_ONCE: usize = 3;

    /// Makes a toaster and provides it as context.
    pub fn provide() -> Toaster {
        let toaster = Toaster { toasts: RwSignal::default(), next: StoredValue::new(0), held: RwSignal::new(false) };
        provide_context(toaster);
        toaster
    }

    /// The toaster of this page.
    pub fn here() -> Toaster {
        use_context().unwrap_or_else(Toaster::provide)
    }

    /// Says a sentence.
    pub fn say(&self, text: impl Into<String>) {
        self.add(text.into(), None, Self::STAY);
    }

    /// Says a sentence and offers one thing to do about it, such as *Undo*.
    pub fn offer(&self, text: impl Into<String>, action: impl Into<String>, on_press: impl Into<Callback<()>>) {
        self.add(text.into(), Some((action.into(), on_press.into())), Self::STAY_WITH_ACTION);
    }

    fn add(self, text: String, action: Option<(String, Callback<()>)>, stay: Duration) {
        let number = self.next.get_value();
        self.next.set_value(number + 1);
        self.toasts.update(|toasts| {
            toasts.push(Toast { number, text, action });
            // One that can be answered stays its time: it goes only for others of its kind.
            while toasts.len() > Self::AT_ONCE {
                let older = &toasts[..toasts.len() - 1];
                let oldest = older.iter().position(|toast| toast.action.is_none()).unwrap_or(0);
                toasts.remove(oldest);
            }
        });
        self.remove_later(number, stay);
    }

    fn remove_later(self, number: u64, stay: Duration) {
        set_timeout(
            move || match self.held.try_get_untracked() {
                Some(true) => self.remove_later(number, Duration::from_secs(2)),
                Some(false) => self.remove(number),
                None => {}
            },
            stay,
        );
    }

    fn remove(self, number: u64) {
        if self.toasts.with_untracked(|toasts| toasts.iter().any(|toast| toast.number == number)) {
            self.toasts.update(|toasts| toasts.retain(|toast| toast.number != number));
        }
    }
}

/// The corner of the page in which the messages appear.
#[component]
pub fn ToastStack() -> impl IntoView {
    let words = KitWords::here();
    let toaster = Toaster::here();
    let toasts = toaster.toasts;
    let hold = move |held| move |_| toaster.held.set(held);
    view! {
        <div
            class="toasts"
            role="status"
            aria-live="polite"
            aria-label=words.messages
            on:mouseenter=hold(true)
            on:mouseleave=hold(false)
            on:focusin=move |_| toaster.held.set(true)
            on:focusout=move |_| toaster.held.set(false)
        >
            {each(
                move || toasts.get(),
                |toast| u128::from(toast.number),
                move |toast| {
                    let number = toast.number;
                    view! {
                        <div class="toast">
                            <p class="toast-text">{toast.text}</p>
                            {toast
                                .action
                                .map(|(label, on_press)| {
                                    view! {
                                        <Button
                                            label
                                            kind=ButtonKind::Quiet
                                            on_press=move || {
                                                toaster.remove(number);
                                                toaster.held.set(false);
                                                on_press.run(());
                                            }
                                        />
                                    }
                                })}
                            <Button
                                label=words.close
                                icon=Icon::Close
                                icon_only=true
                                kind=ButtonKind::Quiet
                                on_press=move || {
                                    toaster.remove(number);
                                    toaster.held.set(false);
                                }
                            />
                        </div>
                    }
                },
            )}
        </div>
    }
}
