//! Light, dark, or as the system wishes.
use super::{Choice, Glyph, Icon, KitWords, fresh_id};
use crate::ui::prelude::*;
use leptos::web_sys::Storage;

/// What a person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// As the system wishes.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl ThemeChoice {
    /// The value of `data-theme`, and of what is stored.
    fn value(self) -> &'static str {
        match self {
            ThemeChoice::System => "system",
            ThemeChoice::Light => "light",
            ThemeChoice::Dark => "dark",
        }
    }

    fn of_value(value: &str) -> ThemeChoice {
        match value {
            "light" => ThemeChoice::Light,
            "dark" => ThemeChoice::Dark,
            _ => ThemeChoice::System,
        }
    }
}

/// The choice of appearance, kept in this browser.
#[derive(Clone, Copy)]
pub struct Theme(RwSignal<ThemeChoice>);

impl Theme {
    /// Where the choice is kept; no part of the organization's data.
    const STORED_AS: &str = "latchbook.theme";

    /// Sets `data-theme` as chosen before. Called first thing in `main`, before anything is shown.
    pub fn apply_stored() -> ThemeChoice {
        let choice = storage()
            .and_then(|storage| storage.get_item(Self::STORED_AS).ok().flatten())
            .map_or(ThemeChoice::System, |value| ThemeChoice::of_value(&value));
        apply(choice);
        choice
    }

    /// Provides the choice as context, beginning with the stored one.
    pub fn provide() -> Theme {
        let theme = Theme(RwSignal::new(Self::apply_stored()));
        provide_context(theme);
        theme
    }

    /// The choice of this page.
    pub fn here() -> Theme {
        use_context().unwrap_or_else(Theme::provide)
    }

    /// What is chosen.
    pub fn choice(&self) -> ThemeChoice {
        self.0.get()
    }

    /// Chooses, applies and keeps it.
    pub fn choose(&self, choice: ThemeChoice) {
        apply(choice);
        if let Some(storage) = storage() {
            // Refused or full storage costs no more than choosing again next time.
            let _ = storage.set_item(Self::STORED_AS, choice.value());
        }
        self.0.set(choice);
    }
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn apply(choice: ThemeChoice) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-theme", choice.value());
    }
}

/// Three buttons of which one holds.
#[component]
pub fn ThemePicker() -> impl IntoView {
    let words = KitWords::here();
    let theme = Theme::here();
    let group = fresh_id("theme");
    let choices = [
        (ThemeChoice::System, Icon::Monitor, words.system),
        (ThemeChoice::Light, Icon::Sun, words.light),
        (ThemeChoice::Dark, Icon::Moon, words.dark),
    ]
    .map(|(choice, icon, word)| {
        let Choice { value, label } = Choice::new(choice.value(), word);
        view! {
            <label class="segment">
                <input
                    type="radio"
                    class="segment-control"
                    name=group.clone()
                    value=value
                    prop:checked=move || theme.choice() == choice
                    on:change=move |_| theme.choose(choice)
                />
                <span class="segment-face">
                    <Glyph icon />
                    <span>{label}</span>
                </span>
            </label>
        }
    })
    .into_iter()
    .collect_view();
    view! {
        <div class="segments" role="radiogroup" aria-label=words.appearance>
            {choices}
        </div>
    }
}
