//! A list of up to a million rows that builds only those in view.
use super::float::px;
use super::{Derived, fresh_id};
use crate::ui::prelude::*;
use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::web_sys::{Element, ResizeObserver};
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

/// A row, by its place and by the thing it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RowRef {
    /// The place, counted from 0.
    pub index: usize,
    /// The id of the thing.
    pub id: u64,
}

/// What builds the face of the thing at a place.
#[derive(Clone)]
pub struct RowFace(Rc<dyn Fn(usize) -> Markup>);

impl<F: Fn(usize) -> V + 'static, V: IntoView + 'static> From<F> for RowFace {
    fn from(face: F) -> Self {
        Self(Rc::new(move |index| face(index).into_view()))
    }
}

/// Rows built above and below those in view, so that quick scrolling does not show a gap.
const SPARE: usize = 8;

/// The greatest height given to an element, in pixels. Browsers stop at 16 to 33 million; beyond this one, the height
/// of the list and the place within it are scaled.
const TALLEST: f64 = 8_000_000.0;

/// How far around its old place a row is looked for after the data changed.
const NEAR: usize = 512;

/// A row of the window now built.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Built {
    index: usize,
    id: u64,
    stamp: u64,
}

/// What was measured: all in pixels.
#[derive(Clone, Copy, PartialEq)]
struct Measure {
    view: f64,
    row: f64,
}

/// A list box of rows of one height, the height being `--row-height` in CSS. One row is *current*: Up, Down, Home, End,
/// Page Up and Page Down move it, Enter opens it. A press opens the row pressed.
///
/// `row` is called once for each thing that comes into view, and again when its `stamp` changes; so what it builds may
/// depend on the thing, and on signals, but not on the place, which changes as others come and go. `id` and `stamp` are
/// called reactively: reading a signal in them is what makes the list follow the data. The place in the list is kept
/// when things come and go above it.
#[component]
pub fn VirtualList(
    /// What is listed.
    #[prop(into)]
    label: Signal<String>,
    /// How many rows there are.
    #[prop(into)]
    count: Signal<usize>,
    /// The id of the thing at a place; no two the same.
    #[prop(into)]
    id: Callback<usize, u64>,
    /// The face of the thing at a place.
    #[prop(into)]
    row: RowFace,
    /// Changes when the face of the thing at a place has to be built anew.
    #[prop(optional, into)]
    stamp: Option<Callback<usize, u64>>,
    /// The id of the thing that is open.
    #[prop(optional, into)]
    selected: Signal<Option<u64>>,
    /// A row was pressed, or Enter on the current row.
    #[prop(into)]
    on_open: Callback<RowRef>,
    /// The current row changed by a key.
    #[prop(optional, into)]
    on_current: Option<Callback<RowRef>>,
    /// When this changes the list goes back to its top: the number of the query that is shown, for one.
    #[prop(optional, into)]
    from_top: Signal<u64>,
    /// When this becomes a place, the list scrolls so that the row there is in view.
    #[prop(optional, into)]
    reveal: Signal<Option<usize>>,
) -> impl IntoView {
    let id_at = move |index: usize| id.run(index);
    let stamp_at = move |index: usize| stamp.map_or(0, |stamp| stamp.run(index));

    let list = NodeRef::<Div>::new();
    let scroll = Scroll {
        list,
        count,
        measure: RwSignal::new(Measure { view: 0.0, row: 44.0 }),
        top: RwSignal::new(0.0),
        shift: RwSignal::new(0.0),
        last: StoredValue::new(0.0),
        settling: StoredValue::new(None),
    };
    scroll.measure_when_resized();

    let range = Derived::new(move || scroll.range());
    let window = Derived::new(move || {
        let (first, end) = range.get();
        (first..end).map(|index| Built { index, id: id_at(index), stamp: stamp_at(index) }).collect::<Vec<_>>()
    });
    let current = RwSignal::new(None::<RowRef>);

    // After the data changed: the row at the upper edge stays there, the current row stays current.
    let anchor = StoredValue::new(None::<RowRef>);
    Effect::new(move |before: Option<u64>| {
        let query = from_top.get();
        let count = count.get();
        let moved_to = |at: RowRef| {
            if at.index < count && id_at(at.index) == at.id {
                return Some(at.index);
            }
            let near = at.index.saturating_sub(NEAR)..at.index.saturating_add(NEAR).min(count);
            near.into_iter().find(|&index| untrack(|| id_at(index)) == at.id)
        };
        if before.is_some_and(|before| before != query) {
            current.set(None);
            scroll.go(0.0);
        } else {
            if let Some(at) = current.get_untracked() {
                let next = moved_to(at).map(|index| RowRef { index, id: at.id });
                if next != Some(at) {
                    current.set(next);
                }
            }
            let top = scroll.top.get_untracked();
            if let Some(at) = anchor.get_value()
                && top > 0.0
                && let Some(index) = moved_to(at)
                && index != at.index
            {
                scroll.go(top + (index as f64 - at.index as f64) * scroll.measure.get_untracked().row);
            }
        }
        query
    });
    Effect::new(move |_| {
        let first = scroll.first_in_view();
        anchor.set_value((first < count.get()).then(|| RowRef { index: first, id: id_at(first) }));
    });
    Effect::new(move |_| {
        scroll.measure.track();
        if let Some(index) = reveal.get() {
            scroll.reveal(index);
        }
    });

    let make_current = move |index: usize| {
        let at = RowRef { index, id: untrack(|| id_at(index)) };
        current.set(Some(at));
        scroll.reveal(index);
        if let Some(on_current) = on_current {
            on_current.run(at);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let count = count.get_untracked();
        if count == 0 || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let last = count - 1;
        let at = current.get_untracked();
        let from = at.map_or_else(|| scroll.first_in_view_untracked().min(last), |at| at.index);
        let page = scroll.rows_in_view().max(2) - 1;
        let to = match (event.key().as_str(), at) {
            ("ArrowDown", None) | ("ArrowUp", None) => from,
            ("ArrowDown", Some(_)) => (from + 1).min(last),
            ("ArrowUp", Some(_)) => from.saturating_sub(1),
            ("PageDown", _) => (from + page).min(last),
            ("PageUp", _) => from.saturating_sub(page),
            ("Home", _) => 0,
            ("End", _) => last,
            ("Enter" | " ", Some(at)) => {
                event.prevent_default();
                on_open.run(at);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        make_current(to);
    };

    let list_id = fresh_id("list");
    let row_id = {
        let list_id = list_id.clone();
        move |id: u64| format!("{list_id}-{id:x}")
    };
    let active = {
        let row_id = row_id.clone();
        move || {
            let at = current.get()?;
            let (first, end) = range.get();
            (first..end).contains(&at.index).then(|| row_id(at.id))
        }
    };
    let build = move |built: Built| {
        let index =
            move || window.with(|rows| rows.iter().find(|row| row.id == built.id).map_or(built.index, |row| row.index));
        let face = untrack(|| (row.0)(built.index));
        view! {
            <div
                class="vlist-row"
                class:vlist-row-current=move || current.get().is_some_and(|at| at.id == built.id)
                role="option"
                id=row_id(built.id)
                aria-selected=move || if selected.get() == Some(built.id) { "true" } else { "false" }
                aria-setsize=move || count.get().to_string()
                aria-posinset=move || (index() + 1).to_string()
                on:click=move |_| {
                    let at = RowRef { index: untrack(index), id: built.id };
                    current.set(Some(at));
                    on_open.run(at);
                }
            >
                {face}
            </div>
        }
    };

    view! {
        <div
            class="vlist"
            role="listbox"
            tabindex="0"
            id=list_id
            aria-label=label
            aria-activedescendant=active
            node_ref=list
            on:scroll=move |_| scroll.on_scroll()
            on:keydown=on_key
        >
            <div class="vlist-space" role="presentation" style:height=move || px(scroll.space())>
                <div
                    class="vlist-rows"
                    role="presentation"
                    style:top=move || px(scroll.offset(range.get().0))
                >
                    {each(move || window.get(), |built| u128::from(built.id) << 64 | u128::from(built.stamp), build)}
                </div>
            </div>
        </div>
    }
}

/// Where the list stands.
///
/// `top` is the place in the full height of all rows. While that height fits an element, it is the element's own scroll
/// position. Beyond, small moves are taken one to one and large ones (the bar dragged, End pressed) in proportion, and
/// `shift` holds the difference; at rest the scroll position is brought back in proportion, which nobody sees.
#[derive(Clone, Copy)]
struct Scroll {
    list: NodeRef<Div>,
    count: Signal<usize>,
    measure: RwSignal<Measure>,
    top: RwSignal<f64>,
    shift: RwSignal<f64>,
    /// The element's scroll position as last seen.
    last: StoredValue<f64>,
    settling: StoredValue<Option<TimeoutHandle>>,
}

impl Scroll {
    /// How long after the last move the scroll position is brought in proportion.
    const REST: Duration = Duration::from_millis(160);

    fn height(&self) -> f64 {
        self.count.get() as f64 * self.measure.get().row
    }

    /// The height of the element that scrolls.
    fn space(&self) -> f64 {
        self.height().min(TALLEST)
    }

    /// The farthest `top`, and the farthest scroll position.
    fn farthest(&self) -> (f64, f64) {
        let view = self.measure.get().view;
        ((self.height() - view).max(0.0), (self.space() - view).max(0.0))
    }

    fn range(&self) -> (usize, usize) {
        let Measure { view, row } = self.measure.get();
        let count = self.count.get();
        if view <= 0.0 {
            return (0, 0);
        }
        let top = self.top.get().min(self.farthest().0);
        // In steps of four rows: fewer changes while scrolling.
        let first = ((top / row) as usize).saturating_sub(SPARE) & !3;
        let end = (((top + view) / row) as usize + 1 + SPARE).next_multiple_of(4);
        (first.min(count), end.min(count))
    }

    fn offset(&self, first: usize) -> f64 {
        first as f64 * self.measure.get().row - self.shift.get()
    }

    fn first_in_view(&self) -> usize {
        (self.top.get().min(self.farthest().0) / self.measure.get().row) as usize
    }

    fn first_in_view_untracked(&self) -> usize {
        untrack(|| (self.top.get() / self.measure.get().row).ceil() as usize)
    }

    fn rows_in_view(&self) -> usize {
        let Measure { view, row } = self.measure.get_untracked();
        (view / row) as usize
    }

    fn on_scroll(self) {
        let Some(list) = self.list.get_untracked() else {
            return;
        };
        let now = scroll_top(&list);
        let moved = now - self.last.get_value();
        let (farthest, farthest_scroll) = untrack(|| self.farthest());
        let top = if farthest <= farthest_scroll {
            now
        } else if moved.abs() > 2.0 * self.measure.get_untracked().view {
            now / farthest_scroll * farthest
        } else {
            (self.top.get_untracked() + moved).clamp(0.0, farthest)
        };
        self.stand(top, now, farthest > farthest_scroll);
        if farthest > farthest_scroll {
            self.settle_later();
        }
    }

    /// Takes over a place and the scroll position that goes with it.
    fn stand(&self, top: f64, scroll: f64, scaled: bool) {
        self.last.set_value(scroll);
        let shift = if scaled { top - scroll } else { 0.0 };
        if self.shift.get_untracked() != shift {
            self.shift.set(shift);
        }
        if self.top.get_untracked() != top {
            self.top.set(top);
        }
    }

    fn settle_later(self) {
        if let Some(Some(handle)) = self.settling.try_get_value() {
            handle.clear();
        }
        let settle = move || {
            if let Some(top) = self.top.try_get_untracked() {
                self.settling.set_value(None);
                let (farthest, farthest_scroll) = untrack(|| self.farthest());
                let scroll = if farthest > 0.0 { top / farthest * farthest_scroll } else { 0.0 };
                if (scroll - self.last.get_value()).abs() > 1.0 {
                    self.go(top);
                }
            }
        };
        self.settling.set_value(set_timeout_with_handle(settle, Self::REST).ok());
    }

    /// Goes to a place.
    fn go(&self, top: f64) {
        let Some(list) = self.list.get_untracked() else {
            return;
        };
        let (farthest, farthest_scroll) = untrack(|| self.farthest());
        let top = top.clamp(0.0, farthest);
        let scaled = farthest > farthest_scroll;
        let scroll = if scaled { top / farthest * farthest_scroll } else { top };
        // The element must be tall enough before it can scroll there; its own style follows only after this.
        if let Some(space) =
            list.first_element_child().and_then(|space| space.dyn_into::<leptos::web_sys::HtmlElement>().ok())
        {
            let height = px(untrack(|| self.space()));
            let _ = leptos::web_sys::HtmlElement::style(&space).set_property("height", &height);
        }
        set_scroll_top(&list, scroll);
        self.stand(top, scroll_top(&list), scaled);
    }

    /// Goes as little as it takes to have a row in view.
    fn reveal(&self, index: usize) {
        let Measure { view, row } = self.measure.get_untracked();
        if view <= 0.0 {
            return;
        }
        let top = self.top.get_untracked();
        let start = index as f64 * row;
        if start < top {
            self.go(start);
        } else if start + row > top + view {
            self.go(start + row - view);
        }
    }

    fn measure_when_resized(self) {
        let list = self.list;
        let observing = StoredValue::new_local(None::<(ResizeObserver, Closure<dyn FnMut()>)>);
        let measure_now = move || {
            let Some(list) = list.try_get_untracked().flatten() else {
                return;
            };
            let style = window().get_computed_style(&list).ok().flatten();
            let row = style.and_then(|style| style.get_property_value("--row-height").ok());
            let row = row.map(|row| js_sys::parse_float(&row)).filter(|row| *row >= 1.0).unwrap_or(44.0);
            let measure = Measure { view: f64::from(list.client_height()), row };
            if measure.view > 0.0 && measure != self.measure.get_untracked() {
                let kept = self.top.get_untracked() / self.measure.get_untracked().row;
                self.measure.set(measure);
                self.go(kept * row);
            }
        };
        Effect::new(move |_| {
            let Some(list) = list.get() else { return };
            let closure = Closure::<dyn FnMut()>::new(measure_now);
            if let Ok(observer) = ResizeObserver::new(closure.as_ref().unchecked_ref()) {
                observer.observe(&list);
                observing.set_value(Some((observer, closure)));
            }
        });
        on_cleanup(move || {
            if let Some(Some((observer, _))) = observing.try_update_value(Option::take) {
                observer.disconnect();
            }
        });
    }
}

/// With its fraction, which web-sys leaves out.
fn scroll_top(list: &Element) -> f64 {
    let value = js_sys::Reflect::get(list, &JsValue::from_str("scrollTop"));
    value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0)
}

fn set_scroll_top(list: &Element, top: f64) {
    // Setting a property of an element the page owns does not fail.
    let _ = js_sys::Reflect::set(list, &JsValue::from_str("scrollTop"), &JsValue::from_f64(top));
}
