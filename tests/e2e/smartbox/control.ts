import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const ANSWERS_WITHIN = 10_000;
const TRY_EVERY = 50;

/** Says lines to the control socket of a SmartBox, and answers what it said to each. */
export async function tell(path: string, lines: string[]): Promise<string[]> {
  const socket = await reach(path);
  const late = setTimeout(
    () => socket.destroy(new Error(`the SmartBox did not answer “${lines.join("”, “")}” within ${ANSWERS_WITHIN / 1000} s`)),
    ANSWERS_WITHIN,
  );
  try {
    return await new Promise((resolve, reject) => {
      const answers: string[] = [];
      socket.on("error", reject);
      socket.on("close", () => reject(new Error(`the SmartBox hung up after ${answers.length} of ${lines.length} answers`)));
      createInterface({ input: socket })
        .on("error", reject)
        .on("line", (line) => {
          answers.push(line);
          if (answers.length === lines.length) resolve(answers);
        });
      socket.write(lines.map((line) => `${line}\n`).join(""));
    });
  } finally {
    clearTimeout(late);
    socket.destroy();
  }
}

/** Connects as soon as the SmartBox listens: it may just be starting. */
async function reach(path: string): Promise<Socket> {
  for (const end = Date.now() + ANSWERS_WITHIN; ; await sleep(TRY_EVERY)) {
    const socket = connect(path);
    try {
      await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
      return socket;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
