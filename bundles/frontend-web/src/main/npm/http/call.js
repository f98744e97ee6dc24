import { FetchError } from "./fetch-error.js";

/** The longest time a timer of the platform can be set to. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** One call of `fetch`, to the last byte of its body: it ends by itself, whatever the other end does. */
export class Call {
  #controller = new AbortController();
  #listeners = new Set();
  #stall;
  #timer;
  #callerSignal;
  #onCallerAbort;

  /**
   * @param {{ deadline: number, stall: number, signal?: AbortSignal | null }} limits milliseconds, above zero, may be
   *     Infinity
   */
  constructor({ deadline, stall, signal }) {
    for (const [name, millis] of Object.entries({ deadline, stall })) {
      if (!(millis > 0)) {
        throw new FetchError("bad-request", `${name} is not a number of milliseconds above zero: ${millis}`);
      }
    }
    this.#stall = stall;
    this.#timer = after(deadline, () => this.fail(new FetchError("deadline", `not ended within ${deadline} ms`)));
    if (signal) {
      this.#callerSignal = signal;
      this.#onCallerAbort = () => this.fail(signal.reason);
      if (signal.aborted) {
        this.#onCallerAbort();
      } else {
        signal.addEventListener("abort", this.#onCallerAbort, { once: true });
      }
    }
  }

  /** Aborts with the reason when this call fails. */
  get signal() {
    return this.#controller.signal;
  }

  /** Ends the call: whatever it waits for is rejected with this reason. Only the first reason counts. */
  fail(reason) {
    if (this.signal.aborted) {
      return;
    }
    this.finish();
    this.#controller.abort(reason);
    for (const listener of [...this.#listeners]) {
      listener(reason);
    }
    this.#listeners.clear();
  }

  /** The call has what it wanted: no clock runs any more. */
  finish() {
    clearTimeout(this.#timer);
    this.#callerSignal?.removeEventListener("abort", this.#onCallerAbort);
  }

  /**
   * @param {(reason: unknown) => void} listener called once when the call fails, at once if it has
   * @returns {() => void} forgets the listener
   */
  onFail(listener) {
    if (this.signal.aborted) {
      listener(this.signal.reason);
    } else {
      this.#listeners.add(listener);
    }
    return () => this.#listeners.delete(listener);
  }

  /** As the promise, but rejected when the call fails. */
  until(promise) {
    return new Promise((resolve, reject) => {
      const forget = this.onFail(reject);
      promise.then(resolve, reject).finally(forget);
    });
  }

  /** As `until`; the call fails when the promise takes longer than `stall`. */
  async timed(promise) {
    const timer = after(this.#stall, () => this.fail(new FetchError("stalled", `nothing came for ${this.#stall} ms`)));
    try {
      return await this.until(promise);
    } finally {
      clearTimeout(timer);
    }
  }
}

function after(millis, action) {
  return millis === Infinity ? undefined : setTimeout(action, Math.min(millis, LONGEST_TIMER));
}
