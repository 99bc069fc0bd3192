//! The links to boxes, over devices that behave as the browser's do, in a real browser.
#![cfg(all(target_arch = "wasm32", feature = "app"))]

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use latchbook::domain::{BinNumber, Instant, SerialNumber};
use latchbook::smartbox::framing::fragments::{LINK, REQUEST, RESPONSE, SERVICE, link_value};
use latchbook::smartbox::framing::{Framing, Payload};
use latchbook::smartbox::protocol::VERSIONS;
use latchbook::smartbox::protocol::messages::{Request, Response, read_response, write_request};
use latchbook::smartbox::{Link, LinkError, Made, ReferenceBox};
use latchbook::ui::edge::bluetooth::{self, BluetoothLink};
use latchbook::ui::edge::serial::{self, SerialLink};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// A port whose streams break and come back as those of Web Serial do. `said` hears what is written.
const PORT: &str = r#"
const port = new EventTarget();
const source = () => { port.readable = new ReadableStream({ start(c) { port.source = c; } }); };
port.connected = true; port.log = []; port.readable = null; port.writable = null;
port.getInfo = () => ({ usbVendorId: 0x403, usbProductId: port.product ?? 1 });
port.open = async options => {
  port.log.push('open ' + options.baudRate);
  if (port.refuse) throw new DOMException('no', port.refuse);
  if (port.writable) throw new DOMException('open already', 'InvalidStateError');
  source();
  port.writable = new WritableStream({ write(chunk) { port.said(chunk); } });
};
port.close = async () => {
  if (port.readable?.locked || port.writable?.locked) throw new TypeError('locked');
  port.log.push('close'); port.readable = port.writable = null;
};
port.say = bytes => port.source.enqueue(bytes);
port.fail = name => {
  const broken = port.source;
  if (name === 'NetworkError') { port.readable = null; port.connected = false; } else source();
  broken.error(new DOMException('it failed', name));
};
return port;
"#;

/// A device with one service, which refuses a second operation while one is under way. `said` hears what is written.
const DEVICE: &str = r#"
const device = new EventTarget();
let busy = false;
device.id = 'id'; device.name = 'LB-0042'; device.log = []; device.missing = []; device.connections = 0;
const once = async (what, act) => {
  if (busy) throw new DOMException('GATT operation already in progress.', 'NetworkError');
  busy = true;
  await new Promise(done => setTimeout(done));
  busy = false;
  if (!device.gatt.connected) throw new DOMException('GATT Server is disconnected.', 'NetworkError');
  if (device.fails === what) throw new DOMException('it failed', device.failure);
  return act?.();
};
const characteristic = uuid => {
  const it = new EventTarget();
  it.readValue = () => once('read', () => new DataView(device.linkValue.buffer));
  it.startNotifications = () => once('notify', () => { device.response = it; return it; });
  it.writeValueWithResponse = bytes => once('write', () => { device.log.push('with'); device.said(bytes); });
  it.writeValueWithoutResponse = bytes => once('write', () => { device.log.push('without'); device.said(bytes); });
  return it;
};
const found = (uuid, thing) => once('find', () => {
  if (device.missing.includes(uuid)) throw new DOMException('none', 'NotFoundError');
  return thing;
});
device.gatt = {
  connected: false,
  connect: async () => {
    if (device.far) throw new DOMException('Connection failed for unknown reason.', 'NetworkError');
    device.connections++; device.gatt.connected = true; return device.gatt;
  },
  disconnect: () => {
    if (device.gatt.connected) { device.gatt.connected = false; device.dispatchEvent(new Event('gattserverdisconnected')); }
  },
  getPrimaryService: uuid => found(uuid, { getCharacteristic: uuid => found(uuid, characteristic(uuid)) }),
};
device.say = bytes => {
  // A part of a longer buffer, as the browser may hand it over.
  const all = new Uint8Array(bytes.length + 6); all.set(bytes, 3);
  device.response.value = new DataView(all.buffer, 3, bytes.length);
  device.response.dispatchEvent(new Event('characteristicvaluechanged'));
};
return device;
"#;

const NOON: Instant = Instant::from_ms(1_795_435_200_000);

fn hello(exchange: u32) -> Vec<u8> {
    write_request(exchange, &Request::Hello { versions: VERSIONS })
}

fn is_hello(answer: &[u8], to: u32) -> bool {
    matches!(read_response(answer), Ok((exchange, Response::Hello(_))) if exchange == to)
}

/// What becomes of what a box says.
type Spoil = Box<dyn FnMut(Vec<u8>) -> Vec<Vec<u8>>>;

/// A device of the browser's with a box behind it.
struct Fake {
    device: Object,
    spoil: Rc<RefCell<Spoil>>,
    /// How many messages reached the box.
    asked: Rc<RefCell<u32>>,
    _said: Closure<dyn FnMut(Uint8Array)>,
}

impl Fake {
    fn new(source: &str, mut framing: Framing) -> Self {
        let device: Object =
            Function::new_no_args(source).call0(&JsValue::UNDEFINED).expect("a device").unchecked_into();
        let (serial, bins) = (SerialNumber::parse("LB-0042").expect("one"), BinNumber::new(3).expect("1 to 99"));
        let mut smartbox = ReferenceBox::new(&Made::from_random(serial, &[7; 80]), bins, NOON);
        let spoil = Rc::new(RefCell::new(Box::new(|piece| vec![piece]) as Spoil));
        let asked = Rc::new(RefCell::new(0));
        let said = Closure::<dyn FnMut(Uint8Array)>::new({
            let (device, spoil, asked) = (device.clone(), spoil.clone(), asked.clone());
            move |bytes: Uint8Array| {
                for message in framing.feed(&bytes.to_vec()) {
                    *asked.borrow_mut() += 1;
                    for piece in framing.pieces(&smartbox.exchange(&message, NOON, &[9; 128]).0) {
                        for piece in spoil.borrow_mut()(piece) {
                            call(&device, "say", &Uint8Array::from(&piece[..]));
                        }
                    }
                }
            }
        });
        let fake = Self { device, spoil, asked, _said: said };
        fake.set("said", fake._said.as_ref());
        fake
    }

    fn port() -> Self {
        Self::new(PORT, Framing::serial())
    }

    fn gatt(payload: u16) -> Self {
        let payload = Payload::new(payload).expect("20 to 509");
        let fake = Self::new(DEVICE, Framing::gatt(payload));
        fake.set("linkValue", &Uint8Array::from(&link_value(payload, false)[..]));
        fake
    }

    fn set(&self, name: &str, value: &JsValue) {
        Reflect::set(&self.device, &name.into(), value).expect("an object");
    }

    fn get(&self, name: &str) -> JsValue {
        Reflect::get(&self.device, &name.into()).expect("an object")
    }

    fn log(&self) -> Vec<String> {
        Array::from(&self.get("log")).iter().filter_map(|entry| entry.as_string()).collect()
    }

    fn serial(&self) -> SerialLink {
        SerialLink::to(self.device.clone().unchecked_into())
    }

    fn bluetooth(&self) -> BluetoothLink {
        BluetoothLink::to(self.device.clone().unchecked_into())
    }

    fn spoil(&self, by: impl FnMut(Vec<u8>) -> Vec<Vec<u8>> + 'static) {
        *self.spoil.borrow_mut() = Box::new(by);
    }
}

fn call(device: &Object, method: &str, with: &JsValue) {
    let method: Function = Reflect::get(device, &method.into()).expect("an object").unchecked_into();
    method.call1(device, with).expect("it does");
}

#[wasm_bindgen_test]
async fn a_box_answers_over_a_cable_and_the_port_is_given_back() {
    let fake = Fake::port();
    let mut link = fake.serial();
    for exchange in 1..=3 {
        assert!(is_hello(&link.exchange(hello(exchange)).await.expect("an answer"), exchange));
    }
    link.close().await;
    assert_eq!(fake.log(), ["open 115200", "close"]);
    assert!(is_hello(&link.exchange(hello(4)).await.expect("an answer"), 4), "it opens again");
}

#[wasm_bindgen_test]
async fn errors_of_the_line_that_are_not_the_end_are_none() {
    let fake = Fake::port();
    let mut link = fake.serial();
    for (exchange, error) in (1..).zip(["BreakError", "FramingError", "ParityError", "BufferOverrunError"]) {
        link.open().await.expect("open");
        call(&fake.device, "fail", &error.into());
        assert!(is_hello(&link.exchange(hello(exchange)).await.expect("an answer"), exchange), "{error}");
    }
    assert_eq!(fake.log(), ["open 115200"]);
}

#[wasm_bindgen_test]
async fn what_is_lost_on_a_cable_is_asked_for_again() {
    let fake = Fake::port();
    let mut first = true;
    fake.spoil(move |piece| if std::mem::take(&mut first) { vec![b"noise".to_vec()] } else { vec![piece] });
    assert!(is_hello(&fake.serial().exchange(hello(1)).await.expect("an answer"), 1));
    assert_eq!(*fake.asked.borrow(), 2);
}

#[wasm_bindgen_test]
async fn a_cable_that_is_pulled_cuts_and_one_that_comes_back_goes_on() {
    let fake = Fake::port();
    let mut link = fake.serial();
    let device = fake.device.clone();
    fake.spoil(move |_| {
        call(&device, "fail", &"NetworkError".into());
        Vec::new()
    });
    assert_eq!(link.exchange(hello(1)).await, Err(LinkError::Cut));
    assert!(!link.is_there());
    fake.set("refuse", &"NetworkError".into());
    assert_eq!(link.exchange(hello(2)).await, Err(LinkError::OutOfRange));
    // Another kind of cable first, and then this one as a new port.
    let serial = Reflect::get(&leptos::prelude::window().navigator(), &"serial".into()).expect("this browser has it");
    let other = Fake::port();
    other.set("product", &2.into());
    let back = Fake::port();
    for port in [&other, &back] {
        let event = Function::new_with_args(
            "port",
            "const e = new Event('connect'); Object.defineProperty(e, 'target', { value: port }); return e;",
        );
        let event = event.call1(&JsValue::UNDEFINED, &port.device).expect("an event");
        call(serial.unchecked_ref(), "dispatchEvent", &event);
    }
    assert!(is_hello(&link.exchange(hello(3)).await.expect("an answer"), 3));
    assert!(other.log().is_empty());
}

#[wasm_bindgen_test]
async fn a_port_that_does_not_open_is_busy_or_refused() {
    let cases = [
        ("NetworkError", LinkError::Busy),
        ("InvalidStateError", LinkError::Busy),
        ("SecurityError", LinkError::Refused),
    ];
    for (name, expected) in cases {
        let fake = Fake::port();
        fake.set("refuse", &name.into());
        assert_eq!(fake.serial().exchange(hello(1)).await, Err(expected), "{name}");
    }
}

#[wasm_bindgen_test]
async fn a_link_that_is_dropped_gives_its_port_back() {
    let fake = Fake::port();
    let mut link = fake.serial();
    link.open().await.expect("open");
    drop(link);
    for _ in 0..50 {
        if fake.log().len() == 2 {
            break;
        }
        gloo_timers::future::TimeoutFuture::new(10).await;
    }
    assert_eq!(fake.log(), ["open 115200", "close"]);
}

#[wasm_bindgen_test]
async fn a_box_answers_over_bluetooth_at_every_payload() {
    for payload in [20, 185, 509] {
        let fake = Fake::gatt(payload);
        let mut link = fake.bluetooth();
        for exchange in 1..=3 {
            assert!(is_hello(&link.exchange(hello(exchange)).await.expect("an answer"), exchange));
        }
        assert_eq!(fake.get("connections"), 1);
        assert_eq!(fake.log(), ["with"; 3], "a message of one fragment is written with response");
        link.close();
        assert!(is_hello(&link.exchange(hello(4)).await.expect("an answer"), 4));
        assert_eq!(fake.get("connections"), 2);
    }
}

#[wasm_bindgen_test]
async fn of_many_fragments_every_eighth_and_the_last_are_written_with_response() {
    let fake = Fake::gatt(20);
    // Not a request, but a message: 19 fragments.
    fake.bluetooth().exchange(vec![0; 19 * 19 - 10]).await.expect("an answer");
    let with = [7, 15, 18];
    let expected: Vec<_> = (0..19).map(|at| if with.contains(&at) { "with" } else { "without" }).collect();
    assert_eq!(fake.log(), expected);
}

#[wasm_bindgen_test]
async fn a_connection_that_drops_cuts_and_the_next_exchange_connects_again() {
    let fake = Fake::gatt(100);
    let mut link = fake.bluetooth();
    assert!(is_hello(&link.exchange(hello(1)).await.expect("an answer"), 1));
    let gatt: Object = fake.get("gatt").unchecked_into();
    fake.spoil(move |_| {
        call(&gatt, "disconnect", &JsValue::UNDEFINED);
        Vec::new()
    });
    assert_eq!(link.exchange(hello(2)).await, Err(LinkError::Cut));
    fake.spoil(|piece| vec![piece]);
    assert!(is_hello(&link.exchange(hello(3)).await.expect("an answer"), 3));
    assert_eq!(fake.get("connections"), 2);
}

#[wasm_bindgen_test]
async fn each_thing_that_goes_wrong_over_bluetooth_has_its_own_error() {
    let fake = Fake::gatt(100);
    fake.set("far", &JsValue::TRUE);
    assert_eq!(fake.bluetooth().open().await, Err(LinkError::OutOfRange));
    for uuid in [SERVICE, REQUEST, RESPONSE, LINK] {
        let fake = Fake::gatt(100);
        fake.set("missing", &Array::of1(&uuid.into()));
        assert_eq!(fake.bluetooth().open().await, Err(LinkError::WrongDevice));
        assert_eq!(Reflect::get(&fake.get("gatt"), &"connected".into()), Ok(JsValue::FALSE), "it is given back");
    }
    for (value, expected) in [
        (&link_value(Payload::LEAST, true)[..], LinkError::Busy),
        (&[2, 20, 0, 0], LinkError::WrongDevice),
        (&[], LinkError::WrongDevice),
    ] {
        let fake = Fake::gatt(100);
        fake.set("linkValue", &Uint8Array::from(value));
        assert_eq!(fake.bluetooth().open().await, Err(expected));
    }
    for (what, name, expected) in [
        ("notify", "NotSupportedError", LinkError::WrongDevice),
        ("find", "SecurityError", LinkError::Refused),
        ("write", "NetworkError", LinkError::Busy),
    ] {
        let fake = Fake::gatt(100);
        fake.set("fails", &what.into());
        fake.set("failure", &name.into());
        assert_eq!(fake.bluetooth().exchange(hello(1)).await, Err(expected), "{what}");
    }
}

#[wasm_bindgen_test]
async fn fragments_that_come_garbled_every_time_are_garbled() {
    let fake = Fake::gatt(509);
    fake.spoil(|mut piece| {
        piece[3] ^= 1;
        vec![piece]
    });
    assert_eq!(fake.bluetooth().exchange(hello(1)).await, Err(LinkError::Garbled));
    assert_eq!(*fake.asked.borrow(), 3);
}

#[wasm_bindgen_test]
async fn a_browser_without_bluetooth_says_so_and_serial_ports_need_a_press() {
    if !bluetooth::is_supported() {
        assert!(matches!(bluetooth::choose().await, Err(LinkError::Unsupported)));
        assert!(matches!(bluetooth::known().await, Err(LinkError::Unsupported)));
    }
    assert!(serial::is_supported());
    assert!(matches!(serial::choose().await, Err(LinkError::Refused)));
    assert!(serial::known().await.is_ok());
}
