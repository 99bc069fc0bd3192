// `cargo xtask bench` starts this: every contender in turn writes the same organization and opens it again, in Chromium.
//
// Each round has a profile of its own on disk. In it each contender writes in one run of Chromium, which is then closed;
// a second run of Chromium opens what was written. The order turns by one place from round to round.
import { chromium } from "@playwright/test";
import { createReadStream, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { availableParallelism, cpus } from "node:os";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = join(HERE, "../../target/bench");
const CONTENDERS = { latchbook: "Latchbook", dexie: "Dexie", pouchdb: "PouchDB", indexeddb: "IndexedDB" };
const NOW = Date.UTC(2026, 10, 23, 12);
const SEARCH = "tavares";
const SAVES = 200;
const USABLE = `A usable list, the same for everyone: every booking in memory, each with its status at the same moment, sorted as the
app sorts them, with the count of each filter; and an answer to one lookup by identity, one by key, one by
code, and one search through the visitors' names. All answers were compared and are equal.`;

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    bookings: { type: "string", default: "100000" },
    only: { type: "string" },
    parts: { type: "boolean", default: false },
  },
});
const rounds = count("rounds", options.rounds);
const bookings = count("bookings", options.bookings);
const names = options.only ? options.only.split(",") : Object.keys(CONTENDERS);

function count(name, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} is ${text}, expected a whole number from 1`);
  return number;
}

// ---- The page's server ----

const FOLDERS = [
  ["/pkg/", process.env.LATCHBOOK_BENCH_PKG ?? join(OUT, "pkg")],
  ["/modules/", join(HERE, "node_modules")],
  ["/", HERE],
];
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

function serve() {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    const [prefix, folder] = FOLDERS.find(([prefix]) => path.startsWith(prefix)) ?? [];
    const file = folder && join(folder, path.slice(prefix.length));
    const type = TYPES[extname(path)];
    if (!file || !type || !statSync(file, { throwIfNoEntry: false })?.isFile()) return response.writeHead(404).end();
    // Kept, as a service worker would keep it: what Chromium compiled in the first run it finds again in the second.
    response.writeHead(200, { "Content-Type": type, "Cache-Control": "max-age=86400" });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

// ---- The browser ----

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts Chromium on a profile, does some work in a page, and closes Chromium again. */
async function inChromium(profile, origin, work) {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: FLAGS,
    timezoneId: "UTC",
  });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    page.on("pageerror", (error) => console.error(`  in the page: ${error.message}`));
    await page.goto(`${origin}/page.html`);
    await page.waitForFunction(() => globalThis.bench !== undefined);
    return [await work(page), context.browser()?.version()];
  } finally {
    await context.close();
  }
}

const median = (numbers) => quantile(numbers, 0.5);

function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  return sorted[below] + (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]) * (place - below);
}

function middle(runs) {
  const parts = {};
  for (const part of Object.keys(runs[0].parts ?? {})) parts[part] = median(runs.map((run) => run.parts[part]));
  const ms = runs.map((run) => run.ms);
  return { ms: median(ms), all: ms, parts };
}

// ---- The measurement ----

/** Answers must be equal, or nothing was compared. */
function compare(expected, name, result) {
  const [ours, theirs] = [JSON.stringify(expected), JSON.stringify(result)];
  if (ours !== theirs) throw new Error(`${name} answered\n  ${theirs}, expected\n  ${ours}`);
}

async function measure(origin) {
  const runs = Object.fromEntries(names.map((name) => [name, { write: [], open: [] }]));
  const extra = { saves: [], keystrokes: [], searchIndex: [] };
  let expected;
  for (let round = 0; round < rounds; round++) {
    const order = names.map((_, place) => names[(place + round) % names.length]);
    for (const name of order) {
      const profile = join(OUT, "profile");
      rmSync(profile, { recursive: true, force: true });
      mkdirSync(profile, { recursive: true });
      const [wrote, version] = await inChromium(profile, origin, (page) =>
        page.evaluate(([name, bookings]) => bench.write(name, bookings), [name, bookings]),
      );
      const lookups = { ...wrote.sample, search: SEARCH };
      const read = async (page) => {
        const opened = await page.evaluate(([name, now, l]) => bench.open(name, now, l), [name, NOW, lookups]);
        if (name === "latchbook") {
          const { index, took } = await page.evaluate(() => bench.keystrokes());
          extra.searchIndex.push(index);
          extra.keystrokes.push(...took);
          extra.saves.push(...(await page.evaluate((n) => bench.saves(n), SAVES)));
        }
        return opened;
      };
      const [opened] = await inChromium(profile, origin, read);
      expected ??= opened.result;
      compare(expected, CONTENDERS[name], opened.result);
      runs[name].write.push(wrote);
      runs[name].open.push(opened);
      Object.assign(extra, { version });
      if (name === "latchbook") {
        Object.assign(extra, { entries: wrote.entries, snapshotBytes: wrote.snapshotBytes });
        if (options.parts) {
          [extra.parts] = await inChromium(profile, origin, (page) => page.evaluate(() => bench.parts()));
        }
      }
      const [w, o] = [wrote.ms, opened.ms].map((ms) => `${ms.toFixed(0)} ms`);
      console.log(`  round ${round + 1} of ${rounds}: ${CONTENDERS[name].padEnd(9)} write ${w.padStart(9)}, open ${o.padStart(8)}`);
      rmSync(profile, { recursive: true, force: true });
    }
  }
  return { runs, extra, expected };
}

function report({ runs, extra, expected }) {
  const versions = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8")).dependencies;
  const results = Object.fromEntries(
    names.map((name) => [name, { write: middle(runs[name].write), open: middle(runs[name].open) }]),
  );
  const ours = results.latchbook;
  const ms = (number) => `${number.toFixed(number < 10 ? 1 : 0)} ms`;
  const ratio = (theirs, own) => (own && theirs !== own ? `${(theirs.ms / own.ms).toFixed(1)} ×` : "");
  const cell = (text, width = 10) => text.padStart(width);
  console.log();
  console.log(`${bookings.toLocaleString("en")} bookings, Chromium ${extra.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? "CPU"}; medians of ${rounds}`);
  console.log();
  console.log(`${"".padEnd(16)}${cell("bulk write")}${cell("ratio")}${cell("cold open")}${cell("ratio")}`);
  for (const name of names) {
    const { write, open } = results[name];
    const label = versions[name] ? `${CONTENDERS[name]} ${versions[name]}` : CONTENDERS[name];
    console.log(
      label.padEnd(16) + cell(ms(write.ms)) + cell(ratio(write, ours?.write)) + cell(ms(open.ms)) + cell(ratio(open, ours?.open)),
    );
  }
  console.log(`\n${USABLE}`);
  for (const name of names) {
    const parts = ({ parts }) => Object.entries(parts).map(([part, took]) => `${part} ${ms(took)}`).join(", ");
    const [write, open] = [parts(results[name].write), parts(results[name].open)];
    console.log(`${CONTENDERS[name]}: ${write ? `write: ${write}; ` : ""}open: ${open}`);
  }
  if (ours) {
    const spread = (numbers) => ({ median: median(numbers), p99: quantile(numbers, 0.99), count: numbers.length });
    extra.saves = spread(extra.saves);
    extra.keystrokes = spread(extra.keystrokes);
    extra.searchIndex = median(extra.searchIndex);
    const { saves, keystrokes } = extra;
    const megabytes = (extra.snapshotBytes / 1e6).toFixed(1);
    console.log(`Latchbook wrote ${extra.entries.toLocaleString("en")} entries; its snapshot has ${megabytes} MB.`);
    console.log(`One booking saved on top of them, durably (${saves.count} times): median ${ms(saves.median)}, 99th percentile ${ms(saves.p99)}.`);
    console.log(
      `A keystroke in the search of everything (${keystrokes.count} times): median ${ms(keystrokes.median)}, 99th percentile ${ms(keystrokes.p99)}; its index, once: ${ms(extra.searchIndex)}.`,
    );
    for (const line of extra.parts ?? []) console.log("parts:", JSON.stringify(line));
  }
  writeFileSync(join(OUT, "result.json"), `${JSON.stringify({ bookings, rounds, results, extra, answers: expected }, null, 2)}\n`);
}

mkdirSync(OUT, { recursive: true });
const server = await serve();
try {
  report(await measure(`http://127.0.0.1:${server.address().port}`));
} finally {
  server.close();
}
