import { parentPort } from 'node:worker_threads';
import { platform } from './platform-node.js';
import { server } from './serve.js';

const serve = server(platform);
parentPort.on('message', ({ port }) => serve(port));
