//! What the router promises about links, addresses and the browser's history, in a real browser.
#![cfg(all(target_arch = "wasm32", feature = "app"))]
#![allow(missing_docs, clippy::unwrap_used)]

use std::cell::Cell;
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use latchbook::ui::dom::{self, Mounted};
use latchbook::ui::prelude::*;
use latchbook::ui::router::{Link, Router};
use leptos::web_sys::{Element, HtmlElement, MouseEvent};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// A page with links, served under `/sub`, and what became of the last click.
struct Page {
    root: HtmlElement,
    router: Router,
    taken: Rc<Cell<bool>>,
    _view: Mounted,
    watch: Option<WindowListenerHandle>,
}

impl Page {
    fn open(address: &str) -> Self {
        history().replace_state_with_url(&"".into(), "", Some(address)).unwrap();
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        document().body().unwrap().append_child(&root).unwrap();
        let router = Rc::new(Cell::new(None));
        let keep = Rc::clone(&router);
        let view = dom::mount(&root, move || {
            keep.set(Some(Router::provide("/sub".to_owned())));
            view! {
                <Link href="/keys"><b id="keys">"Keys"</b></Link>
                <Link href="/keys/17?edit=1" class="wide"><b id="key">"Key 17"</b></Link>
                <a id="plain" href="/sub/settings?a=b#c">"Settings"</a>
                <a id="outside" href="/subway">"Another app"</a>
                <a id="elsewhere" href="https://example.com/sub/keys">"Another site"</a>
                <a id="tab" href="/sub/keys" target="_blank">"A tab"</a>
                <a id="file" href="/sub/keys" download="keys">"A file"</a>
                <a id="within" href="#within">"Below"</a>
                <a id="handled" href="/sub/keys" on:click=|event| event.prevent_default()>"Handled"</a>
            }
        });
        // After the router's own listener: notes what it did, and keeps the browser from leaving the tests.
        let taken = Rc::new(Cell::new(false));
        let seen = Rc::clone(&taken);
        let watch = window_event_listener(leptos::ev::click, move |event| {
            seen.set(event.default_prevented());
            event.prevent_default();
        });
        Page { root, router: router.take().unwrap(), taken, _view: view, watch: Some(watch) }
    }

    fn find(&self, id: &str) -> Element {
        self.root.query_selector(&format!("#{id}")).unwrap().unwrap()
    }

    /// Whether the router took the click; otherwise it is the browser's.
    fn click_with(&self, id: &str, change: &str) -> bool {
        let click = js_sys::Function::new_with_args(
            "",
            &format!("return new MouseEvent('click', {{ bubbles: true, cancelable: true, {change} }})"),
        );
        let click: MouseEvent = click.call0(&"".into()).unwrap().unchecked_into();
        self.find(id).dispatch_event(&click).unwrap();
        self.taken.get()
    }

    fn click(&self, id: &str) -> bool {
        self.click_with(id, "")
    }

    fn current(&self) -> Vec<String> {
        let links = self.root.query_selector_all("[aria-current=page]").unwrap();
        (0..links.length()).map(|i| links.item(i).unwrap().text_content().unwrap()).collect()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.root.remove();
        if let Some(watch) = self.watch.take() {
            watch.remove();
        }
    }
}

fn history() -> leptos::web_sys::History {
    window().history().unwrap()
}

fn shown() -> String {
    let location = window().location();
    [location.pathname().unwrap(), location.search().unwrap(), location.hash().unwrap()].concat()
}

/// Long enough for effects, and for the browser to go back.
async fn settled() {
    TimeoutFuture::new(80).await;
}

#[wasm_bindgen_test]
async fn a_link_leads_below_the_base_and_says_when_it_is_current() {
    let page = Page::open("/sub/");
    settled().await;
    assert_eq!(page.router.path().get_untracked(), "/");
    assert_eq!(page.current(), [""; 0]);
    let link = page.find("key").closest("a").unwrap().unwrap();
    assert_eq!(link.get_attribute("href").as_deref(), Some("/sub/keys/17?edit=1"));
    assert_eq!(link.get_attribute("class").as_deref(), Some("wide"));
    assert!(page.click("key"));
    settled().await;
    assert_eq!(shown(), "/sub/keys/17?edit=1");
    assert_eq!(page.router.address().get_untracked(), "/keys/17?edit=1");
    assert_eq!(page.router.path().get_untracked(), "/keys/17");
    assert_eq!(page.current(), ["Keys", "Key 17"]);
    page.router.go("/keys/170");
    settled().await;
    assert_eq!(page.current(), ["Keys"]);
}

#[wasm_bindgen_test]
fn an_address_is_read_at_the_start_wherever_the_app_is_served() {
    assert_eq!(Page::open("/sub/keys/17?edit=1#a").router.address().get_untracked(), "/keys/17?edit=1");
    assert_eq!(Page::open("/sub").router.address().get_untracked(), "");
    assert_eq!(Page::open("/subway").router.address().get_untracked(), "/subway");
}

#[wasm_bindgen_test]
fn any_link_below_the_base_is_taken() {
    let page = Page::open("/sub/");
    assert!(page.click("plain"));
    assert_eq!(shown(), "/sub/settings?a=b#c");
    assert_eq!(page.router.address().get_untracked(), "/settings?a=b");
}

#[wasm_bindgen_test]
fn what_is_the_browsers_to_do_is_left_to_it() {
    let page = Page::open("/sub/");
    for id in ["outside", "elsewhere", "tab", "file", "within"] {
        assert!(!page.click(id), "{id}");
    }
    for change in ["ctrlKey: true", "metaKey: true", "shiftKey: true", "altKey: true", "button: 1"] {
        assert!(!page.click_with("keys", change), "{change}");
    }
    page.click("handled");
    assert_eq!(shown(), "/sub/");
    assert_eq!(page.router.path().get_untracked(), "/");
}

#[wasm_bindgen_test]
async fn back_and_forward_lead_through_what_was_gone_to_and_not_through_what_was_replaced() {
    let page = Page::open("/sub/keys");
    let entries = || history().length().unwrap();
    page.router.go("/keys/1");
    let with_one = entries();
    page.router.replace("/keys/2");
    page.click("keys");
    assert_eq!(entries(), with_one + 1);
    page.click("keys");
    assert_eq!(entries(), with_one + 1, "a link to where one is adds nothing");
    history().back().unwrap();
    settled().await;
    assert_eq!(page.router.path().get_untracked(), "/keys/2");
    history().back().unwrap();
    settled().await;
    assert_eq!(page.router.path().get_untracked(), "/keys");
    history().forward().unwrap();
    settled().await;
    assert_eq!(page.router.path().get_untracked(), "/keys/2");
    assert_eq!(shown(), "/sub/keys/2");
}
