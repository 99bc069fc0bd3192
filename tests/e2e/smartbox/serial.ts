import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Page } from "@playwright/test";
import { Box, program, type BoxOptions, type Setting } from "./box";
import { SerialChooser, type Choice } from "./chooser";
import { SerialStandIn } from "./serial_stand_in";
import { file, StandIn } from "./stand_in";

export type SerialOptions = BoxOptions & {
  /** The adapter's numbers on USB, and its serial number. */
  usb?: { vendor?: number; product?: number; serial?: string };
};

/** A SmartBox at a serial cable. */
export class SerialBox extends Box {
  private chooser: SerialChooser | undefined;
  private replaced: SerialStandIn | undefined;

  private constructor(
    /** Why `navigator.serial` is not the browser's own, where it is not. */
    readonly replacedBecause: string | undefined,
    private readonly info: { usbVendorId: number; usbProductId: number },
    ...rest: [folder: string, standIn: StandIn, setting: Setting]
  ) {
    super(...rest);
  }

  static async start(folder: string, options: SerialOptions, setting: Setting): Promise<SerialBox> {
    const { vendor = 0x0403, product = 0x6001, serial = "LB0001" } = options.usb ?? {};
    const identity = [hex(vendor), hex(product), serial].join(":");
    const peer = program(options, folder, ["--pty"]);
    const cable = (kind: string[]) => StandIn.start("cable.py", ["--folder", folder, "--identity", identity, ...kind, ...peer]);
    const info = { usbVendorId: vendor, usbProductId: product };
    const because = await whyNotReal(folder, cable);
    if (typeof because !== "string") return new SerialBox(undefined, info, folder, because, setting);
    return new SerialBox(because, info, folder, await cable(["--socket"]), setting);
  }

  protected launching() {
    if (this.replacedBecause) return { features: [], args: [], env: {} };
    SerialChooser.forget(this.profile);
    const env = namespace(this.folder, this.standIn);
    return { features: [SerialChooser.FEATURE], args: SerialChooser.ARGS, env, executablePath: file("browser.sh") };
  }

  protected async ready(page: Page) {
    if (this.replacedBecause) {
      this.replaced ??= new SerialStandIn(this.info, this.standIn);
      await this.replaced.install(page.context());
    } else {
      this.chooser = await SerialChooser.of(this.profile);
    }
  }

  protected override async shut() {
    this.chooser?.close();
    await super.shut();
  }

  async choose(action: () => Promise<unknown>, choice: Choice = "pick") {
    await (this.chooser ?? this.replaced!).answer(choice, action);
  }

  /** Pulls the cable. The SmartBox runs on. */
  pull = () => this.standIn.ask("pull");

  /** Plugs it in again. */
  plug = () => this.standIn.ask("plug");

  /** After so many more bytes to the SmartBox, or to the app, the cable is pulled. */
  pullAfter = ({ toBox, toApp }: { toBox?: number; toApp?: number }) =>
    this.standIn.ask("pull_after", { to_box: toBox, to_app: toApp });

  /** After so many more bytes one is spoilt. */
  spoilAfter = ({ toBox, toApp }: { toBox?: number; toApp?: number }) =>
    this.standIn.ask("spoil_after", { to_box: toBox, to_app: toApp });
}

const hex = (number: number) => number.toString(16).padStart(4, "0");

/** What `browser.sh` has to know. */
function namespace(folder: string, cable: StandIn): Record<string, string> {
  return { SMARTBOX_FOLDER: folder, SMARTBOX_TTY: cable.end };
}

/**
 * Tries whether this machine lets a browser have a serial port: answers the cable for one, or the reason why not.
 * `LATCHBOOK_SERIAL=replaced` is a reason too.
 */
async function whyNotReal(folder: string, start: (kind: string[]) => Promise<StandIn>): Promise<StandIn | string> {
  if (process.env.LATCHBOOK_SERIAL === "replaced") return "LATCHBOOK_SERIAL is `replaced`";
  let cable: StandIn;
  try {
    cable = await start([]);
  } catch (error) {
    return lastLine(error);
  }
  try {
    // All that the browser will go through, with a program in its place that does nothing.
    const env = { ...process.env, ...namespace(folder, cable), CHROMIUM: "/bin/true" };
    await promisify(execFile)(file("browser.sh"), [], { env });
    return cable;
  } catch (error) {
    await cable.stop();
    return lastLine(error);
  }
}

/** What a program that ended badly said at last. */
const lastLine = (error: unknown) => String(error).trim().split("\n").at(-1)!;
