import fs from "node:fs";
import http from "node:http";
import { once } from "node:events";
import path from "node:path";

/** The policy of the demo: nothing but scripts of its own, and no way to make one of a text. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; worker-src 'self'; "
  + "connect-src 'self' http://127.0.0.1:* ws://127.0.0.1:*; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml",
  ".wasm": "application/wasm", ".bin": "application/octet-stream" };
const EMPTY = "<!doctype html><title>empty</title><link rel=icon href=icon.svg>";

/** The example page and, as /cloakwork/, the package; /empty.html; and /text, to be fetched through an exit. */
export async function pageServer(t) {
  const page = path.resolve(import.meta.dirname, "../../../../distribution/examples/web");
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://x");
    response.setHeader("content-security-policy", POLICY);
    response.setHeader("cache-control", "no-store");
    if (pathname === "/network.json") {
      const { CLOAKWORK_DIRECTORY: directory, CLOAKWORK_EXIT: exit } = process.env;
      response.end(JSON.stringify({ directory, exit, page: `http://${request.headers.host}/text` }));
    } else if (pathname === "/text") {
      response.end("This came through the mixnet.\n".repeat(20));
    } else if (pathname === "/empty.html") {
      response.setHeader("content-type", "text/html").end(EMPTY);
    } else {
      const file = pathname.startsWith("/cloakwork/")
        ? path.join(process.env.CLOAKWORK_PACKAGE, pathname.slice("/cloakwork".length))
        : path.join(page, pathname === "/" ? "index.html" : pathname);
      const type = TYPES[path.extname(file)];
      if (type && fs.existsSync(file)) {
        response.setHeader("content-type", type).end(fs.readFileSync(file));
      } else {
        response.writeHead(404).end();
      }
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}/`;
}
