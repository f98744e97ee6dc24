import { FetchError } from "./fetch-error.js";

const WAITING = "connecting";
const OPEN = "open";

/** Streams of bytes to hosts, through an exit, or to clients that have a name, without one: what the engine has as numbers and calls, as the platform has it. */
export class ExitStreams {
  #engine;
  #exit;
  #waiting = new Map();
  #last = 0;

  /**
   * @param {{ openStream, streamState, readStream, writeStream, closeStreamOutput, leaveStream }} engine
   * @param {string} exit its address; empty: none
   */
  constructor(engine, exit) {
    this.#engine = engine;
    this.#exit = exit;
  }

  /** To be called when the engine says that a stream has changed. */
  changed(stream) {
    const waiting = this.#waiting.get(stream);
    if (waiting) {
      for (const resolve of waiting.splice(0)) {
        resolve();
      }
    }
  }

  /**
   * @param {{ host: string, port: number, signal: AbortSignal }} target
   * @returns {Promise<{ readable: ReadableStream<Uint8Array>, writable: WritableStream<Uint8Array>, close(): void }>}
   * @throws {FetchError} `connect`, with the exit's reason
   */
  async connect({ host, port, signal }) {
    signal.throwIfAborted();
    const stream = ++this.#last;
    this.#waiting.set(stream, []);
    const leave = (why) => {
      if (this.#waiting.has(stream)) {
        const waiting = this.#waiting.get(stream);
        this.#waiting.delete(stream);
        this.#engine.leaveStream(stream, why);
        waiting.forEach((resolve) => resolve());
      }
    };
    const abort = () => leave("aborted");
    signal.addEventListener("abort", abort, { once: true });
    try {
      this.#engine.openStream(stream, this.#exit, `${host.includes(":") ? `[${host}]` : host}:${port}`);
      while (this.#waiting.has(stream) && this.#engine.streamState(stream) === WAITING) {
        await this.#change(stream);
      }
      signal.throwIfAborted();
      const state = this.#engine.streamState(stream);
      if (state !== OPEN) {
        throw new FetchError("connect", `no connection to ${host}:${port}: ${state}`);
      }
    } catch (error) {
      leave("not connected");
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
    return this.#duplex(stream, leave);
  }

  #change(stream) {
    return new Promise((resolve) => this.#waiting.get(stream).push(resolve));
  }

  #duplex(stream, leave) {
    const gone = () => !this.#waiting.has(stream);
    return {
      readable: new ReadableStream({
        pull: async (controller) => {
          while (!gone()) {
            const bytes = this.#engine.readStream(stream);
            if (bytes === null) {
              break;
            }
            if (bytes.length > 0) {
              controller.enqueue(bytes);
              return;
            }
            await this.#change(stream);
          }
          controller.close();
        },
        cancel: () => leave("cancelled"),
      }, { highWaterMark: 0 }),
      writable: new WritableStream({
        write: async (chunk) => {
          for (let at = 0; at < chunk.length;) {
            if (gone()) {
              throw new FetchError("connection-lost", "the connection was closed");
            }
            const taken = this.#engine.writeStream(stream, chunk.subarray(at));
            at += taken;
            if (taken === 0) {
              await this.#change(stream);
            }
          }
        },
        close: () => {
          if (!gone()) {
            this.#engine.closeStreamOutput(stream);
          }
        },
        abort: () => leave("aborted"),
      }, { highWaterMark: 1 }),
      close: () => leave("closed"),
    };
  }
}
