import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import zlib from "node:zlib";

import { FetchError } from "../../../../bundles/frontend-web/src/main/npm/http/fetch.js";
import { fetchOverTcp, honestServer, rawServer, tcp } from "./servers.js";

const code = (wanted) => (error) => error instanceof FetchError && error.code === wanted;

/** An answer, byte for byte, after which the server says nothing more; with `end` it closes. */
const answering = (t, text, end = false) => rawServer(t, (socket) => {
  socket.write(Buffer.from(text, "latin1"));
  if (end) {
    socket.end();
  }
});

for (const [name, answer, wanted, end] of [
  ["a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello"],
  ["the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\ncontent-length: 5\r\n\r\nhello", "hello"],
  ["no length, until the end", "HTTP/1.1 200 OK\r\n\r\nhello", "hello", true],
  ["HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nhello", "hello", true],
  ["no reason", "HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n", ""],
  ["line feeds alone", "HTTP/1.1 200 OK\ncontent-length: 5\n\nhello", "hello"],
  ["chunks, an extension and a trailer",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=\"y\"\r\nllo\r\n0\r\nx-sum: 1\r\n\r\n", "hello"],
  ["chunk sizes with zeros and capitals", "HTTP/1.1 200 OK\r\ntransfer-encoding: CHUNKED\r\n\r\n00A\r\n0123456789\r\n00\r\n\r\n",
    "0123456789"],
  ["interim answers first",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", "ok"],
  ["a header in two lines", "HTTP/1.1 200 OK\r\nx-long: a\r\n  b\r\ncontent-length: 2\r\n\r\nok", "ok"],
]) {
  test(`an answer with ${name}`, async (t) => {
    const response = await fetchOverTcp(t)(await answering(t, answer, end));
    assert.equal(response.status, 200);
    assert.equal(await response.text(), wanted);
  });
}

for (const [name, answer, wanted] of [
  ["is not HTTP", "SSH-2.0-OpenSSH_9.9\r\n\r\n", "protocol"],
  ["is HTTP/2", "HTTP/2 200 OK\r\n\r\n", "protocol"],
  ["has two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello", "protocol"],
  ["has a negative length", "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", "protocol"],
  ["has a transfer coding that nobody asked for", "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "protocol"],
  ["has a header without a name", "HTTP/1.1 200 OK\r\n: x\r\n\r\n", "protocol"],
  ["has a header with a space in its name", "HTTP/1.1 200 OK\r\nx y: x\r\n\r\n", "protocol"],
  ["has a header with a zero byte", "HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n", "protocol"],
  ["has a header with a carriage return", "HTTP/1.1 200 OK\r\nx: a\rset-cookie: b\r\n\r\n", "protocol"],
  ["switches protocols", "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n", "protocol"],
  ["never stops being interim", "HTTP/1.1 100 Continue\r\n\r\n".repeat(17), "protocol"],
  ["ends before it begins", "", "connection-lost"],
  ["ends within its head", "HTTP/1.1 200 OK\r\nx: y\r\n", "connection-lost"],
  ["has a status line without end", "HTTP/1.1 200 " + "x".repeat(70_000), "too-large"],
  ["has a header without end", "HTTP/1.1 200 OK\r\nx: " + "x".repeat(70_000), "too-large"],
  ["has headers without end", "HTTP/1.1 200 OK\r\n" + "x: y\r\n".repeat(20_000), "too-large"],
  ["is coded as nobody asked for", "HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 1\r\n\r\nx", "encoding"],
  ["is coded many times", "HTTP/1.1 200 OK\r\ncontent-encoding: gzip, gzip, gzip\r\ncontent-length: 1\r\n\r\nx", "encoding"],
]) {
  test(`an answer that ${name} is refused as ${wanted}`, async (t) => {
    const fetch = fetchOverTcp(t);
    await assert.rejects(fetch(await answering(t, answer, true)), code(wanted));
  });
}

for (const [name, body, wanted] of [
  ["ends before its length", "content-length: 9\r\n\r\nhello", "truncated"],
  ["ends before its last chunk", "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n", "truncated"],
  ["ends within a chunk", "transfer-encoding: chunked\r\n\r\n9\r\nhello", "truncated"],
  ["has a chunk longer than its size", "transfer-encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n", "protocol"],
  ["has a chunk size that is no number", "transfer-encoding: chunked\r\n\r\n-1\r\nhello\r\n0\r\n\r\n", "protocol"],
  ["has a chunk size beyond all numbers", "transfer-encoding: chunked\r\n\r\nffffffffffffffffffff\r\n", "protocol"],
  ["has a size line without end", "transfer-encoding: chunked\r\n\r\n1;" + "x".repeat(2000), "too-large"],
  ["has a trailer without end", "transfer-encoding: chunked\r\n\r\n0\r\n" + "x: y\r\n".repeat(5000), "too-large"],
  ["is not the gzip it says", "content-encoding: gzip\r\ncontent-length: 5\r\n\r\nhello", "encoding"],
  ["ends within its gzip", "content-encoding: gzip\r\ncontent-length: 20\r\n\r\n"
    + zlib.gzipSync("hello, hello, hello").toString("latin1").slice(0, 20), "encoding"],
  ["ends within its gzip and its length", "content-encoding: gzip\r\ncontent-length: 30\r\n\r\n"
    + zlib.gzipSync("hello, hello, hello").toString("latin1").slice(0, 20), "truncated"],
]) {
  test(`a body that ${name}: its reader is told ${wanted}`, async (t) => {
    const response = await fetchOverTcp(t)(await answering(t, `HTTP/1.1 200 OK\r\n${body}`, true));
    await assert.rejects(response.arrayBuffer(), code(wanted));
  });
}

for (const [coding, encode] of [["gzip", zlib.gzipSync], ["x-gzip", zlib.gzipSync], ["deflate", zlib.deflateSync],
  ["deflate", zlib.deflateRawSync], ["identity", (bytes) => bytes], ["deflate, gzip", (bytes) => zlib.gzipSync(zlib.deflateSync(bytes))]]) {
  test(`content coded as ${coding} (${encode.name || "as written"}) comes as it was`, async (t) => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, n) => (n * n) % 251));
    const url = await honestServer(t, (request, response) => {
      assert.equal(request.headers["accept-encoding"], "gzip, deflate");
      response.writeHead(200, { "content-encoding": coding });
      response.end(encode(bytes));
    });
    const response = await fetchOverTcp(t)(url);
    assert.ok(bytes.equals(Buffer.from(await response.arrayBuffer())));
  });
}

for (const [method, status] of [["HEAD", 200], ["GET", 204], ["GET", 304], ["GET", 205]]) {
  test(`${method} answered with ${status} has no body, and its connection is used again`, async (t) => {
    const url = await rawServer(t, (socket, { request }) => socket.write(request === 1
      ? `HTTP/1.1 ${status} X\r\ncontent-length: ${status === 205 ? 0 : 5}\r\ncontent-encoding: gzip\r\n\r\n`
      : "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
    const fetch = fetchOverTcp(t);
    const response = await fetch(url, { method });
    assert.equal(response.status, status);
    assert.equal(response.body, null);
    assert.equal(await (await fetch(url)).text(), "ok");
    assert.equal(fetch.opened.length, 1);
  });
}

test("bytes that nobody asked for are never taken for the next answer", async (t) => {
  const url = await rawServer(t, (socket, { connection }) => socket.write(connection === 1
    ? "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged"
    : "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nright"));
  const fetch = fetchOverTcp(t);
  assert.equal(await (await fetch(url)).text(), "ok");
  assert.equal(await (await fetch(url)).text(), "right");
  assert.equal(fetch.opened.length, 2);
});

test("connection: close, HTTP/1.0 and a body until the end: no connection is kept", async (t) => {
  const answers = ["HTTP/1.1 200 OK\r\nconnection: Close\r\ncontent-length: 1\r\n\r\n1", "HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\n2"];
  const url = await rawServer(t, (socket, { connection }) => {
    if (connection <= 2) {
      socket.write(answers[connection - 1]);
    } else {
      socket.end("HTTP/1.1 200 OK\r\n\r\n3");
    }
  });
  const fetch = fetchOverTcp(t);
  for (const wanted of ["1", "2", "3", "3"]) {
    assert.equal(await (await fetch(url)).text(), wanted);
  }
  assert.equal(fetch.opened.length, 4);
});

for (const [kept, connections] of [[1, 2], [60, 1]]) {
  test(`a server that keeps unused connections for ${kept} s: two requests need ${connections}`, async (t) => {
    const url = await rawServer(t, (socket) => socket.write(
      `HTTP/1.1 200 OK\r\nkeep-alive: timeout=${kept}, max=9\r\ncontent-length: 0\r\n\r\n`));
    const fetch = fetchOverTcp(t);
    await fetch(url);
    await fetch(url);
    assert.equal(fetch.opened.length, connections);
  });
}

test("a body comes as it is read: the server is held back meanwhile", async (t) => {
  const size = 64 << 20;
  let sent = 0;
  const url = await rawServer(t, (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`);
    const fill = () => {
      while (sent < size) {
        sent += 65_536;
        if (!socket.write(Buffer.alloc(65_536))) {
          return;
        }
      }
    };
    socket.on("drain", fill);
    fill();
  });
  let taken = 0;
  const fetch = fetchOverTcp(t, {
    async connect(target) {
      const duplex = await tcp(target);
      const readable = duplex.readable.pipeThrough(new TransformStream({
        transform(chunk, controller) {
          taken += chunk.length;
          controller.enqueue(chunk);
        },
      }));
      return { ...duplex, readable };
    },
  });
  const response = await fetch(url);
  const reader = response.body.getReader();
  let length = (await reader.read()).value.length;
  const held = taken;
  assert.ok(held < 1 << 20, `${held} bytes were taken before anybody read them`);
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    length += piece.value.length;
  }
  assert.equal(length, size);
});

test("a bomb of gzip grows only as it is read", async (t) => {
  const bomb = zlib.gzipSync(Buffer.alloc(64 << 20));
  const url = await honestServer(t, (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb));
  const response = await fetchOverTcp(t)(url);
  const reader = response.body.getReader();
  await reader.read();
  const before = process.memoryUsage().arrayBuffers;
  let length = 0;
  for (let n = 0; n < 20; n++) {
    length += (await reader.read()).value.length;
  }
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.ok(grown < 16 << 20, `${grown} bytes for ${length} read`);
  await reader.cancel();
});

test("a short body that nobody reads frees its connection", async (t) => {
  const url = await honestServer(t, (_, response) => response.end("short"));
  const fetch = fetchOverTcp(t, { maxPerHost: 1 });
  const unread = [];
  for (let n = 0; n < 10; n++) {
    unread.push(await fetch(url));
  }
  assert.equal(fetch.opened.length, 1);
  assert.equal(await unread[3].text(), "short");
});

async function echo(request, response) {
  const pieces = [];
  for await (const piece of request) {
    pieces.push(piece);
  }
  response.setHeader("x-seen", JSON.stringify({ method: request.method, url: request.url, headers: request.headers }));
  response.end(Buffer.concat(pieces));
}

const seen = (response) => JSON.parse(response.headers.get("x-seen"));

for (const [name, body, type] of [
  ["text", "žluť", /^text\/plain/], ["bytes", Uint8Array.of(0, 255, 13, 10), null], ["a buffer", new ArrayBuffer(3), null],
  ["a form", new URLSearchParams({ a: "b c" }), /^application\/x-www-form-urlencoded/], ["a blob", new Blob(["x"], { type: "a/b" }), /^a\/b$/],
  ["form data", (() => { const form = new FormData(); form.set("a", "b"); return form; })(), /^multipart\/form-data; boundary=/],
  ["a megabyte", new Uint8Array(1 << 20).fill(7), null], ["nothing", "", /^text\/plain/],
]) {
  test(`a request with ${name} as body has its length and its type`, async (t) => {
    const url = await honestServer(t, echo);
    const response = await fetchOverTcp(t)(url, { method: "POST", body });
    const got = seen(response);
    const bytes = Buffer.from(await response.arrayBuffer());
    assert.equal(got.headers["content-length"], `${bytes.length}`);
    assert.equal(got.headers["transfer-encoding"], undefined);
    if (type) {
      assert.match(got.headers["content-type"], type);
    }
    if (!(body instanceof FormData)) {
      assert.ok(bytes.equals(Buffer.from(await new Response(body).arrayBuffer())));
    }
  });
}

test("a request with a stream as body is sent as it comes", async (t) => {
  const url = await honestServer(t, echo);
  const pieces = ["one ", "", "two ", "x".repeat(200_000)].map((text) => new TextEncoder().encode(text));
  const response = await fetchOverTcp(t)(url, { method: "PUT", body: ReadableStream.from(pieces) });
  assert.equal(seen(response).headers["transfer-encoding"], "chunked");
  assert.equal(await response.text(), `one two ${"x".repeat(200_000)}`);
});

for (const size of [10, 500_000]) {
  test(`a Request is sent with its body of ${size} bytes`, async (t) => {
    const url = await honestServer(t, echo);
    const request = new Request(`${url}/a?b`, { method: "POST", body: "y".repeat(size), headers: { "x-mine": "1" } });
    const response = await fetchOverTcp(t)(request);
    assert.equal(seen(response).url, "/a?b");
    assert.equal(seen(response).headers["x-mine"], "1");
    assert.equal((await response.text()).length, size);
  });
}

test("a stream of a request that fails: its caller gets its own error", async (t) => {
  const url = await honestServer(t, echo);
  const mine = new Error("my own");
  const body = new ReadableStream({ pull: (controller) => controller.error(mine) });
  await assert.rejects(fetchOverTcp(t)(url, { method: "POST", body }), (error) => error === mine);
});

test("a stream of a request that never gives anything ends with the call, and is told", async (t) => {
  const url = await honestServer(t, echo);
  const told = Promise.withResolvers();
  const body = new ReadableStream({ cancel: told.resolve });
  await assert.rejects(fetchOverTcp(t)(url, { method: "POST", body, deadline: 60 }), code("deadline"));
  assert.equal((await told.promise).code, "deadline");
});

test("a server that refuses before the body is sent: its answer comes, and the rest is not sent", async (t) => {
  const url = await rawServer(t, (socket) => socket.write("HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno"));
  const told = { ...Promise.withResolvers(), open: true };
  const body = new ReadableStream({
    async pull(controller) {
      await setImmediate();
      if (told.open) {
        controller.enqueue(new Uint8Array(1000));
      }
    },
    cancel(reason) {
      told.open = false;
      told.resolve(reason);
    },
  });
  const response = await fetchOverTcp(t)(url, { method: "POST", body });
  assert.equal(response.status, 413);
  assert.equal(await response.text(), "no");
  await told.promise;
});

test("head and body of a request leave in one write: a write may cost a packet", async (t) => {
  const writes = [];
  const url = await honestServer(t, echo);
  const fetch = fetchOverTcp(t, {
    async connect(target) {
      const duplex = await tcp(target);
      const writable = new WritableStream({
        async write(chunk) {
          writes.push(chunk.length);
          const writer = duplex.writable.getWriter();
          await writer.write(chunk);
          writer.releaseLock();
        },
      });
      return { ...duplex, writable };
    },
  });
  await (await fetch(url, { method: "POST", body: "a".repeat(1000) })).text();
  assert.equal(writes.length, 1);
});

test("nothing tells one client from another, and a caller may say more", async (t) => {
  const url = await honestServer(t, echo);
  const fetch = fetchOverTcp(t);
  const host = new URL(url).host;
  assert.deepEqual(seen(await fetch(url)).headers,
    { host, accept: "*/*", "accept-encoding": "gzip, deflate", "user-agent": "Mozilla/5.0" });
  const mine = { accept: "text/html", "user-agent": "mine", range: "bytes=0-1", connection: "close", "transfer-encoding": "x" };
  assert.deepEqual(seen(await fetch(url, { headers: mine })).headers,
    { host, accept: "text/html", "accept-encoding": "identity", "user-agent": "mine", range: "bytes=0-1" });
});

test("what is not to be sent is refused", async (t) => {
  const fetch = fetchOverTcp(t);
  for (const [input, init, wanted] of [
    ["ftp://127.0.0.1/", {}, "bad-request"], ["data:,x", {}, "bad-request"], ["not a url", {}, "bad-request"],
    ["http://user:secret@127.0.0.1/", {}, "bad-request"], ["http://127.0.0.1/", { method: "CONNECT" }, "bad-request"],
    ["http://127.0.0.1/", { body: "x" }, "bad-request"], ["http://127.0.0.1/", { deadline: 0 }, "bad-request"],
    ["http://127.0.0.1/", { deadline: NaN }, "bad-request"], ["https://127.0.0.1/", {}, "tls"],
  ]) {
    await assert.rejects(fetch(input, init), code(wanted), `${input} ${JSON.stringify(init)}`);
  }
  await assert.rejects(fetch("http://user:secret@127.0.0.1/"), (error) => !`${error.stack}${error.cause}`.includes("secret"));
  assert.equal(fetch.opened.length, 0);
});

const going = (status, to, more = "") => `HTTP/1.1 ${status} Go\r\nlocation: ${to}\r\n${more}content-length: 4\r\n\r\nmore`;

for (const [status, method, wantedMethod, wantedBody] of [
  [301, "GET", "GET", ""], [302, "GET", "GET", ""], [303, "GET", "GET", ""], [307, "GET", "GET", ""], [308, "GET", "GET", ""],
  [301, "POST", "GET", ""], [302, "POST", "GET", ""], [303, "POST", "GET", ""], [307, "POST", "POST", "body"], [308, "POST", "POST", "body"],
  [301, "PUT", "PUT", "body"], [303, "PUT", "GET", ""], [303, "HEAD", "HEAD", ""],
]) {
  test(`${status} of ${method} is followed as ${wantedMethod}, over the same connection`, async (t) => {
    const url = await honestServer(t, (request, response) => {
      if (request.url === "/a") {
        request.resume().on("end", () => response.writeHead(status, { location: "b?c" }).end("more"));
      } else {
        echo(request, response);
      }
    });
    const fetch = fetchOverTcp(t);
    const init = method === "POST" || method === "PUT" ? { method, body: "body" } : { method };
    const response = await fetch(`${url}/a#part`, init);
    const got = seen(response);
    assert.equal(got.method, wantedMethod);
    assert.equal(got.headers["content-type"] !== undefined, wantedBody !== "");
    assert.equal(response.url, `${url}/b?c`);
    assert.equal(response.redirected, true);
    assert.equal(response.clone().url, response.url);
    assert.equal(await response.text(), wantedBody);
    assert.equal(fetch.opened.length, 1);
  });
}

test("redirected to another origin, what belongs to the first stays there", async (t) => {
  const other = await honestServer(t, echo);
  const url = await answering(t, going(307, `${other}/x`));
  const response = await fetchOverTcp(t)(url, { headers: { authorization: "Bearer x", cookie: "a=b", "x-other": "1" } });
  const { headers } = seen(response);
  assert.equal(headers.authorization, undefined);
  assert.equal(headers.cookie, undefined);
  assert.equal(headers["x-other"], "1");
});

for (const [name, to, wanted, init] of [
  ["without end", "/again", "redirect"], ["to another scheme", "ftp://127.0.0.1/", "redirect"], ["to a script", "javascript:1", "redirect"],
  ["to no URL", "http://[", "redirect"], ["with a password", "http://a:b@127.0.0.1/", "redirect"],
  ["where redirects are errors", "/x", "redirect", { redirect: "error" }],
  ["to https: where there is none", "https://127.0.0.1/", "tls"],
  ["with a body that cannot be sent again", "/x", "redirect", { method: "POST", stream: true }],
]) {
  test(`a redirect ${name} is refused`, async (t) => {
    const url = await answering(t, going(307, to));
    const { stream, ...rest } = init ?? {};
    const body = stream ? { body: ReadableStream.from([new Uint8Array(3)]) } : {};
    await assert.rejects(fetchOverTcp(t)(url, { ...rest, ...body }), code(wanted));
  });
}

test("redirect: manual gives the redirect itself", async (t) => {
  const url = await answering(t, going(302, "/x"));
  const response = await fetchOverTcp(t)(url, { redirect: "manual" });
  assert.equal(response.status, 302);
  assert.equal(response.headers.get("location"), "/x");
  assert.equal(response.redirected, false);
  assert.equal(await response.text(), "more");
});

test("a redirect with a long body does not keep its call", async (t) => {
  const url = await rawServer(t, (socket, { connection }) => socket.write(connection === 1
    ? `HTTP/1.1 302 Go\r\nlocation: /x\r\ncontent-length: 100000000\r\n\r\n${"x".repeat(100_000)}`
    : "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
  assert.equal(await (await fetchOverTcp(t)(url)).text(), "ok");
});

test("beside the platform's own fetch: the same answers", async (t) => {
  const url = await honestServer(t, (request, response) => {
    const { pathname } = new URL(request.url, "http://x");
    const routes = {
      "/json": () => response.setHeader("content-type", "application/json").end("{\"a\":[1,2]}"),
      "/gzip": () => response.setHeader("content-encoding", "gzip").end(zlib.gzipSync("x".repeat(10_000))),
      "/404": () => response.writeHead(404, "Not Here").end("none"),
      "/many": () => response.writeHead(200, [["x-a", "1"], ["x-a", "2"], ["vary", "a"], ["vary", "b"]].flat()).end("m"),
      "/go": () => response.writeHead(302, { location: "/json" }).end(),
      "/latin": () => response.writeHead(200, "Gut", { "x-l": Buffer.from("ä", "latin1").toString("latin1") }).end("l"),
      "/head": () => response.setHeader("content-length", "77").end(),
      "/empty": () => response.writeHead(200).end(),
    };
    routes[pathname]();
  });
  const ours = fetchOverTcp(t);
  const view = async (response) => ({
    status: response.status, statusText: response.statusText, ok: response.ok, url: response.url, redirected: response.redirected,
    headers: [...response.headers].filter(([name]) => !["date", "connection", "keep-alive", "transfer-encoding"].includes(name)),
    body: await response.text(),
  });
  for (const path of ["/json", "/gzip", "/404", "/many", "/go", "/latin", "/head", "/empty"]) {
    const init = { method: path === "/head" ? "HEAD" : "GET" };
    assert.deepEqual(await view(await ours(url + path, init)), await view(await fetch(url + path, init)), path);
  }
});

test("an answer of many sizes of pieces is read the same", async (t) => {
  const answer = Buffer.from("HTTP/1.1 200 OK\r\nx-a: b\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n7\r\n, world\r\n0\r\nx: y\r\n\r\n");
  for (let size = 1; size <= answer.length; size++) {
    const fetch = fetchOverTcp(t, {
      connect: async () => ({
        readable: ReadableStream.from((function* pieces() {
          for (let at = 0; at < answer.length; at += size) {
            yield new Uint8Array(answer.subarray(at, at + size));
          }
        })()),
        writable: new WritableStream(),
      }),
    });
    const response = await fetch("http://example.net/");
    assert.equal(response.headers.get("x-a"), "b");
    assert.equal(await response.text(), "hello, world", `in pieces of ${size}`);
  }
});

test("hosts are told as the URL has them: names in ASCII, IPv6 without brackets, ports of the scheme", async (t) => {
  const asked = [];
  const fetch = fetchOverTcp(t, { connect: async ({ host, port }) => { asked.push(`${host} ${port}`); throw new Error("no"); } });
  for (const url of ["http://bücher.example/", "http://[::1]/", "http://example.net:8080/", "http://EXAMPLE.net"]) {
    await assert.rejects(fetch(url), code("connect"));
  }
  assert.deepEqual(asked, ["xn--bcher-kva.example 80", "::1 80", "example.net 8080", "example.net 80"]);
});
