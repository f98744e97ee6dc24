// The client as an application sees it: everything is asked of a worker.

import { Calls } from './calls.js';
import { ClosedError, ConnectError, OptionError } from './errors.js';
import { remoteFetch } from './http/remote.js';
import { openKeyValue } from './state/key-value.js';

const MAX_SURBS = 500;
const MAX_HELD_BYTES = 64 * 1024 * 1024;

function bytesOf(payload) {
  if (typeof payload === 'string') {
    return new TextEncoder().encode(payload);
  }
  if (payload instanceof ArrayBuffer) {
    return new Uint8Array(payload.slice(0));
  }
  if (ArrayBuffer.isView(payload)) {
    return new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength).slice();
  }
  throw new OptionError('bad-option', 'a payload is a string, an ArrayBuffer or a view of one');
}

function checkNumber(name, value, least, most) {
  if (value !== undefined && !(Number.isFinite(value) && value >= least && value <= most)) {
    throw new OptionError('bad-option', `${name} must be ${least} to ${most}, not ${value}`);
  }
  return value;
}

/** A queue that an application iterates over. */
class Feed {
  #items = [];
  #waiting = [];
  #ended = false;
  #onEnd;
  bytes = 0;

  constructor(onEnd = () => {}) {
    this.#onEnd = onEnd;
  }

  push(item, bytes = 0) {
    const next = this.#waiting.shift();
    if (next) {
      next({ done: false, value: item });
    } else if (!this.#ended) {
      this.#items.push([item, bytes]);
      this.bytes += bytes;
    }
  }

  end() {
    if (!this.#ended) {
      this.#ended = true;
      this.#waiting.splice(0).forEach((resolve) => resolve({ done: true, value: undefined }));
      this.#onEnd();
    }
  }

  next() {
    const item = this.#items.shift();
    if (item) {
      this.bytes -= item[1];
      return Promise.resolve({ done: false, value: item[0] });
    }
    return this.#ended ? Promise.resolve({ done: true, value: undefined })
      : new Promise((resolve) => this.#waiting.push(resolve));
  }

  return() {
    this.#items = [];
    this.bytes = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

class Message {
  #text;

  constructor(payload, origin, tag, client) {
    this.payload = payload;
    const [kind, whose] = origin.split(' ');
    this.origin = kind;
    if (whose) {
      this.answerOf = whose;
    }
    if (tag) {
      this.sender = tag;
      this.reply = (answer, options) => client.reply(tag, answer, options);
    }
  }

  get text() {
    this.#text ??= new TextDecoder().decode(this.payload);
    return this.#text;
  }
}

/** A custom part as what travels: the name "host"; the part itself stays here and is asked. */
function choose(kind, part) {
  if (typeof part === 'string') {
    return { name: part, settings: {} };
  }
  if (typeof part?.name === 'string' && typeof part.untilNextSlot !== 'function' && typeof part.open !== 'function') {
    const { name, ...settings } = part;
    return { name, settings };
  }
  const method = { cover: 'untilNextSlot', transport: 'open', topology: 'fetch' }[kind];
  if (method && typeof part?.[method] === 'function') {
    return { name: 'host', settings: {}, custom: part };
  }
  throw new OptionError('bad-option', `${kind} is not a name, nor an object with ${method ?? 'a name'}`);
}

/** Whether what is fetched is served by a client, so that no exit is needed. */
function isOfTheMixnet(input) {
  try {
    return /(^|\.)nym\.?$/.test(new URL(typeof input === 'string' ? input : input.url ?? input.href).hostname);
  } catch {
    return false;
  }
}

function topologyOf({ directory, network, topology }) {
  const given = [directory, network, topology].filter((each) => each !== undefined);
  if (given.length !== 1) {
    throw new OptionError('bad-option', 'one of directory, network and topology must be given');
  }
  if (directory !== undefined) {
    let base;
    try {
      base = new URL(directory);
    } catch {
      throw new OptionError('bad-option', 'directory is not a URL');
    }
    if (base.protocol !== 'http:' && base.protocol !== 'https:') {
      throw new OptionError('bad-option', `directory must be http or https, not ${base.protocol}`);
    }
    return { name: 'nym-api', settings: {}, directory: base.href.endsWith('/') ? base.href : `${base.href}/` };
  }
  if (network !== undefined) {
    return { name: 'host', settings: {}, network };
  }
  return choose('topology', topology);
}

const flat = ({ custom, ...rest }) => rest;

class Client {
  #calls;
  #end;
  #custom = {};
  #address = '';
  #state = { word: 'connecting', why: 'starting' };
  #stateFeeds = new Set();
  #feeds = new Set();
  #subscribed = false;
  #closed;
  #maySwap;
  #exit;
  #fetch;

  constructor(connection) {
    this.#end = connection.end;
    this.#maySwap = !connection.shared;
    this.#calls = new Calls(connection.port, {
      state: ({ word, why }) => this.#changed(word, why),
      address: (address) => { this.#address = address; },
      message: (message) => this.#arrived(message),
      cover: ({ link, count }) => this.#ahead(link, count),
      topology: () => this.#custom.topology.fetch(),
      link: (link) => this.#open(link),
      rows: async () => ({ value: await this.#custom.state.rows(), transfer: [] }),
      commit: (changes) => this.#custom.state.commit(changes),
    });
    this.#fetch = remoteFetch((port) => this.#calls.tell('fetch', { port, exit: this.#exit }, [port]), {}, connection.channel);
    connection.failed?.((error) => this.#finish(error));
  }

  async #connect(options, user) {
    const { deadline = 60_000, signal, state, ...rest } = options;
    checkNumber('deadline', deadline, 1, 2 ** 31 - 1);
    if (rest.gateway !== undefined && typeof rest.gateway !== 'string') {
      throw new OptionError('bad-option', 'gateway is an identity key');
    }
    const parts = {
      topology: topologyOf(rest),
      cover: choose('cover', rest.cover ?? 'poisson'),
      routes: choose('routes', rest.routes ?? 'subset'),
      retransmission: choose('retransmission', rest.retransmission ?? 'timeout'),
      transport: choose('transport', rest.transport ?? 'websocket'),
    };
    for (const [kind, { custom }] of Object.entries(parts)) {
      this.#custom[kind] = custom;
    }
    this.#exit = rest.exit ?? '';
    if (typeof state === 'object') {
      this.#custom.state = typeof state.put === 'function' ? await openKeyValue(state, rest.name ?? 'default') : state;
    }
    await this.#calls.call('connect', {
      user,
      name: rest.name ?? 'default',
      state: typeof state === 'object' ? 'custom' : state,
      folder: rest.folder,
      gateway: rest.gateway,
      exit: this.#exit,
      parts: Object.fromEntries(Object.entries(parts).map(([kind, part]) => [kind, flat(part)])),
    }, { signal });
    signal?.addEventListener('abort', () => { void this.close(); }, { once: true });
    await this.#untilReady(deadline, signal);
    return this;
  }

  async #untilReady(deadline, signal) {
    const states = this.states();
    const stop = () => states.return();
    signal?.addEventListener('abort', stop, { once: true });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      stop();
    }, deadline);
    try {
      for await (const state of states) {
        if (state.word === 'ready') {
          return;
        }
        if (state.word === 'stopped') {
          break;
        }
      }
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }
    signal?.throwIfAborted();
    throw new ConnectError('not-ready', late
      ? `not ready after ${deadline} ms: ${this.#state.word}: ${this.#state.why}` : this.#state.why);
  }

  static async start(connection, options, user) {
    const client = new Client(connection);
    try {
      return await client.#connect(options, user);
    } catch (e) {
      await client.close();
      throw e;
    }
  }

  get address() {
    return this.#address;
  }

  get state() {
    return this.#state;
  }

  states() {
    const feed = new Feed(() => this.#stateFeeds.delete(feed));
    feed.push(this.#state);
    if (this.#closed || this.#state.word === 'stopped') {
      feed.end();
    } else {
      this.#stateFeeds.add(feed);
    }
    return feed;
  }

  messages({ signal } = {}) {
    signal?.throwIfAborted();
    const abort = () => feed.end();
    const feed = new Feed(() => {
      signal?.removeEventListener('abort', abort);
      this.#feeds.delete(feed);
      this.#subscribe();
    });
    if (this.#closed) {
      feed.end();
      return feed;
    }
    signal?.addEventListener('abort', abort, { once: true });
    const next = feed.next.bind(feed);
    feed.next = () => {
      const result = next();
      this.#subscribe();
      return result;
    };
    this.#feeds.add(feed);
    this.#subscribe();
    return feed;
  }

  /** Messages are taken from the worker while somebody iterates who does not have too many already. */
  #subscribe() {
    const wanted = this.#feeds.size > 0 && [...this.#feeds].every((feed) => feed.bytes < MAX_HELD_BYTES);
    if (wanted !== this.#subscribed && !this.#closed) {
      this.#subscribed = wanted;
      this.#calls.tell('subscribe', wanted);
    }
  }

  #arrived({ payload, origin, tag }) {
    const message = new Message(payload, origin, tag, this);
    for (const feed of this.#feeds) {
      feed.push(message, payload.length);
    }
    this.#subscribe();
  }

  #changed(word, why) {
    this.#state = Object.freeze({ word, why });
    for (const feed of [...this.#stateFeeds]) {
      feed.push(this.#state);
      if (word === 'stopped') {
        feed.end();
      }
    }
  }

  async send(recipient, payload, options = {}) {
    if (typeof recipient !== 'string') {
      throw new OptionError('bad-option', 'a recipient is an address');
    }
    return this.#send(recipient, payload, { ...options,
      replySurbs: checkNumber('replySurbs', options.replySurbs, 0, MAX_SURBS) });
  }

  /** Used by messages: `sender` is a tag. */
  reply(sender, payload, { deadline, lane, signal } = {}) {
    return this.#send(`@${sender}`, payload, { deadline, lane, signal });
  }

  async #send(to, payload, { replySurbs, deadline, lane, isolation, signal }) {
    checkNumber('deadline', deadline, 1, Number.MAX_SAFE_INTEGER);
    checkNumber('lane', lane, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    const bytes = bytesOf(payload);
    return this.#calls.call('send', { to, bytes, options: { surbs: replySurbs, deadline, lane, isolation, abortable: signal !== undefined } },
      { transfer: [bytes.buffer], signal });
  }

  fetch(input, init) {
    if (this.#closed) {
      return Promise.reject(new ClosedError('closed', 'the client was closed'));
    }
    if (!this.#exit && !isOfTheMixnet(input)) {
      return Promise.reject(new OptionError('bad-option', 'fetch needs the option exit'));
    }
    return this.#fetch(input, init);
  }

  closeLane(lane) {
    return this.#calls.call('closeLane', checkNumber('lane', lane, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER));
  }

  laneBytes(lane) {
    return this.#calls.call('laneBytes',
      checkNumber('lane', lane, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER));
  }

  counters() {
    return this.#calls.call('counters');
  }

  async swap(kind, part) {
    const chosen = kind === 'topology' && part?.directory !== undefined ? topologyOf(part) : choose(kind, part);
    if (chosen.custom) {
      if (!this.#maySwap) {
        throw new OptionError('bad-option', 'a part written in JavaScript needs a client that is not shared');
      }
      this.#custom[kind] = chosen.custom;
    }
    return this.#calls.call('swap', { kind, part: flat(chosen) });
  }

  close() {
    this.#closed ??= (async () => {
      try {
        await this.#calls.call('close');
      } catch {
        // It has ended already.
      }
      await this.#custom.state?.close?.();
      this.#finish(new ClosedError('closed', 'the client was closed'));
    })();
    return this.#closed;
  }

  #finish(error) {
    this.#closed ??= Promise.resolve();
    if (this.#state.word !== 'stopped') {
      this.#changed('stopped', error.message);
    }
    this.#fetch.close(error);
    this.#calls.close(error);
    [...this.#feeds].forEach((feed) => feed.end());
    this.#end();
  }

  [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() {
    return this.close();
  }

  // ------------------------------------------------------------------ parts written in JavaScript

  /** Decisions for the worker, which cannot wait for them: some ahead. */
  #ahead(link, count) {
    const { cover } = this.#custom;
    return {
      slots: Array.from({ length: count }, () => cover.untilNextSlot(link) ?? -1),
      loops: Array.from({ length: count }, () => cover.untilNextLoop(link) ?? -1),
    };
  }

  #open({ endpoint, port }) {
    const link = this.#custom.transport.open(endpoint, {
      opened: () => port.postMessage({ opened: true }),
      frame: (frame) => port.postMessage({ frame }),
      closed: (reason) => {
        port.postMessage({ closed: String(reason) });
        port.close();
      },
    });
    port.onmessage = ({ data: { frame, close } }) => {
      if (close) {
        link.close();
      } else {
        link.send(frame);
        port.postMessage({ taken: frame.length });
      }
    };
  }
}

/**
 * @param {(options: object) => Promise<{ port, shared: boolean, end(): void, failed?(listener): void }>} open makes
 *   the worker, or finds it
 */
export const connecting = (open, defaults) => async (options) => {
  if (typeof options !== 'object' || options === null) {
    throw new OptionError('bad-option', 'options must be given');
  }
  options.signal?.throwIfAborted();
  const all = { ...defaults, ...options };
  const custom = [all.cover, all.transport, all.topology, all.state].some((part) => typeof part === 'object'
    && typeof part?.name !== 'string');
  const { user, ...connection } = await open({ ...all, shared: all.shared !== false && !custom });
  return Client.start(connection, all, user);
};
