import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { SIZES, add, deliver, open, sample, type } from "./steps";

const radio = (page: Page, name: string) => page.getByRole("radio", { name, exact: true });

/** The code in a panel: what the page is about. */
async function digits(page: Page, panel: string): Promise<string> {
  return (await page.getByRole("region", { name: panel, exact: true }).locator(".code").textContent()) ?? "";
}

/** Says where and when the visitor is expected. */
async function expectFrom(page: Page, start: string, end: string, kind?: string) {
  await page.getByLabel("Expected at").selectOption({ label: "Alfama" });
  await page.getByLabel("Start Date").fill(start);
  await page.getByLabel("End Date").fill(end);
  if (kind) await page.getByLabel("Class of Key").fill(kind);
}

for (const [where, viewport] of Object.entries(SIZES)) {
  test.describe(where, () => {
    test.use({ viewport });

    test("an alias code is issued, refused while not linked, linked, opens, is unlinked and retired", async ({ page, context }) => {
      await context.grantPermissions(["clipboard-read", "clipboard-write"]);
      await sample(page);
      await add(page, "Alias Code");
      await expect(page.getByRole("heading", { name: "Alias Code", exact: true })).toBeVisible();
      await radio(page, "Chosen by hand").check({ force: true });
      const field = page.getByLabel("Digits");
      const issue = page.getByRole("button", { name: "Issue Alias Code", exact: true });
      await field.fill("12");
      await issue.click();
      await expect(page.getByText("Choose 4 to 16 digits; these are 2.")).toBeVisible();
      await expect(field).toBeFocused();
      await field.fill("730526");
      await issue.click();
      await expect(page.getByText(/This code is in use by an alias code/)).toBeVisible();
      await field.fill("730562");
      await issue.click();
      await expect(page.getByText(/one swap of neighbours, away from that of an alias code/)).toBeVisible();
      await field.fill("1234");
      await expect(page.getByText("This code is easy to guess")).toBeVisible();
      await field.fill("5206");
      await expect(page.getByText("This code is easy to guess")).toHaveCount(0);
      await page.getByLabel("Visitor’s Name").fill("Ada Reis");
      await page.getByLabel("Mobile").fill("912 345");
      await issue.click();
      await expect(page.getByText(/is no mobile number: expected one like \+351/)).toBeVisible();
      await page.getByLabel("Mobile").fill("912 345 678");
      await expectFrom(page, "2026-11-23T09:00", "2026-11-26T11:00");
      await expect(page.getByLabel("Send it now")).toBeChecked();
      await issue.click();
      await expect(page.getByRole("heading", { name: "Ada Reis" })).toBeVisible();
      expect(await digits(page, "Alias Code")).toBe("5206");
      await expect(page.getByText("+351912345678")).toBeVisible();
      await page.getByRole("button", { name: "Copy Alias Code" }).click();
      await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("5206");
      const alias = page.url();

      // The box knows the code, and that no booking has it.
      await deliver(page);
      await type(page, "5206");
      await expect(page.getByText("Not linked yet").first()).toBeVisible();

      // The booking of that visitor is offered the code, and sends no second message.
      await page.goto("bookings/new");
      await page.getByLabel("Key", { exact: true }).selectOption({ label: "Loft 4" });
      await page.getByLabel("Visitor’s Name").fill("Ada");
      await page.getByRole("button", { name: /^Ada Reis/ }).click();
      await page.getByLabel("Start Date").fill("2026-11-23T09:00");
      await page.getByLabel("End Date").fill("2026-11-26T11:00");
      await expect(page.getByLabel("Send Access Instructions")).toBeChecked();
      await page.getByLabel("Use alias code 5206 as this booking’s code").check();
      await expect(page.getByLabel("Send Access Instructions")).not.toBeChecked();
      await page.getByRole("button", { name: "Save Booking" }).click();
      await expect(page.getByRole("heading", { name: "Ada Reis" })).toBeVisible();
      expect(await digits(page, "Booking Code")).toBe("5206");
      const booking = page.url();
      await page.reload();
      await expect(page.getByRole("link", { name: "5206", exact: true })).toBeVisible();
      await deliver(page);
      await type(page, "5206");
      await expect(page.getByRole("button", { name: "Take the key" })).toBeVisible();
      await page.getByRole("button", { name: "Close the door" }).click();

      // Unlinked, the booking has a code of its own, and the alias code waits again.
      await page.goto(booking);
      await page.getByRole("button", { name: "Unlink", exact: true }).click();
      const dialog = page.getByRole("dialog");
      await expect(dialog).toContainText("Ada Reis has to be told the new code.");
      await expect(dialog).toContainText("Alfama Courtyard must be told");
      await dialog.getByRole("button", { name: "Unlink", exact: true }).click();
      await expect(page.getByText("Alias code unlinked.")).toBeVisible();
      await expect.poll(() => digits(page, "Booking Code")).toMatch(/^\d{7}$/);
      await deliver(page);
      await type(page, "5206");
      await expect(page.getByText("Not linked yet").first()).toBeVisible();

      await page.goto(alias);
      await page.getByRole("button", { name: "Retire", exact: true }).click();
      await expect(dialog).toContainText("not issued again for 90 days");
      await dialog.getByRole("button", { name: "Retire", exact: true }).click();
      await expect(page.getByText("Alias code retired.")).toBeVisible();
      await page.reload();
      await expect(page.getByRole("region", { name: "Alias Code", exact: true }).getByText("Retired")).toBeVisible();
      await deliver(page);
      await type(page, "5206");
      await expect(page.getByText("Not linked yet")).toHaveCount(0);
    });

    test("the list goes by life; links and unlinks can be undone", async ({ page }) => {
      await sample(page);
      await open(page, "Alias Codes");
      const list = page.getByRole("listbox", { name: "Alias Codes" });
      await expect(list.getByRole("option")).toHaveCount(3);
      for (const [filter, name] of [["Linked", "Lucía Serrano"], ["Retired", "Bram Hoekstra"], ["Not linked", "Yasmin Haddad"]]) {
        await page.getByRole("radio", { name: new RegExp(`^${filter}`) }).check({ force: true });
        await expect(list.getByRole("option")).toHaveCount(1);
        await expect(list).toContainText(name);
      }
      await list.getByRole("option").click();
      await expect(page.getByRole("heading", { name: "Yasmin Haddad" })).toBeVisible();
      await page.getByRole("button", { name: "Link to Booking" }).click();
      await page.getByRole("combobox", { name: "Booking" }).fill("amina");
      await page.getByRole("option", { name: /^Amina Osei · Flat 2/ }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Link", exact: true }).click();
      await expect(page.getByText("Linked to Flat 2").first()).toBeVisible();
      await page.getByRole("button", { name: "Undo" }).click();
      await expect(page.getByText("Taken back.")).toBeVisible();
      await expect(page.getByRole("button", { name: "Link to Booking" })).toBeVisible();

      await page.goto("alias-codes");
      await page.getByRole("radio", { name: /^Linked/ }).check({ force: true });
      await list.getByRole("option").click();
      await page.getByRole("link", { name: /^Lucía Serrano · Flat 1/ }).click();
      expect(await digits(page, "Booking Code")).toBe("730526");
      await page.getByRole("button", { name: "Unlink", exact: true }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Unlink", exact: true }).click();
      await expect.poll(() => digits(page, "Booking Code")).not.toBe("730526");
      await page.getByRole("button", { name: "Undo" }).click();
      await expect.poll(() => digits(page, "Booking Code")).toBe("730526");
      await page.goto("alias-codes/17");
      await expect(page.getByText("No such alias code here")).toBeVisible();
    });

    test("a key is suggested to each arrival; a conflict is shown and wanted, a name asked for", async ({ page }) => {
      await sample(page);
      for (const name of ["Ada Reis", ""]) {
        await page.goto("alias-codes/new");
        await page.getByLabel("Visitor’s Name").fill(name);
        await expectFrom(page, "2026-11-23T12:00", "2026-11-25T18:00", "Compact");
        await page.getByRole("button", { name: "Issue Alias Code", exact: true }).click();
        await expect(page.getByRole("heading", { name: name || "Nobody yet" })).toBeVisible();
      }
      await page.goto("alias-codes");
      await page.getByRole("link", { name: "Assign Keys" }).click();
      await expect(page.getByRole("heading", { name: "Assign Keys", level: 1 })).toBeVisible();
      const ada = page.getByRole("group", { name: /^Ada Reis/ });
      const nobody = page.getByRole("group", { name: /^Nobody yet/ });
      const key = (row: typeof ada) => row.getByLabel("Key", { exact: true }).locator("option:checked");
      await expect(key(ada)).toHaveText(/^Car 6/);
      await expect(key(nobody)).toHaveText(/^Car 7/);
      // What one is given, another is not.
      await ada.getByLabel("Key", { exact: true }).selectOption({ label: "Car 7 – chosen for Nobody yet" });
      await expect(key(nobody)).toHaveText(/^Car 6/);
      await nobody.getByLabel("Key", { exact: true }).selectOption({ label: "Car 7 – chosen for Ada Reis" });
      await expect(nobody.getByText("Car 7 is taken then")).toBeVisible();
      await ada.getByRole("button", { name: "Assign", exact: true }).click();
      await expect(page.getByText("Car 7 assigned to Ada Reis.")).toBeVisible();
      await expect(ada).toHaveCount(0);
      await page.getByRole("button", { name: "Undo" }).click();
      await expect(page.getByText("Taken back.")).toBeVisible();
      await expect(key(ada)).toHaveText(/^Car 7/);
      await ada.getByRole("button", { name: "Assign", exact: true }).click();
      await expect(ada).toHaveCount(0);
      await expect(nobody.getByText(/^Ada Reis, today 12:00/)).toBeVisible();
      await nobody.getByLabel("Book anyway").check();
      await nobody.getByRole("button", { name: "Assign", exact: true }).click();
      await expect(nobody.getByText("Say for whom it is.")).toBeVisible();
      await nobody.getByLabel("Visitor’s Name").fill("Bia Nunes");
      await nobody.getByRole("button", { name: "Assign", exact: true }).click();
      await expect(page.getByText("Nobody to be given a key")).toBeVisible();
      await page.reload();
      // Tomorrow another one arrives, who is content with the other car.
      await page.getByLabel("Day").fill("2026-11-24");
      await expect(key(page.getByRole("group", { name: /^Yasmin Haddad/ }))).toHaveText(/^Car 6/);
    });
  });
}

test("fifty alias codes are issued at once, and on the morning each is given a key at once", async ({ page }) => {
  test.slow();
  await sample(page);
  await page.goto("alias-codes/new");
  await radio(page, "Several at once").check({ force: true });
  const visitors = Array.from({ length: 50 }, (_, n) => `Guest ${n + 1}, guest${n + 1}@example.com`);
  const wrong = [...visitors];
  wrong[6] = "Guest 7, guest7@example";
  await page.getByLabel("Visitors").fill(wrong.join("\n"));
  await expectFrom(page, "2026-11-23T12:00", "2026-11-25T18:00", "Van");
  await page.getByRole("button", { name: /^Issue/ }).click();
  await expect(page.getByText("One line can’t be read.")).toBeVisible();
  await expect(page.getByText(/^Line 7:/)).toBeVisible();
  await page.getByLabel("Visitors").fill(visitors.join("\n"));
  await page.getByLabel("Send it now").uncheck();
  await page.getByRole("button", { name: "Issue 50 Alias Codes" }).click();
  await expect(page.getByText("50 alias codes issued.")).toBeVisible();
  await expect(page.getByRole("radio", { name: /^Not linked\s*51/ })).toBeVisible();

  await page.goto("alias-codes/assign");
  await expect(page.getByText("50 arrivals, 0 of them ready to be assigned.")).toBeVisible();
  await expect(page.getByText("No key of class Van lives at Alfama.").first()).toBeVisible();
  await page.goto("keys");
  for (let n = 1; n <= 50; n++) {
    await add(page, "Key");
    const dialog = page.getByRole("dialog", { name: "Add Key" });
    await dialog.getByLabel("Name").fill(`Transporter ${n}`);
    await dialog.getByLabel("Class").fill("Van");
    await dialog.getByRole("button", { name: "Add Key" }).click();
    await expect(page.getByRole("heading", { name: `Transporter ${n}`, exact: true })).toBeVisible();
  }
  await page.goto("alias-codes/assign");
  await expect(page.getByText("50 arrivals, each with a key.")).toBeVisible();
  await page.getByRole("button", { name: "Assign All" }).click();
  await expect(page.getByText("50 keys assigned.")).toBeVisible();
  await expect(page.getByText("Nobody to be given a key")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("50 arrivals, each with a key.")).toBeVisible();
  await page.getByRole("button", { name: "Assign All" }).click();
  await expect(page.getByText("Nobody to be given a key")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Assign Keys", level: 1 })).toBeVisible();
  await open(page, "Bookings");
  await expect(page.getByRole("radio", { name: /^All\s*118/ })).toBeVisible();
});

test("the list of alias codes is searched as one types", async ({ page }) => {
  await sample(page);
  await open(page, "Alias Codes");
  const list = page.getByRole("listbox", { name: "Alias Codes" });
  const search = page.getByRole("searchbox", { name: "Search" });
  await search.fill("haddad compact");
  await expect(list.getByRole("option")).toHaveCount(1);
  await expect(list).toContainText("Yasmin Haddad");
  await search.fill("730 526");
  await expect(page.getByText("1 alias code found")).toBeVisible();
  await expect(list).toContainText("Lucía Serrano");
  await search.fill("nobody of that name");
  await page.getByRole("button", { name: "Clear Search" }).click();
  await expect(list.getByRole("option")).toHaveCount(3);
  // From any other page the box leads to the bookings.
  await page.getByRole("link", { name: "Assign Keys" }).click();
  await search.fill("mori");
  await expect(page.getByRole("listbox", { name: "Bookings" })).toContainText("Hana Mori");
});

test("the whole of an alias code by keyboard alone", async ({ page }) => {
  await sample(page);
  await page.getByRole("button", { name: "Add", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "One-Time Booking" })).toBeFocused();
  await page.keyboard.press("a");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Alias Code", exact: true })).toBeVisible();
  await radio(page, "Made by the system").focus();
  await page.keyboard.press("ArrowDown");
  await expect(radio(page, "Chosen by hand")).toBeChecked();
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Digits")).toBeFocused();
  await page.keyboard.type("5206");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Amina Osei");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Amina Osei" })).toBeVisible();
  await page.getByRole("button", { name: "Link to Booking" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("combobox", { name: "Booking" }).focus();
  await page.keyboard.type("amina");
  await expect(page.getByRole("option", { name: /^Amina Osei · / })).toBeVisible();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Linked to Flat 2").first()).toBeVisible();
  await page.getByRole("button", { name: "Unlink", exact: true }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  await dialog.getByRole("button", { name: "Unlink", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Alias Code", exact: true }).getByText("Not linked")).toBeVisible();
  await page.getByRole("button", { name: "Retire", exact: true }).focus();
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Retire", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Alias code retired.")).toBeVisible();
});
