import { Connection } from "./connection.js";
import { FetchError, asFetchError } from "./fetch-error.js";

/** Clocks differ, and a server may begin to count early. */
const KEEP_ALIVE_MARGIN = 1000;

/** The connections of a client: at most so many, to one host at most so many; whoever comes beyond waits in turn. */
export class Pool {
  #open;
  #limits;
  #connections = new Map();
  #waiting = [];
  #closed = null;

  /**
   * @param {(target: { protocol: string, host: string, port: number }, signal: AbortSignal) => Promise<object>} open
   *     gives the duplex stream of a new connection
   * @param {{ maxPerHost: number, maxConnections: number, maxWaiting: number, idle: number }} limits `idle` in
   *     milliseconds
   */
  constructor(open, limits) {
    this.#open = open;
    this.#limits = limits;
  }

  /**
   * @param {{ protocol: string, host: string, port: number }} target
   * @param {import("./call.js").Call} call
   * @returns {Promise<Connection>} one that is not in use, to be given back with `release`
   */
  acquire(target, call) {
    if (this.#closed) {
      return Promise.reject(this.#closed);
    }
    if (this.#waiting.length >= this.#limits.maxWaiting) {
      return Promise.reject(new FetchError("too-many-requests", `${this.#limits.maxWaiting} requests wait already`));
    }
    return new Promise((resolve, reject) => {
      const waiter = { key: keyOf(target), target, call, resolve, reject, opening: false };
      waiter.forget = call.onFail((reason) => {
        this.#waiting = this.#waiting.filter((other) => other !== waiter);
        reject(reason);
        this.#serve();
      });
      if (!call.signal.aborted) {
        this.#waiting.push(waiter);
        this.#serve();
      }
    });
  }

  /** Gives a connection back, to be used again or, when it was destroyed, to make room for another. */
  release(connection) {
    const entry = this.#connections.get(connection);
    if (connection.destroyed) {
      this.#forget(connection, new FetchError("closed", "no longer used"));
    } else if (entry) {
      this.#rest(connection, entry);
    }
    this.#serve();
  }

  /** Ends the unused connections to a host whose connections turned out to be dead. */
  discardIdle(target) {
    const key = keyOf(target);
    for (const [connection, entry] of [...this.#connections]) {
      if (entry.key === key && entry.idle) {
        this.#forget(connection, new FetchError("connection-lost", "another connection to the host was dead"));
      }
    }
    this.#serve();
  }

  /** Ends all connections; who waits is told. */
  close(reason) {
    this.#closed = reason;
    for (const connection of [...this.#connections.keys()]) {
      this.#forget(connection, reason);
    }
    for (const waiter of this.#waiting.splice(0)) {
      waiter.forget();
      waiter.reject(reason);
    }
  }

  /** How many connections there are, in use or not, and how many calls wait for one. */
  get size() {
    return { connections: this.#connections.size, waiting: this.#waiting.length };
  }

  #rest(connection, entry) {
    // The server counts from its answer on, which is on its way for a long time here, as the next request will be.
    const rest = Math.min(this.#limits.idle,
      connection.askedAt + connection.keepAlive - KEEP_ALIVE_MARGIN - performance.now());
    if (rest <= 0 || connection.source.leftover) {
      this.#forget(connection, new FetchError("closed", "not to be used again"));
      return;
    }
    entry.idle = true;
    const turn = ++entry.turn;
    const end = () => {
      if (entry.idle && entry.turn === turn) {
        this.#forget(connection, new FetchError("closed", "not used any more"));
        this.#serve();
      }
    };
    entry.timer = setTimeout(end, rest);
    entry.timer.unref?.();
    // Whatever comes while nothing was asked, bytes or the end, makes the connection useless.
    connection.source.ready().then(end, end);
  }

  #serve() {
    for (const waiter of [...this.#waiting]) {
      const used = [...this.#connections].filter(([, entry]) => entry.key === waiter.key);
      const idle = used.findLast(([connection, entry]) => entry.idle && !connection.destroyed);
      if (idle) {
        const [connection, entry] = idle;
        entry.idle = false;
        clearTimeout(entry.timer);
        this.#give(waiter, connection);
      } else if (used.length < this.#limits.maxPerHost && this.#hasRoom()) {
        this.#connect(waiter);
      }
    }
  }

  #hasRoom() {
    if (this.#connections.size < this.#limits.maxConnections) {
      return true;
    }
    const oldest = [...this.#connections].find(([, entry]) => entry.idle);
    if (oldest) {
      this.#forget(oldest[0], new FetchError("closed", "another host needs the room"));
    }
    return oldest !== undefined;
  }

  async #connect(waiter) {
    this.#waiting = this.#waiting.filter((other) => other !== waiter);
    const place = { destroy() {}, destroyed: false };
    this.#connections.set(place, { key: waiter.key, idle: false, turn: 0 });
    try {
      const opening = this.#open(waiter.target, waiter.call.signal).then((duplex) => new Connection(duplex));
      opening.then((late) => waiter.call.signal.aborted && late.destroy(waiter.call.signal.reason), () => {});
      const connection = await waiter.call.timed(opening);
      this.#connections.delete(place);
      if (this.#closed) {
        connection.destroy(this.#closed);
        throw this.#closed;
      }
      this.#connections.set(connection, { key: waiter.key, idle: false, turn: 0 });
      this.#give(waiter, connection);
    } catch (error) {
      this.#connections.delete(place);
      waiter.forget();
      waiter.reject(waiter.call.signal.aborted ? waiter.call.signal.reason
        : asFetchError("connect", `no connection to ${waiter.target.host}:${waiter.target.port}`, error));
      this.#serve();
    }
  }

  #give(waiter, connection) {
    this.#waiting = this.#waiting.filter((other) => other !== waiter);
    waiter.forget();
    waiter.resolve(connection);
  }

  #forget(connection, reason) {
    const entry = this.#connections.get(connection);
    if (entry) {
      clearTimeout(entry.timer);
      this.#connections.delete(connection);
    }
    connection.destroy(reason);
  }
}

function keyOf({ protocol, host, port }) {
  return `${protocol}//${host}:${port}`;
}
