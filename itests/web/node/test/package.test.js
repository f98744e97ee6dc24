// The package as applications use it, in Node, Bun or Deno, beside a client of the JVM: CLOAKWORK_DIRECTORY, CLOAKWORK_PEER (an
// address whose client sends back what it is sent), CLOAKWORK_PACKAGE.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { after, before, run, test } from "./runner.js";

const { connect, ConnectError, OptionError, StateError } = await import(path.join(process.env.CLOAKWORK_PACKAGE, "node.js"));
const directory = process.env.CLOAKWORK_DIRECTORY;
const peer = process.env.CLOAKWORK_PEER;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cloakwork-"));
const text = new TextEncoder();

let client;
let readyMillis;
const waiting = [];
const arrived = [];

/** The next message that nobody has had. */
const next = () => arrived.length > 0 ? Promise.resolve(arrived.shift()) : new Promise((resolve) => waiting.push(resolve));

before(async () => {
  const begun = performance.now();
  client = await connect({ directory, cover: "none" });
  readyMillis = Math.round(performance.now() - begun);
  void (async () => {
    for await (const message of client.messages()) {
      if (waiting.length > 0) {
        waiting.shift()(message);
      } else {
        arrived.push(message);
      }
    }
  })();
});

after(async () => {
  await client.close();
  fs.rmSync(folder, { recursive: true });
});

/** For the peer: whom to send the rest to. */
function sendBack(to, payload) {
  const address = text.encode(`${to}\n`);
  const whole = new Uint8Array(address.length + payload.length);
  whole.set(address);
  whole.set(payload, address.length);
  return whole;
}

const LENGTHS = [0, 1, 1500, 2000, 20_000, 300_000, 1_000_000];

test("there and back to a client of the JVM, 0 B to 1 MB", async (t) => {
  t.diagnostic(`ready after ${readyMillis} ms`);
  const begun = performance.now();
  const cpu = process.cpuUsage();
  for (const length of LENGTHS) {
    const payload = randomBytes(length);
    const back = next();
    const outcome = await client.send(peer, sendBack(client.address, payload), { deadline: 120_000 });
    assert.equal(outcome.acknowledged, true, JSON.stringify(outcome));
    const message = await back;
    assert.equal(message.origin, "unknown");
    assert.equal(message.reply, undefined);
    assert.ok(payload.equals(message.payload), `${length} bytes`);
  }
  const { user, system } = process.cpuUsage(cpu);
  t.diagnostic(`${LENGTHS.reduce((a, b) => a + b)} bytes each way, CPU ${Math.round((user + system) / 1000)} ms, after ${Math.round(performance.now() - begun)} ms`);
});

test("anonymous questions are answered by the JVM, 1 B to 300 kB, with refills", async () => {
  for (const length of [1, 5000, 60_000, 300_000]) {
    const payload = randomBytes(length);
    const back = next();
    const outcome = await client.send(peer, payload, { replySurbs: 10, deadline: 120_000 });
    assert.equal(outcome.acknowledged, true, JSON.stringify(outcome));
    const message = await back;
    assert.equal(message.origin, "answer");
    assert.equal(message.answerOf, peer);
    assert.ok(payload.equals(message.payload), `${length} bytes`);
  }
  const counters = await client.counters();
  assert.ok(counters["surbs.made"] > 40, JSON.stringify(counters));
});

test("an anonymous question of the JVM is answered here, with refills", async () => {
  const asked = next();
  await client.send(peer, text.encode(`ask ${client.address}`));
  const question = await asked;
  assert.equal(question.origin, "sender");
  assert.equal(question.text, "what do you say?");
  const answer = randomBytes(60_000);
  const back = next();
  const outcome = await question.reply(answer, { deadline: 120_000 });
  assert.equal(outcome.acknowledged, true, JSON.stringify(outcome));
  assert.ok(answer.equals((await back).payload), "the JVM sends back what it was answered");
});

test("the gateway restarts: the client goes on by itself, and nothing is lost", async () => {
  const { address } = client;
  const left = (async () => {
    for await (const { word } of client.states()) {
      if (word !== "ready") {
        return;
      }
    }
  })();
  await client.send(peer, `restart ${address.split("@")[1]}`);
  await left;
  const payload = randomBytes(20_000);
  const back = next();
  const outcome = await client.send(peer, sendBack(address, payload), { deadline: 120_000 });
  assert.equal(outcome.acknowledged, true, JSON.stringify(outcome));
  assert.ok(payload.equals((await back).payload));
  assert.equal(client.address, address);
});

test("a timer that rings early rings again: else the client would sleep on", async () => {
  const { memoryStore, startEngine } = await import(path.join(process.env.CLOAKWORK_PACKAGE, "engine", "host.js"));
  const module = fs.readFileSync(path.join(process.env.CLOAKWORK_PACKAGE, "engine", "engine.wasm"));
  const patient = globalThis.setTimeout;
  globalThis.setTimeout = (task, millis, ...rest) => patient(task, Math.max(0, millis - 3), ...rest);
  try {
    const ended = Promise.withResolvers();
    const triedAgain = Promise.withResolvers();
    let links = 0;
    const transport = {
      open(endpoint, handler) {
        queueMicrotask(() => handler.closed("away"));
        if (++links > 3) {
          triedAgain.resolve();
        }
        return { send() {}, pendingBytes: 0, close() {} };
      },
    };
    const engine = await startEngine(module, {
      directory,
      settings: { topology: "nym-api", cover: "none", retransmission: "timeout" },
      store: memoryStore(),
      transport,
    }, { state: (word) => word === "closed" && ended.resolve(), address() {}, message() {}, outcome() {}, streamChanged() {} });
    await triedAgain.promise;
    engine.close();
    await ended.promise;
  } finally {
    globalThis.setTimeout = patient;
  }
});

test("messages to oneself, two iterations, text", async () => {
  const controller = new AbortController();
  const seen = (async () => {
    for await (const message of client.messages({ signal: controller.signal })) {
      return message.text;
    }
    return undefined;
  })();
  const other = next();
  await client.send(client.address, "héllo");
  assert.equal(await seen, "héllo");
  assert.equal((await other).text, "héllo");
  const ended = client.messages({ signal: controller.signal });
  controller.abort();
  assert.deepEqual(await ended.next(), { done: true, value: undefined });
});

test("what is wrong is said by typed errors", async () => {
  await assert.rejects(client.send("nonsense", "x"), (e) => e instanceof OptionError && e.code === "bad-option");
  await assert.rejects(client.send(peer, "x", { replySurbs: 501 }), OptionError);
  await assert.rejects(client.send(peer, "x", { deadline: 0 }), OptionError);
  await assert.rejects(client.send(peer, 12), OptionError);
  await assert.rejects(client.swap("cover", "nonsense"), /there is no cover part called "nonsense"; there are \[constant, none, poisson\]/);
  await assert.rejects(client.swap("cover", { name: "poisson", "no-such-key": 1 }), OptionError);
  await assert.rejects(connect({}), OptionError);
  await assert.rejects(connect({ directory: "ftp://x" }), OptionError);
  await assert.rejects(connect({ directory, network: {} }), OptionError);
  await assert.rejects(connect({ directory: "http://127.0.0.1:9/", deadline: 1500 }),
    (e) => e instanceof ConnectError && e.code === "not-ready" && /directory/.test(e.message));
  await assert.rejects(client.fetch("http://x/"), /exit/);
  const tooLarge = await client.send(peer, new Uint8Array(20_000_000));
  assert.deepEqual([tooLarge.acknowledged, tooLarge.reason], [false, "MESSAGE_SIZE"]);
});

test("a signal takes back what has not left, and ends connecting", async () => {
  const controller = new AbortController();
  const sending = client.send(peer, new Uint8Array(1_000_000), { signal: controller.signal });
  controller.abort();
  await assert.rejects(sending, { name: "AbortError" });
  const connecting = new AbortController();
  const attempt = connect({ directory: "http://127.0.0.1:9/", signal: connecting.signal });
  connecting.abort();
  await assert.rejects(attempt, { name: "AbortError" });
  const lane = 7;
  const waits = client.send(peer, new Uint8Array(1_000_000), { lane });
  await client.closeLane(lane);
  assert.deepEqual({ ...await waits, detail: "" }, { acknowledged: false, reason: "LANE_CLOSED", detail: "" });
  assert.equal(await client.laneBytes(lane), 0);
});

test("parts are exchanged while it runs: a cover, a topology and a transport of JavaScript", async () => {
  let decisions = 0;
  await client.swap("cover", { untilNextSlot: () => { decisions++; return 2; }, untilNextLoop: () => null });
  assert.ok(decisions > 0);
  assert.equal((await client.send(client.address, "covered")).acknowledged, true);
  await next();
  const before = await client.counters();
  await client.swap("cover", "none");
  assert.ok(before["packets.sent.cover"] > 0 || before["cover.sent"] > 0, JSON.stringify(before));

  const frames = { in: 0, out: 0 };
  await client.swap("transport", {
    open({ urls }, handler) {
      const socket = new WebSocket(urls[0]);
      socket.binaryType = "arraybuffer";
      socket.onopen = () => handler.opened();
      socket.onclose = () => handler.closed("closed");
      socket.onmessage = ({ data }) => {
        frames.in++;
        handler.frame(typeof data === "string" ? data : new Uint8Array(data));
      };
      return {
        send: (frame) => {
          frames.out++;
          socket.send(frame);
        },
        close: () => socket.close(),
      };
    },
  });
  assert.equal((await client.send(client.address, "over it")).acknowledged, true);
  await next();
  assert.ok(frames.in > 0 && frames.out > 0, JSON.stringify(frames));
  await client.swap("transport", "websocket");
  assert.equal((await client.send(client.address, "back")).acknowledged, true);
  await next();

  await client.swap("topology", { directory });
  assert.equal((await client.send(client.address, "still here")).acknowledged, true);
  await next();
});

test("the state in a file: one identity, one client at a time, messages nobody took", async () => {
  const options = { directory, cover: "none", state: "file", folder, name: "kept" };
  const first = await connect(options);
  const { address } = first;
  await assert.rejects(connect(options), (e) => e instanceof StateError && e.code === "state-in-use");
  assert.equal((await first.send(address, "for later")).acknowledged, true);
  await first.close();
  const second = await connect(options);
  assert.equal(second.address, address);
  for await (const message of second.messages()) {
    assert.equal(message.text, "for later");
    break;
  }
  await second.close();
  assert.equal(fs.statSync(path.join(folder, "kept.state")).mode & 0o077, 0, "for its owner only");
});

test("a state that is not what was written is refused; one that was cut off is taken", async () => {
  const file = path.join(folder, "kept.state");
  const bytes = fs.readFileSync(file);
  const options = { directory, cover: "none", state: "file", folder, name: "broken" };
  fs.writeFileSync(path.join(folder, "broken.state"), bytes.subarray(0, bytes.length - 3));
  await (await connect(options)).close();
  const damaged = Buffer.from(bytes);
  damaged[40] ^= 1;
  fs.writeFileSync(path.join(folder, "broken.state"), damaged);
  await assert.rejects(connect(options), (e) => e instanceof StateError && e.code === "state-damaged" && /broken.state/.test(e.message));
});

test("a state of one's own", async () => {
  const commits = [];
  let closed = 0;
  const join = () => Buffer.concat(commits);
  const store = { rows: async () => new Uint8Array(0), commit: async (changes) => { commits.push(changes); }, close: async () => { closed++; } };
  const own = await connect({ directory, cover: "none", state: store });
  await own.close();
  assert.ok(join().includes("identity"));
  assert.equal(closed, 1);
});

/** A storage of keys and values that ends after so many writes. */
function keyValue(kept, writes = Infinity) {
  const write = (action) => async (...args) => {
    if (writes-- <= 0) {
      throw new Error("cut off");
    }
    action(...args);
  };
  return { get: async (key) => kept.get(key), put: write((key, value) => kept.set(key, value)), delete: write((key) => kept.delete(key)) };
}

test("a state in keys and values: cut off at any write, commits are whole or not there", async () => {
  const { openKeyValue } = await import(path.join(process.env.CLOAKWORK_PACKAGE, "state/key-value.js"));
  const { putRows, eachRow } = await import(path.join(process.env.CLOAKWORK_PACKAGE, "state/rows.js"));
  const row = (n, bytes) => [Uint8Array.of(1, 0, 1, 116, n), new Uint8Array(bytes).fill(n)];
  const commits = [putRows([row(1, 10), row(2, 100_000)]), putRows([row(2, 5), row(3, 60_000)]), putRows([row(1, 900_000), row(4, 1)]),
    putRows([row(1, 700_000)])];
  const valuesOf = (rows) => {
    const lengths = {};
    eachRow(rows, (name, value) => { lengths[name[4]] = value.length; });
    return JSON.stringify(lengths);
  };
  const states = ["{}"];
  const whole = await openKeyValue(keyValue(new Map()), "whole");
  for (const commit of commits) {
    await whole.commit(commit);
    states.push(valuesOf(await whole.rows()));
  }
  let cut = 0;
  for (let writes = 0; ; writes++) {
    const kept = new Map();
    const state = await openKeyValue(keyValue(kept, writes), "cut");
    let done = 0;
    try {
      for (const commit of commits) {
        await state.commit(commit);
        done++;
      }
    } catch (e) {
      assert.ok(e instanceof StateError && /cut off/.test(e.message));
      cut++;
    }
    const found = states.indexOf(valuesOf(await (await openKeyValue(keyValue(kept), "cut")).rows()));
    // The last may have been there before what follows it was cut off.
    assert.ok(found === done || found === done + 1, `${done} commits, then ${found}`);
    if (done === commits.length) {
      break;
    }
  }
  assert.ok(cut > 20, `cut off ${cut} times`);
});

test("a client keeps who it is in keys and values, and has them alone", async () => {
  const storage = keyValue(new Map());
  const first = await connect({ directory, cover: "none", state: storage });
  const { address } = first;
  await assert.rejects(connect({ directory, cover: "none", state: storage }), (e) => e.code === "state-in-use");
  await first.close();
  const second = await connect({ directory, cover: "none", state: storage });
  assert.equal(second.address, address);
  await second.close();
});

test("states are told, and a closed client says so", async () => {
  const own = await connect({ directory, cover: "none" });
  const words = [];
  const told = (async () => {
    for await (const { word } of own.states()) {
      words.push(word);
    }
  })();
  await own.close();
  await told;
  assert.deepEqual(words, ["ready", "stopped"]);
  await assert.rejects(own.send(peer, "x"), { name: "ClosedError", code: "closed" });
  assert.deepEqual(await own.messages().next(), { done: true, value: undefined });
});

await run();
