import { expect, test } from "./fixtures";
import { add, open, sample, TODAY } from "./steps";

test("begin with an organization of one's own, and find it again after a reload", async ({ page }) => {
  await page.clock.setFixedTime(TODAY);
  await page.goto("");
  await expect(page.getByLabel("Its time zone")).toHaveValue("Europe/Berlin");
  await page.getByRole("button", { name: "Begin", exact: true }).click();
  await expect(page.getByText("This is needed.")).toHaveCount(2);
  await page.getByLabel("Organization’s name").fill("Gate Rentals");
  await page.getByLabel("First location").fill("Gate 3");
  await page.getByLabel("Its time zone").fill("Mars/Base");
  await page.getByRole("button", { name: "Begin", exact: true }).click();
  await expect(page.getByText(/does not know this time zone/)).toBeVisible();
  await page.getByLabel("Its time zone").fill("Asia/Tokyo");
  await page.getByRole("button", { name: "Begin", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Bookings", level: 1 })).toBeVisible();
  await add(page, "Key");
  await page.getByRole("dialog").getByLabel("Name").fill("Van 9");
  await page.getByRole("dialog").getByRole("button", { name: "Add Key" }).click();
  await expect(page.getByRole("heading", { name: "Van 9" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Van 9" })).toBeVisible();
  await expect(page.getByText("Gate Rentals").first()).toBeVisible();
});

test("two tabs: each shows within a second what the other did", async ({ page, context }) => {
  await sample(page);
  await open(page, "Keys");
  const other = await context.newPage();
  await other.clock.setFixedTime(TODAY);
  await other.goto("keys");
  await expect(other.getByRole("option", { name: /Loft 4/ })).toBeVisible();
  for (const [tab, twin, name] of [[page, other, "Quay 7"], [other, page, "Quay 8"]] as const) {
    await add(tab, "Key");
    await tab.getByRole("dialog").getByLabel("Name").fill(name);
    await tab.getByRole("dialog").getByRole("button", { name: "Add Key" }).click();
    await expect(twin.getByRole("option", { name: new RegExp(name) })).toBeVisible();
  }
  await expect(page.getByRole("option", { name: /Quay 7/ })).toBeVisible();
});

test("two tabs that save at the same moment lose nothing", async ({ page, context }) => {
  await sample(page);
  const other = await context.newPage();
  await other.clock.setFixedTime(TODAY);
  for (const [tab, name] of [[page, "Pier 1"], [other, "Pier 2"]] as const) {
    await tab.goto("keys");
    await add(tab, "Key");
    await tab.getByRole("dialog").getByLabel("Name").fill(name);
  }
  await Promise.all(
    [page, other].map((tab) => tab.getByRole("dialog").getByRole("button", { name: "Add Key" }).click()),
  );
  for (const tab of [page, other]) {
    for (const name of [/Pier 1/, /Pier 2/]) await expect(tab.getByRole("option", { name })).toBeVisible();
  }
});

test("a tab that is killed in the middle of a write loses nothing that was confirmed and leaves nothing half-done", async ({
  page,
  context,
}) => {
  await sample(page);
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Airbnb Inc//Hosting Calendar 1.0//EN"];
  for (let n = 0; n < 2000; n++) {
    const day = (days: number) =>
      new Date(TODAY.getTime() + days * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
    lines.push("BEGIN:VEVENT", `UID:${n}@airbnb.com`, "SUMMARY:Reserved", "DTSTAMP:20261120T091500Z");
    lines.push(`DTSTART;VALUE=DATE:${day(n + 2)}`, `DTEND;VALUE=DATE:${day(n + 3)}`, "END:VEVENT");
  }
  lines.push("END:VCALENDAR", "");
  const file = { name: "many.ics", mimeType: "text/calendar", buffer: Buffer.from(lines.join("\r\n")) };

  const bookings = async () => {
    await page.goto("bookings");
    const all = page.getByRole("radio", { name: /^All/ });
    await expect(all).toBeVisible();
    const name = await all.evaluate((radio: HTMLInputElement) => radio.labels?.[0]?.textContent ?? "");
    return Number(name.replace(/\D/g, ""));
  };
  const before = await bookings();
  expect(before).toBeGreaterThan(0);

  // Tabs die at different moments of one write that takes many segments: all of it is there afterwards, or nothing.
  for (const after of [0, 60, 600]) {
    const victim = await context.newPage();
    await victim.clock.setFixedTime(TODAY);
    await victim.goto("import");
    await victim.getByLabel("Key", { exact: true }).selectOption({ label: "Loft 4" });
    await victim.getByLabel("Choose a calendar file").setInputFiles(file);
    const button = victim.getByRole("button", { name: /^Import: make 2000$|^Nothing to Import$/ });
    await expect(button).toBeVisible();
    if ((await button.textContent())?.startsWith("Nothing")) {
      await victim.close();
      break;
    }
    await button.evaluate((element: HTMLElement) => setTimeout(() => element.click(), 0));
    await victim.waitForTimeout(after);
    const crashed = victim.waitForEvent("crash");
    const devtools = await context.newCDPSession(victim);
    devtools.send("Page.crash").catch(() => {});
    await crashed;
    await victim.close();
    expect([before, before + 2000], `after ${after} ms`).toContain(await bookings());
  }

  // What was confirmed before is there, and the next write goes well.
  await add(page, "Key");
  await page.getByRole("dialog").getByLabel("Name").fill("After the crash");
  await page.getByRole("dialog").getByRole("button", { name: "Add Key" }).click();
  await expect(page.getByRole("heading", { name: "After the crash" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "After the crash" })).toBeVisible();
});

test("a browser that keeps nothing is said so plainly, and works all the same", async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, "indexedDB", { value: undefined });
  });
  await page.clock.setFixedTime(TODAY);
  await page.goto("");
  await expect(page.getByText("Nothing is saved", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Try it with sample data" }).click();
  await expect(page.getByRole("heading", { name: "Bookings", level: 1 })).toBeVisible();
  await expect(page.getByText("Nothing is saved", { exact: true })).toBeVisible();
});
