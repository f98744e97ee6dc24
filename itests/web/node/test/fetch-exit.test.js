// fetch through a mixnet and an exit, to servers in this process: CLOAKWORK_DIRECTORY, CLOAKWORK_EXIT, CLOAKWORK_PACKAGE.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import tls from "node:tls";
import zlib from "node:zlib";

import { honestServer, rawServer } from "./servers.js";
import { after, before, run, test } from "./runner.js";

const { connect, FetchError } = await import(path.join(process.env.CLOAKWORK_PACKAGE, "node.js"));

let client;
let fetch;

before(async () => {
  client = await connect({ directory: process.env.CLOAKWORK_DIRECTORY, exit: process.env.CLOAKWORK_EXIT, cover: "none" });
  fetch = (input, init) => client.fetch(input, init);
});

after(() => client.close());

test("a page", async (t) => {
  const url = await honestServer(t, (request, response) => response.end(`you asked for ${request.url}`));
  const begun = performance.now();
  const response = await fetch(`${url}/here`);
  assert.equal(response.status, 200);
  assert.equal(await response.text(), "you asked for /here");
  t.diagnostic(`a page after ${Math.round(performance.now() - begun)} ms`);
});

test("a megabyte each way, gzip, over a kept connection", async (t) => {
  let connections = 0;
  const url = await honestServer(t, async (request, response) => {
    connections += request.socket.counted ? 0 : 1;
    request.socket.counted = true;
    const hash = createHash("sha256");
    for await (const piece of request) {
      hash.update(piece);
    }
    response.writeHead(200, { "content-encoding": "gzip" }).end(zlib.gzipSync(Buffer.concat([hash.digest(), body])));
  });
  const body = randomBytes(1 << 20);
  const begun = performance.now();
  const response = await fetch(url, { method: "POST", body });
  const answer = Buffer.from(await response.arrayBuffer());
  assert.ok(answer.subarray(32).equals(body));
  assert.ok(answer.subarray(0, 32).equals(createHash("sha256").update(body).digest()));
  t.diagnostic(`1 MiB there and back in ${Math.round(performance.now() - begun)} ms`);
  await (await fetch(url, { method: "POST", body: "again" })).arrayBuffer();
  assert.equal(connections, 1);
});

test("twenty requests to one host at once", async (t) => {
  const url = await honestServer(t, (request, response) => response.end(request.url));
  const begun = performance.now();
  const answers = await Promise.all(Array.from({ length: 20 }, async (_, n) => (await fetch(`${url}/${n}`)).text()));
  assert.deepEqual(answers, Array.from({ length: 20 }, (_, n) => `/${n}`));
  t.diagnostic(`20 at once in ${Math.round(performance.now() - begun)} ms`);
});

test("a host that refuses, and a host that the exit does not serve", async () => {
  await assert.rejects(fetch("http://127.0.0.1:1/"), (error) => error instanceof FetchError && error.code === "connect");
  await assert.rejects(fetch("http://127.0.0.1:9/"), (error) => error instanceof FetchError && error.code === "connect");
});

test("a server that hangs: the call ends by its deadline, others go on", async (t) => {
  const hanging = await rawServer(t, () => {});
  const url = await honestServer(t, (_, response) => response.end("well"));
  const hung = assert.rejects(fetch(hanging, { deadline: 2000 }), { code: "deadline" });
  assert.equal(await (await fetch(url)).text(), "well");
  await hung;
});

test("an aborted call ends its connection at the server", async (t) => {
  const closed = Promise.withResolvers();
  const reached = Promise.withResolvers();
  const url = await rawServer(t, (socket) => {
    socket.on("close", closed.resolve);
    reached.resolve();
  });
  const controller = new AbortController();
  const call = assert.rejects(fetch(url, { signal: controller.signal }), { name: "AbortError" });
  await reached.promise;
  controller.abort();
  await call;
  await closed.promise;
});

test("https: is loaded when it is asked for, and trusts Mozilla's authorities and nobody else", async (t) => {
  const file = (name) => fs.readFileSync(new URL(`../certificates/${name}`, import.meta.url));
  const server = tls.createServer({ cert: file("good.pem"), key: file("good.key") }).listen(0, "127.0.0.1");
  const sockets = [];
  server.on("connection", (socket) => sockets.push(socket));
  await once(server, "listening");
  t.after(() => {
    server.close();
    sockets.forEach((socket) => socket.destroy());
  });
  await assert.rejects(fetch(`https://127.0.0.1:${server.address().port}/`), (error) => error instanceof FetchError
    && error.code === "tls" && /leads to no authority that is trusted here/.test(error.message));
});

await run();
