import { framing } from "./body.js";
import { ByteSource } from "./byte-source.js";
import { FetchError, asFetchError } from "./fetch-error.js";
import { readAnswerHead, requestHead } from "./head.js";

const PIECE = 65_536;
const CRLF = Uint8Array.of(13, 10);
const LAST_CHUNK = Uint8Array.of(48, 13, 10, 13, 10);
/** From here on an answer that comes before the request is sent means that the rest is not wanted. */
const FIRST_REFUSAL = 300;

/** One connection to one host: exchanges one after the other, until one of them leaves it unusable. */
export class Connection {
  #duplex;
  #writer;
  #failure = null;
  #exchanges = 0;
  /** When the last request began to leave. */
  askedAt = 0;
  /** How long the server said that it keeps an unused connection, in milliseconds. */
  keepAlive = Infinity;

  /** @param {{ readable: ReadableStream, writable: WritableStream, close?: () => void }} duplex of bytes */
  constructor(duplex) {
    this.#duplex = duplex;
    this.source = new ByteSource(duplex.readable);
    this.#writer = duplex.writable.getWriter();
    this.#writer.closed.catch(() => {});
  }

  get used() {
    return this.#exchanges > 0;
  }

  get destroyed() {
    return this.#failure !== null;
  }

  destroy(reason) {
    if (this.#failure !== null) {
      return;
    }
    this.#failure = { reason };
    this.source.cancel(reason);
    this.#writer.abort(reason).catch(() => {});
    this.#duplex.close?.();
  }

  /**
   * Sends a request and reads the head of the answer.
   *
   * @param {import("./call.js").Call} call destroys this connection when it fails
   * @param {{ method: string, url: URL, headers: [string, string][],
   *     body: Uint8Array | ReadableStream | null }} request
   * @param {{ maxHeadBytes: number, maxHeaders: number }} limits
   * @returns the head of the answer and how its body is read; `read` gives pieces, null after the last; `sent` tells
   *     whether the request was sent whole
   * @throws {FetchError} with `unanswered` set when the connection ended before the first byte of the answer
   */
  async exchange(call, request, limits) {
    this.#exchanges++;
    this.askedAt = performance.now();
    this.source.begun = false;
    const outgoing = new Outgoing(this.#writer, call, request);
    const sending = outgoing.send();
    const heading = readAnswerHead(this.source, limits);
    heading.catch(() => {});
    sending.catch(() => {});
    await call.until(Promise.race([sending.catch((error) => outgoing.callersFault ? Promise.reject(error) : undefined),
      heading.catch(() => {})]));
    let head;
    try {
      head = await call.timed(heading);
    } catch (error) {
      call.signal.throwIfAborted();
      throw this.#lost(asFetchError("connection-lost", "the connection failed before the answer", error));
    }
    if (head === null) {
      throw this.#lost(new FetchError("connection-lost", "the connection ended before the answer", outgoing.failure));
    }
    if (!outgoing.sent && head.status >= FIRST_REFUSAL) {
      outgoing.stop();
    }
    const frame = framing(this.source, request.method, head);
    this.#learnKeepAlive(head.headers);
    return { head, read: frame.read, reusable: () => frame.reusable && outgoing.sent && !this.destroyed };
  }

  #lost(error) {
    error.unanswered = !this.source.begun;
    return error;
  }

  #learnKeepAlive(headers) {
    const [, value] = headers.find(([name]) => name === "keep-alive") ?? [];
    const seconds = /(?:^|[,\s])timeout=([0-9]{1,6})/i.exec(value ?? "");
    this.keepAlive = seconds === null ? Infinity : Number(seconds[1]) * 1000;
  }
}

/** A request on its way out: its head and the beginning of its body in one write, since a write may cost a packet. */
class Outgoing {
  #writer;
  #call;
  #request;
  #reader = null;
  #stopped = false;
  sent = false;
  failure = undefined;
  callersFault = false;

  constructor(writer, call, request) {
    this.#writer = writer;
    this.#call = call;
    this.#request = request;
  }

  async send() {
    const { method, url, headers, body } = this.#request;
    try {
      if (body instanceof Uint8Array || body === null) {
        await this.#write(requestHead(method, url, headers, body?.length ?? null), body ?? new Uint8Array(0));
      } else {
        await this.#stream(requestHead(method, url, headers, "chunked"), body);
      }
      this.sent = !this.#stopped;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  /** The rest is not wanted. */
  stop() {
    this.#stopped = true;
    const why = new FetchError("connection-lost", "the server answered before the body was sent");
    this.#reader?.cancel(why).catch(() => {});
  }

  async #write(...parts) {
    const bytes = joined(parts);
    for (let at = 0; at < bytes.length && !this.#stopped; at += PIECE) {
      await this.#call.timed(this.#writer.write(bytes.subarray(at, at + PIECE)));
    }
  }

  async #stream(head, body) {
    this.#reader = body.getReader();
    const forget = this.#call.onFail((reason) => this.#reader.cancel(reason).catch(() => {}));
    try {
      await this.#write(head);
      for (let piece = await this.#piece(); piece !== null && !this.#stopped; piece = await this.#piece()) {
        if (piece.length > 0) {
          const size = Uint8Array.from(`${piece.length.toString(16)}\r\n`, (character) => character.charCodeAt(0));
          await this.#write(size, piece, CRLF);
        }
      }
      await this.#write(LAST_CHUNK);
    } finally {
      forget();
    }
  }

  async #piece() {
    try {
      const { done, value } = await this.#call.until(this.#reader.read());
      if (!done && !(value instanceof Uint8Array)) {
        throw new FetchError("bad-request", "the body's stream gave something else than a Uint8Array");
      }
      return done ? null : value;
    } catch (error) {
      this.callersFault = true;
      this.#reader.cancel(error).catch(() => {});
      throw error;
    }
  }
}

function joined(parts) {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
