import { connect, type Socket } from "node:net";
import type { BrowserContext } from "@playwright/test";
import type { Choice } from "./chooser";
import type { StandIn } from "./stand_in";

export type Info = { usbVendorId: number; usbProductId: number };

const ASKED_WITHIN = 20_000;

/**
 * A `navigator.serial` for machines on which the browser can have no port: an object in the page, and here the other end of
 * its calls. They go through the DevTools protocol, so that the page's policy stays as it is.
 */
export class SerialStandIn {
  private allowed = false;
  private inserted = true;
  private open: Socket | undefined;
  private received: Buffer[] = [];
  /** Those who wait: for bytes, for news of the cable. */
  private reader: (() => void) | undefined;
  private listener: ((news: string) => void) | undefined;
  private chooser: (() => Choice) | undefined;

  constructor(
    private readonly info: Info,
    private readonly cable: StandIn,
  ) {
    cable.hear = ({ event }) => {
      if (event !== "pulled" && event !== "plugged") return;
      this.inserted = event === "plugged";
      this.listener?.(event);
      this.listener = undefined;
    };
  }

  async install(context: BrowserContext) {
    await context.exposeBinding("askSerial", (_, what: keyof typeof this.calls, value: string) => this.calls[what](value));
    await context.addInitScript(replaceSerial, this.info);
  }

  /** Answers the list that an action asks for. */
  async answer(choice: Choice, action: () => Promise<unknown>) {
    let late: NodeJS.Timeout | undefined;
    const asked = new Promise<void>((resolve, reject) => {
      late = setTimeout(() => reject(new Error("no list of serial ports was asked for")), ASKED_WITHIN);
      this.chooser = () => {
        resolve();
        return choice;
      };
    });
    await Promise.all([asked, action()]).finally(() => clearTimeout(late));
    this.chooser = undefined;
  }

  private readonly calls = {
    /** Whether the page may have the port, and the port is there. */
    has: async () => this.allowed && this.inserted,

    choose: async () => {
      this.allowed ||= this.inserted && this.chooser?.() === "pick";
      return this.allowed;
    },

    forget: async () => {
      this.allowed = false;
    },

    open: async () => {
      // A page that was left with its port open.
      this.open?.destroy();
      const socket = connect(this.cable.end);
      this.received = [];
      socket.on("data", (data) => {
        this.received.push(data);
        this.reader?.();
      });
      socket.on("close", () => {
        if (this.open === socket) this.open = undefined;
        this.reader?.();
      });
      const opened = await new Promise<boolean>((resolve) => {
        socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
      });
      this.open = opened ? socket : undefined;
      return opened;
    },

    /** The next bytes; nothing when the port is open no more. */
    read: async () => {
      while (this.received.length === 0 && this.open) await new Promise<void>((resolve) => (this.reader = resolve));
      return this.received.length > 0 ? Buffer.concat(this.received.splice(0)).toString("base64") : null;
    },

    write: async (data: string) => {
      const socket = this.open;
      if (!socket) return false;
      return await new Promise<boolean>((resolve) => socket.write(Buffer.from(data, "base64"), (error) => resolve(!error)));
    },

    close: async () => {
      this.open?.destroy();
      this.open = undefined;
    },

    /** What happens next to the cable. */
    news: () => new Promise<string>((resolve) => (this.listener = resolve)),
  };
}

/** Runs in the page, before its own scripts. */
function replaceSerial(info: Info) {
  const ask = (what: string, value?: string): Promise<any> => (globalThis as any).askSerial(what, value);
  const lost = () => new DOMException("The device has been lost.", "NetworkError");
  const invalid = (text: string) => new DOMException(text, "InvalidStateError");

  class Port extends EventTarget {
    connected = true;
    readable: ReadableStream | null = null;
    writable: WritableStream | null = null;
    private fail: ((error: DOMException) => void) | undefined;

    getInfo() {
      return { ...info };
    }

    async open(options: { baudRate: number; bufferSize?: number }) {
      if (this.readable || this.writable) throw invalid("The port is already open.");
      if (!(options?.baudRate > 0)) throw new TypeError("Requested baud rate must be greater than zero.");
      if (!(await ask("open"))) throw new DOMException("Failed to open serial port.", "NetworkError");
      const port = this;
      let reading: ReadableByteStreamController;
      let writing: WritableStreamDefaultController;
      this.fail = (error) => {
        reading.error(error);
        writing.error(error);
        port.readable = port.writable = null;
      };
      this.readable = new ReadableStream(
        {
          type: "bytes",
          start: (controller) => void (reading = controller),
          async pull(controller) {
            const data = await ask("read");
            if (data === null) port.fail?.(lost());
            else controller.enqueue(Uint8Array.from(atob(data), (byte) => byte.charCodeAt(0)));
          },
        },
        { highWaterMark: 0 },
      );
      this.writable = new WritableStream({
        start: (controller) => void (writing = controller),
        async write(chunk: Uint8Array) {
          if (!(await ask("write", btoa(String.fromCharCode(...new Uint8Array(chunk)))))) throw lost();
        },
      });
    }

    async close() {
      if (!this.readable && !this.writable) throw invalid("The port is already closed.");
      if (this.readable?.locked || this.writable?.locked) throw new TypeError("Cannot close while a stream is locked.");
      this.fail = undefined;
      this.readable = this.writable = null;
      await ask("close");
    }

    async forget() {
      if (this.readable || this.writable) await this.close();
      await ask("forget");
    }

    pulled() {
      this.connected = false;
      this.fail?.(lost());
      this.fail = undefined;
    }
  }
  // What the app gets shall pass for one of the browser's own.
  const native = (globalThis as any).SerialPort?.prototype;
  if (native) Object.setPrototypeOf(Port.prototype, native);

  let port = new Port();
  const serial: any = new EventTarget();
  serial.getPorts = async () => ((await ask("has")) ? [port] : []);
  serial.requestPort = async () => {
    if (!navigator.userActivation.isActive) {
      throw new DOMException("Must be handling a user gesture to show a permission request.", "SecurityError");
    }
    if (!(await ask("choose"))) throw new DOMException("No port selected by the user.", "NotFoundError");
    return port;
  };
  Object.defineProperty(navigator, "serial", { value: serial });

  void (async () => {
    for (;;) {
      const pulled = (await ask("news")) === "pulled";
      if (pulled) port.pulled();
      else port = new Port();
      if (!(await ask("has")) && !pulled) continue;
      const event = new Event(pulled ? "disconnect" : "connect");
      Object.defineProperty(event, "target", { value: port });
      serial.dispatchEvent(event);
    }
  })();
}
