import { FetchError } from "./fetch-error.js";

const EMPTY = new Uint8Array(0);
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Bytes of a stream in the pieces a parser wants. Holds at most one chunk of the stream and one line. */
export class ByteSource {
  #reader;
  #chunk = EMPTY;
  #pending = null;
  /** Whether anything came since this was last set to false. */
  begun = false;

  /** @param {ReadableStream<Uint8Array>} readable locked from now on */
  constructor(readable) {
    this.#reader = readable.getReader();
  }

  /**
   * Waits until something is there. A second call while one waits shares its answer, so a wait that was given up
   * loses no bytes.
   *
   * @returns {Promise<boolean>} false at the end of the stream
   */
  async ready() {
    if (this.#chunk.length > 0) {
      return true;
    }
    this.#pending ??= this.#next();
    return this.#pending;
  }

  async #next() {
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) {
          return false;
        }
        if (value.length > 0) {
          this.#chunk = value;
          this.begun = true;
          return true;
        }
      }
    } finally {
      this.#pending = null;
    }
  }

  /** Whether bytes came that nobody has read. */
  get leftover() {
    return this.#chunk.length > 0;
  }

  /**
   * @param {number} most at least 1
   * @returns {Promise<Uint8Array | null>} 1 to `most` bytes, null at the end of the stream
   */
  async read(most) {
    if (!await this.ready()) {
      return null;
    }
    const taken = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(taken.length);
    return taken;
  }

  /**
   * One line without its end (CR LF, or LF alone), one character a byte.
   *
   * @param {number} limit bytes with the end; no more than these and a chunk are ever held
   * @param {string} what for the error
   * @returns {Promise<string | null>} null when the stream ended before the first byte
   */
  async line(limit, what) {
    const parts = [];
    let length = 0;
    for (;;) {
      if (!await this.ready()) {
        if (length === 0) {
          return null;
        }
        throw new FetchError("connection-lost", `the connection ended within ${what}`);
      }
      const room = this.#chunk.subarray(0, limit - length);
      const end = room.indexOf(LINE_FEED);
      const part = room.subarray(0, end < 0 ? room.length : end + 1);
      length += part.length;
      parts.push(part);
      this.#chunk = this.#chunk.subarray(part.length);
      if (end >= 0) {
        return text(parts);
      }
      if (length >= limit) {
        throw new FetchError("too-large", `${what} is longer than ${limit} bytes`);
      }
    }
  }

  /** Gives the stream up; who waits for bytes is told the end. */
  cancel(reason) {
    this.#chunk = EMPTY;
    this.#reader.cancel(reason).catch(() => {});
  }
}

function text(parts) {
  let line = "";
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 4096) {
      line += String.fromCharCode(...part.subarray(at, at + 4096));
    }
  }
  const end = line.length - 1;
  return line.slice(0, end > 0 && line.charCodeAt(end - 1) === CARRIAGE_RETURN ? end - 1 : end);
}
