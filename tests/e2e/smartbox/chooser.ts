import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { CDPSession, Page } from "@playwright/test";
import { WebSocket } from "ws";

/** What a person does with the browser's list of devices. */
export type Choice = "pick" | "cancel";

const SHOWN_WITHIN = 20_000;
/** A dialog takes no click in its first half second: nobody shall choose by accident. */
const SETTLED = 700;
const LOOK_EVERY = 100;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The list of Bluetooth devices, which the DevTools protocol shows and answers. */
export class BluetoothChooser {
  /** How often the list was shown. */
  shown = 0;

  private constructor(private readonly session: CDPSession) {}

  static async of(page: Page): Promise<BluetoothChooser> {
    const session = await page.context().newCDPSession(page);
    const chooser = new BluetoothChooser(session);
    const seen = new Set<string>();
    // The list is told again whenever it grows.
    session.on("DeviceAccess.deviceRequestPrompted", ({ id }) => (chooser.shown += seen.has(id) ? 0 : (seen.add(id), 1)));
    await session.send("DeviceAccess.enable");
    return chooser;
  }

  /** Answers the list that an action opens, once the device of this name is in it. */
  async answer(name: string, choice: Choice, action: () => Promise<unknown>) {
    let timer: NodeJS.Timeout | undefined;
    let hear: Parameters<CDPSession["on"]>[1] = () => {};
    const prompt = new Promise<{ id: string; device: string }>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no list of devices showed “${name}”`)), SHOWN_WITHIN);
      hear = ({ id, devices }: { id: string; devices: { id: string; name: string }[] }) => {
        const found = devices.find((device) => device.name === name);
        if (found || choice === "cancel") resolve({ id, device: found?.id ?? "" });
      };
      this.session.on("DeviceAccess.deviceRequestPrompted", hear);
    });
    try {
      const [{ id, device }] = await Promise.all([prompt, action()]);
      if (choice === "pick") await this.session.send("DeviceAccess.selectPrompt", { id, deviceId: device });
      else await this.session.send("DeviceAccess.cancelPrompt", { id });
    } finally {
      clearTimeout(timer);
      this.session.off("DeviceAccess.deviceRequestPrompted", hear);
    }
  }
}

type View = { nodeId: number; nodeName: string; attributes?: string[]; children?: View[] };

/**
 * The list of serial ports. It is the browser's own window and in no page: Chromium's DevTools for its own interface find it
 * and click in it.
 */
export class SerialChooser {
  static readonly FEATURE = "ui-debug-tools-enable-synthetic-events";
  static readonly ARGS = ["--enable-ui-devtools=0"];
  /** How often the list was answered. */
  shown = 0;
  private count = 0;

  private constructor(private readonly socket: WebSocket) {}

  /** Forgets where the last browser of this profile listened; to be called before the next one starts. */
  static forget(profile: string) {
    rmSync(SerialChooser.portFile(profile), { force: true });
  }

  /** The lists of a browser that runs. */
  static async of(profile: string): Promise<SerialChooser> {
    const port = await until("the port of Chromium’s DevTools for its interface", async () => {
      try {
        return readFileSync(SerialChooser.portFile(profile), "utf8").split("\n")[0]?.trim();
      } catch {
        return undefined;
      }
    });
    const socket = new WebSocket(`ws://127.0.0.1:${port}/0`);
    await new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject));
    const chooser = new SerialChooser(socket);
    await chooser.send("DOM.enable");
    await chooser.send("CSS.enable");
    return chooser;
  }

  private static portFile(profile: string) {
    return join(profile, "UIDevToolsActivePort");
  }

  /** Answers the list that an action opens: with its first port, which is there to be seen, or with none. */
  async answer(choice: Choice, action: () => Promise<unknown>) {
    await action();
    const list = await until("no list of serial ports was shown", async () => {
      const views = all((await this.send("DOM.getDocument")).root);
      return views.find((view) => view.nodeName === "Widget" && kind(view) === "ChooserBubbleUiViewDelegate");
    });
    this.shown += 1;
    await sleep(SETTLED);
    const views = all(list);
    if (choice === "pick") {
      const table = views.find((view) => kind(view) === "TableView");
      if (!table) throw new Error("the list of serial ports has no table");
      await this.click(table, 20, 10);
    }
    const word = choice === "pick" ? "Connect" : "Cancel";
    for (const button of views.filter((view) => kind(view).endsWith("Button"))) {
      if ((await this.text(button)) === word) return await this.click(button, 10, 10);
    }
    throw new Error(`the list of serial ports has no button “${word}”`);
  }

  close() {
    this.socket.close();
  }

  private async text(view: View): Promise<string | undefined> {
    const { matchedCSSRules } = await this.send("CSS.getMatchedStylesForNode", { nodeId: view.nodeId });
    const properties = matchedCSSRules.flatMap((match: any) => match.rule.style.cssProperties);
    return properties.find((property: any) => property.name === "Text")?.value;
  }

  private async click(view: View, x: number, y: number) {
    for (const type of ["mousePressed", "mouseReleased"]) {
      const event = { type, x, y, button: "left", wheelDirection: "none" };
      await this.send("DOM.dispatchMouseEvent", { nodeId: view.nodeId, event });
    }
  }

  private send(method: string, params: object = {}): Promise<any> {
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      const hear = (data: unknown) => {
        const answer = JSON.parse(String(data));
        if (answer.id !== id) return;
        this.socket.off("message", hear);
        if (answer.error) reject(new Error(`${method}: ${answer.error.message}`));
        else resolve(answer.result);
      };
      this.socket.on("message", hear);
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }
}

/** The class of a view. */
const kind = (view: View) => view.attributes?.[1] ?? "";

const all = (view: View): View[] => [view, ...(view.children ?? []).flatMap(all)];

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + SHOWN_WITHIN; Date.now() < end; await sleep(LOOK_EVERY)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`${what}, within ${SHOWN_WITHIN / 1000} s`);
}
