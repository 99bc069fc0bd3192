import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { add, sample } from "./steps";

// The label of a SmartBox, read with the camera.

const LABEL = "LATCHBOOK:1:LB-0007:0000-0000-0000-0000-0000-0000-0000";

async function form(page: Page) {
  await sample(page);
  await add(page, "SmartBox");
  const dialog = page.getByRole("dialog", { name: "Add SmartBox" });
  await dialog.getByLabel("Kind").selectOption({ label: "On a wall" });
  return dialog;
}

/**
 * Chromium on Linux has a camera, if a false one, and no `BarcodeDetector`: this one stands in for it. It looks at the video as
 * the real one does, and finds in its pictures, one after the other, what the test says.
 */
async function detector(page: Page, finds: string[]) {
  await page.addInitScript((finds) => {
    (globalThis as any).BarcodeDetector = class {
      constructor({ formats }: { formats: string[] }) {
        if (formats.join() !== "qr_code") throw new TypeError("expected QR codes");
      }
      async detect(video: HTMLVideoElement) {
        if (video.readyState < 2) throw new DOMException("no picture yet", "InvalidStateError");
        (globalThis as any).track = (video.srcObject as MediaStream).getVideoTracks()[0];
        const rawValue = finds.length > 1 ? finds.shift() : finds[0];
        return rawValue ? [{ rawValue }] : [];
      }
    };
  }, finds);
}

const camera = (page: Page) => page.evaluate(() => (globalThis as any).track?.readyState);

test("where the browser reads no codes, nothing is offered, and the label is typed", async ({ page }) => {
  const dialog = await form(page);
  await expect(dialog.getByRole("button", { name: "Scan Label" })).toBeHidden();
  await dialog.getByLabel("Secret on its label").fill(LABEL);
  await expect(dialog.getByLabel("Serial number")).toHaveValue("LB-0007");
});

test("without a camera the label is typed", async ({ page }) => {
  await detector(page, []);
  const dialog = await form(page);
  await dialog.getByRole("button", { name: "Scan Label" }).click();
  await expect(page.getByText(/No camera was found|The camera is not allowed/)).toBeVisible();
});

test.describe("with a camera", () => {
  /** A page of a browser with a camera that shows a green picture and a dot, and that nobody is asked about. */
  const withCamera = test.extend({
    page: async ({ playwright, launchOptions, baseURL, locale, timezoneId }, use) => {
      const args = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
      const browser = await playwright.chromium.launch({ ...launchOptions, args: [...(launchOptions.args ?? []), ...args] });
      await use(await browser.newPage({ baseURL, locale, timezoneId }));
      await browser.close();
    },
  });

  withCamera("a label is scanned, another code is not taken for one, and the camera goes off", async ({ page }) => {
    await detector(page, ["", "https://example.com/", "https://example.com/", "", "", "", "", LABEL]);
    const dialog = await form(page);
    await dialog.getByRole("button", { name: "Scan Label" }).click();
    await expect(page.getByText("This QR code is not that of a SmartBox.")).toBeVisible();
    await expect(dialog.getByLabel("Secret on its label")).toHaveValue(LABEL);
    await expect(page.getByRole("dialog", { name: "Scan Label" })).toBeHidden();
    await expect(dialog.getByLabel("Serial number")).toHaveValue("LB-0007");
    expect(await camera(page)).toBe("ended");
  });

  withCamera("closing the dialog turns the camera off", async ({ page }) => {
    await detector(page, [""]);
    const dialog = await form(page);
    await dialog.getByRole("button", { name: "Scan Label" }).click();
    await expect.poll(() => camera(page)).toBe("live");
    await page.getByRole("dialog", { name: "Scan Label" }).getByRole("button", { name: "Close" }).click();
    await expect.poll(() => camera(page)).toBe("ended");
  });
});
