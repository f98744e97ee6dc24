// https: with TLS that ends here. Certificates: ../certificates.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { before, test } from "node:test";
import tls from "node:tls";

import { FetchError, createFetch } from "../../../../bundles/frontend-web/src/main/npm/http/fetch.js";
import { securing } from "../../../../bundles/frontend-web/src/main/npm/http/tls.js";
import { tcp } from "./servers.js";

const file = (name) => fs.readFileSync(new URL(`../certificates/${name}`, import.meta.url));
const folder = process.env.CLOAKWORK_PACKAGE;
const { load } = await import(path.join(folder, "engine/module.js"));

let module;
let secure;

before(async () => {
  module = await load(fs.readFileSync(path.join(folder, "http/tls.wasm")));
  trust(anchor());
  secure = securing(module);
});

function trust(bytes) {
  module.trust(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** The test's own root, as roots.bin has one. */
function anchor() {
  const root = new X509Certificate(file("root.pem"));
  const subject = Buffer.concat([Buffer.from("301e311c301a06035504030c13", "hex"), Buffer.from("Cloakwork test root")]);
  assert.ok(root.raw.includes(subject));
  const key = root.publicKey.export({ type: "spki", format: "der" });
  const day = Buffer.alloc(4);
  day.writeInt32BE(50_000);
  return Buffer.concat([day, ...[subject, key].flatMap((part) => [Buffer.from([0, part.length]), part])]);
}

function fetchOverTls(t, connect = tcp) {
  const fetch = createFetch({ connect, secure });
  t.after(() => fetch.close());
  return fetch;
}

async function server(t, certificate, answer, options = {}) {
  const listening = tls.createServer({ cert: file(`${certificate}.pem`), key: file(`${certificate}.key`), ...options },
    (socket) => {
      socket.on("error", () => {});
      answer(socket);
    });
  const alerted = new Promise((resolve) => listening.on("tlsClientError", (error) => resolve(error.code)));
  listening.listen(0, "127.0.0.1");
  await once(listening, "listening");
  t.after(() => listening.close());
  return { url: `https://localhost:${listening.address().port}`, port: listening.address().port, alerted };
}

const ok = (body) => (socket) => socket.on("data", () => socket.write(
  `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`));
const refused = (pattern) => (error) => error instanceof FetchError && error.code === "tls" && pattern.test(error.message);

for (const [certificate, versions] of [["good", ["TLSv1.3"]], ["good", ["TLSv1.2"]], ["rsa", ["TLSv1.3"]], ["rsa", ["TLSv1.2"]]]) {
  test(`${versions} with ${certificate}.pem`, async (t) => {
    let seen;
    const { url } = await server(t, certificate, (socket) => {
      seen = { protocol: socket.getProtocol(), cipher: socket.getCipher().name, alpn: socket.alpnProtocol, name: socket.servername };
      ok("well")(socket);
    }, { minVersion: versions[0], maxVersion: versions[0], ALPNProtocols: ["http/1.1"] });
    assert.equal(await (await fetchOverTls(t)(url)).text(), "well");
    assert.equal(seen.protocol, versions[0]);
    assert.match(seen.cipher, /CHACHA20/);
    assert.equal(seen.alpn, "http/1.1");
    assert.equal(seen.name, "localhost");
  });
}

test("a server by its IP address, with a certificate for it", async (t) => {
  const { port } = await server(t, "good", ok("well"));
  assert.equal(await (await fetchOverTls(t)(`https://127.0.0.1:${port}`)).text(), "well");
});

test("a server that wants another curve first", async (t) => {
  const { url } = await server(t, "good", ok("well"), { ecdhCurve: "P-384" });
  assert.equal(await (await fetchOverTls(t)(url)).text(), "well");
});

test("a megabyte each way, over one kept connection", async (t) => {
  let connections = 0;
  const { url } = await server(t, "good", (socket) => {
    connections++;
    let left = null;
    socket.on("data", (bytes) => {
      if (left === null) {
        const head = bytes.indexOf("\r\n\r\n");
        left = Number(/content-length: (\d+)/.exec(bytes.toString("latin1", 0, head))[1]) - (bytes.length - head - 4);
      } else {
        left -= bytes.length;
      }
      if (left === 0) {
        left = null;
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1048576\r\n\r\n");
        socket.write(Buffer.alloc(1_048_576, 7));
      }
    });
  });
  const fetch = fetchOverTls(t);
  for (let n = 0; n < 3; n++) {
    const response = await fetch(url, { method: "POST", body: new Uint8Array(1_048_576) });
    const body = new Uint8Array(await response.arrayBuffer());
    assert.ok(body.length === 1_048_576 && body.every((byte) => byte === 7));
  }
  assert.equal(connections, 1);
});

for (const [certificate, why] of [["other", /certificate: it is not for localhost/], ["expired", /certificate: it has expired/],
  ["untrusted", /certificate: it leads to no authority that is trusted here/]]) {
  test(`${certificate}.pem is refused, the server is told, and nothing of the request is sent`, async (t) => {
    let said = 0;
    const { url, alerted } = await server(t, certificate, (socket) => socket.on("data", () => said++));
    await assert.rejects(fetchOverTls(t)(url), refused(why));
    assert.match(await alerted, /ALERT_BAD_CERTIFICATE/);
    assert.equal(said, 0);
  });
}

test("without the authority that comes between, no certificate leads anywhere", async (t) => {
  const [alone] = file("good.pem").toString().split(/(?<=-----END CERTIFICATE-----\n)/);
  const { url } = await server(t, "good", ok("no"), { cert: alone });
  await assert.rejects(fetchOverTls(t)(url), refused(/leads to no authority/));
});

test("with the authorities that are shipped, the test's own is not trusted", async (t) => {
  trust(fs.readFileSync(new URL("../../../../bundles/frontend-web/src/main/roots/roots.bin", import.meta.url)));
  t.after(() => trust(anchor()));
  const { url } = await server(t, "good", ok("no"));
  await assert.rejects(fetchOverTls(t)(url), refused(/leads to no authority/));
});

for (const [name, options] of [["TLS 1.1", { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" }],
  ["AES alone", { ciphers: "TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256" }]]) {
  test(`a server with ${name} is refused`, async (t) => {
    const { url } = await server(t, "good", ok("no"), options);
    await assert.rejects(fetchOverTls(t)(url), refused(/^TLS: /));
  });
}

for (const [name, what] of [["HTTP in the clear", "HTTP/1.1 400 Bad Request\r\n\r\n"], ["nothing but an end", ""],
  ["a record of the greatest length", Buffer.from([22, 3, 3, 255, 255, ...new Array(70_000).fill(0)])]]) {
  test(`a server that speaks ${name}`, async (t) => {
    const listening = net.createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(what));
    }).listen(0, "127.0.0.1");
    await once(listening, "listening");
    t.after(() => listening.close());
    await assert.rejects(fetchOverTls(t)(`https://localhost:${listening.address().port}`), refused(/TLS/));
  });
}

test("a body without a length that ends without TLS's own end is not taken for whole", async (t) => {
  const { url } = await server(t, "good", (socket) => socket.once("data", () => {
    socket.write("HTTP/1.1 200 OK\r\n\r\nhalf", () => socket.destroy());
  }));
  const response = await fetchOverTls(t)(url);
  await assert.rejects(response.text(), { code: "tls" });
});

test("a record that was changed on the way ends the call", async (t) => {
  const { url } = await server(t, "good", ok("x".repeat(5000)));
  let records = 0;
  const connect = async (target) => {
    const duplex = await tcp(target);
    const readable = duplex.readable.pipeThrough(new TransformStream({
      transform(chunk, controller) {
        if (++records > 1) {
          chunk = Uint8Array.from(chunk);
          chunk[chunk.length - 1] ^= 1;
        }
        controller.enqueue(chunk);
      },
    }));
    return { ...duplex, readable };
  };
  await assert.rejects(async () => (await fetchOverTls(t, connect)(url)).text());
});

test("a handshake that hangs ends by the call's deadline", async (t) => {
  const listening = net.createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
  await once(listening, "listening");
  t.after(() => listening.close());
  const call = fetchOverTls(t)(`https://localhost:${listening.address().port}`, { deadline: 100 });
  await assert.rejects(call, { code: "deadline" });
});

test("redirected from https to http: refused", async (t) => {
  const { url } = await server(t, "good", (socket) => socket.on("data", () => socket.write(
    "HTTP/1.1 302 Go\r\nlocation: http://localhost/\r\ncontent-length: 0\r\n\r\n")));
  await assert.rejects(fetchOverTls(t)(url), { code: "redirect" });
});
