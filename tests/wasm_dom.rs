//! What a view promises about what stands in the page, in a real browser.
#![cfg(all(target_arch = "wasm32", feature = "app"))]
#![allow(missing_docs, clippy::unwrap_used)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use latchbook::ui::dom::{self, Mounted};
use latchbook::ui::kit::{Derived, ShowWhen};
use latchbook::ui::prelude::*;
use leptos::web_sys::{Element, HtmlElement, HtmlInputElement};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// A place on the page that goes away with its view.
struct Stage {
    root: HtmlElement,
    view: Option<Mounted>,
}

impl Stage {
    fn new(view: impl FnOnce() -> Markup) -> Self {
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        document().body().unwrap().append_child(&root).unwrap();
        let view = dom::mount(&root, view);
        Self { root, view: Some(view) }
    }

    fn text(&self) -> String {
        self.root.text_content().unwrap()
    }

    fn html(&self) -> String {
        self.root.inner_html()
    }

    fn find(&self, selector: &str) -> Element {
        self.root.query_selector(selector).unwrap().unwrap()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.view.take();
        self.root.remove();
    }
}

/// Long enough for effects.
async fn settled() {
    TimeoutFuture::new(10).await;
}

#[wasm_bindgen_test]
async fn elements_stand_as_they_are_written() {
    let stage = Stage::new(|| {
        let name = "Ana".to_owned();
        view! {
            <p class="line" hidden data-number=7>"Key for " <b>{name}</b> ", " {Some("bin 3")} {None::<String>}</p>
            "after"
        }
    });
    assert_eq!(stage.html(), r#"<p class="line" hidden="" data-number="7">Key for <b>Ana</b>, bin 3</p>after"#);
    let picture = Stage::new(|| view! { <svg viewBox="0 0 24 24"><path d="M0 0"></path></svg> });
    assert_eq!(picture.find("path").namespace_uri().as_deref(), Some("http://www.w3.org/2000/svg"));
}

#[wasm_bindgen_test]
async fn values_follow_their_signals() {
    let (on, words) = (RwSignal::new(false), RwSignal::new("one".to_owned()));
    let stage = Stage::new(move || {
        view! {
            <div
                class="box"
                class:box-on=on
                style:width=move || if on.get() { "5px" } else { "3px" }
                title=move || on.get().then(|| words.get())
                aria-busy=move || if on.get() { "true" } else { "false" }
            >
                <input prop:value=words disabled=on />
            </div>
        }
    });
    let input: HtmlInputElement = stage.find("input").unchecked_into();
    let bin = stage.find("div");
    assert_eq!((bin.class_name().as_str(), bin.has_attribute("title")), ("box", false));
    assert_eq!(bin.get_attribute("style").as_deref(), Some("width: 3px;"));
    assert_eq!(bin.get_attribute("aria-busy").as_deref(), Some("false"));
    assert_eq!((input.value().as_str(), input.disabled()), ("one", false));
    on.set(true);
    words.set("two".to_owned());
    settled().await;
    assert_eq!(bin.class_name(), "box box-on");
    assert_eq!(bin.get_attribute("title").as_deref(), Some("two"));
    assert_eq!(bin.get_attribute("style").as_deref(), Some("width: 5px;"));
    assert_eq!((input.value().as_str(), input.disabled()), ("two", true));
    on.set(false);
    settled().await;
    assert_eq!((bin.class_name().as_str(), bin.has_attribute("title")), ("box", false));
}

#[wasm_bindgen_test]
async fn what_answers_anew_takes_the_place_of_what_it_answered() {
    let count = RwSignal::new(0_u32);
    let gone = Rc::new(Cell::new(0));
    let seen = Rc::clone(&gone);
    let stage = Stage::new(move || {
        view! {
            <p>
                "<" {move || match count.get() {
                    0 => "nothing".into_view(),
                    1 => {
                        let gone = send_wrapper(Rc::clone(&gone));
                        on_cleanup(move || gone.set(gone.get() + 1));
                        view! { <i>"one"</i> <b>{move || count.get()}</b> }
                    }
                    2 => Markup::default(),
                    more => more.into_view(),
                }} ">"
            </p>
        }
    });
    assert_eq!(stage.text(), "<nothing>");
    for (number, shown, cleaned) in [(1, "<one1>", 0), (2, "<>", 1), (3, "<3>", 1), (4, "<4>", 1), (1, "<one1>", 1)] {
        count.set(number);
        settled().await;
        assert_eq!((stage.text().as_str(), seen.get()), (shown, cleaned), "at {number}");
    }
    drop(stage);
    assert_eq!(seen.get(), 2, "a view that leaves the page is cleaned up");
}

#[wasm_bindgen_test]
async fn a_listener_that_hears_of_its_own_end_can_still_ask() {
    let shown = RwSignal::new(true);
    let heard = Rc::new(RefCell::new(Vec::new()));
    let keep = Rc::clone(&heard);
    let stage = Stage::new(move || {
        view! {
            <ShowWhen when=move || shown.get()>
                {
                    let (own, keep) = (RwSignal::new("still here"), Rc::clone(&keep));
                    view! { <input on:blur=move |_| keep.borrow_mut().push(own.get_untracked()) /> }
                }
            </ShowWhen>
        }
    });
    stage.find("input").unchecked_into::<HtmlElement>().focus().unwrap();
    shown.set(false);
    settled().await;
    assert_eq!(stage.text(), "");
    // A browser may tell of it or not; what it must not do is find the signal gone.
    assert!(heard.borrow().iter().all(|said| *said == "still here"));
}

#[wasm_bindgen_test]
async fn rows_stay_as_long_as_what_they_show() {
    let items = RwSignal::new(vec![1_u32, 2, 3, 4]);
    let built = Rc::new(Cell::new(0));
    let count = Rc::clone(&built);
    let stage = Stage::new(move || {
        let rows = each(
            move || items.get(),
            |item| u128::from(*item),
            move |item| {
                count.set(count.get() + 1);
                view! { <li>{item}</li> {(item == 3).then_some("!")} }
            },
        );
        view! { <ul>{rows}<li>"end"</li></ul> }
    });
    assert_eq!((stage.text().as_str(), built.get()), ("123!4end", 4));
    let third = stage.find("li:nth-child(3)");
    for (now, shown, times) in [
        (vec![4, 3, 2, 1], "43!21end", 4),
        (vec![3, 5], "3!5end", 5),
        (vec![], "end", 5),
        (vec![3, 1, 2], "3!12end", 8),
        (vec![0, 3, 1, 2, 9], "03!129end", 10),
        (vec![9, 3, 2, 0], "93!20end", 10),
    ] {
        if now.contains(&3) && items.read_untracked().contains(&3) {
            let row = stage.root.query_selector_all("li").unwrap();
            let threes =
                (0..row.length()).filter_map(|at| row.item(at)).filter(|li| li.text_content().as_deref() == Some("3"));
            assert_eq!(threes.count(), 1);
        }
        items.set(now);
        settled().await;
        assert_eq!((stage.text().as_str(), built.get()), (shown, times));
    }
    assert!(!third.is_connected(), "a row that went is not taken up again");
}

#[wasm_bindgen_test]
async fn a_row_that_moves_is_the_same_element() {
    let items = RwSignal::new(vec![1_u32, 2, 3]);
    let stage = Stage::new(move || each(move || items.get(), |item| u128::from(*item), |item| view! { <p>{item}</p> }));
    let (first, last) = (stage.find("p"), stage.find("p:last-of-type"));
    items.set(vec![3, 1]);
    settled().await;
    assert_eq!((stage.find("p"), stage.find("p:last-of-type")), (last, first));
}

#[wasm_bindgen_test]
async fn what_is_worked_out_shows_only_when_it_has_changed() {
    let number = RwSignal::new(2_u32);
    let asked = Rc::new(Cell::new(0));
    let count = Rc::clone(&asked);
    let stage = Stage::new(move || {
        let even = Derived::new(move || number.get().is_multiple_of(2));
        view! {
            <p>
                {move || {
                    count.set(count.get() + 1);
                    if even.get() { "even" } else { "odd" }
                }}
            </p>
        }
    });
    let node = stage.find("p");
    for next in [4, 6, 7] {
        number.set(next);
        settled().await;
    }
    assert_eq!((node.text_content().as_deref(), asked.get()), (Some("odd"), 2));
}

#[wasm_bindgen_test]
async fn the_focus_moves_on_when_what_had_it_leaves() {
    let (step, items) = (RwSignal::new(1_u32), RwSignal::new(vec![1_u32, 2, 3]));
    let stage = Stage::new(move || {
        view! {
            <button id="before">"Before"</button>
            <p>
                {move || (step.get() > 0).then(|| view! { <button>"Step " {step.get_untracked()}</button> <input /> })}
                <button id="after">"After"</button>
            </p>
            <ul>{each(move || items.get(), |item| u128::from(*item), |item| view! { <li><button>"Row " {item}</button></li> })}</ul>
        }
    });
    let focused = || document().active_element().and_then(|at| at.text_content()).unwrap_or_default();
    let focus = |selector| stage.find(selector).unchecked_into::<HtmlElement>().focus().unwrap();
    focus("p button");
    step.set(2);
    settled().await;
    assert_eq!(focused(), "Step 2", "what came in its place");
    step.set(0);
    settled().await;
    assert_eq!(focused(), "After", "what follows in the same element");
    focus("#before");
    step.set(3);
    settled().await;
    assert_eq!(focused(), "Before", "whoever has the focus keeps it");
    focus("li:nth-child(2) button");
    items.set(vec![1, 3]);
    settled().await;
    assert_eq!(focused(), "Row 3");
    items.set(vec![3, 1]);
    settled().await;
    assert_eq!(stage.text(), "BeforeStep 3AfterRow 3Row 1");
}

/// A value of this thread, for what asks for one that may leave it.
fn send_wrapper<T: 'static>(value: T) -> leptos::__reexports::send_wrapper::SendWrapper<T> {
    leptos::__reexports::send_wrapper::SendWrapper::new(value)
}
