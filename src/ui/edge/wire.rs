//! What a link over Bluetooth and one over a serial port share: waiting, an exchange, and the browser's errors in our words.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::smartbox::LinkError;
use crate::smartbox::framing::exchange::ATTEMPT_MS;
use crate::smartbox::framing::{Exchange, Next};

/// How many milliseconds a device has to open, or to close, a link.
pub(super) const OPENING_MS: u32 = 20_000;

/// What was being done when the browser said no.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// A person chooses a device.
    Choosing,
    /// The link to a device is opened.
    Opening,
    /// Bytes are on their way.
    Talking,
}

/// Waits for a promise, and no longer than so many milliseconds.
///
/// # Errors
/// What it was rejected with; nothing (`undefined`) when the time is over.
pub(super) async fn within(promise: &JsValue, ms: u32) -> Result<JsValue, JsValue> {
    let (window, mut timer) = (leptos::prelude::window(), None);
    let late = Promise::new(&mut |_, reject| {
        // Rejected with nothing.
        timer = window.set_timeout_with_callback_and_timeout_and_arguments_0(&reject, ms as i32).ok();
    });
    let first = JsFuture::from(Promise::race(&Array::of2(promise, &late))).await;
    if let Some(timer) = timer {
        window.clear_timeout_with_handle(timer);
    }
    first
}

/// What the browser's exceptions mean, by their names: their texts are for people, and change.
pub(super) fn error(thrown: &JsValue, stage: Stage) -> LinkError {
    let name = Reflect::get(thrown, &"name".into()).ok().and_then(|name| name.as_string());
    match (name.as_deref().unwrap_or_default(), stage) {
        ("SecurityError" | "NotAllowedError", _) => LinkError::Refused,
        ("NotFoundError" | "AbortError", Stage::Choosing) => LinkError::NotChosen,
        ("NotFoundError" | "NotSupportedError", Stage::Opening) => LinkError::WrongDevice,
        ("InvalidStateError", Stage::Opening) => LinkError::Busy,
        (_, Stage::Choosing) => LinkError::Unsupported,
        (_, Stage::Opening) => LinkError::OutOfRange,
        // A write that the device does not take: `within` gave it as long as an attempt may have.
        ("", Stage::Talking) => LinkError::TimedOut { after_ms: ATTEMPT_MS as u32 },
        (_, Stage::Talking) => LinkError::Cut,
    }
}

/// What came from the box and nobody has taken yet. Cheap to copy.
#[derive(Clone, Default)]
pub(super) struct Inbox(Rc<State>);

#[derive(Default)]
struct State {
    pieces: RefCell<VecDeque<Vec<u8>>>,
    cut: Cell<bool>,
    /// Wakes who waits.
    wake: RefCell<Option<Function>>,
}

impl Inbox {
    /// Something came.
    pub(super) fn push(&self, piece: &Uint8Array) {
        self.0.pieces.borrow_mut().push_back(piece.to_vec());
        self.wake();
    }

    /// Nothing more will come.
    pub(super) fn cut(&self) {
        self.0.cut.set(true);
        self.wake();
    }

    fn wake(&self) {
        if let Some(wake) = self.0.wake.take() {
            // Resolving a promise does not fail.
            let _ = wake.call0(&JsValue::UNDEFINED);
        }
    }

    /// The next piece; nothing when none comes within so many milliseconds.
    async fn next(&self, ms: u32) -> Result<Option<Vec<u8>>, LinkError> {
        let take = || self.0.pieces.borrow_mut().pop_front();
        if let Some(piece) = take() {
            return Ok(Some(piece));
        }
        if !self.0.cut.get() {
            let come = Promise::new(&mut |resolve, _| *self.0.wake.borrow_mut() = Some(resolve));
            // Whether it came or the time is over: what is there tells.
            let _ = within(&come, ms).await;
        }
        match take() {
            None if self.0.cut.get() => Err(LinkError::Cut),
            piece => Ok(piece),
        }
    }
}

/// One exchange. `write` begins to send a piece, and is told which one of how many it is.
pub(super) async fn exchange(
    exchange: &mut Exchange,
    inbox: &Inbox,
    request: &[u8],
    write: &dyn Fn(&Uint8Array, usize, usize) -> Result<JsValue, JsValue>,
) -> Result<Vec<u8>, LinkError> {
    let talking = |thrown: JsValue| error(&thrown, Stage::Talking);
    inbox.0.pieces.borrow_mut().clear();
    exchange.begin(request)?;
    loop {
        let of = exchange.pieces().len();
        for (at, piece) in exchange.pieces().iter().enumerate() {
            // A copy: the browser may read it after this call.
            let writing = write(&Uint8Array::from(&piece[..]), at, of).map_err(talking)?;
            within(&writing, ATTEMPT_MS as u32).await.map_err(talking)?;
        }
        exchange.sent(now());
        loop {
            match exchange.next(now()) {
                Next::Wait(ms) => {
                    if let Some(piece) = inbox.next(ms).await?
                        && let Some(answer) = exchange.arrived(&piece, now())
                    {
                        return Ok(answer);
                    }
                }
                Next::Again => break,
                Next::End(error) => return Err(error),
            }
        }
    }
}

/// Milliseconds of a clock that never goes back.
fn now() -> u64 {
    leptos::prelude::window().performance().map_or(0, |clock| clock.now() as u64)
}

/// One of the browser's doors to devices, unless it has none.
pub(super) fn door<T: wasm_bindgen::JsCast>(name: &str) -> Result<T, LinkError> {
    let door = Reflect::get(&leptos::prelude::window().navigator(), &name.into()).unwrap_or_default();
    if door.is_object() { Ok(door.unchecked_into()) } else { Err(LinkError::Unsupported) }
}
