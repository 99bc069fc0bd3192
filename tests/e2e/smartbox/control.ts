import { connect } from "node:net";
import { createInterface } from "node:readline";

const ANSWERS_WITHIN = 10_000;

/** Says lines to the control socket of a SmartBox, and answers what it said to each. */
export async function tell(path: string, lines: string[]): Promise<string[]> {
  const socket = connect(path);
  const timer = setTimeout(
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
    clearTimeout(timer);
    socket.destroy();
  }
}
