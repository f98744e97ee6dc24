// What happens to pages: browsers that are killed, tabs that come and leave, browsers that are too old. In Chromium:
// CLOAKWORK_PACKAGE, CLOAKWORK_DIRECTORY.
import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { browser } from "./browser.js";
import { pageServer } from "./page-server.js";

const KILLS = 8;
const MOST_NOTICES = 60;
const MOST_THROWN_AWAY = 2;
const TABS = 3;
const MESSAGES = 60;
const directory = process.env.CLOAKWORK_DIRECTORY;

const { connect } = await import(pathToFileURL(path.join(process.env.CLOAKWORK_PACKAGE, "node.js")));

/** A client of this process, and the texts that it has got; `until` waits for them. */
async function receiver(t) {
  const client = await connect({ directory, state: "memory", cover: "none" });
  t.after(() => client.close());
  const texts = new Set();
  let look = () => {};
  (async () => {
    for await (const { text } of client.messages()) {
      texts.add(text);
      look();
    }
  })();
  return {
    client, texts,
    until: (holds) => new Promise((resolve) => {
      look = () => holds(texts) && resolve();
      look();
    }),
  };
}

/** Connects in the page; what it gets is in a global of it. */
function connected(page, options) {
  return page.run(async (all) => {
    const { connect } = await import("/cloakwork/index.js");
    globalThis.client = await connect(all);
    globalThis.got = [];
    globalThis.look = () => {};
    (async () => {
      for await (const { text } of client.messages()) {
        got.push(text);
        look();
      }
    })();
    return client.address;
  }, { directory, cover: "none", ...options });
}

/** Looks into the states of a page's origin before anybody else has: what is written there, and whether it is whole. */
const kept = (page) => page.run(async () => {
  const { openIndexedDb } = await import("/cloakwork/state/indexeddb.js");
  const { eachRow } = await import("/cloakwork/state/rows.js");
  const rowsOf = async (name) => {
    const store = await openIndexedDb(name);
    const rows = [];
    eachRow(await store.rows(), (row, value) => {
      const table = String.fromCharCode(...row.subarray(1, 1 + row[0]));
      rows.push({ table, value });
    });
    await store.close();
    return rows;
  };
  const client = await rowsOf("default");
  const numbers = (await rowsOf("numbers")).map(({ table, value }) => {
    const number = new DataView(value.buffer, value.byteOffset).getUint32(0);
    return { table, number, whole: value.subarray(4).every((byte) => byte === number % 256) };
  });
  return {
    identities: client.filter(({ table }) => table === "identity").length,
    messages: client.filter(({ table }) => table === "message")
      .flatMap(({ value }) => new TextDecoder("latin1").decode(value).match(/message \d+ of \d+\./) ?? []),
    numbers,
  };
});

/** Sends messages without end, and beside it commits pairs of rows of one number; each thing that was promised is told. */
const busy = (page, life, to, from) => page.run((...args) => {
  const [of, recipient, last] = args;
  const send = async (number) => {
    const text = `message ${number} of ${of}.`;
    if ((await client.send(recipient, text)).acknowledged) {
      promised(text);
    }
    void send(number + 4);
  };
  const commits = async () => {
    const { openIndexedDb } = await import("/cloakwork/state/indexeddb.js");
    const { putRows } = await import("/cloakwork/state/rows.js");
    const store = await openIndexedDb("numbers");
    for (let number = last + 1; ; number++) {
      const value = new Uint8Array(50_000).fill(number);
      new DataView(value.buffer).setUint32(0, number);
      await store.commit(putRows([[Uint8Array.of(1, 97, 0, 0), value], [Uint8Array.of(1, 98, 0, 1, number % 16), value]]));
      promised(String(number));
    }
  };
  [1, 2, 3, 4].forEach((number) => void send(number));
  void commits();
}, life, to, from);

test("a browser killed at any instant loses nothing that was stored, and leaves no half of a commit", async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cloakwork-killed-"));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const url = await pageServer(t);
  const { client, texts, until } = await receiver(t);
  const acknowledged = new Set();
  const stored = new Set();
  let address;
  let committed = 0;
  let thrownAway = 0;
  for (let life = 0; life <= KILLS; life++) {
    const chromium = await browser(t, { folder });
    const page = await chromium.page(`${url}empty.html`);
    const found = await kept(page);
    if (address && found.identities === 0) {
      // Chromium itself may throw away all that an origin has when it finds its own files damaged, as after 3 of 200 kills:
      // another client begins, of nothing, and no half of the one before is there.
      assert.deepEqual(found, { identities: 0, messages: [], numbers: [] });
      assert.ok(++thrownAway <= MOST_THROWN_AWAY, `${thrownAway} times nothing was left in the profile`);
      address = undefined;
      committed = 0;
      stored.clear();
    } else {
      assert.equal(found.identities, address ? 1 : 0, JSON.stringify(found));
    }
    found.messages.forEach((message) => stored.add(message));
    const last = found.numbers.find(({ table }) => table === "a")?.number ?? 0;
    // What was told in the last instant has not come here.
    assert.ok(last >= committed, `${last} after ${committed} was acknowledged`);
    assert.ok(found.numbers.every(({ whole }) => whole));
    assert.deepEqual(found.numbers.filter(({ table }) => table === "b").map(({ number }) => number).sort((a, b) => a - b),
      Array.from({ length: Math.min(last, 16) }, (_, i) => Math.max(0, last - 16) + 1 + i));
    const now = await connected(page, { state: "indexeddb", shared: false });
    assert.equal(now, address ?? now);
    address = now;
    if (life === KILLS) {
      await until(() => [...acknowledged, ...stored].every((text) => texts.has(text)));
      await chromium.close();
      break;
    }
    committed = last;
    let left = 1 + Math.floor(Math.random() * MOST_NOTICES);
    await new Promise((resolve) => {
      page.notices("promised", (what) => {
        if (what.startsWith("message")) {
          acknowledged.add(what);
        } else {
          committed = Number(what);
        }
        if (--left === 0) {
          resolve();
        }
      }).then(() => busy(page, life, client.address, last));
    });
    // Not at the same place of each commit.
    for (let turns = Math.random() * 30; turns > 0; turns--) {
      await new Promise(setImmediate);
    }
    await chromium.kill();
  }
  assert.ok(acknowledged.size > 0 && committed > 0);
  t.diagnostic(`${KILLS} kills of the browser in ${committed} commits; ${acknowledged.size} messages were acknowledged, `
    + `${stored.size} found in a state that was opened again, all arrived; ${thrownAway} times Chromium threw everything away`);
});

test("a client shared by tabs goes on when the tab that opened it is closed, and leaves its state with the last", async (t) => {
  const url = await pageServer(t);
  const chromium = await browser(t);
  const { client, texts, until } = await receiver(t);
  const options = { state: "indexeddb", shared: true };
  const tabs = [];
  for (let tab = 0; tab < TABS; tab++) {
    tabs.push(await chromium.page(`${url}empty.html`));
  }
  const addresses = await Promise.all(tabs.map((tab) => connected(tab, options)));
  const [address] = addresses;
  assert.deepEqual(addresses, tabs.map(() => address));
  const has = (tab, wanted) => tab.run((all) => new Promise((resolve) => {
    globalThis.look = () => all.every((text) => got.includes(text)) && resolve();
    look();
  }), wanted);
  const [first, second, third] = tabs;
  const numbers = Array.from({ length: MESSAGES }, (_, i) => `to the tabs: ${i}`);
  await first.run((to) => void client.send(to, new Uint8Array(100_000)).catch(() => {}), client.address);
  const sending = second.run(async (to, count) => {
    const outcomes = [];
    for (let i = 0; i < count; i++) {
      outcomes.push((await client.send(to, `from the second: ${i}`)).acknowledged);
    }
    return outcomes.every(Boolean);
  }, client.address, 10);
  const flowing = numbers.map((text) => client.send(address, text));
  await has(first, [(await Promise.any(flowing.map(async (sent, i) => await sent && numbers[i])))]);
  await first.close();
  assert.ok((await Promise.all(flowing)).every(({ acknowledged }) => acknowledged));
  await Promise.all([second, third].map((tab) => has(tab, numbers)));
  assert.ok(await sending);
  await until(() => Array.from({ length: 10 }, (_, i) => `from the second: ${i}`).every((text) => texts.has(text)));

  const late = await chromium.page(`${url}empty.html`);
  assert.equal(await connected(late, options), address);
  await client.send(address, "to the late one, too");
  await Promise.all([second, third, late].map((tab) => has(tab, ["to the late one, too"])));
  // Who does not share cannot have the state meanwhile.
  const alone = { state: "indexeddb", shared: false };
  const stranger = await chromium.page(`${url}empty.html`);
  await assert.rejects(connected(stranger, alone), /state-in-use|another client of this origin has the state/);
  await second.close();
  await third.run(() => client.close());
  await client.send(address, "to the last one");
  await has(late, ["to the last one"]);
  await late.close();
  await stranger.run(() => navigator.locks.request("cloakwork state default", () => {}));
  assert.equal(await connected(stranger, alone), address);
  await client.send(address, "to another");
  await has(stranger, ["to another"]);
});

test("a tab that is loaded again, and one that gives up while the client starts, leave no client behind", async (t) => {
  const url = await pageServer(t);
  const chromium = await browser(t);
  const page = await chromium.page(`${url}empty.html`);
  const other = await chromium.page(`${url}empty.html`);
  const options = { state: "indexeddb", shared: true };
  // The other keeps the worker alive without being a user of it that time.
  const gaveUp = await other.run(async (all) => {
    const { connect } = await import("/cloakwork/index.js");
    const outcomes = [];
    for (const wait of [0, 20, 50, 100, 200]) {
      const abort = new AbortController();
      const connecting = connect({ ...all, signal: abort.signal });
      setTimeout(() => abort.abort(), wait);
      outcomes.push(await connecting.then(() => "ready", ({ name }) => name));
    }
    return outcomes;
  }, { directory, cover: "none", ...options });
  assert.ok(gaveUp.every((each) => each === "AbortError" || each === "ready"), String(gaveUp));
  assert.ok(gaveUp.includes("AbortError"));
  const address = await connected(page, options);
  for (let again = 0; again < 3; again++) {
    await page.reload();
    assert.equal(await connected(page, options), address);
    assert.ok(await page.run(async () => (await client.send(client.address, "again")).acknowledged));
  }
});

// Chromium's flags without garbage collection and exceptions with references are gone. With the first of these no module
// of the engine's size is valid; with the second there is no WebAssembly, as where a browser is locked down.
for (const flag of ["--wasm-max-module-size=1000", "--jitless"]) {
  test(`a browser that cannot run the engine is told so: ${flag}`, async (t) => {
    const url = await pageServer(t);
    const chromium = await browser(t, { args: [`--js-flags=${flag}`] });
    const page = await chromium.page(`${url}empty.html`);
    for (const shared of [true, false]) {
      const why = await page.run(async (all) => {
        const { connect, ConnectError } = await import("/cloakwork/index.js");
        return connect(all).then(() => "ready", (e) => ({ typed: e instanceof ConnectError, code: e.code, message: e.message }));
      }, { directory, state: "indexeddb", shared });
      assert.deepEqual(why, { typed: true, code: "unsupported",
        message: "this browser has no WebAssembly with garbage collection and exceptions" });
    }
    // The state was not kept from others.
    assert.deepEqual(await page.run(async () => (await navigator.locks.query()).held.map(({ name }) => name)
      .filter((name) => name.startsWith("cloakwork state"))), []);
  });
}
