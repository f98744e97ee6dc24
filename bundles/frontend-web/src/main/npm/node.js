import { Worker } from 'node:worker_threads';
import { connecting } from './client.js';

export { ClosedError, CloakworkError, ConnectError, OptionError, StateError } from './errors.js';
export { FetchError } from './http/fetch-error.js';

function open() {
  const { port1: port, port2 } = new MessageChannel();
  const worker = new Worker(new URL(`./worker-${globalThis.Deno ? 'deno' : 'node'}.js`, import.meta.url), {
    name: 'cloakwork',
    // Flags of the program are not for this: some, such as --input-type, a worker refuses.
    execArgv: [],
  });
  worker.postMessage({ port: port2 }, [port2]);
  return {
    port,
    shared: false,
    end: () => {
      port.close();
      void worker.terminate();
    },
    failed: (listener) => { worker.on('error', listener); },
  };
}

/** Connects to the mixnet; see index.d.ts. */
export const connect = connecting(open, { state: 'memory', folder: '.cloakwork' });
