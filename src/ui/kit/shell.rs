//! The frame of every page: the menu of pages, the top bar, the region of the page itself.
use super::{ButtonKind, Dialog, Glyph, Icon, KitWords, MenuButton, MenuEntry, ShowWhen, filters::grouped};
use crate::ui::dom::focus_head;
use crate::ui::prelude::*;
use crate::ui::router::{Link, Router};

/// A page in the menu.
#[derive(Clone)]
pub struct MenuItem {
    /// Its name.
    pub label: String,
    /// Its address.
    pub href: String,
    /// Its icon.
    pub icon: Icon,
    /// How many things there want someone; shown while above zero.
    pub count: Option<Signal<usize>>,
}

impl MenuItem {
    /// A page without a count.
    pub fn new(label: impl Into<String>, href: impl Into<String>, icon: Icon) -> Self {
        MenuItem { label: label.into(), href: href.into(), icon, count: None }
    }

    /// With how many things there want someone.
    pub fn count(mut self, count: impl Into<Signal<usize>>) -> Self {
        self.count = Some(count.into());
        self
    }
}

/// How many pages the bottom bar of a phone holds beside *More*.
const IN_BAR: usize = 4;

/// The frame: side menu (bottom bar with *More* on a phone), top bar with the organization, search and *+ Add*, a strip
/// for what is wrong with storage or network, and the main region. Stands where a [`Router`] is.
///
/// When the address changes, the focus moves to the head of the new page or pane.
#[component]
pub fn Shell(
    /// The organization's name.
    #[prop(into)]
    organization: Signal<String>,
    /// The pages, the most used first.
    #[prop(into)]
    items: Signal<Vec<MenuItem>>,
    /// What *+ Add* offers.
    #[prop(into)]
    adds: Signal<Vec<MenuEntry>>,
    /// The search box.
    #[prop(optional, into)]
    search: Option<ViewFn>,
    /// [`Notice`](super::Notice)s that hold for every page.
    #[prop(optional, into)]
    status: Option<ViewFn>,
    /// The page.
    children: Children,
) -> impl IntoView {
    let words = KitWords::here();
    let router = Router::here();
    let path = router.path();
    let main = NodeRef::<leptos::html::Main>::new();
    let more = RwSignal::new(false);
    let close_more = move || more.set(false);

    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.is_some_and(|before| before != path) {
            close_more();
            // Two frames: the router puts the new page in place first.
            request_animation_frame(move || {
                request_animation_frame(move || {
                    if let Some(main) = main.try_get_untracked().flatten() {
                        focus_head(&main);
                    }
                });
            });
        }
        path
    });

    let links = move |from: usize, to: usize, class: &'static str| {
        items
            .get()
            .into_iter()
            .skip(from)
            .take(to - from)
            .map(|item| view! { <li>{menu_link(item, class)}</li> })
            .collect_view()
    };
    let has_more = move || items.with(|items| items.len() > IN_BAR);
    let in_more = move || items.with(|items| items.iter().skip(IN_BAR).any(|item| router.is_at(&item.href)));

    view! {
        <div class="shell">
            <a class="skip" href="#main" on:click=move |event| {
                event.prevent_default();
                if let Some(main) = main.get_untracked() {
                    focus_head(&main);
                }
            }>
                {words.skip}
            </a>
            <nav class="side" aria-label=words.main_menu>
                <Link href="/" class="brand">
                    <BrandMark />
                    <span class="brand-name">"Latchbook"</span>
                </Link>
                <ul class="side-list">{move || links(0, usize::MAX, "side-link")}</ul>
            </nav>
            <header class="top">
                <p class="top-organization">{organization}</p>
                <div class="top-search">{search.map(|search| search.run())}</div>
                <div class="top-add">
                    <MenuButton label=words.add icon=Icon::Plus kind=ButtonKind::Primary entries=adds />
                </div>
            </header>
            <div class="strip">{status.map(|status| status.run())}</div>
            <main class="main" id="main" node_ref=main>
                {children()}
            </main>
            <nav class="bar" aria-label=words.main_menu>
                <ul class="bar-list">
                    {move || links(0, IN_BAR, "bar-link")}
                    <ShowWhen when=has_more>
                        <li>
                            <button
                                type="button"
                                class="bar-link"
                                class:bar-link-current=in_more
                                aria-haspopup="dialog"
                                on:click=move |_| more.set(true)
                            >
                                <Glyph icon=Icon::More />
                                <span class="menu-word">{words.more}</span>
                            </button>
                        </li>
                    </ShowWhen>
                </ul>
            </nav>
            <Dialog open=more on_close=close_more title=words.more>
                <ul class="more-list" on:click=move |_| close_more()>
                    {move || links(IN_BAR, usize::MAX, "more-link")}
                </ul>
            </Dialog>
        </div>
    }
}

fn menu_link(item: MenuItem, class: &'static str) -> Markup {
    let MenuItem { label, href, icon, count } = item;
    view! {
        <Link href class>
            <Glyph icon />
            <span class="menu-word">{label}</span>
            {count
                .map(|count| {
                    move || {
                        let count = count.get();
                        (count > 0).then(|| view! { <span class="menu-count">{grouped(count)}</span> })
                    }
                })}
        </Link>
    }
}

/// The mark: a latch, open, over its plate.
#[component]
fn BrandMark() -> impl IntoView {
    view! {
        <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
            <rect class="brand-plate" x="2" y="2" width="28" height="28" rx="7" />
            <path class="brand-latch" d="M11 7v13a4 4 0 0 0 4 4h7" />
            <circle class="brand-pin" cx="20.5" cy="12.5" r="3" />
        </svg>
    }
}
