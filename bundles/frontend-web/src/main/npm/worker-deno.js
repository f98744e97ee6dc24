import { parentPort } from 'node:worker_threads';
// No permission is asked for what is imported.
import source engine from './engine/engine.wasm';
import { platform } from './platform-node.js';
import { server } from './serve.js';

const serve = server({ ...platform, module: () => engine });
parentPort.on('message', ({ port }) => serve(port));
