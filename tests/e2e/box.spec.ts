import { expect, GATT, test } from "./smartbox";
import type { Box } from "./smartbox/box";
import { add, book, codeOf, open, sample } from "./steps";

// A SmartBox on a wall, from its label to a key that was picked up, through the browser's real Bluetooth and a real serial port.

type State = {
  qr: string;
  paired: boolean;
  grants: number;
  bins: { bin: number; enabled: boolean; open: boolean; key: string | null }[];
  screen: { shows: string };
  log: { next: number; first_held: number };
};

const state = async (box: Box): Promise<State> => JSON.parse(await box.tell("state"));

/** Adds the box with the QR code of its label, which the program tells as a scanner would. */
async function pair(box: Box, by: string) {
  const page = box.page;
  await add(page, "SmartBox");
  const dialog = page.getByRole("dialog", { name: "Add SmartBox" });
  await dialog.getByLabel("Kind").selectOption({ label: "On a wall" });
  await dialog.getByLabel("Name").fill("Gate");
  await dialog.getByLabel("Location").selectOption({ label: "Alfama" });
  await dialog.getByLabel("Secret on its label").fill((await state(box)).qr);
  await expect(dialog.getByLabel("Serial number")).toHaveValue("LB-0001");
  await dialog.getByLabel("Reach it by").selectOption({ label: by });
  await box.choose(() => dialog.getByRole("button", { name: "Add SmartBox" }).click());
  await expect(page.getByRole("heading", { name: "Gate", level: 1 })).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: /delivered|nothing to deliver/i }).first()).toBeVisible();
  expect((await state(box)).paired).toBe(true);
}

/** Adds a key, and hangs it into a bin as a hand does. */
async function hang(box: Box, name: string, bin: number) {
  await add(box.page, "Key");
  const dialog = box.page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Home").selectOption({ label: "Alfama" });
  await dialog.getByRole("button", { name: "Add Key" }).click();
  await expect(box.page.getByRole("heading", { name, level: 2 }).or(box.page.getByRole("heading", { name, level: 1 }))).toBeVisible();
  const key = box.page.url().split("/").pop()!;
  await box.tell(`put ${bin} ${key}`);
}

/** Visits the box from Field with one press. */
async function visit(box: Box) {
  await open(box.page, "Field");
  await box.page.getByRole("button", { name: "Connect to Gate" }).click();
}

const visited = (box: Box) =>
  expect(box.page.getByRole("status").filter({ hasText: /delivered|nothing to deliver/i }).first()).toBeVisible();

/** The whole way of a key; `breaks` cuts the link in the middle of a visit, and mends it. */
async function walk(box: Box, by: string, breaks: () => Promise<void>, mends: () => Promise<void>) {
  const page = box.page;
  await sample(page);
  await pair(box, by);
  await hang(box, "Shed", 2);
  await book(page, "Ada Reis", "ada.reis@example.com", "2026-11-23T09:00", "2026-11-25T11:00", "Shed");
  const code = await codeOf(page);

  // The link is cut half-way, and taken up again.
  const before = (await state(box)).grants;
  await breaks();
  await visit(box);
  await expect(page.getByText("The visit broke off")).toBeVisible({ timeout: 60_000 });
  await mends();
  await page.getByRole("button", { name: "Deliver again" }).click();
  await visited(box);
  expect((await state(box)).grants).toBe(before + 1);

  const did = (await box.press(code)).map((line) => JSON.parse(line));
  expect(did.at(-1).screen).toMatchObject({ shows: "Opened", bin: 2 });
  await box.tell("take 2");
  await box.tell("close 2");

  // After a reload nobody is asked which box it is.
  await page.reload();
  await visit(box);
  await visited(box);
  await open(page, "Bookings");
  await page.getByRole("option", { name: /Ada Reis/ }).click();
  await expect(page.getByText(/Picked up/).locator("visible=true").first()).toBeVisible();
  await expect(page.getByText(/Gate, bin 2/).locator("visible=true").first()).toBeVisible();
  const { log } = await state(box);
  expect(log.first_held, "all of its log is in the journal").toBe(log.next);
}

test("over Bluetooth: paired, told of a booking, lost half-way, and the pick-up is seen", async ({ bluetoothBox }) => {
  test.slow();
  const box = await bluetoothBox({ args: ["--serial-number", "LB-0001"] });
  await walk(
    box,
    "Bluetooth",
    async () => {
      await box.dropAfter({ notifications: 3 });
      await box.refuse(9);
    },
    () => box.refuse(0),
  );
  expect(box.choosers, "chosen once").toBe(1);
});

test("over a cable: paired, told of a booking, pulled half-way, and the pick-up is seen", async ({ serialBox }) => {
  test.slow();
  const box = await serialBox({ args: ["--serial-number", "LB-0001"] });
  await walk(
    box,
    "A cable",
    () => box.pullAfter({ toApp: 300 }),
    () => box.plug(),
  );
});

/** Has the box do something by its menu, and says yes to what will happen. */
async function command(box: Box, name: string, bin?: string) {
  await box.page.getByRole("button", { name: "Commands" }).click();
  await box.page.getByRole("menuitem", { name }).click();
  const dialog = box.page.getByRole("dialog", { name });
  if (bin) await dialog.getByLabel("Bin", { exact: true }).selectOption({ label: bin });
  await dialog.getByRole("button", { name }).click();
}

const said = (box: Box, words: string | RegExp) =>
  expect(box.page.getByRole("status").filter({ hasText: words }).first()).toBeVisible({ timeout: 60_000 });

test("over Bluetooth: a bin is opened and put out of service, and the box is reset once a hand was on it", async ({ bluetoothBox }) => {
  test.slow();
  const box = await bluetoothBox({ args: ["--serial-number", "LB-0001"] });
  await sample(box.page);
  await pair(box, "Bluetooth");
  expect(box.page.getByRole("menuitem", { name: "Begin a New Log" })).toBeHidden();

  await command(box, "Open a Bin", "Bin 2");
  await said(box, "Bin 2 was opened.");
  expect((await state(box)).bins[1]).toMatchObject({ bin: 2, open: true });
  await command(box, "Disable a Bin", "Bin 3");
  await said(box, "Bin 3 was taken out of service.");
  expect((await state(box)).bins[2]).toMatchObject({ bin: 3, enabled: false });
  await command(box, "Set Clock");
  await said(box, "Its clock was set.");

  await command(box, "Factory Reset");
  await said(box, /The box was not reset.*press the service button inside the box/);
  expect((await state(box)).paired).toBe(true);
  await box.tell("service");
  await box.page.getByRole("button", { name: "Try again" }).click();
  await said(box, "The box was reset.");
  expect((await state(box)).paired).toBe(false);

  await box.page.getByRole("button", { name: "Connect", exact: true }).click();
  await said(box, "The box belongs to nobody yet, or was reset.");
  await open(box.page, "Activity");
  await expect(box.page.getByText("had bin 2 opened.")).toBeVisible();
  await expect(box.page.getByText("Bin 3 went out of service.")).toBeVisible();
  expect(box.choosers, "chosen once").toBe(1);
});

test("over Bluetooth: what goes wrong on the way is said in a word of its own", async ({ bluetoothBox }) => {
  test.slow();
  const box = await bluetoothBox({ args: ["--serial-number", "LB-0001"] });
  const connect = box.page.getByRole("button", { name: "Connect", exact: true });
  await sample(box.page);
  await pair(box, "Bluetooth");

  await box.away();
  await connect.click();
  await said(box, "The box is out of reach.");
  await box.near();

  await box.power(false);
  await connect.click();
  await said(box, "Bluetooth is off, or this device has none.");
  await box.power(true);

  // A phone that forgot which box it is asks, and a person may choose none.
  await box.page.evaluate(async () => {
    for (const device of await (navigator as any).bluetooth.getDevices()) await device.forget();
  });
  await box.choose(() => connect.click(), "cancel");
  await said(box, "No box was chosen.");
});

for (const [what, options, words] of [
  ["another phone talks to it", { link: new Uint8Array([1, 244, 0, 1]) }, "The box is talking to another phone"],
  ["it speaks another protocol", { link: new Uint8Array([9, 244, 0, 0]) }, "That device is no SmartBox this app can talk to."],
  ["it lacks what a box has", { gatt: { response: GATT.link.replace("b703", "b709") } }, "That device is no SmartBox this app can talk to."],
  ["it has another label", { args: ["--serial-number", "LB-0002"] }, "Another box answered: LB-0002, where LB-0001 was meant."],
] as const) {
  test(`over Bluetooth: ${what}, and the visit says so`, async ({ bluetoothBox }) => {
    const box = await bluetoothBox({ args: ["--serial-number", "LB-0001"], ...options } as any);
    const page = box.page;
    await sample(page);
    await add(page, "SmartBox");
    const dialog = page.getByRole("dialog", { name: "Add SmartBox" });
    await dialog.getByLabel("Kind").selectOption({ label: "On a wall" });
    await dialog.getByLabel("Name").fill("Gate");
    await dialog.getByLabel("Secret on its label").fill("0000-0000-0000-0000-0000-0000-0000");
    await dialog.getByLabel("Serial number").fill("LB-0001");
    await box.choose(() => dialog.getByRole("button", { name: "Add SmartBox" }).click());
    await said(box, words);
  });
}
