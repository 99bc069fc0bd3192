//! A button that opens a short list of actions.
use super::float::place_beside;
use super::{ButtonKind, Glyph, Icon, fresh_id};
use crate::ui::prelude::*;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::web_sys::HtmlElement;
use wasm_bindgen::JsCast;

/// One action of a menu.
#[derive(Clone)]
pub struct MenuEntry {
    label: String,
    icon: Option<Icon>,
    danger: bool,
    on_choose: Callback<()>,
}

impl MenuEntry {
    /// An action, by its name.
    pub fn new(label: impl Into<String>, on_choose: impl Into<Callback<()>>) -> Self {
        MenuEntry { label: label.into(), icon: None, danger: false, on_choose: on_choose.into() }
    }

    /// With an icon before the name.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// As one that takes something away.
    pub fn danger(mut self) -> Self {
        self.danger = true;
        self
    }
}

/// A button and its menu: opened by a press or an arrow key, walked with arrows, Home, End and first letters, left by
/// Escape, Tab or a press elsewhere. Focus returns to the button before the chosen action runs.
#[component]
pub fn MenuButton(
    /// The accessible name, and the text unless `face` says otherwise.
    #[prop(into)]
    label: Signal<String>,
    /// The actions.
    #[prop(into)]
    entries: Signal<Vec<MenuEntry>>,
    /// How much the button asks for attention.
    #[prop(optional)]
    kind: ButtonKind,
    /// Stands before the text.
    #[prop(optional, into)]
    icon: Option<Icon>,
    /// Shows the icon alone.
    #[prop(optional)]
    icon_only: bool,
) -> impl IntoView {
    let id = fresh_id("menu");
    let button = NodeRef::<leptos::html::Button>::new();
    let menu = NodeRef::<leptos::html::Div>::new();
    let (open, set_open) = signal(false);

    // The menu lies in the browser's top layer, so that no scrolling pane cuts it off; it is placed by hand.
    let place = move || {
        if let (Some(button), Some(menu)) = (button.get_untracked(), menu.get_untracked()) {
            place_beside(&button, &menu);
        }
    };
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            // Fails when the menu is closed already, which is what is wanted.
            let _ = menu.hide_popover();
        }
    };
    let on_button_key = move |event: KeyboardEvent| {
        if !open.get_untracked() && matches!(event.key().as_str(), "ArrowDown" | "ArrowUp") {
            event.prevent_default();
            place();
            if let Some(menu) = menu.get_untracked() {
                let _ = menu.show_popover();
            }
        }
    };
    let on_toggle = move |_| {
        let Some(menu) = menu.get_untracked() else {
            return;
        };
        let now_open = menu.matches(":popover-open").unwrap_or(false);
        set_open.set(now_open);
        if now_open {
            focus_item(&menu, Step::First);
        }
    };
    let on_menu_key = move |event: KeyboardEvent| {
        let Some(menu) = menu.get_untracked() else {
            return;
        };
        let step = match event.key().as_str() {
            "ArrowDown" => Step::Next,
            "ArrowUp" => Step::Previous,
            "Home" => Step::First,
            "End" => Step::Last,
            "Tab" => {
                close();
                return;
            }
            key => match key.chars().next() {
                Some(letter) if key.chars().count() == 1 && letter.is_alphanumeric() => Step::Letter(letter),
                _ => return,
            },
        };
        event.prevent_default();
        focus_item(&menu, step);
    };

    let class = kind.class();
    let target = id.clone();
    let controls = id.clone();
    view! {
        <span class="menu-place">
            <button
                type="button"
                class=class
                class:button-icon-only=icon_only
                aria-label=label
                title=move || icon_only.then(|| label.get())
                aria-haspopup="menu"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-controls=controls
                popovertarget=target
                node_ref=button
                on:click=move |_: MouseEvent| place()
                on:keydown=on_button_key
            >
                {icon.map(|icon| view! { <Glyph icon /> })}
                {(!icon_only).then(|| view! { <span>{label}</span> })}
            </button>
            <div
                class="menu"
                role="menu"
                popover="auto"
                id=id
                aria-label=label
                node_ref=menu
                on:toggle=on_toggle
                on:keydown=on_menu_key
            >
                {move || {
                    entries
                        .get()
                        .into_iter()
                        .map(|entry| {
                            let on_choose = entry.on_choose;
                            view! {
                                <button
                                    type="button"
                                    role="menuitem"
                                    tabindex="-1"
                                    class="menu-item"
                                    class:menu-item-danger=entry.danger
                                    on:click=move |_| {
                                        close();
                                        on_choose.run(());
                                    }
                                >
                                    {entry.icon.map(|icon| view! { <Glyph icon /> })}
                                    <span>{entry.label}</span>
                                </button>
                            }
                        })
                        .collect_view()
                }}
            </div>
        </span>
    }
}

/// Where the focus goes within a menu.
enum Step {
    First,
    Last,
    Next,
    Previous,
    Letter(char),
}

fn focus_item(menu: &HtmlElement, step: Step) {
    let Ok(found) = menu.query_selector_all("[role=menuitem]") else {
        return;
    };
    let items: Vec<HtmlElement> = (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect();
    if items.is_empty() {
        return;
    }
    let focused = document().active_element();
    let at = items.iter().position(|item| focused.as_ref() == Some(item.as_ref()));
    let last = items.len() - 1;
    let next = match step {
        Step::First => 0,
        Step::Last => last,
        Step::Next => at.map_or(0, |at| if at == last { 0 } else { at + 1 }),
        Step::Previous => at.map_or(last, |at| if at == 0 { last } else { at - 1 }),
        Step::Letter(letter) => {
            let starts = |item: &HtmlElement| {
                let text = item.text_content().unwrap_or_default();
                text.trim().chars().next().is_some_and(|first| first.to_lowercase().eq(letter.to_lowercase()))
            };
            let from = at.map_or(0, |at| at + 1);
            match (0..items.len()).map(|step| (from + step) % items.len()).find(|&index| starts(&items[index])) {
                Some(index) => index,
                None => return,
            }
        }
    };
    let _ = items[next].focus();
}
