import { Call } from "./call.js";
import { DEFAULTS } from "./client.js";
import { plainRequest, platformResponse } from "./fetch.js";
import { FetchError } from "./fetch-error.js";

const PIECE = 65_536;
const UNWANTED = new FetchError("connection-lost", "the server answered before the body was sent");

/**
 * A `fetch` whose connections are in another thread. Each call has a port of its own: what goes over it is asked for
 * piece by piece, both ways. A call ends by its deadline even when the other thread does not answer at all.
 *
 * @param {(port: MessagePort) => void} handOver gives the other end to the thread that calls `serveFetch`
 * @param {{ deadline?: number, stall?: number }} [defaults] milliseconds
 * @param {() => { port1, port2 }} [channel] makes the two ends of a call's port
 * @returns {typeof fetch & { close(reason: unknown): void }}
 */
export function remoteFetch(handOver, defaults = {}, channel = () => new MessageChannel()) {
  const calls = new Set();
  const fetch = async (input, init) => {
    const { request, options } = await plainRequest(input, init, { ...DEFAULTS, ...defaults });
    const call = new Call({ ...options, stall: Infinity });
    calls.add(call);
    const { port1, port2 } = channel();
    const asking = new Asking(port1, call, () => calls.delete(call));
    try {
      call.signal.throwIfAborted();
      handOver(port2);
      return platformResponse(await asking.ask(request, options));
    } catch (error) {
      call.fail(error);
      throw error;
    }
  };
  return Object.assign(fetch, { close: (reason) => [...calls].forEach((call) => call.fail(reason)) });
}

/** The asking end of one call. */
class Asking {
  #port;
  #call;
  #ended;
  #head = Promise.withResolvers();
  #answer = null;
  #body = null;

  constructor(port, call, ended) {
    this.#port = port;
    this.#call = call;
    this.#ended = ended;
    this.#head.promise.catch(() => {});
    port.onmessage = ({ data }) => this.#heard(data);
    call.onFail((reason) => {
      port.postMessage({ kind: "abort", code: reason?.code ?? "closed" });
      this.#leaveBody(reason);
      this.#end();
    });
  }

  async ask(request, { redirect, deadline, stall }) {
    const stream = request.body instanceof ReadableStream;
    this.#body = stream ? request.body.getReader() : null;
    this.#port.postMessage({ kind: "ask", request: { ...request, body: stream ? null : request.body }, stream,
      options: { redirect, deadline, stall } });
    return this.#call.until(this.#head.promise);
  }

  #heard(message) {
    switch (message.kind) {
      case "head":
        this.#head.resolve({ ...message.answer, body: message.hasBody ? this.#stream() : this.#finish() });
        break;
      case "send":
        this.#send();
        break;
      case "enough":
        this.#leaveBody(UNWANTED);
        break;
      case "error": {
        const { name, code, text } = message.error;
        const error = code ? new FetchError(code, text) : Object.assign(new Error(text), { name });
        this.#head.reject(error);
        this.#call.fail(error);
        break;
      }
      default:
        this.#answer?.(message);
    }
  }

  #stream() {
    return new ReadableStream({
      start: (controller) => {
        this.#call.onFail((reason) => controller.error(reason));
      },
      pull: async (controller) => {
        const piece = new Promise((resolve) => { this.#answer = resolve; });
        this.#port.postMessage({ kind: "read" });
        const { kind, bytes } = await this.#call.until(piece);
        if (kind === "end") {
          this.#finish();
          controller.close();
        } else {
          controller.enqueue(bytes);
        }
      },
      cancel: (reason) => this.#call.fail(reason ?? new FetchError("closed", "the body was cancelled")),
    }, new ByteLengthQueuingStrategy({ highWaterMark: PIECE }));
  }

  async #send() {
    try {
      const { done, value } = await this.#body.read();
      if (!done && !(value instanceof Uint8Array)) {
        throw new FetchError("bad-request", "the body's stream gave something else than a Uint8Array");
      }
      this.#port.postMessage(done ? { kind: "sent" } : { kind: "piece", bytes: value });
    } catch (error) {
      this.#head.reject(error);
      this.#call.fail(error);
    }
  }

  #leaveBody(reason) {
    this.#body?.cancel(reason).catch(() => {});
  }

  #finish() {
    this.#leaveBody(UNWANTED);
    this.#call.finish();
    this.#end();
    return null;
  }

  #end() {
    this.#ended();
    this.#port.close();
  }
}

/**
 * Answers what was asked over a port, in the thread that has the connections.
 *
 * @param {() => import("./client.js").HttpClient} clientOf what makes the connections
 * @param {MessagePort} port
 * @param {AbortSignal} [gone] aborts when whoever asks is gone
 */
export function serveFetch(clientOf, port, gone) {
  const controller = new AbortController();
  gone?.addEventListener("abort", () => controller.abort(gone.reason), { once: true, signal: controller.signal });
  let reader = null;
  let upload = null;
  const tell = async (action) => {
    try {
      await action();
    } catch (error) {
      if (!controller.signal.aborted) {
        const text = `${error?.message ?? error}`;
        port.postMessage({ kind: "error", error: { name: error?.name, code: error?.code, text } });
      }
      controller.abort(error);
      port.close();
    }
  };
  const asked = () => new ReadableStream({
    pull: (body) => new Promise((resolve) => {
      upload = (piece) => {
        if (piece === null) {
          body.close();
        } else {
          body.enqueue(piece);
        }
        resolve();
      };
      port.postMessage({ kind: "send" });
    }),
    cancel() {
      upload = () => {};
      port.postMessage({ kind: "enough" });
    },
  }, { highWaterMark: 0 });
  port.onmessage = ({ data }) => tell(async () => {
    switch (data.kind) {
      case "ask": {
        const body = data.stream ? asked() : data.request.body;
        const { body: answerBody, ...answer } = await clientOf().request({ ...data.request, body },
          { ...data.options, signal: controller.signal });
        reader = answerBody?.getReader() ?? null;
        port.postMessage({ kind: "head", answer, hasBody: reader !== null });
        if (reader === null) {
          port.close();
        }
        break;
      }
      case "read": {
        const { done, value } = await reader.read();
        if (done) {
          port.postMessage({ kind: "end" });
          port.close();
        } else {
          const bytes = value.byteLength === value.buffer.byteLength ? value : value.slice();
          port.postMessage({ kind: "bytes", bytes }, [bytes.buffer]);
        }
        break;
      }
      case "piece":
        upload(data.bytes);
        break;
      case "sent":
        upload(null);
        break;
      default:
        controller.abort(new FetchError(String(data.code), "the caller gave up"));
        port.close();
    }
  });
}
