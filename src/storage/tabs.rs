//! What other tabs and the browser have to say about the journal.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{BroadcastChannel, Document, MessageEvent, VisibilityState};

use crate::journal::port::Position;

/// Something to act on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum News {
    /// Another tab appended, and the journal went on to here: catch up.
    Appended(Position),
    /// This tab is to be seen again, and may have slept through what others said: catch up.
    Woken,
    /// An older tab is open and keeps the store from being brought to its newest form: ask for it to be closed.
    Blocked,
    /// A newer version of the app wants the store, so this tab let go of it: ask for this page to be loaded again.
    Superseded,
    /// The browser closed the store, as when a person clears the site's data. The next use opens it again.
    Lost,
}

type Listener = Rc<dyn Fn(News)>;

/// The line to the other tabs of the same database. A clone is the same line; it closes with the last of them.
///
/// Where a browser has no `BroadcastChannel`, a tab still looks again when it comes to the front.
#[derive(Clone)]
pub struct Tabs {
    line: Rc<Line>,
}

struct Line {
    channel: Option<BroadcastChannel>,
    document: Option<Document>,
    listeners: Rc<RefCell<Vec<Listener>>>,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    on_visibility: Closure<dyn Fn()>,
}

impl Tabs {
    /// Opens the line for the database of a name.
    pub fn new(database: &str) -> Self {
        let listeners: Rc<RefCell<Vec<Listener>>> = Rc::default();
        let document = web_sys::window().and_then(|window| window.document());
        let on_message = Closure::<dyn Fn(MessageEvent)>::new({
            let listeners = Rc::clone(&listeners);
            move |message: MessageEvent| {
                if let Some(end) = message.data().as_f64() {
                    report(&listeners, News::Appended(Position(end as u64)));
                }
            }
        });
        let on_visibility = Closure::<dyn Fn()>::new({
            let (listeners, document) = (Rc::clone(&listeners), document.clone());
            move || {
                if document.as_ref().is_some_and(|d| d.visibility_state() == VisibilityState::Visible) {
                    report(&listeners, News::Woken);
                }
            }
        });
        let channel = BroadcastChannel::new(&format!("{database}-tabs")).ok();
        if let Some(channel) = &channel {
            channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        }
        if let Some(document) = &document {
            let listener = on_visibility.as_ref().unchecked_ref();
            // It fails only for a listener that is no function.
            let _ = document.add_event_listener_with_callback("visibilitychange", listener);
        }
        Self { line: Rc::new(Line { channel, document, listeners, _on_message: on_message, on_visibility }) }
    }

    /// Calls back with all news from now on, as long as the line is open. The callback must not wait; what takes time, it
    /// starts.
    pub fn listen(&self, callback: impl Fn(News) + 'static) {
        self.line.listeners.borrow_mut().push(Rc::new(callback));
    }

    /// Tells the other tabs that the journal goes on to here.
    pub fn tell(&self, end: Position) {
        if let Some(channel) = &self.line.channel {
            // Who is not told looks for itself when it wakes or writes.
            let _ = channel.post_message(&JsValue::from_f64(end.0 as f64));
        }
    }

    /// Tells the listeners of this tab.
    pub(super) fn report(&self, news: News) {
        report(&self.line.listeners, news);
    }
}

/// Calls every listener, on a copy of the list: one may add another.
fn report(listeners: &RefCell<Vec<Listener>>, news: News) {
    let listeners = listeners.borrow().clone();
    for listener in listeners {
        listener(news);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.set_onmessage(None);
            channel.close();
        }
        if let Some(document) = &self.document {
            let listener = self.on_visibility.as_ref().unchecked_ref();
            let _ = document.remove_event_listener_with_callback("visibilitychange", listener);
        }
    }
}

impl fmt::Debug for Tabs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tabs").field("listeners", &self.line.listeners.borrow().len()).finish()
    }
}
