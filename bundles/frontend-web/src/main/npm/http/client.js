import { decoded } from "./body.js";
import { Call } from "./call.js";
import { FetchError } from "./fetch-error.js";
import { Pool } from "./pool.js";

/** What holds unless the caller says otherwise; times in milliseconds. */
export const DEFAULTS = Object.freeze({
  deadline: 300_000,
  stall: 60_000,
  idle: 15_000,
  maxPerHost: 6,
  maxConnections: 32,
  maxWaiting: 256,
  maxHeadBytes: 65_536,
  maxHeaders: 256,
  maxRedirects: 20,
});

const PIECE = 65_536;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const KEEPS_METHOD = new Set([307, 308]);
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);
const OF_ONE_ORIGIN = new Set(["authorization", "cookie", "proxy-authorization", "host"]);
const OF_A_BODY = new Set(["content-encoding", "content-language", "content-location", "content-type",
  "content-length"]);

/**
 * HTTP/1.1 over connections that somebody else makes. Knows neither pages nor workers: requests and answers are plain
 * objects and streams that can be handed to another thread.
 */
export class HttpClient {
  #pool;
  #options;
  #calls = new Set();
  #closed = null;

  /**
   * @param {object} options those of `DEFAULTS`, and
   *     `connect({ host, port, signal })`: promises `{ readable, writable, close? }`, bytes to that host;
   *     `secure(duplex, { host, signal })`: promises the same with TLS on it; without it `https:` is refused
   */
  constructor(options) {
    this.#options = { ...DEFAULTS, ...options };
    this.#pool = new Pool((target, signal) => this.#open(target, signal), this.#options);
  }

  /**
   * @param {{ url: string, method: string, headers: [string, string][],
   *     body: Uint8Array | ReadableStream | null }} request
   * @param {{ signal?: AbortSignal, redirect?: "follow" | "error" | "manual", deadline?: number,
   *     stall?: number }} options
   * @returns {Promise<{ url: string, redirected: boolean, status: number, statusText: string,
   *     headers: [string, string][], body: ReadableStream<Uint8Array> | null }>}
   */
  async request(request, { signal, redirect = "follow", deadline, stall } = {}) {
    if (this.#closed) {
      throw this.#closed;
    }
    const { deadline: latest, stall: longest } = this.#options;
    const call = new Call({ deadline: deadline ?? latest, stall: stall ?? longest, signal });
    this.#calls.add(call);
    try {
      return await this.#follow(call, { ...request, url: new URL(request.url) }, redirect);
    } catch (error) {
      call.fail(error);
      this.#end(call);
      throw error;
    }
  }

  /** Ends all calls and connections. */
  close() {
    this.#closed ??= new FetchError("closed", "the client was closed");
    for (const call of [...this.#calls]) {
      call.fail(this.#closed);
    }
    this.#pool.close(this.#closed);
  }

  /** Connections and waiting calls, for those who watch. */
  get size() {
    return this.#pool.size;
  }

  #end(call) {
    call.finish();
    this.#calls.delete(call);
  }

  async #open({ protocol, host, port }, signal) {
    const duplex = await this.#options.connect({ host, port, signal });
    if (protocol === "http:") {
      return duplex;
    }
    try {
      return await this.#options.secure(duplex, { host, signal });
    } catch (error) {
      duplex.readable.cancel?.(error).catch(() => {});
      duplex.close?.();
      throw error;
    }
  }

  async #follow(call, request, redirect) {
    for (let redirects = 0;; redirects++) {
      const exchange = await this.#exchange(call, request);
      const { status, statusText, headers } = exchange.head;
      const location = REDIRECTS.has(status) ? headers.find(([name]) => name === "location")?.[1] : undefined;
      if (location === undefined || redirect === "manual") {
        const body = this.#body(call, exchange);
        return {
          url: request.url.href, redirected: redirects > 0, status, statusText, headers,
          body: body === null ? null : decoded(body, headers),
        };
      }
      try {
        if (redirect === "error") {
          throw new FetchError("redirect", `redirected with ${status}, and redirects are errors here`);
        }
        if (redirects >= this.#options.maxRedirects) {
          throw new FetchError("redirect", `redirected more than ${this.#options.maxRedirects} times`);
        }
        request = redirected(request, status, location);
      } catch (error) {
        call.fail(error);
        throw error;
      }
      await this.#drain(call, exchange);
    }
  }

  /** One request on one connection; on another one if the first was kept from before and has died since. */
  async #exchange(call, request) {
    const target = this.#target(request.url);
    for (;;) {
      const connection = await this.#pool.acquire(target, call);
      const forget = call.onFail((reason) => {
        connection.destroy(reason);
        this.#pool.release(connection);
      });
      const again = connection.used && IDEMPOTENT.has(request.method) && !(request.body instanceof ReadableStream);
      try {
        return { ...await connection.exchange(call, request, this.#options), connection, forget };
      } catch (error) {
        forget();
        connection.destroy(error);
        this.#pool.discardIdle(target);
        this.#pool.release(connection);
        if (!again || !error?.unanswered) {
          throw error;
        }
      }
    }
  }

  #target({ protocol, hostname, port }) {
    if (protocol === "https:" && !this.#options.secure) {
      throw new FetchError("tls", "https: is not possible here: no TLS was given to this client");
    }
    if (protocol !== "http:" && protocol !== "https:") {
      throw new FetchError("bad-request", `not a scheme for fetch: ${protocol}`);
    }
    const host = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
    return { protocol, host, port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port) };
  }

  #finish(call, { connection, reusable, forget }) {
    forget();
    if (!reusable()) {
      connection.destroy(new FetchError("closed", "the connection ends with its answer"));
    }
    this.#pool.release(connection);
    this.#end(call);
  }

  /** The body as a stream; the connection is free again when the last byte has come, read by somebody or not. */
  #body(call, exchange) {
    if (exchange.read === null) {
      this.#finish(call, exchange);
      return null;
    }
    let forget;
    return new ReadableStream({
      start(controller) {
        forget = call.onFail((reason) => controller.error(reason));
      },
      pull: async (controller) => {
        let piece;
        try {
          piece = await call.timed(exchange.read());
        } catch (error) {
          call.fail(error);
          this.#end(call);
          throw error;
        }
        if (piece === null) {
          forget();
          controller.close();
          this.#finish(call, exchange);
        } else {
          controller.enqueue(piece.byteLength === piece.buffer.byteLength ? piece : piece.slice());
        }
      },
      cancel: (reason) => {
        forget();
        call.fail(reason ?? new FetchError("closed", "the body was cancelled"));
        this.#end(call);
      },
    }, new ByteLengthQueuingStrategy({ highWaterMark: PIECE }));
  }

  /** Reads what a redirect says for itself, so that its connection can be used again, unless it is long. */
  async #drain(call, { connection, read, reusable, forget }) {
    let left = PIECE;
    const next = () => call.timed(read());
    for (let piece = read && reusable() ? await next() : null; piece !== null; piece = await next()) {
      left -= piece.length;
      if (left <= 0) {
        break;
      }
    }
    forget();
    if (left <= 0 || !reusable()) {
      connection.destroy(new FetchError("closed", "the connection ends with its redirect"));
    }
    this.#pool.release(connection);
  }
}

function redirected(request, status, location) {
  let url;
  try {
    url = new URL(location, request.url);
  } catch (error) {
    throw new FetchError("redirect", "redirected to what is not a URL", error);
  }
  if (url.hash === "") {
    url.hash = request.url.hash;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new FetchError("redirect", `redirected to the scheme ${url.protocol}`);
  }
  if (request.url.protocol === "https:" && url.protocol === "http:") {
    throw new FetchError("redirect", "redirected from https to http");
  }
  if (url.username !== "" || url.password !== "") {
    throw new FetchError("redirect", "redirected to a URL with a name or a password");
  }
  const { method } = request;
  const toGet = !KEEPS_METHOD.has(status)
    && (status === 303 ? method !== "GET" && method !== "HEAD" : method === "POST");
  if (!toGet && request.body instanceof ReadableStream) {
    throw new FetchError("redirect", `redirected with ${status}, but the body is a stream and cannot be sent again`);
  }
  const dropped = ([name]) => (toGet && OF_A_BODY.has(name.toLowerCase()))
    || (url.origin !== request.url.origin && OF_ONE_ORIGIN.has(name.toLowerCase()));
  return {
    url,
    method: toGet ? "GET" : method,
    headers: request.headers.filter((header) => !dropped(header)),
    body: toGet ? null : request.body,
  };
}
