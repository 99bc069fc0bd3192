/**
 * SmartBoxes for end-to-end tests: a browser with the real `navigator.bluetooth` or `navigator.serial`, and at the other end
 * of the link the reference box as a program. What stands between the two is in `tests/smartbox`.
 *
 * ```ts
 * import { expect, test } from "./smartbox";
 *
 * test("…", async ({ bluetoothBox }) => {
 *   const box = await bluetoothBox();
 *   await box.page.goto("");
 *   await box.choose(() => box.page.getByRole("button", { name: "Connect" }).click());
 *   await box.drop();
 * });
 * ```
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, expect } from "@playwright/test";
import { BluetoothBox, type BluetoothOptions } from "./bluetooth";
import type { Box, Setting } from "./box";
import { SerialBox, type SerialOptions } from "./serial";

type Fixtures = {
  /** What the pages of the boxes' browsers complained about; a test that expects some takes it out. */
  complaints: string[];
  /** Makes a SmartBox in Bluetooth's range, and the browser. */
  bluetoothBox: (options?: BluetoothOptions) => Promise<BluetoothBox>;
  /** Makes a SmartBox at a serial cable, and the browser. */
  serialBox: (options?: SerialOptions) => Promise<SerialBox>;
  boxes: { start<B extends Box>(start: (folder: string, setting: Setting) => Promise<B>, folder?: string): Promise<B> };
};

export const test = base.extend<Fixtures>({
  complaints: async ({}, use) => {
    const complaints: string[] = [];
    await use(complaints);
    expect(complaints, "what the pages complained about").toEqual([]);
  },

  boxes: async ({ complaints, launchOptions, contextOptions, baseURL, locale, timezoneId, viewport }, use, testInfo) => {
    const folders: string[] = [];
    const boxes: Box[] = [];
    const context = { ...contextOptions, baseURL, locale, timezoneId, viewport };
    await use({
      async start(start, folder) {
        if (!folder) {
          // Short, for the path of a socket must be.
          folder = mkdtempSync(join(tmpdir(), "smartbox-"));
          folders.push(folder);
        }
        const box = await start(folder, { launch: launchOptions, context, complaints });
        boxes.push(box);
        await box.open();
        return box;
      },
    });
    for (const box of boxes) await box.close();
    if (testInfo.status !== testInfo.expectedStatus) {
      const told = boxes.map(({ standIn }) => [...standIn.told.map((news) => JSON.stringify(news)), standIn.complaints].join("\n"));
      await testInfo.attach("what the SmartBoxes’ stand-ins told", { body: told.join("\n\n"), contentType: "text/plain" });
    }
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  },

  bluetoothBox: async ({ boxes }, use) => {
    await use((options = {}) => boxes.start((folder, setting) => BluetoothBox.start(folder, options, setting), options.folder));
  },

  serialBox: async ({ boxes }, use, testInfo) => {
    await use(async (options = {}) => {
      const box = await boxes.start((folder, setting) => SerialBox.start(folder, options, setting), options.folder);
      if (box.replacedBecause) {
        const description = `not with the browser’s own navigator.serial: ${box.replacedBecause}`;
        testInfo.annotations.push({ type: "replaced", description });
        console.warn(`${testInfo.title}: ${description}`);
      }
      return box;
    });
  },
});

export { expect };
export { GATT } from "./bluetooth";
