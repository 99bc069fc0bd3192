import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./smartbox";
import type { Box } from "./smartbox/box";
import { TODAY, add, book, codeOf, deliver, open, openBox, sample } from "./steps";
import { test as plain } from "./fixtures";

// What goes to a box in somebody's hands: a technician's device, files, and a box with a reader.

/** The file that a press saves. */
async function saved(press: Locator): Promise<string> {
  const [download] = await Promise.all([press.page().waitForEvent("download"), press.click()]);
  return await download.path();
}

/** Opens a file in the dialog that is there. */
const openFile = (page: Page, file: string) => page.getByRole("dialog").or(page.getByRole("main")).getByLabel("Open File").last().setInputFiles(file);

/** Everything that an origin keeps, as text in which any of its bytes would be found. */
const stored = (page: Page) =>
  page.evaluate(async () => {
    const parts: string[] = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie];
    const text = (value: unknown): string => {
      if (value instanceof Uint8Array) return new TextDecoder("latin1").decode(value);
      if (value instanceof ArrayBuffer) return text(new Uint8Array(value));
      if (value && typeof value === "object") return Object.entries(value).map(([key, value]) => key + text(value)).join();
      return String(value);
    };
    for (const { name } of await indexedDB.databases()) {
      const open = indexedDB.open(name!);
      const database = await new Promise<IDBDatabase>((resolve) => (open.onsuccess = () => resolve(open.result)));
      for (const store of database.objectStoreNames) {
        const all = database.transaction(store).objectStore(store);
        const [keys, values] = [all.getAllKeys(), all.getAll()];
        await new Promise((resolve) => (values.onsuccess = resolve));
        parts.push(...keys.result.map(text), ...values.result.map(text));
      }
      database.close();
    }
    for (const name of await caches.keys()) parts.push(name);
    return parts.join("\n");
  });

/** Lets a device in that asks by file; answers the file for it. */
async function enrol(office: Page, asks: string, role: string, words: string): Promise<string> {
  await open(office, "Settings");
  await office.getByRole("button", { name: "Enrol a Device" }).click();
  await openFile(office, asks);
  const dialog = office.getByRole("dialog", { name: "Enrol a Device" });
  await expect(dialog.getByText(words)).toBeVisible();
  await dialog.getByLabel("Role").selectOption({ label: role });
  await dialog.getByRole("button", { name: "Enrol", exact: true }).click();
  const answer = await saved(dialog.getByRole("button", { name: "Save File" }));
  await dialog.getByRole("button", { name: "Done" }).click();
  return answer;
}

/** Asks to join under a name; answers the file, and what both screens must show. */
async function ask(page: Page, name: string): Promise<[file: string, words: string]> {
  await page.clock.setFixedTime(TODAY);
  await page.getByLabel("What this device is called").fill(name);
  await page.getByRole("button", { name: "Ask to Join" }).click();
  const words = await page.locator(".fingerprint").textContent();
  // A reload loses nothing of it.
  await page.reload();
  await expect(page.getByText(words!)).toBeVisible();
  return [await saved(page.getByRole("button", { name: "Save File" })), words!];
}

test("a technician’s device carries a booking to a box and its events back, and holds neither code nor name", async ({ serialBox, baseURL }) => {
  test.slow();
  const box: Box = await serialBox({ args: ["--serial-number", "LB-0001"] });
  const office = box.page;
  await sample(office);
  await add(office, "SmartBox");
  const adding = office.getByRole("dialog", { name: "Add SmartBox" });
  await adding.getByLabel("Kind").selectOption({ label: "On a wall" });
  await adding.getByLabel("Name").fill("Gate");
  await adding.getByLabel("Location").selectOption({ label: "Alfama" });
  await adding.getByLabel("Secret on its label").fill(JSON.parse(await box.tell("state")).qr);
  await adding.getByLabel("Reach it by").selectOption({ label: "A cable" });
  await box.choose(() => adding.getByRole("button", { name: "Add SmartBox" }).click());
  await expect(office.getByRole("status").filter({ hasText: /delivered|nothing to deliver/i }).first()).toBeVisible();
  await add(office, "Key");
  const keyed = office.getByRole("dialog");
  await keyed.getByLabel("Name").fill("Boathouse");
  await keyed.getByLabel("Home").selectOption({ label: "Alfama" });
  await keyed.getByRole("button", { name: "Add Key" }).click();
  await expect(office.getByRole("heading", { name: "Boathouse" }).first()).toBeVisible();
  await box.tell(`put 2 ${office.url().split("/").pop()}`);
  await book(office, "Adalgisa Reis", "ada.reis@example.com", "2026-11-23T09:00", "2026-11-25T11:00", "Boathouse");
  const booking = office.url();
  const code = await codeOf(office);

  // Another origin of the same server: another device, as far as a browser keeps things apart.
  const phone = await box.context.newPage();
  await phone.clock.setFixedTime(TODAY);
  await phone.goto(baseURL!.replace("localhost", "127.0.0.1"));
  const [asks, words] = await ask(phone, "Rui’s phone");
  const answer = await enrol(office, asks, "Technician", words);
  // What is for another kind of hands says so.
  await openFile(phone, asks);
  await expect(phone.getByText(/This asks to be let in/)).toBeVisible();
  await openFile(phone, answer);
  await expect(phone.getByText(/a technician’s device of/)).toBeVisible();
  await expect(phone.getByText("No SmartBox yet")).toBeVisible();

  await open(office, "Field");
  await office.getByRole("button", { name: "Give to a Courier" }).click();
  const parcel = await saved(office.getByRole("dialog").getByRole("button", { name: "Save File" }));
  await office.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  await office.goto(booking);
  await expect(office.getByText("On a courier").locator("visible=true").first()).toBeVisible();

  // A box with a reader would take the file as it is; this one says that it did.
  expect(JSON.parse(await box.tell(`reader ${parcel} ${parcel}.back`))).toMatchObject({ ok: true });
  expect(JSON.parse(await box.tell(`reader ${parcel}.back ${parcel}.none`))).toMatchObject({ ok: false });

  await phone.getByRole("button", { name: "Take from the Office" }).click();
  await openFile(phone, parcel);
  await expect(phone.getByText("envelope to deliver").first()).toBeVisible();
  await box.choose(() => phone.getByRole("button", { name: "Connect to Gate" }).click());
  await expect(phone.getByText("The box is right")).toBeVisible();
  const did = (await box.press(code)).map((line) => JSON.parse(line));
  expect(did.at(-1).screen).toMatchObject({ shows: "Opened", bin: 2 });
  await box.tell("take 2");
  await box.tell("close 2");
  await phone.reload();
  await phone.getByRole("button", { name: "Connect to Gate" }).click();
  await expect(phone.getByText("The box is right")).toBeVisible();

  const all = await stored(phone);
  for (const secret of ["Adalgisa", "Reis", "example.com", "Boathouse", code, `${code.slice(0, 3)} ${code.slice(3)}`]) {
    expect(all, "what a technician’s device keeps").not.toContain(secret);
  }
  expect(all).toContain("Gate");
  expect(all).toContain("Alfama");

  await phone.getByRole("button", { name: "Give to the Office" }).click();
  const back = await saved(phone.getByRole("dialog").getByRole("button", { name: "Save File" }));
  await open(office, "Field");
  await office.getByRole("button", { name: "Take from a Courier" }).click();
  await openFile(office, back);
  await expect(office.getByText(/Gate: it confirmed .* Read back/)).toBeVisible();
  await office.goto(booking);
  await expect(office.getByText(/Gate, bin 2/).locator("visible=true").first()).toBeVisible();

  // Its time can be made longer: it asks again, as the same device.
  await phone.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  await phone.getByRole("button", { name: "This Device" }).click();
  await phone.getByRole("button", { name: "Ask Again" }).click();
  const asksAgain = await saved(phone.getByRole("dialog").getByRole("button", { name: "Save File" }));
  await openFile(phone, await enrol(office, asksAgain, "Technician", words));
  await expect(phone.getByText("This device is let in again.")).toBeVisible();

  // Revoked, it is let in no more once the box has heard of it.
  await open(office, "Settings");
  await office.getByRole("button", { name: "Revoke Rui’s phone" }).click();
  await office.getByRole("dialog").getByRole("button", { name: "Revoke Device" }).click();
  await expect(office.getByText("Revoked", { exact: true })).toBeVisible();
  await open(office, "Field");
  await office.getByRole("button", { name: "Connect to Gate" }).click();
  await expect(office.getByRole("status").filter({ hasText: /delivered|nothing to deliver/i }).first()).toBeVisible();
  await phone.getByRole("button", { name: "Connect to Gate" }).click();
  await expect(phone.getByText(/the device is revoked/)).toBeVisible();
});

plain("a front desk joins with all that is here, and makes a booking with codes of its own", async ({ page, context, baseURL }) => {
  plain.slow();
  await sample(page);
  const desk = await context.newPage();
  await desk.goto(baseURL!.replace("localhost", "127.0.0.1"));
  const [asks, words] = await ask(desk, "Reception");
  await openFile(desk, await enrol(page, asks, "Front desk", words));
  await expect(desk.getByRole("heading", { name: "Bookings", level: 1 })).toBeVisible();
  await book(desk, "Bia Nunes", "bia@example.com");
  await codeOf(desk);
  await desk.reload();
  await expect(desk.getByRole("heading", { name: "Bia Nunes" })).toBeVisible();
  // It lets nobody in.
  await open(desk, "Settings");
  await expect(desk.getByText("Reception").first()).toBeVisible();
  await expect(desk.getByRole("button", { name: "Enrol a Device" })).toBeHidden();
  await expect(desk.getByLabel("Organization’s name")).toBeHidden();
  await desk.getByRole("button", { name: "Add", exact: true }).click();
  await expect(desk.getByRole("menuitem", { name: "Alias Code" })).toBeVisible();
  await expect(desk.getByRole("menuitem", { name: "SmartBox" })).toBeHidden();
});

plain("a box with a reader takes a file, and what it gives back is taken in, twice if need be", async ({ page }) => {
  await sample(page);
  await deliver(page);
  await book(page, "Ada Reis", "ada.reis@example.com", "2026-11-23T15:00", "2026-11-25T11:00", "Boat Shed");
  await openBox(page, "Alfama Courtyard");
  const choose = async (name: string) => {
    await page.getByRole("button", { name: "Files" }).click();
    await page.getByRole("menuitem", { name }).click();
  };
  await choose("Export for Box");
  const parcel = await saved(page.getByRole("dialog").getByRole("button", { name: "Save File" }));
  await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  await choose("Hold a File to the Reader");
  await openFile(page, parcel);
  const back = await saved(page.getByRole("dialog").getByRole("button", { name: "Save File" }));
  await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  for (const says of [/Alfama Courtyard: it confirmed .* Read back/, /0 events are new/]) {
    await choose("Import from Box");
    await openFile(page, back);
    await expect(page.getByRole("dialog").getByText(says)).toBeVisible();
    await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  }
  await expect(page.getByText(/up to date|nothing to deliver|knows everything/i).first()).toBeVisible();
  // A parcel is nothing that comes back, and what is none of Latchbook's is nothing at all.
  await choose("Import from Box");
  await openFile(page, parcel);
  await expect(page.getByText(/This is for boxes/)).toBeVisible();
  await page.getByLabel("Or paste its text").fill("https://example.com");
  await expect(page.getByText(/nothing of Latchbook’s/)).toBeVisible();
});

plain("the recovery sheet is shown until it is printed, and never again", async ({ page }) => {
  await sample(page);
  await open(page, "Settings");
  await page.getByRole("button", { name: "Recovery Sheet" }).click();
  const lines = page.locator(".sheet-lines code");
  await expect(lines).toHaveCount(4);
  for (const line of await lines.allTextContents()) expect(line).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){6}$/);
  await page.getByRole("button", { name: "It Is Printed" }).click();
  await page.reload();
  await page.getByRole("button", { name: "Recovery Sheet" }).click();
  await expect(page.getByText(/has forgotten what stands on it/)).toBeVisible();
  await expect(lines).toHaveCount(0);
});
