// Calls between two threads, both ways, over anything that has postMessage and onmessage.

import { ClosedError, flatten, revive } from './errors.js';

export class Calls {
  #port;
  #handlers;
  #waiting = new Map();
  #underWay = new Map();
  #last = 0;
  #closed = null;

  /** @param handlers what the other side may call, by name: each is given what was sent, and a signal */
  constructor(port, handlers) {
    this.#port = port;
    this.#handlers = handlers;
    port.onmessage = ({ data }) => this.#received(data);
  }

  /** Calls and waits for the answer. */
  call(name, value, { transfer = [], signal } = {}) {
    if (this.#closed) {
      return Promise.reject(this.#closed);
    }
    if (signal?.aborted) {
      return Promise.reject(signal.reason);
    }
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#port.postMessage({ abort: id });
        this.#waiting.delete(id);
        reject(signal.reason);
      };
      const end = () => signal?.removeEventListener('abort', abort);
      this.#waiting.set(id, {
        resolve: (result) => { end(); resolve(result); },
        reject: (error) => { end(); reject(error); },
      });
      signal?.addEventListener('abort', abort, { once: true });
      this.#port.postMessage({ id, call: name, value }, transfer);
    });
  }

  /** Tells, and waits for nothing. */
  tell(name, value, transfer = []) {
    if (!this.#closed) {
      this.#port.postMessage({ call: name, value }, transfer);
    }
  }

  async #received({ id, call, value, answer, error, abort }) {
    if (abort !== undefined) {
      this.#underWay.get(abort)?.abort();
      return;
    }
    if (answer !== undefined) {
      const waiting = this.#waiting.get(answer);
      this.#waiting.delete(answer);
      if (error) {
        waiting?.reject(revive(error));
      } else {
        waiting?.resolve(value);
      }
      return;
    }
    const controller = new AbortController();
    if (id !== undefined) {
      this.#underWay.set(id, controller);
    }
    let result;
    try {
      result = await this.#handlers[call](value, controller.signal);
    } catch (e) {
      if (id !== undefined) {
        this.#port.postMessage({ answer: id, error: flatten(e) });
      }
      return;
    } finally {
      this.#underWay.delete(id);
    }
    if (id !== undefined) {
      const { transfer = [], ...rest } = result?.transfer ? result : { value: result };
      this.#port.postMessage({ answer: id, ...rest }, transfer);
    }
  }

  /** Everything that waits fails. */
  close(error = new ClosedError('closed', 'the client was closed')) {
    this.#closed ??= error;
    for (const { reject } of this.#waiting.values()) {
      reject(this.#closed);
    }
    this.#waiting.clear();
    for (const controller of this.#underWay.values()) {
      controller.abort();
    }
  }
}
