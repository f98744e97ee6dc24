import { parentPort } from 'node:worker_threads';
// No permission is asked for what is imported.
import source engine from './engine/engine.wasm';
import { lazySecure } from './http/tls.js';
import { platform } from './platform-node.js';
import { server } from './serve.js';

const serve = server({
  ...platform,
  module: () => engine,
  secure: lazySecure(() => import.source('./http/tls.wasm')),
});
parentPort.on('message', ({ port }) => serve(port));
