//! A booking code as it is read out: large, in groups.
use super::{CopyButton, KitWords};
use crate::ui::prelude::*;

pub use crate::domain::code::group_code;

/// How large a code stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CodeSize {
    /// Within a row or a sentence.
    Inline,
    /// As the thing a pane is about.
    #[default]
    Large,
}

/// The digits one by one, with a pause between groups, for a voice: `4 8 2, 9 1 3 7`.
pub fn spell_code(digits: &str) -> String {
    let mut spelled = String::with_capacity(digits.len() * 2 + 4);
    for letter in group_code(digits).chars() {
        if letter == ' ' {
            spelled.push(',');
        } else {
            if !spelled.is_empty() {
                spelled.push(' ');
            }
            spelled.push(letter);
        }
    }
    spelled
}

/// A booking code. Selecting and copying it gives the bare digits, since the gaps are drawn and not typed.
#[component]
pub fn CodeText(
    /// The bare digits.
    #[prop(into)]
    digits: Signal<String>,
    /// How large.
    #[prop(optional)]
    size: CodeSize,
) -> impl IntoView {
    let class = match size {
        CodeSize::Inline => "code code-inline",
        CodeSize::Large => "code code-large",
    };
    view! {
        <span class=class role="img" aria-label=move || spell_code(&digits.read())>
            {move || {
                group_code(&digits.read())
                    .split(' ')
                    .map(|group| view! { <span class="code-group">{group.to_owned()}</span> })
                    .collect_view()
            }}
        </span>
    }
}

/// A code as the thing a pane is about: named, large, to be copied, with what it is good for (the children: the
/// [`StateMark`](super::StateMark)s of what the boxes know).
#[component]
pub fn CodePanel(
    /// What the code is: *Booking Code*.
    #[prop(into)]
    label: Signal<String>,
    /// The bare digits.
    #[prop(into)]
    digits: Signal<String>,
    /// The name of the button that copies the bare digits: *Copy Booking Code*.
    #[prop(into)]
    copy_label: Signal<String>,
    /// What is said when it was copied.
    #[prop(optional, into)]
    said: Option<Signal<String>>,
    /// What the boxes know of it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let said = said.unwrap_or_else(|| Signal::stored(KitWords::here().copied.to_owned()));
    view! {
        <section class="code-panel" aria-label=label>
            <div class="code-panel-head">
                <span>{label}</span>
                <CopyButton label=copy_label text=digits said />
            </div>
            <CodeText digits />
            {children.map(|children| view! { <div class="code-panel-state">{children()}</div> })}
        </section>
    }
}
