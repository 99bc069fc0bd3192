//! The few words the parts say themselves. A page in another language provides its own.
use leptos::prelude::*;

/// The words of the parts. English unless a [`KitWords`] was provided as context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KitWords {
    /// The name of the menu of pages.
    pub main_menu: &'static str,
    /// The link that jumps over the menu.
    pub skip: &'static str,
    /// The phone's button for the rest of the menu.
    pub more: &'static str,
    /// The menu of things to make.
    pub add: &'static str,
    /// The search box.
    pub search: &'static str,
    /// Takes a dialog, a sheet, a toast away.
    pub close: &'static str,
    /// Empties a search box or a keypad.
    pub clear: &'static str,
    /// Sends what was typed on a keypad.
    pub enter: &'static str,
    /// The name of a keypad.
    pub keypad: &'static str,
    /// Leads from a detail to its list.
    pub back: &'static str,
    /// Said of a field that may be left empty.
    pub optional: &'static str,
    /// Said after something was copied.
    pub copied: &'static str,
    /// Title of the dialog shown when the clipboard is refused.
    pub copy_by_hand: &'static str,
    /// What to do in that dialog.
    pub copy_by_hand_how: &'static str,
    /// The region in which short messages appear.
    pub messages: &'static str,
    /// The choice of appearance.
    pub appearance: &'static str,
    /// Follow the system's appearance.
    pub system: &'static str,
    /// Always light.
    pub light: &'static str,
    /// Always dark.
    pub dark: &'static str,
    /// Said over the page while a file is dragged over it.
    pub drop_here: &'static str,
}

impl KitWords {
    /// The words in English.
    pub const ENGLISH: KitWords = KitWords {
        main_menu: "Main",
        skip: "Skip to the page",
        more: "More",
        add: "Add",
        search: "Search",
        close: "Close",
        clear: "Clear",
        enter: "Enter",
        keypad: "Keypad",
        back: "Back",
        optional: "optional",
        copied: "Copied.",
        copy_by_hand: "Copy it by hand",
        copy_by_hand_how: "This browser did not let the page copy. The text below is selected: copy it with the keyboard or a long press.",
        messages: "Messages from the app",
        appearance: "Appearance",
        system: "System",
        light: "Light",
        dark: "Dark",
        drop_here: "Drop the file to open it",
    };

    /// The words in use where this is called.
    pub fn here() -> KitWords {
        use_context().unwrap_or(KitWords::ENGLISH)
    }
}
