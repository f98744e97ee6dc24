// The package in a page, in Chromium: CLOAKWORK_PACKAGE, CLOAKWORK_DIRECTORY, CLOAKWORK_EXIT, and CLOAKWORK_PEER, a client of
// the JVM: what it gets with reply blocks it answers with the same; a message "N ADDRESS" has it send N bytes there.
import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";

import { browser } from "./browser.js";
import { pageServer } from "./page-server.js";

const LONGEST_TASK_MILLIS = 8;
const MEGABYTE = 1_000_000;
const COVER_PACKETS = 200;
/** At a hidden page's rate of some two a second they would take a minute and a half, at the usual one four seconds. */
const COVER_LIMIT_MILLIS = 45_000;
const peer = process.env.CLOAKWORK_PEER;
const network = { directory: process.env.CLOAKWORK_DIRECTORY, exit: process.env.CLOAKWORK_EXIT };

function noPeersButThisMachine(chromium) {
  const peers = chromium.peers();
  assert.ok(peers.length > 0, "the log of the network is empty");
  assert.deepEqual(peers.filter((address) => !/^(127\.0\.0\.1|\[::1\]):/.test(address)), []);
}

/** Connects in the page; what the tests say of it is in globals of the page. */
async function connected(page, options) {
  await page.run(async (all) => {
    const { connect } = await import("/cloakwork/index.js");
    globalThis.client = await connect(all);
    globalThis.messages = client.messages();
  }, { ...network, shared: false, ...options });
}

test("the example: two tabs talk, and one fetches through the exit", async (t) => {
  const url = await pageServer(t);
  const chromium = await browser(t);
  const first = await chromium.page(url);
  await first.until(() => document.getElementById("state").dataset.state === "ready");
  const second = await chromium.page(await first.until(() => !document.getElementById("copy").disabled
    && document.getElementById("second").href));
  await second.until(() => !document.getElementById("text").disabled);
  const say = (line) => {
    document.getElementById("text").value = line;
    document.querySelector("#say button").click();
  };
  await second.run(say, "Is anybody there?");
  await first.until(() => document.querySelector("#log .theirs")?.textContent.startsWith("Is anybody there?"));
  await first.run(say, "I am, and I do not know who you are.");
  await second.until(() => document.querySelector("#log .theirs")?.textContent.startsWith("I am, and I do not know who you are."));
  await first.until(() => /arrived after/.test(document.querySelector("#log .mine small").textContent));
  await first.run(() => document.querySelector("#fetch button").click());
  const outcome = await first.until(() => /\d+ ms$|:/.test(document.getElementById("outcome").textContent)
    && document.getElementById("outcome").textContent);
  assert.match(outcome, /^200 OK, 600 characters in \d+ ms$/);
  assert.equal(await first.run(() => document.getElementById("body").textContent.split("\n")[0]), "This came through the mixnet.");
  const folder = process.env.CLOAKWORK_SCREENSHOTS;
  if (folder) {
    fs.mkdirSync(folder, { recursive: true });
    await first.screenshot(path.join(folder, "page-light.png"), { width: 1120, height: 820 });
    await first.screenshot(path.join(folder, "page-dark.png"), { width: 1120, height: 820, dark: true });
    await first.screenshot(path.join(folder, "page-narrow.png"), { width: 400, height: 1500 });
  }
  assert.deepEqual(first.complaints, []);
  assert.deepEqual(second.complaints, []);
  await chromium.close();
  noPeersButThisMachine(chromium);
});

test("both ways with a client of the JVM, 0 bytes to a megabyte", async (t) => {
  const url = await pageServer(t);
  const chromium = await browser(t);
  const page = await chromium.page(`${url}empty.html`);
  await connected(page, { state: "memory", cover: "none" });
  for (const size of [1, 2000, 20_000, 100_000, MEGABYTE]) {
    const result = await page.run(async (to, length) => {
      const bytes = new Uint8Array(length).map((_, at) => at * 7 + (at >> 8));
      const [outcome, { value }] = await Promise.all([client.send(to, bytes, { replySurbs: 20 }), messages.next()]);
      return { outcome, origin: value.origin, same: value.payload.length === length && value.payload.every((byte, at) => byte === bytes[at]) };
    }, peer, size);
    assert.ok(result.outcome.acknowledged && result.same, `${size}: ${JSON.stringify(result)}`);
    assert.equal(result.origin, "answer");
  }
  for (const size of [0, 1, MEGABYTE]) {
    const written = await page.run(async (to, length) => {
      const [, { value }] = await Promise.all([client.send(to, `${length} ${client.address}`), messages.next()]);
      return { origin: value.origin, length: value.payload.length };
    }, peer, size);
    assert.deepEqual(written, { origin: "unknown", length: size });
  }
  assert.deepEqual(page.complaints, []);
  await chromium.close();
  noPeersButThisMachine(chromium);
});

test("a page that is left and loaded again is the same client, and gets what came meanwhile", async (t) => {
  const url = await pageServer(t);
  const chromium = await browser(t);
  const page = await chromium.page(`${url}empty.html`);
  await connected(page, { state: "indexeddb", cover: "none" });
  const address = await page.run(() => client.address);
  await page.goto("about:blank");
  const other = await chromium.page(`${url}empty.html`);
  await connected(other, { state: "memory", cover: "none" });
  assert.ok((await other.run((to, order) => client.send(to, order), peer, `300000 ${address}`)).acknowledged);
  await page.goto(`${url}empty.html`);
  await connected(page, { state: "indexeddb", cover: "none" });
  assert.equal(await page.run(() => client.address), address);
  assert.equal(await page.run(async () => (await messages.next()).value.payload.length), 300_000);
  await page.reload();
  await connected(page, { state: "indexeddb", cover: "none" });
  assert.equal(await page.run(() => client.address), address);
  assert.deepEqual(page.complaints, []);
});

test("while a megabyte goes each way no task of the page's thread is long", async (t) => {
  const url = await pageServer(t);
  const chromium = await browser(t);
  const page = await chromium.page(`${url}empty.html`);
  await connected(page, { state: "memory", cover: "none" });
  await page.run((length) => { globalThis.bytes = new Uint8Array(length); }, MEGABYTE);
  const mark = `cloakwork ${Math.random()}`;
  const events = await chromium.traced(["toplevel", "blink.user_timing", "__metadata"], () => page.run(async (name) => {
    performance.mark(name);
    await Promise.all([client.send(client.address, bytes), messages.next()]);
    performance.mark(name);
  }, mark));
  const marks = events.filter(({ name }) => name === mark);
  assert.equal(marks.length, 2);
  const [{ pid, tid }] = marks;
  const tasks = events.filter((event) => event.pid === pid && event.tid === tid && event.ph === "X" && /RunTask$/.test(event.name)
    && event.ts >= marks[0].ts && event.ts <= marks[1].ts);
  assert.ok(tasks.length > 3, `${tasks.length} tasks`);
  // What it took of the processor: on a busy machine others stand in between.
  const longest = Math.max(...tasks.map(({ tdur = Infinity }) => tdur)) / 1000;
  const wall = Math.max(...tasks.map(({ dur }) => dur)) / 1000;
  t.diagnostic(`the longest of ${tasks.length} tasks of the page's thread while 1 MB went each way: ${longest.toFixed(1)} ms `
    + `of CPU, ${wall.toFixed(1)} ms`);
  assert.ok(longest < LONGEST_TASK_MILLIS, `${longest} ms`);
});

test("a hidden page keeps its cover", async (t) => {
  const url = await pageServer(t);
  const chromium = await browser(t);
  const page = await chromium.page(`${url}empty.html`);
  await connected(page, { state: "memory", cover: "poisson" });
  await chromium.page(`${url}empty.html`);
  assert.equal(await page.run(() => document.visibilityState), "hidden");
  const millis = await page.run(async (wanted) => {
    const sent = async () => (await client.counters())["packets.sent.cover"] ?? 0;
    const begun = performance.now();
    const first = await sent();
    // A timer of the page would be throttled; each question is answered by the worker.
    while (await sent() - first < wanted) {
      await new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = resolve;
        port2.postMessage(0);
      });
    }
    return performance.now() - begun;
  }, COVER_PACKETS);
  t.diagnostic(`${COVER_PACKETS} cover packets of a hidden page in ${Math.round(millis)} ms`);
  assert.ok(millis < COVER_LIMIT_MILLIS, `${millis} ms`);
});

/** What the worker of an extension finds, told to a server of this test: there is no page that could be asked. */
async function reports(t) {
  let tell;
  const told = new Promise((resolve) => { tell = resolve; });
  const server = http.createServer(async (request, response) => {
    const text = await new Response(Readable.toWeb(request)).text();
    response.end();
    if (request.method === "POST") {
      tell(text);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { told, url: `http://127.0.0.1:${server.address().port}/` };
}

test("the worker of an extension (manifest 3) is a client, under the policy that extensions have", async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cloakwork-extension-"));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  fs.cpSync(process.env.CLOAKWORK_PACKAGE, path.join(folder, "cloakwork"), { recursive: true });
  const { told, url } = await reports(t);
  fs.writeFileSync(path.join(folder, "manifest.json"), JSON.stringify({
    manifest_version: 3, name: "cloakwork", version: "1", host_permissions: ["http://127.0.0.1/*"],
    background: { service_worker: "worker.js", type: "module" },
    content_security_policy: { extension_pages: "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'" },
  }));
  fs.writeFileSync(path.join(folder, "worker.js"), `
    import { connect } from "./cloakwork/index.js";
    async function both(client) {
      const messages = client.messages();
      const bytes = new Uint8Array(2000).map((_, at) => at);
      const [outcome, { value }] = await Promise.all([
        client.send(${JSON.stringify(peer)}, bytes, { replySurbs: 20 }), messages.next()]);
      return { acknowledged: outcome.acknowledged, origin: value.origin, length: value.payload.length };
    }
    const tell = (what) => fetch(${JSON.stringify(url)}, { method: "POST", mode: "no-cors",
      body: JSON.stringify(what) });
    connect({ directory: ${JSON.stringify(network.directory)}, cover: "none" }).then(both).then(tell,
      (error) => tell({ error: String(error) }));
  `);
  await browser(t, { args: [`--load-extension=${folder}`] });
  assert.deepEqual(JSON.parse(await told), { acknowledged: true, origin: "answer", length: 2000 });
});
