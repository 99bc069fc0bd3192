import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type BrowserContext, type LaunchOptions, type Page } from "@playwright/test";
import { listen } from "../fixtures";
import { tell } from "./control";
import { file, python, type StandIn } from "./stand_in";

/** The browser's own options, as the configuration says them. */
export type Setting = {
  launch: LaunchOptions;
  context: Parameters<typeof chromium.launchPersistentContext>[1];
  complaints: string[];
};

/** What there is to say of any SmartBox. */
export type BoxOptions = {
  /** Which program is behind the link: the reference box, or one that only says what it hears. */
  program?: "box" | "echo";
  /** More arguments for that program. */
  args?: string[];
  /** The folder of another SmartBox that was closed: this one remembers what that did, and so does the browser. */
  folder?: string;
};

/** The socket at which a SmartBox is told what people do at the cabinet. */
const control = (folder: string) => join(folder, "control");

/** What a stand-in is told of the program of a SmartBox, for a link of this kind. */
export function program(options: BoxOptions, folder: string, link: string[]): string[] {
  const box = process.env.LATCHBOOK_BOX ?? fileURLToPath(new URL("../../../target/debug/latchbook-box", import.meta.url));
  const start = options.program === "echo" ? [python(), file("echo.py")] : [box];
  const state = ["--state", join(folder, "state")];
  return ["--control", control(folder), "--", ...start, ...link, ...state, ...(options.args ?? [])];
}

/** A SmartBox, what links it to a browser, and that browser. */
export abstract class Box {
  /** The browser's profile is kept: what the person allowed holds after a restart. */
  private opened: BrowserContext | undefined;
  private current: Page | undefined;

  protected constructor(
    readonly folder: string,
    readonly standIn: StandIn,
    private readonly setting: Setting,
  ) {}

  get context(): BrowserContext {
    if (!this.opened) throw new Error("the browser is closed");
    return this.opened;
  }

  /** The browser's first page. */
  get page(): Page {
    if (!this.current) throw new Error("the browser is closed");
    return this.current;
  }

  protected get profile() {
    return join(this.folder, "profile");
  }

  /** What the browser needs to reach the SmartBox. */
  protected abstract launching(): { features: string[]; args: string[]; env: Record<string, string>; executablePath?: string };
  /** Called when the browser has started, before any page is shown. */
  protected abstract ready(page: Page): Promise<void>;

  /** Does what makes the browser show its list of devices, a real click, and answers that list. */
  abstract choose(action: () => Promise<unknown>, choice?: "pick" | "cancel"): Promise<void>;

  /** Starts the browser. */
  async open(): Promise<Page> {
    mkdirSync(this.profile, { recursive: true });
    const { features, args, env, executablePath } = this.launching();
    const { launch, context, complaints } = this.setting;
    this.opened = await chromium.launchPersistentContext(this.profile, {
      ...launch,
      ...context,
      ...(executablePath ? { executablePath } : {}),
      args: [...(launch.args ?? []), ...args, ...(features.length > 0 ? [`--enable-features=${features.join(",")}`] : [])],
      env: { ...(process.env as Record<string, string>), ...env },
    });
    const page = this.opened.pages()[0] ?? (await this.opened.newPage());
    await listen(page, complaints);
    await this.ready(page);
    this.current = page;
    return page;
  }

  /** Another page of the browser. Lists of devices are answered in the first. */
  async tab(): Promise<Page> {
    const page = await this.context.newPage();
    await listen(page, this.setting.complaints);
    return page;
  }

  /** Ends the browser as a person does, and starts it again. */
  async restart(): Promise<Page> {
    await this.shut();
    return await this.open();
  }

  protected async shut() {
    await this.opened?.close();
    this.opened = this.current = undefined;
  }

  /** Ends all of it; the folder stays. */
  async close() {
    await this.shut();
    await this.standIn.stop();
  }

  /** Says a line to the SmartBox’s control socket, and answers what it says to that. */
  async tell(line: string): Promise<string> {
    const [answer] = await tell(control(this.folder), [line]);
    return answer!;
  }

  /** Presses buttons of the keypad, as at the cabinet: the digits of a code, and Enter. */
  async press(code: string): Promise<string[]> {
    return await tell(control(this.folder), [...[...code].map((digit) => `press ${digit}`), "press enter"]);
  }

  /** Cuts the SmartBox’s power and gives it back; what it has not written down is forgotten. */
  async reboot() {
    await this.standIn.ask("reboot");
  }
}
