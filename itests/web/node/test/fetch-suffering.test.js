// What people who use mix-fetch write about (edge-core-js #717, #731, #732, #734, #737; nym #6539): each a test here.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { FetchError } from "../../../../bundles/frontend-web/src/main/npm/http/fetch.js";
import { fetchOverTcp, gathering, honestServer, rawServer, tcp } from "./servers.js";

const code = (wanted) => (error) => error instanceof FetchError && error instanceof TypeError && error.code === wanted;
const never = () => new Promise(() => {});

test("a server that never answers: the call ends by its deadline", async (t) => {
  const url = await rawServer(t, () => {});
  await assert.rejects(fetchOverTcp(t)(url, { deadline: 60 }), code("deadline"));
});

test("a server that never answers: the call ends when nothing comes for as long as it may", async (t) => {
  const url = await rawServer(t, () => {});
  await assert.rejects(fetchOverTcp(t)(url, { stall: 60 }), code("stalled"));
});

test("an exit that never connects: the call ends by its deadline, and the exit is told", async (t) => {
  const { promise, resolve } = Promise.withResolvers();
  const fetch = fetchOverTcp(t, {
    connect: ({ signal }) => {
      signal.addEventListener("abort", () => resolve(signal.reason));
      return never();
    },
  });
  await assert.rejects(fetch("http://example.net/", { deadline: 60 }), code("deadline"));
  assert.equal((await promise).code, "deadline");
});

test("a connection that is made too late is closed", async (t) => {
  const url = await rawServer(t, () => {});
  const closed = Promise.withResolvers();
  const go = Promise.withResolvers();
  const fetch = fetchOverTcp(t, {
    async connect(target) {
      await go.promise;
      const duplex = await tcp({ ...target, signal: undefined });
      return { ...duplex, close: () => { duplex.close(); closed.resolve(); } };
    },
  });
  await assert.rejects(fetch(url, { deadline: 40 }), code("deadline"));
  go.resolve();
  await closed.promise;
});

test("a body that stops in its middle ends, and its connection is not kept", async (t) => {
  const url = await rawServer(t, (socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfive!"));
  const fetch = fetchOverTcp(t);
  const response = await fetch(url, { stall: 60 });
  assert.equal(response.status, 200);
  await assert.rejects(response.text(), code("stalled"));
  const second = await fetch(url, { stall: 60 });
  assert.equal(fetch.opened.length, 2);
  await second.body.cancel();
});

test("a body that drips for ever ends by the call's deadline", async (t) => {
  const url = await rawServer(t, (socket) => {
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    const drip = setInterval(() => socket.write("1\r\nx\r\n"), 5);
    socket.on("close", () => clearInterval(drip));
  });
  const response = await fetchOverTcp(t)(url, { deadline: 150, stall: 60_000 });
  await assert.rejects(response.text(), code("deadline"));
});

test("a head that drips for ever ends", async (t) => {
  const url = await rawServer(t, (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    const drip = setInterval(() => socket.write("x"), 5);
    socket.on("close", () => clearInterval(drip));
  });
  await assert.rejects(fetchOverTcp(t)(url, { deadline: 150 }), code("deadline"));
});

test("a body that nobody reads ends by its deadline and gives its connection back", async (t) => {
  const url = await rawServer(t, (socket) => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n");
    const fill = () => { while (socket.writable && socket.write(Buffer.alloc(65_536))) { /* until it is full */ } };
    socket.on("drain", fill);
    fill();
  });
  const fetch = fetchOverTcp(t, { maxPerHost: 1 });
  const forgotten = await fetch(url, { deadline: 100 });
  const next = await fetch(url);
  await assert.rejects(forgotten.text(), code("deadline"));
  await next.body.cancel();
});

test("a server that does not take the body of a request: the call ends", async (t) => {
  const url = await rawServer(t, (socket) => socket.pause());
  const body = new Uint8Array(64 << 20);
  await assert.rejects(fetchOverTcp(t)(url, { method: "POST", body, stall: 100 }), code("stalled"));
});

test("requests to one host do not wait for one another", async (t) => {
  const all = gathering(6);
  const url = await honestServer(t, async (request, response) => {
    all.arrive();
    await all.all;
    response.end(request.url);
  });
  const fetch = fetchOverTcp(t);
  const answers = await Promise.all([0, 1, 2, 3, 4, 5].map(async (n) => (await fetch(`${url}/${n}`)).text()));
  assert.deepEqual(answers, ["/0", "/1", "/2", "/3", "/4", "/5"]);
});

test("a host that hangs does not hold up another", async (t) => {
  const hanging = await rawServer(t, () => {});
  const good = await honestServer(t, (_, response) => response.end("well"));
  const fetch = fetchOverTcp(t);
  const hung = Array.from({ length: 20 }, () => assert.rejects(fetch(hanging, { deadline: 300 }), code("deadline")));
  assert.equal(await (await fetch(good)).text(), "well");
  await Promise.all(hung);
});

test("beyond the limit of connections requests wait in turn, and all are answered", async (t) => {
  let now = 0;
  let most = 0;
  const url = await honestServer(t, (request, response) => {
    most = Math.max(most, ++now);
    setImmediate().then(() => {
      now--;
      response.end(request.url);
    });
  });
  const fetch = fetchOverTcp(t, { maxPerHost: 3 });
  const answers = await Promise.all(Array.from({ length: 100 }, async (_, n) => (await fetch(`${url}/${n}`)).text()));
  assert.deepEqual(answers, Array.from({ length: 100 }, (_, n) => `/${n}`));
  assert.ok(most <= 3, `${most} at once`);
  assert.ok(fetch.opened.length <= 3, `${fetch.opened.length} connections`);
});

test("beyond the limit of all connections an unused one makes room for another host", async (t) => {
  const urls = await Promise.all([1, 2, 3, 4].map((n) => honestServer(t, (_, response) => response.end(`${n}`))));
  const fetch = fetchOverTcp(t, { maxConnections: 2 });
  for (const [at, url] of urls.entries()) {
    assert.equal(await (await fetch(url)).text(), `${at + 1}`);
  }
  assert.deepEqual(await Promise.all(urls.map(async (url) => (await fetch(url)).text())), ["1", "2", "3", "4"]);
});

test("more waiting requests than allowed are refused at once, and say so", async (t) => {
  const url = await rawServer(t, () => {});
  const fetch = fetchOverTcp(t, { maxPerHost: 1, maxWaiting: 2 });
  const waiting = [1, 2, 3].map(() => assert.rejects(fetch(url, { deadline: 200 }), code("deadline")));
  await setImmediate();
  await setImmediate();
  await assert.rejects(fetch(url), code("too-many-requests"));
  await Promise.all(waiting);
});

test("a way that failed is not remembered: the next call goes its own", async (t) => {
  const url = await honestServer(t, (_, response) => response.end("here"));
  let broken = true;
  const fetch = fetchOverTcp(t, {
    connect: async (target) => {
      if (broken) {
        throw new Error("the exit knows no such host");
      }
      return tcp(target);
    },
  });
  await assert.rejects(fetch(url), (error) => code("connect")(error) && /knows no such host/.test(error.message));
  broken = false;
  assert.equal(await (await fetch(url)).text(), "here");
});

test("kept connections that died meanwhile cost nobody a request", async (t) => {
  const sockets = new Set();
  const all = gathering(3);
  const url = await rawServer(t, async (socket, { request }) => {
    sockets.add(socket);
    if (request === 1) {
      all.arrive();
      await all.all;
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    } else {
      socket.destroy();
    }
  });
  const fetch = fetchOverTcp(t);
  const first = [1, 2, 3].map(async () => (await fetch(url)).text());
  assert.deepEqual(await Promise.all(first), ["ok", "ok", "ok"]);
  assert.equal(fetch.opened.length, 3);
  // Each kept connection is dead to a second request: one is tried, the others are not.
  assert.equal(await (await fetch(url)).text(), "ok");
  assert.equal(fetch.opened.length, 4);
});

test("a request that may not be sent twice is not: its caller is told", async (t) => {
  let posts = 0;
  const url = await rawServer(t, (socket, { request, head }) => {
    posts += head.startsWith("POST") ? 1 : 0;
    if (request === 1) {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    } else {
      socket.destroy();
    }
  });
  const fetch = fetchOverTcp(t);
  await (await fetch(url)).text();
  await assert.rejects(fetch(url, { method: "POST" }), code("connection-lost"));
  assert.equal(posts, 1);
});

test("a connection that is never used again is closed", async (t) => {
  const ended = Promise.withResolvers();
  const url = await rawServer(t, (socket) => {
    socket.on("close", ended.resolve);
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
  });
  await (await fetchOverTcp(t, { idle: 30 })(url)).text();
  await ended.promise;
});

for (const [phase, answer, body] of [
  ["before the answer", () => {}],
  ["within the head", (socket) => socket.write("HTTP/1.1 200 OK\r\nx")],
  ["while the body is sent", (socket) => socket.removeAllListeners("data"), new Uint8Array(64 << 20)],
]) {
  test(`a call that is aborted ${phase} ends with the caller's reason`, async (t) => {
    const reached = Promise.withResolvers();
    const closed = Promise.withResolvers();
    const url = await rawServer(t, (socket, request) => {
      socket.on("close", closed.resolve);
      answer(socket, request);
      reached.resolve();
      socket.resume();
    });
    const controller = new AbortController();
    const reason = new Error("no longer wanted");
    const fetch = fetchOverTcp(t);
    const init = body ? { method: "POST", body, signal: controller.signal } : { signal: controller.signal };
    const call = assert.rejects(fetch(url, init), (error) => error === reason);
    await reached.promise;
    controller.abort(reason);
    await call;
    await closed.promise;
  });
}

test("a call that is aborted while it waits in turn ends, and the next in turn is served", async (t) => {
  const first = Promise.withResolvers();
  const url = await rawServer(t, (socket, { head }) => {
    const answer = () => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    if (head.startsWith("GET /first")) {
      first.resolve(answer);
    } else {
      answer();
    }
  });
  const fetch = fetchOverTcp(t, { maxPerHost: 1 });
  const a = fetch(`${url}/first`);
  const controller = new AbortController();
  const aborted = assert.rejects(fetch(url, { signal: controller.signal }), { name: "AbortError" });
  const c = fetch(url);
  const answer = await first.promise;
  controller.abort();
  await aborted;
  answer();
  assert.equal(await (await a).text(), "ok");
  assert.equal(await (await c).text(), "ok");
});

test("a signal that is aborted already: nothing is sent", async (t) => {
  const fetch = fetchOverTcp(t);
  await assert.rejects(fetch("http://127.0.0.1:9/", { signal: AbortSignal.abort() }), { name: "AbortError" });
  assert.equal(fetch.opened.length, 0);
});

test("aborted within the body: what reads it gets the caller's reason", async (t) => {
  const url = await rawServer(t, (socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfive!"));
  const controller = new AbortController();
  const response = await fetchOverTcp(t)(url, { signal: controller.signal });
  const reader = response.body.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "five!");
  const reason = new Error("enough");
  controller.abort(reason);
  await assert.rejects(reader.read(), (error) => error === reason);
});

test("a closed client ends everything and takes nothing more", async (t) => {
  const url = await rawServer(t, () => {});
  const fetch = fetchOverTcp(t, { maxPerHost: 1 });
  const calls = [1, 2].map(() => assert.rejects(fetch(url), code("closed")));
  await setImmediate();
  await setImmediate();
  fetch.close();
  await Promise.all(calls);
  await assert.rejects(fetch(url), code("closed"));
});
