import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { add, open, sample, SIZES } from "./steps";

/**
 * Makes the app's own WebAssembly trap, as a panic does: it is asked for more memory than there is. The module is the one
 * that runs, for importing it again answers the same one.
 */
async function trap(page: Page, from: "a task" | "a promise") {
  await page.evaluate(async (from) => {
    const address = document.querySelector<HTMLMetaElement>('meta[name="latchbook-module"]')!.content;
    const { default: exports } = await import(address);
    const { __wbindgen_malloc: malloc } = await exports();
    const ask = () => malloc(0xffff_fff0, 1);
    if (from === "a task") queueMicrotask(ask);
    else void Promise.resolve().then(ask);
  }, from);
}

for (const [name, size] of Object.entries(SIZES)) {
  for (const from of ["a task", "a promise"] as const) {
    test(`${name}: when the app stops in ${from}, it says so, and a reload finds what was saved`, async ({
      page,
      complaints,
    }) => {
      await page.setViewportSize(size);
      await sample(page);
      await open(page, "Keys");
      await add(page, "Key");
      await page.getByRole("dialog").getByLabel("Name").fill("Van 9");
      await page.getByRole("dialog").getByRole("button", { name: "Add Key" }).click();
      await expect(page.getByRole("heading", { name: "Van 9" })).toBeVisible();

      await trap(page, from);
      const stopped = page.getByRole("alertdialog", { name: "Latchbook has stopped" });
      await expect(stopped).toBeVisible();
      await expect(stopped).toHaveAccessibleDescription(/Nothing that was saved is lost/);
      expect(complaints.splice(0), "a trap and nothing else").toEqual([expect.stringMatching(/^exception: /)]);
      const reload = stopped.getByRole("button", { name: "Reload" });
      await expect(reload).toBeFocused();
      expect((await reload.boundingBox())!.height).toBeGreaterThanOrEqual(44);
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      await expect(stopped).toBeVisible();

      // A second trap adds nothing.
      await trap(page, from);
      await expect.poll(() => complaints.splice(0).length).toBe(1);
      await expect(page.locator("#stopped")).toHaveCount(1);

      await reload.click();
      await expect(stopped).toHaveCount(0);
      await expect(page.getByRole("heading", { name: "Van 9" })).toBeVisible();
    });
  }
}

test("an error that is no trap stops nothing", async ({ page, complaints }) => {
  await sample(page);
  await page.evaluate(() =>
    queueMicrotask(() => {
      throw new Error("of a browser's extension");
    }),
  );
  await expect.poll(() => complaints.splice(0)).toEqual(["exception: of a browser's extension"]);
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
});
