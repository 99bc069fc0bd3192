import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { Keyboard } from "./keyboard";
import { SIZES, add, book, codeOf, sample } from "./steps";

/** The text that is selected on the page, or nothing. */
const selected = (page: Page) =>
  page.evaluate(() => {
    const area = document.activeElement;
    if (!(area instanceof HTMLTextAreaElement)) return "";
    return area.value.slice(area.selectionStart, area.selectionEnd);
  });

for (const [where, viewport] of Object.entries(SIZES)) {
  test.describe(where, () => {
    test.use({ viewport });

    test("what the browser does not let the page copy is shown, selected", async ({ page }) => {
      await page.addInitScript(() => {
        const refuse = () => Promise.reject(new DOMException("Write permission denied.", "NotAllowedError"));
        Object.defineProperty(navigator.clipboard, "writeText", { value: refuse });
      });
      await sample(page);
      await book(page, "Ada Reis", "ada.reis@example.com");
      const code = await codeOf(page);
      const keys = new Keyboard(page);
      const dialog = page.getByRole("dialog", { name: "Copy it by hand" });
      for (const [button, text] of [
        ["Copy Booking Code", new RegExp(`^${code}$`)],
        ["Copy Booking URL", /\/visit#[\w-]+$/],
        ["Copy Details", /^Key: Loft 4\nFrom: Thursday 10 December 2026, 15:00\n/],
      ] as const) {
        await keys.button(button);
        await expect(dialog).toBeVisible();
        await expect.poll(() => selected(page)).toMatch(text);
        await keys.key("Escape");
        await expect(dialog).toBeHidden();
        await expect(page.getByRole("button", { name: button })).toBeFocused();
        await expect(page.getByText(/copied\.$/)).toHaveCount(0);
        await page.reload();
      }
    });

    test("the details are in the visitor's language, by the clocks of the key's home", async ({ page, context }) => {
      await context.grantPermissions(["clipboard-read", "clipboard-write"]);
      await sample(page);
      await add(page, "One-Time Booking");
      await page.getByLabel("Key", { exact: true }).selectOption({ label: "Sea House" });
      await page.getByLabel("Visitor’s Name").fill("Hana Mori");
      await page.getByLabel("Language").selectOption({ label: "日本語" });
      await page.getByLabel("Start Date").fill("2026-12-10T16:00");
      await page.getByLabel("End Date").fill("2026-12-12T10:00");
      await page.getByRole("button", { name: "Save Booking" }).click();
      const code = await codeOf(page);
      await page.reload();
      await page.getByRole("button", { name: "Copy Details" }).click();
      await expect(page.getByText("Details copied.")).toBeVisible();
      const details = await page.evaluate(() => navigator.clipboard.readText());
      expect(details).toMatch(/Sea House\n.*2026年12月10日.*16:00\n.*2026年12月12日.*10:00\n/);
      expect(details).toContain(`${code.slice(0, 3)} ${code.slice(3)}`);
      expect(details, "plain text").not.toMatch(/[<>*_]|\n{3}/);
    });
  });
}
