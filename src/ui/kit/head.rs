//! Headings: of a page, of a pane, of a section within.
use crate::ui::prelude::*;

/// The head of a page: its `h1`, a line about it, and its actions (the children). Also names the browser's tab.
///
/// After a change of page the focus moves to the last head of a page or a pane in the main region.
#[component]
pub fn PageHead(
    /// What the page is called.
    #[prop(into)]
    title: Signal<String>,
    /// A line below the title.
    #[prop(optional, into)]
    text: Signal<String>,
    /// The actions of the page.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    names_the_tab(title);
    view! {
        <header class="head head-page">
            <div class="head-words">
                <h1 class="head-title" tabindex="-1" data-takes-focus="">
                    {title}
                </h1>
                <p class="head-text">{text}</p>
            </div>
            {children.map(|children| view! { <div class="head-actions">{children()}</div> })}
        </header>
    }
}

/// The head of the detail beside a list: an `h2`, a line about it, and its actions (the children).
#[component]
pub fn PaneHead(
    /// What the pane is about.
    #[prop(into)]
    title: Signal<String>,
    /// A line below the title.
    #[prop(optional, into)]
    text: Signal<String>,
    /// The actions.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    names_the_tab(title);
    view! {
        <header class="head head-pane">
            <div class="head-words">
                <h2 class="head-title" tabindex="-1" data-takes-focus="">
                    {title}
                </h2>
                <p class="head-text">{text}</p>
            </div>
            {children.map(|children| view! { <div class="head-actions">{children()}</div> })}
        </header>
    }
}

/// A part of a page under its own heading.
#[component]
pub fn Section(
    /// What the part is called; also the name of the region.
    #[prop(into)]
    title: Signal<String>,
    /// Actions beside the heading.
    #[prop(optional, into)]
    actions: Option<ViewFn>,
    /// The part.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="section" aria-label=title>
            <header class="section-head">
                <h3 class="section-title">{title}</h3>
                {actions.map(|actions| view! { <div class="section-actions">{actions.run()}</div> })}
            </header>
            {children()}
        </section>
    }
}

/// The tab is called `Bookings · Latchbook`. The head mounted last has the word; when it goes, the one before has it.
fn names_the_tab(title: Signal<String>) {
    let before = document().title();
    let own = StoredValue::new(String::new());
    Effect::new(move |_| {
        let name = format!("{} · Latchbook", title.read());
        document().set_title(&name);
        own.set_value(name);
    });
    on_cleanup(move || {
        if own.try_get_value().is_some_and(|own| own == document().title()) {
            document().set_title(&before);
        }
    });
}
