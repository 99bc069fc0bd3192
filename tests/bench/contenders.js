// What Latchbook is compared with: each keeps one record for each booking, key, box and location, the fastest way it has.
import Dexie from "/modules/dexie/dist/modern/dexie.mjs";

const STORES = ["bookings", "keys", "boxes", "locations"];
const FILTERS = ["all", "now", "upcoming", "overdue", "ended", "revoked"];
const [NOW, UPCOMING, OVERDUE, ENDED, REVOKED] = [1, 2, 3, 4, 5];

/** Which filter shows a booking, and its place in the list: as `Ledger::status` and `Status::order` have it. */
function row(booking, now) {
  const { start, end, revoked, exchanges } = booking;
  const last = exchanges.length ? exchanges[exchanges.length - 1] : undefined;
  const out = last !== undefined && last.what === "out";
  if (revoked !== undefined) return { booking, filter: REVOKED, rank: out ? 0 : 3, at: out ? revoked : -revoked };
  const over = end !== undefined && now >= end;
  if (over) return out ? { booking, filter: OVERDUE, rank: 0, at: end } : { booking, filter: ENDED, rank: 3, at: -end };
  const upcoming = last === undefined && start !== undefined && now < start;
  if (upcoming) return { booking, filter: UPCOMING, rank: 2, at: start };
  return { booking, filter: NOW, rank: 1, at: end ?? Infinity };
}

/** Every booking in order, and how many each filter shows. */
function list(bookings, now, id) {
  const rows = new Array(bookings.length);
  const counts = FILTERS.map(() => 0);
  counts[0] = bookings.length;
  for (let index = 0; index < bookings.length; index++) {
    const made = row(bookings[index], now);
    rows[index] = made;
    counts[made.filter]++;
  }
  rows.sort((a, b) => a.rank - b.rank || a.at - b.at || (a.booking[id] < b.booking[id] ? -1 : 1));
  return { rows, counts };
}

const search = (bookings, text) => bookings.filter((b) => b.visitor.name.toLowerCase().includes(text)).length;

/** For a store without indexes: the lookups from memory. */
function fromMemory(bookings, id, sample) {
  const [ids, keys, codes] = [new Map(), new Map(), new Map()];
  for (const booking of bookings) {
    ids.set(booking[id], booking);
    codes.set(booking.code, booking);
    const same = keys.get(booking.key);
    if (same === undefined) keys.set(booking.key, [booking]);
    else same.push(booking);
  }
  return {
    byId: ids.get(sample.id).visitor.name,
    byKey: keys.get(sample.key).length,
    byCode: codes.get(sample.code)[id],
    found: search(bookings, sample.search),
  };
}

async function timed(now, id, load, lookUp) {
  const began = performance.now();
  const bookings = await load();
  const loaded = performance.now();
  const { rows, counts } = list(bookings, now, id);
  const listed = performance.now();
  const lookups = await lookUp(bookings);
  const done = performance.now();
  return { rows, counts, lookups, parts: { open: loaded - began, list: listed - loaded, lookups: done - listed } };
}

// ---- Dexie ----

/** Indexes on key and code, as an app would declare them; its transactions are as durable as Chromium's default. */
function dexieDatabase(name) {
  const database = new Dexie(name);
  database.version(1).stores({ bookings: "id, key, code", keys: "id", boxes: "id", locations: "id" });
  return database;
}

export const dexie = {
  async write(name, documents) {
    const database = dexieDatabase(name);
    await database.transaction("rw", STORES, () => Promise.all(STORES.map((s) => database.table(s).bulkAdd(documents[s]))));
    database.close();
  },
  async open(name, now, sample) {
    const database = dexieDatabase(name);
    const load = async () => {
      const [bookings] = await Promise.all(STORES.map((store) => database.table(store).toArray()));
      return bookings;
    };
    return timed(now, "id", load, async (bookings) => {
      const table = database.table("bookings");
      const [one, same, coded] = await Promise.all([
        table.get(sample.id),
        table.where("key").equals(sample.key).toArray(),
        table.get({ code: sample.code }),
      ]);
      const found = search(bookings, sample.search);
      return { byId: one.visitor.name, byKey: same.length, byCode: coded.id, found };
    });
  },
};

// ---- PouchDB ----

const pouchDatabase = (name) => new globalThis.PouchDB(name, { adapter: "idb", revs_limit: 1, auto_compaction: false });

export const pouchdb = {
  async write(name, documents) {
    const database = pouchDatabase(name);
    for (const store of STORES) {
      const docs = documents[store].map(({ id, ...rest }) => ({ _id: id, type: store, ...rest }));
      for (const result of await database.bulkDocs(docs)) if (result.error) throw new Error(JSON.stringify(result));
    }
    await database.close();
  },
  async open(name, now, sample) {
    const database = pouchDatabase(name);
    const load = async () => {
      const { rows } = await database.allDocs({ include_docs: true });
      const bookings = [];
      for (const { doc } of rows) if (doc.type === "bookings") bookings.push(doc);
      return bookings;
    };
    return timed(now, "_id", load, async (bookings) => fromMemory(bookings, "_id", sample));
  },
};

// ---- IndexedDB as it is ----

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function rawDatabase(name) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    for (const store of STORES) {
      const made = request.result.createObjectStore(store, { keyPath: "id" });
      if (store !== "bookings") continue;
      made.createIndex("key", "key");
      made.createIndex("code", "code");
    }
  };
  return settled(request);
}

export const indexeddb = {
  async write(name, documents) {
    const database = await rawDatabase(name);
    const transaction = database.transaction(STORES, "readwrite");
    for (const store of STORES) {
      const records = transaction.objectStore(store);
      for (const record of documents[store]) records.add(record);
    }
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
      transaction.commit();
    });
    database.close();
  },
  async open(name, now, sample) {
    let records;
    const load = async () => {
      const database = await rawDatabase(name);
      records = () => database.transaction("bookings").objectStore("bookings");
      const transaction = database.transaction(STORES);
      const [bookings] = await Promise.all(STORES.map((store) => settled(transaction.objectStore(store).getAll())));
      return bookings;
    };
    return timed(now, "id", load, async (bookings) => {
      const store = records();
      const [one, same, coded] = await Promise.all([
        settled(store.get(sample.id)),
        settled(store.index("key").getAll(sample.key)),
        settled(store.index("code").get(sample.code)),
      ]);
      const found = search(bookings, sample.search);
      return { byId: one.visitor.name, byKey: same.length, byCode: coded.id, found };
    });
  },
};
