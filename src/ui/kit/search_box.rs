//! The search box of the top bar.
use super::{Glyph, Icon, KitWords, ShowWhen};
use crate::ui::prelude::*;
use leptos::ev::KeyboardEvent;
use leptos::web_sys::{Element, HtmlElement};
use wasm_bindgen::JsCast;

/// Searches as one types. `/` anywhere on the page brings the focus here; Escape empties it, and again leaves it.
#[component]
pub fn SearchBox(
    /// What was typed.
    #[prop(into)]
    value: Signal<String>,
    /// Something was typed, or it was emptied.
    #[prop(into)]
    on_input: Callback<String>,
    /// Enter was pressed, or the arrow that leads down to the results.
    #[prop(optional, into)]
    on_enter: Option<Callback<()>>,
) -> impl IntoView {
    let words = KitWords::here();
    let input = NodeRef::<leptos::html::Input>::new();
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        if event.key() != "/" || !plain || event.default_prevented() || takes_text(event.target()) {
            return;
        }
        if let Some(input) = input.get_untracked()
            && document().query_selector("dialog[open]").ok().flatten().is_none()
        {
            event.prevent_default();
            let _ = input.focus();
            input.select();
        }
    });
    on_cleanup(move || listener.remove());
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Escape" => {
            event.prevent_default();
            if value.read_untracked().is_empty() {
                if let Some(input) = input.get_untracked() {
                    let _ = input.blur();
                }
            } else {
                on_input.run(String::new());
            }
        }
        "Enter" | "ArrowDown" => {
            if let Some(on_enter) = on_enter {
                event.prevent_default();
                on_enter.run(());
            }
        }
        _ => {}
    };
    let clear = move |_| {
        on_input.run(String::new());
        if let Some(input) = input.get_untracked() {
            let _ = input.focus();
        }
    };
    view! {
        <div class="search" role="search">
            <Glyph icon=Icon::Search />
            <input
                class="search-control"
                type="search"
                aria-label=words.search
                placeholder=words.search
                aria-keyshortcuts="/"
                autocomplete="off"
                spellcheck="false"
                enterkeyhint="search"
                prop:value=value
                node_ref=input
                on:input=move |event| on_input.run(event_target_value(&event))
                on:keydown=on_key
            />
            <ShowWhen
                when=move || !value.read().is_empty()
                fallback=|| view! { <kbd class="search-key" aria-hidden="true">"/"</kbd> }
            >
                <button type="button" class="search-clear" aria-label=words.clear on:click=clear>
                    <Glyph icon=Icon::Close />
                </button>
            </ShowWhen>
        </div>
    }
}

/// Whether a key pressed there means to type.
fn takes_text(target: Option<leptos::web_sys::EventTarget>) -> bool {
    let Some(target) = target else { return false };
    let Some(element) = target.dyn_ref::<Element>() else {
        return false;
    };
    matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
        || element.dyn_ref::<HtmlElement>().is_some_and(HtmlElement::is_content_editable)
}
