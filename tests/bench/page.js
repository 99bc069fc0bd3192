// Runs in the page: one contender at a time, called by run.mjs.
import * as latchbook from "/pkg/bench.js";
import * as contenders from "/contenders.js";

const DATABASE = "bench";
const ready = latchbook.default({ module_or_path: "/pkg/bench_bg.wasm" });

/** Writes the whole organization. Making it up, and parsing it as documents, is not counted. */
async function write(name, bookings) {
  await ready;
  const sample = JSON.parse(latchbook.prepare(bookings));
  if (name === "latchbook") return { sample, ...JSON.parse(await latchbook.write(DATABASE)) };
  const documents = JSON.parse(latchbook.documents());
  const began = performance.now();
  await contenders[name].write(DATABASE, documents);
  return { sample, ms: performance.now() - began };
}

/** Opens it, up to a list that can be used and lookups that answer. */
async function open(name, now, { id, key, code, search }) {
  if (name === "latchbook") {
    await ready;
    return JSON.parse(await latchbook.open(DATABASE, id, key, code, search));
  }
  const began = performance.now();
  const { rows, counts, lookups, parts } = await contenders[name].open(DATABASE, now, { id, key, code, search });
  const ms = performance.now() - began;
  let order = 0x811c9dc5;
  for (const { booking } of rows) {
    const text = booking.id ?? booking._id;
    for (let at = 0; at < text.length; at++) order = Math.imul(order ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return { ms, parts, result: { counts, order, ...lookups } };
}

const saves = async (count) => JSON.parse(await latchbook.saves(count));
const keystrokes = async () => JSON.parse(latchbook.keystrokes());
const parts = async () => (await ready, JSON.parse(await latchbook.parts(DATABASE)));

globalThis.bench = { write, open, saves, keystrokes, parts };
