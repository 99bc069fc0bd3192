import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { Gateway } from "./gateway";
import { Keyboard } from "./keyboard";
import { SIZES, at, codeOf, sample } from "./steps";

// A trace takes the page down at every press of a key, which would take most of the time.
test.use({ trace: "off" });

/** The sample, and a keyboard for all that follows. */
async function begin(page: Page): Promise<Keyboard> {
  // Mail and SMS programs are not there: what they would be opened with is what counts.
  await page.addInitScript(() => {
    const stay = (event: Event) => {
      const link = (event.target as Element).closest("a[href]");
      if (/^(mailto|sms):/.test(link?.getAttribute("href") ?? "")) event.preventDefault();
    };
    document.addEventListener("click", stay, true);
  });
  await sample(page);
  return new Keyboard(page);
}

/** Opens the mail program with the message that is open, and says that it went out; with a reload before the answer. */
async function sendInTwoSteps(page: Page, keys: Keyboard) {
  const dialog = page.getByRole("dialog");
  await keys.press(dialog.getByRole("link", { name: "Open Mail Program" }));
  await expect(dialog.getByText("Did it go out?")).toBeVisible();
  await page.reload();
  await keys.button("Answer");
  await keys.button("It Went Out", dialog);
  await expect(dialog.getByText("Sent", { exact: true })).toBeVisible();
  await keys.key("Escape");
  await expect(dialog).toBeHidden();
}

for (const [where, viewport] of Object.entries(SIZES)) {
  test.describe(`by keyboard alone, ${where}`, () => {
    test.use({ viewport });

    test("a one-time booking is made, sent, edited, taken back, sent again and revoked", async ({ page }) => {
      const keys = await begin(page);
      await keys.add("One-Time Booking");
      await keys.choose("Key", "Loft");
      await keys.fill("Visitor’s Name", "Ada Reis");
      // A form that is filled in half is lost with the page; nothing of it was made.
      await page.reload();
      await expect(page.getByLabel("Visitor’s Name")).toHaveValue("");
      await keys.choose("Key", "Loft");
      await keys.fill("Visitor’s Name", "Ada Reis");
      await keys.fill("E-mail", "ada.reis@example");
      await keys.moment("Start Date", "2026-12-10T15:00");
      await keys.moment("End Date", "2026-12-12T11:00");
      await keys.tick("Return Key Reminder");
      await keys.button("Save Booking");
      await expect(page.getByText(/is no e-mail address/)).toBeVisible();
      await expect(page.getByLabel("E-mail")).toBeFocused();
      await keys.fill("E-mail", "ada.reis@example.com");
      await keys.key("Enter");
      await expect(page.getByRole("heading", { name: "Ada Reis" })).toBeVisible();
      const code = await codeOf(page);
      await page.reload();
      expect(await codeOf(page)).toBe(code);

      await keys.button("Send");
      await sendInTwoSteps(page, keys);
      const resend = page.getByRole("button", { name: "Resend Access Instructions" });
      await keys.press(resend);
      await expect(page.getByText("Available from today 11:00.")).toBeVisible();
      await expect(page.getByRole("dialog")).toBeHidden();

      await keys.button("Edit");
      await keys.moment("End Date", "2026-12-14T11:00");
      await page.reload();
      await expect(page.getByLabel("End Date")).toHaveValue("2026-12-12T11:00");
      await keys.moment("End Date", "2026-12-13T11:00");
      await keys.fill("Notes", "Two suitcases.");
      await keys.button("Update");
      await expect(page.getByText("An update: not sent yet")).toBeVisible();
      await keys.press(page.getByRole("button", { name: "Undo" }), "Shift+Tab");
      await expect(page.getByText("Taken back.")).toBeVisible();
      await page.reload();
      await expect(page.getByText(/12 Dec 11:00/).locator("visible=true").first()).toBeVisible();
      await expect(page.getByText("An update: not sent yet")).toBeHidden();
      await expect(page.getByText("Two suitcases.")).toBeHidden();
      expect(await codeOf(page)).toBe(code);

      await at(page, 61);
      await page.reload();
      await keys.press(resend);
      await sendInTwoSteps(page, keys);
      await expect(page.getByText("Available from today 12:01.")).toBeVisible();

      await keys.button("Edit");
      await keys.button("Revoke Access");
      const dialog = page.getByRole("dialog");
      await expect(dialog.getByRole("button", { name: "Revoke Access" })).toBeVisible();
      await page.reload();
      await expect(page.getByRole("button", { name: "Update", exact: true })).toBeVisible();
      await keys.button("Revoke Access");
      await keys.button("Revoke Access", dialog);
      await expect(page.getByText(/^Access revoked\./)).toBeVisible();
      await expect(resend).toBeHidden();
      await page.reload();
      await keys.open("Bookings");
      await keys.radio(/^Revoked/);
      await keys.row("Bookings", /Ada Reis/);
      await expect(page.getByRole("heading", { name: "Ada Reis" })).toBeVisible();
      expect(await codeOf(page)).toBe(code);
    });

    test("an ongoing access is given, found under its key, sent again and revoked", async ({ page }) => {
      const keys = await begin(page);
      await keys.add("Ongoing Access");
      await keys.choose("Key", "Boat");
      await keys.fill("Visitor’s Name", "Rui Costa");
      await keys.fill("E-mail", "rui.costa@example.com");
      await keys.fill("Notes", "Repairs the slipway.");
      await keys.button("Save Access");
      await expect(page.getByRole("heading", { name: "Rui Costa" })).toBeVisible();
      const code = await codeOf(page);
      await page.reload();
      await keys.open("Keys");
      await keys.row("Keys", /Boat Shed/);
      await keys.press(page.getByRole("link", { name: "See Visitors" }));
      await page.reload();
      await keys.press(page.getByRole("link", { name: /Rui Costa/ }).locator("visible=true"));
      await expect(page.getByText("Repairs the slipway.")).toBeVisible();
      expect(await codeOf(page)).toBe(code);
      await keys.button("Send");
      await sendInTwoSteps(page, keys);
      const resend = page.getByRole("button", { name: "Resend Access Instructions" });
      await keys.press(resend);
      await expect(page.getByText(/^Available from today/)).toBeVisible();
      await at(page, 61);
      await page.reload();
      await keys.press(resend);
      await expect(page.getByRole("dialog").getByRole("link", { name: "Open Mail Program" })).toBeVisible();
      await keys.key("Escape");
      await keys.button("Edit");
      await keys.button("Revoke Access");
      await keys.button("Revoke Access", page.getByRole("dialog"));
      await expect(page.getByText(/^Access revoked\./)).toBeVisible();
      await expect(resend).toBeHidden();
      await page.reload();
      await expect(page.getByText("Revoked", { exact: true }).locator("visible=true").first()).toBeVisible();
    });

    test("a key is taken at a SmartBox, the access revoked, the key brought back", async ({ page }) => {
      const keys = await begin(page);
      const box = async (name: string) => {
        await keys.open("Locations");
        await keys.press(page.getByRole("link", { name: /^Alfama/ }).locator("visible=true").first());
        await keys.press(page.getByRole("link", { name: new RegExp(`^${name}`) }).locator("visible=true"));
        await expect(page.getByRole("heading", { name, level: 1 })).toBeFocused();
      };
      const deliver = async () => {
        await keys.button("Deliver");
        await expect(page.getByRole("status").filter({ hasText: / delivered|nothing to deliver/i }).first()).toBeVisible();
      };
      await keys.add("One-Time Booking");
      await keys.choose("Key", "Loft");
      await keys.fill("Visitor’s Name", "Ada Reis");
      await keys.moment("Start Date", "2026-11-23T09:00");
      await keys.moment("End Date", "2026-11-24T11:00");
      await keys.button("Save Booking");
      await expect(page.getByRole("heading", { name: "Ada Reis" })).toBeVisible();
      const [code, address] = [await codeOf(page), page.url()];
      await box("Alfama Courtyard");
      await deliver();
      await page.reload();
      await keys.reach(page.getByRole("group", { name: "Keypad" }).getByRole("button"));
      await page.keyboard.type(code);
      await keys.key("Enter");
      await keys.button("Take the key");
      await expect(page.getByRole("button", { name: "Close the door" })).toBeFocused();
      await keys.key("Enter");
      await deliver();

      await page.goto(address);
      await keys.button("Revoke Access");
      const dialog = page.getByRole("dialog");
      await expect(dialog).toContainText("Ada Reis has the key now. Bringing it back stays possible, at any box.");
      await keys.button("Revoke Access", dialog);
      await expect(page.getByText("Revoked, but still accepted at Alfama Courtyard")).toBeVisible();
      await page.reload();
      await expect(page.getByText("Revoked, but still accepted at Alfama Courtyard")).toBeVisible();
      await box("Alfama Entrance");
      await keys.choose("Key in your hand", "Loft 4");
      await keys.button("Hold its tag to the reader");
      await keys.button("Put the key in");
      await expect(page.getByRole("button", { name: "Close the door" })).toBeFocused();
      await keys.key("Enter");
      await deliver();
      await box("Alfama Courtyard");
      await deliver();
      await page.goto(address);
      await expect(page.getByText(/still accepted/)).toHaveCount(0);
    });

    test("an overdue key is asked for and marked as returned; what waits is put away", async ({ page }) => {
      const keys = await begin(page);
      await keys.row("Bookings", /Oskar Lindqvist/);
      await keys.button("Remind");
      const dialog = page.getByRole("dialog");
      await expect(dialog).toContainText("Please bring it back now");
      // The message is there already: a second press after a reload opens it, and makes no other.
      await page.reload();
      await keys.button("Remind");
      await keys.press(dialog.getByRole("link", { name: "Open Mail Program" }));
      await keys.button("It Went Out", dialog);
      await keys.key("Escape");
      await keys.button("Remind");
      await expect(page.getByText("Available from today 11:00.").first()).toBeVisible();
      await expect(dialog).toBeHidden();
      await keys.button("Mark as Returned");
      await page.reload();
      await keys.button("Mark as Returned");
      await keys.fill("Reason", "Left on the counter", dialog);
      await keys.button("Mark as Returned", dialog);
      await expect(page.getByRole("button", { name: "Mark as Returned" })).toHaveCount(0);
      await page.reload();
      await expect(page.getByText("Ended", { exact: true }).locator("visible=true").first()).toBeVisible();

      // The reminder of the next one comes due, is not wanted, and does not come back when another one does.
      await at(page, 2 * 24 * 60);
      await page.reload();
      await keys.open("Messages");
      await keys.row("Messages", /Hana Mori.*return key reminder/);
      await keys.button("Not Wanted", dialog);
      await keys.key("Escape");
      await at(page, 7 * 24 * 60);
      await page.reload();
      await keys.radio(/^All/);
      await expect(page.getByRole("option", { name: /Lucía Serrano.*return key reminder/ })).toBeVisible();
      await expect(page.getByRole("option", { name: /Hana Mori.*return key reminder/ })).toHaveCount(1);
    });

    test("an alias code is chosen, linked, unlinked and retired; a key is assigned in the morning", async ({ page }) => {
      const keys = await begin(page);
      const dialog = page.getByRole("dialog");
      await keys.add("Alias Code");
      await keys.radio(/^Chosen by hand/);
      await keys.fill("Digits", "730526");
      await keys.fill("Visitor’s Name", "Amina Osei");
      await keys.key("Enter");
      await expect(page.getByText(/This code is in use by an alias code/)).toBeVisible();
      await expect(page.getByLabel("Digits")).toBeFocused();
      await page.reload();
      await expect(page.getByLabel("Visitor’s Name")).toHaveValue("");
      await keys.radio(/^Chosen by hand/);
      await keys.fill("Digits", "5206");
      await keys.fill("Visitor’s Name", "Amina Osei");
      await keys.button("Issue Alias Code");
      await expect(page.getByRole("heading", { name: "Amina Osei" })).toBeVisible();
      await page.reload();
      await keys.button("Link to Booking");
      await keys.reach(page.getByRole("combobox", { name: "Booking" }));
      await page.keyboard.type("amina");
      await expect(page.getByRole("option", { name: /^Amina Osei · / })).toBeVisible();
      await keys.key("Enter");
      await keys.button("Link", dialog);
      await expect(page.getByText("Linked to Flat 2").locator("visible=true").first()).toBeVisible();
      await keys.press(page.getByRole("button", { name: "Undo" }), "Shift+Tab");
      await expect(page.getByText("Taken back.")).toBeVisible();
      await page.reload();
      await expect(page.getByRole("button", { name: "Link to Booking" })).toBeVisible();
      await keys.button("Retire");
      await keys.button("Retire", dialog);
      await expect(page.getByText("Alias code retired.")).toBeVisible();
      await page.reload();
      await expect(page.getByRole("region", { name: "Alias Code", exact: true }).getByText("Retired")).toBeVisible();

      await keys.open("Alias Codes");
      await keys.radio(/^Linked/);
      await keys.row("Alias Codes", /Lucía Serrano/);
      await keys.press(page.getByRole("link", { name: /^Lucía Serrano · Flat 1/ }));
      await keys.button("Unlink");
      await keys.button("Unlink", dialog);
      await expect(page.getByText("Alias code unlinked.")).toBeVisible();
      await page.reload();
      expect(await codeOf(page)).not.toBe("730526");

      await keys.open("Alias Codes");
      await keys.press(page.getByRole("link", { name: "Assign Keys" }));
      await keys.day("Day", "2026-11-24");
      const arrival = page.getByRole("group", { name: /^Yasmin Haddad/ });
      await keys.choose("Key", "Car 7", arrival);
      await page.reload();
      await keys.day("Day", "2026-11-24");
      await keys.choose("Key", "Car 7", arrival);
      await keys.button("Assign", arrival);
      await expect(page.getByText("Car 7 assigned to Yasmin Haddad.")).toBeVisible();
      await page.reload();
      await expect(arrival).toHaveCount(0);
    });

    test("a text is rewritten; a gateway is set up, refuses, and gets the message again", async ({ page, complaints }) => {
      const gateway = await Gateway.open();
      const keys = await begin(page);
      const dialog = page.getByRole("dialog");
      await keys.open("Settings");
      await keys.choose("Message", "Access");
      await keys.choose("Language", "English");
      await keys.choose("Part", "SMS");
      const text = page.getByLabel("Text", { exact: true });
      await keys.fill("Text", "Olá {visitor}");
      await expect(page.getByText(/This message must have \{code\}/)).toBeVisible();
      await keys.fill("Text", "Olá {visitor}: {code}.");
      await expect(page.getByRole("region", { name: "Preview" })).toContainText("Olá Hana Mori: 482 9137.");
      await keys.button("Update Text");
      await expect(page.getByText("Text updated.")).toBeVisible();
      await page.reload();
      await keys.choose("Part", "SMS");
      await expect(text).toHaveValue("Olá {visitor}: {code}.");

      await keys.choose("SMS goes by", "The gateway");
      await keys.fill("Gateway", gateway.address);
      await keys.button("Update Messages");
      const secret = page.getByRole("dialog", { name: "Signing secret" });
      gateway.secret = (await secret.locator(".secret").textContent()) ?? "";
      await keys.button("Done", secret);
      await keys.open("Messages");
      await keys.radio(/^Under way/);
      await expect(page.getByRole("option", { name: /Amina Osei.*return key reminder/ })).toBeVisible();
      await keys.open("Settings");
      await page.reload();
      await expect(page.getByLabel("SMS goes by").locator("option:checked")).toHaveText(/^The gateway/);
      await expect(page.getByText(gateway.secret)).toHaveCount(0);
      // The reminder of one of the sample's own bookings is given to it ahead.
      await at(page, 1);
      await page.reload();
      await expect.poll(() => gateway.taken.map((one) => one.data.kind)).toEqual(["reminder"]);

      await keys.add("Ongoing Access");
      await keys.choose("Key", "Boat");
      await keys.fill("Visitor’s Name", "Rui Costa");
      await keys.fill("Mobile", "912 345 678");
      await keys.choose("Language", "English");
      await keys.button("Save Access");
      const grouped = (await codeOf(page)).replace(/^(...)/, "$1 ");
      gateway.answers = [{ status: 400 }];
      await keys.open("Messages");
      await at(page, 2);
      await keys.radio(/^Failed/);
      await expect(page.getByRole("option", { name: /Rui Costa/ })).toBeVisible();
      await page.reload();
      await keys.radio(/^Failed/);
      await keys.row("Messages", /Rui Costa/);
      await expect(dialog.getByText(/because the gateway answered 400/)).toBeVisible();
      await keys.button("Retry", dialog);
      await expect(dialog.getByText(/because the gateway answered 400/)).toHaveCount(0);
      await at(page, 3);
      await page.reload();
      const sent = () => gateway.taken.filter((one) => one.data.kind === "instructions").map((one) => one.data.text);
      await expect.poll(sent).toEqual([`Olá Rui Costa: ${grouped}.`]);
      await keys.radio(/^Sent/);
      await expect(page.getByRole("option", { name: /Rui Costa/ })).toHaveCount(1);
      expect(gateway.forged).toEqual([]);
      await gateway.close();
      // The browser notes on its console that a server answered with an error. Nothing else may stand there.
      const own = complaints.filter((complaint) => !/the server responded with a status of 400/.test(complaint));
      complaints.splice(0, complaints.length, ...own);
    });
  });
}
