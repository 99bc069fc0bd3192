import { readFileSync } from "node:fs";
import { expect, test } from "./fixtures";
import { codeOf, deliver, open, pickUp, sample } from "./steps";

const calendar = (name: string) => new URL(`../data/calendars/${name}`, import.meta.url).pathname;

test("a booking comes from a real calendar, is kept in the browser, and opens a SmartBox", async ({ page }) => {
  await sample(page);

  // Import airbnb.ics onto a key.
  await open(page, "Keys");
  await page.getByRole("option", { name: /Loft 4/ }).click();
  await page.getByRole("button", { name: "More about this key" }).click();
  await page.getByRole("menuitem", { name: "Import Calendar" }).click();
  await page.getByLabel("Choose a calendar file").setInputFiles(calendar("airbnb.ics"));
  await expect(page.getByRole("heading", { name: "New bookings (7)" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "No change (2)" })).toBeVisible();
  await page.getByRole("button", { name: "Import: make 7" }).click();
  await expect(page.getByText("Calendar imported.")).toBeVisible();

  // The one that runs now has a code. It came on 20 November and goes on the 23rd at 11:00.
  await page.getByRole("link", { name: /HMQ4T9XK2B/ }).click();
  await expect(page.getByRole("heading", { name: /HMQ4T9XK2B/ })).toBeVisible();
  const code = await codeOf(page);
  const booking = page.url();

  // Deliver it to the box that holds the key, and type it there.
  await deliver(page);
  await pickUp(page, code);
  await expect(page.getByText("on the box only").first()).toBeVisible();
  await page.getByRole("button", { name: "Deliver", exact: true }).click();
  await expect(page.getByText("on the box only")).toHaveCount(0);

  // The booking says so: picked up, by which box, and when.
  await page.goto(booking);
  await expect(page.getByText(/Picked up today 10:00/).first()).toBeVisible();
  await expect(page.getByText(/Alfama Courtyard/).first()).toBeVisible();

  // After a reload everything is still there.
  await page.reload();
  await expect(page.getByRole("heading", { name: /HMQ4T9XK2B/ })).toBeVisible();
  await expect(page.getByText(/Picked up today 10:00/).first()).toBeVisible();

  // The same file again changes nothing.
  await open(page, "Keys");
  await page.getByRole("option", { name: /Loft 4/ }).click();
  await page.getByRole("button", { name: "More about this key" }).click();
  await page.getByRole("menuitem", { name: "Import Calendar" }).click();
  await page.getByLabel("Choose a calendar file").setInputFiles(calendar("airbnb.ics"));
  await expect(page.getByRole("heading", { name: "No change (9)" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Nothing to Import" })).toHaveAttribute("aria-disabled", "true");

  // And Activity tells it, with the facts behind.
  await open(page, "Activity");
  await expect(page.getByText(/picked up Loft 4 at Alfama Courtyard/).first()).toBeVisible();
  await page.getByText("Facts", { exact: true }).first().click();
  await expect(page.getByText("Follows").first()).toBeVisible();
});

test("a calendar that is dropped on the page is previewed, and what can't be is refused with the nearest times", async ({ page }) => {
  await sample(page);
  await open(page, "Keys");
  await page.getByRole("option", { name: /Cellar/ }).click();
  await expect(page.getByRole("heading", { name: "Cellar" })).toBeVisible();
  const text = readFileSync(calendar("google-fleet.ics"), "utf8");
  const data = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "google-fleet.ics", { type: "text/calendar" }));
    return data;
  }, text);
  for (const kind of ["dragenter", "dragover", "drop"]) await page.dispatchEvent("body", kind, { dataTransfer: data });
  await expect(page.getByRole("heading", { name: "Import Calendar" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "New bookings (2)" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "For you to choose (1)" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Can’t be imported (2)" })).toBeVisible();
  await expect(page.getByText(/Choose 00:59 or earlier, or 02:00 or later/)).toBeVisible();
  await expect(page.getByText(/is not after its start/)).toBeVisible();
  await expect(page.getByText("Cancelled, and never booked here.")).toBeVisible();
});

test("where the service does not say what is a reservation, the user chooses", async ({ page }) => {
  await sample(page);
  await page.goto("import");
  await page.getByLabel("Key", { exact: true }).selectOption({ label: "Loft 4" });
  await page.getByLabel("Choose a calendar file").setInputFiles(calendar("booking-com.ics"));
  await expect(page.getByRole("heading", { name: "For you to choose (5)" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Nothing to Import" })).toBeVisible();
  await page.getByRole("button", { name: "Choose All" }).click();
  await expect(page.getByRole("button", { name: "Import: make 5" })).toBeVisible();
  await page.getByRole("checkbox").first().uncheck();
  await page.getByRole("button", { name: "Import: make 4" }).click();
  await expect(page.getByText("Calendar imported.")).toBeVisible();
});
