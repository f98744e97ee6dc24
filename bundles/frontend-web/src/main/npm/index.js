import { connecting } from './client.js';
import { opensHere } from './here.js';
import { platform } from './platform-browser.js';

export { ClosedError, CloakworkError, ConnectError, OptionError, StateError } from './errors.js';
export { FetchError } from './http/fetch-error.js';

let here;

function open({ shared, name, state }) {
  if (typeof SharedWorker === 'function' && shared && navigator.locks) {
    const worker = new SharedWorker(new URL('./worker.js', import.meta.url), { type: 'module', name: `cloakwork ${name}` });
    const user = crypto.randomUUID();
    let release = () => {};
    // As long as this page lives.
    const held = new Promise((resolve) => {
      navigator.locks.request(`cloakwork user ${user}`, () => {
        resolve();
        return new Promise((end) => { release = end; });
      });
    });
    return held.then(() => ({
      port: worker.port,
      shared: true,
      user,
      end: () => {
        release();
        worker.port.close();
      },
      failed: (listener) => { worker.onerror = () => listener(new Error('the worker cannot be loaded')); },
    }));
  }
  if (typeof Worker === 'function') {
    const { port1: port, port2 } = new MessageChannel();
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    worker.postMessage({ port: port2 }, [port2]);
    return {
      port,
      shared: false,
      end: () => {
        port.close();
        worker.terminate();
      },
      failed: (listener) => { worker.onerror = () => listener(new Error('the worker cannot be loaded')); },
    };
  }
  // In a worker that has none of its own, such as an extension's: the client runs in it.
  here ??= opensHere(platform);
  return here({ state });
}

/** Connects to the mixnet; see index.d.ts. */
export const connect = connecting(open, { state: 'indexeddb' });
