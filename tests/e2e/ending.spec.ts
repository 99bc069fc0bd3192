import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { SIZES, TODAY, add, codeOf, deliver, openBox, pickUp, sample, type } from "./steps";

const DAY = 24 * 60 * 60_000;

/** Books Loft 4, whose key is in the courtyard, until tomorrow at eleven; both boxes are told. */
async function book(page: Page, name: string): Promise<{ code: string; address: string }> {
  await add(page, "One-Time Booking");
  await page.getByLabel("Key", { exact: true }).selectOption({ label: "Loft 4" });
  await page.getByLabel("Visitor’s Name").fill(name);
  await page.getByLabel("Start Date").fill("2026-11-23T09:00");
  await page.getByLabel("End Date").fill("2026-11-24T11:00");
  await page.getByRole("button", { name: "Save Booking" }).click();
  await expect(page.getByRole("heading", { name, exact: true })).toBeVisible();
  const [code, address] = [await codeOf(page), page.url()];
  await deliver(page, "Alfama Entrance");
  await deliver(page, "Alfama Courtyard");
  return { code, address };
}

/** Brings a key back to the box that is open. */
async function dropOff(page: Page, key: RegExp) {
  const hand = page.getByLabel("Key in your hand");
  await hand.selectOption(await hand.locator("option").filter({ hasText: key }).getAttribute("value"));
  await page.getByRole("button", { name: "Hold its tag to the reader" }).click();
  await page.getByRole("button", { name: "Put the key in", exact: true }).click();
  await expect(page.getByText("The key is back").first()).toBeVisible();
  await page.getByRole("button", { name: "Close the door" }).click();
}

for (const [where, viewport] of Object.entries(SIZES)) {
  test.describe(where, () => {
    test.use({ viewport });

    test("after the end no box gives the key out, and another box takes it back", async ({ page }) => {
      await sample(page);
      const { code, address } = await book(page, "Ada Reis");
      await pickUp(page, code);
      await deliver(page, "Alfama Courtyard");

      await page.clock.setFixedTime(new Date(TODAY.getTime() + DAY + 2 * 60 * 60_000));
      await page.goto(address);
      const words = "Pick-up ended today 11:00. The code still takes the key back, at any box.";
      await expect(page.getByText(words)).toBeVisible();
      await openBox(page, "Alfama Entrance");
      await dropOff(page, /^Loft 4:/);
      await page.reload();
      for (const name of ["Alfama Entrance", "Alfama Courtyard"]) {
        await deliver(page, name);
        await type(page, code);
        await expect(page.getByText("This booking has ended").first()).toBeVisible();
      }
      await page.goto(address);
      await expect(page.getByText(/A box answers that the booking ended today 11:00\..*Bringing the key back always works/)).toBeVisible();
      await expect(page.getByText(/Returned .*Alfama Entrance/).first()).toBeVisible();
    });

    test("a revocation is owed to each box until it has confirmed; the key that is out can come back", async ({ page }) => {
      await sample(page);
      const { code, address } = await book(page, "Ada Reis");
      await pickUp(page, code);
      await deliver(page, "Alfama Courtyard");
      await page.goto(address);
      await page.getByRole("button", { name: "Edit", exact: true }).click();
      await page.getByRole("button", { name: "Revoke Access" }).click();
      const dialog = page.getByRole("dialog");
      await expect(dialog).toContainText("Ada Reis has the key now. Bringing it back stays possible, at any box.");
      await expect(dialog).toContainText(/Alfama (Entrance|Courtyard) and Alfama (Entrance|Courtyard) will accept the code/);
      await dialog.getByRole("button", { name: "Revoke Access" }).click();
      const both = /^Revoked, but still accepted at Alfama \w+ and Alfama \w+$/;
      await expect(page.getByText(both)).toBeVisible();
      await page.reload();
      await expect(page.getByText(both)).toBeVisible();

      await deliver(page, "Alfama Entrance");
      await dropOff(page, /^Loft 4:/);
      await page.goto(address);
      await expect(page.getByText("Revoked, but still accepted at Alfama Courtyard", { exact: true })).toBeVisible();
      await deliver(page, "Alfama Courtyard");
      await type(page, code);
      await expect(page.getByText("This code was revoked").first()).toBeVisible();
      await page.goto("bookings?show=revoked");
      await page.getByRole("option", { name: /Ada Reis/ }).click();
      await expect(page.getByRole("heading", { name: "Ada Reis" })).toBeVisible();
      await expect(page.getByText(/still accepted/)).toHaveCount(0);
    });
  });
}
