// A client in the thread that asks for it, where there are no workers.

import { server } from './serve.js';

/** A MessageChannel within one thread: not every runtime has those, or can transfer. What is sent is handed over. */
function channel() {
  const [port1, port2] = [1, 2].map(() => ({
    onmessage: null,
    closed: false,
    postMessage(data) {
      if (this.closed) {
        return;
      }
      queueMicrotask(() => {
        if (!this.other.closed) {
          this.other.onmessage?.({ data });
        }
      });
    },
    close() {
      this.closed = true;
    },
  }));
  port1.other = port2;
  port2.other = port1;
  return { port1, port2 };
}

/** @returns what `connecting` opens */
export function opensHere(platform) {
  const serve = server(platform);
  return ({ state }) => {
    const { port1: port, port2 } = channel();
    // What only its owner can name is no other's.
    const own = typeof state === 'object' || state === 'memory';
    (own ? server(platform) : serve)(port2);
    return { port, shared: false, channel, end: () => port.close() };
  };
}
