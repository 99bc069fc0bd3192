//! A row of filters of which one holds.
use super::fresh_id;
use crate::ui::prelude::*;

/// One filter.
#[derive(Clone)]
pub struct FilterChip {
    /// What the callback is told when it is chosen.
    pub value: String,
    /// What it is called.
    pub label: String,
    /// How many things pass it, where that is known.
    pub count: Option<Signal<usize>>,
}

impl FilterChip {
    /// A filter without a count.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        FilterChip { value: value.into(), label: label.into(), count: None }
    }

    /// With how many things pass it.
    pub fn count(mut self, count: impl Into<Signal<usize>>) -> Self {
        self.count = Some(count.into());
        self
    }
}

/// Filters side by side, scrolling sideways where there is no room: a group of radio buttons, walked with the arrows.
#[component]
pub fn Filters(
    /// What is filtered; the name of the group.
    #[prop(into)]
    label: Signal<String>,
    /// The filters.
    #[prop(into)]
    chips: Signal<Vec<FilterChip>>,
    /// The value of the one that holds.
    #[prop(into)]
    value: Signal<String>,
    /// Another was chosen.
    #[prop(into)]
    on_choose: Callback<String>,
) -> impl IntoView {
    let group = fresh_id("filters");
    view! {
        <div class="filters" role="radiogroup" aria-label=label>
            {move || {
                chips
                    .get()
                    .into_iter()
                    .map(|chip| {
                        let own = chip.value.clone();
                        let chosen = move || value.read() == own;
                        let own = chip.value;
                        view! {
                            <label class="chip">
                                <input
                                    type="radio"
                                    class="chip-control"
                                    name=group.clone()
                                    prop:checked=chosen
                                    on:change=move |_| on_choose.run(own.clone())
                                />
                                <span class="chip-face">
                                    <span>{chip.label}</span>
                                    {chip
                                        .count
                                        .map(|count| view! { <span class="chip-count">{move || grouped(count.get())}</span> })}
                                </span>
                            </label>
                        }
                    })
                    .collect_view()
            }}
        </div>
    }
}

/// `12345` as `12 345`, with narrow no-break spaces.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + 6);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}
