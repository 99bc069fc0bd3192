//! The parts every page is put together from.
//!
//! A part takes data as signals and answers with callbacks. It knows neither the journal nor the ledger, and it brings
//! its own accessibility: names, roles, keys and focus. How it looks is in `style/`, one file a part. `examples/kit.rs`
//! shows them all on one page: `trunk serve --example kit examples/kit.html`.
//!
//! Conventions:
//! - Text is `Signal<String>` behind `into`: a `&str`, a `String`, a closure, a signal or a memo will do.
//! - A callback is `Callback<T>` behind `into`: a plain closure will do.
//! - What a form edits is an `RwSignal` of the form; the part writes into it.
mod button;
mod clipboard;
mod code;
mod derived;
mod details;
mod dialog;
mod drop_zone;
mod empty;
mod field;
mod filters;
mod float;
mod head;
mod host;
mod icon;
mod keypad;
mod menu;
mod notice;
mod pick_field;
mod row;
mod search_box;
mod shell;
mod split;
mod state_mark;
mod theme;
mod toast;
mod virtual_list;
mod words;

pub use button::{Button, ButtonKind, LinkButton};
pub use clipboard::{Clipboard, CopyButton, CopyDialog};
pub use code::{CodePanel, CodeSize, CodeText, group_code, spell_code};
pub use derived::{Derived, ShowWhen};
pub use details::{DetailList, DetailRow};
pub use dialog::Dialog;
pub use drop_zone::{DropZone, FileRefusal, TextFile};
pub use empty::Empty;
pub use field::{
    CheckField, Choice, DateTimeField, RadioCard, RadioCards, SelectField, SwitchField, TextAreaField, TextField,
    TextKind,
};
pub use filters::{FilterChip, Filters};
pub use head::{PageHead, PaneHead, Section};
pub use host::KitHost;
pub use icon::{Glyph, Icon};
pub use keypad::{Keypad, KeypadKey};
pub use menu::{MenuButton, MenuEntry};
pub use notice::{Notice, NoticeKind};
pub use pick_field::PickField;
pub use row::{Row, RowLink, Rows};
pub use search_box::SearchBox;
pub use shell::{MenuItem, Shell};
pub use split::Split;
pub use state_mark::{StateKind, StateMark};
pub use theme::{Theme, ThemeChoice, ThemePicker};
pub use toast::{ToastStack, Toaster};
pub use virtual_list::{RowRef, VirtualList};
pub use words::KitWords;

use std::cell::Cell;

/// An element id no other part on the page has: `prefix-17`.
pub fn fresh_id(prefix: &str) -> String {
    thread_local!(static LAST: Cell<u32> = const { Cell::new(0) });
    let number = LAST.get().wrapping_add(1);
    LAST.set(number);
    format!("{prefix}-{number}")
}
