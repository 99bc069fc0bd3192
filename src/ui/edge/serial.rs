//! Links to boxes over Web Serial (`PROTOCOL.md`, "Links"): frames on a cable.

use std::cell::RefCell;
use std::rc::Rc;

use crate::ui::dom::spawn_local;
use js_sys::{Array, Promise, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Event, ReadableStreamDefaultReader, Serial, SerialOptions, SerialPort, WritableStreamDefaultWriter};

use super::wire::{self, Inbox, OPENING_MS, Stage, within};
use crate::smartbox::framing::{Exchange, Framing};
use crate::smartbox::{Answering, Link, LinkError};

/// The speed of the line, in baud; with 8 bits, no parity and 1 stop bit.
const BAUD: u32 = 115_200;
/// How many bytes the browser holds for a page that is busy: twice what the line brings in a third of a second.
const BUFFER_BYTES: u32 = 8_192;
const CONNECT: &str = "connect";

/// Whether this browser has serial ports for pages.
pub fn is_supported() -> bool {
    door().is_ok()
}

fn door() -> Result<Serial, LinkError> {
    wire::door("serial")
}

/// Lets a person choose a port from the browser's list. To be called from within a press: browsers ask for one.
///
/// # Errors
/// When the browser does not allow it, or none was chosen.
pub async fn choose() -> Result<SerialLink, LinkError> {
    let chosen = JsFuture::from(door()?.request_port()).await;
    Ok(SerialLink::to(chosen.map_err(|thrown| wire::error(&thrown, Stage::Choosing))?))
}

/// The ports that were chosen before and are plugged in, which may be opened without asking again.
///
/// # Errors
/// When the browser has no serial ports.
pub async fn known() -> Result<Vec<SerialLink>, LinkError> {
    let ports = JsFuture::from(door()?.get_ports()).await.map_err(|e| wire::error(&e, Stage::Choosing))?;
    Ok(Array::from(&ports).iter().map(|port| SerialLink::to(port.unchecked_into())).collect())
}

/// The link to one box over a cable. It is opened by its first exchange, and opened again after it was cut; when the cable was
/// pulled, as soon as it is plugged in again. Nobody is asked again for that. Dropping it closes it.
pub struct SerialLink {
    port: Rc<RefCell<SerialPort>>,
    open: Option<Open>,
    on_connect: Closure<dyn Fn(Event)>,
}

/// A port that is open.
struct Open {
    port: SerialPort,
    writer: WritableStreamDefaultWriter,
    inbox: Inbox,
    exchange: Exchange,
    reading: Rc<RefCell<Option<ReadableStreamDefaultReader>>>,
    /// Resolves when nobody reads any more.
    read: Promise,
}

impl SerialLink {
    /// The link over a port, not open yet.
    pub fn to(port: SerialPort) -> Self {
        let port = Rc::new(RefCell::new(port));
        // A cable that is plugged in again is another port to the browser, of the same maker and product.
        let on_connect = Closure::<dyn Fn(Event)>::new({
            let port = port.clone();
            move |event: Event| {
                if let Some(back) = event.target() {
                    let back: SerialPort = back.unchecked_into();
                    if is_gone(&port.borrow()) && kind(&back) == kind(&port.borrow()) {
                        port.replace(back);
                    }
                }
            }
        });
        if let Ok(serial) = door() {
            // Without it a person chooses again.
            let _ = serial.add_event_listener_with_callback(CONNECT, on_connect.as_ref().unchecked_ref());
        }
        Self { port, open: None, on_connect }
    }

    /// Whether the port is plugged in, as far as the browser says.
    pub fn is_there(&self) -> bool {
        !is_gone(&self.port.borrow())
    }

    /// Opens the link, unless it is open.
    ///
    /// # Errors
    /// When the cable is not plugged in, or another program has the port.
    pub async fn open(&mut self) -> Result<(), LinkError> {
        if self.open.is_none() {
            let port = self.port.borrow().clone();
            self.open = Some(open(port).await?);
        }
        Ok(())
    }

    /// Closes the link, and waits until others can open the port.
    pub async fn close(&mut self) {
        if let Some(open) = self.open.take() {
            close(open).await;
        }
    }
}

impl Drop for SerialLink {
    fn drop(&mut self) {
        if let Ok(serial) = door() {
            let _ = serial.remove_event_listener_with_callback(CONNECT, self.on_connect.as_ref().unchecked_ref());
        }
        if let Some(open) = self.open.take() {
            spawn_local(close(open));
        }
    }
}

impl Link for SerialLink {
    fn exchange(&mut self, bytes: Vec<u8>) -> Answering<'_> {
        Box::pin(self.asked(bytes))
    }
}

impl SerialLink {
    async fn asked(&mut self, bytes: Vec<u8>) -> Result<Vec<u8>, LinkError> {
        self.open().await?;
        let Some(open) = &mut self.open else { return Err(LinkError::Cut) };
        let writer = &open.writer;
        let write = |piece: &Uint8Array, _, _| Ok(writer.write_with_chunk(piece).into());
        let answer = wire::exchange(&mut open.exchange, &open.inbox, &bytes, &write).await;
        if answer.is_err() {
            self.close().await;
        }
        answer
    }
}

async fn open(port: SerialPort) -> Result<Open, LinkError> {
    let options = SerialOptions::new(BAUD);
    options.set_buffer_size(BUFFER_BYTES);
    within(&port.open(&options), OPENING_MS).await.map_err(|thrown| match wire::error(&thrown, Stage::Opening) {
        // A port that is there and does not open is in use.
        LinkError::OutOfRange if !is_gone(&port) => LinkError::Busy,
        error => error,
    })?;
    let writer = WritableStreamDefaultWriter::new(&port.writable()).map_err(|_| LinkError::Busy)?;
    let (inbox, reading) = (Inbox::default(), Rc::default());
    let read = future_to_promise({
        let (port, inbox, reading) = (port.clone(), inbox.clone(), Rc::clone(&reading));
        async move {
            read(&port, &inbox, &reading).await;
            inbox.cut();
            Ok(JsValue::UNDEFINED)
        }
    });
    Ok(Open { port, writer, inbox, exchange: Exchange::new(Framing::serial()), reading, read })
}

/// Reads until the port is closed or gone. After a break, a wrong parity or stop bit, or bytes that found no room, the browser
/// gives a new stream in the place of the old one, and it goes on; what was garbled, the framing finds. After a loss of the
/// port there is none.
async fn read(port: &SerialPort, inbox: &Inbox, reading: &RefCell<Option<ReadableStreamDefaultReader>>) {
    loop {
        let stream = port.readable();
        if stream.is_null() {
            return;
        }
        let Ok(reader) = ReadableStreamDefaultReader::new(&stream) else { return };
        reading.replace(Some(reader.clone()));
        let ended = loop {
            let Ok(result) = JsFuture::from(reader.read()).await else { break false };
            let field = |name: &str| Reflect::get(&result, &name.into()).unwrap_or_default();
            if field("done").is_truthy() {
                break true;
            }
            inbox.push(&field("value").unchecked_into());
        };
        reading.replace(None);
        reader.release_lock();
        if ended {
            return;
        }
    }
}

/// Gives everything back, in the order that the browser wants it. What fails is gone already.
async fn close(open: Open) {
    let Open { port, writer, reading, read, .. } = open;
    let reader = reading.borrow().clone();
    if let Some(reader) = reader {
        let _ = within(&reader.cancel(), OPENING_MS).await;
    }
    let _ = within(&read, OPENING_MS).await;
    // Nothing is on its way that anybody waits for.
    let _ = within(&writer.abort(), OPENING_MS).await;
    writer.release_lock();
    let _ = within(&port.close(), OPENING_MS).await;
}

/// Whether the cable is pulled. Older browsers do not say.
fn is_gone(port: &SerialPort) -> bool {
    Reflect::get(port, &"connected".into()).is_ok_and(|connected| connected == JsValue::FALSE)
}

/// Maker and product of the device behind a port.
fn kind(port: &SerialPort) -> (Option<u16>, Option<u16>) {
    let info = port.get_info();
    (info.get_usb_vendor_id(), info.get_usb_product_id())
}
