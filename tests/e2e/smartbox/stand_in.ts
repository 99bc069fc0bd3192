import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const FOLDER = new URL("../../smartbox/", import.meta.url);
const READY_WITHIN = 20_000;
const ENDS_WITHIN = 5_000;

/** A file of `tests/smartbox`. */
export const file = (name: string) => fileURLToPath(new URL(name, FOLDER));

/** The Python that has the packages of `tests/smartbox/requirements.txt`. */
export const python = () => process.env.LATCHBOOK_PYTHON ?? fileURLToPath(new URL("../../.tools/python/bin/python", FOLDER));

/** Something a stand-in tells: `event` says what, the rest depends on it. */
export type News = { event: string } & Record<string, unknown>;

/** One of the programs of `tests/smartbox`, with the line to it: a JSON object a line, each way. */
export class StandIn {
  /** Everything it told, from the beginning. */
  readonly told: News[] = [];
  /** What it and the SmartBox behind it wrote to standard error. */
  complaints = "";
  /** Called with everything it tells. */
  hear: (news: News) => void = () => {};
  private asked = 0;
  private readonly answers = new Map<number, (error?: string) => void>();
  private readonly ended: Promise<string>;
  /** Wakes whoever waits for something to be told. */
  private wake: () => void = () => {};

  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    child.stderr!.on("data", (data) => (this.complaints += data));
    this.ended = new Promise((resolve) => {
      child.on("error", (error) => resolve(String(error)));
      child.on("exit", (code, signal) => resolve(`it ended with ${code ?? signal}`));
    });
    createInterface({ input: child.stdout! }).on("line", (line) => {
      const news = JSON.parse(line);
      if ("done" in news) this.answers.get(news.done)?.(news.error);
      else {
        this.told.push(news);
        this.hear(news);
        this.wake();
      }
    });
  }

  /** Where its end for the browser is: the address of a bus, the name of a terminal or the path of a socket. */
  get end(): string {
    return this.told.find((news) => news.event === "ready")!.end as string;
  }

  /** Starts a program and waits until it is ready. */
  static async start(name: string, args: string[]): Promise<StandIn> {
    const child = spawn(python(), [file(name), ...args], { stdio: ["pipe", "pipe", "pipe"] });
    const standIn = new StandIn(name, child);
    try {
      await standIn.once("ready");
    } catch (error) {
      await standIn.stop();
      throw error;
    }
    return standIn;
  }

  /** Has it do something, and waits until that is done. */
  async ask(command: string, args: Record<string, unknown> = {}) {
    const id = ++this.asked;
    const answer = new Promise<string | undefined>((resolve) => this.answers.set(id, resolve));
    this.child.stdin!.write(`${JSON.stringify({ id, do: command, ...args })}\n`);
    const error = await Promise.race([answer, this.ended]);
    this.answers.delete(id);
    if (error) throw new Error(`${this.name}, asked to ${command}: ${error}\n${this.complaints}`);
  }

  /** Waits until it has told something for the n-th time, and answers that. */
  async once(event: string, times = 1): Promise<News> {
    let over: string | undefined;
    void this.ended.then((how) => {
      over = how;
      this.wake();
    });
    const timer = setTimeout(() => {
      over = `it told nothing of it within ${READY_WITHIN / 1000} s`;
      this.wake();
    }, READY_WITHIN);
    try {
      for (;;) {
        const found = this.told.filter((news) => news.event === event)[times - 1];
        if (found) return found;
        if (over) throw new Error(`${this.name} was to tell “${event}”: ${over}\n${this.complaints}`);
        await new Promise<void>((resolve) => (this.wake = resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends it, and with it what it started. */
  async stop() {
    this.child.stdin!.end();
    const late = setTimeout(() => this.child.kill("SIGKILL"), ENDS_WITHIN);
    await this.ended;
    clearTimeout(late);
  }
}
