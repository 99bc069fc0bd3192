//! The address of the page, followed and changed without loading it again.
//!
//! What the addresses mean is not known here: they are paths as the app writes them, such as `/keys/17?edit=1`, and only
//! this module knows under which path the app is served.

use crate::ui::prelude::*;
use leptos::ev;
use leptos::web_sys::{Element, HtmlAnchorElement, MouseEvent};
use wasm_bindgen::{JsCast, JsValue};

use super::kit::Derived;

/// The app's place in the browser's history.
#[derive(Clone, Copy)]
pub struct Router {
    base: StoredValue<String>,
    address: RwSignal<String>,
    path: Derived<String>,
}

impl Router {
    /// Follows the address from now on, and links that are clicked: for everything below in the tree.
    ///
    /// `base` is the path under which the app is served: nothing, or `/sub/path`.
    pub fn provide(base: String) -> Self {
        let address = RwSignal::new(String::new());
        let path = Derived::new(move || address.with(|address| before(address, '?').to_owned()));
        let router = Router { base: StoredValue::new(base), address, path };
        router.read();
        let moved = window_event_listener(ev::popstate, move |_| router.read());
        let clicked = window_event_listener(ev::click, move |event| router.follow(&event));
        on_cleanup(move || {
            moved.remove();
            clicked.remove();
        });
        provide_context(router);
        router
    }

    /// The one that was provided.
    pub fn here() -> Self {
        expect_context()
    }

    /// The path and the query, below the base: `/keys/17?edit=1`.
    pub fn address(self) -> Signal<String> {
        self.address.into()
    }

    /// The address without its query.
    pub fn path(self) -> Derived<String> {
        self.path
    }

    /// Whether an address is where the app is, or above it: `/keys` is, at `/keys/17`. Queries don't count.
    pub fn is_at(self, address: &str) -> bool {
        let above = before(address, '?');
        self.path.with(|path| path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }

    /// Goes to an address; Back leads here again.
    pub fn go(self, address: impl Into<String>) {
        self.travel(address.into(), false);
    }

    /// Goes to an address that takes the place of this one: Back leads to where one was before.
    pub fn replace(self, address: impl Into<String>) {
        self.travel(address.into(), true);
    }

    fn travel(self, address: String, replace: bool) {
        let served = self.served(&address);
        let to = before(&address, '#');
        // A link to where one is already makes no second entry, as in a page without an app.
        let replace = replace || self.address.with_untracked(|here| here == to);
        if let Ok(history) = window().history() {
            // A browser refuses when entries come too fast. The page goes there all the same.
            let _ = if replace {
                history.replace_state_with_url(&JsValue::NULL, "", Some(&served))
            } else {
                history.push_state_with_url(&JsValue::NULL, "", Some(&served))
            };
        }
        self.address.set(to.to_owned());
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }

    /// Takes the address from the browser: at the start, and when it went back or forward by itself.
    fn read(self) {
        let location = window().location();
        let path = location.pathname().unwrap_or_default();
        let mut address = self.below(&path).unwrap_or(&path).to_owned();
        address.push_str(&location.search().unwrap_or_default());
        self.address.set(address);
    }

    /// Goes where a link leads that was clicked, unless that is the browser's to do: open it elsewhere, save it, leave.
    fn follow(self, event: &MouseEvent) {
        let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
        if event.default_prevented() || event.button() != 0 || modified {
            return;
        }
        let clicked = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = clicked.and_then(|clicked| clicked.closest("a[href]").ok().flatten());
        let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) else { return };
        let within_page = link.get_attribute("href").is_some_and(|href| href.starts_with('#'));
        let elsewhere = window().location().origin().ok() != Some(link.origin());
        if within_page || elsewhere || link.has_attribute("download") || !matches!(&*link.target(), "" | "_self") {
            return;
        }
        let path = link.pathname();
        if let Some(path) = self.below(&path) {
            event.prevent_default();
            self.travel([path, &link.search(), &link.hash()].concat(), false);
        }
    }

    /// An address as the browser has it: under the base.
    fn served(self, address: &str) -> String {
        self.base.with_value(|base| [base, address].concat())
    }

    /// A path of the browser's without the base; nothing for one that is not under it.
    fn below(self, path: &str) -> Option<&str> {
        let below = self.base.with_value(|base| path.strip_prefix(base.as_str()))?;
        (below.is_empty() || below.starts_with('/')).then_some(below)
    }
}

/// The part of a text before a character, or all of it.
fn before(text: &str, end: char) -> &str {
    text.split_once(end).map_or(text, |(before, _)| before)
}

/// The path under which the app is served, from the page's `<base>`: nothing at a site's root.
pub fn base() -> String {
    let address = document().base_uri().ok().flatten();
    let path =
        address.as_deref().and_then(|a| a.split_once("://")).and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    let path = before(before(path.unwrap_or("/"), '?'), '#');
    path.rsplit_once('/').map_or(String::new(), |(base, _)| base.to_owned())
}

/// A link within the app. It says that it is the current one (`aria-current`) while the app is there or below.
#[component]
pub fn Link(
    /// Where it leads, as the app writes addresses: without the base.
    #[prop(into)]
    href: String,
    /// How it looks.
    #[prop(optional)]
    class: Option<&'static str>,
    /// What stands in it.
    children: Children,
) -> impl IntoView {
    let router = Router::here();
    view! {
        <a href=router.served(&href) class=class aria-current=move || router.is_at(&href).then_some("page")>
            {children()}
        </a>
    }
}
