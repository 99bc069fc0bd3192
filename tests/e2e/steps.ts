import { expect, type Page } from "@playwright/test";

/** The day on which the calendars in tests/data begin to matter: a Monday, 10:00 in Lisbon. */
export const TODAY = new Date("2026-11-23T10:00:00Z");

/** The two widths at which everything works. */
export const SIZES = { "at a desk": { width: 1440, height: 900 }, "on a phone": { width: 390, height: 844 } };

/** Begins with the sample organization, at ten in the morning of TODAY. */
export async function sample(page: Page) {
  await page.clock.setFixedTime(TODAY);
  await page.goto("");
  await page.getByRole("button", { name: "Try it with sample data" }).click();
  await expect(page.getByRole("heading", { name: "Bookings", level: 1 })).toBeVisible();
}

/** Goes to a page by the menu; on a phone what does not fit into the bar is behind More. */
export async function open(page: Page, name: string) {
  const link = page.getByRole("link", { name: new RegExp(`^${name}\\b`) }).locator("visible=true").first();
  const more = page.getByRole("button", { name: "More", exact: true });
  // After a reload neither is there yet.
  await expect(link.or(more.locator("visible=true")).first()).toBeVisible();
  if (!(await link.isVisible())) await more.click();
  await link.click();
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
}

/** Opens something of + Add. */
export async function add(page: Page, name: string) {
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("menuitem", { name, exact: true }).click();
}

/** Types a code at the keypad of the page. */
export async function type(page: Page, digits: string) {
  for (const digit of digits) await page.getByRole("button", { name: digit, exact: true }).click();
  await page.getByRole("button", { name: "Enter", exact: true }).click();
}

/** Opens a SmartBox of the first location. */
export async function openBox(page: Page, name: string) {
  await open(page, "Locations");
  await page.getByRole("link", { name: /^Alfama/ }).first().click();
  await page.getByRole("link", { name: new RegExp(`^${name}`) }).click();
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
}

/** Delivers what a box is owed, and reads what happened there. */
export async function deliver(page: Page, name = "Alfama Courtyard") {
  await openBox(page, name);
  await page.getByRole("button", { name: "Deliver", exact: true }).click();
  await expect(page.getByRole("status").filter({ hasText: / delivered|nothing to deliver/i }).first()).toBeVisible();
}

/** Types a code at the box that is open, takes the key and closes the door. */
export async function pickUp(page: Page, code: string) {
  await type(page, code);
  await page.getByRole("button", { name: "Take the key" }).click();
  // The buttons change places then.
  await expect(page.getByText("You have the key")).toBeVisible();
  await page.getByRole("button", { name: "Close the door" }).click();
}

/** The code of the booking that is open. */
export async function codeOf(page: Page): Promise<string> {
  const code = await page.getByRole("region", { name: "Booking Code" }).locator(".code").textContent();
  expect(code).toMatch(/^\d{7}$/);
  return code ?? "";
}

/** Sets the clock so many minutes after the start of the sample. */
export async function at(page: Page, minutes: number) {
  await page.clock.setFixedTime(new Date(TODAY.getTime() + minutes * 60_000));
}

/** Makes a one-time booking, of Loft 4 unless another key is named, for somebody with an e-mail address. */
export async function book(page: Page, name: string, email: string, from = "2026-12-10T15:00", to = "2026-12-12T11:00", key = "Loft 4") {
  await add(page, "One-Time Booking");
  await page.getByLabel("Key", { exact: true }).selectOption({ label: key });
  await page.getByLabel("Visitor’s Name").fill(name);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Start Date").fill(from);
  await page.getByLabel("End Date").fill(to);
  await page.getByLabel("Return Key Reminder").check();
  await page.getByRole("button", { name: "Save Booking" }).click();
  await expect(page.getByRole("heading", { name, exact: true })).toBeVisible();
}

/** Sends the message that waits on the page, by the device's own program. */
export async function send(page: Page, button: string) {
  await page.getByRole("button", { name: button, exact: true }).first().click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("link", { name: "Open Mail Program" })).toHaveAttribute("href", /^mailto:/);
  // The program itself is not there: what it would be opened with is what counts.
  await dialog.getByRole("link", { name: "Open Mail Program" }).evaluate((link) => {
    link.addEventListener("click", (event) => event.preventDefault());
    (link as HTMLElement).click();
  });
  await dialog.getByRole("button", { name: "It Went Out" }).click();
  await expect(dialog.getByText("Sent", { exact: true })).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).click();
}
