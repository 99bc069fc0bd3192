//! The keypad of a SmartBox, to press.
use super::KitWords;
use crate::ui::prelude::*;
use leptos::ev::KeyboardEvent;

/// A key of the keypad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeypadKey {
    /// 0 to 9.
    Digit(u8),
    /// Empties what was typed.
    Clear,
    /// Sends what was typed.
    Enter,
}

impl KeypadKey {
    /// In the order of the pad, row by row.
    const PAD: [KeypadKey; 12] = [
        KeypadKey::Digit(1),
        KeypadKey::Digit(2),
        KeypadKey::Digit(3),
        KeypadKey::Digit(4),
        KeypadKey::Digit(5),
        KeypadKey::Digit(6),
        KeypadKey::Digit(7),
        KeypadKey::Digit(8),
        KeypadKey::Digit(9),
        KeypadKey::Clear,
        KeypadKey::Digit(0),
        KeypadKey::Enter,
    ];

    /// The key that a physical keyboard's key stands for, besides Enter.
    fn of_keyboard(key: &str) -> Option<KeypadKey> {
        match key {
            "Escape" | "Backspace" | "Delete" => Some(KeypadKey::Clear),
            _ => match key.as_bytes() {
                [digit @ b'0'..=b'9'] => Some(KeypadKey::Digit(digit - b'0')),
                _ => None,
            },
        }
    }
}

/// Twelve large keys. While the focus is among them a keyboard's digits work too.
#[component]
pub fn Keypad(
    /// A key was pressed.
    #[prop(into)]
    on_key: Callback<KeypadKey>,
    /// Takes no press: locked out.
    #[prop(optional, into)]
    locked: Signal<bool>,
) -> impl IntoView {
    let words = KitWords::here();
    let press = move |key| {
        if !locked.get_untracked() {
            on_key.run(key);
        }
    };
    // Whether the last key was a digit of the keyboard.
    let typed = StoredValue::new(false);
    let on_keyboard = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        // Enter on a key of the pad presses that key, as it does everywhere, except after digits typed by keyboard: then
        // the focus rests on a key that nobody means.
        let key = match event.key().as_str() {
            "Enter" => typed.get_value().then_some(KeypadKey::Enter),
            key => KeypadKey::of_keyboard(key),
        };
        typed.set_value(matches!(key, Some(KeypadKey::Digit(_))));
        if let Some(key) = key {
            event.prevent_default();
            event.stop_propagation();
            press(key);
        }
    };
    let keys = KeypadKey::PAD
        .into_iter()
        .map(|key| {
            let (class, text) = match key {
                KeypadKey::Digit(digit) => ("keypad-key", digit.to_string()),
                KeypadKey::Clear => ("keypad-key keypad-word", words.clear.to_owned()),
                KeypadKey::Enter => ("keypad-key keypad-word keypad-enter", words.enter.to_owned()),
            };
            view! {
                <button
                    type="button"
                    class=class
                    aria-disabled=move || locked.get().then_some("true")
                    on:click=move |_| press(key)
                >
                    {text}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="keypad" role="group" aria-label=words.keypad on:keydown=on_keyboard>
            {keys}
        </div>
    }
}
