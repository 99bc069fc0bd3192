//! One value of very many, found by typing.
use super::field::{Ids, framed};
use super::float::place_beside;
use super::{Choice, Derived, Glyph, Icon};
use crate::ui::prelude::*;
use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::web_sys::HtmlInputElement;

/// A field that offers what matches the text typed so far: for choosing one of thousands.
///
/// Down opens it, Up and Down walk, Enter takes, Escape leaves it as it was. Text that was typed and not taken goes when
/// the field is left: it holds one of the values, or none.
#[component]
pub fn PickField(
    /// Its name.
    #[prop(into)]
    label: Signal<String>,
    /// The value taken, or empty.
    value: RwSignal<String>,
    /// What to offer for a text, the best first; a dozen is enough. For an empty text, the most likely.
    #[prop(into)]
    find: Callback<String, Vec<Choice>>,
    /// What a value is called.
    #[prop(into)]
    name_of: Callback<String, String>,
    /// What to know before choosing.
    #[prop(optional, into)]
    hint: Signal<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Says that it may be left empty.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let ids = Ids::fresh();
    let input = NodeRef::<leptos::html::Input>::new();
    let list = NodeRef::<leptos::html::Div>::new();
    let open = RwSignal::new(false);
    // What was typed since the field showed its value.
    let typed = RwSignal::new(None::<String>);
    let at = RwSignal::new(0_usize);
    let offers = Derived::new(move || match open.get() {
        true => {
            let text = typed.get().unwrap_or_default();
            untrack(|| find.run(text))
        }
        false => Vec::new(),
    });

    Effect::new(move |_| {
        let shown = open.get() && !offers.read().is_empty();
        let (Some(input), Some(list)) = (input.get(), list.get()) else {
            return;
        };
        if shown {
            let width = format!("{}px", input.get_bounding_client_rect().width());
            let _ = leptos::web_sys::HtmlElement::style(&list).set_property("min-width", &width);
            place_beside(&input, &list);
            let _ = list.show_popover();
        } else {
            let _ = list.hide_popover();
        }
    });
    // The one walked to is in view.
    Effect::new(move |_| {
        let at = at.get();
        if let Some(list) = list.get()
            && let Some(option) = list.children().item(at as u32)
        {
            option.scroll_into_view_with_bool(false);
        }
    });

    let start = move |text: Option<String>| {
        at.set(0);
        typed.set(text);
        open.set(true);
    };
    let leave = move || {
        open.set(false);
        typed.set(None);
    };
    let take = move |choice: &Choice| {
        value.set(choice.value.clone());
        leave();
    };
    let on_key = move |event: KeyboardEvent| {
        let last = offers.with_untracked(Vec::len).saturating_sub(1);
        match (event.key().as_str(), open.get_untracked()) {
            ("ArrowDown" | "ArrowUp", false) => start(None),
            ("ArrowDown", true) => at.update(|at| *at = if *at >= last { 0 } else { *at + 1 }),
            ("ArrowUp", true) => at.update(|at| *at = if *at == 0 { last } else { *at - 1 }),
            ("Enter", true) => match offers.with_untracked(|offers| offers.get(at.get_untracked()).cloned()) {
                Some(choice) => take(&choice),
                None => return,
            },
            // Only the list is left, not the dialog the field stands in.
            ("Escape", true) => {
                leave();
                event.stop_propagation();
            }
            _ => return,
        }
        event.prevent_default();
    };
    let on_leave = move |_| {
        if optional && typed.read_untracked().as_deref() == Some("") {
            value.set(String::new());
        }
        leave();
    };

    let list_id = format!("{}-list", ids.field);
    let option_id = {
        let list_id = list_id.clone();
        move |index: usize| format!("{list_id}-{index}")
    };
    let active = {
        let option_id = option_id.clone();
        move || (open.get() && !offers.read().is_empty()).then(|| option_id(at.get()))
    };
    let options = move || {
        offers
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, choice)| {
                let name = choice.label.clone();
                view! {
                    <div
                        class="menu-item"
                        role="option"
                        id=option_id(index)
                        aria-selected=move || if at.get() == index { "true" } else { "false" }
                        // Before the field loses the focus and with it the list.
                        on:mousedown=move |event| {
                            event.prevent_default();
                            take(&choice);
                        }
                    >
                        {name}
                    </div>
                }
            })
            .collect_view()
    };
    let select_all = move |event: FocusEvent| event_target::<HtmlInputElement>(&event).select();
    let control = view! {
        <span class="field-select">
            <input
                class="field-control"
                type="text"
                role="combobox"
                id=ids.field.clone()
                autocomplete="off"
                spellcheck="false"
                aria-autocomplete="list"
                aria-expanded=move || if open.get() && !offers.read().is_empty() { "true" } else { "false" }
                aria-controls=list_id.clone()
                aria-activedescendant=active
                aria-invalid=move || error.read().is_some().then_some("true")
                aria-describedby=ids.described_by(hint, error)
                prop:value=move || {
                    typed
                        .get()
                        .unwrap_or_else(|| {
                            let value = value.get();
                            if value.is_empty() { value } else { name_of.run(value) }
                        })
                }
                node_ref=input
                on:input=move |event| start(Some(event_target_value(&event)))
                on:click=move |_| {
                    if !open.get_untracked() {
                        start(None);
                    }
                }
                on:focus=select_all
                on:keydown=on_key
                on:blur=on_leave
            />
            <Glyph icon=Icon::ChevronDown />
        </span>
        <div class="menu" role="listbox" popover="manual" id=list_id aria-label=label node_ref=list>
            {options}
        </div>
    };
    framed(&ids, label, hint, error, optional, control)
}
