import { expect, test } from "./fixtures";
import { Keyboard } from "./keyboard";
import { TODAY, add, book, codeOf, open, sample } from "./steps";

test.describe("a one-time booking", () => {
  test("is made, shown with its code, edited and revoked", async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await sample(page);
    await add(page, "One-Time Booking");
    await page.getByLabel("Key", { exact: true }).selectOption({ label: "Loft 4" });
    await page.getByLabel("Visitor’s Name").fill("Ada Reis");
    await page.getByLabel("E-mail").fill("ada.reis@example");
    await page.getByLabel("Start Date").fill("2026-11-24T15:00");
    await page.getByLabel("End Date").fill("2026-11-24T11:00");
    await page.getByRole("button", { name: "Save Booking" }).click();
    await expect(page.getByText(/Choose an end after the start/)).toBeVisible();
    await expect(page.getByText(/is no e-mail address|such as|like ines@/)).toBeVisible();
    await page.getByLabel("E-mail").fill("ada.reis@example.com");
    await page.getByLabel("End Date").fill("2026-11-26T11:00");
    await page.getByRole("button", { name: "Save Booking" }).click();
    await expect(page.getByRole("heading", { name: "Ada Reis" })).toBeVisible();
    const code = await codeOf(page);
    await page.getByRole("button", { name: "Copy Booking Code" }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(code);
    await expect(page.getByText(/tomorrow 15:00 – Thursday 11:00/).first()).toBeVisible();
    // Lisbon's clocks, and the viewer's own beside them.
    await expect(page.getByText(/16:00/).first()).toBeVisible();

    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await expect(page.getByLabel("End Date")).toHaveValue("2026-11-26T11:00");
    await page.getByLabel("End Date").fill("2026-11-27T11:00");
    await page.getByLabel("Return Key Reminder").check();
    await page.getByRole("button", { name: "Update", exact: true }).click();
    await expect(page.getByText(/tomorrow 15:00 – Friday 11:00/).first()).toBeVisible();
    expect(await codeOf(page), "an edit never changes the code").toBe(code);

    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await page.getByRole("button", { name: "Revoke Access" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toContainText(/pick/i);
    await dialog.getByRole("button", { name: "Revoke Access" }).click();
    await expect(page.getByText("Revoked").first()).toBeVisible();
    await page.reload();
    await expect(page.getByText("Revoked").first()).toBeVisible();
  });

  test("that overlaps another is shown before saving, and made only if wanted", async ({ page }) => {
    await sample(page);
    await page.goto("bookings/new");
    await page.getByLabel("Key", { exact: true }).selectOption({ label: "Flat 3" });
    await page.getByLabel("Visitor’s Name").fill("Ada Reis");
    await page.getByLabel("Start Date").fill("2026-11-25T15:00");
    await page.getByLabel("End Date").fill("2026-11-26T12:00");
    await expect(page.getByText("The key has another booking at that time")).toBeVisible();
    await expect(page.getByRole("list", { name: "Bookings at that time" })).toContainText("Katharina Brandt");
    await page.getByLabel("Book anyway").check();
    await page.getByRole("button", { name: "Save Booking" }).click();
    await expect(page.getByRole("heading", { name: "Ada Reis" })).toBeVisible();
  });

  test("can't start in an hour that the clocks skip, and is offered the nearest times", async ({ page }) => {
    await sample(page);
    await page.goto("bookings/new");
    await page.getByLabel("Key", { exact: true }).selectOption({ label: "Loft 4" });
    await page.getByLabel("Visitor’s Name").fill("Ada Reis");
    await page.getByLabel("Start Date").fill("2027-03-28T01:30");
    await page.getByLabel("End Date").fill("2027-03-28T12:00");
    await page.getByRole("button", { name: "Take 02:00" }).click();
    await expect(page.getByLabel("Start Date")).toHaveValue("2027-03-28T02:00");
    await page.getByRole("button", { name: "Save Booking" }).click();
    await expect(page.getByRole("heading", { name: "Ada Reis" })).toBeVisible();
  });
});

test("a date that is typed part by part may be impossible on the way", async ({ page }) => {
  await sample(page);
  await page.goto("bookings/new");
  await page.getByLabel("Key", { exact: true }).selectOption({ label: "Loft 4" });
  await page.getByLabel("Start Date").fill("2026-12-31T15:00");
  // With the month first it is the 31st of November for a moment.
  await new Keyboard(page).moment("Start Date", "2026-11-25T16:00");
});

test("edited in two tabs keeps what each of them changed, and Undo takes back its own alone", async ({ page, context }) => {
  await sample(page);
  await book(page, "Ada Reis", "ada.reis@example.com");
  await expect(page.getByRole("heading", { name: "Ada Reis" })).toBeVisible();
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await expect(page.getByLabel("End Date")).toHaveValue("2026-12-12T11:00");
  const other = await context.newPage();
  await other.clock.setFixedTime(TODAY);
  await other.goto(page.url());
  await other.getByLabel("End Date").fill("2026-12-13T11:00");
  await other.getByRole("button", { name: "Update", exact: true }).click();
  await expect(other.getByText(/Booking updated/)).toBeVisible();

  await page.getByLabel("Notes").fill("Late arrival");
  await page.getByRole("button", { name: "Update", exact: true }).click();
  await expect(page.getByText(/10 Dec 15:00 – 13 Dec 11:00/).first()).toBeVisible();
  await expect(page.getByText("Late arrival")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("Late arrival")).toHaveCount(0);
  await expect(page.getByText(/10 Dec 15:00 – 13 Dec 11:00/).first()).toBeVisible();

  // Messages go to an address that therefore stays; an end that is over is said to be one.
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.getByLabel("E-mail").fill("");
  await page.getByRole("button", { name: "Update", exact: true }).click();
  await expect(page.getByText(/messages go here/)).toBeVisible();
});

test("that is revoked with the key out is overdue after its end all the same", async ({ page }) => {
  await sample(page);
  const overdue = page.getByRole("radio", { name: /^Overdue/ });
  await overdue.check({ force: true });
  await page.getByRole("option", { name: /Oskar Lindqvist/ }).click();
  await page.getByRole("button", { name: "Revoke Access" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke Access" }).click();
  await expect(page.getByText(/key overdue by/).first()).toBeVisible();
  await expect(page.getByRole("option", { name: /Oskar Lindqvist/ })).toBeVisible();
  await expect(page.getByRole("link", { name: /^Bookings 1$/ }).first()).toBeVisible();
  await page.getByRole("radio", { name: /^Revoked/ }).check({ force: true });
  await expect(page.getByRole("option", { name: /Oskar Lindqvist/ })).toBeVisible();
});

test("the list is filtered and searched as one types", async ({ page }) => {
  await sample(page);
  const list = page.getByRole("listbox", { name: "Bookings" });
  await page.getByRole("radio", { name: /^Overdue/ }).check({ force: true });
  await expect(list.getByRole("option")).toHaveCount(1);
  await expect(list).toContainText("Oskar Lindqvist");
  await page.getByRole("radio", { name: /^All/ }).check({ force: true });
  const search = page.getByRole("searchbox", { name: "Search" });
  await search.fill("conceicao");
  await expect(list.getByRole("option")).toHaveCount(1);
  await expect(list).toContainText("Conceição Prates");
  await search.fill("flat 1 mori");
  await expect(list).toContainText("Hana Mori");
  await search.fill("nobody of that name");
  await expect(page.getByText(/No booking found/)).toBeVisible();
});

test("the whole of a booking by keyboard alone", async ({ page }) => {
  await sample(page);
  await page.getByRole("button", { name: "Add", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "One-Time Booking" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "One-Time Booking" })).toBeVisible();
  await page.getByLabel("Key", { exact: true }).focus();
  await page.keyboard.type("Loft");
  await page.getByLabel("Visitor’s Name").focus();
  await page.keyboard.type("Ada Reis");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Ada Reis" })).toBeVisible();
  await page.getByRole("listbox", { name: "Bookings" }).focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Oskar Lindqvist" })).toBeVisible();
});

test("an address that names nothing says so kindly", async ({ page }) => {
  await sample(page);
  for (const address of ["bookings/17", "keys/0000000000000", "locations/x", "boxes/x", "nowhere"]) {
    await page.goto(address);
    await expect(page.getByText(/No such (booking|key|location|SmartBox|page)/)).toBeVisible();
  }
});
