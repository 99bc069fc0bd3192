import type { Page } from "@playwright/test";
import { expect, GATT, test } from "./smartbox";

// The links alone, with a program behind them that says what it hears; the app has no part in it.

/** A page of the app's origin with a button, for a list of devices is only shown to somebody who presses one. */
async function blank(page: Page) {
  await page.route("**/a-button", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><button>Go</button>" }));
  await page.goto("a-button");
}

/** Makes the next press of the button do something; what comes of it is answered later. */
async function onPress(page: Page, act: (argument: any) => unknown, argument?: unknown) {
  await page.evaluate(
    ([source, argument]) => {
      const act = new Function(`return (${source})`)();
      const button = document.querySelector("button")!;
      (window as any).outcome = new Promise((resolve) => {
        button.onclick = () => Promise.resolve(act(argument)).then(resolve, (error) => resolve(`${error.name}`));
      });
    },
    [act.toString(), argument] as const,
  );
}

const press = (page: Page) => page.getByRole("button", { name: "Go" }).click();
const outcome = (page: Page) => page.evaluate(() => (window as any).outcome);

test.describe("Bluetooth", () => {
  const request = async (service: string) => {
    const device = await (navigator as any).bluetooth.requestDevice({ filters: [{ services: [service] }] });
    (window as any).device = device;
    return device.name;
  };

  /** Connects, and counts from now what comes and how often the link is lost. */
  const connect = (page: Page) =>
    page.evaluate(async (GATT) => {
      const the = window as any;
      the.lost = new Promise((resolve) => the.device.addEventListener("gattserverdisconnected", resolve, { once: true }));
      const server = await the.device.gatt.connect();
      const service = await server.getPrimaryService(GATT.service);
      the.request = await service.getCharacteristic(GATT.request);
      the.response = await service.getCharacteristic(GATT.response);
      the.heard = [];
      the.response.addEventListener("characteristicvaluechanged", (event: any) => {
        the.heard.push([...new Uint8Array(event.target.value.buffer)]);
      });
      await the.response.startNotifications();
      const link = await (await service.getCharacteristic(GATT.link)).readValue();
      return [...new Uint8Array(link.buffer)];
    }, GATT);

  const write = (page: Page, bytes: number[], how = "writeValueWithoutResponse") =>
    page.evaluate(([bytes, how]) => (window as any).request[how](new Uint8Array(bytes)), [bytes, how] as const);

  const heard = (page: Page) => expect.poll(() => page.evaluate(() => (window as any).heard));

  test("carries bytes, is lost and found again, and needs to be allowed only once", async ({ bluetoothBox }) => {
    const box = await bluetoothBox({ program: "echo", mtu: 100, link: new Uint8Array([1, 97]) });
    let page = box.page;
    await blank(page);

    // The person cancels, then chooses.
    await onPress(page, request, GATT.service);
    await box.choose(() => press(page), "cancel");
    expect(await outcome(page)).toBe("NotFoundError");
    await onPress(page, request, GATT.service);
    await box.choose(() => press(page));
    expect(await outcome(page)).toBe(box.name);
    expect(box.choosers).toBe(2);

    // There and back, byte for byte, equal ones after each other too.
    expect(await connect(page)).toEqual([1, 97]);
    const longest = Array.from({ length: 97 }, (_, i) => (i * 3) & 0xff);
    await write(page, [0, 255, 1]);
    await write(page, [0, 255, 1], "writeValueWithResponse");
    await write(page, longest);
    await heard(page).toEqual([[0, 255, 1], [0, 255, 1], longest]);

    // The link drops; connecting fails once, then the same objects serve again.
    await box.drop();
    await page.evaluate(() => (window as any).lost);
    await box.refuse(1);
    await expect(connect(page)).rejects.toThrow("NetworkError");
    await connect(page);
    await box.busy(1);
    await expect(write(page, [1])).rejects.toThrow("NetworkError");
    await write(page, [2]);
    await heard(page).toEqual([[2]]);

    // One more write passes, and its answer does not.
    await box.dropAfter({ notifications: 0 });
    await write(page, [3]);
    await page.evaluate(() => (window as any).lost);
    await heard(page).toEqual([[2]]);

    // The box loses its power; after that its keypad answers, while no link is up.
    await box.reboot();
    expect(await box.press("12")).toEqual(["heard press 1", "heard press 2", "heard press enter"]);

    // Allowed once, allowed after a reload and in the next browser. No list is shown.
    const again = () =>
      page.evaluate(async () => {
        const [device] = await (navigator as any).bluetooth.getDevices();
        return ((window as any).device = device).name;
      });
    await page.reload();
    expect(await again()).toBe(box.name);
    await connect(page);
    await write(page, [4]);
    await heard(page).toEqual([[4]]);
    page = await box.restart();
    await blank(page);
    expect(await again()).toBe(box.name);
    await connect(page);
    await write(page, [5]);
    await heard(page).toEqual([[5]]);
    expect(box.choosers).toBe(0);

    // Out of range, and back.
    await box.away();
    await page.evaluate(() => (window as any).lost);
    await expect(connect(page)).rejects.toThrow("NetworkError");
    await box.near();
    await expect(async () => void (await connect(page))).toPass();
  });
});

test.describe("Serial", () => {
  const request = async () => {
    const the = window as any;
    the.port = await (navigator as any).serial.requestPort({ filters: [{ usbVendorId: 0x0403 }] });
    return the.port.getInfo();
  };

  /** Opens the port, and keeps what comes until it is lost. */
  const open = (page: Page) =>
    page.evaluate(async () => {
      const the = window as any;
      await the.port.open({ baudRate: 115200 });
      the.heard = [];
      the.writer = the.port.writable.getWriter();
      the.lost = (async () => {
        for (const reader = the.port.readable.getReader(); ; ) {
          try {
            the.heard.push(...(await reader.read()).value);
          } catch (error: any) {
            return error.name;
          }
        }
      })();
    });

  const write = (page: Page, bytes: number[]) =>
    page.evaluate((bytes) => (window as any).writer.write(new Uint8Array(bytes)), bytes);

  const heard = (page: Page) => expect.poll(() => page.evaluate(() => (window as any).heard));

  /** Takes the port that the person allowed before, and listens for the cable. */
  const again = (page: Page) =>
    page.evaluate(async () => {
      const the = window as any;
      const { serial } = navigator as any;
      if (!the.news) {
        the.news = [];
        for (const kind of ["connect", "disconnect"]) serial.addEventListener(kind, () => the.news.push(kind));
      }
      const ports = await serial.getPorts();
      the.port = ports[0];
      return ports.length;
    });

  test("carries bytes, is pulled and plugged in again, and needs to be allowed only once", async ({ serialBox }) => {
    const box = await serialBox({ program: "echo" });
    let page = box.page;
    await blank(page);
    expect(await again(page)).toBe(0);

    await onPress(page, request);
    await box.choose(() => press(page), "cancel");
    expect(await outcome(page)).toBe("NotFoundError");
    await onPress(page, request);
    await box.choose(() => press(page));
    expect(await outcome(page)).toEqual({ usbVendorId: 0x0403, usbProductId: 0x6001 });

    // There and back, byte for byte: those too that a terminal makes something else of.
    await open(page);
    const bytes = Array.from({ length: 256 }, (_, i) => i);
    await write(page, bytes);
    await heard(page).toEqual(bytes);

    // The cable is pulled; nothing is lost at the box but what was under way.
    await again(page);
    await box.pull();
    expect(await page.evaluate(() => (window as any).lost)).toBe("NetworkError");
    await expect.poll(() => page.evaluate(() => (window as any).news)).toEqual(["disconnect"]);
    expect(await again(page)).toBe(0);
    expect(await box.press("1")).toEqual(["heard press 1", "heard press enter"]);
    await box.reboot();
    await box.plug();
    await expect.poll(() => page.evaluate(() => (window as any).news)).toEqual(["disconnect", "connect"]);
    expect(await again(page)).toBe(1);
    await open(page);

    // A byte is spoilt on its way, and later the cable is pulled in the middle of an answer.
    await box.spoilAfter({ toBox: 1 });
    await write(page, [1, 2, 3]);
    await heard(page).toEqual([1, 2 ^ 0xff, 3]);
    await box.pullAfter({ toApp: 2 });
    await write(page, [4, 5, 6]);
    expect(await page.evaluate(() => (window as any).lost)).toBe("NetworkError");
    await heard(page).toEqual([1, 2 ^ 0xff, 3, 4, 5]);
    await box.plug();

    // Allowed once, allowed after a reload and in the next browser.
    await page.reload();
    await expect.poll(() => again(page)).toBe(1);
    await open(page);
    await write(page, [7]);
    await heard(page).toEqual([7]);
    page = await box.restart();
    await blank(page);
    expect(await again(page)).toBe(1);
    await open(page);
    await write(page, [8]);
    await heard(page).toEqual([8]);
  });
});
