// node measure.mjs ours|theirs DIRECTORY SECONDS PACKAGE: one client from nothing; figures as JSON on the last line.
// node measure.mjs ours|theirs DIRECTORY idle PACKAGE: prints "ready", and is measured from outside until it is ended.
import { createHash, randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

const MEGABYTE = 1_000_000;
const [which, directory, seconds, folder] = process.argv.slice(2);

/** CPU milliseconds of this process, all its threads, so far. */
function cpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function ours(cover) {
  const { connect } = await import(pathToFileURL(path.join(folder, "node.js")));
  const client = await connect({ directory, cover, state: "memory" });
  const messages = client.messages();
  return {
    async exchange(bytes) {
      const [{ value }] = await Promise.all([messages.next(), client.send(client.address, bytes)]);
      return value.payload;
    },
    close: () => client.close(),
  };
}

async function theirs(cover) {
  const require = createRequire(import.meta.url);
  require("fake-indexeddb/auto");
  const { WebSocket } = require("ws");
  globalThis.self = globalThis;
  // The client frees the callbacks of its registration socket before that socket's close event arrives.
  globalThis.WebSocket = class extends WebSocket {
    addEventListener(type, listener, options) {
      super.addEventListener(type, (event) => {
        try {
          listener(event);
        } catch (error) {
          if (!String(error).includes("closure invoked")) {
            throw error;
          }
        }
      }, options);
    }
  };
  const { NymClient } = require("@nymproject/nym-client-wasm-node");
  const uncovered = { coverTraffic: { disableLoopCoverTrafficStream: true },
    traffic: { disableMainPoissonPacketDistribution: true } };
  let received;
  const client = await new NymClient((payload) => received?.(payload), {
    clientId: `${Math.random()}`, nymApiUrl: directory, ...cover === "none" ? { clientOverride: uncovered } : {},
  });
  const address = client.self_address?.() ?? client.selfAddress();
  return {
    async exchange(bytes) {
      const arrived = new Promise((resolve) => { received = resolve; });
      await client.send_regular_message(bytes, address);
      return arrived;
    },
    close() {},
  };
}

const start = { ours, theirs }[which];
const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");
if (seconds === "idle") {
  await start("poisson");
  console.log("ready");
  await new Promise((resolve) => { process.on("SIGTERM", resolve); });
  process.exit(0);
}
const begun = performance.now();
let client = await start("none");
const ready = performance.now() - begun;
await client.exchange(new Uint8Array(100));
const bytes = new Uint8Array(randomBytes(MEGABYTE));
const before = cpu();
const sent = performance.now();
const arrived = await client.exchange(bytes);
const millis = performance.now() - sent;
const used = cpu() - before;
if (digest(arrived) !== digest(bytes)) {
  throw new Error("what arrived is not what was sent");
}
await client.close();
client = await start("poisson");
await sleep(2000);
const idleBegun = performance.now();
const idleBefore = cpu();
await sleep(seconds * 1000);
const idle = 100 * (cpu() - idleBefore) / (performance.now() - idleBegun);
console.log(JSON.stringify({ ready, cpu: used, millis, idle }));
process.exit(0);
