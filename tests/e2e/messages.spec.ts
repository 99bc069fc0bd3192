import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { Gateway } from "./gateway";
import { TODAY, add, at, book, codeOf, open, sample, send } from "./steps";

for (const [width, height] of [
  [1440, 900],
  [390, 844],
] as const) {
  test.describe(`at ${width}×${height}`, () => {
    test.use({ viewport: { width, height } });

    test("a visitor is told, told again after an hour, and shown their own page", async ({ page, context }) => {
      await context.grantPermissions(["clipboard-read", "clipboard-write"]);
      const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
      await sample(page);
      await book(page, "Ada Reis", "ada.reis@example.com");
      const code = await codeOf(page);
      const grouped = `${code.slice(0, 3)} ${code.slice(3)}`;
      await expect(page.getByText("Access instructions: not sent yet")).toBeVisible();
      await page.reload();
      await send(page, "Send");
      await expect(page.getByText("Access instructions: not sent yet")).toBeHidden();

      const resend = page.getByRole("button", { name: "Resend Access Instructions" });
      await expect(resend).toHaveAttribute("aria-disabled", "true");
      await expect(page.getByText("Available from today 11:00.")).toBeVisible();
      await at(page, 59);
      await page.reload();
      await expect(resend).toHaveAttribute("aria-disabled", "true");
      await at(page, 61);
      await page.reload();
      await expect(resend).not.toHaveAttribute("aria-disabled", "true");
      await send(page, "Resend Access Instructions");
      await expect(resend).toHaveAttribute("aria-disabled", "true");

      await page.getByRole("button", { name: "Copy Details" }).click();
      await expect.poll(clipboard).toContain(`Booking code: ${grouped}`);
      const details = await clipboard();
      for (const part of ["Key: Loft 4", "Thursday 10 December 2026, 15:00", "Alfama", "Rua do Cais 12", "/visit#"]) {
        expect(details).toContain(part);
      }
      await page.getByRole("button", { name: "Copy Booking URL" }).click();
      await expect.poll(clipboard).toMatch(/\/visit#/);
      const url = await clipboard();
      expect(url, "what a server sees tells nothing").not.toContain(code);

      const visitor = await context.newPage();
      await visitor.goto(url);
      await expect(visitor.getByRole("heading", { name: "Loft 4" })).toBeVisible();
      await expect(visitor.getByText(grouped).first()).toBeVisible();
      // Another link in the same tab changes only what stands after `#`; the page notices.
      await visitor.goto(url.slice(0, -6));
      await expect(visitor.getByText("This link shows no booking")).toBeVisible();
      await visitor.close();
    });

    test("an edit and a revocation are taken back within ten seconds", async ({ page }) => {
      await sample(page);
      await book(page, "Ada Reis", "ada.reis@example.com");
      await send(page, "Send");
      await page.getByRole("button", { name: "Edit", exact: true }).click();
      await page.getByLabel("End Date").fill("2026-12-13T11:00");
      await page.getByRole("button", { name: "Update", exact: true }).click();
      await expect(page.getByText(/Booking updated\. .* must still be visited\. The message to the visitor/)).toBeVisible();
      await expect(page.getByText("An update: not sent yet")).toBeVisible();
      await page.getByRole("button", { name: "Undo" }).click();
      await expect(page.getByText("Taken back.")).toBeVisible();
      await expect(page.getByText("An update: not sent yet")).toBeHidden();
      await expect(page.getByText(/12 Dec 11:00/).locator("visible=true").first()).toBeVisible();

      await page.getByRole("button", { name: "Revoke Access" }).click();
      await page.getByLabel("Send Notice of the Revocation").check();
      await page.getByRole("dialog").getByRole("button", { name: "Revoke Access" }).click();
      await expect(page.getByText("Notice of the revocation: not sent yet")).toBeVisible();
      await page.getByRole("button", { name: "Undo" }).last().click();
      await expect(page.getByRole("button", { name: "Edit", exact: true })).toBeVisible();
      await expect(page.getByText("Notice of the revocation: not sent yet")).toBeHidden();
      await page.reload();
      await expect(page.getByRole("button", { name: "Revoke Access" })).toBeVisible();
    });

    test("an ongoing access is given, found under See Visitors, and revoked", async ({ page, context }) => {
      await context.grantPermissions(["clipboard-read", "clipboard-write"]);
      await sample(page);
      await add(page, "Ongoing Access");
      await page.getByLabel("Key", { exact: true }).selectOption({ label: "Boat Shed" });
      await page.getByLabel("Visitor’s Name").fill("Rui Costa");
      await page.getByLabel("Mobile").fill("912 345");
      await page.getByRole("button", { name: "Save Access" }).click();
      await expect(page.getByText(/is no mobile number.*\+351/)).toBeVisible();
      await page.getByLabel("Mobile").fill("912 345 678");
      await page.getByRole("button", { name: "Save Access" }).click();
      const code = await codeOf(page);
      await expect(page.getByText("+351912345678")).toBeVisible();
      await open(page, "Keys");
      await page.getByRole("option", { name: /Boat Shed/ }).click();
      await page.getByRole("link", { name: "See Visitors" }).click();
      await page.getByRole("link", { name: /Rui Costa/ }).click();
      expect(await codeOf(page)).toBe(code);
      await page.getByRole("button", { name: "Copy Details" }).click();
      const details = `Key: Boat Shed\nBooking code: ${code.slice(0, 3)} ${code.slice(3)}`;
      await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(details);
      await expect(page.getByRole("button", { name: "Copy Booking URL" })).toBeHidden();
      await expect(page.getByRole("button", { name: "Resend Access Instructions" })).toBeVisible();
      await page.getByRole("button", { name: "Edit", exact: true }).click();
      await page.getByRole("button", { name: "Revoke Access" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Revoke Access" }).click();
      await expect(page.getByText("Revoked", { exact: true }).locator("visible=true").first()).toBeVisible();
    });

    test("an overdue key is asked for, and marked as returned by hand", async ({ page }) => {
      await sample(page);
      await page.getByRole("option", { name: /Oskar Lindqvist/ }).click();
      await page.getByRole("button", { name: "Remind", exact: true }).click();
      await expect(page.getByRole("dialog")).toContainText("Please bring it back now");
      await page.getByRole("dialog").getByRole("button", { name: "Not Wanted" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
      await page.getByRole("button", { name: "Mark as Returned" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("button", { name: "Mark as Returned" }).click();
      await expect(dialog.getByText(/Say how it came back/)).toBeVisible();
      await dialog.getByLabel("Reason").fill("Left on the counter");
      await dialog.getByRole("button", { name: "Mark as Returned" }).click();
      await expect(page.getByText("Ended", { exact: true }).locator("visible=true").first()).toBeVisible();
      await page.reload();
      await expect(page.getByRole("button", { name: "Remind", exact: true })).toBeHidden();
    });
  });
}

test.describe("a gateway", () => {
  let gateway: Gateway;
  test.beforeEach(async () => {
    gateway = await Gateway.open();
  });
  test.afterEach(async () => {
    expect(gateway.forged).toEqual([]);
    await gateway.close();
  });

  async function connect(page: Page) {
    await open(page, "Settings");
    await page.getByLabel("E-mail goes by").selectOption({ label: "The gateway, by itself" });
    await page.getByRole("button", { name: "Update Messages" }).click();
    await expect(page.getByText("A gateway needs its address.")).toBeVisible();
    await page.getByRole("textbox", { name: /^Gateway/ }).fill(gateway.address);
    await page.getByRole("button", { name: "Update Messages" }).click();
    const dialog = page.getByRole("dialog", { name: "Signing secret" });
    gateway.secret = (await dialog.locator(".secret").textContent()) ?? "";
    expect(gateway.secret).toMatch(/^whsec_/);
    await dialog.getByRole("button", { name: "Done" }).click();
    await expect(page.getByText(gateway.secret)).toBeHidden();
    // The reminders of the sample's own bookings are given to it ahead.
    await later(page, 1);
    await expect.poll(() => gateway.taken.length).toBe(2);
    expect(gateway.taken.map((one) => one.data.kind)).toEqual(["reminder", "reminder"]);
    gateway.taken.length = 0;
    gateway.attempts.length = 0;
  }

  /** Books, and waits for the reminder, which is made after the booking: made later, it would be held back by a later clock. */
  async function bookAda(page: Page) {
    await book(page, "Ada Reis", "ada.reis@example.com");
    await expect(page.getByRole("list", { name: "Messages about this" })).toContainText("The return key reminder");
  }

  /** What is held back for ten seconds goes out now. */
  async function later(page: Page, minutes: number) {
    await at(page, minutes);
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
  }

  test("is sent what is due, once, signed, and called back what is needed no more", async ({ page, context }) => {
    await sample(page);
    await connect(page);
    // A second tab is open all the while: of two, one sends.
    const other = await context.newPage();
    await at(other, 1);
    await other.goto("messages");
    await expect(other.getByRole("heading", { name: "Messages", level: 1 })).toBeVisible();
    await open(page, "Bookings");
    await bookAda(page);
    const code = await codeOf(page);
    expect(gateway.taken, "nothing goes before it can be taken back").toEqual([]);
    await later(page, 2);
    await expect.poll(() => gateway.taken.length).toBe(2);
    const [first, second] = gateway.taken;
    const sent = (kind: string) => [first, second].find((one) => one?.data.kind === kind);
    expect(sent("instructions")?.data).toMatchObject({ channel: "email", to: "ada.reis@example.com", language: "en" });
    expect(String(sent("instructions")?.data.text)).toContain(`${code.slice(0, 3)} ${code.slice(3)}`);
    expect(sent("reminder")?.data.send_at).toBe("2026-12-12T09:00:00.000Z");
    // Both answers are in the journal: a page that goes before that rightly asks again, under the same name.
    const about = page.getByRole("list", { name: "Messages about this" });
    await expect(about.getByText("Sent", { exact: true })).toBeVisible();
    await expect(about.getByText("Handed over", { exact: true })).toBeVisible();
    await later(other, 3);
    await page.reload();
    await later(page, 3);
    await page.getByRole("button", { name: "Revoke Access" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke Access" }).click();
    await expect.poll(() => gateway.taken.filter((one) => one.type === "message.cancel").length).toBe(1);
    expect(gateway.taken.at(-1)?.data.id).toBe(sent("reminder")?.id);
    expect(gateway.attempts.length, "each of the three once").toBe(3);
    await other.close();
  });

  test("that does not call a message back is said to, and asked again", async ({ page, complaints }) => {
    await sample(page);
    await connect(page);
    await open(page, "Bookings");
    await bookAda(page);
    await later(page, 2);
    await expect.poll(() => gateway.taken.length).toBe(2);
    gateway.answers = [{ status: 409 }];
    await page.getByRole("button", { name: "Revoke Access" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke Access" }).click();
    await expect(page.getByText("Not called back").locator("visible=true")).toBeVisible();
    await page.reload();
    await open(page, "Messages");
    await page.getByRole("radio", { name: /^Failed/ }).check({ force: true });
    await page.getByRole("option", { name: /Ada Reis/ }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByText(/refused to call it back: it answered 409. It may still go out .*09:00/)).toBeVisible();
    await dialog.getByRole("button", { name: "Retry" }).click();
    await expect(dialog.getByText("Not wanted", { exact: true })).toBeVisible();
    expect(gateway.taken.at(-1)?.type).toBe("message.cancel");
    const own = complaints.filter((text) => !/the server responded with a status of 409/.test(text));
    complaints.length = 0;
    complaints.push(...own);
  });

  test("whose answer is lost with the page is asked again under the same name", async ({ page }) => {
    await sample(page);
    await connect(page);
    await open(page, "Bookings");
    await bookAda(page);
    await expect(page.getByRole("list", { name: "Messages about this" })).toContainText("The return key reminder");
    let answer = () => {};
    gateway.patience = new Promise((ready) => (answer = ready));
    await later(page, 2);
    await expect.poll(() => gateway.taken.length).toBe(1);
    await page.reload();
    await expect.poll(() => gateway.attempts.length).toBe(2);
    answer();
    await expect.poll(() => gateway.taken.length).toBe(2);
    await open(page, "Messages");
    await page.getByRole("radio", { name: /^Sent/ }).check({ force: true });
    await expect(page.getByRole("option", { name: /Ada Reis/ })).toHaveCount(1);
    const [lost, again, reminder, ...more] = gateway.attempts;
    expect([lost === again, lost === reminder, more]).toEqual([true, false, []]);
  });

  test("that fails is tried again, and one that refuses is said to", async ({ page, complaints }) => {
    await sample(page);
    await connect(page);
    await open(page, "Bookings");
    await add(page, "Ongoing Access");
    await page.getByLabel("Key", { exact: true }).selectOption({ label: "Boat Shed" });
    await page.getByLabel("Visitor’s Name").fill("Rui Costa");
    await page.getByLabel("E-mail").fill("rui.costa@example.com");
    await page.getByRole("button", { name: "Save Access" }).click();
    await expect(page.getByRole("heading", { name: "Rui Costa", exact: true })).toBeVisible();
    gateway.answers = [{ status: 503, retryAfter: "600" }, { status: 400 }];
    await later(page, 2);
    await open(page, "Messages");
    await page.getByRole("radio", { name: /^Failed/ }).check({ force: true });
    await page.getByRole("option", { name: /Rui Costa/ }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByText(/because the gateway answered 503.*next try is today 11:1/)).toBeVisible();
    await later(page, 5);
    expect(gateway.attempts.length, "it asked for ten minutes").toBe(1);
    await later(page, 13);
    await expect(dialog.getByText(/because the gateway answered 400, and is not tried again/)).toBeVisible();
    await dialog.getByRole("button", { name: "Retry" }).click();
    await later(page, 14);
    await expect(dialog.getByText("Sent", { exact: true })).toBeVisible();
    expect(gateway.attempts).toHaveLength(3);
    expect(new Set(gateway.attempts).size, "one name for every attempt").toBe(1);
    // The browser notes on its console that a server answered with an error. Nothing else may stand there.
    const own = complaints.filter((text) => !/the server responded with a status of (503|400)/.test(text));
    complaints.length = 0;
    complaints.push(...own);
  });
});

test("the organization's own texts are checked, shown as they are typed, and used", async ({ page }) => {
  await sample(page);
  await open(page, "Settings");
  await page.getByLabel("Text", { exact: true }).fill("Olá {visitr}, {code}");
  await expect(page.getByText(/There is no \{visitr\}.*Did you mean \{visitor\}\?/)).toBeVisible();
  await page.getByLabel("Text", { exact: true }).fill("Olá {visitor}");
  await expect(page.getByText(/This message must have \{code\}/)).toBeVisible();
  await page.getByLabel("Text", { exact: true }).fill("Olá {visitor}, your code is {code}.");
  await expect(page.getByRole("region", { name: "Preview" })).toContainText("Olá Hana Mori, your code is 482 9137.");
  await page.getByRole("button", { name: "Update Text" }).click();
  await expect(page.getByText("Text updated.")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Text", { exact: true })).toHaveValue("Olá {visitor}, your code is {code}.");
  await open(page, "Bookings");
  await book(page, "Ada Reis", "ada.reis@example.com");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByRole("dialog")).toContainText("Olá Ada Reis, your code is");
});

test("a text that is being written stays while another is looked at, or is changed in another tab", async ({ page, context }) => {
  await sample(page);
  await open(page, "Settings");
  const text = (tab: Page) => tab.getByLabel("Text", { exact: true });
  const language = page.getByLabel("Language", { exact: true });
  await text(page).fill("Hello {visitor}: {code}");
  await language.selectOption({ label: "Deutsch" });
  await expect(text(page)).not.toHaveValue("Hello {visitor}: {code}");
  const german = await text(page).inputValue();
  await language.selectOption({ label: "English" });
  await expect(text(page)).toHaveValue("Hello {visitor}: {code}");
  const other = await context.newPage();
  await other.clock.setFixedTime(TODAY);
  await other.goto(page.url());
  await text(other).fill("From elsewhere: {code}");
  await other.getByRole("button", { name: "Update Text" }).click();
  await expect(page.getByRole("button", { name: "Use the App’s Text" })).toBeVisible();
  await expect(text(page)).toHaveValue("Hello {visitor}: {code}");
  await page.getByRole("button", { name: "Use the App’s Text" }).click();
  await expect(text(page)).toHaveValue(/Here is everything you need/);
  await language.selectOption({ label: "Deutsch" });
  await expect(text(page)).toHaveValue(german);
  await page.getByLabel("Part", { exact: true }).selectOption({ label: "SMS" });
  await text(page).fill("{code}, {start}: {url}");
  await expect(page.getByRole("region", { name: "Preview" })).toContainText(/^Preview482 9137, \d\d\.\d\d\. 15:00: http/);
});

test("a message goes by the share sheet, and waits again when it did not go out", async ({ page }) => {
  await page.addInitScript(() => {
    const share = (data: ShareData) => {
      document.documentElement.dataset.shared = data.text;
      return Promise.reject(new DOMException("Closed.", "AbortError"));
    };
    Object.defineProperty(navigator, "share", { value: share });
  });
  await sample(page);
  await book(page, "Ada Reis", "ada.reis@example.com");
  const code = await codeOf(page);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Share" }).click();
  await expect(dialog.getByText("Did it go out?")).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.dataset.shared)).toContain(code.slice(3));
  await page.reload();
  await page.getByRole("button", { name: "Answer" }).click();
  await dialog.getByRole("button", { name: "It Did Not" }).click();
  await expect(dialog.getByText("To do", { exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByText("Access instructions: not sent yet")).toBeVisible();
});

test("a reminder that came due while nothing was open is made late, and only once", async ({ page }) => {
  await sample(page);
  await book(page, "Ada Reis", "ada.reis@example.com", "2026-11-24T15:00", "2026-11-26T11:00");
  await page.getByRole("button", { name: "Send", exact: true }).waitFor();
  await page.goto("about:blank");
  await at(page, 3 * 24 * 60);
  await page.goto("messages");
  const rows = page.getByRole("option", { name: /Ada Reis.*return key reminder.*late/ });
  await expect(rows).toHaveCount(1);
  await page.reload();
  await expect(rows).toHaveCount(1);
});

test("a reminder that comes due in two tabs that are reloaded just then is made once", async ({ page, context }) => {
  await sample(page);
  await book(page, "Ada Reis", "ada.reis@example.com", "2026-11-24T15:00", "2026-11-26T11:00");
  const other = await context.newPage();
  await other.clock.setFixedTime(TODAY);
  for (const tab of [page, other]) await tab.goto("messages");
  const reminder = (tab: Page, who: string) =>
    tab.getByRole("option", { name: new RegExp(`${who}.*return key reminder`) });
  // Theirs is due four days later: once it is there, all that is due before has been looked at again.
  for (const [minutes, who] of [[3 * 24 * 60 - 60, "Ada Reis"], [7 * 24 * 60 - 60, "Lucía Serrano"]] as const) {
    for (const tab of [page, other]) await at(tab, minutes);
    await Promise.all([page.reload(), other.reload()]);
    for (const tab of [page, other]) {
      await tab.getByRole("radio", { name: /^All/ }).check({ force: true });
      await expect(reminder(tab, who)).toHaveCount(1);
      await expect(reminder(tab, "Ada Reis")).toHaveCount(1);
    }
  }
  await expect(reminder(page, "Ada Reis")).not.toContainText("late");
});

test("the hour of resending holds in every tab, and whatever the clock is set to", async ({ page, context }) => {
  await sample(page);
  await book(page, "Ada Reis", "ada.reis@example.com");
  await send(page, "Send");
  const other = await context.newPage();
  await other.clock.setFixedTime(TODAY);
  await other.goto(page.url());
  const resend = (tab: Page) => tab.getByRole("button", { name: "Resend Access Instructions" });
  await expect(resend(other)).toHaveAttribute("aria-disabled", "true");
  for (const tab of [page, other]) {
    await at(tab, 61);
    await tab.reload();
    await expect(resend(tab)).not.toHaveAttribute("aria-disabled", "true");
  }
  // Pressed in both tabs, it makes one message, which either of them opens.
  await Promise.all([page, other].map((tab) => resend(tab).click()));
  for (const tab of [page, other]) {
    await expect(tab.getByRole("dialog").getByRole("link", { name: "Open Mail Program" })).toBeVisible();
    await tab.keyboard.press("Escape");
    await expect(tab.getByRole("list", { name: "Messages about this" }).getByRole("listitem")).toHaveCount(2);
  }
  await send(page, "Resend Access Instructions");
  for (const tab of [page, other]) await expect(tab.getByText("Available from today 12:01.")).toBeVisible();
  for (const minutes of [-24 * 60, 0, 120]) {
    await at(page, minutes);
    await page.reload();
    await expect(resend(page)).toHaveAttribute("aria-disabled", "true");
  }
  // Sent while the clock was two days ahead, it waits for an hour after that.
  await at(page, 48 * 60);
  await page.reload();
  await send(page, "Resend Access Instructions");
  await at(page, 180);
  await page.reload();
  await expect(page.getByText("Available from Wednesday 11:00.")).toBeVisible();
  await expect(resend(page)).toHaveAttribute("aria-disabled", "true");
});

test("the visitor is told of what changes for them, in their language, and of nothing else", async ({ page }) => {
  await sample(page);
  await add(page, "One-Time Booking");
  await page.getByLabel("Key", { exact: true }).selectOption({ label: "Loft 4" });
  await page.getByLabel("Visitor’s Name").fill("Greta Sommer");
  await page.getByLabel("Mobile").fill("912 345 678");
  await page.getByLabel("Language").selectOption({ label: "Deutsch" });
  await page.getByLabel("Start Date").fill("2026-12-10T15:00");
  await page.getByLabel("End Date").fill("2026-12-12T11:00");
  await page.getByLabel("Send Access Instructions").uncheck();
  await page.getByRole("button", { name: "Save Booking" }).click();
  await expect(page.getByRole("heading", { name: "Greta Sommer" })).toBeVisible();
  const messages = page.getByRole("list", { name: "Messages about this" });
  await expect(messages).toBeHidden();
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.getByLabel("Notes").fill("Comes by train.");
  await page.getByRole("button", { name: "Update", exact: true }).click();
  await expect(page.getByText("Comes by train.")).toBeVisible();
  await expect(messages).toBeHidden();
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.getByLabel("Key", { exact: true }).selectOption({ label: "Cellar" });
  await page.getByRole("button", { name: "Update", exact: true }).click();
  await expect(page.getByText("An update: not sent yet")).toBeVisible();
  await page.reload();
  await page.getByRole("button", { name: "Send", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("link", { name: "Open SMS Program" })).toHaveAttribute("href", /^sms:\+351912345678/);
  await expect(dialog).toContainText(/Cellar/);
  await expect(dialog).toContainText(/10\. ?(Dezember|Dez\.|12\.)/);
});
