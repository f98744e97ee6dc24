// The worker's side: clients, and who uses them.

import { Calls } from './calls.js';
import { memoryStore, startEngine, WebSocketTransport } from './engine/host.js';
import { ClosedError, OptionError } from './errors.js';
import { HttpClient } from './http/client.js';
import { ExitStreams } from './http/exit-streams.js';
import { serveFetch } from './http/remote.js';

const AHEAD = 64;
const FEW = 16;
const STREAMS_OF_AN_EXIT = 2 ** 24;

/** A page's cover strategy, which cannot be waited for: its decisions are asked for ahead. */
class AheadCover {
  #calls;
  #slots = [];
  #loops = [];
  #last = { slots: [-1], loops: [-1] };
  #asking = false;

  constructor(calls) {
    this.#calls = calls;
  }

  async ask(link = { congested: false, level: 0 }) {
    if (this.#asking) {
      return;
    }
    this.#asking = true;
    try {
      this.#last = await this.#calls.call('cover', { link, count: AHEAD });
      this.#slots = [...this.#last.slots];
      this.#loops = [...this.#last.loops];
    } finally {
      this.#asking = false;
    }
  }

  #next(queue, last, link) {
    if (queue.length < FEW) {
      this.ask(link).catch(() => {});
    }
    // A page that does not answer: what it said last is said again, in another order.
    const millis = queue.length > 0 ? queue.shift() : last[Math.floor(Math.random() * last.length)];
    return millis < 0 ? null : millis;
  }

  untilNextSlot(link) {
    return this.#next(this.#slots, this.#last.slots, link);
  }

  untilNextLoop(link) {
    return this.#next(this.#loops, this.#last.loops, link);
  }
}

/** A page's transport. */
class PageTransport {
  #calls;

  constructor(calls) {
    this.#calls = calls;
  }

  open(endpoint, handler) {
    const { port1, port2 } = new MessageChannel();
    let pending = 0;
    let closed = false;
    port1.onmessage = ({ data }) => {
      if (data.opened) {
        handler.opened();
      } else if (data.frame !== undefined) {
        handler.frame(data.frame);
      } else if (data.taken !== undefined) {
        pending -= data.taken;
      } else if (data.closed !== undefined && !closed) {
        closed = true;
        port1.close();
        handler.closed(data.closed);
      }
    };
    this.#calls.tell('link', { endpoint, port: port2 }, [port2]);
    return {
      send(frame) {
        pending += frame.length;
        port1.postMessage({ frame });
      },
      get pendingBytes() {
        return pending;
      },
      close: () => port1.postMessage({ close: true }),
    };
  }
}

/** One user of a client: a tab, or the only one. */
class User {
  /** @param port to it */
  constructor(port, platform, clients) {
    this.port = port;
    this.platform = platform;
    this.clients = clients;
    this.subscribed = false;
    this.gone = new AbortController();
    const served = () => {
      if (!this.client) {
        throw new ClosedError('closed', 'the client was closed');
      }
      return this.client;
    };
    this.calls = new Calls(port, {
      connect: (options, signal) => this.connect(options, signal),
      subscribe: (wanted) => {
        this.subscribed = wanted;
        this.client?.subscriptions();
      },
      send: ({ to, bytes, options }, signal) => served().send(to, bytes, options, signal),
      closeLane: (lane) => served().engine.closeLane(lane),
      laneBytes: (lane) => served().engine.laneBytes(lane),
      counters: () => served().engine.counters(),
      swap: (swap) => served().swap(swap, this),
      fetch: ({ port: own, exit }) => serveFetch(() => served().http(exit), own, this.gone.signal),
      close: () => this.leave(),
    });
  }

  async connect(options, signal) {
    const key = `${options.state} ${options.folder ?? ''} ${options.name}`;
    let client = this.clients.get(key);
    // The one before, whose last user has left, has the state until it has ended.
    for (; client?.ending; client = this.clients.get(key)) {
      await client.ending;
    }
    signal.throwIfAborted();
    if (!client) {
      client = new Served(this.platform, () => {
        if (this.clients.get(key) === client) {
          this.clients.delete(key);
        }
      });
      this.clients.set(key, client);
      client.starting = client.start(options, this);
    }
    this.client = client;
    client.users.add(this);
    try {
      await client.starting;
    } catch (e) {
      this.client = null;
      throw e;
    }
    signal.throwIfAborted();
    client.greet(this);
    if (options.user) {
      this.platform.whenGone?.(options.user, () => { void this.leave(); });
    }
  }

  async leave() {
    const { client } = this;
    this.client = null;
    if (client) {
      client.users.delete(this);
      this.gone.abort();
      if (client.users.size === 0) {
        await client.close();
      } else {
        client.subscriptions();
      }
    }
  }
}

/** One client. */
class Served {
  constructor(platform, onEnd) {
    this.platform = platform;
    this.onEnd = onEnd;
    this.users = new Set();
    this.ended = false;
    this.state = { word: 'connecting', why: 'starting' };
    this.address = '';
    this.deliveries = new Map();
    this.exits = new Map();
    this.lastDelivery = 0;
    this.subscribed = false;
    this.closing = new Promise((resolve) => { this.closed = resolve; });
  }

  async start(options, user) {
    try {
      const { topology, cover, routes, retransmission, transport } = options.parts;
      this.unlock = options.state === 'custom' || options.state === 'memory' ? () => {}
        : await this.platform.lock(options);
      this.store = options.state === 'custom' ? {
        rows: () => user.calls.call('rows'),
        commit: (changes) => user.calls.call('commit', changes),
      } : options.state === 'memory' ? memoryStore() : await this.platform.open(options);
      const settings = { topology: topology.name, cover: cover.name, routes: routes.name,
        retransmission: retransmission.name };
      for (const [kind, part] of Object.entries({ cover, routes, retransmission })) {
        for (const [name, value] of Object.entries(part.settings)) {
          settings[`${kind}.${name}`] = value;
        }
      }
      if (options.gateway) {
        settings.gateway = options.gateway;
      }
      if (options.exit) {
        settings.exit = options.exit;
      }
      this.directory = topology.directory;
      this.engine = await startEngine(await this.platform.module(), {
        directory: () => this.directory,
        settings,
        store: this.store,
        transport: transport.name === 'host' ? new PageTransport(user.calls) : new WebSocketTransport(),
        topology: this.topologyOf(topology, user),
        cover: cover.name === 'host' ? await this.coverOf(user) : undefined,
      }, {
        state: (word, why) => this.told(word, why),
        address: (address) => {
          this.address = address;
          this.users.forEach((each) => each.calls.tell('address', address));
        },
        message: (payload, origin, tag) => this.message(payload, origin, tag),
        outcome: (delivery, outcome) => {
          this.deliveries.get(delivery)?.(outcome);
          this.deliveries.delete(delivery);
        },
        streamChanged: (stream) => [...this.exits.values()][Math.floor(stream / STREAMS_OF_AN_EXIT)]?.streams
          .changed(stream % STREAMS_OF_AN_EXIT),
      });
      this.subscriptions();
    } catch (e) {
      this.ended = true;
      await this.store?.close?.();
      await this.unlock?.();
      this.onEnd();
      throw e.code ? e : new OptionError('bad-option', e.message);
    }
  }

  topologyOf(topology, user) {
    return topology.network === undefined ? () => user.calls.call('topology') : () => topology.network;
  }

  async coverOf(user) {
    const cover = new AheadCover(user.calls);
    await cover.ask();
    return cover;
  }

  greet(user) {
    user.calls.tell('address', this.address);
    user.calls.tell('state', this.state);
    this.subscriptions();
  }

  told(word, why) {
    if (word === 'closed') {
      this.ended = true;
      void this.finish();
      return;
    }
    this.state = { word, why: word === 'ready' && !why ? this.platform.caution ?? '' : why };
    this.users.forEach((user) => user.calls.tell('state', this.state));
  }

  async finish() {
    await this.store.close?.();
    await this.unlock();
    this.onEnd();
    this.closed();
  }

  /** Messages wait in the engine while nobody takes them. */
  subscriptions() {
    const wanted = [...this.users].some((user) => user.subscribed);
    if (this.engine && wanted !== this.subscribed && !this.ended) {
      this.subscribed = wanted;
      this.engine.subscribe(wanted);
    }
  }

  message(payload, origin, tag) {
    const takers = [...this.users].filter((user) => user.subscribed);
    takers.forEach((user, i) => {
      const own = i === takers.length - 1 ? payload : payload.slice();
      user.calls.tell('message', { payload: own, origin, tag }, [own.buffer]);
    });
  }

  send(to, bytes, options, signal) {
    const delivery = ++this.lastDelivery;
    // A lane of its own can be closed without taking back anything else.
    const own = options.abortable && options.lane === undefined ? Number.MIN_SAFE_INTEGER + delivery : undefined;
    return new Promise((resolve, reject) => {
      this.deliveries.set(delivery, resolve);
      try {
        this.engine.send(delivery, to, bytes, { ...options, lane: options.lane ?? own });
      } catch (e) {
        this.deliveries.delete(delivery);
        reject(new OptionError('bad-option', e.message));
      }
      signal.addEventListener('abort', () => {
        if (own !== undefined && !this.ended) {
          this.engine.closeLane(own);
        }
      }, { once: true });
    });
  }

  async swap({ kind, part }, user) {
    let host;
    if (part.name === 'host') {
      host = kind === 'cover' ? await this.coverOf(user) : kind === 'transport' ? new PageTransport(user.calls)
        : this.topologyOf(part, user);
    }
    if (kind === 'topology' && part.directory) {
      this.directory = part.directory;
    }
    try {
      this.engine.swap(kind, host ?? part.name, part.settings);
    } catch (e) {
      throw new OptionError('bad-option', e.message);
    }
  }

  /** The engine's streams, whose numbers no two exits share. */
  numbered() {
    const { engine } = this;
    const base = this.exits.size * STREAMS_OF_AN_EXIT;
    return Object.fromEntries(['openStream', 'streamState', 'readStream', 'writeStream', 'closeStreamOutput', 'leaveStream']
      .map((name) => [name, (stream, ...rest) => engine[name](base + stream, ...rest)]));
  }

  /** Connections through an exit. */
  http(exit) {
    if (!this.exits.has(exit)) {
      const streams = new ExitStreams(this.numbered(), exit);
      const client = new HttpClient({ connect: (target) => streams.connect(target), secure: this.platform.secure });
      this.exits.set(exit, { streams, client });
    }
    return this.exits.get(exit).client;
  }

  /** Resolves when it has ended; if it is only starting, at once: it ends when it has. */
  close() {
    this.ending ??= this.end();
    return this.engine ? this.ending : Promise.resolve();
  }

  async end() {
    await this.starting.catch(() => {});
    if (!this.ended) {
      this.exits.forEach(({ client }) => client.close());
      this.engine.close();
      await this.closing;
    }
  }
}

/**
 * @param platform `module()`: the engine, compiled or its bytes; `lock(options)`: resolves with what unlocks, or throws a
 *   StateError; `open(options)`: the store; `whenGone(user, listener)`: told when a tab is gone; `secure`: TLS;
 *   `caution`: what a client that is ready says of itself
 * @returns what takes a port of a user
 */
export function server(platform) {
  const clients = new Map();
  return (port) => new User(port, platform, clients);
}

