import net from "node:net";
import http from "node:http";
import { once } from "node:events";
import { Duplex } from "node:stream";

import { HttpClient, createFetch } from "../../../../bundles/frontend-web/src/main/npm/http/fetch.js";
import { remoteFetch, serveFetch } from "../../../../bundles/frontend-web/src/main/npm/http/remote.js";

/** Longer than any exchange takes on a busy machine. */
const KEPT_MILLIS = 120_000;

/** A stream of bytes to a host, as the engine gives one through an exit; here over plain TCP. */
export async function tcp({ host, port, signal }) {
  const socket = net.connect({ host: "127.0.0.1", port, noDelay: true });
  socket.on("error", () => {});
  await once(socket, "connect", { signal });
  const { readable, writable } = Duplex.toWeb(socket);
  return { readable, writable, close: () => socket.destroy(), host };
}

/**
 * A fetch over TCP that is closed with the test, and counts its connections. With CLOAKWORK_OVER_PORT=true it is as in a
 * page: the connections are at the other end of a port.
 */
export function fetchOverTcp(t, options = {}) {
  const opened = [];
  const all = {
    async connect(target) {
      const duplex = await tcp(target);
      opened.push(target);
      return duplex;
    },
    ...options,
  };
  const fetch = process.env.CLOAKWORK_OVER_PORT === "true" ? overPort(all) : createFetch(all);
  t.after(() => fetch.close());
  return Object.assign(fetch, { opened });
}

function overPort(options) {
  const client = new HttpClient(options);
  const fetch = remoteFetch((port) => serveFetch(() => client, port), options);
  return Object.assign(fetch, { close: () => client.close() });
}

async function listening(t, server) {
  const sockets = new Set();
  server.on("connection", (socket) => {
    socket.on("error", () => {});
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    sockets.forEach((socket) => socket.destroy());
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/** A server that answers each request, once its head has come, with what it is given, byte for byte. */
export function rawServer(t, answer) {
  let connections = 0;
  return listening(t, net.createServer((socket) => {
    const connection = ++connections;
    let seen = "";
    let requests = 0;
    socket.on("data", (bytes) => {
      seen += bytes.toString("latin1");
      for (let end = seen.indexOf("\r\n\r\n"); end >= 0; end = seen.indexOf("\r\n\r\n")) {
        const head = seen.slice(0, end);
        seen = seen.slice(end + 4);
        answer(socket, { connection, request: ++requests, head });
      }
    });
  }));
}

/** A server of Node's own. */
export function honestServer(t, handler) {
  return listening(t, http.createServer({ keepAliveTimeout: KEPT_MILLIS }, async (request, response) => {
    try {
      await handler(request, response);
    } catch (error) {
      // Calls are aborted here on purpose; any other fault of a handler is one of the test.
      if (!request.destroyed) {
        throw error;
      }
    }
  }));
}

/** Resolves when it was called so many times. */
export function gathering(count) {
  const { promise, resolve } = Promise.withResolvers();
  let seen = 0;
  return { arrive: () => ++seen >= count && resolve(), all: promise };
}
