import { Call } from "./call.js";
import { DEFAULTS, HttpClient } from "./client.js";
import { FetchError } from "./fetch-error.js";

export { DEFAULTS, HttpClient } from "./client.js";
export { FetchError } from "./fetch-error.js";

/** What a Request can hold; longer ones are sent as they come. */
const BUFFERED = 65_536;
const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * What `fetch` is called with, as a plain request for `HttpClient.request`.
 *
 * @param {RequestInfo | URL} input
 * @param {RequestInit & { deadline?: number, stall?: number }} [init]
 * @param {{ deadline: number, stall: number }} [defaults]
 */
export async function plainRequest(input, init = {}, defaults = DEFAULTS) {
  const { deadline = defaults.deadline, stall = defaults.stall, ...known } = init;
  const begun = performance.now();
  if (known.body instanceof ReadableStream) {
    known.duplex ??= "half";
  }
  let asked;
  try {
    asked = new Request(input, known);
  } catch {
    // What the platform says quotes the URL, which may hold a password.
    throw new FetchError("bad-request", "not a request that can be sent: its URL, method, headers or body");
  }
  // Not the Request's own signal: Node forgets to abort it once the Request is collected.
  const signal = known.signal === undefined ? input?.signal : known.signal;
  const call = new Call({ deadline, stall, signal });
  let body;
  try {
    body = known.body instanceof ReadableStream ? known.body : await call.until(content(asked, known.body));
  } finally {
    call.finish();
  }
  const left = Math.max(1, deadline - (performance.now() - begun));
  return {
    request: { url: asked.url, method: asked.method, headers: [...asked.headers], body },
    options: { signal, redirect: asked.redirect, deadline: left, stall },
  };
}

/**
 * A body whole, so that its length can be told and it can be sent again; that of a Request, which may have been made
 * of a stream, as a stream when it is long.
 */
async function content(request, given) {
  if (request.method === "GET" || request.method === "HEAD") {
    return null;
  }
  if (given !== undefined && given !== null || !request.body) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    return bytes.length > 0 ? bytes : null;
  }
  const reader = request.body.getReader();
  const pieces = [];
  let length = 0;
  while (length <= BUFFERED) {
    const { done, value } = await reader.read();
    if (done) {
      const bytes = new Uint8Array(length);
      pieces.reduce((at, piece) => (bytes.set(piece, at), at + piece.length), 0);
      return bytes;
    }
    pieces.push(value);
    length += value.length;
  }
  return new ReadableStream({
    async pull(controller) {
      if (pieces.length > 0) {
        controller.enqueue(pieces.shift());
        return;
      }
      const { done, value } = await reader.read();
      if (done) {
        controller.close();
      } else {
        controller.enqueue(value);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** A plain answer as the platform's own Response. */
export function platformResponse(answer) {
  let response;
  try {
    if (WITHOUT_BODY.has(answer.status)) {
      answer.body?.cancel().catch(() => {});
      answer.body = null;
    }
    response = new Response(answer.body, answer);
  } catch (error) {
    answer.body?.cancel(error).catch(() => {});
    throw new FetchError("protocol", `the platform takes no such answer: ${error.message}`, error);
  }
  return told(response, answer);
}

/** `url` and `redirected` cannot be given to a Response that is made; its copies know them as well. */
function told(response, { url, redirected }) {
  const shown = url.split("#")[0];
  Object.defineProperties(response, {
    url: { value: shown, enumerable: true, configurable: true },
    redirected: { value: redirected, enumerable: true, configurable: true },
    clone: { value: () => told(Response.prototype.clone.call(response), { url, redirected }), configurable: true },
  });
  return response;
}

/**
 * A `fetch` of its own connections.
 *
 * @param {ConstructorParameters<typeof HttpClient>[0]} options
 * @returns {typeof fetch & { close(): void }}
 */
export function createFetch(options) {
  const client = new HttpClient(options);
  const fetch = async (input, init) => {
    const { request, options: call } = await plainRequest(input, init, { ...DEFAULTS, ...options });
    return platformResponse(await client.request(request, call));
  };
  return Object.assign(fetch, { close: () => client.close() });
}
