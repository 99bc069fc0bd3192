import type { Page } from "@playwright/test";
import { Box, program, type BoxOptions, type Setting } from "./box";
import { BluetoothChooser, type Choice } from "./chooser";
import { StandIn } from "./stand_in";

/** The service of a SmartBox and its characteristics. */
export const GATT = {
  service: "7088b700-8c5f-4264-bd0e-4e01961c0caa",
  request: "7088b701-8c5f-4264-bd0e-4e01961c0caa",
  response: "7088b702-8c5f-4264-bd0e-4e01961c0caa",
  link: "7088b703-8c5f-4264-bd0e-4e01961c0caa",
};

export type BluetoothOptions = BoxOptions & {
  /** What the SmartBox calls itself. */
  name?: string;
  /** The most that one packet carries; a write and a notification carry three bytes less. */
  mtu?: number;
  /** What the characteristic Link says. */
  link?: Uint8Array;
  /** Other UUIDs than a SmartBox has. */
  gatt?: Partial<typeof GATT>;
};

/** A SmartBox in Bluetooth’s range of a browser. */
export class BluetoothBox extends Box {
  private chooser: BluetoothChooser | undefined;

  private constructor(
    readonly name: string,
    ...rest: [folder: string, standIn: StandIn, setting: Setting]
  ) {
    super(...rest);
  }

  static async start(folder: string, options: BluetoothOptions, setting: Setting): Promise<BluetoothBox> {
    const { name = "SmartBox LB-0001", mtu = 247 } = options;
    // The version of the protocol, the longest fragment, and that nobody else is connected.
    const { link = new Uint8Array([1, (mtu - 3) & 0xff, (mtu - 3) >> 8, 0]) } = options;
    const uuids = Object.entries({ ...GATT, ...options.gatt }).flatMap(([key, uuid]) => [`--${key}`, uuid]);
    const peer = program(options, folder, ["--gatt", "--payload", String(mtu - 3)]);
    const args = ["--folder", folder, "--name", name, "--mtu", String(mtu), "--link-value", Buffer.from(link).toString("hex")];
    return new BluetoothBox(name, folder, await StandIn.start("bluez.py", [...args, ...uuids, ...peer]), setting);
  }

  protected launching() {
    const env = { DBUS_SYSTEM_BUS_ADDRESS: this.standIn.end };
    // The second feature is what keeps a permission after a reload.
    return { features: ["WebBluetooth", "WebBluetoothNewPermissionsBackend"], args: [], env };
  }

  protected async ready(page: Page) {
    this.chooser = await BluetoothChooser.of(page);
  }

  /** How often this browser has shown its list of devices. */
  get choosers(): number {
    return this.chooser?.shown ?? 0;
  }

  async choose(action: () => Promise<unknown>, choice: Choice = "pick") {
    await this.chooser!.answer(this.name, choice, action);
  }

  override async restart(): Promise<Page> {
    await this.shut();
    // A browser that ends leaves its link to BlueZ; the next one shall make its own.
    await this.drop();
    return await this.open();
  }

  /** The link drops now. */
  drop = () => this.standIn.ask("drop");

  /**
   * Of the link as it is, so much more passes and what comes then drops it: a write that the SmartBox does not get, or a
   * notification that the app does not get.
   */
  dropAfter = (limits: { writes?: number; bytes?: number; notifications?: number }) => this.standIn.ask("drop_after", limits);

  /** Out of range: the link drops, and connecting fails. */
  away = () => this.standIn.ask("away");

  /** In range again. */
  near = () => this.standIn.ask("near");

  /** So many of the next operations are refused because another one is under way. */
  busy = (operations: number) => this.standIn.ask("busy", { operations });

  /** So many of the next attempts to connect fail. */
  refuse = (times: number) => this.standIn.ask("refuse", { times });

  /** Bluetooth is turned off or on at the device with the browser. */
  power = (on: boolean) => this.standIn.ask("power", { on });
}
