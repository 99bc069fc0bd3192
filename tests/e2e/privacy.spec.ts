import type { BrowserContext, Page, Request } from "@playwright/test";
import { expect, test } from "./fixtures";
import { Gateway } from "./gateway";
import { add, at, book, codeOf, deliver, open, sample, send, type } from "./steps";

/** Hears all that leaves the pages of a context, and where: consoles, addresses, requests. */
class Ear {
  readonly heard: { where: string; text: string }[] = [];

  /** `gateways` are told of visitors: that is what they are for. Their addresses and headers count all the same. */
  constructor(
    context: BrowserContext,
    private readonly gateways: string[],
  ) {
    context.on("page", (page) => this.listen(page));
    context.pages().forEach((page) => this.listen(page));
    context.on("request", (request) => this.request(request));
  }

  private note(where: string, text: string | null | undefined) {
    if (text) this.heard.push({ where, text });
  }

  private listen(page: Page) {
    page.on("console", (message) => {
      this.note("console", message.text());
      this.note("console", beforeHash(message.location().url));
    });
    page.on("pageerror", (error) => this.note("exception", `${error.message} ${error.stack}`));
    page.on("framenavigated", (frame) => this.note("address", beforeHash(frame.url())));
  }

  private request(request: Request) {
    this.note("request", beforeHash(request.url()));
    this.note("headers", JSON.stringify(request.headers()));
    if (!this.gateways.some((gateway) => request.url().startsWith(gateway))) this.note("body", request.postData());
  }

  /** Where one of the secrets was heard: `console: Ada Reis`. */
  leaks(secrets: string[]): string[] {
    const found = new Set<string>();
    for (const { where, text } of this.heard) {
      const said = [text, decoded(text)].join("\n").toLowerCase();
      for (const secret of secrets) if (said.includes(secret.toLowerCase())) found.add(`${where}: ${secret}`);
    }
    return [...found];
  }
}

/** An address as a server sees it. */
function beforeHash(address: string): string {
  return address.split("#")[0] ?? "";
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return "";
  }
}

/** What a page says is wrong: at fields and above forms. */
async function errors(page: Page): Promise<string> {
  const said = page.locator('[role="alert"], .field-error').or(page.getByRole("status"));
  return (await said.allTextContents()).join("\n");
}

/** Whom all of this is about. */
const ADA = { name: "Adalgisa Reisinger", email: "adalgisa.reisinger@example.com", mobile: "+351961702483" };
const PERSONAL = ["adalgisa", "reisinger", "961702483", "961 702 483"];

test("codes and personal data reach no console, no server's eyes, and no error message", async ({ page, context, complaints }) => {
  const gateway = await Gateway.open();
  const ear = new Ear(context, [gateway.address]);
  const secrets = [...PERSONAL];
  const code = (digits: string) => secrets.push(digits, `${digits.slice(0, 3)} ${digits.slice(3)}`);
  await page.addInitScript(() => {
    const refuse = () => Promise.reject(new DOMException("Write permission denied.", "NotAllowedError"));
    Object.defineProperty(navigator.clipboard, "writeText", { value: refuse });
  });
  await sample(page);
  const wrong: string[] = [];

  await test.step("a booking with wrong contacts, then with right ones", async () => {
    await add(page, "One-Time Booking");
    await page.getByLabel("Key", { exact: true }).selectOption({ label: "Loft 4" });
    await page.getByLabel("Visitor’s Name").fill(ADA.name);
    await page.getByLabel("E-mail").fill("adalgisa.reisinger@example");
    await page.getByLabel("Mobile").fill("+351 961 702 483 961 702 483");
    await page.getByRole("button", { name: "Save Booking" }).click();
    await expect(page.getByText(/is no e-mail address/)).toBeVisible();
    await expect(page.getByText(/is no mobile number/)).toBeVisible();
    wrong.push(await errors(page));
    // The browser's storage refuses once.
    await page.getByLabel("E-mail").fill(ADA.email);
    await page.getByLabel("Mobile").fill(ADA.mobile);
    await page.evaluate(() => {
      const { add, put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.add = IDBObjectStore.prototype.put = () => {
        throw new DOMException("No room.", "QuotaExceededError");
      };
      Object.assign(window, { roomAgain: () => Object.assign(IDBObjectStore.prototype, { add, put }) });
    });
    await page.getByRole("button", { name: "Save Booking" }).click();
    await expect(page.getByText(/^Not saved\./)).toBeVisible();
    wrong.push(await errors(page));
    await page.evaluate(() => (window as unknown as { roomAgain(): void }).roomAgain());
    await page.getByRole("button", { name: "Save Booking" }).click();
    await expect(page.getByRole("heading", { name: ADA.name })).toBeVisible();
    code(await codeOf(page));
  });

  await test.step("copied, sent, shown to the visitor", async () => {
    for (const button of ["Copy Booking Code", "Copy Booking URL", "Copy Details"]) {
      await page.getByRole("button", { name: button }).click();
      const copy = page.getByRole("textbox", { name: "Copy it by hand" });
      await expect(copy).not.toHaveValue("");
      if (button === "Copy Booking URL") secrets.push((await copy.inputValue()).split("#")[1] ?? "");
      await page.keyboard.press("Escape");
    }
    await send(page, "Send");
    const opened = context.waitForEvent("page");
    await page.getByRole("link", { name: "The visitor’s own page" }).click();
    const visitor = await opened;
    await expect(visitor.getByRole("heading", { name: "Loft 4" })).toBeVisible();
    await visitor.reload();
    await expect(visitor.getByRole("heading", { name: "Loft 4" })).toBeVisible();
    await visitor.goto(visitor.url().slice(0, -6));
    await expect(visitor.getByText("This link shows no booking")).toBeVisible();
    await visitor.close();
    await page.getByRole("searchbox", { name: "Search" }).fill(ADA.name);
    await expect(page.getByText("1 booking found")).toBeVisible();
    await page.reload();
  });

  await test.step("wrong and right codes at a SmartBox", async () => {
    const digits = secrets.find((secret) => /^\d{7}$/.test(secret)) ?? "";
    await deliver(page);
    await type(page, digits);
    await expect(page.getByText("Too early").first()).toBeVisible();
    wrong.push(await errors(page));
    for (let n = 0; n < 5; n++) await type(page, `${digits.slice(1)}0`);
    await expect(page.getByText("Locked", { exact: true })).toBeVisible();
    wrong.push(await errors(page));
    await page.getByRole("button", { name: "Deliver", exact: true }).click();
  });

  await test.step("an alias code that is taken, too near, and issued", async () => {
    await page.goto("alias-codes/new");
    await page.getByRole("radio", { name: "Chosen by hand", exact: true }).check({ force: true });
    for (const [digits, reason] of [["730526", /is in use/], ["730562", /one swap of neighbours/]] as const) {
      await page.getByLabel("Digits").fill(digits);
      await page.getByRole("button", { name: "Issue Alias Code", exact: true }).click();
      await expect(page.getByText(reason)).toBeVisible();
      wrong.push(await errors(page));
    }
    secrets.push("730526", "730562");
    await page.getByLabel("Digits").fill("9204617358");
    code("9204617358");
    await page.getByLabel("Visitor’s Name").fill(ADA.name);
    await page.getByRole("button", { name: "Issue Alias Code", exact: true }).click();
    await expect(page.getByRole("heading", { name: ADA.name })).toBeVisible();
    await page.reload();
  });

  await test.step("a gateway that is not there, and one that refuses", async () => {
    await open(page, "Settings");
    await page.getByLabel("E-mail goes by").selectOption({ label: "The gateway, by itself" });
    await page.getByRole("textbox", { name: /^Gateway/ }).fill(gateway.address);
    await page.getByRole("button", { name: "Update Messages" }).click();
    const dialog = page.getByRole("dialog", { name: "Signing secret" });
    gateway.secret = (await dialog.locator(".secret").textContent()) ?? "";
    secrets.push(gateway.secret.replace(/^whsec_/, ""));
    await dialog.getByRole("button", { name: "Copy Signing Secret" }).click();
    await expect(page.getByRole("textbox", { name: "Copy it by hand" })).toHaveValue(gateway.secret);
    await page.keyboard.press("Escape");
    await dialog.getByRole("button", { name: "Done" }).click();
    await open(page, "Bookings");
    await book(page, `${ADA.name} II`, ADA.email, "2027-01-10T15:00", "2027-01-12T11:00");
    code(await codeOf(page));
    await expect(page.getByRole("list", { name: "Messages about this" })).toContainText("The return key reminder");
    // One answer for each of the reminders of the sample, for the reminder of this booking, and for its instructions.
    gateway.answers = Array.from({ length: 4 }, () => ({ status: 503 }));
    await at(page, 1);
    await page.reload();
    await expect.poll(() => gateway.attempts.length).toBe(4);
    await gateway.close();
    await at(page, 3);
    await page.reload();
    await open(page, "Messages");
    await page.getByRole("radio", { name: /^Failed/ }).check({ force: true });
    await page.getByRole("option", { name: new RegExp(ADA.name) }).first().click();
    await expect(page.getByRole("dialog").getByText(/It was tried 2 times/)).toBeVisible();
    wrong.push(await errors(page));
  });

  expect(gateway.forged).toEqual([]);
  expect(new Set(ear.heard.map((one) => one.where)), "what is listened to is heard").toEqual(
    new Set(["console", "address", "request", "headers"]),
  );
  expect(ear.leaks(secrets)).toEqual([]);
  const said = wrong.join("\n").toLowerCase();
  expect(said).toMatch(/no e-mail address[\s\S]*not saved\.[\s\S]*too early[\s\S]*locked/);
  expect(secrets.filter((secret) => said.includes(secret.toLowerCase()))).toEqual([]);
  // The browser notes on its console what the gateway answered, or that it did not. Nothing else may stand there.
  const own = complaints.filter((complaint) => !/^error: Failed to load resource/.test(complaint));
  complaints.splice(0, complaints.length, ...own);
});

test("what leaks is heard, wherever it goes", async ({ page, context, complaints }) => {
  const ear = new Ear(context, ["http://127.0.0.1:9/in"]);
  await page.goto("");
  await expect(page.getByRole("main")).toBeVisible();
  expect(ear.leaks(PERSONAL)).toEqual([]);
  await page.evaluate(() => console.log("Adalgisa"));
  expect(ear.leaks(PERSONAL)).toEqual(["console: adalgisa"]);
  // What stands after `#` no server sees.
  await page.evaluate(() => history.pushState(null, "", "/bookings?q=Reisinger#961702483"));
  await page.route("**/icon.svg*", (route) => route.fulfill({ body: "" }));
  await page.evaluate(() => fetch("icon.svg", { headers: { "x-note": "961 702 483" } }));
  await page.evaluate(() => fetch("icon.svg?961%20702%20483", { method: "POST", body: "961702483" }));
  const thrown = page.waitForEvent("pageerror");
  await page.evaluate(() => void setTimeout(() => Promise.reject(new Error("for Reisinger"))));
  await thrown;
  // Whether a request says which address it comes from is for the server's headers.
  expect(ear.leaks(PERSONAL).filter((leak) => leak !== "headers: reisinger")).toEqual([
    "console: adalgisa",
    "address: reisinger",
    "headers: 961 702 483",
    "request: 961 702 483",
    "body: 961702483",
    "exception: reisinger",
  ]);
  complaints.length = 0;
});
