// What the engine asks of JavaScript: time, randomness, links to gateways, pages of the directory, rows.

import { load } from './module.js';

const MAX_PAGE_BYTES = 64 * 1024 * 1024;
const PATIENCE_MILLIS = 10_000;
const LONGEST_TIMER_MILLIS = 0x7fffffff;

const signed = (bytes) => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const unsigned = (bytes) => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Runs a task soon, after what came from outside meanwhile, and not throttled as a timer is. */
function makeSoon(task) {
  if (typeof setImmediate === 'function') {
    return { wake: () => setImmediate(task), end: () => {} };
  }
  const channel = new MessageChannel();
  channel.port1.onmessage = task;
  return { wake: () => channel.port2.postMessage(0), end: () => channel.port1.close() };
}

/** WebSockets, the URLs tried in their order. */
export class WebSocketTransport {
  open({ urls }, handler) {
    let socket;
    let closed = false;
    let rest = urls;
    let why = 'no URL';
    const end = () => {
      if (!closed) {
        closed = true;
        handler.closed(why);
      }
    };
    const next = () => {
      if (closed || rest.length === 0) {
        return end();
      }
      const [url] = rest;
      rest = rest.slice(1);
      let opened = false;
      try {
        socket = new WebSocket(url);
      } catch (e) {
        why = e.message;
        return next();
      }
      const current = socket;
      const patience = setTimeout(() => current.close(), PATIENCE_MILLIS);
      current.binaryType = 'arraybuffer';
      current.onopen = () => {
        clearTimeout(patience);
        opened = true;
        handler.opened();
      };
      current.onmessage = ({ data }) => {
        if (!closed) {
          handler.frame(typeof data === 'string' ? data : new Uint8Array(data));
        }
      };
      current.onclose = ({ code, reason }) => {
        clearTimeout(patience);
        why = `${url} closed, ${code}${reason ? ` ${reason}` : ''}`;
        if (opened) {
          end();
        } else {
          next();
        }
      };
      current.onerror = () => {};
    };
    next();
    return {
      send: (frame) => {
        if (socket?.readyState === 1) {
          socket.send(frame);
        }
      },
      get pendingBytes() {
        return socket?.bufferedAmount ?? 0;
      },
      close: () => {
        rest = [];
        socket?.close();
        // The gateway may not answer the close for a long time.
        why = 'closed';
        queueMicrotask(end);
      },
      finish() {
        if (socket?.readyState === 1) {
          socket.close();
        } else {
          this.close();
        }
      },
    };
  }
}

/** Asks a directory's pages. */
async function page(base, path, signal) {
  const response = await fetch(new URL(path, base), { headers: { accept: 'application/json' }, signal });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`status ${response.status}`);
  }
  const chunks = [];
  let length = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) {
      break;
    }
    length += value.length;
    if (length > MAX_PAGE_BYTES) {
      await reader.cancel();
      throw new Error(`more than ${MAX_PAGE_BYTES} bytes`);
    }
    chunks.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

const flat = (settings) => Object.entries(settings).flatMap(([key, value]) => [key, String(value)]);

/**
 * A client, in the thread that calls this.
 *
 * @param source the module: bytes, or compiled
 * @param options see engine.d.ts
 * @param listener told what happens
 */
export async function startEngine(source, options, listener) {
  const { start } = await load(source);
  const links = new Map();
  const asking = new AbortController();
  const store = options.store;
  let transport = options.transport ?? new WebSocketTransport();
  let topology = options.topology;
  let cover = options.cover;
  let client;
  let timer;
  let ended = false;
  const run = () => {
    if (!ended) {
      client.run();
    }
  };
  const soon = makeSoon(run);

  const answer = async (request, question) => {
    try {
      const body = await question();
      if (!ended) {
        client.answered(request, signed(body), '');
      }
    } catch (e) {
      if (!ended) {
        client.answered(request, new Int8Array(0), `${e.message ?? e}${e.cause ? `, ${e.cause.message ?? e.cause}` : ''}`
          || 'no answer');
      }
    }
  };

  const host = {
    wake: () => soon.wake(),
    alarm(at) {
      clearTimeout(timer);
      // Timers ring up to a millisecond early, and have a longest time.
      const wait = () => {
        const millis = Math.max(0, Math.ceil(at - performance.now()));
        timer = setTimeout(() => (performance.now() < at ? wait() : run()), Math.min(millis, LONGEST_TIMER_MILLIS));
      };
      wait();
    },
    random: (length) => signed(crypto.getRandomValues(new Uint8Array(length))),
    now: () => performance.now(),
    open(link, gateway, urls) {
      links.set(link, transport.open({ gateway, urls }, {
        opened: () => { if (!ended) client.linkOpened(link); },
        frame(frame) {
          if (ended) {
            return;
          }
          if (typeof frame === 'string') {
            client.linkText(link, frame);
          } else {
            client.linkBinary(link, signed(frame));
          }
        },
        closed(reason) {
          links.delete(link);
          if (!ended) client.linkClosed(link, String(reason));
        },
      }));
    },
    sendText: (link, text) => links.get(link)?.send(text),
    sendBinary: (link, bytes) => links.get(link)?.send(unsigned(bytes)),
    pendingBytes: (link) => links.get(link)?.pendingBytes ?? 0,
    close: (link) => links.get(link)?.close(),
    finish(link) {
      const open = links.get(link);
      (open?.finish ?? open?.close)?.call(open);
    },
    get: (request, path) => answer(request, () => page(typeof options.directory === 'function' ? options.directory() : options.directory, path, asking.signal)),
    topology: (request) => answer(request,
      async () => new TextEncoder().encode(JSON.stringify(await topology()))),
    untilNextSlot: (congested, level) => cover.untilNextSlot({ congested, level }) ?? -1,
    untilNextLoop: (congested, level) => cover.untilNextLoop({ congested, level }) ?? -1,
    commit(commit, changes) {
      store.commit(unsigned(changes)).then(() => '', (e) => e.message || 'unknown').then((fault) => {
        if (!ended) client.committed(commit, fault);
      });
    },
    state(word, why) {
      if (word === 'closed') {
        ended = true;
        clearTimeout(timer);
        soon.end();
        asking.abort();
        for (const link of links.values()) {
          link.close();
        }
      }
      listener.state(word, why);
    },
    address: (address) => listener.address(address),
    message: (payload, origin, tag) => listener.message(unsigned(payload), origin, tag),
    outcome: (delivery, acknowledged, reason, detail, packets, retransmissions, elapsedMillis) =>
      listener.outcome(delivery, acknowledged ? { acknowledged, packets, retransmissions, elapsedMillis }
        : { acknowledged, reason, detail }),
    streamChanged: (stream) => listener.streamChanged(stream),
  };

  client = start(host, flat(options.settings), signed(await store.rows()));
  return {
    send: (delivery, to, payload, { surbs = -1, deadline = 900_000, lane = NaN, isolation = '' } = {}) =>
      client.send(delivery, to, signed(payload), surbs, deadline, lane, isolation),
    subscribe: (wanted) => client.subscribe(wanted),
    closeLane: (lane) => client.closeLane(lane),
    laneBytes: (lane) => client.laneBytes(lane),
    swap(kind, part, settings = {}) {
      if (typeof part !== 'string') {
        if (kind === 'cover') {
          cover = part;
        } else if (kind === 'topology') {
          topology = part;
        } else if (kind === 'transport') {
          transport = part;
        }
      } else if (kind === 'transport') {
        transport = new WebSocketTransport();
      }
      client.swap(kind, typeof part === 'string' ? part : 'host', flat(settings));
    },
    counters: () => Object.fromEntries(client.counters().trimEnd().split('\n').map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    })),
    openStream: (stream, exit, target) => client.openStream(stream, exit, target),
    streamState: (stream) => client.streamState(stream),
    readStream(stream) {
      const bytes = client.readStream(stream);
      return bytes === null ? null : unsigned(bytes);
    },
    writeStream: (stream, bytes) => client.writeStream(stream, signed(bytes)),
    closeStreamOutput: (stream) => client.closeStreamOutput(stream),
    leaveStream: (stream, why) => client.leaveStream(stream, why),
    close: () => client.close(),
  };
}

/** Rows that are gone with the thread. */
export const memoryStore = () => ({ rows: async () => new Uint8Array(0), commit: async () => {} });
