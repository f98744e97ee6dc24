import { compiled, load } from "../engine/module.js";
import { FetchError } from "./fetch-error.js";

const RECORD = 16_384;

/**
 * TLS on a stream of bytes, ended here: `secure` for `HttpClient`.
 *
 * @param {object} module the exports of `tls.wasm`
 * @returns {(duplex: { readable: ReadableStream, writable: WritableStream, close?: () => void },
 *     target: { host: string, signal: AbortSignal }) => Promise<{ readable, writable, close }>} rejects with a
 *     FetchError `tls` when the certificate is not good for the host
 */
export function securing(module) {
  return async (duplex, { host, signal }) => {
    const session = new Session(module, duplex, host);
    const abort = () => session.destroy(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      signal.throwIfAborted();
      await session.handshake();
    } catch (error) {
      session.destroy(error);
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
    return session.duplex();
  };
}

class Session {
  #module;
  #id;
  #reader;
  #writer;
  #close;
  #ended = false;

  constructor(module, { readable, writable, close }, host) {
    this.#module = module;
    this.#id = module.open(host);
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
    this.#writer.closed.catch(() => {});
    this.#close = close;
  }

  async handshake() {
    await this.#flush();
    while (this.#module.handshaking(this.#id)) {
      if (!await this.#more()) {
        throw new FetchError("tls", "the connection ended within the TLS handshake");
      }
    }
  }

  duplex() {
    return {
      readable: new ReadableStream({
        pull: async (controller) => {
          for (;;) {
            const data = this.#ended ? new Int8Array(0) : this.#module.data(this.#id);
            if (data.length > 0) {
              controller.enqueue(unsigned(data));
              return;
            }
            if (this.#ended || this.#module.closed(this.#id) || !await this.#more()) {
              controller.close();
              return;
            }
          }
        },
        cancel: (reason) => this.destroy(reason),
      }, { highWaterMark: 0 }),
      writable: new WritableStream({
        write: async (chunk) => {
          for (let at = 0; at < chunk.length; at += RECORD) {
            this.#check(this.#module.write(this.#id, signed(chunk.subarray(at, at + RECORD))));
          }
          await this.#flush();
        },
        close: async () => {
          this.#check(this.#module.close(this.#id));
          await this.#flush();
          await this.#writer.close();
        },
        abort: (reason) => this.destroy(reason),
      }, { highWaterMark: 1 }),
      close: () => this.destroy(new FetchError("closed", "the connection was closed")),
    };
  }

  /** Ends everything at once, with a last alert when it can still be sent. */
  destroy(reason) {
    if (this.#ended) {
      return;
    }
    this.#ended = true;
    this.#module.forget(this.#id);
    this.#reader.cancel(reason).catch(() => {});
    this.#writer.abort(reason).catch(() => {});
    this.#close?.();
  }

  /** Takes what comes next; false at the end. */
  async #more() {
    const { done, value } = await this.#reader.read();
    if (this.#ended) {
      return false;
    }
    if (done) {
      this.#check(this.#module.end(this.#id));
      return false;
    }
    const wrong = this.#module.input(this.#id, signed(value));
    await this.#flush();
    this.#check(wrong);
    return true;
  }

  async #flush() {
    if (!this.#ended) {
      const output = this.#module.output(this.#id);
      if (output.length > 0) {
        await this.#writer.write(unsigned(output));
      }
    }
  }

  #check(wrong) {
    if (wrong !== "") {
      throw new FetchError("tls", wrong);
    }
  }
}

function signed(bytes) {
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function unsigned(bytes) {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * `secure` for `HttpClient` that loads its module when it is first needed; one that did not load is tried again.
 *
 * @param {() => Promise<BufferSource | WebAssembly.Module>} source of `tls.wasm`, which carries the authorities that are
 *     trusted in a section of its own
 */
export function lazySecure(source) {
  let secure = null;
  const loaded = async () => {
    const module = await compiled(await source());
    const [roots] = WebAssembly.Module.customSections(module, "roots.bin");
    const exports = await load(module);
    exports.trust(new Int8Array(roots));
    return securing(exports);
  };
  return async (duplex, target) => {
    secure ??= loaded();
    let ready;
    try {
      ready = await secure;
    } catch (error) {
      secure = null;
      throw new FetchError("tls", `TLS does not load: ${error.message}`, error);
    }
    return ready(duplex, target);
  };
}
