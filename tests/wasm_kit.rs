//! What the interactive parts of the interface promise, in a real browser.
#![cfg(all(target_arch = "wasm32", feature = "app"))]
#![allow(missing_docs, clippy::unwrap_used)]

use gloo_timers::future::TimeoutFuture;
use latchbook::ui::dom::{self, Mounted};
use latchbook::ui::kit::*;
use latchbook::ui::prelude::*;
use leptos::web_sys::{Element, EventTarget, HtmlElement};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// A place on the page that goes away with its view.
struct Stage {
    root: HtmlElement,
    _view: Mounted,
}

impl Stage {
    fn find(&self, selector: &str) -> HtmlElement {
        find_in(&self.root, selector)
    }

    fn count(&self, selector: &str) -> u32 {
        self.root.query_selector_all(selector).unwrap().length()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.root.remove();
    }
}

fn find_in(root: &Element, selector: &str) -> HtmlElement {
    let found = root.query_selector(selector).unwrap();
    found.unwrap_or_else(|| panic!("nothing matches {selector}")).unchecked_into()
}

fn stage(view: impl FnOnce() -> Markup) -> Stage {
    let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&root).unwrap();
    Stage { _view: dom::mount(&root, view), root }
}

/// Long enough for effects, tasks of the browser such as `toggle`, and a frame.
async fn settled() {
    TimeoutFuture::new(60).await;
}

fn key(target: &EventTarget, key: &str) {
    let make = js_sys::Function::new_with_args(
        "target, key",
        "target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))",
    );
    make.call2(&JsValue::NULL, target, &JsValue::from_str(key)).unwrap();
}

fn focused() -> HtmlElement {
    document().active_element().unwrap().unchecked_into()
}

fn focused_text() -> String {
    focused().text_content().unwrap().trim().to_owned()
}

#[wasm_bindgen_test]
async fn a_menu_is_walked_by_keys_and_gives_the_focus_back_before_it_acts() {
    let (said, say) = signal(String::new());
    let focus_then = StoredValue::new(String::new());
    let stage = stage(move || {
        let entry = |name: &'static str| {
            MenuEntry::new(name, move || {
                focus_then.set_value(focused().get_attribute("aria-haspopup").unwrap_or_default());
                say.set(name.to_owned());
            })
        };
        view! { <MenuButton label="Add" entries=vec![entry("Booking"), entry("Key"), entry("Location")] /> }
    });
    let button = stage.find("button[aria-haspopup=menu]");
    assert_eq!(button.get_attribute("aria-expanded").as_deref(), Some("false"));
    button.focus().unwrap();
    key(&button, "ArrowDown");
    settled().await;
    assert_eq!(button.get_attribute("aria-expanded").as_deref(), Some("true"));
    assert_eq!(focused_text(), "Booking");
    for (pressed, lands_on) in [
        ("ArrowDown", "Key"),
        ("End", "Location"),
        ("ArrowDown", "Booking"),
        ("ArrowUp", "Location"),
        ("Home", "Booking"),
        ("k", "Key"),
        ("x", "Key"),
    ] {
        key(&focused(), pressed);
        assert_eq!(focused_text(), lands_on, "after {pressed}");
    }
    focused().click();
    settled().await;
    assert_eq!(said.get_untracked(), "Key");
    assert_eq!(focus_then.get_value(), "menu");
    assert_eq!(button.get_attribute("aria-expanded").as_deref(), Some("false"));
}

#[wasm_bindgen_test]
async fn a_dialog_takes_the_focus_and_gives_it_back() {
    let open = RwSignal::new(false);
    let stage = stage(move || {
        view! {
            <button class="opener" on:click=move |_| open.set(true)>
                "Open"
            </button>
            <Dialog
                open
                on_close=move || open.set(false)
                title="Revoke this access?"
                footer=move || view! { <Button label="Keep it" on_press=move || open.set(false) /> }
            >
                <p>"It ends now."</p>
            </Dialog>
        }
    });
    let opener = stage.find(".opener");
    opener.focus().unwrap();
    opener.click();
    settled().await;
    let dialog = stage.find("dialog");
    assert!(dialog.matches(":modal").unwrap());
    let title = dialog.get_attribute("aria-labelledby").unwrap();
    assert_eq!(document().get_element_by_id(&title).unwrap().text_content().unwrap(), "Revoke this access?");
    assert_eq!(focused_text(), "Keep it");
    focused().click();
    settled().await;
    assert!(!dialog.matches("[open]").unwrap());
    assert!(focused().is_same_node(Some(&opener)));
    assert_eq!(stage.count(".dialog-body"), 0, "what it held goes with it");
}

#[wasm_bindgen_test]
async fn a_button_out_of_reach_says_why_and_does_nothing() {
    let pressed = RwSignal::new(0);
    let reason = RwSignal::new(Some("Can be sent again at 16:20".to_owned()));
    let stage = stage(move || {
        view! { <Button label="Resend" unavailable=reason on_press=move || pressed.update(|pressed| *pressed += 1) /> }
    });
    let button = stage.find("button");
    button.click();
    assert_eq!(pressed.get_untracked(), 0);
    let described_by = button.get_attribute("aria-describedby").unwrap();
    let words = document().get_element_by_id(&described_by).unwrap().text_content().unwrap();
    assert_eq!(words, "Can be sent again at 16:20");
    reason.set(None);
    settled().await;
    button.click();
    assert_eq!(pressed.get_untracked(), 1);
    assert!(button.get_attribute("aria-disabled").is_none());
}

#[wasm_bindgen_test]
async fn a_field_says_what_is_wrong_where_it_is_wrong() {
    let value = RwSignal::new("ada@".to_owned());
    let error = RwSignal::new(None::<String>);
    let stage = stage(move || view! { <TextField label="E-mail" value error hint="Or a mobile number" /> });
    let input = stage.find("input");
    assert_eq!(stage.find("label").get_attribute("for").unwrap(), input.id());
    assert!(input.get_attribute("aria-invalid").is_none());
    error.set(Some("An address has something after the @.".to_owned()));
    settled().await;
    assert_eq!(input.get_attribute("aria-invalid").as_deref(), Some("true"));
    let described_by = input.get_attribute("aria-describedby").unwrap();
    let words: Vec<_> =
        described_by.split(' ').map(|id| document().get_element_by_id(id).unwrap().text_content().unwrap()).collect();
    assert_eq!(words, ["An address has something after the @.", "Or a mobile number"]);
}

#[wasm_bindgen_test]
fn a_code_is_grouped_by_its_length() {
    for (digits, grouped) in [
        ("", ""),
        ("4829", "4829"),
        ("48291", "4829 1"),
        ("482913", "482 913"),
        ("4829137", "482 9137"),
        ("48291370", "4829 1370"),
        ("482913705", "482 913 705"),
        ("4829137056", "4829 1370 56"),
        ("4829137056123456", "4829 1370 5612 3456"),
    ] {
        assert_eq!(group_code(digits), grouped);
    }
}

#[wasm_bindgen_test]
async fn a_code_is_shown_in_groups_and_spelled_to_a_voice() {
    let stage = stage(|| view! { <CodeText digits="4829137" /> });
    let code = stage.find(".code");
    assert_eq!(code.get_attribute("aria-label").as_deref(), Some("4 8 2, 9 1 3 7"));
    assert_eq!(stage.count(".code-group"), 2);
    assert_eq!(code.text_content().unwrap(), "4829137");
}

#[wasm_bindgen_test]
async fn without_a_clipboard_the_text_is_shown_selected() {
    js_sys::eval("Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })").unwrap();
    let stage = stage(|| view! { <KitHost><CopyButton label="Copy Booking Code" text="4829137" /></KitHost> });
    stage.find("button").click();
    TimeoutFuture::new(200).await;
    let dialog = stage.find("dialog");
    assert!(dialog.matches(":modal").unwrap());
    let area: leptos::web_sys::HtmlTextAreaElement = find_in(&dialog, "textarea").unchecked_into();
    assert_eq!(area.value(), "4829137");
    let selected = js_sys::eval("getSelection().toString()").unwrap().as_string().unwrap();
    assert_eq!(selected, "4829137");
    js_sys::eval("delete navigator.clipboard").unwrap();
}

#[wasm_bindgen_test]
async fn a_toast_offers_its_action_and_leaves_the_focus_alone() {
    let undone = RwSignal::new(false);
    let stage = stage(move || {
        let toaster = Toaster::provide();
        view! {
            <button class="opener" on:click=move |_| toaster.offer("Access revoked.", "Undo", move || undone.set(true))>
                "Revoke"
            </button>
            <ToastStack />
        }
    });
    let opener = stage.find(".opener");
    opener.focus().unwrap();
    opener.click();
    settled().await;
    assert!(focused().is_same_node(Some(&opener)));
    assert_eq!(stage.find(".toast-text").text_content().unwrap(), "Access revoked.");
    stage.find(".toast button").click();
    settled().await;
    assert!(undone.get_untracked());
    assert_eq!(stage.count(".toast"), 0);
}

#[wasm_bindgen_test]
async fn a_keypad_takes_presses_and_a_keyboards_digits() {
    let typed = RwSignal::new(Vec::new());
    let stage = stage(move || view! { <Keypad on_key=move |key| typed.update(|typed| typed.push(key)) /> });
    let first = stage.find(".keypad-key");
    first.click();
    key(&first, "7");
    key(&first, "Backspace");
    assert_eq!(typed.get_untracked(), [KeypadKey::Digit(1), KeypadKey::Digit(7), KeypadKey::Clear]);
}

#[wasm_bindgen_test]
async fn one_filter_of_a_row_holds() {
    let value = RwSignal::new("all".to_owned());
    let stage = stage(move || {
        let chips =
            vec![FilterChip::new("all", "All"), FilterChip::new("now", "Now").count(Signal::stored(12_345_usize))];
        view! { <Filters label="Show" chips value on_choose=move |chosen| value.set(chosen) /> }
    });
    assert_eq!(stage.find(".chip-count").text_content().unwrap(), "12\u{202f}345");
    stage.find(".chip:last-child input").click();
    settled().await;
    assert_eq!(value.get_untracked(), "now");
}

/// A list 400 pixels high with rows of 40, and what happened to it.
struct ListProbe {
    ids: RwSignal<Arc<Vec<u64>>>,
    opened: RwSignal<Vec<u64>>,
    built: Arc<AtomicUsize>,
    query: RwSignal<u64>,
    stamp: RwSignal<u64>,
}

impl ListProbe {
    fn new(ids: impl Iterator<Item = u64>) -> ListProbe {
        ListProbe {
            ids: RwSignal::new(Arc::new(ids.collect())),
            opened: RwSignal::new(Vec::new()),
            built: Arc::new(AtomicUsize::new(0)),
            query: RwSignal::new(0),
            stamp: RwSignal::new(0),
        }
    }

    fn view(&self) -> impl FnOnce() -> Markup + 'static {
        let ListProbe { ids, opened, query, stamp, .. } = *self;
        let built = self.built.clone();
        move || {
            let styles = concat!(
                include_str!("../style/tokens.css"),
                include_str!("../style/virtual_list.css"),
                "* { box-sizing: border-box; } .probe { height: 400px; --row-height: 40px; }"
            );
            view! {
                <style>{styles}</style>
                <div class="probe">
                    <VirtualList
                        label="Bookings"
                        count=Signal::derive(move || ids.read().len())
                        id=move |index| ids.read()[index]
                        stamp=move |index: usize| if index == 2 { stamp.get() } else { 0 }
                        row=move |index| {
                            built.fetch_add(1, Ordering::Relaxed);
                            format!("row {}", ids.read_untracked()[index])
                        }
                        on_open=move |at: RowRef| opened.update(|opened| opened.push(at.id))
                        from_top=query
                    />
                </div>
            }
        }
    }

    fn built(&self) -> usize {
        self.built.swap(0, Ordering::Relaxed)
    }
}

fn first_in_view(list: &HtmlElement) -> String {
    let edge = list.get_bounding_client_rect().top();
    let rows = list.query_selector_all("[role=option]").unwrap();
    (0..rows.length())
        .map(|index| rows.item(index).unwrap().unchecked_into::<HtmlElement>())
        .find(|row| row.get_bounding_client_rect().bottom() > edge + 0.5)
        .map(|row| row.text_content().unwrap())
        .unwrap_or_default()
}

fn current(list: &HtmlElement) -> HtmlElement {
    let id = list.get_attribute("aria-activedescendant").expect("a current row");
    document().get_element_by_id(&id).expect("the current row is built").unchecked_into()
}

#[wasm_bindgen_test]
async fn a_million_rows_build_only_those_in_view_and_follow_the_keys() {
    let probe = ListProbe::new(0..1_000_000);
    let stage = stage(probe.view());
    settled().await;
    let list = stage.find("[role=listbox]");
    let rows = stage.count("[role=option]");
    assert!((10..=40).contains(&rows), "{rows} rows are built for 10 in view");
    assert_eq!(probe.built(), rows as usize);

    list.focus().unwrap();
    key(&list, "ArrowDown");
    key(&list, "ArrowDown");
    settled().await;
    assert_eq!(current(&list).text_content().unwrap(), "row 1");
    for (pressed, lands_on) in
        [("PageDown", "row 10"), ("End", "row 999999"), ("ArrowUp", "row 999998"), ("PageUp", "row 999989")]
    {
        key(&list, pressed);
        settled().await;
        let row = current(&list);
        assert_eq!(row.text_content().unwrap(), lands_on, "after {pressed}");
        let (row, list) = (row.get_bounding_client_rect(), list.get_bounding_client_rect());
        assert!(row.top() >= list.top() - 0.5 && row.bottom() <= list.bottom() + 0.5, "{lands_on} is in view");
    }
    assert_eq!(current(&list).get_attribute("aria-posinset").as_deref(), Some("999990"));
    assert_eq!(current(&list).get_attribute("aria-setsize").as_deref(), Some("1000000"));
    key(&list, "Enter");
    assert_eq!(probe.opened.get_untracked(), [999_989]);
    key(&list, "Home");
    settled().await;
    assert_eq!(first_in_view(&list), "row 0");
    assert!(stage.count("[role=option]") <= 40);
}

#[wasm_bindgen_test]
async fn beyond_the_tallest_element_small_moves_are_exact_and_every_row_can_be_reached() {
    let probe = ListProbe::new(0..1_000_000);
    let stage = stage(probe.view());
    settled().await;
    let list = stage.find("[role=listbox]");
    let scroll = |by: f64| {
        let top = js_sys::Reflect::get(&list, &"scrollTop".into()).unwrap().as_f64().unwrap();
        js_sys::Reflect::set(&list, &"scrollTop".into(), &(top + by).into()).unwrap();
    };
    scroll(4_000_000.0);
    TimeoutFuture::new(300).await;
    let number = |text: String| text.trim_start_matches("row ").parse::<i64>().unwrap();
    let half = number(first_in_view(&list));
    assert!((490_000..510_000).contains(&half), "half way down stands row {half}");
    for step in 1..=5 {
        scroll(200.0);
        settled().await;
        assert_eq!(number(first_in_view(&list)), half + 5 * step);
    }
    // At rest the scroll position is brought in proportion, and the rows do not move.
    TimeoutFuture::new(300).await;
    assert_eq!(number(first_in_view(&list)), half + 25);
    scroll(-9_000_000.0);
    TimeoutFuture::new(300).await;
    assert_eq!(first_in_view(&list), "row 0");
    scroll(9_000_000.0);
    TimeoutFuture::new(300).await;
    assert_eq!(first_in_view(&list), "row 999990");
}

#[wasm_bindgen_test]
async fn the_place_in_a_list_is_kept_when_things_come_above_it_and_only_new_rows_are_built() {
    let probe = ListProbe::new(1000..2000);
    let stage = stage(probe.view());
    settled().await;
    let list = stage.find("[role=listbox]");
    js_sys::Reflect::set(&list, &"scrollTop".into(), &4000.0.into()).unwrap();
    settled().await;
    assert_eq!(first_in_view(&list), "row 1100");
    probe.built();

    probe.ids.update(|ids| *ids = Arc::new((990..2000).collect()));
    settled().await;
    assert_eq!(first_in_view(&list), "row 1100");
    assert!(probe.built() <= 12, "rows that were there are not built again");

    // At the top, what is new shows.
    probe.query.update(|query| *query += 1);
    settled().await;
    assert_eq!(first_in_view(&list), "row 990");
    probe.ids.update(|ids| *ids = Arc::new((989..2000).collect()));
    settled().await;
    assert_eq!(first_in_view(&list), "row 989");
    probe.built();
    probe.stamp.set(1);
    settled().await;
    assert_eq!(probe.built(), 1, "one row changed");
}

#[wasm_bindgen_test]
async fn a_list_that_shrinks_to_nothing_and_grows_again_shows_its_rows() {
    let probe = ListProbe::new(0..5000);
    let stage = stage(probe.view());
    settled().await;
    let list = stage.find("[role=listbox]");
    key(&list, "End");
    settled().await;
    probe.ids.set(Arc::new(Vec::new()));
    settled().await;
    assert_eq!(stage.count("[role=option]"), 0);
    probe.ids.set(Arc::new((0..7).collect()));
    settled().await;
    assert_eq!(stage.count("[role=option]"), 7);
    assert_eq!(first_in_view(&list), "row 0");
    stage.find("[role=option]").click();
    assert_eq!(probe.opened.get_untracked(), [0]);
}

#[wasm_bindgen_test]
async fn a_search_box_is_reached_by_a_slash_and_emptied_by_escape() {
    let value = RwSignal::new(String::new());
    let stage = stage(move || view! { <SearchBox value on_input=move |text| value.set(text) /> });
    let input = stage.find("input[type=search]");
    assert_eq!(input.get_attribute("aria-label").as_deref(), Some("Search"));
    key(&document().body().unwrap(), "/");
    assert!(focused().is_same_node(Some(&input)));
    value.set("ada".to_owned());
    settled().await;
    key(&input, "Escape");
    assert_eq!(value.get_untracked(), "");
    key(&input, "Escape");
    assert!(!focused().is_same_node(Some(&input)));
}

#[wasm_bindgen_test]
async fn a_pick_field_offers_what_matches_and_holds_only_what_was_taken() {
    let value = RwSignal::new("1".to_owned());
    let stage = stage(move || {
        let keys = ["Boathouse", "Harbour loft", "Harbour gate"];
        let find = move |text: String| {
            let matches = |name: &&str| name.to_lowercase().contains(&text.to_lowercase());
            let choice = |(index, name): (usize, &str)| Choice::new(index.to_string(), name);
            keys.into_iter().enumerate().filter(|(_, name)| matches(name)).map(choice).collect::<Vec<_>>()
        };
        let name_of = move |value: String| keys[value.parse::<usize>().unwrap()].to_owned();
        view! { <PickField label="Key" value find name_of /> }
    });
    let input: leptos::web_sys::HtmlInputElement = stage.find("input").unchecked_into();
    settled().await;
    assert_eq!(input.value(), "Harbour loft");
    let type_in = |text: &str| {
        input.set_value(text);
        input.dispatch_event(&leptos::web_sys::InputEvent::new("input").unwrap()).unwrap();
    };
    input.focus().unwrap();
    type_in("harb");
    settled().await;
    assert_eq!(input.get_attribute("aria-expanded").as_deref(), Some("true"));
    assert_eq!(stage.count("[role=option]"), 2);
    key(&input, "ArrowDown");
    settled().await;
    let active = document().get_element_by_id(&input.get_attribute("aria-activedescendant").unwrap()).unwrap();
    assert_eq!(active.text_content().unwrap(), "Harbour gate");
    key(&input, "Enter");
    settled().await;
    assert_eq!((value.get_untracked().as_str(), input.value().as_str()), ("2", "Harbour gate"));

    type_in("nothing like it");
    settled().await;
    assert_eq!(input.get_attribute("aria-expanded").as_deref(), Some("false"));
    input.blur().unwrap();
    settled().await;
    assert_eq!((value.get_untracked().as_str(), input.value().as_str()), ("2", "Harbour gate"));
}
