//! Links to boxes over Web Bluetooth (`PROTOCOL.md`, "Links"): fragments over a GATT service.

use js_sys::{Array, DataView, JSON, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Bluetooth, BluetoothDevice, BluetoothRemoteGattCharacteristic, BluetoothRemoteGattServer,
    BluetoothRemoteGattService, Event,
};

use super::wire::{self, Inbox, OPENING_MS, Stage, within};
use crate::smartbox::framing::fragments::{LINK, REQUEST, RESPONSE, SERVICE, WINDOW, read_link_value};
use crate::smartbox::framing::{Exchange, Framing};
use crate::smartbox::{Answering, Link, LinkError};

/// Whether this browser has Bluetooth for pages. The device may have none all the same.
pub fn is_supported() -> bool {
    door().is_ok()
}

fn door() -> Result<Bluetooth, LinkError> {
    wire::door("bluetooth")
}

/// Lets a person choose a box from the browser's list. To be called from within a press: browsers ask for one.
///
/// # Errors
/// When the browser does not allow it, there is no Bluetooth, or none was chosen.
pub async fn choose() -> Result<BluetoothLink, LinkError> {
    let bluetooth = door()?;
    let filter = ["{\"filters\":[{\"services\":[\"", SERVICE, "\"]}]}"].concat();
    let filter = JSON::parse(&filter).unwrap_or_default();
    let chosen = bluetooth.request_device(filter.unchecked_ref());
    match JsFuture::from(chosen).await {
        Ok(device) => Ok(BluetoothLink::to(device)),
        Err(thrown) => Err(match wire::error(&thrown, Stage::Choosing) {
            // Browsers say the same when there was nothing to choose with.
            LinkError::NotChosen if !is_available(&bluetooth).await => LinkError::NoAdapter,
            error => error,
        }),
    }
}

async fn is_available(bluetooth: &Bluetooth) -> bool {
    let available = JsFuture::from(bluetooth.get_availability()).await;
    available.is_ok_and(|available| JsValue::from(available).is_truthy())
}

/// The boxes that were chosen before, which may be opened without asking again. None where the browser does not tell.
///
/// # Errors
/// When the browser has no Bluetooth.
pub async fn known() -> Result<Vec<BluetoothLink>, LinkError> {
    let bluetooth = door()?;
    if !Reflect::has(&bluetooth, &"getDevices".into()).unwrap_or(false) {
        return Ok(Vec::new());
    }
    let devices = JsFuture::from(bluetooth.get_devices()).await.map_err(|e| wire::error(&e, Stage::Choosing))?;
    Ok(Array::from(&devices).iter().map(|device| BluetoothLink::to(device.unchecked_into())).collect())
}

/// The link to one box over Bluetooth. It is opened by its first exchange, and opened again after it was cut; nobody is asked
/// again for that. Dropping it closes it.
pub struct BluetoothLink {
    device: BluetoothDevice,
    open: Option<Open>,
}

/// A connection that stands.
struct Open {
    server: BluetoothRemoteGattServer,
    device: BluetoothDevice,
    request: BluetoothRemoteGattCharacteristic,
    response: BluetoothRemoteGattCharacteristic,
    inbox: Inbox,
    exchange: Exchange,
    on_value: Closure<dyn Fn(Event)>,
    on_cut: Closure<dyn Fn()>,
}

const VALUE: &str = "characteristicvaluechanged";
const CUT: &str = "gattserverdisconnected";

impl Drop for Open {
    fn drop(&mut self) {
        // What is not there any more needs no removing.
        let _ = self.response.remove_event_listener_with_callback(VALUE, self.on_value.as_ref().unchecked_ref());
        let _ = self.device.remove_event_listener_with_callback(CUT, self.on_cut.as_ref().unchecked_ref());
        self.server.disconnect();
    }
}

impl BluetoothLink {
    /// The link to a device, not open yet.
    pub const fn to(device: BluetoothDevice) -> Self {
        Self { device, open: None }
    }

    /// What the browser calls the device, by the same text every time.
    pub fn id(&self) -> String {
        self.device.id()
    }

    /// What the device calls itself.
    pub fn name(&self) -> String {
        self.device.name().unwrap_or_default()
    }

    /// Opens the link, unless it is open.
    ///
    /// # Errors
    /// When the device is out of range, is no box, or talks to somebody else.
    pub async fn open(&mut self) -> Result<(), LinkError> {
        if self.open.as_ref().is_none_or(|open| !open.server.connected()) {
            self.open = None;
            self.open = Some(connect(&self.device).await?);
        }
        Ok(())
    }

    /// Closes the link. It may be opened again.
    pub fn close(&mut self) {
        self.open = None;
    }
}

impl Link for BluetoothLink {
    fn exchange(&mut self, bytes: Vec<u8>) -> Answering<'_> {
        Box::pin(self.asked(bytes))
    }
}

impl BluetoothLink {
    async fn asked(&mut self, bytes: Vec<u8>) -> Result<Vec<u8>, LinkError> {
        self.open().await?;
        let Some(open) = &mut self.open else { return Err(LinkError::Cut) };
        let request = &open.request;
        let write = |piece: &Uint8Array, at: usize, of: usize| {
            let writing = if (at + 1).is_multiple_of(WINDOW) || at + 1 == of {
                request.write_value_with_response_with_u8_array(piece)
            } else {
                request.write_value_without_response_with_u8_array(piece)
            };
            writing.map(JsValue::from)
        };
        let answer = wire::exchange(&mut open.exchange, &open.inbox, &bytes, &write).await;
        // What fails while the connection stands was refused, by the box or by another page that is writing.
        let stands = open.server.connected();
        if answer.is_err() {
            self.open = None;
        }
        answer.map_err(|error| if stands && error == LinkError::Cut { LinkError::Busy } else { error })
    }
}

/// Connects, and finds what a box has. One operation at a time: some systems refuse a second one.
async fn connect(device: &BluetoothDevice) -> Result<Open, LinkError> {
    let server = device.gatt().ok_or(LinkError::Refused)?;
    let found = find(&server).await;
    let (request, response, exchange) = found.inspect_err(|_| server.disconnect())?;
    let inbox = Inbox::default();
    let on_value = Closure::<dyn Fn(Event)>::new({
        let (inbox, response) = (inbox.clone(), response.clone());
        move |_| {
            if let Some(value) = response.value() {
                inbox.push(&bytes(&value));
            }
        }
    });
    let on_cut = Closure::<dyn Fn()>::new({
        let inbox = inbox.clone();
        move || inbox.cut()
    });
    let opening = |thrown: JsValue| wire::error(&thrown, Stage::Opening);
    let listening = response
        .add_event_listener_with_callback(VALUE, on_value.as_ref().unchecked_ref())
        .and_then(|()| device.add_event_listener_with_callback(CUT, on_cut.as_ref().unchecked_ref()));
    let notifying = response.start_notifications();
    let open = Open { server, device: device.clone(), request, response, inbox, exchange, on_value, on_cut };
    listening.map_err(opening)?;
    within(&notifying, OPENING_MS).await.map_err(opening)?;
    if open.server.connected() { Ok(open) } else { Err(LinkError::Cut) }
}

type Found = (BluetoothRemoteGattCharacteristic, BluetoothRemoteGattCharacteristic, Exchange);

async fn find(server: &BluetoothRemoteGattServer) -> Result<Found, LinkError> {
    let connected = ask(server.connect().into()).await;
    // What is not ready to connect is not the box: Bluetooth was turned off after it was chosen.
    connected.map_err(|error| if error == LinkError::Busy { LinkError::NoAdapter } else { error })?;
    let service = ask(server.get_primary_service_with_str(SERVICE).into()).await?;
    let service: BluetoothRemoteGattService = service.unchecked_into();
    let mut characteristics = Vec::with_capacity(3);
    for uuid in [LINK, REQUEST, RESPONSE] {
        let characteristic = ask(service.get_characteristic_with_str(uuid).into()).await?;
        characteristics.push(characteristic.unchecked_into::<BluetoothRemoteGattCharacteristic>());
    }
    let [link, request, response] = <[_; 3]>::try_from(characteristics).map_err(|_| LinkError::WrongDevice)?;
    let value: DataView = ask(link.read_value().into()).await?.unchecked_into();
    let payload = read_link_value(&bytes(&value).to_vec())?;
    Ok((request, response, Exchange::new(Framing::gatt(payload))))
}

async fn ask(promise: JsValue) -> Result<JsValue, LinkError> {
    within(&promise, OPENING_MS).await.map_err(|thrown| wire::error(&thrown, Stage::Opening))
}

/// The bytes of a value, which may be a part of something longer.
fn bytes(value: &DataView) -> Uint8Array {
    Uint8Array::new_with_byte_offset_and_length(&value.buffer(), value.byte_offset() as u32, value.byte_length() as u32)
}
