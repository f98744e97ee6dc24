// A client in the thread that asks for it, where there are no workers.

import { server } from './serve.js';

/** Two ports of one thread, which some runtimes do not have. What is sent is handed over, not copied. */
function channel() {
  const ports = [1, 2].map(() => ({
    onmessage: null,
    closed: false,
    postMessage(data) {
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
  ports[0].other = ports[1];
  ports[1].other = ports[0];
  return ports;
}

/** @returns what `connecting` opens */
export function opensHere(platform) {
  const serve = server(platform);
  return ({ state }) => {
    const [port, theirs] = channel();
    // What only its owner can name is no other's.
    const own = typeof state === 'object' || state === 'memory';
    (own ? server(platform) : serve)(theirs);
    return { port, shared: false, end: () => port.close() };
  };
}
