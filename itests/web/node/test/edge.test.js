// The package in workerd: CLOAKWORK_TGZ, CLOAKWORK_DIRECTORY, CLOAKWORK_EXIT, CLOAKWORK_PEER, CLOAKWORK_VECTORS,
// CLOAKWORK_EXAMPLE (the folder of the example).
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import { after, before, test } from "node:test";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cloakwork-edge-"));
const bin = path.resolve("node_modules/.bin/workerd");
const example = process.env.CLOAKWORK_EXAMPLE;
const running = new Set();

function run(command, ...args) {
  const ran = spawnSync(command, args, { cwd: folder, encoding: "utf8", timeout: 120_000 });
  assert.equal(ran.status, 0, `${command} ${args.join(" ")}: ${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

/** Starts workerd with a worker, and waits until it listens. */
async function serve(config, state) {
  fs.mkdirSync(path.join(folder, state), { recursive: true });
  const workerd = spawn(bin, ["serve", config, "--socket-addr=http=127.0.0.1:0", "--control-fd=3",
    `--directory-path=state=${path.join(folder, state)}`], {
    cwd: folder,
    env: { ...process.env, DIRECTORY: process.env.CLOAKWORK_DIRECTORY, EXIT: process.env.CLOAKWORK_EXIT, PEER: process.env.CLOAKWORK_PEER },
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  running.add(workerd);
  const ended = once(workerd, "exit").then(([code]) => { throw new Error(`workerd ended with ${code}`); });
  ended.catch(() => {});
  const [line] = await Promise.race([once(readline.createInterface(workerd.stdio[3]), "line"), ended]);
  const { event, port } = JSON.parse(line);
  assert.equal(event, "listen");
  return {
    url: `http://127.0.0.1:${port}`,
    pid: workerd.pid,
    async kill() {
      workerd.kill("SIGKILL");
      await once(workerd, "exit");
      running.delete(workerd);
    },
  };
}

const asked = async (url, options) => {
  const response = await fetch(url, options);
  const body = Buffer.from(await response.arrayBuffer());
  assert.equal(response.status, 200, body.toString());
  return { body, outcome: JSON.parse(response.headers.get("outcome") ?? "null"), origin: response.headers.get("origin") };
};

/** Of user and system, in ticks of 10 ms. */
const cpuMillis = (pid) => fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ").slice(11, 13)
  .reduce((all, ticks) => all + Number(ticks) * 10, 0);
const residentMib = (pid) => Number(fs.readFileSync(`/proc/${pid}/status`, "utf8").match(/RssAnon:\s+(\d+)/)[1]) / 1024;

async function page(t) {
  const server = http.createServer((request, response) => {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => response.end(Buffer.concat([Buffer.from(`${request.method} ${request.url} `), ...pieces])));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

before(() => {
  for (const file of fs.readdirSync(example)) {
    fs.copyFileSync(path.join(example, file), path.join(folder, file));
  }
  fs.copyFileSync(path.resolve(import.meta.dirname, "../edge/worker.js"), path.join(folder, "tests.js"));
  fs.copyFileSync(process.env.CLOAKWORK_VECTORS, path.join(folder, "vectors.wasm"));
  fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "fresh", private: true, type: "module" }));
  run("npm", "install", "--offline", "--no-audit", "--no-fund", process.env.CLOAKWORK_TGZ);
  fs.writeFileSync(path.join(folder, "edge.capnp"), run(process.execPath, "workerd.mjs"));
  fs.writeFileSync(path.join(folder, "tests.capnp"), run(process.execPath, "workerd.mjs", "tests.js")
    .replace(/\n  \]\n\);\n$/, `,\n    (name = "vectors.wasm", wasm = embed "vectors.wasm")\n  ]\n);\n`));
});

after(() => {
  running.forEach((workerd) => workerd.kill("SIGKILL"));
  fs.rmSync(folder, { recursive: true });
});

test("the example: three requests at once, and one after the object was evicted: one identity", async (t) => {
  let worker = await serve("edge.capnp", "example");
  const url = await page(t);
  const [address, sent, page1] = await Promise.all([
    asked(worker.url),
    asked(`${worker.url}/send?to=${process.env.CLOAKWORK_PEER}`, { method: "POST", body: "hello" }),
    asked(`${worker.url}/fetch?url=${encodeURIComponent(`${url}/one`)}`),
  ]);
  assert.match(address.body.toString(), /^[0-9A-Za-z]+\.[0-9A-Za-z]+@[0-9A-Za-z]+\n$/);
  assert.equal(JSON.parse(sent.body).acknowledged, true);
  assert.equal(page1.body.toString(), "GET /one ");
  await worker.kill();
  worker = await serve("edge.capnp", "example");
  assert.deepEqual((await asked(worker.url)).body, address.body, "killed, and still who it was");
  assert.equal((await fetch(`${worker.url}/fetch?url=nonsense`)).status, 502);
  assert.equal((await fetch(`${worker.url}/other`)).status, 404);
  await worker.kill();
});

test("both ways with a client of the JVM, anonymous answers, evicted, gateway restarted, fetch", async (t) => {
  const begun = performance.now();
  const worker = await serve("tests.capnp", "tests");
  const before = residentMib(worker.pid);
  const address = (await asked(`${worker.url}/address`)).body.toString();
  t.diagnostic(`workerd: ready ${Math.round(performance.now() - begun)} ms`);
  const cpu = cpuMillis(worker.pid);
  for (const length of [0, 1, 1500, 2000, 20_000, 300_000, 1_000_000]) {
    const payload = randomBytes(length);
    const back = await asked(`${worker.url}/back`, { method: "POST", body: payload });
    assert.equal(back.outcome.acknowledged, true);
    assert.ok(payload.equals(back.body), `${length} bytes`);
  }
  t.diagnostic(`workerd: 1323501 bytes each way, CPU ${cpuMillis(worker.pid) - cpu} ms`);
  for (const length of [1, 5000, 60_000]) {
    const payload = randomBytes(length);
    const back = await asked(`${worker.url}/ask`, { method: "POST", body: payload });
    assert.equal(back.origin, "answer");
    assert.ok(payload.equals(back.body), `${length} bytes`);
  }
  const answer = randomBytes(30_000);
  const back = await asked(`${worker.url}/asked`, { method: "POST", body: answer });
  assert.equal(back.origin, "sender");
  assert.ok(answer.equals(back.body));

  const url = await page(t);
  const pages = await Promise.all([1, 2, 3].map((n) => asked(`${worker.url}/fetch?url=${encodeURIComponent(`${url}/${n}`)}`)));
  assert.deepEqual(pages.map(({ body }) => body.toString()), ["GET /1 ", "GET /2 ", "GET /3 "]);
  const large = randomBytes(100_000);
  const posted = await asked(`${worker.url}/fetch?url=${encodeURIComponent(`${url}/up`)}`, { method: "POST", body: large });
  assert.ok(posted.body.equals(Buffer.concat([Buffer.from("POST /up "), large])));

  await fetch(`${worker.url}/evict`).then((response) => response.arrayBuffer());
  assert.equal((await asked(`${worker.url}/address`)).body.toString(), address, "evicted, and still who it was");
  await asked(`${worker.url}/restart`);
  const payload = randomBytes(20_000);
  assert.ok(payload.equals((await asked(`${worker.url}/back`, { method: "POST", body: payload })).body));
  const grown = residentMib(worker.pid) - before;
  t.diagnostic(`workerd: ${Math.round(grown)} MiB of memory more than before (${Math.round(before)}), limit 128; took ${Math.round(performance.now() - begun)} ms`);
  assert.ok(grown < 128, `${grown} MiB`);
  await worker.kill();
});

test("vectors", async (t) => {
  const begun = performance.now();
  const worker = await serve("tests.capnp", "vectors");
  const cases = JSON.parse((await asked(`${worker.url}/vectors`)).body).filter(([name]) => !name.startsWith("all of "));
  const failed = cases.filter(([, why]) => why).map(([name]) => name);
  t.diagnostic(`workerd: vectors ${cases.length - failed.length} of ${cases.length} cases passed, ${failed.length} of no matter here, in ${Math.round(performance.now() - begun)} ms`);
  assert.deepEqual(failed, ["response response-8-received"]);
  assert.ok(cases.length > 500);
  await worker.kill();
});
